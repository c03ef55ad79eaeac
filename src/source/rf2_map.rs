//! Map reference sets of SNOMED CT, as RF2 releases them: simple, complex and extended maps.
//!
//! | source document | used | ignored, and why |
//! |---|---|---|
//! | SNOMED International, *Release File Specification* (RF2), reference set types *Simple map*, *Complex map* and *Extended map*, `der2_…Map…_….txt`, text between tabs, never quoted | `active`, `moduleId`, `refsetId`, `effectiveTime`, `referencedComponentId`, `mapTarget`, and where they stand `mapTargetDescription`, `mapGroup`, `mapPriority`, `mapRule`, `mapAdvice`, `correlationId`, `mapCategoryId`; `id` tells which row of a Full file is the last | nothing |
//!
//! Snapshot and Full files are read: of the rows of one `id`, the last by `effectiveTime` counts, if it is active. An
//! empty `mapTarget` is a row without target. Release files stand in the order of their UUIDs, which means nothing: rows are
//! ordered by concept, group and priority.
//!
//! `correlationId` is a relationship where it says one: 447557004 exact, 447558009 narrow to broad, 447559001 broad to
//! narrow, 447560006 partial overlap; *not specified* (447561005), which most rows have, is none. It stays as a property
//! too, with `mapCategoryId`, `moduleId` and `effectiveTime`.
//!
//! One reference set is one map. A file with several needs to be told which.
//!
//! | rule | severity | meaning |
//! |---|---|---|
//! | `field-count` | refused | another number of fields than headings |
//! | `bad-id` | refused | `referencedComponentId` or `effectiveTime` is none |
//! | `bad-number` | refused | group or priority is no number from 0 to 65,535 |
//! | `inactive-rows` | note | how many rows are withdrawn, and so not in the map |
//! | `superseded-rows` | note | how many rows are older states of others (in a Full file) |
//! | `unknown-correlation` | doubtful | a correlation that this reader does not know: the row has no relationship |
//! | `repeated-row` | doubtful | the same concept, target, group, priority and rule under another `id` |
//! | `undecodable` | doubtful | bytes that are no UTF-8 became U+FFFD |
//! | `line-too-long` | refused | a line of more than a mebibyte was passed over |
//!
//! SNOMED CT may be used where one holds an affiliate licence, or in a member country; the target classification has a
//! licence of its own.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::path::Path;

use super::lines::{Headings, each_line, shown};
use super::parts::Part;
use super::{MapDraft, MapRow, MapSide, Place, Relationship, Report, Severity};
use crate::code::CodeGrammar;
use crate::{Edition, Error, Result};

/// Reads a file.
///
/// `refset` is the identifier of the reference set to read, which a file with one alone does not need.
///
/// # Errors
///
/// [`Error::Io`] if the file cannot be read, [`Error::Source`] if it has not the columns of a map or no row at all,
/// [`Error::Argument`] if it has several reference sets and none is told, or not the one that is.
pub fn read(path: impl AsRef<Path>, refset: Option<&str>) -> Result<(MapDraft, Report)> {
    read_part(&Part::file(path.as_ref().to_owned()), refset)
}

/// Reads a file whose content is at hand; `name` is what the report calls it. See [`read`].
pub fn read_bytes(name: &str, bytes: &[u8], refset: Option<&str>) -> Result<(MapDraft, Report)> {
    read_part(&Part::bytes(name, bytes), refset)
}

fn read_part(part: &Part<'_>, refset: Option<&str>) -> Result<(MapDraft, Report)> {
    let name = part.name.as_str();
    let mut report = Report::default();
    let mut table: Option<Table> = None;
    each_line(part, &mut report, |number, line, report| {
        let fields: Vec<&str> = line.split('\t').collect();
        match &mut table {
            Some(table) => table.add(number, &fields, report),
            None => table = Some(Table::new(name, number, &fields)?),
        }
        Ok(())
    })?;
    let table = table.ok_or_else(|| Error::source(Place::file(name), "the file has no headings"))?;
    report.rows = table.rows_read;
    let draft = table.finish(refset, &mut report)?;
    Ok((draft, report))
}

struct Columns {
    id: usize,
    time: usize,
    active: usize,
    module: usize,
    refset: usize,
    concept: usize,
    target: usize,
    description: Option<usize>,
    group: Option<usize>,
    priority: Option<usize>,
    rule: Option<usize>,
    advice: Option<usize>,
    correlation: Option<usize>,
    category: Option<usize>,
}

/// The last state of one member.
struct Member {
    time: u32,
    active: bool,
    refset: String,
    row: MapRow,
}

struct Table {
    file: String,
    headings: usize,
    columns: Columns,
    rows_read: u64,
    members: HashMap<Box<str>, Member>,
    superseded: u64,
}

