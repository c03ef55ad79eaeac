use super::*;
use crate::source::{SourceFile, Strictness};

const HEAD: &str = "\u{feff}Foundation URI\tLinearization URI\tCode\tBlockId\tTitle\tClassKind\tDepthInKind\tIsResidual\t\
    ChapterNo\tBrowserLink\tisLeaf\tPrimary tabulation\tGrouping1\tVersion:2024 Jan 21 - 22:30 UTC\r\n";

/// A row; the entity is a number, or empty for residuals.
fn row(entity: &str, uri: &str, code: &str, block: &str, title: &str, kind: &str, leaf: &str) -> String {
    let foundation = if entity.is_empty() { String::new() } else { format!("http://id.who.int/icd/entity/{entity}") };
    let residual = if entity.is_empty() { "True" } else { "False" };
    format!(
        "{foundation}\thttp://id.who.int/icd/release/11/mms/{uri}\t{code}\t{block}\t\"{title}\"\t{kind}\t1\t{residual}\t01\t\
         \"=hyperlink(\"\"https://icd.who.int\"\",\"\"browser\"\")\"\t{leaf}\tTrue\t\r\n"
    )
}

fn english() -> String {
    [
        HEAD.to_owned(),
        row("1", "1", "", "", "Infections", "chapter", "False"),
        row("2", "2", "", "BlockL1-1A0", "- Gut", "block", "False"),
        row("3", "3", "", "", "- - Bacteria", "block", "False"),
        row("4", "4", "1A03", "", "- - - Due to \"\"E. coli\"\"", "category", "False"),
        row("5", "5", "1A03.0", "", "- - - - Pathogenic", "category", "True"),
        row("", "4/other", "1A03.Y", "", "- - - - Other", "category", "True"),
        row("6", "6", "1B10", "", "- Elsewhere", "category", "True"),
    ]
    .concat()
}

fn read_all(files: &[(&str, &str)]) -> Result<(Draft, Report)> {
    read_version(&FormatReader, &input(files), None)
}

fn input(files: &[(&str, &str)]) -> Input {
    let names: Vec<String> = files.iter().map(|(language, _)| format!("list-{language}.txt")).collect();
    let files = names.iter().zip(files).map(|(name, (_, text))| (name.as_str(), *text));
    Input::from_files(files, Limits::new()).unwrap()
}

fn rules(report: &Report) -> Vec<(&'static str, Option<u64>)> {
    report.entries().iter().map(|entry| (entry.rule, entry.place.line)).collect()
}

fn names(concept: &DraftConcept) -> Vec<String> {
    concept.designations.iter().map(|name| format!("{} {}", name.language, name.text)).collect()
}

#[test]
fn dashes_make_the_hierarchy() {
    let text = english();
    let (draft, report) = read_all(&[("en", &text)]).unwrap();
    assert_eq!(report.entries(), []);
    assert_eq!(report.sources, [SourceFile::of("list-en.txt", text.as_bytes())]);
    assert_eq!((report.rows, draft.edition.to_string().as_str()), (7, "icd11-mms|2024-01"));
    let shape: Vec<_> = draft
        .concepts
        .iter()
        .map(|concept| {
            (concept.code.as_str(), concept.parents.first().map_or("", |parent| &parent.code), concept.usability)
        })
        .collect();
    assert_eq!(
        shape,
        [
            ("01", "", Usability::Grouper),
            ("BlockL1-1A0", "01", Usability::Grouper),
            ("3", "BlockL1-1A0", Usability::Grouper),
            ("1A03", "3", Usability::Usable),
            ("1A03.0", "1A03", Usability::Usable),
            ("1A03.Y", "1A03", Usability::Usable),
            ("1B10", "01", Usability::Usable),
        ]
    );
    assert_eq!(names(&draft.concepts[3]), ["en Due to \"E. coli\""]);
    let uri = PropertyValue::Text("http://id.who.int/icd/release/11/mms/4/other".into());
    let primary = (PRIMARY, PropertyValue::Boolean(true));
    assert_eq!(draft.concepts[5].properties, [(LINEARIZATION, uri), (RESIDUAL, PropertyValue::Boolean(true)), primary]);
}

