mod code_systems;
mod hostile;
mod maps;
mod round_trip;
mod value_sets;

use super::*;
use crate::source::{DraftConcept, PropertyValue};

/// Reads what must hold one resource.
fn one(name: &str, text: &str) -> (Resource, Report) {
    let mut found = Settings::new().read_bytes(name, text.as_bytes()).unwrap();
    assert_eq!(found.list.len(), 1, "{found:?}");
    found.list.remove(0)
}

fn system(text: &str) -> (CodeSystemDraft, Report) {
    match one("a.json", text) {
        (Resource::CodeSystem(system), report) => (*system, report),
        other => panic!("{other:?}"),
    }
}

/// A code system with these members behind the usual ones.
fn with(members: &str) -> (CodeSystemDraft, Report) {
    system(&format!(
        r#"{{"resourceType": "CodeSystem", "id": "list", "url": "http://example.org/list", "version": "1",
            "language": "en", "content": "complete", {members}}}"#
    ))
}

fn rules(report: &Report) -> Vec<(Severity, &'static str, Option<&str>)> {
    report.entries().iter().map(|entry| (entry.severity, entry.rule, entry.code.as_deref())).collect()
}

fn concept<'a>(system: &'a CodeSystemDraft, code: &str) -> &'a DraftConcept {
    system.draft.concepts.iter().find(|concept| concept.code == code).unwrap()
}

fn values<'a>(system: &'a CodeSystemDraft, code: &str, property: &str) -> Vec<&'a PropertyValue> {
    let number = system.draft.properties.iter().position(|known| known.name == property).unwrap();
    concept(system, code).properties.iter().filter(|(known, _)| *known == number).map(|(_, value)| value).collect()
}

fn parents<'a>(system: &'a CodeSystemDraft, code: &str) -> Vec<&'a str> {
    concept(system, code).parents.iter().map(|parent| parent.code.as_str()).collect()
}
