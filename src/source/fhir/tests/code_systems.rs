use super::*;
use crate::code::{CodeGrammar, Mark};
use crate::source::{Content, Designation, DesignationUse, EdgeKind, PropertyKind, Usability};

const XML: &str = r##"<?xml version="1.0" encoding="UTF-8"?>
<CodeSystem xmlns="http://hl7.org/fhir">
  <id value="colours"/>
  <language value="en"/>
  <text><status value="generated"/><div xmlns="http://www.w3.org/1999/xhtml"><p>Red &#169;<concept>no</concept></p></div></text>
  <url value="http://example.org/colours"/>
  <identifier><system value="urn:ietf:rfc:3986"/><value value="urn:oid:1.2.3"/></identifier>
  <identifier><system value="http://example.org/numbers"/><value value="17"/></identifier>
  <version value="2.0"/>
  <name value="Colours"/>
  <title value="Colours of things">
    <extension url="http://hl7.org/fhir/StructureDefinition/translation">
      <extension url="lang"><valueCode value="vi"/></extension>
      <extension url="content"><valueString value="Màu sắc"/></extension>
    </extension>
  </title>
  <status value="active"/>
  <date value="2024-05-01"/>
  <publisher value="Painters &amp; Sons"/>
  <copyright value="Free for all"/>
  <effectivePeriod><start value="2024-06-01"/><end value="2025-05-31T12:00:00Z"/></effectivePeriod>
  <caseSensitive value="true"/>
  <valueSet value="http://example.org/vs"/>
  <hierarchyMeaning value="is-a"/>
  <content value="complete"/>
  <property><code value="wave"/><uri value="http://example.org/wave"/><description value="Length"/><type value="decimal"/></property>
  <property><code value="like"/><type value="Coding"/></property>
  <property><code value="mixed-with"/><type value="code"/></property>
  <property><code value="state"/><uri value="http://hl7.org/fhir/concept-properties#status"/><type value="code"/></property>
  <property><code value="abstract"/><uri value="http://hl7.org/fhir/concept-properties#notSelectable"/><type value="boolean"/></property>
  <concept>
    <code value="warm"/>
    <display value="Warm"/>
    <property><code value="abstract"/><valueBoolean value="true"/></property>
    <concept>
      <code value="red"/>
      <display value="Red">
        <extension url="http://hl7.org/fhir/StructureDefinition/translation">
          <extension url="lang"><valueCode value="vi"/></extension>
          <extension url="content"><valueString value="Đỏ"/></extension>
        </extension>
      </display>
      <definition value="Like&#10;blood"/>
      <designation><language value="fr"/><value value="Rouge"/></designation>
      <designation><language value="fr"/><value value="Vermillon"/></designation>
      <designation>
        <use><system value="http://snomed.info/sct"/><code value="900000000000013009"/></use>
        <value value="Crimson"/>
      </designation>
      <designation>
        <language value="en"/>
        <use><system value="http://example.org/uses"/><code value="shop"/></use>
        <value value="R1"/>
      </designation>
      <property><code value="wave"/><valueDecimal value="700.50"/></property>
      <property><code value="like"/><valueCoding><system value="http://example.org/x#y"/><version value="3"/><code value="b c"/><display value="a &quot;thing&quot;"/></valueCoding></property>
      <property><code value="mixed-with"/><valueCode value="warm"/></property>
      <property><code value="state"/><valueCode value="retired"/></property>
    </concept>
  </concept>
</CodeSystem>"##;

