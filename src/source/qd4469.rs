//! Reader of the Vietnamese ICD-10 list of Decision 4469/QĐ-BYT of 2020, from its annex as issued (`.xlsx`).
//!
//! The list is the sheet that has the headings `MÃ BỆNH` and `TÊN BỆNH`, wherever they stand. It becomes
//! chapters (code `I`), blocks (`A00-A09`, nested as printed) and codes. The category columns (`MÃ LOẠI` and
//! its names) repeat what the category's own row says; the code is compared, the names are not read. Nor is
//! the date of change (`NGÀY CẬP NHẬT`).
//!
//! The annex sheets `A1` to `A4.2` become properties of the codes. A sheet may hold several annexes; each
//! begins with its own title, `Phụ lục A3.7 … (tuổi hợp lệ : 8 – 19 tuổi)`. Codes stand there without dot and
//! mark. Column `PDx` of A1 is not read: it always names the asterisk code, which is a grouping convention and
//! not the main diagnosis. The sheets `E` and `E1` (diagnosis-related groups) are not read.
//!
//! # Age windows
//!
//! Property `age-window` writes an annex's window as `lowest..highest` with the units `d` (days) and `y`
//! (completed years): `0d..365d`, `0d..2y`, `8y..19y`. Both ends are included as printed; the decision does not
//! say whether `19 tuổi` lasts until the twentieth birthday. `1y..` is "1 tuổi trở lên"; `>27d..` and `>15y..`
//! ("trên …") exclude the number itself. `age-window-words` has the title as printed. A code that stands in
//! several annexes has several windows, in the order of the file, and both properties repeat in step.

use std::path::Path;

use super::draft::{Designation, Draft, PropertyKind, PropertyValue, Usability};
use super::national::{self, ListBuilder, ListedCode, RowTexts, property};
use super::reader::begin_one;
use super::report::{Place, Report, Severity};
use super::spreadsheet::{Row, Workbook, find_header};
use super::{Format, Input, ReadOptions, Reader, Reading};
use crate::code::Mark;
use crate::edition::{Date, InForce};
use crate::{Error, Result};

const HEADINGS: [&str; 20] = [
    "STT CHƯƠNG",
    "MÃ CHƯƠNG",
    "CHAPTER NAME",
    "TÊN CHƯƠNG",
    "MÃ NHÓM CHÍNH",
    "MAIN GROUP NAME I",
    "TÊN NHÓM CHÍNH",
    "MÃ NHÓM PHỤ 1",
    "SUB GROUP NAME I",
    "TÊN NHÓM PHỤ 1",
    "MÃ NHÓM PHỤ 2",
    "SUB GROUP NAME II",
    "TÊN NHÓM PHỤ 2",
    "MÃ LOẠI",
    "MÃ BỆNH",
    "MÃ BỆNH KHÔNG DẤU",
    "DISEASE NAME",
    "TÊN BỆNH",
    "GHI CHÚ",
    "TYPE NAME",
];

/// Where the columns of the list are.
#[derive(Clone, Copy, Debug)]
struct Columns {
    chapter: u32,
    chapter_range: u32,
    chapter_names: Names,
    /// Main group, first and second sub-group: code and names.
    blocks: [(u32, Names); 3],
    category: u32,
    code: u32,
    undotted: u32,
    names: Names,
    note: u32,
}

#[derive(Clone, Copy, Debug)]
struct Names {
    vietnamese: u32,
    english: u32,
}

impl Columns {
    fn find(rows: &[Row]) -> Option<(usize, Self)> {
        let (at, columns) = find_header(rows, HEADINGS)?;
        let [
            chapter,
            chapter_range,
            chapter_en,
            chapter_vi,
            main,
            main_en,
            main_vi,
            sub1,
            sub1_en,
            sub1_vi,
            sub2,
            sub2_en,
            sub2_vi,
            category,
            code,
            undotted,
            en,
            vi,
            note,
            _,
        ] = columns;
        let names = |vietnamese, english| Names { vietnamese, english };
        let blocks =
            [(main, names(main_vi, main_en)), (sub1, names(sub1_vi, sub1_en)), (sub2, names(sub2_vi, sub2_en))];
        let chapter_names = names(chapter_vi, chapter_en);
        let names = names(vi, en);
        Some((at, Self { chapter, chapter_range, chapter_names, blocks, category, code, undotted, names, note }))
    }
}

