//! WHO's metadata files of ICD-10: semicolon-separated lists of chapters, blocks and codes.
//!
//! | source | columns | use |
//! |---|---|---|
//! | WHO, ICD-10 metadata of an edition (`icd10<year>syst_chapters.txt`) | number, title | groupers; `01` is chapter `I`, as it is printed and as ClaML has it |
//! | `…_blocks.txt` or `…_groups.txt` | first category, last category, chapter, title | groupers `A00-A09`; a block lies in the last one before it whose range holds its own |
//! | `…_codes.txt` | 1 level (3, 4, 5) | checked |
//! | | 2 `T` for a code, `N` for one that has finer ones | usability |
//! | | 3 `X` listed, `S` made of a subclassification | ignored: the code says enough |
//! | | 4 chapter, 5 first category of the block | parents of categories |
//! | | 6 code with asterisk and dash | the mark; these files do not tell daggers |
//! | | 7 code, 8 code without dot | code; 8 is checked against 7 |
//! | | 9 title | name, as in the file: `Type 1 diabetes mellitus : With coma` |
//! | | titles of the 3-, 4- and 5-character levels, where the edition has them | ignored: parts of the title |
//! | | references to the tabulation lists: `1-002` to `4-002`, `001` | properties `mort-l1-code` to `mort-l4-code`, `mort-b-code` |
//!
//! | rule | severity | meaning |
//! |---|---|---|
//! | `malformed-line` | refused | the line does not fit the columns |
//! | `duplicate-code` | refused | the code was listed before, which is kept |
//! | `unknown-parent` | doubtful | a chapter, block or category that is not listed; the edge is left out |
//! | `code-forms-differ` | doubtful | columns 7 and 8 tell different codes; 7 is believed |
//! | `flag-contradicts-hierarchy` | doubtful | a `T` that has finer codes, or an `N` that has none |
//! | `encoding-assumed`, `undecodable` | doubtful | see [`encoding`](super::encoding) |
//!
//! Licence: ICD-10 is WHO's. Use in a product, and every copy or translation, needs a licence from WHO.

use std::collections::HashMap;
use std::path::Path;

use super::detect::Sample;
use super::reader::{begin, read_version};
use super::{
    Designation, Draft, DraftConcept, EdgeKind, Format, Input, InputEntry, Limits, Parent, Place, PropertyDefinition,
    PropertyKind, PropertyValue, ReadOptions, Reader, Reading, Report, Severity, Usability,
};
use crate::code::{CodeGrammar, Mark};
use crate::{Edition, Error, Result};

/// Reads the three files of an edition, in any order, or the folder or archive that holds them.
///
/// `version` is the edition's version; without it, the year in the name of the file of codes gives it.
///
/// # Errors
///
/// Those of [`Input::open_all`]; [`Error::Argument`] if no version is given and the name tells none; [`Error::Source`]
/// if there is not one file of each kind.
pub fn read(paths: &[impl AsRef<Path>], version: Option<&str>) -> Result<(Draft, Report)> {
    read_version(&FormatReader, &Input::open_all(paths, Limits::new())?, version)
}

/// Reads the three files of an input, told apart by their first lines. Uses [`ReadOptions::version`].
pub(super) struct FormatReader;

impl Reader for FormatReader {
    fn format(&self) -> Format {
        Format::Icd10Metadata
    }

    fn read(&self, input: &Input, options: &ReadOptions) -> Result<Reading> {
        let (entries, report) = begin(input, self.format(), options)?;
        let mut kinds = Vec::with_capacity(entries.len());
        for entry in entries {
            kinds.push((kind_of(entry)?, entry));
        }
        let one = |wanted: Kind| {
            let mut of_kind = kinds.iter().filter(|(kind, _)| *kind == wanted).map(|(_, entry)| *entry);
            match (of_kind.next(), of_kind.next()) {
                (Some(entry), None) => Ok(entry),
                (found, _) => {
                    let count = if found.is_none() { "no file" } else { "more than one file" };
                    let message = format!("there is {count} of ICD-10's {}, and one is read", wanted.as_str());
                    Err(Error::source(Place::file(input.name()), message))
                }
            }
        };
        let (chapters, blocks, codes) = (one(Kind::Chapters)?, one(Kind::Blocks)?, one(Kind::Codes)?);
        let (draft, report) = read_files(chapters, blocks, codes, options.version.as_deref(), report)?;
        options.finish(draft, report)
    }
}

