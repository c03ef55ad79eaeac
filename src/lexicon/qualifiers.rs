//! Words that turn a meaning round or bind it: acute or chronic, left or right, with or without.
//!
//! They are short and frequent, so that counting words takes them for noise; but a term that adds one says
//! something that was not asked for, and a term that lacks one says something else.

use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

use crate::text::Analyzer;

/// Vietnamese and English, from general medical usage; of one word or two.
const QUALIFIERS: &str = "không, cấp, mạn, mãn, trái, phải, trên, dưới, lành, ác, vỡ, nguyên phát, thứ phát, bẩm sinh, \
    sơ sinh, di truyền, tiền sử, gia đình, di chứng, thai, sau đẻ, sau sinh, sau phẫu, tại chỗ, cũ, dị vật, gãy hở, \
    acute, chronic, left, right, benign, malignant, without, not, non, primary, secondary, congenital, neonatal, \
    ruptured, open, history, sequelae, pregnancy, i, ii, iii, iv, 1, 2, 3, 4";

/// Phrases that only say that nothing more is known, or where else to look: they bind nothing.
const NOTHING_MORE_KNOWN: &str = "không xác, xác định, không đặc, đặc hiệu, không rõ, không phân, phân loại, loại mục, \
    mục khác, unspecified, not elsewhere, elsewhere classified, not otherwise, otherwise specified";

/// Words that open the names of diseases and say nothing of which.
const OPENINGS: &str = "bệnh, chứng, hội, rối, loạn, tình, trạng, thể, các, cơn, disease, disorder, syndrome, the";

/// Words between alternatives.
const CONJUNCTIONS: &str = "và, hoặc, hay, and, or";

/// Words that say that the cause is not known. They change little, but may name a disease of its own.
const CAUSE_UNKNOWN: &str = "vô căn, idiopathic, essential";

/// Words behind which something else begins.
const PREPOSITIONS: &str = "ở, của, với, tại, trong, do, kèm, có, bởi, in, of, with, at, by, due, to, from";

/// Words for what has no code of its own.
const RESIDUALS: &str = "khác, other, others";

/// Words that take a qualifier back.
const NEGATIONS: &str = "không, not, without, non";

/// The roles of phrases of one or two words.
struct Roles {
    /// By first word, in accented form: the second words (empty for a phrase of one word) and their roles,
    /// the telling ones first.
    phrases: HashMap<String, Vec<(String, Role)>>,
    /// The qualifiers of one word without marks, for words that were typed without.
    folded_qualifiers: HashSet<String>,
    negations: HashSet<String>,
}

static ROLES: LazyLock<Roles> = LazyLock::new(|| {
    let mut analyzer = Analyzer::new();
    let negations = analyzer.analyze(NEGATIONS).iter().map(|token| token.accented().to_owned()).collect();
    let mut roles = Roles { phrases: HashMap::new(), folded_qualifiers: HashSet::new(), negations };
    for (list, role) in [
        (NOTHING_MORE_KNOWN, Role::Filler),
        (CAUSE_UNKNOWN, Role::CauseUnknown),
        (QUALIFIERS, Role::Qualifier),
        (CONJUNCTIONS, Role::Conjunction),
        (PREPOSITIONS, Role::Preposition),
        (RESIDUALS, Role::Residual),
        (OPENINGS, Role::Opening),
    ] {
        for phrase in list.split(',') {
            let tokens = analyzer.analyze(phrase);
            let Some(first) = tokens.get(0) else { continue };
            let second = tokens.get(1).map(|second| second.accented()).unwrap_or_default();
            roles.phrases.entry(first.accented().to_owned()).or_default().push((second.to_owned(), role));
            if role == Role::Qualifier && second.is_empty() {
                roles.folded_qualifiers.insert(first.folded().to_owned());
            }
        }
    }
    roles
});

impl Roles {
    /// The role of a word alone or with the word behind it; `None` for the words that tell what a term is about.
    fn of(&self, word: &str, next: Option<&str>) -> Option<Role> {
        let phrases = self.phrases.get(word)?;
        phrases.iter().find(|(second, _)| second.is_empty() || next == Some(second)).map(|(_, role)| *role)
    }

    /// The role of a phrase of two words.
    fn pair(&self, first: &str, second: &str) -> Option<Role> {
        self.phrases.get(first)?.iter().find(|(known, _)| known == second).map(|(_, role)| *role)
    }
}

/// What a word of a term does to its meaning, as far as search cares.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    /// It says what the term is about.
    Content,
    /// It binds or turns the meaning.
    Qualifier,
    /// It says that nothing more is known.
    Filler,
    /// It says that the cause is not known.
    CauseUnknown,
    /// It opens a name, as *disease* does.
    Opening,
    /// It stands between alternatives.
    Conjunction,
    /// It tells how what follows belongs to what was said.
    Preposition,
    /// It stands for what has no code of its own.
    Residual,
}

/// The role of a term's word, in its accented form, given its neighbours.
pub(crate) fn role(before: Option<&str>, word: &str, next: Option<&str>) -> Role {
    let roles = &*ROLES;
    let own = roles.of(word, next);
    // Of a phrase that says that nothing more is known, the second word does not speak for itself.
    if own == Some(Role::Filler) || before.is_some_and(|before| roles.pair(before, word) == Some(Role::Filler)) {
        return Role::Filler;
    }
    if before.is_some_and(|before| roles.pair(before, word) == Some(Role::CauseUnknown)) {
        return Role::CauseUnknown;
    }
    // *Not ruptured* binds no more than saying nothing does.
    let is_qualifier = |word: &str| roles.of(word, None) == Some(Role::Qualifier);
    let negated = before.is_some_and(|before| roles.negations.contains(before)) && is_qualifier(word);
    let negates = roles.negations.contains(word) && next.is_some_and(is_qualifier);
    if negated || negates { Role::Filler } else { own.unwrap_or(Role::Content) }
}

/// True if a word of a query may be meant as a qualifier.
pub(crate) fn may_be_qualifier(accented: &str, folded: &str) -> bool {
    let roles = &*ROLES;
    roles.of(accented, None) == Some(Role::Qualifier)
        || (accented == folded && roles.folded_qualifiers.contains(folded))
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
            let all =
                (0..tokens.len()).map(|at| role(at.checked_sub(1).and_then(word), word(at).unwrap(), word(at + 1)));
            all.collect::<Vec<_>>()
        };
        use Role::*;
        assert_eq!(roles("viêm mũi không dị ứng"), [Content, Content, Qualifier, Content, Content]);
        assert_eq!(roles("viêm phổi, không xác định"), [Content, Content, Filler, Filler, Filler]);
        assert_eq!(roles("phình động mạch chủ bụng, không vỡ")[5..], [Filler, Filler]);
        assert_eq!(roles("unspecified maternal hypertension"), [Filler, Content, Content]);
        assert_eq!(roles("suy tim cấp"), [Content, Content, Qualifier]);
        assert_eq!(roles("tiền sử gia đình"), [Qualifier, Content, Qualifier, Content]);
        assert_eq!(roles("rối loạn tiền đình"), [Opening, Opening, Content, Content]);
        assert!(may_be_qualifier("cap", "cap") && !may_be_qualifier("cáp", "cap"));
    }
}
