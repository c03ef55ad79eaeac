//! A `CodeSystem` becomes a [`Draft`].

use std::collections::HashMap;

use super::element::Element;
use super::metadata::{Coding, Metadata, translations};
use super::walk::At;
use super::{Settings, extension, link, properties, terms};
use crate::code::{CodeGrammar, Mark};
use crate::source::{
    Content, Designation, DesignationUse, Draft, DraftConcept, DraftPosition, Place, PropertyValue, Report, Severity,
    Usability,
};

/// A code system as a FHIR resource tells it: a [`Draft`], and what a draft has no place for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(default))]
pub struct CodeSystemDraft {
    /// What the resource says about itself. The draft's edition is [derived](Metadata::edition) from it, and what is
    /// written is this.
    pub metadata: Metadata,
    /// The word of `content`, where it says more than [`Draft::content`]: `example`, `not-present`.
    pub content: Option<String>,
    /// Whether the case of letters counts in codes; `None` if the resource does not say.
    pub case_sensitive: Option<bool>,
    /// The word of `hierarchyMeaning`: `is-a`, `part-of`, `grouped-by`, `classified-with`.
    pub hierarchy_meaning: Option<String>,
    /// Whether codes can be put together by a grammar.
    pub compositional: Option<bool>,
    /// Whether a code means nothing without the version.
    pub version_needed: Option<bool>,
    /// The value set of all codes.
    pub value_set: Option<String>,
    /// How many concepts the resource says that the whole code system has.
    pub count: Option<u64>,
    /// For each property of the draft: what a [`PropertyDefinition`](crate::source::PropertyDefinition) has
    /// no place for.
    pub properties: Vec<FhirProperty>,
    /// The concepts.
    pub draft: Draft,
}

/// What FHIR tells of a property beyond a [`PropertyDefinition`](crate::source::PropertyDefinition).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(default))]
pub struct FhirProperty {
    /// What identifies the property outside the code system.
    pub uri: Option<String>,
    /// The word of `type`: `code`, `Coding`, `string`, `integer`, `boolean`, `dateTime`, `decimal`.
    pub r#type: String,
}

/// Where a resource stands, and how it is to be read.
pub(super) struct Source<'a> {
    pub(super) at: At<'a>,
    pub(super) settings: &'a Settings,
}

/// The name of the property that holds `concept.definition`.
pub(super) const DEFINITION: &str = "definition";

/// A concept as it was met, in the order of the file.
struct Slot {
    line: u64,
    /// The slot of the concept around it.
    above: Option<usize>,
    /// `None` until it closes, and for good if it has no code.
    concept: Option<DraftConcept>,
}

/// A property as concepts use it.
pub(super) struct Used {
    pub(super) code: String,
    /// The type of its first value, and where that was.
    pub(super) r#type: &'static str,
    pub(super) line: u64,
}

/// The concepts of a code system, as they come.
#[derive(Default)]
pub(super) struct Builder {
    slots: Vec<Slot>,
    /// Slots that are open.
    open: Vec<usize>,
    used: Vec<Used>,
    by_name: HashMap<String, usize>,
}

impl Builder {
    pub(super) fn open(&mut self, line: u64) {
        let above = self.open.last().copied();
        self.open.push(self.slots.len());
        self.slots.push(Slot { line, above, concept: None });
    }

    pub(super) fn close(&mut self, element: Element, at: At<'_>, report: &mut Report) {
        let Some(slot) = self.open.pop() else { return };
        let line = self.slots.get(slot).map_or(at.line, |slot| slot.line);
        let concept = self.concept(&element, At { line, ..at }, report);
        if let Some(slot) = self.slots.get_mut(slot) {
            slot.concept = concept;
        }
    }

