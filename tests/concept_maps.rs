//! A concept map gives back what its draft said, in whatever spelling it is asked; and its committed file opens for
//! ever.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests may panic")]

#[path = "support/corrupt.rs"]
mod corrupt;
#[path = "support/maps.rs"]
mod maps;

use std::path::PathBuf;

use medterm::code::CodeGrammar;
use medterm::source::{MapCondition, MapDraft, MapRow, MapSide, Relationship, Report, Unmapped};
use medterm::{CodeSystem, ConceptMap, ConceptMapRows, Edition, Error, index};
use proptest::prelude::*;

fn open(draft: &MapDraft) -> ConceptMap {
    ConceptMap::from_bytes(index::map_to_bytes(draft, &Report::default()).unwrap()).unwrap()
}

fn rows(rows: medterm::Result<ConceptMapRows<'_>>) -> Vec<MapRow> {
    rows.unwrap().map(|row| row.unwrap().to_row().unwrap()).collect()
}

fn targets(map: &ConceptMap, code: &str) -> Vec<Option<String>> {
    rows(map.rows(code)).into_iter().map(|row| row.target).collect()
}

fn sources(map: &ConceptMap, code: &str) -> Vec<String> {
    rows(map.rows_to(code)).into_iter().map(|row| row.source).collect()
}

fn file() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/format/map.mti")
}

#[test]
fn everything_comes_back() {
    let draft = maps::everything();
    let map = ConceptMap::from_bytes(maps::bytes()).unwrap();
    map.verify().unwrap();
    assert_eq!(map.to_draft().unwrap(), draft);
    assert_eq!((map.edition(), map.source(), map.target()), (&draft.edition, &draft.source, &draft.target));
    assert_eq!(map.unmapped(), &draft.unmapped);
    assert_eq!((map.len(), map.is_empty(), map.iter().len()), (15, false, 15));
    let identity = map.identity();
    assert_eq!((identity.concepts, identity.listed, identity.findings), (8, 7, [0, 0, 1]));
    assert_eq!(identity.sources[0].name, "map.txt");
    assert_eq!(maps::bytes(), maps::bytes());
}

#[test]
fn codes_are_found_in_every_spelling() {
    let map = open(&maps::everything());
    let dengue = [Some("1D20".to_owned()), Some("1D21&XN8P1".to_owned())];
    for code in ["A97", "a97", " A97\u{a0}"] {
        assert_eq!(targets(&map, code), dengue, "{code:?}");
    }
    assert_eq!(map.rows("J45").unwrap().size_hint(), (3, Some(3)));
    assert_eq!(sources(&map, "ca23"), ["J45", "J45"]);
    assert_eq!(sources(&map, "1d21&xn8p1"), ["a97"]);
    assert_eq!(sources(&map, "1D21"), [""; 0], "a part of an expression is another target");
    assert_eq!(sources(&map, "5A11"), ["E11.3", "E11.3"]);
    // What is no code is found by its text.
    assert_eq!(targets(&map, " not a code "), [Some("two words ".to_owned())]);
    assert_eq!(sources(&map, "two words"), ["not a code"]);
    assert_eq!(targets(&map, ""), [Some(String::new())]);
    assert_eq!(sources(&map, ""), [""]);
    for absent in ["A96", "A9", "A970", "Not a code", "Z99.8x", "ổ"] {
        assert!(targets(&map, absent).is_empty() && sources(&map, absent).is_empty(), "{absent}");
    }
    assert_eq!(targets(&map, "z998"), [None], "that there is no target is said by a row");
}

/// As in a code system: a mark that is typed must be the row's own, or the row has none.
#[test]
fn marks_choose_among_rows() {
    let map = open(&maps::everything());
    let of = |code: &str| rows(map.rows(code)).into_iter().map(|row| row.source).collect::<Vec<_>>();
    assert_eq!(of("A170"), ["A17.0†", "A17.0*", "A17.0"]);
    assert_eq!(of("a17.0+"), ["A17.0†", "A17.0"]);
    assert_eq!(of("A17.0*"), ["A17.0*", "A17.0"]);
    assert_eq!(of("A97*"), ["A97", "a97"]);
}