// Positions in `properties()`.
const CODE_RANGE: usize = 0;
const NOTE: usize = 1;
const PAIRED_ASTERISK: usize = 2;
const PAIRED_DAGGER: usize = 3;
const NEVER_MAIN_DIAGNOSIS: usize = 4;
const AGE_WINDOW: usize = 5;
const AGE_WINDOW_WORDS: usize = 6;
const FEMALE_ONLY: usize = 7;
const MALE_ONLY: usize = 8;

fn properties() -> Vec<super::draft::PropertyDefinition> {
    use PropertyKind::{Boolean, Code, Text};
    vec![
        property("code-range", Text, "First and last category of a chapter (Decision 4469/2020, column MÃ CHƯƠNG)"),
        property("note", Text, "Remark (Decision 4469/2020, column GHI CHÚ)"),
        property(
            "paired-asterisk",
            Code,
            "Asterisk code that this dagger code may stand with (Decision 4469/2020, annex A1)",
        ),
        property(
            "paired-dagger",
            Code,
            "Dagger code that this asterisk code may stand with (Decision 4469/2020, annex A1)",
        ),
        property("never-main-diagnosis", Boolean, "Not to be used as main diagnosis (Decision 4469/2020, annex A2)"),
        property(
            "age-window",
            Text,
            "Ages for which the code is valid, as lowest..highest in days (d) or completed years (y), both ends \
             included unless marked with > (Decision 4469/2020, annexes A3.1 to A3.10)",
        ),
        property("age-window-words", Text, "Title of the annex that the age window was read from"),
        property("female-only", Boolean, "Only for female patients (Decision 4469/2020, annex A4.1)"),
        property("male-only", Boolean, "Only for male patients (Decision 4469/2020, annex A4.2)"),
    ]
}

/// Reads the annex.
///
/// # Errors
///
/// [`Error::Io`] if the file cannot be read; [`Error::Source`] if it is no workbook, is damaged, or has no sheet
/// with the headings of the list. Rows that cannot be used are no error: see the report.
///
/// Time and memory are in proportion to the file; a workbook that would grow out of proportion is refused.
pub fn read(path: impl AsRef<Path>) -> Result<(Draft, Report)> {
    let (workbook, source) = Workbook::open(path.as_ref())?;
    read_workbook(workbook, Report::of(vec![source]))
}

/// Reads an annex that an input holds, alone or beside other files.
pub(super) struct FormatReader;

impl Reader for FormatReader {
    fn format(&self) -> Format {
        Format::Qd4469
    }

    fn read(&self, input: &Input, options: &ReadOptions) -> Result<Reading> {
        let (entry, report) = begin_one(input, self.format(), options)?;
        let (draft, report) = read_workbook(Workbook::of(entry.place().file, entry.read()?)?, report)?;
        options.finish(draft, report)
    }
}

fn read_workbook(mut workbook: Workbook, report: Report) -> Result<(Draft, Report)> {
    let mut list = ListBuilder::new(edition()?, properties(), report);

    let (annexes, others): (Vec<_>, Vec<_>) = workbook.sheet_names().into_iter().partition(|name| is_annex(name));
    let mut found = false;
    for sheet in others {
        // Only sheets beside the list can be skipped unread: the list is known by its content.
        if found {
            note_unread(&mut list.report, workbook.sheet_place(&sheet));
            continue;
        }
        let rows = workbook.rows(&sheet)?;
        if let Some((header, columns)) = Columns::find(&rows) {
            found = true;
            read_list(&mut list, columns, rows.get(header + 1..).unwrap_or_default(), |line| {
                workbook.place(&sheet, line)
            });
        } else {
            note_unread(&mut list.report, workbook.sheet_place(&sheet));
        }
    }
    if !found {
        let place = list.report.sources.first().map(|source| Place::file(source.name.clone())).unwrap_or_default();
        return Err(Error::source(place, "no sheet has the headings of Decision 4469/2020, such as MÃ BỆNH"));
    }
    for sheet in annexes {
        list.report.check()?;
        let rows = workbook.rows(&sheet)?;
        read_annex_sheet(&mut list, &rows, |line| workbook.place(&sheet, line));
    }
    Ok((list.draft, list.report))
}

