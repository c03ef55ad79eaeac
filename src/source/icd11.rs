//! ICD-11 for Mortality and Morbidity Statistics (MMS), as WHO's SimpleTabulation.
//!
//! | source | columns | use |
//! |---|---|---|
//! | WHO, `SimpleTabulation-ICD-11-MMS-<language>`: the `.txt` (tab-separated UTF-8) or the `.xlsx`, alone or in the zip as downloaded, where the text is read | heading `Version:2024 Jan 21 - …` | version of the edition, `2024-01` |
//! | | `Title` (and `TitleEN` in other languages) | name, and by its dashes the place in the tree: a row lies below the last one before it that has fewer |
//! | | `Code` | code of a category; all categories may be used, those with finer ones too |
//! | | `BlockId` | code of a block; without one, as in chapter X, the number in its URI |
//! | | `ChapterNo` | code of a chapter |
//! | | `ClassKind` | `category`, or a grouper |
//! | | `Foundation URI`, `Linearization URI` | properties `foundation-uri`, `linearization-uri`; the latter tells which rows of several languages are one |
//! | | `IsResidual`, `Primary tabulation` | properties `residual`, `primary-tabulation` |
//! | | `isLeaf` | checked against the tree |
//! | | `DepthInKind`, `Grouping1` … `Grouping5`, `BrowserLink` | ignored: the tree says it; the link is a formula around the URI |
//!
//! Several languages make one system: the first file gives the tree, the others their names. `TitleEN` gives the English
//! names if no file is English.
//!
//! | rule | severity | meaning |
//! |---|---|---|
//! | `malformed-row` | refused | too few columns, an unknown `ClassKind`, or no code, URI or depth |
//! | `code-is-number` | refused | the workbook stores the code as a number, which has destroyed it (`1E30`) |
//! | `duplicate-code` | refused | the code or URI was listed before, which is kept |
//! | `depth-jump` | doubtful | more dashes than one more than the row above has |
//! | `leaf-contradicts-hierarchy` | doubtful | `isLeaf` is not what the tree says |
//! | `hierarchy-differs` | doubtful | a later language has the row elsewhere or with another code; the first is kept |
//! | `only-in-one-language` | doubtful | a row that the first file has not (it is added), or that a later one lacks |
//! | `version-differs` | doubtful | a later file is of another version |
//! | `untranslated` | note | a row without title in its language |
//! | `undecodable` | doubtful | bytes that are no UTF-8 |
//!
//! Licence: WHO, CC BY-ND 3.0 IGO: translations and adaptations need WHO's agreement, and WHO must be named.

use std::collections::HashMap;
use std::path::Path;

use super::detect::Sample;
use super::encoding::Encoding;
use super::reader::{begin, read_version};
#[cfg(feature = "xlsx")]
use super::spreadsheet::Workbook;
use super::{
    Designation, Draft, DraftConcept, EdgeKind, Format, Input, InputEntry, Limits, Parent, Place, PropertyDefinition,
    PropertyKind, PropertyValue, ReadOptions, Reader, Reading, Report, Severity, Usability,
};
use crate::code::CodeGrammar;
use crate::{Edition, Error, Result};

/// How many dashes a title may have. Published ones have up to ten.
const MOST_DEPTH: usize = 60;

const FOUNDATION: usize = 0;
const LINEARIZATION: usize = 1;
const RESIDUAL: usize = 2;
const PRIMARY: usize = 3;

/// Reads one or several languages of a release into one system, the first of which gives the tree.
///
/// The language of a file is the end of its name, as in `SimpleTabulation-ICD-11-MMS-es.txt`; zips are read through.
/// `version` is the edition's version; without it, the first file's own heading gives it. Zips take the feature
/// `archive`, workbooks the feature `xlsx`.
///
/// # Errors
///
/// Those of [`Input::open_all`]; [`Error::Argument`] if a name tells no language, or nothing the version;
/// [`Error::Source`] if a file is no SimpleTabulation, or a language is there twice.
pub fn read(paths: &[impl AsRef<Path>], version: Option<&str>) -> Result<(Draft, Report)> {
    read_version(&FormatReader, &Input::open_all(paths, Limits::new())?, version)
}

/// Reads the languages of a release that an input holds. Uses [`ReadOptions::version`], and for a file that is alone
/// and whose name tells no language, [`ReadOptions::language`].
pub(super) struct FormatReader;

impl Reader for FormatReader {
    fn format(&self) -> Format {
        Format::Icd11
    }

