//! Checks of diagnosis sets: each rule on a small invented list, and the worked cases on the two national ones.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests may panic")]

#[cfg(all(feature = "csv", feature = "xlsx"))]
#[path = "support/lists.rs"]
mod lists;
#[cfg(all(feature = "csv", feature = "xlsx"))]
mod support;

use medterm::check::{Birth, Checker, Encounter, Finding, Role, Rule, Settings, Severity, Sex, day_in_vietnam};
use medterm::code::{CodeGrammar, Mark};
use medterm::source::{
    Content, Designation, Draft, DraftConcept, Parent, PropertyDefinition, PropertyKind, PropertyValue, Report,
    Usability,
};
use medterm::{CodeSystem, Date, Edition, InForce, Terminology, index};
use proptest::prelude::*;

fn day(text: &str) -> Date {
    text.parse().unwrap()
}

/// An encounter that ended before, and one that ended after 1 July 2026.
fn before() -> Encounter {
    Encounter::new().end(day("2026-06-30"))
}

fn after() -> Encounter {
    Encounter::new().end(day("2026-07-01"))
}

/// A finding in one line: `error heading main 1 J18 → J18.0 J18.9`.
fn line(finding: &Finding) -> String {
    let mut line = format!("{} {}", finding.severity, finding.rule);
    if let Some(role) = finding.role {
        line.push_str(&format!(" {role}"));
    }
    if let Some(position) = finding.position {
        line.push_str(&format!(" {position}"));
    }
    if let Some(code) = &finding.code {
        line.push_str(&format!(" {code}"));
    }
    if !finding.suggest.is_empty() {
        line.push_str(&format!(" → {}", finding.suggest.join(" ")));
    }
    line
}

fn lines(checker: &Checker<'_>, encounter: &Encounter) -> Vec<String> {
    let findings = checker.check(encounter).unwrap();
    for finding in &findings {
        assert!(!finding.message_vi.is_empty() && !finding.message_en.is_empty() && !finding.basis.is_empty());
    }
    findings.iter().map(line).collect()
}

/// The findings of one rule.
fn of(checker: &Checker<'_>, rule: Rule, encounter: &Encounter) -> Vec<String> {
    checker.check(encounter).unwrap().iter().filter(|finding| finding.rule == rule).map(line).collect()
}

const PROPERTIES: [(&str, PropertyKind); 10] = [
    ("never-main-diagnosis", PropertyKind::Boolean),
    ("discouraged-main-diagnosis", PropertyKind::Boolean),
    ("death-cause-only", PropertyKind::Boolean),
    ("mostly-female", PropertyKind::Boolean),
    ("mostly-male", PropertyKind::Boolean),
    ("female-only", PropertyKind::Boolean),
    ("male-only", PropertyKind::Boolean),
    ("age-window", PropertyKind::Text),
    ("paired-dagger", PropertyKind::Code),
    ("paired-asterisk", PropertyKind::Code),
];

/// A list from lines of code, name and `property` or `property=value`. A code belongs under the longest listed code that
/// begins it, or else under the group whose letters hold its first; headings are the codes that have others below them.
fn list(version: &str, in_force: InForce, content: Content, text: &str) -> CodeSystem {
    let rows: Vec<Vec<&str>> = text
        .lines()
        .map(|line| line.split('|').map(str::trim).collect())
        .filter(|row: &Vec<&str>| row.len() > 1)
        .collect();
    let bare = |row: &Vec<&str>| Mark::split(row[0]).0.to_owned();
    let concepts = rows.iter().map(|row| {
        let own = bare(row);
        let is_group = own.contains('-');
        let above = rows.iter().map(bare).filter(|other| own.starts_with(other.as_str()) && *other != own).max();
        let group = rows.iter().map(bare).find(|other| {
            !is_group && other.contains('-') && (other.as_bytes()[0]..=other.as_bytes()[4]).contains(&own.as_bytes()[0])
        });
        let has_finer = rows.iter().map(bare).any(|other| other.starts_with(own.as_str()) && other != own);
        let properties = row.iter().skip(2).filter(|property| !property.is_empty()).map(|property| {
            let (name, value) = property.split_once('=').unwrap_or((property, ""));
            let place = PROPERTIES.iter().position(|(known, _)| *known == name).unwrap();
            let value = match PROPERTIES[place].1 {
                PropertyKind::Boolean => PropertyValue::Boolean(true),
                PropertyKind::Text => PropertyValue::Text(value.into()),
                _ => PropertyValue::Code(value.into()),
            };
            (place, value)
        });
        DraftConcept {
            mark: Mark::split(row[0]).1,
            usability: match (is_group, has_finer) {
                (true, _) => Usability::Grouper,
                (false, true) => Usability::Heading,
                (false, false) => Usability::Usable,
            },
            designations: vec![Designation::preferred("vi", row[1])],
            parents: above.or(group).map(|code| Parent { code, ..Parent::default() }).into_iter().collect(),
            properties: properties.collect(),
            code: own.clone(),
            ..DraftConcept::default()
        }
    });
    let draft = Draft {
        edition: Edition { system: "icd10-vn".into(), version: version.into(), in_force, ..Edition::default() },
        content,
        grammar: CodeGrammar::Icd10,
        language: "vi".into(),
        properties: PROPERTIES
            .map(|(name, kind)| PropertyDefinition { name: name.into(), description: String::new(), kind })
            .into(),
        concepts: concepts.collect(),
        ..Draft::default()
    };
    CodeSystem::from_bytes(index::to_bytes(&draft, &Report::default()).unwrap()).unwrap()
}

