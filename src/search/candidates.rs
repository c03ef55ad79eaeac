//! Which terms are worth decoding: those that hold readings of the query's words.

use super::readings::{Variant, Word};
use super::score::{Coverage, points_for};
use crate::Result;
use crate::index::words::{Words, weight};

/// How many candidates are decoded and scored …
const MOST_CANDIDATES: usize = 60;
/// … and how many if common words were not counted, so that more terms than these look alike.
const MOST_CANDIDATES_UNCOUNTED: usize = 400;
/// Words that stand in more than one of this many terms tell little: they are looked at when a term is
/// scored, and do not make it a candidate if rarer words do.
const COMMON: u32 = 6;
/// More terms than these are not listed: looking through all is then no more work.
const MOST_TOUCHED: usize = 1 << 14;
/// Gifts are summed up in these parts, to keep the sums of many terms small.
const PARTS: f32 = 100.0;

/// The candidates of one language, and the memory to find them.
#[derive(Debug, Default)]
pub(super) struct Candidates {
    /// By term: what the query's words have given it so far, and the last word that gave something, plus one.
    given: Vec<(u16, u8)>,
    /// The terms that were given something …
    touched: Vec<u32>,
    /// … unless they became too many to list.
    overflowed: bool,
    /// Terms of the language with the score that their words promise, best first.
    pub(super) terms: Vec<(f32, u32)>,
}

impl Candidates {
    /// Finds the most promising terms of a language, at least `wanted` if so many have some word. Returns the most that any term was given, as a share of
    /// what all words could give; and whether the work limit sufficed.
    pub(super) fn find(
        &mut self,
        query: &mut Variant,
        words: &Words<'_>,
        typos: bool,
        wanted: usize,
        work: &mut u32,
    ) -> Result<(f32, bool)> {
        let mut complete = true;
        for word in query.words_mut() {
            word.find_forms(words, work)?;
            if typos {
                complete &= word.find_typos(words, work)?;
            }
        }
        let (best, within) = self.collect(query.words(), words, wanted, work)?;
        Ok((best, complete && within && *work > 0))
    }

    /// Gives each term what the query's words are worth to it, and chooses the best. Returns the most that
    /// any term was given, as a share of what all words could give, and whether the work limit sufficed.
    fn collect(&mut self, query: &[Word], words: &Words<'_>, wanted: usize, work: &mut u32) -> Result<(f32, bool)> {
        let mut complete = true;
        self.start(words.terms);
        let common = weight(words.terms, words.terms / COMMON);
        let has_rare = query.iter().any(|word| word.weight >= common && !word.forms.is_empty());
        let counted = |word: &&Word| !has_rare || word.weight >= common;
        for (position, word) in query.iter().enumerate().filter(|(_, word)| counted(word)) {
            // There are fewer words than a byte counts.
            let marker = position as u8 + 1;
            for &(form, cost) in &word.forms {
                let Some(left) = work.checked_sub(words.frequency(form)?.saturating_add(1)) else {
                    complete = false;
                    break;
                };
                *work = left;
                let gift = (word.weight * (100.0 - f32::from(cost)) / 100.0 * PARTS) as u16;
                words.terms_of(form, |term| self.give(term, gift, marker))?;
            }
        }
        let possible: f32 = query.iter().filter(counted).map(|word| word.weight).sum();
        let most = if query.iter().all(|word| counted(&word)) { MOST_CANDIDATES } else { MOST_CANDIDATES_UNCOUNTED };
        Ok((self.choose(words, possible, most.max(wanted)), complete))
    }

    /// Makes ready for a language of so many terms. A search that met damage may have left gifts behind.
    fn start(&mut self, terms: u32) {
        if self.overflowed || !self.touched.is_empty() {
            self.given.fill((0, 0));
            self.touched.clear();
            self.overflowed = false;
        }
        if self.given.len() < terms as usize {
            self.given.resize(terms as usize, (0, 0));
        }
    }

    fn give(&mut self, term: u32, gift: u16, marker: u8) {
        if let Some((sum, last)) = self.given.get_mut(term as usize)
            && *last != marker
        {
            if *last == 0 {
                if self.touched.len() < MOST_TOUCHED { self.touched.push(term) } else { self.overflowed = true }
            }
            *sum = sum.saturating_add(gift);
            *last = marker;
        }
    }

    /// Chooses the terms that promise most and clears the gifts. Returns the best share that any term was given.
    fn choose(&mut self, words: &Words<'_>, possible: f32, most: usize) -> f32 {
        let best_first = |a: &(f32, u32), b: &(f32, u32)| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1));
        let Self { given, touched, overflowed, terms } = self;
        let mut best: f32 = 0.0;
        terms.clear();
        let mut consider = |term: u32| {
            let Some((sum, _)) = given.get_mut(term as usize).map(std::mem::take).filter(|(_, last)| *last > 0) else {
                return;
            };
            let sum = f32::from(sum) / PARTS;
            let query = if possible > 0.0 { sum / possible } else { 0.0 };
            best = best.max(query);
            let coverage = Coverage { query, term: (sum / words.weight_of(term).max(0.1)).min(1.0), together: 0.0 };
            terms.push((points_for(&coverage), term));
            // Cut now and then, so that the list stays short.
            if terms.len() >= 8 * most {
                terms.select_nth_unstable_by(most, best_first);
                terms.truncate(most);
            }
        };
        if *overflowed {
            (0..words.terms).for_each(&mut consider);
        } else {
            touched.iter().copied().for_each(&mut consider);
        }
        *overflowed = false;
        touched.clear();
        if terms.len() > most {
            terms.select_nth_unstable_by(most, best_first);
            terms.truncate(most);
        }
        terms.sort_unstable_by(best_first);
        best
    }
}
