//! Tables in CSV, read one row at a time, their columns found by heading.

use std::io::{BufRead, Read};

use super::{InputEntry, Place, Report, Severity};
use crate::{Error, Result};

/// Rows of a file of comma-separated values with headings; UTF-8, perhaps with a byte order mark.
///
/// Every row is reported that has not as many fields as there are headings (`field-count`, refused), bytes that are no
/// UTF-8 (`undecodable`, doubtful) or fields with white space at their ends, which is cut (`padded-text`, repaired).
/// A row may have as many bytes as a line of other files ([`Limits::line_bytes`](super::Limits::line_bytes)).
pub(super) struct CsvTable {
    entry: InputEntry,
    name: String,
    reader: csv::Reader<Watched>,
    headings: Vec<String>,
    row: csv::StringRecord,
    line: u64,
}

impl CsvTable {
    /// Opens a file and reads the headings. [`Error::Source`] if there are none.
    pub(super) fn open(entry: &InputEntry) -> Result<Self> {
        let watched = Watched { reader: entry.open()?, length: 0, of_row: 0, most: 0, last: 0, ends_with_cr: None };
        let reader = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(watched);
        let row = csv::StringRecord::new();
        let mut table =
            Self { entry: entry.clone(), name: entry.place().file, reader, headings: Vec::new(), row, line: 0 };
        if !table.read(&mut Report::default())? {
            return Err(Error::source(entry.place(), "the file is empty"));
        }
        table.headings =
            table.row.iter().map(|heading| heading.trim_start_matches('\u{feff}').trim().to_owned()).collect();
        Ok(table)
    }

    /// What reports call the file.
    pub(super) fn name(&self) -> &str {
        &self.name
    }

    /// The place of a column that may be missing.
    pub(super) fn column(&self, heading: &str) -> Option<usize> {
        self.headings.iter().position(|known| known.eq_ignore_ascii_case(heading))
    }

    /// The places of columns that must be there.
    pub(super) fn columns<const N: usize>(&self, headings: [&str; N]) -> Result<[usize; N]> {
        let mut places = [0; N];
        for (place, heading) in places.iter_mut().zip(headings) {
            *place = self.column(heading).ok_or_else(|| {
                let place = Place::line(&*self.name, 1);
                let first: Vec<String> =
                    self.headings.iter().take(50).map(|heading| heading.chars().take(40).collect()).collect();
                let message = format!("there is no column {heading}; the columns are: {}", first.join(", "));
                Error::source(place, message)
            })?;
        }
        Ok(places)
    }

    /// Goes to the next row that has as many fields as there are headings, and returns the line on which it starts;
    /// `None` at the end.
    pub(super) fn next(&mut self, report: &mut Report) -> Result<Option<u64>> {
        while self.read(report)? {
            report.rows += 1;
            let (expected, found) = (self.headings.len(), self.row.len());
            if expected != found {
                let message = format!("{found} fields where {expected} were expected");
                let place = Place::line(&*self.name, self.line);
                report.add(Severity::Refused, "field-count", place, None, message);
                continue;
            }
            for (field, heading) in self.row.iter().zip(&self.headings) {
                if field.trim().len() != field.len() {
                    let heading: String = heading.chars().take(40).collect();
                    let place = Place::line(&*self.name, self.line).with_field(heading);
                    let message = "white space at the ends was cut";
                    report.add(Severity::Repaired, "padded-text", place, None, message);
                }
            }
            return Ok(Some(self.line));
        }
        Ok(None)
    }

    /// A field of the row, without white space at its ends; empty if there is no such column.
    pub(super) fn field(&self, column: impl Into<Option<usize>>) -> &str {
        column.into().and_then(|column| self.row.get(column)).unwrap_or_default().trim()
    }

    fn read(&mut self, report: &mut Report) -> Result<bool> {
        let mut row = csv::ByteRecord::new();
        let most = self.entry.limits().line_bytes;
        let watched = self.reader.get_mut();
        // What was read ahead for the row before counts for none.
        (watched.of_row, watched.most) = (0, most);
        let read = self.reader.read_byte_record(&mut row);
        self.line = self.line_of(&row);
        let more = read.map_err(|error| match error.into_kind() {
            csv::ErrorKind::Io(_) if self.reader.get_ref().is_beyond() => {
                let place = Place::line(&*self.name, self.line);
                Error::Limit { place: Box::new(place), limit: "line_bytes", most }
            }
            csv::ErrorKind::Io(error) => self.entry.error(error),
            kind => Error::source(Place::line(&*self.name, self.line), format!("{kind:?}")),
        })?;
        self.row = csv::StringRecord::from_byte_record(row).unwrap_or_else(|error| {
            let message = "bytes that are no UTF-8 became U+FFFD";
            report.add(Severity::Doubtful, "undecodable", Place::line(&*self.name, self.line), None, message);
            csv::StringRecord::from_byte_record_lossy(error.into_byte_record())
        });
        Ok(more)
    }

