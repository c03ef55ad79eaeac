//! The tabular list of ICD-10-CM in XML: what the order files have, and the notes.
//!
//! | source | elements | use |
//! |---|---|---|
//! | NCHS, `icd10cm_tabular_<year>.xml`, schema `icd10cm-tabular.xsd` of each release | `version` | version of the edition |
//! | | `chapter` (`name`, `desc`), `section` (`id`, `desc`) | groupers; a section lies below the last section before it whose range holds its own, which the file only implies |
//! | | `diag` (`name`, `desc`), nested | codes |
//! | | `inclusionTerm`, `includes` | inclusion terms |
//! | | `excludes1`, `excludes2`, `codeFirst`, `useAdditionalCode`, `codeAlso`, `notes`, `sevenChrNote` | a text property per note |
//! | | `sevenChrDef` (`extension`, `note`) | codes with a seventh character |
//! | | `introduction`, `sectionIndex` | ignored: prose, and what the sections tell themselves |
//! | | `visualImpairment` and any other element of a code | ignored and reported |
//!
//! Codes with a seventh character are not in the file. A `sevenChrDef` holds for all codes below the one that has it;
//! every code there that has no finer one becomes a heading, and the codes are its own characters, filled with `X` up to
//! six, and the seventh. Their names are as in the order file: the code's, a comma, the character's. A note such as "7th
//! characters D and S do not apply to codes in category S06 with 6th character 7" takes the codes away that it names.
//!
//! A section of one category is published under that category's code (`B20`); its concept is the range (`B20-B20`).
//! Chapters have the publisher's number (`1`).
//!
//! | rule | severity | meaning |
//! |---|---|---|
//! | `missing-code` | refused | a chapter, section or code without a name or without a title; what lies below it hangs higher |
//! | `malformed-code` | refused | a name that is no ICD-10-CM code |
//! | `duplicate-code` | refused | the code was listed before, which is kept |
//! | `malformed-seventh-character` | refused | an extension that is not one letter or digit |
//! | `seventh-character-note` | doubtful | a note about characters that do not apply could not be understood: nothing was taken away |
//! | `seventh-character-full` | doubtful | a code below a `sevenChrDef` has seven characters of its own: it stays as it is |
//! | `code-outside-parent` | repaired | a code does not begin as the code around it, as `H54.512A` in `H54.511` (2021): it hangs below the nearest with which it does |
//! | `ignored-element` | note | an element that has no place in a draft |
//! | `malformed-attribute`, `unknown-entity` | doubtful | XML that is damaged in a detail |
//!
//! Licence: in the public domain in the United States; the classification that it modifies is WHO's, whose permission
//! the US government has for its own purposes. Other uses need WHO's.

use std::collections::HashMap;
use std::io::Read;
use std::path::Path;

use super::super::reader::{begin, read_version};
use super::super::xml::{Element, Node, XmlReader};
use super::super::{
    Designation, DesignationUse, Draft, DraftConcept, EdgeKind, Format, Input, InputEntry, Parent, Place,
    PropertyDefinition, PropertyKind, PropertyValue, ReadOptions, Reader, Reading, Report, Severity, Usability,
};
use super::{edition, index, is_key, printed};
use crate::code::CodeGrammar;
use crate::{Error, Result};

/// Properties, with the elements that they come from.
const NOTES: [(&str, &str, &str); 7] = [
    ("excludes1", "excludes1", "Not coded here: never together with this code (ICD-10-CM, Excludes1)"),
    ("excludes2", "excludes2", "Not included here, though both may be present (ICD-10-CM, Excludes2)"),
    ("codeFirst", "code-first", "What must be coded before this code (ICD-10-CM)"),
    ("useAdditionalCode", "use-additional-code", "What must be coded beside this code (ICD-10-CM)"),
    ("codeAlso", "code-also", "What may have to be coded too, in either order (ICD-10-CM)"),
    ("notes", "note", "Note of the tabular list, as written"),
    ("sevenChrNote", "seventh-character-note", "How the seventh character is to be chosen, as written"),
];
const NOTE: usize = 5;

