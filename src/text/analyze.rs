//! Text to tokens, each in its levels: accented (L0), toneless (L1) and folded (L2).

use std::ops::Range;

use unicode_normalization::UnicodeNormalization;

use super::letter::{Letter, Tone, is_ignorable, is_latin, is_mark, is_plain_vowel, special_fold, unify};

/// Splits text into tokens and normalises them. Keeps its buffers, so that analysing allocates nothing
/// once they have grown.
///
/// A token is a maximal run of letters and digits with their combining marks; everything else separates.
/// Invisible characters (soft hyphen, zero-width characters, byte order mark) inside a word are skipped.
/// A possessive `'s` is dropped: `Crohn's` is the token `crohn`.
///
/// Takes time linear in the text, but for the sorting of unusually long runs of combining marks.
///
/// ```
/// let mut analyzer = medterm::text::Analyzer::new();
/// let tokens = analyzer.analyze("Hoà (Đường)");
/// let token = tokens.get(0).unwrap();
/// assert_eq!((token.accented(), token.toneless(), token.folded()), ("hoa\u{300}", "hoa", "hoa"));
/// assert_eq!(tokens.get(1).unwrap().folded(), "duong");
/// ```
#[derive(Clone, Debug, Default)]
pub struct Analyzer {
    entries: Vec<Entry>,
    /// The L0 forms of all tokens, one after the other. An L1 form is the front part of an L0 form.
    accented: String,
    /// The L2 forms of all tokens, one after the other.
    folded: String,
    /// For each byte of `folded`, where in the source the character that it comes from ends.
    source_ends: Vec<usize>,
    /// Tone marks of the token being read.
    tones: String,
    /// The decomposed character being read.
    cluster: String,
}

/// Where one token lies in the source and in the buffers.
#[derive(Clone, Debug)]
struct Entry {
    source: Range<usize>,
    accented: Range<usize>,
    toneless_end: usize,
    folded: Range<usize>,
}

impl Analyzer {
    /// An analyser with empty buffers.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The tokens of the text that was analysed last; none before the first.
    #[must_use]
    pub fn tokens(&self) -> Tokens<'_> {
        Tokens { analyzer: self }
    }

    /// Analyses a text, replacing the tokens of the text before. No tokens if the text has no letter or digit.
    pub fn analyze(&mut self, text: &str) -> Tokens<'_> {
        self.entries.clear();
        self.accented.clear();
        self.folded.clear();
        self.source_ends.clear();
        let mut at = 0;
        while let Some(c) = char_at(text, at) {
            at = if is_word(c) { self.read_token(text, at) } else { at + c.len_utf8() };
        }
        Tokens { analyzer: self }
    }

    /// Reads the token that starts at a byte offset and returns where reading goes on.
    fn read_token(&mut self, text: &str, start: usize) -> usize {
        let accented_start = self.accented.len();
        let folded_start = self.folded.len();
        self.tones.clear();
        let mut source_end = start;
        let mut at = start;
        while let Some(c) = char_at(text, at) {
            if is_word(c) {
                at = self.read_character(text, at, c);
                source_end = at;
            } else if is_ignorable(c) {
                at += c.len_utf8();
            } else {
                at = possessive_end(text, source_end, at).unwrap_or(at);
                break;
            }
        }
        let toneless_end = self.accented.len();
        self.accented.push_str(&self.tones);
        self.entries.push(Entry {
            source: start..source_end,
            accented: accented_start..self.accented.len(),
            toneless_end,
            folded: folded_start..self.folded.len(),
        });
        at
    }

    /// Reads a character and the marks behind it and returns where they end.
    fn read_character(&mut self, text: &str, at: usize, c: char) -> usize {
        let next = at + c.len_utf8();
        let Some(letter) = Letter::of(c).filter(|_| !is_continued(text, next)) else {
            let end = cluster_end(text, next);
            let cluster = text.get(at..end).unwrap_or_default();
            match Letter::compose(cluster) {
                Some(letter) => self.push_letter(letter, end),
                None => self.push_normalised(cluster, end),
            }
            return end;
        };
        self.push_letter(letter, next);
        next
    }

    /// Adds a letter of the tables that ends at a byte offset of the source.
    fn push_letter(&mut self, letter: Letter, end: usize) {
        self.accented.push(letter.plain);
        self.tones.extend(letter.tone.map(Tone::mark));
        self.folded.push(char::from(letter.folded));
        self.source_ends.push(end);
    }

    /// Adds any other character with its marks, by Unicode normalisation.
    fn push_normalised(&mut self, source: &str, end: usize) {
        let characters = || source.chars().filter(|&c| !is_ignorable(c)).map(unify);
        // A compatibility form that is no longer a word (½ is 1⁄2) would change what was written.
        if characters().nfkd().all(|c| is_word(c) || is_mark(c)) {
            self.separate_tones(characters().nfkd());
        } else {
            self.separate_tones(characters().nfd());
        }
        self.accented.extend(self.cluster.nfc());
        let mut latin = false;
        let unmarked = self.cluster.chars().filter(|&c| {
            let mark = is_mark(c);
            latin = if mark { latin } else { is_latin(c) };
            !(mark && latin)
        });
        for c in unmarked.nfc() {
            match special_fold(c) {
                Some(ascii) => self.folded.push_str(ascii),
                None => self.folded.push(c),
            }
        }
        self.source_ends.resize(self.folded.len(), end);
    }

    /// Splits decomposed characters into lower-case `cluster` and `tones`. A tone mark is one only on a
    /// vowel: ñ and ś keep theirs.
    fn separate_tones(&mut self, decomposed: impl Iterator<Item = char>) {
        self.cluster.clear();
        let mut on_vowel = false;
        for c in decomposed.flat_map(char::to_lowercase) {
            if on_vowel && Tone::from_mark(c).is_some() {
                self.tones.push(c);
                continue;
            }
            if !is_mark(c) {
                on_vowel = is_plain_vowel(c);
            }
            self.cluster.push(c);
        }
    }
}

