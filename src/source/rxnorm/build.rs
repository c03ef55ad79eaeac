//! The draft as it grows from rows.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::{Options, Table};
use crate::edition::{Date, InForce};
use crate::source::{
    Designation, DesignationStatus, DesignationUse, Draft, DraftConcept, EdgeKind, Place, PropertyDefinition,
    PropertyKind, PropertyValue, Report, Severity, SharedText, edges,
};
use crate::{Edition, Error, Result};

const SYSTEM: &str = "http://www.nlm.nih.gov/research/umls/rxnorm";

/// Term types of RxNorm that are further names of a concept; all others name it.
const FURTHER_NAMES: [&str; 4] = ["SY", "ET", "PSN", "TMSY"];

pub(super) struct Builder<'o> {
    options: &'o Options,
    pub(super) report: Report,
    file: String,
    line: u64,
    concepts: Vec<DraftConcept>,
    /// Where each concept was first read: the line in the table of names, or of retired concepts.
    origins: Vec<Place>,
    by_code: HashMap<String, usize>,
    english: SharedText,
    properties: Vec<PropertyDefinition>,
    by_name: HashMap<String, usize>,
    links: Vec<(u32, u32, EdgeKind)>,
    link_places: Vec<Place>,
    /// Rows that were not read, by the file's number among those read.
    passed_over: BTreeMap<(usize, &'static str), u64>,
    files: Vec<String>,
    version: Option<String>,
    day: Option<Date>,
}

impl<'o> Builder<'o> {
    pub(super) fn new(options: &'o Options, report: Report) -> Self {
        Self {
            options,
            report,
            file: String::new(),
            line: 0,
            concepts: Vec::new(),
            origins: Vec::new(),
            by_code: HashMap::new(),
            english: "en".into(),
            properties: Vec::new(),
            by_name: HashMap::new(),
            links: Vec::new(),
            link_places: Vec::new(),
            passed_over: BTreeMap::new(),
            files: Vec::new(),
            version: None,
            day: None,
        }
    }

    pub(super) fn start_file(&mut self, name: &str) {
        name.clone_into(&mut self.file);
        self.files.push(name.to_owned());
    }

    /// Takes a row of the present file.
    pub(super) fn add(&mut self, table: Table, line: u64, row: &str) {
        self.report.rows += 1;
        self.line = line;
        let fields: Vec<&str> = row.split('|').map(str::trim).collect();
        // The sign that ends the row makes one more, empty field.
        let expected = table.columns();
        let columns = fields.len().saturating_sub(usize::from(fields.last() == Some(&"")));
        if columns != expected && fields.len() != expected {
            let message = format!("{columns} columns where {expected} were expected");
            return self.tell(Severity::Refused, "field-count", fields.first().copied(), message);
        }
        let at = |column: usize| fields.get(column).copied().unwrap_or_default();
        match table {
            Table::Sources => self.add_source([at(3), at(4), at(6), at(13), at(23)]),
            Table::Names => self.add_name([at(0), at(1), at(7), at(11), at(12), at(14), at(16)]),
            Table::Types => self.add_type(at(0), at(3)),
            Table::Attributes => self.add_attribute([at(0), at(8), at(9), at(10), at(11)]),
            Table::Relationships => {
                self.add_relationship([at(0), at(2), at(3), at(4), at(6), at(7), at(10), at(14)]);
            }
            Table::Retired => self.add_retired(at(0), at(2), at(4)),
        }
    }

    fn add_source(&mut self, [abbreviation, name, version, restriction, short]: [&str; 5]) {
        if abbreviation == "RXNORM" {
            self.version = release(version).or_else(|| Some(version.to_owned()).filter(|version| !version.is_empty()));
            self.day = self.version.as_deref().and_then(day);
        }
        if self.is_read(abbreviation) {
            let name = if short.is_empty() { name } else { short };
            let message = format!("{name}, version {version}: restriction level {restriction}");
            self.tell(Severity::Note, "source-restriction", Some(abbreviation), message);
        }
    }

