//! WHO's mapping tables between ICD-10 and ICD-11 for Mortality and Morbidity Statistics.
//!
//! | source document | used | ignored, and why |
//! |---|---|---|
//! | WHO, *ICD-11 mapping tables*: `10To11MapToOneCategory.txt`, `10To11MapToMultipleCategories.txt`, `11To10MapToOneCategory.txt`, text between tabs, release of January 2024 | code, title, class kind and URIs of both sides, by their headings; the stamp that stands behind the headings as the version | depth in kind and chapter, which the two classifications tell themselves |
//!
//! The tables of other releases are read alike: columns are found by their headings, of which the rows have one less
//! (the stamp). A cluster (`1A00&XN8P1`) is one target. Blocks of ICD-11 have no code: their linearization URI stands for
//! it. `No Mapping`, which stands where the target would begin, is a row without target.
//!
//! WHO does not say how the two sides stand to each other, so no row has a relationship. Several rows of one source are
//! what it may be, depending on the case; the table to one category has the best single one.
//!
//! | rule | severity | meaning |
//! |---|---|---|
//! | `field-count` | refused | fewer fields than the columns that are read |
//! | `missing-code` | refused | neither code nor URI of the source, or of the target though a mapping is not denied |
//! | `bad-code` | refused | what should be a code of ICD-10 is none |
//! | `repeated-row` | doubtful | the same source and target again |
//! | `undecodable` | doubtful | bytes that are no UTF-8 became U+FFFD |
//! | `line-too-long` | refused | a line of more than a mebibyte was passed over |
//!
//! ICD-11 and the tables are WHO's, under CC BY-ND 3.0 IGO: an index of a table is for use in a system, and not for
//! passing on as something else; WHO must be named.

use std::collections::HashSet;
use std::path::Path;

use super::lines::{Headings, each_line, shown, tabbed, version_or};
use super::parts::Part;
use super::{MapDraft, MapRow, MapSide, Place, Report, Severity};
use crate::code::CodeGrammar;
use crate::{Edition, Error, Result};

/// Reads a table.
///
/// `version` is the version of the map; without it, the stamp behind the headings is (`2024-Jan-21` is `2024-01-21`).
///
/// # Errors
///
/// [`Error::Io`] if the file cannot be read, [`Error::Source`] if it has not the columns of such a table or no row at
/// all, [`Error::Argument`] if no version is given and the headings have no stamp.
pub fn read(path: impl AsRef<Path>, version: Option<&str>) -> Result<(MapDraft, Report)> {
    read_part(&Part::file(path.as_ref().to_owned()), version)
}

/// Reads a table whose content is at hand; `name` is what the report calls it. See [`read`].
pub fn read_bytes(name: &str, bytes: &[u8], version: Option<&str>) -> Result<(MapDraft, Report)> {
    read_part(&Part::bytes(name, bytes), version)
}

fn read_part(part: &Part<'_>, version: Option<&str>) -> Result<(MapDraft, Report)> {
    let name = part.name.as_str();
    let mut report = Report::default();
    let mut table: Option<Table> = None;
    each_line(part, &mut report, |number, line, report| {
        let fields = tabbed(line);
        match &mut table {
            Some(table) => table.add(number, &fields, report),
            None => table = Some(Table::new(name, number, &fields, version)?),
        }
        Ok(())
    })?;
    let table = table.filter(|table| table.rows_read > 0);
    let table = table.ok_or_else(|| Error::source(Place::file(name), "the table has no rows"))?;
    report.rows = table.rows_read;
    Ok((table.finish(), report))
}

/// The columns of one classification in a table.
struct Side {
    code: usize,
    title: usize,
    kind: Option<usize>,
    foundation: Option<usize>,
    uri: Option<usize>,
}

struct Table {
    file: String,
    version: String,
    icd_10: Side,
    icd_11: Side,
    /// Whether ICD-10 stands first, and so is the source.
    forward: bool,
    /// How many fields a row must have.
    fields: usize,
    rows_read: u64,
    rows: Vec<MapRow>,
    seen: HashSet<(String, Option<String>)>,
    /// The release of ICD-11, as its URIs tell it.
    release: String,
    several: bool,
}

impl Table {
    fn new(file: &str, line: u64, fields: &[&str], version: Option<&str>) -> Result<Self> {
        let headings = Headings::new(file, line, fields);
        let uri = headings.find("Linearization (release) URI");
        let icd_10 = Side {
            code: headings.needed("icd10Code")?,
            title: headings.needed("icd10Title")?,
            kind: headings.find("10ClassKind"),
            foundation: None,
            uri: None,
        };
        let icd_11 = Side {
            code: headings.needed("icd11Code")?,
            title: headings.needed("icd11Title")?,
            kind: headings.find("11ClassKind"),
            foundation: headings.find("ICD-11 Foundation URI"),
            uri,
        };
        let read = [icd_10.code, icd_10.title, icd_11.code, icd_11.title];
        let version = version_or(version, fields.last().and_then(|stamp| stamped(stamp)), file)?;
        Ok(Self {
            file: file.to_owned(),
            version,
            forward: icd_10.code < icd_11.code,
            fields: read.into_iter().chain(icd_11.uri).max().unwrap_or_default() + 1,
            icd_10,
            icd_11,
            rows_read: 0,
            rows: Vec::new(),
            seen: HashSet::new(),
            release: String::new(),
            several: false,
        })
    }

