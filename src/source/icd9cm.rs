//! ICD-9-CM, used in the United States until 2015 and for procedures in Vietnam to this day: the lists of diagnoses and of
//! procedures. They are two systems: `0010` is a diagnosis in one and something else in the other.
//!
//! | source | columns, counted from 1 | use |
//! |---|---|---|
//! | CMS, `CMS<version>_DESC_LONG_DX.txt` or `…SHORT…` | 1–5 code, from 7 description | diagnoses; the dot is behind the third character (`001.0`, `V01.0`), in E codes behind the fourth (`E000.0`) |
//! | CMS, `CMS<version>_DESC_LONG_SG.txt` or `…SHORT…` | 1–4 code, from 6 description | procedures; the dot is behind the second character (`00.01`) |
//!
//! The lists have only codes for use, none of the categories above them, so there is no hierarchy. The code as the file has
//! it, without dot, is the concept's `source_code`.
//!
//! | rule | severity | meaning |
//! |---|---|---|
//! | `malformed-line` | refused | the line does not fit the columns |
//! | `duplicate-code` | refused | the code was listed before, which is kept |
//! | `finer-code` | doubtful | a code that another listed one begins with: one of the two should not be used |
//! | `encoding-assumed`, `undecodable` | doubtful | see [`encoding`](super::encoding) |
//!
//! Licence: in the public domain, a work of the US government.

use std::collections::HashMap;
use std::path::Path;

use super::encoding::{decode, lines, read_file};
use super::{Designation, Draft, DraftConcept, EdgeKind, Parent, Place, Report, Severity, SourceFile};
use crate::{Edition, Error, Result};

/// Which of the two lists.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum List {
    /// Volumes 1 and 2.
    Diagnoses,
    /// Volume 3.
    Procedures,
}

/// Reads a list.
///
/// `version` is the edition's version; without it, the file's name gives it (`CMS32_DESC_LONG_DX.txt` is `32`).
///
/// # Errors
///
/// [`Error::Io`] if the file cannot be read; [`Error::Argument`] if no version is given and the name tells none;
/// [`Error::Source`] if no line is one of the list, as when the other one was meant.
pub fn read(path: impl AsRef<Path>, list: List, version: Option<&str>) -> Result<(Draft, Report)> {
    let (name, bytes) = read_file(path.as_ref())?;
    read_bytes(&name, &bytes, list, version)
}

/// Reads a list whose content is at hand; `name` is what the report calls it. See [`read`].
///
/// Memory is proportional to `bytes`.
pub fn read_bytes(name: &str, bytes: &[u8], list: List, version: Option<&str>) -> Result<(Draft, Report)> {
    let version = version.or_else(|| version_in_name(name)).ok_or_else(|| Error::Argument {
        what: "version",
        value: String::new(),
        expected: format!("a version such as 32, since the file name {name:?} tells none"),
    })?;
    let mut report = Report::of(vec![SourceFile::of(name, bytes)]);
    let decoded = decode(bytes, None);
    decoded.report(name, &mut report);
    let mut concepts = Vec::new();
    let mut known: HashMap<&str, u64> = HashMap::new();
    for (number, line) in lines(&decoded.text).filter(|(_, line)| !line.trim().is_empty()) {
        report.rows += 1;
        let place = Place::line(name, number);
        let Some((key, description)) = list.columns(line) else {
            let message = format!("not a code and its description: {:?}", line.chars().take(40).collect::<String>());
            report.add(Severity::Refused, "malformed-line", place, None, message);
            continue;
        };
        if let Some(first) = known.get(key) {
            let message = format!("already listed in line {first}, which is kept");
            report.add(Severity::Refused, "duplicate-code", place, Some(key), message);
            continue;
        }
        known.insert(key, number);
        concepts.push(DraftConcept {
            code: list.printed(key),
            source_code: Some(key.to_owned()).filter(|key| *key != list.printed(key)),
            designations: vec![Designation::preferred("en", description)],
            ..DraftConcept::default()
        });
    }
    if concepts.is_empty() {
        let what = match list {
            List::Diagnoses => "diagnoses",
            List::Procedures => "procedures",
        };
        return Err(Error::source(Place::file(name), format!("no line is one of ICD-9-CM's {what}")));
    }
    for concept in &mut concepts {
        let key = concept.source_code.as_deref().unwrap_or(&concept.code);
        let above = (2..key.len()).rev().filter_map(|end| key.get(..end)).find(|above| known.contains_key(above));
        if let Some(above) = above {
            let place = Place::line(name, known.get(key).copied().unwrap_or_default());
            let message = format!("{above} is listed too");
            report.add(Severity::Doubtful, "finer-code", place, Some(key), message);
            concept.parents.push(Parent { code: list.printed(above), kind: EdgeKind::IsA });
        }
    }
    let draft = Draft { edition: list.edition(version), language: "en".into(), concepts, ..Draft::default() };
    Ok((draft, report))
}

/// The number in a name such as `CMS32_DESC_LONG_DX.txt`.
fn version_in_name(name: &str) -> Option<&str> {
    let rest = name.get(..3).filter(|start| start.eq_ignore_ascii_case("cms")).and_then(|_| name.get(3..))?;
    let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
    rest.get(..digits).filter(|digits| !digits.is_empty())
}

