//! The example audit on damaged copies of a list: every planted fault is found, and nothing else.
//!
//! `cargo test` builds the examples before it runs this (`cargo test --test audit` alone does not); without the example it
//! is skipped.
#![cfg(feature = "csv")]
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests may panic")]

#[cfg(feature = "xlsx")]
#[path = "support/lists.rs"]
mod lists;
#[cfg(feature = "xlsx")]
mod support;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use medterm::code::{CodeGrammar, Mark};
use medterm::source::{Designation, Draft, DraftConcept, Parent, Report, Usability};
use medterm::{Edition, InForce, index};
use serde_json::Value;

fn program() -> Option<PathBuf> {
    let test = std::env::current_exe().unwrap();
    let folder = test.parent().and_then(Path::parent).unwrap().join("examples");
    let program = folder.join("audit").with_extension(std::env::consts::EXE_EXTENSION);
    if program.exists() {
        return Some(program);
    }
    println!("skipped: the example audit is not built");
    None
}

/// An audit's faults as `fault row code → new code`, and its last line.
fn audit(program: &Path, arguments: &[&str]) -> (BTreeSet<String>, Value) {
    let output = Command::new(program).arg("--json").args(arguments).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let lines: Vec<Value> =
        String::from_utf8(output.stdout).unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let (summary, faults) = lines.split_last().unwrap();
    let text = |fault: &Value| {
        let row = fault["row"].as_u64().map(|row| row.to_string()).unwrap_or("-".into());
        let new = fault["new_code"].as_str().map(|code| format!(" → {code}")).unwrap_or_default();
        format!("{} {row} {}{new}", fault["fault"].as_str().unwrap(), fault["code"].as_str().unwrap())
    };
    assert_eq!(
        summary["summary"].as_object().unwrap().values().map(|count| count.as_u64().unwrap()).sum::<u64>(),
        faults.len() as u64
    );
    (faults.iter().map(text).collect(), summary.clone())
}

/// A table as CSV; line 1 is the headings.
fn write_table(path: &Path, rows: &[(String, String)]) {
    let mut out = csv::Writer::from_path(path).unwrap();
    out.write_record(["id", "code", "name"]).unwrap();
    for (number, (code, name)) in rows.iter().enumerate() {
        out.write_record([&number.to_string(), code, name]).unwrap();
    }
    out.flush().unwrap();
}

fn row(code: &str, name: &str) -> (String, String) {
    (code.to_owned(), name.to_owned())
}

/// A small list of codes and names.
fn list(version: &str, in_force: InForce, rows: &[(&str, &str)]) -> Draft {
    let bare = |code: &str| Mark::split(code).0.to_owned();
    let concepts = rows.iter().map(|(code, name)| {
        let own = bare(code);
        let parent = rows.iter().map(|(code, _)| bare(code)).find(|other| own.starts_with(other) && *other != own);
        let is_heading = rows.iter().any(|(code, _)| bare(code).starts_with(&own) && bare(code) != own);
        DraftConcept {
            mark: Mark::split(code).1,
            usability: if is_heading { Usability::Heading } else { Usability::Usable },
            designations: vec![Designation::preferred("vi", *name)],
            parents: parent.map(|code| Parent { code, ..Parent::default() }).into_iter().collect(),
            code: own,
            ..DraftConcept::default()
        }
    });
    Draft {
        edition: Edition { system: "icd10-vn".into(), version: version.into(), in_force, ..Edition::default() },
        grammar: CodeGrammar::Icd10,
        language: "vi".into(),
        concepts: concepts.collect(),
        ..Draft::default()
    }
}

const OLD: [(&str, &str); 4] = [
    ("A90", "Sốt dengue"),
    ("J18", "Viêm phổi"),
    ("J18.9", "Viêm phổi, tác nhân không rõ"),
    ("U07.0", "Dùng khi khẩn cấp"),
];
const NEW: [(&str, &str); 9] = [
    ("A97.9", "Sốt dengue không xác định"),
    ("G01*", "Viêm màng não"),
    ("I10", "Tăng huyết áp"),
    ("J18", "Viêm phổi"),
    ("J18.0", "Viêm phế quản phổi"),
    ("J18.9", "Viêm phổi, không xác định"),
    ("K35.8", "Viêm ruột thừa cấp"),
    ("M01.0*", "Viêm khớp"),
    ("U07.0", "Rối loạn do thuốc lá điện tử"),
];

/// Writes the small lists as index files and returns their paths.
fn indexes(folder: &Path) -> (String, String) {
    let (until, from) = ("2026-06-30".parse().ok(), "2026-07-01".parse().ok());
    let old = list("old", InForce { from: None, until }, &OLD);
    let new = list("new", InForce { from, until: None }, &NEW);
    let write = |name: &str, draft: &Draft| {
        let path = folder.join(name);
        std::fs::write(&path, index::to_bytes(draft, &Report::default()).unwrap()).unwrap();
        path.to_str().unwrap().to_owned()
    };
    (write("old.mti", &old), write("new.mti", &new))
}

