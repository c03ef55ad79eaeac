//! What the examples share: arguments read by hand, indexes opened with errors that say what to do, and output.
#![allow(dead_code, reason = "every example uses a part")]

use std::error::Error;
use std::ffi::OsString;
use std::io::{self, BufRead, IsTerminal, Write};
use std::path::Path;
use std::process::ExitCode;

#[cfg(feature = "search")]
use medterm::lexicon::{Lexicon, LexiconBuilder};
use medterm::source::{Format, PropertyValue, detect};
use medterm::{CodeSystem, Concept, Date, Supplement, Terminology};
use serde::Serialize;

/// What goes wrong in an example: a sentence for the person who typed the command.
pub(crate) type Problem = Box<dyn Error>;

/// Reads the arguments and runs an example: help goes to standard output, problems to standard error.
/// The exit status is 0 if every question was answered ("unknown" is an answer), else 1.
pub(crate) fn run(syntax: &Syntax, example: fn(&Arguments) -> Result<(), Problem>) -> ExitCode {
    match read_and_run(syntax, example) {
        Ok(()) => ExitCode::SUCCESS,
        // Whoever read our output has seen enough, as `| head` does.
        Err(problem) if is_broken_pipe(problem.as_ref()) => ExitCode::SUCCESS,
        Err(problem) => {
            eprintln!("error: {problem}");
            ExitCode::FAILURE
        }
    }
}

fn read_and_run(syntax: &Syntax, example: fn(&Arguments) -> Result<(), Problem>) -> Result<(), Problem> {
    let text = |argument: OsString| argument.into_string().map_err(|raw| format!("{} is not text", raw.display()));
    let typed = std::env::args_os().skip(1).map(text).collect::<Result<Vec<_>, _>>()?;
    let arguments = Arguments::read(syntax, typed.into_iter())?;
    if arguments.flag("--help") {
        return Ok(write!(io::stdout(), "{}", syntax.help.replace("{formats}", &formats()))?);
    }
    example(&arguments)
}

/// The formats that are read, one on a line, as help shows them.
fn formats() -> String {
    let lines = Format::ALL.iter().map(|format| format!("{:<15}{}", format.as_str(), format.title()));
    lines.collect::<Vec<_>>().join(&format!("\n{:18}", ""))
}

fn is_broken_pipe(problem: &(dyn Error + 'static)) -> bool {
    let io = problem.downcast_ref::<io::Error>().map(io::Error::kind);
    let json = problem.downcast_ref::<serde_json::Error>().and_then(serde_json::Error::io_error_kind);
    io.or(json) == Some(io::ErrorKind::BrokenPipe)
}

/// What an example understands. Every example also has the flags `--help` and `--json`.
pub(crate) struct Syntax {
    /// What `--help` prints; `{formats}` stands for the formats that are read.
    pub(crate) help: &'static str,
    /// Options that take a value.
    pub(crate) options: &'static [&'static str],
    /// Options that take none.
    pub(crate) flags: &'static [&'static str],
}

/// The arguments of a command line, taken apart.
#[derive(Debug, Default)]
pub(crate) struct Arguments {
    options: Vec<(String, String)>,
    flags: Vec<String>,
    plain: Vec<String>,
}

impl Arguments {
    fn read(syntax: &Syntax, arguments: impl Iterator<Item = String>) -> Result<Self, Problem> {
        let mut read = Self::default();
        let mut arguments = arguments;
        while let Some(argument) = arguments.next() {
            if argument == "--" {
                read.plain.extend(arguments.by_ref());
            } else if argument == "-h" {
                read.flags.push("--help".to_owned());
            } else if !argument.starts_with("--") {
                read.plain.push(argument);
            } else {
                let (name, attached) = match argument.split_once('=') {
                    Some((name, value)) => (name.to_owned(), Some(value.to_owned())),
                    None => (argument, None),
                };
                if syntax.options.contains(&name.as_str()) {
                    let value = attached.or_else(|| arguments.next());
                    let value = value.ok_or_else(|| format!("{name} needs a value; see --help"))?;
                    read.options.push((name, value));
                } else if ["--help", "--json"].contains(&name.as_str()) || syntax.flags.contains(&name.as_str()) {
                    if attached.is_some() {
                        return Err(format!("{name} takes no value; see --help").into());
                    }
                    read.flags.push(name);
                } else {
                    return Err(format!("there is no option {name}; see --help").into());
                }
            }
        }
        Ok(read)
    }

    pub(crate) fn flag(&self, name: &str) -> bool {
        self.flags.iter().any(|flag| flag == name)
    }

    /// All values of an option that may be repeated.
    pub(crate) fn all(&self, name: &str) -> impl Iterator<Item = &str> {
        self.options.iter().filter(move |(option, _)| option == name).map(|(_, value)| value.as_str())
    }

