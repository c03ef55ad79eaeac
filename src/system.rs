//! One edition of a code system, opened from its index.

use std::fmt;
use std::path::Path;
use std::sync::Arc;

use crate::code::{CodeGrammar, Mark};
use crate::concept::{Concept, ConceptId, Lookup};
use crate::edition::Edition;
use crate::index::container::{Container, Kind};
#[cfg(feature = "search")]
use crate::index::designations::Group;
use crate::index::hierarchy::Hierarchy;
use crate::index::{Identity, SectionInfo};
use crate::position::Position;
use crate::resource::{Resource, TextBudget};
use crate::source::{Content, Designation, DesignationUse, PropertyDefinition, PropertyValue};
use crate::supplement::{Layer, Side, Supplement};
use crate::{Error, Result};

/// One edition of a code system, opened from its index.
///
/// It is immutable and cheap to clone (clones share the bytes), and can be used from any number of
/// threads at once. Opening reads the header, the section table, what describes the edition, and the codes
/// with their status and hierarchy; names, properties and words are checked against their checksums when
/// they are first used.
///
/// [`Supplement`]s lie over it: those that its file carries, and those given to it. Its concepts answer with their
/// names and properties too; every [`Designation`] tells which [`Layer`] it is from.
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
    base: Arc<Resource>,
    supplements: Arc<[Supplement]>,
    /// Of all layers, each name once.
    definitions: Arc<[PropertyDefinition]>,
}

impl CodeSystem {
    /// Reads a whole index file into memory and opens it. This door is safe whatever happens to the file afterwards.
    ///
    /// # Errors
    ///
    /// [`Error::Io`] if the file cannot be read; otherwise as [`from_bytes`](Self::from_bytes).
    pub fn open(path: impl AsRef<Path>) -> Result<Self> {
        Self::from_container(Container::read(path.as_ref())?)
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
        Self::from_container(Container::open(Arc::new(bytes))?)
    }

    /// Opens a container that is a code system's, with the supplements that it carries.
    pub(crate) fn from_container(container: Container) -> Result<Self> {
        let base = Resource::open(container, Kind::CodeSystem)?;
        let definitions = base.properties().iter().map(|property| property.definition.clone()).collect();
        let mut system = Self { base: Arc::new(base), supplements: Arc::default(), definitions };
        let carried = Arc::clone(&system.base);
        for container in carried.container().supplements() {
            system = system.with_supplement(Supplement::from_container(container?)?).map_err(|error| match error {
                Error::Argument { .. } => Error::corrupt("supplement", "it is none to the file that carries it"),
                other => other,
            })?;
        }
        Ok(system)
    }

    /// The same code system with a supplement over it, behind those that it has: its concepts answer with what the
    /// supplement adds. Costs next to nothing: rows are matched by code when they are asked for.
    ///
    /// A row of the supplement with a mark belongs to the row of the same code with that mark; one without belongs to
    /// the row without, or to the only row that the code has. What belongs to no code is left aside, and listed by
    /// [`unmatched`](Self::unmatched). A supplement defines no codes: lookup, hierarchy and usability stay as they are.
    ///
    /// # Errors
    ///
    /// [`Error::Argument`] if the supplement is to another code system or edition, was compiled with another grammar of
    /// codes, gives a known property another kind, or is there already.
    pub fn with_supplement(&self, supplement: Supplement) -> Result<Self> {
        self.side().check(&supplement.side(), supplement.supplements())?;
        let edition = supplement.edition();
        if self.supplements.iter().any(|other| other.edition().is_same_release(edition)) {
            let expected = "each supplement once".into();
            return Err(Error::Argument { what: "supplement", value: edition.to_string(), expected });
        }
        let known = |name: &str| self.definitions.iter().any(|definition| definition.name == name);
        let added = supplement.properties().iter().filter(|definition| !known(&definition.name));
        let definitions = self.definitions.iter().chain(added).cloned().collect();
        let supplements = self.supplements.iter().cloned().chain([supplement]).collect();
        Ok(Self { base: Arc::clone(&self.base), supplements, definitions })
    }

    /// Its supplements, in the order in which they answer: those that its file carries, then those given to it.
    #[must_use]
    pub fn supplements(&self) -> &[Supplement] {
        &self.supplements
    }

