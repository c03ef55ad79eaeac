//! medterm beside SQLite and tantivy, and its instructions beside those of a hash map.
//!
//! ```text
//! cd benches/peers
//! cargo run --release                    times and sizes
//! cargo run --release -- instructions    instructions of an exact lookup; needs valgrind
//! ```
//! Needs the real lists: `../shared/data` beside medterm, or `MEDTERM_TEST_DATA`.

mod instructions;
mod sqlite;
#[path = "../../support/mod.rs"]
mod support;
mod tantivy;

use std::time::{Duration, Instant};

type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

fn main() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match arguments.as_slice() {
        [] => {
            sqlite::compare()?;
            tantivy::compare()
        }
        ["instructions"] => instructions::compare(),
        ["ask", side, rounds, index] => instructions::ask(side, rounds.parse()?, index),
        _ => Err("usage: medterm-peers [instructions]".into()),
    }
}

/// The same items in an order without order, the same in every run (Fisher–Yates over xorshift64).
fn shuffled<T>(mut items: Vec<T>) -> Vec<T> {
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    for last in (1..items.len()).rev() {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        items.swap(last, (state % (last as u64 + 1)) as usize);
    }
    items
}

/// Prints the middle and the 99th percentile of what asking each question took, after a round to warm up.
fn print_times<Q>(name: &str, questions: &[Q], mut ask: impl FnMut(&Q) -> Result<()>) -> Result<()> {
    let mut times: Vec<Duration> = Vec::with_capacity(questions.len());
    for _ in 0..2 {
        times.clear();
        for question in questions {
            let start = Instant::now();
            ask(question)?;
            times.push(start.elapsed());
        }
    }
    times.sort_unstable();
    println!("  {name:<44} p50 {:>10.2?}   p99 {:>10.2?}", times[times.len() / 2], times[times.len() * 99 / 100]);
    Ok(())
}
