//! A good index, damaged as the fuzzer says, with every checksum made right again.
//!
//! The input's first byte chooses the index; then each five bytes are one change: a place (two bytes), what to do
//! there, and two bytes to do it with.
#![no_main]

#[path = "../../tests/support/corrupt.rs"]
mod corrupt;
#[path = "../../tests/support/interrogate.rs"]
mod interrogate;

#[path = "../../tests/support/interrogate_map.rs"]
mod interrogate_map;

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use medterm::lexicon::Lexicon;
use medterm::text::Analyzer;
use medterm::{CodeSystem, ConceptMap};

const FILES: [&[u8]; 7] = [
    include_bytes!("../../tests/format/later.mti"),
    include_bytes!("../../tests/format/former.mti"),
    include_bytes!("../../tests/format/graph.mti"),
    include_bytes!("../../tests/format/carrying.mti"),
    include_bytes!("../../tests/format/places.mti"),
    include_bytes!("../../tests/format/lexicon.mti"),
    include_bytes!("../../tests/format/map.mti"),
];

static FORMER: LazyLock<CodeSystem> = LazyLock::new(|| CodeSystem::from_bytes(FILES[1]).unwrap());

/// Changes bytes where they stand, so that the sections keep their places.
fn change(file: &mut [u8], place: usize, action: u8, with: [u8; 2]) {
    let place = place % file.len();
    let rest = &mut file[place..];
    match action % 6 {
        0 => rest[0] ^= 1 << (with[0] % 8),
        1 => rest[0] = with[0],
        2 => rest.iter_mut().zip(with).for_each(|(byte, new)| *byte = new),
        3 => rest.iter_mut().take(4).for_each(|byte| *byte = with[0]),
        4 => rest.iter_mut().take(8).for_each(|byte| *byte = with[0]),
        // Bytes from elsewhere: lists and texts of another kind.
        _ => {
            let from = usize::from(u16::from_le_bytes(with)) % file.len();
            let length = 16.min(file.len() - place.max(from));
            file.copy_within(from..from + length, place);
        }
    }
}

fuzz_target!(|bytes: &[u8]| {
    let Some((&choice, changes)) = bytes.split_first() else { return };
    let mut file = FILES[usize::from(choice) % FILES.len()].to_vec();
    for &[low, high, action, first, second] in changes.as_chunks().0 {
        // Behind the header, which the target `open` and the tests look at.
        change(&mut file[64..], usize::from(u16::from_le_bytes([low, high])), action, [first, second]);
    }
    corrupt::repair(&mut file);
    if let Ok(lexicon) = Lexicon::from_bytes(file.clone()) {
        let query = "K phổi, Đ.T.Đ, cấu, tiểu đường";
        let _ = (lexicon.verify(), lexicon.expansions(query, Analyzer::new().analyze(query)));
    }
    if let Ok(map) = ConceptMap::from_bytes(file.clone()) {
        interrogate_map::interrogate(&map);
    }
    if let Ok(system) = CodeSystem::from_bytes(file) {
        interrogate::interrogate(&system, &FORMER);
    }
});
