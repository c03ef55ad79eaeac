//! Readers of SNOMED CT, LOINC, ATC, RxNorm, MeSH and HPO, on published files: every count was taken from the files
//! by other means.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests may panic")]

mod support;

use std::collections::BTreeSet;

use medterm::source::rf2::{self, ReleaseType};
use medterm::source::{Acceptability, Content, Draft, DraftConcept, PropertyValue, Report, Severity};
use medterm::{CodeSystem, index};
use support::shared;

fn one<'d>(draft: &'d Draft, code: &str) -> &'d DraftConcept {
    let mut found = draft.concepts.iter().filter(|concept| concept.code == code);
    let concept = found.next().unwrap_or_else(|| panic!("{code} is not listed"));
    assert!(found.next().is_none(), "{code} is listed twice");
    concept
}

fn values(draft: &Draft, code: &str, property: &str) -> Vec<String> {
    let index = draft.properties.iter().position(|known| known.name == property).unwrap();
    let text = |value: &PropertyValue| match value {
        PropertyValue::Text(text) | PropertyValue::Code(text) => text.clone(),
        other => format!("{other:?}"),
    };
    let values = one(draft, code).properties.iter().filter(|(known, _)| *known == index);
    values.map(|(_, value)| text(value)).collect()
}

fn of_rule(report: &Report, rule: &str) -> usize {
    report.total(rule)
}

fn compile(draft: &Draft, report: &Report) -> CodeSystem {
    CodeSystem::from_bytes(index::to_bytes(draft, report).unwrap()).unwrap()
}

fn rf2_options(release_type: ReleaseType) -> rf2::Options {
    rf2::Options { release_type: Some(release_type), ..rf2::Options::default() }
}

#[test]
fn every_rf2_fixture_loads() {
    let dummy = "intl/snomed/rf2-dummy";
    let tests = format!("{dummy}/test/resources/dummy-snomed-content");
    for (folder, concepts, content) in [
        ("intl/snomed/ecl-core/rf2".to_owned(), 34, Content::Complete),
        ("intl/snomed/ecl-refinements/rf2".to_owned(), 12, Content::Fragment),
        ("intl/snomed/rf2-map-example".to_owned(), 4, Content::Fragment),
        (format!("{dummy}/main/resources/dummy-snomed-content/RF2Release"), 103, Content::Complete),
        (format!("{tests}/SnomedCT_MiniRF2"), 13, Content::Complete),
        (format!("{tests}/SnomedCT_MiniRF2_Base_snapshot"), 17, Content::Complete),
        (format!("{tests}/SnomedCT_MiniRF2_Extension_snapshot"), 2, Content::Fragment),
        (format!("{tests}/SnomedCT_MiniRF2_New_Authoring_cyle_delta"), 2, Content::Fragment),
        (format!("{tests}/SnomedCT_MiniRF2_Release_Fix_delta"), 1, Content::Fragment),
        (format!("{tests}/SnomedCT_MiniRF2_bad_delta"), 1, Content::Fragment),
        (format!("{tests}/SnomedCT_MiniRF2_donation_delta"), 1, Content::Fragment),
        (format!("{tests}/SnomedCT_MiniRF2_dummy_mrcm_snap"), 0, Content::Fragment),
    ] {
        let Some(path) = shared(&folder) else { return };
        let (draft, report) = rf2::read(&[&path], &rf2::Options::default()).unwrap();
        assert_eq!((draft.concepts.len(), draft.content), (concepts, content), "{folder}");
        assert_eq!(compile(&draft, &report).len() as usize, concepts, "{folder}");
    }
}

