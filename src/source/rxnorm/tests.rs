use super::*;
use crate::source::{DesignationStatus, DesignationUse, DraftConcept, PropertyValue};
use proptest::prelude::*;

/// An invented release, in the published layout.
const SOURCES: &str = "\
C1|C2|RXNORM_20AA_250804F|RXNORM|RxNorm Vocabulary|RXNORM|20AA_250804F|||2020AA||contact|contact|0||||IN,SCD|NDC|ENG|UTF-8|Y|Y|RxNorm|;;citation|
C3|C4|MMSL_2025_07_01|MMSL|Some Lexicon|MMSL|2025_07_01|||2020AA||contact|contact|1||||BD|NDC|ENG|UTF-8|Y|Y|Lexicon|;;citation|
";
const NAMES: &str = "\
101|ENG||||||9001|9001|101||RXNORM|IN|101|widgetine||N|4096|
102|ENG||||||9002|9002|102||RXNORM|SCD|102|widgetine 10 MG Oral Tablet||N|4096|
102|ENG||||||9003|9003|102||RXNORM|PSN|102|widgetine 10 mg tablet||N|4096|
102|ENG||||||9004|9004|102||RXNORM|SY|102|widgetine 10 MG Tab||N|4096|
102|ENG||||||9005|9005|102||RXNORM|TMSY|102|WIDGETine 10 MG Oral Tablet||N|4096|
102|ENG||||||9006||d1||MMSL|CD|d1|Widgetine Oral Tab 10mg||N||
103|ENG||||||9007|9007|103||RXNORM|SCDF|103|widgetine Oral Tablet||N|4096|
104|ENG||||||9008|9008|104||RXNORM|SCD|104|widgetine 5 MG Oral Tablet||O|4096|
105|ENG||||||9009||d2||MMSL|CD|d2|Gadgetine Oral Tab||N||
";
const TYPES: &str =
    "101|T121|A1.4|Pharmacologic Substance|||\n102|T200|A1.3|Clinical Drug|AT1||\n105|T200|A1.3|Clinical Drug|AT2||\n";
const ATTRIBUTES: &str = "\
102|||9002|AUI|102|AT1||NDC|RXNORM|00000000101|N|4096|
102|||9002|AUI|102|AT2||NDC|RXNORM|00000000102|N|4096|
102|||9003|AUI|102|AT3||NDC|RXNORM|00000000101|N|4096|
102|||9002|AUI|102|AT4||RXN_STRENGTH|RXNORM|10 MG|N|4096|
102|||9006|AUI|d1|AT5||NDC|MMSL|00000000109|N||
102|||9002|AUI|102|AT6||NDC|RXNORM|00000000103|O|4096|
";
const RELATIONSHIPS: &str = "\
101||CUI|RO|102||CUI|has_ingredient|1||RXNORM|RXNORM||||4096|
102||CUI|RO|101||CUI|ingredient_of|2||RXNORM|RXNORM||||4096|
103||CUI|RB|102||CUI|isa|3||RXNORM|RXNORM||||4096|
102||CUI|RN|103||CUI|inverse_isa|4||RXNORM|RXNORM||||4096|
101|9001|AUI|SY|101|9002|AUI||5||RXNORM|RXNORM||||4096|
101||CUI|RO|102||CUI|has_ingredient|6||MMSL|MMSL|||||
101||CUI|RO|103||CUI||7||RXNORM|RXNORM||||4096|
";
const RETIRED: &str = "\
201|RXNORM_04AC_050210F|RXNORM_09AA_090706F|2|102|
201|RXNORM_04AC_050210F|RXNORM_09AA_090706F|2|104|
101|RXNORM_04AC_050210F|RXNORM_09AA_090706F|1|102|
";

const FILES: [(&str, &str); 6] = [
    ("RXNCONSO.RRF", NAMES),
    ("RXNSAB.RRF", SOURCES),
    ("RXNSTY.RRF", TYPES),
    ("RXNSAT.RRF", ATTRIBUTES),
    ("RXNREL.RRF", RELATIONSHIPS),
    ("RXNCUI.RRF", RETIRED),
];

