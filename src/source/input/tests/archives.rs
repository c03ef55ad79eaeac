//! Archives: those that are in order, and those that are not.

use std::io::Write as _;

use super::*;

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    packed.write_all(bytes).unwrap();
    packed.finish().unwrap()
}

fn zstd(bytes: &[u8]) -> Vec<u8> {
    ruzstd::encoding::compress_to_vec(bytes, ruzstd::encoding::CompressionLevel::Fastest)
}

/// A zstd frame of these bytes and 24 MiB of zeros: a bomb that no encoder must be run for.
fn zstd_bomb(start: &[u8]) -> Vec<u8> {
    const BLOCK: u32 = 128 << 10;
    let header = |length: u32, kind: u32, last: u32| (length << 3 | kind << 1 | last).to_le_bytes()[..3].to_vec();
    // No length is told; the window is one block.
    let mut frame = [&[0x28, 0xb5, 0x2f, 0xfd, 0, 7 << 3], header(start.len() as u32, 0, 0).as_slice(), start].concat();
    for block in 0..192 {
        frame.extend([header(BLOCK, 1, u32::from(block == 191)), vec![0]].concat());
    }
    frame
}

fn zip(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut archive = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in files {
        archive.start_file(*name, zip::write::SimpleFileOptions::default()).unwrap();
        archive.write_all(bytes).unwrap();
    }
    archive.finish().unwrap().into_inner()
}

/// One file of a tar archive, under any name.
fn tar_file(name: &str, kind: tar::EntryType, bytes: &[u8]) -> Vec<u8> {
    let mut header = tar::Header::new_gnu();
    header.as_old_mut().name[..name.len()].copy_from_slice(name.as_bytes());
    header.set_entry_type(kind);
    header.set_size(bytes.len() as u64);
    header.set_cksum();
    let padding = vec![0; bytes.len().next_multiple_of(512) - bytes.len()];
    [header.as_bytes().as_slice(), bytes, &padding].concat()
}

fn tar(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut archive = tar::Builder::new(Vec::new());
    for (name, bytes) in files {
        let mut header = tar::Header::new_gnu();
        header.set_size(bytes.len() as u64);
        archive.append_data(&mut header, name, *bytes).unwrap();
    }
    archive.into_inner().unwrap()
}

fn ended(files: &[Vec<u8>]) -> Vec<u8> {
    [files.concat(), vec![0; 1024]].concat()
}

const FILES: [(&str, &[u8]); 3] = [("a/one.txt", b"1"), ("a/two.txt", b"22"), ("three.txt", b"")];

fn source_error(result: Result<Input>) -> String {
    let error = result.map(|input| paths(&input).join(", ")).unwrap_err();
    assert!(matches!(error, Error::Source { .. }), "{error}");
    error.to_string()
}

#[test]
fn every_kind_of_archive_is_read_through() {
    let tar = tar(&FILES);
    let archives = [("x.zip", zip(&FILES)), ("x.tar", tar.clone()), ("x.tgz", gzip(&tar)), ("anything", zstd(&tar))];
    for (name, bytes) in archives {
        let input = given(name, &bytes).unwrap();
        assert_eq!(paths(&input), ["a/one.txt", "a/two.txt", "three.txt"], "{name}");
        let [one, two, three] = input.entries() else { panic!("{name}") };
        for (entry, content) in [(two, "22"), (one, "1"), (three, ""), (two, "22")] {
            assert_eq!((text(entry).as_str(), entry.size()), (content, Some(content.len() as u64)), "{name}");
        }
        assert_eq!(one.place().file, format!("{name}/a/one.txt"));
        assert_eq!(Input::sources(input.entries()).unwrap(), [SourceFile::of(name, &bytes)]);
        for order in [[one, two, three], [three, one, two], [two, two, one]] {
            let mut read = Vec::new();
            Input::for_each(order, |entry, reader| {
                let mut start = [0];
                read.push((entry.path(), reader.read(&mut start).unwrap()));
                Ok(())
            })
            .unwrap();
            assert_eq!(read, order.map(|entry| (entry.path(), entry.size().unwrap().min(1) as usize)), "{name}");
        }
    }
    // The same from a disk, where a tar archive is not read from its start.
    let folder = folder(&[("x.tar", &tar), ("y/x.zip", &zip(&FILES))]);
    let input = Input::open(folder.path()).unwrap();
    assert_eq!(paths(&input)[2..4], ["x.tar/three.txt", "y/x.zip/a/one.txt"]);
    assert_eq!(text(input.entry("x.tar/a/two.txt").unwrap()), "22");
    assert_eq!(Input::sources(input.entries()).unwrap().len(), 2);
}

