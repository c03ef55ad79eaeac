//! The draft as it grows from rows.

mod acceptability;
mod edition;
mod names;
mod relationships;

use std::collections::{BTreeMap, HashMap, HashSet};

use self::acceptability::Accepted;
use self::relationships::{Relationship, Target};
use super::Options;
use super::files::Table;
use super::known;
use crate::code::snomed_ct::{Component, Identifier, number};
use crate::source::{
    Content, Designation, DesignationStatus, DesignationUse, Draft, DraftConcept, Place, PropertyDefinition,
    PropertyKind, PropertyValue, Report, Severity, SharedText,
};
use crate::{Error, Result};

pub(super) const SYSTEM: &str = "http://snomed.info/sct";

/// The latest state of a concept, as far as the draft does not hold it.
struct ConceptState {
    time: u32,
    package: usize,
    module: u64,
    is_defined: bool,
    origin: Origin,
}

/// Where the latest state of a description stands.
struct DescriptionState {
    concept: u32,
    /// Its place among the concept's designations.
    slot: u32,
    time: u32,
    package: u32,
}

/// A row of a reference set.
struct Member {
    id: u128,
    time: u32,
    is_active: bool,
    origin: Origin,
    reference_set: u64,
    component: u64,
    value: u64,
}

/// Where a row was read.
#[derive(Clone, Copy)]
struct Origin {
    file: u32,
    line: u32,
}

/// The columns that all rows begin with.
struct Head<'r> {
    id: &'r str,
    time: u32,
    is_active: bool,
    module: u64,
}

pub(super) struct Builder<'o> {
    options: &'o Options,
    module: Option<u64>,
    /// Whether components may have several states, in one file or in several packages.
    is_layered: bool,
    is_delta: bool,
    report: Report,
    files: Vec<String>,
    table: Table,
    package: usize,
    concepts: Vec<DraftConcept>,
    states: Vec<ConceptState>,
    by_id: HashMap<u64, u32>,
    descriptions: HashMap<u64, DescriptionState>,
    relationships: Vec<Relationship>,
    members: Vec<Member>,
    properties: Vec<PropertyDefinition>,
    by_name: HashMap<String, usize>,
    /// Languages and uses of terms, each once.
    languages: HashSet<SharedText>,
    uses: HashMap<u64, DesignationUse>,
    /// Rows of language reference sets.
    accepted: Vec<Accepted>,
    /// Modules on which others depend, by the depending one.
    dependencies: BTreeMap<u64, Vec<u64>>,
    latest: u32,
    passed_over: BTreeMap<(u32, &'static str), u64>,
}

impl<'o> Builder<'o> {
    pub(super) fn new(options: &'o Options, is_layered: bool, is_delta: bool, report: Report) -> Result<Self> {
        let not_understood = |text: &str| Error::Argument {
            what: "module",
            value: text.to_owned(),
            expected: "the SNOMED CT identifier of a module, such as 900000000000207008".to_owned(),
        };
        let module = options.module.as_deref().map(|text| number(text).ok_or_else(|| not_understood(text)));
        let mut builder = Self {
            options,
            module: module.transpose()?,
            is_layered,
            is_delta,
            report,
            files: Vec::new(),
            table: Table::Concept,
            package: 0,
            concepts: Vec::new(),
            states: Vec::new(),
            by_id: HashMap::new(),
            descriptions: HashMap::new(),
            relationships: Vec::new(),
            members: Vec::new(),
            properties: Vec::new(),
            by_name: HashMap::new(),
            languages: HashSet::new(),
            uses: HashMap::from([(known::SYNONYM, DesignationUse::Synonym)]),
            accepted: Vec::new(),
            dependencies: BTreeMap::new(),
            latest: 0,
            passed_over: BTreeMap::new(),
        };
        for (name, kind, description) in [
            ("effective-time", PropertyKind::Text, "Day on which the concept's present state was released, YYYYMMDD"),
            ("module-id", PropertyKind::Code, "The module that maintains the concept"),
            (
                "sufficiently-defined",
                PropertyKind::Boolean,
                "The concept's relationships say all that sets it apart: it is fully defined, not primitive",
            ),
        ] {
            builder.property(name, kind, || description.to_owned());
        }
        Ok(builder)
    }

