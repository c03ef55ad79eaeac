//! medterm
#[cfg(feature = "bundled")]
pub mod bundled;
pub mod code;
mod concept;
mod edition;
mod error;
pub mod index;
#[cfg(feature = "search")]
pub mod lexicon;
#[cfg(feature = "search")]
mod search;
mod set;
pub mod source;
mod system;
mod terminology;
pub mod text;
pub mod translate;

pub use concept::{Concept, ConceptId, Lookup, Parentage};
pub use edition::{Date, Edition, InForce};
pub use error::{Error, Result};
#[cfg(feature = "search")]
pub use search::{Answer, Confidence, Hit, Reading, SearchOptions, Searcher, WordMatch};
pub use set::ConceptSet;
pub use system::CodeSystem;
pub use terminology::Terminology;
