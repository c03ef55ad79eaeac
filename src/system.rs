//! One edition of a code system, opened from its index.

use std::fmt;
use std::path::Path;
use std::sync::Arc;
#[cfg(feature = "search")]
use std::sync::Weak;

use crate::code::{CodeGrammar, Mark};
use crate::concept::{Concept, ConceptId, Lookup};
use crate::edition::Edition;
use crate::index::bytes::Cursor;
use crate::index::codes::Codes;
use crate::index::container::{Container, Kind, Section};
use crate::index::designations::{Group, read_groups};
use crate::index::hierarchy::Hierarchy;
use crate::index::properties::{Property, Stored, read_definitions};
use crate::index::sparse::{SparseBytes, SparseTexts};
use crate::index::status::Status;
use crate::index::terms::{MAX_CONCEPT_TEXT, Terms};
use crate::index::{Identity, SectionInfo};
use crate::source::{Content, Designation, DesignationUse, PropertyDefinition, PropertyKind, PropertyValue};
use crate::{Error, Result};

/// One edition of a code system, opened from its index.
///
/// It is immutable and cheap to clone (clones share the bytes), and can be used from any number of
/// threads at once. Opening reads the header, the section table, what describes the edition, and the codes
/// with their status and hierarchy; names, properties and words are checked against their checksums when
/// they are first used.
///
/// ```
/// # #[cfg(feature = "bundled")] {
/// let icd10 = medterm::CodeSystem::bundled()?;
/// let concept = icd10.lookup("j189")?.concept().unwrap();
/// assert_eq!(concept.code()?, "J18.9");
/// assert_eq!(concept.display_in("en")?.as_deref(), Some("Pneumonia, unspecified"));
/// # }
/// # Ok::<(), medterm::Error>(())
/// ```
#[derive(Clone)]
pub struct CodeSystem {
    inner: Arc<Inner>,
}

struct Inner {
    opened: Opened,
    identity: Identity,
    groups: Vec<Group>,
    properties: Vec<Property>,
    definitions: Vec<PropertyDefinition>,
}

self_cell::self_cell!(
    /// The file, and the sections that nearly every question needs, opened once.
    struct Opened {
        owner: Container,
        #[covariant]
        dependent: Views,
    }
);

struct Views<'a> {
    codes: Codes<'a>,
    /// The statuses that are not the usual ones.
    statuses: SparseBytes<'a>,
    hierarchy: Hierarchy<'a>,
    /// Codes that cannot be rendered from their keys …
    printed_codes: SparseTexts<'a>,
    /// … and codes that their source wrote otherwise.
    source_codes: SparseTexts<'a>,
}

impl<'a> Views<'a> {
    fn open(container: &'a Container, count: u32) -> Result<Self> {
        let section = |section| container.section(section, 0);
        let statuses = SparseBytes::open(section(Section::Status)?, count);
        let mut code_texts = Cursor::new(section(Section::CodeTexts)?);
        let damaged = || Error::corrupt("code texts", "a part is cut off");
        Ok(Self {
            codes: Codes::open(section(Section::Codes)?)?,
            statuses: statuses.ok_or(Error::corrupt("status", "a part is cut off"))?,
            hierarchy: Hierarchy::open(section(Section::Hierarchy)?, count)?,
            printed_codes: SparseTexts::open(&mut code_texts).ok_or_else(damaged)?,
            source_codes: SparseTexts::open(&mut code_texts).ok_or_else(damaged)?,
        })
    }
}

/// Remembers a code system without keeping it open, to know it again.
#[cfg(feature = "search")]
#[derive(Debug)]
pub(crate) struct Same(Weak<Inner>);

#[cfg(feature = "search")]
impl Same {
    pub(crate) fn of(system: &CodeSystem) -> Self {
        Self(Arc::downgrade(&system.inner))
    }

    pub(crate) fn is(&self, system: &CodeSystem) -> bool {
        self.0.as_ptr() == Arc::as_ptr(&system.inner)
    }
}

impl CodeSystem {
    /// Reads a whole index file into memory and opens it. This door is safe whatever happens to the file afterwards.
    ///
    /// # Errors
    ///
    /// [`Error::Io`] if the file cannot be read; otherwise as [`from_bytes`](Self::from_bytes).
    pub fn open(path: impl AsRef<Path>) -> Result<Self> {
        let path = path.as_ref();
        Self::from_bytes(std::fs::read(path).map_err(|error| Error::io(path, error))?)
    }

