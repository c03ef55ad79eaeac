//! What people type, paste and import instead of plain Vietnamese Unicode, on whole national lists: written in
//! every legacy encoding, every name is read back; as it is, none is taken for something else.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests may panic")]

mod support;
#[path = "support/typing.rs"]
mod typing;

use std::collections::BTreeMap;

use medterm::text::{
    Analyzer, LegacyEncoding, LegacyReading, decode_legacy, decode_telex, decode_vni, is_vietnamese_syllable,
};
use support::shared;
use typing::{HABITS, Habit};
use unicode_normalization::UnicodeNormalization;

/// The tokens of a text in level 0, joined.
fn accented(text: &str) -> String {
    let mut analyzer = Analyzer::new();
    let words: Vec<_> = analyzer.analyze(text).iter().map(|token| token.accented().to_owned()).collect();
    words.join(" ")
}

/// The cells of a list that are Vietnamese names, cut without a reader of CSV.
fn names() -> Option<Vec<String>> {
    let list = std::fs::read_to_string(shared("vn/icd10-tt06-2026.csv")?).unwrap();
    let names: Vec<String> = list
        .split([',', '"', '\n'])
        .map(str::trim)
        .filter(|cell| cell.split(' ').count() > 1 && cell.chars().any(|c| !c.is_ascii() && c.is_alphabetic()))
        .map(str::to_owned)
        .collect();
    assert!(names.len() > 15_000, "{}", names.len());
    Some(names)
}

type Encoder = fn(&str) -> String;
/// Name, typist, decoder.
type Method = (&'static str, fn(&str, Habit) -> String, fn(&str, &mut String) -> bool);

const ENCODERS: [(LegacyEncoding, Encoder); 7] = [
    (LegacyEncoding::Tcvn3, typing::tcvn3),
    (LegacyEncoding::VniWindows, typing::vni_windows),
    (LegacyEncoding::Viscii, typing::viscii),
    (LegacyEncoding::Windows1258, typing::windows_1258),
    (LegacyEncoding::Viqr, typing::viqr),
    (LegacyEncoding::MisreadUtf8, typing::misread_utf8),
    (LegacyEncoding::Html, typing::html),
];

#[test]
fn every_name_is_read_back_from_every_encoding() {
    let Some(names) = names() else { return };
    for (encoding, encode) in ENCODERS {
        let (mut written, mut read) = (0, 0);
        // Every fifth name, for the time that an unoptimised build takes.
        for name in names.iter().step_by(5).flat_map(|name| [name.clone(), name.to_lowercase(), name.to_uppercase()]) {
            let (text, wanted) = (encode(&name), accented(&name));
            if accented(&text) == wanted {
                continue;
            }
            written += 1;
            let right = |reading: &LegacyReading| reading.encoding() == encoding && accented(reading.text()) == wanted;
            read += usize::from(decode_legacy(&text).iter().any(right));
        }
        println!("{}: {read} of {written} names read back", encoding.as_str());
        // What is missed is Vietnamese as it stands (`nhãm` for nhóm), or a foreign name with marks.
        assert!(read * 1000 >= written * 980, "{encoding:?} {read} of {written}");
    }
}

#[test]
fn no_official_name_is_taken_for_another_encoding() {
    let Some(names) = names() else { return };
    let english = shared("intl/icd10cm/icd10cm-order-April-2025.txt");
    let english = english.map(|path| std::fs::read_to_string(path).unwrap());
    for name in names.iter().flat_map(|name| [name.clone(), name.to_uppercase()]) {
        assert_eq!(decode_legacy(&name), [], "{name}");
    }
    for line in english.iter().flat_map(|list| list.lines()) {
        assert_eq!(decode_legacy(line), [], "{line}");
    }
}

#[test]
fn every_syllable_is_read_back_from_its_keys() {
    let Some(names) = names() else { return };
    let mut analyzer = Analyzer::new();
    let mut syllables = BTreeMap::<String, usize>::new();
    for name in &names {
        for token in analyzer.analyze(name).iter() {
            let word: String = name[token.range()].nfc().collect();
            if is_vietnamese_syllable(&word) {
                *syllables.entry(word).or_default() += 1;
            }
        }
    }
    let methods: [Method; 2] = [("telex", typing::telex, decode_telex), ("vni", typing::vni, decode_vni)];
    for (method, write, decode) in methods {
        for habit in HABITS.into_iter().filter(|habit| method == "telex" || *habit != Habit::WAlone) {
            let (mut typed, mut read) = (0, 0);
            for (syllable, count) in &syllables {
                let (keys, wanted) = (accented(&write(syllable, habit)), accented(syllable));
                // One vowel with digits is rather a code than VNI.
                let code = method == "vni" && syllable.chars().count() == 1;
                if keys == wanted || code {
                    continue;
                }
                typed += count;
                let mut reading = String::new();
                read += count * usize::from(decode(&keys, &mut reading) && reading == wanted);
            }
            println!("{method}, {habit:?}: {read} of {typed} syllables read back");
            assert!(typed > 80_000 && read * 1000 >= typed * 999, "{method} {habit:?} {read} of {typed}");
        }
    }
}
