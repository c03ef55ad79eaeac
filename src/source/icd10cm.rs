//! ICD-10-CM order files: the yearly and half-yearly lists of the US clinical modification. Its tabular list, which has
//! notes, is read by `tabular`, its alphabetical indexes by `index` (feature `xml`).
//!
//! One line per code in fixed columns, counted from 1 (CMS and NCHS, "ICD-10-CM order file", layout in
//! `icd10OrderFiles.pdf` of each release): 1–5 order number, 7–13 code without a dot, 15 flag (0 for a
//! heading, 1 for a code valid on claims), 17–76 short description, from 78 long description.
//!
//! The draft has codes in their printed form, `A00.0`; the dot is no part of the file's form by rule, so
//! no `source_code` is kept. A parent is the longest listed prefix of a code: the levels that an `X`
//! merely fills (`T16.1X` of `T16.1XXA`) are often not listed.
//!
//! | rule | severity | meaning |
//! |---|---|---|
//! | `malformed-line` | refused | the line does not fit the columns |
//! | `duplicate-code` | refused | the code was listed before; the first line is kept |
//! | `order-number` | doubtful | the order number does not rise |
//! | `missing-long-description` | doubtful | only the short description is given and serves as name |
//! | `unknown-parent` | doubtful | a code of four or more characters has no listed prefix |
//! | `flag-contradicts-hierarchy` | doubtful | a valid code has finer ones, or a heading has none |
//! | `encoding-assumed`, `undecodable` | doubtful | see [`encoding`](super::encoding) |

#[cfg(feature = "xml")]
pub mod index;
#[cfg(feature = "xml")]
pub mod tabular;

use std::collections::HashMap;
use std::path::Path;

use super::encoding::{decode, lines, read_file};
use super::reader::begin_one;
use super::{
    Designation, DesignationUse, Draft, DraftConcept, EdgeKind, Format, Input, Parent, Place, ReadOptions, Reader,
    Reading, Report, Severity, SourceFile, Usability,
};
use crate::code::{CodeGrammar, Mark};
use crate::{Edition, Error, Result};

/// Reads an order file.
///
/// `version` is the edition's version; without it, the year and month in the file's name give it
/// (`icd10cm-order-April-2025.txt` is `2025-04`, `icd10cm_order_2026.txt` is `2026`). The dates in force
/// stay open, since no order file tells them: set [`Edition::in_force`] afterwards.
///
/// # Errors
///
/// [`Error::Io`] if the file cannot be read, [`Error::Argument`] if no version is given and the name tells
/// none, [`Error::Source`] if no line at all is one of an order file.
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

/// Reads an order file that an input holds, alone or beside other files. Uses [`ReadOptions::version`].
pub(super) struct FormatReader;

impl Reader for FormatReader {
    fn format(&self) -> Format {
        Format::Icd10CmOrder
    }

    fn read(&self, input: &Input, options: &ReadOptions) -> Result<Reading> {
        let (entry, report) = begin_one(input, self.format(), options)?;
        let version = version_of(entry.name(), options.version.as_deref())?;
        let (draft, report) = read_text(&entry.place().file, &entry.read()?, version, report)?;
        options.finish(draft, report)
    }
}

fn version_of(name: &str, told: Option<&str>) -> Result<String> {
    told.map(str::to_owned).or_else(|| version_in_name(name)).ok_or_else(|| Error::Argument {
        what: "version",
        value: String::new(),
        expected: format!("a version such as 2025-04, since the file name {name:?} tells none"),
    })
}

fn read_text(name: &str, bytes: &[u8], version: String, report: Report) -> Result<(Draft, Report)> {
    read_list(name, bytes, edition(version), CodeGrammar::Icd10, is_key, report)
}

/// Reads an order file of codes that `is_key` knows, written without dots.
pub(super) fn read_list(
    name: &str,
    bytes: &[u8],
    edition: Edition,
    grammar: CodeGrammar,
    is_key: fn(&str) -> bool,
    mut report: Report,
) -> Result<(Draft, Report)> {
    let decoded = decode(bytes, None);
    decoded.report(name, &mut report);

    let mut list = List {
        file: name,
        grammar,
        is_key,
        report,
        concepts: Vec::new(),
        origins: Vec::new(),
        by_key: HashMap::new(),
        last_order: None,
    };
    for (number, line) in lines(&decoded.text) {
        if !line.trim().is_empty() {
            list.add(number, line);
            list.report.check()?;
        }
    }
    if list.concepts.is_empty() {
        let list = edition.system.replace("icd", "ICD-").to_ascii_uppercase();
        return Err(Error::source(Place::file(name), format!("no line is one of an {list} order file")));
    }
    list.link();
    let draft = Draft { edition, grammar, language: "en".into(), concepts: list.concepts, ..Draft::default() };
    Ok((draft, list.report))
}

