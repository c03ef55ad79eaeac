//! Exact lookup with status and name through SQLite, prepared, in one transaction.

use medterm::CodeSystem;
use medterm::code::CodeGrammar;

use crate::{Result, print_times, shuffled, support};

pub(crate) fn compare() -> Result<()> {
    let list = support::icd10cm().ok_or("ICD-10-CM is not at hand")?;
    let system = CodeSystem::from_bytes(medterm::index::to_bytes(&list.draft, &list.report)?)?;
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("codes.sqlite");
    let mut database = rusqlite::Connection::open(&path)?;
    database.execute_batch("CREATE TABLE codes (code TEXT PRIMARY KEY, usable INTEGER, name TEXT) WITHOUT ROWID")?;
    let filling = database.transaction()?;
    let mut codes = Vec::new();
    for concept in system.concepts() {
        let key = CodeGrammar::Icd10.parse(&concept.code()?).ok_or("not a code")?;
        let row = (key.as_str(), concept.is_usable()?, concept.display()?);
        filling.execute("INSERT INTO codes VALUES (?1, ?2, ?3)", row)?;
        codes.push(concept.code()?);
    }
    filling.commit()?;
    let codes = shuffled(codes);

    println!("exact lookup with status and name, {}, {} codes in no order", list.name, codes.len());
    println!("  size: medterm, all sections {}, SQLite {}", system_size(&system), std::fs::metadata(&path)?.len());
    let mut buffer = String::new();
    print_times("medterm", &codes, |code| {
        buffer.clear();
        let concept = system.lookup(code)?.concept().ok_or("unknown")?;
        std::hint::black_box(concept.is_usable()?);
        Ok(concept.write_display(&mut buffer)?)
    })?;
    let transaction = database.transaction()?;
    let mut statement = transaction.prepare("SELECT usable, name FROM codes WHERE code = ?1")?;
    print_times("SQLite", &codes, |code| {
        buffer.clear();
        let key = CodeGrammar::Icd10.parse(code).ok_or("not a code")?;
        let mut rows = statement.query([key.as_str()])?;
        let row = rows.next()?.ok_or("unknown")?;
        std::hint::black_box(row.get_ref(0)?.as_i64()?);
        buffer.push_str(row.get_ref(1)?.as_str()?);
        Ok(())
    })
}

pub(crate) fn system_size(system: &CodeSystem) -> u64 {
    system.sections().map(|section| section.length).sum()
}
