//! OMOP vocabularies: what the codes of one vocabulary map to, out of the files that Athena gives.
//!
//! | source document | used | ignored, and why |
//! |---|---|---|
//! | OHDSI, *OMOP Common Data Model*, `CONCEPT.csv`, between tabs, never quoted | `concept_id`, `concept_name`, `vocabulary_id`, `concept_code`, `domain_id`, `invalid_reason` | the other columns |
//! | the same, `CONCEPT_RELATIONSHIP.csv` | rows with the relationship `Maps to` that are valid: `concept_id_1`, `concept_id_2`, `valid_start_date`, `invalid_reason` | other relationships; `Maps to value`, which is counted in the report |
//!
//! Both files are read twice, so that only the concepts that the map needs are held.
//!
//! A target is the code of a vocabulary that is told, or otherwise the `concept_id` of a standard concept. Where a source
//! concept maps to several, OMOP means all of them together: each has a group of its own. OMOP does not say how source and
//! target stand to each other, so no row has a relationship. A concept that maps to nothing has no row: the files do not say
//! that there is nothing, and the report counts such concepts.
//!
//! | rule | severity | meaning |
//! |---|---|---|
//! | `field-count` | refused | another number of fields than headings |
//! | `bad-id` | refused | an identifier that should be a number is none |
//! | `repeated-code` | doubtful | two concepts of the source vocabulary have one code; the rows of both are kept |
//! | `unknown-concept` | refused | a target that `CONCEPT.csv` does not have |
//! | `other-vocabulary` | note | how many rows lead to other vocabularies than the one that is told, and are left out |
//! | `withdrawn-rows` | note | how many relationships are not valid any more, and are left out |
//! | `maps-to-value` | note | how many relationships are `Maps to value`, and are left out |
//! | `unmapped-concepts` | note | how many concepts of the source vocabulary map to nothing |
//! | `undecodable` | doubtful | bytes that are no UTF-8 became U+FFFD |
//! | `line-too-long` | refused | a line of more than a mebibyte was passed over |
//!
//! Each vocabulary has its own licence, which the download from Athena names.

use std::collections::{HashMap, HashSet};
use std::path::Path;

use super::lines::{Headings, each_line, shown, tabbed};
use super::parts::Part;
use super::{MapDraft, MapRow, MapSide, Place, Report, Severity};
use crate::code::CodeGrammar;
use crate::{Edition, Error, Result};

/// Which vocabularies are mapped.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Vocabularies {
    /// The `vocabulary_id` of the codes that are translated: `ICD10CM`.
    pub source: String,
    /// The `vocabulary_id` of the codes to which they are translated: `SNOMED`. `None` for standard concepts of any
    /// vocabulary, by their `concept_id`.
    pub target: Option<String>,
    /// The version of the map: the release of the vocabularies, which these files do not tell.
    pub version: String,
}

/// Reads `CONCEPT.csv` and `CONCEPT_RELATIONSHIP.csv`.
///
/// # Errors
///
/// [`Error::Io`] if a file cannot be read, [`Error::Source`] if one has not its columns, [`Error::Argument`] if there is no
/// concept of the source vocabulary.
pub fn read(
    concepts: impl AsRef<Path>,
    relationships: impl AsRef<Path>,
    vocabularies: &Vocabularies,
) -> Result<(MapDraft, Report)> {
    let [concepts, relationships] = [concepts.as_ref(), relationships.as_ref()].map(|path| Part::file(path.to_owned()));
    read_parts(&concepts, &relationships, vocabularies)
}

/// Reads the two files, names and contents of which are at hand. See [`read`].
pub fn read_bytes(files: [(&str, &[u8]); 2], vocabularies: &Vocabularies) -> Result<(MapDraft, Report)> {
    let [concepts, relationships] = files.map(|(name, bytes)| Part::bytes(name, bytes));
    read_parts(&concepts, &relationships, vocabularies)
}

