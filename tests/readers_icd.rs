//! The readers of the classifications of diseases and procedures: behind the trait on small files, and on the publishers'
//! own, where every count was taken from the files by other means.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests may panic")]
#![cfg_attr(
    not(all(feature = "archive", feature = "xml", feature = "xlsx")),
    allow(unused_imports, dead_code, reason = "some tests need a feature")
)]

mod support;

use std::collections::{BTreeMap, HashMap};

use medterm::Error;
use medterm::code::{Cluster, Mark, is_extension_code, is_stem_code};
use medterm::source::detect::detect_input;
use medterm::source::{
    Draft, DraftConcept, Format, Input, Limits, PropertyValue, ReadOptions, Reading, Report, Severity, Strictness,
    Usability, icd9cm, icd10pcs, icd11, reader,
};
#[cfg(feature = "xml")]
use medterm::source::{claml, icd10cm};
use support::shared;

/// A small file of each format, whole and with one row that is doubtful; and the rule that says so.
#[cfg(feature = "xml")]
fn small_files() -> Vec<(Format, String, String, &'static str)> {
    let claml = |more: &str| {
        format!(
            "<ClaML><Title name=\"ICD-10\" version=\"2016\">T</Title><Class code=\"A00\" kind=\"category\">\
             <Rubric kind=\"preferred\"><Label>Cholera</Label></Rubric></Class>{more}</ClaML>"
        )
    };
    let tabular = |more: &str| {
        format!(
            "<ICD10CM.tabular><version>2021</version><chapter><name>1</name><desc>C</desc><section id=\"A00-A09\">\
             <desc>S</desc><diag><name>A00</name><desc>Cholera</desc>{more}</diag></section></chapter></ICD10CM.tabular>"
        )
    };
    let axis = |position: u8, values: u8| {
        format!("<axis pos=\"{position}\" values=\"{values}\"><label code=\"0\">L{position}</label></axis>")
    };
    let tables = |values: u8| {
        let outer = axis(1, 1) + &axis(2, 1) + &axis(3, 1);
        let inner = axis(4, 1) + &axis(5, 1) + &axis(6, 1) + &axis(7, values);
        format!(
            "<ICD10PCS.tabular><version>2021</version><pcsTable>{outer}<pcsRow>{inner}</pcsRow></pcsTable></ICD10PCS.tabular>"
        )
    };
    let order =
        |more: &str| format!("00001 001     0 {:<60} Bypass\n00002 0016070 1 {:<60} Bypass it\n{more}", "B", "B");
    let icd11 = |kind: &str| {
        let row = |uri: u8, code: &str, kind: &str| {
            format!("\thttp://id.who.int/{uri}\t{code}\t\tName\t{kind}\t1\tFalse\t01\n")
        };
        "Foundation URI\tLinearization URI\tCode\tBlockId\tTitle\tClassKind\tDepthInKind\tIsResidual\tChapterNo\n"
            .to_owned()
            + &row(1, "", "chapter")
            + &row(2, "1A00", kind)
    };
    let finer = "<diag><name>A00.0</name><desc>Classic</desc></diag>";
    let (diagnoses, procedures) = ("0010  Cholera\n0020  Typhoid\n", "0001 Ultrasound\n0002 Of the heart\n");
    vec![
        (Format::Claml, claml(""), claml("<Class code=\"A01\" kind=\"category\"/>"), "missing-name"),
        (
            Format::Icd10CmTabular,
            tabular(finer),
            tabular(&(finer.to_owned() + "<diag><name>B</name><desc>B</desc></diag>")),
            "malformed-code",
        ),
        (Format::Icd10PcsTables, tables(1), tables(2), "count-differs"),
        (Format::Icd10PcsOrder, order(""), order("no such line\n"), "malformed-line"),
        (Format::Icd11, icd11("category"), icd11("window"), "malformed-row"),
        (Format::Icd9CmDiagnoses, diagnoses.into(), format!("{diagnoses}x\n"), "malformed-line"),
        (Format::Icd9CmProcedures, procedures.into(), format!("{procedures}x\n"), "malformed-line"),
    ]
}

