//! Search: from what somebody typed to the concepts that they meant.
//!
//! ```text
//! query ─▶ words with readings (readings.rs) ─▶ candidate terms (candidates.rs)
//!       ─▶ terms decoded and scored (score.rs) ─▶ best term of each concept ─▶ hits
//! ```
//!
//! Every word of a query has *readings*: indexed words that it may stand for, each with a cost. The same
//! word is the cheapest reading; a word whose marks were not typed costs next to nothing, one whose marks
//! contradict what was typed costs more; then come words that it begins, keystrokes of Telex or VNI that
//! were never turned into letters, words that sound alike, and words one typing error away. Terms that
//! hold readings of the query's rarest words are candidates; the most promising are decoded, and scored by
//! how much of the query they cover, how much of them the query covers, and by order and adjacency.
//!
//! What is particular to Vietnamese sits in [`text`](crate::text); nothing here knows a list or a language.

mod candidates;
mod readings;
mod score;

use std::ops::Range;

use crate::Result;
use crate::concept::Concept;
use crate::lexicon::Lexicon;
use crate::set::ConceptSet;
use crate::source::Designation;
use crate::system::CodeSystem;
use crate::terminology::Terminology;

pub use readings::Reading;

/// What to search for, and how much of it.
///
/// ```
/// use medterm::SearchOptions;
/// let options = SearchOptions::new().limit(5).usable_only(true);
/// ```
#[derive(Clone, Debug)]
pub struct SearchOptions {
    limit: usize,
    usable_only: bool,
    groupers: bool,
    former_names: bool,
    languages: Vec<String>,
    within: Option<ConceptSet>,
    work_limit: u32,
    lexicon: Option<Lexicon>,
}

impl Default for SearchOptions {
    fn default() -> Self {
        Self {
            limit: 10,
            usable_only: false,
            groupers: false,
            former_names: true,
            languages: Vec::new(),
            within: None,
            work_limit: 4_000_000,
            lexicon: None,
        }
    }
}

impl SearchOptions {
    /// Ten hits, in every language of the index, chapters and blocks left out.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// How many hits at most; 10 unless set.
    #[must_use]
    pub fn limit(mut self, limit: usize) -> Self {
        self.limit = limit;
        self
    }

    /// Only codes that may be used on a record: no headings, no withdrawn codes.
    #[must_use]
    pub fn usable_only(mut self, usable_only: bool) -> Self {
        self.usable_only = usable_only;
        self
    }

    /// Also chapters and blocks, which are left out unless asked for: nobody can choose them as a code.
    #[must_use]
    pub fn groupers(mut self, groupers: bool) -> Self {
        self.groupers = groupers;
        self
    }

    /// Whether names of earlier editions are searched; they are unless this is set to false.
    #[must_use]
    pub fn former_names(mut self, former_names: bool) -> Self {
        self.former_names = former_names;
        self
    }

    /// Only terms in these languages (BCP 47 tags as in the index); all languages if none is given.
    #[must_use]
    pub fn languages(mut self, languages: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.languages = languages.into_iter().map(Into::into).collect();
        self
    }

    /// Only concepts of a set, such as [`Concept::subsumed`] of a chapter. The set must be of the system searched.
    #[must_use]
    pub fn within(mut self, set: ConceptSet) -> Self {
        self.within = Some(set);
        self
    }

    /// The abbreviations and synonyms to read the query by; the built-in ones unless set.
    #[must_use]
    pub fn lexicon(mut self, lexicon: Lexicon) -> Self {
        self.lexicon = Some(lexicon);
        self
    }

    /// How much work a query may cost, in entries of posting lists and steps through automata (some
    /// nanoseconds each). A query that reaches the limit gives what it found, marked as not complete.
    /// Four million unless set.
    #[must_use]
    pub fn work_limit(mut self, work_limit: u32) -> Self {
        self.work_limit = work_limit;
        self
    }
}

/// How sure it is that a hit is what was meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Confidence {
    /// Some of the words fit, or they fit only by guessing. Never take such a hit without asking.
    Perhaps,
    /// All words fit, some of them only in part or by a likely reading; or the term says more than was typed.
    Likely,
    /// The term, or the code, is what was typed, marks aside.
    Sure,
}

impl Confidence {
    /// `perhaps`, `likely` or `sure`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Perhaps => "perhaps",
            Self::Likely => "likely",
            Self::Sure => "sure",
        }
    }
}

/// How one word of the query was found in the term.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WordMatch {
    /// Bytes of the query.
    pub query: Range<usize>,
    /// Bytes of the hit's designation, to highlight.
    pub text: Range<usize>,
    /// By which reading.
    pub reading: Reading,
    /// What the reading costs: 0 for the word itself, 100 for no likeness at all.
    pub cost: u8,
}