fn edition(version: String) -> Edition {
    Edition {
        system: "icd10-cm".into(),
        url: "http://hl7.org/fhir/sid/icd-10-cm".into(),
        title: format!("ICD-10-CM {version}"),
        version,
        issued_by: "National Center for Health Statistics and Centers for Medicare & Medicaid Services".into(),
        ..Edition::default()
    }
}

/// The year, and the month if there is one, in a file name such as `icd10cm-order-April-2025.txt`.
pub(super) fn version_in_name(name: &str) -> Option<String> {
    const MONTHS: [&str; 12] = [
        "january",
        "february",
        "march",
        "april",
        "may",
        "june",
        "july",
        "august",
        "september",
        "october",
        "november",
        "december",
    ];
    let month_of = |word: &str| {
        let word = word.to_lowercase();
        (1..).zip(MONTHS).find_map(|(number, month)| (word.len() >= 3 && month.starts_with(&word)).then_some(number))
    };
    let words = || name.split(|c: char| !c.is_alphanumeric());
    let year = words().rfind(|word| word.len() == 4 && word.bytes().all(|byte| byte.is_ascii_digit()))?;
    Some(words().find_map(month_of).map_or(year.to_owned(), |month: u8| format!("{year}-{month:02}")))
}

/// One line of an order file.
pub(super) struct Record<'a> {
    order: u32,
    key: &'a str,
    header: bool,
    short: &'a str,
    long: &'a str,
}

impl<'a> Record<'a> {
    /// Takes a line of ICD-10-CM apart, or says what is wrong with it.
    pub(super) fn parse(line: &'a str) -> Result<Self, &'static str> {
        Self::parse_with(line, is_key)
    }

    /// As [`Record::parse`], for codes that `is_key` knows.
    pub(super) fn parse_with(line: &'a str, is_key: fn(&str) -> bool) -> Result<Self, &'static str> {
        if [6, 14, 16, 77].into_iter().any(|blank| !columns(line, blank, blank).trim().is_empty()) {
            return Err("columns 6, 14, 16 and 77 should be blank");
        }
        let order = columns(line, 1, 5).parse().map_err(|_| "columns 1-5 are no order number")?;
        let key = columns(line, 7, 13).trim_end();
        if !is_key(key) {
            return Err("columns 7-13 are no code of the list");
        }
        let header = match columns(line, 15, 15) {
            "0" => true,
            "1" => false,
            _ => return Err("the flag in column 15 is neither 0 nor 1"),
        };
        let (short, long) = (columns(line, 17, 76).trim(), columns(line, 78, usize::MAX).trim());
        if short.is_empty() && long.is_empty() {
            return Err("there is no description");
        }
        Ok(Self { order, key, header, short, long })
    }

    fn designations(&self) -> Vec<Designation> {
        let name = if self.long.is_empty() { self.short } else { self.long };
        let mut designations = vec![Designation::preferred("en", name)];
        if !self.short.is_empty() && self.short != name {
            let r#use = DesignationUse::Abbreviated;
            designations.push(Designation {
                text: self.short.into(),
                language: "en".into(),
                r#use,
                ..Designation::default()
            });
        }
        designations
    }
}

/// The characters of a line from one column to another, counted from 1, both included.
fn columns(line: &str, first: usize, last: usize) -> &str {
    let byte_before = |column: usize| {
        if line.is_ascii() {
            return column.min(line.len());
        }
        line.char_indices().nth(column).map_or(line.len(), |(byte, _)| byte)
    };
    line.get(byte_before(first - 1)..byte_before(last)).unwrap_or_default()
}

/// A letter, a digit, a letter or digit, and up to four more (ICD-10-CM Official Guidelines, section I.A.2).
fn is_key(text: &str) -> bool {
    let mut bytes = text.bytes();
    (3..=7).contains(&text.len())
        && bytes.next().is_some_and(|byte| byte.is_ascii_uppercase())
        && bytes.next().is_some_and(|byte| byte.is_ascii_digit())
        && bytes.all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit())
}

/// The list as it grows.
struct List<'a> {
    file: &'a str,
    grammar: CodeGrammar,
    is_key: fn(&str) -> bool,
    report: Report,
    concepts: Vec<DraftConcept>,
    /// Where each concept was read: its line and key.
    origins: Vec<(u64, String)>,
    by_key: HashMap<String, usize>,
    last_order: Option<u32>,
}

