//! Lists of codes as they stand in one field of a record or claim: `;A04.9;E87.8`.
//!
//! The separator is `;`. What else is found there is understood and told: other separators, line breaks, `J18,9` for
//! `J18.9`, `+` for `†`. Nothing is cut and nothing is dropped: every item knows where it stands, and the list writes
//! back byte for byte what was read.

use std::borrow::Cow;
use std::fmt;
use std::ops::Range;

use super::{CodeGrammar, CodeShape, Mark};

/// A list of codes, taken apart.
///
/// ```
/// use medterm::code::{CodeList, Repair};
/// let list = CodeList::parse(";A04.9;J18,9");
/// let codes: Vec<&str> = list.codes().collect();
/// assert_eq!(codes, ["A04.9", "J18.9"]);
/// // The leading separator is usual; the comma is not, and is told.
/// assert_eq!(list.items()[0].repairs, []);
/// assert_eq!(list.items()[1].repairs, [Repair::CommaForDot]);
/// assert_eq!(&";A04.9;J18,9"[list.items()[1].range.clone()], "J18,9");
/// assert_eq!(list.to_string(), ";A04.9;J18,9");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CodeList<'a> {
    text: &'a str,
    items: Vec<ListItem<'a>>,
}

/// One code of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListItem<'a> {
    /// The bytes of the list's text where it stands.
    pub range: Range<usize>,
    /// What stands there.
    pub text: &'a str,
    /// The code that is meant: repaired, and an ICD-10 code as it is usually printed (`j189` → `J18.9`). What cannot be
    /// read as a code is left as it stands.
    pub code: Cow<'a, str>,
    /// What had to be repaired to read it; empty if nothing. A letter's case or a missing dot is no fault.
    pub repairs: Vec<Repair>,
}

/// What had to be repaired to read a code of a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Repair {
    /// A comma stands for the dot: `J18,9`.
    CommaForDot,
    /// A slash stands for the dot: `U13/9`.
    SlashForDot,
    /// White space stands inside the code: `J18. 9`, `G01 *`.
    InnerSpace,
    /// `+` stands for `†`.
    PlusForDagger,
    /// Characters that nobody sees stand inside the code: zero-width spaces, soft hyphens, byte order marks.
    HiddenCharacter,
    /// It is set off from the code before it by something else than `;`: a comma, slash, bar, space or line break.
    OtherSeparator,
}

impl Repair {
    /// A stable name for tables and logs: `comma-for-dot`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::CommaForDot => "comma-for-dot",
            Self::SlashForDot => "slash-for-dot",
            Self::InnerSpace => "inner-space",
            Self::PlusForDagger => "plus-for-dagger",
            Self::HiddenCharacter => "hidden-character",
            Self::OtherSeparator => "other-separator",
        }
    }
}

impl<'a> CodeList<'a> {
    /// Takes a list apart. Any text is a list: what is no code becomes an item as it stands.
    #[must_use]
    pub fn parse(text: &'a str) -> Self {
        let mut list = Self { text, items: Vec::new() };
        let (mut start, mut other) = (0, false);
        for (at, separator) in text.char_indices().filter(|(_, c)| is_separator(*c)) {
            list.segment(start..at, &mut other);
            start = at + separator.len_utf8();
            // A line break beside a semicolon only folds the line.
            other = if is_semicolon(separator) { false } else { other || !list.ends_with_semicolon(at) };
        }
        list.segment(start..text.len(), &mut other);
        list
    }

    /// Its codes, in the order in which they stand.
    #[must_use]
    pub fn items(&self) -> &[ListItem<'a>] {
        &self.items
    }

    /// The code that each item means.
    pub fn codes(&self) -> impl Iterator<Item = &str> {
        self.items.iter().map(|item| item.code.as_ref())
    }

    /// The list as it ought to be written: the codes that are meant, with `;` between them.
    #[must_use]
    pub fn repaired(&self) -> String {
        self.codes().collect::<Vec<_>>().join(";")
    }

