//! Any CSV or TSV list whose columns are described by a [`Mapping`].
//!
//! Text is kept as the file has it, white space at the ends aside. Rows that are wholly empty are passed
//! over; every other row becomes a concept or a line in the report:
//!
//! | rule | severity | meaning |
//! |---|---|---|
//! | `missing-code` | refused | the row has text, but no code |
//! | `bad-code` | refused | the code cannot be one of the grammar |
//! | `field-count` | refused | more fields than headings: some text has slipped into a wrong column |
//! | `field-count` | doubtful | fewer fields than headings; the missing ones are taken for empty |
//! | `field-count` | note | more fields than headings, the surplus ones empty |
//! | `duplicate-code` | note | the code was listed before with the same content |
//! | `duplicate-code` | doubtful | the code was listed before; the first row is kept, other names become synonyms |
//! | `missing-name` | doubtful | no column of terms has text |
//! | `padded-text` | repaired | white space at the ends of a field was cut |
//! | `line-break` | doubtful, note | a field goes over several lines, perhaps for an unclosed quotation mark (a note in columns that are not read) |
//! | `control-character` | doubtful | a field holds control characters |
//! | `property-value` | refused | a value is none of its property's kind, and is left out |
//! | `usability-value` | doubtful | a value that the mapping does not tell; taken for usable |
//! | `unknown-parent` | doubtful | the parent is not listed, and the edge is left out |
//! | `parent-cycle` | doubtful | the parent is also below the concept, and the edge is left out |
//! | `encoding-assumed`, `undecodable` | doubtful | see [`encoding`](super::encoding) |
//!
//! Maps are read by [`map`], in the same way.
//!
//! If the code column holds an ICD-10 code, its dagger or asterisk becomes the concept's mark, and codes
//! that differ in the mark only are different concepts.

pub mod map;
mod mapping;

use std::collections::{BTreeSet, HashMap, HashSet};
use std::path::Path;

use unicode_normalization::UnicodeNormalization;

use self::mapping::Parents;
pub use self::mapping::{Column, Delimiter, Mapping};
use super::edges::{Edge, cut_cycles};
use super::encoding::{decode, read_file, split_line};
use super::reader::begin_one;
use super::{
    Designation, DesignationUse, Draft, DraftConcept, EdgeKind, Format, Input, Parent, Place, PropertyDefinition,
    PropertyKind, PropertyValue, ReadOptions, Reader, Reading, Report, Severity, SharedText, SourceFile, Usability,
};
use crate::code::CodeGrammar;
use crate::{Error, Result};

/// Reads a delimited file.
///
/// # Errors
///
/// [`Error::Io`] if the file cannot be read, [`Error::Argument`] if the mapping contradicts itself,
/// [`Error::Source`] if the file has no rows at all or lacks a column that the mapping tells.
pub fn read(path: impl AsRef<Path>, mapping: &Mapping) -> Result<(Draft, Report)> {
    let (name, bytes) = read_file(path.as_ref())?;
    read_bytes(&name, &bytes, mapping)
}

/// Reads a delimited file whose content is at hand; `name` is what the report calls it. See [`read`].
///
/// Time and memory are linear in `bytes`, the number of columns that the mapping tells given.
pub fn read_bytes(name: &str, bytes: &[u8], mapping: &Mapping) -> Result<(Draft, Report)> {
    read_table(name, bytes, mapping, Report::of(vec![SourceFile::of(name, bytes)]))
}

/// Reads a table that an input holds, alone or beside files that are none. Uses [`ReadOptions::mapping`], and
/// [`ReadOptions::version`] where the mapping tells none.
pub(super) struct FormatReader;

impl Reader for FormatReader {
    fn format(&self) -> Format {
        Format::Delimited
    }

    fn read(&self, input: &Input, options: &ReadOptions) -> Result<Reading> {
        let mapping = options.mapping.as_ref().ok_or_else(|| Error::Argument {
            what: "mapping",
            value: String::new(),
            expected: format!("what the columns of {} mean, as ReadOptions::mapping tells", input.name()),
        })?;
        let (entry, report) = begin_one(input, self.format(), options)?;
        let (mut draft, report) = read_table(&entry.place().file, &entry.read()?, mapping, report)?;
        if let Some(version) = options.version.as_ref().filter(|_| draft.edition.version.is_empty()) {
            draft.edition.version.clone_from(version);
        }
        options.finish(draft, report)
    }
}