impl List<'_> {
    fn add(&mut self, number: u64, line: &str) {
        self.report.rows += 1;
        let place = Place::line(self.file, number);
        let record = match Record::parse_with(line, self.is_key) {
            Ok(record) => record,
            Err(problem) => {
                let start: String = line.chars().take(40).collect();
                let message = format!("{problem}: {start:?}");
                return self.report.add(Severity::Refused, "malformed-line", place, None, message);
            }
        };
        let key = Some(record.key);
        if self.last_order.replace(record.order).is_some_and(|last| record.order <= last) {
            let message = format!("order number {} does not rise", record.order);
            self.report.add(Severity::Doubtful, "order-number", place.clone(), key, message);
        }
        if record.long.is_empty() {
            let message = "only the short description is given";
            self.report.add(Severity::Doubtful, "missing-long-description", place.clone(), key, message);
        }
        if let Some((first, _)) = self.by_key.get(record.key).and_then(|&index| self.origins.get(index)) {
            let message = format!("already listed in line {first}, which is kept");
            return self.report.add(Severity::Refused, "duplicate-code", place, key, message);
        }
        self.by_key.insert(record.key.to_owned(), self.concepts.len());
        self.origins.push((number, record.key.to_owned()));
        self.concepts.push(DraftConcept {
            code: printed(self.grammar, record.key),
            mark: Mark::None,
            usability: if record.header { Usability::Heading } else { Usability::Usable },
            designations: record.designations(),
            ..DraftConcept::default()
        });
    }

    /// Hangs each code below its longest listed prefix, and compares the outcome with the flags.
    fn link(&mut self) {
        let mut has_finer = vec![false; self.concepts.len()];
        for (concept, (line, key)) in self.concepts.iter_mut().zip(&self.origins) {
            let parent =
                (3..key.len()).rev().filter_map(|end| key.get(..end)).find(|&key| self.by_key.contains_key(key));
            if let Some(parent) = parent {
                concept.parents.push(Parent { code: printed(self.grammar, parent), kind: EdgeKind::IsA });
                if let Some(flag) = self.by_key.get(parent).and_then(|&index| has_finer.get_mut(index)) {
                    *flag = true;
                }
            } else if key.len() > 3 {
                let message = "neither its category nor anything between is listed";
                self.report.add(
                    Severity::Doubtful,
                    "unknown-parent",
                    Place::line(self.file, *line),
                    Some(key),
                    message,
                );
            }
        }
        for ((concept, (line, key)), has_finer) in self.concepts.iter().zip(&self.origins).zip(has_finer) {
            let message = match (concept.usability, has_finer) {
                (Usability::Usable, true) => "flagged as valid, but finer codes are listed",
                (Usability::Heading, false) => "flagged as a heading, but no finer code is listed",
                _ => continue,
            };
            let place = Place::line(self.file, *line);
            self.report.add(Severity::Doubtful, "flag-contradicts-hierarchy", place, Some(key), message);
        }
    }
}

