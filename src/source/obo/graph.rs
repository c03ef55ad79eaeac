//! OBO graphs in JSON.

use std::path::Path;

use serde::Deserialize;
use serde::de::IgnoredAny;

use super::build::{Builder, Ontology, Scope, Term, curie, name_in_url, version_in};
use crate::source::reader::{begin_one, read_version};
use crate::source::{Draft, Format, Input, InputEntry, Limits, Place, ReadOptions, Reader, Reading, Report, Severity};
use crate::{Error, Result};

/// Reads an OBO graph in JSON.
///
/// # Errors
///
/// [`Error::Source`] if it is no JSON, no OBO graph, or has no term, and those of [`Input::open`]. Single nodes and edges
/// that are not as they should be are no error: see the report.
///
/// Time and memory are in proportion to the terms.
pub fn read_graph(path: impl AsRef<Path>) -> Result<(Draft, Report)> {
    read_version(&GraphReader, &Input::open(path)?, None)
}

/// Reads an OBO graph whose content is at hand; `name` is what the report calls it. See [`read_graph`].
pub fn read_graph_bytes(name: &str, bytes: &[u8]) -> Result<(Draft, Report)> {
    read_version(&GraphReader, &Input::from_bytes(name, bytes, Limits::new())?, None)
}

/// Reads the OBO graph that an input holds. Uses [`ReadOptions::version`], where the file tells none.
pub(in crate::source) struct GraphReader;

impl Reader for GraphReader {
    fn format(&self) -> Format {
        Format::OboGraph
    }

    fn read(&self, input: &Input, options: &ReadOptions) -> Result<Reading> {
        let (entry, report) = begin_one(input, self.format(), options)?;
        let (draft, report) = read(entry, options, report)?;
        options.finish(draft, report)
    }
}

#[derive(Deserialize)]
struct Document {
    graphs: Vec<Graph>,
}

#[derive(Deserialize)]
struct Graph {
    #[serde(default)]
    id: String,
    #[serde(default)]
    meta: Meta,
    #[serde(default)]
    nodes: Vec<Element<Node>>,
    #[serde(default)]
    edges: Vec<Element<Edge>>,
}

/// One of many elements, of which a bad one must not spoil the others.
#[derive(Deserialize)]
#[serde(untagged)]
enum Element<T> {
    Good(T),
    Bad(IgnoredAny),
}

#[derive(Deserialize)]
struct Node {
    id: String,
    #[serde(default)]
    lbl: String,
    #[serde(default, rename = "type")]
    kind: String,
    #[serde(default)]
    meta: Meta,
}

