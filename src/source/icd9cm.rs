//! ICD-9-CM, used in the United States until 2015 and for procedures in Vietnam to this day: the lists of diagnoses and of
//! procedures. They are two systems: `0010` is a diagnosis in one and something else in the other.
//!
//! | source | columns, counted from 1 | use |
//! |---|---|---|
//! | CMS, `CMS<version>_DESC_LONG_DX.txt` or `…SHORT…` | 1–5 code, from 7 description | diagnoses; the dot is behind the third character (`001.0`, `V01.0`), in E codes behind the fourth (`E000.0`) |
//! | CMS, `CMS<version>_DESC_LONG_SG.txt` or `…SHORT…` | 1–4 code, from 6 description | procedures; the dot is behind the second character (`00.01`) |
//!
//! A release has each list with long and with short descriptions. Both may be read together: the file with the longer
//! ones gives the names, the other one short forms.
//!
//! The lists have only codes for use, none of the categories above them, so there is no hierarchy. The code as the file has
//! it, without dot, is the concept's `source_code`.
//!
//! | rule | severity | meaning |
//! |---|---|---|
//! | `malformed-line` | refused | the line does not fit the columns |
//! | `duplicate-code` | refused | the code was listed before in the file, which is kept |
//! | `missing-long-description` | doubtful | a code that only the file of short descriptions has: these are its name |
//! | `finer-code` | doubtful | a code that another listed one begins with: one of the two should not be used |
//! | `encoding-assumed`, `undecodable` | doubtful | see [`encoding`](super::encoding) |
//!
//! Licence: in the public domain, a work of the US government.

use std::collections::HashMap;
use std::path::Path;

use super::detect::Sample;
use super::reader::{begin, read_version};
use super::{
    Designation, DesignationUse, Draft, DraftConcept, EdgeKind, Format, Input, InputEntry, Limits, Parent, Place,
    ReadOptions, Reader, Reading, Report, Severity,
};
use crate::code::CodeGrammar;
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
/// Those of [`Input::open`]; [`Error::Argument`] if no version is given and the name tells none; [`Error::Source`] if no
/// line is one of the list, as when the other one was meant.
pub fn read(path: impl AsRef<Path>, list: List, version: Option<&str>) -> Result<(Draft, Report)> {
    read_version(&FormatReader(list), &Input::open(path)?, version)
}

/// Reads a list whose content is at hand; `name` is what the report calls it. See [`read`].
///
/// Memory is proportional to `bytes`.
pub fn read_bytes(name: &str, bytes: &[u8], list: List, version: Option<&str>) -> Result<(Draft, Report)> {
    read_version(&FormatReader(list), &Input::from_bytes(name, bytes, Limits::new())?, version)
}

/// Reads a list of an input: one file, or that of the long descriptions and that of the short ones. Uses
/// [`ReadOptions::version`].
pub(super) struct FormatReader(List);

pub(super) const DIAGNOSES: FormatReader = FormatReader(List::Diagnoses);
pub(super) const PROCEDURES: FormatReader = FormatReader(List::Procedures);

impl Reader for FormatReader {
    fn format(&self) -> Format {
        match self.0 {
            List::Diagnoses => Format::Icd9CmDiagnoses,
            List::Procedures => Format::Icd9CmProcedures,
        }
    }

    fn read(&self, input: &Input, options: &ReadOptions) -> Result<Reading> {
        let (entries, mut report) = begin(input, self.format(), options)?;
        if entries.len() > 2 {
            let message = format!("{} of its files are {}: two are read, long and short", entries.len(), self.format());
            return Err(Error::source(Place::file(input.name()), message));
        }
        let told = options.version.as_deref();
        let version = told.or_else(|| entries.iter().find_map(|entry| version_in_name(entry.name())));
        let version = version.ok_or_else(|| Error::Argument {
            what: "version",
            value: String::new(),
            expected: format!("a version such as 32, since the file name {:?} tells none", input.name()),
        })?;
        let mut files = Vec::with_capacity(entries.len());
        for entry in entries {
            files.push(File::read(entry, self.0, &mut report)?);
        }
        files.sort_by_key(|file| std::cmp::Reverse(file.length));
        let concepts = concepts(files, self.0, &mut report)?;
        let (edition, grammar) = (self.0.edition(version), self.0.grammar());
        let draft = Draft { edition, grammar, language: "en".into(), concepts, ..Draft::default() };
        options.finish(draft, report)
    }
}

