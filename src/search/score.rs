//! How well a term answers a query.

use std::ops::Range;

use super::candidates::Candidates;
use super::readings::{Query, Reading, Variant, Word, cost};
use super::{Confidence, Hit, Run, WordMatch, is_wanted};
use crate::code::Mark;
use crate::concept::Concept;
use crate::index::words::Words;
use crate::lexicon::{Role, may_be_qualifier, role};
use crate::source::DesignationUse;
use crate::supplement::Layer;
use crate::system::CodeSystem;
use crate::text::{Analyzer, Brackets, phonetic_key};
use crate::{Error, Result};

/// What counts for a term, in thousandths of the whole score. Tuned on labelled queries.
mod points {
    /// The query's words are in the term.
    pub(super) const QUERY_COVERED: f32 = 615.0;
    /// The term's words are in the query.
    pub(super) const TERM_COVERED: f32 = 250.0;
    /// The words stand in the term in the query's order, side by side.
    pub(super) const TOGETHER: f32 = 70.0;
    /// What a word such as *unspecified* weighs less than its rarity tells, in the units of word weights.
    pub(super) const FILLER_WEIGHT: f32 = 1.0;
    /// The same for a word of an alternative.
    pub(super) const ALTERNATIVE_WEIGHT: f32 = 3.0;
    /// Off, for each word before all that was asked for: *kidney disease due to* before *hypertension*.
    pub(super) const LEADING_WORD: f32 = 25.0;
    /// Off, for the word *other*.
    pub(super) const RESIDUAL: f32 = 15.0;
    /// Off, for each word that has other marks than were typed: it is another word, however short.
    pub(super) const OTHER_MARKS: f32 = 130.0;
    /// Off, for a manifestation: its code cannot stand alone.
    pub(super) const ASTERISK: f32 = 12.0;
    /// Off, for each word such as *acute* or *left* that the term adds …
    pub(super) const QUALIFIER_ADDED: f32 = 40.0;
    /// … and for each that was asked for and the term lacks.
    pub(super) const QUALIFIER_LACKING: f32 = 60.0;
    /// By how much the score of a term, once decoded, may exceed what its words promised.
    pub(super) const MORE_THAN_PROMISED: f32 = 150.0;
    /// The term says what was asked for, and nothing else …
    pub(super) const SAYS_IT: f32 = 15.0;
    /// … in just these words.
    pub(super) const WHOLE: f32 = 10.0;
    /// The term is the one under which the concept is shown.
    pub(super) const PREFERRED: f32 = 40.0;
    /// The term is a synonym or index term of today's edition.
    pub(super) const SYNONYM: f32 = 30.0;
}

/// How many scores are remembered when so many hits are wanted.
fn kept(limit: usize) -> usize {
    limit.saturating_mul(3).clamp(12, 300)
}

/// A term that was scored.
#[derive(Debug)]
pub(super) struct Scored {
    pub(super) concept: u32,
    layer: Layer,
    term: u32,
    /// Which way to read the query found it.
    variant: usize,
    score: f32,
    confidence: Confidence,
    /// What the term's words weigh.
    said: f32,
}

/// The words that a term has beyond those asked for, counted by what they do to its meaning.
#[derive(Debug, Default)]
struct Added {
    /// They bind or turn it.
    qualifiers: usize,
    /// They say that it is one of the others: what has a code of its own is meant rather.
    residuals: usize,
    /// They say that nothing more is known.
    fillers: usize,
    /// Of those, the ones that say so of the cause.
    causes_unknown: usize,
    /// They bind or turn it, in brackets.
    bracketed: usize,
    /// They name an alternative to what was asked for: *bronchus or* before *lung*.
    alternatives: usize,
    /// They say something else.
    content: usize,
    /// Of those, the ones before all that was asked for, so that the term is rather about them.
    leading: usize,
}

/// What speaks for a term, each as a share of 1.
#[derive(Debug)]
pub(super) struct Coverage {
    /// Of what the query's words weigh: how much the term has, less the cost of the readings.
    pub(super) query: f32,
    /// Of what the term's words weigh: how much the query asked for.
    pub(super) term: f32,
    /// Of the query's neighbouring words: how many are neighbours in the term, in the same order.
    pub(super) together: f32,
}

/// The score of a term, its kind of designation aside.
pub(super) fn points_for(coverage: &Coverage) -> f32 {
    points::QUERY_COVERED * coverage.query
        + points::TERM_COVERED * coverage.term * coverage.query
        + points::TOGETHER * coverage.together * coverage.query
}

/// Best first; ties go to the shorter term, then the order of codes.
pub(super) fn rank(scored: &mut [Scored]) {
    scored.sort_by(|a, b| {
        b.score
            .total_cmp(&a.score)
            .then(a.said.total_cmp(&b.said))
            .then(a.concept.cmp(&b.concept))
            .then((a.layer, a.term).cmp(&(b.layer, b.term)))
    });
}

