use super::*;
use crate::Error;
use crate::source::{
    Content, DesignationUse, Draft, DraftConcept, EdgeKind, Input, Limits, PropertyValue, ReadOptions, Report, Severity,
};
use proptest::prelude::*;

/// An invented ontology.
const TEXT: &str = r#"format-version: 1.2
data-version: hp/releases/2024-08-13/hp.obo
ontology: hp
property_value: http://purl.org/dc/elements/1.1/title "Example ontology" xsd:string
property_value: http://purl.org/dc/elements/1.1/creator "Nobody" xsd:string
property_value: http://purl.org/dc/terms/license https://example.org/license

[Term]
id: HP:0000001
name: All

[Term]
id: HP:0000002
name: Widget of the ear
alt_id: HP:0000009
def: "A \"widget\" where none\nshould be." [ORCID:1, "PMID:2"]
comment: Seen rarely.
subset: core
synonym: "Ear widget" EXACT []
synonym: "Thing in the ear" EXACT layperson [ORCID:1]
synonym: "Left ear widget" NARROW []
synonym: "Widget" BROAD layperson []
synonym: "Gadget of the ear" RELATED []
xref: UMLS:C1 {source="x"} ! other
is_a: HP:0000001 ! All
is_a: HP:0000003 {is_inferred="true"} ! Ear
created_by: nobody

[Term]
id: HP:0000003
name: Ear
is_a: HP:0000001 ! All
relationship: part_of HP:0000001 ! All
relationship: located_in HP:0000001

[Term]
id: HP:0000004
name: obsolete Widget
is_obsolete: true
replaced_by: HP:0000002
consider: HP:0000003

[Typedef]
id: part_of
name: part of
"#;

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

fn other(system: &str, code: &str) -> DesignationUse {
    DesignationUse::Other { system: system.into(), code: code.into() }
}

