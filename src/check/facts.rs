//! What a check asks of an edition, computed once: a few bits for each of its concepts.

use std::collections::HashMap;

use super::age::Window;
use crate::code::Mark;
use crate::concept::Concept;
use crate::source::{PropertyValue, Usability};
use crate::system::CodeSystem;
use crate::{ConceptId, Result};

/// What is known of one concept.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Flags(u16);

impl Flags {
    pub(super) const HEADING: Self = Self(1);
    pub(super) const GROUPER: Self = Self(1 << 1);
    pub(super) const INACTIVE: Self = Self(1 << 2);
    pub(super) const ASTERISK: Self = Self(1 << 3);
    pub(super) const DAGGER: Self = Self(1 << 4);
    pub(super) const NEVER_MAIN: Self = Self(1 << 5);
    pub(super) const DISCOURAGED_MAIN: Self = Self(1 << 6);
    pub(super) const DEATH_CAUSE_ONLY: Self = Self(1 << 7);
    pub(super) const FEMALE: Self = Self(1 << 8);
    pub(super) const MALE: Self = Self(1 << 9);

    /// The properties that lists have, and what they mean here.
    const PROPERTIES: [(&'static str, Self); 7] = [
        ("never-main-diagnosis", Self::NEVER_MAIN),
        ("discouraged-main-diagnosis", Self::DISCOURAGED_MAIN),
        ("death-cause-only", Self::DEATH_CAUSE_ONLY),
        ("mostly-female", Self::FEMALE),
        ("female-only", Self::FEMALE),
        ("mostly-male", Self::MALE),
        ("male-only", Self::MALE),
    ];

    pub(super) fn has(self, any: Self) -> bool {
        self.0 & any.0 != 0
    }

    pub(super) fn or(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

/// What is known of an edition.
pub(super) struct Facts<'t> {
    pub(super) system: &'t CodeSystem,
    flags: Vec<Flags>,
    /// The flags that some concept has: of the others the list tells nothing.
    pub(super) told: Flags,
    windows: HashMap<u32, Vec<Window>>,
}

impl<'t> Facts<'t> {
    pub(super) fn of(system: &'t CodeSystem) -> Result<Self> {
        let has = |name: &str| system.properties().iter().any(|definition| definition.name == name);
        let properties: Vec<_> = Flags::PROPERTIES.into_iter().filter(|(name, _)| has(name)).collect();
        let has_windows = has("age-window");
        let mut facts = Self {
            system,
            flags: Vec::with_capacity(system.len() as usize),
            told: Flags::default(),
            windows: HashMap::new(),
        };
        for concept in system.concepts() {
            let mut flags = match concept.usability()? {
                Usability::Usable => Flags::default(),
                Usability::Heading => Flags::HEADING,
                Usability::Grouper => Flags::GROUPER,
            };
            if !concept.is_active()? {
                flags = flags.or(Flags::INACTIVE);
            }
            flags = flags.or(match concept.mark()? {
                Mark::None => Flags::default(),
                Mark::Dagger => Flags::DAGGER,
                Mark::Asterisk => Flags::ASTERISK,
            });
            for (name, flag) in &properties {
                if concept.has(name)? {
                    flags = flags.or(*flag);
                }
            }
            facts.told = facts.told.or(flags);
            facts.flags.push(flags);
            if has_windows {
                let windows = windows(&concept)?;
                if !windows.is_empty() {
                    facts.windows.insert(concept.id().get(), windows);
                }
            }
        }
        Ok(facts)
    }

    pub(super) fn flags(&self, concept: ConceptId) -> Flags {
        self.flags.get(concept.get() as usize).copied().unwrap_or_default()
    }

    /// The windows of ages for which a code is valid; `None` if this list has no windows at all.
    pub(super) fn windows(&self, concept: ConceptId) -> Option<&[Window]> {
        if self.windows.is_empty() {
            return None;
        }
        Some(self.windows.get(&concept.get()).map(Vec::as_slice).unwrap_or_default())
    }
}

fn windows(concept: &Concept<'_>) -> Result<Vec<Window>> {
    let values = concept.property("age-window")?.into_iter();
    Ok(values
        .filter_map(|value| match value {
            PropertyValue::Text(text) => Window::parse(&text),
            _ => None,
        })
        .collect())
}
