//! Archives and packed files: how their files are listed and reached.

mod names;
mod streams;

use std::collections::HashSet;
use std::io::{self, BufRead, Cursor, Read, Seek as _, SeekFrom};
use std::sync::Arc;

use self::names::{is_named_as_archive, is_packed_ending, logical_path};
use self::streams::{Bounded, Counted, Exact, Verified, ZstdFrames};
use super::limits::{Exceeded, Meter};
use super::{Content, Given, InputEntry, Kind, Limits, Lister, Raw, allow, explained};
use crate::source::Place;
use crate::{Error, Result};

/// The way from a given file, or from an archive held in memory, to one of its files.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Route {
    /// The file of a zip archive at which it starts; `None` for the whole content.
    zip: Option<ZipMember>,
    steps: Vec<Step>,
    /// Packed bytes from which it leads; 0 if it leads nowhere.
    packed: u64,
}

/// A file of a zip archive.
#[derive(Clone, Debug, PartialEq, Eq)]
struct ZipMember {
    start: u64,
    packed: u64,
    size: u64,
    crc32: u32,
    method: zip::CompressionMethod,
    encrypted: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Step {
    Gzip,
    Zstd,
    /// A file of a tar archive.
    Tar {
        start: u64,
        size: u64,
    },
}

impl Route {
    fn then(&self, step: Step) -> Self {
        Self { steps: self.steps.iter().copied().chain([step]).collect(), ..self.clone() }
    }

    /// What may come out of its end.
    fn most(&self, limits: &Limits) -> Exceeded {
        if limits.allowance(self.packed) < limits.total_bytes {
            // The reader counts; the message tells the ratio.
            Exceeded { limit: "ratio", most: limits.ratio }
        } else {
            Exceeded { limit: "total_bytes", most: limits.total_bytes }
        }
    }

    fn bound<R: BufRead>(&self, stream: R, limits: &Limits) -> Bounded<R> {
        Bounded::new(stream, limits.allowance(self.packed).min(limits.total_bytes), self.most(limits))
    }

    /// Takes one step further.
    fn apply<'a>(
        &self,
        step: Step,
        stream: Box<dyn BufRead + 'a>,
        limits: &Limits,
    ) -> io::Result<Box<dyn BufRead + 'a>> {
        Ok(match step {
            Step::Gzip => {
                let unpacked = flate2::bufread::MultiGzDecoder::new(stream);
                Box::new(self.bound(buffered(unpacked), limits))
            }
            Step::Zstd => {
                let unpacked = ZstdFrames::new(stream, limits.allowance(self.packed));
                Box::new(self.bound(buffered(unpacked), limits))
            }
            Step::Tar { start, size } => {
                let mut stream = stream;
                skip(&mut stream, start)?;
                Box::new(Exact::new(stream, size))
            }
        })
    }
}

fn buffered<R: Read>(reader: R) -> io::BufReader<R> {
    io::BufReader::with_capacity(super::BUFFER_BYTES, reader)
}

fn skip(stream: &mut impl BufRead, bytes: u64) -> io::Result<()> {
    let skipped = io::copy(&mut stream.by_ref().take(bytes), &mut io::sink())?;
    if skipped < bytes { Err(io::ErrorKind::UnexpectedEof.into()) } else { Ok(()) }
}

/// Opens the file to which a route leads.
pub(super) fn open(content: &Content, route: &Route, limits: &Limits) -> io::Result<Box<dyn BufRead>> {
    let mut raw = content.open()?;
    let (mut stream, steps): (Box<dyn BufRead>, &[Step]) = match (&route.zip, route.steps.as_slice()) {
        (Some(member), steps) => (member.open(raw)?, steps),
        (None, [Step::Tar { start, size }, rest @ ..]) => {
            raw.seek(SeekFrom::Start(*start))?;
            (Box::new(Exact::new(raw, *size)), rest)
        }
        (None, steps) => (Box::new(raw), steps),
    };
    for step in steps {
        stream = route.apply(*step, stream, limits)?;
    }
    Ok(stream)
}

impl ZipMember {
    fn open(&self, mut raw: Box<dyn Raw>) -> io::Result<Box<dyn BufRead>> {
        if self.encrypted {
            return Err(io::Error::other("is encrypted"));
        }
        raw.seek(SeekFrom::Start(self.start))?;
        let packed = raw.take(self.packed);
        let unpacked: Box<dyn Read> = match self.method {
            zip::CompressionMethod::Stored => Box::new(packed),
            zip::CompressionMethod::Deflated => Box::new(flate2::bufread::DeflateDecoder::new(packed)),
            other => return Err(io::Error::other(format!("is packed by the method {other}, which is not read"))),
        };
        Ok(Box::new(buffered(Verified::new(unpacked, self.size, self.crc32))))
    }
}

