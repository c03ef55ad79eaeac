//! What every reader does: an input becomes a draft and a report.

#[cfg(feature = "csv")]
use super::delimited::Mapping;
use super::detect::{detect_input, formats_of};
use super::format::{Format, reader};
use super::{Draft, Input, InputEntry, Place, Report, Severity, SourceFile, Strictness};
use crate::{Edition, Error, Result};

/// Reads one format. [`reader`](super::reader()) gives the reader of each that this crate knows; programs may have
/// their own.
///
/// ```
/// use medterm::source::{Format, Input, Limits, ReadOptions, reader};
///
/// let line = "00001 A00     1 Cholera                                                      Cholera\n";
/// let input = Input::from_bytes("icd10cm-order-April-2025.txt", line, Limits::new())?;
/// let reading = reader(Format::Icd10CmOrder)?.read(&input, &ReadOptions::new())?;
/// assert_eq!(reading.draft.edition.to_string(), "icd10-cm|2025-04");
/// assert_eq!((reading.draft.concepts.len(), reading.report.rows), (1, 1));
/// # Ok::<(), medterm::Error>(())
/// ```
pub trait Reader: Send + Sync {
    /// The format that it reads.
    fn format(&self) -> Format;

    /// Reads what the input holds of the format, and passes over files of other kinds if there are several.
    ///
    /// An implementation begins its report with [`ReadOptions::report`], calls [`Report::check`] after each row or each
    /// part, and ends with [`ReadOptions::finish`].
    ///
    /// # Errors
    ///
    /// [`Error::Source`] if the input is not of the format, or holds several lists where one is read;
    /// [`Error::Argument`] for an option that the format needs and does not find, or that cannot be met;
    /// [`Error::Doubt`] if reading is strict; and those of the [`Input`]. Rows that cannot be used are no error: see
    /// the report.
    fn read(&self, input: &Input, options: &ReadOptions) -> Result<Reading>;
}

/// What a reader gives.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Reading {
    /// The code system, or the supplement of one.
    pub draft: Draft,
    /// What was seen on the way.
    pub report: Report,
}

/// Reads an input in the format that its content tells.
///
/// # Errors
///
/// [`Error::Source`] if it is of no format that is known; those of [`Reader::read`].
pub fn read(input: &Input, options: &ReadOptions) -> Result<Reading> {
    match detect_input(input)? {
        Format::Unknown => {
            let names: Vec<_> = Format::ALL.iter().map(|format| format.as_str()).collect();
            let message = format!("is none of {}, or more than one of them", names.join(", "));
            Err(Error::source(Place::file(input.name()), message))
        }
        format => reader(format)?.read(input, options),
    }
}

/// What readers can be told. A format passes over what it has no use for; its documentation says what it uses.
///
/// ```
/// use medterm::source::{ReadOptions, Strictness};
/// let options = ReadOptions::new().version("2025-04").strictness(Strictness::StopAtFirstDoubt);
/// assert_eq!(options.version.as_deref(), Some("2025-04"));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ReadOptions {
    /// The version of the edition, for formats whose files do not tell it. It comes before what a file's name tells.
    pub version: Option<String>,
    /// The language in which concepts are shown unless another is asked for, where the files have several (BCP 47).
    /// Reading one that they lack is an error.
    pub language: Option<String>,
    /// The edition that is meant: a short name, alias or canonical URL, with `|` and a version if it matters. Of files
    /// that hold several editions it is the one to read; files that do not hold it are an error.
    pub edition: Option<String>,
    /// What to do about what looks wrong.
    pub strictness: Strictness,
    /// How many findings of each rule the report keeps; see [`Report::keeping`].
    pub keep_findings: usize,
    /// Which column means what, for [`delimited`](super::delimited), which cannot do without.
    #[cfg(feature = "csv")]
    pub mapping: Option<Mapping>,
}

impl Default for ReadOptions {
    fn default() -> Self {
        Self {
            version: None,
            language: None,
            edition: None,
            strictness: Strictness::default(),
            keep_findings: Report::KEPT,
            #[cfg(feature = "csv")]
            mapping: None,
        }
    }
}

impl ReadOptions {
    /// Nothing told.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Tells the version of the edition.
    #[must_use]
    pub fn version(mut self, version: &str) -> Self {
        self.version = Some(version.to_owned());
        self
    }

