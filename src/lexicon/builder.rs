//! Making lexicons: entries added by a program or read from tables, and compiled into an index file.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use super::read::Undotted;
use super::{Entry, EntryKind, Expansion, Inner, Lexicon};
use crate::index::container::{Builder, Kind, Section, write_atomically};
use crate::index::phrases::{self, ReadingInput};
use crate::text::{Analyzer, TEXT_VERSION};
use crate::{Error, Result};

/// Collects entries for a [`Lexicon`], or on top of one.
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

/// What a table of abbreviations has in its columns.
const ABBREVIATION_COLUMNS: &str = "abbreviation, expansion, language, commonness (1 to 3)";
/// What a table of synonyms has in its columns.
const SYNONYM_COLUMNS: &str = "phrase, meaning";

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
        let undotted = Undotted::of(phrase, tokens);
        let tokens = match &undotted {
            Some(undotted) => self.analyzer.analyze(&undotted.text),
            None => self.analyzer.tokens(),
        };
        let folded: Vec<&str> = tokens.iter().map(|token| token.folded()).collect();
        let accented: Vec<&str> = tokens.iter().map(|token| token.accented()).collect();
        if folded.is_empty() {
            return;
        }
        self.inner.longest = self.inner.longest.max(folded.len());
        let (phrase, form) = (folded.join(" "), accented.join(" "));
        let entry = Entry { kind, form, meaning: meaning.to_owned(), rarity, chained: false };
        push(self.inner.added.entry(phrase).or_default(), entry);
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
                _ => return Err(not_understood(line, SYNONYM_COLUMNS)),
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
        for line in tsv.lines().skip(1) {
            match line.split('\t').collect::<Vec<_>>().as_slice() {
                [short, expansion, _language, commonness, ..] => {
                    let rarity = commonness.parse().map_err(|_| not_understood(line, ABBREVIATION_COLUMNS))?;
                    self.add_abbreviation(short, expansion, rarity);
                }
                _ => return Err(not_understood(line, ABBREVIATION_COLUMNS)),
            }
        }
        Ok(())
    }

    /// Adds a table of abbreviations or of synonyms, whichever its heading line begins with: `abbreviation` or
    /// `phrase`.
    ///
    /// # Errors
    ///
    /// [`Error::Argument`] if it begins with neither; else as [`add_abbreviations`](Self::add_abbreviations) and
    /// [`add_synonyms`](Self::add_synonyms).
    pub fn add_table(&mut self, tsv: &str) -> Result<()> {
        match tsv.split(['\t', '\n']).next() {
            Some("abbreviation") => self.add_abbreviations(tsv),
            Some("phrase") => self.add_synonyms(tsv),
            _ => {
                let heading = tsv.lines().next().unwrap_or_default();
                Err(not_understood(heading, "a heading line that begins with `abbreviation` or `phrase`"))
            }
        }
    }

    /// The lexicon. Readings of one phrase are in order of rarity, then as they were added.
    #[must_use]
    pub fn build(mut self) -> Lexicon {
        self.chain();
        for entries in self.inner.added.values_mut() {
            entries.sort_by_key(|entry| (entry.rarity, entry.chained));
        }
        Lexicon { inner: Arc::new(self.inner) }
    }

    /// Compiles the lexicon into the bytes of an index file, which [`Lexicon::from_bytes`] opens. The same entries,
    /// added in the same order, give the same bytes.
    ///
    /// # Errors
    ///
    /// [`Error::Argument`] if a phrase or a meaning is too long, or a phrase has too many readings;
    /// [`Error::Corrupt`] if the lexicon that the entries were added to is damaged.
    pub fn to_bytes(mut self) -> Result<Vec<u8>> {
        self.take_over()?;
        let lexicon = self.build();
        let mut by_phrase: BTreeMap<&str, Vec<ReadingInput<'_>>> = BTreeMap::new();
        for (phrase, entries) in &lexicon.inner.added {
            let readings = entries.iter().map(|entry| ReadingInput {
                form: &entry.form,
                meaning: &entry.meaning,
                kind: entry.kind,
                rarity: entry.rarity,
                chained: entry.chained,
            });
            by_phrase.insert(phrase, readings.collect());
        }
        let encoded = phrases::encode(&by_phrase)?;
        let mut file = Builder::new(Kind::Lexicon, TEXT_VERSION);
        file.add(Section::Terms, 0, encoded.terms);
        file.add(Section::Phrases, 0, encoded.phrases);
        file.finish()
    }

    /// Compiles the lexicon into a file, atomically: the old file stays until the new one is complete. Returns the
    /// file's length in bytes.
    ///
    /// # Errors
    ///
    /// As [`to_bytes`](Self::to_bytes), and [`Error::Io`] if the file cannot be written.
    pub fn to_file(self, path: impl AsRef<Path>) -> Result<u64> {
        let content = self.to_bytes()?;
        write_atomically(path.as_ref(), &content)?;
        Ok(content.len() as u64)
    }

    /// Turns the compiled lexicon below into entries like those that were added, before them.
    fn take_over(&mut self) -> Result<()> {
        let Some(compiled) = self.inner.compiled.take() else { return Ok(()) };
        let phrases = compiled.borrow_dependent();
        let added = std::mem::take(&mut self.inner.added);
        phrases.each(|phrase, reading| {
            if reading.is_chained() {
                return Ok(());
            }
            let mut form = String::new();
            match phrases.form(reading) {
                Some(number) => phrases.write_form(number, &mut form)?,
                None => form.push_str(phrase),
            }
            let (kind, rarity, meaning) = (reading.kind(), reading.rarity(), phrases.meaning(reading)?);
            self.inner.longest = self.inner.longest.max(phrase.split(' ').count());
            let entry = Entry { kind, form, meaning, rarity, chained: false };
            push(self.inner.added.entry(phrase.to_owned()).or_default(), entry);
            Ok(())
        })?;
        for (phrase, entries) in added {
            let all = self.inner.added.entry(phrase).or_default();
            entries.into_iter().for_each(|entry| push(all, entry));
        }
        Ok(())
    }

    /// Gives abbreviations the synonyms of what they mean: NKH means *nhiễm khuẩn huyết*, which lists may call
    /// *nhiễm trùng huyết*. Compiled abbreviations have the compiled synonyms already; they get those that were added.
    fn chain(&mut self) {
        let whole = std::mem::take(&mut self.inner);
        let mut further: Vec<(String, Entry)> = Vec::new();
        for (phrase, entries) in &whole.added {
            for entry in entries.iter().filter(|entry| entry.kind == EntryKind::Abbreviation) {
                let meanings = self.chained(&whole, &entry.meaning);
                let new = meanings.into_iter().filter(|meaning| entries.iter().all(|known| known.meaning != *meaning));
                further.extend(new.map(|meaning| (phrase.clone(), Entry { meaning, chained: true, ..entry.clone() })));
            }
        }
        let is_synonym = |entry: &Entry| entry.kind == EntryKind::Synonym;
        if whole.added.values().flatten().any(is_synonym) {
            self.chain_compiled(&whole, &mut further);
        }
        self.inner = whole;
        // The order in which a hash map was walked must not show.
        further.sort_by(|a, b| (&a.0, a.1.rarity, &a.1.meaning).cmp(&(&b.0, b.1.rarity, &b.1.meaning)));
        further.dedup_by(|a, b| a.0 == b.0 && a.1.meaning == b.1.meaning);
        for (phrase, entry) in further {
            self.inner.longest = self.inner.longest.max(phrase.split(' ').count());
            self.inner.added.entry(phrase).or_default().push(entry);
        }
    }

    /// Gives compiled abbreviations the synonyms that were added.
    fn chain_compiled(&mut self, whole: &Inner, further: &mut Vec<(String, Entry)>) {
        let Some(phrases) = whole.phrases() else { return };
        let mut found = Vec::new();
        // What cannot be read of a forged lexicon has no synonyms.
        let _ = phrases.each(|phrase, reading| {
            if reading.kind() == EntryKind::Synonym || reading.is_chained() {
                return Ok(());
            }
            let meaning = phrases.meaning(reading)?;
            found.clear();
            whole.read(None, &meaning, self.analyzer.analyze(&meaning), &mut found);
            if found.is_empty() {
                return Ok(());
            }
            let mut form = String::new();
            match phrases.form(reading) {
                Some(number) => phrases.write_form(number, &mut form)?,
                None => form.push_str(phrase),
            }
            let (kind, rarity) = (reading.kind(), reading.rarity());
            for meaning in self.chained(whole, &meaning) {
                let form = form.clone();
                further.push((phrase.to_owned(), Entry { kind, form, meaning, rarity, chained: true }));
            }
            Ok(())
        });
    }

    /// A meaning with each of its parts replaced by its synonyms.
    fn chained(&mut self, whole: &Inner, meaning: &str) -> Vec<String> {
        let tokens = self.analyzer.analyze(meaning);
        let mut expansions = Vec::new();
        whole.read(whole.phrases(), meaning, tokens, &mut expansions);
        let replaced = |expansion: &Expansion| {
            let start = tokens.get(expansion.words.start).map_or(0, |token| token.range().start);
            let last = expansion.words.end.checked_sub(1).and_then(|last| tokens.get(last));
            let end = last.map_or(meaning.len(), |token| token.range().end);
            Some(format!("{}{}{}", meaning.get(..start)?, expansion.meaning, meaning.get(end..)?))
        };
        let synonyms = expansions.iter().filter(|expansion| expansion.kind == EntryKind::Synonym);
        synonyms.filter_map(replaced).collect()
    }
}

impl From<Lexicon> for LexiconBuilder {
    fn from(lexicon: Lexicon) -> Self {
        let mut inner = Arc::unwrap_or_clone(lexicon.inner);
        inner.added.values_mut().for_each(|entries| entries.retain(|entry| !entry.chained));
        inner.added.retain(|_, entries| !entries.is_empty());
        Self { analyzer: Analyzer::new(), inner }
    }
}

/// Adds an entry to those of its phrase. What is said twice is kept once, as the more usual reading, and as a synonym if
/// one says so.
fn push(entries: &mut Vec<Entry>, entry: Entry) {
    match entries.iter_mut().find(|known| known.form == entry.form && known.meaning == entry.meaning) {
        Some(known) => {
            known.rarity = known.rarity.min(entry.rarity);
            known.kind = known.kind.min(entry.kind);
        }
        None => entries.push(entry),
    }
}

fn not_understood(line: &str, expected: &str) -> Error {
    Error::Argument {
        what: "line of a lexicon",
        value: line.chars().take(80).collect(),
        expected: format!("columns separated by tabs: {expected}"),
    }
}
