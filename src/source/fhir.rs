//! FHIR resources of R4, R4B and R5, in JSON and XML: code systems, value sets, naming systems and maps, alone, in bundles, in
//! bulk files (NDJSON) and in packages.
//!
//! What is read (HL7 FHIR R4 4.0.1, R4B 4.3.0, R5 5.0.0: the pages of each resource, *CodeSystem Concept Properties*,
//! *JSON*, *XML*, *Bulk Data*, *FHIR NPM Packages*). Elements that a release lacks are taken from any release.
//!
//! | resource | elements | becomes |
//! |---|---|---|
//! | all | `id` `url` `identifier` `version` `name` `title` (and its translations) `status` `experimental` `date` `publisher` `description` `purpose` `copyright` `language` `effectivePeriod` (or its extension) | [`Metadata`] and, of a code system, the [`Edition`](crate::Edition) |
//! | CodeSystem | `content` `supplements` `caseSensitive` `hierarchyMeaning` `compositional` `versionNeeded` `valueSet` `count` | [`CodeSystemDraft`] |
//! | | `property`: `code` `uri` `description` `type` | definitions; a property of type `code` whose values are not all listed is text |
//! | | `concept`, nested: `code` `display` (and its translations) `definition` `designation` `property` | concepts; `definition` is a property of that name; a `Coding` is text as in FHIR Shorthand ([`Coding::to_text`]) |
//! | | properties `parent`, `child`, `partOf` | edges |
//! | | properties `notSelectable`, `inactive` | usability, activity; an explicit `false` stays a property |
//! | | properties `status` (`inactive`, `retired`, `deprecated`, `withdrawn`, `obsolete`), `deprecated`, `deprecationDate`, `retirementDate` (true, or a day not after the resource's own) | activity; they stay properties |
//! | ValueSet | `immutable`, `compose`, `expansion` | [`ValueSetDraft`] |
//! | NamingSystem | `kind` `responsible` `usage` `uniqueId` | [`NamingSystemDraft`] |
//! | ConceptMap | `source[x]` `target[x]` `sourceScope[x]` `targetScope[x]`, `group`: `source` `sourceVersion` `target` `targetVersion` `unmapped`, `element`: `code` `display` `noMap`, `target`: `code` `display` `equivalence` `relationship` `comment` `dependsOn` `product` `property` | [`ConceptMapDraft`]: a [`MapDraft`](super::MapDraft) for each group |
//! | Bundle | `entry.resource` | each resource |
//!
//! The words of R4's `equivalence` speak of the target, those of R5's `relationship` of the source: `wider` and
//! `subsumes` are source-is-narrower-than-target, `narrower` and `specializes` source-is-broader-than-target, `equal` is
//! equivalent, `inexact` related-to, `disjoint` not-related-to; `unmatched` is a row without a target. `equal`,
//! `subsumes`, `specializes` and `inexact` say more than R5 can: the row keeps them as its first property, `equivalence`.
//!
//! A property means what its URI says if that is one of FHIR's own, else what its code says. Extensions
//! `urn:medterm:…` are the writer's own, and carry what FHIR has no elements for.
//!
//! Ignored: `text` (the narrative repeats the content), `meta`, `contact`, `useContext`, `jurisdiction`, `contained`
//! (reported), the display of a condition of a map, the relationship of unmapped codes, `CodeSystem.filter` (what servers can do with the code system), `designation.additionalUse` of a code
//! system (reported), subproperties, other extensions. Other resources are passed over and reported.
//!
//! | rule | severity | meaning |
//! |---|---|---|
//! | `unreadable-file` | refused | one of several files that is no FHIR, or is cut short |
//! | `missing-code` | refused | a concept without a code; those nested in it go to the concept around it |
//! | `malformed-row` | refused | a concept, include or entry that is a plain value |
//! | `malformed-line` | refused | a line of a bulk file that is no JSON |
//! | `not-a-resource` | refused | an object without `resourceType` |
//! | `missing-name` | refused | a designation without a value |
//! | `missing-target` | refused | an element of a map without a target that does not say that there is none |
//! | `value-set-target` | refused | a target that is any code of a value set |
//! | `unmapped` | refused | what is said of codes without a row is not complete |
//! | `missing-value` | refused | a name of a naming system without a value |
//! | `property-value` | refused | a property of a concept without a code or a value |
//! | `property-definition` | refused, doubtful | a property defined without a code, or twice |
//! | `supplement-content` | refused | a supplement says what only the code system can say |
//! | `padded-text` | repaired | white space at the ends of a code or display was cut |
//! | `value-type` | repaired | a code that is a bare number or boolean |
//! | `duplicate-code` | doubtful | the code was listed before; its other names, properties and parents are added to the first |
//! | `case-twin` | doubtful | codes that differ in the case of letters alone: an index does not tell them apart |
//! | `code-form` | doubtful | a code that an index cannot hold: white space inside, or too long |
//! | `unknown-parent`, `unknown-child` | doubtful | the other end of an edge is not listed, and the edge is left out |
//! | `parent-cycle` | doubtful | the parent is also below the concept, and the edge is left out |
//! | `undefined-property` | doubtful | concepts have a property that is not defined |
//! | `modifier-extension` | doubtful | an extension that may change what a concept means |
//! | `content-example`, `content-unknown` | doubtful | the content is no list to rely on; it is a fragment |
//! | `supplement-target` | doubtful | `content` and `supplements` do not agree |
//! | `count-differs` | doubtful | a complete list has not as many concepts as it says |
//! | `unmatched-target` | doubtful | a target that is said to be none |
//! | `unknown-relationship` | doubtful | a word that FHIR does not have |
//! | `value-set-condition` | doubtful | a condition that any code of a value set meets; its value is the URL of the set |
//! | `experimental` | doubtful | the resource is for tests and teaching |
//! | `hierarchy-meaning` | doubtful, note | the hierarchy is no subsumption, or its meaning is not told; edges are kept as is-a |
//! | `missing-relationship` | note | how a source stands to its target is not told |
//! | `missing-display` | note | a concept without a display |
//! | `language-assumed` | note | the resource tells no language |
//! | `content-not-present` | note | the codes are published elsewhere |
//! | `additional-use` | note | further uses of a designation are not kept |
//! | `contained-resource`, `other-resource` | note | a resource that is not read |
//! | `copyright` | note | the resource's notice, to be heeded |
//!
//! # Untrusted input
//!
//! A file is read as it streams by; what is kept is in proportion to the drafts. Nesting of more than 128 levels, a
//! single value of more than 16 MiB and a row of more than a million elements are refused. There are no document types
//! and no entities but the five of XML.
//!
//! # Licence
//!
//! FHIR itself is CC0. What it carries is not: the notice of each resource is in [`Metadata::copyright`] and in the
//! report, and is the user's to heed (SNOMED CT, LOINC, CPT and others are published in FHIR too).