    fn add(&mut self, number: u64, fields: &[&str], report: &mut Report) {
        self.rows_read += 1;
        let place = Place::line(self.file.clone(), number);
        if fields.len() < self.fields {
            let message =
                format!("{} fields where {} are needed: {:?}", fields.len(), self.fields, shown(&fields.join(" | ")));
            return report.add(Severity::Refused, "field-count", place, None, message);
        }
        let (source, target) = if self.forward { (&self.icd_10, &self.icd_11) } else { (&self.icd_11, &self.icd_10) };
        let field = |column: usize| fields.get(column).copied().unwrap_or_default();
        let of = |side: &Side| match (field(side.code), side.uri.map(field)) {
            ("", Some(uri)) => uri.to_owned(),
            (code, _) => code.to_owned(),
        };
        let denied = fields.iter().any(|field| field.eq_ignore_ascii_case(NO_MAPPING));
        let (code, to) = (of(source), Some(of(target)).filter(|_| !denied));
        if code.is_empty() || to.as_deref() == Some("") {
            let message = "there is neither a code nor a URI, and no mapping is denied";
            return report.add(Severity::Refused, "missing-code", place, Some(&code), message);
        }
        let in_icd_10 = if self.forward { Some(&code) } else { to.as_ref() };
        if in_icd_10.is_some_and(|code| CodeGrammar::Icd10.parse(code).is_none()) {
            let message = format!("{:?} is no code of ICD-10", shown(in_icd_10.map_or("", String::as_str)));
            return report.add(Severity::Refused, "bad-code", place, Some(&code), message);
        }
        let text = |column: usize| Some(field(column)).filter(|text| !text.is_empty()).map(str::to_owned);
        let said = [
            (&self.icd_10.kind, "10ClassKind"),
            (&self.icd_11.kind, "11ClassKind"),
            (&self.icd_11.foundation, "foundation-uri"),
            (&self.icd_11.uri, "linearization-uri"),
        ];
        let said = said.into_iter().filter_map(|(column, name)| Some((name.to_owned(), text((*column)?)?)));
        let row = MapRow {
            source_display: text(source.title),
            target_display: to.as_ref().and_then(|_| text(target.title)),
            properties: said.filter(|(_, value)| !value.eq_ignore_ascii_case(NO_MAPPING)).collect(),
            line: u32::try_from(number).unwrap_or_default(),
            source: code,
            target: to,
            ..MapRow::default()
        };
        if self.release.is_empty()
            && let Some(release) = self.icd_11.uri.and_then(|column| release_in(field(column)))
        {
            self.release = release.to_owned();
        }
        self.several |= self.rows.last().is_some_and(|last| last.source == row.source);
        if !self.seen.insert((row.source.clone(), row.target.clone())) {
            let message = format!("{} is listed again", row.target.as_deref().unwrap_or(NO_MAPPING));
            report.add(Severity::Doubtful, "repeated-row", place, Some(&row.source), message);
        }
        self.rows.push(row);
    }

    fn finish(self) -> MapDraft {
        let icd_10 = MapSide { system: "icd10-who".into(), version: String::new(), grammar: CodeGrammar::Icd10 };
        let icd_11 = MapSide { system: "icd11-mms".into(), version: self.release, grammar: CodeGrammar::Verbatim };
        let (system, title) = match (self.forward, self.several) {
            (true, true) => ("icd10-to-icd11-multiple", "ICD-10 to ICD-11 MMS, multiple categories"),
            (true, false) => ("icd10-to-icd11-one", "ICD-10 to ICD-11 MMS, one category"),
            (false, _) => ("icd11-to-icd10", "ICD-11 MMS to ICD-10"),
        };
        let edition = Edition {
            system: system.into(),
            version: self.version,
            title: format!("WHO mapping table: {title}"),
            issued_by: "World Health Organization, CC BY-ND 3.0 IGO".into(),
            ..Edition::default()
        };
        let (source, target) = if self.forward { (icd_10, icd_11) } else { (icd_11, icd_10) };
        MapDraft { edition, source, target, rows: self.rows, ..MapDraft::default() }
    }
}

const NO_MAPPING: &str = "No Mapping";

/// The day of a stamp such as `2024-Jan-21`.
fn stamped(stamp: &str) -> Option<String> {
    const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let mut parts = stamp.splitn(3, '-');
    let (year, month, day) = (parts.next()?, parts.next()?, parts.next()?);
    let month = MONTHS.iter().position(|name| name.eq_ignore_ascii_case(month))? + 1;
    let date = crate::Date::new(year.parse().ok()?, month as u8, day.parse().ok()?).ok()?;
    Some(date.to_string())
}