#[test]
fn text_becomes_a_draft() {
    let (draft, report) = read_text_bytes("hp.obo", TEXT.as_bytes()).unwrap();
    assert_eq!(report.entries(), []);
    assert_eq!(report.rows, 4);
    assert_eq!(draft.edition.to_string(), "hpo|2024-08-13");
    assert_eq!(draft.edition.title, "Example ontology 2024-08-13");
    assert_eq!(draft.edition.issued_by, "Nobody; license: https://example.org/license");
    let names: Vec<_> =
        of(&draft, "HP:0000002").designations.iter().map(|term| (term.r#use.clone(), term.text.as_str())).collect();
    let scope = "http://www.geneontology.org/formats/oboInOwl";
    assert_eq!(
        names,
        [
            (DesignationUse::Preferred, "Widget of the ear"),
            (DesignationUse::Synonym, "Ear widget"),
            (other("http://purl.obolibrary.org/obo/hp", "layperson"), "Thing in the ear"),
            (DesignationUse::Inclusion, "Left ear widget"),
            (other(scope, "hasBroadSynonym"), "Widget"),
            (other(scope, "hasRelatedSynonym"), "Gadget of the ear"),
        ]
    );
    for (code, property, expected) in [
        ("HP:0000002", "definition", "A \"widget\" where none\nshould be."),
        ("HP:0000002", "comment", "Seen rarely."),
        ("HP:0000002", "xref", "UMLS:C1"),
        ("HP:0000002", "subset", "core"),
        ("HP:0000002", "alternative-id", "HP:0000009"),
        ("HP:0000003", "located-in", "HP:0000001"),
        ("HP:0000004", "replaced-by", "HP:0000002"),
        ("HP:0000004", "consider", "HP:0000003"),
    ] {
        assert_eq!(values(&draft, code, property), [expected], "{code} {property}");
    }
    let parents =
        |code: &str| of(&draft, code).parents.iter().map(|one| (one.code.clone(), one.kind)).collect::<Vec<_>>();
    assert_eq!(
        parents("HP:0000002"),
        [("HP:0000001".to_owned(), EdgeKind::IsA), ("HP:0000003".to_owned(), EdgeKind::IsA)]
    );
    assert_eq!(
        parents("HP:0000003"),
        [("HP:0000001".to_owned(), EdgeKind::IsA), ("HP:0000001".to_owned(), EdgeKind::PartOf)]
    );
    assert!(of(&draft, "HP:0000004").inactive);
    crate::index::to_bytes(&draft, &report).unwrap();
}

#[cfg(feature = "json")]
const GRAPH: &str = r#"{"graphs": [{"id": "http://purl.obolibrary.org/obo/hp.json",
 "meta": {"version": "http://purl.obolibrary.org/obo/hp/releases/2024-08-13/hp.json", "basicPropertyValues": [
  {"pred": "http://purl.org/dc/elements/1.1/title", "val": "Example ontology"},
  {"pred": "http://purl.org/dc/elements/1.1/creator", "val": "Nobody"},
  {"pred": "http://purl.org/dc/terms/license", "val": "https://example.org/license"}]},
 "nodes": [
  {"id": "http://purl.obolibrary.org/obo/HP_0000001", "lbl": "All", "type": "CLASS"},
  {"id": "http://purl.obolibrary.org/obo/HP_0000002", "lbl": "Widget of the ear", "type": "CLASS", "meta": {
   "definition": {"val": "A \"widget\" where none\nshould be.", "xrefs": ["ORCID:1"]}, "comments": ["Seen rarely."],
   "subsets": ["http://purl.obolibrary.org/obo/hp#core"], "xrefs": [{"val": "UMLS:C1"}],
   "synonyms": [{"pred": "hasExactSynonym", "val": "Ear widget"},
    {"pred": "hasExactSynonym", "val": "Thing in the ear", "synonymType": "http://purl.obolibrary.org/obo/hp#layperson"},
    {"pred": "hasNarrowSynonym", "val": "Left ear widget"},
    {"pred": "hasBroadSynonym", "val": "Widget", "synonymType": "http://purl.obolibrary.org/obo/hp#layperson"},
    {"pred": "hasRelatedSynonym", "val": "Gadget of the ear"}],
   "basicPropertyValues": [{"pred": "http://www.geneontology.org/formats/oboInOwl#hasAlternativeId", "val": "HP:0000009"}]}},
  {"id": "http://purl.obolibrary.org/obo/HP_0000003", "lbl": "Ear", "type": "CLASS"},
  {"id": "http://purl.obolibrary.org/obo/HP_0000004", "lbl": "obsolete Widget", "type": "CLASS", "meta": {"deprecated": true,
   "basicPropertyValues": [{"pred": "http://purl.obolibrary.org/obo/IAO_0100001", "val": "HP:0000002"},
    {"pred": "http://www.geneontology.org/formats/oboInOwl#consider", "val": "HP:0000003"}]}},
  {"id": "http://purl.obolibrary.org/obo/UBERON_1", "type": "CLASS"},
  {"id": "http://purl.obolibrary.org/obo/BFO_0000050", "lbl": "part of", "type": "PROPERTY"}],
 "edges": [
  {"sub": "http://purl.obolibrary.org/obo/HP_0000002", "pred": "is_a", "obj": "http://purl.obolibrary.org/obo/HP_0000001"},
  {"sub": "http://purl.obolibrary.org/obo/HP_0000002", "pred": "is_a", "obj": "http://purl.obolibrary.org/obo/HP_0000003"},
  {"sub": "http://purl.obolibrary.org/obo/HP_0000003", "pred": "is_a", "obj": "http://purl.obolibrary.org/obo/HP_0000001"},
  {"sub": "http://purl.obolibrary.org/obo/HP_0000003", "pred": "http://purl.obolibrary.org/obo/BFO_0000050", "obj": "http://purl.obolibrary.org/obo/HP_0000001"},
  {"sub": "http://purl.obolibrary.org/obo/HP_0000003", "pred": "located_in", "obj": "http://purl.obolibrary.org/obo/HP_0000001"}]}]}"#;