    pub(super) fn report(&mut self) -> &mut Report {
        &mut self.report
    }

    pub(super) fn start_file(&mut self, name: &str, table: Table, package: usize) {
        // Members wait until all files of their kind are read, for a later package may withdraw them; relationships
        // wait until the concrete values are there.
        if table != self.table {
            self.apply_members();
            self.apply_acceptability();
            if self.table == Table::Description {
                // Now, so that what comes next uses the room.
                self.concepts.iter_mut().for_each(|concept| concept.designations.shrink_to_fit());
            }
        }
        self.files.push(name.to_owned());
        (self.table, self.package) = (table, package);
    }

    pub(super) fn end_file(&mut self) {
        if !self.is_layered {
            self.apply_members();
        }
    }

    /// Takes a row of the present file.
    pub(super) fn add(&mut self, line: u64, row: &str, columns: usize) {
        self.report.rows += 1;
        let origin = Origin {
            file: u32::try_from(self.files.len().saturating_sub(1)).unwrap_or(u32::MAX),
            line: u32::try_from(line).unwrap_or(u32::MAX),
        };
        if let Table::Other(kind) = self.table {
            return self.pass_over(origin, kind);
        }
        let mut fields = [""; 10];
        let mut count = 0;
        for (slot, field) in fields.iter_mut().zip(row.split('\t')) {
            *slot = field;
            count += 1;
        }
        if row.split('\t').count() != columns || count != columns {
            let found = row.split('\t').count();
            let message = format!("{found} columns where {columns} were expected");
            return self.tell(Severity::Refused, "field-count", origin, fields.first().copied(), message);
        }
        if let Err(problem) = self.add_fields(origin, &fields) {
            self.tell(Severity::Refused, "bad-row", origin, fields.first().copied(), problem);
        }
    }