#[test]
fn a_published_excerpt_in_rf2() {
    let path = "intl/snomed/rf2-dummy/main/resources/dummy-snomed-content/RF2Release";
    let Some(path) = shared(path) else { return };
    let (snapshot, report) = rf2::read(&[&path], &rf2_options(ReleaseType::Snapshot)).unwrap();
    assert_eq!(report.count(Severity::Refused), 0);
    assert_eq!(of_rule(&report, "identifier"), 0);
    let terms = || snapshot.concepts.iter().flat_map(|concept| &concept.designations);
    assert_eq!(terms().filter(|term| term.id.is_some()).count(), 329);
    assert_eq!(terms().filter(|term| term.text.contains('"')).count(), 8);
    // 112 active is-a rows in the inferred view, and three attributes.
    assert_eq!(snapshot.concepts.iter().map(|concept| concept.parents.len()).sum::<usize>(), 112);
    assert_eq!(values(&snapshot, "118225008", "inactivation-reason"), ["900000000000484002"]);
    assert_eq!(values(&snapshot, "118225008", "possibly-equivalent-to"), ["118222006", "250171008", "413350009"]);
    assert_eq!(values(&snapshot, "246188002", "replaced-by"), ["404684003"]);
    let root = one(&snapshot, "138875005");
    assert_eq!(root.designations[0].text, "SNOMED CT Concept");
    assert_eq!(root.designations[0].acceptability.get("en-GB"), Some(Acceptability::Preferred));

    // The excerpt's full release is older: it lacks a concept, and has these attributes below another.
    let (full, _) = rf2::read(&[&path], &rf2_options(ReleaseType::Full)).unwrap();
    assert_eq!(full.concepts.len(), 102);
    let moved: Vec<&str> = full
        .concepts
        .iter()
        .filter(|concept| concept.parents != one(&snapshot, &concept.code).parents)
        .map(|concept| concept.code.as_str())
        .collect();
    assert_eq!(moved, ["116676008", "408729009", "408731000", "408732007"]);
    assert!(full.concepts.iter().all(|concept| concept.inactive == one(&snapshot, &concept.code).inactive));
}

/// The cases of the constraint language that ask for the hierarchy alone.
#[test]
fn rf2_hierarchy_is_that_of_the_constraint_cases() {
    let (Some(path), Some(cases)) = (shared("intl/snomed/ecl-core/rf2"), shared("intl/snomed/ecl-core/cases.json"))
    else {
        return;
    };
    let (draft, report) = rf2::read(&[&path], &rf2::Options::default()).unwrap();
    let system = compile(&draft, &report);
    let cases: serde_json::Value = serde_json::from_slice(&std::fs::read(cases).unwrap()).unwrap();
    let mut checked = 0;
    for case in cases["cases"].as_array().unwrap() {
        let constraint = case["ecl"].as_str().unwrap().trim();
        let code = constraint.trim_start_matches(['<', '>', '!']).trim();
        let operator = constraint.strip_suffix(code).unwrap().trim();
        if code.is_empty() || !code.bytes().all(|byte| byte.is_ascii_digit()) {
            continue;
        }
        let found = system.lookup(code).unwrap();
        let concept = found.concept().unwrap();
        let mut concepts = match operator {
            "" => Vec::new(),
            "<" | "<<" => concept.descendants().unwrap().collect::<Result<Vec<_>, _>>().unwrap(),
            ">" | ">>" => concept.ancestors().unwrap(),
            "<!" => concept.children().unwrap(),
            ">!" => concept.parents().unwrap().iter().map(|parent| parent.concept).collect(),
            _ => continue,
        };
        if matches!(operator, "" | "<<" | ">>") {
            concepts.push(concept);
        }
        let codes: BTreeSet<String> = concepts.iter().map(|concept| concept.code().unwrap()).collect();
        let expected: BTreeSet<String> =
            case["expect"].as_array().unwrap().iter().map(|code| code.as_str().unwrap().to_owned()).collect();
        assert_eq!(codes, expected, "{constraint}");
        checked += 1;
    }
    println!("{checked} cases");
    assert!(checked >= 10);
}

