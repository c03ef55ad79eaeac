//! How dialects take the terms.

use std::collections::HashMap;

use super::{Builder, Member, Origin};
use crate::source::rf2::known;
use crate::source::{Acceptabilities, Acceptability, Severity};

/// A row of a language reference set.
pub(super) struct Accepted {
    concept: u32,
    /// The term's place among the concept's designations.
    slot: u32,
    description: u64,
    reference_set: u64,
    acceptability: Acceptability,
    origin: Origin,
}

impl Builder<'_> {
    /// Takes a row of a language reference set, which waits until all are there.
    pub(super) fn accept(&mut self, member: &Member) {
        let acceptability = match member.value {
            known::PREFERRED => Acceptability::Preferred,
            known::ACCEPTABLE => Acceptability::Acceptable,
            other => {
                let (code, message) = (member.component.to_string(), format!("{other} is no acceptability"));
                return self.tell(Severity::Doubtful, "acceptability", member.origin, Some(&code), message);
            }
        };
        let Some(known) = self.descriptions.get(&member.component) else {
            let (code, message) = (member.component.to_string(), "no file lists this description");
            return self.tell(Severity::Doubtful, "unknown-component", member.origin, Some(&code), message);
        };
        let (concept, slot) = (known.concept, known.slot);
        let (description, reference_set, origin) = (member.component, member.reference_set, member.origin);
        self.accepted.push(Accepted { concept, slot, description, reference_set, acceptability, origin });
    }

    /// Lets the rows of language reference sets take effect. Terms of which the same is told share it.
    pub(super) fn apply_acceptability(&mut self) {
        let mut rows = std::mem::take(&mut self.accepted);
        rows.sort_by_key(|row| (row.concept, row.slot, row.reference_set));
        let mut shared: HashMap<Vec<(u64, Acceptability)>, Acceptabilities> = HashMap::new();
        let mut told = Vec::new();
        for of_term in rows.chunk_by(|one, other| (one.concept, one.slot) == (other.concept, other.slot)) {
            told.clear();
            for of_dialect in of_term.chunk_by(|one, other| one.reference_set == other.reference_set) {
                let [first, others @ ..] = of_dialect else { continue };
                told.push((first.reference_set, first.acceptability));
                for row in others.iter().filter(|row| row.acceptability != first.acceptability) {
                    let dialect = known::dialect(row.reference_set);
                    let message = format!("{dialect} has it both as preferred and as acceptable; the first counts");
                    let code = row.description.to_string();
                    self.tell(Severity::Doubtful, "acceptability", row.origin, Some(&code), message);
                }
            }
            let acceptability = match shared.get(&told) {
                Some(known) => known.clone(),
                None => {
                    let named = told.iter().map(|(set, acceptability)| (known::dialect(*set), *acceptability));
                    let new: Acceptabilities = named.collect();
                    shared.insert(told.clone(), new.clone());
                    new
                }
            };
            let place = of_term
                .first()
                .and_then(|row| self.concepts.get_mut(row.concept as usize)?.designations.get_mut(row.slot as usize));
            if let Some(term) = place {
                term.acceptability = acceptability;
            }
        }
    }
}
