//! The embedded starter set: ICD-10 chapters, blocks, all three-character categories and the four-character
//! codes of those met most, with Vietnamese and English names.
//!
//! It is there so that the first minute with the crate shows real answers, with no file and no network. Its
//! names are the project's own wording, written from general medical knowledge; they are not those of any
//! regulation. Its codes are those of the Vietnamese list in force from 1 July 2026. It is a *fragment*: a
//! code that it lacks is unknown, and may well exist, which every answer says
//! ([`Lookup::Unknown::fragment`](crate::Lookup::Unknown)). Claims and statistics need the official list,
//! which `examples/compile` turns into an index in a second.
//!
//! `data/README.md` says what is in it, and how `data/icd10.mti` is made from `data/icd10.tsv`.

/// The index of the starter set.
pub(crate) static ICD10: &[u8] = include_bytes!("../data/icd10.mti");
