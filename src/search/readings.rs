//! What the words of a query may stand for, and what each reading costs.

use std::ops::{ControlFlow, Range};

use crate::Result;
use crate::index::automaton::Completeness;
use crate::index::words::{Words, weight};
use crate::lexicon::{EntryKind, Expansion, Lexicon};
use crate::text::{
    Analyzer, MarkAgreement, Token, Tokens, ToneDifference, compare_marks, decode_telex, decode_vni, phonetic_key,
};

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
    /// Another phrase for the same thing, from the lexicon.
    Synonym,
    /// An abbreviation of the lexicon.
    Abbreviation,
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
    /// Every reading, cheapest first.
    pub const ALL: &[Self] = &[
        Self::Exact,
        Self::MarksMissing,
        Self::Telex,
        Self::Vni,
        Self::Synonym,
        Self::Abbreviation,
        Self::Prefix,
        Self::OtherMarks,
        Self::SoundsAlike,
        Self::Typo,
    ];

    /// A stable name: `exact`, `marks-missing`, `telex`, `vni`, `synonym`, `abbreviation`, `prefix`, `other-marks`, `sounds-alike` or `typo`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Exact => "exact",
            Self::MarksMissing => "marks-missing",
            Self::Telex => "telex",
            Self::Vni => "vni",
            Self::Synonym => "synonym",
            Self::Abbreviation => "abbreviation",
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
    /// Marks that were not typed, in a query typed without any …
    pub(crate) const MARKS_MISSING: u8 = 2;
    /// … and in a query of which other words have marks: then a bare word is rather meant as it stands.
    pub(crate) const MARKS_MISSING_HERE: u8 = 14;
    /// A single letter stands for itself more often than for a word that it begins.
    pub(crate) const PREFIX_OF_ONE: u8 = 30;
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
    /// Points off the score of what was found by a synonym, and by an abbreviation: the more, the rarer its reading.
    pub(crate) const SYNONYM_PENALTY: f32 = 25.0;
    pub(crate) const ABBREVIATION_PENALTY: f32 = 30.0;
    /// One letter wrong, missing, added or exchanged with its neighbour.
    pub(crate) const TYPO: u8 = 42;
}

/// Shorter words are too close to too many others for a typing error to be guessed.
const SHORTEST_TYPO: usize = 3;
/// A shorter beginning of a word, not being the last word, is no help.
const SHORTEST_PREFIX: usize = 2;
/// More words than any order form line; the rest of a longer query is not read.
const MOST_WORDS: usize = 40;
/// Ways to read a query: the typed one and so many less one by the lexicon.
const MOST_VARIANTS: usize = 8;
/// Letters that a word which was begun lacks, before its length is known.
const PREFIX_LETTERS_GUESSED: usize = 2;
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
    /// Some word of the query was typed with marks.
    among_marked: bool,
    /// Forms of the language being searched, cheapest first.
    pub(super) forms: Vec<(u32, u8)>,
    /// How much it counts in the language being searched: the rarer the word, the more.
    pub(super) weight: f32,
    /// Whether typing errors are considered.
    pub(super) typos: bool,
    /// Whether the word stands for anything, typing errors aside, in some language.
    found: bool,
    /// The word is an abbreviation in the lexicon: then it is hardly the beginning of a word, or a misspelt one.
    abbreviation: bool,
    /// Set if the lexicon put this word in place of what was typed.
    pub(super) expanded: Option<Reading>,
    /// Readings that are not wanted.
    without: Vec<Reading>,
}

/// One way to read a query: the words typed, or some of them replaced by what the lexicon says they mean.
#[derive(Debug, Default)]
pub(super) struct Variant {
    words: Vec<Word>,
    count: usize,
    /// Taken off the score of what is found by this variant.
    pub(super) penalty: f32,
    /// What was put in place of what was typed.
    pub(super) meaning: Option<String>,
}

/// The ways to read a query.
#[derive(Debug, Default)]
pub(super) struct Query {
    analyzer: Analyzer,
    meaning: Analyzer,
    reader: Analyzer,
    variants: Vec<Variant>,
    count: usize,
    complete: bool,
}

