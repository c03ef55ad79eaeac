//! JSON, read as it streams by: no more of it is kept than the elements of one row.

use std::io::Read;

use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

use super::element::{Element, known};
use super::walk::Walk;

/// Reads one resource. `alone` if nothing but white space may follow it.
pub(super) fn read(source: impl Read, walk: &mut Walk<'_>, alone: bool) -> Result<(), serde_json::Error> {
    let mut parser = serde_json::Deserializer::from_reader(source);
    Whole { walk }.deserialize(&mut parser)?;
    if alone { parser.end() } else { Ok(()) }
}

/// A resource.
struct Whole<'w, 'p> {
    walk: &'w mut Walk<'p>,
}

impl<'de> DeserializeSeed<'de> for Whole<'_, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Whole<'_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a FHIR resource")
    }

    fn visit_map<M: MapAccess<'de>>(self, map: M) -> Result<(), M::Error> {
        self.walk.begin(None);
        let mut element = Element::new("resource");
        members(map, self.walk, &mut element)?;
        self.walk.end(&element);
        Ok(())
    }
}

/// Reads the members of an object into an element.
fn members<'de, M: MapAccess<'de>>(mut map: M, walk: &mut Walk<'_>, element: &mut Element) -> Result<(), M::Error> {
    let mut companions = Vec::new();
    while let Some(key) = map.next_key_seed(Key { walk })? {
        match key {
            Member::Element(name) => {
                map.next_value_seed(Value { walk, name, siblings: &mut element.children, companion: false })?;
            }
            Member::Companion(name) => {
                map.next_value_seed(Value { walk, name, siblings: &mut companions, companion: true })?;
            }
            Member::Ignored => {
                walk.position.skipping();
                map.next_value::<IgnoredAny>()?;
            }
        }
        walk.position.value_ended();
    }
    lay_over(companions, &mut element.children);
    Ok(())
}

/// Puts what `_name` says on `name`, each on the one of the same place in its array.
fn lay_over(companions: Vec<Element>, children: &mut Vec<Element>) {
    let mut at = 0;
    let mut last = "";
    for companion in companions {
        at = if companion.name == last { at + 1 } else { 0 };
        last = companion.name;
        match children.iter_mut().filter(|child| child.name == companion.name).nth(at) {
            Some(child) => child.children.extend(companion.children),
            None => children.push(companion),
        }
    }
}

enum Member {
    Element(&'static str),
    /// `_name`: what is said of the element `name` beside its value.
    Companion(&'static str),
    Ignored,
}

/// The name of a member.
struct Key<'w, 'p> {
    walk: &'w mut Walk<'p>,
}

impl<'de> DeserializeSeed<'de> for Key<'_, '_> {
    type Value = Member;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Member, D::Error> {
        deserializer.deserialize_identifier(self)
    }
}

impl Visitor<'_> for Key<'_, '_> {
    type Value = Member;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a name")
    }

    fn visit_str<E: Error>(self, name: &str) -> Result<Member, E> {
        self.walk.position.value_ended();
        Ok(match name.strip_prefix('_') {
            Some(name) => known(name).map_or(Member::Ignored, Member::Companion),
            None => self.walk.wanted(name).map_or(Member::Ignored, Member::Element),
        })
    }
}

/// The value of a member, or one item of its array.
struct Value<'w, 'p> {
    walk: &'w mut Walk<'p>,
    name: &'static str,
    siblings: &'w mut Vec<Element>,
    companion: bool,
}

impl Value<'_, '_> {
    fn scalar<E: Error>(self, value: Option<String>, bare: bool) -> Result<(), E> {
        self.walk.position.value_ended();
        let element = Element { name: self.name, value, bare, children: Vec::new() };
        if self.companion {
            self.siblings.push(element);
            return Ok(());
        }
        self.walk.scalar(element, self.siblings).map_err(E::custom)
    }
}

impl<'de> DeserializeSeed<'de> for Value<'_, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        if self.name == "valueDecimal" {
            // A decimal is its digits: 1.50 is not 1.5.
            let raw = <Box<RawValue> as serde::Deserialize>::deserialize(deserializer)?;
            let is_number = raw.get().starts_with(|first: char| first == '-' || first.is_ascii_digit());
            return self.scalar(is_number.then(|| raw.get().to_owned()), true);
        }
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Value<'_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a FHIR element")
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<(), E> {
        self.scalar(Some(value.to_owned()), false)
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<(), E> {
        self.scalar(Some(value.to_string()), true)
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<(), E> {
        self.scalar(Some(value.to_string()), true)
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<(), E> {
        self.scalar(Some(value.to_string()), true)
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<(), E> {
        self.scalar(Some(value.to_string()), true)
    }

    /// `null` keeps the place of an item that has only a companion.
    fn visit_unit<E: Error>(self) -> Result<(), E> {
        self.scalar(None, false)
    }

    fn visit_seq<S: SeqAccess<'de>>(self, mut items: S) -> Result<(), S::Error> {
        let Self { walk, name, siblings, companion } = self;
        while items.next_element_seed(Value { walk, name, siblings, companion })?.is_some() {}
        Ok(())
    }

    fn visit_map<M: MapAccess<'de>>(self, map: M) -> Result<(), M::Error> {
        let mut element = Element::new(self.name);
        if self.companion {
            members(map, self.walk, &mut element)?;
            self.siblings.push(element);
            return Ok(());
        }
        if self.walk.holds_resource(self.name) {
            return Whole { walk: self.walk }.visit_map(map);
        }
        self.walk.open(self.name);
        members(map, self.walk, &mut element)?;
        self.walk.close(element, self.siblings).map_err(M::Error::custom)
    }
}
