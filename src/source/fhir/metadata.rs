//! What every FHIR resource says about itself, and the small data types that resources share.

use super::element::Element;
use super::{extension, write::Json};
use crate::edition::{Date, Edition, InForce};

/// A code with its system (FHIR `Coding`).
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(default))]
pub struct Coding {
    /// Canonical URL of the code system.
    pub system: Option<String>,
    /// Its version.
    pub version: Option<String>,
    /// The code.
    pub code: Option<String>,
    /// What the code is called.
    pub display: Option<String>,
}

impl Coding {
    pub(super) fn read(element: &Element) -> Self {
        Self {
            system: element.string("system"),
            version: element.string("version"),
            code: element.string("code"),
            display: element.string("display"),
        }
    }

    pub(super) fn json(&self) -> Json {
        let mut json = Json::object();
        json.text("system", self.system.as_deref());
        json.text("version", self.version.as_deref());
        json.text("code", self.code.as_deref());
        json.text("display", self.display.as_deref());
        json
    }

    /// As text that people can read and [`from_text`](Self::from_text) takes apart again, in the way of FHIR
    /// Shorthand: `http://loinc.org|2.78#4548-4 "Haemoglobin A1c"`.
    #[must_use]
    pub fn to_text(&self) -> String {
        let mut text = String::new();
        if let Some(system) = &self.system {
            push_escaped(&mut text, system, &['\\', '#', '|']);
        }
        if let Some(version) = &self.version {
            text.push('|');
            push_escaped(&mut text, version, &['\\', '#', '|']);
        }
        text.push('#');
        if let Some(code) = &self.code {
            push_escaped(&mut text, code, &['\\', '"']);
        }
        if let Some(display) = &self.display {
            text.push_str(" \"");
            push_escaped(&mut text, display, &['\\', '"']);
            text.push('"');
        }
        text
    }

    /// Takes apart what [`to_text`](Self::to_text) wrote; `None` if the text is no such thing.
    #[must_use]
    pub fn from_text(text: &str) -> Option<Self> {
        let (system, rest) = cut_unescaped(text, '#')?;
        let (code, display) = match cut_unescaped(rest, '"') {
            Some((code, quoted)) => {
                let (display, behind) = cut_unescaped(quoted, '"')?;
                if !behind.is_empty() {
                    return None;
                }
                (code.strip_suffix(' ')?, Some(unescaped(display)))
            }
            None => (rest, None),
        };
        let (system, version) = match cut_unescaped(system, '|') {
            Some((system, version)) => (system, Some(unescaped(version))),
            None => (system, None),
        };
        let filled = |text: &str| (!text.is_empty()).then(|| unescaped(text));
        Some(Self { system: filled(system), version, code: filled(code), display })
    }
}

fn push_escaped(out: &mut String, text: &str, special: &[char]) {
    for letter in text.chars() {
        if special.contains(&letter) {
            out.push('\\');
        }
        out.push(letter);
    }
}

fn unescaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut letters = text.chars();
    while let Some(letter) = letters.next() {
        out.push(if letter == '\\' { letters.next().unwrap_or('\\') } else { letter });
    }
    out
}

/// The text on both sides of the first `sign` that has no backslash before it.
fn cut_unescaped(text: &str, sign: char) -> Option<(&str, &str)> {
    let mut escaped = false;
    for (at, letter) in text.char_indices() {
        if escaped {
            escaped = false;
        } else if letter == '\\' {
            escaped = true;
        } else if letter == sign {
            return Some((text.get(..at)?, text.get(at + letter.len_utf8()..)?));
        }
    }
    None
}

/// A name that a resource goes by elsewhere (FHIR `Identifier`), such as an OID.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(default))]
pub struct Identifier {
    /// Who gives such names: `urn:ietf:rfc:3986` for URIs.
    pub system: Option<String>,
    /// The name: `urn:oid:2.16.840.1.113883.5.4`.
    pub value: String,
}

/// The system of identifiers that are URIs.
pub(super) const URI: &str = "urn:ietf:rfc:3986";

/// What a resource says about itself.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(default))]
pub struct Metadata {
    /// Its id on the server that it is from.
    pub id: Option<String>,
    /// Its canonical URL.
    pub url: Option<String>,
    /// Its other names.
    pub identifiers: Vec<Identifier>,
    /// Its version.
    pub version: Option<String>,
    /// Its name for programs.
    pub name: Option<String>,
    /// Its title for people.
    pub title: Option<String>,
    /// The title in further languages: BCP 47 tag and text.
    pub title_translations: Vec<(String, String)>,
    /// `draft`, `active`, `retired` or `unknown`.
    pub status: Option<String>,
    /// Whether it is meant for tests and teaching only.
    pub experimental: Option<bool>,
    /// When it was last changed: a year, a month, a day or an instant, as written.
    pub date: Option<String>,
    /// Who publishes it.
    pub publisher: Option<String>,
    /// What it is, for people.
    pub description: Option<String>,
    /// Why it is.
    pub purpose: Option<String>,
    /// Whose rights it is under, and what they demand of the user.
    pub copyright: Option<String>,
    /// The language of its texts, as a BCP 47 tag.
    pub language: Option<String>,
    /// The days on which it is in force.
    pub effective: InForce,
}

