//! Language knowledge that belongs to no code system: abbreviations and other words for the same thing.
//!
//! An entry says that a phrase, as people write it, may be read as another phrase, as lists print it:
//! `THA` as *tăng huyết áp*, `tiểu đường` as *đái tháo đường*. A phrase with several readings keeps them
//! all; search tries each and shows by which it found something. Nothing here knows a code.
//!
//! The built-in entries stand in `data/lexicon`, written from general medical knowledge. A program adds its
//! own with [`LexiconBuilder`], and searches with them through
//! [`SearchOptions::lexicon`](crate::SearchOptions::lexicon); no index needs to be compiled anew.

mod qualifiers;

use std::collections::HashMap;
use std::ops::Range;
use std::sync::{Arc, LazyLock};

use crate::text::{Analyzer, MarkAgreement, Tokens, ToneDifference, compare_marks};
use crate::{Error, Result};

pub(crate) use qualifiers::{Role, RoleWord, may_be_qualifier, role};

/// What kind of entry led to a reading.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum EntryKind {
    /// Another phrase for the same thing.
    Synonym,
    /// A short form. It matches as a whole word only, never by likeness.
    Abbreviation,
}

#[derive(Clone, Debug)]
struct Entry {
    kind: EntryKind,
    /// The phrase's words with their marks, joined by spaces.
    accented: String,
    meaning: String,
    /// 1 for the usual reading, 2 and 3 for rarer ones.
    rarity: u8,
    /// Made by [`LexiconBuilder::chain`] from two others.
    chained: bool,
}

/// A way to read a part of a query.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Expansion<'l> {
    /// Which words of the query, by position.
    pub words: Range<usize>,
    /// What they may mean.
    pub meaning: &'l str,
    /// By which kind of entry.
    pub kind: EntryKind,
    /// 1 for the usual reading of the phrase, 2 and 3 for rarer ones.
    pub rarity: u8,
}

/// Phrases and what they may be read as. Immutable and cheap to clone.
#[derive(Clone, Debug, Default)]
pub struct Lexicon {
    inner: Arc<Inner>,
}

#[derive(Clone, Debug, Default)]
struct Inner {
    /// By the phrase's folded words, joined by spaces.
    entries: HashMap<String, Vec<Entry>>,
    /// Words of the longest phrase.
    longest: usize,
}

/// The built-in tables of synonyms.
const SYNONYMS: &[&str] = &[
    include_str!("../../data/lexicon/synonyms.tsv"),
    include_str!("../../data/lexicon/synonyms-internal.tsv"),
    include_str!("../../data/lexicon/synonyms-nervous-senses-skin.tsv"),
    include_str!("../../data/lexicon/synonyms-surgery-women-children.tsv"),
    include_str!("../../data/lexicon/medicines-organisms.tsv"),
    include_str!("../../data/lexicon/official-wording.tsv"),
];

static BUILT_IN: LazyLock<Lexicon> = LazyLock::new(|| {
    let mut builder = LexiconBuilder::new();
    // A line that could not be read would be left out here; a test reads every line.
    let _ = builder.add_abbreviations(include_str!("../../data/lexicon/abbreviations.tsv"));
    for table in SYNONYMS {
        let _ = builder.add_synonyms(table);
    }
    builder.build()
});

impl Lexicon {
    /// The built-in entries: clinical abbreviations and synonyms in Vietnamese and English.
    #[must_use]
    pub fn built_in() -> Self {
        BUILT_IN.clone()
    }

    /// A lexicon without entries.
    #[must_use]
    pub fn empty() -> Self {
        Self::default()
    }

    /// The ways to read parts of a query, in the order of its words.
    ///
    /// A phrase matches if its letters are those typed and no mark that was typed contradicts it. Where one
    /// phrase lies within another, the longer one knows better and the shorter is left out: *ung thư biểu mô*
    /// is not *ung thư*. A reading that the query spells out already is left out too. An abbreviation of one
    /// or two letters that could be a word (`HA`) is read only if it is the whole query, or typed in capitals among
    /// words that are not.
    pub fn expansions<'l>(&'l self, query: &str, tokens: Tokens<'_>) -> Vec<Expansion<'l>> {
        let mut found: Vec<Expansion<'l>> = Vec::new();
        let (mut folded, mut accented) = (String::new(), String::new());
        let whole: Vec<&str> = tokens.iter().map(|token| token.folded()).collect();
        let whole = whole.join(" ");
        // Up to this word a longer phrase has been found.
        let mut covered = 0;
        // Capitals tell nothing where everything is in capitals.
        let in_capitals = !query.chars().any(char::is_lowercase);
        for start in 0..tokens.len() {
            let mut here = Vec::new();
            folded.clear();
            accented.clear();
            for (length, token) in tokens.iter().skip(start).take(self.inner.longest).enumerate() {
                if length > 0 {
                    folded.push(' ');
                    accented.push(' ');
                }
                folded.push_str(token.folded());
                accented.push_str(token.accented());
                let words = start..start + length + 1;
                let Some(entries) = self.inner.entries.get(&folded).filter(|_| words.end > covered) else { continue };
                let written = tokens.get(start).map_or(0, |first| first.range().start)..token.range().end;
                let capitals =
                    !in_capitals && query.get(written).is_some_and(|text| !text.chars().any(char::is_lowercase));
                let may_be_short = capitals || words.len() == tokens.len() || !folded.contains(is_vowel);
                let fits = |entry: &&Entry| {
                    let allowed = entry.kind == EntryKind::Synonym || folded.len() > 2 || may_be_short;
                    let meaning = crate::text::fold(&entry.meaning);
                    // A phrase that says more than it means is read as less; one that is part of what it means is
                    // not, where the rest was said too.
                    let is_said = whole.contains(&meaning) && !folded.contains(&meaning);
                    allowed && agrees(&accented, &entry.accented) && !is_said
                };
                let fitting: Vec<Expansion<'l>> = entries
                    .iter()
                    .filter(fits)
                    .map(|entry| Expansion {
                        words: words.clone(),
                        meaning: &entry.meaning,
                        kind: entry.kind,
                        rarity: entry.rarity,
                    })
                    .collect();
                if !fitting.is_empty() {
                    here = fitting;
                    covered = words.end;
                }
            }
            found.append(&mut here);
        }
        found
    }
}

