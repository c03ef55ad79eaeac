//! Supplements: names and properties that somebody adds to a code system that is not theirs.

use std::fmt;
use std::path::Path;
use std::sync::Arc;

use crate::code::CodeGrammar;
use crate::edition::Edition;
use crate::index::container::{Container, Kind, Section};
use crate::index::{Identity, SectionInfo};
use crate::resource::Resource;
use crate::source::PropertyDefinition;
use crate::{Error, Result};

/// Which file an answer came from: the code system's own, or one of its supplements.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "kebab-case"))]
pub enum Layer {
    /// The code system itself.
    #[default]
    System,
    /// The supplement with this place in [`CodeSystem::supplements`](crate::CodeSystem::supplements).
    Supplement(usize),
}

/// Names and properties for the codes of a code system, opened from a file of their own: a translation, a hospital's
/// local names, a payer's flags.
///
/// A supplement defines no codes. It is given to a code system by
/// [`CodeSystem::with_supplement`](crate::CodeSystem::with_supplement), and the system's concepts then answer with what
/// it adds; or a file carries it from the start
/// ([`index::to_bytes_with_supplements`](crate::index::to_bytes_with_supplements)). It is immutable and cheap to clone.
///
/// ```
/// # #[cfg(feature = "bundled")] {
/// use medterm::source::{Designation, Draft, DraftConcept, Report};
/// use medterm::{CodeSystem, Edition, Layer, Supplement, code::CodeGrammar, index};
///
/// let mut draft = Draft {
///     edition: Edition { system: "local-names".into(), version: "1".into(), ..Edition::default() },
///     grammar: CodeGrammar::Icd10,
///     ..Draft::default()
/// };
/// let names = vec![Designation::preferred("fr", "Pneumopathie, sans précision")];
/// draft.concepts = vec![DraftConcept { code: "J18.9".into(), designations: names, ..DraftConcept::default() }];
/// let file = index::to_bytes(&draft.into_supplement("icd10-vn"), &Report::default())?;
///
/// let icd10 = CodeSystem::bundled()?.with_supplement(Supplement::from_bytes(file)?)?;
/// let concept = icd10.lookup("J18.9")?.concept().unwrap();
/// assert_eq!(concept.display_in("fr")?.as_deref(), Some("Pneumopathie, sans précision"));
/// assert_eq!(concept.designations()?.last().map(|name| name.layer), Some(Layer::Supplement(0)));
/// # }
/// # Ok::<(), medterm::Error>(())
/// ```
#[derive(Clone)]
pub struct Supplement {
    inner: Arc<Inner>,
}

struct Inner {
    resource: Arc<Resource>,
    target: String,
    definitions: Vec<PropertyDefinition>,
}

impl Supplement {
    /// Reads a whole supplement file into memory and opens it.
    ///
    /// # Errors
    ///
    /// [`Error::Io`] if the file cannot be read; otherwise as [`from_bytes`](Self::from_bytes).
    pub fn open(path: impl AsRef<Path>) -> Result<Self> {
        Self::from_container(Container::read(path.as_ref())?)
    }

    /// Opens a supplement held in memory. Any bytes are safe, as with
    /// [`CodeSystem::from_bytes`](crate::CodeSystem::from_bytes).
    ///
    /// # Errors
    ///
    /// [`Error::NotAnIndex`], [`Error::FormatVersion`], [`Error::UnknownSection`], [`Error::WrongKind`] or
    /// [`Error::Corrupt`].
    pub fn from_bytes(bytes: impl AsRef<[u8]> + Send + Sync + 'static) -> Result<Self> {
        Self::from_container(Container::open(Arc::new(bytes))?)
    }

    pub(crate) fn from_container(container: Container) -> Result<Self> {
        let resource = Resource::open(container, Kind::Supplement)?;
        if resource.container().supplement_count() > 0 {
            return Err(Error::corrupt("supplement", "a supplement carries supplements"));
        }
        let target = std::str::from_utf8(resource.container().section(Section::Target, 0)?);
        let target = target.map_err(|_| Error::corrupt("target", "it is no text"))?.to_owned();
        let definitions = resource.properties().iter().map(|property| property.definition.clone()).collect();
        Ok(Self { inner: Arc::new(Inner { resource: Arc::new(resource), target, definitions }) })
    }

