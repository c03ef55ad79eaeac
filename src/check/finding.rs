//! What a check found.

use super::encounter::Role;
use super::rule::{Rule, Severity};

/// One result of a check.
///
/// An encounter without findings breaks none of the rules that were checked. That a rule could not be checked is a
/// finding too, of [`Severity::Unknown`].
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Finding {
    /// The rule.
    pub rule: Rule,
    /// How much it matters.
    pub severity: Severity,
    /// The role of the code at fault; `None` if the finding is about the encounter.
    pub role: Option<Role>,
    /// Which code of its role's field it is, counted from 1; `None` if the finding is about the field or the encounter.
    pub position: Option<usize>,
    /// The code as it stands in the record; `None` if the finding is about the field or the encounter.
    pub code: Option<String>,
    /// What is the matter, in Vietnamese.
    pub message_vi: String,
    /// What is the matter, in English.
    pub message_en: String,
    /// The document that the rule rests on, in Vietnamese.
    pub basis: &'static str,
    /// Codes to use instead, or to add, best first, with their marks: for a person to choose from. Empty if the list has
    /// none to suggest.
    pub suggest: Vec<String>,
}
