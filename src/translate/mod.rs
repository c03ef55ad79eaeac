//! From the codes of one edition to those of another.
//!
//! [`Migration`] compares two editions of a code system. It reads only what the editions say (codes, names,
//! hierarchy) and claims no more than follows from it: a code that kept its name is equivalent; a code that
//! was renamed is related, and a person may say more; a code whose names have nothing in common is shown for
//! review. Codes are never matched across *systems* by looking alike: between systems, a [`ConceptMap`] that somebody
//! published says what stands for what.

mod compose;
mod concept_map;
mod follow;
mod former;
mod migration;
mod names;
mod one_map;
mod patient;
mod phrases;
mod rule;
mod suggest;
mod translation;
mod translator;

pub use crate::source::Relationship;
pub use compose::{Composed, compose};
pub use concept_map::{ConceptMap, ConceptMapRow, ConceptMapRows, MapCode};
pub use former::add_former_names;
pub use migration::{Change, Migrated, Migration, NameChange};
pub use patient::{Age, AgeUnit, Fact, PatientContext, Sex};
pub use rule::{Clause, Comparison, Rule, Truth, Verdict};
pub use translation::{ChoiceList, Link, MOST_SCENARIOS, MOST_TARGETS, Outcome, Scenario, Step, Target, Translation};
pub use translator::{Routes, Translator};
