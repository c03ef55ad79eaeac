use super::*;

fn value_set(name: &str, text: &str) -> (ValueSetDraft, Report) {
    match one(name, text) {
        (Resource::ValueSet(set), report) => (*set, report),
        other => panic!("{other:?}"),
    }
}

#[test]
fn compose_and_expansion() {
    let (set, report) = value_set(
        "a.json",
        r#"{"resourceType": "ValueSet", "url": "http://example.org/vs", "compose": {"lockedDate": "2024-01-01", "inactive": false,
            "include": [{"system": "http://loinc.org", "version": "*", "concept": [{"code": "4548-4", "display": "HbA1c",
                "designation": [{"language": "vi", "use": {"system": "s", "code": "c"}, "additionalUse": [{"code": "d"}], "value": "v"}]},
                {"display": "no code"}, {"code": "718-7"}]},
              {"filter": [{"property": "concept", "op": "is-a", "value": "x"}, {"property": "p", "op": "="}], "system": "http://snomed.info/sct"}],
            "exclude": [{"valueSet": ["http://example.org/a|1", "http://example.org/b"]}]},
          "expansion": {"identifier": "urn:uuid:1", "timestamp": "2024-01-01T00:00:00Z", "total": 3, "offset": 0,
            "parameter": [{"name": "count", "valueInteger": 10}, {"name": "excludeNested", "valueBoolean": false}, {"name": "bare"}],
            "property": [{"code": "status", "uri": "u"}],
            "contains": [{"abstract": true, "display": "Top", "contains": [
                {"system": "s", "code": "a", "property": [{"code": "status", "valueCode": "retired"}], "inactive": true},
                {"system": "s", "code": "b"}]}, {"system": "s", "code": "c"}]}}"#,
    );
    assert_eq!(rules(&report), [(Severity::Refused, "missing-code", None)]);
    assert_eq!(report.rows, 7);
    let [loinc, snomed] = set.include.as_slice() else { panic!() };
    assert_eq!(loinc.concepts.iter().map(|concept| concept.code.as_str()).collect::<Vec<_>>(), ["4548-4", "718-7"]);
    assert_eq!(loinc.concepts[0].designations[0].additional_uses[0].code.as_deref(), Some("d"));
    assert_eq!((snomed.filters[0].value.as_deref(), snomed.filters[1].value.as_deref()), (Some("x"), None));
    assert_eq!(set.exclude[0].value_sets, ["http://example.org/a|1", "http://example.org/b"]);
    let expansion = set.expansion.as_ref().unwrap();
    assert_eq!(expansion.total, Some(3));
    assert_eq!(expansion.parameters[1].value.as_ref().unwrap().text, "false");
    let [top, last] = expansion.contains.as_slice() else { panic!() };
    assert_eq!((top.code.as_deref(), top.r#abstract, last.code.as_deref()), (None, Some(true), Some("c")));
    assert_eq!(top.contains.iter().map(|concept| concept.code.as_deref().unwrap()).collect::<Vec<_>>(), ["a", "b"]);
    assert_eq!(top.contains[0].properties[0].1, TypedValue { r#type: "Code".into(), text: "retired".into() });
    for release in [FhirRelease::R4, FhirRelease::R5] {
        let mut json = Vec::new();
        set.write_json(release, &mut json).unwrap();
        let json = String::from_utf8(json).unwrap();
        assert_eq!(json.contains("additionalUse\":["), release == FhirRelease::R5, "{json}");
        assert_eq!(value_set("b.json", &json).0, set);
    }
}

#[test]
fn the_same_in_xml() {
    let (set, _) = value_set(
        "a.xml",
        r#"<f:ValueSet xmlns:f="http://hl7.org/fhir"><f:url value="http://example.org/vs"/>
            <f:compose><f:include><f:system value="s"/><f:concept><f:code value="a"/></f:concept>
            <f:concept><f:code value="b"/></f:concept><f:valueSet value="v"/></f:include></f:compose>
            <f:expansion><f:contains><f:code value="a"/><f:contains><f:code value="b"/></f:contains></f:contains></f:expansion>
            </f:ValueSet>"#,
    );
    assert_eq!(set.include[0].concepts.len(), 2);
    assert_eq!(set.include[0].value_sets, ["v"]);
    assert_eq!(set.expansion.unwrap().contains[0].contains[0].code.as_deref(), Some("b"));
}

#[test]
fn naming_systems() {
    let (Resource::NamingSystem(system), report) = one(
        "a.xml",
        r#"<NamingSystem xmlns="http://hl7.org/fhir"><name value="LOINC"/><status value="active"/><kind value="codesystem"/>
            <responsible value="Regenstrief"/><uniqueId><type value="oid"/><value value="2.16.840.1.113883.6.1"/>
            <preferred value="false"/></uniqueId><uniqueId><type value="uri"/><value value="http://loinc.org"/>
            <preferred value="true"/><period><start value="2001-01-01"/></period></uniqueId><uniqueId><type value="other"/></uniqueId>
            </NamingSystem>"#,
    ) else {
        panic!()
    };
    assert_eq!(system.metadata.name.as_deref(), Some("LOINC"));
    assert_eq!((system.kind.as_deref(), system.responsible.as_deref()), (Some("codesystem"), Some("Regenstrief")));
    let [oid, uri] = system.unique_ids.as_slice() else { panic!() };
    assert_eq!((oid.r#type.as_str(), oid.value.as_str(), oid.preferred), ("oid", "2.16.840.1.113883.6.1", Some(false)));
    assert_eq!(uri.period.from.unwrap().to_string(), "2001-01-01");
    assert_eq!(rules(&report), [(Severity::Refused, "missing-value", None)]);
}
