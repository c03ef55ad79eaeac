//! The lexicon: how long it takes to open, and to read queries with it; and how large its parts are.
//!
//! `cargo bench --bench lexicon` prints it.

use std::hint::black_box;
use std::time::Instant;

use medterm::lexicon::{Lexicon, LexiconBuilder};
use medterm::text::Analyzer;

const QUERIES: [&str; 16] = [
    "viem phoi",
    "viêm phổi cộng đồng",
    "tha do 2",
    "THA vô căn, ĐTĐ typ 2",
    "benh than man giai doan cuoi",
    "tiểu đường biến chứng thận",
    "suy tim độ III",
    "đau bụng",
    "ung thư biểu mô tế bào gan",
    "k phoi di can",
    "gãy xương đùi trái",
    "rối loạn tiền đình",
    "acute myocardial infarction",
    "pneumonia",
    "nmct cap",
    "sốt xuất huyết dengue có dấu hiệu cảnh báo",
];

fn main() {
    let start = Instant::now();
    let lexicon = Lexicon::built_in();
    println!("first opening  {:>9.1} µs", start.elapsed().as_secs_f64() * 1e6);
    for section in lexicon.sections() {
        println!("{:<14} {:>9} bytes", section.name, section.length);
    }
    let start = Instant::now();
    let own = black_box(LexiconBuilder::from(lexicon.clone()).build());
    println!("built again    {:>9.1} µs, {} readings", start.elapsed().as_secs_f64() * 1e6, own.len());
    let mut analyzer = Analyzer::new();
    let mut sum = 0.0;
    for query in QUERIES {
        let tokens = analyzer.analyze(query);
        let start = Instant::now();
        let readings = black_box(lexicon.expansions(query, tokens)).len();
        let first = start.elapsed().as_secs_f64() * 1e6;
        let start = Instant::now();
        for _ in 0..2000 {
            black_box(lexicon.expansions(black_box(query), tokens));
        }
        let each = start.elapsed().as_secs_f64() * 1e6 / 2000.0;
        sum += each;
        println!("{each:>8.2} µs, first {first:>8.2} µs  {readings:>3} readings  {query}");
    }
    println!("{:>8.2} µs a query", sum / QUERIES.len() as f64);
}
