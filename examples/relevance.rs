//! Measures search on labelled queries: recall, mean reciprocal rank and latency, class by class.
//!
//! The queries are a TSV with a heading row and the columns class, query, expected: a comma-separated list of
//! accepted codes. A hit is a result whose code begins with an accepted code.

use std::collections::BTreeMap;
use std::error::Error;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use medterm::{CodeSystem, SearchOptions, Searcher};

const HELP: &str = "\
Measures search on labelled queries.

usage: relevance --index FILE --queries TSV [--usable] [--misses] [--limit N]

  --index FILE    the index to search
  --queries TSV   labelled queries: class, query, expected codes (comma-separated), with a heading row
  --usable        only usable codes as results; an expected heading is met by a usable code below it
  --misses        also print each query whose code is not among the first N, with what came instead
  --limit N       how far down a hit counts; 10 unless set";

#[derive(Default)]
struct Class {
    queries: usize,
    first: usize,
    third: usize,
    found: usize,
    reciprocal: f64,
    times: Vec<Duration>,
}

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("relevance: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<(), Box<dyn Error>> {
    let (mut index, mut queries, mut usable, mut misses, mut limit) = (None, None, false, false, 10);
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        let mut value = || arguments.next().ok_or(format!("{argument} needs a value"));
        match argument.as_str() {
            "--index" => index = Some(value()?),
            "--queries" => queries = Some(value()?),
            "--limit" => limit = value()?.parse()?,
            "--usable" => usable = true,
            "--misses" => misses = true,
            "--help" | "-h" => {
                println!("{HELP}");
                return Ok(());
            }
            other => return Err(format!("{other} is not understood; see --help").into()),
        }
    }
    let index = index.ok_or("--index FILE is needed; see --help")?;
    let queries = queries.ok_or("--queries TSV is needed; see --help")?;
    let system = CodeSystem::open(&index)?;
    let options = SearchOptions::new().limit(limit).usable_only(usable);
    let mut searcher = Searcher::new();
    let mut classes: BTreeMap<String, Class> = BTreeMap::new();
    for line in std::fs::read_to_string(&queries).map_err(|error| format!("{queries}: {error}"))?.lines().skip(1) {
        let mut fields = line.split('\t');
        let (Some(class), Some(query), Some(expected)) = (fields.next(), fields.next(), fields.next()) else {
            return Err(format!("{queries}: not three fields: {line}").into());
        };
        let started = Instant::now();
        let answer = searcher.search(&system, query, &options)?;
        let time = started.elapsed();
        let mut codes = Vec::new();
        for hit in &answer.hits {
            codes.push(hit.concept.code()?);
        }
        let accepted: Vec<&str> = expected.split(',').map(str::trim).collect();
        let rank = codes.iter().position(|code| accepted.iter().any(|accepted| code.starts_with(accepted)));
        for class in [class, "all"] {
            let class = classes.entry(class.to_owned()).or_default();
            class.queries += 1;
            class.first += usize::from(rank == Some(0));
            class.third += usize::from(rank.is_some_and(|rank| rank < 3));
            class.found += usize::from(rank.is_some());
            class.reciprocal += rank.map_or(0.0, |rank| 1.0 / (rank + 1) as f64);
            class.times.push(time);
        }
        if misses && rank.is_none() {
            let names: Vec<String> =
                answer.hits.iter().take(3).map(|hit| format!("{:?} {}", hit.concept, hit.score)).collect();
            println!("{class}\t{query}\t{expected}\t{}", names.join(" | "));
        }
    }
    println!("{:16} {:>5} {:>6} {:>6} {:>6} {:>6} {:>9} {:>9}", "class", "n", "r@1", "r@3", "r@N", "MRR", "p50", "p99");
    for (name, class) in &mut classes {
        class.times.sort_unstable();
        let n = class.queries as f64;
        let at = |share: f64| class.times.get((share * (n - 1.0)) as usize).copied().unwrap_or_default();
        println!(
            "{name:16} {:>5} {:>6.3} {:>6.3} {:>6.3} {:>6.3} {:>6} µs {:>6} µs",
            class.queries,
            class.first as f64 / n,
            class.third as f64 / n,
            class.found as f64 / n,
            class.reciprocal / n,
            at(0.5).as_micros(),
            at(0.99).as_micros(),
        );
    }
    Ok(())
}
