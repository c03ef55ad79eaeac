//! Asks one query and judges what came.

use std::time::{Duration, Instant};

use medterm::text::fold;
use medterm::{Answer, Concept, Hit, SearchOptions, Searcher, Terminology};
use serde::Serialize;

use crate::polarity::{Claims, Polarity};
use crate::queries::Query;

/// What came of one query.
#[derive(Debug, Default)]
pub(crate) struct Outcome {
    /// The place of the first accepted hit, from 0.
    pub(crate) rank: Option<usize>,
    /// The first hit is an accepted code itself, or its unspecified child.
    pub(crate) is_itself: bool,
    /// The choice in which the first hit says the opposite of the query, if any.
    pub(crate) wrong: Option<&'static str>,
    /// The choice that the first hit, being wrong, makes without being asked.
    pub(crate) adds: Option<&'static str>,
    pub(crate) time: Duration,
    pub(crate) first: Vec<Shown>,
}

/// A hit, as it is shown.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Shown {
    code: String,
    matched: String,
    score: u16,
    confidence: &'static str,
    how: Vec<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    read_as: Option<String>,
}

impl std::fmt::Display for Shown {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {} ({} {}", self.code, self.matched, self.confidence, self.score)?;
        if !self.how.is_empty() {
            write!(f, ", {}", self.how.join(" "))?;
        }
        match &self.read_as {
            Some(meaning) => write!(f, " “{meaning}”)"),
            None => write!(f, ")"),
        }
    }
}

/// How many hits a miss is shown with.
const SHOWN: usize = 3;

/// Asks a terminology, and knows which hits to accept.
pub(crate) struct Judge<'t> {
    pub(crate) terminology: &'t Terminology,
    /// The list has few codes below its categories, so that a category stands for all its codes.
    pub(crate) by_category: bool,
    pub(crate) searcher: Searcher,
    pub(crate) polarity: Polarity,
}

impl Judge<'_> {
    pub(crate) fn ask(&mut self, query: &Query, options: &SearchOptions) -> medterm::Result<Outcome> {
        let started = Instant::now();
        let answer = self.searcher.search_all(self.terminology, &query.text, options)?;
        let time = started.elapsed();
        let mut outcome = Outcome { time, ..Outcome::default() };
        for (place, hit) in answer.hits.iter().enumerate() {
            let code = hit.concept.code()?;
            if outcome.rank.is_none() && is_accepted(&code, query, self.by_category) {
                outcome.rank = Some(place);
            }
            if place == 0 {
                outcome.is_itself = is_itself(&hit.concept, &code, query, self.by_category)?;
            }
        }
        self.polarity_of(query, &answer, &mut outcome);
        outcome.first = answer.hits.iter().take(SHOWN).map(shown).collect::<medterm::Result<_>>()?;
        Ok(outcome)
    }

    fn polarity_of(&mut self, query: &Query, answer: &Answer<'_>, outcome: &mut Outcome) {
        let Some(first) = answer.hits.first() else { return };
        let asked = self.polarity.of_query(&query.text);
        let said = self.polarity.of_name(&first.designation.text);
        outcome.wrong = asked.opposed_to(&said);
        if outcome.rank != Some(0) {
            outcome.wrong = outcome.wrong.or_else(|| Claims::bound_unlike(&asked, &said));
            outcome.adds = said.beyond(&asked);
        }
    }
}

/// True if a code is an expected one or stands below it. By category, also if it is the category of one.
fn is_accepted(code: &str, query: &Query, by_category: bool) -> bool {
    query.expected.iter().any(|expected| {
        let is_category = by_category && !code.is_empty() && expected.starts_with(code);
        if query.exact { code == expected || is_category } else { code.starts_with(expected.as_str()) || is_category }
    })
}

/// True if a code is an expected one itself, or the child of one that says nothing more: its code is that code with
/// `.9` (`9` below a code that has a dot), or its name ends in *không xác định*, *không đặc hiệu* or *unspecified*.
fn is_itself(concept: &Concept<'_>, code: &str, query: &Query, by_category: bool) -> medterm::Result<bool> {
    for expected in &query.expected {
        if code == expected || (by_category && expected.starts_with(code)) {
            return Ok(true);
        }
        let Some(below) = code.strip_prefix(expected.as_str()).filter(|_| !query.exact) else { continue };
        if below == ".9" || (expected.contains('.') && below == "9") || is_unspecified(concept)? {
            return Ok(true);
        }
    }
    Ok(false)
}

fn is_unspecified(concept: &Concept<'_>) -> medterm::Result<bool> {
    for language in ["vi", "en"] {
        let name = fold(&concept.display_in(language)?.unwrap_or_default());
        let name = name.trim_end_matches(|c: char| !c.is_alphanumeric());
        if ["khong xac dinh", "khong dac hieu", "unspecified"].iter().any(|end| name.ends_with(end)) {
            return Ok(true);
        }
    }
    Ok(false)
}

fn shown(hit: &Hit<'_>) -> medterm::Result<Shown> {
    Ok(Shown {
        code: hit.concept.marked_code()?,
        matched: hit.designation.text.clone(),
        score: hit.score,
        confidence: hit.confidence.as_str(),
        how: hit.readings().into_iter().map(|reading| reading.as_str()).collect(),
        read_as: hit.read_as.clone(),
    })
}
