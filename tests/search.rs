//! Properties of search that hold whatever the scoring is tuned to, on the bundled set: ways of writing the same
//! text find the same, more typed never finds worse, options do what they say, and no input is too odd.
#![cfg(all(feature = "bundled", feature = "search"))]
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests may panic")]

use std::collections::HashSet;
use std::time::{Duration, Instant};

use medterm::source::{DesignationUse, Usability};
use medterm::text::{Analyzer, fold};
use medterm::{Answer, CodeSystem, Concept, Confidence, Reading, SearchOptions, Searcher};
use proptest::prelude::*;
use unicode_normalization::UnicodeNormalization;

fn bundled() -> CodeSystem {
    CodeSystem::bundled().unwrap()
}

fn listed(system: &CodeSystem) -> impl Iterator<Item = Concept<'_>> {
    system.concepts().filter(|concept| concept.usability().unwrap() != Usability::Grouper)
}

fn ranking(answer: &Answer<'_>) -> Vec<(String, u16, Confidence)> {
    let line = |hit: &medterm::Hit<'_>| (hit.concept.marked_code().unwrap(), hit.score, hit.confidence);
    answer.hits.iter().map(line).collect()
}

fn codes(system: &CodeSystem, query: &str, options: &SearchOptions) -> Vec<String> {
    let answer = system.search(query, options).unwrap();
    answer.hits.iter().map(|hit| hit.concept.marked_code().unwrap()).collect()
}

fn rank_of(answer: &Answer<'_>, concept: &Concept<'_>) -> usize {
    answer.hits.iter().position(|hit| hit.concept == *concept).unwrap_or(usize::MAX)
}

fn words(analyzer: &mut Analyzer, name: &str) -> Vec<String> {
    analyzer.analyze(name).iter().map(|token| token.accented().to_owned()).collect()
}

/// The same name with every tone mark on the other vowel, where both ways of placing it are in use.
fn tone_placed_otherwise(name: &str) -> String {
    const PLACES: [(&str, &str); 15] = [
        ("òa", "oà"),
        ("óa", "oá"),
        ("ỏa", "oả"),
        ("õa", "oã"),
        ("ọa", "oạ"),
        ("òe", "oè"),
        ("óe", "oé"),
        ("ỏe", "oẻ"),
        ("õe", "oẽ"),
        ("ọe", "oẹ"),
        ("ùy", "uỳ"),
        ("úy", "uý"),
        ("ủy", "uỷ"),
        ("ũy", "uỹ"),
        ("ụy", "uỵ"),
    ];
    // At the end of a syllable only: "hoàn" is written one way.
    let mut placed: String = name.nfc().collect::<String>() + " ";
    for (a, b) in PLACES {
        for after in [' ', ',', ')', ']', ';'] {
            let (old, new) = (format!("{a}{after}"), format!("{b}{after}"));
            let there = if placed.contains(&old) { placed.replace(&old, &new) } else { placed.replace(&new, &old) };
            placed = there;
        }
    }
    placed.trim_end().to_owned()
}

#[test]
fn ways_of_writing_the_same_text_find_the_same() {
    let system = bundled();
    let (mut searcher, options) = (Searcher::new(), SearchOptions::new());
    let mut asked = 0;
    let mut placed_otherwise = 0;
    for concept in listed(&system).step_by(6) {
        let name: String = concept.display().unwrap().nfc().collect();
        let expected = ranking(&searcher.search(&system, &name, &options).unwrap());
        let otherwise = tone_placed_otherwise(&name);
        placed_otherwise += usize::from(otherwise != name);
        for variant in [name.nfd().collect(), name.to_uppercase(), name.to_lowercase().nfd().collect(), otherwise] {
            let variant: String = variant;
            assert_eq!(ranking(&searcher.search(&system, &variant, &options).unwrap()), expected, "{variant:?}");
        }
        asked += 1;
    }
    assert!(asked >= 300 && placed_otherwise >= 10, "{asked} names, {placed_otherwise} with two places for the tone");
}