/// One of the three files.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Chapters,
    Blocks,
    Codes,
}

impl Kind {
    /// The kind of file that a line is of.
    fn of(line: &str) -> Option<Self> {
        let fields: Vec<&str> = line.splitn(40, ';').map(str::trim).collect();
        match fields.as_slice() {
            [number, title] => {
                (number.len() == 2 && roman(number).is_some() && !title.is_empty()).then_some(Self::Chapters)
            }
            [first, last, chapter, _] => {
                (is_category(first) && is_category(last) && roman(chapter).is_some()).then_some(Self::Blocks)
            }
            [level, tree, _, chapter, block, _, _, _, _, ..] => {
                let is_code = matches!(*level, "3" | "4" | "5") && matches!(*tree, "N" | "T");
                (is_code && roman(chapter).is_some() && is_category(block)).then_some(Self::Codes)
            }
            _ => None,
        }
    }

    fn as_str(self) -> &'static str {
        match self {
            Self::Chapters => "chapters",
            Self::Blocks => "blocks",
            Self::Codes => "codes",
        }
    }
}

/// Whether the first lines are of one of the three files. Many lists number their rows: chapters are known only where
/// all are there.
pub(super) fn is_metadata(sample: &Sample<'_>) -> bool {
    let rows = sample.rows();
    let Some(kind) = rows.first().and_then(|row| Kind::of(row)) else { return false };
    let is_chapter = |(number, row): (usize, &&str)| row.starts_with(&format!("{number:02};"));
    rows.iter().take(FIRST_LINES as usize).all(|row| Kind::of(row) == Some(kind))
        && (kind != Kind::Chapters || matches!(rows.len(), 21 | 22) && (1..).zip(rows).all(is_chapter))
}

/// The kind of a file by its first line that is of one.
fn kind_of(entry: &InputEntry) -> Result<Kind> {
    // What is said of these lines is said when they are read.
    let (mut lines, mut report) = (entry.lines(None)?, Report::default());
    while let Some((_, line)) = lines.next(&mut report)?.filter(|(number, _)| *number <= FIRST_LINES) {
        if let Some(kind) = Kind::of(line) {
            return Ok(kind);
        }
    }
    Err(Error::source(entry.place(), "none of its first lines is of ICD-10's chapters, blocks or codes"))
}

fn read_files(
    chapters: &InputEntry,
    blocks: &InputEntry,
    codes: &InputEntry,
    version: Option<&str>,
    report: Report,
) -> Result<(Draft, Report)> {
    let version = version.or_else(|| year_in(codes.name())).ok_or_else(|| Error::Argument {
        what: "version",
        value: String::new(),
        expected: format!("a version such as 2019, since the file name {:?} tells none", codes.name()),
    })?;
    let mut list = List { report, ..List::default() };
    list.file(chapters, Kind::Chapters, List::chapter)?;
    list.file(blocks, Kind::Blocks, List::block)?;
    list.file(codes, Kind::Codes, List::code)?;
    list.compare_flags();
    let draft = Draft {
        edition: Edition {
            system: "icd10-who".into(),
            url: "http://hl7.org/fhir/sid/icd-10".into(),
            title: format!("ICD-10, {version}"),
            version: version.into(),
            issued_by: "World Health Organization".into(),
            ..Edition::default()
        },
        grammar: CodeGrammar::Icd10,
        language: "en".into(),
        properties: LISTS
            .iter()
            .map(|(name, description)| PropertyDefinition {
                name: (*name).into(),
                description: (*description).into(),
                kind: PropertyKind::Text,
            })
            .collect(),
        concepts: list.concepts,
        ..Draft::default()
    };
    Ok((draft, list.report))
}

/// How many lines tell what a file is.
const FIRST_LINES: u64 = 20;

