//! What questions cost, each beside its plain baseline in the same run.
//!
//! `cargo bench --all-features --bench queries` measures on ICD-10-CM, Circular 06/2026 and Decision 4469/2020
//! where they are at hand, and on the bundled set otherwise. Timings are ratios: compare lines of one run.
//! Every answer that is measured is also checked once.

#![allow(missing_docs, reason = "criterion's macros make public functions")]
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a bench may panic")]

#[path = "support/mod.rs"]
mod support;

use std::collections::{BTreeMap, HashMap};
use std::hint::black_box;
use std::time::Duration;

use criterion::{Bencher, BenchmarkGroup, Criterion, criterion_group, criterion_main, measurement::WallTime};
use medterm::code::CodeGrammar;
use medterm::source::Usability;
use medterm::translate::Migration;
use medterm::{CodeSystem, Concept, SearchOptions, Searcher, index, text};
use support::List;

/// The index of a list, or the bundled one.
fn index_of(list: Option<List>) -> Vec<u8> {
    match list {
        Some(list) => index::to_bytes(&list.draft, &list.report).unwrap(),
        None => include_bytes!("../data/icd10.mti").to_vec(),
    }
}

fn system_of(list: Option<List>) -> CodeSystem {
    CodeSystem::from_bytes(index_of(list)).unwrap()
}

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

/// Asks for one code after the other: where the next question lies depends on the answer before, as it does for a
/// program that works on each answer. Without that, a processor asks several questions at once.
fn one_by_one(bencher: &mut Bencher<'_>, codes: &[Box<str>], mut answer: impl FnMut(&str) -> (u32, bool)) {
    let mut at = 0;
    bencher.iter(|| {
        let (id, usable) = answer(&codes[at]);
        let next = at + 1 + usize::from(id == u32::MAX);
        at = if next < codes.len() { next } else { 0 };
        usable
    });
}

/// Gives the items one after the other for ever, so that no question is asked twice in a row.
fn cycle<'a, T>(items: &'a [T]) -> impl FnMut() -> &'a T {
    let mut items = items.iter().cycle();
    move || items.next().unwrap()
}

type FastMap<K, V> = HashMap<K, V, foldhash::fast::FixedState>;

