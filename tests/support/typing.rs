//! Writes Vietnamese as other encodings and keyboards do, independently of the decoders that are tested.
#![allow(dead_code, reason = "each test binary uses some of them")]

use unicode_normalization::UnicodeNormalization;

/// Every small letter that ASCII lacks, and its capital.
pub(crate) const SMALL: &str = "àảãáạăằẳẵắặâầẩẫấậèẻẽéẹêềểễếệìỉĩíịòỏõóọôồổỗốộơờởỡớợùủũúụưừửữứựỳỷỹýỵđ";
pub(crate) const CAPITALS: &str = "ÀẢÃÁẠĂẰẲẴẮẶÂẦẨẪẤẬÈẺẼÉẸÊỀỂỄẾỆÌỈĨÍỊÒỎÕÓỌÔỒỔỖỐỘƠỜỞỠỚỢÙỦŨÚỤƯỪỬỮỨỰỲỶỸÝỴĐ";
/// `SMALL` as iconv (glibc) encodes it in TCVN5712-1, read as Latin-1.
const TCVN3: &str = "µ¶·¸¹¨»¼½¾Æ©ÇÈÉÊËÌÎÏÐÑªÒÓÔÕÖ×ØÜÝÞßáâãä«åæçèé¬êëìíîïñòóô\u{AD}õö÷øùúûüýþ®";
/// `SMALL` and `CAPITALS` as iconv (glibc) encodes them in VISCII, read as Latin-1.
const VISCII: &str = "àäãáÕå¢ÆÇ¡£â¥¦ç¤§èë¨é©ê«¬\u{AD}ª®ìïîí¸òöõó÷ô°±²¯µ½¶·Þ¾þùüûúøß×ØæÑñÏÖÛýÜð";
const VISCII_CAPITALS: &str = "ÀÄÃÁ\u{80}Å\u{82}\u{2}\u{5}\u{81}\u{83}Â\u{85}\u{86}\u{6}\u{84}\u{87}ÈË\u{88}É\u{89}Ê\u{8b}\u{8c}\u{8d}\u{8a}\u{8e}Ì\u{9b}ÎÍ\u{98}Ò\u{99}\u{a0}Ó\u{9a}Ô\u{90}\u{91}\u{92}\u{8f}\u{93}´\u{96}\u{97}³\u{95}\u{94}Ù\u{9c}\u{9d}Ú\u{9e}¿»¼ÿº¹\u{9f}\u{14}\u{19}Ý\u{1e}Ð";

fn swap(text: &str, from: &str, to: &str) -> String {
    let one = |c: char| from.chars().position(|other| other == c).and_then(|at| to.chars().nth(at)).unwrap_or(c);
    text.nfc().map(one).collect()
}

/// TCVN3; capitals with a tone are small letters there.
pub(crate) fn tcvn3(text: &str) -> String {
    let untoned = swap(text, "ĂÂÊÔƠƯĐ", "¡¢£¤¥¦§");
    swap(&swap(&untoned, CAPITALS, SMALL), SMALL, TCVN3)
}

/// VISCII, the upper half as Windows-1252 has it.
pub(crate) fn viscii(text: &str) -> String {
    as_windows_1252(&swap(&swap(text, CAPITALS, VISCII_CAPITALS), SMALL, VISCII))
}

/// A letter taken apart: base, quality mark, tone mark.
fn parts(c: char) -> (char, Option<char>, Option<char>) {
    match c {
        'đ' => return ('d', Some('-'), None),
        'Đ' => return ('D', Some('-'), None),
        _ => {}
    }
    let mut parts = std::iter::once(c).nfd();
    let base = parts.next().unwrap();
    let (mut quality, mut tone) = (None, None);
    for mark in parts {
        match mark {
            '\u{300}' | '\u{301}' | '\u{303}' | '\u{309}' | '\u{323}' => tone = Some(mark),
            _ => quality = Some(mark),
        }
    }
    (base, quality, tone)
}

fn write(text: &str, mut letter: impl FnMut(char, Option<char>, Option<char>, &mut String)) -> String {
    let mut out = String::new();
    for c in text.nfc() {
        let (base, quality, tone) = parts(c);
        if base.is_ascii() { letter(base, quality, tone, &mut out) } else { out.push(c) }
    }
    out
}

