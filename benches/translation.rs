//! What a translation costs that keeps its structure: by one map, backwards, through a hub, and of many codes.
//!
//! `cargo bench --bench translation` measures on the 2018 equivalence mappings between ICD-9-CM and ICD-10-CM; without
//! them it has nothing to measure.

#![allow(missing_docs, reason = "criterion's macros make public functions")]
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a bench may panic")]

#[path = "support/mod.rs"]
mod support;

use std::time::Duration;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use medterm::source::{MapDraft, MapRow, MapSide, Relationship, Report, gem};
use medterm::translate::{Outcome, PatientContext, Translator};
use medterm::{ConceptMap, index};

fn open(draft: &MapDraft) -> ConceptMap {
    ConceptMap::from_bytes(index::map_to_bytes(draft, &Report::default()).unwrap()).unwrap()
}

/// A map from local numbers to the codes of a map's source.
fn local(map: &ConceptMap) -> ConceptMap {
    let row = |(number, code): (usize, medterm::MapCode<'_>)| MapRow {
        source: number.to_string(),
        target: Some(code.code().unwrap()),
        relationship: Some(Relationship::SourceIsNarrowerThanTarget),
        ..MapRow::default()
    };
    let rows = map.sources().enumerate().map(row).collect();
    let source = MapSide { system: "local".into(), ..MapSide::default() };
    let mut draft = MapDraft { source, target: map.source().clone(), rows, ..MapDraft::default() };
    draft.edition.system = "local-to-icd9".into();
    open(&draft)
}

fn translation(criterion: &mut Criterion) {
    let Some(path) = support::shared("intl/gem/2018_I9gem.txt") else {
        println!("skipped: the equivalence mappings are not present");
        return;
    };
    let map = open(&gem::read(path, None).unwrap().0);
    let codes: Vec<String> = map.sources().map(|source| source.code().unwrap()).collect();
    let targets: Vec<String> = map.targets().step_by(7).map(|target| target.code().unwrap()).collect();
    let numbers: Vec<String> = (0..codes.len()).map(|number| number.to_string()).collect();
    let translator = Translator::new([local(&map), map.clone()]).unwrap();
    let (direct, hub) =
        (translator.between("icd9-cm", "icd10-cm").unwrap(), translator.between("local", "icd10-cm").unwrap());
    let nobody = PatientContext::new();

    let mut group = criterion.benchmark_group("translation");
    group.sample_size(10).warm_up_time(Duration::from_millis(300)).measurement_time(Duration::from_millis(1500));
    let decided = |outcome: Outcome| usize::from(outcome.is_decided());
    group.throughput(Throughput::Elements(codes.len() as u64));
    group.bench_function("each code by one map", |bencher| {
        bencher.iter(|| codes.iter().map(|code| decided(map.translate(code, &nobody).unwrap().outcome)).sum::<usize>());
    });
    group.bench_function("each code through a hub", |bencher| {
        bencher
            .iter(|| numbers.iter().map(|code| decided(hub.translate(code, &nobody).unwrap().outcome)).sum::<usize>());
    });
    group.throughput(Throughput::Elements(targets.len() as u64));
    group.bench_function("each seventh target backwards", |bencher| {
        bencher.iter(|| {
            let back = targets.iter().map(|code| map.translate_back(code, &nobody).unwrap());
            back.map(|found| decided(found.outcome)).sum::<usize>()
        });
    });
    let many = || codes.iter().cycle().take(1_000_000);
    group.throughput(Throughput::Elements(1_000_000));
    group.bench_function("a million codes in bulk", |bencher| {
        bencher
            .iter(|| direct.translate_all(many(), &nobody).map(|found| decided(found.unwrap().outcome)).sum::<usize>());
    });
    #[cfg(feature = "rayon")]
    group.bench_function("a million codes in bulk, all threads", |bencher| {
        use rayon::iter::ParallelIterator;
        let many: Vec<&String> = many().collect();
        bencher.iter(|| {
            let found = direct.par_translate_all(many.as_slice(), &nobody);
            found.map(|found| decided(found.unwrap().outcome)).sum::<usize>()
        });
    });
    group.finish();
}

criterion_group!(benches, translation);
criterion_main!(benches);
