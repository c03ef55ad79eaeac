//! Section *hierarchy*: parents, children and subsumption.
//!
//! Every concept has one place in a spanning tree, the place where its publisher prints it. The tree's
//! nodes are numbered in pre-order, so that the concepts below a node are an interval of nodes. Edges
//! beyond the tree (further parents, part-of) are listed apart; for the concepts above such edges the
//! further intervals below them are listed too, so that subsumption stays a test on intervals
//! (R. Agrawal, A. Borgida and H. Jagadish, "Efficient management of transitive relationships in large
//! data and knowledge bases", SIGMOD 1989).
//!
//! ```text
//! part: permutation between nodes and concepts
//! part: Bitmap over nodes, one for each that has children; call these inner nodes
//! part: SmallNumbers, for each inner node: how many nodes lie below it
//! part: SmallNumbers, for each inner node: how many inner nodes back its parent stands, or 0 for a root
//! part: further edges: nothing, or
//!       part: Column, the child's concept, ascending | part: Column, the parent's concept
//!       | part: one byte each, the kind (0 is-a, 1 part-of) | part: Column, numbers of the edges sorted by parent
//! part: further intervals: nothing, or
//!       part: Column, the concept above, ascending | part: Column, first node | part: Column, one past the last node
//!
//! permutation   0 u8 | part: Column, first concept of each run, ascending | part: Column, its first node
//!                    | part: Column, numbers of the runs sorted by node      (runs: consecutive in both)
//!                    | part: Column, signposts to the runs by concept | part: Column, to those by node
//!               1 u8 | part: Column, node → concept | part: Column, concept → node
//! signposts     for each 128 numbers, and for the end: how many runs begin before them
//! ```
//! A leaf stores nothing: its parent is found from the last inner node before it.

use std::ops::Range;

use super::bytes::{Bitmap, Column, Cursor, put_part};
use super::sparse::SmallNumbers;
use crate::source::EdgeKind;
use crate::{Error, Result};

const NAME: &str = "hierarchy";
/// The most levels of the tree, several times those of any published list: a walk upwards is no longer than this,
/// whatever the columns hold.
const MAX_LEVELS: usize = 255;

/// An edge from a child to a parent, both as concept numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Edge {
    pub(crate) child: u32,
    pub(crate) parent: u32,
    pub(crate) kind: EdgeKind,
}

/// Encodes the hierarchy of `order.len()` concepts.
///
/// `order` lists the concepts as the publisher prints them; `edges` holds each concept's edges in order
/// of preference. Errors name a concept on a cycle or too far down.
pub(crate) fn encode(order: &[u32], edges: &[Edge]) -> Result<Vec<u8>, Refused> {
    let tree = Tree::build(order, edges)?;
    let mut further: Vec<Edge> = edges.iter().copied().filter(|edge| !tree.holds(edge)).collect();
    further.sort_unstable();
    further.dedup();
    let intervals = further_intervals(&tree, &further)?;

    let inner: Vec<u32> = (0..order.len() as u32).filter(|node| tree.end(*node) > node + 1).collect();

    let mut out = Vec::new();
    put_part(&mut out, &encode_permutation(&tree.concept_of));
    put_part(&mut out, &Bitmap::encode(order.len() as u32, inner.iter().copied()));
    put_part(&mut out, &SmallNumbers::encode(inner.iter().map(|node| tree.end(*node) - node - 1)));
    let rank = |node: u32| inner.partition_point(|before| *before < node) as u32;
    let steps_back = (0..).zip(&inner).map(|(own, node)| tree.parent(*node).map_or(0, |parent| own - rank(parent)));
    put_part(&mut out, &SmallNumbers::encode(steps_back));
    put_part(&mut out, &encode_further_edges(&further));
    put_part(&mut out, &encode_further_intervals(&intervals));
    Ok(out)
}

