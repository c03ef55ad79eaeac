//! From the codes of one system or edition to those of another.
//!
//! | to | ask |
//! |---|---|
//! | see what a publisher says of a code, row by row | [`ConceptMap`] |
//! | translate a code by one map: alternatives, combinations, rules that a patient decides | [`ConceptMap::translate`], [`ConceptMap::translate_back`] |
//! | translate through several maps, or many codes | [`Translator`] |
//! | see what became of a code between two editions of one system | [`Migration`] |
//!
//! A [`Translation`] keeps what maps say: which targets are alternatives and which belong together, under which rule, how
//! each stands to the source, and from which row it comes. What cannot be decided is left open, with what would decide it.
//! Codes are never matched across *systems* by looking alike: somebody published a map, or there is no translation. How
//! relationships add up over several maps is told at [`mod@compose`], what rules may say at [`rule`].
//!
//! [`Migration`] compares two editions of a code system. It reads only what the editions say (codes, names,
//! hierarchy) and claims no more than follows from it: a code that kept its name is equivalent; a code that
//! was renamed is related, and a person may say more; a code whose names have nothing in common is shown for
//! review.

pub mod compose;
mod concept_map;
mod follow;
mod former;
mod migration;
mod names;
mod one_map;
mod patient;
mod phrases;
pub mod rule;
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
