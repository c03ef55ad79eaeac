//! Letters, marks and tones: what a single character is, before any word is looked at.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// A Vietnamese tone that is written with a mark. The sixth, ngang, has none and is `None` everywhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Tone {
    /// Huyền, U+0300.
    Grave,
    /// Sắc, U+0301.
    Acute,
    /// Ngã, U+0303.
    Tilde,
    /// Hỏi, U+0309.
    Hook,
    /// Nặng, U+0323.
    Dot,
}

impl Tone {
    /// The tone of a combining mark, `None` for any other character.
    pub(super) fn from_mark(mark: char) -> Option<Self> {
        Some(match mark {
            '\u{300}' => Self::Grave,
            '\u{301}' => Self::Acute,
            '\u{303}' => Self::Tilde,
            '\u{309}' => Self::Hook,
            '\u{323}' => Self::Dot,
            _ => return None,
        })
    }

    /// The combining mark of the tone.
    pub(super) fn mark(self) -> char {
        match self {
            Self::Grave => '\u{300}',
            Self::Acute => '\u{301}',
            Self::Tilde => '\u{303}',
            Self::Hook => '\u{309}',
            Self::Dot => '\u{323}',
        }
    }
}

/// An ASCII letter or digit, or a precomposed Vietnamese letter, taken apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Letter {
    /// Lower case, with its quality (ă â ê ô ơ ư đ) and without its tone.
    pub(super) plain: char,
    /// The tone it carries.
    pub(super) tone: Option<Tone>,
    /// ASCII, without quality.
    pub(super) folded: u8,
}

impl Letter {
    /// Takes a character apart by table; `None` for a character that is not in the tables.
    pub(super) fn of(c: char) -> Option<Self> {
        let code = u32::from(c);
        match code {
            0..0x80 => {
                let folded = c.to_ascii_lowercase() as u8;
                folded.is_ascii_alphanumeric().then_some(Self { plain: char::from(folded), tone: None, folded })
            }
            LATIN_FIRST..0x1EA0 => LATIN.get((code - LATIN_FIRST) as usize).copied().flatten(),
            VIETNAMESE_FIRST.. => VIETNAMESE.get((code - VIETNAMESE_FIRST) as usize).copied().flatten(),
            _ => None,
        }
    }

    /// Composes a letter and the marks behind it where each is a Vietnamese quality or the only tone;
    /// `None` leaves the rest to Unicode normalisation.
    pub(super) fn compose(cluster: &str) -> Option<Self> {
        let mut characters = cluster.chars();
        let mut letter = Self::of(characters.next()?)?;
        for mark in characters {
            match Tone::from_mark(mark) {
                Some(tone) if letter.tone.is_none() && is_plain_vowel(char::from(letter.folded)) => {
                    letter.tone = Some(tone);
                }
                Some(_) => return None,
                None => letter.plain = with_quality(letter.plain, mark)?,
            }
        }
        Some(letter)
    }
}

/// A plain letter with a combining circumflex, breve or horn; `None` if Vietnamese has no such letter.
fn with_quality(plain: char, mark: char) -> Option<char> {
    Some(match (plain, mark) {
        ('a', '\u{302}') => 'â',
        ('e', '\u{302}') => 'ê',
        ('o', '\u{302}') => 'ô',
        ('a', '\u{306}') => 'ă',
        ('o', '\u{31B}') => 'ơ',
        ('u', '\u{31B}') => 'ư',
        _ => return None,
    })
}

/// The composed character of a vowel without tone and a tone, in the letter case of the vowel; `None` if
/// it is no vowel of the tables.
pub(super) fn with_tone(vowel: char, tone: Tone) -> Option<char> {
    let lower = vowel.to_lowercase().next()?;
    let (forms, _) = VOWELS.iter().find(|(forms, _)| forms.first() == Some(&lower))?;
    let at = TONES.iter().position(|other| *other == Some(tone))?;
    let toned = *forms.get(at)?;
    if vowel == lower { Some(toned) } else { toned.to_uppercase().next() }
}