/// The trait's promises, for every format: it is known by its content, a strict reading stops at a doubt, options are
/// met, what is cut off or of another format is an error or in the report, and limits hold.
#[cfg(feature = "xml")]
#[test]
fn every_reader_keeps_the_promises_of_the_trait() {
    let files = small_files();
    for (number, (format, plain, doubtful, rule)) in files.iter().enumerate() {
        // The name tells ICD-11's language, and the version to those whose content does not.
        let open = |text: &str| Input::from_bytes("CMS32-2021-en.txt", text, Limits::new()).unwrap();
        let read = |text: &str, options: &ReadOptions| reader(*format).unwrap().read(&open(text), options);
        let strict = ReadOptions::new().version("7").strictness(Strictness::StopAtFirstDoubt);
        assert_eq!(detect_input(&open(plain)).unwrap(), *format);
        let Reading { draft, report, .. } = read(plain, &strict).unwrap_or_else(|error| panic!("{format}: {error}"));
        assert_eq!((draft.edition.version.as_str(), report.sources.len()), ("7", 1), "{format}");
        assert_eq!((report.sources[0].bytes, report.rows > 0), (plain.len() as u64, true), "{format}");
        let Err(Error::Doubt(doubt)) = read(doubtful, &strict) else { panic!("{format} has a doubt") };
        assert_eq!(doubt.rule, *rule, "{format}");
        let lenient = read(doubtful, &ReadOptions::new().version("7").keep_findings(0)).unwrap().report;
        assert_eq!((lenient.total(rule), lenient.entries().len()), (1, 0), "{format}");
        let error = read(plain, &strict.clone().language("vi")).unwrap_err();
        assert!(matches!(error, Error::Argument { what: "language", .. }), "{format}: {error}");
        let error = read(plain, &strict.clone().edition("icd10-vn")).unwrap_err();
        assert!(matches!(error, Error::Argument { what: "edition", .. }), "{format}: {error}");

        // Cut off anywhere: an error, or fewer rows, but never more of them than before, and no panic.
        for length in 0..plain.len() {
            if let Ok(cut_off) = read(&plain[..length], &ReadOptions::new().version("7")) {
                assert!(cut_off.draft.concepts.len() <= draft.concepts.len(), "{format}, {length}");
                assert!(!plain.starts_with('<'), "{format} cut off at {length} seems whole");
            }
        }
        for (_, other, ..) in files.iter().enumerate().filter(|(other, _)| *other != number).map(|(_, other)| other) {
            let error = read(other, &ReadOptions::new().version("7")).unwrap_err();
            assert!(matches!(error, Error::Source { .. }), "{format}: {error}");
        }
        let small = Input::from_bytes("CMS32-2021-en.txt", plain.as_str(), Limits::new().entry_bytes(20)).unwrap();
        let error = reader(*format).unwrap().read(&small, &ReadOptions::new()).unwrap_err();
        assert!(matches!(error, Error::Limit { limit: "entry_bytes", .. }), "{format}: {error}");
    }
}

/// A folder as WHO's archive unpacks to.
#[test]
fn metadata_files_are_found_in_their_folder() {
    let folder = tempfile::tempdir().unwrap();
    let chapters: String = (1..=22).map(|number| format!("{number:02};Chapter {number}\n")).collect();
    let codes = "3;N;X;01;A00;A00.-;A00;A00;Cholera;002\n4;T;X;01;A00;A00.9;A00.9;A009;Cholera, unspecified;002\n";
    for (name, text) in [
        ("icd102019syst_chapters.txt", chapters.as_str()),
        ("icd102019syst_groups.txt", "A00;A09;01;Intestinal infectious diseases\n"),
        ("icd102019syst_codes.txt", codes),
        ("morbL.txt", "001;Cholera\n002;Typhoid\n"),
    ] {
        std::fs::write(folder.path().join(name), text).unwrap();
    }
    let input = Input::open(folder.path()).unwrap();
    let Reading { draft, report, .. } = medterm::source::read(&input, &ReadOptions::new()).unwrap();
    assert_eq!((draft.edition.to_string().as_str(), draft.concepts.len()), ("icd10-who|2019", 22 + 1 + 2));
    assert_eq!((rules(&report), report.sources.len()), (BTreeMap::from([("file-not-read", 1)]), 3));
    assert_eq!(by_code(&draft)["A00"].parents[0].code, "A00-A09");
    std::fs::remove_file(folder.path().join("icd102019syst_groups.txt")).unwrap();
    let error = medterm::source::read(&Input::open(folder.path()).unwrap(), &ReadOptions::new()).unwrap_err();
    assert!(error.to_string().contains("no file of ICD-10's blocks"), "{error}");
}

