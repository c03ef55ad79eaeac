//! Finds the shared test data, which is no part of the repository.

use std::path::{Path, PathBuf};

/// A file below `MEDTERM_TEST_DATA`, or else below `../shared/data` beside the crate. `None`, with a line
/// on standard error, if it is not there: the test is then skipped.
pub(crate) fn shared(path: &str) -> Option<PathBuf> {
    let root = std::env::var_os("MEDTERM_TEST_DATA")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data"), PathBuf::from);
    let file = root.join(path);
    if file.exists() {
        return Some(file);
    }
    eprintln!("skipped: {} is not there; set MEDTERM_TEST_DATA", file.display());
    None
}
