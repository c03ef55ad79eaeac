//! The index file: writing it, and what it is made of.
//!
//! One file holds one resource: an edition of a code system, with supplements that it may carry, or a supplement
//! alone, or a lexicon, or a concept map; value sets and reference sets have their numbers reserved. It is immutable and
//! read in place: opening checks the header and reads the small sections that describe the edition; nothing is parsed
//! or allocated per concept. All numbers are little-endian, nothing is aligned, and the same file serves all machines.
//!
//! # What is promised
//!
//! Of a safe door ([`CodeSystem::open`](crate::CodeSystem::open), [`from_bytes`](crate::CodeSystem::from_bytes)):
//! whatever the bytes, no panic, no endless loop, and no allocation out of proportion to the file. Bytes that
//! changed by accident are found by a checksum before anything that they say is answered: each section is
//! checked when it is first used, all of them by [`verify`](crate::CodeSystem::verify). Checksums are no
//! defence against forgery: whoever can replace the file decides what it says.
//!
//! Of the writer: the same draft and report give the same bytes, and a file is replaced whole or not at all.
//!
//! # Container
//!
//! ```text
//! header, 64 bytes
//!  0  8  magic: 89 'm' 't' 'i' 0D 0A 1A 0A
//!  8  2  format version; a reader refuses those it does not know before it looks at anything else
//! 10  2  kind: 1 code system, 2 supplement, 3 concept map, 4 value set, 5 reference set, 6 lexicon
//! 12  2  version of the text normalisation by which words were indexed
//! 14  2  number of sections
//! 16  8  length of the file
//! 24  8  content digest: FNV-1a of the section table
//! 32  4  CRC-32 of the section table
//! 36 24  zero
//! 60  4  CRC-32 of the 60 bytes before
//!
//! section table, 24 bytes each, sorted by identifier and parameter
//!  0  2  identifier
//!  2  2  flags: bit 0 = required; a reader that does not know a required section refuses the file,
//!        others it passes over
//!  4  2  parameter: which language or supplement, for sections that stand once for each
//!  6  2  zero
//!  8  4  CRC-32 of the section
//! 12  4  length
//! 16  8  offset; sections follow one another without gaps, to the end of the file
//! ```
//! CRC-32 is the one of IEEE 802.3.
//!
//! # Sections of a code system and of a supplement
//!
//! | id | section | what |
//! |---|---|---|
//! | 01 | identity | edition, provenance, counts |
//! | 02 | codes | key → concepts and back |
//! | 03 | status | marks, usability and activity that are not the usual ones |
//! | 04 | code texts | codes that cannot be rendered from their key |
//! | 05 | target | of a supplement, and needed there: what it supplements, as UTF-8: name or URL, perhaps `\|` and version |
//! | 10 | terms | the texts of all designations and property values |
//! | 11 | designations | language, use and concept of each term |
//! | 12 | inactive designations | which groups of terms are withdrawn; only in files that have such |
//! | 13 | designation ids | the publisher's identifiers of terms; only in files that have such; may be passed over |
//! | 20 | hierarchy | parents, children, intervals |
//! | 21 | positions | labelled places of a tree where concepts repeat; only in files that have such; may be passed over |
//! | 30 | properties | typed facts |
//! | 40 | search | words and postings, once per language; may be passed over |
//! | 50 | supplement | a whole supplement file, once for each that a code system carries; may be passed over |
//!
//! Each is specified at the head of its module in the source. Those that may be passed over lack the flag *required*:
//! who does not know them says less, and nothing wrong.
//!
//! # Sections of a lexicon
//!
//! | id | section | what |
//! |---|---|---|
//! | 10 | terms | what phrases mean, and phrases with their marks |
//! | 60 | phrases | what each phrase may be read as |
//!
//! A lexicon says nothing about itself: its bytes follow from its entries alone. Its phrases are folded words, so that
//! it opens only with the text normalisation that it was written with.
//!
//! # Sections of a concept map
//!
//! | id | section | what |
//! |---|---|---|
//! | 01 | identity | which map it is, and which release; provenance, counts |
//! | 06 | sides | the systems that it leads from and to, and what holds for codes that it does not list |
//! | 02 | codes | key → code and back, once for each side |
//! | 04 | code texts | codes that cannot be rendered from their key, and the names of codes, once for each side |
//! | 10 | terms | the texts of names, rules, advice, conditions and properties |
//! | 70 | map rows | source, target, relationship and place of each row |
//! | 71 | map details | what some rows say: rules, advice, conditions, properties |
//! | 72 | map targets | the rows of each target |
//!
//! All are required, and specified together at the head of `index::map` in the source.
//!
//! # Layers
//!
//! A supplement has the sections of a code system; its concepts are no more than codes to hang names and properties on,
//! without a hierarchy or a status but the mark. It belongs to the code system that its target names, and is matched by
//! key and mark when it is asked: nothing in either file depends on the numbers of the other, so that each can be
//! replaced alone. A supplement that a file carries is a file in every respect: its offsets count from its own first
//! byte, and its own checksums guard it. It carries no further ones.
//!
//! # Identities
//!
//! A *concept* is numbered in the order of keys, twins following one another; a *term* by language, use and
//! concept; a *node* in pre-order of the tree in which the publisher prints the concepts; a *place*, where a publisher
//! labels the places of a tree and concepts repeat in it, by label. The numbers are dense, mean nothing outside their
//! file, and are tied together by small permutations: that is what lets most columns be left out.
//!
//! # Versions
//!
//! | format | crate | change |
//! |---|---|---|
//! | 1 | 0.1 | first |
//!
//! A file with another version of the text normalisation refuses to be searched
//! ([`Error::TextVersion`](crate::Error::TextVersion)); its codes, names, hierarchy and properties stay readable.
//! Known-good files of each format version are kept with the tests and must open for ever.

#[cfg_attr(not(feature = "search"), allow(dead_code, reason = "search alone tolerates typing errors"))]
pub(crate) mod automaton;
pub(crate) mod bytes;
pub(crate) mod codes;
pub(crate) mod container;
pub(crate) mod designations;
pub(crate) mod hierarchy;
mod identity;
pub(crate) mod map;
pub(crate) mod members;
#[cfg(feature = "mmap")]
mod mmap;
#[cfg(feature = "search")]
pub(crate) mod phrases;
pub(crate) mod positions;
#[cfg_attr(not(feature = "search"), allow(dead_code, reason = "written always, read by search alone"))]
pub(crate) mod postings;
pub(crate) mod properties;
pub(crate) mod sparse;
pub(crate) mod status;
pub(crate) mod terms;
#[cfg_attr(not(feature = "search"), allow(dead_code, reason = "written always, read by search alone"))]
pub(crate) mod words;
mod write;

pub use container::{FORMAT_VERSION, Kind, OLDEST_READABLE_VERSION, SectionInfo};
pub use identity::Identity;
pub use map::{map_to_bytes, map_to_file};
pub use write::{to_bytes, to_bytes_with_supplements, to_file};
