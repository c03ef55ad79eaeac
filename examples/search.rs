//! Searches by name: any words, with or without Vietnamese marks, in any order.
//!
//! `cargo run --release --example search -- "viem phoi"`

mod support;

use std::io::IsTerminal;
use std::process::ExitCode;

use medterm::source::Usability;
use medterm::{Hit, SearchOptions, Searcher, Terminology};
use serde::Serialize;
use support::{Arguments, Problem, Syntax, say};

const SYNTAX: Syntax = Syntax {
    help: "\
Searches medical codes by name.

usage: search [--index FILE]… [--system NAME] [--as-of DATE] [--limit N] [--usable] [--lexicon TSV]…
              [--json] [QUERY]…

  QUERY           words of a name, with or without marks, in any order: \"viem phoi\". Each argument
                  is one query. Without any, one query per line is read from standard input, and
                  each is answered at once.
  --index FILE    an index written by examples/compile; may be repeated.
                  Without any, the embedded starter set is searched, which is a fragment.
  --system NAME   search only this code system (icd10-vn) or edition (icd10-vn|tt06).
  --as-of DATE    search the edition in force on this day, as YYYY-MM-DD.
  --limit N       at most N hits for each query; 10 unless given.
  --usable        only codes that may be used on a record: no headings.
  --lexicon TSV   further abbreviations or synonyms, in the form of the files under data/lexicon;
                  may be repeated.
  --json          one JSON object per hit and line, with the keys query, rank, system, version, code,
                  marker, usable, flags, display, matched, score, how, confidence.
",
    options: &["--index", "--system", "--as-of", "--limit", "--lexicon"],
    flags: &["--usable"],
};

fn main() -> ExitCode {
    support::run(&SYNTAX, run)
}

fn run(arguments: &Arguments) -> Result<(), Problem> {
    let limit = match arguments.one("--limit")? {
        Some(limit) => limit.parse().map_err(|_| format!("--limit {limit}: a whole number is needed, as --limit 5"))?,
        None => 10,
    };
    let terminology = arguments.narrowed_terminology()?;
    let options =
        SearchOptions::new().limit(limit).usable_only(arguments.flag("--usable")).lexicon(arguments.lexicon()?);
    let mut fragments = terminology.current().filter(|system| system.is_fragment());
    if let Some(fragment) = fragments.next().filter(|_| !arguments.flag("--json")) {
        eprintln!("{} holds only a part of its edition; examples/compile makes the official list", fragment.edition());
    }
    let mut searcher = Searcher::new();
    arguments.each_plain_or_line(|query| {
        let answer = searcher.search_all(&terminology, query, &options)?;
        if arguments.flag("--json") {
            for (position, hit) in answer.hits.iter().enumerate() {
                support::print_json(&Line::of(query, position + 1, hit)?)?;
            }
            return Ok(());
        }
        print(query, &terminology, &answer.hits)?;
        if let Some(suggestion) = &answer.suggestion {
            say!("    (did you mean “{suggestion}”?)")?;
        }
        if !answer.complete {
            say!("    (stopped at the work limit: there may be better hits)")?;
        }
        Ok(())
    })
}

#[derive(Serialize)]
struct Line<'a> {
    query: &'a str,
    rank: usize,
    system: &'a str,
    version: &'a str,
    code: String,
    marker: &'static str,
    usable: bool,
    flags: Vec<String>,
    display: String,
    matched: &'a str,
    score: u16,
    how: Vec<&'static str>,
    confidence: &'static str,
}

impl<'a> Line<'a> {
    fn of(query: &'a str, rank: usize, hit: &'a Hit<'_>) -> medterm::Result<Self> {
        let edition = hit.concept.system().edition();
        Ok(Self {
            query,
            rank,
            system: &edition.system,
            version: &edition.version,
            code: hit.concept.code()?,
            marker: hit.concept.mark()?.as_str(),
            usable: hit.concept.is_usable()?,
            flags: support::flags(&hit.concept)?,
            display: hit.concept.display()?,
            matched: &hit.designation.text,
            score: hit.score,
            how: how(hit),
            confidence: hit.confidence.as_str(),
        })
    }
}

/// The readings that led to a hit, or `code`.
fn how(hit: &Hit<'_>) -> Vec<&'static str> {
    if hit.matches.is_empty() {
        return vec!["code"];
    }
    hit.readings().into_iter().map(|reading| reading.as_str()).collect()
}

fn print(query: &str, terminology: &Terminology, hits: &[Hit<'_>]) -> Result<(), Problem> {
    say!("{query}")?;
    let several = terminology.current().count() > 1;
    for (position, hit) in hits.iter().enumerate() {
        let (code, name) = (hit.concept.marked_code()?, hit.concept.display()?);
        let shown = if hit.designation.text == name { highlighted(hit) } else { name.clone() };
        let system = if several { format!("  ({})", hit.concept.system().edition()) } else { String::new() };
        say!("{:>4}  {code:<8} {shown}{system}", position + 1)?;
        if hit.designation.text != name {
            say!("               = {}", highlighted(hit))?;
        }
        let unusable = match hit.concept.usability()? {
            Usability::Heading => "; a heading: use a finer code",
            _ if !hit.concept.is_active()? => "; withdrawn",
            _ => "",
        };
        let read_as = hit.read_as.as_ref().map(|meaning| format!(" “{meaning}”")).unwrap_or_default();
        say!("               {}: {}{read_as}{unusable}", hit.confidence.as_str(), how(hit).join(", "))?;
    }
    if hits.is_empty() {
        say!("      nothing found")?;
    }
    Ok(())
}

/// The matched designation, with the words that were found in bold if a person reads it.
fn highlighted(hit: &Hit<'_>) -> String {
    let text = &hit.designation.text;
    if !std::io::stdout().is_terminal() || std::env::var_os("NO_COLOR").is_some() {
        return text.clone();
    }
    let mut words: Vec<_> = hit.matches.iter().map(|found| found.text.clone()).collect();
    words.sort_by_key(|word| word.start);
    let (mut shown, mut done) = (String::new(), 0);
    for word in words {
        // Two words of a query may have been found in the same place.
        if let (Some(before), Some(bold)) = (text.get(done..word.start), text.get(word.clone())) {
            shown.push_str(before);
            shown.push_str(&format!("\x1b[1m{bold}\x1b[0m"));
            done = word.end;
        }
    }
    shown.push_str(text.get(done..).unwrap_or_default());
    shown
}