#[test]
fn one_packed_file_loses_its_ending() {
    for (name, bytes, path) in [
        ("list.csv.gz", gzip(b"a,b\n"), "list.csv"),
        ("list.csv.ZST", zstd(b"a,b\n"), "list.csv"),
        ("download", gzip(b"a,b\n"), "download"),
    ] {
        let input = given(name, &bytes).unwrap();
        let [entry] = input.entries() else { panic!("{input:?}") };
        assert_eq!((entry.path(), entry.size(), text(entry)), (path, None, "a,b\n".to_owned()));
        assert_eq!(entry.place(), Place::file(name));
    }
    // Several frames, and one that holds no data.
    let frames = [zstd(b"a,"), b"\x50\x2a\x4d\x18\x03\0\0\0xyz".to_vec(), zstd(b"b\n")].concat();
    assert_eq!(text(&given("x", &frames).unwrap().entries()[0]), "a,b\n");
    let members = [gzip(b"a,"), gzip(b"b\n")].concat();
    assert_eq!(text(&given("x", &members).unwrap().entries()[0]), "a,b\n");
}

#[test]
fn archives_in_archives_are_read_through_once() {
    let innermost = zip(&FILES);
    let inner = zip(&[("deep.zip", &innermost), ("list.txt", b"inner")]);
    let files: [(&str, &[u8]); 5] = [
        ("in.zip", &inner),
        ("in.tgz", &gzip(&tar(&FILES))),
        ("in.txt.gz", &gzip(b"packed")),
        ("not.gz", b"no archive at all"),
        ("after.txt", b"after"),
    ];
    for bytes in [zip(&files), tar(&files), gzip(&tar(&files)), zstd(&tar(&files))] {
        let input = given("out", &bytes).unwrap();
        let expected = [
            "in.zip/deep.zip",
            "in.zip/list.txt",
            "in.tgz/a/one.txt",
            "in.tgz/a/two.txt",
            "in.tgz/three.txt",
            "in.txt",
            "not.gz",
            "after.txt",
        ];
        assert_eq!(paths(&input), expected);
        assert_eq!(input.entries()[0].read().unwrap(), innermost);
        let whole: Vec<_> = input.entries()[1..].iter().map(text).collect();
        assert_eq!(whole, ["inner", "1", "22", "", "packed", "no archive at all", "after"]);
        let mut streamed = Vec::new();
        Input::for_each(&input.entries()[1..], |_, reader| {
            streamed.push(io::read_to_string(reader).unwrap());
            Ok(())
        })
        .unwrap();
        assert_eq!(streamed, whole);
        assert_eq!(input.entries()[2].place().file, "out/in.tgz/a/one.txt");
    }
    let few = Limits::new().memory_bytes(100);
    assert_eq!(limit(Input::from_bytes("x", zip(&files), few)), ("memory_bytes", 100));
}

#[test]
fn a_workbook_is_a_file() {
    let book = zip(&[("[Content_Types].xml", b"<Types/>"), ("xl/workbook.xml", b"<workbook/>")]);
    let input = given("list.xlsx", &book).unwrap();
    assert_eq!((paths(&input), input.entries()[0].read().unwrap()), (vec!["list.xlsx"], book.clone()));
    let input = given("lists.zip", &zip(&[("a.xlsx", &book), ("b.zip", &book)])).unwrap();
    assert_eq!(paths(&input), ["a.xlsx", "b.zip"]);
    assert!(input.entries().iter().all(|entry| entry.read().unwrap() == book));
}

#[test]
fn no_name_leads_outside() {
    let file = tar::EntryType::Regular;
    for name in ["../x", "a/../../x", "/etc/x", "C:/x", "c:x", r"..\x", r"a\b", "a\u{1}b"] {
        let zip = zip(&[("good.txt", b""), (name, b"x")]);
        let tar = ended(&[tar_file("good.txt", file, b""), tar_file(name, file, b"x")]);
        let folder_in_tar = ended(&[tar_file("good.txt", file, b""), tar_file(name, tar::EntryType::Directory, b"")]);
        for bytes in [zip, tar.clone(), gzip(&tar), folder_in_tar] {
            let error = source_error(given("x", &bytes));
            assert!(error.starts_with("x: is refused: ") && error.contains(&format!("{name:?}")), "{error}");
        }
    }
    // Where the name stands elsewhere than in the header.
    let long = format!("../{}", "x".repeat(200));
    let gnu = ended(&[
        tar_file("././@LongLink", tar::EntryType::GNULongName, format!("{long}\0").as_bytes()),
        tar_file("short", file, b""),
    ]);
    let record = format!("path={long}\n");
    let pax = format!("{} {record}", record.len() + 4);
    let pax = ended(&[tar_file("x", tar::EntryType::XHeader, pax.as_bytes()), tar_file("short", file, b"")]);
    for bytes in [gnu, pax] {
        assert!(source_error(given("x", &bytes)).contains("leads outside"));
    }
}

