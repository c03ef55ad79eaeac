//! The examples as a person meets them: help, answers on the starter set, JSON, and what they say to wrong input.
//!
//! `cargo test` builds the examples before it runs this (`cargo test --test examples` alone does not); one that is not
//! built is skipped.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests may panic")]

mod support;

use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use serde_json::Value;
use support::shared;

/// The program of an example, in the folder beside this test's own. `None`, with a line saying so, if these features
/// do not build it.
fn program(example: &str) -> Option<PathBuf> {
    let search = cfg!(feature = "search");
    let lists = cfg!(all(feature = "csv", feature = "xlsx"));
    let csv = cfg!(feature = "csv");
    let depending = [
        ("audit", csv),
        ("compile", lists && search),
        ("migrate", csv),
        ("picker", search),
        ("relevance", search),
        ("search", search),
    ];
    let is_built = depending.iter().all(|(name, is_built)| *name != example || *is_built);
    let test = std::env::current_exe().unwrap();
    let folder = test.parent().and_then(Path::parent).unwrap().join("examples");
    let program = folder.join(example).with_extension(std::env::consts::EXE_EXTENSION);
    if is_built && cfg!(feature = "bundled") && program.exists() {
        return Some(program);
    }
    println!("skipped: the example {example} is not built");
    None
}

fn run(program: &Path, arguments: &[&str]) -> Output {
    let root = env!("CARGO_MANIFEST_DIR");
    Command::new(program).args(arguments).current_dir(root).stdin(Stdio::null()).output().unwrap()
}

fn said(program: &Path, arguments: &[&str]) -> String {
    let output = run(program, arguments);
    let (out, error) = (String::from_utf8(output.stdout).unwrap(), String::from_utf8(output.stderr).unwrap());
    assert!(output.status.success(), "{arguments:?}: {error}");
    out
}

fn json(program: &Path, arguments: &[&str]) -> Vec<Value> {
    let arguments = [&["--json"], arguments].concat();
    said(program, &arguments).lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// Asserts that an example fails with one line that says all of `parts`.
fn fails(program: &Path, arguments: &[&str], parts: &[&str]) {
    let output = run(program, arguments);
    let error = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1), "{arguments:?}: {error}");
    assert_eq!(output.stdout, b"", "{arguments:?}");
    let message = error.lines().last().unwrap();
    assert!(message.starts_with("error: "), "{error}");
    for part in parts {
        assert!(message.contains(part), "{arguments:?} says {message:?}, without {part:?}");
    }
}

fn texts(value: &Value) -> Vec<&str> {
    value.as_array().unwrap().iter().map(|text| text.as_str().unwrap()).collect()
}

#[test]
fn help_names_every_option() {
    for (example, options) in [
        ("lookup", vec!["--index", "--system", "--as-of", "CODE"]),
        ("search", vec!["--index", "--system", "--as-of", "--limit", "--usable", "QUERY"]),
        ("translate", vec!["--map", "--index", "--from", "--to", "--sex", "--age", "--with", "CODE"]),
        ("migrate", vec!["--map", "--index", "--from", "--to", "--column", "--review", "IN.csv", "OUT.csv"]),
        (
            "compile",
            vec![
                "tt06",
                "qd4469",
                "icd10cm-order",
                "delimited",
                "auto",
                "lexicon",
                "--output",
                "--former",
                "--report",
                "--strict",
            ],
        ),
        ("audit", vec!["--index", "--column", "--name-column", "--as-of", "--patch", "--sql", "--table"]),
        ("check", vec!["--index", "--as-of", "--on", "--off", "--severity", "--rules", "\"end\"", "secondary"]),
        ("inspect", vec!["--verify", "FILE"]),
        ("picker", vec!["--index", "--system", "--as-of", "--usable", "Enter", "Tab"]),
        ("relevance", vec!["--index", "--bundled", "--queries", "--usable", "--misses-at", "--ablate", "--lexicon"]),
    ] {
        let Some(program) = program(example) else { continue };
        let help = said(&program, &["--help"]);
        assert!(help.contains(&format!("usage: {example} ")), "{help}");
        for option in options.iter().chain(&["--json"]) {
            assert!(help.contains(option), "{example} --help lacks {option}");
        }
        fails(&program, &["--no-such-option"], &["--no-such-option", "--help"]);
    }
}

#[test]
fn search_answers_in_json() {
    let Some(search) = program("search") else { return };
    let hits = json(&search, &["--limit", "3", "viem phoi", "G01*"]);
    assert!(hits.len() > 3 && hits.len() <= 6);
    let keys = "query rank system version code marker usable flags display matched score how confidence";
    for hit in &hits {
        let hit = hit.as_object().unwrap();
        let mut expected: Vec<_> = keys.split(' ').collect();
        expected.sort_unstable();
        let mut found: Vec<_> = hit.keys().map(String::as_str).collect();
        found.sort_unstable();
        assert_eq!(found, expected);
        assert_eq!((&hit["system"], &hit["version"]), (&"icd10-vn".into(), &"starter".into()));
        assert!(hit["display"].is_string() && hit["matched"].is_string() && hit["score"].is_u64());
    }
    let ranks: Vec<_> = hits.iter().filter(|hit| hit["query"] == "viem phoi").map(|hit| hit["rank"].as_u64()).collect();
    assert_eq!(ranks, [Some(1), Some(2), Some(3)]);
    assert_eq!(texts(&hits[0]["how"]), ["marks-missing"]);
    let by_code = hits.iter().find(|hit| hit["query"] == "G01*").unwrap();
    assert_eq!((&by_code["code"], &by_code["marker"], &by_code["usable"]), (&"G01".into(), &"*".into(), &true.into()));
    assert_eq!(texts(&by_code["how"]), ["code"]);
    assert_eq!(by_code["confidence"], "sure");
}