fn read_table(name: &str, bytes: &[u8], mapping: &Mapping, mut report: Report) -> Result<(Draft, Report)> {
    mapping.check()?;
    let decoded = decode(bytes, mapping.encoding);
    decoded.report(name, &mut report);

    let mut rows = Rows::new(name, &decoded.text, mapping);
    let first = rows.next().transpose()?.ok_or_else(|| Error::source(Place::file(name), "the file has no rows"))?;
    let bound = Bound::new(mapping, name, &first)?;
    let mut table = Table::new(name, mapping, &bound, report);
    if !mapping.header {
        table.add(&first);
    }
    for row in rows {
        table.report.check()?;
        table.add(&row?);
    }
    table.link();
    Ok(table.finish())
}

/// One row, with the line on which it starts.
struct Row {
    line: u64,
    fields: csv::StringRecord,
}

impl Row {
    fn field(&self, index: usize) -> &str {
        self.fields.get(index).unwrap_or_default()
    }
}

/// The rows of a text; empty lines are none.
struct Rows<'a> {
    file: &'a str,
    reader: csv::Reader<&'a [u8]>,
    lines: LineCounter<'a>,
}

impl<'a> Rows<'a> {
    fn new(file: &'a str, text: &'a str, mapping: &Mapping) -> Self {
        let (mut text, mut line) = (text, 1);
        while line <= mapping.skip_lines
            && let Some((_, after)) = split_line(text)
        {
            text = after;
            line += 1;
        }
        let reader = csv::ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .delimiter(mapping.delimiter.byte())
            .quoting(mapping.quoting)
            .from_reader(text.as_bytes());
        Self { file, reader, lines: LineCounter { text, passed: 0, line } }
    }
}

impl Iterator for Rows<'_> {
    type Item = Result<Row>;

    fn next(&mut self) -> Option<Self::Item> {
        let mut fields = csv::StringRecord::new();
        let read = self.reader.read_record(&mut fields);
        let line = self.lines.line_of(fields.position().map_or(0, csv::Position::byte));
        match read {
            Ok(more) => more.then_some(Ok(Row { line, fields })),
            Err(error) => Some(Err(Error::source(Place::line(self.file, line), error.to_string()))),
        }
    }
}

/// Turns rising byte positions into line numbers. (The parser's own count knows LF only.)
struct LineCounter<'a> {
    /// What is left of the text, from the start of `line`.
    text: &'a str,
    /// The position of that start.
    passed: u64,
    line: u64,
}

impl LineCounter<'_> {
    /// The line on which the row at a position starts, behind any empty lines.
    fn line_of(&mut self, position: u64) -> u64 {
        while let Some((line, after)) = split_line(self.text) {
            let next = self.passed + (self.text.len() - after.len()) as u64;
            // The parser may leave the end of the previous line to the next row.
            let within = position.max(self.passed) < self.passed + line.len() as u64;
            if within || after.is_empty() {
                break;
            }
            (self.text, self.passed, self.line) = (after, next, self.line + 1);
        }
        self.line
    }
}

/// A property's column.
struct BoundProperty {
    column: usize,
    /// Index into the draft's definitions.
    definition: usize,
}

/// The mapping's columns as places in a row.
struct Bound {
    headings: Vec<String>,
    code: usize,
    terms: Vec<usize>,
    parents: Vec<usize>,
    properties: Vec<BoundProperty>,
    definitions: Vec<PropertyDefinition>,
    usability: Option<usize>,
    status: Option<usize>,
    used: BTreeSet<usize>,
}

