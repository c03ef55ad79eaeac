//! Section *identity*: which edition the file holds, how much of it, and where it came from.
//!
//! ```text
//! creator text | system text | url text | version text | title text | issued by text
//! | in force from text | until text (YYYY-MM-DD or empty) | aliases varint, texts
//! | content u8 (0 complete, 1 fragment, 2 supplement) | grammar u8 (0 verbatim, 1 ICD-10, 2 ICD-9-CM, 3 its procedures,
//!   4 case-sensitive) | language text
//! | concepts u32 | listed u32 (concepts that are no groupers)
//!   (of a concept map: source codes; those of them that have a target; grammar of the source; no language)
//! | sources varint, for each: name text, length u64, CRC-32 u32
//! | findings varint (lines of the reader's report that were repaired, doubtful or refused: three varints)
//! | languages that can be searched varint, texts: their numbers are the parameters of the search sections
//! ```

use super::bytes::{Cursor, put_text, put_varint};
use crate::code::CodeGrammar;
use crate::edition::{Edition, InForce};
use crate::source::{Content, Report, Severity, SourceFile};
use crate::{Error, Result};

/// What an index says about itself.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(default))]
#[non_exhaustive]
pub struct Identity {
    /// The edition it holds.
    pub edition: Edition,
    /// How much of the edition it holds.
    pub content: Content,
    /// How its codes are written; of a concept map, the codes that it translates.
    pub grammar: CodeGrammar,
    /// Language in which a concept is shown unless another is asked for.
    pub language: String,
    /// How many concepts it holds, chapters and blocks included; of a concept map, how many codes it translates.
    pub concepts: u32,
    /// How many of them are listed codes, chapters and blocks left out; of a concept map, how many have a target.
    pub listed: u32,
    /// The program that wrote it, with its version.
    pub creator: String,
    /// The files it was compiled from.
    pub sources: Vec<SourceFile>,
    /// How many rows the reader repaired, doubted and refused.
    pub findings: [u32; 3],
    /// The languages in which it can be searched.
    pub search_languages: Vec<String>,
}

impl Identity {
    pub(crate) fn with_report(mut self, report: &Report) -> Self {
        self.sources.clone_from(&report.sources);
        let count = |severity| u32::try_from(report.count(severity)).unwrap_or(u32::MAX);
        self.findings = [Severity::Repaired, Severity::Doubtful, Severity::Refused].map(count);
        self
    }

    pub(crate) fn encode(&self) -> Vec<u8> {
        let mut out = Vec::new();
        let edition = &self.edition;
        let date = |date: Option<crate::Date>| date.map(|date| date.to_string()).unwrap_or_default();
        for text in [
            &self.creator,
            &edition.system,
            &edition.url,
            &edition.version,
            &edition.title,
            &edition.issued_by,
            &date(edition.in_force.from),
            &date(edition.in_force.until),
        ] {
            put_text(&mut out, text);
        }
        put_texts(&mut out, &edition.aliases);
        out.push(match self.content {
            Content::Complete => 0,
            Content::Fragment => 1,
            Content::Supplement => 2,
        });
        out.push(grammar_number(self.grammar));
        put_text(&mut out, &self.language);
        out.extend(self.concepts.to_le_bytes());
        out.extend(self.listed.to_le_bytes());
        put_varint(&mut out, self.sources.len() as u64);
        for source in &self.sources {
            put_text(&mut out, &source.name);
            out.extend(source.bytes.to_le_bytes());
            out.extend(source.crc32.to_le_bytes());
        }
        for findings in self.findings {
            put_varint(&mut out, u64::from(findings));
        }
        put_texts(&mut out, &self.search_languages);
        out
    }

    pub(crate) fn decode(section: &[u8]) -> Result<Self> {
        Self::parse(section).ok_or(Error::corrupt("identity", "a field is cut off or unknown"))
    }

    fn parse(section: &[u8]) -> Option<Self> {
        let mut cursor = Cursor::new(section);
        let mut text = || cursor.text().map(str::to_owned);
        let creator = text()?;
        let mut edition = Edition {
            system: text()?,
            url: text()?,
            version: text()?,
            title: text()?,
            issued_by: text()?,
            ..Edition::default()
        };
        let mut date = || match cursor.text()? {
            "" => Some(None),
            text => text.parse().ok().map(Some),
        };
        edition.in_force = InForce { from: date()?, until: date()? };
        edition.aliases = texts(&mut cursor)?;
        let content = match cursor.u8()? {
            0 => Content::Complete,
            1 => Content::Fragment,
            2 => Content::Supplement,
            _ => return None,
        };
        let grammar = numbered_grammar(cursor.u8()?)?;
        let language = cursor.text()?.to_owned();
        let (concepts, listed) = (cursor.u32()?, cursor.u32()?);
        let mut sources = Vec::new();
        for _ in 0..cursor.varint()? {
            sources.push(SourceFile { name: cursor.text()?.to_owned(), bytes: cursor.u64()?, crc32: cursor.u32()? });
        }
        let findings = [cursor.varint_u32()?, cursor.varint_u32()?, cursor.varint_u32()?];
        let search_languages = texts(&mut cursor)?;
        let identity = Self {
            edition,
            content,
            grammar,
            language,
            concepts,
            listed,
            creator,
            sources,
            findings,
            search_languages,
        };
        cursor.is_empty().then_some(identity)
    }
}

/// The number of a grammar in a file.
pub(super) fn grammar_number(grammar: CodeGrammar) -> u8 {
    match grammar {
        CodeGrammar::Verbatim => 0,
        CodeGrammar::Icd10 => 1,
        CodeGrammar::Icd9 => 2,
        CodeGrammar::Icd9Procedure => 3,
        CodeGrammar::CaseSensitive => 4,
    }
}

/// The grammar of a number in a file; `None` if this build does not know it.
pub(super) fn numbered_grammar(number: u8) -> Option<CodeGrammar> {
    match number {
        0 => Some(CodeGrammar::Verbatim),
        1 => Some(CodeGrammar::Icd10),
        2 => Some(CodeGrammar::Icd9),
        3 => Some(CodeGrammar::Icd9Procedure),
        4 => Some(CodeGrammar::CaseSensitive),
        _ => None,
    }
}

fn put_texts(out: &mut Vec<u8>, texts: &[String]) {
    put_varint(out, texts.len() as u64);
    for text in texts {
        put_text(out, text);
    }
}

fn texts(cursor: &mut Cursor<'_>) -> Option<Vec<String>> {
    // Grows as texts are really there: a huge count costs nothing.
    let mut texts = Vec::new();
    for _ in 0..cursor.varint()? {
        texts.push(cursor.text()?.to_owned());
    }
    Some(texts)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn round_trip_and_truncation() {
        let identity = Identity {
            edition: Edition {
                system: "icd10-vn".into(),
                version: "tt06".into(),
                in_force: InForce { from: "2026-07-01".parse().ok(), until: None },
                aliases: vec!["icd10".into()],
                ..Edition::default()
            },
            content: Content::Fragment,
            grammar: CodeGrammar::Icd10,
            language: "vi".into(),
            concepts: 3,
            listed: 2,
            creator: "test".into(),
            sources: vec![SourceFile::of("a.csv", b"content")],
            findings: [1, 2, 300],
            search_languages: vec!["vi".into(), "en".into()],
        };
        let section = identity.encode();
        assert_eq!(Identity::decode(&section).unwrap(), identity);
        for length in 0..section.len() {
            assert!(Identity::decode(&section[..length]).is_err(), "{length}");
        }
    }
}
