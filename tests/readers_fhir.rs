//! The FHIR reader on real resources. Every count was taken from the files by other means.
#![cfg(feature = "fhir")]
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests may panic")]

mod support;

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufReader, Read};

use medterm::source::fhir::{CodeSystemDraft, FhirRelease, Resource, Settings, ValueSetDraft};
use medterm::source::{Report, Severity};
use medterm::{Error, index};
use support::shared;

/// Hands each file of the HL7 terminology to `visit`: path and content.
fn each_file(mut visit: impl FnMut(&str, &[u8])) -> bool {
    let Some(path) = shared("intl/fhir/hl7-utg-sourceOfTruth.tar.zst") else { return false };
    let source = BufReader::new(File::open(path).unwrap());
    let mut archive = tar::Archive::new(ruzstd::decoding::StreamingDecoder::new(source).unwrap());
    let mut content = Vec::new();
    for entry in archive.entries().unwrap() {
        let mut entry = entry.unwrap();
        let path = entry.path().unwrap().to_string_lossy().into_owned();
        if entry.header().entry_type().is_file() && (path.ends_with(".xml") || path.ends_with(".json")) {
            content.clear();
            entry.read_to_end(&mut content).unwrap();
            visit(&path, &content);
        }
    }
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
        for entry in &report.entries {
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
    println!("{kinds:?} {concepts} {inactive} {groupers} {designations}");
    println!("{rules:#?}");
    println!("{refused:#?}");
}
