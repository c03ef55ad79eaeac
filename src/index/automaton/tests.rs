//! Against the `fst` crate, a brute-force edit distance and `levenshtein_automata`; and on damaged bytes.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::ControlFlow;

use fst::{IntoStreamer, Streamer};
use levenshtein_automata::LevenshteinAutomatonBuilder;
use proptest::prelude::*;

use super::{Automaton, Completeness, Edit, EditKind, KEY_LIMIT};
use crate::Error;

const ENOUGH: u32 = 1_000_000;

fn build<K: AsRef<[u8]>>(entries: impl IntoIterator<Item = (K, u64)>) -> Vec<u8> {
    let mut builder = fst::MapBuilder::memory();
    entries.into_iter().for_each(|(key, value)| builder.insert(key, value).unwrap());
    builder.into_inner().unwrap()
}

/// The transducer of `keys`, with their ranks as values.
fn ranked<K: AsRef<[u8]> + Ord>(keys: &BTreeSet<K>) -> Vec<u8> {
    build(keys.iter().zip(0..))
}

fn open(bytes: &[u8]) -> Automaton<'_> {
    Automaton::new(bytes, "test").unwrap()
}

fn visited(automaton: Automaton<'_>, prefix: &[u8]) -> Vec<(Vec<u8>, u64)> {
    let mut seen = Vec::new();
    let visit = &mut |key: &[u8], value| {
        seen.push((key.to_vec(), value));
        ControlFlow::Continue(())
    };
    assert_eq!(automaton.visit_prefix(prefix, &mut { ENOUGH }, visit).unwrap(), Completeness::Complete);
    seen
}

fn near(automaton: Automaton<'_>, word: &str, as_prefix: bool) -> BTreeMap<String, Edit> {
    let mut seen = BTreeMap::new();
    let visit = &mut |key: &[u8], value, edit| {
        assert_eq!(automaton.get(key).unwrap(), Some(value));
        let repeated = seen.insert(String::from_utf8(key.to_vec()).unwrap(), edit);
        assert_eq!(repeated, None, "{key:?} came twice");
        ControlFlow::Continue(())
    };
    let completeness = automaton.visit_within_one_edit(word, as_prefix, &mut { ENOUGH }, visit).unwrap();
    assert_eq!(completeness, Completeness::Complete);
    seen
}

/// The distance of optimal string alignment, by its definition.
fn distance(left: &[char], right: &[char]) -> usize {
    let mut table = vec![vec![0; right.len() + 1]; left.len() + 1];
    for i in 0..=left.len() {
        for j in 0..=right.len() {
            table[i][j] = match (i, j) {
                (0, _) | (_, 0) => i + j,
                _ => {
                    let differs = usize::from(left[i - 1] != right[j - 1]);
                    let mut least = (table[i - 1][j] + 1).min(table[i][j - 1] + 1).min(table[i - 1][j - 1] + differs);
                    if i > 1 && j > 1 && left[i - 1] == right[j - 2] && left[i - 2] == right[j - 1] {
                        least = least.min(table[i - 2][j - 2] + 1);
                    }
                    least
                }
            };
        }
    }
    table[left.len()][right.len()]
}

fn chars(text: &str) -> Vec<char> {
    text.chars().collect()
}

/// The smallest distance of `word` to `key`, or to a prefix of it.
fn expected_distance(word: &str, key: &str, as_prefix: bool) -> usize {
    let (word, key) = (chars(word), chars(key));
    let shortest = if as_prefix { 0 } else { key.len() };
    (shortest..=key.len()).map(|end| distance(&word, &key[..end])).min().unwrap()
}

/// Does to `word` what `edit` says, with the characters of `key` where new ones are needed.
fn apply(word: &str, key: &str, edit: Edit) -> Vec<char> {
    let (mut word, key) = (chars(word), chars(key));
    let at = edit.position;
    match edit.kind {
        EditKind::None => assert_eq!(at, word.len()),
        EditKind::Insertion => word.insert(at, key[at]),
        EditKind::Deletion => drop(word.remove(at)),
        EditKind::Substitution => word[at] = key[at],
        EditKind::Transposition => word.swap(at, at + 1),
    }
    word
}

