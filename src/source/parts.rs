//! The files of a release that its publisher splits into many.

use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};

use super::encoding::file_name;
use crate::{Error, Result};

/// Folders inside folders that are looked into; releases have four or five levels.
const DEEPEST: usize = 12;

type Open<'a> = Box<dyn Fn() -> Result<Box<dyn BufRead + 'a>> + 'a>;

/// One file, opened when its turn comes.
pub(super) struct Part<'a> {
    /// File name, without its folder.
    pub(super) name: String,
    open: Open<'a>,
}

impl<'a> Part<'a> {
    pub(super) fn file(path: PathBuf) -> Self {
        let name = file_name(&path);
        let open = move || -> Result<Box<dyn BufRead + 'a>> {
            let file = File::open(&path).map_err(|error| Error::io(&path, error))?;
            Ok(Box::new(BufReader::with_capacity(1 << 16, file)))
        };
        Self { name, open: Box::new(open) }
    }

    /// A file whose content is at hand.
    pub(super) fn bytes(name: &str, bytes: &'a [u8]) -> Self {
        Self { name: name.to_owned(), open: Box::new(move || Ok(Box::new(bytes))) }
    }

    pub(super) fn open(&self) -> Result<Box<dyn BufRead + 'a>> {
        (self.open)()
    }
}

/// The files of a folder and the folders in it whose names end in `extension`, in the order of their paths. Links are
/// not followed.
pub(super) fn in_folder(folder: &Path, extension: &str) -> Result<Vec<Part<'static>>> {
    let mut found = Vec::new();
    let mut folders = vec![(folder.to_owned(), 0)];
    while let Some((folder, depth)) = folders.pop() {
        for entry in std::fs::read_dir(&folder).map_err(|error| Error::io(&folder, error))? {
            let entry = entry.map_err(|error| Error::io(&folder, error))?;
            let kind = entry.file_type().map_err(|error| Error::io(entry.path(), error))?;
            if kind.is_dir() && depth < DEEPEST {
                folders.push((entry.path(), depth + 1));
            } else if kind.is_file()
                && entry.path().extension().is_some_and(|ending| ending.eq_ignore_ascii_case(extension))
            {
                found.push(entry.path());
            }
        }
    }
    found.sort();
    Ok(found.into_iter().map(Part::file).collect())
}
