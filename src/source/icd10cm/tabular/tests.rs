use super::*;

fn list(content: &str) -> String {
    format!(
        "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<ICD10CM.tabular>\n<version>2021</version>\n\
         <introduction><introSection type=\"title\"><title>x</title></introSection></introduction>\n{content}\n\
         </ICD10CM.tabular>\n"
    )
}

fn read(content: &str) -> (Draft, Report) {
    read_from("tabular.xml", list(content).as_bytes(), None).unwrap()
}

fn diag(code: &str, title: &str, rest: &str) -> String {
    format!("<diag>\n<name>{code}</name><desc>{title}</desc>{rest}</diag>\n")
}

fn chapter(content: &str) -> String {
    format!("<chapter><name>19</name><desc>Injuries (S00-T88)</desc>\n{content}\n</chapter>")
}

fn codes(draft: &Draft) -> Vec<(&str, Usability)> {
    draft.concepts.iter().map(|concept| (concept.code.as_str(), concept.usability)).collect()
}

fn parent<'a>(draft: &'a Draft, code: &str) -> &'a str {
    let concept = draft.concepts.iter().find(|concept| concept.code == code).unwrap();
    concept.parents.first().map_or("", |parent| &parent.code)
}

fn rules(report: &Report) -> Vec<(&'static str, Option<u64>)> {
    report.entries().iter().map(|entry| (entry.rule, entry.place.line)).collect()
}

const SEVENTH: &str = "<sevenChrNote><note>add one to each code from category T16</note></sevenChrNote>\
    <sevenChrDef><extension char=\"A\">initial</extension><extension char=\"S\">sequela</extension>\
    <note>late effect</note></sevenChrDef>";

