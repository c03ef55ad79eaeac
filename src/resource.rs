//! One opened file of codes with names and properties: what a code system and a supplement have in common.

use std::collections::HashSet;
#[cfg(feature = "search")]
use std::sync::{Arc, Weak};

use crate::code::Mark;
use crate::index::Identity;
use crate::index::bytes::Cursor;
use crate::index::codes::Codes;
use crate::index::container::{Container, Kind, Section};
use crate::index::designations::{Group, read_groups, read_inactive};
use crate::index::hierarchy::Hierarchy;
use crate::index::positions::Positions;
use crate::index::properties::{Property, Stored, read_definitions};
use crate::index::sparse::{SparseBytes, SparseTexts};
use crate::index::status::Status;
use crate::index::terms::{MAX_CONCEPT_TEXT, Terms};
use crate::source::{Designation, DesignationStatus, DesignationUse, PropertyKind, PropertyValue};
use crate::supplement::Layer;
use crate::{Error, Result};

/// More rows than a code has in any honest file: one for each mark and one without.
const MOST_TWINS: usize = 3;

/// An opened file.
pub(crate) struct Resource {
    opened: Opened,
    identity: Identity,
    groups: Vec<Group>,
    properties: Vec<Property>,
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

/// Counts the bytes of one concept's texts, over all layers, so that they stay in proportion to honest files.
#[derive(Default)]
pub(crate) struct TextBudget(usize);

/// Remembers an opened file without keeping it open, to know it again.
#[cfg(feature = "search")]
#[derive(Debug)]
pub(crate) struct Same(Weak<Resource>);

#[cfg(feature = "search")]
impl Same {
    pub(crate) fn of(resource: &Arc<Resource>) -> Self {
        Self(Arc::downgrade(resource))
    }

    pub(crate) fn is(&self, resource: &Arc<Resource>) -> bool {
        self.0.as_ptr() == Arc::as_ptr(resource)
    }
}

#[cold]
fn no_such_status() -> Error {
    Error::corrupt("status", "a concept has no such status")
}

impl std::fmt::Debug for Resource {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Resource({})", self.identity.edition)
    }
}

impl Resource {
    /// Opens a container that must be of a kind.
    pub(crate) fn open(container: Container, kind: Kind) -> Result<Self> {
        if container.kind() != kind {
            return Err(Error::WrongKind { found: container.kind().as_str(), expected: kind.as_str() });
        }
        let identity = Identity::decode(container.section(Section::Identity, 0)?)?;
        // Each concept has a bit there. Loops over all concepts rest on their number, and must not rest on a lie.
        if identity.concepts.div_ceil(8) as usize > container.length(Section::Hierarchy) {
            return Err(Error::corrupt("identity", "it counts more concepts than the hierarchy has"));
        }
        let mut groups = read_groups(container.section(Section::Designations, 0)?)?;
        if let Some(section) = container.find(Section::InactiveDesignations, 0)? {
            read_inactive(section, &mut groups)?;
        }
        let properties = read_definitions(container.section(Section::Properties, 0)?)?;
        let opened = Opened::try_new(container, |container| Views::open(container, identity.concepts))?;
        Ok(Self { opened, identity, groups, properties })
    }

    pub(crate) fn identity(&self) -> &Identity {
        &self.identity
    }

    pub(crate) fn properties(&self) -> &[Property] {
        &self.properties
    }

    pub(crate) fn len(&self) -> u32 {
        self.identity.concepts
    }

    pub(crate) fn container(&self) -> &Container {
        self.opened.borrow_owner()
    }

    fn section(&self, section: Section) -> Result<&[u8]> {
        self.container().section(section, 0)
    }

