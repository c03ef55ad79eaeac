//! Designations of concepts, between FHIR and [`Designation`].

use super::element::Element;
use super::extension;
use super::write::Json;
use crate::source::{Acceptability, Designation, DesignationStatus, DesignationUse, SharedText};

/// Uses that others have codes for: system, code, use.
const STANDARD: [(&str, &str, DesignationUse); 2] = [
    ("http://terminology.hl7.org/CodeSystem/hl7TermMaintInfra", "preferredForLanguage", DesignationUse::Preferred),
    ("http://snomed.info/sct", "900000000000013009", DesignationUse::Synonym),
];

/// Uses that only this crate has codes for.
const OWN: [(&str, DesignationUse); 4] = [
    ("former-name", DesignationUse::FormerName),
    ("index-term", DesignationUse::IndexTerm),
    ("inclusion", DesignationUse::Inclusion),
    ("abbreviated", DesignationUse::Abbreviated),
];

/// A use that is not told; [`complete`] puts another in its place.
fn untold() -> DesignationUse {
    DesignationUse::Other { system: SharedText::default(), code: SharedText::default() }
}

/// A designation; `None` if it has no text.
pub(super) fn read(element: &Element) -> Option<Designation> {
    let mut term = Designation {
        text: element.string("value")?,
        language: element.string("language").unwrap_or_default().into(),
        r#use: element.first("use").or_else(|| element.first("additionalUse")).map_or_else(untold, read_use),
        ..Designation::default()
    };
    read_extensions(element, &mut term);
    Some(term)
}

fn read_use(coding: &Element) -> DesignationUse {
    let (system, code) = (coding.text("system").unwrap_or_default(), coding.text("code").unwrap_or_default());
    if let Some((_, _, r#use)) = STANDARD.iter().find(|standard| (standard.0, standard.1) == (system, code)) {
        return r#use.clone();
    }
    if let Some((_, r#use)) = OWN.iter().find(|own| system == extension::USES && own.0 == code) {
        return r#use.clone();
    }
    DesignationUse::Other { system: system.into(), code: code.into() }
}

/// What extensions say of a display or a designation.
pub(super) fn read_extensions(element: &Element, term: &mut Designation) {
    term.id = element.extension_text(extension::TERM_ID).map(str::to_owned);
    if element.extension_text(extension::TERM_STATUS) == Some("inactive") {
        term.status = DesignationStatus::Inactive;
    }
    for extension in element.extensions(extension::ACCEPTABILITY) {
        let role = match extension.extension_text("role") {
            Some("preferred") => Acceptability::Preferred,
            Some("acceptable") => Acceptability::Acceptable,
            _ => continue,
        };
        if let Some(dialect) = extension.extension_text("dialect") {
            term.acceptability.insert(dialect, role);
        }
    }
}

/// Fills in what was not told: the language is the resource's own; the first name in a language is the one to show,
/// and the others are synonyms.
pub(super) fn complete(terms: &mut [Designation], language: &str) {
    for at in 0..terms.len() {
        let (before, rest) = terms.split_at_mut(at);
        let Some((term, after)) = rest.split_first_mut() else { continue };
        if term.language.is_empty() {
            term.language = language.into();
        }
        if term.r#use == untold() {
            let own = &term.language;
            let is_shown = |other: &Designation| {
                let language = if other.language.is_empty() { language } else { &other.language };
                other.r#use == DesignationUse::Preferred && language == own
            };
            let has_shown = before.iter().chain(after.iter()).any(is_shown);
            term.r#use = if has_shown { DesignationUse::Synonym } else { DesignationUse::Preferred };
        }
    }
}

/// A designation as JSON.
pub(super) fn json(term: &Designation) -> Json {
    let mut json = Json::object();
    write_extensions(term, &mut json);
    json.text("language", Some(&term.language));
    let mut coding = Json::object();
    let (system, code) = match &term.r#use {
        DesignationUse::Other { system, code } => (system.as_str(), code.as_str()),
        known => {
            let standard = STANDARD.iter().find(|standard| standard.2 == *known);
            let own = OWN.iter().find(|own| own.1 == *known);
            match (standard, own) {
                (Some((system, code, _)), _) => (*system, *code),
                (None, Some((code, _))) => (extension::USES, *code),
                (None, None) => ("", ""),
            }
        }
    };
    coding.text("system", Some(system).filter(|system| !system.is_empty()));
    coding.text("code", Some(code).filter(|code| !code.is_empty()));
    if !coding.is_empty() {
        json.push("use", coding);
    }
    json.text("value", Some(&term.text));
    json
}

/// Puts on a display or a designation what FHIR has no elements for.
pub(super) fn write_extensions(term: &Designation, json: &mut Json) {
    if let Some(id) = &term.id {
        json.push_extension(extension::TERM_ID, "valueString", Json::string(id));
    }
    if term.status == DesignationStatus::Inactive {
        json.push_extension(extension::TERM_STATUS, "valueCode", Json::string("inactive"));
    }
    for (dialect, role) in term.acceptability.iter() {
        let role = match role {
            Acceptability::Preferred => "preferred",
            Acceptability::Acceptable => "acceptable",
        };
        let parts = [("dialect", "valueString", dialect), ("role", "valueCode", role)];
        json.push_parts(extension::ACCEPTABILITY, parts);
    }
}