/// Reads a tabular list. [Indexes](super::index) beside it are read by the reader of the format
/// ([`Format::Icd10CmTabular`]).
///
/// `version` is the edition's version; without it, the list's own holds (`2021`).
///
/// # Errors
///
/// [`Error::Io`] if the file cannot be read; [`Error::Source`] if it is no tabular list of ICD-10-CM, is no well-formed
/// XML, or is cut off.
pub fn read(path: impl AsRef<Path>, version: Option<&str>) -> Result<(Draft, Report)> {
    read_version(&FormatReader, &Input::open(path)?, version)
}

/// Reads a tabular list from a stream; `name` is what the report calls it. See [`read`].
///
/// Memory is proportional to the draft.
pub fn read_from(name: &str, input: impl Read, version: Option<&str>) -> Result<(Draft, Report)> {
    read_xml(XmlReader::new(name, input), version, Report::default())
}

fn read_xml<R: Read>(xml: XmlReader<'_, R>, version: Option<&str>, report: Report) -> Result<(Draft, Report)> {
    let mut list = List { xml, report, slots: Vec::new(), version: None };
    list.read()?;
    list.draft(version)
}

/// Reads the one tabular list of an input, and adds the terms of the indexes that stand beside it. Uses
/// [`ReadOptions::version`].
pub(in super::super) struct FormatReader;

impl Reader for FormatReader {
    fn format(&self) -> Format {
        Format::Icd10CmTabular
    }

    fn read(&self, input: &Input, options: &ReadOptions) -> Result<Reading> {
        let (entries, report) = begin(input, self.format(), options)?;
        let (mut lists, mut indexes) = (Vec::new(), Vec::new());
        for entry in entries {
            if is_index(entry)? { indexes.push(entry) } else { lists.push(entry) }
        }
        let [list] = lists.as_slice() else {
            let message = match lists.len() {
                0 => "has indexes of ICD-10-CM, but no tabular list whose codes they lead to".to_owned(),
                several => format!("{several} of its files are tabular lists of ICD-10-CM, and one is read"),
            };
            return Err(Error::source(Place::file(input.name()), message));
        };
        let (mut draft, mut report) = read_xml(XmlReader::of(list)?, options.version.as_deref(), report)?;
        for entry in indexes {
            report = index::add_xml(&mut draft, XmlReader::of(entry)?, report)?;
        }
        options.finish(draft, report)
    }
}

fn is_index(entry: &InputEntry) -> Result<bool> {
    Ok(matches!(XmlReader::of(entry)?.next()?, Some(Node::Start(root)) if root.name == index::ROOT))
}

#[derive(Clone, Copy, PartialEq)]
enum Kind {
    Chapter,
    Section,
    Diagnosis,
}

/// A chapter, section or code as the file has it.
struct Slot {
    kind: Kind,
    line: u64,
    /// The slot around it.
    above: Option<usize>,
    /// Name or identifier, as written.
    name: String,
    title: String,
    inclusions: Vec<String>,
    notes: Vec<(usize, String)>,
    seventh: Vec<Seventh>,
    /// True if codes are nested in it.
    has_finer: bool,
}

/// One seventh character.
#[derive(Clone)]
struct Seventh {
    character: char,
    title: String,
    notes: Vec<String>,
}

struct List<'a, R: Read> {
    xml: XmlReader<'a, R>,
    report: Report,
    slots: Vec<Slot>,
    version: Option<String>,
}

