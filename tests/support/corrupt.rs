//! Damaging index files on purpose, and repairing their checksums so that the damage is met behind them.
//!
//! The container's layout is written down here a second time, from its specification in `medterm::index`.
#![allow(clippy::indexing_slicing, clippy::unwrap_used, dead_code, reason = "a tool of tests; not each uses all of it")]

use std::ops::Range;

const HEADER: usize = 64;
const ENTRY: usize = 24;

/// Section numbers.
pub(crate) const IDENTITY: u16 = 0x01;
pub(crate) const CODES: u16 = 0x02;
pub(crate) const TARGET: u16 = 0x05;
pub(crate) const TERMS: u16 = 0x10;
pub(crate) const DESIGNATIONS: u16 = 0x11;
pub(crate) const HIERARCHY: u16 = 0x20;
pub(crate) const PROPERTIES: u16 = 0x30;
pub(crate) const SEARCH: u16 = 0x40;
pub(crate) const SUPPLEMENT: u16 = 0x50;
pub(crate) const PHRASES: u16 = 0x60;
pub(crate) const MAP_ROWS: u16 = 0x70;
pub(crate) const MAP_DETAILS: u16 = 0x71;
pub(crate) const MAP_TARGETS: u16 = 0x72;

fn u16_at(bytes: &[u8], at: usize) -> u16 {
    u16::from_le_bytes(bytes[at..at + 2].try_into().unwrap())
}

fn u32_at(bytes: &[u8], at: usize) -> u32 {
    u32::from_le_bytes(bytes[at..at + 4].try_into().unwrap())
}

fn u64_at(bytes: &[u8], at: usize) -> u64 {
    u64::from_le_bytes(bytes[at..at + 8].try_into().unwrap())
}

/// Where the entries of the section table stand, as far as they lie in the file.
fn entries(file: &[u8]) -> Vec<usize> {
    if file.len() < HEADER {
        return Vec::new();
    }
    let count = usize::from(u16_at(file, 14)).min((file.len() - HEADER) / ENTRY);
    (0..count).map(|number| HEADER + number * ENTRY).collect()
}

/// Where an entry's section lies, if it lies in the file.
fn place(file: &[u8], entry: usize) -> Option<Range<usize>> {
    let start = usize::try_from(u64_at(file, entry + 16)).ok()?;
    let end = start.checked_add(u32_at(file, entry + 12) as usize)?;
    (end <= file.len()).then_some(start..end)
}

/// The sections' numbers and places.
pub(crate) fn sections(file: &[u8]) -> Vec<(u16, Range<usize>)> {
    entries(file).into_iter().filter_map(|entry| Some((u16_at(file, entry), place(file, entry)?))).collect()
}

/// Makes every checksum right, and the digest; also those of files that the file carries. Anything else stays as
/// damaged as it is.
pub(crate) fn repair(file: &mut [u8]) {
    repair_nested(file, true);
}

fn repair_nested(file: &mut [u8], carries: bool) {
    let entries = entries(file);
    for &entry in &entries {
        if let Some(place) = place(file, entry) {
            if carries && u16_at(file, entry) == SUPPLEMENT {
                repair_nested(&mut file[place.clone()], false);
            }
            let crc = crc32fast::hash(&file[place]);
            file[entry + 8..entry + 12].copy_from_slice(&crc.to_le_bytes());
        }
    }
    if file.len() < HEADER {
        return;
    }
    let table = &file[HEADER..HEADER + entries.len() * ENTRY];
    let digest = table
        .iter()
        .fold(0xcbf2_9ce4_8422_2325, |hash: u64, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3));
    let crc = crc32fast::hash(table);
    file[24..32].copy_from_slice(&digest.to_le_bytes());
    file[32..36].copy_from_slice(&crc.to_le_bytes());
    let crc = crc32fast::hash(&file[..HEADER - 4]);
    file[HEADER - 4..HEADER].copy_from_slice(&crc.to_le_bytes());
}

/// The file with the first section of that number replaced: all offsets and checksums fit the new content.
pub(crate) fn with_section(file: &[u8], number: u16, change: impl FnOnce(&[u8]) -> Vec<u8>) -> Vec<u8> {
    let table = entries(file);
    let mut out = file[..HEADER + table.len() * ENTRY].to_vec();
    let mut change = Some(change);
    for entry in table {
        let content = &file[place(file, entry).unwrap()];
        let start = out.len() as u64;
        match change.take_if(|_| u16_at(file, entry) == number) {
            Some(change) => out.extend(change(content)),
            None => out.extend(content),
        }
        let length = (out.len() as u64 - start) as u32;
        out[entry + 12..entry + 16].copy_from_slice(&length.to_le_bytes());
        out[entry + 16..entry + 24].copy_from_slice(&start.to_le_bytes());
    }
    let length = out.len() as u64;
    out[16..24].copy_from_slice(&length.to_le_bytes());
    repair(&mut out);
    out
}

/// The parts (length as `u32`, then the bytes) that a section consists of after its first `front` bytes.
pub(crate) fn parts(section: &[u8], front: usize) -> Vec<Vec<u8>> {
    let mut parts = Vec::new();
    let mut at = front;
    while at < section.len() {
        let length = u32_at(section, at) as usize;
        parts.push(section[at + 4..at + 4 + length].to_vec());
        at += 4 + length;
    }
    parts
}

/// A section of the given front and parts.
pub(crate) fn join(front: &[u8], parts: &[Vec<u8>]) -> Vec<u8> {
    let mut out = front.to_vec();
    for part in parts {
        out.extend((part.len() as u32).to_le_bytes());
        out.extend(part);
    }
    out
}

/// A column of numbers, four bytes each.
pub(crate) fn column(numbers: &[u32]) -> Vec<u8> {
    let mut out = vec![4];
    out.extend(numbers.iter().flat_map(|number| number.to_le_bytes()));
    out
}

/// Says in a transducer's footer that it has so many keys.
pub(crate) fn set_key_count(automaton: &mut [u8], count: u64) {
    let at = automaton.len() - 20;
    automaton[at..at + 8].copy_from_slice(&count.to_le_bytes());
}
