//! The container: header, section table, checksums; and how a file is written atomically.
//!
//! The byte-level specification stands in the documentation of [`index`](super).

use std::fs::{self, File};
use std::io::Write;
use std::ops::Range;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use super::bytes::Cursor;
use crate::{Error, Result};

/// First bytes of every index. As in PNG: a byte above 127, a line end in both conventions and an
/// end-of-file character show up a file that was transferred as text.
pub(crate) const MAGIC: [u8; 8] = *b"\x89mti\r\n\x1a\n";
/// The format version that this build writes.
pub const FORMAT_VERSION: u16 = 1;
/// The oldest format version that this build reads.
pub const OLDEST_READABLE_VERSION: u16 = 1;

const HEADER_LENGTH: usize = 64;
const ENTRY_LENGTH: usize = 24;
/// More sections than any file needs; also the width of the bitset of verified ones.
const MOST_SECTIONS: usize = 64;
/// A section without this flag may be skipped by a build that does not know it.
const REQUIRED: u16 = 1;

/// What a file is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "kebab-case"))]
#[non_exhaustive]
pub enum Kind {
    /// An edition of a code system.
    CodeSystem,
    /// Designations and properties for another file's codes.
    Supplement,
    /// Mappings between two code systems.
    ConceptMap,
    /// A set of codes.
    ValueSet,
    /// A set of codes with attributes, as SNOMED CT releases them.
    ReferenceSet,
    /// Language knowledge that belongs to no code system.
    Lexicon,
}

impl Kind {
    const ALL: [Self; 6] =
        [Self::CodeSystem, Self::Supplement, Self::ConceptMap, Self::ValueSet, Self::ReferenceSet, Self::Lexicon];

    /// The kind's name in prose.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::CodeSystem => "code system",
            Self::Supplement => "supplement",
            Self::ConceptMap => "concept map",
            Self::ValueSet => "value set",
            Self::ReferenceSet => "reference set",
            Self::Lexicon => "lexicon",
        }
    }

    fn code(self) -> u16 {
        match self {
            Self::CodeSystem => 1,
            Self::Supplement => 2,
            Self::ConceptMap => 3,
            Self::ValueSet => 4,
            Self::ReferenceSet => 5,
            Self::Lexicon => 6,
        }
    }
}