mod code_system;
mod concept_map;
mod element;
mod extension;
mod json;
mod link;
mod metadata;
mod naming_system;
mod properties;
mod stream;
mod terms;
#[cfg(test)]
mod tests;
mod value_set;
mod walk;
mod write;
mod xml;

use std::fs::File;
use std::io::Read;
use std::path::Path;

pub use code_system::{CodeSystemDraft, FhirProperty};
pub use concept_map::ConceptMapDraft;
pub use metadata::{Coding, Identifier, Metadata};
pub use naming_system::{NamingSystemDraft, UniqueId};
pub use value_set::{
    ContainedConcept, Expansion, ExpansionParameter, FhirDesignation, Filter, Include, IncludedConcept, TypedValue,
    ValueSetDraft,
};

use self::stream::{Line, Position, Stream};
use self::walk::Walk;
use super::encoding::file_name;
use super::reader::is_meant;
use super::{Draft, Format, Input, InputEntry, Place, ReadOptions, Reader, Reading, Report, Severity};
use crate::{Error, Result};

/// A release of FHIR to write. What is read may be of any.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum FhirRelease {
    /// R4 and R4B.
    R4,
    /// R5.
    #[default]
    R5,
}

/// A resource that was read.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub enum Resource {
    /// A `CodeSystem`.
    CodeSystem(Box<CodeSystemDraft>),
    /// A `ValueSet`.
    ValueSet(Box<ValueSetDraft>),
    /// A `NamingSystem`.
    NamingSystem(Box<NamingSystemDraft>),
    /// A `ConceptMap`.
    ConceptMap(Box<ConceptMapDraft>),
}

/// What a file or a package holds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Resources {
    /// The resources in the order in which they were met, each with what is to be said about it.
    pub list: Vec<(Resource, Report)>,
    /// What is to be said about the files as such: lines and resources that could not be used.
    pub report: Report,
}

/// How resources are read.
///
/// ```
/// use medterm::source::fhir::{Resource, Settings};
/// let file = r#"{"resourceType": "CodeSystem", "url": "http://example.org/triage", "name": "Triage",
///     "content": "complete", "concept": [{"code": "1", "display": "Cấp cứu"}]}"#;
/// let resources = Settings::new().language("vi").read_bytes("triage.json", file.as_bytes())?;
/// let [(Resource::CodeSystem(system), _)] = resources.list.as_slice() else { panic!() };
/// assert_eq!(system.draft.concepts[0].designations[0].language, "vi");
/// # Ok::<(), medterm::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    language: String,
}

