//! A concept map, opened from its index: rows from codes of one system to codes of another, as somebody published them.

use std::fmt;
use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

use crate::code::{CodeGrammar, Mark};
use crate::edition::Edition;
use crate::index::container::{Container, Kind, Section};
use crate::index::map::{Details, MOST_EXPANSION, Packed, Rows, SOURCE, Shape, Side, Sides, TARGET, Targets, weight};
use crate::index::terms::{MAX_CONCEPT_TEXT, Terms};
use crate::index::{Identity, SectionInfo};
use crate::source::{MapCondition, MapDraft, MapRow, MapSide, Relationship, Unmapped};
use crate::{Error, Result};

/// A concept map, opened from its index.
///
/// It is immutable and cheap to clone (clones share the bytes), and can be used from any number of threads at once.
/// Opening reads the header, the section table, what describes the map, the codes of both sides and the columns of the
/// rows; names and what only some rows say (rules, advice, properties) are checked against their checksums when they
/// are first used.
///
/// A map gives back what its publisher wrote: [`rows`](Self::rows) of a code that is translated, and
/// [`rows_to`](Self::rows_to) a target, each in the publisher's order. A code without rows is one of which the map says
/// nothing; that there is no target is said by a row without one.
#[derive(Clone)]
pub struct ConceptMap {
    inner: Arc<Inner>,
}

struct Inner {
    opened: Opened,
    identity: Identity,
    sides: Sides,
}

self_cell::self_cell!(
    /// The file, and the sections that every question needs, opened once.
    struct Opened {
        owner: Container,
        #[covariant]
        dependent: Views,
    }
);

struct Views<'a> {
    rows: Rows<'a>,
    source: Side<'a>,
    target: Side<'a>,
}

impl<'a> Views<'a> {
    fn open(container: &'a Container, sides: &Sides) -> Result<Self> {
        let rows = Rows::open(container.section(Section::MapRows, 0)?)?;
        let side = |side, grammar| {
            let (codes, texts) =
                (container.section(Section::Codes, side)?, container.section(Section::CodeTexts, side)?);
            Side::open(codes, texts, grammar, rows.count())
        };
        let (source, target) = (side(SOURCE, sides.source.grammar)?, side(TARGET, sides.target.grammar)?);
        if source.count() != rows.sources() {
            return Err(Error::corrupt("map rows", "there are more or fewer source codes than rows of theirs"));
        }
        Ok(Self { rows, source, target })
    }
}

/// Of which side a code is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Of {
    Source,
    Target,
}

impl ConceptMap {
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

    pub(crate) fn from_container(container: Container) -> Result<Self> {
        if container.kind() != Kind::ConceptMap {
            return Err(Error::WrongKind { found: container.kind().as_str(), expected: Kind::ConceptMap.as_str() });
        }
        let identity = Identity::decode(container.section(Section::Identity, 0)?)?;
        let sides = Sides::decode(container.section(Section::Sides, 0)?)?;
        let opened = Opened::try_new(container, |container| Views::open(container, &sides))?;
        Ok(Self { inner: Arc::new(Inner { opened, identity, sides }) })
    }

    /// Which map it is, and which release of it.
    #[must_use]
    pub fn edition(&self) -> &Edition {
        &self.inner.identity.edition
    }

    /// All that the index says about itself: edition, provenance, and how many codes it translates
    /// ([`Identity::concepts`]) and to how many of them it gives a target ([`Identity::listed`]).
    #[must_use]
    pub fn identity(&self) -> &Identity {
        &self.inner.identity
    }

    /// The system whose codes it translates.
    #[must_use]
    pub fn source(&self) -> &MapSide {
        &self.inner.sides.source
    }

    /// The system to whose codes it translates.
    #[must_use]
    pub fn target(&self) -> &MapSide {
        &self.inner.sides.target
    }

    /// What it says of codes that it does not list.
    #[must_use]
    pub fn unmapped(&self) -> &Unmapped {
        &self.inner.sides.unmapped
    }

