//! What to search for, and how much of it.

use std::fmt;
use std::sync::Arc;

use super::Reading;
use crate::Result;
use crate::concept::Concept;
use crate::lexicon::Lexicon;
use crate::set::ConceptSet;
use crate::source::{DesignationUse, Usability};

/// What to search for, and how much of it. What is not set is sensible for a search field.
///
/// Filters leave hits out and change no score; `within`, `having`, `lacking` and `usable_only` hold for hits by code, too.
/// A filter that nothing passes gives no hits, and is no error.
///
/// ```
/// # #[cfg(feature = "bundled")] {
/// use medterm::{CodeSystem, Lookup, SearchOptions};
/// let icd10 = CodeSystem::bundled()?;
/// let codes = |query, options: &SearchOptions| -> medterm::Result<Vec<String>> {
///     icd10.search(query, options)?.hits.iter().map(|hit| hit.concept.code()).collect()
/// };
/// let options = SearchOptions::new().limit(5).usable_only(true);
/// assert_eq!(codes("viem phoi", &options)?[0], "J18.9");
///
/// // Only what lies below a chapter, a block or a category.
/// let Lookup::Found(tuberculosis) = icd10.lookup("A15")? else { panic!("listed") };
/// let below = codes("phoi", &options.within(tuberculosis.subsumed()?))?;
/// assert!(!below.is_empty() && below.iter().all(|code| code.starts_with("A15")));
/// # }
/// # Ok::<(), medterm::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct SearchOptions {
    pub(super) limit: usize,
    pub(super) offset: usize,
    pub(super) usable_only: bool,
    groupers: bool,
    former_names: bool,
    uses: Vec<DesignationUse>,
    languages: Vec<String>,
    within: Option<ConceptSet>,
    /// Names of properties, and whether they must hold.
    properties: Vec<(String, bool)>,
    pub(super) by_category: bool,
    pub(super) work_limit: u32,
    pub(super) lexicon: Option<Lexicon>,
    pub(super) boost: Option<Boost>,
    /// A bit for each reading that is not tried.
    without: u32,
}

/// The most that a boost adds to a score or takes off it: it decides between hits that fit alike, and never lifts
/// one that does not fit.
pub(super) const MOST_BOOST: f32 = 60.0;

type BoostFunction = dyn Fn(&Concept<'_>) -> f32 + Send + Sync;

/// What a caller adds to the scores of concepts.
#[derive(Clone)]
pub(super) struct Boost(Arc<BoostFunction>);

impl Boost {
    pub(super) fn of(&self, concept: &Concept<'_>) -> f32 {
        // A number that is none adds nothing.
        let share = (self.0)(concept);
        if share.is_nan() { 0.0 } else { share.clamp(-1.0, 1.0) * MOST_BOOST }
    }
}

impl fmt::Debug for Boost {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Boost")
    }
}

impl Default for SearchOptions {
    fn default() -> Self {
        Self {
            limit: 10,
            offset: 0,
            usable_only: false,
            groupers: false,
            former_names: true,
            uses: Vec::new(),
            languages: Vec::new(),
            within: None,
            properties: Vec::new(),
            by_category: false,
            work_limit: 4_000_000,
            lexicon: None,
            boost: None,
            without: 0,
        }
    }
}

impl SearchOptions {
    /// Ten hits, in every language of the index, chapters and blocks left out.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// How many hits at most; 10 unless set. More hits cost more time: each candidate is read.
    #[must_use]
    pub fn limit(mut self, limit: usize) -> Self {
        self.limit = limit;
        self
    }

