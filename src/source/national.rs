//! What the readers of the two Vietnamese national ICD-10 lists share: codes, the checks of a row's texts,
//! and the assembly of chapters, blocks and codes into a draft.

use std::collections::{BTreeMap, HashMap, HashSet};

use unicode_normalization::is_nfc;

use super::draft::{
    Content, Designation, DesignationUse, Draft, DraftConcept, EdgeKind, Parent, PropertyDefinition, PropertyKind,
    PropertyValue, Usability,
};
use super::report::{Place, Report, Severity};
use crate::code::{CodeGrammar, Mark};
use crate::edition::{Edition, InForce};

/// An edition of the Vietnamese ICD-10 list. No authority has given the list a URL; this is the one of the
/// VN Core implementation guide, a draft that developers already load.
pub(super) fn edition(version: &str, title: &str, issued_by: &str, in_force: InForce) -> Edition {
    Edition {
        system: "icd10-vn".to_owned(),
        url: "http://fhir.hl7.org.vn/core/CodeSystem/vn-icd10-cs".to_owned(),
        version: version.to_owned(),
        title: title.to_owned(),
        issued_by: issued_by.to_owned(),
        in_force,
        aliases: vec!["icd10".to_owned()],
    }
}

/// A property definition.
pub(super) fn property(name: &str, kind: PropertyKind, description: &str) -> PropertyDefinition {
    PropertyDefinition { name: name.to_owned(), description: description.to_owned(), kind }
}

/// True for a Roman numeral, which can never be taken for a code or a block.
pub(super) fn is_chapter(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|letter| b"IVXLC".contains(&letter))
}

/// The number that a Roman numeral stands for, to put chapters in order; 0 for what is none.
pub(super) fn chapter_number(text: &str) -> u32 {
    let value = |letter| match letter {
        'I' => 1,
        'V' => 5,
        'X' => 10,
        'L' => 50,
        'C' => 100,
        _ => 0,
    };
    // From the right, a letter before a greater one is taken off. Chapters are short; hostile text saturates.
    let (number, _) = text.chars().rev().map(value).fold((0_u32, 0), |(sum, greatest), value| {
        if value < greatest { (sum.saturating_sub(value), greatest) } else { (sum.saturating_add(value), value) }
    });
    number
}

/// A code as it stands in a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct ListedCode {
    /// Printed form without mark.
    pub(super) code: String,
    /// Without dot and mark.
    pub(super) key: String,
    /// Its mark.
    pub(super) mark: Mark,
    /// What the row has, where that is not the printed form with its mark.
    pub(super) source: Option<String>,
}

impl ListedCode {
    /// Reads a letter, two digits and up to two more behind a dot, `/` or `,` (misprints of the dot), or
    /// nothing; then perhaps a mark. `None` for anything else.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        let parsed = CodeGrammar::Icd10.parse(&text.replace(['/', ','], "."))?;
        let (key, mark) = (parsed.as_str(), parsed.mark());
        let (letter, digits) = key.split_at_checked(1)?;
        let is_code = letter.bytes().all(|byte| byte.is_ascii_uppercase())
            && (2..=4).contains(&digits.len())
            && digits.bytes().all(|byte| byte.is_ascii_digit());
        if !is_code {
            return None;
        }
        let mut code = String::new();
        CodeGrammar::Icd10.render(key, &mut code);
        let source = (text.strip_prefix(code.as_str()) != Some(mark.as_str())).then(|| text.to_owned());
        Some(Self { key: key.to_owned(), code, mark, source })
    }

    /// The three-character category.
    pub(super) fn category(&self) -> &str {
        self.key.get(..3).unwrap_or(&self.key)
    }
}

type TextRule = (&'static str, Severity, fn(&str) -> bool, &'static str);

