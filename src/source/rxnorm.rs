//! RxNorm releases in Rich Release Format (RRF).
//!
//! A release is a folder or archive with tables whose columns `|` separates and ends (National Library of Medicine,
//! *RxNorm Technical Documentation*, section 12), told by their names. `RXNCONSO.RRF` is needed, all others may be
//! missing. They stand in one folder; of several, as the full release has `rrf` beside `prescribe/rrf`, an extract, the
//! one is read that is in the fewest folders.
//!
//! | file | columns used | becomes |
//! |---|---|---|
//! | `RXNCONSO` | RXCUI, LAT, RXAUI, SAB, TTY, STR, SUPPRESS | concepts and their names |
//! | `RXNREL` | RXCUI1, STYPE1, REL, RXCUI2, RELA, SAB, SUPPRESS | `isa`: parents; all others: a property named by the relationship, `has-ingredient` |
//! | `RXNSAT` | RXCUI, ATN, SAB, ATV, SUPPRESS | a property named by the attribute: `ndc`, `rxn-strength` … |
//! | `RXNSTY` | RXCUI, STY | property `semantic-type` |
//! | `RXNCUI` | CUI1, VER_END, CUI2 | retired concepts: inactive, with `replaced-by` and `retired-after` |
//! | `RXNSAB` | RSAB, SON, SVER, SRL, SSN | version; a note for each vocabulary that is read |
//!
//! Of the vocabularies in the file only RxNorm's own names, relationships and attributes are read, or those in
//! [`Options::sources`]; the others belong to other publishers, whose licences differ. A concept's name is RxNorm's
//! normalised one, and its term type (`SCD`, `IN`, `BN` …) is the property `term-type`. Prescribable names (`PSN`) and
//! tall-man names (`TMSY`) are designations of that use; synonyms and other vocabularies' names are synonyms. Names that
//! are obsolete or suppressed by an editor (SUPPRESS `O`, `E`) are inactive, and so is a concept without another.
//!
//! Relationships between single names (STYPE1 other than `CUI`) are not read, nor is `inverse_isa`, which repeats `isa`;
//! nor `RXNDOC` and the archives of names and concepts.
//!
//! | rule | severity | meaning |
//! |---|---|---|
//! | `field-count` | refused | the row has another number of columns than its table |
//! | `bad-code` | refused | the RXCUI is no number |
//! | `missing-name` | refused, doubtful | a row without a name; a concept without any in use from the vocabularies that are read |
//! | `unknown-concept` | refused | a relationship, attribute or type of a concept that is not listed |
//! | `unknown-parent` | doubtful | the parent is not listed, and the edge is left out |
//! | `parent-cycle` | doubtful | the parent is also below the concept, and the edge is left out |
//! | `retired-and-listed` | doubtful | a concept is told to be retired, but is listed; it stays as it is listed |
//! | `language` | doubtful | a language that is not known here: its code was kept |
//! | `undecodable` | doubtful | bytes that are no UTF-8 |
//! | `rows-passed-over` | note | so many rows of other vocabularies, of single names, or suppressed |
//! | `source-restriction` | note | the restriction level of a vocabulary that is read; all but 0 have conditions of use |
//! | `file-not-read` | note | a file of the release that is not read |
//!
//! RxNorm's own content is free of restrictions (level 0); the files as a whole come under the UMLS licence, and
//! vocabularies of level 1 to 4 and 9 have terms of their own.

mod build;

use std::path::Path;

use self::build::Builder;
use super::detect::Sample;
use super::encoding::Encoding;
use super::{Draft, Format, Input, InputEntry, Place, ReadOptions, Reader, Reading, Report, Severity};
use crate::{Error, Result};

/// What of a release is read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Options {
    /// The vocabularies whose names, relationships and attributes are read, by their abbreviations (SAB).
    pub sources: Vec<String>,
    /// The release, such as `08042025`; `None` to take it from `RXNSAB.RRF`.
    pub version: Option<String>,
}

impl Default for Options {
    /// RxNorm's own names alone, and the version that the files tell.
    fn default() -> Self {
        Self { sources: vec!["RXNORM".to_owned()], version: None }
    }
}