fn lookup(criterion: &mut Criterion) {
    let system = system_of(support::icd10cm());
    let as_typed: Vec<Box<str>> = shuffled(system.concepts().map(|concept| concept.code().unwrap().into()).collect());
    let key_of = |code: &str| -> Box<[u8]> { CodeGrammar::Icd10.parse(code).unwrap().as_bytes().into() };
    let mut by_key: FastMap<Box<[u8]>, (u32, bool)> = HashMap::default();
    let mut by_code: FastMap<Box<str>, (u32, bool)> = HashMap::default();
    let mut names: FastMap<Box<[u8]>, Box<str>> = HashMap::default();
    // Entered in another order than they are asked in: neighbours in time are none in memory.
    for concept in system.concepts() {
        let code = concept.code().unwrap();
        assert_eq!(system.lookup(&code).unwrap().concept(), Some(concept));
        let row = (concept.id().get(), concept.is_usable().unwrap());
        by_key.insert(key_of(&code), row);
        names.insert(key_of(&code), concept.display().unwrap().into());
        by_code.insert(code.into(), row);
    }
    // Copied in the order in which they are asked, so that reading the questions costs both sides nothing.
    let as_typed: Vec<Box<str>> = as_typed.iter().map(|code| code.to_string().into()).collect();

    let mut group = group(criterion, "exact lookup with status");
    group.bench_function("medterm", |bencher| {
        one_by_one(bencher, &as_typed, |code| {
            let concept = system.lookup(code).unwrap().concept().unwrap();
            (concept.id().get(), concept.is_usable().unwrap())
        });
    });
    group.bench_function("HashMap, code normalised alike", |bencher| {
        one_by_one(bencher, &as_typed, |code| by_key[CodeGrammar::Icd10.parse(code).unwrap().as_bytes()]);
    });
    group.bench_function("HashMap, code taken as it is", |bencher| {
        one_by_one(bencher, &as_typed, |code| by_code[code]);
    });
    group.bench_function("HashMap, code taken as it is, many at once", |bencher| {
        let mut next = cycle(&as_typed);
        bencher.iter(|| by_code[&**next()]);
    });
    group.bench_function("normalising alone", |bencher| {
        let mut next = cycle(&as_typed);
        bencher.iter(|| CodeGrammar::Icd10.parse(next()));
    });
    group.finish();

    let mut group = self::group(criterion, "exact lookup with display into a reused buffer");
    let mut buffer = String::new();
    group.bench_function("medterm", |bencher| {
        let mut next = cycle(&as_typed);
        bencher.iter(|| {
            buffer.clear();
            system.lookup(next()).unwrap().concept().unwrap().write_display(&mut buffer).unwrap();
            buffer.len()
        });
    });
    group.bench_function("HashMap, uncompressed names", |bencher| {
        let mut next = cycle(&as_typed);
        bencher.iter(|| {
            buffer.clear();
            buffer.push_str(&names[CodeGrammar::Icd10.parse(next()).unwrap().as_bytes()]);
            buffer.len()
        });
    });
    group.finish();

    let sorted: BTreeMap<Box<[u8]>, u32> = by_key.iter().map(|(key, row)| (key.clone(), row.0)).collect();
    let mut prefixes: Vec<String> = as_typed.iter().map(|code| code.chars().take(3).collect()).collect();
    prefixes.sort_unstable();
    prefixes.dedup();
    let prefixes = shuffled(prefixes);
    let in_map = |prefix: &[u8]| -> u64 {
        let range = sorted.range::<[u8], _>((std::ops::Bound::Included(prefix), std::ops::Bound::Unbounded));
        range.take_while(|(key, _)| key.starts_with(prefix)).map(|(_, id)| u64::from(*id)).sum()
    };
    let in_index = |prefix: &str| -> u64 {
        system.codes_starting_with(prefix).unwrap().map(|concept| u64::from(concept.id().get())).sum()
    };
    for prefix in &prefixes {
        assert_eq!(in_index(prefix), in_map(prefix.as_bytes()), "{prefix}");
    }
    let mut group = self::group(criterion, "all codes with a prefix of three characters");
    group.bench_function("medterm", |bencher| {
        let mut next = cycle(&prefixes);
        bencher.iter(|| in_index(next()));
    });
    group.bench_function("BTreeMap range", |bencher| {
        let mut next = cycle(&prefixes);
        bencher.iter(|| in_map(next().as_bytes()));
    });
    group.finish();
}

/// A query and a code that must be among its ten best answers.
type Question = (&'static str, &'static str);

const WORDS: &[Question] =
    &[("viêm phổi", "J18"), ("tăng huyết áp", "I10"), ("nhồi máu cơ tim cấp", "I21"), ("sởi", "B05")];
const FOLDED: &[Question] =
    &[("viem phoi", "J18"), ("tang huyet ap", "I10"), ("nhoi mau co tim cap", "I21"), ("soi", "B05")];
const TYPOS: &[Question] = &[("viem phoii", "J18"), ("tang huyeet ap", "I10"), ("nhoi mau co tinm cap", "I21")];
const TYPING: &[Question] =
    &[("viem ph", "J18"), ("tang huy", "I1"), ("nhoi mau co t", "I21"), ("viem ruot th", "K35")];