#[test]
fn codes_can_be_gone_through() {
    let map = open(&maps::everything());
    let codes: Vec<_> = map.sources().map(|source| source.code().unwrap()).collect();
    assert_eq!(codes, ["A17.0†", "A97", "E11.3", "J45", "Z99.8", "", "B20–B24", "not a code"]);
    assert_eq!(map.sources().map(|source| source.rows().unwrap().count()).sum::<usize>(), 15);
    let dengue = map.sources().nth(1).unwrap();
    assert_eq!(dengue.display().unwrap().as_deref(), Some("Sốt xuất huyết Dengue"));
    let reached: usize = map.targets().map(|target| target.rows().unwrap().count()).sum();
    assert_eq!((map.targets().len(), reached), (11, 14));
    for target in map.targets() {
        for row in target.rows().unwrap() {
            let printed = row.unwrap().target().unwrap().unwrap();
            assert!(printed.eq_ignore_ascii_case(&target.code().unwrap()));
        }
    }
}

#[test]
fn a_row_says_what_it_has() {
    let map = open(&maps::everything());
    let row = map.rows("j45").unwrap().nth(2).unwrap().unwrap();
    assert_eq!((row.source().unwrap(), row.target().unwrap().as_deref()), ("J45".to_owned(), Some("ca23")));
    assert_eq!(row.target_display().unwrap().as_deref(), Some("Asthma, another name"));
    assert_eq!((row.group().unwrap(), row.priority().unwrap(), row.line().unwrap()), (2, 0, 0));
    assert_eq!(row.depends_on().unwrap()[1].value, "female");
    assert_eq!(row.products().unwrap()[0].attribute, "laterality");
    let row = map.rows("J45").unwrap().next().unwrap().unwrap();
    assert!(row.rule().unwrap().unwrap().starts_with("IFA 248153007"));
    assert_eq!(row.advice().unwrap().as_deref(), Some("ALWAYS J45.9"));
    assert_eq!(row.relationship().unwrap(), None);
    let mut reused = String::from("→");
    assert!(row.write_target(&mut reused).unwrap() && row.has_target().unwrap());
    assert_eq!(reused, "→CA23");
    let none = map.rows("Z99.8").unwrap().next().unwrap().unwrap();
    assert!(!none.has_target().unwrap() && !none.write_target(&mut reused).unwrap());
    assert_eq!((none.target_display().unwrap().as_deref(), none.source_display().unwrap()), (Some("No mapping"), None));
    assert_eq!(format!("{none:?}"), "ConceptMapRow(Z99.8 → nothing)");
    let combined = map.rows("E113").unwrap().nth(1).unwrap().unwrap();
    assert_eq!((combined.scenario().unwrap(), combined.choice().unwrap()), (1, 2));
    assert_eq!(combined.properties().unwrap().len(), 3);
}

#[test]
fn an_empty_map_is_a_map() {
    for unmapped in [Unmapped::Unsaid, Unmapped::SameCode, Unmapped::OtherMap { url: "https://example.org/m".into() }] {
        let draft = MapDraft { unmapped, ..MapDraft::default() };
        let map = open(&draft);
        assert_eq!(map.to_draft().unwrap(), draft);
        assert!(map.is_empty() && map.rows("A00").unwrap().next().is_none() && map.sources().len() == 0);
    }
}

#[test]
fn kinds_of_files_are_not_mixed_up() {
    assert!(matches!(CodeSystem::from_bytes(maps::bytes()), Err(Error::WrongKind { found: "concept map", .. })));
    let later = std::fs::read(file().with_file_name("later.mti")).unwrap();
    assert!(matches!(ConceptMap::from_bytes(later), Err(Error::WrongKind { expected: "concept map", .. })));
}

