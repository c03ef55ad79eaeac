//! What a hit tells of how it was found.

use std::ops::Range;

use super::score::Scored;
use super::vocabulary::Language;
use super::{Hit, Reading, Searcher, WordMatch};
use crate::concept::Concept;
use crate::system::CodeSystem;
use crate::{Error, Result};

impl Searcher {
    /// Spells a scored term out, to say where each word was found.
    pub(super) fn explain<'a>(
        &mut self,
        system: &'a CodeSystem,
        language: Language<'_>,
        found: &Scored,
    ) -> Result<Hit<'a>> {
        let damaged = || Error::corrupt("search", "a term is no designation");
        let asked = self.query.variant(found.variant).ok_or_else(damaged)?;
        let (group, concept) = system.owner(found.layer, found.term)?.ok_or_else(damaged)?;
        self.reader.spell(language, found.term)?;
        let tokens = self.reader.analyzer().tokens();
        let matched = self.scorer.matches(found);
        let mut matches = Vec::with_capacity(matched.len());
        for matched in matched {
            let (Some(word), Some(token)) = (asked.get(matched.query), tokens.get(matched.term.into())) else {
                continue;
            };
            let whole = token.range();
            let end = match matched.reading {
                Reading::Prefix => token.source_end(word.folded.len()),
                _ => whole.end,
            };
            matches.push(WordMatch {
                query: word.range.clone(),
                text: whole.start..end,
                reading: word.expanded.or(word.by).map_or(matched.reading, |by| by.max(matched.reading)),
                cost: matched.cost,
            });
        }
        let is_matched = |position: usize| matched.iter().any(|matched| usize::from(matched.query) == position);
        let lacking = asked.words().enumerate().filter(|(position, _)| !is_matched(*position));
        let mut unmatched: Vec<Range<usize>> = lacking.map(|(_, word)| word.range.clone()).collect();
        // A phrase of which the term has some words is not missing.
        unmatched.retain(|range| matches.iter().all(|found| found.query != *range));
        unmatched.dedup();
        Ok(Hit {
            concept: Concept::new(system, concept),
            designation: system.designation(found.layer, found.term, group, self.reader.text().to_owned())?,
            score: found.score.clamp(0.0, 1000.0) as u16,
            confidence: found.confidence,
            matches,
            unmatched,
            read_as: asked.meaning().map(str::to_owned),
        })
    }
}
