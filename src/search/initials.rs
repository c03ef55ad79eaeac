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

/// The initials of all terms of a language, one behind the other.
#[derive(Debug, Default)]
pub(super) struct Initials {
    /// Those of a term, with 0 for a comma or bracket, then [`END`].
    letters: Vec<u8>,
    /// Where every so many terms begin.
    starts: Vec<u32>,
    terms: u32,
}

/// Stands behind the initials of a term.
const END: u8 = 1;
/// Terms from one noted start to the next.
const TERMS_BETWEEN: u32 = 64;
/// Letters that are looked at together.
const AT_ONCE: usize = 256;

impl Initials {
    pub(super) fn push(&mut self, letters: &[u8]) {
        if self.terms.is_multiple_of(TERMS_BETWEEN) {
            self.starts.push(u32::try_from(self.letters.len()).unwrap_or(u32::MAX));
        }
        self.letters.extend_from_slice(letters);
        self.letters.push(END);
        self.terms += 1;
    }

    /// The terms that have some initials side by side, in order.
    pub(super) fn terms_with(&self, wanted: &[u8]) -> Vec<u32> {
        let mut terms = Vec::new();
        let (&[first, second, ..], mut at) = (wanted, 0) else { return terms };
        while let Some(rest) = self.letters.get(at..).filter(|rest| rest.len() >= wanted.len()) {
            let here = rest.get(..AT_ONCE.min(rest.len() - 1)).unwrap_or_default();
            // Without a branch, so that many letters are compared in one step.
            let next = rest.get(1..).unwrap_or_default();
            let may_be = here.iter().zip(next).fold(false, |any, (a, b)| any | (*a == first) & (*b == second));
            if may_be {
                let found =
                    (0..here.len()).filter(|start| rest.get(*start..).is_some_and(|from| from.starts_with(wanted)));
                terms.extend(found.map(|start| self.term_at(at + start)));
            }
            at += here.len();
        }
        terms.dedup();
        terms
    }

    /// The term whose initials stand at a place.
    fn term_at(&self, place: usize) -> u32 {
        let noted = self.starts.partition_point(|start| *start as usize <= place).saturating_sub(1);
        let start = self.starts.get(noted).map_or(0, |start| *start as usize);
        let before = self.letters.get(start..place).unwrap_or_default();
        noted as u32 * TERMS_BETWEEN + before.iter().filter(|letter| **letter == END).count() as u32
    }
}

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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn initials_side_by_side() {
        let mut initials = Initials::default();
        let terms: Vec<String> = (0..500_u32).map(|n| format!("x{}nmct", "ab".repeat(n as usize % 7))).collect();
        terms.iter().for_each(|term| initials.push(term.as_bytes()));
        initials.push(b"nmcnmcta");
        initials.push(b"nm\0ct");
        initials.push(b"");
        initials.push(b"n");
        assert_eq!(initials.terms_with(b"nmct"), (0..501).collect::<Vec<_>>());
        let six: Vec<u32> = (0..500).filter(|n| n % 7 == 6).collect();
        assert_eq!(initials.terms_with(b"abababababab"), six);
        assert_eq!(initials.terms_with(b"cta"), [500]);
        assert!(initials.terms_with(b"tn").is_empty(), "over the border of two terms");
        assert!(Initials::default().terms_with(b"nm").is_empty());
    }
}
