//! index
pub mod automaton;
pub(crate) mod bytes;
pub(crate) mod container;
pub(crate) mod designations;
pub(crate) mod hierarchy;
pub(crate) mod identity;
pub(crate) mod members;
pub(crate) mod postings;
pub(crate) mod properties;
pub(crate) mod sparse;
pub mod terms;
