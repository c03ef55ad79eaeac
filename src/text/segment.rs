//! Words whose spaces were forgotten (`viemphoi`), and words with a space too many (`ami dan`).
//!
//! What is a word is for the caller to say: both take it as a function, and ask it about folded words.

use std::ops::Range;

use super::letter::split_tones;
use super::syllable::{is_folded_syllable, is_vietnamese_syllable};
use super::{Analyzer, Tokens};

/// A longer word is not cut: that bounds the work.
const MOST_LETTERS: usize = 40;
/// No letter takes more bytes with its marks.
const MOST_BYTES: usize = 8 * MOST_LETTERS;
/// The longest part, and the shortest that is no syllable.
const MOST_OF_PART: usize = 16;
const LEAST_FOREIGN: usize = 4;
/// How many ways to cut are kept.
const MOST_WAYS: usize = 3;

/// What a part costs, less what its frequency saves: three parts cost more than two, however common.
const PART: u32 = 64;
const MOST_SAVED: u32 = 20;
/// What a part of one letter costs on top: it is rarely meant.
const ONE_LETTER: u32 = 48;

/// How many words are joined at most.
const MOST_JOINED: usize = 3;
/// Shorter joined words are found by chance.
const LEAST_JOINED: usize = 4;

/// Cuts a word whose spaces were forgotten into words, and returns the best ways to do it, three at most, the
/// best first, each as the bytes of `glued` of its parts. Empty if there is none, and for more than one
/// token, more than 40 letters, and letters that do not fold to ASCII.
///
/// `frequency` says how common a folded word is, `None` for no word; it is asked a few hundred times at most.
/// A part is a Vietnamese syllable, a word of at least four letters, a number behind letters, or a last
/// single letter (`viemganb`). The letters decide where to cut, and the marks go with them: a part with
/// marks must be a syllable with them. Fewer parts are better than more, and common ones than rare.
///
/// ```
/// let glued = "xuấthuyếtnão";
/// let words = ["xuat", "huyet", "xua", "thuyet", "nao"];
/// let ways = medterm::text::split_glued(glued, |word| words.contains(&word).then_some(1));
/// let parts: Vec<&str> = ways[0].iter().map(|part| &glued[part.clone()]).collect();
/// assert_eq!((parts, ways.len()), (vec!["xuất", "huyết", "não"], 1));
/// ```
pub fn split_glued(glued: &str, mut frequency: impl FnMut(&str) -> Option<u32>) -> Vec<Vec<Range<usize>>> {
    if glued.len() > MOST_BYTES {
        return Vec::new();
    }
    let mut analyzer = Analyzer::new();
    let tokens = analyzer.analyze(glued);
    let (Some(token), 1) = (tokens.get(0), tokens.len()) else { return Vec::new() };
    let folded = token.folded();
    if folded.len() > MOST_LETTERS || !folded.bytes().all(|b| b.is_ascii_alphanumeric()) {
        return Vec::new();
    }
    let source = |part: &Range<usize>| token.source_end(part.start)..token.source_end(part.end);
    let marked = token.accented() != folded;
    let mut reader = Analyzer::new();
    let mut keeps_marks = |part: &Range<usize>| {
        let read = reader.analyze(glued.get(source(part)).unwrap_or_default());
        read.get(0).is_some_and(|part| part.accented() == part.folded() || is_vietnamese_syllable(part.accented()))
    };

    // For each number of letters, the best ways to cut so many.
    let mut ways = vec![Vec::new(); folded.len() + 1];
    if let Some(none) = ways.first_mut() {
        none.push(Way { cost: 0, start: 0, rank: 0 });
    }
    for start in 0..folded.len() {
        let before = ways.get(start).cloned().unwrap_or_default();
        if before.is_empty() {
            continue;
        }
        for end in start + 1..=folded.len().min(start + MOST_OF_PART) {
            let part = start..end;
            if !is_possible(folded, &part) || (marked && !keeps_marks(&part)) {
                continue;
            }
            let Some(cost) = cost(folded.get(part).unwrap_or_default(), &mut frequency) else { continue };
            if let Some(ways) = ways.get_mut(end) {
                ways.extend(before.iter().enumerate().map(|(rank, way)| Way { cost: way.cost + cost, start, rank }));
                ways.sort_by_key(|way| way.cost);
                ways.truncate(MOST_WAYS);
            }
        }
    }
    let count = ways.last().map_or(0, Vec::len);
    let cuts = (0..count).map(|rank| trace(&ways, rank)).filter(|parts| parts.len() > 1);
    cuts.map(|parts| parts.iter().map(source).collect()).collect()
}

/// A way to cut the first letters of a word.
#[derive(Clone)]
struct Way {
    cost: u32,
    /// Where its last part starts.
    start: usize,
    /// Which of the ways to cut the letters before it is.
    rank: usize,
}

