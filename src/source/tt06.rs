//! Reader of the Vietnamese ICD-10 list of Circular 06/2026/TT-BYT, from two public forms of it.
//!
//! * The *list* (`.csv`, feature `csv`; columns by heading) has every code with its rule flags (columns 24 to 29
//!   of the circular's annex) and English names.
//! * The *leaves* (`.xlsx`, feature `xlsx`) have the codes without finer ones, and what the list lacks: names of
//!   chapters and blocks, and the inclusion and exclusion texts.
//!
//! Either is read alone or both together. Without the leaves, chapters and blocks are named by their range of
//! codes. Without the list, the draft is a [fragment](Content::Fragment): there are no flags, and the headings
//! are known only as far as the leaves name them.
//!
//! Both forms give a block by its first category only; its code `A00-A09` is completed with the last category
//! that is listed under it. Levels between block and category, which only some leaves have, are not read. Nor are
//! the list's columns `vi_source`, `kind`, `n_char`, `parent3` and `parent4`, which say nothing that the codes do
//! not.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::path::Path;

use super::draft::{Content, Designation, Draft, PropertyDefinition, PropertyKind, PropertyValue, Usability};
use super::national::{self, ListBuilder, ListedCode, RowTexts, property};
use super::reader::begin;
use super::report::{Place, Report, Severity};
use super::{Format, Input, ReadOptions, Reader, Reading};
use crate::code::Mark;
use crate::edition::{Date, InForce};
use crate::{Edition, Error, Result};

/// Headings of the flags in the list, in the order of [`properties`].
const FLAGS: [&str; 6] = [
    "camBenhChinh",
    "khongKhuyenKhichBenhChinh",
    "coMaBonHoacNamKyTuCuTheHon",
    "chiMaHoaNguyenNhanTuVong",
    "chuYeuNuGioi",
    "chuYeuNamGioi",
];
const FINER_CODE_EXISTS: usize = 2;

/// Fields of the notes, in the order of [`properties`], where they follow the flags.
const NOTES: [&str; 3] = ["include", "exclude", "note"];

fn properties() -> Vec<PropertyDefinition> {
    use PropertyKind::{Boolean, Text};
    vec![
        property(
            "never-main-diagnosis",
            Boolean,
            "Not to be used as main diagnosis (Circular 06/2026/TT-BYT, annex, column 24)",
        ),
        property(
            "discouraged-main-diagnosis",
            Boolean,
            "Discouraged as main diagnosis (Circular 06/2026/TT-BYT, annex, column 25)",
        ),
        property(
            "finer-code-exists",
            Boolean,
            "Not to be used: a code of four or five characters exists (Circular 06/2026/TT-BYT, annex, column 26)",
        ),
        property(
            "death-cause-only",
            Boolean,
            "Only for coding the cause of death (Circular 06/2026/TT-BYT, annex, column 27)",
        ),
        property(
            "mostly-female",
            Boolean,
            "Only or mainly in female patients (Circular 06/2026/TT-BYT, annex, column 28)",
        ),
        property("mostly-male", Boolean, "Only or mainly in male patients (Circular 06/2026/TT-BYT, annex, column 29)"),
        property("inclusion-note", Text, "What the code includes, as written"),
        property("exclusion-note", Text, "What the code excludes, as written"),
        property("coding-note", Text, "How the code is used, as written"),
    ]
}

/// Reads the list, the leaves, or both, told apart by their extensions `.csv` and `.xlsx`.
///
/// # Errors
///
/// [`Error::Argument`] for no file, another extension, or one whose feature is off; [`Error::Io`] if a file
/// cannot be read; [`Error::Source`] if it is not of the format or lacks a column. Rows that cannot be used are no
/// error: see the report.
///
/// Time and memory are in proportion to the files; a workbook that would grow out of proportion is refused.
pub fn read(inputs: &[&Path]) -> Result<(Draft, Report)> {
    let mut report = Report::default();
    let mut rows = Vec::new();
    for path in inputs {
        let extension = path.extension().map(|extension| extension.to_string_lossy().to_ascii_lowercase());
        match extension.as_deref() {
            #[cfg(feature = "csv")]
            Some("csv") => list::read(path, &mut rows, &mut report)?,
            #[cfg(feature = "xlsx")]
            Some("xlsx") => leaves::read(path, &mut rows, &mut report)?,
            _ => return Err(not_understood(&path.to_string_lossy())),
        }
    }
    if inputs.is_empty() {
        return Err(not_understood(""));
    }
    build(rows, edition()?, report)
}

