//! OBO flat files.

use std::path::Path;

use super::build::{Builder, Ontology, Scope, Term, version_in};
use crate::Result;
use crate::source::detect::Sample;
use crate::source::encoding::Encoding;
use crate::source::reader::{begin_one, read_version};
use crate::source::{Draft, Format, Input, InputEntry, Limits, Place, ReadOptions, Reader, Reading, Report, Severity};

/// Reads an OBO flat file.
///
/// # Errors
///
/// [`Error::Source`](crate::Error::Source) if it has no term, and those of [`Input::open`]. Lines that cannot be read
/// are no error: see the report.
///
/// Time and memory are in proportion to the terms.
pub fn read_text(path: impl AsRef<Path>) -> Result<(Draft, Report)> {
    read_version(&TextReader, &Input::open(path)?, None)
}

/// Reads an OBO flat file whose content is at hand; `name` is what the report calls it. See [`read_text`].
pub fn read_text_bytes(name: &str, bytes: &[u8]) -> Result<(Draft, Report)> {
    read_version(&TextReader, &Input::from_bytes(name, bytes, Limits::new())?, None)
}

/// Whether a file has the first line of an OBO header, or a term.
pub(in crate::source) fn knows_text(sample: &Sample<'_>) -> bool {
    let rows = || sample.rows.iter().map(|row| row.trim());
    rows().next().is_some_and(|row| row.starts_with("format-version:")) || rows().any(|row| row == "[Term]")
}

/// Reads the OBO flat file that an input holds. Uses [`ReadOptions::version`], where the file tells none.
pub(in crate::source) struct TextReader;

impl Reader for TextReader {
    fn format(&self) -> Format {
        Format::Obo
    }

    fn read(&self, input: &Input, options: &ReadOptions) -> Result<Reading> {
        let (entry, report) = begin_one(input, self.format(), options)?;
        let (draft, report) = read(entry, options, report)?;
        options.finish(draft, report)
    }
}

fn read(entry: &InputEntry, options: &ReadOptions, report: Report) -> Result<(Draft, Report)> {
    let file = entry.place().file;
    let mut lines = entry.lines(Some(Encoding::Utf8))?;
    let mut builder = Builder::new(report);
    let mut ontology = Ontology::default();
    // What the present lines belong to: the header, a term, or something that is not read.
    let mut section = Section::Header;
    while let Some((number, line)) = lines.next(&mut builder.report)? {
        let line = line.trim();
        if line.is_empty() || line.starts_with('!') {
            continue;
        }
        if line.starts_with('[') && line.ends_with(']') {
            section.end(&file, &mut builder);
            section = match line {
                "[Term]" => {
                    builder.report.rows += 1;
                    Section::Term(Box::new(Term { place: Place::line(&*file, number), ..Term::default() }), Vec::new())
                }
                _ => Section::Other,
            };
            continue;
        }
        let problem = match (&mut section, line.split_once(':')) {
            (Section::Other, _) => None,
            (_, None) => Some("this is no tag with a value"),
            (Section::Header, Some((tag, value))) => {
                header(&mut ontology, tag.trim(), value.trim());
                None
            }
            (Section::Term(term, relations), Some((tag, value))) => {
                term_line(term, relations, &ontology.name, (tag.trim(), value.trim(), number)).err()
            }
        };
        if let Some(problem) = problem {
            let start: String = line.chars().take(40).collect();
            let place = Place::line(&*file, number);
            builder.report.add(Severity::Refused, "bad-line", place, section.id(), format!("{problem}: {start:?}"));
        }
        builder.report.check()?;
    }
    section.end(&file, &mut builder);
    ontology.version_if_untold(options);
    builder.finish(&file, ontology)
}

/// A relation of a term, with the line.
type Relation = (String, String, u64);

enum Section {
    Header,
    Term(Box<Term>, Vec<Relation>),
    Other,
}

impl Section {
    fn id(&self) -> Option<&str> {
        match self {
            Self::Term(term, _) if !term.id.is_empty() => Some(&term.id),
            _ => None,
        }
    }

    /// Lists the term whose lines have ended.
    fn end(&mut self, file: &str, builder: &mut Builder) {
        if let Self::Term(term, relations) = self {
            let id = term.id.clone();
            if builder.add(std::mem::take(term)) {
                for (relation, target, line) in relations.drain(..) {
                    builder.relate(&id, &relation, target, Place::line(file, line));
                }
            }
        }
    }
}

