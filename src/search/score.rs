//! How well a term answers a query.

use std::ops::Range;

use super::candidates::Candidates;
use super::readings::{Query, Reading, Word, weight};
use super::{Confidence, Hit, SearchOptions, WordMatch, is_wanted};
use crate::concept::Concept;
use crate::index::words::Words;
use crate::source::{Designation, DesignationUse};
use crate::system::CodeSystem;
use crate::text::{Analyzer, phonetic_key};
use crate::{Error, Result};

/// What counts for a term, in thousandths of the whole score. Tuned on labelled queries.
mod points {
    /// The query's words are in the term.
    pub(super) const QUERY_COVERED: f32 = 640.0;
    /// The term's words are in the query.
    pub(super) const TERM_COVERED: f32 = 250.0;
    /// The words stand in the term in the query's order, side by side.
    pub(super) const TOGETHER: f32 = 70.0;
    /// The term is the one under which the concept is shown.
    pub(super) const PREFERRED: f32 = 40.0;
    /// The term is a synonym or index term of today's edition.
    pub(super) const SYNONYM: f32 = 30.0;
}

/// A term that was scored.
#[derive(Debug)]
pub(super) struct Scored {
    pub(super) concept: u32,
    term: u32,
    score: f32,
    confidence: Confidence,
    words: f32,
}

/// Best first; ties go to the shorter term, then the order of codes.
pub(super) fn rank(scored: &mut [Scored]) {
    scored.sort_by(|a, b| {
        b.score
            .total_cmp(&a.score)
            .then(a.words.total_cmp(&b.words))
            .then(a.concept.cmp(&b.concept))
            .then(a.term.cmp(&b.term))
    });
}

#[derive(Debug, Default)]
pub(super) struct Scorer {
    analyzer: Analyzer,
    text: String,
    matches: Vec<Match>,
    /// Phonetic keys of the term's words.
    keys: Vec<String>,
}

/// A word of the query and the word of the term that it was read as, both by position.
#[derive(Clone, Copy, Debug)]
struct Match {
    query: usize,
    term: usize,
    reading: Reading,
    cost: u8,
}