    /// Opens an index held in memory: a `Vec<u8>`, a `&'static [u8]`, or anything else that gives out bytes.
    ///
    /// Any bytes are safe: damaged or hostile ones give an error here or when the damaged part is read.
    ///
    /// # Errors
    ///
    /// [`Error::NotAnIndex`], [`Error::FormatVersion`], [`Error::UnknownSection`], [`Error::WrongKind`] or
    /// [`Error::Corrupt`].
    pub fn from_bytes(bytes: impl AsRef<[u8]> + Send + Sync + 'static) -> Result<Self> {
        Self::from_container(Container::open(Box::new(bytes))?)
    }

    /// Opens a container that is a code system's.
    pub(crate) fn from_container(container: Container) -> Result<Self> {
        if container.kind() != Kind::CodeSystem {
            return Err(Error::WrongKind { found: container.kind().as_str(), expected: Kind::CodeSystem.as_str() });
        }
        let identity = Identity::decode(container.section(Section::Identity, 0)?)?;
        // Each concept has a bit there. Loops over all concepts rest on their number, and must not rest on a lie.
        if identity.concepts.div_ceil(8) as usize > container.length(Section::Hierarchy) {
            return Err(Error::corrupt("identity", "it counts more concepts than the hierarchy has"));
        }
        let groups = read_groups(container.section(Section::Designations, 0)?)?;
        let properties = read_definitions(container.section(Section::Properties, 0)?)?;
        let definitions = properties.iter().map(|property| property.definition.clone()).collect();
        let opened = Opened::try_new(container, |container| Views::open(container, identity.concepts))?;
        Ok(Self { inner: Arc::new(Inner { opened, identity, groups, properties, definitions }) })
    }

    /// The embedded starter set; see [`bundled`](crate::bundled).
    ///
    /// # Errors
    ///
    /// None in practice: the embedded bytes are checked by the crate's tests.
    #[cfg(feature = "bundled")]
    pub fn bundled() -> Result<Self> {
        Self::from_bytes(crate::bundled::ICD10)
    }

    /// The edition that it holds.
    #[must_use]
    pub fn edition(&self) -> &Edition {
        &self.inner.identity.edition
    }

    /// All that the index says about itself: edition, provenance, counts.
    #[must_use]
    pub fn identity(&self) -> &Identity {
        &self.inner.identity
    }

    /// True if it holds only a part of its edition, so that a code it lacks may exist all the same.
    #[must_use]
    pub fn is_fragment(&self) -> bool {
        self.inner.identity.content != Content::Complete
    }

    /// How many concepts it holds, chapters and blocks included.
    #[must_use]
    pub fn len(&self) -> u32 {
        self.inner.identity.concepts
    }