fn check_near(keys: &BTreeSet<String>, word: &str) {
    let bytes = ranked(keys);
    for as_prefix in [false, true] {
        let found = near(open(&bytes), word, as_prefix);
        let wanted: Vec<&String> = keys.iter().filter(|key| expected_distance(word, key, as_prefix) <= 1).collect();
        assert_eq!(found.keys().collect::<Vec<_>>(), wanted, "{word:?}, as_prefix {as_prefix}");
        for (key, edit) in found {
            let least = expected_distance(word, &key, as_prefix);
            assert_eq!(edit.kind == EditKind::None, least == 0, "{word:?} {key:?} {edit:?}");
            let (edited, key) = (apply(word, &key, edit), chars(&key));
            let spelled = if as_prefix { key.starts_with(&edited) } else { key == edited };
            assert!(spelled, "{edit:?} does not turn {word:?} into {key:?}");
        }
    }
}

/// Byte strings that share beginnings and endings, so that nodes of all kinds and widths appear.
fn keys() -> impl Strategy<Value = BTreeSet<Vec<u8>>> {
    let byte = prop_oneof![3 => Just(b'a'), 3 => b'0'..=b'9', 2 => any::<u8>()];
    prop::collection::btree_set(prop::collection::vec(byte, 0..7), 0..150)
}

/// Words over few letters, so that near ones and runs are common.
fn words() -> impl Strategy<Value = BTreeSet<String>> {
    prop::collection::btree_set("[abcdđé漢😀]{0,5}|[ab]{0,8}", 0..80)
}

proptest! {
    #[test]
    fn answers_as_the_sorted_keys_do(keys in keys(), others in keys()) {
        let bytes = ranked(&keys);
        let automaton = open(&bytes);
        let sorted: Vec<&Vec<u8>> = keys.iter().collect();
        prop_assert_eq!(automaton.len(), sorted.len() as u64);
        for (rank, key) in (0..).zip(&sorted) {
            prop_assert_eq!(automaton.get(key).unwrap(), Some(rank));
            let mut out = b"kept".to_vec();
            prop_assert!(automaton.key_of(rank, &mut out).unwrap());
            prop_assert_eq!(out, [b"kept", key.as_slice()].concat());
        }
        prop_assert!(!automaton.key_of(automaton.len(), &mut Vec::new()).unwrap());
        for probe in keys.union(&others) {
            for end in 0..=probe.len() {
                let probe = &probe[..end];
                let start = sorted.partition_point(|key| key.as_slice() < probe);
                let end = start + sorted[start..].iter().take_while(|key| key.starts_with(probe)).count();
                prop_assert_eq!(automaton.get(probe).unwrap().is_some(), keys.contains(probe));
                prop_assert_eq!(automaton.prefix_range(probe).unwrap(), start as u64..end as u64);
                let wanted: Vec<_> = (start..end).map(|rank| (sorted[rank].clone(), rank as u64)).collect();
                prop_assert_eq!(visited(automaton, probe), wanted);
            }
        }
    }

    #[test]
    fn reads_any_values_as_fst_does(keys in keys(), values in prop::collection::vec(any::<u64>(), 150), shift in 0..64) {
        let bytes = build(keys.iter().zip(values.into_iter().map(|value| value >> shift)));
        let map = fst::Map::new(bytes.as_slice()).unwrap();
        let mut wanted = Vec::new();
        let mut stream = map.into_stream();
        while let Some((key, value)) = stream.next() {
            prop_assert_eq!(open(&bytes).get(key).unwrap(), Some(value));
            wanted.push((key.to_vec(), value));
        }
        prop_assert_eq!(visited(open(&bytes), b""), wanted);
    }

    #[test]
    fn finds_the_keys_within_one_edit(keys in words(), others in words()) {
        for word in keys.iter().take(8).chain(others.iter().take(8)) {
            check_near(&keys, word);
        }
    }

    #[test]
    fn agrees_with_levenshtein_automata(keys in words(), word in "[abcdđé漢😀]{0,5}|[ab]{0,8}") {
        let bytes = ranked(&keys);
        let map = fst::Map::new(bytes.as_slice()).unwrap();
        let builder = LevenshteinAutomatonBuilder::new(1, true);
        for (as_prefix, dfa) in [(false, builder.build_dfa(&word)), (true, builder.build_prefix_dfa(&word))] {
            let wanted = map.search(&dfa).into_stream().into_str_keys().unwrap();
            prop_assert_eq!(near(open(&bytes), &word, as_prefix).into_keys().collect::<Vec<_>>(), wanted);
        }
    }

    #[test]
    fn survives_random_nodes(mut nodes in prop::collection::vec(any::<u8>(), 1..400), len in any::<u64>()) {
        let root = (16 + nodes.len() - 1) as u64;
        let mut bytes = [3u64.to_le_bytes(), [0; 8]].concat();
        bytes.append(&mut nodes);
        bytes.extend([len.to_le_bytes(), root.to_le_bytes()].concat());
        bytes.extend([0; 4]);
        ask_everything(&bytes);
    }
}

