//! Several maps: which way leads where, what remains of relationships and combinations on it, and what is never assumed.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests may panic")]

#[path = "support/drafts.rs"]
mod drafts;
#[path = "support/shown.rs"]
mod shown;
mod support;

use medterm::code::CodeGrammar;
use medterm::source::Relationship::{
    Equivalent, NotRelatedTo, RelatedTo, SourceIsBroaderThanTarget as Broader, SourceIsNarrowerThanTarget as Narrower,
};
use medterm::source::{MapDraft, MapRow, MapSide, Relationship, Unmapped, icd11_map};
use medterm::translate::{Migration, Outcome, PatientContext, Routes, Step, Translation, Translator};
use medterm::{CodeSystem, ConceptMap, Edition, Error, InForce};
use shown::{missing, open, row, shown};

/// A map between two systems (`name` or `name|version`), its rows as `source → target relationship`.
fn map(name: &str, from: &str, to: &str, rows: Vec<MapRow>) -> ConceptMap {
    open(draft(name, from, to, rows))
}

fn draft(name: &str, from: &str, to: &str, rows: Vec<MapRow>) -> MapDraft {
    let side = |side: &str| {
        let (system, version) = side.split_once('|').unwrap_or((side, ""));
        MapSide { system: system.into(), version: version.into(), grammar: CodeGrammar::Verbatim }
    };
    let (system, version) = name.split_once('|').unwrap_or((name, "1"));
    let edition = Edition { system: system.into(), version: version.into(), ..Edition::default() };
    MapDraft { edition, source: side(from), target: side(to), rows, ..MapDraft::default() }
}

fn to(source: &str, target: &str, relationship: Relationship) -> MapRow {
    row(source, Some(target), Some(relationship))
}

fn part(source: &str, scenario: u16, choice: u16, target: &str) -> MapRow {
    MapRow { scenario, choice, ..to(source, target, RelatedTo) }
}

fn translator(maps: impl IntoIterator<Item = ConceptMap>) -> Translator {
    Translator::new(maps).unwrap()
}

fn one(routes: &Routes<'_>, code: &str) -> Translation {
    routes.translate(code, &PatientContext::new()).unwrap()
}

fn by(step: &Step) -> String {
    format!("{}{}", if step.reverse { "-" } else { "" }, step.map.split('|').next().unwrap())
}

fn paths(translator: &Translator, from: &str, to: &str) -> Vec<String> {
    let routes = translator.between(from, to);
    let words = |steps: &[Step]| steps.iter().map(by).collect::<Vec<_>>().join(" ");
    routes.map(|routes| routes.paths().map(words).collect()).unwrap_or_default()
}

#[test]
fn ways_are_found_in_both_directions() {
    let maps = [
        map("ab", "a", "b", vec![to("1", "one", Equivalent)]),
        map("cb", "c", "b", vec![to("I", "one", Narrower)]),
        map("cd", "C", "d", vec![to("I", "uno", Equivalent)]),
        map("da", "d", "a", vec![to("uno", "1", Equivalent)]),
    ];
    let all = translator(maps);
    assert_eq!(paths(&all, "a", "b"), ["ab", "-da -cd cb"]);
    assert_eq!(paths(&all, "b", "a"), ["-ab", "-cb cd da"]);
    assert_eq!(paths(&all, "a", "c"), ["ab -cb", "-da -cd"]);
    assert_eq!(paths(&all, "a", "a"), [""; 0], "no way leads back");
    assert_eq!(paths(&all, "a", "x"), [""; 0]);
    assert_eq!(paths(&all.clone().most_steps(1), "a", "c"), [""; 0]);
    // Of two ways with as many steps, the one that loses less.
    let found = one(&all.between("a", "c").unwrap(), "1");
    assert_eq!((shown(&found), found.relationship()), ("equivalent I".to_owned(), Some(Equivalent)));
    let by_all = all.between("A", "C").unwrap().translate_by_all("1", &PatientContext::new()).unwrap();
    assert_eq!(by_all.iter().map(shown).collect::<Vec<_>>(), ["inexact I", "equivalent I"]);
    assert_eq!(by_all[0].relationship(), Some(Broader));
    let links: Vec<_> = by_all[0]
        .targets()
        .next()
        .unwrap()
        .links
        .iter()
        .map(|link| format!("{} {}→{}", link.map, link.from, link.to.as_deref().unwrap()))
        .collect();
    assert_eq!(links, ["ab|1 1→one", "cb|1 one→I"]);
    // The longer way is gone only by codes that the shorter one does not know.
    let b_to_a = all.between("b", "a").unwrap();
    assert_eq!((one(&b_to_a, "one").path.len(), one(&b_to_a, "two").outcome), (1, Outcome::Unknown));
    assert!(matches!(
        Translator::new([map("x", "a", "b", vec![]), map("x", "c", "d", vec![])]),
        Err(Error::Argument { .. })
    ));
}