const OLD: &str = "
    A00-B99 | Nhiễm trùng
    C00-D48 | U
    E00-E90 | Nội tiết
    F00-F99 | Tâm thần
    G00-N99 | Bệnh khác
    O00-P96 | Sản, sơ sinh
    R00-R99 | Triệu chứng
    A90 | Sốt dengue
    A01.0 | Thương hàn | paired-asterisk=G01*
    A17 | Lao hệ thần kinh
    A17† | Lao hệ thần kinh
    E11 | Đái tháo đường típ 2
    E11.9 | Đái tháo đường típ 2 không biến chứng
    G01* | Viêm màng não trong bệnh nhiễm khuẩn | never-main-diagnosis | paired-dagger=A01.0
    G31.1 | Thoái hóa não do tuổi già | never-main-diagnosis
    I10 | Tăng huyết áp vô căn
    K35 | Viêm ruột thừa cấp
    K35.2 | Viêm ruột thừa cấp với viêm phúc mạc toàn thể
    K35.9 | Viêm ruột thừa cấp, không xác định
    M14.2 | Bệnh khớp đái tháo đường
    M14.20* | Bệnh khớp đái tháo đường, nhiều vị trí
    M54.5 | Đau thắt lưng
    N40 | Tăng sản tuyến tiền liệt | male-only
    O80 | Đẻ thường | female-only | age-window=9y..60y
    P07.3 | Đẻ non khác | age-window=0d..365d
    U07.0 | Dùng khi khẩn cấp | age-window=0d..365d
";

const NEW: &str = "
    A00-B99 | Nhiễm trùng
    C00-D48 | U
    E00-E90 | Nội tiết
    F00-F99 | Tâm thần
    G00-N99 | Bệnh khác
    O00-P96 | Sản, sơ sinh
    R00-R99 | Triệu chứng
    S00-Y98 | Chấn thương và nguyên nhân
    A01.0 | Thương hàn
    A04.9 | Nhiễm khuẩn ruột
    A17.0† | Viêm màng não do lao (G01*)
    A97 | Sốt dengue
    A97.0 | Sốt dengue, không có dấu hiệu cảnh báo
    A97.9 | Sốt dengue, không xác định
    B90.0 | Di chứng lao | discouraged-main-diagnosis
    B95.0 | Liên cầu nhóm A | never-main-diagnosis
    C53.0 | U ác cổ tử cung | mostly-female
    E11 | Đái tháo đường típ 2
    E11.2† | Đái tháo đường típ 2 có biến chứng thận
    E11.9 | Đái tháo đường típ 2 không biến chứng
    E87.8 | Rối loạn điện giải
    F53 | Rối loạn tâm thần sau sinh
    F53.0 | Rối loạn nhẹ sau sinh | mostly-female
    G01* | Viêm màng não trong bệnh nhiễm khuẩn | never-main-diagnosis
    G55.1* | Chèn ép rễ thần kinh (M50- M51†) | never-main-diagnosis
    H36.0* | Bệnh võng mạc | never-main-diagnosis
    I10 | Tăng huyết áp vô căn
    J18 | Viêm phổi
    J18.0 | Viêm phế quản phổi
    J18.9 | Viêm phổi, không xác định
    K35 | Viêm ruột thừa cấp
    K35.2 | Viêm ruột thừa cấp với viêm phúc mạc toàn thể
    K35.8 | Viêm ruột thừa cấp khác và không xác định
    M14.2* | Bệnh khớp đái tháo đường | never-main-diagnosis
    M51.1† | Bệnh đĩa đệm thắt lưng có tổn thương rễ (G55.1*)
    M54.5 | Đau thắt lưng
    M54.50 | Đau thắt lưng, nhiều vị trí
    M54.59 | Đau thắt lưng, vị trí không xác định
    N40 | Tăng sản tuyến tiền liệt | mostly-male
    O80 | Đẻ thường | mostly-female
    O96.0 | Tử vong mẹ muộn | death-cause-only | mostly-female
    P07.3 | Đẻ non khác
    P95 | Thai chết | death-cause-only
    R05 | Ho
    R65.2 | Nhiễm trùng huyết nặng | never-main-diagnosis
    S06.00 | Chấn động não
    T81.4 | Nhiễm trùng sau thủ thuật
    U07.0 | Rối loạn do thuốc lá điện tử
    W19 | Ngã
    Z00.0 | Khám sức khỏe
";

fn terminology() -> Terminology {
    let old = InForce { from: None, until: Some(day("2026-06-30")) };
    let new = InForce { from: Some(day("2026-07-01")), until: None };
    Terminology::new([list("old", old, Content::Complete, OLD), list("new", new, Content::Complete, NEW)]).unwrap()
}

#[test]
fn a_clean_encounter_has_no_findings() {
    let terminology = terminology();
    let checker = Checker::new(&terminology).unwrap();
    let none: [&str; 0] = [];
    assert_eq!(lines(&checker, &after()), none);
    assert_eq!(lines(&checker, &after().main("J18.9").secondary(";A04.9;E87.8").sex(Sex::Female)), none);
    assert_eq!(lines(&checker, &before().main("M54.5").secondary("I10")), none);
}

