//! A query as words, and the ways to read it: as typed, and with what the lexicon says parts of it mean.

use std::ops::Range;

use super::Reading;
use super::costs::penalty;
use super::forms::Form;
use super::options::SearchOptions;
use super::rewritten::with_signs_spelled;
use crate::lexicon::{EntryKind, Expansion, Lexicon, RoleWord, may_be_qualifier, tell_course};
use crate::text::{Analyzer, Token, decode_legacy, decode_telex, decode_vni, phonetic_key, split_tones};

/// More words than any order form line; the rest of a longer query is not read.
pub(super) const MOST_WORDS: usize = 40;
/// Ways to read a query: the typed one and so many less one by the lexicon.
const MOST_VARIANTS: usize = 10;
/// What the words of a long meaning weigh at least, as a share of what they would weigh if they had been typed.
const LEAST_BALANCE: f32 = 0.25;
/// Of those, phrases that a query has almost.
const MOST_NEAR: usize = 3;
/// So many words are taken for misspelt.
const MOST_MISSPELT: usize = 8;
/// Shorter words may be any other.
const SHORTEST_MISSPELT: usize = 2;
/// Of those, the encodings that a query may be in.
const MOST_ENCODINGS: usize = 2;

/// What keystrokes of an input method spell.
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
    pub(super) is_last: bool,
    /// Some word of the query was typed with marks.
    pub(super) among_marked: bool,
    /// The word is an abbreviation in the lexicon: then it is hardly the beginning of a word, or a misspelt one.
    pub(super) abbreviation: bool,
    /// It may be meant to bind or turn the meaning.
    pub(super) qualifier: bool,
    pub(super) role: RoleWord,
    /// The query has the same word before.
    pub(super) repeated: bool,
    /// It tells of the course of an illness.
    pub(super) course: bool,
    /// Set if the lexicon put this word in place of what was typed.
    pub(super) expanded: Option<Reading>,
    /// Of such a word: which words it helps to replace, by position, and the first word of the meaning.
    replaces: Range<usize>,
    meaning: usize,
    /// Set if this word was made from what was typed by reading it in another encoding.
    pub(super) by: Option<Reading>,
    /// Some language has a word of these letters.
    pub(super) known: bool,
    /// It stands for something, typing errors aside, in some language.
    pub(super) found: bool,
    /// Forms of the language being searched, cheapest first.
    pub(super) forms: Vec<Form>,
    /// How much it counts in the language being searched: the rarer the word, the more; and less if it says little.
    pub(super) weight: f32,
    /// How much it counts in the terms of the language.
    pub(super) full_weight: f32,
    /// For a single letter: the forms that it may be the beginning of.
    pub(super) begun: Range<u32>,
}

