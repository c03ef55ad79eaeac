//! Readers: a publisher's files become a [`Draft`] and a [`Report`].
//!
//! A reader knows one format and nothing of the index. It keeps text as its publisher wrote it (white
//! space at the ends aside, which it reports), brings codes to their printed form, and writes a line in
//! the report for every row that it repaired, doubts or refuses: nothing is dropped in silence.
//!
//! Each format's module has a function for its files. All of them stand behind one trait, too: [`Input`] opens what a
//! user points at, [`read`] recognises and reads it, [`reader()`] gives the [`Reader`] of a [`Format`].
//!
//! | module | reads | feature |
//! |---|---|---|
//! | [`claml`] | ICD-10 in ClaML, as WHO and national centres publish it | `xml` |
//! | [`atc`] | the ATC classification with daily doses, in CSV | `csv` |
//! | [`delimited`] | any CSV or TSV with described columns | `csv` |
//! | [`icd10_metadata`] | WHO's semicolon files of ICD-10 | none |
//! | [`icd10cm`] | ICD-10-CM order files | none |
//! | [`icd10cm::tabular`] | the tabular list of ICD-10-CM with its notes | `xml` |
//! | [`icd10cm::index`] | its table of neoplasms and other alphabetical indexes | `xml` |
//! | [`icd10pcs`] | ICD-10-PCS: order files, and tables | none; `xml` for tables |
//! | [`icd11`] | ICD-11 MMS, WHO's SimpleTabulation in one or several languages | none; `archive` for zips, `xlsx` for workbooks |
//! | [`icd9cm`] | ICD-9-CM diagnoses and procedures | none |
//! | [`loinc`] | LOINC releases | `csv` |
//! | [`mesh`] | trees of the Medical Subject Headings | none |
//! | [`obo`] | OBO ontologies such as the HPO: text, graphs in JSON, translations in Babelon tables | `json` for graphs |
//! | [`rf2`] | SNOMED CT releases in RF2 | none |
//! | [`rxnorm`] | RxNorm releases in RRF | none |
//! | [`tt06`] | the Vietnamese list of Circular 06/2026 | `csv`, `xlsx` |
//! | [`qd4469`] | the Vietnamese list of Decision 4469/2020 | `xlsx` |
//! | [`fhir`] | FHIR code systems, value sets, naming systems and maps | `fhir` |
//! | [`gem`] | maps between ICD-9-CM and ICD-10-CM or -PCS: General Equivalence Mappings | none |
//! | [`icd11_map`] | WHO's maps between ICD-10 and ICD-11 | none |
//! | [`rf2_map`] | simple, complex and extended maps of SNOMED CT | none |
//! | [`sssom`] | mapping sets in SSSOM/TSV | none |
//! | [`omop`] | what OMOP vocabularies map to | none |
//! | [`qd4440`] | services and ICD-9-CM procedures of Decision 4440 | `csv`, `xlsx` |
//! | [`ccsr`] | clinical categories of ICD-10-CM codes (CCSR) | `xlsx` |
//! | [`delimited::map`] | any CSV or TSV map with described columns | `csv` |
//! | [`detect`] | names the format of a file | `xlsx` for workbooks |
//! | [`input`] | what a user points at: files, folders, archives | `archive` for archives |
//! | [`encoding`] | UTF-8, UTF-16, Windows-1252 and Windows-1258 text | none |

mod draft;
mod format;
mod map;
mod reader;
mod report;
mod shared;

#[cfg(feature = "csv")]
pub mod atc;
#[cfg(feature = "xlsx")]
pub mod ccsr;
#[cfg(feature = "xml")]
pub mod claml;
#[cfg(feature = "csv")]
mod csv_table;
#[cfg(feature = "csv")]
pub mod delimited;
pub mod detect;
mod edges;
pub mod encoding;
#[cfg(feature = "fhir")]
pub mod fhir;
pub mod gem;
pub mod icd10_metadata;
pub mod icd10cm;
pub mod icd10pcs;
pub mod icd11;
pub mod icd11_map;
pub mod icd9cm;
pub mod input;
mod lines;
#[cfg(feature = "csv")]
pub mod loinc;
pub mod mesh;
#[cfg(any(feature = "csv", feature = "xlsx"))]
mod national;
pub mod obo;
pub mod omop;
mod parts;
#[cfg(any(feature = "csv", feature = "xlsx"))]
pub mod qd4440;
#[cfg(feature = "xlsx")]
pub mod qd4469;
pub mod rf2;
pub mod rf2_map;
pub mod rxnorm;
#[cfg(feature = "xlsx")]
mod spreadsheet;
pub mod sssom;
mod text_lines;
#[cfg(any(feature = "csv", feature = "xlsx"))]
pub mod tt06;
#[cfg(feature = "xml")]
mod xml;

pub use draft::{
    Acceptability, Content, Designation, DesignationStatus, DesignationUse, Draft, DraftConcept, DraftPosition,
    EdgeKind, Parent, PropertyDefinition, PropertyKind, PropertyValue, Usability,
};
pub use format::{Format, reader};
pub use input::{Input, InputEntry, Limits};
pub use map::{MapCondition, MapDraft, MapRow, MapSide, Relationship, Unmapped};
pub use reader::{ReadOptions, Reader, Reading, read};
pub use report::{Entry, Place, Report, Severity, SourceFile, Strictness};
pub use shared::{Acceptabilities, SharedText};
