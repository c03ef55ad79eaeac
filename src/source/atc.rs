//! The ATC classification with its defined daily doses, as one table in CSV.
//!
//! The WHO Collaborating Centre for Drug Statistics Methodology publishes the *ATC/DDD Index* each January as a web
//! page, a spreadsheet and a database; what is read here is the table in CSV into which all of them are saved, with a row
//! for each code and, where a substance has several daily doses, a row for each dose. Columns are told by heading:
//!
//! | column | headings | becomes |
//! |---|---|---|
//! | code | `atc_code`, `ATC code` | the code; its length gives the level and its beginning the parent |
//! | name | `atc_name`, `ATC level name`, `Name` | the preferred name, in English |
//! | dose | `ddd`, `DDD` | together a value of property `ddd`: dose, unit, route, and the note in brackets: `3 g O`, `0.1 g P (depot)` |
//! | unit | `uom`, `U`, `Unit` | |
//! | route | `adm_r`, `Adm.R` | also a value of property `route`, each once |
//! | note | `note`, `Note`, `Comment` | alone, a value of property `ddd-note` |
//!
//! An empty field and `NA` mean that there is nothing. Levels 1 to 4 are [headings](Usability::Heading), substances
//! (level 5) are usable. Level is a property too.
//!
//! | rule | severity | meaning |
//! |---|---|---|
//! | `field-count` | refused | the row has not as many fields as there are headings |
//! | `missing-code`, `bad-code` | refused | there is no code, or it is not of the form A, A10, A10B, A10BA or A10BA02 |
//! | `shifted-columns` | repaired | unit, route and note hold a dose, a unit and a route: they were moved back by one column |
//! | `dose` | doubtful | a dose is no number or has no unit; it was kept as it stands |
//! | `name-differs` | doubtful | the code has another name in a row before; the name became a synonym |
//! | `missing-name` | doubtful | the row has no name |
//! | `duplicate-row` | note | a row before says the same |
//! | `unknown-parent` | doubtful | the level above is not listed; the next listed one serves as parent, if there is one |
//! | `padded-text`, `undecodable` | repaired, doubtful | white space at the ends of a field; bytes that are no UTF-8 |
//!
//! Copyright of the classification is with the WHO Collaborating Centre, Oslo. Use for commercial purposes and changed
//! or translated copies need its permission.

use std::collections::HashMap;
use std::path::Path;

use super::csv_table::CsvTable;
use super::reader::{begin_one, read_version};
use super::{
    Designation, DesignationUse, Draft, DraftConcept, EdgeKind, Format, Input, Limits, Parent, Place,
    PropertyDefinition, PropertyKind, PropertyValue, ReadOptions, Reader, Reading, Report, Severity, SharedText,
    Usability,
};
use crate::{Edition, Error, Result};

/// Places in [`properties`].
const LEVEL: usize = 0;
const DOSE: usize = 1;
const ROUTE: usize = 2;
const NOTE: usize = 3;

fn properties() -> Vec<PropertyDefinition> {
    [
        ("level", PropertyKind::Integer, "Level: 1 anatomical main group to 5 chemical substance"),
        (
            "ddd",
            PropertyKind::Text,
            "Defined daily dose: amount, unit, route of administration, and a note in brackets",
        ),
        (
            "route",
            PropertyKind::Text,
            "A route of administration for which a daily dose is defined: O oral, P parenteral, R rectal …",
        ),
        ("ddd-note", PropertyKind::Text, "A note on a daily dose that is not given"),
    ]
    .map(|(name, kind, description)| PropertyDefinition {
        name: name.to_owned(),
        description: description.to_owned(),
        kind,
    })
    .to_vec()
}

/// Reads a table. `version` is the year of the index; without it, the year in the file's name (`atc-ddd-2026.csv`).
///
/// # Errors
///
/// [`Error::Argument`] if no version is given and the name tells none, [`Error::Source`] if a column is missing or no
/// row has a code, and those of [`Input::open`].
///
/// Time and memory are in proportion to the file.
pub fn read(path: impl AsRef<Path>, version: Option<&str>) -> Result<(Draft, Report)> {
    read_version(&FormatReader, &Input::open(path)?, version)
}

/// Reads a table whose content is at hand; `name` is what the report calls it. See [`read`].
pub fn read_bytes(name: &str, bytes: &[u8], version: Option<&str>) -> Result<(Draft, Report)> {
    read_version(&FormatReader, &Input::from_bytes(name, bytes, Limits::new())?, version)
}

/// Reads the table that an input holds. Uses [`ReadOptions::version`].
pub(super) struct FormatReader;

impl Reader for FormatReader {
    fn format(&self) -> Format {
        Format::Atc
    }

