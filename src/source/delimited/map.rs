//! Any CSV or TSV table of mappings whose columns are described by [`MapColumns`].
//!
//! Text is kept as the file has it, white space at the ends aside. Rows that are wholly empty are passed over; every
//! other row becomes a mapping or a line in the report:
//!
//! | rule | severity | meaning |
//! |---|---|---|
//! | `missing-code` | refused | the row has text, but no source code |
//! | `bad-code` | refused | the source cannot be a code of its grammar |
//! | `bad-target` | doubtful | the target cannot be a code of its grammar; it is kept as an expression |
//! | `field-count` | refused | more fields than headings: some text has slipped into a wrong column |
//! | `field-count` | doubtful | fewer fields than headings; the missing ones are taken for empty |
//! | `number-value` | refused | group, priority, scenario or choice is no number from 0 to 65,535 |
//! | `relationship-value` | doubtful | a value that is neither told nor a code of FHIR R5; the row has no relationship |
//! | `padded-text` | repaired | white space at the ends of a field was cut |
//! | `repeated-row` | doubtful | the same source, target, group, priority, scenario and choice again |
//! | `encoding-assumed`, `undecodable` | doubtful | see [`encoding`](super::super::encoding) |
//!
//! An empty target says that there is none, as does a value that the description tells (`target.none=No Mapping`).

use std::collections::HashSet;
use std::path::Path;
use std::str::FromStr;

use super::super::encoding::{decode, read_file};
use super::super::{MapDraft, MapRow, MapSide, Place, Relationship, Report, Severity, SourceFile};
use super::mapping::{grammar, items, refused};
use super::{Column, Mapping, Row, Rows, find_column, heading};
use crate::{Error, Result};

/// Which column of a table of mappings means what, how the file is written, and which map it is: items `key=value`
/// between semicolons, in any order.
///
/// ```
/// use medterm::source::delimited::map::{MapColumns, read_bytes};
///
/// let columns: MapColumns = "source=service; target=icd9; target.display=Name; target.none=none; property.tier=tier;
///     target.system=icd9-cm-procedures; target.grammar=icd9-procedure; system=services; version=1".parse()?;
/// let file = "service,icd9,Name,tier\n01.0115.0297,88.73,Ultrasound,A\n01.0116.0118,none,,B\n";
/// let (draft, report) = read_bytes("services.csv", file.as_bytes(), &columns)?;
/// assert_eq!(draft.rows[0].target.as_deref(), Some("88.73"));
/// assert_eq!((draft.rows[1].target.as_deref(), report.rows), (None, 2));
/// # Ok::<(), medterm::Error>(())
/// ```
///
/// | key | value |
/// |---|---|
/// | `source`, `target` | columns of the codes; needed |
/// | `source.display`, `target.display` | columns of their names |
/// | `target.none` | a value of the target column (any case) that says that there is no target |
/// | `relationship` | column of the relationship, by default in the codes of FHIR R5 |
/// | `relationship.equivalent`, `.narrower`, `.broader`, `.related`, `.unrelated` | a value there (any case): what the *source* is to the target |
/// | `group`, `priority`, `scenario`, `choice` | columns of numbers; see [`MapRow`] |
/// | `rule`, `advice` | columns of texts; see [`MapRow`] |
/// | `property.NAME` | column of anything else |
/// | `source.system`, `source.version`, `source.grammar`, and the same of `target` | see [`MapSide`]; grammars are `verbatim` (the default), `icd10`, `icd9`, `icd9-procedure` |
/// | `delimiter`, `quoting`, `header`, `skip`, `encoding` | as in [`Mapping`] |
/// | `system`, `url`, `version`, `title`, `issued-by`, `alias`, `from`, `until` | which map it is, as in [`Mapping`] |
///
/// A column is a heading, or `#3` for the third. Keys for several columns or values are repeated. In a value, `\;` is a
/// semicolon and `\\` a backslash.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MapColumns {
    /// How the file is written, which map it is, and the column of the source.
    file: Mapping,
    target: Column,
    source_display: Option<Column>,
    target_display: Option<Column>,
    no_target: Vec<String>,
    relationship: Option<Column>,
    relationship_values: Vec<(String, Relationship)>,
    numbers: [Option<Column>; 4],
    rule: Option<Column>,
    advice: Option<Column>,
    properties: Vec<(String, Column)>,
    source_side: MapSide,
    target_side: MapSide,
}

