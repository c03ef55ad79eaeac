use super::*;
use crate::source::{
    Acceptability, Content, Designation, DesignationStatus, DesignationUse, DraftConcept, PropertyKind, PropertyValue,
};
use proptest::prelude::*;

const CONCEPTS: &str = "id\teffectiveTime\tactive\tmoduleId\tdefinitionStatusId";
const DESCRIPTIONS: &str =
    "id\teffectiveTime\tactive\tmoduleId\tconceptId\tlanguageCode\ttypeId\tterm\tcaseSignificanceId";
const LANGUAGE: &str = "id\teffectiveTime\tactive\tmoduleId\trefsetId\treferencedComponentId\tacceptabilityId";
const RELATIONSHIPS: &str = "id\teffectiveTime\tactive\tmoduleId\tsourceId\tdestinationId\trelationshipGroup\ttypeId\t\
                             characteristicTypeId\tmodifierId";
const ASSOCIATIONS: &str = "id\teffectiveTime\tactive\tmoduleId\trefsetId\treferencedComponentId\ttargetComponentId";
const REASONS: &str = "id\teffectiveTime\tactive\tmoduleId\trefsetId\treferencedComponentId\tvalueId";
const SIMPLE: &str = "id\teffectiveTime\tactive\tmoduleId\trefsetId\treferencedComponentId";
const MODULES: &str =
    "id\teffectiveTime\tactive\tmoduleId\trefsetId\treferencedComponentId\tsourceEffectiveTime\ttargetEffectiveTime";

const CORE: &str = "900000000000207008";
const FSN: &str = "900000000000003001";
const SYNONYM: &str = "900000000000013009";
const US: &str = "900000000000509007";
const GB: &str = "900000000000508004";
const PREFERRED: &str = "900000000000548007";
const ACCEPTABLE: &str = "900000000000549004";
const INFERRED: &str = "900000000000011006";

const ROOT: &str = "138875005";
/// Invented concepts with right check digits.
const WIDGET: &str = "7000101000";
const GADGET: &str = "7000102007";
const OLD: &str = "7000103002";

fn file(heading: &str, rows: &[String]) -> String {
    rows.iter().fold(format!("{heading}\r\n"), |text, row| text + row + "\r\n")
}

fn row(id: &str, time: &str, active: u8, rest: &[&str]) -> String {
    format!("{id}\t{time}\t{active}\t{CORE}\t{}", rest.join("\t"))
}

fn concept(id: &str, time: &str, active: u8) -> String {
    row(id, time, active, &["900000000000074008"])
}

