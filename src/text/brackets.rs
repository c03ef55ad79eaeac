//! Which words of a text stand in brackets.

use super::Token;

/// Follows the brackets of a text from token to token: `(` and `[`, nested or not, closed or not.
#[derive(Debug, Default)]
pub(crate) struct Brackets {
    open: usize,
    /// Where the token before ends, in bytes.
    end: usize,
}

impl Brackets {
    /// Goes on to the next token of `text`. Returns what stands between it and the one before.
    pub(crate) fn advance<'t>(&mut self, text: &'t str, token: Token<'_>) -> &'t str {
        let range = token.range();
        let between = text.get(self.end..range.start).unwrap_or_default();
        for sign in between.chars() {
            match sign {
                '(' | '[' => self.open += 1,
                ')' | ']' => self.open = self.open.saturating_sub(1),
                _ => {}
            }
        }
        self.end = range.end;
        between
    }

    /// True if the token advanced to stands in brackets.
    pub(crate) fn are_open(&self) -> bool {
        self.open > 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::Analyzer;

    #[test]
    fn words_in_brackets_are_told() {
        let text = "Tăng huyết áp (nguyên [vô] phát) khác) thai (kỳ";
        let mut analyzer = Analyzer::new();
        let mut brackets = Brackets::default();
        let inside: Vec<&str> = analyzer
            .analyze(text)
            .iter()
            .filter(|token| {
                brackets.advance(text, *token);
                brackets.are_open()
            })
            .map(|token| &text[token.range()])
            .collect();
        assert_eq!(inside, ["nguyên", "vô", "phát", "kỳ"]);
    }
}