const TEXT_RULES: [TextRule; 5] = [
    ("padded-text", Severity::Repaired, |text| text.trim() != text, "white space at the ends was removed"),
    ("not-nfc", Severity::Note, |text| !is_nfc(text), "not in Unicode normal form C; kept as written"),
    ("private-use-character", Severity::Doubtful, has_private_use, "has a letter of a symbol font; kept as written"),
    ("line-break-in-name", Severity::Doubtful, |text| text.contains(['\n', '\r']), "has a line break; kept as written"),
    (
        "question-mark-in-name",
        Severity::Doubtful,
        |text| text.contains('?'),
        "has a question mark, perhaps a lost letter",
    ),
];

/// The rules for notes: line breaks and question marks are at home there.
const NOTE_RULES: usize = 3;

fn has_private_use(text: &str) -> bool {
    text.chars().any(|c| matches!(c, '\u{E000}'..='\u{F8FF}' | '\u{F0000}'..='\u{10FFFF}'))
}

/// Trims the texts of one row and gathers what is odd about them, for one finding per rule.
#[derive(Debug, Default)]
pub(super) struct RowTexts {
    fields_by_rule: BTreeMap<usize, Vec<&'static str>>,
}

impl RowTexts {
    /// A name, trimmed.
    pub(super) fn name(&mut self, field: &'static str, text: &str) -> String {
        self.check(field, text, TEXT_RULES.len())
    }

    /// A note of several lines, trimmed.
    pub(super) fn note(&mut self, field: &'static str, text: &str) -> String {
        self.check(field, text, NOTE_RULES)
    }

    fn check(&mut self, field: &'static str, text: &str, rules: usize) -> String {
        let trimmed = text.trim();
        for (rule, (_, _, applies, _)) in TEXT_RULES.iter().enumerate().take(rules) {
            // Only the first rule is about the ends.
            if applies(if rule == 0 { text } else { trimmed }) {
                self.fields_by_rule.entry(rule).or_default().push(field);
            }
        }
        trimmed.to_owned()
    }

    /// Writes the findings.
    pub(super) fn report(self, report: &mut Report, place: &Place, code: &str) {
        for (rule, fields) in self.fields_by_rule {
            if let Some((name, severity, _, message)) = TEXT_RULES.get(rule) {
                report.add(*severity, name, place.clone().with_field(fields.join(", ")), Some(code), *message);
            }
        }
    }
}

/// A list under construction.
#[derive(Debug)]
pub(super) struct ListBuilder {
    pub(super) draft: Draft,
    pub(super) report: Report,
    /// Where each concept was first met.
    places: Vec<Place>,
    /// Concepts by key; twins share one.
    by_key: HashMap<String, Vec<usize>>,
    by_group: HashMap<String, usize>,
}

impl ListBuilder {
    pub(super) fn new(edition: Edition, properties: Vec<PropertyDefinition>, report: Report) -> Self {
        let draft = Draft {
            edition,
            content: Content::Complete,
            grammar: CodeGrammar::Icd10,
            language: "vi".to_owned(),
            properties,
            ..Draft::default()
        };
        Self { draft, report, places: Vec::new(), by_key: HashMap::new(), by_group: HashMap::new() }
    }

    /// Adds a chapter or block where it is first met. `names` makes its designations, and is asked only then.
    /// A later row that puts it under another parent is reported. Returns the concept's position.
    pub(super) fn group(
        &mut self,
        code: &str,
        parent: Option<&str>,
        place: &Place,
        names: impl FnOnce(&mut RowTexts) -> Vec<Designation>,
    ) -> usize {
        if let Some(&known) = self.by_group.get(code) {
            let first = self.draft.concepts.get(known).and_then(|concept| concept.parents.first());
            let first = first.map(|parent| parent.code.as_str());
            if first != parent {
                let (first, other) = (first.unwrap_or("none"), parent.unwrap_or("none"));
                let message = format!("printed under {other} here and under {first} before; left under {first}");
                self.report.add(Severity::Doubtful, "block-parent-differs", place.clone(), Some(code), message);
            }
            return known;
        }
        let mut texts = RowTexts::default();
        let designations = names(&mut texts);
        texts.report(&mut self.report, place, code);
        let position = self.push(
            DraftConcept {
                code: code.to_owned(),
                usability: Usability::Grouper,
                designations,
                parents: parent.map(is_a).into_iter().collect(),
                ..DraftConcept::default()
            },
            place,
        );
        self.by_group.insert(code.to_owned(), position);
        position
    }

