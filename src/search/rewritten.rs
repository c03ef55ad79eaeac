//! Texts made of pieces of the query, with the way back to its bytes.

use std::ops::Range;

/// Signs in brackets that stand for words.
const SIGNS: [(&str, &str); 5] = [
    ("(+)", "dương tính"),
    ("(++)", "dương tính"),
    ("(-)", "âm tính"),
    ("(\u{2013})", "âm tính"),
    ("(\u{2212})", "âm tính"),
];

/// The query with words for the signs in it, as `AFB (-)` has one; `None` if it has none.
pub(super) fn with_signs_spelled(text: &str) -> Option<Rewritten> {
    if !text.contains('(') {
        return None;
    }
    let (mut rewritten, mut done, mut at) = (Rewritten::default(), 0, 0);
    while let Some(rest) = text.get(at..).filter(|rest| !rest.is_empty()) {
        match SIGNS.iter().find(|(sign, _)| rest.starts_with(sign)) {
            Some((sign, words)) => {
                rewritten.push(text, done..at);
                rewritten.push_words(words, at..at + sign.len());
                at += sign.len();
                done = at;
            }
            None => at += rest.chars().next().map_or(1, char::len_utf8),
        }
    }
    rewritten.push(text, done..text.len());
    (done > 0).then_some(rewritten)
}

/// A text made of pieces of another.
#[derive(Debug, Default)]
pub(super) struct Rewritten {
    pub(super) text: String,
    /// Where each piece stands in the text, and in the original.
    pieces: Vec<(Range<usize>, Range<usize>)>,
}

impl Rewritten {
    /// Appends a piece of the original.
    pub(super) fn push(&mut self, original: &str, piece: Range<usize>) {
        let Some(text) = original.get(piece.clone()) else { return };
        let start = self.text.len();
        self.text.push_str(text);
        self.pieces.push((start..self.text.len(), piece));
    }

    /// Appends words that stand for a piece of the original.
    fn push_words(&mut self, words: &str, piece: Range<usize>) {
        if !self.text.ends_with(' ') {
            self.text.push(' ');
        }
        let start = self.text.len();
        self.text.push_str(words);
        self.pieces.push((start..self.text.len(), piece));
        self.text.push(' ');
    }

    /// The bytes of the original that a part of the text comes from.
    pub(super) fn original(&self, part: Range<usize>) -> Range<usize> {
        let mut pieces = self.pieces.iter().filter(|(here, _)| here.start < part.end && part.start < here.end);
        let Some((here, there)) = pieces.next() else { return 0..0 };
        let start = there.start + part.start.saturating_sub(here.start);
        let (here, there) = pieces.next_back().unwrap_or(&(here.clone(), there.clone())).clone();
        start..there.end.saturating_sub(here.end.saturating_sub(part.end))
    }
}
