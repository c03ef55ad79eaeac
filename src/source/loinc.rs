//! LOINC releases: the table of terms and the accessory files, as the publisher's archive has them.
//!
//! A release is a folder or archive; its files are told by their names, whatever folders they are in (Regenstrief
//! Institute, *LOINC release notes* and the `ReadMe` of each accessory file, releases 2.64 to 2.82). `Loinc.csv` is
//! needed, under whatever name, or `LoincTableCore.csv` in its place; all others may be missing.
//!
//! | file | columns used | becomes |
//! |---|---|---|
//! | `Loinc.csv` | `LOINC_NUM`, the six axes, names, and those in the table of properties | concepts |
//! | `MapTo.csv` | `LOINC`, `MAP_TO`, `COMMENT` | `replaced-by`, `replacement-comment` of discouraged and deprecated terms |
//! | `ConsumerName.csv` | `LoincNumber`, `ConsumerName` | designations |
//! | `Part.csv` | all | concepts `LP…`: [groupers](Usability::Grouper) with `part-type` |
//! | `LoincPartLink_Primary.csv` | `LoincNumber`, `PartNumber`, `Property` | properties `component-part` and so on |
//! | `ComponentHierarchyBySystem.csv` | `IMMEDIATE_PARENT`, `CODE`, `CODE_TEXT` | parents; concepts for parts that `Part.csv` lacks |
//! | `AnswerList.csv` | all but the external systems' versions and notices | concepts `LL…` (groupers, with property `answer`) and `LA…` |
//! | `LoincAnswerListLink.csv` | `LoincNumber`, `AnswerListId`, `AnswerListLinkType` | properties `example-answer-list` and so on |
//! | `LinguisticVariants.csv`, `…LinguisticVariant.csv` | all | designations in further languages (`pt-BR`) |
//!
//! A term's preferred name is its long common name; its short name is [abbreviated](DesignationUse::Abbreviated), its
//! display name a synonym, each related name an [index term](DesignationUse::IndexTerm), and a consumer name has the
//! use `ConsumerName` of `http://loinc.org`. A variant's name is its long common name, else its display name, else its
//! axes joined by colons, which is LOINC's fully specified name; where there is a name, translated axes are not kept.
//!
//! Not read: `LoincPartLink_Supplementary.csv` and `PartRelatedCodeMapping.csv` (what a part is beyond the axes, and
//! maps), panels, groups, document ontology, radiology playbook, top-2000 lists, source organisations.
//!
//! | rule | severity | meaning |
//! |---|---|---|
//! | `field-count` | refused | the row has not as many fields as its file has headings |
//! | `missing-code` | refused | the row has no code |
//! | `bad-code` | refused | the code cannot be one of an index: too long, or with white space inside |
//! | `code-form`, `check-digit` | doubtful | the code is not of LOINC's form, or its check digit is wrong; it is used as it stands |
//! | `duplicate-code` | doubtful | the code was listed before; the first row is kept |
//! | `unknown-code` | refused | a row of an accessory file is of a code that is not listed |
//! | `unknown-parent` | doubtful | the parent is not listed, and the edge is left out |
//! | `parent-cycle` | doubtful | the parent is also below the concept, and the edge is left out |
//! | `missing-name` | doubtful | the row has no name |
//! | `answer-text` | doubtful | an answer has another text than in a list before; the text became a synonym |
//! | `property-value` | refused | a number was expected, and the value is left out |
//! | `padded-text`, `undecodable` | repaired, doubtful | white space at the ends of a field; bytes that are no UTF-8 |
//! | `name-from-axes` | note | so many terms of a variant have no name but that made of the axes |
//! | `version` | note | the version is the latest in which any term was changed, since no other was given |
//! | `file-not-read` | note | a file of the release that has no place in a code system, or that nobody here knows |
//!
//! LOINC is free under a licence that asks for a notice wherever its content is shown, and some terms carry a further
//! copyright notice of their own (property `external-copyright-notice`): "This material contains content from LOINC
//! (<http://loinc.org>). LOINC is copyright © Regenstrief Institute, Inc. and the Logical Observation Identifiers Names
//! and Codes (LOINC) Committee and is available at no cost under the license at <http://loinc.org/license>."

mod accessories;
mod build;
mod table;

use std::path::Path;

use self::build::Builder;
use super::detect::formats_of;
#[cfg(doc)]
use super::{DesignationUse, Usability};
use super::{Draft, Format, Input, InputEntry, Place, ReadOptions, Reader, Reading, Report, Severity};
use crate::{Error, Result};

