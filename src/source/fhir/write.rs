//! Resources as JSON.

use std::borrow::Cow;
use std::io;

use serde::ser::{Serialize, SerializeMap, Serializer};
use serde_json::value::RawValue;

use super::code_system::{CodeSystemDraft, DEFINITION, FhirProperty, is_icd10};
use super::metadata::{Coding, Metadata, day};
use super::{FhirRelease, extension, terms};
use crate::code::CodeGrammar;
use crate::source::{
    Content, Designation, DesignationUse, Draft, DraftConcept, EdgeKind, PropertyDefinition, PropertyKind,
    PropertyValue, Usability,
};

/// A JSON value whose members stay in the order in which they are put.
#[derive(Clone, Debug)]
pub(super) enum Json {
    Text(String),
    Flag(bool),
    /// A number, in the digits in which it was written.
    Number(Box<RawValue>),
    Array(Vec<Json>),
    Object(Vec<(Cow<'static, str>, Json)>),
}

impl Json {
    pub(super) fn object() -> Self {
        Self::Object(Vec::new())
    }

    pub(super) fn string(text: &str) -> Self {
        Self::Text(text.to_owned())
    }

    /// A number; `None` if JSON has none such.
    pub(super) fn number(digits: &str) -> Option<Self> {
        let is_number = digits.starts_with(|first: char| first == '-' || first.is_ascii_digit());
        let raw = is_number.then(|| RawValue::from_string(digits.to_owned()))?;
        raw.ok().map(Self::Number)
    }

    pub(super) fn is_empty(&self) -> bool {
        match self {
            Self::Array(items) => items.is_empty(),
            Self::Object(members) => members.is_empty(),
            _ => false,
        }
    }

    /// Puts a member into an object.
    pub(super) fn push(&mut self, name: impl Into<Cow<'static, str>>, value: Self) {
        if let Self::Object(members) = self {
            members.push((name.into(), value));
        }
    }

    pub(super) fn text(&mut self, name: &'static str, value: Option<&str>) {
        if let Some(value) = value {
            self.push(name, Self::string(value));
        }
    }

    pub(super) fn flag(&mut self, name: &'static str, value: Option<bool>) {
        if let Some(value) = value {
            self.push(name, Self::Flag(value));
        }
    }

    pub(super) fn count(&mut self, name: &'static str, value: Option<u64>) {
        if let Some(number) = value.and_then(|value| Self::number(&value.to_string())) {
            self.push(name, number);
        }
    }

    /// Puts an array into an object, unless it is empty, which FHIR does not allow.
    pub(super) fn array(&mut self, name: &'static str, items: impl Iterator<Item = Self>) {
        let items: Vec<Self> = items.collect();
        if !items.is_empty() {
            self.push(name, Self::Array(items));
        }
    }

    /// Adds an extension with a value.
    pub(super) fn push_extension(&mut self, url: &str, name: impl Into<Cow<'static, str>>, value: Self) {
        let mut json = Self::object();
        json.text("url", Some(url));
        json.push(name, value);
        self.extend("extension", json);
    }

    /// Adds an extension made of parts: their names, types and texts.
    pub(super) fn push_parts<'a>(
        &mut self,
        url: &str,
        parts: impl IntoIterator<Item = (&'a str, &'static str, &'a str)>,
    ) {
        let parts = parts.into_iter().map(|(part, name, text)| (part, name.to_owned(), Self::string(text)));
        self.push_typed_parts(url, parts);
    }

    /// Adds an extension made of parts: their names, the names of their values, and these.
    pub(super) fn push_typed_parts<'a>(&mut self, url: &str, parts: impl IntoIterator<Item = (&'a str, String, Self)>) {
        let mut json = Self::object();
        json.text("url", Some(url));
        for (part, name, value) in parts {
            json.push_extension(part, name, value);
        }
        self.extend("extension", json);
    }

    /// Adds an item to an array of an object.
    fn extend(&mut self, name: &'static str, item: Self) {
        let Self::Object(members) = self else { return };
        match members.iter_mut().find(|(known, _)| known == name) {
            Some((_, Self::Array(items))) => items.push(item),
            _ => members.push((name.into(), Self::Array(vec![item]))),
        }
    }

    /// Puts translations of an element beside it.
    pub(super) fn translations(&mut self, name: &'static str, translations: &[(String, String)]) {
        let mut json = Self::object();
        for (language, text) in translations {
            let parts = [("lang", "valueCode", language.as_str()), ("content", "valueString", text.as_str())];
            json.push_parts(extension::TRANSLATION, parts);
        }
        if !json.is_empty() {
            self.push(name, json);
        }
    }

    pub(super) fn write(&self, out: impl io::Write) -> io::Result<()> {
        serde_json::to_writer(out, self).map_err(io::Error::from)
    }
}

impl Serialize for Json {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Text(text) => serializer.serialize_str(text),
            Self::Flag(flag) => serializer.serialize_bool(*flag),
            Self::Number(digits) => digits.serialize(serializer),
            Self::Array(items) => serializer.collect_seq(items),
            Self::Object(members) => serializer.collect_map(members.iter().map(|(name, value)| (name, value))),
        }
    }
}

