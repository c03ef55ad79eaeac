//! Section *codes*: from a key to its concepts and back.
//!
//! Concepts are numbered in key order. A transducer takes each distinct key to its rank; where several
//! concepts share a key (twins: the code once bare and once with a mark), they follow one another.
//!
//! ```text
//! part: transducer, key → rank
//! part: Column, the key rank of every concept that has the same key as the concept before it, ascending
//! part: beginnings: nothing, or
//!       part: Bitmap over all beginnings of three characters 0–9 A–Z, in order: those that some key has
//!       part: Column, for each of them: the address of the transducer's node that it leads to
//!       part: Column, and the outputs summed on the way
//! ```
//! With *e* the first column, the first concept of rank *r* is *r* plus the number of values in *e* below *r*.
//!
//! The beginnings spare a lookup the first three steps through the transducer, which lead through its widest nodes.
//! They are left out where they would add more than a third to it: ICD-10-CM has them (15 kB to 55 kB), the national
//! lists, with shorter codes and as many beginnings, do not.

use std::ops::Range;

use super::automaton::{Automaton, Place};
use super::bytes::{Bitmap, Column, Cursor, put_part};
use crate::{Error, Result};

const NAME: &str = "codes";

/// Encodes the keys of all concepts, sorted; equal keys are neighbours.
pub(crate) fn encode<'k>(keys: impl Iterator<Item = &'k [u8]>) -> Result<Vec<u8>> {
    let refused = |error: fst::Error| Error::Draft { message: error.to_string(), code: None };
    let mut automaton = fst::MapBuilder::memory();
    let mut repeated = Vec::new();
    let mut previous: Option<&[u8]> = None;
    let mut ranks = 0;
    let mut beginnings = Vec::new();
    for key in keys {
        if previous == Some(key) {
            repeated.push(ranks - 1);
        } else {
            automaton.insert(key, u64::from(ranks)).map_err(refused)?;
            ranks += 1;
            if let Some((beginning, _)) = split(key)
                && beginnings.last() != Some(&beginning)
            {
                beginnings.push(beginning);
            }
        }
        previous = Some(key);
    }
    let mut out = Vec::new();
    let automaton = automaton.into_inner().map_err(refused)?;
    let mut beginnings = Beginnings::encode(&automaton, &beginnings)?;
    if beginnings.len() > automaton.len() / 3 {
        beginnings.clear();
    }
    put_part(&mut out, &automaton);
    put_part(&mut out, &Column::encode(&repeated));
    put_part(&mut out, &beginnings);
    Ok(out)
}

/// How many characters a beginning is made of: 0–9 and A–Z.
const ALPHABET: u32 = 36;

/// The number of a key's beginning, ascending with the keys, and what follows it; `None` if a key is shorter or
/// begins with other characters.
#[inline]
fn split(key: &[u8]) -> Option<(u32, &[u8])> {
    let (beginning, rest) = key.split_first_chunk::<3>()?;
    let number = beginning.iter().try_fold(0, |number, &byte| {
        let digit = match byte {
            b'0'..=b'9' => byte - b'0',
            b'A'..=b'Z' => byte - b'A' + 10,
            _ => return None,
        };
        Some(number * ALPHABET + u32::from(digit))
    })?;
    Some((number, rest))
}

/// Where in the transducer the beginnings of keys lead.
#[derive(Clone, Copy)]
struct Beginnings<'a> {
    present: Bitmap<'a>,
    addresses: Column<'a>,
    sums: Column<'a>,
}

impl<'a> Beginnings<'a> {
    fn encode(automaton: &[u8], beginnings: &[u32]) -> Result<Vec<u8>> {
        let too_large = |_| Error::Draft { message: "the codes take more than 4 GiB".to_owned(), code: None };
        let automaton = Automaton::new(automaton, NAME)?;
        let (mut addresses, mut sums) = (Vec::new(), Vec::new());
        for &number in beginnings {
            let digits = [number / ALPHABET / ALPHABET, number / ALPHABET % ALPHABET, number % ALPHABET];
            let key = digits.map(|digit| if digit < 10 { b'0' + digit as u8 } else { b'A' + (digit - 10) as u8 });
            let place = automaton.place_after(&key)?.ok_or(Error::corrupt(NAME, "a key is missing"))?;
            addresses.push(u32::try_from(place.address).map_err(too_large)?);
            sums.push(u32::try_from(place.sum).map_err(too_large)?);
        }
        let mut out = Vec::new();
        put_part(&mut out, &Bitmap::encode(ALPHABET.pow(3), beginnings.iter().copied()));
        put_part(&mut out, &Column::encode(&addresses));
        put_part(&mut out, &Column::encode(&sums));
        Ok(out)
    }

    #[inline]
    fn open(bytes: &'a [u8]) -> Option<Self> {
        let mut cursor = Cursor::new(bytes);
        let present = Bitmap::open(cursor.part()?)?;
        let (addresses, sums) = (Column::open(cursor.part()?)?, Column::open(cursor.part()?)?);
        (present.len() == ALPHABET.pow(3)).then_some(Self { present, addresses, sums })
    }

