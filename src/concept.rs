//! Concepts and their designations, as views into an index.

use std::collections::HashSet;
use std::fmt;

use crate::code::Mark;
use crate::position::Position;
use crate::set::ConceptSet;
use crate::source::{Designation, DesignationUse, EdgeKind, PropertyValue, Usability};
use crate::system::CodeSystem;
use crate::{Error, Result};

/// The number of a concept in one index, in the order of its codes.
///
/// It means nothing outside that index: store codes, not numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ConceptId(u32);

impl ConceptId {
    pub(crate) fn new(id: u32) -> Self {
        Self(id)
    }

    /// The number, below [`CodeSystem::len`].
    #[must_use]
    pub fn get(self) -> u32 {
        self.0
    }
}

/// One concept of one edition: a view into its index, as cheap to copy as a pointer.
///
/// Texts are decoded when asked for. Where the same text is wanted for many concepts, the `write_…`
/// methods append to a buffer that can be reused and allocate nothing themselves.
///
/// Every method fails with [`Error::Corrupt`] if the part of the index that it reads is damaged.
#[derive(Clone, Copy)]
pub struct Concept<'a> {
    system: &'a CodeSystem,
    id: ConceptId,
}

impl<'a> Concept<'a> {
    /// The caller has checked that `id` is below the system's count.
    pub(crate) fn new(system: &'a CodeSystem, id: u32) -> Self {
        Self { system, id: ConceptId(id) }
    }

    /// Its number in this index.
    #[must_use]
    pub fn id(&self) -> ConceptId {
        self.id
    }