impl<R: Read> List<'_, R> {
    /// Reads the whole file into slots.
    fn read(&mut self) -> Result<()> {
        match self.xml.next()? {
            Some(Node::Start(root)) if root.name == "ICD10CM.tabular" => {}
            _ => {
                return Err(self.xml.error("this is no tabular list of ICD-10-CM: its element is not ICD10CM.tabular"));
            }
        }
        let mut open: Vec<usize> = Vec::new();
        while let Some(node) = self.xml.next()? {
            match node {
                Node::Text(_) => {}
                Node::End => {
                    open.pop();
                }
                Node::Start(element) => {
                    let kind = match element.name.as_str() {
                        "chapter" => Kind::Chapter,
                        "section" => Kind::Section,
                        "diag" => Kind::Diagnosis,
                        _ => {
                            self.detail(element, open.last().copied())?;
                            continue;
                        }
                    };
                    let above = open.last().copied();
                    open.push(self.slots.len());
                    self.open(kind, &element, above);
                }
            }
        }
        Ok(())
    }

    fn open(&mut self, kind: Kind, element: &Element, above: Option<usize>) {
        self.report.rows += 1;
        if kind == Kind::Diagnosis
            && let Some(above) = above.and_then(|above| self.slots.get_mut(above))
        {
            above.has_finer = true;
        }
        self.slots.push(Slot {
            kind,
            line: element.line,
            above,
            name: element.attribute_or_empty("id").to_owned(),
            title: String::new(),
            inclusions: Vec::new(),
            notes: Vec::new(),
            seventh: Vec::new(),
            has_finer: false,
        });
    }

    /// Takes in an element that says something of the slot around it.
    fn detail(&mut self, element: Element, slot: Option<usize>) -> Result<()> {
        let Some(slot) = slot else {
            if element.name == "version" {
                let element = self.xml.complete(element)?;
                self.version = Some(element.text()).filter(|version| !version.is_empty());
                return Ok(());
            }
            return self.xml.skip();
        };
        if matches!(element.name.as_str(), "introduction" | "sectionIndex") {
            return self.xml.skip();
        }
        let element = self.xml.complete(element)?;
        let Some(slot) = self.slots.get_mut(slot) else { return Ok(()) };
        let texts = || element.named("note").map(Element::text).filter(|text| !text.is_empty());
        match element.name.as_str() {
            "name" => slot.name = element.text(),
            "desc" => slot.title = element.text(),
            "includes" | "inclusionTerm" => slot.inclusions.extend(texts()),
            "sevenChrDef" => {
                let place = self.xml.place(element.line);
                slot.seventh.extend(sevenths(&element, &slot.name, place, &mut self.report));
            }
            name => match NOTES.iter().position(|(element, ..)| *element == name) {
                Some(property) => slot.notes.extend(texts().map(|text| (property, text))),
                None => {
                    let message = format!("<{name}> has no place in a draft: left out");
                    let place = self.xml.place(element.line);
                    self.report.add(Severity::Note, "ignored-element", place, Some(&slot.name), message);
                }
            },
        }
        self.report.check()
    }

    /// Makes concepts of the slots.
    fn draft(mut self, version: Option<&str>) -> Result<(Draft, Report)> {
        let exceptions = self.exceptions();
        let mut draft = Draft {
            grammar: CodeGrammar::Icd10,
            language: "en".into(),
            properties: NOTES
                .iter()
                .map(|(_, name, description)| PropertyDefinition {
                    name: (*name).into(),
                    description: (*description).into(),
                    kind: PropertyKind::Text,
                })
                .collect(),
            ..Draft::default()
        };
        // The line of each code; for each slot its code, and the slot whose seventh characters are in force; the sections
        // that may lie around the next one.
        let mut known: HashMap<String, u64> = HashMap::new();
        let mut around: Vec<(Range, String)> = Vec::new();
        let mut codes: Vec<Option<String>> = Vec::with_capacity(self.slots.len());
        let mut in_force: Vec<Option<usize>> = Vec::with_capacity(self.slots.len());
        for (index, slot) in self.slots.iter().enumerate() {
            self.report.check()?;
            let above = slot.above.and_then(|above| in_force.get(above).copied().flatten());
            let seventh = if slot.seventh.is_empty() { above } else { Some(index) };
            in_force.push(seventh);
            // Sections around a section come before it.
            let range = Range::of(slot);
            if slot.kind == Kind::Chapter {
                around.clear();
            }
            if let Some(range) = &range {
                while around.last().is_some_and(|(wider, _): &(Range, String)| !wider.holds(range)) {
                    around.pop();
                }
            }
            let wider = around.last().filter(|_| range.is_some()).map(|(_, code)| code.clone());
            let parent = wider.or_else(|| self.parent(slot, &codes));
            let code = self.check(slot, parent.as_deref(), &known);
            let code = match code {
                Ok(code) => code,
                Err((rule, message)) => {
                    let place = self.xml.place(slot.line);
                    let name = Some(slot.name.as_str()).filter(|name| !name.is_empty());
                    self.report.add(Severity::Refused, rule, place, name, message);
                    // What lies below hangs on the concept that has the code, or on the one above.
                    codes.push(if rule == "duplicate-code" { slot.code() } else { None });
                    continue;
                }
            };
            known.insert(code.clone(), slot.line);
            if let Some(above) = self.above(slot).filter(|above| slot.is_outside(above)) {
                let below = parent.as_deref().unwrap_or("nothing");
                let message = format!("printed below {}, with which it does not begin: hung below {below}", above.name);
                let place = self.xml.place(slot.line);
                self.report.add(Severity::Repaired, "code-outside-parent", place, Some(&code), message);
            }
            codes.push(Some(code.clone()));
            around.extend(range.map(|range| (range, code.clone())));
            let seventh = seventh.and_then(|slot| self.slots.get(slot)).map_or(&[][..], |slot| &slot.seventh);
            let expanded = slot.kind == Kind::Diagnosis && !slot.has_finer && !seventh.is_empty();
            let key = code.replace('.', "");
            if expanded && key.len() > 6 {
                let message = "has seven characters of its own, yet a seventh is to be added";
                let place = self.xml.place(slot.line);
                self.report.add(Severity::Doubtful, "seventh-character-full", place, Some(&code), message);
            }
            let expanded = expanded && key.len() < 7;
            draft.concepts.push(slot.concept(&code, parent, expanded));
            if !expanded {
                continue;
            }
            for character in seventh {
                if exceptions.iter().any(|exception| exception.takes_away(&key, character.character)) {
                    continue;
                }
                let finer = printed(CodeGrammar::Icd10, &format!("{key:X<6}{}", character.character));
                if let Some(first) = known.insert(finer.clone(), slot.line) {
                    let message = format!("already made from line {first}, which is kept");
                    let place = self.xml.place(slot.line);
                    self.report.add(Severity::Refused, "duplicate-code", place, Some(&finer), message);
                    continue;
                }
                draft.concepts.push(DraftConcept {
                    code: finer,
                    designations: vec![Designation::preferred("en", format!("{}, {}", slot.title, character.title))],
                    parents: vec![Parent { code: code.clone(), kind: EdgeKind::IsA }],
                    properties: character.notes.iter().map(|note| (NOTE, PropertyValue::Text(note.clone()))).collect(),
                    ..DraftConcept::default()
                });
            }
        }
        self.report.check()?;
        if !draft.concepts.iter().any(|concept| concept.usability == Usability::Usable) {
            return Err(self.xml.error("the list has no codes"));
        }
        let Some(version) = version.map(str::to_owned).or_else(|| self.version.take()) else {
            return Err(Error::Argument {
                what: "version",
                value: String::new(),
                expected: "a version such as 2021, since the list tells none".into(),
            });
        };
        draft.edition = edition(version);
        self.xml.finish(&mut self.report);
        Ok((draft, self.report))
    }

    fn above(&self, slot: &Slot) -> Option<&Slot> {
        slot.above.and_then(|above| self.slots.get(above))
    }

    /// The code of the concept above a slot: the nearest that was kept and with which the slot's code begins.
    fn parent(&self, slot: &Slot, codes: &[Option<String>]) -> Option<String> {
        let mut above = slot.above;
        while let Some(index) = above {
            let candidate = self.slots.get(index)?;
            if let Some(code) = codes.get(index)?.as_ref().filter(|_| !slot.is_outside(candidate)) {
                return Some(code.clone());
            }
            above = candidate.above;
        }
        None
    }

    /// The code of a slot's concept, or why it can have none.
    fn check(
        &self,
        slot: &Slot,
        parent: Option<&str>,
        known: &HashMap<String, u64>,
    ) -> Result<String, (&'static str, String)> {
        if slot.name.is_empty() || slot.title.is_empty() {
            let what = if slot.name.is_empty() { "no name" } else { "no title" };
            let below = parent.map_or(String::new(), |parent| format!(" below {parent}"));
            return Err(("missing-code", format!("an element{below} has {what}: what lies in it hangs higher")));
        }
        let Some(code) = slot.code() else {
            return Err(("malformed-code", format!("{:?} is no ICD-10-CM code", slot.name)));
        };
        match known.get(&code) {
            Some(first) => Err(("duplicate-code", format!("already listed in line {first}, which is kept"))),
            None => Ok(code),
        }
    }

    /// What the notes take away again.
    fn exceptions(&mut self) -> Vec<Exception> {
        let mut exceptions = Vec::new();
        for slot in &self.slots {
            for (_, note) in &slot.notes {
                if !(note.starts_with("7th character") && note.contains("not apply")) {
                    continue;
                }
                match Exception::parse(note) {
                    Some(exception) => exceptions.push(exception),
                    None => {
                        let message = format!("not understood, so no code was taken away: {note:?}");
                        let place = self.xml.place(slot.line);
                        let rule = "seventh-character-note";
                        self.report.add(Severity::Doubtful, rule, place, Some(&slot.name), message);
                    }
                }
            }
        }
        exceptions
    }
}

