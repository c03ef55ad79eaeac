//! Encodings of one or two bytes a letter, read as Windows-1252 or Latin-1.
//!
//! The characters above ASCII differ, the words stay words: each is decoded by itself, and what the words
//! become tells whether the guess is right.

use super::{LegacyEncoding, LegacyReading, Writer};
use crate::source::encoding::WINDOWS_1252;
use crate::text::letter::{Letter, Tone, is_mark, with_tone};
use crate::text::syllable::is_vietnamese_syllable;

/// What the next characters of a word are in an encoding, and how many they are; `None` where a character
/// beyond ASCII means nothing in it.
type Decoder = fn(char, Option<char>) -> Option<(char, usize)>;

const ENCODINGS: [(LegacyEncoding, Decoder); 4] = [
    (LegacyEncoding::Tcvn3, |c, _| single(&TCVN3, c)),
    (LegacyEncoding::VniWindows, vni),
    (LegacyEncoding::Viscii, |c, _| single(&VISCII, c)),
    (LegacyEncoding::Windows1258, windows_1258),
];

/// TCVN 5712:1993 VN3, as runs of bytes from the first. Capitals with a tone are the small letters in a
/// font of capitals.
const TCVN3: [(u8, &str); 8] = [
    (0xA1, "ĂÂÊÔƠƯĐăâêôơưđ"),
    (0xB5, "àảãáạ"),
    (0xBB, "ằẳẵắ"),
    (0xC6, "ặầẩẫấậè"),
    (0xCE, "ẻẽéẹềểễếệìỉ"),
    (0xDC, "ĩíịò"),
    (0xE1, "ỏõóọồổỗốộờởỡớợù"),
    (0xF1, "ủũúụừửữứựỳỷỹýỵ"),
];

/// VISCII 1.1, RFC 1456. Õ is left out: its byte 0xA0 is a space in all other text.
const VISCII: [(u8, &str); 8] = [
    (0x02, "Ẳ"),
    (0x05, "ẴẪ"),
    (0x14, "Ỷ"),
    (0x19, "Ỹ"),
    (0x1E, "Ỵ"),
    (0x80, "ẠẮẰẶẤẦẨẬẼẸẾỀỂỄỆỐỒỔỖỘỢỚỜỞỊỎỌỈỦŨỤỲ"),
    (0xA1, "ắằặấầẩậẽẹếềểễệốồổỗỠƠộờởịỰỨỪỬơớƯÀÁÂÃẢĂẳẵÈÉÊẺÌÍĨỳĐứÒÓÔạỷừửÙÚỹỵÝ"),
    (0xDE, "ỡưàáâãảăữẫèéêẻìíĩỉđựòóôõỏọụùúũủýợỮ"),
];

/// Units and abbreviations with a sign, in small letters: no evidence, though they decode.
const SYMBOLS: [&str; 6] = ["µm", "μm", "m²", "n°", "nº", "mª"];

/// Adds the readings that explain most of a text: all for which equally few words stay strange.
pub(super) fn decode(text: &str, readings: &mut Vec<LegacyReading>) {
    let words: Vec<Word<'_>> = Words { text, at: 0 }.collect();
    let found: Vec<_> = ENCODINGS
        .into_iter()
        .filter_map(|(encoding, decoder)| {
            let guess = Guess::of(&words, encoding, decoder);
            guess.is_given_away().then_some(guess)
        })
        .collect();
    let fewest = found.iter().map(|guess| guess.strange).min();
    let best = found.into_iter().filter(|guess| Some(guess.strange) == fewest);
    readings.extend(best.map(|guess| guess.write(text)));
}

/// A word of the original: no white space and no ASCII punctuation in it, for all encodings write letters
/// as signs.
struct Word<'t> {
    text: &'t str,
    start: usize,
    /// It is Vietnamese, or has ASCII only.
    ordinary: bool,
    /// It has a letter or mark that no encoding of eight bits has.
    unicode: bool,
}

struct Words<'t> {
    text: &'t str,
    at: usize,
}

impl<'t> Iterator for Words<'t> {
    type Item = Word<'t>;

    fn next(&mut self) -> Option<Word<'t>> {
        let rest = self.text.get(self.at..)?;
        let start = self.at + rest.find(is_part)?;
        let rest = self.text.get(start..)?;
        let word = rest.find(|c| !is_part(c)).and_then(|end| rest.get(..end)).unwrap_or(rest);
        self.at = start + word.len();
        Some(Word {
            text: word,
            start,
            ordinary: word.bytes().all(|b| b.is_ascii_alphanumeric())
                || (is_vietnamese_syllable(word) && !has_capital_inside(word)),
            unicode: word.chars().any(|c| byte(c).is_none() && (c.is_alphabetic() || is_mark(c))),
        })
    }
}