fn printed(grammar: CodeGrammar, key: &str) -> String {
    let mut out = String::with_capacity(key.len() + 1);
    grammar.render(key, &mut out);
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn line(order: u32, key: &str, flag: u8, short: &str, long: &str) -> String {
        format!("{order:05} {key:<7} {flag} {short:<60} {long}\r\n")
    }

    fn read(text: &str) -> (Draft, Report) {
        read_order_bytes("order-2025.txt", text.as_bytes(), None).unwrap()
    }

    fn rules(report: &Report) -> Vec<(&'static str, Option<u64>)> {
        report.entries().iter().map(|entry| (entry.rule, entry.place.line)).collect()
    }

    #[test]
    fn lines_become_a_hierarchy() {
        let (draft, report) = read(
            &[
                line(1, "T16", 0, "Thing in ear", "Thing in ear"),
                line(2, "T161", 0, "Thing in right ear", "Thing in right ear"),
                line(3, "T161XXA", 1, "Thing in right ear, init", "Thing in right ear, initial encounter"),
                line(4, "X09", 1, "Exposure", "Exposure"),
            ]
            .concat(),
        );
        assert_eq!(report.entries(), []);
        assert_eq!(report.rows, 4);
        assert_eq!(draft.edition.to_string(), "icd10-cm|2025");
        let [category, finer, leaf, single] = draft.concepts.as_slice() else { panic!() };
        assert_eq!([&category.code, &finer.code, &leaf.code, &single.code], ["T16", "T16.1", "T16.1XXA", "X09"]);
        assert_eq!((category.usability, single.usability), (Usability::Heading, Usability::Usable));
        assert_eq!(leaf.parents, [Parent { code: "T16.1".into(), kind: EdgeKind::IsA }]);
        assert_eq!(finer.designations, [Designation::preferred("en", "Thing in right ear")]);
        assert_eq!(leaf.designations[0], Designation::preferred("en", "Thing in right ear, initial encounter"));
        assert_eq!(leaf.designations[1].r#use, DesignationUse::Abbreviated);
    }

    #[test]
    fn findings_name_their_line() {
        let bad_flag = line(4, "A02", 1, "x", "x").replace(" 1 ", " 2 ");
        let text = [
            &line(1, "A00", 1, "Valid, yet with finer codes", "Valid, yet with finer codes"),
            &line(2, "A000", 0, "Heading without finer codes", ""),
            "\r\n",
            &bad_flag,
            &line(4, "A00", 1, "Again", "Again"),
            &line(3, "B011", 1, "Orphan", "Orphan"),
            "00009 a lower case line",
            "\r\u{0}\r",
            &line(5, "0016070", 1, "A procedure", "A procedure"),
        ]
        .concat();
        let (draft, report) = read(&text);
        assert_eq!(draft.concepts.len(), 3);
        assert_eq!(report.rows, 8);
        assert_eq!(
            rules(&report),
            [
                ("missing-long-description", Some(2)),
                ("malformed-line", Some(4)),
                ("duplicate-code", Some(5)),
                ("order-number", Some(6)),
                ("malformed-line", Some(7)),
                ("malformed-line", Some(8)),
                ("malformed-line", Some(9)),
                ("unknown-parent", Some(6)),
                ("flag-contradicts-hierarchy", Some(1)),
                ("flag-contradicts-hierarchy", Some(2)),
            ]
        );
    }

    #[test]
    fn western_letters_do_not_shift_columns() {
        let text = line(1, "H81", 1, "Ménière", "Ménière's disease");
        let windows: Vec<u8> = text.chars().map(|c| u8::try_from(u32::from(c)).unwrap()).collect();
        for bytes in [text.as_bytes(), &windows] {
            let (draft, _) = read_order_bytes("x", bytes, Some("2025")).unwrap();
            assert_eq!(draft.concepts[0].designations[0].text, "Ménière's disease");
            assert_eq!(draft.concepts[0].designations[1].text, "Ménière");
        }
    }

    #[test]
    fn the_file_name_tells_the_version() {
        for (name, version) in [
            ("icd10cm-order-April-2025.txt", Some("2025-04")),
            ("icd10cm-order-Jan-2021.txt", Some("2021-01")),
            ("icd10cm_order_2026.txt", Some("2026")),
            ("icd10cm-order-April-1-2026.txt", Some("2026-04")),
            ("order.txt", None),
            ("order-20250401.txt", None),
        ] {
            assert_eq!(version_in_name(name).as_deref(), version, "{name}");
        }
        let text = line(1, "X09", 1, "Exposure", "Exposure");
        assert!(matches!(read_order_bytes("order.txt", text.as_bytes(), None), Err(Error::Argument { .. })));
    }

    #[test]
    fn what_is_no_order_file_is_an_error() {
        let mut long_line = "x".repeat(1 << 20).into_bytes();
        long_line.push(0xff);
        for bytes in [b"".as_slice(), b"\r\n\r\n", b"code,name\nA00,x\n", b"\x00\x01\x02\xff\xfe", &long_line] {
            assert!(matches!(read_order_bytes("x", bytes, Some("1")), Err(Error::Source { .. })));
        }
        let folder = tempfile::tempdir().unwrap();
        assert!(matches!(read_order(folder.path(), Some("1")), Err(Error::Io { .. })));
        assert!(matches!(read_order(folder.path().join("none"), Some("1")), Err(Error::Io { .. })));
    }

    proptest! {
        /// Every line ends up in the draft or as a refusal, whatever was done to the file.
        #[test]
        fn nothing_is_lost(edits in prop::collection::vec((0usize..400, any::<u8>()), 0..20)) {
            let mut bytes = [
                line(1, "T16", 0, "Thing in ear", "Thing in ear"),
                line(2, "T161", 0, "Thing in right ear", "Thing in right ear"),
                line(3, "T161XXA", 1, "Thing in right ear, init", "Thing in right ear, initial encounter"),
            ].concat().into_bytes();
            for (at, byte) in edits {
                if let Some(place) = bytes.get_mut(at) {
                    *place = byte;
                }
            }
            if let Ok((draft, report)) = read_order_bytes("x", &bytes, Some("1")) {
                prop_assert_eq!(report.rows as usize, draft.concepts.len() + report.count(Severity::Refused));
            }
        }
    }
}