#[test]
fn relationships_compose_on_the_way() {
    let first = vec![
        to("N", "n", Narrower),
        to("B", "b", Broader),
        to("E", "e", Equivalent),
        row("U", Some("e"), None),
        to("X", "n", NotRelatedTo),
    ];
    let second = vec![to("n", "nb", Broader), to("b", "bb", Broader), to("e", "e!", Equivalent), row("q", None, None)];
    let all = translator([map("1", "a", "b", first), map("2", "b", "c", second)]);
    let routes = all.between("a", "c").unwrap();
    for (code, expected, relationship) in [
        ("N", "inexact nb!", Some(RelatedTo)),
        ("B", "inexact bb", Some(Broader)),
        ("E", "equivalent e!", Some(Equivalent)),
        // Nobody claims a relationship of the first step, so the whole has none.
        ("U", "inexact e!", None),
        ("X", "none ", None),
        ("Y", "unknown ", None),
    ] {
        let found = one(&routes, code);
        assert_eq!((shown(&found), found.relationship()), (expected.to_owned(), relationship), "{code}");
    }
}

#[test]
fn structure_survives_the_way() {
    let first = vec![
        to("plain", "x", Equivalent),
        part("both", 1, 1, "x"),
        part("both", 1, 2, "y"),
        to("either", "x", Broader),
        to("either", "y", Broader),
        to("pair", "two", Equivalent),
        to("mixed", "x", Broader),
        to("mixed", "two", Broader),
        part("lost", 1, 1, "x"),
        part("lost", 1, 2, "gone"),
        part("denied", 1, 1, "x"),
        part("denied", 1, 2, "none"),
        to("nowhere", "gone", Equivalent),
        to("denied alone", "none", Equivalent),
        to("half", "x", Broader),
        to("half", "gone", Broader),
        row("never", None, None),
        to("same", "x", Broader),
        to("same", "x'", Broader),
    ];
    let second = vec![
        to("x", "X", Equivalent),
        to("x'", "X", Equivalent),
        to("y", "Y1", Broader),
        to("y", "Y2", Broader),
        part("two", 1, 1, "T1"),
        part("two", 1, 2, "T2"),
        part("two", 2, 1, "T"),
        row("none", None, None),
    ];
    let all = translator([map("1", "a", "b", first), map("2", "b", "c", second)]);
    let routes = all.between("a", "c").unwrap();
    for (code, expected) in [
        ("plain", "equivalent X"),
        ("both", "ambiguous X + Y1!|Y2!"),
        ("either", "ambiguous X|Y1|Y2"),
        // A combination stays one, beside the other scenario.
        ("pair", "ambiguous T1 + T2 / T"),
        ("mixed", "ambiguous X / T1! + T2! / T!"),
        // A part that leads nowhere is a gap in the whole.
        ("lost", "ambiguous X + -"),
        ("denied", "ambiguous X + -"),
        ("nowhere", "unknown -"),
        ("denied alone", "none -"),
        ("half", "ambiguous X|-"),
        ("never", "none -"),
        // Both lead to one code: there is nothing to choose.
        ("same", "inexact X|X"),
    ] {
        let found = one(&routes, code);
        assert_eq!(shown(&found), expected, "{code}");
        assert!(!found.truncated);
    }
    let gap = one(&routes, "nowhere");
    let last = gap.targets().next().unwrap().links.last().unwrap();
    assert_eq!((last.listed, last.from.as_str(), last.map.as_str()), (false, "gone", "2|1"));
    assert!(one(&routes, "denied alone").targets().all(|target| target.links[1].listed));
}

#[test]
fn explosions_are_bounded() {
    // Five parts, each of which becomes one of four pairs: 1,024 combinations.
    let first = (1..=5).map(|list| part("A", 1, list, "p")).collect();
    let second = (1..=4).flat_map(|scenario| [part("p", scenario, 1, "q"), part("p", scenario, 2, "r")]).collect();
    let all = translator([map("1", "a", "b", first), map("2", "b", "c", second)]);
    let found = one(&all.between("a", "c").unwrap(), "A");
    assert_eq!((found.scenarios.len(), found.truncated, found.outcome), (64, true, Outcome::Ambiguous));
    assert!(found.scenarios.iter().all(|scenario| scenario.lists.len() == 10));
    // And so many alternatives that they are more than anybody reads.
    let wide = |name: &str, from: &str, to_system: &str| {
        let rows = (0..300)
            .flat_map(|source| (0..300).map(move |target| to(&source.to_string(), &target.to_string(), RelatedTo)));
        map(name, from, to_system, rows.collect())
    };
    let all = translator([wide("1", "a", "b"), wide("2", "b", "c")]);
    let found = one(&all.between("a", "c").unwrap(), "7");
    assert!(found.truncated && found.outcome == Outcome::Ambiguous && found.targets().count() <= 10_000);
}

