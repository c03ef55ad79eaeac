use super::*;
use crate::code::Mark;
use crate::source::encoding::Encoding;
use proptest::prelude::*;

fn mapping(text: &str) -> Mapping {
    text.parse().unwrap()
}

fn read_text(text: &str, mapping_text: &str) -> (Draft, Report) {
    read_bytes("list.csv", text.as_bytes(), &mapping(mapping_text)).unwrap()
}

/// The findings as `severity rule line`.
fn findings(report: &Report) -> Vec<String> {
    let shown = |entry: &crate::source::Entry| {
        format!("{} {} {}", entry.severity.as_str(), entry.rule, entry.place.line.unwrap_or_default())
    };
    report.entries().iter().map(shown).collect()
}

fn codes(draft: &Draft) -> Vec<&str> {
    draft.concepts.iter().map(|concept| concept.code.as_str()).collect()
}

/// Each concept with its parents: `B<A`.
fn edges(draft: &Draft) -> Vec<String> {
    let up = |concept: &DraftConcept| {
        let parents: Vec<_> = concept.parents.iter().map(|parent| parent.code.as_str()).collect();
        format!("{}<{}", concept.code, parents.join(","))
    };
    draft.concepts.iter().map(up).collect()
}

#[test]
fn a_full_row_becomes_a_concept() {
    let (draft, report) = read_text(
        "Danh mục\nMã\tTên\tName\tTên khác\tCha\tĐơn vị\tSố\tMới\tXem\tLoại\tStatus\n\
         A17\tLao\t\t\t\t\t\t\t\tNhóm\t\n\
         A170+\tViêm \"màng não\tMeningitis\tsốt| ho |\tA17\tlần\t-3\tx\tg01*\tmã\tdiscouraged\n",
        "code=Mã; display.vi=Tên; display.en=Name; synonym.vi=Tên khác; separator=|; parent=Cha; skip=1;
         property.unit=Đơn vị; property.count:integer=Số; property.new:boolean=Mới; property.see:code=Xem;
         usability=Loại; usability.heading=nhóm; status=Status; status.inactive=DISCOURAGED; delimiter=tab;
         quoting=off; grammar=icd10; system=local; version=1",
    );
    assert_eq!(report.entries(), []);
    assert_eq!((report.rows, draft.language.as_str()), (2, "vi"));
    assert_eq!(draft.edition.to_string(), "local|1");
    assert_eq!(draft.concepts[0].usability, Usability::Heading);
    let synonym = |text: &str| Designation {
        text: text.into(),
        language: "vi".into(),
        r#use: DesignationUse::Synonym,
        ..Designation::default()
    };
    let expected = DraftConcept {
        code: "A17.0".into(),
        mark: Mark::Dagger,
        source_code: Some("A170+".into()),
        usability: Usability::Usable,
        inactive: true,
        designations: vec![
            Designation::preferred("vi", "Viêm \"màng não"),
            Designation::preferred("en", "Meningitis"),
            synonym("sốt"),
            synonym("ho"),
        ],
        parents: vec![Parent { code: "A17".into(), kind: EdgeKind::IsA }],
        properties: vec![
            (0, PropertyValue::Text("lần".into())),
            (1, PropertyValue::Integer(-3)),
            (2, PropertyValue::Boolean(true)),
            (3, PropertyValue::Code("G01*".into())),
        ],
        ..DraftConcept::default()
    };
    assert_eq!(draft.concepts[1], expected);
}

#[test]
fn rows_that_do_not_fit_are_reported() {
    let (draft, report) = read_text(
        "code,name,extra\n\n A,one,\n,,\n ,nameless code,\nB,two\nC,three,,\nD,four,,x\nE E,five,\nF, ,\n",
        "code=code; display.en=name",
    );
    assert_eq!(codes(&draft), ["A", "B", "C", "F"]);
    assert_eq!(report.rows, 7);
    assert_eq!(
        findings(&report),
        [
            "repaired padded-text 3",
            "refused missing-code 5",
            "doubtful field-count 6",
            "note field-count 7",
            "refused field-count 8",
            "refused bad-code 9",
            "repaired padded-text 10",
            "doubtful missing-name 10",
        ]
    );
    assert_eq!(report.entries()[0].place.to_string(), "list.csv, line 3, code");
}

