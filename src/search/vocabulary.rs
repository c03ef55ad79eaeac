//! The words of terms as numbers, read without spelling the terms out.
//!
//! The term store keeps a term as a sequence of tokens. What a token is in the index of a language - which form of
//! which word, which sign between words - is found out once and remembered, so that a term is read as quickly as
//! its tokens are. Terms that are written in an unusual way (combining marks, apostrophes) are spelled and
//! analysed instead, by the same analysis that indexed them.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::Arc;

use super::initials::Initials;
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

/// So many words of terms that were read lately are kept; then all are forgotten.
const MOST_LATELY: usize = 6_000;

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
    Word { form: u32, role: RoleWord, spaced: bool, initial: u8 },
    /// Signs between words: whether a comma is among them, and what they do to the number of open brackets:
    /// they change it by `change`, and leave it at `least` at least.
    Signs { comma: bool, change: i8, least: u8 },
    /// Only the whole text tells.
    Unusual,
}

impl Token {
    /// Itself, once it is found out what the token of this number is.
    #[inline]
    fn learnt(
        &mut self,
        number: u32,
        language: Language<'_>,
        text: &mut String,
        analyzer: &mut Analyzer,
    ) -> Result<Self> {
        if matches!(self, Self::Unknown) {
            *self = Self::learn(number, language, text, analyzer)?;
        }
        Ok(*self)
    }

    #[cold]
    fn learn(number: u32, language: Language<'_>, text: &mut String, analyzer: &mut Analyzer) -> Result<Self> {
        text.clear();
        language.terms.read_token(number, text)?;
        learn(text, analyzer, language.words)
    }
}

/// What is known of the tokens of one language.
#[derive(Debug)]
pub(super) struct Vocabulary {
    file: Same,
    language: u16,
    tokens: Vec<Token>,
    /// What the terms' words begin with; `None` until it is asked for.
    initials: Option<Initials>,
}

/// Words that follow one another in some terms.
#[derive(Debug)]
pub(super) struct Run {
    /// How many terms have them.
    pub(super) terms: u32,
    /// The first of those …
    pub(super) term: u32,
    /// … and the positions of the words in it.
    pub(super) words: Range<usize>,
}

