//! What many terms of a list have in common, held once: languages, uses, and how dialects take a term.

use std::borrow::Borrow;
use std::fmt;
use std::ops::Deref;
use std::sync::Arc;

use super::Acceptability;

/// A text that many share, such as the language of a term: as cheap to clone as a pointer. It reads like a `str`.
///
/// A reader of a large list makes each such text once and clones it for every term.
///
/// ```
/// use medterm::source::SharedText;
/// let language = SharedText::from("vi");
/// assert_eq!(language.clone(), "vi");
/// assert!(language.starts_with('v'));
/// ```
#[derive(Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SharedText(Arc<str>);

impl SharedText {
    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Deref for SharedText {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

impl AsRef<str> for SharedText {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

impl Borrow<str> for SharedText {
    fn borrow(&self) -> &str {
        &self.0
    }
}

impl From<&str> for SharedText {
    fn from(text: &str) -> Self {
        Self(text.into())
    }
}

impl From<&String> for SharedText {
    fn from(text: &String) -> Self {
        Self(text.as_str().into())
    }
}

impl From<String> for SharedText {
    fn from(text: String) -> Self {
        Self(text.into())
    }
}

impl From<SharedText> for String {
    fn from(text: SharedText) -> Self {
        text.as_str().to_owned()
    }
}

impl PartialEq<str> for SharedText {
    fn eq(&self, other: &str) -> bool {
        self.as_str() == other
    }
}

impl PartialEq<&str> for SharedText {
    fn eq(&self, other: &&str) -> bool {
        self.as_str() == *other
    }
}

impl PartialEq<String> for SharedText {
    fn eq(&self, other: &String) -> bool {
        self.as_str() == other
    }
}

impl PartialEq<SharedText> for str {
    fn eq(&self, other: &SharedText) -> bool {
        self == other.as_str()
    }
}

impl PartialEq<SharedText> for &str {
    fn eq(&self, other: &SharedText) -> bool {
        *self == other.as_str()
    }
}

impl PartialEq<SharedText> for String {
    fn eq(&self, other: &SharedText) -> bool {
        self == other.as_str()
    }
}

impl fmt::Display for SharedText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self.as_str(), f)
    }
}

impl fmt::Debug for SharedText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self.as_str(), f)
    }
}

#[cfg(feature = "serde")]
impl serde::Serialize for SharedText {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self)
    }
}

#[cfg(feature = "serde")]
impl<'de> serde::Deserialize<'de> for SharedText {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(Self::from)
    }
}

/// How dialects take a term: each dialect once, by BCP 47 tag or by the publisher's identifier, in the order of these
/// names. As cheap to clone as a pointer, so that terms of which the same is said can share one. Serialised as a map.
///
/// ```
/// use medterm::source::{Acceptabilities, Acceptability};
/// let mut colour = Acceptabilities::from([("en-US", Acceptability::Acceptable)]);
/// colour.insert("en-GB", Acceptability::Preferred);
/// assert_eq!(colour.get("en-GB"), Some(Acceptability::Preferred));
/// assert_eq!(colour.get("en-AU"), None);
/// assert_eq!(colour.iter().map(|(dialect, _)| dialect).collect::<Vec<_>>(), ["en-GB", "en-US"]);
/// ```
#[derive(Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Acceptabilities(Arc<[(SharedText, Acceptability)]>);

impl Acceptabilities {
    /// Nothing told of any dialect.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// How a dialect takes the term; `None` if nothing is told of it.
    #[must_use]
    pub fn get(&self, dialect: &str) -> Option<Acceptability> {
        self.0.get(self.find(dialect).ok()?).map(|(_, acceptability)| *acceptability)
    }

    /// Tells how a dialect takes the term, and returns what was told of it before. Costs as much as there are dialects.
    pub fn insert(&mut self, dialect: impl Into<SharedText>, acceptability: Acceptability) -> Option<Acceptability> {
        let dialect = dialect.into();
        let mut all = self.0.to_vec();
        let before = match self.find(&dialect) {
            Ok(place) => all.get_mut(place).map(|(_, known)| std::mem::replace(known, acceptability)),
            Err(place) => {
                all.insert(place, (dialect, acceptability));
                None
            }
        };
        self.0 = all.into();
        before
    }

