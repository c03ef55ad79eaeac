//! What to use instead of a code.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use super::encounter::{Role, Sex};
use super::facts::Flags;
use super::{Checker, Edition};
use crate::code::Mark;
use crate::concept::Concept;
use crate::system::CodeSystem;
use crate::translate::{Change, Migration, NameChange};
use crate::{ConceptId, Result};

/// Former edition, later edition, and a code that the former one has.
type Question = (usize, usize, String);

/// Suggestions for withdrawn codes, which are dear to find. There are never more than the former editions have codes.
#[derive(Default)]
pub(super) struct Suggestions(Mutex<HashMap<Question, Arc<[ConceptId]>>>);

/// For whom, and in which part, a code is to be suggested.
#[derive(Clone, Copy)]
pub(super) struct Purpose {
    pub(super) role: Role,
    pub(super) sex: Option<Sex>,
}

impl Edition<'_> {
    /// The marked codes of concepts that may be used for a purpose.
    pub(super) fn fitting<'c>(
        &self,
        purpose: Purpose,
        concepts: impl IntoIterator<Item = Concept<'c>>,
    ) -> Result<Vec<String>> {
        let mut codes = Vec::new();
        for concept in concepts {
            let flags = self.facts.flags(concept.id());
            let is_unusable = flags.has(Flags::HEADING.or(Flags::GROUPER).or(Flags::INACTIVE));
            let is_barred = match purpose.role {
                Role::Main => flags.has(Flags::NEVER_MAIN.or(Flags::ASTERISK).or(Flags::DEATH_CAUSE_ONLY)),
                Role::DeathCause => false,
                _ => flags.has(Flags::DEATH_CAUSE_ONLY),
            };
            let is_implausible = match purpose.sex {
                Some(Sex::Male) => flags.has(Flags::FEMALE),
                Some(Sex::Female) => flags.has(Flags::MALE),
                _ => false,
            };
            if !is_unusable && !is_barred && !is_implausible {
                codes.push(concept.marked_code()?);
            }
        }
        Ok(codes)
    }

    /// What may be meant by a code that the edition does not list as it is written.
    pub(super) fn instead_of(
        &self,
        checker: &Checker<'_>,
        place: usize,
        code: &str,
        purpose: Purpose,
    ) -> Result<Vec<String>> {
        let system = self.facts.system;
        let (bare, mark) = Mark::split(code);
        if mark != Mark::None {
            // The code is there with the other mark, or both are.
            let found = system.lookup(bare)?;
            if !found.concepts().is_empty() {
                return self.fitting(purpose, found.concepts().iter().copied());
            }
        }
        for (former, other) in checker.editions.iter().enumerate() {
            if former != place
                && is_before(other.facts.system, system)
                && !other.facts.system.lookup(code)?.concepts().is_empty()
            {
                let ids = checker.successors(former, place, code)?;
                let concepts: Vec<_> = ids.iter().filter_map(|id| system.concept(*id)).collect();
                let usable = self.fitting(purpose, concepts.iter().copied())?;
                if !usable.is_empty() {
                    return Ok(usable);
                }
                // Only headings were near: what lies below them.
                let mut below = Vec::new();
                for heading in concepts {
                    below.extend(heading.usable_codes()?);
                }
                return self.fitting(purpose, below);
            }
        }
        // A finer code than there is: the code above it, if that one may be used.
        let mut shorter = bare.to_owned();
        while shorter.pop().is_some() && shorter.len() >= 3 {
            if let Some(above) = system.lookup(&shorter)?.concept() {
                return self.fitting(purpose, [above]);
            }
        }
        Ok(Vec::new())
    }
}

fn is_before(former: &CodeSystem, later: &CodeSystem) -> bool {
    match (former.edition().in_force.until, later.edition().in_force.from) {
        (Some(until), Some(from)) => until < from,
        _ => false,
    }
}

impl Checker<'_> {
    /// What a code of a former edition became, or what may stand for it.
    fn successors(&self, former: usize, later: usize, code: &str) -> Result<Arc<[ConceptId]>> {
        let key = (former, later, code.to_owned());
        let known = |cache: &Suggestions| cache.0.lock().unwrap_or_else(PoisonError::into_inner).get(&key).cloned();
        if let Some(ids) = known(&self.suggestions) {
            return Ok(ids);
        }
        let mut ids = Vec::new();
        if let Some(migration) = self.migration(former, later)?
            && let Some(migrated) = migration.migrate(code)?
        {
            let concepts = match &migrated.change {
                Change::Withdrawn { suggestions } => suggestions,
                change => change.targets(),
            };
            ids.extend(concepts.iter().map(Concept::id));
        }
        let ids: Arc<[ConceptId]> = ids.into();
        self.suggestions.0.lock().unwrap_or_else(PoisonError::into_inner).insert(key, Arc::clone(&ids));
        Ok(ids)
    }

    /// True if a code of a former edition means the same in a later one, as far as its names tell.
    pub(super) fn kept_its_meaning(&self, former: usize, later: usize, code: &str) -> Result<bool> {
        let Some(migration) = self.migration(former, later)? else { return Ok(false) };
        let migrated = migration.migrate(code)?;
        Ok(migrated.is_some_and(|migrated| {
            matches!(
                migrated.change,
                Change::Kept { name: NameChange::Same | NameChange::Reworded, .. }
                    | Change::NowHeading { name: NameChange::Same | NameChange::Reworded, .. }
            )
        }))
    }

    /// `None` if the editions cannot be compared: one is only a fragment.
    fn migration(&self, former: usize, later: usize) -> Result<Option<&Migration>> {
        let (Some(from), Some(to)) = (self.editions.get(former), self.editions.get(later)) else { return Ok(None) };
        let Some(cell) = to.migrations.get(former) else { return Ok(None) };
        if let Some(made) = cell.get() {
            return Ok(made.as_ref());
        }
        let made = match Migration::between(from.facts.system, to.facts.system) {
            Ok(migration) => Some(migration),
            Err(crate::Error::Argument { .. }) => None,
            Err(error) => return Err(error),
        };
        Ok(cell.get_or_init(|| made).as_ref())
    }
}
