//! The text of labels, as it is printed.

use std::collections::HashMap;

use super::super::xml::{Content, Element, on_one_line};
use crate::code::{CodeGrammar, Mark};

/// A label.
pub(super) struct Text {
    /// Its text, a line for each paragraph.
    pub(super) lines: String,
    /// Codes of the dual classification that it refers to.
    pub(super) paired: Vec<(Mark, String)>,
    /// Modifiers, or other things, that it refers to by an attribute.
    pub(super) linked: Vec<String>,
}

/// The mark that a usage stands for.
pub(super) fn mark(usage: &str, usages: &HashMap<String, String>) -> Mark {
    match usages.get(usage).map(String::as_str) {
        Some("†" | "+") => Mark::Dagger,
        Some("*") => Mark::Asterisk,
        _ if usage == "dagger" => Mark::Dagger,
        _ if matches!(usage, "aster" | "asterisk") => Mark::Asterisk,
        _ => Mark::None,
    }
}

pub(super) fn of(label: &Element, usages: &HashMap<String, String>) -> Text {
    let mut writer = Writer { out: String::new(), usages, paired: Vec::new(), linked: Vec::new(), reference_end: 0 };
    writer.content(label);
    let lines: Vec<String> = writer.out.split('\n').map(on_one_line).filter(|line| !line.is_empty()).collect();
    Text { lines: lines.join("\n"), paired: writer.paired, linked: writer.linked }
}

struct Writer<'a> {
    out: String,
    usages: &'a HashMap<String, String>,
    paired: Vec<(Mark, String)>,
    linked: Vec<String>,
    /// Where the last reference in brackets ended; 0 if there was none.
    reference_end: usize,
}

impl Writer<'_> {
    fn content(&mut self, element: &Element) {
        for piece in &element.content {
            match piece {
                // Line breaks of the file are none of the text.
                Content::Text(text) => {
                    self.out.extend(text.chars().map(|c| if c == '\n' || c == '\r' { ' ' } else { c }))
                }
                Content::Element(element) => self.element(element),
            }
        }
    }

    fn element(&mut self, element: &Element) {
        match element.name.as_str() {
            "Reference" => self.reference(element),
            "Fragment" => self.fragment(element),
            "Para" | "List" | "ListItem" | "Table" | "Row" => {
                self.out.push('\n');
                self.content(element);
                self.out.push('\n');
            }
            "Cell" => {
                if !self.out.ends_with('\n') {
                    self.out.push_str(" | ");
                }
                self.content(element);
            }
            "Term" if element.attribute_or_empty("class") == "tab" => self.out.push(' '),
            _ => self.content(element),
        }
    }

    /// A part of an enumeration: a space lies between parts, and a mark stands behind the part's own words.
    fn fragment(&mut self, element: &Element) {
        self.out.push(' ');
        let mark = mark(element.attribute_or_empty("usage"), self.usages);
        let mut marked = false;
        for piece in &element.content {
            match piece {
                Content::Text(text) => self.out.push_str(&text.replace(['\n', '\r'], " ")),
                Content::Element(inner) => {
                    if inner.name == "Reference" && !marked {
                        self.put_mark(mark);
                        marked = true;
                    }
                    self.element(inner);
                }
            }
        }
        if !marked {
            self.put_mark(mark);
        }
        self.out.push(' ');
    }

    fn put_mark(&mut self, mark: Mark) {
        if mark != Mark::None {
            self.out.truncate(self.out.trim_end().len());
            self.out.push_str(mark.as_str());
        }
    }

    fn reference(&mut self, element: &Element) {
        let shown = element.text();
        let code = element.attribute("code").map_or(shown.as_str(), str::trim);
        if element.attribute("code").is_some() {
            self.linked.push(code.to_owned());
        }
        let mark = mark(element.attribute_or_empty("usage"), self.usages);
        if mark != Mark::None && CodeGrammar::Icd10.parse(code).is_some_and(|key| key.mark() == Mark::None) {
            self.paired.push((mark, code.to_owned()));
        }
        let sign = if shown.ends_with(mark.as_str()) { "" } else { mark.as_str() };
        if element.attribute_or_empty("class") != "in brackets" {
            self.out.push_str(&shown);
            return self.out.push_str(sign);
        }
        // References that follow each other share their brackets.
        let follows = self.out.get(self.reference_end..).is_some_and(|since| since.trim().is_empty());
        if follows && self.reference_end > 0 {
            self.out.truncate(self.reference_end - 1);
            self.out.push_str(", ");
        } else {
            self.out.push_str(" (");
        }
        self.out.push_str(&shown);
        self.out.push_str(sign);
        self.out.push(')');
        self.reference_end = self.out.len();
    }
}
