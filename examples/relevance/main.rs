//! Measures search on labelled queries: recall, mean reciprocal rank, wrong polarity and latency, class by class.
//!
//! `cargo run --release --example relevance -- --index tt06.mti --queries queries.tsv`

mod judge;
mod polarity;
mod queries;
#[path = "../support/mod.rs"]
mod support;
mod tally;

use std::process::ExitCode;

use judge::{Judge, Outcome, Shown};
use medterm::{Reading, SearchOptions, Searcher};
use polarity::Polarity;
use queries::Query;
use serde::Serialize;
use support::{Arguments, Problem, Syntax, say};

const SYNTAX: Syntax = Syntax {
    help: "\
Measures search on labelled queries.

usage: relevance (--index FILE… | --bundled) --queries TSV… [--usable] [--misses | --misses-at N]
                 [--ablate] [--current] [--lexicon TSV]… [--json]

  --index FILE    the index to search; may be repeated
  --bundled       search the embedded starter set, which has few codes below its categories:
                  a hit also counts if it is the category of an expected code
  --queries TSV   with a heading row and the columns class, query, expected (codes, by comma), or
                  code, former name: then only that code counts, in the class former-name;
                  may be repeated
  --misses        also print each query without an expected code among ten, with what came instead
  --misses-at N   … among the first N; and each query whose first hit contradicts it
  --ablate        also print what leaving out each reading changes
  --usable        misses and ablation of the search for usable codes, instead of the plain one
  --current       search without the names of former editions
  --lexicon TSV   further abbreviations or synonyms, in the form of the files under data/lexicon
  --json          one JSON object a line, told apart by the key block: plain, usable, miss, ablation

Every run searches twice: plainly, and for usable codes only. A hit counts if its code begins with an
expected code; of usable codes, that is a usable code below it. The columns:

  r@1 r@3 r@10    share of the queries with such a hit among the first 1, 3, 10; MRR the mean of 1/place
  self@1          the first hit is an expected code itself, or its unspecified child: that code with .9,
                  or named “… không xác định”, “… không đặc hiệu”, “… unspecified”
  wrong           queries whose first hit says the opposite: acute for chronic, type 1 for 2, left for
                  right …; or is a miss and lacks a newborn or pregnancy that was asked for
  adds            queries whose first hit is a miss and makes such a choice without being asked
  p50 p99         time of one search
",
    options: &["--index", "--queries", "--misses-at", "--lexicon"],
    flags: &["--bundled", "--usable", "--misses", "--ablate", "--current"],
};

/// As far down as recall is measured.
const LIMIT: usize = 10;

fn main() -> ExitCode {
    support::run(&SYNTAX, run)
}

fn run(arguments: &Arguments) -> Result<(), Problem> {
    if let Some(extra) = arguments.plain().first() {
        return Err(format!("{extra} is no option; see --help").into());
    }
    let by_category = arguments.flag("--bundled");
    if by_category == arguments.all("--index").next().is_some() {
        return Err("give either --index FILE or --bundled; see --help".into());
    }
    if arguments.all("--queries").next().is_none() {
        return Err("--queries TSV is needed; see --help".into());
    }
    let mut queries = Vec::new();
    for path in arguments.all("--queries") {
        queries.append(&mut queries::read(path)?);
    }
    let terminology = arguments.terminology()?;
    let plain = SearchOptions::new().limit(LIMIT).lexicon(arguments.lexicon()?);
    let plain = plain.former_names(!arguments.flag("--current"));
    let usable = plain.clone().usable_only(true);
    let (searcher, polarity) = (Searcher::new(), Polarity::new());
    let mut judge = Judge { terminology: &terminology, by_category, searcher, polarity };
    // The first search makes tables and memory ready.
    ask_all(&mut judge, queries.get(..1).unwrap_or_default(), &plain)?;

    let json = arguments.flag("--json");
    let plain_outcomes = ask_all(&mut judge, &queries, &plain)?;
    // A heading is not among usable codes: those below it stand for it, even where it alone is expected.
    let below: Vec<Query> = queries.iter().map(|query| Query { exact: false, ..query.clone() }).collect();
    let usable_outcomes = ask_all(&mut judge, &below, &usable)?;
    let (queries, options, outcomes) = match arguments.flag("--usable") {
        true => (&below, &usable, &usable_outcomes),
        false => (&queries, &plain, &plain_outcomes),
    };
    if let Some(places) = misses_at(arguments)? {
        print_misses(queries, outcomes, places, json)?;
    }
    print_figures("plain", queries, &plain_outcomes, json)?;
    print_figures("usable", queries, &usable_outcomes, json)?;
    if arguments.flag("--ablate") {
        ablate(&mut judge, queries, options, outcomes, json)?;
    }
    Ok(())
}

