//! Places in a publisher's tree in which one concept may stand several times.

use std::fmt;

use crate::Result;
use crate::concept::Concept;
use crate::index::positions::Positions;
use crate::system::CodeSystem;

/// One of the places of a concept in its publisher's tree, as MeSH has several for many descriptors, each with a tree
/// number. What stands below a concept depends on the place.
///
/// From [`Concept::positions`] or [`CodeSystem::position`]. Most lists have none: there [`Concept::parents`] and
/// [`Concept::children`] say it all. Every method fails with [`Error::Corrupt`](crate::Error::Corrupt) if the part of
/// the index that it reads is damaged.
///
/// ```
/// use medterm::source::{Draft, DraftConcept, DraftPosition, Report};
/// use medterm::{CodeSystem, Edition, index};
///
/// let concept = |code: &str, places: &[(&str, Option<&str>)]| DraftConcept {
///     code: code.into(),
///     positions: places
///         .iter()
///         .map(|(label, parent)| DraftPosition { label: (*label).into(), parent: parent.map(Into::into) })
///         .collect(),
///     ..DraftConcept::default()
/// };
/// let draft = Draft {
///     edition: Edition { system: "tree".into(), version: "1".into(), ..Edition::default() },
///     concepts: vec![
///         concept("lung", &[("C08", None)]),
///         concept("vessel", &[("C14", None)]),
///         concept("hypertension", &[("C08.381", Some("C08")), ("C14.907", Some("C14"))]),
///         concept("newborn", &[("C08.381.677", Some("C08.381"))]),
///     ],
///     ..Draft::default()
/// };
/// let tree = CodeSystem::from_bytes(index::to_bytes(&draft, &Report::default())?)?;
/// let places = tree.lookup("hypertension")?.concept().unwrap().positions()?;
/// assert_eq!((places[0].label()?.as_str(), places[0].children()?.len()), ("C08.381", 1));
/// assert_eq!((places[1].label()?.as_str(), places[1].children()?.len()), ("C14.907", 0));
/// # Ok::<(), medterm::Error>(())
/// ```
#[derive(Clone, Copy)]
pub struct Position<'a> {
    system: &'a CodeSystem,
    place: u32,
}

impl<'a> Position<'a> {
    /// The caller has it from the system's positions.
    pub(crate) fn new(system: &'a CodeSystem, place: u32) -> Self {
        Self { system, place }
    }

    /// The publisher's name of the place: `C08.381.677`.
    pub fn label(&self) -> Result<String> {
        self.positions()?.label(self.place)
    }

    /// The concept that stands here.
    pub fn concept(&self) -> Result<Concept<'a>> {
        Ok(Concept::new(self.system, self.positions()?.concept(self.place)?))
    }

    /// The place above; `None` at the top.
    pub fn parent(&self) -> Result<Option<Self>> {
        Ok(self.positions()?.parent(self.place)?.map(|place| Self::new(self.system, place)))
    }

    /// The places one step below, by label. Empty if nothing stands below the concept here.
    pub fn children(&self) -> Result<Vec<Self>> {
        let below = self.positions()?.children(self.place)?;
        Ok(below.into_iter().map(|place| Self::new(self.system, place)).collect())
    }

    fn positions(&self) -> Result<Positions<'a>> {
        let section = crate::Error::MissingSection { section: "positions" };
        self.system.base().positions()?.ok_or(section)
    }
}

impl PartialEq for Position<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.place == other.place && self.system.is_same(other.system)
    }
}

impl Eq for Position<'_> {}

impl fmt::Debug for Position<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.label() {
            Ok(label) => write!(f, "{} {label}", self.system.edition()),
            Err(error) => write!(f, "{} <{error}>", self.system.edition()),
        }
    }
}
