//! Checks of a whole set of coded diagnoses: do the codes exist in the edition that is in force, are they usable, allowed
//! in their role, and plausible for the patient; and is the set as claims want it?
//!
//! ```
//! # #[cfg(feature = "bundled")] {
//! use medterm::Terminology;
//! use medterm::check::{Checker, Encounter, Rule, Severity};
//!
//! let terminology = Terminology::bundled()?;
//! let checker = Checker::new(&terminology)?;
//! let encounter = Encounter::new().end("2026-07-02".parse()?).main("K35").secondary(";I10;J18,9;I10");
//! let findings = checker.check(&encounter)?;
//!
//! let of = |rule| findings.iter().find(|finding| finding.rule == rule).unwrap();
//! // A heading is not for use; the codes below it are suggested.
//! assert_eq!(of(Rule::Heading).severity, Severity::Error);
//! assert!(of(Rule::Heading).suggest.contains(&"K35.8".to_owned()));
//! assert_eq!(of(Rule::RepairedCode).suggest, ["J18.9"]);
//! assert_eq!(of(Rule::DuplicateCode).position, Some(3));
//! // The starter set has no flags: what cannot be told is said to be unknown.
//! assert_eq!(of(Rule::ListNotLoaded).severity, Severity::Unknown);
//! # }
//! # Ok::<(), medterm::Error>(())
//! ```
//!
//! # Which edition, which rules
//!
//! The end of the encounter, as a day in Vietnam ([`day_in_vietnam`]), chooses both: the edition that was in force, and
//! the [`RulePack`]. Without an end the terminology's own day or latest edition is assumed, and a finding says so.
//!
//! # What is unknown, and what is wrong
//!
//! "Not loaded" is never "invalid". If no edition of that day is loaded, every code is [`Severity::Unknown`]; so is a code
//! that a fragment lacks, and an asterisk code whose partners nobody told. Rules whose flags the list does not have are
//! named in one finding of [`Rule::ListNotLoaded`].
//!
//! # The rules
//!
//! [`Rule`] has them all. [`Settings`] switches them on and off and changes what they weigh. Flags belong to the very code
//! that the list gives them to, and are not inherited: `F53` has none, `F53.0` is mostly for women. Age windows are those
//! of Decision 4469; after it they are information, and only for codes that kept their meaning.

mod age;
mod codes;
mod encounter;
mod facts;
mod fields;
mod finding;
mod pairs;
mod rule;
mod run;
mod set;
mod suggest;

use std::sync::OnceLock;

use crate::Result;
use crate::terminology::Terminology;
use crate::translate::Migration;
use facts::Facts;
use pairs::Pairs;
use run::Run;
use suggest::Suggestions;

pub use encounter::{Birth, Encounter, Role, Sex, day_in_vietnam};
pub use finding::Finding;
pub use rule::{Provision, Rule, RulePack, Settings, Severity};

/// Holds diagnoses against the lists of a [`Terminology`].
///
/// Making one reads the flags and names of all loaded editions of the list of diseases, which takes a fraction of a
/// second for the national ones; checking an encounter then takes microseconds. It can be shared by threads.
pub struct Checker<'t> {
    terminology: &'t Terminology,
    settings: Settings,
    /// The loaded editions of the list of diseases.
    editions: Vec<Edition<'t>>,
    suggestions: Suggestions,
}

/// One edition of the list of diseases, prepared.
struct Edition<'t> {
    facts: Facts<'t>,
    pairs: Pairs,
    /// From each of the editions to this one, made when first needed; `None` if the two cannot be compared.
    migrations: Vec<OnceLock<Option<Migration>>>,
}

impl<'t> Checker<'t> {
    /// A checker of all rules that are on by default.
    ///
    /// # Errors
    ///
    /// [`Error::Corrupt`](crate::Error::Corrupt) if an index is damaged.
    pub fn new(terminology: &'t Terminology) -> Result<Self> {
        Self::with(terminology, Settings::new())
    }

    /// A checker of chosen rules.
    ///
    /// # Errors
    ///
    /// [`Error::Corrupt`](crate::Error::Corrupt) if an index is damaged.
    pub fn with(terminology: &'t Terminology, settings: Settings) -> Result<Self> {
        let name = settings.icd10.split_once('|').map_or(settings.icd10.as_str(), |(name, _)| name);
        let systems: Vec<_> = terminology.named(name).collect();
        let prepare = |system| {
            Ok(Edition {
                facts: Facts::of(system)?,
                pairs: Pairs::of(system, &systems)?,
                migrations: systems.iter().map(|_| OnceLock::new()).collect(),
            })
        };
        let editions = systems.iter().map(|system| prepare(system)).collect::<Result<_>>()?;
        Ok(Self { terminology, settings, editions, suggestions: Suggestions::default() })
    }

    /// The terminology whose lists answer.
    #[must_use]
    pub fn terminology(&self) -> &'t Terminology {
        self.terminology
    }

    /// Checks an encounter. Findings about the encounter come first, then those about each field and code in their order;
    /// empty if nothing was found.
    ///
    /// # Errors
    ///
    /// [`Error::Corrupt`](crate::Error::Corrupt) if an index is damaged.
    pub fn check(&self, encounter: &Encounter) -> Result<Vec<Finding>> {
        Run::of(self, encounter)?.findings()
    }
}

impl std::fmt::Debug for Checker<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Checker({} editions)", self.editions.len())
    }
}
