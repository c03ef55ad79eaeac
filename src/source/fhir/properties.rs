//! Properties of concepts: which there are, and of what kind.

use std::collections::{HashMap, HashSet};

use super::code_system::{DEFINITION, FhirProperty, Used};
use super::element::Element;
use super::link;
use super::metadata::Metadata;
use super::walk::At;
use crate::code::Mark;
use crate::source::{Content, DraftConcept, Place, PropertyDefinition, PropertyKind, PropertyValue, Report, Severity};

/// A property as the resource defines it.
pub(super) struct Declared {
    code: String,
    description: String,
    facts: FhirProperty,
}

pub(super) fn declared(resource: &Element, at: At<'_>, report: &mut Report) -> Vec<Declared> {
    let mut seen = HashSet::new();
    let mut declared = Vec::new();
    for property in resource.all("property") {
        let Some(code) = property.string("code") else {
            let message = "a property is defined without a code; left out";
            report.add(Severity::Refused, "property-definition", at.place().with_field("property"), None, message);
            continue;
        };
        if !seen.insert(code.clone()) {
            let message = format!("the property {code} is defined twice; the first definition is kept");
            report.add(Severity::Doubtful, "property-definition", at.place().with_field("property"), None, message);
            continue;
        }
        declared.push(Declared {
            code,
            description: property.string("description").unwrap_or_default(),
            facts: FhirProperty {
                uri: property.string("uri"),
                r#type: property.string("type").unwrap_or_else(|| "string".to_owned()),
            },
        });
    }
    declared
}

