//! Clusters of ICD-11: several codes that say one thing together.

use std::fmt;
use std::str::FromStr;

use crate::{Error, Result};

/// The longest cluster that is read, in bytes.
const LONGEST: usize = 1024;

/// A cluster of ICD-11 codes (ICD-11 reference guide, postcoordination): stem codes joined by `/`, each with its extension
/// codes joined by `&`. A stem code alone is a cluster too.
///
/// Parsing looks at the form alone; whether a list has the codes is for [`Terminology::lookup`](crate::Terminology::lookup).
///
/// ```
/// use medterm::code::Cluster;
/// let cluster: Cluster = " 1c41&xn1p6 / 1G40".parse()?;
/// assert_eq!(cluster.to_string(), "1C41&XN1P6/1G40");
/// assert_eq!(cluster.stems()[0].extensions, ["XN1P6"]);
/// assert_eq!(cluster.codes().collect::<Vec<_>>(), ["1C41", "XN1P6", "1G40"]);
///
/// // An extension code says nothing without a stem code before it.
/// assert!("XN1P6".parse::<Cluster>().is_err());
/// # Ok::<(), medterm::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Cluster {
    stems: Vec<Stem>,
}

/// A stem code with the extension codes that belong to it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Stem {
    /// The stem code, as printed: `1A00`.
    pub code: String,
    /// Its extension codes, in the order in which they were written.
    pub extensions: Vec<String>,
}

impl Cluster {
    /// The stem codes in the order in which they were written: at least one.
    #[must_use]
    pub fn stems(&self) -> &[Stem] {
        &self.stems
    }

    /// All codes in the order in which they were written.
    pub fn codes(&self) -> impl Iterator<Item = &str> {
        self.stems.iter().flat_map(|stem| std::iter::once(&stem.code).chain(&stem.extensions)).map(String::as_str)
    }

    /// True if it is one stem code alone.
    #[must_use]
    pub fn is_single(&self) -> bool {
        self.codes().nth(1).is_none()
    }
}

impl fmt::Display for Cluster {
    /// In the form in which WHO's tools write it: capitals, no spaces.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (number, stem) in self.stems.iter().enumerate() {
            let separator = if number == 0 { "" } else { "/" };
            write!(f, "{separator}{}", stem.code)?;
            for extension in &stem.extensions {
                write!(f, "&{extension}")?;
            }
        }
        Ok(())
    }
}

impl FromStr for Cluster {
    type Err = Error;

    /// Reads a cluster, in any letter case, with or without spaces around the signs.
    fn from_str(text: &str) -> Result<Self> {
        let refused = |what: String| Error::Argument {
            what: "ICD-11 cluster",
            value: text.chars().take(80).collect(),
            expected: what,
        };
        if text.len() > LONGEST {
            return Err(refused(format!("at most {LONGEST} bytes")));
        }
        let stems = text.split('/').map(|part| {
            let mut codes = part.split('&').map(|code| code.trim().to_ascii_uppercase());
            let code = codes.next().unwrap_or_default();
            if !is_stem_code(&code) {
                return Err(refused(format!("a stem code such as 1A00 or 1A00.0 in place of {code:?}")));
            }
            let extensions = codes.map(|code| match is_extension_code(&code) {
                true => Ok(code),
                false => Err(refused(format!("an extension code such as XN8P1 behind & in place of {code:?}"))),
            });
            Ok(Stem { code, extensions: extensions.collect::<Result<_>>()? })
        });
        Ok(Self { stems: stems.collect::<Result<_>>()? })
    }
}

/// True if a text has the form of an ICD-11 stem code: a letter or digit for the chapter, a letter, a digit, a letter or
/// digit, and behind a dot up to two more (`1A00`, `ME24.35`). Capitals only; `I` and `O` are never used, and `X` begins
/// extension codes.
#[must_use]
pub fn is_stem_code(text: &str) -> bool {
    let (category, finer) = text.split_once('.').map_or((text, None), |(category, finer)| (category, Some(finer)));
    let [chapter, letter, digit, last] = category.as_bytes() else { return false };
    (is_letter(*chapter) || matches!(chapter, b'1'..=b'9'))
        && *chapter != b'X'
        && is_letter(*letter)
        && digit.is_ascii_digit()
        && is_either(*last)
        && finer.is_none_or(|finer| matches!(finer.len(), 1 | 2) && finer.bytes().all(is_either))
}

/// True if a text has the form of an ICD-11 extension code: `X`, a letter, a digit, and up to three letters or digits
/// (`XS5W`, `XN8P1`, `XM8QV9`).
#[must_use]
pub fn is_extension_code(text: &str) -> bool {
    let [b'X', letter, digit, rest @ ..] = text.as_bytes() else { return false };
    is_letter(*letter) && digit.is_ascii_digit() && matches!(rest.len(), 1..=3) && rest.iter().copied().all(is_either)
}

fn is_letter(byte: u8) -> bool {
    byte.is_ascii_uppercase() && !matches!(byte, b'I' | b'O')
}

fn is_either(byte: u8) -> bool {
    is_letter(byte) || byte.is_ascii_digit()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn forms_of_codes() {
        for stem in ["1A00", "AA0Z", "ME24.35", "1A03.Y", "FB40.0Z", "VA00", "5D00.0"] {
            assert!(is_stem_code(stem) && !is_extension_code(stem), "{stem}");
        }
        for extension in ["XS5W", "XN8P1", "XM8QV9", "XY0Y"] {
            assert!(is_extension_code(extension) && !is_stem_code(extension), "{extension}");
        }
        for neither in [
            "", "1A0", "1A000", "A00", "J18.9", "1A00.", "1A00.000", "1a00", "0A00", "IA00", "1O00", "XAB1", "XN8",
            "XM8QV91", "XN8P.1", "1A00.ê", "ê1A",
        ] {
            assert!(!is_stem_code(neither) && !is_extension_code(neither), "{neither}");
        }
    }

    #[test]
    fn clusters_are_read_and_written() {
        let cluster: Cluster = "pa06 & XE9EE&XE165 /ME24.35".parse().unwrap();
        assert_eq!(cluster.to_string(), "PA06&XE9EE&XE165/ME24.35");
        assert_eq!(cluster.stems()[0].extensions, ["XE9EE", "XE165"]);
        assert!(!cluster.is_single() && "1A00".parse::<Cluster>().unwrap().is_single());
        let message = |text: &str| text.parse::<Cluster>().unwrap_err().to_string();
        for (text, part) in [
            ("", "stem code"),
            ("1A00&", "extension code"),
            ("&XN8P1", "stem code"),
            ("1A00/", "stem code"),
            ("1A00//1A01", "stem code"),
            ("1A00&1A01", "extension code"),
            ("1A00/XN8P1", "stem code"),
            ("1A00 XN8P1", "stem code"),
            ("No Mapping", "stem code"),
        ] {
            assert!(message(text).contains(part), "{text}: {}", message(text));
        }
        assert!(message(&"1A00/".repeat(300)).contains("bytes"));
    }

    proptest! {
        #[test]
        fn what_is_read_is_written_again(text in "([1-9A-HJX][A-Z][0-9][0-9A-Z](\\.[0-9A-Z])?[/&]?){1,5}") {
            if let Ok(cluster) = text.parse::<Cluster>() {
                prop_assert_eq!(cluster.to_string(), text);
            }
        }
    }
}
