//! What the words of a query may stand for, and what each reading costs.

use std::ops::{ControlFlow, Range};

use crate::Result;
use crate::index::automaton::Completeness;
use crate::index::words::Words;
use crate::text::{Analyzer, MarkAgreement, ToneDifference, compare_marks, decode_telex, decode_vni, phonetic_key};

/// How a word of the query was read, cheapest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Reading {
    /// The word itself, with its marks.
    Exact,
    /// The word itself; some or all of its marks were not typed.
    MarksMissing,
    /// Telex keystrokes that were never turned into letters.
    Telex,
    /// VNI keystrokes that were never turned into letters.
    Vni,
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
    /// A stable name: `exact`, `marks-missing`, `telex`, `vni`, `prefix`, `other-marks`, `sounds-alike` or `typo`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Exact => "exact",
            Self::MarksMissing => "marks-missing",
            Self::Telex => "telex",
            Self::Vni => "vni",
            Self::Prefix => "prefix",
            Self::OtherMarks => "other-marks",
            Self::SoundsAlike => "sounds-alike",
            Self::Typo => "typo",
        }
    }
}

/// What readings cost, out of 100. Tuned on labelled queries; the shares of the errors that people make
/// (Viwiki-spelling, 1,520 errors) gave their order.
pub(super) mod cost {
    /// Marks that were not typed.
    pub(crate) const MARKS_MISSING: u8 = 2;
    /// Keystrokes of an input method, on top of what the decoded word costs.
    pub(crate) const KEYSTROKES: u8 = 4;
    /// A word that was begun, when it is the last one, which may still be being typed …
    pub(crate) const PREFIX_LAST: u8 = 8;
    /// … or an earlier one; and for each letter left out, up to a limit.
    pub(crate) const PREFIX: u8 = 16;
    pub(crate) const PREFIX_LETTER: u8 = 2;
    pub(crate) const PREFIX_LETTERS_MOST: u8 = 8;
    /// Hỏi for ngã and the reverse.
    pub(crate) const HOOK_TILDE: u8 = 8;
    /// Any other tone than the one typed.
    pub(crate) const OTHER_TONE: u8 = 22;
    /// Other letters than typed: â for ă, đ for d.
    pub(crate) const OTHER_LETTER: u8 = 16;
    pub(crate) const OTHER_MARKS_MOST: u8 = 45;
    /// Same phonetic key.
    pub(crate) const SOUNDS_ALIKE: u8 = 30;
    /// One letter wrong, missing, added or exchanged with its neighbour.
    pub(crate) const TYPO: u8 = 42;
}

/// Shorter words are too close to too many others for a typing error to be guessed.
const SHORTEST_TYPO: usize = 3;
/// A shorter beginning of a word, not being the last word, is no help.
const SHORTEST_PREFIX: usize = 2;
/// More words than any order form line; the rest of a longer query is not read.
const MOST_WORDS: usize = 40;
/// Steps through the automaton that one word's typing errors may cost.
const TYPO_STEPS: u32 = 4000;

/// A decoding of keystrokes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Decoded {
    pub(super) folded: String,
    pub(super) accented: String,
}

/// One word of the query.
#[derive(Debug, Default)]
pub(super) struct Word {
    /// Bytes of the query.
    pub(super) range: Range<usize>,
    pub(super) folded: String,
    pub(super) accented: String,
    pub(super) phonetic: String,
    telex: Option<Decoded>,
    vni: Option<Decoded>,
    /// The last word may still be being typed.
    is_last: bool,
    /// Forms of the language being searched, cheapest first.
    pub(super) forms: Vec<(u32, u8)>,
    /// How much it counts in the language being searched: the rarer the word, the more.
    pub(super) weight: f32,
    /// Whether typing errors are considered in the language being searched.
    pub(super) typos: bool,
}

/// The query, read word by word.
#[derive(Debug, Default)]
pub(super) struct Query {
    analyzer: Analyzer,
    words: Vec<Word>,
    count: usize,
    complete: bool,
}

