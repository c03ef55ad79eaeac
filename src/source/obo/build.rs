//! From terms, however they were written, to a draft.

use std::collections::HashMap;

use crate::code::CodeGrammar;
use crate::source::{
    Designation, DesignationUse, Draft, DraftConcept, EdgeKind, Place, PropertyDefinition, PropertyKind, PropertyValue,
    ReadOptions, Report, Severity, SharedText, edges,
};
use crate::{Edition, Error, Result};

/// The vocabulary in which scopes of synonyms are defined.
pub(super) const OBO_IN_OWL: &str = "http://www.geneontology.org/formats/oboInOwl";

/// How far a synonym's meaning is the term's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Scope {
    Exact,
    Narrow,
    Broad,
    Related,
}

/// A term as it was read.
#[derive(Default)]
pub(super) struct Term {
    pub(super) place: Place,
    pub(super) id: String,
    pub(super) name: String,
    /// Text, scope, and type if there is one.
    pub(super) synonyms: Vec<(String, Scope, Option<String>)>,
    pub(super) is_obsolete: bool,
    /// Name of the property, and value.
    pub(super) texts: Vec<(&'static str, String)>,
    pub(super) replaced_by: Vec<String>,
    pub(super) consider: Vec<String>,
}

/// What the file says about the ontology.
#[derive(Default)]
pub(super) struct Ontology {
    /// Its short name: `hp`.
    pub(super) name: String,
    pub(super) version: String,
    pub(super) title: String,
    pub(super) creator: String,
    pub(super) license: String,
}

impl Ontology {
    /// Takes the version that the user told, if the file tells none.
    pub(super) fn version_if_untold(&mut self, options: &ReadOptions) {
        if self.version.is_empty() {
            self.version = options.version.clone().unwrap_or_default();
        }
    }
}

/// The draft as it grows.
pub(super) struct Builder {
    pub(super) report: Report,
    english: SharedText,
    concepts: Vec<DraftConcept>,
    by_code: HashMap<String, usize>,
    properties: Vec<PropertyDefinition>,
    by_name: HashMap<String, usize>,
    /// Child, kind of relation, target, and place.
    relations: Vec<(usize, String, String, Place)>,
}

impl Builder {
    pub(super) fn new(report: Report) -> Self {
        let mut builder = Self {
            report,
            english: "en".into(),
            concepts: Vec::new(),
            by_code: HashMap::new(),
            properties: Vec::new(),
            by_name: HashMap::new(),
            relations: Vec::new(),
        };
        for (name, kind, meaning) in [
            ("definition", PropertyKind::Text, "What the term means"),
            ("comment", PropertyKind::Text, "A comment of the ontology's authors"),
            ("xref", PropertyKind::Text, "A term of another vocabulary that is about the same: UMLS:C0444868"),
            ("subset", PropertyKind::Text, "A named part of the ontology that the term is in"),
            ("alternative-id", PropertyKind::Text, "Identifier of a term that was merged into this one"),
            ("replaced-by", PropertyKind::Code, "The term that took its place"),
            ("consider", PropertyKind::Code, "A term to consider in its place"),
        ] {
            builder.property(name, kind, meaning);
        }
        builder
    }

    fn property(&mut self, name: &str, kind: PropertyKind, description: &str) -> usize {
        if let Some(&known) = self.by_name.get(name) {
            return known;
        }
        let index = self.properties.len();
        self.by_name.insert(name.to_owned(), index);
        let (name, description) = (name.to_owned(), description.to_owned());
        self.properties.push(PropertyDefinition { name, description, kind });
        index
    }

