//! MeSH trees: the headings of the Medical Subject Headings with their places in the tree.
//!
//! One line for each place, the heading and its tree number separated by the last semicolon (National Library of
//! Medicine, `mtreesYYYY.bin`): `Lung Diseases;C08.381`. A tree number is that of the place above it and three more
//! digits. Headings stand in several places.
//!
//! The file has no identifiers of descriptors (`D008171`), so a heading has the first of its tree numbers as code; all
//! of them are [positions](super::DraftConcept::positions). A heading's parents are the headings of the places above
//! its places. The letter of the category in front (`C`) has no line and is no concept.
//!
//! | rule | severity | meaning |
//! |---|---|---|
//! | `malformed-line` | refused | the line is not a heading, a semicolon and a tree number |
//! | `duplicate-position` | refused | the tree number was listed before; the first line is kept |
//! | `padded-text` | repaired | white space at the ends of a heading was cut |
//! | `unknown-parent` | doubtful | the place above is not listed; the place became one at the top |
//! | `parent-cycle` | doubtful | in one place the parent is above the heading, in another below: that edge was left out, the positions tell both |
//! | `undecodable` | doubtful | bytes that are no UTF-8 |
//!
//! MeSH is free; the National Library of Medicine asks to be named as the source, with the year.

use std::collections::HashMap;
use std::path::Path;

use super::detect::Sample;
use super::encoding::Encoding;
use super::reader::{begin_one, read_version};
use super::{
    Designation, Draft, DraftConcept, DraftPosition, EdgeKind, Format, Input, InputEntry, Limits, Place, ReadOptions,
    Reader, Reading, Report, Severity, SharedText, edges,
};
use crate::{Edition, Error, Result};

/// Reads a file of trees. `version` is the year; without it, the year in the file's name (`mtrees2022.bin`).
///
/// # Errors
///
/// [`Error::Argument`] if no version is given and the name tells none, [`Error::Source`] if no line is one of the trees,
/// and those of [`Input::open`].
///
/// Time and memory are in proportion to the file.
pub fn read(path: impl AsRef<Path>, version: Option<&str>) -> Result<(Draft, Report)> {
    read_version(&FormatReader, &Input::open(path)?, version)
}

/// Reads a file of trees whose content is at hand; `name` is what the report calls it. See [`read`].
pub fn read_bytes(name: &str, bytes: &[u8], version: Option<&str>) -> Result<(Draft, Report)> {
    read_version(&FormatReader, &Input::from_bytes(name, bytes, Limits::new())?, version)
}

/// Whether the first lines of a file are headings with tree numbers.
pub(super) fn knows(sample: &Sample<'_>) -> bool {
    !sample.rows.is_empty() && sample.rows.iter().take(5).all(|row| heading_and_label(row).is_some())
}

/// Reads the trees that an input holds. Uses [`ReadOptions::version`].
pub(super) struct FormatReader;

impl Reader for FormatReader {
    fn format(&self) -> Format {
        Format::MeshTrees
    }

    fn read(&self, input: &Input, options: &ReadOptions) -> Result<Reading> {
        let (entry, report) = begin_one(input, self.format(), options)?;
        let year = || entry.name().split(|sign: char| !sign.is_ascii_digit()).find(|digits| digits.len() == 4);
        let version = options.version.as_deref().or_else(year).ok_or_else(|| Error::Argument {
            what: "version",
            value: String::new(),
            expected: format!("the year of the trees, since the file name {:?} tells none", entry.name()),
        })?;
        let (draft, report) = read_entry(entry, version, report)?;
        options.finish(draft, report)
    }
}