    /// How many rows it has.
    #[must_use]
    pub fn len(&self) -> u32 {
        self.views().rows.count()
    }

    /// True if it has no row.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The rows that translate a code, in the publisher's order; none if the map does not list the code.
    ///
    /// Upper and lower case, white space around the code and, where the grammar has them, the dot and the mark do not
    /// matter; but rows that carry the other mark than the one typed are left out. What is no code of the grammar is
    /// found by its exact text.
    ///
    /// # Errors
    ///
    /// [`Error::Corrupt`] if the index is damaged where the code would stand.
    pub fn rows(&self, code: &str) -> Result<ConceptMapRows<'_>> {
        let views = self.views();
        let (found, mark) = find(&views.source, self.source().grammar, code)?;
        let range = match found {
            Some(number) => views.rows.of_source(number)?,
            None => 0..0,
        };
        Ok(ConceptMapRows { map: self, through: None, range, mark, of: Of::Source })
    }

    /// The rows that lead to a target, by source code, and those of one source code in the publisher's order; none if
    /// nothing is translated to it. The target is found as [`rows`](Self::rows) finds a source. An expression of several
    /// codes is one target: its parts do not lead to it.
    ///
    /// # Errors
    ///
    /// [`Error::Corrupt`] if the index is damaged where the code would stand.
    pub fn rows_to(&self, code: &str) -> Result<ConceptMapRows<'_>> {
        let (found, mark) = find(&self.views().target, self.target().grammar, code)?;
        match found {
            Some(number) => self.rows_of_target(number, mark),
            None => Ok(ConceptMapRows { map: self, through: None, range: 0..0, mark, of: Of::Target }),
        }
    }

    fn rows_of_target(&self, number: u32, mark: Mark) -> Result<ConceptMapRows<'_>> {
        let targets = Targets::open(self.section(Section::MapTargets)?, self.views().target.count())?;
        let range = targets.of_target(number)?;
        Ok(ConceptMapRows { map: self, through: Some(targets.rows), range, mark, of: Of::Target })
    }

    /// All rows, by source code, and those of one source code in the publisher's order.
    /// [`to_draft`](Self::to_draft) gives the publisher's order of all.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = ConceptMapRow<'_>> {
        (0..self.len()).map(|number| ConceptMapRow { map: self, number })
    }

    /// The codes that it translates, in the order of codes.
    pub fn sources(&self) -> impl ExactSizeIterator<Item = MapCode<'_>> {
        (0..self.views().source.count()).map(|number| MapCode { map: self, number, of: Of::Source })
    }

    /// The codes to which it translates, in the order of codes, and then the expressions that are no codes.
    pub fn targets(&self) -> impl ExactSizeIterator<Item = MapCode<'_>> {
        (0..self.views().target.count()).map(|number| MapCode { map: self, number, of: Of::Target })
    }

    /// The draft from which the index was compiled, with its rows in their order.
    ///
    /// # Errors
    ///
    /// [`Error::Corrupt`] if the index is damaged.
    pub fn to_draft(&self) -> Result<MapDraft> {
        let mut left = MOST_EXPANSION.saturating_mul(self.container().file_length() as u64);
        let mut rows = Vec::new();
        for view in self.iter() {
            let row = view.to_row()?;
            let rest = left.checked_sub(weight(&row) as u64);
            left = rest.ok_or(Error::corrupt("terms", "the rows have too much text"))?;
            rows.push((self.views().rows.place(view.number)?, row));
        }
        rows.sort_by_key(|(place, _)| *place);
        Ok(MapDraft {
            edition: self.edition().clone(),
            source: self.source().clone(),
            target: self.target().clone(),
            unmapped: self.unmapped().clone(),
            rows: rows.into_iter().map(|(_, row)| row).collect(),
        })
    }

    /// Checks the checksum of every section. Opening and querying check only what they read.
    ///
    /// # Errors
    ///
    /// [`Error::Corrupt`] naming the first damaged section.
    pub fn verify(&self) -> Result<()> {
        self.container().verify()
    }

    /// The sections of its file with their sizes, in the order in which they stand.
    pub fn sections(&self) -> impl Iterator<Item = SectionInfo> {
        self.container().sections()
    }

    /// A number that names the content; see [`CodeSystem::digest`](crate::CodeSystem::digest).
    #[must_use]
    pub fn digest(&self) -> u64 {
        self.container().digest()
    }

    /// The version of the file format in which the index was written.
    #[must_use]
    pub fn format_version(&self) -> u16 {
        self.container().format_version()
    }

    fn container(&self) -> &Container {
        self.inner.opened.borrow_owner()
    }

    #[inline]
    fn views(&self) -> &Views<'_> {
        self.inner.opened.borrow_dependent()
    }

    fn section(&self, section: Section) -> Result<&[u8]> {
        self.container().section(section, 0)
    }

    fn details(&self) -> Result<Details<'_>> {
        Details::open(self.section(Section::MapDetails)?, self.len())
    }

    fn write_term(&self, term: u32, out: &mut String) -> Result<()> {
        Terms::open(self.section(Section::Terms)?)?.read(term, out)
    }

    fn term(&self, term: u32) -> Result<String> {
        let mut text = String::new();
        self.write_term(term, &mut text)?;
        Ok(text)
    }
}