fn header(ontology: &mut Ontology, tag: &str, value: &str) {
    let quoted = |value: &str| quoted(value).map(|(text, _)| text).unwrap_or_default();
    match (tag, value.split_once(' ')) {
        ("ontology", _) => value.clone_into(&mut ontology.name),
        ("data-version", _) => ontology.version = version_in(value),
        // property_value: http://purl.org/dc/elements/1.1/title "Human Phenotype Ontology" xsd:string
        ("property_value", Some((property, value))) => match property.rsplit(['/', '#', ':']).next() {
            Some("title") => ontology.title = quoted(value),
            Some("creator") if ontology.creator.is_empty() => ontology.creator = quoted(value),
            Some("license") => {
                let text = quoted(value);
                ontology.license = if text.is_empty() { value.to_owned() } else { text };
            }
            _ => {}
        },
        _ => {}
    }
}

/// Takes a line of a term, or says what is wrong with it.
fn term_line(
    term: &mut Term,
    relations: &mut Vec<Relation>,
    ontology: &str,
    (tag, value, line): (&str, &str, u64),
) -> Result<(), &'static str> {
    const UNQUOTED: &str = "the text is not in quotation marks";
    match tag {
        "id" => term.id = plain(value),
        "name" => term.name = plain(value),
        "def" => term.texts.push(("definition", quoted(value).ok_or(UNQUOTED)?.0)),
        "comment" => term.texts.push(("comment", plain(value))),
        "xref" => term.texts.push(("xref", first_word(value))),
        "subset" => {
            let subset = first_word(value);
            term.texts.push(("subset", subset.rsplit(['/', '#']).next().unwrap_or_default().to_owned()));
        }
        "alt_id" => term.texts.push(("alternative-id", first_word(value))),
        "replaced_by" => term.replaced_by.push(first_word(value)),
        "consider" => term.consider.push(first_word(value)),
        "is_obsolete" => term.is_obsolete = plain(value) == "true",
        "synonym" => {
            let (text, rest) = quoted(value).ok_or(UNQUOTED)?;
            let mut words = rest.split('[').next().unwrap_or_default().split_whitespace();
            let scope = match words.next() {
                Some("EXACT") => Scope::Exact,
                Some("NARROW") => Scope::Narrow,
                Some("BROAD") => Scope::Broad,
                Some("RELATED") => Scope::Related,
                _ => return Err("the synonym has no scope"),
            };
            // A type is told by its URL, or short, as the ontology itself defines it.
            let kind = words.next().map(|kind| match kind.contains(['#', '/']) {
                true => kind.to_owned(),
                false => format!("http://purl.obolibrary.org/obo/{ontology}#{kind}"),
            });
            term.synonyms.push((text, scope, kind));
        }
        "is_a" => relations.push(("is_a".to_owned(), first_word(value), line)),
        "relationship" => {
            let (relation, target) = value.split_once(' ').ok_or("the relationship has no target")?;
            relations.push((relation.to_owned(), first_word(target), line));
        }
        _ => {}
    }
    Ok(())
}

/// The text in quotation marks that a value begins with, and what follows it.
fn quoted(value: &str) -> Option<(String, &str)> {
    let inside = value.strip_prefix('"')?;
    let mut is_escaped = false;
    let end = inside.find(|sign| {
        let is_end = sign == '"' && !is_escaped;
        is_escaped = sign == '\\' && !is_escaped;
        is_end
    })?;
    let (text, rest) = inside.split_at_checked(end)?;
    Some((unescape(text), rest.strip_prefix('"')?.trim_start()))
}

/// A value without quotation marks: up to a comment (` ! `) or trailing modifiers (` {`).
fn plain(value: &str) -> String {
    let end = [" ! ", " {"].iter().filter_map(|sign| value.find(sign)).min().unwrap_or(value.len());
    unescape(value.get(..end).unwrap_or(value).trim())
}

/// The identifier that a value begins with.
fn first_word(value: &str) -> String {
    unescape(value.split_whitespace().next().unwrap_or_default())
}

/// Escapes of OBO format 1.4, section 3.1.5: `\n` and `\W` are a line break and a space, all others the sign itself.
fn unescape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut signs = text.chars();
    while let Some(sign) = signs.next() {
        match sign {
            '\\' => match signs.next() {
                Some('n') => out.push('\n'),
                Some('W') => out.push(' '),
                Some('t') => out.push('\t'),
                Some(other) => out.push(other),
                None => {}
            },
            _ => out.push(sign),
        }
    }
    out.trim().to_owned()
}
