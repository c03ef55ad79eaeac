//! The tables of ICD-10-PCS in XML, of which the codes are made.
//!
//! | source | elements | use |
//! |---|---|---|
//! | CMS, `icd10pcs_tables_<year>.xml` | `version`, `title` | version and title of the edition |
//! | | `pcsTable` with its `axis` 1 to 3 | sections (`0`) and body systems (`00`) as groupers, tables (`001`) as headings |
//! | | `definition` of the operation | property `definition` of the table |
//! | | `pcsRow` with its `axis` 4 to 7 | codes: each value of an axis with each of the others |
//! | | `codes` of a row, `values` of an axis | checked |
//!
//! A code's name is put together of the operation's and the row's labels, with commas, those aside that say that there is
//! none ("No Device"). The titles that CMS composes by hand are in the order file.
//!
//! | rule | severity | meaning |
//! |---|---|---|
//! | `malformed-table` | refused | a table without one value for each of the axes 1 to 3 |
//! | `malformed-row` | refused | a row without the axes 4 to 7 |
//! | `malformed-label` | refused | a value that is not one digit or capital, that has no label, or that is there twice |
//! | `duplicate-code` | refused | the code was made before; the first is kept |
//! | `count-differs` | doubtful | an axis or a row says another number than it has |
//! | `malformed-attribute`, `unknown-entity` | doubtful | XML that is damaged in a detail |
//!
//! Licence: in the public domain, a work of the US government.

use std::collections::HashMap;
use std::io::Read;
use std::path::Path;

use super::super::reader::{begin_one, read_version};
use super::super::xml::{Element, Node, XmlReader};
use super::super::{
    Designation, Draft, DraftConcept, EdgeKind, Format, Input, Parent, PropertyDefinition, PropertyKind, PropertyValue,
    ReadOptions, Reader, Reading, Report, Severity, Usability,
};
use super::{edition, is_value};
use crate::{Error, Result};

/// How many codes a file may make. ICD-10-PCS has some 80 000.
const MOST_CODES: u64 = 1_000_000;

/// Reads the tables.
///
/// `version` is the edition's version; without it, the file's own holds (`2021`).
///
/// # Errors
///
/// [`Error::Io`] if the file cannot be read; [`Error::Argument`] if there is no version; [`Error::Source`] if it has no
/// tables of ICD-10-PCS, is no well-formed XML, is cut off, or makes more codes than any edition has.
pub fn read(path: impl AsRef<Path>, version: Option<&str>) -> Result<(Draft, Report)> {
    read_version(&FormatReader, &Input::open(path)?, version)
}

/// Reads tables from a stream; `name` is what the report calls it. See [`read`].
///
/// Memory is proportional to the draft.
pub fn read_from(name: &str, input: impl Read, version: Option<&str>) -> Result<(Draft, Report)> {
    read_xml(XmlReader::new(name, input), version, Report::default())
}

/// Reads the one file of tables of an input. Uses [`ReadOptions::version`].
pub(in super::super) struct FormatReader;

impl Reader for FormatReader {
    fn format(&self) -> Format {
        Format::Icd10PcsTables
    }

    fn read(&self, input: &Input, options: &ReadOptions) -> Result<Reading> {
        let (entry, report) = begin_one(input, self.format(), options)?;
        let (draft, report) = read_xml(XmlReader::of(entry)?, options.version.as_deref(), report)?;
        options.finish(draft, report)
    }
}