    fn read(&self, input: &Input, options: &ReadOptions) -> Result<Reading> {
        let (entries, mut report) = begin(input, self.format(), options)?;
        let told = options.language.as_ref().filter(|_| entries.len() == 1);
        let mut parts: Vec<Part<'_>> = Vec::with_capacity(entries.len());
        for entry in entries {
            let language = language_of(entry.name()).or_else(|error| told.cloned().ok_or(error))?;
            let part = Part { is_workbook: entry.start(4)? == *b"PK\x03\x04", language, entry };
            let Some(known) = parts.iter_mut().find(|known| known.language == part.language) else {
                parts.push(part);
                continue;
            };
            // A release has each language as a text and as a workbook.
            if known.is_workbook == part.is_workbook {
                let message = format!("has the same language as {}: give one release at a time", known.entry.path());
                return Err(Error::source(entry.place(), message));
            }
            let unread = if known.is_workbook { std::mem::replace(known, part) } else { part };
            let message = format!("is not read, as its text is: {}", known.entry.path());
            report.add(Severity::Note, "file-not-read", unread.entry.place(), None, message);
        }
        let mut list = List::new(report, parts.iter().any(|part| part.language == "en"));
        for part in parts {
            list.part(&part)?;
        }
        let (draft, report) = list.draft(options.version.as_deref())?;
        options.finish(draft, report)
    }
}

/// Whether a file has the headings of a SimpleTabulation.
pub(super) fn is_tabulation(sample: &Sample<'_>) -> bool {
    let headings = sample.rows().first().map(|row| row.split('\t').map(unquoted).collect::<Vec<_>>());
    headings.is_some_and(|headings| Columns::of(&headings.iter().map(String::as_str).collect::<Vec<_>>()).is_some())
        || sample.sheet_has(["Foundation URI", "BlockId", "ClassKind", "ChapterNo"])
}

/// One language of a release.
struct Part<'a> {
    entry: &'a InputEntry,
    language: String,
    is_workbook: bool,
}

/// The language at the end of a file's name.
fn language_of(name: &str) -> Result<String> {
    let stem = name.split_once('.').map_or(name, |(stem, _)| stem);
    let tag = stem.rsplit_once('-').map_or("", |(_, tag)| tag);
    if (2..=3).contains(&tag.len()) && tag.bytes().all(|byte| byte.is_ascii_lowercase()) {
        return Ok(tag.to_owned());
    }
    Err(Error::Argument {
        what: "file name",
        value: name.chars().take(80).collect(),
        expected: "a name that ends with a language, such as SimpleTabulation-ICD-11-MMS-en.txt".into(),
    })
}

/// Where each column is.
struct Columns {
    foundation: usize,
    linearization: usize,
    code: usize,
    block: usize,
    title: usize,
    english: Option<usize>,
    kind: usize,
    residual: usize,
    chapter: usize,
    leaf: Option<usize>,
    primary: Option<usize>,
    /// Year and month of the release.
    version: Option<String>,
}

impl Columns {
    /// Reads the row of headings.
    fn of(headings: &[&str]) -> Option<Self> {
        let find = |names: &[&str]| {
            headings.iter().position(|heading| names.iter().any(|name| heading.trim().eq_ignore_ascii_case(name)))
        };
        Some(Self {
            foundation: find(&["Foundation URI"])?,
            linearization: find(&["Linearization URI", "Linearization (release) URI"])?,
            code: find(&["Code"])?,
            block: find(&["BlockId"])?,
            title: find(&["Title"])?,
            english: find(&["TitleEN"]),
            kind: find(&["ClassKind"])?,
            residual: find(&["IsResidual"])?,
            chapter: find(&["ChapterNo"])?,
            leaf: find(&["isLeaf"]),
            primary: find(&["Primary tabulation", "PrimaryTabulation"]),
            version: headings
                .iter()
                .find_map(|heading| heading.trim().strip_prefix("Version:"))
                .and_then(year_and_month),
        })
    }
}

/// Reads `2024 Jan 21 - 22:30 UTC` as `2024-01`.
fn year_and_month(stamp: &str) -> Option<String> {
    const MONTHS: [&str; 12] = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
    let mut words = stamp.split_whitespace();
    let year = words.next().filter(|year| year.len() == 4 && year.bytes().all(|byte| byte.is_ascii_digit()))?;
    let month = words.next()?.to_ascii_lowercase();
    let number = (1..).zip(MONTHS).find_map(|(number, name)| month.starts_with(name).then_some(number))?;
    Some(format!("{year}-{number:02}"))
}

