//! Text encodings of publishers' files: bytes become text, and every byte that is none is reported.
//!
//! Known are UTF-8, UTF-16 in both byte orders, Windows-1252 (Western lists) and Windows-1258 (older
//! Vietnamese ones). A byte order mark decides and is left out of the text; without one, valid UTF-8 is
//! taken for UTF-8; anything else needs a hint, since no single-byte encoding can be told from another.
//!
//! Windows-1258 writes a Vietnamese vowel's tone as a combining mark behind the letter and has no other
//! way to write most of them (`ổ` is `ô` and U+0309). Its text is therefore composed (NFC), which is what
//! a publisher who wrote `ổ` meant; text in the Unicode encodings is left as it is.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;
use std::path::Path;
use std::str::FromStr;

use unicode_normalization::UnicodeNormalization;

use super::{Place, Report, Severity};
use crate::{Error, Result};

/// How text is written as bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Encoding {
    /// UTF-8.
    Utf8,
    /// UTF-16, low byte first.
    Utf16Le,
    /// UTF-16, high byte first.
    Utf16Be,
    /// Windows code page 1252, for Western European languages.
    Windows1252,
    /// Windows code page 1258, for Vietnamese; decoded to composed text (NFC).
    Windows1258,
}

impl Encoding {
    const ALL: [Self; 5] = [Self::Utf8, Self::Utf16Le, Self::Utf16Be, Self::Windows1252, Self::Windows1258];

    /// Its name, as on a command line: `utf-8`, `utf-16le`, `utf-16be`, `windows-1252`, `windows-1258`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Utf8 => "utf-8",
            Self::Utf16Le => "utf-16le",
            Self::Utf16Be => "utf-16be",
            Self::Windows1252 => "windows-1252",
            Self::Windows1258 => "windows-1258",
        }
    }
}

impl fmt::Display for Encoding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Encoding {
    type Err = Error;

    /// Reads a name that [`Encoding::as_str`] gives, in any letter case.
    fn from_str(text: &str) -> Result<Self> {
        Self::ALL.into_iter().find(|encoding| encoding.as_str().eq_ignore_ascii_case(text)).ok_or_else(|| {
            Error::Argument {
                what: "encoding",
                value: text.chars().take(40).collect(),
                expected: "utf-8, utf-16le, utf-16be, windows-1252 or windows-1258".into(),
            }
        })
    }
}

/// What [`decode`] gives.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decoded<'a> {
    /// The text, without a byte order mark. Borrowed if the bytes were clean UTF-8.
    pub text: Cow<'a, str>,
    /// The encoding that was used.
    pub encoding: Encoding,
    /// True if nothing told the encoding: the bytes are no valid UTF-8, and Windows-1252 was assumed.
    pub assumed: bool,
    /// How many undecodable sequences became U+FFFD, by line, counted from 1. Empty if all was well.
    pub replaced: BTreeMap<u64, u32>,
}

impl Decoded<'_> {
    /// Writes what went wrong into a report: `encoding-assumed` for a file whose encoding had to be guessed,
    /// `undecodable` for every line that lost bytes.
    pub fn report(&self, file: &str, report: &mut Report) {
        if self.assumed {
            let message = format!("not valid UTF-8, and no encoding was given: read as {}", self.encoding);
            report.add(Severity::Doubtful, "encoding-assumed", Place::file(file), None, message);
        }
        for (&line, count) in &self.replaced {
            let message = format!("{count} sequences are not {} text: shown as U+FFFD", self.encoding);
            report.add(Severity::Doubtful, "undecodable", Place::line(file, line), None, message);
        }
    }
}