fn read_entry(entry: &InputEntry, version: &str, mut report: Report) -> Result<(Draft, Report)> {
    let name = entry.place().file;
    let mut lines = entry.lines(Some(Encoding::Utf8))?;
    let mut trees = Trees { language: "en".into(), ..Trees::default() };
    while let Some((number, line)) = lines.next(&mut report)? {
        if !line.trim().is_empty() {
            trees.add(&name, number, line, &mut report);
            report.check()?;
        }
    }
    if trees.concepts.is_empty() {
        return Err(Error::source(entry.place(), "no line is a heading, a semicolon and a tree number"));
    }
    trees.link(&name, &mut report);
    let edition = Edition {
        system: "mesh".to_owned(),
        url: "http://id.nlm.nih.gov/mesh".to_owned(),
        version: version.to_owned(),
        title: format!("Medical Subject Headings {version}, trees"),
        issued_by: "National Library of Medicine".to_owned(),
        aliases: vec!["urn:oid:2.16.840.1.113883.6.177".to_owned()],
        ..Edition::default()
    };
    Ok((Draft { edition, language: "en".to_owned(), concepts: trees.concepts, ..Draft::default() }, report))
}

/// A letter and two digits, then groups of three digits.
fn is_tree_number(text: &str) -> bool {
    let mut groups = text.split('.');
    let is_number = |digits: &str| digits.bytes().all(|byte| byte.is_ascii_digit());
    let is_top = |top: &str| {
        top.split_at_checked(1).is_some_and(|(letter, digits)| {
            letter.bytes().all(|byte| byte.is_ascii_uppercase()) && digits.len() == 2 && is_number(digits)
        })
    };
    groups.next().is_some_and(is_top) && groups.all(|group| group.len() == 3 && is_number(group))
}

/// A heading, perhaps with white space at its ends, and its tree number; `None` for any other line.
fn heading_and_label(line: &str) -> Option<(&str, &str)> {
    let (heading, label) = line.rsplit_once(';')?;
    let label = label.trim();
    (!heading.trim().is_empty() && is_tree_number(label)).then_some((heading, label))
}

#[derive(Default)]
struct Trees {
    language: SharedText,
    concepts: Vec<DraftConcept>,
    by_heading: HashMap<String, usize>,
    /// The concept of each place, and its line.
    places: HashMap<String, (usize, u64)>,
}

impl Trees {
    fn add(&mut self, file: &str, number: u64, line: &str, report: &mut Report) {
        report.rows += 1;
        let place = || Place::line(file, number);
        let Some((written, label)) = heading_and_label(line) else {
            let start: String = line.chars().take(40).collect();
            let message = format!("this is no heading with a tree number: {start:?}");
            return report.add(Severity::Refused, "malformed-line", place(), None, message);
        };
        let heading = written.trim();
        if heading.len() != written.len() {
            let message = "white space at the ends of the heading was cut";
            report.add(Severity::Repaired, "padded-text", place(), Some(label), message);
        }
        if let Some((_, first)) = self.places.get(label) {
            let message = format!("already listed in line {first}, which is kept");
            return report.add(Severity::Refused, "duplicate-position", place(), Some(label), message);
        }
        let index = match self.by_heading.get(heading) {
            Some(&known) => known,
            None => {
                self.by_heading.insert(heading.to_owned(), self.concepts.len());
                self.concepts.push(DraftConcept {
                    code: label.to_owned(),
                    designations: vec![Designation::preferred(self.language.clone(), heading)],
                    ..DraftConcept::default()
                });
                self.concepts.len() - 1
            }
        };
        self.places.insert(label.to_owned(), (index, number));
        if let Some(concept) = self.concepts.get_mut(index) {
            concept.positions.push(DraftPosition { label: label.to_owned(), parent: None });
        }
    }

