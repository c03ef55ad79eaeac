//! The grammar of ranges and exceptions, over words that are compared without their Vietnamese marks.

use std::ops::Range;

use super::{CodeRanges, Remark, RemarkKind};
use crate::code::Mark;
use crate::text::fold;

/// A code or a range of codes, as keys: no dot, upper case. Both ends are the same for a single code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Item {
    pub(super) first: String,
    pub(super) last: String,
    /// The characters behind the category that all its codes have.
    pub(super) fourth: Option<String>,
    pub(super) mark: Mark,
    /// As it was written.
    pub(super) text: String,
}

/// Words that make a range of the codes around them.
const RANGE: [&str; 4] = ["den", "toi", "to", "through"];
/// Words that begin an exception.
const EXCEPT: [&str; 6] = ["tru", "khong", "except", "excepting", "excluding", "without"];
/// Words that say nothing by themselves.
const FILLERS: [&str; 37] = [
    "ngoai",
    "loai",
    "bao",
    "gom",
    "ke",
    "cac",
    "ma",
    "benh",
    "nhom",
    "tu",
    "thuoc",
    "va",
    "hoac",
    "and",
    "or",
    "from",
    "code",
    "codes",
    "the",
    "voi",
    "co",
    "chung",
    "ky",
    "thu",
    "la",
    "phan",
    "icd",
    "icd10",
    "with",
    "common",
    "fourth",
    "character",
    "of",
    "danh",
    "muc",
    "so",
    "trong",
];

#[derive(Debug, PartialEq)]
enum Token {
    Code {
        key: String,
        mark: Mark,
        repaired: Option<String>,
    },
    Range,
    Except,
    /// `.2` by itself: the fourth character of the codes before it.
    Fourth(String, Mark),
    Open,
    Close,
    /// The end of a clause, with which an exception without brackets ends.
    Clause,
    /// A comma or the like.
    Comma,
    Filler,
    Unknown,
}

pub(super) fn parse(text: &str) -> CodeRanges {
    let mut parser = Parser {
        text,
        ranges: CodeRanges { included: Vec::new(), excluded: Vec::new(), remarks: Vec::new() },
        unknown: None,
        open_range: None,
        depth: 0,
        except_depth: None,
        last: None,
    };
    let mut at = 0;
    while let Some((token, place)) = token(text, at) {
        at = place.end;
        parser.take(token, place);
    }
    parser.finish()
}

struct Parser<'a> {
    text: &'a str,
    ranges: CodeRanges,
    /// Where words that are not understood stand.
    unknown: Option<Range<usize>>,
    /// A dash or its like was read, and stands here.
    open_range: Option<Range<usize>>,
    depth: usize,
    /// How deep in brackets the exception began that is being read.
    except_depth: Option<usize>,
    /// Where the latest item begins, and whether it is an exception.
    last: Option<(usize, bool)>,
}