/// Reads the lists and leaves that an input holds, told apart by their content.
pub(super) struct FormatReader;

impl Reader for FormatReader {
    fn format(&self) -> Format {
        Format::Tt06
    }

    fn read(&self, input: &Input, options: &ReadOptions) -> Result<Reading> {
        let (entries, mut report) = begin(input, self.format(), options)?;
        let mut rows = Vec::new();
        for entry in entries {
            let (file, content) = (entry.place().file, entry.read()?);
            if content.starts_with(b"PK\x03\x04") {
                #[cfg(feature = "xlsx")]
                leaves::read_workbook(file, content, &mut rows, &mut report)?;
                #[cfg(not(feature = "xlsx"))]
                return Err(Error::Feature { what: format!("reading the workbook {file}"), feature: "xlsx" });
            } else {
                #[cfg(feature = "csv")]
                list::parse(&file, &content, &mut rows, &mut report)?;
                #[cfg(not(feature = "csv"))]
                return Err(Error::Feature { what: format!("reading the list {file}"), feature: "csv" });
            }
            report.check()?;
        }
        let (draft, report) = build(rows, edition()?, report)?;
        options.finish(draft, report)
    }
}

fn not_understood(value: &str) -> Error {
    let expected = "a .csv list (feature `csv`) or an .xlsx file of leaves (feature `xlsx`)".to_owned();
    Error::Argument { what: "input of Circular 06/2026", value: value.to_owned(), expected }
}

fn edition() -> Result<Edition> {
    Ok(national::edition(
        "tt06",
        "Danh mục mã bệnh ICD-10 ban hành kèm theo Thông tư 06/2026/TT-BYT",
        "Thông tư số 06/2026/TT-BYT ngày 02/4/2026 của Bộ trưởng Bộ Y tế",
        InForce { from: Some(Date::new(2026, 7, 1)?), until: None },
    ))
}

/// Which form a row comes from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
enum Form {
    #[default]
    List,
    // Never made without the reader of spreadsheets.
    #[cfg_attr(not(feature = "xlsx"), allow(dead_code))]
    Leaves,
}

/// One row of either form, not yet judged. What a form lacks is empty.
#[derive(Clone, Debug, Default)]
struct Row {
    form: Form,
    place: Place,
    code: String,
    /// The code without dot and mark, which must agree with the code.
    plain: String,
    /// The mark alone, which must agree with the code.
    mark: Option<String>,
    name: String,
    english: String,
    english_source: String,
    chapter: String,
    chapter_name: String,
    section_first: String,
    section_name: String,
    /// In the order of [`FLAGS`].
    flags: [String; FLAGS.len()],
    /// In the order of [`NOTES`].
    notes: [String; NOTES.len()],
    /// Coarser levels, code and name, outermost first.
    levels: Vec<(String, String)>,
}

/// A chapter or block as all rows together give it.
#[derive(Clone, Debug, Default)]
struct Group {
    first: String,
    last: String,
    name: String,
}

impl Group {
    fn extend(&mut self, category: &str, name: &str) {
        if self.first.is_empty() || category < self.first.as_str() {
            category.clone_into(&mut self.first);
        }
        if category > self.last.as_str() {
            category.clone_into(&mut self.last);
        }
        if self.name.is_empty() {
            name.clone_into(&mut self.name);
        }
    }

    fn range(&self) -> String {
        format!("{}-{}", self.first, self.last)
    }

    /// Its name in the source, or else its range.
    fn designations(&self, texts: &mut RowTexts, field: &'static str) -> Vec<Designation> {
        let name = texts.name(field, &self.name);
        vec![Designation::preferred("vi", if name.is_empty() { self.range() } else { name })]
    }
}

/// Chapters and blocks by the code that the rows have.
#[derive(Debug, Default)]
struct Groups {
    chapters: HashMap<String, Group>,
    blocks: HashMap<String, Group>,
}

impl Groups {
    fn gather(rows: &[(&Row, ListedCode)]) -> Self {
        let mut groups = Self::default();
        for (row, code) in rows {
            let chapter = groups.chapters.entry(row.chapter.trim().to_owned()).or_default();
            chapter.extend(code.category(), &row.chapter_name);
            let section = row.section_first.trim();
            let block = groups.blocks.entry(section.to_owned()).or_default();
            block.extend(section, &row.section_name);
            block.extend(code.category(), "");
        }
        groups
    }

