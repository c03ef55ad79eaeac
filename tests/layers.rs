//! Code systems that answer from a stack: supplements given to them or carried by their file; and what a term and a
//! place in a tree tell beyond their text.
#![cfg(feature = "search")]
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests may panic")]

#[path = "support/corrupt.rs"]
mod corrupt;
#[path = "support/drafts.rs"]
mod drafts;

use medterm::code::{CodeGrammar, Mark};
use medterm::source::{
    Content, Designation, DesignationStatus, DesignationUse, Draft, DraftConcept, DraftPosition, Parent,
    PropertyDefinition, PropertyKind, PropertyValue, Report, Usability,
};
use medterm::{
    Answer, CodeSystem, Concept, Confidence, Edition, Error, Layer, Lookup, SearchOptions, Searcher, Supplement,
    Terminology, index,
};

fn compile(draft: &Draft) -> Vec<u8> {
    index::to_bytes(draft, &Report::default()).unwrap()
}

fn system(draft: &Draft) -> CodeSystem {
    CodeSystem::from_bytes(compile(draft)).unwrap()
}

fn supplement(draft: &Draft) -> Supplement {
    Supplement::from_bytes(compile(draft)).unwrap()
}

fn later() -> CodeSystem {
    system(&drafts::list("later").0)
}

fn with_names() -> CodeSystem {
    later().with_supplement(supplement(&drafts::list("names").0)).unwrap()
}

fn find<'a>(system: &'a CodeSystem, code: &str) -> Concept<'a> {
    system.lookup(code).unwrap().concept().unwrap_or_else(|| panic!("{code} is not listed"))
}

fn text(text: &str) -> PropertyValue {
    PropertyValue::Text(text.into())
}

/// A supplement to the example list.
fn to_list(name: &str, concepts: Vec<DraftConcept>) -> Draft {
    let edition = Edition { system: name.into(), version: "1".into(), ..Edition::default() };
    let draft = Draft { edition, grammar: CodeGrammar::Icd10, concepts, ..Draft::default() };
    draft.into_supplement("list")
}

fn named(code: &str, language: &str, name: &str) -> DraftConcept {
    let designations = vec![Designation::preferred(language, name)];
    DraftConcept { code: code.into(), designations, ..DraftConcept::default() }
}

fn refusal(result: Result<CodeSystem, Error>) -> String {
    match result.unwrap_err() {
        error @ Error::Argument { .. } => error.to_string(),
        error => panic!("{error}"),
    }
}

#[test]
fn a_language_variant_is_shown_and_found() {
    let system = with_names();
    let pneumonia = find(&system, "J18.9");
    assert_eq!(pneumonia.display().unwrap(), "Viêm phổi, không đặc hiệu");
    assert_eq!(pneumonia.display_in("fr").unwrap().as_deref(), Some("Pneumopathie, sans précision"));
    assert_eq!(find(&system, "J18.0").display_in("fr").unwrap(), None);
    assert_eq!(later().lookup("J18.9").unwrap().concept().unwrap().display_in("fr").unwrap(), None);

    for query in ["pneumopathie", "pneumopathei", "hypertension essentielle"] {
        let answer = system.search(query, &SearchOptions::new()).unwrap();
        let best = &answer.hits[0];
        assert_eq!(
            (best.designation.language.as_str(), best.designation.layer),
            ("fr", Layer::Supplement(0)),
            "{query}"
        );
        assert!(["J18.9", "I10"].contains(&best.concept.code().unwrap().as_str()), "{query}");
        let matched = &best.matches[0];
        assert!(best.designation.text.is_char_boundary(matched.text.start), "{query}");
    }
    let french = SearchOptions::new().languages(["fr"]);
    assert_eq!(system.search("méningite tuberculeuse", &french).unwrap().hits[0].confidence, Confidence::Sure);
    let vietnamese = SearchOptions::new().languages(["vi"]);
    assert!(system.search("pneumopathie", &vietnamese).unwrap().hits.is_empty());
}

