//! Migration between two editions of a code system, derived from the editions themselves.

pub use super::names::NameChange;
use super::names::{Names, canonical, judge};
use super::phrases::Phrases;
use super::suggest::Suggester;
use crate::concept::{Concept, Lookup};
use crate::source::{Relationship, Usability};
use crate::system::CodeSystem;
use crate::text::Analyzer;
use crate::{Error, Result};

/// What became of a code.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Change<'a> {
    /// The code is still there with the same standing: usable if it was usable.
    Kept {
        /// The code in the later edition.
        target: Concept<'a>,
        /// What its names say.
        name: NameChange,
    },
    /// The code was usable and is now a heading: one of its finer codes must be chosen.
    NowHeading {
        /// The heading in the later edition.
        target: Concept<'a>,
        /// What its names say.
        name: NameChange,
        /// The usable codes below it, in the publisher's order.
        usable: Vec<Concept<'a>>,
    },
    /// The finer code is gone, and the code above it became usable.
    FinerCodeGone {
        /// The code above, in the later edition.
        target: Concept<'a>,
    },
    /// The code is gone and no code stands for it.
    Withdrawn {
        /// Codes of the later edition that may stand for it, best first: those under the nearest heading still
        /// there that say what it said, or else that heading's residual codes, and the heading last; without
        /// such a heading, codes elsewhere with nearly its name. They are suggestions for a person, never a
        /// translation; empty if nothing is near.
        suggestions: Vec<Concept<'a>>,
    },
}

impl<'a> Change<'a> {
    /// A stable name for tables and logs: `same`, `renamed`, `meaning-in-doubt`, `now-heading`,
    /// `finer-code-gone` or `withdrawn`. A heading whose meaning is in doubt is `meaning-in-doubt`.
    #[must_use]
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Kept { name: NameChange::MeaningInDoubt, .. }
            | Self::NowHeading { name: NameChange::MeaningInDoubt, .. } => "meaning-in-doubt",
            Self::Kept { name: NameChange::Same, .. } => "same",
            Self::Kept { .. } => "renamed",
            Self::NowHeading { .. } => "now-heading",
            Self::FinerCodeGone { .. } => "finer-code-gone",
            Self::Withdrawn { .. } => "withdrawn",
        }
    }

    /// The codes to use instead: one, several to choose from, or none. Suggestions for a withdrawn code are not among them.
    #[must_use]
    pub fn targets(&self) -> &[Concept<'a>] {
        match self {
            Self::Kept { target, .. } | Self::FinerCodeGone { target } => std::slice::from_ref(target),
            Self::NowHeading { usable, .. } => usable,
            Self::Withdrawn { .. } => &[],
        }
    }

    /// How the former code stands to each of [`targets`](Self::targets); `None` where there is none.
    /// A renamed code is not claimed to be equivalent, nor one whose meaning is in doubt to be related.
    #[must_use]
    pub fn relationship(&self) -> Option<Relationship> {
        match self {
            Self::Kept { name: NameChange::Same, .. } => Some(Relationship::Equivalent),
            Self::Kept { name: NameChange::Reworded, .. } => Some(Relationship::RelatedTo),
            Self::NowHeading { name: NameChange::Same | NameChange::Reworded, .. } => {
                Some(Relationship::SourceIsBroaderThanTarget)
            }
            Self::FinerCodeGone { .. } => Some(Relationship::SourceIsNarrowerThanTarget),
            Self::Kept { .. } | Self::NowHeading { .. } | Self::Withdrawn { .. } => None,
        }
    }

    /// True if a person must look before anything is replaced: the meaning is in doubt, there is a choice to
    /// make, or the code is gone.
    #[must_use]
    pub fn needs_review(&self) -> bool {
        !matches!(self, Self::Kept { name: NameChange::Same | NameChange::Reworded, .. } | Self::FinerCodeGone { .. })
    }
}

/// One code of the former edition and what became of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Migrated<'a> {
    /// The rows of the code in the former edition: one, or two for twins.
    pub sources: Vec<Concept<'a>>,
    /// What became of it.
    pub change: Change<'a>,
}

