//! What would mend the table, as CSV and as SQL.

use std::collections::HashMap;
use std::fs;
use std::io::Write;

use crate::faults::{Fault, Kind};
use crate::support::Problem;
use crate::table::Table;

/// One line for each fault; `decide` is `yes` where a person must choose.
pub(crate) fn write_csv(path: &str, faults: &[Fault]) -> Result<(), Problem> {
    let mut out = csv::Writer::from_path(path).map_err(|error| format!("{path}: {error}"))?;
    out.write_record(["row", "fault", "code", "name", "new_code", "new_name", "suggest", "decide", "message"])?;
    for fault in faults {
        let row = fault.row.map(|row| row.to_string()).unwrap_or_default();
        let decide = if is_certain(fault) { "no" } else { "yes" };
        let (new_code, new_name) = (fault.new_code.as_deref(), fault.new_name.as_deref());
        out.write_record([
            row.as_str(),
            fault.fault.as_str(),
            &fault.code,
            &fault.name,
            new_code.unwrap_or_default(),
            new_name.unwrap_or_default(),
            &fault.suggest.join(";"),
            decide,
            &fault.message,
        ])?;
    }
    Ok(out.flush()?)
}

/// True if the mend needs no decision.
fn is_certain(fault: &Fault) -> bool {
    fault.new_code.is_some() || fault.new_name.is_some()
}

pub(crate) fn write_sql(path: &str, name: &str, table: &Table, faults: &[Fault]) -> Result<(), Problem> {
    let file = fs::File::create(path).map_err(|error| format!("{path}: {error}"))?;
    let mut out = std::io::BufWriter::new(file);
    let target = identifier(name);
    let code_column = identifier(&table.code_column);
    let name_column = table.name_column.as_deref().map(identifier);
    // The codes that damaged rows have when their turn to be renamed comes.
    let mended = faults.iter().filter(|fault| fault.fault == Kind::Damaged);
    let mended: HashMap<Option<u64>, &str> =
        mended.filter_map(|fault| Some((fault.row, fault.new_code.as_deref()?))).collect();
    writeln!(out, "-- Look through this before it is run, and keep a copy of the table.")?;
    writeln!(out, "BEGIN;")?;
    for fault in faults {
        // The same damaged text may stand in several rows; a name, where there is one, tells them apart.
        let row = match &name_column {
            Some(column) if !fault.name.is_empty() => format!(" AND {column} = {}", literal(&fault.name)),
            _ => String::new(),
        };
        let place = format!("WHERE {code_column} = {}{row}", literal(&fault.code));
        match (fault.fault, &fault.new_code, &fault.new_name, &name_column) {
            (Kind::Missing, Some(code), Some(name), Some(column)) => writeln!(
                out,
                "INSERT INTO {target} ({code_column}, {column}) VALUES ({}, {});",
                literal(code),
                literal(name)
            )?,
            (Kind::Missing, Some(code), ..) => {
                writeln!(out, "INSERT INTO {target} ({code_column}) VALUES ({});", literal(code))?;
            }
            (Kind::Renamed, _, Some(name), Some(column)) => {
                let code = mended.get(&fault.row).copied().unwrap_or(&fault.code);
                writeln!(
                    out,
                    "UPDATE {target} SET {column} = {} WHERE {code_column} = {}{row};",
                    literal(name),
                    literal(code)
                )?;
            }
            (Kind::Damaged | Kind::Withdrawn, Some(code), ..) => {
                writeln!(out, "UPDATE {target} SET {code_column} = {} {place};", literal(code))?;
            }
            _ => {
                let choice = if fault.suggest.is_empty() { "-".to_owned() } else { fault.suggest.join(", ") };
                let line = fault.row.map(|row| format!("line {row}, ")).unwrap_or_default();
                let text =
                    format!("decide: {line}{} {}: {}; {choice}", fault.fault.as_str(), fault.code, fault.message);
                writeln!(out, "-- {}", one_line(&text))?;
            }
        }
    }
    writeln!(out, "COMMIT;")?;
    Ok(out.flush()?)
}

fn literal(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

fn identifier(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// A comment ends with its line, so nothing in it may.
fn one_line(text: &str) -> String {
    text.chars().map(|c| if c.is_control() || matches!(c, '\u{2028}' | '\u{2029}') { ' ' } else { c }).collect()
}