#[test]
fn the_systems_own_names_come_first() {
    let system = with_names();
    let pneumonia = find(&system, "J18.9");
    assert_eq!(pneumonia.display_in("en").unwrap().as_deref(), Some("Pneumonia, unspecified"));
    let english: Vec<_> = pneumonia
        .designations_of(&DesignationUse::Preferred)
        .unwrap()
        .into_iter()
        .filter(|name| name.language == "en")
        .map(|name| (name.text, name.layer))
        .collect();
    let own = ("Pneumonia, unspecified".to_owned(), Layer::System);
    assert_eq!(english, [own, ("Lung fever".to_owned(), Layer::Supplement(0))]);
    // Each concept is one hit, by whichever name fits best.
    let answer = system.search("lung fever", &SearchOptions::new()).unwrap();
    assert_eq!(answer.hits.iter().filter(|hit| hit.concept == pneumonia).count(), 1);
    assert_eq!(answer.hits[0].designation.text, "Lung fever");
    let own = system.search("viêm phổi, không đặc hiệu", &SearchOptions::new()).unwrap();
    assert_eq!(own.hits[0].designation.layer, Layer::System);
}

/// A concept that the list itself does not name is shown by what a supplement calls it, in the list's language first.
#[test]
fn a_supplement_names_what_has_no_name() {
    let mut draft = drafts::list("later").0;
    draft.concepts.iter_mut().filter(|concept| concept.code == "I10").for_each(|concept| concept.designations.clear());
    let supplemented = |names: Vec<DraftConcept>| {
        let system = system(&draft).with_supplement(supplement(&to_list("local", names))).unwrap();
        find(&system, "I10").display().unwrap()
    };
    assert_eq!(supplemented(vec![]), "");
    assert_eq!(supplemented(vec![named("I10", "fr", "Hypertension")]), "Hypertension");
    let mut both = named("I10", "fr", "Hypertension");
    both.designations.push(Designation::preferred("vi", "Cao huyết áp"));
    let local = supplement(&to_list("local", vec![both.clone()]));
    let by_code = system(&draft).with_supplement(local).unwrap();
    let shown = by_code.search("I10", &SearchOptions::new()).unwrap().hits[0].designation.clone();
    assert_eq!(shown, Designation { layer: Layer::Supplement(0), ..Designation::preferred("vi", "Cao huyết áp") });
    assert_eq!(supplemented(vec![both]), "Cao huyết áp");
}

#[test]
fn properties_come_from_the_stack() {
    let system = with_names();
    let names: Vec<_> = system.properties().iter().map(|property| property.name.as_str()).collect();
    assert_eq!(names, ["never-main-diagnosis", "least-age", "note", "goes-with", "local-flag"]);
    let notes = find(&system, "J18.9").property("note").unwrap();
    assert_eq!(notes, [text("Ghi rõ tác nhân nếu biết."), text("Gửi khoa hô hấp.")]);
    assert!(find(&system, "I10").has("local-flag").unwrap() && !find(&system, "I13").has("local-flag").unwrap());
    assert_eq!(find(&system, "J18.0").property("note").unwrap().len(), 1);
    let all = find(&system, "I10").properties().unwrap();
    assert_eq!(all, [("least-age", PropertyValue::Integer(-3)), ("local-flag", PropertyValue::Boolean(true))]);

    let mut other_kind = to_list("kinds", Vec::new());
    other_kind.properties =
        vec![PropertyDefinition { name: "note".into(), description: String::new(), kind: PropertyKind::Boolean }];
    assert!(refusal(later().with_supplement(supplement(&other_kind))).contains("note"));
}

