//! What readers of tables of lines have in common: lines, fields between tabs, headings.

use super::parts::Part;
use super::text_lines::TextLines;
use super::{Place, Report};
use crate::{Error, Result};

/// Hands out the lines of a file that are not blank, with their numbers, and records the file in the report. One line is
/// held at a time.
pub(super) fn each_line(
    part: &Part<'_>,
    report: &mut Report,
    mut visit: impl FnMut(u64, &str, &mut Report) -> Result<()>,
) -> Result<()> {
    let mut lines = TextLines::new(&*part.name, part.open()?);
    while let Some((number, line)) = lines.next(report)? {
        if !line.trim().is_empty() {
            visit(number, line, report)?;
        }
    }
    report.sources.push(lines.into_source());
    Ok(())
}

/// The fields of a line between tabs, white space at their ends cut. A `"` is a letter like any other.
pub(super) fn tabbed(line: &str) -> Vec<&str> {
    line.split('\t').map(str::trim).collect()
}

/// The headings of a table.
pub(super) struct Headings {
    file: String,
    line: u64,
    names: Vec<String>,
}

/// A heading as it is compared: its letters and digits. Publishers set spaces and capitals now so, now so.
fn plain(heading: &str) -> String {
    heading.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

impl Headings {
    pub(super) fn new(file: &str, line: u64, fields: &[&str]) -> Self {
        Self { file: file.to_owned(), line, names: fields.iter().map(|field| plain(field)).collect() }
    }

    pub(super) fn len(&self) -> usize {
        self.names.len()
    }

    /// The column of a heading.
    pub(super) fn find(&self, heading: &str) -> Option<usize> {
        let heading = plain(heading);
        self.names.iter().position(|name| *name == heading)
    }

    /// The column of a heading that must be there.
    pub(super) fn needed(&self, heading: &str) -> Result<usize> {
        self.find(heading).ok_or_else(|| {
            let place = Place::line(self.file.clone(), self.line);
            Error::source(place, format!("there is no column {heading:?} among the {} headings", self.names.len()))
        })
    }
}

/// The beginning of a text, for a message.
pub(super) fn shown(text: &str) -> String {
    text.chars().take(60).collect()
}

/// The first year, as four digits beginning with 19 or 20, in a file name.
pub(super) fn year_in_name(name: &str) -> Option<String> {
    let mut digits = name.split(|c: char| !c.is_ascii_digit());
    digits.find(|run| run.len() == 4 && (run.starts_with("19") || run.starts_with("20"))).map(str::to_owned)
}

/// The version that was told, or else the one that a file's name or content tells.
pub(super) fn version_or(told: Option<&str>, found: Option<String>, name: &str) -> Result<String> {
    told.map(str::to_owned).or(found).ok_or_else(|| Error::Argument {
        what: "version",
        value: String::new(),
        expected: format!("a version, since {name:?} tells none"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headings_are_compared_by_their_letters() {
        let headings = Headings::new("x", 1, &["ICD-11 FoundationURI", "Linearization (release) URI"]);
        assert_eq!(headings.find("ICD-11 Foundation URI"), Some(0));
        assert_eq!(headings.needed("linearization (releaseURI)").unwrap(), 1);
        assert!(headings.needed("icd10Code").unwrap_err().to_string().contains("icd10Code"));
    }

    #[test]
    fn years() {
        assert_eq!(year_in_name("2018_I9gem.txt").as_deref(), Some("2018"));
        assert_eq!(year_in_name("map-20180101.txt"), None);
        assert_eq!(version_or(Some("1"), Some("2".into()), "x").unwrap(), "1");
        assert!(matches!(version_or(None, None, "x"), Err(Error::Argument { what: "version", .. })));
    }
}
