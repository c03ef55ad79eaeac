//! Readers: a publisher's files become a [`Draft`] and a [`Report`].
//!
//! A reader knows one format and nothing of the index. It keeps text as its publisher wrote it (white
//! space at the ends aside, which it reports), brings codes to their printed form, and writes a line in
//! the report for every row that it repaired, doubts or refuses: nothing is dropped in silence.
//!
//! | module | reads | feature |
//! |---|---|---|
//! | [`atc`] | the ATC classification with daily doses, in CSV | `csv` |
//! | [`delimited`] | any CSV or TSV with described columns | `csv` |
//! | [`icd10cm`] | ICD-10-CM order files | none |
//! | [`loinc`] | LOINC releases | `csv` |
//! | [`mesh`] | trees of the Medical Subject Headings | none |
//! | [`obo`] | OBO ontologies such as the HPO: text, graphs in JSON, translations in Babelon tables | `json` for graphs |
//! | [`rf2`] | SNOMED CT releases in RF2 | none |
//! | [`rxnorm`] | RxNorm releases in RRF | none |
//! | [`tt06`] | the Vietnamese list of Circular 06/2026 | `csv`, `xlsx` |
//! | [`qd4469`] | the Vietnamese list of Decision 4469/2020 | `xlsx` |
//! | [`detect`] | names the format of a file | `xlsx` for workbooks |
//! | [`encoding`] | UTF-8, UTF-16, Windows-1252 and Windows-1258 text | none |

mod draft;
mod report;

#[cfg(feature = "csv")]
pub mod atc;
#[cfg(feature = "csv")]
mod csv_table;
#[cfg(feature = "csv")]
pub mod delimited;
pub mod detect;
mod edges;
pub mod encoding;
pub mod icd10cm;
#[cfg(feature = "csv")]
pub mod loinc;
pub mod mesh;
#[cfg(any(feature = "csv", feature = "xlsx"))]
mod national;
pub mod obo;
mod parts;
#[cfg(feature = "xlsx")]
pub mod qd4469;
pub mod rf2;
pub mod rxnorm;
#[cfg(feature = "xlsx")]
mod spreadsheet;
mod text_lines;
#[cfg(any(feature = "csv", feature = "xlsx"))]
pub mod tt06;

pub use draft::{
    Acceptability, Content, Designation, DesignationStatus, DesignationUse, Draft, DraftConcept, DraftPosition,
    EdgeKind, Parent, PropertyDefinition, PropertyKind, PropertyValue, Usability,
};
pub use report::{Entry, Place, Report, Severity, SourceFile};