#[test]
fn existence() {
    let terminology = terminology();
    let checker = Checker::new(&terminology).unwrap();
    let cases = [
        (after().main("A90"), "error unknown-code main 1 A90 → A97.9"),
        (after().main("K35.9"), "error unknown-code main 1 K35.9 → K35.8"),
        (after().secondary("M14.20*"), "error unknown-code secondary 1 M14.20* → M14.2*"),
        (before().main("S06.00"), "error unknown-code main 1 S06.00"),
        (after().main("J18.95"), "error unknown-code main 1 J18.95 → J18.9"),
        (after().main("viêm phổi"), "error unknown-code main 1 viêm phổi"),
        (after().secondary("G01†"), "error unknown-code secondary 1 G01† → G01*"),
        (after().main("40.17"), "error unknown-code main 1 40.17"),
    ];
    for (encounter, expected) in cases {
        assert_eq!(of(&checker, Rule::UnknownCode, &encounter), [expected]);
    }
    let findings = checker.check(&before().main("S06.00")).unwrap();
    assert!(findings[0].message_en.contains("icd10-vn|new") && findings[0].message_vi.contains("icd10-vn|new"));
    assert_eq!(findings[0].basis, "Quyết định 4469/QĐ-BYT năm 2020");
}

#[test]
fn a_list_that_is_not_loaded() {
    let new = InForce { from: Some(day("2026-07-01")), until: None };
    let only_new = Terminology::new([list("new", new, Content::Complete, NEW)]).unwrap();
    let checker = Checker::new(&only_new).unwrap();
    assert_eq!(
        lines(&checker, &before().main("J18.9").secondary("S06.00;I10;I10")),
        [
            "unknown list-not-loaded main 1 J18.9",
            "unknown list-not-loaded secondary 1 S06.00",
            "unknown list-not-loaded secondary 2 I10",
            "unknown list-not-loaded secondary 3 I10",
            "warning duplicate-code secondary 3 I10",
        ]
    );
    // Nothing is loaded at all; what needs no list is told all the same.
    let nothing = Terminology::new([]).unwrap();
    let checker = Checker::new(&nothing).unwrap();
    assert_eq!(
        lines(&checker, &after().main("U62.392.3").secondary("nonsense")),
        ["error traditional-code main 1 U62.392.3", "unknown list-not-loaded secondary 1 nonsense"]
    );
    // A fragment: its codes are found, others are unknown, and its rules cannot be told.
    let fragment = list("new", new, Content::Fragment, "J18.9 | Viêm phổi");
    let fragment = Terminology::new([fragment]).unwrap();
    let checker = Checker::new(&fragment).unwrap();
    assert_eq!(
        lines(&checker, &after().main("J18.9").secondary("I10")),
        ["unknown list-not-loaded", "unknown unknown-code secondary 1 I10"]
    );
    let told = checker.check(&after().main("J18.9")).unwrap();
    assert!(told[0].message_en.ends_with("checked: never-main, discouraged-main, death-cause-only."), "{told:?}");
    // A severity of the caller's does not make unknown known.
    let settings = Settings::new()
        .severity(Rule::ListNotLoaded, Severity::Error)
        .severity(Rule::UnknownCode, Severity::Error)
        .off(Rule::NeverMain)
        .off(Rule::DiscouragedMain)
        .off(Rule::DeathCauseOnly);
    let checker = Checker::with(&fragment, settings).unwrap();
    assert_eq!(lines(&checker, &after().main("I10")), ["unknown unknown-code main 1 I10"]);
}

#[test]
fn usability() {
    let terminology = terminology();
    let checker = Checker::new(&terminology).unwrap();
    let cases = [
        (after().main("M54.5"), vec!["error heading main 1 M54.5 → M54.50 M54.59"]),
        (after().secondary("E11"), vec!["error heading secondary 1 E11 → E11.2† E11.9"]),
        (before().main("E11"), vec!["warning heading main 1 E11 → E11.9"]),
        (before().main("M54.5"), vec![]),
        (after().main("A00-B99"), vec!["error heading main 1 A00-B99"]),
        // What is suggested fits the patient.
        (after().main("F53").sex(Sex::Male), vec!["error heading main 1 F53"]),
        (after().main("F53").sex(Sex::Female), vec!["error heading main 1 F53 → F53.0"]),
    ];
    for (encounter, expected) in cases {
        assert_eq!(of(&checker, Rule::Heading, &encounter), expected);
    }
}

#[test]
fn roles() {
    let terminology = terminology();
    let checker = Checker::new(&terminology).unwrap();
    let cases = [
        (after().main("B95.0"), vec!["error never-main main 1 B95.0"]),
        (after().main("I10").secondary("B95.0"), vec![]),
        (after().main("B90.0"), vec!["warning discouraged-main main 1 B90.0"]),
        (after().main("R65.2"), vec!["error never-main main 1 R65.2"]),
        (before().main("G31.1"), vec!["error never-main main 1 G31.1"]),
        (after().main("I10").secondary("O96.0"), vec!["error death-cause-only secondary 1 O96.0"]),
        (after().main("P95"), vec!["error death-cause-only main 1 P95"]),
        (after().diagnosis(Role::DeathCause, "O96.0"), vec![]),
    ];
    for (encounter, expected) in cases {
        assert_eq!(lines(&checker, &encounter), expected);
    }
    assert_eq!(checker.check(&after().main("B95.0")).unwrap()[0].basis, "Thông tư 06/2026/TT-BYT, phụ lục, cột 24");
}