/// VNI for Windows.
pub(crate) fn vni_windows(text: &str) -> String {
    write(text, |base, quality, tone, out| {
        let mut push = |sign: &str| out.push_str(&if base.is_uppercase() { sign.to_uppercase() } else { sign.into() });
        let of = |signs: [&'static str; 6]| match tone {
            None => signs[0],
            Some('\u{301}') => signs[1],
            Some('\u{300}') => signs[2],
            Some('\u{309}') => signs[3],
            Some('\u{303}') => signs[4],
            _ => signs[5],
        };
        let small = base.to_ascii_lowercase();
        let plain = ["", "ù", "ø", "û", "õ", "ï"];
        match (small, quality) {
            ('d', Some(_)) => return push("ñ"),
            ('i', _) => return push(of(["i", "í", "ì", "æ", "ó", "ò"])),
            ('y', _) if tone == Some('\u{323}') => return push("î"),
            ('o', Some('\u{31B}')) => push("ô"),
            ('u', Some('\u{31B}')) => push("ö"),
            _ => push(&small.to_string()),
        }
        push(match quality {
            Some('\u{302}') => of(["â", "á", "à", "å", "ã", "ä"]),
            Some('\u{306}') => of(["ê", "é", "è", "ú", "ü", "ë"]),
            _ => of(plain),
        });
    })
}

/// VIQR.
pub(crate) fn viqr(text: &str) -> String {
    write(text, |base, quality, tone, out| {
        out.push(base);
        out.extend(quality.map(|mark| match mark {
            '-' => base,
            '\u{302}' => '^',
            '\u{306}' => '(',
            _ => '+',
        }));
        out.extend(tone.map(|mark| match mark {
            '\u{300}' => '`',
            '\u{301}' => '\'',
            '\u{309}' => '?',
            '\u{303}' => '~',
            _ => '.',
        }));
    })
}

/// Windows-1258 read as Windows-1252.
pub(crate) fn windows_1258(text: &str) -> String {
    write(text, |base, quality, tone, out| {
        let letter: String = match (base, quality) {
            ('d', Some(_)) => "ð".into(),
            ('D', Some(_)) => "Ð".into(),
            ('a', Some('\u{306}')) => "ã".into(),
            ('A', Some('\u{306}')) => "Ã".into(),
            ('o', Some('\u{31B}')) => "õ".into(),
            ('O', Some('\u{31B}')) => "Õ".into(),
            ('u', Some(_)) => "ý".into(),
            ('U', Some(_)) => "Ý".into(),
            _ => [base].into_iter().chain(quality).nfc().collect(),
        };
        out.push_str(&letter);
        out.extend(tone.map(|mark| match mark {
            '\u{300}' => 'Ì',
            '\u{301}' => 'ì',
            '\u{309}' => 'Ò',
            '\u{303}' => 'Þ',
            _ => 'ò',
        }));
    })
}

/// UTF-8 read as Windows-1252; bytes that it leaves undefined are control characters, as browsers read them.
pub(crate) fn misread_utf8(text: &str) -> String {
    as_windows_1252(&text.bytes().map(char::from).collect::<String>())
}

/// Letters beyond ASCII as references of HTML, by number.
pub(crate) fn html(text: &str) -> String {
    text.chars().map(|c| if c.is_ascii() { c.to_string() } else { format!("&#{};", u32::from(c)) }).collect()
}

/// Latin-1 as Windows-1252 shows it.
pub(crate) fn as_windows_1252(latin_1: &str) -> String {
    let upper: Vec<char> = "€\u{81}‚ƒ„…†‡ˆ‰Š‹Œ\u{8d}Ž\u{8f}\u{90}‘’“”•–—˜™š›œ\u{9d}žŸ".chars().collect();
    latin_1.chars().map(|c| if ('\u{80}'..'\u{a0}').contains(&c) { upper[c as usize - 0x80] } else { c }).collect()
}