/// What of a release is read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Options {
    /// The release's version, such as `2.82`; `None` for the latest in which any term was changed.
    pub version: Option<String>,
    /// The linguistic variants to read, by BCP 47 tag (`pt-BR`) or language alone (`pt`); `None` for all.
    pub languages: Option<Vec<String>>,
}

impl Options {
    fn wants(&self, tag: &str) -> bool {
        let language = tag.split('-').next().unwrap_or_default();
        let is_it = |wanted: &String| wanted.eq_ignore_ascii_case(tag) || wanted.eq_ignore_ascii_case(language);
        self.languages.as_ref().is_none_or(|languages| languages.iter().any(is_it))
    }
}

/// Reads a release: the publisher's archive, or the folder into which it was unpacked.
///
/// # Errors
///
/// [`Error::Source`] if there is no table of terms or a file that is read lacks a column, and those of [`Input::open`].
///
/// Time and memory are in proportion to what is read.
pub fn read(release: impl AsRef<Path>, options: &Options) -> Result<(Draft, Report)> {
    read_input(&Input::open(release)?, options, Report::default())
}

/// Reads the release that an input holds, all its languages. Uses [`ReadOptions::version`].
pub(super) struct FormatReader;

impl Reader for FormatReader {
    fn format(&self) -> Format {
        Format::Loinc
    }

    fn read(&self, input: &Input, options: &ReadOptions) -> Result<Reading> {
        let own = Options { version: options.version.clone(), languages: None };
        let (draft, report) = read_input(input, &own, options.report(Vec::new()))?;
        options.finish(draft, report)
    }
}

/// The files that are read, in the order of reading: terms, what they are made of, then what is said of them.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Table {
    Terms,
    Parts,
    AnswerLists,
    MapTo,
    ConsumerNames,
    PartLinks,
    AnswerListLinks,
    Hierarchy,
    Variants,
    Variant,
}

impl Table {
    fn of(name: &str) -> Option<Self> {
        Some(match name.to_ascii_lowercase().as_str() {
            "loinc.csv" | "loinctablecore.csv" => Self::Terms,
            "mapto.csv" => Self::MapTo,
            "consumername.csv" => Self::ConsumerNames,
            "part.csv" => Self::Parts,
            "loincpartlink_primary.csv" => Self::PartLinks,
            "componenthierarchybysystem.csv" => Self::Hierarchy,
            "answerlist.csv" => Self::AnswerLists,
            "loincanswerlistlink.csv" => Self::AnswerListLinks,
            "linguisticvariants.csv" => Self::Variants,
            name if name.ends_with("linguisticvariant.csv") => Self::Variant,
            _ => return None,
        })
    }
}

fn read_input(input: &Input, options: &Options, mut report: Report) -> Result<(Draft, Report)> {
    let mut files: Vec<(Table, &InputEntry)> = Vec::new();
    let named = |entry: &InputEntry, name: &str| entry.name().eq_ignore_ascii_case(name);
    let has_whole_table = input.entries().iter().any(|entry| named(entry, "Loinc.csv"));
    for (entry, format) in formats_of(input.entries())? {
        // The core table is an extract of the whole one, and the core of an old MapTo may be there twice.
        let is_extract = has_whole_table && named(entry, "LoincTableCore.csv");
        let known = |table: Table| files.iter().any(|(known, _)| *known == table && table != Table::Variant);
        let by_content = || (format == Format::Loinc).then_some(Table::Terms);
        match Table::of(entry.name()).or_else(by_content).filter(|table| !is_extract && !known(*table)) {
            Some(table) => files.push((table, entry)),
            None => {
                let message = "it is no part of the code system, or another file says the same";
                report.add(Severity::Note, "file-not-read", entry.place(), None, message);
            }
        }
    }
    if !files.iter().any(|(table, _)| *table == Table::Terms) {
        let message = "there is no table of LOINC terms, Loinc.csv or LoincTableCore.csv";
        return Err(Error::source(Place::file(input.name()), message));
    }
    files.sort_by_key(|(table, _)| *table);
    let mut builder = Builder::new(options, report);
    let mut read = Vec::new();
    for (table, entry) in files {
        if table != Table::Variant || builder.is_wanted(entry.name()) {
            builder.add_file(table, entry)?;
            read.push(entry);
        }
    }
    builder.report.sources = Input::sources(read)?;
    Ok(builder.finish())
}

#[cfg(test)]
mod tests;