/// The tabulation lists, in the order of the digits before their references; none for morbidity.
const LISTS: [(&str, &str); 5] = [
    ("mort-b-code", "Special tabulation list for morbidity"),
    ("mort-l1-code", "Special tabulation list 1 for mortality (general mortality, condensed list)"),
    ("mort-l2-code", "Special tabulation list 2 for mortality (general mortality, selected list)"),
    ("mort-l3-code", "Special tabulation list 3 for mortality (infant and child mortality, condensed list)"),
    ("mort-l4-code", "Special tabulation list 4 for mortality (infant and child mortality, selected list)"),
];

/// The year in a name such as `icd102019syst_codes.txt`.
fn year_in(name: &str) -> Option<&str> {
    let after = name.to_ascii_lowercase().find("icd10").map_or(0, |at| at + 5);
    let is_year = |text: &&str| text.starts_with("20") && text.bytes().all(|byte| byte.is_ascii_digit());
    (after..name.len()).find_map(|at| name.get(at..at + 4).filter(is_year))
}

/// A number of a chapter as it is printed.
fn roman(number: &str) -> Option<String> {
    let mut rest = number.parse::<u8>().ok().filter(|number| (1..=39).contains(number))?;
    let mut out = String::new();
    for (value, sign) in [(10, "X"), (9, "IX"), (5, "V"), (4, "IV"), (1, "I")] {
        while rest >= value {
            out.push_str(sign);
            rest -= value;
        }
    }
    Some(out)
}

fn is_category(text: &str) -> bool {
    let mut bytes = text.bytes();
    text.len() == 3
        && bytes.next().is_some_and(|byte| byte.is_ascii_uppercase())
        && bytes.all(|byte| byte.is_ascii_digit())
}

#[derive(Default)]
struct List {
    report: Report,
    concepts: Vec<DraftConcept>,
    /// Concept and place of each code.
    known: HashMap<String, (usize, Place)>,
    /// Blocks by chapter and first category, widest first: last category, code.
    blocks: HashMap<(String, String), Vec<(String, String)>>,
    /// Blocks that may lie around the next one: chapter, first, last category.
    around: Vec<(String, String, String)>,
    /// Codes with their place and whether the file says that they have finer ones.
    flags: Vec<(usize, Place, bool)>,
    has_finer: Vec<bool>,
}

impl List {
    fn file(
        &mut self,
        entry: &InputEntry,
        kind: Kind,
        row: fn(&mut Self, &[&str], &Place) -> Result<(), String>,
    ) -> Result<()> {
        let before = self.concepts.len();
        let mut lines = entry.lines(None)?;
        while let Some((number, line)) = lines.next(&mut self.report)? {
            if line.trim().is_empty() {
                continue;
            }
            self.report.rows += 1;
            let place = Place::line(entry.label(), number);
            let fields: Vec<&str> = line.splitn(40, ';').map(str::trim).collect();
            if let Err(problem) = row(self, &fields, &place) {
                let start: String = line.chars().take(40).collect();
                let message = format!("{problem}: {start:?}");
                self.report.add(Severity::Refused, "malformed-line", place, None, message);
            }
            self.report.check()?;
        }
        if self.concepts.len() == before {
            let message = format!("no line is one of ICD-10's {}", kind.as_str());
            return Err(Error::source(entry.place(), message));
        }
        Ok(())
    }

    /// Appends a concept, unless its code is there already. Gives its number.
    fn add(&mut self, concept: DraftConcept, place: &Place) -> Option<usize> {
        if let Some((_, first)) = self.known.get(&concept.code) {
            let message = format!("already listed in {first}, which is kept");
            self.report.add(Severity::Refused, "duplicate-code", place.clone(), Some(&concept.code), message);
            return None;
        }
        let at = self.concepts.len();
        self.known.insert(concept.code.clone(), (at, place.clone()));
        self.has_finer.push(false);
        self.concepts.push(concept);
        Some(at)
    }

    fn chapter(&mut self, fields: &[&str], place: &Place) -> Result<(), String> {
        let [number, title, ..] = fields else { return Err("fewer than 2 columns".into()) };
        let code = roman(number).ok_or("column 1 is no chapter number")?;
        if title.is_empty() {
            return Err("there is no title".into());
        }
        let concept = DraftConcept {
            code,
            source_code: Some((*number).to_owned()),
            usability: Usability::Grouper,
            designations: vec![Designation::preferred("en", *title)],
            ..DraftConcept::default()
        };
        self.add(concept, place);
        Ok(())
    }

