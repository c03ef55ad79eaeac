//! The files of a release: finding them, and telling from their headings what they hold.

use super::ReleaseType;
use crate::Result;
use crate::source::parts::Part;
use crate::source::text_lines::TextLines;
use crate::source::{Place, Report, Severity};

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
    /// What a heading row tells; `None` if it is none of RF2.
    fn of(heading: &str) -> Option<Self> {
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

/// A part whose headings were read.
pub(super) struct Sorted<'a> {
    pub(super) part: Part<'a>,
    /// Which of the releases read together it belongs to.
    pub(super) package: usize,
    pub(super) table: Table,
    pub(super) release_type: ReleaseType,
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

/// Reads the headings of all parts, and brings those that are to be read into the order of reading.
///
/// Of each package only one release type is read: the one asked for, else the first that it has of Snapshot, Full and
/// Delta.
pub(super) fn sort<'a>(
    parts: Vec<(usize, Part<'a>)>,
    wanted: Option<ReleaseType>,
    report: &mut Report,
) -> Result<Vec<Sorted<'a>>> {
    let mut sorted = Vec::new();
    for (package, part) in parts {
        let mut lines = TextLines::new(&*part.name, part.open()?);
        let mut ignored = Report::default();
        let mut heading = None;
        while let Some((_, line)) = lines.next(&mut ignored)? {
            if !is_comment(line) {
                heading = Some(Table::of(line.trim_end()));
                break;
            }
        }
        let place = Place::file(&*part.name);
        match heading {
            None => report.add(Severity::Note, "empty-file", place, None, "the file is empty"),
            Some(None) => {
                report.add(Severity::Note, "file-not-read", place, None, "its first row is no heading of RF2");
            }
            Some(Some(table)) => {
                let release_type = release_type(&part.name);
                sorted.push(Sorted { part, package, table, release_type });
            }
        }
    }
    let packages = sorted.iter().map(|file| file.package + 1).max().unwrap_or_default();
    let choice = |package: usize| {
        let has = |release_type: ReleaseType, table: Option<Table>| {
            let mut files = sorted.iter().filter(|file| file.package == package);
            files.any(|file| file.release_type == release_type && table.is_none_or(|table| table == file.table))
        };
        let order = [ReleaseType::Snapshot, ReleaseType::Full, ReleaseType::Delta];
        let first = |table| order.into_iter().find(|release_type| has(*release_type, table));
        wanted.or_else(|| first(Some(Table::Concept))).or_else(|| first(None))
    };
    let chosen: Vec<Option<ReleaseType>> = (0..packages).map(choice).collect();
    sorted.retain(|file| {
        let is_chosen = chosen.get(file.package).copied().flatten() == Some(file.release_type);
        if !is_chosen {
            let message = "another release type of the same package is read instead";
            report.add(Severity::Note, "file-not-read", Place::file(&*file.part.name), None, message);
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