fn is_vowel(letter: char) -> bool {
    matches!(letter, 'a' | 'e' | 'i' | 'o' | 'u' | 'y')
}

/// True if no mark that was typed contradicts the phrase. Hỏi for ngã is let pass.
fn agrees(typed: &str, phrase: &str) -> bool {
    typed.split(' ').zip(phrase.split(' ')).all(|(typed, word)| match compare_marks(typed, word) {
        MarkAgreement::Exact | MarkAgreement::Missing { .. } => true,
        MarkAgreement::Contradicts { tone, letters } => tone == ToneDifference::HookTilde && letters == 0,
    })
}

/// Collects entries for a [`Lexicon`].
///
/// ```
/// use medterm::lexicon::{Lexicon, LexiconBuilder};
/// let mut builder = LexiconBuilder::from(Lexicon::built_in());
/// builder.add_synonym("sốt siêu vi", "nhiễm virus không xác định");
/// builder.add_abbreviation("PKĐKKV", "phòng khám đa khoa khu vực", 1);
/// let lexicon = builder.build();
/// # let _ = lexicon;
/// ```
#[derive(Debug, Default)]
pub struct LexiconBuilder {
    analyzer: Analyzer,
    inner: Inner,
}

impl LexiconBuilder {
    /// No entries yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a phrase and what else it is called. The same phrase may be added with several meanings.
    pub fn add_synonym(&mut self, phrase: &str, meaning: &str) {
        self.add(EntryKind::Synonym, phrase, meaning, 1);
    }

    /// Adds a reading of an abbreviation; `rarity` is 1 for its usual reading, up to 3 for rare ones.
    pub fn add_abbreviation(&mut self, abbreviation: &str, meaning: &str, rarity: u8) {
        self.add(EntryKind::Abbreviation, abbreviation, meaning, rarity.clamp(1, 3));
    }

    fn add(&mut self, kind: EntryKind, phrase: &str, meaning: &str, rarity: u8) {
        let tokens = self.analyzer.analyze(phrase);
        let folded: Vec<&str> = tokens.iter().map(|token| token.folded()).collect();
        let accented: Vec<&str> = tokens.iter().map(|token| token.accented()).collect();
        if folded.is_empty() {
            return;
        }
        self.inner.longest = self.inner.longest.max(folded.len());
        let (phrase, accented) = (folded.join(" "), accented.join(" "));
        let entry = Entry { kind, accented, meaning: meaning.to_owned(), rarity, chained: false };
        self.inner.entries.entry(phrase).or_default().push(entry);
    }

    /// Adds synonyms from TSV with a heading line: phrase, meaning, and any further columns, which are for readers.
    ///
    /// # Errors
    ///
    /// [`Error::Argument`] naming the first line without two columns; the lines before it are added.
    pub fn add_synonyms(&mut self, tsv: &str) -> Result<()> {
        for line in tsv.lines().skip(1) {
            match line.split('\t').collect::<Vec<_>>().as_slice() {
                [phrase, meaning, ..] => self.add_synonym(phrase, meaning),
                _ => return Err(not_understood(line, "phrase, meaning")),
            }
        }
        Ok(())
    }

    /// Adds abbreviations from TSV with a heading line: abbreviation, expansion, language, commonness (1 usual to
    /// 3 rare), and any further columns.
    ///
    /// # Errors
    ///
    /// [`Error::Argument`] naming the first line that is not of this form; the lines before it are added.
    pub fn add_abbreviations(&mut self, tsv: &str) -> Result<()> {
        let expected = "abbreviation, expansion, language, commonness (1 to 3)";
        for line in tsv.lines().skip(1) {
            match line.split('\t').collect::<Vec<_>>().as_slice() {
                [short, expansion, _language, commonness, ..] => {
                    let rarity = commonness.parse().map_err(|_| not_understood(line, expected))?;
                    self.add_abbreviation(short, expansion, rarity);
                }
                _ => return Err(not_understood(line, expected)),
            }
        }
        Ok(())
    }