#[cfg(feature = "xml")]
#[test]
fn indexes_beside_a_tabular_list_are_added() {
    let tabular = &small_files()[1].1;
    let index = |code: &str| {
        format!(
            "<ICD10CM.index><version>2021</version><letter><title>C</title><mainTerm><title>Vibrio</title>\
             <code>{code}</code></mainTerm></letter></ICD10CM.index>"
        )
    };
    let read = |files: &[(&str, &str)]| {
        let input = Input::from_files(files.iter().map(|(name, text)| (*name, *text)), Limits::new()).unwrap();
        assert_eq!(detect_input(&input).unwrap(), Format::Icd10CmTabular);
        reader(Format::Icd10CmTabular).unwrap().read(&input, &ReadOptions::new())
    };
    let reading = read(&[("index.xml", &index("A00")), ("tabular.xml", tabular)]).unwrap();
    let terms: Vec<_> = by_code(&reading.draft)["A00"].designations.iter().map(|term| term.text.as_str()).collect();
    assert_eq!((terms, reading.report.sources.len(), reading.report.rows), (vec!["Cholera", "Vibrio"], 2, 4 + 1));
    let error = |files: &[(&str, &str)]| read(files).unwrap_err().to_string();
    assert!(error(&[("index.xml", &index("A00"))]).contains("no tabular list"));
    assert!(error(&[("a.xml", tabular), ("b.xml", tabular)]).contains("2 of its files"));
    assert!(error(&[("a.xml", tabular), ("index.xml", &index("B99"))]).contains("none of the draft's codes"));
}

/// What a program does that knows nothing of formats, with every real file.
#[cfg(all(feature = "archive", feature = "xml", feature = "xlsx"))]
#[test]
fn real_files_are_recognised_and_read() {
    let sample = "intl/who-icd10/claml-sample";
    let (icd11, icd10cm) = ("intl/icd11/SimpleTabulation-ICD-11-MMS", "intl/icd10cm/icd10cm");
    let files: [(&[String], Format, &str, usize, usize); 8] = [
        (&[format!("{sample}/hapi_icd10-dummy-test-en.xml")], Format::Claml, "2022-tree-expanded", 9, 11),
        (&[format!("{icd10cm}_tabular_2021.xml")], Format::Icd10CmTabular, "icd10-cm|2021", 95_676, 108_308),
        (
            &[format!("{icd10cm}_tabular_2021.xml"), format!("{icd10cm}-neoplasm-April-1-2026.xml")],
            Format::Icd10CmTabular,
            "icd10-cm|2021",
            95_676,
            117_320,
        ),
        (
            &["intl/icd10pcs/icd10pcs_order_2014.txt".to_owned()],
            Format::Icd10PcsOrder,
            "icd10-pcs|2014",
            72_769,
            123_671,
        ),
        (
            &["intl/icd10pcs/icd10pcs_tables_2021.xml".to_owned()],
            Format::Icd10PcsTables,
            "icd10-pcs|2021",
            79_155,
            79_155,
        ),
        (&[format!("{icd11}-en.zip"), format!("{icd11}-es.zip")], Format::Icd11, "icd11-mms|2024-01", 36_044, 71_944),
        (&["intl/icd9cm/CMS32_DESC_LONG_DX.txt".to_owned()], Format::Icd9CmDiagnoses, "icd9-cm|32", 14_567, 14_567),
        (
            &["intl/icd9cm/CMS32_DESC_LONG_SG.txt".to_owned()],
            Format::Icd9CmProcedures,
            "icd9-cm-procedures|32",
            3882,
            3882,
        ),
    ];
    for (names, format, edition, concepts, terms) in files {
        let Some(paths) = names.iter().map(|name| shared(name)).collect::<Option<Vec<_>>>() else { continue };
        let input = Input::open_all(&paths, Limits::new()).unwrap();
        assert_eq!(detect_input(&input).unwrap(), format, "{names:?}");
        let Reading { draft, report, .. } = medterm::source::read(&input, &ReadOptions::new()).unwrap();
        assert!(draft.edition.to_string().ends_with(edition), "{}", draft.edition);
        let found: usize = draft.concepts.iter().map(|concept| concept.designations.len()).sum();
        assert_eq!((draft.concepts.len(), found, report.sources.len()), (concepts, terms, paths.len()), "{names:?}");
        assert!(report.count(Severity::Refused) <= 50, "{:?}", report.summary());
        // No more is held back from a strict reading than is there.
        let strict = ReadOptions::new().strictness(Strictness::StopAtFirstDoubt);
        let doubts = report.count(Severity::Doubtful) + report.count(Severity::Refused);
        assert_eq!(medterm::source::read(&input, &strict).is_err(), doubts > 0, "{names:?}");
    }
}

