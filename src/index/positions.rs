//! Section *positions*: the places of concepts in a tree in which one concept may stand several times, each place with
//! a label of its own, as the tree numbers of MeSH. What lies below a concept depends on the place.
//!
//! Places are numbered in the order of their labels.
//!
//! ```text
//! part: transducer, label → place
//! part: Column, the concept of each place
//! part: Column, places sorted by concept, those of one concept by label
//! part: the tree, encoded as the section *hierarchy* is, with places for concepts and siblings by label
//! ```

use super::automaton::{Automaton, KEY_LIMIT};
use super::bytes::{Column, Cursor, put_part};
use super::hierarchy::{self, Edge, Hierarchy};
use crate::source::EdgeKind;
use crate::{Error, Result};

const NAME: &str = "positions";

/// A place when an index is written.
pub(crate) struct PlaceInput<'d> {
    pub(crate) label: &'d str,
    pub(crate) parent: Option<&'d str>,
    pub(crate) concept: u32,
}

/// Encodes the places, in any order. An error names the place at fault by its position, and why.
pub(crate) fn encode(places: &[PlaceInput<'_>]) -> Result<Vec<u8>, (usize, &'static str)> {
    let mut sorted: Vec<(usize, &PlaceInput<'_>)> = places.iter().enumerate().collect();
    sorted.sort_by_key(|(_, place)| place.label);
    let mut labels = fst::MapBuilder::memory();
    let mut edges = Vec::new();
    for (number, &(at, place)) in (0_u32..).zip(&sorted) {
        if place.label.is_empty() || place.label.len() > KEY_LIMIT {
            return Err((at, "a position's label is empty or longer than 255 bytes"));
        }
        labels.insert(place.label, u64::from(number)).map_err(|_| (at, "a position's label is given twice"))?;
        if let Some(parent) = place.parent {
            let above = sorted.binary_search_by_key(&parent, |(_, place)| place.label);
            let above = above.map_err(|_| (at, "the position above is that of no concept"))?;
            edges.push(Edge { child: number, parent: above as u32, kind: EdgeKind::IsA });
        }
    }
    let order: Vec<u32> = (0..sorted.len() as u32).collect();
    let tree = hierarchy::encode(&order, &edges).map_err(|refused| {
        let at = sorted.get(refused.concept as usize).map_or(0, |(at, _)| *at);
        (at, "a position stands below itself, or too many levels down")
    })?;
    let concepts: Vec<u32> = sorted.iter().map(|(_, place)| place.concept).collect();
    let mut by_concept = order;
    by_concept.sort_by_key(|&place| concepts.get(place as usize));
    let labels = labels.into_inner().map_err(|_| (0, "the labels of positions cannot be stored"))?;
    let mut out = Vec::new();
    put_part(&mut out, &labels);
    put_part(&mut out, &Column::encode(&concepts));
    put_part(&mut out, &Column::encode(&by_concept));
    put_part(&mut out, &tree);
    Ok(out)
}

/// The section, opened.
#[derive(Clone, Copy)]
pub(crate) struct Positions<'a> {
    labels: Automaton<'a>,
    concepts: Column<'a>,
    by_concept: Column<'a>,
    tree: Hierarchy<'a>,
    /// How many concepts the file has.
    count: u32,
}

fn damaged() -> Error {
    Error::corrupt(NAME, "its parts contradict each other")
}

impl<'a> Positions<'a> {
    pub(crate) fn open(section: &'a [u8], count: u32) -> Result<Self> {
        let mut cursor = Cursor::new(section);
        let mut part = || cursor.part().ok_or_else(damaged);
        let labels = Automaton::new(part()?, NAME)?;
        let concepts = Column::open(part()?).ok_or_else(damaged)?;
        let by_concept = Column::open(part()?).ok_or_else(damaged)?;
        let places = u32::try_from(concepts.len()).map_err(|_| damaged())?;
        let tree = Hierarchy::open(part()?, places).map_err(|_| damaged())?;
        if labels.len() != u64::from(places) || by_concept.len() != concepts.len() {
            return Err(damaged());
        }
        Ok(Self { labels, concepts, by_concept, tree, count })
    }

    pub(crate) fn find(&self, label: &str) -> Result<Option<u32>> {
        let Some(place) = self.labels.get(label.as_bytes())? else { return Ok(None) };
        u32::try_from(place).ok().filter(|place| self.is_place(*place)).map(Some).ok_or_else(damaged)
    }

    fn is_place(&self, place: u32) -> bool {
        (place as usize) < self.concepts.len()
    }

    pub(crate) fn label(&self, place: u32) -> Result<String> {
        let mut label = Vec::new();
        if !self.labels.key_of(u64::from(place), &mut label)? {
            return Err(damaged());
        }
        String::from_utf8(label).map_err(|_| damaged())
    }

    pub(crate) fn concept(&self, place: u32) -> Result<u32> {
        self.concepts.get(place as usize).filter(|concept| *concept < self.count).ok_or_else(damaged)
    }

    /// The places of a concept, by label.
    pub(crate) fn of_concept(&self, concept: u32) -> Result<Vec<u32>> {
        let concept_at = |at: usize| self.by_concept.get(at).map_or(Err(damaged()), |place| self.concept(place));
        let (mut low, mut high) = (0, self.by_concept.len());
        while low < high {
            let middle = low.midpoint(high);
            if concept_at(middle)? < concept { low = middle + 1 } else { high = middle }
        }
        let mut places = Vec::new();
        while low < self.by_concept.len() && concept_at(low)? == concept {
            places.extend(self.by_concept.get(low));
            low += 1;
        }
        Ok(places)
    }

    pub(crate) fn parent(&self, place: u32) -> Result<Option<u32>> {
        let above = self.tree.node(place).and_then(|node| self.tree.tree_parent(node));
        let above = above.and_then(|node| node.map(|node| self.tree.concept(node)).transpose());
        above.map_err(|_| damaged())
    }

    /// The places one step below, by label.
    pub(crate) fn children(&self, place: u32) -> Result<Vec<u32>> {
        self.tree.tree_children(place).map_err(|_| damaged())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn places<'d>(list: &[(&'d str, Option<&'d str>, u32)]) -> Vec<PlaceInput<'d>> {
        list.iter().map(|&(label, parent, concept)| PlaceInput { label, parent, concept }).collect()
    }

    /// Concept 1 stands below concept 0 and below concept 2, and has another child at each place.
    fn sample() -> Vec<u8> {
        let list = [
            ("C08.381", Some("C08"), 1),
            ("C08", None, 0),
            ("C14", None, 2),
            ("C14.907", Some("C14"), 1),
            ("C14.907.1", Some("C14.907"), 4),
            ("C08.381.1", Some("C08.381"), 3),
        ];
        encode(&places(&list)).unwrap()
    }

    #[test]
    fn children_depend_on_the_place() {
        let section = sample();
        let positions = Positions::open(&section, 5).unwrap();
        let below = |label: &str| {
            let place = positions.find(label).unwrap().unwrap();
            let children = positions.children(place).unwrap();
            children.into_iter().map(|child| positions.label(child).unwrap()).collect::<Vec<_>>()
        };
        assert_eq!(below("C08.381"), ["C08.381.1"]);
        assert_eq!(below("C14.907"), ["C14.907.1"]);
        let labels: Vec<_> =
            positions.of_concept(1).unwrap().into_iter().map(|place| positions.label(place).unwrap()).collect();
        assert_eq!(labels, ["C08.381", "C14.907"]);
        let finest = positions.find("C14.907.1").unwrap().unwrap();
        assert_eq!(positions.concept(finest).unwrap(), 4);
        assert_eq!(positions.label(positions.parent(finest).unwrap().unwrap()).unwrap(), "C14.907");
        assert_eq!(positions.find("C08.38").unwrap(), None);
        assert!(positions.label(6).is_err() && positions.concept(6).is_err());
        assert!(positions.of_concept(9).unwrap().is_empty());
    }

    #[test]
    fn what_makes_no_tree_is_refused() {
        for (list, at) in [
            (vec![("A", None, 0), ("B", Some("X"), 1)], 1),
            (vec![("B", None, 0), ("A", None, 1), ("A", None, 2)], 2),
            (vec![("A", None, 0), ("", None, 1)], 1),
            (vec![("A", Some("A"), 0)], 0),
        ] {
            assert_eq!(encode(&places(&list)).unwrap_err().0, at, "{list:?}");
        }
    }

    #[test]
    fn damage_is_an_error_or_another_answer() {
        let section = sample();
        for length in 0..section.len() {
            assert!(Positions::open(&section[..length], 5).is_err(), "{length}");
        }
        for at in 0..section.len() {
            for bits in [0xff, 0x01, 0x80] {
                let mut damaged = section.clone();
                damaged[at] ^= bits;
                let Ok(positions) = Positions::open(&damaged, 5) else { continue };
                for place in 0..7 {
                    let _ = (positions.label(place), positions.parent(place), positions.children(place));
                    let _ = (positions.of_concept(place), positions.find("C14.907"));
                }
            }
        }
    }
}