    /// The code system edition that it belongs to.
    #[must_use]
    pub fn system(&self) -> &'a CodeSystem {
        self.system
    }

    /// The code as printed, without its mark: `A17.0`.
    pub fn code(&self) -> Result<String> {
        let mut code = String::new();
        self.write_code(&mut code)?;
        Ok(code)
    }

    /// Appends the code as printed, without its mark.
    pub fn write_code(&self, out: &mut String) -> Result<()> {
        self.system.base().write_code(self.id.0, out)
    }

    /// The code with its mark, if it has one: `A17.0†`.
    pub fn marked_code(&self) -> Result<String> {
        let mut code = self.code()?;
        code.push_str(self.mark()?.as_str());
        Ok(code)
    }

    /// The code exactly as its source printed it, where that was a misprint or another spelling: `U13/9`.
    pub fn source_code(&self) -> Result<Option<&'a str>> {
        self.system.base().source_code(self.id.0)
    }

    /// The dagger or asterisk behind the code.
    pub fn mark(&self) -> Result<Mark> {
        self.system.base().mark(self.id.0)
    }

    /// Whether the code may be used on a record, is a heading with finer codes, or only groups codes.
    pub fn usability(&self) -> Result<Usability> {
        Ok(self.system.base().status(self.id.0)?.usability)
    }

    /// True if the code may be used on a record: not a heading, chapter or block, and not withdrawn.
    pub fn is_usable(&self) -> Result<bool> {
        let status = self.system.base().status(self.id.0)?;
        Ok(status.usability == Usability::Usable && !status.inactive)
    }

    /// False if the publisher has withdrawn the code but still lists it.
    pub fn is_active(&self) -> Result<bool> {
        Ok(!self.system.base().status(self.id.0)?.inactive)
    }

    /// The name in the system's own language, or in any other if it has none there; empty if it has no name at all.
    /// A supplement's name is taken where the system itself has none.
    pub fn display(&self) -> Result<String> {
        let mut text = String::new();
        self.write_display(&mut text)?;
        Ok(text)
    }

    /// Appends what [`display`](Self::display) returns.
    pub fn write_display(&self, out: &mut String) -> Result<()> {
        self.system.write_preferred(self.id.0, None, out).map(|_| ())
    }

    /// The preferred name in a language (a BCP 47 tag such as `vi`), the system's own or else a supplement's; `None`
    /// if it has none there.
    pub fn display_in(&self, language: &str) -> Result<Option<String>> {
        let mut text = String::new();
        Ok(self.system.write_preferred(self.id.0, Some(language), &mut text)?.then_some(text))
    }

    /// All its terms: those of the system itself, then those of each supplement; by language, those in use before
    /// withdrawn ones, preferred ones first.
    pub fn designations(&self) -> Result<Vec<Designation>> {
        self.system.designations(self.id.0, |_| true)
    }

    /// Its terms of one use, in all languages.
    pub fn designations_of(&self, r#use: &DesignationUse) -> Result<Vec<Designation>> {
        self.system.designations(self.id.0, |found| found == r#use)
    }

    /// The values of a property, in the source's order, those of the system itself before those that supplements add.
    /// Empty if it has none, or if the system has no such property; [`CodeSystem::properties`] tells the two apart.
    pub fn property(&self, name: &str) -> Result<Vec<PropertyValue>> {
        self.system.property_values(self.id.0, name)
    }

    /// True if a Boolean property holds of it.
    pub fn has(&self, property: &str) -> Result<bool> {
        Ok(self.property(property)?.contains(&PropertyValue::Boolean(true)))
    }

    /// All its properties with their values, in the order in which the system defines them.
    pub fn properties(&self) -> Result<Vec<(&'a str, PropertyValue)>> {
        let mut all = Vec::new();
        for definition in self.system.properties() {
            all.extend(self.property(&definition.name)?.into_iter().map(|value| (definition.name.as_str(), value)));
        }
        Ok(all)
    }

    /// The concepts one step above it; the one under which its publisher prints it comes first. Empty for a root.
    pub fn parents(&self) -> Result<Vec<Parentage<'a>>> {
        let hierarchy = self.system.hierarchy();
        let parents = hierarchy.parents(self.id.0)?;
        Ok(parents.into_iter().map(|(parent, kind)| Parentage { concept: self.sibling(parent), kind }).collect())
    }

    /// The concepts one step below it, in the publisher's order, those of further is-a edges last. Empty for a leaf.
    pub fn children(&self) -> Result<Vec<Concept<'a>>> {
        let hierarchy = self.system.hierarchy();
        let mut children = hierarchy.tree_children(self.id.0)?;
        let further = hierarchy.further_children(self.id.0)?;
        children.extend(further.into_iter().filter(|(_, kind)| *kind == EdgeKind::IsA).map(|(child, _)| child));
        Ok(children.into_iter().map(|child| self.sibling(child)).collect())
    }

    /// Its places in the publisher's tree, by label, where the publisher labels them (the tree numbers of MeSH). Empty
    /// for all other lists.
    pub fn positions(&self) -> Result<Vec<Position<'a>>> {
        let places = match self.system.base().positions()? {
            Some(positions) => positions.of_concept(self.id.0)?,
            None => Vec::new(),
        };
        Ok(places.into_iter().map(|place| Position::new(self.system, place)).collect())
    }

    /// All concepts above it by is-a edges, nearest first, each once. Empty for a root.
    pub fn ancestors(&self) -> Result<Vec<Concept<'a>>> {
        let hierarchy = self.system.hierarchy();
        let mut found: Vec<u32> = vec![self.id.0];
        let mut known = HashSet::from([self.id.0]);
        let mut next = 0;
        while let Some(&concept) = found.get(next) {
            next += 1;
            for (parent, kind) in hierarchy.parents(concept)? {
                if kind == EdgeKind::IsA && known.insert(parent) {
                    found.push(parent);
                }
            }
        }
        Ok(found.into_iter().skip(1).map(|concept| self.sibling(concept)).collect())
    }

    /// Streams all concepts below it by is-a edges, in the publisher's order, each once, itself left out.
    /// An item is an error if the index is damaged there.
    pub fn descendants(&self) -> Result<impl Iterator<Item = Result<Concept<'a>>> + use<'a>> {
        let concept = *self;
        let hierarchy = self.system.hierarchy();
        let own = hierarchy.node(self.id.0)?;
        let nodes = hierarchy.intervals(self.id.0)?.flat_map(|(start, end)| start..end);
        Ok(nodes.filter(move |node| *node != own).map(move |node| Ok(concept.sibling(hierarchy.concept(node)?))))
    }

    /// The set of itself and all concepts below it by is-a edges.
    pub fn subsumed(&self) -> Result<ConceptSet> {
        let below = self.descendants()?.map(|concept| concept.map(|concept| concept.id()));
        let ids = std::iter::once(Ok(self.id)).chain(below).collect::<Result<Vec<_>>>()?;
        Ok(ConceptSet::from_ids(self.system.len(), ids))
    }

    /// The codes at or below it that may be used on a record: itself if it is one, else those that a heading,
    /// block or chapter stands for. In the publisher's order. Of twins that are headings, one has the finer codes
    /// below it; they are the usable codes of the other too.
    pub fn usable_codes(&self) -> Result<Vec<Concept<'a>>> {
        let mut usable = Vec::new();
        if self.is_usable()? {
            usable.push(*self);
        }
        self.add_usable_below(&mut usable)?;
        if usable.is_empty() && self.usability()? == Usability::Heading {
            for twin in self.system.lookup(&self.code()?)?.concepts().iter().filter(|twin| *twin != self) {
                twin.add_usable_below(&mut usable)?;
            }
        }
        Ok(usable)
    }

    fn add_usable_below(&self, usable: &mut Vec<Concept<'a>>) -> Result<()> {
        for below in self.descendants()? {
            let below = below?;
            if below.is_usable()? {
                usable.push(below);
            }
        }
        Ok(())
    }

    /// True if `other` is this concept or lies below it by is-a edges. False for concepts of another index,
    /// even where they have the same code: editions differ in what a code means.
    pub fn subsumes(&self, other: &Concept<'_>) -> Result<bool> {
        Ok(self.system.is_same(other.system) && self.system.hierarchy().subsumes(self.id.0, other.id.0)?)
    }

    fn sibling(&self, id: u32) -> Concept<'a> {
        Concept::new(self.system, id)
    }
}