/// A release that did not arrive whole.
#[cfg(feature = "archive")]
#[test]
fn half_an_archive_is_an_error() {
    let Some(path) = shared("intl/icd11/SimpleTabulation-ICD-11-MMS-en.zip") else { return };
    let bytes = std::fs::read(path).unwrap();
    let half = Input::from_bytes("half.zip", &bytes[..bytes.len() / 2], Limits::new());
    assert!(matches!(half, Err(Error::Source { .. })));
}

fn by_code(draft: &Draft) -> HashMap<&str, &DraftConcept> {
    let map: HashMap<_, _> = draft.concepts.iter().map(|concept| (concept.code.as_str(), concept)).collect();
    assert_eq!(map.len(), draft.concepts.len(), "a code is there twice");
    for concept in &draft.concepts {
        assert!(!concept.designations.is_empty(), "{} has no name", concept.code);
        let (mut at, mut steps) = (concept, 0);
        while let Some(parent) = at.parents.first() {
            at = map.get(parent.code.as_str()).unwrap_or_else(|| panic!("{} is not there", parent.code));
            steps += 1;
            assert!(steps < 20, "{} lies in a circle", concept.code);
        }
    }
    map
}

fn count(draft: &Draft, usability: Usability) -> usize {
    draft.concepts.iter().filter(|concept| concept.usability == usability).count()
}

fn values(draft: &Draft, concept: &DraftConcept, property: &str) -> Vec<String> {
    let of_property = concept.properties.iter().filter(|(at, _)| draft.properties[*at].name == property);
    of_property
        .map(|(_, value)| match value {
            PropertyValue::Text(text) | PropertyValue::Code(text) => text.clone(),
            other => format!("{other:?}"),
        })
        .collect()
}

fn rules(report: &Report) -> BTreeMap<&'static str, usize> {
    report.summary().into_iter().map(|(_, rule, count)| (rule, count)).collect()
}

fn name(concept: &DraftConcept) -> &str {
    &concept.designations[0].text
}

/// The tabular list, with seventh characters expanded, has the order file's codes: none more, none less, the same
/// valid ones, and the same names but for accents, which the order file has not.
#[cfg(feature = "xml")]
#[test]
fn the_tabular_list_is_the_order_file() {
    let (Some(tabular), Some(order)) =
        (shared("intl/icd10cm/icd10cm_tabular_2021.xml"), shared("intl/icd10cm/icd10cm-order-Jan-2021.txt"))
    else {
        return;
    };
    let (tabular, report) = icd10cm::tabular::read(tabular, None).unwrap();
    let (order, _) = icd10cm::read_order(order, None).unwrap();
    assert_eq!(tabular.edition.to_string(), "icd10-cm|2021");
    assert_eq!(rules(&report), BTreeMap::from([("code-outside-parent", 1), ("ignored-element", 1)]));
    assert_eq!(report.entries()[0].code.as_deref(), Some("H54.8"), "its table of visual impairment");
    assert_eq!(report.entries()[1].code.as_deref(), Some("H54.512A"), "the file has it inside H54.511");
    assert_eq!(report.rows, 22 + 296 + 45_017);
    assert_eq!(report.sources[0].bytes, 9_253_467);

    let (listed, ordered) = (by_code(&tabular), by_code(&order));
    assert_eq!(count(&tabular, Usability::Grouper), 22 + 296);
    assert_eq!(count(&tabular, Usability::Usable), count(&order, Usability::Usable));
    assert_eq!(listed.len() - 22 - 296, 95_358);
    let mut accents = 0;
    for (code, ordered) in ordered {
        let listed = listed.get(code).unwrap_or_else(|| panic!("{code} is missing"));
        assert_eq!(listed.usability, ordered.usability, "{code}");
        if name(listed) != name(ordered) {
            assert!(!name(listed).is_ascii(), "{code}: {}", name(listed));
            accents += 1;
        }
    }
    assert_eq!(accents, 134);
    for (code, ordered) in by_code(&order) {
        let parent = ordered.parents.first().map(|parent| &parent.code);
        assert!(parent.is_none_or(|parent| *parent == listed[code].parents[0].code), "{code} lies elsewhere");
    }

    assert_eq!(listed["S06.1X7A"].usability, Usability::Usable);
    assert!(!listed.contains_key("S06.1X7D"), "nobody who died comes back");
    assert_eq!(listed["C15-C26"].parents[0].code, "C00-C75");
    assert_eq!(listed["M97-M97"].parents[0].code, "13");
    assert_eq!(values(&tabular, listed["E08"], "code-first").len(), 7);
    assert_eq!(values(&tabular, listed["M1A"], "excludes2"), ["acute gout (M10.-)"]);
    let notes: usize = tabular.concepts.iter().map(|concept| values(&tabular, concept, "excludes1").len()).sum();
    assert_eq!(notes, 5441);
}