#[test]
fn languages_make_one_system() {
    let spanish = english()
        .replace("Due to \"\"E. coli\"\"", "Por E. coli")
        .replace("Gut", "Intestino")
        .replace("- - - - Other", "- - - -");
    let (draft, report) = read_all(&[("en", &english()), ("es", &spanish)]).unwrap();
    assert_eq!(rules(&report), [("untranslated", Some(7))]);
    assert_eq!((report.rows, report.sources.len(), draft.concepts.len()), (14, 2, 7));
    assert_eq!(names(&draft.concepts[3]), ["en Due to \"E. coli\"", "es Por E. coli"]);
    assert_eq!(names(&draft.concepts[5]), ["en Other"]);
    assert_eq!(draft.language, "en");

    // One file with both: English is a second language, and gives the depth where the title is empty.
    let both: String = spanish
        .lines()
        .zip(english().lines())
        .map(|(spanish, english)| {
            let english = english.split('\t').nth(4).unwrap();
            let english = if english == "Title" { "TitleEN" } else { english };
            let mut fields: Vec<&str> = spanish.split('\t').collect();
            if fields[4] == "\"- - - -\"" {
                fields[4] = "";
            }
            fields.insert(4, english);
            fields.join("\t") + "\r\n"
        })
        .collect();
    let (draft, report) = read_all(&[("es", &both)]).unwrap();
    assert_eq!(rules(&report), [("untranslated", Some(7))]);
    assert_eq!(names(&draft.concepts[5]), ["en Other"]);
    assert_eq!(
        (names(&draft.concepts[1]), draft.concepts[5].parents[0].code.as_str()),
        (vec!["es Intestino".into(), "en Gut".into()], "1A03")
    );
    let (draft, _) = read_all(&[("en", &english()), ("es", &both)]).unwrap();
    assert_eq!(names(&draft.concepts[1]), ["en Gut", "es Intestino"]);
}

#[test]
fn languages_that_differ_are_told() {
    let other = english()
        .replace("2024 Jan", "2025 Feb")
        .replace("- Elsewhere", "- - Elsewhere")
        .replace("1A03.0", "1A03.1")
        .replace("mms/3\t", "mms/33\t");
    let (draft, report) = read_all(&[("en", &english()), ("fr", &other)]).unwrap();
    assert_eq!(draft.concepts.len(), 8);
    let found = rules(&report);
    let expected = [
        ("version-differs", Some(1)),
        ("only-in-one-language", Some(4)),
        ("hierarchy-differs", Some(5)),
        ("hierarchy-differs", Some(6)),
        ("hierarchy-differs", Some(8)),
        ("only-in-one-language", Some(4)),
        ("leaf-contradicts-hierarchy", Some(4)),
    ];
    assert_eq!(found, expected);
}

#[test]
fn bad_rows_are_refused_and_the_rest_is_kept() {
    let bad = [
        "short\trow\r\n".to_owned(),
        row("7", "7", "1C00", "", "- X", "window", "True"),
        row("8", "8", "", "", "- No code", "category", "True"),
        row("9", "9", "1A03", "", "- Again", "category", "True"),
        row("4", "4", "1C02", "", "- Same URI", "category", "True"),
        row("10", "10", "1C03", "", "- - - Deep", "category", "False"),
        row("11", "11", "1C04", "", "", "category", "True"),
        row("12", "12", "1a03.y", "", "- Small", "category", "True"),
        row("13", "13", "1C 05", "", "- Space", "category", "True"),
        row("14", "14", "1C06", "", &"-".repeat(100), "category", "True"),
    ];
    let (draft, report) =
        read_all(&[("en", &(english() + &bad.concat() + &english().lines().last().unwrap()[..60]))]).unwrap();
    assert_eq!(draft.concepts.len(), 8);
    // The row above it was refused, so it hangs where that one would have.
    assert_eq!(draft.concepts[7].parents[0].code, "01");
    assert_eq!(
        rules(&report),
        [
            ("malformed-row", Some(9)),
            ("malformed-row", Some(10)),
            ("malformed-row", Some(11)),
            ("duplicate-code", Some(12)),
            ("duplicate-code", Some(13)),
            ("depth-jump", Some(14)),
            ("malformed-row", Some(15)),
            ("duplicate-code", Some(16)),
            ("malformed-row", Some(17)),
            ("malformed-row", Some(18)),
            ("malformed-row", Some(19)),
            ("leaf-contradicts-hierarchy", Some(14)),
        ]
    );
}

