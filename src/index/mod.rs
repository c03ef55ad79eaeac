//! index docs pending
pub(crate) mod automaton;
pub(crate) mod bytes;
pub(crate) mod codes;
pub(crate) mod container;
pub(crate) mod designations;
pub(crate) mod hierarchy;
mod identity;
pub(crate) mod members;
#[cfg(feature = "mmap")]
pub(crate) mod mmap;
pub(crate) mod postings;
pub(crate) mod properties;
pub(crate) mod sparse;
pub(crate) mod status;
pub(crate) mod terms;
pub(crate) mod words;
mod write;

pub use container::{FORMAT_VERSION, Kind, OLDEST_READABLE_VERSION, SectionInfo};
pub use identity::Identity;
pub use write::{to_bytes, to_file};
