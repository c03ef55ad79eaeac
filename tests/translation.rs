//! One code by one map: what is alternative, what belongs together, what a patient decides, and what it is backwards.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests may panic")]

#[path = "support/shown.rs"]
mod shown;
mod support;

use std::collections::{BTreeMap, BTreeSet};

use medterm::ConceptMap;
use medterm::code::CodeGrammar;
use medterm::source::{MapCondition, MapDraft, MapRow, MapSide, Relationship, Severity, Unmapped, gem};
use medterm::translate::{Age, AgeUnit, Outcome, PatientContext, Sex, Truth};
use shown::{missing, open, row, shown};

fn years(count: u32) -> Age {
    Age::completed(count, AgeUnit::Years)
}

fn nobody() -> PatientContext {
    PatientContext::new()
}

const MEN: &str = "IFA 248153007 | Male (finding) |";
const WOMEN: &str = "IFA 248152002 | Female (finding) |";
const CHILD: &str = "IFA 445518008 | Age at onset of clinical finding (observable entity) | < 18.0 years";

/// Rows as an extended map has them: group, priority, rule, target.
fn extended(source: &str, rows: &[(u16, u16, &str, &str)]) -> Vec<MapRow> {
    let of = |(place, (group, priority, rule, target)): (usize, &(u16, u16, &str, &str))| MapRow {
        group: *group,
        priority: *priority,
        rule: (!rule.is_empty()).then(|| (*rule).to_owned()),
        advice: target.is_empty().then(|| "CANNOT BE CLASSIFIED".to_owned()),
        target: (!target.is_empty()).then(|| (*target).to_owned()),
        line: u32::try_from(place).unwrap() + 2,
        ..row(source, None, None)
    };
    rows.iter().enumerate().map(of).collect()
}

fn extended_map() -> ConceptMap {
    let rows = [
        // One group, walked in the order of priorities, not of the file.
        extended("100000", &[(1, 2, MEN, "N50"), (1, 1, CHILD, "Q55"), (1, 3, "OTHERWISE TRUE", "N94")]),
        // Two groups: a target of each, or of the second none.
        extended("200000", &[(1, 1, "TRUE", "S80.8"), (2, 1, WOMEN, "O26"), (2, 2, "OTHERWISE TRUE", "")]),
        // Neither sex of it has to be.
        extended("300000", &[(1, 1, MEN, "N40"), (1, 2, WOMEN, "N81")]),
        extended("400000", &[(1, 1, "IF MALE", "N40"), (1, 2, "OTHERWISE TRUE", "N81")]),
        extended("500000", &[(1, 1, "TRUE", "")]),
        // Whatever the rule says, it is the same code.
        extended("600000", &[(1, 1, CHILD, "J45"), (1, 2, "OTHERWISE TRUE", "J45")]),
        // Advice without rules picks nothing.
        extended("700000", &[(1, 1, "", "A01"), (1, 2, "", "A02")]),
    ];
    let target = MapSide { system: "icd10".into(), grammar: CodeGrammar::Icd10, ..MapSide::default() };
    open(MapDraft { rows: rows.concat(), target, ..MapDraft::default() })
}

/// Group by group in order of priority: what is taken, what is missing, and what else there would be.
#[test]
fn rules_choose() {
    let map = extended_map();
    let (man, woman) = (nobody().sex(Sex::Male), nobody().sex(Sex::Female));
    for (code, patient, expected, lacking) in [
        ("100000", man.clone().age_at_onset(years(40)), "inexact N50", ""),
        ("100000", man.clone().age_at_onset(years(4)), "inexact Q55", ""),
        ("100000", woman.clone().age_at_onset(years(40)), "inexact N94", ""),
        ("100000", man.clone(), "ambiguous Q55?|N50", "age at onset"),
        // A man's code is out of the question.
        ("100000", woman.clone(), "ambiguous Q55?|N94", "age at onset"),
        ("100000", nobody().age_at_onset(years(40)), "ambiguous N50?|N94", "sex"),
        ("100000", nobody().age(years(10)), "inexact Q55", ""),
        ("100000", nobody(), "ambiguous Q55?|N50?|N94", "age at onset, sex"),
        ("200000", woman.clone(), "inexact S80.8 + O26", ""),
        ("200000", man.clone(), "inexact S80.8 + -", ""),
        ("200000", nobody(), "ambiguous S80.8 + O26?|-", "sex"),
        ("300000", nobody().sex(Sex::Other), "none ", ""),
        ("300000", nobody(), "ambiguous N40?|N81?", "sex"),
        ("300000", woman.clone(), "inexact N81", ""),
        ("400000", man.clone(), "ambiguous N40?|N81", "rule of unknown form: IF MALE"),
        ("500000", man.clone(), "none -", ""),
        ("600000", nobody(), "inexact J45|J45", ""),
        ("700000", man.clone(), "ambiguous A01|A02", ""),
        ("999999", man.clone(), "unknown ", ""),
    ] {
        let found = map.translate(code, &patient).unwrap();
        let expected = if code == "600000" { "inexact J45?|J45".to_owned() } else { expected.to_owned() };
        assert_eq!((shown(&found), missing(&found)), (expected, lacking.to_owned()), "{code} {patient:?}");
    }
    // Which rule fired, and what made others fail.
    let found = map.translate("100000", &woman.age_at_onset(years(40))).unwrap();
    let list = &found.scenarios[0].lists[0];
    assert_eq!(found.decided()[0].rules().collect::<Vec<_>>(), ["OTHERWISE TRUE"]);
    let out: Vec<_> = list
        .ruled_out
        .iter()
        .map(|target| (target.code.as_deref().unwrap(), target.truth, target.facts[0].to_string()))
        .collect();
    assert_eq!(out, [("Q55", Truth::False, "age at onset".to_owned()), ("N50", Truth::False, "sex".to_owned())]);
    assert_eq!(
        map.translate("500000", &man).unwrap().targets().next().unwrap().advice().next(),
        Some("CANNOT BE CLASSIFIED")
    );
}