/// The release in a URI such as `http://id.who.int/icd/release/11/2024-01/mms/257068234`.
fn release_in(uri: &str) -> Option<&str> {
    uri.split_once("/release/11/")?.1.split('/').next()
}

#[cfg(test)]
mod tests {
    use super::*;

    const FORWARD: &str = "10ClassKind\tDepth\ticd10Code\ticd10Chapter\ticd10Title\t11ClassKind\tDepth\t\
        ICD-11 Foundation URI\tLinearization (release) URI\ticd11Code\ticd11Chapter\ticd11Title\t2024-Jan-21\r\n\
        block\t1\tA00-A09\tI\tGut\tblock\t1\thttp://f/5\thttp://id.who.int/icd/release/11/2024-01/mms/5\t\t01\tGut things\r\n\
        category\t2\tA00.0\tI\tFirst \tcategory\t1\thttp://f/1\thttp://l/1\t1A00&XN8P1\t01\tOne [of a kind]\r\n\
        category\t2\tA00.0\tI\tFirst\tcategory\t1\thttp://f/2\thttp://l/2\t1A01\t01\tTwo\r\n\
        category\t2\tC95.7\tII\tNothing\t\t\tNo Mapping\t\t\t\t\r\n";

    fn read(text: &str) -> (MapDraft, Report) {
        read_bytes("table.txt", text.as_bytes(), None).unwrap()
    }

    #[test]
    fn rows_become_mappings() {
        let (draft, report) = read(FORWARD);
        assert_eq!((report.entries().len(), report.rows), (0, 4));
        assert_eq!(draft.edition.to_string(), "icd10-to-icd11-multiple|2024-01-21");
        assert_eq!((draft.source.system.as_str(), draft.target.version.as_str()), ("icd10-who", "2024-01"));
        let targets: Vec<_> = draft.rows.iter().map(|row| row.target.as_deref()).collect();
        let block = "http://id.who.int/icd/release/11/2024-01/mms/5";
        assert_eq!(targets, [Some(block), Some("1A00&XN8P1"), Some("1A01"), None]);
        assert_eq!(draft.rows[1].source_display.as_deref(), Some("First"));
        assert_eq!((draft.rows[3].line, &draft.rows[3].target_display), (5, &None));
        assert_eq!(draft.rows[3].properties, [("10ClassKind".to_owned(), "category".to_owned())]);
        assert_eq!(draft.rows[1].properties.len(), 4);
    }

    #[test]
    fn the_way_back() {
        let text = "\u{feff}Linearization (release) URI\ticd11Code\ticd11Chapter\ticd11Title\ticd10Code\ticd10Chapter\t\
            icd10Title\t2024-Jan-21\r\n\
            http://id.who.int/icd/release/11/2024-01/mms/9\t\t01\tBlock\tA04.9\tI\tBacterial\r\n\
            http://l/2\t1A00\t01\tCholera\tA00\tI\tCholera\r\nhttp://l/3\tXX\t01\tOdd\tNo Mapping\t\t\r\n";
        let (draft, report) = read(text);
        assert_eq!(report.entries(), []);
        assert_eq!(draft.edition.system, "icd11-to-icd10");
        assert_eq!(draft.rows[0].source, "http://id.who.int/icd/release/11/2024-01/mms/9");
        assert_eq!(draft.rows[1].target.as_deref(), Some("A00"));
        assert_eq!((draft.rows[2].target.as_deref(), draft.rows[2].properties.len()), (None, 1));
    }

    #[test]
    fn findings_name_their_line() {
        let bad = "category\t2\tA00.0\tI\tFirst\tcategory\t1\thttp://f/2\thttp://l/2\t1A01\t01\tTwo\r\n\
            category\t2\tA 0\tI\tOdd\tcategory\t1\thttp://f/2\thttp://l/2\t1A01\t01\tTwo\r\n\
            category\t2\tA01\tI\tOdd\tcategory\t1\thttp://f/2\t\t\t01\tTwo\r\n\
            category\t2\tA02\tI\tCut o";
        let (draft, report) = read(&(FORWARD.to_owned() + bad));
        let rules: Vec<_> = report.entries().iter().map(|entry| (entry.rule, entry.place.line)).collect();
        assert_eq!(
            rules,
            [("repeated-row", Some(6)), ("bad-code", Some(7)), ("missing-code", Some(8)), ("field-count", Some(9))]
        );
        assert_eq!((draft.rows.len(), report.rows), (5, 8));
    }

    #[test]
    fn what_is_no_such_table_is_an_error() {
        let headings = FORWARD.lines().next().unwrap();
        for text in ["", "a\tb\n1\t2\n", headings, "\0\0\u{1}"] {
            assert!(matches!(read_bytes("x", text.as_bytes(), None), Err(Error::Source { .. })), "{text:?}");
        }
        let unstamped = FORWARD.replace("2024-Jan-21", "");
        assert!(matches!(read_bytes("x", unstamped.as_bytes(), None), Err(Error::Argument { .. })));
        assert!(read_bytes("x", unstamped.as_bytes(), Some("2024")).is_ok());
    }
}
