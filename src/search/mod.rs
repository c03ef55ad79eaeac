//! Search: from what somebody typed to the concepts that they meant.
//!
//! ```text
//! query ─▶ words, and ways to read them together: as typed, with signs spelled (rewritten.rs), in another
//!          encoding, by the lexicon (query.rs); with other spaces (borders.rs), as initials (initials.rs)
//!       ─▶ for each language: forms that each word may stand for (forms.rs)
//!       ─▶ candidate terms (candidates.rs) ─▶ their words (vocabulary.rs) ─▶ scores (score.rs)
//!       ─▶ best term of each concept ─▶ hits, explained (explain.rs)
//! ```
//!
//! Every word of a query has *readings* ([`Reading`]): indexed words that it may stand for, each with a cost. The same
//! word is the cheapest reading; a word whose marks were not typed costs next to nothing; i for y, other
//! numerals and keystrokes of Telex or VNI cost little; words that it begins and words whose marks contradict
//! what was typed cost more; then come words that sound alike, and words one typing error away.
//!
//! The query as a whole may be read in several ways, too, each a *variant* with points off: in another encoding, with
//! other spaces, and with phrases of the lexicon or initials replaced by what they mean. Of phrases that a query has
//! almost, those begun at its end are tried at once, those with a typing error only with the other guesses.
//!
//! It goes in two passes. The first takes words as typed; the second guesses (sounds, typing errors, beginnings of
//! earlier words), and is made only if some word stands for nothing or no term has all words. Terms that hold readings
//! of the query's rarest words are candidates; the most promising are read, and scored by how much of the query they
//! cover, how much of them the query covers, and by order and adjacency. Points are off for qualifiers that a term adds
//! or lacks, more where it says the opposite or denies what was asked for. Everything that can be tuned stands in
//! `costs.rs`.
//!
//! All readings of one query draw on one work limit, so that no query costs more than that; an answer that it cut
//! short says so. How sure a hit is follows from the dearest of its readings (`score.rs`), never from its score.
//!
//! What is particular to Vietnamese sits in [`text`](crate::text) and [`lexicon`](crate::lexicon); nothing here
//! knows a list or a language.

mod answer;
mod borders;
mod candidates;
mod costs;
mod explain;
mod forms;
mod initials;
mod options;
mod query;
mod rewritten;
mod score;
mod vocabulary;

use tinyvec::TinyVec;

use crate::Result;
use crate::concept::{Concept, ConceptId};
use crate::index::designations::Group;
use crate::index::terms::Terms;
use crate::index::words::Words;
use crate::lexicon::Lexicon;
use crate::source::Usability;
use crate::supplement::Layer;
use crate::system::CodeSystem;
use crate::terminology::Terminology;

use self::forms::{Effort, Finder};
use self::query::Meaning;
use self::vocabulary::{Language, TermReader};

pub use answer::{Answer, Confidence, Hit, Reading, WordMatch};
pub use options::SearchOptions;

/// The scratch memory of searches. Keep one per thread and reuse it: it remembers what it learnt of the indexes that
/// it searched (some bytes for each of their terms and words), and searching then allocates little beyond its answer.
/// What it remembers makes searches quicker, and changes no answer.
///
/// A query costs some tenths of a millisecond in a national list, a few milliseconds if much has to be guessed;
/// [`SearchOptions::work_limit`] is the bound.
///
/// ```
/// # #[cfg(feature = "bundled")] {
/// use medterm::{CodeSystem, SearchOptions, Searcher};
/// let icd10 = CodeSystem::bundled()?;
/// let (mut searcher, options) = (Searcher::new(), SearchOptions::new().limit(1));
/// for (typed, code) in [("viem ruot thua cap", "K35"), ("THA vo can", "I10"), ("j189", "J18.9")] {
///     let answer = searcher.search(&icd10, typed, &options)?;
///     assert_eq!(answer.hits[0].concept.code()?, code);
/// }
/// # }
/// # Ok::<(), medterm::Error>(())
/// ```
#[derive(Debug, Default)]
pub struct Searcher {
    query: query::Query,
    candidates: candidates::Candidates,
    reader: TermReader,
    scorer: score::Scorer,
    ranks: Vec<(u64, usize)>,
    scored: Vec<score::Scored>,
}