/// Whether an unmarked lower-case letter is a vowel, on which a tone mark is a tone.
pub(super) fn is_plain_vowel(c: char) -> bool {
    matches!(c, 'a' | 'e' | 'i' | 'o' | 'u' | 'y')
}

/// The vowels: without tone, then with huyền, sắc, ngã, hỏi, nặng.
const VOWELS: [([char; 6], u8); 12] = [
    (['a', 'à', 'á', 'ã', 'ả', 'ạ'], b'a'),
    (['ă', 'ằ', 'ắ', 'ẵ', 'ẳ', 'ặ'], b'a'),
    (['â', 'ầ', 'ấ', 'ẫ', 'ẩ', 'ậ'], b'a'),
    (['e', 'è', 'é', 'ẽ', 'ẻ', 'ẹ'], b'e'),
    (['ê', 'ề', 'ế', 'ễ', 'ể', 'ệ'], b'e'),
    (['i', 'ì', 'í', 'ĩ', 'ỉ', 'ị'], b'i'),
    (['o', 'ò', 'ó', 'õ', 'ỏ', 'ọ'], b'o'),
    (['ô', 'ồ', 'ố', 'ỗ', 'ổ', 'ộ'], b'o'),
    (['ơ', 'ờ', 'ớ', 'ỡ', 'ở', 'ợ'], b'o'),
    (['u', 'ù', 'ú', 'ũ', 'ủ', 'ụ'], b'u'),
    (['ư', 'ừ', 'ứ', 'ữ', 'ử', 'ự'], b'u'),
    (['y', 'ỳ', 'ý', 'ỹ', 'ỷ', 'ỵ'], b'y'),
];

const TONES: [Option<Tone>; 6] =
    [None, Some(Tone::Grave), Some(Tone::Acute), Some(Tone::Tilde), Some(Tone::Hook), Some(Tone::Dot)];

/// đ, and the letters that are typed for it because they look the same: eth and African d.
const STROKED_D: [char; 6] = ['đ', 'Đ', 'ð', 'Ð', 'Ɖ', 'ɖ'];

const LATIN_FIRST: u32 = 0xC0;
/// Latin-1 to Latin Extended-B, as far as ɖ.
static LATIN: [Option<Letter>; 0x197] = table(LATIN_FIRST);

const VIETNAMESE_FIRST: u32 = 0x1EA0;
/// The Vietnamese part of Latin Extended Additional.
static VIETNAMESE: [Option<Letter>; 0x5A] = table(VIETNAMESE_FIRST);

/// The part of the alphabet whose code points lie in `first .. first + LENGTH`.
#[expect(clippy::indexing_slicing, reason = "runs at compile time only; bounds are the arrays' own")]
const fn table<const LENGTH: usize>(first: u32) -> [Option<Letter>; LENGTH] {
    let mut table = [None; LENGTH];
    let mut vowel = 0;
    while vowel < VOWELS.len() {
        let (forms, folded) = VOWELS[vowel];
        let mut tone = 0;
        while tone < forms.len() {
            let letter = Letter { plain: forms[0], tone: TONES[tone], folded };
            let lower = forms[tone] as u32;
            // In Unicode the capital precedes by 32 in Latin-1 and by one in the blocks after it.
            let upper = if lower < 0x100 { lower - 0x20 } else { lower - 1 };
            set(&mut table, first, lower, letter);
            set(&mut table, first, upper, letter);
            tone += 1;
        }
        vowel += 1;
    }
    let mut form = 0;
    while form < STROKED_D.len() {
        set(&mut table, first, STROKED_D[form] as u32, Letter { plain: 'đ', tone: None, folded: b'd' });
        form += 1;
    }
    table
}

#[expect(clippy::indexing_slicing, reason = "runs at compile time only, behind a bounds check")]
const fn set<const LENGTH: usize>(table: &mut [Option<Letter>; LENGTH], first: u32, code: u32, letter: Letter) {
    if code >= first && code - first < LENGTH as u32 {
        table[(code - first) as usize] = Some(letter);
    }
}

