//! Small stores for what few concepts have: a byte, or a text.
//!
//! ```text
//! bytes   part: Column, concepts, ascending | part: one byte for each
//! texts   part: Column, concepts, ascending | part: Column, where each text ends | part: the texts
//! ```

use super::bytes::{Column, Cursor, put_part};

#[derive(Clone, Copy)]
pub(crate) struct SparseBytes<'a> {
    concepts: Column<'a>,
    values: &'a [u8],
}

impl<'a> SparseBytes<'a> {
    pub(crate) fn encode(entries: &[(u32, u8)]) -> Vec<u8> {
        let concepts: Vec<u32> = entries.iter().map(|(concept, _)| *concept).collect();
        let values: Vec<u8> = entries.iter().map(|(_, value)| *value).collect();
        let mut out = Vec::new();
        put_part(&mut out, &Column::encode(&concepts));
        put_part(&mut out, &values);
        out
    }

    pub(crate) fn open(bytes: &'a [u8]) -> Option<Self> {
        let mut cursor = Cursor::new(bytes);
        let concepts = Column::open(cursor.part()?)?;
        let values = cursor.part()?;
        (concepts.len() == values.len()).then_some(Self { concepts, values })
    }

    pub(crate) fn get(&self, concept: u32) -> Option<u8> {
        self.values.get(self.concepts.position(concept)?).copied()
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
        let bytes = SparseBytes::encode(&[(3, 7), (900, 1)]);
        let sparse = SparseBytes::open(&bytes).unwrap();
        assert_eq!([2, 3, 900, 901].map(|concept| sparse.get(concept)), [None, Some(7), Some(1), None]);
        let bytes = SparseTexts::encode(&[(0, "U13/9"), (5, ""), (9, "phổi")]);
        let sparse = SparseTexts::open(&mut Cursor::new(&bytes)).unwrap();
        assert_eq!(sparse.get(0), Some(Some("U13/9")));
        assert_eq!(sparse.get(5), Some(Some("")));
        assert_eq!(sparse.get(9), Some(Some("phổi")));
        assert_eq!(sparse.get(1), None);
    }
}