    /// Lists a term; false if its identifier cannot be a code or is listed already.
    pub(super) fn add(&mut self, term: Term) -> bool {
        let id: String = term.id.chars().take(40).collect();
        if CodeGrammar::Verbatim.parse(&term.id).is_none() {
            self.report.add(Severity::Refused, "bad-code", term.place, Some(&id), "this cannot be a code");
            return false;
        }
        if self.by_code.contains_key(&term.id) {
            let message = "the term was listed before, and that one is kept";
            self.report.add(Severity::Doubtful, "duplicate-code", term.place, Some(&id), message);
            return false;
        }
        let mut designations = Vec::new();
        if term.name.is_empty() {
            self.report.add(Severity::Doubtful, "missing-name", term.place, Some(&id), "the term has no name");
        } else {
            designations.push(Designation::preferred(self.english.clone(), term.name));
        }
        for (text, scope, kind) in term.synonyms {
            let r#use = match (scope, kind) {
                (Scope::Exact, None) => DesignationUse::Synonym,
                (Scope::Exact, Some(kind)) => synonym_type(&kind),
                (Scope::Narrow, _) => DesignationUse::Inclusion,
                (Scope::Broad, _) => scoped("hasBroadSynonym"),
                (Scope::Related, _) => scoped("hasRelatedSynonym"),
            };
            let is_known = |known: &Designation| known.text == text && known.r#use == r#use;
            if !designations.iter().any(is_known) {
                let language = self.english.clone();
                designations.push(Designation { text, language, r#use, ..Designation::default() });
            }
        }
        let mut properties = Vec::new();
        for (name, text) in term.texts {
            let property = self.property(name, PropertyKind::Text, "");
            properties.push((property, PropertyValue::Text(text)));
        }
        for (name, codes) in [("replaced-by", term.replaced_by), ("consider", term.consider)] {
            let property = self.property(name, PropertyKind::Code, "");
            properties.extend(codes.into_iter().map(|code| (property, PropertyValue::Code(code))));
        }
        self.by_code.insert(term.id.clone(), self.concepts.len());
        self.concepts.push(DraftConcept {
            code: term.id,
            inactive: term.is_obsolete,
            designations,
            properties,
            ..DraftConcept::default()
        });
        true
    }

    /// Remembers what the last listed term, or another, is related to.
    pub(super) fn relate(&mut self, code: &str, relation: &str, target: String, place: Place) {
        if let Some(&child) = self.by_code.get(code) {
            self.relations.push((child, relation.to_owned(), target, place));
        }
    }

    pub(super) fn finish(mut self, file: &str, ontology: Ontology) -> Result<(Draft, Report)> {
        if self.concepts.is_empty() {
            return Err(Error::source(Place::file(file), "there is no term of an ontology"));
        }
        let mut links = Vec::new();
        let mut origins = Vec::new();
        for (child, relation, target, place) in std::mem::take(&mut self.relations) {
            let kind = match relation.as_str() {
                "is_a" => EdgeKind::IsA,
                "part_of" | "BFO:0000050" => EdgeKind::PartOf,
                _ => {
                    let meaning = format!("Relation {relation} to another term");
                    let property =
                        self.property(&relation.to_lowercase().replace('_', "-"), PropertyKind::Code, &meaning);
                    let is_code = self.properties.get(property).is_some_and(|known| known.kind == PropertyKind::Code);
                    let value = if is_code { PropertyValue::Code(target) } else { PropertyValue::Text(target) };
                    if let Some(concept) = self.concepts.get_mut(child) {
                        concept.properties.push((property, value));
                    }
                    continue;
                }
            };
            let code = self.concepts.get(child).map(|concept| concept.code.clone());
            let Some(&parent) = self.by_code.get(&target) else {
                let target: String = target.chars().take(40).collect();
                let message = format!("its parent {target} is not listed: the edge was left out");
                self.report.add(Severity::Doubtful, "unknown-parent", place, code.as_deref(), message);
                continue;
            };
            let index = |index: usize| u32::try_from(index).unwrap_or(u32::MAX);
            links.push((index(child), index(parent), kind));
            origins.push((place, code));
        }
        for left_out in edges::link(&mut self.concepts, &links) {
            if let Some((place, code)) = origins.get(left_out) {
                let message = "its parent is also below it: the edge was left out";
                self.report.add(Severity::Doubtful, "parent-cycle", place.clone(), code.as_deref(), message);
            }
        }
        let draft = Draft {
            edition: edition(&ontology),
            language: "en".to_owned(),
            properties: self.properties,
            concepts: self.concepts,
            ..Draft::default()
        };
        Ok((draft, self.report))
    }
}

fn scoped(code: &str) -> DesignationUse {
    DesignationUse::Other { system: OBO_IN_OWL.into(), code: code.into() }
}

/// A synonym type is told by a URL: `http://purl.obolibrary.org/obo/hp#layperson`.
fn synonym_type(kind: &str) -> DesignationUse {
    let (system, code) = kind.rsplit_once(['#', '/']).unwrap_or((OBO_IN_OWL, kind));
    DesignationUse::Other { system: system.into(), code: code.into() }
}

/// The short name of the ontology whose identifiers have a prefix, in lower case.
pub(super) fn system_of(prefix: &str) -> &str {
    // The name by which FHIR knows it.
    if prefix == "hp" { "hpo" } else { prefix }
}

fn edition(ontology: &Ontology) -> Edition {
    let name = ontology.name.to_lowercase();
    let file = format!("http://purl.obolibrary.org/obo/{name}.owl");
    let system = system_of(&name).to_owned();
    let (url, aliases) = match name.as_str() {
        // The URL by which FHIR knows it.
        "hp" => ("http://human-phenotype-ontology.org".to_owned(), vec!["hp".to_owned(), file]),
        _ => (file, Vec::new()),
    };
    let title = if ontology.title.is_empty() { name.to_uppercase() } else { ontology.title.clone() };
    let license = Some(&ontology.license).filter(|license| !license.is_empty());
    let license = license.map(|license| format!("; license: {license}")).unwrap_or_default();
    Edition {
        system,
        url,
        version: ontology.version.clone(),
        title: format!("{title} {}", ontology.version).trim().to_owned(),
        issued_by: format!("{}{license}", ontology.creator).trim_start_matches("; ").to_owned(),
        aliases,
        ..Edition::default()
    }
}

/// `HP:0000118` for `http://purl.obolibrary.org/obo/HP_0000118`; other identifiers stay as they are.
#[cfg(feature = "json")]
pub(super) fn curie(id: &str) -> String {
    let end = id.strip_prefix("http://purl.obolibrary.org/obo/").filter(|end| !end.contains(['#', '/']));
    match end.and_then(|end| end.split_once('_')) {
        Some((prefix, number)) => format!("{prefix}:{number}"),
        None => id.to_owned(),
    }
}

/// The short name in an ontology's URL: `http://purl.obolibrary.org/obo/hp.json`.
#[cfg(feature = "json")]
pub(super) fn name_in_url(url: &str) -> String {
    let end = url.rsplit('/').next().unwrap_or_default();
    end.split('.').next().unwrap_or_default().to_owned()
}

/// The part of a version's URL or path that is a date or number, else the whole: `hp/releases/2024-08-13/hp.json`.
pub(super) fn version_in(text: &str) -> String {
    let is_version = |part: &&str| part.starts_with(|sign: char| sign.is_ascii_digit());
    text.split('/').find(is_version).unwrap_or(text).to_owned()
}