    fn block(&mut self, fields: &[&str], place: &Place) -> Result<(), String> {
        let [first, last, chapter, title, ..] = fields else { return Err("fewer than 4 columns".into()) };
        if !is_category(first) || !is_category(last) || first > last {
            return Err("columns 1 and 2 are no range of categories".into());
        }
        let chapter = roman(chapter).ok_or("column 3 is no chapter number")?;
        if title.is_empty() {
            return Err("there is no title".into());
        }
        let holds = |(around, from, to): &(String, String, String)| {
            *around == chapter
                && from.as_str() <= *first
                && *last <= to.as_str()
                && (from, to) != (&(*first).to_owned(), &(*last).to_owned())
        };
        while self.around.last().is_some_and(|around| !holds(around)) {
            self.around.pop();
        }
        let code = format!("{first}-{last}");
        let above = self.around.last().map_or_else(|| chapter.clone(), |(_, from, to)| format!("{from}-{to}"));
        let parents = self.edge(&above, &code, place);
        let concept = DraftConcept {
            code: code.clone(),
            usability: Usability::Grouper,
            designations: vec![Designation::preferred("en", *title)],
            parents,
            ..DraftConcept::default()
        };
        if self.add(concept, place).is_some() {
            self.around.push((chapter.clone(), (*first).to_owned(), (*last).to_owned()));
            self.blocks.entry((chapter, (*first).to_owned())).or_default().push(((*last).to_owned(), code));
        }
        Ok(())
    }

    fn code(&mut self, fields: &[&str], place: &Place) -> Result<(), String> {
        let [level, tree, _, chapter, block, marked, code, bare, title, rest @ ..] = fields else {
            return Err("fewer than 9 columns".into());
        };
        if !matches!(*level, "3" | "4" | "5") {
            return Err("column 1 is no level".into());
        }
        let is_heading = match *tree {
            "N" => true,
            "T" => false,
            _ => return Err("column 2 is neither N nor T".into()),
        };
        let grammar = CodeGrammar::Icd10;
        let key = grammar
            .parse(code)
            .filter(|key| key.mark() == Mark::None && is_category(key.as_str().get(..3).unwrap_or_default()));
        let key = key.filter(|key| key.as_str().bytes().all(|byte| byte.is_ascii_alphanumeric()));
        let key = key.ok_or("column 7 is no code")?;
        let key = key.as_str();
        if key.len().to_string() != *level {
            return Err("the code has not as many characters as column 1 says".into());
        }
        if title.is_empty() {
            return Err("there is no title".into());
        }
        if *bare != key {
            let message = format!("column 8 has {bare:?}");
            self.report.add(Severity::Doubtful, "code-forms-differ", place.clone(), Some(code), message);
        }
        let mut printed = String::new();
        grammar.render(key, &mut printed);
        let finer = (3..key.len()).rev().filter_map(|end| key.get(..end)).find_map(|key| {
            let mut printed = String::new();
            grammar.render(key, &mut printed);
            self.known.get(&printed).map(|(at, _)| (*at, printed))
        });
        let parents = match finer {
            Some((at, above)) => {
                if let Some(flag) = self.has_finer.get_mut(at) {
                    *flag = true;
                }
                vec![Parent { code: above, kind: EdgeKind::IsA }]
            }
            None if key.len() > 3 => self.edge(key.get(..3).unwrap_or_default(), &printed, place),
            None => {
                let chapter = roman(chapter).ok_or("column 4 is no chapter number")?;
                let blocks = self.blocks.get(&(chapter, (*block).to_owned()));
                let narrowest = blocks.into_iter().flatten().filter(|(last, _)| key <= last.as_str()).min();
                let above = narrowest.map_or_else(|| format!("{block}-"), |(_, code)| code.clone());
                self.edge(&above, &printed, place)
            }
        };
        let properties = rest.iter().filter_map(|field| tabulation(field)).collect();
        let concept = DraftConcept {
            code: printed,
            mark: Mark::split(marked).1,
            usability: if is_heading { Usability::Heading } else { Usability::Usable },
            designations: vec![Designation::preferred("en", *title)],
            parents,
            properties,
            ..DraftConcept::default()
        };
        if let Some(at) = self.add(concept, place) {
            self.flags.push((at, place.clone(), is_heading));
        }
        Ok(())
    }