/// What tells codes apart.
fn key_of(code: &str) -> String {
    CodeGrammar::Verbatim.parse(code).map_or_else(String::new, |key| key.as_str().to_owned())
}

/// A title without its dashes, and how many these are.
fn undashed(title: &str) -> (&str, usize) {
    let (mut rest, mut depth) = (title.trim(), 0);
    while let Some(after) = rest.strip_prefix('-') {
        (rest, depth) = (after.trim_start(), depth + 1);
    }
    (rest, depth)
}

/// The system as it grows.
struct List {
    report: Report,
    english_given: bool,
    /// How many files were opened.
    files: usize,
    concepts: Vec<DraftConcept>,
    rows: Vec<Row>,
    by_uri: HashMap<String, usize>,
    by_key: HashMap<String, usize>,
    language: Option<String>,
    version: Option<String>,
}

/// What is known of a concept beside its draft.
struct Row {
    place: Place,
    depth: usize,
    is_leaf: Option<bool>,
    has_finer: bool,
    /// The number of the last file that had it.
    file: usize,
}

/// A file that is being read.
struct File {
    number: usize,
    language: String,
    columns: Columns,
    /// The rows above the next one: depth, concept.
    above: Vec<(usize, usize)>,
    last_depth: usize,
}

impl List {
    fn new(report: Report, english_given: bool) -> Self {
        Self {
            report,
            english_given,
            files: 0,
            concepts: Vec::new(),
            rows: Vec::new(),
            by_uri: HashMap::new(),
            by_key: HashMap::new(),
            language: None,
            version: None,
        }
    }

    fn part(&mut self, part: &Part<'_>) -> Result<()> {
        if !part.is_workbook {
            return self.text(part);
        }
        #[cfg(feature = "xlsx")]
        return self.workbook(part);
        #[cfg(not(feature = "xlsx"))]
        Err(Error::Feature { what: format!("reading the workbook {}", part.entry.path()), feature: "xlsx" })
    }

    /// Reads a tab-separated text.
    fn text(&mut self, part: &Part<'_>) -> Result<()> {
        let mut file = None;
        let mut lines = part.entry.lines(Some(Encoding::Utf8))?;
        while let Some((number, line)) = lines.next(&mut self.report)? {
            if line.trim().is_empty() {
                continue;
            }
            let place = Place::line(part.entry.label(), number);
            let fields: Vec<String> = line.split('\t').map(unquoted).collect();
            let fields: Vec<&str> = fields.iter().map(String::as_str).collect();
            match &mut file {
                None => file = Some(self.open(&fields, &part.language, &place)?),
                Some(file) => self.row(file, &fields, place),
            }
            self.report.check()?;
        }
        self.close(file, &part.entry.place())
    }

    /// Reads a workbook.
    #[cfg(feature = "xlsx")]
    fn workbook(&mut self, part: &Part<'_>) -> Result<()> {
        let mut workbook = Workbook::of(part.entry.label().to_owned(), part.entry.read()?)?;
        let Some(sheet) = workbook.sheet_names().into_iter().next() else {
            return Err(Error::source(part.entry.place(), "the workbook has no sheet"));
        };
        let mut file: Option<File> = None;
        for row in workbook.rows(&sheet)? {
            let place = workbook.place(&sheet, row.number);
            let fields: Vec<&str> = (0..24).map(|column| row.text(column)).collect();
            let Some(file) = &mut file else {
                file = Some(self.open(&fields, &part.language, &place)?);
                continue;
            };
            let column = u32::try_from(file.columns.code).unwrap_or_default();
            if row.cell(column).is_some_and(|cell| cell.is_number) {
                let code = Some(row.text(column));
                let message = "the workbook stores the code as a number: it is no longer known what it was";
                self.report.rows += 1;
                self.report.add(Severity::Refused, "code-is-number", place, code, message);
            } else {
                self.row(file, &fields, place);
            }
            self.report.check()?;
        }
        self.close(file, &workbook.sheet_place(&sheet))
    }

    fn open(&mut self, headings: &[&str], language: &str, place: &Place) -> Result<File> {
        let wrong = || Error::source(place.clone(), "this is no SimpleTabulation of ICD-11: columns are missing");
        let columns = Columns::of(headings).ok_or_else(wrong)?;
        match (&self.version, &columns.version) {
            (Some(first), Some(version)) if first != version => {
                let message = format!("is of version {version}, the first file of {first}");
                self.report.add(Severity::Doubtful, "version-differs", place.clone(), None, message);
            }
            (None, Some(version)) => self.version = Some(version.clone()),
            _ => {}
        }
        self.files += 1;
        let number = self.files;
        self.language.get_or_insert_with(|| language.to_owned());
        Ok(File { number, language: language.to_owned(), columns, above: Vec::new(), last_depth: 0 })
    }