    fn add_fields(&mut self, origin: Origin, fields: &[&str; 10]) -> Result<(), String> {
        let [id, time, active, module, five, six, seven, eight, nine, _] = *fields;
        let head = Head {
            id,
            time: effective_time(time)?,
            is_active: match active {
                "1" => true,
                "0" => false,
                _ => return Err(format!("{active:?} is no value of active: 0 or 1 were expected")),
            },
            module: identifier("moduleId", module)?,
        };
        if head.time != u32::MAX {
            self.latest = self.latest.max(head.time);
        }
        match self.table {
            Table::Concept => self.add_concept(origin, &head, identifier("definitionStatusId", five)?),
            Table::Description => {
                let (concept, r#type) = (identifier("conceptId", five)?, identifier("typeId", seven)?);
                self.add_description(origin, &head, concept, six, r#type, eight)
            }
            Table::Relationship | Table::ConcreteValue => {
                let target = match self.table {
                    Table::Relationship => Target::Concept(identifier("destinationId", six)?),
                    _ => Target::Value(six.into()),
                };
                let group = seven.parse().map_err(|_| format!("{seven:?} is no number of a group"))?;
                let relationship = Relationship {
                    id: identifier("id", id)?,
                    time: head.time,
                    is_active: head.is_active,
                    origin,
                    source: identifier("sourceId", five)?,
                    r#type: identifier("typeId", eight)?,
                    group,
                    target,
                };
                self.check_identifier(origin, id, Component::Relationship);
                self.add_relationship(relationship, identifier("characteristicTypeId", nine)?);
                Ok(())
            }
            Table::ModuleDependency => {
                let on = identifier("referencedComponentId", six)?;
                self.latest = self.latest.max(effective_time(seven)?);
                if head.is_active {
                    self.dependencies.entry(head.module).or_default().push(on);
                }
                Ok(())
            }
            Table::Language | Table::Association | Table::AttributeValue | Table::Simple => {
                let value = if self.table == Table::Simple { 0 } else { identifier("value", seven)? };
                let member = Member {
                    id: if self.is_layered { uuid(id)? } else { 0 },
                    time: head.time,
                    is_active: head.is_active,
                    origin,
                    reference_set: identifier("refsetId", five)?,
                    component: identifier("referencedComponentId", six)?,
                    value,
                };
                if self.is_layered {
                    self.members.push(member);
                } else if member.is_active {
                    self.apply_member(&member);
                }
                Ok(())
            }
            Table::Other(_) => Ok(()),
        }
    }

    fn add_concept(&mut self, origin: Origin, head: &Head<'_>, definition_status: u64) -> Result<(), String> {
        let id = identifier("id", head.id)?;
        let state = ConceptState {
            time: head.time,
            package: self.package,
            module: head.module,
            is_defined: definition_status == known::FULLY_DEFINED,
            origin,
        };
        let Some(&index) = self.by_id.get(&id) else {
            self.check_identifier(origin, head.id, Component::Concept);
            self.by_id.insert(id, u32::try_from(self.concepts.len()).map_err(|_| "too many concepts".to_owned())?);
            let inactive = !head.is_active;
            self.concepts.push(DraftConcept { code: head.id.to_owned(), inactive, ..DraftConcept::default() });
            self.states.push(state);
            return Ok(());
        };
        let index = index as usize;
        if let (Some(known), Some(concept)) = (self.states.get_mut(index), self.concepts.get_mut(index)) {
            if known.time < state.time {
                *known = state;
                concept.inactive = !head.is_active;
            } else if known.time == state.time && known.package == state.package {
                self.tell_duplicate(origin, head.id);
            }
        }
        Ok(())
    }

    fn add_description(
        &mut self,
        origin: Origin,
        head: &Head<'_>,
        concept: u64,
        language: &str,
        r#type: u64,
        term: &str,
    ) -> Result<(), String> {
        let id = identifier("id", head.id)?;
        let Some(&concept) = self.by_id.get(&concept) else {
            let message = format!("no file lists its concept {concept}");
            self.tell(Severity::Refused, "unknown-concept", origin, Some(head.id), message);
            return Ok(());
        };
        let text = term.trim();
        if text.is_empty() {
            return Err("there is no term".to_owned());
        }
        if text.len() != term.len() {
            let message = "white space at the ends of the term was cut";
            self.tell(Severity::Repaired, "padded-text", origin, Some(head.id), message);
        }
        let designation = Designation {
            text: text.to_owned(),
            language: self.language(language),
            r#use: self.uses.entry(r#type).or_insert_with(|| of_type(r#type)).clone(),
            status: if head.is_active { DesignationStatus::Active } else { DesignationStatus::Inactive },
            id: Some(head.id.to_owned()),
            ..Designation::default()
        };
        let package = u32::try_from(self.package).unwrap_or(u32::MAX);
        match self.descriptions.get_mut(&id) {
            None => {
                self.check_identifier(origin, head.id, Component::Description);
                if let Some(owner) = self.concepts.get_mut(concept as usize) {
                    let slot = u32::try_from(owner.designations.len()).map_err(|_| "too many terms".to_owned())?;
                    owner.designations.push(designation);
                    self.descriptions.insert(id, DescriptionState { concept, slot, time: head.time, package });
                }
            }
            Some(known) if known.concept != concept => {
                return Err("the description was of another concept before".to_owned());
            }
            Some(known) if known.time < head.time => {
                (known.time, known.package) = (head.time, package);
                let terms = self.concepts.get_mut(concept as usize).map(|owner| &mut owner.designations);
                if let Some(slot) = terms.and_then(|terms| terms.get_mut(known.slot as usize)) {
                    *slot = designation;
                }
            }
            Some(known) if known.time == head.time && known.package == package => {
                self.tell_duplicate(origin, head.id);
            }
            Some(_) => {}
        }
        Ok(())
    }

    /// Lets the latest state of each waiting member take effect.
    fn apply_members(&mut self) {
        let mut members = std::mem::take(&mut self.members);
        members.sort_by_key(|member| (member.id, member.time));
        for (place, member) in members.iter().enumerate() {
            let is_latest = members.get(place + 1).is_none_or(|next| next.id != member.id);
            if is_latest && member.is_active {
                self.apply_member(member);
            }
        }
    }

    fn apply_member(&mut self, member: &Member) {
        if self.table == Table::Language {
            return self.accept(member);
        }
        let concept = self.by_id.get(&member.component).copied();
        let description = self.descriptions.get(&member.component).map(|description| description.concept);
        let refers_to = self.table == Table::Association && known::is_of_descriptions(member.reference_set);
        let Some(concept) = concept.or(description.filter(|_| refers_to)) else {
            if description.is_some() {
                return self.pass_over(member.origin, "members of reference sets that are descriptions");
            }
            let message = "it is in a reference set, but no file lists it";
            let code = member.component.to_string();
            return self.tell(Severity::Doubtful, "unknown-component", member.origin, Some(&code), message);
        };
        let set = member.reference_set;
        let (property, value) = match self.table {
            Table::Association => {
                let (name, meaning) = known::association(set);
                (self.property(&name, PropertyKind::Code, || meaning), member.value)
            }
            Table::AttributeValue if set == known::CONCEPT_INACTIVATION => {
                let meaning = || "Why the concept was made inactive".to_owned();
                (self.property("inactivation-reason", PropertyKind::Code, meaning), member.value)
            }
            Table::AttributeValue => {
                let meaning = || format!("Value in reference set {set}");
                (self.property(&set.to_string(), PropertyKind::Code, meaning), member.value)
            }
            _ => {
                let meaning = || "Reference set that the concept is a member of".to_owned();
                (self.property("member-of", PropertyKind::Code, meaning), set)
            }
        };
        self.set(concept, property, PropertyValue::Code(value.to_string()));
    }

    fn language(&mut self, tag: &str) -> SharedText {
        if let Some(known) = self.languages.get(tag) {
            return known.clone();
        }
        let language = SharedText::from(tag);
        self.languages.insert(language.clone());
        language
    }

    /// The index of a property, which is defined if it was not before.
    fn property(&mut self, name: &str, kind: PropertyKind, description: impl FnOnce() -> String) -> usize {
        if let Some(&known) = self.by_name.get(name) {
            return known;
        }
        let index = self.properties.len();
        self.properties.push(PropertyDefinition { name: name.to_owned(), description: description(), kind });
        self.by_name.insert(name.to_owned(), index);
        index
    }

    fn set(&mut self, concept: u32, property: usize, value: PropertyValue) {
        if let Some(concept) = self.concepts.get_mut(concept as usize) {
            concept.properties.push((property, value));
        }
    }

    fn pass_over(&mut self, origin: Origin, kind: &'static str) {
        *self.passed_over.entry((origin.file, kind)).or_default() += 1;
    }

    fn tell(
        &mut self,
        severity: Severity,
        rule: &'static str,
        origin: Origin,
        code: Option<&str>,
        message: impl Into<String>,
    ) {
        let file = self.files.get(origin.file as usize).cloned().unwrap_or_default();
        // A file that is none of RF2 may have anything in its first column.
        let code = code.map(|code| code.chars().take(40).collect::<String>()).filter(|code| !code.is_empty());
        self.report.add(severity, rule, Place::line(file, origin.line.into()), code.as_deref(), message);
    }

    fn tell_duplicate(&mut self, origin: Origin, id: &str) {
        let message = "another state with the same effective time was read before; that counts";
        self.tell(Severity::Doubtful, "duplicate-component", origin, Some(id), message);
    }

    fn check_identifier(&mut self, origin: Origin, id: &str, expected: Component) {
        let problem = match Identifier::parse(id) {
            Ok(identifier) if identifier.component() == expected => return,
            Ok(_) => "the partition identifier is that of another kind of component".to_owned(),
            Err(fault) => fault.to_string(),
        };
        self.tell(Severity::Doubtful, "identifier", origin, Some(id), problem);
    }

    pub(super) fn finish(mut self) -> Result<(Draft, Report)> {
        self.apply_members();
        self.apply_acceptability();
        self.descriptions = HashMap::new();
        self.apply_relationships();
        self.apply_states();
        let language = self.name_concepts();
        self.describe_attributes();
        for ((file, kind), count) in std::mem::take(&mut self.passed_over) {
            let place = Place::file(self.files.get(file as usize).cloned().unwrap_or_default());
            self.report.add(Severity::Note, "rows-passed-over", place, None, format!("{count} rows: {kind}"));
        }
        let edition = self.edition();
        let is_whole = !self.is_delta && self.by_id.contains_key(&known::ROOT);
        let draft = Draft {
            edition,
            content: if is_whole { Content::Complete } else { Content::Fragment },
            language,
            properties: self.properties,
            concepts: self.concepts,
            ..Draft::default()
        };
        Ok((draft, self.report))
    }

    /// Puts what the concept rows say in front of the concepts' properties.
    fn apply_states(&mut self) {
        for (concept, state) in self.concepts.iter_mut().zip(&self.states) {
            let mut first = Vec::with_capacity(concept.properties.len() + 3);
            if state.time != u32::MAX {
                first.push((0, PropertyValue::Text(state.time.to_string())));
            }
            first.push((1, PropertyValue::Code(state.module.to_string())));
            if state.is_defined {
                first.push((2, PropertyValue::Boolean(true)));
            }
            first.append(&mut concept.properties);
            concept.properties = first;
        }
    }

    /// Lets properties that attributes became say what the attribute is called.
    fn describe_attributes(&mut self) {
        for property in &mut self.properties {
            let id = property.name.split('-').next().and_then(number);
            let concept = id.and_then(|id| self.by_id.get(&id)).and_then(|index| self.concepts.get(*index as usize));
            let names = concept.map(|concept| concept.designations.as_slice()).unwrap_or_default();
            let is_used = |name: &&Designation| name.status == DesignationStatus::Active;
            if let Some(name) = names.iter().filter(is_used).max_by_key(|name| name.r#use == DesignationUse::Preferred)
            {
                property.description.clone_from(&name.text);
            }
        }
    }
}

/// The use of terms of a type that this crate has no word for.
fn of_type(r#type: u64) -> DesignationUse {
    DesignationUse::Other { system: SYSTEM.into(), code: r#type.to_string().into() }
}

/// An effective time as a number; an empty one is that of a state not yet released, later than all others.
fn effective_time(text: &str) -> Result<u32, String> {
    if text.is_empty() {
        return Ok(u32::MAX);
    }
    let time = Some(text).filter(|text| text.len() == 8).and_then(|text| text.parse().ok());
    time.ok_or_else(|| format!("{text:?} is no effective time: YYYYMMDD was expected"))
}

fn identifier(column: &str, text: &str) -> Result<u64, String> {
    number(text).ok_or_else(|| {
        let shown: String = text.chars().take(40).collect();
        format!("{shown:?} in column {column} is no SNOMED CT identifier")
    })
}

/// The number that the 32 hexadecimal digits of a member's identifier are.
fn uuid(text: &str) -> Result<u128, String> {
    let (mut number, mut digits) = (0_u128, 0);
    for digit in text.chars().filter(|sign| *sign != '-') {
        let digit = digit.to_digit(16).ok_or_else(|| "the member's identifier is no UUID".to_owned())?;
        (number, digits) = (number << 4 | u128::from(digit), digits + 1);
    }
    if digits == 32 { Ok(number) } else { Err("the member's identifier is no UUID".to_owned()) }
}