/// The keys of the columns of numbers, in the order of [`MapColumns::numbers`].
const NUMBERS: [&str; 4] = ["group", "priority", "scenario", "choice"];

/// What a file is like and which map it holds, which [`Mapping`] reads.
const OF_FILE: [&str; 13] = [
    "delimiter",
    "quoting",
    "header",
    "skip",
    "encoding",
    "system",
    "url",
    "version",
    "title",
    "issued-by",
    "alias",
    "from",
    "until",
];

impl MapColumns {
    fn new() -> Self {
        Self {
            file: Mapping::new(""),
            target: Column::from(""),
            source_display: None,
            target_display: None,
            no_target: Vec::new(),
            relationship: None,
            relationship_values: Vec::new(),
            numbers: [const { None }; 4],
            rule: None,
            advice: None,
            properties: Vec::new(),
            source_side: MapSide::default(),
            target_side: MapSide::default(),
        }
    }

    /// Takes over one item; `None` if there is no such key or value.
    fn set(mut self, key: &str, value: &str) -> Option<Self> {
        if let Some(number) = NUMBERS.iter().position(|number| *number == key) {
            *self.numbers.get_mut(number)? = Some(value.into());
            return Some(self);
        }
        if OF_FILE.contains(&key) {
            self.file = self.file.set(key, value)?;
            return Some(self);
        }
        let (key, detail) = key.split_once('.').map_or((key, None), |(key, detail)| (key, Some(detail)));
        match (key, detail) {
            ("source", None) => self.file = self.file.set("code", value)?,
            ("target", None) => self.target = value.into(),
            ("source", Some("display")) => self.source_display = Some(value.into()),
            ("target", Some("display")) => self.target_display = Some(value.into()),
            ("target", Some("none")) => self.no_target.push(value.to_lowercase()),
            ("source", Some(detail)) => set_side(&mut self.source_side, detail, value)?,
            ("target", Some(detail)) => set_side(&mut self.target_side, detail, value)?,
            ("relationship", None) => self.relationship = Some(value.into()),
            ("relationship", Some(said)) => {
                let said = match said {
                    "equivalent" => Relationship::Equivalent,
                    "narrower" => Relationship::SourceIsNarrowerThanTarget,
                    "broader" => Relationship::SourceIsBroaderThanTarget,
                    "related" => Relationship::RelatedTo,
                    "unrelated" => Relationship::NotRelatedTo,
                    _ => return None,
                };
                self.relationship_values.push((value.to_lowercase(), said));
            }
            ("rule", None) => self.rule = Some(value.into()),
            ("advice", None) => self.advice = Some(value.into()),
            ("property", Some(name)) => self.properties.push((name.to_owned(), value.into())),
            _ => return None,
        }
        Some(self)
    }
}

fn set_side(side: &mut MapSide, detail: &str, value: &str) -> Option<()> {
    match detail {
        "system" => side.system = value.to_owned(),
        "version" => side.version = value.to_owned(),
        "grammar" => side.grammar = grammar(value)?,
        _ => return None,
    }
    Some(())
}

impl FromStr for MapColumns {
    type Err = Error;