#[test]
fn accents_never_make_the_target_worse() {
    let system = bundled();
    let (mut searcher, options) = (Searcher::new(), SearchOptions::new());
    for concept in listed(&system).step_by(3) {
        let name = concept.display_in("vi").unwrap().unwrap();
        let accented = rank_of(&searcher.search(&system, &name, &options).unwrap(), &concept);
        let folded = rank_of(&searcher.search(&system, &fold(&name), &options).unwrap(), &concept);
        assert!(accented <= folded, "{name}: rank {accented} with accents, {folded} without");
    }
}

#[test]
fn every_code_and_every_name_finds_itself() {
    let system = bundled();
    let (mut searcher, mut analyzer, options) = (Searcher::new(), Analyzer::new(), SearchOptions::new());
    let mut missed = Vec::new();
    let step = if cfg!(debug_assertions) { 4 } else { 1 };
    for concept in listed(&system).step_by(step) {
        let code = concept.marked_code().unwrap();
        for spelling in [code.clone(), code.replace('.', "").to_lowercase()] {
            let answer = searcher.search(&system, &spelling, &options).unwrap();
            assert_eq!(rank_of(&answer, &concept), 0, "{spelling}");
            assert_eq!(answer.hits[0].confidence, Confidence::Sure, "{spelling}");
        }
        for name in concept.designations().unwrap() {
            if name.r#use == DesignationUse::Abbreviated {
                continue;
            }
            let answer = searcher.search(&system, &name.text, &options).unwrap();
            let own = words(&mut analyzer, &name.text);
            let rank = rank_of(&answer, &concept);
            let equal = answer.hits.iter().take(rank).all(|hit| words(&mut analyzer, &hit.designation.text) == own);
            if rank == usize::MAX || !equal {
                missed.push(format!("{code} {:?}", name.text));
            }
        }
    }
    assert!(missed.is_empty(), "{} names: {:?}", missed.len(), &missed[..missed.len().min(20)]);
}

#[test]
fn options_do_what_they_say() {
    let system = bundled();
    for query in ["viem phoi", "đái tháo đường", "fracture", "J1", "tang huyet ap", "benh"] {
        let plain = SearchOptions::new().limit(30);
        let search = |options: &SearchOptions| system.search(query, options).unwrap();
        for hit in search(&plain).hits {
            assert_ne!(hit.concept.usability().unwrap(), Usability::Grouper, "{query}");
        }
        let usable = search(&plain.clone().usable_only(true));
        assert!(usable.hits.iter().all(|hit| hit.concept.is_usable().unwrap()), "{query}");
        let both = search(&plain.clone().usable_only(true).groupers(true));
        assert!(both.hits.iter().all(|hit| hit.concept.is_usable().unwrap()), "{query}");
        for language in ["vi", "en"] {
            let hits = search(&plain.clone().languages([language])).hits;
            assert!(hits.iter().all(|hit| hit.matches.is_empty() || hit.designation.language == language), "{query}");
        }
        assert!(search(&plain.clone().languages(["xx"])).hits.iter().all(|hit| hit.matches.is_empty()), "{query}");
        assert!(search(&plain.clone().limit(0)).hits.is_empty(), "{query}");
    }
    // With groupers there is more to find, and the codes keep their order.
    let chapter = "bệnh hệ hô hấp";
    let options = SearchOptions::new().limit(20);
    let without = codes(&system, chapter, &options);
    let with = codes(&system, chapter, &options.clone().groupers(true));
    assert!(with.contains(&"X".to_owned()) && !without.contains(&"X".to_owned()), "{with:?}");
    let first_of = |list: &[String]| list.iter().filter(|code| without.contains(code)).cloned().collect::<Vec<_>>();
    assert_eq!(first_of(&with), without[..first_of(&with).len()]);
}

