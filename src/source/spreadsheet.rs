//! Rows of cells out of `.xlsx` workbooks that nobody vouches for.
//!
//! Cells are streamed, never laid out as a rectangle: two cells at opposite corners of a sheet would ask for
//! half a terabyte. Before calamine sees a workbook, its parts are inflated and measured here, because
//! calamine trusts both the size of a part and the number of strings that it declares.

use std::io::{Cursor, Read as _};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use calamine::{Data, DataRef, Reader as _, Xlsx};
use unicode_normalization::UnicodeNormalization as _;

use super::encoding::read_file;
use super::report::{Place, SourceFile};
use crate::{Error, Result};

/// What a workbook may grow to, in bytes: a flat allowance, and so much per byte of the file.
/// Published lists grow about eightfold when inflated.
const ALLOWANCE: u64 = 16 << 20;
const ALLOWANCE_PER_BYTE: u64 = 64;

/// What a stored cell costs besides its text.
const CELL_OVERHEAD: u64 = 64;

/// How many rows may stand above the headings.
const HEADER_SEARCH_ROWS: usize = 50;

/// One cell that is not blank.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Cell {
    /// What it shows, white space at the ends included.
    pub(super) text: String,
    /// True if the workbook stores a number, date or truth value. A code stored so is damaged beyond repair:
    /// `1E3` has become `1000`.
    pub(super) is_number: bool,
}

impl Cell {
    fn new(value: &DataRef<'_>) -> Option<Self> {
        let (text, is_number) = match value {
            DataRef::Empty => return None,
            DataRef::String(text) => (text.clone(), false),
            DataRef::SharedString(text) => ((*text).to_owned(), false),
            DataRef::Error(error) => (error.to_string(), false),
            other => (Data::from(other.clone()).to_string(), true),
        };
        (!text.trim().is_empty()).then_some(Self { text, is_number })
    }
}

/// One row that has cells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Row {
    /// Its number, counted from 1.
    pub(super) number: u64,
    cells: Vec<(u32, Cell)>,
}

impl Row {
    #[cfg(test)]
    pub(super) fn of_texts(number: u64, texts: &[&str]) -> Self {
        let cell = |(column, text): (u32, &&str)| (column, Cell { text: (*text).to_owned(), is_number: false });
        Self { number, cells: (0..).zip(texts).filter(|(_, text)| !text.trim().is_empty()).map(cell).collect() }
    }

    /// The cell of a column counted from 0; `None` if it is blank.
    pub(super) fn cell(&self, column: u32) -> Option<&Cell> {
        self.cells.iter().find(|(at, _)| *at == column).map(|(_, cell)| cell)
    }

    /// The text of a column; empty if it is blank.
    pub(super) fn text(&self, column: u32) -> &str {
        self.cell(column).map_or("", |cell| &cell.text)
    }

    /// The column whose text is `heading`, white space at the ends and Unicode composition aside.
    fn column(&self, heading: &str) -> Option<u32> {
        let is_heading = |cell: &Cell| cell.text.trim().nfc().eq(heading.nfc());
        self.cells.iter().find(|(_, cell)| is_heading(cell)).map(|(column, _)| *column)
    }
}

/// Finds the row of headings by its content: how many rows down it is, and the column of each heading.
pub(super) fn find_header<const N: usize>(rows: &[Row], headings: [&str; N]) -> Option<(usize, [u32; N])> {
    rows.iter().take(HEADER_SEARCH_ROWS).enumerate().find_map(|(at, row)| {
        let mut columns = [0; N];
        for (column, heading) in columns.iter_mut().zip(headings) {
            *column = row.column(heading)?;
        }
        Some((at, columns))
    })
}

/// An opened workbook.
pub(super) struct Workbook {
    file: String,
    xlsx: Xlsx<Cursor<Vec<u8>>>,
    /// Bytes of cells that may still be handed out.
    allowance: u64,
}

impl Workbook {
    /// Opens a workbook. [`Error::Io`] if the file cannot be read, and what [`Workbook::of`] gives.
    pub(super) fn open(path: &Path) -> Result<(Self, SourceFile)> {
        let (file, content) = read_file(path)?;
        let source = SourceFile::of(file.clone(), &content);
        Ok((Self::of(file, content)?, source))
    }