/// A concept that was found, and why.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Hit<'a> {
    /// The concept.
    pub concept: Concept<'a>,
    /// The term that fits best. For a hit by code: the concept's name.
    pub designation: Designation,
    /// The score by which hits are ranked, highest first: 0 to 1000. Comparable between the systems of one
    /// query, not between queries.
    pub score: u16,
    /// How sure it is that this was meant.
    pub confidence: Confidence,
    /// The words that were found, in the order of the query. Empty for a hit by code.
    pub matches: Vec<WordMatch>,
    /// Words of the query that the term does not have, as bytes of the query.
    pub unmatched: Vec<Range<usize>>,
    /// What the lexicon put in place of a part of the query, if the hit was found so: show it to the user.
    pub read_as: Option<String>,
}

impl Hit<'_> {
    /// The readings that led here, dearest first, each once: `[]` for a hit by code.
    #[must_use]
    pub fn readings(&self) -> Vec<Reading> {
        let mut readings: Vec<Reading> = self.matches.iter().map(|found| found.reading).collect();
        readings.sort_unstable_by(|a, b| b.cmp(a));
        readings.dedup();
        readings
    }
}

/// The hits of one query.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Answer<'a> {
    /// Best first; each concept once.
    pub hits: Vec<Hit<'a>>,
    /// False if the work limit was reached, so that better hits may have been missed.
    pub complete: bool,
}

/// The scratch memory of searches. Keep one per thread and reuse it: searching then allocates little beyond its answer.
#[derive(Debug, Default)]
pub struct Searcher {
    query: readings::Query,
    candidates: candidates::Candidates,
    scorer: score::Scorer,
}

impl Searcher {
    /// An empty searcher; its memory grows with the indexes that it searches (a few bytes for each of their terms).
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Searches one code system.
    ///
    /// # Errors
    ///
    /// [`Error::TextVersion`](crate::Error::TextVersion) if the index was built with another text normalisation;
    /// [`Error::Corrupt`](crate::Error::Corrupt) if it is damaged where the search reads it.
    pub fn search<'a>(&mut self, system: &'a CodeSystem, query: &str, options: &SearchOptions) -> Result<Answer<'a>> {
        self.search_systems(std::iter::once(system), query, options)
    }

    /// Searches the edition of every code system that answers in a terminology: one ranking over all.
    ///
    /// # Errors
    ///
    /// As [`search`](Self::search).
    pub fn search_all<'a>(
        &mut self,
        terminology: &'a Terminology,
        query: &str,
        options: &SearchOptions,
    ) -> Result<Answer<'a>> {
        self.search_systems(terminology.current(), query, options)
    }

    fn search_systems<'a>(
        &mut self,
        systems: impl Iterator<Item = &'a CodeSystem>,
        query: &str,
        options: &SearchOptions,
    ) -> Result<Answer<'a>> {
        match &options.lexicon {
            Some(lexicon) => self.query.read(query, lexicon),
            None => self.query.read(query, &Lexicon::built_in()),
        }
        self.scorer.start();
        let mut run = Run { options, work: options.work_limit, complete: self.query.is_whole(), scored: Vec::new() };
        let mut hits = Vec::new();
        for system in systems {
            system.check_text_version()?;
            let by_code = code_hits(system, query, options)?;
            hits.append(&mut self.word_hits(system, by_code, &mut run)?);
        }
        // Stable: equal scores stay in the order of systems, then of the system's own ranking.
        hits.sort_by_key(|hit: &Hit<'_>| std::cmp::Reverse(hit.score));
        hits.truncate(options.limit);
        Ok(Answer { hits, complete: run.complete })
    }

    /// Adds what the query's words find to what the query found as a code.
    fn word_hits<'a>(
        &mut self,
        system: &'a CodeSystem,
        mut hits: Vec<Hit<'a>>,
        run: &mut Run<'_>,
    ) -> Result<Vec<Hit<'a>>> {
        run.scored.clear();
        let best = self.search_words(system, false, run)?;
        // Typing errors are the dearest reading, and bring in the most that was not meant: they are looked for
        // only where a word stands for nothing, or no term has all words.
        if best < GOOD_SHARE || self.query.has_strange_word() {
            self.search_words(system, true, run)?;
        }
        score::rank(&mut run.scored);
        let most = hits.len().saturating_add(run.options.limit);
        for found in &run.scored {
            if hits.len() >= most {
                break;
            }
            if hits.iter().all(|hit| hit.concept.id().get() != found.concept) {
                hits.push(self.scorer.explain(system, &self.query, found)?);
            }
        }
        Ok(hits)
    }

    /// Scores what the query's words find in each language; with typing errors, only as they were typed. Returns
    /// the most that any term has of the query, as a share.
    fn search_words(&mut self, system: &CodeSystem, typos: bool, run: &mut Run<'_>) -> Result<f32> {
        let mut best: f32 = 0.0;
        for layer in system.layers() {
            for (number, language) in system.search_languages(layer)?.iter().enumerate() {
                if !run.options.languages.is_empty() && !run.options.languages.contains(language) {
                    continue;
                }
                let words = system.words(layer, u16::try_from(number).unwrap_or(u16::MAX))?;
                let variants = if typos { 1 } else { usize::MAX };
                for (number, variant) in self.query.variants_mut().iter_mut().enumerate().take(variants) {
                    let (share, complete) =
                        self.candidates.find(variant, &words, typos, run.wanted(), &mut run.work)?;
                    best = best.max(share);
                    run.complete &= complete;
                    self.scorer.score((system, layer), &words, (number, variant), &self.candidates, run)?;
                }
            }
        }
        Ok(best)
    }
}

