//! Checks encounters, read as JSON lines, and tells what is wrong with their diagnoses.
//!
//! `cargo run --release --example check -- --index tt06.mti --index qd4469.mti ENCOUNTERS.jsonl`

mod support;

use std::collections::BTreeSet;
use std::fs::File;
use std::io::{self, BufRead, BufReader, BufWriter, IsTerminal, Write};
use std::process::ExitCode;

use medterm::check::{Birth, Checker, Encounter, Finding, Role, Rule, RulePack, Settings, day_in_vietnam};
use serde::Serialize;
use serde_json::Value;
use support::{Arguments, Problem, Syntax, say};

const SYNTAX: Syntax = Syntax {
    help: "\
Checks the coded diagnoses of encounters.

usage: check [--index FILE]… [--as-of DATE] [--on RULE]… [--off RULE]…
             [--severity RULE=SEVERITY]… [--json] [--rules] [ENCOUNTERS.jsonl]…

  ENCOUNTERS      files with one JSON object per line; without any, standard input is read.
                  {\"end\":\"2026-07-02\",\"start\":\"2026-06-30\",\"sex\":\"female\",\"birth\":\"1990-01-31\",
                   \"diagnoses\":[{\"code\":\"J18.9\",\"role\":\"main\"},{\"code\":\"E11.9\",\"role\":\"secondary\"}]}
                  Every key may be left out. `end` and `start` are days, Vietnamese local times
                  (2026-06-30T23:59, 202606302359) or instants (2026-06-30T17:30Z); `end` chooses
                  the edition and the rules. `sex` is female, male or other, or the 1 (male),
                  2 (female), 3 (other) of claims; `birth` a day or a year; `age` completed years.
                  Roles are main, secondary, death-cause, traditional; each may also be a key
                  with the field as it stands in the record: \"secondary\":\";A04.9;E87.8\".
                  `service` is the code of a service, `setting` MA_LOAI_KCB, a text: \"01\".
  --index FILE    an index written by examples/compile; give both editions of the list.
                  Without any, the embedded starter set is asked, which is a fragment.
  --as-of DATE    the end of encounters that give none.
  --on RULE       checks a rule that is off by default; --off RULE leaves one out.
  --severity R=S  gives the breaches of a rule the severity error, warning or information.
  --rules         lists the rules with their severities and legal bases, and checks nothing.
  --json          one JSON object per finding: `encounter` (the number of its line), `rule`,
                  `severity` (error, warning, information, unknown), `role`, `position` (from 1,
                  in the field of the role), `code`, `message_vi`, `message_en`, `basis`, and
                  `suggest`, codes for a person to choose from. Nothing is printed for an
                  encounter without findings.

Lines that cannot be read are told on standard error, and make the exit status 1.
",
    options: &["--index", "--as-of", "--on", "--off", "--severity"],
    flags: &["--rules"],
};

fn main() -> ExitCode {
    support::run(&SYNTAX, run)
}

fn run(arguments: &Arguments) -> Result<(), Problem> {
    if arguments.flag("--rules") {
        return list_rules(arguments.flag("--json"));
    }
    let settings = settings(arguments)?;
    let terminology = arguments.terminology()?;
    let mut run = Checking {
        checker: Checker::with(&terminology, settings)?,
        json: arguments.flag("--json"),
        line: 0,
        unreadable: 0,
        unknown_keys: BTreeSet::new(),
        out: BufWriter::new(io::stdout().lock()),
    };
    if arguments.plain().is_empty() {
        if io::stdin().is_terminal() {
            eprintln!("Type one encounter in JSON on each line; end with Ctrl-D. See also --help.");
        }
        run.read(io::stdin().lock(), "standard input")?;
    }
    for path in arguments.plain() {
        support::check_is_file(path, "encounters as JSON lines")?;
        let file = File::open(path).map_err(|error| format!("{path}: {error}"))?;
        run.line = 0;
        run.read(BufReader::new(file), path)?;
    }
    run.out.flush()?;
    match run.unreadable {
        0 => Ok(()),
        1 => Err("1 line could not be read".into()),
        lines => Err(format!("{lines} lines could not be read").into()),
    }
}

fn settings(arguments: &Arguments) -> Result<Settings, Problem> {
    let mut settings = Settings::new();
    for rule in arguments.all("--on") {
        settings = settings.on(rule.parse()?);
    }
    for rule in arguments.all("--off") {
        settings = settings.off(rule.parse()?);
    }
    for setting in arguments.all("--severity") {
        let parts = setting.split_once('=');
        let (rule, severity) = parts.ok_or_else(|| format!("--severity {setting}: write RULE=SEVERITY; see --help"))?;
        settings = settings.severity(rule.parse()?, severity.parse()?);
    }
    Ok(settings)
}

struct Checking<'t, W: Write> {
    checker: Checker<'t>,
    json: bool,
    line: u64,
    unreadable: u64,
    /// Told once each: a key that is misspelt would otherwise look like an encounter without findings.
    unknown_keys: BTreeSet<String>,
    out: W,
}