    fn close(&mut self, file: Option<File>, place: &Place) -> Result<()> {
        let Some(file) = file.filter(|_| !self.concepts.is_empty()) else {
            return Err(Error::source(place.clone(), "the file has no rows of a SimpleTabulation"));
        };
        for (row, concept) in self.rows.iter().zip(&self.concepts) {
            if row.file != file.number {
                let message = format!("is not in {place}");
                let rule = "only-in-one-language";
                self.report.add(Severity::Doubtful, rule, row.place.clone(), Some(&concept.code), message);
            }
        }
        Ok(())
    }

    fn row(&mut self, file: &mut File, fields: &[&str], place: Place) {
        self.report.rows += 1;
        let field = |column: usize| fields.get(column).map_or("", |field| field.trim());
        let columns = &file.columns;
        if fields.len() <= columns.chapter {
            let start: String = fields.first().copied().unwrap_or_default().chars().take(40).collect();
            let message = format!("the row has {} columns: {start:?}", fields.len());
            return self.report.add(Severity::Refused, "malformed-row", place, None, message);
        }
        let uri = field(columns.linearization);
        let known = self.by_uri.get(uri).copied();
        let (title, depth) = undashed(field(columns.title));
        let english = columns.english.map(|column| undashed(field(column)));
        let depth = match english {
            Some((text, depth)) if !text.is_empty() => Some(depth),
            _ if !title.is_empty() => Some(depth),
            _ => known.and_then(|known| self.rows.get(known)).map(|row| row.depth),
        };
        let code = match field(columns.kind) {
            "chapter" => field(columns.chapter),
            "block" if field(columns.block).is_empty() => uri.rsplit('/').next().unwrap_or_default(),
            "block" => field(columns.block),
            "category" => field(columns.code),
            _ => "",
        };
        let depth = depth.filter(|depth| *depth <= MOST_DEPTH && !uri.is_empty());
        let (Some(depth), Some(_)) = (depth, CodeGrammar::Verbatim.parse(code)) else {
            let message = format!("no code, URI, title or known kind: kind {:?}", field(columns.kind));
            return self.report.add(Severity::Refused, "malformed-row", place, Some(code), message);
        };
        if depth > file.last_depth + 1 {
            let message = format!("lies {} levels below the row above it", depth - file.last_depth);
            self.report.add(Severity::Doubtful, "depth-jump", place.clone(), Some(code), message);
        }
        file.last_depth = depth;
        while file.above.last().is_some_and(|(above, _)| *above >= depth) {
            file.above.pop();
        }
        let parent = file.above.last().map(|(_, parent)| *parent);
        let Some(at) = self.concept(file, fields, code, uri, known, parent, (depth, &place)) else { return };
        file.above.push((depth, at));

        let mut names = vec![(file.language.as_str(), title)];
        if !self.english_given
            && let Some((text, _)) = english
        {
            names.push(("en", text));
        }
        if title.is_empty() {
            let message = format!("has no title in {}", file.language);
            self.report.add(Severity::Note, "untranslated", place, Some(code), message);
        }
        let Some(concept) = self.concepts.get_mut(at) else { return };
        for (language, name) in names.into_iter().filter(|(_, name)| !name.is_empty()) {
            concept.designations.push(Designation::preferred(language, name));
        }
    }

