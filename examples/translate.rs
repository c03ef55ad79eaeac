//! Tells what a code of one system is in another, by maps; or what became of it between two editions of one system.
//!
//! `cargo run --release --example translate -- --map icd9-to-icd10.mti 249.51`
//! `cargo run --release --example translate -- --index qd4469.mti --index tt06.mti
//! --from 'icd10-vn|qd4469' --to 'icd10-vn|tt06' M54.5 J18.9`

mod support;
#[path = "support/translation.rs"]
mod translation;

use std::process::ExitCode;

use medterm::translate::{Age, Change, Migrated, Migration, PatientContext, Target, Translation, Truth};
use serde::Serialize;
use support::{Arguments, Named, Problem, Syntax, say};
use translation::Ways;

const SYNTAX: Syntax = Syntax {
    help: "\
Tells what a code of one system is in another, or what became of it between two editions.

usage: translate --map FILE… [--from NAME --to NAME] [--index FILE]… [--as-of DAY]
                 [--sex SEX] [--age AGE] [--onset AGE] [--with CODE]… [--json] [CODE]…
       translate [--index FILE]… --from NAME --to NAME [--json] [CODE]…

  CODE            a code of --from. Without any, one code per line is read from standard input.
  --map FILE      the index of a map; with several, ways of up to three steps are found through
                  them, in both directions. With none, two editions of one list are compared.
  --index FILE    an index written by examples/compile; without --map, both editions are needed.
                  With maps, editions give names, and migrations between them are steps.
  --from NAME     the system that the codes come from, as 'icd9-cm' or 'icd10-vn|qd4469'. With
                  one map, its source if neither this nor --to is given.
  --to NAME       the system to go to, as 'icd10-vn|tt06'.
  --as-of DAY     only maps and editions in force on the day, as 2026-07-01.

What maps may ask about the patient; what is not given is not known:
  --sex SEX       female, male, or other (neither).
  --age AGE       34 (years), 18m, 3w or 20d; also taken for the age when the finding began.
  --onset AGE     the age when it began, if it was another.
  --with CODE     a further finding that the patient has, by its SNOMED CT identifier.

  --json          one JSON object per code and line. With maps: `result` is equivalent, inexact,
                  ambiguous, none or unknown; `targets` are scenarios (alternatives, each whole)
                  of choice lists (one of each, together) of alternatives. `relationship`, `rule`
                  and `advice` are those of the one target, if there is one; `missing` is what
                  would decide. Between editions: `change` is same, renamed, meaning-in-doubt,
                  now-heading, finer-code-gone, withdrawn, or unknown (not in --from).
                  `suggestions` are for a person to choose from, never a translation.
",
    options: &["--map", "--index", "--from", "--to", "--as-of", "--sex", "--age", "--onset", "--with"],
    flags: &[],
};

fn main() -> ExitCode {
    support::run(&SYNTAX, run)
}

fn run(arguments: &Arguments) -> Result<(), Problem> {
    if arguments.all("--map").next().is_some() { by_maps(arguments) } else { between_editions(arguments) }
}

fn by_maps(arguments: &Arguments) -> Result<(), Problem> {
    let patient = patient(arguments)?;
    let ways = translation::ways(arguments)?;
    let routes = ways.translator.between(&ways.from, &ways.to).ok_or_else(|| ways.no_way())?;
    arguments.each_plain_or_line(|code| {
        let translation = routes.translate(code, &patient)?;
        if arguments.flag("--json") {
            return support::print_json(&Answer::of(code, &ways, &translation)?);
        }
        print_translation(&ways, &translation)
    })
}

fn patient(arguments: &Arguments) -> Result<PatientContext, Problem> {
    let age = |option| Ok::<_, Problem>(arguments.one(option)?.map(str::parse::<Age>).transpose()?);
    let mut patient = arguments.all("--with").fold(PatientContext::new(), PatientContext::finding);
    if let Some(sex) = arguments.one("--sex")? {
        patient = patient.sex(sex.parse()?);
    }
    if let Some(age) = age("--age")? {
        patient = patient.age(age).age_at_onset(age);
    }
    Ok(match age("--onset")? {
        Some(age) => patient.age_at_onset(age),
        None => patient,
    })
}

/// One code by maps.
#[derive(Serialize)]
struct Answer<'a> {
    query: &'a str,
    result: &'static str,
    /// Scenario, choice list, alternatives.
    targets: Vec<Vec<Vec<Alternative<'a>>>>,
    relationship: Option<&'static str>,
    path: Vec<Step<'a>>,
    rule: Option<&'a str>,
    advice: Option<&'a str>,
    missing: Vec<String>,
}

#[derive(Serialize)]
struct Alternative<'a> {
    /// Null: nothing is needed here, or there is nothing.
    code: Option<&'a str>,
    display: Option<String>,
    relationship: Option<&'static str>,
    lossy: bool,
    /// It is not known whether its rule holds.
    undecided: bool,
    /// It means the code only together with others.
    part_of_combination: bool,
    rule: Option<&'a str>,
    advice: Option<&'a str>,
    /// The rows that lead to it.
    via: Vec<Via<'a>>,
}

#[derive(Serialize)]
struct Via<'a> {
    map: &'a str,
    from: &'a str,
    to: Option<&'a str>,
    listed: bool,
    line: u32,
}

