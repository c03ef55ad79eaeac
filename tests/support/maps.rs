//! An invented map that has one of everything.
#![allow(dead_code, reason = "not each test uses all of it")]

use medterm::code::CodeGrammar;
use medterm::source::{
    MapCondition, MapDraft, MapRow, MapSide, Place, Relationship, Report, Severity, SourceFile, Unmapped,
};
use medterm::{Edition, InForce, index};

fn some(text: &str) -> Option<String> {
    Some(text.to_owned())
}

fn condition(attribute: &str, system: &str, value: &str) -> MapCondition {
    MapCondition { attribute: attribute.into(), system: system.into(), value: value.into() }
}

fn property(name: &str, value: &str) -> (String, String) {
    (name.to_owned(), value.to_owned())
}

/// Sources out of order, marks, several spellings, combinations, rules, expressions, a name without a target.
pub(crate) fn everything() -> MapDraft {
    let row = |source: &str, target: Option<&str>, line: u32| MapRow {
        source: source.into(),
        target: target.map(str::to_owned),
        line,
        ..MapRow::default()
    };
    let rule = "IFA 248153007 | Male (finding) | AND IFA 445518008 | Age at onset of clinical finding | < 18.0 years";
    let approximate = || vec![property("approximate", "1"), property("approximate", "again"), property("", "")];
    let rows = vec![
        MapRow {
            source_display: some("Sốt xuất huyết Dengue"),
            target_display: some("Dengue without warning signs"),
            relationship: Some(Relationship::SourceIsBroaderThanTarget),
            ..row("A97", Some("1D20"), 2)
        },
        MapRow {
            source_display: some("Sốt xuất huyết Dengue"),
            relationship: Some(Relationship::RelatedTo),
            priority: 2,
            ..row("a97", Some("1D21&XN8P1"), 3)
        },
        // Back to a code that sorts before.
        MapRow { relationship: Some(Relationship::Equivalent), ..row("A17.0†", Some("1B11.0"), 4) },
        MapRow { relationship: Some(Relationship::Equivalent), ..row("A17.0*", Some("1D00"), 5) },
        MapRow { relationship: Some(Relationship::NotRelatedTo), ..row("A17.0", Some("1B11.0"), 6) },
        MapRow {
            advice: some("No code there says so; a person must look."),
            target_display: some("No mapping"),
            ..row("Z99.8", None, 8)
        },
        MapRow { scenario: 1, choice: 1, properties: approximate(), ..row("E11.3", Some("5A11"), 9) },
        MapRow { scenario: 1, choice: 2, properties: approximate(), ..row("E11.3", Some("9B71.0"), 9) },
        MapRow { scenario: 2, choice: u16::MAX, ..row("E11.3", Some("5A11"), 9) },
        MapRow { group: 1, priority: 1, rule: some(rule), advice: some("ALWAYS J45.9"), ..row("J45", Some("CA23"), 0) },
        MapRow { group: 1, priority: 2, rule: some("OTHERWISE TRUE"), ..row("J45", Some("CA23.3"), 0) },
        MapRow {
            group: 2,
            depends_on: vec![
                condition("http://example.org/age", "", "18"),
                condition("sex", "http://hl7.org/fhir/administrative-gender", "female"),
            ],
            products: vec![condition("laterality", "http://example.org/sides", "left")],
            target_display: some("Asthma, another name"),
            ..row("J45", Some("ca23"), 0)
        },
        MapRow {
            relationship: Some(Relationship::SourceIsNarrowerThanTarget),
            ..row("not a code", Some("two words "), 12)
        },
        row("", Some(""), 1),
        row("B20–B24", Some("1C62"), 70_000),
    ];
    MapDraft {
        edition: Edition {
            system: "list-to-later".into(),
            url: "https://example.org/map".into(),
            version: "2026".into(),
            title: "An invented map".into(),
            issued_by: "nobody".into(),
            in_force: InForce { from: "2026-07-01".parse().ok(), until: None },
            aliases: vec!["invented".into()],
        },
        source: MapSide { system: "icd10-vn".into(), version: "tt06".into(), grammar: CodeGrammar::Icd10 },
        target: MapSide { system: "http://id.who.int/icd/release/11/mms".into(), ..MapSide::default() },
        unmapped: Unmapped::Fixed { code: "MG9Y".into(), display: some("Nothing more is known") },
        rows,
    }
}

pub(crate) fn report() -> Report {
    let mut report = Report::of(vec![SourceFile::of("map.txt", b"content")]);
    report.rows = 16;
    report.add(Severity::Refused, "field-count", Place::line("map.txt", 7), Some("Z99"), "a field is missing");
    report
}

pub(crate) fn bytes() -> Vec<u8> {
    index::map_to_bytes(&everything(), &report()).unwrap()
}
