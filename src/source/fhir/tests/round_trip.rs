//! What is written is read again as it was.

use proptest::collection::{btree_map, vec};
use proptest::option::of;
use proptest::prelude::*;
use proptest::sample::select;

use super::*;
use crate::code::{CodeGrammar, Mark};
use crate::edition::{Date, Edition, InForce};
use crate::source::{
    Acceptability, Content, Designation, DesignationStatus, DesignationUse, DraftPosition, EdgeKind, MapCondition,
    MapDraft, MapRow, MapSide, Parent, PropertyDefinition, PropertyKind, Relationship, Unmapped, Usability,
};

/// Text as publishers have it: no white space at the ends, else anything.
fn text() -> impl Strategy<Value = String> {
    "[a-zA-ZăệỖ0-9\"\\\\#|&<>{}\u{1F600}-][a-zA-Zđ \\n\"\\\\#|,:/'?]{0,8}[a-zA-Z0-9Ư\"\\\\#|.]"
        .prop_map(|text| text.trim().to_owned())
}

fn word() -> impl Strategy<Value = String> {
    "[a-z][a-z0-9-]{1,8}"
}

fn date() -> impl Strategy<Value = Option<Date>> {
    of((1990..2060, 1_u8..=12, 1_u8..=28).prop_map(|(year, month, day)| Date::new(year, month, day).unwrap()))
}

prop_compose! {
    fn edition()(
        system in word(),
        url in select(vec!["", "http://example.org/list", "http://hl7.org/fhir/sid/icd-10", "urn:oid:1.2.3"]),
        version in prop_oneof![Just(String::new()), word()],
        title in text(),
        issued_by in prop_oneof![Just(String::new()), text()],
        from in date(),
        until in date(),
        aliases in vec(prop_oneof![word(), Just("urn:oid:1.2".to_owned()), Just("http://example.org/a".to_owned())], 0..3),
    ) -> Edition {
        Edition { system, url: url.to_owned(), version, title, issued_by, in_force: InForce { from, until }, aliases }
    }
}

fn term_use() -> impl Strategy<Value = DesignationUse> {
    prop_oneof![
        Just(DesignationUse::Preferred),
        Just(DesignationUse::Synonym),
        Just(DesignationUse::FormerName),
        Just(DesignationUse::IndexTerm),
        Just(DesignationUse::Inclusion),
        Just(DesignationUse::Abbreviated),
        (word(), word()).prop_map(|(system, code)| DesignationUse::Other { system: system.into(), code: code.into() }),
    ]
}