/// Turns a file's bytes into text. Never fails: what is no text becomes U+FFFD and is counted by line.
///
/// A byte order mark is believed over `hint`. Time and memory are linear in the bytes.
///
/// ```
/// use medterm::source::encoding::{Encoding, decode};
/// let decoded = decode(b"Vi\xeam ph\xf4\xd2i", Some(Encoding::Windows1258));
/// assert_eq!(decoded.text, "Viêm phổi");
/// assert!(decode(b"Vi\xeam", None).assumed);
/// ```
#[must_use]
pub fn decode(bytes: &[u8], hint: Option<Encoding>) -> Decoded<'_> {
    let (marked, bytes) = match bytes {
        [0xef, 0xbb, 0xbf, rest @ ..] => (Some(Encoding::Utf8), rest),
        [0xff, 0xfe, rest @ ..] => (Some(Encoding::Utf16Le), rest),
        [0xfe, 0xff, rest @ ..] => (Some(Encoding::Utf16Be), rest),
        _ => (None, bytes),
    };
    let told = marked.or(hint);
    let is_utf8 = || std::str::from_utf8(bytes).is_ok();
    let encoding = told.unwrap_or_else(|| if is_utf8() { Encoding::Utf8 } else { Encoding::Windows1252 });
    let (text, replaced) = decode_as(bytes, encoding);
    Decoded { text, encoding, assumed: told.is_none() && encoding == Encoding::Windows1252, replaced }
}

/// Turns bytes that are in an encoding, and begin with no mark, into text; with what [`Decoded::replaced`] tells.
pub(super) fn decode_as(bytes: &[u8], encoding: Encoding) -> (Cow<'_, str>, BTreeMap<u64, u32>) {
    let mut out = Writer::default();
    match encoding {
        Encoding::Utf8 => {
            if let Ok(text) = std::str::from_utf8(bytes) {
                return (Cow::Borrowed(text), out.replaced);
            }
            for chunk in bytes.utf8_chunks() {
                chunk.valid().chars().for_each(|c| out.push(c));
                if !chunk.invalid().is_empty() {
                    out.replace();
                }
            }
        }
        Encoding::Utf16Le => decode_utf16(bytes, u16::from_le_bytes, &mut out),
        Encoding::Utf16Be => decode_utf16(bytes, u16::from_be_bytes, &mut out),
        Encoding::Windows1252 => decode_single(bytes, &WINDOWS_1252, &mut out),
        Encoding::Windows1258 => {
            decode_single(bytes, &WINDOWS_1258, &mut out);
            return (Cow::Owned(out.text.nfc().collect()), out.replaced);
        }
    }
    (Cow::Owned(out.text), out.replaced)
}

/// Decoded text as it grows, with the number of the line that is being written.
#[derive(Default)]
struct Writer {
    text: String,
    line_ends: u64,
    after_cr: bool,
    replaced: BTreeMap<u64, u32>,
}

impl Writer {
    fn push(&mut self, c: char) {
        let second_of_crlf = c == '\n' && self.after_cr;
        if matches!(c, '\n' | '\r') && !second_of_crlf {
            self.line_ends += 1;
        }
        self.after_cr = c == '\r';
        self.text.push(c);
    }

    fn replace(&mut self) {
        self.push(char::REPLACEMENT_CHARACTER);
        let count = self.replaced.entry(self.line_ends + 1).or_default();
        *count = count.saturating_add(1);
    }
}

fn decode_utf16(bytes: &[u8], unit: fn([u8; 2]) -> u16, out: &mut Writer) {
    let (pairs, odd) = bytes.as_chunks::<2>();
    for c in char::decode_utf16(pairs.iter().map(|pair| unit(*pair))) {
        match c {
            Ok(c) => out.push(c),
            Err(_) => out.replace(),
        }
    }
    if !odd.is_empty() {
        out.replace();
    }
}

fn decode_single(bytes: &[u8], upper_half: &[u16; 128], out: &mut Writer) {
    for &byte in bytes {
        let code_point = match byte.checked_sub(0x80) {
            None => u32::from(byte),
            Some(offset) => upper_half.get(usize::from(offset)).map_or(UNDEFINED.into(), |&unit| unit.into()),
        };
        match char::from_u32(code_point) {
            Some(c) if c != char::REPLACEMENT_CHARACTER => out.push(c),
            _ => out.replace(),
        }
    }
}

/// A byte to which a code page gives no character.
const UNDEFINED: u16 = 0xfffd;

