//! How the relationships of two maps add up when one is followed after the other.
//!
//! A code *a* stands to *b* by the first map, and *b* to *c* by the second: what may be said of *a* and *c*? Read a code as
//! the set of cases that it covers. Rows are what *a* is to *b*, columns what *b* is to *c*:
//!
//! | | equivalent | narrower | broader | related | not related |
//! |---|---|---|---|---|---|
//! | **equivalent** | equivalent | narrower | broader | related | not related |
//! | **narrower** | narrower | narrower ¹ | related ² | related ³ | not related ⁴ |
//! | **broader** | broader | related ⁵ | broader ¹ | related ³ | nothing |
//! | **related** | related | related ³ | related ³ | related ³ | nothing |
//! | **not related** | not related | nothing | not related ⁴ | nothing | nothing |
//!
//! 1. What lies in a part of something lies in it.
//! 2. *a* and *c* both lie in *b*, and may be apart there: *related* is all that is left, and it is weak.
//! 3. What is only related may touch at any place, so that the far ends may have little in common.
//! 4. *a* lies in *b*, and *c* has nothing of *b*, so nothing of *a*; and the same seen from *c*.
//! 5. Both cover *b*, so they share it; how much else they cover is not known.
//!
//! *Nothing*: either may be, and no relationship says that. Related by 2, 3 and 5 is **lossy**: more was known of each step
//! than is known of the whole, or nothing was certain at all.

use crate::source::Relationship;

/// What two relationships, one after the other, amount to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Composed {
    /// How the source of the first stands to the target of the second.
    pub relationship: Relationship,
    /// True if this says less than the steps did: the codes may have little in common.
    pub lossy: bool,
}

impl From<Relationship> for Composed {
    /// One step alone, of which nothing is lost.
    fn from(relationship: Relationship) -> Self {
        Self { relationship, lossy: false }
    }
}

impl Composed {
    /// The same with another step behind it; what was lost stays lost. `None` if nothing can be said.
    #[must_use]
    pub fn then(self, next: impl Into<Self>) -> Option<Self> {
        let next = next.into();
        let both = compose(self.relationship, next.relationship)?;
        Some(Self { lossy: both.lossy || self.lossy || next.lossy, ..both })
    }

    /// The same seen from the other end.
    #[must_use]
    pub fn inverse(self) -> Self {
        Self { relationship: self.relationship.inverse(), ..self }
    }
}

/// How *a* stands to *c* if it stands to *b* by `first`, and *b* to *c* by `second`; `None` if nothing can be said.
///
/// ```
/// use medterm::source::Relationship::{Equivalent, SourceIsBroaderThanTarget, SourceIsNarrowerThanTarget};
/// use medterm::translate::compose;
/// let exact = compose(Equivalent, SourceIsNarrowerThanTarget).unwrap();
/// assert_eq!((exact.relationship, exact.lossy), (SourceIsNarrowerThanTarget, false));
/// // Up to the parent and down to another of its children.
/// assert!(compose(SourceIsNarrowerThanTarget, SourceIsBroaderThanTarget).unwrap().lossy);
/// ```
#[must_use]
pub fn compose(first: Relationship, second: Relationship) -> Option<Composed> {
    use Relationship::{
        Equivalent as Equal, NotRelatedTo as Apart, RelatedTo as Related, SourceIsBroaderThanTarget as Broader,
        SourceIsNarrowerThanTarget as Narrower,
    };
    let (relationship, lossy) = match (first, second) {
        (Equal, other) | (other, Equal) => (other, false),
        (Narrower, Narrower) => (Narrower, false),
        (Broader, Broader) => (Broader, false),
        (Narrower, Apart) | (Apart, Broader) => (Apart, false),
        (Apart, _) | (_, Apart) => return None,
        (Narrower | Broader | Related, Narrower | Broader | Related) => (Related, true),
    };
    Some(Composed { relationship, lossy })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The table above: E, N, B, R, X; `!` is lossy, `-` nothing.
    const TABLE: [[&str; 5]; 5] = [
        ["E", "N", "B", "R", "X"],
        ["N", "N", "R!", "R!", "X"],
        ["B", "R!", "B", "R!", "-"],
        ["R", "R!", "R!", "R!", "-"],
        ["X", "-", "X", "-", "-"],
    ];

    fn letter(relationship: Relationship) -> &'static str {
        ["E", "N", "B", "R", "X"][Relationship::ALL.iter().position(|one| *one == relationship).unwrap()]
    }

    #[test]
    fn the_table_holds() {
        for (first, row) in Relationship::ALL.into_iter().zip(TABLE) {
            for (second, expected) in Relationship::ALL.into_iter().zip(row) {
                let found = compose(first, second).map_or("-".to_owned(), |composed| {
                    letter(composed.relationship).to_owned() + if composed.lossy { "!" } else { "" }
                });
                assert_eq!(found, expected, "{first} then {second}");
            }
        }
    }

    fn each_composed() -> impl Iterator<Item = Composed> {
        let both = |relationship| [false, true].map(|lossy| Composed { relationship, lossy });
        Relationship::ALL.into_iter().flat_map(both)
    }

    #[test]
    fn laws() {
        for a in each_composed() {
            assert_eq!(a.then(Relationship::Equivalent), Some(a));
            assert_eq!(Composed::from(Relationship::Equivalent).then(a), Some(a));
            assert_eq!(a.inverse().inverse(), a);
            for b in each_composed() {
                assert_eq!(a.then(b).map(Composed::inverse), b.inverse().then(a.inverse()), "{a:?} {b:?}");
                for c in each_composed() {
                    let (left, right) = (a.then(b).and_then(|ab| ab.then(c)), b.then(c).and_then(|bc| a.then(bc)));
                    assert_eq!(left, right, "{a:?} {b:?} {c:?}");
                }
            }
        }
    }

    /// Whatever sets of cases the codes are, what is composed holds of them: no claim goes beyond the steps.
    #[test]
    fn nothing_false_is_said() {
        // Sets of four cases; that related codes share something is not certain, so it is never held against them.
        let holds = |relationship: Relationship, a: u8, b: u8| match relationship {
            Relationship::Equivalent => a == b,
            Relationship::SourceIsNarrowerThanTarget => a & !b == 0,
            Relationship::SourceIsBroaderThanTarget => b & !a == 0,
            Relationship::RelatedTo => true,
            Relationship::NotRelatedTo => a & b == 0,
        };
        for first in Relationship::ALL {
            for second in Relationship::ALL {
                let Some(composed) = compose(first, second) else { continue };
                for (a, b, c) in (0..4096_u16).map(|sets| (sets & 15, sets >> 4 & 15, sets >> 8)) {
                    let [a, b, c] = [a, b, c].map(|set| u8::try_from(set).unwrap());
                    if [a, b, c].iter().all(|set| *set != 0) && holds(first, a, b) && holds(second, b, c) {
                        assert!(holds(composed.relationship, a, c), "{first} {second}: {a} {b} {c}");
                    }
                }
            }
        }
    }
}
