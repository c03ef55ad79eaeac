//! The tables of `data/` beside the ICD-10 list: sound in themselves, and in agreement with the lists that they name
//! codes of where those are at hand.
#![cfg(feature = "csv")]
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests may panic")]

mod support;

use std::collections::{BTreeMap, HashMap, HashSet};
use std::path::PathBuf;

use medterm::source::delimited::{self, Mapping};
use medterm::source::{Content, Draft, Relationship, Report, Usability};
use support::shared;

/// The tables that are lists of codes, each with its mapping.
const LISTS: [&str; 4] = ["laboratory", "visit-types", "claim-tables", "sexes"];

const LOINC_NOTICE: &str = "This material contains content from LOINC (http://loinc.org). LOINC is copyright © \
    Regenstrief Institute, Inc. and the LOINC Committee and is available at no cost under the license at \
    http://loinc.org/license.";

fn data(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("data").join(name)
}

fn text(name: &str) -> String {
    std::fs::read_to_string(data(name)).unwrap()
}

/// The rows of a table, which must have these columns and be composed, tidy text.
fn rows(name: &str, columns: &[&str]) -> Vec<Vec<String>> {
    let table = text(name);
    assert!(unicode_normalization::is_nfc(&table), "{name} is not composed Unicode");
    assert!(!table.contains('\r') && table.ends_with('\n'), "{name}: ends of lines");
    let mut lines = table.lines();
    assert_eq!(lines.next().unwrap().split('\t').collect::<Vec<_>>(), columns, "{name}");
    let rows: Vec<Vec<String>> = lines.map(|line| line.split('\t').map(str::to_owned).collect()).collect();
    for row in &rows {
        assert_eq!(row.len(), columns.len(), "{name}: {row:?}");
        for field in row {
            assert_eq!(field, field.trim(), "{name}: {row:?}");
            assert!(!field.contains("  "), "{name}: two spaces: {row:?}");
        }
    }
    rows
}

/// A row of `laboratory.tsv`.
struct Test {
    code: String,
    usable: bool,
    group: String,
    unit: String,
    specimen: String,
}

fn laboratory() -> Vec<Test> {
    let columns = ["code", "use", "group", "vi", "en", "synonyms_vi", "synonyms_en", "unit", "specimen"];
    let test = |row: Vec<String>| {
        assert!(["usable", "grouper"].contains(&row[1].as_str()), "{row:?}");
        assert!(!row[3].is_empty() && !row[4].is_empty(), "{row:?} has no name");
        Test {
            code: row[0].clone(),
            usable: row[1] == "usable",
            group: row[2].clone(),
            unit: row[7].clone(),
            specimen: row[8].clone(),
        }
    };
    rows("laboratory.tsv", &columns).into_iter().map(test).collect()
}

fn panels() -> Vec<(String, String)> {
    let pair = |row: Vec<String>| (row[0].clone(), row[1].clone());
    rows("laboratory-panels.tsv", &["panel", "test"]).into_iter().map(pair).collect()
}

fn icd11() -> Vec<(String, String, Relationship)> {
    let read = |row: Vec<String>| (row[0].clone(), row[1].clone(), row[2].parse().unwrap());
    rows("icd10-to-icd11.tsv", &["source", "target", "relationship"]).into_iter().map(read).collect()
}

fn read(name: &str) -> (Draft, Report) {
    let mapping: Mapping = text(&format!("{name}.mapping")).parse().unwrap();
    delimited::read(data(&format!("{name}.tsv")), &mapping).unwrap()
}

#[test]
fn lists_are_read_without_a_finding() {
    for name in LISTS {
        let (draft, report) = read(name);
        assert_eq!(report.entries(), [], "{name}");
        assert_eq!(report.rows, draft.concepts.len() as u64, "{name}");
        for concept in &draft.concepts {
            let mut seen = HashSet::new();
            for designation in &concept.designations {
                let key = (designation.language.clone(), designation.text.to_lowercase());
                assert!(seen.insert(key), "{name}, {}: {} twice", concept.code, designation.text);
            }
            for language in ["vi", "en"] {
                let named = concept.designations.iter().any(|designation| designation.language == language);
                assert!(named, "{name}, {} has no name in {language}", concept.code);
            }
        }
    }
}