    /// How many of the best hits to leave out, for the pages of a longer list; none unless set. The pages of one
    /// query fit together: no hit is in two of them, and none is missing. A page costs as much as all before it. Behind
    /// the last hit, the pages are empty.
    #[must_use]
    pub fn offset(mut self, offset: usize) -> Self {
        self.offset = offset;
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

    /// Whether names of earlier editions are searched; they are unless this is set to false. They rank below today's.
    #[must_use]
    pub fn former_names(mut self, former_names: bool) -> Self {
        self.former_names = former_names;
        self
    }

    /// Only terms of these uses, such as preferred names alone; all uses that are searchable if none is given. Hits by
    /// code come all the same.
    #[must_use]
    pub fn uses(mut self, uses: impl IntoIterator<Item = DesignationUse>) -> Self {
        self.uses = uses.into_iter().collect();
        self
    }

    /// Only terms in these languages (BCP 47 tags as in the index); all languages if none is given. In a language that
    /// the index does not have, only codes are found. Fewer languages cost less.
    #[must_use]
    pub fn languages(mut self, languages: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.languages = languages.into_iter().map(Into::into).collect();
        self
    }

    /// Only concepts of a set, such as [`Concept::subsumed`] of a chapter. The set must be of the system searched: in
    /// another one its members are other concepts. Of several sets, the last one holds.
    #[must_use]
    pub fn within(mut self, set: ConceptSet) -> Self {
        self.within = Some(set);
        self
    }

    /// Only concepts of which a Boolean property holds ([`Concept::has`]); none in a system that has no such property.
    /// May be called several times: all must hold.
    #[must_use]
    pub fn having(mut self, property: impl Into<String>) -> Self {
        self.properties.push((property.into(), true));
        self
    }

    /// Only concepts of which a Boolean property does not hold, such as codes that are never a main diagnosis. A
    /// system that has no such property has it of no concept. May be called several times.
    #[must_use]
    pub fn lacking(mut self, property: impl Into<String>) -> Self {
        self.properties.push((property.into(), false));
        self
    }

    /// One hit for each category: of concepts below the same heading, that heading included, the best. In
    /// ICD-10 categories have three characters; in any system they are the concepts right below chapters and blocks.
    /// Hits by code are not thinned out: who types `J18` wants what begins so. It costs more, for more candidates are
    /// read.
    #[must_use]
    pub fn by_category(mut self, by_category: bool) -> Self {
        self.by_category = by_category;
        self
    }

    /// What speaks for a concept beyond what was typed, from -1 to 1: how often it is used in this hospital, say. It
    /// adds up to 60 points of 1000, or takes them off: it decides between hits that fit about equally well, and lifts
    /// none that does not fit. Confidence stays as it is. Numbers beyond are taken as -1 or 1, NaN as 0. Asked for each
    /// concept that is scored, so it should be quick.
    ///
    /// ```
    /// use medterm::SearchOptions;
    /// let used = std::collections::HashMap::from([("I10".to_owned(), 0.8)]);
    /// let options = SearchOptions::new()
    ///     .boost(move |concept| concept.code().ok().and_then(|code| used.get(&code).copied()).unwrap_or(0.0));
    /// # let _ = options;
    /// ```
    #[must_use]
    pub fn boost(mut self, boost: impl Fn(&Concept<'_>) -> f32 + Send + Sync + 'static) -> Self {
        self.boost = Some(Boost(Arc::new(boost)));
        self
    }

    /// Readings that are not tried: without [`Reading::Initials`], [`Reading::OtherMarks`], [`Reading::SoundsAlike`] and
    /// [`Reading::Typo`], say, nothing is guessed. May be called several times. [`Reading::ALL`] leaves codes alone to be
    /// found.
    #[must_use]
    pub fn without(mut self, readings: impl IntoIterator<Item = Reading>) -> Self {
        self.without = readings.into_iter().fold(self.without, |bits, reading| bits | 1 << reading as u32);
        self
    }

    /// The abbreviations and synonyms to read the query by; the built-in ones unless set. To add to those, begin a
    /// [`LexiconBuilder`](crate::lexicon::LexiconBuilder) with them; [`Lexicon::empty`] is for none. Build it once: the
    /// options hold it by reference count.
    #[must_use]
    pub fn lexicon(mut self, lexicon: Lexicon) -> Self {
        self.lexicon = Some(lexicon);
        self
    }

    /// How much work a query may cost, in entries of posting lists and steps through automata (some
    /// nanoseconds each). A query that reaches the limit gives what it found, marked as not complete
    /// ([`Answer::complete`](crate::Answer::complete)). Four million unless set, which bounds a query to some tens of
    /// milliseconds and is hardly ever reached.
    #[must_use]
    pub fn work_limit(mut self, work_limit: u32) -> Self {
        self.work_limit = work_limit;
        self
    }

    pub(super) fn allows(&self, reading: Reading) -> bool {
        self.without & 1 << reading as u32 == 0
    }

    pub(super) fn wants_language(&self, language: &String) -> bool {
        self.languages.is_empty() || self.languages.contains(language)
    }

    pub(super) fn wants_use(&self, r#use: &DesignationUse) -> bool {
        (self.former_names || *r#use != DesignationUse::FormerName)
            && (self.uses.is_empty() || self.uses.contains(r#use))
    }

    /// True if these options leave out much that matches.
    pub(super) fn are_selective(&self) -> bool {
        let filtered = self.within.is_some() || !self.properties.is_empty();
        self.usable_only || filtered || self.by_category
    }

    pub(super) fn limit_with_offset(&self) -> usize {
        self.limit.saturating_add(self.offset)
    }

    /// How many concepts it takes to have so many hits: of a category there may be many.
    pub(super) fn concepts_wanted(&self) -> usize {
        let each = if self.by_category { 24 } else { 1 };
        self.limit_with_offset().saturating_mul(each).min(10_000)
    }

    pub(super) fn want(&self, concept: &Concept<'_>) -> Result<bool> {
        if self.within.as_ref().is_some_and(|set| !set.contains(concept.id())) {
            return Ok(false);
        }
        let wanted = match concept.usability()? {
            Usability::Grouper => self.groupers && !self.usable_only,
            Usability::Heading => !self.usable_only,
            Usability::Usable => !self.usable_only || concept.is_active()?,
        };
        for (property, holds) in self.properties.iter().filter(|_| wanted) {
            if concept.has(property)? != *holds {
                return Ok(false);
            }
        }
        Ok(wanted)
    }
}
