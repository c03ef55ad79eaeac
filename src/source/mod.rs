//! Readers: a publisher's files become a [`Draft`] and a [`Report`].
//!
//! A reader knows one format and nothing of the index. It keeps text as its publisher wrote it (white
//! space at the ends aside, which it reports), brings codes to their printed form, and writes a line in
//! the report for every row that it repaired, doubts or refuses: nothing is dropped in silence.
//!
//! | module | reads | feature |
//! |---|---|---|
//! | [`delimited`] | any CSV or TSV with described columns | `csv` |
//! | [`icd10cm`] | ICD-10-CM order files | none |
//! | [`tt06`] | the Vietnamese list of Circular 06/2026 | `csv`, `xlsx` |
//! | [`qd4469`] | the Vietnamese list of Decision 4469/2020 | `xlsx` |
//! | [`gem`] | maps between ICD-9-CM and ICD-10-CM or -PCS: General Equivalence Mappings | none |
//! | [`icd11_map`] | WHO's maps between ICD-10 and ICD-11 | none |
//! | [`rf2_map`] | simple, complex and extended maps of SNOMED CT | none |
//! | [`sssom`] | mapping sets in SSSOM/TSV | none |
//! | [`omop`] | what OMOP vocabularies map to | none |
//! | [`qd4440`] | services and ICD-9-CM procedures of Decision 4440 | `csv`, `xlsx` |
//! | [`ccsr`] | clinical categories of ICD-10-CM codes (CCSR) | `xlsx` |
//! | [`delimited::map`] | any CSV or TSV map with described columns | `csv` |
//! | [`detect`] | names the format of a file | `xlsx` for workbooks |
//! | [`encoding`] | UTF-8, UTF-16, Windows-1252 and Windows-1258 text | none |

mod draft;
mod map;
mod report;

#[cfg(feature = "xlsx")]
pub mod ccsr;
#[cfg(feature = "csv")]
pub mod delimited;
pub mod detect;
pub mod encoding;
pub mod gem;
pub mod icd10cm;
pub mod icd11_map;
mod lines;
#[cfg(any(feature = "csv", feature = "xlsx"))]
mod national;
pub mod omop;
#[cfg(any(feature = "csv", feature = "xlsx"))]
pub mod qd4440;
#[cfg(feature = "xlsx")]
pub mod qd4469;
pub mod rf2_map;
#[cfg(feature = "xlsx")]
mod spreadsheet;
pub mod sssom;
#[cfg(any(feature = "csv", feature = "xlsx"))]
pub mod tt06;

pub use draft::{
    Acceptability, Content, Designation, DesignationStatus, DesignationUse, Draft, DraftConcept, DraftPosition,
    EdgeKind, Parent, PropertyDefinition, PropertyKind, PropertyValue, Usability,
};
pub use map::{MapCondition, MapDraft, MapRow, MapSide, Relationship, Unmapped};
pub use report::{Entry, Place, Report, Severity, SourceFile};
