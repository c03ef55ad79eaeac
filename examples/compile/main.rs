//! Compiles a publisher's list, or tables of abbreviations and synonyms, into an index file.
//!
//! `cargo run --release --example compile --features csv,xlsx -- auto LIST.csv --output list.mti`

mod maps;
#[path = "../support/mod.rs"]
mod support;

use std::fmt::Write as _;
use std::fs;
use std::io::{self, IsTerminal, Read};
use std::path::Path;
use std::process::ExitCode;
use std::time::Instant;

use medterm::index;
use medterm::lexicon::{Lexicon, LexiconBuilder};
use medterm::source::delimited::Mapping;
use medterm::source::detect::detect_input;
use medterm::source::{Draft, Format, Input, Limits, ReadOptions, Reading, Report, Severity, Strictness, reader};
use medterm::translate::add_former_names;
use serde::Serialize;
use support::{Arguments, File, Problem, Syntax, file_name, grouped, say};

const SYNTAX: Syntax = Syntax {
    help: "\
Compiles a publisher's list, or tables of abbreviations and synonyms, into an index file.

usage: compile FORMAT INPUT… --output FILE [--former INPUT]… [--mapping FILE-OR-TEXT]
               [--version V] [--strict] [--report FILE] [--json]
       compile lexicon TSV… --output FILE [--json]

  FORMAT          {formats}
                  auto           recognised by its content (lists, not maps)
                  maps:          gem, icd11-map, rf2-map, sssom, ccsr, qd4440, and delimited-map, described
                                 by --mapping 'source=A; target=B; …' as the documentation of
                                 medterm::source::delimited::map::MapColumns tells
                  lexicon        tables of abbreviations and synonyms in the form of those under
                                 data/lexicon, told apart by their headings, whose first column is
                                 abbreviation or phrase; read in the order of their names
  INPUT           the files of the list, their folder, or the archive that holds them: zip, tar, gz and
                  zst are read through (--features archive). Files of other kinds are passed over.
  --output FILE   the index to write; it appears complete or not at all.
  --former INPUT  a list of an earlier edition, recognised by its content: its names become
                  searchable former names. May be repeated.
  --mapping …     for delimited: which column means what, as text or in a file, for instance
                  'code=Code; display.vi=Name; parent=Parent; system=my-codes; version=1'.
                  With supplements=icd10-vn it makes a supplement: names and properties for the
                  codes of another list. data/icd10.mapping is an example; the documentation of
                  medterm::source::delimited::Mapping lists all keys.
  --version V     the edition, where the files do not tell it: for icd10cm-order as 2025-04, for loinc as
                  2.82, for atc and mesh-trees the year; for babelon the translation's own.
  --refset ID     for rf2-map: the reference set, where a file has several.
  --strict        stop at the first row that is doubtful or cannot be used, and write no index.
  --report FILE   write every finding, one per line: what was repaired, doubted or refused, and where.
  --json          one JSON object about what was done.

The embedded starter set and the built-in lexicon are made by
  compile delimited data/icd10.tsv --mapping data/icd10.mapping --output data/icd10.mti
  compile lexicon data/lexicon/*.tsv --output data/lexicon.mti
",
    options: &["--output", "--former", "--mapping", "--version", "--refset", "--report"],
    flags: &["--strict"],
};

fn main() -> ExitCode {
    support::run(&SYNTAX, run)
}

fn run(arguments: &Arguments) -> Result<(), Problem> {
    let started = Instant::now();
    let Some((format, inputs)) = arguments.plain().split_first() else {
        return Err("FORMAT and INPUT are missing, as: compile auto LIST.csv --output list.mti; see --help".into());
    };
    if format == LEXICON {
        return compile_lexicon(arguments, inputs);
    }
    if maps::is_map(format) {
        return maps::compile(arguments, format, inputs);
    }
    let format = format_named(format)?;
    if inputs.is_empty() {
        return Err("no INPUT is given: name the files of the list; see --help".into());
    }
    let output = arguments.needed("--output")?;
    let former: Vec<&str> = arguments.all("--former").collect();
    let inputs: Vec<&str> = inputs.iter().map(String::as_str).collect();
    let report_file = arguments.one("--report")?;
    for input in inputs.iter().chain(&former) {
        check_input(input, output)?;
        if let Some(report) = report_file {
            check_apart(input, report, "--report")?;
            check_apart(output, report, "--report")?;
        }
    }
    let options = options(arguments)?;

    let progress = Progress::new(3 + former.len());
    progress.step(0, &format!("reading {}", names(&inputs)));
    let format = match format {
        Some(format) => format,
        None => recognise(&inputs)?,
    };
    let Reading { mut draft, mut report, .. } =
        read(format, &inputs, &options).map_err(|problem| with_likely_format(problem, format, &inputs))?;
    let mut former_names = 0;
    for (number, input) in former.iter().enumerate() {
        progress.step(1 + number, &format!("former names of {input}"));
        // Names come from this file too. What its reader finds concerns its own index, not this one.
        let mut options = options.clone().strictness(Strictness::ReportAndContinue);
        options.version = None;
        let former = read(recognise(&[input])?, &[input], &options)?;
        check_former(&draft, &former.draft, input)?;
        report.sources.extend(former.report.sources);
        former_names += add_former_names(&mut draft, &former.draft, &mut report);
        report.check()?;
    }
    progress.step(1 + former.len(), "compiling");
    let bytes = index::to_file(&draft, &report, output)?;
    progress.step(2 + former.len(), "checking what was written");
    let identity = match support::open_any(output)? {
        File::System(system) => system.verify().map(|()| system.identity().clone())?,
        File::Supplement(supplement) => supplement.verify().map(|()| supplement.identity().clone())?,
        File::Lexicon(_) => return Err(format!("{output} was replaced by a lexicon while it was checked").into()),
    };
    if let Some(path) = report_file {
        write_report(path, &report)?;
    }
    drop(progress);

    let summary = Summary {
        format: format.as_str(),
        output,
        edition: identity.edition.to_string(),
        bytes,
        concepts: identity.concepts,
        listed: identity.listed,
        rows: report.rows,
        former_names,
        seconds: started.elapsed().as_secs_f64(),
        findings: report.summary().into_iter().map(Finding::of).collect(),
    };
    if arguments.flag("--json") { support::print_json(&summary) } else { print(&summary, report_file) }
}

/// The format that makes no list of codes.
const LEXICON: &str = "lexicon";

#[derive(Serialize)]
struct LexiconSummary<'a> {
    format: &'static str,
    output: &'a str,
    lines: usize,
    readings: usize,
    bytes: u64,
}

fn compile_lexicon(arguments: &Arguments, tables: &[String]) -> Result<(), Problem> {
    let output = arguments.needed("--output")?;
    let is_given = |name: &&&str| arguments.all(name).next().is_some() || arguments.flag(name);
    if let Some(option) = ["--former", "--mapping", "--version", "--strict", "--report"].iter().find(is_given) {
        return Err(format!("{option} means nothing to a lexicon; see --help").into());
    }
    if tables.is_empty() {
        return Err("no TSV is given, as data/lexicon/*.tsv; see --help".into());
    }
    // The order in which a shell lists files depends on the language of its user.
    let mut tables: Vec<&String> = tables.iter().collect();
    tables.sort_by_key(|path| Path::new(path).with_extension(""));
    let (mut builder, mut lines) = (LexiconBuilder::new(), 0);
    for path in tables {
        support::check_is_file(path, "a table of abbreviations or synonyms")?;
        check_input(path, output)?;
        let table = fs::read_to_string(path).map_err(|error| format!("{path}: {error}"))?;
        builder.add_table(&table).map_err(|error| format!("{path}: {error}"))?;
        lines += table.lines().skip(1).count();
    }
    let bytes = builder.to_file(output)?;
    let lexicon = Lexicon::open(output)?;
    lexicon.verify()?;
    if arguments.flag("--json") {
        let summary = LexiconSummary { format: LEXICON, output, lines, readings: lexicon.len(), bytes };
        return support::print_json(&summary);
    }
    say!("format     {LEXICON}")?;
    say!("lines read {}", grouped(lines as u64))?;
    say!("readings   {}, of which some join an abbreviation and a synonym", grouped(lexicon.len() as u64))?;
    say!("written    {output}, {} bytes", grouped(bytes))?;
    Ok(())
}

/// What the command line tells the reader.
fn options(arguments: &Arguments) -> Result<ReadOptions, Problem> {
    let mut options = ReadOptions::new();
    options.mapping = arguments.one("--mapping")?.map(mapping).transpose()?;
    options.version = arguments.one("--version")?.map(str::to_owned);
    if arguments.flag("--strict") {
        options.strictness = Strictness::StopAtFirstDoubt;
    }
    if arguments.one("--report")?.is_some() {
        options.keep_findings = usize::MAX;
    }
    Ok(options)
}

/// `None` for `auto`.
fn format_named(name: &str) -> Result<Option<Format>, Problem> {
    match name.parse() {
        Ok(format) => Ok(Some(format)),
        Err(_) if name == "auto" => Ok(None),
        Err(_) => Err(format!("there is no format {name}; choose {}, auto or lexicon", format_names()).into()),
    }
}

fn format_names() -> String {
    Format::ALL.iter().map(|format| format.as_str()).collect::<Vec<_>>().join(", ")
}

fn check_input(input: &str, output: &str) -> Result<(), Problem> {
    let found = fs::metadata(input).map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => format!("{input} does not exist; give the publisher's list"),
        _ => format!("{input}: {error}"),
    })?;
    if found.is_dir() {
        return check_outside(input, output);
    }
    if is_index(input) {
        return Err(format!("{input} is an index already; examples/inspect shows what it holds").into());
    }
    check_apart(input, output, "--output")
}

fn is_index(path: &str) -> bool {
    let mut start = Vec::new();
    let read = fs::File::open(path).and_then(|file| file.take(4).read_to_end(&mut start));
    read.is_ok() && start == *b"\x89mti"
}

/// Refuses to write over a file of a folder that is read, unless it is an index made before.
fn check_outside(folder: &str, output: &str) -> Result<(), Problem> {
    let is_inside = matches!((fs::canonicalize(folder), fs::canonicalize(output)), (Ok(a), Ok(b)) if b.starts_with(&a));
    if is_inside && !is_index(output) {
        return Err(format!("--output would overwrite {output}, which is read; give another name").into());
    }
    Ok(())
}

/// Refuses to write over a file that is read, or written otherwise.
fn check_apart(kept: &str, written: &str, option: &str) -> Result<(), Problem> {
    let same_file = matches!((fs::canonicalize(kept), fs::canonicalize(written)), (Ok(a), Ok(b)) if a == b);
    if same_file || kept == written {
        return Err(format!("{option} would overwrite {kept}; give another name").into());
    }
    Ok(())
}

/// The mapping in a file, or given as text.
fn mapping(given: &str) -> Result<Mapping, Problem> {
    let is_file = Path::new(given).is_file();
    text_or_file(given)?.parse().map_err(|error| match is_file {
        true => format!("{given}: {error}").into(),
        false => Problem::from(error),
    })
}

/// What is given as text, or the content of the file that is named.
fn text_or_file(given: &str) -> Result<String, Problem> {
    if !Path::new(given).is_file() && given.contains('=') {
        return Ok(given.to_owned());
    }
    support::check_is_file(given, "a mapping such as data/icd10.mapping, or the mapping itself as text")?;
    fs::read_to_string(given).map_err(|error| format!("{given}: {error}").into())
}

/// The format of files that must all have the same.
fn recognise(inputs: &[&str]) -> Result<Format, Problem> {
    let mut common = None;
    for input in inputs {
        let format = detect_input(&Input::open(input)?)?;
        if format == Format::Unknown {
            let names = format_names();
            return Err(format!("{input} is none of {names}, or several; is it the publisher's file as issued?").into());
        }
        if common.is_some_and(|common| common != format) {
            return Err(format!("{input} is a {format} list and the others are not; give one list at a time").into());
        }
        common = Some(format);
    }
    common.ok_or_else(|| "no INPUT is given; see --help".into())
}

fn read(format: Format, inputs: &[&str], options: &ReadOptions) -> Result<Reading, Problem> {
    let input = Input::open_all(inputs, Limits::new())?;
    if format == Format::Delimited && options.mapping.is_none() {
        return Err(columns_wanted(&input).into());
    }
    Ok(reader(format)?.read(&input, options)?)
}

/// Adds what the files look like, if that is another format than the one that was named.
fn with_likely_format(problem: Problem, named: Format, inputs: &[&str]) -> Problem {
    match recognise(inputs) {
        Ok(likely) if likely != named => format!("{problem} (it looks like {likely}, not {named})").into(),
        _ => problem,
    }
}

/// What to do about a table whose columns nobody has described.
fn columns_wanted(input: &Input) -> String {
    let start = input.entries().first().and_then(|entry| entry.start(2000).ok()).unwrap_or_default();
    let text = String::from_utf8_lossy(&start);
    format!(
        "{} is a delimited table; say what its columns mean, as --mapping 'code=Code; display.vi=Name; …' \
         (see --help). Its first line is: {}",
        input.name(),
        text.trim_start_matches('\u{feff}').lines().next().unwrap_or_default()
    )
}

/// Names of another code system would lead to codes that only look alike.
fn check_former(draft: &Draft, former: &Draft, input: &str) -> Result<(), Problem> {
    if former.edition.system == draft.edition.system {
        return Ok(());
    }
    Err(format!("--former {input} is {}, not an earlier edition of {}", former.edition, draft.edition.system).into())
}

fn write_report(path: &str, report: &Report) -> Result<(), Problem> {
    let mut text = String::new();
    for entry in report.entries() {
        writeln!(text, "{entry}")?;
    }
    fs::write(path, text).map_err(|error| format!("--report {path}: {error}").into())
}

#[derive(Serialize)]
struct Summary<'a> {
    format: &'static str,
    output: &'a str,
    edition: String,
    bytes: u64,
    concepts: u32,
    listed: u32,
    rows: u64,
    former_names: usize,
    seconds: f64,
    findings: Vec<Finding>,
}

#[derive(Serialize)]
struct Finding {
    severity: &'static str,
    rule: &'static str,
    count: usize,
}

impl Finding {
    fn of((severity, rule, count): (Severity, &'static str, usize)) -> Self {
        Self { severity: severity.as_str(), rule, count }
    }
}

fn print(summary: &Summary<'_>, report: Option<&str>) -> Result<(), Problem> {
    say!("format     {}", summary.format)?;
    say!("edition    {}", summary.edition)?;
    say!("rows read  {}", grouped(summary.rows))?;
    let (concepts, listed) = (grouped(summary.concepts.into()), grouped(summary.listed.into()));
    say!("concepts   {concepts}, of which {listed} listed codes")?;
    if summary.former_names > 0 {
        say!("former     {} names of earlier editions", grouped(summary.former_names as u64))?;
    }
    print_findings(&summary.findings, report)?;
    say!("written    {}, {} bytes, in {:.1} s", summary.output, grouped(summary.bytes), summary.seconds)?;
    Ok(())
}

fn names(inputs: &[&str]) -> String {
    inputs.iter().map(|input| file_name(Path::new(input))).collect::<Vec<_>>().join(", ")
}

/// A bar on standard error, if a person is looking; wiped away when dropped.
struct Progress {
    steps: usize,
    shown: bool,
}

impl Progress {
    fn new(steps: usize) -> Self {
        Self { steps, shown: std::io::stderr().is_terminal() }
    }

    /// `done` of the steps are done, and the next one begins.
    fn step(&self, done: usize, doing: &str) {
        const WIDTH: usize = 24;
        if self.shown {
            let filled = WIDTH * done / self.steps.max(1);
            eprint!("\r\x1b[K[{}{}] {doing}", "#".repeat(filled), "-".repeat(WIDTH - filled));
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if self.shown {
            eprint!("\r\x1b[K");
        }
    }
}

fn print_findings(findings: &[Finding], report: Option<&str>) -> Result<(), Problem> {
    for finding in findings {
        say!("{:<9}  {:>6}  {}", finding.severity, finding.count, finding.rule)?;
    }
    match report {
        Some(report) => say!("           each finding with its place: {report}")?,
        None if !findings.is_empty() => say!("           --report FILE writes each finding with its place")?,
        None => {}
    }
    Ok(())
}
