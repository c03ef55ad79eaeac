//! medterm
pub mod code;
mod edition;
mod error;
pub mod index;
pub mod source;
pub mod text;

pub use edition::{Date, Edition, InForce};
pub use error::{Error, Result};
/// Answer placeholder, replaced by the query side.
pub struct Lookup;
