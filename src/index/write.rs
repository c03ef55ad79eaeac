//! From a draft to the bytes of an index.

use std::borrow::Borrow;
use std::collections::{BTreeMap, HashMap};
use std::path::Path;

use super::container::{Builder, Kind, Section, write_atomically};
use super::designations::{GroupInput, GroupKey};
use super::hierarchy::{Edge, Refused};
use super::identity::Identity;
use super::positions::PlaceInput;
use super::properties::Values;
use super::sparse::{SparseBytes, SparseTexts};
use super::status::Status;
use super::terms::{MAX_CONCEPT_TEXT, TermsBuilder};
use super::{codes, designations, hierarchy, positions, properties, words};
use crate::code::CodeKey;
use crate::source::{
    Content, Designation, Draft, DraftConcept, DraftPosition, PropertyKind, PropertyValue, Report, Usability,
};
use crate::supplement::Side;
use crate::text::TEXT_VERSION;
use crate::{Error, Result};

/// Compiles a draft into the bytes of an index: a code system's, or if its content is
/// [`Content::Supplement`] a supplement's. The same draft and report give the same bytes.
///
/// A draft that is given away, rather than lent, is freed before the terms are coded, which saves memory where lists are
/// large.
///
/// # Errors
///
/// [`Error::Draft`] if a code cannot be a key of the draft's grammar, is listed twice with the same mark,
/// has a parent that is not listed, or is its own ancestor, or stands more than 255 levels down; if a property is
/// defined twice; if the labels of positions repeat or make no tree; if a text, or the texts of one concept together, are longer than an index can hold; or if a
/// supplement does not say what it supplements, or says what is not for a supplement to say (parents, positions,
/// usability, activity; see [`Draft::into_supplement`]).
/// Readers report and mend such things in what they read, so this speaks of drafts made by hand.
pub fn to_bytes(draft: impl Borrow<Draft>, report: &Report) -> Result<Vec<u8>> {
    build(draft, report)?.finish()
}

/// As [`to_bytes`], with supplements that the file carries: whoever opens it has them, in this order, as if they had
/// been given to it by [`CodeSystem::with_supplement`](crate::CodeSystem::with_supplement).
///
/// ```
/// use medterm::source::{Draft, DraftConcept, Report};
/// use medterm::{CodeSystem, Edition, index};
///
/// let edition = |system: &str| Edition { system: system.into(), version: "1".into(), ..Edition::default() };
/// let concepts = vec![DraftConcept { code: "A".into(), ..DraftConcept::default() }];
/// let list = Draft { edition: edition("list"), concepts: concepts.clone(), ..Draft::default() };
/// let names = Draft { edition: edition("names"), concepts, ..Draft::default() }.into_supplement("list");
/// let file = index::to_bytes_with_supplements(&list, &Report::default(), &[(names, Report::default())])?;
/// assert_eq!(CodeSystem::from_bytes(file)?.supplements()[0].edition().system, "names");
/// # Ok::<(), medterm::Error>(())
/// ```
///
/// # Errors
///
/// As [`to_bytes`] of each draft; [`Error::Draft`] if the first is itself a supplement; and [`Error::Argument`] if one
/// of the others does not fit it, as [`CodeSystem::with_supplement`](crate::CodeSystem::with_supplement) says.
pub fn to_bytes_with_supplements(draft: &Draft, report: &Report, supplements: &[(Draft, Report)]) -> Result<Vec<u8>> {
    let mut file = build(draft, report)?;
    if draft.content == Content::Supplement && !supplements.is_empty() {
        return Err(Error::Draft { message: "a supplement carries no supplements".to_owned(), code: None });
    }
    let mut properties = draft.properties.clone();
    for (number, (supplement, report)) in (0..).zip(supplements) {
        let content = to_bytes(supplement, report)?;
        let base = Side { edition: &draft.edition, grammar: draft.grammar, properties: &properties };
        base.check(&side(supplement), supplement.supplements.as_deref().unwrap_or_default())?;
        let earlier = supplements.iter().take(usize::from(number));
        if earlier.map(|(earlier, _)| &earlier.edition).any(|earlier| earlier.is_same_release(&supplement.edition)) {
            let (value, expected) = (supplement.edition.to_string(), "each supplement once".to_owned());
            return Err(Error::Argument { what: "supplement", value, expected });
        }
        properties.extend(supplement.properties.iter().cloned());
        file.add(Section::Supplement, number, content);
    }
    file.finish()
}

fn side(draft: &Draft) -> Side<'_> {
    Side { edition: &draft.edition, grammar: draft.grammar, properties: &draft.properties }
}

/// Compiles a draft, and frees it as soon as all that is needed of it is taken over.
fn build(draft: impl Borrow<Draft>, report: &Report) -> Result<Builder> {
    let taken = Taken::new(draft.borrow(), report)?;
    drop(draft);
    taken.into_file()
}

/// What is needed of a draft: the sections that are ready, and what is coded without it.
struct Taken {
    file: Builder,
    terms: TermsBuilder,
    /// The words of each language.
    search: Vec<words::Writer>,
}