#[test]
fn rules_hold_backwards() {
    let map = extended_map();
    let back = |code: &str, patient: &PatientContext| shown(&map.translate_back(code, patient).unwrap());
    let man = nobody().sex(Sex::Male);
    assert_eq!(back("N50", &man.clone().age_at_onset(years(30))), "inexact 100000");
    assert_eq!(back("N50", &nobody().sex(Sex::Female)), "none ");
    assert_eq!(back("N50", &man), "ambiguous 100000?");
    assert_eq!(back("N40", &man), "ambiguous 300000|400000?");
    // It is reached only if a rule before it fails, and that is not known.
    assert_eq!(back("N94", &nobody().sex(Sex::Female)), "ambiguous 100000?");
    assert_eq!(back("N94", &nobody().sex(Sex::Female).age_at_onset(years(30))), "inexact 100000");
    assert_eq!(back("Z99", &man), "unknown ");
    let found = map.translate_back("O26", &nobody().sex(Sex::Female)).unwrap();
    assert!(found.decided()[0].links[0].part_of_combination && found.path[0].reverse);
    let found = map.translate_back("N40", &man).unwrap();
    assert!(!found.targets().any(|target| target.links[0].part_of_combination));
}

#[test]
fn conditions_and_denials() {
    let condition = |attribute: &str, value: &str| MapCondition {
        attribute: attribute.into(),
        system: String::new(),
        value: value.into(),
    };
    let equal = Some(Relationship::Equivalent);
    let rows = vec![
        row("A", Some("plain"), equal),
        MapRow { depends_on: vec![condition("side", "left"), condition("sex", "f")], ..row("B", Some("left"), equal) },
        MapRow { depends_on: vec![condition("side", "right")], ..row("B", Some("right"), equal) },
        row("C", Some("no"), Some(Relationship::NotRelatedTo)),
        row("D", Some("no"), Some(Relationship::NotRelatedTo)),
        row("D", Some("yes"), Some(Relationship::SourceIsNarrowerThanTarget)),
        row("E", None, None),
        row("F", Some("untold"), None),
    ];
    let map = open(MapDraft { rows: rows.clone(), ..MapDraft::default() });
    let left = nobody().fact("side", "left");
    for (code, patient, expected, lacking) in [
        ("A", nobody(), "equivalent plain", ""),
        ("B", nobody(), "ambiguous left?|right?", "condition side = left, condition sex = f, condition side = right"),
        ("B", left.clone(), "ambiguous left?", "condition sex = f"),
        ("B", left.clone().fact("sex", "f"), "equivalent left", ""),
        ("B", left.fact("side", "right").fact("sex", "m"), "equivalent right", ""),
        ("C", nobody(), "none ", ""),
        ("D", nobody(), "inexact yes", ""),
        ("E", nobody(), "none -", ""),
        ("F", nobody(), "inexact untold", ""),
        ("G", nobody(), "unknown ", ""),
    ] {
        let found = map.translate(code, &patient).unwrap();
        assert_eq!((shown(&found), missing(&found)), (expected.to_owned(), lacking.to_owned()), "{code} {patient:?}");
    }
    assert_eq!(map.translate("F", &nobody()).unwrap().relationship(), None);
    let back = map.translate_back("yes", &nobody()).unwrap();
    assert_eq!(
        (shown(&back), back.relationship()),
        ("inexact D".to_owned(), Some(Relationship::SourceIsBroaderThanTarget))
    );
    assert_eq!(shown(&map.translate_back("no", &nobody()).unwrap()), "none ");

    for (unmapped, expected) in [
        (Unmapped::SameCode, "inexact X"),
        (Unmapped::Fixed { code: "other".into(), display: None }, "inexact other"),
        (Unmapped::OtherMap { url: "https://example.org".into() }, "unknown "),
    ] {
        let map = open(MapDraft { rows: rows.clone(), unmapped, ..MapDraft::default() });
        assert_eq!(shown(&map.translate(" X ", &nobody()).unwrap()), expected);
        // That there is no target is said of the code, so nothing else holds of it.
        assert_eq!(shown(&map.translate("E", &nobody()).unwrap()), "none -");
    }
}

