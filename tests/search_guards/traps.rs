//! Queries in which the words mislead: the literal phrase is the wrong disease, the abbreviation has another
//! reading, the sign in brackets carries the meaning.

use medterm::{Hit, SearchOptions};

use crate::{national, shown};

struct Trap {
    query: &'static str,
    /// All among the first five, one of them first; a code stands for those below it.
    must: &'static [&'static str],
    /// Never before any of those.
    must_not: &'static [&'static str],
}

const TRAPS: [Trap; 10] = [
    // The only literal phrase adds *due to alcohol*.
    Trap { query: "gan nhiễm mỡ", must: &["K76.0"], must_not: &[] },
    // Nobody said that it ruptured.
    Trap { query: "phình động mạch chủ bụng", must: &["I71.4"], must_not: &[] },
    // K is potassium here, not cancer.
    Trap { query: "hạ K máu", must: &["E87.6"], must_not: &["C"] },
    Trap { query: "di chứng TBMMN", must: &["I69.4"], must_not: &["I64"] },
    // C is no beginning of *cấp*.
    Trap { query: "viem gan c", must: &["B18.2", "B17.1"], must_not: &["B18.1", "B16", "B15"] },
    // I is no beginning of II and III.
    Trap { query: "bỏng độ I cẳng tay", must: &["T22.1"], must_not: &["T22.2", "T22.3"] },
    Trap { query: "lao phổi AFB (-)", must: &["A16.0"], must_not: &["A15.0"] },
    // A cause of death, and an outcome of delivery.
    Trap { query: "thai lưu", must: &["O02.1", "O36.4"], must_not: &["P95", "Z37.1"] },
    // A squint, not ringworm.
    Trap { query: "lác trong", must: &["H50.0"], must_not: &["B35"] },
    // *Mãn* is not *mạn* here.
    Trap { query: "mãn kinh", must: &["N95"], must_not: &["N80", "N70"] },
];

/// What is wrong with the answer to a trap; empty if nothing is.
fn faults(trap: &Trap, hits: &[Hit<'_>]) -> Vec<String> {
    let codes: Vec<String> = hits.iter().map(|hit| hit.concept.code().unwrap()).collect();
    let rank = |wanted: &str| codes.iter().position(|code| code.starts_with(wanted));
    let mut faults = Vec::new();
    let last = trap.must.iter().map(|code| rank(code)).max_by_key(|rank| rank.unwrap_or(usize::MAX)).flatten();
    for wanted in trap.must {
        match rank(wanted) {
            Some(rank) if rank < 5 => {}
            Some(rank) => faults.push(format!("{wanted} is at {}", rank + 1)),
            None => faults.push(format!("{wanted} is missing")),
        }
    }
    if !trap.must.iter().any(|wanted| rank(wanted) == Some(0)) {
        faults.push(format!("{} is first", codes.first().map_or("nothing", String::as_str)));
    }
    for unwanted in trap.must_not {
        if let Some(rank) = rank(unwanted)
            && last.is_none_or(|last| rank < last)
        {
            faults.push(format!("{unwanted} is at {}", rank + 1));
        }
    }
    faults
}

#[test]
fn words_that_mislead() {
    let Some(system) = national() else { return };
    let mut all = Vec::new();
    for trap in &TRAPS {
        let answer = system.search(trap.query, &SearchOptions::new()).unwrap();
        let faults = faults(trap, &answer.hits);
        if !faults.is_empty() {
            all.push(format!("{}: {}: {}", trap.query, faults.join(", "), shown(&answer)));
        }
    }
    assert!(all.is_empty(), "{all:#?}");
}

#[test]
fn menopause_is_not_chronic() {
    let Some(system) = national() else { return };
    for hit in system.search("mãn kinh", &SearchOptions::new()).unwrap().hits {
        let name = hit.designation.text.to_lowercase();
        assert!(!name.contains("mạn tính") || name.contains("mãn kinh"), "{name}");
    }
}
