//! What a reader says about its input.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::fmt;

use crate::{Error, Result};

/// A place in a source file, as exact as the format allows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(default))]
pub struct Place {
    /// File name, without its folder.
    pub file: String,
    /// Sheet of a workbook.
    pub sheet: Option<String>,
    /// Line of a text file or row of a sheet, counted from 1.
    pub line: Option<u64>,
    /// Column heading, or cell reference such as `R4`.
    pub field: Option<String>,
}

impl Place {
    /// A whole file.
    #[must_use]
    pub fn file(file: impl Into<String>) -> Self {
        Self { file: file.into(), ..Self::default() }
    }

    /// A line of a text file.
    #[must_use]
    pub fn line(file: impl Into<String>, line: u64) -> Self {
        Self { file: file.into(), line: Some(line), ..Self::default() }
    }

    /// The same place, narrowed to a field.
    #[must_use]
    pub fn with_field(mut self, field: impl Into<String>) -> Self {
        self.field = Some(field.into());
        self
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.file)?;
        if let Some(sheet) = &self.sheet {
            write!(f, ", sheet {sheet}")?;
        }
        if let Some(line) = self.line {
            write!(f, ", line {line}")?;
        }
        if let Some(field) = &self.field {
            write!(f, ", {field}")?;
        }
        Ok(())
    }
}

/// How grave a line of the report is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "kebab-case"))]
pub enum Severity {
    /// Worth knowing; nothing was changed.
    Note,
    /// The source was certainly wrong, and what was meant is certain: it was mended.
    Repaired,
    /// Something looks wrong and was kept as it stands: a person should look.
    Doubtful,
    /// Something could not be used and is not in the draft.
    Refused,
}

impl Severity {
    /// The word used in printed reports.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Note => "note",
            Self::Repaired => "repaired",
            Self::Doubtful => "doubtful",
            Self::Refused => "refused",
        }
    }
}

/// One line of a report.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Entry {
    /// How grave it is.
    pub severity: Severity,
    /// Stable identifier of the kind of finding, in kebab case: `code-misprint`, `duplicate-code`.
    pub rule: &'static str,
    /// Where it was seen.
    pub place: Place,
    /// The code concerned, as printed in the source.
    pub code: Option<String>,
    /// What was seen and what was done, for people.
    pub message: String,
}

impl fmt::Display for Entry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {} [{}]", self.place, self.severity.as_str(), self.rule)?;
        if let Some(code) = &self.code {
            write!(f, " {code}")?;
        }
        write!(f, ": {}", self.message)
    }
}

/// One file that was read, recorded in the index as its provenance.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(default))]
pub struct SourceFile {
    /// File name, without its folder.
    pub name: String,
    /// Length in bytes.
    pub bytes: u64,
    /// CRC-32 (IEEE) of the content.
    pub crc32: u32,
}

impl SourceFile {
    /// The fingerprint of a file whose content is at hand.
    #[must_use]
    pub fn of(name: impl Into<String>, content: &[u8]) -> Self {
        Self { name: name.into(), bytes: content.len() as u64, crc32: crc32fast::hash(content) }
    }
}

/// What a reader does about what looks wrong.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "kebab-case"))]
pub enum Strictness {
    /// It says so in the report and reads on.
    #[default]
    ReportAndContinue,
    /// The first finding that is [doubtful](Severity::Doubtful) or [refused](Severity::Refused) ends the reading with
    /// [`Error::Doubt`].
    StopAtFirstDoubt,
}

/// What a reader says about its input: what it read, and every row that was not plain.
///
/// A report stays small whatever the input: of each rule and severity it keeps the first thousand findings, or as
/// many as [`Report::keeping`] says, and counts the rest. [`count`](Self::count), [`total`](Self::total) and
/// [`summary`](Self::summary) tell how often a thing was met; [`entries`](Self::entries) and
/// [`of_rule`](Self::of_rule) show the findings that were kept.
///
/// ```
/// use medterm::source::{Place, Report, Severity};
/// let mut report = Report::default().keeping(2);
/// for line in 1..=5 {
///     report.add(Severity::Note, "odd-name", Place::line("list.csv", line), None, "has a question mark");
/// }
/// assert_eq!((report.entries().len(), report.total("odd-name")), (2, 5));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Report {
    /// The files read, in the order given.
    pub sources: Vec<SourceFile>,
    /// Rows of data read, headings and empty rows aside.
    pub rows: u64,
    /// How often each rule was met, most grave first. Written as a list of `severity`, `rule` and `count`.
    #[cfg_attr(feature = "serde", serde(serialize_with = "totals_as_list"))]
    totals: BTreeMap<(Reverse<Severity>, &'static str), usize>,
    entries: Vec<Entry>,
    #[cfg_attr(feature = "serde", serde(skip))]
    keep: usize,
    #[cfg_attr(feature = "serde", serde(skip))]
    strictness: Strictness,
    /// The first finding that a strict reading must not pass.
    #[cfg_attr(feature = "serde", serde(skip))]
    doubt: Option<Box<Entry>>,
}