#[test]
fn daggers_and_asterisks() {
    let terminology = terminology();
    let checker = Checker::new(&terminology).unwrap();
    let cases = [
        (after().main("G01*").secondary("A17.0"), vec!["error asterisk-as-main main 1 G01* → A17.0†"]),
        (after().main("A17.0†").secondary("G01*"), vec!["information field-bytes main 1 A17.0†"]),
        (after().main("A17.0").secondary("G01"), vec![]),
        // By annex A1 of the earlier list, which marks no dagger.
        (after().main("A01.0").secondary("G01*"), vec![]),
        (after().main("I10").secondary("G01*"), vec!["error asterisk-without-dagger secondary 1 G01* → A01.0 A17.0†"]),
        // An infection that nobody listed may be the one; and so may a code that nobody knows.
        (
            after().main("A04.9").secondary("G01*"),
            vec!["unknown asterisk-without-dagger secondary 1 G01* → A01.0 A17.0†"],
        ),
        (
            after().main("X99").secondary("G01*"),
            vec!["error unknown-code main 1 X99", "unknown asterisk-without-dagger secondary 1 G01* → A01.0 A17.0†"],
        ),
        // A dagger of another pair, or one that the coder put.
        (
            after().main("E11.2").secondary("G01"),
            vec!["unknown asterisk-without-dagger secondary 1 G01 → A01.0 A17.0†"],
        ),
        // The name lists its daggers, so that there are no others.
        (after().main("M51.1").secondary("G55.1*"), vec![]),
        (
            after().main("A17.0").secondary("G55.1*"),
            vec![
                "information dagger-without-asterisk main 1 A17.0 → G01*",
                "error asterisk-without-dagger secondary 1 G55.1* → M51.1†",
            ],
        ),
        (after().main("I10").secondary("H36.0*"), vec!["unknown asterisk-without-dagger secondary 1 H36.0*"]),
        (after().main("A17.0"), vec!["information dagger-without-asterisk main 1 A17.0 → G01*"]),
        // Any manifestation may be that of a dagger without known partners.
        (after().main("E11.2").secondary("H36.0"), vec!["unknown asterisk-without-dagger secondary 1 H36.0"]),
        (before().main("A17").secondary("I10"), vec![]),
        (before().main("A17†"), vec!["information dagger-without-asterisk main 1 A17†"]),
    ];
    for (encounter, expected) in cases {
        assert_eq!(lines(&checker, &encounter), expected, "{encounter:?}");
    }
}

#[test]
fn plausibility_of_sex() {
    let terminology = terminology();
    let checker = Checker::new(&terminology).unwrap();
    let cases = [
        (after().main("C53.0").sex(Sex::Male), vec!["warning implausible-sex main 1 C53.0"]),
        (after().main("C53.0").sex(Sex::Female), vec![]),
        (after().main("C53.0").sex(Sex::Other), vec![]),
        (after().main("C53.0"), vec![]),
        (after().main("N40").sex(Sex::Female), vec!["warning implausible-sex main 1 N40"]),
        (before().main("N40").sex(Sex::Female), vec!["warning implausible-sex main 1 N40"]),
        (after().main("I10").secondary("F53.0").sex(Sex::Male), vec!["warning implausible-sex secondary 1 F53.0"]),
        (after().main("F53").sex(Sex::Male), vec![]),
    ];
    for (encounter, expected) in cases {
        assert_eq!(of(&checker, Rule::ImplausibleSex, &encounter), expected);
    }
}

#[test]
fn windows_of_ages() {
    let terminology = terminology();
    let checker = Checker::new(&terminology).unwrap();
    let born = |encounter: Encounter, birth: &str| encounter.birth(birth.parse().unwrap());
    let cases = [
        (born(before().main("P07.3"), "2024-01-01"), vec!["warning age-window main 1 P07.3"]),
        (born(after().main("P07.3"), "2024-01-01"), vec!["information age-window main 1 P07.3"]),
        (born(after().main("P07.3"), "2026-01-01"), vec![]),
        // Over the stay, not on one day of it: still within a year when admitted.
        (born(after().main("P07.3"), "2025-06-30"), vec!["information age-window main 1 P07.3"]),
        (born(after().main("P07.3").start(day("2026-06-29")), "2025-06-30"), vec![]),
        // A year alone is enough, and gets the benefit of the doubt.
        (born(after().main("P07.3"), "2025"), vec![]),
        (born(after().main("P07.3"), "2024"), vec!["information age-window main 1 P07.3"]),
        (after().main("O80").birth(Birth::Aged(70)), vec!["information age-window main 1 O80"]),
        (after().main("O80").birth(Birth::Aged(60)), vec![]),
        // No day, no age: never that of today.
        (born(Encounter::new().main("P07.3"), "1950-01-01"), vec![]),
        // The code means something else now.
        (born(before().main("U07.0"), "1990"), vec!["warning age-window main 1 U07.0"]),
        (born(after().main("U07.0"), "1990"), vec![]),
    ];
    for (encounter, expected) in cases {
        assert_eq!(of(&checker, Rule::AgeWindow, &encounter), expected, "{encounter:?}");
    }
}

#[test]
fn the_set_as_a_whole() {
    let terminology = terminology();
    let checker = Checker::new(&terminology).unwrap();
    let cases = [
        (after().main("I10").secondary("I10;E11.9"), vec!["warning duplicate-code secondary 1 I10"]),
        (
            after().main("J18.9").secondary("i10;j18.9 ; I10"),
            vec!["warning duplicate-code secondary 2 j18.9", "warning duplicate-code secondary 3 I10"],
        ),
        (
            after().main("J18.9").secondary("J18"),
            vec!["error heading secondary 1 J18 → J18.0 J18.9", "warning parent-with-child secondary 1 J18"],
        ),
        // The same code as cause of death repeats nothing.
        (after().main("I10").diagnosis(Role::DeathCause, "I10"), vec![]),
        (after().main("R05").secondary("J18.9"), vec!["information symptom-as-main main 1 R05"]),
        (after().main("R05").secondary("Z00.0"), vec![]),
        (after().main("R05"), vec![]),
        (after().main("J18.9").secondary("R05"), vec![]),
        (after().main("S06.00"), vec![]),
    ];
    for (encounter, expected) in cases {
        assert_eq!(lines(&checker, &encounter), expected, "{encounter:?}");
    }
    let with_causes = Checker::with(&terminology, Settings::new().on(Rule::InjuryWithoutCause)).unwrap();
    let cases = [
        (after().main("S06.00"), vec!["warning injury-without-cause main 1 S06.00"]),
        (after().main("J18.9").secondary("T81.4"), vec!["warning injury-without-cause secondary 1 T81.4"]),
        (after().main("S06.00").secondary("W19"), vec![]),
    ];
    for (encounter, expected) in cases {
        assert_eq!(lines(&with_causes, &encounter), expected);
    }
}