impl Word {
    /// What its keystrokes may spell.
    pub(super) fn decodings(&self) -> impl Iterator<Item = (&Decoded, Reading)> {
        let telex = self.telex.iter().map(|decoded| (decoded, Reading::Telex));
        telex.chain(self.vni.iter().map(|decoded| (decoded, Reading::Vni)))
    }

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
        self.is_last = false;
        self.among_marked = false;
        self.abbreviation = false;
        self.role = RoleWord::of(&self.accented);
        self.repeated = false;
        self.course = false;
        self.qualifier = may_be_qualifier(&self.accented, &self.folded);
        self.expanded = None;
        self.by = None;
        self.known = false;
        self.found = false;
    }

    fn decode(&mut self, analyzer: &mut Analyzer, options: &SearchOptions) {
        let mut decoded = String::new();
        if options.allows(Reading::Telex) && decode_telex(&self.accented, &mut decoded) {
            self.telex = Some(Decoded::new(analyzer, &decoded));
        }
        if options.allows(Reading::Vni) && decode_vni(&self.accented, &mut decoded) {
            self.vni = Some(Decoded::new(analyzer, &decoded));
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

/// One way to read a query: the words typed, or some of them replaced by what the lexicon says they mean.
#[derive(Debug, Default)]
struct Variant {
    /// Positions in [`Query::words`].
    words: Vec<u16>,
    /// Taken off the score of what is found by this variant.
    penalty: f32,
    /// It leaves out something that was typed.
    is_guess: bool,
    /// What was put in place of what was typed; empty for the words typed.
    meaning: String,
}

impl Variant {
    /// Makes it one without words. `by` tells how the text was got from the query if it is not the query itself.
    fn start(&mut self, by: Option<Reading>) {
        self.words.clear();
        self.penalty = penalty_of(by);
        self.is_guess = false;
        self.meaning.clear();
    }
}

/// What some words of a query may mean.
#[derive(Debug, PartialEq)]
pub(super) struct Meaning<'m> {
    /// Which words, by position.
    pub(super) words: Range<usize>,
    pub(super) text: &'m str,
    pub(super) reading: Reading,
    /// Points off what is found so.
    pub(super) penalty: f32,
}

impl<'m> Meaning<'m> {
    fn of(expansion: &'m Expansion) -> Self {
        let penalty = match expansion.kind {
            EntryKind::Synonym => penalty::SYNONYM,
            EntryKind::Abbreviation => penalty::ABBREVIATION * f32::from(expansion.rarity),
        };
        let reading = reading_of(expansion.kind);
        Self { words: expansion.words.clone(), text: &expansion.meaning, reading, penalty }
    }
}

/// The ways to read a query.
#[derive(Debug, Default)]
pub(super) struct Query {
    analyzer: Analyzer,
    meaning: Analyzer,
    reader: Analyzer,
    /// The words typed, then the words of meanings; those of the query before keep their memory behind them.
    words: Vec<Word>,
    word_count: usize,
    /// How many of them were typed.
    typed: usize,
    variants: Vec<Variant>,
    variant_count: usize,
    /// How many words and variants there are that do not depend on a system.
    own: (usize, usize),
    complete: bool,
    /// A phrase that the lexicon is asked for.
    key: String,
}

impl Query {
    /// Reads a query word by word, in the encodings that it may be in, and with the lexicon.
    pub(super) fn read(&mut self, text: &str, options: &SearchOptions, lexicon: &Lexicon) {
        self.word_count = 0;
        self.variant_count = 0;
        self.complete = true;
        self.read_text(text, None, options, lexicon, |range| range);
        self.typed = self.variants.first().map_or(0, |typed| typed.words.len());
        if options.allows(Reading::Spelling)
            && let Some(rewritten) = with_signs_spelled(text)
        {
            let original = |part| rewritten.original(part);
            self.read_text(&rewritten.text, Some(Reading::Spelling), options, lexicon, original);
            // The sign may carry the meaning: what is found without it is a guess.
            if let Some(typed) = self.variants.first_mut() {
                typed.penalty = penalty::WITHOUT_SIGN;
                typed.is_guess = true;
            }
        }
        if options.allows(Reading::Encoding) && !text.is_ascii() | text.contains(may_be_sign) {
            for reading in decode_legacy(text).iter().take(MOST_ENCODINGS) {
                let original = |range| reading.original_range(range);
                self.read_text(reading.text(), Some(Reading::Encoding), options, lexicon, original);
            }
        }
        self.own = (self.word_count, self.variant_count);
    }

    /// Adds the query with other spaces, and what the lexicon makes of it.
    pub(super) fn read_rewritten(
        &mut self,
        text: &str,
        options: &SearchOptions,
        lexicon: &Lexicon,
        original: impl Fn(Range<usize>) -> Range<usize>,
    ) {
        self.read_text(text, Some(Reading::Spacing), options, lexicon, original);
    }

    /// Forgets what was added for one system.
    pub(super) fn forget_added(&mut self) {
        (self.word_count, self.variant_count) = self.own;
    }

    /// Adds a text and what the lexicon makes of it. `by` tells how the text was got from the query if it is not the
    /// query itself, and `original` from which bytes.
    fn read_text(
        &mut self,
        text: &str,
        by: Option<Reading>,
        options: &SearchOptions,
        lexicon: &Lexicon,
        original: impl Fn(Range<usize>) -> Range<usize>,
    ) {
        let base = self.word_count;
        self.push_words(text, by, options, original);
        let typed = base..self.word_count;
        let expansions = self.expansions(text, typed.clone(), options, lexicon);
        for expansion in expansions.iter().filter(|expansion| expansion.kind == EntryKind::Abbreviation) {
            let words = self.words.iter_mut().take(typed.end).skip(typed.start + expansion.words.start);
            words.take(expansion.words.len()).for_each(|word| word.abbreviation = true);
        }
        let meanings: Vec<Meaning<'_>> = expansions.iter().map(Meaning::of).collect();
        let mut usual: Vec<&Meaning<'_>> = Vec::new();
        for expansion in &meanings {
            if usual.last().is_none_or(|last| last.words.end <= expansion.words.start) {
                usual.push(expansion);
            }
        }
        if usual.len() > 1 {
            self.push_meanings(typed.clone(), by, &usual);
            // Other readings of one place, with the usual ones of all others.
            for expansion in meanings.iter().filter(|expansion| !usual.contains(expansion)) {
                let mut together = usual.clone();
                let place = together.iter_mut().find(|other| other.words == expansion.words);
                if let Some(place) = place {
                    *place = expansion;
                    self.push_meanings(typed.clone(), by, &together);
                }
            }
        }
        for meaning in &meanings {
            self.push_meanings(typed.clone(), by, &[meaning]);
        }
    }

    /// Adds the words of a text, and the variant that they are.
    fn push_words(
        &mut self,
        text: &str,
        by: Option<Reading>,
        options: &SearchOptions,
        original: impl Fn(Range<usize>) -> Range<usize>,
    ) {
        let Self { analyzer, meaning, words, word_count, .. } = self;
        let tokens = analyzer.analyze(text);
        self.complete &= tokens.len() <= MOST_WORDS;
        let among_marked = tokens.iter().any(|token| token.accented() != token.folded());
        let base = *word_count;
        for (position, token) in tokens.iter().enumerate().take(MOST_WORDS) {
            let Some(word) = next(words, word_count) else { break };
            word.set(token, original(token.range()));
            word.among_marked = among_marked;
            word.by = by;
            // A trailing separator says that the last word is finished.
            word.is_last = position + 1 == tokens.len() && text.get(token.range().end..).is_none_or(str::is_empty);
            word.decode(meaning, options);
        }
        for position in base..self.word_count {
            let (before, rest) = self.words.split_at_mut(position);
            let Some(word) = rest.first_mut() else { break };
            word.repeated = before.iter().skip(base).any(|other| other.accented == word.accented);
            if let Some(last) = before.last_mut().filter(|_| position > base)
                && tell_course((&last.accented, &last.folded), (&word.accented, &word.folded))
            {
                (last.course, word.course) = (true, true);
            }
        }
        if let Some(variant) = next(&mut self.variants, &mut self.variant_count) {
            variant.start(by);
            variant.words.extend((base..self.word_count).map(|position| position as u16));
            if by.is_some() {
                variant.meaning.push_str(text.trim());
            }
        }
    }

    /// The words that were typed.
    pub(super) fn typed(&self) -> &[Word] {
        self.words.get(..self.typed).unwrap_or_default()
    }

    /// Adds readings of the query by phrases that its last words begin.
    pub(super) fn read_begun(&mut self, lexicon: &Lexicon) {
        // One letter begins too much.
        let may_be = |word: &&Word| word.is_last && !word.abbreviation && word.folded.len() > 1;
        let Some(last) = self.typed().last().filter(may_be) else { return };
        let more = if last.known { penalty::BEGUN_BY_WORD } else { penalty::BEGUN_PHRASE };
        let mut key = std::mem::take(&mut self.key);
        let found = lexicon.completions(&self.typed_texts(), &mut key);
        self.key = key;
        self.push_near(&found, Reading::Prefix, more);
    }

    /// Adds readings of the query by phrases that it has but for a typing error in one word.
    pub(super) fn read_misspelt(&mut self, lexicon: &Lexicon) {
        let may_be = |(_, word): &(usize, &Word)| !word.abbreviation && word.folded.len() >= SHORTEST_MISSPELT;
        let may_be: Vec<(usize, bool)> =
            self.typed().iter().enumerate().filter(may_be).map(|(at, word)| (at, word.known)).collect();
        for &(misspelt, known) in may_be.iter().take(MOST_MISSPELT) {
            let mut key = std::mem::take(&mut self.key);
            let found = lexicon.respelled(&self.typed_texts(), misspelt, &mut key);
            self.key = key;
            let more = if known { penalty::MISSPELT_WORD } else { penalty::MISSPELT_PHRASE };
            self.push_near(&found, Reading::Typo, more);
        }
    }

    fn typed_texts(&self) -> Vec<(&str, &str)> {
        self.typed().iter().map(|word| (word.accented.as_str(), word.folded.as_str())).collect()
    }

    fn push_near(&mut self, found: &[Expansion], reading: Reading, more: f32) {
        for expansion in found.iter().take(MOST_NEAR) {
            let meaning = Meaning::of(expansion);
            let penalty = meaning.penalty + more;
            self.push_meanings(0..self.typed, None, &[&Meaning { reading, penalty, ..meaning }]);
        }
    }

    /// Adds the reading of one typed word by what was found out elsewhere.
    pub(super) fn add_meaning(&mut self, meaning: &Meaning<'_>) {
        self.push_meanings(0..self.typed, None, &[meaning]);
    }

    /// What the lexicon says of parts of the query. It knows words, not keystrokes: it is asked for what was typed,
    /// and for what that decodes to.
    fn expansions(
        &mut self,
        text: &str,
        typed: Range<usize>,
        options: &SearchOptions,
        lexicon: &Lexicon,
    ) -> Vec<Expansion> {
        let mut expansions = lexicon.expansions(text, self.analyzer.tokens());
        let typed = self.words.get(typed).unwrap_or_default();
        if typed.iter().any(|word| word.decodings().next().is_some()) {
            let mut decoded = String::new();
            for word in typed {
                let spelled = word.decodings().next().map(|(decoded, _)| decoded.accented.as_str());
                push_composed(spelled.unwrap_or(&word.accented), &mut decoded);
                decoded.push(' ');
            }
            for further in lexicon.expansions(decoded.trim_end(), self.reader.analyze(&decoded)) {
                if !expansions.contains(&further) {
                    expansions.push(further);
                }
            }
        }
        expansions.retain(|expansion| options.allows(reading_of(expansion.kind)));
        expansions.sort_by_key(|expansion| expansion.words.start);
        expansions
    }

    /// Adds the variant that has meanings in place of the words that they explain. Their words are whole, and
    /// typed by nobody.
    fn push_meanings(&mut self, typed: Range<usize>, by: Option<Reading>, expansions: &[&Meaning<'_>]) {
        if self.variant_count >= MOST_VARIANTS {
            return;
        }
        let Self { meaning: analyzer, words, word_count, variants, variant_count, .. } = self;
        let Some(variant) = next(variants, variant_count) else { return };
        variant.start(by);
        let mut done = typed.start;
        for expansion in expansions {
            let (start, end) = (typed.start + expansion.words.start, typed.start + expansion.words.end);
            let explained = words.get(start..end.min(typed.end)).unwrap_or_default();
            let first = explained.first().map_or(0, |word| word.range.start);
            let range = first..explained.last().map_or(first, |word| word.range.end);
            variant.words.extend((done..start).map(|position| position as u16));
            done = end;
            variant.penalty += expansion.penalty;
            if !variant.meaning.is_empty() {
                variant.meaning.push_str(" + ");
            }
            variant.meaning.push_str(expansion.text);
            let first_word = *word_count;
            for token in analyzer.analyze(expansion.text).iter() {
                if variant.words.len() >= MOST_WORDS {
                    break;
                }
                let number = *word_count as u16;
                let Some(word) = next(words, word_count) else { return };
                word.set(token, range.clone());
                word.expanded = Some(expansion.reading);
                word.replaces = start..end.min(typed.end);
                word.meaning = first_word;
                variant.words.push(number);
            }
        }
        variant.words.extend((done..typed.end).map(|position| position as u16));
        variant.words.truncate(MOST_WORDS);
    }

    /// Lets a meaning weigh about as much as the words that it replaces: however long it is, the rest of the query
    /// counts as before.
    pub(super) fn balance(&mut self) {
        let mut next = self.typed;
        while let Some(word) = self.words.get(next).filter(|_| next < self.word_count) {
            // An abbreviation is short, but says all that it stands for.
            if !matches!(word.expanded, Some(Reading::Synonym | Reading::Prefix | Reading::Typo)) {
                next += 1;
                continue;
            }
            let (first, replaced) = (word.meaning, word.replaces.clone());
            let weigh =
                |words: Option<&[Word]>| words.unwrap_or_default().iter().map(|word| word.full_weight).sum::<f32>();
            let meaning = self.words.iter().take(self.word_count).skip(next);
            let end = next + meaning.take_while(|word| word.meaning == first && word.expanded.is_some()).count();
            let (typed, meant) = (weigh(self.words.get(replaced)), weigh(self.words.get(next..end)));
            let share = (typed / meant.max(0.1)).clamp(LEAST_BALANCE, 1.0);
            for word in self.words.get_mut(next..end).unwrap_or_default() {
                word.weight *= share;
            }
            next = end;
        }
    }

    /// How many ways there are to read the query; the words typed are the first.
    pub(super) fn variant_count(&self) -> usize {
        self.variant_count
    }

    pub(super) fn variant(&self, number: usize) -> Option<Asked<'_>> {
        let variant = self.variants.get(..self.variant_count)?.get(number)?;
        Some(Asked { all: &self.words, variant })
    }

    pub(super) fn words_mut(&mut self) -> &mut [Word] {
        self.words.get_mut(..self.word_count).unwrap_or_default()
    }

    /// True if some word that was typed stands for nothing in any language searched so far.
    pub(super) fn has_strange_word(&self) -> bool {
        self.words.iter().take(self.typed).any(|word| !word.found)
    }

    /// False if the query was too long to be read whole.
    pub(super) fn is_whole(&self) -> bool {
        self.complete
    }
}

/// The words of a variant.
#[derive(Clone, Copy)]
pub(super) struct Asked<'q> {
    all: &'q [Word],
    variant: &'q Variant,
}