pub(super) fn is_diagnoses(sample: &Sample<'_>) -> bool {
    List::Diagnoses.knows(sample)
}

pub(super) fn is_procedures(sample: &Sample<'_>) -> bool {
    List::Procedures.knows(sample)
}

/// What a file has: place, code and description of each row.
struct File {
    rows: Vec<(Place, String, String)>,
    /// Bytes of its descriptions.
    length: usize,
}

impl File {
    fn read(entry: &InputEntry, list: List, report: &mut Report) -> Result<Self> {
        let mut file = Self { rows: Vec::new(), length: 0 };
        let mut lines = entry.lines(None)?;
        while let Some((number, line)) = lines.next(report)? {
            if line.trim().is_empty() {
                continue;
            }
            report.rows += 1;
            let place = Place::line(entry.label(), number);
            if let Some((key, description)) = list.columns(line) {
                file.length += description.len();
                file.rows.push((place, key.to_owned(), description.to_owned()));
            } else {
                let start: String = line.chars().take(40).collect();
                let message = format!("not a code and its description: {start:?}");
                report.add(Severity::Refused, "malformed-line", place, None, message);
            }
            report.check()?;
        }
        if file.rows.is_empty() {
            return Err(Error::source(entry.place(), format!("no line is one of ICD-9-CM's {}", list.as_str())));
        }
        Ok(file)
    }
}