    /// Opens a workbook whose content is at hand. [`Error::Source`] if it is no workbook, is damaged, or would grow
    /// out of proportion to its size.
    pub(super) fn of(file: String, content: Vec<u8>) -> Result<Self> {
        let allowance = ALLOWANCE.saturating_add(ALLOWANCE_PER_BYTE.saturating_mul(content.len() as u64));
        let refused = |why| Error::source(Place::file(file.clone()), format!("not a readable .xlsx workbook: {why}"));
        check_archive(&content, allowance).map_err(refused)?;
        let xlsx = contained(|| Xlsx::new(Cursor::new(content)).map_err(|error| error.to_string())).map_err(refused)?;
        Ok(Self { file, xlsx, allowance })
    }

    /// The names of its sheets, in order.
    pub(super) fn sheet_names(&self) -> Vec<String> {
        self.xlsx.sheet_names()
    }

    /// A row of a sheet.
    pub(super) fn place(&self, sheet: &str, row: u64) -> Place {
        Place { sheet: Some(sheet.to_owned()), ..Place::line(self.file.clone(), row) }
    }

    /// A whole sheet.
    pub(super) fn sheet_place(&self, sheet: &str) -> Place {
        Place { sheet: Some(sheet.to_owned()), ..Place::file(self.file.clone()) }
    }

    /// The rows of a sheet that are not blank, in the order of the file. A formula gives the value that was
    /// computed when the workbook was saved, and is blank if none was.
    pub(super) fn rows(&mut self, sheet: &str) -> Result<Vec<Row>> {
        self.first_rows(sheet, usize::MAX)
    }

    /// The rows among which the headings are looked for.
    pub(super) fn head(&mut self, sheet: &str) -> Result<Vec<Row>> {
        self.first_rows(sheet, HEADER_SEARCH_ROWS)
    }

    fn first_rows(&mut self, sheet: &str, most: usize) -> Result<Vec<Row>> {
        let (xlsx, allowance) = (&mut self.xlsx, &mut self.allowance);
        contained(|| read_rows(xlsx, sheet, allowance, most)).map_err(|why| Error::source(self.sheet_place(sheet), why))
    }
}

fn read_rows(
    xlsx: &mut Xlsx<Cursor<Vec<u8>>>,
    sheet: &str,
    allowance: &mut u64,
    most: usize,
) -> std::result::Result<Vec<Row>, String> {
    let mut reader = xlsx.worksheet_cells_reader(sheet).map_err(|error| error.to_string())?;
    let mut rows: Vec<Row> = Vec::new();
    while let Some(cell) = reader.next_cell().map_err(|error| error.to_string())? {
        let (row, column) = cell.get_position();
        let number = u64::from(row) + 1;
        let Some(cell) = Cell::new(cell.get_value()) else { continue };
        // One long shared string, named by many short cells, must not be copied without end.
        *allowance = allowance
            .checked_sub(CELL_OVERHEAD + cell.text.len() as u64)
            .ok_or("its cells hold more text than a file of this size can honestly hold")?;
        let is_new = rows.last().is_none_or(|last| last.number != number);
        if is_new && rows.len() == most {
            break;
        }
        match rows.last_mut() {
            Some(last) if last.number == number => last.cells.push((column, cell)),
            _ => rows.push(Row { number, cells: vec![(column, cell)] }),
        }
    }
    Ok(rows)
}

/// Runs calamine, whose arithmetic on cell references panics when overflow checks are on.
fn contained<T>(read: impl FnOnce() -> std::result::Result<T, String>) -> std::result::Result<T, String> {
    catch_unwind(AssertUnwindSafe(read)).unwrap_or_else(|_| Err("its cells cannot be read".to_owned()))
}

/// Inflates every part once and refuses an archive that is damaged or grows beyond the allowance.
fn check_archive(content: &[u8], allowance: u64) -> std::result::Result<(), String> {
    let mut archive = zip::ZipArchive::new(Cursor::new(content)).map_err(|error| error.to_string())?;
    let mut left = allowance;
    for part in 0..archive.len() {
        let entry = archive.by_index(part).map_err(|error| error.to_string())?;
        let name = entry.name().map_err(|error| error.to_string())?.to_ascii_lowercase();
        let mut inflated = Vec::new();
        entry.take(left.saturating_add(1)).read_to_end(&mut inflated).map_err(|error| format!("{name}: {error}"))?;
        left = left
            .checked_sub(inflated.len() as u64)
            .ok_or_else(|| format!("its parts inflate to more than {allowance} bytes"))?;
        if name.ends_with("sharedstrings.xml") && declares_too_many_strings(inflated) {
            return Err(format!("{name} declares more strings than it can hold"));
        }
    }
    Ok(())
}

