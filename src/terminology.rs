//! The front door: several code systems and editions under one roof.

use std::sync::Arc;

use crate::concept::Lookup;
use crate::edition::{Date, Edition};
use crate::supplement::{Supplement, split_target};
use crate::system::CodeSystem;
use crate::{Error, Result};

/// Code systems and their editions, asked by name and date.
///
/// A system is named by its short name (`icd10-vn`), one of its aliases, or its canonical URL; followed by
/// `|` and a version it names one edition (`icd10-vn|tt06`). Letter case does not matter. Without a version
/// the answer comes from the edition in force on the day set by [`as_of`](Self::as_of); if no day is set,
/// from the latest one. Complete lists go before fragments. Which edition answered is always told by the
/// answer: [`Concept::system`](crate::Concept::system).
///
/// A `Terminology` is an immutable snapshot and cheap to clone. To replace a list, build a new one and swap it.
///
/// ```
/// # #[cfg(feature = "bundled")] {
/// use medterm::{Lookup, Terminology};
/// let terminology = Terminology::bundled()?;
/// let hypertension = terminology.lookup("icd10-vn", "i10")?.concept().unwrap();
/// assert_eq!(hypertension.code()?, "I10");
/// // A list that is not loaded says nothing about its codes.
/// assert_eq!(terminology.lookup("loinc", "4548-4")?, Lookup::NotLoaded);
/// # }
/// # Ok::<(), medterm::Error>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct Terminology {
    /// Best first: complete before fragment, later before earlier.
    systems: Arc<[CodeSystem]>,
    date: Option<Date>,
}

impl Terminology {
    /// Puts code systems together.
    ///
    /// # Errors
    ///
    /// [`Error::Argument`] if the same edition is given twice: answers would depend on their order.
    pub fn new(systems: impl IntoIterator<Item = CodeSystem>) -> Result<Self> {
        let mut systems: Vec<CodeSystem> = systems.into_iter().collect();
        systems.sort_by(|a, b| {
            let rank = |system: &CodeSystem| (!system.is_fragment(), system.edition().in_force.from);
            rank(b).cmp(&rank(a)).then_with(|| b.edition().version.cmp(&a.edition().version))
        });
        for (position, system) in systems.iter().enumerate() {
            let edition = system.edition();
            if systems.iter().skip(position + 1).any(|other| other.edition().is_same_release(edition)) {
                return Err(Error::Argument {
                    what: "code system",
                    value: edition.to_string(),
                    expected: "each edition once".into(),
                });
            }
        }
        Ok(Self { systems: systems.into(), date: None })
    }

    /// The embedded starter set alone; see [`bundled`](crate::bundled).
    ///
    /// # Errors
    ///
    /// None in practice: the embedded bytes are checked by the crate's tests.
    #[cfg(feature = "bundled")]
    pub fn bundled() -> Result<Self> {
        Self::new([CodeSystem::bundled()?])
    }

    /// The same lists, asked as on a given day: only editions in force on it answer. For a diagnosis that is
    /// the day on which the encounter ended.
    #[must_use]
    pub fn as_of(&self, date: Date) -> Self {
        Self { systems: Arc::clone(&self.systems), date: Some(date) }
    }

