//! Telex and VNI keystrokes that an input method should have turned into letters and did not.
//!
//! A decoding is one more reading of a token, never a replacement: English words decode too (`here` is
//! Telex for `hể`), and only a lexicon can tell whether the result is a word.

use tinyvec::ArrayVec;

use super::letter::{Letter, Tone};
use super::syllable::is_syllable;

/// A syllable has seven letters at most, and at most as many keys.
const MAX_CHARACTERS: usize = 14;

/// Decodes Telex keys left in a token and writes the reading over `out` in level 0. `false`, with `out`
/// empty, if no key took effect or the result is not a Vietnamese syllable.
///
/// Takes a token in level 0 ([`Token::accented`](super::Token::accented)) or composed; letters that
/// already have their marks stay (`đườngf`). Tone keys s f r x j (z removes) may stand anywhere behind
/// the vowel, but one tone only: `virus` has two tone keys and is no Telex. Quality keys are aa ee oo, w,
/// dd, and may follow the final (`viemej`, `dod`). Where that makes no syllable, a quality key may also stand
/// behind other vowels (`phoior`), w alone for ư (`thw`), and a key repeat a mark that is there (`viêem`).
///
/// ```
/// let mut reading = String::new();
/// assert!(medterm::text::decode_telex("dduwowngf", &mut reading));
/// assert_eq!(reading, "đương\u{300}");
/// ```
pub fn decode_telex(token: &str, out: &mut String) -> bool {
    let reads = |loose| {
        replay(token, loose, Draft::press_telex)
            .is_some_and(|draft| (draft.letters.len() > 1 || !draft.is_w) && draft.write(out))
    };
    [false, true].into_iter().any(reads) || reject(out)
}

/// Decodes VNI keys left in a token, like [`decode_telex`]: 1 to 5 sắc huyền hỏi ngã nặng, 6 ^, 7 horn,
/// 8 breve, 9 đ, 0 removes a tone that was written. One vowel with digits is mostly a code (`a1`, `e16`): it
/// is decoded only if the digits are a quality and a tone (`o73`).
///
/// ```
/// let mut reading = String::new();
/// assert!(medterm::text::decode_vni("pho6i3", &mut reading));
/// assert_eq!(reading, "phôi\u{309}");
/// assert!(!medterm::text::decode_vni("b12", &mut reading));
/// ```
pub fn decode_vni(token: &str, out: &mut String) -> bool {
    let has_digit = token.bytes().any(|b| b.is_ascii_digit());
    let reads = |loose| {
        replay(token, loose, Draft::press_vni).is_some_and(|draft| {
            let is_code = !draft.composed && draft.letters.len() == 1 && !is_shaped_then_toned(token);
            !is_code && draft.write(out)
        })
    };
    has_digit && [false, true].into_iter().any(reads) || reject(out)
}

/// Whether a vowel is followed by its quality and then its tone: `o73` is ở, but `e16` and `a1` are codes.
fn is_shaped_then_toned(token: &str) -> bool {
    matches!(token.as_bytes(), [_, b'6'..=b'8', _])
}

fn reject(out: &mut String) -> bool {
    out.clear();
    false
}

/// A syllable while its keys are replayed.
#[derive(Default)]
struct Draft {
    /// Lower case, with quality, without tone.
    letters: ArrayVec<[char; MAX_CHARACTERS + 1]>,
    tone: Option<Tone>,
    /// Whether `tone` comes from a key.
    tone_typed: bool,
    /// How many keys took effect.
    keys: usize,
    /// Whether some letter was typed with its marks.
    composed: bool,
    /// Whether keys may stand where fewer people type them.
    loose: bool,
    /// Whether a w was taken for a whole ư.
    is_w: bool,
}

/// Replays the characters of a token. `None` if it has a character that is no letter, digit or tone mark,
/// or has too many.
fn replay(token: &str, loose: bool, press: fn(&mut Draft, char) -> bool) -> Option<Draft> {
    if token.chars().nth(MAX_CHARACTERS).is_some() {
        return None;
    }
    let mut draft = Draft { tone: written_tone(token), composed: !token.is_ascii(), loose, ..Draft::default() };
    for c in token.chars().filter(|&c| Tone::from_mark(c).is_none()) {
        let letter = Letter::of(c)?;
        if c.is_ascii() && press(&mut draft, letter.plain) {
            draft.keys += 1;
        } else {
            draft.push(letter.plain);
        }
    }
    (draft.keys > 0).then_some(draft)
}

/// The last tone that a token has as a mark. It stands before the keys that may change it: level 0 has it
/// at the end, behind them.
fn written_tone(token: &str) -> Option<Tone> {
    token.chars().rev().find_map(|c| Tone::from_mark(c).or_else(|| Letter::of(c)?.tone))
}

impl Draft {
    /// Adds a letter. There is room for more than a token has.
    fn push(&mut self, letter: char) {
        let _ = self.letters.try_push(letter);
    }

