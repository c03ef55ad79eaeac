//! SNOMED CT releases in Release Format 2 (RF2).
//!
//! Read are the tab-separated files of one or several release packages (SNOMED International, *SNOMED CT Release File
//! Specification*), each a folder or an archive: an international or national edition, or a base edition and the
//! extensions that build on it. A package is what was given, or in that a folder that has folders `Snapshot`, `Full` or
//! `Delta`. Of each package one release type is read: the Snapshot if it has one, else the Full
//! release, of which the latest state of each component counts, else the Delta, which makes a
//! [fragment](Content::Fragment). What a file holds is told by its heading row, its release type by its name.
//!
//! | file | columns used | becomes |
//! |---|---|---|
//! | `sct2_Concept` | id, effectiveTime, active, moduleId, definitionStatusId | concepts; properties `effective-time`, `module-id`, `sufficiently-defined` |
//! | `sct2_Description` | id, effectiveTime, active, conceptId, languageCode, typeId, term | designations with the description's identifier |
//! | `sct2_TextDefinition` | the same | property `definition`, in other languages than English `definition-es` and so on |
//! | `der2_cRefset_Language` | refsetId, referencedComponentId, acceptabilityId | acceptability of designations, by BCP 47 tag (`en-US`) for the reference sets of whole dialects, else by identifier |
//! | `sct2_Relationship` | id, effectiveTime, active, sourceId, destinationId, relationshipGroup, typeId, characteristicTypeId | is-a: parents; all others: a property named by the attribute's identifier, with the concept as value |
//! | `sct2_RelationshipConcreteValues` | the same, with value | a property named by the attribute's identifier, with the value as written: `#0.5`, `"text"`, `true` |
//! | `der2_cRefset_Association` | refsetId, referencedComponentId, targetComponentId | properties `same-as`, `replaced-by` … |
//! | `der2_cRefset_AttributeValue` | refsetId, referencedComponentId, valueId | property `inactivation-reason`; of other such reference sets, a property named by its identifier |
//! | `der2_Refset_Simple` | refsetId, referencedComponentId | property `member-of` |
//! | `der2_ssRefset_ModuleDependency` | moduleId, referencedComponentId, sourceEffectiveTime | which module the edition is of |
//!
//! Relationships that stand together in a role group are told once more in the property `role-group`, one value for
//! each group, in the form of compositional grammar: `{363698007=39057004,116676008=415582006}`. What is in no group is
//! what the attributes' own properties have beyond the groups'. The numbers of groups mean nothing and are not kept.
//!
//! A term's use is that of its type: fully specified names and other types have a use of the system
//! `http://snomed.info/sct`, synonyms are [synonyms](DesignationUse::Synonym). Of a concept's synonyms in one language,
//! one is the [preferred](DesignationUse::Preferred) name: that which the first of [`Options::dialects`] prefers, else
//! that which any dialect prefers, else accepts, else the first. How each dialect takes each term stays with the term.
//! A concept with a fully specified name alone has that as its name, too. Withdrawn terms are kept as inactive ones.
//!
//! Text is not quoted in RF2: a quotation mark is part of its term. Not read are OWL axioms (the relationships say what
//! follows from them), stated relationships, maps (they are no part of a code system), inactive text definitions, what
//! reference sets say of descriptions rather than concepts, other reference sets, identifiers in other schemes, and the
//! columns caseSignificanceId, modifierId and the moduleId of descriptions, relationships and members. A note says how
//! many rows each of these had.
//!
//! The edition's version is the URI of module and date, `http://snomed.info/sct/900000000000207008/version/20240101`:
//! of the module on which no other depends (or [`Options::module`]), and the latest effective time in the files.
//!
//! | rule | severity | meaning |
//! |---|---|---|
//! | `field-count` | refused | the row has another number of columns than its file |
//! | `bad-row` | refused | a column holds what it cannot: an identifier that is no number, another date or flag |
//! | `undecodable` | doubtful | bytes that are no UTF-8 |
//! | `identifier` | doubtful | an identifier's check digit or partition is wrong; it is used as it stands |
//! | `duplicate-component` | doubtful | two states of one component with the same effective time; the first counts |
//! | `unknown-concept` | refused | a description, relationship or member of a concept that no file lists |
//! | `unknown-parent` | doubtful | the parent is not listed, and the edge is left out |
//! | `parent-cycle` | doubtful | the parent is also below the concept, and the edge is left out |
//! | `unknown-component` | doubtful | a member is neither a concept nor a description that any file lists; left out |
//! | `acceptability` | doubtful | neither preferred nor acceptable, or said twice; left out |
//! | `padded-text` | repaired | white space at the ends of a term was cut |
//! | `missing-name` | doubtful | no file has a term in use for the concept |
//! | `only-fully-specified-name` | note | the fully specified name serves as name, since there is no synonym |
//! | `edition-module` | doubtful | the files do not tell of which module the edition is; it was assumed |
//! | `effective-time` | doubtful | the latest effective time is no day, or none is given |
//! | `release-date` | note | the date in the files' names is another than their latest effective time |
//! | `comment` | note | lines that are no rows, but comments put there by hand |
//! | `rows-passed-over` | note | rows of kinds that are not read |
//! | `file-not-read`, `empty-file` | note | a file that is none of RF2 or of another release type, or empty |
//!
//! SNOMED CT may be used in SNOMED International's member countries and elsewhere under its affiliate licence; each
//! national extension has its own terms. An index made of a release is bound by them as the release itself is.

