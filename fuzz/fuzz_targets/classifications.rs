//! Any bytes as each of the files of classifications of diseases and procedures: what is read can be indexed.
#![no_main]

use libfuzzer_sys::fuzz_target;
use medterm::source::{Draft, Format, Input, Limits, ReadOptions, Report, claml, icd9cm, icd10cm, icd10pcs, reader};
use medterm::{CodeSystem, Result, index};

fn index(read: Result<(Draft, Report)>) {
    let Ok((draft, report)) = read else { return };
    let system = CodeSystem::from_bytes(index::to_bytes(&draft, &report).unwrap()).unwrap();
    assert_eq!(system.len() as usize, draft.concepts.len());
}

fn read(format: Format, files: &[(&str, &[u8])]) -> Result<(Draft, Report)> {
    let input = Input::from_files(files.iter().copied(), Limits::new())?;
    let reading = reader(format)?.read(&input, &ReadOptions::new().version("fuzz"))?;
    Ok((reading.draft, reading.report))
}

fuzz_target!(|bytes: &[u8]| {
    let Some((kind, bytes)) = bytes.split_first() else { return };
    // The frames, so that the fuzzer need not find them.
    let framed = |start: &str, end: &str| [start.as_bytes(), bytes, end.as_bytes()].concat();
    match kind % 8 {
        0 => index(claml::read_from("fuzz", &framed("<ClaML>", "</ClaML>")[..], Some("fuzz"))),
        1 => {
            let file = framed("<ICD10CM.tabular>", "</ICD10CM.tabular>");
            index(icd10cm::tabular::read_from("fuzz", &file[..], Some("fuzz")));
        }
        2 => {
            let file = framed("<ICD10PCS.tabular>", "</ICD10PCS.tabular>");
            index(icd10pcs::tables::read_from("fuzz", &file[..], Some("fuzz")));
        }
        3 => {
            let heading = "Foundation URI\tLinearization URI\tCode\tBlockId\tTitle\tClassKind\tIsResidual\tChapterNo\tisLeaf\n";
            let file = framed(heading, "");
            index(read(Format::Icd11, &[("list-en.txt", &file), ("list-es.txt", &file)]));
        }
        4 => {
            let chapters = ("chapters", &b"01;I\n02;II\n"[..]);
            let (block, code) = ("A00;A09;01;Block\n", "3;T;X;01;A00;A00;A00;A00;Cholera\n");
            let (blocks, codes) = (framed(block, ""), framed(code, ""));
            index(read(Format::Icd10Metadata, &[chapters, ("blocks", &blocks), ("codes", &codes)]));
        }
        5 => index(icd9cm::read_bytes("fuzz", bytes, icd9cm::List::Diagnoses, Some("fuzz"))),
        6 => index(icd9cm::read_bytes("fuzz", bytes, icd9cm::List::Procedures, Some("fuzz"))),
        _ => {
            index(icd10pcs::read_order_bytes("fuzz", bytes, Some("fuzz")));
            let list = b"00001 A00     1 Cholera                                                      Cholera";
            let (mut draft, _) = icd10cm::read_order_bytes("fuzz", list, Some("fuzz")).unwrap();
            let file = framed("<ICD10CM.index>", "</ICD10CM.index>");
            if icd10cm::index::add_from(&mut draft, "fuzz", &file[..]).is_ok() {
                index(Ok((draft, Report::default())));
            }
        }
    }
});
