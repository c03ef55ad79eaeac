//! Text whose letters were written as several characters: UTF-8 read byte by byte, and references of HTML.

use unicode_normalization::char::compose;

use super::eight_bit::byte;
use super::{LegacyEncoding, LegacyReading, Writer};
use crate::text::letter::{Letter, Tone, is_latin};
use crate::text::syllable::is_vietnamese_syllable;

/// The longest reference that is read, `&#x0001EC7;`, between its signs.
const MOST_REFERENCE: usize = 12;

/// UTF-8 read as Windows-1252 or Latin-1. `None` if no letter was: a well-formed sequence is proof.
pub(super) fn decode_misread_utf8(text: &str) -> Option<LegacyReading> {
    let mut writer = Writer::default();
    let mut proved = false;
    let mut at = 0;
    while let Some(c) = text.get(at..).and_then(|rest| rest.chars().next()) {
        let rest = text.get(at..).unwrap_or_default();
        let (letter, length) = sequence(rest).or_else(|| lost_space(text, at)).unwrap_or((c, c.len_utf8()));
        proved |= letter != c && is_letter(letter);
        writer.push(letter, at);
        at += length;
    }
    proved.then(|| writer.finish(LegacyEncoding::MisreadUtf8, text))
}

/// The character that the bytes at the front of a text encode, and how many bytes of the text they are.
fn sequence(text: &str) -> Option<(char, usize)> {
    let lead = byte(text.chars().next()?)?;
    let count = match lead {
        0xC2..=0xDF => 2,
        0xE0..=0xEF => 3,
        0xF0..=0xF4 => 4,
        _ => return None,
    };
    let mut bytes = [0; 4];
    let mut length = 0;
    let mut characters = text.chars();
    for slot in bytes.iter_mut().take(count) {
        let c = characters.next()?;
        *slot = byte(c)?;
        length += c.len_utf8();
    }
    let letter = std::str::from_utf8(bytes.get(..count)?).ok()?.chars().next()?;
    Some((letter, length))
}

/// The two bytes of à are Ã and a no-break space, which easily becomes a space or is trimmed: `toÃ n`, `lÃ`.
/// The space goes if the word goes on behind it, or if another follows.
fn lost_space(text: &str, at: usize) -> Option<(char, usize)> {
    let (before, rest) = text.split_at_checked(at)?;
    let rest = rest.strip_prefix('Ã')?;
    let initial = before.get(before.rfind(|c: char| !c.is_ascii_lowercase()).map_or(0, |end| end + 1)..)?;
    if initial.is_empty() || rest.chars().next().is_some_and(|c| c != ' ') {
        return None;
    }
    let behind = rest.strip_prefix(' ').unwrap_or_default();
    let last = behind.find(|c: char| !c.is_ascii_lowercase()).and_then(|end| behind.get(..end)).unwrap_or(behind);
    let goes_on = !last.is_empty() && is_vietnamese_syllable(&format!("{initial}à{last}"));
    Some(('à', 'Ã'.len_utf8() + usize::from(goes_on || behind.starts_with(' '))))
}

/// References of HTML, by number and by name. `None` if none stands for a letter.
pub(super) fn decode_html(text: &str) -> Option<LegacyReading> {
    let mut writer = Writer::default();
    let mut proved = false;
    let mut at = 0;
    while let Some(c) = text.get(at..).and_then(|rest| rest.chars().next()) {
        let (letter, length) = reference(text.get(at..).unwrap_or_default()).unwrap_or((c, c.len_utf8()));
        proved |= letter != c && is_letter(letter);
        writer.push(letter, at);
        at += length;
    }
    proved.then(|| writer.finish(LegacyEncoding::Html, text))
}

/// The character that a reference at the front of a text stands for, and how many bytes the reference has.
fn reference(text: &str) -> Option<(char, usize)> {
    let rest = text.strip_prefix('&')?;
    let name = rest.get(..rest.bytes().take(MOST_REFERENCE + 1).position(|b| b == b';')?)?;
    let length = name.len() + 2;
    if let Some(number) = name.strip_prefix('#') {
        let code = match number.strip_prefix(['x', 'X']) {
            Some(digits) => u32::from_str_radix(digits, 16),
            None => number.parse(),
        };
        return Some((char::from_u32(code.ok()?).filter(|c| !c.is_control())?, length));
    }
    let letter = match name {
        "amp" => '&',
        "nbsp" => '\u{A0}',
        "dstrok" => 'đ',
        "Dstrok" => 'Đ',
        _ => {
            let base = name.chars().next().filter(char::is_ascii_alphabetic)?;
            let mark = match name.get(1..)? {
                "grave" => '\u{300}',
                "acute" => '\u{301}',
                "circ" => '\u{302}',
                "tilde" => '\u{303}',
                "breve" => '\u{306}',
                "uml" => '\u{308}',
                "ring" => '\u{30A}',
                "cedil" => '\u{327}',
                _ => return None,
            };
            compose(base, mark)?
        }
    };
    Some((letter, length))
}

fn is_letter(c: char) -> bool {
    !c.is_ascii() && (Letter::of(c).is_some() || (is_latin(c) && c.is_alphabetic()) || Tone::from_mark(c).is_some())
}
