//! Holds a hospital's own table of diagnoses against the editions of the list, and writes what would mend it.
//!
//! `cargo run --release --example audit --features csv -- --index tt06.mti --index qd4469.mti
//! --column CODE --name-column NAME TABLE.csv`

mod faults;
mod patch;
#[path = "../support/mod.rs"]
mod support;
mod table;
mod verdict;

use std::process::ExitCode;

use faults::{Audit, Fault, Kind};
use medterm::Terminology;
use serde::Serialize;
use support::{Arguments, Problem, Syntax, grouped, say};
use table::Table;
use verdict::Verdict;

const SYNTAX: Syntax = Syntax {
    help: "\
Holds a hospital's own table of diagnoses against the editions of the list.

usage: audit --index FILE… --column NAME [--name-column NAME] [--system NAME] [--as-of DATE]
             [--patch FILE] [--sql FILE [--table NAME]] [--json] TABLE.csv

  TABLE.csv       the table, with a line of headings; separated by commas, semicolons or tabs.
  --index FILE    an index written by examples/compile. Give the earlier edition too: it tells what
                  was withdrawn, and whether the table is stale.
  --column NAME   the column of the codes.
  --name-column NAME  the column of the names. Without it nothing is found renamed, and codes that
                  were cut short are found only where they are in no list.
  --system NAME   the code system (icd10-vn), or one edition of it (icd10-vn|tt06); icd10-vn if it
                  is not given.
  --as-of DATE    the edition in force on this day; without it the latest one.
  --patch FILE    writes what would mend the table as CSV, one line for each fault.
  --sql FILE      writes it as SQL statements, for a table called --table (default: diagnosis).
                  What a person must decide stands there as a comment.
  --json          one JSON object per fault, and a last one with the summary and the verdict.

Faults: missing (the edition has the code, the table does not), withdrawn (only another edition has
it), heading (finer codes must be used), renamed, damaged (floats, lost marks, cut or misspelt codes),
duplicate, unknown (in no loaded list). Dots and marks that the whole table leaves out are its way of
writing codes, and no fault; so are headings in a table that has the codes below them as well.
",
    options: &["--index", "--column", "--name-column", "--system", "--as-of", "--patch", "--sql", "--table"],
    flags: &[],
};

fn main() -> ExitCode {
    support::run(&SYNTAX, run)
}

fn run(arguments: &Arguments) -> Result<(), Problem> {
    let [path] = arguments.plain() else { return Err("give one table; see --help".into()) };
    if arguments.all("--index").next().is_none() {
        return Err("--index is needed: a table is held against a whole list; see --help".into());
    }
    if arguments.one("--table")?.is_some() && arguments.one("--sql")?.is_none() {
        return Err("--table is for --sql; see --help".into());
    }
    let table = Table::read(path, arguments.needed("--column")?, arguments.one("--name-column")?)?;
    let terminology = arguments.terminology()?;
    let name = arguments.one("--system")?.unwrap_or("icd10-vn");
    let edition = support::edition(&terminology, name)?;
    if edition.is_fragment() {
        return Err(format!("{} is only a part of its edition; compile the whole list", edition.edition()).into());
    }
    let others: Vec<_> = other_editions(&terminology, edition);
    let audit = Audit::of(&table, edition, &others)?;
    let verdict = Verdict::of(&audit, edition, &others)?;
    if let Some(path) = arguments.one("--patch")? {
        patch::write_csv(path, &audit.faults)?;
    }
    if let Some(path) = arguments.one("--sql")? {
        patch::write_sql(path, arguments.one("--table")?.unwrap_or("diagnosis"), &table, &audit.faults)?;
    }
    if arguments.flag("--json") { print_json(&audit, &verdict) } else { print(path, &audit, &verdict) }
}

fn other_editions<'t>(terminology: &'t Terminology, edition: &medterm::CodeSystem) -> Vec<&'t medterm::CodeSystem> {
    let own = edition.edition();
    let others = terminology.loaded().iter().filter(|other| other.edition().system == own.system);
    others.filter(|other| other.edition().version != own.version).collect()
}

#[derive(Serialize)]
struct Summary<'a> {
    summary: std::collections::BTreeMap<&'static str, usize>,
    edition: String,
    rows: usize,
    verdict: &'static str,
    reason: &'a str,
    notes: &'a [String],
}

fn print_json(audit: &Audit, verdict: &Verdict) -> Result<(), Problem> {
    for fault in &audit.faults {
        support::print_json(fault)?;
    }
    support::print_json(&Summary {
        summary: Kind::ALL.iter().map(|kind| (kind.as_str(), audit.count(*kind))).collect(),
        edition: audit.edition.clone(),
        rows: audit.rows,
        verdict: verdict.word,
        reason: &verdict.reason,
        notes: &audit.notes,
    })
}

fn print(path: &str, audit: &Audit, verdict: &Verdict) -> Result<(), Problem> {
    const SHOWN: usize = 20;
    for kind in Kind::ALL {
        let faults: Vec<&Fault> = audit.faults.iter().filter(|fault| fault.fault == kind).collect();
        if faults.is_empty() {
            continue;
        }
        say!("{}: {}", kind.as_str(), grouped(faults.len() as u64))?;
        for fault in faults.iter().take(SHOWN) {
            let place = fault.row.map(|row| format!("line {row}: ")).unwrap_or_default();
            let new =
                if fault.suggest.is_empty() { String::new() } else { format!(" → {}", fault.suggest.join(", ")) };
            say!("    {place}{}  {}{new}", fault.code, fault.message)?;
        }
        if faults.len() > SHOWN {
            say!("    … and {} more (--json gives all)", grouped((faults.len() - SHOWN) as u64))?;
        }
    }
    say!("{path}: {} rows against {}", grouped(audit.rows as u64), audit.edition)?;
    for note in &audit.notes {
        say!("    note: {note}")?;
    }
    let counts: Vec<String> =
        Kind::ALL.iter().map(|kind| format!("{} {}", grouped(audit.count(*kind) as u64), kind.as_str())).collect();
    say!("    {}", counts.join(", "))?;
    Ok(say!("verdict: {} ({})", verdict.word, verdict.reason)?)
}