#[test]
fn fields_of_claims() {
    let terminology = terminology();
    let settings = Settings::new().off(Rule::ListNotLoaded).off(Rule::UnknownCode);
    let checker = Checker::with(&terminology, settings).unwrap();
    let codes = |count: usize| (0..count).map(|n| format!("B{:02}.1", n)).collect::<Vec<_>>().join(";");
    let none: [&str; 0] = [];
    assert_eq!(lines(&checker, &after().secondary(&codes(12))), none);
    assert_eq!(
        lines(&checker, &after().secondary(&codes(14))),
        ["error too-many-codes secondary 13 B12.1", "error too-many-codes secondary 14 B13.1"]
    );
    assert_eq!(lines(&checker, &after().main("J18.9;I10")), ["error too-many-codes main 2 I10"]);
    // 7 characters, of which one has three bytes; 8 characters.
    assert_eq!(lines(&checker, &after().main("M05.10†")), ["information field-bytes main 1 M05.10†"]);
    assert_eq!(lines(&checker, &after().main("M01.00*")), none);
    assert_eq!(lines(&checker, &after().main("M01.000*")), ["error field-too-long main 1 M01.000*"]);
    let twelve = "M01.00*;".repeat(12);
    assert_eq!(of(&checker, Rule::FieldTooLong, &after().secondary(&format!("{twelve} {}", " ".repeat(3)))), none);
    assert_eq!(
        of(&checker, Rule::FieldTooLong, &after().secondary(&format!("{twelve}     "))),
        ["error field-too-long secondary"]
    );
    let daggers = "A17.0†;".repeat(12);
    assert_eq!(of(&checker, Rule::FieldBytes, &after().secondary(&daggers)), ["information field-bytes secondary"]);
    let traditional = "U62.392.3;".repeat(25);
    let yhct = |text: &str| after().diagnosis(Role::Traditional, text);
    assert_eq!(of(&checker, Rule::FieldTooLong, &yhct(&traditional)), none);
    assert_eq!(
        of(&checker, Rule::FieldTooLong, &yhct(&format!("{traditional}U62.39"))),
        ["error field-too-long traditional"]
    );
}

#[test]
fn codes_of_other_systems() {
    let service = Draft {
        edition: Edition { system: "service".into(), version: "1".into(), ..Edition::default() },
        language: "vi".into(),
        concepts: vec![DraftConcept { code: "01.0117.0118".into(), ..DraftConcept::default() }],
        ..Draft::default()
    };
    let mut local = service.clone();
    local.edition.system = "local".into();
    local.concepts[0].code = "PNEU-1".into();
    let further = [service, local]
        .map(|draft| CodeSystem::from_bytes(index::to_bytes(&draft, &Report::default()).unwrap()).unwrap());
    let terminology = Terminology::new(terminology().loaded().iter().cloned().chain(further)).unwrap();
    let checker = Checker::new(&terminology).unwrap();
    let cases = [
        (after().main("U62.392.3"), vec!["error traditional-code main 1 U62.392.3"]),
        (
            after().diagnosis(Role::Traditional, "U62.392.3;J18.9;01.0117.0118"),
            vec![
                "unknown list-not-loaded traditional 1 U62.392.3",
                "error icd-code traditional 2 J18.9",
                "error wrong-system traditional 3 01.0117.0118",
            ],
        ),
        (after().main("01.0117.0118"), vec!["error wrong-system main 1 01.0117.0118"]),
        (
            after().secondary("N03.02.080.1024.000.0003"),
            vec!["error wrong-system secondary 1 N03.02.080.1024.000.0003"],
        ),
        (after().secondary("PNEU-1"), vec!["error wrong-system secondary 1 PNEU-1"]),
        (after().service("01.0117.0118"), vec![]),
        (after().service("01.0117.0118_GT"), vec![]),
        (after().service("01.0117.0118\t"), vec!["information repaired-code 01.0117.0118\t → 01.0117.0118"]),
        (after().service("99.0117.0118"), vec!["unknown list-not-loaded 99.0117.0118"]),
        (after().service("J18.9"), vec!["error wrong-system J18.9"]),
        (after().setting("01"), vec![]),
        (after().setting("14"), vec![]),
        (after().setting("1"), vec!["error visit-type 1 → 01"]),
        (after().setting("17"), vec!["unknown visit-type 17"]),
        (after().setting("x"), vec!["error visit-type x"]),
    ];
    for (encounter, expected) in cases {
        let found: Vec<_> =
            lines(&checker, &encounter).into_iter().filter(|line| !line.contains("field-too-long")).collect();
        assert_eq!(found, expected, "{encounter:?}");
    }
}