prop_compose! {
    fn term()(
        text in text(),
        language in select(vec!["vi", "en", "fr-CA"]),
        r#use in term_use(),
        acceptability in btree_map(word(), select(vec![Acceptability::Preferred, Acceptability::Acceptable]), 0..2),
        is_active in any::<bool>(),
        id in of(word()),
    ) -> Designation {
        let status = if is_active { DesignationStatus::Active } else { DesignationStatus::Inactive };
        let acceptability = acceptability.into_iter().collect();
        Designation { text, language: language.into(), r#use, acceptability, status, id, ..Designation::default() }
    }
}

/// What one concept says, its code and edges aside.
#[derive(Clone, Debug)]
struct Told {
    concept: DraftConcept,
    display: Option<Designation>,
    /// Which property, and what of the kinds of values.
    values: Vec<(usize, bool, i64, String, usize)>,
    parents: Vec<(usize, bool)>,
}

prop_compose! {
    fn told()(
        source_code in of(text()),
        usability in select(vec![Usability::Usable, Usability::Heading, Usability::Grouper]),
        inactive in any::<bool>(),
        designations in vec(term(), 0..4),
        display in of(term()),
        positions in vec((word(), of(word())), 0..2),
        values in vec((0_usize..8, any::<bool>(), any::<i64>(), text(), 0_usize..100), 0..5),
        parents in vec((0_usize..100, any::<bool>()), 0..3),
        mark in select(vec![Mark::None, Mark::Dagger, Mark::Asterisk]),
    ) -> Told {
        let position = |(label, parent)| DraftPosition { label, parent };
        let positions = positions.into_iter().map(position).collect();
        let concept = DraftConcept {
            source_code, usability, inactive, designations, positions, mark, ..DraftConcept::default()
        };
        Told { concept, display, values, parents }
    }
}

prop_compose! {
    fn draft()(
        edition in edition(),
        content in select(vec![Content::Complete, Content::Fragment, Content::Supplement]),
        target in word(),
        grammar in select(vec![CodeGrammar::Verbatim, CodeGrammar::Icd10]),
        language in select(vec!["vi", "en"]),
        properties in btree_map(
            prop_oneof![Just("definition".to_owned()), word().prop_map(|name| format!("p-{name}"))],
            (prop_oneof![Just(String::new()), text()], select(vec![
                PropertyKind::Boolean, PropertyKind::Integer, PropertyKind::Text, PropertyKind::Code,
            ])),
            0..5,
        ).prop_map(|map| map.into_iter().collect::<Vec<_>>()).prop_shuffle(),
        concepts in vec(told(), 0..6),
    ) -> Draft {
        let properties: Vec<_> = properties.into_iter().map(|(name, (description, kind))| {
            let kind = if name == "definition" { PropertyKind::Text } else { kind };
            PropertyDefinition { name, description, kind }
        }).collect();
        let codes: Vec<_> = (0..concepts.len()).map(|number| match grammar {
            CodeGrammar::Icd10 => format!("A{}.{number}", 10 + number),
            _ => format!("c{number}"),
        }).collect();
        let marks: Vec<_> = concepts.iter().map(|told| told.concept.mark).collect();
        let concepts = concepts.into_iter().enumerate().map(|(number, told)| {
            let Told { mut concept, display, values, parents } = told;
            concept.code = codes[number].clone();
            if grammar != CodeGrammar::Icd10 {
                concept.mark = Mark::None;
            }
            // The display is the first of those that may be it, and stands first.
            concept.designations.retain(|term| {
                display.is_some() || term.r#use != DesignationUse::Preferred || term.language != language
            });
            if let Some(display) = display {
                let display = Designation { r#use: DesignationUse::Preferred, language: language.into(), ..display };
                concept.designations.insert(0, display);
            }
            for (property, flag, integer, text, code) in values {
                let Some(definition) = properties.get(property) else { continue };
                let value = match definition.kind {
                    PropertyKind::Boolean => PropertyValue::Boolean(flag),
                    PropertyKind::Integer => PropertyValue::Integer(integer),
                    PropertyKind::Text => PropertyValue::Text(text),
                    _ => {
                        let code = code % codes.len();
                        let mark = if grammar == CodeGrammar::Icd10 { marks[code].as_str() } else { "" };
                        PropertyValue::Code(format!("{}{mark}", codes[code]))
                    }
                };
                concept.properties.push((property, value));
            }
            let definition = properties.iter().position(|property| property.name == "definition");
            concept.properties.sort_by_key(|(property, _)| Some(*property) != definition);
            for (parent, is_a) in parents {
                if number > 0 {
                    let kind = if is_a { EdgeKind::IsA } else { EdgeKind::PartOf };
                    let parent = Parent { code: codes[parent % number].clone(), kind };
                    if !concept.parents.contains(&parent) {
                        concept.parents.push(parent);
                    }
                }
            }
            concept
        }).collect();
        let draft = Draft {
            edition, content, supplements: None, grammar, language: language.to_owned(), properties, concepts,
        };
        if content == Content::Supplement { draft.into_supplement(target) } else { draft }
    }
}

fn coding() -> impl Strategy<Value = Coding> {
    (of(text()), of(text()), of(text()), of(text()))
        .prop_map(|(system, version, code, display)| Coding { system, version, code, display })
        .prop_filter("a coding says something", |coding| *coding != Coding::default())
}

fn typed_value() -> impl Strategy<Value = TypedValue> {
    let value = |r#type: &str, text: String| TypedValue { r#type: r#type.to_owned(), text };
    prop_oneof![
        text().prop_map(move |text| value("String", text)),
        text().prop_map(move |text| value("Uri", text)),
        any::<bool>().prop_map(move |flag| value("Boolean", flag.to_string())),
        any::<i32>().prop_map(move |number| value("Integer", number.to_string())),
        "-?[1-9][0-9]{0,30}\\.[0-9]{1,30}".prop_map(move |number| value("Decimal", number)),
        coding().prop_map(move |coding| value("Coding", coding.to_text())),
    ]
}

prop_compose! {
    fn fhir_designation()(
        language in of(word()),
        r#use in of(coding()),
        additional_uses in vec(coding(), 0..2),
        value in text(),
    ) -> FhirDesignation {
        FhirDesignation { language, r#use, additional_uses, value }
    }
}

prop_compose! {
    fn include()(
        system in of(text()),
        version in of(text()),
        concepts in vec((text(), of(text()), vec(fhir_designation(), 0..2)), 0..3),
        filters in vec((word(), word(), of(text())), 0..2),
        value_sets in vec(text(), 0..2),
    ) -> Include {
        let concept = |(code, display, designations)| IncludedConcept { code, display, designations };
        let filter = |(property, op, value)| Filter { property, op, value };
        Include {
            system,
            version,
            concepts: concepts.into_iter().map(concept).collect(),
            filters: filters.into_iter().map(filter).collect(),
            value_sets,
        }
    }
}

fn contained() -> impl Strategy<Value = ContainedConcept> {
    let own = (
        (of(text()), of(text()), of(text()), of(text())),
        of(any::<bool>()),
        of(any::<bool>()),
        vec(fhir_designation(), 0..2),
        vec((word(), typed_value()), 0..2),
    );
    let leaf = own.prop_map(|((system, version, code, display), r#abstract, inactive, designations, properties)| {
        let contains = Vec::new();
        ContainedConcept { system, version, code, display, r#abstract, inactive, designations, properties, contains }
    });
    leaf.prop_recursive(3, 8, 3, |inner| {
        (inner.clone(), vec(inner, 0..3)).prop_map(|(mut concept, contains)| {
            concept.contains = contains;
            concept
        })
    })
}

prop_compose! {
    fn metadata()(
        (id, url, version, name) in (of(word()), of(word()), of(word()), of(word())),
        (title, status, date, publisher) in (of(text()), of(word()), of(word()), of(text())),
        (description, purpose, copyright, language) in (of(text()), of(text()), of(text()), of(word())),
        experimental in of(any::<bool>()),
        identifiers in vec((of(word()), text()), 0..2),
        title_translations in vec((word(), text()), 0..2),
        (from, until) in (date(), date()),
    ) -> Metadata {
        let identifier = |(system, value)| Identifier { system, value };
        let identifiers = identifiers.into_iter().map(identifier).collect();
        Metadata {
            id, url, identifiers, version, name, title, title_translations, status, experimental, date, publisher,
            description, purpose, copyright, language, effective: InForce { from, until },
        }
    }
}

prop_compose! {
    fn value_set()(
        metadata in metadata(),
        immutable in of(any::<bool>()),
        locked_date in of(word()),
        inactive in of(any::<bool>()),
        include in vec(include(), 0..3),
        exclude in vec(include(), 0..2),
        expansion in of((
            (of(word()), of(word()), of(any::<u64>()), of(any::<u64>())),
            vec((word(), of(typed_value())), 0..2),
            vec((word(), of(word())), 0..2),
            vec(contained(), 0..3),
        )),
    ) -> ValueSetDraft {
        let parameter = |(name, value)| ExpansionParameter { name, value };
        let expansion = expansion.map(|((identifier, timestamp, total, offset), parameters, properties, contains)| {
            let parameters = parameters.into_iter().map(parameter).collect();
            Expansion { identifier, timestamp, total, offset, parameters, properties, contains }
        });
        ValueSetDraft { metadata, immutable, locked_date, inactive, include, exclude, expansion }
    }
}

fn condition() -> impl Strategy<Value = MapCondition> {
    (word(), prop_oneof![Just(String::new()), word()], text()).prop_map(|(attribute, system, value)| MapCondition {
        attribute,
        system,
        value,
    })
}

prop_compose! {
    fn row()(
        source in select(vec!["A", "B"]),
        (source_display, target, target_display) in (of(Just("name".to_owned())), of(text()), of(text())),
        relationship in of(select(Relationship::ALL.to_vec())),
        (group, priority, scenario, choice) in (0_u16..2, 0_u16..2, 0_u16..2, 0_u16..2),
        (rule, advice) in (of(text()), of(text())),
        depends_on in vec(condition(), 0..2),
        products in vec(condition(), 0..2),
        properties in vec((
            prop_oneof![word(), Just("equivalence".to_owned())],
            prop_oneof![text(), select(vec!["equal", "inexact", "wider", "subsumes", "unmatched"]).prop_map(str::to_owned)],
        ), 0..3),
    ) -> MapRow {
        MapRow {
            source: source.to_owned(), source_display, target, target_display, relationship, group, priority, scenario,
            choice, rule, advice, depends_on, products, properties, line: 0,
        }
    }
}

prop_compose! {
    fn map()(
        edition in edition(),
        (source, from) in (word(), prop_oneof![Just(String::new()), word()]),
        (target, to) in (word(), prop_oneof![Just(String::new()), word()]),
        unmapped in prop_oneof![
            Just(Unmapped::Unsaid),
            Just(Unmapped::SameCode),
            (word(), of(text())).prop_map(|(code, display)| Unmapped::Fixed { code, display }),
            word().prop_map(|url| Unmapped::OtherMap { url }),
        ],
        rows in vec(prop_oneof![row(), Just(MapRow { source: "A".to_owned(), ..MapRow::default() })], 0..6),
    ) -> MapDraft {
        let side = |system, version| MapSide { system, version, ..MapSide::default() };
        MapDraft { edition, source: side(source, from), target: side(target, to), unmapped, rows }
    }
}

fn written(write: impl Fn(&mut Vec<u8>) -> std::io::Result<()>) -> String {
    let mut json = Vec::new();
    write(&mut json).unwrap();
    String::from_utf8(json).unwrap()
}

proptest! {
    #[test]
    fn drafts(draft in draft(), release in select(vec![FhirRelease::R4, FhirRelease::R5])) {
        let whole = CodeSystemDraft::new(draft.clone());
        let json = written(|out| whole.write_json(release, out));
        let (read, report) = system(&json);
        prop_assert_eq!(&read.draft, &draft, "{}", json);
        prop_assert!(report.entries().iter().all(|entry| entry.severity == Severity::Note), "{:?}", report.entries());
        prop_assert_eq!(read, whole);
    }

    #[test]
    fn value_sets(set in value_set(), release in select(vec![FhirRelease::R4, FhirRelease::R5])) {
        let json = written(|out| set.write_json(release, out));
        let (read, _) = one("a.json", &json);
        prop_assert_eq!(read, Resource::ValueSet(Box::new(set)), "{}", json);
    }

    #[test]
    fn maps(map in map(), release in select(vec![FhirRelease::R4, FhirRelease::R5])) {
        let whole = ConceptMapDraft::new(map);
        let json = written(|out| whole.write_json(release, out));
        let (Resource::ConceptMap(mut read), _) = one("a.json", &json) else { panic!("{json}") };
        read.maps.iter_mut().flat_map(|map| &mut map.rows).for_each(|row| row.line = 0);
        prop_assert_eq!(*read, whole, "{}", json);
    }

    #[test]
    fn codings(coding in coding()) {
        prop_assert_eq!(Coding::from_text(&coding.to_text()), Some(coding));
    }

    /// Whatever the elements and wherever they stand, reading them ends without a panic, and what was read is written
    /// and read again as it was.
    #[test]
    fn any_elements(mut tree in tree(), kind in select(vec!["CodeSystem", "ValueSet", "ConceptMap", "Bundle", "NamingSystem"])) {
        if let serde_json::Value::Object(members) = &mut tree {
            members.insert("resourceType".to_owned(), kind.into());
        }
        let Ok(found) = Settings::new().read_bytes("a.json", tree.to_string().as_bytes()) else { return Ok(()) };
        for (resource, _) in found.list {
            let json = written(|out| match &resource {
                Resource::CodeSystem(system) => system.write_json(FhirRelease::R5, out),
                Resource::ValueSet(set) => set.write_json(FhirRelease::R5, out),
                Resource::ConceptMap(map) => map.write_json(FhirRelease::R5, out),
                Resource::NamingSystem(_) => Ok(()),
            });
            if let Resource::ValueSet(_) = &resource {
                prop_assert_eq!(&one("b.json", &json).0, &resource, "{}", json);
            }
        }
    }
}

/// A tree of elements that are known, in no order.
fn tree() -> impl Strategy<Value = serde_json::Value> {
    use serde_json::Value;
    let names = vec![
        "concept",
        "code",
        "display",
        "_display",
        "designation",
        "property",
        "valueCode",
        "valueDecimal",
        "valueCoding",
        "extension",
        "url",
        "content",
        "language",
        "supplements",
        "compose",
        "include",
        "exclude",
        "filter",
        "valueSet",
        "expansion",
        "contains",
        "parameter",
        "name",
        "total",
        "group",
        "element",
        "target",
        "source",
        "equivalence",
        "relationship",
        "dependsOn",
        "product",
        "unmapped",
        "mode",
        "entry",
        "resource",
        "resourceType",
        "uniqueId",
        "value",
        "period",
        "start",
        "identifier",
        "title",
        "_title",
        "other",
    ];
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        select(vec![
            "a",
            "b",
            "parent",
            "true",
            "CodeSystem",
            "ValueSet",
            "http://example.org/a|1",
            "fixed",
            " x ",
            "wider"
        ])
        .prop_map(Value::from),
    ];
    leaf.prop_recursive(6, 60, 6, move |inner| {
        prop_oneof![
            vec(inner.clone(), 0..4).prop_map(Value::from),
            btree_map(select(names.clone()).prop_map(str::to_owned), inner, 0..8)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}