/// Snippets of WHO's own file, with every kind of modifier.
#[cfg(feature = "xml")]
#[test]
fn claml_snippets_are_read_with_their_modifiers() {
    let Some(path) = shared("intl/who-icd10/claml-sample/opencodelists_parser_examples.xml") else { return };
    let (draft, report) = claml::read(path, Some("2016")).unwrap();
    let listed = by_code(&draft);
    let children = |code: &str| {
        draft.concepts.iter().filter(|concept| concept.parents.iter().any(|parent| parent.code == code)).count()
    };
    // Pattern A: fourth characters, some of them daggers, without which the category is no code.
    assert_eq!((listed["E10"].usability, children("E10")), (Usability::Heading, 10));
    assert_eq!(name(listed["E10.2"]), "Type 1 diabetes mellitus: With renal complications");
    assert_eq!(listed["E10.2"].mark, Mark::Dagger);
    // B: fifth characters of listed codes. C: fifth characters of a category. D and E: as B, optional.
    assert_eq!((children("I70"), children("I70.0")), (1, 2));
    assert_eq!((listed["M45"].usability, children("M45")), (Usability::Usable, 10));
    assert_eq!(name(listed["M45.X4"]), "Ankylosing spondylitis: Thoracic region");
    assert_eq!((children("M00.0"), children("T14.2")), (10, 2));
    // The category only says where its modifier is printed.
    assert_eq!((children("M13"), children("M13.0")), (1, 10));
    assert_eq!(listed["A17.0"].mark, Mark::Dagger);
    assert_eq!(name(listed["A17.0"]), "Tuberculous meningitis (G01*)");
    assert_eq!(values(&draft, listed["A17.0"], "paired-asterisk"), ["G01*"]);
    assert_eq!(name(listed["D51"]), "Vitamin B12 deficiency anaemia");
    assert_eq!(name(listed["C40.3"]), "Malignant neoplasm: Short bones of lower limb");
    assert_eq!(values(&draft, listed["C40"], "mort-b-code"), ["069"]);
    // A snippet lacks what lies around it, and says so.
    let rules = rules(&report);
    assert_eq!(
        rules.keys().copied().collect::<Vec<_>>(),
        ["missing-title", "modifier-link-only", "unknown-parent", "unknown-subclass"]
    );
    assert_eq!(rules["modifier-link-only"], 1);
}

#[cfg(feature = "xml")]
#[test]
fn a_small_claml_tree_is_read() {
    let Some(path) = shared("intl/who-icd10/claml-sample/hapi_icd10-dummy-test-en.xml") else { return };
    let (draft, report) = claml::read(path, None).unwrap();
    assert_eq!(rules(&report), BTreeMap::new());
    assert_eq!(draft.edition.version, "2022-tree-expanded");
    assert_eq!((count(&draft, Usability::Grouper), count(&draft, Usability::Usable)), (4, 5));
    assert_eq!(by_code(&draft)["B2"].parents[0].code, "B1-B2");
}

