//! Words that turn a meaning round or bind it: acute or chronic, left or right, with or without.
//!
//! They are short and frequent, so that counting words takes them for noise; but a term that adds one says
//! something that was not asked for, and a term that lacks one says something else.

use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

use crate::text::Analyzer;

/// Vietnamese and English, from general medical usage; of one word or two.
const QUALIFIERS: &str = "không, cấp, mạn, mãn, trái, phải, trên, dưới, lành, ác, vỡ, nguyên phát, thứ phát, bẩm sinh, \
    sơ sinh, di truyền, tiền sử, gia đình, di chứng, thai, sau đẻ, sau sinh, sau phẫu, tại chỗ, cũ, dị vật, \
    acute, chronic, left, right, benign, malignant, without, not, non, primary, secondary, congenital, neonatal, \
    ruptured, history, sequelae, pregnancy, i, ii, iii, iv, 1, 2, 3, 4";

/// Phrases that only say that nothing more is known, or where else to look: they bind nothing.
const NOTHING_MORE_KNOWN: &str = "không xác, xác định, không đặc, đặc hiệu, không rõ, không phân, phân loại, loại mục, \
    mục khác, unspecified, not elsewhere, elsewhere classified, not otherwise, otherwise specified";

struct Sets {
    qualifiers: Phrases,
    nothing_more_known: Phrases,
}

/// Phrases of one or two words.
#[derive(Default)]
struct Phrases {
    /// By first word, in accented form: the second words, empty for a phrase of one word.
    accented: HashMap<String, Vec<String>>,
    /// The phrases of one word without marks, for words that were typed without.
    folded: HashSet<String>,
}

impl Phrases {
    fn new(list: &str) -> Self {
        let mut analyzer = Analyzer::new();
        let mut phrases = Self::default();
        for phrase in list.split(',') {
            let tokens = analyzer.analyze(phrase);
            let Some(first) = tokens.get(0) else { continue };
            let second = tokens.get(1).map(|second| second.accented()).unwrap_or_default();
            phrases.accented.entry(first.accented().to_owned()).or_default().push(second.to_owned());
            if second.is_empty() {
                phrases.folded.insert(first.folded().to_owned());
            }
        }
        phrases
    }

    /// True if a word alone, or with the word behind it, is one of the phrases.
    fn begin_with(&self, word: &str, next: Option<&str>) -> bool {
        let seconds = self.accented.get(word).map(Vec::as_slice).unwrap_or_default();
        seconds.iter().any(|second| second.is_empty() || next == Some(second))
    }
}

static SETS: LazyLock<Sets> = LazyLock::new(|| Sets {
    qualifiers: Phrases::new(QUALIFIERS),
    nothing_more_known: Phrases::new(NOTHING_MORE_KNOWN),
});

/// What a word of a term does to its meaning, as far as search cares.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    /// It says what the term is about.
    Content,
    /// It binds or turns the meaning.
    Qualifier,
    /// It says that nothing more is known.
    Filler,
}

/// The role of a term's word, in its accented form, given its neighbours.
pub(crate) fn role(before: Option<&str>, word: &str, next: Option<&str>) -> Role {
    let sets = &*SETS;
    let filler = |word: &str, next| sets.nothing_more_known.begin_with(word, next);
    if filler(word, next) || before.is_some_and(|before| filler(before, Some(word))) {
        Role::Filler
    } else if sets.qualifiers.begin_with(word, next) {
        Role::Qualifier
    } else {
        Role::Content
    }
}

/// True if a word of a query may be meant as a qualifier.
pub(crate) fn may_be_qualifier(accented: &str, folded: &str) -> bool {
    let qualifiers = &SETS.qualifiers;
    qualifiers.begin_with(accented, None) || (accented == folded && qualifiers.folded.contains(folded))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unspecified_is_no_qualifier() {
        let mut analyzer = Analyzer::new();
        let mut roles = |text: &str| {
            let tokens = analyzer.analyze(text);
            let word = |at: usize| tokens.get(at).map(|token| token.accented());
            let all = (0..tokens.len()).map(|at| role(at.checked_sub(1).and_then(word), word(at).unwrap(), word(at + 1)));
            all.collect::<Vec<_>>()
        };
        use Role::*;
        assert_eq!(roles("viêm mũi không dị ứng"), [Content, Content, Qualifier, Content, Content]);
        assert_eq!(roles("viêm phổi, không xác định"), [Content, Content, Filler, Filler, Filler]);
        assert_eq!(roles("suy tim cấp"), [Content, Content, Qualifier]);
        assert_eq!(roles("tiền sử gia đình"), [Qualifier, Content, Qualifier, Content]);
        assert_eq!(roles("rối loạn tiền đình"), [Content; 4]);
        assert!(may_be_qualifier("cap", "cap") && !may_be_qualifier("cáp", "cap"));
    }
}
