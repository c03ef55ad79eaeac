//! What a user points at: a file, several files, a folder, or an archive, read through.
//!
//! | given | what is in it |
//! |---|---|
//! | a file | itself |
//! | a folder | its files, those of its folders included; archives among them are read through |
//! | `.zip`, `.tar` | the files in it; archives among them, told by their names, are read through once more |
//! | `.gz`, `.zst` | the one file, or the files of the tar archive in it (`.tgz`, `.tar.zst` …) |
//!
//! What a file is, its first bytes tell. A workbook (`.xlsx`) is a zip archive and is taken for the file that it is.
//! Archives take the feature `archive`; files and folders take none.
//!
//! Passed over are hidden files (a name that begins with a dot), the `__MACOSX` folders of some archives, and symbolic
//! links in folders. An archive that names a file outside itself (`..`, an absolute path, a drive letter, a backslash),
//! holds a link or a device, or names two files the same, is refused. Nothing is unpacked to a disk, and nothing is
//! held in memory but archives inside archives; [`Limits`] bound what reading costs.

#[cfg(feature = "archive")]
mod archive;
mod limits;
mod lines;
#[cfg(not(feature = "archive"))]
mod no_archive;

use std::fs::File;
use std::io::{self, BufRead, BufReader, Cursor, Read, Seek};
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

#[cfg(feature = "archive")]
use self::archive as unpack;
use self::limits::{ArchiveMeter, Budget, Exceeded, Meter, Metered, allow};
#[cfg(not(feature = "archive"))]
use self::no_archive as unpack;
use self::unpack::Route;
use super::encoding::Encoding;
use super::{Place, SourceFile};
use crate::{Error, Result};

pub use self::limits::Limits;
pub use self::lines::Lines;

/// What a user points at, as the list of files that are in it. See the [module](self).
///
/// ```
/// use std::io::BufRead;
/// use medterm::source::{Input, Limits};
///
/// let input = Input::from_bytes("list.csv", "code,name\nA00,Cholera\n", Limits::new())?;
/// let [list] = input.entries() else { panic!("one file") };
/// assert_eq!((list.path(), list.size()), ("list.csv", Some(22)));
/// assert_eq!(list.open()?.lines().count(), 2);
/// # Ok::<(), medterm::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Input {
    name: String,
    entries: Vec<InputEntry>,
}

impl Input {
    /// Lists what is in a file, folder or archive, under the usual [`Limits`].
    ///
    /// # Errors
    ///
    /// See [`Input::open_all`].
    pub fn open(path: impl AsRef<Path>) -> Result<Self> {
        Self::open_all([path], Limits::new())
    }

    /// Lists what is in several files, folders or archives, in the order given. Zip archives are listed by their
    /// directory, packed tar archives by reading them once.
    ///
    /// # Errors
    ///
    /// [`Error::Io`] if something cannot be read; [`Error::Source`] if there is no file in it, or an archive is damaged
    /// or refused; [`Error::Limit`] for too much of it; [`Error::Feature`] for an archive without the feature
    /// `archive`.
    pub fn open_all<P: AsRef<Path>>(paths: impl IntoIterator<Item = P>, limits: Limits) -> Result<Self> {
        let mut lister = Lister::new(limits);
        let mut names = Vec::new();
        for (number, path) in paths.into_iter().enumerate() {
            let path = path.as_ref();
            names.push(super::encoding::file_name(path));
            let found = std::fs::metadata(path).map_err(|source| Error::io(path, source))?;
            if found.is_dir() {
                for (file, below) in files_of(path, limits)? {
                    lister.add(Given::of_path(number, file, Some(below))?)?;
                }
            } else if found.is_file() {
                lister.add(Given::of_path(number, path.to_owned(), None)?)?;
            } else {
                return Err(Error::source(Place::file(path.to_string_lossy()), "is neither a file nor a folder"));
            }
        }
        lister.finish(names)
    }

    /// Takes content that is at hand for a file of this name, and lists what is in it.
    ///
    /// # Errors
    ///
    /// As [`Input::open_all`].
    pub fn from_bytes(name: &str, bytes: impl Into<Vec<u8>>, limits: Limits) -> Result<Self> {
        Self::from_files([(name, bytes)], limits)
    }

    /// As [`Input::from_bytes`], for several files, in the order given.
    ///
    /// # Errors
    ///
    /// As [`Input::open_all`].
    pub fn from_files<'n, B: Into<Vec<u8>>>(
        files: impl IntoIterator<Item = (&'n str, B)>,
        limits: Limits,
    ) -> Result<Self> {
        let mut lister = Lister::new(limits);
        let mut names = Vec::new();
        for (name, bytes) in files {
            names.push(name.to_owned());
            lister.add(Given::new(0, name.to_owned(), None, Content::Memory(bytes.into().into()))?)?;
        }
        lister.finish(names)
    }