fn sevenths(element: &Element, code: &str, place: Place, report: &mut Report) -> Vec<Seventh> {
    let mut sevenths: Vec<Seventh> = Vec::new();
    for child in element.elements() {
        let text = child.text();
        if child.name == "note" {
            // A note speaks of the character before it.
            if let Some(last) = sevenths.last_mut() {
                last.notes.push(text);
            }
            continue;
        }
        let mut characters = child.attribute_or_empty("char").chars();
        match (characters.next(), characters.next()) {
            (Some(character), None) if character.is_ascii_uppercase() || character.is_ascii_digit() => {
                sevenths.push(Seventh { character, title: text, notes: Vec::new() });
            }
            _ => {
                let message = format!("the character of {text:?} is not one letter or digit");
                report.add(Severity::Refused, "malformed-seventh-character", place.clone(), Some(code), message);
            }
        }
    }
    sevenths
}

impl Slot {
    /// The code of its concept, in printed form; `None` if its name is none.
    fn code(&self) -> Option<String> {
        match self.kind {
            // Numbers, in some editions Roman ones: neither can be taken for a code.
            Kind::Chapter => {
                let is_of = |letters: &[u8]| self.name.bytes().all(|byte| letters.contains(&byte));
                let is_number =
                    (self.name.len() < 3 && is_of(b"0123456789")) || (self.name.len() <= 8 && is_of(b"IVX"));
                is_number.then(|| self.name.clone())
            }
            Kind::Section => Range::of(self).map(|range| format!("{}-{}", range.first, range.last)),
            Kind::Diagnosis => {
                let key = self.name.replacen('.', "", 1);
                let code = printed(CodeGrammar::Icd10, &key);
                (is_key(&key) && code == self.name).then_some(code)
            }
        }
    }