/// Asks every question; any answer will do, if it comes.
fn ask_everything(bytes: &[u8]) {
    let Ok(automaton) = Automaton::new(bytes, "test") else { return };
    for probe in ["", "a", "a0", "a09", "abc", "b00", "b001", "đ", "zzz"] {
        let _ = automaton.get(probe.as_bytes());
        let _ = automaton.prefix_range(probe.as_bytes());
        let _ = automaton.visit_prefix(probe.as_bytes(), &mut 100, &mut |_, _| ControlFlow::Continue(()));
        for as_prefix in [false, true] {
            let visit = &mut |_: &[u8], _, _| ControlFlow::Continue(());
            let _ = automaton.visit_within_one_edit(probe, as_prefix, &mut 100, visit);
        }
    }
    for rank in [0, 1, 2, 5, 300, u64::MAX] {
        let mut out = Vec::new();
        let found = automaton.key_of(rank, &mut out);
        assert!(out.len() <= KEY_LIMIT && (matches!(found, Ok(true)) || out.is_empty()));
    }
}

/// A small transducer with nodes of every kind, but for one with a table of inputs.
fn small() -> Vec<u8> {
    ranked(&BTreeSet::from(["", "a0", "a09", "abc", "abd", "b00", "b001", "b01", "c\u{1}", "đ", "đau"]))
}

/// One with a table of inputs.
fn with_table() -> Vec<u8> {
    ranked(&(b'!'..=b'z').map(|byte| vec![b'a', byte, b'0']).collect())
}

#[test]
fn every_truncation_is_refused() {
    for bytes in [small(), with_table()] {
        for end in 0..bytes.len() {
            let opened = Automaton::new(&bytes[..end], "test");
            assert!(matches!(opened, Err(Error::Corrupt { section: "test", .. })), "{end}");
        }
    }
}

#[test]
fn every_changed_byte_is_survived() {
    for (bytes, masks) in [(small(), 1..=255), (with_table(), 254..=255)] {
        for at in 0..bytes.len() {
            for mask in masks.clone() {
                let mut changed = bytes.clone();
                changed[at] ^= mask;
                ask_everything(&changed);
            }
        }
    }
}

#[test]
fn refuses_another_version_and_a_misplaced_root() {
    let bytes = small();
    let footer = bytes.len() - 20;
    for (at, value) in [(0, 2), (0, 4), (footer + 8, 0), (footer + 8, footer as u64), (footer + 8, u64::MAX)] {
        let mut changed = bytes.clone();
        changed[at..at + 8].copy_from_slice(&value.to_le_bytes());
        assert!(Automaton::new(&changed, "test").is_err(), "{value} at {at}");
    }
}

#[test]
fn the_empty_and_the_single_empty_key() {
    let none = build::<&str>([]);
    assert_eq!((open(&none).len(), open(&none).get(b"").unwrap()), (0, None));
    assert_eq!(open(&none).prefix_range(b"").unwrap(), 0..0);
    assert!(near(open(&none), "a", true).is_empty());
    let one = build([("", 0)]);
    assert_eq!((open(&one).len(), open(&one).get(b"").unwrap()), (1, Some(0)));
    assert_eq!(near(open(&one), "a", false)[""], Edit { kind: EditKind::Deletion, position: 0 });
    let valued = build([("", 7)]);
    assert_eq!(open(&valued).get(b"").unwrap(), Some(7));
}

