//! Section *search*: the words of one language's terms, and where each stands.
//!
//! A *word* is a folded token (`phoi`); its *forms* are the accented tokens that fold to it (`phổi`,
//! `phôi`, `phối`), sorted, so that the forms of a word, and of all words with a common prefix, are
//! consecutive. Each form has a list of the terms in which it stands. Terms are counted from the first
//! term of the language.
//!
//! ```text
//! first term u32 | terms u32
//! part: transducer, word → rank
//! part: Column, the first form of each word, and the number of forms; empty if every word has one form
//! part: sparse texts, by form: its accented text where that differs from the word
//! part: Column, where each form's list starts
//! part: lists: length varint, then the interpolative code of the terms
//! part: for each term one byte, what its distinct words weigh together: 28 times the square root of the sum;
//!       words in brackets, which the ICD takes for additions that change nothing, weigh a quarter
//! part: transducer, phonetic key → rank; empty if the language has no such keys
//! part: Column, where the words of each phonetic key start in the next part, and their number
//! part: Column, word ranks by phonetic key
//! ```

use std::collections::{BTreeMap, HashMap};
use std::ops::Range;

use super::automaton::{Automaton, KEY_LIMIT};
use super::bytes::{Column, Cursor, put_part, put_varint};
use super::postings;
use super::sparse::SparseTexts;
use crate::text::{Analyzer, Brackets, phonetic_key};
use crate::{Error, Result};

const NAME: &str = "search";
/// Scale of the square roots in which terms' weights are stored: the heaviest still fits a byte.
const WEIGHT_SCALE: f32 = 28.0;

/// What a word in brackets weighs, as a share.
const BRACKETED: f32 = 0.25;

/// What a word weighs that stands in `frequency` of `terms` terms: its inverse document frequency.
/// A word that stands in none is most likely misspelt, and weighs as much as a middling one.
pub(crate) fn weight(terms: u32, frequency: u32) -> f32 {
    let frequency = if frequency == 0 { terms / 200 } else { frequency };
    (1.0 + terms as f32 / frequency.max(1) as f32).ln()
}

/// Collects the words of one language's terms.
pub(crate) struct Writer {
    first_term: u32,
    analyzer: Analyzer,
    /// By folded word, then accented form: the number under which its terms are collected.
    forms: BTreeMap<String, BTreeMap<String, usize>>,
    /// Numbers by accented form alone, which decides the folded word.
    known: HashMap<String, usize>,
    terms_of: Vec<Vec<u32>>,
    /// Words in brackets, as pairs of term and the form's number.
    bracketed: Vec<(u32, usize)>,
    terms: u32,
}

impl Writer {
    pub(crate) fn new(first_term: u32) -> Self {
        Self {
            first_term,
            analyzer: Analyzer::new(),
            forms: BTreeMap::new(),
            known: HashMap::new(),
            terms_of: Vec::new(),
            bracketed: Vec::new(),
            terms: 0,
        }
    }

    /// Adds the next term of the language.
    pub(crate) fn add(&mut self, text: &str) {
        let term = self.terms;
        let tokens = self.analyzer.analyze(text);
        let mut brackets = Brackets::default();
        for token in tokens.iter() {
            brackets.advance(text, token);
            // Nobody types a longer word, and automata do not spell it out.
            if token.folded().len() > KEY_LIMIT {
                continue;
            }
            let number = match self.known.get(token.accented()) {
                Some(&number) => number,
                None => {
                    let number = self.terms_of.len();
                    self.known.insert(token.accented().to_owned(), number);
                    let forms = self.forms.entry(token.folded().to_owned()).or_default();
                    forms.insert(token.accented().to_owned(), number);
                    self.terms_of.push(Vec::new());
                    number
                }
            };
            if let Some(terms) = self.terms_of.get_mut(number)
                && terms.last() != Some(&term)
            {
                terms.push(term);
                if brackets.are_open() {
                    self.bracketed.push((term, number));
                }
            }
        }
        self.terms += 1;
    }

