//! The memory map: the only module with `unsafe` code.
#![expect(unsafe_code, reason = "mapping a file is sound only if the file does not change, which no code can check")]

use std::fs::File;
use std::path::Path;

use memmap2::Mmap;

use super::container::Container;
use crate::{CodeSystem, Error, Result};

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
        let path = path.as_ref();
        let io = |error| Error::io(path, error);
        let file = File::open(path).map_err(io)?;
        // SAFETY: the caller has promised that the file does not change.
        let map = unsafe { Mmap::map(&file) }.map_err(io)?;
        Self::from_container(Container::open(Box::new(map))?)
    }
}