/// The number of a code on its side, and the mark that was typed.
#[inline]
fn find(side: &Side<'_>, grammar: CodeGrammar, code: &str) -> Result<(Option<u32>, Mark)> {
    match grammar.parse(code) {
        Some(key) => Ok((side.find(&key)?, key.mark())),
        None => Ok((side.find_loose(code)?, Mark::None)),
    }
}

impl fmt::Debug for ConceptMap {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ConceptMap({}, {} rows)", self.edition(), self.len())
    }
}

/// Rows of a map; see [`ConceptMap::rows`].
#[derive(Clone)]
pub struct ConceptMapRows<'m> {
    map: &'m ConceptMap,
    /// What the range is one of, if not of the rows themselves: the rows by target.
    through: Option<Packed<'m>>,
    range: Range<u32>,
    mark: Mark,
    of: Of,
}

impl<'m> ConceptMapRows<'m> {
    /// True if the row carries another mark than was asked for.
    fn contradicts(&self, row: ConceptMapRow<'m>) -> Result<bool> {
        if self.mark == Mark::None {
            return Ok(false);
        }
        let mut code = String::new();
        match self.of {
            Of::Source => row.write_source(&mut code)?,
            Of::Target => _ = row.write_target(&mut code)?,
        }
        let (_, own) = Mark::split(code.trim());
        Ok(own != Mark::None && own != self.mark)
    }
}

impl<'m> Iterator for ConceptMapRows<'m> {
    type Item = Result<ConceptMapRow<'m>>;

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let position = self.range.next()?;
            let number = match &self.through {
                None => Some(position),
                Some(rows) => rows.get(position).filter(|row| *row < self.map.len()),
            };
            let Some(number) = number else {
                return Some(Err(Error::corrupt("map targets", "a target leads to no row")));
            };
            let row = ConceptMapRow { map: self.map, number };
            match self.contradicts(row) {
                Ok(true) => {}
                Ok(false) => return Some(Ok(row)),
                Err(error) => return Some(Err(error)),
            }
        }
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let (_, most) = self.range.size_hint();
        (if self.mark == Mark::None { self.range.len() } else { 0 }, most)
    }
}

impl fmt::Debug for ConceptMapRows<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.clone()).finish()
    }
}

/// A code of one side of a map.
#[derive(Clone, Copy)]
pub struct MapCode<'m> {
    map: &'m ConceptMap,
    number: u32,
    of: Of,
}

impl<'m> MapCode<'m> {
    fn side(&self) -> &'m Side<'m> {
        match self.of {
            Of::Source => &self.map.views().source,
            Of::Target => &self.map.views().target,
        }
    }

    /// The code as the first row that has it prints it.
    ///
    /// # Errors
    ///
    /// [`Error::Corrupt`] if the codes are damaged.
    pub fn code(&self) -> Result<String> {
        let mut code = String::new();
        self.side().write_code(self.number, &mut code)?;
        Ok(code)
    }

