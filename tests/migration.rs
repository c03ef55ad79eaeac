//! Migration from Decision 4469/2020 to Circular 06/2026, on the lists themselves.
#![cfg(all(feature = "csv", feature = "xlsx"))]
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests may panic")]

#[path = "support/lists.rs"]
mod lists;
mod support;

use std::collections::{BTreeMap, HashSet};

use medterm::Concept;
use medterm::source::Usability;
use medterm::translate::{Change, Migrated, Migration, NameChange, Relationship};

fn migration() -> Option<Migration> {
    let (former, later) = (lists::qd4469()?, lists::tt06()?);
    Some(Migration::between(&former.system, &later.system).unwrap())
}

fn codes(concepts: &[Concept<'_>]) -> Vec<String> {
    concepts.iter().map(|concept| concept.marked_code().unwrap()).collect()
}

fn one<'a>(migration: &'a Migration, code: &str) -> Migrated<'a> {
    migration.migrate(code).unwrap().unwrap_or_else(|| panic!("{code} is not listed"))
}

fn suggestions(migration: &Migration, code: &str) -> Vec<String> {
    match one(migration, code).change {
        Change::Withdrawn { suggestions } => codes(&suggestions),
        other => panic!("{code} is not withdrawn: {other:?}"),
    }
}

#[test]
fn every_code_is_accounted_for() {
    let Some(migration) = migration() else { return };
    let all: Vec<_> = migration.all().map(Result::unwrap).collect();
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for migrated in &all {
        *counts.entry(migrated.change.as_str()).or_default() += 1;
    }
    assert_eq!(all.len(), 12_137);
    let gone = counts["withdrawn"] + counts["finer-code-gone"];
    assert_eq!((all.len() - gone, gone), (11_929, 208));
    let headings = all.iter().filter(|migrated| matches!(migrated.change, Change::NowHeading { .. })).count();
    assert_eq!(headings, 446);
    assert_eq!(migration.new_codes().map(Result::unwrap).count(), 3_915);
    assert_eq!(all.iter().filter(|migrated| migrated.sources.len() > 1).count(), 81);
    // Each once, and in code order.
    let in_order: Vec<String> = all.iter().map(|migrated| migrated.sources[0].code().unwrap()).collect();
    assert_eq!(in_order.iter().collect::<HashSet<_>>().len(), all.len());
    // In bulk over the codes, the same.
    let codes: Vec<&String> = in_order.iter().step_by(37).collect();
    let bulk: Vec<_> = migration.migrate_all(&codes).map(|migrated| migrated.unwrap().unwrap()).collect();
    for (bulk, one) in bulk.iter().zip(all.iter().step_by(37)) {
        assert_eq!(bulk.change, one.change);
    }
}

#[test]
fn what_a_change_claims_is_true() {
    let Some(migration) = migration() else { return };
    for migrated in migration.all() {
        let migrated = migrated.unwrap();
        let code = migrated.sources[0].code().unwrap();
        let change = &migrated.change;
        for target in change.targets() {
            assert!(std::ptr::eq(target.system(), migration.later()), "{code}");
            assert!(!target.display().unwrap().is_empty(), "{code}");
        }
        match change {
            Change::Kept { target, name } => {
                assert_eq!(target.code().unwrap(), code);
                let same = *name == NameChange::Same;
                assert_eq!(change.relationship() == Some(Relationship::Equivalent), same, "{code}");
                assert_eq!(change.needs_review(), *name == NameChange::MeaningInDoubt, "{code}");
            }
            Change::NowHeading { target, usable, .. } => {
                assert_eq!(target.code().unwrap(), code);
                assert!(!target.is_usable().unwrap() && !usable.is_empty(), "{code}");
                for finer in usable {
                    assert!(finer.is_usable().unwrap() && target.subsumes(finer).unwrap(), "{code}");
                }
                assert!(change.needs_review());
            }
            Change::FinerCodeGone { target } => {
                assert!(target.is_usable().unwrap() && code.starts_with(&target.code().unwrap()), "{code}");
                assert_eq!(change.relationship(), Some(Relationship::SourceIsNarrowerThanTarget));
            }
            Change::Withdrawn { .. } => {
                assert_eq!((change.targets().len(), change.relationship()), (0, None), "{code}");
                assert!(change.needs_review(), "{code}");
            }
            other => panic!("{code}: {other:?}"),
        }
    }
}

