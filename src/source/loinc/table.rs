//! The table of terms.

use super::build::{Builder, Origin};
use crate::Result;
use crate::source::csv_table::CsvTable;
use crate::source::{DesignationUse, DraftConcept, PropertyKind, PropertyValue, Severity};

use PropertyKind::{Boolean, Code, Integer, Text};

/// Columns that become properties: heading, name, kind, and meaning.
#[rustfmt::skip]
const PROPERTIES: [(&str, &str, PropertyKind, &str); 32] = [
    ("COMPONENT", "component", Text, "First axis: what is measured or observed (COMPONENT)"),
    ("PROPERTY", "property", Text, "Second axis: the kind of quantity (PROPERTY)"),
    ("TIME_ASPCT", "time-aspect", Text, "Third axis: moment or interval of time (TIME_ASPCT)"),
    ("SYSTEM", "system", Text, "Fourth axis: specimen, or what is observed on (SYSTEM)"),
    ("SCALE_TYP", "scale-type", Text, "Fifth axis: quantitative, ordinal, nominal, narrative (SCALE_TYP)"),
    ("METHOD_TYP", "method-type", Text, "Sixth axis: the method, where it matters (METHOD_TYP)"),
    ("CLASS", "class", Text, "Class (CLASS)"),
    ("CLASSTYPE", "class-type", Integer, "1 laboratory, 2 clinical, 3 claims attachments, 4 surveys (CLASSTYPE)"),
    ("STATUS", "status", Text, "ACTIVE, TRIAL, DISCOURAGED or DEPRECATED (STATUS)"),
    ("STATUS_REASON", "status-reason", Text, "Why it is discouraged or deprecated (STATUS_REASON)"),
    ("STATUS_TEXT", "status-text", Text, "More on the status, in words (STATUS_TEXT)"),
    ("ORDER_OBS", "order-or-observation", Text, "Order, Observation, Both or Subset (ORDER_OBS)"),
    ("EXAMPLE_UNITS", "example-units", Text, "Units in which results come (EXAMPLE_UNITS)"),
    ("EXAMPLE_UCUM_UNITS", "example-ucum-units", Text, "The same in UCUM (EXAMPLE_UCUM_UNITS)"),
    ("UNITSREQUIRED", "units-required", Boolean, "A result must have units (UNITSREQUIRED)"),
    ("DefinitionDescription", "definition", Text, "What the term means, in words (DefinitionDescription)"),
    ("FORMULA", "formula", Text, "How the value is computed (FORMULA)"),
    ("EXMPL_ANSWERS", "example-answers", Text, "Answers that are often seen, in words (EXMPL_ANSWERS)"),
    ("SURVEY_QUEST_TEXT", "survey-question", Text, "The question as it is asked (SURVEY_QUEST_TEXT)"),
    ("SURVEY_QUEST_SRC", "survey-question-source", Text, "Where the question is from (SURVEY_QUEST_SRC)"),
    ("COMMON_TEST_RANK", "common-test-rank", Integer, "Place among the tests most often reported in the US (COMMON_TEST_RANK)"),
    ("COMMON_ORDER_RANK", "common-order-rank", Integer, "Place among the tests most often ordered in the US (COMMON_ORDER_RANK)"),
    ("PanelType", "panel-type", Text, "Kind of panel (PanelType)"),
    ("AskAtOrderEntry", "ask-at-order-entry", Code, "A question to ask when it is ordered (AskAtOrderEntry)"),
    ("AssociatedObservations", "associated-observation", Code, "A term or group of terms to report with it (AssociatedObservations)"),
    ("HL7_FIELD_SUBFIELD_ID", "hl7-field", Text, "Field of an HL7 version 2 message in which its content is sent (HL7_FIELD_SUBFIELD_ID)"),
    ("HL7_ATTACHMENT_STRUCTURE", "hl7-attachment-structure", Text, "Whether an attachment guide exists (HL7_ATTACHMENT_STRUCTURE)"),
    ("ValidHL7AttachmentRequest", "valid-hl7-attachment-request", Boolean, "May be asked for as an HL7 attachment (ValidHL7AttachmentRequest)"),
    ("EXTERNAL_COPYRIGHT_NOTICE", "external-copyright-notice", Text, "Notice of a copyright other than LOINC's (EXTERNAL_COPYRIGHT_NOTICE)"),
    ("EXTERNAL_COPYRIGHT_LINK", "external-copyright-link", Text, "Where the terms of that copyright are (EXTERNAL_COPYRIGHT_LINK)"),
    ("VersionFirstReleased", "version-first-released", Text, "Release in which it came (VersionFirstReleased)"),
    ("VersionLastChanged", "version-last-changed", Text, "Release in which it was last changed (VersionLastChanged)"),
];