macro_rules! sections {
    ($($(#[$doc:meta])* $name:ident = $id:literal $text:literal $required:literal;)*) => {
        /// The sections that this build knows.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[repr(u16)]
        pub(crate) enum Section { $($(#[$doc])* $name = $id,)* }

        impl Section {
            const ALL: &[Self] = &[$(Self::$name,)*];

            pub(crate) fn name(self) -> &'static str {
                match self { $(Self::$name => $text,)* }
            }

            /// Whether a reader that does not know the section would answer wrongly without it.
            fn required(self) -> bool {
                match self { $(Self::$name => $required,)* }
            }
        }
    };
}

sections! {
    /// Edition, provenance, counts.
    Identity = 0x01 "identity" true;
    /// Keys of codes.
    Codes = 0x02 "codes" true;
    /// Marks, usability and status that are not the usual ones.
    Status = 0x03 "status" true;
    /// Codes and source codes that the grammar cannot render.
    CodeTexts = 0x04 "code texts" true;
    /// What a supplement supplements.
    Target = 0x05 "target" true;
    /// From which system to which a map leads.
    Sides = 0x06 "sides" true;
    /// Texts of all designations.
    Terms = 0x10 "terms" true;
    /// Language, use and concept of each term.
    Designations = 0x11 "designations" true;
    /// Which groups of terms are withdrawn. Who does not know it would take them for names.
    InactiveDesignations = 0x12 "inactive designations" true;
    /// The publisher's identifiers of terms.
    DesignationIds = 0x13 "designation ids" false;
    /// Parents, children, intervals.
    Hierarchy = 0x20 "hierarchy" true;
    /// Labelled places in a tree where concepts repeat.
    Positions = 0x21 "positions" false;
    /// Properties of concepts.
    Properties = 0x30 "properties" true;
    /// Words and postings of one language; the parameter is the language's number.
    Search = 0x40 "search" false;
    /// A whole supplement file; the parameter is its number.
    Supplement = 0x50 "supplement" false;
    /// What the phrases of a lexicon may be read as.
    Phrases = 0x60 "phrases" true;
    /// Target, relationship and place of each row of a map.
    MapRows = 0x70 "map rows" true;
    /// Rules, advice, conditions and properties of rows of a map.
    MapDetails = 0x71 "map details" true;
    /// The rows of each target of a map.
    MapTargets = 0x72 "map targets" true;
}

/// One more than the highest number of a section.
const KNOWN_SECTIONS: usize = Section::MapTargets as usize + 1;

/// What a file's bytes are held in. A file and the supplements that it carries share it.
pub(crate) type Data = Arc<dyn AsRef<[u8]> + Send + Sync>;

impl Section {
    fn of(id: u16) -> Option<Self> {
        Self::ALL.iter().copied().find(|section| *section as u16 == id)
    }
}

/// Collects sections and lays them out as a file.
#[derive(Debug)]
pub(crate) struct Builder {
    kind: Kind,
    text_version: u16,
    sections: Vec<(Section, u16, Vec<u8>)>,
}

impl Builder {
    pub(crate) fn new(kind: Kind, text_version: u16) -> Self {
        Self { kind, text_version, sections: Vec::new() }
    }

    pub(crate) fn add(&mut self, section: Section, parameter: u16, content: Vec<u8>) {
        self.sections.push((section, parameter, content));
    }

    pub(crate) fn finish(mut self) -> Result<Vec<u8>> {
        let fits = |(_, _, content): &(_, _, Vec<u8>)| u32::try_from(content.len()).is_ok();
        if self.sections.len() > MOST_SECTIONS || !self.sections.iter().all(fits) {
            let message = format!("more than {MOST_SECTIONS} sections, or one of more than 4 GiB");
            return Err(Error::Draft { message, code: None });
        }
        self.sections.sort_by_key(|(section, parameter, _)| (*section, *parameter));
        let mut table = Vec::new();
        let mut offset = (HEADER_LENGTH + self.sections.len() * ENTRY_LENGTH) as u64;
        for (section, parameter, content) in &self.sections {
            table.extend((*section as u16).to_le_bytes());
            table.extend((if section.required() { REQUIRED } else { 0 }).to_le_bytes());
            table.extend(parameter.to_le_bytes());
            table.extend([0; 2]);
            table.extend(crc32fast::hash(content).to_le_bytes());
            // Offsets fit 40 bits by far; the length takes the rest of the entry.
            table.extend((content.len() as u32).to_le_bytes());
            table.extend(offset.to_le_bytes());
            offset += content.len() as u64;
        }
        let mut file = Vec::with_capacity(offset as usize);
        file.extend(MAGIC);
        file.extend(FORMAT_VERSION.to_le_bytes());
        file.extend(self.kind.code().to_le_bytes());
        file.extend(self.text_version.to_le_bytes());
        file.extend((self.sections.len() as u16).to_le_bytes());
        file.extend(offset.to_le_bytes());
        file.extend(digest(&table).to_le_bytes());
        file.extend(crc32fast::hash(&table).to_le_bytes());
        file.resize(HEADER_LENGTH - 4, 0);
        file.extend(crc32fast::hash(&file).to_le_bytes());
        file.extend(table);
        for (_, _, content) in self.sections {
            file.extend(content);
        }
        Ok(file)
    }
}

/// FNV-1a over the section table, which holds every section's checksum: names a content, and is no
/// defence against forgery.
fn digest(table: &[u8]) -> u64 {
    table.iter().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3))
}

/// Counts the files written, so that no two threads share a temporary one.
static WRITTEN: AtomicU64 = AtomicU64::new(0);

/// Writes a file beside its target, syncs it and renames it: a crash leaves the old file or none.
pub(crate) fn write_atomically(path: &Path, content: &[u8]) -> Result<()> {
    let io = |error| Error::io(path, error);
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut name = std::ffi::OsString::from(".");
    name.push(path.file_name().ok_or_else(|| io(std::io::ErrorKind::InvalidFilename.into()))?);
    name.push(format!(".{}-{}.tmp", std::process::id(), WRITTEN.fetch_add(1, Ordering::Relaxed)));
    let temporary = folder.join(name);
    let written = File::create(&temporary).and_then(|mut file| {
        file.write_all(content)?;
        file.sync_all()
    });
    if let Err(error) = written.and_then(|()| fs::rename(&temporary, path)) {
        // The first error is the one worth telling.
        let _ = fs::remove_file(&temporary);
        return Err(io(error));
    }
    // Windows cannot open a folder; there the rename alone must do.
    if let Ok(folder) = File::open(folder) {
        let _ = folder.sync_all();
    }
    Ok(())
}

#[derive(Clone, Copy, Debug)]
struct Entry {
    id: u16,
    parameter: u16,
    crc32: u32,
    start: usize,
    end: usize,
}

/// A section's place and state, for people; see [`CodeSystem::sections`](crate::CodeSystem::sections).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct SectionInfo {
    /// The section's name, or `unknown`.
    pub name: &'static str,
    /// The language's or supplement's number, for sections that a file may hold once for each.
    pub parameter: u16,
    /// Where it starts, in bytes from the beginning of the file.
    pub offset: u64,
    /// Its length in bytes.
    pub length: u64,
    /// CRC-32 of its content.
    pub crc32: u32,
}

/// An opened file: header and table are checked, contents are checked when first used.
pub(crate) struct Container {
    data: Data,
    /// Where the file begins in the data.
    start: usize,
    entries: Vec<Entry>,
    /// For each number of a known section: one more than the position of its first entry, or 0.
    first_entries: [u8; KNOWN_SECTIONS],
    /// One bit per section whose checksum was found right. A race only repeats the check.
    verified: AtomicU64,
    kind: Kind,
    text_version: u16,
    format_version: u16,
    digest: u64,
}

impl Container {
    /// Reads a whole file into memory and opens it.
    pub(crate) fn read(path: &Path) -> Result<Self> {
        Self::open(Arc::new(fs::read(path).map_err(|error| Error::io(path, error))?))
    }

    pub(crate) fn open(data: Data) -> Result<Self> {
        let whole = 0..(*data).as_ref().len();
        Self::open_part(data, whole)
    }

    /// Opens a file that is a part of the data.
    fn open_part(data: Data, part: Range<usize>) -> Result<Self> {
        let start = part.start;
        let bytes = (*data).as_ref().get(part).unwrap_or_default();
        let foreign = |detail| Error::NotAnIndex { detail };
        let Some((header, _)) = bytes.split_first_chunk::<HEADER_LENGTH>() else {
            return Err(foreign(if bytes.is_empty() { "the file is empty" } else { "the file is too short" }));
        };
        if !header.starts_with(&MAGIC) {
            return Err(foreign("it does not begin with the index's magic bytes"));
        }
        let damaged = |detail| Error::corrupt("header", detail);
        let mut cursor = Cursor::new(header.get(MAGIC.len()..).unwrap_or_default());
        let mut u16 = || cursor.u16().ok_or_else(|| damaged("too short"));
        let (format_version, kind, text_version, count) = (u16()?, u16()?, u16()?, usize::from(u16()?));
        // The version comes first: another version may lay out the rest differently.
        if !(OLDEST_READABLE_VERSION..=FORMAT_VERSION).contains(&format_version) {
            return Err(Error::FormatVersion {
                found: format_version,
                oldest: OLDEST_READABLE_VERSION,
                current: FORMAT_VERSION,
            });
        }
        let (length, digest, table_crc) = (cursor.u64(), cursor.u64(), cursor.u32());
        let (front, crc) = header.split_at(HEADER_LENGTH - 4);
        if Cursor::new(crc).u32() != Some(crc32fast::hash(front)) {
            return Err(damaged("its checksum does not match"));
        }
        if length != Some(bytes.len() as u64) {
            return Err(damaged("the file is shorter or longer than it was written"));
        }
        let kind = Kind::ALL.into_iter().find(|known| known.code() == kind).ok_or(damaged("unknown kind of file"))?;
        if count > MOST_SECTIONS {
            return Err(damaged("too many sections"));
        }
        let table = bytes.get(HEADER_LENGTH..).and_then(|rest| rest.get(..count * ENTRY_LENGTH));
        let table = table.ok_or(damaged("the section table is cut off"))?;
        if table_crc != Some(crc32fast::hash(table)) || digest != Some(self::digest(table)) {
            return Err(Error::corrupt("section table", "its checksum does not match"));
        }
        let mut entries = read_table(table, bytes.len())?;
        for entry in &mut entries {
            (entry.start, entry.end) = (entry.start + start, entry.end + start);
        }
        let digest = digest.unwrap_or_default();
        let mut first_entries = [0; KNOWN_SECTIONS];
        for (position, entry) in entries.iter().enumerate().rev() {
            if let Some(first) = first_entries.get_mut(usize::from(entry.id)) {
                *first = position as u8 + 1;
            }
        }
        Ok(Self {
            data,
            start,
            entries,
            first_entries,
            verified: AtomicU64::new(0),
            kind,
            text_version,
            format_version,
            digest,
        })
    }

    pub(crate) fn kind(&self) -> Kind {
        self.kind
    }

    pub(crate) fn text_version(&self) -> u16 {
        self.text_version
    }

    pub(crate) fn format_version(&self) -> u16 {
        self.format_version
    }

    pub(crate) fn digest(&self) -> u64 {
        self.digest
    }

    /// A section's content, checked against its checksum the first time it is asked for.
    #[inline]
    pub(crate) fn section(&self, section: Section, parameter: u16) -> Result<&[u8]> {
        match self.find(section, parameter)? {
            Some(content) => Ok(content),
            None => Err(Error::MissingSection { section: section.name() }),
        }
    }

    /// The length of the whole file in bytes.
    pub(crate) fn file_length(&self) -> usize {
        self.entries.last().map_or(HEADER_LENGTH, |entry| entry.end - self.start)
    }

    /// A section's length in bytes, 0 if the file does not have it. Reads the table only.
    pub(crate) fn length(&self, section: Section) -> usize {
        self.entries.iter().find(|entry| entry.id == section as u16).map_or(0, |entry| entry.end - entry.start)
    }

    /// The supplements that the file carries, in their order. Their own checksums guard them, so that opening reads no
    /// more of them than of a file apart.
    pub(crate) fn supplements(&self) -> impl Iterator<Item = Result<Self>> {
        let carried = self.entries.iter().filter(|entry| entry.id == Section::Supplement as u16);
        carried.map(|entry| Self::open_part(Arc::clone(&self.data), entry.start..entry.end))
    }

    pub(crate) fn supplement_count(&self) -> usize {
        self.entries.iter().filter(|entry| entry.id == Section::Supplement as u16).count()
    }

    /// As [`section`](Self::section), with `None` for a section that the file does not have.
    #[inline]
    pub(crate) fn find(&self, section: Section, parameter: u16) -> Result<Option<&[u8]>> {
        let first = self.first_entries.get(section as usize).and_then(|first| usize::from(*first).checked_sub(1));
        let Some(first) = first else { return Ok(None) };
        // A file has few sections, and only those of languages have several entries.
        for (position, entry) in self.entries.iter().enumerate().skip(first) {
            if entry.id == section as u16 && entry.parameter == parameter {
                return self.content(position, entry, section.name()).map(Some);
            }
        }
        Ok(None)
    }

    #[inline]
    fn content(&self, position: usize, entry: &Entry, name: &'static str) -> Result<&[u8]> {
        let Some(content) = (*self.data).as_ref().get(entry.start..entry.end) else {
            return Err(Error::corrupt(name, "it lies outside the file"));
        };
        let bit = 1_u64 << position;
        if self.verified.load(Ordering::Relaxed) & bit == 0 {
            self.check(content, entry, bit, name)?;
        }
        Ok(content)
    }

    #[cold]
    fn check(&self, content: &[u8], entry: &Entry, bit: u64, name: &'static str) -> Result<()> {
        if crc32fast::hash(content) != entry.crc32 {
            return Err(Error::corrupt(name, "its checksum does not match"));
        }
        self.verified.fetch_or(bit, Ordering::Relaxed);
        Ok(())
    }

    /// Checks every section's checksum anew.
    pub(crate) fn verify(&self) -> Result<()> {
        self.verified.store(0, Ordering::Relaxed);
        for (position, entry) in self.entries.iter().enumerate() {
            self.content(position, entry, Section::of(entry.id).map_or("unknown", Section::name))?;
        }
        Ok(())
    }

    pub(crate) fn sections(&self) -> impl Iterator<Item = SectionInfo> {
        self.entries.iter().map(|entry| SectionInfo {
            name: Section::of(entry.id).map_or("unknown", Section::name),
            parameter: entry.parameter,
            offset: (entry.start - self.start) as u64,
            length: (entry.end - entry.start) as u64,
            crc32: entry.crc32,
        })
    }
}

impl std::fmt::Debug for Container {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Container").field("kind", &self.kind).field("entries", &self.entries).finish_non_exhaustive()
    }
}