    /// True if nothing but white space and separators stands between the last semicolon and `at`.
    fn ends_with_semicolon(&self, at: usize) -> bool {
        let before = self.text.get(..at).unwrap_or_default();
        before.trim_end_matches(|c| is_blank(c) || (is_separator(c) && !is_semicolon(c))).ends_with(is_semicolon)
    }

    /// Adds the codes between two separators. `other` tells, and is told, whether another separator than `;` stands
    /// before the next item.
    fn segment(&mut self, range: Range<usize>, other: &mut bool) {
        let Some((start, text)) = trimmed(self.text, range) else { return };
        let pieces = pieces(text);
        let read: Option<Vec<_>> =
            pieces.iter().map(|piece| Some((piece.clone(), read(text.get(piece.clone())?)?))).collect();
        let Some(read) = read else {
            // Not all of it is code, so none is taken for one: a name with a number in it, a range, a sentence.
            self.push(start, text, Cow::Borrowed(text), Vec::new(), other);
            return;
        };
        for (piece, (code, repairs)) in read {
            let written = text.get(piece.clone()).unwrap_or_default();
            self.push(start + piece.start, written, code, repairs, other);
            *other = true;
        }
        *other = false;
    }

    fn push(&mut self, start: usize, text: &'a str, code: Cow<'a, str>, mut repairs: Vec<Repair>, other: &mut bool) {
        if *other && !self.items.is_empty() {
            repairs.push(Repair::OtherSeparator);
        }
        *other = false;
        self.items.push(ListItem { range: start..start + text.len(), text, code, repairs });
    }
}

/// Writes the text that was parsed, byte for byte.
impl fmt::Display for CodeList<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.text)
    }
}

fn is_semicolon(c: char) -> bool {
    matches!(c, ';' | '；')
}

/// What separates codes wherever it stands.
fn is_separator(c: char) -> bool {
    is_semicolon(c) || matches!(c, '\n' | '\r' | '|' | '\u{2028}' | '\u{2029}')
}

/// What separates codes only if there are codes on both sides.
fn may_separate(c: char) -> bool {
    c.is_whitespace() || matches!(c, ',' | '/' | '&' | '、' | '，')
}

fn is_hidden(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{feff}')
}

fn is_blank(c: char) -> bool {
    c.is_whitespace() || is_hidden(c)
}

/// The part of a text without blanks around it, and where it begins.
fn trimmed(text: &str, range: Range<usize>) -> Option<(usize, &str)> {
    let part = text.get(range.clone())?;
    let front = part.trim_start_matches(is_blank);
    let start = range.start + (part.len() - front.len());
    Some((start, front.trim_end_matches(is_blank))).filter(|(_, text)| !text.is_empty())
}

/// Where codes may stand in a text, at commas, slashes and white space; a code that these cut apart is one piece.
fn pieces(text: &str) -> Vec<Range<usize>> {
    let mut pieces: Vec<Range<usize>> = Vec::new();
    let mut start = 0;
    let ends = text.char_indices().filter(|(_, c)| may_separate(*c)).map(|(at, c)| (at, at + c.len_utf8()));
    for (end, next) in ends.chain([(text.len(), text.len())]) {
        if start < end {
            match pieces.last_mut() {
                Some(last) if belongs(text, last, start..end) => last.end = end,
                _ => pieces.push(start..end),
            }
        }
        start = next;
    }
    pieces
}