/// Reads the words of terms; keeps what it learnt of tokens.
#[derive(Debug, Default)]
pub(super) struct TermReader {
    vocabularies: Vec<Vocabulary>,
    numbers: Vec<u32>,
    text: String,
    analyzer: Analyzer,
    words: Vec<TermWord>,
    /// The words of terms that were read lately, by vocabulary and term: ways to read a query, and queries that are
    /// being typed, come back to them.
    lately: HashMap<(usize, u32), Range<usize>>,
    lately_words: Vec<TermWord>,
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
            self.lately.clear();
            self.lately_words.clear();
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
        self.vocabularies.push(Vocabulary { file: Same::of(file), language, tokens, initials: None });
        self.vocabularies.len() - 1
    }

    /// The words of a term, in order.
    pub(super) fn read(&mut self, language: Language<'_>, term: u32) -> Result<&[TermWord]> {
        let key = (language.vocabulary, term);
        let place = match self.lately.get(&key) {
            Some(place) => place.clone(),
            None => {
                self.read_anew(language, term)?;
                if self.lately_words.len() + self.words.len() > MOST_LATELY {
                    self.lately.clear();
                    self.lately_words.clear();
                }
                let start = self.lately_words.len();
                self.lately_words.extend_from_slice(&self.words);
                self.lately.insert(key, start..self.lately_words.len());
                start..self.lately_words.len()
            }
        };
        Ok(self.lately_words.get(place).unwrap_or_default())
    }

    fn read_anew(&mut self, language: Language<'_>, term: u32) -> Result<()> {
        language.terms.tokens(term, &mut self.numbers)?;
        if !self.join(language)? {
            self.join_text(language, term)?;
        }
        Ok(())
    }

    /// Looks through the terms of a language for words that follow one another and begin with the `initials`, and
    /// gives for each different run of such words its number of terms, one of them, and the words' place there; most
    /// frequent first.
    ///
    /// The first time it reads every term of the language, and keeps a byte for each word.
    pub(super) fn with_initials(&mut self, language: Language<'_>, initials: &[u8]) -> Result<Vec<Run>> {
        let Self { vocabularies, numbers, text, analyzer, .. } = self;
        let Some(vocabulary) = vocabularies.get_mut(language.vocabulary) else { return Ok(Vec::new()) };
        let first = language.words.first_term;
        let (mut letters, mut forms) = (Vec::new(), Vec::new());
        let all = match &mut vocabulary.initials {
            Some(all) => all,
            none => {
                let mut all = Initials::default();
                let terms = first..first.saturating_add(language.words.terms);
                let known = &mut vocabulary.tokens;
                language.terms.tokens_of_all(terms, numbers, |_, tokens| {
                    read_initials(known, language, tokens, (text, analyzer), (&mut letters, &mut forms))?;
                    all.push(&letters);
                    Ok(())
                })?;
                none.insert(all)
            }
        };
        let mut runs: HashMap<Vec<u32>, Run> = HashMap::new();
        for term in all.terms_with(initials) {
            let term = first.saturating_add(term);
            language.terms.tokens(term, numbers)?;
            let known = &mut vocabulary.tokens;
            read_initials(known, language, numbers, (text, analyzer), (&mut letters, &mut forms))?;
            for (start, window) in letters.windows(initials.len()).enumerate() {
                if window == initials {
                    let key = forms.get(start..start + initials.len()).unwrap_or_default();
                    let signs = letters.iter().take(start).filter(|letter| **letter == 0).count();
                    let words = start - signs..start - signs + initials.len();
                    runs.entry(key.to_vec()).or_insert(Run { terms: 0, term, words }).terms += 1;
                }
            }
        }
        let mut runs: Vec<Run> = runs.into_values().collect();
        runs.sort_unstable_by_key(|run| (std::cmp::Reverse(run.terms), run.term, run.words.start));
        Ok(runs)
    }

    /// Makes words of the tokens; false if only the text tells which they are.
    fn join(&mut self, language: Language<'_>) -> Result<bool> {
        self.words.clear();
        let Some(vocabulary) = self.vocabularies.get_mut(language.vocabulary) else { return Ok(false) };
        let (mut open, mut apart, mut after_word) = (0_u32, false, false);
        for &number in &self.numbers {
            let Some(known) = vocabulary.tokens.get_mut(number as usize) else { return Ok(false) };
            match known.learnt(number, language, &mut self.text, &mut self.analyzer)? {
                Token::Word { form, role, spaced, .. } => {
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

    /// Spells a term: [`text`](Self::text) and [`analyzer`](Self::analyzer) then hold it. Its tokens are the words
    /// that [`read`](Self::read) gives.
    pub(super) fn spell(&mut self, language: Language<'_>, term: u32) -> Result<()> {
        self.text.clear();
        language.terms.read(term, &mut self.text)?;
        self.analyzer.analyze(&self.text);
        Ok(())
    }

    /// Makes words of a term's text.
    fn join_text(&mut self, language: Language<'_>, term: u32) -> Result<()> {
        self.spell(language, term)?;
        self.words.clear();
        let mut brackets = Brackets::default();
        for token in self.analyzer.tokens().iter() {
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

/// The first letters of a term's words, and the words' forms; 0 stands for a comma or bracket, over which initials
/// do not reach. Nothing for a term that is written in an unusual way.
fn read_initials(
    known: &mut [Token],
    language: Language<'_>,
    tokens: &[u32],
    (text, analyzer): (&mut String, &mut Analyzer),
    (letters, forms): (&mut Vec<u8>, &mut Vec<u32>),
) -> Result<()> {
    letters.clear();
    forms.clear();
    for &number in tokens {
        let token = match known.get_mut(number as usize) {
            Some(known) => known.learnt(number, language, text, analyzer)?,
            None => Token::Unusual,
        };
        match token {
            Token::Word { form, initial, .. } => {
                letters.push(initial);
                forms.push(form);
            }
            Token::Signs { comma, change, least } if comma || change != 0 || least != 0 => {
                letters.push(0);
                forms.push(NO_FORM);
            }
            Token::Signs { .. } => {}
            Token::Unusual | Token::Unknown => {
                letters.clear();
                forms.clear();
                return Ok(());
            }
        }
    }
    Ok(())
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
        let initial = token.folded().bytes().next().unwrap_or_default();
        return Ok(Token::Word { form, role: RoleWord::of(token.accented()), spaced, initial });
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