    /// Lets a Telex key take effect; `false` if it is a plain letter here.
    fn press_telex(&mut self, key: char) -> bool {
        match key {
            's' => self.type_tone(Tone::Acute),
            'f' => self.type_tone(Tone::Grave),
            'r' => self.type_tone(Tone::Hook),
            'x' => self.type_tone(Tone::Tilde),
            'j' => self.type_tone(Tone::Dot),
            'z' => self.remove_tone(),
            'a' | 'e' | 'o' => {
                let behind = self.letters.last().is_some_and(|&last| last == key || !is_vowel(last));
                (behind || self.loose) && self.add_circumflex(|c| c == key) || self.repeats(circumflexed(key))
            }
            'w' => {
                self.add_horn_or_breve() || self.repeats('ư') || self.repeats('ơ') || self.repeats('ă') || self.add_w()
            }
            'd' => self.add_stroke() || self.repeats('đ'),
            _ => false,
        }
    }

    /// Lets a VNI key take effect; `false` if it is a plain letter or digit here.
    fn press_vni(&mut self, key: char) -> bool {
        match key {
            '1' => self.type_tone(Tone::Acute),
            '2' => self.type_tone(Tone::Grave),
            '3' => self.type_tone(Tone::Hook),
            '4' => self.type_tone(Tone::Tilde),
            '5' => self.type_tone(Tone::Dot),
            '0' => !self.tone_typed && self.remove_tone(),
            '6' => {
                self.add_circumflex(|c| matches!(c, 'a' | 'e' | 'o'))
                    || ['â', 'ê', 'ô'].into_iter().any(|letter| self.repeats(letter))
            }
            '7' => self.add_horn() || self.repeats('ư') || self.repeats('ơ'),
            '8' => self.add_breve() || self.repeats('ă'),
            '9' => self.add_stroke() || self.repeats('đ'),
            _ => false,
        }
    }

    fn type_tone(&mut self, tone: Tone) -> bool {
        let effective = !self.tone_typed && self.letters.iter().any(|&c| is_vowel(c));
        if effective {
            self.tone = Some(tone);
            self.tone_typed = true;
        }
        effective
    }

    fn remove_tone(&mut self) -> bool {
        self.tone_typed = false;
        self.tone.take().is_some()
    }

    /// The letters that quality keys may change: all, but for the u of qu.
    fn nucleus(&mut self) -> &mut [char] {
        match self.letters.as_mut_slice() {
            ['q', 'u', nucleus @ ..] => nucleus,
            all => all,
        }
    }

    fn add_circumflex(&mut self, wanted: impl Fn(char) -> bool) -> bool {
        let vowel = self.nucleus().iter_mut().rev().find(|c| wanted(**c));
        replace(vowel, circumflexed)
    }

    /// Whether a quality key says again what a letter was typed with.
    fn repeats(&self, letter: char) -> bool {
        self.composed && self.loose && self.letters.contains(&letter)
    }

    /// The w of Telex for a whole ư, where no vowel is that it could change.
    fn add_w(&mut self) -> bool {
        let effective = self.loose && !self.is_w;
        if effective {
            self.push('ư');
            self.is_w = true;
        }
        effective
    }

    /// The w of Telex: ă for an a that has no u before it, else a horn.
    fn add_horn_or_breve(&mut self) -> bool {
        let nucleus = self.nucleus();
        if nucleus.contains(&'a') && !nucleus.contains(&'u') { self.add_breve() } else { self.add_horn() }
    }

    fn add_breve(&mut self) -> bool {
        let vowel = self.nucleus().iter_mut().rev().find(|c| **c == 'a');
        replace(vowel, |_| 'ă')
    }

    /// Horn on the first vowel that can have one; [`pair_horns`](Self::pair_horns) settles uo.
    fn add_horn(&mut self) -> bool {
        let vowel = self.nucleus().iter_mut().find(|c| matches!(**c, 'u' | 'o'));
        replace(vowel, |plain| if plain == 'u' { 'ư' } else { 'ơ' })
    }

    /// đ from the initial d.
    fn add_stroke(&mut self) -> bool {
        let initial = self.letters.first_mut().filter(|c| **c == 'd');
        replace(initial, |_| 'đ')
    }

    /// One horn on uo means ươ before a final (dduowng, dduwong) and uơ without (thuowr).
    fn pair_horns(&mut self) {
        let nucleus = self.nucleus();
        let pair = nucleus.windows(2).position(|pair| matches!(pair, ['ư', 'o' | 'ơ'] | ['u', 'ơ']));
        let Some(found) = pair.and_then(|at| nucleus.get_mut(at..)) else { return };
        if let [first, second, rest @ ..] = found {
            *first = if rest.is_empty() { 'u' } else { 'ư' };
            *second = 'ơ';
        }
    }

    /// Writes the syllable in level 0 over `out`; `false` if it is none.
    fn write(mut self, out: &mut String) -> bool {
        self.pair_horns();
        out.clear();
        out.extend(self.letters.iter());
        let valid = is_syllable(out, self.tone);
        out.extend(self.tone.map(Tone::mark));
        valid
    }
}

