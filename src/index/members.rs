//! An ascending list of concepts, possibly with repeats, held in whichever way is smallest.
//!
//! ```text
//! 0 u8                    every concept once, in order
//! 1 u8 | Bitmap           some concepts, at most once each
//! 2 u8 | Column           concepts as numbers, repeats allowed
//! 3 u8 | part: Column     some concepts, at most once each, as runs of neighbours: the first of each run
//!      | part: Column     and, for each run and for the end, how many concepts stand before it
//! ```
//! The position of a concept in the list is the key to whatever stands beside it: its term, its value.

use std::ops::Range;

use super::bytes::{Bitmap, Column, Cursor, put_part};

#[derive(Clone, Copy)]
pub(crate) enum Members<'a> {
    All(u32),
    Bitmap(Bitmap<'a>),
    Column(Column<'a>),
    Runs { starts: Column<'a>, before: Column<'a> },
}

impl<'a> Members<'a> {
    /// `concepts` is ascending; `count` is the number of concepts of the code system.
    pub(crate) fn encode(concepts: &[u32], count: u32) -> Vec<u8> {
        let distinct = concepts.is_sorted_by(|a, b| a < b);
        if distinct && concepts.len() == count as usize {
            return vec![0];
        }
        let mut smallest = [vec![2], Column::encode(concepts)].concat();
        if distinct {
            let bitmap = [vec![1], Bitmap::encode(count, concepts.iter().copied())].concat();
            for form in [bitmap, encode_runs(concepts)] {
                if form.len() < smallest.len() {
                    smallest = form;
                }
            }
        }
        smallest
    }

    #[inline]
    pub(crate) fn open(bytes: &'a [u8], count: u32) -> Option<Self> {
        match bytes.split_first()? {
            (0, []) => Some(Self::All(count)),
            (1, rest) => Bitmap::open(rest).filter(|bitmap| bitmap.len() == count).map(Self::Bitmap),
            (2, rest) => Column::open(rest).map(Self::Column),
            (3, rest) => {
                let mut cursor = Cursor::new(rest);
                let (starts, before) = (Column::open(cursor.part()?)?, Column::open(cursor.part()?)?);
                (before.len() == starts.len() + 1).then_some(Self::Runs { starts, before })
            }
            _ => None,
        }
    }

    pub(crate) fn len(&self) -> u32 {
        match self {
            Self::All(count) => *count,
            Self::Bitmap(bitmap) => bitmap.ones(),
            Self::Column(column) => column.len() as u32,
            Self::Runs { starts, before } => before.get(starts.len()).unwrap_or_default(),
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
            Self::Runs { starts, before } => {
                let run = starts.lower_bound(concept.saturating_add(1)).checked_sub(1);
                let position = run.and_then(|run| {
                    let position = before.get(run)?.checked_add(concept.checked_sub(starts.get(run)?)?)?;
                    (position < before.get(run + 1)?).then_some(position)
                });
                position.map_or(0..0, |position| position..position.saturating_add(1))
            }
        }
    }

    /// How many members come before a concept, which may be any number.
    #[inline]
    pub(crate) fn before(&self, concept: u32) -> u32 {
        match self {
            Self::All(count) => concept.min(*count),
            Self::Bitmap(bitmap) => bitmap.rank(concept),
            Self::Column(column) => column.lower_bound(concept) as u32,
            Self::Runs { starts, before } => {
                let Some(run) = starts.lower_bound(concept).checked_sub(1) else { return 0 };
                let number = |column: &Column<'_>, at| column.get(at).unwrap_or_default();
                let within = concept.saturating_sub(number(starts, run));
                number(before, run).saturating_add(within).min(number(before, run + 1))
            }
        }
    }

    /// The concept at a position and the one behind it, if there is one.
    #[inline]
    pub(crate) fn pair(&self, position: u32) -> Option<(u32, Option<u32>)> {
        let concept = self.concept(position)?;
        let next = match self {
            // Far quicker than to count again.
            Self::Bitmap(bitmap) => bitmap.next(concept.checked_add(1)?),
            _ => self.concept(position.checked_add(1)?),
        };
        Some((concept, next))
    }

    /// The concept at a position.
    #[inline]
    pub(crate) fn concept(&self, position: u32) -> Option<u32> {
        match self {
            Self::All(count) => Some(position).filter(|position| position < count),
            Self::Bitmap(bitmap) => bitmap.select(position),
            Self::Column(column) => column.get(position as usize),
            Self::Runs { starts, before } if position < self.len() => {
                let run = before.lower_bound(position.checked_add(1)?).checked_sub(1)?;
                starts.get(run)?.checked_add(position.checked_sub(before.get(run)?)?)
            }
            Self::Runs { .. } => None,
        }
    }
}

/// The concepts as runs, with their form.
fn encode_runs(concepts: &[u32]) -> Vec<u8> {
    let (mut starts, mut before) = (Vec::new(), Vec::new());
    let mut expected = None;
    for (position, &concept) in (0..).zip(concepts) {
        if expected != Some(concept) {
            starts.push(concept);
            before.push(position);
        }
        expected = concept.checked_add(1);
    }
    before.push(concepts.len() as u32);
    let mut out = vec![3];
    put_part(&mut out, &Column::encode(&starts));
    put_part(&mut out, &Column::encode(&before));
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn every_form_answers_alike(
            mut concepts in prop::collection::vec(0_u32..200, 0..400),
            distinct: bool,
            neighbours in 1_u32..60,
        ) {
            // With more neighbours, the concepts fall into fewer runs.
            concepts.retain(|concept| concept / neighbours % 2 == 0);
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
                prop_assert_eq!(members.before(concept), start);
            }
            for (position, concept) in concepts.iter().enumerate() {
                prop_assert_eq!(members.concept(position as u32), Some(*concept));
                prop_assert_eq!(members.pair(position as u32), Some((*concept, concepts.get(position + 1).copied())));
            }
            prop_assert_eq!(members.concept(concepts.len() as u32), None);
        }
    }

    #[test]
    fn all_concepts_take_one_byte() {
        assert_eq!(Members::encode(&[0, 1, 2], 3), [0]);
    }
}