fn column(values: impl Iterator<Item = u32>) -> Vec<u8> {
    Column::encode(&values.collect::<Vec<_>>())
}

fn encode_further_edges(edges: &[Edge]) -> Vec<u8> {
    let mut out = Vec::new();
    if !edges.is_empty() {
        let mut by_parent: Vec<u32> = (0..edges.len() as u32).collect();
        by_parent.sort_by_key(|&edge| edges.get(edge as usize).map(|edge| (edge.parent, edge.child)));
        put_part(&mut out, &column(edges.iter().map(|edge| edge.child)));
        put_part(&mut out, &column(edges.iter().map(|edge| edge.parent)));
        put_part(&mut out, &edges.iter().map(|edge| kind_code(edge.kind)).collect::<Vec<_>>());
        put_part(&mut out, &Column::encode(&by_parent));
    }
    out
}

fn encode_further_intervals(intervals: &[(u32, u32, u32)]) -> Vec<u8> {
    let mut out = Vec::new();
    if !intervals.is_empty() {
        put_part(&mut out, &column(intervals.iter().map(|interval| interval.0)));
        put_part(&mut out, &column(intervals.iter().map(|interval| interval.1)));
        put_part(&mut out, &column(intervals.iter().map(|interval| interval.2)));
    }
    out
}

/// Why edges make no hierarchy, and the concept at which that was found.
#[derive(Debug)]
pub(crate) struct Refused {
    pub(crate) concept: u32,
    pub(crate) reason: &'static str,
}

impl Refused {
    fn cyclic(concept: u32) -> Self {
        Self { concept, reason: "it is its own ancestor" }
    }
}

fn kind_code(kind: EdgeKind) -> u8 {
    match kind {
        EdgeKind::IsA => 0,
        EdgeKind::PartOf => 1,
    }
}

/// The spanning tree while it is built.
struct Tree {
    concept_of: Vec<u32>,
    node_of: Vec<u32>,
    /// By node: one past the last node below it.
    ends: Vec<u32>,
    /// By concept: the parent in the tree.
    parents: Vec<Option<u32>>,
}

impl Tree {
    fn build(order: &[u32], edges: &[Edge]) -> Result<Self, Refused> {
        let mut parents = vec![None; order.len()];
        for edge in edges.iter().filter(|edge| edge.kind == EdgeKind::IsA) {
            if let Some(parent @ None) = parents.get_mut(edge.child as usize) {
                *parent = Some(edge.parent);
            }
        }
        let mut children: Vec<Vec<u32>> = vec![Vec::new(); order.len()];
        let mut roots = Vec::new();
        for &concept in order {
            match parents.get(concept as usize).copied().flatten() {
                Some(parent) => children.get_mut(parent as usize).into_iter().for_each(|list| list.push(concept)),
                None => roots.push(concept),
            }
        }
        let mut tree = Self {
            concept_of: Vec::with_capacity(order.len()),
            node_of: vec![u32::MAX; order.len()],
            ends: vec![0; order.len()],
            parents,
        };
        // Each level of the stack holds the siblings still to visit, last first, and the node above them.
        let mut stack = vec![(roots.into_iter().rev().collect::<Vec<_>>(), None)];
        while let Some((siblings, above)) = stack.last_mut() {
            let Some(concept) = siblings.pop() else {
                let end = tree.concept_of.len() as u32;
                if let Some(node) = above.take() {
                    let node: u32 = node;
                    tree.ends.get_mut(node as usize).into_iter().for_each(|slot| *slot = end);
                }
                stack.pop();
                continue;
            };
            if stack.len() > MAX_LEVELS {
                return Err(Refused { concept, reason: "it stands too many levels down" });
            }
            let node = tree.concept_of.len() as u32;
            tree.concept_of.push(concept);
            tree.node_of.get_mut(concept as usize).into_iter().for_each(|slot| *slot = node);
            let below = children.get_mut(concept as usize).map(std::mem::take).unwrap_or_default();
            stack.push((below.into_iter().rev().collect(), Some(node)));
        }
        // A concept that no root leads to hangs on a cycle.
        match tree.node_of.iter().position(|node| *node == u32::MAX) {
            Some(concept) => Err(Refused::cyclic(concept as u32)),
            None => Ok(tree),
        }
    }

