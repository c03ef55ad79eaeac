//! General Equivalence Mappings between ICD-9-CM and ICD-10-CM or ICD-10-PCS, as CMS and NCHS released them.
//!
//! | source document | used | ignored, and why |
//! |---|---|---|
//! | CMS, *General Equivalence Mappings: Documentation and User's Guide*, diagnoses and procedures, 2007–2018: text files of three columns between spaces | source code, target code, five flags: approximate, no map, combination, scenario, choice list | nothing |
//!
//! Codes come without dots and are printed with theirs (`0010` is `001.0`, `A000` is `A00.0`; procedures of ICD-10-PCS
//! have none). Which two systems a file maps, and in which direction, its codes tell.
//!
//! A row with the approximate flag 0 is [`Equivalent`](Relationship::Equivalent), with 1
//! [`RelatedTo`](Relationship::RelatedTo); where there is no target (`NoDx`, `NoPCS`, `NoI9`), nothing is said. Rows of a
//! combination keep their scenario and choice list: each scenario is a whole translation, and takes one target from each
//! of its choice lists. Rows with scenario 0 are alternatives, each a whole translation. The first three flags stay as
//! the properties `approximate`, `no-map` and `combination`, 0 or 1.
//!
//! | rule | severity | meaning |
//! |---|---|---|
//! | `malformed-line` | refused | the line is not two codes and five flags |
//! | `bad-code` | refused | a code is none of its system |
//! | `lower-case-code` | repaired | a code has small letters; it is printed with capitals |
//! | `flags-contradict` | doubtful | the flags say that there is no target, and there is one, or the reverse; or of the combination flag and scenario or choice, one is missing |
//! | `repeated-row` | doubtful | the same source, target, scenario and choice list again |
//! | `undecodable` | doubtful | bytes that are no UTF-8 became U+FFFD |
//! | `line-too-long` | refused | a line of more than a mebibyte was passed over |
//!
//! The files are in the public domain.

use std::collections::HashSet;
use std::path::Path;

use super::lines::{each_line, shown, version_or, year_in_name};
use super::parts::Part;
use super::{MapDraft, MapRow, MapSide, Place, Relationship, Report, Severity};
use crate::code::CodeGrammar;
use crate::{Edition, Error, Result};

/// Reads a file.
///
/// `version` is the version of the map; without it, the year in the file's name is (`2018_I9gem.txt` is `2018`).
///
/// # Errors
///
/// [`Error::Io`] if the file cannot be read, [`Error::Argument`] if no version is given and the name tells none,
/// [`Error::Source`] if no line at all is one of such a file.
pub fn read(path: impl AsRef<Path>, version: Option<&str>) -> Result<(MapDraft, Report)> {
    read_part(&Part::file(path.as_ref().to_owned()), version)
}

/// Reads a file whose content is at hand; `name` is what the report calls it. See [`read`].
pub fn read_bytes(name: &str, bytes: &[u8], version: Option<&str>) -> Result<(MapDraft, Report)> {
    read_part(&Part::bytes(name, bytes), version)
}