    /// True if it holds no concept.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Looks a code up. Upper and lower case, white space around it and, where the grammar has them, the dot
    /// and the mark do not matter; but a mark that is given must be the code's own, or the code must have none.
    ///
    /// ```
    /// # #[cfg(feature = "bundled")] {
    /// use medterm::Lookup;
    /// let icd10 = medterm::CodeSystem::bundled()?;
    /// assert!(matches!(icd10.lookup(" g01* ")?, Lookup::Found(_)));
    /// // The starter set is a fragment: what it lacks is unknown, and may well exist.
    /// assert!(matches!(icd10.lookup("J18.77")?, Lookup::Unknown { fragment: true, .. }));
    /// # }
    /// # Ok::<(), medterm::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`Error::Corrupt`] if the index is damaged where the code would stand.
    pub fn lookup(&self, code: &str) -> Result<Lookup<'_>> {
        let unknown = || Lookup::Unknown { known_in: Vec::new(), fragment: self.is_fragment() };
        let Some(key) = self.grammar().parse(code) else { return Ok(unknown()) };
        let found = self.views().codes.get(key.as_bytes())?;
        if found.end > self.len() {
            return Err(Error::corrupt("codes", "a code leads to no concept"));
        }
        match found.len() {
            0 => Ok(unknown()),
            1 => {
                let concept = Concept::new(self, found.start);
                // The list has the code with the other mark: that is another statement than the one typed.
                let own = if key.mark() == Mark::None { Mark::None } else { concept.mark()? };
                let contradicted = own != Mark::None && own != key.mark();
                Ok(if contradicted { unknown() } else { Lookup::Found(concept) })
            }
            _ => {
                // A mark that was typed picks the twin that carries it, and comes first: but both are told.
                let mut rows: Vec<_> = found.map(|id| Concept::new(self, id)).collect();
                if key.mark() != Mark::None {
                    for (position, row) in rows.iter().enumerate() {
                        if row.mark()? == key.mark() {
                            rows.swap(0, position);
                            break;
                        }
                    }
                }
                Ok(Lookup::Ambiguous(rows))
            }
        }
    }

    /// The concept of a number; `None` if the number is not below [`len`](Self::len).
    #[must_use]
    pub fn concept(&self, id: ConceptId) -> Option<Concept<'_>> {
        (id.get() < self.len()).then(|| Concept::new(self, id.get()))
    }

    /// All concepts in the order of their codes.
    pub fn concepts(&self) -> impl ExactSizeIterator<Item = Concept<'_>> {
        (0..self.len()).map(|id| Concept::new(self, id))
    }

    /// The concepts that have no parent, in the publisher's order: usually the chapters.
    ///
    /// # Errors
    ///
    /// [`Error::Corrupt`] if the hierarchy is damaged.
    pub fn roots(&self) -> Result<Vec<Concept<'_>>> {
        let hierarchy = self.hierarchy();
        let mut roots = Vec::new();
        let mut node = 0;
        while node < self.len() {
            let concept = hierarchy.concept(node)?;
            if hierarchy.parents(concept)?.is_empty() {
                roots.push(Concept::new(self, concept));
            }
            node = hierarchy.end(node)?;
        }
        Ok(roots)
    }

    /// The concepts whose code begins with what was typed, dot or no dot, in the order of their codes.
    ///
    /// # Errors
    ///
    /// [`Error::Corrupt`] if the codes are damaged.
    pub fn codes_starting_with(&self, prefix: &str) -> Result<impl ExactSizeIterator<Item = Concept<'_>>> {
        let range = match self.grammar().parse(prefix) {
            Some(key) => self.views().codes.with_prefix(key.as_bytes())?,
            None => 0..0,
        };
        Ok((range.start..range.end.min(self.len())).map(|id| Concept::new(self, id)))
    }

    /// The properties that its concepts may have.
    #[must_use]
    pub fn properties(&self) -> &[PropertyDefinition] {
        &self.inner.definitions
    }

    /// Checks the checksum of every section. Opening and querying check only what they read.
    ///
    /// # Errors
    ///
    /// [`Error::Corrupt`] naming the first damaged section.
    pub fn verify(&self) -> Result<()> {
        self.container().verify()
    }

    /// The sections of the file with their sizes, in the order in which they stand.
    pub fn sections(&self) -> impl Iterator<Item = SectionInfo> {
        self.container().sections()
    }

    /// A number that names the content: two files with the same digest hold the same answers. It is a
    /// checksum for caches and logs, no defence against forgery.
    #[must_use]
    pub fn digest(&self) -> u64 {
        self.container().digest()
    }

    /// The version of the file format in which the index was written.
    #[must_use]
    pub fn format_version(&self) -> u16 {
        self.container().format_version()
    }

    /// The version of the text normalisation with which its words were indexed.
    #[must_use]
    pub fn text_version(&self) -> u16 {
        self.container().text_version()
    }

    pub(crate) fn grammar(&self) -> CodeGrammar {
        self.inner.identity.grammar
    }

    pub(crate) fn is_same(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.inner, &other.inner)
    }

    fn section(&self, section: Section) -> Result<&[u8]> {
        self.container().section(section, 0)
    }

    fn container(&self) -> &Container {
        self.inner.opened.borrow_owner()
    }

    fn views(&self) -> &Views<'_> {
        self.inner.opened.borrow_dependent()
    }

    #[inline]
    pub(crate) fn hierarchy(&self) -> &Hierarchy<'_> {
        &self.views().hierarchy
    }

    pub(crate) fn terms(&self) -> Result<Terms<'_>> {
        Terms::open(self.section(Section::Terms)?)
    }

    #[cfg(feature = "search")]
    pub(crate) fn words(&self, language: u16) -> Result<crate::index::words::Words<'_>> {
        crate::index::words::Words::open(self.container().section(Section::Search, language)?)
    }

    /// The groups of terms, by first term.
    #[cfg(feature = "search")]
    pub(crate) fn groups(&self) -> &[Group] {
        &self.inner.groups
    }

    pub(crate) fn write_term(&self, term: u32, out: &mut String) -> Result<()> {
        self.terms()?.read(term, out)
    }

    /// Reads a term of a concept whose terms have this `length` together so far.
    fn read_term(&self, term: u32, length: &mut usize) -> Result<String> {
        let mut text = String::new();
        self.write_term(term, &mut text)?;
        *length += text.len();
        if *length > MAX_CONCEPT_TEXT {
            return Err(Error::corrupt("terms", "a concept has too much text"));
        }
        Ok(text)
    }

    pub(crate) fn status(&self, concept: u32) -> Result<Status> {
        match self.views().statuses.get(concept) {
            Some(byte) => Status::from_byte(byte).ok_or(Error::corrupt("status", "a concept has no such status")),
            None => Ok(Status::usual(self.hierarchy().has_children(concept)?)),
        }
    }

    pub(crate) fn write_code(&self, concept: u32, out: &mut String) -> Result<()> {
        let damaged = || Error::corrupt("code texts", "a code is no text");
        if let Some(code) = self.views().printed_codes.get(concept) {
            out.push_str(code.ok_or_else(damaged)?);
            return Ok(());
        }
        let mut key = Vec::with_capacity(crate::code::MAX_KEY_LENGTH);
        self.views().codes.key(concept, &mut key)?;
        let key = std::str::from_utf8(&key).map_err(|_| damaged())?;
        self.grammar().render(key, out);
        Ok(())
    }

    pub(crate) fn source_code(&self, concept: u32) -> Result<Option<&str>> {
        let source = self.views().source_codes.get(concept);
        source.map(|code| code.ok_or(Error::corrupt("code texts", "a code is no text"))).transpose()
    }

    /// The term under which a concept is shown in a language; without one, in the system's own language or else in any.
    pub(crate) fn preferred_term(&self, concept: u32, language: Option<&str>) -> Result<Option<u32>> {
        let section = self.section(Section::Designations)?;
        let wanted = language.unwrap_or(&self.inner.identity.language);
        let mut elsewhere = None;
        for group in self.inner.groups.iter().filter(|group| group.r#use == DesignationUse::Preferred) {
            let here = group.language == wanted;
            if here || (language.is_none() && elsewhere.is_none()) {
                let term = group.terms_of(section, self.len(), concept)?.next();
                if here && term.is_some() {
                    return Ok(term);
                }
                elsewhere = elsewhere.or(term);
            }
        }
        Ok(elsewhere)
    }

    pub(crate) fn designations(
        &self,
        concept: u32,
        wanted: impl Fn(&DesignationUse) -> bool,
    ) -> Result<Vec<Designation>> {
        let section = self.section(Section::Designations)?;
        let mut designations = Vec::new();
        let mut length = 0;
        for group in self.inner.groups.iter().filter(|group| wanted(&group.r#use)) {
            for term in group.terms_of(section, self.len(), concept)? {
                let text = self.read_term(term, &mut length)?;
                designations.push(group.designation(text));
            }
        }
        Ok(designations)
    }

    /// The group and the concept of a term; `None` for a number that is no designation.
    #[cfg(feature = "search")]
    pub(crate) fn owner(&self, term: u32) -> Result<Option<(&Group, u32)>> {
        let after = self.inner.groups.partition_point(|group| group.first_term <= term);
        let group = after.checked_sub(1).and_then(|before| self.inner.groups.get(before));
        let Some(group) = group.filter(|group| term - group.first_term < group.terms) else { return Ok(None) };
        let members = group.members(self.section(Section::Designations)?, self.len())?;
        let concept = members.concept(term - group.first_term).filter(|concept| *concept < self.len());
        Ok(Some((group, concept.ok_or(Error::corrupt("designations", "a term has no concept"))?)))
    }

    pub(crate) fn property_values(&self, concept: u32, name: &str) -> Result<Vec<PropertyValue>> {
        let section = self.section(Section::Properties)?;
        let mut values = Vec::new();
        let mut length = 0;
        for property in self.inner.properties.iter().filter(|property| property.definition.name == name) {
            for stored in property.values(section, self.len(), concept)? {
                values.push(match stored {
                    Stored::True => PropertyValue::Boolean(true),
                    Stored::Integer(value) => PropertyValue::Integer(value),
                    Stored::Term(term) => {
                        let text = self.read_term(term, &mut length)?;
                        match property.definition.kind {
                            PropertyKind::Code => PropertyValue::Code(text),
                            _ => PropertyValue::Text(text),
                        }
                    }
                });
            }
        }
        Ok(values)
    }
}

impl fmt::Debug for CodeSystem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "CodeSystem({}, {} concepts)", self.edition(), self.len())
    }
}
