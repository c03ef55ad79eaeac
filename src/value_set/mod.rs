//! Sets of codes as regulations write them, and what they come to in an edition.
//!
//! A regulation lists conditions by ranges with exceptions, in prose: `B20 đến B24, Z21`,
//! `E10 - E14 (trừ E10.0, E10.1)`, `L20; L30`. [`CodeRanges`] reads that, and [`expand`](CodeRanges::expand) makes it a
//! [`ConceptSet`] over one edition, whose membership is a matter of nanoseconds.
//!
//! ```
//! # #[cfg(feature = "bundled")] {
//! use medterm::{CodeSystem, value_set::CodeRanges};
//! let icd10 = CodeSystem::bundled()?;
//! let expansion = CodeRanges::parse("B20 đến B24, Z21").expand(&icd10)?;
//! assert!(expansion.remarks.is_empty());
//! let found = icd10.lookup("B22")?.concept().unwrap();
//! assert!(expansion.concepts.contains(found.id()));
//! # }
//! # Ok::<(), medterm::Error>(())
//! ```
//!
//! # What the grammar means
//!
//! - A code covers all finer codes below it: `M02.8` covers `M02.80`; so does the end of a range, `F19.2 đến F19.8`.
//! - `A - B`, `A đến B`, `A tới B` is everything from A to what B covers, in the order of codes.
//! - What follows `trừ`, up to the end of its brackets or of its clause (`;`, line break), is taken out of the whole set.
//! - A mark (`†`, `*`, `+`) narrows only where the edition itself marks the code: `(C00 - D48†)` means unmarked codes.
//! - `E10 - E14 với ký tự thứ tư chung là .2` is E10.2, E11.2 … E14.2.
//! - `K50.-` is `K50` with all below it.
//!
//! Nothing is passed over: what is not understood, what the edition does not list (a misprint, or a code that is gone)
//! and an empty text are [`Remark`]s.

mod grammar;

use std::fmt;

use crate::code::{CodeGrammar, Mark};
use crate::concept::{Concept, ConceptId, Lookup};
use crate::set::ConceptSet;
use crate::source::Usability;
use crate::system::CodeSystem;
use crate::terminology::Terminology;
use crate::{Error, Result};
use grammar::Item;

/// A set of ICD-10 codes as a regulation words it, read but not yet held against a list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CodeRanges {
    included: Vec<Item>,
    excluded: Vec<Item>,
    remarks: Vec<Remark>,
}

/// What a set of codes comes to in one edition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Expansion {
    /// Its codes, headings included; chapters and blocks are no codes.
    pub concepts: ConceptSet,
    /// What was doubtful in the wording, or is not in the edition; in the order of the wording.
    pub remarks: Vec<Remark>,
}

/// Something about the wording of a set that a person should know.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Remark {
    /// The words it is about; empty if it is about a text without any.
    pub text: String,
    /// What is the matter.
    pub kind: RemarkKind,
}

/// What is the matter with a piece of a wording.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum RemarkKind {
    /// There is no wording at all, so the set is empty.
    Empty,
    /// The words are no code and none of the grammar; they were passed over.
    NotUnderstood,
    /// A misprint that was repaired: `J18,9` was read as the code given here.
    Repaired {
        /// What it was read as.
        code: String,
    },
    /// The edition does not list the code: a misprint, or a code that it no longer has or does not have yet.
    NotListed {
        /// Other loaded editions that do list it, as `system|version`; empty if none does, or none was asked.
        known_in: Vec<String>,
    },
    /// The range ends before it begins, so nothing was taken.
    Reversed,
    /// The exception takes out nothing that the set has.
    ExceptsNothing,
}

impl fmt::Display for Remark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = &self.text;
        match &self.kind {
            RemarkKind::Empty => f.write_str("no codes are given"),
            RemarkKind::NotUnderstood => write!(f, "{text:?} is not understood and was passed over"),
            RemarkKind::Repaired { code } => write!(f, "{text:?} was read as {code}"),
            RemarkKind::NotListed { known_in } if known_in.is_empty() => {
                write!(f, "{text} is not in the list: perhaps a misprint")
            }
            RemarkKind::NotListed { known_in } => {
                write!(f, "{text} is not in this edition, but in {}", known_in.join(", "))
            }
            RemarkKind::Reversed => write!(f, "the range {text:?} ends before it begins"),
            RemarkKind::ExceptsNothing => write!(f, "the exception {text} takes out nothing"),
        }
    }
}

impl CodeRanges {
    /// Reads a wording. Any text can be read; what is not understood is told by [`remarks`](Self::remarks).
    #[must_use]
    pub fn parse(text: &str) -> Self {
        grammar::parse(text)
    }

    /// The codes with a mark that a name mentions in passing, as `Viêm khớp vảy nến (L40.5†)` does. All other words,
    /// and codes without the mark, are let be.
    pub(crate) fn mentioned(name: &str, mark: Mark) -> Self {
        let mut ranges = grammar::parse(name);
        ranges.included.retain(|item| item.mark == mark);
        ranges.excluded.clear();
        ranges.remarks.clear();
        ranges
    }

