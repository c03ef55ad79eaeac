//! medterm
pub mod code;
mod concept;
mod edition;
mod error;
pub mod index;
mod set;
pub mod source;
mod system;
mod terminology;
pub mod text;
pub mod translate;

pub use concept::{Concept, ConceptId, Lookup, Parentage};
pub use edition::{Date, Edition, InForce};
pub use error::{Error, Result};
pub use set::ConceptSet;
pub use system::CodeSystem;
pub use terminology::Terminology;
