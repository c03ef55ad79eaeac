//! The embedded starter set: made from its source as documented, sound in itself, and in agreement with the
//! national list where that is at hand.
#![cfg(all(feature = "bundled", feature = "csv"))]
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests may panic")]

mod support;

use std::collections::{BTreeSet, HashMap, HashSet};
use std::path::PathBuf;

use medterm::source::delimited::{self, Mapping};
use medterm::source::{Draft, DraftConcept, Report, Usability, tt06};
use medterm::{CodeSystem, Concept, Lookup, index};
use support::shared;

fn data(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("data").join(name)
}

fn source() -> (Draft, Report) {
    let mapping: Mapping = std::fs::read_to_string(data("icd10.mapping")).unwrap().parse().unwrap();
    delimited::read(data("icd10.tsv"), &mapping).unwrap()
}

#[test]
fn index_is_reproduced_byte_for_byte() {
    let (draft, report) = source();
    let made = index::to_bytes(&draft, &report).unwrap();
    let committed = std::fs::read(data("icd10.mti")).unwrap();
    assert!(
        made == committed,
        "data/icd10.mti is out of date; make it again: cargo run --release --example compile --features csv,xlsx -- \
         delimited data/icd10.tsv --mapping data/icd10.mapping --output data/icd10.mti"
    );
    let bundled = CodeSystem::bundled().unwrap();
    bundled.verify().unwrap();
    assert!(bundled.is_fragment());
}

#[test]
fn source_is_read_without_a_finding() {
    let (draft, report) = source();
    assert_eq!(report.entries(), []);
    assert_eq!(report.rows, draft.concepts.len() as u64);
}

#[test]
fn source_is_composed_text() {
    use unicode_normalization::is_nfc;
    let text = std::fs::read_to_string(data("icd10.tsv")).unwrap();
    assert!(is_nfc(&text));
    assert!(!text.contains('\r') && text.ends_with('\n'));
    for line in text.lines() {
        for field in line.split('\t') {
            assert_eq!(field, field.trim(), "{line}");
            assert!(!field.contains("  "), "two spaces: {line}");
        }
    }
}

/// Parents stand before their children, and siblings in the order of their codes.
#[test]
fn source_is_in_hierarchical_order() {
    let (draft, _) = source();
    let mut last_child: HashMap<&str, &str> = HashMap::new();
    let mut open: Vec<&str> = Vec::new();
    for concept in &draft.concepts {
        let parent = concept.parents.first().map_or("", |parent| parent.code.as_str());
        while open.last().is_some_and(|last| *last != parent) {
            open.pop();
        }
        assert!(parent.is_empty() || !open.is_empty(), "{} does not stand below its parent {parent}", concept.code);
        open.push(&concept.code);
        let before = last_child.insert(parent, &concept.code);
        // Chapters are Roman numerals, and the block U00-U85 stands in the last one.
        assert!(
            parent.is_empty() || before.is_none_or(|before| before < concept.code.as_str()),
            "{} stands behind {before:?}",
            concept.code
        );
    }
}

#[test]
fn every_concept_is_named_in_both_languages_and_once() {
    let bundled = CodeSystem::bundled().unwrap();
    for concept in bundled.concepts() {
        let mut seen = HashSet::new();
        for designation in concept.designations().unwrap() {
            assert!(
                seen.insert((designation.language.clone(), designation.text.to_lowercase())),
                "{concept:?}: {} twice",
                designation.text
            );
        }
        for language in ["vi", "en"] {
            assert!(concept.display_in(language).unwrap().is_some(), "{concept:?} has no name in {language}");
        }
    }
}

#[test]
fn siblings_have_different_names() {
    let bundled = CodeSystem::bundled().unwrap();
    for parent in bundled.concepts() {
        for language in ["vi", "en"] {
            let mut seen = HashMap::new();
            for child in parent.children().unwrap() {
                let name = child.display_in(language).unwrap().unwrap().to_lowercase();
                if let Some(other) = seen.insert(name, child) {
                    panic!("{other:?} and {child:?} have the same name");
                }
            }
        }
    }
}