/// A packed tar archive that is read from its start to its end.
struct Run<'e> {
    entry: &'e InputEntry,
    /// How many steps of the entry's route lead to the archive.
    steps: usize,
    stream: Counted<Box<dyn BufRead>>,
}

/// See [`Input::for_each`](super::Input::for_each).
pub(super) fn for_each<'e>(
    entries: impl IntoIterator<Item = &'e InputEntry>,
    mut read: impl FnMut(&'e InputEntry, &mut dyn BufRead) -> Result<()>,
) -> Result<()> {
    let mut run: Option<Run<'e>> = None;
    for entry in entries {
        let route = &entry.route;
        let tar = route.steps.iter().enumerate().find_map(|(at, step)| match *step {
            Step::Tar { start, size } if at > 0 || route.zip.is_some() => Some((at, start, size)),
            _ => None,
        });
        let Some((at, start, size)) = tar else {
            read(entry, &mut entry.open()?)?;
            continue;
        };
        let goes_on = |run: &Run<'_>| {
            let (one, other) = (&run.entry.route, route);
            Arc::ptr_eq(&run.entry.given, &entry.given)
                && run.entry.content.is(&entry.content)
                && (&one.zip, one.steps.get(..run.steps)) == (&other.zip, other.steps.get(..at))
                && run.stream.position <= start
        };
        let opened = || -> io::Result<Run<'e>> {
            let steps = route.steps.iter().copied().take(at).collect();
            let stream = open(&entry.content, &Route { steps, ..route.clone() }, entry.limits())?;
            Ok(Run { entry, steps: at, stream: Counted::new(stream) })
        };
        let explain = |error| entry.error(error);
        let mut current = match run.take().filter(goes_on) {
            Some(run) => run,
            None => opened().map_err(explain)?,
        };
        let ahead = start.saturating_sub(current.stream.position);
        skip(&mut current.stream, ahead).map_err(explain)?;
        let mut stream: Box<dyn BufRead + '_> = Box::new(Exact::new(&mut current.stream, size));
        for step in route.steps.iter().skip(at + 1) {
            stream = route.apply(*step, stream, entry.limits()).map_err(explain)?;
        }
        read(entry, &mut super::Metered::new(stream, Arc::clone(&entry.meter)))?;
        run = Some(current);
    }
    Ok(())
}

impl Content {
    fn is(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Path(one), Self::Path(other)) => one == other,
            (Self::Memory(one), Self::Memory(other)) => Arc::ptr_eq(one, other),
            _ => false,
        }
    }
}

/// A file that may be an archive, while files are listed.
#[derive(Clone)]
struct Found<'g> {
    given: &'g Arc<Given>,
    content: Content,
    route: Route,
    path: String,
    label: String,
    size: Option<u64>,
    /// True for an archive inside an archive: those in it are files like any other.
    is_nested: bool,
}

/// Adds a given file, or the files that it holds.
pub(super) fn list(lister: &mut Lister, given: &Arc<Given>) -> Result<()> {
    let found = Found {
        given,
        content: given.content.clone(),
        route: Route { packed: given.archive.bytes, ..Route::default() },
        path: given.label().to_owned(),
        label: given.label().to_owned(),
        size: Some(given.archive.bytes),
        is_nested: false,
    };
    let opened = || -> io::Result<_> {
        let mut start = Vec::new();
        given.content.open()?.take(Kind::BYTES).read_to_end(&mut start)?;
        Ok((Kind::of(&start), given.content.open()?))
    };
    match opened().map_err(|error| found.explain(error))? {
        (Kind::Plain, _) => lister.push_whole(given),
        (Kind::Zip, raw) => found.list_zip(lister, raw),
        (Kind::Gzip | Kind::Zstd | Kind::Tar, raw) => found.list_stream(lister, Box::new(raw)),
    }
}

impl<'g> Found<'g> {
    fn explain(&self, error: io::Error) -> Error {
        explained(error, Place::file(self.label.clone()), self.given)
    }

    fn refused(&self, name: &str, why: &str) -> Error {
        let name: String = name.chars().take(80).collect();
        Error::source(Place::file(self.label.clone()), format!("is refused: {name:?} {why}"))
    }

    fn push(self, lister: &mut Lister) -> Result<()> {
        let meter = Meter::new(Arc::clone(&lister.budget), Some(self.route.packed), Arc::clone(&self.given.archive));
        lister.push(InputEntry {
            path: self.path,
            label: self.label,
            size: self.size,
            given: Arc::clone(self.given),
            content: self.content,
            route: self.route,
            meter: Arc::new(meter),
        })
    }