    fn read(&self, input: &Input, options: &ReadOptions) -> Result<Reading> {
        let (entry, report) = begin_one(input, self.format(), options)?;
        let told = options.version.as_deref().or_else(|| year_in_name(entry.name()));
        let version = told.ok_or_else(|| Error::Argument {
            what: "version",
            value: String::new(),
            expected: format!("the year of the index, since the file name {:?} tells none", entry.name()),
        })?;
        let (draft, report) = read_table(CsvTable::open(entry)?, version.to_owned(), report)?;
        options.finish(draft, report)
    }
}

fn read_table(mut file: CsvTable, version: String, report: Report) -> Result<(Draft, Report)> {
    let columns = Columns::of(&file)?;
    let mut list = List::new(report);
    while let Some(line) = file.next(&mut list.report)? {
        list.add(&file, &columns, line);
        list.report.check()?;
    }
    if list.concepts.is_empty() {
        return Err(Error::source(Place::file(file.name()), "no row has a code of the ATC classification"));
    }
    list.link(file.name());
    let List { report, concepts, .. } = list;
    let edition = Edition {
        system: "atc".to_owned(),
        url: "http://www.whocc.no/atc".to_owned(),
        title: format!("ATC classification with defined daily doses, {version}"),
        version,
        issued_by: "WHO Collaborating Centre for Drug Statistics Methodology".to_owned(),
        aliases: vec!["urn:oid:2.16.840.1.113883.6.73".to_owned()],
        ..Edition::default()
    };
    let draft = Draft { edition, language: "en".to_owned(), properties: properties(), concepts, ..Draft::default() };
    Ok((draft, report))
}

/// The last group of four digits in a file name.
fn year_in_name(name: &str) -> Option<&str> {
    name.rsplit(|sign: char| !sign.is_ascii_digit()).find(|digits| digits.len() == 4)
}

struct Columns {
    code: usize,
    name: usize,
    dose: Option<usize>,
    unit: Option<usize>,
    route: Option<usize>,
    note: Option<usize>,
}

impl Columns {
    fn of(file: &CsvTable) -> Result<Self> {
        let one_of = |headings: &[&str]| headings.iter().find_map(|heading| file.column(heading));
        let code = one_of(&["atc_code", "ATC code"]);
        let name = one_of(&["atc_name", "ATC level name", "Name"]);
        let (Some(code), Some(name)) = (code, name) else {
            return Err(file.columns(["atc_code", "atc_name"]).err().unwrap_or_else(|| {
                Error::source(Place::file(file.name()), "there are no columns of codes and names")
            }));
        };
        Ok(Self {
            code,
            name,
            dose: one_of(&["ddd"]),
            unit: one_of(&["uom", "u", "unit"]),
            route: one_of(&["adm_r", "adm.r"]),
            note: one_of(&["note", "comment"]),
        })
    }
}

/// The level of a code, by its form; `None` for what is no code.
fn level(code: &str) -> Option<usize> {
    let is_upper = |byte: &u8| byte.is_ascii_uppercase();
    let is_digit = |byte: &u8| byte.is_ascii_digit();
    let shape: [&dyn Fn(&u8) -> bool; 7] =
        [&is_upper, &is_digit, &is_digit, &is_upper, &is_upper, &is_digit, &is_digit];
    let fits = code.bytes().zip(shape).all(|(byte, fits)| fits(&byte));
    let level = LENGTHS.iter().position(|length| *length == code.len()).map(|index| index + 1);
    level.filter(|_| fits)
}

/// How long the codes of each level are.
const LENGTHS: [usize; 5] = [1, 3, 4, 5, 7];

struct List {
    report: Report,
    english: SharedText,
    concepts: Vec<DraftConcept>,
    lines: Vec<u64>,
    by_code: HashMap<String, usize>,
}

impl List {
    fn new(report: Report) -> Self {
        Self { report, english: "en".into(), concepts: Vec::new(), lines: Vec::new(), by_code: HashMap::new() }
    }

