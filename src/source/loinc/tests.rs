use super::*;
use crate::source::{DesignationUse, DraftConcept, PropertyValue, Usability};
use proptest::prelude::*;

/// A release of two invented terms, with a row in each file. The codes have right check digits.
const FILES: [(&str, &str); 10] = [
    (
        "Loinc.csv",
        "\"LOINC_NUM\",\"COMPONENT\",\"PROPERTY\",\"TIME_ASPCT\",\"SYSTEM\",\"SCALE_TYP\",\"METHOD_TYP\",\"CLASS\",\
         \"STATUS\",\"RELATEDNAMES2\",\"SHORTNAME\",\"LONG_COMMON_NAME\",\"COMMON_TEST_RANK\",\"UNITSREQUIRED\",\
         \"AssociatedObservations\",\"VersionLastChanged\",\"DisplayName\"\r\n\
         \"99901-1\",\"Widget\",\"MCnc\",\"Pt\",\"Bld\",\"Qn\",\"\",\"CHEM\",\"ACTIVE\",\"Widg; Level;Widg\",\"Widget Bld-mCnc\",\
         \"Widget [Mass/volume] in Blood\",\"12\",\"Y\",\"99902-9;99903-7\",\"2.8\",\"Widget (Bld)\"\r\n\
         \"99902-9\",\"Old widget\",\"MCnc\",\"Pt\",\"Bld\",\"Qn\",\"\",\"CHEM\",\"DEPRECATED\",\"\",\"\",\
         \"Old \"\"widget\"\", in blood\",\"0\",\"N\",\"\",\"2.72\",\"\"\r\n",
    ),
    (
        "ComponentHierarchyBySystem.csv",
        "PATH_TO_ROOT,SEQUENCE,IMMEDIATE_PARENT,CODE,CODE_TEXT\r\n,1,,LP29693-6,Laboratory\r\n\
         LP29693-6,1,LP29693-6,LP14082-9,Ignored\r\nLP29693-6.LP14082-9,1,LP14082-9,99901-1,Ignored\r\n",
    ),
    ("MapTo.csv", "LOINC,MAP_TO,COMMENT\r\n99902-9,99901-1,if in blood\r\n"),
    ("ConsumerName.csv", "LoincNumber,ConsumerName\r\n99901-1,\"Widgets, blood\"\r\n"),
    (
        "Part.csv",
        "PartNumber,PartTypeName,PartName,PartDisplayName,Status\r\nLP14082-9,COMPONENT,Widget,Widgets,ACTIVE\r\n",
    ),
    (
        "LoincPartLink_Primary.csv",
        "LoincNumber,PartNumber,Property\r\n99901-1,LP14082-9,http://loinc.org/property/TIME_ASPCT\r\n",
    ),
    (
        "AnswerList.csv",
        "AnswerListId,AnswerListName,AnswerListOID,AnswerStringId,DisplayText,ExtCodeId,ExtCodeSystem,Score\r\n\
         LL360-9,Yes|No,1.2.3,LA33-6,Yes,373066001,http://snomed.info/sct,1\r\nLL360-9,Yes|No,1.2.3,LA32-8,No,,,\r\n\
         LL744-4,Other,,LA33-6,Certainly,,,\r\n",
    ),
    (
        "LoincAnswerListLink.csv",
        "LoincNumber,AnswerListId,AnswerListLinkType,ApplicableContext\r\n99901-1,LL360-9,NORMATIVE,\r\n",
    ),
    ("LinguisticVariants.csv", "ID,ISO_LANGUAGE,ISO_COUNTRY,LANGUAGE_NAME,PRODUCER\r\n77,vi,VN,Vietnamese,Nobody\r\n"),
    (
        "viVN77LinguisticVariant.csv",
        "LOINC_NUM,COMPONENT,PROPERTY,TIME_ASPCT,SYSTEM,SCALE_TYP,METHOD_TYP,SHORTNAME,LONG_COMMON_NAME,RELATEDNAMES2\r\n\
         99901-1,Đồ vật,MCnc,Pt,Máu,Qn,,,Đồ vật trong máu,vật; máu\r\n99902-9,Đồ cũ,MCnc,Pt,Máu,Qn,,,,\r\n",
    ),
];

fn read_files(files: &[(&str, &[u8])], options: &Options) -> Result<(Draft, Report)> {
    let files = files.iter().map(|(name, bytes)| (0, *name, *bytes));
    read_input(&Input::of_files(files)?, options, Report::default())
}

fn read_all() -> (Draft, Report) {
    read_files(&FILES.map(|(name, text)| (name, text.as_bytes())), &Options::default()).unwrap()
}

