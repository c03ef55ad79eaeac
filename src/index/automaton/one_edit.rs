//! Keys within one typing error of a word.
//!
//! An error is an edit of optimal string alignment: a character inserted, deleted or replaced, or two
//! neighbours swapped. With only one edit allowed no Levenshtein automaton is needed. Let the key and the
//! word agree in their first *p* characters and differ in the next. Then, if one edit turns the word into
//! the key, one can be found *at p*, and the rest of the key is spelled by what remains of the word:
//!
//! ```text
//!   word  w₀ … wₚ₋₁ wₚ wₚ₊₁ wₚ₊₂ …      key, with x ≠ wₚ after the common start
//!   substitution                        … x    wₚ₊₁ wₚ₊₂ …
//!   insertion                           … x    wₚ   wₚ₊₁ …
//!   deletion                            … wₚ₊₁ wₚ₊₂ …
//!   transposition                       … wₚ₊₁ wₚ   wₚ₊₂ …
//! ```
//!
//! So the walk follows the word from the root, and at each node on that path tries each character *x* that
//! a key may continue with. Taking the edit only at the first difference also means that no key is found
//! twice: the four kinds differ in length, but for substitution and transposition, which cannot both hold.
//!
//! When *prefixes* of keys are asked for, everything below such an ending is a match, and an ending may lie
//! below another one (for `abbb`, below the substitution `axbb` lies the insertion `axbbb`). That depends
//! on the word alone, so the lower ending is skipped. A key that continues all of the word but its last
//! character is always a match, by deleting that character.

use std::ops::ControlFlow;

use super::{Automaton, Completeness, Key, Place, Stop, Walk};
use crate::Result;

/// The edit that turns a word into a key, or into a prefix of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Edit {
    pub(crate) kind: EditKind,
    /// How many characters of the word stand before the edit: the key starts with them, and then differs.
    /// The number of characters of the word if there is no edit.
    pub(crate) position: usize,
}

/// The kinds of edit. The names say what happens to the word to become the key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum EditKind {
    /// None is needed.
    None,
    /// The key has one character more.
    Insertion,
    /// The key has one character less.
    Deletion,
    /// The key has another character in its place.
    Substitution,
    /// The key has the character and the next one in the other order.
    Transposition,
}

/// What the caller does with each key, its value and the edit.
type Visit<'f> = dyn FnMut(&[u8], u64, Edit) -> ControlFlow<()> + 'f;

impl Automaton<'_> {
    /// Calls `visit` with each key within one edit of `word`, its value and the edit, each key once, until it breaks.
    /// With `as_prefix`, a key also matches if only a prefix of it is within one edit of `word`.
    ///
    /// Edits count characters, so keys should be UTF-8; one that is not may be missed. A key needs no edit if it is
    /// the word (or starts with it), and such keys come first. Otherwise the edit is the one at the first difference,
    /// and, where several prefixes of a key match, the one that makes the shortest; the keys come by rising position
    /// of the edit, and in no promised order within one position.
    ///
    /// Each node read takes one of the `steps`: for *n* characters, of which each may be followed by *b* others, some
    /// 2 × *n* × *b* in practice, since most attempts end at their first node; then the keys below matching prefixes.
    /// A key longer than [`KEY_LIMIT`](super::KEY_LIMIT) is an error.
    pub(crate) fn visit_within_one_edit(
        &self,
        word: &str,
        as_prefix: bool,
        steps: &mut u32,
        visit: &mut Visit<'_>,
    ) -> Result<Completeness> {
        let walk = Walk { bytes: self.bytes, steps };
        let mut search = Search { walk, as_prefix, key: Key::new(), visit };
        self.outcome(search.run(self.start(), word))
    }
}

/// One search for the keys near a word.
struct Search<'a, 's, 'v, 'f> {
    walk: Walk<'a, 's>,
    as_prefix: bool,
    /// The bytes that lead to the current place.
    key: Key,
    visit: &'v mut Visit<'f>,
}

/// Where the first difference may be: what is left of the word there, and how many characters are behind.
#[derive(Clone, Copy)]
struct Difference<'w> {
    rest: &'w str,
    position: usize,
}

/// What must follow the differing character for one kind of edit: two pieces of the word, one after the other.
#[derive(Clone, Copy)]
struct Ending<'w> {
    kind: EditKind,
    pieces: [&'w str; 2],
}

impl<'w> Difference<'w> {
    /// The endings that may follow the character `differing`, the shortest first.
    fn endings(self, differing: &[u8]) -> impl Iterator<Item = Ending<'w>> {
        let (first, after_first) = split_character(self.rest);
        let (second, after_second) = split_character(after_first);
        let differs_by_shift = !second.is_empty() && second.as_bytes() == differing;
        let ending = |applies: bool, kind, pieces| applies.then_some(Ending { kind, pieces });
        [
            ending(differs_by_shift, EditKind::Deletion, ["", after_second]),
            ending(!first.is_empty(), EditKind::Substitution, ["", after_first]),
            ending(differs_by_shift, EditKind::Transposition, [first, after_second]),
            ending(true, EditKind::Insertion, ["", self.rest]),
        ]
        .into_iter()
        .flatten()
    }

    fn edit(self, kind: EditKind) -> Edit {
        Edit { kind, position: self.position }
    }
}

impl Ending<'_> {
    fn starts_with(&self, other: &Ending<'_>) -> bool {
        let mut bytes = self.pieces.iter().flat_map(|piece| piece.bytes());
        other.pieces.iter().flat_map(|piece| piece.bytes()).all(|byte| bytes.next() == Some(byte))
    }
}