#[test]
fn twins_are_told_apart_by_their_marks() {
    let system = with_names();
    let french = |code: &str| find(&system, code).display_in("fr").unwrap().unwrap();
    let Lookup::Ambiguous(twins) = system.lookup("A17").unwrap() else { panic!("A17 has a twin") };
    assert_eq!(twins[0].display_in("fr").unwrap().as_deref(), Some("Tuberculose du système nerveux"));
    assert_eq!(twins[1].display_in("fr").unwrap().as_deref(), Some("Tuberculose du système nerveux†"));
    // An unmarked row belongs to the only row, though that has a mark.
    assert_eq!(
        (french("A17.0").as_str(), find(&system, "A17.0").mark().unwrap()),
        ("Méningite tuberculeuse", Mark::Dagger)
    );

    // A row with a mark that the code does not have is none of its business; nor is an unmarked one between two marks.
    let mut marked = drafts::list("later").0;
    marked
        .concepts
        .iter_mut()
        .filter(|concept| concept.code == "A17" && concept.mark == Mark::None)
        .for_each(|concept| concept.mark = Mark::Asterisk);
    marked
        .concepts
        .iter_mut()
        .filter(|concept| !concept.parents.is_empty())
        .for_each(|concept| concept.parents.clear());
    let mut names = vec![named("A17", "fr", "x"), named("I10", "fr", "y"), named("G01", "fr", "z")];
    names[1].mark = Mark::Dagger;
    let base = self::system(&marked);
    let local = supplement(&to_list("local", names));
    assert_eq!(base.unmatched(&local).unwrap(), ["A17", "I10†"]);
    let system = base.with_supplement(local).unwrap();
    for code in ["A17†", "A17*", "I10"] {
        assert_eq!(find(&system, code).display_in("fr").unwrap(), None, "{code}");
    }
    assert_eq!(find(&system, "G01*").display_in("fr").unwrap().as_deref(), Some("z"));
}

#[test]
fn what_belongs_to_no_code_is_listed_and_never_found() {
    let system = with_names();
    let names = &system.supplements()[0];
    assert_eq!(system.unmatched(names).unwrap(), ["Z99.8"]);
    assert!(matches!(system.lookup("Z99.8").unwrap(), Lookup::Unknown { .. }), "a supplement defines no codes");
    let answer = system.search("un code absent", &SearchOptions::new()).unwrap();
    assert!(answer.hits.iter().all(|hit| hit.designation.text != "Un code absent"));
    assert_eq!((system.len(), names.len()), (20, 6));
    let former = self::system(&drafts::list("former").0);
    assert_eq!(former.unmatched(names).unwrap(), ["A17", "A17†", "A17.0", "Z99.8"]);
}

#[test]
fn a_supplement_fits_only_what_it_names() {
    let base = later();
    let to = |target: &str| {
        let draft = to_list("local", vec![named("I10", "fr", "Hypertension")]).into_supplement(target);
        base.with_supplement(supplement(&draft))
    };
    for target in ["list", "LIST", "list|later", "https://example.org/list|later", "list-example"] {
        assert_eq!(to(target).unwrap().supplements().len(), 1, "{target}");
    }
    for target in ["graph", "list|former", "https://example.org/other", "list|", "later", "|later"] {
        let told = refusal(to(target));
        assert!(told.contains("list|later") && told.contains(target), "{target}: {told}");
    }
    let mut verbatim = to_list("local", vec![named("I10", "fr", "Hypertension")]);
    verbatim.grammar = CodeGrammar::Verbatim;
    assert!(refusal(base.with_supplement(supplement(&verbatim))).contains("grammar"));
    let twice = to("list").unwrap();
    assert!(refusal(twice.with_supplement(twice.supplements()[0].clone())).contains("once"));
    let foreign = supplement(&to_list("local", Vec::new()).into_supplement("graph"));
    assert!(matches!(base.unmatched(&foreign), Err(Error::Argument { .. })));
}

