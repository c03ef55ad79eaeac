//! A `ValueSet` as plain data.

use super::element::Element;
use super::metadata::{Coding, Metadata};
use super::walk::At;
use super::write::Json;
use super::{FhirRelease, extension};
use crate::source::{Report, Severity};

/// A value set as a FHIR resource tells it: which codes it is made of, and perhaps which those were when it was
/// expanded.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(default))]
pub struct ValueSetDraft {
    /// What the resource says about itself.
    pub metadata: Metadata,
    /// Whether it may never change.
    pub immutable: Option<bool>,
    /// The day as of which versions that are not told are chosen (`compose.lockedDate`).
    pub locked_date: Option<String>,
    /// Whether withdrawn codes belong to it (`compose.inactive`).
    pub inactive: Option<bool>,
    /// What belongs to it: the union of these.
    pub include: Vec<Include>,
    /// What does not, of that.
    pub exclude: Vec<Include>,
    /// The codes themselves, as somebody found them.
    pub expansion: Option<Expansion>,
}

/// One rule of a value set. What it tells at once, system, filters, value sets, must all hold.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(default))]
pub struct Include {
    /// Canonical URL of the code system.
    pub system: Option<String>,
    /// Its version; `*` for all.
    pub version: Option<String>,
    /// The codes, in the order in which they are to be listed. Empty for all that the filters leave.
    pub concepts: Vec<IncludedConcept>,
    /// Conditions on codes.
    pub filters: Vec<Filter>,
    /// Value sets, as canonical URLs, perhaps with `|` and a version.
    pub value_sets: Vec<String>,
}

/// A code that a value set lists.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(default))]
pub struct IncludedConcept {
    /// The code.
    pub code: String,
    /// What it is called here.
    pub display: Option<String>,
    /// Its other names here.
    pub designations: Vec<FhirDesignation>,
}

/// A name as a value set gives it; nothing is filled in that is not told.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(default))]
pub struct FhirDesignation {
    /// Its language, as a BCP 47 tag.
    pub language: Option<String>,
    /// What it is for.
    pub r#use: Option<Coding>,
    /// What else it is for.
    pub additional_uses: Vec<Coding>,
    /// The name.
    pub value: String,
}

/// A condition on codes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(default))]
pub struct Filter {
    /// The property that is looked at.
    pub property: String,
    /// The word of `op`: `is-a`, `=`, `regex`…
    pub op: String,
    /// What it is compared with; `None` if the resource lacks it, which makes the filter an error.
    pub value: Option<String>,
}

/// The codes of a value set at some time.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(default))]
pub struct Expansion {
    /// Its identifier.
    pub identifier: Option<String>,
    /// When it was made.
    pub timestamp: Option<String>,
    /// How many codes it has in all, if this is one page of them.
    pub total: Option<u64>,
    /// How many codes are before this page.
    pub offset: Option<u64>,
    /// What the expansion was asked with.
    pub parameters: Vec<ExpansionParameter>,
    /// The properties that its codes have: code and URI.
    pub properties: Vec<(String, Option<String>)>,
    /// The codes.
    pub contains: Vec<ContainedConcept>,
}

/// What an expansion was asked with.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(default))]
pub struct ExpansionParameter {
    /// Its name.
    pub name: String,
    /// Its value.
    pub value: Option<TypedValue>,
}

/// A value with its FHIR type.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(default))]
pub struct TypedValue {
    /// The type as FHIR puts it behind `value`: `Uri`, `Boolean`, `Coding`.
    pub r#type: String,
    /// The value as text; a `Coding` as [`Coding::to_text`] has it.
    pub text: String,
}

/// A code of an expansion.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(default))]
pub struct ContainedConcept {
    /// Canonical URL of the code system.
    pub system: Option<String>,
    /// Its version.
    pub version: Option<String>,
    /// The code; `None` for a mere heading.
    pub code: Option<String>,
    /// What it is called.
    pub display: Option<String>,
    /// Whether it only groups those below it.
    pub r#abstract: Option<bool>,
    /// Whether it is withdrawn.
    pub inactive: Option<bool>,
    /// Its other names.
    pub designations: Vec<FhirDesignation>,
    /// Facts about it: code of the property, and value.
    pub properties: Vec<(String, TypedValue)>,
    /// The codes that are shown below it.
    pub contains: Vec<ContainedConcept>,
}

/// The rows of a value set, as they come.
#[derive(Default)]
pub(super) struct Builder {
    included: Vec<IncludedConcept>,
    include: Vec<Include>,
    exclude: Vec<Include>,
    /// Codes of the expansion that are complete, for each level that is open.
    levels: Vec<Vec<ContainedConcept>>,
    top: Vec<ContainedConcept>,
}

impl Builder {
    /// A code of `compose.include` or `.exclude`.
    pub(super) fn included(&mut self, element: &Element, at: At<'_>, report: &mut Report) {
        report.rows += 1;
        let Some(code) = element.string("code") else {
            let message = "a concept without a code; left out";
            return report.add(Severity::Refused, "missing-code", at.place().with_field("concept.code"), None, message);
        };
        let designations = element.all("designation").filter_map(FhirDesignation::read).collect();
        self.included.push(IncludedConcept { code, display: element.string("display"), designations });
    }