/// True if `uniqueCount`, for which calamine reserves memory, is greater than the part is long.
fn declares_too_many_strings(mut part: Vec<u8>) -> bool {
    const ATTRIBUTE: &[u8] = b"uniqueCount";
    let longest = part.len();
    // UTF-16 is allowed too, and differs from ASCII in zero bytes only.
    part.retain(|byte| *byte != 0);
    part.windows(ATTRIBUTE.len()).enumerate().filter(|(_, window)| *window == ATTRIBUTE).any(|(at, _)| {
        let behind = part.get(at + ATTRIBUTE.len()..).unwrap_or_default();
        let digits =
            behind.iter().skip_while(|byte| matches!(byte, b' ' | b'\t' | b'\r' | b'\n' | b'=' | b'"' | b'\''));
        let declared = digits
            .take_while(|byte| byte.is_ascii_digit())
            .fold(0_usize, |sum, digit| sum.saturating_mul(10).saturating_add(usize::from(digit - b'0')));
        declared > longest
    })
}

#[cfg(test)]
pub(super) mod tests {
    use std::io::Write as _;
    use std::path::PathBuf;

    use super::*;

    const STRINGS: &str = "xl/sharedStrings.xml";
    const SHEET: &str = "xl/worksheets/sheet1.xml";

    /// Writes a workbook of one sheet, `S`, from the XML of its parts.
    pub(in crate::source) fn workbook(folder: &Path, parts: &[(&str, &str)]) -> PathBuf {
        const FRAME: [(&str, &str); 3] = [
            (
                "_rels/.rels",
                r#"<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>"#,
            ),
            (
                "xl/_rels/workbook.xml.rels",
                r#"<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/></Relationships>"#,
            ),
            (
                "xl/workbook.xml",
                r#"<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets><sheet name="S" sheetId="1" r:id="r1"/></sheets></workbook>"#,
            ),
        ];
        let path = folder.join("book.xlsx");
        let mut archive = zip::ZipWriter::new(std::fs::File::create(&path).unwrap());
        for (name, content) in FRAME.iter().chain(parts) {
            archive.start_file(*name, zip::write::SimpleFileOptions::default()).unwrap();
            archive.write_all(content.as_bytes()).unwrap();
        }
        archive.finish().unwrap();
        path
    }

    fn sheet(rows: &str) -> String {
        format!(
            r#"<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>{rows}</sheetData></worksheet>"#
        )
    }

    /// A workbook of one sheet of plain texts.
    pub(in crate::source) fn workbook_of(folder: &Path, rows: &[&[&str]]) -> PathBuf {
        let cell = |text: &&str| format!("<c t=\"inlineStr\"><is><t xml:space=\"preserve\">{text}</t></is></c>");
        let row = |cells: &&[&str]| format!("<row>{}</row>", cells.iter().map(cell).collect::<String>());
        workbook(folder, &[(SHEET, &sheet(&rows.iter().map(row).collect::<String>()))])
    }

    fn rows_of(parts: &[(&str, &str)]) -> Result<Vec<Row>> {
        let folder = tempfile::tempdir().unwrap();
        let (mut book, _) = Workbook::open(&workbook(folder.path(), parts))?;
        book.rows("S")
    }

    #[test]
    fn numbers_formulas_and_blanks_are_told_apart() {
        let rows = rows_of(&[(
            SHEET,
            &sheet(
                "<row r=\"3\"><c r=\"A3\"><v>1E3</v></c><c r=\"C3\" t=\"str\"><f>A1</f><v> G01 </v></c>\
                 <c r=\"D3\"><f>A2</f></c><c r=\"E3\" t=\"inlineStr\"><is><t> </t></is></c>\
                 <c r=\"F3\" t=\"e\"><v>#N/A</v></c></row>",
            ),
        )])
        .unwrap();
        let [row] = rows.as_slice() else { panic!("{rows:?}") };
        assert_eq!(row.number, 3);
        assert_eq!(row.cell(0), Some(&Cell { text: "1000".to_owned(), is_number: true }));
        assert_eq!(row.cell(2), Some(&Cell { text: " G01 ".to_owned(), is_number: false }));
        assert_eq!((row.cell(1), row.cell(3), row.cell(4)), (None, None, None));
        assert!(row.cell(5).is_some_and(|cell| !cell.is_number));
    }