#[test]
fn several_supplements_answer_in_their_order() {
    let local = |name: &str, term: &str| supplement(&to_list(name, vec![named("I10", "fr", term)]));
    let (first, second) = (local("first", "Hypertension"), local("second", "Tension haute"));
    let system = with_names().with_supplement(first.clone()).unwrap().with_supplement(second.clone()).unwrap();
    let names: Vec<_> = system.supplements().iter().map(|layer| layer.edition().system.as_str()).collect();
    assert_eq!(names, ["local-names", "first", "second"]);
    let french = find(&system, "I10").designations_of(&DesignationUse::Preferred).unwrap();
    let french: Vec<_> = french.iter().filter(|name| name.language == "fr").map(|name| name.layer).collect();
    assert_eq!(french, [0, 1, 2].map(Layer::Supplement));
    let hit = &system.search("tension haute", &SearchOptions::new()).unwrap().hits[0];
    assert_eq!(hit.designation.layer, Layer::Supplement(2));
    // Content has a number, and so has what lies over it, in its order.
    let other = later().with_supplement(second).unwrap().with_supplement(first).unwrap();
    // A hit by code tells the name that is shown, and whose it is.
    let by_code = &system.search("I10", &SearchOptions::new()).unwrap().hits[0];
    assert_eq!((by_code.designation.language.as_str(), by_code.designation.layer), ("vi", Layer::System));
    let digests = [later().digest(), with_names().digest(), system.digest(), other.digest()];
    assert!((1..4).all(|at| !digests[..at].contains(&digests[at])), "{digests:x?}");
    assert_eq!(with_names().digest(), with_names().digest());
    system.verify().unwrap();
    // The concepts are those of the system without supplements, if it is the same opened file.
    assert_eq!(find(&later(), "I10").parents().unwrap().len(), 1);
    let bare = later();
    let over = bare.with_supplement(supplement(&drafts::list("names").0)).unwrap();
    assert_eq!(find(&bare, "I10"), find(&over, "I10"));
}

#[test]
fn a_carried_supplement_answers_as_a_given_one() {
    let (draft, report) = drafts::list("later");
    let (names, names_report) = drafts::list("names");
    let second = to_list("second", vec![named("I10", "fr", "Tension haute")]);
    let parts = [(names, names_report), (second, Report::default())];
    let file = index::to_bytes_with_supplements(&draft, &report, &parts).unwrap();
    assert_eq!(file, index::to_bytes_with_supplements(&draft, &report, &parts).unwrap(), "not deterministic");
    let carrying = CodeSystem::from_bytes(file.clone()).unwrap();
    carrying.verify().unwrap();
    let mut given = later();
    for (draft, report) in &parts {
        let bytes = index::to_bytes(draft, report).unwrap();
        given = given.with_supplement(Supplement::from_bytes(bytes).unwrap()).unwrap();
    }
    assert_eq!(carrying.properties(), given.properties());
    for (one, other) in carrying.concepts().zip(given.concepts()) {
        assert_eq!(one.marked_code().unwrap(), other.marked_code().unwrap());
        assert_eq!(one.designations().unwrap(), other.designations().unwrap());
        assert_eq!(one.properties().unwrap(), other.properties().unwrap());
        assert_eq!(one.display_in("fr").unwrap(), other.display_in("fr").unwrap());
    }
    for query in ["pneumopathie", "tension", "viem phoi", "un code absent", "I10"] {
        let hits = |system: &CodeSystem| {
            let answer = system.search(query, &SearchOptions::new()).unwrap();
            let told = answer.hits.iter().map(|hit| (hit.concept.id(), hit.designation.clone(), hit.score));
            told.collect::<Vec<_>>()
        };
        assert_eq!(hits(&carrying), hits(&given), "{query}");
    }
    // Whole files inside the file: their places count from their own beginning.
    let carried: Vec<_> = carrying.sections().filter(|section| section.name == "supplement").collect();
    assert_eq!(carried.iter().map(|section| section.parameter).collect::<Vec<_>>(), [0, 1]);
    for (section, supplement) in carried.iter().zip(carrying.supplements()) {
        let (start, end) = (section.offset as usize, (section.offset + section.length) as usize);
        let apart = Supplement::from_bytes(file[start..end].to_vec()).unwrap();
        assert!(apart.sections().eq(supplement.sections()));
        assert_eq!(apart.digest(), supplement.digest());
    }
    // More may be given to it.
    let third = supplement(&to_list("third", vec![named("I10", "de", "Bluthochdruck")]));
    let more = carrying.with_supplement(third).unwrap();
    assert_eq!(find(&more, "I10").display_in("de").unwrap().as_deref(), Some("Bluthochdruck"));
    assert_ne!(more.digest(), carrying.digest());
}

