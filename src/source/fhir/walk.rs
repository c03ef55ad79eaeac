//! The way through a resource, common to JSON and XML: elements open and close, rows of long lists are handed on as
//! soon as they are whole, and a resource becomes what it is when it ends.

use super::element::{Element, known};
use super::stream::Position;
use super::{Resource, Resources, Settings, code_system, concept_map, naming_system, value_set};
use crate::source::{Place, Report, Severity};

/// How deep elements may be nested, as parsers count them. (`serde_json` stops at the same depth.)
pub(super) const MAX_DEPTH: usize = 128;

/// How many elements may be at hand at once, rows that have been handed on aside.
const MAX_ELEMENTS: usize = 1 << 20;

/// What a resource is.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Kind {
    CodeSystem,
    ValueSet,
    NamingSystem,
    ConceptMap,
    Bundle,
    Other(String),
}

/// A resource that is being read.
#[derive(Default)]
struct Frame {
    /// In JSON it may become known last.
    kind: Option<Kind>,
    line: u64,
    path: Vec<&'static str>,
    /// Elements at hand.
    elements: usize,
    report: Report,
    code_system: code_system::Builder,
    value_set: value_set::Builder,
    concept_map: concept_map::Builder,
}

impl Frame {
    fn is(&self, kind: &Kind) -> bool {
        self.kind.as_ref().is_none_or(|known| known == kind)
    }

    /// Whether the path leads to a row of a long list, and of which.
    fn row(&self) -> Option<Row> {
        match self.path.as_slice() {
            ["concept", deeper @ ..] if self.is(&Kind::CodeSystem) => {
                deeper.iter().all(|name| *name == "concept").then_some(Row::Concept)
            }
            ["compose", "include" | "exclude", "concept"] if self.is(&Kind::ValueSet) => Some(Row::Included),
            ["compose", "include"] if self.is(&Kind::ValueSet) => Some(Row::Include),
            ["compose", "exclude"] if self.is(&Kind::ValueSet) => Some(Row::Exclude),
            ["expansion", "contains", deeper @ ..] if self.is(&Kind::ValueSet) => {
                deeper.iter().all(|name| *name == "contains").then_some(Row::Contains)
            }
            ["group"] if self.is(&Kind::ConceptMap) => Some(Row::Group),
            ["group", "element"] if self.is(&Kind::ConceptMap) => Some(Row::Mapped),
            ["entry"] if self.is(&Kind::Bundle) => Some(Row::Entry),
            _ => None,
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Row {
    /// `CodeSystem.concept`, at any depth.
    Concept,
    /// `ValueSet.compose.include.concept`.
    Included,
    Include,
    Exclude,
    /// `ValueSet.expansion.contains`, at any depth.
    Contains,
    /// `ConceptMap.group`.
    Group,
    /// `ConceptMap.group.element`.
    Mapped,
    /// `Bundle.entry`.
    Entry,
}

/// A line of a source.
#[derive(Clone, Copy, Debug)]
pub(super) struct At<'p> {
    pub(super) file: &'p str,
    pub(super) line: u64,
}

impl At<'_> {
    pub(super) fn place(self) -> Place {
        Place::line(self.file, self.line)
    }
}

/// Where a reader stands in a source, and what it has found.
pub(super) struct Walk<'p> {
    pub(super) file: &'p str,
    pub(super) position: &'p Position,
    settings: &'p Settings,
    frames: Vec<Frame>,
    pub(super) found: Resources,
}

impl<'p> Walk<'p> {
    pub(super) fn new(file: &'p str, position: &'p Position, settings: &'p Settings) -> Self {
        Self { file, position, settings, frames: Vec::new(), found: Resources::default() }
    }

