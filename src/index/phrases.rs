//! Section *phrases* of a lexicon: what phrases may be read as.
//!
//! A *phrase* is the folded words of what people write, joined by single spaces. It has one or more *readings*, in the
//! order in which they are told; they are numbered phrase by phrase. Its *form* is its words with their marks (level 0),
//! which readings of one phrase need not share: `cầu` and `cấu` are both the phrase `cau`.
//!
//! ```text
//! first form u32: the number of the first term that is a form
//! part: transducer, phrase → its first reading
//! part: one byte for each reading: bits 0–1 its rarity, 1 to 3 | bit 2: by an abbreviation | bit 3: put together from
//!       an abbreviation and a synonym of its meaning | bit 4: the form has marks | bit 5: the last of its phrase
//! part: Column, the meaning of each reading, a term
//! part: Bitmap over the readings: ones where a form with marks is not that of the reading before
//! ```
//! The section *terms* holds the meanings, sorted, each once; then the forms that have marks, as the ones of the bitmap
//! count them. Forms without marks are the phrase itself.

use std::collections::{BTreeMap, BTreeSet};

use super::automaton::{Automaton, KEY_LIMIT, Place};
use super::bytes::{Bitmap, Column, Cursor, put_part};
use super::terms::{Terms, TermsBuilder};
use crate::lexicon::EntryKind;
use crate::{Error, Result};

const NAME: &str = "phrases";

/// The most readings of one phrase, and …
const MOST_READINGS: usize = 64;
/// … the longest meaning in bytes: what damaged bytes can make of a query stays in proportion to it.
const LONGEST_MEANING: usize = 1 << 10;

const RARITY: u8 = 0b11;
const ABBREVIATION: u8 = 1 << 2;
const CHAINED: u8 = 1 << 3;
const MARKED: u8 = 1 << 4;
const LAST: u8 = 1 << 5;

/// A reading to be written.
pub(crate) struct ReadingInput<'t> {
    /// The phrase's words with their marks, joined by spaces.
    pub(crate) form: &'t str,
    pub(crate) meaning: &'t str,
    pub(crate) kind: EntryKind,
    pub(crate) rarity: u8,
    pub(crate) chained: bool,
}

/// The sections of a lexicon.
pub(crate) struct Encoded {
    pub(crate) phrases: Vec<u8>,
    pub(crate) terms: Vec<u8>,
}

/// Encodes phrases with their readings, which must be in the order in which they are told.
pub(crate) fn encode(phrases: &BTreeMap<&str, Vec<ReadingInput<'_>>>) -> Result<Encoded> {
    let refused = |error: fst::Error| Error::Draft { message: error.to_string(), code: None };
    let all = || phrases.values().flatten();
    let mut terms = TermsBuilder::new();
    let meanings: BTreeSet<&str> = all().map(|reading| reading.meaning).collect();
    let mut numbers = BTreeMap::new();
    for meaning in meanings {
        if meaning.len() > LONGEST_MEANING {
            return Err(too_much("meaning", meaning, format!("at most {LONGEST_MEANING} bytes")));
        }
        numbers.insert(meaning, terms.push(meaning)?);
    }
    let first_form = numbers.len() as u32;
    let mut automaton = fst::MapBuilder::memory();
    let (mut bits, mut meant, mut new_forms) = (Vec::new(), Vec::new(), Vec::new());
    for (phrase, readings) in phrases {
        if phrase.len() > KEY_LIMIT || readings.len() > MOST_READINGS {
            let expected = format!("at most {KEY_LIMIT} bytes, and at most {MOST_READINGS} readings");
            return Err(too_much("phrase", phrase, expected));
        }
        automaton.insert(phrase, bits.len() as u64).map_err(refused)?;
        let mut before = None;
        for reading in readings {
            let mut byte = reading.rarity.clamp(1, 3);
            byte |= if reading.kind == EntryKind::Abbreviation { ABBREVIATION } else { 0 };
            byte |= if reading.chained { CHAINED } else { 0 };
            if reading.form != *phrase {
                byte |= MARKED;
                if before != Some(reading.form) {
                    terms.push(reading.form)?;
                    new_forms.push(bits.len() as u32);
                    before = Some(reading.form);
                }
            }
            bits.push(byte);
            meant.push(numbers.get(reading.meaning).copied().unwrap_or_default());
        }
        bits.last_mut().into_iter().for_each(|last| *last |= LAST);
    }
    let mut out = first_form.to_le_bytes().to_vec();
    put_part(&mut out, &automaton.into_inner().map_err(refused)?);
    put_part(&mut out, &bits);
    put_part(&mut out, &Column::encode(&meant));
    put_part(&mut out, &Bitmap::encode(bits.len() as u32, new_forms));
    Ok(Encoded { phrases: out, terms: terms.finish()? })
}

