//! What a release as large as SNOMED CT costs: seconds, and the most memory that was held.
//!
//! `cargo bench --bench large` writes an invented RF2 release of 360,000 concepts and 1.5 million terms to a temporary
//! folder, reads it, and writes the index; `cargo bench --bench large -- 10000` does so with fewer concepts. The same
//! seed gives the same release. Memory is the process's peak (`VmHWM` of `/proc/self/status`), which only Linux tells.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a bench may panic")]

use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::path::Path;
use std::time::Instant;

use medterm::code::snomed_ct::Identifier;
use medterm::source::{Input, ReadOptions, read};
use medterm::{CodeSystem, index};

const TIME: &str = "20240101";
const MODULE: &str = "900000000000207008";
const FULLY_SPECIFIED: &str = "900000000000003001";
const SYNONYM: &str = "900000000000013009";
const DIALECTS: [&str; 2] = ["900000000000509007", "900000000000508004"];
const PREFERRED: &str = "900000000000548007";
const ACCEPTABLE: &str = "900000000000549004";
const IS_A: u64 = 116_680_003;
const ROOT: u64 = 138_875_005;
const TAGS: [&str; 6] = ["disorder", "finding", "procedure", "body structure", "substance", "clinical drug"];
/// Attributes of which the concepts are defined.
const ATTRIBUTES: [u64; 6] = [363_698_007, 116_676_008, 246_075_003, 260_686_004, 405_813_007, 370_135_005];

/// Pseudorandom numbers: xorshift64.
struct Chance(u64);

impl Chance {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % bound
    }

    fn is(&mut self, percent: u64) -> bool {
        self.below(100) < percent
    }

    /// Small numbers far more often than large ones, as with the words of a language.
    fn skewed(&mut self, bound: usize) -> usize {
        let share = self.below(1 << 20) as f64 / f64::from(1 << 20);
        (share.powi(4) * bound as f64) as usize
    }
}

/// The identifier of the `number`th component of a kind, with its check digit.
fn identifier(number: u64, partition: &str) -> u64 {
    let front = format!("{}{partition}", 1_000_000 + number);
    let mut digits = (0..10).map(|digit| format!("{front}{digit}"));
    digits.find_map(|text| Identifier::parse(&text).ok()).unwrap().get()
}

fn words(chance: &mut Chance, count: usize) -> Vec<String> {
    const ONSETS: [&str; 16] = ["b", "c", "d", "f", "g", "h", "l", "m", "n", "p", "r", "s", "t", "v", "st", "tr"];
    const RIMES: [&str; 12] = ["a", "e", "i", "o", "u", "an", "er", "is", "on", "us", "ic", "al"];
    let syllable =
        |chance: &mut Chance| format!("{}{}", ONSETS[chance.below(16) as usize], RIMES[chance.below(12) as usize]);
    (0..count).map(|_| (0..2 + chance.below(3)).map(|_| syllable(chance)).collect()).collect()
}

struct Table {
    file: BufWriter<File>,
    rows: u64,
}

impl Table {
    fn new(folder: &Path, name: &str, headings: &str) -> Self {
        let mut file = BufWriter::new(File::create(folder.join(format!("{name}_INT_{TIME}.txt"))).unwrap());
        write!(file, "id\teffectiveTime\tactive\tmoduleId\t{headings}\r\n").unwrap();
        Self { file, rows: 0 }
    }

    fn row(&mut self, id: impl std::fmt::Display, is_active: bool, rest: std::fmt::Arguments<'_>) {
        self.rows += 1;
        write!(self.file, "{id}\t{TIME}\t{}\t{MODULE}\t{rest}\r\n", u8::from(is_active)).unwrap();
    }
}

