//! Grammars of codes: how the many ways of writing a code become one key, and how a key is shown.
//!
//! A *key* is what an index is searched by: no white space, no dot, upper case, no dagger or asterisk.
//! The code as its publisher prints it is kept beside the key and is what a
//! [`Concept`](crate::Concept) shows. This module knows nothing of any list's content.
//!
//! A [`CodeList`] takes apart what stands in one field of a record, and a [`CodeShape`] tells codes of different systems
//! apart by their look.

mod list;
mod shape;

pub use list::{CodeList, ListItem, Repair};
pub use shape::CodeShape;

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
    /// Diagnoses of ICD-9-CM: a dot behind the third character, behind the fourth of codes that begin with E, that may
    /// be left out, as CMS does (`25000`, `E8000`).
    Icd9,
    /// Procedures of ICD-9-CM: a dot behind the second digit that may be left out (`88.73`, `8873`). A zero at either
    /// end counts: `35.2` and `35.20` are two codes.
    Icd9Procedure,
    /// Codes are taken as written; the case of letters counts, and single spaces may stand inside (some code systems of
    /// HL7).
    CaseSensitive,
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
            Self::Verbatim | Self::Icd9 | Self::Icd9Procedure | Self::CaseSensitive => (text, Mark::None),
        };
        let dot = self.dot_behind(bare);
        let mut key = CodeKey { bytes: [0; MAX_KEY_LENGTH], length: 0, mark };
        // Characters since the start, or since the dash of a range; and whether the dot has been seen.
        let (mut since, mut dotted) = (0, false);
        for byte in bare.bytes() {
            match byte {
                b'.' if dot > 0 => {
                    if since != dot || dotted {
                        return None;
                    }
                    dotted = true;
                    continue;
                }
                b' ' if self == Self::CaseSensitive && !key.as_bytes().ends_with(b" ") => key.push(b' ')?,
                0..=b' ' | 0x7f => return None,
                _ if self == Self::CaseSensitive => key.push(byte)?,
                // A mark stands behind the code; inside, it would be taken for one when the code is read again.
                b'*' | b'+' if self == Self::Icd10 => return None,
                // Codes with dots are ASCII; a local list may use any letters.
                0x80.. if dot > 0 => return None,
                _ => {
                    key.push(byte.to_ascii_uppercase())?;
                    (since, dotted) = if byte == b'-' { (0, false) } else { (since + 1, dotted) };
                }
            }
        }
        (key.length > 0).then_some(key)
    }

    /// How many characters stand before the dot; 0 if the grammar has none.
    fn dot_behind(self, code: &str) -> usize {
        match self {
            Self::Verbatim | Self::CaseSensitive => 0,
            Self::Icd9Procedure => 2,
            Self::Icd9 if code.starts_with(['E', 'e']) => 4,
            Self::Icd9 | Self::Icd10 => 3,
        }
    }

    /// Writes the usual printed form of a key, without its mark: `A170` → `A17.0`.
    pub fn render(self, key: &str, out: &mut String) {
        let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        let has_dot = |category: &str, finer: &str| match self {
            Self::Verbatim | Self::CaseSensitive => false,
            Self::Icd10 => !key.contains('-') && category.as_bytes().get(1).is_some_and(u8::is_ascii_digit),
            Self::Icd9 => digits(category.strip_prefix(['E', 'V']).unwrap_or(category)) && digits(finer),
            Self::Icd9Procedure => digits(category) && digits(finer),
        };
        match key.split_at_checked(self.dot_behind(key)) {
            Some((category, finer)) if !finer.is_empty() && has_dot(category, finer) => {
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
    /// Adds a byte; `None` if the key is full.
    fn push(&mut self, byte: u8) -> Option<()> {
        *self.bytes.get_mut(usize::from(self.length))? = byte;
        self.length += 1;
        Some(())
    }

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
        assert_eq!(CodeGrammar::CaseSensitive.parse(" Mg per h ").unwrap().as_str(), "Mg per h");
        assert!(
            CodeGrammar::CaseSensitive.parse("a  b").is_none() && CodeGrammar::CaseSensitive.parse("a\tb").is_none()
        );
        assert_eq!(CodeGrammar::Verbatim.parse("4548-4").unwrap().as_str(), "4548-4");
        assert_eq!(CodeGrammar::Verbatim.parse("03.3911.0200_gt").unwrap().as_str(), "03.3911.0200_GT");
        assert!(CodeGrammar::Icd10.parse(&"A".repeat(MAX_KEY_LENGTH + 1)).is_none());
    }

    #[test]
    fn codes_of_icd_9_have_their_dots_elsewhere() {
        let written = |grammar: CodeGrammar, text: &str| {
            let mut code = String::new();
            grammar.render(grammar.parse(text)?.as_str(), &mut code);
            Some(code)
        };
        for (typed, printed) in [
            ("25000", "250.00"),
            ("250.00", "250.00"),
            ("e8000", "E800.0"),
            ("E800.0", "E800.0"),
            ("V1005", "V10.05"),
            ("250", "250"),
            ("E800", "E800"),
            ("001-009", "001-009"),
            ("001-009.99", "001-00999"),
        ] {
            assert_eq!(written(CodeGrammar::Icd9, typed).as_deref(), Some(printed), "{typed}");
        }
        for (typed, printed) in
            [("8873", "88.73"), ("88.73", "88.73"), ("35.2", "35.2"), ("3520", "35.20"), ("00", "00")]
        {
            assert_eq!(written(CodeGrammar::Icd9Procedure, typed).as_deref(), Some(printed), "{typed}");
        }
        for (grammar, text) in [
            (CodeGrammar::Icd9, "25.000"),
            (CodeGrammar::Icd9, "E80.00"),
            (CodeGrammar::Icd9, "250.0ổ"),
            (CodeGrammar::Icd9Procedure, "8.873"),
            (CodeGrammar::Icd9Procedure, "88.7.3"),
        ] {
            assert_eq!(grammar.parse(text), None, "{text}");
        }
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
