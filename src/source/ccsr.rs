//! CCSR: which clinical categories a diagnosis code of ICD-10-CM belongs to.
//!
//! | source document | used | ignored, and why |
//! |---|---|---|
//! | AHRQ (HCUP), *Clinical Classifications Software Refined for ICD-10-CM Diagnoses*, reference file `DXCCSR-Reference-File-….xlsx`, sheet with the heading `CCSR Category` beside `ICD-10-CM Code` | code and description, category and description, inpatient and outpatient default; the version in the title above | the other sheets, which list the categories and body systems again |
//!
//! Codes come without dots and are printed with theirs. A code is narrower than each of its categories. It belongs to all
//! of them: each has a group of its own, so that they are not taken for alternatives. The default flags (`Y`, `N`, `X`)
//! stay as the properties `inpatient-default` and `outpatient-default`.
//!
//! | rule | severity | meaning |
//! |---|---|---|
//! | `missing-code` | refused | the row has no code or no category |
//! | `bad-code` | refused | the code is none of ICD-10-CM |
//! | `code-stored-as-number` | refused | the workbook stores the code or the category as a number, which damages it |
//! | `default-value` | doubtful | a default flag is none of Y, N and X |
//! | `repeated-row` | doubtful | the same code and category again |
//!
//! The file is in the public domain; AHRQ asks to be named.

use std::collections::{HashMap, HashSet};
use std::path::Path;

use super::lines::{shown, version_or};
use super::spreadsheet::{Row, Workbook, find_header};
use super::{MapDraft, MapRow, MapSide, Place, Relationship, Report, Severity};
use crate::code::CodeGrammar;
use crate::{Edition, Error, Result};

const HEADINGS: [&str; 6] = [
    "ICD-10-CM Code",
    "ICD-10-CM Code Description",
    "CCSR Category",
    "CCSR Category Description",
    "Inpatient Default CCSR (Y/N/X)",
    "Outpatient Default CCSR (Y/N/X)",
];

/// Reads a workbook.
///
/// `version` is the version of the map; without it, the title above the headings tells it (`v2023.1` is `2023.1`).
///
/// # Errors
///
/// [`Error::Io`] if the file cannot be read, [`Error::Source`] if it is no workbook or has no sheet with the headings of
/// the map, [`Error::Argument`] if no version is given and no title tells it.
pub fn read(path: impl AsRef<Path>, version: Option<&str>) -> Result<(MapDraft, Report)> {
    let (mut workbook, source) = Workbook::open(path.as_ref())?;
    let mut report = Report { sources: vec![source], ..Report::default() };
    for sheet in workbook.sheet_names() {
        let rows = workbook.rows(&sheet)?;
        if let Some((header, columns)) = find_header(&rows, HEADINGS) {
            let place = |row: &Row| workbook.place(&sheet, row.number);
            let title = rows.iter().take(header).find_map(|row| version_in_title(row.text(0)));
            let name = report.sources.first().map(|source| source.name.clone()).unwrap_or_default();
            let version = version_or(version, title, &name)?;
            let mut table = Table { columns, rows: Vec::new(), groups: HashMap::new(), seen: HashSet::new() };
            for row in rows.iter().skip(header + 1) {
                table.add(row, || place(row), &mut report);
            }
            return Ok((draft(table.rows, version), report));
        }
    }
    let place = Place::file(report.sources.first().map(|source| source.name.clone()).unwrap_or_default());
    Err(Error::source(place, format!("no sheet has the headings {}", HEADINGS.join(", "))))
}

fn draft(rows: Vec<MapRow>, version: String) -> MapDraft {
    let edition = Edition {
        system: "icd10-cm-to-ccsr".into(),
        title: format!("Clinical Classifications Software Refined for ICD-10-CM diagnoses, {version}"),
        issued_by: "Agency for Healthcare Research and Quality (HCUP)".into(),
        version,
        ..Edition::default()
    };
    MapDraft {
        edition,
        source: MapSide { system: "icd10-cm".into(), grammar: CodeGrammar::Icd10, ..MapSide::default() },
        target: MapSide { system: "ccsr".into(), ..MapSide::default() },
        rows,
        ..MapDraft::default()
    }
}

/// The version in a title that ends with it: `…, v2023.1`.
fn version_in_title(title: &str) -> Option<String> {
    let word = title.split_whitespace().next_back()?.strip_prefix('v')?;
    word.starts_with(|c: char| c.is_ascii_digit()).then(|| word.to_owned())
}

struct Table {
    columns: [u32; 6],
    rows: Vec<MapRow>,
    /// How many categories each code has had.
    groups: HashMap<String, u16>,
    seen: HashSet<(String, String)>,
}