impl Parser<'_> {
    fn take(&mut self, token: Token, at: Range<usize>) {
        if !matches!(token, Token::Unknown | Token::Filler) {
            self.end_unknown();
        }
        match token {
            Token::Code { key, mark, repaired } => {
                if let Some(code) = repaired {
                    self.remark(at.clone(), RemarkKind::Repaired { code });
                }
                self.code(key, mark, at);
            }
            Token::Range if self.last.is_some() && self.open_range.is_none() => self.open_range = Some(at),
            Token::Range => self.add_unknown(at),
            Token::Except => {
                self.open_range = None;
                self.except_depth.get_or_insert(self.depth);
            }
            Token::Fourth(characters, mark) => self.fourth(characters, mark, at),
            Token::Open => self.depth += 1,
            Token::Close => {
                self.depth = self.depth.saturating_sub(1);
                if self.except_depth.is_some_and(|depth| depth > self.depth) {
                    self.except_depth = None;
                }
                self.close_range();
            }
            Token::Clause => {
                if self.except_depth.is_some_and(|depth| depth == 0 || depth > self.depth) {
                    self.except_depth = None;
                }
                self.close_range();
            }
            Token::Comma => self.close_range(),
            Token::Filler => {}
            Token::Unknown => self.add_unknown(at),
        }
    }

    fn items(&mut self, excepted: bool) -> &mut Vec<Item> {
        if excepted { &mut self.ranges.excluded } else { &mut self.ranges.included }
    }

    fn code(&mut self, key: String, mark: Mark, at: Range<usize>) {
        let text = self.text;
        if self.open_range.take().is_some()
            && let Some((start, excepted)) = self.last
            && let Some(item) = self.items(excepted).last_mut()
        {
            item.last = key;
            item.mark = if mark == Mark::None { item.mark } else { mark };
            text.get(start..at.end).unwrap_or_default().clone_into(&mut item.text);
            return;
        }
        let excepted = self.except_depth.is_some();
        self.last = Some((at.start, excepted));
        let text = text.get(at).unwrap_or_default().to_owned();
        self.items(excepted).push(Item { first: key.clone(), last: key, fourth: None, mark, text });
    }

    /// The range before it has finer codes of one kind only.
    fn fourth(&mut self, characters: String, mark: Mark, at: Range<usize>) {
        let text = self.text;
        if let Some((start, excepted)) = self.last
            && let Some(item) = self.items(excepted).last_mut()
            && item.fourth.is_none()
            && item.first.len() == 3
        {
            item.fourth = Some(characters);
            item.mark = if mark == Mark::None { item.mark } else { mark };
            text.get(start..at.end).unwrap_or_default().clone_into(&mut item.text);
        } else {
            self.remark(at, RemarkKind::NotUnderstood);
        }
    }

    /// A dash without a code behind it.
    fn close_range(&mut self) {
        if let Some(at) = self.open_range.take() {
            self.remark(at, RemarkKind::NotUnderstood);
        }
    }

    fn add_unknown(&mut self, at: Range<usize>) {
        self.close_range();
        self.unknown = Some(self.unknown.as_ref().map_or(at.start, |unknown| unknown.start)..at.end);
    }

    fn end_unknown(&mut self) {
        if let Some(at) = self.unknown.take() {
            self.remark(at, RemarkKind::NotUnderstood);
        }
    }

    fn remark(&mut self, at: Range<usize>, kind: RemarkKind) {
        let text = self.text.get(at).unwrap_or_default().to_owned();
        self.ranges.remarks.push(Remark { text, kind });
    }

    fn finish(mut self) -> CodeRanges {
        self.end_unknown();
        self.close_range();
        if self.ranges.included.is_empty() && self.ranges.remarks.is_empty() {
            self.ranges.remarks.push(Remark { text: String::new(), kind: RemarkKind::Empty });
        }
        self.ranges
    }
}

/// The first token from an offset on, and where it stands; `None` at the end of the text.
fn token(text: &str, at: usize) -> Option<(Token, Range<usize>)> {
    let rest = text.get(at..)?;
    let here =
        rest.trim_start_matches(|c: char| (c.is_whitespace() && c != '\n') || c == '\u{feff}' || c == '\u{200b}');
    let at = at + (rest.len() - here.len());
    let first = here.chars().next()?;
    let single = |token| Some((token, at..at + first.len_utf8()));
    if let Some((token, length)) = code(here) {
        return Some((token, at..at + length));
    }
    match first {
        '-' | '–' | '—' | '−' | '÷' | '→' | '~' => single(Token::Range),
        '(' | '[' | '{' => single(Token::Open),
        ')' | ']' | '}' => single(Token::Close),
        ';' | '\n' | '；' => single(Token::Clause),
        '.' => match fourth(here) {
            Some((characters, mark, length)) => Some((Token::Fourth(characters, mark), at..at + length)),
            None => single(Token::Clause),
        },
        ',' | '/' | '&' | '+' | '|' | ':' | '"' | '“' | '”' | '、' => single(Token::Comma),
        _ => {
            let is_end = |c: char| c.is_whitespace() || "()[]{},;:/&|–—−÷→~".contains(c);
            let word = here.get(..here.find(is_end).unwrap_or(here.len())).unwrap_or(here);
            // A hyphen joins two words (`ICD-10`) unless a code stands behind it; a dot ends one.
            let word = word.split_once('-').map_or(word, |(before, after)| {
                if code(after).is_some_and(|(token, _)| matches!(token, Token::Code { .. })) { before } else { word }
            });
            let word = word.split_once('.').map_or(word, |(before, _)| before);
            let length = word.len().max(first.len_utf8());
            let folded = fold(word);
            let token = if RANGE.contains(&folded.as_str()) {
                Token::Range
            } else if EXCEPT.contains(&folded.as_str()) {
                Token::Except
            } else if FILLERS.contains(&folded.as_str()) || folded == "icd 10" || folded.is_empty() {
                Token::Filler
            } else {
                Token::Unknown
            };
            Some((token, at..at + length))
        }
    }
}