#[test]
fn every_fault_of_a_small_table() {
    let Some(program) = program() else { return };
    let folder = tempfile::tempdir().unwrap();
    let (old, new) = indexes(folder.path());
    let table = folder.path().join("table.csv");
    let rows = [
        row("A90", "Sốt dengue"),
        row("G01", "Viêm màng não"),
        row("M01.0*", "VIÊM  KHỚP"),
        row("I10", "Cao huyết áp; ' DROP"),
        row("J18", "Viêm phổi"),
        row("j18,9", "Viêm phổi, không xác định"),
        row("K35.8", "Viêm ruột thừa cấp"),
        row("K35.8", "Viêm ruột thừa cấp"),
        row("1.8", "Thứ gì đó"),
        row("XYZ", "Không rõ"),
        row("U07.0", "Dùng khi khẩn cấp"),
        row("A97.9?", "Sốt dengue không xác định"),
    ];
    write_table(&table, &rows);
    let (patch, sql) = (folder.path().join("patch.csv"), folder.path().join("patch.sql"));
    let path = |path: &Path| path.to_str().unwrap().to_owned();
    let arguments: [&str; 14] = [
        "--index",
        &old,
        "--index",
        &new,
        "--column",
        "code",
        "--name-column",
        "name",
        "--patch",
        &path(&patch),
        "--sql",
        &path(&sql),
        &path(&table),
        "--table=danh mục",
    ];
    let (faults, summary) = audit(&program, &arguments);
    let expected = [
        "damaged 3 G01 → G01*",
        "damaged 7 j18,9 → J18.9",
        "damaged 10 1.8",
        "damaged 13 A97.9? → A97.9",
        "unknown 11 XYZ",
        "withdrawn 2 A90",
        "heading 6 J18",
        "renamed 5 I10",
        "renamed 12 U07.0",
        "duplicate 9 K35.8",
        "missing - J18.0 → J18.0",
    ];
    // The small table has the one heading that there is, with a code below it: then it is there for structure.
    let expected: BTreeSet<String> =
        expected.into_iter().filter(|fault| !fault.starts_with("heading")).map(str::to_owned).collect();
    assert_eq!(faults, expected);
    assert_eq!(summary["rows"], 12);

    let sql = std::fs::read_to_string(sql).unwrap();
    for statement in [
        "UPDATE \"danh mục\" SET \"code\" = 'G01*' WHERE \"code\" = 'G01' AND \"name\" = 'Viêm màng não';",
        "UPDATE \"danh mục\" SET \"name\" = 'Tăng huyết áp' WHERE \"code\" = 'I10' AND \"name\" = 'Cao huyết áp; '' DROP';",
        "INSERT INTO \"danh mục\" (\"code\", \"name\") VALUES ('J18.0', 'Viêm phế quản phổi');",
        "-- decide: line 12, renamed U07.0: meant something else",
        "-- decide: line 2, withdrawn A90",
    ] {
        assert!(sql.contains(statement), "{statement}\n{sql}");
    }
    let mut patch = csv::Reader::from_path(patch).unwrap();
    let decided = patch.records().map(Result::unwrap).filter(|record| &record[7] == "no").count();
    assert_eq!(decided, 5);
}

#[test]
fn headings_where_only_usable_codes_ought_to_be() {
    let Some(program) = program() else { return };
    let folder = tempfile::tempdir().unwrap();
    let (_, new) = indexes(folder.path());
    let more: Vec<(String, String)> = [("J18", "Viêm phổi"), ("I10", "Tăng huyết áp")].map(|(c, n)| row(c, n)).into();
    let table = folder.path().join("table.csv");
    write_table(&table, &more);
    let (faults, summary) = audit(&program, &["--index", &new, "--column", "code", table.to_str().unwrap()]);
    assert!(faults.contains("heading 2 J18"), "{faults:?}");
    assert_eq!(summary["verdict"], "undecided");
}

#[test]
fn wrong_use_is_explained() {
    let Some(program) = program() else { return };
    let folder = tempfile::tempdir().unwrap();
    let (_, new) = indexes(folder.path());
    let table = folder.path().join("table.csv");
    write_table(&table, &[row("I10", "Tăng huyết áp")]);
    let table = table.to_str().unwrap();
    let fails = |arguments: &[&str], part: &str| {
        let Output { status, stderr, .. } = Command::new(&program).args(arguments).output().unwrap();
        let error = String::from_utf8(stderr).unwrap();
        assert!(!status.success() && error.contains(part), "{arguments:?}: {error}");
    };
    fails(&["--index", &new, table], "--column is needed");
    fails(&["--column", "code", table], "--index is needed");
    fails(&["--index", &new, "--column", "mã", table], "has no column \"mã\", only id, code, name");
    fails(&["--index", &new, "--column", "code"], "give one table");
    fails(&["--index", &new, "--column", "code", "no-such.csv"], "no-such.csv does not exist");
    fails(&["--index", table, "--column", "code", table], "not an index");
}

