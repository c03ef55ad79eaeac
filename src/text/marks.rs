//! How the marks that were typed agree with those of a word.

use super::letter::{Tone, folded_letter, split_tones};

/// How the marks of a typed token agree with those of a word of the same folded form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MarkAgreement {
    /// The same marks.
    Exact,
    /// No mark contradicts, but some were not typed, as people in a hurry leave them out.
    Missing {
        /// How many marks, tones included, the word has and the typed token lacks; at least 1.
        marks: u8,
    },
    /// A mark was typed that the word does not have.
    Contradicts {
        /// How the tones differ. A tone that was not typed is [`ToneDifference::None`].
        tone: ToneDifference,
        /// How many letters have a mark (quality, đ, foreign diacritic) that the word's letter has not.
        letters: u8,
    },
}

/// How two tones that were both written differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ToneDifference {
    /// They do not, or the tone was not typed.
    None,
    /// Hỏi for ngã or the reverse, the commonest exchange: many speakers do not tell them apart.
    HookTilde,
    /// Any other exchange, or a tone typed on a word without one.
    Other,
}

/// Compares the level 0 forms ([`Token::accented`](super::Token::accented)) of a typed token and a word
/// whose folded forms are equal. If those are not equal, the result has no meaning.
///
/// ```
/// use medterm::text::{MarkAgreement, ToneDifference, compare_marks};
/// assert_eq!(compare_marks("phôi", "phôi\u{309}"), MarkAgreement::Missing { marks: 1 });
/// assert_eq!(
///     compare_marks("phôi\u{303}", "phôi\u{309}"),
///     MarkAgreement::Contradicts { tone: ToneDifference::HookTilde, letters: 0 }
/// );
/// ```
#[must_use]
pub fn compare_marks(typed_accented: &str, word_accented: &str) -> MarkAgreement {
    if typed_accented == word_accented {
        return MarkAgreement::Exact;
    }
    let (typed_letters, typed_tones) = split_tones(typed_accented);
    let (word_letters, word_tones) = split_tones(word_accented);
    let (tone, missing_tones) = compare_tones(typed_tones, word_tones);
    let (letters, missing_letters) = compare_letters(typed_letters, word_letters);
    let marks = missing_tones.saturating_add(missing_letters);
    match (tone, letters, marks) {
        (ToneDifference::None, 0, 0) => MarkAgreement::Exact,
        (ToneDifference::None, 0, marks) => MarkAgreement::Missing { marks },
        (tone, letters, _) => MarkAgreement::Contradicts { tone, letters },
    }
}

/// The difference of two lists of tone marks, and how many were not typed.
fn compare_tones(typed: &str, word: &str) -> (ToneDifference, u8) {
    let mut left = word.chars();
    // Glued and foreign words have several: those typed must be among the word's, in the same order.
    if typed.chars().all(|tone| left.any(|other| other == tone)) {
        let missing = word.chars().count().saturating_sub(typed.chars().count());
        return (ToneDifference::None, u8::try_from(missing).unwrap_or(u8::MAX));
    }
    let hook_or_tilde = |c| matches!(Tone::from_mark(c), Some(Tone::Hook | Tone::Tilde));
    let exchanged = typed.len() == word.len()
        && typed.chars().zip(word.chars()).all(|(a, b)| a == b || (hook_or_tilde(a) && hook_or_tilde(b)));
    (if exchanged { ToneDifference::HookTilde } else { ToneDifference::Other }, 0)
}

/// How many letters carry a mark that contradicts, and how many lack one.
fn compare_letters(typed: &str, word: &str) -> (u8, u8) {
    let (mut contradicting, mut missing) = (0u8, 0u8);
    for (typed, word) in marked_letters(typed).zip(marked_letters(word)) {
        match (typed, word) {
            _ if typed == word => {}
            (None, Some(_)) => missing = missing.saturating_add(1),
            _ => contradicting = contradicting.saturating_add(1),
        }
    }
    (contradicting, missing)
}

/// For each character of the folded form: the letter it comes from if that carries a mark, else `None`.
/// A letter that folds to several characters (ß, α) shows at the first of them.
fn marked_letters(letters: &str) -> impl Iterator<Item = Option<char>> {
    letters.chars().flat_map(|letter| {
        folded_letter(letter).enumerate().map(move |(index, folded)| (index == 0 && folded != letter).then_some(letter))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::Analyzer;

    fn compare(typed: &str, word: &str) -> MarkAgreement {
        let (mut first, mut second) = (Analyzer::new(), Analyzer::new());
        let (typed, word) = (first.analyze(typed), second.analyze(word));
        compare_marks(typed.get(0).unwrap().accented(), word.get(0).unwrap().accented())
    }

    fn contradicts(tone: ToneDifference, letters: u8) -> MarkAgreement {
        MarkAgreement::Contradicts { tone, letters }
    }

    #[test]
    fn exact() {
        assert_eq!(compare("Hoà", "hòa"), MarkAgreement::Exact);
        assert_eq!(compare("an", "AN"), MarkAgreement::Exact);
    }

    #[test]
    fn missing_marks_are_counted() {
        assert_eq!(compare("duong", "đường"), MarkAgreement::Missing { marks: 4 });
        assert_eq!(compare("đương", "đường"), MarkAgreement::Missing { marks: 1 });
        assert_eq!(compare("dường", "đường"), MarkAgreement::Missing { marks: 1 });
        assert_eq!(compare("Meniere", "Ménière"), MarkAgreement::Missing { marks: 2 });
        assert_eq!(compare("Menière", "Ménière"), MarkAgreement::Missing { marks: 1 });
        assert_eq!(compare("Sjogren", "Sjögren"), MarkAgreement::Missing { marks: 1 });
        assert_eq!(compare("alpha1", "α1"), MarkAgreement::Missing { marks: 1 });
        assert_eq!(compare("strasse", "Straße"), MarkAgreement::Missing { marks: 1 });
    }

    #[test]
    fn contradictions() {
        use ToneDifference::{HookTilde, None, Other};
        assert_eq!(compare("phỗi", "phổi"), contradicts(HookTilde, 0));
        assert_eq!(compare("phối", "phổi"), contradicts(Other, 0));
        assert_eq!(compare("phổi", "phôi"), contradicts(Other, 0));
        assert_eq!(compare("đa", "da"), contradicts(None, 1));
        assert_eq!(compare("cơ", "cổ"), contradicts(None, 1));
        assert_eq!(compare("đuông", "dương"), contradicts(None, 2));
        assert_eq!(compare("α", "alpha"), contradicts(None, 1));
    }

    #[test]
    fn unequal_words_do_not_panic() {
        let _ = compare("đ", "ngh");
        let _ = compare_marks("", "\u{301}\u{300}");
    }
}