/// A stand-in replaced by the letter that is meant: the Symbol font's private-use Greek, and look-alikes of đ.
pub(super) fn unify(c: char) -> char {
    match c {
        '\u{F061}' => 'α',
        '\u{F062}' => 'β',
        '\u{F067}' => 'γ',
        '\u{F064}' => 'δ',
        '\u{F065}' => 'ε',
        'ð' | 'Ð' | 'Ɖ' | 'ɖ' => 'đ',
        _ => c,
    }
}

/// Letters that Unicode does not decompose and their ASCII form; `None` for every other character.
pub(super) fn special_fold(c: char) -> Option<&'static str> {
    Some(match c {
        'đ' => "d",
        'ß' => "ss",
        'œ' => "oe",
        'æ' => "ae",
        'ø' => "o",
        'ł' => "l",
        'ħ' => "h",
        'ı' => "i",
        'þ' => "th",
        'α' => "alpha",
        'β' => "beta",
        'γ' => "gamma",
        'δ' => "delta",
        'ε' => "epsilon",
        _ => return None,
    })
}

/// Whether marks on this base letter are dropped by folding.
pub(super) fn is_latin(base: char) -> bool {
    matches!(base, '\0'..'\u{250}' | '\u{1E00}'..'\u{1F00}')
}

/// The characters a lower-case, toneless letter folds to; none for a combining mark.
pub(super) fn folded_letter(c: char) -> impl Iterator<Item = char> {
    let letter = Letter::of(c);
    let special = if letter.is_none() { special_fold(c) } else { None };
    let single = (special.is_none() && !is_mark(c)).then(|| match letter {
        Some(letter) => char::from(letter.folded),
        None if is_latin(c) => std::iter::once(c).nfd().next().unwrap_or(c),
        None => c,
    });
    special.unwrap_or_default().chars().chain(single)
}

/// Whether a character modifies the one before it. The blocks that Vietnamese uses are decided by range.
pub(super) fn is_mark(c: char) -> bool {
    match c {
        '\0'..'\u{300}' | '\u{1E00}'..'\u{2000}' => false,
        '\u{300}'..'\u{370}' => true,
        _ => is_combining_mark(c),
    }
}

/// Characters that carry no text and are skipped inside a word: soft hyphen, joiners, direction marks,
/// variation selectors, byte order mark.
pub(super) fn is_ignorable(c: char) -> bool {
    matches!(
        c,
        '\u{AD}'
            | '\u{34F}'
            | '\u{200B}'..='\u{200F}'
            | '\u{202A}'..='\u{202E}'
            | '\u{2060}'..='\u{2064}'
            | '\u{2066}'..='\u{2069}'
            | '\u{FE00}'..='\u{FE0F}'
            | '\u{FEFF}'
    )
}

/// Splits an L0 form into its letters and the tone marks at its end.
pub(crate) fn split_tones(accented: &str) -> (&str, &str) {
    let letters = accented.trim_end_matches(|c| Tone::from_mark(c).is_some());
    (letters, accented.get(letters.len()..).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn table_agrees_with_unicode() {
        for c in ('\0'..'\u{2000}').filter(|c| c.is_alphanumeric()) {
            let Some(letter) = Letter::of(c) else { continue };
            let mut marks: Vec<char> = unify(c).to_lowercase().nfd().collect();
            let tone = marks.iter().position(|&c| Tone::from_mark(c).is_some()).map(|at| marks.remove(at));
            assert_eq!(marks.iter().copied().nfc().collect::<String>(), letter.plain.to_string(), "{c}");
            assert_eq!(tone, letter.tone.map(Tone::mark), "{c}");
            assert_eq!(folded_letter(letter.plain).collect::<String>(), char::from(letter.folded).to_string());
        }
    }

    #[test]
    fn table_holds_the_whole_alphabet() {
        for (forms, _) in VOWELS {
            for lower in forms {
                assert!(
                    Letter::of(lower).is_some() && lower.to_uppercase().all(|c| Letter::of(c).is_some()),
                    "{lower}"
                );
            }
        }
        assert_eq!(Letter::of('Đ'), Letter::of('đ'));
        assert_eq!(Letter::of('ü'), None);
        assert_eq!(Letter::of('-'), None);
    }
}
