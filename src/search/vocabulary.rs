//! The words of terms as numbers, read without spelling the terms out.
//!
//! The term store keeps a term as a sequence of tokens. What a token is in the index of a language - which form of
//! which word, which sign between words - is found out once and remembered, so that a term is read as quickly as
//! its tokens are. Terms that are written in an unusual way (combining marks, apostrophes) are spelled and
//! analysed instead, by the same analysis that indexed them.

use std::sync::Arc;

use crate::Result;
use crate::index::terms::Terms;
use crate::index::words::Words;
use crate::lexicon::RoleWord;
use crate::resource::{Resource, Same};
use crate::supplement::Layer;
use crate::text::{Analyzer, Brackets};

/// A form that no word has.
const NO_FORM: u32 = u32::MAX;
/// So many languages of so many systems are remembered; more are learnt anew.
const MOST_VOCABULARIES: usize = 16;

/// A word of a term.
#[derive(Clone, Copy, Debug)]
pub(super) struct TermWord {
    /// Its form in the index of the language.
    pub(super) form: u32,
    pub(super) role: RoleWord,
    /// A comma or semicolon stands before it.
    pub(super) apart: bool,
    pub(super) bracketed: bool,
}

/// What is known of a token.
#[derive(Clone, Copy, Debug, Default)]
enum Token {
    #[default]
    Unknown,
    /// A word; whether a space stands before it.
    Word { form: u32, role: RoleWord, spaced: bool },
    /// Signs between words: whether a comma is among them, and what they do to the number of open brackets:
    /// they change it by `change`, and leave it at `least` at least.
    Signs { comma: bool, change: i8, least: u8 },
    /// Only the whole text tells.
    Unusual,
}

/// What is known of the tokens of one language.
#[derive(Debug)]
pub(super) struct Vocabulary {
    file: Same,
    language: u16,
    tokens: Vec<Token>,
}

/// Reads the words of terms; keeps what it learnt of tokens.
#[derive(Debug, Default)]
pub(super) struct TermReader {
    vocabularies: Vec<Vocabulary>,
    numbers: Vec<u32>,
    text: String,
    analyzer: Analyzer,
    words: Vec<TermWord>,
}

/// One language of a system, opened for reading.
#[derive(Clone, Copy)]
pub(super) struct Language<'a> {
    pub(super) words: &'a Words<'a>,
    pub(super) terms: &'a Terms<'a>,
    /// What its terms are worth for their use: up to which term, and how much; `None` if they are not wanted.
    pub(super) uses: &'a [(u32, Option<f32>)],
    /// Which file of the system it is of.
    pub(super) layer: Layer,
    /// Its number in the index.
    pub(super) number: u16,
    /// Which vocabulary is the language's.
    pub(super) vocabulary: usize,
}

impl Language<'_> {
    /// What a term is worth for its use; `None` if it is not wanted.
    #[inline]
    pub(super) fn worth(&self, term: u32) -> Option<f32> {
        self.uses.iter().find(|(end, _)| term < *end).and_then(|(_, worth)| *worth)
    }
}

impl TermReader {
    /// Forgets what it knows if so many languages more would be too many, and gives true: positions of vocabularies
    /// then mean others than before.
    pub(super) fn make_room(&mut self, languages: usize) -> bool {
        let too_many = self.vocabularies.len().saturating_add(languages) > MOST_VOCABULARIES;
        if too_many {
            self.vocabularies.clear();
        }
        too_many
    }

    /// The position of the vocabulary of a language, made if there is none.
    pub(super) fn vocabulary(&mut self, file: &Arc<Resource>, language: u16, terms: &Terms<'_>) -> usize {
        let is_it = |known: &Vocabulary| known.language == language && known.file.is(file);
        if let Some(position) = self.vocabularies.iter().position(is_it) {
            return position;
        }
        let tokens = vec![Token::Unknown; terms.token_count() as usize];
        self.vocabularies.push(Vocabulary { file: Same::of(file), language, tokens });
        self.vocabularies.len() - 1
    }