impl Default for Settings {
    fn default() -> Self {
        Self { language: "en".to_owned() }
    }
}

impl Settings {
    /// English for resources that tell no language.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The language, as a BCP 47 tag, of resources that tell none.
    #[must_use]
    pub fn language(mut self, language: impl Into<String>) -> Self {
        self.language = language.into();
        self
    }

    /// Reads a file: one resource, a bundle, or a bulk file with one resource in each line.
    ///
    /// # Errors
    ///
    /// [`Error::Io`] if the file cannot be read; [`Error::Source`] if it is neither JSON nor XML of FHIR, is cut short,
    /// goes beyond the [limits](self#untrusted-input), or holds no resource that is read here.
    pub fn read(&self, path: impl AsRef<Path>) -> Result<Resources> {
        let path = path.as_ref();
        let file = File::open(path).map_err(|error| Error::io(path, error))?;
        let name = file_name(path);
        of_use(&name, self.read_part(&name, file, &|error| Error::io(path, error))?)
    }

    /// Reads a file whose content is at hand; `name` is what the report calls it. See [`read`](Self::read).
    pub fn read_bytes(&self, name: &str, bytes: &[u8]) -> Result<Resources> {
        self.read_stream(name, bytes)
    }

    /// Reads a file as it comes; see [`read`](Self::read).
    pub fn read_stream(&self, name: &str, source: impl Read) -> Result<Resources> {
        of_use(name, self.read_part(name, source, &|error| Error::source(Place::file(name), error.to_string()))?)
    }

    /// Reads a file, the files of a folder, or a package as it is downloaded (`.tgz`, which takes the feature `archive`).
    ///
    /// Of several files, those are read whose names end in `.json`, `.xml` or `.ndjson`, and of a package those of its
    /// own folder `package`, not of the folders below it, where examples and tests are. One that cannot be read as FHIR
    /// is reported (`unreadable-file`), and the others are kept.
    ///
    /// # Errors
    ///
    /// As [`read`](Self::read), if no file holds a resource that is read here, and those of the input.
    pub fn read_input(&self, input: &Input) -> Result<Resources> {
        let mut found = Resources::default();
        let is_alone = input.entries().len() == 1;
        Input::for_each(files(input), |entry, source| {
            let part = self.read_part(&entry.place().file, source, &|error| entry.error(error));
            match part {
                Ok(part) => {
                    found.list.extend(part.list);
                    found.report.merge(part.report);
                }
                Err(Error::Source { place, message }) if !is_alone => {
                    found.report.add(Severity::Refused, "unreadable-file", *place, None, message);
                }
                Err(error) => return Err(error),
            }
            Ok(())
        })?;
        of_use(input.name(), found)
    }

    /// Reads one file, which may hold nothing of interest. `explain` tells what a failure of the source itself means.
    fn read_part(&self, name: &str, source: impl Read, explain: &dyn Fn(std::io::Error) -> Error) -> Result<Resources> {
        let position = Position::default();
        let mut stream = Stream::new(source, &position);
        let mut walk = Walk::new(name, &position, self);
        let read = read_resources(&mut stream, &mut walk);
        // A parser says of a failure below it only that there was one.
        if let Some(error) = stream.failure() {
            return Err(explain(error));
        }
        read.map_err(|message| Error::source(Place::line(name, position.line()), message))?;
        let mut found = walk.found;
        let file = stream.finish(name).map_err(explain)?;
        for (_, report) in &mut found.list {
            report.sources.push(file.clone());
        }
        found.report.sources.push(file);
        Ok(found)
    }
}

/// The files of an input that may hold resources.
fn files(input: &Input) -> Vec<&InputEntry> {
    let entries = input.entries();
    let is_package = entries.iter().any(|entry| entry.path().ends_with("package/package.json"));
    let may_be = |entry: &&InputEntry| {
        let is_own = entry.path().rsplit('/').nth(1) == Some("package");
        let is_named_so = [".json", ".xml", ".ndjson"].iter().any(|ending| entry.name().ends_with(ending));
        is_named_so && (!is_package || is_own && entry.name() != "package.json")
    };
    if entries.len() == 1 { entries.iter().collect() } else { entries.iter().filter(may_be).collect() }
}

/// What was found, if it is something.
fn of_use(name: &str, found: Resources) -> Result<Resources> {
    if !found.list.is_empty() {
        return Ok(found);
    }
    let message = match found.report.entries().first() {
        Some(entry) => format!("no resource of a terminology: {}", entry.message),
        None => "no resource of a terminology".to_owned(),
    };
    Err(Error::source(Place::file(name), message))
}

