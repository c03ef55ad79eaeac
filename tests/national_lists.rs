//! The readers of the two Vietnamese national lists, on the lists themselves: every count was taken from the
//! files by other means, and every row must be accounted for.
#![cfg(all(feature = "csv", feature = "xlsx"))]
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests may panic")]

mod support;

use std::collections::{HashMap, HashSet};

use medterm::code::Mark;
use medterm::source::{
    Content, Draft, DraftConcept, Format, Input, PropertyValue, ReadOptions, Report, Severity, Usability, reader, tt06,
};
use support::shared;

fn codes(draft: &Draft) -> Vec<&DraftConcept> {
    draft.concepts.iter().filter(|concept| concept.usability != Usability::Grouper).collect()
}

fn having(draft: &Draft, property: &str) -> usize {
    let at = draft.properties.iter().position(|known| known.name == property).unwrap();
    codes(draft).into_iter().filter(|concept| concept.properties.iter().any(|(known, _)| *known == at)).count()
}

fn values(draft: &Draft, property: &str, code: &str, mark: Mark) -> Vec<String> {
    let at = draft.properties.iter().position(|known| known.name == property).unwrap();
    let concept = one(draft, code, mark);
    let text = |value: &PropertyValue| match value {
        PropertyValue::Text(text) | PropertyValue::Code(text) => text.clone(),
        other => format!("{other:?}"),
    };
    concept.properties.iter().filter(|(known, _)| *known == at).map(|(_, value)| text(value)).collect()
}

fn one<'a>(draft: &'a Draft, code: &str, mark: Mark) -> &'a DraftConcept {
    let mut found = draft.concepts.iter().filter(|concept| concept.code == code && concept.mark == mark);
    let concept = found.next().unwrap_or_else(|| panic!("{code} is not listed"));
    assert!(found.next().is_none(), "{code} is listed twice");
    concept
}

fn parent(concept: &DraftConcept) -> &str {
    &concept.parents[0].code
}

fn marks(draft: &Draft) -> (usize, usize) {
    let count = |mark| codes(draft).into_iter().filter(|concept| concept.mark == mark).count();
    (count(Mark::Dagger), count(Mark::Asterisk))
}

/// Every parent exists, every concept reaches a chapter, and (code, mark) is unique.
fn check_shape(draft: &Draft) {
    let mut seen = HashSet::new();
    let mut parents: HashMap<&str, Vec<&str>> = HashMap::new();
    for concept in &draft.concepts {
        assert!(seen.insert((&concept.code, concept.mark)), "{} twice", concept.code);
        assert!(!concept.designations.is_empty(), "{} has no name", concept.code);
        for designation in &concept.designations {
            assert_eq!(designation.text, designation.text.trim());
        }
        parents.entry(&concept.code).or_default().extend(concept.parents.iter().map(|parent| parent.code.as_str()));
    }
    for concept in &draft.concepts {
        let mut at = concept.code.as_str();
        let mut steps = 0;
        while let Some(up) = parents[at].first() {
            assert!(parents.contains_key(up), "{at} lies under {up}, which is not there");
            (at, steps) = (up, steps + 1);
            assert!(steps < 10, "{} lies in a circle", concept.code);
        }
        assert!(at.bytes().all(|byte| b"IVX".contains(&byte)), "{} ends at {at}, not at a chapter", concept.code);
    }
}

fn of_rule(report: &Report, rule: &str) -> usize {
    report.total(rule)
}

fn check_tt06_codes(draft: &Draft, report: &Report) {
    check_shape(draft);
    assert_eq!(draft.content, Content::Complete);
    assert_eq!(codes(draft).len(), 15_844);
    assert_eq!(marks(draft), (111, 807));
    let flags = [
        ("never-main-diagnosis", 2_427),
        ("discouraged-main-diagnosis", 221),
        ("finer-code-exists", 2_119),
        ("death-cause-only", 12),
        ("mostly-female", 933),
        ("mostly-male", 144),
    ];
    for (flag, count) in flags {
        assert_eq!(having(draft, flag), count, "{flag}");
    }
    let headings = codes(draft).into_iter().filter(|concept| concept.usability == Usability::Heading).count();
    assert_eq!(headings, 2_119);
    assert_eq!(draft.concepts.len() - codes(draft).len(), 22 + 211);

    let misprint = one(draft, "U13.9", Mark::None);
    assert_eq!(misprint.source_code.as_deref(), Some("U13/9"));
    assert_eq!(of_rule(report, "derived-block-range"), 1);
    assert_eq!(of_rule(report, "english-second-class"), 1);
    let missing = report.of_rule("english-missing").next().unwrap();
    assert!(missing.message.starts_with("179 "), "{}", missing.message);
    for never in ["flag-contradicts-hierarchy", "twin-code", "duplicate-code", "undotted-code-differs", "mark-differs"]
    {
        assert_eq!(of_rule(report, never), 0, "{never}");
    }
    assert_eq!(report.count(Severity::Refused), 0);

    assert_eq!(parent(one(draft, "A00", Mark::None)), "A00-A09");
    assert_eq!(parent(one(draft, "A00-A09", Mark::None)), "I");
    assert_eq!(parent(one(draft, "B18.00", Mark::None)), "B18.0");
    assert_eq!(parent(one(draft, "U07.0", Mark::None)), "U07");
    assert_eq!(parent(one(draft, "U07", Mark::None)), "U00-U49");
    assert_eq!(one(draft, "B18.1", Mark::None).usability, Usability::Heading);
}