/// Habits of typing one syllable with an input method.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Habit {
    /// Quality keys with their letters, the tone last: `dduwowngf`, `d9u7o7ng2`.
    ToneLast,
    /// The tone right behind the letter that carries it: `dduwowfng`.
    ToneInside,
    /// One key for ươ: `dduowngf`, `d9uo7ng2`.
    OneHorn,
    /// Quality keys behind the final, then đ, then the tone: `duongwdf`, `duong792`.
    AllLast,
    /// Tone first, then the quality keys, behind the final: `duongfwd`.
    ToneFirst,
    /// đ behind the final: `duwowngdf`.
    StrokeLast,
    /// In Telex, w for a whole ư: `wng`.
    WAlone,
    /// The input method took the quality and left the tone: `viêmj`.
    ToneLeft,
    /// The input method took the tone and left the quality: `vieẹm`.
    QualityLeft,
}

pub(crate) const HABITS: [Habit; 9] = [
    Habit::ToneLast,
    Habit::ToneInside,
    Habit::OneHorn,
    Habit::AllLast,
    Habit::ToneFirst,
    Habit::StrokeLast,
    Habit::WAlone,
    Habit::ToneLeft,
    Habit::QualityLeft,
];

/// A syllable as it is typed in Telex.
pub(crate) fn telex(syllable: &str, habit: Habit) -> String {
    typed(
        syllable,
        habit,
        |base, quality| match quality {
            Some('-') => 'd',
            Some('\u{302}') => base.to_ascii_lowercase(),
            _ => 'w',
        },
        |tone| match tone {
            '\u{300}' => 'f',
            '\u{301}' => 's',
            '\u{309}' => 'r',
            '\u{303}' => 'x',
            _ => 'j',
        },
    )
}

/// A syllable as it is typed in VNI.
pub(crate) fn vni(syllable: &str, habit: Habit) -> String {
    typed(
        syllable,
        habit,
        |_, quality| match quality {
            Some('-') => '9',
            Some('\u{302}') => '6',
            Some('\u{306}') => '8',
            _ => '7',
        },
        |tone| match tone {
            '\u{301}' => '1',
            '\u{300}' => '2',
            '\u{309}' => '3',
            '\u{303}' => '4',
            _ => '5',
        },
    )
}

fn typed(syllable: &str, habit: Habit, key: fn(char, Option<char>) -> char, tone_key: fn(char) -> char) -> String {
    let letters: Vec<_> = syllable.nfc().map(parts).collect();
    let tone = letters.iter().find_map(|(_, _, tone)| *tone);
    let (mut out, mut qualities, mut stroke) = (String::new(), String::new(), String::new());
    for (at, (base, quality, tone)) in letters.iter().enumerate() {
        let horn_follows = letters.get(at + 1).is_some_and(|next| next.1 == Some('\u{31B}'));
        let horn_before = at > 0 && letters[at - 1].1 == Some('\u{31B}') && *quality == Some('\u{31B}');
        let mut composed = String::from(*base);
        if habit == Habit::ToneLeft {
            composed = match quality {
                Some('-') if *base == 'd' => "đ".into(),
                Some('-') => "Đ".into(),
                _ => [*base].into_iter().chain(*quality).nfc().collect(),
            };
        } else if habit == Habit::QualityLeft {
            composed = [*base].into_iter().chain(*tone).nfc().collect();
        }
        if habit == Habit::WAlone && *quality == Some('\u{31B}') && base.eq_ignore_ascii_case(&'u') && !horn_follows {
            out.push(if base.is_uppercase() { 'W' } else { 'w' });
        } else {
            out.push_str(&composed);
            if let Some(mark) = quality {
                let key = key(*base, Some(*mark));
                match habit {
                    Habit::ToneLeft => {}
                    Habit::OneHorn if *mark == '\u{31B}' && horn_follows => {}
                    Habit::AllLast | Habit::ToneFirst if *mark == '-' => stroke.push(key),
                    Habit::AllLast | Habit::ToneFirst if horn_before => {}
                    Habit::AllLast | Habit::ToneFirst => qualities.push(key),
                    Habit::StrokeLast if *mark == '-' => stroke.push(key),
                    _ => out.push(key),
                }
            }
        }
        if habit == Habit::ToneInside {
            out.extend(tone.map(tone_key));
        }
    }
    let tone_last = tone.filter(|_| !matches!(habit, Habit::ToneInside | Habit::QualityLeft)).map(tone_key);
    if habit == Habit::ToneFirst {
        out.extend(tone_last);
    }
    out.push_str(&qualities);
    out.push_str(&stroke);
    if habit != Habit::ToneFirst {
        out.extend(tone_last);
    }
    out
}
