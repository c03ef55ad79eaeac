//! Translates a column of a CSV file of any size, and gathers what a person must decide.
//!
//! `cargo run --release --example migrate --features csv -- --index qd4469.mti --index tt06.mti
//! --from 'icd10-vn|qd4469' --to 'icd10-vn|tt06' --column MA_BENH IN.csv OUT.csv`

mod support;
#[path = "support/translation.rs"]
mod translation;

use std::collections::HashMap;
use std::fs::File;
use std::io::{BufRead, BufReader, BufWriter, Read, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use csv::{ByteRecord, ReaderBuilder, Terminator, WriterBuilder};
use medterm::translate::{Change, Outcome, PatientContext, Routes, Translation};
use serde::Serialize;
use support::{Arguments, Problem, Syntax, grouped, say};
use translation::{Progress, Ways};

const SYNTAX: Syntax = Syntax {
    help: "\
Translates a column of a CSV file, and gathers what a person must decide.

usage: migrate [--index FILE]… [--map FILE]… --from NAME --to NAME --column NAME
               [--review FILE] [--as-of DAY] [--json] IN.csv OUT.csv

  IN.csv          a table with headings, its fields between commas, semicolons or tabs.
  OUT.csv         the same table with three columns more: NAME_target, NAME_result (exact,
                  inexact, ambiguous, none, unknown; nothing where there is no code) and
                  NAME_relationship. There is a target only where nothing is left to be decided;
                  ` + ` stands between the codes of a combination. A row that has too many
                  fields is taken over as it is.
  --column NAME   the column with the codes.
  --review FILE   where to put what a person must decide, each code once, those in most rows
                  first; otherwise OUT.review.csv. Alternatives stand between bars, suggestions
                  are no translations.
  --index FILE    an index written by examples/compile; without --map, both editions are needed.
  --map FILE      the index of a map; with several, ways through them are found.
  --from NAME     the system or edition of the codes; with one map, its source if neither this
                  nor --to is given.
  --to NAME       the system or edition to go to.
  --as-of DAY     only maps and editions in force on the day, as 2026-07-01.
  --json          the summary as one JSON object.
",
    options: &["--index", "--map", "--from", "--to", "--column", "--review", "--as-of"],
    flags: &[],
};

/// Codes whose translation is kept: all of a list and many misspellings, in some hundred megabytes at most. Others are
/// translated each time, and stand in the review once for each row.
const MOST_REMEMBERED: usize = 1 << 18;
/// A longer text is no code; it is not kept.
const LONGEST_REMEMBERED: usize = 256;
/// The headings of the review.
const HEADINGS: [&str; 8] = ["code", "name", "rows", "first_line", "result", "targets", "suggestions", "missing"];
/// Rows between two looks at the clock of progress.
const ROWS_BETWEEN: u64 = 1 << 14;

fn main() -> ExitCode {
    support::run(&SYNTAX, run)
}

fn run(arguments: &Arguments) -> Result<(), Problem> {
    let [input, output] = arguments.plain() else { return Err("IN.csv and OUT.csv are needed; see --help".into()) };
    let column = arguments.needed("--column")?;
    support::check_is_file(input, "a table with headings")?;
    let review = match arguments.one("--review")? {
        Some(review) => PathBuf::from(review),
        None => Path::new(output).with_extension("review.csv"),
    };
    check_apart([Path::new(input), Path::new(output), &review])?;
    let ways = translation::ways(arguments)?;
    let routes = ways.translator.between(&ways.from, &ways.to).ok_or_else(|| ways.no_way())?;

    let table = Table::open(input, column)?;
    let (out, decisions) = (Unfinished::create(Path::new(output))?, Unfinished::create(&review)?);
    let mut decisions = WriterBuilder::new().from_writer(decisions);
    decisions.write_record(HEADINGS)?;
    let mut column =
        Column { ways: &ways, routes, known: HashMap::default(), answers: Vec::new(), unkept: None, decisions };
    let summary = table.translate(out, &mut column)?;
    column.finish()?;

    let review = review.display().to_string();
    if arguments.flag("--json") {
        return support::print_json(&Told {
            summary: &summary,
            from: &ways.from,
            to: &ways.to,
            output,
            review: &review,
        });
    }
    say!("{} rows of {}, from {} to {}", grouped(summary.rows), input, ways.from, ways.to)?;
    for (count, word) in [
        (summary.exact, "exact"),
        (summary.inexact, "inexact"),
        (summary.ambiguous, "ambiguous"),
        (summary.none, "none"),
        (summary.unknown, "unknown"),
        (summary.empty, "without a code"),
        (summary.damaged, "with too many fields"),
    ] {
        say!("{:>14}  {word}", grouped(count))?;
    }
    Ok(say!("{} different codes for a person to decide: {review}", grouped(summary.to_decide))?)
}

/// Refuses to write into a file that is read, or two files into one.
fn check_apart(paths: [&Path; 3]) -> Result<(), Problem> {
    let real = |path: &Path| {
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        std::fs::canonicalize(path)
            .or_else(|_| Ok::<_, std::io::Error>(folder.canonicalize()?.join(path.file_name().unwrap_or_default())))
    };
    let mut seen = Vec::new();
    for path in paths {
        let real = real(path).map_err(|error| format!("{}: {error}", path.display()))?;
        if seen.contains(&real) {
            return Err(format!("{} would be overwritten; name another file", path.display()).into());
        }
        seen.push(real);
    }
    Ok(())
}

/// How many rows became what.
#[derive(Default, Serialize)]
struct Summary {
    rows: u64,
    exact: u64,
    inexact: u64,
    ambiguous: u64,
    none: u64,
    unknown: u64,
    empty: u64,
    damaged: u64,
    /// Different codes that a person must decide.
    to_decide: u64,
}

impl Summary {
    fn add(&mut self, outcome: Outcome) {
        *match outcome {
            Outcome::Equivalent => &mut self.exact,
            Outcome::Inexact => &mut self.inexact,
            Outcome::Ambiguous => &mut self.ambiguous,
            Outcome::None => &mut self.none,
            Outcome::Unknown => &mut self.unknown,
        } += 1;
    }
}

#[derive(Serialize)]
struct Told<'a> {
    #[serde(flatten)]
    summary: &'a Summary,
    from: &'a str,
    to: &'a str,
    output: &'a str,
    review: &'a str,
}