#[test]
fn circular_06_list_alone() {
    let Some(list) = shared("vn/icd10-tt06-2026.csv") else { return };
    let (draft, report) = tt06::read(&[&list]).unwrap();
    check_tt06_codes(&draft, &report);
    assert_eq!(report.rows, 15_844);
    assert_eq!(of_rule(&report, "group-name-missing"), 1);
    assert_eq!(one(&draft, "I", Mark::None).designations[0].text, "A00-B99");
    assert_eq!(of_rule(&report, "code-misprint"), 1);
}

#[test]
fn circular_06_list_and_leaves() {
    let (Some(list), Some(leaves)) = (shared("vn/icd10-tt06-2026.csv"), shared("vn/icd10-tt06-2026-leaves.xlsx"))
    else {
        return;
    };
    let (draft, report) = tt06::read(&[&leaves, &list]).unwrap();
    check_tt06_codes(&draft, &report);
    assert_eq!(report.rows, 15_844 + 14_286);
    assert_eq!(report.sources.len(), 2);
    assert_eq!(one(&draft, "I", Mark::None).designations[0].text, "Bệnh truyền nhiễm và ký sinh trùng");
    assert_eq!(of_rule(&report, "group-name-missing"), 0);
    assert_eq!(having(&draft, "inclusion-note"), 14_286 - 10_428);
    assert_eq!(having(&draft, "exclusion-note"), 14_286 - 13_152);
    assert_eq!(having(&draft, "coding-note"), 0);
    println!("{:?}", report.summary());
}

#[test]
fn circular_06_leaves_alone() {
    let Some(leaves) = shared("vn/icd10-tt06-2026-leaves.xlsx") else { return };
    let (draft, report) = tt06::read(&[&leaves]).unwrap();
    check_shape(&draft);
    assert_eq!(draft.content, Content::Fragment);
    assert_eq!(report.rows, 14_286);
    // The leaves name every heading that has no row of its own.
    assert_eq!(codes(&draft).len(), 15_844);
    let headings = codes(&draft).into_iter().filter(|concept| concept.usability == Usability::Heading).count();
    assert_eq!(headings, 2_119);
    assert_eq!(having(&draft, "finer-code-exists"), 0);
}

