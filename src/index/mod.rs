//! index
pub mod automaton;
pub mod terms;
