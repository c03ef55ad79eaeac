//! The rows of a map, what few of them say, and the rows of each target.

use std::collections::HashMap;
use std::ops::Range;

use super::super::bytes::{Column, Cursor, put_part, put_varint};
use super::super::members::Members;
use super::columns::{Packed, Rising, SparseNumbers};
use crate::source::Relationship;
use crate::{Error, Result};

const ROWS: &str = "map rows";
const DETAILS: &str = "map details";
const TARGETS: &str = "map targets";

/// Bytes of a stored shape.
const SHAPE: usize = 13;

/// What a row says in numbers.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Default)]
pub(crate) struct Shape {
    pub(crate) relationship: Option<Relationship>,
    pub(crate) group: u16,
    pub(crate) priority: u16,
    pub(crate) scenario: u16,
    pub(crate) choice: u16,
    /// The list of its properties, if so few differ that rows share them.
    pub(crate) properties: Option<u32>,
}

impl Shape {
    fn encode(self, out: &mut Vec<u8>) {
        out.push(match self.relationship {
            None => 0,
            Some(Relationship::Equivalent) => 1,
            Some(Relationship::SourceIsNarrowerThanTarget) => 2,
            Some(Relationship::SourceIsBroaderThanTarget) => 3,
            Some(Relationship::RelatedTo) => 4,
            Some(Relationship::NotRelatedTo) => 5,
        });
        for number in [self.group, self.priority, self.scenario, self.choice] {
            out.extend(number.to_le_bytes());
        }
        out.extend(self.properties.map_or(0, |list| list + 1).to_le_bytes());
    }

    #[inline]
    fn decode(bytes: &[u8]) -> Option<Self> {
        let mut cursor = Cursor::new(bytes);
        let relationship = match cursor.u8()? {
            0 => None,
            1 => Some(Relationship::Equivalent),
            2 => Some(Relationship::SourceIsNarrowerThanTarget),
            3 => Some(Relationship::SourceIsBroaderThanTarget),
            4 => Some(Relationship::RelatedTo),
            5 => Some(Relationship::NotRelatedTo),
            _ => return None,
        };
        let (group, priority) = (cursor.u16()?, cursor.u16()?);
        let (scenario, choice) = (cursor.u16()?, cursor.u16()?);
        Some(Self { relationship, group, priority, scenario, choice, properties: cursor.u32()?.checked_sub(1) })
    }
}

/// What the rows are made of while a map is written, in the order of the rows.
#[derive(Default)]
pub(super) struct RowsInput {
    /// The number of each row's source code.
    pub(super) sources: Vec<u32>,
    pub(super) targets: Vec<Option<u32>>,
    pub(super) shapes: Vec<Shape>,
    pub(super) lines: Vec<u32>,
    pub(super) places: Vec<u32>,
}

impl RowsInput {
    pub(super) fn encode(&self) -> Vec<u8> {
        let mut out = Vec::new();
        put_part(&mut out, &starts(self.sources.iter().copied(), self.sources.len()));
        let targets: Vec<u32> = self.targets.iter().map(|target| target.map_or(0, |number| number + 1)).collect();
        put_part(&mut out, &Packed::encode(&targets));
        for part in encode_shapes(&self.shapes) {
            put_part(&mut out, &part);
        }
        put_part(&mut out, &Rising::encode(&self.lines));
        put_part(&mut out, &Rising::encode(&self.places));
        out
    }

    /// The section of the rows of each target.
    pub(super) fn encode_targets(&self) -> Vec<u8> {
        let mut pairs: Vec<(u32, u32)> =
            (0..).zip(&self.targets).filter_map(|(row, target)| target.map(|target| (target, row))).collect();
        pairs.sort_unstable();
        let rows: Vec<u32> = pairs.iter().map(|(_, row)| *row).collect();
        let mut out = Vec::new();
        put_part(&mut out, &starts(pairs.iter().map(|(target, _)| *target), pairs.len()));
        put_part(&mut out, &Packed::encode(&rows));
        out
    }

    /// Puts the lists of properties (by row) into the shapes if that takes less room than a column of their own.
    pub(super) fn share_properties(&mut self, lists: &mut Vec<(u32, u32)>) {
        let mut shared = self.shapes.clone();
        for &(row, list) in lists.iter() {
            if let Some(shape) = shared.get_mut(row as usize) {
                shape.properties = Some(list);
            }
        }
        let length = |shapes: &[Shape]| encode_shapes(shapes).iter().map(Vec::len).sum::<usize>();
        let mut apart = Vec::new();
        SparseNumbers::encode(lists, self.shapes.len() as u32, &mut apart);
        if length(&shared) < length(&self.shapes) + apart.len() {
            self.shapes = shared;
            lists.clear();
        }
    }
}

