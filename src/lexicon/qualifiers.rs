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
    ruptured, open, history, sequelae, pregnancy, nặng, nhẹ, severe, mild, i, ii, iii, iv, 1, 2, 3, 4";

/// Words of which one excludes the others of its group, whatever else is said.
const OPPOSITES: &[&[&str]] = &[
    &["cấp acute", "mạn mãn chronic"],
    &["trái left", "phải right"],
    &["lành benign", "ác malignant"],
    &["dương positive", "âm negative"],
    &["trên upper", "dưới lower"],
    &["1 i", "2 ii", "3 iii", "4 iv"],
];

/// Phrases whose second word adds nothing to the first.
const TAILS: &str = "cấp tính, mạn tính, mãn tính, ác tính, lành tính";

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

/// Phrases of two words for the course of an illness, which notes add to any disease and few names of diseases have.
const COURSES: &str = "kéo dài, tái phát, tái diễn, tái lại, dai dẳng, lâu ngày, lâu năm, nhiều lần, nhiều năm, \
    nhiều ngày, nhiều đợt, từng đợt, từng cơn, thường xuyên, theo dõi";

/// Words that take a qualifier back.
const NEGATIONS: &str = "không, not, without";

/// A word of the lists above, by number; 0 stands for all others.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) struct RoleWord(u8);

/// The roles of phrases of one or two words.
struct Roles {
    /// The numbers of the words, by accented form.
    numbers: HashMap<String, RoleWord>,
    /// By number of the first word: the second words (none for a phrase of one word) and their roles, the
    /// telling ones first.
    phrases: Vec<Vec<(RoleWord, Role)>>,
    /// The qualifiers of one word without marks, for words that were typed without.
    folded_qualifiers: HashSet<String>,
    negations: Vec<RoleWord>,
    /// The phrases for a course, each word in its accented and its folded form.
    courses: Vec<[(String, String); 2]>,
    /// By number: its group of opposites and its side there, plus one each; zeros for a word that has none.
    opposites: [(u8, u8); 256],
    /// Pairs of words of which the second adds nothing.
    tails: Vec<(RoleWord, RoleWord)>,
}

static ROLES: LazyLock<Roles> = LazyLock::new(|| {
    let mut roles = Roles {
        numbers: HashMap::new(),
        phrases: vec![Vec::new()],
        folded_qualifiers: HashSet::new(),
        negations: Vec::new(),
        courses: Vec::new(),
        opposites: [(0, 0); 256],
        tails: Vec::new(),
    };
    let mut analyzer = Analyzer::new();
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
            let second = tokens.get(1).map(|second| roles.number(second.accented())).unwrap_or_default();
            let number = roles.number(first.accented());
            roles.phrases.get_mut(usize::from(number.0)).into_iter().for_each(|phrases| phrases.push((second, role)));
            if role == Role::Qualifier && second == RoleWord::default() {
                roles.folded_qualifiers.insert(first.folded().to_owned());
            }
        }
    }
    for (group, sides) in (1..).zip(OPPOSITES) {
        for (side, words) in (1..).zip(*sides) {
            for token in analyzer.analyze(words).iter() {
                let word = roles.number(token.accented());
                roles.opposites.get_mut(usize::from(word.0)).into_iter().for_each(|slot| *slot = (group, side));
            }
        }
    }
    for phrase in TAILS.split(',') {
        let tokens = analyzer.analyze(phrase);
        if let (Some(first), Some(second)) = (tokens.get(0), tokens.get(1)) {
            let tail = (roles.number(first.accented()), roles.number(second.accented()));
            roles.tails.push(tail);
        }
    }
    for phrase in COURSES.split(',') {
        let tokens = analyzer.analyze(phrase);
        let word = |at: usize| tokens.get(at).map(|word| (word.accented().to_owned(), word.folded().to_owned()));
        roles.courses.extend(word(0).zip(word(1)).map(|(first, second)| [first, second]));
    }
    roles.negations = analyzer.analyze(NEGATIONS).iter().map(|token| roles.number(token.accented())).collect();
    roles
});

impl Roles {
    fn number(&mut self, accented: &str) -> RoleWord {
        let next = RoleWord(u8::try_from(self.phrases.len()).unwrap_or_default());
        let number = *self.numbers.entry(accented.to_owned()).or_insert(next);
        if number == next {
            self.phrases.push(Vec::new());
        }
        number
    }

    fn phrases(&self, first: RoleWord) -> &[(RoleWord, Role)] {
        self.phrases.get(usize::from(first.0)).map(Vec::as_slice).unwrap_or_default()
    }

    /// The role of a word alone or with the word behind it; `None` for the words that tell what a term is about.
    fn of(&self, word: RoleWord, next: RoleWord) -> Option<Role> {
        let alone = RoleWord::default();
        self.phrases(word).iter().find(|(second, _)| *second == alone || *second == next).map(|(_, role)| *role)
    }

    /// The role of a phrase of two words.
    fn pair(&self, first: RoleWord, second: RoleWord) -> Option<Role> {
        if second == RoleWord::default() {
            return None;
        }
        self.phrases(first).iter().find(|(known, _)| *known == second).map(|(_, role)| *role)
    }

    fn is_qualifier(&self, word: RoleWord) -> bool {
        self.of(word, RoleWord::default()) == Some(Role::Qualifier)
    }
}