impl<'q> Asked<'q> {
    pub(super) fn words(&self) -> impl Iterator<Item = &'q Word> + Clone + use<'q> {
        let all = self.all;
        self.variant.words.iter().filter_map(move |position| all.get(usize::from(*position)))
    }

    pub(super) fn penalty(&self) -> f32 {
        self.variant.penalty
    }

    /// True if it leaves out something that was typed.
    pub(super) fn is_guess(&self) -> bool {
        self.variant.is_guess
    }

    /// What was put in place of what was typed; `None` for the words typed.
    pub(super) fn meaning(&self) -> Option<&'q str> {
        Some(self.variant.meaning.as_str()).filter(|meaning| !meaning.is_empty())
    }

    pub(super) fn len(&self) -> usize {
        self.variant.words.len()
    }

    pub(super) fn get(&self, position: u8) -> Option<&'q Word> {
        self.all.get(usize::from(*self.variant.words.get(usize::from(position))?))
    }

    /// The position of the next word that says something of its own.
    pub(super) fn after_light(&self, position: u8) -> Option<u8> {
        (position.saturating_add(1)..self.len() as u8)
            .find(|next| self.get(*next).is_some_and(|word| !word.role.is_light()))
    }

    /// The last word if it is a single letter that may be the beginning of any of some forms.
    pub(super) fn begun(&self) -> Option<(u8, Range<u32>)> {
        let last = self.variant.words.len().checked_sub(1)?;
        let word = self.get(last as u8).filter(|word| !word.begun.is_empty())?;
        Some((last as u8, word.begun.clone()))
    }
}