#[test]
fn only_fitting_supplements_are_carried() {
    let (draft, report) = drafts::list("later");
    let carry = |supplements: &[Draft]| {
        let supplements: Vec<_> = supplements.iter().map(|draft| (draft.clone(), Report::default())).collect();
        index::to_bytes_with_supplements(&draft, &report, &supplements)
    };
    assert_eq!(carry(&[]).unwrap(), index::to_bytes(&draft, &report).unwrap());
    let fitting = to_list("local", vec![named("I10", "fr", "Hypertension")]);
    assert!(carry(std::slice::from_ref(&fitting)).is_ok());
    let foreign = fitting.clone().into_supplement("graph");
    assert!(matches!(carry(&[foreign]), Err(Error::Argument { what: "supplement", .. })));
    assert!(matches!(carry(&[fitting.clone(), fitting.clone()]), Err(Error::Argument { what: "supplement", .. })));
    assert!(
        matches!(carry(std::slice::from_ref(&draft)), Err(Error::Argument { .. })),
        "a code system is no supplement"
    );
    let nested = index::to_bytes_with_supplements(&fitting, &report, &[(fitting.clone(), Report::default())]);
    assert!(matches!(nested, Err(Error::Draft { .. })));
}

#[test]
fn supplement_drafts_keep_to_their_business() {
    let refused = |draft: &Draft| match index::to_bytes(draft, &Report::default()).unwrap_err() {
        Error::Draft { message, .. } => message,
        error => panic!("{error}"),
    };
    let good = to_list("local", vec![named("I10", "fr", "Hypertension")]);
    assert!(refused(&Draft { supplements: None, ..good.clone() }).contains("supplements"));
    assert!(refused(&Draft { supplements: Some(String::new()), ..good.clone() }).contains("supplements"));
    assert!(refused(&Draft { content: Content::Fragment, ..good.clone() }).contains("supplement"));
    let oversteps: [fn(&mut DraftConcept); 4] = [
        |concept| concept.parents.push(Parent { code: "I10".into(), ..Parent::default() }),
        |concept| concept.positions.push(DraftPosition { label: "I10".into(), parent: None }),
        |concept| concept.usability = Usability::Heading,
        |concept| concept.inactive = true,
    ];
    for overstep in oversteps {
        let mut draft = good.clone();
        overstep(&mut draft.concepts[0]);
        assert!(refused(&draft).contains("into_supplement"));
        assert_eq!(compile(&draft.into_supplement("list")), compile(&good));
    }
}

#[test]
fn a_terminology_gives_it_to_every_edition_that_it_names() {
    let former = system(&drafts::list("former").0);
    let graph = system(&drafts::list("graph").0);
    let all = Terminology::new([later(), former, graph]).unwrap();
    let french = |all: &Terminology, edition: &str, code: &str| {
        all.lookup(edition, code).unwrap().concept().unwrap().display_in("fr").unwrap()
    };
    let with = all.with_supplement(supplement(&drafts::list("names").0)).unwrap();
    for edition in ["list|later", "list|former"] {
        assert_eq!(french(&with, edition, "I10").as_deref(), Some("Hypertension essentielle"), "{edition}");
        assert_eq!(french(&all, edition, "I10"), None, "a snapshot does not change");
    }
    assert!(with.system("graph").unwrap().supplements().is_empty());
    let hit = &with.search("pneumopathie", &SearchOptions::new()).unwrap().hits[0];
    assert_eq!((hit.concept.code().unwrap().as_str(), hit.designation.layer), ("J18.9", Layer::Supplement(0)));

    let one = drafts::list("names").0.into_supplement("LIST|former");
    let with = all.as_of("2026-01-01".parse().unwrap()).with_supplement(supplement(&one)).unwrap();
    assert_eq!(french(&with, "list|later", "I10"), None);
    assert!(french(&with, "list", "I10").is_some() && with.date() == "2026-01-01".parse().ok());
    let absent = supplement(&one.into_supplement("list|2031"));
    assert!(matches!(all.with_supplement(absent), Err(Error::Argument { what: "supplement", .. })));
}