fn edition() -> Result<crate::Edition> {
    // The annex prints 26/10/2020, others give another day for the decision, and none says when it took effect.
    let in_force = InForce { from: None, until: Some(Date::new(2026, 6, 30)?) };
    Ok(national::edition(
        "qd4469",
        "Danh mục mã bệnh theo phân loại quốc tế bệnh tật, nguyên nhân tử vong ICD-10 (Quyết định 4469/QĐ-BYT)",
        "Quyết định số 4469/QĐ-BYT năm 2020 của Bộ trưởng Bộ Y tế",
        in_force,
    ))
}

fn is_annex(sheet: &str) -> bool {
    let mut letters = sheet.trim().chars();
    letters.next() == Some('A') && letters.next().is_some_and(|c| c.is_ascii_digit())
}

fn note_unread(report: &mut Report, place: Place) {
    report.add(Severity::Note, "sheet-not-read", place, None, "neither the list nor one of the annexes A1 to A4");
}

fn read_list(list: &mut ListBuilder, columns: Columns, rows: &[Row], place: impl Fn(u64) -> Place) {
    for row in rows {
        list.report.rows += 1;
        read_list_row(list, columns, row, &place(row.number));
    }
    let coarser = list.link();
    for (position, key) in list.codes() {
        if coarser.contains(&key) {
            list.set_usability(position, Usability::Heading);
        }
    }
    let place = list.report.sources.first().map(|source| Place::file(source.name.clone())).unwrap_or_default();
    let message = "the English names of this edition are wrong in places (I10 among them); kept as printed";
    list.report.add(Severity::Note, "english-second-class", place.with_field("DISEASE NAME"), None, message);
}

fn read_list_row(list: &mut ListBuilder, columns: Columns, row: &Row, place: &Place) {
    let Some(listed) = code_of(&mut list.report, row, columns.code, place) else { return };
    if !national::is_chapter(row.text(columns.chapter).trim()) {
        let message = "the row has no chapter numeral";
        list.report.add(Severity::Refused, "group-missing", place.clone(), Some(&listed.code), message);
        return;
    }
    check_agreement(&mut list.report, columns, row, &listed, place);
    let block = groups(list, columns, row, place);
    let (position, is_new) = list.code(&listed, &block, place);

    let mut texts = RowTexts::default();
    let designations = names(&mut texts, columns.names, row, ["TÊN BỆNH", "DISEASE NAME"]);
    let note = texts.note("GHI CHÚ", row.text(columns.note));
    texts.report(&mut list.report, place, row.text(columns.code));
    if designations.is_empty() {
        list.report.add(Severity::Doubtful, "name-missing", place.clone(), Some(&listed.code), "has no name");
    }
    if is_new {
        for designation in designations {
            list.designate(position, designation);
        }
    } else {
        let message = "listed before with the same mark; both rows make one concept";
        list.report.add(Severity::Repaired, "duplicate-code", place.clone(), Some(&listed.code), message);
        for Designation { language, text, .. } in designations {
            list.designate(position, national::synonym(&language, text));
        }
    }
    if !note.is_empty() {
        list.set(position, NOTE, PropertyValue::Text(note));
    }
}