    /// True if both are codes and the own one does not begin with the other.
    fn is_outside(&self, above: &Self) -> bool {
        self.kind == Kind::Diagnosis && above.kind == Kind::Diagnosis && !self.name.starts_with(&above.name)
    }

    fn concept(&self, code: &str, parent: Option<String>, expanded: bool) -> DraftConcept {
        let mut designations = vec![Designation::preferred("en", self.title.as_str())];
        designations.extend(self.inclusions.iter().map(|text| Designation {
            text: text.clone(),
            language: "en".into(),
            r#use: DesignationUse::Inclusion,
            ..Designation::default()
        }));
        DraftConcept {
            code: code.to_owned(),
            source_code: (code != self.name).then(|| self.name.clone()),
            usability: match self.kind {
                Kind::Diagnosis if self.has_finer || expanded => Usability::Heading,
                Kind::Diagnosis => Usability::Usable,
                Kind::Chapter | Kind::Section => Usability::Grouper,
            },
            designations,
            parents: parent.into_iter().map(|code| Parent { code, kind: EdgeKind::IsA }).collect(),
            properties: self.notes.iter().map(|(at, text)| (*at, PropertyValue::Text(text.clone()))).collect(),
            ..DraftConcept::default()
        }
    }
}

/// First and last category of a section.
#[derive(PartialEq)]
struct Range {
    first: String,
    last: String,
}