    /// Reads the text form. [`Error::Argument`] names the first item that is not understood.
    fn from_str(text: &str) -> Result<Self> {
        let mut columns = Self::new();
        for item in items(text) {
            let (key, value) = item.split_once('=').map_or(("", ""), |(key, value)| (key.trim(), value.trim()));
            let set = if value.is_empty() { None } else { columns.set(key, value) };
            columns =
                set.ok_or_else(|| refused(&item, "items key=value between semicolons, as `MapColumns` lists them"))?;
        }
        let none = Column::from("");
        if columns.file.code == none || columns.target == none {
            return Err(refused(text, "items source=… and target=… that name the columns of the codes"));
        }
        if columns.relationship.is_none() && !columns.relationship_values.is_empty() {
            return Err(refused("relationship", "a column (relationship=) for these values"));
        }
        columns.file.check()?;
        Ok(columns)
    }
}

/// Reads a table.
///
/// # Errors
///
/// [`Error::Io`] if the file cannot be read, [`Error::Source`] if it has no rows at all or lacks a column that is told.
pub fn read(path: impl AsRef<Path>, columns: &MapColumns) -> Result<(MapDraft, Report)> {
    let (name, bytes) = read_file(path.as_ref())?;
    read_bytes(&name, &bytes, columns)
}

/// Reads a table whose content is at hand; `name` is what the report calls it. See [`read`].
pub fn read_bytes(name: &str, bytes: &[u8], columns: &MapColumns) -> Result<(MapDraft, Report)> {
    let mut report = Report { sources: vec![SourceFile::of(name, bytes)], ..Report::default() };
    let decoded = decode(bytes, columns.file.encoding);
    decoded.report(name, &mut report);
    let mut rows = Rows::new(name, &decoded.text, &columns.file);
    let first = rows.next().transpose()?.ok_or_else(|| Error::source(Place::file(name), "the file has no rows"))?;
    let mut table = Table::new(name, columns, &first, report)?;
    if !columns.file.header {
        table.add(&first);
    }
    for row in rows {
        table.add(&row?);
    }
    Ok((table.draft, table.report))
}

/// The columns as places in a row.
struct Bound {
    headings: usize,
    source: usize,
    target: usize,
    source_display: Option<usize>,
    target_display: Option<usize>,
    relationship: Option<usize>,
    numbers: [Option<usize>; 4],
    rule: Option<usize>,
    advice: Option<usize>,
    properties: Vec<usize>,
}

type Seen = HashSet<(String, Option<String>, [u16; 4])>;

struct Table<'a> {
    file: &'a str,
    columns: &'a MapColumns,
    bound: Bound,
    draft: MapDraft,
    report: Report,
    seen: Seen,
}

impl<'a> Table<'a> {
    fn new(file: &'a str, columns: &'a MapColumns, first: &Row, report: Report) -> Result<Self> {
        let headings: Vec<String> = if columns.file.header {
            first.fields.iter().map(heading).collect()
        } else {
            (1..=first.fields.len()).map(|number| format!("#{number}")).collect()
        };
        let find = |column: &Column| find_column(column, &headings, Place::line(file, first.line));
        let maybe = |column: &Option<Column>| column.as_ref().map(find).transpose();
        let mut numbers = [None; 4];
        for (place, column) in numbers.iter_mut().zip(&columns.numbers) {
            *place = maybe(column)?;
        }
        let bound = Bound {
            headings: headings.len(),
            source: find(&columns.file.code)?,
            target: find(&columns.target)?,
            source_display: maybe(&columns.source_display)?,
            target_display: maybe(&columns.target_display)?,
            relationship: maybe(&columns.relationship)?,
            numbers,
            rule: maybe(&columns.rule)?,
            advice: maybe(&columns.advice)?,
            properties: columns.properties.iter().map(|(_, column)| find(column)).collect::<Result<_>>()?,
        };
        let draft = MapDraft {
            edition: columns.file.edition.clone(),
            source: columns.source_side.clone(),
            target: columns.target_side.clone(),
            ..MapDraft::default()
        };
        Ok(Self { file, columns, bound, draft, report, seen: HashSet::new() })
    }

