//! Reading a query with a lexicon: which phrases stand in it, and which of their readings fit what was typed.

use std::ops::Range;

use super::{Entry, EntryKind, Expansion, Inner};
use crate::index::phrases::{Phrases, Reading};
use crate::text::{Analyzer, MarkAgreement, Token, Tokens, ToneDifference, compare_marks, fold};

/// A phrase that stands in a query.
struct Found<'l> {
    words: Range<usize>,
    /// Its first reading in the compiled lexicon.
    compiled: Option<u64>,
    added: &'l [Entry],
}

impl Inner {
    /// Adds the ways to read parts of a query, by the entries that were added and by `compiled`.
    ///
    /// What cannot be read, because the compiled lexicon was forged, is left out.
    pub(super) fn read(
        &self,
        compiled: Option<&Phrases<'_>>,
        text: &str,
        tokens: Tokens<'_>,
        out: &mut Vec<Expansion>,
    ) {
        let Some(undotted) = Undotted::of(text, tokens) else {
            return self.read_words(compiled, tokens, &[], out);
        };
        let before = out.len();
        let mut analyzer = Analyzer::new();
        self.read_words(compiled, analyzer.analyze(&undotted.text), &undotted.words, out);
        for expansion in out.iter_mut().skip(before) {
            expansion.words = undotted.original(&expansion.words);
        }
    }

    /// `dotted` tells of each word which words of the text it was made of; nothing of words that stood so.
    fn read_words(
        &self,
        compiled: Option<&Phrases<'_>>,
        tokens: Tokens<'_>,
        dotted: &[Range<usize>],
        out: &mut Vec<Expansion>,
    ) {
        let mut query = Query { tokens, dotted, signs: None, whole: None };
        let mut found = Vec::new();
        // Up to this word a longer phrase has been found.
        let mut covered = 0;
        for start in 0..tokens.len() {
            found.clear();
            self.find(compiled, tokens, start, &mut found);
            while let Some(phrase) = found.pop().filter(|phrase| phrase.words.end > covered) {
                let before = out.len();
                query.add_readings(compiled, &phrase, out);
                if out.len() > before {
                    covered = phrase.words.end;
                    break;
                }
            }
        }
    }

    /// Finds the phrases that begin at a word, shorter ones first.
    fn find<'l>(
        &'l self,
        compiled: Option<&Phrases<'_>>,
        tokens: Tokens<'_>,
        start: usize,
        found: &mut Vec<Found<'l>>,
    ) {
        let mut place = compiled.map(|phrases| (phrases, phrases.start()));
        let mut key = String::new();
        for end in start + 1..=tokens.len() {
            let Some(word) = tokens.get(end - 1) else { break };
            let is_first = end == start + 1;
            place = place.and_then(|(phrases, place)| {
                let place = if is_first { place } else { phrases.follow(place, b" ").ok()?? };
                Some((phrases, phrases.follow(place, word.folded().as_bytes()).ok()??))
            });
            let may_be_added = end - start <= self.longest;
            if place.is_none() && !may_be_added {
                break;
            }
            let compiled = place.and_then(|(phrases, place)| phrases.first_at(place).ok()?);
            let mut added: &[Entry] = &[];
            if may_be_added {
                push_word(&mut key, word.folded());
                added = self.added.get(&key).map(Vec::as_slice).unwrap_or_default();
            }
            if compiled.is_some() || !added.is_empty() {
                found.push(Found { words: start..end, compiled, added });
            }
        }
    }
}

/// A query, and what is found out about it when it is needed.
struct Query<'q> {
    tokens: Tokens<'q>,
    /// For each word, which words of the text it is made of.
    dotted: &'q [Range<usize>],
    /// The letters and digits in it.
    signs: Option<Signs>,
    /// Its folded words, joined by spaces.
    whole: Option<String>,
}