/// The tokens of one text, in order. Lives in the buffers of the [`Analyzer`] that made it.
#[derive(Clone, Copy, Debug)]
pub struct Tokens<'a> {
    analyzer: &'a Analyzer,
}

impl<'a> Tokens<'a> {
    /// How many tokens there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.analyzer.entries.len()
    }

    /// Whether there is no token.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.analyzer.entries.is_empty()
    }

    /// The token at an index, `None` behind the last.
    #[must_use]
    pub fn get(&self, index: usize) -> Option<Token<'a>> {
        self.analyzer.entries.get(index).map(|entry| Token { analyzer: self.analyzer, entry })
    }

    /// The tokens from first to last.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = Token<'a>> + ExactSizeIterator + use<'a> {
        let analyzer = self.analyzer;
        analyzer.entries.iter().map(move |entry| Token { analyzer, entry })
    }
}

/// One token of a text.
#[derive(Clone, Copy, Debug)]
pub struct Token<'a> {
    analyzer: &'a Analyzer,
    entry: &'a Entry,
}

impl<'a> Token<'a> {
    /// The bytes of the analysed text that the token comes from, at character boundaries. A dropped
    /// possessive `'s` is not part of it.
    #[must_use]
    pub fn range(&self) -> Range<usize> {
        self.entry.source.clone()
    }

    /// Level 0: lower-case letters with their quality, composed, and the tone marks moved to the end of
    /// the token as combining characters in order of occurrence. `hoà` and `hòa` are the same bytes.
    ///
    /// Tone marks are U+0300 huyền, U+0301 sắc, U+0303 ngã, U+0309 hỏi and U+0323 nặng on a vowel, in
    /// whatever language; every other mark stays on its letter.
    #[must_use]
    pub fn accented(&self) -> &'a str {
        self.analyzer.accented.get(self.entry.accented.clone()).unwrap_or_default()
    }

    /// Level 1: level 0 without the tone marks, which is its front part.
    #[must_use]
    pub fn toneless(&self) -> &'a str {
        self.analyzer.accented.get(self.entry.accented.start..self.entry.toneless_end).unwrap_or_default()
    }

    /// Level 2: level 1 without marks on Latin letters, `đ` as `d`, `ß` as `ss`, and the Greek letters α β
    /// γ δ ε by name. ASCII for Vietnamese and English; other scripts keep their letters. Never empty.
    #[must_use]
    pub fn folded(&self) -> &'a str {
        self.analyzer.folded.get(self.entry.folded.clone()).unwrap_or_default()
    }

    /// The byte offset in the analysed text behind the character that yields the last of the first
    /// `folded_bytes` bytes of the folded form: where a highlighted prefix ends. The start of the token
    /// for 0, its end for the folded length and anything above.
    #[must_use]
    pub fn source_end(&self, folded_bytes: usize) -> usize {
        let ends = self.analyzer.source_ends.get(self.entry.folded.clone()).unwrap_or_default();
        match folded_bytes.checked_sub(1) {
            None => self.entry.source.start,
            Some(last) => ends.get(last).copied().unwrap_or(self.entry.source.end),
        }
    }
}

