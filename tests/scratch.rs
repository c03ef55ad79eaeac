#![allow(missing_docs)]
use medterm::*;
use std::path::Path;
#[test]
fn real() {
    let d = "/work/shared/data/vn/";
    let t = std::time::Instant::now();
    let (mut draft, mut report) = source::tt06::read(&[Path::new(&format!("{d}icd10-tt06-2026.csv")), Path::new(&format!("{d}icd10-tt06-2026-leaves.xlsx"))]).unwrap();
    println!("read {:?}", t.elapsed());
    let (old, oldreport) = source::qd4469::read(format!("{d}icd10-qd4469-2020.xlsx")).unwrap();
    println!("read {:?}", t.elapsed());
    let plain = index::to_bytes(&draft, &report).unwrap();
    println!("plain {} {:?}", plain.len(), t.elapsed());
    let n = translate::add_former_names(&mut draft, &old, &mut report);
    println!("former {n} {:?} quarantined {}", t.elapsed(), report.of_rule("former-name-quarantined").count());
    let bytes = index::to_bytes(&draft, &report).unwrap();
    println!("with former {} {:?}", bytes.len(), t.elapsed());
    std::fs::write("/tmp/tt06.mti", &bytes).unwrap();
    let ob = index::to_bytes(&old, &oldreport).unwrap();
    std::fs::write("/tmp/qd4469.mti", &ob).unwrap();
    for r in report.of_rule("former-name-quarantined") { println!("{r}"); }
    let s = CodeSystem::from_bytes(bytes).unwrap();
    for x in s.sections() { println!("{:?}", x); }
    println!("{:?}", s.lookup("j189").unwrap());
    println!("{:?}", s.lookup("E11").unwrap().concept().unwrap().usable_codes().unwrap().len());
    println!("{:?}", s.lookup("E11").unwrap().concept().unwrap().ancestors().unwrap());
    let o = CodeSystem::from_bytes(ob).unwrap();
    println!("{:?}", o.lookup("A17").unwrap());
    for x in o.sections() { println!("{:?}", x); }
    let t = std::time::Instant::now();
    let m = translate::Migration::between(&o, &s).unwrap();
    println!("between {:?}", t.elapsed());
    let mut c = std::collections::BTreeMap::new();
    for x in m.all() { let x = x.unwrap(); *c.entry(x.change.as_str()).or_insert(0) += 1; if x.change.as_str()=="meaning-in-doubt" || x.change.as_str()=="finer-code-gone" {println!("{} {:?} {:?}", x.change.as_str(), x.sources, x.change.targets()); } }
    println!("{c:?} new {} {:?}", m.new_codes().count(), t.elapsed());
    for k in ["A90","K35.9","M14.20","U07.0","D45","M54.5","A17", "I84.9", "N18.8", "C83.2", "A91"] { println!("{k} {:#?}", m.migrate(k).unwrap().map(|m| m.change)); }
}