impl Query<'_> {
    /// Adds the readings of a phrase that fit what was typed.
    fn add_readings(&mut self, phrases: Option<&Phrases<'_>>, found: &Found<'_>, out: &mut Vec<Expansion>) {
        let before = out.len();
        if let (Some(phrases), Some(first)) = (phrases, found.compiled)
            && let Ok(readings) = phrases.readings(first)
        {
            self.add_compiled(phrases, readings, &found.words, out);
        }
        for entry in found.added {
            let is_allowed = entry.kind == EntryKind::Synonym || self.may_be_abbreviation(&found.words);
            if is_allowed && self.agrees(&found.words, Some(&entry.form)) {
                let Entry { kind, rarity, chained, .. } = *entry;
                let meaning = entry.meaning.clone();
                self.tell(Expansion { words: found.words.clone(), meaning, kind, rarity, chained }, before, out);
            }
        }
        if !found.added.is_empty() {
            let told = out.get_mut(before..).unwrap_or_default();
            told.sort_by_key(|expansion| (expansion.rarity, expansion.chained));
        }
    }

    fn add_compiled(
        &mut self,
        phrases: &Phrases<'_>,
        readings: impl Iterator<Item = Reading>,
        words: &Range<usize>,
        out: &mut Vec<Expansion>,
    ) {
        let before = out.len();
        let is_marked = self.words(words).any(|word| word.accented() != word.folded());
        // Whether the form looked at last agrees, by its number: readings of one phrase mostly share it.
        let mut last = None;
        let mut form = String::new();
        let mut may_be_abbreviation = None;
        for reading in readings {
            let kind = reading.kind();
            if kind == EntryKind::Abbreviation
                && !*may_be_abbreviation.get_or_insert_with(|| self.may_be_abbreviation(words))
            {
                continue;
            }
            // Where no mark was typed, none contradicts.
            if is_marked {
                let number = phrases.form(reading);
                let agrees = match last.filter(|(known, _)| *known == number) {
                    Some((_, agrees)) => agrees,
                    None => {
                        form.clear();
                        let is_read = number.is_none_or(|number| phrases.write_form(number, &mut form).is_ok());
                        is_read && self.agrees(words, number.map(|_| form.as_str()))
                    }
                };
                last = Some((number, agrees));
                if !agrees {
                    continue;
                }
            }
            let Ok(meaning) = phrases.meaning(reading) else { continue };
            let (rarity, chained) = (reading.rarity(), reading.is_chained());
            self.tell(Expansion { words: words.clone(), meaning, kind, rarity, chained }, before, out);
        }
    }

    /// Adds a reading, unless the query says it. What two entries say of one phrase, whose readings stand from `before`
    /// on, is told once, as the more usual of both.
    fn tell(&mut self, expansion: Expansion, before: usize, out: &mut Vec<Expansion>) {
        if let Some(told) = out.iter_mut().skip(before).find(|told| told.meaning == expansion.meaning) {
            told.kind = told.kind.min(expansion.kind);
            told.rarity = told.rarity.min(expansion.rarity);
            told.chained &= expansion.chained;
        } else if !self.is_said(&expansion.meaning, &expansion.words) {
            out.push(expansion);
        }
    }

    fn words(&self, words: &Range<usize>) -> impl Iterator<Item = Token<'_>> {
        words.clone().map_while(|word| self.tokens.get(word))
    }

    /// False for two letters that could be a word, unless they are the whole query.
    fn may_be_abbreviation(&self, words: &Range<usize>) -> bool {
        let Some(word) = self.tokens.get(words.start).filter(|_| words.len() == 1) else { return true };
        let letters = word.folded();
        let could_be_word = letters.len() <= 2 && letters.contains(['a', 'e', 'i', 'o', 'u', 'y']);
        // Capitals would tell; but then a text in capitals would be read otherwise than the same text in small letters.
        let is_dotted = self.dotted.get(words.start).is_some_and(|parts| parts.len() > 1);
        !could_be_word || is_dotted || self.tokens.len() == 1
    }

    /// True if no mark that was typed contradicts the words of a phrase, which have none if no form is given. Hỏi for
    /// ngã is let pass.
    fn agrees(&self, words: &Range<usize>, form: Option<&str>) -> bool {
        let mut form = form.map(|form| form.split(' '));
        self.words(words).all(|typed| {
            let word = form.as_mut().map_or(Some(typed.folded()), Iterator::next).unwrap_or_default();
            match compare_marks(typed.accented(), word) {
                MarkAgreement::Exact | MarkAgreement::Missing { .. } => true,
                MarkAgreement::Contradicts { tone, letters } => tone == ToneDifference::HookTilde && letters == 0,
            }
        })
    }

    /// True if the query spells a meaning out. A phrase that says more than it means is read as less; one that is part
    /// of what it means is not, where the rest was said too.
    fn is_said(&mut self, meaning: &str, words: &Range<usize>) -> bool {
        let signs =
            *self.signs.get_or_insert_with(|| Signs::of(self.tokens.iter().flat_map(|word| word.folded().chars())));
        if !Signs::surely_in(meaning).are_in(signs) {
            return false;
        }
        let meaning = fold(meaning);
        let whole = self.whole.get_or_insert_with(|| joined(self.tokens.iter()));
        whole.contains(&meaning) && !joined(self.words(words)).contains(&meaning)
    }
}

