//! The indexed words that a word of the query may stand for, and what each reading costs.

use std::ops::{ControlFlow, Range};

use super::Reading;
use super::costs::cost;
use super::options::SearchOptions;
use super::query::Word;
use crate::Result;
use crate::index::automaton::Completeness;
use crate::index::words::{Words, weight};
use crate::text::{MarkAgreement, ToneDifference, compare_marks, split_tones};

/// Shorter words are too close to too many others for a typing error to be guessed.
const SHORTEST_TYPO: usize = 3;
/// Longer words are not looked up in another spelling.
const LONGEST_SPELT: usize = 24;
/// A shorter beginning of a word is no help.
const SHORTEST_PREFIX: usize = 2;
/// Steps through the automaton that one word's typing errors, or the words that it begins, may cost.
const MOST_STEPS: u32 = 4000;

/// What words such as *disease* and *of* weigh, and words that stand in the query a second time, as a share.
const LIGHT: f32 = 0.6;
const REPEATED: f32 = 0.5;
/// The same of words for the course of an illness.
const COURSE: f32 = 0.4;

/// A last word of one or two letters is rather the beginning of a longer one: it weighs no more than a word that stands
/// in one of so many terms, and the rest of the query decides until it is typed.
const BEGUN_BY_ONE: u32 = 20;
const BEGUN_BY_TWO: u32 = 60;

/// The ways to write small numbers: in digits, in Roman digits, in words.
const NUMERALS: [[&str; 3]; 10] = [
    ["1", "i", ""],
    ["2", "ii", "hai"],
    ["3", "iii", "ba"],
    ["4", "iv", "bôn\u{301}"],
    ["5", "v", ""],
    ["6", "vi", ""],
    ["7", "vii", ""],
    ["8", "viii", ""],
    ["9", "ix", ""],
    ["10", "x", ""],
];

/// A form of a language that a word may stand for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Form {
    pub(super) form: u32,
    pub(super) cost: u8,
    pub(super) reading: Reading,
}

/// How far to look for what a word may stand for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Effort {
    /// The word is taken as it was typed; one that no language has, as all but a typing error.
    AsTyped,
    /// Everything.
    Guess,
}

/// What finding forms works with.
pub(super) struct Finder<'f> {
    pub(super) words: &'f Words<'f>,
    pub(super) options: &'f SearchOptions,
    pub(super) effort: Effort,
    /// What is left of the work limit.
    pub(super) work: &'f mut u32,
    /// Words of the automaton, and how many letters they go on.
    pub(super) ranks: &'f mut Vec<(u64, usize)>,
}