    /// True if it names no codes.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.included.is_empty()
    }

    /// What was doubtful in the wording itself. An expansion has these too.
    #[must_use]
    pub fn remarks(&self) -> &[Remark] {
        &self.remarks
    }

    /// The set over an edition of an ICD-10.
    ///
    /// Costs some dozens of code comparisons for each range, and time in proportion to the codes that are in the set.
    ///
    /// # Errors
    ///
    /// [`Error::Argument`] if the codes of the system are not written as those of ICD-10; [`Error::Corrupt`] if its index
    /// is damaged.
    pub fn expand(&self, system: &CodeSystem) -> Result<Expansion> {
        if system.grammar() != CodeGrammar::Icd10 {
            return Err(Error::Argument {
                what: "code system",
                value: system.edition().to_string(),
                expected: "one whose codes are written as those of ICD-10".into(),
            });
        }
        let mut remarks = self.remarks.clone();
        let included = collect(&self.included, system, &mut remarks)?;
        let mut set = ConceptSet::from_ids(system.len(), included);
        for item in &self.excluded {
            let excluded =
                ConceptSet::from_ids(system.len(), collect(std::slice::from_ref(item), system, &mut remarks)?);
            if !excluded.is_empty() && set.intersection(&excluded).is_empty() {
                remarks.push(Remark { text: item.text.clone(), kind: RemarkKind::ExceptsNothing });
            }
            set = set.difference(&excluded);
        }
        Ok(Expansion { concepts: set, remarks })
    }

    /// The set over the edition that answers for a name ([`Terminology::system`]), with the other loaded editions that
    /// list what this one lacks. `None` if no edition answers for the name.
    ///
    /// # Errors
    ///
    /// As [`expand`](Self::expand).
    pub fn expand_in(&self, terminology: &Terminology, name: &str) -> Result<Option<Expansion>> {
        let Some(system) = terminology.system(name) else { return Ok(None) };
        let mut expansion = self.expand(system)?;
        for remark in &mut expansion.remarks {
            if let RemarkKind::NotListed { known_in } = &mut remark.kind
                && let Lookup::Unknown { known_in: others, .. } = terminology.lookup(name, &remark.text)?
            {
                *known_in = others.iter().map(ToString::to_string).collect();
            }
        }
        Ok(Some(expansion))
    }
}

/// The concepts of items, in any order.
fn collect(items: &[Item], system: &CodeSystem, remarks: &mut Vec<Remark>) -> Result<Vec<ConceptId>> {
    let mut ids = Vec::new();
    for item in items {
        if item.last < item.first && !item.last.starts_with(item.first.as_str()) {
            remarks.push(Remark { text: item.text.clone(), kind: RemarkKind::Reversed });
            continue;
        }
        let (start, end) = (first_at(system, &item.first)?, first_behind(system, &item.last)?);
        for id in start..end {
            if let Some(concept) = system.concept(ConceptId::new(id))
                && takes(item, &concept)?
            {
                ids.push(concept.id());
            }
        }
        let ends: &[&String] = if item.first == item.last { &[&item.first] } else { &[&item.first, &item.last] };
        for key in ends {
            if !is_listed(system, key, item)? {
                let mut text = String::new();
                CodeGrammar::Icd10.render(key, &mut text);
                remarks.push(Remark { text, kind: RemarkKind::NotListed { known_in: Vec::new() } });
            }
        }
    }
    Ok(ids)
}

fn takes(item: &Item, concept: &Concept<'_>) -> Result<bool> {
    if concept.usability()? == Usability::Grouper {
        return Ok(false);
    }
    let mark = concept.mark()?;
    if item.mark != Mark::None && mark != Mark::None && item.mark != mark {
        return Ok(false);
    }
    let Some(fourth) = &item.fourth else { return Ok(true) };
    let key = concept.system().base().key(concept.id().get())?;
    Ok(key.get(3..).is_some_and(|finer| finer.starts_with(fourth.as_bytes())))
}

/// True if the list has a row of the key itself that the item's mark allows.
fn is_listed(system: &CodeSystem, key: &str, item: &Item) -> Result<bool> {
    for id in system.base().rows(key.as_bytes())? {
        let mark = system.base().mark(id)?;
        if item.mark == Mark::None || mark == Mark::None || mark == item.mark {
            return Ok(true);
        }
    }
    Ok(false)
}

/// The first concept whose key is not below the given one.
fn first_at(system: &CodeSystem, key: &str) -> Result<u32> {
    partition_point(system, |other| other < key.as_bytes())
}

/// The first concept behind the key and all that begin with it.
fn first_behind(system: &CodeSystem, key: &str) -> Result<u32> {
    partition_point(system, |other| other < key.as_bytes() || other.starts_with(key.as_bytes()))
}

/// Concepts are numbered in the order of their keys.
fn partition_point(system: &CodeSystem, is_before: impl Fn(&[u8]) -> bool) -> Result<u32> {
    let (mut low, mut high) = (0, system.len());
    let mut key = Vec::new();
    while low < high {
        let middle = low + (high - low) / 2;
        key.clear();
        system.base().codes().key(middle, &mut key)?;
        (low, high) = if is_before(&key) { (middle + 1, high) } else { (low, middle) };
    }
    Ok(low)
}

#[cfg(test)]
mod tests;
