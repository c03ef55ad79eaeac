//! Edges between the concepts of a draft, and the cutting of those that would close a circle.

use super::{DraftConcept, EdgeKind, Parent};

/// An edge between concepts, by index.
pub(super) struct Edge {
    /// The concept whose row told the edge.
    pub(super) concept: usize,
    /// The concept that stands for its code, so that a cycle through twins is seen.
    pub(super) child: usize,
    pub(super) parent: usize,
    pub(super) cut: bool,
}

/// Hangs concepts below their parents, in the order of `links` (child, parent and kind, by index); a link that is
/// told twice counts once. Returns the places in `links` of those that were left out because they would put a concept
/// above itself.
pub(super) fn link(concepts: &mut [DraftConcept], links: &[(u32, u32, EdgeKind)]) -> Vec<usize> {
    let edge = |&(child, parent, _): &(u32, u32, EdgeKind)| {
        let (child, parent) = (child as usize, parent as usize);
        Edge { concept: child, child, parent, cut: false }
    };
    let mut edges: Vec<Edge> = links.iter().map(edge).collect();
    cut_cycles(concepts.len(), &mut edges);
    // Lists as long as they need be: there are as many as concepts.
    let mut counts = vec![0_usize; concepts.len()];
    for edge in edges.iter().filter(|edge| !edge.cut) {
        counts.get_mut(edge.concept).into_iter().for_each(|count| *count += 1);
    }
    let mut left_out = Vec::new();
    for (place, (edge, (_, _, kind))) in edges.iter().zip(links).enumerate() {
        if edge.cut {
            left_out.push(place);
            continue;
        }
        let Some(code) = concepts.get(edge.parent).map(|parent| parent.code.clone()) else { continue };
        let Some(concept) = concepts.get_mut(edge.concept) else { continue };
        let parent = Parent { code, kind: *kind };
        concept.parents.reserve_exact(counts.get_mut(edge.concept).map(std::mem::take).unwrap_or_default());
        if !concept.parents.contains(&parent) {
            concept.parents.push(parent);
        }
    }
    left_out
}

/// Marks edges so that no concept is above itself any more: those that close a cycle when the hierarchy is
/// walked upwards, depth first, in the order of the file.
pub(super) fn cut_cycles(nodes: usize, edges: &mut [Edge]) {
    #[derive(Clone, Copy, PartialEq)]
    enum State {
        New,
        OnPath,
        Done,
    }
    // Edges are taken off the back of a list, so that the parent told first is visited first.
    let mut upwards = vec![Vec::new(); nodes];
    for (index, edge) in edges.iter().enumerate().rev() {
        if let Some(list) = upwards.get_mut(edge.child) {
            list.push(index);
        }
    }
    let mut states = vec![State::New; nodes];
    let mut path = Vec::new();
    for start in 0..nodes {
        let mut visit = Some(start);
        loop {
            if let Some(node) = visit.take()
                && let Some(state) = states.get_mut(node).filter(|state| **state == State::New)
            {
                *state = State::OnPath;
                path.push(node);
            }
            let Some(&node) = path.last() else { break };
            let next = upwards.get_mut(node).and_then(Vec::pop);
            if let Some(edge) = next.and_then(|index| edges.get_mut(index)) {
                edge.cut = states.get(edge.parent) == Some(&State::OnPath);
                visit = Some(edge.parent);
            } else {
                if let Some(state) = states.get_mut(node) {
                    *state = State::Done;
                }
                path.pop();
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn circles_are_cut_and_repetitions_count_once() {
        let concept = |code: &str| DraftConcept { code: code.into(), ..DraftConcept::default() };
        let mut concepts = ["a", "b", "c"].map(concept);
        let links = [(1, 0), (1, 0), (2, 1), (0, 2), (2, 2)].map(|(child, parent)| (child, parent, EdgeKind::IsA));
        assert_eq!(link(&mut concepts, &links), [0, 1, 4]);
        let parents: usize = concepts.iter().map(|concept| concept.parents.len()).sum();
        assert_eq!(parents, 2);
        assert!(concepts.iter().all(|concept| concept.parents.iter().all(|parent| parent.code != concept.code)));
    }
}