/// Reads all resources of a file.
fn read_resources<R: Read>(stream: &mut Stream<'_, R>, walk: &mut Walk<'_>) -> std::result::Result<(), String> {
    let failed = |error: std::io::Error| error.to_string();
    match stream.first_byte().map_err(failed)? {
        None => return Err("the file is empty".to_owned()),
        Some(b'<') => return xml::read(stream, walk),
        Some(_) => {}
    }
    if !walk.file.ends_with(".ndjson") {
        json::read(&mut *stream, walk, false).map_err(|error| plain(&error))?;
        match stream.first_byte().map_err(failed)? {
            None => return Ok(()),
            Some(b'{') => {}
            Some(byte) => return Err(format!("{:?} behind the end of the resource", char::from(byte))),
        }
    }
    read_lines(stream, walk).map_err(failed)
}

/// Reads resources, one a line. A line that is none is reported, and the others are kept.
fn read_lines<R: Read>(stream: &mut Stream<'_, R>, walk: &mut Walk<'_>) -> std::io::Result<()> {
    while stream.first_byte()?.is_some() {
        let (start, before) = (walk.position.line(), walk.found.list.len());
        let mut line = Line::new(stream);
        if let Err(error) = json::read(&mut line, walk, true) {
            walk.abandon(before);
            walk.position.skipping();
            line.skip()?;
            walk.position.value_ended();
            let place = Place::line(walk.file, start);
            walk.found.report.add(Severity::Refused, "malformed-line", place, None, plain(&error));
        }
    }
    Ok(())
}

/// What a parser says, without the line, which it counts from its own start.
fn plain(error: &serde_json::Error) -> String {
    let text = error.to_string();
    match text.rfind(" at line ") {
        Some(end) => text.get(..end).unwrap_or_default().to_owned(),
        None => text,
    }
}

/// Reads the one code system of a file.
///
/// # Errors
///
/// As [`Settings::read`], and [`Error::Source`] if the file holds several code systems, or none.
pub fn read(path: impl AsRef<Path>) -> Result<(Draft, Report)> {
    let path = path.as_ref();
    one(&file_name(path), Settings::new().read(path)?, None)
}

/// Reads the one code system of a file whose content is at hand; `name` is what the report calls it. See [`read`].
pub fn read_bytes(name: &str, bytes: &[u8]) -> Result<(Draft, Report)> {
    one(name, Settings::new().read_bytes(name, bytes)?, None)
}

/// The one code system, or the one that is meant.
fn one(name: &str, found: Resources, meant: Option<&str>) -> Result<(Draft, Report)> {
    let systems = found.list.into_iter().filter_map(|(resource, report)| match resource {
        Resource::CodeSystem(system) => Some((system.draft, report)),
        _ => None,
    });
    let mut systems: Vec<_> = systems.collect();
    if systems.len() > 1
        && let Some(meant) = meant
    {
        systems.retain(|(draft, _)| is_meant(&draft.edition, meant));
    }
    let names: Vec<_> = systems.iter().take(5).map(|(draft, _)| draft.edition.to_string()).collect();
    match (systems.pop(), systems.is_empty()) {
        (Some((draft, report)), true) => {
            let mut whole = found.report;
            // Which resource was read does not change what its files are.
            let sources = report.sources.clone();
            whole.merge(report);
            whole.sources = sources;
            Ok((draft, whole))
        }
        (None, _) => Err(Error::source(Place::file(name), "it holds no CodeSystem, or not the one that is meant")),
        _ => {
            let message = format!("it holds several code systems, of which one must be meant: {} …", names.join(", "));
            Err(Error::source(Place::file(name), message))
        }
    }
}

/// The reader of the code system in FHIR files. Of several, [`ReadOptions::edition`] tells which is meant;
/// [`ReadOptions::version`] is the version of one that tells none.
pub(super) struct FormatReader;

impl Reader for FormatReader {
    fn format(&self) -> Format {
        Format::Fhir
    }

    fn read(&self, input: &Input, options: &ReadOptions) -> Result<Reading> {
        let found = Settings::new().read_input(input)?;
        let (mut draft, seen) = one(input.name(), found, options.edition.as_deref())?;
        let read = seen.sources.first().map(|source| source.name.clone());
        let entries = input.entries().iter().filter(|entry| Some(entry.place().file) == read);
        let mut report = options.report(Vec::new());
        report.merge(seen);
        report.sources = Input::sources(entries)?;
        if draft.edition.version.is_empty() {
            draft.edition.version = options.version.clone().unwrap_or_default();
        }
        options.finish(draft, report)
    }
}
