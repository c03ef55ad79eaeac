//! The real lists, each read and compiled once per test binary; `None` where the shared data is absent.
#![allow(dead_code, reason = "each test binary uses some of them")]

use std::sync::OnceLock;

use medterm::source::{Draft, Report, icd10cm, qd4469, tt06};
use medterm::{CodeSystem, index, translate};

use crate::support::shared;

/// A list as it was read, and as it opens once compiled.
pub(crate) struct List {
    pub(crate) draft: Draft,
    pub(crate) report: Report,
    pub(crate) system: CodeSystem,
}

impl List {
    fn compile(draft: Draft, report: Report) -> Self {
        let system = CodeSystem::from_bytes(index::to_bytes(&draft, &report).unwrap()).unwrap();
        Self { draft, report, system }
    }
}

/// Circular 06/2026 with the names of Decision 4469 as former names, as it is searched in practice.
pub(crate) fn tt06() -> Option<&'static List> {
    static LIST: OnceLock<Option<List>> = OnceLock::new();
    let compile = || {
        let (list, leaves) = (shared("vn/icd10-tt06-2026.csv")?, shared("vn/icd10-tt06-2026-leaves.xlsx")?);
        let (mut draft, mut report) = tt06::read(&[&list, &leaves]).unwrap();
        if let Some(former) = qd4469() {
            translate::add_former_names(&mut draft, &former.draft, &mut report);
        }
        Some(List::compile(draft, report))
    };
    LIST.get_or_init(compile).as_ref()
}

/// Decision 4469/2020.
pub(crate) fn qd4469() -> Option<&'static List> {
    static LIST: OnceLock<Option<List>> = OnceLock::new();
    let compile = || {
        let (draft, report) = qd4469::read(&shared("vn/icd10-qd4469-2020.xlsx")?).unwrap();
        Some(List::compile(draft, report))
    };
    LIST.get_or_init(compile).as_ref()
}

/// ICD-10-CM of April 2025.
pub(crate) fn icd10cm() -> Option<&'static List> {
    static LIST: OnceLock<Option<List>> = OnceLock::new();
    let compile = || {
        let path = shared("intl/icd10cm/icd10cm-order-April-2025.txt")?;
        let (draft, report) = icd10cm::read_order(&path, None).unwrap();
        Some(List::compile(draft, report))
    };
    LIST.get_or_init(compile).as_ref()
}
