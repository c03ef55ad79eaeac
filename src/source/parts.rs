//! Files of maps, opened when their turn comes.

use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::PathBuf;

use super::encoding::file_name;
use crate::{Error, Result};

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