    /// Where a beginning leads: `Some(None)` if no key has it, `None` if the table is damaged.
    #[inline]
    fn place(&self, beginning: u32) -> Option<Option<Place>> {
        if !self.present.get(beginning) {
            return Some(None);
        }
        let at = self.present.rank(beginning) as usize;
        Some(Some(Place { address: self.addresses.get(at)? as usize, sum: u64::from(self.sums.get(at)?) }))
    }
}

#[cold]
fn damaged_beginnings() -> Error {
    Error::corrupt(NAME, "the table of beginnings is damaged")
}

#[derive(Clone, Copy)]
pub(crate) struct Codes<'a> {
    automaton: Automaton<'a>,
    repeated: Column<'a>,
    beginnings: Option<Beginnings<'a>>,
}

impl<'a> Codes<'a> {
    #[inline]
    pub(crate) fn open(section: &'a [u8]) -> Result<Self> {
        let mut cursor = Cursor::new(section);
        let (Some(automaton), Some(repeated), Some(beginnings)) =
            (cursor.part(), cursor.part().and_then(Column::open), cursor.part())
        else {
            return Err(Error::corrupt(NAME, "a part is cut off"));
        };
        let beginnings = match beginnings {
            [] => None,
            bytes => Some(Beginnings::open(bytes).ok_or_else(damaged_beginnings)?),
        };
        Ok(Self { automaton: Automaton::new(automaton, NAME)?, repeated, beginnings })
    }

    /// The concepts of a key; empty if there are none.
    #[inline]
    pub(crate) fn get(&self, key: &[u8]) -> Result<Range<u32>> {
        let Some(rank) = self.rank(key)? else { return Ok(0..0) };
        let rank = u32::try_from(rank).map_err(|_| Error::corrupt(NAME, "a rank is too large"))?;
        Ok(self.concepts(rank))
    }

    #[inline]
    fn rank(&self, key: &[u8]) -> Result<Option<u64>> {
        match (self.beginnings, split(key)) {
            (Some(beginnings), Some((beginning, rest))) => match beginnings.place(beginning) {
                Some(Some(place)) => self.automaton.get_from(place, rest),
                Some(None) => Ok(None),
                None => Err(damaged_beginnings()),
            },
            _ => self.automaton.get(key),
        }
    }

    #[inline]
    fn concepts(&self, rank: u32) -> Range<u32> {
        if self.repeated.len() == 0 {
            return rank..rank.saturating_add(1);
        }
        let before = self.repeated.lower_bound(rank);
        let twins = (before..self.repeated.len()).take_while(|&at| self.repeated.get(at) == Some(rank)).count();
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
        self.with_key(concept, |key| out.extend_from_slice(key))
    }

    /// Lends the key of a concept, and gives what is made of it.
    pub(crate) fn with_key<T>(&self, concept: u32, use_key: impl FnOnce(&[u8]) -> T) -> Result<T> {
        // The i-th repeated concept has number e[i] + i + 1; count those at or below `concept`.
        let (mut low, mut high) = (0, self.repeated.len());
        while low < high {
            let middle = low.midpoint(high);
            let number = self.repeated.get(middle).unwrap_or(u32::MAX).saturating_add(middle as u32).saturating_add(1);
            if number <= concept { low = middle + 1 } else { high = middle }
        }
        let rank = concept.checked_sub(low as u32).ok_or(Error::corrupt(NAME, "more twins than concepts"))?;
        let made = self.automaton.with_key_of(u64::from(rank), use_key)?;
        made.ok_or(Error::corrupt(NAME, "a concept has no key"))
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

    #[test]
    fn beginnings_lead_to_the_same_answers() {
        // Endings without order: a large transducer.
        let mut state = 1_u32;
        let mut ending = || {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            state >> 8
        };
        let mut keys: Vec<String> =
            (0..4000).map(|number| format!("{}{:02}{}", ['A', 'Z', '5'][number % 3], number / 40, ending())).collect();
        keys.extend(["A-01", "AB", "B", "a00", "đau", "ZZZ", "0000", "ZZZ0"].map(String::from));
        keys.sort_unstable();
        let section = encode(keys.iter().map(|key| key.as_bytes())).unwrap();
        let codes = Codes::open(&section).unwrap();
        assert!(codes.beginnings.is_some());
        for (concept, key) in (0..).zip(&keys) {
            assert_eq!(codes.get(key.as_bytes()).unwrap(), concept..concept + 1, "{key}");
            for absent in
                [key.get(..1).unwrap_or_default(), &format!("{key}X"), &format!("{key}."), "ZZ", "ABC", "Z9X", "[00"]
            {
                let listed = keys.iter().any(|key| key == absent);
                assert_eq!(codes.get(absent.as_bytes()).unwrap().len(), usize::from(listed), "{absent}");
            }
        }
        // Damage anywhere is an error or another answer, never a panic.
        for at in (0..section.len()).filter(|at| at % 7 == 0 || section.len() - at < 1000) {
            let mut damaged = section.clone();
            damaged[at] ^= 0x81;
            if let Ok(codes) = Codes::open(&damaged) {
                let _ = (codes.get(b"A0012"), codes.get(b"Z991"), codes.get(b"ZZZ0"));
            }
        }
    }
}
