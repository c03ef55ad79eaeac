//! Phrases that a query has almost: begun at its end, or with a typing error in one word.
//!
//! Only compiled phrases are looked through: what a program adds is found as it stands.

use std::ops::{ControlFlow, Range};

use super::{Expansion, Inner, Lexicon};
use crate::Result;
use crate::index::phrases::Phrases;
use crate::text::{MarkAgreement, compare_marks, split_tones};

/// Words of the longest phrase that is looked for.
const MOST_WORDS: usize = 6;
/// A phrase that was begun has so many letters typed at least …
const FEWEST_LETTERS: usize = 6;
/// … and is not one of too many.
const MOST_COMPLETIONS: usize = 8;
/// Shorter words are misspelt only in phrases of three words.
const SHORTEST: usize = 3;
/// Steps through the automaton that one phrase may cost.
const MOST_STEPS: u32 = 1500;
/// Readings of one phrase that are told.
const MOST_READINGS: usize = 2;

/// A word of a query, in its accented and folded form.
pub(crate) type QueryWord<'q> = (&'q str, &'q str);

impl Lexicon {
    /// The readings of phrases that the last words of a query begin: *viêm quanh món* begins *viêm quanh móng*. None
    /// if too many begin so. `key` is memory to work in.
    pub(crate) fn completions(&self, words: &[QueryWord<'_>], key: &mut String) -> Vec<Expansion> {
        self.inner.completions(words, key).unwrap_or_default()
    }

    /// The readings of phrases that stand in a query but for one typing error, which is in the word at a position.
    pub(crate) fn respelled(&self, words: &[QueryWord<'_>], misspelt: usize, key: &mut String) -> Vec<Expansion> {
        self.inner.respelled(words, misspelt, key).unwrap_or_default()
    }
}

impl Inner {
    fn completions(&self, words: &[QueryWord<'_>], key: &mut String) -> Result<Vec<Expansion>> {
        let mut found = Vec::new();
        let Some(phrases) = self.phrases() else { return Ok(found) };
        for start in words.len().saturating_sub(MOST_WORDS)..words.len() {
            let asked = words.get(start..).unwrap_or_default();
            join(asked, key);
            if key.len() < FEWEST_LETTERS || asked.len() < 2 {
                continue;
            }
            let (mut steps, mut begun) = (MOST_STEPS, Vec::new());
            let _ = phrases.automaton().visit_prefix(key.as_bytes(), &mut steps, &mut |phrase, first| {
                // What goes on with another word is another phrase; one of which less than half was typed is a guess.
                let goes_on = phrase.get(key.len()).is_some_and(|next| *next != b' ');
                if goes_on && phrase.len() <= 2 * key.len() {
                    begun.push(first);
                }
                if begun.len() > MOST_COMPLETIONS { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
            })?;
            if begun.is_empty() || begun.len() > MOST_COMPLETIONS {
                continue;
            }
            for first in begun {
                tell(phrases, first, asked, Almost::LastBegun, start..words.len(), &mut found)?;
            }
            // The longest phrase knows best.
            break;
        }
        Ok(found)
    }

    fn respelled(&self, words: &[QueryWord<'_>], misspelt: usize, key: &mut String) -> Result<Vec<Expansion>> {
        let mut found = Vec::new();
        let Some(phrases) = self.phrases() else { return Ok(found) };
        for start in misspelt.saturating_sub(MOST_WORDS - 1)..=misspelt {
            join(words.get(start..misspelt).unwrap_or_default(), key);
            let place = phrases.follow(phrases.start(), key.as_bytes())?;
            if place.is_none() {
                continue;
            }
            for end in (misspelt + 1..=words.len().min(start + MOST_WORDS)).rev() {
                let asked = words.get(start..end).unwrap_or_default();
                // A short word may be any other, unless enough stands around it.
                let is_short = asked.get(misspelt - start).is_none_or(|(_, folded)| folded.len() < SHORTEST);
                if asked.len() < if is_short { 3 } else { 2 } {
                    continue;
                }
                join(asked, key);
                let (mut steps, mut near) = (MOST_STEPS, Vec::new());
                let _ =
                    phrases.automaton().visit_within_one_edit(key, false, &mut steps, &mut |phrase, first, _| {
                        if is_respelled(phrase, asked, misspelt - start) {
                            near.push(first);
                        }
                        ControlFlow::Continue(())
                    })?;
                for first in near {
                    tell(phrases, first, asked, Almost::Misspelt(misspelt - start), start..end, &mut found)?;
                }
            }
            if !found.is_empty() {
                break;
            }
        }
        Ok(found)
    }
}

/// True if a phrase has the words asked for, in their number, but for one.
fn is_respelled(phrase: &[u8], asked: &[QueryWord<'_>], misspelt: usize) -> bool {
    let mut words = phrase.split(|byte| *byte == b' ');
    let same = asked.iter().enumerate().all(|(position, (_, folded))| {
        words.next().is_some_and(|word| position == misspelt || word == folded.as_bytes())
    });
    same && words.next().is_none()
}

/// Which word of a phrase the query does not have whole.
#[derive(Clone, Copy)]
enum Almost {
    /// The last one, which it begins.
    LastBegun,
    /// The one at this position.
    Misspelt(usize),
}

/// Adds the readings of a phrase whose marks those typed do not contradict, the misspelt word aside.
fn tell(
    phrases: &Phrases<'_>,
    first: u64,
    asked: &[QueryWord<'_>],
    almost: Almost,
    words: Range<usize>,
    found: &mut Vec<Expansion>,
) -> Result<()> {
    let mut form = String::new();
    for reading in phrases.readings(first)?.take(MOST_READINGS) {
        if let Some(number) = phrases.form(reading) {
            form.clear();
            phrases.write_form(number, &mut form)?;
            let agrees = |(position, (typed, word)): (usize, (&QueryWord<'_>, &str))| match almost {
                Almost::LastBegun if position + 1 == asked.len() => may_begin(typed, word),
                Almost::Misspelt(misspelt) if position == misspelt => true,
                _ => !matches!(compare_marks(typed.0, word), MarkAgreement::Contradicts { .. }),
            };
            if !asked.iter().zip(form.split(' ')).enumerate().all(agrees) {
                continue;
            }
        }
        let (kind, rarity, chained) = (reading.kind(), reading.rarity(), reading.is_chained());
        found.push(Expansion { words: words.clone(), meaning: phrases.meaning(reading)?, kind, rarity, chained });
    }
    Ok(())
}

/// True if the letters of a word that was begun begin another. Tones may still follow; a word with one is no longer
/// without marks.
fn may_begin(typed: &QueryWord<'_>, word: &str) -> bool {
    let (letters, _) = split_tones(typed.0);
    typed.0 == typed.1 || word.starts_with(letters)
}

/// Writes the folded words, joined by spaces, over `key`.
fn join(words: &[QueryWord<'_>], key: &mut String) {
    key.clear();
    for (_, folded) in words {
        if !key.is_empty() {
            key.push(' ');
        }
        key.push_str(folded);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lexicon::LexiconBuilder;
    use crate::text::Analyzer;

    fn lexicon() -> Lexicon {
        let mut builder = LexiconBuilder::new();
        builder.add_synonym("cao huyết áp", "tăng huyết áp");
        builder.add_synonym("viêm quanh móng", "viêm mô bào ngón");
        Lexicon::from_bytes(builder.to_bytes().unwrap()).unwrap()
    }

    fn meanings(query: &str, misspelt: Option<usize>) -> Vec<(Range<usize>, String)> {
        let mut analyzer = Analyzer::new();
        let tokens = analyzer.analyze(query);
        let words: Vec<QueryWord<'_>> = tokens.iter().map(|token| (token.accented(), token.folded())).collect();
        let found = match misspelt {
            Some(word) => lexicon().respelled(&words, word, &mut String::new()),
            None => lexicon().completions(&words, &mut String::new()),
        };
        found.into_iter().map(|found| (found.words, found.meaning)).collect()
    }

    #[test]
    fn phrases_that_were_begun() {
        let expected = [(1..4, "viêm mô bào ngón".to_owned())];
        assert_eq!(meanings("bệnh viêm quanh món", None), expected);
        assert_eq!(meanings("benh viem quanh m", None), expected);
        assert!(meanings("bệnh viêm quanh móng", None).is_empty(), "complete");
        assert!(meanings("bệnh viêm quánh món", None).is_empty(), "other marks");
        assert!(meanings("viêm", None).is_empty(), "too little");
        assert!(meanings("viêm quanh mon", None).len() == 1 && meanings("viêm quanh mơn", None).is_empty());
    }

    #[test]
    fn phrases_with_a_typing_error() {
        let expected = [(1..4, "tăng huyết áp".to_owned())];
        assert_eq!(meanings("bn cao huyết án", Some(3)), expected);
        assert_eq!(meanings("bn cao huyét áp", Some(2)), expected);
        assert!(meanings("bn cao huyết án", Some(2)).is_empty(), "the error is elsewhere");
        assert!(meanings("bn cáo huyết án", Some(3)).is_empty(), "other marks");
    }
}
