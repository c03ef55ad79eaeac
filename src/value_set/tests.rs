use super::*;
use crate::source::{Draft, DraftConcept, Parent, Report};
use crate::{Edition, index};
use proptest::prelude::*;

/// An invented list with the codes given, each under the next shorter one.
fn list(version: &str, codes: &[&str]) -> CodeSystem {
    let bare = |code: &&str| Mark::split(code).0.to_owned();
    let concepts = codes.iter().map(|code| {
        let own = bare(code);
        let parent = codes.iter().map(bare).filter(|other| own.starts_with(other.as_str()) && *other != own).max();
        DraftConcept {
            mark: Mark::split(code).1,
            usability: if own.contains('-') { Usability::Grouper } else { Usability::Usable },
            parents: parent.map(|code| Parent { code, ..Parent::default() }).into_iter().collect(),
            code: own,
            ..DraftConcept::default()
        }
    });
    let draft = Draft {
        edition: Edition { system: "list".into(), version: version.into(), ..Edition::default() },
        grammar: CodeGrammar::Icd10,
        language: "vi".into(),
        concepts: concepts.collect(),
        ..Draft::default()
    };
    CodeSystem::from_bytes(index::to_bytes(&draft, &Report::default()).unwrap()).unwrap()
}

const CODES: [&str; 37] = [
    "A00-A09", "B18", "B18.1", "B18.10", "B18.19", "B20", "B20.0", "B22", "B24", "B24.9", "C00", "C97", "D48.9", "D56",
    "E10", "E10.0", "E10.2†", "E11", "E11.0", "E11.1", "E11.2†", "E11.9", "E14", "E14.2†", "F19.1", "F19.2", "F19.8",
    "F19.80", "F19.9", "K50", "K50.1", "L20", "L30", "M02.8", "M02.80", "M07.3*", "Z21",
];

fn expand(text: &str) -> (Vec<String>, Vec<String>) {
    let system = list("1", &CODES);
    let expansion = CodeRanges::parse(text).expand(&system).unwrap();
    let codes = expansion.concepts.iter().map(|id| system.concept(id).unwrap().marked_code().unwrap()).collect();
    (codes, expansion.remarks.iter().map(ToString::to_string).collect())
}

#[test]
fn wordings_of_regulations() {
    for (text, expected) in [
        ("D56", "D56"),
        ("B20 đến B24, Z21", "B20 B20.0 B22 B24 B24.9 Z21"),
        ("B20-B24; Z21.", "B20 B20.0 B22 B24 B24.9 Z21"),
        ("từ B20 tới B24 và Z21", "B20 B20.0 B22 B24 B24.9 Z21"),
        // The same word in decomposed letters.
        ("B20 đe\u{302}\u{301}n B24", "B20 B20.0 B22 B24 B24.9"),
        ("mã b20 – b22", "B20 B20.0 B22"),
        ("F19.2 đến F19.8", "F19.2 F19.8 F19.80"),
        ("E10 - E14 (trừ E10.0, E11.0, E11.1)", "E10 E10.2† E11 E11.2† E11.9 E14 E14.2†"),
        ("E10 - E14 trừ E10.0, E11.0 đến E11.2; L20", "E10 E10.2† E11 E11.9 E14 E14.2† L20"),
        ("E10, E11 (ngoại trừ E11.0 - E11.9), E14", "E10 E10.0 E10.2† E11 E14 E14.2†"),
        ("L20; L30", "L20 L30"),
        ("L20\nL30", "L20 L30"),
        ("M02.8", "M02.8 M02.80"),
        ("B18.1", "B18.1 B18.10 B18.19"),
        ("E11.2†", "E11.2†"),
        ("K50.-", "K50 K50.1"),
        ("K50.-†, L20", "K50 K50.1 L20"),
        ("C00.-- D48.-†", "C00 C97 D48.9"),
        ("M07.0- M07.3*", "M07.3*"),
        ("E10- E14 với ký tự thứ tư chung là.2†", "E10.2† E11.2† E14.2†"),
        ("nhóm E10- E14† (với ký tự thứ tự chung là.2†)", "E10.2† E11.2† E14.2†"),
        ("L20+L30", "L20 L30"),
        ("ICD-10: L20", "L20"),
    ] {
        let (codes, remarks) = expand(text);
        let unlisted =
            |remark: &String| remark.contains("M07.0 is not in the list") || remark.contains("D48 is not in");
        assert_eq!(codes.join(" "), expected, "{text}");
        assert!(remarks.iter().all(unlisted), "{text}: {remarks:?}");
    }
}