fn read_xml<R: Read>(xml: XmlReader<'_, R>, version: Option<&str>, report: Report) -> Result<(Draft, Report)> {
    let mut list = List { xml, report, concepts: Vec::new(), known: HashMap::new(), products: 0 };
    let (mut own_version, mut title) = (None, String::new());
    match list.xml.next()? {
        Some(Node::Start(root)) if root.name == "ICD10PCS.tabular" => {}
        _ => return Err(list.xml.error("these are no tables of ICD-10-PCS: the element is not ICD10PCS.tabular")),
    }
    while let Some(node) = list.xml.next()? {
        let Node::Start(element) = node else { continue };
        let element = list.xml.complete(element)?;
        match element.name.as_str() {
            "version" => own_version = Some(element.text()).filter(|version| !version.is_empty()),
            "title" => title = element.text(),
            "pcsTable" => list.table(&element)?,
            _ => {}
        }
        list.report.check()?;
    }
    if !list.concepts.iter().any(|concept| concept.usability == Usability::Usable) {
        return Err(list.xml.error("the tables have no codes"));
    }
    let version = version.map(str::to_owned).or(own_version).ok_or_else(|| Error::Argument {
        what: "version",
        value: String::new(),
        expected: "a version such as 2021, since the tables tell none".into(),
    })?;
    let mut edition = edition(version);
    if !title.is_empty() {
        edition.title = title;
    }
    let draft = Draft {
        edition,
        language: "en".into(),
        properties: vec![PropertyDefinition {
            name: "definition".into(),
            description: "Definition of the operation (ICD-10-PCS tables)".into(),
            kind: PropertyKind::Text,
        }],
        concepts: list.concepts,
        ..Draft::default()
    };
    list.xml.finish(&mut list.report);
    Ok((draft, list.report))
}

/// A value of an axis.
struct Value {
    character: char,
    label: String,
}

struct List<'a, R: Read> {
    xml: XmlReader<'a, R>,
    report: Report,
    concepts: Vec<DraftConcept>,
    /// The line of each code.
    known: HashMap<String, u64>,
    products: u64,
}