#[test]
fn repairs_are_told() {
    let terminology = terminology();
    let checker = Checker::new(&terminology).unwrap();
    let cases = [
        (after().main("J18,9"), vec!["information repaired-code main 1 J18,9 → J18.9"]),
        (after().main("J18.9").secondary("A04.9,E87.8"), vec!["information repaired-code secondary 2 E87.8"]),
        (after().main("j189").secondary(";A04.9;E87.8;"), vec![]),
    ];
    for (encounter, expected) in cases {
        assert_eq!(lines(&checker, &encounter), expected);
    }
}

#[test]
fn the_end_decides_in_vietnams_time() {
    let terminology = terminology();
    let checker = Checker::new(&terminology).unwrap();
    let s0600 = |end: &str| {
        let encounter = Encounter::new().start(day("2026-06-29")).end(day_in_vietnam(end).unwrap()).main("S06.00");
        lines(&checker, &encounter).len()
    };
    for (end, findings) in [
        ("2026-06-30", 1),
        ("2026-07-01", 0),
        ("2026-07-02", 0),
        ("2026-06-30T16:59Z", 1),
        ("2026-06-30T17:00Z", 0),
        ("2026-06-30T17:30Z", 0),
        ("2026-06-30T23:59:59+07:00", 1),
        ("202606302359", 1),
        ("202607010000", 0),
    ] {
        assert_eq!(s0600(end), findings, "{end}");
    }
    // No end: the latest edition is assumed, and the finding says so.
    let findings = checker.check(&Encounter::new().main("S06.00")).unwrap();
    assert_eq!(findings.iter().map(line).collect::<Vec<_>>(), ["information no-end-date"]);
    assert!(findings[0].message_en.contains("icd10-vn|new") && findings[0].message_vi.contains("icd10-vn|new"));
    // The terminology's own day is taken before the latest edition.
    let dated = terminology.as_of(day("2026-06-30"));
    let checker = Checker::new(&dated).unwrap();
    assert_eq!(of(&checker, Rule::UnknownCode, &Encounter::new().main("S06.00")).len(), 1);
    // And the end of the encounter before that day.
    assert_eq!(lines(&checker, &after().main("S06.00")), [""; 0]);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, ..ProptestConfig::default() })]

    /// The order of secondary codes changes where findings stand, and nothing else.
    #[test]
    fn order_does_not_matter(
        codes in prop::collection::vec(prop::sample::select(vec![
            "J18.9", "I10", "G01*", "A17.0†", "E11", "E11.9", "M54.5", "R05", "C53.0", "P95", "H36.0*", "A90", "U62.392.3", "XX",
            "J18", "S06.00", "G55.1*", "M51.1†",
        ]), 0..9),
        main in prop::sample::select(vec!["I10", "R05", "G01*", "J18.9"]),
        seed in any::<u64>(),
    ) {
        static TERMINOLOGY: std::sync::OnceLock<Terminology> = std::sync::OnceLock::new();
        static CHECKER: std::sync::OnceLock<Checker<'static>> = std::sync::OnceLock::new();
        let terminology = TERMINOLOGY.get_or_init(terminology);
        let checker = CHECKER.get_or_init(|| Checker::with(terminology, Settings::new().on(Rule::InjuryWithoutCause)).unwrap());
        let found = |codes: &[&str]| {
            let encounter = after().main(main).sex(Sex::Male).secondary(&codes.join(";"));
            let mut found: Vec<_> = checker.check(&encounter).unwrap().into_iter()
                .map(|finding| (finding.rule, finding.severity, finding.role, finding.code, finding.suggest))
                .collect();
            found.sort();
            found
        };
        let mut shuffled = codes.clone();
        for last in (1..shuffled.len()).rev() {
            shuffled.swap(last, (seed.rotate_left(last as u32) % (last as u64 + 1)) as usize);
        }
        prop_assert_eq!(found(&codes), found(&shuffled));
    }

    /// Any text can stand in any field, and each finding names what stands there.
    #[test]
    fn any_text_can_be_checked(
        main in r"\PC{0,12}", secondary in r"([A-Z][0-9]{2}[.,;*†/ \n]?[0-9]?|\PC){0,20}", yhct in r"\PC{0,12}",
        service in r"\PC{0,12}", setting in r"\PC{0,3}",
    ) {
        let terminology = terminology();
        let checker = Checker::new(&terminology).unwrap();
        let encounter = after().main(&main).secondary(&secondary).diagnosis(Role::Traditional, &yhct)
            .service(&service).setting(&setting);
        for finding in checker.check(&encounter).unwrap() {
            if let (Some(role), Some(code)) = (finding.role, finding.code) {
                prop_assert!(encounter.field(role).unwrap().contains(&code));
                prop_assert!(finding.position.unwrap() >= 1);
            }
        }
    }
}

/// The worked cases on the lists of Decision 4469/2020 and Circular 06/2026.
#[cfg(all(feature = "csv", feature = "xlsx"))]
mod national {
    use super::*;

    fn both() -> Option<Terminology> {
        let (former, later) = (lists::qd4469()?, lists::tt06()?);
        Some(Terminology::new([later.system.clone(), former.system.clone()]).unwrap())
    }

    /// Each encounter with its findings, all of them.
    fn hold(cases: &[(Encounter, &[&str])]) {
        let Some(terminology) = both() else { return };
        let checker = Checker::new(&terminology).unwrap();
        for (encounter, expected) in cases {
            assert_eq!(lines(&checker, encounter), *expected, "{encounter:?}");
        }
    }

