//! What a search answers, and why.

use std::ops::Range;

use crate::concept::Concept;
use crate::source::Designation;

/// How a word of the query was read, cheapest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "kebab-case"))]
#[non_exhaustive]
pub enum Reading {
    /// The word itself, with its marks.
    Exact,
    /// The word itself; some or all of its marks were not typed.
    MarksMissing,
    /// The same word as other people spell it: i for y.
    Spelling,
    /// Telex keystrokes that were never turned into letters.
    Telex,
    /// VNI keystrokes that were never turned into letters.
    Vni,
    /// Text in an encoding of before Unicode.
    Encoding,
    /// Words that were written as one, or one that was written as several.
    Spacing,
    /// Another phrase for the same thing, from the lexicon.
    Synonym,
    /// An abbreviation of the lexicon.
    Abbreviation,
    /// The first letters of words that follow one another.
    Initials,
    /// The beginning of a longer word.
    Prefix,
    /// The same letters with other marks than were typed.
    OtherMarks,
    /// A word that sounds alike.
    SoundsAlike,
    /// A word one typing error away.
    Typo,
}

impl Reading {
    /// All readings.
    pub const ALL: &[Self] = &[
        Self::Exact,
        Self::MarksMissing,
        Self::Spelling,
        Self::Telex,
        Self::Vni,
        Self::Encoding,
        Self::Spacing,
        Self::Synonym,
        Self::Abbreviation,
        Self::Initials,
        Self::Prefix,
        Self::OtherMarks,
        Self::SoundsAlike,
        Self::Typo,
    ];

    /// A stable name: `exact`, `marks-missing`, `spelling`, `telex`, `vni`, `encoding`, `spacing`, `synonym`, `abbreviation`, `initials`, `prefix`, `other-marks`, `sounds-alike` or `typo`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Exact => "exact",
            Self::MarksMissing => "marks-missing",
            Self::Spelling => "spelling",
            Self::Telex => "telex",
            Self::Vni => "vni",
            Self::Encoding => "encoding",
            Self::Spacing => "spacing",
            Self::Synonym => "synonym",
            Self::Abbreviation => "abbreviation",
            Self::Initials => "initials",
            Self::Prefix => "prefix",
            Self::OtherMarks => "other-marks",
            Self::SoundsAlike => "sounds-alike",
            Self::Typo => "typo",
        }
    }
}

/// How sure it is that a hit is what was meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "kebab-case"))]
pub enum Confidence {
    /// Some of the words fit, or they fit only by guessing. Never take such a hit without asking.
    Perhaps,
    /// All words fit, some of them only in part or by a likely reading; or the term says more than was typed.
    Likely,
    /// The term, or the code, is what was typed, marks aside.
    Sure,
}

impl Confidence {
    /// `perhaps`, `likely` or `sure`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Perhaps => "perhaps",
            Self::Likely => "likely",
            Self::Sure => "sure",
        }
    }
}

/// How one word of the query was found in the term.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct WordMatch {
    /// Bytes of the query.
    pub query: Range<usize>,
    /// Bytes of the hit's designation, to highlight.
    pub text: Range<usize>,
    /// By which reading.
    pub reading: Reading,
    /// What the reading costs: 0 for the word itself, 100 for no likeness at all.
    pub cost: u8,
}

/// A concept that was found, and why.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Hit<'a> {
    /// The concept.
    pub concept: Concept<'a>,
    /// The term that fits best. For a hit by code: the concept's name.
    pub designation: Designation,
    /// The score by which hits are ranked, highest first: 0 to 1000. Comparable between the systems of one
    /// query, not between queries.
    pub score: u16,
    /// How sure it is that this was meant.
    pub confidence: Confidence,
    /// The words that were found, in the order of the query. Empty for a hit by code.
    pub matches: Vec<WordMatch>,
    /// Words of the query that the term does not have, as bytes of the query.
    pub unmatched: Vec<Range<usize>>,
    /// What the lexicon put in place of a part of the query, if the hit was found so: show it to the user.
    pub read_as: Option<String>,
}

impl Hit<'_> {
    /// The readings that led here, dearest first, each once: `[]` for a hit by code.
    #[must_use]
    pub fn readings(&self) -> Vec<Reading> {
        let mut readings: Vec<Reading> = self.matches.iter().map(|found| found.reading).collect();
        readings.sort_unstable_by(|a, b| b.cmp(a));
        readings.dedup();
        readings
    }
}

/// The hits of one query.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Answer<'a> {
    /// Best first; each concept once.
    pub hits: Vec<Hit<'a>>,
    /// False if the work limit was reached, so that better hits may have been missed.
    pub complete: bool,
    /// The query as the best hit spells it, if it has every word and some of them was guessed: *did you mean*.
    pub suggestion: Option<String>,
}

impl Answer<'_> {
    /// The query with the guessed words as the best hit has them.
    pub(super) fn suggest(&mut self, query: &str) {
        let Some(best) = self.hits.first().filter(|best| best.unmatched.is_empty() && best.read_as.is_none()) else {
            return;
        };
        let is_guess = |found: &WordMatch| found.reading >= Reading::OtherMarks;
        let mut guessed: Vec<&WordMatch> = best.matches.iter().filter(|found| is_guess(found)).collect();
        if guessed.is_empty() {
            return;
        }
        guessed.sort_by_key(|found| found.query.start);
        let (mut suggestion, mut done) = (String::new(), 0);
        for found in guessed {
            let parts = (query.get(done..found.query.start), best.designation.text.get(found.text.clone()));
            let (Some(before), Some(word)) = parts else { return };
            suggestion.push_str(before);
            suggestion.push_str(&word.to_lowercase());
            done = found.query.end;
        }
        suggestion.push_str(query.get(done..).unwrap_or_default());
        self.suggestion = Some(suggestion);
    }
}
