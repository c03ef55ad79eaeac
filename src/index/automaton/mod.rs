//! Reading a finite-state transducer: an ordered map from byte strings to integers.
//!
//! The dictionaries of an index (codes, terms, tokens) are built by `fst::MapBuilder` and stored as its
//! bytes. This module reads those bytes itself, because an index file may be damaged or hostile and the
//! `fst` crate panics on such bytes. Reading here never panics, never allocates and always ends; bytes
//! that contradict themselves give [`Error::Corrupt`].
//!
//! # The idea
//!
//! A transducer is an acyclic graph. A key is spelled by the bytes on the transitions from the root to a
//! *final* node, and its value is the sum of the outputs met on the way. With the keys `a09`, `b00` and
//! `b01` and their ranks 0, 1 and 2 as values:
//!
//! ```text
//!   root ──a──▶ ● ──0──▶ ● ──9──▶ ◎        a09 = 0
//!     └──b/1──▶ ● ──0──▶ ● ──0──▶ ◎        b00 = 1
//!                        └──1/1──▶ ◎       b01 = 1 + 1
//! ```
//!
//! Equal endings are stored once (the three ◎ above are one node), which is what makes it small. The
//! builder moves each output as near to the root as it can. So the sum on arriving at a node is the
//! *smallest* value below it, and, the values being ranks, everything below a node is one contiguous
//! range of ranks that ends where the next sibling's begins. [`Automaton::prefix_range`]
//! and [`Automaton::key_of`] rest on that.
//!
//! # The bytes
//!
//! Format version 3 of `fst`; all integers are little-endian.
//!
//! ```text
//!   0          8          16                                 root+1     +9           +17        +21
//!   ├ version ─┼─ type ───┼─ nodes, the root last ─ ... ─────┼─ count ──┼─ root ─────┼─ crc ────┤
//! ```
//!
//! `version` is 3, `type` is free, `count` is the number of keys, `root` the address of the root node.
//! The crc is not read: each section of an index file has its own checksum.
//!
//! A node is addressed by its *last* byte and read backwards from there. Address 0 stands for the final
//! node without transitions or output, which is never written. The two top bits of the last byte, the
//! *state*, tell the three encodings apart (lowest address first):
//!
//! ```text
//!   11cccccc  one transition, without output, to the node that ends just before this one
//!             [input]? state
//!   10cccccc  one transition
//!             output? delta sizes [input]? state
//!   0fnnnnnn  any number of transitions; f = the node is final
//!             [final output]? outputs? deltas inputs [table]? sizes [count]? state
//! ```
//!
//! * `cccccc` is 1 + the byte's place in the list of 63 common input bytes; when it is 0, the input byte
//!   is written out.
//! * `nnnnnn` is the number of transitions, 1 to 63; when it is 0 the number is written out as one byte,
//!   in which 1 means 256.
//! * `sizes` holds the width in bytes of each delta (high half) and of each output (low half); an output
//!   width of 0 means that all outputs are 0 and none is written.
//! * Transitions are sorted by input byte, and `outputs`, `deltas` and `inputs` each hold them *last
//!   first*, so that the first transition lies nearest to the state byte.
//! * A `delta` is the distance from the node's first byte down to the target's address; 0 means address 0.
//! * `table`, present with more than 32 transitions, has 256 bytes: the number of the transition that
//!   each byte takes, or a number that is too large.
//!
//! # Why it ends
//!
//! A delta can only point below the node's own first byte, which [`node`] checks, so each step lowers the
//! address: no loop can be written. The *number* of paths may still be astronomical in few bytes, so
//! every visit takes a budget of steps, and keys are limited to [`KEY_LIMIT`] bytes where they must be
//! spelled out. Sums of outputs wrap: a hostile file can pair any key with any value anyway, so callers
//! check a value against the column that it indexes.

mod node;
mod one_edit;
#[cfg(test)]
mod tests;

use std::ops::{ControlFlow, Range};

use self::node::{Damage, FIRST_NODE, Node, Step};
#[cfg(test)]
use self::one_edit::{Edit, EditKind};
use crate::{Error, Result};

/// The longest key, in bytes, that [`Automaton::key_of`] and the visits spell out. Writers refuse longer keys.
pub(crate) const KEY_LIMIT: usize = 255;

/// The bytes after the nodes: number of keys, address of the root, crc.
const FOOTER: usize = 8 + 8 + 4;

