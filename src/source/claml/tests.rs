use super::*;

fn file(content: &str) -> String {
    format!(
        "<?xml version=\"1.0\"?>\n<!DOCTYPE ClaML SYSTEM \"ClaML.dtd\">\n<ClaML version=\"2.0.0\">\n\
         <Title name=\"ICD-10-WHO-en\" date=\"2015-01-01\" version=\"2016\">Classification</Title>\n\
         <UsageKinds><UsageKind name=\"aster\" mark=\"*\"/><UsageKind name=\"dagger\" mark=\"+\"/>\
         <UsageKind name=\"optional\" mark=\"!\"/></UsageKinds>\n{content}\n</ClaML>\n"
    )
}

fn read(content: &str) -> (Draft, Report) {
    read_from("icd.xml", file(content).as_bytes(), None).unwrap()
}

fn rubric(kind: &str, label: &str) -> String {
    format!("<Rubric kind=\"{kind}\"><Label xml:lang=\"en\" xml:space=\"default\">{label}</Label></Rubric>")
}

fn class(code: &str, attributes: &str, rest: &str) -> String {
    format!("<Class code=\"{code}\" {attributes}>{rest}{}</Class>\n", rubric("preferred", &format!("Name of {code}")))
}

fn modifier_class(modifier: &str, code: &str, rest: &str) -> String {
    let name = rubric("preferred", &format!("value {code}"));
    format!("<ModifierClass modifier=\"{modifier}\" code=\"{code}\">{name}{rest}</ModifierClass>\n")
}

const CATEGORY: &str = "kind=\"category\"";

fn concept<'a>(draft: &'a Draft, code: &str) -> &'a DraftConcept {
    draft.concepts.iter().find(|concept| concept.code == code).unwrap_or_else(|| panic!("{code} is missing"))
}

fn values<'a>(draft: &'a Draft, code: &str, property: &str) -> Vec<&'a str> {
    let of_property = |(at, _): &&(usize, PropertyValue)| draft.properties[*at].name == property;
    let text = |(_, value): &'a (usize, PropertyValue)| match value {
        PropertyValue::Text(text) | PropertyValue::Code(text) => text.as_str(),
        _ => panic!(),
    };
    concept(draft, code).properties.iter().filter(of_property).map(text).collect()
}

fn usable(draft: &Draft) -> Vec<&str> {
    let usable = draft.concepts.iter().filter(|concept| concept.usability == Usability::Usable);
    usable.map(|concept| concept.code.as_str()).collect()
}

fn rules(report: &Report) -> Vec<(&'static str, &str)> {
    report.entries().iter().map(|entry| (entry.rule, entry.code.as_deref().unwrap_or(""))).collect()
}

#[test]
fn classes_become_a_hierarchy() {
    let (draft, report) = read(
        &[
            class("I", "kind=\"chapter\"", "<SubClass code=\"A15-A19\"/>"),
            class("A15-A19", "kind=\"block\"", "<SuperClass code=\"I\"/><SubClass code=\"A17\"/>"),
            class("A17", CATEGORY, "<SubClass code=\"A17.0\"/>"),
            class(
                "A17.0",
                "kind=\"category\" usage=\"dagger\"",
                "<SuperClass code=\"A17\"/><Meta name=\"MortBCode\" value=\"008\"/>",
            ),
            class("G01", "kind=\"category\" usage=\"aster\"", "<SuperClass code=\"I\"/>"),
            class("U85", "kind=\"category\" usage=\"optional\"", ""),
        ]
        .concat(),
    );
    assert_eq!(report.entries(), []);
    assert_eq!((report.rows, draft.edition.to_string().as_str()), (6, "icd10-who|2016"));
    assert_eq!(draft.edition.title, "Classification, 2016");
    let shape: Vec<_> = draft
        .concepts
        .iter()
        .map(|concept| {
            (
                concept.code.as_str(),
                concept.mark,
                concept.usability,
                concept.parents.first().map_or("", |parent| &parent.code),
            )
        })
        .collect();
    assert_eq!(
        shape,
        [
            ("I", Mark::None, Usability::Grouper, ""),
            ("A15-A19", Mark::None, Usability::Grouper, "I"),
            ("A17", Mark::None, Usability::Heading, "A15-A19"),
            ("A17.0", Mark::Dagger, Usability::Usable, "A17"),
            ("G01", Mark::Asterisk, Usability::Usable, "I"),
            ("U85", Mark::None, Usability::Usable, ""),
        ]
    );
    assert_eq!(values(&draft, "A17.0", "mort-b-code"), ["008"]);
    assert_eq!(values(&draft, "U85", "usage"), ["optional"]);
}