/// Reads a release: the publisher's archive, or a folder.
///
/// # Errors
///
/// [`Error::Source`] if there is no `RXNCONSO.RRF` or no concept in it, [`Error::Argument`] if no version is given and
/// no file tells it, and those of [`Input::open`].
///
/// Time and memory are in proportion to what is read.
pub fn read(release: impl AsRef<Path>, options: &Options) -> Result<(Draft, Report)> {
    read_input(&Input::open(release)?, options, Report::default())
}

/// Whether the first rows of a file are those of the table of names, or one is that of RxNorm in the table of sources.
pub(super) fn knows(sample: &Sample<'_>) -> bool {
    let is_name = |row: &str| {
        let fields: Vec<&str> = row.split('|').collect();
        let at = |column: usize| fields.get(column).copied().unwrap_or_default();
        fields.len() == Table::Names.columns() + 1
            && build::is_code(at(0))
            && at(1).len() == 3
            && at(1).bytes().all(|byte| byte.is_ascii_uppercase())
            && at(18).is_empty()
    };
    let is_source =
        |row: &str| row.split('|').nth(3) == Some("RXNORM") && row.split('|').count() == Table::Sources.columns() + 1;
    let rows = || sample.rows.iter();
    rows().next().is_some() && rows().take(5).all(|row| is_name(row)) || rows().any(|row| is_source(row))
}

/// Reads RxNorm's own names of the release that an input holds. Uses [`ReadOptions::version`].
pub(super) struct FormatReader;

impl Reader for FormatReader {
    fn format(&self) -> Format {
        Format::RxNorm
    }

    fn read(&self, input: &Input, options: &ReadOptions) -> Result<Reading> {
        let own = Options { version: options.version.clone(), ..Options::default() };
        let (draft, report) = read_input(input, &own, options.report(Vec::new()))?;
        options.finish(draft, report)
    }
}

/// The tables in the order of reading.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Table {
    Sources,
    Names,
    Types,
    Attributes,
    Relationships,
    Retired,
}

impl Table {
    fn of(name: &str) -> Option<Self> {
        Some(match name.to_ascii_uppercase().as_str() {
            "RXNSAB.RRF" => Self::Sources,
            "RXNCONSO.RRF" => Self::Names,
            "RXNSTY.RRF" => Self::Types,
            "RXNSAT.RRF" => Self::Attributes,
            "RXNREL.RRF" => Self::Relationships,
            "RXNCUI.RRF" => Self::Retired,
            _ => return None,
        })
    }

    fn columns(self) -> usize {
        match self {
            Self::Sources => 25,
            Self::Names => 18,
            Self::Types => 6,
            Self::Attributes => 13,
            Self::Relationships => 16,
            Self::Retired => 5,
        }
    }
}

/// The folder of the table of names, as (depth, path); of several, the first of those that are in the fewest folders.
fn folder_of(entry: &InputEntry) -> (usize, &str) {
    let folder = entry.path().rsplit_once('/').map_or("", |(folder, _)| folder);
    (folder.split('/').filter(|part| !part.is_empty()).count(), folder)
}

fn read_input(input: &Input, options: &Options, mut report: Report) -> Result<(Draft, Report)> {
    let tables = || input.entries().iter().map(|entry| (Table::of(entry.name()), entry));
    let names = tables().filter(|(table, _)| *table == Some(Table::Names));
    let Some(folder) = names.map(|(_, entry)| folder_of(entry)).min() else {
        return Err(Error::source(Place::file(input.name()), "there is no table of RxNorm names, RXNCONSO.RRF"));
    };
    let mut files: Vec<(Table, &InputEntry)> = Vec::new();
    for (table, entry) in tables() {
        let is_new = |table: &Table| files.iter().all(|(known, _)| known != table);
        match table.filter(|table| folder_of(entry) == folder && is_new(table)) {
            Some(table) => files.push((table, entry)),
            None => {
                let message = "it is no part of the code system, or another file says the same";
                report.add(Severity::Note, "file-not-read", entry.place(), None, message);
            }
        }
    }
    files.sort_by_key(|(table, _)| *table);
    report.sources = Input::sources(files.iter().map(|(_, entry)| *entry))?;
    let mut builder = Builder::new(options, report);
    for (table, entry) in files {
        let mut lines = entry.lines(Some(Encoding::Utf8))?;
        builder.start_file(&entry.place().file);
        while let Some((line, row)) = lines.next(&mut builder.report)? {
            if !row.is_empty() {
                builder.add(table, line, row);
                builder.report.check()?;
            }
        }
    }
    builder.finish()
}

#[cfg(test)]
mod tests;