/// The format version of the `fst` crate that is read here.
const VERSION: u64 = 3;

/// A view of a transducer's bytes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Automaton<'a> {
    bytes: &'a [u8],
    root: usize,
    len: u64,
    section: &'static str,
}

/// Whether a visit saw everything it was asked to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub(crate) enum Completeness {
    /// All keys asked for were given to the callback.
    Complete,
    /// The steps ran out or the callback asked to stop: there may be more keys.
    Partial,
}

/// A place in the graph: a node's address, and the sum of the outputs on the way to it.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Place {
    pub(crate) address: usize,
    pub(crate) sum: u64,
}

impl Place {
    #[inline(always)]
    fn after(self, step: Step) -> Self {
        Self { address: step.target, sum: self.sum.wrapping_add(step.output) }
    }
}

/// Where a walk along some bytes arrived, and the rank at which its last right-hand neighbour begins.
struct Descent {
    place: Place,
    end: u64,
    /// False when the bytes led nowhere: then the keys on from `place.sum` are greater than the bytes.
    arrived: bool,
}

impl<'a> Automaton<'a> {
    /// Opens the transducer in `bytes`; `section` names it in errors. Constant time: checks the version and the
    /// geometry of header and footer; nodes are checked as they are read.
    #[inline]
    pub(crate) fn new(bytes: &'a [u8], section: &'static str) -> Result<Self> {
        let corrupt = |detail| Error::corrupt(section, detail);
        let footer = bytes.len().checked_sub(FOOTER).ok_or_else(|| corrupt("the automaton is cut short"))?;
        let number = |at| node::number(bytes, at, 8).map_err(|damage| corrupt(damage.detail()));
        if footer < FIRST_NODE {
            return Err(corrupt("the automaton is cut short"));
        }
        if number(0)? != VERSION {
            return Err(corrupt("the automaton has another format version"));
        }
        let len = number(footer)?;
        // The root is the last node: it ends where the footer begins, unless it is the node that is never written.
        let root = match number(footer + 8)? {
            0 if footer == FIRST_NODE => 0,
            root if root.checked_add(1) == Some(footer as u64) && footer > FIRST_NODE => footer - 1,
            _ => return Err(corrupt("the root of the automaton is misplaced")),
        };
        Ok(Self { bytes, root, len, section })
    }

    /// The number of keys, as the builder counted them.
    pub(crate) fn len(&self) -> u64 {
        self.len
    }

    /// The value of `key`, or `None` if it is not a key. Time proportional to the key's length.
    #[inline]
    pub(crate) fn get(&self, key: &[u8]) -> Result<Option<u64>> {
        self.value_of(self.start(), key).map_err(|damage| self.corrupt(damage))
    }

    /// The value of the key that goes on with `rest` from a place that [`place_after`](Self::place_after) or
    /// [`follow`](Self::follow) once gave.
    /// A place that is none gives a wrong value or an error.
    #[inline]
    pub(crate) fn get_from(&self, place: Place, rest: &[u8]) -> Result<Option<u64>> {
        self.value_of(place, rest).map_err(|damage| self.corrupt(damage))
    }

    /// Where keys begin.
    pub(crate) fn start(&self) -> Place {
        Place { address: self.root, sum: 0 }
    }

    /// Where `bytes` lead from a place that this function or [`start`](Self::start) gave; `None` if no key goes on so.
    #[inline]
    pub(crate) fn follow(&self, mut place: Place, bytes: &[u8]) -> Result<Option<Place>> {
        for &byte in bytes {
            let step = Node::read(self.bytes, place.address).and_then(|node| node.find(self.bytes, byte));
            match step.map_err(|damage| self.corrupt(damage))? {
                Some(step) => place = place.after(step),
                None => return Ok(None),
            }
        }
        Ok(Some(place))
    }

    /// Where `prefix` leads; `None` if no key begins with it.
    pub(crate) fn place_after(&self, prefix: &[u8]) -> Result<Option<Place>> {
        let descent = self.descend(prefix).map_err(|damage| self.corrupt(damage))?;
        Ok(descent.arrived.then_some(descent.place))
    }

    /// Appends the key whose value is `rank` to `out`; gives false, and leaves `out` as it was, if there is none.
    /// The values must be the ranks of the keys, else keys are missed. Time proportional to the key's length.
    pub(crate) fn key_of(&self, rank: u64, out: &mut Vec<u8>) -> Result<bool> {
        Ok(self.with_key_of(rank, |key| out.extend_from_slice(key))?.is_some())
    }