impl List {
    /// Code and description of a line.
    fn columns(self, line: &str) -> Option<(&str, &str)> {
        let width = match self {
            Self::Diagnoses => 5,
            Self::Procedures => 4,
        };
        let (key, rest) = line.split_at_checked(width)?;
        let key = key.trim_end();
        // The description begins right behind one blank column, by which the two lists are told apart.
        let description = rest.strip_prefix(' ').filter(|description| !description.starts_with([' ', '\t']))?.trim();
        (self.is_key(key) && !description.is_empty()).then_some((key, description))
    }

    fn is_key(self, key: &str) -> bool {
        let digits = |digits: &str| digits.bytes().all(|byte| byte.is_ascii_digit());
        match (self, key.split_at_checked(1)) {
            (Self::Procedures, _) => (2..=4).contains(&key.len()) && digits(key),
            (Self::Diagnoses, Some(("E", rest))) => matches!(rest.len(), 3 | 4) && digits(rest),
            (Self::Diagnoses, Some((first, rest))) => {
                (3..=5).contains(&key.len()) && (first == "V" || digits(first)) && digits(rest)
            }
            (Self::Diagnoses, None) => false,
        }
    }

    /// A code with its dot.
    fn printed(self, key: &str) -> String {
        let before = match self {
            Self::Procedures => 2,
            Self::Diagnoses if key.starts_with('E') => 4,
            Self::Diagnoses => 3,
        };
        match key.split_at_checked(before) {
            Some((category, finer)) if !finer.is_empty() => format!("{category}.{finer}"),
            _ => key.to_owned(),
        }
    }

    fn edition(self, version: &str) -> Edition {
        let (system, url, what) = match self {
            Self::Diagnoses => ("icd9-cm", "http://hl7.org/fhir/sid/icd-9-cm", "diagnoses"),
            Self::Procedures => ("icd9-cm-procedures", "urn:oid:2.16.840.1.113883.6.104", "procedures"),
        };
        Edition {
            system: system.into(),
            url: url.into(),
            title: format!("ICD-9-CM {what}, version {version}"),
            version: version.into(),
            issued_by: "Centers for Medicare & Medicaid Services".into(),
            ..Edition::default()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rules(report: &Report) -> Vec<(&'static str, Option<u64>)> {
        report.entries().iter().map(|entry| (entry.rule, entry.place.line)).collect()
    }

    #[test]
    fn dots_stand_where_each_list_has_them() {
        let diagnoses = "0010  Cholera\n38600 M\u{e9}ni\u{e8}re\nE0000 Civilian activity\nV010  Contact\n042   HIV\nE887  Fracture\n";
        let western: Vec<u8> = diagnoses.chars().map(|c| u8::try_from(u32::from(c)).unwrap()).collect();
        let (draft, report) = read_bytes("CMS32_DESC_LONG_DX.txt", &western, List::Diagnoses, None).unwrap();
        let codes: Vec<_> = draft.concepts.iter().map(|concept| concept.code.as_str()).collect();
        assert_eq!(codes, ["001.0", "386.00", "E000.0", "V01.0", "042", "E887"]);
        assert_eq!(draft.concepts[1].designations[0].text, "Ménière");
        assert_eq!(
            (draft.concepts[1].source_code.as_deref(), draft.concepts[4].source_code.as_deref()),
            (Some("38600"), None)
        );
        assert_eq!(draft.edition.to_string(), "icd9-cm|32");
        assert_eq!(rules(&report), [("encoding-assumed", None)]);

        let (draft, report) =
            read_bytes("x", b"0001 Ultrasound\r\n640  Circumcision\r\n", List::Procedures, Some("32")).unwrap();
        let codes: Vec<_> = draft.concepts.iter().map(|concept| concept.code.as_str()).collect();
        assert_eq!((codes, draft.edition.system.as_str()), (vec!["00.01", "64.0"], "icd9-cm-procedures"));
        assert_eq!(report.entries(), []);
    }

    #[test]
    fn bad_lines_are_refused_and_the_rest_is_kept() {
        let text = "0010  Cholera\n0010  Again\n00A0  Letter\nE00000 Long\n0011  \n0011   Shifted\n001.1 Dotted\nE88   Short\n00101 Finer\n00";
        let (draft, report) = read_bytes("CMS1.txt", text.as_bytes(), List::Diagnoses, None).unwrap();
        assert_eq!(draft.concepts.len(), 2);
        assert_eq!(draft.concepts[1].parents[0].code, "001.0");
        assert_eq!(
            rules(&report),
            [
                ("duplicate-code", Some(2)),
                ("malformed-line", Some(3)),
                ("malformed-line", Some(4)),
                ("malformed-line", Some(5)),
                ("malformed-line", Some(6)),
                ("malformed-line", Some(7)),
                ("malformed-line", Some(8)),
                ("malformed-line", Some(10)),
                ("finer-code", Some(9)),
            ]
        );
    }

    #[test]
    fn the_other_list_is_an_error() {
        let (diagnoses, procedures) = ("0010  Cholera\n38600 Dizzy\n", "0001 Ultrasound\n640  Circumcision\n");
        let error = |text: &str, list| read_bytes("CMS32", text.as_bytes(), list, None).unwrap_err().to_string();
        assert!(error(diagnoses, List::Procedures).contains("procedures"));
        assert!(error(procedures, List::Diagnoses).contains("diagnoses"));
        assert!(error("", List::Diagnoses).contains("diagnoses"));
        assert!(matches!(read_bytes("x", b"", List::Diagnoses, None), Err(Error::Argument { what: "version", .. })));
    }
}
