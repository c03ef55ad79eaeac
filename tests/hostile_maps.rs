//! Whatever the bytes of a concept map are: no panic, no endless loop, no memory out of proportion; and an answer that
//! is given from a damaged file with honest checksums is the right one.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests may panic")]
#![allow(unsafe_code, reason = "an allocator that counts")]

#[path = "support/corrupt.rs"]
mod corrupt;
#[path = "support/maps.rs"]
mod maps;
#[path = "support/memory.rs"]
mod memory;

use std::fmt::Debug;
use std::time::{Duration, Instant};

use medterm::source::{MapDraft, MapRow, Report};
use medterm::{ConceptMap, ConceptMapRows, Error, Result, index};
use memory::measured;

use corrupt::{CODES, MAP_DETAILS, MAP_ROWS, MAP_TARGETS, column, join, parts, set_key_count, with_section};

/// How each answer begins that could not be given.
const REFUSED: &str = "refused: ";
/// Asking a damaged file of a few kilobytes everything must stay below this (bytes) …
const MOST_MEMORY: usize = 1 << 21;
/// … and this, unoptimised and on a busy machine.
const MOST_TIME: Duration = Duration::from_secs(20);
/// Of a hostile file, these many rows and codes are asked.
const MOST_ASKED: usize = 30;

const ASKED: [&str; 14] = [
    "",
    "A17.0",
    "a17.0†",
    "A97",
    "E11.3",
    "J45",
    "J45*",
    "Z99.8",
    "not a code",
    "two words",
    "1D21&XN8P1",
    "ca23",
    "A00",
    "5A11",
];

fn is_bad_index(error: &Error) -> bool {
    error.is_bad_index() || matches!(error, Error::MissingSection { .. })
}

fn note<T: Debug>(notes: &mut Vec<String>, question: impl Debug, answer: Result<T>) {
    notes.push(match answer {
        Ok(answer) => format!("{question:?} → {:.200}", format!("{answer:?}")),
        Err(error) => {
            assert!(is_bad_index(&error), "{question:?}: {error}");
            format!("{REFUSED}{question:?}")
        }
    });
}

fn all(rows: Result<ConceptMapRows<'_>>) -> Result<Vec<(String, Option<String>)>> {
    rows?.take(MOST_ASKED).map(|row| row.and_then(|row| Ok((row.source()?, row.target()?)))).collect()
}

/// Asks everything that can be asked.
fn interrogate(map: &ConceptMap) -> Vec<String> {
    let mut notes = vec![format!("{:?} {:?} {:?} {:?}", map.identity(), map.source(), map.target(), map.unmapped())];
    for code in ASKED {
        note(&mut notes, ("from", code), all(map.rows(code)));
        note(&mut notes, ("to", code), all(map.rows_to(code)));
    }
    for row in map.iter().take(MOST_ASKED) {
        let number = row.number();
        note(&mut notes, (number, "row"), row.to_row());
        note(&mut notes, (number, "source"), row.source());
        note(&mut notes, (number, "target"), row.target());
        note(&mut notes, (number, "names"), row.source_display().and_then(|name| Ok((name, row.target_display()?))));
        note(&mut notes, (number, "rule"), row.rule().and_then(|rule| Ok((rule, row.advice()?))));
        note(&mut notes, (number, "conditions"), row.depends_on().and_then(|held| Ok((held, row.products()?))));
        note(&mut notes, (number, "properties"), row.properties());
        note(&mut notes, (number, "line"), row.line());
    }
    for code in map.sources().take(MOST_ASKED).chain(map.targets().take(MOST_ASKED)) {
        note(&mut notes, "code", code.code().and_then(|text| Ok((text, code.display()?))));
        note(&mut notes, "its rows", all(code.rows()));
    }
    note(&mut notes, "draft", map.to_draft());
    notes
}

fn answers(file: Vec<u8>, what: &str) -> Result<Vec<String>> {
    let begun = Instant::now();
    let (answers, memory) = measured(|| ConceptMap::from_bytes(file).map(|map| interrogate(&map)));
    assert!(memory < MOST_MEMORY, "{what}: {memory} bytes");
    assert!(begun.elapsed() < MOST_TIME, "{what}: {:?}", begun.elapsed());
    if let Err(error) = &answers {
        assert!(is_bad_index(error), "{what}: {error}");
    }
    answers
}

fn flipped(file: &[u8], bit: usize) -> Vec<u8> {
    let mut damaged = file.to_vec();
    damaged[bit / 8] ^= 1 << (bit % 8);
    damaged
}

/// Does it for all items on all processors.
fn on_all_processors<T: Sync>(items: &[T], work: impl Fn(&T) + Sync) {
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    std::thread::scope(|scope| {
        for share in items.chunks(items.len().div_ceil(threads).max(1)) {
            scope.spawn(|| share.iter().for_each(&work));
        }
    });
}

#[test]
fn the_undamaged_map_answers_everything() {
    let answers = answers(maps::bytes(), "map").unwrap();
    assert!(answers.len() > 150 && answers.iter().all(|answer| !answer.starts_with(REFUSED)));
}