/// The Vietnamese M54.50 is a back pain of several sites, the American one an unspecified low back pain.
#[test]
fn equal_letters_are_no_translation() {
    let national = Edition { system: "icd10-vn".into(), aliases: vec!["icd10".into()], ..Edition::default() };
    let american =
        Edition { system: "icd10-cm".into(), url: "http://hl7.org/fhir/sid/icd-10-cm".into(), ..Edition::default() };
    let from_who = vec![to("M54.5", "M54.50", Broader), to("M54.5", "M54.51", Broader), to("M54.5", "M54.59", Broader)];
    let who_to_cm = map("who-to-cm", "icd10", "http://hl7.org/fhir/sid/icd-10-cm", from_who);
    // The national list may be asked for as `icd10`; that does not make it WHO's.
    let all = translator([who_to_cm.clone()]).with_names(&national).with_names(&american);
    assert!(all.between("icd10-vn", "icd10-cm").is_none());
    assert_eq!(paths(&all, "icd10", "icd10-cm"), ["who-to-cm"]);

    let to_who = map("vn-to-who", "icd10-vn|tt06", "icd10", vec![to("M54.50", "M54.5", Narrower)]);
    let all = translator([who_to_cm, to_who]).with_names(&national).with_names(&american);
    let found = one(&all.between("icd10-vn", "icd10-cm").unwrap(), "M54.50");
    assert_eq!(shown(&found), "ambiguous M54.50!|M54.51!|M54.59!");
    assert!(found.targets().all(|target| target.relationship == Some(RelatedTo)));
    // By alias the list itself is found where no map has the name.
    let alone = translator([map("vn-to-x", "icd10-vn", "x", vec![])]).with_names(&national);
    assert_eq!(paths(&alone, "icd10", "x"), ["vn-to-x"]);
}

#[test]
fn editions_of_maps_are_chosen() {
    let edition = |version: &str, from: &str, until: &str, target: &str| {
        let mut draft = draft("yhct-to-icd|x", "yhct", "icd10-vn", vec![to("U50.351", target, Equivalent)]);
        draft.edition.version = version.into();
        draft.edition.in_force = InForce { from: from.parse().ok(), until: until.parse().ok() };
        open(draft)
    };
    let old = edition("1978", "2025-01-01", "2026-06-30", "A90");
    let all = translator([edition("2026", "2026-07-01", "", "A97"), old]);
    let on = |day: Option<&str>| {
        let dated = day.map_or(all.clone(), |day| all.clone().as_of(day.parse().unwrap()));
        dated.between("yhct", "icd10-vn").map(|routes| (routes.paths().len(), shown(&one(&routes, "U50.351"))))
    };
    assert_eq!(on(None), Some((1, "equivalent A97".to_owned())));
    assert_eq!(on(Some("2026-06-30")), Some((1, "equivalent A90".to_owned())));
    assert_eq!(on(Some("2026-07-01")), Some((1, "equivalent A97".to_owned())));
    assert_eq!(on(Some("2024-12-31")), None);

    // The edition that is asked for, else the latest.
    let made_for = |version: &str, target: &str| {
        map(&format!("m|{version}"), &format!("a|{version}"), "b", vec![to("1", target, Equivalent)])
    };
    let all = translator([made_for("2018", "old"), made_for("2020", "new")]);
    assert_eq!(shown(&one(&all.between("a", "b").unwrap(), "1")), "equivalent new");
    assert_eq!(shown(&one(&all.between("A|2018", "b").unwrap(), "1")), "equivalent old");
    assert!(all.between("a|2019", "b").is_none());

    // Between two maps the version changes: that is told, and no equivalence claimed.
    let all = translator([made_for("2018", "x"), map("n", "z", "a|2020", vec![to("Z", "1", Equivalent)])]);
    let found = one(&all.between("z", "b").unwrap(), "Z");
    assert_eq!((shown(&found), found.path[1].version_differs), ("inexact x".to_owned(), true));
}

