//! The size of an index, section by section, beside `zstd -19` of the same content as tab-separated lines.
//!
//! `cargo bench --all-features --bench size` prints it; it needs the `zstd` command, and leaves the comparison
//! out where there is none. Each content is written once, in code order, one line for each concept: its code,
//! names and the texts of its properties (which stand among the terms) for the codes, terms and search sections;
//! its parent's code; its mark and usability; its properties, with texts as numbers.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a bench may panic")]

#[path = "support/mod.rs"]
mod support;

use std::collections::HashMap;
use std::fmt::Write as _;
use std::io::Write as _;
use std::process::{Command, Stdio};

use medterm::source::{DraftConcept, PropertyValue};
use medterm::{CodeSystem, index};
use support::List;

/// What the budgets compare: sections, and the lines that hold the same.
struct Content {
    name: &'static str,
    sections: &'static [&'static str],
    /// The share of the lines' compressed size that the sections may take.
    budget: f64,
    lines: fn(&mut Texts, &DraftConcept, &mut String),
}

/// The texts of properties, numbered as they come.
type Texts = HashMap<String, usize>;

const CONTENTS: [Content; 5] = [
    Content {
        name: "codes, texts, search",
        sections: &["codes", "code texts", "terms", "designations", "search"],
        budget: 2.5,
        lines: codes_and_names,
    },
    Content { name: "parents", sections: &["hierarchy"], budget: 1.5, lines: parents },
    Content { name: "codes with parents", sections: &["hierarchy"], budget: 1.5, lines: codes_and_parents },
    Content { name: "marks and usability", sections: &["status"], budget: 1.5, lines: status },
    Content { name: "properties", sections: &["properties"], budget: 1.5, lines: properties },
];

fn codes_and_names(_: &mut Texts, concept: &DraftConcept, out: &mut String) {
    out.push_str(&concept.code);
    for designation in &concept.designations {
        write!(out, "\t{}", designation.text).unwrap();
    }
    for (_, value) in &concept.properties {
        if let PropertyValue::Text(text) | PropertyValue::Code(text) = value {
            write!(out, "\t{text}").unwrap();
        }
    }
    out.push('\n');
}

fn parents(_: &mut Texts, concept: &DraftConcept, out: &mut String) {
    let parents: Vec<&str> = concept.parents.iter().map(|parent| parent.code.as_str()).collect();
    writeln!(out, "{}", parents.join("\t")).unwrap();
}

fn codes_and_parents(texts: &mut Texts, concept: &DraftConcept, out: &mut String) {
    write!(out, "{}\t", concept.code).unwrap();
    parents(texts, concept, out);
}

fn status(_: &mut Texts, concept: &DraftConcept, out: &mut String) {
    writeln!(out, "{}\t{:?}\t{}", concept.mark.as_str(), concept.usability, u8::from(concept.inactive)).unwrap();
}

fn properties(texts: &mut Texts, concept: &DraftConcept, out: &mut String) {
    for (property, value) in &concept.properties {
        match value {
            PropertyValue::Boolean(value) => write!(out, "{property}={}\t", u8::from(*value)).unwrap(),
            PropertyValue::Integer(value) => write!(out, "{property}={value}\t").unwrap(),
            PropertyValue::Text(text) | PropertyValue::Code(text) => {
                let number = texts.len();
                write!(out, "{property}={}\t", texts.entry(text.clone()).or_insert(number)).unwrap();
            }
            other => write!(out, "{property}={other:?}\t").unwrap(),
        }
    }
    out.push('\n');
}

/// The length of `text` under `zstd -19`; `None` if the command is not there.
fn zstd(text: &str) -> Option<u64> {
    let mut child =
        Command::new("zstd").args(["-19", "-c"]).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().ok()?;
    let mut input = child.stdin.take()?;
    let text = text.to_owned();
    let writer = std::thread::spawn(move || input.write_all(text.as_bytes()));
    let output = child.wait_with_output().ok()?;
    writer.join().ok()?.ok()?;
    output.status.success().then_some(output.stdout.len() as u64)
}

fn print(list: &List) {
    let bytes = index::to_bytes(&list.draft, &list.report).unwrap();
    let total = bytes.len() as u64;
    let system = CodeSystem::from_bytes(bytes).unwrap();
    let concepts = u64::from(system.len());
    let terms: u64 = list.draft.concepts.iter().map(|concept| concept.designations.len() as u64).sum();
    let (by_concept, by_term) = (total as f64 / concepts as f64, total as f64 / terms as f64);
    println!("\n{}: {concepts} concepts, {terms} terms", list.name);
    println!("{total} bytes, {by_concept:.1} a concept, {by_term:.1} a term\n");
    for section in system.sections() {
        println!("  {:<14} {:>9}", format!("{} {}", section.name, section.parameter), section.length);
    }
    println!("\n  {:<22} {:>9} {:>9} {:>6} {:>7}", "content", "sections", "zstd -19", "ratio", "budget");
    let mut concepts: Vec<&DraftConcept> = list.draft.concepts.iter().collect();
    concepts.sort_by(|a, b| (&a.code, a.mark).cmp(&(&b.code, b.mark)));
    for content in CONTENTS {
        let named = |name: &str| content.sections.contains(&name);
        let stored: u64 = system.sections().filter(|section| named(section.name)).map(|section| section.length).sum();
        let (mut lines, mut texts) = (String::new(), Texts::new());
        concepts.iter().for_each(|concept| (content.lines)(&mut texts, concept, &mut lines));
        let Some(zstd) = zstd(&lines) else { continue };
        let ratio = stored as f64 / zstd as f64;
        println!("  {:<22} {stored:>9} {zstd:>9} {ratio:>6.2} {:>7}", content.name, content.budget);
    }
}

fn main() {
    let lists =
        [support::circular_06, support::circular_06_with_former_names, support::decision_4469, support::icd10cm];
    let found: Vec<List> = lists.iter().filter_map(|list| list()).collect();
    if found.is_empty() {
        println!("no list at hand: set MEDTERM_TEST_DATA");
    }
    found.iter().for_each(print);
}
