//! The FHIR reader on real resources. Every count was taken from the files by other means.
#![cfg(all(feature = "fhir", feature = "archive"))]
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests may panic")]

mod support;

use std::collections::BTreeMap;

use medterm::source::fhir::{CodeSystemDraft, ConceptMapDraft, FhirRelease, Resource, Settings, ValueSetDraft};
use medterm::source::{Input, InputEntry, Relationship, Report, Severity};
use medterm::{Error, index};
use support::shared;

/// Hands each file of the HL7 terminology to `visit`: path and content.
fn each_file(mut visit: impl FnMut(&str, &[u8])) -> bool {
    let Some(path) = shared("intl/fhir/hl7-utg-sourceOfTruth.tar.zst") else { return false };
    let input = Input::open(path).unwrap();
    let is_resource = |entry: &&InputEntry| entry.name().ends_with(".xml") || entry.name().ends_with(".json");
    let mut content = Vec::new();
    Input::for_each(input.entries().iter().filter(is_resource), |entry, source| {
        content.clear();
        source.read_to_end(&mut content).unwrap();
        visit(entry.path(), &content);
        Ok(())
    })
    .unwrap();
    true
}

/// The kind of a resource and how many concepts it has, by its plain text.
fn counted(content: &[u8]) -> (String, usize) {
    let text = std::str::from_utf8(content).unwrap();
    if text.trim_start_matches('\u{feff}').trim_start().starts_with('<') {
        let mut text = text.to_owned();
        while let Some((before, comment)) = text.split_once("<!--") {
            text = format!("{before}{}", comment.split_once("-->").unwrap().1);
        }
        let root = text.split('<').find(|tag| tag.starts_with(|first: char| first.is_ascii_alphabetic())).unwrap();
        let kind = root.split(|c: char| !c.is_ascii_alphanumeric()).next().unwrap();
        return (kind.to_owned(), text.matches("<concept>").count() + text.matches("<concept ").count());
    }
    fn concepts(value: &serde_json::Value) -> usize {
        let list = value["concept"].as_array().map_or(&[][..], Vec::as_slice);
        list.iter().map(|concept| 1 + concepts(concept)).sum()
    }
    let value: serde_json::Value = serde_json::from_str(text).unwrap();
    (value["resourceType"].as_str().unwrap().to_owned(), concepts(&value))
}

fn one(path: &str, content: &[u8]) -> (Resource, Report) {
    let mut found = Settings::new().read_bytes(path, content).unwrap_or_else(|error| panic!("{path}: {error}"));
    assert_eq!(found.list.len(), 1, "{path}");
    found.list.remove(0)
}

/// What is read again of what was written.
fn again(system: &CodeSystemDraft, release: FhirRelease) -> Resource {
    let mut json = Vec::new();
    system.write_json(release, &mut json).unwrap();
    one("again.json", &json).0
}

fn value_set_again(set: &ValueSetDraft, release: FhirRelease) -> Resource {
    let mut json = Vec::new();
    set.write_json(release, &mut json).unwrap();
    one("again.json", &json).0
}

#[test]
fn every_resource_of_the_hl7_terminology() {
    let mut kinds: BTreeMap<&str, usize> = BTreeMap::new();
    let mut rules: BTreeMap<(Severity, &str), usize> = BTreeMap::new();
    let (mut concepts, mut inactive, mut groupers, mut designations, mut refused) = (0, 0, 0, 0, Vec::new());
    let was_read = each_file(|path, content| {
        let (kind, count) = counted(content);
        let (resource, report) = one(path, content);
        for entry in report.entries() {
            *rules.entry((entry.severity, entry.rule)).or_default() += 1;
        }
        match &resource {
            Resource::CodeSystem(system) => {
                *kinds.entry("CodeSystem").or_default() += 1;
                assert_eq!((kind.as_str(), count), ("CodeSystem", system.draft.concepts.len()), "{path}");
                concepts += count;
                inactive += system.draft.concepts.iter().filter(|concept| concept.inactive).count();
                groupers += system
                    .draft
                    .concepts
                    .iter()
                    .filter(|concept| concept.usability == medterm::source::Usability::Grouper)
                    .count();
                designations += system.draft.concepts.iter().map(|concept| concept.designations.len()).sum::<usize>();
                for release in [FhirRelease::R4, FhirRelease::R5] {
                    assert_eq!(again(system, release), resource, "{path}");
                }
                match index::to_bytes(&system.draft, &report) {
                    Ok(_) => {}
                    Err(Error::Draft { message, .. }) => {
                        let told = ["code-form", "case-twin"].into_iter().flat_map(|rule| report.of_rule(rule)).count();
                        assert!(told > 0, "{path}: {message}");
                        refused.push(path.to_owned());
                    }
                    Err(error) => panic!("{path}: {error}"),
                }
            }
            Resource::ValueSet(set) => {
                *kinds.entry("ValueSet").or_default() += 1;
                assert_eq!(kind, "ValueSet", "{path}");
                let listed = set.include.iter().chain(&set.exclude).map(|rule| rule.concepts.len()).sum::<usize>();
                if path.ends_with(".xml") {
                    assert_eq!(count, listed, "{path}");
                }
                for release in [FhirRelease::R4, FhirRelease::R5] {
                    assert_eq!(value_set_again(set, release), resource, "{path}");
                }
            }
            Resource::NamingSystem(system) => {
                *kinds.entry("NamingSystem").or_default() += 1;
                assert_eq!(kind, "NamingSystem", "{path}");
                assert!(!system.unique_ids.is_empty(), "{path}");
            }
            other => panic!("{other:?}"),
        }
    });
    if !was_read {
        return;
    }
    let kinds: Vec<_> = kinds.into_iter().collect();
    assert_eq!(kinds, [("CodeSystem", 928), ("NamingSystem", 675), ("ValueSet", 2_533)]);
    assert_eq!((concepts, inactive, groupers, designations), (20_379, 661, 744, 22_096));
    let rules: Vec<_> = rules.into_iter().map(|((_, rule), count)| (rule, count)).collect();
    assert_eq!(
        rules,
        [
            ("content-not-present", 2),
            ("copyright", 867),
            ("hierarchy-meaning", 7),
            ("language-assumed", 741),
            ("missing-display", 219),
            ("experimental", 6),
            ("undefined-property", 15),
        ]
    );
    assert_eq!(refused, [""; 0], "all can be indexed");
}