fn read_parts(
    concepts: &Part<'_>,
    relationships: &Part<'_>,
    vocabularies: &Vocabularies,
) -> Result<(MapDraft, Report)> {
    let mut report = Report::default();
    let sources = source_concepts(concepts, &vocabularies.source, &mut report)?;
    if sources.is_empty() {
        return Err(Error::Argument {
            what: "vocabulary",
            value: vocabularies.source.clone(),
            expected: format!("a vocabulary_id of which {} has concepts", &concepts.name),
        });
    }
    let edges = edges(relationships, &sources, &mut report)?;
    let wanted: HashSet<u64> = edges.iter().map(|edge| edge.target).collect();
    // Read before: what is wrong in the file is told already.
    let targets = target_concepts(concepts, &wanted)?;

    let mut rows: Vec<MapRow> = Vec::with_capacity(edges.len());
    let (mut elsewhere, mut groups) = (0_u64, HashMap::<u64, u16>::new());
    for edge in edges {
        let Some(source) = sources.get(&edge.source) else { continue };
        let Some(target) = targets.get(&edge.target) else {
            let message = format!("concept {} is not listed", edge.target);
            let place = Place::line(&*relationships.name, u64::from(edge.line));
            report.add(Severity::Refused, "unknown-concept", place, Some(&source.code), message);
            continue;
        };
        if vocabularies.target.as_ref().is_some_and(|wanted| *wanted != target.vocabulary) {
            elsewhere += 1;
            continue;
        }
        let group = groups.entry(edge.source).or_default();
        *group = group.saturating_add(1);
        let mut properties = vec![("domain_id", &target.domain), ("valid_start_date", &edge.since)];
        if vocabularies.target.is_none() {
            properties.extend([("vocabulary_id", &target.vocabulary), ("concept_code", &target.code)]);
        }
        rows.push(MapRow {
            source: source.code.clone(),
            source_display: Some(source.name.clone()),
            target: Some(if vocabularies.target.is_some() { target.code.clone() } else { edge.target.to_string() }),
            target_display: Some(target.name.clone()),
            group: *group,
            properties: properties.into_iter().map(|(name, value)| (name.to_owned(), value.clone())).collect(),
            line: edge.line,
            ..MapRow::default()
        });
    }
    let unmapped = (sources.len() - groups.len()) as u64;
    for (rule, count, place, what) in [
        ("other-vocabulary", elsewhere, &relationships.name, "rows lead to other vocabularies"),
        ("unmapped-concepts", unmapped, &concepts.name, "concepts map to nothing"),
    ] {
        tell_count(&mut report, rule, count, place, what);
    }
    let (target, side) = match &vocabularies.target {
        Some(vocabulary) => (vocabulary.as_str(), side(vocabulary)),
        None => ("omop", MapSide { system: "omop".into(), ..MapSide::default() }),
    };
    let name = format!("omop-{}-to-{}", vocabularies.source, target).to_lowercase();
    let edition = Edition {
        title: format!("OMOP: {} maps to {target}", vocabularies.source),
        system: name,
        version: vocabularies.version.clone(),
        issued_by: "Observational Health Data Sciences and Informatics (OHDSI)".into(),
        ..Edition::default()
    };
    let source = self::side(&vocabularies.source);
    Ok((MapDraft { edition, source, target: side, rows, ..MapDraft::default() }, report))
}

fn tell_count(report: &mut Report, rule: &'static str, count: u64, file: &str, what: &str) {
    if count > 0 {
        report.add(Severity::Note, rule, Place::file(file), None, format!("{count} {what}"));
    }
}

/// The system of a vocabulary, by the name that this crate's readers give it.
fn side(vocabulary: &str) -> MapSide {
    let (system, grammar) = match vocabulary {
        "ICD10" => ("icd10-who", CodeGrammar::Icd10),
        "ICD10CM" => ("icd10-cm", CodeGrammar::Icd10),
        "ICD10PCS" => ("icd10-pcs", CodeGrammar::Verbatim),
        "ICD9CM" => ("icd9-cm", CodeGrammar::Icd9),
        "ICD9Proc" => ("icd9-cm-procedures", CodeGrammar::Icd9Procedure),
        "SNOMED" => ("http://snomed.info/sct", CodeGrammar::Verbatim),
        "LOINC" => ("loinc", CodeGrammar::Verbatim),
        "RxNorm" => ("rxnorm", CodeGrammar::Verbatim),
        "ATC" => ("atc", CodeGrammar::Verbatim),
        other => (other, CodeGrammar::Verbatim),
    };
    MapSide { system: system.to_owned(), version: String::new(), grammar }
}

struct Concept {
    code: String,
    name: String,
    vocabulary: String,
    domain: String,
}

struct Edge {
    source: u64,
    target: u64,
    since: String,
    line: u32,
}

/// Hands out the rows under the headings of a file.
fn each_row(
    part: &Part<'_>,
    needed: &[&str],
    report: &mut Report,
    mut visit: impl FnMut(u64, &[&str], &mut Report),
) -> Result<()> {
    let name = part.name.as_str();
    let mut bound: Option<(usize, Vec<usize>)> = None;
    each_line(part, report, |number, line, report| {
        let fields = tabbed(line);
        let Some((headings, columns)) = &bound else {
            let headings = Headings::new(name, number, &fields);
            let columns = needed.iter().map(|heading| headings.needed(heading)).collect::<Result<_>>()?;
            bound = Some((headings.len(), columns));
            return Ok(());
        };
        report.rows += 1;
        if fields.len() != *headings {
            let message = format!("{} fields under {headings} headings", fields.len());
            report.add(Severity::Refused, "field-count", Place::line(name, number), None, message);
            return Ok(());
        }
        let row: Vec<&str> = columns.iter().map(|&column| fields.get(column).copied().unwrap_or_default()).collect();
        visit(number, &row, report);
        Ok(())
    })?;
    match bound {
        Some(_) => Ok(()),
        None => Err(Error::source(Place::file(name), "the file has no headings")),
    }
}