    /// Adds a code under its block, or finds it if the same code with the same mark was added before.
    /// Returns the concept's position, and whether it is new. Reports repairs, and codes that are listed both
    /// bare and marked.
    pub(super) fn code(&mut self, listed: &ListedCode, block: &str, place: &Place) -> (usize, bool) {
        let twins = self.by_key.get(&listed.key).cloned().unwrap_or_default();
        let same = |position: &&usize| self.concept(**position).is_some_and(|concept| concept.mark == listed.mark);
        if let Some(&position) = twins.iter().find(same) {
            return (position, false);
        }
        if let Some(source) = &listed.source {
            let message = format!("read as {}{}", listed.code, listed.mark.as_str());
            self.report.add(Severity::Repaired, "code-misprint", place.clone(), Some(source), message);
        }
        if twins.len() == 1 {
            let message = "listed once bare and once marked; both are kept";
            self.report.add(Severity::Doubtful, "twin-code", place.clone(), Some(&listed.code), message);
        }
        let position = self.push(
            DraftConcept {
                code: listed.code.clone(),
                mark: listed.mark,
                source_code: listed.source.clone(),
                parents: vec![is_a(block)],
                ..DraftConcept::default()
            },
            place,
        );
        self.by_key.entry(listed.key.clone()).or_default().push(position);
        (position, true)
    }

    fn push(&mut self, concept: DraftConcept, place: &Place) -> usize {
        self.draft.concepts.push(concept);
        self.places.push(place.clone());
        self.draft.concepts.len() - 1
    }

    pub(super) fn concept(&self, position: usize) -> Option<&DraftConcept> {
        self.draft.concepts.get(position)
    }

    pub(super) fn place_of(&self, position: usize) -> Place {
        self.places.get(position).cloned().unwrap_or_default()
    }

    /// The concepts of a key, in the order of the list: more than one if the code has twins.
    pub(super) fn find(&self, key: &str) -> &[usize] {
        self.by_key.get(key).map(Vec::as_slice).unwrap_or_default()
    }

    /// Adds a designation unless the concept has the same text in the same language already.
    pub(super) fn designate(&mut self, position: usize, designation: Designation) {
        let Some(concept) = self.draft.concepts.get_mut(position) else { return };
        let same = |known: &Designation| known.language == designation.language && known.text == designation.text;
        if !designation.text.is_empty() && !concept.designations.iter().any(same) {
            concept.designations.push(designation);
        }
    }

    /// Adds the value of a property. False if the concept has it already.
    pub(super) fn set(&mut self, position: usize, property: usize, value: PropertyValue) -> bool {
        let Some(concept) = self.draft.concepts.get_mut(position) else { return false };
        let value = (property, value);
        let is_new = !concept.properties.contains(&value);
        if is_new {
            concept.properties.push(value);
        }
        is_new
    }

    pub(super) fn set_usability(&mut self, position: usize, usability: Usability) {
        if let Some(concept) = self.draft.concepts.get_mut(position) {
            concept.usability = usability;
        }
    }

