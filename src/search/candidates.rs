//! Which terms are worth reading: those that hold readings of the query's words.

use std::collections::HashMap;
use std::ops::Range;

use super::costs::{cost, points};
use super::query::Word;
use super::score::{Coverage, points_for};
use super::vocabulary::Language;
use crate::Result;
use crate::index::words::weight;

/// How many candidates are read and scored.
const MOST_CANDIDATES: usize = 48;
/// The same where more terms than that have the whole query: which is best, their words tell.
const MOST_CANDIDATES_ALIKE: usize = 300;
/// The whole, or all but this share: words that were begun cost more or less by their length.
const ALIKE: f32 = 0.05;
/// Of what a word is guessed to be, so many places are looked at, the likeliest first.
const MOST_GUESSED: u32 = 500;
/// Words that stand in more than one of this many terms tell little: they are looked at when a term is
/// scored, and do not make it a candidate if rarer words do.
const COMMON: u32 = 6;
/// More terms than these are not listed: looking through all is then no more work.
const MOST_TOUCHED: usize = 1 << 13;
/// Lists of so many terms are kept once they are read …
const LONG: u32 = 100;
/// … until they take so many bytes; then all are forgotten.
const MOST_KEPT: usize = 200_000;
/// What a term is given must be this share of the most that any is given, for it to be considered.
const LEAST_SHARE: f32 = 0.3;
/// Gifts are summed up in these parts, to keep the sums of many terms small.
const PARTS: f32 = 100.0;

/// The candidates of one language, and the memory to find them.
#[derive(Debug, Default)]
pub(super) struct Candidates {
    given: Given,
    /// The terms that were given something …
    touched: Vec<u32>,
    /// … unless they became too many to list.
    overflowed: bool,
    /// Terms of the language, best first.
    pub(super) terms: Vec<Candidate>,
    lists: Lists,
}

/// What candidates were found by.
pub(super) struct Found {
    /// The most that any term was given, as a share of what all words could give.
    pub(super) best: f32,
    /// The share of the query whose words were not asked for their terms: a term may have them or not.
    pub(super) held_back: f32,
    /// Whether the work limit sufficed.
    pub(super) complete: bool,
}

/// What the words of a query weigh together.
struct Weights {
    /// In the query: the most that a term can be given.
    possible: f32,
    /// How much more they weigh in a term.
    fuller: f32,
}

/// By term: what the query's words have given it so far, and the last word that gave something, plus one.
#[derive(Debug, Default)]
struct Given {
    sums: Vec<u16>,
    last: Vec<u8>,
}

impl Given {
    /// Gives more to a term that was given something.
    #[inline]
    fn add(&mut self, term: u32, gift: u16, marker: u8) {
        if let Some(last) = self.last.get_mut(term as usize)
            && *last != 0
            && *last != marker
        {
            *last = marker;
            self.sums.get_mut(term as usize).into_iter().for_each(|sum| *sum = sum.saturating_add(gift));
        }
    }

    /// What a term was given, and by which word last; it then has nothing.
    #[inline]
    fn take(&mut self, term: u32) -> Option<(u16, u8)> {
        let sum = self.sums.get_mut(term as usize).map(std::mem::take)?;
        Some((sum, self.last.get_mut(term as usize).map(std::mem::take)?))
    }
}

/// A term that may be worth reading.
#[derive(Clone, Copy, Debug)]
pub(super) struct Candidate {
    pub(super) term: u32,
    /// The score that its words promise.
    pub(super) promise: f32,
    /// The share of the query that it seems to have.
    pub(super) query: f32,
}

/// The longer lists of terms that were read lately: the same frequent words are asked for again and again.
#[derive(Debug, Default)]
struct Lists {
    /// By vocabulary and form: where the list stands.
    places: HashMap<(usize, u32), Range<usize>>,
    /// The lists, each in its shorter form: how much each term is above the one before it, in one byte if that is
    /// enough; or a bit for each term of the language.
    bytes: Vec<u8>,
}

