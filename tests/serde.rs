//! Plain data goes through JSON and comes back the same.
#![cfg(feature = "serde")]
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests may panic")]

#[path = "support/drafts.rs"]
mod drafts;

use std::fmt::Debug;

use medterm::code::{CodeGrammar, Mark};
use medterm::source::{Designation, DesignationStatus, Draft, PropertyValue, Severity, Usability};
use medterm::{CodeSystem, Date, Edition, Layer};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

fn round_trip<T: Serialize + DeserializeOwned + PartialEq + Debug>(value: &T) -> Value {
    let text = serde_json::to_string(value).unwrap();
    assert_eq!(&serde_json::from_str::<T>(&text).unwrap(), value, "{text}");
    serde_json::from_str(&text).unwrap()
}

#[test]
fn drafts_and_what_indexes_tell_come_back() {
    for name in drafts::NAMES {
        let (draft, report) = drafts::list(name);
        round_trip(&draft);
        assert_eq!(serde_json::to_value(&report).unwrap()["entries"].as_array().unwrap().len(), report.entries().len());
        if name == drafts::SUPPLEMENT {
            continue;
        }
        let system = CodeSystem::from_bytes(drafts::bytes(name)).unwrap();
        round_trip(system.identity());
        round_trip(system.edition());
        for concept in system.concepts() {
            round_trip(&concept.designations().unwrap());
            concept.properties().unwrap().iter().for_each(|(_, value)| drop(round_trip(value)));
        }
        assert!(system.sections().all(|section| serde_json::to_value(section).unwrap()["length"].is_u64()));
    }
}

#[cfg(feature = "search")]
#[test]
fn what_hits_tell_comes_back() {
    let system = CodeSystem::from_bytes(drafts::bytes("later")).unwrap();
    let answer = system.search("sung pho", &medterm::SearchOptions::new()).unwrap();
    for hit in &answer.hits {
        round_trip(&hit.matches);
        assert_eq!(round_trip(&hit.confidence), hit.confidence.as_str());
        for reading in hit.readings() {
            assert_eq!(round_trip(&reading), reading.as_str());
        }
    }
    assert!(!answer.hits.is_empty());
}

#[test]
fn the_written_forms_are_those_of_the_documentation() {
    let day: Date = "2026-07-01".parse().unwrap();
    assert_eq!(round_trip(&day), "2026-07-01");
    assert!(serde_json::from_value::<Date>(json!("2026-02-30")).is_err());
    assert_eq!(round_trip(&Severity::Doubtful), Severity::Doubtful.as_str());
    assert_eq!(round_trip(&(Usability::Grouper, Mark::Dagger)), json!(["grouper", "dagger"]));
    assert_eq!(round_trip(&CodeGrammar::Icd10), "icd10");
    assert_eq!(round_trip(&Layer::Supplement(2)), json!({"supplement": 2}));
    assert_eq!(round_trip(&PropertyValue::Boolean(true)), json!({"boolean": true}));
    assert_eq!(round_trip(&DesignationStatus::Inactive), "inactive");
    // What is not told is what it is by default, so that older and shorter writings can be read.
    let edition: Edition = serde_json::from_value(json!({"system": "icd10-vn", "version": "tt06"})).unwrap();
    assert_eq!(edition.to_string(), "icd10-vn|tt06");
    let name: Designation = serde_json::from_value(json!({"text": "Sốt", "language": "vi"})).unwrap();
    assert_eq!(name, Designation::preferred("vi", "Sốt"));
    let draft: Draft = serde_json::from_value(json!({"concepts": [{"code": "A00"}]})).unwrap();
    assert_eq!(draft.concepts[0].code, "A00");
}
