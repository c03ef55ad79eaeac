//! The tiny lists whose indexes are committed in `tests/format`. They are invented, but for well-known codes, and
//! between them have everything that an index can hold. Changing one changes its committed index.
#![allow(clippy::unwrap_used, dead_code, reason = "a tool of tests; not each uses all of it")]

use medterm::code::{CodeGrammar, Mark};
use medterm::source::{
    Acceptability, Content, Designation, DesignationStatus, DesignationUse, Draft, DraftConcept, DraftPosition,
    EdgeKind, Parent, Place, PropertyDefinition, PropertyKind, PropertyValue, Report, Severity, SourceFile, Usability,
};
use medterm::{Edition, InForce, index};

/// The lists by the names of their index files.
pub(crate) const NAMES: [&str; 7] = ["later", "former", "graph", "empty", "names", "carrying", "places"];
/// Which of them is a supplement; all others are code systems.
pub(crate) const SUPPLEMENT: &str = "names";

/// The bytes of an index file, as the present writer makes them.
pub(crate) fn bytes(name: &str) -> Vec<u8> {
    let (draft, report) = list(name);
    let carried = if name == "carrying" { vec![(names(), Report::default())] } else { Vec::new() };
    index::to_bytes_with_supplements(&draft, &report, &carried).unwrap()
}

/// The list of an index file, without what it carries.
pub(crate) fn list(name: &str) -> (Draft, Report) {
    match name {
        "later" => (later(), report()),
        "former" => (former(), Report::default()),
        "graph" => (graph(), Report::default()),
        "names" => (names(), report()),
        "carrying" => (former(), Report::default()),
        "places" => (places(), Report::default()),
        _ => (Draft { edition: edition("empty", "1"), ..Draft::default() }, Report::default()),
    }
}

fn edition(system: &str, version: &str) -> Edition {
    Edition {
        system: system.into(),
        url: format!("https://example.org/{system}"),
        version: version.into(),
        title: format!("Example list {system}"),
        issued_by: "the tests".into(),
        in_force: InForce { from: "2026-07-01".parse().ok(), until: None },
        aliases: vec![format!("{system}-example")],
    }
}

/// A report with a source and one finding of each severity.
fn report() -> Report {
    let mut report = Report::of(vec![SourceFile::of("later.csv", b"content")]);
    for severity in [Severity::Note, Severity::Repaired, Severity::Doubtful, Severity::Refused, Severity::Refused] {
        report.add(severity, "example", Place::line("later.csv", 2), Some("A17"), "an example");
    }
    report
}

fn concept(code: &str, mark: Mark, parent: &str, usability: Usability, vi: &str, en: &str) -> DraftConcept {
    let parents = Some(parent)
        .filter(|parent| !parent.is_empty())
        .map(|parent| Parent { code: parent.into(), kind: EdgeKind::IsA });
    let names = [("vi", vi), ("en", en)].into_iter().filter(|(_, text)| !text.is_empty());
    DraftConcept {
        code: code.into(),
        mark,
        usability,
        designations: names.map(|(language, text)| Designation::preferred(language, text)).collect(),
        parents: parents.into_iter().collect(),
        ..DraftConcept::default()
    }
}

fn add_term(draft: &mut Draft, code: &str, r#use: DesignationUse, language: &str, text: &str) {
    for concept in draft.concepts.iter_mut().filter(|concept| concept.code == code) {
        let r#use = r#use.clone();
        concept.designations.push(Designation {
            text: text.into(),
            language: language.into(),
            r#use,
            ..Designation::default()
        });
    }
}

fn add_value(draft: &mut Draft, code: &str, property: usize, value: PropertyValue) {
    for concept in draft.concepts.iter_mut().filter(|concept| concept.code == code) {
        concept.properties.push((property, value.clone()));
    }
}