    fn add(&mut self, row: &Row) {
        if row.fields.iter().all(|field| field.trim().is_empty()) {
            return;
        }
        self.report.rows += 1;
        let (source, target) = (row.field(self.bound.source).trim(), row.field(self.bound.target).trim());
        let code = Some(source).filter(|source| !source.is_empty());
        let place = Place::line(self.file, row.line);
        let mut tell = |severity, rule, message: String| self.report.add(severity, rule, place.clone(), code, message);
        let surplus = row.fields.iter().skip(self.bound.headings).any(|field| !field.trim().is_empty());
        let message = format!("{} fields under {} headings", row.fields.len(), self.bound.headings);
        if surplus {
            return tell(Severity::Refused, "field-count", message);
        }
        if row.fields.len() < self.bound.headings {
            tell(Severity::Doubtful, "field-count", message);
        }
        if code.is_none() {
            return tell(Severity::Refused, "missing-code", "the row has no source code".to_owned());
        }
        if self.columns.source_side.grammar.parse(source).is_none() {
            return tell(Severity::Refused, "bad-code", "this cannot be a code".to_owned());
        }
        let mut numbers = [0; 4];
        for ((number, column), name) in numbers.iter_mut().zip(&self.bound.numbers).zip(NUMBERS) {
            let text = column.map_or("", |column| row.field(column).trim());
            match text.parse() {
                Ok(value) => *number = value,
                Err(_) if text.is_empty() => {}
                Err(_) => {
                    let shown: String = text.chars().take(40).collect();
                    return tell(Severity::Refused, "number-value", format!("{shown:?} is no {name}"));
                }
            }
        }
        let read =
            [Some(self.bound.source), Some(self.bound.target), self.bound.source_display, self.bound.target_display];
        if read.into_iter().flatten().any(|column| row.field(column) != row.field(column).trim()) {
            tell(Severity::Repaired, "padded-text", "white space at the ends of a field was cut".to_owned());
        }
        let is_none = target.is_empty() || self.columns.no_target.contains(&target.to_lowercase());
        let target = Some(target.to_owned()).filter(|_| !is_none);
        if target.as_ref().is_some_and(|target| self.columns.target_side.grammar.parse(target).is_none()) {
            tell(Severity::Doubtful, "bad-target", "the target is no code, and kept as an expression".to_owned());
        }
        let said = self.bound.relationship.map_or("", |column| row.field(column).trim());
        let told = self.columns.relationship_values.iter().find(|(value, _)| *value == said.to_lowercase());
        let relationship = told.map(|(_, said)| *said).or_else(|| said.parse().ok());
        if relationship.is_none() && !said.is_empty() {
            let shown: String = said.chars().take(40).collect();
            tell(Severity::Doubtful, "relationship-value", format!("{shown:?} is no relationship that is told"));
        }
        if !self.seen.insert((source.to_owned(), target.clone(), numbers)) {
            tell(Severity::Doubtful, "repeated-row", "the same mapping stands above".to_owned());
        }
        let text = |column: Option<usize>| {
            column.map(|column| row.field(column).trim()).filter(|text| !text.is_empty()).map(str::to_owned)
        };
        let properties = self.columns.properties.iter().zip(&self.bound.properties);
        let [group, priority, scenario, choice] = numbers;
        self.draft.rows.push(MapRow {
            source: source.to_owned(),
            source_display: text(self.bound.source_display),
            target,
            target_display: text(self.bound.target_display),
            relationship,
            group,
            priority,
            scenario,
            choice,
            rule: text(self.bound.rule),
            advice: text(self.bound.advice),
            properties: properties
                .filter_map(|((name, _), column)| Some((name.clone(), text(Some(*column))?)))
                .collect(),
            line: u32::try_from(row.line).unwrap_or_default(),
            ..MapRow::default()
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::code::CodeGrammar;

    const COLUMNS: &str = "source=Mã; source.display=Tên; target=ICD; target.display=Name; target.none=Không; \
        relationship=R; relationship.narrower=N; group=Nhóm; priority=#7; advice=Ghi chú; property.tier=Tuyến; \
        delimiter=semicolon; source.system=services; target.system=icd10-vn; target.version=tt06; target.grammar=icd10; \
        system=services-to-icd10; version=3; title=T\\; U";
    const HEADINGS: &str = "Mã;Tên;ICD;Name;R;Nhóm;P;Ghi chú;Tuyến\n";

    fn read(rows: &str) -> (MapDraft, Report) {
        let columns = COLUMNS.replace("delimiter=semicolon", "delimiter=semicolon; header=on").parse().unwrap();
        read_bytes("t.csv", (HEADINGS.to_owned() + rows).as_bytes(), &columns).unwrap()
    }

    #[test]
    fn columns_become_rows() {
        let (draft, report) =
            read("S1;một;J18.9;Pneumonia;n;1;2;xem;A\nS2;hai;KHÔNG;;;;;;\n;;;;;;;;\nS3;;A00;;equivalent;;;;\n");
        assert_eq!((report.entries.as_slice(), report.rows), ([].as_slice(), 3));
        assert_eq!((draft.edition.to_string().as_str(), draft.edition.title.as_str()), ("services-to-icd10|3", "T; U"));
        assert_eq!((draft.target.version.as_str(), draft.target.grammar), ("tt06", CodeGrammar::Icd10));
        let expected = MapRow {
            source: "S1".into(),
            source_display: Some("một".into()),
            target: Some("J18.9".into()),
            target_display: Some("Pneumonia".into()),
            relationship: Some(Relationship::SourceIsNarrowerThanTarget),
            group: 1,
            priority: 2,
            advice: Some("xem".into()),
            properties: vec![("tier".into(), "A".into())],
            line: 2,
            ..MapRow::default()
        };
        assert_eq!(draft.rows[0], expected);
        assert_eq!(
            (draft.rows[1].target.as_deref(), draft.rows[2].relationship),
            (None, Some(Relationship::Equivalent))
        );
    }

    #[test]
    fn findings_name_their_line() {
        let (draft, report) = read(
            ";x;A00;;;;;;\nS1;x;A00;;;;;;;more\nS1;x;A00\nS1;x;A00;;perhaps;;;;\nS2; x;A00 B;;;;;;\nS 3;x;A00;;;;;;\nS4;x;A00;;;one;;;\nS5;x;A00",
        );
        let rules: Vec<_> = report.entries.iter().map(|entry| (entry.rule, entry.place.line)).collect();
        let expected = [
            ("missing-code", Some(2)),
            ("field-count", Some(3)),
            ("field-count", Some(4)),
            ("relationship-value", Some(5)),
            ("repeated-row", Some(5)),
            ("padded-text", Some(6)),
            ("bad-target", Some(6)),
            ("bad-code", Some(7)),
            ("number-value", Some(8)),
            ("field-count", Some(9)),
        ];
        assert_eq!((rules.as_slice(), draft.rows.len()), (expected.as_slice(), 4));
    }

    #[test]
    fn descriptions_that_are_not_understood_are_refused() {
        for text in [
            "",
            "source=a",
            "target=a",
            "source=a; target=b; colour=c",
            "source=a; target=b; relationship.narrower=n",
            "source=a; target=b; relationship=r; relationship.wider=w",
            "source=a; target=b; target.grammar=latin",
            "source=a; target=b; header=off",
            "source=a; target=b; parent=c",
        ] {
            assert!(matches!(text.parse::<MapColumns>(), Err(Error::Argument { .. })), "{text}");
        }
        let columns: MapColumns = "source=#1; target=#2; header=off; delimiter=tab; quoting=off".parse().unwrap();
        let (draft, _) = read_bytes("x", b"a\t\"b\n", &columns).unwrap();
        assert_eq!(draft.rows[0].target.as_deref(), Some("\"b"));
        assert!(matches!(read_bytes("x", b"", &columns), Err(Error::Source { .. })));
        assert!(matches!(read_bytes("x", b"only one\n", &columns), Err(Error::Source { .. })));
    }
}
