//! Medical code systems and the maps between them, compiled into compact index files and answered from them in process:
//! code lookup, Vietnamese-aware search, hierarchy, migration between editions, translation, and checks of diagnosis
//! sets. Offline, with no server.
//!
//! ```
//! # #[cfg(all(feature = "bundled", feature = "search"))] {
//! use medterm::{SearchOptions, Terminology};
//!
//! // The embedded starter set: no file, no network.
//! let terminology = Terminology::bundled()?;
//!
//! // What a tired doctor types: no marks, keystrokes that the input method never saw, spaces left out, typing errors.
//! for query in ["viem phoi", "vieem phooir", "VIÊM PHỔI", "viemphoi", "vien phoi", "pneumonia"] {
//!     let answer = terminology.search(query, &SearchOptions::new().usable_only(true).limit(5))?;
//!     assert!(answer.hits.iter().any(|hit| hit.concept.code().unwrap().starts_with("J18")), "{query}");
//! }
//!
//! // A heading is not for use; one call gives the codes that are.
//! let appendicitis = terminology.lookup("icd10-vn", "k35")?.concept().unwrap();
//! assert!(!appendicitis.is_usable()?);
//! assert!(appendicitis.usable_codes()?.len() > 1);
//! # }
//! # Ok::<(), medterm::Error>(())
//! ```
//!
//! # From a publisher's file to an answer
//!
//! ```text
//! publisher's files ──▶ source::<format> ──▶ Draft + Report ──▶ index::to_file ──▶ index file
//!                                                                                    │ open, map
//!  your program ◀── lookup · search · hierarchy · migration · checks ◀── CodeSystem ◀┘
//!                                  (several, by name and date: Terminology)
//! ```
//! What others add to a list (a translation, local names, a payer's flags) is compiled apart and laid over it: a
//! [`Supplement`]. What others map from one list to another is compiled in the same way (`MapDraft`, [`index::map_to_file`])
//! and opened as a [`ConceptMap`]. Readers ([`source`]) keep what the publisher wrote and report what they had to mend. An index ([`index`])
//! is built once, in about a second for a national list, and opened by every process that needs it.
//!
//! # Search
//!
//! [`Terminology::search`] and [`CodeSystem::search`] answer one query; a [`Searcher`] that is kept, one per thread,
//! answers many. Each word is read in every way that makes sense: the [`Reading`]s. Abbreviations and other names come
//! from the [`lexicon`], on which programs put their own. What to search and what to leave out is set on
//! [`SearchOptions`]; the [`Answer`] has the [`Hit`]s, best first, and what may have been meant if words were guessed.
//!
//! ```
//! # #[cfg(all(feature = "bundled", feature = "search"))] {
//! use medterm::{Confidence, Reading, SearchOptions, Terminology};
//! let terminology = Terminology::bundled()?;
//! let options = SearchOptions::new().usable_only(true).limit(3);
//!
//! // An abbreviation is read as what it stands for, and the hit says so.
//! let answer = terminology.search("THA", &options)?;
//! assert_eq!(answer.hits[0].read_as.as_deref(), Some("tăng huyết áp"));
//! assert_eq!(answer.hits[0].readings(), [Reading::Abbreviation]);
//!
//! // A guess says that it is one, and is never sure.
//! let answer = terminology.search("vien phoi", &options)?;
//! assert_eq!(answer.hits[0].confidence, Confidence::Perhaps);
//! assert_eq!(answer.suggestion.as_deref(), Some("viêm phoi"));
//! # }
//! # Ok::<(), medterm::Error>(())
//! ```
//!
//! # Checks
//!
//! [`check`] holds the coded diagnoses of an encounter against the edition and the rules of the day on which it ended;
//! [`value_set`] reads sets of codes as regulations word them; [`code::CodeList`] takes apart the lists of codes that stand
//! in records.
//!
//! # What an answer means
//!
//! The rule above all others is never to answer wrongly with confidence.
//!
//! - A list that is not loaded says nothing about its codes: [`Lookup::NotLoaded`], never *invalid*.
//! - A code that is not in a list is [`Lookup::Unknown`], with the other loaded editions that know it, and
//!   with a note if the list is only a fragment.
//! - A code that a list has twice has two rows: [`Lookup::Ambiguous`].
//! - A hit of a search tells the term that matched, where, by which readings, and how sure that is. Only what was typed
//!   word for word is sure; no hits means that nothing was found, not that there is no code.
//! - A renamed code is not claimed to be equivalent ([`translate`]).
//! - A damaged file gives an [`Error`], never a wrong answer.
//!
//! # Themes of the interface
//!
//! - **Views.** [`CodeSystem`] and [`Terminology`] own or share bytes, are cheap to clone, and are
//!   `Send + Sync + 'static`. A [`Concept`] borrows from them and is as cheap to copy as a pointer.
//! - **Texts** are compressed and decoded on demand; `write_…` twins append to a buffer of yours.
//! - **`None` and empty** mean that the thing asked for does not exist. An [`Error`] means that the answer
//!   could not be given. Nothing panics.
//! - **Options** are plain values with a method for each setting ([`SearchOptions`]); what has no setting
//!   needs no options.
//! - **Limits** are stated where they hold: work per search ([`SearchOptions::work_limit`]), length of a code
//!   ([`code::MAX_KEY_LENGTH`]).
//! - **Names** are those of FHIR and of the publishers: designation, property, edition, concept.
//!
//! # Untrusted input
//!
//! Index bytes and source files may come from anywhere: see [`index`] for what is promised of the one, and
//! [`source`] of the other. Queries may be any text; their cost is bounded by the work limit.
//! `unsafe` code stands in one module, the memory map ([`CodeSystem::map`], feature `mmap`), whose contract
//! is the caller's.
//!
//! # Features
//!
//! | feature | default | what |
//! |---|---|---|
//! | `bundled` | yes | the embedded starter set, [`Terminology::bundled`] |
//! | `search` | yes | free-text search and the clinical lexicon |
//! | `mmap` | no | [`CodeSystem::map`], [`ConceptMap::map`] |
//! | `serde` | no | `Serialize` and `Deserialize` of plain data: editions, designations, drafts, what hits tell; reports are only written |
//! | `csv` | no | readers of delimited lists and maps, of the national lists in CSV, of LOINC and ATC |
//! | `xlsx` | no | readers of the national lists' spreadsheets, of ICD-11 in workbooks and of CCSR |
//! | `xml` | no | readers of XML lists: ICD-10-CM tabular list and indexes, ICD-10-PCS tables, ClaML |
//! | `json` | no | reader of OBO graphs |
//! | `fhir` | no | reader and writer of FHIR code systems, value sets and maps ([`source::fhir`]) |
//! | `archive` | no | inputs in zip, tar, gzip and zstd form, read through ([`source::input`]) |
//! | `rayon` | no | [`translate::Routes::par_translate_all`] |
//!
//! Without any feature the crate opens indexes, looks up codes, walks hierarchies, migrates and translates codes,
//! compiles drafts, and reads the lists and maps that are plain lines of text: SNOMED CT, RxNorm, ICD-10-CM and -PCS
//! order files, ICD-9-CM, ICD-11, the General Equivalence Mappings and more ([`source`] lists them).

