//! What a search answers, and why.

use std::ops::Range;

use crate::concept::Concept;
use crate::source::Designation;

/// How a word of the query was read, nearest to what was typed first.
///
/// [`OtherMarks`](Self::OtherMarks) and those behind it suppose that what was typed was not meant:
/// [`Answer::suggestion`] spells what was meant instead. A hit by a typing error or by initials is never better than
/// [`Confidence::Perhaps`], and none but [`Exact`](Self::Exact) and [`MarksMissing`](Self::MarksMissing) makes a hit by
/// name [`Confidence::Sure`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "kebab-case"))]
#[non_exhaustive]
pub enum Reading {
    /// The word itself, with its marks.
    Exact,
    /// The word itself; some or all of its marks were not typed: `viem` for *viêm*.
    MarksMissing,
    /// The same word as other people spell it: i for y, a number in digits, Roman digits or words (`II`, `2`, *hai*),
    /// and signs in brackets that stand for words (`(+)` for *dương tính*).
    Spelling,
    /// Telex keystrokes that were never turned into letters: `vieem`.
    Telex,
    /// VNI keystrokes that were never turned into letters: `vie6m`.
    Vni,
    /// Text in another encoding, taken for Unicode: TCVN3, VNI, VISCII, Windows-1258, VIQR, UTF-8 that was misread, and
    /// HTML character references ([`decode_legacy`](crate::text::decode_legacy)).
    Encoding,
    /// Words that were written as one (`viemphoi`), or one that was written as several (`ami dan`).
    Spacing,
    /// Another phrase for the same thing, from the [lexicon](crate::lexicon).
    Synonym,
    /// An abbreviation of the [lexicon](crate::lexicon).
    Abbreviation,
    /// The first letters, three to seven, of words that follow one another in some term, where neither a list nor the
    /// lexicon knows them: `ttmh` for *tăng tiết mồ hôi*.
    Initials,
    /// The beginning of a longer word, or of a phrase of the lexicon. The last word of a query is rather taken for one,
    /// unless a space or a sign follows it.
    Prefix,
    /// The same letters with other marks than were typed: *phổi* for `phỗi`.
    OtherMarks,
    /// A word that sounds alike: *suy* for `xuy`.
    SoundsAlike,
    /// A word one typing error away: a letter wrong, missing, added, or exchanged with its neighbour; or a phrase of
    /// the lexicon with one such word.
    Typo,
}

impl Reading {
    /// All readings, in their order.
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

    /// A stable name: `exact`, `marks-missing`, `spelling`, `telex`, `vni`, `encoding`, `spacing`, `synonym`,
    /// `abbreviation`, `initials`, `prefix`, `other-marks`, `sounds-alike` or `typo`.
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

/// How sure it is that a hit is what was meant. It is about words, not about patients: a heading and its unspecified
/// code often have the same name, and then both are sure.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "kebab-case"))]
pub enum Confidence {
    /// Some of the words fit, or they fit only by guessing: by a typing error, by initials, or several by other marks
    /// or by sound. Never take such a hit without asking.
    Perhaps,
    /// All words fit, decoded, expanded or begun perhaps, and at most one of them, and no more than half, by other marks
    /// or by sound; the term may say more than was typed. Also the codes that the query begins.
    Likely,
    /// The query is the code, or the term says just what was typed, word for word and in order, words such as
    /// *unspecified* aside. Marks may be missing if the query has none at all.
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
    /// Bytes of the query. Several words of a term may have been found for the same bytes, such as an abbreviation.
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
    /// query, not between queries, nor between versions of the crate.
    pub score: u16,
    /// How sure it is that this was meant.
    pub confidence: Confidence,
    /// The words that were found, in the order of the query. Empty for a hit by code.
    pub matches: Vec<WordMatch>,
    /// Words of the query that the term does not have, as bytes of the query. Empty if it has all, and for a hit by
    /// code.
    pub unmatched: Vec<Range<usize>>,
    /// What was put in place of a part of the query, or of all of it, if the hit was found so: a meaning from the
    /// lexicon, initials spelled out, or the query in another encoding or with other spaces. Show it to the user. `None`
    /// if the words were taken as typed.
    pub read_as: Option<String>,
}

impl Hit<'_> {
    /// The readings that led here, the furthest from what was typed first, each once: `[]` for a hit by code.
    #[must_use]
    pub fn readings(&self) -> Vec<Reading> {
        let mut readings: Vec<Reading> = self.matches.iter().map(|found| found.reading).collect();
        readings.sort_unstable_by(|a, b| b.cmp(a));
        readings.dedup();
        readings
    }
}

/// The hits of one query.
///
/// ```
/// # #[cfg(feature = "bundled")] {
/// use medterm::{CodeSystem, Confidence, SearchOptions};
/// let icd10 = CodeSystem::bundled()?;
/// let answer = icd10.search("vien phoi", &SearchOptions::new())?;
/// assert_eq!(answer.hits[0].designation.text, "Viêm phổi, không xác định");
/// assert_eq!(answer.hits[0].confidence, Confidence::Perhaps);
/// assert_eq!(answer.suggestion.as_deref(), Some("viêm phoi"));
///
/// let nothing = icd10.search("asdf qwer", &SearchOptions::new())?;
/// assert!(nothing.hits.is_empty() && nothing.complete && nothing.suggestion.is_none());
/// # }
/// # Ok::<(), medterm::Error>(())
/// ```
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Answer<'a> {
    /// Best first; each concept once. Empty if nothing was found, and if the query has no word.
    pub hits: Vec<Hit<'a>>,
    /// False if the work limit was reached or the query was too long to be read whole, so that better hits may have
    /// been missed.
    pub complete: bool,
    /// *Did you mean*: the query with each guessed word as the best hit spells it, if that hit has every word and some of
    /// them was guessed ([`Reading::OtherMarks`] and those behind it). `None` if nothing was found or guessed, if words
    /// are missing, and if the best hit was read as something else ([`Hit::read_as`] tells that).
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
