//! From a draft to the bytes of an index.

use std::collections::{BTreeMap, HashMap};
use std::path::Path;

use super::container::{Builder, Kind, Section, write_atomically};
use super::designations::{GroupInput, GroupKey};
use super::hierarchy::{Edge, Refused};
use super::identity::Identity;
use super::properties::Values;
use super::sparse::{SparseBytes, SparseTexts};
use super::status::Status;
use super::terms::{MAX_CONCEPT_TEXT, TermsBuilder};
use super::{codes, designations, hierarchy, properties, words};
use crate::code::CodeKey;
use crate::source::{Draft, DraftConcept, PropertyKind, PropertyValue, Report, Usability};
use crate::text::TEXT_VERSION;
use crate::{Error, Result};

/// Compiles a draft into the bytes of an index. The same draft and report give the same bytes.
///
/// # Errors
///
/// [`Error::Draft`] if a code cannot be a key of the draft's grammar, is listed twice with the same mark,
/// has a parent that is not listed, or is its own ancestor, or stands more than 255 levels down; if a property is defined twice; or if a text, or the texts
/// of one concept together, are longer than an index can hold.
/// Readers report and mend such things in what they read, so this speaks of drafts made by hand.
pub fn to_bytes(draft: &Draft, report: &Report) -> Result<Vec<u8>> {
    let concepts = Sorted::new(draft)?;
    let count = concepts.list.len() as u32;
    let (hierarchy, has_children) = write_hierarchy(&concepts)?;
    check_texts(draft)?;
    let mut terms = TermsBuilder::new();
    let groups = concepts.groups();
    let mut search = BTreeMap::new();
    let mut group_inputs: Vec<GroupInput<'_>> = Vec::new();
    for (key, designations) in &groups {
        for (_, text) in designations {
            let term = terms.push(text)?;
            if key.r#use.is_searchable() {
                let words = search.entry(key.language).or_insert_with(|| words::Writer::new(term));
                words.add(text);
            }
        }
        group_inputs.push((*key, designations.iter().map(|(concept, _)| *concept).collect()));
    }
    let properties = write_properties(draft, &concepts, &mut terms)?;

    let identity = Identity {
        edition: draft.edition.clone(),
        content: draft.content,
        grammar: draft.grammar,
        language: draft.language.clone(),
        concepts: count,
        listed: draft.concepts.iter().filter(|concept| concept.usability != Usability::Grouper).count() as u32,
        creator: concat!("medterm ", env!("CARGO_PKG_VERSION")).to_owned(),
        search_languages: search.keys().map(|language| (*language).to_owned()).collect(),
        ..Identity::default()
    };
    let mut file = Builder::new(Kind::CodeSystem, TEXT_VERSION);
    file.add(Section::Identity, 0, identity.with_report(report).encode());
    file.add(Section::Codes, 0, codes::encode(concepts.list.iter().map(|(key, _)| key.as_bytes()))?);
    file.add(Section::Status, 0, concepts.status(&has_children));
    file.add(Section::CodeTexts, 0, concepts.code_texts(draft));
    file.add(Section::Terms, 0, terms.finish()?);
    file.add(Section::Designations, 0, designations::encode(&group_inputs, count));
    file.add(Section::Hierarchy, 0, hierarchy);
    file.add(Section::Properties, 0, properties);
    for (language, words) in search.into_values().enumerate() {
        file.add(Section::Search, language as u16, words.finish()?);
    }
    file.finish()
}

/// Compiles a draft and writes the index to a file, atomically: the old file stays until the new one is complete.
/// Returns the file's length in bytes.
///
/// # Errors
///
/// As [`to_bytes`], and [`Error::Io`] if the file cannot be written.
pub fn to_file(draft: &Draft, report: &Report, path: impl AsRef<Path>) -> Result<u64> {
    let content = to_bytes(draft, report)?;
    write_atomically(path.as_ref(), &content)?;
    Ok(content.len() as u64)
}

