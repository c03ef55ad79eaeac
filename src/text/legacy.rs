//! Vietnamese from before Unicode, and Unicode that was read as something else.
//!
//! Text copied from an old document, or through a program that mistook its encoding, looks like
//! `bÖnh thñy ®Ëu` or `ung thö`. Its characters give it away: they are such as neither Vietnamese nor
//! English has, or stand where no Vietnamese word has them. What it decodes to is one more reading, never
//! a replacement.
//!
//! Unicode with combining marks, and Windows-1258 read as such, need no decoding:
//! [`Analyzer`](super::Analyzer) takes them as they are.

mod eight_bit;
mod escapes;
mod viqr;

use std::ops::Range;

/// A longer text is not decoded: no query is that long.
const MOST_BYTES: usize = 4096;

/// How a text was written that is not Vietnamese Unicode.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum LegacyEncoding {
    /// TCVN 5712:1993 VN3, the encoding of the ABC fonts, read as Windows-1252 or Latin-1: `bÖnh thñy ®Ëu`.
    Tcvn3,
    /// The encoding of the VNI fonts for Windows, read as Windows-1252 or Latin-1: `ung thö thanh quaûn`.
    VniWindows,
    /// VISCII 1.1 (RFC 1456), read as Windows-1252 or Latin-1: `ph±i`.
    Viscii,
    /// Windows-1258 read as Windows-1252: `ðýõÌng`. Often only in part: `ngýời`.
    Windows1258,
    /// VIQR (RFC 1456), marks typed as punctuation: `rau tie^`n dda.o`.
    Viqr,
    /// UTF-8 read as Windows-1252 or Latin-1: `viÃªm phá»•i`.
    MisreadUtf8,
    /// References of HTML: `vi&#234;m`.
    Html,
}

impl LegacyEncoding {
    /// A stable name: `tcvn3`, `vni-windows`, `viscii`, `windows-1258`, `viqr`, `misread-utf-8` or `html`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Tcvn3 => "tcvn3",
            Self::VniWindows => "vni-windows",
            Self::Viscii => "viscii",
            Self::Windows1258 => "windows-1258",
            Self::Viqr => "viqr",
            Self::MisreadUtf8 => "misread-utf-8",
            Self::Html => "html",
        }
    }
}

/// What a text says if it was written in a [`LegacyEncoding`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LegacyReading {
    encoding: LegacyEncoding,
    text: String,
    /// For each byte of `text`, where in the original the character that it comes from starts; then where
    /// the original ends.
    origins: Vec<usize>,
}

impl LegacyReading {
    /// The encoding that was assumed.
    #[must_use]
    pub fn encoding(&self) -> LegacyEncoding {
        self.encoding
    }

    /// The decoded text. Words that are not written in the encoding are as they were.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The bytes of the original that bytes of the decoded text come from, at character boundaries of the
    /// original; an offset behind the decoded text counts as its end.
    #[must_use]
    pub fn original_range(&self, decoded: Range<usize>) -> Range<usize> {
        let end = self.origins.last().copied().unwrap_or_default();
        let origin = |at: usize| self.origins.get(at).copied().unwrap_or(end);
        origin(decoded.start)..origin(decoded.end)
    }
}

/// Reads a text in every legacy encoding that its characters give away; nothing for ordinary text of any
/// language, and for text of more than 4096 bytes.
///
/// A reading is given if some word of it is a well-formed Vietnamese syllable that was none before, or if
/// the bytes themselves prove it (UTF-8, HTML). Several readings are given where one text may be either:
/// `thö` is `thư` in VNI and `thử` in TCVN3.
///
/// ```
/// let readings = medterm::text::decode_legacy("bÖnh thñy ®Ëu");
/// assert_eq!(readings.len(), 1);
/// assert_eq!(readings[0].text(), "bệnh thủy đậu");
/// // The decoded `đậu` is `®Ëu` of the original.
/// let word = readings[0].text().find("đậu").unwrap()..readings[0].text().len();
/// assert_eq!(&"bÖnh thñy ®Ëu"[readings[0].original_range(word)], "®Ëu");
/// assert!(medterm::text::decode_legacy("bệnh Ménière").is_empty());
/// ```
#[must_use]
pub fn decode_legacy(text: &str) -> Vec<LegacyReading> {
    if text.len() > MOST_BYTES {
        return Vec::new();
    }
    let mut readings = Vec::new();
    readings.extend(escapes::decode_html(text));
    readings.extend(viqr::decode(text));
    if !text.is_ascii() {
        match escapes::decode_misread_utf8(text) {
            // Its bytes are proof; any other reading would be chance.
            Some(reading) => readings.push(reading),
            None => eight_bit::decode(text, &mut readings),
        }
    }
    readings
}

