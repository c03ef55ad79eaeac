use super::*;

fn row(form: Form, line: u64, code: &str, name: &str) -> Row {
    Row {
        form,
        place: Place::line("f", line),
        code: code.to_owned(),
        name: name.to_owned(),
        chapter: "I".to_owned(),
        section_first: "A00".to_owned(),
        ..Row::default()
    }
}

fn flagged(mut row: Row, flag: usize, value: &str) -> Row {
    value.clone_into(&mut row.flags[flag]);
    row
}

fn built(rows: &[Row]) -> (Draft, Report) {
    build(rows.to_vec(), edition().unwrap(), Report::default()).unwrap()
}

fn shown(draft: &Draft) -> Vec<(&str, Usability, Option<&str>)> {
    let parent = |concept: &'_ super::super::draft::DraftConcept| concept.parents.len();
    assert!(draft.concepts.iter().all(|concept| parent(concept) <= 1));
    draft
        .concepts
        .iter()
        .map(|c| (c.code.as_str(), c.usability, c.parents.first().map(|parent| parent.code.as_str())))
        .collect()
}

fn rules(report: &Report) -> Vec<(&str, Option<u64>)> {
    report.entries().iter().map(|entry| (entry.rule, entry.place.line)).collect()
}

#[test]
fn list_rows_become_a_hierarchy() {
    let list = |line, code, name| row(Form::List, line, code, name);
    let (draft, report) = built(&[
        flagged(list(2, "A00", "Bệnh tả"), FINER_CODE_EXISTS, "1"),
        flagged(list(3, "A00/1", "Bệnh tả El Tor"), 0, "1"),
        flagged(list(4, "A09*", "Bệnh khác"), FINER_CODE_EXISTS, "1"),
        flagged(list(5, "A05.1", "Ngộ độc"), 4, "có"),
        list(6, "A00.10", "Nặng"),
        list(7, "A00.10", "Rất nặng"),
        list(8, "XXX", "Không phải mã"),
        Row { chapter: "A00".to_owned(), ..list(9, "A00", "Chương sai") },
    ]);
    let expected = [
        ("I", Usability::Grouper, None),
        ("A00-A09", Usability::Grouper, Some("I")),
        ("A00", Usability::Heading, Some("A00-A09")),
        ("A00.1", Usability::Usable, Some("A00")),
        ("A09", Usability::Heading, Some("A00-A09")),
        ("A05.1", Usability::Usable, Some("A00-A09")),
        ("A00.10", Usability::Usable, Some("A00.1")),
    ];
    assert_eq!(shown(&draft), expected);
    assert_eq!(draft.concepts[0].designations, [Designation::preferred("vi", "A00-A09")]);
    assert_eq!(draft.concepts[3].source_code.as_deref(), Some("A00/1"));
    assert_eq!(draft.concepts[6].designations[1], national::synonym("vi", "Rất nặng".to_owned()));
    assert_eq!(report.rows, 8);
    let expected = [
        ("not-a-code", Some(8)),
        ("group-missing", Some(9)),
        ("derived-block-range", None),
        ("group-name-missing", None),
        ("code-misprint", Some(3)),
        ("flag-not-understood", Some(5)),
        ("duplicate-code", Some(7)),
        ("parent-not-listed", Some(5)),
        // A00.1 has A00.10 below it but no flag; A09 the reverse.
        ("flag-contradicts-hierarchy", Some(3)),
        ("flag-contradicts-hierarchy", Some(4)),
        ("english-missing", None),
    ];
    assert_eq!(rules(&report), expected);
}

#[test]
fn leaves_complete_the_list_and_stand_alone() {
    let mut leaf = row(Form::Leaves, 2, "A00.1", "Bệnh tả El Tor");
    leaf.chapter_name = "Nhiễm trùng ".to_owned();
    leaf.section_name = "Đường ruột".to_owned();
    leaf.notes[1] = "- thương hàn\n- phó thương hàn".to_owned();
    leaf.levels = [("A00", "Bệnh tiêu chảy"), ("A00", "Bệnh  tả")].map(|(a, b)| (a.to_owned(), b.to_owned())).into();

    let list = [row(Form::List, 2, "A00", "Bệnh tả"), row(Form::List, 3, "A00.1", "Bệnh tả El Tor")];
    let list = list.map(|row| if row.code == "A00" { flagged(row, FINER_CODE_EXISTS, "1") } else { row });
    let both = [list.to_vec(), vec![leaf.clone()]].concat();
    let (draft, report) = built(&both);
    let expected = [
        ("I", Usability::Grouper, None),
        ("A00-A00", Usability::Grouper, Some("I")),
        ("A00", Usability::Heading, Some("A00-A00")),
        ("A00.1", Usability::Usable, Some("A00")),
    ];
    assert_eq!(shown(&draft), expected);
    assert_eq!(draft.concepts[0].designations, [Designation::preferred("vi", "Nhiễm trùng")]);
    let note = PropertyValue::Text("- thương hàn\n- phó thương hàn".to_owned());
    assert_eq!(draft.concepts[3].properties, [(FLAGS.len() + 1, note)]);
    assert_eq!(draft.concepts[3].designations.len(), 1);
    for rule in ["padded-text", "other-white-space", "inner-level-not-read"] {
        assert_eq!(report.of_rule(rule).count(), 1, "{rule}");
    }
    assert_eq!(report.of_rule("duplicate-code").count(), 0);

    let (draft, report) = built(&[leaf]);
    assert_eq!(draft.content, Content::Fragment);
    assert_eq!(shown(&draft)[3], ("A00", Usability::Heading, Some("A00-A00")));
    assert_eq!(draft.concepts[3].designations, [Designation::preferred("vi", "Bệnh  tả")]);
    assert_eq!(report.of_rule("heading-from-finer-code").count(), 1);
}

#[test]
fn other_inputs_are_not_understood() {
    assert!(matches!(read(&[]), Err(Error::Argument { .. })));
    assert!(matches!(read(&[Path::new("list.pdf")]), Err(Error::Argument { .. })));
}

#[cfg(feature = "csv")]
#[test]
fn damaged_lists_are_reported() {
    let headings = "code,code_plain,marker,name_vi_raw,name_en,en_source,chapter,section_first,camBenhChinh,\
        khongKhuyenKhichBenhChinh,coMaBonHoacNamKyTuCuTheHon,chiMaHoaNguyenNhanTuVong,chuYeuNuGioi,chuYeuNamGioi";
    let rest = "Bệnh tả,Cholera,x,I,A00,0,0,0,0,0,0";
    let mut content = format!("\u{feff}{headings}\nA00,A01,†,{rest}\nA00,A00\n").into_bytes();
    content.extend(b"A02,A02,,\xff,,,I,A00,0,0,0,0,0,0\n");
    let (mut rows, mut report) = (Vec::new(), Report::default());
    list::parse("f", &content, &mut rows, &mut report).unwrap();
    let (draft, report) = build(rows, edition().unwrap(), report).unwrap();
    assert_eq!((draft.concepts.len(), report.rows), (3, 3));
    let found = rules(&report);
    for expected in [
        ("field-count", Some(3)),
        ("not-utf-8", Some(4)),
        ("undotted-code-differs", Some(2)),
        ("mark-differs", Some(2)),
    ] {
        assert!(found.contains(&expected), "{expected:?} in {found:?}");
    }
    for bad in [&b""[..], b"code,chapter\nA00,I\n", b"\xff\xfe"] {
        let error = list::parse("f", bad, &mut Vec::new(), &mut Report::default()).unwrap_err();
        assert!(error.to_string().contains("there is no column"), "{error}");
    }
}