/// From a former edition of a code system to a later one.
///
/// ```no_run
/// use medterm::{CodeSystem, translate::Migration};
/// let migration = Migration::between(&CodeSystem::open("qd4469.mti")?, &CodeSystem::open("tt06.mti")?)?;
/// if let Some(migrated) = migration.migrate("M54.5")? {
///     assert_eq!(migrated.change.as_str(), "now-heading");
/// }
/// # Ok::<(), medterm::Error>(())
/// ```
pub struct Migration {
    former: CodeSystem,
    later: CodeSystem,
    names: Names,
    english: Names,
    phrases: Phrases,
}

impl Migration {
    /// Prepares the comparison: reads the names of the later edition once, so its cost is that of decoding
    /// them all (tens of milliseconds for a national ICD-10); migrating a code then costs microseconds.
    ///
    /// # Errors
    ///
    /// [`Error::Argument`] if the two are editions of different code systems, or one is a fragment: that it lacks a
    /// code says nothing of the code; [`Error::Corrupt`] if names are damaged.
    pub fn between(former: &CodeSystem, later: &CodeSystem) -> Result<Self> {
        if former.edition().system != later.edition().system {
            return Err(Error::Argument {
                what: "later edition",
                value: later.edition().to_string(),
                expected: format!("another edition of {}; other systems need a concept map", former.edition().system),
            });
        }
        for edition in [former, later] {
            if edition.is_fragment() {
                return Err(Error::Argument {
                    what: "edition",
                    value: edition.edition().to_string(),
                    expected: "a complete list, not a fragment".into(),
                });
            }
        }
        let (mut names, mut english) = (Names::default(), Names::default());
        let mut name = String::new();
        for concept in later.concepts() {
            name.clear();
            if concept.usability()? != Usability::Grouper {
                concept.write_display(&mut name)?;
            }
            names.push(&name);
            let english_name = if name.is_empty() { None } else { concept.display_in("en")? };
            english.push(english_name.as_deref().unwrap_or_default());
        }
        let phrases = Phrases::new(&mut Analyzer::new());
        Ok(Self { former: former.clone(), later: later.clone(), names, english, phrases })
    }

    /// The former edition.
    #[must_use]
    pub fn former(&self) -> &CodeSystem {
        &self.former
    }

    /// The later edition.
    #[must_use]
    pub fn later(&self) -> &CodeSystem {
        &self.later
    }

