use proptest::prelude::*;

use super::*;

fn store<T: AsRef<str>>(terms: &[T]) -> Vec<u8> {
    let mut builder = TermsBuilder::new();
    for (id, term) in (0..).zip(terms) {
        assert_eq!(builder.push(term.as_ref()).unwrap(), id);
    }
    builder.finish().unwrap()
}

fn read_all(bytes: &[u8]) -> Vec<String> {
    let terms = Terms::open(bytes).unwrap();
    let read = |id| {
        let mut text = String::new();
        terms.read(id, &mut text).unwrap();
        text
    };
    (0..terms.len()).map(read).collect()
}

fn assert_round_trip<T: AsRef<str>>(terms: &[T]) -> Vec<u8> {
    let bytes = store(terms);
    let read = read_all(&bytes);
    assert_eq!(read.len(), terms.len());
    for (read, term) in read.iter().zip(terms) {
        assert_eq!(read, term.as_ref());
    }
    bytes
}

/// A list like a real one: bones, sides and encounters.
fn fractures() -> Vec<String> {
    let mut terms = Vec::new();
    for bone in ["xương đùi", "xương chày", "xương mác", "xương quay", "xương trụ"] {
        terms.push(format!("Gãy {bone}"));
        for side in ["phải", "trái", "bên không xác định"] {
            for encounter in ["lần khám đầu", "lần khám sau, liền chậm", "lần khám sau, không liền", "di chứng"]
            {
                terms.push(format!("Gãy {bone} {side}, {encounter}"));
            }
        }
    }
    terms
}

#[test]
fn no_terms_and_empty_terms() {
    let bytes = assert_round_trip::<&str>(&[]);
    assert!(Terms::open(&bytes).unwrap().read(0, &mut String::new()).is_err());
    assert_round_trip(&[""]);
    assert_round_trip(&[""; 40]);
    assert_round_trip(&["", "a", "", "", "a b", "a", ""]);
}

#[test]
fn awkward_texts() {
    assert_round_trip(&[
        " ",
        "  ",
        "a  b",
        " a",
        "a ",
        "a\tb\r\n",
        "\0\u{1}\u{7f}",
        "--",
        "👩‍⚕️ khám 🦴🦴",
        "Ga\u{303}y xu\u{31b}o\u{31b}ng",
        "đ\u{323}",
        "骨折骨折骨折骨折骨折骨折骨折骨折",
        "a1 2b,3",
        "\u{feff}x",
        "\u{10ffff}",
        "\u{301}\u{301}",
    ]);
}

#[test]
fn neighbours_that_share_all_or_much() {
    let long: Vec<String> = (1..100).map(|words| "a b ".repeat(words)).collect();
    assert_round_trip(&long);
    let backwards: Vec<&String> = long.iter().rev().collect();
    assert_round_trip(&backwards);
    assert_round_trip(&["x y z"; 50]);
    let numbered: Vec<String> = (0..200).map(|n| format!("{} {n}", "w ".repeat(n % 70))).collect();
    assert_round_trip(&numbered);
}

#[test]
fn longest_terms() {
    let word = "ệ".repeat(MAX_TERM_LENGTH / 3);
    let words = "a,".repeat(MAX_TERM_LENGTH / 2);
    assert_round_trip(&[&word, &words, &word, &words, "short"]);
}

#[test]
fn alike_terms_take_little_room() {
    let terms = fractures();
    let bytes = assert_round_trip(&terms);
    let tables = 2 * 256 + 300;
    assert!(bytes.len() < tables + terms.concat().len() / 5, "{} of {}", bytes.len(), terms.concat().len());
}

#[test]
fn appends_and_leaves_the_rest() {
    let bytes = store(&["một", "hai"]);
    let terms = Terms::open(&bytes).unwrap();
    let mut text = "0 ".to_owned();
    terms.read(1, &mut text).unwrap();
    assert_eq!(text, "0 hai");
    assert!(matches!(terms.read(2, &mut text), Err(Error::Corrupt { section: "terms", .. })));
    assert_eq!(text, "0 hai");
}

#[test]
fn same_terms_same_bytes() {
    assert_eq!(store(&fractures()), store(&fractures()));
}

/// Whatever the bytes, reading ends, within bounds, with a text or an error.
fn read_damaged(bytes: &[u8]) {
    let Ok(terms) = Terms::open(bytes) else { return };
    let mut text = "đã có".to_owned();
    let some = terms.len().min(80);
    for id in (0..some).chain([some, terms.len().saturating_sub(1), u32::MAX]) {
        text.truncate("đã có".len());
        if terms.read(id, &mut text).is_err() {
            assert_eq!(text, "đã có");
        }
        assert!(text.starts_with("đã có") && text.len() <= "đã có".len() + MAX_TERM_LENGTH);
    }
}