    fn holds(&self, edge: &Edge) -> bool {
        edge.kind == EdgeKind::IsA && self.parents.get(edge.child as usize) == Some(&Some(edge.parent))
    }

    fn node(&self, concept: u32) -> u32 {
        self.node_of.get(concept as usize).copied().unwrap_or_default()
    }

    fn end(&self, node: u32) -> u32 {
        self.ends.get(node as usize).copied().unwrap_or_default()
    }

    fn parent(&self, node: u32) -> Option<u32> {
        let concept = self.concept_of.get(node as usize)?;
        self.parents.get(*concept as usize).copied().flatten().map(|parent| self.node(parent))
    }
}

/// For every concept above a further is-a edge: the intervals of nodes below it that its own interval lacks.
fn further_intervals(tree: &Tree, further: &[Edge]) -> Result<Vec<(u32, u32, u32)>, Refused> {
    let is_a: Vec<&Edge> = further.iter().filter(|edge| edge.kind == EdgeKind::IsA).collect();
    if is_a.is_empty() {
        return Ok(Vec::new());
    }
    let count = tree.concept_of.len();
    let mut parents: Vec<Vec<u32>> = tree.parents.iter().map(|parent| parent.iter().copied().collect()).collect();
    for edge in &is_a {
        parents.get_mut(edge.child as usize).into_iter().for_each(|list| list.push(edge.parent));
    }
    // Children before parents, so that each list is complete before it is passed upwards.
    let mut waiting = vec![0_u32; count];
    for parent in parents.iter().flatten() {
        waiting.get_mut(*parent as usize).into_iter().for_each(|slot| *slot += 1);
    }
    let mut ready: Vec<u32> = (0..count as u32).filter(|concept| waiting.get(*concept as usize) == Some(&0)).collect();
    let mut lists: Vec<Vec<(u32, u32)>> = vec![Vec::new(); count];
    let mut intervals = Vec::new();
    let mut finished = 0;
    while let Some(concept) = ready.pop() {
        finished += 1;
        let own = (tree.node(concept), tree.end(tree.node(concept)));
        let list = merge(std::mem::take(lists.get_mut(concept as usize).unwrap_or(&mut Vec::new())), own);
        for &parent in parents.get(concept as usize).into_iter().flatten() {
            if let Some(above) = lists.get_mut(parent as usize) {
                above.push(own);
                above.extend(&list);
            }
            if let Some(slot) = waiting.get_mut(parent as usize) {
                *slot -= 1;
                if *slot == 0 {
                    ready.push(parent);
                }
            }
        }
        intervals.extend(list.into_iter().map(|(start, end)| (concept, start, end)));
    }
    if finished < count {
        let stuck = waiting.iter().position(|left| *left > 0).unwrap_or_default();
        return Err(Refused::cyclic(stuck as u32));
    }
    intervals.sort_unstable();
    Ok(intervals)
}

/// The union of intervals, without what lies in `own`.
fn merge(mut list: Vec<(u32, u32)>, own: (u32, u32)) -> Vec<(u32, u32)> {
    list.sort_unstable_by_key(|&(start, end)| (start, std::cmp::Reverse(end)));
    let mut merged: Vec<(u32, u32)> = Vec::new();
    for (start, end) in list {
        match merged.last_mut() {
            Some(last) if start <= last.1 => last.1 = last.1.max(end),
            _ => merged.push((start, end)),
        }
    }
    // Neighbours that were joined further down may reach over the ends of the own interval.
    merged.into_iter().flat_map(|(start, end)| split_around(start, end, own)).collect()
}

