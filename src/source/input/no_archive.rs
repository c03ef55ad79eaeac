//! Files without archives: what [`archive`](super) does, for builds without the feature.

use std::io::{self, BufRead, Read as _};
use std::sync::Arc;

use super::{Content, Given, InputEntry, Kind, Limits, Lister, explained};
use crate::source::Place;
use crate::{Error, Result};

/// The way from a given file to one of its files: there is none to go.
#[derive(Clone, Debug, Default)]
pub(super) struct Route {}

pub(super) fn open(content: &Content, _: &Route, _: &Limits) -> io::Result<Box<dyn BufRead>> {
    Ok(content.open()?)
}

pub(super) fn for_each<'e>(
    entries: impl IntoIterator<Item = &'e InputEntry>,
    mut read: impl FnMut(&'e InputEntry, &mut dyn BufRead) -> Result<()>,
) -> Result<()> {
    entries.into_iter().try_for_each(|entry| read(entry, &mut entry.open()?))
}

pub(super) fn list(lister: &mut Lister, given: &Arc<Given>) -> Result<()> {
    let is_archive = || match kind_of(&given.content)? {
        Kind::Plain => Ok(false),
        Kind::Zip => Ok(!is_document(given)),
        Kind::Gzip | Kind::Zstd | Kind::Tar => Ok(true),
    };
    if is_archive().map_err(|error| explained(error, Place::file(given.label()), given))? {
        return Err(Error::Feature { what: format!("reading the archive {}", given.label()), feature: "archive" });
    }
    lister.push_whole(given)
}

fn kind_of(content: &Content) -> io::Result<Kind> {
    let mut start = Vec::new();
    content.open()?.take(Kind::BYTES).read_to_end(&mut start)?;
    Ok(Kind::of(&start))
}

#[cfg(feature = "xlsx")]
fn is_document(given: &Given) -> bool {
    given.content.open().is_ok_and(|raw| zip::ZipArchive::new(raw).is_ok_and(|archive| super::is_document(&archive)))
}

/// Nobody can look: the name must do.
#[cfg(not(feature = "xlsx"))]
fn is_document(given: &Given) -> bool {
    given.name.to_ascii_lowercase().ends_with(".xlsx")
}