    /// Tells the language to show.
    #[must_use]
    pub fn language(mut self, language: &str) -> Self {
        self.language = Some(language.to_owned());
        self
    }

    /// Tells the edition that is meant.
    #[must_use]
    pub fn edition(mut self, edition: &str) -> Self {
        self.edition = Some(edition.to_owned());
        self
    }

    /// Sets what to do about what looks wrong.
    #[must_use]
    pub fn strictness(mut self, strictness: Strictness) -> Self {
        self.strictness = strictness;
        self
    }

    /// Sets how many findings of each rule the report keeps.
    #[must_use]
    pub fn keep_findings(mut self, findings: usize) -> Self {
        self.keep_findings = findings;
        self
    }

    /// Tells which column means what.
    #[cfg(feature = "csv")]
    #[must_use]
    pub fn mapping(mut self, mapping: Mapping) -> Self {
        self.mapping = Some(mapping);
        self
    }

    /// An empty report about these files, as strict and as long as these options say.
    #[must_use]
    pub fn report(&self, sources: Vec<SourceFile>) -> Report {
        Report::of(sources).keeping(self.keep_findings).strictness(self.strictness)
    }

    /// Checks what was read against these options.
    ///
    /// # Errors
    ///
    /// [`Error::Doubt`] if the report is strict and has met a doubt; [`Error::Argument`] if the draft is another
    /// edition than is meant, or has no name in the language to show.
    pub fn finish(&self, mut draft: Draft, report: Report) -> Result<Reading> {
        report.check()?;
        if let Some(meant) = self.edition.as_deref().filter(|meant| !is_meant(&draft.edition, meant)) {
            return Err(Error::Argument {
                what: "edition",
                value: meant.to_owned(),
                expected: format!("{}, which is what the files hold", draft.edition),
            });
        }
        if let Some(wanted) = &self.language {
            let mut languages: Vec<&str> = Vec::new();
            for term in draft.concepts.iter().flat_map(|concept| &concept.designations) {
                if !languages.contains(&term.language.as_str()) {
                    languages.push(&term.language);
                }
            }
            let found =
                languages.iter().find(|language| language.eq_ignore_ascii_case(wanted)).map(|&found| found.to_owned());
            draft.language = found.ok_or_else(|| Error::Argument {
                what: "language",
                value: wanted.clone(),
                expected: format!("a language of the files: {}", languages.join(", ")),
            })?;
        }
        Ok(Reading { draft, report })
    }
}

/// Whether an edition is the one that [`ReadOptions::edition`] tells.
pub(super) fn is_meant(edition: &Edition, meant: &str) -> bool {
    match meant.rsplit_once('|') {
        Some((name, version)) => edition.is_named(name) && edition.version == version,
        None => edition.is_named(meant),
    }
}

/// Reads with a reader to which nothing is told but perhaps the version.
pub(super) fn draft_and_report(reader: &dyn Reader, input: &Input, version: Option<&str>) -> Result<(Draft, Report)> {
    let options = ReadOptions { version: version.map(str::to_owned), ..ReadOptions::default() };
    reader.read(input, &options).map(|reading| (reading.draft, reading.report))
}

/// The files of an input that a reader of this format reads, and the report to write about them, in which the others
/// are noted.
///
/// A file that the user named is taken for what the user says it is, and so is a file that is alone. Those of folders
/// and archives are told by their content.
pub(super) fn begin<'i>(
    input: &'i Input,
    format: Format,
    options: &ReadOptions,
) -> Result<(Vec<&'i InputEntry>, Report)> {
    let (mut read, mut others) = (Vec::new(), Vec::new());
    match input.entries() {
        [entry] => read.push(entry),
        entries if entries.iter().all(InputEntry::is_named) => read.extend(entries),
        entries => {
            for (entry, found) in formats_of(entries)? {
                let list = if found == format || entry.is_named() { &mut read } else { &mut others };
                list.push(entry);
            }
        }
    }
    if read.is_empty() {
        let message = format!("none of its {} files is {format}", input.entries().len());
        return Err(Error::source(Place::file(input.name()), message));
    }
    let mut report = options.report(Input::sources(read.iter().copied())?);
    for entry in others {
        let message = format!("is no file of {format}, and is not read");
        report.add(Severity::Note, "file-not-read", entry.place(), None, message);
    }
    Ok((read, report))
}

