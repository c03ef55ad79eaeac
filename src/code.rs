//! Grammars of codes: how the many ways of writing a code become one key, and how a key is shown.
//!
//! A *key* is what an index is searched by: no white space, no dot, upper case, no dagger or asterisk.
//! The code as its publisher prints it is kept beside the key and is what a
//! [`Concept`](crate::Concept) shows. This module knows nothing of any list's content.

mod cluster;
pub mod loinc;
pub mod snomed_ct;

pub use cluster::{Cluster, Stem, is_extension_code, is_stem_code};

/// The longest key, in bytes, that an index can hold.
pub const MAX_KEY_LENGTH: usize = 64;

/// The dual-classification mark printed behind an ICD-10 code (WHO ICD-10, volume 2, section 3.1.3).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "kebab-case"))]
pub enum Mark {
    /// No mark.
    #[default]
    None,
    /// `†`: the code names the underlying disease.
    Dagger,
    /// `*`: the code names the manifestation, and needs the code of the underlying disease beside it.
    Asterisk,
}

impl Mark {
    /// The mark as printed: empty, `†` or `*`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::None => "",
            Self::Dagger => "†",
            Self::Asterisk => "*",
        }
    }

    /// Splits a trailing mark off a code. `+` is read as `†`, which many keyboards lack.
    #[must_use]
    pub fn split(code: &str) -> (&str, Self) {
        for (sign, mark) in [("†", Self::Dagger), ("+", Self::Dagger), ("*", Self::Asterisk)] {
            if let Some(bare) = code.strip_suffix(sign) {
                return (bare.trim_end(), mark);
            }
        }
        (code, Self::None)
    }
}

/// How the codes of a system are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "kebab-case"))]
#[non_exhaustive]
pub enum CodeGrammar {
    /// Codes are taken as written, letter case aside (LOINC, SNOMED CT, local lists).
    #[default]
    Verbatim,
    /// ICD-10 and its clinical modifications: a dot behind the third character that may be left out,
    /// and a dagger or asterisk that may follow.
    Icd10,
}

impl CodeGrammar {
    /// Brings a code as somebody typed it to its key and mark. `None` if it cannot be a code of this
    /// grammar: empty, longer than [`MAX_KEY_LENGTH`], or with control characters or inner white space.
    ///
    /// ```
    /// use medterm::code::{CodeGrammar, Mark};
    /// let key = CodeGrammar::Icd10.parse(" a17.0† ").unwrap();
    /// assert_eq!((key.as_str(), key.mark()), ("A170", Mark::Dagger));
    /// assert!(CodeGrammar::Icd10.parse("viêm phổi").is_none());
    /// ```
    #[must_use]
    pub fn parse(self, text: &str) -> Option<CodeKey> {
        let text = text.trim();
        let (bare, mark) = match self {
            Self::Icd10 => Mark::split(text),
            Self::Verbatim => (text, Mark::None),
        };
        let mut key = CodeKey { bytes: [0; MAX_KEY_LENGTH], length: 0, mark };
        // Characters since the start, or since the dash of a range; and whether the dot has been seen.
        let (mut since, mut dotted) = (0, false);
        for byte in bare.bytes() {
            match byte {
                b'.' if self == Self::Icd10 => {
                    if since != 3 || dotted {
                        return None;
                    }
                    dotted = true;
                    continue;
                }
                0..=b' ' | 0x7f => return None,
                // A mark stands behind the code; inside, it would be taken for one when the code is read again.
                b'*' | b'+' if self == Self::Icd10 => return None,
                // ICD-10 codes are ASCII; a local list may use any letters.
                0x80.. if self == Self::Icd10 => return None,
                _ => {
                    *key.bytes.get_mut(usize::from(key.length))? = byte.to_ascii_uppercase();
                    key.length += 1;
                    (since, dotted) = if byte == b'-' { (0, false) } else { (since + 1, dotted) };
                }
            }
        }
        (key.length > 0).then_some(key)
    }

    /// Writes the usual printed form of a key, without its mark: `A170` → `A17.0`.
    pub fn render(self, key: &str, out: &mut String) {
        match (self, key.split_at_checked(3)) {
            (Self::Icd10, Some((category, finer)))
                if !finer.is_empty()
                    && !key.contains('-')
                    && category.as_bytes().get(1).is_some_and(u8::is_ascii_digit) =>
            {
                out.push_str(category);
                out.push('.');
                out.push_str(finer);
            }
            _ => out.push_str(key),
        }
    }
}

/// A code brought to the form an index is searched by; see [`CodeGrammar::parse`].
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct CodeKey {
    bytes: [u8; MAX_KEY_LENGTH],
    length: u8,
    mark: Mark,
}

impl CodeKey {
    /// The key's bytes: what automata are walked with.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        self.bytes.get(..usize::from(self.length)).unwrap_or_default()
    }

    /// The key as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(self.as_bytes()).unwrap_or_default()
    }

    /// The mark that was written behind the code.
    #[must_use]
    pub fn mark(&self) -> Mark {
        self.mark
    }
}

impl std::fmt::Debug for CodeKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "CodeKey({}{})", self.as_str(), self.mark.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(text: &str) -> Option<String> {
        CodeGrammar::Icd10.parse(text).map(|key| format!("{}{}", key.as_str(), key.mark().as_str()))
    }

    #[test]
    fn every_spelling_gives_one_key() {
        for text in ["J18.9", "j189", " J18.9 ", "J189", "\u{a0}j18.9\t"] {
            assert_eq!(key(text).as_deref(), Some("J189"), "{text:?}");
        }
        assert_eq!(key("A17.0†").as_deref(), Some("A170†"));
        assert_eq!(key("A17.0+").as_deref(), Some("A170†"));
        assert_eq!(key("G01 *").as_deref(), Some("G01*"));
        assert_eq!(key("a00-a09").as_deref(), Some("A00-A09"));
        for not_a_code in
            ["", " ", ".", "J..189", "E1.10", "J18..9", "†", "J18 9", "J18\u{0}", "ổ", "*..", "A17*0", "+A"]
        {
            assert_eq!(key(not_a_code), None, "{not_a_code:?}");
        }
        assert_eq!(CodeGrammar::Verbatim.parse("4548-4").unwrap().as_str(), "4548-4");
        assert_eq!(CodeGrammar::Verbatim.parse("03.3911.0200_gt").unwrap().as_str(), "03.3911.0200_GT");
        assert!(CodeGrammar::Icd10.parse(&"A".repeat(MAX_KEY_LENGTH + 1)).is_none());
    }

    #[test]
    fn rendering_undoes_parsing() {
        for code in ["A00", "A17.0", "M01.00", "S72.141A", "C7A.00", "A00-A09", "XVIII", "I"] {
            let mut shown = String::new();
            CodeGrammar::Icd10.render(CodeGrammar::Icd10.parse(code).unwrap().as_str(), &mut shown);
            assert_eq!(shown, code);
        }
    }
}
