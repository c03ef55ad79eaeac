//! Which terms are worth reading: those that hold readings of the query's words.

use super::costs::points;
use super::query::Word;
use super::score::{Coverage, points_for};
use crate::Result;
use crate::index::words::{Words, weight};

/// How many candidates are read and scored …
const MOST_CANDIDATES: usize = 60;
/// … and how many if common words were not counted, so that more terms than these look alike.
const MOST_CANDIDATES_UNCOUNTED: usize = 300;
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
    /// Gives each term what the query's words are worth to it, and chooses the best, at least `wanted` if so many
    /// have some word. Returns the most that any term was given, as a share of what all words could give, and
    /// whether the work limit sufficed.
    pub(super) fn find<'w>(
        &mut self,
        query: impl Iterator<Item = &'w Word> + Clone,
        words: &Words<'_>,
        wanted: usize,
        work: &mut u32,
    ) -> Result<(f32, bool)> {
        let mut complete = true;
        self.start(words.terms);
        let common = weight(words.terms, words.terms / COMMON);
        let has_rare = query.clone().any(|word| word.weight >= common && !word.forms.is_empty());
        let counted = |word: &Word| !has_rare || word.weight >= common;
        for (position, word) in query.clone().enumerate().filter(|(_, word)| counted(word)) {
            // There are fewer words than a byte counts.
            let marker = position as u8 + 1;
            for form in &word.forms {
                let Some(left) = work.checked_sub(words.frequency(form.form)?.saturating_add(1)) else {
                    complete = false;
                    break;
                };
                *work = left;
                let gift = (word.weight * (100.0 - f32::from(form.cost)) / 100.0 * PARTS) as u16;
                words.terms_of(form.form, |term| self.give(term, gift, marker))?;
            }
        }
        let possible: f32 = query.clone().filter(|word| counted(word)).map(|word| word.weight).sum();
        let most = if query.clone().all(counted) { MOST_CANDIDATES } else { MOST_CANDIDATES_UNCOUNTED };
        let best = self.choose(words, possible, most.max(wanted));
        Ok((best, complete && *work > 0))
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

    #[inline]
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
        terms.clear();
        let best = match overflowed {
            true => given.iter().take(words.terms as usize).map(|(sum, _)| *sum).max(),
            false => touched.iter().filter_map(|term| given.get(*term as usize)).map(|(sum, _)| *sum).max(),
        };
        let best = f32::from(best.unwrap_or_default()) / PARTS;
        let share = |sum: f32| if possible > 0.0 { sum / possible } else { 0.0 };
        // Terms that cannot come near the best one are not worth a look, if there are enough others.
        let mut least = 0_u16;
        let mut consider = |term: u32| {
            let Some((sum, _)) =
                given.get_mut(term as usize).map(std::mem::take).filter(|(sum, last)| *last > 0 && *sum >= least)
            else {
                return;
            };
            let sum = f32::from(sum) / PARTS;
            let term_share = (sum / words.weight_of(term).max(0.1)).min(1.0);
            terms.push((points_for(&Coverage { query: share(sum), term: term_share, together: 0.0 }), term));
            // Cut now and then, so that the list stays short.
            if terms.len() >= 8 * most {
                let (_, worst, _) = terms.select_nth_unstable_by(most, best_first);
                // The least that a term must be given to promise as much, were it to say nothing else.
                let needed = worst.0 / (points::QUERY_COVERED + points::TERM_COVERED) * possible * PARTS;
                least = needed.max(0.0) as u16;
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
        share(best)
    }
}