#[test]
fn short_lists_are_what_they_say() {
    for name in &LISTS[1..] {
        let listed = rows(&format!("{name}.tsv"), &["code", "vi", "en"]);
        let codes: HashSet<&str> = listed.iter().map(|row| row[0].as_str()).collect();
        assert_eq!(codes.len(), listed.len(), "{name}");
    }
    // Superseded lists say until when they held.
    assert_eq!(read("visit-types").0.edition.in_force.until.map(|day| day.to_string()).as_deref(), Some("2026-07-31"));
}

#[test]
fn laboratory_codes_are_unique_and_stand_below_their_groups() {
    let mut groups = HashSet::from([String::new()]);
    let mut seen = HashSet::new();
    for test in laboratory() {
        assert!(seen.insert(test.code.clone()), "{} twice", test.code);
        assert!(groups.contains(&test.group), "{}: group {} does not stand above it", test.code, test.group);
        if test.usable {
            assert!(!test.group.is_empty(), "{} has no group", test.code);
            assert!(has_check_digit(&test.code), "{} is no LOINC code", test.code);
        } else {
            assert!(test.code.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-'), "{}", test.code);
            assert!(test.unit.is_empty() && test.specimen.is_empty(), "{}", test.code);
            groups.insert(test.code);
        }
    }
    let (draft, _) = read("laboratory");
    assert_eq!(draft.content, Content::Fragment);
    let groupers = draft.concepts.iter().filter(|concept| concept.usability == Usability::Grouper).count();
    assert_eq!(groupers + 1, groups.len());
}

/// A LOINC code ends in a check digit (Luhn's).
fn has_check_digit(code: &str) -> bool {
    let Some((number, check)) = code.split_once('-') else { return false };
    let digits = format!("{number}{check}");
    if check.len() != 1 || number.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return false;
    }
    let weigh = |(place, byte): (usize, u8)| {
        let digit = u32::from(byte - b'0') * (1 + place as u32 % 2);
        digit / 10 + digit % 10
    };
    digits.bytes().rev().enumerate().map(weigh).sum::<u32>() % 10 == 0
}

#[test]
fn panels_are_made_of_listed_tests() {
    let tests = laboratory();
    let usable: HashSet<&str> = tests.iter().filter(|test| test.usable).map(|test| test.code.as_str()).collect();
    let mut seen = HashSet::new();
    for (panel, test) in panels() {
        assert!(usable.contains(panel.as_str()) && usable.contains(test.as_str()), "{panel} {test}: not listed");
        assert_ne!(panel, test);
        assert!(seen.insert((panel.clone(), test.clone())), "{panel} {test} twice");
    }
}

#[test]
fn the_notice_of_loinc_travels_with_its_codes() {
    assert!(text("laboratory.mapping").contains(LOINC_NOTICE));
    let readme = text("README.md").split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(readme.contains(LOINC_NOTICE));
}

#[test]
fn icd11_map_goes_from_listed_categories() {
    let list = text("icd10.tsv");
    let code = |line: &str| line.split('\t').next().unwrap().trim_end_matches(['†', '*']).to_owned();
    let listed: HashSet<String> = list.lines().map(code).collect();
    let map = icd11();
    for pair in map.windows(2) {
        assert!(pair[0].0 < pair[1].0, "{} and {}: out of order or twice", pair[0].0, pair[1].0);
    }
    for (source, target, relationship) in &map {
        assert!(source.len() == 3 && listed.contains(source), "{source} is no category");
        let stem = target.split('.').next().unwrap();
        assert!(stem.len() == 4 && target.len() <= 7, "{target} is no code of ICD-11");
        assert_ne!(*relationship, Relationship::NotRelatedTo, "{source}");
    }
}