/// A list that was read.
enum List<'l> {
    Steps(&'l [u8]),
    Bits(&'l [u8]),
}

/// Behind this byte a larger step stands in four.
const LARGE_STEP: u8 = u8::MAX;

impl Lists {
    /// The terms in which a form stands, `frequency` in number; `None` for those that are not worth keeping.
    fn list(&mut self, language: Language<'_>, form: u32, frequency: u32) -> Result<Option<List<'_>>> {
        let bits = language.words.terms.div_ceil(8) as usize;
        let is_dense = frequency as usize > bits;
        let size = if is_dense { bits } else { frequency as usize };
        if frequency < LONG || size > MOST_KEPT / 2 {
            return Ok(None);
        }
        let key = (language.vocabulary, form);
        if !self.places.contains_key(&key) {
            if self.bytes.len() + size > MOST_KEPT {
                self.forget();
            }
            let start = self.bytes.len();
            let read = if is_dense { self.keep_bits(language, form, bits) } else { self.keep_steps(language, form) };
            if let Err(error) = read {
                self.bytes.truncate(start);
                return Err(error);
            }
            self.places.insert(key, start..self.bytes.len());
        }
        let place = self.places.get(&key).cloned().unwrap_or_default();
        let bytes = self.bytes.get(place).unwrap_or_default();
        Ok(Some(if is_dense { List::Bits(bytes) } else { List::Steps(bytes) }))
    }

    fn keep_bits(&mut self, language: Language<'_>, form: u32, bits: usize) -> Result<()> {
        let start = self.bytes.len();
        self.bytes.resize(start + bits, 0);
        let list = self.bytes.get_mut(start..).unwrap_or_default();
        language.words.terms_of(form, |term| {
            list.get_mut(term as usize / 8).into_iter().for_each(|byte| *byte |= 1 << (term % 8));
        })
    }

    fn keep_steps(&mut self, language: Language<'_>, form: u32) -> Result<()> {
        let (mut last, steps) = (0, &mut self.bytes);
        language.words.terms_of(form, |term| {
            match u8::try_from(term - last) {
                Ok(step) if step != LARGE_STEP => steps.push(step),
                _ => {
                    steps.push(LARGE_STEP);
                    steps.extend((term - last).to_le_bytes());
                }
            }
            last = term;
        })
    }

    /// Hands out the terms in which a form stands.
    fn each(&mut self, language: Language<'_>, form: u32, frequency: u32, visit: impl FnMut(u32)) -> Result<()> {
        match self.list(language, form, frequency)? {
            Some(list) => list.each(visit),
            None => language.words.terms_of(form, visit)?,
        }
        Ok(())
    }

    /// Hands out those of some terms in which a form stands, and perhaps others in which it stands.
    fn among(
        &mut self,
        terms: &[u32],
        language: Language<'_>,
        (form, frequency): (u32, u32),
        mut visit: impl FnMut(u32),
    ) -> Result<()> {
        match self.list(language, form, frequency)? {
            Some(List::Bits(bits)) => {
                let has = |term: &&u32| bits.get(**term as usize / 8).is_some_and(|byte| byte >> (**term % 8) & 1 != 0);
                terms.iter().filter(has).for_each(|term| visit(*term));
            }
            Some(list) => list.each(visit),
            None => language.words.terms_of(form, visit)?,
        }
        Ok(())
    }

    fn forget(&mut self) {
        self.places.clear();
        self.bytes.clear();
    }
}

impl List<'_> {
    fn each(&self, mut visit: impl FnMut(u32)) {
        match self {
            Self::Steps(steps) => {
                let (mut rest, mut term) = (*steps, 0_u32);
                while let Some((&step, after)) = rest.split_first() {
                    rest = after;
                    let mut step = u32::from(step);
                    if step == u32::from(LARGE_STEP)
                        && let Some((large, after)) = rest.split_first_chunk()
                    {
                        (step, rest) = (u32::from_le_bytes(*large), after);
                    }
                    term = term.saturating_add(step);
                    visit(term);
                }
            }
            Self::Bits(bits) => {
                for (first, byte) in (0..).step_by(8).zip(*bits) {
                    let mut left = *byte;
                    while left != 0 {
                        visit(first + left.trailing_zeros());
                        left &= left - 1;
                    }
                }
            }
        }
    }
}

impl Candidates {
    /// Forgets the lists of terms, which are kept by the positions of vocabularies.
    pub(super) fn forget_lists(&mut self) {
        self.lists.forget();
    }

    /// Gives each term what the query's words are worth to it, and chooses the best, at least `wanted` if so many
    /// have some word.
    pub(super) fn find<'w>(
        &mut self,
        query: impl Iterator<Item = &'w Word> + Clone,
        language: Language<'_>,
        wanted: usize,
        work: &mut u32,
    ) -> Result<Found> {
        let words = language.words;
        let mut complete = true;
        self.start(words.terms);
        let common = weight(words.terms, words.terms / COMMON);
        let has_rare = query.clone().any(|word| word.weight >= common && !word.forms.is_empty());
        let counted = |word: &Word| !has_rare || word.weight >= common;
        // Rare words choose the terms; of those, the ones that have the common words, too, promise more.
        for chooses in [true, false] {
            for (position, word) in query.clone().enumerate().filter(|(_, word)| counted(word) == chooses) {
                // There are fewer words than a byte counts.
                let marker = position as u8 + 1;
                let mut guesses = MOST_GUESSED;
                for form in &word.forms {
                    let frequency = words.frequency(form.form)?;
                    if form.cost >= cost::SOUNDS_ALIKE {
                        let Some(left) = guesses.checked_sub(frequency) else { continue };
                        guesses = left;
                    }
                    let Some(left) = work.checked_sub(frequency.saturating_add(1)) else {
                        complete = false;
                        break;
                    };
                    *work = left;
                    let gift = (word.weight * (100.0 - f32::from(form.cost)) / 100.0 * PARTS) as u16;
                    let Self { given, touched, overflowed, lists, .. } = self;
                    match chooses {
                        true => lists.each(language, form.form, frequency, |term| {
                            *overflowed |= !give(given, touched, term, gift, marker);
                        })?,
                        // Of too many terms to be listed, all are looked at.
                        false if *overflowed => {
                            lists.each(language, form.form, frequency, |term| given.add(term, gift, marker))?
                        }
                        false => lists
                            .among(touched, language, (form.form, frequency), |term| given.add(term, gift, marker))?,
                    }
                }
            }
        }
        let possible: f32 = query.clone().map(|word| word.weight).sum();
        let full: f32 = query.clone().map(|word| word.full_weight).sum();
        // What is asked for weighs less in the query than in a term if it says little.
        let weights = Weights { possible, fuller: if possible > 0.0 { full / possible } else { 1.0 } };
        let best = self.choose(language, &weights, wanted);
        let begun: f32 = query.filter(|word| !word.begun.is_empty()).map(|word| word.weight).sum();
        let held_back = if possible > 0.0 { begun / possible } else { 0.0 };
        Ok(Found { best, held_back, complete: complete && *work > 0 })
    }

    /// Makes ready for a language of so many terms. A search that met damage may have left gifts behind.
    fn start(&mut self, terms: u32) {
        if self.overflowed || !self.touched.is_empty() {
            self.given.sums.fill(0);
            self.given.last.fill(0);
            self.touched.clear();
            self.overflowed = false;
        }
        if self.given.sums.len() < terms as usize {
            self.given.sums.resize(terms as usize, 0);
            self.given.last.resize(terms as usize, 0);
        }
    }

    /// Chooses the terms that promise most and clears the gifts. Returns the best share that any term was given.
    fn choose(&mut self, language: Language<'_>, weights: &Weights, wanted: usize) -> f32 {
        let most = MOST_CANDIDATES_ALIKE.max(wanted);
        let Weights { possible, fuller } = *weights;
        let words = language.words;
        let best_first = |a: &Candidate, b: &Candidate| b.promise.total_cmp(&a.promise).then(a.term.cmp(&b.term));
        let Self { given, touched, overflowed, terms, .. } = self;
        terms.clear();
        let best = match overflowed {
            true => given.sums.iter().take(words.terms as usize).copied().max(),
            false => touched.iter().filter_map(|term| given.sums.get(*term as usize)).copied().max(),
        };
        let best = best.unwrap_or_default();
        let share = |sum: u16| if possible > 0.0 { f32::from(sum) / PARTS / possible } else { 0.0 };
        let mut least = (f32::from(best) * LEAST_SHARE) as u16;
        let mut consider = |term: u32| {
            let taken = given.take(term);
            let Some((sum, _)) = taken.filter(|(sum, last)| *last > 0 && *sum >= least) else { return };
            let of_term = (f32::from(sum) / PARTS * fuller / words.weight_of(term).max(0.1)).min(1.0);
            let query = share(sum);
            let Some(worth) = language.worth(term) else { return };
            let promise = worth + points_for(&Coverage { query, term: of_term, together: 0.0 });
            terms.push(Candidate { term, query, promise });
            // Cut now and then, so that the list stays short.
            if terms.len() >= 2 * most {
                let (_, worst, _) = terms.select_nth_unstable_by(most, best_first);
                // What a term must be given to promise as much, were it to say nothing else.
                let needed = (worst.promise - points::PREFERRED) / (points::QUERY_COVERED + points::TERM_COVERED)
                    * possible
                    * PARTS;
                least = least.max(needed as u16);
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
        let whole = share(best) - ALIKE;
        let alike = terms.iter().take_while(|candidate| candidate.query >= whole).count();
        terms.truncate(alike.max(MOST_CANDIDATES.max(wanted)));
        share(best)
    }
}

/// Gives a term what a word is worth to it, once; false if so many terms were given something that they are not
/// listed any more.
#[inline]
fn give(given: &mut Given, touched: &mut Vec<u32>, term: u32, gift: u16, marker: u8) -> bool {
    let place = (given.sums.get_mut(term as usize), given.last.get_mut(term as usize));
    let (Some(sum), Some(last)) = place else { return true };
    if *last == marker {
        return true;
    }
    let listed = *last != 0 || touched.len() < MOST_TOUCHED;
    if *last == 0 && listed {
        touched.push(term);
    }
    *sum = sum.saturating_add(gift);
    *last = marker;
    listed
}