    fn views(&self) -> &Views<'_> {
        self.opened.borrow_dependent()
    }

    #[inline]
    pub(crate) fn codes(&self) -> &Codes<'_> {
        &self.views().codes
    }

    #[inline]
    pub(crate) fn hierarchy(&self) -> &Hierarchy<'_> {
        &self.views().hierarchy
    }

    /// The places of its concepts, if it has such.
    pub(crate) fn positions(&self) -> Result<Option<Positions<'_>>> {
        let section = self.container().find(Section::Positions, 0)?;
        section.map(|section| Positions::open(section, self.len())).transpose()
    }

    #[cfg(feature = "search")]
    pub(crate) fn words(&self, language: u16) -> Result<crate::index::words::Words<'_>> {
        crate::index::words::Words::open(self.container().section(Section::Search, language)?)
    }

    /// The rows of a key: none, one, or twins.
    pub(crate) fn rows(&self, key: &[u8]) -> Result<std::ops::Range<u32>> {
        let rows = self.codes().get(key)?;
        if rows.end > self.len() || rows.len() > MOST_TWINS {
            return Err(Error::corrupt("codes", "a code leads to no concept, or has more twins than there are marks"));
        }
        Ok(rows)
    }

    /// The row of a key that a row with this mark in another file speaks of: the one with the same mark, or for an
    /// unmarked row the only one.
    pub(crate) fn row_marked(&self, key: &[u8], mark: Mark) -> Result<Option<u32>> {
        let rows = self.rows(key)?;
        for row in rows.clone() {
            if self.mark(row)? == mark {
                return Ok(Some(row));
            }
        }
        Ok((mark == Mark::None && rows.len() == 1).then_some(rows.start))
    }

    pub(crate) fn key(&self, concept: u32) -> Result<Vec<u8>> {
        let mut key = Vec::with_capacity(crate::code::MAX_KEY_LENGTH);
        self.codes().key(concept, &mut key)?;
        Ok(key)
    }

    pub(crate) fn status(&self, concept: u32) -> Result<Status> {
        match self.unusual_status(concept)? {
            Some(status) => Ok(status),
            None => Ok(Status::usual(self.hierarchy().has_children(concept)?)),
        }
    }

    pub(crate) fn mark(&self, concept: u32) -> Result<Mark> {
        Ok(self.unusual_status(concept)?.map_or(Mark::None, |status| status.mark))
    }

    fn unusual_status(&self, concept: u32) -> Result<Option<Status>> {
        match self.views().statuses.get(concept) {
            Some(byte) => Status::from_byte(byte).map(Some).ok_or_else(no_such_status),
            None => Ok(None),
        }
    }

    pub(crate) fn write_code(&self, concept: u32, out: &mut String) -> Result<()> {
        let damaged = || Error::corrupt("code texts", "a code is no text");
        if let Some(code) = self.views().printed_codes.get(concept) {
            out.push_str(code.ok_or_else(damaged)?);
            return Ok(());
        }
        self.codes().with_key(concept, |key| {
            let key = std::str::from_utf8(key).map_err(|_| damaged())?;
            self.identity.grammar.render(key, out);
            Ok(())
        })?
    }

    pub(crate) fn source_code(&self, concept: u32) -> Result<Option<&str>> {
        let source = self.views().source_codes.get(concept);
        source.map(|code| code.ok_or(Error::corrupt("code texts", "a code is no text"))).transpose()
    }

    /// The groups of terms, by first term.
    #[cfg(feature = "search")]
    pub(crate) fn groups(&self) -> &[Group] {
        &self.groups
    }

    pub(crate) fn terms(&self) -> Result<Terms<'_>> {
        Terms::open(self.section(Section::Terms)?)
    }

    pub(crate) fn write_term(&self, term: u32, out: &mut String) -> Result<()> {
        self.terms()?.read(term, out)
    }

    fn read_term(&self, term: u32, budget: &mut TextBudget) -> Result<String> {
        let mut text = String::new();
        self.write_term(term, &mut text)?;
        budget.0 = budget.0.saturating_add(text.len());
        if budget.0 > MAX_CONCEPT_TEXT {
            return Err(Error::corrupt("terms", "a concept has too much text"));
        }
        Ok(text)
    }

    /// The term under which a concept is shown in a language, or without one in any.
    pub(crate) fn preferred_term(&self, concept: u32, language: Option<&str>) -> Result<Option<u32>> {
        let section = self.section(Section::Designations)?;
        for group in &self.groups {
            let is_wanted = language.is_none_or(|language| language == group.language);
            if is_wanted && group.r#use == DesignationUse::Preferred && group.status == DesignationStatus::Active {
                let term = group.terms_of(section, self.len(), concept)?.next();
                if term.is_some() {
                    return Ok(term);
                }
            }
        }
        Ok(None)
    }

    /// Adds a concept's terms of the wanted uses.
    pub(crate) fn add_designations(
        &self,
        concept: u32,
        layer: Layer,
        wanted: impl Fn(&DesignationUse) -> bool,
        budget: &mut TextBudget,
        out: &mut Vec<Designation>,
    ) -> Result<()> {
        let section = self.section(Section::Designations)?;
        for group in self.groups.iter().filter(|group| wanted(&group.r#use)) {
            for term in group.terms_of(section, self.len(), concept)? {
                let text = self.read_term(term, budget)?;
                out.push(self.designation(group, layer, term, text)?);
            }
        }
        Ok(())
    }

    /// A term of a group as a designation.
    pub(crate) fn designation(&self, group: &Group, layer: Layer, term: u32, text: String) -> Result<Designation> {
        let damaged = || Error::corrupt("designation ids", "an identifier is cut off or no text");
        let id = match self.container().find(Section::DesignationIds, 0)? {
            Some(section) => SparseTexts::open(&mut Cursor::new(section)).ok_or_else(damaged)?.get(term),
            None => None,
        };
        let id = id.map(|id| id.ok_or_else(damaged)).transpose()?.map(str::to_owned);
        Ok(Designation { layer, id, ..group.designation(text) })
    }

    /// The group and the concept of a term.
    #[cfg(feature = "search")]
    pub(crate) fn owner(&self, term: u32) -> Result<(&Group, u32)> {
        let after = self.groups.partition_point(|group| group.first_term <= term);
        let group = after.checked_sub(1).and_then(|before| self.groups.get(before));
        let Some(group) = group.filter(|group| term - group.first_term < group.terms) else {
            return Err(Error::corrupt("search", "a term is no designation"));
        };
        let members = group.members(self.section(Section::Designations)?, self.len())?;
        let concept = members.concept(term - group.first_term).filter(|concept| *concept < self.len());
        Ok((group, concept.ok_or(Error::corrupt("designations", "a term has no concept"))?))
    }

    /// Adds a concept's values of a property, as far as they are not there yet from another layer.
    pub(crate) fn add_values(
        &self,
        concept: u32,
        name: &str,
        budget: &mut TextBudget,
        out: &mut Vec<PropertyValue>,
    ) -> Result<()> {
        let section = self.section(Section::Properties)?;
        let mut values = Vec::new();
        for property in self.properties.iter().filter(|property| property.definition.name == name) {
            for stored in property.values(section, self.len(), concept)? {
                values.push(match stored {
                    Stored::True => PropertyValue::Boolean(true),
                    Stored::Integer(value) => PropertyValue::Integer(value),
                    Stored::Term(term) => {
                        let text = self.read_term(term, budget)?;
                        match property.definition.kind {
                            PropertyKind::Code => PropertyValue::Code(text),
                            _ => PropertyValue::Text(text),
                        }
                    }
                });
            }
        }
        if !out.is_empty() {
            let known: HashSet<&PropertyValue> = out.iter().collect();
            values.retain(|value| !known.contains(value));
        }
        out.append(&mut values);
        Ok(())
    }
}