impl Bound {
    /// Finds the mapping's columns in the first row, which holds the headings unless the mapping says otherwise.
    fn new(mapping: &Mapping, file: &str, first: &Row) -> Result<Self> {
        let headings: Vec<String> = if mapping.header {
            first.fields.iter().map(heading).collect()
        } else {
            (1..=first.fields.len()).map(|number| format!("#{number}")).collect()
        };
        let find = |column: &Column| find_column(column, &headings, Place::line(file, first.line));
        let parents = match &mapping.parents {
            Parents::Columns(columns) => columns.iter().map(find).collect::<Result<_>>()?,
            Parents::Prefix => Vec::new(),
        };
        let (properties, definitions) = bind_properties(mapping, find)?;
        Ok(Self {
            code: find(&mapping.code)?,
            terms: mapping.terms.iter().map(|term| find(&term.column)).collect::<Result<_>>()?,
            parents,
            properties,
            definitions,
            usability: mapping.usability.as_ref().map(find).transpose()?,
            status: mapping.status.as_ref().map(find).transpose()?,
            used: mapping.columns().map(find).collect::<Result<_>>()?,
            headings,
        })
    }

    /// What a column is called in a report.
    fn name(&self, column: usize) -> String {
        match self.headings.get(column) {
            // A binary file may have a heading of megabytes, and a finding in every row.
            Some(heading) if !heading.is_empty() => heading.chars().take(80).collect(),
            _ => format!("#{}", column + 1),
        }
    }
}

fn bind_properties(
    mapping: &Mapping,
    find: impl Fn(&Column) -> Result<usize>,
) -> Result<(Vec<BoundProperty>, Vec<PropertyDefinition>)> {
    let mut definitions: Vec<PropertyDefinition> = Vec::new();
    let mut columns = Vec::new();
    for property in &mapping.properties {
        let column = find(&property.column)?;
        let known = definitions.iter().position(|definition| definition.name == property.name);
        columns.push(BoundProperty { column, definition: known.unwrap_or(definitions.len()) });
        if known.is_none() {
            let description = format!("Column {} of the source.", property.column);
            definitions.push(PropertyDefinition { name: property.name.clone(), description, kind: property.kind });
        }
    }
    Ok((columns, definitions))
}

/// A heading as it is compared: composed, its white space single.
fn heading(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ").nfc().collect()
}

/// The place of a column, counted from 0.
fn find_column(column: &Column, headings: &[String], place: Place) -> Result<usize> {
    let problem = match column {
        Column::Number(number) => match number.checked_sub(1).filter(|&index| index < headings.len()) {
            Some(index) => return Ok(index),
            None => format!("there is no column #{number}"),
        },
        Column::Heading(name) => {
            let name = heading(name);
            let mut found =
                headings.iter().enumerate().filter(|(_, heading)| **heading == name).map(|(index, _)| index);
            match (found.next(), found.next()) {
                (Some(index), None) => return Ok(index),
                (Some(one), Some(two)) => {
                    format!("column {name:?} is there twice, tell it by number: #{} or #{}", one + 1, two + 1)
                }
                (None, _) => format!("there is no column {name:?}"),
            }
        }
    };
    let present: Vec<String> = headings.iter().take(50).map(|heading| heading.chars().take(40).collect()).collect();
    Err(Error::source(place, format!("{problem}; the {} columns are: {}", headings.len(), present.join(", "))))
}

/// The list as it grows.
struct Table<'a> {
    file: &'a str,
    mapping: &'a Mapping,
    bound: &'a Bound,
    report: Report,
    concepts: Vec<DraftConcept>,
    /// Beside each concept, what only the reader needs of it.
    origins: Vec<Origin>,
    /// The concepts of a key; twins differ in the mark.
    by_key: HashMap<String, Vec<usize>>,
    /// The terms of concepts that were listed again, so that many repetitions stay cheap.
    repeated_terms: HashMap<usize, HashSet<(SharedText, String)>>,
}

struct Origin {
    line: u64,
    key: String,
    /// Parents as the file writes them.
    parents: Vec<String>,
}

impl<'a> Table<'a> {
    fn new(file: &'a str, mapping: &'a Mapping, bound: &'a Bound, report: Report) -> Self {
        Self {
            file,
            mapping,
            bound,
            report,
            concepts: Vec::new(),
            origins: Vec::new(),
            by_key: HashMap::new(),
            repeated_terms: HashMap::new(),
        }
    }

