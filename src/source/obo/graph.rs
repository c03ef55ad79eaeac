//! OBO graphs in JSON.

use std::io::BufRead;
use std::path::Path;

use serde::Deserialize;
use serde::de::IgnoredAny;

use super::build::{Builder, Ontology, Scope, Term, curie, name_in_url, version_in};
use crate::source::parts::Part;
use crate::source::{Draft, Place, Report, Severity, SourceFile};
use crate::{Error, Result};

/// Reads an OBO graph in JSON.
///
/// # Errors
///
/// [`Error::Io`] if the file cannot be read, [`Error::Source`] if it is no JSON, no OBO graph, or has no term. Single
/// nodes and edges that are not as they should be are no error: see the report.
///
/// Time and memory are in proportion to the terms.
pub fn read_graph(path: impl AsRef<Path>) -> Result<(Draft, Report)> {
    let part = Part::file(path.as_ref().to_owned());
    read(&part.name, part.open()?)
}

/// Reads an OBO graph whose content is at hand; `name` is what the report calls it. See [`read_graph`].
pub fn read_graph_bytes(name: &str, bytes: &[u8]) -> Result<(Draft, Report)> {
    read(name, bytes)
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

fn read(name: &str, mut reader: impl BufRead) -> Result<(Draft, Report)> {
    let mut counted = Counted { reader: &mut reader, length: 0, checksum: crc32fast::Hasher::new() };
    let parsed = serde_json::from_reader::<_, Document>(std::io::BufReader::with_capacity(1 << 16, &mut counted));
    let document = parsed.map_err(|error| match error.io_error_kind() {
        Some(kind) => Error::io(name, kind.into()),
        None => Error::source(Place::line(name, error.line() as u64), format!("this is no OBO graph: {error}")),
    })?;
    let source = SourceFile { name: name.to_owned(), bytes: counted.length, crc32: counted.checksum.finalize() };
    let mut builder = Builder::new();
    builder.report.sources.push(source);
    let mut ontology = Ontology::default();
    for graph in document.graphs {
        if ontology.name.is_empty() {
            ontology = about(&graph);
        }
        add(name, graph, &mut builder);
    }
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

fn add(file: &str, graph: Graph, builder: &mut Builder) {
    for (number, node) in (1..).zip(graph.nodes) {
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
        builder.report.rows += 1;
        let place = Place::file(file).with_field(format!("edge {number}"));
        let Element::Good(edge) = edge else {
            let message = "this is no edge: it has no sub, pred and obj";
            builder.report.add(Severity::Refused, "bad-edge", place, None, message);
            continue;
        };
        builder.relate(&curie(&edge.sub), &curie(&edge.pred), curie(&edge.obj), place);
    }
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

/// Counts and sums what is read through it.
struct Counted<R> {
    reader: R,
    length: u64,
    checksum: crc32fast::Hasher,
}

impl<R: std::io::Read> std::io::Read for Counted<R> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let count = self.reader.read(buffer)?;
        self.checksum.update(buffer.get(..count).unwrap_or_default());
        self.length += count as u64;
        Ok(count)
    }
}
