//! Language knowledge that belongs to no code system: abbreviations and other words for the same thing.
//!
//! An entry says that a phrase, as people write it, may be read as another phrase, as lists print it:
//! `THA` as *tăng huyết áp*, `tiểu đường` as *đái tháo đường*. A phrase with several readings keeps them
//! all; search tries each and shows by which it found something ([`Hit::read_as`](crate::Hit::read_as)). Nothing here
//! knows a code, and no hit that was found by an entry is ever [`Sure`](crate::Confidence::Sure).
//!
//! The built-in entries, some 12,000 readings, stand in `data/lexicon`, written from general medical knowledge, and are
//! compiled into an index file ([`index`](crate::index), kind *lexicon*) that is read in place: opening takes
//! microseconds, and no entry is held in memory. A program puts its own on top with [`LexiconBuilder`], or compiles
//! others and opens them ([`Lexicon::open`]), and searches with them through
//! [`SearchOptions::lexicon`](crate::SearchOptions::lexicon); no index of a code system needs to be compiled anew.
//!
//! ```
//! # #[cfg(feature = "bundled")] {
//! use medterm::lexicon::{Lexicon, LexiconBuilder};
//! use medterm::{CodeSystem, SearchOptions};
//!
//! let mut builder = LexiconBuilder::from(Lexicon::built_in());
//! builder.add_abbreviation("KSKCT", "khám sức khỏe tổng quát", 1);
//! builder.add_table("phrase\tmeaning\nkhám cho yên tâm\tkhám sức khỏe tổng quát\n")?;
//! let options = SearchOptions::new().lexicon(builder.build());
//!
//! let icd10 = CodeSystem::bundled()?;
//! let answer = icd10.search("kskct", &options)?;
//! assert_eq!(answer.hits[0].concept.code()?, "Z00.0");
//! assert_eq!(answer.hits[0].read_as.as_deref(), Some("khám sức khỏe tổng quát"));
//! # }
//! # Ok::<(), medterm::Error>(())
//! ```
//!
//! # Tables
//!
//! A table is TSV with a heading line, which tells its kind by its first column; columns behind those named here are for
//! readers.
//!
//! | heading begins with | columns |
//! |---|---|
//! | `abbreviation` | the short form; what it stands for; language, for readers; commonness, 1 usual to 3 rare |
//! | `phrase` | the phrase; what it may be read as |
//!
//! A meaning is best worded as lists print it: its words are looked for as whole words. An abbreviation whose meaning
//! has a synonym is read by that, too.
//!
//! # What is compiled, and what is added
//!
//! Both are read alike, but a phrase that was only begun, or has a typing error, is looked for among compiled ones alone.
//! Entries added by a program are held in memory and hashed by phrase; for some thousands, compile once
//! ([`LexiconBuilder::to_file`]) and open the file.

mod builder;
mod near;
mod qualifiers;
mod read;

use std::collections::HashMap;
use std::fmt;
use std::ops::Range;
use std::path::Path;
use std::sync::{Arc, LazyLock};

pub use builder::LexiconBuilder;
pub(crate) use qualifiers::{Role, RoleWord, may_be_qualifier, role, tell_course};

use crate::index::SectionInfo;
use crate::index::container::{Container, Kind, Section};
use crate::index::phrases::Phrases;
use crate::text::{TEXT_VERSION, Tokens};
use crate::{Error, Result};

/// What kind of entry led to a reading.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum EntryKind {
    /// Another phrase for the same thing.
    Synonym,
    /// A short form. It matches as a whole word only, never by likeness.
    Abbreviation,
}

/// An entry that was added by a program.
#[derive(Clone, Debug)]
struct Entry {
    kind: EntryKind,
    /// The phrase's words with their marks, joined by spaces.
    form: String,
    meaning: String,
    /// 1 for the usual reading, 2 and 3 for rarer ones.
    rarity: u8,
    /// Put together from an abbreviation and a synonym of its meaning.
    chained: bool,
}

/// A way to read a part of a query.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Expansion {
    /// Which words of the query, by position.
    pub words: Range<usize>,
    /// What they may mean.
    pub meaning: String,
    /// By which kind of entry.
    pub kind: EntryKind,
    /// 1 for the usual reading of the phrase, 2 and 3 for rarer ones.
    pub rarity: u8,
    /// True if it was put together from an abbreviation and a synonym of its meaning.
    pub chained: bool,
}

/// Phrases and what they may be read as. Immutable and cheap to clone.
///
/// ```
/// use medterm::lexicon::Lexicon;
/// use medterm::text::Analyzer;
/// let (query, mut analyzer) = ("bn THA, tieu duong", Analyzer::new());
/// let readings = Lexicon::built_in().expansions(query, analyzer.analyze(query));
/// assert!(readings.iter().any(|reading| reading.words == (1..2) && reading.meaning == "tăng huyết áp"));
/// assert!(readings.iter().any(|reading| reading.words == (2..4) && reading.meaning == "đái tháo đường"));
/// ```
#[derive(Clone, Debug, Default)]
pub struct Lexicon {
    inner: Arc<Inner>,
}

/// A compiled lexicon, and what was added to it.
#[derive(Clone, Debug, Default)]
struct Inner {
    compiled: Option<Arc<Compiled>>,
    /// By the phrase's folded words, joined by spaces; in the order in which they are told.
    added: HashMap<String, Vec<Entry>>,
    /// Words of the longest phrase that was added.
    longest: usize,
}

self_cell::self_cell!(
    /// A compiled lexicon, opened.
    struct Compiled {
        owner: Container,
        #[covariant]
        dependent: Phrases,
    }
);