fn check_icd11(draft: &Draft) {
    let listed = by_code(draft);
    assert_eq!(draft.edition.to_string(), "icd11-mms|2024-01");
    assert_eq!(listed.len(), 36_044);
    assert_eq!((count(draft, Usability::Usable), count(draft, Usability::Grouper)), (34_663, 1353 + 28));
    let roots = draft.concepts.iter().filter(|concept| concept.parents.is_empty());
    assert_eq!(roots.map(|chapter| chapter.code.len() <= 2).filter(|is_chapter| *is_chapter).count(), 28);
    assert_eq!(draft.concepts.iter().filter(|concept| concept.code.starts_with("Block")).count(), 726);
    let residual = draft.concepts.iter().filter(|concept| !values(draft, concept, "residual").is_empty());
    assert_eq!(residual.count(), 5217);
    let primary = draft.concepts.iter().filter(|concept| !values(draft, concept, "primary-tabulation").is_empty());
    assert_eq!(primary.count(), 14_190 + 2354);
    assert_eq!(listed["1A03.Y"].parents[0].code, "1A03");
    assert_eq!(listed["1A03"].parents[0].code, "BlockL2-1A0");
    assert_eq!(listed["BlockL2-1A0"].parents[0].code, "BlockL1-1A0");
    assert_eq!(values(draft, listed["1A00"], "foundation-uri"), ["http://id.who.int/icd/entity/257068234"]);
    for concept in draft.concepts.iter().filter(|concept| concept.usability == Usability::Usable) {
        let in_extensions = concept.code.starts_with('X');
        assert_eq!((is_stem_code(&concept.code), is_extension_code(&concept.code)), (!in_extensions, in_extensions));
    }
}