fn search(criterion: &mut Criterion) {
    let system = system_of(support::circular_06_with_former_names());
    let options = SearchOptions::new().limit(10);
    let mut searcher = Searcher::new();
    // What the linear scan reads: every term folded, with its concept.
    let folded: Vec<(String, u32)> = system
        .concepts()
        .flat_map(|concept| {
            let id = concept.id().get();
            concept.designations().unwrap().into_iter().map(move |term| (text::fold(&term.text), id))
        })
        .collect();
    let scan = |query: &str| -> Vec<u32> {
        let query = text::fold(query);
        folded.iter().filter(|(term, _)| term.contains(&query)).map(|(_, concept)| *concept).take(10).collect()
    };
    for (name, questions) in [
        ("search by words", WORDS),
        ("search without diacritics", FOLDED),
        ("search with a typo", TYPOS),
        ("search while typing", TYPING),
    ] {
        for (query, code) in questions {
            let answer = searcher.search(&system, query, &options).unwrap();
            let found: Vec<String> = answer.hits.iter().map(|hit| hit.concept.code().unwrap()).collect();
            assert!(found.iter().any(|found| found.starts_with(code)), "{query}: {found:?}");
        }
        let mut group = group(criterion, name);
        group.bench_function("medterm, ten best", |bencher| {
            let mut next = cycle(questions);
            bencher.iter(|| searcher.search(&system, next().0, &options).unwrap().hits.len());
        });
        group.bench_function("linear scan of folded names, first ten", |bencher| {
            let mut next = cycle(questions);
            bencher.iter(|| scan(black_box(next().0)).len());
        });
        group.finish();
    }
}

fn hierarchy(criterion: &mut Criterion) {
    let system = system_of(support::circular_06());
    let concepts: Vec<Concept<'_>> = system.concepts().collect();
    let above: Vec<u32> = concepts
        .iter()
        .map(|concept| concept.parents().unwrap().first().map_or(u32::MAX, |parent| parent.concept.id().get()))
        .collect();
    let pointers_subsume = |above_all: u32, mut below: u32| {
        while below != above_all && below != u32::MAX {
            below = above[below as usize];
        }
        below == above_all
    };
    let headings = concepts.iter().filter(|concept| concept.usability().unwrap() != Usability::Usable);
    let headings: Vec<_> = shuffled(headings.copied().collect());
    let below = shuffled(concepts.clone());
    let pairs: Vec<_> = below.iter().zip(headings.iter().cycle()).map(|(below, above)| (*above, *below)).collect();
    // Half of the pairs hold: a concept with one of its ancestors.
    let related = below.iter().filter_map(|below| Some((*below.ancestors().unwrap().last()?, *below)));
    let pairs = shuffled(pairs.into_iter().chain(related).collect());
    for (above, below) in &pairs {
        assert_eq!(above.subsumes(below).unwrap(), pointers_subsume(above.id().get(), below.id().get()));
    }

    let mut group = group(criterion, "subsumption between resolved concepts");
    group.bench_function("medterm", |bencher| {
        let mut next = cycle(&pairs);
        bencher.iter(|| {
            let (above, below) = next();
            above.subsumes(below).unwrap()
        });
    });
    group.bench_function("walk up a Vec of parents", |bencher| {
        let mut next = cycle(&pairs);
        bencher.iter(|| {
            let (above, below) = next();
            pointers_subsume(above.id().get(), below.id().get())
        });
    });
    group.finish();

    let mut group = self::group(criterion, "ancestors");
    group.bench_function("medterm", |bencher| {
        let mut next = cycle(&below);
        bencher.iter(|| next().ancestors().unwrap().len());
    });
    group.bench_function("walk up a Vec of parents", |bencher| {
        let mut next = cycle(&below);
        bencher.iter(|| {
            let first = above[next().id().get() as usize];
            std::iter::successors(Some(first), |at| above.get(*at as usize).copied())
                .take_while(|at| *at != u32::MAX)
                .collect::<Vec<_>>()
                .len()
        });
    });
    group.finish();

    let chapter = system.lookup("IX").unwrap().concept().unwrap();
    let through_index =
        || chapter.descendants().unwrap().map(|below| u64::from(below.unwrap().id().get())).sum::<u64>();
    let through_pointers = || {
        let below = concepts.iter().map(|concept| concept.id().get());
        below
            .filter(|id| *id != chapter.id().get() && pointers_subsume(chapter.id().get(), *id))
            .map(u64::from)
            .sum::<u64>()
    };
    assert_eq!(through_index(), through_pointers());
    let mut group = self::group(criterion, "descendants of a chapter");
    group.bench_function("medterm", |bencher| bencher.iter(through_index));
    group.bench_function("test every concept by a Vec of parents", |bencher| bencher.iter(through_pointers));
    group.finish();
}