#[test]
fn every_number_of_transitions_is_read() {
    for count in 1..=256 {
        let keys: BTreeSet<Vec<u8>> = (0..=255).rev().take(count).map(|byte| vec![byte, b'x']).collect();
        let bytes = ranked(&keys);
        for byte in 0..=255 {
            let rank = (usize::from(byte) + count).checked_sub(256).map(|rank| rank as u64);
            assert_eq!(open(&bytes).get(&[byte, b'x']).unwrap(), rank, "{byte} of {count}");
        }
    }
}

#[test]
fn keys_up_to_the_limit_are_spelled_and_longer_ones_refused() {
    let longest = "đ".repeat(127) + "x";
    let bytes = ranked(&BTreeSet::from([longest.clone()]));
    assert_eq!(visited(open(&bytes), b"").len(), 1);
    assert!(near(open(&bytes), &longest[2..], false).contains_key(&longest));
    let longer = longest + "x";
    let bytes = ranked(&BTreeSet::from([longer.clone()]));
    let automaton = open(&bytes);
    assert_eq!(automaton.get(longer.as_bytes()).unwrap(), Some(0));
    assert_eq!(automaton.prefix_range(longer.as_bytes()).unwrap(), 0..1);
    assert!(matches!(automaton.key_of(0, &mut Vec::new()), Err(Error::Corrupt { .. })));
    let go_on = &mut |_: &[u8], _| ControlFlow::Continue(());
    assert!(matches!(automaton.visit_prefix(b"", &mut { ENOUGH }, go_on), Err(Error::Corrupt { .. })));
}

/// 2²⁰⁰ keys in a few hundred bytes: 200 nodes, each with two transitions to the next.
#[test]
fn a_visit_of_endless_keys_ends_with_its_steps() {
    let mut bytes = [3u64.to_le_bytes(), [0; 8]].concat();
    // A final node; then nodes of deltas, inputs, sizes and state, whose deltas of 1 reach the node before.
    bytes.extend([0, 0, 0b0100_0000]);
    (0..200).for_each(|_| bytes.extend([1, 1, b'b', b'a', 0x10, 2]));
    let root = bytes.len() as u64 - 1;
    bytes.extend([u64::MAX.to_le_bytes(), root.to_le_bytes()].concat());
    bytes.extend([0; 4]);
    let automaton = open(&bytes);
    assert_eq!(automaton.get("ab".repeat(100).as_bytes()).unwrap(), Some(0));
    let mut steps = 10_000;
    let mut seen = 0;
    let visit = &mut |_: &[u8], _| {
        seen += 1;
        ControlFlow::Continue(())
    };
    assert_eq!(automaton.visit_prefix(b"", &mut steps, visit).unwrap(), Completeness::Partial);
    assert_eq!(steps, 0);
    assert!(seen > 1000);
    let visit = &mut |_: &[u8], _, _| ControlFlow::Continue(());
    let found = automaton.visit_within_one_edit(&"ab".repeat(99), true, &mut 10_000, visit);
    assert_eq!(found.unwrap(), Completeness::Partial);
}

#[test]
fn a_visit_stops_when_asked() {
    let bytes = small();
    let mut seen = 0;
    let visit = &mut |_: &[u8], _| {
        seen += 1;
        if seen == 3 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    };
    assert_eq!(open(&bytes).visit_prefix(b"a", &mut { ENOUGH }, visit).unwrap(), Completeness::Partial);
    assert_eq!(seen, 3);
}

#[test]
fn edits_are_told_by_kind_and_position() {
    let keys = ["sot", "soot", "st", "sat", "sto", "sốt", "sotx"].map(String::from);
    let bytes = ranked(&BTreeSet::from(keys));
    let found = near(open(&bytes), "sot", false);
    let edit = |kind, position| Edit { kind, position };
    assert_eq!(found["sot"], edit(EditKind::None, 3));
    assert_eq!(found["soot"], edit(EditKind::Insertion, 2));
    assert_eq!(found["sotx"], edit(EditKind::Insertion, 3));
    assert_eq!(found["st"], edit(EditKind::Deletion, 1));
    assert_eq!(found["sat"], edit(EditKind::Substitution, 1));
    assert_eq!(found["sốt"], edit(EditKind::Substitution, 1));
    assert_eq!(found["sto"], edit(EditKind::Transposition, 1));
}