#[cfg(feature = "csv")]
#[test]
fn a_loinc_release() {
    use medterm::source::{DesignationUse, Usability, loinc};

    let Some(path) = shared("intl/loinc/extract") else { return };
    let (draft, report) = loinc::read(&path, &loinc::Options::default()).unwrap();
    assert_eq!(report.count(Severity::Refused) + report.count(Severity::Doubtful), 0);
    assert_eq!(report.sources.len(), 27);
    assert_eq!(draft.edition.to_string(), "loinc|2.79");
    let of_kind = |front: &str| draft.concepts.iter().filter(|concept| concept.code.starts_with(front)).count();
    // The hierarchy has three parts that the table of parts has not.
    assert_eq!((of_kind("LL"), of_kind("LA"), of_kind("LP")), (3, 8, 147 + 3));
    assert_eq!(draft.concepts.len(), 322 + 3 + 8 + 147 + 3);
    let inactive = draft.concepts.iter().filter(|concept| concept.inactive).count();
    assert_eq!(inactive, 7);
    let languages: BTreeSet<_> =
        draft.concepts.iter().flat_map(|concept| &concept.designations).map(|term| term.language.as_str()).collect();
    assert_eq!(languages.len(), 1 + 19);
    let consumer = DesignationUse::Other { system: "http://loinc.org".into(), code: "ConsumerName".into() };
    let names = |wanted: &DesignationUse| {
        let terms = draft.concepts.iter().flat_map(|concept| &concept.designations);
        terms.filter(|term| term.r#use == *wanted && term.language == "en").count()
    };
    assert_eq!((names(&DesignationUse::Preferred), names(&consumer)), (draft.concepts.len(), 311));
    assert_eq!(one(&draft, "LP29693-6").usability, Usability::Grouper);

    let system = compile(&draft, &report);
    let potassium = system.lookup("75940-7").unwrap().concept().unwrap();
    assert_eq!(potassium.display_in("nl-NL").unwrap().as_deref(), Some("Kalium [massa/volume] in bloed"));
    let above: Vec<_> = potassium.ancestors().unwrap().iter().map(|concept| concept.code().unwrap()).collect();
    assert_eq!(above.last().map(String::as_str), Some("LP432695-7"));
    // Creatinine stands in two places, both below renal function.
    assert_eq!(one(&draft, "LP14355-9").parents.len(), 1);
    assert_eq!(values(&draft, "LL744-4", "answer"), ["LA11882-0", "LA11883-8"]);
}

/// All published codes are of LOINC's form; fourteen old ones have never had the right check digit.
#[test]
fn loinc_check_digits() {
    let Some(path) = shared("intl/loinc/loinc-names-2025.csv") else { return };
    let text = std::fs::read_to_string(path).unwrap();
    let codes: Vec<_> = text.lines().skip(1).filter_map(|line| line.split(',').next()).collect();
    assert_eq!(codes.len(), 108_248);
    let faults: Vec<_> = codes.iter().filter_map(|code| medterm::code::loinc::parse(code).err()).collect();
    assert_eq!(faults, [medterm::code::loinc::Fault::CheckDigit; 14]);
}

#[cfg(feature = "csv")]
#[test]
fn the_atc_index() {
    use medterm::source::{Usability, atc};

    let Some(path) = shared("intl/atc/atc-ddd-2026.csv") else { return };
    let (draft, report) = atc::read(&path, None).unwrap();
    assert_eq!((draft.concepts.len(), report.rows), (6_996, 7_536));
    let of_length = |length| draft.concepts.iter().filter(|concept| concept.code.len() == length).count();
    assert_eq!([1, 3, 4, 5, 7].map(of_length), [14, 94, 271, 939, 5_678]);
    assert_eq!(draft.concepts.iter().filter(|concept| concept.usability == Usability::Usable).count(), 5_678);
    // One row has its dose in the column of units, one no unit.
    let found: Vec<_> = report.entries().iter().map(|entry| (entry.rule, entry.code.as_deref())).collect();
    assert_eq!(found, [("shifted-columns", Some("B01AF03")), ("dose", Some("S01EB01"))]);
    assert_eq!(values(&draft, "B01AF03", "ddd"), ["60 mg O"]);
    let doses = |concept: &DraftConcept| concept.properties.iter().filter(|(property, _)| *property == 1).count();
    assert_eq!(draft.concepts.iter().map(doses).sum::<usize>(), 2_767 + 1);
    assert_eq!(values(&draft, "N02BE01", "ddd"), ["3 g O", "3 g P", "3 g R"]);
    assert_eq!(values(&draft, "N02BE01", "route"), ["O", "P", "R"]);
    let system = compile(&draft, &report);
    let paracetamol = system.lookup("n02be01").unwrap().concept().unwrap();
    let above: Vec<_> = paracetamol.ancestors().unwrap().iter().map(|concept| concept.code().unwrap()).collect();
    assert_eq!(above, ["N02BE", "N02B", "N02", "N"]);
}

#[test]
fn the_mesh_trees() {
    use medterm::source::mesh;

    let Some(path) = shared("intl/mesh/mtrees2022.bin") else { return };
    let (draft, report) = mesh::read(&path, None).unwrap();
    println!("{:?}", report.summary());
    assert_eq!((draft.concepts.len(), report.rows), (30_192, 62_317));
    assert_eq!(draft.concepts.iter().map(|concept| concept.positions.len()).sum::<usize>(), 62_317);
    assert_eq!(report.count(Severity::Refused) + of_rule(&report, "unknown-parent"), 0);
    let system = compile(&draft, &report);
    let breast = system.lookup("A01.236").unwrap().concept().unwrap();
    assert_eq!(breast.display().unwrap(), "Breast");
    let labels: Vec<_> = breast.positions().unwrap().iter().map(|place| place.label().unwrap()).collect();
    assert!(labels.contains(&"A01.236".to_owned()));
}

#[cfg(feature = "json")]
#[test]
fn the_phenotype_ontology_and_its_translation() {
    use std::io::Read;

    use medterm::source::{DesignationUse, obo};

    let (Some(path), Some(spanish)) = (shared("intl/hpo/hp.v2024-08-13.json.gz"), shared("intl/hpo/hp-es.babelon.tsv"))
    else {
        return;
    };
    let mut content = Vec::new();
    flate2::read::GzDecoder::new(std::fs::File::open(path).unwrap()).read_to_end(&mut content).unwrap();
    let (mut draft, mut report) = obo::read_graph_bytes("hp.json", &content).unwrap();
    assert_eq!(report.entries(), []);
    assert_eq!(draft.edition.to_string(), "hpo|2024-08-13");
    assert_eq!(draft.concepts.len(), 19_434);
    assert_eq!(draft.concepts.iter().filter(|concept| concept.parents.len() > 1).count(), 3_666);
    assert_eq!(draft.concepts.iter().map(|concept| concept.parents.len()).sum::<usize>(), 23_409);
    assert_eq!(draft.concepts.iter().filter(|concept| concept.inactive).count(), 446);
    let count = |draft: &Draft, property: &str| {
        let index = draft.properties.iter().position(|known| known.name == property).unwrap();
        draft.concepts.iter().flat_map(|concept| &concept.properties).filter(|(known, _)| *known == index).count()
    };
    assert_eq!([count(&draft, "definition"), count(&draft, "xref")], [16_398, 18_172]);
    assert_eq!(
        [count(&draft, "replaced-by"), count(&draft, "consider"), count(&draft, "alternative-id")],
        [351, 82, 3_826]
    );
    assert_eq!(values(&draft, "HP:0000057", "replaced-by"), ["HP:0008665"]);
    let narrow = draft.concepts.iter().flat_map(|concept| &concept.designations);
    assert_eq!(narrow.filter(|term| term.r#use == DesignationUse::Inclusion).count(), 288 + 166 + 9);

    let (supplement, of_supplement) = obo::read_babelon(&spanish, "hpo|2024-08-13", "2024").unwrap();
    assert_eq!((supplement.concepts.len(), of_supplement.entries().len()), (19_932, 0));
    index::to_bytes(&supplement, &of_supplement).unwrap();

    obo::add_babelon(&mut draft, &spanish, &mut report).unwrap();
    assert_eq!(of_rule(&report, "unknown-code"), 499);
    assert_eq!(of_rule(&report, "source-label-differs"), 1_935 - 499);
    let system = compile(&draft, &report);
    let stature = system.lookup("HP:0000002").unwrap().concept().unwrap();
    assert_eq!(stature.display_in("es").unwrap().as_deref(), Some("Anormalidad de la estatura"));
}

/// The published lists of vocabularies and of retired concepts, with a table of names that is invented.
#[test]
fn the_published_parts_of_rxnorm() {
    use medterm::source::rxnorm;

    let (Some(sources), Some(retired)) = (shared("intl/rxnorm/RXNSAB.RRF"), shared("intl/rxnorm/RXNCUI.RRF")) else {
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    std::fs::copy(sources, folder.path().join("RXNSAB.RRF")).unwrap();
    std::fs::copy(retired, folder.path().join("RXNCUI.RRF")).unwrap();
    let names = "857082|ENG||||||1|1|857082||RXNORM|SCD|857082|invented 10 MG Oral Tablet||N|4096|\n";
    std::fs::write(folder.path().join("RXNCONSO.RRF"), names).unwrap();
    let (draft, report) = rxnorm::read(folder.path(), &rxnorm::Options::default()).unwrap();
    assert_eq!(report.rows, 11 + 6_023 + 1);
    let found: Vec<_> = report.entries().iter().map(|entry| (entry.rule, entry.code.as_deref())).collect();
    assert_eq!(found, [("source-restriction", Some("RXNORM"))]);
    assert_eq!(draft.edition.to_string(), "rxnorm|08042025");
    assert_eq!(draft.concepts.len(), 1 + 5_982);
    assert_eq!(draft.concepts.iter().filter(|concept| concept.inactive).count(), 5_982);
    assert_eq!(values(&draft, "91811", "replaced-by"), ["857082"]);
    assert_eq!(values(&draft, "197537", "replaced-by"), ["997169", "997170"]);
    assert_eq!(compile(&draft, &report).lookup("91811").unwrap().concept().unwrap().display().unwrap(), "");
}