/// Whether a capital beyond ASCII stands behind a small letter: `thÓ` is no Vietnamese.
fn has_capital_inside(word: &str) -> bool {
    word.chars().zip(word.chars().skip(1)).any(|(a, b)| a.is_lowercase() && !b.is_ascii() && b.is_uppercase())
}

fn is_part(c: char) -> bool {
    match c {
        '\0'..='\x7f' => c.is_ascii_alphanumeric() || single(&VISCII, c).is_some(),
        _ => !c.is_whitespace(),
    }
}

/// A word in an encoding.
struct Decoded {
    /// The characters, each with the offset in the word where it comes from.
    letters: Vec<(char, usize)>,
    /// Whether it differs from what was written.
    changed: bool,
    /// It is a Vietnamese syllable.
    plausible: bool,
    /// It has a letter that the encoding has not.
    foreign: bool,
    /// What was written has a letter or sign that Vietnamese has not, or a capital behind a small letter.
    telling: bool,
    /// What was written has a sign or such a capital inside, as no word of any language.
    garbled: bool,
    /// Two characters are one letter.
    paired: bool,
}

impl Decoded {
    fn of(word: &Word<'_>, decoder: Decoder) -> Self {
        let mut decoded = Self {
            letters: Vec::new(),
            changed: false,
            plausible: false,
            foreign: false,
            telling: false,
            garbled: false,
            paired: false,
        };
        let mut text = String::new();
        let mut odd_capital = false;
        let mut after_small = false;
        let mut rest = word.text.char_indices();
        while let Some((at, c)) = rest.next() {
            let next = rest.as_str().chars().next();
            let known = decoder(c, next);
            let (letter, count) = known.unwrap_or((c, 1));
            let kept = known.is_none_or(|(letter, count)| letter == c && count == 1);
            if count > 1 {
                rest.next();
                decoded.paired = true;
            }
            text.push(letter);
            decoded.letters.push((letter, at));
            decoded.changed |= !kept;
            decoded.foreign |= known.is_none() && !c.is_ascii() && c.is_alphabetic();
            odd_capital |= after_small && !kept && letter.is_uppercase();
            let capital_inside = after_small && !c.is_ascii() && c.is_uppercase();
            let inside = rest.as_str().chars().next().is_some_and(char::is_alphanumeric);
            decoded.garbled |= !kept && (capital_inside || (inside && !c.is_alphanumeric()));
            decoded.telling |= !kept && [Some(c), next.filter(|_| count > 1)].into_iter().flatten().any(is_strange);
            after_small = c.is_lowercase();
        }
        decoded.telling |= decoded.garbled;
        decoded.plausible = decoded.changed && !odd_capital && is_vietnamese_syllable(&text);
        decoded
    }
}

/// Whether Vietnamese and English do without a character.
fn is_strange(c: char) -> bool {
    !c.is_ascii() && Letter::of(c).is_none()
}

/// A text in an encoding.
struct Guess<'t> {
    encoding: LegacyEncoding,
    words: Vec<(&'t Word<'t>, Decoded)>,
    /// Words that are nothing as they are, and nothing in this encoding.
    strange: usize,
    /// Some word of Unicode is among them.
    mixed: bool,
}

impl<'t> Guess<'t> {
    fn of(words: &'t [Word<'t>], encoding: LegacyEncoding, decoder: Decoder) -> Self {
        let words: Vec<_> = words.iter().map(|word| (word, Decoded::of(word, decoder))).collect();
        let strange = words.iter().filter(|(word, decoded)| !word.ordinary && !decoded.plausible).count();
        let mixed = words.iter().any(|(word, _)| word.unicode);
        Self { encoding, words, strange, mixed }
    }

    /// Windows-1258 is often mended in part: its text holds letters of Unicode.
    fn may_mix(&self) -> bool {
        self.encoding == LegacyEncoding::Windows1258
    }

    fn can_be(&self, word: &Word<'_>, decoded: &Decoded) -> bool {
        decoded.plausible && (self.may_mix() || !(word.unicode || decoded.foreign))
    }

    /// Whether a word that was none is a syllable in this encoding. That may be chance where all its
    /// characters are Vietnamese: then all other words must fit too.
    fn is_given_away(&self) -> bool {
        let mut evidence = self.words.iter().filter(|(word, decoded)| {
            let symbol = word.text.chars().nth(1).is_none() || SYMBOLS.contains(&word.text.to_lowercase().as_str());
            !word.ordinary && !symbol && self.can_be(word, decoded)
        });
        let consistent = || {
            self.strange == 0
                && self.words.iter().all(|(word, decoded)| self.may_mix() || !(word.unicode || decoded.foreign))
        };
        evidence.clone().any(|(_, decoded)| decoded.telling) || (evidence.next().is_some() && consistent())
    }

    fn write(self, original: &str) -> LegacyReading {
        let mut writer = Writer::default();
        let mut end = 0;
        for (word, decoded) in &self.words {
            writer.push_unchanged(original.get(end..word.start).unwrap_or_default(), end);
            end = word.start + word.text.len();
            let fits = self.can_be(word, decoded) && !(word.ordinary && self.mixed);
            // A name, or several syllables in one: no syllable, but no word as it was written either.
            let must = (decoded.garbled || decoded.paired) && !word.unicode && !word.ordinary && !decoded.foreign;
            if !fits && !must {
                writer.push_unchanged(word.text, word.start);
                continue;
            }
            let ascii = || word.text.chars().filter(char::is_ascii);
            let capitals = ascii().any(|c| c.is_uppercase()) && !ascii().any(|c| c.is_lowercase());
            for (letter, at) in &decoded.letters {
                let upper = letter.to_uppercase().next().filter(|_| capitals);
                writer.push(upper.unwrap_or(*letter), word.start + at);
            }
        }
        writer.push_unchanged(original.get(end..).unwrap_or_default(), end);
        writer.finish(self.encoding, original)
    }
}

