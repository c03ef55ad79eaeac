//! Sets of concepts: what hierarchy, filters, value sets and checks produce and consume.

use crate::concept::ConceptId;

/// A set of concepts of one index.
///
/// Held as a sorted list while it is small beside the code system, and as a bitset when it is not;
/// callers see no difference.
#[derive(Clone, Debug)]
pub struct ConceptSet {
    /// Concepts of the code system; no member is at or above it.
    universe: u32,
    members: Members,
}

#[derive(Clone, Debug)]
enum Members {
    Sorted(Vec<u32>),
    Bits { words: Vec<u64>, count: u32 },
}

impl ConceptSet {
    /// The empty set over a code system of `universe` concepts.
    #[must_use]
    pub fn empty(universe: u32) -> Self {
        Self { universe, members: Members::Sorted(Vec::new()) }
    }

    /// The set of the given concepts, in any order. Those outside the universe are no concepts and are left out.
    #[must_use]
    pub fn from_ids(universe: u32, ids: impl IntoIterator<Item = ConceptId>) -> Self {
        let mut sorted: Vec<u32> = ids.into_iter().map(ConceptId::get).filter(|id| *id < universe).collect();
        sorted.sort_unstable();
        sorted.dedup();
        Self::from_sorted(universe, sorted)
    }

    fn from_sorted(universe: u32, sorted: Vec<u32>) -> Self {
        // A list takes 32 bits a member, a bitset one bit a concept.
        if sorted.len() <= universe as usize / 32 {
            return Self { universe, members: Members::Sorted(sorted) };
        }
        let mut words = vec![0_u64; (universe as usize).div_ceil(64)];
        for &id in &sorted {
            if let Some(word) = words.get_mut(id as usize / 64) {
                *word |= 1 << (id % 64);
            }
        }
        Self { universe, members: Members::Bits { words, count: sorted.len() as u32 } }
    }

    /// How many concepts it holds.
    #[must_use]
    pub fn len(&self) -> u32 {
        match &self.members {
            Members::Sorted(sorted) => sorted.len() as u32,
            Members::Bits { count, .. } => *count,
        }
    }

    /// True if it holds none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// True if it holds the concept.
    #[must_use]
    pub fn contains(&self, id: ConceptId) -> bool {
        match &self.members {
            Members::Sorted(sorted) => sorted.binary_search(&id.get()).is_ok(),
            Members::Bits { words, .. } => {
                words.get(id.get() as usize / 64).is_some_and(|word| word >> (id.get() % 64) & 1 == 1)
            }
        }
    }

    /// Its concepts in ascending order, which is code order.
    pub fn iter(&self) -> impl Iterator<Item = ConceptId> {
        let (sorted, words) = match &self.members {
            Members::Sorted(sorted) => (sorted.as_slice(), [].as_slice()),
            Members::Bits { words, .. } => ([].as_slice(), words.as_slice()),
        };
        let set_bits = words.iter().enumerate().flat_map(|(index, &word)| {
            let next = |rest: &u64| Some(rest & rest.wrapping_sub(1)).filter(|rest| *rest != 0);
            std::iter::successors(Some(word).filter(|word| *word != 0), next)
                .map(move |rest| index as u32 * 64 + rest.trailing_zeros())
        });
        sorted.iter().copied().chain(set_bits).map(ConceptId::new)
    }

    /// The concepts of either set.
    #[must_use]
    pub fn union(&self, other: &Self) -> Self {
        Self::from_ids(self.universe.max(other.universe), self.iter().chain(other.iter()))
    }

    /// The concepts of both sets.
    #[must_use]
    pub fn intersection(&self, other: &Self) -> Self {
        Self::from_ids(self.universe, self.iter().filter(|id| other.contains(*id)))
    }

    /// The concepts of this set that are not in the other.
    #[must_use]
    pub fn difference(&self, other: &Self) -> Self {
        Self::from_ids(self.universe, self.iter().filter(|id| !other.contains(*id)))
    }
}

impl PartialEq for ConceptSet {
    fn eq(&self, other: &Self) -> bool {
        self.len() == other.len() && self.iter().eq(other.iter())
    }
}

impl Eq for ConceptSet {}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeSet;

    fn set(ids: &BTreeSet<u32>) -> ConceptSet {
        ConceptSet::from_ids(1000, ids.iter().copied().map(ConceptId::new))
    }

    proptest! {
        // Sizes on both sides of the switch from list to bitset.
        #[test]
        fn behaves_as_a_set(
            a in prop::collection::btree_set(0_u32..1000, 0..80), b in prop::collection::btree_set(0_u32..1000, 0..500)
        ) {
            let (x, y) = (set(&a), set(&b));
            prop_assert_eq!(x.len() as usize, a.len());
            prop_assert!(x.iter().map(ConceptId::get).eq(a.iter().copied()));
            prop_assert_eq!(x.union(&y), set(&(&a | &b)));
            prop_assert_eq!(x.intersection(&y), set(&(&a & &b)));
            prop_assert_eq!(y.difference(&x), set(&(&b - &a)));
            for id in 0..1100 { prop_assert_eq!(y.contains(ConceptId::new(id)), b.contains(&id)); }
        }
    }

    #[test]
    fn members_outside_the_universe_are_left_out() {
        assert!(ConceptSet::from_ids(10, [ConceptId::new(10)]).is_empty());
        assert!(ConceptSet::empty(0).is_empty());
    }
}