impl Searcher {
    /// An empty searcher. It allocates with its first search.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Searches one code system with its supplements. A query that is a code or begins one finds codes, before all that
    /// its words find.
    ///
    /// An answer without hits if nothing is found, as for a query without words.
    ///
    /// # Errors
    ///
    /// [`Error::TextVersion`](crate::Error::TextVersion) if the index was built with another text normalisation;
    /// [`Error::Corrupt`](crate::Error::Corrupt) if it is damaged where the search reads it.
    pub fn search<'a>(&mut self, system: &'a CodeSystem, query: &str, options: &SearchOptions) -> Result<Answer<'a>> {
        self.search_systems(std::iter::once(system), query, options)
    }

    /// Searches the edition of every code system that answers in a terminology: one ranking over all, equal scores in
    /// the order in which the systems were loaded. The work limit is that of all together.
    ///
    /// An answer without hits if nothing is found, or nothing is loaded.
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
        let built_in;
        let lexicon = match &options.lexicon {
            Some(lexicon) => lexicon,
            None => {
                built_in = Lexicon::built_in();
                &built_in
            }
        };
        self.query.read(query, options, lexicon);
        let scored = std::mem::take(&mut self.scored);
        let mut run =
            Run { options, work: options.work_limit, complete: self.query.is_whole(), has_all: false, scored };
        let mut hits = Vec::new();
        for system in systems {
            system.check_text_version()?;
            let by_code = code_hits(system, query, options)?;
            hits.append(&mut self.word_hits(system, (query, lexicon), by_code, &mut run)?);
        }
        self.scored = std::mem::take(&mut run.scored);
        // Stable: equal scores stay in the order of systems, then of the system's own ranking.
        hits.sort_by_key(|hit: &Hit<'_>| std::cmp::Reverse(hit.score));
        hits.truncate(options.limit_with_offset());
        let mut answer = Answer { hits, complete: run.complete, suggestion: None };
        answer.suggest(query);
        answer.hits.drain(..options.offset.min(answer.hits.len()));
        Ok(answer)
    }

    /// Adds what the query's words find to what the query found as a code.
    fn word_hits<'a>(
        &mut self,
        system: &'a CodeSystem,
        (text, lexicon): (&str, &Lexicon),
        mut hits: Vec<Hit<'a>>,
        run: &mut Run<'_>,
    ) -> Result<Vec<Hit<'a>>> {
        let languages = Languages::open(system, run.options, &mut self.reader, &mut self.candidates)?;
        run.scored.clear();
        run.has_all = false;
        self.scorer.start();
        self.query.forget_added();
        languages.tell_known(self.query.words_mut())?;
        let own = self.query.words_mut().len();
        if let Some(rewritten) = borders::rewrite(text, &self.query, &languages, run)? {
            self.query.read_rewritten(&rewritten.text, run.options, lexicon, |part| rewritten.original(part));
        }
        if run.options.allows(Reading::Synonym) && run.options.allows(Reading::Prefix) {
            self.query.read_begun(lexicon);
        }
        self.read_initials(&languages, run)?;
        languages.tell_known(self.query.words_mut().get_mut(own..).unwrap_or_default())?;
        let read = self.query.variant_count();
        let best = self.search_words(system, &languages, Effort::AsTyped, 0..read, run)?;
        // What is guessed is dear, and brings in much that was not meant: it is looked for only where a word
        // stands for nothing, or no term has all words.
        if best < GOOD_SHARE || !run.has_all || self.query.has_strange_word() {
            if run.options.allows(Reading::Synonym) && run.options.allows(Reading::Typo) {
                self.query.read_misspelt(lexicon);
            }
            let variants = (0..read.min(GUESSED_VARIANTS)).chain(read..self.query.variant_count());
            self.search_words(system, &languages, Effort::Guess, variants, run)?;
        }
        score::rank(&mut run.scored);
        let most = hits.len().saturating_add(run.options.limit_with_offset());
        let mut categories = Vec::new();
        for found in &run.scored {
            if hits.len() >= most {
                break;
            }
            if hits.iter().any(|hit| hit.concept.id().get() == found.concept) {
                continue;
            }
            if run.options.by_category {
                let category = category(&Concept::new(system, found.concept))?;
                if categories.contains(&category) {
                    continue;
                }
                categories.push(category);
            }
            let is_it = |opened: &&OpenedLanguage<'_>| (opened.layer, opened.number) == (found.layer, found.language);
            let Some(opened) = languages.list.iter().find(is_it) else { continue };
            hits.push(self.explain(system, languages.of(opened), found)?);
        }
        Ok(hits)
    }

    /// Adds readings of words that may be initials.
    fn read_initials(&mut self, languages: &Languages<'_>, run: &mut Run<'_>) -> Result<()> {
        if !run.options.allows(Reading::Initials) {
            return Ok(());
        }
        let candidates = self.query.typed().iter().enumerate().filter(|(_, word)| initials::may_be_initials(word));
        let found: Vec<(usize, String)> = candidates.map(|(at, word)| (at, word.folded.clone())).take(2).collect();
        for (position, letters) in found {
            let mut phrases = Vec::new();
            for opened in &languages.list {
                if opened.words.terms > MOST_TERMS_OF_INITIALS {
                    continue;
                }
                // Each term is looked at, in a fraction of the time of one that is scored.
                let Some(left) = run.work.checked_sub(opened.words.terms / 4) else {
                    run.complete = false;
                    return Ok(());
                };
                run.work = left;
                phrases.append(&mut initials::phrases(&letters, languages.of(opened), &mut self.reader)?);
            }
            phrases.sort_by_key(|(terms, _)| std::cmp::Reverse(*terms));
            phrases.dedup_by(|a, b| a.1 == b.1);
            for (_, phrase) in phrases.iter().take(MOST_INITIALS) {
                let (words, reading) = (position..position + 1, Reading::Initials);
                self.query.add_meaning(&Meaning { words, text: phrase, reading, penalty: costs::penalty::INITIALS });
            }
        }
        Ok(())
    }

    /// Scores what some ways to read the query find in each language. Returns the most that any term has of the query,
    /// as a share.
    fn search_words(
        &mut self,
        system: &CodeSystem,
        languages: &Languages<'_>,
        effort: Effort,
        variants: impl Iterator<Item = usize> + Clone,
        run: &mut Run<'_>,
    ) -> Result<f32> {
        let mut best: f32 = 0.0;
        for opened in &languages.list {
            let words = &opened.words;
            let Self { query, candidates, reader, scorer, ranks, .. } = self;
            let mut finder = Finder { words, options: run.options, effort, work: &mut run.work, ranks };
            for word in query.words_mut() {
                run.complete &= finder.find(word)?;
            }
            query.balance();
            for number in variants.clone() {
                let Some(asked) = query.variant(number) else { break };
                // A meaning that the language has no word of finds nothing in it.
                let meant = |word: &query::Word| (word.expanded.or(word.by)).is_some() && !word.forms.is_empty();
                if number > 0 && !asked.words().any(meant) {
                    continue;
                }
                let language = languages.of(opened);
                let found = candidates.find(asked.words(), language, run.wanted(), &mut run.work)?;
                best = best.max(found.best);
                run.complete &= found.complete;
                scorer.score(system, language, reader, (number, &asked), (&found, &candidates.terms), run)?;
            }
        }
        Ok(best)
    }
}