    /// Its own name and version, which are not those of the code system that it supplements.
    #[must_use]
    pub fn edition(&self) -> &Edition {
        &self.identity().edition
    }

    /// All that the file says about itself: edition, provenance, counts.
    #[must_use]
    pub fn identity(&self) -> &Identity {
        self.inner.resource.identity()
    }

    /// What it supplements: a code system's short name, alias or URL, with `|` and a version if it is for one edition
    /// alone (FHIR `CodeSystem.supplements`).
    #[must_use]
    pub fn supplements(&self) -> &str {
        &self.inner.target
    }

    /// How many codes it has something to say about.
    #[must_use]
    pub fn len(&self) -> u32 {
        self.inner.resource.len()
    }

    /// True if it has nothing to say.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The properties of which it gives values.
    #[must_use]
    pub fn properties(&self) -> &[PropertyDefinition] {
        &self.inner.definitions
    }

    /// Checks the checksum of every section.
    ///
    /// # Errors
    ///
    /// [`Error::Corrupt`] naming the first damaged section.
    pub fn verify(&self) -> Result<()> {
        self.inner.resource.container().verify()
    }

    /// The sections of the file with their sizes, in the order in which they stand.
    pub fn sections(&self) -> impl Iterator<Item = SectionInfo> {
        self.inner.resource.container().sections()
    }

    /// A number that names the content; see [`CodeSystem::digest`](crate::CodeSystem::digest).
    #[must_use]
    pub fn digest(&self) -> u64 {
        self.inner.resource.container().digest()
    }

    /// The version of the file format in which it was written.
    #[must_use]
    pub fn format_version(&self) -> u16 {
        self.inner.resource.container().format_version()
    }

    /// The version of the text normalisation with which its words were indexed.
    #[must_use]
    pub fn text_version(&self) -> u16 {
        self.inner.resource.container().text_version()
    }

    pub(crate) fn resource(&self) -> &Arc<Resource> {
        &self.inner.resource
    }

    /// What must fit the code system that it is given to.
    pub(crate) fn side(&self) -> Side<'_> {
        Side { edition: self.edition(), grammar: self.identity().grammar, properties: self.properties() }
    }
}

impl fmt::Debug for Supplement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Supplement({} to {}, {} codes)", self.edition(), self.supplements(), self.len())
    }
}

/// What of a code system and of a supplement must fit together.
#[derive(Clone, Copy)]
pub(crate) struct Side<'a> {
    pub(crate) edition: &'a Edition,
    pub(crate) grammar: CodeGrammar,
    pub(crate) properties: &'a [PropertyDefinition],
}

impl Side<'_> {
    /// Checks that a supplement is for this code system, and contradicts none of its definitions.
    pub(crate) fn check(&self, supplement: &Side<'_>, target: &str) -> Result<()> {
        let refused =
            |expected: String| Error::Argument { what: "supplement", value: supplement.edition.to_string(), expected };
        let (name, version) = split_target(target);
        let edition = self.edition;
        if !edition.is_named(name) || !version.is_none_or(|version| version.eq_ignore_ascii_case(&edition.version)) {
            return Err(refused(format!("one to {edition}; this one is to {target}")));
        }
        if supplement.grammar != self.grammar {
            return Err(refused(format!("codes of the grammar of {edition}; compile it with the same grammar")));
        }
        for known in self.properties {
            let same = |definition: &&PropertyDefinition| definition.name == known.name;
            if supplement.properties.iter().find(same).is_some_and(|definition| definition.kind != known.kind) {
                return Err(refused(format!("a property {} of the kind that {edition} gives it", known.name)));
            }
        }
        Ok(())
    }
}

/// The name and the version in `name|version`.
pub(crate) fn split_target(target: &str) -> (&str, Option<&str>) {
    target.rsplit_once('|').map_or((target, None), |(name, version)| (name, Some(version)))
}
