//! Decision 4440 of the Vietnamese Ministry of Health: hospital services and their codes in ICD-9-CM procedures.
//!
//! | source document | used | ignored, and why |
//! |---|---|---|
//! | Decision 4440/QĐ-BYT of 2020, list of services with ICD-9-CM codes, as CSV with the headings `dvkt_code`, `dvkt_name`, `icd9cm`, `icd9cm_name_vi`, `icd9cm_chapter`, `specialty_no`, `specialty`, `tier`, `pttt_class` | all of them | nothing |
//! | the same list as loaded by a vendor, a workbook with the headings `matuongduong`, `tenchuyenkhoa21`, `maicd9`, `tenicd9`, `chuongicd9`, `machuyenkhoa21`, `chuyenkhoa21`, `phantuyen`, `phanloai` | all of them | `idchuongicd9`, `ngaydongbo`: the vendor's own |
//!
//! A service without an ICD-9-CM code is a row without target. Specialty, tier, class and chapter stay as properties.
//!
//! The workbook stores its codes as **numbers**: `01.10` has become 1.1, and 35.2 may be `35.2` or `35.20`. No code out of
//! a number is taken on trust. With the list at hand, the code is the one of the same value that the list has for
//! the service; without it, only those codes are taken that the number shows whole, or lacking nothing but the first zero,
//! and all others are refused.
//!
//! | rule | severity | meaning |
//! |---|---|---|
//! | `missing-code` | refused | the row has no service code |
//! | `bad-code` | refused | what should be a code of ICD-9-CM procedures is none |
//! | `codes-are-numbers` | doubtful | the workbook stores codes as numbers, and how many |
//! | `damaged-code` | repaired | a number that is not the code, put back: 1.1 is `01.10` |
//! | `ambiguous-number` | note | the number is the value of several codes of the list; it shows the one that the list has for the service |
//! | `ambiguous-number` | refused | nothing tells which code the number was |
//! | `not-in-list` | refused | the list has no code of this value for the service |
//! | `error-cell` | doubtful | a name is an error of a formula, and left out |
//! | `missing-name` | doubtful | the service has no name |
//! | `padded-text` | repaired | white space at the ends of a field was cut |
//! | `decomposed-text` | note | letters of a name stand apart from their marks; kept so |
//! | `repeated-service` | doubtful | the service is listed before; both rows are kept |
//! | `field-count` | refused | another number of fields than headings |
//! | `encoding-assumed`, `undecodable` | doubtful | see [`encoding`](super::encoding) |
//!
//! The list is an official text. ICD-9-CM is in the public domain; the Vietnamese names are the ministry's.

use std::collections::HashSet;

use unicode_normalization::{UnicodeNormalization as _, is_nfc};

use super::{MapDraft, MapRow, MapSide, Place, Report, Severity};
use crate::Edition;
use crate::code::CodeGrammar;

#[cfg(feature = "csv")]
mod list;
#[cfg(feature = "xlsx")]
mod numbers;
#[cfg(feature = "xlsx")]
mod workbook;

#[cfg(feature = "csv")]
pub use list::{read, read_bytes};
#[cfg(feature = "xlsx")]
pub use workbook::read_workbook;

/// Columns of both files, in one order: code, name, target, its name; then those that stay as properties.
const PROPERTIES: [&str; 5] = ["chapter", "specialty-number", "specialty", "tier", "class"];
const COLUMNS: usize = 4 + PROPERTIES.len();

fn edition() -> Edition {
    Edition {
        system: "services-to-icd9-cm".into(),
        version: "qd4440".into(),
        title: "Services and ICD-9-CM procedures, Decision 4440/QĐ-BYT".into(),
        issued_by: "4440/QĐ-BYT".into(),
        ..Edition::default()
    }
}

fn draft(rows: Vec<MapRow>) -> MapDraft {
    let side = |system: &str, grammar| MapSide { system: system.to_owned(), grammar, ..MapSide::default() };
    MapDraft {
        edition: edition(),
        source: side("services-vn", CodeGrammar::Verbatim),
        target: side("icd9-cm-procedures", CodeGrammar::Icd9Procedure),
        rows,
        ..MapDraft::default()
    }
}

/// The map as it grows.
#[derive(Default)]
struct Table {
    rows: Vec<MapRow>,
    seen: HashSet<String>,
}

impl Table {
    /// Adds a row whose target is found already.
    fn add(&mut self, fields: [&str; COLUMNS], target: Option<String>, place: Place, report: &mut Report) {
        let [code, name, _, target_name, ..] = fields.map(str::trim);
        if fields.iter().any(|field| *field != field.trim()) {
            let message = "white space at the ends of a field was cut";
            report.add(Severity::Repaired, "padded-text", place.clone(), Some(code), message);
        }
        if name.is_empty() {
            report.add(Severity::Doubtful, "missing-name", place.clone(), Some(code), "the service has no name");
        }
        let mut names = [name, target_name];
        for shown in &mut names {
            if shown.starts_with("#") && shown.ends_with(['!', '?', 'A']) {
                let message = format!("{shown} is the error of a formula, and left out");
                report.add(Severity::Doubtful, "error-cell", place.clone(), Some(code), message);
                *shown = "";
            }
        }
        if names.iter().any(|name| !is_nfc(name) && name.nfc().count() < name.chars().count()) {
            let message = "letters of a name stand apart from their marks";
            report.add(Severity::Note, "decomposed-text", place.clone(), Some(code), message);
        }
        if !self.seen.insert(code.to_owned()) {
            let message = "the service is listed before; both rows are kept";
            report.add(Severity::Doubtful, "repeated-service", place.clone(), Some(code), message);
        }
        let text = |text: &str| Some(text.trim().to_owned()).filter(|text| !text.is_empty());
        let said = PROPERTIES.into_iter().zip(fields.into_iter().skip(4));
        self.rows.push(MapRow {
            source: code.to_owned(),
            source_display: text(names[0]),
            target_display: target.as_ref().and_then(|_| text(names[1])),
            target,
            properties: said.filter_map(|(name, value)| Some((name.to_owned(), text(value)?))).collect(),
            line: place.line.and_then(|line| u32::try_from(line).ok()).unwrap_or_default(),
            ..MapRow::default()
        });
    }
}

/// Whether a text is a code of ICD-9-CM procedures in full: two digits, a dot, one or two digits.
fn is_code(text: &str) -> bool {
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    text.split_once('.').is_some_and(|(chapter, finer)| {
        chapter.len() == 2 && (1..=2).contains(&finer.len()) && digits(chapter) && digits(finer)
    })
}

#[cfg(test)]
mod tests;