#[test]
fn links_and_devices_are_refused() {
    for kind in [
        tar::EntryType::Symlink,
        tar::EntryType::Link,
        tar::EntryType::Char,
        tar::EntryType::Fifo,
        tar::EntryType::GNUSparse,
    ] {
        let error = source_error(given("x", &ended(&[tar_file("y", kind, b"")])));
        assert!(error.contains("\"y\" is a link, a device or a sparse file"), "{error}");
    }
    let mut archive = zip::ZipWriter::new(Cursor::new(Vec::new()));
    archive.add_symlink("y", "/etc/passwd", zip::write::SimpleFileOptions::default()).unwrap();
    let bytes = archive.finish().unwrap().into_inner();
    assert!(source_error(given("x", &bytes)).contains("\"y\" is a link"));
}

#[test]
fn long_names_are_read_and_endless_ones_refused() {
    let long = format!("{}/{}.txt", "folder".repeat(20), "x".repeat(150));
    let input = given("x", &tar(&[(&long, b"text")])).unwrap();
    assert_eq!((paths(&input), text(&input.entries()[0])), (vec![long.as_str()], "text".to_owned()));
    let endless = tar_file("././@LongLink", tar::EntryType::GNULongName, &[b'x'; 100_000]);
    let bytes = ended(&[endless, tar_file("short", tar::EntryType::Regular, b"")]);
    assert!(source_error(given("x", &gzip(&bytes))).contains("too long"));
    let bytes = ended(&[
        tar_file("x", tar::EntryType::XHeader, b"11 size=99\n"),
        tar_file("short", tar::EntryType::Regular, b"four"),
    ]);
    assert!(source_error(given("x", &bytes)).contains("two lengths"));
}

#[test]
fn two_files_of_one_name_are_refused() {
    let twice =
        ended(&[tar_file("a.txt", tar::EntryType::Regular, b"1"), tar_file("./a.txt", tar::EntryType::Regular, b"2")]);
    assert!(source_error(given("x", &twice)).contains("is there twice"));
    let mut twice = zip(&[("a.txt", b"1"), ("b.txt", b"2")]);
    for at in 0..twice.len() - 5 {
        if twice[at..].starts_with(b"b.txt") {
            twice[at] = b'a';
        }
    }
    assert!(source_error(given("x", &twice)).contains("two files the same"));
}

#[test]
fn bombs_are_stopped() {
    let bomb = vec![0; 24 << 20];
    let bytes = zip(&[("bomb.txt", &bomb)]);
    // Under a hundred kilobytes that claim nothing else than they are.
    assert!(bytes.len() < 100_000);
    let input = given("x", &bytes).unwrap();
    assert_eq!(limit(input.entries()[0].read()), ("ratio", 200));
    let mut counted = 0;
    let mut reader = input.entries()[0].open().unwrap();
    let error = loop {
        match reader.fill_buf() {
            Ok(buffer) => {
                let length = buffer.len();
                counted += length;
                reader.consume(length);
            }
            Err(error) => break error,
        }
    };
    assert!(matches!(input.entries()[0].error(error), Error::Limit { limit: "ratio", .. }));
    assert!((16 << 20..24 << 20).contains(&counted), "{counted}");

    // A length that lies does not help: what comes out counts.
    let generous = Limits::new().ratio(2000).entry_bytes(1 << 20);
    let liar = {
        let mut bytes = bytes.clone();
        let told = (24u32 << 20).to_le_bytes();
        let at = (0..bytes.len()).rfind(|at| bytes[*at..].starts_with(&told)).unwrap();
        bytes[at..at + 4].copy_from_slice(&10u32.to_le_bytes());
        bytes
    };
    let input = Input::from_bytes("x", liar, generous).unwrap();
    assert_eq!(input.entries()[0].size(), Some(10));
    assert_eq!(limit(input.entries()[0].read()), ("entry_bytes", 1 << 20));

    for bytes in [gzip(&bomb), zstd_bomb(b"")] {
        let input = given("x", &bytes).unwrap();
        assert_eq!(limit(input.entries()[0].read()), ("ratio", 200));
    }
    // Those that must be unpacked to be listed are stopped there.
    let tar = tar(&[("bomb.txt", &bomb)]);
    for bytes in [gzip(&tar), zstd_bomb(&tar[..512]), zip(&[("x.tgz", &gzip(&tar))])] {
        assert_eq!(limit(given("x", &bytes)), ("ratio", 200));
    }
    // Many files of which none is too much by itself.
    let part = vec![0; 9 << 20];
    let parts: Vec<(String, &[u8])> = (0..3).map(|number| (number.to_string(), part.as_slice())).collect();
    let parts: Vec<(&str, &[u8])> = parts.iter().map(|(name, bytes)| (name.as_str(), *bytes)).collect();
    let input = given("x", &zip(&parts)).unwrap();
    let read: Vec<_> = input.entries().iter().map(|entry| entry.read().is_ok()).collect();
    assert_eq!(read, [true, true, false]);
}