    /// The value of an option that may be given once.
    pub(crate) fn one(&self, name: &str) -> Result<Option<&str>, Problem> {
        let mut values = self.all(name);
        match (values.next(), values.next()) {
            (_, Some(_)) => Err(format!("{name} may be given once; see --help").into()),
            (value, None) => Ok(value),
        }
    }

    /// The value of an option that must be given.
    pub(crate) fn needed(&self, name: &str) -> Result<&str, Problem> {
        self.one(name)?.ok_or_else(|| format!("{name} is needed; see --help").into())
    }

    /// The arguments that are no options.
    pub(crate) fn plain(&self) -> &[String] {
        &self.plain
    }

    /// Hands on the plain arguments, or, if there are none, the lines of standard input, each as soon as it is there.
    /// Empty lines are passed over.
    pub(crate) fn each_plain_or_line(
        &self,
        mut answer: impl FnMut(&str) -> Result<(), Problem>,
    ) -> Result<(), Problem> {
        if !self.plain.is_empty() {
            return self.plain.iter().try_for_each(|argument| answer(argument));
        }
        if io::stdin().is_terminal() {
            eprintln!("Type one line for each question; end with Ctrl-D. See also --help.");
        }
        let mut input = io::stdin().lock();
        let mut line = Vec::new();
        while input.read_until(b'\n', &mut line)? > 0 {
            let text = String::from_utf8_lossy(&line);
            if !text.trim().is_empty() {
                answer(text.trim_end_matches(['\r', '\n']))?;
                io::stdout().flush()?;
            }
            line.clear();
        }
        Ok(())
    }

    /// The day of `--as-of`.
    pub(crate) fn as_of(&self) -> Result<Option<Date>, Problem> {
        Ok(self.one("--as-of")?.map(str::parse).transpose()?)
    }

    /// The built-in lexicon with the tables of `--lexicon`.
    #[cfg(feature = "search")]
    pub(crate) fn lexicon(&self) -> Result<Lexicon, Problem> {
        let mut lexicon = LexiconBuilder::from(Lexicon::built_in());
        for path in self.all("--lexicon") {
            let tsv = std::fs::read_to_string(path).map_err(|error| format!("{path}: {error}"))?;
            lexicon.add_table(&tsv).map_err(|error| format!("{path}: {error}"))?;
        }
        Ok(lexicon.build())
    }

    /// The indexes of `--index`, with supplements given to the lists that they are to; or the embedded starter set if there is none; as on the day of `--as-of`.
    pub(crate) fn terminology(&self) -> Result<Terminology, Problem> {
        let (mut systems, mut supplements) = (Vec::new(), Vec::new());
        for path in self.all("--index") {
            match open_any(path)? {
                File::System(system) => systems.push(system),
                File::Supplement(supplement) => supplements.push(supplement),
                #[cfg(feature = "search")]
                File::Lexicon(_) => return Err(format!("{path} is a lexicon, not a list of codes").into()),
            }
        }
        let mut terminology = if systems.is_empty() { starter_set()? } else { Terminology::new(systems)? };
        for supplement in supplements {
            terminology = terminology.with_supplement(supplement)?;
        }
        Ok(match self.as_of()? {
            Some(date) => terminology.as_of(date),
            None => terminology,
        })
    }

    /// The terminology, narrowed to the edition that answers for `--system` if it is given.
    pub(crate) fn narrowed_terminology(&self) -> Result<Terminology, Problem> {
        let terminology = self.terminology()?;
        match self.one("--system")? {
            Some(name) => Ok(Terminology::new([edition(&terminology, name)?.clone()])?),
            None if terminology.current().next().is_some() => Ok(terminology),
            None => Err(nothing_in_force(&terminology)),
        }
    }
}

#[cfg(feature = "bundled")]
fn starter_set() -> Result<Terminology, Problem> {
    Ok(Terminology::bundled()?)
}

#[cfg(not(feature = "bundled"))]
fn starter_set() -> Result<Terminology, Problem> {
    Err("there is no starter set in this build (feature `bundled`): give --index FILE".into())
}

/// An opened file.
pub(crate) enum File {
    System(CodeSystem),
    Supplement(Supplement),
    #[cfg(feature = "search")]
    Lexicon(Lexicon),
}

