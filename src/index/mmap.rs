//! The memory map: the only module with `unsafe` code.
#![expect(unsafe_code, reason = "mapping a file is sound only if the file does not change, which no code can check")]

use std::fs::File;
use std::path::Path;
use std::sync::Arc;

use memmap2::Mmap;

use super::container::Container;
use crate::{CodeSystem, ConceptMap, Error, Result, Supplement};

impl CodeSystem {
    /// Maps an index file into memory and opens it. Only the pages that are used are read, and all processes
    /// that map the same file share them.
    ///
    /// # Errors
    ///
    /// [`Error::Io`] if the file cannot be mapped; otherwise as [`from_bytes`](Self::from_bytes).
    ///
    /// # Safety
    ///
    /// While this value or a clone of it lives, the file must not be truncated or changed, by this process or
    /// another: the bytes behind a `&[u8]` would change under the compiler's assumptions, and reading past a new
    /// end kills the process. Everything that reads the map checks bounds, and takes texts through
    /// `str::from_utf8`, so that is the only duty. Replacing the file by renaming a new one over it, as
    /// [`index::to_file`](crate::index::to_file) does, is fine: the old content stays mapped.
    pub unsafe fn map(path: impl AsRef<Path>) -> Result<Self> {
        // SAFETY: the caller has promised that the file does not change.
        Self::from_container(unsafe { map(path.as_ref()) }?)
    }
}

impl Supplement {
    /// Maps a supplement file into memory and opens it; see [`CodeSystem::map`].
    ///
    /// # Errors
    ///
    /// [`Error::Io`] if the file cannot be mapped; otherwise as [`from_bytes`](Self::from_bytes).
    ///
    /// # Safety
    ///
    /// As for [`CodeSystem::map`]: the file must not be truncated or changed while this value, a clone of it, or a
    /// code system to which it was given lives.
    pub unsafe fn map(path: impl AsRef<Path>) -> Result<Self> {
        // SAFETY: the caller has promised that the file does not change.
        Self::from_container(unsafe { map(path.as_ref()) }?)
    }
}

impl ConceptMap {
    /// Maps the index of a concept map into memory and opens it; see [`CodeSystem::map`].
    ///
    /// # Errors
    ///
    /// [`Error::Io`] if the file cannot be mapped; otherwise as [`from_bytes`](Self::from_bytes).
    ///
    /// # Safety
    ///
    /// As for [`CodeSystem::map`]: the file must not be truncated or changed while this value or a clone of it lives.
    pub unsafe fn map(path: impl AsRef<Path>) -> Result<Self> {
        // SAFETY: the caller has promised that the file does not change.
        Self::from_container(unsafe { map(path.as_ref()) }?)
    }
}

#[cfg(feature = "search")]
impl crate::lexicon::Lexicon {
    /// Maps a compiled lexicon into memory and opens it; see [`CodeSystem::map`].
    ///
    /// # Errors
    ///
    /// [`Error::Io`] if the file cannot be mapped; otherwise as [`from_bytes`](Self::from_bytes).
    ///
    /// # Safety
    ///
    /// As for [`CodeSystem::map`]: the file must not be truncated or changed while this value, a clone of it, or a
    /// lexicon made from it lives.
    pub unsafe fn map(path: impl AsRef<Path>) -> Result<Self> {
        // SAFETY: the caller has promised that the file does not change.
        Self::from_container(unsafe { map(path.as_ref()) }?)
    }
}

/// # Safety
///
/// The file must not be truncated or changed while the container lives.
unsafe fn map(path: &Path) -> Result<Container> {
    let io = |error| Error::io(path, error);
    let file = File::open(path).map_err(io)?;
    // SAFETY: the caller has promised that the file does not change.
    let map = unsafe { Mmap::map(&file) }.map_err(io)?;
    Container::open(Arc::new(map))
}
