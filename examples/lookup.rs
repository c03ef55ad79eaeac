//! Looks codes up and tells what stands there; or why nothing does.
//!
//! `cargo run --release --example lookup -- J18.9 g01* A00-A09`

mod support;

use std::process::ExitCode;

use medterm::source::Usability;
use medterm::{Concept, Edition, Lookup, Terminology};
use serde::Serialize;
use support::{Arguments, Named, Problem, Syntax, say};

const SYNTAX: Syntax = Syntax {
    help: "\
Looks codes up.

usage: lookup [--index FILE]… [--system NAME] [--as-of DATE] [--json] [CODE]…

  CODE            a code as it comes: J18.9, j189, A17.0†, G01*, a block A00-A09, a chapter IX.
                  Without any, one code per line is read from standard input.
  --index FILE    an index written by examples/compile; may be repeated.
                  Without any, the embedded starter set is asked, which is a fragment.
  --system NAME   a code system (icd10-vn) or an edition of it (icd10-vn|tt06).
                  Without it, every code system that is loaded is asked.
  --as-of DATE    answer from the edition in force on this day, as YYYY-MM-DD.
  --json          one JSON object per line: a row of the list, or the answer that there is none.
                  `answer` is found, ambiguous (the list has the code more than once, one line for
                  each row), unknown, or not-loaded.
",
    options: &["--index", "--system", "--as-of"],
    flags: &[],
};

fn main() -> ExitCode {
    support::run(&SYNTAX, run)
}

fn run(arguments: &Arguments) -> Result<(), Problem> {
    let terminology = arguments.terminology()?;
    let systems = match arguments.one("--system")? {
        Some(name) => vec![name.to_owned()],
        None => system_names(&terminology),
    };
    arguments.each_plain_or_line(|code| {
        for system in &systems {
            let answer = terminology.lookup(system, code)?;
            if arguments.flag("--json") {
                print_json(&terminology, system, code, &answer)?;
            } else {
                print(&terminology, system, code, &answer)?;
            }
        }
        Ok(())
    })
}

/// Each code system once, best first, whether or not an edition of it is in force on the day.
fn system_names(terminology: &Terminology) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for system in terminology.loaded() {
        if !names.contains(&system.edition().system) {
            names.push(system.edition().system.clone());
        }
    }
    names
}

/// One row of the list, or the answer that there is none.
#[derive(Default, Serialize)]
struct Line<'a> {
    query: &'a str,
    answer: &'static str,
    system: String,
    version: Option<&'a str>,
    #[serde(flatten)]
    row: Option<Row>,
    /// Other editions that list the code.
    known_in: Vec<String>,
    /// The list holds only a part of its edition: a code that is unknown may exist all the same.
    fragment: bool,
}

#[derive(Serialize)]
struct Row {
    #[serde(flatten)]
    named: Named,
    usability: &'static str,
    active: bool,
    flags: Vec<String>,
    /// The code as the list misprints or spells it, where that differs.
    source_code: Option<String>,
    names: Vec<Name>,
    parents: Vec<Named>,
    /// Below a heading or group: the codes to use.
    usable_codes: Vec<Named>,
}

#[derive(Serialize)]
struct Name {
    language: String,
    r#use: &'static str,
    text: String,
}

impl Row {
    fn of(concept: &Concept<'_>) -> medterm::Result<Self> {
        let usability = concept.usability()?;
        let below = if usability == Usability::Usable { Vec::new() } else { concept.usable_codes()? };
        let names = concept.designations()?.into_iter();
        Ok(Self {
            named: Named::of(concept)?,
            usability: usability_name(usability),
            active: concept.is_active()?,
            flags: support::flags(concept)?,
            source_code: concept.source_code()?.map(str::to_owned),
            names: names
                .map(|name| Name { language: name.language.into(), r#use: use_name(&name.r#use), text: name.text })
                .collect(),
            parents: concept.parents()?.iter().map(|parent| Named::of(&parent.concept)).collect::<Result<_, _>>()?,
            usable_codes: Named::all(&below)?,
        })
    }
}

fn usability_name(usability: Usability) -> &'static str {
    match usability {
        Usability::Usable => "usable",
        Usability::Heading => "heading",
        Usability::Grouper => "grouper",
    }
}

fn use_name(r#use: &medterm::source::DesignationUse) -> &'static str {
    use medterm::source::DesignationUse;
    match r#use {
        DesignationUse::Preferred => "preferred",
        DesignationUse::Synonym => "synonym",
        DesignationUse::FormerName => "former-name",
        DesignationUse::IndexTerm => "index-term",
        DesignationUse::Inclusion => "inclusion",
        DesignationUse::Abbreviated => "abbreviated",
        _ => "other",
    }
}