/// The word for an outcome of a row.
fn word(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Equivalent => "exact",
        other => other.as_str(),
    }
}

/// A file that takes its name when it is whole.
struct Unfinished {
    file: BufWriter<File>,
    partial: PathBuf,
    path: PathBuf,
}

impl Unfinished {
    fn create(path: &Path) -> Result<Self, Problem> {
        let mut name = path.as_os_str().to_owned();
        name.push(".partial");
        let partial = PathBuf::from(name);
        let file = File::create(&partial).map_err(|error| format!("{}: {error}", partial.display()))?;
        Ok(Self { file: BufWriter::with_capacity(1 << 18, file), partial, path: path.to_owned() })
    }

    fn finish(mut self) -> Result<(), Problem> {
        self.file.flush()?;
        Ok(std::fs::rename(&self.partial, &self.path)?)
    }
}

impl Write for Unfinished {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.file.write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        self.file.flush()
    }
}

impl Drop for Unfinished {
    /// Of what never became whole nothing is left. After the renaming there is nothing of that name.
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.partial);
    }
}

/// The table to be read.
struct Table {
    rows: csv::Reader<Box<dyn Read>>,
    bytes: u64,
    delimiter: u8,
    terminator: Terminator,
    /// What stands before the headings, and `csv` leaves out.
    mark: &'static [u8],
    headings: ByteRecord,
    name: String,
    place: usize,
}