/// A file of General Equivalence Mappings as its documentation says to read it, without this crate's reader or index.
type Gem = BTreeMap<String, BTreeMap<u8, BTreeMap<u8, Vec<(String, bool)>>>>;

fn read_gem(text: &str) -> Gem {
    let mut all = Gem::new();
    for line in text.lines() {
        let mut fields = line.split_whitespace();
        let (source, target, flags) =
            (fields.next().unwrap(), fields.next().unwrap(), fields.next().unwrap().as_bytes());
        let list = all.entry(source.to_owned()).or_default().entry(flags[3] - b'0').or_default();
        list.entry(flags[4] - b'0').or_default().push((target.to_owned(), flags[0] == b'1'));
    }
    all
}

fn bare(code: &str) -> String {
    code.replace('.', "")
}

/// Every so manieth code of a file that is not refused, and every so manieth target backwards; gives how many codes
/// there are, with combinations, without a target, and with several scenarios.
fn agrees_with_the_file(name: &str, every: usize, every_target: usize) -> Option<[usize; 4]> {
    let path = support::shared(&format!("intl/gem/{name}"))?;
    let mut expected = read_gem(&std::fs::read_to_string(&path).unwrap());
    let (draft, report) = gem::read(&path, None).unwrap();
    for refused in report.entries().iter().filter(|entry| entry.severity == Severity::Refused) {
        expected.remove(refused.code.as_deref().unwrap());
    }
    let map = open(draft);
    let (mut counted, mut back) = ([0; 4], BTreeMap::<&str, BTreeSet<(String, bool)>>::new());
    for (source, scenarios) in &expected {
        let is_none =
            scenarios.values().flat_map(BTreeMap::values).flatten().all(|(target, _)| target.starts_with("No"));
        counted[0] += 1;
        counted[1] += usize::from(scenarios.keys().any(|scenario| *scenario > 0));
        counted[2] += usize::from(is_none);
        counted[3] += usize::from(scenarios.keys().filter(|scenario| **scenario > 0).count() > 1);
        for lists in scenarios.values() {
            for (target, _) in lists.values().flatten().filter(|(target, _)| !target.starts_with("No")) {
                back.entry(target).or_default().insert((source.clone(), lists.len() > 1));
            }
        }
        if counted[0] % every > 0 {
            continue;
        }
        let found = map.translate(source, &nobody()).unwrap();
        let mut own = BTreeMap::<u8, BTreeMap<u8, Vec<(String, bool)>>>::new();
        for scenario in &found.scenarios {
            let lists = own.entry(scenario.number.try_into().unwrap()).or_default();
            for list in &scenario.lists {
                let targets = list.alternatives.iter().map(|target| {
                    let none = || scenarios[&0][&0][0].0.clone();
                    (
                        target.code.as_deref().map_or_else(none, bare),
                        target.relationship != Some(Relationship::Equivalent),
                    )
                });
                assert_eq!(lists.insert(list.number.try_into().unwrap(), targets.collect()), None);
            }
        }
        assert_eq!(&own, scenarios, "{source}");
        let lists: Vec<_> = scenarios.values().flat_map(BTreeMap::values).collect();
        let outcome = match (is_none, scenarios.len(), lists.as_slice()) {
            (true, ..) => Outcome::None,
            (_, 1, [list]) if list.len() == 1 && !list[0].1 => Outcome::Equivalent,
            (_, 1, lists) if lists.iter().all(|list| list.len() == 1) => Outcome::Inexact,
            _ => Outcome::Ambiguous,
        };
        assert_eq!(found.outcome, outcome, "{source}: {}", shown(&found));
    }
    for (target, expected) in back.iter().step_by(every_target) {
        let found = map.translate_back(target, &nobody()).unwrap();
        let sources: BTreeSet<_> =
            found.targets().map(|one| (bare(one.code.as_deref().unwrap()), one.links[0].part_of_combination)).collect();
        assert_eq!(&sources, expected, "{target}");
    }
    Some(counted)
}

#[test]
fn every_code_of_the_gem_is_as_its_documentation_says() {
    let Some(counted) = agrees_with_the_file("2018_I9gem.txt", 1, 5) else { return };
    assert_eq!(counted, [14_567, 668, 422, 63]);
}

#[test]
fn codes_of_the_other_gems_are_too() {
    for name in ["2018_I10gem.txt", "2016_gem_pcsi9.txt"] {
        let Some(counted) = agrees_with_the_file(name, 23, 23) else { return };
        assert!(counted[0] > 70_000 && counted[1] > 0, "{counted:?}");
    }
}