/// The parts of a way to cut the whole word.
fn trace(ways: &[Vec<Way>], mut rank: usize) -> Vec<Range<usize>> {
    let mut parts = Vec::new();
    let mut end = ways.len().saturating_sub(1);
    while end > 0
        && let Some(way) = ways.get(end).and_then(|ways| ways.get(rank))
    {
        parts.push(way.start..end);
        (end, rank) = (way.start, way.rank);
    }
    parts.reverse();
    parts
}

/// Whether a part of a folded word has the form of one, whatever the words are.
fn is_possible(folded: &str, part: &Range<usize>) -> bool {
    let Some(text) = folded.get(part.clone()) else { return false };
    if text.bytes().any(|b| b.is_ascii_digit()) {
        let bytes = folded.as_bytes();
        let digit = |at: Option<usize>| at.and_then(|at| bytes.get(at)).is_some_and(u8::is_ascii_digit);
        let whole = !digit(part.start.checked_sub(1)) && !digit(Some(part.end));
        // Behind one letter, it is a code: B12, T4.
        return whole && part.start > 1 && text.bytes().all(|b| b.is_ascii_digit());
    }
    is_folded_syllable(text)
        || text.len() >= LEAST_FOREIGN
        || (text.len() == 1 && part.start > 0 && part.end == folded.len())
}

/// What a part costs; `None` if it is no word.
fn cost(part: &str, frequency: &mut impl FnMut(&str) -> Option<u32>) -> Option<u32> {
    if part.bytes().all(|b| b.is_ascii_digit()) {
        return Some(PART);
    }
    let saved = frequency(part)?.checked_ilog2().unwrap_or(0).min(MOST_SAVED);
    Some(PART - saved + if part.len() == 1 { ONE_LETTER } else { 0 })
}

/// Words that are one word together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Join {
    /// Which tokens, by their indexes.
    pub tokens: Range<usize>,
    /// Level 0 of the one word, as [`Token::accented`](super::Token::accented).
    pub accented: String,
    /// Level 2 of the one word, as [`Token::folded`](super::Token::folded).
    pub folded: String,
}