#[test]
fn other_files_and_hostile_ones_are_errors() {
    let error = |text: &str| read_all(&[("en", text)]).err().unwrap().to_string();
    assert!(error("a\tb\tc\n1\t2\t3\n").contains("columns are missing"));
    assert!(error("").contains("no rows"));
    assert!(error(HEAD).contains("no rows"));
    assert!(matches!(read_all(&[("en", &"x".repeat(2 << 20))]), Err(Error::Limit { limit: "line_bytes", .. })));
    assert!(read_all(&[("en", &english()), ("en", &english())]).unwrap_err().to_string().contains("the same language"));
    let unversioned = english().replace("Version:2024 Jan", "Version");
    assert!(matches!(read_all(&[("en", &unversioned)]), Err(Error::Argument { what: "version", .. })));
    assert_eq!(language_of("SimpleTabulation-ICD-11-MMS-es.zip").unwrap(), "es");
    assert!(language_of("SimpleTabulation.txt").is_err());
    let cut_off = &english()[..english().len() - 90];
    assert_eq!(rules(&read_all(&[("en", cut_off)]).unwrap().1), [("malformed-row", Some(8))]);
}

#[test]
fn options_are_met() {
    let bytes = english().replace("Gut", "Gut?").replace('?', "\u{e9}");
    let western: Vec<u8> = bytes.chars().map(|c| u8::try_from(u32::from(c)).unwrap_or(b' ')).collect();
    let western = Input::from_bytes("list-en.txt", western, Limits::new()).unwrap();
    let read = |input: &Input, options: &ReadOptions| FormatReader.read(input, options);
    let reading = read(&western, &ReadOptions::new().version("v")).unwrap();
    assert_eq!((rules(&reading.report), reading.draft.edition.version.as_str()), (vec![("undecodable", Some(3))], "v"));
    let strict = ReadOptions::new().strictness(Strictness::StopAtFirstDoubt);
    assert!(matches!(read(&western, &strict), Err(Error::Doubt(doubt)) if doubt.rule == "undecodable"));
    let both = input(&[("en", &english()), ("es", &english())]);
    assert_eq!(read(&both, &ReadOptions::new().language("es")).unwrap().draft.language, "es");
    assert!(matches!(read(&both, &ReadOptions::new().language("vi")), Err(Error::Argument { what: "language", .. })));
    let unnamed = Input::from_bytes("list.txt", english(), Limits::new()).unwrap();
    assert!(matches!(read(&unnamed, &ReadOptions::new()), Err(Error::Argument { what: "file name", .. })));
    assert_eq!(read(&unnamed, &ReadOptions::new().language("fr")).unwrap().draft.language, "fr");
}

#[cfg(feature = "xlsx")]
#[test]
fn workbooks_are_read_and_damaged_codes_refused() {
    let cell = |text: &str| match text {
        "1E3" => "<c><v>1E3</v></c>".to_owned(),
        text => format!("<c t=\"inlineStr\"><is><t>{text}</t></is></c>"),
    };
    let sheet_row = |line: &str| {
        let cells = line.split('\t').map(|field| cell(&unquoted(field.trim_start_matches('\u{feff}'))));
        format!("<row>{}</row>", cells.collect::<String>())
    };
    let text = english() + &row("7", "7", "1E3", "", "- Damaged", "category", "True");
    let rows: String = text.lines().map(sheet_row).collect();
    let sheet = format!(
        "<worksheet xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\"><sheetData>{rows}</sheetData></worksheet>"
    );
    let folder = tempfile::tempdir().unwrap();
    let parts = [("xl/worksheets/sheet1.xml", sheet.as_str())];
    let book = super::super::spreadsheet::tests::workbook(folder.path(), &parts);
    let named = folder.path().join("list-en.xlsx");
    std::fs::rename(book, &named).unwrap();
    let (draft, report) = read(&[&named], None).unwrap();
    assert_eq!(rules(&report), [("code-is-number", Some(9))]);
    assert_eq!(draft.concepts, read_all(&[("en", &english())]).unwrap().0.concepts);
}