/// A code at the beginning of a text, and how many bytes it takes.
fn code(text: &str) -> Option<(Token, usize)> {
    let bytes = text.as_bytes();
    let digit = |at: usize| bytes.get(at).copied().filter(u8::is_ascii_digit);
    let letter = bytes.first().copied().filter(u8::is_ascii_alphabetic)?;
    let mut key = String::from(char::from(letter.to_ascii_uppercase()));
    key.push(char::from(digit(1)?));
    key.push(char::from(digit(2)?));
    let mut end = 3;
    let mut finer = String::new();
    let mut repaired = false;
    match bytes.get(3) {
        Some(b'.') => match bytes.get(4) {
            Some(b'0'..=b'9') => {
                end = 4;
                while let Some(next) = digit(end) {
                    finer.push(char::from(next));
                    end += 1;
                }
            }
            // All that is below it.
            Some(b'-' | b'_' | b'x' | b'X') => end = 5,
            _ => {}
        },
        Some(b',' | b'/') => {
            let digits: String = (4..).map_while(digit).map(char::from).collect();
            if (1..=2).contains(&digits.len()) {
                (end, repaired) = (4 + digits.len(), true);
                finer = digits;
            }
        }
        Some(b'0'..=b'9') => {
            while let Some(next) = digit(end) {
                finer.push(char::from(next));
                end += 1;
            }
        }
        _ => {}
    }
    let (mark, mark_length) = mark(text.get(end..)?);
    end += mark_length;
    let joined = text.get(end..)?.chars().next().is_some_and(char::is_alphanumeric);
    if finer.len() > 2 || joined {
        return None;
    }
    let printed = repaired.then(|| format!("{key}.{finer}"));
    key.push_str(&finer);
    Some((Token::Code { key, mark, repaired: printed }, end))
}

/// `.2`, with a mark perhaps, at the beginning of a text.
fn fourth(text: &str) -> Option<(String, Mark, usize)> {
    let rest = text.strip_prefix('.')?;
    let digits: String = rest.chars().take_while(char::is_ascii_digit).collect();
    if !(1..=2).contains(&digits.len()) {
        return None;
    }
    let (mark, mark_length) = mark(rest.get(digits.len()..)?);
    let length = 1 + digits.len() + mark_length;
    Some((digits, mark, length))
}

/// A mark at the beginning of a text. `+` is one only where no code follows.
fn mark(text: &str) -> (Mark, usize) {
    if let Some(rest) = text.strip_prefix('+') {
        let separates = rest.trim_start().chars().next().is_some_and(|c| c.is_ascii_alphabetic());
        return if separates { (Mark::None, 0) } else { (Mark::Dagger, 1) };
    }
    [('†', Mark::Dagger), ('*', Mark::Asterisk)]
        .into_iter()
        .find(|(sign, _)| text.starts_with(*sign))
        .map_or((Mark::None, 0), |(sign, mark)| (mark, sign.len_utf8()))
}