    fn concept(&mut self, element: &Element, at: At<'_>, report: &mut Report) -> Option<DraftConcept> {
        report.rows += 1;
        let Some(code) = element.text("code") else {
            let named = element.text("display").map_or_else(String::new, |display| format!(" ({display:?})"));
            let message = format!("a concept without a code{named}; left out");
            report.add(Severity::Refused, "missing-code", at.place().with_field("concept.code"), None, message);
            return None;
        };
        let written = element.first("code");
        if written.is_some_and(|written| written.bare) {
            let message = "the code should be a string and is a bare number or boolean; taken as it is written";
            report.add(Severity::Repaired, "value-type", at.place().with_field("concept.code"), Some(code), message);
        }
        if written.and_then(|written| written.value.as_deref()) != Some(code) {
            let message = "white space at the ends of the code was cut";
            report.add(Severity::Repaired, "padded-text", at.place().with_field("concept.code"), Some(code), message);
        }
        if element.first("modifierExtension").is_some() {
            let message = "a modifier extension may change what the concept means, and is not understood";
            report.add(Severity::Doubtful, "modifier-extension", at.place(), Some(code), message);
        }
        let mut concept = DraftConcept { code: code.to_owned(), ..DraftConcept::default() };
        self.add_terms(&mut concept, element, at, report);
        if let Some(definition) = element.text(DEFINITION) {
            let property = self.property(DEFINITION, "string", at.line);
            concept.properties.push((property, PropertyValue::Text(definition.to_owned())));
        }
        for property in element.all("property") {
            self.add_property(&mut concept, property, at, report);
        }
        concept.source_code = element.extension_text(extension::SOURCE_CODE).map(str::to_owned);
        if element.extension_text(extension::USABILITY) == Some("heading") {
            concept.usability = Usability::Heading;
        }
        concept.positions = element.extensions(extension::POSITION).filter_map(position).collect();
        Some(concept)
    }

    /// The display, its translations, and the designations. Languages and uses that are not told stay blank until the
    /// resource's own language is known.
    fn add_terms(&mut self, concept: &mut DraftConcept, element: &Element, at: At<'_>, report: &mut Report) {
        let Some(display) = element.first("display").filter(|display| display.own_text().is_some()) else {
            let message = "there is no display";
            report.add(Severity::Note, "missing-display", at.place(), Some(&concept.code), message);
            return self.add_designations(concept, element, at, report);
        };
        if display.value.as_deref() != display.own_text() {
            let message = "white space at the ends of the display was cut";
            report.add(Severity::Repaired, "padded-text", at.place(), Some(&concept.code), message);
        }
        let mut term = Designation::preferred("", display.own_text().unwrap_or_default());
        terms::read_extensions(display, &mut term);
        concept.designations.push(term);
        for (language, text) in translations(display) {
            concept.designations.push(Designation::preferred(language, text));
        }
        self.add_designations(concept, element, at, report);
    }

    fn add_designations(&mut self, concept: &mut DraftConcept, element: &Element, at: At<'_>, report: &mut Report) {
        for designation in element.all("designation") {
            let Some(term) = terms::read(designation) else {
                let message = "a designation without a value; left out";
                let place = at.place().with_field("concept.designation");
                report.add(Severity::Refused, "missing-name", place, Some(&concept.code), message);
                continue;
            };
            if designation.first("additionalUse").is_some() {
                let message = format!("further uses of the name {:?} are not kept", term.text);
                report.add(Severity::Note, "additional-use", at.place(), Some(&concept.code), message);
            }
            concept.designations.push(term);
        }
    }