fn too_much(what: &'static str, value: &str, expected: String) -> Error {
    Error::Argument { what, value: value.chars().take(80).collect(), expected }
}

/// A reading of a phrase.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Reading {
    number: u32,
    bits: u8,
}

impl Reading {
    pub(crate) fn kind(self) -> EntryKind {
        if self.bits & ABBREVIATION == 0 { EntryKind::Synonym } else { EntryKind::Abbreviation }
    }

    /// 1 to 3.
    pub(crate) fn rarity(self) -> u8 {
        (self.bits & RARITY).max(1)
    }

    /// True if it was put together from an abbreviation and a synonym of its meaning.
    pub(crate) fn is_chained(self) -> bool {
        self.bits & CHAINED != 0
    }
}

/// The section, opened, with the terms of its file.
#[derive(Clone, Copy)]
pub(crate) struct Phrases<'a> {
    automaton: Automaton<'a>,
    bits: &'a [u8],
    meanings: Column<'a>,
    new_forms: Bitmap<'a>,
    first_form: u32,
    terms: Terms<'a>,
}

#[cold]
fn damaged() -> Error {
    Error::corrupt(NAME, "its parts contradict each other")
}

impl<'a> Phrases<'a> {
    pub(crate) fn open(section: &'a [u8], terms: &'a [u8]) -> Result<Self> {
        let mut cursor = Cursor::new(section);
        let first_form = cursor.u32().ok_or_else(damaged)?;
        let mut part = || cursor.part().ok_or_else(damaged);
        let automaton = Automaton::new(part()?, NAME)?;
        let bits = part()?;
        let meanings = Column::open(part()?).ok_or_else(damaged)?;
        let new_forms = Bitmap::open(part()?).ok_or_else(damaged)?;
        let fits = meanings.len() == bits.len() && new_forms.len() as usize == bits.len();
        if !cursor.is_empty() || !fits || automaton.len() > bits.len() as u64 {
            return Err(damaged());
        }
        Ok(Self { automaton, bits, meanings, new_forms, first_form, terms: Terms::open(terms)? })
    }

    /// How many phrases there are.
    pub(crate) fn len(&self) -> usize {
        // Opening has compared it with the number of readings.
        self.automaton.len() as usize
    }

    /// How many readings they have together.
    pub(crate) fn reading_count(&self) -> usize {
        self.bits.len()
    }

