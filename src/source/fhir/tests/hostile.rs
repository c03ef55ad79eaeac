use super::*;

const LIST: &str = r#"{"resourceType": "CodeSystem", "id": "a", "language": "en", "content": "complete", "concept": [{"code": "1", "display": "x"}]}"#;

fn refused(name: &str, text: &str, word: &str) {
    let error = Settings::new().read_bytes(name, text.as_bytes()).unwrap_err();
    assert!(matches!(error, Error::Source { .. }) && error.to_string().contains(word), "{error}");
}

fn xml(inside: &str) -> String {
    format!(
        "<CodeSystem xmlns=\"http://hl7.org/fhir\"><language value=\"en\"/><content value=\"complete\"/>{inside}</CodeSystem>"
    )
}

#[test]
fn wrong_files_are_refused() {
    for (text, word) in [
        ("", "empty"),
        (" \n\u{feff} ", "expected"),
        ("STT,CODE", "expected"),
        ("[]", "a FHIR resource"),
        ("17", "a FHIR resource"),
        (r#"{"a": 1}"#, "resourceType"),
        (r#"{"resourceType": "Patient", "concept": [{"code": "1"}]}"#, "Patient"),
        (r#"{"concept": [{"code": "1"}], "resourceType": "StructureDefinition"}"#, "StructureDefinition"),
        (r#"{"resourceType": "Bundle"}"#, "no resource"),
        (r#"{"resourceType": "CodeSystem"} x"#, "behind the end"),
        ("<html><body/></html>", "html is no element of FHIR"),
        ("<CodeSystem/>", "no element of FHIR"),
        ("<?xml version=\"1.0\"?>", "holds none"),
        ("<", ""),
        ("<a", ""),
    ] {
        refused("a.json", text, word);
    }
    assert!(matches!(Settings::new().read("/nowhere/at/all.json"), Err(Error::Io { .. })));
}

#[test]
fn truncated_files_are_refused_with_their_line() {
    let text = LIST.replace("[{", "[\n{");
    for end in 1..text.len() {
        let error = Settings::new().read_bytes("a.json", &text.as_bytes()[..end]).unwrap_err();
        assert!(error.to_string().starts_with("a.json, line "), "{error}");
    }
    let text = xml("<concept><code value=\"1\"/><display value=\"ổ\"/></concept>");
    for end in 1..text.len() {
        assert!(Settings::new().read_bytes("a.xml", &text.as_bytes()[..end]).is_err(), "{end}");
    }
}

#[test]
fn damaged_bytes_never_panic() {
    let xml = xml(
        "<concept><code value=\"1\"/><display value=\"ổ\"/><property><code value=\"p\"/><valueCode value=\"1\"/></property></concept>",
    );
    for text in [LIST, &xml] {
        for at in 0..text.len() {
            for bits in [0x01, 0x20, 0x5a, 0x80] {
                let mut damaged = text.as_bytes().to_vec();
                damaged[at] ^= bits;
                let _ = Settings::new().read_bytes("a", &damaged);
            }
        }
    }
}

#[test]
fn nesting_is_bounded() {
    let nested = |levels: usize| {
        let (open, close) = (r#"{"code": "a", "concept": ["#.repeat(levels), "]}".repeat(levels));
        format!(
            r#"{{"resourceType": "CodeSystem", "language": "en", "content": "complete", "concept": [{open}{close}]}}"#
        )
    };
    assert!(Settings::new().read_bytes("a.json", nested(40).as_bytes()).is_ok());
    refused("a.json", &nested(100), "recursion limit");
    for kept in ["status", "_name"] {
        refused("a.json", &format!("{{\"{kept}\":{}", "[".repeat(1 << 20)), "recursion limit");
    }
    // What is passed over costs nothing that grows with its depth but a bit.
    refused("a.json", &format!("{{\"text\":{}", "[".repeat(1 << 20)), "EOF");
    let nested = |levels: usize| xml(&("<concept>".repeat(levels) + &"</concept>".repeat(levels)));
    assert!(Settings::new().read_bytes("a.xml", nested(100).as_bytes()).is_ok());
    refused("a.xml", &nested(200_000), "levels deep");
    // In XML, levels that are passed over count too.
    refused("a.xml", &xml(&"<div>".repeat(200_000)), "levels deep");
}

#[test]
fn there_are_no_entities_and_no_document_types() {
    let list = xml("<concept><code value=\"&a;\"/></concept>");
    refused("a.xml", &list, "a");
    let bomb = format!(
        "<!DOCTYPE x [<!ENTITY a \"aaaa\"><!ENTITY b \"&a;&a;&a;\">]>{}",
        xml("<concept><code value=\"&b;\"/></concept>")
    );
    refused("a.xml", &bomb, "document types");
    let file = format!("<!DOCTYPE x SYSTEM \"file:///etc/passwd\">{list}");
    refused("a.xml", &file, "document types");
}

#[test]
fn values_and_rows_are_bounded() {
    let long = "x".repeat(17 << 20);
    refused("a.json", &LIST.replace('x', &long), "too long");
    refused("a.xml", &xml(&format!("<concept><code value=\"{long}\"/></concept>")), "too long");
    // A narrative is passed over, whatever its length.
    let told = LIST.replace("\"id\"", &format!("\"text\": {{\"div\": \"{long}\"}}, \"id\""));
    assert!(Settings::new().read_bytes("a.json", told.as_bytes()).is_ok());
    let many = "{},".repeat(1 << 20);
    refused("a.json", &LIST.replace("\"display\"", &format!("\"designation\": [{many}{{}}], \"display\"")), "too many");
    // A tag of a million attributes costs no more than its length.
    let attributes: String = (0..300_000).map(|number| format!(" a{number}=\"\"")).collect();
    let list = xml(&format!("<concept{attributes}><code value=\"1\"/></concept>"));
    assert_eq!(one("a.xml", &list).1.rows, 1);
}

#[test]
fn bad_lines_of_a_bulk_file_leave_the_others() {
    let text = format!(
        "{LIST}\n\n{{\"resourceType\": \"CodeSystem\", \"concept\": [{{\"code\"\n{}\r\n{{\"resourceType\": \"Patient\"}}\n17\n{LIST} x\n{}",
        LIST.replace("\"a\"", "\"b\""),
        LIST.replace("\"a\"", "\"c\""),
    );
    for name in ["a.ndjson", "bulk"] {
        let found = Settings::new().read_bytes(name, text.as_bytes()).unwrap();
        let ids: Vec<_> = found
            .list
            .iter()
            .map(|(resource, _)| match resource {
                Resource::CodeSystem(system) => system.draft.edition.system.as_str(),
                other => panic!("{other:?}"),
            })
            .collect();
        // A line with something behind its resource is refused as a whole.
        assert_eq!(ids, ["a", "b", "c"]);
        let lines: Vec<_> = found.report.entries().iter().map(|entry| (entry.rule, entry.place.line)).collect();
        assert_eq!(
            lines,
            [
                ("malformed-line", Some(3)),
                ("other-resource", Some(5)),
                ("malformed-line", Some(6)),
                ("malformed-line", Some(7))
            ]
        );
    }
}

#[test]
fn bundles_and_packages() {
    let bundle = format!(
        r#"{{"resourceType": "Bundle", "type": "collection", "entry": [{{"fullUrl": "x", "resource": {LIST}}},
            {{"resource": {{"resourceType": "Patient"}}}}, 17, {{"resource": 18}},
            {{"resource": {{"resourceType": "Bundle", "entry": [{{"resource": {LIST}}}]}}}}]}}"#
    );
    let found = Settings::new().read_bytes("bundle.json", bundle.as_bytes()).unwrap();
    assert_eq!(found.list.len(), 2);
    assert_eq!(
        found.report.entries().iter().map(|entry| entry.rule).collect::<Vec<_>>(),
        ["other-resource", "malformed-row"]
    );
    let entry = "<CodeSystem><content value=\"complete\"/><concept><code value=\"1\"/></concept></CodeSystem>";
    let bundle = format!(
        "<Bundle xmlns=\"http://hl7.org/fhir\"><type value=\"batch\"/><entry><resource>{entry}</resource></entry>\
         <entry><resource>{entry}</resource></entry><entry/></Bundle>"
    );
    let found = Settings::new().read_bytes("bundle.xml", bundle.as_bytes()).unwrap();
    assert_eq!(found.list.len(), 2);
    for (resource, report) in &found.list {
        assert!(matches!(resource, Resource::CodeSystem(system) if system.draft.concepts.len() == 1));
        assert_eq!(report.rows, 1);
    }

    let folder = tempfile::tempdir().unwrap();
    for (path, content) in [
        ("package/package.json", r#"{"name": "a.b", "version": "1"}"#),
        ("package/.index.json", "{}"),
        ("package/CodeSystem-a.json", LIST),
        ("package/ImplementationGuide-a.json", r#"{"resourceType": "ImplementationGuide"}"#),
        ("package/other/spec.json", LIST),
        ("package/example/CodeSystem-b.json", LIST),
        ("package/broken.json", "{"),
        ("package/readme.md", "#"),
    ] {
        let path = folder.path().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, content).unwrap();
    }
    let input = Input::open(folder.path()).unwrap();
    let found = Settings::new().read_input(&input).unwrap();
    assert_eq!(found.list.len(), 1);
    let entries = found.report.entries().iter();
    assert_eq!(
        entries.map(|entry| (entry.rule, entry.place.file.as_str())).collect::<Vec<_>>(),
        [("other-resource", "package/ImplementationGuide-a.json"), ("unreadable-file", "package/broken.json")]
    );
    let reading = crate::source::read(&input, &ReadOptions::new()).unwrap();
    assert_eq!((reading.draft.edition.system.as_str(), reading.draft.concepts.len()), ("a", 1));
    assert_eq!(reading.report.sources, [crate::source::SourceFile::of("CodeSystem-a.json", LIST.as_bytes())]);
    assert_eq!((reading.report.total("unreadable-file"), reading.report.rows), (1, 1));

    std::fs::remove_file(folder.path().join("package/CodeSystem-a.json")).unwrap();
    assert!(Settings::new().read_input(&Input::open(folder.path()).unwrap()).is_err());
}

#[test]
fn one_of_several_code_systems_is_meant() {
    let both = format!("{LIST}\n{}", LIST.replace("\"a\"", "\"b\""));
    let input = Input::from_bytes("both", both, crate::source::Limits::new()).unwrap();
    let read = |options: &ReadOptions| crate::source::read(&input, options);
    let error = read(&ReadOptions::new()).unwrap_err().to_string();
    assert!(error.contains("a|, b|"), "{error}");
    let reading = read(&ReadOptions::new().edition("b").version("2025")).unwrap();
    assert_eq!(reading.draft.edition.to_string(), "b|2025");
    assert!(read(&ReadOptions::new().edition("c")).is_err());
    let strict = ReadOptions::new().edition("b").strictness(crate::source::Strictness::StopAtFirstDoubt);
    assert!(read(&strict).is_ok());
    let text = LIST.replace("complete", "example");
    let input = Input::from_bytes("a", text, crate::source::Limits::new()).unwrap();
    assert!(matches!(crate::source::read(&input, &strict.edition("a")), Err(Error::Doubt(_))));
}

#[test]
fn resources_inside_a_resource_are_not_taken_for_it() {
    let inner = LIST.replace("\"1\"", "\"2\"");
    let outer = LIST.replace("\"id\"", &format!("\"contained\": [{inner}], \"id\""));
    let (read, report) = system(&outer);
    assert_eq!(read.draft.concepts.len(), 1);
    assert_eq!(read.draft.concepts[0].code, "1");
    assert_eq!(report.entries()[0].rule, "contained-resource");
}
