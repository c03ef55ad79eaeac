//! An ascending list of concepts, possibly with repeats, held in whichever way is smallest.
//!
//! ```text
//! 0 u8                    every concept once, in order
//! 1 u8 | Bitmap           some concepts, at most once each
//! 2 u8 | Column           concepts as numbers, repeats allowed
//! ```
//! The position of a concept in the list is the key to whatever stands beside it: its term, its value.

use std::ops::Range;

use super::bytes::{Bitmap, Column};

#[derive(Clone, Copy)]
pub(crate) enum Members<'a> {
    All(u32),
    Bitmap(Bitmap<'a>),
    Column(Column<'a>),
}

impl<'a> Members<'a> {
    /// `concepts` is ascending; `count` is the number of concepts of the code system.
    pub(crate) fn encode(concepts: &[u32], count: u32) -> Vec<u8> {
        let distinct = concepts.is_sorted_by(|a, b| a < b);
        if distinct && concepts.len() == count as usize {
            return vec![0];
        }
        let column = Column::encode(concepts);
        if distinct {
            let bitmap = Bitmap::encode(count, concepts.iter().copied());
            if bitmap.len() < column.len() {
                return [vec![1], bitmap].concat();
            }
        }
        [vec![2], column].concat()
    }

    pub(crate) fn open(bytes: &'a [u8], count: u32) -> Option<Self> {
        match bytes.split_first()? {
            (0, []) => Some(Self::All(count)),
            (1, rest) => Bitmap::open(rest).filter(|bitmap| bitmap.len() == count).map(Self::Bitmap),
            (2, rest) => Column::open(rest).map(Self::Column),
            _ => None,
        }
    }

    pub(crate) fn len(&self) -> u32 {
        match self {
            Self::All(count) => *count,
            Self::Bitmap(bitmap) => bitmap.ones(),
            Self::Column(column) => column.len() as u32,
        }
    }

    /// The positions at which a concept stands; empty if it does not.
    pub(crate) fn positions(&self, concept: u32) -> Range<u32> {
        match self {
            Self::All(count) => concept..concept.saturating_add(u32::from(concept < *count)),
            Self::Bitmap(bitmap) => {
                let rank = bitmap.rank(concept);
                rank..rank.saturating_add(u32::from(bitmap.get(concept)))
            }
            Self::Column(column) => {
                let first = column.lower_bound(concept);
                let repeats = (first..column.len()).take_while(|at| column.get(*at) == Some(concept)).count();
                first as u32..(first + repeats) as u32
            }
        }
    }

    /// The concept at a position.
    pub(crate) fn concept(&self, position: u32) -> Option<u32> {
        match self {
            Self::All(count) => Some(position).filter(|position| position < count),
            Self::Bitmap(bitmap) => bitmap.select(position),
            Self::Column(column) => column.get(position as usize),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn every_form_answers_alike(mut concepts in prop::collection::vec(0_u32..200, 0..400), distinct: bool) {
            concepts.sort_unstable();
            if distinct { concepts.dedup(); }
            let bytes = Members::encode(&concepts, 200);
            let members = Members::open(&bytes, 200).unwrap();
            prop_assert_eq!(members.len() as usize, concepts.len());
            for concept in 0..210 {
                let start = concepts.partition_point(|c| *c < concept) as u32;
                let end = concepts.partition_point(|c| *c <= concept) as u32;
                let found = members.positions(concept);
                prop_assert!(found == (start..end) || (found.is_empty() && start == end));
            }
            for (position, concept) in concepts.iter().enumerate() {
                prop_assert_eq!(members.concept(position as u32), Some(*concept));
            }
            prop_assert_eq!(members.concept(concepts.len() as u32), None);
        }
    }

    #[test]
    fn all_concepts_take_one_byte() {
        assert_eq!(Members::encode(&[0, 1, 2], 3), [0]);
    }
}
