use super::*;
#[test]
fn measure() {
    for f in std::env::var("MEASURE").unwrap().split(',') {
    let text = std::fs::read_to_string(f).unwrap();
    let lines: Vec<&str> = text.lines().collect();
    let t = std::time::Instant::now();
    let mut b = TermsBuilder::new();
    for l in &lines { b.push(l).unwrap(); }
    let push = t.elapsed();
    let bytes = b.finish().unwrap();
    let built = t.elapsed();
    let rss = std::fs::read_to_string("/proc/self/status").unwrap().lines().find(|l| l.starts_with("VmHWM")).unwrap().to_owned();
    let terms = Terms::open(&bytes).unwrap();
    let mut out = String::new();
    for (i, l) in lines.iter().enumerate() { out.clear(); terms.read(i as u32, &mut out).unwrap(); assert_eq!(&out, l); }
    let n = lines.len() as u64;
    let mut best = f64::MAX;
    for _ in 0..5 {
        let t = std::time::Instant::now();
        let mut x = 12345u64; let mut total = 0;
        for _ in 0..200_000 { x = x.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407); out.clear(); terms.read(((x >> 33) % n) as u32, &mut out).unwrap(); total += out.len(); }
        best = best.min(t.elapsed().as_nanos() as f64 / 200_000.0);
        std::hint::black_box(total);
    }
    let t = std::time::Instant::now();
    for _ in 0..200_000 { out.clear(); terms.read((n / 2 / 16 * 16) as u32, &mut out).unwrap(); }
    let first = t.elapsed().as_nanos() as f64 / 200_000.0;
    println!("{f}: {} terms, raw {}, store {} (tokens {} phrases {} groups {} spell {} phr {} blocks {} seq {}, codes {}) avg {:.1} B; push {push:?} built {built:?} {rss}; random read {best:.0} ns, first of block {first:.0} ({})", n, text.len(), bytes.len(), terms.tokens, terms.end - terms.tokens, terms.groups.len()*12, terms.spellings.len(), terms.phrases.0.len(), terms.blocks.0.len(), terms.sequences.0.len(), terms.units.len() * 9 + 512, text.len() as f64 / n as f64, out.len());
    }
}