#[cfg(feature = "archive")]
#[test]
fn icd_11_is_one_system_in_two_languages() {
    let folder = "intl/icd11/SimpleTabulation-ICD-11-MMS";
    let (Some(english), Some(spanish)) = (shared(&format!("{folder}-en.zip")), shared(&format!("{folder}-es.zip")))
    else {
        return;
    };
    // Beside the text, each archive has a readme and the workbook.
    let with_notes = |rules: &[(&'static str, usize)], archives: usize| -> BTreeMap<&'static str, usize> {
        rules.iter().copied().chain([("file-not-read", 2 * archives)]).collect()
    };
    let (only_english, report) = icd11::read(&[&english], None).unwrap();
    assert_eq!((report.rows, rules(&report)), (36_044, with_notes(&[], 1)));
    check_icd11(&only_english);
    let (only_spanish, report) = icd11::read(&[&spanish], None).unwrap();
    assert_eq!((report.rows, rules(&report)), (36_044, with_notes(&[("untranslated", 144)], 1)));
    check_icd11(&only_spanish);
    let shape = |draft: &Draft| -> Vec<_> {
        draft
            .concepts
            .iter()
            .map(|concept| (concept.code.clone(), concept.parents.clone(), concept.properties.clone()))
            .collect()
    };
    assert!(shape(&only_english) == shape(&only_spanish), "the hierarchies differ");

    let (both, report) = icd11::read(&[&english, &spanish], None).unwrap();
    assert_eq!((report.rows, rules(&report)), (72_088, with_notes(&[("untranslated", 144)], 2)));
    check_icd11(&both);
    assert!(shape(&both) == shape(&only_english));
    let names: Vec<_> = by_code(&both)["1A00"].designations.iter().map(|name| (&*name.language, &*name.text)).collect();
    assert_eq!(names, [("en", "Cholera"), ("es", "Cólera")]);
    let of = |language: &str| {
        both.concepts.iter().flat_map(|concept| &concept.designations).filter(|name| name.language == language).count()
    };
    assert_eq!((of("en"), of("es")), (36_044, 36_044 - 144));
    // A Spanish file alone has the English names beside its own.
    assert_eq!(by_code(&only_spanish)["1A00"].designations.len(), 2);
}

#[test]
fn every_cluster_of_the_map_is_one() {
    let Some(path) = shared("intl/icd11/10To11MapToMultipleCategories.txt") else { return };
    let text = std::fs::read_to_string(path).unwrap();
    let targets =
        text.lines().skip(1).filter_map(|line| line.split('\t').nth(9)).filter(|code| code.contains(['&', '/']));
    let clusters: Vec<Cluster> =
        targets.map(|code| code.parse().unwrap_or_else(|error| panic!("{code}: {error}"))).collect();
    assert_eq!(clusters.len(), 957);
    assert!(clusters.iter().all(|cluster| !cluster.is_single()));
}

#[cfg(feature = "xml")]
#[test]
fn procedure_tables_make_their_codes() {
    let Some(path) = shared("intl/icd10pcs/icd10pcs_tables_2021.xml") else { return };
    let (draft, report) = icd10pcs::tables::read(path, None).unwrap();
    assert_eq!(rules(&report), BTreeMap::new());
    assert_eq!(report.rows, 890 + 2428);
    assert_eq!(
        (draft.edition.to_string().as_str(), draft.edition.title.as_str()),
        ("icd10-pcs|2021", "2021 ICD-10-PCS Tables")
    );
    assert_eq!((count(&draft, Usability::Usable), count(&draft, Usability::Heading)), (78_136, 890));
    let listed = by_code(&draft);
    assert_eq!(name(listed["0016070"]), "Bypass, Cerebral Ventricle, Open, Autologous Tissue Substitute, Nasopharynx");
    assert_eq!(listed["0016070"].parents[0].code, "001");
    assert_eq!(name(listed["0"]), "Medical and Surgical");
    assert_eq!(values(&draft, listed["001"], "definition").len(), 1);
}

#[test]
fn procedure_order_files_are_read_whole() {
    let Some(path) = shared("intl/icd10pcs/icd10pcs_order_2014.txt") else { return };
    let (draft, report) = icd10pcs::read_order(path, None).unwrap();
    assert_eq!((report.rows, rules(&report)), (72_769, BTreeMap::new()));
    assert_eq!((count(&draft, Usability::Usable), count(&draft, Usability::Heading)), (71_924, 845));
    let listed = by_code(&draft);
    assert_eq!(listed["0016070"].parents[0].code, "001");
    assert!(draft.concepts.iter().all(|concept| concept.parents.len() == usize::from(concept.code.len() == 7)));
}

#[test]
fn icd_9_cm_is_two_systems() {
    for (file, list, system, rows) in [
        ("DX", icd9cm::List::Diagnoses, "icd9-cm|32", 14_567),
        ("SG", icd9cm::List::Procedures, "icd9-cm-procedures|32", 3882),
    ] {
        let Some(path) = shared(&format!("intl/icd9cm/CMS32_DESC_LONG_{file}.txt")) else { continue };
        let (draft, report) = icd9cm::read(&path, list, None).unwrap();
        assert_eq!((draft.edition.to_string().as_str(), report.rows, rules(&report)), (system, rows, BTreeMap::new()));
        let listed = by_code(&draft);
        assert_eq!(listed.len() as u64, rows);
        match list {
            icd9cm::List::Diagnoses => {
                assert_eq!(name(listed["386.00"]), "Ménière's disease, unspecified");
                let dotless = listed.keys().filter(|code| !code.contains('.')).count();
                // Categories that have no finer code: three characters, or four with an E.
                assert_eq!(
                    (dotless, name(listed["E000.0"])),
                    (92 + 1 + 44, "Civilian activity done for income or pay")
                );
            }
            icd9cm::List::Procedures => assert_eq!(name(listed["00.02"]), "Therapeutic ultrasound of heart"),
        }
        let other = if list == icd9cm::List::Diagnoses { icd9cm::List::Procedures } else { icd9cm::List::Diagnoses };
        assert!(icd9cm::read(path, other, None).is_err());
    }
}

#[cfg(feature = "xml")]
#[test]
fn the_table_of_neoplasms_leads_to_codes() {
    let (Some(order), Some(table)) =
        (shared("intl/icd10cm/icd10cm-order-April-2025.txt"), shared("intl/icd10cm/icd10cm-neoplasm-April-1-2026.xml"))
    else {
        return;
    };
    let (mut draft, _) = icd10cm::read_order(order, None).unwrap();
    let before = draft.clone();
    let report = icd10cm::index::add(&mut draft, table).unwrap();
    assert_eq!(report.rows, 1 + 593 + 1346);
    // The table is a year younger than the list, which lacks one of its codes.
    assert_eq!(rules(&report), BTreeMap::from([("unknown-code", 1), ("version-differs", 1)]));
    assert_eq!(report.of_rule("unknown-code").next().unwrap().code.as_deref(), Some("C50.A-"));
    let terms = |draft: &Draft| draft.concepts.iter().map(|concept| concept.designations.len()).sum::<usize>();
    // 10,922 cells, of which 1,902 have no code.
    assert_eq!(terms(&draft) - terms(&before), 10_922 - 1902 - 1);
    let listed = by_code(&draft);
    let of = |code: &str| listed[code].designations.iter().map(|term| term.text.as_str()).collect::<Vec<_>>();
    assert!(of("C11.1").contains(&"Neoplasm, neoplastic, adenoid (pharynx) (tissue), Malignant Primary"));
    assert!(of("C79.8").contains(&"Neoplasm, neoplastic, abdomen, abdominal, cavity, Malignant Secondary"));
}