impl Finder<'_> {
    /// Finds the forms of a word and its weight. False if there were too many to look at.
    pub(super) fn find(&mut self, word: &mut Word) -> Result<bool> {
        let mut forms = std::mem::take(&mut word.forms);
        forms.clear();
        let frequency = self.collect(word, &mut forms);
        word.begun = if word.is_last && word.folded.len() == 1 { self.begun(&word.folded)? } else { 0..0 };
        let (frequency, complete) = match frequency {
            Ok(found) => found,
            Err(error) => {
                word.forms = forms;
                return Err(error);
            }
        };
        // Cheapest first, each form once.
        forms.sort_unstable_by_key(|form| (form.form, form.cost, form.reading));
        forms.dedup_by_key(|form| form.form);
        if word.expanded.is_some() {
            // What the lexicon says is meant must be there as a word.
            forms.retain(|form| form.cost <= cost::MARKS_MISSING);
        }
        forms.sort_unstable_by_key(|form| (form.cost, form.form));
        word.found |= !forms.is_empty();
        word.forms = forms;
        word.full_weight = weight(self.words.terms, frequency);
        word.weight = word.full_weight;
        if word.role.is_light() {
            word.weight *= LIGHT;
        }
        if word.course {
            word.weight *= COURSE;
        }
        if word.is_last {
            let most = match word.folded.len() {
                1 => weight(self.words.terms, self.words.terms / BEGUN_BY_ONE),
                2 => weight(self.words.terms, self.words.terms / BEGUN_BY_TWO),
                _ => f32::INFINITY,
            };
            word.weight = word.weight.min(most);
        }
        if word.repeated {
            word.weight *= REPEATED;
        }
        Ok(complete)
    }

    /// Adds the forms; returns in how many terms those stand that the word is rather than resembles.
    fn collect(&mut self, word: &Word, forms: &mut Vec<Form>) -> Result<(u32, bool)> {
        let automaton = self.words.automaton();
        let mut frequency = 0;
        if let Some(rank) = automaton.get(word.folded.as_bytes())? {
            frequency = self.add(rank, forms, |accented| {
                marks(&word.accented, accented.unwrap_or(&word.folded), word.among_marked)
            })?;
        }
        if word.expanded.is_some() {
            return Ok((frequency, true));
        }
        for (decoded, reading) in word.decodings() {
            if let Some(rank) = automaton.get(decoded.folded.as_bytes())? {
                let spelled = self.add(rank, forms, |accented| {
                    let (_, cost) = marks(&decoded.accented, accented.unwrap_or(&decoded.folded), false);
                    (reading, cost::KEYSTROKES + cost)
                })?;
                frequency = frequency.max(spelled);
            }
        }
        if self.options.allows(Reading::Spelling) && word.folded.is_ascii() {
            self.add_spelt(word, forms)?;
            self.add_numeral(word, forms)?;
        }
        let guess = self.effort == Effort::Guess || !word.known;
        let mut complete = true;
        if word.is_last || guess {
            complete &= self.add_begun(word, forms)?;
        }
        if guess && !word.abbreviation && self.options.allows(Reading::SoundsAlike) && !word.phonetic.is_empty() {
            let surcharge = surcharge(word);
            let sounds_alike = |_: Option<&str>| (Reading::SoundsAlike, cost::SOUNDS_ALIKE + surcharge);
            for rank in self.words.sounding_like(&word.phonetic)? {
                if *self.work == 0 {
                    break;
                }
                self.add(rank.into(), forms, sounds_alike)?;
            }
            // The index leaves out keys that are the only word they stand for.
            if let Some(rank) = automaton.get(word.phonetic.as_bytes())? {
                self.add(rank, forms, sounds_alike)?;
            }
        }
        if self.effort == Effort::Guess {
            complete &= self.add_misspelt(word, forms)?;
        }
        Ok((frequency, complete))
    }

    /// Adds the word with i for y, or y for i: people and lists differ in it.
    fn add_spelt(&mut self, word: &Word, forms: &mut Vec<Form>) -> Result<()> {
        let mut letters = [0_u8; LONGEST_SPELT];
        let Some(folded) = letters.get_mut(..word.folded.len()) else { return Ok(()) };
        for (at, (slot, letter)) in folded.iter_mut().zip(word.folded.bytes()).enumerate() {
            let after_vowel = at
                .checked_sub(1)
                .and_then(|before| word.folded.as_bytes().get(before))
                .is_some_and(|before| b"aeou".contains(before));
            *slot = match letter {
                b'i' if !after_vowel => b'y',
                b'y' if !after_vowel => b'i',
                other => other,
            };
        }
        if folded == word.folded.as_bytes() {
            return Ok(());
        }
        let Some(rank) = self.words.automaton().get(folded)? else { return Ok(()) };
        self.add(rank, forms, |accented| {
            let accented = accented.unwrap_or(std::str::from_utf8(folded).unwrap_or_default());
            let (_, cost) = marks(&as_i(&word.accented), &as_i(accented), word.among_marked);
            (Reading::Spelling, cost::SPELLING + cost)
        })?;
        Ok(())
    }

    /// Adds a small number as it is written otherwise.
    fn add_numeral(&mut self, word: &Word, forms: &mut Vec<Form>) -> Result<()> {
        let same = NUMERALS.iter().find(|same| same.contains(&word.accented.as_str()));
        for numeral in same.into_iter().flatten().filter(|numeral| **numeral != word.accented) {
            let folded = split_tones(numeral).0.replace('ô', "o");
            if let Some(form) = self.words.form(&folded, numeral)? {
                forms.push(Form { form, cost: cost::SPELLING, reading: Reading::Spelling });
            }
        }
        Ok(())
    }

    /// The forms of all words that a letter begins.
    fn begun(&self, letter: &str) -> Result<Range<u32>> {
        let ranks = self.words.automaton().prefix_range(letter.as_bytes())?;
        let Some(last) = ranks.end.checked_sub(1).filter(|last| *last >= ranks.start) else { return Ok(0..0) };
        Ok(self.words.forms_of(ranks.start)?.start..self.words.forms_of(last)?.end)
    }

    /// Adds the words that the word begins.
    fn add_begun(&mut self, word: &Word, forms: &mut Vec<Form>) -> Result<bool> {
        if word.folded.len() < SHORTEST_PREFIX || !self.options.allows(Reading::Prefix) {
            return Ok(true);
        }
        let mut ranks = std::mem::take(self.ranks);
        ranks.clear();
        let typed = word.folded.len();
        let mut steps = MOST_STEPS;
        let complete = self.words.automaton().visit_prefix(word.folded.as_bytes(), &mut steps, &mut |key, rank| {
            if key.len() > typed {
                ranks.push((rank, key.len() - typed));
            }
            ControlFlow::Continue(())
        })?;
        for &(rank, letters) in &ranks {
            if *self.work == 0 {
                break;
            }
            let base = prefix_cost(word, letters);
            self.add(rank, forms, |accented| {
                let marks = accented.map_or(0, |accented| marks_of_prefix(&word.accented, &word.folded, accented));
                (Reading::Prefix, base + marks)
            })?;
        }
        *self.ranks = ranks;
        Ok(complete == Completeness::Complete)
    }

    /// Adds the words one typing error away.
    fn add_misspelt(&mut self, word: &Word, forms: &mut Vec<Form>) -> Result<bool> {
        let too_short = word.folded.chars().count() < SHORTEST_TYPO;
        let has_digit = word.folded.bytes().any(|byte| byte.is_ascii_digit());
        if word.abbreviation || too_short || has_digit || !self.options.allows(Reading::Typo) {
            return Ok(true);
        }
        let mut ranks = std::mem::take(self.ranks);
        ranks.clear();
        let mut steps = MOST_STEPS;
        let complete =
            self.words.automaton().visit_within_one_edit(&word.folded, false, &mut steps, &mut |_, rank, _| {
                ranks.push((rank, 0));
                ControlFlow::Continue(())
            })?;
        for &(rank, _) in &ranks {
            self.add(rank, forms, |_| (Reading::Typo, cost::TYPO + surcharge(word)))?;
        }
        *self.ranks = ranks;
        Ok(complete == Completeness::Complete)
    }

    /// Adds a word's forms, each as its accented text is read (`None` where that is the folded word); returns in
    /// how many terms they stand together. Each form costs a unit of work; without any left, none is added.
    fn add(&mut self, rank: u64, forms: &mut Vec<Form>, read: impl Fn(Option<&str>) -> (Reading, u8)) -> Result<u32> {
        let mut frequency = 0_u32;
        for form in self.words.forms_of(rank)? {
            let Some(left) = self.work.checked_sub(1) else { break };
            *self.work = left;
            let (reading, cost) = read(self.words.form_text(form)?);
            frequency = frequency.saturating_add(self.words.frequency(form)?);
            if self.options.allows(reading) {
                forms.push(Form { form, cost, reading });
            }
        }
        Ok(frequency)
    }
}

