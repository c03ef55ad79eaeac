//! The readers of maps, on published maps: every count was taken from the files by other means, and every map comes back
//! out of its index as it was read.
#![cfg(all(feature = "csv", feature = "xlsx"))]
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests may panic")]

mod support;

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use medterm::source::{MapDraft, MapRow, Relationship, Report, Severity, ccsr, gem, icd11_map, qd4440, rf2_map, sssom};
use medterm::{ConceptMap, index};
use support::shared;

/// Compiles what was read, and asks every code of both sides.
fn compiled((draft, report): &(MapDraft, Report)) -> ConceptMap {
    let map = ConceptMap::from_bytes(index::map_to_bytes(draft, report).unwrap()).unwrap();
    map.verify().unwrap();
    assert!(map.to_draft().unwrap() == *draft, "{}", draft.edition);
    let (mut from, mut to): (HashMap<&str, Vec<&MapRow>>, HashMap<&str, usize>) = (HashMap::new(), HashMap::new());
    for row in &draft.rows {
        from.entry(&row.source).or_default().push(row);
        if let Some(target) = &row.target {
            *to.entry(target).or_default() += 1;
        }
    }
    for (source, rows) in &from {
        let found: Vec<_> = map.rows(source).unwrap().map(|row| row.unwrap()).collect();
        let lines: Vec<_> = found.iter().map(|row| row.line().unwrap()).collect();
        assert_eq!(lines, rows.iter().map(|row| row.line).collect::<Vec<_>>(), "{source}");
        for (found, row) in found.iter().zip(rows) {
            assert_eq!(found.target().unwrap(), row.target, "{source}");
        }
    }
    for (target, rows) in to {
        assert_eq!(map.rows_to(target).unwrap().count(), rows, "{target}");
    }
    assert_eq!((map.sources().len(), map.len() as usize), (from.len(), draft.rows.len()));
    map
}

fn without_target(draft: &MapDraft) -> usize {
    draft.rows.iter().filter(|row| row.target.is_none()).count()
}

#[test]
fn equivalence_mappings() {
    // Rows in all and without target; of combinations: rows, sources, and sources with several scenarios.
    for (file, rows, none, combinations) in [
        ("2018_I9gem.txt", 24_860, 422, [2_338, 668, 63]),
        ("2018_I10gem.txt", 81_593, 731, [9_033, 4_241, 53]),
        ("2016_gem_pcsi9.txt", 82_760, 2, [6_087, 2_111, 0]),
    ] {
        let Some(path) = shared(&format!("intl/gem/{file}")) else { return };
        let read = gem::read(&path, None).unwrap();
        compiled(&read);
        let (draft, report) = read;
        assert_eq!((draft.rows.len(), without_target(&draft)), (rows, none), "{file}");
        let combined = draft.rows.iter().filter(|row| row.scenario > 0);
        let mut scenarios: BTreeMap<&str, BTreeSet<u16>> = BTreeMap::new();
        combined.clone().for_each(|row| _ = scenarios.entry(&row.source).or_default().insert(row.scenario));
        let with_several = scenarios.values().filter(|scenarios| scenarios.len() > 1).count();
        assert_eq!([combined.count(), scenarios.len(), with_several], combinations, "{file}");
        // One row of the file has small letters.
        let repaired = usize::from(file == "2018_I10gem.txt");
        assert_eq!((report.rows as usize, report.entries().len()), (rows, repaired), "{file}");
        // Each line, read by other means, is a row, and so what the index gives back.
        for (row, line) in draft.rows.iter().zip(std::fs::read_to_string(&path).unwrap().lines()) {
            let fields: Vec<&str> = line.split_whitespace().collect();
            assert_eq!(row.source.replace('.', ""), fields[0], "{line}");
            let target = Some(fields[1]).filter(|target| !target.starts_with("No"));
            let printed = row.target.as_ref().map(|target| target.replace('.', ""));
            assert_eq!(printed, target.map(str::to_uppercase), "{line}");
            let flags: String = row.properties.iter().map(|(_, flag)| flag.as_str()).collect();
            assert_eq!(format!("{flags}{}{}", row.scenario, row.choice), fields[2], "{line}");
            let said = if &fields[2][..1] == "0" { Relationship::Equivalent } else { Relationship::RelatedTo };
            assert_eq!(row.relationship, target.map(|_| said), "{line}");
        }
    }
}

#[test]
fn codes_of_both_sides_are_found_with_and_without_dots() {
    let Some(path) = shared("intl/gem/2018_I9gem.txt") else { return };
    let map = compiled(&gem::read(path, None).unwrap());
    for code in ["E8000", "e800.0"] {
        assert!(map.rows(code).unwrap().next().is_some(), "{code}");
    }
    let targets = |code: &str| -> Vec<String> {
        map.rows(code).unwrap().map(|row| row.unwrap().target().unwrap().unwrap_or_default()).collect()
    };
    assert_eq!(targets("250.00"), targets("25000"));
    assert_eq!(targets("0010"), ["A00.0"]);
    assert_eq!(map.rows_to("a000").unwrap().count(), map.rows_to("A00.0").unwrap().count());
}

