//! The conditions of Circular 26/2025/TT-BYT (prescriptions for up to 90 days) as sets over the national list.
#![cfg(all(feature = "csv", feature = "xlsx"))]
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests may panic")]

#[path = "support/lists.rs"]
mod lists;
mod support;

use std::collections::BTreeMap;

use medterm::Terminology;
use medterm::value_set::{CodeRanges, Expansion, RemarkKind};

/// The conditions by number, expanded over an edition.
fn conditions(terminology: &Terminology, edition: &str) -> Option<BTreeMap<String, Expansion>> {
    let json = std::fs::read_to_string(support::shared("vn/icd-set-tt26-2025.json")?).unwrap();
    let rows: Vec<BTreeMap<String, String>> = serde_json::from_str(&json).unwrap();
    assert_eq!(rows.len(), 252);
    let expand = |row: &BTreeMap<String, String>| {
        let ranges = CodeRanges::parse(&row["Mã bệnh theo ICD 10"]);
        (row["Mã TT"].clone(), ranges.expand_in(terminology, edition).unwrap().unwrap())
    };
    Some(rows.iter().map(expand).collect())
}

fn both() -> Option<Terminology> {
    let (former, later) = (lists::qd4469()?, lists::tt06()?);
    Some(Terminology::new([later.system.clone(), former.system.clone()]).unwrap())
}

#[test]
fn circular_26_over_circular_06() {
    let Some(both) = both() else { return };
    let Some(conditions) = conditions(&both, "icd10-vn|tt06") else { return };
    assert_eq!(conditions.len(), 252);
    let system = both.system("icd10-vn|tt06").unwrap();
    let holds = |condition: &str, code: &str| {
        let concept = system.lookup(code).unwrap().concept().unwrap_or_else(|| panic!("{code} is not listed"));
        conditions[condition].concepts.contains(concept.id())
    };
    for (condition, within, outside) in [
        ("1.1", &["B18.1", "B18.19"][..], &["B18.0", "B18.2"][..]),
        ("1.2", &["B20", "B20.0", "B22.7", "B24", "Z21"], &["B19.9", "B25.0", "Z22.0"]),
        ("4.13", &["E11.2†", "E11.9", "E14.9", "E10.4†"], &["E10.0", "E11.0", "E11.1", "E14.1", "E15"]),
        ("5.26", &["F70.0", "F79.9"], &["F80.0"]),
        ("5.29", &["F11.2", "F11.9"], &["F11.1"]),
        ("5.30", &["F19.2", "F19.8"], &["F19.9", "F19.1", "F19.0"]),
        ("8.1", &["I20.0", "I21.9", "I23.8"], &["I24.0", "I25.2"]),
        ("11.5", &["L20.9", "L30.9"], &["L21.0", "L29.9"]),
        ("12.2", &["M02.8", "M02.80", "M02.89", "M02.9"], &["M02.3"]),
    ] {
        assert_eq!(conditions[condition].remarks, [], "{condition}");
        within.iter().for_each(|code| assert!(holds(condition, code), "{code} is not in {condition}"));
        outside.iter().for_each(|code| assert!(!holds(condition, code), "{code} is in {condition}"));
    }

    let remarks: Vec<String> = conditions
        .iter()
        .flat_map(|(condition, expansion)| expansion.remarks.iter().map(move |remark| format!("{condition}: {remark}")))
        .collect();
    assert_eq!(
        remarks,
        [
            "10.6: no codes are given",
            "16.1: Z69.64 is not in the list: perhaps a misprint",
            "16.2: Z69.65 is not in the list: perhaps a misprint",
            "3.9: D75.2 is not in this edition, but in icd10-vn|qd4469",
            "6.26: no codes are given",
        ]
    );
}

#[test]
fn circular_26_over_decision_4469() {
    let Some(both) = both() else { return };
    let Some(conditions) = conditions(&both, "icd10-vn|qd4469") else { return };
    assert_eq!(conditions["3.9"].remarks, []);
    assert_eq!(conditions["6.26"].remarks[0].kind, RemarkKind::Empty);
    let unlisted: Vec<_> =
        conditions.iter().filter(|(_, expansion)| expansion.concepts.is_empty()).map(|(n, _)| n).collect();
    assert_eq!(unlisted, ["10.6", "16.1", "16.2", "6.26"]);
}
