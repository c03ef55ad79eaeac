#![cfg(all(feature = "csv", feature = "xlsx"))]

use super::super::spreadsheet::tests::workbook_of;
use super::numbers::{Known, Restored, restore};
use super::*;
use crate::{Error, Result};

const LIST: &str = "specialty_no,specialty,dvkt_code,dvkt_name,tier,pttt_class,icd9cm,icd9cm_name_vi,icd9cm_chapter\n\
    1,Hệ thần kinh,01.0001.0001,Siêu âm ,A,TD,88.73,Siêu âm,(87-99)\n\
    1,Hệ thần kinh,01.0002.0001,Rửa,B,T1,01.10,Rửa não,(01-05)\n\
    1,,01.0003.0001,Mổ,B,,35.2,Mổ van,(35-39)\n\
    1,,01.0004.0001,Mổ nữa,B,,35.20,Mổ van khác,(35-39)\n\
    1,,01.0005.0001,Không có mã,B,,,,\n";

fn list(text: &str) -> Result<(MapDraft, Report)> {
    read_bytes("list.csv", text.as_bytes())
}

fn rules(report: &Report) -> Vec<(&'static str, Severity, Option<u64>)> {
    report.entries.iter().map(|entry| (entry.rule, entry.severity, entry.place.line)).collect()
}

#[test]
fn services_without_a_code_have_no_target() {
    let (draft, report) = list(LIST).unwrap();
    assert_eq!(rules(&report), [("padded-text", Severity::Repaired, Some(2))]);
    let targets: Vec<_> = draft.rows.iter().map(|row| row.target.as_deref()).collect();
    assert_eq!(targets, [Some("88.73"), Some("01.10"), Some("35.2"), Some("35.20"), None]);
    assert_eq!(draft.rows[0].source_display.as_deref(), Some("Siêu âm"));
    assert_eq!(draft.rows[0].properties.len(), 5);
    assert_eq!((draft.rows[4].properties.len(), draft.rows[4].line), (2, 6));
    assert_eq!((draft.edition.to_string().as_str(), report.rows), ("services-to-icd9-cm|qd4440", 5));
}

#[test]
fn findings_name_their_line() {
    let text = LIST.to_owned()
        + "1,,,Tên,B,,88.7,x,\n1,,02.1,,B,,8.7,x,\n1,,02.2,Tên,B,,88.7,x,,more\n1,,01.0001.0001,e\u{302}m,B,,88.7,#NAME?,\n1,,0";
    let (draft, report) = list(&text).unwrap();
    use Severity::{Doubtful, Note, Refused};
    let expected = [
        ("missing-code", Refused, Some(7)),
        ("bad-code", Refused, Some(8)),
        ("field-count", Refused, Some(9)),
        ("error-cell", Doubtful, Some(10)),
        ("decomposed-text", Note, Some(10)),
        ("repeated-service", Doubtful, Some(10)),
        ("field-count", Refused, Some(11)),
    ];
    assert_eq!((&rules(&report)[1..], draft.rows.len()), (expected.as_slice(), 6));
    for text in ["", "a,b\n1,2\n", &LIST[..LIST.find('\n').unwrap()]] {
        assert!(matches!(list(text), Err(Error::Source { .. })), "{text}");
    }
}

#[test]
fn numbers_are_not_taken_for_codes() {
    let whole = |code: &str| Restored::Whole(code.to_owned());
    let repaired = |code: &str| Restored::Repaired(code.to_owned());
    for (number, restored) in [("88.73", whole("88.73")), ("1.12", repaired("01.12")), ("0.03", repaired("00.03"))] {
        assert_eq!(restore(number, "", None), restored, "{number}");
    }
    for (number, codes) in [("88.7", ["88.7", "88.70"]), ("93", ["93.0", "93.00"]), ("8.1", ["08.1", "08.10"])] {
        assert_eq!(restore(number, "", None), Restored::Lost(codes.map(str::to_owned).to_vec()), "{number}");
    }
    let (draft, _) = list(LIST).unwrap();
    let known = Known::new(&draft);
    for (number, service, restored) in [
        ("88.73", "01.0001.0001", whole("88.73")),
        ("1.1", "01.0002.0001", repaired("01.10")),
        ("35.2", "01.0003.0001", Restored::Ambiguous("35.2".to_owned())),
        ("35.2", "01.0004.0001", repaired("35.20")),
        ("35.2", "01.0005.0001", Restored::NotInList),
        ("1.1", "01.0001.0001", Restored::NotInList),
        ("1.1234", "01.0001.0001", Restored::NotInList),
        ("x", "01.0001.0001", Restored::NotInList),
    ] {
        assert_eq!(restore(number, service, Some(&known)), restored, "{number}, {service}");
    }
}

/// Texts in the column of codes are codes.
#[test]
fn a_workbook_of_texts_is_a_list() {
    let folder = tempfile::tempdir().unwrap();
    let headings = [
        "machuyenkhoa21",
        "chuyenkhoa21",
        "matuongduong",
        "tenchuyenkhoa21",
        "phantuyen",
        "phanloai",
        "maicd9",
        "tenicd9",
        "chuongicd9",
    ];
    let rows: [&[&str]; 5] = [
        &headings,
        &["1", "x", "01.0001.0001", "Siêu âm", "A", "TD", "88.73", "Siêu âm", "c"],
        &["1", "x", "01.0005.0001", "Không", "A", "TD", "", "", ""],
        &["1", "x", "01.0006.0001", "Sai", "A", "TD", "8.7", "", ""],
        &["1", "x", "", "Sai", "A", "TD", "88.7", "", ""],
    ];
    let (draft, report) = read_workbook(workbook_of(folder.path(), &rows), None).unwrap();
    assert_eq!(draft.rows.iter().map(|row| row.target.as_deref()).collect::<Vec<_>>(), [Some("88.73"), None]);
    let expected = [("bad-code", Severity::Refused, Some(4)), ("missing-code", Severity::Refused, Some(5))];
    assert_eq!(rules(&report), expected);
    assert!(matches!(read_workbook(workbook_of(folder.path(), &[&["a"]]), None), Err(Error::Source { .. })));
}