/// The list of Circular 06 as a hospital might have it, with faults planted in it.
#[cfg(feature = "xlsx")]
#[test]
fn a_damaged_copy_of_the_national_list() {
    let (Some(program), Some(later), Some(former)) = (program(), lists::tt06(), lists::qd4469()) else { return };
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, list: &lists::List| {
        let path = folder.path().join(name);
        std::fs::write(&path, index::to_bytes(&list.draft, &list.report).unwrap()).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let (later_path, former_path) = (write("tt06.mti", later), write("qd4469.mti", former));
    let concepts = later.system.concepts().filter(|concept| concept.usability().unwrap() != Usability::Grouper);
    let mut rows: Vec<(String, String)> =
        concepts.map(|concept| (concept.marked_code().unwrap(), concept.display().unwrap())).collect();
    assert_eq!(rows.len(), 15_844);
    let mut name_counts = std::collections::HashMap::new();
    for (_, name) in &rows {
        *name_counts.entry(name.to_lowercase().replace(' ', "")).or_insert(0) += 1;
    }
    let has_own_name = |name: &str| name_counts[&name.to_lowercase().replace(' ', "")] == 1;
    let is_leaf = |code: &str| later.system.lookup(code).unwrap().concept().unwrap().is_usable().unwrap();

    // Every 40th row gets a fault, of one kind after the other, as far as the row can have it.
    let mut expected = BTreeSet::new();
    let mut gone = BTreeSet::new();
    let mut counts = [0; 8];
    for at in (7..rows.len()).step_by(40) {
        let (code, name) = rows[at].clone();
        let bare = Mark::split(&code).0.to_owned();
        let kind = (at / 40) % 8;
        let planted = match kind {
            0 if bare != code => bare.clone(),
            1 if bare != code => format!("{bare}?"),
            2 if bare.contains('.') => code.replace('.', ","),
            3 => code.to_lowercase(),
            // Cut short to its category.
            4 if bare.len() == 5 && has_own_name(&name) => bare[..3].to_owned(),
            // What a spreadsheet makes of a code that looks like a number.
            5 if has_own_name(&name) => "1.10000000000001E+2".to_owned(),
            6 => {
                rows[at].1 = format!("{name} (tên của bệnh viện)");
                counts[kind] += 1;
                expected.insert(format!("renamed {} {code}", at + 2));
                continue;
            }
            7 if is_leaf(&code) => {
                gone.insert(at);
                counts[kind] += 1;
                continue;
            }
            _ => continue,
        };
        counts[kind] += 1;
        expected.insert(format!("damaged {} {planted} → {code}", at + 2));
        rows[at].0 = planted;
    }
    assert!(counts.iter().all(|count| *count > 2), "{counts:?}");
    // What stands in the place of a code that is gone is a fault of its own, so that no other row moves.
    let mut withdrawn = ["A90", "K35.9", "C83.2", "I84.0", "N18.8"].into_iter().cycle();
    let mut unknown = (0..).map(|number| format!("Q99.9X{number}"));
    for (number, at) in gone.into_iter().enumerate() {
        let code = rows[at].0.clone();
        expected.insert(format!("missing - {code} → {code}"));
        let duplicated = rows[at - 1].clone();
        rows[at] = match number {
            0..5 => {
                let code = withdrawn.next().unwrap();
                if former.system.lookup(code).unwrap().concept().is_none() {
                    expected.insert(format!("unknown {} {code}", at + 2));
                } else {
                    expected.insert(format!("withdrawn {} {code}", at + 2));
                }
                row(code, "Tên cũ")
            }
            5..10 => {
                let code = unknown.next().unwrap();
                expected.insert(format!("unknown {} {code}", at + 2));
                row(&code, "Mã lạ")
            }
            _ => {
                expected.insert(format!("duplicate {} {}", at + 2, duplicated.0));
                duplicated
            }
        };
    }
    let table = folder.path().join("table.csv");
    write_table(&table, &rows);
    let arguments = ["--index", &later_path, "--index", &former_path, "--column", "code", "--name-column", "name"];
    let (faults, summary) = audit(&program, &[&arguments[..], &[table.to_str().unwrap()]].concat());
    let unexpected: Vec<_> = faults.difference(&expected).collect();
    let unfound: Vec<_> = expected.difference(&faults).collect();
    assert!(unexpected.is_empty() && unfound.is_empty(), "unexpected {unexpected:?}, not found {unfound:?}");
    assert_eq!(summary["verdict"], "current");

    // The earlier list itself is a stale table.
    let rows: Vec<(String, String)> = former
        .system
        .concepts()
        .filter(|concept| concept.usability().unwrap() != Usability::Grouper)
        .map(|concept| (concept.marked_code().unwrap(), concept.display().unwrap()))
        .collect();
    write_table(&table, &rows);
    let (faults, summary) = audit(&program, &[&arguments[..], &[table.to_str().unwrap()]].concat());
    assert_eq!(summary["verdict"], "stale");
    assert!(faults.iter().any(|fault| fault.starts_with("heading ") && fault.ends_with(" M54.5")));
    assert_eq!(summary["summary"]["missing"], 3_915);
}