/// A text with i for every y.
fn as_i(text: &str) -> String {
    text.replace('y', "i")
}

/// A word as typed that is one, too, is hardly another one misspelt.
fn surcharge(word: &Word) -> u8 {
    if word.known { cost::GUESSED_KNOWN } else { 0 }
}

/// True if a language has a word that the marks which were typed do not contradict.
pub(super) fn is_word(words: &Words<'_>, word: &Word) -> Result<bool> {
    let Some(rank) = words.automaton().get(word.folded.as_bytes())? else { return Ok(false) };
    for form in words.forms_of(rank)? {
        let accented = words.form_text(form)?.unwrap_or(&word.folded);
        if !matches!(compare_marks(&word.accented, accented), MarkAgreement::Contradicts { .. }) {
            return Ok(true);
        }
    }
    Ok(false)
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

fn prefix_cost(word: &Word, letters: usize) -> u8 {
    let base = match word.is_last {
        _ if word.folded.len() == 1 || word.abbreviation => cost::PREFIX_OF_ONE,
        true => cost::PREFIX_LAST,
        false => cost::PREFIX,
    };
    let letters = u8::try_from(letters).unwrap_or(u8::MAX).saturating_mul(cost::PREFIX_LETTER);
    base + letters.min(cost::PREFIX_LETTERS_MOST)
}

/// What it costs that the marks of a word that was begun are not those of the word meant. Tones do not
/// count: they are often typed last.
fn marks_of_prefix(typed: &str, folded: &str, accented: &str) -> u8 {
    let (typed, _) = split_tones(typed);
    if typed == folded || accented.starts_with(typed) { 0 } else { cost::OTHER_LETTER }
}