    /// The words of a term, in order.
    pub(super) fn read(&mut self, language: Language<'_>, term: u32) -> Result<&[TermWord]> {
        self.numbers.clear();
        let numbers = &mut self.numbers;
        language.terms.tokens(term, |token| {
            numbers.push(token);
            Ok(())
        })?;
        if !self.join(language)? {
            self.spell(language, term)?;
        }
        Ok(&self.words)
    }

    /// Makes words of the tokens; false if only the text tells which they are.
    fn join(&mut self, language: Language<'_>) -> Result<bool> {
        self.words.clear();
        let Some(vocabulary) = self.vocabularies.get_mut(language.vocabulary) else { return Ok(false) };
        let (mut open, mut apart, mut after_word) = (0_u32, false, false);
        for &number in &self.numbers {
            let Some(known) = vocabulary.tokens.get_mut(number as usize) else { return Ok(false) };
            if matches!(known, Token::Unknown) {
                self.text.clear();
                language.terms.read_token(number, &mut self.text)?;
                *known = learn(&self.text, &mut self.analyzer, language.words)?;
            }
            match *known {
                Token::Word { form, role, spaced } => {
                    // What is written in one goes together.
                    if after_word && !spaced {
                        return Ok(false);
                    }
                    self.words.push(TermWord { form, role, apart, bracketed: open > 0 });
                    (apart, after_word) = (false, true);
                }
                Token::Signs { comma, change, least } => {
                    apart |= comma;
                    open = open.saturating_add_signed(change.into()).max(least.into());
                    after_word = false;
                }
                Token::Unusual | Token::Unknown => return Ok(false),
            }
        }
        Ok(true)
    }

    /// Spells a term and makes words of its text, which [`text`](Self::text) and [`analyzer`](Self::analyzer)
    /// then hold.
    pub(super) fn spell(&mut self, language: Language<'_>, term: u32) -> Result<()> {
        self.text.clear();
        language.terms.read(term, &mut self.text)?;
        self.words.clear();
        let mut brackets = Brackets::default();
        for token in self.analyzer.analyze(&self.text).iter() {
            let between = brackets.advance(&self.text, token);
            self.words.push(TermWord {
                form: language.words.form(token.folded(), token.accented())?.unwrap_or(NO_FORM),
                role: RoleWord::of(token.accented()),
                apart: between.contains([',', ';']),
                bracketed: brackets.are_open(),
            });
        }
        Ok(())
    }

    pub(super) fn text(&self) -> &str {
        &self.text
    }

    pub(super) fn analyzer(&self) -> &Analyzer {
        &self.analyzer
    }
}

/// Finds out what a token is.
fn learn(text: &str, analyzer: &mut Analyzer, words: &Words<'_>) -> Result<Token> {
    let spaced = text.starts_with(' ');
    let word = text.strip_prefix(' ').unwrap_or(text);
    if word.chars().all(char::is_alphanumeric) && !word.is_empty() {
        let tokens = analyzer.analyze(word);
        let Some(token) = tokens.get(0).filter(|token| tokens.len() == 1 && token.range() == (0..word.len())) else {
            return Ok(Token::Unusual);
        };
        let form = words.form(token.folded(), token.accented())?.unwrap_or(NO_FORM);
        return Ok(Token::Word { form, role: RoleWord::of(token.accented()), spaced });
    }
    // Signs that never belong to a word: the analysis joins others (marks, apostrophes, soft hyphens) to it.
    let plain = |sign: char| " ,;.:()[]{}-–/\\+*†‡&%<>=\"“”!?_#".contains(sign);
    if !text.chars().all(plain) {
        return Ok(Token::Unusual);
    }
    let (mut comma, mut change, mut least) = (false, 0_i8, 0_u8);
    for sign in text.chars() {
        match sign {
            ',' | ';' => comma = true,
            '(' | '[' => (change, least) = (change.saturating_add(1), least.saturating_add(1)),
            ')' | ']' => (change, least) = (change.saturating_sub(1), least.saturating_sub(1)),
            _ => {}
        }
    }
    Ok(Token::Signs { comma, change, least })
}
