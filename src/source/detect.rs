//! Names the format of a file from its content; the file's name counts for nothing.
//!
//! Text is judged by its first 64 KiB. A workbook is judged by the headings of its first sheet, which takes
//! the feature `xlsx`; without it every workbook is unknown.

use std::io::Read as _;
use std::path::Path;

use super::encoding::{decode, lines};
pub use super::format::Format;
#[cfg(feature = "xlsx")]
use super::spreadsheet::{self, Workbook, find_header};
use super::{Input, InputEntry, icd10cm};
use crate::{Error, Result};

/// How much of a text file is read.
const SAMPLE_BYTES: u64 = 64 * 1024;

/// How many files of an input tell its format.
const SAMPLE_FILES: usize = 1000;

/// Names the format of a file, or of what a folder or archive holds; [`Format::Unknown`] if it is none that this crate
/// reads.
///
/// # Errors
///
/// [`Error::Io`] if it cannot be read. What is damaged, refused or beyond a limit is no error, but unknown.
pub fn detect(path: impl AsRef<Path>) -> Result<Format> {
    match Input::open(path).and_then(|input| detect_input(&input)) {
        Err(Error::Source { .. } | Error::Limit { .. } | Error::Feature { .. }) => Ok(Format::Unknown),
        found => found,
    }
}

/// Names the format of an input: the one that its files have, where files of no known format and, beside other formats,
/// plain tables do not count. [`Format::Unknown`] if there is none, or several. Of very many files, the first thousand
/// are looked at.
///
/// # Errors
///
/// Those of reading the input.
pub fn detect_input(input: &Input) -> Result<Format> {
    let mut found = Format::Unknown;
    let entries = input.entries();
    for (_, format) in formats_of(entries.get(..SAMPLE_FILES).unwrap_or(entries))? {
        match (found, format) {
            (_, Format::Unknown) => {}
            (Format::Unknown | Format::Delimited, _) => found = format,
            (_, Format::Delimited) => {}
            (found, format) if found != format => return Ok(Format::Unknown),
            _ => {}
        }
    }
    Ok(found)
}

/// Files, each with its format.
pub(super) fn formats_of(entries: &[InputEntry]) -> Result<Vec<(&InputEntry, Format)>> {
    let mut found = Vec::new();
    Input::for_each(entries, |entry, reader| {
        let mut start = Vec::new();
        reader.take(SAMPLE_BYTES + 1).read_to_end(&mut start).map_err(|error| entry.error(error))?;
        found.push((entry, format_of(entry, &start)?));
        Ok(())
    })?;
    Ok(found)
}

fn format_of(entry: &InputEntry, start: &[u8]) -> Result<Format> {
    let is_whole = start.len() as u64 <= SAMPLE_BYTES;
    let text = text_of(start, is_whole).unwrap_or_default();
    let sample = Sample {
        rows: rows_of(&text, is_whole),
        root: root_of(&text),
        #[cfg(feature = "xlsx")]
        sheet: if start.starts_with(b"PK\x03\x04") { first_sheet(entry.read()?) } else { Vec::new() },
    };
    #[cfg(not(feature = "xlsx"))]
    let _ = entry;
    Ok(Format::ALL.iter().copied().find(|format| format.knows(&sample)).unwrap_or(Format::Unknown))
}

/// What of a file tells its format.
pub(super) struct Sample<'a> {
    /// The first lines of a text that are not blank; none of what is no text.
    pub(super) rows: Vec<&'a str>,
    /// The name of the element that an XML text is, without a prefix; empty for other texts.
    root: &'a str,
    /// The first sheet of a workbook; empty for what is none.
    #[cfg(feature = "xlsx")]
    sheet: Vec<spreadsheet::Row>,
}

impl Sample<'_> {
    /// The first lines of a text that are not blank.
    pub(super) fn rows(&self) -> &[&str] {
        &self.rows
    }

    /// Whether a row of the first sheet has these headings.
    #[cfg(feature = "xlsx")]
    pub(super) fn sheet_has<const N: usize>(&self, headings: [&str; N]) -> bool {
        find_header(&self.sheet, headings).is_some()
    }

    /// Without the feature `xlsx` no workbook can be opened.
    #[cfg(not(feature = "xlsx"))]
    pub(super) fn sheet_has<const N: usize>(&self, _: [&str; N]) -> bool {
        false
    }
}

pub(super) fn is_tt06(sample: &Sample<'_>) -> bool {
    sample.rows.first().is_some_and(|row| cells(row).any(|cell| cell == "camBenhChinh"))
        || sample.sheet_has(["disease_code", "section_code"])
}

pub(super) fn is_qd4469(sample: &Sample<'_>) -> bool {
    sample.sheet_has(["MÃ BỆNH", "MÃ BỆNH KHÔNG DẤU"])
}

