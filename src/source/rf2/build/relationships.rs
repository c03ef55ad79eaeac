//! Relationships: is-a becomes parents, all others properties.

use std::collections::{HashMap, HashSet};
use std::fmt::Write as _;

use super::{Builder, Origin};
use crate::source::rf2::known;
use crate::source::{EdgeKind, PropertyKind, PropertyValue, Severity, edges};

/// A row of a relationship file.
pub(super) struct Relationship {
    pub(super) id: u64,
    pub(super) time: u32,
    pub(super) is_active: bool,
    pub(super) origin: Origin,
    pub(super) source: u64,
    pub(super) r#type: u64,
    pub(super) group: u32,
    pub(super) target: Target,
}

/// What a relationship leads to.
pub(super) enum Target {
    Concept(u64),
    Value(Box<str>),
}

impl Builder<'_> {
    pub(super) fn add_relationship(&mut self, relationship: Relationship, characteristic: u64) {
        if characteristic == known::STATED {
            self.pass_over(relationship.origin, "stated relationships");
        } else if self.is_layered || relationship.is_active {
            // An inactive state matters only where it may follow an active one.
            self.relationships.push(relationship);
        }
    }

    pub(super) fn apply_relationships(&mut self) {
        let mut relationships = self.latest_relationships();
        relationships.sort_by_key(|relationship| (relationship.source, relationship.group, relationship.id));
        // An attribute has either concepts or concrete values, by the concept model; files made by hand have both.
        let with_concepts: HashSet<u64> = relationships
            .iter()
            .filter(|relationship| matches!(relationship.target, Target::Concept(_)))
            .map(|relationship| relationship.r#type)
            .collect();
        let mut attributes: HashMap<(u64, bool), usize> = HashMap::new();
        let mut links = Vec::new();
        let mut link_origins = Vec::new();
        for of_group in relationships.chunk_by(|a, b| (a.source, a.group) == (b.source, b.group)) {
            let mut grouped = String::new();
            for relationship in of_group {
                let Relationship { source, r#type, origin, .. } = *relationship;
                let Some(&concept) = self.by_id.get(&source) else {
                    let message = format!("no file lists its source concept {source}");
                    let id = relationship.id.to_string();
                    self.tell(Severity::Refused, "unknown-concept", origin, Some(&id), message);
                    continue;
                };
                let value = match &relationship.target {
                    Target::Concept(parent) if r#type == known::IS_A => {
                        if let Some(&parent) = self.by_id.get(parent) {
                            links.push((concept, parent, EdgeKind::IsA));
                            link_origins.push(origin);
                        } else {
                            let message = format!("its parent {parent} is not listed: the edge was left out");
                            self.tell(Severity::Doubtful, "unknown-parent", origin, Some(&source.to_string()), message);
                        }
                        continue;
                    }
                    Target::Concept(value) => PropertyValue::Code(value.to_string()),
                    Target::Value(value) => PropertyValue::Text(value.to_string()),
                };
                if let (PropertyValue::Code(value) | PropertyValue::Text(value), true) =
                    (&value, relationship.group > 0)
                {
                    let separator = if grouped.is_empty() { '{' } else { ',' };
                    // Writing to a string cannot fail.
                    let _ = write!(grouped, "{separator}{}={value}", r#type);
                }
                let is_code = matches!(value, PropertyValue::Code(_));
                let property = match attributes.get(&(r#type, is_code)) {
                    Some(&property) => property,
                    None => {
                        let property = self.attribute(r#type, is_code, with_concepts.contains(&r#type));
                        attributes.insert((r#type, is_code), property);
                        property
                    }
                };
                self.set(concept, property, value);
            }
            let concept = of_group.first().and_then(|first| self.by_id.get(&first.source)).copied();
            if let Some(concept) = concept.filter(|_| !grouped.is_empty()) {
                grouped.push('}');
                let property = self.property("role-group", PropertyKind::Text, || {
                    "Relationships that belong together, in compositional grammar: {attribute=value,attribute=value}"
                        .to_owned()
                });
                self.set(concept, property, PropertyValue::Text(grouped));
            }
        }
        for place in edges::link(&mut self.concepts, &links) {
            let (Some(origin), Some(&(child, parent, _))) = (link_origins.get(place), links.get(place)) else {
                continue;
            };
            let code = |index: u32| self.concepts.get(index as usize).map(|concept| concept.code.clone());
            let (child, parent) = (code(child), code(parent).unwrap_or_default());
            let message = format!("its parent {parent} is also below it: the edge was left out");
            self.tell(Severity::Doubtful, "parent-cycle", *origin, child.as_deref(), message);
        }
    }

    /// The latest state of each relationship, where that is an active one.
    fn latest_relationships(&mut self) -> Vec<Relationship> {
        let mut relationships = std::mem::take(&mut self.relationships);
        relationships.sort_by_key(|relationship| (relationship.id, relationship.time));
        relationships.dedup_by(|next, known| {
            if known.id != next.id {
                return false;
            }
            if known.time < next.time {
                std::mem::swap(known, next);
            } else if known.origin.file == next.origin.file {
                self.tell_duplicate(next.origin, &next.id.to_string());
            }
            true
        });
        relationships.retain(|relationship| relationship.is_active);
        relationships
    }

    fn attribute(&mut self, r#type: u64, is_code: bool, has_concepts: bool) -> usize {
        let (name, kind) = match (is_code, has_concepts) {
            (true, _) => (r#type.to_string(), PropertyKind::Code),
            (false, false) => (r#type.to_string(), PropertyKind::Text),
            (false, true) => (format!("{type}-value"), PropertyKind::Text),
        };
        self.property(&name, kind, || format!("Attribute {type}"))
    }
}