impl Table {
    fn new(file: &str, line: u64, fields: &[&str]) -> Result<Self> {
        let headings = Headings::new(file, line, fields);
        let columns = Columns {
            id: headings.needed("id")?,
            time: headings.needed("effectiveTime")?,
            active: headings.needed("active")?,
            module: headings.needed("moduleId")?,
            refset: headings.needed("refsetId")?,
            concept: headings.needed("referencedComponentId")?,
            target: headings.needed("mapTarget")?,
            description: headings.find("mapTargetDescription"),
            group: headings.find("mapGroup"),
            priority: headings.find("mapPriority"),
            rule: headings.find("mapRule"),
            advice: headings.find("mapAdvice"),
            correlation: headings.find("correlationId"),
            category: headings.find("mapCategoryId"),
        };
        let (file, headings) = (file.to_owned(), headings.len());
        Ok(Self { file, headings, columns, rows_read: 0, members: HashMap::new(), superseded: 0 })
    }

    fn add(&mut self, number: u64, fields: &[&str], report: &mut Report) {
        self.rows_read += 1;
        let place = || Place::line(self.file.clone(), number);
        if fields.len() != self.headings {
            let message = format!("{} fields under {} headings", fields.len(), self.headings);
            return report.add(Severity::Refused, "field-count", place(), None, message);
        }
        let columns = &self.columns;
        let field = |column: usize| fields.get(column).copied().unwrap_or_default().trim();
        let (concept, time) = (field(columns.concept), field(columns.time).parse().ok());
        let Some(time) = time.filter(|_| is_identifier(concept)) else {
            let message = format!("{:?} is no identifier, or {:?} no time", shown(concept), shown(field(columns.time)));
            return report.add(Severity::Refused, "bad-id", place(), Some(&shown(concept)), message);
        };
        let rank = |column: Option<usize>| column.map_or(Some(0), |column| field(column).parse().ok());
        let (Some(group), Some(priority)) = (rank(columns.group), rank(columns.priority)) else {
            let message = "mapGroup or mapPriority is no number";
            return report.add(Severity::Refused, "bad-number", place(), Some(concept), message);
        };
        let text = |column: Option<usize>| column.map(field).filter(|text| !text.is_empty()).map(str::to_owned);
        let relationship = columns.correlation.map_or(Ok(None), |column| correlation(field(column)));
        if relationship.is_err() {
            let message = format!("{} is no known correlation", shown(columns.correlation.map_or("", field)));
            report.add(Severity::Doubtful, "unknown-correlation", place(), Some(concept), message);
        }
        let said = [
            ("correlationId", columns.correlation),
            ("mapCategoryId", columns.category),
            ("moduleId", Some(columns.module)),
            ("effectiveTime", Some(columns.time)),
        ];
        let row = MapRow {
            source: concept.to_owned(),
            target: text(Some(columns.target)),
            target_display: text(columns.description),
            relationship: relationship.unwrap_or_default(),
            group,
            priority,
            rule: text(columns.rule),
            advice: text(columns.advice),
            properties: said.into_iter().filter_map(|(name, column)| Some((name.to_owned(), text(column)?))).collect(),
            line: u32::try_from(number).unwrap_or_default(),
            ..MapRow::default()
        };
        let refset = field(columns.refset).to_owned();
        let member = Member { time, active: field(columns.active) == "1", refset, row };
        match self.members.entry(field(columns.id).into()) {
            std::collections::hash_map::Entry::Vacant(entry) => _ = entry.insert(member),
            std::collections::hash_map::Entry::Occupied(mut entry) => {
                self.superseded += 1;
                // Of equal times, the later line.
                if entry.get().time <= member.time {
                    entry.insert(member);
                }
            }
        }
    }