    fn add_property(&mut self, concept: &mut DraftConcept, element: &Element, at: At<'_>, report: &mut Report) {
        let name = element.text("code");
        let value = element.typed_value();
        let (Some(name), Some(value)) = (name, value) else {
            let message = format!("a property without a code or a value ({})", name.unwrap_or("no code"));
            let place = at.place().with_field("concept.property");
            return report.add(Severity::Refused, "property-value", place, Some(&concept.code), message);
        };
        let kind = value.name.strip_prefix("value").unwrap_or_default();
        let text = if kind == "Coding" {
            Some(Coding::read(value).to_text()).filter(|text| text != "#")
        } else {
            value.own_text().map(str::to_owned)
        };
        let Some(text) = text else {
            let message = format!("the property {name} has a blank value");
            let place = at.place().with_field("concept.property");
            return report.add(Severity::Refused, "property-value", place, Some(&concept.code), message);
        };
        let property = self.property(name, type_of(kind), at.line);
        let value = match (kind, text.as_str()) {
            ("Boolean", "true") => PropertyValue::Boolean(true),
            ("Boolean", "false") => PropertyValue::Boolean(false),
            ("Code", _) => PropertyValue::Code(text),
            (_, number) => match number.parse() {
                Ok(number) if kind == "Integer" => PropertyValue::Integer(number),
                _ => PropertyValue::Text(text),
            },
        };
        concept.properties.push((property, value));
    }

