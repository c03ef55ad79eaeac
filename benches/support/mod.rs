//! The lists that are measured: the real ones where they are at hand, the bundled set otherwise.

#![allow(clippy::unwrap_used, reason = "a bench may panic")]
#![allow(dead_code, reason = "each bench uses what it needs")]

use std::path::{Path, PathBuf};

use medterm::source::{Draft, Report, icd10cm, qd4469, tt06};
use medterm::translate::add_former_names;

/// A list as its reader gave it.
pub(crate) struct List {
    pub(crate) name: &'static str,
    pub(crate) draft: Draft,
    pub(crate) report: Report,
}

impl List {
    fn new(name: &'static str, (draft, report): (Draft, Report)) -> Self {
        Self { name, draft, report }
    }
}

/// The path of a shared data file: below `MEDTERM_TEST_DATA`, or below `shared/data` beside medterm.
pub(crate) fn shared(path: &str) -> Option<PathBuf> {
    let beside = || Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().map(|folder| folder.join("shared/data"));
    let folder = match std::env::var_os("MEDTERM_TEST_DATA") {
        Some(folder) => PathBuf::from(folder),
        None => beside().find(|folder| folder.exists())?,
    };
    let file = folder.join(path);
    file.exists().then_some(file)
}

/// Circular 06/2026, both sources together.
pub(crate) fn circular_06() -> Option<List> {
    let list = shared("vn/icd10-tt06-2026.csv")?;
    let leaves = shared("vn/icd10-tt06-2026-leaves.xlsx")?;
    Some(List::new("Circular 06/2026", tt06::read(&[&leaves, &list]).unwrap()))
}

/// Decision 4469/2020.
pub(crate) fn decision_4469() -> Option<List> {
    Some(List::new("Decision 4469/2020", qd4469::read(shared("vn/icd10-qd4469-2020.xlsx")?).unwrap()))
}

/// Circular 06/2026 with the names of Decision 4469/2020 as former names.
pub(crate) fn circular_06_with_former_names() -> Option<List> {
    let (mut list, former) = (circular_06()?, decision_4469()?);
    add_former_names(&mut list.draft, &former.draft, &mut list.report);
    Some(List { name: "Circular 06/2026 + former names", ..list })
}

/// ICD-10-CM, April 2025.
pub(crate) fn icd10cm() -> Option<List> {
    let file = shared("intl/icd10cm/icd10cm-order-April-2025.txt")?;
    Some(List::new("ICD-10-CM April 2025", icd10cm::read_order(file, None).unwrap()))
}