/// The different shapes, and the number of each row's.
fn encode_shapes(rows: &[Shape]) -> [Vec<u8>; 2] {
    let mut known = HashMap::new();
    let (mut shapes, mut numbers) = (Vec::new(), Vec::new());
    for shape in rows {
        let next = known.len() as u32;
        numbers.push(*known.entry(*shape).or_insert_with(|| {
            shape.encode(&mut shapes);
            next
        }));
    }
    [shapes, if known.len() > 1 { Packed::encode(&numbers) } else { Vec::new() }]
}

/// The positions at which an ascending list goes over to the next number.
fn starts(numbers: impl Iterator<Item = u32>, count: usize) -> Vec<u8> {
    let mut previous = None;
    let starts: Vec<u32> = (0..)
        .zip(numbers)
        .filter(|(_, number)| previous.replace(*number) != Some(*number))
        .map(|(position, _)| position)
        .collect();
    Members::encode(&starts, count as u32)
}

/// Where the rows of a code stand among `rows`.
#[inline]
fn range(starts: &Members<'_>, code: u32, rows: u32) -> Option<Range<u32>> {
    let (start, next) = starts.pair(code)?;
    let end = next.unwrap_or(rows);
    (start < end && end <= rows).then_some(start..end)
}

/// The rows, read where they lie.
pub(crate) struct Rows<'a> {
    starts: Members<'a>,
    targets: Packed<'a>,
    shapes: &'a [[u8; SHAPE]],
    /// `None` if all rows have the first.
    shape_of: Option<Packed<'a>>,
    lines: Rising<'a>,
    places: Rising<'a>,
}

#[cold]
fn damaged(section: &'static str) -> Error {
    Error::corrupt(section, "a part is cut off, or does not fit the others")
}

impl<'a> Rows<'a> {
    pub(crate) fn open(section: &'a [u8]) -> Result<Self> {
        Self::parse(section).ok_or_else(|| damaged(ROWS))
    }

    fn parse(section: &'a [u8]) -> Option<Self> {
        let mut cursor = Cursor::new(section);
        let starts = cursor.part()?;
        let targets = Packed::open(cursor.part()?)?;
        let rows = targets.len();
        let starts = Members::open(starts, rows)?;
        let (shapes, rest) = cursor.part()?.as_chunks();
        let shape_of = match cursor.part()? {
            [] => None,
            bytes => Some(Packed::open(bytes).filter(|column| column.len() == rows)?),
        };
        let (lines, places) = (Rising::open(cursor.part()?, rows)?, Rising::open(cursor.part()?, rows)?);
        let fits = rest.is_empty() && starts.len() <= rows && cursor.is_empty();
        fits.then_some(Self { starts, targets, shapes, shape_of, lines, places })
    }

    /// How many rows there are.
    #[inline]
    pub(crate) fn count(&self) -> u32 {
        self.targets.len()
    }

    /// How many source codes there are.
    pub(crate) fn sources(&self) -> u32 {
        self.starts.len()
    }

    /// The rows of a source code.
    #[inline]
    pub(crate) fn of_source(&self, code: u32) -> Result<Range<u32>> {
        range(&self.starts, code, self.count()).ok_or_else(|| damaged(ROWS))
    }

    /// The source code of a row.
    #[inline]
    pub(crate) fn source(&self, row: u32) -> Result<u32> {
        self.starts.before(row.saturating_add(1)).checked_sub(1).ok_or_else(|| damaged(ROWS))
    }

    #[inline]
    pub(crate) fn target(&self, row: u32) -> Result<Option<u32>> {
        Ok(self.targets.get(row).ok_or_else(|| damaged(ROWS))?.checked_sub(1))
    }

    #[inline]
    pub(crate) fn shape(&self, row: u32) -> Result<Shape> {
        let number = self.shape_of.map_or(Some(0), |column| column.get(row));
        let shape = number.and_then(|number| Shape::decode(self.shapes.get(number as usize)?));
        shape.ok_or_else(|| damaged(ROWS))
    }

    pub(crate) fn line(&self, row: u32) -> Result<u32> {
        self.lines.get(row).ok_or_else(|| damaged(ROWS))
    }

    /// Where the row stood in the draft.
    pub(crate) fn place(&self, row: u32) -> Result<u32> {
        self.places.get(row).ok_or_else(|| damaged(ROWS))
    }
}

