use std::ops::Range;

use super::*;
use crate::text::Analyzer;

fn builder() -> LexiconBuilder {
    let mut builder = LexiconBuilder::new();
    builder.add_synonym("tiểu đường", "đái tháo đường");
    builder.add_synonym("cầu", "ho");
    builder.add_synonym("ung thư biểu mô", "u biểu mô ác tính");
    builder.add_synonym("ung thư", "u ác tính");
    builder.add_abbreviation("ĐTĐ", "điện tâm đồ", 2);
    builder.add_abbreviation("ĐTĐ", "đái tháo đường", 1);
    builder.add_abbreviation("K", "ung thư", 1);
    builder.add_abbreviation("HA", "huyết áp", 1);
    builder.add_abbreviation("TIA", "cơn thiếu máu não thoáng qua", 1);
    builder.add_abbreviation("BTĐ", "bệnh tiểu đường", 2);
    builder
}

/// The same entries, held in memory, compiled, and half and half.
fn lexicons() -> [Lexicon; 3] {
    let compiled = |builder: LexiconBuilder| Lexicon::from_bytes(builder.to_bytes().unwrap()).unwrap();
    let mut half = LexiconBuilder::new();
    half.add_abbreviation("ĐTĐ", "điện tâm đồ", 2);
    half.add_abbreviation("BTĐ", "bệnh tiểu đường", 2);
    half.add_abbreviation("TIA", "cơn thiếu máu não thoáng qua", 1);
    half.add_synonym("cầu", "ho");
    half.add_synonym("ung thư", "u ác tính");
    let mut whole = LexiconBuilder::from(compiled(half));
    whole.add_synonym("tiểu đường", "đái tháo đường");
    whole.add_synonym("ung thư biểu mô", "u biểu mô ác tính");
    whole.add_abbreviation("ĐTĐ", "đái tháo đường", 1);
    whole.add_abbreviation("K", "ung thư", 1);
    whole.add_abbreviation("HA", "huyết áp", 1);
    [builder().build(), compiled(builder()), whole.build()]
}

fn read(lexicon: &Lexicon, query: &str) -> Vec<Expansion> {
    let mut analyzer = Analyzer::new();
    lexicon.expansions(query, analyzer.analyze(query))
}

/// What each of the lexicons says, which must be the same.
fn readings(query: &str) -> Vec<(Range<usize>, String)> {
    let said = lexicons().map(|lexicon| read(&lexicon, query));
    assert_eq!(said[0], said[1], "{query}");
    assert_eq!(said[0], said[2], "{query}");
    let [said, ..] = said;
    said.into_iter().map(|found| (found.words, found.meaning)).collect()
}

fn one(words: Range<usize>, meaning: &str) -> [(Range<usize>, String); 1] {
    [(words, meaning.to_owned())]
}

#[test]
fn all_readings_usual_first() {
    let both = [(0..1, "đái tháo đường".to_owned()), (0..1, "điện tâm đồ".to_owned())];
    assert_eq!(readings("dtd typ 2"), both);
    assert_eq!(readings("bệnh tieu duong"), one(1..3, "đái tháo đường"));
    assert!(readings("").is_empty() && readings("viêm phổi").is_empty());
}

#[test]
fn marks_that_contradict_are_another_word() {
    assert!(readings("tiếu đường").is_empty());
    assert!(readings("tiểu đương sự").len() == 1 && readings("tiểu dường").len() == 1, "marks left out");
    assert_eq!(readings("tiễu đường").len(), 1, "ngã for hỏi");
    assert!(readings("cấu").is_empty() && readings("cau").len() == 1);
}

#[test]
fn longer_phrases_hide_shorter_ones() {
    assert_eq!(readings("ung thư biểu mô gan"), one(0..4, "u biểu mô ác tính"));
    assert_eq!(readings("ung thư biểu bì"), one(0..2, "u ác tính"));
    // What does not fit hides nothing.
    assert_eq!(readings("ung thư biếu mô"), one(0..2, "u ác tính"));
}

#[test]
fn what_was_said_is_not_told() {
    assert!(readings("tiểu đường (đái tháo đường)").is_empty());
    assert_eq!(readings("đtđ, đái tháo đường"), one(0..1, "điện tâm đồ"));
    // The query has all letters of the meaning, but does not say it.
    assert_eq!(readings("đường tháo đái, tiểu đường"), one(3..5, "đái tháo đường"));
}

