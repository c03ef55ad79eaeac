//! What translating one code costs, beside looking one up and beside a hash map in memory.
//!
//! `cargo bench --all-features --bench maps` measures on the 2018 equivalence mapping from ICD-10-CM to ICD-9-CM where it
//! is at hand, and otherwise on the bundled codes, each mapped to its own category. Timings are ratios: compare lines of
//! one run. Every answer that is measured is also checked once.

#![allow(missing_docs, reason = "criterion's macros make public functions")]
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a bench may panic")]

#[path = "support/mod.rs"]
mod support;

use std::collections::HashMap;
use std::time::Duration;

use criterion::{BenchmarkGroup, Criterion, criterion_group, criterion_main, measurement::WallTime};
use medterm::code::CodeGrammar;
use medterm::source::{MapDraft, MapRow, MapSide, Relationship, Report, gem};
use medterm::{CodeSystem, ConceptMap, index};

/// A target and its relationship.
type Mapped = (Option<Box<str>>, Option<Relationship>);
type FastMap<K, V> = HashMap<K, V, foldhash::fast::FixedState>;

fn group<'c>(criterion: &'c mut Criterion, name: &str) -> BenchmarkGroup<'c, WallTime> {
    let mut group = criterion.benchmark_group(name);
    group.sample_size(20).warm_up_time(Duration::from_millis(300)).measurement_time(Duration::from_millis(800));
    group
}

/// The same items in an order without order, the same in every run (Fisher–Yates over xorshift64).
fn shuffled<T>(mut items: Vec<T>) -> Vec<T> {
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    for last in (1..items.len()).rev() {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        items.swap(last, (state % (last as u64 + 1)) as usize);
    }
    items
}

/// Asks for one code after the other: where the next question lies depends on the answer before.
fn one_by_one(bencher: &mut criterion::Bencher<'_>, codes: &[Box<str>], mut answer: impl FnMut(&str) -> usize) {
    let mut at = 0;
    bencher.iter(|| {
        let answered = answer(&codes[at]);
        let next = at + 1 + usize::from(answered == usize::MAX);
        at = if next < codes.len() { next } else { 0 };
        answered
    });
}

fn draft(system: &CodeSystem) -> MapDraft {
    if let Some(path) = support::shared("intl/gem/2018_I10gem.txt") {
        return gem::read(path, None).unwrap().0;
    }
    let side = MapSide { grammar: CodeGrammar::Icd10, ..MapSide::default() };
    let row = |code: String| MapRow {
        target: code.get(..3).map(str::to_owned),
        relationship: Some(Relationship::SourceIsNarrowerThanTarget),
        source: code,
        ..MapRow::default()
    };
    let rows = system.concepts().map(|concept| row(concept.code().unwrap())).collect();
    MapDraft { source: side.clone(), target: side, rows, ..MapDraft::default() }
}

