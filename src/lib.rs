//! medterm
pub mod code;
pub mod concept;
mod edition;
mod error;
pub mod index;
pub mod source;
pub mod set;
pub mod text;

pub use edition::{Date, Edition, InForce};
pub use error::{Error, Result};

/// L
pub struct Lookup;
/// C
pub struct CodeSystem;
impl CodeSystem {/// s
 pub fn sections() {} }