    /// Gives abbreviations the synonyms of what they mean: NKH means *nhiễm khuẩn huyết*, which lists may call
    /// *nhiễm trùng huyết*.
    fn chain(&mut self) {
        let lexicon = Lexicon { inner: Arc::new(std::mem::take(&mut self.inner)) };
        let mut further: Vec<(String, Entry)> = Vec::new();
        for (phrase, entries) in &lexicon.inner.entries {
            for entry in entries.iter().filter(|entry| entry.kind == EntryKind::Abbreviation) {
                let tokens = self.analyzer.analyze(&entry.meaning);
                for expansion in lexicon.expansions(&entry.meaning, tokens) {
                    let start = tokens.get(expansion.words.start).map_or(0, |token| token.range().start);
                    let last = expansion.words.end.checked_sub(1).and_then(|last| tokens.get(last));
                    let end = last.map_or(entry.meaning.len(), |token| token.range().end);
                    let (front, back) = (entry.meaning.get(..start), entry.meaning.get(end..));
                    let (Some(front), Some(back)) = (front, back) else { continue };
                    let meaning = format!("{front}{}{back}", expansion.meaning);
                    if expansion.kind == EntryKind::Synonym && entries.iter().all(|known| known.meaning != meaning) {
                        further.push((phrase.clone(), Entry { meaning, chained: true, ..entry.clone() }));
                    }
                }
            }
        }
        self.inner = Arc::unwrap_or_clone(lexicon.inner);
        // The order in which a hash map was walked must not show.
        further.sort_by(|a, b| (&a.0, a.1.rarity, &a.1.meaning).cmp(&(&b.0, b.1.rarity, &b.1.meaning)));
        further.dedup_by(|a, b| a.0 == b.0 && a.1.meaning == b.1.meaning);
        for (phrase, entry) in further {
            self.inner.entries.entry(phrase).or_default().push(entry);
        }
    }

    /// The lexicon. Readings of one phrase are in order of rarity, then as they were added.
    #[must_use]
    pub fn build(mut self) -> Lexicon {
        self.chain();
        for entries in self.inner.entries.values_mut() {
            entries.sort_by_key(|entry| entry.rarity);
        }
        Lexicon { inner: Arc::new(self.inner) }
    }
}

impl From<Lexicon> for LexiconBuilder {
    fn from(lexicon: Lexicon) -> Self {
        let mut inner = Arc::unwrap_or_clone(lexicon.inner);
        inner.entries.values_mut().for_each(|entries| entries.retain(|entry| !entry.chained));
        Self { analyzer: Analyzer::new(), inner }
    }
}

fn not_understood(line: &str, expected: &str) -> Error {
    Error::Argument {
        what: "line of a lexicon",
        value: line.chars().take(80).collect(),
        expected: format!("columns separated by tabs: {expected}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lexicon() -> Lexicon {
        let mut builder = LexiconBuilder::new();
        builder.add_synonym("tiểu đường", "đái tháo đường");
        builder.add_abbreviation("ĐTĐ", "điện tâm đồ", 2);
        builder.add_abbreviation("ĐTĐ", "đái tháo đường", 1);
        builder.add_abbreviation("K", "ung thư", 1);
        builder.add_abbreviation("HA", "huyết áp", 1);
        builder.build()
    }

    fn readings(query: &str) -> Vec<(Range<usize>, String)> {
        let mut analyzer = Analyzer::new();
        let tokens = analyzer.analyze(query);
        let lexicon = lexicon();
        lexicon.expansions(query, tokens).into_iter().map(|found| (found.words, found.meaning.to_owned())).collect()
    }

    #[test]
    fn all_readings_usual_first() {
        let both = [(0..1, "đái tháo đường".to_owned()), (0..1, "điện tâm đồ".to_owned())];
        assert_eq!(readings("dtd typ 2"), both);
        assert_eq!(readings("bệnh tieu duong"), [(1..3, "đái tháo đường".to_owned())]);
        assert!(readings("tiếu đường").is_empty(), "marks that contradict are another word");
    }

    #[test]
    fn short_ones_need_capitals_or_the_whole_query() {
        assert_eq!(readings("K phổi").len(), 1);
        assert_eq!(readings("k").len(), 1);
        assert_eq!(readings("k phổi").len(), 1, "no word");
        assert!(readings("ha cao").is_empty());
        assert_eq!(readings("HA cao").len(), 1);
        assert!(readings("HA CAO").is_empty(), "capitals that tell nothing");
    }

    #[test]
    fn every_built_in_line_is_read() {
        let mut builder = LexiconBuilder::new();
        builder.add_abbreviations(include_str!("../../data/lexicon/abbreviations.tsv")).unwrap();
        for table in SYNONYMS {
            builder.add_synonyms(table).unwrap();
        }
    }
}