/// A decoded text while it is written.
#[derive(Default)]
struct Writer {
    text: String,
    origins: Vec<usize>,
}

impl Writer {
    /// Adds a character that comes from the characters of the original from an offset on.
    fn push(&mut self, c: char, origin: usize) {
        self.text.push(c);
        self.origins.resize(self.text.len(), origin);
    }

    /// Adds a part of the original that starts at an offset, as it is.
    fn push_unchanged(&mut self, part: &str, start: usize) {
        for (at, c) in part.char_indices() {
            self.push(c, start + at);
        }
    }

    fn finish(mut self, encoding: LegacyEncoding, original: &str) -> LegacyReading {
        self.origins.push(original.len());
        LegacyReading { encoding, text: self.text, origins: self.origins }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn readings(text: &str) -> Vec<(&'static str, String)> {
        decode_legacy(text).into_iter().map(|found| (found.encoding().as_str(), found.text().to_owned())).collect()
    }

    /// The only reading of a text.
    fn one(text: &str) -> (&'static str, String) {
        let found = readings(text);
        assert_eq!(found.len(), 1, "{text} {found:?}");
        found[0].clone()
    }

    #[test]
    fn tcvn3() {
        for (text, decoded) in [
            ("bÖnh thñy ®Ëu", "bệnh thủy đậu"),
            ("tho¸t vÞ rèn", "thoát vị rốn"),
            ("ung th\u{AD} d¹ dµy", "ung thư dạ dày"),
            ("ng\u{AD}êi giµ", "người già"),
            ("sèt rÐt", "sốt rét"),
            ("VI£M PHæI", "VIÊM PHỔI"),
            ("§¸i th¸o ®\u{AD}êng, tÝp 2", "Đái tháo đường, típ 2"),
            ("héi chøng MÐniÌre", "hội chứng Ménière"),
            ("viªm gan B (m¹n)", "viêm gan B (mạn)"),
        ] {
            assert!(readings(text).contains(&("tcvn3", decoded.to_owned())), "{text} {:?}", readings(text));
        }
    }

    #[test]
    fn vni_windows() {
        for (text, decoded) in [
            ("ung thö thanh quaûn", "ung thư thanh quản"),
            ("roái loaïn lo aâu", "rối loạn lo âu"),
            ("thuûy ñaäu", "thủy đậu"),
            ("VIEÂM PHOÅI", "VIÊM PHỔI"),
            ("Ñaùi thaùo ñöôøng", "Đái tháo đường"),
            ("beänh tim maïch do thieáu maùu cuïc boä", "bệnh tim mạch do thiếu máu cục bộ"),
            ("gaõy xöông ñoøn, nhieãm khuaån", "gãy xương đòn, nhiễm khuẩn"),
            ("cao huyeát aùp", "cao huyết áp"),
            ("vieâm gan", "viêm gan"),
            ("naêng kyõ nhæ vóm", "năng kỹ nhỉ vĩm"),
        ] {
            assert_eq!(one(text), ("vni-windows", decoded.to_owned()), "{text}");
        }
    }

    #[test]
    fn viscii_and_windows_1258() {
        for text in ["viêm ph±i thùy dß¾i", "vi\u{EA}m ph\u{B1}i th\u{F9}y d\u{DF}\u{BE}i"] {
            assert_eq!(one(text), ("viscii", "viêm phổi thùy dưới".into()));
        }
        // Capitals differ between Windows-1252 and Latin-1.
        for text in ["HUYŠT ÁP", "HUY\u{8A}T ÁP"] {
            assert_eq!(one(text), ("viscii", "HUYẾT ÁP".into()));
        }
        assert_eq!(one("ðaìi thaìo ðýõÌng"), ("windows-1258", "đái tháo đường".into()));
        assert_eq!(one("ngýời bệnh đýợc"), ("windows-1258", "người bệnh được".into()));
    }

    #[test]
    fn viqr() {
        for (text, decoded) in [
            ("rau tie^`n dda.o", "rau tiền đạo"),
            ("rung nhi~", "rung nhĩ"),
            ("benh la^.u", "benh lậu"),
            ("DDa'i tha'o ddu+o+`ng", "Đái tháo đường"),
            ("VIE^M PHO^?I (ca^'p).", "VIÊM PHỔI (cấp)."),
            ("ung thu+ da. da`y", "ung thư dạ dày"),
            ("hoa(.c ra(ng?", "hoặc răng?"),
            ("vie^m ho.ng\\. ho\\?", "viêm họng. ho?"),
        ] {
            assert_eq!(one(text), ("viqr", decoded.to_owned()), "{text}");
        }
    }

    #[test]
    fn misread_utf8_and_html() {
        for (text, decoded) in [
            ("viÃªm phá»•i", "viêm phổi"),
            ("vi\u{C3}\u{AA}m ph\u{E1}\u{BB}\u{95}i", "viêm phổi"),
            ("Ä‘Ã¡i thÃ¡o Ä‘Æ°á»\u{9D}ng", "đái tháo đường"),
            ("toÃ\u{A0}n thÃ¢n", "toàn thân"),
            ("toÃ n thÃ¢n vÃ  lÃ", "toàn thân và là"),
            ("MÃ©niÃ¨re", "Ménière"),
        ] {
            assert_eq!(one(text), ("misread-utf-8", decoded.to_owned()), "{text}");
        }
        for text in ["vi&#234;m ph&#7893;i", "vi&ecirc;m ph&#x1ED5;i"] {
            assert_eq!(one(text), ("html", "viêm phổi".into()));
        }
        assert_eq!(one("&dstrok;&atilde; &amp; r&oacute;&nbsp;x"), ("html", "đã & ró\u{A0}x".into()));
    }

    #[test]
    fn ambiguous_text_has_several_readings() {
        assert_eq!(readings("thö"), [("tcvn3", "thử".into()), ("vni-windows", "thư".into()), ("viscii", "thỏ".into())]);
    }

    #[test]
    fn ordinary_text_has_no_reading() {
        for text in [
            "",
            "viêm phổi thùy dưới, tiểu đường típ 2 (đái tháo đường)",
            "VIÊM PHỔI ĐÃ MỔ",
            "be\u{323}\u{302}nh nhiê\u{303}m giun mo\u{301}c",
            "phì ðại tuyến tiền liệt",
            "ðái máu",
            "hãc lào bướu cố nghĩ phỗi ngừời",
            "viem phoi. ho? dau (da) ben (P)+ HIV+ 39.5",
            "Ménière Sjögren Köhler Müller Guillain-Barré Hansen Löffler Möbius Behçet Düring Bárány Ångström",
            "hépatite sévère, maladie de Crohn, où, goût, août, noël, naïf, coût élevé, tête, né, crêpe, état",
            "Übelkeit, Rötheln, Föhn, für Ärzte, größer, Straße, süß",
            "niño, año, corazón, São João, coração, smørbrød, Łódź, Dvořák",
            "Crohn's disease, Down's, o'clock, 3 a.m., i.e., e.g., d'un, qu'en, Ludo's, don’t",
            "« cancer », “viêm” – ‘u’ … 5 µm, 20 m², 37 °C, n° 3, 1ª, Tylenol® © 2×3 ½ ±2",
            "J18.9 j189 B12 T4 HbA1c H5N1 2^10 10^9/L C34+ E11.2†",
            "AT&T; R&D &#x; &; &bogus; &#38;",
            "肺炎 пневмония πνευμονία",
            "pneu\u{AD}monia can\u{AD}cer",
        ] {
            assert_eq!(readings(text), [], "{text}");
        }
    }

    #[test]
    fn long_texts_are_not_read() {
        assert_eq!(readings(&"bÖnh ".repeat(1000)), []);
    }

    #[test]
    fn ranges_lead_back() {
        let original = "(tie^`n) dda.o";
        let reading = &decode_legacy(original)[0];
        let at = |word: &str| {
            let start = reading.text().find(word).unwrap();
            &original[reading.original_range(start..start + word.len())]
        };
        assert_eq!((at("tiền"), at("đạo"), at("đ")), ("tie^`n", "dda.o", "dd"));
        assert_eq!(reading.original_range(5..10_000), 3..original.len());
    }

    proptest! {
        #[test]
        fn any_text(text in "(\\PC|[a-z^`~.+'(?&#;\u{80}-\u{FF} ]){0,40}") {
            for reading in decode_legacy(&text) {
                prop_assert!(reading.text() != text);
                prop_assert_eq!(reading.origins.len(), reading.text().len() + 1);
                prop_assert!(reading.origins.is_sorted());
                prop_assert!(reading.origins.iter().all(|at| text.is_char_boundary(*at)));
            }
        }
    }
}