fn read_part(part: &Part<'_>, version: Option<&str>) -> Result<(MapDraft, Report)> {
    let name = part.name.as_str();
    let version = version_or(version, year_in_name(name), name)?;
    let mut report = Report::default();
    let mut records = Vec::new();
    each_line(part, &mut report, |number, line, report| {
        report.rows += 1;
        match Record::parse(number, line) {
            Some(record) => records.push(record),
            None => {
                let message = format!("not two codes and five flags: {:?}", shown(line));
                report.add(Severity::Refused, "malformed-line", Place::line(name, number), None, message);
            }
        }
        Ok(())
    })?;
    let [source, target] = direction(&records)
        .ok_or_else(|| Error::source(Place::file(name), "no line is one of a General Equivalence Mapping"))?;

    let mut rows = Vec::with_capacity(records.len());
    let mut seen = HashSet::with_capacity(records.len());
    for record in &records {
        let place = Place::line(name, u64::from(record.line));
        let [from, to] = [&record.source, &record.target].map(|code| code.to_ascii_uppercase());
        let (Some(from), Some(to)) = (source.printed(&from), target.printed_or_none(&to)) else {
            let message = format!("{} or {} is no code of its system", record.source, record.target);
            report.add(Severity::Refused, "bad-code", place, Some(&record.source), message);
            continue;
        };
        if [&record.source, &record.target].into_iter().any(|code| is_lower_case(code)) {
            let message = format!("{} or {} has small letters", record.source, record.target);
            report.add(Severity::Repaired, "lower-case-code", place.clone(), Some(&from), message);
        }
        if let Some(problem) = record.contradiction() {
            report.add(Severity::Doubtful, "flags-contradict", place.clone(), Some(&from), problem);
        }
        if !seen.insert((&record.source, &record.target, record.scenario, record.choice)) {
            let message = format!("{} is listed again", record.target);
            report.add(Severity::Doubtful, "repeated-row", place, Some(&from), message);
        }
        let flag = |name: &str, flag: bool| (name.to_owned(), u8::from(flag).to_string());
        let relationship = if record.approximate { Relationship::RelatedTo } else { Relationship::Equivalent };
        rows.push(MapRow {
            source: from,
            relationship: to.is_some().then_some(relationship),
            target: to,
            scenario: record.scenario,
            choice: record.choice,
            properties: vec![
                flag("approximate", record.approximate),
                flag("no-map", record.no_map),
                flag("combination", record.combination),
            ],
            line: record.line,
            ..MapRow::default()
        });
    }
    let side = |system: System, version: &str| MapSide {
        system: system.name().to_owned(),
        // ICD-9-CM is not released any more; the year is that of the other.
        version: if system.is_icd_9() { String::new() } else { version.to_owned() },
        grammar: system.grammar(),
    };
    let edition = Edition {
        system: format!("{}-to-{}", source.name(), target.name()),
        title: format!("General Equivalence Mapping {version}: {} to {}", source.title(), target.title()),
        issued_by: "Centers for Medicare & Medicaid Services and National Center for Health Statistics".into(),
        version: version.clone(),
        ..Edition::default()
    };
    let (source, target) = (side(source, &version), side(target, &version));
    Ok((MapDraft { edition, source, target, rows, ..MapDraft::default() }, report))
}

/// One line.
struct Record {
    line: u32,
    source: String,
    target: String,
    approximate: bool,
    no_map: bool,
    combination: bool,
    scenario: u16,
    choice: u16,
}

impl Record {
    fn parse(number: u64, line: &str) -> Option<Self> {
        let mut fields = line.split_ascii_whitespace();
        let (source, target, flags) = (fields.next()?, fields.next()?, fields.next()?);
        let is_code = |code: &str| code.len() <= 7 && code.bytes().all(|byte| byte.is_ascii_alphanumeric());
        let &[approximate, no_map, combination, scenario, choice] = flags.as_bytes().first_chunk()?;
        let flag = |byte: u8| matches!(byte, b'0' | b'1').then_some(byte == b'1');
        let digit = |byte: u8| byte.is_ascii_digit().then(|| u16::from(byte - b'0'));
        if fields.next().is_some() || flags.len() != 5 || !is_code(source) || !is_code(target) {
            return None;
        }
        Some(Self {
            line: u32::try_from(number).ok()?,
            source: source.to_owned(),
            target: target.to_owned(),
            approximate: flag(approximate)?,
            no_map: flag(no_map)?,
            combination: flag(combination)?,
            scenario: digit(scenario)?,
            choice: digit(choice)?,
        })
    }

    fn has_no_target(&self) -> bool {
        is_no_target(&self.target)
    }

    fn contradiction(&self) -> Option<&'static str> {
        if self.no_map && !self.has_no_target() {
            return Some("flagged as having no target, but it has one");
        }
        // The procedure files have `NoI9` without the flag.
        if self.combination && (self.scenario == 0 || self.choice == 0) {
            return Some("flagged as part of a combination, but without scenario or choice list");
        }
        (!self.combination && (self.scenario > 0 || self.choice > 0))
            .then_some("it has a scenario or choice list, but is not flagged as part of a combination")
    }
}

/// What stands in place of a target.
const NO_TARGET: [&str; 4] = ["NoDx", "NoPCS", "NoI9", "NoPx"];

fn is_no_target(text: &str) -> bool {
    NO_TARGET.iter().any(|none| none.eq_ignore_ascii_case(text))
}

fn is_lower_case(code: &str) -> bool {
    !is_no_target(code) && code.bytes().any(|byte| byte.is_ascii_lowercase())
}

/// A system that the mappings know.
#[derive(Clone, Copy, PartialEq, Eq)]
enum System {
    Icd9,
    Icd9Procedure,
    Icd10Cm,
    Icd10Pcs,
}