/// ICD-10 codes: twins, marks, a misprint, every use of a term, two languages, properties of all kinds.
fn later() -> Draft {
    use Mark::{Asterisk, Dagger, None as Bare};
    use Usability::{Grouper, Heading, Usable};
    let concepts = vec![
        concept("I", Bare, "", Grouper, "Chương I: Bệnh nhiễm trùng", "Chapter I: infections"),
        concept("A15-A19", Bare, "I", Grouper, "Bệnh lao", "Tuberculosis"),
        concept("A16.2", Bare, "A15-A19", Usable, "Lao phổi", "Tuberculosis of lung"),
        concept("A17", Bare, "A15-A19", Heading, "Lao hệ thần kinh", "Tuberculosis of nervous system"),
        concept("A17", Dagger, "A15-A19", Heading, "Lao hệ thần kinh†", ""),
        concept("A17.0", Dagger, "A17", Usable, "Viêm màng não do lao", "Tuberculous meningitis"),
        concept("A17.9", Bare, "A17", Usable, "Lao hệ thần kinh, không đặc hiệu", ""),
        concept("VI", Bare, "", Grouper, "Chương VI: Bệnh hệ thần kinh", "Chapter VI: nervous system"),
        concept("G01", Asterisk, "VI", Usable, "Viêm màng não trong bệnh nhiễm trùng", "Meningitis in infections"),
        concept("IX", Bare, "", Grouper, "Chương IX: Bệnh hệ tuần hoàn", "Chapter IX: circulatory system"),
        concept("I10", Bare, "IX", Usable, "Tăng huyết áp nguyên phát", "Primary hypertension"),
        concept(
            "I13",
            Bare,
            "IX",
            Usable,
            "Bệnh tim và thận do tăng huyết áp",
            "Hypertensive heart and kidney disease",
        ),
        concept("I50", Bare, "IX", Usable, "Suy tim", "Heart failure"),
        concept("X", Bare, "", Grouper, "Chương X: Bệnh hệ hô hấp", "Chapter X: respiratory system"),
        concept("J18", Bare, "X", Heading, "Viêm phổi", "Pneumonia"),
        concept("J18.0", Bare, "J18", Usable, "Viêm phế quản phổi", "Bronchopneumonia"),
        concept("J18.9", Bare, "J18", Usable, "Viêm phổi, không đặc hiệu", "Pneumonia, unspecified"),
        concept("M54.5", Bare, "", Heading, "Đau thắt lưng", "Low back pain"),
        concept("M54.50", Bare, "M54.5", Usable, "Đau thắt lưng, không đặc hiệu", "Low back pain, unspecified"),
        concept("U07.1", Bare, "X", Usable, "COVID-19", "COVID-19"),
    ];
    let property =
        |name: &str, kind| PropertyDefinition { name: name.into(), description: format!("Example of {name}."), kind };
    let properties = vec![
        property("never-main-diagnosis", PropertyKind::Boolean),
        property("least-age", PropertyKind::Integer),
        property("note", PropertyKind::Text),
        property("goes-with", PropertyKind::Code),
    ];
    let mut draft = Draft {
        edition: edition("list", "later"),
        content: Content::Complete,
        grammar: CodeGrammar::Icd10,
        language: "vi".into(),
        properties,
        concepts,
        ..Draft::default()
    };
    add_term(&mut draft, "J18.9", DesignationUse::Synonym, "vi", "Sưng phổi");
    add_term(&mut draft, "J18.9", DesignationUse::Synonym, "vi", "Phế viêm");
    add_term(&mut draft, "J18.9", DesignationUse::FormerName, "vi", "Viêm phổi, tác nhân không xác định");
    add_term(&mut draft, "J18.9", DesignationUse::Abbreviated, "en", "Pneumonia unsp");
    add_term(&mut draft, "I10", DesignationUse::Abbreviated, "vi", "THA");
    add_term(&mut draft, "I10", DesignationUse::IndexTerm, "en", "High blood pressure");
    add_term(&mut draft, "I50", DesignationUse::Inclusion, "en", "Cardiac failure");
    let other = DesignationUse::Other { system: "https://example.org/uses".into(), code: "plain".into() };
    add_term(&mut draft, "I50", other, "vi", "Tim yếu");
    add_value(&mut draft, "G01", 0, PropertyValue::Boolean(true));
    add_value(&mut draft, "I10", 1, PropertyValue::Integer(-3));
    add_value(&mut draft, "I13", 1, PropertyValue::Integer(i64::MAX));
    add_value(&mut draft, "J18.9", 2, PropertyValue::Text("Ghi rõ tác nhân nếu biết.".into()));
    add_value(&mut draft, "J18.0", 2, PropertyValue::Text("Ghi rõ tác nhân nếu biết.".into()));
    add_value(&mut draft, "G01", 3, PropertyValue::Code("A17.0†".into()));
    add_value(&mut draft, "G01", 3, PropertyValue::Code("A17†".into()));
    for concept in &mut draft.concepts {
        match concept.code.as_str() {
            "A17.9" => concept.source_code = Some("A17,9".into()),
            "U07.1" => concept.inactive = true,
            _ => {}
        }
    }
    draft
}