#[test]
fn decision_4469() {
    let Some(path) = shared("vn/icd10-qd4469-2020.xlsx") else { return };
    // Every finding is looked at below.
    let options = ReadOptions::new().keep_findings(usize::MAX);
    let reading = reader(Format::Qd4469).unwrap().read(&Input::open(&path).unwrap(), &options).unwrap();
    let (draft, report) = (reading.draft, reading.report);
    println!("{:?}", report.summary());
    check_shape(&draft);

    // 82 codes stand twice: 79 bare and with asterisk, 2 bare and with dagger, and J13 twice the same.
    assert_eq!(of_rule(&report, "twin-code"), 81);
    assert_eq!(of_rule(&report, "duplicate-code"), 1);
    assert_eq!(codes(&draft).len(), 12_219 - 1);
    let distinct: HashSet<_> = codes(&draft).into_iter().map(|concept| &concept.code).collect();
    assert_eq!(distinct.len(), 12_137);
    assert_eq!(draft.concepts.len() - codes(&draft).len(), 22 + 212 + 26 + 36);
    assert_eq!(one(&draft, "J13", Mark::None).designations.len(), 2);

    assert_eq!(parent(one(&draft, "A17.0", Mark::Dagger)), "A17");
    one(&draft, "A17", Mark::None);
    one(&draft, "A17", Mark::Dagger);
    assert_eq!(parent(one(&draft, "C67", Mark::None)), "C64-C68");
    assert_eq!(parent(one(&draft, "C64-C68", Mark::None)), "C00-C75");
    assert_eq!(parent(one(&draft, "C00-C75", Mark::None)), "C00-C97");
    assert_eq!(parent(one(&draft, "C00-C97", Mark::None)), "II");
    // C64 alone is printed without the block between.
    assert_eq!(of_rule(&report, "block-parent-differs"), 1);
    assert_eq!(values(&draft, "code-range", "I", Mark::None), ["A00-B99"]);
    assert_eq!(one(&draft, "E11", Mark::None).usability, Usability::Heading);
    assert_eq!(one(&draft, "A17", Mark::None).usability, Usability::Heading);
    assert_eq!(one(&draft, "M54.5", Mark::None).usability, Usability::Usable);

    // Every row of every annex is a property, a repetition, or a refusal.
    let annex_rows = [
        ("A1", 2_287),
        ("A2 Mã ICD10 ko mã bệnh chính", 1_263),
        ("A3.1", 337),
        ("A3.2-A3.3-A3.4", 34),
        ("A3.5", 311),
        ("A3.6", 314),
        ("A3.7 - A3.8", 521),
        ("A3.9", 265),
        ("A3.10", 42),
        ("A4.1", 843),
        ("A4.2", 112),
    ];
    assert_eq!(report.rows, 12_219 + annex_rows.iter().map(|(_, rows)| rows).sum::<u64>());
    let lines = |sheet: &str, rules: &[&str]| -> u64 {
        let concerned = report
            .entries()
            .iter()
            .filter(|entry| entry.place.sheet.as_deref() == Some(sheet) && rules.contains(&entry.rule));
        concerned.map(|entry| entry.place.line).collect::<HashSet<_>>().len() as u64
    };
    let refused = |sheet| lines(sheet, &["annex-code-not-listed", "row-without-code", "not-a-code"]);
    let repeated = |sheet| lines(sheet, &["duplicate-annex-row"]);
    for (sheet, unlisted) in [("A3.1", 0), ("A3.2-A3.3-A3.4", 20), ("A3.5", 161), ("A3.6", 80), ("A3.9", 180)] {
        assert_eq!(refused(sheet), unlisted, "{sheet}");
    }
    let count = |draft: &Draft, property: &str| {
        let at = draft.properties.iter().position(|known| known.name == property).unwrap();
        draft.concepts.iter().flat_map(|concept| &concept.properties).filter(|(known, _)| *known == at).count() as u64
    };
    assert_eq!(count(&draft, "paired-asterisk"), 2_287 - refused("A1") - repeated("A1"));
    assert_eq!(count(&draft, "paired-dagger"), count(&draft, "paired-asterisk"));
    assert_eq!(refused(annex_rows[1].0), 410);
    assert_eq!(count(&draft, "never-main-diagnosis"), 1_263 - 410);
    assert_eq!((refused("A4.1"), refused("A4.2")), (76, 10));
    // These annexes do not tell twins apart, so a row may set a property on two concepts.
    let twins = |property: &str| {
        let at = draft.properties.iter().position(|known| known.name == property).unwrap();
        let mut seen = HashSet::new();
        codes(&draft)
            .into_iter()
            .flat_map(|concept| concept.properties.iter().map(move |value| (&concept.code, value)))
            .filter(|(_, (known, _))| *known == at)
            .filter(|(code, (_, value))| !seen.insert((*code, format!("{value:?}"))))
            .count() as u64
    };
    assert_eq!(count(&draft, "female-only") - twins("female-only"), 843 - 76);
    assert_eq!(count(&draft, "male-only") - twins("male-only"), 112 - 10);
    let age_sheets = annex_rows.iter().filter(|(sheet, _)| sheet.starts_with("A3"));
    let accepted: u64 = age_sheets.map(|(sheet, rows)| rows - refused(sheet) - repeated(sheet)).sum();
    assert_eq!(count(&draft, "age-window") - twins("age-window"), accepted);
    assert_eq!(count(&draft, "age-window-words"), count(&draft, "age-window"));
    assert_eq!(of_rule(&report, "age-window-not-understood"), 0);
    let windows: HashSet<String> =
        draft.concepts.iter().flat_map(|concept| values(&draft, "age-window", &concept.code, concept.mark)).collect();
    let mut windows: Vec<_> = windows.iter().map(String::as_str).collect();
    windows.sort_unstable();
    let expected =
        ["0d..10y", "0d..19y", "0d..2y", "0d..365d", "1y..", "8y..19y", "9y..60y", ">15y..", ">27d..", ">30y.."];
    assert_eq!(windows, expected);

    assert!(values(&draft, "paired-asterisk", "A01.0", Mark::None).contains(&"G01*".to_owned()));
    assert!(values(&draft, "paired-dagger", "G01", Mark::Asterisk).contains(&"A01.0".to_owned()));
    assert_eq!(values(&draft, "age-window", "A33", Mark::None), ["0d..365d"]);

    // Names: private-use letters, question marks, line breaks, composition.
    assert_eq!(of_rule(&report, "private-use-character"), 4);
    assert_eq!(of_rule(&report, "question-mark-in-name"), 52);
    assert!(of_rule(&report, "not-nfc") >= 197);
    assert_eq!(of_rule(&report, "category-differs"), 1);
    assert_eq!(of_rule(&report, "undotted-code-differs"), 0);
    assert_eq!(of_rule(&report, "sheet-not-read"), 2);
    assert_eq!(of_rule(&report, "english-second-class"), 1);
}