#[test]
fn withdrawn_terms_are_kept_but_neither_shown_nor_found() {
    let places = system(&drafts::list("places").0);
    let hypertension = find(&places, "D006976");
    assert_eq!(hypertension.display().unwrap(), "Hypertension, Pulmonary");
    let found = |query: &str| !places.search(query, &SearchOptions::new()).unwrap().hits.is_empty();
    assert!(found("pulmonary hypertension") && !found("ayerza") && !found("hypertonia"));
    let synonyms = hypertension.designations_of(&DesignationUse::Synonym).unwrap();
    let told: Vec<_> = synonyms.iter().map(|term| (term.text.as_str(), term.status, term.id.as_deref())).collect();
    let active = ("Pulmonary Hypertension", DesignationStatus::Active, Some("T000001"));
    assert_eq!(told, [active, ("Ayerza Syndrome", DesignationStatus::Inactive, Some("T000002"))]);
    let hit = &places.search("pulmonary hypertension", &SearchOptions::new()).unwrap().hits[0];
    assert_eq!(hit.designation.id.as_deref(), Some("T000001"));

    // Only withdrawn names: there is no name to show.
    let mut draft = drafts::list("places").0;
    draft.concepts[0].designations[0].status = DesignationStatus::Inactive;
    let places = system(&draft);
    assert_eq!(find(&places, "D012140").display().unwrap(), "");
    assert_eq!(find(&places, "D012140").display_in("en").unwrap(), None);
}

/// A program that does not know what makes a term withdrawn, or a file a supplement, must refuse the file; what it may
/// leave out without answering wrongly, it passes over.
#[test]
fn sections_are_required_where_missing_them_would_mislead() {
    let flags = |draft: &Draft, wanted: u16| {
        let file = compile(draft);
        let count = usize::from(u16::from_le_bytes([file[14], file[15]]));
        let u16_at = |at: usize| u16::from_le_bytes([file[at], file[at + 1]]);
        (0..count).map(|number| 64 + 24 * number).find(|at| u16_at(*at) == wanted).map(|at| u16_at(at + 2))
    };
    let (places, names) = (drafts::list("places").0, drafts::list("names").0);
    let (target, inactive, ids, positions) = (0x05, 0x12, 0x13, 0x21);
    assert_eq!(flags(&names, target), Some(1));
    assert_eq!(flags(&places, inactive), Some(1));
    assert_eq!(flags(&places, ids), Some(0));
    assert_eq!(flags(&places, positions), Some(0));
    // Files that need none of them are what they were before there were such sections.
    for section in [target, inactive, ids, positions] {
        assert_eq!(flags(&drafts::list("later").0, section), None);
    }
}

/// One descriptor at two places of the tree, with other descriptors below it at each.
#[test]
fn children_depend_on_the_position() {
    let places = system(&drafts::list("places").0);
    let hypertension = find(&places, "D006976");
    let below: Vec<Vec<_>> = hypertension
        .positions()
        .unwrap()
        .into_iter()
        .map(|place| {
            assert_eq!(place.concept().unwrap(), hypertension);
            let children = place.children().unwrap();
            assert!(children.iter().all(|child| child.parent().unwrap() == Some(place)));
            children.iter().map(|child| (child.label().unwrap(), child.concept().unwrap().code().unwrap())).collect()
        })
        .collect();
    let child = |label: &str, code: &str| vec![(label.to_owned(), code.to_owned())];
    assert_eq!(below, [child("C08.381.677", "D010547"), child("C14.907.1", "D000081029")]);
    let top = places.position("C08").unwrap().unwrap();
    assert_eq!((top.parent().unwrap(), top.concept().unwrap().code().unwrap().as_str()), (None, "D012140"));
    assert!(places.position("C08.3").unwrap().is_none() && places.position("").unwrap().is_none());
    assert!(find(&places, "D000000").positions().unwrap().is_empty());
    let without = later();
    assert!(without.position("C08").unwrap().is_none() && find(&without, "I10").positions().unwrap().is_empty());

    let mut draft = drafts::list("places").0;
    draft.concepts[5].positions = vec![DraftPosition { label: "C08".into(), parent: None }];
    assert!(matches!(index::to_bytes(&draft, &Report::default()), Err(Error::Draft { code: Some(_), .. })));
    draft.concepts[5].positions = vec![DraftPosition { label: "X.1".into(), parent: Some("X".into()) }];
    let Err(Error::Draft { code, message }) = index::to_bytes(&draft, &Report::default()) else { panic!("no parent") };
    assert_eq!(code.as_deref(), Some("D000000"));
    assert!(message.contains("X.1"), "{message}");
}

