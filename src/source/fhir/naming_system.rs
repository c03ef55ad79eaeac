//! A `NamingSystem` as plain data.

use super::element::Element;
use super::metadata::{Metadata, in_force};
use super::walk::At;
use crate::edition::InForce;
use crate::source::{Report, Severity};

/// The names by which a code system or a system of identifiers goes: what ties an OID to a URL.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(default))]
pub struct NamingSystemDraft {
    /// What the resource says about itself.
    pub metadata: Metadata,
    /// The word of `kind`: `codesystem`, `identifier`, `root`.
    pub kind: Option<String>,
    /// Who is responsible for the system itself.
    pub responsible: Option<String>,
    /// How it is to be used.
    pub usage: Option<String>,
    /// Its names.
    pub unique_ids: Vec<UniqueId>,
}

/// One name of a system.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(default))]
pub struct UniqueId {
    /// The word of `type`: `oid`, `uuid`, `uri`, `iri-stem`, `v2csmnemonic`, `other`.
    pub r#type: String,
    /// The name.
    pub value: String,
    /// Whether it is the one to use among those of its type.
    pub preferred: Option<bool>,
    /// Whether those who own the system chose it.
    pub authoritative: Option<bool>,
    /// What is to be known about it.
    pub comment: Option<String>,
    /// The days on which it is valid.
    pub period: InForce,
}

pub(super) fn read(resource: &Element, at: At<'_>, report: &mut Report) -> NamingSystemDraft {
    let mut unique_ids = Vec::new();
    for element in resource.all("uniqueId") {
        report.rows += 1;
        let Some(value) = element.string("value") else {
            let place = at.place().with_field("uniqueId.value");
            report.add(Severity::Refused, "missing-value", place, None, "a name without a value; left out");
            continue;
        };
        unique_ids.push(UniqueId {
            r#type: element.string("type").unwrap_or_else(|| "other".to_owned()),
            value,
            preferred: element.flag("preferred"),
            authoritative: element.flag("authoritative"),
            comment: element.string("comment"),
            period: element.first("period").map(in_force).unwrap_or_default(),
        });
    }
    NamingSystemDraft {
        metadata: Metadata::read(resource),
        kind: resource.string("kind"),
        responsible: resource.string("responsible"),
        usage: resource.string("usage"),
        unique_ids,
    }
}
