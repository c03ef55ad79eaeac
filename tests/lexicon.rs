//! The built-in lexicon: made from its tables as documented, small, and quick to open; and compiled lexicons of whatever
//! bytes.
#![cfg(feature = "search")]
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests may panic")]

#[path = "support/corrupt.rs"]
mod corrupt;
#[path = "support/memory.rs"]
mod memory;

use std::path::{Path, PathBuf};

use medterm::lexicon::{Expansion, Lexicon, LexiconBuilder};
use medterm::text::Analyzer;
use medterm::{CodeSystem, Error};
use memory::measured;

fn path(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(name)
}

fn expansions(lexicon: &Lexicon, query: &str) -> Vec<Expansion> {
    let mut analyzer = Analyzer::new();
    lexicon.expansions(query, analyzer.analyze(query))
}

fn meanings(lexicon: &Lexicon, query: &str) -> Vec<String> {
    expansions(lexicon, query).into_iter().map(|found| found.meaning).collect()
}

/// The names of the built-in tables and what they say, in the order in which `examples/compile` reads them.
fn tables() -> Vec<(PathBuf, String)> {
    let files = std::fs::read_dir(path("data/lexicon")).unwrap().map(|file| file.unwrap().path());
    let mut tables: Vec<_> =
        files.filter(|file| file.extension().is_some_and(|extension| extension == "tsv")).collect();
    tables.sort_by_key(|path| path.with_extension(""));
    tables.into_iter().map(|path| (path.clone(), std::fs::read_to_string(path).unwrap())).collect()
}

#[test]
fn the_built_in_lexicon_is_reproduced_byte_for_byte() {
    let mut builder = LexiconBuilder::new();
    for (path, table) in tables() {
        builder.add_table(&table).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    }
    let committed = std::fs::read(path("data/lexicon.mti")).unwrap();
    assert!(
        builder.to_bytes().unwrap() == committed,
        "data/lexicon.mti is out of date; make it again: cargo run --release --example compile --features csv,xlsx -- \
         lexicon data/lexicon/*.tsv --output data/lexicon.mti"
    );
    // It is part of every program that searches.
    assert!(committed.len() < 350_000, "{} bytes", committed.len());
    let built_in = Lexicon::built_in();
    built_in.verify().unwrap();
    assert_eq!(built_in.digest(), Lexicon::open(path("data/lexicon.mti")).unwrap().digest());
    assert!(built_in.len() > 10_000 && !built_in.is_empty());
}

#[test]
fn every_line_of_the_tables_is_read() {
    let mut unread = Vec::new();
    for (path, table) in tables() {
        let (heading, lines) = table.split_once('\n').unwrap();
        for (number, line) in lines.lines().enumerate() {
            let mut builder = LexiconBuilder::new();
            let added = builder.add_table(&format!("{heading}\n{line}\n"));
            let fields: Vec<_> = line.split('\t').collect();
            // A line that says nothing, or is spaced otherwise than it is meant, is not noticed by the reader.
            let is_clean = fields.iter().all(|field| *field == field.trim()) && !fields[1].is_empty();
            if added.is_err() || !is_clean || builder.build().is_empty() {
                unread.push(format!("{}, line {}: {line}", path.display(), number + 2));
            }
        }
        assert!(!table.contains('\r') && table.ends_with('\n'), "{}", path.display());
    }
    assert!(unread.is_empty(), "cannot be read:\n{}", unread.join("\n"));
}

#[test]
fn what_is_built_in_is_found() {
    let lexicon = Lexicon::built_in();
    assert_eq!(meanings(&lexicon, "THA vô căn")[0], "tăng huyết áp");
    assert!(meanings(&lexicon, "tieu duong typ 2").contains(&"đái tháo đường".to_owned()));
    let dotted = expansions(&lexicon, "viêm da T.H.A vô căn");
    assert!(dotted.iter().any(|found| found.words == (2..5) && found.meaning == "tăng huyết áp"), "{dotted:?}");
    assert!(meanings(&lexicon, "").is_empty() && meanings(&lexicon, "xyzzy plugh").is_empty());
}

/// Opening and asking hold next to nothing, however many entries there are.
#[test]
fn no_entry_is_held_in_memory() {
    let bytes = std::fs::read(path("data/lexicon.mti")).unwrap();
    let (lexicon, held) = measured(|| Lexicon::from_bytes(bytes).unwrap());
    assert!(held < 4_096, "{held} bytes to open");
    let mut analyzer = Analyzer::new();
    let mut out = Vec::with_capacity(64);
    for (query, most) in [("xyzzy plugh viem", 0), ("viêm phổi thùy dưới, THA, ĐTĐ typ 2, suy thận mạn", 4_096)]
    {
        let tokens = analyzer.analyze(query);
        let ((), held) = measured(|| lexicon.write_expansions(query, tokens, &mut out));
        assert!(held <= most, "{query}: {held} bytes");
    }
    assert!(!out.is_empty());
}

/// Every kind of entry: with marks and without, with several readings and forms, chained.
fn small() -> Vec<u8> {
    let mut builder = LexiconBuilder::new();
    builder.add_synonym("tiểu đường", "đái tháo đường");
    builder.add_synonym("cầu", "khớp cầu");
    builder.add_synonym("cấu", "véo");
    builder.add_synonym("ung thư biểu mô", "u biểu mô ác tính");
    builder.add_synonym("ung thư", "u ác tính");
    builder.add_abbreviation("ĐTĐ", "điện tâm đồ", 2);
    builder.add_abbreviation("ĐTĐ", "đái tháo đường", 1);
    builder.add_abbreviation("DTD", "đo thính đồ", 3);
    builder.add_abbreviation("K", "ung thư", 1);
    builder.add_abbreviation("HA", "huyết áp", 1);
    builder.add_abbreviation("BTĐ", "bệnh tiểu đường", 2);
    builder.to_bytes().unwrap()
}

