//! What is no diagnosis is never taken for one, and no query costs more than its work limit.

use medterm::{CodeSystem, Confidence, SearchOptions, Searcher};

use crate::{Guard, Random, part_of, shown, systems};

const ENGLISH: [&str; 20] = [
    "the quick brown fox jumps over the lazy dog",
    "please send me the invoice before friday",
    "we went hiking along the river yesterday",
    "my neighbour bought a new bicycle",
    "the train to Hanoi leaves at noon",
    "can you recommend a good restaurant nearby",
    "once upon a time there lived a king",
    "she plays the violin beautifully",
    "our meeting was moved to Tuesday",
    "the garden looks lovely this spring",
    "he forgot his umbrella again",
    "winter is coming sooner than expected",
    "to be or not to be that is the question",
    "thank you very much for your kind letter",
    "where did you park the car",
    "the government announced new taxes",
    "books are cheaper than films",
    "let us paint the kitchen yellow",
    "they danced until midnight",
    "the price of coffee keeps rising",
];
const FRENCH: [&str; 12] = [
    "le petit chat dort sur le canapé",
    "nous partons en vacances demain matin",
    "je voudrais une baguette et deux croissants",
    "il pleut depuis trois jours",
    "où se trouve la gare s'il vous plaît",
    "la bibliothèque ferme à dix-huit heures",
    "mon frère habite à Lyon",
    "quelle heure est-il maintenant",
    "elle chante comme un rossignol",
    "les enfants jouent dans le jardin",
    "bonjour tout le monde",
    "le film commence bientôt",
];
const GERMAN: [&str; 12] = [
    "der schnelle braune Fuchs springt über den Zaun",
    "ich hätte gern ein Glas Wasser",
    "morgen fahren wir nach München",
    "das Buch liegt auf dem Tisch",
    "wie komme ich zum Bahnhof",
    "guten Morgen zusammen",
    "die Kinder spielen im Hof",
    "er wohnt in einer kleinen Wohnung",
    "übermorgen feiern wir Geburtstag",
    "das Wetter wird wieder schöner",
    "wo hast du den Schlüssel hingelegt",
    "fünf Brötchen, bitte",
];
const CHINESE: [&str; 8] = [
    "今天天气很好",
    "我们明天去北京",
    "请给我一杯咖啡",
    "他在图书馆看书",
    "火车站在哪里",
    "孩子们在公园里玩",
    "祝你生日快乐",
    "这本书多少钱",
];
const RUSSIAN: [&str; 8] = [
    "сегодня хорошая погода",
    "мы едем в Москву завтра",
    "дайте мне чашку кофе",
    "где находится вокзал",
    "дети играют во дворе",
    "с днём рождения",
    "сколько стоит эта книга",
    "он читает газету",
];

/// Asks each text of each system; a hit above `Perhaps` is an exception.
fn check(guard: &mut Guard, texts: impl IntoIterator<Item = String>) {
    let (mut searcher, options) = (Searcher::new(), SearchOptions::new());
    let texts: Vec<String> = texts.into_iter().collect();
    for system in systems() {
        for text in &texts {
            let answer = searcher.search(system, text, &options).unwrap();
            let holds = answer.hits.iter().all(|hit| hit.confidence == Confidence::Perhaps);
            guard.check(holds, || format!("{text:?} in {}: {}", system.edition(), shown(&answer)));
        }
    }
}

#[test]
fn sentences_of_other_languages_are_no_diagnoses() {
    let mut guard = Guard::new("sentences");
    let all = [&ENGLISH[..], &FRENCH, &GERMAN, &CHINESE, &RUSSIAN];
    check(&mut guard, all.into_iter().flatten().map(|text| (*text).to_owned()));
    guard.at_most(0);
}

/// Three to six syllables that Vietnamese could have, asked of each system.
fn random_syllables() -> Guard {
    const ONSETS: [&str; 22] = [
        "b", "c", "ch", "d", "đ", "g", "gi", "h", "kh", "l", "m", "n", "ng", "nh", "ph", "qu", "r", "s", "t", "th",
        "tr", "v",
    ];
    const RIMES: [&str; 30] = [
        "ang", "ăm", "âu", "èo", "ẻng", "ích", "iễn", "oẹt", "ọc", "ói", "ộng", "ời", "ợp", "ú", "ùng", "uẩn", "ược",
        "ượm", "ưng", "ỳnh", "ạch", "ất", "ém", "ếp", "ĩu", "ỏm", "ốn", "ơn", "ủi", "ừa",
    ];
    let mut random = Random(31);
    let mut guard = Guard::new("random syllables");
    let texts = (0..part_of(2_000)).map(|_| {
        let syllables = 3 + random.below(4);
        let spelled = (0..syllables).map(|_| format!("{}{}", random.one_of(&ONSETS), random.one_of(&RIMES)));
        spelled.collect::<Vec<_>>().join(" ")
    });
    check(&mut guard, texts.collect::<Vec<_>>());
    guard
}

