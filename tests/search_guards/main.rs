//! What search must keep doing, whatever it is tuned to: figures on labelled queries, lists that do not jump while
//! somebody types, opposites that never come first, noise that is never taken for a diagnosis, bounded work.
//!
//! Samples are seeded, so a failure repeats. In a debug build they are small; `cargo test --release` takes all.
//! The real list is the one of Circular 06/2026 with former names; where it is absent its guards say so and pass.
#![cfg(all(feature = "bundled", feature = "search"))]
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests may panic")]

#[cfg(all(feature = "csv", feature = "xlsx"))]
#[path = "../support/lists.rs"]
mod lists;
#[path = "../../examples/relevance/polarity.rs"]
mod polarity;
#[path = "../support/mod.rs"]
mod support;

mod figures;
mod names;
mod noise;
mod pairs;
mod traps;
mod typing;

use std::sync::OnceLock;

use medterm::source::Usability;
use medterm::{Answer, CodeSystem, Concept, Hit};

fn starter() -> &'static CodeSystem {
    static SYSTEM: OnceLock<CodeSystem> = OnceLock::new();
    SYSTEM.get_or_init(|| CodeSystem::bundled().unwrap())
}

/// The list of Circular 06/2026; `None`, with a line saying so, where it cannot be had.
#[cfg(all(feature = "csv", feature = "xlsx"))]
fn national() -> Option<&'static CodeSystem> {
    lists::tt06().map(|list| &list.system)
}

#[cfg(not(all(feature = "csv", feature = "xlsx")))]
fn national() -> Option<&'static CodeSystem> {
    println!("skipped: the national list needs the features csv and xlsx");
    None
}

/// The starter set, and the national list where it can be had.
fn systems() -> impl Iterator<Item = &'static CodeSystem> {
    [Some(starter()), national()].into_iter().flatten()
}

/// A query with the codes that answer it: those that begin so.
struct Labelled {
    class: String,
    query: String,
    expected: Vec<String>,
}

impl Labelled {
    fn read(tsv: &str) -> Vec<Self> {
        let row = |line: &str| {
            let fields: Vec<&str> = line.split('\t').collect();
            let expected = fields[2].split(',').map(|code| code.trim().to_owned()).collect();
            Self { class: fields[0].to_owned(), query: fields[1].to_owned(), expected }
        };
        tsv.lines().skip(1).map(row).collect()
    }

    /// Where the first hit with an expected code stands, from 0.
    fn rank(&self, answer: &Answer<'_>) -> Option<usize> {
        let begins = |hit: &Hit<'_>| {
            let code = hit.concept.code().unwrap();
            self.expected.iter().any(|expected| code.starts_with(expected))
        };
        answer.hits.iter().position(begins)
    }
}

/// Labelled queries of others, beside the real lists.
fn labelled_by_others() -> Option<Vec<Labelled>> {
    let path = support::shared("../eval/dev.tsv")?;
    Some(Labelled::read(&std::fs::read_to_string(path).unwrap()))
}

fn listed(system: &CodeSystem) -> impl Iterator<Item = Concept<'_>> {
    system.concepts().filter(|concept| concept.usability().unwrap() != Usability::Grouper)
}

/// Concepts with a Vietnamese name, chosen by the seed: `count` of them, or a small part in a debug build.
fn sample(system: &'static CodeSystem, seed: u64, count: usize) -> Vec<(Concept<'static>, String)> {
    let mut random = Random(seed);
    let named = listed(system).filter_map(|concept| Some((concept, concept.display_in("vi").unwrap()?)));
    let mut all: Vec<_> = named.map(|named| (random.next(), named)).collect();
    all.sort_by_key(|(place, _)| *place);
    all.truncate(part_of(count));
    all.into_iter().map(|(_, named)| named).collect()
}

/// All, or a small part in a debug build, which is some twenty times slower.
fn part_of(count: usize) -> usize {
    if cfg!(debug_assertions) { count.div_ceil(40) } else { count }
}

fn rank_of(answer: &Answer<'_>, concept: &Concept<'_>) -> Option<usize> {
    answer.hits.iter().position(|hit| hit.concept == *concept)
}

/// The first hits, as a failure shows them.
fn shown(answer: &Answer<'_>) -> String {
    let hit = |hit: &Hit<'_>| {
        format!("{} {} ({} {})", hit.concept.code().unwrap(), hit.designation.text, hit.score, hit.confidence.as_str())
    };
    answer.hits.iter().take(3).map(hit).collect::<Vec<_>>().join(" | ")
}

/// Counts what was asked and keeps what did not hold.
struct Guard {
    name: &'static str,
    asked: usize,
    exceptions: Vec<String>,
}

impl Guard {
    fn new(name: &'static str) -> Self {
        Self { name, asked: 0, exceptions: Vec::new() }
    }

    fn check(&mut self, holds: bool, exception: impl FnOnce() -> String) {
        self.asked += 1;
        if !holds {
            self.exceptions.push(exception());
        }
    }

    /// Prints the exceptions and asserts that they are no more than so many in a thousand.
    fn at_most(self, thousandths: usize) {
        let Self { name, asked, exceptions } = self;
        for exception in &exceptions {
            println!("{name}: {exception}");
        }
        println!("{name}: {} exceptions of {asked}", exceptions.len());
        assert!(asked > 0, "{name}: nothing was asked");
        // In a small sample chance has its say, where there may be exceptions at all.
        let by_chance = if thousandths > 0 && cfg!(debug_assertions) { asked * thousandths / 1_000 + 1 } else { 0 };
        let allowed = asked * thousandths / 1_000 + by_chance;
        assert!(exceptions.len() <= allowed, "{name}: {} exceptions of {asked}, printed above", exceptions.len());
    }
}

/// SplitMix64: seeded, and the same everywhere.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, end: usize) -> usize {
        (self.next() % end.max(1) as u64) as usize
    }

    fn one_of<'s>(&mut self, choices: &[&'s str]) -> &'s str {
        choices[self.below(choices.len())]
    }
}