fn migration(criterion: &mut Criterion) {
    let (former, later) = (system_of(support::decision_4469()), system_of(support::circular_06()));
    let migration = Migration::between(&former, &later).unwrap();
    let codes: Vec<String> = shuffled(former.concepts().map(|concept| concept.code().unwrap()).collect());
    assert!(codes.iter().take(200).all(|code| migration.migrate(code).unwrap().is_some()));
    let mut group = group(criterion, "migration of one code");
    group.bench_function("medterm, with the names compared", |bencher| {
        let mut next = cycle(&codes);
        bencher.iter(|| migration.migrate(next()).unwrap().is_some());
    });
    group.bench_function("two lookups, names unread", |bencher| {
        let mut next = cycle(&codes);
        bencher.iter(|| {
            let code = next();
            (former.lookup(code).unwrap().concept().is_some(), later.lookup(code).unwrap().concept().is_some())
        });
    });
    group.finish();
}

fn open(criterion: &mut Criterion) {
    let folder = tempfile::tempdir().unwrap();
    for (name, list, code) in [
        ("open to first answer, ICD-10-CM", support::icd10cm(), "J18.9"),
        ("open to first answer, Circular 06", support::circular_06_with_former_names(), "J18.9"),
    ] {
        let path = folder.path().join("list.mti");
        let bytes = index_of(list);
        std::fs::write(&path, &bytes).unwrap();
        let bytes: &'static [u8] = bytes.leak();
        let answer = |system: CodeSystem| system.lookup(code).unwrap().concept().unwrap().display().unwrap();
        assert!(!answer(CodeSystem::open(&path).unwrap()).is_empty());
        let mut group = group(criterion, name);
        group.bench_function("medterm, file read", |bencher| bencher.iter(|| answer(CodeSystem::open(&path).unwrap())));
        #[cfg(feature = "mmap")]
        group.bench_function("medterm, file mapped", |bencher| {
            #[expect(unsafe_code, reason = "the file is this bench's own and does not change")]
            // SAFETY: as the reason says.
            bencher.iter(|| answer(unsafe { CodeSystem::map(&path) }.unwrap()));
        });
        group.bench_function("medterm, bytes in memory", |bencher| {
            bencher.iter(|| answer(CodeSystem::from_bytes(bytes).unwrap()));
        });
        group.bench_function("reading the file alone", |bencher| bencher.iter(|| std::fs::read(&path).unwrap().len()));
        group.finish();
    }
}

fn build(criterion: &mut Criterion) {
    for list in [support::icd10cm(), support::circular_06_with_former_names()].into_iter().flatten() {
        let mut group = group(criterion, "build");
        group.sample_size(10);
        group.bench_function(format!("medterm, {}", list.name), |bencher| {
            bencher.iter(|| index::to_bytes(&list.draft, &list.report).unwrap().len());
        });
        group.bench_function(format!("HashMap of codes and names, {}", list.name), |bencher| {
            bencher.iter(|| {
                let named =
                    list.draft.concepts.iter().map(|concept| (concept.code.clone(), concept.designations.clone()));
                named.collect::<FastMap<String, _>>().len()
            });
        });
        group.finish();
    }
}

criterion_group!(benches, lookup, search, hierarchy, migration, open, build);
criterion_main!(benches);