#[test]
fn tables_between_icd_10_and_icd_11() {
    for (file, rows, none, clusters, several) in [
        ("10To11MapToOneCategory.txt", 12_597, 5, 826, 0),
        ("10To11MapToMultipleCategories.txt", 15_658, 1, 957, 1_291),
        ("11To10MapToOneCategory.txt", 17_908, 36, 0, 0),
    ] {
        let Some(path) = shared(&format!("intl/icd11/{file}")) else { return };
        let read = icd11_map::read(path, None).unwrap();
        let map = compiled(&read);
        let (draft, report) = read;
        assert_eq!((draft.rows.len(), without_target(&draft), report.entries().len()), (rows, none, 0), "{file}");
        assert_eq!(draft.edition.version, "2024-01-21");
        let is_cluster =
            |row: &&MapRow| row.target.as_ref().is_some_and(|to| !to.contains("://") && to.contains(['&', '/']));
        assert_eq!(draft.rows.iter().filter(is_cluster).count(), clusters, "{file}");
        let of_several = map.sources().filter(|source| source.rows().unwrap().count() > 1).count();
        assert_eq!(of_several, several, "{file}");
    }
}

#[test]
fn maps_of_snomed_ct() {
    let folder = "intl/snomed/rf2-map-example/Refset/Map";
    let Some(path) = shared(&format!("{folder}/der2_iisssccRefset_ExtendedMapSnapshot_INT_20230131.txt")) else {
        return;
    };
    let read = rf2_map::read(path, None).unwrap();
    compiled(&read);
    assert_eq!((read.0.rows.len(), without_target(&read.0), read.1.entries().len()), (4, 1, 0));
    assert_eq!(read.0.edition.to_string(), "sct-to-icd10-who|20220331");
    let path = shared(&format!("{folder}/der2_ssRefset_SimpleMapWithDescriptionSnapshot_12345_20241021.txt")).unwrap();
    let read = rf2_map::read(path, None).unwrap();
    assert_eq!((compiled(&read).len(), read.0.rows[0].line), (2, 3));
}

#[test]
fn mapping_sets() {
    for (file, rows, unknown, unrelated) in
        [("positive.sssom.tsv", 11_719, 618, 0), ("negative.sssom.tsv", 1_825, 0, 1_825)]
    {
        let Some(path) = shared(&format!("intl/sssom/{file}")) else { return };
        let read = sssom::read(path, None).unwrap();
        compiled(&read);
        let (draft, report) = read;
        let said = |said| draft.rows.iter().filter(|row| row.relationship == said).count();
        assert_eq!((draft.rows.len(), said(None)), (rows, unknown), "{file}");
        assert_eq!(said(Some(Relationship::NotRelatedTo)), unrelated, "{file}");
        assert_eq!(report.count(Severity::Refused) + report.count(Severity::Repaired), 0, "{file}");
        assert!(draft.edition.url.ends_with(file) && !draft.edition.version.is_empty());
    }
}

#[test]
fn clinical_categories() {
    let Some(path) = shared("intl/ccsr/DXCCSR-Reference-File-v2023-1.xlsx") else { return };
    let read = ccsr::read(path, None).unwrap();
    let map = compiled(&read);
    assert_eq!((read.0.rows.len(), read.1.entries().len()), (86_288, 0));
    assert_eq!(read.0.edition.to_string(), "icd10-cm-to-ccsr|2023.1");
    let categories: Vec<_> = map.rows("a000").unwrap().map(|row| row.unwrap().target().unwrap().unwrap()).collect();
    assert_eq!(categories, ["DIG001", "INF003"]);
}

#[test]
fn services_of_decision_4440() {
    let Some(path) = shared("vn/service-icd9cm-qd4440.csv") else { return };
    let read = qd4440::read(path).unwrap();
    compiled(&read);
    let (list, report) = read;
    assert_eq!((list.rows.len(), without_target(&list), report.count(Severity::Refused)), (9_206, 1_171, 0));

    // The workbook of a vendor, whose codes have become numbers, is not taken on trust …
    let path = shared("vn/service-icd9cm-qd4440-damaged.xlsx").unwrap();
    let (alone, report) = qd4440::read_workbook(&path, None).unwrap();
    let count =
        |report: &Report, rule, severity| report.of_rule(rule).filter(|entry| entry.severity == severity).count();
    assert_eq!(count(&report, "codes-are-numbers", Severity::Doubtful), 1);
    assert_eq!(count(&report, "damaged-code", Severity::Repaired), 454);
    assert_eq!(count(&report, "ambiguous-number", Severity::Refused), 860);
    let official: HashSet<(&str, Option<&str>)> =
        list.rows.iter().map(|row| (row.source.as_str(), row.target.as_deref())).collect();
    let is_official = |row: &MapRow| official.contains(&(row.source.as_str(), row.target.as_deref()));
    assert!(alone.rows.iter().all(is_official) && alone.rows.len() == 8_035 - 860);

    // … and put right out of the list.
    let read = qd4440::read_workbook(&path, Some(&list)).unwrap();
    compiled(&read);
    let (restored, report) = read;
    assert_eq!(count(&report, "damaged-code", Severity::Repaired), 884);
    assert_eq!(count(&report, "ambiguous-number", Severity::Note), 4);
    assert_eq!(report.count(Severity::Refused), 0);
    assert!(restored.rows.iter().all(is_official) && restored.rows.len() == 8_035);
}