impl fmt::Debug for Compiled {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Compiled({} phrases)", self.borrow_dependent().len())
    }
}

impl Inner {
    fn phrases(&self) -> Option<&Phrases<'_>> {
        self.compiled.as_ref().map(|compiled| compiled.borrow_dependent())
    }
}

static BUILT_IN: LazyLock<Lexicon> = LazyLock::new(|| {
    // The crate's tests open the embedded bytes and read every entry.
    Lexicon::from_bytes(include_bytes!("../../data/lexicon.mti")).unwrap_or_default()
});

impl Lexicon {
    /// The built-in entries: clinical abbreviations and synonyms in Vietnamese and English. Opened the first time, in
    /// microseconds.
    #[must_use]
    pub fn built_in() -> Self {
        BUILT_IN.clone()
    }

    /// A lexicon without entries.
    #[must_use]
    pub fn empty() -> Self {
        Self::default()
    }

    /// Reads a compiled lexicon into memory and opens it: what [`LexiconBuilder::to_file`] or `examples/compile` wrote.
    ///
    /// # Errors
    ///
    /// [`Error::Io`] if the file cannot be read; otherwise as [`from_bytes`](Self::from_bytes).
    pub fn open(path: impl AsRef<Path>) -> Result<Self> {
        Self::from_container(Container::read(path.as_ref())?)
    }

    /// Opens a compiled lexicon held in memory: a `Vec<u8>`, a `&'static [u8]`, or anything else that gives out bytes.
    /// All its checksums are checked here.
    ///
    /// Any bytes are safe. Bytes that were forged so that the checksums match may yet contradict themselves: then
    /// readings are missing or wrong.
    ///
    /// # Errors
    ///
    /// [`Error::NotAnIndex`], [`Error::FormatVersion`], [`Error::TextVersion`], [`Error::UnknownSection`],
    /// [`Error::WrongKind`], [`Error::MissingSection`] or [`Error::Corrupt`].
    pub fn from_bytes(bytes: impl AsRef<[u8]> + Send + Sync + 'static) -> Result<Self> {
        Self::from_container(Container::open(Arc::new(bytes))?)
    }

    pub(crate) fn from_container(container: Container) -> Result<Self> {
        if container.kind() != Kind::Lexicon {
            let expected = Kind::Lexicon.as_str();
            return Err(Error::WrongKind { found: container.kind().as_str(), expected });
        }
        if container.text_version() != TEXT_VERSION {
            let (index, found) = ("a lexicon".to_owned(), container.text_version());
            return Err(Error::TextVersion { index, found, current: TEXT_VERSION });
        }
        container.verify()?;
        let compiled = Compiled::try_new(container, |container| {
            Phrases::open(container.section(Section::Phrases, 0)?, container.section(Section::Terms, 0)?)
        })?;
        Ok(Self { inner: Arc::new(Inner { compiled: Some(Arc::new(compiled)), ..Inner::default() }) })
    }

    /// How many readings its phrases have together, those included that are put together from an abbreviation and a
    /// synonym of its meaning.
    #[must_use]
    pub fn len(&self) -> usize {
        let added = self.inner.added.values().map(Vec::len).sum::<usize>();
        self.inner.phrases().map_or(0, Phrases::reading_count) + added
    }

    /// True if it has no entry.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The sections of the compiled lexicon that it was opened from; none if it was made by a program alone.
    pub fn sections(&self) -> impl Iterator<Item = SectionInfo> {
        self.inner.compiled.iter().flat_map(|compiled| compiled.borrow_owner().sections())
    }

    /// The content digest of the compiled lexicon that it was opened from, if any. It names a content, and is no
    /// defence against forgery.
    #[must_use]
    pub fn digest(&self) -> Option<u64> {
        self.inner.compiled.as_ref().map(|compiled| compiled.borrow_owner().digest())
    }

    /// Checks the checksums of the compiled lexicon anew, and reads each of its entries.
    ///
    /// # Errors
    ///
    /// [`Error::Corrupt`] if it is damaged.
    pub fn verify(&self) -> Result<()> {
        let Some(compiled) = &self.inner.compiled else { return Ok(()) };
        compiled.borrow_owner().verify()?;
        let phrases = compiled.borrow_dependent();
        let mut form = String::new();
        phrases.each(|_, reading| {
            form.clear();
            phrases.form(reading).map_or(Ok(()), |number| phrases.write_form(number, &mut form))?;
            phrases.meaning(reading).map(drop)
        })
    }

    /// The ways to read parts of a query, in the order of its words. `tokens` are those of the query.
    ///
    /// A phrase matches if its letters are those typed and no mark that was typed contradicts it. Dots between single
    /// letters are free: `Đ.T.Đ` is `ĐTĐ`. Where one phrase lies within another, the longer one knows better and the
    /// shorter is left out: *ung thư biểu mô* is not *ung thư*. A reading that the query spells out already is left
    /// out too. An abbreviation of up to two letters that could be a word (`HA`) is read only if it is the whole query.
    /// Capitals make no difference, so that a text in capitals is read as the same text in small letters.
    ///
    /// The readings of a phrase come in order of rarity, chained ones behind their equals.
    #[must_use]
    pub fn expansions(&self, query: &str, tokens: Tokens<'_>) -> Vec<Expansion> {
        let mut out = Vec::new();
        self.write_expansions(query, tokens, &mut out);
        out
    }

    /// As [`expansions`](Self::expansions), appended to a buffer of yours.
    pub fn write_expansions(&self, query: &str, tokens: Tokens<'_>, out: &mut Vec<Expansion>) {
        self.inner.read(self.inner.phrases(), query, tokens, out);
    }
}

#[cfg(test)]
mod tests;