    /// A file in this archive, by the name that the archive gives it; `None` for one that is passed over.
    fn member(&self, name: &str, route: Route, size: u64) -> Result<Option<Self>> {
        let Some(below) = logical_path(name).map_err(|why| self.refused(name, why))? else { return Ok(None) };
        // What stands in the archive that was given stands at the top.
        let is_top = !self.is_nested && self.given.below.is_none();
        let path = if is_top { below.clone() } else { format!("{}/{below}", self.path) };
        let label = format!("{}/{below}", self.label);
        let (content, size) = (self.content.clone(), Some(size));
        Ok(Some(Self { given: self.given, content, route, path, label, size, is_nested: true }))
    }

    /// Adds a file of an archive, or what is in it if it is an archive and stands in none itself.
    fn add_member<'a>(
        &self,
        lister: &mut Lister,
        member: Self,
        open: impl FnOnce() -> io::Result<Box<dyn BufRead + 'a>>,
    ) -> Result<()> {
        if self.is_nested || !is_named_as_archive(&member.path) {
            return member.push(lister);
        }
        let stream = open().map_err(|error| member.explain(error))?;
        member.list_stream(lister, stream)
    }

    fn list_stream(mut self, lister: &mut Lister, stream: Box<dyn BufRead + '_>) -> Result<()> {
        let (mut kind, mut stream) = sniffed(stream).map_err(|error| self.explain(error))?;
        let step = match kind {
            Kind::Plain => return self.push(lister),
            Kind::Zip => return self.list_held(lister, stream),
            Kind::Gzip => Some(Step::Gzip),
            Kind::Zstd => Some(Step::Zstd),
            Kind::Tar => None,
        };
        if let Some(step) = step {
            let limits = &lister.budget.limits;
            let unpacked = self.route.apply(step, stream, limits).and_then(sniffed);
            (kind, stream) = unpacked.map_err(|error| self.explain(error))?;
            self.route = self.route.then(step);
            self.size = None;
            if kind != Kind::Tar {
                let ending =
                    self.path.rfind('.').filter(|at| is_packed_ending(self.path.get(*at..).unwrap_or_default()));
                self.path.truncate(ending.unwrap_or(self.path.len()));
                return self.push(lister);
            }
        }
        self.list_tar(lister, stream)
    }

    /// Lists a zip archive that stands in another archive. Its directory is at its end, so it is held in memory.
    fn list_held(mut self, lister: &mut Lister, stream: Box<dyn BufRead + '_>) -> Result<()> {
        let most = lister.budget.limits.memory_bytes;
        let mut bytes = Vec::new();
        let left = most.saturating_sub(lister.held);
        let read = stream.take(left.saturating_add(1)).read_to_end(&mut bytes).map(|read| read as u64);
        let held = read.map_err(|error| self.explain(error))?.saturating_add(lister.held);
        allow(held, most, "memory_bytes").map_err(|error| self.explain(error))?;
        lister.held = held;
        self.content = Content::Memory(bytes.into());
        self.route = Route { packed: self.route.packed, ..Route::default() };
        let raw = self.content.open().map_err(|error| self.explain(error))?;
        self.list_zip(lister, raw)
    }

    fn list_zip(self, lister: &mut Lister, raw: Box<dyn Raw>) -> Result<()> {
        let damaged = |error: zip::result::ZipError| self.explain(error.into());
        let mut archive = zip::ZipArchive::new(raw).map_err(damaged)?;
        if super::is_document(&archive) {
            return if self.is_nested { self.push(lister) } else { lister.push_whole(self.given) };
        }
        if archive.has_duplicate_names() {
            return Err(Error::source(Place::file(self.label), "is refused: it names two files the same"));
        }
        super::check_count(archive.len(), lister.budget.limits, || Place::file(self.label.clone()))?;
        let length = self.content.len().map_err(|error| self.explain(error))?;
        let mut members = Vec::new();
        for index in 0..archive.len() {
            let file = archive.by_index_raw(index).map_err(damaged)?;
            let name = file.name().map_err(damaged)?;
            check_mode(file.unix_mode()).map_err(|why| self.refused(&name, why))?;
            let zip = ZipMember {
                start: file.data_start().unwrap_or_default(),
                packed: file.compressed_size(),
                size: file.size(),
                crc32: file.crc32(),
                method: file.compression(),
                encrypted: file.encrypted(),
            };
            let (size, packed) = (zip.size, zip.packed.min(length));
            let route = Route { zip: Some(zip), steps: Vec::new(), packed };
            if let Some(member) = self.member(&name, route, size)?.filter(|_| !file.is_dir()) {
                members.push(member);
            }
        }
        let limits = lister.budget.limits;
        for member in members {
            let (content, route) = (member.content.clone(), member.route.clone());
            self.add_member(lister, member, || open(&content, &route, &limits))?;
        }
        Ok(())
    }

    fn list_tar(self, lister: &mut Lister, stream: Box<dyn BufRead + '_>) -> Result<()> {
        let explain = |error| self.explain(error);
        let mut names = HashSet::new();
        let mut extension = TarExtension::default();
        let mut end = 0;
        let mut stream = Counted::new(stream);
        let mut archive = tar::Archive::new(&mut stream);
        // Raw, because the library would read a name of any length into memory.
        for file in archive.entries().map_err(explain)?.raw(true) {
            let mut file = file.map_err(explain)?;
            end = file.raw_file_position().saturating_add(file.size().div_ceil(TAR_BLOCK).saturating_mul(TAR_BLOCK));
            if extension.read(&mut file).map_err(explain)? {
                continue;
            }
            let extension = std::mem::take(&mut extension);
            let name = extension.name.unwrap_or_else(|| file.path_bytes().into_owned());
            let name = String::from_utf8_lossy(&name).into_owned();
            let kind = file.header().entry_type();
            if !(kind.is_file() || kind.is_contiguous() || kind.is_dir()) {
                return Err(self.refused(&name, "is a link, a device or a sparse file"));
            }
            let (start, size) = (file.raw_file_position(), file.size());
            if extension.size.is_some_and(|told| told != size) {
                return Err(self.refused(&name, "has two lengths"));
            }
            let route = self.route.then(Step::Tar { start, size });
            let Some(member) = self.member(&name, route, size)? else { continue };
            if kind.is_dir() || name.ends_with('/') {
                continue;
            }
            if !names.insert(member.path.clone()) {
                return Err(self.refused(&name, "is there twice"));
            }
            self.add_member(lister, member, || Ok(Box::new(buffered(file))))?;
        }
        if stream.position < end.saturating_add(TAR_BLOCK) {
            return Err(Error::source(Place::file(self.label), "is damaged: its end is missing"));
        }
        if !self.route.steps.is_empty() {
            // What packed it has its checksum behind the archive's end.
            io::copy(&mut stream, &mut io::sink()).map_err(explain)?;
        }
        Ok(())
    }
}