#[test]
fn random_syllables_are_no_diagnoses() {
    random_syllables().at_most(0);
}

#[test]
fn keyboard_mash_is_no_diagnosis() {
    const ROWS: [&str; 4] = ["qwertyuiop", "asdfghjkl;", "zxcvbnm,./", "1234567890"];
    let mut random = Random(32);
    let mut guard = Guard::new("keyboard mash");
    let texts = (0..part_of(1_000)).map(|_| {
        let mut text = String::new();
        for word in 0..1 + random.below(4) {
            if word > 0 {
                text.push(' ');
            }
            // A hand stays in its rows.
            let rows = [random.below(4), random.below(3), random.below(3)];
            for _ in 0..5 + random.below(6) {
                let row = ROWS[rows[random.below(3)]].as_bytes();
                text.push(char::from(row[random.below(row.len())]));
            }
        }
        text
    });
    check(&mut guard, texts.collect::<Vec<_>>());
    guard.at_most(0);
}

/// Queries that nobody types and programs send.
fn monsters(system: &CodeSystem) -> Vec<String> {
    let lone_surrogates = String::from_utf8_lossy(b"vi\xed\xa0\xbdem \xed\xb0\x80 ph\xc3\xb4i \xff\xfe").into_owned();
    let names: Vec<String> = system.concepts().take(200).map(|concept| concept.display().unwrap()).collect();
    let words: Vec<&str> = names.iter().flat_map(|name| name.split_whitespace()).collect();
    let different = |count: usize| words.iter().cycle().take(count).copied().collect::<Vec<_>>().join(" ");
    let mut long = different(2_000);
    long = long.chars().take(4_000).collect();
    vec![
        long,
        different(500),
        "benh ".repeat(500),
        "b ".repeat(2_000),
        "e1 ".repeat(1_000),
        "viêmphổi".repeat(500),
        "a".repeat(4_000),
        "9".repeat(4_000),
        lone_surrogates,
        "\u{fffd}".repeat(1_000),
        "viêm\u{0}\u{1}\u{2}\u{8}\u{b}\u{1b}[2J\u{7f}\u{85} phổi".to_owned(),
        "\u{202e}iổhp mêiv\u{202c}\u{2066}\u{200f}viêm\u{2069} phổi\u{200e}".to_owned(),
        "v\u{200b}i\u{200c}ê\u{200d}m\u{2060} \u{feff}phổi".to_owned(),
        "\u{200b}".repeat(4_000),
        format!("viêm{} phổi", "\u{323}\u{302}".repeat(1_000)),
        "\u{e000}\u{f8ff}\u{10ffff}\u{fdd0}".repeat(100),
        "👩‍⚕️".repeat(300),
        "ﷺ".repeat(300),
    ]
}

/// Work is counted, not timed: with little of it, a dear query ends early and says so.
#[test]
fn no_query_costs_more_than_its_limit() {
    const LITTLE: u32 = 2_000;
    let mut searcher = Searcher::new();
    for system in systems() {
        let usual = SearchOptions::new();
        let expected = searcher.search(system, "viêm phổi", &usual).unwrap().hits.len();
        for (number, query) in monsters(system).iter().enumerate() {
            let answer = searcher.search(system, query, &usual).unwrap();
            let limited = searcher.search(system, query, &SearchOptions::new().work_limit(LITTLE)).unwrap();
            let none = searcher.search(system, query, &SearchOptions::new().work_limit(0)).unwrap();
            for hit in answer.hits.iter().chain(&limited.hits).chain(&none.hits) {
                for found in &hit.matches {
                    assert!(query.get(found.query.clone()).is_some(), "{number}");
                    assert!(hit.designation.text.get(found.text.clone()).is_some(), "{number}");
                }
                assert!(hit.unmatched.iter().all(|range| query.get(range.clone()).is_some()), "{number}");
            }
            // What little work completes, much work does not answer otherwise.
            let line = |answer: &medterm::Answer<'_>| -> Vec<_> {
                answer.hits.iter().map(|hit| (hit.concept.id(), hit.score)).collect()
            };
            assert!(!limited.complete || line(&limited) == line(&answer), "{number}: complete, but not the same");
            // Hundreds of words of the list cannot be looked up with so little.
            assert!(number > 1 || !limited.complete, "{number}: more work than its limit");
        }
        // The searcher answers as before.
        assert_eq!(searcher.search(system, "viêm phổi", &usual).unwrap().hits.len(), expected);
    }
}