impl Default for Report {
    fn default() -> Self {
        Self {
            sources: Vec::new(),
            rows: 0,
            totals: BTreeMap::new(),
            entries: Vec::new(),
            keep: Self::KEPT,
            strictness: Strictness::default(),
            doubt: None,
        }
    }
}

impl Report {
    /// How many findings of each rule and severity are kept unless [`Report::keeping`] says otherwise.
    pub const KEPT: usize = 1000;

    /// An empty report about these files.
    #[must_use]
    pub fn of(sources: Vec<SourceFile>) -> Self {
        Self { sources, ..Self::default() }
    }

    /// Keeps the first `findings` of each rule and severity; `usize::MAX` keeps all.
    #[must_use]
    pub fn keeping(mut self, findings: usize) -> Self {
        self.keep = findings;
        self
    }

    /// Sets what [`Report::check`] does about a doubt.
    #[must_use]
    pub fn strictness(mut self, strictness: Strictness) -> Self {
        self.strictness = strictness;
        self
    }

    /// Adds a finding. A reader calls [`check`](Self::check) when the row is done.
    pub fn add(
        &mut self,
        severity: Severity,
        rule: &'static str,
        place: Place,
        code: Option<&str>,
        message: impl Into<String>,
    ) {
        let finding = || Entry { severity, rule, place, code: code.map(str::to_owned), message: message.into() };
        let total = self.totals.entry((Reverse(severity), rule)).or_insert(0);
        *total = total.saturating_add(1);
        let is_kept = *total <= self.keep;
        let is_doubt =
            severity >= Severity::Doubtful && self.strictness == Strictness::StopAtFirstDoubt && self.doubt.is_none();
        if is_kept || is_doubt {
            let entry = finding();
            if is_doubt {
                self.doubt = Some(Box::new(entry.clone()));
            }
            if is_kept {
                self.entries.push(entry);
            }
        }
    }

    /// Ends a strict reading that has met a doubt: readers call it once per row and when all is read.
    ///
    /// # Errors
    ///
    /// [`Error::Doubt`] with the first doubtful or refused finding, if the report's strictness is
    /// [`Strictness::StopAtFirstDoubt`] and there is one.
    pub fn check(&self) -> Result<()> {
        match &self.doubt {
            None => Ok(()),
            Some(doubt) => Err(Error::Doubt(doubt.clone())),
        }
    }

    /// The findings that were kept, in the order in which they were met.
    #[must_use]
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// The findings of one rule that were kept; [`Report::total`] counts them all.
    pub fn of_rule<'a>(&'a self, rule: &'a str) -> impl Iterator<Item = &'a Entry> {
        self.entries.iter().filter(move |entry| entry.rule == rule)
    }

    /// How many findings are of this severity, those that were not kept included.
    #[must_use]
    pub fn count(&self, severity: Severity) -> usize {
        self.sum(|of_severity, _| of_severity == severity)
    }

    /// How often a rule was met, findings that were not kept included.
    #[must_use]
    pub fn total(&self, rule: &str) -> usize {
        self.sum(|_, of_rule| of_rule == rule)
    }

    fn sum(&self, counts: impl Fn(Severity, &str) -> bool) -> usize {
        let counted = self.totals.iter().filter(|((severity, rule), _)| counts(severity.0, rule));
        counted.fold(0, |sum, (_, total)| sum.saturating_add(*total))
    }

    /// Takes over another report's sources, rows and findings; how many are kept is this report's choice. What the
    /// other report has counted stays counted.
    pub fn merge(&mut self, other: Self) {
        self.sources.extend(other.sources);
        self.rows += other.rows;
        let mut room = BTreeMap::new();
        for (rule, total) in other.totals {
            let counted = self.totals.entry(rule).or_insert(0);
            room.insert(rule, self.keep.saturating_sub(*counted));
            *counted = counted.saturating_add(total);
        }
        let first_doubt = other.entries.iter().find(|entry| entry.severity >= Severity::Doubtful);
        if self.strictness == Strictness::StopAtFirstDoubt && self.doubt.is_none() {
            self.doubt = other.doubt.or_else(|| first_doubt.cloned().map(Box::new));
        }
        for entry in other.entries {
            if let Some(left) = room.get_mut(&(Reverse(entry.severity), entry.rule)).filter(|left| **left > 0) {
                *left -= 1;
                self.entries.push(entry);
            }
        }
    }