    /// Adds the chapters in the order of their numerals: the rows are sorted by code, which puts chapter XXII
    /// (U) before XX (V to Y).
    fn add_chapters(&self, list: &mut ListBuilder, rows: &[(&Row, ListedCode)]) {
        let mut first_rows: HashMap<&str, &Row> = HashMap::new();
        for (row, _) in rows {
            first_rows.entry(row.chapter.trim()).or_insert(row);
        }
        let mut first_rows: Vec<_> = first_rows.into_iter().collect();
        first_rows.sort_unstable_by_key(|(chapter, _)| (national::chapter_number(chapter), *chapter));
        for (_, row) in first_rows {
            self.add_chapter(list, row);
        }
    }

    fn add_chapter(&self, list: &mut ListBuilder, row: &Row) {
        let chapter = row.chapter.trim();
        let group = self.chapters.get(chapter).cloned().unwrap_or_default();
        list.group(chapter, None, &row.place, |texts| group.designations(texts, "chapter_name"));
    }

    /// Adds the chapter and block of a row and returns the block's code.
    fn add(&self, list: &mut ListBuilder, row: &Row) -> String {
        self.add_chapter(list, row);
        let group = self.blocks.get(row.section_first.trim()).cloned().unwrap_or_default();
        let block = group.range();
        let chapter = Some(row.chapter.trim());
        list.group(&block, chapter, &row.place, |texts| group.designations(texts, "section_name"));
        block
    }

    fn report(&self, report: &mut Report) {
        let place = report.sources.first().map(|source| Place::file(source.name.clone())).unwrap_or_default();
        let message = format!(
            "the source gives {} blocks by their first category; each ends with the last category listed in it",
            self.blocks.len()
        );
        report.add(Severity::Note, "derived-block-range", place.clone(), None, message);
        let unnamed = self.chapters.values().chain(self.blocks.values()).filter(|group| group.name.is_empty()).count();
        if unnamed > 0 {
            let message =
                format!("{unnamed} chapters and blocks have no name in the source; their range stands for it");
            report.add(Severity::Note, "group-name-missing", place, None, message);
        }
    }
}

/// Turns rows into a draft.
fn build(mut rows: Vec<Row>, edition: Edition, mut report: Report) -> Result<(Draft, Report)> {
    // The list first: it has every code, in order.
    rows.sort_by_key(|row| row.form);
    report.rows += rows.len() as u64;
    let rows: Vec<(&Row, ListedCode)> =
        rows.iter().filter_map(|row| Some((row, usable_code(row, &mut report)?))).collect();
    let groups = Groups::gather(&rows);
    groups.report(&mut report);
    report.check()?;

    let mut list = ListBuilder::new(edition, properties(), report);
    groups.add_chapters(&mut list, &rows);
    let mut forms: Vec<Form> = Vec::new();
    for (row, code) in &rows {
        let block = groups.add(&mut list, row);
        let (position, is_new) = list.code(code, &block, &row.place);
        if forms.len() <= position {
            forms.resize(position + 1, row.form);
        }
        let is_supplement = forms.get(position).is_some_and(|form| *form != row.form);
        add_row(&mut list, position, row, code, is_new, is_supplement);
        list.report.check()?;
    }
    let has_list = rows.iter().any(|(row, _)| row.form == Form::List);
    add_levels(&mut list, &groups, &rows);
    let coarser = list.link();
    set_usability(&mut list, &coarser, has_list);
    report_english(&mut list.report, &rows);
    if !has_list {
        list.draft.content = Content::Fragment;
    }
    Ok((list.draft, list.report))
}

/// The code of a row, compared with the columns that say the same; `None` with a finding if there is none.
fn usable_code(row: &Row, report: &mut Report) -> Option<ListedCode> {
    let Some(code) = ListedCode::parse(&row.code) else {
        report.add(Severity::Refused, "not-a-code", row.place.clone(), Some(&row.code), "not an ICD-10 code");
        return None;
    };
    if !national::is_chapter(row.chapter.trim()) || ListedCode::parse(&row.section_first).is_none() {
        let message = "the row has no chapter numeral, or no category that its block begins with";
        report.add(Severity::Refused, "group-missing", row.place.clone(), Some(&row.code), message);
        return None;
    }
    // The leaves write `A17_` for `A17†`, and repeat the misprint `U13/9`.
    let plain = ListedCode::parse(row.plain.trim_end_matches('_'));
    if !row.plain.is_empty() && plain.is_none_or(|plain| plain.key != code.key) {
        let message = format!("the column without dot has {:?}", row.plain);
        report.add(Severity::Doubtful, "undotted-code-differs", row.place.clone(), Some(&row.code), message);
    }
    if let Some(mark) = &row.mark
        && Mark::split(mark.trim()) != ("", code.mark)
    {
        let message = format!("the column of the mark has {mark:?}");
        report.add(Severity::Doubtful, "mark-differs", row.place.clone(), Some(&row.code), message);
    }
    Some(code)
}

