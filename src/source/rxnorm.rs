//! RxNorm releases in Rich Release Format (RRF).
//!
//! A release is a folder with tables whose columns `|` separates and ends (National Library of Medicine, *RxNorm
//! Technical Documentation*, section 12). `RXNCONSO.RRF` is needed, all others may be missing. If the folder has a
//! folder `rrf`, as the unpacked full release has beside its `prescribe` extract, that is read.
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
//! | `line-too-long`, `undecodable` | refused, doubtful | a line of more than a mebibyte; bytes that are no UTF-8 |
//! | `rows-passed-over` | note | so many rows of other vocabularies, of single names, or suppressed |
//! | `source-restriction` | note | the restriction level of a vocabulary that is read; all but 0 have conditions of use |
//! | `file-not-read` | note | a file of the release that is not read |
//!
//! RxNorm's own content is free of restrictions (level 0); the files as a whole come under the UMLS licence, and
//! vocabularies of level 1 to 4 and 9 have terms of their own.

mod build;

use std::path::Path;

use self::build::Builder;
use super::parts::{Part, in_folder};
use super::text_lines::TextLines;
use super::{Draft, Place, Report, Severity};
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

/// Reads a release from its folder.
///
/// # Errors
///
/// [`Error::Io`] if a file cannot be read, [`Error::Source`] if there is no `RXNCONSO.RRF` or no concept in it,
/// [`Error::Argument`] if no version is given and no file tells it.
///
/// Time and memory are in proportion to what is read.
pub fn read(folder: impl AsRef<Path>, options: &Options) -> Result<(Draft, Report)> {
    let folder = folder.as_ref();
    let inner = folder.join("rrf");
    read_parts(in_folder(if inner.is_dir() { &inner } else { folder }, "rrf")?, options)
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

fn read_parts(parts: Vec<Part<'_>>, options: &Options) -> Result<(Draft, Report)> {
    let mut builder = Builder::new(options);
    let mut files: Vec<(Table, Part<'_>)> = Vec::new();
    for part in parts {
        match Table::of(&part.name).filter(|table| files.iter().all(|(known, _)| known != table)) {
            Some(table) => files.push((table, part)),
            None => {
                let message = "it is no part of the code system, or another file says the same";
                builder.report.add(Severity::Note, "file-not-read", Place::file(part.name), None, message);
            }
        }
    }
    if !files.iter().any(|(table, _)| *table == Table::Names) {
        return Err(Error::source(Place::file("RxNorm release"), "there is no table of names, RXNCONSO.RRF"));
    }
    files.sort_by_key(|(table, _)| *table);
    for (table, part) in &files {
        let mut lines = TextLines::new(&*part.name, part.open()?);
        builder.start_file(&part.name);
        while let Some((line, row)) = lines.next(&mut builder.report)? {
            if !row.is_empty() {
                builder.add(*table, line, row);
            }
        }
        builder.report.sources.push(lines.into_source());
    }
    builder.finish()
}

#[cfg(test)]
mod tests;