/// An earlier edition of the same: other codes, other names, a code that became a heading.
fn former() -> Draft {
    use Mark::None as Bare;
    use Usability::{Grouper, Heading, Usable};
    let mut draft = Draft {
        edition: edition("list", "former"),
        content: Content::Complete,
        grammar: CodeGrammar::Icd10,
        language: "vi".into(),
        concepts: vec![
            concept("X", Bare, "", Grouper, "Chương X", "Chapter X"),
            concept("I10", Bare, "", Usable, "Cao huyết áp nguyên phát", "Primary hypertension"),
            concept("I13", Bare, "", Heading, "Bệnh tim thận do cao huyết áp", ""),
            concept("I13.9", Bare, "I13", Usable, "Bệnh tim thận do cao huyết áp, không xác định", ""),
            concept("J18.9", Bare, "X", Usable, "Viêm phổi, không đặc hiệu", "Pneumonia, unspecified"),
            concept("M54.5", Bare, "", Usable, "Đau lưng vùng thấp", "Low back pain"),
            concept("Z99.9", Bare, "", Usable, "Suy tim cũ", "Old heart failure"),
        ],
        ..Draft::default()
    };
    draft.edition.in_force = InForce { from: None, until: "2026-06-30".parse().ok() };
    draft
}

/// Local codes taken as written, with several parents and part-of edges, in one language; a fragment.
fn graph() -> Draft {
    let mut concepts: Vec<DraftConcept> = [
        ("body", "Body", ""),
        ("organ", "Organ", ""),
        ("chest", "Chest", "body"),
        ("heart", "Heart", "organ"),
        ("lung", "Lung", "organ"),
        ("left-lung", "Left lung", "lung"),
        ("03.3911_GT", "Cell of the heart", ""),
        ("Kg-1", "Cell of the lung", ""),
    ]
    .into_iter()
    .map(|(code, name, parent)| concept(code, Mark::None, parent, Usability::Usable, "", name))
    .collect();
    let further = [
        ("heart", "chest", EdgeKind::IsA),
        ("lung", "chest", EdgeKind::IsA),
        ("left-lung", "body", EdgeKind::PartOf),
        ("Kg-1", "lung", EdgeKind::PartOf),
        ("03.3911_GT", "heart", EdgeKind::PartOf),
    ];
    for (child, parent, kind) in further {
        let below = concepts.iter_mut().filter(|concept| concept.code == child);
        below.for_each(|concept| concept.parents.push(Parent { code: parent.into(), kind }));
    }
    if let Some(term) = concepts.first_mut().and_then(|concept| concept.designations.first_mut()) {
        term.acceptability.insert("en-GB", Acceptability::Acceptable);
    }
    Draft {
        edition: edition("graph", "1"),
        content: Content::Fragment,
        grammar: CodeGrammar::Verbatim,
        language: "en".into(),
        concepts,
        ..Draft::default()
    }
}

