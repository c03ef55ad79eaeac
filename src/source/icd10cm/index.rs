//! The alphabetical indexes of ICD-10-CM in XML: terms that lead to codes, put into a draft that has the codes.
//!
//! | source | elements | use |
//! |---|---|---|
//! | NCHS, `icd10cm_neoplasm_<year>.xml`, `icd10cm_drug_<year>.xml` | `indexHeading`, `head` | what the columns of the table mean |
//! | and, of the same form, `icd10cm_index_<year>.xml` and `icd10cm_eindex_<year>.xml` | `mainTerm`, `term` with `title` and `nemod`, nested | the term: all titles from the main one down, with commas, as references in the index write it |
//! | | `cell` | code of a column; the column's heading ends the term |
//! | | `code` | code |
//! | | `manif`, `see`, `seeAlso`, `subcat` | ignored: they lead to other terms, or to a second code that never stands alone |
//!
//! A code with a dash (`C79.8-`) has finer ones; the term goes to the heading. A cell with nothing but a dash has no code.
//!
//! | rule | severity | meaning |
//! |---|---|---|
//! | `unknown-code` | refused | the draft has no such code |
//! | `malformed-term` | refused | a code without a term, in a column without heading, or with a term longer than 1000 bytes |
//! | `version-differs` | doubtful | the index is not of the draft's edition |
//! | `malformed-attribute`, `unknown-entity` | doubtful | XML that is damaged in a detail |
//!
//! Licence: as that of the [tabular list](super::tabular).

use std::collections::HashMap;
use std::io::Read;
use std::path::Path;

use super::super::xml::{Content, Element, Node, XmlReader, on_one_line};
use super::super::{Designation, DesignationUse, Draft, Input, Place, Report, Severity};
use crate::{Error, Result};

/// The name of the element that an index is.
pub(super) const ROOT: &str = "ICD10CM.index";
/// The longest term, in bytes. Published ones have some 300.
const LONGEST_TERM: usize = 1000;

/// Adds the terms of an index to the draft whose codes they lead to.
///
/// # Errors
///
/// [`Error::Io`] if the file cannot be read; [`Error::Source`] if it is no index of ICD-10-CM, is no well-formed XML, is
/// cut off, or leads to none of the draft's codes. The draft is then as it was.
pub fn add(draft: &mut Draft, path: impl AsRef<Path>) -> Result<Report> {
    let input = Input::open(path)?;
    let [entry] = input.entries() else {
        return Err(Error::source(Place::file(input.name()), "holds several files: add one index after the other"));
    };
    add_xml(draft, XmlReader::of(entry)?, Report::of(Input::sources([entry])?))
}

/// Adds the terms of an index that is read from a stream; `name` is what the report calls it. See [`add`].
///
/// Memory is proportional to the terms that are added.
pub fn add_from(draft: &mut Draft, name: &str, input: impl Read) -> Result<Report> {
    add_xml(draft, XmlReader::new(name, input), Report::default())
}

pub(super) fn add_xml<R: Read>(draft: &mut Draft, xml: XmlReader<'_, R>, report: Report) -> Result<Report> {
    let codes: HashMap<&str, usize> =
        draft.concepts.iter().enumerate().map(|(at, concept)| (concept.code.as_str(), at)).collect();
    let mut index = Index { xml, report, columns: HashMap::new(), terms: Vec::new() };
    let version = index.read(&codes)?;
    if index.terms.is_empty() {
        return Err(index.xml.error("the index leads to none of the draft's codes"));
    }
    if let Some(version) = version.filter(|version| !draft.edition.version.starts_with(version.as_str())) {
        let message = format!("the index is of version {version}, the list of {}", draft.edition.version);
        let place = index.xml.place(1);
        index.report.add(Severity::Doubtful, "version-differs", place, None, message);
    }
    index.xml.finish(&mut index.report);
    for (at, text) in index.terms {
        let Some(concept) = draft.concepts.get_mut(at) else { continue };
        let designation =
            Designation { text, language: "en".into(), r#use: DesignationUse::IndexTerm, ..Designation::default() };
        concept.designations.push(designation);
    }
    Ok(index.report)
}

struct Index<'a, R: Read> {
    xml: XmlReader<'a, R>,
    report: Report,
    /// Headings of columns.
    columns: HashMap<String, String>,
    /// Concepts and the terms that lead to them.
    terms: Vec<(usize, String)>,
}

