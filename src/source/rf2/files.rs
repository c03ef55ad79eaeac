//! The files of a release: finding them, and telling from their headings what they hold.

use std::io::Read as _;

use super::ReleaseType;
use crate::source::{Input, InputEntry, Report, Severity};
use crate::{Error, Result};

/// A heading row, and what stands before it, is within so many bytes.
const HEADING_BYTES: u64 = 64 * 1024;

/// What the rows of a file are, in the order in which files must be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Table {
    ModuleDependency,
    Concept,
    Description,
    Language,
    Relationship,
    ConcreteValue,
    Association,
    AttributeValue,
    Simple,
    /// Known and not read.
    Other(&'static str),
}

/// Headings behind `id effectiveTime active moduleId` that tell the table.
const HEADINGS: [(&str, Table); 11] = [
    ("definitionStatusId", Table::Concept),
    ("conceptId\tlanguageCode\ttypeId\tterm\tcaseSignificanceId", Table::Description),
    ("sourceId\tdestinationId\trelationshipGroup\ttypeId\tcharacteristicTypeId\tmodifierId", Table::Relationship),
    ("sourceId\tvalue\trelationshipGroup\ttypeId\tcharacteristicTypeId\tmodifierId", Table::ConcreteValue),
    ("refsetId\treferencedComponentId", Table::Simple),
    ("refsetId\treferencedComponentId\tacceptabilityId", Table::Language),
    ("refsetId\treferencedComponentId\ttargetComponentId", Table::Association),
    ("refsetId\treferencedComponentId\ttargetComponent", Table::Association),
    ("refsetId\treferencedComponentId\tvalueId", Table::AttributeValue),
    ("refsetId\treferencedComponentId\tsourceEffectiveTime\ttargetEffectiveTime", Table::ModuleDependency),
    ("refsetId\treferencedComponentId\towlExpression", Table::Other("OWL axioms")),
];

impl Table {
    /// What the first row of a file tells; `None` if it is no heading of RF2.
    pub(super) fn of(heading: &str) -> Option<Self> {
        if heading.starts_with("alternateIdentifier\t") || heading.starts_with("identifierSchemeId\t") {
            return Some(Self::Other("identifiers in other schemes"));
        }
        let rest = heading.strip_prefix("id\teffectiveTime\tactive\tmoduleId\t")?;
        match HEADINGS.iter().find(|(known, _)| *known == rest) {
            Some((_, table)) => Some(*table),
            None if rest.contains("\tmapTarget") => Some(Self::Other("a map")),
            None => rest.starts_with("refsetId\treferencedComponentId").then_some(Self::Other("a reference set")),
        }
    }
}

/// A file whose headings were read.
pub(super) struct Sorted<'i> {
    pub(super) entry: &'i InputEntry,
    /// Which of the releases read together it belongs to.
    pub(super) package: usize,
    pub(super) table: Table,
    pub(super) release_type: ReleaseType,
}

/// What tells the package of a file: which of the paths given it comes from, and the folder in which the folders of the
/// release types are. A base and its extensions may stand in one folder.
fn package_of(entry: &InputEntry) -> (usize, &str) {
    let mut end = 0;
    for folder in entry.path().split('/') {
        if matches!(folder, "Snapshot" | "Full" | "Delta") {
            return (entry.origin(), entry.path().get(..end).unwrap_or_default());
        }
        end += folder.len() + 1;
    }
    (entry.origin(), "")
}

/// The release type that a file name tells, as in `sct2_Description_Snapshot-en_INT_20180731.txt`. A name that tells
/// none is a snapshot's: such files are made by hand.
fn release_type(name: &str) -> ReleaseType {
    let says = |word: &str| name.split('_').any(|field| field.split('-').any(|field| field.ends_with(word)));
    if says("Full") {
        ReleaseType::Full
    } else if says("Delta") {
        ReleaseType::Delta
    } else {
        ReleaseType::Snapshot
    }
}

/// The release date in a file name: its last eight digits.
pub(super) fn date_in_name(name: &str) -> Option<u32> {
    let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
    let date = stem.rsplit('_').next().filter(|field| field.len() == 8)?;
    date.parse().ok()
}

/// Reads the headings of all files, and brings those that are to be read into the order of reading.
///
/// Of each package only one release type is read: the one asked for, else the first that it has of Snapshot, Full and
/// Delta.
pub(super) fn sort<'i>(input: &'i Input, wanted: Option<ReleaseType>, report: &mut Report) -> Result<Vec<Sorted<'i>>> {
    let mut sorted = Vec::new();
    let mut packages: Vec<(usize, &str)> = Vec::new();
    Input::for_each(input.entries(), |entry, reader| {
        let mut start = Vec::new();
        reader.take(HEADING_BYTES).read_to_end(&mut start).map_err(|error| entry.error(error))?;
        let start = String::from_utf8_lossy(&start);
        let mut rows = start.trim_start_matches('\u{feff}').lines().filter(|line| !is_comment(line));
        let message = "its first row is no heading of RF2";
        match rows.next().map(|heading| Table::of(heading.trim_end())) {
            None => report.add(Severity::Note, "empty-file", entry.place(), None, "the file is empty"),
            Some(None) if entry.is_named() => return Err(Error::source(entry.place(), message)),
            Some(None) => report.add(Severity::Note, "file-not-read", entry.place(), None, message),
            Some(Some(table)) => {
                let package = package_of(entry);
                let known = packages.iter().position(|known| *known == package);
                let number = known.unwrap_or(packages.len());
                if known.is_none() {
                    packages.push(package);
                }
                sorted.push(Sorted { entry, package: number, table, release_type: release_type(entry.name()) });
            }
        }
        Ok(())
    })?;
    let choice = |package: usize| {
        let has = |release_type: ReleaseType, table: Option<Table>| {
            let mut files = sorted.iter().filter(|file| file.package == package);
            files.any(|file| file.release_type == release_type && table.is_none_or(|table| table == file.table))
        };
        let order = [ReleaseType::Snapshot, ReleaseType::Full, ReleaseType::Delta];
        let first = |table| order.into_iter().find(|release_type| has(*release_type, table));
        wanted.or_else(|| first(Some(Table::Concept))).or_else(|| first(None))
    };
    let chosen: Vec<Option<ReleaseType>> = (0..packages.len()).map(choice).collect();
    sorted.retain(|file| {
        let is_chosen = chosen.get(file.package).copied().flatten() == Some(file.release_type);
        if !is_chosen {
            let message = "another release type of the same package is read instead";
            report.add(Severity::Note, "file-not-read", file.entry.place(), None, message);
        }
        is_chosen
    });
    sorted.sort_by_key(|file| (file.table, file.package));
    Ok(sorted)
}

/// True for what people put between rows by hand: empty lines, and lines that begin with `#`, as no identifier does.
pub(super) fn is_comment(line: &str) -> bool {
    line.trim().is_empty() || line.starts_with('#')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_tell_type_and_date() {
        for (name, expected, date) in [
            ("sct2_Description_Snapshot-en_INT_20180731.txt", ReleaseType::Snapshot, Some(20_180_731)),
            ("xsct2_Concept_Full_INT_20210131.txt", ReleaseType::Full, Some(20_210_131)),
            ("der2_cRefset_LanguageDelta-en_INT_20180831.txt", ReleaseType::Delta, Some(20_180_831)),
            ("concepts.txt", ReleaseType::Snapshot, None),
        ] {
            assert_eq!((release_type(name), date_in_name(name)), (expected, date), "{name}");
        }
    }
}