/// Gives a concept what a row says of it. A supplement is the row of the other form.
fn add_row(list: &mut ListBuilder, position: usize, row: &Row, code: &ListedCode, is_new: bool, is_supplement: bool) {
    let mut texts = RowTexts::default();
    let name = texts.name("name", &row.name);
    let english = texts.name("name_en", &row.english);
    let mut notes = Vec::new();
    for (property, (field, note)) in (FLAGS.len()..).zip(NOTES.into_iter().zip(&row.notes)) {
        notes.push((property, texts.note(field, note)));
    }
    texts.report(&mut list.report, &row.place, &row.code);

    if is_new {
        if name.is_empty() {
            list.report.add(Severity::Doubtful, "name-missing", row.place.clone(), Some(&code.code), "has no name");
        } else {
            list.designate(position, Designation::preferred("vi", name));
        }
        if !english.is_empty() {
            list.designate(position, Designation::preferred("en", english));
        }
    } else {
        if !is_supplement {
            let message = "listed before with the same mark; both rows make one concept";
            list.report.add(Severity::Repaired, "duplicate-code", row.place.clone(), Some(&code.code), message);
        }
        list.designate(position, national::synonym("vi", name));
        list.designate(position, national::synonym("en", english));
    }
    for (property, (heading, flag)) in FLAGS.into_iter().zip(&row.flags).enumerate() {
        match flag.trim() {
            "1" => {
                list.set(position, property, PropertyValue::Boolean(true));
            }
            "0" | "" => {}
            other => {
                let message = format!("{other:?} is neither 0 nor 1; read as 0");
                let place = row.place.clone().with_field(heading);
                list.report.add(Severity::Doubtful, "flag-not-understood", place, Some(&code.code), message);
            }
        }
    }
    for (property, note) in notes {
        if !note.is_empty() {
            list.set(position, property, PropertyValue::Text(note));
        }
    }
}

/// Adds the headings that only the leaves name: of the levels that begin a leaf's code, the innermost of each.
/// A level that begins no code is a block within a block, which has no code of its own here.
fn add_levels(list: &mut ListBuilder, groups: &Groups, rows: &[(&Row, ListedCode)]) {
    let (mut added, mut respaced, mut unread) = (0_usize, HashSet::new(), HashSet::new());
    for (row, leaf) in rows {
        let mut seen = HashSet::new();
        for (code, name) in row.levels.iter().rev() {
            let is_coarser = |level: &ListedCode| level.key.len() < leaf.key.len() && leaf.key.starts_with(&level.key);
            let level = ListedCode::parse(code).filter(is_coarser).filter(|level| seen.insert(level.key.clone()));
            let Some(level) = level else {
                unread.insert((code, name));
                continue;
            };
            if list.find(&level.key).is_empty() {
                let block = groups.add(list, row);
                add_heading(list, &block, &level, name, &row.place);
                added += 1;
            } else if add_other_name(list, &level, name, &row.place) {
                respaced.insert(level.key);
            }
        }
    }
    let place = list.report.sources.last().map(|source| Place::file(source.name.clone())).unwrap_or_default();
    if added > 0 {
        let message = format!("{added} headings have no row; they are taken from the rows of their finer codes");
        list.report.add(Severity::Note, "heading-from-finer-code", place.clone(), None, message);
    }
    if !respaced.is_empty() {
        let message = format!("{} headings are named with other white space in the leaves; not kept", respaced.len());
        list.report.add(Severity::Note, "other-white-space", place.clone(), None, message);
    }
    if !unread.is_empty() {
        let message = format!("{} names of levels between block and category are not read", unread.len());
        list.report.add(Severity::Note, "inner-level-not-read", place, None, message);
    }
}

fn add_heading(list: &mut ListBuilder, block: &str, level: &ListedCode, name: &str, place: &Place) {
    let (position, _) = list.code(level, block, place);
    let mut texts = RowTexts::default();
    let name = texts.name("level name", name);
    texts.report(&mut list.report, place, &level.code);
    list.designate(position, Designation::preferred("vi", name));
}