/// The languages of a system and its supplements that are searched, opened.
struct Languages<'a> {
    list: Vec<OpenedLanguage<'a>>,
}

struct OpenedLanguage<'a> {
    layer: Layer,
    number: u16,
    terms: Terms<'a>,
    words: Words<'a>,
    /// What terms are worth for their use: up to which term of the language, and how much; `None` if they are not
    /// wanted.
    uses: TinyVec<[(u32, Option<f32>); 6]>,
    /// Which vocabulary of the reader is this language's.
    vocabulary: usize,
}

impl<'a> Languages<'a> {
    fn open(
        system: &'a CodeSystem,
        options: &SearchOptions,
        reader: &mut TermReader,
        candidates: &mut candidates::Candidates,
    ) -> Result<Self> {
        let wanted = || {
            let layers = system.layers().filter_map(|layer| Some((layer, system.resource(layer).ok()?)));
            layers.flat_map(|(layer, file)| {
                let languages = (0..).zip(&file.identity().search_languages);
                let wanted = languages.filter(|(_, language)| options.wants_language(language));
                wanted.map(move |(number, _)| (layer, file, number))
            })
        };
        let count = wanted().count();
        if reader.make_room(count) {
            candidates.forget_lists();
        }
        let mut list = Vec::with_capacity(count);
        for (layer, file, number) in wanted() {
            let terms = file.terms()?;
            let vocabulary = reader.vocabulary(file, number, &terms);
            let words = file.words(number)?;
            let groups = file.groups().iter().filter(|group| group.first_term >= words.first_term);
            let worth = |group: &Group| options.wants_use(&group.r#use).then(|| score::worth(&group.r#use));
            let end = |group: &Group| group.first_term.saturating_add(group.terms) - words.first_term;
            let uses = groups.map(|group| (end(group), worth(group))).take_while(|(end, _)| *end <= words.terms);
            list.push(OpenedLanguage { layer, number, terms, words, uses: uses.collect(), vocabulary });
        }
        Ok(Self { list })
    }

    /// Marks those words that some language has.
    fn tell_known(&self, words: &mut [query::Word]) -> Result<()> {
        for word in words {
            (word.known, word.found) = (false, false);
            for opened in &self.list {
                word.known |= forms::is_word(&opened.words, word)?;
            }
        }
        Ok(())
    }

    /// In how many terms a word stands; `None` if no language has it.
    fn frequency(&self, folded: &str) -> Result<Option<u32>> {
        let mut all = None;
        for opened in &self.list {
            let Some(rank) = opened.words.automaton().get(folded.as_bytes())? else { continue };
            for form in opened.words.forms_of(rank)? {
                all = Some(opened.words.frequency(form)?.saturating_add(all.unwrap_or_default()));
            }
        }
        Ok(all)
    }

    /// True if some language has a word that begins so.
    fn has_prefix(&self, folded: &str) -> Result<bool> {
        for opened in &self.list {
            if !opened.words.automaton().prefix_range(folded.as_bytes())?.is_empty() {
                return Ok(true);
            }
        }
        Ok(false)
    }

    fn of<'s>(&'s self, opened: &'s OpenedLanguage<'a>) -> Language<'s> {
        let OpenedLanguage { layer, number, terms, words, uses, vocabulary } = opened;
        Language { words, terms, uses, layer: *layer, number: *number, vocabulary: *vocabulary }
    }
}

