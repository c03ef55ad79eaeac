//! Shows what an index file holds: which list or lexicon, from which sources, section by section.
//!
//! `cargo run --release --example inspect -- data/icd10.mti --verify`

mod support;

use std::process::ExitCode;

use medterm::index::{Identity, Kind, SectionInfo};
#[cfg(feature = "search")]
use medterm::lexicon::Lexicon;
use medterm::source::{Content, PropertyDefinition};
use medterm::{CodeSystem, Supplement};
use serde::Serialize;
use support::{Arguments, File, Problem, Syntax, grouped, say};

const SYNTAX: Syntax = Syntax {
    help: "\
Shows what an index file holds.

usage: inspect [--verify] [--json] FILE…

  FILE            an index written by examples/compile, as data/icd10.mti.
  --verify        also check the checksum of every section; a damaged file gives exit status 1.
  --json          one JSON object per file and line.
",
    options: &[],
    flags: &["--verify"],
};

fn main() -> ExitCode {
    support::run(&SYNTAX, run)
}

fn run(arguments: &Arguments) -> Result<(), Problem> {
    if arguments.plain().is_empty() {
        return Err("no FILE is given, as data/icd10.mti; see --help".into());
    }
    for path in arguments.plain() {
        let file = support::open_any(path)?;
        let facts = match &file {
            File::System(system) => Facts::of_system(path, system, arguments.flag("--verify")),
            File::Supplement(supplement) => Facts::of_supplement(path, supplement, arguments.flag("--verify")),
            #[cfg(feature = "search")]
            File::Lexicon(lexicon) => {
                show_lexicon(path, lexicon, arguments)?;
                continue;
            }
        };
        if arguments.flag("--json") {
            support::print_json(&facts)?;
        } else {
            print(&facts)?;
        }
        if facts.verified.is_some() {
            let verified = match &file {
                File::System(system) => system.verify(),
                File::Supplement(supplement) => supplement.verify(),
                #[cfg(feature = "search")]
                File::Lexicon(lexicon) => lexicon.verify(),
            };
            verified.map_err(|error| format!("{path}: {error}"))?;
        }
    }
    Ok(())
}

/// A lexicon says less about itself than a list does.
#[cfg(feature = "search")]
fn show_lexicon(file: &str, lexicon: &Lexicon, arguments: &Arguments) -> Result<(), Problem> {
    #[derive(Serialize)]
    struct LexiconFacts<'a> {
        file: &'a str,
        kind: &'static str,
        readings: usize,
        digest: String,
        bytes: u64,
        sections: Vec<Section>,
        verified: Option<bool>,
    }
    let sections: Vec<_> = lexicon.sections().map(|section| Section::of(&section, section.name.to_owned())).collect();
    let checked = arguments.flag("--verify").then(|| lexicon.verify());
    let facts = LexiconFacts {
        file,
        kind: Kind::Lexicon.as_str(),
        readings: lexicon.len(),
        digest: lexicon.digest().map(|digest| format!("{digest:016x}")).unwrap_or_default(),
        bytes: file_length(&sections),
        sections,
        verified: checked.as_ref().map(Result::is_ok),
    };
    if arguments.flag("--json") {
        support::print_json(&facts)?;
    } else {
        say!("{file}")?;
        say!("  {:<12} {}", "kind", facts.kind)?;
        say!("  {:<12} {}", "readings", grouped(facts.readings as u64))?;
        say!("  {:<12} {}", "digest", facts.digest)?;
        print_sections(&facts.sections, facts.bytes)?;
        print_checksums(facts.verified)?;
    }
    checked.unwrap_or(Ok(())).map_err(|error| format!("{file}: {error}").into())
}

#[derive(Serialize)]
struct Facts<'a> {
    file: &'a str,
    kind: &'static str,
    /// What a supplement supplements.
    supplements: Option<&'a str>,
    system: &'a str,
    version: &'a str,
    title: &'a str,
    url: &'a str,
    aliases: &'a [String],
    issued_by: &'a str,
    from: Option<String>,
    until: Option<String>,
    content: &'static str,
    language: &'a str,
    search_languages: &'a [String],
    concepts: u32,
    listed: u32,
    properties: Vec<&'a str>,
    creator: &'a str,
    sources: Vec<Source<'a>>,
    repaired: u32,
    doubtful: u32,
    refused: u32,
    format_version: u16,
    text_version: u16,
    digest: String,
    bytes: u64,
    sections: Vec<Section>,
    /// Null if the checksums were not asked for.
    verified: Option<bool>,
    /// The supplements that the file carries, as files of their own.
    carries: Vec<Facts<'a>>,
}

#[derive(Serialize)]
struct Source<'a> {
    name: &'a str,
    bytes: u64,
    crc32: String,
}

#[derive(Serialize)]
struct Section {
    name: String,
    offset: u64,
    bytes: u64,
    crc32: String,
}

impl Section {
    fn of(section: &SectionInfo, name: String) -> Self {
        let crc32 = format!("{:08x}", section.crc32);
        Self { name, offset: section.offset, bytes: section.length, crc32 }
    }
}

fn file_length(sections: &[Section]) -> u64 {
    sections.iter().map(|section| section.offset + section.bytes).max().unwrap_or_default()
}

/// What a file says about itself, of whichever kind it is.
struct About<'a> {
    kind: Kind,
    identity: &'a Identity,
    properties: &'a [PropertyDefinition],
    sections: Vec<SectionInfo>,
    format_version: u16,
    text_version: u16,
    digest: u64,
}