#[derive(Deserialize)]
struct Edge {
    sub: String,
    pred: String,
    obj: String,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Meta {
    definition: Option<Value>,
    comments: Vec<String>,
    subsets: Vec<String>,
    synonyms: Vec<Synonym>,
    xrefs: Vec<Value>,
    basic_property_values: Vec<Property>,
    deprecated: bool,
    version: String,
}

#[derive(Deserialize)]
struct Value {
    val: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Synonym {
    pred: String,
    val: String,
    synonym_type: Option<String>,
}

#[derive(Deserialize)]
struct Property {
    pred: String,
    val: String,
}

impl Meta {
    /// The first value of a property, told by the end of its URL.
    fn first(&self, property: &str) -> String {
        let mut found = self.basic_property_values.iter().filter(|known| ends_with(&known.pred, property));
        found.next().map(|known| known.val.clone()).unwrap_or_default()
    }
}

fn ends_with(url: &str, name: &str) -> bool {
    url.rsplit(['/', '#']).next() == Some(name)
}

fn read(entry: &InputEntry, options: &ReadOptions, report: Report) -> Result<(Draft, Report)> {
    let mut source = Kept { reader: entry.open()?, failure: None };
    let parsed = serde_json::from_reader::<_, Document>(std::io::BufReader::with_capacity(1 << 16, &mut source));
    if let Some(failure) = source.failure {
        return Err(entry.error(failure));
    }
    let name = &entry.place().file;
    let document = parsed.map_err(|error| {
        Error::source(Place::line(name, error.line() as u64), format!("this is no OBO graph: {error}"))
    })?;
    let mut builder = Builder::new(report);
    let mut ontology = Ontology::default();
    for graph in document.graphs {
        if ontology.name.is_empty() {
            ontology = about(&graph);
        }
        add(name, graph, &mut builder)?;
    }
    ontology.version_if_untold(options);
    builder.finish(name, ontology)
}

fn about(graph: &Graph) -> Ontology {
    let meta = &graph.meta;
    let stated = meta.first("versionInfo");
    Ontology {
        name: name_in_url(&graph.id),
        version: if stated.is_empty() { version_in(&meta.version) } else { stated },
        title: meta.first("title"),
        creator: meta.first("creator"),
        license: meta.first("license"),
    }
}

fn add(file: &str, graph: Graph, builder: &mut Builder) -> Result<()> {
    for (number, node) in (1..).zip(graph.nodes) {
        builder.report.check()?;
        builder.report.rows += 1;
        let place = Place::file(file).with_field(format!("node {number}"));
        let Element::Good(node) = node else {
            let message = "this is no node: it has no id, or members of another kind than they should be";
            builder.report.add(Severity::Refused, "bad-node", place, None, message);
            continue;
        };
        // Terms that another ontology defines may be there without a name, so that edges have an end.
        if node.kind == "CLASS" && !(node.lbl.is_empty() && node.meta.is_empty()) {
            builder.add(term(place, node));
        }
    }
    for (number, edge) in (1..).zip(graph.edges) {
        builder.report.check()?;
        builder.report.rows += 1;
        let place = Place::file(file).with_field(format!("edge {number}"));
        let Element::Good(edge) = edge else {
            let message = "this is no edge: it has no sub, pred and obj";
            builder.report.add(Severity::Refused, "bad-edge", place, None, message);
            continue;
        };
        builder.relate(&curie(&edge.sub), &curie(&edge.pred), curie(&edge.obj), place);
    }
    Ok(())
}

impl Meta {
    fn is_empty(&self) -> bool {
        self.definition.is_none()
            && self.synonyms.is_empty()
            && self.basic_property_values.is_empty()
            && !self.deprecated
    }
}

fn term(place: Place, node: Node) -> Term {
    let Node { id, lbl, meta, .. } = node;
    let mut term = Term { place, id: curie(&id), name: lbl.trim().to_owned(), ..Term::default() };
    term.is_obsolete = meta.deprecated;
    term.texts.extend(meta.definition.map(|definition| ("definition", definition.val)));
    term.texts.extend(meta.comments.into_iter().map(|comment| ("comment", comment)));
    term.texts.extend(meta.xrefs.into_iter().map(|xref| ("xref", xref.val)));
    let end = |subset: String| subset.rsplit(['/', '#']).next().unwrap_or_default().to_owned();
    term.texts.extend(meta.subsets.into_iter().map(|subset| ("subset", end(subset))));
    for synonym in meta.synonyms {
        let scope = match synonym.pred.rsplit(['/', '#']).next() {
            Some("hasExactSynonym") => Scope::Exact,
            Some("hasNarrowSynonym") => Scope::Narrow,
            Some("hasBroadSynonym") => Scope::Broad,
            _ => Scope::Related,
        };
        term.synonyms.push((synonym.val.trim().to_owned(), scope, synonym.synonym_type));
    }
    for Property { pred, val } in meta.basic_property_values {
        match pred.rsplit(['/', '#']).next() {
            Some("hasAlternativeId") => term.texts.push(("alternative-id", val)),
            Some("IAO_0100001") => term.replaced_by.push(curie(&val)),
            Some("consider") => term.consider.push(curie(&val)),
            _ => {}
        }
    }
    term
}

/// Keeps the error with which reading ended, of which a parser says only that there was one.
struct Kept<R> {
    reader: R,
    failure: Option<std::io::Error>,
}

impl<R: std::io::Read> std::io::Read for Kept<R> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        self.reader.read(buffer).map_err(|error| {
            let kind = error.kind();
            self.failure = Some(error);
            kind.into()
        })
    }
}