/// What some rows say, while a map is written.
#[derive(Default)]
pub(super) struct DetailsInput {
    lists: Vec<u8>,
    ends: Vec<u32>,
    known: HashMap<Vec<u32>, u32>,
    pub(super) rules: Vec<(u32, u32)>,
    pub(super) advice: Vec<(u32, u32)>,
    pub(super) properties: Vec<(u32, u32)>,
    pub(super) depends_on: Vec<(u32, u32)>,
    pub(super) products: Vec<(u32, u32)>,
}

impl DetailsInput {
    /// The number of a list of terms; equal lists are stored once.
    pub(super) fn list(&mut self, terms: Vec<u32>) -> Result<u32> {
        if let Some(&number) = self.known.get(&terms) {
            return Ok(number);
        }
        terms.iter().for_each(|term| put_varint(&mut self.lists, u64::from(*term)));
        let too_long = |_| Error::Draft { message: "the properties take more than 4 GiB".to_owned(), code: None };
        let number = self.ends.len() as u32;
        self.ends.push(u32::try_from(self.lists.len()).map_err(too_long)?);
        self.known.insert(terms, number);
        Ok(number)
    }

    pub(super) fn encode(&self, rows: u32) -> Vec<u8> {
        let mut out = Vec::new();
        put_part(&mut out, &Column::encode(&self.ends));
        put_part(&mut out, &self.lists);
        for numbers in [&self.rules, &self.advice, &self.properties, &self.depends_on, &self.products] {
            SparseNumbers::encode(numbers, rows, &mut out);
        }
        out
    }
}

/// What some rows say, read where it lies.
pub(crate) struct Details<'a> {
    ends: Column<'a>,
    lists: &'a [u8],
    pub(crate) rules: SparseNumbers<'a>,
    pub(crate) advice: SparseNumbers<'a>,
    pub(crate) properties: SparseNumbers<'a>,
    pub(crate) depends_on: SparseNumbers<'a>,
    pub(crate) products: SparseNumbers<'a>,
}

impl<'a> Details<'a> {
    pub(crate) fn open(section: &'a [u8], rows: u32) -> Result<Self> {
        Self::parse(section, rows).ok_or_else(|| damaged(DETAILS))
    }

    fn parse(section: &'a [u8], rows: u32) -> Option<Self> {
        let mut cursor = Cursor::new(section);
        let (ends, lists) = (Column::open(cursor.part()?)?, cursor.part()?);
        let mut numbers = || SparseNumbers::open(&mut cursor, rows);
        let (rules, advice) = (numbers()?, numbers()?);
        let (properties, depends_on, products) = (numbers()?, numbers()?, numbers()?);
        cursor.is_empty().then_some(Self { ends, lists, rules, advice, properties, depends_on, products })
    }

    /// The terms of a list, which must be so many or a multiple.
    pub(crate) fn list<const WIDTH: usize>(&self, number: u32) -> Result<Vec<[u32; WIDTH]>> {
        self.parse_list(number).ok_or_else(|| damaged(DETAILS))
    }

    fn parse_list<const WIDTH: usize>(&self, number: u32) -> Option<Vec<[u32; WIDTH]>> {
        let number = number as usize;
        let start = number.checked_sub(1).map_or(Some(0), |before| self.ends.get(before))?;
        let mut cursor = Cursor::new(self.lists.get(start as usize..self.ends.get(number)? as usize)?);
        let mut list = Vec::new();
        while !cursor.is_empty() {
            let mut item = [0; WIDTH];
            for term in &mut item {
                *term = cursor.varint_u32()?;
            }
            list.push(item);
        }
        Some(list)
    }
}

/// The rows of each target, read where they lie.
pub(crate) struct Targets<'a> {
    starts: Members<'a>,
    /// The rows, by target.
    pub(crate) rows: Packed<'a>,
}

impl<'a> Targets<'a> {
    /// `count` is how many targets there are.
    pub(crate) fn open(section: &'a [u8], count: u32) -> Result<Self> {
        Self::parse(section, count).ok_or_else(|| damaged(TARGETS))
    }

    fn parse(section: &'a [u8], count: u32) -> Option<Self> {
        let mut cursor = Cursor::new(section);
        let (starts, rows) = (cursor.part()?, Packed::open(cursor.part()?)?);
        let starts = Members::open(starts, rows.len())?;
        (starts.len() == count && cursor.is_empty()).then_some(Self { starts, rows })
    }

    /// Where the rows of a target stand among [`rows`](Self::rows).
    #[inline]
    pub(crate) fn of_target(&self, code: u32) -> Result<Range<u32>> {
        range(&self.starts, code, self.rows.len()).ok_or_else(|| damaged(TARGETS))
    }
}