    /// The concept of a row: a new one, or that of an earlier language.
    #[expect(clippy::too_many_arguments, reason = "they are the row, taken apart")]
    fn concept(
        &mut self,
        file: &File,
        fields: &[&str],
        code: &str,
        uri: &str,
        known: Option<usize>,
        parent: Option<usize>,
        (depth, place): (usize, &Place),
    ) -> Option<usize> {
        let field = |column: usize| fields.get(column).map_or("", |field| field.trim());
        let is_true = |column: usize| field(column).eq_ignore_ascii_case("true");
        let parent_code = parent.and_then(|parent| self.concepts.get(parent)).map(|parent| parent.code.clone());
        if let Some(at) = known {
            let (row, concept) = (self.rows.get_mut(at)?, self.concepts.get(at)?);
            if row.file == file.number {
                let message = format!("{uri} is already listed in {}, which is kept", row.place);
                self.report.add(Severity::Refused, "duplicate-code", place.clone(), Some(code), message);
                return None;
            }
            row.file = file.number;
            let listed = concept.parents.first().map(|parent| &parent.code);
            if concept.code != code || listed != parent_code.as_ref() {
                let message =
                    format!("is {} below {} in {}", concept.code, listed.map_or("nothing", String::as_str), row.place);
                self.report.add(Severity::Doubtful, "hierarchy-differs", place.clone(), Some(code), message);
            }
            return Some(at);
        }
        if let Some(first) = self.by_key.get(&key_of(code)).and_then(|first| self.rows.get(*first)) {
            let message = format!("already listed in {}, which is kept", first.place);
            self.report.add(Severity::Refused, "duplicate-code", place.clone(), Some(code), message);
            return None;
        }
        if file.number > 1 {
            let message = "is not in the first file: added";
            self.report.add(Severity::Doubtful, "only-in-one-language", place.clone(), Some(code), message);
        }
        let columns = &file.columns;
        let mut properties = Vec::new();
        if !field(columns.foundation).is_empty() {
            properties.push((FOUNDATION, PropertyValue::Text(field(columns.foundation).to_owned())));
        }
        properties.push((LINEARIZATION, PropertyValue::Text(uri.to_owned())));
        if is_true(columns.residual) {
            properties.push((RESIDUAL, PropertyValue::Boolean(true)));
        }
        if columns.primary.is_some_and(is_true) {
            properties.push((PRIMARY, PropertyValue::Boolean(true)));
        }
        if let Some(row) = parent.and_then(|parent| self.rows.get_mut(parent)) {
            row.has_finer = true;
        }
        let at = self.concepts.len();
        self.by_uri.insert(uri.to_owned(), at);
        self.by_key.insert(key_of(code), at);
        self.rows.push(Row {
            place: place.clone(),
            depth,
            is_leaf: columns.leaf.map(is_true),
            has_finer: false,
            file: file.number,
        });
        self.concepts.push(DraftConcept {
            code: code.to_owned(),
            usability: if field(columns.kind) == "category" { Usability::Usable } else { Usability::Grouper },
            parents: parent_code.into_iter().map(|code| Parent { code, kind: EdgeKind::IsA }).collect(),
            properties,
            ..DraftConcept::default()
        });
        Some(at)
    }

    fn draft(mut self, version: Option<&str>) -> Result<(Draft, Report)> {
        for (row, concept) in self.rows.iter().zip(&self.concepts) {
            if row.is_leaf.is_some_and(|is_leaf| is_leaf == row.has_finer) {
                let message = if row.has_finer {
                    "said to be a leaf, but has finer rows"
                } else {
                    "said to be no leaf, but has no finer rows"
                };
                let rule = "leaf-contradicts-hierarchy";
                self.report.add(Severity::Doubtful, rule, row.place.clone(), Some(&concept.code), message);
            }
        }
        let version = version.map(str::to_owned).or(self.version).ok_or_else(|| Error::Argument {
            what: "version",
            value: String::new(),
            expected: "a version such as 2024-01, since no heading tells one".into(),
        })?;
        let draft = Draft {
            edition: Edition {
                system: "icd11-mms".into(),
                url: "http://id.who.int/icd/release/11/mms".into(),
                title: format!("ICD-11 for Mortality and Morbidity Statistics, {version}"),
                version,
                issued_by: "World Health Organization".into(),
                aliases: vec!["icd11".into()],
                ..Edition::default()
            },
            language: self.language.unwrap_or_default(),
            properties: properties(),
            concepts: self.concepts,
            ..Draft::default()
        };
        Ok((draft, self.report))
    }
}

fn properties() -> Vec<PropertyDefinition> {
    let property = |name: &str, kind, description: &str| PropertyDefinition {
        name: name.into(),
        description: description.into(),
        kind,
    };
    vec![
        property(
            "foundation-uri",
            PropertyKind::Text,
            "The entity's URI in the ICD-11 foundation; residuals have none",
        ),
        property("linearization-uri", PropertyKind::Text, "The entity's URI in the MMS linearization"),
        property("residual", PropertyKind::Boolean, "A residual category: other specified, or unspecified"),
        property("primary-tabulation", PropertyKind::Boolean, "Counted in the primary tabulation of the MMS"),
    ]
}

/// A field without the quotes around it.
fn unquoted(field: &str) -> String {
    let inner = field.strip_prefix('"').and_then(|inner| inner.strip_suffix('"'));
    inner.map_or_else(|| field.to_owned(), |inner| inner.replace("\"\"", "\""))
}

#[cfg(test)]
mod tests;