fn split_around(start: u32, end: u32, own: (u32, u32)) -> impl Iterator<Item = (u32, u32)> {
    let (before, after) =
        if start < own.1 && own.0 < end { ((start, own.0), (own.1, end)) } else { ((start, end), (0, 0)) };
    [before, after].into_iter().filter(|(start, end)| start < end)
}

/// Numbers between two signposts to the runs.
const SIGNPOST: u32 = 128;

fn encode_permutation(concept_of: &[u32]) -> Vec<u8> {
    let count = concept_of.len() as u32;
    // First concept and first node of each run.
    let mut runs: Vec<(u32, u32)> = Vec::new();
    let mut expected = None;
    for (node, &concept) in concept_of.iter().enumerate() {
        if expected != Some(concept) {
            runs.push((concept, node as u32));
        }
        expected = concept.checked_add(1);
    }
    let mut out = Vec::new();
    // A run takes three numbers, an entry of the plain form two.
    if runs.len() * 3 < concept_of.len() * 2 {
        let nodes: Vec<u32> = runs.iter().map(|run| run.1).collect();
        runs.sort_unstable();
        let mut by_node: Vec<u32> = (0..runs.len() as u32).collect();
        by_node.sort_by_key(|&run| runs.get(run as usize).map(|run| run.1));
        let concepts: Vec<u32> = runs.iter().map(|run| run.0).collect();
        out.push(0);
        put_part(&mut out, &Column::encode(&concepts));
        put_part(&mut out, &Column::encode(&runs.iter().map(|run| run.1).collect::<Vec<_>>()));
        put_part(&mut out, &Column::encode(&by_node));
        put_part(&mut out, &Column::encode(&signposts(&concepts, count)));
        put_part(&mut out, &Column::encode(&signposts(&nodes, count)));
    } else {
        let mut node_of = vec![0; concept_of.len()];
        for (node, &concept) in concept_of.iter().enumerate() {
            node_of.get_mut(concept as usize).into_iter().for_each(|slot| *slot = node as u32);
        }
        out.push(1);
        put_part(&mut out, &Column::encode(concept_of));
        put_part(&mut out, &Column::encode(&node_of));
    }
    out
}

/// How many of the ascending `starts` come before each multiple of [`SIGNPOST`], up to and beyond `count`.
fn signposts(starts: &[u32], count: u32) -> Vec<u32> {
    let posts = 0..=count.div_ceil(SIGNPOST);
    posts.map(|post| starts.partition_point(|start| start / SIGNPOST < post) as u32).collect()
}

#[derive(Clone, Copy)]
enum Permutation<'a> {
    Runs { concepts: Column<'a>, nodes: Column<'a>, by_node: Column<'a>, to_concepts: Column<'a>, to_nodes: Column<'a> },
    Plain { concept_of: Column<'a>, node_of: Column<'a> },
}

impl<'a> Permutation<'a> {
    #[inline]
    fn open(bytes: &'a [u8]) -> Option<Self> {
        let mut cursor = Cursor::new(bytes);
        let form = cursor.u8()?;
        let mut column = || Column::open(cursor.part()?);
        let (first, second) = (column()?, column()?);
        match form {
            0 => {
                let (by_node, to_concepts, to_nodes) = (column()?, column()?, column()?);
                let fits = first.len() == second.len() && first.len() == by_node.len();
                fits.then_some(Self::Runs { concepts: first, nodes: second, by_node, to_concepts, to_nodes })
            }
            1 => (first.len() == second.len()).then_some(Self::Plain { concept_of: first, node_of: second }),
            _ => None,
        }
    }

    fn concept(&self, node: u32) -> Option<u32> {
        match self {
            Self::Plain { concept_of, .. } => concept_of.get(node as usize),
            Self::Runs { concepts, nodes, by_node, to_nodes, .. } => {
                let start = |position: usize| nodes.get(by_node.get(position)? as usize);
                let run = by_node.get(last_up_to(node, between(to_nodes, node)?, start)?)? as usize;
                concepts.get(run)?.checked_add(node.checked_sub(nodes.get(run)?)?)
            }
        }
    }