impl<R: Read> List<'_, R> {
    fn table(&mut self, table: &Element) -> Result<()> {
        self.report.rows += 1;
        let axes: Vec<Vec<Value>> =
            ["1", "2", "3"].iter().map(|position| self.axis(table, position).unwrap_or_default()).collect();
        let [[section], [system], [operation]] = axes.iter().map(Vec::as_slice).collect::<Vec<_>>()[..] else {
            let message = "the table has not one value for each of the axes 1 to 3: it is left out with its rows";
            let place = self.xml.place(table.line);
            self.report.add(Severity::Refused, "malformed-table", place, None, message);
            return Ok(());
        };
        let section_code = section.character.to_string();
        let system_code = format!("{section_code}{}", system.character);
        let code = format!("{system_code}{}", operation.character);
        if !self.known.contains_key(&section_code) {
            self.add(&section_code, None, section.label.clone(), Usability::Grouper, table.line);
        }
        if !self.known.contains_key(&system_code) {
            let parent = Some(section_code);
            self.add(&system_code, parent, system.label.clone(), Usability::Grouper, table.line);
        }
        // Tables may be continued.
        if !self.known.contains_key(&code) {
            let name = format!("{}, {}", system.label, operation.label);
            self.add(&code, Some(system_code), name, Usability::Heading, table.line);
            let definition = table.named("axis").filter_map(|axis| axis.named("definition").next()).map(Element::text);
            if let Some(concept) = self.concepts.last_mut() {
                concept.properties.extend(definition.map(|text| (0, PropertyValue::Text(text))));
            }
        }
        for row in table.named("pcsRow") {
            self.row(row, &code, &operation.label)?;
        }
        Ok(())
    }

    /// The values of one axis; `None` if there is no such axis.
    fn axis(&mut self, element: &Element, position: &str) -> Option<Vec<Value>> {
        let axis = element.named("axis").find(|axis| axis.attribute_or_empty("pos") == position)?;
        let mut values: Vec<Value> = Vec::new();
        let mut count = 0_usize;
        for label in axis.named("label") {
            count += 1;
            let (code, text) = (label.attribute_or_empty("code"), label.text());
            let mut characters = code.chars();
            let character = characters.next().filter(|_| characters.next().is_none());
            let character = character.filter(|character| u8::try_from(*character).is_ok_and(is_value));
            match character
                .filter(|character| !text.is_empty() && values.iter().all(|known| known.character != *character))
            {
                Some(character) => values.push(Value { character, label: text }),
                None => {
                    let message = format!("{code:?} with label {text:?} is no value, or is there twice");
                    let place = self.xml.place(label.line);
                    self.report.add(Severity::Refused, "malformed-label", place, None, message);
                }
            }
        }
        self.compare(axis, "values", count as u64);
        Some(values)
    }

    fn compare(&mut self, element: &Element, attribute: &str, count: u64) {
        let said = element.attribute_or_empty(attribute);
        if !said.is_empty() && said.parse() != Ok(count) {
            let message = format!("{attribute} is {said:?}, but there are {count}");
            let place = self.xml.place(element.line);
            self.report.add(Severity::Doubtful, "count-differs", place, None, message);
        }
    }

    fn row(&mut self, row: &Element, table: &str, operation: &str) -> Result<()> {
        self.report.rows += 1;
        let axes: Vec<Vec<Value>> =
            ["4", "5", "6", "7"].iter().filter_map(|position| self.axis(row, position)).collect();
        let [parts, approaches, devices, qualifiers] = axes.as_slice() else {
            let message = "the row has not the axes 4 to 7: it makes no codes";
            let place = self.xml.place(row.line);
            self.report.add(Severity::Refused, "malformed-row", place, Some(table), message);
            return Ok(());
        };
        let count: u64 = axes.iter().map(|axis| axis.len() as u64).product();
        self.products += count;
        if self.products > MOST_CODES {
            return Err(self.xml.error("the tables make more codes than any edition has"));
        }
        self.compare(row, "codes", count);
        for part in parts {
            for approach in approaches {
                for device in devices {
                    for qualifier in qualifiers {
                        let values = [part, approach, device, qualifier];
                        let mut code = table.to_owned();
                        let mut name = operation.to_owned();
                        for value in values {
                            code.push(value.character);
                            if !value.label.starts_with("No ") {
                                name.push_str(", ");
                                name.push_str(&value.label);
                            }
                        }
                        self.add(&code, Some(table.to_owned()), name, Usability::Usable, row.line);
                    }
                }
            }
        }
        Ok(())
    }

    fn add(&mut self, code: &str, parent: Option<String>, name: String, usability: Usability, line: u64) {
        if let Some(first) = self.known.get(code) {
            let message = format!("already made in line {first}, which is kept");
            let place = self.xml.place(line);
            return self.report.add(Severity::Refused, "duplicate-code", place, Some(code), message);
        }
        self.known.insert(code.to_owned(), line);
        self.concepts.push(DraftConcept {
            code: code.to_owned(),
            usability,
            designations: vec![Designation::preferred("en", name)],
            parents: parent.into_iter().map(|code| Parent { code, kind: EdgeKind::IsA }).collect(),
            ..DraftConcept::default()
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn axis(position: u8, values: &[(&str, &str)]) -> String {
        let label = |(code, text): &(&str, &str)| format!("<label code=\"{code}\">{text}</label>");
        let labels: String = values.iter().map(label).collect();
        format!("<axis pos=\"{position}\" values=\"{}\"><title>T</title>{labels}</axis>\n", values.len())
    }

    fn row(codes: u32, parts: &[(&str, &str)]) -> String {
        let rest = axis(5, &[("0", "Open"), ("3", "Percutaneous")])
            + &axis(6, &[("Z", "No Device")])
            + &axis(7, &[("B", "Cisterns")]);
        format!("<pcsRow codes=\"{codes}\">\n{}{rest}</pcsRow>\n", axis(4, parts))
    }

    fn table(system: &str, rows: &str) -> String {
        let operation =
            axis(3, &[("1", "Bypass")]).replace("</axis>", "<definition>Altering the route</definition></axis>");
        let axes = axis(1, &[("0", "Medical")]) + &axis(2, &[(system, "Nervous System")]) + &operation;
        format!("<pcsTable>\n{axes}{rows}</pcsTable>\n")
    }

    fn file(tables: &str) -> String {
        format!(
            "<?xml version=\"1.0\"?>\n<ICD10PCS.tabular>\n<version>2021</version><title>2021 Tables</title>\n{tables}</ICD10PCS.tabular>\n"
        )
    }

    fn read(tables: &str) -> (Draft, Report) {
        read_from("tables.xml", file(tables).as_bytes(), None).unwrap()
    }

    fn rules(report: &Report) -> Vec<&'static str> {
        report.entries().iter().map(|entry| entry.rule).collect()
    }

    #[test]
    fn codes_are_products_of_the_axes() {
        let (draft, report) = read(&table("0", &row(4, &[("6", "Ventricle"), ("U", "Canal")])));
        assert_eq!(report.entries(), []);
        assert_eq!((report.rows, draft.edition.title.as_str()), (2, "2021 Tables"));
        let codes: Vec<_> = draft
            .concepts
            .iter()
            .map(|concept| (concept.code.as_str(), concept.parents.first().map_or("", |parent| &parent.code)))
            .collect();
        assert_eq!(
            codes,
            [
                ("0", ""),
                ("00", "0"),
                ("001", "00"),
                ("00160ZB", "001"),
                ("00163ZB", "001"),
                ("001U0ZB", "001"),
                ("001U3ZB", "001")
            ]
        );
        assert_eq!(draft.concepts[2].designations[0].text, "Nervous System, Bypass");
        assert_eq!(draft.concepts[2].properties, [(0, PropertyValue::Text("Altering the route".into()))]);
        assert_eq!(draft.concepts[6].designations[0].text, "Bypass, Canal, Percutaneous, Cisterns");
        assert_eq!(
            (draft.concepts[1].usability, draft.concepts[2].usability),
            (Usability::Grouper, Usability::Heading)
        );
    }

    #[test]
    fn bad_rows_are_refused_and_the_rest_is_kept() {
        let rows = [
            row(2, &[("6", "Ventricle")]),
            row(2, &[("6", "Again")]),
            row(9, &[("7", "Miscounted")]),
            row(2, &[("8", "Kept"), ("I", "No letter"), ("99", "Two"), ("8", "Twice"), ("9", "")]),
            format!("<pcsRow codes=\"1\">{}</pcsRow>", axis(4, &[("1", "Alone")])),
        ];
        let no_table = table("0", &row(2, &[("F", "Lost")])).replace("pos=\"2\"", "pos=\"9\"");
        let (draft, report) = read(&(no_table + &table("0", &rows.concat()) + &table("1", &row(2, &[("6", "Other")]))));
        let usable = draft.concepts.iter().filter(|concept| concept.usability == Usability::Usable);
        let usable: Vec<_> = usable.map(|concept| concept.code.as_str()).collect();
        assert_eq!(usable, ["00160ZB", "00163ZB", "00170ZB", "00173ZB", "00180ZB", "00183ZB", "01160ZB", "01163ZB"]);
        assert_eq!(
            rules(&report),
            [
                "malformed-table",
                "duplicate-code",
                "duplicate-code",
                "count-differs",
                "malformed-label",
                "malformed-label",
                "malformed-label",
                "malformed-label",
                "malformed-row",
            ]
        );
    }

    #[test]
    fn other_files_cut_off_ones_and_bombs_are_errors() {
        let whole = file(&table("0", &row(2, &[("6", "Ventricle")])));
        let all: Vec<String> =
            (b'0'..=b'Z').filter(|byte| is_value(*byte)).map(|byte| char::from(byte).to_string()).collect();
        let all: Vec<(&str, &str)> = all.iter().map(|code| (code.as_str(), "x")).collect();
        let bomb = format!("<pcsRow>{}{}{}{}</pcsRow>", axis(4, &all), axis(5, &all), axis(6, &all), axis(7, &all));
        for (content, part) in [
            (whole.split_once("</pcsTable>").unwrap().0, "cut off"),
            ("<ICD10CM.tabular/>", "no tables"),
            ("00001 001", "outside"),
            (&file(""), "no codes"),
            (&file(&table("0", &bomb)), "more codes"),
        ] {
            let error = read_from("x.xml", content.as_bytes(), None).err().unwrap().to_string();
            assert!(error.contains(part), "{error}");
        }
        let unversioned = whole.replace("<version>2021</version>", "");
        assert!(matches!(read_from("x", unversioned.as_bytes(), None), Err(Error::Argument { what: "version", .. })));
    }
}