impl Metadata {
    /// Takes a resource's own elements.
    pub(super) fn read(resource: &Element) -> Self {
        let identifier = |element: &Element| {
            let value = element.string("value")?;
            Some(Identifier { system: element.string("system"), value })
        };
        let title_translations = resource.first("title").map(translations).unwrap_or_default();
        let period = resource
            .first("effectivePeriod")
            .or_else(|| resource.extensions(extension::EFFECTIVE_PERIOD).next()?.first("valuePeriod"))
            .or_else(|| resource.extensions(extension::EFFECTIVE_PERIOD_5).next()?.first("valuePeriod"));
        Self {
            id: resource.string("id"),
            url: resource.string("url"),
            identifiers: resource.all("identifier").filter_map(identifier).collect(),
            version: resource.string("version"),
            name: resource.string("name"),
            title: resource.string("title"),
            title_translations,
            status: resource.string("status"),
            experimental: resource.flag("experimental"),
            date: resource.string("date"),
            publisher: resource.string("publisher"),
            description: resource.string("description"),
            purpose: resource.string("purpose"),
            copyright: resource.string("copyright"),
            language: resource.string("language"),
            effective: period.map(in_force).unwrap_or_default(),
        }
    }

    /// What an edition says of itself, put as a resource does.
    #[must_use]
    pub fn of_edition(edition: &Edition, language: &str) -> Self {
        let filled = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        let identifier = |alias: &String| Identifier {
            system: (alias.starts_with("urn:") || alias.contains("://")).then(|| URI.to_owned()),
            value: alias.clone(),
        };
        Self {
            id: Some(edition.system.clone()).filter(|system| is_telling_id(system)),
            url: filled(&edition.url),
            identifiers: edition.aliases.iter().map(identifier).collect(),
            version: filled(&edition.version),
            name: filled(&edition.system),
            title: filled(&edition.title),
            status: Some("active".to_owned()),
            publisher: filled(&edition.issued_by),
            language: filled(language),
            effective: edition.in_force,
            ..Self::default()
        }
    }

    /// The edition that a resource with this metadata is. Its short name is the `id` if that is a word, else the
    /// `name`, else the end of the URL; aliases are the identifiers that are URIs or have no system.
    #[must_use]
    pub fn edition(&self) -> Edition {
        let url = self.url.clone().unwrap_or_default();
        let telling_id = self.id.as_deref().filter(|id| is_telling_id(id));
        let end = url.rsplit(['/', ':', '#']).find(|part| !part.is_empty());
        let name = self.name.as_deref();
        let system = telling_id.or(name).or(end).or(self.id.as_deref()).unwrap_or_default().to_owned();
        let is_alias = |identifier: &&Identifier| identifier.system.as_deref().is_none_or(|system| system == URI);
        Edition {
            system,
            version: self.version.as_ref().or(self.date.as_ref()).cloned().unwrap_or_default(),
            title: self.title.as_deref().or(name).unwrap_or(&url).to_owned(),
            issued_by: self.publisher.clone().unwrap_or_default(),
            in_force: self.effective,
            aliases: self.identifiers.iter().filter(is_alias).map(|identifier| identifier.value.clone()).collect(),
            url,
        }
    }

    /// The members that stand before a resource's own content.
    pub(super) fn write(&self, release: super::FhirRelease, json: &mut Json) {
        json.text("id", self.id.as_deref());
        json.text("language", self.language.as_deref());
        if release == super::FhirRelease::R4 && self.effective != InForce::default() {
            json.push_extension(extension::EFFECTIVE_PERIOD, "valuePeriod", period_json(self.effective));
        }
        json.text("url", self.url.as_deref());
        let identifier = |identifier: &Identifier| {
            let mut json = Json::object();
            json.text("system", identifier.system.as_deref());
            json.text("value", Some(&identifier.value));
            json
        };
        json.array("identifier", self.identifiers.iter().map(identifier));
        json.text("version", self.version.as_deref());
        json.text("name", self.name.as_deref());
        json.text("title", self.title.as_deref());
        json.translations("_title", &self.title_translations);
        json.text("status", self.status.as_deref());
        json.flag("experimental", self.experimental);
        json.text("date", self.date.as_deref());
        json.text("publisher", self.publisher.as_deref());
        json.text("description", self.description.as_deref());
        json.text("purpose", self.purpose.as_deref());
        json.text("copyright", self.copyright.as_deref());
        if release == super::FhirRelease::R5 && self.effective != InForce::default() {
            json.push("effectivePeriod", period_json(self.effective));
        }
    }
}

/// True if an id is a short name rather than a number or a UUID, and one that FHIR allows.
fn is_telling_id(id: &str) -> bool {
    let is_uuid = id.len() == 36 && id.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b'-');
    (1..=64).contains(&id.len())
        && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'.')
        && id.bytes().any(|byte| byte.is_ascii_alphabetic())
        && !is_uuid
}

/// The translations that an element carries as extensions: language and text.
pub(super) fn translations(element: &Element) -> Vec<(String, String)> {
    let translation = |extension: &Element| {
        let part = |url| extension.extension_text(url).map(str::to_owned);
        Some((part("lang")?, part("content")?))
    };
    element.extensions(extension::TRANSLATION).filter_map(translation).collect()
}

/// A period of whole days. An end that names no day is left open.
pub(super) fn in_force(period: &Element) -> InForce {
    let day = |name| period.text(name).and_then(day);
    InForce { from: day("start"), until: day("end") }
}

/// The day in a FHIR date or instant; `None` if it names only a year or a month.
pub(super) fn day(text: &str) -> Option<Date> {
    text.get(..10).filter(|_| text.len() == 10 || text.get(10..11) == Some("T"))?.parse().ok()
}

pub(super) fn period_json(period: InForce) -> Json {
    let mut json = Json::object();
    json.text("start", period.from.map(|day| day.to_string()).as_deref());
    json.text("end", period.until.map(|day| day.to_string()).as_deref());
    json
}