/// Words of another normalisation would be missed: searching says so, and whose words they are. All else goes on.
#[test]
fn a_supplement_of_another_text_version_is_not_searched() {
    let mut file = compile(&drafts::list("names").0);
    file[12..14].copy_from_slice(&u16::MAX.to_le_bytes());
    corrupt::repair(&mut file);
    let system = later().with_supplement(Supplement::from_bytes(file).unwrap()).unwrap();
    let error = system.search("viem phoi", &SearchOptions::new()).unwrap_err();
    assert!(matches!(error, Error::TextVersion { found: u16::MAX, .. }));
    assert!(error.to_string().contains("local-names|3"), "{error}");
    assert!(find(&system, "I10").display_in("fr").unwrap().is_some());
}

/// What a searcher remembers of one stack is not taken for another's.
#[test]
fn a_searcher_tells_many_layers_apart() {
    let stack = |own: &str| {
        let codes = (0..240).map(|number| format!("A{:02}.{}", number / 10, number % 10)).collect::<Vec<_>>();
        let edition = Edition { system: "list".into(), version: own.into(), ..Edition::default() };
        let concepts = codes.iter().map(|code| named(code, "en", own)).collect();
        let base = Draft { edition, grammar: CodeGrammar::Icd10, concepts, ..Draft::default() };
        let mut system = system(&base);
        for layer in 0..9 {
            // The word that is searched stands in half of the terms, each stack in another half.
            let word = |number: usize| if (number < 120) == (own == "first") { "shared" } else { "other" };
            let name = |(number, code): (usize, &String)| named(code, "en", &format!("{} {own} {layer}", word(number)));
            let names = codes.iter().enumerate().map(name).collect();
            system = system.with_supplement(supplement(&to_list(&format!("layer-{layer}"), names))).unwrap();
        }
        system
    };
    let stacks = [stack("first"), stack("second")];
    let mut searcher = Searcher::new();
    for _ in 0..2 {
        for system in &stacks {
            let told = |answer: Answer<'_>| {
                let hits = answer.hits.iter().map(|hit| (hit.concept.code().unwrap(), hit.designation.text.clone()));
                hits.collect::<Vec<_>>()
            };
            let options = SearchOptions::new().limit(20);
            let reused = told(searcher.search(system, "shared", &options).unwrap());
            assert_eq!(reused, told(system.search("shared", &options).unwrap()));
            assert_eq!(reused.len(), 20);
            assert!(reused.iter().all(|(_, text)| text.starts_with("shared")));
        }
    }
}

#[cfg(feature = "mmap")]
#[test]
#[allow(unsafe_code, reason = "the one unsafe door is tested here")]
fn a_supplement_can_be_mapped() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("names.mti");
    index::to_file(&drafts::list("names").0, &Report::default(), &path).unwrap();
    // SAFETY: nothing changes the file.
    let names = unsafe { Supplement::map(&path) }.unwrap();
    let system = later().with_supplement(names).unwrap();
    assert!(find(&system, "I10").display_in("fr").unwrap().is_some());
    assert_eq!(Supplement::open(&path).unwrap().digest(), system.supplements()[0].digest());
    assert!(matches!(CodeSystem::open(&path), Err(Error::WrongKind { .. })));
}