    /// How often each rule was met, by severity and rule, most grave first; findings that were not kept included.
    #[must_use]
    pub fn summary(&self) -> Vec<(Severity, &'static str, usize)> {
        self.totals.iter().map(|((severity, rule), count)| (severity.0, *rule, *count)).collect()
    }
}

#[cfg(feature = "serde")]
fn totals_as_list<S: serde::Serializer>(
    totals: &BTreeMap<(Reverse<Severity>, &'static str), usize>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    #[derive(serde::Serialize)]
    struct Total {
        severity: Severity,
        rule: &'static str,
        count: usize,
    }
    let total = |(key, count): (&(Reverse<Severity>, &'static str), &usize)| Total {
        severity: key.0.0,
        rule: key.1,
        count: *count,
    };
    serializer.collect_seq(totals.iter().map(total))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn add(report: &mut Report, severity: Severity, rule: &'static str, line: u64) {
        report.add(severity, rule, Place::line("f", line), None, "x");
    }

    fn kept(report: &Report) -> Vec<(&str, u64)> {
        report.entries().iter().map(|entry| (entry.rule, entry.place.line.unwrap())).collect()
    }

    #[test]
    fn the_first_of_each_rule_are_kept_and_all_are_counted() {
        let mut report = Report::default();
        for line in 1..=5_000 {
            add(&mut report, Severity::Note, "a", line);
        }
        add(&mut report, Severity::Refused, "a", 5_001);
        add(&mut report, Severity::Doubtful, "b", 5_002);
        assert_eq!(report.entries().len(), Report::KEPT + 2);
        assert_eq!(
            (report.entries()[Report::KEPT - 1].place.line, report.entries()[Report::KEPT].rule),
            (Some(1000), "a")
        );
        assert_eq!(
            (report.count(Severity::Note), report.total("a"), report.of_rule("a").count()),
            (5_000, 5_001, 1_001)
        );
        let summary = [(Severity::Refused, "a", 1), (Severity::Doubtful, "b", 1), (Severity::Note, "a", 5_000)];
        assert_eq!(report.summary(), summary);
    }

    #[test]
    fn totals_survive_a_merge() {
        let mut one = Report::default().keeping(3);
        let mut other = Report::default().keeping(2);
        add(&mut one, Severity::Note, "a", 1);
        add(&mut one, Severity::Note, "a", 2);
        for line in 3..=9 {
            add(&mut other, Severity::Note, "b", line);
            add(&mut other, Severity::Note, "a", line);
        }
        one.merge(other);
        assert_eq!(kept(&one), [("a", 1), ("a", 2), ("b", 3), ("a", 3), ("b", 4)]);
        assert_eq!((one.total("a"), one.total("b"), one.count(Severity::Note)), (9, 7, 16));
        // Full: the first three, whatever comes.
        add(&mut one, Severity::Note, "a", 10);
        assert_eq!((kept(&one).len(), one.total("a")), (5, 10));
    }

    #[test]
    fn a_strict_report_stops_at_its_first_doubt() {
        let mut lenient = Report::default();
        add(&mut lenient, Severity::Refused, "c", 1);
        assert!(lenient.check().is_ok());

        let mut report = Report::default().strictness(Strictness::StopAtFirstDoubt).keeping(0);
        add(&mut report, Severity::Repaired, "a", 1);
        assert!(report.check().is_ok());
        add(&mut report, Severity::Doubtful, "b", 2);
        add(&mut report, Severity::Refused, "c", 3);
        let Err(Error::Doubt(doubt)) = report.check() else { panic!("it has a doubt") };
        assert_eq!((doubt.rule, doubt.place.line), ("b", Some(2)));
        assert_eq!(report.check().unwrap_err().to_string(), "stopped at the first doubt: f, line 2: doubtful [b]: x");

        let mut merged = Report::default().strictness(Strictness::StopAtFirstDoubt);
        merged.merge(lenient);
        assert!(matches!(merged.check(), Err(Error::Doubt(doubt)) if doubt.rule == "c"));
    }

    #[cfg(feature = "serde")]
    #[test]
    fn totals_are_written() {
        let mut report = Report::of(vec![SourceFile::of("f", b"x")]).keeping(1);
        add(&mut report, Severity::Note, "a", 1);
        add(&mut report, Severity::Note, "a", 2);
        let json = serde_json::to_value(&report).unwrap();
        assert_eq!(json["totals"], serde_json::json!([{"severity": "note", "rule": "a", "count": 2}]));
        assert_eq!((json["entries"].as_array().unwrap().len(), &json["sources"][0]["bytes"]), (1, &1.into()));
        assert_eq!(json.as_object().unwrap().len(), 4);
    }
}