impl<R: Read> Index<'_, R> {
    /// Reads the whole file. Gives its version.
    fn read(&mut self, codes: &HashMap<&str, usize>) -> Result<Option<String>> {
        match self.xml.next()? {
            Some(Node::Start(root)) if root.name == ROOT => {}
            _ => return Err(self.xml.error("this is no index of ICD-10-CM: its element is not ICD10CM.index")),
        }
        let mut version = None;
        // The titles of the open elements; that of a letter is no part of a term.
        let mut open: Vec<Option<String>> = Vec::new();
        while let Some(node) = self.xml.next()? {
            let element = match node {
                Node::Text(_) => continue,
                Node::End => {
                    open.pop();
                    continue;
                }
                Node::Start(element) => element,
            };
            match element.name.as_str() {
                "letter" => open.push(None),
                "mainTerm" | "term" => {
                    self.report.rows += 1;
                    open.push(Some(String::new()));
                }
                "title" => {
                    let title = title(&self.xml.complete(element)?);
                    if let Some(Some(slot)) = open.last_mut() {
                        *slot = title;
                    }
                }
                "cell" | "code" => {
                    let element = self.xml.complete(element)?;
                    self.code(&element, &open, codes);
                }
                "indexHeading" => {
                    let element = self.xml.complete(element)?;
                    for head in element.named("head") {
                        self.columns.insert(head.attribute_or_empty("col").to_owned(), head.text());
                    }
                }
                "version" => version = Some(self.xml.complete(element)?.text()),
                _ => self.xml.skip()?,
            }
            self.report.check()?;
        }
        Ok(version)
    }

    fn code(&mut self, element: &Element, open: &[Option<String>], codes: &HashMap<&str, usize>) {
        let written = element.text();
        let code = written.trim_end_matches('-').trim_end_matches('.');
        if code.is_empty() {
            return;
        }
        let titles: Vec<&str> = open.iter().flatten().map(String::as_str).collect();
        let column = match element.name.as_str() {
            "cell" => self.columns.get(element.attribute_or_empty("col")).map(String::as_str),
            _ => Some(""),
        };
        let length: usize = titles.iter().map(|title| title.len() + 2).sum();
        let problem = match column {
            _ if titles.iter().any(|title| title.is_empty()) || titles.is_empty() => Some("a term has no title"),
            _ if length > LONGEST_TERM => Some("the term is longer than any published one"),
            None => Some("the column has no heading"),
            Some(_) => None,
        };
        let place = self.xml.place(element.line);
        if let Some(problem) = problem {
            return self.report.add(Severity::Refused, "malformed-term", place, Some(&written), problem);
        }
        let mut term = titles.join(", ");
        if let Some(column) = column.filter(|column| !column.is_empty()) {
            term.push_str(", ");
            term.push_str(column);
        }
        match codes.get(code) {
            Some(at) => self.terms.push((*at, term)),
            None => {
                let message = format!("not in the list: {term:?}");
                self.report.add(Severity::Refused, "unknown-code", place, Some(&written), message);
            }
        }
    }
}

/// A title, with the words that do not change the code behind it, a space between.
fn title(element: &Element) -> String {
    let mut out = String::new();
    for piece in &element.content {
        match piece {
            Content::Text(text) => out.push_str(text),
            Content::Element(inner) => {
                out.push(' ');
                out.push_str(&inner.text());
            }
        }
    }
    on_one_line(&out)
}

#[cfg(test)]
mod tests {
    use super::super::read_order_bytes;
    use super::*;