#[test]
fn a_shorter_page_is_the_beginning_of_a_longer_one() {
    let system = bundled();
    let all = ["viem", "u ac tinh", "gay xuong", "diabetes", "A0", "đau", "benh tim", "ung thu phoi", "khong xac dinh"];
    for query in all {
        let longest = codes(&system, query, &SearchOptions::new().limit(60));
        assert_eq!(longest.iter().collect::<HashSet<_>>().len(), longest.len(), "{query}: a concept twice");
        for limit in [1, 2, 3, 5, 10, 25, 59] {
            let page = codes(&system, query, &SearchOptions::new().limit(limit));
            assert_eq!(page, longest[..limit.min(longest.len())], "{query} at {limit}");
        }
    }
}

#[test]
fn hits_say_where_they_matched() {
    let system = bundled();
    for query in
        ["viem phoi", "Viêm  ruột-thừa", "dai thao duong typ 2", "pneumonia unspecified", "tang huyêt ap xyzzy"]
    {
        let answer = system.search(query, &SearchOptions::new()).unwrap();
        assert!(answer.complete && !answer.hits.is_empty(), "{query}");
        for pair in answer.hits.windows(2) {
            assert!(pair[0].score >= pair[1].score, "{query}");
        }
        for hit in &answer.hits {
            for found in &hit.matches {
                assert!(!query[found.query.clone()].is_empty(), "{query}");
                assert!(!hit.designation.text[found.text.clone()].is_empty(), "{query}");
            }
            let mut parts: Vec<_> = hit.matches.iter().map(|found| found.query.clone()).collect();
            parts.extend(hit.unmatched.iter().cloned());
            parts.sort_by_key(|part| part.start);
            // The words of what the lexicon put in place of a phrase all stand for the whole phrase.
            parts.dedup();
            assert!(parts.windows(2).all(|pair| pair[0].end <= pair[1].start), "{query}: {parts:?}");
        }
    }
}

/// What nobody would call a name of a disease.
const NOISE: [&str; 16] = [
    "xin chào các bạn",
    "hôm nay trời đẹp quá",
    "hom nay an gi",
    "le petit chat est mort",
    "der schnelle braune Fuchs",
    "asdf qwer zxcv",
    "qqqq wwww",
    "42 7 13",
    "лёгкое воспаление",
    "肺炎 病",
    "🙂🙂🙂",
    "!!! ??? ...",
    "a b c d e f g",
    "SELECT * FROM icd",
    "https://example.org/a?b=c",
    "bún bò huế giò heo",
];

#[test]
fn noise_is_never_sure() {
    let system = bundled();
    for query in NOISE {
        for hit in system.search(query, &SearchOptions::new()).unwrap().hits {
            assert_ne!(hit.confidence, Confidence::Sure, "{query}: {:?}", hit.designation.text);
        }
    }
    for empty in ["", " ", "\t\n", "-", "\u{200b}\u{feff}"] {
        assert!(system.search(empty, &SearchOptions::new()).unwrap().hits.is_empty(), "{empty:?}");
    }
}

#[test]
fn no_query_is_too_long_or_too_odd() {
    let system = bundled();
    let mut searcher = Searcher::new();
    let letters = "ă".repeat(4_000);
    let queries = [
        letters.clone(),
        "viêm phổi ".repeat(400),
        (0..500).map(|number| format!("benh{number} ")).collect(),
        "a ".repeat(500),
        "nghiêng ".repeat(500),
        "\u{202e}iohp meiv\u{202c} \u{200f}viêm phổi\u{200e}".to_owned(),
        "viêm\u{0}phổi\u{1b}[31m\u{7f}\u{85}".to_owned(),
        format!("e{}", "\u{301}\u{323}".repeat(2_000)),
        "J18.9\u{0}".to_owned(),
        "J".repeat(4_000),
        "9".repeat(4_000),
        "\u{fdfa}".repeat(1_000),
        "ẞ İ ı ŉ ﬃ ǆ".repeat(100),
    ];
    for query in &queries {
        let start = Instant::now();
        let answer = searcher.search(&system, query, &SearchOptions::new()).unwrap();
        let shown: String = query.chars().take(20).collect();
        assert!(start.elapsed() < Duration::from_secs(5), "{shown:?} took {:?}", start.elapsed());
        assert!(answer.hits.len() <= 10);
        for hit in &answer.hits {
            for found in &hit.matches {
                assert!(query.get(found.query.clone()).is_some(), "{shown:?}");
                assert!(hit.designation.text.get(found.text.clone()).is_some(), "{shown:?}");
            }
        }
    }
    // The searcher answers as before.
    let expected = ranking(&system.search("viem phoi", &SearchOptions::new()).unwrap());
    assert_eq!(ranking(&searcher.search(&system, "viem phoi", &SearchOptions::new()).unwrap()), expected);
}