#[derive(Debug, Default)]
pub(super) struct Scorer {
    analyzer: Analyzer,
    text: String,
    matches: Vec<Match>,
    /// Phonetic keys of the term's words.
    keys: Vec<String>,
    /// The best scores of the query so far, best first.
    best: Vec<f32>,
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
        (system, layer): (&CodeSystem, Layer),
        words: &Words<'_>,
        (number, query): (usize, &Variant),
        candidates: &Candidates,
        run: &mut Run<'_>,
    ) -> Result<()> {
        for &(promise, candidate) in &candidates.terms {
            if promise - query.penalty + points::MORE_THAN_PROMISED < self.least_wanted(run.options.limit) {
                break;
            }
            let term = words.first_term.saturating_add(candidate);
            // A supplement may name codes that the system lacks.
            let Some((group, concept)) = system.owner(layer, term)? else { continue };
            let former = group.r#use == DesignationUse::FormerName;
            let concept = Concept::new(system, concept);
            if (former && !run.options.former_names) || !is_wanted(&concept, run.options)? {
                continue;
            }
            let asterisk = if concept.mark()? == Mark::Asterisk { points::ASTERISK } else { 0.0 };
            let kind = match group.r#use {
                DesignationUse::Preferred => points::PREFERRED,
                DesignationUse::FormerName => 0.0,
                _ => points::SYNONYM,
            };
            self.align(system, layer, term, query.words())?;
            // Each word of the query was compared with each of the term.
            let pairs = self.analyzer.tokens().len().saturating_mul(query.words().len());
            match run.work.checked_sub(u32::try_from(pairs).unwrap_or(u32::MAX)) {
                Some(left) => run.work = left,
                None => {
                    run.complete = false;
                    return Ok(());
                }
            }
            let said = words.weight_of(candidate);
            let (score, mut confidence) = self.evaluate(query.words(), said);
            // Only names and their equals of today say just what the code means.
            if !matches!(group.r#use, DesignationUse::Preferred | DesignationUse::Synonym) {
                confidence = confidence.min(Confidence::Likely);
            }
            if self.matches.is_empty() {
                continue;
            }
            let score = score + kind - asterisk - query.penalty;
            self.remember(score, run.options.limit);
            run.scored.push(Scored {
                concept: concept.id().get(),
                layer,
                term,
                variant: number,
                score,
                confidence,
                said,
            });
        }
        Ok(())
    }

    /// Forgets the query before.
    pub(super) fn start(&mut self) {
        self.best.clear();
    }

    /// The score that a term must reach to matter: the lowest of the best ones so far. Several terms of one
    /// concept may be among them, hence more are kept than hits are wanted.
    fn least_wanted(&self, limit: usize) -> f32 {
        self.best.get(kept(limit) - 1).copied().unwrap_or(f32::NEG_INFINITY)
    }

    fn remember(&mut self, score: f32, limit: usize) {
        let at = self.best.partition_point(|better| *better >= score);
        if at < kept(limit) {
            self.best.truncate(kept(limit) - 1);
            self.best.insert(at, score);
        }
    }

    /// Decodes a term and finds for each word of the query the word of the term that it reads best as.
    fn align(&mut self, system: &CodeSystem, layer: Layer, term: u32, query: &[Word]) -> Result<()> {
        self.text.clear();
        system.write_term(layer, term, &mut self.text)?;
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

    /// Judges the alignment of a term whose words weigh `said` together.
    fn evaluate(&self, query: &[Word], said: f32) -> (f32, Confidence) {
        let (mut found, mut meant, mut dearest) = (0.0, 0.0, 0);
        for matched in &self.matches {
            let weight = query.get(matched.query).map_or(0.0, |word| word.weight);
            meant += weight;
            found += weight * (100.0 - f32::from(matched.cost)) / 100.0;
            dearest = dearest.max(matched.cost);
        }
        let asked: f32 = query.iter().map(|word| word.weight).sum();
        let added = self.words_added();
        let light =
            points::FILLER_WEIGHT * added.fillers as f32 + points::ALTERNATIVE_WEIGHT * added.alternatives as f32;
        let pairs = self.matches.windows(2).filter(|pair| matches!(pair, [a, b] if b.term == a.term + 1)).count();
        let coverage = Coverage {
            query: if asked > 0.0 { found / asked } else { 0.0 },
            term: meant / (said - light).max(meant).max(0.1),
            together: if query.len() > 1 { pairs as f32 / (query.len() - 1) as f32 } else { 1.0 },
        };
        let all_found = self.matches.len() == query.len();
        let says_it = all_found && added.qualifiers + added.content + added.residuals == 0;
        let guessed = query.iter().any(|word| word.expanded.is_some());
        let in_order = self.matches.is_sorted_by(|a, b| a.term < b.term);
        let just_it = says_it && in_order && added.causes_unknown + added.bracketed + added.alternatives == 0;
        let confidence = if just_it && !guessed && dearest <= cost::MARKS_MISSING {
            Confidence::Sure
        } else if all_found && dearest <= cost::SOUNDS_ALIKE {
            Confidence::Likely
        } else {
            Confidence::Perhaps
        };
        let whole = says_it && self.matches.len() == self.analyzer.tokens().len();
        let bonus = points::SAYS_IT * f32::from(u8::from(says_it)) + points::WHOLE * f32::from(u8::from(whole));
        (points_for(&coverage) + bonus - self.points_off(query, &added), confidence)
    }

    /// What a term loses for the words that it adds, and for qualifiers that it lacks.
    fn points_off(&self, query: &[Word], added: &Added) -> f32 {
        let is_found = |position: usize| self.matches.iter().any(|matched| matched.query == position);
        let is_lacking =
            |(position, word): &(usize, &Word)| !is_found(*position) && may_be_qualifier(&word.accented, &word.folded);
        let lacking = query.iter().enumerate().filter(is_lacking).count();
        let is_another = |matched: &&Match| matched.reading == Reading::OtherMarks && matched.cost > cost::HOOK_TILDE;
        let others = self.matches.iter().filter(is_another).count();
        points::LEADING_WORD * added.leading.min(2) as f32
            + points::RESIDUAL * added.residuals.min(1) as f32
            + points::QUALIFIER_ADDED * added.qualifiers.min(3) as f32
            + points::QUALIFIER_LACKING * lacking.min(3) as f32
            + points::OTHER_MARKS * others.min(2) as f32
    }

    /// What the words of the term do that the query does not have.
    fn words_added(&self) -> Added {
        let tokens = self.analyzer.tokens();
        let word = |at: usize| tokens.get(at).map(|token| token.accented());
        let is_asked = |at: usize| self.matches.iter().any(|matched| matched.term == at);
        let first_asked = self.matches.iter().map(|matched| matched.term).min().unwrap_or_default();
        let mut added = Added::default();
        // Words since the last one that was asked for, which a conjunction may turn into an alternative.
        let mut pending = 0;
        let mut brackets = Brackets::default();
        for (at, token) in tokens.iter().enumerate() {
            let between = brackets.advance(&self.text, token);
            if is_asked(at) || between.contains([',', ';']) {
                pending = 0;
            }
            if is_asked(at) {
                continue;
            }
            match role(at.checked_sub(1).and_then(word), token.accented(), word(at + 1)) {
                // What stands in brackets may be there or not, by the conventions of the ICD; but nobody said it.
                role if brackets.are_open() => {
                    added.bracketed += usize::from(matches!(role, Role::Qualifier | Role::Residual))
                }
                Role::Conjunction if at > first_asked && is_asked(at + 1) => {
                    added.alternatives += pending;
                    added.content -= pending;
                    pending = 0;
                }
                Role::Preposition => pending = 0,
                Role::Conjunction | Role::Opening => {}
                Role::Residual => added.residuals += 1,
                Role::Qualifier => added.qualifiers += 1,
                Role::Filler => added.fillers += 1,
                Role::CauseUnknown => {
                    added.fillers += 1;
                    added.causes_unknown += 1;
                }
                Role::Content => {
                    added.content += 1;
                    added.leading += usize::from(at < first_asked);
                    pending += usize::from(at > first_asked);
                }
            }
        }
        added
    }

    /// Aligns a scored term once more, to say where each word was found.
    pub(super) fn explain<'a>(&mut self, system: &'a CodeSystem, query: &Query, found: &Scored) -> Result<Hit<'a>> {
        let damaged = || Error::corrupt("search", "a term is no designation");
        let variant = query.variants().get(found.variant).ok_or_else(damaged)?;
        self.align(system, found.layer, found.term, variant.words())?;
        let (group, concept) = system.owner(found.layer, found.term)?.ok_or_else(damaged)?;
        let tokens = self.analyzer.tokens();
        let mut matches = Vec::with_capacity(self.matches.len());
        for matched in &self.matches {
            let (Some(word), Some(token)) = (variant.words().get(matched.query), tokens.get(matched.term)) else {
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
                reading: word.expanded.unwrap_or(matched.reading),
                cost: matched.cost,
            });
        }
        let is_matched = |position: usize| self.matches.iter().any(|matched| matched.query == position);
        let mut unmatched: Vec<Range<usize>> = variant
            .words()
            .iter()
            .enumerate()
            .filter(|(position, _)| !is_matched(*position))
            .map(|(_, word)| word.range.clone())
            .collect();
        // A phrase of which the term has some words is not missing.
        unmatched.retain(|range| matches.iter().all(|found| found.query != *range));
        unmatched.dedup();
        Ok(Hit {
            concept: Concept::new(system, concept),
            designation: system.designation(found.layer, found.term, group, self.text.clone())?,
            score: found.score.clamp(0.0, 1000.0) as u16,
            confidence: found.confidence,
            matches,
            unmatched,
            read_as: variant.meaning.clone(),
        })
    }
}