impl<W: Write> Checking<'_, W> {
    fn read(&mut self, mut input: impl BufRead, name: &str) -> Result<(), Problem> {
        let mut line = Vec::new();
        while input.read_until(b'\n', &mut line)? > 0 {
            self.line += 1;
            let text = line.strip_prefix(b"\xef\xbb\xbf").filter(|_| self.line == 1).unwrap_or(&line);
            let text = text.trim_ascii();
            if !text.is_empty() {
                match self.encounter(text) {
                    Ok(encounter) => self.check(&encounter)?,
                    Err(problem) => {
                        eprintln!("{name}, line {}: {problem}", self.line);
                        self.unreadable += 1;
                    }
                }
            }
            line.clear();
        }
        Ok(())
    }

    fn check(&mut self, encounter: &Encounter) -> Result<(), Problem> {
        for finding in self.checker.check(encounter)? {
            if self.json {
                serde_json::to_writer(&mut self.out, &Line::of(self.line, &finding))?;
                writeln!(self.out)?;
            } else {
                self.print(&finding)?;
            }
        }
        Ok(())
    }

    fn print(&mut self, finding: &Finding) -> Result<(), Problem> {
        write!(self.out, "line {}: {} {}", self.line, finding.severity, finding.rule)?;
        if let Some(role) = finding.role {
            write!(self.out, ", {role}")?;
        }
        if let Some(position) = finding.position {
            write!(self.out, " {position}")?;
        }
        writeln!(self.out)?;
        writeln!(self.out, "    {}\n    {}\n    [{}]", finding.message_vi, finding.message_en, finding.basis)?;
        if !finding.suggest.is_empty() {
            writeln!(self.out, "    → {}", finding.suggest.join(", "))?;
        }
        Ok(())
    }

    fn encounter(&mut self, line: &[u8]) -> Result<Encounter, Problem> {
        let Value::Object(object) = serde_json::from_slice(line)? else { return Err("no JSON object".into()) };
        let mut encounter = Encounter::new();
        for (key, value) in &object {
            if value.is_null() {
                continue;
            }
            encounter = match key.as_str() {
                "end" => encounter.end(day_in_vietnam(&text(key, value)?)?),
                "start" => encounter.start(day_in_vietnam(&text(key, value)?)?),
                "sex" => encounter.sex(text(key, value)?.parse()?),
                "birth" => encounter.birth(text(key, value)?.parse()?),
                "age" if object.get("birth").is_some_and(|birth| !birth.is_null()) => encounter,
                "age" => {
                    let years = value.as_u64().and_then(|years| u16::try_from(years).ok());
                    encounter.birth(Birth::Aged(years.ok_or_else(|| format!("age {value} is no number of years"))?))
                }
                "diagnoses" => diagnoses(encounter, value)?,
                "service" => encounter.service(&text(key, value)?),
                // The number 1 is not the text 01, so it is kept as it is.
                "setting" => encounter.setting(&text(key, value)?),
                role => match role.parse::<Role>() {
                    Ok(role) => encounter.diagnosis(role, &text(key, value)?),
                    Err(_) => {
                        if self.unknown_keys.insert(role.to_owned()) {
                            eprintln!(
                                "line {}: the key {role:?} is not known and is left aside; see --help",
                                self.line
                            );
                        }
                        encounter
                    }
                },
            };
        }
        Ok(encounter)
    }
}

fn diagnoses(mut encounter: Encounter, value: &Value) -> Result<Encounter, Problem> {
    for diagnosis in value.as_array().ok_or("diagnoses is no array")? {
        let code = diagnosis.get("code").ok_or("a diagnosis has no code")?;
        let role = diagnosis.get("role").ok_or("a diagnosis has no role")?;
        encounter = encounter.diagnosis(text("role", role)?.parse()?, &text("code", code)?);
    }
    Ok(encounter)
}

/// A text, or a number as it is written.
fn text(key: &str, value: &Value) -> Result<String, Problem> {
    match value {
        Value::String(text) => Ok(text.clone()),
        Value::Number(number) => Ok(number.to_string()),
        _ => Err(format!("{key} is neither a text nor a number").into()),
    }
}

/// A finding as JSON.
#[derive(Serialize)]
struct Line<'a> {
    encounter: u64,
    rule: &'static str,
    severity: &'static str,
    role: Option<&'static str>,
    position: Option<usize>,
    code: Option<&'a str>,
    message_vi: &'a str,
    message_en: &'a str,
    basis: &'a str,
    suggest: &'a [String],
}

impl<'a> Line<'a> {
    fn of(encounter: u64, finding: &'a Finding) -> Self {
        Self {
            encounter,
            rule: finding.rule.id(),
            severity: finding.severity.as_str(),
            role: finding.role.map(Role::as_str),
            position: finding.position,
            code: finding.code.as_deref(),
            message_vi: &finding.message_vi,
            message_en: &finding.message_en,
            basis: finding.basis,
            suggest: &finding.suggest,
        }
    }
}

/// A rule as JSON: what it is until 30 June 2026, and from then on.
#[derive(Serialize)]
struct RuleLine {
    rule: &'static str,
    on_by_default: bool,
    before: Option<ProvisionLine>,
    after: Option<ProvisionLine>,
}

#[derive(Serialize)]
struct ProvisionLine {
    severity: &'static str,
    basis: &'static str,
}

fn list_rules(json: bool) -> Result<(), Problem> {
    for rule in Rule::ALL {
        let provision = |pack| {
            let provision = rule.provision(pack)?;
            Some(ProvisionLine { severity: provision.severity.as_str(), basis: provision.basis })
        };
        let line = RuleLine {
            rule: rule.id(),
            on_by_default: rule.is_on_by_default(),
            before: provision(RulePack::Decision4469),
            after: provision(RulePack::Circular06),
        };
        if json {
            support::print_json(&line)?;
            continue;
        }
        say!("{}{}", line.rule, if line.on_by_default { "" } else { " (off by default)" })?;
        for (when, provision) in [("until 2026-06-30", line.before), ("from 2026-07-01", line.after)] {
            match provision {
                Some(ProvisionLine { severity, basis }) => say!("    {when}: {severity} [{basis}]")?,
                None => say!("    {when}: no such rule")?,
            }
        }
    }
    Ok(())
}