fn refused(concept: &DraftConcept, message: impl Into<String>) -> Error {
    Error::Draft { message: message.into(), code: Some(format!("{}{}", concept.code, concept.mark.as_str())) }
}

/// The draft's concepts in key order: their positions here are their numbers.
struct Sorted<'d> {
    list: Vec<(CodeKey, &'d DraftConcept)>,
    /// The concepts' numbers in the publisher's order.
    order: Vec<u32>,
    /// First concept of each key.
    by_key: HashMap<&'d str, u32>,
}

impl<'d> Sorted<'d> {
    fn new(draft: &'d Draft) -> Result<Self> {
        let mut list = Vec::with_capacity(draft.concepts.len());
        for (position, concept) in draft.concepts.iter().enumerate() {
            let key =
                draft.grammar.parse(&concept.code).ok_or_else(|| refused(concept, "not a code of this grammar"))?;
            list.push((key, concept, position));
        }
        list.sort_by(|a, b| (a.0.as_bytes(), a.1.mark, a.2).cmp(&(b.0.as_bytes(), b.1.mark, b.2)));
        let mut order = vec![0; list.len()];
        let mut by_key = HashMap::with_capacity(list.len());
        let mut previous: Option<(CodeKey, &DraftConcept)> = None;
        for (number, &(key, concept, position)) in list.iter().enumerate() {
            if previous.is_some_and(|(before, twin)| before == key && twin.mark == concept.mark) {
                return Err(refused(concept, "listed twice with the same mark"));
            }
            previous = Some((key, concept));
            order.get_mut(position).into_iter().for_each(|slot| *slot = number as u32);
            by_key.entry(concept.code.as_str()).or_insert(number as u32);
        }
        Ok(Self { list: list.into_iter().map(|(key, concept, _)| (key, concept)).collect(), order, by_key })
    }

    fn numbered(&self) -> impl Iterator<Item = (u32, &'d DraftConcept)> {
        self.list.iter().enumerate().map(|(number, (_, concept))| (number as u32, *concept))
    }

    /// All designations by group; inside a group by concept, then in the order of the draft.
    fn groups(&self) -> BTreeMap<GroupKey<'d>, Vec<(u32, &'d str)>> {
        let mut groups: BTreeMap<GroupKey<'d>, Vec<(u32, &'d str)>> = BTreeMap::new();
        for (number, concept) in self.numbered() {
            for designation in &concept.designations {
                let key = GroupKey {
                    language: &designation.language,
                    r#use: &designation.r#use,
                    acceptability: &designation.acceptability,
                };
                groups.entry(key).or_default().push((number, &designation.text));
            }
        }
        groups
    }

    fn status(&self, has_children: &[bool]) -> Vec<u8> {
        let unusual: Vec<(u32, u8)> = self
            .numbered()
            .zip(has_children)
            .filter_map(|((number, concept), &has_children)| {
                let status = Status { usability: concept.usability, mark: concept.mark, inactive: concept.inactive };
                (status != Status::usual(has_children)).then(|| (number, status.to_byte()))
            })
            .collect();
        SparseBytes::encode(&unusual, self.list.len() as u32)
    }

    /// Printed codes and source codes that cannot be rendered from the key.
    fn code_texts(&self, draft: &Draft) -> Vec<u8> {
        let (mut printed, mut source) = (Vec::new(), Vec::new());
        let mut rendered = String::new();
        for (number, (key, concept)) in self.list.iter().enumerate() {
            rendered.clear();
            draft.grammar.render(key.as_str(), &mut rendered);
            if rendered != concept.code {
                printed.push((number as u32, concept.code.as_str()));
            }
            source.extend(concept.source_code.as_deref().map(|code| (number as u32, code)));
        }
        let mut out = SparseTexts::encode(&printed);
        out.extend(SparseTexts::encode(&source));
        out
    }
}

