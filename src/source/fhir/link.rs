//! Properties that mean something to every code system: they make edges, or tell usability and activity.

use std::collections::HashMap;

use super::metadata::{Coding, Metadata};
use super::walk::At;
use crate::code::Mark;
use crate::source::{DraftConcept, EdgeKind, Parent, Place, PropertyValue, Report, Severity, Usability};

/// The properties that FHIR itself defines.
const STANDARD: &str = "http://hl7.org/fhir/concept-properties#";

/// Values of `status` by which a code is withdrawn or on the way out.
const WITHDRAWN: [&str; 5] = ["inactive", "retired", "deprecated", "withdrawn", "obsolete"];

/// What a property means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    Parent,
    Child,
    PartOf,
    NotSelectable,
    Inactive,
    /// A word for the state that the concept is in.
    Status,
    /// True, or the day on which the concept was deprecated or retired.
    Deprecated,
    Other,
}

impl Role {
    /// The role of a property: by its URI if that is one of FHIR's own, else by its code.
    pub(super) fn of(code: &str, uri: Option<&str>) -> Self {
        let standard = |name: &str| match name {
            "parent" => Some(Self::Parent),
            "child" => Some(Self::Child),
            "partOf" => Some(Self::PartOf),
            "notSelectable" => Some(Self::NotSelectable),
            "inactive" => Some(Self::Inactive),
            "status" => Some(Self::Status),
            "deprecated" | "deprecationDate" | "retirementDate" => Some(Self::Deprecated),
            _ => None,
        };
        uri.and_then(|uri| standard(uri.strip_prefix(STANDARD)?)).or_else(|| standard(code)).unwrap_or(Self::Other)
    }

    /// True if the draft says elsewhere what the property says.
    pub(super) fn is_consumed(self) -> bool {
        matches!(self, Self::Parent | Self::Child | Self::PartOf | Self::NotSelectable | Self::Inactive)
    }
}

/// An edge between two concepts of the list, by number.
#[derive(Clone, Copy, Debug)]
pub(super) struct Edge {
    pub(super) child: usize,
    pub(super) parent: usize,
}

/// The hierarchy as nesting gives it, to which properties add.
pub(super) struct Graph<'a> {
    pub(super) file: &'a str,
    /// The line of each concept.
    pub(super) lines: &'a [u64],
    /// The edges of nesting.
    pub(super) edges: Vec<Edge>,
    /// The word of `hierarchyMeaning`.
    pub(super) meaning: Option<&'a str>,
}

/// Takes from all concepts the properties that have a role, and does what they say.
pub(super) fn apply(
    list: &mut [DraftConcept],
    graph: &mut Graph<'_>,
    roles: &[Role],
    metadata: &Metadata,
    report: &mut Report,
) {
    let edge_kind = graph.edge_kind();
    let mut by_code: HashMap<String, usize> = HashMap::new();
    if roles.iter().any(|role| matches!(role, Role::Child)) {
        for (number, concept) in list.iter().enumerate() {
            by_code.entry(concept.code.clone()).or_insert(number);
        }
    }
    for edge in &graph.edges {
        let Some(code) = list.get(edge.parent).map(|parent| parent.code.clone()) else { continue };
        if let Some(child) = list.get_mut(edge.child) {
            add_parent(child, code, edge_kind);
        }
    }
    let mut below: Vec<(usize, String)> = Vec::new();
    let today = metadata.date.as_deref();
    for (number, concept) in list.iter_mut().enumerate() {
        let properties = std::mem::take(&mut concept.properties);
        for (property, value) in properties {
            let role = roles.get(property).copied().unwrap_or(Role::Other);
            let is_true = matches!(&value, PropertyValue::Boolean(true)) || text(&value) == Some("true");
            match role {
                Role::Parent | Role::PartOf => {
                    let kind = if role == Role::PartOf { EdgeKind::PartOf } else { edge_kind };
                    add_parent(concept, code_of(&value), kind);
                    continue;
                }
                Role::Child => {
                    let code = code_of(&value);
                    match by_code.get(&code) {
                        Some(&child) => below.push((child, concept.code.clone())),
                        None => {
                            let message = format!("{code}, which it says is below it, is not listed");
                            graph.report(report, "unknown-child", number, &concept.code, message);
                        }
                    }
                    continue;
                }
                Role::NotSelectable if is_true => {
                    // An extension may have said that it is a listed code for all that.
                    if concept.usability == Usability::Usable {
                        concept.usability = Usability::Grouper;
                    }
                    continue;
                }
                Role::Inactive if is_true => {
                    concept.inactive = true;
                    continue;
                }
                Role::Status if text(&value).is_some_and(|word| WITHDRAWN.contains(&word)) => concept.inactive = true,
                Role::Deprecated if is_true || text(&value).is_some_and(|day| has_passed(day, today)) => {
                    concept.inactive = true;
                }
                _ => {}
            }
            concept.properties.push((property, value));
        }
    }
    for (child, parent) in below {
        if let Some(child) = list.get_mut(child) {
            add_parent(child, parent, edge_kind);
        }
    }
}

fn text(value: &PropertyValue) -> Option<&str> {
    match value {
        PropertyValue::Text(text) | PropertyValue::Code(text) => Some(text),
        PropertyValue::Boolean(_) | PropertyValue::Integer(_) => None,
    }
}

/// The code that a value names, whether it is given as a code, a string, a number or a coding.
fn code_of(value: &PropertyValue) -> String {
    match value {
        PropertyValue::Code(text) => text.clone(),
        PropertyValue::Text(text) => Coding::from_text(text).and_then(|coding| coding.code).unwrap_or(text.clone()),
        PropertyValue::Integer(number) => number.to_string(),
        PropertyValue::Boolean(value) => value.to_string(),
    }
}

