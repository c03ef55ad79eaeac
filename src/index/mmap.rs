//! The memory map: the only module with `unsafe` code.
#![expect(unsafe_code, reason = "mapping a file is sound only if the file does not change, which no code can check")]

use std::fs::File;
use std::path::Path;

use memmap2::Mmap;

use crate::{Error, Result};

/// Maps a whole file, read-only.
///
/// # Safety
///
/// The file must not be truncated or changed while the map lives: the bytes behind a `&[u8]` would change
/// under the compiler's assumptions, and reading past a new end kills the process. Everything that reads
/// the map checks bounds and takes texts through `str::from_utf8`, so that is the only duty.
pub(crate) unsafe fn map(path: &Path) -> Result<Mmap> {
    let file = File::open(path).map_err(|error| Error::io(path, error))?;
    // SAFETY: passed on to the caller.
    unsafe { Mmap::map(&file) }.map_err(|error| Error::io(path, error))
}
