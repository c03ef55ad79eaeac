//! The list as CSV.

use std::path::Path;

use super::super::encoding::{decode, read_file};
use super::super::lines::{Headings, shown};
use super::super::{MapDraft, Place, Report, Severity, SourceFile};
use super::{COLUMNS, Table, draft, is_code};
use crate::{Error, Result};

const HEADINGS: [&str; COLUMNS] = [
    "dvkt_code",
    "dvkt_name",
    "icd9cm",
    "icd9cm_name_vi",
    "icd9cm_chapter",
    "specialty_no",
    "specialty",
    "tier",
    "pttt_class",
];

/// Reads the list as CSV.
///
/// # Errors
///
/// [`Error::Io`] if the file cannot be read, [`Error::Source`] if it has not the headings of the list or no row at all.
pub fn read(path: impl AsRef<Path>) -> Result<(MapDraft, Report)> {
    let (name, bytes) = read_file(path.as_ref())?;
    read_bytes(&name, &bytes)
}

/// Reads the list as CSV whose content is at hand; `name` is what the report calls it. See [`read`].
pub fn read_bytes(name: &str, bytes: &[u8]) -> Result<(MapDraft, Report)> {
    let mut report = Report { sources: vec![SourceFile::of(name, bytes)], ..Report::default() };
    let decoded = decode(bytes, None);
    decoded.report(name, &mut report);
    let mut reader = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(decoded.text.as_bytes());
    let mut bound: Option<(usize, [usize; COLUMNS])> = None;
    let mut table = Table::default();
    let mut record = csv::StringRecord::new();
    loop {
        let read = reader.read_record(&mut record);
        let line = record.position().map_or(0, csv::Position::line);
        let place = Place::line(name, line);
        if !read.map_err(|error| Error::source(place.clone(), error.to_string()))? {
            break;
        }
        let fields: Vec<&str> = record.iter().collect();
        if fields.iter().all(|field| field.trim().is_empty()) {
            continue;
        }
        let Some((headings, columns)) = &bound else {
            let headings = Headings::new(name, line, &fields);
            let mut columns = [0; COLUMNS];
            for (column, heading) in columns.iter_mut().zip(HEADINGS) {
                *column = headings.needed(heading)?;
            }
            bound = Some((headings.len(), columns));
            continue;
        };
        report.rows += 1;
        let row = columns.map(|column| fields.get(column).copied().unwrap_or_default());
        let [code, _, target, ..] = row.map(str::trim);
        if fields.len() != *headings {
            let message = format!("{} fields under {headings} headings", fields.len());
            report.add(Severity::Refused, "field-count", place, Some(&shown(code)), message);
        } else if code.is_empty() {
            report.add(Severity::Refused, "missing-code", place, None, "the row has no service code");
        } else if !target.is_empty() && !is_code(target) {
            let message = format!("{:?} is no code of ICD-9-CM procedures", shown(target));
            report.add(Severity::Refused, "bad-code", place, Some(code), message);
        } else {
            table.add(row, Some(target.to_owned()).filter(|target| !target.is_empty()), place, &mut report);
        }
    }
    if report.rows == 0 {
        return Err(Error::source(Place::file(name), "the list has no rows"));
    }
    Ok((draft(table.rows), report))
}
