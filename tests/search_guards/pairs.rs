//! Names that differ in one word that turns the meaning: asked for one, the other must not come first.

use std::collections::{BTreeSet, HashMap};

use medterm::text::{Analyzer, fold};
use medterm::{Concept, SearchOptions, Searcher};

use crate::{Guard, listed, national, rank_of, shown};

/// Words of one string exclude each other.
const OPPOSED: [&str; 22] = [
    "cấp mạn mãn",
    "trái phải",
    "1 2 3 4 5 6 7 8 9",
    "i ii iii iv v",
    "một hai ba bốn",
    "lành ác",
    "có không kèm",
    "nguyên thứ tiên",
    "trong ngoài giữa",
    "trên dưới",
    "trước sau",
    "nam nữ",
    "kín hở",
    "tăng giảm hạ",
    "nội ngoại",
    "a b c d e",
    "gần xa",
    "đơn đa song",
    "thiếu thừa",
    "sớm muộn",
    "nông sâu",
    "âm dương",
];

/// Words that turn a meaning by standing there.
const ADDED: [&str; 3] = ["không", "chưa", "ngoài"];

struct Pair {
    one: (Concept<'static>, String),
    other: (Concept<'static>, String),
}

/// All pairs of names of the list that differ in one opposed or added word.
fn pairs(system: &'static medterm::CodeSystem) -> Vec<Pair> {
    let mut analyzer = Analyzer::new();
    let mut words = |text: &str| analyzer.analyze(text).iter().map(|w| w.accented().to_owned()).collect::<Vec<_>>();
    let mut opposed: HashMap<String, usize> = HashMap::new();
    for (number, list) in OPPOSED.iter().enumerate() {
        opposed.extend(words(list).into_iter().map(|word| (word, number)));
    }
    let added: BTreeSet<String> = words(&ADDED.join(" ")).into_iter().collect();
    let named: Vec<(Concept<'_>, String)> =
        listed(system).filter_map(|concept| Some((concept, concept.display_in("vi").unwrap()?))).collect();
    // Names with one word blotted out, by what is left; and whole names, to find them with one word less.
    let mut blotted: HashMap<(Vec<String>, usize, usize), Vec<usize>> = HashMap::new();
    let mut whole: HashMap<Vec<String>, usize> = HashMap::new();
    let names: Vec<Vec<String>> = named.iter().map(|(_, name)| words(name)).collect();
    for (number, name) in names.iter().enumerate() {
        whole.insert(name.clone(), number);
        for (place, word) in name.iter().enumerate() {
            if let Some(class) = opposed.get(word) {
                let mut left = name.clone();
                left.remove(place);
                blotted.entry((left, place, *class)).or_default().push(number);
            }
        }
    }
    let mut found: BTreeSet<(usize, usize)> = BTreeSet::new();
    for alike in blotted.values() {
        for (position, one) in alike.iter().enumerate() {
            for other in &alike[position + 1..] {
                if names[*one] != names[*other] {
                    found.insert((*one.min(other), *one.max(other)));
                }
            }
        }
    }
    for (number, name) in names.iter().enumerate() {
        for (place, _) in name.iter().enumerate().filter(|(_, word)| added.contains(*word)) {
            let mut left = name.clone();
            left.remove(place);
            if let Some(other) = whole.get(&left) {
                found.insert((number.min(*other), number.max(*other)));
            }
        }
    }
    let pair = |(one, other): (usize, usize)| Pair { one: named[one].clone(), other: named[other].clone() };
    found.into_iter().map(pair).collect()
}

/// Asks for each name of each pair, spelled so, and expects its code before the other one.
fn check(name: &'static str, spelled: impl Fn(&str) -> String) {
    let Some(system) = national() else { return };
    let (mut searcher, options) = (Searcher::new(), SearchOptions::new());
    let mut guard = Guard::new(name);
    for Pair { one, other } in pairs(system).iter().step_by(if cfg!(debug_assertions) { 23 } else { 1 }) {
        for (asked, rival) in [(one, other), (other, one)] {
            let answer = searcher.search(system, &spelled(&asked.1), &options).unwrap();
            let (own, others) = (rank_of(&answer, &asked.0), rank_of(&answer, &rival.0));
            let holds = own.is_some_and(|own| others.is_none_or(|others| own < others));
            guard.check(holds, || format!("{:?}: {own:?}, {:?}: {others:?}; {}", asked.1, rival.1, shown(&answer)));
        }
    }
    guard.at_most(0);
}

#[test]
fn opposites_never_come_first() {
    check("minimal pairs", str::to_owned);
}

#[test]
fn opposites_never_come_first_without_marks() {
    check("minimal pairs without marks", fold);
}

#[test]
fn there_are_pairs_of_every_kind() {
    let Some(system) = national() else { return };
    let pairs = pairs(system);
    println!("{} pairs", pairs.len());
    assert!(pairs.len() >= 500, "{} pairs", pairs.len());
}