    /// The codes, with their marks, for which a supplement has something to say but which this system lacks: local
    /// names of withdrawn codes, misprints. Goes through the whole supplement, which need not be given to the system.
    ///
    /// # Errors
    ///
    /// [`Error::Argument`] if the supplement is none to this code system; [`Error::Corrupt`] if either is damaged.
    pub fn unmatched(&self, supplement: &Supplement) -> Result<Vec<String>> {
        self.side().check(&supplement.side(), supplement.supplements())?;
        let rows = supplement.resource();
        let mut unmatched = Vec::new();
        for row in 0..rows.len() {
            if self.concept_of(rows, row)?.is_none() {
                let mut code = String::new();
                rows.write_code(row, &mut code)?;
                code.push_str(rows.mark(row)?.as_str());
                unmatched.push(code);
            }
        }
        Ok(unmatched)
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
        &self.base.identity().edition
    }

    /// All that the index says about itself: edition, provenance, counts.
    #[must_use]
    pub fn identity(&self) -> &Identity {
        self.base.identity()
    }

    /// True if it holds only a part of its edition, so that a code it lacks may exist all the same.
    #[must_use]
    pub fn is_fragment(&self) -> bool {
        self.identity().content != Content::Complete
    }

    /// How many concepts it holds, chapters and blocks included.
    #[must_use]
    pub fn len(&self) -> u32 {
        self.base.len()
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
        let found = self.base.codes().get(key.as_bytes())?;
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
            Some(key) => self.base.codes().with_prefix(key.as_bytes())?,
            None => 0..0,
        };
        Ok((range.start..range.end.min(self.len())).map(|id| Concept::new(self, id)))
    }

    /// The place in the publisher's tree that has a label, written as the publisher writes it; `None` if none has it, or
    /// if the publisher labels no places. See [`Concept::positions`].
    ///
    /// # Errors
    ///
    /// [`Error::Corrupt`] if the positions are damaged.
    pub fn position(&self, label: &str) -> Result<Option<Position<'_>>> {
        let Some(positions) = self.base.positions()? else { return Ok(None) };
        Ok(positions.find(label)?.map(|place| Position::new(self, place)))
    }

    /// The properties that its concepts may have, those of its supplements included.
    #[must_use]
    pub fn properties(&self) -> &[PropertyDefinition] {
        &self.definitions
    }

    /// Checks the checksum of every section, those of the supplements included. Opening and querying check only
    /// what they read.
    ///
    /// # Errors
    ///
    /// [`Error::Corrupt`] naming the first damaged section.
    pub fn verify(&self) -> Result<()> {
        self.container().verify()?;
        self.supplements.iter().try_for_each(Supplement::verify)
    }

    /// The sections of its file with their sizes, in the order in which they stand; [`Supplement::sections`] gives
    /// those of its supplements.
    pub fn sections(&self) -> impl Iterator<Item = SectionInfo> {
        self.container().sections()
    }

    /// A number that names the content: two systems with the same digest give the same answers. Supplements that were
    /// given to it count; without them it is the digest of the file. It is a checksum for caches and logs, no
    /// defence against forgery.
    #[must_use]
    pub fn digest(&self) -> u64 {
        let given = self.supplements.iter().skip(self.container().supplement_count());
        given.fold(self.container().digest(), |digest, supplement| {
            // One step of a hash: the order counts, as it does for answers.
            (digest.rotate_left(29) ^ supplement.digest()).wrapping_mul(0x0100_0000_01b3)
        })
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
        self.identity().grammar
    }

    /// True if both are the same opened file, whatever supplements lie over it: their concepts are the same.
    pub(crate) fn is_same(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.base, &other.base)
    }

    pub(crate) fn side(&self) -> Side<'_> {
        Side { edition: self.edition(), grammar: self.grammar(), properties: self.properties() }
    }

    #[inline]
    pub(crate) fn base(&self) -> &Resource {
        &self.base
    }

    fn container(&self) -> &Container {
        self.base.container()
    }

    #[inline]
    pub(crate) fn hierarchy(&self) -> &Hierarchy<'_> {
        self.base.hierarchy()
    }

    /// The concept of which a row of a supplement speaks, if there is one.
    fn concept_of(&self, supplement: &Resource, row: u32) -> Result<Option<u32>> {
        self.base.row_marked(&supplement.key(row)?, supplement.mark(row)?)
    }

    /// The rows of a supplement that speak of a concept.
    fn rows_of(&self, supplement: &Resource, concept: u32) -> Result<Vec<u32>> {
        let key = self.base.key(concept)?;
        let mut rows = Vec::new();
        for row in supplement.rows(&key)? {
            if self.base.row_marked(&key, supplement.mark(row)?)? == Some(concept) {
                rows.push(row);
            }
        }
        Ok(rows)
    }

    /// What each layer has of a concept, with its number there: the system itself first. Supplements are asked when
    /// the walk comes to them.
    fn layered(&self, concept: u32) -> impl Iterator<Item = Result<(Layer, &Resource, u32)>> {
        let further = self.supplements.iter().enumerate().flat_map(move |(number, supplement)| {
            let (rows, error) = match self.rows_of(supplement.resource(), concept) {
                Ok(rows) => (rows, None),
                Err(error) => (Vec::new(), Some(Err(error))),
            };
            let of_layer = move |row| Ok((Layer::Supplement(number), &**supplement.resource(), row));
            rows.into_iter().map(of_layer).chain(error)
        });
        std::iter::once(Ok((Layer::System, self.base(), concept))).chain(further)
    }

    /// The term that is the preferred name in a language, or without one in the system's own or else in any; the
    /// system's names go before those of its supplements.
    fn preferred(&self, concept: u32, language: Option<&str>) -> Result<Option<(Layer, &Resource, u32)>> {
        let own = &self.identity().language;
        let choices: &[Option<&str>] = if language.is_some() { &[language] } else { &[Some(own), None] };
        for choice in choices {
            for layer in self.layered(concept) {
                let (layer, resource, row) = layer?;
                if let Some(term) = resource.preferred_term(row, *choice)? {
                    return Ok(Some((layer, resource, term)));
                }
            }
        }
        Ok(None)
    }

    /// Appends the preferred name in a language, or without one in the system's own or else in any. False if there is
    /// none.
    pub(crate) fn write_preferred(&self, concept: u32, language: Option<&str>, out: &mut String) -> Result<bool> {
        let preferred = self.preferred(concept, language)?;
        preferred.map_or(Ok(false), |(_, resource, term)| resource.write_term(term, out).map(|()| true))
    }

    pub(crate) fn designations(
        &self,
        concept: u32,
        wanted: impl Fn(&DesignationUse) -> bool,
    ) -> Result<Vec<Designation>> {
        let mut designations = Vec::new();
        let mut budget = TextBudget::default();
        for layer in self.layered(concept) {
            let (layer, resource, row) = layer?;
            resource.add_designations(row, layer, &wanted, &mut budget, &mut designations)?;
        }
        Ok(designations)
    }

    pub(crate) fn property_values(&self, concept: u32, name: &str) -> Result<Vec<PropertyValue>> {
        let mut values = Vec::new();
        let mut budget = TextBudget::default();
        for layer in self.layered(concept) {
            let (_, resource, row) = layer?;
            resource.add_values(row, name, &mut budget, &mut values)?;
        }
        Ok(values)
    }
}

