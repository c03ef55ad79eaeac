use super::*;
use crate::source::{MapCondition, MapRow, Relationship, Unmapped};

fn map(text: &str) -> (ConceptMapDraft, Report) {
    match one("a.json", text) {
        (Resource::ConceptMap(map), report) => (*map, report),
        other => panic!("{other:?}"),
    }
}

fn again(map: &ConceptMapDraft, release: FhirRelease) -> (ConceptMapDraft, String) {
    let mut json = Vec::new();
    map.write_json(release, &mut json).unwrap();
    let json = String::from_utf8(json).unwrap();
    (super::maps::map(&json).0, json)
}

fn without_lines(mut map: ConceptMapDraft) -> ConceptMapDraft {
    map.maps.iter_mut().flat_map(|map| &mut map.rows).for_each(|row| row.line = 0);
    map
}

#[test]
fn words_of_r4_speak_of_the_target() {
    let target = |word: &str| format!(r#"{{"code": "t", "equivalence": "{word}"}}"#);
    let words =
        ["relatedto", "equivalent", "equal", "wider", "subsumes", "narrower", "specializes", "inexact", "disjoint"];
    let targets: Vec<_> = words.into_iter().map(target).collect();
    let (read, report) = map(&format!(
        r#"{{"resourceType": "ConceptMap", "group": [{{"source": "s", "target": "t", "element": [
            {{"code": "a", "target": [{}]}}, {{"code": "b", "target": [{{"equivalence": "unmatched", "comment": "none"}}]}},
            {{"code": "c", "target": [{{"code": "t", "equivalence": "unmatched"}}]}},
            {{"code": "d", "target": [{{"code": "t", "equivalence": "sideways"}}]}}, {{"code": "e"}},
            {{"target": [{{"code": "t"}}]}}, {{"code": "f", "target": [{{"code": "t"}}]}}]}}]}}"#,
        targets.join(",")
    ));
    use Relationship::*;
    let rows = &read.maps[0].rows;
    let told: Vec<_> =
        rows.iter().map(|row| (row.relationship, row.properties.first().map(|(_, word)| word.as_str()))).collect();
    assert_eq!(
        told,
        [
            (Some(RelatedTo), None),
            (Some(Equivalent), None),
            (Some(Equivalent), Some("equal")),
            (Some(SourceIsNarrowerThanTarget), None),
            (Some(SourceIsNarrowerThanTarget), Some("subsumes")),
            (Some(SourceIsBroaderThanTarget), None),
            (Some(SourceIsBroaderThanTarget), Some("specializes")),
            (Some(RelatedTo), Some("inexact")),
            (Some(NotRelatedTo), None),
            (None, None),
            (Some(NotRelatedTo), Some("unmatched")),
            (None, Some("sideways")),
            (None, None),
        ]
    );
    assert_eq!((rows[9].target.as_deref(), rows[9].advice.as_deref()), (None, Some("none")));
    assert_eq!(
        rules(&report),
        [
            (Severity::Doubtful, "unmatched-target", Some("c")),
            (Severity::Doubtful, "unknown-relationship", Some("d")),
            (Severity::Refused, "missing-target", Some("e")),
            (Severity::Refused, "missing-code", None),
            (Severity::Note, "missing-relationship", Some("f")),
        ]
    );
    let (r4, json) = again(&read, FhirRelease::R4);
    for word in words {
        assert!(json.contains(&format!(r#""equivalence":"{word}""#)), "{word}: {json}");
    }
    assert_eq!(without_lines(r4), without_lines(read.clone()));
    let (r5, json) = again(&read, FhirRelease::R5);
    assert!(!json.contains(r#""equivalence":"#), "{json}");
    assert_eq!(without_lines(r5), without_lines(read));
}

#[test]
fn all_that_r5_tells() {
    let (read, report) = map(r#"{"resourceType": "ConceptMap", "url": "http://example.org/map", "version": "3",
            "sourceScopeUri": "http://example.org/from", "targetScopeCanonical": "http://example.org/to",
            "property": [{"code": "weight", "type": "decimal"}],
            "group": [{"source": "http://hl7.org/fhir/sid/icd-10-cm|2025", "target": "http://snomed.info/sct",
              "element": [
                {"code": "A00", "display": "Cholera", "target": [
                  {"code": "1", "display": "one", "relationship": "source-is-narrower-than-target", "comment": "see",
                   "property": [{"code": "weight", "valueDecimal": 0.50}],
                   "dependsOn": [{"attribute": "sex", "valueCode": "female"},
                     {"attribute": "site", "valueCoding": {"system": "s", "code": "c"}}, {"attribute": "x", "valueSet": "vs"}],
                   "product": [{"attribute": "side", "valueString": "left"}]},
                  {"valueSet": "http://example.org/any", "relationship": "related-to"}, {"code": "2", "relationship": "odd"}]},
                {"code": "A01", "noMap": true}],
              "unmapped": {"mode": "other-map", "otherMap": "http://example.org/next"}},
             {"source": "a", "target": "b", "unmapped": {"mode": "fixed", "code": "X", "display": "other"}},
             {"source": "a", "target": "c", "unmapped": {"mode": "use-source-code"}},
             {"source": "a", "target": "d", "unmapped": {"mode": "fixed"}}]}"#);
    assert_eq!(
        rules(&report),
        [
            (Severity::Doubtful, "value-set-condition", Some("A00")),
            (Severity::Refused, "value-set-target", Some("A00")),
            (Severity::Doubtful, "unknown-relationship", Some("A00")),
            (Severity::Refused, "unmapped", None),
        ]
    );
    assert_eq!(read.source_scope.as_deref(), Some("http://example.org/from"));
    let [icd, fixed, same, unsaid] = read.maps.as_slice() else { panic!() };
    assert_eq!(
        (icd.source.system.as_str(), icd.source.version.as_str()),
        ("http://hl7.org/fhir/sid/icd-10-cm", "2025")
    );
    assert_eq!(icd.source.grammar, crate::code::CodeGrammar::Icd10);
    assert_eq!(icd.edition.to_string(), "map|3");
    assert_eq!(icd.unmapped, Unmapped::OtherMap { url: "http://example.org/next".into() });
    assert_eq!(fixed.unmapped, Unmapped::Fixed { code: "X".into(), display: Some("other".into()) });
    assert_eq!((&same.unmapped, &unsaid.unmapped), (&Unmapped::SameCode, &Unmapped::Unsaid));
    let condition = |attribute: &str, system: &str, value: &str| MapCondition {
        attribute: attribute.into(),
        system: system.into(),
        value: value.into(),
    };
    assert_eq!(
        icd.rows[0],
        MapRow {
            source: "A00".into(),
            source_display: Some("Cholera".into()),
            target: Some("1".into()),
            target_display: Some("one".into()),
            relationship: Some(Relationship::SourceIsNarrowerThanTarget),
            advice: Some("see".into()),
            depends_on: vec![condition("sex", "", "female"), condition("site", "s", "c"), condition("x", "", "vs")],
            products: vec![condition("side", "", "left")],
            properties: vec![("weight".into(), "0.50".into())],
            line: 6,
            ..MapRow::default()
        }
    );
    assert_eq!((icd.rows[2].source.as_str(), icd.rows[2].target.as_deref()), ("A01", None));
    for release in [FhirRelease::R4, FhirRelease::R5] {
        let (same, json) = again(&read, release);
        assert_eq!(json.contains("noMap"), release == FhirRelease::R5);
        assert_eq!(without_lines(same), without_lines(read.clone()));
    }
}