/// Bytes 0x80 to 0xff of Windows-1252, from the Unicode Consortium's mapping file
/// `VENDORS/MICSFT/WINDOWS/CP1252.TXT`.
#[rustfmt::skip]
pub(crate) const WINDOWS_1252: [u16; 128] = [
    0x20ac, 0xfffd, 0x201a, 0x0192, 0x201e, 0x2026, 0x2020, 0x2021, 0x02c6, 0x2030, 0x0160, 0x2039, 0x0152, 0xfffd, 0x017d, 0xfffd,
    0xfffd, 0x2018, 0x2019, 0x201c, 0x201d, 0x2022, 0x2013, 0x2014, 0x02dc, 0x2122, 0x0161, 0x203a, 0x0153, 0xfffd, 0x017e, 0x0178,
    0x00a0, 0x00a1, 0x00a2, 0x00a3, 0x00a4, 0x00a5, 0x00a6, 0x00a7, 0x00a8, 0x00a9, 0x00aa, 0x00ab, 0x00ac, 0x00ad, 0x00ae, 0x00af,
    0x00b0, 0x00b1, 0x00b2, 0x00b3, 0x00b4, 0x00b5, 0x00b6, 0x00b7, 0x00b8, 0x00b9, 0x00ba, 0x00bb, 0x00bc, 0x00bd, 0x00be, 0x00bf,
    0x00c0, 0x00c1, 0x00c2, 0x00c3, 0x00c4, 0x00c5, 0x00c6, 0x00c7, 0x00c8, 0x00c9, 0x00ca, 0x00cb, 0x00cc, 0x00cd, 0x00ce, 0x00cf,
    0x00d0, 0x00d1, 0x00d2, 0x00d3, 0x00d4, 0x00d5, 0x00d6, 0x00d7, 0x00d8, 0x00d9, 0x00da, 0x00db, 0x00dc, 0x00dd, 0x00de, 0x00df,
    0x00e0, 0x00e1, 0x00e2, 0x00e3, 0x00e4, 0x00e5, 0x00e6, 0x00e7, 0x00e8, 0x00e9, 0x00ea, 0x00eb, 0x00ec, 0x00ed, 0x00ee, 0x00ef,
    0x00f0, 0x00f1, 0x00f2, 0x00f3, 0x00f4, 0x00f5, 0x00f6, 0x00f7, 0x00f8, 0x00f9, 0x00fa, 0x00fb, 0x00fc, 0x00fd, 0x00fe, 0x00ff,
];

/// Bytes 0x80 to 0xff of Windows-1258, from the Unicode Consortium's mapping file
/// `VENDORS/MICSFT/WINDOWS/CP1258.TXT`.
#[rustfmt::skip]
const WINDOWS_1258: [u16; 128] = [
    0x20ac, 0xfffd, 0x201a, 0x0192, 0x201e, 0x2026, 0x2020, 0x2021, 0x02c6, 0x2030, 0xfffd, 0x2039, 0x0152, 0xfffd, 0xfffd, 0xfffd,
    0xfffd, 0x2018, 0x2019, 0x201c, 0x201d, 0x2022, 0x2013, 0x2014, 0x02dc, 0x2122, 0xfffd, 0x203a, 0x0153, 0xfffd, 0xfffd, 0x0178,
    0x00a0, 0x00a1, 0x00a2, 0x00a3, 0x00a4, 0x00a5, 0x00a6, 0x00a7, 0x00a8, 0x00a9, 0x00aa, 0x00ab, 0x00ac, 0x00ad, 0x00ae, 0x00af,
    0x00b0, 0x00b1, 0x00b2, 0x00b3, 0x00b4, 0x00b5, 0x00b6, 0x00b7, 0x00b8, 0x00b9, 0x00ba, 0x00bb, 0x00bc, 0x00bd, 0x00be, 0x00bf,
    0x00c0, 0x00c1, 0x00c2, 0x0102, 0x00c4, 0x00c5, 0x00c6, 0x00c7, 0x00c8, 0x00c9, 0x00ca, 0x00cb, 0x0300, 0x00cd, 0x00ce, 0x00cf,
    0x0110, 0x00d1, 0x0309, 0x00d3, 0x00d4, 0x01a0, 0x00d6, 0x00d7, 0x00d8, 0x00d9, 0x00da, 0x00db, 0x00dc, 0x01af, 0x0303, 0x00df,
    0x00e0, 0x00e1, 0x00e2, 0x0103, 0x00e4, 0x00e5, 0x00e6, 0x00e7, 0x00e8, 0x00e9, 0x00ea, 0x00eb, 0x0301, 0x00ed, 0x00ee, 0x00ef,
    0x0111, 0x00f1, 0x0323, 0x00f3, 0x00f4, 0x01a1, 0x00f6, 0x00f7, 0x00f8, 0x00f9, 0x00fa, 0x00fb, 0x00fc, 0x01b0, 0x20ab, 0x00ff,
];

