//! The formats that this crate reads, each told in one place.

use std::fmt;
use std::str::FromStr;

use super::Reader;
use super::detect::{self, Sample};
use crate::{Error, Result};

/// Makes the list of formats and what belongs to each. A new format is one more item below: its documentation, its name
/// on a command line, a line for people, the function that knows a file of it by its content, the reader, and
/// the feature that the reader takes. The first that knows a file has it.
macro_rules! formats {
    ($(
        $(#[$doc:meta])*
        $format:ident = $name:literal, $title:literal,
        known by $knows:path,
        read by $reader:path, if [$($compiled:tt)+] (feature $feature:literal);
    )+) => {
        /// A format that a reader of this crate reads. Its name, as on a command line, reads back with `parse`.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum Format {
            $($(#[$doc])* $format,)+
            /// None of these.
            Unknown,
        }

        impl Format {
            /// Every format but [`Format::Unknown`], in the order in which a file is tried.
            pub const ALL: &'static [Self] = &[$(Self::$format),+];

            /// Its name, as on a command line: `tt06`, `icd10cm-order`, `unknown`.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                match self {
                    $(Self::$format => $name,)+
                    Self::Unknown => "unknown",
                }
            }

            /// What it is, for people, in one line.
            #[must_use]
            pub fn title(self) -> &'static str {
                match self {
                    $(Self::$format => $title,)+
                    Self::Unknown => "no format that is known",
                }
            }

            /// Whether a file is of this format.
            pub(super) fn knows(self, sample: &Sample<'_>) -> bool {
                match self {
                    $(Self::$format => $knows(sample),)+
                    Self::Unknown => false,
                }
            }
        }

        /// The reader of a format.
        ///
        /// # Errors
        ///
        /// [`Error::Feature`] if the reader is not compiled in, [`Error::Argument`] for [`Format::Unknown`].
        pub fn reader(format: Format) -> Result<&'static dyn Reader> {
            match format {
                $(
                    #[cfg($($compiled)+)]
                    Format::$format => Ok(&$reader),
                    #[cfg(not($($compiled)+))]
                    Format::$format => {
                        Err(Error::Feature { what: format!("reading {}", Format::$format), feature: $feature })
                    }
                )+
                Format::Unknown => Err(not_a_format("unknown")),
            }
        }
    };
}