/// The folded tokens of a text joined by single spaces. Empty if the text has no letter or digit.
///
/// ```
/// assert_eq!(medterm::text::fold("Đái tháo đường, típ 2"), "dai thao duong tip 2");
/// ```
#[must_use]
pub fn fold(text: &str) -> String {
    let mut analyzer = Analyzer::new();
    let mut folded = String::with_capacity(text.len());
    for token in analyzer.analyze(text).iter() {
        if !folded.is_empty() {
            folded.push(' ');
        }
        folded.push_str(token.folded());
    }
    folded
}

fn char_at(text: &str, at: usize) -> Option<char> {
    text.get(at..)?.chars().next()
}

/// Whether a character can start a token. U+02BC counts as an apostrophe, not as the letter Unicode has it.
fn is_word(c: char) -> bool {
    Letter::of(c).is_some() || (!c.is_ascii() && (c.is_alphanumeric() || unify(c) != c) && !is_apostrophe(c))
}

fn is_apostrophe(c: char) -> bool {
    matches!(c, '\'' | '\u{2019}' | '\u{2BC}')
}

/// Whether the character at an offset may belong to the one before it.
fn is_continued(text: &str, at: usize) -> bool {
    char_at(text, at).is_some_and(|c| is_mark(c) || is_ignorable(c))
}

/// Where the marks from an offset on end, skipping ignorable characters between them.
fn cluster_end(text: &str, next: usize) -> usize {
    let mut end = next;
    let rest = text.get(next..).unwrap_or_default();
    for (offset, c) in rest.char_indices() {
        if is_ignorable(c) {
            continue;
        }
        if !is_mark(c) {
            break;
        }
        end = next + offset + c.len_utf8();
    }
    end
}