    #[test]
    fn columns_24_to_29_of_circular_06() {
        hold(&[
            (after().main("B95.0"), &["error never-main main 1 B95.0"]),
            (after().main("V01.0"), &["error never-main main 1 V01.0"]),
            (after().main("Z37.0"), &["error never-main main 1 Z37.0"]),
            (after().main("J18.9").secondary("B95.0"), &[]),
            (after().main("B90.0"), &["warning discouraged-main main 1 B90.0"]),
            (after().main("I15.0"), &["warning discouraged-main main 1 I15.0"]),
            (after().main("H90.3"), &["warning discouraged-main main 1 H90.3"]),
            (after().main("J18.9").secondary("B90.0"), &[]),
            (after().main("M54.5"), &["error heading main 1 M54.5 → M54.50 M54.55 M54.56 M54.57 M54.58 M54.59"]),
            (
                after().main("J18.9").secondary("M54.5"),
                &["error heading secondary 1 M54.5 → M54.50 M54.55 M54.56 M54.57 M54.58 M54.59"],
            ),
            (after().main("I10").secondary("O96.0"), &["error death-cause-only secondary 1 O96.0"]),
            (after().main("I10").secondary("P95"), &["error death-cause-only secondary 1 P95"]),
            (after().diagnosis(Role::DeathCause, "O96.0"), &[]),
            (after().main("C53.0").sex(Sex::Male), &["warning implausible-sex main 1 C53.0"]),
            (after().main("N40").sex(Sex::Female), &["warning implausible-sex main 1 N40"]),
            (after().main("C53.0").sex(Sex::Other), &[]),
            (after().main("N40").sex(Sex::Other), &[]),
        ]);
    }

    #[test]
    fn editions_and_their_boundary() {
        let noon = |text: &str| Encounter::new().start(day("2026-06-30")).end(day_in_vietnam(text).unwrap());
        hold(&[
            (after().main("j189").secondary(" J20.9 "), &[]),
            (before().main("S06.00"), &["error unknown-code main 1 S06.00 → S06.0"]),
            (after().main("S06.00"), &[]),
            (noon("2026-07-02").main("S06.00"), &[]),
            (noon("2026-06-30T17:30Z").main("S06.00"), &[]),
            (noon("2026-06-30T16:30Z").main("S06.00"), &["error unknown-code main 1 S06.00 → S06.0"]),
            (Encounter::new().main("S06.00"), &["information no-end-date"]),
            (before().main("M54.5"), &[]),
            (before().main("A90"), &[]),
            (after().main("A90"), &["error unknown-code main 1 A90 → A97.9"]),
            (after().main("K35.9"), &["error unknown-code main 1 K35.9 → K35.8"]),
            (after().main("I10").secondary("U07.0"), &[]),
            (before().main("R65.2"), &[]),
            (after().main("R65.2"), &["error never-main main 1 R65.2"]),
            (before().main("G31.1"), &["error never-main main 1 G31.1"]),
            (after().main("G31.1"), &[]),
            (after().main("U13/9"), &["information repaired-code main 1 U13/9 → U13.9"]),
        ]);
        let Some(terminology) = both() else { return };
        let checker = Checker::new(&terminology).unwrap();
        let assumed = checker.check(&Encounter::new().main("S06.00")).unwrap();
        assert!(assumed[0].message_en.contains("icd10-vn|tt06"), "{assumed:?}");
    }

    #[test]
    fn headings() {
        let Some(terminology) = both() else { return };
        let checker = Checker::new(&terminology).unwrap();
        let findings = checker.check(&after().main("M86").secondary("E87;E11;I10")).unwrap();
        let told: Vec<_> = findings.iter().map(|finding| (finding.rule, finding.code.as_deref().unwrap())).collect();
        assert_eq!(told, [(Rule::Heading, "M86"), (Rule::Heading, "E87"), (Rule::Heading, "E11")]);
        let of_e11 = &findings[2].suggest;
        assert!(of_e11.contains(&"E11.9".to_owned()) && of_e11.contains(&"E11.2†".to_owned()), "{of_e11:?}");
        assert!(of_e11.iter().all(|code| code.starts_with("E11.")));
    }

    #[test]
    fn pairs() {
        let Some(terminology) = both() else { return };
        let checker = Checker::new(&terminology).unwrap();
        let told = |rule, encounter| -> Vec<(Severity, bool)> {
            let findings = checker.check(&encounter).unwrap();
            let of_rule = findings.iter().filter(|finding| finding.rule == rule);
            of_rule.map(|finding| (finding.severity, finding.suggest.contains(&"A17.0†".to_owned()))).collect()
        };
        assert_eq!(told(Rule::AsteriskAsMain, after().main("G01*").secondary("A17.0†")), [(Severity::Error, true)]);
        assert_eq!(told(Rule::AsteriskAsMain, before().main("G01*")), [(Severity::Error, false)]);
        assert_eq!(lines(&checker, &after().main("A17.0").secondary("G01*")), [""; 0]);
        assert_eq!(lines(&checker, &before().main("A17.0").secondary("G01*")), [""; 0]);
        // Annex A1 alone knows this pair.
        assert_eq!(lines(&checker, &after().main("A01.0").secondary("G01*")), [""; 0]);
        assert_eq!(told(Rule::AsteriskWithoutDagger, after().main("I10").secondary("G01*")), [(Severity::Error, true)]);
        assert_eq!(told(Rule::AsteriskWithoutDagger, after().secondary("G01*")), [(Severity::Error, true)]);
        // More pairs stand in names.
        for (dagger, asterisk) in [("L40.5", "M07.2*"), ("E11.2†", "N08.3*"), ("C34.9", "M90.70*"), ("M51.1", "G55.1*")]
        {
            let encounter = after().main(dagger).secondary(asterisk);
            assert_eq!(told(Rule::AsteriskWithoutDagger, encounter), [], "{dagger} {asterisk}");
        }
        for (other, asterisk) in [("E11.9", "N08.3*"), ("I10", "M90.70*"), ("A17.0", "G55.1*")] {
            let encounter = after().main(other).secondary(asterisk);
            assert_eq!(told(Rule::AsteriskWithoutDagger, encounter)[0].0, Severity::Error, "{other} {asterisk}");
        }
        assert_eq!(
            of(&checker, Rule::DaggerWithoutAsterisk, &after().main("A17.0")),
            ["information dagger-without-asterisk main 1 A17.0 → G01* G53.1* G94.0*"]
        );
        // Of a manifestation with no pair in the loaded data nothing is claimed.
        let only_later = Terminology::new([lists::tt06().unwrap().system.clone()]).unwrap();
        let checker = Checker::new(&only_later).unwrap();
        assert_eq!(
            of(&checker, Rule::AsteriskWithoutDagger, &after().main("I10").secondary("H22.8*")),
            ["unknown asterisk-without-dagger secondary 1 H22.8*"]
        );
    }