#[test]
fn short_ones_that_could_be_words_need_the_whole_query() {
    let cancer = |length| vec![(0..1, "ung thư".to_owned()), (0..1, "u ác tính".to_owned())][..length].to_vec();
    assert_eq!(readings("K phổi"), cancer(2));
    assert_eq!(readings("k"), cancer(2));
    assert_eq!(readings("k phổi"), cancer(2), "no word");
    assert_eq!(readings("ha").len(), 1);
    for query in ["ha cao", "HA cao", "HA CAO"] {
        assert!(readings(query).is_empty(), "{query}");
    }
    assert_eq!(readings("TIA thoáng qua").len(), 1);
    assert_eq!(readings("tia"), readings("TIA"));
}

#[test]
fn dots_between_letters_are_free() {
    assert_eq!(readings("suy tim, Đ.T.Đ. typ 2")[0], (2..5, "đái tháo đường".to_owned()));
    assert_eq!(readings("h.a cao"), one(0..2, "huyết áp"));
    assert_eq!(readings("t.i.a.").len(), 1);
    assert!(readings("H. A cao").is_empty() && readings("D.T.x").is_empty());
    assert!(readings("Đ.T.D").len() == 2 && readings("Đ.T.Ô").is_empty());
    let mut builder = LexiconBuilder::new();
    builder.add_abbreviation("T.H.A", "tăng huyết áp", 1);
    assert_eq!(read(&builder.build(), "THA vô căn")[0].words, 0..1);
}

#[test]
fn abbreviations_have_the_synonyms_of_their_meaning() {
    let [first, second] = &readings("BTĐ")[..] else { panic!("two readings") };
    assert_eq!((first.1.as_str(), second.1.as_str()), ("bệnh tiểu đường", "bệnh đái tháo đường"));
    let chained = lexicons().map(|lexicon| read(&lexicon, "btd").iter().map(|found| found.chained).collect::<Vec<_>>());
    assert!(chained.iter().all(|chained| *chained == [false, true]), "{chained:?}");
}

#[test]
fn what_is_added_twice_is_told_once() {
    let mut builder = builder();
    builder.add_abbreviation("đtđ", "điện tâm đồ", 1);
    builder.add_synonym("Tiểu  đường", "đái tháo đường");
    builder.add_abbreviation("DTD", "điện tâm đồ", 3);
    let lexicon = builder.build();
    assert_eq!(lexicon.len(), lexicons()[0].len() + 1, "other marks are another entry");
    let meanings = |query| read(&lexicon, query).into_iter().map(|found| found.meaning).collect::<Vec<_>>();
    assert_eq!(meanings("dtd typ"), ["điện tâm đồ", "đái tháo đường"], "the more usual of both");
    // Said by both kinds, it is a synonym.
    let mut both = LexiconBuilder::new();
    both.add_abbreviation("HP", "helicobacter pylori", 2);
    both.add_synonym("hp", "helicobacter pylori");
    both.add_abbreviation("HÔ", "hô hấp", 3);
    both.add_synonym("HO", "hô hấp");
    for found in read(&both.build(), "viêm HP, HO cao") {
        assert_eq!((found.kind, found.rarity), (EntryKind::Synonym, 1), "{found:?}");
    }
    // Over the same compiled.
    let mut over = LexiconBuilder::from(lexicons()[1].clone());
    over.add_synonym("tiểu đường", "đái tháo đường");
    assert_eq!(read(&over.build(), "tiểu đường").len(), 1);
}

#[test]
fn a_lexicon_made_from_another_is_compiled_with_it() {
    let [plain, compiled, half] = lexicons();
    let bytes = |lexicon: Lexicon| LexiconBuilder::from(lexicon).to_bytes().unwrap();
    let expected = builder().to_bytes().unwrap();
    assert!(bytes(compiled) == expected && bytes(plain) == expected);
    // The same entries in another order: the same, for none stands for the same phrase with the same rarity.
    assert!(bytes(half) == expected);
}

#[test]
fn tables_are_told_by_their_headings() {
    let mut builder = LexiconBuilder::new();
    builder.add_table("abbreviation\texpansion\tlanguage\tcommonness\nTHA\ttăng huyết áp\tvi\t1\n").unwrap();
    builder.add_table("phrase\tmeaning\tkind\ncao máu\ttăng huyết áp\tlay\n").unwrap();
    assert_eq!(builder.build().len(), 2);
    for table in ["", "code\tname\nA00\tTả\n", "phrase\tmeaning\nno tab", "abbreviation\tx\nTHA\tx\tvi\tusual\n"] {
        let error = LexiconBuilder::new().add_table(table).unwrap_err();
        assert!(matches!(error, Error::Argument { what: "line of a lexicon", .. }), "{error}");
    }
}