/// Where a possessive `'s` ends whose apostrophe is at `apostrophe`, behind a word that ends at `word_end`.
fn possessive_end(text: &str, word_end: usize, apostrophe: usize) -> Option<usize> {
    let mut rest = text.get(apostrophe..)?.chars();
    let possessive = is_apostrophe(rest.next()?)
        && matches!(rest.next()?, 's' | 'S')
        && text.get(..word_end)?.chars().next_back().is_some_and(|c| c.is_alphabetic() || is_mark(c));
    let end = text.len() - rest.as_str().len();
    let goes_on = rest.find(|&c| !is_ignorable(c)).is_some_and(|c| is_word(c) || is_mark(c));
    (possessive && !goes_on).then_some(end)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// All levels of all tokens.
    fn levels(text: &str) -> Vec<(String, String, String)> {
        let mut analyzer = Analyzer::new();
        let tokens = analyzer.analyze(text);
        tokens.iter().map(|t| (t.accented().into(), t.toneless().into(), t.folded().into())).collect()
    }

    fn folded(text: &str) -> Vec<String> {
        levels(text).into_iter().map(|(_, _, folded)| folded).collect()
    }

    fn one(text: &str) -> (String, String, String) {
        let levels = levels(text);
        assert_eq!(levels.len(), 1, "{text}");
        levels[0].clone()
    }

    #[test]
    fn levels_of_a_syllable() {
        assert_eq!(one("Đường"), ("đương\u{300}".into(), "đương".into(), "duong".into()));
        assert_eq!(one("PHỔI"), ("phôi\u{309}".into(), "phôi".into(), "phoi".into()));
        assert_eq!(one("an"), ("an".into(), "an".into(), "an".into()));
    }

    #[test]
    fn tone_placement_is_no_difference() {
        for (one_way, other_way) in [
            ("hoà", "hòa"),
            ("thuỷ", "thủy"),
            ("toàn", "tòan"),
            ("thoáng", "thóang"),
            ("tiện", "tịên"),
            ("điện", "địên"),
            ("khuỷu", "khủyu"),
            ("loại", "lọai"),
            ("tại", "taị"),
        ] {
            assert_eq!(one(one_way), one(other_way));
        }
        assert_ne!(one("hoà").0, one("hoá").0);
        assert_ne!(one("quy").0, one("quý").0);
        assert_eq!(one("quý").0, "quy\u{301}");
        assert_eq!(one("giá").0, "gia\u{301}");
    }

    #[test]
    fn folding_merges_what_accents_keep_apart() {
        for (a, b) in [("cơ", "cổ"), ("da", "đa"), ("mắt", "mặt")] {
            assert_eq!(one(a).2, one(b).2);
            assert_ne!(one(a).0, one(b).0);
        }
        // Glued words keep the tones of both.
        assert_eq!(one("tínhkhác"), ("tinhkhac\u{301}\u{301}".into(), "tinhkhac".into(), "tinhkhac".into()));
        // i and y are one class only in the phonetic key.
        assert_ne!(one("polyp").2, one("polip").2);
    }

    #[test]
    fn composition_and_case_are_no_difference() {
        let text = "Viêm phổi, đái tháo đường típ 2; sưng khuỷu tay; Ménière, Sjögren, Köhler, São, español, façade";
        let expected = levels(text);
        assert_eq!(expected.len(), 16);
        assert_eq!(levels(&text.nfd().collect::<String>()), expected);
        assert_eq!(levels(&text.to_uppercase()), expected);
        assert_eq!(levels(&text.to_uppercase().nfd().collect::<String>()), expected);
        // Quality composed, tone combining, as Windows-1258 text comes out.
        assert_eq!(one("phô\u{309}i"), one("phổi"));
        assert_eq!(one("a\u{341}"), one("á"));
    }

    #[test]
    fn foreign_letters() {
        assert_eq!(one("Ménière"), ("meniere\u{301}\u{300}".into(), "meniere".into(), "meniere".into()));
        assert_eq!(one("Sjögren").0, "sjögren");
        assert_eq!(one("ESPAÑOL"), ("español".into(), "español".into(), "espanol".into()));
        assert_eq!(one("n\u{303}"), one("ñ"));
        assert_eq!(one("Straße").2, "strasse");
        assert_eq!(one("œdème").2, "oedeme");
        assert_eq!(one("Łódź").2, "lodz");
        assert_eq!(one("smørbrød").2, "smorbrod");
        assert_eq!(one("İ"), one("I\u{307}"));
        assert_eq!(one("ðường").0, one("đường").0);
        assert_eq!(one("ÐƯỜNG"), one("đường"));
    }

    #[test]
    fn greek_compatibility_and_other_scripts() {
        assert_eq!(one("TNFα"), ("tnfα".into(), "tnfα".into(), "tnfalpha".into()));
        assert_eq!(one("\u{F061}"), one("α"));
        assert_eq!(one("\u{F062}1"), one("β1"));
        assert_eq!(one("Γ").2, "gamma");
        assert_eq!(one("ＡＢ１²").2, "ab12");
        assert_eq!(one("Ⅲ").2, "iii");
        assert_eq!(one("ﬁ").2, "fi");
        assert_eq!(one("½").2, "½");
        assert_eq!(one("Йод").2, "йод");
        assert_eq!(one("Йод"), one(&"Йод".nfd().collect::<String>()));
        assert_eq!(one("肺炎").2, "肺炎");
        assert_eq!(one("がん"), one(&"がん".nfd().collect::<String>()));
    }

    #[test]
    fn token_boundaries() {
        assert_eq!(folded("J18.9 (viêm-phổi)\u{A0}típ\n2\u{2028}x"), ["j18", "9", "viem", "phoi", "tip", "2", "x"]);
        assert_eq!(folded("vie6m pho6i3 H5N1"), ["vie6m", "pho6i3", "h5n1"]);
        assert_eq!(folded("vi\u{AD}êm ph\u{200B}ổi\u{FEFF} \u{200B}a"), ["viem", "phoi", "a"]);
        assert_eq!(one("pho\u{200D}\u{302}\u{200B}\u{309}i"), one("phổi"));
        assert!(folded("").is_empty());
        assert!(folded("\u{301} \u{AD} … '").is_empty());
    }

    #[test]
    fn possessive() {
        let text = "Bệnh Crohn’s";
        let mut analyzer = Analyzer::new();
        let tokens = analyzer.analyze(text);
        assert_eq!(&text[tokens.get(1).unwrap().range()], "Crohn");
        assert_eq!(tokens.len(), 2);
        assert_eq!(folded("Crohn's disease, CROHN'S; Crohn\u{2BC}s."), ["crohn", "disease", "crohn", "crohn"]);
        assert_eq!(folded("Crohn'se d'or 10's 's"), ["crohn", "se", "d", "or", "10", "s", "s"]);
    }

    #[test]
    fn highlight() {
        let text = " Đườ\u{AD}ng ßα";
        let mut analyzer = Analyzer::new();
        let tokens = analyzer.analyze(text);
        let token = tokens.get(0).unwrap();
        let shown: Vec<_> = (0..7).map(|n| &text[token.range().start..token.source_end(n)]).collect();
        assert_eq!(shown, ["", "Đ", "Đư", "Đườ", "Đườ\u{AD}n", "Đườ\u{AD}ng", "Đườ\u{AD}ng"]);
        let token = tokens.get(1).unwrap();
        assert_eq!(token.folded(), "ssalpha");
        let shown: Vec<_> = (0..4).map(|n| &text[token.range().start..token.source_end(n)]).collect();
        assert_eq!(shown, ["", "ß", "ß", "ßα"]);
        let decomposed = "ph\u{F4}\u{309}i";
        let tokens = analyzer.analyze(decomposed);
        assert_eq!(&decomposed[..tokens.get(0).unwrap().source_end(3)], "phô\u{309}");
    }

    #[test]
    fn an_analyzer_forgets_the_text_before() {
        let mut analyzer = Analyzer::new();
        analyzer.analyze("viêm phổi cấp");
        let tokens = analyzer.analyze("gút");
        assert_eq!(tokens.iter().map(|t| t.accented()).collect::<Vec<_>>(), ["gut\u{301}"]);
        assert!(tokens.get(1).is_none());
        assert!(analyzer.analyze("").is_empty());
    }

    #[test]
    fn hostile_input_takes_linear_time() {
        let mut analyzer = Analyzer::new();
        for unit in ["\u{301}", "\u{AD}", "\u{323}\u{301}\u{F0000}", "'s", "a'", "ﷺ", "é", "\u{E0}\u{327}\u{308}"] {
            let text = format!("a{}", unit.repeat(1_000_000 / unit.len()));
            for token in analyzer.analyze(&text).iter() {
                assert!(text.get(token.range()).is_some());
            }
        }
    }

    proptest! {
        #[test]
        fn ranges_and_highlights_lie_in_the_text(text in "(\\PC|[a-zđươêẹ\u{300}\u{301}\u{323}\u{AD}\u{200B}' ßαİ]){0,40}") {
            let mut analyzer = Analyzer::new();
            let mut last_end = 0;
            for token in analyzer.analyze(&text).iter() {
                let range = token.range();
                prop_assert!(range.start >= last_end && range.start < range.end);
                last_end = range.end;
                prop_assert!(text.get(range.clone()).is_some());
                prop_assert!(!token.folded().is_empty());
                prop_assert!(token.accented().starts_with(token.toneless()));
                let mut end = range.start;
                for bytes in 0..=token.folded().len() + 1 {
                    let next = token.source_end(bytes);
                    prop_assert!(next >= end && next <= range.end && text.is_char_boundary(next));
                    end = next;
                }
                prop_assert_eq!(token.source_end(token.folded().len()), range.end);
            }
        }

        #[test]
        fn composed_and_decomposed_are_equal(text in "[a-zA-ZđĐăÂêỘơửỲüñçéłßαй\u{300}\u{301}\u{302}\u{303}\u{309}\u{323} ]{0,30}") {
            let composed: String = text.nfc().collect();
            let decomposed: String = text.nfd().collect();
            prop_assert_eq!(levels(&composed), levels(&text));
            prop_assert_eq!(levels(&decomposed), levels(&text));
        }

        #[test]
        fn folding_twice_changes_nothing(text in "[a-zA-ZđĐăÂêỘơửỲüñçéłßα0-9 .,'-]{0,30}") {
            let once = fold(&text);
            prop_assert_eq!(fold(&once), once);
        }
    }
}