    fn finish(self, refset: Option<&str>, report: &mut Report) -> Result<MapDraft> {
        let mut refsets: BTreeMap<&str, usize> = BTreeMap::new();
        for member in self.members.values() {
            *refsets.entry(&member.refset).or_default() += 1;
        }
        let known = || refsets.keys().take(10).copied().collect::<Vec<_>>().join(", ");
        let refset = match (refset, refsets.len()) {
            (_, 0) => return Err(Error::source(Place::file(self.file), "no row can be read")),
            (Some(refset), _) if refsets.contains_key(refset) => refset.to_owned(),
            (None, 1) => known(),
            (told, _) => {
                let (value, expected) = (told.unwrap_or_default().to_owned(), format!("one of {}", known()));
                return Err(Error::Argument { what: "reference set", value, expected });
            }
        };
        let mut members: Vec<Member> = self.members.into_values().filter(|member| member.refset == refset).collect();
        let version = members.iter().map(|member| member.time).max().unwrap_or_default();
        let all = members.len();
        members.retain(|member| member.active);
        for (rule, count, what) in [
            ("inactive-rows", (all - members.len()) as u64, "withdrawn rows are not in the map"),
            ("superseded-rows", self.superseded, "rows are older states of others"),
        ] {
            if count > 0 {
                report.add(Severity::Note, rule, Place::file(self.file.clone()), None, format!("{count} {what}"));
            }
        }
        let mut rows: Vec<MapRow> = members.into_iter().map(|member| member.row).collect();
        // Identifiers have no leading zeros: the shorter is the smaller.
        let order = |row: &MapRow| (row.source.len(), row.group, row.priority, row.line);
        rows.sort_by(|a, b| {
            (a.source.len(), &a.source).cmp(&(b.source.len(), &b.source)).then(order(a).cmp(&order(b)))
        });
        let mut seen = HashSet::new();
        for row in &rows {
            if !seen.insert((&row.source, &row.target, row.group, row.priority, &row.rule)) {
                let message = format!("{} is listed again", row.target.as_deref().unwrap_or("no target"));
                let place = Place::line(self.file.clone(), u64::from(row.line));
                report.add(Severity::Doubtful, "repeated-row", place, Some(&row.source), message);
            }
        }
        let (target, grammar) = target_of(&refset);
        Ok(MapDraft {
            edition: Edition {
                system: match target {
                    "" => format!("sct-map-{refset}"),
                    target => format!("sct-to-{target}"),
                },
                url: format!("http://snomed.info/sct?fhir_cm={refset}"),
                version: version.to_string(),
                title: format!("SNOMED CT map {refset}"),
                issued_by: "SNOMED CT release, see its licence".into(),
                aliases: vec![refset],
                ..Edition::default()
            },
            source: MapSide { system: "http://snomed.info/sct".into(), ..MapSide::default() },
            target: MapSide { system: target.into(), grammar, ..MapSide::default() },
            rows,
            ..MapDraft::default()
        })
    }
}