#[test]
fn xml_and_json_give_the_same() {
    let (Resource::CodeSystem(xml), report) = one("colours.xml", XML) else { panic!() };
    assert_eq!(rules(&report), [(Severity::Note, "copyright", None)]);
    assert_eq!(report.rows, 2);
    assert_eq!(report.sources, [crate::source::SourceFile::of("colours.xml", XML.as_bytes())]);
    let edition = &xml.draft.edition;
    assert_eq!((edition.system.as_str(), edition.version.as_str()), ("colours", "2.0"));
    assert_eq!((edition.title.as_str(), edition.issued_by.as_str()), ("Colours of things", "Painters & Sons"));
    assert_eq!(edition.aliases, ["urn:oid:1.2.3"]);
    assert_eq!(edition.in_force.from.unwrap().to_string(), "2024-06-01");
    assert_eq!(edition.in_force.until.unwrap().to_string(), "2025-05-31");
    assert_eq!(xml.metadata.title_translations, [("vi".to_owned(), "Màu sắc".to_owned())]);
    assert_eq!((xml.draft.content, xml.case_sensitive), (Content::Complete, Some(true)));

    assert_eq!(concept(&xml, "warm").usability, Usability::Grouper);
    let red = concept(&xml, "red");
    assert!(red.inactive);
    assert_eq!(parents(&xml, "red"), ["warm"]);
    let term = |language: &str, r#use, text: &str| Designation {
        text: text.into(),
        language: language.into(),
        r#use,
        ..Designation::default()
    };
    let shop = DesignationUse::Other { system: "http://example.org/uses".into(), code: "shop".into() };
    assert_eq!(
        red.designations,
        [
            Designation::preferred("en", "Red"),
            Designation::preferred("vi", "Đỏ"),
            Designation::preferred("fr", "Rouge"),
            term("fr", DesignationUse::Synonym, "Vermillon"),
            term("en", DesignationUse::Synonym, "Crimson"),
            term("en", shop, "R1"),
        ]
    );
    let names: Vec<_> = xml.draft.properties.iter().map(|known| (known.name.as_str(), known.kind)).collect();
    // The abstract ones have become groupers, and nothing is left of the property.
    assert_eq!(
        names,
        [
            ("definition", PropertyKind::Text),
            ("wave", PropertyKind::Text),
            ("like", PropertyKind::Text),
            ("mixed-with", PropertyKind::Code),
            ("state", PropertyKind::Text),
        ]
    );
    let text = |text: &str| PropertyValue::Text(text.into());
    assert_eq!(values(&xml, "red", "definition"), [&text("Like\nblood")]);
    assert_eq!(values(&xml, "red", "wave"), [&text("700.50")]);
    let like = r##"http://example.org/x\#y|3#b c "a \"thing\"""##;
    assert_eq!(values(&xml, "red", "like"), [&text(like)]);
    assert_eq!(values(&xml, "red", "state"), [&text("retired")]);

    for release in [FhirRelease::R4, FhirRelease::R5] {
        let mut json = Vec::new();
        xml.write_json(release, &mut json).unwrap();
        let json = String::from_utf8(json).unwrap();
        assert!(json.contains(r#""valueDecimal":700.50"#), "{json}");
        assert!(
            json.contains(r#""valueCoding":{"system":"http://example.org/x#y","version":"3","code":"b c""#),
            "{json}"
        );
        assert_eq!(json.contains("\"effectivePeriod\":"), release == FhirRelease::R5);
        assert_eq!(system(&json).0, *xml);
    }
}

#[test]
fn members_may_stand_in_any_order() {
    let (late, _) = system(
        r#"{"concept": [{"concept": [{"display": "B", "code": "b", "property": [{"valueCode": "a", "code": "up"}]}],
            "code": "a", "_display": {"extension": [
                {"url": "http://hl7.org/fhir/StructureDefinition/translation", "extension": [
                    {"url": "lang", "valueCode": "vi"}, {"url": "content", "valueString": "Á"}]}]}, "display": "A"}],
            "property": [{"code": "up", "type": "code"}], "hierarchyMeaning": "part-of", "language": "fr",
            "name": "Late", "content": "fragment", "url": "http://example.org/late", "resourceType": "CodeSystem"}"#,
    );
    assert_eq!((late.draft.language.as_str(), late.draft.content), ("fr", Content::Fragment));
    assert_eq!(late.draft.edition.system, "Late");
    assert_eq!(
        concept(&late, "a").designations,
        [Designation::preferred("fr", "A"), Designation::preferred("vi", "Á")]
    );
    assert_eq!(concept(&late, "b").parents[0].kind, EdgeKind::PartOf);
    assert_eq!(values(&late, "b", "up"), [&PropertyValue::Code("a".into())]);
    // Concepts are in the order of the file, though those inside close first.
    assert_eq!(late.draft.concepts[0].code, "a");
}

#[test]
fn properties_make_edges() {
    let (graph, report) = with(
        r##""hierarchyMeaning": "is-a", "property": [
            {"code": "under", "uri": "http://hl7.org/fhir/concept-properties#parent", "type": "code"},
            {"code": "child", "type": "code"}, {"code": "partOf", "type": "code"}],
        "concept": [
            {"code": "a", "display": "A", "property": [{"code": "child", "valueCode": "d"}, {"code": "child", "valueCode": "x"}]},
            {"code": "b", "display": "B"},
            {"code": "c", "display": "C", "property": [{"code": "under", "valueCode": "a"}, {"code": "under", "valueCode": "b"},
                {"code": "partOf", "valueCode": "d"}, {"code": "under", "valueString": "a"}]},
            {"code": "d", "display": "D", "property": [{"code": "under", "valueCode": "y"},
                {"code": "under", "valueCoding": {"system": "http://example.org/list", "code": "b"}}]}]"##,
    );
    assert_eq!(parents(&graph, "c"), ["a", "b", "d"]);
    assert_eq!(concept(&graph, "c").parents[2].kind, EdgeKind::PartOf);
    assert_eq!(parents(&graph, "d"), ["b", "a"]);
    assert!(graph.draft.properties.is_empty());
    assert_eq!(
        rules(&report),
        [(Severity::Doubtful, "unknown-child", Some("a")), (Severity::Doubtful, "unknown-parent", Some("d"))]
    );
    assert!(crate::index::to_bytes(&graph.draft, &report).is_ok());
}

