//! Whatever the bytes of an index are: no panic, no endless loop, no memory out of proportion; and an answer that
//! is given from a damaged file with honest checksums is the right one.
#![cfg(feature = "search")]
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests may panic")]
#![allow(unsafe_code, reason = "the memory map")]

#[path = "support/corrupt.rs"]
mod corrupt;
#[path = "support/drafts.rs"]
mod drafts;
#[path = "support/interrogate.rs"]
mod interrogate;
#[path = "support/memory.rs"]
mod memory;

use std::sync::LazyLock;
use std::time::{Duration, Instant};

use interrogate::{REFUSED, interrogate};
use medterm::{CodeSystem, Concept, Error, SearchOptions, Supplement, index};
use memory::measured;

/// Asking a damaged file of a few kilobytes everything takes a tenth of a mebibyte; it must stay below this (bytes) …
const MOST_MEMORY: usize = 1 << 20;
/// … and this, unoptimised and on a busy machine.
const MOST_TIME: Duration = Duration::from_secs(20);

fn committed(name: &str) -> Vec<u8> {
    std::fs::read(std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/format/{name}.mti"))).unwrap()
}

fn open(file: Vec<u8>) -> CodeSystem {
    CodeSystem::from_bytes(file).unwrap()
}

/// Opens a file; a supplement is given to an intact code system.
fn open_any(file: Vec<u8>, name: &str) -> Result<CodeSystem, Error> {
    if name == drafts::SUPPLEMENT {
        // A supplement to something else is a forger's work: as good as damaged.
        let of_other = |error| match error {
            Error::Argument { .. } => Error::NotAnIndex { detail: "it is to another code system" },
            other => other,
        };
        static LATER: LazyLock<CodeSystem> = LazyLock::new(|| open(committed("later")));
        return LATER.with_supplement(Supplement::from_bytes(file)?).map_err(of_other);
    }
    CodeSystem::from_bytes(file)
}

/// The answers of a file, an error if it does not open. Fails if they took too much memory or time. What it is begins
/// with the name of the file.
fn answers(file: Vec<u8>, other: &CodeSystem, what: &str) -> Result<Vec<String>, Error> {
    let begun = Instant::now();
    let name = what.split(',').next().unwrap_or_default();
    let (answers, memory) = measured(|| open_any(file, name).map(|system| interrogate(&system, other)));
    assert!(memory < MOST_MEMORY, "{what}: {memory} bytes");
    assert!(begun.elapsed() < MOST_TIME, "{what}: {:?}", begun.elapsed());
    answers
}

/// Places to damage: every byte, but of the two large sections every sixth.
fn some_bytes(file: &[u8]) -> Vec<usize> {
    let large = |number| [corrupt::TERMS, corrupt::SEARCH].contains(&number);
    let sections = corrupt::sections(file);
    let carried = sections.iter().filter(|(number, _)| *number == corrupt::SUPPLEMENT).flat_map(|(_, place)| {
        let inner = corrupt::sections(&file[place.clone()]).into_iter();
        inner.map(|(number, inner)| (number, inner.start + place.start..inner.end + place.start))
    });
    let sections: Vec<_> = sections.iter().cloned().chain(carried).collect();
    let sparse = |byte: &usize| sections.iter().any(|(number, place)| large(*number) && place.contains(byte));
    (0..file.len()).filter(|byte| byte % 6 == 0 || !sparse(byte)).collect()
}

/// One bit of each of these bytes, another from byte to byte. Of files that are asked together with another or made of
/// two others, every third.
fn some_bits(file: &[u8], name: &str) -> Vec<usize> {
    let step = if [drafts::SUPPLEMENT, "carrying"].contains(&name) { 3 } else { 1 };
    some_bytes(file).into_iter().step_by(step).map(|byte| byte * 8 + (byte * 5 + byte / 8) % 8).collect()
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
fn the_undamaged_files_answer_everything() {
    let former = open(committed("former"));
    for name in drafts::NAMES {
        let answers = answers(committed(name), &former, name).unwrap();
        let refused: Vec<_> = answers.iter().filter(|answer| answer.starts_with(REFUSED)).collect();
        // Other code systems have no migration from and to this one.
        let expected = if ["later", "former", "names", "carrying"].contains(&name) { 0 } else { 2 };
        assert_eq!(refused.len(), expected, "{name}: {refused:?}");
    }
}

#[test]
fn verify_rejects_every_flip() {
    for name in drafts::NAMES {
        let file = committed(name);
        for bit in 0..file.len() * 8 {
            let verified = open_any(flipped(&file, bit), name).and_then(|system| system.verify());
            assert!(verified.is_err_and(|error| error.is_bad_index()), "{name}, bit {bit}");
        }
    }
}

#[test]
fn no_truncation_opens() {
    for name in drafts::NAMES {
        let file = committed(name);
        for length in 0..file.len() {
            let error = open_any(file[..length].to_vec(), name).unwrap_err();
            assert!(error.is_bad_index(), "{name}, {length}: {error}");
        }
        let longer = [&file[..], b"\n"].concat();
        assert!(open_any(longer, name).is_err(), "{name}");
    }
}

/// Of a file with one wrong bit, each answer is the right one or an error.
#[test]
fn flips_never_change_an_answer() {
    let former = open(committed("former"));
    for name in ["later", "former", "graph", "names", "carrying", "places"] {
        let file = committed(name);
        let reference = answers(file.clone(), &former, name).unwrap();
        on_all_processors(&some_bits(&file, name), |&bit| {
            let Ok(answers) = answers(flipped(&file, bit), &former, &format!("{name}, bit {bit}")) else { return };
            for (answer, right) in answers.iter().zip(&reference) {
                assert!(answer == right || answer.starts_with(REFUSED), "{name}, bit {bit}: {answer} for {right}");
            }
        });
    }
}

/// With the checksums made right again, the damage is met by the code behind them.
#[test]
fn repaired_flips_do_no_harm() {
    let former = open(committed("former"));
    for name in ["later", "former", "graph", "names", "carrying", "places"] {
        let file = committed(name);
        on_all_processors(&some_bits(&file, name), |&bit| {
            let mut damaged = flipped(&file, bit);
            corrupt::repair(&mut damaged);
            let _ = answers(damaged, &former, &format!("{name}, bit {bit}, repaired"));
        });
    }
}

/// As above, with whole bytes and with words of four, which lengths and counts are.
#[test]
fn repaired_extremes_do_no_harm() {
    let former = open(committed("former"));
    for name in ["former", "graph", "names", "places"] {
        let file = committed(name);
        on_all_processors(&some_bytes(&file), |&place| {
            for (width, value) in [(1, 0xff), (1, 0), (4, 0xff)].into_iter().skip(place % 3).take(1) {
                let mut damaged = file.clone();
                let end = (place + width).min(file.len());
                damaged[place..end].fill(value);
                corrupt::repair(&mut damaged);
                let _ = answers(damaged, &former, &format!("{name}, byte {place}, {width} × {value}"));
            }
        });
    }
}

#[test]
fn what_is_no_index_says_so() {
    let not_an_index = |bytes: &[u8]| matches!(CodeSystem::from_bytes(bytes.to_vec()), Err(Error::NotAnIndex { .. }));
    assert!(not_an_index(b""));
    assert!(not_an_index(b"PK\x03\x04"));
    assert!(not_an_index(&[0; 4096]));
    // Random bytes, from a fixed seed: xorshift.
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    for length in 0..2000 {
        let mut bytes = || {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            state as u8
        };
        let random: Vec<u8> = (0..length).map(|_| bytes()).collect();
        assert!(not_an_index(&random), "{length}");
        // The same behind an honest header.
        let mut file = committed("empty");
        let nothing_behind = random.is_empty();
        file.extend(random);
        let length = file.len() as u64;
        file[16..24].copy_from_slice(&length.to_le_bytes());
        corrupt::repair(&mut file);
        // Without anything behind it, the header's file is whole.
        assert_eq!(CodeSystem::from_bytes(file).is_ok(), nothing_behind);
    }
    let folder = tempfile::tempdir().unwrap();
    assert!(matches!(CodeSystem::open(folder.path()), Err(Error::Io { .. })), "a folder");
    assert!(matches!(CodeSystem::open(folder.path().join("absent.mti")), Err(Error::Io { .. })));
    let empty = folder.path().join("empty");
    std::fs::write(&empty, b"").unwrap();
    assert!(matches!(CodeSystem::open(&empty), Err(Error::NotAnIndex { .. })));
    #[cfg(feature = "mmap")]
    for path in [folder.path(), empty.as_path()] {
        // SAFETY: nothing changes the file.
        assert!(unsafe { CodeSystem::map(path) }.is_err(), "{}", path.display());
    }
}

/// The header's fields, each set to something else, with its checksum repaired.
#[test]
fn other_kinds_and_versions_are_named() {
    let with = |at: usize, value: u16| {
        let mut file = committed("later");
        file[at..at + 2].copy_from_slice(&value.to_le_bytes());
        corrupt::repair(&mut file);
        CodeSystem::from_bytes(file)
    };
    for version in [0, index::FORMAT_VERSION + 1, u16::MAX] {
        assert!(matches!(with(8, version), Err(Error::FormatVersion { found, .. }) if found == version));
    }
    for kind in 2..=6 {
        assert!(matches!(with(10, kind), Err(Error::WrongKind { .. })), "{kind}");
    }
    let supplement = CodeSystem::from_bytes(committed("names")).unwrap_err();
    assert!(supplement.to_string().contains("CodeSystem::with_supplement"), "{supplement}");
    assert!(matches!(Supplement::from_bytes(committed("later")), Err(Error::WrongKind { .. })));
    assert!(matches!(with(10, 7), Err(Error::Corrupt { section: "header", .. })));
    let other_text = with(12, u16::MAX).unwrap();
    assert!(matches!(other_text.search("a", &SearchOptions::new()), Err(Error::TextVersion { found: u16::MAX, .. })));
    assert_eq!(other_text.lookup("I10").unwrap().concept().unwrap().code().unwrap(), "I10");
    for count in [0, 1, 9, 11, 64, 65, u16::MAX] {
        assert!(with(14, count).is_err(), "{count} sections");
    }
}

/// Lies that only a forger can tell, and what believing them did. Those of which nothing is said did no harm.
mod forged {
    use super::*;
    use medterm::source::{DraftConcept, Parent, PropertyDefinition, PropertyValue};

    use corrupt::{
        CODES, HIERARCHY, IDENTITY, PROPERTIES, SEARCH, SUPPLEMENT, TARGET, TERMS, column, join, parts, set_key_count,
        with_section,
    };

    fn all_answers(file: Vec<u8>, what: &str) -> Vec<String> {
        answers(file, &open(committed("former")), what).unwrap()
    }

    /// The number of concepts was taken on trust: walking through "all" of them took minutes.
    #[test]
    fn a_concept_count_beyond_the_file() {
        let file = with_section(&committed("later"), IDENTITY, |identity| {
            let counts = [20_u32.to_le_bytes(), 15_u32.to_le_bytes()].concat();
            let at = identity.windows(8).position(|window| window == counts).unwrap();
            [&identity[..at], &[0xff; 8], &identity[at + 8..]].concat()
        });
        assert!(matches!(CodeSystem::from_bytes(file), Err(Error::Corrupt { section: "identity", .. })));
    }

    /// A word list that claims 2⁶⁴ − 1 words: the words that a prefix begins were gone through one by one.
    #[test]
    fn a_word_count_beyond_the_file() {
        for count in [u64::MAX, 1 << 40, 1000] {
            let file = with_section(&committed("former"), SEARCH, |search| {
                let mut parts = parts(search, 8);
                set_key_count(&mut parts[0], count);
                // With a column of forms, ranks beyond it had no form, and so no error ended the loop.
                parts[1] = column(&[0, 1, 2]);
                join(&search[..8], &parts)
            });
            let answers = all_answers(file.clone(), "words");
            assert!(answers.iter().any(|answer| answer.starts_with(REFUSED)));
            // The beginning of the last word: what follows it was bounded by the count alone.
            assert!(open(file).search("un", &SearchOptions::new()).is_err());
        }
    }

    /// A list of phonetic keys that claims as many.
    #[test]
    fn a_key_count_beyond_the_file() {
        let file = with_section(&committed("former"), SEARCH, |search| {
            let mut parts = parts(search, 8);
            set_key_count(&mut parts[6], u64::MAX);
            join(&search[..8], &parts)
        });
        all_answers(file, "phonetic keys");
    }

    /// Words that each claim four thousand million forms.
    #[test]
    fn forms_beyond_the_file() {
        let file = with_section(&committed("former"), SEARCH, |search| {
            let mut parts = parts(search, 8);
            let words = u64::from_le_bytes(parts[0][parts[0].len() - 20..][..8].try_into().unwrap());
            let bounds = (0..=words).map(|word| if word % 2 == 0 { 0 } else { u32::MAX });
            parts[1] = column(&bounds.collect::<Vec<_>>());
            join(&search[..8], &parts)
        });
        all_answers(file, "forms");
    }

    /// Many further intervals, each of them the whole tree: what lies below a concept was listed for each anew.
    #[test]
    fn intervals_that_overlap() {
        let file = with_section(&committed("graph"), HIERARCHY, |hierarchy| {
            let mut parts = parts(hierarchy, 0);
            let many = 1_000_000;
            parts[5] = join(&[], &[column(&vec![1; many]), column(&vec![0; many]), column(&vec![u32::MAX; many])]);
            join(&[], &parts)
        });
        let system = open(file);
        let concept = system.concepts().nth(1).unwrap();
        assert!(concept.descendants().unwrap().count() <= 2 * 8);
    }

    /// Further edges in a circle.
    #[test]
    fn circles_of_parents() {
        let file = with_section(&committed("graph"), HIERARCHY, |hierarchy| {
            let mut parts = parts(hierarchy, 0);
            let all: Vec<u32> = (0..8).collect();
            let above = column(&[1, 2, 3, 4, 5, 6, 7, 0]);
            let by_parent = column(&[7, 0, 1, 2, 3, 4, 5, 6]);
            parts[4] = join(&[], &[column(&all), above, vec![0; 8], by_parent]);
            join(&[], &parts)
        });
        let system = open(file);
        for concept in system.concepts() {
            assert_eq!(concept.ancestors().unwrap().len(), 7, "each other concept once");
        }
    }

    /// A prefix code of 65,535 runs that all begin at the same word: each symbol was searched for through all of them,
    /// and a term may have 65,536 symbols.
    #[test]
    fn a_prefix_code_of_endless_runs() {
        let file = with_section(&committed("former"), TERMS, |terms| {
            let number = |at: usize| usize::from(u16::from_le_bytes([terms[at], terms[at + 1]]));
            // Header, units of nine bytes, the guide, runs of ten bytes.
            let (units, runs) = (number(20), number(22));
            let end = 27 + 9 * units + 256 + 10 * runs;
            let mut forged = [&terms[..end], &vec![0; 10 * (65_535 - runs)], &terms[end..]].concat();
            forged[22..24].copy_from_slice(&u16::MAX.to_le_bytes());
            forged
        });
        let begun = Instant::now();
        let answers = all_answers(file, "runs");
        assert!(answers.iter().any(|answer| answer.starts_with(REFUSED)));
        assert!(begun.elapsed() < Duration::from_secs(2), "{:?}", begun.elapsed());
    }

    /// A chain of parents as long as the file allows, climbed anew from each of as many roots.
    #[test]
    fn a_tree_of_endless_levels() {
        let list = |levels: usize| {
            let (mut draft, _) = drafts::list("empty");
            let code = |level: usize| format!("L{level:05}");
            draft.concepts = (0..levels)
                .map(|level| DraftConcept {
                    code: code(level),
                    parents: level
                        .checked_sub(1)
                        .map(|above| Parent { code: code(above), ..Parent::default() })
                        .into_iter()
                        .collect(),
                    ..DraftConcept::default()
                })
                .collect();
            draft
        };
        let deepest = index::to_bytes(list(255), &Default::default()).unwrap();
        let system = open(deepest);
        assert_eq!(system.concepts().last().unwrap().ancestors().unwrap().len(), 254);
        assert!(matches!(index::to_bytes(list(256), &Default::default()), Err(Error::Draft { .. })));

        // Two levels of many concepts, forged: each inner node ends at once and has the one before it as its parent.
        let (mut draft, many) = (list(0), 60_000);
        draft.concepts = (0..2 * many)
            .map(|number| DraftConcept {
                code: format!("N{number:06}"),
                parents: (number % 2 == 1 && number < many)
                    .then(|| Parent { code: format!("N{:06}", number - 1), ..Parent::default() })
                    .into_iter()
                    .collect(),
                ..DraftConcept::default()
            })
            .collect();
        let honest = index::to_bytes(&draft, &Default::default()).unwrap();
        let forged = with_section(&honest, HIERARCHY, |hierarchy| {
            let mut parts = parts(hierarchy, 0);
            // Small numbers, one byte each: how many inner nodes back the parent stands.
            parts[3][4 + 1..4 + many / 2].fill(1);
            join(&[], &parts)
        });
        let begun = Instant::now();
        assert!(open(forged).roots().is_err());
        assert!(begun.elapsed() < MOST_TIME);
    }

    /// Counts of ones near 2³² overflowed when the ones of a block were added.
    #[test]
    fn ranks_beyond_the_bitmap() {
        let file = with_section(&committed("later"), HIERARCHY, |hierarchy| {
            let mut parts = parts(hierarchy, 0);
            // The bitmap: its length, then the column of ranks as a part.
            let bits = parts[1][parts[1].len() - 3..].to_vec();
            let ranks = column(&[u32::MAX, u32::from(parts[1][10])]);
            parts[1] = [join(&parts[1][..4], &[ranks]), bits].concat();
            join(&[], &parts)
        });
        all_answers(file, "ranks");
    }

    /// The same property defined over and over: all values of the name were listed again for each definition.
    #[test]
    fn properties_defined_over_and_over() {
        let file = with_section(&committed("former"), PROPERTIES, |_| {
            // Four thousand times: no name, no description, Boolean, true of all concepts.
            let mut section = vec![0xa0, 0x1f];
            (0..4000).for_each(|_| section.extend([0, 0, 0, 1, 0, 0, 0, 0]));
            section
        });
        assert!(matches!(CodeSystem::from_bytes(file), Err(Error::Corrupt { section: "properties", .. })));
    }

    /// Files that are carried and are no supplement to the file: one that carries itself, another list, another target.
    #[test]
    fn carried_files_that_do_not_belong() {
        let carrying = |inner: Vec<u8>| {
            CodeSystem::from_bytes(with_section(&committed("carrying"), SUPPLEMENT, |_| inner)).unwrap_err()
        };
        let mut itself = committed("carrying");
        itself[10] = 2;
        corrupt::repair(&mut itself);
        assert!(matches!(carrying(itself), Error::Corrupt { section: "supplement", .. }));
        let to_another = with_section(&committed("names"), TARGET, |_| b"another".to_vec());
        assert!(matches!(carrying(to_another), Error::Corrupt { section: "supplement", .. }));
        assert!(matches!(carrying(committed("later")), Error::WrongKind { .. }));
        assert!(matches!(carrying(Vec::new()), Error::NotAnIndex { .. }));
        let no_text = with_section(&committed("names"), TARGET, |_| vec![0xff]);
        assert!(matches!(carrying(no_text), Error::Corrupt { section: "target", .. }));
    }

    /// A code with a thousand rows, in a supplement or in the list: each was compared with each.
    #[test]
    fn more_twins_than_marks() {
        // The rank of A17 among the codes of the file.
        let twins = |name: &str, rank: u32| {
            with_section(&committed(name), CODES, |codes| {
                let mut parts = parts(codes, 0);
                parts[1] = column(&[rank; 1000]);
                join(&[], &parts)
            })
        };
        let names = |file: Vec<u8>| Supplement::from_bytes(file).unwrap();
        let over = open(committed("later")).with_supplement(names(twins("names", 0))).unwrap();
        let refused = |system: &CodeSystem| {
            let is_refused =
                |concept: Concept<'_>| matches!(concept.designations(), Err(Error::Corrupt { section: "codes", .. }));
            system.concepts().any(is_refused)
        };
        assert!(refused(&over));
        let under = open(twins("later", 2)).with_supplement(names(committed("names"))).unwrap();
        assert!(refused(&under));
        answers(twins("names", 0), &open(committed("former")), drafts::SUPPLEMENT).unwrap();
    }

    /// Terms of 64 KiB cost a few bits each where they repeat: one concept with a million of them filled the memory.
    #[test]
    fn a_concept_with_endless_text() {
        let mut draft = drafts::list("empty").0;
        let kind = medterm::source::PropertyKind::Text;
        draft.properties = vec![PropertyDefinition { name: "note".into(), description: String::new(), kind }];
        let note = (0, PropertyValue::Text("ab ".repeat(20_000)));
        draft.concepts = ["A", "B"]
            .map(|code| DraftConcept { code: code.into(), properties: vec![note.clone(); 200], ..Default::default() })
            .into();
        // Both concepts' values given to the first.
        let honest = index::to_bytes(&draft, &Default::default()).unwrap();
        let forged = with_section(&honest, PROPERTIES, |section| {
            let members = [vec![2, 1], vec![0; 200], vec![1; 200]].concat();
            let at = section.windows(members.len()).position(|window| window == members).unwrap();
            [&section[..at + 2], &[0; 400], &section[at + members.len()..]].concat()
        });
        let (texts, memory) = measured(|| open(forged).concepts().next().unwrap().property("note"));
        assert!(matches!(texts, Err(Error::Corrupt { section: "terms", .. })));
        assert!(memory < 40 << 20, "{memory}");
        // And what could not be read is not written.
        draft.concepts[0].properties = vec![note; 300];
        assert!(matches!(index::to_bytes(&draft, &Default::default()), Err(Error::Draft { .. })));
    }
}

/// A word longer than automata spell out was indexed all the same, and then every query that came upon it failed.
#[test]
fn very_long_words_can_be_searched() {
    let mut draft = drafts::list("former").0;
    draft.concepts[1].designations[0].text = format!("Cao {} {}", "huyết".repeat(200), "huyet".repeat(200));
    let system = open(index::to_bytes(&draft, &Default::default()).unwrap());
    for query in ["cao", "huyet", "hu", "huyeet", &"huyết".repeat(200), "phoi"] {
        system.search(query, &SearchOptions::new()).unwrap();
    }
}