/// What a LOINC name has in brackets for results of this unit; `None` for a unit that is not known.
fn properties(unit: &str) -> Option<&'static [&'static str]> {
    Some(match unit {
        "" => &["Presence", "Identifier", "Type", "Interpretation", "Morphology"],
        "10*9/L" | "10*12/L" | "10*6/L" | "10*6/mL" | "/uL" | "{copies}/mL" => &["#/volume"],
        "/[HPF]" => &["#/area"],
        "g/L" => &["Mass/volume", "Entitic Mass/volume"],
        "mg/L" | "mg/dL" | "ug/dL" | "ug/mL" | "ng/mL" | "ng/L" | "ng/dL" | "pg/mL" => &["Mass/volume"],
        "mmol/L" | "umol/L" | "nmol/L" | "pmol/L" => &["Moles/volume"],
        "U/L" => &["Enzymatic activity/volume"],
        "U/g" => &["Enzymatic activity/mass"],
        "U/mL" | "[IU]/mL" | "[IU]/L" | "m[IU]/mL" | "m[IU]/L" | "u[IU]/mL" | "{mAU}/mL" | "{index_val}" => {
            &["Units/volume"]
        }
        "g/(24.h)" => &["Mass/time"],
        "mmol/(24.h)" | "nmol/(24.h)" => &["Moles/time"],
        "mg/g" => &["Mass Ratio"],
        "mg/mmol" | "kg/m2" => &["Ratio"],
        "1" => &["Mass Ratio"],
        "%" => &["Volume Fraction", "Mass Fraction", "DistWidth"],
        "L/L" => &["Volume Fraction"],
        "fL" => &["Entitic mean volume", "Entitic volume"],
        "pg" => &["Entitic mass"],
        "mm/h" => &["Sedimentation Rate"],
        "mm[Hg]" => &["Partial pressure"],
        "mL/min/{1.73_m2}" => &["Volume Rate/Area"],
        "{titer}" => &["Titer"],
        "{score}" => &["Score"],
        "s" => &["Time"],
        "L" => &["Volume"],
        // Measured of patients and fluids whose LOINC names have no brackets.
        "/min" | "Cel" | "L/min" | "[pH]" | "cm" | "cm[H2O]" | "g" | "kg" | "m2" | "mL" | "mL/(24.h)" | "mL/min"
        | "min" | "mmol/mol" | "mosm/kg" | "wk" => &[],
        _ => return None,
    })
}

/// What a LOINC name calls this specimen; `None` for one that is not known.
fn systems(specimen: &str) -> Option<&'static str> {
    Some(match specimen {
        "" | "patient" => "",
        "24 h urine" => "24 hour Urine",
        "24 h urine and serum or plasma" => "24 hour Urine and Serum or Plasma",
        "arterial blood" => "Arterial blood",
        "blood" => "Blood",
        "body fluid" => "Body fluid",
        "bone marrow" => "Bone marrow",
        "capillary blood" => "Capillary blood",
        "cerebrospinal fluid" => "Cerebral spinal fluid",
        "cervix" => "Cervix",
        "nail" => "Nail",
        "plasma" => "Plasma",
        "platelet-poor plasma" => "Platelet poor plasma",
        "pleural fluid" => "Pleural fluid",
        "red blood cells" => "Red Blood Cells",
        "respiratory specimen" => "espiratory",
        "semen" => "Semen",
        "serum" => "Serum",
        "serum or plasma" => "Serum or Plasma",
        "serum, plasma or blood" => "Serum, Plasma or Blood",
        "skin" => "Skin",
        "specimen" => "Specimen",
        "sputum" => "Sputum",
        "sputum or bronchial" => "Sputum or Bronchial",
        "stomach" => "Stomach",
        "stool" => "Stool",
        "throat" => "Throat",
        "tissue" => "Tissue",
        "urine" => "Urine",
        "urine sediment" => "Urine sediment",
        "vaginal fluid" => "Vaginal fluid",
        "venous blood" => "Venous blood",
        "wound" => "Wound",
        _ => return None,
    })
}