formats! {
    /// The Vietnamese ICD-10 of Circular 06/2026, as CSV or workbook; see [`tt06`](super::tt06).
    Tt06 = "tt06", "Vietnam, Circular 06/2026: the list as CSV, the leaves as xlsx, or both",
    known by detect::is_tt06,
    read by super::tt06::FormatReader, if [any(feature = "csv", feature = "xlsx")] (feature "csv");

    /// The Vietnamese ICD-10 of Decision 4469/2020, as workbook; see [`qd4469`](super::qd4469).
    Qd4469 = "qd4469", "Vietnam, Decision 4469/2020: the annex as xlsx",
    known by detect::is_qd4469,
    read by super::qd4469::FormatReader, if [feature = "xlsx"] (feature "xlsx");

    /// An ICD-10-CM order file; see [`icd10cm`](super::icd10cm).
    Icd10CmOrder = "icd10cm-order", "United States, ICD-10-CM order file",
    known by detect::is_icd10cm_order,
    read by super::icd10cm::FormatReader, if [all()] (feature "none");

    /// A code system in FHIR, as JSON or XML, alone, in a bundle or in a package; see [`fhir`](super::fhir).
    Fhir = "fhir", "FHIR CodeSystem, as JSON or XML",
    known by detect::is_fhir,
    read by super::fhir::FormatReader, if [feature = "fhir"] (feature "fhir");

    /// ICD-10 in ClaML; see [`claml`](super::claml).
    Claml = "claml", "WHO or a national centre, ICD-10 in ClaML",
    known by detect::is_claml,
    read by super::claml::FormatReader, if [feature = "xml"] (feature "xml");

    /// WHO's metadata files of ICD-10; see [`icd10_metadata`](super::icd10_metadata).
    Icd10Metadata = "icd10-metadata", "WHO, ICD-10: the three metadata files of chapters, blocks and codes",
    known by super::icd10_metadata::is_metadata,
    read by super::icd10_metadata::FormatReader, if [all()] (feature "none");

    /// The tabular list of ICD-10-CM, with indexes beside it; see [`icd10cm::tabular`](super::icd10cm::tabular).
    Icd10CmTabular = "icd10cm-tabular", "United States, ICD-10-CM tabular list as XML, with indexes",
    known by detect::is_icd10cm_tabular,
    read by super::icd10cm::tabular::FormatReader, if [feature = "xml"] (feature "xml");

    /// An ICD-10-PCS order file; see [`icd10pcs`](super::icd10pcs).
    Icd10PcsOrder = "icd10pcs-order", "United States, ICD-10-PCS order file",
    known by super::icd10pcs::is_order,
    read by super::icd10pcs::FormatReader, if [all()] (feature "none");

    /// The tables of ICD-10-PCS; see [`icd10pcs::tables`](super::icd10pcs::tables).
    Icd10PcsTables = "icd10pcs-tables", "United States, ICD-10-PCS tables as XML",
    known by detect::is_icd10pcs_tables,
    read by super::icd10pcs::tables::FormatReader, if [feature = "xml"] (feature "xml");

    /// ICD-11 in one or several languages; see [`icd11`](super::icd11).
    Icd11 = "icd11", "WHO, ICD-11 MMS: SimpleTabulation in one or several languages",
    known by super::icd11::is_tabulation,
    read by super::icd11::FormatReader, if [all()] (feature "none");

    /// The diagnoses of ICD-9-CM; see [`icd9cm`](super::icd9cm).
    Icd9CmDiagnoses = "icd9cm-diagnoses", "United States, ICD-9-CM diagnoses",
    known by super::icd9cm::is_diagnoses,
    read by super::icd9cm::DIAGNOSES, if [all()] (feature "none");

    /// The procedures of ICD-9-CM; see [`icd9cm`](super::icd9cm).
    Icd9CmProcedures = "icd9cm-procedures", "United States, ICD-9-CM procedures",
    known by super::icd9cm::is_procedures,
    read by super::icd9cm::PROCEDURES, if [all()] (feature "none");

    /// A SNOMED CT release in RF2; see [`rf2`](super::rf2).
    SnomedRf2 = "snomed-rf2", "SNOMED CT release in RF2, with its extensions",
    known by super::rf2::knows,
    read by super::rf2::FormatReader, if [all()] (feature "none");

    /// A LOINC release; see [`loinc`](super::loinc).
    Loinc = "loinc", "LOINC release",
    known by detect::is_loinc,
    read by super::loinc::FormatReader, if [feature = "csv"] (feature "csv");

    /// The ATC classification with daily doses; see [`atc`](super::atc).
    Atc = "atc", "ATC classification with daily doses, as CSV",
    known by detect::is_atc,
    read by super::atc::FormatReader, if [feature = "csv"] (feature "csv");

    /// An RxNorm release; see [`rxnorm`](super::rxnorm).
    RxNorm = "rxnorm", "RxNorm release in RRF",
    known by super::rxnorm::knows,
    read by super::rxnorm::FormatReader, if [all()] (feature "none");

    /// The trees of MeSH; see [`mesh`](super::mesh).
    MeshTrees = "mesh-trees", "Medical Subject Headings, their trees",
    known by super::mesh::knows,
    read by super::mesh::FormatReader, if [all()] (feature "none");

    /// An OBO flat file; see [`obo`](super::obo).
    Obo = "obo", "OBO ontology such as the HPO, as text",
    known by super::obo::knows_text,
    read by super::obo::TextReader, if [all()] (feature "none");

    /// An OBO graph; see [`obo`](super::obo).
    OboGraph = "obo-graph", "OBO ontology such as the HPO, as JSON",
    known by super::obo::knows_graph,
    read by super::obo::GraphReader, if [feature = "json"] (feature "json");

    /// A translation of an OBO ontology, which makes a supplement; see [`obo`](super::obo).
    Babelon = "babelon", "translation of an OBO ontology, as supplement",
    known by super::obo::knows_babelon,
    read by super::obo::BabelonReader, if [all()] (feature "none");

    /// Some other table of delimited text; see [`delimited`](super::delimited).
    Delimited = "delimited", "any CSV or TSV, described by a mapping",
    known by detect::is_delimited,
    read by super::delimited::FormatReader, if [feature = "csv"] (feature "csv");
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Format {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        Self::ALL.iter().copied().find(|format| format.as_str() == text).ok_or_else(|| not_a_format(text))
    }
}

fn not_a_format(text: &str) -> Error {
    let names: Vec<_> = Format::ALL.iter().map(|format| format.as_str()).collect();
    Error::Argument {
        what: "format",
        value: text.chars().take(40).collect(),
        expected: format!("one of {}", names.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_read_back_and_lead_to_readers() {
        for format in Format::ALL.iter().copied() {
            assert_eq!(format.to_string().parse::<Format>().unwrap(), format);
            assert!(!format.title().is_empty());
            match reader(format) {
                Ok(reader) => assert_eq!(reader.format(), format),
                Err(error) => assert!(matches!(error, Error::Feature { .. }), "{error}"),
            }
        }
        assert!(matches!("unknown".parse::<Format>(), Err(Error::Argument { what: "format", .. })));
        assert!(reader(Format::Unknown).is_err_and(|error| error.to_string().contains("icd10cm-order")));
    }
}
