//! Section *properties*: typed facts about concepts.
//!
//! ```text
//! properties varint | for each, in the order in which the reader defined them:
//!   name text | description text | kind u8 (0 boolean, 1 integer, 2 text, 3 code) | part: body
//! body of a boolean   members (the concepts for which it is true)
//! body of the others  part: members (the concept of each value, repeats allowed)
//!                     | part: Column, the value of each: number of a term, or of a distinct integer
//!                     | for integers: 8 bytes for each distinct one, ascending
//! ```
//! Texts and codes stand among the terms, behind those of the designations.

use super::bytes::{Column, Cursor, put_part, put_text, put_varint};
use super::members::Members;
use crate::source::{PropertyDefinition, PropertyKind};
use crate::{Error, Result};

const NAME: &str = "properties";
const MOST_PROPERTIES: u64 = 4096;

/// A property when an index is written: its definition, and (concept, value) pairs ascending by concept.
pub(crate) enum Values {
    True(Vec<u32>),
    Integers(Vec<(u32, i64)>),
    Terms(Vec<(u32, u32)>),
}

pub(crate) fn encode(properties: &[(&PropertyDefinition, Values)], count: u32) -> Vec<u8> {
    let mut out = Vec::new();
    put_varint(&mut out, properties.len() as u64);
    for (definition, values) in properties {
        put_text(&mut out, &definition.name);
        put_text(&mut out, &definition.description);
        out.push(match definition.kind {
            PropertyKind::Boolean => 0,
            PropertyKind::Integer => 1,
            PropertyKind::Text => 2,
            PropertyKind::Code => 3,
        });
        let body = match values {
            Values::True(concepts) => Members::encode(concepts, count),
            Values::Terms(pairs) => encode_pairs(pairs, count),
            Values::Integers(pairs) => {
                let mut distinct: Vec<i64> = pairs.iter().map(|(_, value)| *value).collect();
                distinct.sort_unstable();
                distinct.dedup();
                let number = |value: &i64| distinct.binary_search(value).unwrap_or_default() as u32;
                let numbered: Vec<_> = pairs.iter().map(|(concept, value)| (*concept, number(value))).collect();
                let mut body = encode_pairs(&numbered, count);
                body.extend(distinct.iter().flat_map(|value| value.to_le_bytes()));
                body
            }
        };
        put_part(&mut out, &body);
    }
    out
}

fn encode_pairs(pairs: &[(u32, u32)], count: u32) -> Vec<u8> {
    let (concepts, values): (Vec<u32>, Vec<u32>) = pairs.iter().copied().unzip();
    let mut out = Vec::new();
    put_part(&mut out, &Members::encode(&concepts, count));
    put_part(&mut out, &Column::encode(&values));
    out
}

/// A property's place in the section.
#[derive(Clone, Debug)]
pub(crate) struct Property {
    pub(crate) definition: PropertyDefinition,
    body: std::ops::Range<usize>,
}

/// A value as stored: texts and codes are numbers of terms.
pub(crate) enum Stored {
    True,
    Integer(i64),
    Term(u32),
}

fn damaged() -> Error {
    Error::corrupt(NAME, "a property is cut off or contradicts itself")
}

/// Reads the definitions.
pub(crate) fn read_definitions(section: &[u8]) -> Result<Vec<Property>> {
    parse(section).ok_or_else(damaged)
}

fn parse(section: &[u8]) -> Option<Vec<Property>> {
    let mut cursor = Cursor::new(section);
    let mut properties = Vec::new();
    for _ in 0..cursor.varint().filter(|properties| *properties <= MOST_PROPERTIES)? {
        let (name, description) = (cursor.text()?.to_owned(), cursor.text()?.to_owned());
        let kind = match cursor.u8()? {
            0 => PropertyKind::Boolean,
            1 => PropertyKind::Integer,
            2 => PropertyKind::Text,
            3 => PropertyKind::Code,
            _ => return None,
        };
        let body = cursor.part()?.len();
        let end = section.len() - cursor.remaining();
        if properties.iter().any(|known: &Property| known.definition.name == name) {
            return None;
        }
        properties.push(Property { definition: PropertyDefinition { name, description, kind }, body: end - body..end });
    }
    cursor.is_empty().then_some(properties)
}

impl Property {
    fn body<'a>(&self, section: &'a [u8]) -> Result<&'a [u8]> {
        section.get(self.body.clone()).ok_or_else(damaged)
    }

    /// The concepts that have a value, ascending, with repeats.
    pub(crate) fn members<'a>(&self, section: &'a [u8], count: u32) -> Result<Members<'a>> {
        let body = self.body(section)?;
        let members = match self.definition.kind {
            PropertyKind::Boolean => Some(body),
            _ => Cursor::new(body).part(),
        };
        members.and_then(|members| Members::open(members, count)).ok_or_else(damaged)
    }

    /// The values of one concept.
    pub(crate) fn values(&self, section: &[u8], count: u32, concept: u32) -> Result<Vec<Stored>> {
        let positions = self.members(section, count)?.positions(concept);
        let cursor = Cursor::new(self.body(section)?);
        match self.definition.kind {
            PropertyKind::Boolean => Ok(positions.map(|_| Stored::True).collect()),
            kind => positions
                .map(|position| {
                    let mut cursor = cursor;
                    let value = cursor.part().and(cursor.part()).and_then(Column::open)?.get(position as usize)?;
                    if kind != PropertyKind::Integer {
                        return Some(Stored::Term(value));
                    }
                    cursor.take((value as usize).checked_mul(8)?)?;
                    cursor.u64().map(|bits| Stored::Integer(bits.cast_signed()))
                })
                .collect::<Option<Vec<_>>>()
                .ok_or_else(damaged),
        }
    }
}