/// The properties that are written without being properties of the draft: code, name at FHIR, type, description.
const ROLES: [(&str, &str, &str); 4] = [
    ("parent", "code", "A concept above"),
    ("partOf", "code", "A concept of which it is a part"),
    ("notSelectable", "boolean", "It groups other codes and is not for use itself"),
    ("inactive", "boolean", "It is withdrawn"),
];

impl CodeSystemDraft {
    /// A draft that comes from elsewhere, to be written as FHIR.
    #[must_use]
    pub fn new(draft: Draft) -> Self {
        let has_edges = draft.concepts.iter().any(|concept| !concept.parents.is_empty());
        Self {
            metadata: Metadata::of_edition(&draft.edition, &draft.language),
            hierarchy_meaning: has_edges.then(|| "is-a".to_owned()),
            properties: draft.properties.iter().map(facts).collect(),
            draft,
            ..Self::default()
        }
    }

    /// The resource as JSON, in a release of FHIR. Concepts are listed flat, in the order of the draft, with `parent`
    /// properties; what FHIR has no elements for is put into extensions, from which reading takes it back.
    ///
    /// A [`Designation`] that is preferred in the draft's own language becomes the display, and is the first when it is
    /// read again. Nothing else changes.
    ///
    /// # Errors
    ///
    /// What `out` says when it cannot be written to.
    pub fn write_json(&self, release: FhirRelease, out: impl io::Write) -> io::Result<()> {
        serde_json::to_writer(out, &Written { system: self, release }).map_err(io::Error::from)
    }

    fn head(&self, release: FhirRelease) -> Json {
        let draft = &self.draft;
        let mut json = Json::object();
        json.text("resourceType", Some("CodeSystem"));
        self.metadata.write(release, &mut json);
        let url = self.metadata.url.as_deref().unwrap_or_default();
        if draft.grammar != CodeGrammar::Verbatim || is_icd10(url) {
            let name = Json::string(extension::grammar_name(draft.grammar));
            json.push_extension(extension::GRAMMAR, "valueCode", name);
        }
        json.flag("caseSensitive", self.case_sensitive);
        json.text("valueSet", self.value_set.as_deref());
        json.text("hierarchyMeaning", self.hierarchy_meaning.as_deref());
        json.flag("compositional", self.compositional);
        json.flag("versionNeeded", self.version_needed);
        let content = match draft.content {
            Content::Complete => "complete",
            Content::Fragment => "fragment",
            Content::Supplement => "supplement",
        };
        json.text("content", Some(self.content.as_deref().unwrap_or(content)));
        json.text("supplements", draft.supplements.as_deref());
        json.count("count", self.count);
        json.array("property", self.definitions().into_iter());
        json
    }

