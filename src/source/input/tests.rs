use super::*;
use crate::source::{Report, Severity};

fn given(name: &str, bytes: &[u8]) -> Result<Input> {
    Input::from_bytes(name, bytes, Limits::new())
}

fn paths(input: &Input) -> Vec<&str> {
    input.entries().iter().map(InputEntry::path).collect()
}

fn text(entry: &InputEntry) -> String {
    String::from_utf8(entry.read().unwrap()).unwrap()
}

/// The limit that an error names.
fn limit<T: std::fmt::Debug>(result: Result<T>) -> (&'static str, u64) {
    match result.unwrap_err() {
        Error::Limit { limit, most, .. } => (limit, most),
        other => panic!("{other}"),
    }
}

fn folder(files: &[(&str, &[u8])]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (path, bytes) in files {
        let path = folder.path().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, bytes).unwrap();
    }
    folder
}

#[test]
fn a_file_is_itself() {
    let folder = folder(&[("list.csv", b"a,b\n")]);
    let path = folder.path().join("list.csv");
    let input = Input::open(&path).unwrap();
    let [entry] = input.entries() else { panic!("{input:?}") };
    assert_eq!((entry.path(), entry.name(), entry.size(), input.name()), ("list.csv", "list.csv", Some(4), "list.csv"));
    assert_eq!((entry.place(), text(entry)), (Place::file("list.csv"), "a,b\n".to_owned()));
    // As often as asked for.
    assert_eq!((text(entry), entry.start(2).unwrap()), ("a,b\n".to_owned(), b"a,".to_vec()));
    assert_eq!(Input::sources(input.entries()).unwrap(), [SourceFile::of("list.csv", b"a,b\n")]);

    std::fs::remove_file(&path).unwrap();
    assert!(matches!(entry.open(), Err(Error::Io { .. })));
    assert!(matches!(Input::open(&path), Err(Error::Io { .. })));
}

#[test]
fn a_folder_is_walked_in_order() {
    let folder =
        folder(&[("b.txt", b"b"), ("a/z.txt", b"z"), ("a/.hidden", b"x"), (".git/x", b"x"), ("__MACOSX/y", b"x")]);
    let input = Input::open(folder.path()).unwrap();
    assert_eq!(paths(&input), ["a/z.txt", "b.txt"]);
    assert_eq!(input.entry("a/z.txt").unwrap().name(), "z.txt");
    assert!(input.entry("z.txt").is_none());
    let names: Vec<_> = Input::sources(input.entries()).unwrap().into_iter().map(|source| source.name).collect();
    assert_eq!(names, ["z.txt", "b.txt"]);

    let several = Input::open_all([folder.path().join("b.txt"), folder.path().join("a")], Limits::new()).unwrap();
    assert_eq!((paths(&several), several.name()), (vec!["b.txt", "z.txt"], "b.txt, a"));
}

#[test]
fn nothing_is_no_input() {
    let empty = tempfile::tempdir().unwrap();
    for result in [Input::open(empty.path()), Input::open_all::<&str>([], Limits::new())] {
        assert!(matches!(result, Err(Error::Source { message, .. }) if message.contains("no file")));
    }
    // An empty file is one.
    assert_eq!(given("x", b"").unwrap().entries()[0].read().unwrap(), b"");
}

#[cfg(unix)]
#[test]
fn links_in_folders_are_not_followed() {
    let folder = folder(&[("a.txt", b"a")]);
    std::os::unix::fs::symlink(folder.path(), folder.path().join("round")).unwrap();
    std::os::unix::fs::symlink(folder.path().join("a.txt"), folder.path().join("b.txt")).unwrap();
    assert_eq!(paths(&Input::open(folder.path()).unwrap()), ["a.txt"]);
    // What the user names is what the user means.
    assert_eq!(paths(&Input::open(folder.path().join("b.txt")).unwrap()), ["b.txt"]);
    assert!(matches!(Input::open("/dev/null"), Err(Error::Source { .. })));
}

#[test]
fn limits_of_plain_files() {
    let ten = |limits| Input::from_bytes("x", [b'x'; 10], limits);
    let read = |limits| ten(limits).unwrap().entries()[0].read();
    assert_eq!(read(Limits::new().entry_bytes(10).total_bytes(10).memory_bytes(10)).unwrap().len(), 10);
    assert_eq!(limit(read(Limits::new().entry_bytes(9))), ("entry_bytes", 9));
    assert_eq!(limit(read(Limits::new().memory_bytes(9))), ("memory_bytes", 9));
    assert_eq!(limit(read(Limits::new().total_bytes(9))), ("total_bytes", 9));
    // No ratio: nothing is unpacked.
    assert!(read(Limits::new().ratio(0)).is_ok());

    let folder = folder(&[("a", b"12345"), ("b", b"12345"), ("c", b"12345")]);
    let open = |limits| Input::open_all([folder.path()], limits);
    assert_eq!(limit(open(Limits::new().entries(2))), ("entries", 2));
    let input = open(Limits::new().total_bytes(12)).unwrap();
    let [a, b, c] = input.entries() else { panic!("{input:?}") };
    // What is read again is not counted again.
    for entry in [a, b, a, b, a] {
        assert_eq!(entry.read().unwrap().len(), 5);
    }
    assert_eq!(limit(c.read()), ("total_bytes", 12));
    let error = c.read().unwrap_err().to_string();
    assert!(error.starts_with("c: beyond the limit of 12") && error.contains("Limits::total_bytes"), "{error}");
}