    /// The name that the first row with the code gives it.
    ///
    /// # Errors
    ///
    /// [`Error::Corrupt`] if the names are damaged.
    pub fn display(&self) -> Result<Option<String>> {
        self.side().name(self.number).map(|term| self.map.term(term)).transpose()
    }

    /// The rows that lead from it or, if it is a target, to it.
    ///
    /// # Errors
    ///
    /// [`Error::Corrupt`] if the rows are damaged.
    pub fn rows(&self) -> Result<ConceptMapRows<'m>> {
        match self.of {
            Of::Source => {
                let range = self.map.views().rows.of_source(self.number)?;
                Ok(ConceptMapRows { map: self.map, through: None, range, mark: Mark::None, of: self.of })
            }
            Of::Target => self.map.rows_of_target(self.number, Mark::None),
        }
    }
}

impl fmt::Debug for MapCode<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.code() {
            Ok(code) => write!(f, "MapCode({code})"),
            Err(error) => write!(f, "MapCode({error})"),
        }
    }
}

/// One row of a map. It is as cheap to copy as a pointer; what it says is read when it is asked for.
///
/// What each thing means is told at [`MapRow`]. All that is asked of a damaged index gives [`Error::Corrupt`].
#[derive(Clone, Copy)]
pub struct ConceptMapRow<'m> {
    map: &'m ConceptMap,
    number: u32,
}

impl<'m> ConceptMapRow<'m> {
    /// Its number in the order of [`ConceptMap::iter`]. It means nothing outside this index.
    #[must_use]
    pub fn number(&self) -> u32 {
        self.number
    }