/// The code of a row, or `None` with a finding.
fn code_of(report: &mut Report, row: &Row, column: u32, place: &Place) -> Option<ListedCode> {
    let Some(cell) = row.cell(column) else {
        report.add(
            Severity::Refused,
            "row-without-code",
            place.clone(),
            None,
            "the code is blank, or a formula without value",
        );
        return None;
    };
    if cell.is_number {
        let message = "stored as a number, so what was typed is lost";
        report.add(Severity::Refused, "number-in-code-column", place.clone(), Some(&cell.text), message);
        return None;
    }
    let code = ListedCode::parse(&cell.text);
    if code.is_none() {
        report.add(Severity::Refused, "not-a-code", place.clone(), Some(&cell.text), "not an ICD-10 code");
    }
    code
}

/// Compares the columns that say the same as the code.
fn check_agreement(report: &mut Report, columns: Columns, row: &Row, listed: &ListedCode, place: &Place) {
    let undotted = row.text(columns.undotted).trim();
    if undotted != listed.key {
        let message = format!("the column without dot has {undotted:?}");
        report.add(
            Severity::Doubtful,
            "undotted-code-differs",
            place.clone().with_field("MÃ BỆNH KHÔNG DẤU"),
            Some(&listed.code),
            message,
        );
    }
    let (category, _) = Mark::split(row.text(columns.category).trim());
    if category != listed.category() {
        let message = format!("the category column has {category:?}");
        report.add(
            Severity::Doubtful,
            "category-differs",
            place.clone().with_field("MÃ LOẠI"),
            Some(&listed.code),
            message,
        );
    }
}

/// Adds the chapter and blocks of a row and returns the code of the innermost.
fn groups(list: &mut ListBuilder, columns: Columns, row: &Row, place: &Place) -> String {
    let chapter = row.text(columns.chapter).trim();
    let mut innermost = chapter.to_owned();
    let position = list
        .group(chapter, None, place, |texts| names(texts, columns.chapter_names, row, ["TÊN CHƯƠNG", "CHAPTER NAME"]));
    let range = row.text(columns.chapter_range).trim();
    if !range.is_empty() {
        list.set(position, CODE_RANGE, PropertyValue::Text(range.to_owned()));
    }
    const FIELDS: [[&str; 2]; 3] = [
        ["TÊN NHÓM CHÍNH", "MAIN GROUP NAME I"],
        ["TÊN NHÓM PHỤ 1", "SUB GROUP NAME I"],
        ["TÊN NHÓM PHỤ 2", "SUB GROUP NAME II"],
    ];
    for ((column, block_names), fields) in columns.blocks.into_iter().zip(FIELDS) {
        let block = row.text(column).trim();
        if block.is_empty() || block == innermost {
            continue;
        }
        if block.contains('-') {
            list.group(block, Some(&innermost), place, |texts| names(texts, block_names, row, fields));
            block.clone_into(&mut innermost);
        } else {
            let message = "not a range of codes; the row is put under the next wider group";
            list.report.add(Severity::Doubtful, "block-not-understood", place.clone(), Some(block), message);
        }
    }
    innermost
}

/// The names in both languages, Vietnamese first.
fn names(texts: &mut RowTexts, columns: Names, row: &Row, fields: [&'static str; 2]) -> Vec<Designation> {
    let [vietnamese, english] = fields;
    let name = |(language, text): (&str, String)| (!text.is_empty()).then(|| Designation::preferred(language, text));
    [
        ("vi", texts.name(vietnamese, row.text(columns.vietnamese))),
        ("en", texts.name(english, row.text(columns.english))),
    ]
    .into_iter()
    .filter_map(name)
    .collect()
}

/// What an annex says of its codes.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Annex {
    /// A1: pairs of dagger and asterisk code.
    Pairs,
    /// A2: codes that are never the main diagnosis.
    NeverMain,
    /// A3.x: codes for an age window, which is `None` if the title was not understood.
    Age { window: Option<String>, words: String },
    /// A4.1.
    FemaleOnly,
    /// A4.2.
    MaleOnly,
}