    /// Files at hand, as if they stood in the folders with these numbers.
    #[cfg(test)]
    pub(super) fn of_files<'f>(files: impl IntoIterator<Item = (usize, &'f str, &'f [u8])>) -> Result<Self> {
        let mut lister = Lister::new(Limits::new());
        for (number, path, bytes) in files {
            let name = path.rsplit('/').next().unwrap_or_default().to_owned();
            lister.add(Given::new(number, name, Some(path.to_owned()), Content::Memory(bytes.into()))?)?;
        }
        lister.finish(vec!["files".to_owned()])
    }

    /// The names of what was given, without their folders, for messages.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The files, at least one: in the order given, those of a folder by their paths, those of an archive as it has
    /// them.
    #[must_use]
    pub fn entries(&self) -> &[InputEntry] {
        &self.entries
    }

    /// The file at a path, as [`InputEntry::path`] gives it; `None` if there is none. Of several, the first.
    #[must_use]
    pub fn entry(&self, path: &str) -> Option<&InputEntry> {
        self.entries.iter().find(|entry| entry.path == path)
    }

    /// Reads files one after the other, in the order given. For many files of a packed tar archive this is the way, if
    /// they are taken in the order of [`Input::entries`]: the archive is then unpacked once, where opening each on its
    /// own unpacks all that stands before it.
    ///
    /// # Errors
    ///
    /// Those of [`InputEntry::open`], and those of `read`, which end the reading.
    pub fn for_each<'e>(
        entries: impl IntoIterator<Item = &'e InputEntry>,
        read: impl FnMut(&'e InputEntry, &mut dyn BufRead) -> Result<()>,
    ) -> Result<()> {
        unpack::for_each(entries, read)
    }

    /// The fingerprints of the files that the user gave, as far as these files come from them, each once. An archive is
    /// one file. Each is read through once, the first time that it is asked for.
    ///
    /// # Errors
    ///
    /// [`Error::Io`] if a file cannot be read.
    pub fn sources<'e>(entries: impl IntoIterator<Item = &'e InputEntry>) -> Result<Vec<SourceFile>> {
        let mut given: Vec<&Arc<Given>> = Vec::new();
        for entry in entries {
            if !given.iter().rev().any(|known| Arc::ptr_eq(known, &entry.given)) {
                given.push(&entry.given);
            }
        }
        given.into_iter().map(|given| given.source_file()).collect()
    }
}

/// A file of an [`Input`]: one that was given, or that stands in a folder or archive.
#[derive(Clone, Debug)]
pub struct InputEntry {
    path: String,
    label: String,
    size: Option<u64>,
    given: Arc<Given>,
    content: Content,
    route: Route,
    meter: Arc<Meter>,
}

impl InputEntry {
    /// Its path in what was given, with `/` between folders: `Snapshot/Terminology/concepts.txt`. For a file that was
    /// given, its name. An archive in a folder or archive counts as a folder; of a packed file, the ending is left out.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.path
    }

    /// The last part of its path.
    #[must_use]
    pub fn name(&self) -> &str {
        self.path.rsplit_once('/').map_or(&self.path, |(_, name)| name)
    }

    /// Its length in bytes; for a file in an archive, as the archive tells it. `None` for a file that is packed by
    /// itself.
    #[must_use]
    pub fn size(&self) -> Option<u64> {
        self.size
    }

    /// The whole file as a place, for findings and errors. An archive comes before the path in it:
    /// `release.zip/list.txt`.
    #[must_use]
    pub fn place(&self) -> Place {
        Place::file(self.label.clone())
    }

    /// What findings call it: the file of its [place](Self::place).
    pub(super) fn label(&self) -> &str {
        &self.label
    }

    /// Opens it, from its start; as often as it is asked for. Reading gives an error that [`InputEntry::error`]
    /// explains if the file goes beyond a limit or turns out to be damaged.
    ///
    /// # Errors
    ///
    /// [`Error::Io`] if the file cannot be opened, [`Error::Source`] or [`Error::Limit`] if its archive does not lead
    /// to it.
    pub fn open(&self) -> Result<Box<dyn BufRead>> {
        let opened = unpack::open(&self.content, &self.route, self.limits());
        let metered = opened.map(|stream| Metered::new(stream, Arc::clone(&self.meter)));
        metered.map(|reader| Box::new(reader) as Box<dyn BufRead>).map_err(|error| self.error(error))
    }

    /// Its content, in memory.
    ///
    /// # Errors
    ///
    /// [`Error::Limit`] if it is longer than [`Limits::memory_bytes`]; those of [`InputEntry::open`].
    pub fn read(&self) -> Result<Vec<u8>> {
        let most = self.limits().memory_bytes;
        let bytes = self.start(most.saturating_add(1))?;
        allow(bytes.len() as u64, most, "memory_bytes").map_err(|error| self.error(error))?;
        Ok(bytes)
    }

    /// Its first bytes, as many as asked for or fewer if it is shorter.
    ///
    /// # Errors
    ///
    /// Those of [`InputEntry::open`].
    pub fn start(&self, bytes: u64) -> Result<Vec<u8>> {
        let mut start = Vec::new();
        self.open()?.take(bytes).read_to_end(&mut start).map_err(|error| self.error(error))?;
        Ok(start)
    }

    /// Its lines. `encoding` is what the format says; `None` if it says nothing.
    ///
    /// # Errors
    ///
    /// [`Error::Source`] for UTF-16, which is not read by lines; those of [`InputEntry::open`].
    pub fn lines(&self, encoding: Option<Encoding>) -> Result<Lines> {
        Lines::new(self.clone(), encoding)
    }

    /// Explains an error that its reader gave: a limit, damage, or what the operating system said.
    #[must_use]
    pub fn error(&self, error: io::Error) -> Error {
        explained(error, self.place(), &self.given)
    }

    /// As [`InputEntry::error`], for a line.
    pub(super) fn error_in_line(&self, error: io::Error, line: u64) -> Error {
        explained(error, Place { line: Some(line), ..self.place() }, &self.given)
    }

    /// True for a file that the user named, rather than a folder or archive around it.
    pub(super) fn is_named(&self) -> bool {
        self.given.below.is_none() && self.label == self.given.name
    }

    /// Which of the paths that the user gave it comes from, counted from 0.
    pub(super) fn origin(&self) -> usize {
        self.given.number
    }

    pub(super) fn limits(&self) -> &Limits {
        &self.meter.budget.limits
    }
}