    /// The map that has it.
    #[must_use]
    pub fn map(&self) -> &'m ConceptMap {
        self.map
    }

    fn views(&self) -> &'m Views<'m> {
        self.map.views()
    }

    #[inline]
    fn shape(&self) -> Result<Shape> {
        self.views().rows.shape(self.number)
    }

    /// The source code as printed in this row.
    pub fn source(&self) -> Result<String> {
        let mut code = String::new();
        self.write_source(&mut code)?;
        Ok(code)
    }

    /// Appends the source code as printed in this row.
    pub fn write_source(&self, out: &mut String) -> Result<()> {
        let views = self.views();
        views.source.write_code_in_row(self.number, views.rows.source(self.number)?, out)
    }

    /// The target as printed in this row; `None` says that there is none.
    pub fn target(&self) -> Result<Option<String>> {
        let mut code = String::new();
        Ok(self.write_target(&mut code)?.then_some(code))
    }

    /// Appends the target as printed in this row; gives false if there is none.
    #[inline]
    pub fn write_target(&self, out: &mut String) -> Result<bool> {
        let views = self.views();
        match views.rows.target(self.number)? {
            Some(target) => views.target.write_code_in_row(self.number, target, out).map(|()| true),
            None => Ok(false),
        }
    }

    /// True if the row has a target.
    #[inline]
    pub fn has_target(&self) -> Result<bool> {
        Ok(self.views().rows.target(self.number)?.is_some())
    }

    /// The name of the source.
    pub fn source_display(&self) -> Result<Option<String>> {
        let views = self.views();
        let code = views.rows.source(self.number)?;
        views.source.name_in_row(self.number, Some(code)).map(|term| self.map.term(term)).transpose()
    }

    /// The name of the target.
    pub fn target_display(&self) -> Result<Option<String>> {
        let views = self.views();
        let code = views.rows.target(self.number)?;
        views.target.name_in_row(self.number, code).map(|term| self.map.term(term)).transpose()
    }

    /// How the source stands to the target; `None` if the publisher does not tell.
    #[inline]
    pub fn relationship(&self) -> Result<Option<Relationship>> {
        Ok(self.shape()?.relationship)
    }

    /// See [`MapRow::group`].
    pub fn group(&self) -> Result<u16> {
        Ok(self.shape()?.group)
    }

    /// See [`MapRow::priority`].
    pub fn priority(&self) -> Result<u16> {
        Ok(self.shape()?.priority)
    }

    /// See [`MapRow::scenario`].
    pub fn scenario(&self) -> Result<u16> {
        Ok(self.shape()?.scenario)
    }

    /// See [`MapRow::choice`].
    pub fn choice(&self) -> Result<u16> {
        Ok(self.shape()?.choice)
    }

    /// The condition of an extended map, as written.
    pub fn rule(&self) -> Result<Option<String>> {
        self.map.details()?.rules.get(self.number).map(|term| self.map.term(term)).transpose()
    }

    /// What the publisher tells the reader of the row.
    pub fn advice(&self) -> Result<Option<String>> {
        self.map.details()?.advice.get(self.number).map(|term| self.map.term(term)).transpose()
    }

    /// What must hold of other facts for the row to apply.
    pub fn depends_on(&self) -> Result<Vec<MapCondition>> {
        let details = self.map.details()?;
        self.conditions(&details, details.depends_on.get(self.number))
    }

    /// What the row says beyond its target.
    pub fn products(&self) -> Result<Vec<MapCondition>> {
        let details = self.map.details()?;
        self.conditions(&details, details.products.get(self.number))
    }

    fn conditions(&self, details: &Details<'_>, list: Option<u32>) -> Result<Vec<MapCondition>> {
        let Some(list) = list else { return Ok(Vec::new()) };
        let mut texts = Budgeted { map: self.map, left: MAX_CONCEPT_TEXT };
        let condition = |[attribute, system, value]: [u32; 3]| {
            let (attribute, system) = (texts.term(attribute)?, texts.term(system)?);
            Ok(MapCondition { attribute, system, value: texts.term(value)? })
        };
        details.list(list)?.into_iter().map(condition).collect()
    }

    /// Whatever else the publisher says of the row, by the publisher's name of the field, in order.
    pub fn properties(&self) -> Result<Vec<(String, String)>> {
        let details = self.map.details()?;
        let list = self.shape()?.properties.or_else(|| details.properties.get(self.number));
        let Some(list) = list else { return Ok(Vec::new()) };
        let mut texts = Budgeted { map: self.map, left: MAX_CONCEPT_TEXT };
        details.list(list)?.into_iter().map(|[name, value]| Ok((texts.term(name)?, texts.term(value)?))).collect()
    }

    /// Line of the source file, counted from 1; 0 if it has none.
    pub fn line(&self) -> Result<u32> {
        self.views().rows.line(self.number)
    }

    /// All of it, as the draft had it.
    pub fn to_row(&self) -> Result<MapRow> {
        let shape = self.shape()?;
        Ok(MapRow {
            source: self.source()?,
            source_display: self.source_display()?,
            target: self.target()?,
            target_display: self.target_display()?,
            relationship: shape.relationship,
            group: shape.group,
            priority: shape.priority,
            scenario: shape.scenario,
            choice: shape.choice,
            rule: self.rule()?,
            advice: self.advice()?,
            depends_on: self.depends_on()?,
            products: self.products()?,
            properties: self.properties()?,
            line: self.line()?,
        })
    }
}

impl fmt::Debug for ConceptMapRow<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.source(), self.target()) {
            (Ok(source), Ok(target)) => {
                write!(f, "ConceptMapRow({source} → {})", target.as_deref().unwrap_or("nothing"))
            }
            (Err(error), _) | (_, Err(error)) => write!(f, "ConceptMapRow({error})"),
        }
    }
}

/// Terms of one row, so many bytes of them: rows of honest files have no more.
struct Budgeted<'m> {
    map: &'m ConceptMap,
    left: usize,
}

impl Budgeted<'_> {
    fn term(&mut self, term: u32) -> Result<String> {
        let text = self.map.term(term)?;
        let left = self.left.checked_sub(text.len());
        self.left = left.ok_or(Error::corrupt("terms", "a row has too much text"))?;
        Ok(text)
    }
}