mod build;
mod files;
mod known;

use std::path::Path;

use self::build::Builder;
use self::files::{Table, is_comment, sort};
use super::detect::Sample;
use super::encoding::Encoding;
#[cfg(doc)]
use super::{Content, DesignationUse};
use super::{Draft, Format, Input, Limits, Place, ReadOptions, Reader, Reading, Report, Severity};
use crate::{Error, Result};

/// Which form of a release is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ReleaseType {
    /// The latest state of every component.
    Snapshot,
    /// Every state that every component ever had; the latest counts.
    Full,
    /// What changed since the release before.
    Delta,
}

/// What the files do not tell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Options {
    /// The release type to read of each package; `None` for the first that it has of Snapshot, Full and Delta.
    pub release_type: Option<ReleaseType>,
    /// Identifier of the module of which the edition is; `None` to take that on which no other module depends.
    pub module: Option<String>,
    /// Dialects whose preferred terms become the preferred names, the first first: BCP 47 tags, or identifiers of
    /// language reference sets that have none. Others follow.
    pub dialects: Vec<String>,
}

impl Default for Options {
    /// Any release type and module; US English before British.
    fn default() -> Self {
        Self { release_type: None, module: None, dialects: vec!["en-US".to_owned(), "en-GB".to_owned()] }
    }
}

/// Reads one or several release packages, each a folder or an archive: an edition, or a base and its extensions.
///
/// Where packages have different states of one component, the later state counts.
///
/// # Errors
///
/// [`Error::Source`] if there is no concept file among them, [`Error::Argument`] if the module is no identifier, and
/// those of [`Input::open_all`].
///
/// Time and memory are in proportion to the components; of a Full release, to their states.
pub fn read(packages: &[impl AsRef<Path>], options: &Options) -> Result<(Draft, Report)> {
    read_input(&Input::open_all(packages, Limits::new())?, options, Report::default())
}

/// Whether a file begins with a heading of RF2.
pub(super) fn knows(sample: &Sample<'_>) -> bool {
    let heading = sample.rows.iter().find(|row| !is_comment(row));
    heading.is_some_and(|heading| Table::of(heading.trim_end()).is_some())
}

/// Reads the packages that an input holds. [`ReadOptions::language`] may be a dialect (`en-GB`), whose preferred terms
/// then become the names; [`ReadOptions::edition`] tells the module, if its version is that of an edition.
pub(super) struct FormatReader;

impl Reader for FormatReader {
    fn format(&self) -> Format {
        Format::SnomedRf2
    }

    fn read(&self, input: &Input, options: &ReadOptions) -> Result<Reading> {
        let mut own = Options { module: options.edition.as_deref().and_then(module_of), ..Options::default() };
        let mut told = options.clone();
        if let Some(language) = &options.language {
            own.dialects.insert(0, known::dialect_named(language));
            // Terms have the language alone.
            told.language = language.split('-').next().map(str::to_owned);
        }
        let (draft, report) = read_input(input, &own, options.report(Vec::new()))?;
        told.finish(draft, report)
    }
}

/// The module in the version of an edition: `snomed-ct|http://snomed.info/sct/731000124108/version/20240301`.
fn module_of(edition: &str) -> Option<String> {
    let (_, version) = edition.rsplit_once('|')?;
    let module = version.strip_prefix(build::SYSTEM)?.strip_prefix('/')?.split('/').next()?;
    Some(module.to_owned())
}

fn read_input(input: &Input, options: &Options, mut report: Report) -> Result<(Draft, Report)> {
    let files = sort(input, options.release_type, &mut report)?;
    if !files.iter().any(|file| file.table == Table::Concept) {
        let message = "there is no concept file of RF2: none whose first row has definitionStatusId";
        return Err(Error::source(Place::file(input.name()), message));
    }
    report.sources = Input::sources(files.iter().map(|file| file.entry))?;
    let is_layered = files.iter().any(|file| file.release_type == ReleaseType::Full || file.package > 0);
    let is_delta = files.iter().all(|file| file.release_type == ReleaseType::Delta);
    let mut builder = Builder::new(options, is_layered, is_delta, report)?;
    for file in files {
        let mut lines = file.entry.lines(Some(Encoding::Utf8))?;
        builder.start_file(&file.entry.place().file, file.table, file.package);
        let (mut columns, mut comments) = (None, 0);
        while let Some((number, line)) = lines.next(builder.report())? {
            match columns {
                _ if is_comment(line) => comments += u64::from(line.starts_with('#')),
                None => columns = Some(line.trim_end().split('\t').count()),
                Some(columns) => builder.add(number, line, columns),
            }
            builder.report().check()?;
        }
        if comments > 0 {
            let message = format!("{comments} lines begin with # and were taken for comments");
            builder.report().add(Severity::Note, "comment", file.entry.place(), None, message);
        }
        builder.end_file();
    }
    builder.finish()
}

#[cfg(test)]
mod tests;
