//! The draft as it grows.

use std::collections::HashMap;

use super::{Options, Table};
use crate::code::{CodeGrammar, loinc};
use crate::edition::InForce;
use crate::source::csv_table::CsvTable;
use crate::source::{
    Designation, DesignationUse, Draft, DraftConcept, EdgeKind, InputEntry, Place, PropertyDefinition, PropertyKind,
    PropertyValue, Report, Severity, SharedText, Usability, edges,
};
use crate::{Edition, Result};

pub(super) const SYSTEM: &str = "http://loinc.org";

/// A row that is being read: its place, and the code that it is of.
pub(super) struct Origin<'r> {
    pub(super) file: &'r str,
    pub(super) line: u64,
    pub(super) code: &'r str,
}

pub(super) struct Builder<'o> {
    pub(super) options: &'o Options,
    pub(super) report: Report,
    pub(super) concepts: Vec<DraftConcept>,
    by_code: HashMap<String, usize>,
    properties: Vec<PropertyDefinition>,
    by_name: HashMap<String, usize>,
    /// The language of the last name; names of a language stand together.
    language: SharedText,
    /// Child, parent, and where the row stands.
    pub(super) links: Vec<(u32, u32, EdgeKind)>,
    pub(super) link_places: Vec<Place>,
    /// Language tags of linguistic variants, by their number.
    pub(super) variants: HashMap<String, String>,
    /// The latest version in which a term was changed, as numbers and as written.
    pub(super) latest: ((u32, u32), String),
}

impl<'o> Builder<'o> {
    pub(super) fn new(options: &'o Options, report: Report) -> Self {
        Self {
            options,
            report,
            concepts: Vec::new(),
            by_code: HashMap::new(),
            properties: Vec::new(),
            by_name: HashMap::new(),
            language: SharedText::default(),
            links: Vec::new(),
            link_places: Vec::new(),
            variants: HashMap::new(),
            latest: ((0, 0), String::new()),
        }
    }

    pub(super) fn add_file(&mut self, table: Table, entry: &InputEntry) -> Result<()> {
        let mut file = CsvTable::open(entry)?;
        match table {
            Table::Terms => self.add_terms(&mut file),
            Table::Parts => self.add_parts(&mut file),
            Table::AnswerLists => self.add_answer_lists(&mut file),
            Table::MapTo => self.add_replacements(&mut file),
            Table::ConsumerNames => self.add_consumer_names(&mut file),
            Table::PartLinks => self.add_part_links(&mut file),
            Table::AnswerListLinks => self.add_answer_list_links(&mut file),
            Table::Hierarchy => self.add_hierarchy(&mut file),
            Table::Variants => self.add_variants(&mut file),
            Table::Variant => self.add_variant(&mut file, entry.name()),
        }
    }

    /// Goes to the next row, unless reading is strict and the last one was doubtful.
    pub(super) fn next(&mut self, file: &mut CsvTable) -> Result<Option<u64>> {
        self.report.check()?;
        file.next(&mut self.report)
    }

    pub(super) fn tell(
        &mut self,
        severity: Severity,
        rule: &'static str,
        origin: &Origin<'_>,
        message: impl Into<String>,
    ) {
        let code: String = origin.code.chars().take(40).collect();
        let code = Some(code.as_str()).filter(|code| !code.is_empty());
        self.report.add(severity, rule, Place::line(origin.file, origin.line), code, message);
    }

    /// Lists a code; its index, or `None` if that is not possible or it is listed already.
    pub(super) fn list(&mut self, origin: &Origin<'_>, concept: DraftConcept) -> Option<usize> {
        if origin.code.is_empty() {
            self.tell(Severity::Refused, "missing-code", origin, "the row has no code");
            return None;
        }
        if CodeGrammar::Verbatim.parse(origin.code).is_none() {
            self.tell(Severity::Refused, "bad-code", origin, "this cannot be a code");
            return None;
        }
        if self.by_code.contains_key(origin.code) {
            self.tell(Severity::Doubtful, "duplicate-code", origin, "the code was listed before, and that row is kept");
            return None;
        }
        match loinc::parse(origin.code) {
            Ok(_) => {}
            Err(fault @ loinc::Fault::Form) => self.tell(Severity::Doubtful, "code-form", origin, fault.to_string()),
            Err(fault) => self.tell(Severity::Doubtful, "check-digit", origin, fault.to_string()),
        }
        let index = self.concepts.len();
        self.by_code.insert(origin.code.to_owned(), index);
        self.concepts.push(DraftConcept { code: origin.code.to_owned(), ..concept });
        Some(index)
    }

