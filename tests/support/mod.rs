//! Access to lists that belong to others and are therefore not part of this repository.

use std::path::{Path, PathBuf};

/// The path of a shared data file: below `MEDTERM_TEST_DATA`, or below `../shared/data` beside this crate.
/// `None`, with a line saying so, if it is not there; the test is then skipped.
pub(crate) fn shared(path: &str) -> Option<PathBuf> {
    let folder = std::env::var_os("MEDTERM_TEST_DATA")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data"), PathBuf::from);
    let file = folder.join(path);
    if file.exists() {
        return Some(file);
    }
    println!("skipped: {path} not present");
    None
}