impl Query {
    pub(super) fn read(&mut self, text: &str) {
        let Self { analyzer, words, count, complete } = self;
        let tokens = analyzer.analyze(text);
        *count = tokens.len().min(MOST_WORDS);
        *complete = tokens.len() <= MOST_WORDS;
        words.resize_with(words.len().max(*count), Word::default);
        let last = count.saturating_sub(1);
        for (position, (word, token)) in words.iter_mut().zip(tokens.iter().take(MOST_WORDS)).enumerate() {
            word.range = token.range();
            let set = |slot: &mut String, text: &str| {
                slot.clear();
                slot.push_str(text);
            };
            set(&mut word.folded, token.folded());
            set(&mut word.accented, token.accented());
            word.phonetic.clear();
            phonetic_key(&word.folded, &mut word.phonetic);
            // A trailing separator says that the last word is finished.
            word.is_last = position == last && text.get(word.range.end..).is_none_or(str::is_empty);
            word.telex = None;
            word.vni = None;
        }
        let mut decoded = String::new();
        for word in words.iter_mut().take(*count) {
            if decode_telex(&word.accented, &mut decoded) {
                word.telex = Some(Decoded::new(analyzer, &decoded));
            }
            if decode_vni(&word.accented, &mut decoded) {
                word.vni = Some(Decoded::new(analyzer, &decoded));
            }
        }
    }

    pub(super) fn words(&self) -> &[Word] {
        self.words.get(..self.count).unwrap_or_default()
    }

    pub(super) fn words_mut(&mut self) -> &mut [Word] {
        self.words.get_mut(..self.count).unwrap_or_default()
    }

    /// False if the query was too long to be read whole.
    pub(super) fn is_whole(&self) -> bool {
        self.complete
    }
}

impl Decoded {
    fn new(analyzer: &mut Analyzer, accented: &str) -> Self {
        let tokens = analyzer.analyze(accented);
        let folded = tokens.get(0).map(|token| token.folded().to_owned()).unwrap_or_default();
        Self { folded, accented: accented.to_owned() }
    }
}

/// What it costs to read `typed` as a word with the same letters.
fn marks(typed: &str, accented: &str) -> (Reading, u8) {
    match compare_marks(typed, accented) {
        MarkAgreement::Exact => (Reading::Exact, 0),
        MarkAgreement::Missing { .. } => (Reading::MarksMissing, cost::MARKS_MISSING),
        MarkAgreement::Contradicts { tone, letters } => {
            let tone = match tone {
                ToneDifference::None => 0,
                ToneDifference::HookTilde => cost::HOOK_TILDE,
                ToneDifference::Other => cost::OTHER_TONE,
            };
            let letters = letters.saturating_mul(cost::OTHER_LETTER);
            (Reading::OtherMarks, tone.saturating_add(letters).min(cost::OTHER_MARKS_MOST))
        }
    }
}

impl Word {
    /// How this word reads as a word of a term; `None` if in no way. `phonetic` is the term word's key.
    pub(super) fn read_as(&self, folded: &str, accented: &str, phonetic: &str) -> Option<(Reading, u8)> {
        let cheaper = |a: Option<(Reading, u8)>, b: (Reading, u8)| a.filter(|a| a.1 <= b.1).or(Some(b));
        let mut best = None;
        if folded == self.folded {
            best = Some(marks(&self.accented, accented));
        } else if let Some(rest) = folded.strip_prefix(self.folded.as_str()) {
            best = Some((Reading::Prefix, self.prefix_cost(rest.len(), accented)));
        }
        for (decoded, reading) in [(&self.telex, Reading::Telex), (&self.vni, Reading::Vni)] {
            if let Some(decoded) = decoded
                && decoded.folded == folded
            {
                best = cheaper(best, (reading, cost::KEYSTROKES + marks(&decoded.accented, accented).1));
            }
        }
        if !phonetic.is_empty() && phonetic == self.phonetic {
            best = cheaper(best, (Reading::SoundsAlike, cost::SOUNDS_ALIKE));
        } else if best.is_none() && self.typos && is_one_edit(self.folded.as_bytes(), folded.as_bytes()) {
            best = Some((Reading::Typo, cost::TYPO));
        }
        best
    }