    fn definitions(&self) -> Vec<Json> {
        let draft = &self.draft;
        let definition = |code: &str, uri: Option<&str>, description: &str, r#type: &str| {
            let mut json = Json::object();
            json.text("code", Some(code));
            json.text("uri", uri);
            json.text("description", Some(description).filter(|text| !text.is_empty()));
            json.text("type", Some(r#type));
            json
        };
        let mut json = Vec::new();
        for (number, property) in draft.properties.iter().enumerate() {
            if number == 0 && self.has_plain_definitions() {
                continue;
            }
            let facts = self.facts(number, property);
            json.push(definition(&property.name, facts.uri.as_deref(), &property.description, &facts.r#type));
        }
        let needs = |role: &str| match role {
            "parent" => has_edge(draft, EdgeKind::IsA),
            "partOf" => has_edge(draft, EdgeKind::PartOf),
            "notSelectable" => draft.concepts.iter().any(|concept| concept.usability != Usability::Usable),
            _ => draft.concepts.iter().any(|concept| concept.inactive),
        };
        for (role, r#type, description) in ROLES {
            if needs(role) && !draft.properties.iter().any(|property| property.name == role) {
                let uri = format!("http://hl7.org/fhir/concept-properties#{role}");
                json.push(definition(role, Some(&uri), description, r#type));
            }
        }
        json
    }

    /// True if the first property is no more than `concept.definition`, which needs no definition itself.
    fn has_plain_definitions(&self) -> bool {
        let is_plain = self.draft.properties.first().is_some_and(|property| {
            let facts = self.facts(0, property);
            property.name == DEFINITION
                && property.description.is_empty()
                && property.kind == PropertyKind::Text
                && facts == FhirProperty { uri: None, r#type: "string".to_owned() }
        });
        is_plain && self.draft.concepts.iter().any(|concept| concept.properties.iter().any(|(number, _)| *number == 0))
    }

    fn facts(&self, number: usize, property: &PropertyDefinition) -> FhirProperty {
        self.properties.get(number).cloned().unwrap_or_else(|| facts(property))
    }

    fn concept(&self, concept: &DraftConcept) -> Json {
        let draft = &self.draft;
        let mut json = Json::object();
        if let Some(code) = &concept.source_code {
            json.push_extension(extension::SOURCE_CODE, "valueString", Json::string(code));
        }
        if concept.usability == Usability::Heading {
            json.push_extension(extension::USABILITY, "valueCode", Json::string("heading"));
        }
        for position in &concept.positions {
            let label = [("label", "valueString", position.label.as_str())];
            let parent = position.parent.as_deref().map(|parent| ("parent", "valueString", parent));
            json.push_parts(extension::POSITION, label.into_iter().chain(parent));
        }
        json.push("code", Json::Text(format!("{}{}", concept.code, concept.mark.as_str())));
        let is_display =
            |term: &Designation| term.r#use == DesignationUse::Preferred && term.language == draft.language;
        let display = concept.designations.iter().position(is_display);
        if let Some(term) = display.and_then(|display| concept.designations.get(display)) {
            json.text("display", Some(&term.text));
            let mut beside = Json::object();
            terms::write_extensions(term, &mut beside);
            if !beside.is_empty() {
                json.push("_display", beside);
            }
        }
        let mut properties = concept.properties.as_slice();
        let definition = draft.properties.iter().position(|property| property.name == DEFINITION);
        if let Some(((number, PropertyValue::Text(text)), rest)) = properties.split_first()
            && Some(*number) == definition
        {
            json.text("definition", Some(text));
            properties = rest;
        }
        let others = concept.designations.iter().enumerate().filter(|(number, _)| Some(*number) != display);
        json.array("designation", others.map(|(_, term)| terms::json(term)));
        json.array("property", self.roles(concept).chain(properties.iter().filter_map(|value| self.property(value))));
        json
    }

    /// What the draft says otherwise than by properties.
    fn roles(&self, concept: &DraftConcept) -> impl Iterator<Item = Json> {
        let parent = |parent: &crate::source::Parent| {
            let name = match parent.kind {
                EdgeKind::IsA => "parent",
                EdgeKind::PartOf => "partOf",
            };
            property(name, "valueCode", Json::string(&parent.code))
        };
        let parents: Vec<Json> = concept.parents.iter().map(parent).collect();
        let flag = |name: &str, flag: bool| flag.then(|| property(name, "valueBoolean", Json::Flag(true)));
        parents
            .into_iter()
            .chain(flag("notSelectable", concept.usability != Usability::Usable))
            .chain(flag("inactive", concept.inactive))
    }

    fn property(&self, (number, value): &(usize, PropertyValue)) -> Option<Json> {
        let definition = self.draft.properties.get(*number)?;
        let (kind, value) = match value {
            PropertyValue::Boolean(value) => ("valueBoolean", Json::Flag(*value)),
            PropertyValue::Integer(value) => ("valueInteger", Json::number(&value.to_string())?),
            PropertyValue::Code(code) => ("valueCode", Json::string(code)),
            PropertyValue::Text(text) => {
                let typed = match self.facts(*number, definition).r#type.as_str() {
                    "Coding" => Coding::from_text(text).map(|coding| ("valueCoding", coding.json())),
                    "code" => Some(("valueCode", Json::string(text))),
                    "dateTime" => is_date_time(text).then(|| ("valueDateTime", Json::string(text))),
                    "decimal" => Json::number(text).map(|number| ("valueDecimal", number)),
                    _ => None,
                };
                typed.unwrap_or_else(|| ("valueString", Json::string(text)))
            }
        };
        Some(property(&definition.name, kind, value))
    }
}

fn facts(property: &PropertyDefinition) -> FhirProperty {
    let r#type = match property.kind {
        PropertyKind::Boolean => "boolean",
        PropertyKind::Integer => "integer",
        PropertyKind::Text => "string",
        PropertyKind::Code => "code",
    };
    FhirProperty { uri: None, r#type: r#type.to_owned() }
}

fn has_edge(draft: &Draft, kind: EdgeKind) -> bool {
    draft.concepts.iter().any(|concept| concept.parents.iter().any(|parent| parent.kind == kind))
}

fn property(code: &str, kind: &'static str, value: Json) -> Json {
    let mut json = Json::object();
    json.text("code", Some(code));
    json.push(kind, value);
    json
}

/// A year, a month, a day or an instant.
fn is_date_time(text: &str) -> bool {
    let is_digits = |part: Option<&str>| part.is_some_and(|part| part.bytes().all(|byte| byte.is_ascii_digit()));
    match text.len() {
        4 => is_digits(text.get(..4)),
        7 => is_digits(text.get(..4)) && text.get(4..5) == Some("-") && is_digits(text.get(5..)),
        _ => day(text).is_some(),
    }
}

/// A code system that is written concept by concept.
struct Written<'a> {
    system: &'a CodeSystemDraft,
    release: FhirRelease,
}

impl Serialize for Written<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        if let Json::Object(members) = self.system.head(self.release) {
            for (name, value) in members {
                map.serialize_entry(&name, &value)?;
            }
        }
        if !self.system.draft.concepts.is_empty() {
            map.serialize_entry("concept", &Concepts(self.system))?;
        }
        map.end()
    }
}

struct Concepts<'a>(&'a CodeSystemDraft);

impl Serialize for Concepts<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0.draft.concepts.iter().map(|concept| self.0.concept(concept)))
    }
}