fn lines_of(bytes: &[u8], encoding: Option<Encoding>) -> (Vec<String>, Vec<(&'static str, Option<u64>)>) {
    let input = given("f", bytes).unwrap();
    let mut lines = input.entries()[0].lines(encoding).unwrap();
    let (mut read, mut report) = (Vec::new(), Report::default());
    while let Some((number, line)) = lines.next(&mut report).unwrap() {
        read.push(format!("{number}{line}"));
    }
    assert!(lines.next(&mut report).unwrap().is_none());
    assert!(report.entries().iter().all(|entry| entry.severity == Severity::Doubtful));
    (read, report.entries().iter().map(|entry| (entry.rule, entry.place.line)).collect())
}

#[test]
fn lines_and_their_ends() {
    let split = |text: &str| lines_of(text.as_bytes(), None).0;
    assert_eq!(split("\u{feff}a\r\nb\rc\n\nd"), ["1a", "2b\rc", "3", "4d"]);
    assert_eq!(split("a\n"), ["1a"]);
    assert_eq!(split("a\n\n"), ["1a", "2"]);
    assert!(split("").is_empty() && split("\u{feff}").is_empty());
    for end in ["\x1a", "\r\n\x1a", "\n\x0c", "\n\x1a\r\n", "\n\x0c\x1a\n"] {
        assert_eq!(split(&format!("a\x0cb{end}")), ["1a\x0cb"], "{end:?}");
    }
    // Everywhere else they are text.
    assert_eq!(split("\x1a\nb"), ["1\x1a", "2b"]);
}

#[test]
fn bytes_that_are_no_text_are_reported() {
    let bytes = b"ok\ncaf\xe9\xff\xfe\nvi\xc3\xaam\n\xff\xfe\n";
    let (read, found) = lines_of(bytes, None);
    assert_eq!(read, ["1ok", "2caféÿþ", "3viêm", "4ÿþ"]);
    assert_eq!(found, [("encoding-assumed", Some(2)), ("encoding-assumed", Some(4))]);
    let (read, found) = lines_of(bytes, Some(Encoding::Utf8));
    assert_eq!(read[1], "2caf\u{fffd}\u{fffd}\u{fffd}");
    assert_eq!(found, [("undecodable", Some(2)), ("undecodable", Some(4))]);
    // A mark is believed over what was told.
    let marked = [b"\xef\xbb\xbf".as_slice(), bytes].concat();
    assert_eq!(lines_of(&marked, Some(Encoding::Windows1252)), (read, found));

    let (read, found) = lines_of(b"Vi\xeam\xd2\nvi\xc3\xaam\n", Some(Encoding::Windows1258));
    assert_eq!((read[0].as_str(), read[1].as_str(), found.len()), ("1Viêm\u{309}", "2viĂªm", 0));
    let (_, found) = lines_of(b"a\n\x81\n", Some(Encoding::Windows1252));
    assert_eq!(found, [("undecodable", Some(2))]);
    for (bytes, encoding) in [(b"\xff\xfea\0".as_slice(), None), (b"a\0b\0", Some(Encoding::Utf16Le))] {
        assert!(matches!(given("f", bytes).unwrap().entries()[0].lines(encoding), Err(Error::Source { .. })));
    }
}

#[test]
fn lines_are_bounded() {
    let long = [&[b'x'; 1 << 20], b"\r\nshort\n".as_slice()].concat();
    assert_eq!(lines_of(&long, None).0.len(), 2);
    let longer = [b"short\n".as_slice(), &[b'x'; (1 << 20) + 1], b"\n"].concat();
    let input = given("f", &longer).unwrap();
    let mut lines = input.entries()[0].lines(None).unwrap();
    let mut report = Report::default();
    assert!(lines.next(&mut report).unwrap().is_some());
    let error = lines.next(&mut report).unwrap_err();
    assert!(error.to_string().starts_with("f, line 2: beyond the limit of 1048576 for line_bytes"), "{error}");

    let endless = Input::from_bytes("f", [b'x'; 1000], Limits::new().line_bytes(999)).unwrap();
    let mut lines = endless.entries()[0].lines(None).unwrap();
    assert_eq!(limit(lines.next(&mut report)), ("line_bytes", 999));
}

#[cfg(not(feature = "archive"))]
#[test]
fn archives_take_their_feature() {
    for bytes in [b"\x1f\x8b\x08".as_slice(), b"\x28\xb5\x2f\xfd", b"PK\x05\x06"] {
        let error = given("list.any", bytes).unwrap_err();
        assert!(matches!(error, Error::Feature { feature: "archive", .. }), "{error}");
        assert!(error.to_string().contains("list.any"));
    }
}

#[cfg(feature = "archive")]
mod archives;
