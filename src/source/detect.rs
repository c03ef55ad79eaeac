//! Names the format of a file from its content; the file's name counts for nothing.
//!
//! Text is judged by its first 64 KiB. A workbook is judged by the headings of its first sheet, which takes
//! the feature `xlsx`; without it every workbook is unknown.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use super::encoding::{decode, lines};
use super::icd10cm;
use crate::{Error, Result};

/// A format that a reader of this crate reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Format {
    /// The Vietnamese ICD-10 of Circular 06/2026, as CSV or workbook; see [`tt06`](super::tt06).
    Tt06,
    /// The Vietnamese ICD-10 of Decision 4469/2020, as workbook; see [`qd4469`](super::qd4469).
    Qd4469,
    /// An ICD-10-CM order file; see [`icd10cm`].
    Icd10CmOrder,
    /// Some other table of delimited text; see [`delimited`](super::delimited).
    Delimited,
    /// None of these.
    Unknown,
}

impl Format {
    /// Its name, as on a command line: `tt06`, `qd4469`, `icd10cm-order`, `delimited`, `unknown`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Tt06 => "tt06",
            Self::Qd4469 => "qd4469",
            Self::Icd10CmOrder => "icd10cm-order",
            Self::Delimited => "delimited",
            Self::Unknown => "unknown",
        }
    }
}

impl std::fmt::Display for Format {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

/// How much of a text file is read.
const SAMPLE_BYTES: u64 = 64 * 1024;

/// Names the format of a file; [`Format::Unknown`] if it is none that this crate reads.
///
/// # Errors
///
/// [`Error::Io`] if the file cannot be read. A damaged workbook is no error, but unknown.
pub fn detect(path: impl AsRef<Path>) -> Result<Format> {
    let path = path.as_ref();
    let io = |source| Error::io(path, source);
    let mut sample = Vec::new();
    let file = File::open(path).map_err(io)?;
    file.take(SAMPLE_BYTES + 1).read_to_end(&mut sample).map_err(io)?;
    if sample.starts_with(b"PK\x03\x04") {
        return Ok(workbook::detect(path));
    }
    let is_whole = sample.len() as u64 <= SAMPLE_BYTES;
    Ok(detect_text(&sample, is_whole))
}

fn detect_text(sample: &[u8], is_whole: bool) -> Format {
    let sample = if is_whole { sample } else { without_torn_letter(sample) };
    let text = decode(sample, None).text;
    if text.contains(|c: char| c.is_control() && !matches!(c, '\t' | '\r' | '\n' | '\x0c' | '\x1a')) {
        return Format::Unknown;
    }
    let mut rows: Vec<&str> = lines(&text).map(|(_, line)| line).filter(|line| !line.trim().is_empty()).collect();
    if !is_whole && rows.len() > 1 {
        // The last line is cut off.
        rows.pop();
    }
    let Some(first) = rows.first() else { return Format::Unknown };
    if cells(first).any(|cell| cell == "camBenhChinh") {
        Format::Tt06
    } else if rows.iter().take(5).all(|row| icd10cm::Record::parse(row).is_ok()) {
        Format::Icd10CmOrder
    } else if is_table(&rows) {
        Format::Delimited
    } else {
        Format::Unknown
    }
}

/// The sample without the start of a UTF-8 sequence at its end, which would make it seem no UTF-8 at all.
fn without_torn_letter(sample: &[u8]) -> &[u8] {
    match std::str::from_utf8(sample) {
        Err(error) if error.error_len().is_none() => sample.get(..error.valid_up_to()).unwrap_or(sample),
        _ => sample,
    }
}

const DELIMITERS: [char; 4] = ['\t', ';', '|', ','];

fn cells(row: &str) -> impl Iterator<Item = &str> {
    row.split(DELIMITERS).map(|cell| cell.trim().trim_matches('"'))
}

/// Whether nine in ten rows, or all but one, have the same number of the same delimiter, quoted ones not counted.
fn is_table(rows: &[&str]) -> bool {
    let is_markup = rows.first().is_some_and(|row| row.trim_start().starts_with(['<', '{', '[']));
    !is_markup
        && DELIMITERS.into_iter().any(|delimiter| {
            let mut counts = std::collections::BTreeMap::new();
            for row in rows {
                *counts.entry(count_unquoted(row, delimiter)).or_insert(0usize) += 1;
            }
            counts.iter().any(|(&count, &alike)| {
                let others = rows.len() - alike;
                count > 0 && alike > others && others <= (rows.len() / 10).max(1)
            })
        })
}

fn count_unquoted(row: &str, delimiter: char) -> usize {
    // Every other piece between quotation marks is outside them.
    row.split('"').step_by(2).map(|piece| piece.matches(delimiter).count()).sum()
}

#[cfg(feature = "xlsx")]
mod workbook {
    use std::path::Path;