    fn prefix_cost(&self, letters: usize, accented: &str) -> u8 {
        let base = if self.is_last { cost::PREFIX_LAST } else { cost::PREFIX };
        let letters = u8::try_from(letters).unwrap_or(u8::MAX).saturating_mul(cost::PREFIX_LETTER);
        // Letters that were typed with marks must be the word's own, tone aside: that often comes last.
        let typed = self.accented.trim_end_matches(is_tone);
        let agrees = accented.starts_with(typed) || typed == self.folded;
        base + letters.min(cost::PREFIX_LETTERS_MOST) + if agrees { 0 } else { cost::OTHER_LETTER }
    }

    /// Finds the forms of a language that the word may stand for, without typing errors, and its weight.
    pub(super) fn find_forms(&mut self, words: &Words<'_>, accented: &mut String) -> Result<()> {
        self.forms.clear();
        self.typos = false;
        let mut frequency = 0;
        if let Some(rank) = words.automaton().get(self.folded.as_bytes())? {
            frequency = self.add_word(words, rank as u32, accented, |word, accented| marks(&word.accented, accented).1)?;
        }
        if self.folded.len() >= SHORTEST_PREFIX {
            let ranks = words.automaton().prefix_range(self.folded.as_bytes())?;
            let start = ranks.start + u64::from(frequency > 0);
            for rank in start..ranks.end {
                self.add_word(words, rank as u32, accented, |word, accented| {
                    // The folded length is close enough here; terms are read again when they are scored.
                    word.prefix_cost(accented.len().saturating_sub(word.folded.len()), accented)
                })?;
            }
        }
        for decoded in [self.telex.clone(), self.vni.clone()].into_iter().flatten() {
            if let Some(rank) = words.automaton().get(decoded.folded.as_bytes())? {
                let found = self.add_word(words, rank as u32, accented, |_, accented| {
                    cost::KEYSTROKES + marks(&decoded.accented, accented).1
                })?;
                frequency = frequency.max(found);
            }
        }
        if !self.phonetic.is_empty() {
            for rank in words.sounding_like(&self.phonetic)? {
                self.add_word(words, rank, accented, |_, _| cost::SOUNDS_ALIKE)?;
            }
        }
        self.sort_forms();
        self.weight = weight(words.terms, frequency);
        Ok(())
    }

    /// Adds the words one typing error away. False if there were too many to look at.
    pub(super) fn find_typos(&mut self, words: &Words<'_>, accented: &mut String) -> Result<bool> {
        let letters = self.folded.chars().count();
        if letters < SHORTEST_TYPO || self.folded.bytes().any(|byte| byte.is_ascii_digit()) {
            return Ok(true);
        }
        self.typos = true;
        let mut ranks = Vec::new();
        let mut steps = TYPO_STEPS;
        let folded = std::mem::take(&mut self.folded);
        let complete = words.automaton().visit_within_one_edit(&folded, false, &mut steps, &mut |_, rank, _| {
            ranks.push(rank as u32);
            ControlFlow::Continue(())
        });
        self.folded = folded;
        let complete = complete? == Completeness::Complete;
        for rank in ranks {
            self.add_word(words, rank, accented, |_, _| cost::TYPO)?;
        }
        self.sort_forms();
        Ok(complete)
    }

    /// Adds a word's forms; returns in how many terms they stand together.
    fn add_word(
        &mut self,
        words: &Words<'_>,
        rank: u32,
        accented: &mut String,
        cost: impl Fn(&Self, &str) -> u8,
    ) -> Result<u32> {
        let mut frequency = 0_u32;
        for form in words.forms(rank..rank.saturating_add(1)) {
            let cost = match words.form_text(form)? {
                Some(text) => cost(self, text),
                None => {
                    accented.clear();
                    words.write_word(rank, accented)?;
                    cost(self, accented)
                }
            };
            self.forms.push((form, cost));
            frequency = frequency.saturating_add(words.frequency(form)?);
        }
        Ok(frequency)
    }

    /// Cheapest first, each form once.
    fn sort_forms(&mut self) {
        self.forms.sort_unstable();
        self.forms.dedup_by_key(|(form, _)| *form);
        self.forms.sort_unstable_by_key(|&(form, cost)| (cost, form));
    }
}