    /// What became of a code of the former edition; `None` if that edition does not list it.
    ///
    /// # Errors
    ///
    /// [`Error::Corrupt`] if either index is damaged.
    pub fn migrate(&self, code: &str) -> Result<Option<Migrated<'_>>> {
        let found = self.former.lookup(code)?;
        if found.concepts().is_empty() { Ok(None) } else { self.follow(found.concepts().to_vec()).map(Some) }
    }

    /// Migrates many codes; an item is what [`migrate`](Self::migrate) gives for its code.
    pub fn migrate_all<'m, C: AsRef<str>>(
        &'m self,
        codes: impl IntoIterator<Item = C>,
    ) -> impl Iterator<Item = Result<Option<Migrated<'m>>>> {
        codes.into_iter().map(|code| self.migrate(code.as_ref()))
    }

    /// Every listed code of the former edition and what became of it, twins once, in code order.
    pub fn all(&self) -> impl Iterator<Item = Result<Migrated<'_>>> {
        let mut concepts = self.former.concepts().peekable();
        std::iter::from_fn(move || {
            loop {
                let first = concepts.next()?;
                let rows = (|| {
                    let mut rows = vec![first];
                    let code = first.code()?;
                    while let Some(next) = concepts.peek()
                        && next.code()? == code
                    {
                        rows.extend(concepts.next());
                    }
                    Ok(rows)
                })();
                match rows.and_then(|rows| Ok((first.usability()?, rows))) {
                    Ok((Usability::Grouper, _)) => {}
                    Ok((_, rows)) => return Some(self.follow(rows)),
                    Err(error) => return Some(Err(error)),
                }
            }
        })
    }

    /// The listed codes of the later edition that the former one lacks, in code order; twins as two rows.
    pub fn new_codes(&self) -> impl Iterator<Item = Result<Concept<'_>>> {
        self.later.concepts().filter_map(|concept| {
            let is_new = || -> Result<bool> {
                Ok(concept.usability()? != Usability::Grouper
                    && self.former.lookup(&concept.code()?)?.concepts().is_empty())
            };
            match is_new() {
                Ok(true) => Some(Ok(concept)),
                Ok(false) => None,
                Err(error) => Some(Err(error)),
            }
        })
    }

    fn follow<'a>(&'a self, sources: Vec<Concept<'a>>) -> Result<Migrated<'a>> {
        let source = *sources.first().ok_or(Error::corrupt("codes", "a code has no row"))?;
        let change = match self.counterpart(&source)? {
            Some(target) => {
                let name = self.compare(&sources, target)?;
                let mut was_usable = false;
                for row in &sources {
                    was_usable |= row.is_usable()?;
                }
                if !was_usable || target.is_usable()? {
                    Change::Kept { target, name }
                } else if target.is_active()? {
                    Change::NowHeading { target, name, usable: target.usable_codes()? }
                } else {
                    self.gone(&source)?
                }
            }
            None => self.gone(&source)?,
        };
        Ok(Migrated { sources, change })
    }

    /// The concept with the same code in the later edition, whatever its mark.
    fn counterpart<'a>(&'a self, source: &Concept<'_>) -> Result<Option<Concept<'a>>> {
        Ok(match self.later.lookup(&source.code()?)? {
            Lookup::Found(concept) => Some(concept),
            Lookup::Ambiguous(rows) => rows.into_iter().next(),
            Lookup::Unknown { .. } | Lookup::NotLoaded => None,
        })
    }

    fn gone<'a>(&'a self, source: &Concept<'a>) -> Result<Change<'a>> {
        for parent in source.parents()? {
            if let Some(target) = self.counterpart(&parent.concept)?
                && target.is_usable()?
            {
                return Ok(Change::FinerCodeGone { target });
            }
        }
        let headings = self.surviving_heading(source)?;
        let suggestions = Suggester::new(&self.names, &self.english).suggest(&self.later, source, headings)?;
        Ok(Change::Withdrawn { suggestions })
    }

    /// The nearest listed code over a concept that the later edition has too, in both editions.
    fn surviving_heading<'a>(&'a self, source: &Concept<'a>) -> Result<Option<(Concept<'a>, Concept<'a>)>> {
        for former in source.ancestors()? {
            if let Some(heading) = self.counterpart(&former)?
                && heading.usability()? != Usability::Grouper
            {
                return Ok(Some((former, heading)));
            }
        }
        Ok(None)
    }

    fn compare(&self, sources: &[Concept<'_>], target: Concept<'_>) -> Result<NameChange> {
        let mut analyzer = Analyzer::new();
        let target_name = canonical(&mut analyzer, &target.display()?);
        let mut best = NameChange::MeaningInDoubt;
        let target_stance = self.phrases.stance(&target_name);
        for source in sources {
            let display = source.display()?;
            let name = canonical(&mut analyzer, &display);
            if name == target_name && !name.is_empty() {
                return Ok(NameChange::Same);
            }
            // Acute for chronic is no rewording, however alike the names are.
            if self.phrases.stance(&name).opposes(target_stance) {
                continue;
            }
            let words = self.names.read(&mut analyzer, &display);
            let entry = target.id().get();
            let own = self.names.own(&words, entry).unwrap_or_default();
            let source_english = source.display_in("en")?;
            let english = || self.english.own(&self.english.read(&mut analyzer, source_english.as_deref()?), entry);
            best = best.min(judge(own, english, || self.names.elsewhere(&words, entry)));
        }
        Ok(best)
    }
}

impl std::fmt::Debug for Migration {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Migration({} → {})", self.former.edition(), self.later.edition())
    }
}