impl Search<'_, '_, '_, '_> {
    fn run(&mut self, root: Place, word: &str) -> Result<(), Stop> {
        if let Some(place) = self.walk.follow(root, word.as_bytes())? {
            let unchanged = Edit { kind: EditKind::None, position: word.chars().count() };
            self.matched(place, &[word], unchanged)?;
        }
        let mut place = root;
        let mut difference = Difference { rest: word, position: 0 };
        loop {
            self.differ(place, difference)?;
            let (character, rest) = split_character(difference.rest);
            if character.is_empty() {
                return Ok(());
            }
            let Some(next) = self.walk.follow(place, character.as_bytes())? else { return Ok(()) };
            place = next;
            difference = Difference { rest, position: difference.position + 1 };
            self.key.extend(character.as_bytes())?;
        }
    }

    /// Finds the keys that start with the current one and differ from the word in what comes next.
    fn differ(&mut self, place: Place, difference: Difference<'_>) -> Result<(), Stop> {
        let (first, after_first) = split_character(difference.rest);
        if first.is_empty() && self.as_prefix {
            return Ok(());
        }
        let node = self.walk.node(place.address)?;
        if !first.is_empty()
            && after_first.is_empty()
            && let Some(output) = node.final_output(self.walk.bytes)?
        {
            let value = place.sum.wrapping_add(output);
            if (self.visit)(self.key.as_slice(), value, difference.edit(EditKind::Deletion)).is_break() {
                return Err(Stop::Break);
            }
        }
        self.branches(place, Character::default(), difference)
    }

    /// Tries each character of which `begun` is the beginning and which keys have on from `place`.
    fn branches(&mut self, place: Place, begun: Character, difference: Difference<'_>) -> Result<(), Stop> {
        let node = self.walk.node(place.address)?;
        for number in 0..node.count() {
            let Some(character) = begun.with(node.input(self.walk.bytes, number)?) else { continue };
            let next = place.after(node.transition(self.walk.bytes, number)?);
            if !character.is_complete() {
                self.branches(next, character, difference)?;
            } else if character.as_slice() != split_character(difference.rest).0.as_bytes() {
                self.branch(next, character, difference)?;
            }
        }
        Ok(())
    }

    /// Tries the edits after which a key goes on with `character`, which leads to `place`, where the word does not.
    fn branch(&mut self, place: Place, character: Character, difference: Difference<'_>) -> Result<(), Stop> {
        let common = self.key.len;
        self.key.extend(character.as_slice())?;
        if self.as_prefix && split_character(difference.rest).1.is_empty() {
            self.matched(place, &[], difference.edit(EditKind::Deletion))?;
        } else {
            self.endings(place, character, difference)?;
        }
        self.key.truncate(common);
        Ok(())
    }

    fn endings(&mut self, place: Place, character: Character, difference: Difference<'_>) -> Result<(), Stop> {
        for ending in difference.endings(character.as_slice()) {
            let [head, tail] = ending.pieces;
            let Some(middle) = self.walk.follow(place, head.as_bytes())? else { continue };
            let Some(end) = self.walk.follow(middle, tail.as_bytes())? else { continue };
            let shorter = difference.endings(character.as_slice()).take_while(|other| other.kind != ending.kind);
            if self.as_prefix && shorter.into_iter().any(|other| ending.starts_with(&other)) {
                continue;
            }
            self.matched(end, &ending.pieces, difference.edit(ending.kind))?;
        }
        Ok(())
    }

    /// Visits the current key with `pieces` behind it, which lead to `place`; as a prefix, all keys that continue it.
    fn matched(&mut self, place: Place, pieces: &[&str], edit: Edit) -> Result<(), Stop> {
        let before = self.key.len;
        pieces.iter().try_for_each(|piece| self.key.extend(piece.as_bytes()))?;
        let Self { walk, key, visit, .. } = self;
        let visit = &mut |key: &[u8], value: u64| visit(key, value, edit);
        if self.as_prefix {
            walk.subtree(place, key, visit)?;
        } else {
            walk.arrive(place, key, visit)?;
        }
        self.key.truncate(before);
        Ok(())
    }
}

/// The first character of `text`, empty if there is none, and what follows it.
fn split_character(text: &str) -> (&str, &str) {
    let end = text.chars().next().map_or(0, char::len_utf8);
    text.split_at_checked(end).unwrap_or_default()
}

/// The bytes of a character, as far as they have been read from a key.
#[derive(Clone, Copy, Default)]
struct Character {
    bytes: [u8; 4],
    len: usize,
}

impl Character {
    /// The character with one more byte, if it may have that byte there.
    fn with(mut self, byte: u8) -> Option<Self> {
        let fits = if self.len == 0 { utf8_len(byte) > 0 } else { matches!(byte, 0x80..=0xbf) };
        *self.bytes.get_mut(self.len).filter(|_| fits)? = byte;
        self.len += 1;
        Some(self)
    }

    fn is_complete(&self) -> bool {
        self.len == utf8_len(self.bytes[0])
    }

    fn as_slice(&self) -> &[u8] {
        self.bytes.get(..self.len).unwrap_or_default()
    }
}

/// The length in bytes of a character in UTF-8, by its first byte; 0 if no character begins with it.
fn utf8_len(first: u8) -> usize {
    match first {
        0x00..=0x7f => 1,
        0xc2..=0xdf => 2,
        0xe0..=0xef => 3,
        0xf0..=0xf4 => 4,
        _ => 0,
    }
}