impl RoleWord {
    /// The number of a word in its accented form.
    pub(crate) fn of(accented: &str) -> Self {
        ROLES.numbers.get(accented).copied().unwrap_or_default()
    }

    /// True for *not* and its like.
    pub(crate) fn is_negation(self) -> bool {
        self != Self::default() && ROLES.negations.contains(&self)
    }

    /// True if two words say that nothing more is known: *not specified*.
    pub(crate) fn tells_nothing_with(self, next: Self) -> bool {
        self != Self::default() && ROLES.pair(self, next) == Some(Role::Filler)
    }

    /// True if there are words that it excludes.
    pub(crate) fn has_opposite(self) -> bool {
        self.opposite().0 != 0
    }

    /// True if one of two words excludes the other: *acute* and *chronic*, *1* and *2*.
    pub(crate) fn excludes(self, other: Self) -> bool {
        let (one, another) = (self.opposite(), other.opposite());
        one.0 != 0 && one.0 == another.0 && one.1 != another.1
    }

    fn opposite(self) -> (u8, u8) {
        ROLES.opposites.get(usize::from(self.0)).copied().unwrap_or_default()
    }

    /// True for words that say little of what is meant: *disease*, *of*, *or*.
    pub(crate) fn is_light(self) -> bool {
        let role = ROLES.of(self, Self::default());
        matches!(role, Some(Role::Opening | Role::Preposition | Role::Conjunction))
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

/// The role of a term's word, given its neighbours.
pub(crate) fn role(before: RoleWord, word: RoleWord, next: RoleWord) -> Role {
    if word == RoleWord::default() {
        return Role::Content;
    }
    let roles = &*ROLES;
    let own = roles.of(word, next);
    let pair = roles.pair(before, word);
    // Of a phrase that says that nothing more is known, the second word does not speak for itself.
    if own == Some(Role::Filler) || pair == Some(Role::Filler) {
        return Role::Filler;
    }
    if roles.tails.contains(&(before, word)) {
        return Role::Opening;
    }
    if pair == Some(Role::CauseUnknown) {
        return Role::CauseUnknown;
    }
    // *Not ruptured* binds no more than saying nothing does.
    let negated = roles.negations.contains(&before) && roles.is_qualifier(word);
    let negates = roles.negations.contains(&word) && roles.is_qualifier(next);
    if negated || negates { Role::Filler } else { own.unwrap_or(Role::Content) }
}

/// True if two neighbouring words of a query, each in its accented and its folded form, tell of the course of an illness.
pub(crate) fn tell_course(first: (&str, &str), second: (&str, &str)) -> bool {
    let is =
        |typed: (&str, &str), word: &(String, String)| typed.1 == word.1 && (typed.0 == word.0 || typed.0 == typed.1);
    ROLES.courses.iter().any(|[one, two]| is(first, one) && is(second, two))
}

/// True if a word of a query may be meant as a qualifier.
pub(crate) fn may_be_qualifier(accented: &str, folded: &str) -> bool {
    ROLES.is_qualifier(RoleWord::of(accented)) || (accented == folded && ROLES.folded_qualifiers.contains(folded))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unspecified_is_no_qualifier() {
        let mut analyzer = Analyzer::new();
        let mut roles = |text: &str| {
            let tokens = analyzer.analyze(text);
            let words: Vec<RoleWord> = tokens.iter().map(|token| RoleWord::of(token.accented())).collect();
            let word = |at: usize| words.get(at).copied().unwrap_or_default();
            (0..words.len()).map(|at| role(word(at.wrapping_sub(1)), word(at), word(at + 1))).collect::<Vec<_>>()
        };
        use Role::*;
        assert_eq!(roles("viêm mũi không dị ứng"), [Content, Content, Qualifier, Content, Content]);
        assert_eq!(roles("viêm phổi, không xác định"), [Content, Content, Filler, Filler, Filler]);
        assert_eq!(roles("phình động mạch chủ bụng, không vỡ")[5..], [Filler, Filler]);
        assert_eq!(roles("unspecified maternal hypertension"), [Filler, Content, Content]);
        assert_eq!(roles("suy tim cấp"), [Content, Content, Qualifier]);
        assert_eq!(roles("suy tim cấp tính"), [Content, Content, Qualifier, Opening]);
        assert_eq!(roles("tiền sử gia đình"), [Qualifier, Content, Qualifier, Content]);
        assert_eq!(roles("rối loạn tiền đình"), [Opening, Opening, Content, Content]);
        let plain = |word: &'static str| (word, word);
        assert!(tell_course(plain("keo"), plain("dai")) && !tell_course(plain("keo"), plain("keo")));
        assert!(
            tell_course(("keo\u{301}", "keo"), ("dai\u{300}", "dai"))
                && !tell_course(("keo\u{300}", "keo"), plain("dai"))
        );
        assert!(may_be_qualifier("cap", "cap") && !may_be_qualifier("cáp", "cap"));
    }

    #[test]
    fn opposites_exclude_each_other() {
        let word = |text: &str| RoleWord::of(Analyzer::new().analyze(text).get(0).unwrap().accented());
        assert!(word("cấp").excludes(word("mạn")) && word("II").excludes(word("1")));
        assert!(!word("1").excludes(word("I")) && !word("cấp").excludes(word("trái")));
        assert!(!word("phổi").excludes(word("gan")));
        assert!(word("không").is_negation() && word("bệnh").is_light() && !word("phổi").is_light());
    }
}