impl Table {
    fn open(path: &str, column: &str) -> Result<Self, Problem> {
        let open = || File::open(path).map_err(|error| format!("{path}: {error}"));
        let mut first = Vec::new();
        BufReader::new(open()?.take(1 << 20)).read_until(b'\n', &mut first)?;
        let often = |sign: &u8| first.iter().filter(|byte| *byte == sign).count();
        let delimiter = [b'\t', b';', b','].into_iter().max_by_key(often).unwrap_or(b',');
        let terminator = if first.ends_with(b"\r\n") { Terminator::CRLF } else { Terminator::Any(b'\n') };
        const MARK: &[u8] = "\u{feff}".as_bytes();
        let mark = if first.starts_with(MARK) { MARK } else { &[] };
        let file = open()?;
        let bytes = file.metadata()?.len();
        let reader: Box<dyn Read> = Box::new(file);
        let mut rows =
            ReaderBuilder::new().delimiter(delimiter).flexible(true).buffer_capacity(1 << 18).from_reader(reader);
        let headings = rows.byte_headers()?.clone();
        let names: Vec<String> =
            headings.iter().map(|heading| String::from_utf8_lossy(heading).trim().to_owned()).collect();
        let mut places = names.iter().enumerate().filter(|(_, name)| *name == column).map(|(place, _)| place);
        let place = match (places.next(), places.next()) {
            (Some(place), None) => place,
            (Some(_), Some(_)) => return Err(format!("{path} has two columns {column:?}").into()),
            (None, _) => return Err(format!("{path} has no column {column:?}, but {}", names.join(", ")).into()),
        };
        let added = added(column);
        if let Some(name) = names.iter().find(|name| added.contains(name)) {
            return Err(format!("{path} has a column {name:?} already; give it another name").into());
        }
        Ok(Self { rows, bytes, delimiter, terminator, mark, headings, name: column.to_owned(), place })
    }

    fn translate(mut self, mut out: Unfinished, column: &mut Column<'_>) -> Result<Summary, Problem> {
        out.write_all(self.mark)?;
        let mut written =
            WriterBuilder::new().delimiter(self.delimiter).terminator(self.terminator).flexible(true).from_writer(out);
        let mut record = self.headings.clone();
        added(&self.name).iter().for_each(|heading| record.push_field(heading.as_bytes()));
        written.write_byte_record(&record)?;
        let (mut summary, mut progress) = (Summary::default(), Progress::new(self.bytes));
        while self.rows.read_byte_record(&mut record)? {
            summary.rows += 1;
            if summary.rows.is_multiple_of(ROWS_BETWEEN) {
                progress.at(self.rows.position().byte(), summary.rows);
            }
            if record.len() > self.headings.len() {
                // A field that has a delimiter in it: which one is the code nobody knows.
                summary.damaged += 1;
                written.write_byte_record(&record)?;
                continue;
            }
            while record.len() < self.headings.len() {
                record.push_field(b"");
            }
            let code = record.get(self.place).unwrap_or_default().trim_ascii();
            if code.is_empty() {
                summary.empty += 1;
                (0..3).for_each(|_| record.push_field(b""));
            } else {
                // The reader stands between the two signs of a line's end, on the line before.
                let before = u64::from(matches!(self.terminator, Terminator::CRLF));
                let line = record.position().map_or(0, |position| position.line() + before);
                let answer = column.answer(code, line, &mut summary)?;
                summary.add(answer.outcome);
                record.push_field(answer.target.as_bytes());
                record.push_field(word(answer.outcome).as_bytes());
                record.push_field(answer.relationship.as_bytes());
            }
            written.write_byte_record(&record)?;
        }
        progress.at(self.bytes, summary.rows);
        written.into_inner().map_err(|error| error.into_error())?.finish()?;
        Ok(summary)
    }
}

fn added(column: &str) -> [String; 3] {
    ["target", "result", "relationship"].map(|what| format!("{column}_{what}"))
}

/// The codes of the column, and what they became.
struct Column<'w> {
    ways: &'w Ways,
    routes: Routes<'w>,
    known: HashMap<Box<[u8]>, usize, foldhash::fast::RandomState>,
    answers: Vec<Answer>,
    /// The last answer that was not kept, for there were too many.
    unkept: Option<Answer>,
    decisions: csv::Writer<Unfinished>,
}