    fn draft() -> Draft {
        let line = |order: u32, key: &str| format!("{order:05} {key:<7} 1 {:<60} Name of {key}\n", "Short");
        let text = line(1, "C762") + &line(2, "C798") + &line(3, "R269");
        read_order_bytes("order-2026.txt", text.as_bytes(), None).unwrap().0
    }

    fn file(content: &str) -> String {
        format!(
            "<?xml version=\"1.0\"?>\n<ICD10CM.index>\n<version>2026</version>\n<indexHeading><head col=\"1\">Neoplasm</head>\
             <head col=\"2\">Malignant Primary</head><head col=\"3\">Malignant Secondary</head></indexHeading>\n\
             <letter><title>N</title>\n{content}</letter></ICD10CM.index>\n"
        )
    }

    const TERMS: &str = "<mainTerm><title>Neoplasm, neoplastic</title><cell col=\"2\">-</cell>\n\
        <term level=\"1\"><title>abdomen<nemod>(wall) (skin)</nemod></title><seeAlso>elsewhere</seeAlso>\n\
        <cell col=\"2\">C76.2</cell><cell col=\"3\">C79.8-</cell></term></mainTerm>\n\
        <mainTerm><title>Abasia</title><code>R26.9</code></mainTerm>\n";

    fn terms(draft: &Draft) -> Vec<(&str, &str)> {
        let of_index = |concept| {
            let concept: &super::super::super::DraftConcept = concept;
            let terms = concept.designations.iter().filter(|term| term.r#use == DesignationUse::IndexTerm);
            terms.map(|term| (concept.code.as_str(), term.text.as_str())).collect::<Vec<_>>()
        };
        draft.concepts.iter().flat_map(of_index).collect()
    }

    #[test]
    fn terms_lead_to_their_codes() {
        let mut draft = draft();
        let report = add_from(&mut draft, "index.xml", file(TERMS).as_bytes()).unwrap();
        assert_eq!((report.rows, report.entries().len()), (3, 0));
        assert_eq!(
            terms(&draft),
            [
                ("C76.2", "Neoplasm, neoplastic, abdomen (wall) (skin), Malignant Primary"),
                ("C79.8", "Neoplasm, neoplastic, abdomen (wall) (skin), Malignant Secondary"),
                ("R26.9", "Abasia"),
            ]
        );
    }

    #[test]
    fn bad_terms_are_refused_and_the_rest_is_kept() {
        let mut draft = draft();
        let bad = format!(
            "<mainTerm>\n<code>R26.9</code>\n</mainTerm><mainTerm><title>A</title>\n<cell col=\"9\">C76.2</cell>\n<code>C99</code>\n\
             </mainTerm><mainTerm><title>{}</title>\n<code>C76.2</code></mainTerm>",
            "x".repeat(LONGEST_TERM)
        );
        let file = file(&(bad + TERMS)).replace("2026", "2031");
        let report = add_from(&mut draft, "index.xml", file.as_bytes()).unwrap();
        assert_eq!(terms(&draft).len(), 3);
        let rules: Vec<_> = report.entries().iter().map(|entry| (entry.rule, entry.place.line)).collect();
        assert_eq!(
            rules,
            [
                ("malformed-term", Some(7)),
                ("malformed-term", Some(9)),
                ("unknown-code", Some(10)),
                ("malformed-term", Some(12)),
                ("version-differs", Some(1)),
            ]
        );
    }

    #[test]
    fn after_an_error_the_draft_is_as_it_was() {
        let whole = file(TERMS);
        let mut draft = draft();
        for (content, part) in [
            (whole.split_once("</letter>").unwrap().0, "cut off"),
            ("<ICD10CM.tabular/>", "no index"),
            (&file(""), "none of the draft's codes"),
        ] {
            let error = add_from(&mut draft, "x.xml", content.as_bytes()).unwrap_err().to_string();
            assert!(error.contains(part), "{error}");
        }
        assert_eq!(terms(&draft), []);
    }
}
