//! What reading each list costs: rows, concepts, seconds and the most memory that the process held, its code included.
//!
//! `cargo bench --all-features --bench readers` prints it. Each list is recognised by its content and read in a process of
//! its own, the draft kept to the end. Memory is what Linux tells; elsewhere it is left out.

#![allow(clippy::unwrap_used, reason = "a bench may panic")]

#[path = "support/mod.rs"]
mod support;

use std::process::Command;
use std::time::Instant;

use medterm::source::{Input, Limits, ReadOptions, read};

/// The files of each list, below the folder of shared data.
const LISTS: [&[&str]; 13] = [
    &["vn/icd10-tt06-2026.csv", "vn/icd10-tt06-2026-leaves.xlsx"],
    &["vn/icd10-qd4469-2020.xlsx"],
    &["intl/icd10cm/icd10cm-order-April-2025.txt"],
    &["intl/icd10cm/icd10cm_tabular_2021.xml"],
    &["intl/icd10cm/icd10cm_tabular_2021.xml", "intl/icd10cm/icd10cm-neoplasm-April-1-2026.xml"],
    &["intl/icd10pcs/icd10pcs_order_2014.txt"],
    &["intl/icd10pcs/icd10pcs_tables_2021.xml"],
    &["intl/icd11/SimpleTabulation-ICD-11-MMS-en.zip"],
    &["intl/icd11/SimpleTabulation-ICD-11-MMS-en.zip", "intl/icd11/SimpleTabulation-ICD-11-MMS-es.zip"],
    &["intl/icd9cm/CMS32_DESC_LONG_DX.txt"],
    &["intl/icd9cm/CMS32_DESC_LONG_SG.txt"],
    &["intl/who-icd10/claml-sample/hapi_icd10-dummy-test-en.xml"],
    &["intl/who-icd10/claml-sample/opencodelists_parser_examples.xml"],
];

/// Names the process that reads one list.
const LIST: &str = "MEDTERM_BENCH_LIST";

/// The most memory that this process has held, in MiB; `None` where the system does not tell.
fn peak_memory() -> Option<f64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    Some(line.split_whitespace().next()?.parse::<f64>().ok()? / 1024.0)
}

/// Reads a list and prints a line about it.
fn measure(files: &[&str]) {
    let Some(paths) = files.iter().map(|file| support::shared(file)).collect::<Option<Vec<_>>>() else { return };
    let started = Instant::now();
    let input = Input::open_all(paths, Limits::new()).unwrap();
    // Some samples tell no version.
    let reading =
        read(&input, &ReadOptions::new()).or_else(|_| read(&input, &ReadOptions::new().version("1"))).unwrap();
    let seconds = started.elapsed().as_secs_f64();
    let memory = peak_memory().map_or_else(|| "-".to_owned(), |memory| format!("{memory:.0}"));
    let (rows, concepts) = (reading.report.rows, reading.draft.concepts.len());
    let edition = reading.draft.edition.to_string();
    println!("{edition:<28} {rows:>8} {concepts:>9} {seconds:>8.2} {memory:>8}  {}", input.name());
}

fn main() {
    let list = std::env::var(LIST).ok().and_then(|number| number.parse().ok());
    if let Some(files) = list.and_then(|number: usize| LISTS.get(number)) {
        return measure(files);
    }
    println!("{:<28} {:>8} {:>9} {:>8} {:>8}  files", "edition", "rows", "concepts", "seconds", "peak MiB");
    for number in 0..LISTS.len() {
        let status = Command::new(std::env::current_exe().unwrap()).env(LIST, number.to_string()).status().unwrap();
        assert!(status.success(), "{:?} cannot be read", LISTS.get(number));
    }
}