fn is_identifier(text: &str) -> bool {
    (6..=18).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// What a correlation says; an error if it is not known.
fn correlation(id: &str) -> std::result::Result<Option<Relationship>, ()> {
    match id {
        "447557004" => Ok(Some(Relationship::Equivalent)),
        "447558009" => Ok(Some(Relationship::SourceIsNarrowerThanTarget)),
        "447559001" => Ok(Some(Relationship::SourceIsBroaderThanTarget)),
        "447560006" => Ok(Some(Relationship::RelatedTo)),
        // Not specified; not mappable, which the missing target says.
        "" | "447561005" | "447556008" => Ok(None),
        _ => Err(()),
    }
}

/// The system to which a reference set of the international edition, or of a national one, maps.
fn target_of(refset: &str) -> (&'static str, CodeGrammar) {
    match refset {
        "447562003" => ("icd10-who", CodeGrammar::Icd10),
        "6011000124106" => ("icd10-cm", CodeGrammar::Icd10),
        "447563008" => ("icd9-cm", CodeGrammar::Icd9),
        "446608001" => ("icd-o-3", CodeGrammar::Verbatim),
        "705112009" => ("loinc", CodeGrammar::Verbatim),
        _ => ("", CodeGrammar::Verbatim),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEADINGS: &str = "id\teffectiveTime\tactive\tmoduleId\trefsetId\treferencedComponentId\tmapGroup\tmapPriority\t\
        mapRule\tmapAdvice\tmapTarget\tcorrelationId\tmapCategoryId";

    fn line(id: &str, time: &str, active: u8, concept: &str, rank: (u8, u8), rule: &str, target: &str) -> String {
        let (group, priority) = rank;
        format!(
            "\r\n{id}\t{time}\t{active}\t449080006\t447562003\t{concept}\t{group}\t{priority}\t{rule}\tALWAYS \"{target}\"\t\
             {target}\t447561005\t447637006"
        )
    }

    fn read(text: &str) -> (MapDraft, Report) {
        read_bytes("der2_map.txt", text.as_bytes(), None).unwrap()
    }

    fn sample() -> String {
        [
            HEADINGS.to_owned(),
            line("c", "20230131", 1, "195967001", (1, 2), "OTHERWISE TRUE", "J45.9"),
            line("a", "20220131", 1, "195967001", (1, 1), "IFA 248153007 | Male |", "J45.0"),
            line("b", "20210131", 1, "73211009", (1, 1), "TRUE", ""),
            line("d", "20230731", 0, "73211009", (1, 1), "TRUE", "E14.9"),
        ]
        .concat()
    }

    #[test]
    fn rows_are_ordered_by_concept_group_and_priority() {
        let (draft, report) = read(&sample());
        assert_eq!((draft.edition.to_string().as_str(), draft.edition.aliases.len()), ("sct-to-icd10-who|20230731", 1));
        assert_eq!(draft.target.grammar, CodeGrammar::Icd10);
        let rows: Vec<_> =
            draft.rows.iter().map(|row| (row.source.as_str(), row.target.as_deref(), row.line)).collect();
        assert_eq!(rows, [("73211009", None, 4), ("195967001", Some("J45.0"), 3), ("195967001", Some("J45.9"), 2)]);
        let first = &draft.rows[1];
        assert_eq!((first.group, first.priority, first.relationship), (1, 1, None));
        assert_eq!(first.rule.as_deref(), Some("IFA 248153007 | Male |"));
        assert_eq!(first.advice.as_deref(), Some("ALWAYS \"J45.0\""), "quotation marks are letters");
        assert_eq!(first.properties[0], ("correlationId".to_owned(), "447561005".to_owned()));
        assert_eq!(report.summary(), [(Severity::Note, "inactive-rows", 1)]);
        assert!(report.entries()[0].message.starts_with("1 "));
    }

    /// Of a Full file the last state of each member counts, wherever it stands.
    #[test]
    fn full_files_give_their_last_state() {
        let text = sample()
            + &line("a", "20230131", 1, "195967001", (1, 1), "TRUE", "J45.1")
            + &line("c", "20150131", 1, "195967001", (1, 2), "TRUE", "J45.2")
            + &line("b", "20230731", 0, "73211009", (1, 1), "TRUE", "");
        let (draft, report) = read(&text);
        let targets: Vec<_> = draft.rows.iter().map(|row| row.target.as_deref()).collect();
        assert_eq!(targets, [Some("J45.1"), Some("J45.9")]);
        assert_eq!(report.of_rule("superseded-rows").next().unwrap().message.split(' ').next(), Some("3"));
    }

    #[test]
    fn simple_maps_have_fewer_columns() {
        let text = "\u{feff}id\teffectiveTime\tactive\tmoduleId\trefsetId\treferencedComponentId\tmapTarget\tmapTargetDescription\n\
            x\t20241021\t1\t195941000112101\t22671000001102\t1434181000001106\tABC01256Q\tA name\n";
        let (draft, report) = read(text);
        assert_eq!(report.entries(), []);
        assert_eq!(draft.edition.system, "sct-map-22671000001102");
        assert_eq!(draft.rows[0].target_display.as_deref(), Some("A name"));
        assert_eq!((draft.rows[0].rule.as_deref(), draft.rows[0].group), (None, 0));
    }

    #[test]
    fn findings_name_their_line() {
        let text = sample()
            + &line("e", "20230131", 1, "19596x001", (1, 2), "TRUE", "J45.9")
            + &line("f", "2023-01", 1, "195967001", (1, 2), "TRUE", "J45.9")
            + "\r\n\r\ng\t1\t1"
            + &line("h", "20230131", 1, "195967001", (1, 2), "OTHERWISE TRUE", "J45.9")
            + &line("i", "20230131", 1, "195967001", (2, 1), "TRUE", "Z1")
                .replace("447561005", "1")
                .replace("\t2\t1\t", "\t2\tone\t")
            + &line("j", "20230131", 1, "195967001", (2, 1), "TRUE", "Z1").replace("447561005", "12345");
        let (draft, report) = read(&text);
        let rules: Vec<_> = report.entries().iter().map(|entry| (entry.rule, entry.place.line)).collect();
        let expected = [
            ("bad-id", Some(6)),
            ("bad-id", Some(7)),
            ("field-count", Some(9)),
            ("bad-number", Some(11)),
            ("unknown-correlation", Some(12)),
            ("inactive-rows", None),
            ("repeated-row", Some(10)),
        ];
        assert_eq!((rules.as_slice(), draft.rows.len()), (expected.as_slice(), 5));
    }

    #[test]
    fn one_reference_set_is_one_map() {
        let text = sample()
            + &line("k", "20230131", 1, "195967001", (1, 2), "TRUE", "J45.9").replace("447562003", "6011000124106");
        let with = |refset| read_bytes("x", text.as_bytes(), refset);
        let error = with(None).unwrap_err().to_string();
        assert!(error.contains("447562003, 6011000124106"), "{error}");
        assert!(matches!(with(Some("1")), Err(Error::Argument { .. })));
        assert_eq!(with(Some("6011000124106")).unwrap().0.edition.system, "sct-to-icd10-cm");
        for text in ["", "a\tb\n", HEADINGS] {
            assert!(matches!(read_bytes("x", text.as_bytes(), None), Err(Error::Source { .. })), "{text:?}");
        }
    }
}