#[test]
fn values_that_do_not_fit_are_reported() {
    let (draft, report) = read_text(
        "c,n,b,k\nA,12,maybe,x\nB,1.5,no,\nC,9999999999999999999,0,mã\n",
        "code=c; property.n:integer=n; property.b:boolean=b; usability=k; usability.usable=mã",
    );
    assert_eq!(
        findings(&report),
        [
            "doubtful usability-value 2",
            "refused property-value 2",
            "doubtful usability-value 3",
            "refused property-value 3",
            "refused property-value 4",
        ]
    );
    assert_eq!(draft.concepts[0].properties, [(0, PropertyValue::Integer(12))]);
    assert_eq!(draft.concepts[1].properties, []);
}

#[test]
fn repeated_codes_are_joined() {
    let (draft, report) =
        read_text("c,n,p\nA,one,\na,one,\nA,two,\nA,two,x\nA,three,\nA,three,\n", "code=c; display.en=n; property.p=p");
    assert_eq!(codes(&draft), ["A"]);
    let terms: Vec<_> = draft.concepts[0].designations.iter().map(|term| (term.text.as_str(), &term.r#use)).collect();
    assert_eq!(
        terms,
        [("one", &DesignationUse::Preferred), ("two", &DesignationUse::Synonym), ("three", &DesignationUse::Synonym)]
    );
    assert_eq!(
        findings(&report),
        [
            "note duplicate-code 3",
            "doubtful duplicate-code 4",
            "doubtful duplicate-code 5",
            "doubtful duplicate-code 6",
            "note duplicate-code 7",
        ]
    );
}

#[test]
fn twins_stay_apart() {
    let (draft, report) = read_text("c,n\nA17.0,x\nA17.0*,y\nA170,x\n", "code=c; display.vi=n; grammar=icd10");
    assert_eq!(draft.concepts.iter().map(|concept| concept.mark).collect::<Vec<_>>(), [Mark::None, Mark::Asterisk]);
    assert_eq!(findings(&report), ["note duplicate-code 4"]);
}

#[test]
fn parents_by_code() {
    let (draft, report) = read_text("c,p,q\nB,A,a\nA,,\nC,nowhere,B\nD,D,\n", "code=c; parent=p; parent=q");
    assert_eq!(edges(&draft), ["B<A", "A<", "C<B", "D<"]);
    assert_eq!(findings(&report), ["doubtful unknown-parent 4", "doubtful parent-cycle 5"]);
}

#[test]
fn cycles_are_cut_once() {
    let (draft, report) = read_text("c,p\nA,B\nB,C\nC,A\nD,C\n", "code=c; parent=p");
    assert_eq!(edges(&draft), ["A<B", "B<C", "C<", "D<C"]);
    assert_eq!(findings(&report), ["doubtful parent-cycle 4"]);

    // Through a twin: the parent's code names both.
    let (draft, report) = read_text("c,p\nA+,\nA*,B\nB,A\n", "code=c; parent=p; grammar=icd10");
    assert_eq!(edges(&draft), ["A<", "A<B", "B<"]);
    assert_eq!(findings(&report), ["doubtful parent-cycle 4"]);
}

#[test]
fn parents_by_prefix() {
    let (draft, report) = read_text("c\nA00.01\nA00\nA00.0\nA01.1\nổ\nổi\n", "code=c; parent=prefix");
    assert_eq!(edges(&draft), ["A00.01<A00.0", "A00<", "A00.0<A00", "A01.1<", "ổ<", "ổi<ổ"]);
    assert_eq!(report.entries(), []);
}

#[test]
fn columns_by_number() {
    let (draft, _) = read_text("one|A\ntwo|B\n", "code=#2; display.en=#1; header=off; delimiter=pipe");
    assert_eq!(codes(&draft), ["A", "B"]);
    let (draft, _) = read_text("n,n\none,A\n", "code=#2; display.en=#1");
    assert_eq!(codes(&draft), ["A"]);
}

#[test]
fn headings_match_in_any_unicode_form() {
    let (draft, _) = read_text("\"Ma\u{303} \n  bệnh\",x\nA,\n", "code=Mã bệnh");
    assert_eq!(codes(&draft), ["A"]);
}

#[test]
fn a_missing_column_names_those_present() {
    for (text, key) in [("Mã,Tên\nA,b\n", "code=Code"), ("Mã,Tên\n", "code=#3"), ("Mã,Mã\n", "code=Mã")] {
        let error = read_bytes("list.csv", text.as_bytes(), &mapping(key)).unwrap_err();
        assert!(matches!(error, Error::Source { .. }));
        assert!(error.to_string().contains("Mã, "), "{error}");
    }
}

#[test]
fn a_file_with_headings_only_is_an_empty_list() {
    let (draft, report) = read_text("code,name\n", "code=code");
    assert_eq!((draft.concepts.len(), report.rows, report.entries().len()), (0, 0, 0));
}

#[test]
fn an_unclosed_quotation_mark_is_reported() {
    let (draft, report) = read_text("c,n\nA,\"one\nB,two\nC,three", "code=c; display.en=n");
    assert_eq!(codes(&draft), ["A"]);
    assert_eq!(findings(&report), ["doubtful line-break 2"]);
}

#[test]
fn every_line_end_counts() {
    for end in ["\n", "\r\n", "\r"] {
        let text = ["c,n", "", "A,\"x", "y\"", "", "", "B B,z", "C C,"].join(end);
        let (_, report) = read_text(&text, "code=c; display.en=n");
        assert_eq!(findings(&report), ["doubtful line-break 3", "refused bad-code 7", "refused bad-code 8"], "{end:?}");
        let (_, report) = read_text(&text, "code=#1; skip=1");
        assert_eq!(findings(&report), ["refused bad-code 7", "refused bad-code 8"], "{end:?}");
    }
}

#[test]
fn legacy_encodings() {
    let bytes = b"code,name\nA,vi\xeam ph\xf4\xd2i\nB,\x81\n";
    let told = mapping("code=code; display.vi=name; encoding=windows-1258");
    let (draft, report) = read_bytes("list.csv", bytes, &told).unwrap();
    assert_eq!(draft.concepts[0].designations[0].text, "viêm phổi");
    assert_eq!(findings(&report), ["doubtful undecodable 3"]);
    assert_eq!(told.clone().encoding(Encoding::Windows1258), told);

    let (_, report) = read_bytes("list.csv", bytes, &Mapping::new("code").display("vi", "name")).unwrap();
    assert_eq!(findings(&report)[0], "doubtful encoding-assumed 0");
}

#[test]
fn hostile_files() {
    let folder = tempfile::tempdir().unwrap();
    assert!(matches!(read(folder.path(), &Mapping::new("#1")), Err(Error::Io { .. })));
    assert!(matches!(read_bytes("x", b"", &Mapping::new("#1")), Err(Error::Source { .. })));
    assert!(matches!(read_bytes("x", b"a\n", &Mapping::new("#1").skip_lines(u64::MAX)), Err(Error::Source { .. })));

    let long_line = "x".repeat(1 << 20);
    let error = read_bytes("x", long_line.as_bytes(), &Mapping::new("c")).unwrap_err();
    assert!(error.to_string().len() < 1000);
    let by_number = Mapping::new("#1").without_header();
    assert_eq!(findings(&read_bytes("x", long_line.as_bytes(), &by_number).unwrap().1), ["refused bad-code 1"]);

    let (draft, report) = read_text("c,n\nA\0,x\nB,\0y\n", "code=c; display.en=n");
    assert_eq!(codes(&draft), ["B"]);
    assert_eq!(findings(&report), ["refused bad-code 2", "doubtful control-character 3"]);
}

#[test]
fn a_long_chain_of_parents_and_many_repetitions_stay_cheap() {
    let mut text = String::from("c,p,n\n");
    for number in 0..50_000 {
        text += &format!("K{number},K{},\nSAME,,name {number}\n", (number + 1) % 50_000);
    }
    let (draft, report) = read_text(&text, "code=c; parent=p; display.en=n");
    assert_eq!(draft.concepts.len(), 50_001);
    assert_eq!(report.of_rule("parent-cycle").count(), 1);
}

proptest! {
    /// Whatever the bytes: no panic, every row accounted for, and no parent that is not there.
    #[test]
    fn nothing_is_lost(rows in prop::collection::vec("[ABa\"\0 ,|;\r\nổ]{0,12}", 0..12), quoting in any::<bool>()) {
        let text = format!("c,p,n\n{}", rows.join("\n"));
        let mut mapping = Mapping::new("c").parent("p").display("vi", "n");
        if !quoting {
            mapping = mapping.unquoted();
        }
        let (draft, report) = read_bytes("x", text.as_bytes(), &mapping).unwrap();
        let lost = report.count(Severity::Refused) + report.of_rule("duplicate-code").count();
        prop_assert_eq!(report.rows as usize, draft.concepts.len() + lost);
        for parent in draft.concepts.iter().flat_map(|concept| &concept.parents) {
            prop_assert!(draft.concepts.iter().any(|concept| concept.code == parent.code));
        }
    }
}