#[derive(Serialize)]
struct Step<'a> {
    /// Empty for the comparison of two editions.
    map: &'a str,
    from: &'a str,
    to: &'a str,
    reverse: bool,
    version_differs: bool,
}

impl<'a> Answer<'a> {
    fn of(query: &'a str, ways: &Ways, translation: &'a Translation) -> medterm::Result<Self> {
        let alternative = |target: &'a Target| Alternative::of(ways, target);
        let has_code = translation.targets().any(|target| target.code.is_some());
        let mut targets = Vec::new();
        for scenario in translation.scenarios.iter().filter(|_| has_code) {
            let lists = scenario.lists.iter().map(|list| list.alternatives.iter().map(alternative).collect());
            targets.push(lists.collect::<medterm::Result<_>>()?);
        }
        let decided = translation.decided();
        let only = match (decided.as_slice(), has_code) {
            ([target], _) => Some(*target),
            // Why there is none.
            (_, false) => translation.targets().next(),
            _ => None,
        };
        let step = |step: &'a medterm::translate::Step| {
            let medterm::translate::Step { map, from, to, reverse, version_differs, .. } = step;
            Step { map, from, to, reverse: *reverse, version_differs: *version_differs }
        };
        Ok(Self {
            query,
            result: translation.outcome.as_str(),
            targets,
            relationship: translation.relationship().map(|relationship| relationship.as_str()),
            path: translation.path.iter().map(step).collect(),
            rule: only.and_then(|target| target.rules().last()),
            advice: only.and_then(|target| target.advice().last()),
            missing: translation.missing.iter().map(ToString::to_string).collect(),
        })
    }
}

impl<'a> Alternative<'a> {
    fn of(ways: &Ways, target: &'a Target) -> medterm::Result<Self> {
        let via = target.links.iter().map(|link| Via {
            map: &link.map,
            from: &link.from,
            to: link.to.as_deref(),
            listed: link.listed,
            line: link.line,
        });
        Ok(Self {
            code: target.code.as_deref(),
            display: ways.display(target)?,
            relationship: target.relationship.map(|relationship| relationship.as_str()),
            lossy: target.lossy,
            undecided: target.truth == Truth::Undecided,
            part_of_combination: target.links.iter().any(|link| link.part_of_combination),
            rule: target.rules().last(),
            advice: target.advice().last(),
            via: via.collect(),
        })
    }
}

fn print_translation(ways: &Ways, translation: &Translation) -> Result<(), Problem> {
    let meaning = match translation.outcome.as_str() {
        "ambiguous" => "ambiguous: somebody must choose",
        "none" => "none: the map says that there is no target",
        "unknown" => "unknown: the maps do not list it",
        word => word,
    };
    say!("{}  {meaning}", translation.code)?;
    let several = translation.scenarios.len() > 1;
    for (place, scenario) in translation.scenarios.iter().enumerate() {
        if several {
            say!("    {} scenario {}", if place == 0 { "either" } else { "or    " }, scenario.number)?;
        }
        for (place, list) in scenario.lists.iter().enumerate() {
            if place > 0 {
                say!("      and")?;
            }
            for target in &list.alternatives {
                print_target(ways, target)?;
            }
            for target in list.ruled_out.iter().filter(|target| target.truth == Truth::False) {
                let facts: Vec<_> = target.facts.iter().map(ToString::to_string).collect();
                say!("      not {}: {}", target.code.as_deref().unwrap_or("nothing"), facts.join(", "))?;
            }
        }
    }
    for fact in &translation.missing {
        say!("    not known: {fact}")?;
    }
    if translation.truncated {
        say!("    and more than are shown")?;
    }
    Ok(())
}

fn print_target(ways: &Ways, target: &Target) -> Result<(), Problem> {
    let open = if target.truth == Truth::Undecided { "?" } else { "→" };
    let relationship = target.relationship.map_or("relationship not told", |relationship| relationship.as_str());
    let lossy = if target.lossy { ", lossy" } else { "" };
    let part = if target.links.iter().any(|link| link.part_of_combination) { ", together with others" } else { "" };
    let name = ways.display(target)?.map(|name| format!("  {name}")).unwrap_or_default();
    match target.code.as_deref() {
        Some(code) => say!("      {open} {code}{name}  ({relationship}{lossy}{part})")?,
        None => say!("      {open} nothing{name}")?,
    }
    for rule in target.rules() {
        say!("          rule: {rule}")?;
    }
    for advice in target.advice() {
        say!("          advice: {advice}")?;
    }
    for link in target.links.iter().filter(|_| target.links.len() > 1) {
        say!("          by {}: {} → {}", link.map, link.from, link.to.as_deref().unwrap_or("nothing"))?;
    }
    Ok(())
}

fn between_editions(arguments: &Arguments) -> Result<(), Problem> {
    let (migration, _) = translation::migration(arguments)?;
    let from = migration.former();
    arguments.each_plain_or_line(|code| {
        let migrated = migration.migrate(code)?;
        if arguments.flag("--json") {
            return support::print_json(&Line::of(code, &migration, migrated.as_ref())?);
        }
        match migrated {
            Some(migrated) => print(&migrated),
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
