//! Instructions of an exact lookup, counted by valgrind: what one round over all codes adds.

use std::collections::HashMap;
use std::hint::black_box;
use std::path::Path;
use std::process::Command;

use medterm::CodeSystem;
use medterm::code::CodeGrammar;

use crate::{Result, shuffled, support};

type FastMap<K, V> = HashMap<K, V, foldhash::fast::FixedState>;

const SIDES: [&str; 4] =
    ["medterm", "HashMap, code normalised alike", "HashMap, code taken as it is", "normalising alone"];

pub(crate) fn compare() -> Result<()> {
    let list = support::icd10cm().ok_or("ICD-10-CM is not at hand")?;
    let folder = tempfile::tempdir()?;
    let index = folder.path().join("list.mti");
    medterm::index::to_file(&list.draft, &list.report, &index)?;
    println!("instructions of an exact lookup with status, {}", list.name);
    for side in SIDES {
        let (one, three) = (count(side, 1, &index)?, count(side, 3, &index)?);
        println!("  {side:<34} {:>6}", (three - one) / 2 / list.draft.concepts.len() as u64);
    }
    Ok(())
}

/// The instructions of this program asking `rounds` times for every code.
fn count(side: &str, rounds: u32, index: &Path) -> Result<u64> {
    let mut command = Command::new("valgrind");
    command.args(["--tool=callgrind", "--callgrind-out-file=/dev/null"]).arg(std::env::current_exe()?);
    let output = command.args(["ask", side, &rounds.to_string()]).arg(index).output()?;
    let text = String::from_utf8_lossy(&output.stderr);
    let collected = text.lines().find_map(|line| line.split_once("Collected : ")).ok_or("valgrind gave no count")?;
    Ok(collected.1.trim().parse()?)
}

/// Asks for every code of an index, so many times over.
pub(crate) fn ask(side: &str, rounds: u32, index: &str) -> Result<()> {
    let system = CodeSystem::open(index)?;
    let (mut codes, mut by_key, mut by_code) = (Vec::new(), FastMap::default(), FastMap::default());
    for concept in system.concepts() {
        let code = concept.code()?;
        let row = (concept.id().get(), concept.is_usable()?);
        by_key.insert(Box::<[u8]>::from(CodeGrammar::Icd10.parse(&code).ok_or("not a code")?.as_bytes()), row);
        by_code.insert(code.clone().into_boxed_str(), row);
        codes.push(code);
    }
    let codes = shuffled(codes);
    for code in (0..rounds).flat_map(|_| &codes) {
        match side {
            "medterm" => {
                let concept = system.lookup(code)?.concept().ok_or("unknown")?;
                black_box((concept.id(), concept.is_usable()?));
            }
            "HashMap, code normalised alike" => {
                black_box(by_key[CodeGrammar::Icd10.parse(code).ok_or("not a code")?.as_bytes()]);
            }
            "HashMap, code taken as it is" => {
                black_box(by_code[code.as_str()]);
            }
            _ => {
                black_box(CodeGrammar::Icd10.parse(code));
            }
        }
    }
    Ok(())
}