const CONCEPT: [&str; 5] = ["concept_id", "concept_code", "concept_name", "vocabulary_id", "domain_id"];

fn source_concepts(file: &Part<'_>, vocabulary: &str, report: &mut Report) -> Result<HashMap<u64, Concept>> {
    let mut concepts = HashMap::new();
    let mut codes = HashSet::new();
    each_row(file, &CONCEPT, report, |number, row, report| {
        let &[id, code, name, of, domain] = row else { return };
        if of != vocabulary {
            return;
        }
        let Ok(id) = id.parse() else { return bad_id(report, Place::line(&*file.name, number), id, code) };
        if !codes.insert(code.to_owned()) {
            let message = "another concept has the same code";
            report.add(Severity::Doubtful, "repeated-code", Place::line(&*file.name, number), Some(code), message);
        }
        let [code, name, vocabulary, domain] = [code, name, of, domain].map(str::to_owned);
        concepts.insert(id, Concept { code, name, vocabulary, domain });
    })?;
    Ok(concepts)
}

fn bad_id(report: &mut Report, place: Place, id: &str, code: &str) {
    report.add(Severity::Refused, "bad-id", place, Some(code), format!("{:?} is no concept_id", shown(id)));
}

fn target_concepts(file: &Part<'_>, wanted: &HashSet<u64>) -> Result<HashMap<u64, Concept>> {
    let mut concepts = HashMap::new();
    each_row(file, &CONCEPT, &mut Report::default(), |_, row, _| {
        let &[id, code, name, of, domain] = row else { return };
        if let Some(id) = id.parse().ok().filter(|id| wanted.contains(id)) {
            let [code, name, vocabulary, domain] = [code, name, of, domain].map(str::to_owned);
            concepts.insert(id, Concept { code, name, vocabulary, domain });
        }
    })?;
    Ok(concepts)
}

fn edges(file: &Part<'_>, sources: &HashMap<u64, Concept>, report: &mut Report) -> Result<Vec<Edge>> {
    const NEEDED: [&str; 5] = ["concept_id_1", "concept_id_2", "relationship_id", "valid_start_date", "invalid_reason"];
    let (mut edges, mut withdrawn, mut values) = (Vec::new(), 0, 0);
    each_row(file, &NEEDED, report, |number, row, report| {
        let &[from, to, relationship, since, invalid] = row else { return };
        let is_value = relationship == "Maps to value";
        if relationship != "Maps to" && !is_value {
            return;
        }
        let (Ok(source), Ok(target)) = (from.parse(), to.parse()) else {
            return bad_id(report, Place::line(&*file.name, number), &format!("{from}, {to}"), "");
        };
        if !sources.contains_key(&source) {
            return;
        }
        match (is_value, invalid) {
            (true, _) => values += 1,
            (false, "") => {
                let (since, line) = (since.to_owned(), u32::try_from(number).unwrap_or_default());
                edges.push(Edge { source, target, since, line });
            }
            (false, _) => withdrawn += 1,
        }
    })?;
    tell_count(report, "withdrawn-rows", withdrawn, &file.name, "relationships are not valid any more");
    tell_count(report, "maps-to-value", values, &file.name, "relationships are to values");
    Ok(edges)
}

#[cfg(test)]
mod tests {
    use super::*;

    const CONCEPTS: &str = "concept_id\tconcept_name\tdomain_id\tvocabulary_id\tconcept_class_id\tstandard_concept\tconcept_code\t\
        valid_start_date\tvalid_end_date\tinvalid_reason\r\n\
        101\tA \"quoted\" disease\tCondition\tICD10CM\t4-char\t\tA00.0\t20160101\t20991231\t\r\n\
        102\tTwo things\tCondition\tICD10CM\t4-char\t\tB01.2\t20160101\t20991231\t\r\n\
        103\tNothing\tCondition\tICD10CM\t4-char\t\tC95.7\t20160101\t20991231\t\r\n\
        201\tFirst thing\tCondition\tSNOMED\tFinding\tS\t63650001\t20160101\t20991231\t\r\n\
        202\tSecond thing\tObservation\tSNOMED\tFinding\tS\t4711000\t20160101\t20991231\t\r\n\
        301\tA measurement\tMeasurement\tLOINC\tLab\tS\t4548-4\t20160101\t20991231\t\r\n";
    const RELATIONSHIPS: &str = "concept_id_1\tconcept_id_2\trelationship_id\tvalid_start_date\tvalid_end_date\tinvalid_reason\r\n\
        101\t201\tMaps to\t20160101\t20991231\t\r\n\
        201\t101\tMapped from\t20160101\t20991231\t\r\n\
        102\t201\tMaps to\t20170101\t20991231\t\r\n\
        102\t202\tMaps to\t20170101\t20991231\t\r\n\
        102\t301\tMaps to\t20170101\t20991231\t\r\n\
        102\t202\tMaps to value\t20170101\t20991231\t\r\n\
        101\t202\tMaps to\t20160101\t20180101\tD\r\n\
        201\t201\tMaps to\t20160101\t20991231\t\r\n";

