//! Spaces that were forgotten (`viemphoi`) or are too many (`ami dan`): the query with its words as some language has
//! them.

use super::query::Query;
use super::rewritten::Rewritten;
use super::{Languages, Reading, Run};
use crate::Result;
use crate::text::{Analyzer, join_split, split_glued};

/// Shorter words are hardly two.
const SHORTEST_GLUED: usize = 5;

/// The query with words cut and joined as a system has them; `None` if there is nothing to cut or join.
pub(super) fn rewrite(
    text: &str,
    query: &Query,
    languages: &Languages<'_>,
    run: &Run<'_>,
) -> Result<Option<Rewritten>> {
    let typed = query.typed();
    if !run.options.allows(Reading::Spacing) || typed.iter().all(|word| word.known) {
        return Ok(None);
    }
    let mut failed = None;
    let mut frequency = |word: &str| match languages.frequency(word) {
        Ok(frequency) => frequency,
        Err(error) => {
            failed = Some(error);
            None
        }
    };
    let mut analyzer = Analyzer::new();
    let joins = join_split(text, analyzer.analyze(text), |word| frequency(word).is_some());
    let mut rewritten = Rewritten::default();
    let (mut changed, mut position) = (false, 0);
    while let Some(word) = typed.get(position) {
        if !rewritten.text.is_empty() {
            rewritten.text.push(' ');
        }
        if let Some(join) = joins.iter().find(|join| join.tokens.start == position && join.tokens.end > position) {
            let parts = typed.get(join.tokens.clone()).unwrap_or_default();
            parts.iter().for_each(|part| rewritten.push(text, part.range.clone()));
            (changed, position) = (true, join.tokens.end);
            continue;
        }
        position += 1;
        let may_be_glued = !word.known && !word.abbreviation && word.folded.len() >= SHORTEST_GLUED;
        let begins = may_be_glued && word.is_last && languages.has_prefix(&word.folded)?;
        let ways = match may_be_glued && !begins && word.decodings().next().is_none() {
            true => split_glued(text.get(word.range.clone()).unwrap_or_default(), &mut frequency),
            false => Vec::new(),
        };
        match ways.first() {
            Some(parts) => {
                for (number, part) in parts.iter().enumerate() {
                    if number > 0 {
                        rewritten.text.push(' ');
                    }
                    rewritten.push(text, word.range.start + part.start..word.range.start + part.end);
                }
                changed = true;
            }
            None => rewritten.push(text, word.range.clone()),
        }
    }
    match failed {
        Some(error) => Err(error),
        None => Ok(changed.then_some(rewritten)),
    }
}