    /// The line on which a row starts that was just read. The parser's own count is that of the line ends it has seen:
    /// of CR LF it leaves the LF to the next row, as it does with empty lines.
    fn line_of(&self, row: &csv::ByteRecord) -> u64 {
        let end = self.reader.position();
        let file = self.reader.get_ref();
        let is_cut_off = end.byte() >= file.length && file.last != b'\n';
        let passed = u64::from(file.ends_with_cr == Some(false) && !is_cut_off);
        let inside = row.as_slice().iter().filter(|byte| **byte == b'\n').count() as u64;
        end.line().saturating_sub(passed + inside).max(1)
    }
}

/// Counts what is read through it.
struct Watched {
    reader: Box<dyn BufRead>,
    length: u64,
    /// Bytes read for the present row, and how many they may be.
    of_row: u64,
    most: u64,
    /// The last byte read.
    last: u8,
    /// Whether the first line ends with CR LF rather than LF.
    ends_with_cr: Option<bool>,
}

impl Watched {
    fn is_beyond(&self) -> bool {
        self.of_row > self.most
    }
}

impl Read for Watched {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        // One byte more than is allowed tells that the row goes on.
        let room = usize::try_from(self.most.saturating_add(1).saturating_sub(self.of_row)).unwrap_or(usize::MAX);
        let length = buffer.len().min(room);
        let count = self.reader.read(buffer.get_mut(..length).unwrap_or_default())?;
        let content = buffer.get(..count).unwrap_or_default();
        if self.ends_with_cr.is_none()
            && let Some(end) = content.iter().position(|byte| *byte == b'\n')
        {
            let before = end.checked_sub(1).and_then(|before| content.get(before)).copied().unwrap_or(self.last);
            self.ends_with_cr = Some(before == b'\r');
        }
        self.last = content.last().copied().unwrap_or(self.last);
        self.length += count as u64;
        self.of_row += count as u64;
        if self.is_beyond() { Err(std::io::Error::other("a row is too long")) } else { Ok(count) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::{Input, Limits};

    fn table(content: &[u8]) -> CsvTable {
        CsvTable::open(&Input::from_bytes("x.csv", content, Limits::new()).unwrap().entries()[0]).unwrap()
    }

    #[test]
    fn a_row_without_end_is_refused() {
        let limits = Limits::new().line_bytes(100_000);
        let endless = "a,b\n1,\"".to_owned() + &"x\n".repeat(1_000_000);
        let input = Input::from_bytes("x.csv", endless, limits).unwrap();
        let mut table = CsvTable::open(&input.entries()[0]).unwrap();
        let error = table.next(&mut Report::default()).unwrap_err();
        assert!(matches!(error, Error::Limit { limit: "line_bytes", most: 100_000, .. }), "{error}");
        let many = "a,b\n".repeat(100_000);
        let mut table = self::table(many.as_bytes());
        while table.next(&mut Report::default()).unwrap().is_some() {}
    }

    #[test]
    fn rows_are_checked() {
        let content =
            b"\xef\xbb\xbf\"Code\",Name\r\n1,\"one\nor \"\"1\"\"\"\r\n2\r\n\r\n3, three \r\n4,f\xfcnf\r\n".as_slice();
        let mut report = Report::default();
        let mut table = table(content);
        let [code, name] = table.columns(["CODE", "name"]).unwrap();
        let mut rows = Vec::new();
        while let Some(line) = table.next(&mut report).unwrap() {
            rows.push((line, table.field(code).to_owned(), table.field(name).to_owned()));
        }
        let expected = [(2, "1", "one\nor \"1\""), (6, "3", "three"), (7, "4", "f\u{fffd}nf")];
        assert_eq!(rows, expected.map(|(line, code, name)| (line, code.to_owned(), name.to_owned())));
        let found: Vec<_> = report.entries().iter().map(|entry| (entry.rule, entry.place.line)).collect();
        assert_eq!(found, [("field-count", Some(4)), ("padded-text", Some(6)), ("undecodable", Some(7))]);
        assert_eq!(report.rows, 4);
        assert!(table.column("other").is_none() && table.columns(["other"]).is_err());
    }

    #[test]
    fn every_line_end_counts_the_same() {
        let text = "a,b\n1,\"x\ny\"\n\n\n2,z\n3,end";
        for ending in ["\n", "\r\n"] {
            for end in ["", ending] {
                let content = text.replace('\n', ending) + end;
                let mut table = table(content.as_bytes());
                let next = || table.next(&mut Report::default()).unwrap();
                let lines: Vec<_> = std::iter::from_fn(next).collect();
                assert_eq!(lines, [2, 6, 7], "{content:?}");
            }
        }
    }
}
