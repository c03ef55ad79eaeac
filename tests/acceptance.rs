//! What the library promises of the real lists as a whole: every row is there, every code is found however it
//! is written, every official name finds its code.
//!
//! In a debug build the searches take a sample; `cargo test --release` asks for every name.
#![cfg(all(feature = "csv", feature = "xlsx", feature = "search"))]
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests may panic")]

#[path = "support/lists.rs"]
mod lists;
mod support;

use std::collections::HashMap;

use lists::List;
use medterm::code::Mark;
use medterm::source::Usability;
use medterm::text::Analyzer;
use medterm::{Concept, Lookup, SearchOptions, Searcher};
use unicode_normalization::UnicodeNormalization;

/// Every how many names are searched.
const STEP: usize = if cfg!(debug_assertions) { 97 } else { 1 };

fn listed(list: &'static List) -> impl Iterator<Item = Concept<'static>> {
    list.system.concepts().filter(|concept| concept.usability().unwrap() != Usability::Grouper)
}

#[test]
fn no_row_is_lost() {
    if let Some(list) = lists::tt06() {
        assert_eq!(listed(list).count(), 15_844);
        let marked = |mark| listed(list).filter(|concept| concept.mark().unwrap() == mark).count();
        assert_eq!((marked(Mark::Dagger), marked(Mark::Asterisk)), (111, 807));
        let flags = [
            ("never-main-diagnosis", 2_427),
            ("discouraged-main-diagnosis", 221),
            ("finer-code-exists", 2_119),
            ("death-cause-only", 12),
            ("mostly-female", 933),
            ("mostly-male", 144),
        ];
        for (flag, count) in flags {
            assert_eq!(listed(list).filter(|concept| concept.has(flag).unwrap()).count(), count, "{flag}");
        }
        assert_eq!(listed(list).filter(|concept| !concept.is_usable().unwrap()).count(), 2_119);
    }
    if let Some(list) = lists::qd4469() {
        // 12,219 rows; the second J13 row says the same code and mark, so it is reported and adds its name.
        assert_eq!(listed(list).count() + list.report.total("duplicate-code"), 12_219);
        assert_eq!(list.report.total("twin-code") + list.report.of_rule("duplicate-code").count(), 82);
        let duplicate = list.report.of_rule("duplicate-code").next().unwrap();
        assert_eq!(duplicate.code.as_deref(), Some("J13"));
    }
    if let Some(list) = lists::icd10cm() {
        assert_eq!(list.system.len(), 97_584);
        assert_eq!(list.report.rows, 97_584);
    }
}

/// Every code of every list: as printed, without dot, in lower case, with its mark, with white space around it.
#[test]
fn every_code_is_found_however_it_is_written() {
    for list in [lists::tt06(), lists::qd4469(), lists::icd10cm()].into_iter().flatten() {
        let mut rows: HashMap<String, usize> = HashMap::new();
        for concept in listed(list) {
            *rows.entry(concept.code().unwrap()).or_default() += 1;
        }
        for concept in list.system.concepts() {
            let (code, marked) = (concept.code().unwrap(), concept.marked_code().unwrap());
            let undotted = code.replace('.', "");
            let spellings = [
                undotted.to_lowercase(),
                code.to_lowercase(),
                format!(" {marked}\t"),
                marked.to_lowercase().replace('.', ""),
                marked.replace('†', "+"),
                undotted,
                code.clone(),
            ];
            let twins = rows.get(&code).copied().unwrap_or(1);
            for spelling in spellings {
                match list.system.lookup(&spelling).unwrap() {
                    Lookup::Found(found) => assert!(found == concept && twins == 1, "{spelling:?} → {found:?}"),
                    Lookup::Ambiguous(found) => {
                        assert!(found.contains(&concept) && twins == found.len(), "{spelling:?} → {found:?}");
                        let has_mark = spelling.trim().ends_with(['†', '*', '+']);
                        assert!(!has_mark || found[0] == concept, "{spelling:?} → {found:?}");
                    }
                    other => panic!("{spelling:?} → {other:?}"),
                }
            }
        }
        // A printed misprint stays findable by what was meant, and is kept.
        if let Some(misprint) = list.system.concepts().find(|concept| concept.source_code().unwrap() == Some("U13/9")) {
            assert_eq!(misprint.code().unwrap(), "U13.9");
        }
    }
}

fn canonical(analyzer: &mut Analyzer, name: &str) -> Vec<String> {
    analyzer.analyze(name).iter().map(|token| token.accented().to_owned()).collect()
}

/// The names of a list that do not find their own code at rank 1, or tied there with a code of the same name.
fn not_found_by_name(list: &'static List) -> (usize, Vec<String>) {
    let (mut analyzer, mut searcher) = (Analyzer::new(), Searcher::new());
    let options = SearchOptions::new();
    let (mut asked, mut missed) = (0, Vec::new());
    for concept in listed(list).step_by(STEP) {
        let name = concept.display().unwrap();
        let answer = searcher.search(&list.system, &name, &options).unwrap();
        asked += 1;
        let own = canonical(&mut analyzer, &name);
        // Those before it must have the same name, today or formerly.
        let before = answer.hits.iter().take_while(|hit| hit.concept != concept);
        let (mut position, mut fair) = (0, true);
        for hit in before {
            position += 1;
            fair &= canonical(&mut analyzer, &hit.designation.text) == own;
        }
        if position == answer.hits.len() || !fair {
            let first = answer.hits.first();
            let first = first.map(|hit| format!("{} {:?}", hit.concept.marked_code().unwrap(), hit.designation.text));
            missed.push(format!("{} {name:?}: rank {}, first {first:?}", concept.marked_code().unwrap(), position + 1));
        }
    }
    (asked, missed)
}

fn check_names(list: Option<&'static List>) {
    let Some(list) = list else { return };
    let (asked, missed) = not_found_by_name(list);
    let examples = &missed[..missed.len().min(40)];
    assert!(missed.is_empty(), "{} of {asked} names of {}: {examples:#?}", missed.len(), list.system.edition());
}

#[test]
fn every_name_of_circular_06_finds_its_code() {
    check_names(lists::tt06());
}

#[test]
fn every_name_of_decision_4469_finds_its_code() {
    check_names(lists::qd4469());
}

#[test]
fn every_name_of_icd10cm_finds_its_code() {
    check_names(lists::icd10cm());
}

#[test]
fn spelling_of_the_same_text_does_not_change_the_ranking() {
    let (mut searcher, options) = (Searcher::new(), SearchOptions::new());
    for list in [lists::tt06(), lists::qd4469()].into_iter().flatten() {
        let mut different = Vec::new();
        let mut ranking = |text: &str| -> Vec<(String, u16)> {
            let answer = searcher.search(&list.system, text, &options).unwrap();
            answer.hits.iter().map(|hit| (hit.concept.marked_code().unwrap(), hit.score)).collect()
        };
        for concept in listed(list).step_by(STEP) {
            let name: String = concept.display().unwrap().nfc().collect();
            let expected = ranking(&name);
            for variant in [name.nfd().collect(), name.to_uppercase(), name.to_uppercase().nfd().collect::<String>()] {
                if ranking(&variant) != expected {
                    different.push(format!("{} {variant:?}", concept.marked_code().unwrap()));
                }
            }
        }
        assert!(
            different.is_empty(),
            "{} rankings differ, such as {:?}",
            different.len(),
            &different[..different.len().min(5)]
        );
    }
}

#[test]
fn accents_decide_between_names() {
    let Some(list) = lists::tt06() else { return };
    let options = SearchOptions::new().limit(30);
    let with = |hit: &medterm::Hit<'_>, word: &str| {
        let mut analyzer = Analyzer::new();
        let name = canonical(&mut analyzer, &hit.designation.text).join(" ");
        name.contains(&canonical(&mut analyzer, word).join(" "))
    };
    // What is typed, the words that differ from it in marks alone, and a code with names of each.
    let cases = [
        ("cơ tử cung", "cổ tử cung", "C54.2", "C53"),
        ("cổ tử cung", "cơ tử cung", "C53", "C54.2"),
        ("viêm đa cơ", "viêm da cơ", "M33.2", "M33"),
        ("viêm da cơ", "viêm đa cơ", "M33", "M33.2"),
    ];
    let mut wrong = Vec::new();
    for (query, rival, own_code, rival_code) in cases {
        let answer = list.system.search(query, &options).unwrap();
        let rank =
            |wanted: &dyn Fn(&medterm::Hit<'_>) -> bool| answer.hits.iter().position(wanted).unwrap_or(usize::MAX);
        let of = |code: &'static str| rank(&move |hit| hit.concept.code().unwrap() == code);
        let first_own = rank(&|hit| with(hit, query));
        let first_rival = rank(&|hit| with(hit, rival) && !with(hit, query));
        if first_own >= first_rival || of(own_code) >= of(rival_code) {
            let names =
                answer.hits.iter().map(|hit| format!("{} {}", hit.concept.code().unwrap(), hit.designation.text));
            wrong.push((query, names.take(12).collect::<Vec<_>>()));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn a_code_with_two_rows_is_one_search_away() {
    let Some(list) = lists::qd4469() else { return };
    let answer = list.system.search("A17", &SearchOptions::new().limit(3)).unwrap();
    let codes: Vec<String> = answer.hits.iter().map(|hit| hit.concept.marked_code().unwrap()).collect();
    assert_eq!(codes[..2], ["A17", "A17†"]);
}