/// Keeps another name that the leaves have for a listed heading, and reports it where it is first met. True if
/// the name is not kept because it differs in white space only, as `và/ hoặc` does from `và/hoặc`.
fn add_other_name(list: &mut ListBuilder, level: &ListedCode, name: &str, place: &Place) -> bool {
    let Some(&position) = list.find(&level.key).first() else { return false };
    let name = name.trim();
    let known = list.concept(position).map(|concept| concept.designations.as_slice()).unwrap_or_default();
    if name.is_empty() || known.iter().any(|known| known.text == name) {
        return false;
    }
    let letters = |text: &str| text.split_whitespace().collect::<String>();
    if known.iter().any(|known| letters(&known.text) == letters(name)) {
        return true;
    }
    let message = "the leaves name this heading otherwise; kept as a synonym";
    list.report.add(Severity::Note, "other-name", place.clone(), Some(&level.code), message);
    list.designate(position, national::synonym("vi", name.to_owned()));
    false
}

/// Heading by flag where there are flags, else by what is listed below; reports where the two contradict.
fn set_usability(list: &mut ListBuilder, coarser: &HashSet<String>, has_flags: bool) {
    for (position, key) in list.codes() {
        let flag = (FINER_CODE_EXISTS, PropertyValue::Boolean(true));
        let Some(concept) = list.concept(position) else { continue };
        let (flagged, code) = (concept.properties.contains(&flag), concept.code.clone());
        let has_finer = coarser.contains(&key);
        if if has_flags { flagged } else { has_finer } {
            list.set_usability(position, Usability::Heading);
        }
        if has_flags && flagged != has_finer {
            let message = if flagged {
                "flagged as having finer codes, but none is listed; the flag is followed"
            } else {
                "has finer codes, but is not flagged so; the flag is followed"
            };
            let place = list.place_of(position);
            list.report.add(Severity::Doubtful, "flag-contradicts-hierarchy", place, Some(&code), message);
        }
    }
}

/// Says once how far the English names are to be trusted, and how many are missing.
fn report_english(report: &mut Report, rows: &[(&Row, ListedCode)]) {
    let mut counts = BTreeMap::new();
    for (row, _) in rows.iter().filter(|(row, _)| row.form == Form::List) {
        let source = if row.english.trim().is_empty() { None } else { Some(row.english_source.trim()) };
        *counts.entry(source).or_insert(0_usize) += 1;
    }
    let place = report.sources.first().map(|source| Place::file(source.name.clone())).unwrap_or_default();
    let place = place.with_field("name_en");
    if let Some(missing) = counts.remove(&None) {
        report.add(
            Severity::Note,
            "english-missing",
            place.clone(),
            None,
            format!("{missing} codes have no English name"),
        );
    }
    if !counts.is_empty() {
        let shares: Vec<String> =
            counts.iter().map(|(source, count)| format!("{count} from {}", source.unwrap_or_default())).collect();
        let message = format!("English names are not those of the circular but gathered: {}", shares.join(", "));
        report.add(Severity::Note, "english-second-class", place, None, message);
    }
}

#[cfg(feature = "csv")]
mod list {
    //! Rows of the list.

    use std::path::Path;

    use super::{FLAGS, Form, Row};
    use crate::source::encoding::read_file;
    use crate::source::report::{Place, Report, Severity, SourceFile};
    use crate::{Error, Result};

    pub(super) fn read(path: &Path, rows: &mut Vec<Row>, report: &mut Report) -> Result<()> {
        let (file, content) = read_file(path)?;
        report.sources.push(SourceFile::of(file.clone(), &content));
        parse(&file, &content, rows, report)
    }