    use super::super::spreadsheet::{Workbook, find_header};
    use super::Format;

    /// Names the format of a workbook by the headings of its first sheet; one that cannot be opened is unknown.
    pub(super) fn detect(path: &Path) -> Format {
        let rows = Workbook::open(path).and_then(|(mut book, _)| match book.sheet_names().first() {
            Some(sheet) => book.rows(sheet),
            None => Ok(Vec::new()),
        });
        let rows = rows.unwrap_or_default();
        if find_header(&rows, ["disease_code", "section_code"]).is_some() {
            Format::Tt06
        } else if find_header(&rows, ["MÃ BỆNH", "MÃ BỆNH KHÔNG DẤU"]).is_some() {
            Format::Qd4469
        } else {
            Format::Unknown
        }
    }
}

#[cfg(not(feature = "xlsx"))]
mod workbook {
    use super::Format;

    /// Without the feature `xlsx` no workbook can be opened.
    pub(super) fn detect(_: &std::path::Path) -> Format {
        Format::Unknown
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    fn detect_bytes(bytes: &[u8]) -> Format {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(bytes).unwrap();
        detect(file.path()).unwrap()
    }

    #[test]
    fn text_formats() {
        let order = "00001 A00     0 Short                                                        Long\r\n";
        let procedures = "00001 001     0 Short                                                        Long\r\n";
        for (text, format) in [
            ("code,\"camBenhChinh\"\nA00,0\n", Format::Tt06),
            ("\u{feff}code;camBenhChinh\r\n", Format::Tt06),
            (order, Format::Icd10CmOrder),
            (procedures, Format::Unknown),
            ("Mã\tTên\nA\tb\n", Format::Delimited),
            ("code,name\nA,\"x, y\"\nB,z\n", Format::Delimited),
            ("List of codes\ncode|name\nA|b\nB|c\nC|d\n", Format::Delimited),
            ("code,name", Format::Delimited),
            ("Dear all,\nthis is a letter.\n\nYours,\nan author\n", Format::Unknown),
            ("{\"code\": 1,\n\"name\": 2}\n", Format::Unknown),
            ("<a b=\"1,2\"/>", Format::Unknown),
            ("", Format::Unknown),
            ("\r\r\n", Format::Unknown),
        ] {
            assert_eq!(detect_bytes(text.as_bytes()), format, "{text:?}");
        }
    }

    #[test]
    fn a_table_longer_than_the_sample() {
        for shift in 0..3 {
            let row = "mã,ổổổổổổ\n";
            let text = "x".repeat(shift) + &row.repeat(SAMPLE_BYTES as usize / row.len() + 2);
            assert_eq!(detect_bytes(text.as_bytes()), Format::Delimited, "{shift}");
        }
    }

    #[test]
    fn hostile_files() {
        let garbage: Vec<u8> = (0..100_000u32).map(|i| (i.wrapping_mul(2_654_435_761) >> 24) as u8).collect();
        for bytes in
            [garbage.as_slice(), b"a,b\n\0,\0\n", b"PK\x03\x04", b"PK\x03\x04 and no archive", &[b'x'; 1 << 20]]
        {
            assert_eq!(detect_bytes(bytes), Format::Unknown);
        }
        let folder = tempfile::tempdir().unwrap();
        assert!(matches!(detect(folder.path()), Err(Error::Io { .. })));
        assert!(matches!(detect(folder.path().join("none")), Err(Error::Io { .. })));
    }
}