impl Builder<'_> {
    /// Terms: the table of them. `CONSUMER_NAME` is another file's, and reasons of past changes
    /// (`CHNG_TYPE`, `CHANGE_REASON_PUBLIC`) say nothing of the term as it is.
    pub(super) fn add_terms(&mut self, file: &mut CsvTable) -> Result<()> {
        let [number, name] = file.columns(["LOINC_NUM", "LONG_COMMON_NAME"])?;
        file.columns(["COMPONENT", "PROPERTY", "TIME_ASPCT", "SYSTEM", "SCALE_TYP", "METHOD_TYP", "STATUS"])?;
        let [short, display, related, status] =
            ["SHORTNAME", "DisplayName", "RELATEDNAMES2", "STATUS"].map(|heading| file.column(heading));
        let versions = ["VersionLastChanged", "VersionFirstReleased"].map(|heading| file.column(heading));
        let mut columns = Vec::new();
        for (heading, name, kind, meaning) in PROPERTIES {
            if let Some(column) = file.column(heading) {
                columns.push((column, self.property(name, kind, meaning), kind, heading));
            }
        }
        while let Some(line) = self.next(file)? {
            let origin = Origin { file: file.name(), line, code: file.field(number) };
            let inactive = file.field(status).eq_ignore_ascii_case("DEPRECATED");
            let Some(concept) = self.list(&origin, DraftConcept { inactive, ..DraftConcept::default() }) else {
                continue;
            };
            if file.field(name).is_empty() {
                self.tell(Severity::Doubtful, "missing-name", &origin, "the term has no long common name");
            }
            self.name(concept, "en", DesignationUse::Preferred, file.field(name));
            self.name(concept, "en", DesignationUse::Synonym, file.field(display));
            self.name(concept, "en", DesignationUse::Abbreviated, file.field(short));
            self.index_terms(concept, "en", file.field(related));
            for (column, property, kind, heading) in &columns {
                self.add_values(&origin, concept, (*property, *kind, heading), file.field(*column));
            }
            for version in versions {
                self.note_version(file.field(version));
            }
        }
        Ok(())
    }

    fn add_values(
        &mut self,
        origin: &Origin<'_>,
        concept: usize,
        (property, kind, heading): (usize, PropertyKind, &str),
        text: &str,
    ) {
        match kind {
            _ if text.is_empty() => {}
            Text => self.set(concept, property, PropertyValue::Text(text.to_owned())),
            Boolean if text.eq_ignore_ascii_case("Y") => self.set(concept, property, PropertyValue::Boolean(true)),
            Boolean => {}
            // Rank 0 is that of a term without a rank.
            Integer => match text.parse() {
                Ok(0) => {}
                Ok(number) => self.set(concept, property, PropertyValue::Integer(number)),
                Err(_) => {
                    let message = format!("{heading} should be a number; the value was left out");
                    self.tell(Severity::Refused, "property-value", origin, message);
                }
            },
            Code => {
                for code in text.split(';').map(str::trim).filter(|code| !code.is_empty()) {
                    self.set(concept, property, PropertyValue::Code(code.to_owned()));
                }
            }
        }
    }

    /// Remembers the latest version; old ones may have a letter behind them (`1.0m`).
    fn note_version(&mut self, text: &str) {
        let Some((major, minor)) = text.split_once('.') else { return };
        let digits = minor.trim_end_matches(|sign: char| !sign.is_ascii_digit());
        if let (Ok(major), Ok(minor)) = (major.parse(), digits.parse())
            && self.latest.0 < (major, minor)
        {
            self.latest = ((major, minor), text.to_owned());
        }
    }
}