    /// The whole of an `include` or `exclude`.
    pub(super) fn include(&mut self, element: &Element, exclude: bool) {
        let filter = |element: &Element| Filter {
            property: element.string("property").unwrap_or_default(),
            op: element.string("op").unwrap_or_default(),
            value: element.string("value"),
        };
        let include = Include {
            system: element.string("system"),
            version: element.string("version"),
            concepts: std::mem::take(&mut self.included),
            filters: element.all("filter").map(filter).collect(),
            value_sets: element.all("valueSet").filter_map(|url| url.own_text().map(str::to_owned)).collect(),
        };
        if exclude { &mut self.exclude } else { &mut self.include }.push(include);
    }

    /// A code of the expansion opens.
    pub(super) fn open(&mut self) {
        self.levels.push(Vec::new());
    }

    /// A code of the expansion closes.
    pub(super) fn contains(&mut self, element: &Element, report: &mut Report) {
        report.rows += 1;
        let property = |element: &Element| {
            let value = TypedValue::read(element)?;
            Some((element.string("code")?, value))
        };
        let earlier = |extension: &Element| {
            let value = TypedValue::read(extension.extensions("value").next()?)?;
            Some((extension.extension_text("code")?.to_owned(), value))
        };
        let properties = element.all("property").filter_map(property);
        let concept = ContainedConcept {
            system: element.string("system"),
            version: element.string("version"),
            code: element.string("code"),
            display: element.string("display"),
            r#abstract: element.flag("abstract"),
            inactive: element.flag("inactive"),
            designations: element.all("designation").filter_map(FhirDesignation::read).collect(),
            properties: properties
                .chain(element.extensions(extension::CONTAINS_PROPERTY).filter_map(earlier))
                .collect(),
            contains: self.levels.pop().unwrap_or_default(),
        };
        self.levels.last_mut().unwrap_or(&mut self.top).push(concept);
    }

    pub(super) fn finish(self, resource: &Element) -> ValueSetDraft {
        let compose = resource.first("compose");
        ValueSetDraft {
            metadata: Metadata::read(resource),
            immutable: resource.flag("immutable"),
            locked_date: compose.and_then(|compose| compose.string("lockedDate")),
            inactive: compose.and_then(|compose| compose.flag("inactive")),
            include: self.include,
            exclude: self.exclude,
            expansion: resource.first("expansion").map(|expansion| Expansion::read(expansion, self.top)),
        }
    }
}

impl FhirDesignation {
    fn read(element: &Element) -> Option<Self> {
        let additional = element.all("additionalUse");
        let earlier = element.extensions(extension::ADDITIONAL_USE).filter_map(|use_| use_.first("valueCoding"));
        Some(Self {
            language: element.string("language"),
            r#use: element.first("use").map(Coding::read),
            additional_uses: additional.chain(earlier).map(Coding::read).collect(),
            value: element.string("value")?,
        })
    }

    fn json(&self, release: FhirRelease) -> Json {
        let mut json = Json::object();
        if release == FhirRelease::R4 {
            for coding in &self.additional_uses {
                json.push_extension(extension::ADDITIONAL_USE, "valueCoding", coding.json());
            }
        }
        json.text("language", self.language.as_deref());
        if let Some(coding) = &self.r#use {
            json.push("use", coding.json());
        }
        if release == FhirRelease::R5 {
            json.array("additionalUse", self.additional_uses.iter().map(Coding::json));
        }
        json.text("value", Some(&self.value));
        json
    }
}

impl TypedValue {
    pub(super) fn read(element: &Element) -> Option<Self> {
        let value = element.typed_value()?;
        let r#type = value.name.strip_prefix("value")?.to_owned();
        let text = match r#type.as_str() {
            "Coding" => Coding::read(value).to_text(),
            _ => value.own_text()?.to_owned(),
        };
        Some(Self { r#type, text })
    }

    /// The member name `value[x]` and the value.
    pub(super) fn json(&self) -> (String, Json) {
        let name = format!("value{}", self.r#type);
        let value = match self.r#type.as_str() {
            "Coding" => Coding::from_text(&self.text).map(|coding| coding.json()),
            "Boolean" => self.text.parse().ok().map(Json::Flag),
            "Integer" | "Decimal" | "PositiveInt" | "UnsignedInt" => Json::number(&self.text),
            _ => Some(Json::string(&self.text)),
        };
        match value {
            Some(value) => (name, value),
            None => ("valueString".to_owned(), Json::string(&self.text)),
        }
    }
}

impl Expansion {
    fn read(element: &Element, contains: Vec<ContainedConcept>) -> Self {
        let parameter = |element: &Element| {
            Some(ExpansionParameter { name: element.string("name")?, value: TypedValue::read(element) })
        };
        let property = |element: &Element| Some((element.string("code")?, element.string("uri")));
        let earlier = |extension: &Element| {
            let uri = extension.extension_text("uri").map(str::to_owned);
            Some((extension.extension_text("code")?.to_owned(), uri))
        };
        let properties = element.all("property").filter_map(property);
        Self {
            identifier: element.string("identifier"),
            timestamp: element.string("timestamp"),
            total: element.text("total").and_then(|total| total.parse().ok()),
            offset: element.text("offset").and_then(|offset| offset.parse().ok()),
            parameters: element.all("parameter").filter_map(parameter).collect(),
            properties: properties
                .chain(element.extensions(extension::EXPANSION_PROPERTY).filter_map(earlier))
                .collect(),
            contains,
        }
    }