    #[test]
    fn headings_are_found_by_content() {
        let rows = [Row::of_texts(1, &["Tên danh mục"]), Row::of_texts(3, &[" Ma\u{303} ", "", "Tên"])];
        assert_eq!(find_header(&rows, ["Tên", "Mã"]), Some((1, [2, 0])));
        assert_eq!(find_header(&rows, ["Tên", "Nhóm"]), None);
    }

    #[test]
    fn corners_of_a_sheet_cost_two_cells() {
        let rows = rows_of(&[(
            SHEET,
            &sheet(
                "<row r=\"1\"><c r=\"A1\"><v>1</v></c></row><row r=\"1048576\"><c r=\"XFD1048576\"><v>2</v></c></row>",
            ),
        )])
        .unwrap();
        assert_eq!(rows.iter().map(|row| row.number).collect::<Vec<_>>(), [1, 1_048_576]);
        assert_eq!(rows[1].text(16_383), "2");
    }

    #[test]
    fn hostile_workbooks_are_refused() {
        let refused = |parts: &[(&str, &str)], word: &str| {
            let error = rows_of(parts).unwrap_err();
            assert!(matches!(error, Error::Source { .. }), "{error}");
            assert!(error.to_string().contains(word), "{error}");
        };
        let empty = sheet("");
        for count in ["99999999999", "99999999999999999999999"] {
            let strings = format!("<sst uniqueCount = '{count}'></sst>");
            refused(&[(STRINGS, &strings), (SHEET, &empty)], "declares more strings");
        }
        let bomb = "<!--".to_owned() + &" ".repeat(20 << 20) + "-->";
        refused(&[(SHEET, &bomb)], "inflate to more than");
        // A megabyte of text, named by a hundred cells.
        let strings = format!("<sst><si><t>{}</t></si></sst>", "x".repeat(1 << 20));
        let cells = "<c t=\"s\"><v>0</v></c>".repeat(100);
        refused(&[(STRINGS, &strings), (SHEET, &sheet(&format!("<row>{cells}</row>")))], "more text");
        refused(&[(SHEET, &sheet("<row><c t=\"s\"><v>7</v></c></row>"))], "shared strings");
        refused(&[(SHEET, "<worksheet><sheetData><row>")], "sheet S");
        refused(&[], "sheet S");
    }

    #[test]
    fn cell_references_beyond_any_sheet_do_not_panic() {
        for reference in ["ZZZZZZZZZZZZZZ1", "A99999999999", "A0", "1", "É1"] {
            // Refused where calamine notices, else read at some place; never a panic.
            let _ = rows_of(&[(SHEET, &sheet(&format!("<row><c r=\"{reference}\"><v>1</v></c></row>")))]);
        }
    }

    #[test]
    fn files_that_are_no_workbooks_are_refused() {
        let folder = tempfile::tempdir().unwrap();
        assert!(matches!(Workbook::open(folder.path()), Err(Error::Io { .. })));
        assert!(matches!(Workbook::open(&folder.path().join("none.xlsx")), Err(Error::Io { .. })));
        let path = folder.path().join("list.xlsx");
        let mut zipped = zip::ZipWriter::new(Cursor::new(Vec::new()));
        zipped.start_file("readme.txt", zip::write::SimpleFileOptions::default()).unwrap();
        let zipped = zipped.finish().unwrap().into_inner();
        for content in [&b""[..], b"STT,CODE", b"PK\x03\x04 cut short", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", &zipped] {
            std::fs::write(&path, content).unwrap();
            let Err(error) = Workbook::open(&path) else { panic!("opened {content:?}") };
            assert!(
                matches!(error, Error::Source { .. }) && error.to_string().starts_with("list.xlsx: not a readable")
            );
        }
    }

    #[test]
    fn damaged_bytes_never_panic() {
        let folder = tempfile::tempdir().unwrap();
        let path = workbook_of(folder.path(), &[&["Mã", "Tên"], &["A00", "Bệnh tả"]]);
        let whole = std::fs::read(&path).unwrap();
        for at in 0..whole.len() {
            let mut damaged = whole.clone();
            damaged[at] ^= 0x5a;
            std::fs::write(&path, damaged).unwrap();
            if let Ok((mut book, _)) = Workbook::open(&path) {
                for sheet in book.sheet_names() {
                    let _ = book.rows(&sheet);
                }
            }
        }
    }
}