fn circumflexed(plain: char) -> char {
    match plain {
        'a' => 'â',
        'e' => 'ê',
        _ => 'ô',
    }
}

fn replace(letter: Option<&mut char>, by: impl Fn(char) -> char) -> bool {
    letter.map(|letter| *letter = by(*letter)).is_some()
}

fn is_vowel(c: char) -> bool {
    matches!(c, 'a' | 'ă' | 'â' | 'e' | 'ê' | 'i' | 'o' | 'ô' | 'ơ' | 'u' | 'ư' | 'y')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::text::Analyzer;

    /// Decodes each token of a text, leaving those that do not decode.
    fn decode(text: &str, decode: fn(&str, &mut String) -> bool) -> String {
        let mut analyzer = Analyzer::new();
        let tokens = analyzer.analyze(text);
        let mut reading = String::new();
        let words = tokens.iter().map(|token| {
            if decode(token.accented(), &mut reading) { reading.clone() } else { token.accented().into() }
        });
        words.collect::<Vec<_>>().join(" ")
    }

    fn accented(text: &str) -> String {
        decode(text, |_, _| false)
    }

    #[test]
    fn telex() {
        for (keys, text) in [
            ("ddais thaos dduwowngf", "đái tháo đường"),
            ("vieem phooir", "viêm phổi"),
            ("vieem phoori", "viêm phổi"),
            ("VIEEM PHOOIR", "viêm phổi"),
            ("viem phoroi", "viem phổi"),
            ("tieeur dduowngf", "tiểu đường"),
            ("dduwongf duongdwf", "đường đường"),
            ("dod dodj huyeets", "đo đọ huyết"),
            ("ungw thuw", "ưng thư"),
            ("ung thuw cowr", "ung thư cở"),
            ("hoawcj cuaw", "hoặc cưa"),
            ("quys giaf gifn nguwowif", "quý già gìn người"),
            ("quowr thuowr", "quở thuở"),
            ("khuyur loangx", "khuỷu loãng"),
            ("viemej thuocos", "việm thuốc"),
            ("huuw huwu", "hưu hưu"),
            ("đườngf phôir phổiz", "đường phổi phôi"),
            ("toanfz toansfz toanfzs", "toan toansfz toán"),
            ("phoior caauf cauaf nhieuef khoeof", "phổi cầu cầu nhiều khoèo"),
            ("wng thw chwngs giwax ddwowngf ddwongf", "ưng thư chứng giữa đường đường"),
            ("ddaud daudd viêem phooỉ việnj thượngf", "ddaud daudd viêm phổi viện thường"),
            ("Ddais DDais đdais đươwngf", "đái đái đái đường"),
        ] {
            assert_eq!(decode(keys, decode_telex), accented(text), "{keys}");
        }
    }

    #[test]
    fn vni() {
        for (keys, text) in [
            ("vie6m pho6i3", "viêm phổi"),
            ("viem6 phoi63 PHOI36", "viêm phổi phổi"),
            ("d9uong72 d9a1i tha1o d9u7o7ng2", "đường đái tháo đường"),
            ("duong972", "đường"),
            ("hoa8c5 thuo6c1 quy1 gia1", "hoặc thuốc quý giá"),
            ("u7ng thu7 u71", "ưng thư ứ"),
            ("phôi3 phổi0 đường2", "phổi phôi đường"),
            ("thuo73", "thuở"),
            ("ơ3 ở7 viê6m1 đ9a1i", "ở ở viếm đái"),
        ] {
            assert_eq!(decode(keys, decode_vni), accented(text), "{keys}");
        }
    }

    #[test]
    fn not_telex() {
        for word in [
            "virus",
            "thorax",
            "cyst",
            "pharynx",
            "class",
            "toan",
            "viem",
            "phổi",
            "b12",
            "w",
            "s",
            "dd",
            "aaa",
            "ww",
            "insulin",
            "arthritis",
            "stress",
            "thuooc",
            "",
        ] {
            let mut reading = String::from("left over");
            assert!(!decode_telex(word, &mut reading), "{word} {reading}");
            assert!(reading.is_empty());
        }
    }

    #[test]
    fn not_vni() {
        for word in [
            "b12", "t4", "h5n1", "hba1c", "a1", "o2", "ca19", "ca125", "ki67", "her2", "spo2", "2", "12", "c3", "viem",
            "phổi", "d9", "vie66m", "pho6i33", "e10", "e16", "u37", "ca50", "o6", "y1", "",
        ] {
            let mut reading = String::from("left over");
            assert!(!decode_vni(word, &mut reading), "{word} {reading}");
            assert!(reading.is_empty());
        }
    }

    proptest! {
        #[test]
        fn any_token(token in "(\\PC|[a-zđươ0-9\u{301}]){0,20}") {
            let mut reading = String::new();
            for decode in [decode_telex, decode_vni] {
                if decode(&token, &mut reading) {
                    prop_assert!(crate::text::is_vietnamese_syllable(&reading), "{} {}", token, reading);
                }
            }
        }
    }
}
