//! Replacement of frequent pairs by new symbols (Re-Pair: Larsson and Moffat, 1999), most frequent first.
//!
//! The same procedure serves twice: over tokens it finds the phrases of a list, over bytes the
//! spelling units of its words.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap};

/// Two symbols side by side.
pub(super) type Pair = (u32, u32);

/// No position, or the symbol of a position that was merged into an earlier one.
const NONE: u32 = u32::MAX;

/// When to stop.
pub(super) struct Limits {
    /// A pair that occurs less often than this is left alone.
    pub(super) min_count: usize,
    /// The largest number of new symbols.
    pub(super) max_pairs: usize,
    /// The largest number of original symbols that a new one may stand for.
    pub(super) max_length: u32,
}

/// What came out.
pub(super) struct Replaced {
    /// What stands for each original position: a symbol, or nothing if an earlier one covers it.
    symbols: Vec<u32>,
    /// What the new symbols stand for, in order of their numbers.
    pub(super) pairs: Vec<Pair>,
    /// For each new symbol, how many original ones it stands for.
    pub(super) lengths: Vec<u32>,
}

impl Replaced {
    /// The symbols that are left, each with its original position.
    pub(super) fn symbols(&self) -> impl Iterator<Item = (usize, u32)> {
        self.symbols.iter().copied().enumerate().filter(|&(_, symbol)| symbol != NONE)
    }
}

/// Replaces pairs in `symbols`, numbering new symbols from `first_new` on. `starts` says of each
/// position whether a segment begins there; no pair reaches over the border of a segment.
///
/// Fewer than `u32::MAX` positions. Time is linear but for the heap of candidates, memory about
/// 40 bytes a position. Equal counts are decided by the smaller pair, so that the result depends
/// on the input alone.
pub(super) fn replace_pairs(symbols: Vec<u32>, starts: &[bool], first_new: u32, limits: &Limits) -> Replaced {
    let mut work = Replacement::new(symbols, starts, first_new, limits);
    while work.pairs.len() < limits.max_pairs
        && let Some((pair, occurrences)) = work.most_frequent()
    {
        work.replace(pair, &occurrences);
    }
    Replaced { symbols: work.symbols, pairs: work.pairs, lengths: work.lengths }
}

/// A pair worth replacing: how often it still occurs at most, and where it did when it was found.
struct Candidate {
    count: usize,
    positions: Vec<u32>,
}

struct Replacement<'l> {
    symbols: Vec<u32>,
    /// The position of the symbol after this one in its segment, or [`NONE`].
    next: Vec<u32>,
    /// The position of the symbol before this one in its segment, or [`NONE`].
    previous: Vec<u32>,
    candidates: HashMap<Pair, Candidate>,
    /// Candidates by count. A count here may be out of date, but is never too small.
    queue: BinaryHeap<(usize, Reverse<Pair>)>,
    first_new: u32,
    pairs: Vec<Pair>,
    lengths: Vec<u32>,
    limits: &'l Limits,
}

impl<'l> Replacement<'l> {
    fn new(symbols: Vec<u32>, starts: &[bool], first_new: u32, limits: &'l Limits) -> Self {
        let positions = 0..symbols.len() as u32;
        let starts_at = |position: u32| starts.get(position as usize).copied().unwrap_or(true);
        let previous = positions.clone().map(|p| if starts_at(p) { NONE } else { p.wrapping_sub(1) }).collect();
        let next = positions.map(|p| if starts_at(p + 1) { NONE } else { p + 1 }).collect();
        let mut work = Self {
            symbols,
            next,
            previous,
            candidates: HashMap::new(),
            queue: BinaryHeap::new(),
            first_new,
            pairs: Vec::new(),
            lengths: Vec::new(),
            limits,
        };
        let mut found = Vec::with_capacity(work.symbols.len());
        found.extend((0..work.symbols.len() as u32).filter_map(|p| work.pair_at(p).map(|pair| (pair, p))));
        work.add_candidates(found);
        work
    }

    fn symbol_at(&self, position: u32) -> u32 {
        self.symbols.get(position as usize).copied().unwrap_or(NONE)
    }

    fn next_of(&self, position: u32) -> u32 {
        self.next.get(position as usize).copied().unwrap_or(NONE)
    }

    fn previous_of(&self, position: u32) -> u32 {
        self.previous.get(position as usize).copied().unwrap_or(NONE)
    }

    fn pair_at(&self, position: u32) -> Option<Pair> {
        let pair = (self.symbol_at(position), self.symbol_at(self.next_of(position)));
        (pair.0 != NONE && pair.1 != NONE).then_some(pair)
    }

    fn length_of(&self, symbol: u32) -> u32 {
        let new = symbol.checked_sub(self.first_new);
        new.and_then(|new| self.lengths.get(new as usize)).copied().unwrap_or(1)
    }

    /// Notes which of the pairs found are frequent and short enough to be replaced.
    fn add_candidates(&mut self, mut found: Vec<(Pair, u32)>) {
        found.sort_unstable();
        for group in found.chunk_by(|a, b| a.0 == b.0) {
            let Some(&(pair, _)) = group.first() else { continue };
            let length = self.length_of(pair.0) + self.length_of(pair.1);
            if group.len() >= self.limits.min_count && length <= self.limits.max_length {
                let positions = group.iter().map(|&(_, position)| position).collect();
                self.candidates.insert(pair, Candidate { count: group.len(), positions });
                self.queue.push((group.len(), Reverse(pair)));
            }
        }
    }

