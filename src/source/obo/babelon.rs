//! Translations in Babelon tables.

use std::collections::{HashMap, HashSet};
use std::path::Path;

use super::build::{OBO_IN_OWL, system_of};
use crate::code::CodeGrammar;
use crate::source::detect::Sample;
use crate::source::encoding::Encoding;
use crate::source::reader::begin_one;
use crate::source::{
    Content, Designation, DesignationUse, Draft, DraftConcept, Format, Input, InputEntry, Limits, Place,
    PropertyDefinition, PropertyKind, PropertyValue, ReadOptions, Reader, Reading, Report, Severity,
};
use crate::{Edition, Error, Result};

/// Columns without which nothing can be read.
const NEEDED: [&str; 4] = ["subject_id", "predicate_id", "translation_language", "translation_value"];

/// Reads a Babelon table as a supplement of an ontology: names and definitions in another language, for its codes.
///
/// `target` is what [`Draft::supplements`] says, such as `hpo` or `hpo|2024-08-13`; `version` is the supplement's own.
/// To have a translation in the same index as the ontology, use [`add_babelon`].
///
/// # Errors
///
/// [`Error::Source`] if a column is missing or no row is a translation, and those of [`Input::open`]. Rows that cannot
/// be used are no error: see the report.
///
/// Time and memory are in proportion to the file.
pub fn read_babelon(path: impl AsRef<Path>, target: &str, version: &str) -> Result<(Draft, Report)> {
    read_supplement(&Input::open(path)?, target, version)
}

/// Reads a Babelon table whose content is at hand; `name` is what the report calls it. See [`read_babelon`].
pub fn read_babelon_bytes(name: &str, bytes: &[u8], target: &str, version: &str) -> Result<(Draft, Report)> {
    read_supplement(&Input::from_bytes(name, bytes, Limits::new())?, target, version)
}

fn read_supplement(input: &Input, target: &str, version: &str) -> Result<(Draft, Report)> {
    let (entry, mut report) = begin_one(input, Format::Babelon, &ReadOptions::new())?;
    let rows = rows(entry, &mut report)?;
    Ok((supplement(rows, target, version, &mut report), report))
}

/// Adds the translations of a Babelon table to the draft of an ontology, as a further language.
///
/// # Errors
///
/// As [`read_babelon`]. Translations of terms that the draft has not are reported.
pub fn add_babelon(draft: &mut Draft, path: impl AsRef<Path>, report: &mut Report) -> Result<()> {
    let input = Input::open(path)?;
    let (entry, of_table) = begin_one(&input, Format::Babelon, &ReadOptions::new())?;
    report.merge(of_table);
    let rows = rows(entry, report)?;
    add(draft, rows, report);
    Ok(())
}

/// Whether the first row of a file has the columns of a Babelon table.
pub(in crate::source) fn knows_babelon(sample: &Sample<'_>) -> bool {
    let is_there = |heading: &str, row: &&str| row.split('\t').any(|cell| cell.trim() == heading);
    sample.rows.first().is_some_and(|row| NEEDED.iter().all(|heading| is_there(heading, row)))
}

/// Reads the Babelon table that an input holds, as a supplement of the ontology of its first term.
/// [`ReadOptions::version`] is the supplement's own version, which no table tells.
pub(in crate::source) struct BabelonReader;

impl Reader for BabelonReader {
    fn format(&self) -> Format {
        Format::Babelon
    }

    fn read(&self, input: &Input, options: &ReadOptions) -> Result<Reading> {
        let version = options.version.as_deref().ok_or_else(|| Error::Argument {
            what: "version",
            value: String::new(),
            expected: "a version for the translation, since a Babelon table tells none".to_owned(),
        })?;
        let (entry, mut report) = begin_one(input, self.format(), options)?;
        let rows = rows(entry, &mut report)?;
        let prefix = rows.first().and_then(|row| row.code.split_once(':')).map(|(prefix, _)| prefix.to_lowercase());
        let prefix = prefix.ok_or_else(|| {
            Error::source(entry.place(), "its first term has no prefix, as HP:0000118 has, that tells the ontology")
        })?;
        let draft = supplement(rows, system_of(&prefix), version, &mut report);
        options.finish(draft, report)
    }
}

/// One translation.
pub(super) struct Row {
    place: Place,
    code: String,
    predicate: String,
    language: String,
    text: String,
    /// The name that was translated.
    source: String,
}

impl Row {
    fn is_label(&self) -> bool {
        matches!(self.predicate.as_str(), "rdfs:label" | "rdf:label" | "label")
    }

    fn designation_use(&self) -> Option<DesignationUse> {
        let name = self.predicate.rsplit([':', '#', '/']).next().unwrap_or_default();
        match name {
            _ if self.is_label() => Some(DesignationUse::Preferred),
            "hasExactSynonym" => Some(DesignationUse::Synonym),
            "hasNarrowSynonym" => Some(DesignationUse::Inclusion),
            "hasBroadSynonym" | "hasRelatedSynonym" => {
                Some(DesignationUse::Other { system: OBO_IN_OWL.into(), code: name.into() })
            }
            _ => None,
        }
    }
}