impl<'a> Facts<'a> {
    fn of_system(file: &'a str, system: &'a CodeSystem, verify: bool) -> Self {
        let about = About {
            kind: Kind::CodeSystem,
            identity: system.identity(),
            properties: system.properties(),
            sections: system.sections().collect(),
            format_version: system.format_version(),
            text_version: system.text_version(),
            digest: system.digest(),
        };
        let carries = system.supplements().iter().map(|carried| Self::of_supplement(file, carried, false)).collect();
        Self { carries, verified: verify.then(|| system.verify().is_ok()), ..Self::of(file, about) }
    }

    fn of_supplement(file: &'a str, supplement: &'a Supplement, verify: bool) -> Self {
        let about = About {
            kind: Kind::Supplement,
            identity: supplement.identity(),
            properties: supplement.properties(),
            sections: supplement.sections().collect(),
            format_version: supplement.format_version(),
            text_version: supplement.text_version(),
            digest: supplement.digest(),
        };
        let verified = verify.then(|| supplement.verify().is_ok());
        Self { supplements: Some(supplement.supplements()), verified, ..Self::of(file, about) }
    }

    fn of(file: &'a str, about: About<'a>) -> Self {
        let identity = about.identity;
        let edition = &identity.edition;
        let [repaired, doubtful, refused] = identity.findings;
        let languages = &identity.search_languages;
        let sections: Vec<_> = about
            .sections
            .iter()
            .map(|section| {
                let name = match languages.get(usize::from(section.parameter)) {
                    Some(language) if section.name == "search" => format!("search {language}"),
                    _ if section.name == "supplement" => format!("supplement {}", section.parameter),
                    _ => section.name.to_owned(),
                };
                Section::of(section, name)
            })
            .collect();
        Self {
            file,
            kind: about.kind.as_str(),
            supplements: None,
            system: &edition.system,
            version: &edition.version,
            title: &edition.title,
            url: &edition.url,
            aliases: &edition.aliases,
            issued_by: &edition.issued_by,
            from: edition.in_force.from.map(|day| day.to_string()),
            until: edition.in_force.until.map(|day| day.to_string()),
            content: match identity.content {
                Content::Complete => "complete",
                Content::Fragment => "fragment",
                Content::Supplement => "supplement",
                _ => "other",
            },
            language: &identity.language,
            search_languages: languages,
            concepts: identity.concepts,
            listed: identity.listed,
            properties: about.properties.iter().map(|property| property.name.as_str()).collect(),
            creator: &identity.creator,
            sources: identity
                .sources
                .iter()
                .map(|source| Source {
                    name: &source.name,
                    bytes: source.bytes,
                    crc32: format!("{:08x}", source.crc32),
                })
                .collect(),
            repaired,
            doubtful,
            refused,
            format_version: about.format_version,
            text_version: about.text_version,
            digest: format!("{:016x}", about.digest),
            bytes: file_length(&sections),
            sections,
            verified: None,
            carries: Vec::new(),
        }
    }
}

fn print(facts: &Facts<'_>) -> Result<(), Problem> {
    say!("{}", facts.file)?;
    print_facts(facts)?;
    for (number, carried) in facts.carries.iter().enumerate() {
        say!("{}, supplement {number}", facts.file)?;
        print_facts(carried)?;
    }
    print_checksums(facts.verified)
}

fn print_checksums(verified: Option<bool>) -> Result<(), Problem> {
    if let Some(verified) = verified {
        say!("  checksums    {}", if verified { "all right" } else { "WRONG" })?;
    }
    Ok(())
}

fn print_facts(facts: &Facts<'_>) -> Result<(), Problem> {
    let or_open = |day: &Option<String>| day.clone().unwrap_or_else(|| "…".to_owned());
    let lines = [
        ("kind", facts.kind.to_owned()),
        ("supplements", facts.supplements.unwrap_or_default().to_owned()),
        ("edition", format!("{}|{}", facts.system, facts.version)),
        ("title", facts.title.to_owned()),
        ("issued by", facts.issued_by.to_owned()),
        ("in force", format!("{} to {}", or_open(&facts.from), or_open(&facts.until))),
        ("url", facts.url.to_owned()),
        ("aliases", facts.aliases.join(", ")),
        ("content", facts.content.to_owned()),
        (
            "concepts",
            format!("{}, of which {} listed codes", grouped(facts.concepts.into()), grouped(facts.listed.into())),
        ),
        ("language", format!("{}; searchable in {}", facts.language, facts.search_languages.join(", "))),
        ("properties", facts.properties.join(", ")),
        ("written by", facts.creator.to_owned()),
        ("findings", format!("{} repaired, {} doubtful, {} refused", facts.repaired, facts.doubtful, facts.refused)),
        ("versions", format!("format {}, text {}", facts.format_version, facts.text_version)),
        ("digest", facts.digest.clone()),
    ];
    for (name, value) in lines.iter().filter(|(_, value)| !value.is_empty()) {
        say!("  {name:<12} {value}")?;
    }
    for source in &facts.sources {
        say!("  source       {}, {} bytes, CRC-32 {}", source.name, grouped(source.bytes), source.crc32)?;
    }
    print_sections(&facts.sections, facts.bytes)
}

fn print_sections(sections: &[Section], file_bytes: u64) -> Result<(), Problem> {
    say!("  {:<16} {:>12} {:>12} {:>7}  CRC-32", "section", "offset", "bytes", "share")?;
    for section in sections {
        let share = section.bytes as f64 * 100.0 / file_bytes.max(1) as f64;
        let (offset, bytes) = (grouped(section.offset), grouped(section.bytes));
        say!("  {:<16} {offset:>12} {bytes:>12} {share:>6.1}%  {}", section.name, section.crc32)?;
    }
    say!("  {:<16} {:>12} {:>12}", "whole file", "", grouped(file_bytes))?;
    Ok(())
}