pub(super) fn is_icd10cm_order(sample: &Sample<'_>) -> bool {
    !sample.rows.is_empty() && sample.rows.iter().take(5).all(|row| icd10cm::Record::parse(row).is_ok())
}

/// A resource tells its kind in its first lines: where its members are sorted by their names, content may come first.
pub(super) fn is_fhir(sample: &Sample<'_>) -> bool {
    let starts_with = |sign| sample.rows.first().is_some_and(|row| row.trim_start().starts_with(sign));
    let says = |word: &str| sample.rows.iter().any(|row| row.contains(word));
    starts_with('{') && says("\"resourceType\"") || starts_with('<') && says("\"http://hl7.org/fhir\"")
}

pub(super) fn is_claml(sample: &Sample<'_>) -> bool {
    sample.root == "ClaML"
}

/// An index alone is known too, so that its reader can say what it lacks.
pub(super) fn is_icd10cm_tabular(sample: &Sample<'_>) -> bool {
    matches!(sample.root, "ICD10CM.tabular" | "ICD10CM.index")
}

pub(super) fn is_icd10pcs_tables(sample: &Sample<'_>) -> bool {
    sample.root == "ICD10PCS.tabular"
}

pub(super) fn is_loinc(sample: &Sample<'_>) -> bool {
    heads(sample, &["LOINC_NUM", "LONG_COMMON_NAME", "STATUS"])
}

pub(super) fn is_atc(sample: &Sample<'_>) -> bool {
    heads(sample, &["atc_code", "atc_name"]) || heads(sample, &["ATC code", "ATC level name"])
}

/// Whether the first row has all of these headings.
fn heads(sample: &Sample<'_>, headings: &[&str]) -> bool {
    let is_there = |row: &str, heading: &str| cells(row).any(|cell| cell.eq_ignore_ascii_case(heading));
    sample.rows.first().is_some_and(|row| headings.iter().all(|heading| is_there(row, heading)))
}

pub(super) fn is_delimited(sample: &Sample<'_>) -> bool {
    is_table(&sample.rows)
}

/// The first rows of the first sheet; none of a workbook that cannot be opened.
#[cfg(feature = "xlsx")]
fn first_sheet(content: Vec<u8>) -> Vec<spreadsheet::Row> {
    let rows = Workbook::of(String::new(), content).and_then(|mut book| match book.sheet_names().first() {
        Some(sheet) => book.head(sheet),
        None => Ok(Vec::new()),
    });
    rows.unwrap_or_default()
}

/// The text of a sample; `None` if it is no text.
fn text_of(sample: &[u8], is_whole: bool) -> Option<String> {
    let sample = if is_whole { sample } else { without_torn_letter(sample) };
    let text = decode(sample, None).text;
    let is_binary = text.contains(|c: char| c.is_control() && !matches!(c, '\t' | '\r' | '\n' | '\x0c' | '\x1a'));
    (!is_binary).then(|| text.into_owned())
}

fn rows_of(text: &str, is_whole: bool) -> Vec<&str> {
    let mut rows: Vec<&str> = lines(text).map(|(_, line)| line).filter(|line| !line.trim().is_empty()).collect();
    if !is_whole && rows.len() > 1 {
        // The last line is cut off.
        rows.pop();
    }
    rows
}

