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

/// Whether a folded word ([`Token::folded`](super::Token::folded)) is a Vietnamese syllable without its marks:
/// some marks would make it one.
///
/// ```
/// use medterm::text::is_folded_syllable;
/// assert!(is_folded_syllable("duong") && is_folded_syllable("khuyu") && is_folded_syllable("cap"));
/// assert!(!is_folded_syllable("virus") && !is_folded_syllable("ngi") && !is_folded_syllable("viemgan"));
/// ```
#[must_use]
pub fn is_folded_syllable(folded: &str) -> bool {
    folded.len() <= MAX_LETTERS && is_composed(folded, folds_to, |_| true)
}

/// Whether lower-case letters with their quality and a tone make a syllable.
pub(super) fn is_syllable(letters: &str, tone: Option<Tone>) -> bool {
    let may_end = |last: &str| {
        let stopped = matches!(last, "c" | "ch" | "p" | "t");
        !stopped || matches!(tone, Some(Tone::Acute | Tone::Dot))
    };
    is_composed(letters, |letter, written| letter == written, may_end)
}

/// Whether letters are an initial, a nucleus and a final that go together. `same` compares a letter of the
/// tables with one of the word; `may_end` has the last word on a final.
fn is_composed(letters: &str, same: impl Fn(char, char) -> bool, may_end: impl Fn(&str) -> bool) -> bool {
    INITIALS.iter().any(|initial| {
        let Some(rime) = strip(letters, initial, &same) else { return false };
        RIMES.iter().any(|(nucleus, finals)| {
            strip(rime, nucleus, &same)
                .is_some_and(|last| finals.contains(&last) && may_end(last) && spelling_fits(initial, nucleus, last))
        })
    })
}

/// What follows a part of the tables in a word.
fn strip<'a>(word: &'a str, part: &str, same: &impl Fn(char, char) -> bool) -> Option<&'a str> {
    let mut rest = word.chars();
    part.chars().all(|letter| rest.next().is_some_and(|written| same(letter, written))).then_some(rest.as_str())
}

fn folds_to(letter: char, written: char) -> bool {
    Letter::of(letter).is_some_and(|letter| char::from(letter.folded) == written)
}

/// The rules of spelling between an initial and the rime behind it.
fn spelling_fits(initial: &str, nucleus: &str, last: &str) -> bool {
    let Some(first) = nucleus.chars().next() else { return false };
    let front = matches!(first, 'e' | 'ê' | 'i' | 'y');
    let y_alone = nucleus == "y" && last.is_empty();
    match initial {
        "c" => !front,
        "k" => front && (first != 'y' || y_alone),
        "gh" | "ngh" => front && first != 'y',
        // gì, gìn and giếng: the i is initial and vowel at once.
        "g" => !front || first == 'i',
        "ng" => !front,
        "gi" => !matches!(first, 'i' | 'y'),
        "qu" => !matches!(first, 'o' | 'u' | 'ư'),
        "" => first != 'y' || y_alone || nucleus == "yê",
        "h" | "l" | "m" | "n" | "s" | "t" | "v" => first != 'y' || y_alone,
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
    fn every_syllable_is_one_when_folded() {
        let mut count = 0;
        for initial in INITIALS {
            for (nucleus, finals) in RIMES {
                for last in finals {
                    let word = format!("{initial}{nucleus}{last}");
                    if !is_syllable(&word, Some(Tone::Acute)) {
                        continue;
                    }
                    count += 1;
                    let folded = crate::text::fold(&word);
                    assert!(is_folded_syllable(&folded), "{word} {folded}");
                }
            }
        }
        assert!(count > 3000, "{count}");
        for word in "viem phoi duong nghieng qua que gi gin gia khuyu uong yeu u y oc thuoc".split(' ') {
            assert!(is_folded_syllable(word), "{word}");
        }
        for word in
            ["", "b", "ng", "virus", "thorax", "insulin", "ngi", "kan", "cen", "qo", "tya", "đa", "viemgan", "b12"]
        {
            assert!(!is_folded_syllable(word), "{word}");
        }
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
