//! Which of a concept's terms is its name.

use std::collections::HashMap;

use super::{Builder, of_type};
use crate::source::rf2::known;
use crate::source::{
    Acceptability, Designation, DesignationStatus, DesignationUse, Place, PropertyKind, PropertyValue, Severity,
    SharedText,
};

impl Builder<'_> {
    /// Chooses the preferred name of each concept in each language, and makes properties of text definitions. Returns
    /// the language of the draft: English if any term is, else the one of most terms.
    pub(super) fn name_concepts(&mut self) -> String {
        let definition = of_type(known::DEFINITION);
        let mut counts: HashMap<SharedText, usize> = HashMap::new();
        let mut inactive_definitions = 0_usize;
        for index in 0..self.concepts.len() {
            let Some(concept) = self.concepts.get_mut(index) else { break };
            let Some(origin) = self.states.get(index).map(|state| state.origin) else { break };
            let (code, terms) = (concept.code.clone(), std::mem::take(&mut concept.designations));
            let mut terms = terms;
            let definitions: Vec<_> = terms.extract_if(.., |term| term.r#use == definition).collect();
            for definition in definitions {
                if definition.status == DesignationStatus::Inactive {
                    inactive_definitions += 1;
                    continue;
                }
                let property = match definition.language.as_str() {
                    "en" => "definition".to_owned(),
                    language => format!("definition-{language}"),
                };
                let meaning = || "The concept's meaning in words".to_owned();
                let property = self.property(&property, PropertyKind::Text, meaning);
                self.set(u32::try_from(index).unwrap_or(u32::MAX), property, PropertyValue::Text(definition.text));
            }
            for term in &terms {
                *counts.entry(term.language.clone()).or_insert(0) += 1;
            }
            if !terms.iter().any(|term| term.status == DesignationStatus::Active) {
                let message = "no file has a term in use for this concept";
                self.tell(Severity::Doubtful, "missing-name", origin, Some(&code), message);
            } else if choose_names(&mut terms, &self.options.dialects) {
                let message = "its fully specified name serves as its name, since there is no synonym";
                self.tell(Severity::Note, "only-fully-specified-name", origin, Some(&code), message);
            }
            if let Some(concept) = self.concepts.get_mut(index) {
                concept.designations = terms;
            }
        }
        if inactive_definitions > 0 {
            let message = format!("{inactive_definitions} rows: inactive text definitions");
            self.report.add(Severity::Note, "rows-passed-over", Place::default(), None, message);
        }
        if counts.is_empty() || counts.contains_key("en") {
            return "en".to_owned();
        }
        let most = counts.into_iter().max_by(|a, b| (a.1, &b.0).cmp(&(b.1, &a.0)));
        most.map(|(language, _)| language.into()).unwrap_or_default()
    }
}

/// Makes one synonym of each language the preferred name and puts it first. True if there was none in any language,
/// so that a fully specified name had to serve.
fn choose_names(terms: &mut Vec<Designation>, dialects: &[String]) -> bool {
    let mut best: Vec<(SharedText, usize, usize)> = Vec::new();
    for (place, term) in terms.iter().enumerate() {
        if term.status != DesignationStatus::Active || term.r#use != DesignationUse::Synonym {
            continue;
        }
        let rank = rank(term, dialects);
        match best.iter_mut().find(|(language, ..)| *language == term.language) {
            Some(known) if rank < known.1 => (known.1, known.2) = (rank, place),
            Some(_) => {}
            None => best.push((term.language.clone(), rank, place)),
        }
    }
    for (_, _, place) in &best {
        if let Some(term) = terms.get_mut(*place) {
            term.r#use = DesignationUse::Preferred;
        }
    }
    let fully_specified = of_type(known::FULLY_SPECIFIED_NAME);
    let is_it = |term: &&Designation| term.status == DesignationStatus::Active && term.r#use == fully_specified;
    let only = terms.iter().find(is_it).filter(|_| best.is_empty()).cloned();
    let is_only = only.is_some();
    // The copy has no identifier: the description is the fully specified name.
    terms.extend(only.map(|term| Designation { r#use: DesignationUse::Preferred, id: None, ..term }));
    terms.sort_by_key(|term| term.r#use != DesignationUse::Preferred);
    is_only
}

/// How well a term serves as the name in its language; the lowest is best.
fn rank(term: &Designation, dialects: &[String]) -> usize {
    let prefers = |dialect: &String| term.acceptability.get(dialect) == Some(Acceptability::Preferred);
    let asked = dialects.iter().position(prefers);
    asked.unwrap_or_else(|| {
        let rest = match term.acceptability.iter().map(|(_, acceptability)| acceptability).min() {
            Some(Acceptability::Preferred) => 0,
            Some(Acceptability::Acceptable) => 1,
            None => 2,
        };
        dialects.len() + rest
    })
}