/// What a stream begins with; and the stream, still with its start.
fn sniffed<'a>(mut stream: Box<dyn BufRead + 'a>) -> io::Result<(Kind, Box<dyn BufRead + 'a>)> {
    let mut start = Vec::new();
    stream.by_ref().take(Kind::BYTES).read_to_end(&mut start)?;
    Ok((Kind::of(&start), Box::new(Cursor::new(start).chain(stream))))
}

const TAR_BLOCK: u64 = 512;

/// What stands before the header of a file whose name is too long for it.
#[derive(Default)]
struct TarExtension {
    name: Option<Vec<u8>>,
    size: Option<u64>,
}

impl TarExtension {
    /// Reads it if the file is one; false if it is a file of its own right.
    fn read(&mut self, file: &mut tar::Entry<'_, impl Read>) -> io::Result<bool> {
        /// No name and no set of attributes is honestly longer.
        const MOST: u64 = 64 * 1024;
        let kind = file.header().entry_type();
        let is_long_name = kind.is_gnu_longname();
        if !(is_long_name
            || kind.is_gnu_longlink()
            || kind.is_pax_local_extensions()
            || kind.is_pax_global_extensions())
        {
            return Ok(false);
        }
        let mut text = Vec::new();
        if file.take(MOST + 1).read_to_end(&mut text)? as u64 > MOST {
            return Err(io::Error::other("a name or an attribute in it is too long"));
        }
        if is_long_name {
            let length = text.iter().position(|byte| *byte == 0).unwrap_or(text.len());
            text.truncate(length);
            self.name = Some(text);
        } else if kind.is_pax_local_extensions() {
            for attribute in tar::PaxExtensions::new(&text) {
                let attribute = attribute?;
                match attribute.key_bytes() {
                    b"path" => self.name = Some(attribute.value_bytes().to_vec()),
                    b"size" => {
                        self.size = Some(attribute.value().ok().and_then(|size| size.parse().ok()).unwrap_or(u64::MAX))
                    }
                    key if key.starts_with(b"GNU.sparse.") => return Err(io::Error::other("it holds a sparse file")),
                    _ => {}
                }
            }
        }
        Ok(true)
    }
}

/// Refuses what a Unix system would not take for a file or folder.
fn check_mode(mode: Option<u32>) -> std::result::Result<(), &'static str> {
    const KIND: u32 = 0o170_000;
    const FILE: u32 = 0o100_000;
    const FOLDER: u32 = 0o040_000;
    match mode.unwrap_or_default() & KIND {
        0 | FILE | FOLDER => Ok(()),
        _ => Err("is a link or a device"),
    }
}