fn explained(error: io::Error, place: Place, given: &Given) -> Error {
    let exceeded = error.get_ref().and_then(|inner| inner.downcast_ref::<Exceeded>());
    if let Some(&Exceeded { limit, most }) = exceeded {
        return Error::Limit { place: Box::new(place), limit, most };
    }
    match (&given.content, error.raw_os_error()) {
        (Content::Path(path), Some(_)) => Error::io(path.to_path_buf(), error),
        _ => Error::source(place, format!("is damaged or cannot be unpacked: {error}")),
    }
}

/// Where bytes are.
#[derive(Clone)]
enum Content {
    Path(Arc<Path>),
    Memory(Arc<[u8]>),
}

impl std::fmt::Debug for Content {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Path(path) => path.fmt(f),
            Self::Memory(bytes) => write!(f, "{} bytes", bytes.len()),
        }
    }
}

/// Bytes at hand, to be read from any place.
trait Raw: BufRead + Seek {}
impl<R: BufRead + Seek> Raw for R {}

/// What is read of a file at a time.
const BUFFER_BYTES: usize = 64 * 1024;

impl Content {
    fn open(&self) -> io::Result<Box<dyn Raw>> {
        Ok(match self {
            Self::Path(path) => Box::new(BufReader::with_capacity(BUFFER_BYTES, File::open(path)?)),
            Self::Memory(bytes) => Box::new(Cursor::new(Arc::clone(bytes))),
        })
    }

    fn len(&self) -> io::Result<u64> {
        match self {
            Self::Path(path) => Ok(std::fs::metadata(path)?.len()),
            Self::Memory(bytes) => Ok(bytes.len() as u64),
        }
    }
}

/// A file that the user gave, or that stands in a folder that the user gave.
#[derive(Debug)]
struct Given {
    /// Which of the paths that the user gave it is, or stands below.
    number: usize,
    name: String,
    /// Its path below the folder.
    below: Option<String>,
    content: Content,
    archive: Arc<ArchiveMeter>,
    fingerprint: OnceLock<SourceFile>,
}

impl Given {
    fn new(number: usize, name: String, below: Option<String>, content: Content) -> Result<Arc<Self>> {
        let bytes = content.len().map_err(|error| Error::io(name.clone(), error))?;
        let archive = ArchiveMeter::new(bytes);
        Ok(Arc::new(Self { number, name, below, content, archive, fingerprint: OnceLock::new() }))
    }

    fn of_path(number: usize, path: PathBuf, below: Option<String>) -> Result<Arc<Self>> {
        Self::new(number, super::encoding::file_name(&path), below, Content::Path(path.into()))
    }

    fn label(&self) -> &str {
        self.below.as_deref().unwrap_or(&self.name)
    }

