//! What a reader says about its input.

use std::fmt;

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

/// What a reader says about its input: what it read, and every row that was not plain.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Report {
    /// The files read, in the order given.
    pub sources: Vec<SourceFile>,
    /// Rows of data read, headings and empty rows aside.
    pub rows: u64,
    /// Findings, in the order in which they were met.
    pub entries: Vec<Entry>,
}

impl Report {
    /// Adds a finding.
    pub fn add(
        &mut self,
        severity: Severity,
        rule: &'static str,
        place: Place,
        code: Option<&str>,
        message: impl Into<String>,
    ) {
        self.entries.push(Entry { severity, rule, place, code: code.map(str::to_owned), message: message.into() });
    }

    /// How many findings are of this severity.
    #[must_use]
    pub fn count(&self, severity: Severity) -> usize {
        self.entries.iter().filter(|entry| entry.severity == severity).count()
    }

    /// The findings of one rule.
    pub fn of_rule<'a>(&'a self, rule: &'a str) -> impl Iterator<Item = &'a Entry> {
        self.entries.iter().filter(move |entry| entry.rule == rule)
    }

    /// Takes over another report's sources, rows and findings.
    pub fn merge(&mut self, other: Self) {
        self.sources.extend(other.sources);
        self.rows += other.rows;
        self.entries.extend(other.entries);
    }

    /// How often each rule was met, by severity and rule, most grave first.
    #[must_use]
    pub fn summary(&self) -> Vec<(Severity, &'static str, usize)> {
        let mut counts = std::collections::BTreeMap::new();
        for entry in &self.entries {
            *counts.entry((std::cmp::Reverse(entry.severity), entry.rule)).or_insert(0) += 1;
        }
        counts.into_iter().map(|((severity, rule), count)| (severity.0, rule, count)).collect()
    }
}