#[test]
fn what_is_doubtful_is_told() {
    for (text, codes, remark) in [
        ("", "", "no codes are given"),
        ("  ", "", "no codes are given"),
        ("Z69.64", "", "Z69.64 is not in the list: perhaps a misprint"),
        ("B20 đến B23", "B20 B20.0 B22", "B23 is not in the list: perhaps a misprint"),
        ("L20, đau bụng, L30", "L20 L30", "\"đau bụng\" is not understood and was passed over"),
        ("F19,2", "F19.2", "\"F19,2\" was read as F19.2"),
        ("L20, 9", "L20", "\"9\" is not understood and was passed over"),
        ("B24 - B20", "", "the range \"B24 - B20\" ends before it begins"),
        ("L20 (trừ L30)", "L20", "the exception L30 takes out nothing"),
        ("L20 -", "L20", "\"-\" is not understood and was passed over"),
        ("E11.2*", "", "E11.2 is not in the list: perhaps a misprint"),
        ("L201234", "", "\"L201234\" is not understood and was passed over"),
    ] {
        assert_eq!(
            expand(text),
            (codes.split_whitespace().map(str::to_owned).collect(), vec![remark.to_owned()]),
            "{text:?}"
        );
    }
}

#[test]
fn a_code_that_is_gone_is_told_from_a_misprint() {
    let both = Terminology::new([list("1", &["D75", "D75.2"]), list("2", &["D75", "D75.8"])]).unwrap();
    let expansion = CodeRanges::parse("D75.2, Z69.64").expand_in(&both, "list|2").unwrap().unwrap();
    let remarks: Vec<String> = expansion.remarks.iter().map(ToString::to_string).collect();
    assert_eq!(
        remarks,
        ["D75.2 is not in this edition, but in list|1", "Z69.64 is not in the list: perhaps a misprint",]
    );
    assert!(CodeRanges::parse("D75.2").expand_in(&both, "no such list").unwrap().is_none());
}

#[test]
fn codes_mentioned_in_a_name() {
    let system = list("1", &CODES);
    let mentioned = |name, mark| -> String {
        let set = CodeRanges::mentioned(name, mark).expand(&system).unwrap().concepts;
        let codes: Vec<_> = set.iter().map(|id| system.concept(id).unwrap().marked_code().unwrap()).collect();
        codes.join(" ")
    };
    let name = "Bệnh khớp do viêm ruột (K50.-†), vị trí L20, type 2 [B18]";
    assert_eq!(mentioned(name, Mark::Dagger), "K50 K50.1");
    assert_eq!(mentioned(name, Mark::Asterisk), "");
    assert_eq!(mentioned("Bệnh vảy nến thể khớp (M07.0- M07.3*, M09.0*)", Mark::Asterisk), "M07.3*");
    assert_eq!(mentioned("Hội chứng (C00†", Mark::Dagger), "C00");
}

proptest! {
    #[test]
    fn any_text_can_be_read(text in r"([A-Z][0-9]{2}(\.[0-9])?|trừ|đến|[ ,;()\n.†*+-]|\PC){0,20}") {
        let system = list("1", &CODES);
        let ranges = CodeRanges::parse(&text);
        let expansion = ranges.expand(&system).unwrap();
        prop_assert!(expansion.remarks.len() >= ranges.remarks().len());
        prop_assert!(!ranges.is_empty() || expansion.concepts.is_empty());
    }

    #[test]
    fn an_exception_takes_out_what_it_names(a in 0..35_usize, b in 0..35_usize, c in 0..35_usize) {
        let [a, b, c] = [a, b, c].map(|at| Mark::split(CODES[at + 1]).0);
        let (first, last) = (a.min(b), a.max(b));
        let (whole, _) = expand(&format!("{first} - {last}"));
        let (taken, _) = expand(c);
        let (rest, _) = expand(&format!("{first} - {last} (trừ {c})"));
        let expected: Vec<String> = whole.into_iter().filter(|code| !taken.contains(code)).collect();
        prop_assert_eq!(rest, expected);
    }
}