impl System {
    fn name(self) -> &'static str {
        match self {
            Self::Icd9 => "icd9-cm",
            Self::Icd9Procedure => "icd9-cm-procedures",
            Self::Icd10Cm => "icd10-cm",
            Self::Icd10Pcs => "icd10-pcs",
        }
    }

    fn title(self) -> &'static str {
        match self {
            Self::Icd9 => "ICD-9-CM",
            Self::Icd9Procedure => "ICD-9-CM procedures",
            Self::Icd10Cm => "ICD-10-CM",
            Self::Icd10Pcs => "ICD-10-PCS",
        }
    }

    fn is_icd_9(self) -> bool {
        matches!(self, Self::Icd9 | Self::Icd9Procedure)
    }

    fn grammar(self) -> CodeGrammar {
        match self {
            Self::Icd9 => CodeGrammar::Icd9,
            Self::Icd9Procedure => CodeGrammar::Icd9Procedure,
            Self::Icd10Cm => CodeGrammar::Icd10,
            Self::Icd10Pcs => CodeGrammar::Verbatim,
        }
    }

    /// Whether a code without its dot has the shape of the system's codes.
    fn has(self, code: &str) -> bool {
        let (bytes, length) = (code.as_bytes(), code.len());
        let digits = |from: usize| bytes.iter().skip(from).all(u8::is_ascii_digit);
        match self {
            Self::Icd9 => match bytes.first() {
                Some(b'E') => (4..=5).contains(&length) && digits(1),
                Some(b'V') => (3..=5).contains(&length) && digits(1),
                _ => (3..=5).contains(&length) && digits(0),
            },
            Self::Icd9Procedure => (2..=4).contains(&length) && digits(0),
            Self::Icd10Cm => {
                (3..=7).contains(&length)
                    && bytes.first().is_some_and(u8::is_ascii_uppercase)
                    && bytes.get(1).is_some_and(u8::is_ascii_digit)
            }
            Self::Icd10Pcs => length == 7,
        }
    }

    fn printed(self, code: &str) -> Option<String> {
        let key = Some(code).filter(|code| self.has(code)).and_then(|code| self.grammar().parse(code))?;
        let mut printed = String::with_capacity(code.len() + 1);
        self.grammar().render(key.as_str(), &mut printed);
        Some(printed)
    }

    /// `Some(None)` where the file says that there is no target.
    fn printed_or_none(self, code: &str) -> Option<Option<String>> {
        if is_no_target(code) {
            return Some(None);
        }
        self.printed(code).map(Some)
    }
}