/// True if a piece goes on with the one before it: `J18` and `9` around a comma, `G01` and `*` around a space.
fn belongs(text: &str, before: &Range<usize>, piece: Range<usize>) -> bool {
    let (Some(left), Some(between), Some(right)) =
        (text.get(before.clone()), text.get(before.end..piece.start), text.get(piece))
    else {
        return false;
    };
    let (finer, mark) = Mark::split(right);
    let is_finer = (1..=2).contains(&finer.len()) && finer.bytes().all(|byte| byte.is_ascii_digit());
    match between {
        "," | "/" => is_finer && is_category(left),
        _ if between.chars().all(char::is_whitespace) => {
            let is_mark = finer.is_empty() && mark != Mark::None && read(left).is_some();
            let after_dot = is_finer && left.strip_suffix('.').is_some_and(is_category);
            let before_dot = is_category(left) && right.starts_with('.');
            is_mark || after_dot || before_dot || (left.len() == 1 && read(&format!("{left}{right}")).is_some())
        }
        _ => false,
    }
}

fn is_category(text: &str) -> bool {
    matches!(text.as_bytes(), [letter, tens, ones]
        if letter.is_ascii_alphabetic() && tens.is_ascii_digit() && ones.is_ascii_digit())
}

/// The code that a piece means, and what was repaired; `None` if it is no code.
fn read(piece: &str) -> Option<(Cow<'_, str>, Vec<Repair>)> {
    let mut repairs = Vec::new();
    let mut code = Cow::Borrowed(piece);
    let mut change = |code: &mut Cow<'_, str>, repair, wanted: &dyn Fn(char) -> bool, with: &str| {
        if code.contains(wanted) {
            *code = Cow::Owned(code.split(wanted).collect::<Vec<_>>().join(with));
            repairs.push(repair);
        }
    };
    change(&mut code, Repair::HiddenCharacter, &is_hidden, "");
    change(&mut code, Repair::InnerSpace, &char::is_whitespace, "");
    change(&mut code, Repair::CommaForDot, &|c| c == ',', ".");
    change(&mut code, Repair::SlashForDot, &|c| c == '/', ".");
    if code.ends_with('+') {
        repairs.push(Repair::PlusForDagger);
    }
    match CodeShape::of(&code)? {
        CodeShape::Icd10 => {
            let key = CodeGrammar::Icd10.parse(&code)?;
            let mut printed = String::with_capacity(key.as_str().len() + 4);
            CodeGrammar::Icd10.render(key.as_str(), &mut printed);
            printed.push_str(key.mark().as_str());
            if printed != code.as_ref() {
                code = Cow::Owned(printed);
            }
        }
        _ => {
            if code.bytes().any(|byte| byte.is_ascii_lowercase()) && CodeShape::of(&code) != Some(CodeShape::Service) {
                code = Cow::Owned(code.to_ascii_uppercase());
            }
        }
    }
    Some((code, repairs))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn codes(text: &str) -> Vec<String> {
        CodeList::parse(text).codes().map(str::to_owned).collect()
    }

    fn repairs(text: &str) -> Vec<(String, Vec<Repair>)> {
        let list = CodeList::parse(text);
        list.items().iter().map(|item| (item.code.to_string(), item.repairs.clone())).collect()
    }

    #[test]
    fn lists_as_they_occur() {
        assert_eq!(codes(";A04.9;E87.8"), ["A04.9", "E87.8"]);
        assert_eq!(codes("M86;E87;E11;I10"), ["M86", "E87", "E11", "I10"]);
        assert_eq!(codes(" j189 ;; I10;"), ["J18.9", "I10"]);
        assert_eq!(codes("B950"), ["B95.0"]);
        assert_eq!(codes("G55.1*;M51.1†;M01.00*"), ["G55.1*", "M51.1†", "M01.00*"]);
        assert_eq!(codes(""), [""; 0]);
        assert_eq!(codes(" ;\n;\t"), [""; 0]);
        assert_eq!(codes("U62.392.3;01.0117.0118"), ["U62.392.3", "01.0117.0118"]);
        for usual in [";A04.9;E87.8", "j189;I10;", "I10;\r\nE11.9", "I10\n;E11.9"] {
            assert!(CodeList::parse(usual).items().iter().all(|item| item.repairs.is_empty()), "{usual:?}");
        }
    }

    #[test]
    fn a_line_break_inside_a_list() {
        let text = "I10;E11.9;J18.9;K21.0;M54.50;N18.9\nG55.1*;M51.1†;E78.5;I25.9;K29.7;H25.9";
        let list = CodeList::parse(text);
        assert_eq!(list.items().len(), 12);
        assert_eq!(list.items()[6].code, "G55.1*");
        assert_eq!(list.items()[6].repairs, [Repair::OtherSeparator]);
        assert_eq!(list.to_string(), text);
        assert_eq!(list.repaired(), text.replace('\n', ";"));
    }

    #[test]
    fn repairs_are_told() {
        use Repair::*;
        for (text, expected) in [
            ("J18,9", vec![("J18.9", vec![CommaForDot])]),
            ("U13/9", vec![("U13.9", vec![SlashForDot])]),
            ("J18,9;I10", vec![("J18.9", vec![CommaForDot]), ("I10", vec![])]),
            ("J18,9,I10", vec![("J18.9", vec![CommaForDot]), ("I10", vec![OtherSeparator])]),
            ("J18,J20", vec![("J18", vec![]), ("J20", vec![OtherSeparator])]),
            ("J18/J20", vec![("J18", vec![]), ("J20", vec![OtherSeparator])]),
            ("A04.9 E87.8", vec![("A04.9", vec![]), ("E87.8", vec![OtherSeparator])]),
            ("J18. 9", vec![("J18.9", vec![InnerSpace])]),
            ("J18 .9", vec![("J18.9", vec![InnerSpace])]),
            ("J 18.9", vec![("J18.9", vec![InnerSpace])]),
            ("G01 *", vec![("G01*", vec![InnerSpace])]),
            ("A17.0+", vec![("A17.0†", vec![PlusForDagger])]),
            ("J18\u{200b}.9", vec![("J18.9", vec![HiddenCharacter])]),
            ("\u{feff}J18.9\u{a0}", vec![("J18.9", vec![])]),
            ("M01,00*", vec![("M01.00*", vec![CommaForDot])]),
            // What is no code stays as it stands, and is not cut apart.
            ("viêm phổi, J18.9", vec![("viêm phổi, J18.9", vec![])]),
            ("J18.9 - Viêm phổi; I10", vec![("J18.9 - Viêm phổi", vec![]), ("I10", vec![])]),
            ("E10 - E14", vec![("E10 - E14", vec![])]),
            ("J18,999", vec![("J18,999", vec![])]),
        ] {
            let expected: Vec<_> = expected.into_iter().map(|(code, repairs)| (code.to_owned(), repairs)).collect();
            assert_eq!(repairs(text), expected, "{text:?}");
        }
    }

    proptest! {
        #[test]
        fn nothing_is_cut(text in r"([A-Za-z0-9.,;/+*†| \nđỗ\u{200b}-]{0,3}|[A-Z][0-9]{2}([.,]?[0-9]{1,2})?[*†;,]?){0,12}") {
            let list = CodeList::parse(&text);
            prop_assert_eq!(list.to_string(), text.as_str());
            let mut end = 0;
            for item in list.items() {
                prop_assert!(item.range.start >= end);
                prop_assert_eq!(&text[item.range.clone()], item.text);
                // Between items stand separators and blanks only.
                prop_assert!(text[end..item.range.start].chars().all(|c| is_separator(c) || may_separate(c) || is_blank(c)));
                end = item.range.end;
            }
            prop_assert!(text[end..].chars().all(|c| is_separator(c) || may_separate(c) || is_blank(c)));
        }

        #[test]
        fn a_repaired_list_needs_no_repair(codes in prop::collection::vec("[A-Z][0-9]{2}(\\.[0-9]{1,2})?[*†]?", 1..14)) {
            let text = codes.join(";");
            let list = CodeList::parse(&text);
            prop_assert_eq!(list.repaired(), text.as_str());
            prop_assert!(list.items().iter().all(|item| item.repairs.is_empty()));
        }
    }
}
