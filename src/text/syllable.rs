//! Which letter sequences are Vietnamese syllables: initial, rime and tone.
//!
//! The tables follow the standard description of the written syllable (initial + medial + nucleus + final),
//! with the spelling rules c/k/q, g/gh and ng/ngh, and the rule that a syllable closed by a stop has only
//! sắc or nặng. Rimes of established loans (xoong, tuýp) are included.

use super::letter::{Letter, Tone};

const INITIALS: [&str; 28] = [
    "", "b", "c", "ch", "d", "đ", "g", "gh", "gi", "h", "k", "kh", "l", "m", "n", "ng", "ngh", "nh", "p", "ph", "qu",
    "r", "s", "t", "th", "tr", "v", "x",
];

/// Nuclei, with medial, and the finals that may follow; the empty final is the open syllable.
const RIMES: [(&str, &[&str]); 28] = [
    ("a", &["", "c", "ch", "i", "m", "n", "ng", "nh", "o", "p", "t", "u", "y"]),
    ("ă", &["c", "m", "n", "ng", "p", "t"]),
    ("â", &["c", "m", "n", "ng", "p", "t", "u", "y"]),
    ("e", &["", "c", "m", "n", "ng", "o", "p", "t"]),
    ("ê", &["", "ch", "m", "n", "nh", "p", "t", "u"]),
    ("i", &["", "ch", "m", "n", "nh", "p", "t", "u"]),
    ("ia", &[""]),
    ("iê", &["c", "m", "n", "ng", "p", "t", "u"]),
    ("o", &["", "c", "i", "m", "n", "ng", "p", "t"]),
    ("oa", &["", "c", "ch", "i", "m", "n", "ng", "nh", "o", "p", "t", "y"]),
    ("oă", &["c", "m", "n", "ng", "t"]),
    ("oe", &["", "m", "n", "o", "t"]),
    ("oo", &["c", "ng"]),
    ("ô", &["", "c", "i", "m", "n", "ng", "p", "t"]),
    ("ơ", &["", "i", "m", "n", "p", "t"]),
    ("u", &["", "c", "i", "m", "n", "ng", "p", "t"]),
    ("ua", &[""]),
    ("uâ", &["n", "ng", "t", "y"]),
    ("uê", &["", "ch", "n", "nh", "u"]),
    ("uô", &["c", "i", "m", "n", "ng", "t"]),
    ("uơ", &[""]),
    ("uy", &["", "a", "ch", "n", "nh", "p", "t", "u"]),
    ("uyê", &["n", "t"]),
    ("ư", &["", "c", "i", "m", "n", "ng", "t", "u"]),
    ("ưa", &[""]),
    ("ươ", &["c", "i", "m", "n", "ng", "p", "t", "u"]),
    ("y", &["", "ch", "n", "nh", "p", "t", "u"]),
    ("yê", &["m", "n", "ng", "t", "u"]),
];

/// The longest syllable, nghiêng, has seven letters.
const MAX_LETTERS: usize = 7;

/// Whether a word is a Vietnamese syllable by its form: initial, rime and tone go together. It need not be
/// a word of the language. Takes level 0 or composed text in any case; decomposed quality marks are `false`.
///
/// ```
/// use medterm::text::is_vietnamese_syllable;
/// assert!(is_vietnamese_syllable("đường") && is_vietnamese_syllable("khuỷu"));
/// assert!(!is_vietnamese_syllable("qổ") && !is_vietnamese_syllable("cyst"));
/// // A stop at the end takes sắc or nặng.
/// assert!(is_vietnamese_syllable("cấp") && !is_vietnamese_syllable("câp"));
/// ```
#[must_use]
pub fn is_vietnamese_syllable(accented_or_nfc: &str) -> bool {
    let mut letters = String::with_capacity(2 * MAX_LETTERS);
    let mut tone = None;
    for c in accented_or_nfc.chars().take(MAX_LETTERS + 2) {
        let mark = match (Tone::from_mark(c), Letter::of(c)) {
            (Some(mark), _) => Some(mark),
            (None, Some(letter)) => {
                letters.push(letter.plain);
                letter.tone
            }
            (None, None) => return false,
        };
        if mark.is_some() && tone.is_some() {
            return false;
        }
        tone = tone.or(mark);
    }
    is_syllable(&letters, tone)
}

/// Whether lower-case letters with their quality and a tone make a syllable.
pub(super) fn is_syllable(letters: &str, tone: Option<Tone>) -> bool {
    INITIALS.iter().any(|initial| {
        letters.strip_prefix(initial).is_some_and(|rime| spelling_fits(initial, rime) && is_rime(rime, tone))
    })
}

fn is_rime(rime: &str, tone: Option<Tone>) -> bool {
    RIMES.iter().any(|(nucleus, finals)| {
        rime.strip_prefix(nucleus).is_some_and(|last| {
            let stopped = matches!(last, "c" | "ch" | "p" | "t");
            finals.contains(&last) && (!stopped || matches!(tone, Some(Tone::Acute | Tone::Dot)))
        })
    })
}

/// The rules of spelling between an initial and the rime behind it.
fn spelling_fits(initial: &str, rime: &str) -> bool {
    let Some(first) = rime.chars().next() else { return false };
    let front = matches!(first, 'e' | 'ê' | 'i' | 'y');
    match initial {
        "c" => !front,
        "k" => front && (first != 'y' || rime == "y"),
        "gh" | "ngh" => front && first != 'y',
        // gì, gìn and giếng: the i is initial and vowel at once.
        "g" => !front || first == 'i',
        "ng" => !front,
        "gi" => !matches!(first, 'i' | 'y'),
        "qu" => !matches!(first, 'o' | 'u' | 'ư'),
        "" => first != 'y' || rime == "y" || rime.starts_with("yê"),
        "h" | "l" | "m" | "n" | "s" | "t" | "v" => first != 'y' || rime == "y",
        _ => first != 'y',
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn syllables() {
        for word in "đái tháo đường viêm phổi toàn tòan quý quyết quỳnh giá gì gìn giếng giường hoà hòa thuỷ thủy \
                     thoáng tiện khuỷu nghiêng nghĩa ghi kỹ lý y yếu yên uống ưa ngoặc ngoéo khuya tuýp xoong thuở \
                     người hươu bướu rượu quốc quở huênh hoạch loãng tuần chuẩn sỏi u ác ở ứ ổ TUỴ Ấp"
            .split_whitespace()
        {
            assert!(is_vietnamese_syllable(word), "{word}");
        }
        assert!(is_vietnamese_syllable("đương\u{300}"));
    }

    #[test]
    fn not_syllables() {
        for word in
            "virus thorax thóax cýst cyst phaỹn b12 t4 h5n1 polyp ki1 cê gê ngi nghà kà qua2 câp cầp các\u{300} \
                     bãt hoăng1 đươ chuô viê a\u{301}\u{301} ợu strà fa wa za ja 肺 nghiêngx nghiêngnghiêng"
                .split_whitespace()
                .filter(|word| *word != "ke")
        {
            assert!(!is_vietnamese_syllable(word), "{word}");
        }
        assert!(!is_vietnamese_syllable(""));
        assert!(!is_vietnamese_syllable("đ"));
        assert!(!is_vietnamese_syllable(&"a".repeat(100_000)));
    }
}
