//! Level 3: one key for syllables that are commonly written for each other.

use super::letter::is_plain_vowel;

/// Initials that share a key letter, longest first. An initial that is not listed is its own key.
/// Capitals stand for sounds that have no single letter.
const INITIALS: [(&str, char); 19] = [
    ("ngh", 'N'),
    ("ng", 'N'),
    ("nh", 'J'),
    ("ch", 'C'),
    ("tr", 'C'),
    ("gh", 'g'),
    ("kh", 'K'),
    ("th", 'T'),
    ("ph", 'P'),
    ("gi", 'd'),
    ("d", 'd'),
    ("r", 'd'),
    ("s", 's'),
    ("x", 's'),
    ("l", 'l'),
    ("n", 'l'),
    ("c", 'c'),
    ("k", 'c'),
    ("q", 'c'),
];

/// Finals that share a key letter. A final that is not listed is its own key.
const FINALS: [(&str, char); 7] =
    [("n", 'n'), ("ng", 'n'), ("nh", 'n'), ("c", 't'), ("k", 't'), ("ch", 't'), ("t", 't')];

/// Writes the phonetic key of a folded token ([`Token::folded`](super::Token::folded)) over `out`.
///
/// | class | members |
/// |---|---|
/// | initial | s x; ch tr; d gi r (and đ, folded); l n; c k q; g gh; ng ngh |
/// | final | n ng nh; c k t ch |
/// | vowel | y as i, but for the rimes -ay and -uy: `tay` is not `tai`, `quy` is `qui` |
///
/// A word of several syllables is keyed by its first initial, its last final and its vowels, so that
/// `polyp` is `polip`. A single letter and a token with a digit or a letter beyond ASCII have themselves
/// for a key: `c` is not `k`, nor `b12` another vitamin. The key is for comparison only, never shown.
///
/// ```
/// let (mut first, mut second) = (String::new(), String::new());
/// medterm::text::phonetic_key("xuong", &mut first);
/// medterm::text::phonetic_key("suon", &mut second);
/// assert_eq!(first, second);
/// ```
pub fn phonetic_key(folded: &str, out: &mut String) {
    out.clear();
    if folded.len() < 2 || !folded.bytes().all(|b| b.is_ascii_lowercase()) {
        out.push_str(folded);
        return;
    }
    let rime = push_initial(folded, out);
    let middle = rime.trim_end_matches(|c| !is_plain_vowel(c));
    let last = rime.strip_prefix(middle).unwrap_or_default();
    push_middle(middle, last.is_empty() && folded != "quy", out);
    match FINALS.iter().find(|(written, _)| *written == last) {
        Some((_, key)) if !middle.is_empty() => out.push(*key),
        _ => out.push_str(last),
    }
}

/// Writes the key of the initial and returns what follows it.
fn push_initial<'a>(folded: &'a str, out: &mut String) -> &'a str {
    let found = INITIALS.iter().find_map(|(written, key)| Some((*written, *key, folded.strip_prefix(written)?)));
    let Some((written, key, rest)) = found else { return folded };
    out.push(key);
    if written == "gi" && keeps_i(rest) {
        out.push('i');
    }
    rest
}

/// Whether the i of an initial gi is also the vowel: in `gin`, and in `gieng`, which is gi + iêng.
fn keeps_i(rest: &str) -> bool {
    let mut letters = rest.chars();
    match letters.next() {
        Some('e') => letters.next().is_some_and(|c| !is_plain_vowel(c)),
        first => !first.is_some_and(is_plain_vowel),
    }
}

/// Writes everything between initial and final. `open` says that the word ends here and a last y may be
/// the second half of -ay or -uy.
fn push_middle(middle: &str, open: bool, out: &mut String) {
    let diphthong = open && (middle.ends_with("ay") || middle.ends_with("uy"));
    let (before, last) = match middle.strip_suffix('y') {
        Some(before) if diphthong => (before, "y"),
        _ => (middle, ""),
    };
    out.extend(before.chars().map(|c| if c == 'y' { 'i' } else { c }));
    out.push_str(last);
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn key(folded: &str) -> String {
        let mut out = String::from("left over");
        phonetic_key(folded, &mut out);
        out
    }

    #[test]
    fn classes() {
        for class in [
            &["sot", "xot", "soc", "xoch", "sok"][..],
            &["tranh", "chan", "chang"],
            &["da", "gia", "ra"],
            &["nao", "lao"],
            &["quoc", "kuot"],
            &["ghe", "ge"],
            &["nghe", "nge"],
            &["ly", "li", "ny"],
            &["quy", "qui"],
            &["gin", "din", "rinh"],
            &["gi", "di"],
            &["gieng", "dien"],
            &["gieo", "deo"],
            &["polyp", "polip"],
            &["enzym", "enzim"],
            &["yeu", "ieu"],
        ] {
            for word in class {
                assert_eq!(key(word), key(class[0]), "{word} {}", class[0]);
            }
        }
    }

    #[test]
    fn kept_apart() {
        for (a, b) in [
            ("tai", "tay"),
            ("thui", "thuy"),
            ("quai", "quay"),
            ("nha", "na"),
            ("nga", "na"),
            ("tha", "ta"),
            ("cha", "ca"),
            ("kha", "ca"),
            ("pha", "pa"),
            ("va", "da"),
            ("am", "an"),
            ("ap", "at"),
            ("ga", "gia"),
            ("nghi", "nghia"),
        ] {
            assert_ne!(key(a), key(b), "{a} {b}");
        }
    }

    #[test]
    fn letters_numbers_and_other_scripts_are_their_own_key() {
        for word in ["c", "k", "y", "b12", "k21", "ngh5", "肺炎", "йод", ""] {
            assert_eq!(key(word), word);
        }
    }

    proptest! {
        #[test]
        fn never_longer_and_never_empty(word in "[a-z]{1,12}") {
            let key = key(&word);
            prop_assert!(!key.is_empty() && key.len() <= word.len());
        }

        #[test]
        fn any_text(word in "\\PC{0,12}") {
            let _ = key(&word);
        }
    }
}