/// Which letters and digits of ASCII a text has: tells quickly that one text is not in another.
#[derive(Clone, Copy)]
struct Signs(u64);

impl Signs {
    fn of(characters: impl Iterator<Item = char>) -> Self {
        Self(characters.filter_map(|sign| sign.to_digit(36)).fold(0, |signs, sign| signs | 1 << sign))
    }

    /// Those that a text has still when it is folded. Folding keeps the letters of ASCII, but drops a possessive 's.
    fn surely_in(text: &str) -> Self {
        Self::of(text.chars().filter(|sign| !matches!(sign, 's' | 'S')))
    }

    fn are_in(self, others: Self) -> bool {
        self.0 & !others.0 == 0
    }
}

fn joined<'t>(words: impl Iterator<Item = Token<'t>>) -> String {
    let mut joined = String::new();
    words.for_each(|word| push_word(&mut joined, word.folded()));
    joined
}

fn push_word(words: &mut String, word: &str) {
    if !words.is_empty() {
        words.push(' ');
    }
    words.push_str(word);
}

/// A text without the dots between single letters: `Đ.T.Đ` is one word, in capitals, for nobody writes others so.
pub(super) struct Undotted {
    pub(super) text: String,
    /// For each of its words, which words of the text it is made of.
    words: Vec<Range<usize>>,
}

impl Undotted {
    /// `None` if there are no such dots.
    pub(super) fn of(text: &str, tokens: Tokens<'_>) -> Option<Self> {
        if !text.contains('.') {
            return None;
        }
        let letter = |word: usize| {
            let token = tokens.get(word)?;
            matches!(token.folded().as_bytes(), [letter] if letter.is_ascii_alphabetic()).then(|| token.range())
        };
        // Whether a word and the next one are letters with a dot between them.
        let is_dotted = |word: usize| {
            let (Some(one), Some(other)) = (letter(word), letter(word + 1)) else { return false };
            text.get(one.end..other.start) == Some(".")
        };
        let mut undotted = Self { text: String::with_capacity(text.len()), words: Vec::new() };
        let (mut word, mut copied) = (0, 0);
        while let Some(token) = tokens.get(word) {
            let first = word;
            while is_dotted(word) {
                word += 1;
            }
            word += 1;
            undotted.words.push(first..word);
            if word - first > 1 {
                undotted.text.push_str(text.get(copied..token.range().start).unwrap_or_default());
                for range in (first..word).filter_map(letter) {
                    undotted
                        .text
                        .extend(text.get(range.clone()).unwrap_or_default().chars().flat_map(char::to_uppercase));
                    copied = range.end;
                }
            }
        }
        undotted.text.push_str(text.get(copied..).unwrap_or_default());
        (undotted.words.len() < tokens.len()).then_some(undotted)
    }

    /// Words of the text, by the words of this one.
    fn original(&self, words: &Range<usize>) -> Range<usize> {
        let start = self.words.get(words.start).map_or(0, |first| first.start);
        let end = words.end.checked_sub(1).and_then(|last| self.words.get(last)).map_or(start, |last| last.end);
        start..end
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signs_tell_what_cannot_be_said() {
        let signs = |text: &str| Signs::of(text.chars());
        assert!(Signs::surely_in("Crohn's, đái").are_in(signs("crohn ai")));
        assert!(!Signs::surely_in("huyết áp").are_in(signs("huet")));
        assert!(!Signs::surely_in("típ 2").are_in(signs("tip 1")));
    }
}