#[test]
fn worked_cases() {
    let Some(migration) = migration() else { return };
    let back_pain = one(&migration, "M54.5");
    assert_eq!(back_pain.change.as_str(), "now-heading");
    let finer = ["M54.50", "M54.55", "M54.56", "M54.57", "M54.58", "M54.59"];
    assert_eq!(codes(back_pain.change.targets()), finer);

    let joint = one(&migration, "M14.20*");
    assert_eq!(joint.change.as_str(), "finer-code-gone");
    assert_eq!(codes(joint.change.targets()), ["M14.2*"]);
    assert!(joint.change.targets()[0].is_usable().unwrap());

    let vaping = one(&migration, "U07.0");
    assert_eq!(vaping.change.as_str(), "meaning-in-doubt");
    assert_eq!(vaping.change.relationship(), None);
    assert!(vaping.change.needs_review());

    let twins = one(&migration, "A17");
    assert_eq!(codes(&twins.sources), ["A17", "A17†"]);
    assert!(migration.migrate("S06.00").unwrap().is_none());
    assert!(migration.migrate("not a code").unwrap().is_none());
}

#[test]
fn suggestions_make_clinical_sense() {
    let Some(migration) = migration() else { return };
    let cases: [(&str, &[&str]); 14] = [
        ("A90", &["A97.9", "A97"]),
        // Unspecified stays unspecified: never K35.2, with peritonitis.
        ("K35.9", &["K35.8", "K35"]),
        ("K35.0", &["K35.2", "K35"]),
        // Named in the inclusion note of K35.3.
        ("K35.1", &["K35.3", "K35"]),
        // Chronic, so not N17.8; kidneys, so not K72.1.
        ("N18.8", &["N18.9", "N18"]),
        // Non-Hodgkin, so not C81.2.
        ("C83.2", &["C83.8", "C83"]),
        ("C83.4", &["C83.3", "C83"]),
        // An inclusion term word by word; gamma heavy chain disease is another disease.
        ("C88.1", &["C88.3", "C88"]),
        ("C91.2", &["C91.7", "C91"]),
        ("C96.1", &["C96.8", "C96"]),
        ("H54.7", &["H54.9", "H54"]),
        ("K58.0", &["K58.1", "K58"]),
        ("K58.9", &["K58.8", "K58"]),
        ("U06.9", &[]),
    ];
    for (code, expected) in cases {
        assert_eq!(suggestions(&migration, code), expected, "{code}");
    }
}

#[test]
fn suggestions_stay_under_the_heading_that_is_left() {
    let Some(migration) = migration() else { return };
    for migrated in migration.all() {
        let migrated = migrated.unwrap();
        let Change::Withdrawn { suggestions } = &migrated.change else { continue };
        let code = migrated.sources[0].marked_code().unwrap();
        assert!(suggestions.len() <= 6, "{code}");
        let category = migration.later().lookup(&code[..3]).unwrap().concept();
        if let Some(category) = category {
            assert!(suggestions.iter().all(|found| category.subsumes(found).unwrap()), "{code}: {suggestions:?}");
        }
        if let Some((heading, usable)) = suggestions.split_last() {
            assert_eq!(heading.usability().unwrap(), Usability::Heading, "{code}");
            assert!(usable.iter().all(|found| found.is_usable().unwrap()), "{code}: {suggestions:?}");
        }
    }
}

#[test]
fn former_names_follow_the_meaning() {
    let (Some(former), Some(later)) = (lists::qd4469(), lists::tt06()) else { return };
    let quarantined: Vec<&str> =
        later.report.of_rule("former-name-quarantined").map(|entry| entry.code.as_deref().unwrap()).collect();
    assert!(quarantined.contains(&"U07.0"), "{quarantined:?}");
    let gone = later.report.of_rule("former-code-gone").map(|entry| entry.code.as_deref().unwrap());
    assert_eq!(gone.collect::<HashSet<_>>().len(), 208);
    let former_name = |code: &str| {
        let concept = later.system.lookup(code).unwrap().concept().unwrap();
        concept.designations_of(&medterm::source::DesignationUse::FormerName).unwrap()
    };
    assert_eq!(former_name("U07.0"), []);
    let old = former.system.lookup("J18.9").unwrap().concept().unwrap().display().unwrap();
    assert_eq!(former_name("J18.9").iter().map(|name| &name.text).collect::<Vec<_>>(), [&old]);
    // The former edition's English is not taken over.
    for concept in later.system.concepts() {
        let former = concept.designations_of(&medterm::source::DesignationUse::FormerName).unwrap();
        assert!(former.iter().all(|name| name.language == "vi"), "{concept:?}");
    }
}

#[test]
fn the_other_way_round_new_and_gone_change_places() {
    let (Some(former), Some(later)) = (lists::qd4469(), lists::tt06()) else { return };
    let back = Migration::between(&later.system, &former.system).unwrap();
    // Twins are two rows of one code.
    let new: HashSet<String> = back.new_codes().map(|concept| concept.unwrap().code().unwrap()).collect();
    assert_eq!(new.len(), 208);
    let gone = back.all().map(Result::unwrap);
    let gone = gone.filter(|one| matches!(one.change, Change::Withdrawn { .. } | Change::FinerCodeGone { .. }));
    assert_eq!(gone.count(), 3_915);
}