    fn read(concepts: &str, relationships: &str, target: Option<&str>) -> Result<(MapDraft, Report)> {
        let (source, version) = ("ICD10CM".to_owned(), "v5".to_owned());
        let vocabularies = Vocabularies { source, target: target.map(str::to_owned), version };
        let files = [("CONCEPT.csv", concepts.as_bytes()), ("CONCEPT_RELATIONSHIP.csv", relationships.as_bytes())];
        read_bytes(files, &vocabularies)
    }

    fn said(report: &Report) -> Vec<(&'static str, String)> {
        report.entries().iter().map(|entry| (entry.rule, entry.message.chars().take(1).collect())).collect()
    }

    #[test]
    fn all_targets_of_a_concept_belong_together() {
        let (draft, report) = read(CONCEPTS, RELATIONSHIPS, Some("SNOMED")).unwrap();
        assert_eq!(draft.edition.to_string(), "omop-icd10cm-to-snomed|v5");
        assert_eq!(
            (draft.source.system.as_str(), draft.target.system.as_str()),
            ("icd10-cm", "http://snomed.info/sct")
        );
        let rows: Vec<_> =
            draft.rows.iter().map(|row| (row.source.as_str(), row.target.as_deref(), row.group)).collect();
        assert_eq!(
            rows,
            [("A00.0", Some("63650001"), 1), ("B01.2", Some("63650001"), 1), ("B01.2", Some("4711000"), 2)]
        );
        assert_eq!(draft.rows[0].source_display.as_deref(), Some("A \"quoted\" disease"));
        assert_eq!(draft.rows[2].properties[0], ("domain_id".to_owned(), "Observation".to_owned()));
        let told = ["withdrawn-rows", "maps-to-value", "other-vocabulary", "unmapped-concepts"];
        assert_eq!(said(&report), told.map(|rule| (rule, "1".to_owned())));
    }

    #[test]
    fn standard_concepts_of_any_vocabulary() {
        let (draft, _) = read(CONCEPTS, RELATIONSHIPS, None).unwrap();
        let targets: Vec<_> = draft.rows.iter().map(|row| row.target.as_deref().unwrap()).collect();
        assert_eq!(targets, ["201", "201", "202", "301"]);
        assert_eq!(draft.rows[3].properties[3], ("concept_code".to_owned(), "4548-4".to_owned()));
        assert_eq!(draft.target.system, "omop");
    }

    #[test]
    fn findings_name_their_line() {
        let concepts = CONCEPTS.to_owned()
            + "x\tBad\tCondition\tICD10CM\t\t\tX00\t\t\t\r\n104\tcut\tCond\r\n\
            105\tAgain\tCondition\tICD10CM\t\t\tA00.0\t\t\t\r\n";
        let relationships = RELATIONSHIPS.to_owned() + "101\t999\tMaps to\t\t\t\r\n101\ty\tMaps to\t\t\t\r\n101\t2";
        let (draft, report) = read(&concepts, &relationships, Some("SNOMED")).unwrap();
        let rules: Vec<_> = report.entries().iter().filter_map(|entry| Some((entry.rule, entry.place.line?))).collect();
        let expected = [
            ("bad-id", 8),
            ("field-count", 9),
            ("repeated-code", 10),
            ("bad-id", 11),
            ("field-count", 12),
            ("unknown-concept", 10),
        ];
        assert_eq!((rules.as_slice(), draft.rows.len()), (expected.as_slice(), 3));
    }

    #[test]
    fn what_are_no_such_files_is_an_error() {
        for (concepts, relationships) in
            [("", RELATIONSHIPS), (CONCEPTS, ""), ("a\tb\n", RELATIONSHIPS), (CONCEPTS, CONCEPTS)]
        {
            assert!(matches!(read(concepts, relationships, None), Err(Error::Source { .. })));
        }
        let without = CONCEPTS.replace("ICD10CM", "ICD10");
        assert!(matches!(read(&without, RELATIONSHIPS, None), Err(Error::Argument { what: "vocabulary", .. })));
    }
}