    /// Moves each finer code from its block to the nearest coarser code that is listed, and returns the keys
    /// that have finer codes. A finer code without any stays under its block and is reported.
    pub(super) fn link(&mut self) -> HashSet<String> {
        let mut coarser = HashSet::new();
        let mut links = Vec::new();
        for (key, positions) in &self.by_key {
            let nearest = (3..key.len()).rev().filter_map(|length| key.get(..length)).find_map(|prefix| {
                let parent = self.concept(*self.by_key.get(prefix)?.first()?)?;
                Some((prefix.to_owned(), parent.code.clone()))
            });
            if key.len() > 3 {
                links.extend(positions.iter().map(|position| (*position, nearest.clone())));
            }
            coarser.extend(nearest.map(|(prefix, _)| prefix));
        }
        // Findings come in the order of the list, not of a hash map.
        links.sort_unstable();
        for (position, nearest) in links {
            let Some(concept) = self.draft.concepts.get_mut(position) else { continue };
            if let Some((_, parent)) = nearest {
                concept.parents = vec![is_a(&parent)];
            } else {
                let code = concept.code.clone();
                let message = "none of its coarser codes is listed; left under its block";
                self.report.add(Severity::Doubtful, "parent-not-listed", self.place_of(position), Some(&code), message);
            }
        }
        coarser
    }

    /// Positions and keys of the codes, in the order of the list.
    pub(super) fn codes(&self) -> Vec<(usize, String)> {
        let mut codes: Vec<_> = self
            .by_key
            .iter()
            .flat_map(|(key, positions)| positions.iter().map(|position| (*position, key.clone())))
            .collect();
        codes.sort_unstable();
        codes
    }
}

fn is_a(parent: &str) -> Parent {
    Parent { code: parent.to_owned(), kind: EdgeKind::IsA }
}

/// Another name of the same meaning.
pub(super) fn synonym(language: &str, text: String) -> Designation {
    Designation { text, language: language.into(), r#use: DesignationUse::Synonym, ..Designation::default() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chapters_have_numbers() {
        let numerals = ["I", "II", "III", "IV", "V", "VI", "VIII", "IX", "X", "XIV", "XIX", "XX", "XXI", "XXII"];
        assert_eq!(numerals.map(chapter_number), [1, 2, 3, 4, 5, 6, 8, 9, 10, 14, 19, 20, 21, 22]);
        assert_eq!(chapter_number(""), 0);
    }

    #[test]
    fn codes_are_read_as_printed_and_repaired_when_misprinted() {
        let read = |text| ListedCode::parse(text).map(|c| (c.code, c.key, c.mark, c.source));
        let plain = |code: &str, key: &str, mark| Some((code.to_owned(), key.to_owned(), mark, None));
        assert_eq!(read("A00"), plain("A00", "A00", Mark::None));
        assert_eq!(read(" A17.0† "), plain("A17.0", "A170", Mark::Dagger));
        assert_eq!(read("M01.00*"), plain("M01.00", "M0100", Mark::Asterisk));
        for (text, code) in
            [("U13/9", "U13.9"), ("J18,9", "J18.9"), ("A066", "A06.6"), ("a00.1", "A00.1"), ("G01 *", "G01")]
        {
            let found = ListedCode::parse(text).unwrap();
            assert_eq!((found.code.as_str(), found.source.as_deref()), (code, Some(text)));
        }
        for no_code in ["", "A", "A0", "AB1", "A00-A09", "A00.123", "1000", "Mã", "†", "#N/A", "А00"] {
            assert_eq!(ListedCode::parse(no_code), None, "{no_code}");
        }
    }

    #[test]
    fn each_rule_speaks_once_per_row() {
        let mut texts = RowTexts::default();
        assert_eq!(texts.name("a", " Viêm phổi\u{a0}"), "Viêm phổi");
        assert_eq!(texts.name("b", "ho\u{302}?\n\u{f061}x "), "ho\u{302}?\n\u{f061}x");
        assert_eq!(texts.note("c", "một\nhai?"), "một\nhai?");
        let mut report = Report::default();
        texts.report(&mut report, &Place::line("f", 7), "A00");
        let found: Vec<_> = report.entries().iter().map(|e| (e.rule, e.place.field.as_deref().unwrap())).collect();
        let expected = [
            ("padded-text", "a, b"),
            ("not-nfc", "b"),
            ("private-use-character", "b"),
            ("line-break-in-name", "b"),
            ("question-mark-in-name", "b"),
        ];
        assert_eq!(found, expected);
    }
}