#[cfg(feature = "json")]
#[test]
fn a_graph_gives_the_same_draft() {
    let (of_text, _) = read_text_bytes("hp.obo", TEXT.as_bytes()).unwrap();
    let (mut of_graph, report) = read_graph_bytes("hp.json", GRAPH.as_bytes()).unwrap();
    assert_eq!(report.entries(), []);
    assert_eq!(report.rows, 6 + 5);
    // Properties of a term come in the order of the format.
    let sort = |draft: &mut Draft| {
        for concept in &mut draft.concepts {
            concept.properties.sort_by_key(|(index, value)| (*index, format!("{value:?}")));
        }
    };
    let mut of_text = of_text;
    sort(&mut of_text);
    sort(&mut of_graph);
    assert_eq!(of_graph, of_text);
}

#[cfg(feature = "json")]
#[test]
fn bad_elements_of_a_graph_are_told_by_number() {
    let bad = GRAPH.replace("\"lbl\": \"Ear\"", "\"lbl\": 7").replace("\"pred\": \"located_in\", ", "");
    let (draft, report) = read_graph_bytes("hp.json", bad.as_bytes()).unwrap();
    assert_eq!(draft.concepts.len(), 3);
    let found: Vec<_> =
        report.entries().iter().map(|entry| (entry.rule, entry.place.field.as_deref().unwrap())).collect();
    assert_eq!(found, [("bad-node", "node 3"), ("bad-edge", "edge 5"), ("unknown-parent", "edge 2")]);
    let deep = "[".repeat(100_000);
    let cut = &GRAPH[..GRAPH.len() - 30];
    for text in ["", "{}", "[]", "{\"graphs\": []}", cut, &deep, "code,name"] {
        assert!(matches!(read_graph_bytes("hp.json", text.as_bytes()), Err(Error::Source { .. })));
    }
}

#[test]
fn bad_lines_of_text_are_told() {
    let text = TEXT.to_owned()
        + "[Term]\nid: HP:0000005\nname: Knot\nis_a: HP:0000006\nis_a: HP:0000099\nsynonym: no quotation marks EXACT []\n\
           synonym: \"no scope\" []\nno tag\n\n[Term]\nid: HP:0000006\nis_a: HP:0000005\n[Term]\nid: HP:0000001\n\
           [Term]\nname: no id\n";
    let (draft, report) = read_text_bytes("x.obo", text.as_bytes()).unwrap();
    let found: Vec<_> = report.entries().iter().map(|entry| entry.rule).collect();
    assert_eq!(
        found,
        [
            "bad-line",
            "bad-line",
            "bad-line",
            "missing-name",
            "duplicate-code",
            "bad-code",
            "unknown-parent",
            "parent-cycle",
        ]
    );
    assert_eq!(report.of_rule("bad-line").next().unwrap().code.as_deref(), Some("HP:0000005"));
    assert_eq!(draft.concepts.len(), 6);
    crate::index::to_bytes(&draft, &report).unwrap();
    for text in ["", "code,name\n", "format-version: 1.2\n", "\u{0}[Term]"] {
        assert!(matches!(read_text_bytes("x.obo", text.as_bytes()), Err(Error::Source { .. })));
    }
}

const BABELON: &str = "\
source_language\ttranslation_language\tsubject_id\tsource_value\tpredicate_id\ttranslation_value\ttranslation_status
en\tvi\tHP:0000002\tWidget of the ear\trdfs:label\tĐồ vật \"lạ\" ở tai\tOFFICIAL
en\tvi\tHP:0000002\tx\toboInOwl:hasExactSynonym\tDị vật tai\tOFFICIAL
en\tvi\tHP:0000002\tx\tIAO:0000115\tĐịnh nghĩa\tOFFICIAL
en\tvi\tHP:0000003\tEars\trdfs:label\tTai\tOFFICIAL
en\tvi\tHP:0000099\tNobody\trdfs:label\tKhông\tOFFICIAL
en\tvi\tHP:0000001\tAll\trdfs:label\t\tNOT_TRANSLATED
en\tvi\tHP:0000001\tAll\trdfs:label\t\tOFFICIAL
en\tvi\tHP:0000001\tAll\trdfs:seeAlso\tx\tOFFICIAL
en\tvi\tHP:0000001\tAll";