#[test]
fn other_maps_are_asked_for_what_is_not_listed() {
    let url = "https://example.org/second";
    let mut first = draft("first", "a", "b", vec![to("1", "one", Equivalent)]);
    first.unmapped = Unmapped::OtherMap { url: format!("{url}|1") };
    let mut second = draft("second", "a", "b", vec![to("2", "two", Equivalent)]);
    second.edition.url = url.into();
    second.unmapped = Unmapped::OtherMap { url: "first".into() };
    let all = translator([open(first), open(second)]);
    let routes = all.between("a", "b").unwrap();
    assert_eq!(
        ["1", "2", "3"].map(|code| shown(&one(&routes, code))),
        ["equivalent one", "equivalent two", "unknown "]
    );
}

#[test]
fn a_migration_is_a_step() {
    let system = |name: &str| CodeSystem::from_bytes(drafts::bytes(name)).unwrap();
    let (former, later) = (system("former"), system("later"));
    let names = [former.edition().to_string(), later.edition().to_string()];
    let every: Vec<String> = former.concepts().map(|concept| concept.code().unwrap()).collect();
    let migration = Migration::between(&former, &later).unwrap();
    let all = Translator::default().with_migration(Migration::between(&former, &later).unwrap());
    let routes = all.between(&names[0], &names[1]).unwrap();
    assert!(all.between(&names[1], &names[0]).is_none(), "nobody says what was before");
    let mut seen = Vec::new();
    for code in every {
        let found = one(&routes, &code);
        let change = migration.migrate(&code).unwrap().unwrap().change;
        let expected = match change.as_str() {
            "same" => Outcome::Equivalent,
            "renamed" | "finer-code-gone" => Outcome::Inexact,
            "now-heading" if change.targets().len() == 1 => Outcome::Inexact,
            "now-heading" | "meaning-in-doubt" => Outcome::Ambiguous,
            _ => Outcome::None,
        };
        assert_eq!(found.outcome, expected, "{code}: {change:?}");
        assert_eq!(missing(&found).contains("still means the same"), change.as_str() == "meaning-in-doubt", "{code}");
        assert_eq!(found.targets().next().unwrap().advice().next(), Some(change.as_str()));
        seen.push(change.as_str());
    }
    assert!(seen.contains(&"same") && seen.contains(&"withdrawn"), "{seen:?}");
    // An official table goes before what is derived, and further maps join on.
    let official = map("official", &names[0], &names[1], vec![]);
    let further = map("further", &names[1], "x", vec![]);
    let all = Translator::new([official, further]).unwrap().with_migration(migration);
    assert_eq!(paths(&all, &names[0], &names[1]), ["official", ""]);
    assert_eq!(paths(&all, &names[0], "x"), ["official further", " further"]);
}

#[test]
fn many_codes_are_as_each() {
    let rows = (0..50).map(|number| to(&format!("{number}"), &format!("t{}", number % 7), Narrower)).collect();
    let all = translator([map("1", "a", "b", rows)]);
    let routes = all.between("a", "b").unwrap();
    let codes: Vec<String> = (0..5000).map(|number| (number * 37 % 60).to_string()).collect();
    let nobody = PatientContext::new();
    let expected: Vec<Translation> = codes.iter().map(|code| routes.translate(code, &nobody).unwrap()).collect();
    let bulk: Vec<_> = routes.translate_all(&codes, &nobody).map(Result::unwrap).collect();
    assert!(bulk.iter().map(|found| &**found).eq(&expected));
    #[cfg(feature = "rayon")]
    {
        use rayon::prelude::*;
        let parallel: Vec<_> = routes.par_translate_all(&codes, &nobody).map(Result::unwrap).collect();
        assert!(parallel.iter().map(|found| &**found).eq(&expected));
    }
}

/// WHO's tables: clusters are one target, and what may be several is not decided.
#[test]
fn who_tables_keep_their_alternatives_and_clusters() {
    let Some(path) = support::shared("intl/icd11/10To11MapToMultipleCategories.txt") else { return };
    let map = open(icd11_map::read(path, None).unwrap().0);
    let (mut several, mut clusters) = (0, 0);
    let nobody = PatientContext::new();
    for source in map.sources() {
        let found = map.translate(&source.code().unwrap(), &nobody).unwrap();
        several += usize::from(found.outcome == Outcome::Ambiguous);
        // A block has no code, and its address stands for it.
        let is_cluster = |code: &str| !code.starts_with("http") && code.contains(['&', '/']);
        clusters += found.targets().filter(|target| target.code.as_deref().is_some_and(is_cluster)).count();
        assert!(found.scenarios.len() == 1 && found.scenarios[0].lists.len() == 1);
    }
    assert_eq!((several, clusters), (1291, 957));
}