    pub(crate) fn finish(self) -> Result<Vec<u8>> {
        let refused = |error: fst::Error| Error::Draft { message: error.to_string(), code: None };
        let count = self.terms;
        let mut weights = vec![0.0_f32; count as usize];
        let mut weight_of = vec![0.0_f32; self.terms_of.len()];
        let mut words = fst::MapBuilder::memory();
        let (mut first_forms, mut texts, mut starts, mut lists) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        for (rank, (word, forms)) in self.forms.iter().enumerate() {
            words.insert(word, rank as u64).map_err(refused)?;
            first_forms.push(starts.len() as u32);
            let lists_of = |number: &usize| self.terms_of.get(*number).map(Vec::as_slice).unwrap_or_default();
            let frequency = forms.values().map(|number| lists_of(number).len()).sum::<usize>();
            let weight = weight(count, frequency as u32);
            for (form, number) in forms {
                if form != word {
                    texts.push((starts.len() as u32, form.as_str()));
                }
                starts.push(lists.len() as u32);
                let terms = lists_of(number);
                for term in terms {
                    weights.get_mut(*term as usize).into_iter().for_each(|sum| *sum += weight);
                }
                weight_of.get_mut(*number).into_iter().for_each(|slot| *slot = weight);
                put_varint(&mut lists, terms.len() as u64);
                postings::encode(terms, count, &mut lists);
            }
        }
        first_forms.push(starts.len() as u32);
        if first_forms.len() == starts.len() + 1 {
            first_forms.clear();
        }
        for (term, number) in &self.bracketed {
            let weight = weight_of.get(*number).copied().unwrap_or_default() * (1.0 - BRACKETED);
            weights.get_mut(*term as usize).into_iter().for_each(|sum| *sum = (*sum - weight).max(0.0));
        }
        let weights: Vec<u8> = weights.iter().map(|sum| (sum.sqrt() * WEIGHT_SCALE).round() as u8).collect();
        let (keys, key_starts, key_words) = self.phonetic_keys()?;

        let mut out = self.first_term.to_le_bytes().to_vec();
        out.extend(count.to_le_bytes());
        put_part(&mut out, &words.into_inner().map_err(refused)?);
        put_part(&mut out, &Column::encode(&first_forms));
        put_part(&mut out, &SparseTexts::encode(&texts));
        put_part(&mut out, &Column::encode(&starts));
        put_part(&mut out, &lists);
        put_part(&mut out, &weights);
        put_part(&mut out, &keys);
        put_part(&mut out, &Column::encode(&key_starts));
        put_part(&mut out, &Column::encode(&key_words));
        Ok(out)
    }

    fn phonetic_keys(&self) -> Result<(Vec<u8>, Vec<u32>, Vec<u32>)> {
        let refused = |error: fst::Error| Error::Draft { message: error.to_string(), code: None };
        let mut by_key: BTreeMap<String, Vec<u32>> = BTreeMap::new();
        for (rank, word) in self.forms.keys().enumerate() {
            let mut key = String::new();
            phonetic_key(word, &mut key);
            if !key.is_empty() {
                by_key.entry(key).or_default().push(rank as u32);
            }
        }
        // A key that only its own word has leads nowhere else: not worth its bytes.
        by_key.retain(|key, ranks| ranks.len() > 1 || !self.forms.contains_key(key));
        let mut keys = fst::MapBuilder::memory();
        let (mut starts, mut words) = (Vec::new(), Vec::new());
        for (rank, (key, ranks)) in by_key.into_iter().enumerate() {
            keys.insert(key, rank as u64).map_err(refused)?;
            starts.push(words.len() as u32);
            words.extend(ranks);
        }
        starts.push(words.len() as u32);
        Ok((keys.into_inner().map_err(refused)?, starts, words))
    }
}

/// The section, opened.
#[derive(Clone, Copy)]
pub(crate) struct Words<'a> {
    pub(crate) first_term: u32,
    pub(crate) terms: u32,
    words: Automaton<'a>,
    first_forms: Column<'a>,
    texts: SparseTexts<'a>,
    starts: Column<'a>,
    lists: &'a [u8],
    weights: &'a [u8],
    phonetic: Automaton<'a>,
    phonetic_starts: Column<'a>,
    phonetic_words: Column<'a>,
}

fn damaged() -> Error {
    Error::corrupt(NAME, "its parts contradict each other")
}

impl<'a> Words<'a> {
    pub(crate) fn open(section: &'a [u8]) -> Result<Self> {
        let mut cursor = Cursor::new(section);
        let (Some(first_term), Some(terms)) = (cursor.u32(), cursor.u32()) else { return Err(damaged()) };
        let mut part = || cursor.part().ok_or_else(damaged);
        let column = |bytes: &'a [u8]| Column::open(bytes).ok_or_else(damaged);
        let words = Automaton::new(part()?, NAME)?;
        let first_forms = column(part()?)?;
        let texts = SparseTexts::open(&mut Cursor::new(part()?)).ok_or_else(damaged)?;
        let starts = column(part()?)?;
        let (lists, weights) = (part()?, part()?);
        let phonetic = Automaton::new(part()?, NAME)?;
        let (phonetic_starts, phonetic_words) = (column(part()?)?, column(part()?)?);
        // What the automata count bounds loops over their ranks: it must be what the columns hold.
        let word_count = if first_forms.len() == 0 { starts.len() } else { first_forms.len() - 1 };
        let fits = words.len() == word_count as u64
            && phonetic.len().checked_add(1) == Some(phonetic_starts.len() as u64)
            && weights.len() == terms as usize;
        if !cursor.is_empty() || !fits {
            return Err(damaged());
        }
        Ok(Self {
            first_term,
            terms,
            words,
            first_forms,
            texts,
            starts,
            lists,
            weights,
            phonetic,
            phonetic_starts,
            phonetic_words,
        })
    }