    fn finish(self) -> (Draft, Report) {
        let first_display = self.mapping.terms.iter().find(|term| term.r#use == DesignationUse::Preferred);
        let language = self.mapping.language.clone().or(first_display.map(|term| term.language.clone()));
        let draft = Draft {
            edition: self.mapping.edition.clone(),
            content: self.mapping.content,
            grammar: self.mapping.grammar,
            language: language.unwrap_or_default(),
            properties: self.bound.definitions.clone(),
            concepts: self.concepts,
            supplements: self.mapping.supplements.clone(),
        };
        (draft, self.report)
    }

    fn tell(&mut self, severity: Severity, rule: &'static str, row: &Row, message: impl Into<String>) {
        let code = Some(row.field(self.bound.code).trim()).filter(|code| !code.is_empty());
        self.report.add(severity, rule, Place::line(self.file, row.line), code, message);
    }

    fn tell_field(&mut self, severity: Severity, rule: &'static str, row: &Row, column: usize, message: &str) {
        let code = Some(row.field(self.bound.code).trim()).filter(|code| !code.is_empty());
        let place = Place::line(self.file, row.line).with_field(self.bound.name(column));
        self.report.add(severity, rule, place, code, message);
    }

    fn add(&mut self, row: &Row) {
        if row.fields.iter().all(|field| field.trim().is_empty()) {
            return;
        }
        self.report.rows += 1;
        if !self.fields_fit(row) {
            return;
        }
        let written = row.field(self.bound.code).trim();
        if written.is_empty() {
            return self.tell(Severity::Refused, "missing-code", row, "the row has no code");
        }
        let grammar = self.mapping.grammar;
        let Some(key) = grammar.parse(written) else {
            return self.tell(Severity::Refused, "bad-code", row, "this cannot be a code");
        };
        self.inspect_fields(row);
        let code = match grammar {
            CodeGrammar::Verbatim => written.to_owned(),
            _ => printed(grammar, key.as_str()),
        };
        let source_code = (format!("{code}{}", key.mark().as_str()) != written).then(|| written.to_owned());
        let concept = DraftConcept {
            code,
            mark: key.mark(),
            source_code,
            usability: self.usability(row),
            inactive: self.is_inactive(row),
            designations: self.designations(row),
            properties: self.properties(row),
            ..DraftConcept::default()
        };
        let parents = self.bound.parents.iter().map(|&column| row.field(column).trim().to_owned());
        let parents = parents.filter(|parent| !parent.is_empty()).collect();
        self.keep(row, concept, Origin { line: row.line, key: key.as_str().to_owned(), parents });
    }

    /// Keeps a concept, or joins it to one with the same code and mark.
    fn keep(&mut self, row: &Row, concept: DraftConcept, origin: Origin) {
        let twins = self.by_key.entry(origin.key.clone()).or_default();
        let same_mark = |&&index: &&usize| self.concepts.get(index).is_some_and(|known| known.mark == concept.mark);
        if let Some(&first) = twins.iter().find(same_mark) {
            return self.join(row, first, concept, &origin);
        }
        twins.push(self.concepts.len());
        if concept.designations.is_empty() && !self.mapping.terms.is_empty() {
            self.tell(Severity::Doubtful, "missing-name", row, "no column of names has text");
        }
        self.concepts.push(concept);
        self.origins.push(origin);
    }

    /// A code met again: the first row stays, and names that it lacks become synonyms.
    fn join(&mut self, row: &Row, first: usize, again: DraftConcept, origin: &Origin) {
        let (Some(known), Some(known_origin)) = (self.concepts.get_mut(first), self.origins.get(first)) else {
            return;
        };
        let pair = |term: &Designation| (term.language.clone(), term.text.clone());
        let terms = self.repeated_terms.entry(first).or_insert_with(|| known.designations.iter().map(pair).collect());
        let names_before = known.designations.len();
        for mut term in again.designations {
            if terms.insert(pair(&term)) {
                if term.r#use == DesignationUse::Preferred {
                    term.r#use = DesignationUse::Synonym;
                }
                known.designations.push(term);
            }
        }
        let new_names = known.designations.len() - names_before;
        let rest_differs = known.usability != again.usability
            || known.inactive != again.inactive
            || known.properties != again.properties
            || known_origin.parents != origin.parents;
        let line = known_origin.line;
        if new_names == 0 && !rest_differs {
            return self.tell(Severity::Note, "duplicate-code", row, format!("the same as in line {line}"));
        }
        let rest = if rest_differs { "; its other columns differ and were not used" } else { "" };
        let message = format!("already in line {line}, which is kept; {new_names} other names became synonyms{rest}");
        self.tell(Severity::Doubtful, "duplicate-code", row, message);
    }