    fn json(&self, release: FhirRelease) -> Json {
        let mut json = Json::object();
        if release == FhirRelease::R4 {
            for (code, uri) in &self.properties {
                let code = [("code", "valueCode", code.as_str())];
                let uri = uri.as_deref().map(|uri| ("uri", "valueUri", uri));
                json.push_parts(extension::EXPANSION_PROPERTY, code.into_iter().chain(uri));
            }
        }
        json.text("identifier", self.identifier.as_deref());
        json.text("timestamp", self.timestamp.as_deref());
        json.count("total", self.total);
        json.count("offset", self.offset);
        let parameter = |parameter: &ExpansionParameter| {
            let mut json = Json::object();
            json.text("name", Some(&parameter.name));
            if let Some((name, value)) = parameter.value.as_ref().map(TypedValue::json) {
                json.push(name, value);
            }
            json
        };
        json.array("parameter", self.parameters.iter().map(parameter));
        if release == FhirRelease::R5 {
            let property = |(code, uri): &(String, Option<String>)| {
                let mut json = Json::object();
                json.text("code", Some(code));
                json.text("uri", uri.as_deref());
                json
            };
            json.array("property", self.properties.iter().map(property));
        }
        json.array("contains", self.contains.iter().map(|concept| concept.json(release)));
        json
    }
}

impl ContainedConcept {
    fn json(&self, release: FhirRelease) -> Json {
        let mut json = Json::object();
        let property = |(code, value): &(String, TypedValue)| {
            let mut json = Json::object();
            json.text("code", Some(code));
            let (name, value) = value.json();
            json.push(name, value);
            json
        };
        if release == FhirRelease::R4 {
            for (code, value) in &self.properties {
                let (name, value) = value.json();
                let parts = [("code", "valueCode".to_owned(), Json::string(code)), ("value", name, value)];
                json.push_typed_parts(extension::CONTAINS_PROPERTY, parts);
            }
        }
        json.text("system", self.system.as_deref());
        json.flag("abstract", self.r#abstract);
        json.flag("inactive", self.inactive);
        json.text("version", self.version.as_deref());
        json.text("code", self.code.as_deref());
        json.text("display", self.display.as_deref());
        json.array("designation", self.designations.iter().map(|designation| designation.json(release)));
        if release == FhirRelease::R5 {
            json.array("property", self.properties.iter().map(property));
        }
        json.array("contains", self.contains.iter().map(|concept| concept.json(release)));
        json
    }
}

impl Include {
    fn json(&self, release: FhirRelease) -> Json {
        let mut json = Json::object();
        json.text("system", self.system.as_deref());
        json.text("version", self.version.as_deref());
        let concept = |concept: &IncludedConcept| {
            let mut json = Json::object();
            json.text("code", Some(&concept.code));
            json.text("display", concept.display.as_deref());
            json.array("designation", concept.designations.iter().map(|designation| designation.json(release)));
            json
        };
        json.array("concept", self.concepts.iter().map(concept));
        let filter = |filter: &Filter| {
            let mut json = Json::object();
            json.text("property", Some(filter.property.as_str()).filter(|text| !text.is_empty()));
            json.text("op", Some(filter.op.as_str()).filter(|text| !text.is_empty()));
            json.text("value", filter.value.as_deref());
            json
        };
        json.array("filter", self.filters.iter().map(filter));
        json.array("valueSet", self.value_sets.iter().map(|url| Json::string(url)));
        json
    }
}

impl ValueSetDraft {
    /// The resource as JSON, in a release of FHIR.
    ///
    /// # Errors
    ///
    /// What `out` says when it cannot be written to.
    pub fn write_json(&self, release: FhirRelease, out: impl std::io::Write) -> std::io::Result<()> {
        let mut json = Json::object();
        json.text("resourceType", Some("ValueSet"));
        self.metadata.write(release, &mut json);
        json.flag("immutable", self.immutable);
        let mut compose = Json::object();
        compose.text("lockedDate", self.locked_date.as_deref());
        compose.flag("inactive", self.inactive);
        compose.array("include", self.include.iter().map(|include| include.json(release)));
        compose.array("exclude", self.exclude.iter().map(|exclude| exclude.json(release)));
        if !compose.is_empty() {
            json.push("compose", compose);
        }
        if let Some(expansion) = &self.expansion {
            json.push("expansion", expansion.json(release));
        }
        json.write(out)
    }
}