impl Query {
    /// Reads a query word by word, and with the lexicon.
    pub(super) fn read(&mut self, text: &str, lexicon: &Lexicon, without: &[Reading]) {
        self.variants.resize_with(self.variants.len().max(MOST_VARIANTS), Variant::default);
        let Self { analyzer, meaning, reader, variants, count, complete } = self;
        let tokens = analyzer.analyze(text);
        *complete = tokens.len() <= MOST_WORDS;
        let Some((typed, variants)) = variants.split_first_mut() else { return };
        typed.start(0.0, None);
        typed.push_tokens(text, tokens, 0..tokens.len(), meaning);
        typed.leave_out(without);
        *count = 1;
        // The lexicon knows words, not keystrokes: it is asked for what was typed, and for what that decodes to.
        let mut expansions = lexicon.expansions(text, tokens);
        if typed.words().iter().any(|word| word.decoded().is_some()) {
            let mut decoded = String::new();
            for word in typed.words() {
                decoded.push_str(word.decoded().unwrap_or_else(|| text.get(word.range.clone()).unwrap_or_default()));
                decoded.push(' ');
            }
            for further in lexicon.expansions(decoded.trim_end(), reader.analyze(&decoded)) {
                if !expansions.contains(&further) {
                    expansions.push(further);
                }
            }
        }
        expansions.retain(|expansion| {
            let reading = match expansion.kind {
                EntryKind::Synonym => Reading::Synonym,
                EntryKind::Abbreviation => Reading::Abbreviation,
            };
            !without.contains(&reading)
        });
        for expansion in expansions.iter().filter(|expansion| expansion.kind == EntryKind::Abbreviation) {
            let words = typed.words_mut().iter_mut().skip(expansion.words.start).take(expansion.words.len());
            words.for_each(|word| word.abbreviation = true);
        }
        for (expansion, variant) in expansions.into_iter().zip(variants) {
            let (reading, penalty) = match expansion.kind {
                EntryKind::Synonym => (Reading::Synonym, cost::SYNONYM_PENALTY),
                EntryKind::Abbreviation => {
                    (Reading::Abbreviation, cost::ABBREVIATION_PENALTY * f32::from(expansion.rarity))
                }
            };
            variant.start(penalty, Some(expansion.meaning.to_owned()));
            variant.push_tokens(text, tokens, 0..expansion.words.start, meaning);
            variant.push_meaning(text, tokens, &expansion, reading, meaning);
            variant.push_tokens(text, tokens, expansion.words.end..tokens.len(), meaning);
            variant.leave_out(without);
            *count += 1;
        }
    }

    pub(super) fn variants(&self) -> &[Variant] {
        self.variants.get(..self.count).unwrap_or_default()
    }

    pub(super) fn variants_mut(&mut self) -> &mut [Variant] {
        self.variants.get_mut(..self.count).unwrap_or_default()
    }

    /// True if some word that was typed stands for nothing in any language searched so far.
    pub(super) fn has_strange_word(&self) -> bool {
        self.variants().first().is_some_and(|typed| typed.words().iter().any(|word| !word.found))
    }

    /// False if the query was too long to be read whole.
    pub(super) fn is_whole(&self) -> bool {
        self.complete
    }
}

impl Variant {
    pub(super) fn words(&self) -> &[Word] {
        self.words.get(..self.count).unwrap_or_default()
    }

    pub(super) fn words_mut(&mut self) -> &mut [Word] {
        self.words.get_mut(..self.count).unwrap_or_default()
    }

    fn leave_out(&mut self, without: &[Reading]) {
        self.words_mut().iter_mut().for_each(|word| word.leave_out(without));
    }

    fn start(&mut self, penalty: f32, meaning: Option<String>) {
        self.count = 0;
        self.penalty = penalty;
        self.meaning = meaning;
    }

    /// The next word, its memory reused; `None` if the variant is full.
    fn next_word(&mut self) -> Option<&mut Word> {
        if self.count >= MOST_WORDS {
            return None;
        }
        self.count += 1;
        self.words.resize_with(self.words.len().max(self.count), Word::default);
        self.words.get_mut(self.count - 1)
    }

    fn push_tokens(&mut self, text: &str, tokens: Tokens<'_>, which: Range<usize>, decoder: &mut Analyzer) {
        let among_marked = tokens.iter().any(|token| token.accented() != token.folded());
        for (position, token) in tokens.iter().enumerate().skip(which.start).take(which.len()) {
            let Some(word) = self.next_word() else { return };
            word.set(token, token.range());
            word.among_marked = among_marked;
            // A trailing separator says that the last word is finished.
            word.is_last = position + 1 == tokens.len() && text.get(word.range.end..).is_none_or(str::is_empty);
            word.decode(decoder);
        }
    }