    /// Compares the number of fields with the headings; false if the row cannot be trusted.
    fn fields_fit(&mut self, row: &Row) -> bool {
        let (expected, found) = (self.bound.headings.len(), row.fields.len());
        let message = format!("{found} fields where {expected} were expected");
        if found > expected {
            let has_text = row.fields.iter().skip(expected).any(|field| !field.trim().is_empty());
            let severity = if has_text { Severity::Refused } else { Severity::Note };
            self.tell(severity, "field-count", row, message);
            return !has_text;
        }
        if found < expected {
            self.tell(Severity::Doubtful, "field-count", row, message);
        }
        true
    }

    /// Reports fields that look wrong, whatever they mean.
    fn inspect_fields(&mut self, row: &Row) {
        let bound = self.bound;
        for (column, field) in row.fields.iter().enumerate() {
            let used = bound.used.contains(&column);
            let text = field.trim();
            let breaks = text.matches(['\n', '\r']).count();
            if breaks > 0 {
                let severity = if used { Severity::Doubtful } else { Severity::Note };
                let message = format!("{breaks} line ends inside a field: is a quotation mark not closed?");
                self.tell_field(severity, "line-break", row, column, &message);
            }
            if used && text.len() != field.len() {
                self.tell_field(Severity::Repaired, "padded-text", row, column, "white space at the ends was cut");
            }
            if used && text.contains(|c: char| c.is_control() && !matches!(c, '\n' | '\r' | '\t')) {
                self.tell_field(Severity::Doubtful, "control-character", row, column, "holds control characters");
            }
        }
    }