    /// Takes out the candidate that occurs most often, with the positions where it does.
    fn most_frequent(&mut self) -> Option<(Pair, Vec<u32>)> {
        while let Some((queued, Reverse(pair))) = self.queue.pop() {
            let Some(candidate) = self.candidates.get(&pair) else { continue };
            let count = candidate.count;
            if count == queued {
                let positions = self.candidates.remove(&pair)?.positions;
                let occurrences = self.occurrences(pair, positions);
                if occurrences.len() >= self.limits.min_count {
                    return Some((pair, occurrences));
                }
            } else if count >= self.limits.min_count {
                self.queue.push((count, Reverse(pair)));
            } else {
                self.candidates.remove(&pair);
            }
        }
        None
    }

    /// Those of `positions` (ascending) where `pair` still stands, none overlapping another.
    fn occurrences(&self, pair: Pair, mut positions: Vec<u32>) -> Vec<u32> {
        let mut taken = NONE;
        positions.retain(|&position| {
            let stands = position != taken && self.pair_at(position) == Some(pair);
            if stands {
                taken = self.next_of(position);
            }
            stands
        });
        positions
    }

    fn replace(&mut self, pair: Pair, occurrences: &[u32]) {
        let new = self.first_new + self.pairs.len() as u32;
        self.lengths.push(self.length_of(pair.0) + self.length_of(pair.1));
        self.pairs.push(pair);
        for &position in occurrences {
            self.merge(position, pair, new);
        }
        let mut found = Vec::with_capacity(2 * occurrences.len());
        for &position in occurrences {
            let previous = self.previous_of(position);
            found.extend(self.pair_at(previous).map(|pair| (pair, previous)));
            // A new symbol to the right will report the pair as its left one.
            found.extend(self.pair_at(position).filter(|pair| pair.1 != new).map(|pair| (pair, position)));
        }
        self.add_candidates(found);
    }

    /// Puts `new` in place of the pair at `position`.
    fn merge(&mut self, position: u32, pair: Pair, new: u32) {
        let second = self.next_of(position);
        let after = self.next_of(second);
        self.discount((self.symbol_at(self.previous_of(position)), pair.0));
        self.discount((pair.1, self.symbol_at(after)));
        set(&mut self.symbols, position, new);
        set(&mut self.symbols, second, NONE);
        set(&mut self.next, position, after);
        set(&mut self.previous, after, position);
    }

    fn discount(&mut self, pair: Pair) {
        if let Some(candidate) = self.candidates.get_mut(&pair) {
            candidate.count = candidate.count.saturating_sub(1);
        }
    }
}

fn set(list: &mut [u32], position: u32, value: u32) {
    if let Some(place) = list.get_mut(position as usize) {
        *place = value;
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const FIRST_NEW: u32 = 256;

    fn replace(text: &str, starts: &[usize], min_count: usize, max_length: u32) -> Replaced {
        let symbols: Vec<u32> = text.bytes().map(u32::from).collect();
        let starts: Vec<bool> = (0..symbols.len()).map(|p| p == 0 || starts.contains(&p)).collect();
        replace_pairs(symbols, &starts, FIRST_NEW, &Limits { min_count, max_pairs: 100, max_length })
    }

    fn expand(replaced: &Replaced, symbol: u32, out: &mut Vec<u8>) {
        match symbol.checked_sub(FIRST_NEW) {
            None => out.push(symbol as u8),
            Some(new) => {
                let (left, right) = replaced.pairs[new as usize];
                expand(replaced, left, out);
                expand(replaced, right, out);
            }
        }
    }

    #[test]
    fn replaces_the_most_frequent_pair_first() {
        let replaced = replace("abcabcabd", &[3, 6], 2, 9);
        assert_eq!(replaced.pairs.first(), Some(&(u32::from(b'a'), u32::from(b'b'))));
        assert_eq!(replaced.pairs.get(1), Some(&(FIRST_NEW, u32::from(b'c'))));
        let left: Vec<_> = replaced.symbols().collect();
        assert_eq!(left, [(0, FIRST_NEW + 1), (3, FIRST_NEW + 1), (6, FIRST_NEW), (8, u32::from(b'd'))]);
    }

    #[test]
    fn no_pair_reaches_over_a_border() {
        assert!(replace("abab", &[1, 2, 3], 1, 9).pairs.is_empty());
        assert_eq!(replace("abab", &[2], 2, 9).symbols().count(), 2);
    }

    #[test]
    fn occurrences_do_not_overlap() {
        let replaced = replace("aaaaa", &[], 2, 2);
        assert_eq!(replaced.symbols().count(), 3);
        assert!(replace("aaa", &[], 2, 2).pairs.is_empty(), "only one of the two can be replaced");
    }

    proptest! {
        #[test]
        fn gives_the_text_back(text in "[abc]{0,80}", starts in prop::collection::vec(0_usize..80, 0..5),
                               min_count in 1_usize..4, max_length in 2_u32..20) {
            let replaced = replace(&text, &starts, min_count, max_length);
            let mut out = Vec::new();
            for (position, symbol) in replaced.symbols() {
                prop_assert_eq!(position, out.len());
                expand(&replaced, symbol, &mut out);
                prop_assert!((position + 1..out.len()).all(|p| !starts.contains(&p)));
            }
            prop_assert_eq!(out, text.into_bytes());
            prop_assert!(replaced.lengths.iter().all(|&length| length <= max_length));
        }
    }
}
