//! VIQR, RFC 1456: the marks of a vowel typed behind it as punctuation, đ as dd.

use super::{LegacyEncoding, LegacyReading, Writer};
use crate::text::letter::{Tone, is_mark, with_tone};
use crate::text::syllable::is_vietnamese_syllable;

/// Text whose punctuation spells Vietnamese. `None` if no word has a mark that punctuation would not be:
/// a stop or a question mark at the end of a word, or dd, is no proof.
pub(super) fn decode(text: &str) -> Option<LegacyReading> {
    if !text.contains(['^', '(', '+', '\'', '`', '?', '~', '.']) {
        return None;
    }
    let mut writer = Writer::default();
    let mut proved = false;
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let at = text.len() - rest.len();
        if c == '\\' {
            // What stands behind a backslash is itself.
            let escaped = rest.chars().nth(1).filter(char::is_ascii_punctuation);
            writer.push(escaped.unwrap_or(c), at);
            rest = rest.get(1 + usize::from(escaped.is_some())..).unwrap_or_default();
        } else if c.is_alphanumeric() {
            let (word, length) = read_word(rest);
            rest = rest.get(length..).unwrap_or_default();
            match word {
                Some(word) => {
                    proved |= word.proved && word.letters.len() > 1;
                    word.letters.into_iter().for_each(|(letter, from)| writer.push(letter, at + from));
                }
                None => writer.push_unchanged(text.get(at..at + length).unwrap_or_default(), at),
            }
        } else {
            writer.push(c, at);
            rest = rest.get(c.len_utf8()..).unwrap_or_default();
        }
    }
    proved.then(|| writer.finish(LegacyEncoding::Viqr, text))
}

/// A syllable with marks.
#[derive(Default)]
struct Word {
    /// Each with the byte where it starts.
    letters: Vec<(char, usize)>,
    /// Whether marks took effect that are no punctuation there.
    proved: bool,
}

/// Reads the word at the front of a text and returns it, if it is a syllable with marks, and its length.
fn read_word(text: &str) -> (Option<Word>, usize) {
    let (mut word, mut length) = read_letters(text);
    let written = text.get(..length).unwrap_or_default();
    // The last mark may be punctuation after all.
    if written.ends_with(['.', '?', '\'']) && !word.is_syllable() {
        (word, length) = read_letters(text.get(..length - 1).unwrap_or_default());
    }
    let goes_on = text.get(length..).is_some_and(|rest| rest.starts_with(is_word));
    let marked = word.letters.iter().any(|(letter, _)| !letter.is_ascii());
    if marked && !goes_on && word.is_syllable() {
        return (Some(word), length);
    }
    // As it was written: letters and digits, without what may have been marks.
    (None, text.find(|c| !is_word(c)).unwrap_or(text.len()))
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || is_mark(c)
}

impl Word {
    fn is_syllable(&self) -> bool {
        is_vietnamese_syllable(&self.letters.iter().map(|(letter, _)| letter).collect::<String>())
    }
}

/// Reads ASCII letters and the marks behind vowels. A syllable has one tone.
fn read_letters(text: &str) -> (Word, usize) {
    let bytes = text.as_bytes();
    let letter_at = |at: usize| bytes.get(at).copied().filter(u8::is_ascii_alphabetic).map(char::from);
    let mut word = Word::default();
    let mut toned = false;
    let mut at = 0;
    while let Some(first) = letter_at(at) {
        let start = at;
        at += 1;
        let mut letter = first;
        if matches!(first, 'd' | 'D') && matches!(letter_at(at), Some('d' | 'D')) {
            letter = if first == 'd' { 'đ' } else { 'Đ' };
            at += 1;
        }
        while let Some(sign) = bytes.get(at) {
            let goes_on = letter_at(at + 1).is_some();
            let toned_next = bytes.get(at + 1).is_some_and(|next| tone(*next).is_some());
            if let Some(shaped) = with_quality(letter, *sign).filter(|_| *sign != b'(' || goes_on || toned_next) {
                letter = shaped;
                word.proved |= *sign != b'+' || goes_on || toned_next || word.letters.len() > 1;
            } else if let Some(tone) = tone(*sign).filter(|_| !toned && !is_qu(&word, letter))
                && let Some(shaped) = with_tone(letter, tone)
            {
                letter = shaped;
                toned = true;
                // Between letters there is an apostrophe or a stop in few words: o'clock, a.m.
                word.proved |= matches!(sign, b'`' | b'~') || (goes_on && !word.letters.is_empty());
            } else {
                break;
            }
            at += 1;
        }
        word.letters.push((letter, start));
    }
    (word, at)
}

/// Whether a u belongs to an initial qu, which has no tone: `qu'en` is French.
fn is_qu(word: &Word, letter: char) -> bool {
    matches!(letter, 'u' | 'U') && matches!(word.letters.last(), Some(('q' | 'Q', _)))
}

fn with_quality(letter: char, sign: u8) -> Option<char> {
    Some(match (letter, sign) {
        ('a', b'^') => 'â',
        ('e', b'^') => 'ê',
        ('o', b'^') => 'ô',
        ('a', b'(') => 'ă',
        ('o', b'+') => 'ơ',
        ('u', b'+') => 'ư',
        ('A', b'^') => 'Â',
        ('E', b'^') => 'Ê',
        ('O', b'^') => 'Ô',
        ('A', b'(') => 'Ă',
        ('O', b'+') => 'Ơ',
        ('U', b'+') => 'Ư',
        _ => return None,
    })
}

fn tone(sign: u8) -> Option<Tone> {
    Some(match sign {
        b'`' => Tone::Grave,
        b'\'' => Tone::Acute,
        b'?' => Tone::Hook,
        b'~' => Tone::Tilde,
        b'.' => Tone::Dot,
        _ => return None,
    })
}