#[test]
fn search_leaves_headings_out_on_request() {
    let Some(search) = program("search") else { return };
    assert!(json(&search, &["suy tim"]).iter().any(|hit| hit["usable"] == false));
    let usable = json(&search, &["--usable", "suy tim"]);
    assert!(!usable.is_empty() && usable.iter().all(|hit| hit["usable"] == true));
}

/// A program that asks one question at a time gets each answer before it asks the next.
#[test]
fn search_answers_each_line_at_once() {
    let Some(search) = program("search") else { return };
    let mut child = Command::new(search)
        .args(["--json", "--limit", "1"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut questions = child.stdin.take().unwrap();
    let mut answers = BufReader::new(child.stdout.take().unwrap()).lines();
    for (query, code) in [("viêm ruột thừa cấp", "K35"), ("\r", ""), ("cảm lạnh\r", "J00"), ("i10", "I10")] {
        writeln!(questions, "{query}").unwrap();
        if !code.is_empty() {
            let answer: Value = serde_json::from_str(&answers.next().unwrap().unwrap()).unwrap();
            assert_eq!((&answer["query"], &answer["code"]), (&query.trim().into(), &code.into()));
        }
    }
    drop(questions);
    assert!(answers.next().is_none());
    assert!(child.wait().unwrap().success());
}

#[test]
fn search_prints_for_people() {
    let Some(search) = program("search") else { return };
    let shown = said(&search, &["cam lanh thong thuong"]);
    assert!(shown.contains("J00") && shown.contains("= Cảm lạnh thông thường"), "{shown}");
    assert!(!shown.contains('\x1b'), "no terminal, no bold: {shown:?}");
    assert!(said(&search, &["zzzzzz"]).contains("nothing found"));
}

#[test]
fn relevance_measures() {
    let Some(relevance) = program("relevance") else { return };
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str, text: &str| {
        let path = folder.path().join(name).to_str().unwrap().to_owned();
        std::fs::write(&path, text).unwrap();
        path
    };
    let labelled = file(
        "labelled.tsv",
        "class\tquery\texpected\tsource\n\
         plain\tviêm phổi\tJ12,J18\tx\nplain\tzzzzzz\tA00\tx\nbare\tsuy tim\tI50\tx\nvni\tvie6m pho6i3\tJ18\tx\n",
    );
    let former = file("former.tsv", "code\told name\tnew name\nI10\tTăng huyết áp nguyên phát\t\n");
    let lines = json(
        &relevance,
        &["--bundled", "--queries", &labelled, "--queries", &former, "--misses", "--ablate", "--lexicon", LEXICON],
    );
    let find = |block: &str, class: &str| -> Vec<&Value> {
        lines.iter().filter(|line| line["block"] == block && line["class"] == class).collect()
    };
    for block in ["plain", "usable"] {
        let all = find(block, "all")[0];
        assert_eq!((&all["n"], &all["recall_at_1"], &all["recall_at_10"]), (&5.into(), &0.8.into(), &0.8.into()));
        assert_eq!((&all["mrr"], &all["wrong_polarity"]), (&0.8.into(), &0.into()));
        assert_eq!(find(block, "plain")[0]["recall_at_3"], 0.5);
        assert_eq!(find(block, "former-name")[0]["itself_at_1"], 1.0);
        assert!(all["p99_us"].as_f64() >= all["p50_us"].as_f64());
    }
    let misses = find("miss", "plain");
    assert_eq!((misses.len(), &misses[0]["query"], &misses[0]["rank"]), (1, &"zzzzzz".into(), &Value::Null));
    let vni = find("ablation", "vni").into_iter().find(|line| line["reading"] == "vni").unwrap();
    assert_eq!((&vni["change_at_1"], &vni["lost_at_10"]), (&(-1.0).into(), &1.into()));

    let shown = said(&relevance, &["--bundled", "--queries", &labelled, "--misses-at", "1", "--ablate"]);
    for part in ["plain  zzzzzz  (A00: missed)", "self@1", "\nusable\n", "change of r@1 / r@10", "-100.0/-100.0"] {
        assert!(shown.contains(part), "{shown} lacks {part:?}");
    }
    fails(&relevance, &["--bundled"], &["--queries TSV is needed"]);
    fails(&relevance, &["--queries", &labelled], &["--index FILE or --bundled"]);
    fails(&relevance, &["--bundled", "--queries", "Cargo.toml"], &["Cargo.toml", "heading", "class, query, expected"]);
    fails(&relevance, &["--bundled", "--queries", "none.tsv"], &["none.tsv does not exist"]);
    fails(&relevance, &["--bundled", "--queries", &labelled, "--misses-at", "11"], &["from 1 to 10"]);
    let short = file("short.tsv", "class\tquery\texpected\nplain\tho\n");
    fails(&relevance, &["--bundled", "--queries", &short], &["short.tsv, line 2"]);
}

/// A lexicon in the form that `--lexicon` takes.
const LEXICON: &str = "data/lexicon/abbreviations.tsv";

#[test]
fn picker_wants_a_terminal() {
    let Some(picker) = program("picker") else { return };
    fails(&picker, &[], &["needs a terminal", "examples/search"]);
    fails(&picker, &["viem phoi"], &["viem phoi is no option"]);
    fails(&picker, &["--index", "none.mti"], &["none.mti does not exist"]);
}

#[test]
fn lookup_tells_what_stands_there() {
    let Some(lookup) = program("lookup") else { return };
    let rows = json(&lookup, &["j189", " a17+", "J18", "Z99.999"]);
    let answers: Vec<_> = rows.iter().map(|row| row["answer"].as_str().unwrap()).collect();
    assert_eq!(answers, ["found", "found", "found", "unknown"]);
    assert_eq!((&rows[0]["code"], &rows[0]["usability"]), (&"J18.9".into(), &"usable".into()));
    assert_eq!(rows[0]["parents"][0]["code"], "J18");
    assert_eq!(rows[1]["marker"], "†");
    assert_eq!(rows[2]["usability"], "heading");
    let below = rows[2]["usable_codes"].as_array().unwrap();
    assert!(below.iter().any(|code| code["code"] == "J18.9"));
    assert_eq!((&rows[3]["fragment"], rows[3].get("code")), (&true.into(), None));

    let shown = said(&lookup, &["Z99.999"]);
    assert!(shown.contains("unknown in icd10-vn|starter") && shown.contains("may well exist"), "{shown}");
    let shown = said(&lookup, &["--system", "loinc", "4548-4"]);
    assert!(shown.contains("no list of loinc is loaded"), "{shown}");
    assert_eq!(json(&lookup, &["--as-of", "2020-01-01", "I10"])[0]["answer"], "not-loaded");
}

#[test]
fn inspect_shows_and_verifies() {
    let Some(inspect) = program("inspect") else { return };
    let facts = &json(&inspect, &["--verify", "data/icd10.mti"])[0];
    assert_eq!((&facts["content"], &facts["verified"]), (&"fragment".into(), &true.into()));
    let sections = facts["sections"].as_array().unwrap();
    let sum: u64 = sections.iter().map(|section| section["bytes"].as_u64().unwrap()).sum();
    let size = std::fs::metadata("data/icd10.mti").unwrap().len();
    assert_eq!(facts["bytes"], size);
    assert!(sum < size && sum > size * 9 / 10);

    // One letter of a name changed: everything opens, and only --verify tells.
    let folder = tempfile::tempdir().unwrap();
    let damaged = folder.path().join("damaged.mti");
    let mut bytes = std::fs::read("data/icd10.mti").unwrap();
    let terms = sections.iter().find(|section| section["name"] == "terms").unwrap();
    bytes[terms["offset"].as_u64().unwrap() as usize + 5_000] ^= 1;
    std::fs::write(&damaged, bytes).unwrap();
    let damaged = damaged.to_str().unwrap();
    said(&inspect, &[damaged]);
    let output = run(&inspect, &["--verify", damaged]);
    assert_eq!(output.status.code(), Some(1));
    let error = String::from_utf8(output.stderr).unwrap();
    assert!(error.contains("damaged in section terms"), "{error}");
    fails(&inspect, &[], &["FILE"]);
}

#[test]
fn lexicons_are_compiled_and_shown() {
    let (Some(compile), Some(inspect)) = (program("compile"), program("inspect")) else { return };
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    std::fs::write(path("a.tsv"), "phrase\tmeaning\ncao máu\ttăng huyết áp\n").unwrap();
    std::fs::write(path("b.tsv"), "abbreviation\texpansion\tlanguage\tcommonness\nCM\tcao máu\tvi\t1\n").unwrap();
    let output = path("own.mti");
    let made = &json(&compile, &["lexicon", &path("b.tsv"), &path("a.tsv"), "--output", &output])[0];
    let bytes = std::fs::metadata(&output).unwrap().len();
    assert_eq!((&made["lines"], &made["readings"], &made["bytes"]), (&2.into(), &3.into(), &bytes.into()));
    let facts = &json(&inspect, &["--verify", &output])[0];
    assert_eq!((&facts["kind"], &facts["verified"], &facts["bytes"]), (&"lexicon".into(), &true.into(), &bytes.into()));
    let shown = said(&inspect, &["--verify", &output]);
    assert!(shown.contains("phrases") && shown.contains("all right"), "{shown}");

    std::fs::write(path("c.tsv"), "phrase\tmeaning\nno tab here\n").unwrap();
    fails(&compile, &["lexicon", &path("c.tsv"), "--output", &output], &["c.tsv", "no tab here"]);
    fails(&compile, &["lexicon", "data/icd10.tsv", "--output", &output], &["icd10.tsv", "`abbreviation` or `phrase`"]);
    fails(&compile, &["lexicon", "--output", &output], &["data/lexicon/*.tsv"]);
    fails(&compile, &["lexicon", &path("a.tsv"), "--output", &output, "--version", "1"], &["--version"]);
    if let Some(search) = program("search") {
        fails(&search, &["--index", &output, "ho"], &["is a lexicon"]);
    }
}

#[test]
fn wrong_indexes_are_explained() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path().to_str().unwrap();
    for (example, question) in [("search", "ho"), ("lookup", "I10")] {
        let Some(program) = program(example) else { continue };
        fails(&program, &["--index", "none.mti", question], &["none.mti", "does not exist", "examples/compile"]);
        fails(&program, &["--index", folder, question], &[folder, "is a folder"]);
        fails(&program, &["--index", "data/icd10.tsv", question], &["delimited list", "compile it first"]);
        fails(&program, &["--index", "Cargo.toml", question], &["Cargo.toml", "not a medterm index"]);
        let twice = ["--index", "data/icd10.mti", "--index", "data/icd10.mti", question];
        fails(&program, &twice, &["each edition once"]);
        fails(&program, &["--as-of", "1.7.2026", question], &["YYYY-MM-DD"]);
        fails(&program, &[question, "--index"], &["--index needs a value"]);
    }
    let Some(search) = program("search") else { return };
    fails(&search, &["--limit", "many", "ho"], &["--limit many", "whole number"]);
    fails(&search, &["--system", "loinc", "ho"], &["no index of loinc", "icd10-vn|starter"]);
    fails(&search, &["--as-of", "2020-01-01", "ho"], &["in force on 2020-01-01", "from 2026-07-01"]);
}

#[test]
fn translate_wants_two_editions() {
    let Some(translate) = program("translate") else { return };
    fails(&translate, &["--to", "icd10-vn", "I10"], &["--from is needed"]);
    fails(&translate, &["--from", "icd10-vn|old", "--to", "icd10-vn", "I10"], &["no index of icd10-vn|old"]);
    fails(&translate, &["--from", "icd10-vn", "--to", "icd10", "I10"], &["name two editions"]);
}

#[test]
fn compile_then_translate() {
    let (Some(compile), Some(translate), Some(search)) = (program("compile"), program("translate"), program("search"))
    else {
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let list = |name: &str, text: &str| std::fs::write(path(name), text).unwrap();
    list("old.csv", "code,name\nA01,Sốt cao\nA02,Ho\nA03.1,Đau bụng dữ dội\n");
    list("new.csv", "code,name\nA01,Sốt cao\nA02,Ho khan kéo dài\nA04,Đau bụng\n");
    let columns = "code=code; display.vi=name; grammar=icd10; system=test; parent=prefix";
    let (old, new) =
        (format!("{columns}; version=old; until=2025-12-31"), format!("{columns}; version=new; from=2026-01-01"));
    std::fs::write(path("old.mapping"), old).unwrap();

    let made = said(
        &compile,
        &["delimited", &path("old.csv"), "--mapping", &path("old.mapping"), "--output", &path("old.mti")],
    );
    assert!(made.contains("test|old") && made.contains("3 listed codes"), "{made}");
    let report = path("report.txt");
    let arguments = [
        "auto",
        &path("new.csv"),
        "--mapping",
        &new,
        "--former",
        &path("old.csv"),
        "--output",
        &path("new.mti"),
        "--report",
        &report,
    ];
    let made = &json(&compile, &arguments)[0];
    assert_eq!((&made["format"], &made["listed"], &made["former_names"]), (&"delimited".into(), &3.into(), &1.into()));
    assert_eq!(made["bytes"], std::fs::metadata(path("new.mti")).unwrap().len());
    assert!(std::fs::read_to_string(&report).unwrap().contains("[former-code-gone] A03.1"));

    let indexes = ["--index", &path("old.mti"), "--index", &path("new.mti")];
    let codes = [&indexes[..], &["--from", "test|old", "--to", "test|new", "A01", "A02", "A03.1", "A04"]].concat();
    let changes = json(&translate, &codes);
    let words: Vec<_> = changes.iter().map(|change| change["change"].as_str().unwrap()).collect();
    assert_eq!(words, ["same", "renamed", "withdrawn", "unknown"]);
    assert_eq!(changes[0]["relationship"], "equivalent");
    assert_eq!(
        (&changes[1]["sources"][0]["display"], &changes[1]["targets"][0]["display"]),
        (&"Ho".into(), &"Ho khan kéo dài".into())
    );
    assert_eq!(
        (&changes[2]["suggestions"][0]["code"], changes[2]["targets"].as_array().unwrap().len()),
        (&"A04".into(), 0)
    );

    let on_day =
        |day: &str| json(&search, &[&indexes[..], &["--as-of", day, "sot cao"]].concat())[0]["version"].clone();
    assert_eq!((on_day("2025-12-31"), on_day("2026-01-01")), ("old".into(), "new".into()));
}

#[path = "support/shown.rs"]
mod shown;

/// A map with alternatives, a combination, rules, no target and a name that is none.
fn map_file(folder: &Path) -> String {
    use medterm::code::CodeGrammar;
    use medterm::source::{MapDraft, MapRow, MapSide, Relationship, Report};
    let row = |source: &str, target: &str| {
        let target = Some(target).filter(|target| !target.is_empty());
        MapRow { target_display: target.map(|target| format!("name of {target}")), ..shown::row(source, target, None) }
    };
    let ruled = |priority, rule: &str, target: &str| MapRow {
        group: 1,
        priority,
        rule: Some(rule.into()),
        advice: Some("IF MALE CHOOSE N40".into()),
        ..row("30", target)
    };
    let part = |choice, target: &str| MapRow { scenario: 1, choice, ..row("20", target) };
    let rows = vec![
        MapRow { relationship: Some(Relationship::Equivalent), line: 1, ..row("10", "A00.0") },
        MapRow { relationship: Some(Relationship::SourceIsNarrowerThanTarget), ..row("11", "A01") },
        part(1, "B00"),
        part(2, "B01"),
        ruled(1, "IFA 248153007 | Male (finding) |", "N40"),
        ruled(2, "OTHERWISE TRUE", "N81"),
        row("40", "C01"),
        row("40", "C02"),
        MapRow { advice: Some("too vague".into()), ..row("50", "") },
    ];
    let side = |system: &str, grammar| MapSide { system: system.into(), version: String::new(), grammar };
    let (source, target) = (side("local", CodeGrammar::Verbatim), side("icd10", CodeGrammar::Icd10));
    let mut draft = MapDraft { source, target, rows, ..MapDraft::default() };
    (draft.edition.system, draft.edition.version) = ("local-to-icd10".into(), "1".into());
    let path = folder.join("map.mti");
    medterm::index::map_to_file(&draft, &Report::default(), &path).unwrap();
    path.to_str().unwrap().to_owned()
}

#[test]
fn translate_answers_by_maps() {
    let Some(translate) = program("translate") else { return };
    let folder = tempfile::tempdir().unwrap();
    let map = map_file(folder.path());
    let ask = |arguments: &[&str]| json(&translate, &[&["--map", &map], arguments].concat());
    let answers = ask(&["10", "20", "30", "40", "50", "60"]);
    let results: Vec<_> = answers.iter().map(|answer| answer["result"].as_str().unwrap()).collect();
    assert_eq!(results, ["equivalent", "inexact", "ambiguous", "ambiguous", "none", "unknown"]);
    for answer in &answers {
        let keys: Vec<_> = answer.as_object().unwrap().keys().map(String::as_str).collect();
        let mut expected = ["query", "result", "targets", "relationship", "path", "rule", "advice", "missing"];
        expected.sort_unstable();
        assert!(
            {
                let mut keys = keys.clone();
                keys.sort_unstable();
                keys == expected
            },
            "{keys:?}"
        );
        assert_eq!(
            (&answer["path"][0]["map"], &answer["path"][0]["from"]),
            (&"local-to-icd10|1".into(), &"local".into())
        );
    }
    let codes = |answer: &Value| {
        let list = |list: &Value| {
            list.as_array().unwrap().iter().map(|one| one["code"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
        };
        let scenario = |scenario: &Value| scenario.as_array().unwrap().iter().map(list).collect::<Vec<_>>();
        answer["targets"].as_array().unwrap().iter().map(scenario).collect::<Vec<_>>()
    };
    assert_eq!(codes(&answers[0]), [[["A00.0"]]]);
    assert_eq!(
        (&answers[0]["relationship"], &answers[0]["targets"][0][0][0]["via"][0]["line"]),
        (&"equivalent".into(), &1.into())
    );
    assert_eq!(codes(&answers[1]), [[["B00"], ["B01"]]]);
    assert_eq!(codes(&answers[2]), [[["N40", "N81"]]]);
    assert_eq!((texts(&answers[2]["missing"]), &answers[2]["rule"]), (vec!["sex"], &Value::Null));
    assert_eq!((codes(&answers[4]).len(), &answers[4]["advice"]), (0, &"too vague".into()));

    let man = &ask(&["--sex", "male", "30"])[0];
    assert_eq!(
        (codes(man), man["rule"].as_str().unwrap()),
        (vec![vec![vec!["N40".to_owned()]]], "IFA 248153007 | Male (finding) |")
    );
    assert_eq!(man["advice"], "IF MALE CHOOSE N40");
    let woman = &ask(&["--sex=female", "--age", "34", "--with", "46177005", "30"])[0];
    assert_eq!((codes(woman), &woman["rule"]), (vec![vec![vec!["N81".to_owned()]]], &"OTHERWISE TRUE".into()));
    let back = &ask(&["--from", "icd10", "--to", "local", "b00"])[0];
    assert_eq!(
        (codes(back), &back["targets"][0][0][0]["part_of_combination"]),
        (vec![vec![vec!["20".to_owned()]]], &true.into())
    );

    let shown = said(&translate, &["--map", &map, "20", "30", "50"]);
    assert!(
        shown.contains("and\n") && shown.contains("not known: sex") && shown.contains("advice: too vague"),
        "{shown}"
    );
    fails(&translate, &["--map", "none.mti", "1"], &["none.mti does not exist"]);
    fails(&translate, &["--map", "data/icd10.mti", "1"], &["data/icd10.mti", "--index"]);
    fails(
        &translate,
        &["--map", &map, "--from", "x", "--to", "icd10", "1"],
        &["no way leads from x to icd10", "local-to-icd10|1"],
    );
    fails(&translate, &["--map", &map, "--from", "local", "1"], &["--from and --to are needed"]);
    fails(&translate, &["--map", &map, "--sex", "girl", "1"], &["girl", "female, male or other"]);
    fails(&translate, &["--map", &map, "--age", "old", "1"], &["old", "20 days"]);
}

#[test]
fn migrate_translates_a_column() {
    let Some(migrate) = program("migrate") else { return };
    let folder = tempfile::tempdir().unwrap();
    let map = map_file(folder.path());
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let read = |name: &str| std::fs::read_to_string(path(name)).unwrap();
    let table = "\u{feff}id;code;note\r\n1;10;\"a;b\"\r\n2; 20 ;\r\n3;40;x\r\n4;;\r\n5;50\r\n6;40;1;2\r\n7;99;\r\n8;40;\r\n9;11;\r\n";
    std::fs::write(path("in.csv"), table).unwrap();
    let arguments = ["--map", &map, "--column", "code", &path("in.csv"), &path("out.csv")];
    let summary = &json(&migrate, &arguments)[0];
    let count = |key: &str| summary[key].as_u64().unwrap();
    let counts =
        ["rows", "exact", "inexact", "ambiguous", "none", "unknown", "empty", "damaged", "to_decide"].map(count);
    assert_eq!(counts, [9, 1, 2, 2, 1, 1, 1, 1, 3]);
    let expected = "\u{feff}id;code;note;code_target;code_result;code_relationship\r\n1;10;\"a;b\";A00.0;exact;equivalent\r\n\
                    2; 20 ;;B00 + B01;inexact;\r\n3;40;x;;ambiguous;\r\n4;;;;;\r\n5;50;;;none;\r\n6;40;1;2\r\n7;99;;;unknown;\r\n\
                    8;40;;;ambiguous;\r\n9;11;;A01;inexact;source-is-narrower-than-target\r\n";
    assert_eq!(read("out.csv"), expected);
    let review = "code,name,rows,first_line,result,targets,suggestions,missing\n\
                  40,,2,4,ambiguous,C01 name of C01 | C02 name of C02,,\n50,,1,6,none,-,,\n99,,1,8,unknown,,,\n";
    assert_eq!(read("out.review.csv"), review);
    // Lines are counted alike whatever ends them.
    std::fs::write(path("in.csv"), table.replace("\r\n", "\n")).unwrap();
    assert!(said(&migrate, &arguments).contains("3 different codes for a person to decide"));
    assert_eq!(read("out.review.csv"), review);
    assert_eq!(read("out.csv"), expected.replace("\r\n", "\n"));

    let with = |arguments: &[&str], parts: &[&str]| fails(&migrate, &[&["--map", &map], arguments].concat(), parts);
    let (input, output) = (path("in.csv"), path("other.csv"));
    with(&["--column", "code", &input], &["IN.csv and OUT.csv are needed"]);
    with(&[&input, &output], &["--column is needed"]);
    with(&["--column", "Code", &input, &output], &["no column \"Code\"", "id, code, note"]);
    with(&["--column", "code", &input, &input], &["would be overwritten"]);
    with(&["--column", "code", "--review", &output, &input, &output], &["would be overwritten"]);
    with(&["--column", "code", &path("out.csv"), &output], &["\"code_target\" already"]);
    with(&["--column", "code", "missing.csv", &output], &["missing.csv does not exist"]);
    assert!(!Path::new(&output).exists());
    assert!(
        std::fs::read_dir(folder.path()).unwrap().all(|file| file.unwrap().path().extension().unwrap() != "partial")
    );
}

#[test]
fn compile_refuses_with_advice() {
    let Some(compile) = program("compile") else { return };
    let folder = tempfile::tempdir().unwrap();
    let output = folder.path().join("x.mti");
    let output = output.to_str().unwrap();
    fails(&compile, &[], &["FORMAT", "compile auto"]);
    fails(&compile, &["tt07", "x", "--output", output], &["tt07", "auto"]);
    fails(&compile, &["tt06", "--output", output], &["no INPUT"]);
    fails(&compile, &["tt06", "data/icd10.tsv"], &["--output is needed"]);
    fails(&compile, &["tt06", "none.csv", "--output", output], &["none.csv does not exist"]);
    fails(&compile, &["tt06", "data", "--output", output], &["data: none of its", "is tt06"]);
    fails(&compile, &["lexicon", "data", "--output", output], &["data is a folder"]);
    fails(&compile, &["auto", "data/icd10.mti", "--output", output], &["is an index already"]);
    fails(&compile, &["auto", "LICENSE-MIT", "--output", output], &["LICENSE-MIT is none of"]);
    fails(&compile, &["auto", "data/icd10.tsv", "--output", output], &["--mapping", "code\tuse\tparent"]);
    fails(&compile, &["icd10cm-order", "data/icd10.tsv", "--output", output], &["looks like delimited"]);
    fails(
        &compile,
        &["delimited", "data/icd10.tsv", "--mapping", "none", "--output", output],
        &["none does not exist"],
    );
    fails(
        &compile,
        &["delimited", "data/icd10.tsv", "--mapping", "code=Mã", "--output", output],
        &["no column \"Mã\""],
    );
    let own = ["delimited", "data/icd10.tsv", "--mapping", "code=code", "--output", "data/icd10.tsv"];
    fails(&compile, &own, &["would overwrite data/icd10.tsv"]);
    assert!(!Path::new(output).exists());
}

/// A tar archive of one file.
fn tar(name: &str, content: &[u8]) -> Vec<u8> {
    let mut header = [0; 512];
    let mut put = |at: usize, text: &str| header[at..at + text.len()].copy_from_slice(text.as_bytes());
    put(0, name);
    put(100, "0000644");
    put(124, &format!("{:011o}", content.len()));
    put(148, "        0");
    put(257, "ustar\x0000");
    let sum: u32 = header.iter().map(|byte| u32::from(*byte)).sum();
    header[148..155].copy_from_slice(format!("{sum:06o}\0").as_bytes());
    let padding = vec![0; content.len().next_multiple_of(512) - content.len() + 1024];
    [&header, content, &padding].concat()
}

#[test]
fn compile_reads_folders_and_archives() {
    let (Some(compile), Some(inspect)) = (program("compile"), program("inspect")) else { return };
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    std::fs::create_dir(path("release")).unwrap();
    let list = "00001 A00     0 Cholera                                                      Cholera\n\
                00002 A000    1 Classical cholera                                            Classical cholera\n";
    std::fs::write(path("release/icd10cm-order-2025.txt"), list).unwrap();
    std::fs::write(path("release/readme.txt"), "Dear all,\nread this.\nYours\n").unwrap();
    let made = |input: &str, output: &str| json(&compile, &["auto", input, "--output", output])[0].clone();
    // A second time, too: what it wrote into the folder is no list.
    for _ in 0..2 {
        let of_folder = made(&path("release"), &path("release/out.mti"));
        assert_eq!((&of_folder["format"], &of_folder["edition"]), (&"icd10cm-order".into(), &"icd10-cm|2025".into()));
        assert_eq!((&of_folder["listed"], &of_folder["findings"][0]["rule"]), (&2.into(), &"file-not-read".into()));
    }
    let own = ["auto", &path("release"), "--output", &path("release/readme.txt")];
    fails(&compile, &own, &["--output would overwrite", "readme.txt"]);

    std::fs::write(path("release.tar"), tar("release/icd10cm-order-2025.txt", list.as_bytes())).unwrap();
    let output = path("archive.mti");
    if cfg!(feature = "archive") {
        assert_eq!(made(&path("release.tar"), &output)["listed"], 2);
        let shown = said(&inspect, &[&output]);
        assert!(shown.contains("release.tar"), "{shown}");
    } else {
        fails(&compile, &["auto", &path("release.tar"), "--output", &output], &["release.tar", "feature `archive`"]);
    }
}

/// Fixtures and published files of other code systems, as they are.
#[test]
fn compile_knows_clinical_terminologies() {
    let Some(compile) = program("compile") else { return };
    let folder = tempfile::tempdir().unwrap();
    let output = folder.path().join("out.mti").to_str().unwrap().to_owned();
    let dummy = "intl/snomed/rf2-dummy/main/resources/dummy-snomed-content/RF2Release";
    let core = "snomed-ct|http://snomed.info/sct/900000000000207008/version/";
    let (packed, json_of_ontologies) = (cfg!(feature = "archive"), cfg!(feature = "json"));
    for (path, format, edition, concepts, is_built) in [
        ("intl/snomed/ecl-core/rf2", "snomed-rf2", format!("{core}20200101"), 34, true),
        (dummy, "snomed-rf2", format!("{core}20180131"), 103, true),
        ("intl/loinc/extract", "loinc", "loinc|2.79".to_owned(), 483, true),
        ("intl/atc", "atc", "atc|2026".to_owned(), 6_996, true),
        ("intl/mesh/mtrees2022.bin", "mesh-trees", "mesh|2022".to_owned(), 30_192, true),
        (
            "intl/hpo/hp.v2024-08-13.json.gz",
            "obo-graph",
            "hpo|2024-08-13".to_owned(),
            19_434,
            packed && json_of_ontologies,
        ),
        ("intl/hpo/hp-es.babelon.tsv", "babelon", "hpo-es|1".to_owned(), 19_932, true),
    ] {
        let Some(input) = shared(path).filter(|_| is_built) else { continue };
        let version: &[&str] = if format == "babelon" { &["--version", "1"] } else { &[] };
        let made = &json(&compile, &[&["auto", input.to_str().unwrap(), "--output", &output], version].concat())[0];
        assert_eq!(
            (&made["format"], &made["edition"], &made["concepts"]),
            (&format.into(), &edition.into(), &concepts.into())
        );
    }
    // Without the table of names there is nothing to compile.
    if let Some(input) = shared("intl/rxnorm") {
        fails(
            &compile,
            &["auto", input.to_str().unwrap(), "--output", &output],
            &["there is no table of RxNorm names"],
        );
    }
}

#[test]
fn strict_compiling_stops_at_the_first_doubt() {
    let Some(compile) = program("compile") else { return };
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    std::fs::write(path("list.csv"), "code,name\nA,one\nA,two\n,three\n").unwrap();
    let arguments = [
        "delimited",
        &path("list.csv"),
        "--mapping",
        "code=code; display.vi=name; system=s",
        "--output",
        &path("x.mti"),
    ];
    let strict = [&arguments[..], &["--strict"]].concat();
    fails(&compile, &strict, &["first doubt", "list.csv, line 3: doubtful [duplicate-code] A"]);
    assert!(!Path::new(&path("x.mti")).exists());
    assert_eq!(json(&compile, &arguments)[0]["listed"], 1);
}

#[test]
fn check_reads_encounters_and_tells_findings() {
    let Some(check) = program("check") else { return };
    let run = |input: &str, arguments: &[&str]| {
        let mut child = Command::new(&check)
            .arg("--json")
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
        let output = child.wait_with_output().unwrap();
        let findings: Vec<Value> =
            String::from_utf8(output.stdout).unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        (findings, String::from_utf8(output.stderr).unwrap(), output.status.success())
    };
    let encounters = "\u{feff}{\"end\":\"2026-07-02\",\"start\":\"2026-06-30\",\"sex\":\"female\",\"birth\":\"1990-01-31\",\
        \"diagnoses\":[{\"code\":\"K35\",\"role\":\"main\"},{\"code\":\"I10\",\"role\":\"secondary\"}]}\n\
        \n\
        {\"end\":\"2026-07-02\",\"sex\":2,\"birth\":1990,\"main\":\"J18.9\",\"secondary\":\";I10;I10\",\"setting\":1}\n";
    let (findings, error, is_success) = run(encounters, &["--off", "list-not-loaded"]);
    assert!(is_success, "{error}");
    let keys = "basis code encounter message_en message_vi position role rule severity suggest";
    for finding in &findings {
        let mut found: Vec<_> = finding.as_object().unwrap().keys().map(String::as_str).collect();
        found.sort_unstable();
        assert_eq!(found.join(" "), keys);
    }
    let told: Vec<_> = findings
        .iter()
        .map(|finding| {
            format!("{} {} {} {}", finding["encounter"], finding["rule"], finding["position"], finding["code"])
        })
        .collect();
    assert_eq!(told, ["1 \"heading\" 1 \"K35\"", "3 \"visit-type\" null \"1\"", "3 \"duplicate-code\" 2 \"I10\"",]);
    assert!(texts(&findings[0]["suggest"]).contains(&"K35.8"));

    // What cannot be read is told with its line; the others are checked all the same.
    let (findings, error, is_success) = run(
        "{\"main\":\"K35\",\"mian\":\"x\"}\n{\"end\":\"soon\"}\n[1]\n{\"diagnoses\":[{\"code\":\"I10\",\"role\":\"first\"}]}",
        &[],
    );
    assert!(!is_success);
    assert!(findings.iter().any(|finding| finding["rule"] == "heading"));
    for part in [
        "key \"mian\" is not known",
        "line 2: day \"soon\"",
        "line 3: no JSON object",
        "line 4: role \"first\"",
        "3 lines",
    ] {
        assert!(error.contains(part), "{error}");
    }
    fails(&check, &["--off", "no-such-rule"], &["rule", "no-such-rule", "never-main"]);
    fails(&check, &["--severity", "heading"], &["RULE=SEVERITY"]);
    fails(&check, &["no-such.jsonl"], &["no-such.jsonl does not exist"]);
    let rules = said(&check, &["--rules"]);
    assert!(rules.contains("never-main\n") && rules.contains("Thông tư 06/2026/TT-BYT, phụ lục, cột 24"));
}

#[test]
fn compile_makes_maps() {
    let Some(compile) = program("compile") else { return };
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    std::fs::write(path("2018_I9gem.txt"), "25000 E119    10000\n0010  A000    00000\n0011  NoDx    11000\n").unwrap();
    let gem = ["gem", &path("2018_I9gem.txt"), "--output", &path("gem.mti")];
    let made = json(&compile, &gem)[0].clone();
    assert_eq!((&made["rows"], &made["sources"], &made["with_target"]), (&3.into(), &3.into(), &2.into()), "{made}");
    assert!(medterm::ConceptMap::open(path("gem.mti")).unwrap().rows("0011").unwrap().next().is_some());
    std::fs::write(path("map.csv"), "a,b\n1,x\n").unwrap();
    let delimited = ["delimited-map", &path("map.csv"), "--output", &path("map.mti")];
    fails(&compile, &delimited, &["--mapping"]);
    let mapping = ["--mapping", "source=a; target=b; system=m; version=1; source.system=s; target.system=t"];
    assert_eq!(json(&compile, &[&delimited[..], &mapping].concat())[0]["target"], "t");
}