#[test]
fn marks_of_direction_and_control_characters_change_nothing() {
    let system = bundled();
    let expected = codes(&system, "viêm phổi", &SearchOptions::new());
    for variant in [
        "\u{200e}viêm\u{200f} phổi",
        "\u{feff}viêm phổi",
        "vi\u{ad}êm ph\u{200b}ổi",
        "viêm\u{a0}phổi",
        "\u{202a}viêm phổi\u{202c}",
        "viêm\u{0}phổi\n",
    ] {
        assert_eq!(codes(&system, variant, &SearchOptions::new()), expected, "{variant:?}");
    }
}

#[test]
fn a_work_limit_ends_the_search() {
    let system = bundled();
    let full = system.search("viem phoi", &SearchOptions::new()).unwrap();
    assert!(full.complete);
    let stopped = system.search("viem phoi", &SearchOptions::new().work_limit(0)).unwrap();
    assert!(!stopped.complete && stopped.hits.len() <= full.hits.len());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn invented_syllables_are_never_sure(seed in "[bcdghklmnpqrstvx]{1,2}[aeiouy]{1,2}(zq|wj|fz)( [bcdghklmnpqrstvx]{1,2}[aeiouy]{1,2}(zq|wj|fz)){0,4}") {
        for hit in bundled().search(&seed, &SearchOptions::new()).unwrap().hits {
            prop_assert_ne!(hit.confidence, Confidence::Sure, "{:?}", hit.designation.text);
        }
    }

    #[test]
    fn any_text_gives_an_answer_in_order(query in ".{0,80}", limit in 0_usize..20) {
        let system = bundled();
        let answer = system.search(&query, &SearchOptions::new().limit(limit)).unwrap();
        prop_assert!(answer.hits.len() <= limit);
        for pair in answer.hits.windows(2) {
            prop_assert!(pair[0].score >= pair[1].score);
        }
        for hit in &answer.hits {
            for found in &hit.matches {
                prop_assert!(query.get(found.query.clone()).is_some());
                prop_assert!(hit.designation.text.get(found.text.clone()).is_some());
            }
        }
    }
}

#[test]
fn readings_left_out_find_nothing() {
    let system = bundled();
    for (query, reading) in [
        ("viem phoi", Reading::MarksMissing),
        ("vieem phooir", Reading::Telex),
        ("vie6m pho6i3", Reading::Vni),
        ("tiểu đường", Reading::Synonym),
        ("VPQ", Reading::Abbreviation),
        ("viêm ph", Reading::Prefix),
        ("viêm phỗi", Reading::OtherMarks),
        ("xuy tim", Reading::SoundsAlike),
        ("viem pohi", Reading::Typo),
    ] {
        let read_so = |options: &SearchOptions| {
            let answer = system.search(query, options).unwrap();
            answer.hits.iter().any(|hit| hit.readings().contains(&reading))
        };
        assert!(read_so(&SearchOptions::new()), "{query}");
        assert!(!read_so(&SearchOptions::new().without([reading])), "{query}");
        let others = Reading::ALL.iter().copied().filter(|other| *other != reading && *other != Reading::Exact);
        assert!(read_so(&SearchOptions::new().without(others)) || reading == Reading::Typo, "{query}");
    }
}