/// Opens an index file that is a code system's, a supplement's or a lexicon; what is wrong with another file is told together
/// with what to do about it.
pub(crate) fn open_any(path: &str) -> Result<File, Problem> {
    check_is_file(path, "an index that examples/compile wrote")?;
    let opened = match CodeSystem::open(path) {
        Err(medterm::Error::WrongKind { found: "supplement", .. }) => Supplement::open(path).map(File::Supplement),
        #[cfg(feature = "search")]
        Err(medterm::Error::WrongKind { found: "lexicon", .. }) => Lexicon::open(path).map(File::Lexicon),
        opened => opened.map(File::System),
    };
    opened.map_err(|error| match error {
        medterm::Error::Io { .. } => error.into(),
        medterm::Error::NotAnIndex { .. } => match detect::detect(path) {
            Ok(detect::Format::Unknown) | Err(_) => format!("{path}: {error}").into(),
            Ok(format) => format!(
                "{path} is a {format} list, not an index; compile it first: \
                 cargo run --release --example compile --features csv,xlsx -- {format} {path} --output list.mti"
            )
            .into(),
        },
        _ => format!("{path}: {error}").into(),
    })
}

/// Refuses a path that is missing or no file.
pub(crate) fn check_is_file(path: &str, expected: &str) -> Result<(), Problem> {
    match std::fs::metadata(path) {
        Ok(found) if found.is_dir() => Err(format!("{path} is a folder; give a file: {expected}").into()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            Err(format!("{path} does not exist; give a file: {expected}").into())
        }
        _ => Ok(()),
    }
}

/// The edition that answers for a name, or a sentence that tells which names would be answered.
pub(crate) fn edition<'t>(terminology: &'t Terminology, name: &str) -> Result<&'t CodeSystem, Problem> {
    if let Some(system) = terminology.system(name) {
        return Ok(system);
    }
    let on_any_day = Terminology::new(terminology.loaded().iter().cloned())?;
    Err(match on_any_day.system(name) {
        Some(_) => nothing_in_force(terminology),
        None => format!("no index of {name} is loaded, only {}; add --index FILE", list(terminology)).into(),
    })
}

fn nothing_in_force(terminology: &Terminology) -> Problem {
    let day = terminology.date().map(|date| date.to_string()).unwrap_or_default();
    format!(
        "nothing that is loaded is in force on {day}: {}; add --index FILE, or name an edition, as icd10-vn|tt06",
        list(terminology)
    )
    .into()
}

fn list(terminology: &Terminology) -> String {
    let editions = terminology.loaded().iter().map(|system| {
        let edition = system.edition();
        let from = edition.in_force.from.map(|day| format!(" from {day}")).unwrap_or_default();
        let until = edition.in_force.until.map(|day| format!(" until {day}")).unwrap_or_default();
        format!("{edition}{from}{until}")
    });
    editions.collect::<Vec<_>>().join(", ")
}

/// The names of the Boolean properties that hold of a concept.
pub(crate) fn flags(concept: &Concept<'_>) -> medterm::Result<Vec<String>> {
    let properties = concept.properties()?.into_iter();
    let held = properties.filter(|(_, value)| *value == PropertyValue::Boolean(true));
    Ok(held.map(|(name, _)| name.to_owned()).collect())
}

/// A code with its mark and name, as most examples show it.
#[derive(Serialize)]
pub(crate) struct Named {
    code: String,
    marker: &'static str,
    usable: bool,
    pub(crate) display: String,
}

impl Named {
    pub(crate) fn of(concept: &Concept<'_>) -> medterm::Result<Self> {
        Ok(Self {
            code: concept.code()?,
            marker: concept.mark()?.as_str(),
            usable: concept.is_usable()?,
            display: concept.display()?,
        })
    }

    pub(crate) fn all<'c>(concepts: impl IntoIterator<Item = &'c Concept<'c>>) -> medterm::Result<Vec<Self>> {
        concepts.into_iter().map(Self::of).collect()
    }
}

impl std::fmt::Display for Named {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}{}  {}", self.code, self.marker, self.display)
    }
}

/// Prints one JSON object on a line of its own.
pub(crate) fn print_json(object: &impl Serialize) -> Result<(), Problem> {
    let mut out = io::stdout().lock();
    serde_json::to_writer(&mut out, object)?;
    writeln!(out)?;
    Ok(())
}

/// Prints a line and tells if nobody reads it any more, where `println!` would panic.
macro_rules! say {
    ($($part:tt)*) => {{
        use std::io::Write as _;
        writeln!(std::io::stdout(), $($part)*)
    }};
}
pub(crate) use say;

/// A number with its thousands apart: `15,844`.
pub(crate) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut shown = String::new();
    for (position, digit) in digits.chars().enumerate() {
        if position > 0 && (digits.len() - position).is_multiple_of(3) {
            shown.push(',');
        }
        shown.push(digit);
    }
    shown
}

/// The file name of a path, as progress and messages show it.
pub(crate) fn file_name(path: &Path) -> String {
    path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned()
}