/// Writes a release, and returns how many terms it has.
fn write_release(folder: &Path, count: u64) -> u64 {
    let mut chance = Chance(0x9e37_79b9_7f4a_7c15);
    let vocabulary = words(&mut chance, 60_000);
    let mut concepts = Table::new(folder, "sct2_Concept_Snapshot", "definitionStatusId");
    let mut terms =
        Table::new(folder, "sct2_Description_Snapshot-en", "conceptId\tlanguageCode\ttypeId\tterm\tcaseSignificanceId");
    let mut members =
        Table::new(folder, "der2_cRefset_LanguageSnapshot-en", "refsetId\treferencedComponentId\tacceptabilityId");
    let mut relationships = Table::new(
        folder,
        "sct2_Relationship_Snapshot",
        "sourceId\tdestinationId\trelationshipGroup\ttypeId\tcharacteristicTypeId\tmodifierId",
    );
    let ids: Vec<u64> = (0..count).map(|number| if number == 0 { ROOT } else { identifier(number, "00") }).collect();
    let mut parents = vec![0; ids.len()];
    let mut children: Vec<Vec<usize>> = vec![Vec::new(); ids.len()];
    for (number, &id) in ids.iter().enumerate() {
        let is_active = number == 0 || !chance.is(8);
        let status = if chance.is(30) { "900000000000073002" } else { "900000000000074008" };
        concepts.row(id, is_active, format_args!("{status}"));

        let length = 2 + chance.below(5);
        let name: Vec<&str> = (0..length).map(|_| vocabulary[chance.skewed(vocabulary.len())].as_str()).collect();
        let tag = TAGS[chance.below(6) as usize];
        let further = [2, 2, 2, 3, 1, 4][chance.below(6) as usize];
        for nth in 0..2 + further {
            let term = identifier(terms.rows, "01");
            let mut text = name.join(" ");
            let is_current = nth < 2 || !chance.is(20);
            match nth {
                0 => text = format!("{text} ({tag})"),
                1 => {}
                _ => {
                    let other = &vocabulary[chance.skewed(vocabulary.len())];
                    text = format!("{} {other}", name[..1 + chance.below(length) as usize].join(" "));
                }
            }
            let kind = if nth == 0 { FULLY_SPECIFIED } else { SYNONYM };
            terms.row(term, is_current, format_args!("{id}\ten\t{kind}\t{text}\t900000000000448009"));
            for dialect in DIALECTS.iter().filter(|_| is_current) {
                if nth > 1 && chance.is(5) {
                    continue;
                }
                let member = format!("00000000-0000-4000-8000-{:012x}", members.rows);
                let acceptability = if nth < 2 { PREFERRED } else { ACCEPTABLE };
                members.row(member, true, format_args!("{dialect}\t{term}\t{acceptability}"));
            }
        }

        if number == 0 || !is_active {
            continue;
        }
        let mut relate = |group: u64, kind: u64, target: u64| {
            let row = identifier(relationships.rows, "02");
            let rest = format_args!("{id}\t{target}\t{group}\t{kind}\t900000000000011006\t900000000000451002");
            relationships.row(row, true, rest);
        };
        // A second parent is most often a relative of the first: a concept has some twenty above it.
        let parent = chance.below(number as u64) as usize;
        let relatives = &children[parents[parent]];
        let second = relatives.get(chance.below(relatives.len().max(1) as u64) as usize).copied();
        relate(0, IS_A, ids[parent]);
        if let Some(second) = second.filter(|second| *second != parent && chance.is(60)) {
            relate(0, IS_A, ids[second]);
        }
        parents[number] = parent;
        children[parent].push(number);
        for group in 1..=chance.below(3) {
            for _ in 0..1 + chance.below(3) {
                relate(group, ATTRIBUTES[chance.below(6) as usize], ids[chance.skewed(ids.len())]);
            }
        }
    }
    println!(
        "{} concepts, {} terms, {} members of language reference sets, {} relationships",
        concepts.rows, terms.rows, members.rows, relationships.rows
    );
    terms.rows
}

/// The most memory that the process held, in MiB; `None` where nobody tells.
fn peak() -> Option<u64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.split_whitespace().next()?.parse::<u64>().ok().map(|kibibytes| kibibytes / 1024)
}

/// The seconds of a processor that the process took: what it would take on a machine of its own. They are told in
/// hundredths.
fn worked() -> Option<f64> {
    let stat = fs::read_to_string("/proc/self/stat").ok()?;
    let fields: Vec<f64> = stat.rsplit(')').next()?.split_whitespace().filter_map(|field| field.parse().ok()).collect();
    // The state before them is a letter and no number.
    Some((fields.get(10)? + fields.get(11)?) / 100.0)
}

fn report(what: &str, started: Instant, before: f64) {
    let worked = worked().map_or("unknown".to_owned(), |seconds| format!("{:.1} s", seconds - before));
    let peak = peak().map_or("unknown".to_owned(), |peak| format!("{peak} MiB"));
    println!("{what:<8} after {:.1} s (work {worked}), peak so far {peak}", started.elapsed().as_secs_f64());
}

fn main() {
    let count = std::env::args().skip(1).find_map(|argument| argument.parse().ok()).unwrap_or(360_000);
    let folder = tempfile::tempdir().unwrap();
    write_release(folder.path(), count);
    let (started, before) = (Instant::now(), worked().unwrap_or_default());
    report("written", started, before);

    let reading = read(&Input::open(folder.path()).unwrap(), &ReadOptions::new()).unwrap();
    report("read", started, before);
    for (severity, rule, times) in reading.report.summary() {
        println!("         {} {rule}: {times}", severity.as_str());
    }
    let path = folder.path().join("release.mti");
    let bytes = index::to_file(reading.draft, &reading.report, &path).unwrap();
    report("indexed", started, before);

    let system = CodeSystem::open(&path).unwrap();
    system.verify().unwrap();
    assert_eq!(u64::from(system.len()), count);
    println!("{} concepts in {} MiB", system.len(), bytes >> 20);
    for section in system.sections().filter(|section| section.length >> 20 > 0) {
        println!("         {:<14} {:>4} MiB", section.name, section.length >> 20);
    }
}