impl PartialEq for Concept<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.id == other.id && self.system.is_same(other.system)
    }
}

impl Eq for Concept<'_> {}

impl fmt::Debug for Concept<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shown = |text: Result<String, Error>| text.unwrap_or_else(|error| format!("<{error}>"));
        write!(f, "{} {} {:?}", self.system.edition(), shown(self.marked_code()), shown(self.display()))
    }
}

/// A parent and the kind of edge that leads to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Parentage<'a> {
    /// The concept above.
    pub concept: Concept<'a>,
    /// What the edge means.
    pub kind: EdgeKind,
}

/// What a code turned out to be.
///
/// A code that is not found is an answer, not an error; so is a list that is not at hand.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Lookup<'a> {
    /// The code is listed.
    Found(Concept<'a>),
    /// The list has the code more than once, as Decision 4469 has `A17` and `A17†`: all its rows.
    Ambiguous(Vec<Concept<'a>>),
    /// The code is not in the list.
    Unknown {
        /// Editions of the same code system that do list it, among those loaded.
        known_in: Vec<&'a crate::Edition>,
        /// True if a list that was asked holds only a part of its edition, so that the code may exist all the same.
        fragment: bool,
    },
    /// No list was loaded under that name, or none for that date, so nothing can be said of the code.
    NotLoaded,
}

impl<'a> Lookup<'a> {
    /// The concept, if the code is listed. If it is listed more than once: the row with the mark that was typed,
    /// else the unmarked one.
    #[must_use]
    pub fn concept(&self) -> Option<Concept<'a>> {
        match self {
            Self::Found(concept) => Some(*concept),
            Self::Ambiguous(rows) => rows.first().copied(),
            Self::Unknown { .. } | Self::NotLoaded => None,
        }
    }

    /// All rows of the code: one, several, or none.
    #[must_use]
    pub fn concepts(&self) -> &[Concept<'a>] {
        match self {
            Self::Found(concept) => std::slice::from_ref(concept),
            Self::Ambiguous(rows) => rows,
            Self::Unknown { .. } | Self::NotLoaded => &[],
        }
    }
}