impl Taken {
    fn new(draft: &Draft, report: &Report) -> Result<Self> {
        let kind = kind(draft)?;
        let concepts = Sorted::new(draft)?;
        let count = concepts.list.len() as u32;
        let (hierarchy, has_children) = write_hierarchy(&concepts)?;
        check_texts(draft)?;
        let groups = concepts.groups();
        let ids = designation_ids(&groups);
        let mut terms = TermsBuilder::new();
        let mut search = BTreeMap::new();
        let mut group_inputs: Vec<GroupInput<'_>> = Vec::new();
        for (key, designations) in groups {
            for (_, designation) in &designations {
                let term = terms.push(&designation.text)?;
                if key.is_searchable() {
                    let words = search.entry(key.language).or_insert_with(|| words::Writer::new(term));
                    words.add(&designation.text);
                }
            }
            group_inputs.push((key, designations.iter().map(|(concept, _)| *concept).collect()));
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
        let mut file = Builder::new(kind, TEXT_VERSION);
        file.add(Section::Identity, 0, identity.with_report(report).encode());
        file.add(Section::Codes, 0, codes::encode(concepts.list.iter().map(|(key, _)| key.as_bytes()))?);
        file.add(Section::Status, 0, concepts.status(&has_children));
        file.add(Section::CodeTexts, 0, concepts.code_texts(draft));
        file.add(Section::Designations, 0, designations::encode(&group_inputs, count));
        file.add(Section::Hierarchy, 0, hierarchy);
        file.add(Section::Properties, 0, properties);
        // Sections that a file has only if it needs them: without them it stays what it was.
        if let Some(target) = &draft.supplements {
            file.add(Section::Target, 0, target.clone().into_bytes());
        }
        let inactive = designations::encode_inactive(&group_inputs);
        if !inactive.is_empty() {
            file.add(Section::InactiveDesignations, 0, inactive);
        }
        if let Some(ids) = ids {
            file.add(Section::DesignationIds, 0, ids);
        }
        if let Some(positions) = write_positions(&concepts)? {
            file.add(Section::Positions, 0, positions);
        }
        Ok(Self { file, terms, search: search.into_values().collect() })
    }

    /// Codes the terms and their words.
    fn into_file(self) -> Result<Builder> {
        let Self { mut file, terms, search } = self;
        file.add(Section::Terms, 0, terms.finish()?);
        for (language, words) in (0..).zip(search) {
            file.add(Section::Search, language, words.finish()?);
        }
        Ok(file)
    }
}

/// All designations by group; inside a group by concept, then in the order of the draft. Terms are numbered so.
type Groups<'d> = BTreeMap<GroupKey<'d>, Vec<(u32, &'d Designation)>>;

/// The section of the publisher's identifiers, if any term has one.
fn designation_ids(groups: &Groups<'_>) -> Option<Vec<u8>> {
    let terms = (0..).zip(groups.values().flatten());
    let ids: Vec<_> = terms.filter_map(|(term, (_, designation))| Some((term, designation.id.as_deref()?))).collect();
    (!ids.is_empty()).then(|| SparseTexts::encode(&ids))
}

/// What kind of file a draft makes. What a supplement cannot say is refused.
fn kind(draft: &Draft) -> Result<Kind> {
    let refuse = |message: &str| Err(Error::Draft { message: message.to_owned(), code: None });
    match (draft.content, &draft.supplements) {
        (Content::Supplement, Some(target)) if !target.is_empty() => {}
        (Content::Supplement, _) => return refuse("a supplement must say what it supplements: `Draft::supplements`"),
        (_, Some(_)) => return refuse("only a draft whose content is a supplement supplements something"),
        (_, None) => return Ok(Kind::CodeSystem),
    }
    let oversteps = |concept: &&DraftConcept| {
        !concept.parents.is_empty()
            || !concept.positions.is_empty()
            || concept.inactive
            || concept.usability != Usability::Usable
    };
    match draft.concepts.iter().find(oversteps) {
        Some(concept) => {
            let message = "a supplement adds names and properties, no parents, positions, usability or activity; \
                           `Draft::into_supplement` drops them";
            Err(refused(concept, message))
        }
        None => Ok(Kind::Supplement),
    }
}

/// Compiles a draft and writes the index to a file, atomically: the old file stays until the new one is complete.
/// Returns the file's length in bytes. A draft that is given away is freed early; see [`to_bytes`].
///
/// # Errors
///
/// As [`to_bytes`], and [`Error::Io`] if the file cannot be written.
pub fn to_file(draft: impl Borrow<Draft>, report: &Report, path: impl AsRef<Path>) -> Result<u64> {
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

    fn groups(&self) -> Groups<'d> {
        let mut groups = Groups::new();
        for (number, concept) in self.numbered() {
            for designation in &concept.designations {
                let key = GroupKey {
                    language: &designation.language,
                    status: designation.status,
                    r#use: &designation.r#use,
                    acceptability: &designation.acceptability,
                };
                groups.entry(key).or_default().push((number, designation));
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

/// The section of places, if any concept has one.
fn write_positions(concepts: &Sorted<'_>) -> Result<Option<Vec<u8>>> {
    let mut places = Vec::new();
    let mut owners = Vec::new();
    for (number, concept) in concepts.numbered() {
        for DraftPosition { label, parent } in &concept.positions {
            places.push(PlaceInput { label, parent: parent.as_deref(), concept: number });
            owners.push(concept);
        }
    }
    if places.is_empty() {
        return Ok(None);
    }
    positions::encode(&places).map(Some).map_err(|(at, reason)| match (owners.get(at), places.get(at)) {
        (Some(concept), Some(place)) => refused(concept, format!("{reason}: {}", place.label)),
        _ => Error::Draft { message: reason.into(), code: None },
    })
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
