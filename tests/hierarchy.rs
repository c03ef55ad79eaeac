//! The hierarchy of the real lists: every code has its place, seen from above as from below.
#![cfg(all(feature = "csv", feature = "xlsx"))]
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests may panic")]

#[path = "support/lists.rs"]
mod lists;
mod support;

use std::collections::{HashMap, HashSet};

use medterm::source::Usability;
use medterm::{CodeSystem, Concept, ConceptId};

fn code(concept: &Concept<'_>) -> String {
    concept.marked_code().unwrap()
}

fn found<'a>(system: &'a CodeSystem, code: &str) -> Concept<'a> {
    system.lookup(code).unwrap().concept().unwrap_or_else(|| panic!("{code} is not listed"))
}

fn national_lists() -> Vec<&'static CodeSystem> {
    [lists::qd4469(), lists::tt06()].into_iter().flatten().map(|list| &list.system).collect()
}

fn all_lists() -> Vec<&'static CodeSystem> {
    let mut all = national_lists();
    all.extend(lists::icd10cm().map(|list| &list.system));
    all
}

#[test]
fn the_roots_are_the_chapters_in_order() {
    for system in national_lists() {
        let roots: Vec<String> = system.roots().unwrap().iter().map(code).collect();
        let chapters = [
            "I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X", "XI", "XII", "XIII", "XIV", "XV", "XVI",
            "XVII", "XVIII", "XIX", "XX", "XXI", "XXII",
        ];
        assert_eq!(roots, chapters, "{}", system.edition());
    }
    // ICD-10-CM order files know no chapters: the categories are the roots.
    if let Some(list) = lists::icd10cm() {
        assert!(list.system.roots().unwrap().iter().all(|root| code(root).len() == 3));
    }
}

#[test]
fn every_code_has_one_way_up() {
    for system in all_lists() {
        let roots: HashSet<ConceptId> = system.roots().unwrap().iter().map(Concept::id).collect();
        for concept in system.concepts() {
            let parents = concept.parents().unwrap();
            assert_eq!(parents.len(), usize::from(!roots.contains(&concept.id())), "{concept:?}");
            let ancestors = concept.ancestors().unwrap();
            assert!(ancestors.iter().all(|above| above.subsumes(&concept).unwrap()), "{concept:?}");
            assert_eq!(ancestors.first().map(Concept::id), parents.first().map(|parent| parent.concept.id()));
            let top = ancestors.last().map_or(concept.id(), Concept::id);
            assert!(roots.contains(&top), "{concept:?}");
            if concept.usability().unwrap() != Usability::Grouper {
                // A listed code lies under what its own characters say.
                for above in ancestors.iter().filter(|above| above.usability().unwrap() != Usability::Grouper) {
                    assert!(concept.code().unwrap().starts_with(&above.code().unwrap()), "{concept:?} under {above:?}");
                }
            }
        }
    }
}

#[test]
fn above_and_below_agree() {
    for system in all_lists() {
        let mut below: HashMap<ConceptId, HashSet<ConceptId>> = HashMap::new();
        for concept in system.concepts() {
            for above in concept.ancestors().unwrap() {
                below.entry(above.id()).or_default().insert(concept.id());
            }
        }
        for concept in system.concepts() {
            let descendants: Vec<ConceptId> = concept.descendants().unwrap().map(|below| below.unwrap().id()).collect();
            let distinct: HashSet<ConceptId> = descendants.iter().copied().collect();
            assert_eq!(distinct.len(), descendants.len(), "{concept:?} has a descendant twice");
            assert_eq!(distinct, below.remove(&concept.id()).unwrap_or_default(), "{concept:?}");
            let children = concept.children().unwrap();
            assert!(children.iter().all(|child| child.parents().unwrap()[0].concept == concept), "{concept:?}");
            let through_children: usize = children.iter().map(|child| 1 + child.descendants().unwrap().count()).sum();
            assert_eq!(through_children, descendants.len(), "{concept:?}");
        }
        // The chapters share all between them.
        let roots = system.roots().unwrap();
        let total: usize = roots.iter().map(|root| 1 + root.descendants().unwrap().count()).sum();
        assert_eq!(total, system.len() as usize);
    }
}

#[test]
fn usable_codes_are_what_can_be_chosen() {
    for system in all_lists() {
        for concept in system.concepts().step_by(3) {
            let usable = concept.usable_codes().unwrap();
            let at_or_below = |concept: &Concept<'static>| -> Vec<_> {
                let below = concept.descendants().unwrap().map(Result::unwrap);
                std::iter::once(*concept).chain(below).filter(|found| found.is_usable().unwrap()).collect()
            };
            let mut expected = at_or_below(&concept);
            if expected.is_empty() {
                // The finer codes stand below the other twin.
                let rows = system.lookup(&concept.code().unwrap()).unwrap();
                expected = rows.concepts().iter().flat_map(at_or_below).collect();
            }
            assert_eq!(usable, expected, "{concept:?}");
            assert!(!usable.is_empty(), "{concept:?} leads nowhere");
        }
    }
    let Some(list) = lists::tt06() else { return };
    let system = &list.system;
    let diabetes = found(system, "E11").usable_codes().unwrap();
    assert!(diabetes.iter().all(|finer| finer.code().unwrap().starts_with("E11.")));
    let block: Vec<String> = found(system, "E10-E14").usable_codes().unwrap().iter().map(code).collect();
    assert!(diabetes.iter().all(|finer| block.contains(&code(finer))));
    assert!(block.iter().all(|code| ("E10".."E15").contains(&code.as_str())));
    let mut sorted = block.clone();
    sorted.sort();
    assert_eq!(block, sorted, "in the publisher's order");
    let all: usize = system.roots().unwrap().iter().map(|chapter| chapter.usable_codes().unwrap().len()).sum();
    assert_eq!(all, 15_844 - 2_119);
}

#[test]
fn subsumption_is_an_order() {
    for system in national_lists() {
        let sample: Vec<Concept<'_>> = system.concepts().step_by(61).collect();
        for a in &sample {
            assert!(a.subsumes(a).unwrap());
            for b in &sample {
                let (ab, ba) = (a.subsumes(b).unwrap(), b.subsumes(a).unwrap());
                assert!(!(ab && ba) || a == b, "{a:?} {b:?}");
                assert_eq!(ab, a == b || b.ancestors().unwrap().contains(a), "{a:?} {b:?}");
            }
        }
    }
    // Equal codes of two editions are two concepts.
    if let (Some(former), Some(later)) = (lists::qd4469(), lists::tt06()) {
        let (old, new) = (found(&former.system, "J18"), found(&later.system, "J18.9"));
        assert!(!old.subsumes(&new).unwrap() && !new.subsumes(&old).unwrap());
        assert_ne!(found(&former.system, "J18.9"), new);
    }
}
