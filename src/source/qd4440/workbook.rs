//! The list as a vendor's workbook, whose codes have become numbers.

use std::path::Path;

use super::super::lines::shown;
use super::super::spreadsheet::{Row, Workbook, find_header};
use super::super::{MapDraft, Place, Report, Severity};
use super::numbers::{Known, Restored, restore};
use super::{COLUMNS, Table, draft, is_code};
use crate::{Error, Result};

const HEADINGS: [&str; COLUMNS] = [
    "matuongduong",
    "tenchuyenkhoa21",
    "maicd9",
    "tenicd9",
    "chuongicd9",
    "machuyenkhoa21",
    "chuyenkhoa21",
    "phantuyen",
    "phanloai",
];

/// Reads the list as a vendor's workbook. `list` is the list itself, as [`read`](super::read) gives it, out of which
/// damaged codes are put back.
///
/// # Errors
///
/// [`Error::Io`] if the file cannot be read, [`Error::Source`] if it is no workbook or has no sheet with these headings.
pub fn read_workbook(path: impl AsRef<Path>, list: Option<&MapDraft>) -> Result<(MapDraft, Report)> {
    let (mut workbook, source) = Workbook::open(path.as_ref())?;
    let file = source.name.clone();
    let mut report = Report { sources: vec![source], ..Report::default() };
    let known = list.map(Known::new);
    for sheet in workbook.sheet_names() {
        let rows = workbook.rows(&sheet)?;
        let Some((header, columns)) = find_header(&rows, HEADINGS) else { continue };
        let [_, _, code, ..] = columns;
        let body = || rows.iter().skip(header + 1);
        let numbers = body().filter(|row| row.cell(code).is_some_and(|cell| cell.is_number)).count();
        if numbers > 0 {
            let message = format!("{numbers} codes are stored as numbers, which loses zeros at either end");
            report.add(Severity::Doubtful, "codes-are-numbers", workbook.sheet_place(&sheet), None, message);
        }
        let mut table = Table::default();
        for row in body() {
            add(&mut table, row, columns, known.as_ref(), workbook.place(&sheet, row.number), &mut report);
        }
        return Ok((draft(table.rows), report));
    }
    Err(Error::source(Place::file(file), format!("no sheet has the headings {}", HEADINGS.join(", "))))
}

fn add(
    table: &mut Table,
    row: &Row,
    columns: [u32; COLUMNS],
    known: Option<&Known<'_>>,
    place: Place,
    report: &mut Report,
) {
    report.rows += 1;
    let fields = columns.map(|column| row.text(column));
    let [service, _, shown_code, ..] = fields.map(str::trim);
    let [_, _, code, ..] = columns;
    if service.is_empty() {
        return report.add(Severity::Refused, "missing-code", place, None, "the row has no service code");
    }
    if !row.cell(code).is_some_and(|cell| cell.is_number) {
        if !shown_code.is_empty() && !is_code(shown_code) {
            let message = format!("{:?} is no code of ICD-9-CM procedures", shown(shown_code));
            return report.add(Severity::Refused, "bad-code", place, Some(service), message);
        }
        return table.add(fields, Some(shown_code.to_owned()).filter(|code| !code.is_empty()), place, report);
    }
    let mut tell = |severity, rule, message: String| report.add(severity, rule, place.clone(), Some(service), message);
    let target = match restore(shown_code, service, known) {
        Restored::Whole(code) => code,
        Restored::Repaired(code) => {
            tell(Severity::Repaired, "damaged-code", format!("the number {shown_code} was {code}, which was put back"));
            code
        }
        Restored::Ambiguous(code) => {
            let message = format!("the number {shown_code} is the value of another code too; the list has {code} here");
            tell(Severity::Note, "ambiguous-number", message);
            code
        }
        Restored::Lost(codes) => {
            let message = format!("the number {shown_code} may have been {}", codes.join(" or "));
            return tell(Severity::Refused, "ambiguous-number", message);
        }
        Restored::NotInList => {
            let message = format!("the list has no code of the value {} for this service", shown(shown_code));
            return tell(Severity::Refused, "not-in-list", message);
        }
    };
    table.add(fields, Some(target), place, report);
}
