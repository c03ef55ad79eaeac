//! Asks a code system everything that can be asked, and writes the answers down so that they can be compared.
#![allow(dead_code, reason = "a tool of tests and fuzz targets; not each uses all of it")]

use std::fmt::{Debug, Write};

use medterm::source::DesignationUse;
use medterm::translate::Migration;
use medterm::{CodeSystem, Concept, Position, Result, SearchOptions, Searcher, Terminology};

/// How each answer begins that could not be given.
pub(crate) const REFUSED: &str = "refused: ";

/// More concepts than the sample lists have; of a hostile file, these many are asked.
const MOST_CONCEPTS: usize = 24;
/// An answer is kept up to this length; of what follows, a hash tells whether it is the same.
const KEPT: usize = 160;

/// Codes and beginnings of codes, listed and unlisted ones and no codes at all.
const CODES: [&str; 16] = [
    "", "A", "a17", "A17", "A17†", "A17*", "A170", "g01*", "I", "I10", "J18", "J18.9", "u07.1", "Z99.9", "03.3911",
    "kg-1",
];
/// Queries that take every reading, and some that take none.
const QUERIES: [&str; 11] = [
    "",
    "viêm phổi",
    "viem",
    "vieem phooir",
    "pho6i3",
    "xuy tim",
    "vime",
    "pneumonia",
    "J18",
    "heart kidn",
    "hyperten",
];

/// A text that keeps its beginning and a hash of all of it.
struct Summary {
    kept: String,
    hash: u64,
}