#[test]
fn verify_rejects_every_flip_and_no_truncation_opens() {
    let file = maps::bytes();
    for bit in 0..file.len() * 8 {
        let verified = ConceptMap::from_bytes(flipped(&file, bit)).and_then(|map| map.verify());
        assert!(verified.is_err_and(|error| error.is_bad_index()), "bit {bit}");
    }
    for length in 0..file.len() {
        assert!(ConceptMap::from_bytes(file[..length].to_vec()).unwrap_err().is_bad_index(), "{length}");
    }
    assert!(ConceptMap::from_bytes([&file[..], b"\n"].concat()).is_err());
}

/// Of a file with one wrong bit, each answer is the right one or an error.
#[test]
fn flips_never_change_an_answer() {
    let file = maps::bytes();
    let reference = answers(file.clone(), "map").unwrap();
    let bits: Vec<usize> = (0..file.len()).map(|byte| byte * 8 + (byte * 5 + byte / 8) % 8).collect();
    on_all_processors(&bits, |&bit| {
        let Ok(answers) = answers(flipped(&file, bit), &format!("bit {bit}")) else { return };
        for (answer, right) in answers.iter().zip(&reference) {
            assert!(answer == right || answer.starts_with(REFUSED), "bit {bit}: {answer} for {right}");
        }
    });
}

/// With the checksums made right again, the damage is met by the code behind them.
#[test]
fn repaired_damage_does_no_harm() {
    let file = maps::bytes();
    let places: Vec<usize> = (0..file.len()).collect();
    on_all_processors(&places, |&place| {
        for bit in [0, 3, 7] {
            let mut damaged = flipped(&file, place * 8 + bit);
            corrupt::repair(&mut damaged);
            let _ = answers(damaged, &format!("byte {place}, bit {bit}"));
        }
        for (width, value) in [(1, 0xff), (1, 0), (4, 0xff), (4, 0x7f)] {
            let mut damaged = file.clone();
            let end = (place + width).min(file.len());
            damaged[place..end].fill(value);
            corrupt::repair(&mut damaged);
            let _ = answers(damaged, &format!("byte {place}, {width} × {value}"));
        }
    });
}

/// Lies that only a forger can tell.
mod forged {
    use super::*;

    #[test]
    fn starts_that_claim_all_rows_or_none() {
        for starts in [
            vec![0],
            vec![2, 4, 0, 0, 0, 0],
            vec![3, 5, 0, 0, 0, 4, 0, 0, 0, 0, 9, 0, 0, 0, 4, 0, 0, 0, 0, 0xff, 0xff, 0xff, 0xff],
        ] {
            for section in [MAP_ROWS, MAP_TARGETS] {
                let file = with_section(&maps::bytes(), section, |rows| {
                    let mut parts = parts(rows, 0);
                    parts[0] = starts.clone();
                    join(&[], &parts)
                });
                let refused = answers(file, "starts")
                    .is_ok_and(|answers| answers.iter().all(|answer| !answer.starts_with(REFUSED)));
                assert!(!refused, "{starts:?}");
            }
        }
    }

    #[test]
    fn targets_that_are_no_rows() {
        let file = with_section(&maps::bytes(), MAP_TARGETS, |targets| {
            let mut parts = parts(targets, 0);
            // Packed: 32 bits each, fourteen of them.
            parts[1] = [&[32, 14, 0, 0, 0], &[0xff; 4 * 14][..]].concat();
            join(&[], &parts)
        });
        let map = ConceptMap::from_bytes(file).unwrap();
        assert!(matches!(
            map.rows_to("5A11").unwrap().next(),
            Some(Err(Error::Corrupt { section: "map targets", .. }))
        ));
    }

    #[test]
    fn a_key_count_beyond_the_file() {
        let file = with_section(&maps::bytes(), CODES, |codes| {
            let mut parts = parts(codes, 0);
            set_key_count(&mut parts[0], u64::MAX);
            join(&[], &parts)
        });
        let _ = answers(file, "keys");
    }

    /// A list of ten thousand empty properties that every row has.
    #[test]
    fn a_long_list_for_every_row() {
        let row = |number: u32| MapRow {
            source: number.to_string(),
            properties: vec![(String::new(), String::new())],
            ..MapRow::default()
        };
        let draft = MapDraft { rows: (0..1000).map(row).collect(), ..MapDraft::default() };
        let file = index::map_to_bytes(&draft, &Report::default()).unwrap();
        let items = 10_000_usize;
        let file = with_section(&file, MAP_DETAILS, |details| {
            let mut parts = parts(details, 0);
            parts[0] = column(&[2 * items as u32]);
            parts[1] = vec![0; 2 * items];
            join(&[], &parts)
        });
        let length = file.len();
        let map = ConceptMap::from_bytes(file).unwrap();
        let (draft, memory) = measured(|| map.to_draft());
        assert!(draft.is_err());
        // Ten million items would take half a gigabyte.
        assert!(memory < 4096 * length, "{memory}");
    }
}