impl Scorer {
    /// Scores the candidates of one language and appends those that are wanted.
    pub(super) fn score(
        &mut self,
        system: &CodeSystem,
        words: &Words<'_>,
        query: &Query,
        candidates: &Candidates,
        options: &SearchOptions,
        scored: &mut Vec<Scored>,
    ) -> Result<()> {
        for &candidate in &candidates.terms {
            let term = words.first_term.saturating_add(candidate);
            let Some((group, concept)) = system.owner(term)? else {
                return Err(Error::corrupt("search", "a term is no designation"));
            };
            let former = group.r#use == DesignationUse::FormerName;
            let concept = Concept::new(system, concept);
            if (former && !options.former_names) || !is_wanted(&concept, options)? {
                continue;
            }
            let kind = match group.r#use {
                DesignationUse::Preferred => points::PREFERRED,
                DesignationUse::FormerName => 0.0,
                _ => points::SYNONYM,
            };
            self.align(system, term, query.words())?;
            let outcome = self.evaluate(words, query.words())?;
            scored.push(Scored {
                concept: concept.id().get(),
                term,
                score: outcome.score + kind,
                confidence: outcome.confidence,
                words: outcome.words,
            });
        }
        Ok(())
    }

    /// Decodes a term and finds for each word of the query the word of the term that it reads best as.
    fn align(&mut self, system: &CodeSystem, term: u32, query: &[Word]) -> Result<()> {
        self.text.clear();
        system.write_term(term, &mut self.text)?;
        self.matches.clear();
        let tokens = self.analyzer.analyze(&self.text);
        self.keys.resize_with(self.keys.len().max(tokens.len()), Default::default);
        for (token, key) in tokens.iter().zip(&mut self.keys) {
            key.clear();
            phonetic_key(token.folded(), key);
        }
        let mut after_last = 0;
        for (position, word) in query.iter().enumerate() {
            let mut best: Option<Match> = None;
            for (at, (token, key)) in tokens.iter().zip(&self.keys).enumerate() {
                if self.matches.iter().any(|found| found.term == at) {
                    continue;
                }
                let Some((reading, cost)) = word.read_as(token.folded(), token.accented(), key) else { continue };
                // Of equal readings, the one that goes on from the word before.
                let better = best.is_none_or(|best| cost < best.cost || (cost == best.cost && at == after_last));
                if better {
                    best = Some(Match { query: position, term: at, reading, cost });
                }
            }
            if let Some(found) = best {
                after_last = found.term + 1;
                self.matches.push(found);
            }
        }
        Ok(())
    }

    fn evaluate(&mut self, words: &Words<'_>, query: &[Word]) -> Result<Outcome> {
        let asked: f32 = query.iter().map(|word| word.weight).sum();
        let mut found = 0.0;
        let mut worst = 0;
        for matched in &self.matches {
            let weight = query.get(matched.query).map_or(0.0, |word| word.weight);
            found += weight * (100.0 - f32::from(matched.cost)) / 100.0;
            worst = worst.max(matched.cost);
        }
        let tokens = self.analyzer.tokens();
        let (mut said, mut said_and_asked) = (0.0, 0.0);
        for (at, token) in tokens.iter().enumerate() {
            let weight = match words.automaton().get(token.folded().as_bytes())? {
                Some(rank) => {
                    let mut frequency = 0_u32;
                    for form in words.forms(rank as u32..(rank as u32).saturating_add(1)) {
                        frequency = frequency.saturating_add(words.frequency(form)?);
                    }
                    weight(words.terms, frequency)
                }
                None => 1.0,
            };
            said += weight;
            if self.matches.iter().any(|found| found.term == at) {
                said_and_asked += weight;
            }
        }
        let query_covered = if asked > 0.0 { found / asked } else { 0.0 };
        let term_covered = if said > 0.0 { said_and_asked / said } else { 0.0 };
        let pairs = self.matches.windows(2).filter(|pair| matches!(pair, [a, b] if b.term == a.term + 1)).count();
        let together = if query.len() > 1 { pairs as f32 / (query.len() - 1) as f32 } else { query_covered };
        let all_found = self.matches.len() == query.len();
        let confidence = if all_found && worst <= super::readings::cost::MARKS_MISSING && term_covered > 0.6 {
            Confidence::Sure
        } else if all_found && worst <= super::readings::cost::SOUNDS_ALIKE {
            Confidence::Likely
        } else {
            Confidence::Perhaps
        };
        let score = points::QUERY_COVERED * query_covered
            + points::TERM_COVERED * term_covered * query_covered
            + points::TOGETHER * together;
        Ok(Outcome { score, confidence, words: said })
    }

    /// Aligns a scored term once more, to say where each word was found.
    pub(super) fn explain<'a>(&mut self, system: &'a CodeSystem, query: &Query, found: &Scored) -> Result<Hit<'a>> {
        self.align(system, found.term, query.words())?;
        let Some((group, concept)) = system.owner(found.term)? else {
            return Err(Error::corrupt("search", "a term is no designation"));
        };
        let tokens = self.analyzer.tokens();
        let mut matches = Vec::with_capacity(self.matches.len());
        for matched in &self.matches {
            let (Some(word), Some(token)) = (query.words().get(matched.query), tokens.get(matched.term)) else { continue };
            let whole = token.range();
            let end = match matched.reading {
                Reading::Prefix => token.source_end(word.folded.len()),
                _ => whole.end,
            };
            matches.push(WordMatch {
                query: word.range.clone(),
                text: whole.start..end,
                reading: matched.reading,
                cost: matched.cost,
            });
        }
        let is_matched = |position: usize| self.matches.iter().any(|matched| matched.query == position);
        let unmatched: Vec<Range<usize>> = query
            .words()
            .iter()
            .enumerate()
            .filter(|(position, _)| !is_matched(*position))
            .map(|(_, word)| word.range.clone())
            .collect();
        Ok(Hit {
            concept: Concept::new(system, concept),
            designation: Designation {
                text: self.text.clone(),
                language: group.language.clone(),
                r#use: group.r#use.clone(),
            },
            score: found.score.clamp(0.0, 1000.0) as u16,
            confidence: found.confidence,
            matches,
            unmatched,
        })
    }
}

struct Outcome {
    score: f32,
    confidence: Confidence,
    words: f32,
}