    /// The number of a property, which it gets when it is first met.
    fn property(&mut self, name: &str, r#type: &'static str, line: u64) -> usize {
        if let Some(&property) = self.by_name.get(name) {
            return property;
        }
        let property = self.used.len();
        self.by_name.insert(name.to_owned(), property);
        self.used.push(Used { code: name.to_owned(), r#type, line });
        property
    }

    /// Makes a draft of the concepts and of what was kept of the resource around them.
    pub(super) fn finish(self, resource: &Element, source: &Source<'_>, report: &mut Report) -> CodeSystemDraft {
        let at = source.at;
        let metadata = Metadata::read(resource);
        report_rights(&metadata, at, report);
        let language = metadata.language.clone().unwrap_or_else(|| {
            let language = source.settings.language.clone();
            let message = format!("no language is told; taken for {language}");
            report.add(Severity::Note, "language-assumed", at.place().with_field("language"), None, message);
            language
        });
        let edition = metadata.edition();
        let (content, content_word) = content(resource.text("content"), at, report);
        let supplements = resource.string("supplements");
        if (content == Content::Supplement) != supplements.is_some() {
            let message = "`content` is supplement and `supplements` says of what: one of the two is missing";
            let place = at.place().with_field("supplements");
            report.add(Severity::Doubtful, "supplement-target", place, None, message);
        }

        let Self { slots, used, .. } = self;
        let declared = properties::declared(resource, at, report);
        let case_sensitive = resource.flag("caseSensitive");
        let grammar = grammar(resource, &edition.url, case_sensitive, &slots);
        let (mut list, lines, edges) = concepts(slots, grammar, at, report);
        for concept in &mut list {
            terms::complete(&mut concept.designations, &language);
        }
        let meaning = resource.string("hierarchyMeaning");
        let mut graph = link::Graph { file: at.file, lines: &lines, edges, meaning: meaning.as_deref() };
        let (properties, facts) =
            properties::sort_out(&mut list, &mut graph, used, declared, content, &metadata, report);
        if content == Content::Supplement {
            strip(&mut list, &mut graph, at, report);
        }
        graph.link(&mut list, at, report);

        report_codes(&list, &lines, grammar, case_sensitive, at.file, report);
        let count = resource.text("count").and_then(|count| count.parse().ok());
        if let Some(count) = count.filter(|count| content == Content::Complete && *count != list.len() as u64) {
            let message = format!("the resource says that it has {count} concepts, and has {}", list.len());
            report.add(Severity::Doubtful, "count-differs", at.place().with_field("count"), None, message);
        }
        CodeSystemDraft {
            metadata,
            content: content_word,
            case_sensitive,
            hierarchy_meaning: meaning,
            compositional: resource.flag("compositional"),
            version_needed: resource.flag("versionNeeded"),
            value_set: resource.string("valueSet"),
            count,
            properties: facts,
            draft: Draft { edition, content, supplements, grammar, language, properties, concepts: list },
        }
    }
}

fn position(extension: &Element) -> Option<DraftPosition> {
    let part = |url| extension.extension_text(url).map(str::to_owned);
    Some(DraftPosition { label: part("label")?, parent: part("parent") })
}

pub(super) fn report_rights(metadata: &Metadata, at: At<'_>, report: &mut Report) {
    if let Some(copyright) = &metadata.copyright {
        report.add(Severity::Note, "copyright", at.place().with_field("copyright"), None, copyright.clone());
    }
    if metadata.experimental == Some(true) {
        let message = "the resource is experimental: for tests and teaching, not for use";
        report.add(Severity::Doubtful, "experimental", at.place().with_field("experimental"), None, message);
    }
}

/// What `content` says, and its word if that says more.
fn content(word: Option<&str>, at: At<'_>, report: &mut Report) -> (Content, Option<String>) {
    let place = at.place().with_field("content");
    let (content, severity, rule, message) = match word {
        Some("complete") => return (Content::Complete, None),
        Some("fragment") => return (Content::Fragment, None),
        Some("supplement") => return (Content::Supplement, None),
        Some("example") => {
            (Content::Fragment, Severity::Doubtful, "content-example", "the codes are examples of a system".to_owned())
        }
        Some("not-present") => {
            (Content::Fragment, Severity::Note, "content-not-present", "the codes are published elsewhere".to_owned())
        }
        _ => {
            let message = format!("{} is no word for content; taken for a fragment", word.unwrap_or("nothing"));
            (Content::Fragment, Severity::Doubtful, "content-unknown", message)
        }
    };
    report.add(severity, rule, place, None, message);
    (content, word.map(str::to_owned))
}

/// The FHIR type of a property whose values are given as `value` + `kind`.
fn type_of(kind: &str) -> &'static str {
    match kind {
        "Code" => "code",
        "Coding" => "Coding",
        "Integer" => "integer",
        "Boolean" => "boolean",
        "DateTime" => "dateTime",
        "Decimal" => "decimal",
        _ => "string",
    }
}

/// ICD-10 codes are told by the URL, if all codes are such. Elsewhere the case of letters is let go unless codes differ
/// in nothing else, or have spaces inside.
fn grammar(resource: &Element, url: &str, case_sensitive: Option<bool>, slots: &[Slot]) -> CodeGrammar {
    if let Some(name) = resource.extension_text(extension::GRAMMAR) {
        return extension::named_grammar(name).unwrap_or_default();
    }
    let codes = || slots.iter().filter_map(|slot| slot.concept.as_ref()).map(|concept| concept.code.as_str());
    if is_icd10(url) {
        let fits = codes().all(|code| CodeGrammar::Icd10.parse(code).is_some());
        return if fits { CodeGrammar::Icd10 } else { CodeGrammar::Verbatim };
    }
    let mut keys = HashMap::new();
    let is_told = |code: &str| {
        let key = CodeGrammar::Verbatim.parse(code).map(|key| key.as_str().to_owned());
        key.is_some_and(|key| *keys.entry(key).or_insert(code.to_owned()) == code)
    };
    match case_sensitive != Some(false) && !codes().all(is_told) {
        true => CodeGrammar::CaseSensitive,
        false => CodeGrammar::Verbatim,
    }
}

/// True for ICD-10 and its clinical modifications, as FHIR names them. ICD-10-PCS is something else.
pub(super) fn is_icd10(url: &str) -> bool {
    url.strip_prefix("http://hl7.org/fhir/sid/icd-10").is_some_and(|rest| {
        rest.is_empty() || rest.starts_with("-cm") || rest.strip_prefix('-').is_some_and(|rest| rest.len() == 2)
    })
}

/// The concepts that have a code, each once; the line of each; and the edges that nesting makes.
fn concepts(
    slots: Vec<Slot>,
    grammar: CodeGrammar,
    at: At<'_>,
    report: &mut Report,
) -> (Vec<DraftConcept>, Vec<u64>, Vec<link::Edge>) {
    let mut list: Vec<DraftConcept> = Vec::with_capacity(slots.len());
    let mut lines = Vec::with_capacity(slots.len());
    let mut by_code: HashMap<(String, Mark), usize> = HashMap::with_capacity(slots.len());
    // For each slot: the concept that it has become, or else the one around it.
    let mut nearest: Vec<Option<usize>> = Vec::with_capacity(slots.len());
    let mut edges = Vec::new();
    for Slot { line, above, concept } in slots {
        let above = above.and_then(|above| nearest.get(above).copied().flatten());
        let Some(mut concept) = concept else {
            nearest.push(above);
            continue;
        };
        if grammar == CodeGrammar::Icd10 {
            let (bare, mark) = Mark::split(&concept.code);
            (concept.code, concept.mark) = (bare.to_owned(), mark);
        }
        let number = match by_code.get(&(concept.code.clone(), concept.mark)) {
            Some(&first) => {
                let message = match lines.get(first) {
                    Some(first) => format!("already listed in line {first}; its other names and parents are added"),
                    None => String::new(),
                };
                let place = Place::line(at.file, line);
                report.add(Severity::Doubtful, "duplicate-code", place, Some(&concept.code), message);
                if let Some(first) = list.get_mut(first) {
                    add_to(first, concept);
                }
                first
            }
            None => {
                by_code.insert((concept.code.clone(), concept.mark), list.len());
                list.push(concept);
                lines.push(line);
                list.len() - 1
            }
        };
        nearest.push(Some(number));
        edges.extend(above.map(|above| link::Edge { child: number, parent: above }));
    }
    (list, lines, edges)
}

/// Adds to a concept what a second listing of its code says beyond the first.
fn add_to(first: &mut DraftConcept, second: DraftConcept) {
    for mut term in second.designations {
        if !first.designations.iter().any(|known| known.text == term.text) {
            // The name to show is the first one's.
            if term.language.is_empty() && term.r#use == DesignationUse::Preferred {
                term.r#use = DesignationUse::Synonym;
            }
            first.designations.push(term);
        }
    }
    for property in second.properties {
        if !first.properties.contains(&property) {
            first.properties.push(property);
        }
    }
}