#[test]
fn limits_of_archives() {
    for bytes in [zip(&FILES), tar(&FILES), gzip(&tar(&FILES))] {
        assert_eq!(limit(Input::from_bytes("x", bytes.clone(), Limits::new().entries(2))), ("entries", 2));
        assert!(Input::from_bytes("x", bytes, Limits::new().entries(3)).is_ok());
    }
    let input = Input::from_bytes("x", zip(&FILES), Limits::new().total_bytes(2)).unwrap();
    assert!(input.entries()[1].read().is_ok());
    assert_eq!(limit(input.entries()[0].read()), ("total_bytes", 2));
    assert_eq!(
        limit(Input::from_bytes("x", gzip(&tar(&FILES)), Limits::new().total_bytes(1000))),
        ("total_bytes", 1000)
    );
}

#[test]
fn an_archive_without_files_is_no_input() {
    for bytes in [zip(&[]), zip(&[("__MACOSX/x", b"x")]), gzip(&tar(&[(".hidden", b"")]))] {
        assert!(source_error(given("x", &bytes)).contains("no file"));
    }
}

#[test]
fn truncated_archives_are_damaged() {
    let random: Vec<u8> = (0..200_000u32).map(|i| (i.wrapping_mul(2_654_435_761) >> 13) as u8).collect();
    let files: [(&str, &[u8]); 2] = [("a.bin", &random), ("b.txt", b"text")];
    let plain = tar(&files);
    for (whole, lengths) in
        [(gzip(&plain), [1000, 20]), (zstd(&plain), [1000, 20]), (plain, [1500, 1024]), (zip(&files), [1000, 20])]
    {
        for cut in lengths {
            source_error(given("x", &whole[..whole.len() - cut]));
        }
        source_error(given("x", &whole[..600]));
    }
    // One packed file opens, and ends in an error.
    for whole in [gzip(&random), zstd(&random)] {
        let error = given("x", &whole[..whole.len() - 3]).and_then(|input| input.entries()[0].read()).unwrap_err();
        assert!(matches!(error, Error::Source { .. }), "{error}");
        assert!(error.to_string().contains("damaged"), "{error}");
    }
    // Lines come until then.
    let text = "line\n".repeat(100_000);
    let packed = gzip(text.as_bytes());
    let input = given("x", &packed[..packed.len() / 2]).unwrap();
    let (mut lines, mut report, mut count) = (input.entries()[0].lines(None).unwrap(), Report::default(), 0);
    let error = loop {
        match lines.next(&mut report) {
            Ok(line) => count += u64::from(line.is_some()),
            Err(error) => break error,
        }
    };
    assert!(count > 10_000, "{count}");
    assert!(matches!(&error, Error::Source { place, .. } if place.line == Some(count + 1)), "{error}");
}

#[test]
fn altered_bytes_never_pass_for_content() {
    let text = "mã,tên\n".repeat(40);
    let files: [(&str, &[u8]); 2] = [("a.csv", text.as_bytes()), ("b.csv.gz", &gzip(text.as_bytes()))];
    for whole in [zip(&files), gzip(&tar(&files)), zstd(&tar(&files)), zstd(text.as_bytes())] {
        for at in 0..whole.len() {
            let mut altered = whole.clone();
            altered[at] ^= 0x5a;
            let Ok(input) = given("a.csv.zst", &altered) else { continue };
            for entry in input.entries().iter().filter(|entry| entry.path.ends_with(".csv")) {
                if let Ok(read) = entry.read() {
                    assert!(read == text.as_bytes(), "byte {at} of {}", entry.path);
                }
            }
        }
    }
}

#[test]
fn what_is_encrypted_or_packed_otherwise_is_told() {
    let mut bytes = zip(&[("a.txt", b"text"), ("b.txt", b"text")]);
    // The flags of the first file and the method of the second, in the directory.
    let directory: Vec<_> = (0..bytes.len()).filter(|at| bytes[*at..].starts_with(b"PK\x01\x02")).collect();
    bytes[directory[0] + 8] |= 1;
    bytes[directory[1] + 10] = 14;
    let input = given("x", &bytes).unwrap();
    for (entry, why) in input.entries().iter().zip(["is encrypted", "which is not read"]) {
        let error = entry.read().unwrap_err().to_string();
        assert!(error.starts_with(&format!("x/{}: ", entry.path())) && error.contains(why), "{error}");
    }
}