    fn designations(&self, row: &Row) -> Vec<Designation> {
        let mut designations: Vec<Designation> = Vec::new();
        let mut seen = HashSet::new();
        for (term, &column) in self.mapping.terms.iter().zip(&self.bound.terms) {
            let field = row.field(column);
            let separator = self.mapping.separator.as_deref().filter(|_| term.r#use != DesignationUse::Preferred);
            let texts: &mut dyn Iterator<Item = &str> = match separator {
                Some(separator) => &mut field.split(separator),
                None => &mut std::iter::once(field),
            };
            for text in texts.map(str::trim).filter(|text| !text.is_empty()) {
                if seen.insert((&term.language, text)) {
                    let (language, r#use) = (term.language.as_str().into(), term.r#use.clone());
                    designations.push(Designation { text: text.to_owned(), language, r#use, ..Designation::default() });
                }
            }
        }
        designations
    }

    fn properties(&mut self, row: &Row) -> Vec<(usize, PropertyValue)> {
        let bound = self.bound;
        let mut values = Vec::new();
        for &BoundProperty { column, definition: index } in &bound.properties {
            let text = row.field(column).trim();
            let Some(definition) = bound.definitions.get(index).filter(|_| !text.is_empty()) else { continue };
            match property_value(definition.kind, self.mapping.grammar, text) {
                // Only `true` is stored.
                Some(PropertyValue::Boolean(false)) => {}
                Some(value) => values.push((index, value)),
                None => {
                    let shown: String = text.chars().take(40).collect();
                    let message = format!("{shown:?} is no value of {}, and was left out", definition.name);
                    self.tell_field(Severity::Refused, "property-value", row, column, &message);
                }
            }
        }
        values
    }

    fn usability(&mut self, row: &Row) -> Usability {
        let Some(column) = self.bound.usability else { return Usability::Usable };
        let text = row.field(column).trim().to_lowercase();
        let told = &self.mapping.usability_values;
        if let Some((_, usability)) = told.iter().find(|(value, _)| *value == text) {
            return *usability;
        }
        if told.iter().any(|(_, usability)| *usability == Usability::Usable) {
            let message = "a value that the mapping does not tell: taken for usable";
            self.tell_field(Severity::Doubtful, "usability-value", row, column, message);
        }
        Usability::Usable
    }

    fn is_inactive(&self, row: &Row) -> bool {
        self.bound.status.is_some_and(|column| {
            let text = row.field(column).trim().to_lowercase();
            self.mapping.inactive_values.contains(&text)
        })
    }

    /// Hangs each concept below its parents.
    fn link(&mut self) {
        let mut edges = match self.mapping.parents {
            Parents::Columns(_) => self.told_edges(),
            Parents::Prefix => self.prefix_edges(),
        };
        cut_cycles(self.concepts.len(), &mut edges);
        for edge in edges {
            let Some(parent) = self.concepts.get(edge.parent).map(|parent| parent.code.clone()) else { continue };
            if edge.cut {
                let message = format!("its parent {parent} is also below it: the edge was left out");
                self.tell_edge("parent-cycle", edge.concept, message);
            } else if let Some(concept) = self.concepts.get_mut(edge.concept) {
                concept.parents.push(Parent { code: parent, kind: EdgeKind::IsA });
            }
        }
    }

    fn tell_edge(&mut self, rule: &'static str, concept: usize, message: String) {
        if let (Some(origin), Some(concept)) = (self.origins.get(concept), self.concepts.get(concept)) {
            let place = Place::line(self.file, origin.line);
            self.report.add(Severity::Doubtful, rule, place, Some(&concept.code), message);
        }
    }

    /// The concept that stands for a code in the hierarchy: the first of its twins.
    fn node(&self, key: &str) -> Option<usize> {
        self.by_key.get(key)?.first().copied()
    }

    fn told_edges(&mut self) -> Vec<Edge> {
        let mut edges: Vec<Edge> = Vec::new();
        let mut unknown = Vec::new();
        for (concept, origin) in self.origins.iter().enumerate() {
            let first_edge = edges.len();
            for text in &origin.parents {
                let parent = self.mapping.grammar.parse(text).and_then(|key| self.node(key.as_str()));
                let (Some(parent), Some(child)) = (parent, self.node(&origin.key)) else {
                    let shown: String = text.chars().take(80).collect();
                    unknown.push((concept, format!("its parent {shown:?} is not listed: the edge was left out")));
                    continue;
                };
                if !edges.iter().skip(first_edge).any(|edge| edge.parent == parent) {
                    edges.push(Edge { concept, child, parent, cut: false });
                }
            }
        }
        for (concept, message) in unknown {
            self.tell_edge("unknown-parent", concept, message);
        }
        edges
    }

    fn prefix_edges(&self) -> Vec<Edge> {
        let edge = |(concept, origin): (usize, &Origin)| {
            let key = origin.key.as_str();
            let parent = (1..key.len()).rev().filter_map(|end| key.get(..end)).find_map(|prefix| self.node(prefix))?;
            Some(Edge { concept, child: self.node(key)?, parent, cut: false })
        };
        self.origins.iter().enumerate().filter_map(edge).collect()
    }
}

fn printed(grammar: CodeGrammar, key: &str) -> String {
    let mut out = String::with_capacity(key.len() + 1);
    grammar.render(key, &mut out);
    out
}

/// Reads a property's value; `None` if the text is none of that kind.
fn property_value(kind: PropertyKind, grammar: CodeGrammar, text: &str) -> Option<PropertyValue> {
    match kind {
        PropertyKind::Boolean => match text.to_lowercase().as_str() {
            "1" | "true" | "yes" | "y" | "x" | "có" => Some(PropertyValue::Boolean(true)),
            "0" | "false" | "no" | "n" | "không" => Some(PropertyValue::Boolean(false)),
            _ => None,
        },
        PropertyKind::Integer => text.parse().ok().map(PropertyValue::Integer),
        PropertyKind::Text => Some(PropertyValue::Text(text.to_owned())),
        PropertyKind::Code => {
            let key = grammar.parse(text)?;
            Some(PropertyValue::Code(match grammar {
                CodeGrammar::Verbatim => text.to_owned(),
                _ => printed(grammar, key.as_str()) + key.mark().as_str(),
            }))
        }
    }
}

#[cfg(test)]
mod tests;