/// True if a day is told and is not after the day of the resource, as far as both are told.
fn has_passed(day: &str, today: Option<&str>) -> bool {
    let is_date = day.len() >= 4
        && day.bytes().take(4).all(|byte| byte.is_ascii_digit())
        && (day.len() == 4 || day.as_bytes().get(4) == Some(&b'-'));
    let told = |today: &str| {
        let length = day.len().min(today.len()).min("YYYY-MM-DD".len());
        day.get(..length) <= today.get(..length)
    };
    is_date && today.is_none_or(told)
}

fn add_parent(concept: &mut DraftConcept, code: String, kind: EdgeKind) {
    let parent = Parent { code, kind };
    if !concept.parents.contains(&parent) {
        concept.parents.push(parent);
    }
}

impl Graph<'_> {
    /// What `parent` and nesting mean. An index knows two kinds of edges.
    fn edge_kind(&self) -> EdgeKind {
        if self.meaning == Some("part-of") { EdgeKind::PartOf } else { EdgeKind::IsA }
    }

    fn report(&self, report: &mut Report, rule: &'static str, number: usize, code: &str, message: String) {
        let place = self.lines.get(number).map_or_else(|| Place::file(self.file), |line| Place::line(self.file, *line));
        report.add(Severity::Doubtful, rule, place, Some(code), message);
    }

    /// Leaves out edges to codes that are not listed, and edges that close a circle.
    pub(super) fn link(&self, list: &mut [DraftConcept], at: At<'_>, report: &mut Report) {
        let mut by_code: HashMap<String, usize> = HashMap::with_capacity(list.len());
        for (number, concept) in list.iter().enumerate() {
            by_code.entry(concept.code.clone()).or_insert(number);
        }
        let mut has_edges = false;
        let mut parents: Vec<Vec<usize>> = Vec::with_capacity(list.len());
        for (number, concept) in list.iter_mut().enumerate() {
            let mut numbers = Vec::new();
            let mut unknown = Vec::new();
            concept.parents.retain_mut(|parent| {
                let found = by_code.get(&parent.code).or_else(|| {
                    // A twin is named with its mark; an edge names the code alone.
                    let (bare, mark) = Mark::split(&parent.code);
                    by_code.get(bare).filter(|_| mark != Mark::None)
                });
                match found {
                    Some(&found) => {
                        if let Some((code, _)) = by_code.get_key_value(Mark::split(&parent.code).0)
                            && !by_code.contains_key(&parent.code)
                        {
                            parent.code.clone_from(code);
                        }
                        numbers.push(found);
                        true
                    }
                    None => {
                        unknown.push(std::mem::take(&mut parent.code));
                        false
                    }
                }
            });
            for unknown in unknown {
                let message = format!("its parent {unknown} is not listed; the edge is left out");
                self.report(report, "unknown-parent", number, &concept.code, message);
            }
            has_edges |= !numbers.is_empty();
            parents.push(numbers);
        }
        for (child, parent) in circles(&parents) {
            let code = list.get(parent).map(|concept| concept.code.clone()).unwrap_or_default();
            if let Some(concept) = list.get_mut(child) {
                concept.parents.retain(|edge| edge.code != code);
                let message = format!("its parent {code} is also below it; the edge is left out");
                self.report(report, "parent-cycle", child, &concept.code, message);
            }
        }
        if has_edges {
            self.report_meaning(at, report);
        }
    }

    fn report_meaning(&self, at: At<'_>, report: &mut Report) {
        let message = match self.meaning {
            Some("is-a" | "part-of") => return,
            Some(word @ ("grouped-by" | "classified-with")) => {
                format!("{word} is no subsumption; the edges are kept as is-a, the only kind that lists are printed by")
            }
            Some(word) => format!("{word:?} is no known meaning of a hierarchy; taken for is-a"),
            None => "the meaning of the hierarchy is not told; taken for is-a".to_owned(),
        };
        let severity = if self.meaning.is_some() { Severity::Doubtful } else { Severity::Note };
        report.add(severity, "hierarchy-meaning", at.place().with_field("hierarchyMeaning"), None, message);
    }
}

/// The edges, child and parent, that must go for no concept to be above itself: those that lead back to a concept
/// from which the walk upwards has come.
fn circles(parents: &[Vec<usize>]) -> Vec<(usize, usize)> {
    #[derive(Clone, Copy, PartialEq)]
    enum State {
        New,
        Open,
        Done,
    }
    let mut state = vec![State::New; parents.len()];
    let mut back = Vec::new();
    // The concepts on the way upwards, each with the number of parents already walked.
    let mut way: Vec<(usize, usize)> = Vec::new();
    for start in 0..parents.len() {
        if state.get(start) != Some(&State::New) {
            continue;
        }
        way.push((start, 0));
        while let Some((concept, walked)) = way.last_mut() {
            let concept = *concept;
            if let Some(slot) = state.get_mut(concept) {
                *slot = State::Open;
            }
            let next = parents.get(concept).and_then(|parents| parents.get(*walked)).copied();
            *walked += 1;
            match next.map(|parent| (parent, state.get(parent).copied())) {
                Some((parent, Some(State::New))) => way.push((parent, 0)),
                Some((parent, Some(State::Open))) => back.push((concept, parent)),
                Some(_) => {}
                None => {
                    if let Some(slot) = state.get_mut(concept) {
                        *slot = State::Done;
                    }
                    way.pop();
                }
            }
        }
    }
    back
}