/// The two systems that most rows fit; `None` if there are no rows that fit.
fn direction(records: &[Record]) -> Option<[System; 2]> {
    const DIRECTIONS: [[System; 2]; 4] = [
        [System::Icd9, System::Icd10Cm],
        [System::Icd10Cm, System::Icd9],
        [System::Icd9Procedure, System::Icd10Pcs],
        [System::Icd10Pcs, System::Icd9Procedure],
    ];
    let fitting = |[source, target]: [System; 2]| {
        let fits = |record: &&Record| source.has(&record.source) && target.has(&record.target);
        records.iter().filter(fits).count()
    };
    let counted = DIRECTIONS.into_iter().map(|direction| (fitting(direction), direction));
    counted.rev().max_by_key(|(count, _)| *count).filter(|(count, _)| *count > 0).map(|(_, direction)| direction)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const DIAGNOSES: &str = "\
0010  A000    00000\n\
36616 H2510   10000\n\
36570 NoDx    11000\n\
E8000 V810XXA 10000\n\
V1005 Z85038  10000\n\
24951 E0831   10111\r\n\
24951 E0839   10112\r\n\
24951 E1331   10121\r\n";

    fn read(text: &str) -> (MapDraft, Report) {
        read_bytes("2018_I9gem.txt", text.as_bytes(), None).unwrap()
    }

    fn rules(report: &Report) -> Vec<(&'static str, Option<u64>)> {
        report.entries().iter().map(|entry| (entry.rule, entry.place.line)).collect()
    }

    #[test]
    fn rows_keep_their_flags() {
        let (draft, report) = read(DIAGNOSES);
        assert_eq!((report.entries().len(), report.rows), (0, 8));
        assert_eq!(draft.edition.to_string(), "icd9-cm-to-icd10-cm|2018");
        assert_eq!((draft.source.grammar, draft.target.version.as_str()), (CodeGrammar::Icd9, "2018"));
        let codes: Vec<_> = draft.rows.iter().map(|row| (row.source.as_str(), row.target.as_deref())).collect();
        assert_eq!(codes[..3], [("001.0", Some("A00.0")), ("366.16", Some("H25.10")), ("365.70", None)]);
        assert_eq!(codes[3..5], [("E800.0", Some("V81.0XXA")), ("V10.05", Some("Z85.038"))]);
        let said: Vec<_> = draft.rows.iter().map(|row| row.relationship).collect();
        assert_eq!(said[..3], [Some(Relationship::Equivalent), Some(Relationship::RelatedTo), None]);
        let combined: Vec<_> = draft.rows[5..].iter().map(|row| (row.scenario, row.choice, row.line)).collect();
        assert_eq!(combined, [(1, 1, 6), (1, 2, 7), (2, 1, 8)]);
        assert_eq!(draft.rows[5].properties[2], ("combination".to_owned(), "1".to_owned()));
    }

    #[test]
    fn the_codes_tell_the_direction() {
        for (text, systems, codes) in [
            ("A000    0010  00000\nV810XXA E8000 10000\n", ["icd10-cm", "icd9-cm"], ["A00.0", "001.0"]),
            ("0231 0016070 10000\n", ["icd9-cm-procedures", "icd10-pcs"], ["02.31", "0016070"]),
            ("0016070 0231  10000\nXR2G021 NoI9  10000\n", ["icd10-pcs", "icd9-cm-procedures"], ["0016070", "02.31"]),
        ] {
            let (draft, report) = read(text);
            assert_eq!([draft.source.system.as_str(), &draft.target.system], systems);
            assert_eq!([draft.rows[0].source.as_str(), draft.rows[0].target.as_deref().unwrap()], codes);
            assert_eq!(report.entries(), []);
        }
    }

    #[test]
    fn small_letters_are_mended() {
        let (draft, report) = read("T8853XD v5889 10000\nA000 0010 00000\n");
        assert_eq!(draft.rows[0].target.as_deref(), Some("V58.89"));
        assert_eq!(rules(&report), [("lower-case-code", Some(1))]);
    }

    #[test]
    fn findings_name_their_line() {
        let text = DIAGNOSES.to_owned()
            + "0011  A001    0000\n\n0011 A001\n0011 A001 00000 more\n0011 A001 02000\n00-1 A001 00000\n\
               0011 XXXXXXXX 00000\n0011 1234567 00000\n0019 A009 01000\n0020 A0100 10100\n0021 A011 10011\n0010 A000 10000\n\
               0022 A0";
        let (draft, report) = read(&text);
        assert_eq!(draft.rows.len(), 12);
        assert_eq!(
            rules(&report),
            [
                ("malformed-line", Some(9)),
                ("malformed-line", Some(11)),
                ("malformed-line", Some(12)),
                ("malformed-line", Some(13)),
                ("malformed-line", Some(14)),
                ("malformed-line", Some(15)),
                ("malformed-line", Some(21)),
                ("bad-code", Some(16)),
                ("flags-contradict", Some(17)),
                ("flags-contradict", Some(18)),
                ("flags-contradict", Some(19)),
                ("repeated-row", Some(20)),
            ]
        );
    }

    #[test]
    fn what_is_no_such_file_is_an_error() {
        for bytes in [b"".as_slice(), b"code,name\nA00,x\n", b"\x00\x01\xff", b"a b 00000\n", &[b'x'; 1 << 16]] {
            assert!(matches!(read_bytes("2018.txt", bytes, None), Err(Error::Source { .. })));
        }
        assert!(matches!(read_bytes("gem.txt", DIAGNOSES.as_bytes(), None), Err(Error::Argument { .. })));
        assert!(matches!(super::read("/absent/2018.txt", None), Err(Error::Io { .. })));
    }

    proptest! {
        /// Every line ends up in the draft or as a refusal, whatever was done to the file.
        #[test]
        fn nothing_is_lost(edits in prop::collection::vec((0usize..200, any::<u8>()), 0..20)) {
            let mut bytes = DIAGNOSES.as_bytes().to_vec();
            for (at, byte) in edits {
                if let Some(place) = bytes.get_mut(at) {
                    *place = byte;
                }
            }
            if let Ok((draft, report)) = read_bytes("x", &bytes, Some("1")) {
                prop_assert_eq!(report.rows as usize, draft.rows.len() + report.count(Severity::Refused));
            }
        }
    }
}