    pub(super) fn parse(file: &str, content: &[u8], rows: &mut Vec<Row>, report: &mut Report) -> Result<()> {
        let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(content);
        let damaged = |error: csv::Error| Error::source(Place::file(file), error.to_string());
        let headings = reader.byte_headers().map_err(damaged)?.clone();
        let column = |name: &str| {
            headings
                .iter()
                .position(|heading| heading.trim_ascii() == name.as_bytes())
                .ok_or_else(|| Error::source(Place::line(file, 1), format!("there is no column {name}")))
        };
        let (code, plain, mark) = (column("code")?, column("code_plain")?, column("marker")?);
        let (name, english, english_source) = (column("name_vi_raw")?, column("name_en")?, column("en_source")?);
        let (chapter, section) = (column("chapter")?, column("section_first")?);
        let mut flags = [0; FLAGS.len()];
        for (at, heading) in flags.iter_mut().zip(FLAGS) {
            *at = column(heading)?;
        }

        let mut record = csv::ByteRecord::new();
        while reader.read_byte_record(&mut record).map_err(damaged)? {
            let place = Place::line(file, record.position().map_or(0, csv::Position::line));
            if record.len() != headings.len() {
                let message = format!("{} fields instead of {}", record.len(), headings.len());
                refuse(report, "field-count", place, message);
                continue;
            }
            let Ok(text) = csv::StringRecord::from_byte_record(record.clone()) else {
                refuse(report, "not-utf-8", place, "not in UTF-8".to_owned());
                continue;
            };
            let field = |column: usize| text.get(column).unwrap_or_default().to_owned();
            rows.push(Row {
                form: Form::List,
                place,
                code: field(code),
                plain: field(plain),
                mark: Some(field(mark)),
                name: field(name),
                english: field(english),
                english_source: field(english_source),
                chapter: field(chapter),
                section_first: field(section),
                flags: flags.map(field),
                ..Row::default()
            });
        }
        Ok(())
    }

    fn refuse(report: &mut Report, rule: &'static str, place: Place, message: String) {
        report.rows += 1;
        report.add(Severity::Refused, rule, place, None, message);
    }
}

#[cfg(feature = "xlsx")]
mod leaves {
    //! Rows of the leaves.

    use std::path::Path;

    use super::{Form, NOTES, Row};
    use crate::source::encoding::read_file;
    use crate::source::report::{Place, Report, Severity, SourceFile};
    use crate::source::spreadsheet::{self, Workbook, find_header};
    use crate::{Error, Result};

    const HEADINGS: [&str; 16] = [
        "chapter_code",
        "chapter_name",
        "section_code",
        "section_name",
        "disease_id",
        "disease_code",
        "disease_name",
        "type_code",
        "type_name",
        "level3_code",
        "level3_name",
        "level4_code",
        "level4_name",
        NOTES[0],
        NOTES[1],
        NOTES[2],
    ];

    pub(super) fn read(path: &Path, rows: &mut Vec<Row>, report: &mut Report) -> Result<()> {
        let (file, content) = read_file(path)?;
        report.sources.push(SourceFile::of(file.clone(), &content));
        read_workbook(file, content, rows, report)
    }

    pub(super) fn read_workbook(
        file: String,
        content: Vec<u8>,
        rows: &mut Vec<Row>,
        report: &mut Report,
    ) -> Result<()> {
        let mut workbook = Workbook::of(file.clone(), content)?;
        let mut found = false;
        for sheet in workbook.sheet_names() {
            let cells = workbook.rows(&sheet)?;
            let Some((header, columns)) = find_header(&cells, HEADINGS) else {
                let message = "has no row with the headings of the leaves";
                report.add(Severity::Note, "sheet-not-read", workbook.sheet_place(&sheet), None, message);
                continue;
            };
            found = true;
            for row in cells.get(header + 1..).unwrap_or_default() {
                rows.extend(leaf(row, columns, workbook.place(&sheet, row.number), report));
            }
        }
        if found {
            Ok(())
        } else {
            Err(Error::source(Place::file(file), "no sheet has the headings of the leaves, such as disease_code"))
        }
    }

    fn leaf(row: &spreadsheet::Row, columns: [u32; HEADINGS.len()], place: Place, report: &mut Report) -> Option<Row> {
        let [
            chapter,
            chapter_name,
            section,
            section_name,
            id,
            code,
            name,
            type_code,
            type_name,
            level3,
            level3_name,
            level4,
            level4_name,
            notes @ ..,
        ] = columns;
        let text = |column| row.text(column).to_owned();
        if let Some(cell) = row.cell(code).filter(|cell| cell.is_number) {
            report.rows += 1;
            let message = "stored as a number, so what was typed is lost";
            report.add(Severity::Refused, "number-in-code-column", place, Some(&cell.text), message);
            return None;
        }
        let levels = [(type_code, type_name), (level3, level3_name), (level4, level4_name)];
        Some(Row {
            form: Form::Leaves,
            place,
            code: text(code),
            plain: text(id),
            name: text(name),
            chapter: text(chapter),
            chapter_name: text(chapter_name),
            section_first: text(section),
            section_name: text(section_name),
            notes: notes.map(text),
            levels: levels
                .into_iter()
                .filter(|(code, _)| row.cell(*code).is_some())
                .map(|(code, name)| (text(code), text(name)))
                .collect(),
            ..Row::default()
        })
    }
}

#[cfg(test)]
mod tests;