/// A file's name without its folder, and its content.
pub(super) fn read_file(path: &Path) -> Result<(String, Vec<u8>)> {
    let bytes = std::fs::read(path).map_err(|source| Error::io(path, source))?;
    Ok((file_name(path), bytes))
}

/// A file's name without its folder.
pub(super) fn file_name(path: &Path) -> String {
    path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned()
}

/// The lines of a text with their numbers, counted from 1; LF, CR LF and CR alone each end one.
pub(super) fn lines(text: &str) -> impl Iterator<Item = (u64, &str)> {
    let mut rest = text;
    let split = std::iter::from_fn(move || {
        let (line, after) = split_line(rest)?;
        rest = after;
        Some(line)
    });
    (1..).zip(split)
}

/// The first line of a text without its end, and what follows the end; `None` if the text is empty.
pub(super) fn split_line(text: &str) -> Option<(&str, &str)> {
    let Some((line, after)) = text.split_once(['\n', '\r']) else {
        return (!text.is_empty()).then_some((text, ""));
    };
    let ended_by_cr = text.as_bytes().get(line.len()) == Some(&b'\r');
    Some((line, after.strip_prefix('\n').filter(|_| ended_by_cr).unwrap_or(after)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const TEXT: &str = "Viêm phổi, Đái tháo đường";

    fn utf16(text: &str, bytes: fn(u16) -> [u8; 2]) -> Vec<u8> {
        text.encode_utf16().flat_map(bytes).collect()
    }

    #[test]
    fn one_text_in_every_encoding() {
        let windows_1258 = b"Vi\xeam ph\xf4\xd2i, \xd0\xe1i th\xe1o \xf0\xfd\xf5\xccng";
        let cases = [
            (TEXT.as_bytes().to_vec(), None, Encoding::Utf8),
            ([b"\xef\xbb\xbf", TEXT.as_bytes()].concat(), None, Encoding::Utf8),
            (utf16(&format!("\u{feff}{TEXT}"), u16::to_le_bytes), None, Encoding::Utf16Le),
            (utf16(&format!("\u{feff}{TEXT}"), u16::to_be_bytes), None, Encoding::Utf16Be),
            (utf16(TEXT, u16::to_le_bytes), Some(Encoding::Utf16Le), Encoding::Utf16Le),
            (utf16(TEXT, u16::to_be_bytes), Some(Encoding::Utf16Be), Encoding::Utf16Be),
            (windows_1258.to_vec(), Some(Encoding::Windows1258), Encoding::Windows1258),
        ];
        for (bytes, hint, encoding) in cases {
            let decoded = decode(&bytes, hint);
            assert_eq!(decoded.text, TEXT, "{encoding}");
            assert_eq!((decoded.encoding, decoded.assumed, decoded.replaced.len()), (encoding, false, 0));
        }
        let western = decode(b"M\xe9ni\xe8re \x96 Sj\xf6gren \x80", Some(Encoding::Windows1252));
        assert_eq!(western.text, "Ménière – Sjögren €");
    }

    #[test]
    fn a_mark_is_believed_over_the_hint() {
        let decoded = decode("\u{feff}ê".as_bytes(), Some(Encoding::Windows1258));
        assert_eq!((decoded.text.as_ref(), decoded.encoding), ("ê", Encoding::Utf8));
    }

    #[test]
    fn decomposed_utf8_is_left_alone() {
        assert_eq!(decode("pho\u{302}\u{309}i".as_bytes(), None).text, "pho\u{302}\u{309}i");
    }

    #[test]
    fn undecodable_bytes_are_counted_by_line() {
        let lossy = decode(b"a\xff\r\nb\rc\xff\xffd\nok\xc3", Some(Encoding::Utf8));
        assert_eq!(lossy.text, "a\u{fffd}\r\nb\rc\u{fffd}\u{fffd}d\nok\u{fffd}");
        assert_eq!(lossy.replaced, BTreeMap::from([(1, 1), (3, 2), (4, 1)]));

        let hole = decode(b"a\n\x81\x8a", Some(Encoding::Windows1258));
        assert_eq!((hole.text.as_ref(), hole.replaced), ("a\n\u{fffd}\u{fffd}", BTreeMap::from([(2, 2)])));

        // A lone surrogate, then half a unit.
        let half = decode(b"\xff\xfe\x00\xd8\x41\x00\x42", None);
        assert_eq!((half.text.as_ref(), half.replaced), ("\u{fffd}A\u{fffd}", BTreeMap::from([(1, 2)])));
    }

    #[test]
    fn an_assumed_encoding_is_reported() {
        let decoded = decode(b"Caf\xe9\x81", None);
        assert_eq!((decoded.text.as_ref(), decoded.assumed), ("Café\u{fffd}", true));
        let mut report = Report::default();
        decoded.report("list.csv", &mut report);
        assert_eq!(
            report.summary(),
            [(Severity::Doubtful, "encoding-assumed", 1), (Severity::Doubtful, "undecodable", 1)]
        );
    }

    #[test]
    fn names_read_back() {
        for encoding in Encoding::ALL {
            assert_eq!(encoding.as_str().to_uppercase().parse::<Encoding>().unwrap(), encoding);
        }
        assert!(matches!("tcvn3".parse::<Encoding>(), Err(Error::Argument { what: "encoding", .. })));
    }

    #[test]
    fn every_line_end_is_one() {
        let split = |text| lines(text).map(|(number, line)| format!("{number}{line}")).collect::<Vec<_>>();
        assert_eq!(split("a\r\nb\rc\n\nd"), ["1a", "2b", "3c", "4", "5d"]);
        assert_eq!(split("a\n"), ["1a"]);
        assert_eq!(split("\r\r\n"), ["1", "2"]);
        assert!(split("").is_empty());
    }

    proptest! {
        /// Any text of the code page, written in it with tones as combining marks, comes back composed.
        #[test]
        fn windows_1258_round_trip(offsets in prop::collection::vec(0x20u8.., 0..40)) {
            let bytes: Vec<u8> = offsets;
            let decoded = decode(&bytes, Some(Encoding::Windows1258));
            let again: String = bytes.iter().map(|&byte| match byte {
                0..0x80 => char::from(byte),
                _ => char::from_u32(WINDOWS_1258[usize::from(byte - 0x80)].into()).unwrap(),
            }).collect();
            prop_assume!(!bytes.starts_with(b"\xef\xbb\xbf") && !bytes.starts_with(b"\xff\xfe") && !bytes.starts_with(b"\xfe\xff"));
            prop_assert_eq!(decoded.text, again.nfc().collect::<String>());
        }

        #[test]
        fn any_bytes_give_text_and_true_line_numbers(bytes in prop::collection::vec(any::<u8>(), 0..200), hint in 0usize..6) {
            let decoded = decode(&bytes, Encoding::ALL.get(hint).copied());
            let line_count = lines(&decoded.text).count() as u64;
            prop_assert!(decoded.replaced.keys().all(|&line| (1..=line_count).contains(&line)));
            let shown = decoded.text.matches(char::REPLACEMENT_CHARACTER).count() as u64;
            prop_assert!(shown >= decoded.replaced.values().map(|&count| u64::from(count)).sum());
        }
    }
}