fn write_hierarchy(concepts: &Sorted<'_>) -> Result<(Vec<u8>, Vec<bool>)> {
    let mut edges = Vec::new();
    for (number, concept) in concepts.numbered() {
        for parent in &concept.parents {
            let Some(&above) = concepts.by_key.get(parent.code.as_str()) else {
                return Err(refused(concept, format!("its parent {} is not listed", parent.code)));
            };
            edges.push(Edge { child: number, parent: above, kind: parent.kind });
        }
    }
    let section = hierarchy::encode(&concepts.order, &edges).map_err(|Refused { concept, reason }| {
        match concepts.list.get(concept as usize) {
            Some((_, concept)) => refused(concept, reason),
            None => Error::Draft { message: reason.into(), code: None },
        }
    })?;
    let count = concepts.list.len() as u32;
    let view = hierarchy::Hierarchy::open(&section, count)?;
    let has_children = (0..count).map(|concept| view.has_children(concept)).collect::<Result<_>>()?;
    Ok((section, has_children))
}

/// What [`MAX_CONCEPT_TEXT`] forbids to read must not be written.
fn check_texts(draft: &Draft) -> Result<()> {
    for concept in &draft.concepts {
        let value_length = |value: &PropertyValue| match value {
            PropertyValue::Text(text) | PropertyValue::Code(text) => text.len(),
            PropertyValue::Boolean(_) | PropertyValue::Integer(_) => 0,
        };
        let designations = concept.designations.iter().map(|designation| designation.text.len());
        let values = concept.properties.iter().map(|(_, value)| value_length(value));
        if designations.chain(values).sum::<usize>() > MAX_CONCEPT_TEXT {
            return Err(refused(concept, "its texts together are too long"));
        }
    }
    Ok(())
}

fn write_properties(draft: &Draft, concepts: &Sorted<'_>, terms: &mut TermsBuilder) -> Result<Vec<u8>> {
    let is_defined = |(property, _): &(usize, PropertyValue)| *property < draft.properties.len();
    if let Some(concept) = draft.concepts.iter().find(|concept| !concept.properties.iter().all(is_defined)) {
        return Err(refused(concept, "it has a property that is not defined"));
    }
    // Equal texts are stored once.
    let mut texts: HashMap<&str, u32> = HashMap::new();
    let mut written = Vec::new();
    for (property, definition) in draft.properties.iter().enumerate() {
        if draft.properties.iter().take(property).any(|earlier| earlier.name == definition.name) {
            return Err(Error::Draft { message: format!("property {} is defined twice", definition.name), code: None });
        }
        let mut values = match definition.kind {
            PropertyKind::Boolean => Values::True(Vec::new()),
            PropertyKind::Integer => Values::Integers(Vec::new()),
            PropertyKind::Text | PropertyKind::Code => Values::Terms(Vec::new()),
        };
        for (number, concept) in concepts.numbered() {
            for (_, value) in concept.properties.iter().filter(|(index, _)| *index == property) {
                match (&mut values, value, definition.kind) {
                    (Values::True(_), PropertyValue::Boolean(false), _) => {}
                    (Values::True(holds), PropertyValue::Boolean(true), _) if holds.last() == Some(&number) => {}
                    (Values::True(holds), PropertyValue::Boolean(true), _) => holds.push(number),
                    (Values::Integers(pairs), PropertyValue::Integer(value), _) => pairs.push((number, *value)),
                    (Values::Terms(pairs), PropertyValue::Text(text), PropertyKind::Text)
                    | (Values::Terms(pairs), PropertyValue::Code(text), PropertyKind::Code) => {
                        let term = match texts.get(text.as_str()) {
                            Some(&term) => term,
                            None => terms.push(text)?,
                        };
                        texts.insert(text, term);
                        pairs.push((number, term));
                    }
                    _ => return Err(refused(concept, format!("a value of {} is not of its kind", definition.name))),
                }
            }
        }
        written.push((definition, values));
    }
    Ok(properties::encode(&written, concepts.list.len() as u32))
}