struct Answer {
    outcome: Outcome,
    /// What is put in place of the code; empty unless it is decided.
    target: String,
    relationship: &'static str,
    /// What a person is told if there is something to decide.
    decision: Option<Box<Decision>>,
    rows: u64,
}

struct Decision {
    code: String,
    name: String,
    line: u64,
    targets: String,
    suggestions: String,
    missing: String,
}

impl Column<'_> {
    fn answer(&mut self, code: &[u8], line: u64, summary: &mut Summary) -> Result<&Answer, Problem> {
        let mut place = self.known.get(code).copied();
        if place.is_none() {
            let answer = self.translate(&String::from_utf8_lossy(code), line)?;
            summary.to_decide += u64::from(answer.decision.is_some());
            if self.answers.len() < MOST_REMEMBERED && code.len() <= LONGEST_REMEMBERED {
                place = Some(self.answers.len());
                self.known.insert(code.into(), self.answers.len());
                self.answers.push(answer);
            } else {
                self.unkept = Some(Answer { rows: 1, ..answer });
                write_decision(&mut self.decisions, self.unkept.as_ref())?;
            }
        }
        let Some(answer) = place.and_then(|place| self.answers.get_mut(place)) else {
            return self.unkept.as_ref().ok_or_else(|| "an answer is lost".into());
        };
        answer.rows += 1;
        Ok(answer)
    }

    fn translate(&self, code: &str, line: u64) -> Result<Answer, Problem> {
        let translation = self.routes.translate(code, &PatientContext::new())?;
        let outcome = translation.outcome;
        let codes = translation.decided().into_iter().filter_map(|target| target.code.as_deref());
        let decision =
            if outcome.is_decided() { None } else { Some(Box::new(self.decision(code, line, &translation)?)) };
        Ok(Answer {
            outcome,
            target: codes.collect::<Vec<_>>().join(" + "),
            relationship: translation.relationship().map_or("", |relationship| relationship.as_str()),
            decision,
            rows: 0,
        })
    }

    fn decision(&self, code: &str, line: u64, translation: &Translation) -> Result<Decision, Problem> {
        let (mut name, mut suggestions) = (String::new(), Vec::new());
        if let Some(migrated) =
            self.ways.migration.as_ref().map(|migration| migration.migrate(code)).transpose()?.flatten()
        {
            name = migrated.sources.first().map(|source| source.display()).transpose()?.unwrap_or_default();
            if let Change::Withdrawn { suggestions: found } = &migrated.change {
                let named = found.iter().map(|one| Ok(format!("{} {}", one.marked_code()?, one.display()?)));
                suggestions = named.collect::<medterm::Result<Vec<_>>>()?;
            }
        }
        Ok(Decision {
            code: code.to_owned(),
            name,
            line,
            targets: self.ways.in_one_line(translation)?,
            suggestions: suggestions.join(" | "),
            missing: translation.missing.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "),
        })
    }

    /// Writes what a person must decide, what is in most rows first.
    fn finish(mut self) -> Result<(), Problem> {
        self.answers.retain(|answer| answer.decision.is_some());
        // Stable: what came first in the table before others with as many rows.
        self.answers.sort_by_key(|answer| std::cmp::Reverse(answer.rows));
        self.answers.iter().try_for_each(|answer| write_decision(&mut self.decisions, Some(answer)))?;
        self.decisions.into_inner().map_err(|error| error.into_error())?.finish()
    }
}

fn write_decision(decisions: &mut csv::Writer<Unfinished>, answer: Option<&Answer>) -> Result<(), Problem> {
    let Some((answer, decision)) = answer.and_then(|answer| Some((answer, answer.decision.as_ref()?))) else {
        return Ok(());
    };
    let (rows, line) = (answer.rows.to_string(), decision.line.to_string());
    let Decision { code, name, targets, suggestions, missing, .. } = &**decision;
    Ok(decisions.write_record([code, name, &rows, &line, word(answer.outcome), targets, suggestions, missing])?)
}