    fn source_file(&self) -> Result<SourceFile> {
        if let Some(known) = self.fingerprint.get() {
            return Ok(known.clone());
        }
        let read = || {
            let (mut reader, mut bytes, mut crc) = (self.content.open()?, 0, crc32fast::Hasher::new());
            loop {
                let buffer = reader.fill_buf()?;
                if buffer.is_empty() {
                    return Ok(SourceFile { name: self.name.clone(), bytes, crc32: crc.finalize() });
                }
                crc.update(buffer);
                let length = buffer.len();
                bytes += length as u64;
                reader.consume(length);
            }
        };
        let found = read().map_err(|error| explained(error, Place::file(self.label()), self))?;
        Ok(self.fingerprint.get_or_init(|| found).clone())
    }
}

/// The files below a folder, with their paths there, in the order of these.
fn files_of(folder: &Path, limits: Limits) -> Result<Vec<(PathBuf, String)>> {
    let mut found = Vec::new();
    let mut folders = vec![(folder.to_owned(), String::new())];
    while let Some((folder, below)) = folders.pop() {
        let io = |source| Error::io(&folder, source);
        for item in std::fs::read_dir(&folder).map_err(io)? {
            let item = item.map_err(io)?;
            let name = item.file_name().to_string_lossy().into_owned();
            // Of the link itself, not of what it leads to.
            let kind = item.file_type().map_err(io)?;
            if is_passed_over(&name) {
                continue;
            }
            let below = if below.is_empty() { name } else { format!("{below}/{name}") };
            if kind.is_dir() {
                folders.push((item.path(), below));
            } else if kind.is_file() {
                found.push((item.path(), below));
            }
        }
        check_count(found.len(), limits, || Place::file(folder.to_string_lossy()))?;
    }
    found.sort_unstable_by(|(_, one), (_, other)| one.cmp(other));
    Ok(found)
}

fn check_count(files: usize, limits: Limits, place: impl FnOnce() -> Place) -> Result<()> {
    if files > limits.entries {
        return Err(Error::Limit { place: Box::new(place()), limit: "entries", most: limits.entries as u64 });
    }
    Ok(())
}

/// Hidden files, and what some archivers add for themselves.
fn is_passed_over(name: &str) -> bool {
    name.starts_with('.') || name == "__MACOSX"
}

/// What the first bytes of a file say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Plain,
    Gzip,
    Zstd,
    Tar,
    Zip,
}

impl Kind {
    /// How many bytes tell.
    const BYTES: u64 = 512;

    fn of(start: &[u8]) -> Self {
        match start {
            [0x1f, 0x8b, 8, ..] => Self::Gzip,
            [0x28, 0xb5, 0x2f, 0xfd, ..] => Self::Zstd,
            // The second begins an archive without files.
            [b'P', b'K', 3, 4, ..] | [b'P', b'K', 5, 6, ..] => Self::Zip,
            _ if start.get(257..262) == Some(b"ustar") => Self::Tar,
            _ => Self::Plain,
        }
    }
}

/// True if a zip archive holds the parts of an Office document, and so is a file rather than an archive.
#[cfg(any(feature = "archive", feature = "xlsx"))]
fn is_document<R: io::Read + Seek>(archive: &zip::ZipArchive<R>) -> bool {
    let is_part = |name: &[u8]| name == b"[Content_Types].xml" || name.starts_with(b"xl/workbook.");
    archive.file_names_raw().any(is_part)
}

/// The list of files as it grows.
struct Lister {
    budget: Arc<Budget>,
    entries: Vec<InputEntry>,
    /// Bytes of archives inside archives that are held in memory.
    #[cfg(feature = "archive")]
    held: u64,
}

impl Lister {
    fn new(limits: Limits) -> Self {
        Self {
            budget: Arc::new(Budget::new(limits)),
            entries: Vec::new(),
            #[cfg(feature = "archive")]
            held: 0,
        }
    }

    /// Adds the files that a given file holds.
    fn add(&mut self, given: Arc<Given>) -> Result<()> {
        unpack::list(self, &given)
    }

    fn push(&mut self, entry: InputEntry) -> Result<()> {
        self.entries.push(entry);
        let last = self.entries.last();
        check_count(self.entries.len(), self.budget.limits, || last.map(InputEntry::place).unwrap_or_default())
    }

    /// Adds a given file that is no archive.
    fn push_whole(&mut self, given: &Arc<Given>) -> Result<()> {
        self.push(InputEntry {
            path: given.label().to_owned(),
            label: given.label().to_owned(),
            size: Some(given.archive.bytes),
            given: Arc::clone(given),
            content: given.content.clone(),
            route: Route::default(),
            meter: Arc::new(Meter::new(Arc::clone(&self.budget), None, Arc::clone(&given.archive))),
        })
    }

    fn finish(self, names: Vec<String>) -> Result<Input> {
        let name = names.join(", ");
        if self.entries.is_empty() {
            return Err(Error::source(Place::file(name), "there is no file in it"));
        }
        Ok(Input { name, entries: self.entries })
    }
}

#[cfg(test)]
mod tests;