/// Sorts out what properties say: those that make edges or tell usability and activity do so, and the others are kept,
/// in the order of their definitions.
pub(super) fn sort_out(
    list: &mut [DraftConcept],
    graph: &mut link::Graph<'_>,
    used: Vec<Used>,
    declared: Vec<Declared>,
    content: Content,
    metadata: &Metadata,
    report: &mut Report,
) -> (Vec<PropertyDefinition>, Vec<FhirProperty>) {
    let mut by_name: HashMap<&str, usize> = HashMap::new();
    for (number, declared) in declared.iter().enumerate() {
        by_name.insert(&declared.code, number);
    }
    let roles: Vec<link::Role> = used
        .iter()
        .map(|used| {
            let declared = by_name.get(used.code.as_str()).and_then(|&number| declared.get(number));
            link::Role::of(&used.code, declared.and_then(|declared| declared.facts.uri.as_deref()))
        })
        .collect();
    link::apply(list, graph, &roles, metadata, report);

    // What is left decides which properties the draft has: the definitions of concepts, all properties that are
    // defined, unless they have done their work, and all others that are used.
    let mut is_left = vec![false; used.len()];
    for (property, _) in list.iter().flat_map(|concept| &concept.properties) {
        is_left.get_mut(*property).into_iter().for_each(|flag| *flag = true);
    }
    let mut kinds = Kinds::new(list, used.len(), content);
    let mut renumbered = vec![0; used.len()];
    let (mut definitions, mut facts) = (Vec::new(), Vec::new());
    let number_used: HashMap<String, usize> =
        used.iter().enumerate().map(|(number, used)| (used.code.clone(), number)).collect();
    let mut is_declared = HashSet::new();
    if let Some(&number) = number_used.get(DEFINITION).filter(|_| !by_name.contains_key(DEFINITION)) {
        is_declared.insert(number);
        let (name, description) = (DEFINITION.to_owned(), String::new());
        definitions.push(PropertyDefinition { name, description, kind: PropertyKind::Text });
        facts.push(FhirProperty { uri: None, r#type: "string".to_owned() });
    }
    for declared in declared {
        let number = number_used.get(&declared.code).copied();
        is_declared.extend(number);
        let role = link::Role::of(&declared.code, declared.facts.uri.as_deref());
        let is_left = number.is_some_and(|number| is_left.get(number) == Some(&true));
        if role.is_consumed() && !is_left {
            continue;
        }
        if let Some(slot) = number.and_then(|number| renumbered.get_mut(number)) {
            *slot = definitions.len();
        }
        let kind = kinds.of(number, &declared.facts.r#type, role);
        definitions.push(PropertyDefinition { name: declared.code, description: declared.description, kind });
        facts.push(declared.facts);
    }
    for (number, used) in used.into_iter().enumerate() {
        if is_declared.contains(&number) || is_left.get(number) != Some(&true) {
            continue;
        }
        let role = link::Role::of(&used.code, None);
        let message = format!("the property {} is used and not defined", used.code);
        let place = Place::line(graph.file, used.line).with_field("concept.property");
        report.add(Severity::Doubtful, "undefined-property", place, None, message);
        if let Some(slot) = renumbered.get_mut(number) {
            *slot = definitions.len();
        }
        let kind = kinds.of(Some(number), used.r#type, role);
        definitions.push(PropertyDefinition { name: used.code, description: String::new(), kind });
        facts.push(FhirProperty { uri: None, r#type: used.r#type.to_owned() });
    }
    for concept in list.iter_mut() {
        for (property, value) in &mut concept.properties {
            *property = renumbered.get(*property).copied().unwrap_or_default();
            let Some(definition) = definitions.get(*property) else { continue };
            convert(value, definition.kind);
        }
    }
    (definitions, facts)
}

/// Which kinds of values each property has.
struct Kinds {
    /// By property: whether all values can be booleans, integers, and codes that are listed.
    fits: Vec<[bool; 3]>,
}

impl Kinds {
    fn new(list: &[DraftConcept], properties: usize, content: Content) -> Self {
        let mut codes = HashSet::new();
        if content == Content::Complete {
            for concept in list {
                codes.insert(concept.code.as_str());
            }
        }
        let is_listed =
            |text: &str| content != Content::Complete || codes.contains(text) || codes.contains(Mark::split(text).0);
        let mut fits = vec![[true; 3]; properties];
        for (property, value) in list.iter().flat_map(|concept| &concept.properties) {
            let Some(fits) = fits.get_mut(*property) else { continue };
            let (boolean, integer, code) = match value {
                PropertyValue::Boolean(_) => (true, false, false),
                PropertyValue::Integer(_) => (false, true, false),
                PropertyValue::Text(text) => (text == "true" || text == "false", text.parse::<i64>().is_ok(), false),
                PropertyValue::Code(text) => {
                    (text == "true" || text == "false", text.parse::<i64>().is_ok(), is_listed(text))
                }
            };
            for (fits, value) in fits.iter_mut().zip([boolean, integer, code]) {
                *fits &= value;
            }
        }
        Self { fits }
    }

    /// The kind of a property of a FHIR type: [`PropertyKind::Text`], which holds everything, unless all values fit.
    fn of(&mut self, number: Option<usize>, r#type: &str, role: link::Role) -> PropertyKind {
        let [boolean, integer, code] = number.and_then(|number| self.fits.get(number)).copied().unwrap_or([true; 3]);
        match r#type {
            "boolean" if boolean => PropertyKind::Boolean,
            "integer" if integer => PropertyKind::Integer,
            "code" if code && role != link::Role::Status => PropertyKind::Code,
            _ => PropertyKind::Text,
        }
    }
}

/// Brings a value to the kind of its property, which is known to hold it.
fn convert(value: &mut PropertyValue, kind: PropertyKind) {
    let text = match value {
        PropertyValue::Boolean(value) => value.to_string(),
        PropertyValue::Integer(value) => value.to_string(),
        PropertyValue::Text(text) | PropertyValue::Code(text) => std::mem::take(text),
    };
    *value = match kind {
        PropertyKind::Boolean => PropertyValue::Boolean(text == "true"),
        PropertyKind::Integer => text.parse().map_or(PropertyValue::Text(text), PropertyValue::Integer),
        PropertyKind::Code => PropertyValue::Code(text),
        PropertyKind::Text => PropertyValue::Text(text),
    };
}