/// What search asks: each layer is searched by itself.
#[cfg(feature = "search")]
impl CodeSystem {
    pub(crate) fn layers(&self) -> impl Iterator<Item = Layer> + use<> {
        std::iter::once(Layer::System).chain((0..self.supplements.len()).map(Layer::Supplement))
    }

    /// The file of a layer.
    pub(crate) fn resource(&self, layer: Layer) -> Result<&Arc<Resource>> {
        let resource = match layer {
            Layer::System => Some(&self.base),
            Layer::Supplement(number) => self.supplements.get(number).map(Supplement::resource),
        };
        resource.ok_or(Error::MissingSection { section: "supplement" })
    }

    /// An error if the words of some layer were indexed with another text normalisation than this build's.
    pub(crate) fn check_text_version(&self) -> Result<()> {
        let current = crate::text::TEXT_VERSION;
        for layer in self.layers() {
            let file = self.resource(layer)?;
            let found = file.container().text_version();
            if found != current {
                return Err(Error::TextVersion { index: file.identity().edition.to_string(), found, current });
            }
        }
        Ok(())
    }

    /// The group of a layer's term, and the concept that it belongs to; `None` if that is a code which the system lacks.
    pub(crate) fn owner(&self, layer: Layer, term: u32) -> Result<Option<(&Group, u32)>> {
        let resource = self.resource(layer)?;
        let (group, row) = resource.owner(term)?;
        let concept = match layer {
            Layer::System => Some(row),
            Layer::Supplement(_) => self.concept_of(resource, row)?,
        };
        Ok(concept.map(|concept| (group, concept)))
    }

    /// The term under which a concept is shown.
    pub(crate) fn shown(&self, concept: u32) -> Result<Option<Designation>> {
        let Some((layer, resource, term)) = self.preferred(concept, None)? else { return Ok(None) };
        let mut text = String::new();
        resource.write_term(term, &mut text)?;
        resource.designation(resource.owner(term)?.0, layer, term, text).map(Some)
    }

    /// A layer's term, whose group and text are at hand, as a designation.
    pub(crate) fn designation(&self, layer: Layer, term: u32, group: &Group, text: String) -> Result<Designation> {
        self.resource(layer)?.designation(group, layer, term, text)
    }
}

impl fmt::Debug for CodeSystem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "CodeSystem({}, {} concepts)", self.edition(), self.len())
    }
}