    /// Finds the place above each place, and makes parents of the headings there.
    fn link(&mut self, file: &str, report: &mut Report) {
        let mut links = Vec::new();
        let mut origins = Vec::new();
        let index = |index: usize| u32::try_from(index).unwrap_or(u32::MAX);
        for (child, concept) in self.concepts.iter_mut().enumerate() {
            for position in &mut concept.positions {
                let Some((above, _)) = position.label.rsplit_once('.') else { continue };
                let place = Place::line(file, self.places.get(&position.label).map_or(0, |(_, line)| *line));
                if let Some((parent, _)) = self.places.get(above) {
                    links.push((index(child), index(*parent), EdgeKind::IsA));
                    origins.push((place, position.label.clone()));
                    position.parent = Some(above.to_owned());
                } else {
                    let message = format!("{above}, the place above it, is not listed");
                    report.add(Severity::Doubtful, "unknown-parent", place, Some(&position.label), message);
                }
            }
        }
        for left_out in edges::link(&mut self.concepts, &links) {
            if let Some((place, label)) = origins.get(left_out) {
                let message = "the heading above it is also below it: that edge was left out";
                report.add(Severity::Doubtful, "parent-cycle", place.clone(), Some(label), message);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const TREES: &str =
        "Body Regions;A01\nHead; and Neck;A01.456\r\nEar;A01.456.313\nEar;A09.246\nSenses;A09\nLobe;A09.246.397\n";

    fn rules(report: &Report) -> Vec<(&'static str, Option<u64>)> {
        report.entries().iter().map(|entry| (entry.rule, entry.place.line)).collect()
    }

    #[test]
    fn headings_stand_in_several_places() {
        let (draft, report) = read_bytes("mtrees2022.bin", TREES.as_bytes(), None).unwrap();
        assert_eq!(report.entries(), []);
        assert_eq!(draft.edition.to_string(), "mesh|2022");
        let [body, head, ear, senses, lobe] = draft.concepts.as_slice() else { panic!() };
        assert_eq!(
            [body, head, ear, senses, lobe].map(|one| one.code.as_str()),
            ["A01", "A01.456", "A01.456.313", "A09", "A09.246.397"]
        );
        assert_eq!(head.designations[0].text, "Head; and Neck");
        let places: Vec<_> = ear.positions.iter().map(|one| (one.label.as_str(), one.parent.as_deref())).collect();
        assert_eq!(places, [("A01.456.313", Some("A01.456")), ("A09.246", Some("A09"))]);
        let parents: Vec<_> = ear.parents.iter().map(|parent| parent.code.as_str()).collect();
        assert_eq!(parents, ["A01.456", "A09"]);
        assert_eq!(lobe.parents[0].code, "A01.456.313");
        crate::index::to_bytes(&draft, &report).unwrap();
    }

    #[test]
    fn findings_name_their_line() {
        let text = "Top;A01\nno number\n;A02\nX;A1\nX;A01.2\n\n Padded ;A01.100\nAgain;A01.100\nOrphan;B01.200\nTop;A01.100.100\ncut;A01.10";
        let (draft, report) = read_bytes("x", text.as_bytes(), Some("2022")).unwrap();
        assert_eq!(
            rules(&report),
            [
                ("malformed-line", Some(2)),
                ("malformed-line", Some(3)),
                ("malformed-line", Some(4)),
                ("malformed-line", Some(5)),
                ("padded-text", Some(7)),
                ("duplicate-position", Some(8)),
                ("malformed-line", Some(11)),
                ("unknown-parent", Some(9)),
                ("parent-cycle", Some(7)),
            ]
        );
        assert_eq!(draft.concepts.len(), 3);
        crate::index::to_bytes(&draft, &report).unwrap();
        for bytes in [b"".as_slice(), b"a,b\n", b"\x00\xff;\n"] {
            assert!(matches!(read_bytes("x", bytes, Some("1")), Err(Error::Source { .. })));
        }
        assert!(matches!(read_bytes("x", TREES.as_bytes(), None), Err(Error::Argument { .. })));
        assert!(matches!(read("none/mtrees2022.bin", None), Err(Error::Io { .. })));
    }

    proptest! {
        /// Every line ends up as a place or as a refusal, whatever was done to the file.
        #[test]
        fn nothing_is_lost(edits in prop::collection::vec((0usize..100, any::<u8>()), 0..20)) {
            let mut bytes = TREES.as_bytes().to_vec();
            for (at, byte) in edits {
                if let Some(place) = bytes.get_mut(at) {
                    *place = byte;
                }
            }
            if let Ok((draft, report)) = read_bytes("x", &bytes, Some("1")) {
                let places: usize = draft.concepts.iter().map(|concept| concept.positions.len()).sum();
                prop_assert_eq!(report.rows as usize, places + report.count(Severity::Refused));
                prop_assert!(crate::index::to_bytes(&draft, &report).is_ok());
            }
        }
    }
}