    /// Forgets all dialects.
    pub fn clear(&mut self) {
        *self = Self::default();
    }

    /// How many dialects something is told of.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// True if nothing is told of any dialect.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The dialects by name, each with how it takes the term.
    pub fn iter(&self) -> impl Iterator<Item = (&str, Acceptability)> {
        self.0.iter().map(|(dialect, acceptability)| (dialect.as_str(), *acceptability))
    }

    fn find(&self, dialect: &str) -> Result<usize, usize> {
        self.0.binary_search_by(|(known, _)| known.as_str().cmp(dialect))
    }
}

impl<D: Into<SharedText>> FromIterator<(D, Acceptability)> for Acceptabilities {
    /// Of a dialect that comes twice, the last counts.
    fn from_iter<I: IntoIterator<Item = (D, Acceptability)>>(pairs: I) -> Self {
        let by_name: std::collections::BTreeMap<SharedText, Acceptability> =
            pairs.into_iter().map(|(dialect, acceptability)| (dialect.into(), acceptability)).collect();
        Self(by_name.into_iter().collect())
    }
}

impl<D: Into<SharedText>, const N: usize> From<[(D, Acceptability); N]> for Acceptabilities {
    fn from(pairs: [(D, Acceptability); N]) -> Self {
        pairs.into_iter().collect()
    }
}

impl fmt::Debug for Acceptabilities {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.iter()).finish()
    }
}

#[cfg(feature = "serde")]
impl serde::Serialize for Acceptabilities {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.iter())
    }
}

#[cfg(feature = "serde")]
impl<'de> serde::Deserialize<'de> for Acceptabilities {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let pairs = std::collections::BTreeMap::<String, Acceptability>::deserialize(deserializer)?;
        Ok(pairs.into_iter().collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeMap;

    proptest! {
        /// It is the map that it replaces, order of whole sets included: index groups are sorted by it.
        #[test]
        fn acceptabilities_are_a_map(pairs in prop::collection::vec(("[a-c]{1,2}", any::<bool>()), 0..8), at in 0usize..8) {
            let value = |preferred| if preferred { Acceptability::Preferred } else { Acceptability::Acceptable };
            let (mut map, mut set) = (BTreeMap::new(), Acceptabilities::new());
            let mut earlier = (map.clone(), set.clone());
            for (number, (dialect, preferred)) in pairs.into_iter().enumerate() {
                prop_assert_eq!(set.insert(dialect.as_str(), value(preferred)), map.insert(dialect.clone(), value(preferred)));
                prop_assert_eq!(set.get(&dialect), Some(value(preferred)));
                if number == at {
                    earlier = (map.clone(), set.clone());
                }
            }
            let pairs = || map.iter().map(|(dialect, acceptability)| (dialect.as_str(), *acceptability));
            prop_assert!(set.iter().eq(pairs()) && set.len() == map.len() && set.is_empty() == map.is_empty());
            prop_assert_eq!(&pairs().collect::<Acceptabilities>(), &set);
            prop_assert_eq!(set.cmp(&earlier.1), map.cmp(&earlier.0));
            prop_assert_eq!(format!("{set:?}"), format!("{map:?}"));
            set.clear();
            prop_assert_eq!(set.get("a"), None);
        }
    }

    #[cfg(feature = "serde")]
    #[test]
    fn serialised_as_what_they_are() {
        let set = Acceptabilities::from([("en-US", Acceptability::Preferred), ("en-GB", Acceptability::Acceptable)]);
        let text = r#"{"en-GB":"acceptable","en-US":"preferred"}"#;
        assert_eq!(serde_json::to_string(&set).unwrap(), text);
        assert_eq!(serde_json::from_str::<Acceptabilities>(text).unwrap(), set);
        assert_eq!(serde_json::to_string(&SharedText::from("vi")).unwrap(), "\"vi\"");
        assert_eq!(serde_json::from_str::<SharedText>("\"vi\"").unwrap(), "vi");
    }
}