/// Makes concepts of the files, whose first has the names.
fn concepts(files: Vec<File>, list: List, report: &mut Report) -> Result<Vec<DraftConcept>> {
    let mut concepts: Vec<DraftConcept> = Vec::new();
    // Of each code the concept, the place, and the last file that has it.
    let mut known: HashMap<String, (usize, Place, usize)> = HashMap::new();
    for (number, file) in files.into_iter().enumerate() {
        for (place, key, description) in file.rows {
            match known.get_mut(&key) {
                Some((at, _, last)) if *last != number => {
                    *last = number;
                    let term = Designation::preferred("en", description);
                    let concept = concepts.get_mut(*at).filter(|known| !known.designations.contains(&term));
                    concept.into_iter().for_each(|concept| {
                        let r#use = DesignationUse::Abbreviated;
                        concept.designations.push(Designation { r#use, ..term.clone() });
                    });
                }
                Some((_, first, _)) => {
                    let message = format!("already listed in {first}, which is kept");
                    report.add(Severity::Refused, "duplicate-code", place, Some(&key), message);
                }
                None => {
                    if number > 0 {
                        let message = "only the short description is given";
                        report.add(Severity::Doubtful, "missing-long-description", place.clone(), Some(&key), message);
                    }
                    let code = list.printed(&key);
                    known.insert(key.clone(), (concepts.len(), place, number));
                    concepts.push(DraftConcept {
                        source_code: Some(key).filter(|key| *key != code),
                        code,
                        designations: vec![Designation::preferred("en", description)],
                        ..DraftConcept::default()
                    });
                }
            }
            report.check()?;
        }
    }
    for concept in &mut concepts {
        let key = concept.source_code.as_deref().unwrap_or(&concept.code);
        let above = (2..key.len()).rev().filter_map(|end| key.get(..end)).find(|above| known.contains_key(*above));
        if let Some(above) = above {
            let place = known.get(key).map(|(_, place, _)| place.clone()).unwrap_or_default();
            let message = format!("{above} is listed too");
            report.add(Severity::Doubtful, "finer-code", place, Some(key), message);
            concept.parents.push(Parent { code: list.printed(above), kind: EdgeKind::IsA });
        }
    }
    Ok(concepts)
}

/// The number in a name such as `CMS32_DESC_LONG_DX.txt`.
fn version_in_name(name: &str) -> Option<&str> {
    let rest = name.get(..3).filter(|start| start.eq_ignore_ascii_case("cms")).and_then(|_| name.get(3..))?;
    let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
    rest.get(..digits).filter(|digits| !digits.is_empty())
}

impl List {
    fn as_str(self) -> &'static str {
        match self {
            Self::Diagnoses => "diagnoses",
            Self::Procedures => "procedures",
        }
    }

    /// Whether the first lines are of the list: codes that rise, each with a description. Equivalence mappings have
    /// codes in the same columns, and words nowhere.
    fn knows(self, sample: &Sample<'_>) -> bool {
        let rows = sample.rows().iter().take(20);
        let columns: Option<Vec<(&str, &str)>> = rows.map(|row| self.columns(row)).collect();
        columns.is_some_and(|columns| {
            columns.is_sorted_by(|(code, _), (next, _)| code < next)
                && columns.iter().any(|(_, description)| description.contains(char::is_lowercase))
        })
    }

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
        // Files of more columns are other lists, though their first ones may look alike.
        let is_text = !description.is_empty() && !description.contains("    ");
        (self.is_key(key) && is_text).then_some((key, description))
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

    fn grammar(self) -> CodeGrammar {
        match self {
            Self::Diagnoses => CodeGrammar::Icd9,
            Self::Procedures => CodeGrammar::Icd9Procedure,
        }
    }

    /// A code with its dot.
    fn printed(self, key: &str) -> String {
        let mut printed = String::with_capacity(key.len() + 1);
        self.grammar().render(key, &mut printed);
        printed
    }

    fn edition(self, version: &str) -> Edition {
        let (system, url) = match self {
            Self::Diagnoses => ("icd9-cm", "http://hl7.org/fhir/sid/icd-9-cm"),
            Self::Procedures => ("icd9-cm-procedures", "urn:oid:2.16.840.1.113883.6.104"),
        };
        Edition {
            system: system.into(),
            url: url.into(),
            title: format!("ICD-9-CM {}, version {version}", self.as_str()),
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
        assert_eq!(rules(&report), [("encoding-assumed", Some(2))]);

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
                ("malformed-line", Some(3)),
                ("malformed-line", Some(4)),
                ("malformed-line", Some(5)),
                ("malformed-line", Some(6)),
                ("malformed-line", Some(7)),
                ("malformed-line", Some(8)),
                ("malformed-line", Some(10)),
                ("duplicate-code", Some(2)),
                ("finer-code", Some(9)),
            ]
        );
    }

    #[test]
    fn long_and_short_descriptions_are_read_together() {
        let short = "0010  Cholera d/t vib\n0011  Typhoid\n0019  Only short\n";
        let long = "0010  Cholera due to vibrio cholerae\n0011  Typhoid\n";
        let open = |files: &[(&str, &str)]| {
            Input::from_files(files.iter().map(|(name, text)| (*name, *text)), Limits::new()).unwrap()
        };
        let both = open(&[("CMS32_DESC_SHORT_DX.txt", short), ("CMS32_DESC_LONG_DX.txt", long)]);
        let Reading { draft, report } = DIAGNOSES.read(&both, &ReadOptions::new()).unwrap();
        let terms = |at: usize| draft.concepts[at].designations.iter().map(|term| (term.text.as_str(), &term.r#use));
        let cholera = [
            ("Cholera due to vibrio cholerae", &DesignationUse::Preferred),
            ("Cholera d/t vib", &DesignationUse::Abbreviated),
        ];
        assert_eq!(terms(0).collect::<Vec<_>>(), cholera);
        assert_eq!((terms(1).count(), terms(2).count(), draft.concepts.len()), (1, 1, 3));
        assert_eq!((report.rows, rules(&report)), (5, vec![("missing-long-description", Some(3))]));
        let strict = ReadOptions::new().strictness(crate::source::Strictness::StopAtFirstDoubt);
        assert!(matches!(DIAGNOSES.read(&both, &strict), Err(Error::Doubt(_))));
        let three = open(&[("CMS1", long), ("CMS2", long), ("CMS3", long)]);
        assert!(DIAGNOSES.read(&three, &strict).unwrap_err().to_string().contains("3 of its files"));
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