/// Finds two or three neighbouring words that are one known word together, as `ami dan`, `glô côm` and
/// `para cetamol` are, in the order of the text.
///
/// `is_word` knows folded words. Joined are only words that fold to ASCII letters, with nothing but spaces or
/// a hyphen between them, to at least four letters; and if they join to what could be a syllable, only if
/// one of them is no word by itself: `ho an` does not become `hoan`.
///
/// ```
/// use medterm::text::{Analyzer, join_split};
/// let mut analyzer = Analyzer::new();
/// let text = "cắt ami đan";
/// let joins = join_split(text, analyzer.analyze(text), |word| ["cat", "amidan"].contains(&word));
/// assert_eq!((joins.len(), joins[0].tokens.clone()), (1, 1..3));
/// assert_eq!((joins[0].folded.as_str(), joins[0].accented.as_str()), ("amidan", "amiđan"));
/// ```
pub fn join_split(text: &str, tokens: Tokens<'_>, mut is_word: impl FnMut(&str) -> bool) -> Vec<Join> {
    let mut joins = Vec::new();
    for first in 0..tokens.len() {
        let (mut folded, mut letters, mut tones) = (String::new(), String::new(), String::new());
        let mut end = None;
        for (index, token) in tokens.iter().enumerate().skip(first).take(MOST_JOINED) {
            let range = token.range();
            let between = end.and_then(|end| text.get(end..range.start)).unwrap_or_default();
            let plain = token.folded().bytes().all(|b| b.is_ascii_alphabetic());
            if !plain || !between.chars().all(|c| c.is_whitespace() || c == '-') {
                break;
            }
            end = Some(range.end);
            folded.push_str(token.folded());
            let (token_letters, token_tones) = split_tones(token.accented());
            letters.push_str(token_letters);
            tones.push_str(token_tones);
            if folded.len() > MOST_LETTERS {
                break;
            }
            if index == first || folded.len() < LEAST_JOINED || !is_word(&folded) {
                continue;
            }
            let mut parts = tokens.iter().skip(first).take(index + 1 - first);
            if !is_folded_syllable(&folded) || parts.any(|part| !is_word(part.folded())) {
                joins.push(Join {
                    tokens: first..index + 1,
                    accented: format!("{letters}{tones}"),
                    folded: folded.clone(),
                });
            }
        }
    }
    joins
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const WORDS: &str = "viem phoi dai thao duong nhoi mau co tim tip virus gan ganh xuat huyet xua thuyet nao \
                         khoan kho an ho hoan b u ac benh lau cap insulin phu thuoc khong";

    fn split(glued: &str) -> Vec<String> {
        let known = |word: &str| WORDS.split_whitespace().position(|known| known == word);
        // The words are listed with the more common first.
        let ways = split_glued(glued, |word| known(word).map(|at| 1000 - u32::try_from(at).unwrap()));
        let text = |way: Vec<Range<usize>>| way.into_iter().map(|part| &glued[part]).collect::<Vec<_>>().join(" ");
        ways.into_iter().map(text).collect()
    }

    #[test]
    fn glued_words_are_cut() {
        for (glued, parts) in [
            ("viemphoi", "viem phoi"),
            ("viêmphổi", "viêm phổi"),
            ("VIÊMPHỔI", "VIÊM PHỔI"),
            ("vie\u{302}mpho\u{302}\u{309}i", "vie\u{302}m pho\u{302}\u{309}i"),
            ("daithaoduong", "dai thao duong"),
            ("đáitháođường", "đái tháo đường"),
            ("daithaoduongtip2", "dai thao duong tip 2"),
            ("nhoimaucotim", "nhoi mau co tim"),
            ("viemganvirus", "viem gan virus"),
            ("viemganb", "viem gan b"),
            ("uacgan", "u ac gan"),
            ("khongphuthuocinsulin", "khong phu thuoc insulin"),
            ("tính-viêmphổi", ""),
        ] {
            assert_eq!(split(glued).first().map_or("", String::as_str), parts, "{glued}");
        }
    }

    #[test]
    fn marks_say_where_to_cut() {
        assert_eq!(split("xuathuyet").len(), 2);
        assert_eq!(split("xuấthuyết"), ["xuất huyết"]);
        assert_eq!(split("xưathuyết"), ["xưa thuyết"]);
    }

    #[test]
    fn fewer_parts_come_first() {
        assert_eq!(split("benhkhoan"), ["benh khoan", "benh kho an"]);
    }

    #[test]
    fn what_is_no_words_is_not_cut() {
        for word in
            ["", "viem", "phoi", "viemx", "pneumonia", "t4", "b12", "hba1c", "2024", "viem phoi", "肺炎", "βgan"]
        {
            assert!(split(word).is_empty(), "{word} {:?}", split(word));
        }
        assert!(split(&"viem".repeat(10_000)).is_empty());
    }

    #[test]
    fn the_work_is_bounded() {
        let mut asked = 0;
        let ways = split_glued(&"a".repeat(40), |_| {
            asked += 1;
            Some(1)
        });
        assert!(asked < 600 && ways.len() == 3, "{asked}");
    }

    fn joined(text: &str) -> Vec<String> {
        let mut analyzer = Analyzer::new();
        let known = ["amidan", "glocom", "paracetamol", "hoan", "phoi", "ho", "an", "dan", "viem", "insulin"];
        let joins = join_split(text, analyzer.analyze(text), |word| known.contains(&word));
        joins.into_iter().map(|join| join.accented).collect()
    }

    #[test]
    fn split_words_are_joined() {
        for (text, word) in [
            ("ami dan", "amidan"),
            ("cắt a mi đan", "amiđan"),
            ("glô côm", "glôcôm"),
            ("glau, para cetamol", "paracetamol"),
            ("in-su-lin", "insulin"),
            ("viêm phổ i", "phôi\u{309}"),
        ] {
            assert_eq!(joined(text), [word], "{text}");
        }
    }

    #[test]
    fn words_that_stand_apart_stay_apart() {
        for text in ["ho an", "viêm phổi", "ami, dan", "ami (dan)", "ami 2 dan", "ami", ""] {
            assert!(joined(text).is_empty(), "{text} {:?}", joined(text));
        }
    }

    proptest! {
        #[test]
        fn any_text(text in "(\\PC|[a-zđươ0-9\u{301} ]){0,40}") {
            for way in split_glued(&text, |word| (word.len() != 3).then_some(7)) {
                prop_assert!(way.len() > 1);
                prop_assert!(way.windows(2).all(|pair| pair[0].end == pair[1].start));
                prop_assert!(way.iter().all(|part| text.get(part.clone()).is_some_and(|part| !part.is_empty())));
            }
            let mut analyzer = Analyzer::new();
            for join in join_split(&text, analyzer.analyze(&text), |word| word.len() != 5) {
                prop_assert!(join.tokens.len() > 1);
                let mut one = Analyzer::new();
                let glued: String = {
                    let tokens = analyzer.tokens();
                    join.tokens.clone().filter_map(|at| tokens.get(at)).map(|t| &text[t.range()]).collect()
                };
                if one.analyze(&glued).len() == 1 {
                    prop_assert_eq!(one.tokens().get(0).unwrap().folded(), &join.folded);
                }
            }
        }
    }
}
