//! The committed indexes of format version 1 open for ever, and are what this build writes.
//!
//! A change of the format that was not meant shows here. One that was meant needs a new format version, new
//! files beside the old ones, and the old ones must go on answering; `tests/format/README.md` says how.
#![cfg(feature = "search")]
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests may panic")]

#[path = "support/corrupt.rs"]
mod corrupt;
#[path = "support/drafts.rs"]
mod drafts;

use std::path::{Path, PathBuf};

use medterm::code::Mark;
use medterm::source::{DesignationStatus, DesignationUse, EdgeKind, PropertyValue, Usability};
use medterm::{CodeSystem, Concept, Layer, Lookup, SearchOptions, Supplement};

fn file(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/format").join(format!("{name}.mti"))
}

fn open(name: &str) -> CodeSystem {
    let system = CodeSystem::open(file(name)).unwrap();
    system.verify().unwrap();
    system
}

fn find<'a>(system: &'a CodeSystem, code: &str) -> Concept<'a> {
    system.lookup(code).unwrap().concept().unwrap_or_else(|| panic!("{code} is not listed"))
}

fn codes(concepts: &[Concept<'_>]) -> Vec<String> {
    concepts.iter().map(|concept| concept.marked_code().unwrap()).collect()
}

/// The file without the name of the program that wrote it, which changes with every release.
fn without_creator(file: &[u8]) -> Vec<u8> {
    let file = &corrupt::with_section(file, corrupt::SUPPLEMENT, without_creator);
    corrupt::with_section(file, corrupt::IDENTITY, |identity| {
        let name = usize::from(identity[0]);
        assert!(identity[1..].starts_with(b"medterm ") && name < 0x80, "an identity begins with its creator");
        identity[1 + name..].to_vec()
    })
}

#[test]
fn the_present_writer_makes_these_very_bytes() {
    for name in drafts::NAMES {
        let committed = std::fs::read(file(name)).unwrap();
        let written = drafts::bytes(name);
        assert!(
            without_creator(&committed) == without_creator(&written),
            "{name}: the format has changed; was that meant? see tests/format/README.md"
        );
    }
}

/// Writes the files anew: `cargo test --test format -- --ignored`.
#[test]
#[ignore = "writes into the source tree"]
fn write_the_files() {
    for name in drafts::NAMES {
        std::fs::write(file(name), drafts::bytes(name)).unwrap();
    }
}

/// The first files had designations without dialects; what they tell is what the present ones tell.
#[test]
fn the_first_files_answer_as_the_present_ones() {
    for name in ["former", "graph", "later"] {
        let (first, present) = (open(&format!("first-{name}")), open(name));
        assert_eq!((first.len(), first.edition()), (present.len(), present.edition()));
        let mut concepts = 0;
        for (old, new) in first.concepts().zip(present.concepts()) {
            let code = new.marked_code().unwrap();
            assert_eq!(old.marked_code().unwrap(), code);
            let mut terms = new.designations().unwrap();
            terms.iter_mut().for_each(|term| term.acceptability.clear());
            assert_eq!(old.designations().unwrap(), terms, "{code}");
            assert_eq!(old.properties().unwrap(), new.properties().unwrap(), "{code}");
            assert_eq!(old.usability().unwrap(), new.usability().unwrap(), "{code}");
            assert_eq!(codes(&old.ancestors().unwrap()), codes(&new.ancestors().unwrap()), "{code}");
            for term in terms {
                let answer = |system: &CodeSystem| {
                    let answer = system.search(&term.text, &SearchOptions::new()).unwrap();
                    answer.hits.iter().map(|hit| hit.concept.marked_code().unwrap()).collect::<Vec<_>>()
                };
                assert_eq!(answer(&first), answer(&present), "{}", term.text);
            }
            concepts += 1;
        }
        assert_eq!(concepts, present.len());
    }
}

#[test]
fn identities() {
    let later = open("later");
    assert_eq!((later.format_version(), later.len(), later.is_fragment()), (1, 20, false));
    let identity = later.identity();
    assert_eq!((identity.listed, identity.findings), (15, [1, 1, 2]));
    assert_eq!((identity.sources.len(), identity.sources[0].bytes), (1, 7));
    assert_eq!(identity.search_languages, ["en", "vi"]);
    assert_eq!(identity.creator, "medterm 0.1.0");
    let edition = later.edition();
    assert_eq!(edition.to_string(), "list|later");
    assert_eq!(edition.aliases, ["list-example"]);
    assert_eq!(edition.in_force.from.unwrap().to_string(), "2026-07-01");
    assert_eq!(open("former").edition().in_force.until.unwrap().to_string(), "2026-06-30");
    assert!(open("graph").is_fragment());
    let empty = open("empty");
    assert!(empty.is_empty() && empty.roots().unwrap().is_empty());
    assert!(matches!(empty.lookup("A00").unwrap(), Lookup::Unknown { fragment: false, .. }));
    assert!(empty.search("a", &SearchOptions::new()).unwrap().hits.is_empty());
}

#[test]
fn codes_marks_and_twins() {
    let later = open("later");
    let Lookup::Ambiguous(twins) = later.lookup("a17").unwrap() else { panic!("A17 has a twin") };
    assert_eq!(codes(&twins), ["A17", "A17†"]);
    assert_eq!(codes(later.lookup("A17†").unwrap().concepts()), ["A17†", "A17"]);
    let misprint = find(&later, "A17.9");
    assert_eq!((misprint.code().unwrap().as_str(), misprint.source_code().unwrap()), ("A17.9", Some("A17,9")));
    assert_eq!(find(&later, "a170").mark().unwrap(), Mark::Dagger);
    assert_eq!(find(&later, "G01*").mark().unwrap(), Mark::Asterisk);
    let withdrawn = find(&later, "U07.1");
    assert!(!withdrawn.is_active().unwrap() && !withdrawn.is_usable().unwrap());
    assert_eq!(find(&later, "a15-a19").usability().unwrap(), Usability::Grouper);
    assert_eq!(find(&later, "J18").usability().unwrap(), Usability::Heading);
    let starting: Vec<_> = later.codes_starting_with("J18").unwrap().collect();
    assert_eq!(codes(&starting), ["J18", "J18.0", "J18.9"]);
    let graph = open("graph");
    assert_eq!(find(&graph, "03.3911_gt").code().unwrap(), "03.3911_GT");
    assert_eq!(find(&graph, "KG-1").code().unwrap(), "Kg-1");
}

#[test]
fn terms_of_every_use() {
    let later = open("later");
    let pneumonia = find(&later, "J18.9");
    assert_eq!(pneumonia.display().unwrap(), "Viêm phổi, không đặc hiệu");
    assert_eq!(pneumonia.display_in("en").unwrap().as_deref(), Some("Pneumonia, unspecified"));
    assert_eq!(pneumonia.display_in("fr").unwrap(), None);
    let of = |concept: Concept<'_>, r#use| -> Vec<(String, String)> {
        concept.designations_of(&r#use).unwrap().into_iter().map(|term| (term.language.into(), term.text)).collect()
    };
    let term = |language: &str, text: &str| (language.to_owned(), text.to_owned());
    assert_eq!(of(pneumonia, DesignationUse::Synonym), [term("vi", "Sưng phổi"), term("vi", "Phế viêm")]);
    assert_eq!(of(pneumonia, DesignationUse::FormerName), [term("vi", "Viêm phổi, tác nhân không xác định")]);
    assert_eq!(of(pneumonia, DesignationUse::Abbreviated), [term("en", "Pneumonia unsp")]);
    assert_eq!(of(find(&later, "I10"), DesignationUse::Abbreviated), [term("vi", "THA")]);
    assert_eq!(of(find(&later, "I10"), DesignationUse::IndexTerm), [term("en", "High blood pressure")]);
    assert_eq!(of(find(&later, "I50"), DesignationUse::Inclusion), [term("en", "Cardiac failure")]);
    let other = DesignationUse::Other { system: "https://example.org/uses".into(), code: "plain".into() };
    assert_eq!(of(find(&later, "I50"), other), [term("vi", "Tim yếu")]);
    assert_eq!(find(&later, "A17.9").display_in("en").unwrap(), None);
}

#[test]
fn properties_of_every_kind() {
    let later = open("later");
    let names: Vec<_> = later.properties().iter().map(|property| property.name.as_str()).collect();
    assert_eq!(names, ["never-main-diagnosis", "least-age", "note", "goes-with"]);
    let meningitis = find(&later, "G01");
    assert!(meningitis.has("never-main-diagnosis").unwrap());
    assert!(!find(&later, "I10").has("never-main-diagnosis").unwrap());
    assert_eq!(find(&later, "I10").property("least-age").unwrap(), [PropertyValue::Integer(-3)]);
    assert_eq!(find(&later, "I13").property("least-age").unwrap(), [PropertyValue::Integer(i64::MAX)]);
    let note = PropertyValue::Text("Ghi rõ tác nhân nếu biết.".into());
    assert_eq!(find(&later, "J18.0").property("note").unwrap(), [note]);
    let pairs = ["A17.0†", "A17†"].map(|code| PropertyValue::Code(code.into()));
    assert_eq!(meningitis.property("goes-with").unwrap(), pairs);
    assert_eq!(meningitis.properties().unwrap().len(), 3);
}

#[test]
fn hierarchies() {
    let later = open("later");
    assert_eq!(codes(&later.roots().unwrap()), ["I", "VI", "IX", "X", "M54.5"]);
    assert_eq!(codes(&find(&later, "A15-A19").children().unwrap()), ["A16.2", "A17", "A17†"]);
    assert_eq!(codes(&find(&later, "A17.0").ancestors().unwrap()), ["A17", "A15-A19", "I"]);
    assert_eq!(codes(&find(&later, "X").usable_codes().unwrap()), ["J18.0", "J18.9"]);

    let graph = open("graph");
    let parents = find(&graph, "left-lung").parents().unwrap();
    let parents: Vec<_> = parents.iter().map(|parent| (parent.concept.code().unwrap(), parent.kind)).collect();
    assert_eq!(parents, [("lung".to_owned(), EdgeKind::IsA), ("body".to_owned(), EdgeKind::PartOf)]);
    assert_eq!(codes(&find(&graph, "left-lung").ancestors().unwrap()), ["lung", "organ", "chest", "body"]);
    let below: Vec<_> = find(&graph, "body").descendants().unwrap().collect::<Result<_, _>>().unwrap();
    assert_eq!(codes(&below), ["chest", "heart", "lung", "left-lung"]);
    assert!(find(&graph, "chest").subsumes(&find(&graph, "left-lung")).unwrap());
    assert!(!find(&graph, "heart").subsumes(&find(&graph, "03.3911_GT")).unwrap(), "a part is not a kind");
}

#[test]
fn words() {
    let later = open("later");
    for (query, code) in
        [("suy tim", "I50"), ("viem mang nao do lao", "A17.0†"), ("heart failure", "I50"), ("sung phoi", "J18.9")]
    {
        let answer = later.search(query, &SearchOptions::new()).unwrap();
        let found: Vec<_> = answer.hits.iter().map(|hit| hit.concept).collect();
        // What comes first is the ranking's affair, which may change.
        assert!(codes(&found).contains(&code.to_owned()), "{query}");
    }
    let short = later.search("THA", &SearchOptions::new()).unwrap();
    assert!(short.hits.iter().all(|hit| hit.designation.text != "THA"), "short forms are not searched");
    let graph = open("graph");
    assert_eq!(codes(&[graph.search("lung cell", &SearchOptions::new()).unwrap().hits[0].concept]), ["Kg-1"]);
}

#[test]
fn supplements() {
    let names = Supplement::open(file("names")).unwrap();
    names.verify().unwrap();
    assert_eq!((names.len(), names.supplements()), (6, "https://example.org/list"));
    assert_eq!(names.edition().to_string(), "local-names|3");
    let later = open("later").with_supplement(names).unwrap();
    assert_eq!(find(&later, "A17†").display_in("fr").unwrap().as_deref(), Some("Tuberculose du système nerveux†"));
    assert!(find(&later, "I10").has("local-flag").unwrap());
    assert_eq!(later.unmatched(&later.supplements()[0]).unwrap(), ["Z99.8"]);

    let carrying = open("carrying");
    assert_eq!(carrying.supplements()[0].edition().to_string(), "local-names|3");
    let found = carrying.search("ap huyet cao", &SearchOptions::new()).unwrap();
    assert_eq!(
        (found.hits[0].concept.code().unwrap().as_str(), found.hits[0].designation.layer),
        ("I10", Layer::Supplement(0))
    );
}

#[test]
fn places_and_withdrawn_terms() {
    let places = open("places");
    let hypertension = find(&places, "D006976");
    let labels: Vec<_> = hypertension.positions().unwrap().iter().map(|place| place.label().unwrap()).collect();
    assert_eq!(labels, ["C08.381", "C14.907"]);
    let below = places.position("C14.907").unwrap().unwrap().children().unwrap();
    assert_eq!(codes(&[below[0].concept().unwrap()]), ["D000081029"]);
    let terms = hypertension.designations().unwrap();
    let told: Vec<_> = terms.iter().map(|term| (term.status, term.id.as_deref())).collect();
    assert_eq!(
        told,
        [
            (DesignationStatus::Active, None),
            (DesignationStatus::Active, Some("T000001")),
            (DesignationStatus::Inactive, Some("T000003")),
            (DesignationStatus::Inactive, Some("T000002")),
        ]
    );
}
