//! ICD-10-PCS, the US system of procedures: order files here, its tables in [`tables`] (feature `xml`).
//!
//! | source | columns, counted from 1 | use |
//! |---|---|---|
//! | CMS, `icd10pcs_order_<year>.txt` (layout in `icd10OrderFiles.pdf` of each release) | 1–5 order number | must rise |
//! | | 7–13 code of seven characters, or the three of a table | code; there is no dot |
//! | | 15 flag: 1 for a code, 0 for a table | usability |
//! | | 17–76 short description, from 78 long description | short form and name |
//!
//! The rules of the report are those of [`icd10cm`](super::icd10cm).
//!
//! Licence: in the public domain, a work of the US government.

#[cfg(feature = "xml")]
pub mod tables;

use std::path::Path;

use super::detect::Sample;
use super::encoding::read_file;
use super::icd10cm::{Record, read_list, version_in_name};
use super::reader::begin_one;
use super::{Draft, Format, Input, ReadOptions, Reader, Reading, Report, SourceFile};
use crate::code::CodeGrammar;
use crate::{Edition, Error, Result};

/// Reads an order file.
///
/// `version` is the edition's version; without it, the year in the file's name gives it.
///
/// # Errors
///
/// [`Error::Io`] if the file cannot be read; [`Error::Argument`] if no version is given and the name tells none;
/// [`Error::Source`] if no line is one of an ICD-10-PCS order file.
pub fn read_order(path: impl AsRef<Path>, version: Option<&str>) -> Result<(Draft, Report)> {
    let (name, bytes) = read_file(path.as_ref())?;
    read_order_bytes(&name, &bytes, version)
}

/// Reads an order file whose content is at hand; `name` is what the report calls it. See [`read_order`].
///
/// Memory is proportional to `bytes`.
pub fn read_order_bytes(name: &str, bytes: &[u8], version: Option<&str>) -> Result<(Draft, Report)> {
    let version = version_of(name, version)?;
    read_text(name, bytes, version, Report::of(vec![SourceFile::of(name, bytes)]))
}

/// Reads the one order file of an input. Uses [`ReadOptions::version`].
pub(super) struct FormatReader;

impl Reader for FormatReader {
    fn format(&self) -> Format {
        Format::Icd10PcsOrder
    }

    fn read(&self, input: &Input, options: &ReadOptions) -> Result<Reading> {
        let (entry, report) = begin_one(input, self.format(), options)?;
        let version = version_of(entry.name(), options.version.as_deref())?;
        let (draft, report) = read_text(entry.label(), &entry.read()?, version, report)?;
        options.finish(draft, report)
    }
}

/// Whether the first lines are of an order file.
pub(super) fn is_order(sample: &Sample<'_>) -> bool {
    let is_record = |row: &&str| Record::parse_with(row, is_key).is_ok();
    !sample.rows().is_empty() && sample.rows().iter().take(5).all(is_record)
}

fn version_of(name: &str, told: Option<&str>) -> Result<String> {
    told.map(str::to_owned).or_else(|| version_in_name(name)).ok_or_else(|| Error::Argument {
        what: "version",
        value: String::new(),
        expected: format!("a version such as 2025, since the file name {name:?} tells none"),
    })
}

fn read_text(name: &str, bytes: &[u8], version: String, report: Report) -> Result<(Draft, Report)> {
    read_list(name, bytes, edition(version), CodeGrammar::Verbatim, is_key, report)
}

fn edition(version: String) -> Edition {
    Edition {
        system: "icd10-pcs".into(),
        url: "http://www.cms.gov/Medicare/Coding/ICD10".into(),
        title: format!("ICD-10-PCS {version}"),
        version,
        issued_by: "Centers for Medicare & Medicaid Services".into(),
        ..Edition::default()
    }
}

/// A code, or a table's three characters.
fn is_key(text: &str) -> bool {
    matches!(text.len(), 3 | 7) && text.bytes().all(is_value)
}

/// A digit or a capital; `I` and `O` are not used (ICD-10-PCS Official Guidelines, A4).
fn is_value(byte: u8) -> bool {
    byte.is_ascii_digit() || (byte.is_ascii_uppercase() && !matches!(byte, b'I' | b'O'))
}

#[cfg(test)]
mod tests {
    use super::super::{EdgeKind, Parent, Usability};
    use super::*;

    fn line(order: u32, key: &str, flag: u8, long: &str) -> String {
        format!("{order:05} {key:<7} {flag} {:<60} {long}\r\n", "Short")
    }

    #[test]
    fn lines_become_tables_and_codes() {
        let text = [
            line(1, "001", 0, "Central Nervous System, Bypass"),
            line(2, "0016070", 1, "Bypass ventricle"),
            line(3, "00160O1", 1, "No such letter"),
            line(4, "0016", 1, "Too short"),
            line(5, "A00", 0, "Of another list, yet of the same form"),
            line(6, "0016070", 1, "Again"),
        ]
        .concat();
        let (draft, report) = read_order_bytes("icd10pcs_order_2014.txt", text.as_bytes(), None).unwrap();
        assert_eq!(draft.edition.to_string(), "icd10-pcs|2014");
        let codes: Vec<_> = draft.concepts.iter().map(|concept| (concept.code.as_str(), concept.usability)).collect();
        assert_eq!(codes, [("001", Usability::Heading), ("0016070", Usability::Usable), ("A00", Usability::Heading)]);
        assert_eq!(draft.concepts[1].parents, [Parent { code: "001".into(), kind: EdgeKind::IsA }]);
        let rules: Vec<_> = report.entries().iter().map(|entry| (entry.rule, entry.place.line)).collect();
        assert_eq!(
            rules,
            [
                ("malformed-line", Some(3)),
                ("malformed-line", Some(4)),
                ("duplicate-code", Some(6)),
                ("flag-contradicts-hierarchy", Some(5)),
            ]
        );
    }

    #[test]
    fn other_files_are_errors() {
        let error = read_order_bytes("x-2020.txt", line(1, "A000", 1, "x").as_bytes(), None).unwrap_err();
        assert!(error.to_string().contains("ICD-10-PCS order file"), "{error}");
        assert!(matches!(read_order_bytes("x", b"", None), Err(Error::Argument { what: "version", .. })));
    }
}
