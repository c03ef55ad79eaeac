//! Section *codes*: from a key to its concepts and back.
//!
//! Concepts are numbered in key order. A transducer takes each distinct key to its rank; where several
//! concepts share a key (twins: the code once bare and once with a mark), they follow one another.
//!
//! ```text
//! part: transducer, key → rank
//! part: Column, the key rank of every concept that has the same key as the concept before it, ascending
//! ```
//! With *e* that column, the first concept of rank *r* is *r* plus the number of values in *e* below *r*.

use std::ops::Range;

use super::automaton::Automaton;
use super::bytes::{Column, Cursor, put_part};
use crate::{Error, Result};

const NAME: &str = "codes";

/// Encodes the keys of all concepts, sorted; equal keys are neighbours.
pub(crate) fn encode<'k>(keys: impl Iterator<Item = &'k [u8]>) -> Result<Vec<u8>> {
    let refused = |error: fst::Error| Error::Draft { message: error.to_string(), code: None };
    let mut automaton = fst::MapBuilder::memory();
    let mut repeated = Vec::new();
    let mut previous: Option<&[u8]> = None;
    let mut ranks = 0;
    for key in keys {
        if previous == Some(key) {
            repeated.push(ranks - 1);
        } else {
            automaton.insert(key, u64::from(ranks)).map_err(refused)?;
            ranks += 1;
        }
        previous = Some(key);
    }
    let mut out = Vec::new();
    put_part(&mut out, &automaton.into_inner().map_err(refused)?);
    put_part(&mut out, &Column::encode(&repeated));
    Ok(out)
}

#[derive(Clone, Copy)]
pub(crate) struct Codes<'a> {
    automaton: Automaton<'a>,
    repeated: Column<'a>,
}

impl<'a> Codes<'a> {
    pub(crate) fn open(section: &'a [u8]) -> Result<Self> {
        let mut cursor = Cursor::new(section);
        let (Some(automaton), Some(repeated)) = (cursor.part(), cursor.part().and_then(Column::open)) else {
            return Err(Error::corrupt(NAME, "a part is cut off"));
        };
        Ok(Self { automaton: Automaton::new(automaton, NAME)?, repeated })
    }

    /// The concepts of a key; empty if there are none.
    #[inline]
    pub(crate) fn get(&self, key: &[u8]) -> Result<Range<u32>> {
        let Some(rank) = self.automaton.get(key)? else { return Ok(0..0) };
        let rank = u32::try_from(rank).map_err(|_| Error::corrupt(NAME, "a rank is too large"))?;
        Ok(self.concepts(rank))
    }

    fn concepts(&self, rank: u32) -> Range<u32> {
        if self.repeated.len() == 0 {
            return rank..rank.saturating_add(1);
        }
        let before = self.repeated.lower_bound(rank);
        let twins = self.repeated.iter().skip(before).take_while(|repeated| *repeated == rank).count();
        let first = rank.saturating_add(before as u32);
        first..first.saturating_add(1 + twins as u32)
    }

    /// Concepts whose key begins with `prefix`, as a range of concept numbers.
    pub(crate) fn with_prefix(&self, prefix: &[u8]) -> Result<Range<u32>> {
        let ranks = self.automaton.prefix_range(prefix)?;
        if ranks.is_empty() {
            return Ok(0..0);
        }
        let clamp = |rank: u64| u32::try_from(rank).unwrap_or(u32::MAX);
        Ok(self.concepts(clamp(ranks.start)).start..self.concepts(clamp(ranks.end - 1)).end)
    }

    /// Appends the key of a concept.
    pub(crate) fn key(&self, concept: u32, out: &mut Vec<u8>) -> Result<()> {
        // The i-th repeated concept has number e[i] + i + 1; count those at or below `concept`.
        let (mut low, mut high) = (0, self.repeated.len());
        while low < high {
            let middle = low.midpoint(high);
            let number = self.repeated.get(middle).unwrap_or(u32::MAX).saturating_add(middle as u32).saturating_add(1);
            if number <= concept { low = middle + 1 } else { high = middle }
        }
        let rank = concept.checked_sub(low as u32).ok_or(Error::corrupt(NAME, "more twins than concepts"))?;
        if self.automaton.key_of(u64::from(rank), out)? {
            Ok(())
        } else {
            Err(Error::corrupt(NAME, "a concept has no key"))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn twins_are_neighbours_and_keys_come_back() {
        let keys: [&[u8]; 7] = [b"A00", b"A17", b"A17", b"A170", b"B20", b"B20", b"B20"];
        let section = encode(keys.into_iter()).unwrap();
        let codes = Codes::open(&section).unwrap();
        for (key, concepts) in [("A00", 0..1), ("A17", 1..3), ("A170", 3..4), ("B20", 4..7), ("A1", 0..0), ("", 0..0)] {
            assert_eq!(codes.get(key.as_bytes()).unwrap(), concepts, "{key}");
        }
        for (concept, key) in keys.iter().enumerate() {
            let mut found = Vec::new();
            codes.key(concept as u32, &mut found).unwrap();
            assert_eq!(&found, key);
        }
        assert!(codes.key(7, &mut Vec::new()).is_err());
        for (prefix, concepts) in [("A17", 1..4), ("A", 0..4), ("", 0..7), ("B2", 4..7), ("C", 0..0)] {
            assert_eq!(codes.with_prefix(prefix.as_bytes()).unwrap(), concepts, "{prefix}");
        }
    }
}
