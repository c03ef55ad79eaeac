//! Names of an earlier edition as searchable former names of today's codes.

use super::names::{NameChange, Names, canonical, judge};
use super::phrases::Phrases;
use crate::source::{
    Designation, DesignationStatus, DesignationUse, Draft, DraftConcept, Place, Report, Severity, SharedText, Usability,
};
use crate::text::Analyzer;

/// Adds the names of a former edition to a draft as [`DesignationUse::FormerName`], and says in the report which
/// were left out and why. Returns how many were added.
///
/// A name joins the code that carries its meaning today, so equal codes are not enough: a name that has next
/// to nothing in common with today's name of its code, says the opposite of it (acute for chronic), or is far
/// more like the name of another code, is quarantined (rule `former-name-quarantined`). Names of codes that are gone are left out too
/// (`former-code-gone`). Only names in the draft's own language are taken: a former edition's translations
/// are not taken over.
pub fn add_former_names(draft: &mut Draft, former: &Draft, report: &mut Report) -> usize {
    let language = SharedText::from(&draft.language);
    let name_of = |concept: &DraftConcept, language: &str| {
        let of_language = |designation: &&Designation| {
            designation.language == language
                && designation.r#use == DesignationUse::Preferred
                && designation.status == DesignationStatus::Active
        };
        concept.designations.iter().find(of_language).map(|designation| designation.text.clone())
    };
    let (mut names, mut english) = (Names::default(), Names::default());
    let mut by_code = std::collections::HashMap::new();
    for (entry, concept) in draft.concepts.iter().enumerate() {
        let listed = concept.usability != Usability::Grouper;
        names.push(&name_of(concept, &language).filter(|_| listed).unwrap_or_default());
        english.push(&name_of(concept, "en").filter(|_| listed).unwrap_or_default());
        if listed {
            by_code.entry(concept.code.clone()).or_insert(entry);
        }
    }
    let mut analyzer = Analyzer::new();
    let phrases = Phrases::new(&mut analyzer);
    let mut added = 0;
    for concept in former.concepts.iter().filter(|concept| concept.usability != Usability::Grouper) {
        let place = || Place::file(former.edition.to_string());
        let Some(text) = name_of(concept, &language) else { continue };
        let Some(&entry) = by_code.get(&concept.code) else {
            let message = format!("{text:?} is not taken over: the code is gone");
            report.add(Severity::Note, "former-code-gone", place(), Some(&concept.code), message);
            continue;
        };
        let Some(target) = draft.concepts.get_mut(entry) else { continue };
        let canonical_text = canonical(&mut analyzer, &text);
        if target.designations.iter().any(|known| canonical(&mut analyzer, &known.text) == canonical_text) {
            continue;
        }
        let words = names.read(&mut analyzer, &text);
        let own = names.own(&words, entry as u32).unwrap_or_default();
        let today = name_of(target, &language).unwrap_or_default();
        let opposed = phrases.stance(&canonical_text).opposes(phrases.stance(&canonical(&mut analyzer, &today)));
        let own_english = || english.own(&english.read(&mut analyzer, &name_of(concept, "en")?), entry as u32);
        let elsewhere = || names.elsewhere(&words, entry as u32);
        if opposed || judge(own, own_english, elsewhere) == NameChange::MeaningInDoubt {
            let message = format!("{text:?} is not taken over: today's name is {today:?}");
            report.add(Severity::Doubtful, "former-name-quarantined", place(), Some(&concept.code), message);
            continue;
        }
        target.designations.push(Designation {
            text,
            language: language.clone(),
            r#use: DesignationUse::FormerName,
            ..Designation::default()
        });
        added += 1;
    }
    added
}