    #[inline]
    fn node(&self, concept: u32) -> Option<u32> {
        match self {
            Self::Plain { node_of, .. } => node_of.get(concept as usize),
            Self::Runs { concepts, nodes, to_concepts, .. } => {
                let run = last_up_to(concept, between(to_concepts, concept)?, |run| concepts.get(run))?;
                nodes.get(run)?.checked_add(concept.checked_sub(concepts.get(run)?)?)
            }
        }
    }
}

/// The runs that begin between the signposts around `number`.
#[inline]
fn between(signposts: &Column<'_>, number: u32) -> Option<Range<usize>> {
    let post = (number / SIGNPOST) as usize;
    Some(signposts.get(post)? as usize..signposts.get(post + 1)? as usize)
}

/// The last run whose start is at most `number`: one of `runs`, or the one before them.
#[inline]
fn last_up_to(number: u32, runs: Range<usize>, start: impl Fn(usize) -> Option<u32>) -> Option<usize> {
    let (mut low, mut high) = (runs.start, runs.end);
    while low < high {
        let middle = low.midpoint(high);
        if start(middle)? <= number { low = middle + 1 } else { high = middle }
    }
    low.checked_sub(1)
}

/// The section, opened.
#[derive(Clone, Copy)]
pub(crate) struct Hierarchy<'a> {
    count: u32,
    permutation: Permutation<'a>,
    inner: Bitmap<'a>,
    /// By number of the inner node.
    sizes: SmallNumbers<'a>,
    steps_back: SmallNumbers<'a>,
    further: FurtherEdges<'a>,
    intervals: FurtherIntervals<'a>,
}

#[derive(Clone, Copy)]
struct FurtherEdges<'a> {
    children: Column<'a>,
    parents: Column<'a>,
    kinds: &'a [u8],
    by_parent: Column<'a>,
}

#[derive(Clone, Copy)]
struct FurtherIntervals<'a> {
    concepts: Column<'a>,
    starts: Column<'a>,
    ends: Column<'a>,
}

impl<'a> FurtherEdges<'a> {
    const NONE: Self = Self { children: Column::EMPTY, parents: Column::EMPTY, kinds: &[], by_parent: Column::EMPTY };

    #[inline]
    fn open(bytes: &'a [u8]) -> Option<Self> {
        if bytes.is_empty() {
            return Some(Self::NONE);
        }
        let mut cursor = Cursor::new(bytes);
        let (children, parents) = (Column::open(cursor.part()?)?, Column::open(cursor.part()?)?);
        let (kinds, by_parent) = (cursor.part()?, Column::open(cursor.part()?)?);
        let fits = [parents.len(), kinds.len(), by_parent.len()] == [children.len(); 3];
        fits.then_some(Self { children, parents, kinds, by_parent })
    }
}

impl<'a> FurtherIntervals<'a> {
    const NONE: Self = Self { concepts: Column::EMPTY, starts: Column::EMPTY, ends: Column::EMPTY };

    #[inline]
    fn open(bytes: &'a [u8]) -> Option<Self> {
        if bytes.is_empty() {
            return Some(Self::NONE);
        }
        let mut cursor = Cursor::new(bytes);
        let mut column = || Column::open(cursor.part()?);
        let (concepts, starts, ends) = (column()?, column()?, column()?);
        ([starts.len(), ends.len()] == [concepts.len(); 2]).then_some(Self { concepts, starts, ends })
    }
}

#[cold]
fn damaged() -> Error {
    Error::corrupt(NAME, "its columns contradict each other")
}

impl<'a> Hierarchy<'a> {
    pub(crate) fn open(section: &'a [u8], count: u32) -> Result<Self> {
        Self::parse(section, count).ok_or_else(damaged)
    }