fn translation(criterion: &mut Criterion) {
    let system = match support::icd10cm() {
        Some(list) => CodeSystem::from_bytes(index::to_bytes(&list.draft, &list.report).unwrap()).unwrap(),
        None => CodeSystem::bundled().unwrap(),
    };
    let draft = draft(&system);
    let file = index::map_to_bytes(&draft, &Report::default()).unwrap();
    println!("{} rows, {} bytes", draft.rows.len(), file.len());
    let map = ConceptMap::from_bytes(file).unwrap();
    for section in map.sections() {
        println!("  {:<12} {} {:>9} bytes", section.name, section.parameter, section.length);
    }

    let key_of = |grammar: CodeGrammar, code: &str| -> Box<[u8]> { grammar.parse(code).unwrap().as_bytes().into() };
    let mut forward: FastMap<Box<[u8]>, Vec<Mapped>> = HashMap::default();
    let mut backward: FastMap<Box<[u8]>, Vec<u32>> = HashMap::default();
    for (number, row) in (0..).zip(&draft.rows) {
        let target = row.target.as_deref().map(Box::from);
        forward.entry(key_of(draft.source.grammar, &row.source)).or_default().push((target, row.relationship));
        if let Some(target) = &row.target {
            backward.entry(key_of(draft.target.grammar, target)).or_default().push(number);
        }
    }
    let codes = |codes: Vec<String>| -> Vec<Box<str>> {
        let shuffled: Vec<Box<str>> = shuffled(codes).into_iter().map(Box::from).collect();
        // Copied in the order in which they are asked, so that reading the questions costs both sides nothing.
        shuffled.iter().map(|code| code.to_string().into()).collect()
    };
    let sources = codes(map.sources().map(|source| source.code().unwrap()).collect());
    let targets = codes(map.targets().map(|target| target.code().unwrap()).collect());
    let listed: Vec<Box<str>> = sources
        .iter()
        .filter(|code| system.lookup(code).unwrap().concept().is_some())
        .map(|code| code.to_string().into())
        .collect();
    for code in &sources {
        let rows: Vec<_> = map.rows(code).unwrap().map(|row| row.unwrap()).collect();
        let expected = &forward[&key_of(draft.source.grammar, code)];
        assert_eq!(rows.len(), expected.len());
        for (row, (target, relationship)) in rows.iter().zip(expected) {
            assert_eq!(
                (row.target().unwrap().as_deref(), row.relationship().unwrap()),
                (target.as_deref(), *relationship)
            );
        }
    }
    for code in &targets {
        assert_eq!(map.rows_to(code).unwrap().count(), backward[&key_of(draft.target.grammar, code)].len());
    }

    let mut group = group(criterion, "translation of one code");
    group.bench_function("lookup in the code system, with status", |bencher| {
        one_by_one(bencher, &listed, |code| {
            let concept = system.lookup(code).unwrap().concept().unwrap();
            concept.id().get() as usize + usize::from(concept.is_usable().unwrap())
        });
    });
    group.bench_function("lookup in the code system, with the code printed", |bencher| {
        let mut printed = String::new();
        one_by_one(bencher, &listed, |code| {
            printed.clear();
            system.lookup(code).unwrap().concept().unwrap().write_code(&mut printed).unwrap();
            printed.len()
        });
    });
    group.bench_function("rows with relationship", |bencher| {
        one_by_one(bencher, &sources, |code| {
            map.rows(code)
                .unwrap()
                .map(|row| row.unwrap().relationship().unwrap().map_or(0, |said| said as usize))
                .sum()
        });
    });
    group.bench_function("rows with relationship and target, into a reused buffer", |bencher| {
        let mut printed = String::new();
        one_by_one(bencher, &sources, |code| {
            printed.clear();
            let said = map.rows(code).unwrap().map(|row| {
                let row = row.unwrap();
                row.write_target(&mut printed).unwrap();
                row.relationship().unwrap().map_or(0, |said| said as usize)
            });
            said.sum::<usize>() + printed.len()
        });
    });
    group.bench_function("HashMap, uncompressed, code normalised alike", |bencher| {
        let mut printed = String::new();
        one_by_one(bencher, &sources, |code| {
            printed.clear();
            let rows = &forward[draft.source.grammar.parse(code).unwrap().as_bytes()];
            let said = rows.iter().map(|(target, said)| {
                target.iter().for_each(|target| printed.push_str(target));
                said.map_or(0, |said| said as usize)
            });
            said.sum::<usize>() + printed.len()
        });
    });
    group.bench_function("reverse, rows counted", |bencher| {
        one_by_one(bencher, &targets, |code| {
            map.rows_to(code).unwrap().map(|row| row.unwrap().number() as usize & 1).sum()
        });
    });
    group.bench_function("reverse, HashMap", |bencher| {
        one_by_one(bencher, &targets, |code| {
            backward[draft.target.grammar.parse(code).unwrap().as_bytes()].iter().map(|row| *row as usize & 1).sum()
        });
    });
    group.finish();
}

criterion_group!(benches, translation);
criterion_main!(benches);