impl Annex {
    /// Reads a title such as `Phụ lục A3.1 Bệnh trẻ sơ sinh ( phù hợp tuổi : 0 - 365 ngày )`.
    fn of_title(title: &str) -> Option<Self> {
        let rest = title.trim().strip_prefix("Phụ lục")?.trim_start();
        let (number, words) = rest.split_once([' ', ':'])?;
        match number {
            "A1" => Some(Self::Pairs),
            "A2" => Some(Self::NeverMain),
            "A4.1" => Some(Self::FemaleOnly),
            "A4.2" => Some(Self::MaleOnly),
            _ if number.starts_with("A3.") => {
                let words = words.trim().to_owned();
                Some(Self::Age { window: age_window(&words), words })
            }
            _ => None,
        }
    }
}

/// Brings the bracket of a title to the form that the module documentation describes.
fn age_window(title: &str) -> Option<String> {
    let (_, bracket) = title.rsplit_once('(')?;
    let (_, words) = bracket.trim_end().strip_suffix(')')?.split_once(':')?;
    let words = words.replace(['–', '-'], " - ").to_lowercase();
    let words: Vec<&str> = words.split_whitespace().collect();
    let unit = |word: &str| match word {
        "ngày" => Some('d'),
        "tuổi" => Some('y'),
        _ => None,
    };
    let number = |word: &str| word.parse::<u16>().ok();
    match words.as_slice() {
        [low, "-", high, high_unit] => {
            let high_unit = unit(high_unit)?;
            Some(format!("{}{high_unit}..{}{high_unit}", number(low)?, number(high)?))
        }
        [low, low_unit, "-", high, high_unit] => {
            Some(format!("{}{}..{}{}", number(low)?, unit(low_unit)?, number(high)?, unit(high_unit)?))
        }
        ["trên", low, low_unit] | ["trên", low, low_unit @ "ngày", "tuổi"] => {
            Some(format!(">{}{}..", number(low)?, unit(low_unit)?))
        }
        [low, low_unit, "trở", "lên"] => Some(format!("{}{}..", number(low)?, unit(low_unit)?)),
        _ => None,
    }
}

/// What a row of an annex sheet is.
enum AnnexRow {
    Title(Annex),
    /// Headings, or the line that names the decision.
    Frame,
    Code,
}

fn classify(row: &Row) -> AnnexRow {
    let first = row.text(0).trim();
    if let Some(annex) = Annex::of_title(first) {
        AnnexRow::Title(annex)
    } else if first.starts_with("(Ban hành") || first == "Mã" || first.starts_with("Dagger") {
        AnnexRow::Frame
    } else {
        AnnexRow::Code
    }
}

fn read_annex_sheet(list: &mut ListBuilder, rows: &[Row], place: impl Fn(u64) -> Place) {
    let mut current = None;
    for row in rows {
        let place = place(row.number);
        match (classify(row), &current) {
            (AnnexRow::Title(annex), _) => {
                if let Annex::Age { window: None, words } = &annex {
                    let message = format!("no age window is understood in {words:?}; the words are kept");
                    list.report.add(Severity::Doubtful, "age-window-not-understood", place, None, message);
                }
                current = Some(annex);
            }
            (AnnexRow::Frame, _) => {}
            (AnnexRow::Code, Some(annex)) => {
                list.report.rows += 1;
                read_annex_row(list, annex, row, &place);
            }
            (AnnexRow::Code, None) => {
                list.report.rows += 1;
                list.report.add(Severity::Refused, "annex-without-title", place, None, "stands above any title");
            }
        }
    }
}