#[test]
fn circles_are_cut_and_reported() {
    let link = |code: &str, parent: &str| {
        format!(r#"{{"code": "{code}", "display": "x", "property": [{{"code": "parent", "valueCode": "{parent}"}}]}}"#)
    };
    let concepts = [link("a", "c"), link("b", "a"), link("c", "b"), link("d", "d"), link("e", "a")].join(",");
    let (circle, report) = with(&format!(
        r#""hierarchyMeaning": "is-a", "property": [{{"code": "parent", "type": "code"}}], "concept": [{concepts}]"#
    ));
    let cut: Vec<_> = report.of_rule("parent-cycle").map(|entry| entry.code.as_deref().unwrap()).collect();
    assert_eq!(cut, ["b", "d"]);
    assert_eq!((parents(&circle, "a"), parents(&circle, "e")), (vec!["c"], vec!["a"]));
    assert!(parents(&circle, "b").is_empty());
    assert!(crate::index::to_bytes(&circle.draft, &report).is_ok());
}

#[test]
fn activity_is_told_in_many_ways() {
    let cases = [
        (r#"{"code": "status", "valueCode": "retired"}"#, true),
        (r#"{"code": "status", "valueString": "deprecated"}"#, true),
        (r#"{"code": "status", "valueCode": "active"}"#, false),
        (r#"{"code": "inactive", "valueBoolean": true}"#, true),
        (r#"{"code": "inactive", "valueCode": "true"}"#, true),
        (r#"{"code": "inactive", "valueCode": "TRUE"}"#, false),
        (r#"{"code": "inactive", "valueBoolean": false}"#, false),
        (r#"{"code": "deprecated", "valueBoolean": true}"#, true),
        (r#"{"code": "deprecated", "valueDateTime": "2019"}"#, true),
        (r#"{"code": "deprecationDate", "valueDateTime": "2020-03-02T00:00:00Z"}"#, false),
        (r#"{"code": "retirementDate", "valueDateTime": "2020-03-01"}"#, true),
        (r#"{"code": "retirementDate", "valueString": "soon"}"#, false),
    ];
    for (property, inactive) in cases {
        let (told, _) = with(&format!(
            r#""date": "2020-03-01", "concept": [{{"code": "a", "display": "A", "property": [{property}]}}]"#
        ));
        assert_eq!(concept(&told, "a").inactive, inactive, "{property}");
    }
    let (told, _) = with(
        r#""concept": [{"code": "a", "property": [{"code": "notSelectable", "valueBoolean": true}]},
            {"code": "b", "property": [{"code": "notSelectable", "valueBoolean": false}]}, {"code": "c"}]"#,
    );
    assert_eq!(concept(&told, "a").usability, Usability::Grouper);
    // Not selectable = false is said of one; of the other, nothing is.
    assert_eq!(values(&told, "b", "notSelectable"), [&PropertyValue::Boolean(false)]);
    assert!(values(&told, "c", "notSelectable").is_empty() && values(&told, "a", "notSelectable").is_empty());
}

#[test]
fn property_kinds_hold_all_values() {
    let (kinds, report) = with(
        r#""property": [{"code": "n", "type": "integer"}, {"code": "m", "type": "integer"}, {"code": "f", "type": "boolean"},
            {"code": "day", "type": "dateTime"}, {"code": "word", "type": "code"}, {"code": "unused", "type": "code"},
            {"code": "n", "type": "string"}, {"type": "string"}],
        "concept": [{"code": "a", "display": "A", "property": [{"code": "n", "valueInteger": -5}, {"code": "n", "valueInteger": 6},
            {"code": "m", "valueInteger": 7}, {"code": "f", "valueBoolean": true}, {"code": "day", "valueDateTime": "2020-01"},
            {"code": "word", "valueCode": "a"}, {"code": "odd"}, {"valueCode": "a"}, {"code": "odd", "valueString": " "}]},
            {"code": "b", "display": "B", "property": [{"code": "m", "valueString": "many"}, {"code": "word", "valueCode": "elsewhere"},
            {"code": "new", "valueString": " text "}]}]"#,
    );
    let names: Vec<_> = kinds.draft.properties.iter().map(|known| (known.name.as_str(), known.kind)).collect();
    use PropertyKind::{Boolean, Code, Integer, Text};
    assert_eq!(
        names,
        [("n", Integer), ("m", Text), ("f", Boolean), ("day", Text), ("word", Text), ("unused", Code), ("new", Text)]
    );
    assert_eq!(values(&kinds, "a", "n"), [&PropertyValue::Integer(-5), &PropertyValue::Integer(6)]);
    assert_eq!(values(&kinds, "a", "m"), [&PropertyValue::Text("7".into())]);
    assert_eq!(values(&kinds, "b", "new"), [&PropertyValue::Text("text".into())]);
    assert_eq!(
        rules(&report),
        [
            (Severity::Refused, "property-value", Some("a")),
            (Severity::Refused, "property-value", Some("a")),
            (Severity::Refused, "property-value", Some("a")),
            (Severity::Doubtful, "property-definition", None),
            (Severity::Refused, "property-definition", None),
            (Severity::Doubtful, "undefined-property", None),
        ]
    );
    assert!(crate::index::to_bytes(&kinds.draft, &report).is_ok());
}

#[test]
fn bad_rows_are_reported_and_the_others_kept() {
    let (rows, report) = with(
        "\"hierarchyMeaning\": \"is-a\", \"concept\": [{\"code\": \"a\", \"display\": \"A\"},\n\
         {\"display\": \"No code\", \"concept\": [{\"code\": \"b\", \"display\": \"B\"}]},\n\
         \"c\", null, {\"code\": 17, \"display\": \"Number\"},\n\
         {\"code\": \" d \", \"display\": \" D\", \"designation\": [{\"language\": \"vi\"}]},\n\
         {\"code\": \"a\", \"display\": \"Again\", \"concept\": [{\"code\": \"e\", \"display\": \"E\"}]},\n\
         {\"code\": \"E\", \"display\": \"Upper\"}, {\"code\": \"f g\", \"display\": \"F\"}]",
    );
    let codes: Vec<_> = rows.draft.concepts.iter().map(|concept| concept.code.as_str()).collect();
    assert_eq!(codes, ["a", "b", "17", "d", "e", "E", "f g"]);
    assert_eq!(parents(&rows, "e"), ["a"]);
    assert!(parents(&rows, "b").is_empty());
    assert_eq!(concept(&rows, "a").designations[1].text, "Again");
    assert_eq!(concept(&rows, "a").designations[1].r#use, DesignationUse::Synonym);
    use Severity::{Doubtful, Refused, Repaired};
    assert_eq!(
        rules(&report),
        [
            (Refused, "missing-code", None),
            (Refused, "malformed-row", Some("c")),
            (Refused, "malformed-row", None),
            (Repaired, "value-type", Some("17")),
            (Repaired, "padded-text", Some("d")),
            (Repaired, "padded-text", Some("d")),
            (Refused, "missing-name", Some("d")),
            (Doubtful, "duplicate-code", Some("a")),
        ]
    );
    assert_eq!(rows.draft.grammar, CodeGrammar::CaseSensitive, "e and E are two codes");
    let lines: Vec<_> = report.entries().iter().map(|entry| entry.place.line.unwrap()).collect();
    assert_eq!(lines, [3, 4, 4, 4, 5, 5, 5, 6]);
    assert!(crate::index::to_bytes(&rows.draft, &report).is_ok());
}

#[test]
fn every_content_mode() {
    let read = |content: &str| {
        system(&format!(
            r#"{{"resourceType": "CodeSystem", "language": "en", {content} "concept": [{{"code": "a", "display": "A"}}]}}"#
        ))
    };
    for (word, content, rule) in [
        ("complete", Content::Complete, None),
        ("fragment", Content::Fragment, None),
        ("example", Content::Fragment, Some("content-example")),
        ("not-present", Content::Fragment, Some("content-not-present")),
        ("whole", Content::Fragment, Some("content-unknown")),
    ] {
        let (told, report) = read(&format!(r#""content": "{word}","#));
        assert_eq!(told.draft.content, content);
        assert_eq!(report.entries().iter().map(|entry| entry.rule).next(), rule);
        let mut json = Vec::new();
        told.write_json(FhirRelease::R5, &mut json).unwrap();
        assert_eq!(system(std::str::from_utf8(&json).unwrap()).0, told);
    }
    assert_eq!(read("").1.entries()[0].rule, "content-unknown");
    let (_, report) = read(r#""content": "complete", "count": 3,"#);
    assert_eq!(report.entries()[0].rule, "count-differs");
    assert_eq!(read(r#""content": "fragment", "count": 3,"#).1.entries(), []);
}

#[test]
fn supplements_say_names_and_properties_only() {
    let (supplement, report) = system(
        r#"{"resourceType": "CodeSystem", "id": "names-vi", "version": "1", "language": "vi", "content": "supplement",
            "supplements": "http://loinc.org|2.78", "concept": [
            {"code": "4548-4", "display": "HbA1c trong máu", "property": [{"code": "inactive", "valueBoolean": true}],
             "concept": [{"code": "718-7", "display": "Huyết sắc tố"}]}]}"#,
    );
    assert_eq!(supplement.draft.content, Content::Supplement);
    assert_eq!(supplement.draft.supplements.as_deref(), Some("http://loinc.org|2.78"));
    assert_eq!(rules(&report), [(Severity::Refused, "supplement-content", None)]);
    assert!(crate::index::to_bytes(&supplement.draft, &report).is_ok());
    let (_, report) = with(r#""supplements": "http://loinc.org""#);
    assert_eq!(rules(&report), [(Severity::Doubtful, "supplement-target", None)]);
}

#[test]
fn icd10_codes_keep_their_marks() {
    let list = |url: &str, last: &str| {
        system(&format!(
            r#"{{"resourceType": "CodeSystem", "url": "{url}", "language": "en", "content": "complete", "hierarchyMeaning": "is-a",
                "property": [{{"code": "parent", "type": "code"}}], "concept": [{{"code": "A17", "display": "x"}},
                {{"code": "A17.0†", "display": "x", "property": [{{"code": "parent", "valueCode": "A17"}}]}},
                {{"code": "A17.0", "display": "x"}}, {{"code": "{last}", "display": "x",
                "property": [{{"code": "parent", "valueCode": "A17.0†"}}]}}]}}"#
        ))
        .0
    };
    let read = list("http://hl7.org/fhir/sid/icd-10-vn", "A17.01");
    assert_eq!(read.draft.grammar, CodeGrammar::Icd10);
    assert_eq!((read.draft.concepts[1].code.as_str(), read.draft.concepts[1].mark), ("A17.0", Mark::Dagger));
    assert_eq!(parents(&read, "A17.01"), ["A17.0"]);
    assert_eq!(list("http://hl7.org/fhir/sid/icd-10-vn", "not one").draft.grammar, CodeGrammar::Verbatim);
    for other in ["http://hl7.org/fhir/sid/icd-10-pcs", "http://hl7.org/fhir/sid/icd-9-cm", "http://loinc.org"] {
        assert_eq!(list(other, "B").draft.grammar, CodeGrammar::Verbatim, "{other}");
    }
}

#[test]
fn short_names_are_words() {
    let named =
        |members: &str| system(&format!(r#"{{"resourceType": "CodeSystem", {members} "content": "complete"}}"#)).0;
    let system_of = |members: &str| named(members).draft.edition.system;
    assert_eq!(system_of(r#""id": "v3-ActCode", "name": "ActCode","#), "v3-ActCode");
    assert_eq!(system_of(r#""id": "2841", "name": "ActCode","#), "ActCode");
    assert_eq!(
        system_of(r#""id": "0f8fad5b-d9cb-469f-a165-70867728950e", "url": "http://example.org/a/list/","#),
        "list"
    );
    assert_eq!(system_of(r#""url": "urn:oid:1.2.3","#), "1.2.3");
    assert_eq!(named(r#""date": "2024-01","#).draft.edition.version, "2024-01");
}

#[test]
fn the_one_code_system_of_a_file() {
    let list = r#"{"resourceType": "CodeSystem", "url": "http://example.org/a", "content": "complete"}"#;
    assert_eq!(read_bytes("a.json", list.as_bytes()).unwrap().0.edition.url, "http://example.org/a");
    let both = format!("{list}\n{list}");
    assert!(read_bytes("a.json", both.as_bytes()).unwrap_err().to_string().contains("several"));
    let set = r#"{"resourceType": "ValueSet", "url": "http://example.org/a"}"#;
    assert!(read_bytes("a.json", set.as_bytes()).unwrap_err().to_string().contains("no CodeSystem"));
}