/// Reads all rows. Text is not quoted.
pub(super) fn rows(entry: &InputEntry, report: &mut Report) -> Result<Vec<Row>> {
    let file = entry.place().file;
    let mut lines = entry.lines(Some(Encoding::Utf8))?;
    let heading = lines.next(report)?.map(|(_, line)| line.to_owned());
    let headings: Vec<&str> = heading.as_deref().unwrap_or_default().split('\t').map(str::trim).collect();
    let column = |name: &str| headings.iter().position(|heading| *heading == name);
    let mut needed = [0; 4];
    for (place, name) in needed.iter_mut().zip(NEEDED) {
        let missing =
            || Error::source(Place::line(&*file, 1), format!("this is no Babelon table: there is no column {name}"));
        *place = column(name).ok_or_else(missing)?;
    }
    let [code, predicate, language, text] = needed;
    let (source, status) = (column("source_value"), column("translation_status"));
    let mut rows = Vec::new();
    while let Some((number, line)) = lines.next(report)? {
        if line.is_empty() {
            continue;
        }
        report.rows += 1;
        let fields: Vec<&str> = line.split('\t').map(str::trim).collect();
        let at = |column: Option<usize>| column.and_then(|column| fields.get(column)).copied().unwrap_or_default();
        let place = Place::line(&*file, number);
        if fields.len() != headings.len() {
            let message = format!("{} fields where {} were expected", fields.len(), headings.len());
            report.add(Severity::Refused, "field-count", place, None, message);
            report.check()?;
            continue;
        }
        let row = Row {
            code: at(Some(code)).to_owned(),
            predicate: at(Some(predicate)).to_owned(),
            language: at(Some(language)).to_owned(),
            text: at(Some(text)).to_owned(),
            source: at(source).to_owned(),
            place,
        };
        if at(status) == "NOT_TRANSLATED" {
            let message = "the row says that it is not translated";
            report.add(Severity::Note, "not-translated", row.place, Some(&row.code), message);
        } else if CodeGrammar::Verbatim.parse(&row.code).is_none() || row.language.is_empty() || row.text.is_empty() {
            let message = "the row has no term, no language, or no translation";
            report.add(Severity::Refused, "bad-row", row.place, None, message);
        } else {
            rows.push(row);
        }
        report.check()?;
    }
    if rows.is_empty() {
        return Err(Error::source(Place::file(file), "no row is a translation"));
    }
    Ok(rows)
}

fn supplement(rows: Vec<Row>, target: &str, version: &str, report: &mut Report) -> Draft {
    let language = rows.first().map(|row| row.language.clone()).unwrap_or_default();
    let name = target.split('|').next().unwrap_or_default();
    let mut draft = Draft {
        edition: Edition {
            system: format!("{name}-{language}"),
            version: version.to_owned(),
            title: format!("Translation of {name}, {language}"),
            ..Edition::default()
        },
        content: Content::Supplement,
        supplements: Some(target.to_owned()),
        language,
        ..Draft::default()
    };
    let mut known = HashSet::new();
    let new = rows.iter().filter(|row| known.insert(row.code.as_str()));
    draft.concepts = new.map(|row| DraftConcept { code: row.code.clone(), ..DraftConcept::default() }).collect();
    add(&mut draft, rows, report);
    draft
}

/// Adds translations to the concepts of a draft.
pub(super) fn add(draft: &mut Draft, rows: Vec<Row>, report: &mut Report) {
    let by_code: HashMap<String, usize> =
        draft.concepts.iter().enumerate().map(|(index, concept)| (concept.code.clone(), index)).collect();
    for row in rows {
        let Some(concept) = by_code.get(&row.code).and_then(|index| draft.concepts.get_mut(*index)) else {
            let message = "a translation of a term that is not listed";
            report.add(Severity::Note, "unknown-code", row.place, Some(&row.code), message);
            continue;
        };
        let name = concept.designations.iter().find(|term| term.language == draft.language);
        if let Some(name) = name.filter(|name| row.is_label() && !row.source.is_empty() && name.text != row.source)
            && row.language != draft.language
        {
            let message = format!("translated was {:?}, the term is now called {:?}", row.source, name.text);
            report.add(Severity::Note, "source-label-differs", row.place.clone(), Some(&row.code), message);
        }
        let Some(r#use) = row.designation_use() else {
            let property = format!("definition-{}", row.language);
            let is_definition = row.predicate.ends_with("IAO:0000115") || row.predicate.ends_with("IAO_0000115");
            if !is_definition {
                let shown: String = row.predicate.chars().take(40).collect();
                let message = format!("{shown:?} is neither a name nor a definition");
                report.add(Severity::Refused, "bad-row", row.place, Some(&row.code), message);
                continue;
            }
            let known = draft.properties.iter().position(|known| known.name == property);
            let index = known.unwrap_or(draft.properties.len());
            if known.is_none() {
                let description = format!("What the term means, in language {}", row.language);
                let kind = PropertyKind::Text;
                draft.properties.push(PropertyDefinition { name: property, description, kind });
            }
            concept.properties.push((index, PropertyValue::Text(row.text)));
            continue;
        };
        let is_known = |term: &Designation| term.text == row.text && term.language == row.language;
        if !concept.designations.iter().any(is_known) {
            let (text, language) = (row.text, row.language.into());
            concept.designations.push(Designation { text, language, r#use, ..Designation::default() });
        }
    }
}