/// The verification against LOINC: every code is there and not deprecated, its property is one that the unit measures,
/// and its specimen is ours. Prints every disagreement.
#[test]
fn laboratory_agrees_with_loinc() {
    /// Tests whose LOINC name tells no specimen.
    const WITHOUT_SPECIMEN: [&str; 4] = ["785-6", "3243-3", "5894-1", "5902-2"];
    let Some(list) = shared("intl/loinc/loinc-names-2025.csv") else { return };
    let mapping: Mapping = "code=code; display.en=description".parse().unwrap();
    let (draft, _) = delimited::read(&list, &mapping).unwrap();
    let names: HashMap<&str, &str> = draft
        .concepts
        .iter()
        .filter_map(|concept| Some((concept.code.as_str(), concept.designations.first()?.text.as_str())))
        .collect();
    assert!(names.len() > 100_000, "LOINC's names were not found");

    let (mut compared, mut disagreements) = (0, Vec::new());
    for test in laboratory().iter().filter(|test| test.usable) {
        compared += 1;
        let Some(name) = names.get(test.code.as_str()) else {
            disagreements.push(format!("{}: not in LOINC", test.code));
            continue;
        };
        let property = name.split_once('[').and_then(|(_, rest)| rest.split_once(']')).map(|(inside, _)| inside);
        let fits =
            properties(&test.unit).is_some_and(|known| property.is_none_or(|property| known.contains(&property)));
        let system = systems(&test.specimen);
        let drawn = system.is_some_and(|system| name.contains(system))
            && (!["serum", "plasma"].contains(&test.specimen.as_str()) || !name.contains("Serum or Plasma"));
        if !fits {
            disagreements.push(format!("{}: {:?} is no unit of {name:?}", test.code, test.unit));
        }
        if !drawn && !WITHOUT_SPECIMEN.contains(&test.code.as_str()) {
            disagreements.push(format!("{}: {:?} is not the specimen of {name:?}", test.code, test.specimen));
        }
        if name.contains("Deprecated") {
            disagreements.push(format!("{}: {name:?}", test.code));
        }
    }
    for line in &disagreements {
        println!("{line}");
    }
    assert!(disagreements.is_empty(), "{} disagreements, printed above", disagreements.len());
    println!("{compared} tests agree with LOINC");
}

/// The verification against WHO's map to one category: a row's target is WHO's, or the category of which WHO names the
/// residual "unspecified" one.
#[test]
fn icd11_map_agrees_with_who() {
    let Some(list) = shared("intl/icd11/10To11MapToOneCategory.txt") else { return };
    let list = std::fs::read_to_string(list).unwrap();
    let mut who: BTreeMap<&str, &str> = BTreeMap::new();
    for line in list.lines() {
        let fields: Vec<&str> = line.split('\t').collect();
        if fields.len() > 9 && fields[0] == "category" {
            who.insert(fields[2], fields[9]);
        }
    }
    assert!(who.len() > 10_000, "WHO's map was not found");
    let map = icd11();
    let disagreements: Vec<String> = map
        .iter()
        .filter(|(source, target, _)| {
            let named = who.get(source.as_str()).copied().unwrap_or_default();
            ![target.clone(), format!("{target}Z"), format!("{target}.Z")].iter().any(|known| known == named)
        })
        .map(|(source, target, _)| format!("{source}: {target} here, {:?} in WHO's map", who.get(source.as_str())))
        .collect();
    for line in &disagreements {
        println!("{line}");
    }
    assert!(disagreements.is_empty(), "{} disagreements, printed above", disagreements.len());
    println!("{} categories agree with WHO's map", map.len());
}