impl Write for Summary {
    fn write_str(&mut self, text: &str) -> std::fmt::Result {
        self.hash = text.bytes().fold(self.hash, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
        let room = KEPT.saturating_sub(self.kept.len());
        self.kept.extend(text.chars().take(room));
        Ok(())
    }
}

struct Notes(Vec<String>);

impl Notes {
    fn add<T: Debug>(&mut self, question: impl Debug, answer: Result<T>) {
        let note = match answer {
            Ok(answer) => {
                let mut summary = Summary { kept: String::new(), hash: 0xcbf2_9ce4_8422_2325 };
                let _ = write!(summary, "{question:?} → {answer:?}");
                format!("{} #{:x}", summary.kept, summary.hash)
            }
            Err(error) => format!("{REFUSED}{error}"),
        };
        self.0.push(note);
    }
}

/// Everything the system says, one answer a line, always in the same order. `other` is an intact edition to
/// migrate from and to.
pub(crate) fn interrogate(system: &CodeSystem, other: &CodeSystem) -> Vec<String> {
    let mut notes = Notes(Vec::new());
    notes.add("identity", Ok((system.identity(), system.is_fragment(), system.len(), system.is_empty())));
    notes.add("versions", Ok((system.format_version(), system.text_version(), system.digest())));
    notes.add("sections", Ok(system.sections().collect::<Vec<_>>()));
    notes.add("properties", Ok(system.properties()));
    for supplement in system.supplements() {
        notes.add("supplement", Ok((supplement.identity(), supplement.supplements(), supplement.properties())));
        notes.add("unmatched", system.unmatched(supplement));
    }
    for label in ["", "C08", "C08.381", "C14.907.1", "X"] {
        notes.add(("position", label), system.position(label).and_then(|place| place.map(places_around).transpose()));
    }
    notes.add("roots", system.roots().and_then(|roots| codes(&roots)));
    for code in CODES {
        notes.add(("lookup", code), system.lookup(code).and_then(|found| codes(found.concepts())));
        let starting =
            system.codes_starting_with(code).map(|concepts| concepts.take(MOST_CONCEPTS).collect::<Vec<_>>());
        notes.add(("starting with", code), starting.and_then(|concepts| codes(&concepts)));
    }
    for concept in system.concepts().take(MOST_CONCEPTS) {
        ask_concept(&concept, &mut notes);
    }
    // The last one, and walking there: a count that lies makes the way long.
    if let Some(last) = system.concepts().last().and_then(|last| system.concept(last.id())) {
        ask_concept(&last, &mut notes);
    }
    ask_search(system, &mut notes);
    ask_migration(system, other, &mut notes);
    notes.0
}

/// A place, and those above and below it.
fn places_around(place: Position<'_>) -> Result<(String, String, Option<String>, Vec<String>)> {
    let above = place.parent()?.map(|above| above.label()).transpose()?;
    let below = place.children()?.iter().map(Position::label).collect::<Result<_>>()?;
    Ok((place.label()?, place.concept()?.code()?, above, below))
}

/// Concepts by their codes: their numbers would hide what their codes say.
fn codes(concepts: &[Concept<'_>]) -> Result<Vec<String>> {
    concepts.iter().take(4 * MOST_CONCEPTS).map(Concept::marked_code).collect()
}

fn ask_concept(concept: &Concept<'_>, notes: &mut Notes) {
    let id = concept.id().get();
    notes.add((id, "code"), concept.code());
    notes.add((id, "marked code"), concept.marked_code());
    notes.add((id, "source code"), concept.source_code());
    notes.add((id, "usability"), concept.usability());
    notes.add((id, "active"), concept.is_active());
    notes.add((id, "display"), concept.display());
    for language in ["vi", "en", "fr", "xx"] {
        notes.add((id, language), concept.display_in(language));
    }
    notes.add((id, "designations"), concept.designations());
    notes.add((id, "synonyms"), concept.designations_of(&DesignationUse::Synonym));
    notes.add((id, "properties"), concept.properties());
    let places =
        concept.positions().and_then(|places| places.into_iter().map(places_around).collect::<Result<Vec<_>>>());
    notes.add((id, "positions"), places);
    let parents = concept.parents();
    notes.add(
        (id, "parent kinds"),
        parents.as_ref().map(|all| all.iter().map(|p| p.kind).collect::<Vec<_>>()).map_err(again),
    );
    notes.add((id, "parents"), parents.and_then(|all| codes(&all.iter().map(|p| p.concept).collect::<Vec<_>>())));
    notes.add((id, "children"), concept.children().and_then(|all| codes(&all)));
    notes.add((id, "ancestors"), concept.ancestors().and_then(|all| codes(&all)));
    let below = concept.descendants().and_then(Iterator::collect::<Result<Vec<_>>>);
    notes.add((id, "descendants"), below.and_then(|all| codes(&all).map(|codes| (all.len(), codes))));
    notes.add((id, "usable"), concept.usable_codes().and_then(|all| codes(&all).map(|codes| (all.len(), codes))));
    let subsumed = concept.system().concepts().take(MOST_CONCEPTS).map(|other| concept.subsumes(&other));
    notes.add((id, "subsumes"), subsumed.collect::<Result<Vec<_>>>());
}

/// An error is not cloned; that there was one is what counts.
fn again(_: &medterm::Error) -> medterm::Error {
    medterm::Error::MissingSection { section: "answer" }
}

fn ask_search(system: &CodeSystem, notes: &mut Notes) {
    let mut searcher = Searcher::new();
    let plain = SearchOptions::new();
    let special = SearchOptions::new().groupers(true).former_names(false).languages(["vi"]).limit(3);
    for (number, query) in QUERIES.into_iter().enumerate() {
        let options = if number % 3 == 2 { &special } else { &plain };
        let answer = searcher.search(system, query, options).and_then(|answer| {
            let hits = answer.hits.iter().map(|hit| {
                Ok((
                    hit.concept.marked_code()?,
                    &hit.designation,
                    hit.score,
                    hit.confidence,
                    &hit.matches,
                    &hit.unmatched,
                ))
            });
            Ok(format!("{:?} {}", hits.collect::<Result<Vec<_>>>()?, answer.complete))
        });
        notes.add(("search", query), answer);
    }
    let terminology = Terminology::new([system.clone()]);
    notes.add(
        "terminology",
        terminology.and_then(|all| {
            let found = all.lookup(&system.edition().system, "J18.9")?;
            codes(found.concepts())
        }),
    );
}

fn ask_migration(system: &CodeSystem, other: &CodeSystem, notes: &mut Notes) {
    for (former, later) in [(system, other), (other, system)] {
        let migration = match Migration::between(former, later) {
            Ok(migration) => migration,
            Err(error) => {
                notes.add::<()>("migration", Err(error));
                continue;
            }
        };
        let all: Result<Vec<_>> = migration
            .all()
            .take(MOST_CONCEPTS)
            .map(|migrated| {
                let migrated = migrated?;
                let change = &migrated.change;
                Ok((codes(&migrated.sources)?, change.as_str(), codes(change.targets())?, change.relationship()))
            })
            .collect();
        notes.add("migration", all);
        let new: Result<Vec<_>> = migration.new_codes().take(MOST_CONCEPTS).map(|new| new?.code()).collect();
        notes.add("new codes", new);
    }
}