/// The name of the first element of a text that is XML, behind its declarations and comments.
fn root_of(text: &str) -> &str {
    let mut rest = text.trim_start();
    while let Some(tag) = rest.strip_prefix('<') {
        let end = match tag.as_bytes() {
            [b'?', ..] => "?>",
            [b'!', b'-', ..] => "-->",
            [b'!', ..] if tag.split('>').next().is_some_and(|start| start.contains('[')) => "]>",
            [b'!', ..] => ">",
            _ => {
                let name = tag.split(|c: char| c.is_whitespace() || matches!(c, '>' | '/')).next().unwrap_or_default();
                return name.rsplit_once(':').map_or(name, |(_, local)| local);
            }
        };
        rest = tag.split_once(end).map_or("", |(_, behind)| behind.trim_start());
    }
    ""
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
            (procedures, Format::Icd10PcsOrder),
            ("id\teffectiveTime\tactive\tmoduleId\tdefinitionStatusId\r\n", Format::SnomedRf2),
            ("# by hand\nid\teffectiveTime\tactive\tmoduleId\trefsetId\treferencedComponentId\n", Format::SnomedRf2),
            ("id\teffectiveTime\tactive\nA\t1\t1\n", Format::Delimited),
            ("\"LOINC_NUM\",\"COMPONENT\",\"STATUS\",\"LONG_COMMON_NAME\"\r\n", Format::Loinc),
            ("LOINC_NUM,LONG_COMMON_NAME\n", Format::Delimited),
            ("atc_code,atc_name,ddd\nA,ALIMENTARY,NA\n", Format::Atc),
            ("ATC code;ATC level name\n", Format::Atc),
            ("101|ENG||||||9001|9001|101||RXNORM|IN|101|widgetine||N|4096|\n", Format::RxNorm),
            ("C1|ENG|P|L1|PF|S1|Y|A1||M1|D1|MSH|PM|D1|widgetine||N|4096|\n", Format::Delimited),
            ("C1|C2|R_1|RXNORM|R|R|1|||2020AA||c|c|0||||IN|NDC|ENG|UTF-8|Y|Y|RxNorm|c|\n", Format::RxNorm),
            ("Body Regions;A01\r\nHead; Neck;A01.456\r\n", Format::MeshTrees),
            ("Body Regions;A01\nHead;A1\nEar;A2\n", Format::Delimited),
            ("format-version: 1.2\nontology: hp\n", Format::Obo),
            ("! by hand\n[Term]\nid: X:1\n", Format::Obo),
            ("{\"graphs\": [{\"nodes\": []}]}", Format::OboGraph),
            ("subject_id\tpredicate_id\ttranslation_language\ttranslation_value\n", Format::Babelon),
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
    fn classifications() {
        let chapters: String = (1..=22).map(|number| format!("{number:02};Chapter\n")).collect();
        let tabulation = "\u{feff}Foundation URI\tLinearization URI\tCode\tBlockId\tTitle\tClassKind\tDepthInKind\t\
            IsResidual\tChapterNo\r\n\thttp://id.who.int/1\t\t\tI\tchapter\t1\tFalse\t01\r\n";
        for (text, format) in [
            ("<?xml version=\"1.0\"?>\n<!DOCTYPE ClaML SYSTEM \"a.dtd\">\n<ClaML version=\"2.0.0\">", Format::Claml),
            ("<!-- <x> --><!DOCTYPE a [<!ENTITY b \"c\">]>\n<n:ClaML/>", Format::Claml),
            ("<ICD10CM.tabular>\n<version>2021</version>", Format::Icd10CmTabular),
            ("<?xml version=\"1.0\"?><ICD10CM.index>", Format::Icd10CmTabular),
            ("\u{feff}<ICD10PCS.tabular\n>", Format::Icd10PcsTables),
            ("<!-- <ClaML>", Format::Unknown),
            ("<ClaMLs/>", Format::Unknown),
            (tabulation, Format::Icd11),
            (&tabulation.replace("BlockId", "Block"), Format::Delimited),
            (&chapters, Format::Icd10Metadata),
            (&chapters.replace("02;", "52;"), Format::Delimited),
            ("01;Hà Nội\n02;Hà Giang\n", Format::Delimited),
            ("A00;A09;01;Infections\r\nA15;A19;01;Tuberculosis\r\n", Format::Icd10Metadata),
            (
                "3;N;X;01;A00;A00.-;A00;A00;Cholera;002;4-002\n4;T;X;01;A00;A00.0;A00.0;A000;Classic;002\n",
                Format::Icd10Metadata,
            ),
            ("0010  Cholera due to vibrio\n00321 Local\nV010  Contact\n", Format::Icd9CmDiagnoses),
            ("0001 Therapeutic ultrasound\n640  Circumcision\n", Format::Icd9CmProcedures),
            // Equivalence mappings, and lines that begin with numbers.
            ("0010  A000    00000\n0011  A001    00000\n", Format::Unknown),
            ("00250 Second\n00100 First\n", Format::Unknown),
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
        assert_eq!(detect(folder.path()).unwrap(), Format::Unknown);
        assert!(matches!(detect(folder.path().join("none")), Err(Error::Io { .. })));
    }

    #[test]
    fn an_input_has_the_format_of_its_files() {
        let order = "00001 A00     0 Short                                                        Long\r\n";
        let detect_all = |files: &[&str]| {
            let folder = tempfile::tempdir().unwrap();
            for (number, text) in files.iter().enumerate() {
                std::fs::write(folder.path().join(number.to_string()), text).unwrap();
            }
            detect(folder.path()).unwrap()
        };
        let (table, tt06, letter) = ("a,b\nc,d\n", "code,camBenhChinh\nA00,0\n", "Dear all,\nthis is\na letter\n");
        assert_eq!(detect_all(&[letter, order, table]), Format::Icd10CmOrder);
        assert_eq!(detect_all(&[table, letter, table]), Format::Delimited);
        assert_eq!(detect_all(&[tt06, table, tt06]), Format::Tt06);
        assert_eq!(detect_all(&[tt06, table, order]), Format::Unknown);
        assert_eq!(detect_all(&[letter]), Format::Unknown);
    }
}