#[test]
fn a_translation_is_a_supplement_or_a_language() {
    let (supplement, report) = read_babelon_bytes("hp-vi.tsv", BABELON.as_bytes(), "hpo|2024-08-13", "1").unwrap();
    let expected = [("not-translated", Some(7)), ("bad-row", Some(8)), ("field-count", Some(10)), ("bad-row", Some(9))];
    assert_eq!(rules(&report), expected);
    assert_eq!((supplement.content, supplement.language.as_str()), (Content::Supplement, "vi"));
    assert_eq!(supplement.edition.to_string(), "hpo-vi|1");
    crate::index::to_bytes(&supplement, &report).unwrap();

    let (mut draft, mut report) = read_text_bytes("hp.obo", TEXT.as_bytes()).unwrap();
    let rows =
        babelon::rows(&Input::from_bytes("hp-vi.tsv", BABELON, Limits::new()).unwrap().entries()[0], &mut report)
            .unwrap();
    babelon::add(&mut draft, rows, &mut report);
    assert_eq!(
        rules(&report)[3..],
        [("source-label-differs", Some(5)), ("unknown-code", Some(6)), ("bad-row", Some(9))]
    );
    let vietnamese: Vec<_> = of(&draft, "HP:0000002")
        .designations
        .iter()
        .filter(|term| term.language == "vi")
        .map(|term| (term.r#use.clone(), term.text.as_str()))
        .collect();
    assert_eq!(
        vietnamese,
        [(DesignationUse::Preferred, "Đồ vật \"lạ\" ở tai"), (DesignationUse::Synonym, "Dị vật tai")]
    );
    assert_eq!(values(&draft, "HP:0000002", "definition-vi"), ["Định nghĩa"]);
    assert_eq!(report.count(Severity::Doubtful), 0);
    for text in ["", "a\tb\n", BABELON.lines().next().unwrap()] {
        assert!(matches!(read_babelon_bytes("x.tsv", text.as_bytes(), "hpo", "1"), Err(Error::Source { .. })));
    }
    assert!(matches!(read_babelon("none.tsv", "hpo", "1"), Err(Error::Io { .. })));
}

#[test]
fn options_are_met_or_refused() {
    let input = |name: &str, text: &str| Input::from_bytes(name, text, Limits::new()).unwrap();
    let read = crate::source::read;
    let untold = TEXT.replace("data-version: hp/releases/2024-08-13/hp.obo\n", "");
    let told = read(&input("hp.obo", &untold), &ReadOptions::new().version("7")).unwrap();
    assert_eq!(told.draft.edition.to_string(), "hpo|7");
    let supplement = read(&input("hp-vi.tsv", BABELON), &ReadOptions::new().version("7")).unwrap();
    assert_eq!(supplement.draft.supplements.as_deref(), Some("hpo"));
    assert_eq!(supplement.draft.edition.to_string(), "hpo-vi|7");
    let error = read(&input("hp-vi.tsv", BABELON), &ReadOptions::new()).unwrap_err();
    assert!(matches!(error, Error::Argument { what: "version", .. }), "{error}");
    let strict = ReadOptions::new().version("7").strictness(crate::source::Strictness::StopAtFirstDoubt);
    let bad = TEXT.replace("EXACT layperson", "FITTING layperson");
    for (name, text) in [("hp.obo", bad.as_str()), ("hp-vi.tsv", BABELON)] {
        assert!(matches!(read(&input(name, text), &strict), Err(Error::Doubt(_))), "{name}");
    }
    #[cfg(feature = "json")]
    {
        let graph = read(&input("x", GRAPH), &strict).unwrap();
        assert_eq!(graph.draft.edition.to_string(), "hpo|2024-08-13");
        let bad = GRAPH.replace("\"lbl\": \"Ear\"", "\"lbl\": 7");
        assert!(matches!(read(&input("x", &bad), &strict), Err(Error::Doubt(_))));
    }
}

proptest! {
    #[test]
    fn damage_is_survived(edits in prop::collection::vec((0usize..1600, any::<u8>()), 0..30)) {
        let mut bytes = TEXT.as_bytes().to_vec();
        for (at, byte) in edits {
            if let Some(place) = bytes.get_mut(at) {
                *place = byte;
            }
        }
        if let Ok((draft, report)) = read_text_bytes("x", &bytes) {
            prop_assert!(crate::index::to_bytes(&draft, &report).is_ok());
        }
    }
}