    #[test]
    fn the_mark_tells_twins_apart() {
        let Some(terminology) = both() else { return };
        let checker = Checker::new(&terminology).unwrap();
        let told = |text| of(&checker, Rule::DaggerWithoutAsterisk, &before().main(text)).len();
        assert_eq!((told("A17"), told("A17†")), (0, 1));
        // Both rows are one code.
        assert_eq!(of(&checker, Rule::DuplicateCode, &before().main("A17").secondary("A17†")).len(), 1);
    }

    #[test]
    fn flags_are_not_inherited() {
        let Some(terminology) = both() else { return };
        let checker = Checker::new(&terminology).unwrap();
        assert_eq!(of(&checker, Rule::ImplausibleSex, &after().main("F53").sex(Sex::Male)), [""; 0]);
        assert_eq!(
            of(&checker, Rule::ImplausibleSex, &after().main("F53.0").sex(Sex::Male)),
            ["warning implausible-sex main 1 F53.0"]
        );
    }

    #[test]
    fn lists_and_limits() {
        let usable = "I10;E11.9;J18.9;K21.0;E78.5;I25.9;K29.7;N18.9;H25.9;E87.8;A04.9;D64.9;J20.9";
        let twelve = usable.rsplit_once(';').unwrap().0;
        hold(&[
            (after().main("J15.9").secondary(";A04.9;E87.8"), &[]),
            (after().main("J18,9"), &["information repaired-code main 1 J18,9 → J18.9"]),
            (after().main("J15.9").secondary(twelve), &[]),
            (after().main("J15.9").secondary(usable), &["error too-many-codes secondary 13 J20.9"]),
            (after().main("I10").secondary("I10;E11.9"), &["warning duplicate-code secondary 1 I10"]),
            (after().main("U62.392.3"), &["error traditional-code main 1 U62.392.3"]),
            (after().main("R05").secondary("J18.9"), &["information symptom-as-main main 1 R05"]),
            (after().main("J18.9").secondary("R05"), &[]),
            (after().setting("1"), &["error visit-type 1 → 01"]),
            (after().setting("14"), &[]),
        ]);
        let Some(terminology) = both() else { return };
        let checker = Checker::new(&terminology).unwrap();
        let folded = "I10;E11.9;J18.9;K21.0;E78.5;I25.9\nG55.1*;K29.7;N18.9;H25.9;E87.8;M51.1";
        let findings = checker.check(&after().main("J15.9").secondary(folded)).unwrap();
        assert_eq!(findings.iter().map(line).collect::<Vec<_>>(), ["information repaired-code secondary 7 G55.1*"]);
    }

    #[test]
    fn ages() {
        let born = |encounter: Encounter, birth: &str| encounter.birth(birth.parse().unwrap());
        hold(&[
            (born(before().main("P07.3"), "2024-01-01"), &["warning age-window main 1 P07.3"]),
            (born(after().main("P07.3"), "2024-01-01"), &["information age-window main 1 P07.3"]),
            (born(after().main("P07.3"), "2025"), &[]),
            (born(after().main("P07.3"), "2026-06-20"), &[]),
        ]);
    }

    #[test]
    fn a_list_of_services_says_nothing_of_diseases() {
        let Some(later) = lists::tt06() else { return };
        let draft = Draft {
            edition: Edition { system: "service".into(), version: "1".into(), ..Edition::default() },
            language: "vi".into(),
            concepts: vec![DraftConcept { code: "01.0117.0118".into(), ..DraftConcept::default() }],
            ..Draft::default()
        };
        let bytes = index::to_bytes(&draft, &Report::default()).unwrap();
        let services = CodeSystem::from_bytes(bytes).unwrap();
        let only_services = Terminology::new([services.clone()]).unwrap();
        let checker = Checker::new(&only_services).unwrap();
        for code in ["J18.9", "S06.00", "A90", "XYZ"] {
            assert_eq!(lines(&checker, &after().main(code)), [format!("unknown list-not-loaded main 1 {code}")]);
        }
        let with_both = Terminology::new([services, later.system.clone()]).unwrap();
        let checker = Checker::new(&with_both).unwrap();
        assert_eq!(lines(&checker, &after().main("01.0117.0118")), ["error wrong-system main 1 01.0117.0118"]);
        assert_eq!(lines(&checker, &before().main("J18.9")), ["unknown list-not-loaded main 1 J18.9"]);
    }
}
