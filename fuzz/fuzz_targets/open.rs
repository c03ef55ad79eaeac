//! Any bytes, opened as an index of each kind and asked everything.
#![no_main]

#[path = "../../tests/support/interrogate.rs"]
mod interrogate;

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use medterm::lexicon::Lexicon;
use medterm::text::Analyzer;
use medterm::{CodeSystem, Supplement};

static FORMER: LazyLock<CodeSystem> =
    LazyLock::new(|| CodeSystem::from_bytes(include_bytes!("../../tests/format/former.mti")).unwrap());

fuzz_target!(|bytes: &[u8]| {
    if let Ok(system) = CodeSystem::from_bytes(bytes.to_vec()) {
        let _ = system.verify();
        interrogate::interrogate(&system, &FORMER);
    }
    if let Ok(system) = Supplement::from_bytes(bytes.to_vec()).and_then(|supplement| FORMER.with_supplement(supplement)) {
        let _ = system.verify();
        interrogate::interrogate(&system, &FORMER);
    }
    if let Ok(lexicon) = Lexicon::from_bytes(bytes.to_vec()) {
        let _ = lexicon.verify();
        let query = "K phổi, Đ.T.Đ, cấu";
        let _ = lexicon.expansions(query, Analyzer::new().analyze(query));
    }
});