#[test]
fn the_global_patient_set_of_snomed_ct() {
    let Some(path) = shared("intl/fhir/ValueSet-snomed-intl-gps.json") else { return };
    let found = Settings::new().read(&path).unwrap();
    let [(Resource::ValueSet(set), report)] = found.list.as_slice() else { panic!() };
    let text = std::fs::read_to_string(&path).unwrap();
    let listed = text.matches("\"code\"").count() - text.matches("\"code\": \"001\"").count();
    assert_eq!(set.include[0].concepts.len(), listed);
    assert_eq!(listed, 26_158);
    assert_eq!(report.rows, 26_158);
    assert_eq!(report.entries(), []);
    assert_eq!(set.include[0].system.as_deref(), Some("http://snomed.info/sct"));
    assert_eq!(set.include[0].version.as_deref(), Some("http://snomed.info/sct/900000000000207008/version/20200731"));
    assert_eq!(value_set_again(set, FhirRelease::R5), Resource::ValueSet(set.clone()));
}

#[test]
fn concept_maps_of_r4() {
    let Some(path) = shared("intl/fhir/r4-conceptmaps-bundle.json") else { return };
    let found = Settings::new().read(&path).unwrap();
    assert_eq!((found.list.len(), found.report.entries().len()), (19, 0));
    let (mut words, mut products, mut rows) = (BTreeMap::new(), 0, 0);
    let mut rules: BTreeMap<&str, usize> = BTreeMap::new();
    for (resource, report) in &found.list {
        let Resource::ConceptMap(map) = resource else { panic!("{resource:?}") };
        for entry in report.entries() {
            *rules.entry(entry.rule).or_default() += 1;
        }
        for row in map.maps.iter().flat_map(|map| &map.rows) {
            rows += 1;
            products += usize::from(!row.products.is_empty());
            let kept = row.properties.iter().find(|(name, _)| name == "equivalence").map(|(_, word)| word.as_str());
            let word = (row.relationship.map(Relationship::as_r4_equivalence), kept, row.target.is_some());
            *words.entry(word).or_insert(0) += 1;
        }
        for release in [FhirRelease::R4, FhirRelease::R5] {
            let mut json = Vec::new();
            map.write_json(release, &mut json).unwrap();
            let (Resource::ConceptMap(again), _) = one("again.json", &json) else { panic!() };
            let lines_aside = |map: &ConceptMapDraft| {
                let mut map = map.clone();
                map.maps.iter_mut().flat_map(|map| &mut map.rows).for_each(|row| row.line = 0);
                map
            };
            assert_eq!(lines_aside(&again), lines_aside(map));
        }
    }
    let words: Vec<_> = words.into_iter().collect();
    assert_eq!(
        words,
        [
            ((None, None, false), 56),
            ((Some("disjoint"), None, true), 1),
            ((Some("equivalent"), None, true), 244),
            ((Some("equivalent"), Some("equal"), true), 34),
            ((Some("narrower"), None, true), 7),
            ((Some("wider"), None, true), 11),
        ]
    );
    // One of the 354 targets is of an element without a code.
    assert_eq!((rows, products), (353, 93));
    assert_eq!(rules.into_iter().collect::<Vec<_>>(), [("copyright", 2), ("experimental", 3), ("missing-code", 1)]);
}

#[test]
fn concept_map_of_loinc_and_devices() {
    let Some(path) = shared("intl/fhir/conceptmap-loinc-mdc.xml") else { return };
    let found = Settings::new().read(&path).unwrap();
    let [(Resource::ConceptMap(map), report)] = found.list.as_slice() else { panic!() };
    let text = std::fs::read_to_string(&path).unwrap();
    let [map] = map.maps.as_slice() else { panic!() };
    assert_eq!((map.rows.len(), text.matches("<target>").count()), (590, 590));
    assert_eq!(
        (map.source.system.as_str(), map.target.system.as_str()),
        ("urn:iso:std:iso:11073:10101", "http://loinc.org")
    );
    let first = &map.rows[0];
    assert_eq!((first.source.as_str(), first.target.as_deref(), first.line), ("160116", Some("11556-8"), 27));
    assert!(map.rows.iter().all(|row| row.relationship.is_some()));
    assert_eq!(report.entries().iter().map(|entry| entry.rule).collect::<Vec<_>>(), ["copyright", "experimental"]);
}