    /// As [`key_of`](Self::key_of), lending the key: what `use_key` makes of it, or `None` if there is none.
    pub(crate) fn with_key_of<T>(&self, rank: u64, use_key: impl FnOnce(&[u8]) -> T) -> Result<Option<T>> {
        let mut key = Key::new();
        let found = self.spell(rank, &mut key).map_err(|damage| self.corrupt(damage))?;
        Ok(found.then(|| use_key(key.as_slice())))
    }

    /// The ranks of the keys that start with `prefix`, as a half-open range; an empty one (at the rank where such
    /// keys would stand) if there are none. The values must be the ranks of the keys. Time proportional to the
    /// prefix's length.
    pub(crate) fn prefix_range(&self, prefix: &[u8]) -> Result<Range<u64>> {
        let descent = self.descend(prefix).map_err(|damage| self.corrupt(damage))?;
        let start = descent.place.sum;
        let end = if descent.arrived { descent.end } else { start };
        if start <= end && end <= self.len {
            return Ok(start..end);
        }
        Err(Error::corrupt(self.section, "the ranks of a prefix are out of order"))
    }

    /// Calls `visit` with each key that starts with `prefix`, and its value, in the order of the keys, until it
    /// breaks. Each node read takes one of the `steps`. A key longer than [`KEY_LIMIT`] is an error.
    pub(crate) fn visit_prefix(
        &self,
        prefix: &[u8],
        steps: &mut u32,
        visit: &mut dyn FnMut(&[u8], u64) -> ControlFlow<()>,
    ) -> Result<Completeness> {
        let mut walk = Walk { bytes: self.bytes, steps };
        self.outcome(walk.prefix(self.start(), prefix, visit))
    }

    #[inline]
    fn value_of(&self, mut place: Place, key: &[u8]) -> Result<Option<u64>, Damage> {
        for &byte in key {
            match Node::read(self.bytes, place.address)?.find(self.bytes, byte)? {
                Some(step) => place = place.after(step),
                None => return Ok(None),
            }
        }
        let node = Node::read(self.bytes, place.address)?;
        Ok(node.final_output(self.bytes)?.map(|output| place.sum.wrapping_add(output)))
    }

    /// Follows the last transition whose smallest value does not exceed what is left of `rank`.
    fn spell(&self, rank: u64, key: &mut Key) -> Result<bool, Damage> {
        let mut left = rank;
        let mut address = self.root;
        loop {
            let node = Node::read(self.bytes, address)?;
            if node.final_output(self.bytes)? == Some(left) {
                return Ok(true);
            }
            let Some(number) = node.last_with_output_up_to(self.bytes, left)? else { return Ok(false) };
            let step = node.transition(self.bytes, number)?;
            key.push(node.input(self.bytes, number)?)?;
            left = left.wrapping_sub(step.output);
            address = step.target;
        }
    }

    /// Walks along `key` and remembers where the nearest greater neighbour begins.
    fn descend(&self, key: &[u8]) -> Result<Descent, Damage> {
        let mut place = self.start();
        let mut end = self.len;
        for &byte in key {
            let node = Node::read(self.bytes, place.address)?;
            let number = node.first_not_below(self.bytes, byte)?;
            let begins = |number| Ok::<_, Damage>(place.after(node.transition(self.bytes, number)?));
            if number == node.count() {
                return Ok(Descent { place: Place { sum: end, ..place }, end, arrived: false });
            }
            let next = begins(number)?;
            if node.input(self.bytes, number)? != byte {
                return Ok(Descent { place: next, end, arrived: false });
            }
            if number + 1 < node.count() {
                end = begins(number + 1)?.sum;
            }
            place = next;
        }
        Ok(Descent { place, end, arrived: true })
    }

    #[cold]
    fn corrupt(&self, damage: Damage) -> Error {
        Error::corrupt(self.section, damage.detail())
    }

    fn outcome(&self, walked: Result<(), Stop>) -> Result<Completeness> {
        match walked {
            Ok(()) => Ok(Completeness::Complete),
            Err(Stop::OutOfSteps | Stop::Break) => Ok(Completeness::Partial),
            Err(Stop::Damaged(damage)) => Err(self.corrupt(damage)),
        }
    }
}