fn read_table(table: &[u8], file_length: usize) -> Result<Vec<Entry>> {
    let damaged = |detail| Error::corrupt("section table", detail);
    let mut entries = Vec::with_capacity(table.len() / ENTRY_LENGTH);
    let mut cursor = Cursor::new(table);
    let mut expected_start = HEADER_LENGTH + table.len();
    while !cursor.is_empty() {
        let mut u16 = || cursor.u16().ok_or(damaged("cut off"));
        let (id, flags, parameter, reserved) = (u16()?, u16()?, u16()?, u16()?);
        let (crc32, length, start) = (cursor.u32(), cursor.u32(), cursor.u64());
        let (Some(crc32), Some(length), Some(start)) = (crc32, length, start) else {
            return Err(damaged("cut off"));
        };
        // Sections follow one another without gaps, so that every byte of a file is under a checksum.
        let end = expected_start.checked_add(length as usize).filter(|end| *end <= file_length);
        let (true, Some(end)) = (start == expected_start as u64 && reserved == 0, end) else {
            return Err(damaged("a section lies outside the file or overlaps another"));
        };
        if Section::of(id).is_none() && flags & REQUIRED != 0 {
            return Err(Error::UnknownSection { id });
        }
        entries.push(Entry { id, parameter, crc32, start: expected_start, end });
        expected_start = end;
    }
    if expected_start != file_length {
        return Err(damaged("bytes belong to no section"));
    }
    Ok(entries)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample() -> Vec<u8> {
        let mut builder = Builder::new(Kind::CodeSystem, 1);
        builder.add(Section::Search, 1, b"second language".to_vec());
        builder.add(Section::Identity, 0, b"who".to_vec());
        builder.add(Section::Search, 0, Vec::new());
        builder.finish().unwrap()
    }

    #[test]
    fn sections_come_back() {
        let container = Container::open(Arc::new(sample())).unwrap();
        assert_eq!(container.section(Section::Identity, 0).unwrap(), b"who");
        assert_eq!(container.section(Section::Search, 1).unwrap(), b"second language");
        assert_eq!(container.find(Section::Search, 2).unwrap(), None);
        assert!(matches!(container.section(Section::Terms, 0), Err(Error::MissingSection { section: "terms" })));
        container.verify().unwrap();
    }

    #[test]
    fn every_flip_and_truncation_is_noticed() {
        let file = sample();
        for length in 0..file.len() {
            assert!(Container::open(Arc::new(file[..length].to_vec())).is_err(), "{length}");
        }
        for bit in 0..file.len() * 8 {
            let mut damaged = file.clone();
            damaged[bit / 8] ^= 1 << (bit % 8);
            let noticed = Container::open(Arc::new(damaged)).and_then(|container| container.verify());
            assert!(noticed.is_err(), "bit {bit}");
        }
    }

    #[test]
    fn unknown_sections_are_skipped_or_refused_by_their_flag() {
        let renamed = |flags: u16| {
            let mut file = sample();
            // The first entry of the table is the identity section; give it an unknown number.
            file[64..66].copy_from_slice(&0x7777_u16.to_le_bytes());
            file[66..68].copy_from_slice(&flags.to_le_bytes());
            let table = file[64..64 + 3 * ENTRY_LENGTH].to_vec();
            file[24..32].copy_from_slice(&digest(&table).to_le_bytes());
            file[32..36].copy_from_slice(&crc32fast::hash(&table).to_le_bytes());
            let crc = crc32fast::hash(&file[..60]);
            file[60..64].copy_from_slice(&crc.to_le_bytes());
            Container::open(Arc::new(file))
        };
        assert!(renamed(0).unwrap().find(Section::Search, 1).unwrap().is_some());
        assert!(matches!(renamed(REQUIRED), Err(Error::UnknownSection { id: 0x7777 })));
    }

    #[test]
    fn writing_replaces_the_file_or_leaves_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("list.mti");
        write_atomically(&path, b"old").unwrap();
        write_atomically(&path, b"new").unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"new");
        assert!(write_atomically(&folder.path().join("absent/list.mti"), b"x").is_err());
        assert!(write_atomically(folder.path(), b"x").is_err(), "a folder is no target");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "no temporary file is left behind");
    }
}