#[test]
fn what_cannot_be_given_back_is_refused() {
    let with = |rows: Vec<MapRow>| index::map_to_bytes(&MapDraft { rows, ..MapDraft::default() }, &Report::default());
    let advice = |text: String| MapRow { source: "A".into(), advice: Some(text), ..MapRow::default() };
    assert!(matches!(with(vec![advice("x".repeat(70_000))]), Err(Error::Draft { .. })));
    let properties = vec![(String::new(), "x".repeat(60_000)); 300];
    assert!(matches!(with(vec![MapRow { properties, ..MapRow::default() }]), Err(Error::Draft { .. })));
    // The same long text in a thousand rows: a hundred megabytes out of a few kilobytes.
    assert!(matches!(with(vec![advice("word ".repeat(13_000)); 1000]), Err(Error::Draft { .. })));
}

/// What the readers make is laid out in a few bytes a row.
#[test]
fn what_can_be_derived_is_not_stored() {
    let rows: Vec<MapRow> = (0..20_000)
        .map(|number| MapRow {
            source: format!("A{:02}.{:02}", number / 4 / 100, number / 4 % 100),
            target: Some(format!("B{:02}.{:02}", number / 5 / 100, number / 5 % 100)),
            source_display: Some(format!("Name {}", number / 4)),
            relationship: Some(Relationship::RelatedTo),
            choice: (number % 3) as u16,
            properties: vec![("approximate".into(), (number % 2).to_string())],
            line: number + 2,
            ..MapRow::default()
        })
        .collect();
    let grammar = CodeGrammar::Icd10;
    let side = MapSide { grammar, ..MapSide::default() };
    let map = open(&MapDraft { source: side.clone(), target: side, rows, ..MapDraft::default() });
    let size = |name: &str| map.sections().filter(|part| part.name == name).map(|part| part.length).sum::<u64>();
    assert!(size("map rows") < 45_000, "{}", size("map rows"));
    assert!(size("map details") < 3000, "{}", size("map details"));
    assert!(size("code texts") < 200, "{}", size("code texts"));
    assert!(size("map targets") < 45_000, "{}", size("map targets"));
    assert!(size("codes") < 8000, "{}", size("codes"));
}

/// The file without the name of the program that wrote it, which changes with every release.
fn without_creator(file: &[u8]) -> Vec<u8> {
    corrupt::with_section(file, corrupt::IDENTITY, |identity| identity[1 + usize::from(identity[0])..].to_vec())
}

#[test]
fn the_present_writer_makes_these_very_bytes() {
    let committed = std::fs::read(file()).unwrap();
    let changed = "the format has changed; was that meant? see tests/format/README.md";
    assert!(without_creator(&committed) == without_creator(&maps::bytes()), "{changed}");
    let map = ConceptMap::open(file()).unwrap();
    map.verify().unwrap();
    assert_eq!((map.format_version(), map.to_draft().unwrap()), (1, maps::everything()));
}

/// Writes the file anew: `cargo test --test concept_maps -- --ignored`.
#[test]
#[ignore = "writes into the source tree"]
fn write_the_file() {
    index::map_to_file(&maps::everything(), &maps::report(), file()).unwrap();
}

#[test]
#[cfg(feature = "mmap")]
#[allow(unsafe_code, reason = "the memory map")]
fn a_mapped_file_answers_alike() {
    // SAFETY: nothing changes the file.
    let map = unsafe { ConceptMap::map(file()) }.unwrap();
    assert_eq!(map.to_draft().unwrap(), maps::everything());
    assert_eq!(map.digest(), ConceptMap::open(file()).unwrap().digest());
}

/// Codes of few letters, so that many are equal or differ in their spelling.
fn code() -> impl Strategy<Value = String> {
    prop_oneof![
        9 => "[ABab][0-2][0-1](\\.?[0-2]{0,2})[*†+]?",
        2 => "[ ]{0,2}[A-Ca-c0-2&|:. \u{a0}ổ-]{0,6}",
        1 => "\\PC{0,80}",
    ]
}

fn word() -> impl Strategy<Value = String> {
    prop_oneof![4 => "[a-d]{1,2}", 1 => Just(String::new()), 1 => "\\PC{0,20}"]
}

fn condition() -> impl Strategy<Value = MapCondition> {
    (word(), word(), word()).prop_map(|(attribute, system, value)| MapCondition { attribute, system, value })
}