/// Takes from a supplement what only the code system can say.
fn strip(list: &mut [DraftConcept], graph: &mut link::Graph<'_>, at: At<'_>, report: &mut Report) {
    let mut stripped = std::mem::take(&mut graph.edges).len();
    for concept in list {
        let is_said = concept.inactive || concept.usability != Usability::Usable || !concept.positions.is_empty();
        stripped += usize::from(is_said) + concept.parents.len();
        concept.parents.clear();
        concept.positions.clear();
        concept.inactive = false;
        concept.usability = Usability::Usable;
    }
    if stripped > 0 {
        let message =
            format!("{stripped} times it says a parent, usability or activity, which only the code system can say");
        report.add(Severity::Refused, "supplement-content", at.place(), None, message);
    }
}

/// Codes that no index can hold as they are.
fn report_codes(
    list: &[DraftConcept],
    lines: &[u64],
    grammar: CodeGrammar,
    case_sensitive: Option<bool>,
    file: &str,
    report: &mut Report,
) {
    let mut keys: HashMap<(String, Mark), &str> = HashMap::with_capacity(list.len());
    for (concept, line) in list.iter().zip(lines) {
        let place = || Place::line(file, *line).with_field("concept.code");
        let Some(key) = grammar.parse(&concept.code) else {
            let message = "the code has white space or control characters inside, or is too long for an index";
            report.add(Severity::Doubtful, "code-form", place(), Some(&concept.code), message);
            continue;
        };
        let first = *keys.entry((key.as_str().to_owned(), concept.mark)).or_insert(&concept.code);
        if first != concept.code {
            let why = match case_sensitive {
                Some(false) => "which this system says does not count",
                _ => "which an index does not tell apart",
            };
            let message = format!("it differs from {first} in the case of letters alone, {why}");
            report.add(Severity::Doubtful, "case-twin", place(), Some(&concept.code), message);
        }
    }
}
