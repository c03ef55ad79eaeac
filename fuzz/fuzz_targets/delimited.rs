//! Any bytes as a delimited list and as an ICD-10-CM order file: what is read can be indexed.
#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use medterm::code::CodeGrammar;
use medterm::source::delimited::{Column, Mapping, read_bytes};
use medterm::source::{DesignationUse, Draft, PropertyKind, Report, icd10cm};
use medterm::{CodeSystem, Result, index};

static MAPPINGS: LazyLock<[Mapping; 2]> = LazyLock::new(|| {
    let by_number = Mapping::new(Column::Number(1))
        .without_header()
        .display("vi", Column::Number(2))
        .term(DesignationUse::Synonym, "vi", Column::Number(3))
        .separator("|")
        .parent_by_prefix()
        .property("note", PropertyKind::Text, Column::Number(3))
        .grammar(CodeGrammar::Icd10)
        .language("vi");
    let by_name = Mapping::new("code")
        .display("en", "name")
        .parent("parent")
        .property("number", PropertyKind::Integer, "number")
        .property("is", PropertyKind::Boolean, "is")
        .usability("usable")
        .status("status")
        .inactive_value("no");
    [by_number, by_name]
});

fn index(read: Result<(Draft, Report)>) {
    let Ok((draft, report)) = read else { return };
    let file = index::to_bytes(&draft, &report).unwrap();
    let system = CodeSystem::from_bytes(file).unwrap();
    assert_eq!(system.len() as usize, draft.concepts.len());
    for concept in system.concepts() {
        let code = concept.code().unwrap();
        assert!(system.lookup(&code).unwrap().concepts().contains(&concept), "{code:?}");
    }
}

fuzz_target!(|bytes: &[u8]| {
    for mapping in &*MAPPINGS {
        index(read_bytes("fuzz.csv", bytes, mapping));
    }
    // The headings, so that the fuzzer need not find them.
    let with_headings = [b"code,name,parent,number,is,usable,status\n", bytes].concat();
    index(read_bytes("fuzz.csv", &with_headings, &MAPPINGS[1]));
    index(icd10cm::read_order_bytes("icd10cm-order-2025.txt", bytes, None));
});
