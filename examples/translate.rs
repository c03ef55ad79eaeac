//! Tells what became of the codes of one edition in another.
//!
//! `cargo run --release --example translate -- --index qd4469.mti --index tt06.mti
//! --from 'icd10-vn|qd4469' --to 'icd10-vn|tt06' M54.5 J18.9`

mod support;

use std::process::ExitCode;

use medterm::translate::{Change, Migrated, Migration};
use serde::Serialize;
use support::{Arguments, Named, Problem, Syntax, say};

const SYNTAX: Syntax = Syntax {
    help: "\
Tells what became of codes between two editions of a code system.

usage: translate [--index FILE]… --from NAME --to NAME [--json] [CODE]…

  CODE            a code of the edition --from. Without any, one code per line is read from
                  standard input.
  --index FILE    an index written by examples/compile; both editions are needed.
  --from NAME     the edition that the codes come from, as 'icd10-vn|qd4469'.
  --to NAME       the edition to go to, as 'icd10-vn|tt06'.
  --json          one JSON object per code and line. `change` is same, renamed, meaning-in-doubt,
                  now-heading, finer-code-gone, withdrawn, or unknown (not in --from).
                  `suggestions` are for a person to choose from, never a translation.
",
    options: &["--index", "--from", "--to"],
    flags: &[],
};

fn main() -> ExitCode {
    support::run(&SYNTAX, run)
}

fn run(arguments: &Arguments) -> Result<(), Problem> {
    let (from, to) = (arguments.needed("--from")?, arguments.needed("--to")?);
    let terminology = arguments.terminology()?;
    let (from, to) = (support::edition(&terminology, from)?, support::edition(&terminology, to)?);
    if from.edition() == to.edition() {
        return Err(format!("--from and --to are both {}; name two editions", from.edition()).into());
    }
    let migration = Migration::between(from, to)?;
    arguments.each_plain_or_line(|code| {
        let migrated = migration.migrate(code)?;
        if arguments.flag("--json") {
            return support::print_json(&Line::of(code, &migration, migrated.as_ref())?);
        }
        match migrated {
            Some(migrated) => print(&migrated),
            None if from.is_fragment() => {
                Ok(say!("{code}: unknown in {}, which holds only a part of its edition", from.edition())?)
            }
            None => Ok(say!("{code}: unknown in {}", from.edition())?),
        }
    })
}

#[derive(Serialize)]
struct Line<'a> {
    query: &'a str,
    from: String,
    to: String,
    change: &'static str,
    /// How the source stands to each target, in the words of FHIR; null if nothing is claimed.
    relationship: Option<&'static str>,
    needs_review: bool,
    sources: Vec<Named>,
    /// The code of the same name in the edition `to`, where it is a heading or its meaning is in doubt.
    heading: Option<Named>,
    targets: Vec<Named>,
    suggestions: Vec<Named>,
}

impl<'a> Line<'a> {
    fn of(query: &'a str, migration: &Migration, migrated: Option<&Migrated<'_>>) -> medterm::Result<Self> {
        let line = Self {
            query,
            from: migration.former().edition().to_string(),
            to: migration.later().edition().to_string(),
            change: "unknown",
            relationship: None,
            needs_review: true,
            sources: Vec::new(),
            heading: None,
            targets: Vec::new(),
            suggestions: Vec::new(),
        };
        let Some(Migrated { sources, change }) = migrated else { return Ok(line) };
        let heading = match change {
            Change::NowHeading { target, .. } => Some(Named::of(target)?),
            _ => None,
        };
        let suggestions = match change {
            Change::Withdrawn { suggestions } => Named::all(suggestions)?,
            _ => Vec::new(),
        };
        Ok(Self {
            change: change.as_str(),
            relationship: change.relationship().map(|relationship| relationship.as_str()),
            needs_review: change.needs_review(),
            sources: Named::all(sources)?,
            heading,
            targets: Named::all(change.targets())?,
            suggestions,
            ..line
        })
    }
}

fn print(migrated: &Migrated<'_>) -> Result<(), Problem> {
    let change = &migrated.change;
    for source in &migrated.sources {
        say!("{}", Named::of(source)?)?;
    }
    let relationship = change.relationship().map(|relationship| relationship.as_str());
    let review = if change.needs_review() { "; a person must decide" } else { "" };
    say!("    {}{review}", in_words(change))?;
    if let Some(relationship) = relationship {
        say!("    relationship: {relationship}")?;
    }
    if let Change::NowHeading { target, .. } = change {
        say!("    heading  {}", Named::of(target)?)?;
    }
    for target in change.targets() {
        say!("    →  {}", Named::of(target)?)?;
    }
    if let Change::Withdrawn { suggestions } = change {
        for suggestion in suggestions {
            say!("    ?  {}  (suggestion: a similar name, not a translation)", Named::of(suggestion)?)?;
        }
    }
    Ok(())
}

fn in_words(change: &Change<'_>) -> String {
    let meaning = match change.as_str() {
        "same" => "same code, same name",
        "renamed" => "same code, reworded name: not claimed to be equivalent",
        "meaning-in-doubt" => "same code, but the name says something else",
        "now-heading" => "now a heading: one of its finer codes must be chosen",
        "finer-code-gone" => "the finer code is gone, the code above it is usable",
        "withdrawn" => "withdrawn: no code stands for it",
        other => return other.to_owned(),
    };
    format!("{} ({meaning})", change.as_str())
}