/// A code is usable if and only if nothing is to be used in its place, and codes look like ICD-10 codes.
#[test]
fn codes_are_well_formed() {
    let bundled = CodeSystem::bundled().unwrap();
    for concept in bundled.concepts() {
        let code = concept.code().unwrap();
        let usability = concept.usability().unwrap();
        assert_eq!(bundled.lookup(&concept.marked_code().unwrap()).unwrap().concept(), Some(concept), "{code}");
        let is_range = code.contains('-');
        let is_chapter = code.bytes().all(|byte| b"IVX".contains(&byte));
        assert_eq!(usability == Usability::Grouper, is_range || is_chapter, "{code}");
        assert!(usability != Usability::Usable || concept.children().unwrap().is_empty(), "{code} has finer codes");
    }
}

/// The verification against the list of Circular 06/2026: prints every disagreement. Only blocks may differ:
/// the list prints fewer of them, so what is compared is the nearest group above that the list has too.
#[test]
fn codes_agree_with_the_national_list() {
    let Some(list) = shared("vn/icd10-tt06-2026.csv") else { return };
    let (draft, report) = tt06::read(&[&list]).unwrap();
    let national = CodeSystem::from_bytes(index::to_bytes(&draft, &report).unwrap()).unwrap();
    let bundled = CodeSystem::bundled().unwrap();
    let counterpart = |concept: &Concept<'_>| match national.lookup(&concept.code().unwrap()).unwrap() {
        Lookup::Found(found) => Some(found.id()),
        _ => None,
    };
    let (mut disagreements, mut finer_blocks) = (Vec::new(), 0);

    for ours in bundled.concepts() {
        let code = ours.code().unwrap();
        let Some(theirs) = counterpart(&ours).and_then(|id| national.concept(id)) else {
            if ours.usability().unwrap() == Usability::Grouper {
                finer_blocks += 1;
            } else {
                disagreements.push(format!("{code}: not listed once"));
            }
            continue;
        };
        let mut compare = |what: &str, ours: String, theirs: String| {
            if ours != theirs {
                disagreements.push(format!("{code}: {what} is {ours:?} here, {theirs:?} in the list"));
            }
        };
        compare("mark", ours.mark().unwrap().as_str().into(), theirs.mark().unwrap().as_str().into());
        let usability = |concept: Concept<'_>| format!("{:?}", concept.usability().unwrap());
        compare("usability", usability(ours), usability(theirs));
        let above = ours.ancestors().unwrap().into_iter().find(|above| counterpart(above).is_some());
        let parent = theirs.parents().unwrap().first().map(|parent| parent.concept);
        let code_of = |concept: Option<Concept<'_>>| concept.map(|concept| concept.code().unwrap()).unwrap_or_default();
        compare("parent", code_of(above), code_of(parent));
    }

    let is_category = |concept: &&DraftConcept| concept.code.len() == 3 && concept.usability != Usability::Grouper;
    let listed: Vec<&DraftConcept> = draft.concepts.iter().filter(is_category).collect();
    assert!(listed.len() > 2_000, "the list's three-character categories were not found");
    let missing: BTreeSet<&str> = listed
        .iter()
        .filter(|concept| bundled.lookup(&concept.code).unwrap().concept().is_none())
        .map(|concept| concept.code.as_str())
        .collect();
    disagreements.extend(missing.iter().map(|code| format!("{code}: a category of the list that is not here")));

    for line in &disagreements {
        println!("{line}");
    }
    assert!(disagreements.is_empty(), "{} disagreements, printed above", disagreements.len());
    println!(
        "{} concepts agree, all {} categories are there, {finer_blocks} blocks are finer than the list's",
        bundled.len() - finer_blocks,
        listed.len()
    );
}
