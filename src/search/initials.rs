//! Abbreviations that no list knows: the first letters of words that follow one another in some term, as *nmct* is of
//! *nhồi máu cơ tim*.

use super::query::Word;
use super::vocabulary::{Language, TermReader};
use crate::Result;

/// Fewer letters begin too many words.
const FEWEST_LETTERS: usize = 3;
const MOST_LETTERS: usize = 7;
/// So many readings of one abbreviation are tried.
const MOST_PHRASES: usize = 3;

/// True if a word of a query may be initials: no language has it as a word, and it does not look like one.
pub(super) fn may_be_initials(word: &Word) -> bool {
    let letters = word.folded.len();
    // What has a vowel inside can be spoken, and is rather a word.
    let is_spoken = word.folded.bytes().skip(1).any(|letter| b"aeiouy".contains(&letter));
    (FEWEST_LETTERS..=MOST_LETTERS).contains(&letters)
        && word.folded.bytes().all(|letter| letter.is_ascii_lowercase())
        && !word.known
        && !word.abbreviation
        && word.decodings().next().is_none()
        && !is_spoken
}

/// The phrases of a language whose initials a word may be, the most frequent first.
pub(super) fn phrases(initials: &str, language: Language<'_>, reader: &mut TermReader) -> Result<Vec<(u32, String)>> {
    let runs = reader.with_initials(language, initials.as_bytes())?;
    let mut phrases = Vec::new();
    for run in runs.into_iter().take(MOST_PHRASES) {
        reader.spell(language, run.term)?;
        let tokens = reader.analyzer().tokens();
        let ends =
            run.words.end.checked_sub(1).and_then(|last| Some((tokens.get(run.words.start)?, tokens.get(last)?)));
        if let Some((first, last)) = ends
            && let Some(phrase) = reader.text().get(first.range().start..last.range().end)
        {
            phrases.push((run.terms, phrase.to_lowercase()));
        }
    }
    Ok(phrases)
}