/// A supplement to both editions of the list: names in another language, local names, properties, twins, and codes
/// that one edition or both lack.
fn names() -> Draft {
    use Mark::{Dagger, None as Bare};
    use Usability::Usable;
    let mut concepts = vec![
        concept("J18.9", Bare, "", Usable, "", "Lung fever"),
        concept("A17", Bare, "", Usable, "", ""),
        concept("A17", Dagger, "", Usable, "", ""),
        concept("A17.0", Bare, "", Usable, "", ""),
        concept("I10", Bare, "", Usable, "", ""),
        concept("Z99.8", Bare, "", Usable, "", "A code that no edition has"),
    ];
    for (concept, french) in concepts.iter_mut().zip([
        "Pneumopathie, sans précision",
        "Tuberculose du système nerveux",
        "Tuberculose du système nerveux†",
        "Méningite tuberculeuse",
        "Hypertension essentielle",
        "Un code absent",
    ]) {
        concept.designations.push(Designation::preferred("fr", french));
    }
    let property = |name: &str, kind| PropertyDefinition { name: name.into(), description: String::new(), kind };
    let mut draft = Draft {
        edition: edition("local-names", "3"),
        content: Content::Supplement,
        supplements: Some("https://example.org/list".into()),
        grammar: CodeGrammar::Icd10,
        language: "fr".into(),
        properties: vec![property("note", PropertyKind::Text), property("local-flag", PropertyKind::Boolean)],
        concepts,
    };
    add_term(&mut draft, "I10", DesignationUse::Synonym, "vi", "Áp huyết cao");
    add_value(&mut draft, "J18.9", 0, PropertyValue::Text("Ghi rõ tác nhân nếu biết.".into()));
    add_value(&mut draft, "J18.9", 0, PropertyValue::Text("Gửi khoa hô hấp.".into()));
    add_value(&mut draft, "I10", 1, PropertyValue::Boolean(true));
    draft
}

/// Concepts at several labelled places with other children at each; withdrawn terms; terms with identifiers.
fn places() -> Draft {
    /// A label, and that of the place above.
    type Place = (&'static str, Option<&'static str>);
    let places: [(&str, &str, &[Place]); 6] = [
        ("D012140", "Respiratory Tract Diseases", &[("C08", None)]),
        ("D014652", "Vascular Diseases", &[("C14", None)]),
        ("D006976", "Hypertension, Pulmonary", &[("C08.381", Some("C08")), ("C14.907", Some("C14"))]),
        ("D010547", "Persistent Fetal Circulation Syndrome", &[("C08.381.677", Some("C08.381"))]),
        ("D000081029", "Pulmonary Arterial Hypertension", &[("C14.907.1", Some("C14.907"))]),
        ("D000000", "A concept without a place", &[]),
    ];
    let mut concepts: Vec<DraftConcept> = places
        .into_iter()
        .map(|(code, name, places)| {
            let mut concept = concept(code, Mark::None, "", Usability::Usable, "", name);
            concept.positions = places
                .iter()
                .map(|(label, parent)| DraftPosition { label: (*label).into(), parent: parent.map(Into::into) })
                .collect();
            concept
        })
        .collect();
    if let Some(hypertension) = concepts.get_mut(2) {
        let term = |text: &str, status, id: &str| Designation {
            text: text.into(),
            language: "en".into(),
            r#use: DesignationUse::Synonym,
            status,
            id: Some(id.into()),
            ..Designation::default()
        };
        let withdrawn = DesignationStatus::Inactive;
        hypertension.designations.extend([
            term("Pulmonary Hypertension", DesignationStatus::Active, "T000001"),
            term("Ayerza Syndrome", withdrawn, "T000002"),
            Designation { r#use: DesignationUse::Preferred, ..term("Lung Hypertonia", withdrawn, "T000003") },
        ]);
    }
    Draft { edition: edition("places", "1"), language: "en".into(), concepts, ..Draft::default() }
}