    fn parse(section: &'a [u8], count: u32) -> Option<Self> {
        let mut cursor = Cursor::new(section);
        let permutation = Permutation::open(cursor.part()?)?;
        let inner = Bitmap::open(cursor.part()?)?;
        let (sizes, steps_back) = (SmallNumbers::open(cursor.part()?)?, SmallNumbers::open(cursor.part()?)?);
        let (further, intervals) = (FurtherEdges::open(cursor.part()?)?, FurtherIntervals::open(cursor.part()?)?);
        let fits = inner.len() == count && [sizes.len(), steps_back.len()] == [inner.ones() as usize; 2];
        fits.then_some(Self { count, permutation, inner, sizes, steps_back, further, intervals })
    }

    /// True if the concept has children in the tree.
    #[inline]
    pub(crate) fn has_children(&self, concept: u32) -> Result<bool> {
        Ok(self.inner.get(self.node(concept)?))
    }

    #[inline]
    pub(crate) fn node(&self, concept: u32) -> Result<u32> {
        self.permutation.node(concept).filter(|node| *node < self.count).ok_or_else(damaged)
    }

    pub(crate) fn concept(&self, node: u32) -> Result<u32> {
        self.permutation.concept(node).filter(|concept| *concept < self.count).ok_or_else(damaged)
    }

    /// One past the last node below `node`, which is `node + 1` for a leaf.
    pub(crate) fn end(&self, node: u32) -> Result<u32> {
        let inner = self.inner;
        if inner.get(node) { self.inner_end(inner.rank(node), node) } else { Ok(node.saturating_add(1)) }
    }

    /// The same for the inner node `number`, which is `node`.
    fn inner_end(&self, number: u32, node: u32) -> Result<u32> {
        let end = self.sizes.get(number as usize).and_then(|size| node.checked_add(size)?.checked_add(1));
        end.filter(|end| *end <= self.count).ok_or_else(damaged)
    }

    pub(crate) fn tree_parent(&self, node: u32) -> Result<Option<u32>> {
        let inner = self.inner;
        let number = inner.rank(node);
        // What is above a leaf is the inner node before it, or is above that.
        let mut candidate = if inner.get(node) { self.above(number)? } else { number.checked_sub(1) };
        for _ in 0..MAX_LEVELS {
            let Some(number) = candidate else { return Ok(None) };
            let start = inner.select(number).ok_or_else(damaged)?;
            if node < self.inner_end(number, start)? {
                return Ok(Some(start));
            }
            candidate = self.above(number)?;
        }
        Err(damaged())
    }

    /// The number of the inner node above the inner node `number`; always a lower one, so that walks upwards end.
    fn above(&self, number: u32) -> Result<Option<u32>> {
        match self.steps_back.get(number as usize) {
            Some(0) => Ok(None),
            Some(steps) => number.checked_sub(steps).map(Some).ok_or_else(damaged),
            None => Err(damaged()),
        }
    }

    /// The concepts one step below in the tree, in the publisher's order.
    pub(crate) fn tree_children(&self, concept: u32) -> Result<Vec<u32>> {
        let node = self.node(concept)?;
        let end = self.end(node)?;
        let mut children = Vec::new();
        let mut next = node + 1;
        while next < end {
            children.push(self.concept(next)?);
            // A child's end lies behind the child, so the walk moves on.
            next = self.end(next)?;
        }
        Ok(children)
    }

    /// The concepts one step above, the tree's parent first.
    pub(crate) fn parents(&self, concept: u32) -> Result<Vec<(u32, EdgeKind)>> {
        let mut parents = Vec::new();
        if let Some(node) = self.tree_parent(self.node(concept)?)? {
            parents.push((self.concept(node)?, EdgeKind::IsA));
        }
        let edges = self.further.children;
        for edge in (edges.lower_bound(concept)..edges.len()).take_while(|edge| edges.get(*edge) == Some(concept)) {
            parents.push(self.further_edge(edge, self.further.parents)?);
        }
        Ok(parents)
    }