/// Inverse document frequency of a word that stands in `frequency` of `terms` terms. A word that stands in
/// none is most likely misspelt: it counts as a middling one.
pub(super) fn weight(terms: u32, frequency: u32) -> f32 {
    let frequency = if frequency == 0 { terms / 200 } else { frequency };
    (1.0 + f32::from(u16::try_from(terms / frequency.max(1)).unwrap_or(u16::MAX))).ln()
}

fn is_tone(letter: char) -> bool {
    matches!(letter, '\u{300}' | '\u{301}' | '\u{303}' | '\u{309}' | '\u{323}')
}

/// True if one insertion, deletion, substitution or exchange of neighbours makes one word the other.
/// Bytes are letters here: folded words are ASCII but for foreign scripts.
fn is_one_edit(a: &[u8], b: &[u8]) -> bool {
    if a.len().abs_diff(b.len()) > 1 {
        return false;
    }
    let common = a.iter().zip(b).take_while(|(x, y)| x == y).count();
    let (a, b) = (a.get(common..).unwrap_or_default(), b.get(common..).unwrap_or_default());
    match (a, b) {
        ([], _) | (_, []) => true,
        ([x, a @ ..], [y, b @ ..]) => {
            a == b
                || a == [&[*y][..], b].concat()
                || [&[*x][..], a].concat() == b
                || matches!((a, b), ([p, a @ ..], [q, b @ ..]) if x == q && p == y && a == b)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn word(text: &str) -> Word {
        let mut query = Query::default();
        query.read(text);
        let mut word = query.words.remove(0);
        word.typos = true;
        word
    }

    fn reading(typed: &str, meant: &str) -> Option<Reading> {
        let mut analyzer = Analyzer::new();
        let tokens = analyzer.analyze(meant);
        let token = tokens.get(0).unwrap();
        let mut key = String::new();
        phonetic_key(token.folded(), &mut key);
        word(typed).read_as(token.folded(), token.accented(), &key).map(|(reading, _)| reading)
    }

    #[test]
    fn words_are_read_as_people_mean_them() {
        for (typed, meant, expected) in [
            ("phổi", "phổi", Some(Reading::Exact)),
            ("PHỔI", "phổi", Some(Reading::Exact)),
            ("phoi", "phổi", Some(Reading::MarksMissing)),
            ("phôi", "phổi", Some(Reading::MarksMissing)),
            ("phỗi", "phổi", Some(Reading::OtherMarks)),
            ("phooir", "phổi", Some(Reading::Telex)),
            ("pho6i3", "phổi", Some(Reading::Vni)),
            ("ph", "phổi", Some(Reading::Prefix)),
            ("xuy", "suy", Some(Reading::SoundsAlike)),
            ("pohi", "phổi", Some(Reading::Typo)),
            ("gan", "phổi", None),
        ] {
            assert_eq!(reading(typed, meant), expected, "{typed} → {meant}");
        }
    }

    proptest! {
        #[test]
        fn one_edit_is_symmetric_and_right(a in "[abc]{0,5}", b in "[abc]{0,5}") {
            let near = is_one_edit(a.as_bytes(), b.as_bytes());
            prop_assert_eq!(near, is_one_edit(b.as_bytes(), a.as_bytes()));
            prop_assert_eq!(near, distance(a.as_bytes(), b.as_bytes()) <= 1);
        }
    }

    /// Optimal string alignment, by the textbook.
    fn distance(a: &[u8], b: &[u8]) -> usize {
        let mut table = vec![vec![0; b.len() + 1]; a.len() + 1];
        for i in 0..=a.len() {
            for j in 0..=b.len() {
                table[i][j] = if i.min(j) == 0 {
                    i.max(j)
                } else {
                    let same = usize::from(a[i - 1] != b[j - 1]);
                    let mut least = (table[i - 1][j] + 1).min(table[i][j - 1] + 1).min(table[i - 1][j - 1] + same);
                    if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                        least = least.min(table[i - 2][j - 2] + 1);
                    }
                    least
                };
            }
        }
        table[a.len()][b.len()]
    }
}