// Links lead to what other features have. The documentation of all features is where they are checked.
#![cfg_attr(
    not(all(
        feature = "bundled",
        feature = "search",
        feature = "mmap",
        feature = "csv",
        feature = "xlsx",
        feature = "archive",
        feature = "fhir",
        feature = "xml"
    )),
    allow(rustdoc::broken_intra_doc_links)
)]

#[cfg(feature = "bundled")]
pub mod bundled;
pub mod check;
pub mod code;
mod concept;
mod edition;
mod error;
pub mod index;
#[cfg(feature = "search")]
pub mod lexicon;
mod position;
mod resource;
#[cfg(feature = "search")]
mod search;
mod set;
pub mod source;
mod supplement;
mod system;
mod terminology;
pub mod text;
pub mod translate;
pub mod value_set;

pub use concept::{Concept, ConceptId, Lookup, Parentage};
pub use edition::{Date, Edition, InForce};
pub use error::{Error, Result};
pub use position::Position;
#[cfg(feature = "search")]
pub use search::{Answer, Confidence, Hit, Reading, SearchOptions, Searcher, WordMatch};
pub use set::ConceptSet;
pub use supplement::{Layer, Supplement};
pub use system::CodeSystem;
pub use terminology::Terminology;
pub use translate::{ConceptMap, ConceptMapRow, ConceptMapRows, MapCode};

/// The code of the README, so that it is tested.
#[cfg(all(doctest, feature = "bundled", feature = "search"))]
#[doc = include_str!("../README.md")]
struct Readme;