fn with(change: &str, text: &str) -> (Draft, Report) {
    let files = FILES.map(|(name, known)| (name, if name == change { text.as_bytes() } else { known.as_bytes() }));
    read_files(&files, &Options::default()).unwrap()
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
    let (draft, report) = read_all();
    assert_eq!(rules(&report), [("answer-text", Some(4)), ("name-from-axes", None), ("version", None)]);
    // Version 2.8 comes before 2.72.
    assert_eq!(draft.edition.to_string(), "loinc|2.72");
    let codes: Vec<_> = draft.concepts.iter().map(|concept| (concept.code.as_str(), concept.usability)).collect();
    assert_eq!(
        codes,
        [
            ("99901-1", Usability::Usable),
            ("99902-9", Usability::Usable),
            ("LP14082-9", Usability::Grouper),
            ("LL360-9", Usability::Grouper),
            ("LA33-6", Usability::Usable),
            ("LA32-8", Usability::Usable),
            ("LL744-4", Usability::Grouper),
            ("LP29693-6", Usability::Grouper),
        ]
    );
    let names: Vec<_> = of(&draft, "99901-1")
        .designations
        .iter()
        .map(|term| (term.language.as_str(), term.r#use.clone(), term.text.as_str()))
        .collect();
    let consumer = DesignationUse::Other { system: "http://loinc.org".into(), code: "ConsumerName".into() };
    assert_eq!(
        names,
        [
            ("en", DesignationUse::Preferred, "Widget [Mass/volume] in Blood"),
            ("en", DesignationUse::Synonym, "Widget (Bld)"),
            ("en", DesignationUse::Abbreviated, "Widget Bld-mCnc"),
            ("en", DesignationUse::IndexTerm, "Widg"),
            ("en", DesignationUse::IndexTerm, "Level"),
            ("en", consumer, "Widgets, blood"),
            ("vi-VN", DesignationUse::Preferred, "Đồ vật trong máu"),
            ("vi-VN", DesignationUse::IndexTerm, "vật"),
            ("vi-VN", DesignationUse::IndexTerm, "máu"),
        ]
    );
    let old = of(&draft, "99902-9");
    assert!(old.inactive && !of(&draft, "99901-1").inactive);
    assert_eq!(old.designations[0].text, "Old \"widget\", in blood");
    assert_eq!(old.designations[1].text, "Đồ cũ:MCnc:Pt:Máu:Qn");
    assert_eq!(of(&draft, "99901-1").parents[0].code, "LP14082-9");
    assert_eq!(of(&draft, "LP14082-9").parents[0].code, "LP29693-6");
    assert_eq!(of(&draft, "LP14082-9").designations[0].text, "Widgets");
    for (code, property, expected) in [
        ("99901-1", "component", "Widget"),
        ("99901-1", "common-test-rank", "Integer(12)"),
        ("99901-1", "units-required", "Boolean(true)"),
        ("99901-1", "associated-observation", "99902-9 99903-7"),
        ("99901-1", "time-aspect-part", "LP14082-9"),
        ("99901-1", "normative-answer-list", "LL360-9"),
        ("99902-9", "replaced-by", "99901-1"),
        ("99902-9", "replacement-comment", "99901-1: if in blood"),
        ("99902-9", "common-test-rank", ""),
        ("LL360-9", "answer", "LA33-6 LA32-8"),
        ("LL360-9", "answer-score", "LA33-6=1"),
        ("LA33-6", "external-code", "http://snomed.info/sct|373066001"),
        ("LP14082-9", "part-type", "COMPONENT"),
    ] {
        assert_eq!(values(&draft, code, property).join(" "), expected, "{code} {property}");
    }
    crate::index::to_bytes(&draft, &report).unwrap();
}

#[test]
fn languages_and_version_can_be_chosen() {
    let files = FILES.map(|(name, text)| (name, text.as_bytes()));
    let options = Options { version: Some("2.82".into()), languages: Some(vec!["fr".into()]) };
    let (draft, report) = read_files(&files, &options).unwrap();
    assert_eq!(draft.edition.version, "2.82");
    assert!(draft.concepts.iter().flat_map(|concept| &concept.designations).all(|term| term.language == "en"));
    assert_eq!(rules(&report), [("answer-text", Some(4))]);
    for language in ["vi", "VI-vn"] {
        let options = Options { languages: Some(vec![language.into()]), ..Options::default() };
        let (draft, _) = read_files(&files, &options).unwrap();
        assert!(of(&draft, "99901-1").designations.iter().any(|term| term.language == "vi-VN"));
    }
}

#[test]
fn findings_name_their_row() {
    let table = FILES[0].1.to_owned()
        + "\"99901-1\",\"Again\",\"\",\"\",\"\",\"\",\"\",\"\",\"ACTIVE\",\"\",\"\",\"Again\",\"0\",\"\",\"\",\"\",\"\"\r\n"
        + "\"99904-8\",\"One wrong digit\",\"\",\"\",\"\",\"\",\"\",\"\",\"\",\"\",\"\",\"N\",\"first\",\"\",\"\",\"\",\"\"\r\n"
        + "\"X1\",\"Local\",\"\",\"\",\"\",\"\",\"\",\"\",\"\",\"\",\"\",\"\",\"\",\"\",\"\",\"\",\"\"\r\n"
        + "\"\",\"No code\",\"\",\"\",\"\",\"\",\"\",\"\",\"\",\"\",\"\",\"N\",\"\",\"\",\"\",\"\",\"\"\r\n"
        + "\"a b\",\"No code\",\"\",\"\",\"\",\"\",\"\",\"\",\"\",\"\",\"\",\"N\",\"\",\"\",\"\",\"\",\"\"\r\n"
        + "\"99905-2\",\"cut off";
    let (draft, report) = with("Loinc.csv", &table);
    assert_eq!(
        rules(&report)[..8],
        [
            ("duplicate-code", Some(4)),
            ("check-digit", Some(5)),
            ("property-value", Some(5)),
            ("code-form", Some(6)),
            ("missing-name", Some(6)),
            ("missing-code", Some(7)),
            ("bad-code", Some(8)),
            ("field-count", Some(9)),
        ]
    );
    assert_eq!(draft.concepts.len(), 8 + 2);

    let hierarchy = "IMMEDIATE_PARENT,CODE,CODE_TEXT\n,LP29693-6,Laboratory\nLP29693-6,LP14082-9,x\nLP14082-9,LP29693-6,x\n\
                     LP1-1,99901-1,x\nLP29693-6,12345-5,x\n";
    let (draft, report) = with("ComponentHierarchyBySystem.csv", hierarchy);
    let found: Vec<_> = rules(&report).into_iter().filter(|(_, line)| line.is_some()).skip(1).collect();
    assert_eq!(found, [("unknown-parent", Some(5)), ("unknown-code", Some(6)), ("parent-cycle", Some(4))]);
    crate::index::to_bytes(&draft, &report).unwrap();
}

#[test]
fn the_table_of_terms_is_known_under_any_name() {
    let files = [(0, "a/terms of 2.82.csv", FILES[0].1), (0, "a/Part.csv", FILES[4].1), (0, "b/notes.txt", "Notes\n")];
    let input = Input::of_files(files.map(|(root, path, text)| (root, path, text.as_bytes()))).unwrap();
    let reading = crate::source::read(&input, &ReadOptions::new().version("2.82")).unwrap();
    assert_eq!((reading.draft.edition.to_string().as_str(), reading.draft.concepts.len()), ("loinc|2.82", 3));
    assert_eq!((reading.report.sources.len(), reading.report.total("file-not-read")), (2, 1));
    let all = FILES.map(|(name, text)| (0, name, text.as_bytes()));
    let input = Input::of_files(all).unwrap();
    assert_eq!(FormatReader.read(&input, &ReadOptions::new().language("vi-VN")).unwrap().draft.language, "vi-VN");
    let strict = ReadOptions::new().strictness(crate::source::Strictness::StopAtFirstDoubt);
    assert!(matches!(FormatReader.read(&input, &strict), Err(Error::Doubt(doubt)) if doubt.rule == "answer-text"));
}

#[test]
fn what_is_no_release_is_an_error() {
    for (name, text) in [("Part.csv", FILES[4].1), ("Loinc.csv", "a,b\n1,2\n"), ("Loinc.csv", "")] {
        assert!(matches!(read_files(&[(name, text.as_bytes())], &Options::default()), Err(Error::Source { .. })));
    }
    let folder = tempfile::tempdir().unwrap();
    assert!(matches!(read(folder.path(), &Options::default()), Err(Error::Source { .. })));
    assert!(matches!(read(folder.path().join("none"), &Options::default()), Err(Error::Io { .. })));
}

proptest! {
    #[test]
    fn damage_is_survived(edits in prop::collection::vec((0usize..10, 0usize..600, any::<u8>()), 0..30)) {
        let mut files = FILES.map(|(name, text)| (name, text.as_bytes().to_vec()));
        for (file, at, byte) in edits {
            if let Some(place) = files[file].1.get_mut(at) {
                *place = byte;
            }
        }
        let files: Vec<_> = files.iter().map(|(name, bytes)| (*name, bytes.as_slice())).collect();
        if let Ok((draft, report)) = read_files(&files, &Options::default()) {
            prop_assert!(crate::index::to_bytes(&draft, &report).is_ok());
        }
    }
}