fn print_json(terminology: &Terminology, system: &str, code: &str, answer: &Lookup<'_>) -> Result<(), Problem> {
    let asked = terminology.system(system).map(|asked| asked.edition());
    let line = |answer| Line {
        query: code,
        answer,
        system: asked.map_or_else(|| system.to_owned(), |edition| edition.system.clone()),
        version: asked.map(|edition| edition.version.as_str()),
        ..Line::default()
    };
    match answer {
        Lookup::Unknown { known_in, fragment } => {
            let known_in = known_in.iter().map(ToString::to_string).collect();
            support::print_json(&Line { known_in, fragment: *fragment, ..line("unknown") })
        }
        Lookup::Found(_) | Lookup::Ambiguous(_) => {
            let kind = if answer.concepts().len() > 1 { "ambiguous" } else { "found" };
            for concept in answer.concepts() {
                let fragment = concept.system().is_fragment();
                support::print_json(&Line { row: Some(Row::of(concept)?), fragment, ..line(kind) })?;
            }
            Ok(())
        }
        _ => support::print_json(&line("not-loaded")),
    }
}

fn print(terminology: &Terminology, system: &str, code: &str, answer: &Lookup<'_>) -> Result<(), Problem> {
    let asked = terminology.system(system).map_or(system.to_owned(), |asked| asked.edition().to_string());
    match answer {
        Lookup::Found(concept) => print_row(&Row::of(concept)?, concept.system().edition())?,
        Lookup::Ambiguous(rows) => {
            say!("{code}: {asked} has this code {} times; which one is meant must be told by its mark", rows.len())?;
            for concept in rows {
                print_row(&Row::of(concept)?, concept.system().edition())?;
            }
        }
        Lookup::Unknown { known_in, fragment } => {
            say!("{code}: unknown in {asked}")?;
            for edition in known_in {
                say!("    but listed in {edition} ({})", edition.title)?;
            }
            if *fragment {
                say!(
                    "    {asked} holds only a part of its edition: the code may well exist. Compile the official list."
                )?;
            }
        }
        _ => {
            let day = terminology.date().map(|day| format!(" for {day}")).unwrap_or_default();
            let loaded: Vec<_> = terminology.loaded().iter().map(|system| system.edition().to_string()).collect();
            say!("{code}: no list of {asked} is loaded{day} (loaded: {}), so nothing can be said", loaded.join(", "))?;
        }
    }
    Ok(())
}

fn print_row(row: &Row, edition: &Edition) -> Result<(), Problem> {
    say!("{}", row.named)?;
    let use_it = match (row.usability, row.active) {
        (_, false) => "withdrawn: not to be used any more",
        ("usable", true) => "usable: may stand on a record",
        ("heading", true) => "heading: one of its finer codes must be used",
        _ => "groups codes, and is none itself",
    };
    say!("    {use_it}  ({edition})")?;
    if let Some(source) = &row.source_code {
        say!("    printed in the list as {source}")?;
    }
    for name in row.names.iter().filter(|name| name.text != row.named.display) {
        say!("    {} [{}, {}]", name.text, name.language, name.r#use)?;
    }
    if !row.flags.is_empty() {
        say!("    flags: {}", row.flags.join(", "))?;
    }
    for parent in &row.parents {
        say!("    under {parent}")?;
    }
    const SHOWN: usize = 20;
    if !row.usable_codes.is_empty() {
        say!("    usable codes below it: {}", row.usable_codes.len())?;
        for below in row.usable_codes.iter().take(SHOWN) {
            say!("        {below}")?;
        }
        if row.usable_codes.len() > SHOWN {
            say!("        … and {} more (--json gives all)", row.usable_codes.len() - SHOWN)?;
        }
    }
    Ok(())
}
