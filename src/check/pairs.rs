//! Which dagger codes an asterisk code is known to go with.
//!
//! Two sources know: annex A1 of Decision 4469 (properties `paired-dagger` and `paired-asterisk`), and names that mention
//! the other code, `Viêm khớp vảy nến (L40.5†)`. The column of A1 that calls one of the two the main diagnosis is a
//! grouping convention, and is not read. Neither source is complete, nor are both together. Only a name that itself lists
//! the dagger codes of an asterisk code closes the list.

use std::collections::{HashMap, HashSet};

use crate::code::{CodeGrammar, Mark};
use crate::concept::Concept;
use crate::set::ConceptSet;
use crate::source::{EdgeKind, PropertyValue};
use crate::system::CodeSystem;
use crate::value_set::CodeRanges;
use crate::{ConceptId, Result};

/// The pairs among the codes of one edition.
pub(super) struct Pairs {
    /// The dagger codes of each asterisk code.
    daggers: HashMap<u32, ConceptSet>,
    /// Asterisk codes whose names list their dagger codes.
    listed: HashSet<u32>,
}

impl Pairs {
    /// The pairs in `system` that any of the loaded editions knows, itself among them.
    pub(super) fn of(system: &CodeSystem, editions: &[&CodeSystem]) -> Result<Self> {
        let mut found: HashMap<u32, Vec<ConceptId>> = HashMap::new();
        let mut listed = HashSet::new();
        if system.grammar() == CodeGrammar::Icd10 {
            for edition in editions {
                for concept in edition.concepts() {
                    add_pairs(system, &concept, &mut found, &mut listed)?;
                }
            }
        }
        let own: HashMap<u32, ConceptSet> =
            found.into_iter().map(|(asterisk, ids)| (asterisk, ConceptSet::from_ids(system.len(), ids))).collect();
        Ok(Self { daggers: inherited(system, own)?, listed })
    }

    /// The dagger codes that an asterisk code is known to go with; `None` if none is known.
    pub(super) fn daggers(&self, asterisk: ConceptId) -> Option<&ConceptSet> {
        self.daggers.get(&asterisk.get())
    }

    /// True if the name of the asterisk code lists its dagger codes, so that there are no others.
    pub(super) fn is_listed(&self, asterisk: ConceptId) -> bool {
        self.listed.contains(&asterisk.get())
    }

    /// The asterisk codes that a dagger code is known to go with, in code order.
    pub(super) fn asterisks(&self, dagger: ConceptId) -> Vec<ConceptId> {
        let with = self.daggers.iter().filter(|(_, daggers)| daggers.contains(dagger));
        let mut asterisks: Vec<ConceptId> = with.map(|(asterisk, _)| ConceptId::new(*asterisk)).collect();
        asterisks.sort_unstable();
        asterisks
    }
}

/// What a heading goes with, its finer codes go with too.
fn inherited(system: &CodeSystem, own: HashMap<u32, ConceptSet>) -> Result<HashMap<u32, ConceptSet>> {
    let mut all = own.clone();
    for (asterisk, daggers) in own {
        let Some(concept) = system.concept(ConceptId::new(asterisk)) else { continue };
        for below in concept.descendants()? {
            let below = below?;
            if below.mark()? == Mark::Asterisk {
                all.entry(below.id().get())
                    .and_modify(|set| *set = set.union(&daggers))
                    .or_insert_with(|| daggers.clone());
            }
        }
    }
    Ok(all)
}

/// Adds the pairs in `system` of which a concept of an edition tells.
fn add_pairs(
    system: &CodeSystem,
    concept: &Concept<'_>,
    found: &mut HashMap<u32, Vec<ConceptId>>,
    listed: &mut HashSet<u32>,
) -> Result<()> {
    let mark = concept.mark()?;
    let name = concept.display()?;
    let daggers = if name.contains('†') { CodeRanges::mentioned(&name, Mark::Dagger) } else { CodeRanges::default() };
    let asterisks =
        if name.contains('*') { CodeRanges::mentioned(&name, Mark::Asterisk) } else { CodeRanges::default() };
    let paired_daggers = codes(concept, "paired-dagger")?;
    let paired_asterisks = codes(concept, "paired-asterisk")?;
    let as_asterisk = !daggers.is_empty() || !paired_daggers.is_empty();
    let as_dagger = !asterisks.is_empty() || !paired_asterisks.is_empty();
    if mark != Mark::Dagger && as_asterisk {
        let mut partners: Vec<ConceptId> = daggers.expand(system)?.concepts.iter().collect();
        for code in &paired_daggers {
            partners.extend(rows_below(system, code)?);
        }
        for asterisk in rows(system, &concept.marked_code()?)? {
            found.entry(asterisk.id().get()).or_default().extend(partners.iter().filter(|id| **id != asterisk.id()));
            // Its own edition must say so: another one may have been worded more narrowly.
            if !daggers.is_empty() && concept.system().is_same(system) {
                listed.insert(asterisk.id().get());
            }
        }
    }
    if mark != Mark::Asterisk && as_dagger {
        let own = rows_below(system, &concept.marked_code()?)?;
        let mut partners: Vec<ConceptId> = asterisks.expand(system)?.concepts.iter().collect();
        for code in &paired_asterisks {
            partners.extend(rows(system, code)?.iter().map(Concept::id));
        }
        for asterisk in partners {
            found.entry(asterisk.get()).or_default().extend(own.iter().filter(|id| **id != asterisk));
        }
    }
    Ok(())
}

/// The rows of a code with a mark: those that have the mark, or none.
fn rows<'s>(system: &'s CodeSystem, code: &str) -> Result<Vec<Concept<'s>>> {
    let (bare, mark) = Mark::split(code);
    let mut rows = Vec::new();
    for row in system.lookup(code)?.concepts() {
        let own = row.mark()?;
        if mark == Mark::None || own == Mark::None || own == mark {
            rows.push(*row);
        }
    }
    // Another edition marks the code otherwise, or not at all.
    if rows.is_empty() {
        rows.extend(system.lookup(bare)?.concepts().iter().copied());
    }
    Ok(rows)
}

/// The rows of a code and all that lies below them.
fn rows_below(system: &CodeSystem, code: &str) -> Result<Vec<ConceptId>> {
    let mut below = Vec::new();
    for row in rows(system, code)? {
        below.extend(row.subsumed()?.iter());
    }
    Ok(below)
}

fn codes(concept: &Concept<'_>, property: &str) -> Result<Vec<String>> {
    if !concept.system().properties().iter().any(|definition| definition.name == property) {
        return Ok(Vec::new());
    }
    let mut codes = Vec::new();
    for value in concept.property(property)? {
        if let PropertyValue::Code(code) = value {
            codes.push(code);
        }
    }
    Ok(codes)
}

/// The topmost concept over one: its chapter.
pub(super) fn chapter(system: &CodeSystem, concept: ConceptId) -> Result<ConceptId> {
    let hierarchy = system.hierarchy();
    let mut top = concept.get();
    // No list is deeper than it is long.
    for _ in 0..system.len() {
        let above = hierarchy.parents(top)?.into_iter().find(|(_, kind)| *kind == EdgeKind::IsA);
        match above {
            Some((parent, _)) => top = parent,
            None => break,
        }
    }
    Ok(ConceptId::new(top))
}