fn number() -> impl Strategy<Value = u16> {
    prop_oneof![6 => Just(0), 3 => 0_u16..4, 1 => any::<u16>()]
}

fn row() -> impl Strategy<Value = MapRow> {
    use prop::collection::vec;
    let name = || prop::option::weighted(0.4, word());
    let relationship = prop::option::of(prop::sample::select(Relationship::ALL.to_vec()));
    (
        (code(), name(), prop::option::weighted(0.8, code()), name(), relationship),
        (number(), number(), number(), number()),
        (prop::option::weighted(0.2, word()), prop::option::weighted(0.2, word())),
        (vec(condition(), 0..2), vec(condition(), 0..2), vec((word(), word()), 0..3)),
        prop_oneof![Just(0), 0_u32..20, any::<u32>()],
    )
        .prop_map(|(codes, numbers, (rule, advice), (depends_on, products, properties), line)| {
            let (source, source_display, target, target_display, relationship) = codes;
            let (group, priority, scenario, choice) = numbers;
            MapRow {
                source,
                source_display,
                target,
                target_display,
                relationship,
                group,
                priority,
                scenario,
                choice,
                rule,
                advice,
                depends_on,
                products,
                properties,
                line,
            }
        })
}

fn side() -> impl Strategy<Value = MapSide> {
    let grammar = prop_oneof![Just(CodeGrammar::Icd10), Just(CodeGrammar::Verbatim)];
    (word(), word(), grammar).prop_map(|(system, version, grammar)| MapSide { system, version, grammar })
}

fn draft() -> impl Strategy<Value = MapDraft> {
    let unmapped = prop_oneof![
        Just(Unmapped::Unsaid),
        Just(Unmapped::SameCode),
        (word(), prop::option::of(word())).prop_map(|(code, display)| Unmapped::Fixed { code, display }),
        word().prop_map(|url| Unmapped::OtherMap { url }),
    ];
    let edition = (word(), word()).prop_map(|(system, version)| Edition { system, version, ..Edition::default() });
    (edition, side(), side(), unmapped, prop::collection::vec(row(), 0..40))
        .prop_map(|(edition, source, target, unmapped, rows)| MapDraft { edition, source, target, unmapped, rows })
}

/// Whether a row is one of a code, found without an index.
fn is_of(printed: &str, asked: &str, grammar: CodeGrammar) -> bool {
    use medterm::code::Mark;
    match (grammar.parse(printed), grammar.parse(asked)) {
        (Some(printed), Some(asked)) => {
            let marks = asked.mark() == Mark::None || printed.mark() == Mark::None || asked.mark() == printed.mark();
            printed.as_bytes() == asked.as_bytes() && marks
        }
        (None, None) => printed.trim() == asked.trim(),
        _ => false,
    }
}

proptest! {
    /// Every draft comes back, and every code gives the rows that a walk through the draft gives, in its order.
    #[test]
    fn drafts_come_back(draft in draft(), others in prop::collection::vec(code(), 0..6)) {
        let map = open(&draft);
        prop_assert_eq!(map.to_draft().unwrap(), draft.clone());
        let asked = draft.rows.iter().flat_map(|row| [Some(&row.source), row.target.as_ref()]).flatten().chain(&others);
        for code in asked {
            let expected: Vec<_> = draft.rows.iter().filter(|row| is_of(&row.source, code, draft.source.grammar)).cloned().collect();
            prop_assert_eq!(rows(map.rows(code)), expected, "{}", code);
            let leads = |row: &&MapRow| row.target.as_ref().is_some_and(|target| is_of(target, code, draft.target.grammar));
            let mut expected: Vec<_> = draft.rows.iter().filter(leads).cloned().collect();
            let mut found = rows(map.rows_to(code));
            // By source code, which the draft does not know.
            let order = |row: &MapRow| format!("{row:?}");
            expected.sort_by_key(order);
            found.sort_by_key(order);
            prop_assert_eq!(found, expected, "{}", code);
        }
    }
}