    /// The concepts one step below by further edges; those of the tree are walked with [`end`](Self::end).
    pub(crate) fn further_children(&self, concept: u32) -> Result<Vec<(u32, EdgeKind)>> {
        let order = self.further.by_parent;
        let parent = |position: usize| {
            order.get(position).and_then(|edge| self.further.parents.get(edge as usize)).unwrap_or(u32::MAX)
        };
        let (mut low, mut high) = (0, order.len());
        while low < high {
            let middle = low.midpoint(high);
            if parent(middle) < concept { low = middle + 1 } else { high = middle }
        }
        (low..order.len())
            .take_while(|position| parent(*position) == concept)
            .map(|position| self.further_edge(order.get(position).unwrap_or_default() as usize, self.further.children))
            .collect()
    }

    fn further_edge(&self, edge: usize, side: Column<'_>) -> Result<(u32, EdgeKind)> {
        let kind = match self.further.kinds.get(edge) {
            Some(0) => EdgeKind::IsA,
            Some(1) => EdgeKind::PartOf,
            _ => return Err(damaged()),
        };
        let concept = side.get(edge).filter(|concept| *concept < self.count).ok_or_else(damaged)?;
        Ok((concept, kind))
    }

    /// The intervals of nodes that a concept subsumes: its own first, itself included. The others ascend and do not
    /// overlap one another, even if they are damaged, so that all together are at most twice as long as the tree.
    pub(crate) fn intervals(&self, concept: u32) -> Result<impl Iterator<Item = (u32, u32)> + use<'a>> {
        let node = self.node(concept)?;
        let own = (node, self.end(node)?);
        let (further, count) = (self.intervals, self.count);
        let first = further.concepts.lower_bound(concept);
        let rest = (first..further.concepts.len())
            .take_while(move |at| further.concepts.get(*at) == Some(concept))
            .scan(0, move |after, at| {
                let start = further.starts.get(at)?.max(*after);
                *after = further.ends.get(at)?.min(count).max(start);
                Some((start, *after))
            });
        Ok(std::iter::once(own).chain(rest))
    }

    /// True if `below` is `above` or lies anywhere below it.
    pub(crate) fn subsumes(&self, above: u32, below: u32) -> Result<bool> {
        let node = self.node(below)?;
        Ok(self.intervals(above)?.any(|(start, end)| start <= node && node < end))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeSet;

    fn is_a(child: u32, parent: u32) -> Edge {
        Edge { child, parent, kind: EdgeKind::IsA }
    }

    #[test]
    fn cycles_are_named() {
        assert!(encode(&[0, 1, 2], &[is_a(1, 2), is_a(2, 1)]).is_err());
        assert!(encode(&[0], &[is_a(0, 0)]).is_err());
        // The tree alone has no cycle here; the further edge closes one.
        assert!(encode(&[0, 1, 2], &[is_a(1, 0), is_a(2, 1), is_a(0, 2)]).is_err());
        assert!(encode(&[0, 1, 2, 3], &[is_a(1, 0), is_a(2, 1), is_a(1, 3), is_a(3, 2)]).is_err());
    }

    #[test]
    fn wide_and_deep_trees_are_walked() {
        // Two roots; under the first a thousand headings of three codes, in an order that is not that of the
        // numbers; under the second a chain.
        let headings = 2..1002;
        let codes = 1002..4002;
        let chain = 4002..4202;
        let mut edges: Vec<Edge> = headings.clone().map(|heading| is_a(heading, 0)).collect();
        edges.extend(codes.clone().map(|code| is_a(code, 2 + (code - 1002) / 3)));
        edges.extend(chain.clone().map(|link| is_a(link, if link == 4002 { 1 } else { link - 1 })));
        for order in [(0..4202).collect::<Vec<u32>>(), (0..4202).rev().collect()] {
            let section = encode(&order, &edges).unwrap();
            let hierarchy = Hierarchy::open(&section, 4202).unwrap();
            for concept in 0..4202 {
                assert_eq!(hierarchy.concept(hierarchy.node(concept).unwrap()).unwrap(), concept);
                let parent = hierarchy.tree_parent(hierarchy.node(concept).unwrap()).unwrap();
                let parent = parent.map(|node| hierarchy.concept(node).unwrap());
                assert_eq!(parent, edges.iter().find(|edge| edge.child == concept).map(|edge| edge.parent));
                assert_eq!(hierarchy.subsumes(1, concept).unwrap(), concept == 1 || concept >= 4002);
                assert_eq!(hierarchy.has_children(concept).unwrap(), concept < 1002 || (4002..4201).contains(&concept));
            }
        }
    }

    proptest! {
        /// Against reachability by brute force, over random acyclic graphs and random printing orders.
        #[test]
        fn agrees_with_the_graph(
            count in 1_u32..40,
            pairs in prop::collection::vec((0_u32..40, 0_u32..40, any::<bool>()), 0..80),
            shuffle in prop::collection::vec(any::<u32>(), 40),
        ) {
            let edges: Vec<Edge> = pairs.into_iter()
                .map(|(a, b, part)| (a % count, b % count, part))
                .filter(|(a, b, _)| a != b)
                // Parents have lower numbers: no cycles.
                .map(|(a, b, part)| Edge {
                    child: a.max(b), parent: a.min(b), kind: if part { EdgeKind::PartOf } else { EdgeKind::IsA },
                })
                .collect();
            let mut order: Vec<u32> = (0..count).collect();
            order.sort_by_key(|concept| shuffle[*concept as usize]);
            let section = encode(&order, &edges).unwrap();
            let hierarchy = Hierarchy::open(&section, count).unwrap();

            let mut above: Vec<BTreeSet<u32>> = Vec::new();
            for concept in 0..count {
                let mut set = BTreeSet::from([concept]);
                for edge in edges.iter().filter(|e| e.child == concept && e.kind == EdgeKind::IsA) {
                    set.extend(above[edge.parent as usize].clone());
                }
                above.push(set);
            }
            for concept in 0..count {
                prop_assert_eq!(hierarchy.concept(hierarchy.node(concept).unwrap()).unwrap(), concept);
                let parents: BTreeSet<_> = hierarchy.parents(concept).unwrap().into_iter().collect();
                let expected: BTreeSet<_> =
                    edges.iter().filter(|e| e.child == concept).map(|e| (e.parent, e.kind)).collect();
                prop_assert_eq!(parents, expected);
                for other in 0..count {
                    prop_assert_eq!(hierarchy.subsumes(concept, other).unwrap(), above[other as usize].contains(&concept));
                }
                // Intervals do not overlap: descendants stream without repeats.
                let nodes: Vec<u32> = hierarchy.intervals(concept).unwrap().flat_map(|(s, e)| s..e).collect();
                prop_assert_eq!(nodes.iter().collect::<BTreeSet<_>>().len(), nodes.len());
                // Tree children and further children together are all children.
                let node = hierarchy.node(concept).unwrap();
                let mut children = BTreeSet::new();
                let mut next = node + 1;
                while next < hierarchy.end(node).unwrap() {
                    children.insert((hierarchy.concept(next).unwrap(), EdgeKind::IsA));
                    next = hierarchy.end(next).unwrap();
                }
                children.extend(hierarchy.further_children(concept).unwrap());
                let expected: BTreeSet<_> =
                    edges.iter().filter(|e| e.parent == concept).map(|e| (e.child, e.kind)).collect();
                prop_assert_eq!(children, expected);
            }
        }
    }
}