    fn add_name(&mut self, [code, language, atom, source, r#type, name, suppress]: [&str; 7]) {
        if !self.is_read(source) {
            return self.pass_over("of vocabularies that are not read");
        }
        if !is_code(code) {
            return self.tell(Severity::Refused, "bad-code", Some(code), "the RXCUI is no number");
        }
        if name.is_empty() {
            return self.tell(Severity::Refused, "missing-name", Some(code), "the row has no name");
        }
        let concept = self.list(code);
        let is_own_name = source == "RXNORM" && !FURTHER_NAMES.contains(&r#type);
        let is_inactive = matches!(suppress, "O" | "E");
        let r#use = match r#type {
            _ if is_own_name => DesignationUse::Preferred,
            "PSN" | "TMSY" if source == "RXNORM" => {
                DesignationUse::Other { system: SYSTEM.into(), code: r#type.into() }
            }
            _ => DesignationUse::Synonym,
        };
        let designation = Designation {
            text: name.to_owned(),
            language: self.language(code, language),
            r#use,
            status: if is_inactive { DesignationStatus::Inactive } else { DesignationStatus::Active },
            id: Some(atom.to_owned()).filter(|id| !id.is_empty()),
            ..Designation::default()
        };
        if let Some(concept) = self.concepts.get_mut(concept) {
            concept.designations.push(designation);
        }
        if is_own_name {
            let property = self.property("term-type", PropertyKind::Text, || {
                "What kind of concept it is (TTY): IN ingredient, SCD clinical drug, SBD branded drug, BN brand name …".to_owned()
            });
            self.set(concept, property, PropertyValue::Text(r#type.to_owned()));
        }
    }

    /// BCP 47 has two letters where the files have three.
    fn language(&mut self, code: &str, language: &str) -> SharedText {
        match language {
            "ENG" => self.english.clone(),
            "SPA" => "es".into(),
            other => {
                let message = format!("language {other:?} is not known here: its code was kept");
                self.tell(Severity::Doubtful, "language", Some(code), message);
                other.to_lowercase().into()
            }
        }
    }

    fn add_type(&mut self, code: &str, semantic_type: &str) {
        // Types are told of the concepts of all vocabularies.
        let Some(concept) = self.by_code.get(code).copied() else {
            return self.pass_over("of concepts without a name in the vocabularies that are read");
        };
        let property =
            self.property("semantic-type", PropertyKind::Text, || "Semantic type in the UMLS (STY)".to_owned());
        self.set(concept, property, PropertyValue::Text(semantic_type.to_owned()));
    }

    fn add_attribute(&mut self, [code, name, source, value, suppress]: [&str; 5]) {
        if !self.is_read(source) {
            return self.pass_over("of vocabularies that are not read");
        }
        if matches!(suppress, "O" | "E") {
            return self.pass_over("suppressed");
        }
        let Some(concept) = self.known(code) else { return };
        let property = self.property(&kebab(name), PropertyKind::Text, || format!("Attribute {name}"));
        self.set(concept, property, PropertyValue::Text(value.to_owned()));
    }

    /// The second concept of a row has the relationship to the first.
    fn add_relationship(&mut self, fields: [&str; 8]) {
        let [target, target_kind, general, code, code_kind, name, source, suppress] = fields;
        if !self.is_read(source) {
            return self.pass_over("of vocabularies that are not read");
        }
        if target_kind != "CUI" || code_kind != "CUI" {
            return self.pass_over("between single names");
        }
        if matches!(suppress, "O" | "E") {
            return self.pass_over("suppressed");
        }
        if name == "inverse_isa" {
            return self.pass_over("that repeat isa from the other side");
        }
        let Some(concept) = self.known(code) else { return };
        let is_known = self.by_code.get(target).copied();
        if name != "isa" {
            let name = kebab(if name.is_empty() { general } else { name });
            let property =
                self.property(&name, PropertyKind::Code, || format!("Relationship {name} to another concept"));
            return self.set(concept, property, PropertyValue::Code(target.to_owned()));
        }
        let Some(parent) = is_known else {
            let message = format!("its parent {target} is not listed: the edge was left out");
            return self.tell(Severity::Doubtful, "unknown-parent", Some(code), message);
        };
        let index = |index: usize| u32::try_from(index).unwrap_or(u32::MAX);
        self.links.push((index(concept), index(parent), EdgeKind::IsA));
        self.link_places.push(Place::line(&*self.file, self.line));
    }

    fn add_retired(&mut self, code: &str, last: &str, successor: &str) {
        if !is_code(code) {
            return self.tell(Severity::Refused, "bad-code", Some(code), "the RXCUI is no number");
        }
        let known = self.by_code.get(code).copied();
        let is_new = known.is_none();
        let concept = known.unwrap_or_else(|| self.list(code));
        let replaced_by = self.property("replaced-by", PropertyKind::Code, || {
            "The concept that took its place, or one of those into which it was split (RXNCUI)".to_owned()
        });
        let retired_after = self.property("retired-after", PropertyKind::Text, || {
            "The last version of RxNorm that had it (RXNCUI, VER_END)".to_owned()
        });
        if let Some(entry) = self.concepts.get_mut(concept) {
            if is_new {
                entry.inactive = true;
            } else if !entry.inactive && !entry.designations.is_empty() {
                let message = "it is told to be retired, but is listed; it stays as it is listed";
                self.tell(Severity::Doubtful, "retired-and-listed", Some(code), message);
            }
        }
        if !successor.is_empty() {
            self.set(concept, replaced_by, PropertyValue::Code(successor.to_owned()));
        }
        if !last.is_empty() {
            self.set(concept, retired_after, PropertyValue::Text(last.to_owned()));
        }
    }

    fn is_read(&self, source: &str) -> bool {
        self.options.sources.iter().any(|read| read == source)
    }

    /// The index of a concept, which is listed if it was not before.
    fn list(&mut self, code: &str) -> usize {
        if let Some(&known) = self.by_code.get(code) {
            return known;
        }
        let index = self.concepts.len();
        self.by_code.insert(code.to_owned(), index);
        self.concepts.push(DraftConcept { code: code.to_owned(), ..DraftConcept::default() });
        self.origins.push(Place::line(&*self.file, self.line));
        index
    }

    fn known(&mut self, code: &str) -> Option<usize> {
        let known = self.by_code.get(code).copied();
        if known.is_none() {
            self.tell(
                Severity::Refused,
                "unknown-concept",
                Some(code),
                "no name in the vocabularies that are read is of it",
            );
        }
        known
    }

    fn property(&mut self, name: &str, kind: PropertyKind, description: impl FnOnce() -> String) -> usize {
        if let Some(&known) = self.by_name.get(name) {
            return known;
        }
        // An attribute may be called as a relationship is.
        let index = self.properties.len();
        self.by_name.insert(name.to_owned(), index);
        self.properties.push(PropertyDefinition { name: name.to_owned(), description: description(), kind });
        index
    }

    fn set(&mut self, concept: usize, property: usize, value: PropertyValue) {
        // A name that two tables use has the kind that it got first.
        let value = match (self.properties.get(property).map(|property| property.kind), value) {
            (Some(PropertyKind::Text), PropertyValue::Code(text)) => PropertyValue::Text(text),
            (Some(PropertyKind::Code), PropertyValue::Text(text)) => PropertyValue::Code(text),
            (_, value) => value,
        };
        if let Some(concept) = self.concepts.get_mut(concept) {
            concept.properties.push((property, value));
        }
    }

    fn pass_over(&mut self, kind: &'static str) {
        *self.passed_over.entry((self.files.len(), kind)).or_default() += 1;
    }

    fn tell(&mut self, severity: Severity, rule: &'static str, code: Option<&str>, message: impl Into<String>) {
        let code = code.map(|code| code.chars().take(40).collect::<String>()).filter(|code| !code.is_empty());
        self.report.add(severity, rule, Place::line(&*self.file, self.line), code.as_deref(), message);
    }

    pub(super) fn finish(mut self) -> Result<(Draft, Report)> {
        if self.concepts.iter().all(|concept| concept.designations.is_empty()) {
            let message = "no row has a name from the vocabularies that are read";
            return Err(Error::source(Place::file("RXNCONSO.RRF"), message));
        }
        let version = self.options.version.clone().or(self.version).ok_or_else(|| Error::Argument {
            what: "version",
            value: String::new(),
            expected: "the release, such as 08042025, since there is no RXNSAB.RRF that tells it".to_owned(),
        })?;
        for (concept, place) in self.concepts.iter_mut().zip(self.origins) {
            finish_concept(concept, place, &mut self.report);
        }
        for place in edges::link(&mut self.concepts, &self.links) {
            let (Some(&(child, parent, _)), Some(at)) = (self.links.get(place), self.link_places.get(place)) else {
                continue;
            };
            let code = |index: u32| self.concepts.get(index as usize).map(|concept| concept.code.as_str());
            let message =
                format!("its parent {} is also below it: the edge was left out", code(parent).unwrap_or_default());
            self.report.add(Severity::Doubtful, "parent-cycle", at.clone(), code(child), message);
        }
        for ((file, kind), count) in self.passed_over {
            let message = format!("{count} rows {kind}");
            let file = self.files.get(file.saturating_sub(1)).cloned().unwrap_or_default();
            self.report.add(Severity::Note, "rows-passed-over", Place::file(file), None, message);
        }
        let edition = Edition {
            system: "rxnorm".to_owned(),
            url: SYSTEM.to_owned(),
            title: format!("RxNorm {version}"),
            version,
            issued_by: "National Library of Medicine".to_owned(),
            in_force: InForce { from: self.day, until: None },
            aliases: vec!["urn:oid:2.16.840.1.113883.6.88".to_owned()],
        };
        let draft = Draft {
            edition,
            language: "en".to_owned(),
            properties: self.properties,
            concepts: self.concepts,
            ..Draft::default()
        };
        Ok((draft, self.report))
    }
}

/// Puts names in use first, keeps one preferred one in each language, and each property value once.
fn finish_concept(concept: &mut DraftConcept, place: Place, report: &mut Report) {
    let names = &mut concept.designations;
    names.sort_by_key(|name| (name.status, name.r#use != DesignationUse::Preferred));
    let mut named: Vec<SharedText> = Vec::new();
    for name in names.iter_mut().filter(|name| name.status == DesignationStatus::Active) {
        let is_first = !named.contains(&name.language);
        match (&name.r#use, is_first) {
            (DesignationUse::Preferred, true) => named.push(name.language.clone()),
            (DesignationUse::Preferred, false) => name.r#use = DesignationUse::Synonym,
            // A concept with names of other vocabularies alone is shown by the first of them.
            (DesignationUse::Synonym, true) => {
                name.r#use = DesignationUse::Preferred;
                named.push(name.language.clone());
            }
            _ => {}
        }
    }
    if named.is_empty() && !concept.inactive {
        concept.inactive = names.iter().all(|name| name.status == DesignationStatus::Inactive);
        if !concept.inactive {
            let message = "it has no name in use that could be shown";
            report.add(Severity::Doubtful, "missing-name", place, Some(&concept.code), message);
        }
    }
    let mut seen = HashSet::new();
    concept.properties.retain(|value| seen.insert(value.clone()));
}

pub(super) fn is_code(text: &str) -> bool {
    (1..=16).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// `has_ingredient` as a property's name: `has-ingredient`.
fn kebab(name: &str) -> String {
    name.to_lowercase().replace(['_', ' '], "-")
}

/// The release as its publisher names it, `08042025`, from a version such as `20AA_250804F`.
fn release(version: &str) -> Option<String> {
    let digits = version.rsplit('_').next()?.trim_end_matches(|sign: char| sign.is_ascii_alphabetic());
    let (year, rest) = digits.split_at_checked(2)?;
    let is_date = digits.len() == 6 && digits.bytes().all(|byte| byte.is_ascii_digit());
    is_date.then(|| format!("{rest}20{year}"))
}

/// The day that a release is named by.
fn day(release: &str) -> Option<Date> {
    let (month, rest) = release.split_at_checked(2)?;
    let (day, year) = rest.split_at_checked(2)?;
    Date::new(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?).ok()
}
