//! Many threads on one opened index answer as one does; and a mapped index costs next to no private memory.
#![cfg(feature = "search")]
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests may panic")]
#![cfg_attr(all(feature = "mmap", target_os = "linux"), allow(unsafe_code, reason = "mapping is unsafe"))]

#[path = "support/interrogate.rs"]
mod interrogate;
#[cfg(all(feature = "mmap", target_os = "linux"))]
mod support;

use std::path::Path;
use std::sync::Barrier;

use interrogate::{REFUSED, interrogate};
use medterm::CodeSystem;

const THREADS: usize = 8;

fn committed(name: &str) -> CodeSystem {
    CodeSystem::open(Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/format/{name}.mti"))).unwrap()
}

/// All threads begin at once on an index whose sections nobody has checked yet.
#[test]
fn threads_answer_as_one() {
    let former = committed("former");
    let alone = interrogate(&committed("later"), &former);
    assert!(alone.iter().all(|answer| !answer.starts_with(REFUSED)));
    for _ in 0..4 {
        let (shared, begin) = (committed("later"), Barrier::new(THREADS));
        std::thread::scope(|scope| {
            for _ in 0..THREADS {
                let clone = shared.clone();
                let (begin, former, alone) = (&begin, &former, &alone);
                scope.spawn(move || {
                    begin.wait();
                    assert_eq!(&interrogate(&clone, former), alone);
                });
            }
        });
        shared.verify().unwrap();
    }
}

/// Verification checks anew while others read: they are not disturbed.
#[test]
fn verifying_disturbs_nobody() {
    let (former, later) = (committed("former"), committed("later"));
    let alone = interrogate(&later, &former);
    std::thread::scope(|scope| {
        scope.spawn(|| (0..200).for_each(|_| later.verify().unwrap()));
        for _ in 0..3 {
            scope.spawn(|| assert_eq!(interrogate(&later, &former), alone));
        }
    });
}

#[cfg(feature = "bundled")]
#[test]
fn threads_search_the_embedded_set_as_one() {
    use medterm::{SearchOptions, Searcher};
    let queries =
        ["viem phoi", "tang huyet ap", "dai thao duong", "gay xuong dui", "pneumonia", "ung thu phoii", "j18"];
    let system = CodeSystem::bundled().unwrap();
    let ask = |system: &CodeSystem, searcher: &mut Searcher, query: &str| -> Vec<(String, u16)> {
        let answer = searcher.search(system, query, &SearchOptions::new()).unwrap();
        answer.hits.iter().map(|hit| (hit.concept.marked_code().unwrap(), hit.score)).collect()
    };
    let mut searcher = Searcher::new();
    let alone = queries.map(|query| ask(&system, &mut searcher, query));
    assert!(alone.iter().all(|hits| !hits.is_empty()));
    std::thread::scope(|scope| {
        for thread in 0..THREADS {
            let (system, alone) = (system.clone(), &alone);
            scope.spawn(move || {
                let mut searcher = Searcher::new();
                for round in 0..10 * queries.len() {
                    let number = (thread + round) % queries.len();
                    assert_eq!(ask(&system, &mut searcher, queries[number]), alone[number]);
                }
            });
        }
    });
}

/// Measured on ICD-10-CM, if it is at hand: what this process alone must keep in memory. In a process of its own,
/// for other tests' memory would be counted.
#[cfg(all(feature = "mmap", target_os = "linux"))]
#[test]
fn a_map_takes_little_private_memory() {
    let Some(list) = support::shared("intl/icd10cm/icd10cm-order-April-2025.txt") else { return };
    if std::env::var_os("MEDTERM_MEASURE").is_none() {
        let folder = tempfile::tempdir().unwrap();
        let index = folder.path().join("icd10cm.mti");
        let (draft, report) = medterm::source::icd10cm::read_order(list, None).unwrap();
        medterm::index::to_file(&draft, &report, &index).unwrap();
        let measure = std::process::Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "a_map_takes_little_private_memory", "--nocapture", "--test-threads", "1"])
            .env("MEDTERM_MEASURE", &index)
            .status();
        assert!(measure.unwrap().success());
        return;
    }
    memory::measure(Path::new(&std::env::var_os("MEDTERM_MEASURE").unwrap()));
}

#[cfg(all(feature = "mmap", target_os = "linux"))]
mod memory {
    use super::*;
    use medterm::{Concept, Result, SearchOptions, Searcher};

    /// KiB of this process's memory that are its own (all anonymous memory and all changed pages), and KiB of
    /// the mapped file that are in memory and that are its own.
    fn sizes(file: &Path) -> [u64; 3] {
        let maps = std::fs::read_to_string("/proc/self/smaps").unwrap();
        let (mut sizes, mut is_file) = ([0; 3], false);
        for line in maps.lines() {
            let mut words = line.split_whitespace();
            let (name, value) =
                (words.next().unwrap_or_default(), words.next().and_then(|word| word.parse::<u64>().ok()));
            match (name, value) {
                ("Private_Dirty:", Some(size)) => {
                    sizes[0] += size;
                    sizes[2] += if is_file { size } else { 0 };
                }
                ("Rss:", Some(size)) if is_file => sizes[1] += size,
                (name, _) if name.contains('-') => is_file = line.ends_with(file.to_str().unwrap()),
                _ => {}
            }
        }
        sizes
    }

    pub(super) fn measure(file: &Path) {
        let length = std::fs::metadata(file).unwrap().len() / 1024;
        let [before, ..] = sizes(file);
        // SAFETY: nobody changes the file.
        let system = unsafe { CodeSystem::map(file) }.unwrap();
        let [opened, resident, _] = sizes(file);
        println!("file {length} KiB; opened: {} KiB private, {resident} KiB of the file in memory", opened - before);

        let looked_at = system.concepts().step_by(5).map(|concept| look_at(&system, &concept).unwrap()).count();
        let [looked, resident, dirty] = sizes(file);
        println!(
            "{looked_at} lookups, names, walks: {} KiB private, {resident} KiB of the file in memory",
            looked - before
        );
        assert_eq!(dirty, 0, "the map is only read");
        assert!(looked - before < 1024, "{} KiB", looked - before);

        let mut searcher = Searcher::new();
        for query in
            ["pneumonia", "fracture of femur", "diab", "hart failure", "tuberculous meningitis", "e11", "of the"]
        {
            for _ in 0..20 {
                searcher.search(&system, query, &SearchOptions::new()).unwrap();
            }
        }
        let [searched, resident, dirty] = sizes(file);
        println!("and 140 searches: {} KiB private, {resident} KiB of the file in memory", searched - before);
        assert_eq!(dirty, 0);
        // The searcher's scratch memory: eight bytes for each term.
        assert!(searched - before < 1024, "{} KiB", searched - before);
    }

    fn look_at(system: &CodeSystem, concept: &Concept<'_>) -> Result<()> {
        let code = concept.code()?;
        assert!(system.lookup(&code)?.concepts().contains(concept));
        assert!(!concept.display()?.is_empty());
        let (parents, children) = (concept.parents()?, concept.children()?);
        assert!(parents.len() + children.len() < 1000);
        concept.ancestors()?;
        Ok(())
    }
}