/// Among how many hits an expected code must be, not to be printed as missed. `None` if misses are not wanted.
fn misses_at(arguments: &Arguments) -> Result<Option<usize>, Problem> {
    match arguments.one("--misses-at")? {
        Some(places) => {
            let places = places.parse().ok().filter(|places| (1..=LIMIT).contains(places));
            Ok(Some(places.ok_or_else(|| format!("--misses-at needs a number from 1 to {LIMIT}"))?))
        }
        None => Ok(arguments.flag("--misses").then_some(LIMIT)),
    }
}

fn ask_all(judge: &mut Judge<'_>, queries: &[Query], options: &SearchOptions) -> medterm::Result<Vec<Outcome>> {
    queries.iter().map(|query| judge.ask(query, options)).collect()
}

#[derive(Serialize)]
struct Miss<'a> {
    block: &'static str,
    class: &'a str,
    query: &'a str,
    expected: &'a [String],
    /// From 1; `null` if no expected code came.
    rank: Option<usize>,
    wrong_polarity: Option<&'static str>,
    instead: &'a [Shown],
}

fn print_misses(queries: &[Query], outcomes: &[Outcome], places: usize, json: bool) -> Result<(), Problem> {
    for (query, outcome) in queries.iter().zip(outcomes) {
        if outcome.rank.is_some_and(|rank| rank < places) && outcome.wrong.is_none() {
            continue;
        }
        let miss = Miss {
            block: "miss",
            class: &query.class,
            query: &query.text,
            expected: &query.expected,
            rank: outcome.rank.map(|rank| rank + 1),
            wrong_polarity: outcome.wrong,
            instead: &outcome.first,
        };
        if json {
            support::print_json(&miss)?;
            continue;
        }
        let place = miss.rank.map_or_else(|| "missed".to_owned(), |rank| format!("at {rank}"));
        let wrong = outcome.wrong.map(|choice| format!(", wrong {choice}")).unwrap_or_default();
        say!("{}  {}  ({}: {place}{wrong})", query.class, query.text, query.expected.join(", "))?;
        for hit in miss.instead {
            say!("    {hit}")?;
        }
    }
    Ok(())
}

fn print_figures(block: &'static str, queries: &[Query], outcomes: &[Outcome], json: bool) -> Result<(), Problem> {
    let figures = tally::figures(block, queries, outcomes);
    if json {
        return figures.iter().try_for_each(support::print_json);
    }
    say!("\n{block}")?;
    say!(
        "{:16} {:>5} {:>6} {:>6} {:>6} {:>6} {:>6} {:>5} {:>5} {:>9} {:>9}",
        "class",
        "n",
        "r@1",
        "r@3",
        "r@10",
        "MRR",
        "self@1",
        "wrong",
        "adds",
        "p50",
        "p99"
    )?;
    for class in figures {
        say!(
            "{:16} {:>5} {:>6.3} {:>6.3} {:>6.3} {:>6.3} {:>6.3} {:>5} {:>5} {:>6.0} µs {:>6.0} µs",
            class.class,
            class.n,
            class.recall_at_1,
            class.recall_at_3,
            class.recall_at_10,
            class.mrr,
            class.itself_at_1,
            class.wrong_polarity,
            class.adds_polarity,
            class.p50_us,
            class.p99_us
        )?;
    }
    Ok(())
}

/// Searches once more without each reading, and tells what it was worth. Without the word itself there is no search.
fn ablate(
    judge: &mut Judge<'_>,
    queries: &[Query],
    options: &SearchOptions,
    with: &[Outcome],
    json: bool,
) -> Result<(), Problem> {
    let readings: Vec<Reading> = Reading::ALL.iter().copied().filter(|reading| *reading != Reading::Exact).collect();
    let mut columns = Vec::new();
    for reading in &readings {
        let without = ask_all(judge, queries, &options.clone().without([*reading]))?;
        columns.push(tally::changes(reading.as_str(), queries, with, &without));
    }
    if json {
        return columns.iter().flatten().try_for_each(support::print_json);
    }
    say!("\nwithout a reading: change of r@1 / r@10, in hundredths of the class")?;
    let names: String = readings.iter().map(|reading| format!(" {:>13}", reading.as_str())).collect();
    say!("{:16} {:>5}{names}", "class", "n")?;
    let classes = columns.first().map_or(0, Vec::len);
    for class in 0..classes {
        let row: Vec<_> = columns.iter().filter_map(|column| column.get(class)).collect();
        let Some(first) = row.first() else { continue };
        let changes = row.iter().map(|change| in_hundredths(change.change_at_1, change.change_at_10));
        say!("{:16} {:>5}{}", first.class, first.n, changes.collect::<String>())?;
    }
    Ok(())
}

fn in_hundredths(at_1: f64, at_10: f64) -> String {
    if at_1 == 0.0 && at_10 == 0.0 {
        return format!(" {:>13}", "·");
    }
    format!(" {:>13}", format!("{:+.1}/{:+.1}", 100.0 * at_1, 100.0 * at_10))
}
