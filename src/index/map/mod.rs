//! The sections of a concept map.
//!
//! *Codes* of each side are numbered in key order, and behind them those that are no code of their side's grammar, in
//! the order of their texts: an expression of several codes with spaces between them, say. *Rows* are numbered by source
//! code, and those of one source code as the draft has them.
//!
//! ```text
//! sides           source system text | version text | grammar u8, as in the identity | the same of the target
//!                 | unmapped u8 (0 unsaid, 1 same code, 2 fixed, 3 other map) [fixed: code text, named u8 (0, 1),
//!                   if it is: name text; other map: URL text]
//! codes           parameter 0: source, 1: target. As in a code system; no key stands twice
//! code texts      parameter 0: source, 1: target
//!                 codes that have a key u32 | codes that have none u32
//!                 | texts, by code: how it is printed, where that does not follow from the key
//!                 | texts, by row: how the code is printed in this row, if not so
//!                 | numbers, by code: term of its name
//!                 | numbers, by row: one more than the term of the name in this row, 0 for no name, if not that one;
//!                   a name may stand without a target
//! terms           names, rules, advice, and what lists say; each text once
//! map rows        part: members: the first row of each source code
//!                 | part: packed numbers, of each row: one more than the number of its target, 0 for none
//!                 | part: shapes, 13 bytes each: relationship u8 (0 unsaid, 1 equivalent, 2 source is narrower than
//!                   target, 3 source is broader, 4 related, 5 not related) | group, priority, scenario, choice u16
//!                   | one more than the number of the list of properties u32, 0 for none or if details tell it
//!                 | part: packed numbers, of each row: its shape; nothing if all rows have the first
//!                 | part: rising numbers: line of each row
//!                 | part: rising numbers: place of each row in the draft
//! map details     part: Column, where each list ends | part: lists: terms, a varint each
//!                 | numbers, by row: term of the rule | the same: term of the advice
//!                 | the same: list of properties (name, value) | conditions (attribute, system, value) | products
//! map targets     part: members: among the rows that have a target, by target: the first of each target
//!                 | part: packed numbers: those rows
//!
//! numbers         part: members | part: rising numbers, that of each
//! texts           sparse texts
//! packed numbers  bits of each u8 (1 to 32) | how many u32 | the numbers, from the lowest bit of each byte
//! rising numbers  u8 0: all zero
//!                 u8 1 | packed numbers
//!                 u8 2 | part: Column, where each run begins | part: Column, its first number: from row to row it rises by one
//! ```
//! In the identity, concepts are source codes, and listed those of them that have a target.
//!
//! What most rows share is told once: a code's spelling and name by the first row that has it, and relationship, group,
//! priority, scenario and choice, and properties if rows share them, as one of the few shapes that occur.

mod columns;
mod rows;
mod side;
mod write;

pub(crate) use columns::Packed;
pub(crate) use rows::{Details, Rows, Shape, Targets};
pub(crate) use side::{Side, Sides};
pub(crate) use write::weight;
pub use write::{map_to_bytes, map_to_file};

/// The parameters of sections that stand once for each side.
pub(crate) const SOURCE: u16 = 0;
pub(crate) const TARGET: u16 = 1;

/// The longest that the texts of all rows together may be, in bytes per byte of the file. Rows share texts; without a
/// limit, a small file could fill the memory of whoever asks for all of it.
pub(crate) const MOST_EXPANSION: u64 = 1024;