#[test]
fn labels_are_read_as_they_are_printed() {
    let rubrics = [
        rubric("preferredLong", "Long: vitamin B<Term class=\"subscript\">12</Term>"),
        rubric("preferred", "Meningitis (any)<Reference class=\"in brackets\" usage=\"aster\">G01</Reference>"),
        rubric(
            "inclusion",
            "\n\t<Fragment type=\"list\">Diabetic:</Fragment>\n\t<Fragment type=\"list\" usage=\"dagger\">angiopathy<Reference \
             class=\"in brackets\" usage=\"aster\">I79.2</Reference></Fragment>",
        ),
        rubric(
            "exclusion",
            "nephritis<Reference class=\"in brackets\" code=\"N00\">N00.-</Reference><Reference class=\"in brackets\">N01</Reference>",
        ),
        rubric("introduction", "<Para>1.<Term class=\"tab\"/>First &amp;\n last</Para><Para>Second</Para>"),
        rubric(
            "text",
            "<Table><TBody><Row><Cell>a</Cell><Cell>b</Cell></Row><Row><Cell>c</Cell></Row></TBody></Table>",
        ),
        rubric("coding-hint", "Use <Reference class=\"in brackets\">U85</Reference>, if desired"),
        rubric("ownKind", "of a national centre"),
        rubric("note", "  "),
    ];
    let (draft, report) = read(&format!("<Class code=\"A17.0\" kind=\"category\">{}</Class>", rubrics.concat()));
    assert_eq!(report.entries(), []);
    let names: Vec<_> = draft.concepts[0].designations.iter().map(|term| (term.text.as_str(), &term.r#use)).collect();
    assert_eq!(
        names,
        [
            ("Long: vitamin B12", &DesignationUse::Preferred),
            ("Meningitis (any) (G01*)", &DesignationUse::Preferred),
            ("Diabetic: angiopathy† (I79.2*)", &DesignationUse::Inclusion),
        ]
    );
    for (property, value) in [
        ("exclusion-note", "nephritis (N00.-, N01)"),
        ("introduction", "1. First & last\nSecond"),
        ("text", "a | b\nc"),
        ("coding-note", "Use (U85), if desired"),
        ("own-kind", "of a national centre"),
    ] {
        assert_eq!(values(&draft, "A17.0", property), [value]);
    }
    assert_eq!(values(&draft, "A17.0", "paired-asterisk"), ["G01*", "I79.2*"]);
    assert_eq!(values(&draft, "A17.0", "introduction").len(), 1);
}

#[test]
fn modifiers_make_fourth_and_fifth_characters() {
    let with_inclusion = rubric("inclusion", "clavicle");
    let content = [
        modifier_class("S04E10_4", ".0", ""),
        modifier_class("S04E10_4", ".2", "").replace("<ModifierClass", "<ModifierClass usage=\"dagger\""),
        modifier_class("I70M10_4", "0", ""),
        modifier_class("S13M40_5", "0", &with_inclusion),
        modifier_class("S20W00_4", "0", ""),
        modifier_class("S20W00_4", "9", ""),
        modifier_class("S20V01_5", "1", ""),
        class("E10", CATEGORY, "<ModifiedBy code=\"S04E10_4\"/>"),
        class(
            "I70",
            CATEGORY,
            "<SubClass code=\"I70.0\"/><ModifiedBy code=\"I70M10_4\"><Meta name=\"usage\" value=\"optional\"/></ModifiedBy>",
        ),
        class("I70.0", CATEGORY, "<SuperClass code=\"I70\"/>"),
        class(
            "M45",
            CATEGORY,
            "<ModifiedBy all=\"true\" code=\"S13M40_5\"><Meta name=\"usage\" value=\"optional\"/></ModifiedBy>",
        ),
        class(
            "W00",
            CATEGORY,
            "<ModifiedBy code=\"S20W00_4\"><ValidModifierClass code=\"9\"/></ModifiedBy><ModifiedBy code=\"S20V01_5\"/>",
        ),
    ];
    let (draft, report) = read(&content.concat());
    assert_eq!(report.entries(), []);
    assert_eq!(usable(&draft), ["E10.0", "E10.2", "I70.0", "I70.00", "M45", "M45.X0", "W00.91"]);
    assert_eq!(concept(&draft, "E10").usability, Usability::Heading);
    assert_eq!(concept(&draft, "W00.9").usability, Usability::Heading);
    assert_eq!((concept(&draft, "E10.2").mark, concept(&draft, "E10.0").mark), (Mark::Dagger, Mark::None));
    assert_eq!(concept(&draft, "W00.91").designations[0].text, "Name of W00: value 9: value 1");
    assert_eq!(concept(&draft, "W00.91").parents[0].code, "W00.9");
    assert_eq!(values(&draft, "M45.X0", "inclusion-note"), ["clavicle"]);
}

#[test]
fn modifiers_are_inherited_excluded_and_linked() {
    let link = "<Rubric kind=\"modifierlink\"><Label xml:lang=\"en\"><Reference code=\"M_5\">[See site code]</Reference></Label></Rubric>";
    let content = [
        "<Modifier code=\"M_5\"><Rubric kind=\"text\"><Label>Site of involvement</Label></Rubric></Modifier>"
            .to_owned(),
        modifier_class("M_5", "0", ""),
        modifier_class("M_5", "1", "<Meta name=\"excludeOnPrecedingModifier\" value=\"F_4 .1\"/>"),
        modifier_class("F_4", ".0", "<ExcludeModifier code=\"M_5\"/>"),
        modifier_class("F_4", ".1", ""),
        class("M00-M25", "kind=\"block\"", "<ModifiedBy code=\"M_5\"/>"),
        class("M00", CATEGORY, "<SuperClass code=\"M00-M25\"/>"),
        class("M00.0", CATEGORY, "<SuperClass code=\"M00\"/>"),
        class("M00.1", CATEGORY, "<SuperClass code=\"M00\"/><ExcludeModifier code=\"M_5\"/>"),
        class("M13.0", CATEGORY, link),
        class("M20", CATEGORY, "<SuperClass code=\"M00-M25\"/><ModifiedBy code=\"F_4\"/>"),
        class("M21", CATEGORY, "<ModifiedBy code=\"nowhere\"/>"),
    ];
    let (draft, report) = read(&content.concat());
    assert_eq!(usable(&draft), ["M00.00", "M00.01", "M00.1", "M13.0", "M13.00", "M13.01", "M20.0", "M20.10", "M21"]);
    assert_eq!(rules(&report), [("modifier-link-only", "M13.0"), ("unknown-modifier", "M21")]);
    assert_eq!(values(&draft, "M00.0", "modifier-note"), ["Site of involvement"]);
}

#[test]
fn bad_rows_are_reported_and_the_rest_is_kept() {
    let content = [
        class("A00", CATEGORY, "<SuperClass code=\"A00-A09\"/><SubClass code=\"A00.9\"/>"),
        class("", CATEGORY, ""),
        class("A0 1", CATEGORY, ""),
        class("A00", CATEGORY, ""),
        format!("<Class code=\"A02\" {CATEGORY}><SuperClass code=\"A03\"/></Class>"),
        class("A03", "kind=\"category\" usage=\"x\"", "<SuperClass code=\"A02\"/>"),
        class("A04", CATEGORY, "<SuperClass code=\"A03\"/>"),
        modifier_class("M", "..", ""),
        class("A05", CATEGORY, "<ModifiedBy code=\"L\"/>"),
        class("A05.0", CATEGORY, "<SuperClass code=\"A05\"/>").replace("A05.0", &format!("A05.{}", "0".repeat(60))),
        modifier_class("L", "01", "").replace("xml:lang=\"en\"", "xml:lang=\"no tag\""),
    ];
    let (draft, report) = read(&content.concat());
    assert_eq!(
        rules(&report).into_iter().filter(|(_, code)| !code.starts_with("A05.")).collect::<Vec<_>>(),
        [
            ("missing-name", "A02"),
            ("unknown-usage", "A03"),
            ("malformed-code", ".."),
            ("unknown-language", "01"),
            ("malformed-code", ""),
            ("malformed-code", "A0 1"),
            ("duplicate-code", "A00"),
            ("unknown-parent", "A00"),
            ("unknown-subclass", "A00"),
            ("hierarchy-cycle", "A02"),
        ]
    );
    assert_eq!(report.of_rule("duplicate-code").next().unwrap().place.line, Some(9));
    let kept: Vec<_> = draft.concepts.iter().map(|concept| concept.code.as_str()).collect();
    assert_eq!(kept[..5], ["A00", "A02", "A03", "A04", "A05"]);
    assert_eq!((kept.len(), report.of_rule("malformed-code").count()), (6, 4));
    assert_eq!(concept(&draft, "A02").designations[0].text, "A02");
}

#[test]
fn other_files_cut_off_ones_and_bombs_are_errors() {
    let whole = file(&class("A00", CATEGORY, ""));
    // Four modifiers of 40 values each would make more than two million codes of one class.
    let values: String =
        (0..4).flat_map(|m| (0..40).map(move |v| modifier_class(&format!("m{m}"), &format!("{v:03}"), ""))).collect();
    let modified: String = (0..4).map(|m| format!("<ModifiedBy code=\"m{m}\"/>")).collect();
    let bomb = file(&(values + &class("A00", CATEGORY, &modified)));
    for (content, part) in [
        (whole.split_once("</ClaML>").unwrap().0, "cut off"),
        ("<ICD10CM.tabular/>", "no ClaML"),
        ("A00;Cholera", "outside"),
        (&file(""), "no classes"),
        (&bomb, "more codes"),
    ] {
        let error = read_from("x.xml", content.as_bytes(), None).err().unwrap().to_string();
        assert!(error.contains(part), "{error}");
    }
    let untitled = "<ClaML><Class code=\"A00\" kind=\"category\"/></ClaML>";
    assert!(matches!(read_from("x", untitled.as_bytes(), None), Err(Error::Argument { what: "version", .. })));
    let (draft, report) = read_from("x", untitled.as_bytes(), Some("2019")).unwrap();
    assert_eq!(draft.edition.to_string(), "icd10-who|2019");
    assert_eq!(rules(&report), [("missing-name", "A00"), ("missing-title", "")]);
}