impl Range {
    fn of(slot: &Slot) -> Option<Self> {
        let (first, last) = slot.name.split_once('-').unwrap_or((&slot.name, &slot.name));
        let is_category = |text: &str| text.len() == 3 && is_key(text);
        (slot.kind == Kind::Section && is_category(first) && is_category(last) && first <= last)
            .then(|| Self { first: first.to_owned(), last: last.to_owned() })
    }

    /// True if another range lies in this one and is not the same.
    fn holds(&self, other: &Self) -> bool {
        self != other && self.first <= other.first && other.last <= self.last
    }
}

/// Seventh characters that some codes do not have.
#[derive(Debug, PartialEq)]
struct Exception {
    characters: Vec<char>,
    category: String,
    /// At which place, counted from 0, a code must have one of which characters.
    only_if: Option<(usize, Vec<char>)>,
}

impl Exception {
    /// Reads "7th characters D and S do not apply to codes in category S06 with 6th character 7 - (why), or 8 - (why)".
    fn parse(note: &str) -> Option<Self> {
        let rest = note.strip_prefix("7th character")?;
        let (characters, rest) =
            rest.split_once(" do not apply to ").or_else(|| rest.split_once(" does not apply to "))?;
        let rest = rest.trim_start_matches("codes in ").trim_start_matches("code ");
        let rest = rest.strip_prefix("category ").or_else(|| rest.strip_prefix("subcategory ")).unwrap_or(rest);
        let (category, rest) = rest.split_once(' ').unwrap_or((rest, ""));
        let category = category.trim_end_matches(['.', ',']).replace('.', "");
        let only_if = match rest.trim_start().strip_prefix("with ") {
            None if rest.trim().is_empty() => None,
            None => return None,
            Some(condition) => {
                let (place, which) = condition.split_once(" character")?;
                let place = place.strip_suffix("th")?.parse::<usize>().ok().filter(|place| (4..=6).contains(place))?;
                Some((place - 1, single_characters(which)))
            }
        };
        let exception = Self { characters: single_characters(characters), category, only_if };
        let says_which = !exception.characters.is_empty()
            && exception.only_if.as_ref().is_none_or(|(_, characters)| !characters.is_empty());
        (says_which && is_key(&exception.category)).then_some(exception)
    }

    fn takes_away(&self, key: &str, seventh: char) -> bool {
        let applies = |(place, characters): &(usize, Vec<char>)| {
            let at_place = format!("{key:X<6}").chars().nth(*place);
            at_place.is_some_and(|character| characters.contains(&character))
        };
        self.characters.contains(&seventh)
            && key.starts_with(&self.category)
            && self.only_if.as_ref().is_none_or(applies)
    }
}

/// The capitals and digits that stand alone in a text.
fn single_characters(text: &str) -> Vec<char> {
    let words = text.split(|c: char| c.is_whitespace() || matches!(c, ',' | '.' | ';'));
    words
        .filter_map(|word| {
            let mut characters = word.chars();
            characters.next().filter(|_| characters.next().is_none())
        })
        .filter(|character| character.is_ascii_uppercase() || character.is_ascii_digit())
        .collect()
}

#[cfg(test)]
mod tests;