fn read_files(files: &[(&str, &str)], options: &Options) -> Result<(Draft, Report)> {
    let files = files.iter().map(|(name, text)| (0, *name, text.as_bytes()));
    read_input(&Input::of_files(files)?, options, Report::default())
}

fn of<'d>(draft: &'d Draft, code: &str) -> &'d DraftConcept {
    draft.concepts.iter().find(|concept| concept.code == code).unwrap()
}

fn values(draft: &Draft, code: &str, property: &str) -> Vec<String> {
    let index = draft.properties.iter().position(|known| known.name == property).unwrap();
    let text = |value: &PropertyValue| match value {
        PropertyValue::Code(text) | PropertyValue::Text(text) => text.clone(),
        other => format!("{other:?}"),
    };
    of(draft, code).properties.iter().filter(|(known, _)| *known == index).map(|(_, value)| text(value)).collect()
}

fn rules(report: &Report) -> Vec<(&'static str, Option<u64>)> {
    report.entries().iter().map(|entry| (entry.rule, entry.place.line)).collect()
}

#[test]
fn a_release_becomes_a_draft() {
    let (draft, report) = read_files(&FILES, &Options::default()).unwrap();
    let found: Vec<_> = rules(&report).into_iter().filter(|(_, line)| line.is_some()).collect();
    assert_eq!(found, [("source-restriction", Some(1)), ("retired-and-listed", Some(3))]);
    assert_eq!(report.of_rule("rows-passed-over").count(), 7);
    assert_eq!(draft.edition.to_string(), "rxnorm|08042025");
    assert_eq!(draft.edition.in_force.from, "2025-08-04".parse().ok());
    let codes: Vec<_> = draft.concepts.iter().map(|concept| (concept.code.as_str(), concept.inactive)).collect();
    assert_eq!(codes, [("101", false), ("102", false), ("103", false), ("104", true), ("201", true)]);

    let drug = of(&draft, "102");
    let names: Vec<_> = drug.designations.iter().map(|name| (name.r#use.clone(), name.text.as_str())).collect();
    let other = |code: &str| DesignationUse::Other {
        system: "http://www.nlm.nih.gov/research/umls/rxnorm".into(),
        code: code.into(),
    };
    assert_eq!(
        names,
        [
            (DesignationUse::Preferred, "widgetine 10 MG Oral Tablet"),
            (other("PSN"), "widgetine 10 mg tablet"),
            (DesignationUse::Synonym, "widgetine 10 MG Tab"),
            (other("TMSY"), "WIDGETine 10 MG Oral Tablet"),
        ]
    );
    assert_eq!(drug.designations[0].id.as_deref(), Some("9002"));
    assert_eq!(drug.parents[0].code, "103");
    assert_eq!(of(&draft, "104").designations[0].status, DesignationStatus::Inactive);
    for (code, property, expected) in [
        ("102", "term-type", "SCD"),
        ("102", "ndc", "00000000101 00000000102"),
        ("102", "rxn-strength", "10 MG"),
        ("102", "semantic-type", "Clinical Drug"),
        ("102", "has-ingredient", "101"),
        ("101", "ingredient-of", "102"),
        ("103", "ro", "101"),
        ("201", "replaced-by", "102 104"),
        ("201", "retired-after", "RXNORM_09AA_090706F"),
    ] {
        assert_eq!(values(&draft, code, property).join(" "), expected, "{code} {property}");
    }
    crate::index::to_bytes(&draft, &report).unwrap();
}

#[test]
fn other_vocabularies_are_read_if_asked_for() {
    let options = Options { sources: vec!["RXNORM".into(), "MMSL".into()], version: Some("x".into()) };
    let (draft, report) = read_files(&FILES, &options).unwrap();
    assert_eq!(report.of_rule("source-restriction").count(), 2);
    assert_eq!(draft.edition.version, "x");
    assert_eq!(values(&draft, "102", "ndc"), ["00000000101", "00000000102", "00000000109"]);
    assert_eq!(of(&draft, "105").designations[0].r#use, DesignationUse::Preferred);
    assert_eq!(of(&draft, "102").designations.len(), 5);
}

#[test]
fn findings_name_their_row() {
    let names = NAMES.to_owned()
        + "1O6|ENG||||||1|1|1||RXNORM|IN|1|x||N||\n107|ENG||||||1|1|1||RXNORM|IN|1|||N||\n\
           108|XXX||||||1|1|1||RXNORM|IN|1|x||N||\n109|ENG||||||1|1|1||RXNORM|PSN|1|x||N||\n110|ENG||||cut";
    let relationships = "999||CUI|RB|102||CUI|isa|3||RXNORM|RXNORM||||4096|\n103||CUI|RB|102||CUI|isa|3||RXNORM|RXNORM||||4096|\n\
                         102||CUI|RB|103||CUI|isa|3||RXNORM|RXNORM||||4096|\n101||CUI|RO|999||CUI|x|3||RXNORM|RXNORM||||4096|\n";
    let files = [("RXNCONSO.RRF", names.as_str()), ("RXNREL.RRF", relationships), ("RXNDOC.RRF", "")];
    let options = Options { version: Some("x".into()), ..Options::default() };
    let (draft, report) = read_files(&files, &options).unwrap();
    assert_eq!(
        rules(&report),
        [
            ("file-not-read", None),
            ("bad-code", Some(10)),
            ("missing-name", Some(11)),
            ("language", Some(12)),
            ("field-count", Some(14)),
            ("unknown-parent", Some(1)),
            ("unknown-concept", Some(4)),
            ("missing-name", Some(13)),
            ("parent-cycle", Some(3)),
            ("rows-passed-over", None),
        ]
    );
    assert_eq!(of(&draft, "108").designations[0].language, "xxx");
    crate::index::to_bytes(&draft, &report).unwrap();
}

#[test]
fn the_full_release_is_read_rather_than_its_extract() {
    let extract = "prescribe/rrf/RXNCONSO.RRF";
    let names = FILES.map(|(name, text)| (format!("rrf/{name}"), text));
    let files = names.iter().map(|(path, text)| (path.as_str(), *text));
    let files = [(extract, "101|ENG||||||1|1|101||RXNORM|IN|101|extract||N|4096|\n")].into_iter().chain(files);
    let input = Input::of_files(files.map(|(path, text)| (0, path, text.as_bytes()))).unwrap();
    let reading = crate::source::read(&input, &ReadOptions::new()).unwrap();
    assert_eq!(reading.draft.edition.to_string(), "rxnorm|08042025");
    assert_eq!(of(&reading.draft, "101").designations[0].text, "widgetine");
    let others: Vec<_> = reading.report.of_rule("file-not-read").map(|entry| entry.place.file.as_str()).collect();
    assert_eq!(others, [extract]);
    let strict = ReadOptions::new().strictness(crate::source::Strictness::StopAtFirstDoubt);
    assert!(matches!(FormatReader.read(&input, &strict), Err(Error::Doubt(_))));
}

#[test]
fn what_is_no_release_is_an_error() {
    let with_version = Options { version: Some("x".into()), ..Options::default() };
    assert!(matches!(read_files(&[], &with_version), Err(Error::Source { .. })));
    assert!(matches!(read_files(&[("RXNCONSO.RRF", "a,b\n")], &with_version), Err(Error::Source { .. })));
    assert!(matches!(read_files(&FILES[..1], &Options::default()), Err(Error::Argument { .. })));
    let folder = tempfile::tempdir().unwrap();
    assert!(matches!(read(folder.path().join("none"), &with_version), Err(Error::Io { .. })));
}

proptest! {
    #[test]
    fn damage_is_survived(edits in prop::collection::vec((0usize..6, 0usize..700, any::<u8>()), 0..30)) {
        let mut files = FILES.map(|(name, text)| (name, text.as_bytes().to_vec()));
        for (file, at, byte) in edits {
            if let Some(place) = files[file].1.get_mut(at) {
                *place = byte;
            }
        }
        let input = Input::of_files(files.iter().map(|(name, bytes)| (0, *name, bytes.as_slice()))).unwrap();
        if let Ok((draft, report)) = read_input(&input, &Options::default(), Report::default()) {
            prop_assert!(crate::index::to_bytes(&draft, &report).is_ok());
        }
    }
}