impl Run<'_> {
    /// How many candidates it takes to have enough hits: several terms may be of one concept, and with options
    /// that leave concepts out, most may not be wanted.
    fn wanted(&self) -> usize {
        let selective = self.options.usable_only || !self.options.former_names || self.options.within.is_some();
        self.options.limit.saturating_mul(if selective { 24 } else { 4 }).min(10_000)
    }
}

/// A term that has this share of the query has all of its words, or all but a common one.
const GOOD_SHARE: f32 = 0.72;

/// One query under way.
struct Run<'o> {
    options: &'o SearchOptions,
    /// What is left of the work limit.
    work: u32,
    complete: bool,
    /// The terms of the system being searched that were scored.
    scored: Vec<score::Scored>,
}

impl CodeSystem {
    /// Searches this code system with a searcher of its own; where many queries follow one another, keep a [`Searcher`].
    ///
    /// ```
    /// # #[cfg(feature = "bundled")] {
    /// use medterm::{CodeSystem, SearchOptions};
    /// let icd10 = CodeSystem::bundled()?;
    /// let answer = icd10.search("viem ruot thua cap", &SearchOptions::new())?;
    /// assert_eq!(answer.hits[0].concept.code()?, "K35");
    /// # }
    /// # Ok::<(), medterm::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As [`Searcher::search`].
    pub fn search(&self, query: &str, options: &SearchOptions) -> Result<Answer<'_>> {
        Searcher::new().search(self, query, options)
    }
}

impl Terminology {
    /// Searches the edition of every code system that answers; see [`Searcher::search_all`].
    ///
    /// # Errors
    ///
    /// As [`Searcher::search`].
    pub fn search(&self, query: &str, options: &SearchOptions) -> Result<Answer<'_>> {
        Searcher::new().search_all(self, query, options)
    }
}

/// A query that can be the beginning of a code finds the codes that begin so: the code itself first.
fn code_hits<'a>(system: &'a CodeSystem, query: &str, options: &SearchOptions) -> Result<Vec<Hit<'a>>> {
    let mut hits = Vec::new();
    // Words are no codes: a code has a digit, and mostly more than one character.
    if !query.bytes().any(|byte| byte.is_ascii_digit()) || query.trim().len() < 2 {
        return Ok(hits);
    }
    let exact = system.lookup(query)?;
    for concept in system.codes_starting_with(query)? {
        if hits.len() >= options.limit {
            break;
        }
        if !is_wanted(&concept, options)? {
            continue;
        }
        let is_exact = exact.concepts().contains(&concept);
        let designation = match concept.display_in(&system.identity().language)? {
            Some(text) => Designation::preferred(system.identity().language.clone(), text),
            None => Designation::preferred(String::new(), concept.display()?),
        };
        hits.push(Hit {
            concept,
            designation,
            score: if is_exact { 1000 } else { 990 },
            confidence: if is_exact && exact.concepts().len() == 1 { Confidence::Sure } else { Confidence::Likely },
            matches: Vec::new(),
            unmatched: Vec::new(),
            read_as: None,
        });
    }
    // A mark that was typed puts its twin first.
    if let Some(first) = exact.concept() {
        hits.sort_by_key(|hit| hit.concept != first);
    }
    Ok(hits)
}

fn is_wanted(concept: &Concept<'_>, options: &SearchOptions) -> Result<bool> {
    use crate::source::Usability;
    if options.within.as_ref().is_some_and(|set| !set.contains(concept.id())) {
        return Ok(false);
    }
    Ok(match concept.usability()? {
        Usability::Grouper => options.groupers && !options.usable_only,
        Usability::Heading => !options.usable_only,
        Usability::Usable => !options.usable_only || concept.is_active()?,
    })
}