/// The byte that Windows-1252, or Latin-1, reads as a character.
pub(super) fn byte(c: char) -> Option<u8> {
    u8::try_from(u32::from(c)).ok().or_else(|| {
        let unit = u16::try_from(u32::from(c)).ok()?;
        let at =
            WINDOWS_1252.get(..0x20)?.iter().position(|&other| other == unit && c != char::REPLACEMENT_CHARACTER)?;
        u8::try_from(0x80 + at).ok()
    })
}

fn single(table: &[(u8, &str)], c: char) -> Option<(char, usize)> {
    let byte = byte(c)?;
    let (first, letters) = table.iter().rev().find(|(first, _)| *first <= byte)?;
    letters.chars().nth(usize::from(byte - first)).map(|letter| (letter, 1))
}

/// VNI for Windows: a vowel and its marks in two characters, some letters in one.
fn vni(c: char, next: Option<char>) -> Option<(char, usize)> {
    let small = c.to_lowercase().next()?;
    let letter = match small {
        'ô' => 'ơ',
        'ö' => 'ư',
        'ñ' => 'đ',
        'í' | 'ì' => small,
        'æ' => 'ỉ',
        'ó' => 'ĩ',
        'ò' => 'ị',
        'î' => 'ỵ',
        'a' | 'e' | 'o' | 'u' | 'y' => small,
        _ => return None,
    };
    let marked = next.and_then(|mark| vni_marks(letter, mark.to_lowercase().next()?));
    let (letter, count) = match marked {
        Some(marked) => (marked, 2),
        None if small.is_ascii() => return None,
        None => (letter, 1),
    };
    Some((if small == c { letter } else { letter.to_uppercase().next()? }, count))
}

/// A vowel with the quality and tone of a mark of VNI.
fn vni_marks(vowel: char, mark: char) -> Option<char> {
    let quality = match (vowel, mark) {
        ('a', 'â' | 'á' | 'à' | 'å' | 'ã' | 'ä') => 'â',
        ('e', 'â' | 'á' | 'à' | 'å' | 'ã' | 'ä') => 'ê',
        ('o', 'â' | 'á' | 'à' | 'å' | 'ã' | 'ä') => 'ô',
        ('a', 'ê' | 'é' | 'è' | 'ú' | 'ü' | 'ë') => 'ă',
        ('a' | 'e' | 'o' | 'u' | 'y' | 'ơ' | 'ư', 'ù' | 'ø' | 'û' | 'õ' | 'ï') => vowel,
        _ => return None,
    };
    let tone = match mark {
        'ù' | 'á' | 'é' => Tone::Acute,
        'ø' | 'à' | 'è' => Tone::Grave,
        'û' | 'å' | 'ú' => Tone::Hook,
        'õ' | 'ã' | 'ü' => Tone::Tilde,
        'ï' | 'ä' | 'ë' => Tone::Dot,
        _ => return Some(quality),
    };
    with_tone(quality, tone)
}

/// Windows-1258: what it has in other places than Windows-1252, a tone mark together with its vowel.
fn windows_1258(c: char, next: Option<char>) -> Option<(char, usize)> {
    let letter = match c {
        'ã' => 'ă',
        'Ã' => 'Ă',
        'õ' => 'ơ',
        'Õ' => 'Ơ',
        'ý' => 'ư',
        'Ý' => 'Ư',
        'ð' => 'đ',
        'Ð' => 'Đ',
        _ => c,
    };
    let tone = match next {
        Some('ì') => Some(Tone::Acute),
        Some('Ì') => Some(Tone::Grave),
        Some('Ò') => Some(Tone::Hook),
        Some('Þ') => Some(Tone::Tilde),
        Some('ò') => Some(Tone::Dot),
        _ => None,
    };
    match tone.and_then(|tone| with_tone(letter, tone)) {
        Some(toned) => Some((toned, 2)),
        None => (letter != c).then_some((letter, 1)),
    }
}
