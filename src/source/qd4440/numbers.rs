//! Codes that a workbook stores as numbers, put right.

use std::collections::{HashMap, HashSet};

use super::super::MapDraft;

/// The value of a code taken for a number, in hundredths: of `35.2` and `35.20` the same.
fn value(text: &str) -> Option<u32> {
    let (whole, part) = text.split_once('.').unwrap_or((text, ""));
    let hundredths = match part.len() {
        0 => 0,
        1 => part.parse::<u32>().ok()? * 10,
        2 => part.parse().ok()?,
        _ => return None,
    };
    whole.parse::<u32>().ok().filter(|whole| *whole < 100).map(|whole| whole * 100 + hundredths)
}

/// The codes of a list: of each service, and of each value.
#[derive(Default)]
pub(super) struct Known<'d> {
    of_service: HashMap<&'d str, Vec<&'d str>>,
    of_value: HashMap<u32, HashSet<&'d str>>,
}

impl<'d> Known<'d> {
    pub(super) fn new(list: &'d MapDraft) -> Self {
        let mut known = Self::default();
        for row in &list.rows {
            let Some(target) = row.target.as_deref() else { continue };
            known.of_service.entry(&row.source).or_default().push(target);
            known.of_value.entry(value(target).unwrap_or(u32::MAX)).or_default().insert(target);
        }
        known
    }
}

/// What becomes of a number that was a code.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Restored {
    /// It shows the code.
    Whole(String),
    /// It shows the code, but another code would look the same.
    Ambiguous(String),
    /// It was damaged, and this is the code.
    Repaired(String),
    /// Nothing tells which code it was; these may be.
    Lost(Vec<String>),
    /// The list has no such code for the service.
    NotInList,
}

/// Finds the code that a number was.
pub(super) fn restore(number: &str, service: &str, known: Option<&Known<'_>>) -> Restored {
    let Some(value) = value(number) else { return Restored::NotInList };
    let Some(known) = known else {
        let (whole, part) = (value / 100, value % 100);
        // A last digit other than zero was not lost.
        if part % 10 != 0 {
            let code = format!("{whole:02}.{part:02}");
            return if code == number { Restored::Whole(code) } else { Restored::Repaired(code) };
        }
        return Restored::Lost(vec![format!("{whole:02}.{}", part / 10), format!("{whole:02}.{part:02}")]);
    };
    let mut codes: Vec<&str> = known.of_service.get(service).cloned().unwrap_or_default();
    codes.retain(|code| self::value(code) == Some(value));
    codes.sort_unstable();
    codes.dedup();
    match codes.as_slice() {
        [] => Restored::NotInList,
        [code] if *code != number => Restored::Repaired((*code).to_owned()),
        [code] if known.of_value.get(&value).is_some_and(|codes| codes.len() > 1) => {
            Restored::Ambiguous((*code).to_owned())
        }
        [code] => Restored::Whole((*code).to_owned()),
        several => Restored::Lost(several.iter().map(|code| (*code).to_owned()).collect()),
    }
}