impl Run<'_> {
    /// How many candidates it takes to have enough hits: several terms may be of one concept, and with options
    /// that leave concepts out, most may not be wanted.
    fn wanted(&self) -> usize {
        let each = if self.options.are_selective() { 24 } else { 4 };
        self.options.limit_with_offset().saturating_mul(each).min(10_000)
    }
}

/// A term that has this share of the query has all of its words, or all but a common one.
const GOOD_SHARE: f32 = 0.72;

/// So many ways to read a query are tried with words that are guessed.
const GUESSED_VARIANTS: usize = 4;

/// So many phrases that begin with the letters of a word are tried.
const MOST_INITIALS: usize = 4;

/// A language with more terms is not looked through for initials.
const MOST_TERMS_OF_INITIALS: u32 = 300_000;

/// One query under way.
struct Run<'o> {
    options: &'o SearchOptions,
    /// What is left of the work limit.
    work: u32,
    complete: bool,
    /// Some term of the system being searched has all words of the query, whether it is wanted or not: what is left
    /// out does not change how what is wanted is found.
    has_all: bool,
    /// The terms of the system being searched that were scored.
    scored: Vec<score::Scored>,
}
impl CodeSystem {
    /// Searches this code system and its supplements with a searcher of its own. An answer without hits if nothing is
    /// found. Where many queries follow one another, keep a [`Searcher`]: each new one learns the index anew.
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
    /// Searches the edition of every code system that answers, with a searcher of its own; see
    /// [`Searcher::search_all`]. An answer without hits if nothing is found.
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
        if hits.len() >= options.limit_with_offset() {
            break;
        }
        if !options.want(&concept)? {
            continue;
        }
        let is_exact = exact.concepts().contains(&concept);
        let designation = system.shown(concept.id().get())?.unwrap_or_default();
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

/// The highest concept at or above a concept that is no chapter or block: its category.
fn category(concept: &Concept<'_>) -> Result<ConceptId> {
    let mut category = concept.id();
    for above in concept.ancestors()? {
        if above.usability()? != Usability::Grouper {
            category = above.id();
        }
    }
    Ok(category)
}