#[test]
fn truncated_stores_are_refused() {
    let bytes = store(&fractures());
    for length in 0..bytes.len() {
        assert!(matches!(Terms::open(&bytes[..length]), Err(Error::Corrupt { section: "terms", .. })));
    }
    let longer = [&bytes[..], &[0]].concat();
    assert!(Terms::open(&longer).is_err());
}

#[test]
fn damaged_bytes_do_no_harm() {
    let bytes = store(&fractures());
    for place in 0..bytes.len() {
        for change in [1, 4, 32, 128, 255] {
            let mut damaged = bytes.clone();
            damaged[place] ^= change;
            read_damaged(&damaged);
        }
    }
}

/// A store of one term, "a", whose phrases are these; symbol 0 is the token, 1 the first phrase.
fn with_phrases(phrases: &[(u32, u32)], first: u32) -> Vec<u8> {
    let end = 1 + phrases.len() as u32;
    let bits = width_of(u64::from(end));
    let mut packed = bits::BitWriter::default();
    for &(left, right) in phrases {
        packed.push(left, bits);
        packed.push(right, bits);
    }
    // One symbol of one bit, which claims to close the term.
    let word = Decoded { symbol: first, length: 1, closing: true };
    let code = prefix_code::Encoder::new([word].into_iter());
    let header = Header {
        terms: 1,
        tokens: 1,
        phrases: phrases.len() as u32,
        spelling_bytes: 1,
        sequence_bytes: 1,
        units: 1,
        symbol_runs: code.runs(),
        drop_runs: 0,
        offset_bits: 1,
    };
    let mut bytes = Vec::new();
    header.write(&mut bytes);
    bytes.extend(b"a\0\0\0\0\0\0\0\x01");
    code.write_table(&mut bytes);
    bytes.extend([0; 256]);
    bytes.extend([0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0]);
    bytes.extend(packed.finish());
    // A row of blocks, the spelling, the sequence.
    bytes.extend([0; 6 + 1 + 1]);
    bytes
}

fn read_with_phrases(phrases: &[(u32, u32)], first: u32) -> Result<String> {
    let bytes = with_phrases(phrases, first);
    let mut text = String::new();
    Terms::open(&bytes).unwrap().read(0, &mut text).map(|()| text)
}

#[test]
fn sums_of_lengths() {
    assert_eq!(sum_of_lengths((1 << 60) - 1), 12 * 31);
    let numbered = (0..12).fold(0, |lengths, nth| lengths | (nth + 1) << (LENGTH_BITS as u64 * nth));
    assert_eq!(sum_of_lengths(numbered), 78);
    assert_eq!(sum_of_lengths(numbered & ((1 << 25) - 1)), 15);
}

#[test]
fn hostile_phrases_end() {
    assert_eq!(read_with_phrases(&[(0, 2)], 1).unwrap(), "a", "the store is made rightly");
    assert!(read_with_phrases(&[(0, 1)], 1).is_err(), "a phrase in its own right half");
    assert!(read_with_phrases(&[(1, 0)], 1).is_err(), "a phrase in its own left half");
    assert!(read_with_phrases(&[(2, 2), (1, 1)], 1).is_err(), "two phrases in each other");
    assert!(read_with_phrases(&[(2, 0)], 1).is_err(), "an end in the middle");
    assert!(read_with_phrases(&[(0, 0)], 1).is_err(), "no end");
    assert!(read_with_phrases(&[(0, 3)], 1).is_err(), "an unknown symbol");
    assert!(read_with_phrases(&[], 0).is_err(), "a closing token");
}

#[test]
fn exponential_phrases_are_cut_off() {
    let doubling = |levels: u32| -> Vec<(u32, u32)> {
        let twice = (1..levels).map(|level| (level, level));
        [(0, 0)].into_iter().chain(twice).chain([(levels, levels + 2)]).collect()
    };
    assert_eq!(read_with_phrases(&doubling(16), 17).unwrap().len(), MAX_TERM_LENGTH);
    assert!(read_with_phrases(&doubling(17), 18).is_err(), "longer than a term can be");
    assert!(read_with_phrases(&doubling(30), 31).is_err(), "a thousand million letters");
    assert!(read_with_phrases(&doubling(40), 41).is_err(), "nested too deep");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn gives_any_texts_back(terms in prop::collection::vec("(\\PC|[\u{0}-\u{20}]|[a-c ,]|[a-c ,]|\u{301}){0,40}", 0..60)) {
        assert_round_trip(&terms);
    }

    #[test]
    fn gives_like_texts_back(terms in prop::collection::vec("(bệnh|viêm| cấp| mạn|, |phổi| ){0,12}", 0..150)) {
        assert_round_trip(&terms);
    }

    #[test]
    fn any_bytes_do_no_harm(start in prop::collection::vec(any::<u8>(), 0..20), place in 0_usize..2_000, other in any::<[u8; 4]>()) {
        read_damaged(&start);
        let mut damaged = store(&fractures());
        let place = place % (damaged.len() - 4);
        damaged[place..place + 4].copy_from_slice(&other);
        read_damaged(&damaged);
    }
}