    pub(super) fn index_of(&self, code: &str) -> Option<usize> {
        self.by_code.get(code).copied()
    }

    /// The index of the code that a row of an accessory file is of; reported if it is not listed.
    pub(super) fn known(&mut self, origin: &Origin<'_>) -> Option<usize> {
        let index = self.index_of(origin.code);
        if index.is_none() {
            self.tell(Severity::Refused, "unknown-code", origin, "no file lists this code");
        }
        index
    }

    /// The index of a property, which is defined if it was not before.
    pub(super) fn property(&mut self, name: &str, kind: PropertyKind, description: &str) -> usize {
        if let Some(&known) = self.by_name.get(name) {
            return known;
        }
        let index = self.properties.len();
        let (name, description) = (name.to_owned(), description.to_owned());
        self.by_name.insert(name.clone(), index);
        self.properties.push(PropertyDefinition { name, description, kind });
        index
    }

    pub(super) fn set(&mut self, concept: usize, property: usize, value: PropertyValue) {
        if let Some(concept) = self.concepts.get_mut(concept) {
            concept.properties.push((property, value));
        }
    }

    /// Adds a designation, unless the concept has the text in that language already. Files are read one language after
    /// the other, so that the terms of a language stand together.
    pub(super) fn name(&mut self, concept: usize, language: &str, r#use: DesignationUse, text: &str) {
        let Some(concept) = self.concepts.get_mut(concept).filter(|_| !text.is_empty()) else { return };
        let mut same_language = concept.designations.iter().rev().take_while(|known| known.language == language);
        if !same_language.any(|known| known.text == text) {
            if self.language != language {
                self.language = language.into();
            }
            let (text, language) = (text.to_owned(), self.language.clone());
            concept.designations.push(Designation { text, language, r#use, ..Designation::default() });
        }
    }

    /// Adds each of the names that semicolons separate.
    pub(super) fn index_terms(&mut self, concept: usize, language: &str, texts: &str) {
        for text in texts.split(';') {
            self.name(concept, language, DesignationUse::IndexTerm, text.trim());
        }
    }

    pub(super) fn finish(mut self) -> (Draft, Report) {
        for place in edges::link(&mut self.concepts, &self.links) {
            let (Some(&(child, parent, _)), Some(at)) = (self.links.get(place), self.link_places.get(place)) else {
                continue;
            };
            let code = |index: u32| self.concepts.get(index as usize).map(|concept| concept.code.as_str());
            let message =
                format!("its parent {} is also below it: the edge was left out", code(parent).unwrap_or_default());
            self.report.add(Severity::Doubtful, "parent-cycle", at.clone(), code(child), message);
        }
        let version = match &self.options.version {
            Some(version) => version.clone(),
            None => {
                let message = format!("taken for release {}, the latest in which any term was changed", self.latest.1);
                self.report.add(Severity::Note, "version", Place::default(), None, message);
                self.latest.1
            }
        };
        let edition = Edition {
            system: "loinc".to_owned(),
            url: SYSTEM.to_owned(),
            title: format!("LOINC {version}"),
            version,
            issued_by: "Regenstrief Institute, Inc. and the LOINC Committee; license: http://loinc.org/license"
                .to_owned(),
            in_force: InForce::default(),
            aliases: vec!["urn:oid:2.16.840.1.113883.6.1".to_owned()],
        };
        let draft = Draft {
            edition,
            language: "en".to_owned(),
            properties: self.properties,
            concepts: self.concepts,
            ..Draft::default()
        };
        (draft, self.report)
    }
}

/// A concept that groups others and is none to record.
pub(super) fn grouper() -> DraftConcept {
    DraftConcept { usability: Usability::Grouper, ..DraftConcept::default() }
}
