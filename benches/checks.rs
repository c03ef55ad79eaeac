//! What checks cost: a day's 10,000 encounters, preparing a checker, and membership in a regulation's sets.
//!
//! `cargo bench --all-features --bench checks` measures on the national lists where they are at hand, and on the bundled
//! set otherwise.

#![allow(missing_docs, reason = "criterion's macros make public functions")]
#![allow(clippy::unwrap_used, reason = "a bench may panic")]

#[path = "support/mod.rs"]
mod support;

use std::hint::black_box;
use std::time::Duration;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use medterm::check::{Birth, Checker, Encounter, Sex};
use medterm::value_set::CodeRanges;
use medterm::{CodeSystem, Date, Terminology, index};
use support::List;

const ENCOUNTERS: usize = 10_000;

fn lists() -> Terminology {
    let open = |list: List| CodeSystem::from_bytes(index::to_bytes(&list.draft, &list.report).unwrap()).unwrap();
    let lists: Vec<CodeSystem> =
        [support::circular_06(), support::decision_4469()].into_iter().flatten().map(open).collect();
    if lists.is_empty() { Terminology::bundled().unwrap() } else { Terminology::new(lists).unwrap() }
}

/// Numbers without order, the same in every run.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % limit as u64) as usize
    }
}

/// Encounters of one to nine codes, any of the list's: far more faults than a real day has.
fn encounters(system: &CodeSystem) -> Vec<Encounter> {
    let codes: Vec<String> = system.concepts().map(|concept| concept.marked_code().unwrap()).collect();
    let mut numbers = Numbers(0x9e37_79b9_7f4a_7c15);
    let (before, after) = (Date::new(2026, 6, 30).unwrap(), Date::new(2026, 7, 1).unwrap());
    let mut encounter = || {
        let mut encounter = Encounter::new()
            .end(if numbers.below(2) == 0 { before } else { after })
            .sex(if numbers.below(2) == 0 { Sex::Male } else { Sex::Female })
            .birth(Birth::InYear(1930 + numbers.below(96) as i32))
            .main(codes.get(numbers.below(codes.len())).unwrap());
        for _ in 0..numbers.below(9) {
            encounter = encounter.secondary(codes.get(numbers.below(codes.len())).unwrap());
        }
        encounter
    };
    (0..ENCOUNTERS).map(|_| encounter()).collect()
}

fn checks(criterion: &mut Criterion) {
    let terminology = lists();
    let system = terminology.loaded().first().unwrap();
    let encounters = encounters(system);
    let checker = Checker::new(&terminology).unwrap();
    let mut group = criterion.benchmark_group("checks");
    group.sample_size(10).warm_up_time(Duration::from_millis(500)).measurement_time(Duration::from_secs(3));
    group
        .bench_function("prepare a checker", |bencher| bencher.iter(|| Checker::new(black_box(&terminology)).unwrap()));
    group.throughput(Throughput::Elements(ENCOUNTERS as u64));
    group.bench_function("10,000 encounters", |bencher| {
        bencher.iter(|| encounters.iter().map(|encounter| checker.check(encounter).unwrap().len()).sum::<usize>());
    });
    group.finish();
}

fn value_sets(criterion: &mut Criterion) {
    let terminology = lists();
    let system = terminology.loaded().first().unwrap();
    let mut group = criterion.benchmark_group("value sets");
    group.sample_size(20).warm_up_time(Duration::from_millis(300)).measurement_time(Duration::from_millis(800));
    let wording = "E10 - E14 (trừ E10.0, E10.1, E11.0, E11.1, E12.0, E12.1, E13.0, E13.1, E14.0, E14.1)";
    group.bench_function("read and expand a range with exceptions", |bencher| {
        bencher.iter(|| CodeRanges::parse(black_box(wording)).expand(system).unwrap().concepts.len());
    });
    let set = CodeRanges::parse(wording).expand(system).unwrap().concepts;
    let ids: Vec<_> = system.concepts().map(|concept| concept.id()).collect();
    group.throughput(Throughput::Elements(ids.len() as u64));
    group.bench_function("membership of every concept", |bencher| {
        bencher.iter(|| ids.iter().filter(|id| set.contains(**id)).count());
    });
    group.finish();
}

criterion_group!(benches, checks, value_sets);
criterion_main!(benches);