/// Appends a word in level 0 with its tones behind its last vowel: behind a consonant they would be read as part of it.
fn push_composed(word: &str, out: &mut String) {
    let (letters, tones) = split_tones(word);
    let is_vowel = |letter: &char| "aăâeêioôơuưy".contains(*letter);
    let after = letters
        .char_indices()
        .rfind(|(_, letter)| is_vowel(letter))
        .map_or(letters.len(), |(at, letter)| at + letter.len_utf8());
    let (front, back) = letters.split_at_checked(after).unwrap_or((letters, ""));
    out.push_str(front);
    out.push_str(tones);
    out.push_str(back);
}

fn penalty_of(by: Option<Reading>) -> f32 {
    match by {
        Some(Reading::Spacing | Reading::Spelling) => penalty::SPACING,
        Some(_) => penalty::ENCODING,
        None => 0.0,
    }
}

/// Punctuation that spells letters in VIQR and HTML.
fn may_be_sign(sign: char) -> bool {
    "^`~'?.&+(".contains(sign)
}

fn reading_of(kind: EntryKind) -> Reading {
    match kind {
        EntryKind::Synonym => Reading::Synonym,
        EntryKind::Abbreviation => Reading::Abbreviation,
    }
}

/// The next item of a list whose items keep their memory from query to query.
fn next<'a, T: Default>(items: &'a mut Vec<T>, count: &mut usize) -> Option<&'a mut T> {
    *count += 1;
    if items.len() < *count {
        items.push(T::default());
    }
    items.get_mut(*count - 1)
}