/// As [`begin`], for a format that is one file.
pub(super) fn begin_one<'i>(
    input: &'i Input,
    format: Format,
    options: &ReadOptions,
) -> Result<(&'i InputEntry, Report)> {
    let (read, report) = begin(input, format, options)?;
    match read.as_slice() {
        [entry] => Ok((entry, report)),
        several => {
            let names: Vec<_> = several.iter().take(5).map(|entry| entry.path()).collect();
            let message = format!("{} of its files are {format}, and one is read: {}", several.len(), names.join(", "));
            Err(Error::source(Place::file(input.name()), message))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::Limits;

    fn line(order: u32, key: &str, flag: u8, name: &str) -> String {
        format!("{order:05} {key:<7} {flag} {name:<60} {name}\n")
    }

    fn order_file() -> String {
        [line(1, "T16", 0, "Thing in ear"), line(2, "T161", 1, "Thing in right ear"), line(2, "X09", 1, "Exposure")]
            .concat()
    }

    fn input(name: &str, text: &str) -> Input {
        Input::from_bytes(name, text, Limits::new()).unwrap()
    }

    fn folder(files: &[(&str, &str)]) -> (tempfile::TempDir, Input) {
        let folder = tempfile::tempdir().unwrap();
        for (name, text) in files {
            std::fs::write(folder.path().join(name), text).unwrap();
        }
        let input = Input::open(folder.path()).unwrap();
        (folder, input)
    }

    #[test]
    fn the_one_list_among_other_files_is_read() {
        let order = order_file();
        let (_folder, several) =
            folder(&[("order-2025.txt", &order), ("a.txt", "Dear all,\nread this.\nYours\n"), ("b.csv", "a,b\n")]);
        let reading = read(&several, &ReadOptions::new()).unwrap();
        assert_eq!((reading.draft.edition.version.as_str(), reading.draft.concepts.len()), ("2025", 3));
        assert_eq!(reading.report.sources, [SourceFile::of("order-2025.txt", order.as_bytes())]);
        let found: Vec<_> =
            reading.report.entries().iter().map(|entry| (entry.rule, entry.place.to_string())).collect();
        let expected =
            [("file-not-read", "a.txt"), ("file-not-read", "b.csv"), ("order-number", "order-2025.txt, line 3")];
        assert_eq!(found, expected.map(|(rule, place)| (rule, place.to_owned())));

        let (_folder, twice) = folder(&[("2024.txt", &order), ("2025.txt", &order)]);
        let error = read(&twice, &ReadOptions::new()).unwrap_err();
        assert!(
            error.to_string().contains("2 of its files are icd10cm-order, and one is read: 2024.txt, 2025.txt"),
            "{error}"
        );
        let (_folder, none) = folder(&[("a.txt", "x"), ("b.txt", "y")]);
        assert!(read(&none, &ReadOptions::new()).unwrap_err().to_string().contains("is none of tt06"));
        let order_reader = reader(Format::Icd10CmOrder).unwrap();
        let error = order_reader.read(&none, &ReadOptions::new()).unwrap_err();
        assert!(error.to_string().contains("none of its 2 files is icd10cm-order"), "{error}");
    }

    #[cfg(feature = "csv")]
    #[test]
    fn a_file_that_was_named_is_never_passed_over() {
        let headings = "code,code_plain,marker,name_vi_raw,name_en,en_source,chapter,section_first,camBenhChinh,\
            khongKhuyenKhichBenhChinh,coMaBonHoacNamKyTuCuTheHon,chiMaHoaNguyenNhanTuVong,chuYeuNuGioi,chuYeuNamGioi";
        let list = format!("{headings}\nA00,A00,,Bệnh tả,Cholera,x,I,A00,0,0,0,0,0,0\n");
        let (folder, input) = folder(&[("list.csv", &list), ("other.csv", "a,b\n")]);
        let reading = read(&input, &ReadOptions::new()).unwrap();
        assert_eq!((reading.report.rows, reading.report.total("file-not-read")), (1, 1));
        let named = ["list.csv", "other.csv"].map(|name| folder.path().join(name));
        let error = read(&Input::open_all(named, Limits::new()).unwrap(), &ReadOptions::new()).unwrap_err();
        assert!(error.to_string().starts_with("other.csv, line 1: there is no column code"), "{error}");
    }

    #[test]
    fn strict_reading_stops_at_the_first_doubt() {
        let bad = order_file() + "no such line\n";
        let input = input("order-2025.txt", &bad);
        let read = |input: &Input, options: &ReadOptions| reader(Format::Icd10CmOrder).unwrap().read(input, options);
        let lenient = read(&input, &ReadOptions::new()).unwrap();
        assert_eq!((lenient.report.count(Severity::Doubtful), lenient.report.count(Severity::Refused)), (1, 1));
        let strict = ReadOptions::new().strictness(Strictness::StopAtFirstDoubt).keep_findings(0);
        let Err(Error::Doubt(doubt)) = read(&input, &strict) else { panic!("it has doubts") };
        assert_eq!((doubt.rule, doubt.place.line, doubt.code.as_deref()), ("order-number", Some(3), Some("X09")));
        let plain = line(1, "X09", 1, "Exposure");
        assert!(read(&self::input("2025.txt", &plain), &strict).is_ok());
        let few = read(&input, &ReadOptions::new().keep_findings(0)).unwrap().report;
        assert_eq!((few.entries().len(), few.count(Severity::Refused)), (0, 1));
    }

    #[test]
    fn options_are_met_or_refused() {
        let input = input("order.txt", &order_file());
        let read_with = |options: &ReadOptions| read(&input, options);
        assert!(matches!(read_with(&ReadOptions::new()), Err(Error::Argument { what: "version", .. })));
        let options = ReadOptions::new().version("2025-04");
        for meant in ["icd10-cm", "ICD10-CM|2025-04", "http://hl7.org/fhir/sid/icd-10-cm|2025-04"] {
            assert!(read_with(&options.clone().edition(meant)).is_ok(), "{meant}");
        }
        for other in ["icd10-cm|2024", "icd10-vn"] {
            let error = read_with(&options.clone().edition(other)).unwrap_err();
            assert!(error.to_string().contains("icd10-cm|2025-04, which is what the files hold"), "{error}");
        }
        assert_eq!(read_with(&options.clone().language("EN")).unwrap().draft.language, "en");
        let error = read_with(&options.language("vi")).unwrap_err();
        assert!(error.to_string().contains("a language of the files: en"), "{error}");
    }

    #[cfg(feature = "csv")]
    #[test]
    fn tables_need_their_mapping() {
        let input = input("list.csv", "code,name,tên\nA,one,một\nA,two,hai\n");
        assert!(matches!(read(&input, &ReadOptions::new()), Err(Error::Argument { what: "mapping", .. })));
        let mapping = |text: &str| ReadOptions::new().mapping(text.parse().unwrap()).version("7");
        let options = mapping("code=code; display.vi=tên; display.en=name; system=s");
        let reading = read(&input, &options).unwrap();
        assert_eq!((reading.draft.edition.to_string().as_str(), reading.draft.language.as_str()), ("s|7", "vi"));
        assert_eq!(read(&input, &options.clone().language("en")).unwrap().draft.language, "en");
        let strict = options.strictness(Strictness::StopAtFirstDoubt);
        assert!(matches!(read(&input, &strict), Err(Error::Doubt(doubt)) if doubt.rule == "duplicate-code"));
        let told = read(&input, &mapping("code=code; system=s; version=1")).unwrap();
        assert_eq!(told.draft.edition.version, "1");
    }

    #[cfg(all(feature = "archive", feature = "xlsx"))]
    #[test]
    fn lists_are_read_out_of_archives() {
        use std::io::{Cursor, Write as _};
        let order = order_file();
        let mut archive = zip::ZipWriter::new(Cursor::new(Vec::new()));
        for (name, text) in [("2025/readme.txt", "Dear all,"), ("2025/icd10cm_order_2025.txt", &order)] {
            archive.start_file(name, zip::write::SimpleFileOptions::default()).unwrap();
            archive.write_all(text.as_bytes()).unwrap();
        }
        let bytes = archive.finish().unwrap().into_inner();
        let input = Input::from_bytes("release-2026.zip", bytes.clone(), Limits::new()).unwrap();
        let reading = read(&input, &ReadOptions::new()).unwrap();
        assert_eq!(reading.draft.edition.version, "2025");
        assert_eq!(reading.report.sources, [SourceFile::of("release-2026.zip", &bytes)]);
        let place = &reading.report.of_rule("order-number").next().unwrap().place;
        assert_eq!(place.to_string(), "release-2026.zip/2025/icd10cm_order_2025.txt, line 3");
    }
}
