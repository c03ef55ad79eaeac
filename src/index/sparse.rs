//! Small stores for what few concepts have: a byte, or a text; and for numbers of which few are large.
//!
//! ```text
//! bytes           part: members, concepts | part: one byte for each
//! texts           part: Column, concepts, ascending | part: Column, where each text ends | part: the texts
//! small numbers   part: one byte each, 255 for a number that does not fit
//!                 | part: Column, positions of those, ascending | part: Column, those numbers
//! ```

use super::bytes::{Column, Cursor, put_part};
use super::members::Members;

#[derive(Clone, Copy)]
pub(crate) struct SparseBytes<'a> {
    concepts: Members<'a>,
    values: &'a [u8],
}

impl<'a> SparseBytes<'a> {
    /// `entries` ascends by concept; `count` is the number of concepts of the code system.
    pub(crate) fn encode(entries: &[(u32, u8)], count: u32) -> Vec<u8> {
        let concepts: Vec<u32> = entries.iter().map(|(concept, _)| *concept).collect();
        let values: Vec<u8> = entries.iter().map(|(_, value)| *value).collect();
        let mut out = Vec::new();
        put_part(&mut out, &Members::encode(&concepts, count));
        put_part(&mut out, &values);
        out
    }

    #[inline]
    pub(crate) fn open(bytes: &'a [u8], count: u32) -> Option<Self> {
        let mut cursor = Cursor::new(bytes);
        let concepts = Members::open(cursor.part()?, count)?;
        let values = cursor.part()?;
        (concepts.len() as usize == values.len()).then_some(Self { concepts, values })
    }

    #[inline]
    pub(crate) fn get(&self, concept: u32) -> Option<u8> {
        let positions = self.concepts.positions(concept);
        if positions.is_empty() { None } else { self.values.get(positions.start as usize).copied() }
    }
}

#[derive(Clone, Copy)]
pub(crate) struct SmallNumbers<'a> {
    small: &'a [u8],
    positions: Column<'a>,
    large: Column<'a>,
}

/// In place of a number that does not fit a byte.
const LARGE: u8 = u8::MAX;

impl<'a> SmallNumbers<'a> {
    pub(crate) fn encode(numbers: impl Iterator<Item = u32>) -> Vec<u8> {
        let (mut small, mut positions, mut large) = (Vec::new(), Vec::new(), Vec::new());
        for (position, number) in (0..).zip(numbers) {
            let byte = u8::try_from(number).unwrap_or(LARGE);
            small.push(byte);
            if byte == LARGE {
                positions.push(position);
                large.push(number);
            }
        }
        let mut out = Vec::new();
        put_part(&mut out, &small);
        put_part(&mut out, &Column::encode(&positions));
        put_part(&mut out, &Column::encode(&large));
        out
    }

    #[inline]
    pub(crate) fn open(bytes: &'a [u8]) -> Option<Self> {
        let mut cursor = Cursor::new(bytes);
        let small = cursor.part()?;
        let (positions, large) = (Column::open(cursor.part()?)?, Column::open(cursor.part()?)?);
        (positions.len() == large.len()).then_some(Self { small, positions, large })
    }

    pub(crate) fn len(&self) -> usize {
        self.small.len()
    }

    #[inline]
    pub(crate) fn get(&self, position: usize) -> Option<u32> {
        match *self.small.get(position)? {
            LARGE => self.large.get(self.positions.position(u32::try_from(position).ok()?)?),
            small => Some(u32::from(small)),
        }
    }
}

#[derive(Clone, Copy)]
pub(crate) struct SparseTexts<'a> {
    concepts: Column<'a>,
    ends: Column<'a>,
    texts: &'a [u8],
}

impl<'a> SparseTexts<'a> {
    pub(crate) fn encode(entries: &[(u32, &str)]) -> Vec<u8> {
        let concepts: Vec<u32> = entries.iter().map(|(concept, _)| *concept).collect();
        let mut texts = String::new();
        let mut ends = Vec::new();
        for (_, text) in entries {
            texts.push_str(text);
            ends.push(texts.len() as u32);
        }
        let mut out = Vec::new();
        put_part(&mut out, &Column::encode(&concepts));
        put_part(&mut out, &Column::encode(&ends));
        put_part(&mut out, texts.as_bytes());
        out
    }

    pub(crate) fn open(cursor: &mut Cursor<'a>) -> Option<Self> {
        let concepts = Column::open(cursor.part()?)?;
        let ends = Column::open(cursor.part()?)?;
        let texts = cursor.part()?;
        (concepts.len() == ends.len()).then_some(Self { concepts, ends, texts })
    }

    /// `Some(None)` if the store is damaged at this text, `None` if the concept has no text.
    pub(crate) fn get(&self, concept: u32) -> Option<Option<&'a str>> {
        let position = self.concepts.position(concept)?;
        let start = position.checked_sub(1).map_or(Some(0), |before| self.ends.get(before));
        let text = start
            .zip(self.ends.get(position))
            .and_then(|(start, end)| std::str::from_utf8(self.texts.get(start as usize..end as usize)?).ok());
        Some(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn absent_and_present() {
        let bytes = SparseBytes::encode(&[(3, 7), (900, 1)], 950);
        let sparse = SparseBytes::open(&bytes, 950).unwrap();
        assert_eq!([2, 3, 900, 901].map(|concept| sparse.get(concept)), [None, Some(7), Some(1), None]);
        let bytes = SparseTexts::encode(&[(0, "U13/9"), (5, ""), (9, "phổi")]);
        let sparse = SparseTexts::open(&mut Cursor::new(&bytes)).unwrap();
        assert_eq!(sparse.get(0), Some(Some("U13/9")));
        assert_eq!(sparse.get(5), Some(Some("")));
        assert_eq!(sparse.get(9), Some(Some("phổi")));
        assert_eq!(sparse.get(1), None);
    }

    #[test]
    fn small_and_large_numbers_come_back() {
        let numbers = [0, 1, 254, 255, 256, 7, 70_000, u32::MAX, 3];
        let bytes = SmallNumbers::encode(numbers.into_iter());
        let stored = SmallNumbers::open(&bytes).unwrap();
        assert_eq!(stored.len(), numbers.len());
        for (position, number) in numbers.into_iter().enumerate() {
            assert_eq!(stored.get(position), Some(number));
        }
        assert_eq!(stored.get(numbers.len()), None);
        assert!((0..bytes.len()).all(|length| SmallNumbers::open(&bytes[..length]).is_none()));
    }
}