const FORMAT: &str = "tests/format/lexicon.mti";

#[test]
fn a_lexicon_of_format_1_opens_for_ever() {
    let lexicon = Lexicon::open(path(FORMAT)).unwrap();
    lexicon.verify().unwrap();
    assert_eq!(lexicon.len(), 13);
    assert_eq!(meanings(&lexicon, "dtd typ 2"), ["đái tháo đường", "điện tâm đồ", "đo thính đồ"]);
    assert_eq!(meanings(&lexicon, "đtđ typ 2"), ["đái tháo đường", "điện tâm đồ"]);
    assert_eq!(meanings(&lexicon, "cau"), ["khớp cầu", "véo"]);
    assert_eq!(meanings(&lexicon, "cấu, K phổi"), ["véo", "ung thư", "u ác tính"]);
    assert_eq!(meanings(&lexicon, "BTD"), ["bệnh tiểu đường", "bệnh đái tháo đường"]);
    let names: Vec<_> = lexicon.sections().map(|section| section.name).collect();
    assert_eq!(names, ["terms", "phrases"]);
}

#[test]
fn the_present_writer_makes_these_very_bytes() {
    let committed = std::fs::read(path(FORMAT)).unwrap();
    assert!(small() == committed, "the format has changed; was that meant? see tests/format/README.md");
}

/// Writes the file anew: `cargo test --test lexicon -- --ignored`.
#[test]
#[ignore = "writes into the source tree"]
fn write_the_file() {
    std::fs::write(path(FORMAT), small()).unwrap();
}

#[test]
fn other_files_are_no_lexicons() {
    assert!(matches!(Lexicon::from_bytes(b"PK"), Err(Error::NotAnIndex { .. })));
    let list = Lexicon::open(path("data/icd10.mti")).unwrap_err();
    assert!(matches!(list, Error::WrongKind { found: "code system", expected: "lexicon" }), "{list}");
    let lexicon = CodeSystem::from_bytes(small()).unwrap_err();
    assert!(lexicon.to_string().contains("Lexicon::open"), "{lexicon}");
    let mut other_text = small();
    other_text[12] = 99;
    corrupt::repair(&mut other_text);
    assert!(matches!(Lexicon::from_bytes(other_text), Err(Error::TextVersion { found: 99, .. })));
    assert!(matches!(Lexicon::open(path("absent.mti")), Err(Error::Io { .. })));
}

/// What a lexicon of a few kilobytes may hold when it is asked (bytes), whatever it says.
const MOST_MEMORY: usize = 1 << 20;

/// Asks a lexicon everything, if the bytes are one.
fn interrogate(bytes: Vec<u8>, what: &str) {
    let ask = || {
        let Ok(lexicon) = Lexicon::from_bytes(bytes) else { return };
        let _ = (lexicon.verify(), lexicon.len(), lexicon.digest(), lexicon.sections().count());
        for query in ["dtd", "Đ.T.Đ, cấu", "tiễu đường K ung thu biểu mô", "HA btđ đái tháo đường"]
        {
            let _ = expansions(&lexicon, query);
        }
        let mut builder = LexiconBuilder::from(lexicon);
        builder.add_synonym("tiểu", "đái");
        builder.add_abbreviation("K", "ung thư", 2);
        let _ = (expansions(&builder.build(), "BTĐ K"),);
    };
    let ((), held) = measured(ask);
    assert!(held < MOST_MEMORY, "{what}: {held} bytes");
}

#[test]
fn every_flip_and_truncation_is_noticed() {
    let file = small();
    for length in 0..file.len() {
        assert!(Lexicon::from_bytes(file[..length].to_vec()).is_err(), "{length}");
    }
    for bit in 0..file.len() * 8 {
        let mut damaged = file.clone();
        damaged[bit / 8] ^= 1 << (bit % 8);
        assert!(Lexicon::from_bytes(damaged).is_err_and(|error| error.is_bad_index()), "bit {bit}");
    }
}

/// With the checksums made right again, the damage is met by the code behind them.
#[test]
fn repaired_damage_does_no_harm() {
    let file = small();
    for place in 0..file.len() {
        let byte = file[place];
        // One bit, or the whole byte, or as many as a number takes.
        for (width, value) in [(1, byte ^ (1 << (place % 8))), (1, byte ^ 0x10), (1, 0), (1, 0xff), (4, 0xff)] {
            let mut damaged = file.clone();
            let end = (place + width).min(file.len());
            damaged[place..end].fill(value);
            corrupt::repair(&mut damaged);
            interrogate(damaged, &format!("byte {place}, {width} × {value}"));
        }
    }
    for number in [corrupt::TERMS, corrupt::PHRASES] {
        let (_, section) = corrupt::sections(&file).into_iter().find(|(section, _)| *section == number).unwrap();
        for length in 0..section.len() {
            let cut = corrupt::with_section(&file, number, |content| content[..length].to_vec());
            interrogate(cut, &format!("section {number}, cut to {length}"));
        }
    }
}