#[test]
fn seventh_characters_make_codes_of_all_finest_ones() {
    let right = diag("T16.1", "Thing in right ear", "<inclusionTerm><note>Pea</note></inclusionTerm>");
    let category = diag("T16", "Thing in ear", &format!("{SEVENTH}{right}"));
    let (draft, report) = read(&chapter(&format!("<section id=\"T15-T19\"><desc>Things</desc>{category}</section>")));
    assert_eq!(report.entries(), []);
    assert_eq!((report.rows, draft.edition.to_string().as_str()), (4, "icd10-cm|2021"));
    assert_eq!(
        codes(&draft),
        [
            ("19", Usability::Grouper),
            ("T15-T19", Usability::Grouper),
            ("T16", Usability::Heading),
            ("T16.1", Usability::Heading),
            ("T16.1XXA", Usability::Usable),
            ("T16.1XXS", Usability::Usable),
        ]
    );
    for (code, above) in [("19", ""), ("T15-T19", "19"), ("T16", "T15-T19"), ("T16.1", "T16"), ("T16.1XXS", "T16.1")] {
        assert_eq!(parent(&draft, code), above);
    }
    let sequela = &draft.concepts[5];
    assert_eq!(sequela.designations, [Designation::preferred("en", "Thing in right ear, sequela")]);
    assert_eq!(sequela.properties, [(NOTE, PropertyValue::Text("late effect".into()))]);
    let right = &draft.concepts[3];
    assert_eq!(
        (right.designations[1].text.as_str(), &right.designations[1].r#use),
        ("Pea", &DesignationUse::Inclusion)
    );
    assert_eq!(draft.properties[draft.concepts[2].properties[0].0].name, "seventh-character-note");
}

#[test]
fn finer_seventh_characters_replace_those_from_above() {
    let own = "<sevenChrDef><extension char=\"K\">nonunion</extension></sevenChrDef>";
    let inner = diag("S02.1", "Base", own) + &diag("S02.2", "Nose", "");
    let (draft, _) = read(&chapter(&diag("S02", "Fracture", &format!("{SEVENTH}{inner}"))));
    let usable: Vec<_> =
        codes(&draft).into_iter().filter(|code| code.1 == Usability::Usable).map(|code| code.0).collect();
    assert_eq!(usable, ["S02.1XXK", "S02.2XXA", "S02.2XXS"]);
}

#[test]
fn notes_take_codes_away() {
    let note = "7th characters S and D do not apply to codes in category S06 with 6th character 7 - death before \
                waking, or 8 - death of another cause.";
    assert_eq!(
        Exception::parse(note),
        Some(Exception { characters: vec!['S', 'D'], category: "S06".into(), only_if: Some((5, vec!['7', '8'])) })
    );
    for not_understood in [
        "7th character to be added",
        "7th characters do not apply to codes in category S06",
        "7th characters D do not apply to codes in category S06 unless stated",
        "7th characters D do not apply to any code",
        "7th character D does not apply to category S06 with 9th character 1",
    ] {
        assert_eq!(Exception::parse(not_understood), None, "{not_understood}");
    }
    let inner = diag("S06.1X6", "Long", "") + &diag("S06.1X7", "Death", "");
    let notes = format!("<notes><note>{note}</note><note>7th character S may not apply.</note></notes>");
    let (draft, report) = read(&chapter(&diag("S06", "Head", &format!("{SEVENTH}{notes}{inner}"))));
    let usable: Vec<_> =
        codes(&draft).into_iter().filter(|code| code.1 == Usability::Usable).map(|code| code.0).collect();
    assert_eq!(usable, ["S06.1X6A", "S06.1X6S", "S06.1X7A"]);
    assert_eq!(rules(&report), [("seventh-character-note", Some(6))]);
}

#[test]
fn sections_lie_in_the_smallest_around_them() {
    let sections = ["C00-C96", "C00-C75", "C00-C14", "C76-C80", "B20"];
    let sections: String =
        sections.iter().map(|id| format!("<section id=\"{id}\"><desc>Some ({id})</desc></section>")).collect();
    let (draft, report) = read(&chapter(&(sections + &diag("B20", "HIV", ""))));
    assert_eq!(report.entries(), []);
    for (code, above) in
        [("C00-C14", "C00-C75"), ("C00-C75", "C00-C96"), ("C76-C80", "C00-C96"), ("C00-C96", "19"), ("B20-B20", "19")]
    {
        assert_eq!(parent(&draft, code), above, "{code}");
    }
    let single = draft.concepts.iter().find(|concept| concept.code == "B20-B20").unwrap();
    assert_eq!(single.source_code.as_deref(), Some("B20"));
}

#[test]
fn bad_rows_are_refused_and_the_rest_is_kept() {
    let content = [
        diag("A00", "Kept", "<excludes1><note>one (B00)</note><note>two</note></excludes1>"),
        "<diag><desc>Nameless</desc>".into(),
        diag("A01.0", "Below the nameless", ""),
        "</diag>".into(),
        diag("A02", "", ""),
        diag("a03", "Small", ""),
        diag("A00", "Again", &diag("A00.1", "Finer of the second", "")),
        diag("A04", "Table", "<visualImpairment><value>6/18</value></visualImpairment>"),
        diag("A05", "Other", &diag("B05.1", "Outside", "")),
        diag("A06", "Ext", "<sevenChrDef><extension char=\"AB\">x</extension></sevenChrDef>"),
        diag("A07.1234", "Full", "<sevenChrDef><extension char=\"A\">x</extension></sevenChrDef>"),
    ]
    .concat();
    let (draft, report) = read(&chapter(&content));
    let kept: Vec<_> = codes(&draft).into_iter().map(|code| code.0).collect();
    assert_eq!(kept, ["19", "A00", "A01.0", "A00.1", "A04", "A05", "B05.1", "A06", "A07.1234"]);
    assert_eq!((parent(&draft, "A01.0"), parent(&draft, "A00.1")), ("19", "A00"));
    assert_eq!(
        rules(&report),
        [
            ("ignored-element", Some(19)),
            ("malformed-seventh-character", Some(25)),
            ("missing-code", Some(8)),
            ("missing-code", Some(10)),
            ("malformed-code", Some(12)),
            ("duplicate-code", Some(14)),
            ("code-outside-parent", Some(21)),
            ("seventh-character-full", Some(26)),
        ]
    );
    let excluded: Vec<_> =
        draft.concepts[1].properties.iter().map(|(at, _)| draft.properties[*at].name.as_str()).collect();
    assert_eq!(excluded, ["excludes1", "excludes1"]);
}

#[test]
fn other_files_and_cut_off_ones_are_errors() {
    let whole = list(&chapter(&diag("A00", "Kept", "")));
    for (content, part) in [
        (&whole[..whole.len() - 30], "cut off"),
        ("<ClaML/>", "no tabular list"),
        ("00001 A00 1 x", "outside"),
        ("", "no XML"),
        (&list(""), "no codes"),
        (&list(&"<diag>".repeat(100)), "deeper"),
    ] {
        let error = read_from("x.xml", content.as_bytes(), None).unwrap_err().to_string();
        assert!(error.contains(part), "{error}");
    }
    let unversioned = whole.replace("<version>2021</version>", "");
    assert!(matches!(read_from("x.xml", unversioned.as_bytes(), None), Err(Error::Argument { what: "version", .. })));
    assert_eq!(read_from("x.xml", whole.as_bytes(), Some("2021-04")).unwrap().0.edition.version, "2021-04");
}