    /// An edge to a code, if that is listed.
    fn edge(&mut self, above: &str, code: &str, place: &Place) -> Vec<Parent> {
        if self.known.contains_key(above) {
            return vec![Parent { code: above.to_owned(), kind: EdgeKind::IsA }];
        }
        let message = format!("{above} is not listed before it: the edge is left out");
        self.report.add(Severity::Doubtful, "unknown-parent", place.clone(), Some(code), message);
        Vec::new()
    }

    fn compare_flags(&mut self) {
        for (at, place, is_heading) in std::mem::take(&mut self.flags) {
            let message = match (is_heading, self.has_finer.get(at)) {
                (false, Some(true)) => "flagged as a code for use, but finer ones are listed",
                (true, Some(false)) => "flagged as having finer codes, but none is listed",
                _ => continue,
            };
            let code = self.concepts.get(at).map(|concept| concept.code.as_str());
            self.report.add(Severity::Doubtful, "flag-contradicts-hierarchy", place, code, message);
        }
    }
}

/// A reference to a tabulation list: `4-002`, or `001` for morbidity.
fn tabulation(field: &str) -> Option<(usize, PropertyValue)> {
    let is_number = |text: &str| text.len() == 3 && text.bytes().all(|byte| byte.is_ascii_digit());
    let list = match field.split_once('-') {
        Some((list, number)) => {
            list.parse().ok().filter(|list| (1..LISTS.len()).contains(list) && is_number(number))?
        }
        None => is_number(field).then_some(0)?,
    };
    Some((list, PropertyValue::Text(field.to_owned())))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::Strictness;

    const CHAPTERS: &str = "01;Certain infectious and parasitic diseases\r\n02;Neoplasms\r\n";
    const BLOCKS: &str = "A15;A19;01;Tuberculosis\nC00;C97;02;Malignant neoplasms\nC00;C75;02;Primary\nC00;C14;02;Lip\nC76;C80;02;Secondary\n";
    const CODES: &str = "\
3;N;X;01;A15;A17.-;A17;A17;Tuberculosis of nervous system;002;4-003;3-004;2-005;1-006
4;T;X;01;A15;A17.0;A17.0;A170;Tuberculous meningitis;Tuberculosis of nervous system;Tuberculous meningitis;;1-006;2-005;3-004;4-003;002
3;T;X;02;C00;C00*;C00;C00;Lip;UNDEF;UNDEF
5;T;S;01;A15;A17.01;A17.01;A1701;Tuberculous meningitis : Open;002
3;T;X;02;C76;C76;C76;C76;Ill-defined sites
";

    fn input(files: &[(&str, &str)]) -> Input {
        Input::from_files(files.iter().map(|(name, text)| (*name, *text)), Limits::new()).unwrap()
    }

    fn parts(chapters: &str, blocks: &str, codes: &str) -> Result<(Draft, Report)> {
        let files = [("chapters", chapters), ("icd102019syst_codes.txt", codes), ("blocks", blocks)];
        read_version(&FormatReader, &input(&files), None)
    }

    fn rules(report: &Report) -> Vec<(&'static str, Option<u64>)> {
        report.entries().iter().map(|entry| (entry.rule, entry.place.line)).collect()
    }

    #[test]
    fn three_files_make_one_hierarchy() {
        let (draft, report) = parts(CHAPTERS, BLOCKS, CODES).unwrap();
        assert_eq!((report.rows, report.sources.len(), draft.edition.to_string().as_str()), (12, 3, "icd10-who|2019"));
        let shape: Vec<_> = draft
            .concepts
            .iter()
            .map(|concept| (concept.code.as_str(), concept.parents.first().map_or("", |parent| &parent.code)))
            .collect();
        assert_eq!(
            shape,
            [
                ("I", ""),
                ("II", ""),
                ("A15-A19", "I"),
                ("C00-C97", "II"),
                ("C00-C75", "C00-C97"),
                ("C00-C14", "C00-C75"),
                ("C76-C80", "C00-C97"),
                ("A17", "A15-A19"),
                ("A17.0", "A17"),
                ("C00", "C00-C14"),
                ("A17.01", "A17.0"),
                ("C76", "C76-C80"),
            ]
        );
        assert_eq!(draft.concepts[9].mark, Mark::Asterisk);
        assert_eq!((draft.concepts[7].usability, draft.concepts[9].usability), (Usability::Heading, Usability::Usable));
        for concept in &draft.concepts[7..9] {
            let of = |name| concept.properties.iter().find(|(at, _)| draft.properties[*at].name == name);
            assert_eq!(of("mort-l4-code").unwrap().1, PropertyValue::Text("4-003".into()));
            assert_eq!(
                (concept.properties.len(), &of("mort-b-code").unwrap().1),
                (5, &PropertyValue::Text("002".into()))
            );
        }
        // The file's own flag is believed, and its contradiction told.
        assert_eq!(rules(&report), [("flag-contradicts-hierarchy", Some(2))]);
    }

    #[test]
    fn bad_lines_are_refused_and_the_rest_is_kept() {
        let codes = "\
3;T;X;01;A15;A15;A15;A15;Kept
3;T;X;01;A15;A15;A15;A15;Again
x;T;X;01;A15;A16;A16;A16;Level
3;Z;X;01;A15;A16;A16;A16;Tree
4;T;X;01;A15;A16;A16;A16;Length
3;T;X;01;A15;viêm;viêm;viêm;Code
3;T;X;01;A15;A16;A16;A16;
3;T;X;01
3;T;X;44;A15;A16;A16;A16;Chapter
3;T;X;01;B00;B01;B01;B02;Elsewhere
4;T;X;01;A15;A18.1;A18.1;A181;Orphan
";
        let (draft, report) =
            parts(CHAPTERS, "A15;A19;01;Tuberculosis\nA19;A15;01;Backwards\nA20;A28;09;Nowhere\nA1;A2\n", codes)
                .unwrap();
        let kept: Vec<_> = draft.concepts.iter().skip(2).map(|concept| concept.code.as_str()).collect();
        assert_eq!(kept, ["A15-A19", "A20-A28", "A15", "B01", "A18.1"]);
        assert_eq!(
            rules(&report),
            [
                ("malformed-line", Some(2)),
                ("unknown-parent", Some(3)),
                ("malformed-line", Some(4)),
                ("duplicate-code", Some(2)),
                ("malformed-line", Some(3)),
                ("malformed-line", Some(4)),
                ("malformed-line", Some(5)),
                ("malformed-line", Some(6)),
                ("malformed-line", Some(7)),
                ("malformed-line", Some(8)),
                ("malformed-line", Some(9)),
                ("code-forms-differ", Some(10)),
                ("unknown-parent", Some(10)),
                ("unknown-parent", Some(11)),
            ]
        );
    }

    #[test]
    fn other_files_are_errors_and_a_cut_off_line_is_refused() {
        let error = |result: Result<(Draft, Report)>| result.err().unwrap().to_string();
        assert!(error(parts(CHAPTERS, CODES, CODES)).contains("no file of ICD-10's blocks"));
        assert!(error(parts(CHAPTERS, CHAPTERS, CODES)).contains("more than one file of ICD-10's chapters"));
        assert!(error(parts("", "", "")).starts_with("chapters: none of its first lines"));
        assert!(error(parts(CHAPTERS, "C00;B99;02;Backwards", CODES)).contains("no line is one of ICD-10's blocks"));
        let cut_off = &CODES[..CODES.len() - 30];
        let (draft, report) = parts(CHAPTERS, BLOCKS, cut_off).unwrap();
        assert_eq!(draft.concepts.len(), 11);
        assert_eq!(rules(&report).last().unwrap(), &("flag-contradicts-hierarchy", Some(2)));
        assert_eq!(report.of_rule("malformed-line").count(), 1);
        let unnamed = input(&[("1", CHAPTERS), ("2", BLOCKS), ("codes.txt", CODES)]);
        let read = |options: &ReadOptions| FormatReader.read(&unnamed, options);
        assert!(matches!(read(&ReadOptions::new()), Err(Error::Argument { what: "version", .. })));
        let strict = ReadOptions::new().version("2019").strictness(Strictness::StopAtFirstDoubt);
        assert!(matches!(read(&strict), Err(Error::Doubt(doubt)) if doubt.rule == "flag-contradicts-hierarchy"));
    }
}
