//! Any text as a query, a code and the beginning of a code, on the embedded set.
#![no_main]

use std::cell::RefCell;
use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use medterm::{CodeSystem, SearchOptions, Searcher};

static BUNDLED: LazyLock<CodeSystem> = LazyLock::new(|| CodeSystem::bundled().unwrap());

thread_local! {
    static SEARCHER: RefCell<Searcher> = RefCell::default();
}

fuzz_target!(|text: &str| {
    BUNDLED.lookup(text).unwrap();
    BUNDLED.codes_starting_with(text).unwrap().for_each(drop);
    SEARCHER.with_borrow_mut(|searcher| {
        let answer = searcher.search(&BUNDLED, text, &SearchOptions::new()).unwrap();
        for hit in answer.hits {
            for found in &hit.matches {
                assert!(text.get(found.query.clone()).is_some_and(|part| !part.is_empty()));
                assert!(hit.designation.text.get(found.text.clone()).is_some_and(|part| !part.is_empty()));
            }
            assert!(hit.unmatched.iter().all(|word| text.get(word.clone()).is_some()));
        }
    });
});