    fn at(&self) -> At<'p> {
        At { file: self.file, line: self.position.line() }
    }

    /// A resource begins; `kind` if it is known already.
    pub(super) fn begin(&mut self, kind: Option<&str>) {
        self.frames.push(Frame { line: self.position.line(), ..Frame::default() });
        if let Some(kind) = kind {
            self.set_kind(kind);
        }
    }

    pub(super) fn set_kind(&mut self, kind: &str) {
        if let Some(frame) = self.frames.last_mut().filter(|frame| frame.kind.is_none()) {
            frame.kind = Some(match kind {
                "CodeSystem" => Kind::CodeSystem,
                "ValueSet" => Kind::ValueSet,
                "NamingSystem" => Kind::NamingSystem,
                "ConceptMap" => Kind::ConceptMap,
                "Bundle" => Kind::Bundle,
                other => Kind::Other(other.chars().take(64).collect()),
            });
        }
    }

    /// Gives up what is open and what was found beyond a number of resources, after an error.
    pub(super) fn abandon(&mut self, found: usize) {
        self.frames.clear();
        self.found.list.truncate(found);
    }

    /// The one copy of the name of an element here, or `None` if nobody needs the element.
    pub(super) fn wanted(&mut self, name: &str) -> Option<&'static str> {
        let at = self.at();
        let frame = self.frames.last_mut()?;
        if matches!(frame.kind, Some(Kind::Other(_))) {
            return None;
        }
        match (frame.path.as_slice(), name) {
            // The narrative, which repeats in XHTML what the other elements say.
            ([], "text") => None,
            ([], "contained") => {
                let message = "resources inside a resource are not read";
                frame.report.add(Severity::Note, "contained-resource", at.place(), None, message);
                None
            }
            // Only a bundle has entries with resources; those of a List are references.
            (["entry"], name) => (name == "resource").then_some("resource"),
            _ => known(name),
        }
    }

    /// True if the element of this name here holds a resource rather than further elements.
    pub(super) fn holds_resource(&self, name: &str) -> bool {
        name == "resource" && self.frames.last().is_some_and(|frame| frame.path == ["entry"])
    }

    /// An element opens.
    pub(super) fn open(&mut self, name: &'static str) {
        let line = self.position.line();
        if let Some(frame) = self.frames.last_mut() {
            frame.path.push(name);
            match frame.row() {
                Some(Row::Concept) => frame.code_system.open(line),
                Some(Row::Contains) => frame.value_set.open(),
                Some(Row::Mapped) => frame.concept_map.open(line),
                _ => {}
            }
        }
    }

    /// An element closes: it is handed on if it is a row, else put with its siblings. The error says what is too much.
    pub(super) fn close(&mut self, element: Element, siblings: &mut Vec<Element>) -> Result<(), &'static str> {
        let at = self.at();
        let Some(frame) = self.frames.last_mut() else { return Ok(()) };
        let row = frame.row();
        frame.path.pop();
        let Some(row) = row else {
            return frame.keep(element, siblings);
        };
        frame.elements = frame.elements.saturating_sub(count(&element));
        match row {
            Row::Concept => frame.code_system.close(element, at, &mut frame.report),
            Row::Included => frame.value_set.included(&element, at, &mut frame.report),
            Row::Include => frame.value_set.include(&element, false),
            Row::Exclude => frame.value_set.include(&element, true),
            Row::Contains => frame.value_set.contains(&element, &mut frame.report),
            Row::Group => frame.concept_map.group(&element, at, &mut frame.report),
            Row::Mapped => frame.concept_map.element(&element, at, &mut frame.report),
            Row::Entry => {}
        }
        Ok(())
    }

    /// A primitive value that JSON has without an object around it.
    pub(super) fn scalar(&mut self, element: Element, siblings: &mut Vec<Element>) -> Result<(), &'static str> {
        let at = self.at();
        let Some(frame) = self.frames.last_mut() else { return Ok(()) };
        if frame.path.is_empty() && element.name == "resourceType" {
            let kind = element.value.unwrap_or_default();
            self.set_kind(&kind);
            return Ok(());
        }
        frame.path.push(element.name);
        let is_row = frame.row().is_some();
        frame.path.pop();
        if is_row {
            let message = format!("a {} should be an object and is a plain value; left out", element.name);
            frame.report.rows += 1;
            let code = element.value.as_deref();
            frame.report.add(Severity::Refused, "malformed-row", at.place(), code, message);
            return Ok(());
        }
        frame.keep(element, siblings)
    }

    /// The resource ends; `element` holds what was kept of it.
    pub(super) fn end(&mut self, element: &Element) {
        let Some(frame) = self.frames.pop() else { return };
        let at = At { file: self.file, line: frame.line };
        let place = at.place();
        let mut report = frame.report;
        let resource = match frame.kind {
            Some(Kind::CodeSystem) => {
                let source = code_system::Source { at, settings: self.settings };
                Resource::CodeSystem(Box::new(frame.code_system.finish(element, &source, &mut report)))
            }
            Some(Kind::ValueSet) => Resource::ValueSet(Box::new(frame.value_set.finish(element))),
            Some(Kind::NamingSystem) => Resource::NamingSystem(Box::new(naming_system::read(element, at, &mut report))),
            Some(Kind::ConceptMap) => {
                Resource::ConceptMap(Box::new(frame.concept_map.finish(element, at, &mut report)))
            }
            Some(Kind::Bundle) => return self.found.report.merge(report),
            Some(Kind::Other(kind)) => {
                let message = format!("a {kind} is no resource of a terminology; passed over");
                return self.found.report.add(Severity::Note, "other-resource", place, None, message);
            }
            None => {
                let message = "an object without a resourceType is no FHIR resource; passed over";
                return self.found.report.add(Severity::Refused, "not-a-resource", place, None, message);
            }
        };
        self.found.list.push((resource, report));
    }
}

impl Frame {
    fn keep(&mut self, element: Element, siblings: &mut Vec<Element>) -> Result<(), &'static str> {
        self.elements += 1;
        if self.elements > MAX_ELEMENTS {
            return Err("a resource, or one concept of it, has too many elements");
        }
        siblings.push(element);
        Ok(())
    }
}

/// How many elements are below one.
fn count(element: &Element) -> usize {
    element.children.iter().map(|child| 1 + count(child)).sum()
}