    /// The phrases, with the numbers of their first readings.
    pub(crate) fn automaton(&self) -> &Automaton<'a> {
        &self.automaton
    }

    /// Where phrases begin.
    pub(crate) fn start(&self) -> Place {
        self.automaton.start()
    }

    /// Where a phrase goes on from a place with these bytes; `None` if none does.
    pub(crate) fn follow(&self, place: Place, bytes: &[u8]) -> Result<Option<Place>> {
        self.automaton.follow(place, bytes)
    }

    /// The first reading of the phrase that ends at a place.
    pub(crate) fn first_at(&self, place: Place) -> Result<Option<u64>> {
        self.automaton.get_from(place, &[])
    }

    /// The readings of a phrase, from its first one.
    pub(crate) fn readings(&self, first: u64) -> Result<impl Iterator<Item = Reading> + use<'a>> {
        let first = u32::try_from(first).map_err(|_| damaged())?;
        let rest = self.bits.get(first as usize..).unwrap_or_default();
        let last = rest.iter().take(MOST_READINGS).position(|bits| bits & LAST != 0).ok_or_else(damaged)?;
        Ok((first..).zip(rest.iter().take(last + 1)).map(|(number, &bits)| Reading { number, bits }))
    }

    /// What a phrase may be read as.
    pub(crate) fn meaning(&self, reading: Reading) -> Result<String> {
        let term = self.meanings.get(reading.number as usize).ok_or_else(damaged)?;
        let mut meaning = String::new();
        self.terms.read(term, &mut meaning)?;
        if meaning.len() > LONGEST_MEANING { Err(Error::corrupt(NAME, "a meaning is too long")) } else { Ok(meaning) }
    }

    /// The term that is the phrase with its marks; `None` if it has none.
    pub(crate) fn form(&self, reading: Reading) -> Option<u32> {
        let before = || self.new_forms.rank(reading.number.saturating_add(1)).saturating_sub(1);
        (reading.bits & MARKED != 0).then(|| self.first_form.saturating_add(before()))
    }

    /// Appends a form.
    pub(crate) fn write_form(&self, form: u32, out: &mut String) -> Result<()> {
        self.terms.read(form, out)
    }

    /// Hands out all phrases with their readings, in order.
    pub(crate) fn each(&self, mut visit: impl FnMut(&str, Reading) -> Result<()>) -> Result<()> {
        let (mut first, mut phrase) = (0, Vec::new());
        for _ in 0..self.len() {
            phrase.clear();
            if !self.automaton.key_of(first, &mut phrase)? {
                return Err(damaged());
            }
            let text = std::str::from_utf8(&phrase).map_err(|_| damaged())?;
            for reading in self.readings(first)? {
                visit(text, reading)?;
                first += 1;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reading<'t>(form: &'t str, meaning: &'t str, kind: EntryKind, rarity: u8) -> ReadingInput<'t> {
        ReadingInput { form, meaning, kind, rarity, chained: rarity == 2 }
    }

    #[test]
    fn what_was_written_comes_back() {
        use EntryKind::{Abbreviation, Synonym};
        let phrases = BTreeMap::from([
            ("cau", vec![reading("câu\u{300}", "a", Synonym, 1), reading("câu\u{301}", "b", Abbreviation, 2)]),
            ("dtd", vec![reading("đtđ", "b", Abbreviation, 1), reading("đtđ", "a", Abbreviation, 3)]),
            ("dtd typ", vec![reading("dtd typ", "c", Synonym, 1)]),
            ("k", vec![reading("k", "b", Abbreviation, 1)]),
        ]);
        let Encoded { phrases: section, terms } = encode(&phrases).unwrap();
        let opened = Phrases::open(&section, &terms).unwrap();
        assert_eq!((opened.len(), opened.reading_count()), (4, 6));
        let mut found: BTreeMap<String, Vec<(String, String, EntryKind, u8)>> = BTreeMap::new();
        let mut visit = |phrase: &str, reading: Reading| {
            assert_eq!(reading.is_chained(), reading.rarity() == 2);
            let mut form = String::new();
            match opened.form(reading) {
                Some(number) => opened.write_form(number, &mut form)?,
                None => form.push_str(phrase),
            }
            let meaning = opened.meaning(reading)?;
            found.entry(phrase.to_owned()).or_default().push((form, meaning, reading.kind(), reading.rarity()));
            Ok(())
        };
        opened.each(&mut visit).unwrap();
        let owned = |reading: &ReadingInput<'_>| {
            (reading.form.to_owned(), reading.meaning.to_owned(), reading.kind, reading.rarity)
        };
        let expected: BTreeMap<String, Vec<_>> = phrases
            .iter()
            .map(|(phrase, readings)| (phrase.to_string(), readings.iter().map(owned).collect()))
            .collect();
        assert_eq!(found, expected);

        let place = opened.follow(opened.start(), b"dtd").unwrap().unwrap();
        assert_eq!(opened.first_at(place).unwrap(), Some(2));
        assert!(opened.follow(place, b"x").unwrap().is_none());
        let between = opened.follow(place, b" t").unwrap().unwrap();
        assert_eq!(opened.first_at(between).unwrap(), None);
    }

    #[test]
    fn what_cannot_be_read_is_not_written() {
        let write = |phrase: &str, meaning: &str, times: usize| {
            let readings = (0..times).map(|_| reading(phrase, meaning, EntryKind::Synonym, 1)).collect();
            encode(&BTreeMap::from([(phrase, readings)])).map(|_| ())
        };
        assert!(write(&"a".repeat(255), &"b".repeat(1024), 64).is_ok());
        assert!(matches!(write(&"a".repeat(256), "b", 1), Err(Error::Argument { what: "phrase", .. })));
        assert!(matches!(write("a", &"b".repeat(1025), 1), Err(Error::Argument { what: "meaning", .. })));
        assert!(matches!(write("a", "b", 65), Err(Error::Argument { what: "phrase", .. })));
    }
}