/// Why a walk ended early.
#[derive(Debug)]
enum Stop {
    Damaged(Damage),
    OutOfSteps,
    Break,
}

impl From<Damage> for Stop {
    fn from(damage: Damage) -> Self {
        Self::Damaged(damage)
    }
}

/// A key being spelled, in a buffer of fixed size.
#[derive(Clone, Copy)]
struct Key {
    bytes: [u8; KEY_LIMIT],
    len: usize,
}

impl Key {
    fn new() -> Self {
        Self { bytes: [0; KEY_LIMIT], len: 0 }
    }

    fn as_slice(&self) -> &[u8] {
        self.bytes.get(..self.len).unwrap_or_default()
    }

    fn push(&mut self, byte: u8) -> Result<(), Damage> {
        *self.bytes.get_mut(self.len).ok_or(Damage::KeyTooLong)? = byte;
        self.len += 1;
        Ok(())
    }

    fn extend(&mut self, bytes: &[u8]) -> Result<(), Damage> {
        bytes.iter().try_for_each(|&byte| self.push(byte))
    }

    fn truncate(&mut self, len: usize) {
        self.len = self.len.min(len);
    }
}

/// A walk through the graph that pays a step for each node it reads.
struct Walk<'a, 's> {
    bytes: &'a [u8],
    steps: &'s mut u32,
}

/// A node on the way to the one being visited, and the number of its transition to take next.
#[derive(Clone, Copy, Default)]
struct Frame {
    place: Place,
    next: usize,
}

impl Walk<'_, '_> {
    fn node(&mut self, address: usize) -> Result<Node, Stop> {
        *self.steps = self.steps.checked_sub(1).ok_or(Stop::OutOfSteps)?;
        Ok(Node::read(self.bytes, address)?)
    }

    /// The place that `bytes` lead to from `place`, if they lead anywhere.
    fn follow(&mut self, mut place: Place, bytes: &[u8]) -> Result<Option<Place>, Stop> {
        for &byte in bytes {
            match self.node(place.address)?.find(self.bytes, byte)? {
                Some(step) => place = place.after(step),
                None => return Ok(None),
            }
        }
        Ok(Some(place))
    }

    fn prefix(
        &mut self,
        start: Place,
        prefix: &[u8],
        visit: &mut dyn FnMut(&[u8], u64) -> ControlFlow<()>,
    ) -> Result<(), Stop> {
        let Some(place) = self.follow(start, prefix)? else { return Ok(()) };
        let mut key = Key::new();
        key.extend(prefix)?;
        self.subtree(place, &mut key, visit)
    }

    /// Visits `key`, which leads to `place`, if it is one, and all keys that continue it, in order.
    fn subtree(
        &mut self,
        place: Place,
        key: &mut Key,
        visit: &mut dyn FnMut(&[u8], u64) -> ControlFlow<()>,
    ) -> Result<(), Stop> {
        let base = key.len;
        let mut stack = [Frame::default(); KEY_LIMIT + 1];
        let mut frame = Frame { place, next: 0 };
        let mut node = self.arrive(place, key, visit)?;
        loop {
            if frame.next < node.count() {
                let place = frame.place.after(node.transition(self.bytes, frame.next)?);
                let input = node.input(self.bytes, frame.next)?;
                frame.next += 1;
                // The key is one byte longer per frame and is checked to stay within its limit, so a slot exists.
                if let Some(slot) = stack.get_mut(key.len) {
                    *slot = frame;
                }
                key.push(input)?;
                node = self.arrive(place, key, visit)?;
                frame = Frame { place, next: 0 };
            } else if key.len > base {
                key.truncate(key.len - 1);
                frame = stack.get(key.len).copied().unwrap_or_default();
                node = Node::read(self.bytes, frame.place.address)?;
            } else {
                return Ok(());
            }
        }
    }

    /// Reads the node at `place` and visits `key`, which led there, if the node is final.
    fn arrive(
        &mut self,
        place: Place,
        key: &Key,
        visit: &mut dyn FnMut(&[u8], u64) -> ControlFlow<()>,
    ) -> Result<Node, Stop> {
        let node = self.node(place.address)?;
        if let Some(output) = node.final_output(self.bytes)?
            && visit(key.as_slice(), place.sum.wrapping_add(output)).is_break()
        {
            return Err(Stop::Break);
        }
        Ok(node)
    }
}