fn read_annex_row(list: &mut ListBuilder, annex: &Annex, row: &Row, place: &Place) {
    let is_new = match annex {
        Annex::Pairs => {
            let (dagger, asterisk) = (annex_code(list, row, 0, place), annex_code(list, row, 2, place));
            let (Some(dagger), Some(asterisk)) = (dagger, asterisk) else { return };
            pair(list, &dagger, &asterisk, place)
        }
        Annex::NeverMain => {
            let Some(listed) = annex_code(list, row, 0, place) else { return };
            // The second column has the mark, which tells twins apart.
            let (_, mark) = Mark::split(row.text(1).trim());
            let position = with_mark(list, &listed.key, mark);
            let flag = PropertyValue::Boolean(true);
            position.is_some_and(|position| list.set(position, NEVER_MAIN_DIAGNOSIS, flag))
        }
        Annex::Age { window, words } => {
            let Some(listed) = annex_code(list, row, 0, place) else { return };
            let mut values = vec![(AGE_WINDOW_WORDS, PropertyValue::Text(words.clone()))];
            values.extend(window.clone().map(|window| (AGE_WINDOW, PropertyValue::Text(window))));
            set_on_twins(list, &listed.key, &values)
        }
        Annex::FemaleOnly | Annex::MaleOnly => {
            let Some(listed) = annex_code(list, row, 0, place) else { return };
            let property = if *annex == Annex::FemaleOnly { FEMALE_ONLY } else { MALE_ONLY };
            set_on_twins(list, &listed.key, &[(property, PropertyValue::Boolean(true))])
        }
    };
    if !is_new {
        let message = "an earlier row of the annex says the same";
        list.report.add(Severity::Note, "duplicate-annex-row", place.clone(), Some(row.text(0).trim()), message);
    }
}

/// The code in a column of an annex, if it is one of the list; otherwise `None` with a finding.
fn annex_code(list: &mut ListBuilder, row: &Row, column: u32, place: &Place) -> Option<ListedCode> {
    let listed = code_of(&mut list.report, row, column, place)?;
    if list.find(&listed.key).is_empty() {
        let message = "the list does not have this code";
        list.report.add(Severity::Refused, "annex-code-not-listed", place.clone(), Some(&listed.code), message);
        return None;
    }
    let mut texts = RowTexts::default();
    texts.name("code", row.text(column));
    texts.report(&mut list.report, place, &listed.code);
    Some(listed)
}

/// The concept of a key that has the mark; else the bare one; else the first.
fn with_mark(list: &ListBuilder, key: &str, mark: Mark) -> Option<usize> {
    let positions = list.find(key);
    let marked = |mark| {
        let has = move |position: &&usize| list.concept(**position).is_some_and(|concept| concept.mark == mark);
        positions.iter().find(has)
    };
    marked(mark).or_else(|| marked(Mark::None)).or(positions.first()).copied()
}

fn pair(list: &mut ListBuilder, dagger: &ListedCode, asterisk: &ListedCode, place: &Place) -> bool {
    let (Some(dagger), Some(asterisk)) =
        (with_mark(list, &dagger.key, Mark::Dagger), with_mark(list, &asterisk.key, Mark::Asterisk))
    else {
        return false;
    };
    let shown = |list: &ListBuilder, position| {
        list.concept(position).map(|concept| (format!("{}{}", concept.code, concept.mark.as_str()), concept.mark))
    };
    let (Some((dagger_code, dagger_mark)), Some((asterisk_code, asterisk_mark))) =
        (shown(list, dagger), shown(list, asterisk))
    else {
        return false;
    };
    for (code, mark, opposite) in
        [(&dagger_code, dagger_mark, Mark::Asterisk), (&asterisk_code, asterisk_mark, Mark::Dagger)]
    {
        if mark == opposite {
            let message = "the annex uses this code in the other role than its mark says; kept";
            list.report.add(Severity::Doubtful, "annex-mark-contradicts", place.clone(), Some(code), message);
        }
    }
    list.set(asterisk, PAIRED_DAGGER, PropertyValue::Code(dagger_code));
    list.set(dagger, PAIRED_ASTERISK, PropertyValue::Code(asterisk_code))
}

/// Sets properties on every concept of a key: these annexes do not tell twins apart.
fn set_on_twins(list: &mut ListBuilder, key: &str, values: &[(usize, PropertyValue)]) -> bool {
    let mut is_new = false;
    for position in list.find(key).to_vec() {
        for (property, value) in values {
            is_new |= list.set(position, *property, value.clone());
        }
    }
    is_new
}

#[cfg(test)]
mod tests;