    pub(crate) fn automaton(&self) -> &Automaton<'a> {
        &self.words
    }

    /// The forms of a word, by the rank that the automaton gave it.
    pub(crate) fn forms_of(&self, word: u64) -> Result<Range<u32>> {
        let word = u32::try_from(word).map_err(|_| damaged())?;
        let next = word.checked_add(1).ok_or_else(damaged)?;
        if self.first_forms.len() == 0 {
            return Ok(word..next);
        }
        let forms = self.starts.len() as u32;
        let first = |word: u32| self.first_forms.get(word as usize).unwrap_or_default().min(forms);
        Ok(first(word)..first(next))
    }

    /// The form of a word with certain marks; `None` if no term has it.
    pub(crate) fn form(&self, folded: &str, accented: &str) -> Result<Option<u32>> {
        let Some(rank) = self.words.get(folded.as_bytes())? else { return Ok(None) };
        for form in self.forms_of(rank)? {
            if self.form_text(form)?.unwrap_or(folded) == accented {
                return Ok(Some(form));
            }
        }
        Ok(None)
    }

    /// How many forms there are.
    pub(crate) fn form_count(&self) -> u32 {
        self.starts.len() as u32
    }

    /// The accented text of a form; `None` if it is the folded word itself.
    pub(crate) fn form_text(&self, form: u32) -> Result<Option<&'a str>> {
        self.texts.get(form).map(|text| text.ok_or_else(damaged)).transpose()
    }

    /// In how many terms a form stands.
    pub(crate) fn frequency(&self, form: u32) -> Result<u32> {
        Ok(self.list(form)?.0)
    }

    fn list(&self, form: u32) -> Result<(u32, &'a [u8])> {
        let start = self.starts.get(form as usize).ok_or_else(damaged)? as usize;
        let end = self.starts.get(form as usize + 1).map_or(self.lists.len(), |end| end as usize);
        let mut cursor = Cursor::new(self.lists.get(start..end).ok_or_else(damaged)?);
        let length = cursor.varint_u32().filter(|length| *length <= self.terms).ok_or_else(damaged)?;
        Ok((length, cursor.take_rest()))
    }

    /// Hands out the terms in which a form stands, ascending, counted from the language's first term.
    pub(crate) fn terms_of(&self, form: u32, visit: impl FnMut(u32)) -> Result<()> {
        let (length, code) = self.list(form)?;
        postings::decode(code, length as usize, self.terms, visit).ok_or_else(damaged)
    }

    /// What the distinct words of a term weigh together, to within a few percent.
    pub(crate) fn weight_of(&self, term: u32) -> f32 {
        let root = f32::from(self.weights.get(term as usize).copied().unwrap_or_default()) / WEIGHT_SCALE;
        root * root
    }

    /// The words that sound alike: those with the given phonetic key.
    pub(crate) fn sounding_like(&self, key: &str) -> Result<impl Iterator<Item = u32> + use<'a>> {
        let range = match self.phonetic.get(key.as_bytes())? {
            Some(rank) => {
                let rank = usize::try_from(rank).unwrap_or(usize::MAX);
                let bound = |at: usize| self.phonetic_starts.get(at).ok_or_else(damaged);
                bound(rank)? as usize..bound(rank.saturating_add(1))? as usize
            }
            None => 0..0,
        };
        let words = self.phonetic_words;
        Ok(range.map_while(move |at| words.get(at)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_lead_to_their_terms() {
        let mut writer = Writer::new(10);
        for text in ["Viêm phổi", "U ác của phôi", "Viêm đa cơ", "Viêm da cơ địa", ""] {
            writer.add(text);
        }
        let section = writer.finish().unwrap();
        let words = Words::open(&section).unwrap();
        assert_eq!((words.first_term, words.terms), (10, 5));
        let rank = words.automaton().get(b"phoi").unwrap().unwrap();
        let forms = words.forms_of(rank).unwrap();
        assert_eq!(forms.len(), 2);
        let mut found = Vec::new();
        for form in forms {
            let text = words.form_text(form).unwrap().unwrap();
            let mut terms = Vec::new();
            words.terms_of(form, |term| terms.push(term)).unwrap();
            found.push((text.to_owned(), terms));
        }
        assert_eq!(found, [("phôi".to_owned(), vec![1]), ("phôi\u{309}".to_owned(), vec![0])]);
        // Three words of "Viêm đa cơ" are among the four of "Viêm da cơ địa".
        assert!(words.weight_of(3) > words.weight_of(2) && words.weight_of(2) > words.weight_of(0));
        assert_eq!(words.weight_of(4), 0.0);
    }
}