    /// A new snapshot in which every edition that the supplement is to has it: all loaded editions of a system, or the
    /// one whose version it names. See [`CodeSystem::with_supplement`].
    ///
    /// ```no_run
    /// use medterm::{CodeSystem, Supplement, Terminology};
    /// let terminology = Terminology::new([CodeSystem::open("qd4469.mti")?, CodeSystem::open("tt06.mti")?])?;
    /// let terminology = terminology.with_supplement(Supplement::open("local-names.mti")?)?;
    /// # Ok::<(), medterm::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`Error::Argument`] if no edition that it is to is loaded, or one of them refuses it.
    pub fn with_supplement(&self, supplement: Supplement) -> Result<Self> {
        let (name, version) = split_target(supplement.supplements());
        let is_meant = |system: &CodeSystem| {
            version.is_none_or(|version| system.edition().version.eq_ignore_ascii_case(version))
                && self.named(name).any(|named| named.is_same(system))
        };
        if !self.systems.iter().any(is_meant) {
            return Err(Error::Argument {
                what: "supplement",
                value: supplement.edition().to_string(),
                expected: format!("one to a loaded edition; this one is to {}", supplement.supplements()),
            });
        }
        let with = |system: &CodeSystem| {
            if is_meant(system) { system.with_supplement(supplement.clone()) } else { Ok(system.clone()) }
        };
        let systems = self.systems.iter().map(with).collect::<Result<_>>()?;
        Ok(Self { systems, date: self.date })
    }

    /// The day set by [`as_of`](Self::as_of).
    #[must_use]
    pub fn date(&self) -> Option<Date> {
        self.date
    }

    /// All editions that were put in, those not in force on the day included.
    #[must_use]
    pub fn loaded(&self) -> &[CodeSystem] {
        &self.systems
    }

    /// The edition that answers for a name; `None` if none is loaded, or none is in force on the day.
    /// A version that is named is not held against the day: who names it wants it.
    #[must_use]
    pub fn system(&self, name: &str) -> Option<&CodeSystem> {
        if let Some((name, version)) = name.rsplit_once('|') {
            return self.named(name).find(|system| system.edition().version.eq_ignore_ascii_case(version));
        }
        self.named(name).find(|system| self.answers(system))
    }

    /// One edition of each code system: those that answer when no version is named.
    pub fn current(&self) -> impl Iterator<Item = &CodeSystem> {
        let answering = |system: &&CodeSystem| self.answers(system);
        self.systems.iter().enumerate().filter(move |(_, system)| answering(system)).filter_map(
            move |(position, system)| {
                let mut better = self.systems.iter().take(position).filter(answering);
                (!better.any(|other| other.edition().system == system.edition().system)).then_some(system)
            },
        )
    }

    /// Looks a code up in the edition that answers for `system`.
    ///
    /// A code that the edition lacks is [`Lookup::Unknown`] with the other loaded editions of the same system
    /// that do list it; a system that is not loaded, or has no edition in force on the day, is
    /// [`Lookup::NotLoaded`]. Costs one walk of the code's letters, and one more for each other edition if the
    /// code is not found.
    ///
    /// # Errors
    ///
    /// [`Error::Corrupt`] if an index is damaged where the code would stand.
    pub fn lookup(&self, system: &str, code: &str) -> Result<Lookup<'_>> {
        let Some(asked) = self.system(system) else { return Ok(Lookup::NotLoaded) };
        match asked.lookup(code)? {
            Lookup::Unknown { fragment, .. } => {
                let mut known_in: Vec<&Edition> = Vec::new();
                for other in self.systems.iter().filter(|other| other.edition().system == asked.edition().system) {
                    if !other.is_same(asked) && other.lookup(code)?.concept().is_some() {
                        known_in.push(other.edition());
                    }
                }
                Ok(Lookup::Unknown { known_in, fragment })
            }
            found => Ok(found),
        }
    }

    fn answers(&self, system: &CodeSystem) -> bool {
        self.date.is_none_or(|date| system.edition().in_force.contains(date))
    }

    /// The editions of the system that a name means, its short name or URL, or else an alias; best first.
    pub(crate) fn named<'a, 'n>(&'a self, name: &'n str) -> impl Iterator<Item = &'a CodeSystem> + use<'a, 'n> {
        // An alias never hides a list that has the name itself.
        let is_own = self.systems.iter().any(|system| system.edition().has_own_name(name));
        self.systems.iter().filter(move |system| {
            let edition = system.edition();
            if is_own { edition.has_own_name(name) } else { edition.is_named(name) }
        })
    }
}
