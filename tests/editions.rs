//! Which edition answers, and what its answer says, on the two national lists: the worked cases that concern
//! lookup and editions.
#![cfg(all(feature = "csv", feature = "xlsx"))]
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests may panic")]

#[path = "support/lists.rs"]
mod lists;
mod support;

use medterm::code::Mark;
use medterm::source::Usability;
use medterm::{Concept, Date, Lookup, SearchOptions, Terminology};

const ICD10: &str = "icd10-vn";

fn both() -> Option<Terminology> {
    let (former, later) = (lists::qd4469()?, lists::tt06()?);
    Some(Terminology::new([later.system.clone(), former.system.clone()]).unwrap())
}

fn day(text: &str) -> Date {
    text.parse().unwrap()
}

/// The national list on the last day of Decision 4469 and on the first of Circular 06.
fn before_and_after() -> Option<(Terminology, Terminology)> {
    let both = both()?;
    Some((both.as_of(day("2026-06-30")), both.as_of(day("2026-07-01"))))
}

fn found<'a>(terminology: &'a Terminology, code: &str) -> Concept<'a> {
    match terminology.lookup(ICD10, code).unwrap() {
        Lookup::Found(concept) => concept,
        other => panic!("{code}: {other:?}"),
    }
}

fn flags(concept: &Concept<'_>) -> Vec<&'static str> {
    let flags = [
        "never-main-diagnosis",
        "discouraged-main-diagnosis",
        "death-cause-only",
        "mostly-female",
        "mostly-male",
        "female-only",
        "male-only",
    ];
    flags.into_iter().filter(|flag| concept.has(flag).unwrap()).collect()
}

fn known_in(lookup: &Lookup<'_>) -> Vec<String> {
    match lookup {
        Lookup::Unknown { known_in, fragment: false } => known_in.iter().map(ToString::to_string).collect(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn spellings_of_a_code() {
    let Some((_, after)) = before_and_after() else { return };
    for typed in ["J18.9", "j189", " J18.9 ", "J189", "j18.9\t"] {
        let concept = found(&after, typed);
        assert_eq!(concept.code().unwrap(), "J18.9", "{typed:?}");
        assert!(concept.display().unwrap().starts_with("Viêm phổi, không xác định"));
    }
    assert_eq!(found(&after, "G01*").mark().unwrap(), Mark::Asterisk);
    assert_eq!(found(&after, "g01").marked_code().unwrap(), "G01*");
    assert_eq!(found(&after, "A17.0†").marked_code().unwrap(), "A17.0†");
}

#[test]
fn the_end_date_chooses_the_edition() {
    let Some((before, after)) = before_and_after() else { return };
    assert_eq!(known_in(&before.lookup(ICD10, "S06.00").unwrap()), ["icd10-vn|tt06"]);
    assert!(found(&after, "S06.00").is_usable().unwrap());
    // 17:30 UTC on 30 June is 1 July in Vietnam.
    let end = Date::from_unix_seconds(1_782_840_600, Date::VIETNAM_UTC_OFFSET);
    assert_eq!(end, day("2026-07-01"));
    assert_eq!(found(&after.as_of(end), "S06.00").system().edition().version, "tt06");
    let utc = Date::from_unix_seconds(1_782_840_600, 0);
    assert_eq!(found(&after.as_of(utc), "J18.9").system().edition().version, "qd4469");

    // A version that is named is not held against the day.
    assert!(before.lookup("icd10-vn|tt06", "S06.00").unwrap().concept().is_some());
    // A date for which no edition is loaded: nothing can be said. (The older edition's first day is not known.)
    let only_later = Terminology::new([lists::tt06().unwrap().system.clone()]).unwrap();
    assert_eq!(only_later.as_of(day("2026-06-30")).lookup(ICD10, "J18.9").unwrap(), Lookup::NotLoaded);
}

#[test]
fn without_an_end_date_the_answer_is_provisional() {
    let Some(both) = both() else { return };
    assert_eq!(both.date(), None);
    // The latest edition answers, and says that it did.
    let concept = found(&both, "J18.9");
    assert_eq!(concept.system().edition().to_string(), "icd10-vn|tt06");
    assert!(concept.system().edition().in_force.from == Some(day("2026-07-01")));
    assert_eq!(known_in(&both.lookup(ICD10, "A90").unwrap()), ["icd10-vn|qd4469"]);
    let current: Vec<String> = both.current().map(|system| system.edition().to_string()).collect();
    assert_eq!(current, ["icd10-vn|tt06"]);
}

#[test]
fn headings_offer_their_usable_codes() {
    let Some((before, after)) = before_and_after() else { return };
    let usable = |terminology, code| -> Vec<String> {
        found(terminology, code).usable_codes().unwrap().iter().map(|concept| concept.code().unwrap()).collect()
    };
    assert!(found(&before, "M54.5").is_usable().unwrap());
    assert_eq!(found(&after, "M54.5").usability().unwrap(), Usability::Heading);
    assert_eq!(usable(&after, "M54.5"), ["M54.50", "M54.55", "M54.56", "M54.57", "M54.58", "M54.59"]);

    assert!(!found(&after, "E11").is_usable().unwrap());
    let finer: Vec<String> = (0..10).map(|digit| format!("E11.{digit}")).collect();
    let offered = usable(&after, "E11");
    assert!(offered.iter().all(|code| finer.iter().any(|finer| code.starts_with(finer.as_str()))), "{offered:?}");
    assert_eq!(usable(&after, "J18.9"), ["J18.9"]);

    let claim = ["M86", "E87", "E11", "I10"];
    let usable: Vec<_> = claim.into_iter().filter(|code| found(&after, code).is_usable().unwrap()).collect();
    assert_eq!(usable, ["I10"]);
}

#[test]
fn withdrawn_and_repaired_codes() {
    let Some((before, after)) = before_and_after() else { return };
    assert!(found(&before, "A90").is_usable().unwrap());
    for code in ["A90", "K35.9"] {
        assert_eq!(known_in(&after.lookup(ICD10, code).unwrap()), ["icd10-vn|qd4469"]);
    }
    assert_eq!(known_in(&after.lookup(ICD10, "J18.99").unwrap()), [""; 0]);

    assert!(found(&before, "M14.20*").is_usable().unwrap());
    assert_eq!(known_in(&after.lookup(ICD10, "M14.20*").unwrap()), ["icd10-vn|qd4469"]);
    assert!(found(&after, "M14.2*").is_usable().unwrap());

    let misprint = found(&after, "U13.9");
    assert_eq!(misprint.source_code().unwrap(), Some("U13/9"));
    let report = &lists::tt06().unwrap().report;
    let repair = report.of_rule("code-misprint").next().unwrap();
    assert_eq!(repair.code.as_deref(), Some("U13/9"));
    assert_eq!(repair.severity, medterm::source::Severity::Repaired);
    assert!(repair.place.line.is_some());
}

#[test]
fn twins_are_both_told() {
    let Some((before, after)) = before_and_after() else { return };
    for (typed, first) in [("A17", "A17"), ("a17†", "A17†"), ("A17+", "A17†")] {
        let Lookup::Ambiguous(rows) = before.lookup(ICD10, typed).unwrap() else { panic!("{typed} is no twin") };
        assert_eq!(rows.len(), 2);
        assert_eq!(rows[0].marked_code().unwrap(), first);
    }
    found(&after, "A17");
}

#[test]
fn a_list_that_is_not_loaded_says_nothing() {
    let Some(later) = lists::tt06() else { return };
    // A list of services is loaded, the diagnoses are not.
    let draft = medterm::source::Draft {
        edition: medterm::Edition { system: "service".into(), version: "1".into(), ..Default::default() },
        language: "vi".into(),
        concepts: vec![medterm::source::DraftConcept { code: "01.0117.0118".into(), ..Default::default() }],
        ..Default::default()
    };
    let bytes = medterm::index::to_bytes(&draft, &Default::default()).unwrap();
    let services = medterm::CodeSystem::from_bytes(bytes).unwrap();
    let only_services = Terminology::new([services.clone()]).unwrap();
    for code in ["J18.9", "S06.00", "nonsense", ""] {
        assert_eq!(only_services.lookup(ICD10, code).unwrap(), Lookup::NotLoaded, "{code}");
    }
    assert!(only_services.lookup("service", "01.0117.0118").unwrap().concept().is_some());
    let with_both = Terminology::new([services, later.system.clone()]).unwrap();
    assert!(with_both.lookup(ICD10, "J18.9").unwrap().concept().is_some());
    // A code of one system is not looked for in another.
    assert_eq!(known_in(&with_both.lookup(ICD10, "01.0117.0118").unwrap()), [""; 0]);
}

#[test]
fn rules_are_properties_of_each_code_alone() {
    let Some((before, after)) = before_and_after() else { return };
    let cases: [(&str, &[&str], &[&str]); 9] = [
        ("R65.2", &[], &["never-main-diagnosis"]),
        ("G31.1", &["never-main-diagnosis"], &[]),
        ("B95.0", &["never-main-diagnosis"], &["never-main-diagnosis"]),
        ("C53.0", &["female-only"], &["mostly-female"]),
        ("N40", &["male-only"], &["mostly-male"]),
        ("F53", &[], &[]),
        ("F53.0", &["female-only"], &["mostly-female"]),
        ("O96.0", &["never-main-diagnosis", "female-only"], &["death-cause-only", "mostly-female"]),
        ("P95", &["never-main-diagnosis"], &["death-cause-only"]),
    ];
    for (code, flags_before, flags_after) in cases {
        assert_eq!(flags(&found(&after, code)), flags_after, "{code} after");
        match before.lookup(ICD10, code).unwrap() {
            Lookup::Found(concept) => assert_eq!(flags(&concept), flags_before, "{code} before"),
            _ => assert!(flags_before.is_empty(), "{code}"),
        }
    }
    let cases = [
        ("H90.3", "discouraged-main-diagnosis"),
        ("B90.0", "discouraged-main-diagnosis"),
        ("G01", "never-main-diagnosis"),
    ];
    for (code, flag) in cases {
        assert!(flags(&found(&after, code)).contains(&flag), "{code}");
    }
}

#[test]
fn codes_of_the_other_edition_never_appear() {
    let Some((before, after)) = before_and_after() else { return };
    let options = SearchOptions::new().limit(50);
    for (terminology, version) in [(&before, "qd4469"), (&after, "tt06")] {
        for query in
            ["sốt xuất huyết", "viem ruot thua", "A90", "S06.0", "K35", "M54.5", "dengue", "đau thắt lưng", "M14.2"]
        {
            for hit in terminology.search(query, &options).unwrap().hits {
                assert_eq!(hit.concept.system().edition().version, version, "{query}: {hit:?}");
            }
        }
    }
    let codes = |terminology: &Terminology, query| -> Vec<String> {
        let answer = terminology.search(query, &options).unwrap();
        answer.hits.iter().map(|hit| hit.concept.code().unwrap()).collect()
    };
    assert_eq!(codes(&before, "A90"), ["A90"]);
    assert_eq!(codes(&after, "A90"), [""; 0]);
    assert!(codes(&after, "A97").contains(&"A97.9".to_owned()));
    // Both editions are asked where no day is set: the latest alone answers.
    assert!(codes(&both().unwrap(), "A90").is_empty());
}
