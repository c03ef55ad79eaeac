//! The table as it was read.

use std::fs;

use crate::support::{self, Problem};

/// The columns that matter of a hospital's table.
pub(crate) struct Table {
    pub(crate) code_column: String,
    pub(crate) name_column: Option<String>,
    pub(crate) rows: Vec<Row>,
}

pub(crate) struct Row {
    /// The line of the file.
    pub(crate) line: u64,
    pub(crate) code: String,
    /// Empty if there is no column of names.
    pub(crate) name: String,
}

impl Table {
    pub(crate) fn read(path: &str, code_column: &str, name_column: Option<&str>) -> Result<Self, Problem> {
        support::check_is_file(path, "a table as CSV")?;
        let bytes = fs::read(path).map_err(|error| format!("{path}: {error}"))?;
        let text = std::str::from_utf8(&bytes)
            .map_err(|error| format!("{path} is not in UTF-8 (byte {}); save it as CSV UTF-8", error.valid_up_to()))?;
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let mut reader =
            csv::ReaderBuilder::new().flexible(true).delimiter(delimiter(text)).from_reader(text.as_bytes());
        let headings = reader.headers().map_err(|error| format!("{path}: {error}"))?.clone();
        let column = |name: &str| {
            headings.iter().position(|heading| heading.trim() == name.trim()).ok_or_else(|| {
                let known: Vec<&str> = headings.iter().collect();
                format!("{path} has no column {name:?}, only {}", known.join(", "))
            })
        };
        let code = column(code_column)?;
        let name = name_column.map(column).transpose()?;
        let mut rows = Vec::new();
        for record in reader.records() {
            let record = record.map_err(|error| format!("{path}: {error}"))?;
            let field = |column: usize| record.get(column).unwrap_or_default().to_owned();
            if record.iter().all(|field| field.trim().is_empty()) {
                continue;
            }
            rows.push(Row {
                line: record.position().map_or(0, csv::Position::line),
                code: field(code),
                name: name.map(field).unwrap_or_default(),
            });
        }
        Ok(Self { code_column: code_column.to_owned(), name_column: name_column.map(str::to_owned), rows })
    }
}

/// The separator that the line of headings has most of.
fn delimiter(text: &str) -> u8 {
    let headings = text.lines().next().unwrap_or_default();
    let count = |delimiter: &u8| headings.bytes().filter(|byte| byte == delimiter).count();
    // The comma wins where there is none of any.
    [b'\t', b';', b','].into_iter().max_by_key(count).unwrap_or(b',')
}
