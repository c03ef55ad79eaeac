//! URLs of the extensions that are read and written.

use crate::code::CodeGrammar;

/// A text in another language: parts `lang` and `content`.
pub(super) const TRANSLATION: &str = "http://hl7.org/fhir/StructureDefinition/translation";
/// When a resource is in force, before R5 had an element for it.
pub(super) const EFFECTIVE_PERIOD: &str = "http://hl7.org/fhir/StructureDefinition/resource-effectivePeriod";
/// The same, as R5's element is written in earlier releases.
pub(super) const EFFECTIVE_PERIOD_5: &str =
    "http://hl7.org/fhir/5.0/StructureDefinition/extension-CodeSystem.effectivePeriod";
/// `additionalUse` of a designation of a value set, in releases before R5.
pub(super) const ADDITIONAL_USE: &str =
    "http://hl7.org/fhir/5.0/StructureDefinition/extension-ValueSet.compose.include.concept.designation.additionalUse";
/// A property in an expansion, in releases before R5: parts `code` and `value`.
pub(super) const CONTAINS_PROPERTY: &str =
    "http://hl7.org/fhir/5.0/StructureDefinition/extension-ValueSet.expansion.contains.property";
/// What the properties in an expansion are, in releases before R5: parts `code` and `uri`.
pub(super) const EXPANSION_PROPERTY: &str =
    "http://hl7.org/fhir/5.0/StructureDefinition/extension-ValueSet.expansion.property";

/// A property of a target of a map, in releases before R5: parts `code` and `value`.
pub(super) const TARGET_PROPERTY: &str =
    "http://hl7.org/fhir/5.0/StructureDefinition/extension-ConceptMap.group.element.target.property";
/// Why a value that must be there is not.
pub(super) const ABSENT: &str = "http://hl7.org/fhir/StructureDefinition/data-absent-reason";

/// The system of the uses of designations that only this crate has codes for.
pub(super) const USES: &str = "urn:medterm:designation-use";
/// How codes are written: `icd10`, `verbatim`.
pub(super) const GRAMMAR: &str = "urn:medterm:grammar";
/// On a concept that is not selectable: `heading` if it is a listed code.
pub(super) const USABILITY: &str = "urn:medterm:usability";
/// The code as the publisher's own file has it.
pub(super) const SOURCE_CODE: &str = "urn:medterm:source-code";
/// A place in the publisher's tree: parts `label` and `parent`.
pub(super) const POSITION: &str = "urn:medterm:position";
/// The publisher's identifier of a term.
pub(super) const TERM_ID: &str = "urn:medterm:designation-id";
/// `inactive` for a withdrawn term.
pub(super) const TERM_STATUS: &str = "urn:medterm:designation-status";
/// How a dialect takes a term: parts `dialect` and `role`.
pub(super) const ACCEPTABILITY: &str = "urn:medterm:acceptability";
/// What rows of maps of other formats tell: parts `group`, `priority`, `scenario`, `choice`, `rule`.
pub(super) const MAP_ROW: &str = "urn:medterm:map-row";

/// The name of a grammar in [`GRAMMAR`].
pub(super) fn grammar_name(grammar: CodeGrammar) -> &'static str {
    match grammar {
        CodeGrammar::Verbatim => "verbatim",
        CodeGrammar::Icd10 => "icd10",
        CodeGrammar::Icd9 => "icd9",
        CodeGrammar::Icd9Procedure => "icd9-procedure",
        CodeGrammar::CaseSensitive => "case-sensitive",
    }
}

/// The grammar that has a name.
pub(super) fn named_grammar(name: &str) -> Option<CodeGrammar> {
    use CodeGrammar::{CaseSensitive, Icd9, Icd9Procedure, Icd10, Verbatim};
    [Verbatim, Icd10, Icd9, Icd9Procedure, CaseSensitive].into_iter().find(|grammar| grammar_name(*grammar) == name)
}
