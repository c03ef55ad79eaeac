use super::super::draft::DraftConcept;
use super::*;

/// Code, undotted code, category, name.
fn rows(listed: &[[&str; 4]]) -> Vec<Row> {
    let row = |(number, [code, undotted, category, name]): (u64, &[&str; 4])| {
        let mut texts = [""; HEADINGS.len()];
        // A code cannot be a block.
        let block = if *name == "Nhóm sai" { "A00" } else { "A00-A09" };
        let values = [(0, "I"), (1, "A00-B99"), (3, "Nhiễm trùng"), (4, block), (6, "Đường ruột")];
        let own = [(13, *category), (14, *code), (15, *undotted), (17, *name)];
        for (column, text) in values.into_iter().chain(own) {
            texts[column] = text;
        }
        Row::of_texts(number, &texts)
    };
    let title = Row::of_texts(1, &["Danh mục"]);
    [title, Row::of_texts(2, &HEADINGS)].into_iter().chain((3..).zip(listed).map(row)).collect()
}

fn list_of(listed: &[[&str; 4]]) -> ListBuilder {
    let mut list = ListBuilder::new(edition().unwrap(), properties(), Report::default());
    let rows = rows(listed);
    let (header, columns) = Columns::find(&rows).unwrap();
    read_list(&mut list, columns, &rows[header + 1..], |line| Place::line("f", line));
    list
}

fn codes(list: &ListBuilder) -> Vec<&DraftConcept> {
    list.draft.concepts.iter().filter(|concept| concept.usability != Usability::Grouper).collect()
}

fn rules(report: &Report) -> Vec<(&str, Option<u64>)> {
    report.entries().iter().map(|entry| (entry.rule, entry.place.line)).collect()
}

#[test]
fn twins_stay_apart_and_duplicates_become_one() {
    let list = list_of(&[
        ["A17", "A17", "A17", "Lao"],
        ["A17†", "A17", "A17†", "Lao thần kinh"],
        ["A17.0", "A170", "A17", "Lao màng não"],
        ["A17.0", "A170", "A17", "Viêm màng não do lao"],
        ["A18.1", "A18", "A19", "Lao khác "],
        ["Mã", "", "", "Không phải mã"],
        ["", "", "", "Không có mã"],
        ["A20", "A20", "A20", "Nhóm sai"],
    ]);
    let shown: Vec<_> =
        codes(&list).iter().map(|c| (c.code.as_str(), c.mark, c.usability, c.parents[0].code.as_str())).collect();
    let expected = [
        ("A17", Mark::None, Usability::Heading, "A00-A09"),
        ("A17", Mark::Dagger, Usability::Heading, "A00-A09"),
        ("A17.0", Mark::None, Usability::Usable, "A17"),
        ("A18.1", Mark::None, Usability::Usable, "A00-A09"),
        ("A20", Mark::None, Usability::Usable, "I"),
    ];
    assert_eq!(shown, expected);
    assert_eq!(codes(&list)[2].designations[1], national::synonym("vi", "Viêm màng não do lao".to_owned()));
    let expected = [
        ("twin-code", Some(4)),
        ("duplicate-code", Some(6)),
        ("undotted-code-differs", Some(7)),
        ("category-differs", Some(7)),
        ("padded-text", Some(7)),
        ("not-a-code", Some(8)),
        ("row-without-code", Some(9)),
        ("block-not-understood", Some(10)),
        ("parent-not-listed", Some(7)),
        ("english-second-class", None),
    ];
    assert_eq!(rules(&list.report), expected);
}

#[test]
fn annexes_find_the_right_twin() {
    let mut list = list_of(&[
        ["A17.0†", "A170", "A17", "Lao màng não"],
        ["G01", "G01", "G01", "Viêm màng não"],
        ["G01*", "G01", "G01*", "Viêm màng não trong bệnh khác"],
    ]);
    list.report = Report::default();
    let annex = [
        Row::of_texts(1, &["G01"]),
        Row::of_texts(2, &["Phụ lục A1: Các mã bệnh kép"]),
        Row::of_texts(3, &["Dagger (†)", "", "Asterix (*)"]),
        Row::of_texts(4, &["A170", "", "G01 ", "", "G01"]),
        Row::of_texts(5, &["A170", "", "G01"]),
        Row::of_texts(6, &["A170", "", "G99"]),
        Row::of_texts(7, &["Phụ lục A2: Không là bệnh chính"]),
        Row::of_texts(8, &["G01", "*"]),
        Row::of_texts(9, &["Phụ lục A3.9 Người lớn (tuổi hợp lệ: trên 15 tuổi)"]),
        Row::of_texts(10, &["G01"]),
        Row::of_texts(11, &["Phụ lục A3.9 Người lớn"]),
        Row::of_texts(12, &["A170"]),
    ];
    read_annex_sheet(&mut list, &annex, |line| Place::line("f", line));
    let properties: Vec<_> = codes(&list).iter().map(|concept| concept.properties.clone()).collect();
    let window = [
        (AGE_WINDOW_WORDS, PropertyValue::Text("Người lớn (tuổi hợp lệ: trên 15 tuổi)".to_owned())),
        (AGE_WINDOW, PropertyValue::Text(">15y..".to_owned())),
    ];
    let words = (AGE_WINDOW_WORDS, PropertyValue::Text("Người lớn".to_owned()));
    assert_eq!(properties[0], [(PAIRED_ASTERISK, PropertyValue::Code("G01*".to_owned())), words]);
    assert_eq!(properties[1], window);
    assert_eq!(
        properties[2][..2],
        [
            (PAIRED_DAGGER, PropertyValue::Code("A17.0†".to_owned())),
            (NEVER_MAIN_DIAGNOSIS, PropertyValue::Boolean(true)),
        ]
    );
    let expected = [
        ("annex-without-title", Some(1)),
        ("padded-text", Some(4)),
        ("duplicate-annex-row", Some(5)),
        ("annex-code-not-listed", Some(6)),
        ("age-window-not-understood", Some(11)),
    ];
    assert_eq!(rules(&list.report), expected);
}

#[test]
fn age_windows() {
    let window = |words: &str| age_window(&format!("Bệnh ({words})"));
    for (words, expected) in [
        (" phù hợp tuổi : 0 - 365 ngày ", "0d..365d"),
        ("tuổi hợp lệ: 0 ngày – 2 tuổi", "0d..2y"),
        (" tuổi hợp lệ: trên 27 ngày tuổi ", ">27d.."),
        (" tuổi hợp lệ: 1 tuổi trở lên ", "1y.."),
        ("tuổi hợp lệ : 8–19 tuổi", "8y..19y"),
        ("tuổi hợp lệ: trên 30 tuổi", ">30y.."),
    ] {
        assert_eq!(window(words).as_deref(), Some(expected));
    }
    for words in ["", "tuổi", "tuổi: dưới 5 tuổi", "tuổi: 99999999 tuổi trở lên", "tuổi: 1 tháng trở lên", ":"]
    {
        assert_eq!(window(words), None, "{words}");
    }
}

#[test]
fn a_workbook_without_the_list_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = super::super::spreadsheet::tests::workbook_of(folder.path(), &[&["Mã", "Tên"], &["A00", "Bệnh tả"]]);
    let error = read(&path).unwrap_err().to_string();
    assert!(error.starts_with("book.xlsx: no sheet"), "{error}");
}