fn description(id: &str, active: u8, concept: &str, language: &str, r#type: &str, term: &str) -> String {
    row(id, "20240101", active, &[concept, language, r#type, term, "900000000000448009"])
}

fn relationship(id: &str, source: &str, target: &str, group: &str, r#type: &str) -> String {
    row(id, "20240101", 1, &[source, target, group, r#type, INFERRED, "900000000000451002"])
}

fn member(number: u32, active: u8, rest: &[&str]) -> String {
    row(&format!("00000000-0000-0000-0000-{number:012}"), "20240101", active, rest)
}

fn read(files: &[(&str, usize, String)]) -> Result<(Draft, Report)> {
    read_with(files, &Options::default())
}

fn read_with(files: &[(&str, usize, String)], options: &Options) -> Result<(Draft, Report)> {
    let files = files.iter().map(|(name, package, text)| (*package, *name, text.as_bytes()));
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

/// A release of four concepts in which everything occurs once.
fn release() -> Vec<(&'static str, usize, String)> {
    let relationships = [
        relationship("2000029", WIDGET, ROOT, "0", "116680003"),
        relationship("2001025", GADGET, WIDGET, "0", "116680003"),
        relationship("2002021", GADGET, ROOT, "0", "116680003"),
        relationship("2003027", GADGET, WIDGET, "2", "363698007"),
        relationship("2004022", GADGET, ROOT, "1", "363698007"),
        relationship("2005023", GADGET, WIDGET, "1", "116676008"),
        relationship("2006024", GADGET, WIDGET, "0", "116676008"),
        row("2007026", "20240101", 0, &[WIDGET, GADGET, "0", "116680003", INFERRED, "900000000000451002"]),
        row("2008020", "20240101", 1, &[WIDGET, GADGET, "0", "116680003", "900000000000010007", "900000000000451002"]),
    ];
    vec![
        (
            "sct2_Concept_Snapshot_INT_20240101.txt",
            0,
            file(
                CONCEPTS,
                &[
                    concept(ROOT, "20020131", 1),
                    row(WIDGET, "20240101", 1, &["900000000000073002"]),
                    concept(GADGET, "20240101", 1),
                    concept(OLD, "20240101", 0),
                ],
            ),
        ),
        (
            "sct2_Description_Snapshot-en_INT_20240101.txt",
            0,
            file(
                DESCRIPTIONS,
                &[
                    description("1000015", 1, ROOT, "en", FSN, "Root (thing)"),
                    description("1001016", 1, ROOT, "en", SYNONYM, "Root"),
                    description("1002011", 1, WIDGET, "en", FSN, "Colour widget \"A\" (thing)"),
                    description("1003018", 1, WIDGET, "en", SYNONYM, "Colour widget"),
                    description("1004012", 1, WIDGET, "en", SYNONYM, "\"Color\" widget"),
                    description("1005013", 0, WIDGET, "en", SYNONYM, "Wigdet"),
                    description("1006014", 1, WIDGET, "vi", SYNONYM, "Đồ màu"),
                    description("1007017", 1, GADGET, "en", FSN, "Gadget (thing)"),
                    description("1008010", 1, OLD, "en", SYNONYM, "Old thing"),
                ],
            ),
        ),
        (
            "sct2_TextDefinition_Snapshot-en_INT_20240101.txt",
            0,
            file(
                DESCRIPTIONS,
                &[description("1009019", 1, WIDGET, "en", "900000000000550004", "A thing that has a colour.")],
            ),
        ),
        (
            "der2_cRefset_LanguageSnapshot-en_INT_20240101.txt",
            0,
            file(
                LANGUAGE,
                &[
                    member(1, 1, &[US, "1003018", ACCEPTABLE]),
                    member(2, 1, &[US, "1004012", PREFERRED]),
                    member(3, 1, &[GB, "1003018", PREFERRED]),
                    member(4, 0, &[GB, "1004012", PREFERRED]),
                    member(5, 1, &["900000000000497000", "1006014", PREFERRED]),
                ],
            ),
        ),
        ("sct2_Relationship_Snapshot_INT_20240101.txt", 0, file(RELATIONSHIPS, &relationships)),
        (
            "sct2_RelationshipConcreteValues_Snapshot_INT_20240101.txt",
            0,
            file(
                &RELATIONSHIPS.replace("destinationId", "value"),
                &[
                    relationship("2009028", GADGET, "#0.50", "2", "1142139005"),
                    relationship("2010022", GADGET, "\"a\\\"b\"", "0", "363698007"),
                ],
            ),
        ),
        (
            "der2_cRefset_AssociationSnapshot_INT_20240101.txt",
            0,
            file(
                ASSOCIATIONS,
                &[
                    member(6, 1, &["900000000000527005", OLD, WIDGET]),
                    member(7, 1, &["900000000000531004", "1005013", GADGET]),
                ],
            ),
        ),
        (
            "der2_cRefset_AttributeValueSnapshot_INT_20240101.txt",
            0,
            file(
                REASONS,
                &[
                    member(8, 1, &["900000000000489007", OLD, "900000000000482003"]),
                    member(9, 1, &["900000000000490003", "1005013", "900000000000485001"]),
                ],
            ),
        ),
        (
            "der2_Refset_SimpleSnapshot_INT_20240101.txt",
            0,
            file(SIMPLE, &[member(10, 1, &["723604009", WIDGET]), member(11, 0, &["723604009", GADGET])]),
        ),
        ("sct2_sRefset_OWLExpressionSnapshot_INT_20240101.txt", 0, "".to_owned()),
    ]
}

#[test]
fn a_release_becomes_a_draft() {
    let (draft, report) = read(&release()).unwrap();
    assert_eq!(report.count(Severity::Refused) + report.count(Severity::Doubtful), 0, "{:?}", report.entries());
    assert_eq!(
        report.summary(),
        [
            (Severity::Note, "empty-file", 1),
            (Severity::Note, "only-fully-specified-name", 1),
            (Severity::Note, "rows-passed-over", 2),
        ]
    );
    assert_eq!(draft.edition.version, "http://snomed.info/sct/900000000000207008/version/20240101");
    assert_eq!(draft.edition.in_force.from, "2024-01-01".parse().ok());
    assert_eq!((draft.content, draft.language.as_str()), (Content::Complete, "en"));
    assert_eq!(draft.concepts.len(), 4);

    let widget = of(&draft, WIDGET);
    let shown: Vec<_> = widget.designations.iter().map(|term| (term.text.as_str(), term.language.as_str())).collect();
    assert_eq!(
        shown,
        [
            ("\"Color\" widget", "en"),
            ("Đồ màu", "vi"),
            ("Colour widget \"A\" (thing)", "en"),
            ("Colour widget", "en"),
            ("Wigdet", "en"),
        ]
    );
    let uses: Vec<_> = widget.designations.iter().map(|term| term.r#use.clone()).collect();
    let fully_specified = DesignationUse::Other { system: "http://snomed.info/sct".into(), code: FSN.into() };
    assert_eq!(
        uses,
        [
            DesignationUse::Preferred,
            DesignationUse::Preferred,
            fully_specified.clone(),
            DesignationUse::Synonym,
            DesignationUse::Synonym,
        ]
    );
    let british = &widget.designations[3];
    assert_eq!(british.id.as_deref(), Some("1003018"));
    let expected = [("en-GB", Acceptability::Preferred), ("en-US", Acceptability::Acceptable)];
    assert_eq!(british.acceptability, expected.into());
    assert_eq!(widget.designations[1].acceptability.iter().next().map(|told| told.0), Some("900000000000497000"));
    assert_eq!(widget.designations[4].status, DesignationStatus::Inactive);

    let gadget = of(&draft, GADGET);
    let parents: Vec<_> = gadget.parents.iter().map(|parent| parent.code.as_str()).collect();
    assert_eq!(parents, [WIDGET, ROOT]);
    assert_eq!(gadget.designations[0], Designation::preferred("en", "Gadget (thing)"));
    assert_eq!((&gadget.designations[1].r#use, gadget.designations.len()), (&fully_specified, 2));
    assert!(of(&draft, OLD).inactive);

    assert_eq!(values(&draft, WIDGET, "sufficiently-defined"), ["Boolean(true)"]);
    assert!(values(&draft, GADGET, "sufficiently-defined").is_empty());
    assert_eq!(values(&draft, ROOT, "effective-time"), ["20020131"]);
    assert_eq!(values(&draft, WIDGET, "definition"), ["A thing that has a colour."]);
    assert_eq!(values(&draft, GADGET, "363698007"), [ROOT, WIDGET]);
    assert_eq!(values(&draft, GADGET, "116676008"), [WIDGET, WIDGET]);
    assert_eq!(values(&draft, GADGET, "363698007-value"), ["\"a\\\"b\""]);
    assert_eq!(values(&draft, GADGET, "1142139005"), ["#0.50"]);
    assert_eq!(
        values(&draft, GADGET, "role-group"),
        [format!("{{363698007={ROOT},116676008={WIDGET}}}"), format!("{{363698007={WIDGET},1142139005=#0.50}}")]
    );
    assert_eq!(values(&draft, OLD, "same-as"), [WIDGET]);
    assert_eq!(values(&draft, WIDGET, "refers-to"), [GADGET]);
    assert_eq!(values(&draft, OLD, "inactivation-reason"), ["900000000000482003"]);
    assert_eq!(values(&draft, WIDGET, "member-of"), ["723604009"]);
    assert!(values(&draft, GADGET, "member-of").is_empty());
    assert!(draft.properties.iter().all(|property| property.kind != PropertyKind::Integer));
    crate::index::to_bytes(&draft, &report).unwrap();
}

#[test]
fn dialects_choose_the_name() {
    let options = Options { dialects: vec!["en-GB".into()], ..Options::default() };
    let (draft, _) = read_with(&release(), &options).unwrap();
    assert_eq!(of(&draft, WIDGET).designations[0].text, "Colour widget");
}

#[test]
fn of_a_full_release_the_latest_state_counts() {
    let description = |time: &str, active: u8, term: &str| {
        row("1003018", time, active, &[WIDGET, "en", SYNONYM, term, "900000000000448009"])
    };
    let full = [
        (
            "sct2_Concept_Full_INT_20240101.txt",
            0,
            file(
                CONCEPTS,
                &[concept(ROOT, "20020131", 1), concept(WIDGET, "20240101", 0), concept(WIDGET, "20020131", 1)],
            ),
        ),
        (
            "sct2_Description_Full-en_INT_20240101.txt",
            0,
            file(DESCRIPTIONS, &[description("20240101", 1, "New"), description("20020131", 1, "Former")]),
        ),
        (
            "der2_cRefset_LanguageFull-en_INT_20240101.txt",
            0,
            file(
                LANGUAGE,
                &[
                    row("00000000-0000-0000-0000-00000000000a", "20240101", 0, &[US, "1003018", PREFERRED]),
                    row("00000000-0000-0000-0000-00000000000a", "20020131", 1, &[US, "1003018", PREFERRED]),
                    row("00000000-0000-0000-0000-00000000000B", "20020131", 1, &[GB, "1003018", ACCEPTABLE]),
                ],
            ),
        ),
        (
            "sct2_Relationship_Full_INT_20240101.txt",
            0,
            file(
                RELATIONSHIPS,
                &[
                    row("2000029", "20240101", 0, &[WIDGET, ROOT, "0", "116680003", INFERRED, "x"]),
                    row("2000029", "20020131", 1, &[WIDGET, ROOT, "0", "116680003", INFERRED, "x"]),
                ],
            ),
        ),
    ];
    let (draft, report) = read(&full).unwrap();
    assert_eq!(rules(&report).into_iter().map(|(rule, _)| rule).collect::<Vec<_>>(), ["missing-name"]);
    let widget = of(&draft, WIDGET);
    assert!(widget.inactive && widget.parents.is_empty());
    assert_eq!(widget.designations.len(), 1);
    assert_eq!(widget.designations[0].text, "New");
    assert_eq!(widget.designations[0].acceptability, [("en-GB", Acceptability::Acceptable)].into());
}

#[test]
fn a_snapshot_is_read_where_several_types_are_there_and_packages_add_up() {
    let mut files = release();
    files.push(("sct2_Concept_Full_INT_20240101.txt", 0, file(CONCEPTS, &[concept("7000104008", "20240101", 1)])));
    let extension = "32570231000036109";
    let of_extension =
        |id: &str, time: &str, active: u8, rest: &[&str]| row(id, time, active, rest).replacen(CORE, extension, 1);
    files.extend([
        (
            "sct2_Concept_Snapshot_AU_20240531.txt",
            1,
            file(CONCEPTS, &[of_extension("7000104008", "20240531", 1, &["900000000000074008"])]),
        ),
        (
            "sct2_Description_Snapshot-en_AU_20240531.txt",
            1,
            file(
                DESCRIPTIONS,
                &[
                    of_extension("1010012", "20240531", 1, &["7000104008", "en", SYNONYM, "Ours", "x"]),
                    // The extension withdraws a term of the base.
                    of_extension("1004012", "20240531", 0, &[WIDGET, "en", SYNONYM, "\"Color\" widget", "x"]),
                ],
            ),
        ),
        (
            "der2_ssRefset_ModuleDependencySnapshot_AU_20240531.txt",
            1,
            file(
                MODULES,
                &[
                    of_extension(
                        "00000000-0000-0000-0000-0000000000aa",
                        "20240531",
                        1,
                        &["900000000000534007", CORE, "20240531", "20240101"],
                    ),
                    member(99, 1, &["900000000000534007", "900000000000012004", "20240101", "20240101"]),
                ],
            ),
        ),
    ]);
    let (draft, report) = read(&files).unwrap();
    assert_eq!(draft.edition.version, format!("http://snomed.info/sct/{extension}/version/20240531"));
    assert_eq!(draft.concepts.len(), 5);
    assert_eq!(of(&draft, WIDGET).designations[0].text, "Colour widget");
    assert_eq!(report.of_rule("file-not-read").count(), 1);
    assert_eq!(report.of_rule("edition-module").count(), 0);
    let module = Options { module: Some(CORE.into()), ..Options::default() };
    let (draft, _) = read_with(&files, &module).unwrap();
    assert_eq!(draft.edition.version, format!("http://snomed.info/sct/{CORE}/version/20240531"));
}

#[test]
fn packages_in_one_folder_are_told_apart() {
    let extension = |path| (path, 0, file(CONCEPTS, &[concept("7000104008", "20240531", 1)]));
    let mut files: Vec<_> = release();
    files.push(extension("national/Delta/Terminology/sct2_Concept_Delta_XX_20240531.txt"));
    // A delta beside a snapshot of another package is read.
    let (draft, report) = read(&files).unwrap();
    assert_eq!((draft.concepts.len(), draft.content), (5, Content::Complete));
    assert_eq!(report.total("file-not-read"), 0);
    // In the same package it is not.
    files.pop();
    files.push(extension("Delta/Terminology/sct2_Concept_Delta_XX_20240531.txt"));
    let (draft, report) = read(&files).unwrap();
    assert_eq!((draft.concepts.len(), report.total("file-not-read")), (4, 1));
}

#[cfg(feature = "archive")]
#[test]
fn archives_are_read_as_they_are_downloaded() {
    use std::io::{Cursor, Write as _};
    let zip = |folder: &str, files: &[(&str, usize, String)]| {
        let mut archive = zip::ZipWriter::new(Cursor::new(Vec::new()));
        for (name, _, text) in files {
            let path = format!("{folder}/Snapshot/Terminology/{name}");
            archive.start_file(path, zip::write::SimpleFileOptions::default()).unwrap();
            archive.write_all(text.as_bytes()).unwrap();
        }
        archive.finish().unwrap().into_inner()
    };
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    let base = zip("SnomedCT_International", &release());
    std::fs::write(path("base.zip"), &base).unwrap();
    let own = ("sct2_Concept_Snapshot_XX_20240531.txt", 0, file(CONCEPTS, &[concept("7000104008", "20240531", 1)]));
    std::fs::write(path("national.zip"), zip("SnomedCT_National", &[own])).unwrap();
    let reader = crate::source::reader(Format::SnomedRf2).unwrap();
    let input = Input::open_all([path("base.zip"), path("national.zip")], Limits::new()).unwrap();
    let options = ReadOptions::new().language("en-GB");
    let reading = reader.read(&input, &options).unwrap();
    assert_eq!((reading.draft.concepts.len(), reading.draft.language.as_str()), (5, "en"));
    assert_eq!(of(&reading.draft, WIDGET).designations[0].text, "Colour widget");
    assert_eq!(reading.report.sources[0], crate::source::SourceFile::of("base.zip", &base));
    let place = reading.report.of_rule("only-fully-specified-name").next().unwrap().place.to_string();
    let expected =
        "base.zip/SnomedCT_International/Snapshot/Terminology/sct2_Concept_Snapshot_INT_20240101.txt, line 4";
    assert_eq!(place, expected);
    // Both archives in a folder, too.
    assert_eq!(crate::source::read(&Input::open(folder.path()).unwrap(), &options).unwrap().draft.concepts.len(), 5);
}

#[test]
fn options_are_met_or_refused() {
    let files = release();
    let files = || files.iter().map(|(name, package, text)| (*package, *name, text.as_bytes()));
    let input = Input::of_files(files()).unwrap();
    let read = |options: &ReadOptions| FormatReader.read(&input, options);
    let version = |module: &str| format!("snomed-ct|http://snomed.info/sct/{module}/version/20240101");
    let of_module = read(&ReadOptions::new().edition(&version(WIDGET))).unwrap();
    assert_eq!(of_module.draft.edition.to_string(), version(WIDGET));
    assert!(read(&ReadOptions::new().edition("loinc")).is_err());
    assert_eq!(read(&ReadOptions::new().language("vi")).unwrap().draft.language, "vi");
    assert!(matches!(read(&ReadOptions::new().language("fr")), Err(Error::Argument { what: "language", .. })));

    let bad = file(CONCEPTS, &[concept(ROOT, "20240101", 1), concept(WIDGET, "never", 1)]);
    let input = Input::of_files([(0, "sct2_Concept_Snapshot.txt", bad.as_bytes())]).unwrap();
    let strict = ReadOptions::new().strictness(crate::source::Strictness::StopAtFirstDoubt);
    let Err(Error::Doubt(doubt)) = FormatReader.read(&input, &strict) else { panic!("it has doubts") };
    assert_eq!((doubt.rule, doubt.place.line), ("bad-row", Some(3)));
    let short = Input::from_bytes("concepts.txt", bad, Limits::new().line_bytes(40)).unwrap();
    let error = FormatReader.read(&short, &ReadOptions::new()).unwrap_err();
    assert!(matches!(error, Error::Limit { limit: "line_bytes", .. }), "{error}");
    let other = Input::from_bytes("concepts.txt", "code\tname\n", Limits::new()).unwrap();
    let error = FormatReader.read(&other, &ReadOptions::new()).unwrap_err();
    assert_eq!(error.to_string(), "concepts.txt: its first row is no heading of RF2");
}

#[test]
fn bad_rows_are_reported_and_all_else_is_kept() {
    let concepts = file(
        CONCEPTS,
        &[
            concept(ROOT, "20240101", 1),
            "138875006\t20240101\t1".to_owned(),
            concept("nonsense", "20240101", 1),
            concept(WIDGET, "yesterday", 1),
            concept(WIDGET, "20240101", 2),
            concept("7000101001", "20240101", 1),
            concept("1000015", "20240101", 1),
            concept(ROOT, "20240101", 0),
            "# by hand".to_owned(),
            String::new(),
            concept(GADGET, "20240101", 1),
        ],
    );
    let descriptions = file(
        DESCRIPTIONS,
        &[
            description("1000015", 1, ROOT, "en", SYNONYM, " Root\u{a0}"),
            description("1001016", 1, WIDGET, "en", SYNONYM, "Of nobody"),
            description("1002011", 1, GADGET, "en", SYNONYM, ""),
            description("1003018", 1, GADGET, "en", SYNONYM, "Gadget"),
            description("1003018", 1, ROOT, "en", SYNONYM, "Gadget"),
        ],
    );
    let relationships = file(
        RELATIONSHIPS,
        &[
            relationship("2000029", GADGET, ROOT, "0", "116680003"),
            relationship("2001025", ROOT, GADGET, "0", "116680003"),
            relationship("2002021", GADGET, OLD, "0", "116680003"),
            relationship("2003027", OLD, ROOT, "0", "116680003"),
            relationship("2004022", GADGET, ROOT, "-1", "363698007"),
            relationship("2005023", GADGET, ROOT, "4294967295", "363698007"),
        ],
    );
    let language = file(
        LANGUAGE,
        &[
            member(1, 1, &[US, "1003018", PREFERRED]),
            member(2, 1, &[US, "1003018", ACCEPTABLE]),
            member(3, 1, &[US, "1003018", FSN]),
            member(4, 1, &[US, "1009019", PREFERRED]),
        ],
    );
    let files = [
        ("Readme.txt", 0, "Thank you for the download".to_owned()),
        ("sct2_Concept_Snapshot_INT_20230131.txt", 0, concepts),
        ("sct2_Description_Snapshot_INT_20230131.txt", 0, descriptions),
        ("sct2_Relationship_Snapshot_INT_20230131.txt", 0, relationships),
        ("der2_cRefset_LanguageSnapshot_INT_20230131.txt", 0, language),
    ];
    let (draft, report) = read(&files).unwrap();
    assert_eq!(
        rules(&report),
        [
            ("file-not-read", None),
            ("field-count", Some(3)),
            ("bad-row", Some(4)),
            ("bad-row", Some(5)),
            ("bad-row", Some(6)),
            ("identifier", Some(7)),
            ("identifier", Some(8)),
            ("duplicate-component", Some(9)),
            ("comment", None),
            ("padded-text", Some(2)),
            ("unknown-concept", Some(3)),
            ("bad-row", Some(4)),
            ("bad-row", Some(6)),
            ("acceptability", Some(4)),
            ("unknown-component", Some(5)),
            ("acceptability", Some(3)),
            ("bad-row", Some(6)),
            ("unknown-parent", Some(4)),
            ("unknown-concept", Some(5)),
            ("parent-cycle", Some(2)),
            ("missing-name", Some(7)),
            ("missing-name", Some(8)),
            ("release-date", None),
        ]
    );
    let codes: Vec<_> = draft.concepts.iter().map(|concept| concept.code.as_str()).collect();
    assert_eq!(codes, [ROOT, "7000101001", "1000015", GADGET]);
    assert_eq!(of(&draft, ROOT).designations[0].text, "Root");
    assert!(!of(&draft, ROOT).inactive);
    crate::index::to_bytes(&draft, &report).unwrap();
}

#[test]
fn what_is_no_release_is_an_error() {
    assert!(matches!(read(&[]), Err(Error::Source { .. })));
    for text in ["", "code\tname\n1\t2\n", "\u{0}\u{1}", &SIMPLE.replace('\t', ",")] {
        assert!(matches!(
            read(&[("sct2_Concept_Snapshot_INT_20240101.txt", 0, text.to_owned())]),
            Err(Error::Source { .. })
        ));
    }
    let folder = tempfile::tempdir().unwrap();
    assert!(super::read(&[folder.path()], &Options::default()).is_err());
    assert!(matches!(super::read(&[folder.path().join("none")], &Options::default()), Err(Error::Io { .. })));
    let options = Options { module: Some("core".into()), ..Options::default() };
    assert!(matches!(read_with(&release(), &options), Err(Error::Argument { .. })));
}

#[test]
fn a_truncated_file_gives_what_it_has() {
    let mut files = release();
    let cut = files[1].2.len() - 40;
    files[1].2.truncate(cut);
    let (draft, report) = read(&files).unwrap();
    assert_eq!(draft.concepts.len(), 4);
    assert_eq!(report.of_rule("field-count").map(|entry| entry.place.line).collect::<Vec<_>>(), [Some(10)]);
}

proptest! {
    /// Whatever was done to the files, there is no panic, and what is read makes an index or an error that says why.
    #[test]
    fn damage_is_survived(edits in prop::collection::vec((0usize..9, 0usize..900, any::<u8>()), 0..30)) {
        let mut files: Vec<_> = release().into_iter().map(|(name, package, text)| (name, package, text.into_bytes())).collect();
        for (file, at, byte) in edits {
            if let Some(place) = files[file].2.get_mut(at) {
                *place = byte;
            }
        }
        let files: Vec<_> = files
            .into_iter()
            .map(|(name, package, bytes)| (name, package, String::from_utf8_lossy(&bytes).into_owned()))
            .collect();
        if let Ok((draft, report)) = read(&files) {
            let _ = crate::index::to_bytes(&draft, &report);
            prop_assert!(report.entries().iter().all(|entry| entry.code.as_ref().is_none_or(|code| code.len() <= 160)));
        }
    }
}