impl Table {
    fn add(&mut self, row: &Row, place: impl Fn() -> Place, report: &mut Report) {
        let [code, description, category, meaning, inpatient, outpatient] = self.columns;
        report.rows += 1;
        let text = |column: u32| row.text(column).trim();
        let (key, target) = (text(code), text(category));
        if key.is_empty() || target.is_empty() {
            let message = "the row has no code or no category";
            return report.add(Severity::Refused, "missing-code", place(), Some(key), message);
        }
        if [code, category].into_iter().filter_map(|column| row.cell(column)).any(|cell| cell.is_number) {
            let message = "a code is stored as a number";
            return report.add(Severity::Refused, "code-stored-as-number", place(), Some(key), message);
        }
        let is_code = key.starts_with(|c: char| c.is_ascii_alphabetic()) && (3..=8).contains(&key.len());
        let Some(parsed) = CodeGrammar::Icd10.parse(key).filter(|_| is_code) else {
            let message = format!("{:?} is no code of ICD-10-CM", shown(key));
            return report.add(Severity::Refused, "bad-code", place(), Some(&shown(key)), message);
        };
        let mut source = String::new();
        CodeGrammar::Icd10.render(parsed.as_str(), &mut source);
        for (column, name) in [(inpatient, "inpatient"), (outpatient, "outpatient")] {
            if !["Y", "N", "X"].contains(&text(column)) {
                let message = format!("{:?} is no {name} default", shown(text(column)));
                report.add(Severity::Doubtful, "default-value", place(), Some(&source), message);
            }
        }
        if !self.seen.insert((source.clone(), target.to_owned())) {
            let message = format!("{target} is listed again");
            report.add(Severity::Doubtful, "repeated-row", place(), Some(&source), message);
        }
        let group = self.groups.entry(source.clone()).or_default();
        *group = group.saturating_add(1);
        let optional = |column: u32| Some(text(column)).filter(|text| !text.is_empty()).map(str::to_owned);
        let defaults = [("inpatient-default", inpatient), ("outpatient-default", outpatient)];
        self.rows.push(MapRow {
            source,
            source_display: optional(description),
            target: Some(target.to_owned()),
            target_display: optional(meaning),
            relationship: Some(Relationship::SourceIsNarrowerThanTarget),
            group: *group,
            properties: defaults
                .into_iter()
                .filter_map(|(name, column)| Some((name.to_owned(), optional(column)?)))
                .collect(),
            line: u32::try_from(row.number).unwrap_or_default(),
            ..MapRow::default()
        });
    }
}

#[cfg(test)]
mod tests {
    use super::super::spreadsheet::tests::workbook_of;
    use super::*;

    const TITLE: &[&str] = &["Searchable list, v2023.1"];

    fn read_rows(rows: &[&[&str]], version: Option<&str>) -> Result<(MapDraft, Report)> {
        let folder = tempfile::tempdir().unwrap();
        read(workbook_of(folder.path(), rows), version)
    }

    #[test]
    fn categories_belong_together() {
        let rows: [&[&str]; 5] = [
            TITLE,
            &HEADINGS,
            &["A000", "Cholera", "DIG001", "Intestinal infection", "Y", "Y"],
            &["A000", "Cholera", "INF003", "Bacterial infections", "N", "N"],
            &["A001", "Cholera too", "DIG001", "Intestinal infection", "X", "Y"],
        ];
        let (draft, report) = read_rows(&rows, None).unwrap();
        assert_eq!((report.entries.as_slice(), report.rows), ([].as_slice(), 3));
        assert_eq!(draft.edition.to_string(), "icd10-cm-to-ccsr|2023.1");
        let told: Vec<_> =
            draft.rows.iter().map(|row| (row.source.as_str(), row.target.as_deref(), row.group)).collect();
        assert_eq!(told, [("A00.0", Some("DIG001"), 1), ("A00.0", Some("INF003"), 2), ("A00.1", Some("DIG001"), 1)]);
        assert_eq!(draft.rows[2].properties[0], ("inpatient-default".to_owned(), "X".to_owned()));
    }

    #[test]
    fn findings_name_their_row() {
        let rows: [&[&str]; 6] = [
            TITLE,
            &HEADINGS,
            &["A000", "Cholera", "DIG001", "Intestinal infection", "Y", "Q"],
            &["", "Cholera", "INF003", "Bacterial infections", "N", "N"],
            &["12 3", "Odd", "DIG001", "Intestinal infection", "X", "Y"],
            &["A000", "Cholera", "DIG001", "Intestinal infection", "Y", "Y"],
        ];
        let (draft, report) = read_rows(&rows, Some("1")).unwrap();
        let rules: Vec<_> = report.entries.iter().map(|entry| (entry.rule, entry.place.line)).collect();
        let expected =
            [("default-value", Some(3)), ("missing-code", Some(4)), ("bad-code", Some(5)), ("repeated-row", Some(6))];
        assert_eq!((rules.as_slice(), draft.rows.len()), (expected.as_slice(), 2));
    }

    #[test]
    fn what_is_no_such_workbook_is_an_error() {
        assert!(matches!(read_rows(&[&["Mã", "Tên"]], None), Err(Error::Source { .. })));
        assert!(matches!(read_rows(&[&HEADINGS], None), Err(Error::Argument { what: "version", .. })));
    }
}