    fn add(&mut self, file: &CsvTable, columns: &Columns, line: u64) {
        let (code, name) = (file.field(columns.code), file.field(columns.name));
        let place = || Place::line(file.name(), line);
        let shown: String = code.chars().take(40).collect();
        let code_shown = Some(shown.as_str()).filter(|code| !code.is_empty());
        let mut tell = |severity, rule, message: String| self.report.add(severity, rule, place(), code_shown, message);
        let Some(level) = level(code) else {
            let (rule, message) = match code {
                "" => ("missing-code", "the row has no code"),
                _ => ("bad-code", "this is no code of the ATC classification"),
            };
            return tell(Severity::Refused, rule, message.to_owned());
        };
        if name.is_empty() {
            tell(Severity::Doubtful, "missing-name", "the row has no name".to_owned());
        }
        let given = |column: Option<usize>| Some(file.field(column)).filter(|text| !matches!(*text, "" | "NA"));
        let (mut dose, mut unit, mut route, mut note) =
            (given(columns.dose), given(columns.unit), given(columns.route), given(columns.note));
        if dose.is_none() && unit.is_some_and(is_number) && route.is_some() {
            tell(
                Severity::Repaired,
                "shifted-columns",
                format!(
                    "{:?} stands in the column of units: dose, unit and route were moved back",
                    unit.unwrap_or_default()
                ),
            );
            (dose, unit, route, note) = (unit, route, note, None);
        } else if (dose.is_some() || unit.is_some()) && (!dose.is_some_and(is_number) || unit.is_none()) {
            tell(
                Severity::Doubtful,
                "dose",
                "a dose is no number, or has no unit; it was kept as it stands".to_owned(),
            );
        }
        let amount: Vec<&str> = [dose, unit, route].into_iter().flatten().collect();
        let mut values = Vec::new();
        if dose.is_some() || unit.is_some() {
            let note = note.map(|note| format!(" ({note})")).unwrap_or_default();
            values.push((DOSE, PropertyValue::Text(amount.join(" ") + &note)));
        } else if let Some(note) = note {
            values.push((NOTE, PropertyValue::Text(note.to_owned())));
        }
        values.extend(route.map(|route| (ROUTE, PropertyValue::Text(route.to_owned()))));

        let known = self.by_code.get(code).and_then(|index| self.concepts.get_mut(*index));
        let Some(known) = known else {
            let level_value = i64::try_from(level).unwrap_or_default();
            values.insert(0, (LEVEL, PropertyValue::Integer(level_value)));
            self.by_code.insert(code.to_owned(), self.concepts.len());
            self.lines.push(line);
            self.concepts.push(DraftConcept {
                code: code.to_owned(),
                usability: if level == LENGTHS.len() { Usability::Usable } else { Usability::Heading },
                designations: Some(name)
                    .filter(|name| !name.is_empty())
                    .map(|name| Designation::preferred(self.english.clone(), name))
                    .into_iter()
                    .collect(),
                properties: values,
                ..DraftConcept::default()
            });
            return;
        };
        let is_new_name = !name.is_empty() && known.designations.iter().all(|term| term.text != name);
        if is_new_name {
            let r#use = DesignationUse::Synonym;
            let (text, language) = (name.to_owned(), self.english.clone());
            known.designations.push(Designation { text, language, r#use, ..Designation::default() });
            let message = "the code has another name in a row before; this one became a synonym".to_owned();
            tell(Severity::Doubtful, "name-differs", message);
        }
        let mut is_repetition = !is_new_name;
        for value in values {
            let is_known = known.properties.contains(&value);
            is_repetition &= is_known;
            // A route stands once, however many doses it has.
            if !is_known {
                known.properties.push(value);
            }
        }
        if is_repetition {
            tell(Severity::Note, "duplicate-row", "a row before says the same".to_owned());
        }
    }

    fn link(&mut self, file: &str) {
        for (concept, line) in self.concepts.iter_mut().zip(&self.lines) {
            let above = LENGTHS.iter().rev().filter(|length| **length < concept.code.len());
            let mut above = above.filter_map(|length| concept.code.get(..*length));
            let next = above.clone().next();
            let parent = above.find(|code| self.by_code.contains_key(*code)).map(str::to_owned);
            if next != parent.as_deref() {
                let message = match &parent {
                    Some(parent) => format!("{} is not listed; it was put below {parent}", next.unwrap_or_default()),
                    None => "no level above it is listed".to_owned(),
                };
                self.report.add(
                    Severity::Doubtful,
                    "unknown-parent",
                    Place::line(file, *line),
                    Some(&concept.code),
                    message,
                );
            }
            concept.parents.extend(parent.map(|code| Parent { code, kind: EdgeKind::IsA }));
        }
    }
}

fn is_number(text: &str) -> bool {
    text.parse::<f64>().is_ok_and(f64::is_finite)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const HEADER: &str = "atc_code,atc_name,ddd,uom,adm_r,note\n";

    fn read(rows: &str) -> (Draft, Report) {
        read_bytes("atc-2026.csv", format!("{HEADER}{rows}").as_bytes(), None).unwrap()
    }

    fn values(concept: &DraftConcept) -> Vec<String> {
        let names = properties();
        let text = |value: &PropertyValue| match value {
            PropertyValue::Text(text) => text.clone(),
            other => format!("{other:?}"),
        };
        concept.properties.iter().map(|(index, value)| format!("{} {}", names[*index].name, text(value))).collect()
    }

    fn rules(report: &Report) -> Vec<(&'static str, Option<u64>)> {
        report.entries().iter().map(|entry| (entry.rule, entry.place.line)).collect()
    }

    #[test]
    fn levels_and_doses() {
        let (draft, report) = read(
            "A,ALIMENTARY TRACT,NA,NA,NA,NA\nA10,DRUGS,NA,NA,NA,NA\nA10B,LOWERING,NA,NA,NA,NA\nA10BA,Biguanides,NA,NA,NA,NA\n\
             A10BA02,\"widgetformin, plain\",2,g,O,NA\nA10BA02,\"widgetformin, plain\",0.5,g,P,depot\n\
             A10BA02,\"widgetformin, plain\",1,g,O,salt\nA10BA03,other,NA,NA,NA,varies\n",
        );
        assert_eq!(report.entries(), []);
        assert_eq!(draft.edition.to_string(), "atc|2026");
        assert_eq!(draft.concepts.len(), 6);
        let substance = &draft.concepts[4];
        assert_eq!(
            values(substance),
            ["level Integer(5)", "ddd 2 g O", "route O", "ddd 0.5 g P (depot)", "route P", "ddd 1 g O (salt)"]
        );
        assert_eq!(values(&draft.concepts[5]), ["level Integer(5)", "ddd-note varies"]);
        assert_eq!(substance.parents, [Parent { code: "A10BA".into(), kind: EdgeKind::IsA }]);
        assert_eq!((substance.usability, draft.concepts[3].usability), (Usability::Usable, Usability::Heading));
        assert_eq!(substance.designations, [Designation::preferred("en", "widgetformin, plain")]);
    }

    #[test]
    fn findings_name_their_row() {
        let (draft, report) = read(
            "B,BLOOD,NA,NA,NA,NA\nB01AF03,shifted,NA,60,mg,O\nB01AF03,another name,NA,NA,NA,NA\n,no code,NA,NA,NA,NA\n\
             B01A1,bad,NA,NA,NA,NA\nb,bad,NA,NA,NA,NA\nB01,cut off\nB02,dose,many,g,NA,NA\nB02,dose,many,g,NA,NA\nC01,,1,g,O,NA\n",
        );
        assert_eq!(
            rules(&report),
            [
                ("shifted-columns", Some(3)),
                ("name-differs", Some(4)),
                ("missing-code", Some(5)),
                ("bad-code", Some(6)),
                ("bad-code", Some(7)),
                ("field-count", Some(8)),
                ("dose", Some(9)),
                ("dose", Some(10)),
                ("duplicate-row", Some(10)),
                ("missing-name", Some(11)),
                ("unknown-parent", Some(3)),
                ("unknown-parent", Some(11)),
            ]
        );
        assert_eq!(draft.concepts.len(), 4);
        assert_eq!(values(&draft.concepts[1]), ["level Integer(5)", "ddd 60 mg O", "route O"]);
        assert_eq!(draft.concepts[1].parents[0].code, "B");
        crate::index::to_bytes(&draft, &report).unwrap();
    }

    #[test]
    fn other_headings_and_what_is_no_table() {
        let published = "ATC code,ATC level name,DDD,Unit,Adm.R,Comment\r\nA,ALIMENTARY TRACT,,,,\r\n";
        let (draft, report) = read_bytes("x.csv", published.as_bytes(), Some("2025")).unwrap();
        assert_eq!((draft.edition.version.as_str(), report.entries().len()), ("2025", 0));
        assert!(matches!(read_bytes("x.csv", published.as_bytes(), None), Err(Error::Argument { .. })));
        for text in ["", "code,name\nA,B\n", HEADER, "atc_code,atc_name\nX-1,y\n"] {
            assert!(matches!(read_bytes("atc-2026.csv", text.as_bytes(), None), Err(Error::Source { .. })), "{text:?}");
        }
        assert!(matches!(super::read("none/atc-2026.csv", None), Err(Error::Io { .. })));
    }

    proptest! {
        /// Every row ends up in the draft or in the report, whatever was done to the file.
        #[test]
        fn damage_is_survived(edits in prop::collection::vec((37usize..250, any::<u8>()), 0..20)) {
            let mut bytes = format!("{HEADER}A,ALIMENTARY,NA,NA,NA,NA\nA10,DRUGS,NA,NA,NA,NA\nA10BA02,\"w, plain\",2,g,O,NA\n\
                 A10BA02,\"w, plain\",0.5,g,P,depot\n").into_bytes();
            for (at, byte) in edits {
                if let Some(place) = bytes.get_mut(at) {
                    *place = byte;
                }
            }
            if let Ok((draft, report)) = read_bytes("atc-2026.csv", &bytes, None) {
                prop_assert!(draft.concepts.len() + report.entries().len() >= 3);
                prop_assert!(crate::index::to_bytes(&draft, &report).is_ok());
            }
        }
    }
}