    /// Puts a meaning in place of the words that it explains. Its words are whole, and typed by nobody.
    fn push_meaning(
        &mut self,
        text: &str,
        tokens: Tokens<'_>,
        expansion: &Expansion<'_>,
        reading: Reading,
        analyzer: &mut Analyzer,
    ) {
        let start = tokens.get(expansion.words.start).map_or(0, |token| token.range().start);
        let end = expansion.words.end.checked_sub(1).and_then(|last| tokens.get(last));
        let range = start..end.map_or(text.len(), |token| token.range().end);
        for token in analyzer.analyze(expansion.meaning).iter() {
            let Some(word) = self.next_word() else { return };
            word.set(token, range.clone());
            word.is_last = false;
            word.among_marked = false;
            word.expanded = Some(reading);
        }
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
fn marks(typed: &str, accented: &str, among_marked: bool) -> (Reading, u8) {
    match compare_marks(typed, accented) {
        MarkAgreement::Exact => (Reading::Exact, 0),
        MarkAgreement::Missing { .. } if among_marked => (Reading::MarksMissing, cost::MARKS_MISSING_HERE),
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
    fn set(&mut self, token: Token<'_>, range: Range<usize>) {
        for (slot, text) in [(&mut self.folded, token.folded()), (&mut self.accented, token.accented())] {
            slot.clear();
            slot.push_str(text);
        }
        self.phonetic.clear();
        phonetic_key(&self.folded, &mut self.phonetic);
        self.range = range;
        self.telex = None;
        self.vni = None;
        self.expanded = None;
        self.typos = false;
        self.found = false;
        self.abbreviation = false;
    }

    /// What its keystrokes spell, if they can be keystrokes.
    fn decoded(&self) -> Option<&str> {
        self.telex.as_ref().or(self.vni.as_ref()).map(|decoded| decoded.accented.as_str())
    }

    fn decode(&mut self, analyzer: &mut Analyzer) {
        let mut decoded = String::new();
        if decode_telex(&self.accented, &mut decoded) {
            self.telex = Some(Decoded::new(analyzer, &decoded));
        }
        if decode_vni(&self.accented, &mut decoded) {
            self.vni = Some(Decoded::new(analyzer, &decoded));
        }
    }

    fn leave_out(&mut self, without: &[Reading]) {
        self.without.clear();
        self.without.extend_from_slice(without);
        self.telex.take_if(|_| without.contains(&Reading::Telex));
        self.vni.take_if(|_| without.contains(&Reading::Vni));
    }

    fn may_be(&self, reading: Reading) -> bool {
        !self.without.contains(&reading)
    }

    /// How this word reads as a word of a term; `None` if in no way. `phonetic` is the term word's key.
    pub(super) fn read_as(&self, folded: &str, accented: &str, phonetic: &str) -> Option<(Reading, u8)> {
        let cheaper = |a: Option<(Reading, u8)>, b: (Reading, u8)| a.filter(|a| a.1 <= b.1).or(Some(b));
        let mut best = None;
        if folded == self.folded {
            best =
                Some(marks(&self.accented, accented, self.among_marked)).filter(|(reading, _)| self.may_be(*reading));
        } else if let Some(rest) = folded.strip_prefix(self.folded.as_str()).filter(|_| self.may_be(Reading::Prefix)) {
            let marks = marks_of_prefix(&self.accented, &self.folded, accented);
            best = Some((Reading::Prefix, self.prefix_cost(rest.len()) + marks));
        }
        for (decoded, reading) in [(&self.telex, Reading::Telex), (&self.vni, Reading::Vni)] {
            if let Some(decoded) = decoded
                && decoded.folded == folded
            {
                best = cheaper(best, (reading, cost::KEYSTROKES + marks(&decoded.accented, accented, false).1));
            }
        }
        if self.abbreviation {
            return best;
        }
        // A word with the same letters sounds alike too; where that reading is left out, it stays so.
        let sounds_alike = !phonetic.is_empty() && phonetic == self.phonetic && self.may_be(Reading::SoundsAlike);
        if sounds_alike && (folded != self.folded || best.is_some()) {
            best = cheaper(best, (Reading::SoundsAlike, cost::SOUNDS_ALIKE));
        } else if best.is_none() && self.typos && is_one_edit(self.folded.as_bytes(), folded.as_bytes()) {
            best = Some((Reading::Typo, cost::TYPO));
        }
        // What the lexicon says is meant must be there as a word.
        best.filter(|(_, cost)| self.expanded.is_none() || *cost <= cost::MARKS_MISSING)
    }

    fn prefix_cost(&self, letters: usize) -> u8 {
        let base = match self.is_last {
            _ if self.folded.len() == 1 || self.abbreviation => cost::PREFIX_OF_ONE,
            true => cost::PREFIX_LAST,
            false => cost::PREFIX,
        };
        let letters = u8::try_from(letters).unwrap_or(u8::MAX).saturating_mul(cost::PREFIX_LETTER);
        base + letters.min(cost::PREFIX_LETTERS_MOST)
    }

    /// Finds the forms of a language that the word may stand for, without typing errors, and its weight.
    pub(super) fn find_forms(&mut self, words: &Words<'_>, work: &mut u32) -> Result<()> {
        self.forms.clear();
        let mut frequency = 0;
        let (typed, folded, among_marked) = (self.accented.clone(), self.folded.clone(), self.among_marked);
        if let Some(rank) = words.automaton().get(folded.as_bytes())? {
            let cost = |accented: Option<&str>| marks(&typed, accented.unwrap_or(&folded), among_marked).1;
            frequency = self.add_word(words, rank, work, cost)?;
        }
        if self.expanded.is_some() {
            self.forms.retain(|(_, cost)| *cost <= cost::MARKS_MISSING);
            self.weight = weight(words.terms, frequency);
            self.sort_forms();
            return Ok(());
        }
        if folded.len() >= SHORTEST_PREFIX && self.may_be(Reading::Prefix) {
            let base = self.prefix_cost(PREFIX_LETTERS_GUESSED);
            let ranks = words.automaton().prefix_range(folded.as_bytes())?;
            for rank in ranks.start + u64::from(frequency > 0)..ranks.end {
                if *work == 0 {
                    break;
                }
                let agrees =
                    |accented: Option<&str>| base + marks_of_prefix(&typed, &folded, accented.unwrap_or(&folded));
                self.add_word(words, rank, work, agrees)?;
            }
        }
        for decoded in [self.telex.clone(), self.vni.clone()].into_iter().flatten() {
            if let Some(rank) = words.automaton().get(decoded.folded.as_bytes())? {
                let cost = |accented: Option<&str>| {
                    cost::KEYSTROKES + marks(&decoded.accented, accented.unwrap_or(&decoded.folded), false).1
                };
                frequency = frequency.max(self.add_word(words, rank, work, cost)?);
            }
        }
        if !self.phonetic.is_empty() && !self.abbreviation && self.may_be(Reading::SoundsAlike) {
            for rank in words.sounding_like(&self.phonetic)? {
                if *work == 0 {
                    break;
                }
                self.add_word(words, rank.into(), work, |_| cost::SOUNDS_ALIKE)?;
            }
        }
        self.sort_forms();
        self.found |= !self.forms.is_empty();
        self.weight = weight(words.terms, frequency);
        Ok(())
    }

    /// Adds the words one typing error away. False if there were too many to look at.
    pub(super) fn find_typos(&mut self, words: &Words<'_>, work: &mut u32) -> Result<bool> {
        let letters = self.folded.chars().count();
        if self.expanded.is_some()
            || self.abbreviation
            || letters < SHORTEST_TYPO
            || !self.may_be(Reading::Typo)
            || self.folded.bytes().any(|byte| byte.is_ascii_digit())
        {
            return Ok(true);
        }
        self.typos = true;
        let mut ranks = Vec::new();
        let mut steps = TYPO_STEPS;
        let complete =
            words.automaton().visit_within_one_edit(&self.folded, false, &mut steps, &mut |_, rank, _| {
                ranks.push(rank);
                ControlFlow::Continue(())
            })?;
        for rank in ranks {
            self.add_word(words, rank, work, |_| cost::TYPO)?;
        }
        self.sort_forms();
        Ok(complete == Completeness::Complete)
    }

    /// Adds a word's forms, each at the cost of its accented text (`None` where that is the folded word);
    /// returns in how many terms they stand together. Each form costs a unit of work; without any left, none is added.
    fn add_word(
        &mut self,
        words: &Words<'_>,
        rank: u64,
        work: &mut u32,
        cost: impl Fn(Option<&str>) -> u8,
    ) -> Result<u32> {
        let mut frequency = 0_u32;
        for form in words.forms_of(rank)? {
            let Some(left) = work.checked_sub(1) else { break };
            *work = left;
            self.forms.push((form, cost(words.form_text(form)?)));
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

/// What it costs that the marks of a word that was begun are not those of the word meant. Tones do not
/// count: they are often typed last.
fn marks_of_prefix(typed: &str, folded: &str, accented: &str) -> u8 {
    let typed = typed.trim_end_matches(is_tone);
    if typed == folded || accented.starts_with(typed) { 0 } else { cost::OTHER_LETTER }
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
        ([x, after_x @ ..], [y, after_y @ ..]) => {
            let exchanged = || matches!((after_x, after_y), ([p, a @ ..], [q, b @ ..]) if x == q && p == y && a == b);
            after_x == after_y || a == after_y || after_x == b || exchanged()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn word(text: &str) -> Word {
        let mut query = Query::default();
        query.read(text, &Lexicon::empty(), &[]);
        let mut word = query.variants.remove(0).words.remove(0);
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
