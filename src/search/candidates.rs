//! Which terms are worth decoding: those that hold readings of the query's words.

use super::readings::{Query, Word};
use crate::Result;
use crate::index::words::Words;

/// How many candidates are decoded and scored.
const MOST_CANDIDATES: usize = 120;
/// Words that stand in more than this share of the terms tell little: they are looked at when a term is
/// scored, and do not make it a candidate if rarer words do.
const COMMON_SHARE: u32 = 6;

/// A term that was given this share of what all words could give has all of them, or all but a common one.
const GOOD_SHARE: f32 = 0.72;

/// The candidates of one language, and the memory to find them.
#[derive(Debug, Default)]
pub(super) struct Candidates {
    /// By term: what the query's words have given it so far, and the last word that gave something plus one.
    given: Vec<(f32, u16)>,
    touched: Vec<u32>,
    list: Vec<u32>,
    accented: String,
    /// The most that any term was given.
    best: f32,
    /// Terms of the language, best first by what their words promise.
    pub(super) terms: Vec<u32>,
}

impl Candidates {
    /// Finds the most promising terms of a language. False if the work limit was reached.
    pub(super) fn find(&mut self, query: &mut Query, words: &Words<'_>, work: &mut u32) -> Result<bool> {
        self.terms.clear();
        let mut complete = query.is_whole();
        for word in query.words_mut() {
            word.find_forms(words, &mut self.accented)?;
        }
        complete &= self.collect(query.words(), words, work)?;
        // Typing errors are the dearest reading: they are looked for only where a word found nothing, or no
        // term has all words.
        if self.terms.is_empty() || !self.all_words_together(query.words()) {
            for word in query.words_mut() {
                complete &= word.find_typos(words, &mut self.accented)?;
            }
            complete &= self.collect(query.words(), words, work)?;
        }
        Ok(complete)
    }

    /// True if some term has a reading of every word.
    fn all_words_together(&self, words: &[Word]) -> bool {
        let all: f32 = words.iter().map(|word| word.weight).sum();
        words.iter().all(|word| !word.forms.is_empty())
            && self.best >= GOOD_SHARE * all
    }

    fn collect(&mut self, query: &[Word], words: &Words<'_>, work: &mut u32) -> Result<bool> {
        let mut complete = true;
        self.given.clear();
        self.given.resize(words.terms as usize, (0.0, 0));
        self.touched.clear();
        let rare_words = query.iter().filter(|word| !is_common(word, words.terms)).count();
        for (position, word) in query.iter().enumerate() {
            if rare_words > 0 && is_common(word, words.terms) {
                continue;
            }
            let marker = position as u16 + 1;
            for &(form, cost) in &word.forms {
                self.list.clear();
                words.terms_of(form, &mut self.list)?;
                let Some(left) = work.checked_sub(self.list.len() as u32) else {
                    complete = false;
                    break;
                };
                *work = left;
                let gift = word.weight * (100.0 - f32::from(cost)) / 100.0;
                for &term in &self.list {
                    if let Some((sum, last)) = self.given.get_mut(term as usize)
                        && *last != marker
                    {
                        if *last == 0 {
                            self.touched.push(term);
                        }
                        *sum += gift;
                        *last = marker;
                    }
                }
            }
        }
        self.choose(words);
        Ok(complete)
    }

    fn choose(&mut self, words: &Words<'_>) {
        // Of terms that promise the same, the shorter say less that was not asked for.
        let promise = |term: u32| {
            let (sum, _) = self.given.get(term as usize).copied().unwrap_or_default();
            (sum * 1000.0) as i64 - i64::from(words.length(term)) * 60
        };
        let best_first = |a: &u32, b: &u32| promise(*b).cmp(&promise(*a)).then(a.cmp(b));
        if self.touched.len() > MOST_CANDIDATES {
            self.touched.select_nth_unstable_by(MOST_CANDIDATES, best_first);
            self.touched.truncate(MOST_CANDIDATES);
        }
        self.touched.sort_unstable_by(best_first);
        self.best = self.touched.iter().filter_map(|term| self.given.get(*term as usize)).map(|(sum, _)| *sum).fold(0.0, f32::max);
        self.terms.clone_from(&self.touched);
    }
}

fn is_common(word: &Word, terms: u32) -> bool {
    word.weight < super::readings::weight(terms, terms / COMMON_SHARE)
}
