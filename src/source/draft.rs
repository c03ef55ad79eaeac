//! What a reader produces: a code system in memory, not yet searchable.

use super::{Acceptabilities, SharedText};
use crate::Layer;
use crate::code::{CodeGrammar, Mark};
use crate::edition::Edition;

/// How much of its code system a draft holds (FHIR `CodeSystem.content`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "kebab-case"))]
#[non_exhaustive]
pub enum Content {
    /// Every code of the edition: a code that is not there does not exist in it.
    #[default]
    Complete,
    /// Some of the codes: a code that is not there is merely unknown.
    Fragment,
    /// No codes of its own: designations and properties for codes of another file.
    Supplement,
}

/// Whether a code may be used on a record.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "kebab-case"))]
pub enum Usability {
    /// The code may be used.
    #[default]
    Usable,
    /// A listed code that has finer codes below it, one of which must be used instead.
    Heading,
    /// A chapter or block: it groups codes and is none itself (FHIR `notSelectable`).
    Grouper,
}

/// What a designation is for (FHIR `CodeSystem.concept.designation.use`).
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "kebab-case"))]
#[non_exhaustive]
pub enum DesignationUse {
    /// The name under which the concept is shown in its language.
    #[default]
    Preferred,
    /// Another name of the same meaning.
    Synonym,
    /// The name of the same meaning in an earlier edition.
    FormerName,
    /// An entry of an alphabetical index that leads here.
    IndexTerm,
    /// An inclusion term: a narrower meaning that the code also covers.
    Inclusion,
    /// A use that only the publisher knows.
    Other {
        /// The system that defines the use.
        system: SharedText,
        /// The use's code there.
        code: SharedText,
    },
    /// A shortened form for narrow fields, such as ICD-10-CM's short descriptions. It is shown, not searched.
    Abbreviated,
}

impl DesignationUse {
    /// Whether search looks at terms of this use. Those it does not look at sort behind all others.
    pub(crate) fn is_searchable(&self) -> bool {
        *self != Self::Abbreviated
    }
}

/// One term for a concept.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(default))]
pub struct Designation {
    /// The term as its publisher wrote it, white space at the ends aside.
    pub text: String,
    /// Language, as a BCP 47 tag: `vi`, `en`.
    pub language: SharedText,
    /// What the term is for.
    pub r#use: DesignationUse,
    /// How dialects take the term, by BCP 47 tag (`en-GB`) or by the publisher's identifier of the dialect, as a
    /// SNOMED CT language reference set tells it. Empty where the publisher tells nothing of dialects.
    pub acceptability: Acceptabilities,
    /// Whether its publisher still stands by it.
    pub status: DesignationStatus,
    /// The publisher's identifier of the term, such as a SNOMED CT description identifier.
    pub id: Option<String>,
    /// Which file it came from. An index tells; in a draft it means nothing.
    pub layer: Layer,
}

/// Whether the publisher of a term stands by it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "kebab-case"))]
#[non_exhaustive]
pub enum DesignationStatus {
    /// It is in use.
    #[default]
    Active,
    /// It is withdrawn, and listed so that old records can be read. It is neither searched nor shown as a name.
    Inactive,
}

/// How a dialect takes a term.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "kebab-case"))]
#[non_exhaustive]
pub enum Acceptability {
    /// It is the term to show.
    Preferred,
    /// It may be used too.
    Acceptable,
}

impl Designation {
    /// The name shown in a language.
    #[must_use]
    pub fn preferred(language: impl Into<SharedText>, text: impl Into<String>) -> Self {
        Self { text: text.into(), language: language.into(), r#use: DesignationUse::Preferred, ..Self::default() }
    }
}

/// How a concept stands to a parent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "kebab-case"))]
#[non_exhaustive]
pub enum EdgeKind {
    /// The concept is a kind of its parent; subsumption follows these edges.
    #[default]
    IsA,
    /// The concept is a part of its parent.
    PartOf,
}

/// An edge to a parent.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(default))]
pub struct Parent {
    /// The parent's code as printed, without mark. It must be a concept of the same draft.
    pub code: String,
    /// What the edge means.
    pub kind: EdgeKind,
}

/// The type of a property's values (FHIR `CodeSystem.property.type`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "kebab-case"))]
#[non_exhaustive]
pub enum PropertyKind {
    /// True or false. Only `true` is stored; every other concept of the edition is false.
    Boolean,
    /// A whole number.
    Integer,
    /// Text.
    Text,
    /// A code of the same system, as printed, with its mark if it has one.
    Code,
}

/// A property that concepts of a system may have.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct PropertyDefinition {
    /// Its name, in kebab case: `never-main-diagnosis`.
    pub name: String,
    /// What it means, for people, with the source of the rule.
    pub description: String,
    /// The type of its values.
    pub kind: PropertyKind,
}

/// A property's value.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "kebab-case"))]
#[non_exhaustive]
pub enum PropertyValue {
    /// For [`PropertyKind::Boolean`].
    Boolean(bool),
    /// For [`PropertyKind::Integer`].
    Integer(i64),
    /// For [`PropertyKind::Text`].
    Text(String),
    /// For [`PropertyKind::Code`].
    Code(String),
}

/// One concept of a draft.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(default))]
pub struct DraftConcept {
    /// The code in its printed form, without mark: `A17.0`.
    pub code: String,
    /// The dagger or asterisk behind it. Two concepts may share a code and differ in the mark (twins).
    pub mark: Mark,
    /// The code exactly as the source has it, where that is not `code` followed by the mark.
    pub source_code: Option<String>,
    /// Whether the code may be used on a record.
    pub usability: Usability,
    /// True if the publisher has withdrawn the code but still lists it.
    pub inactive: bool,
    /// Its terms, in order of preference within each language and use.
    pub designations: Vec<Designation>,
    /// Its parents; the first `IsA` one is the place where the publisher prints it.
    pub parents: Vec<Parent>,
    /// Its properties: an index into [`Draft::properties`], and a value. A property may repeat.
    pub properties: Vec<(usize, PropertyValue)>,
    /// Where it stands in the publisher's tree, if the publisher gives a label to each place: the tree numbers of
    /// MeSH. Empty for lists whose parents say it all.
    pub positions: Vec<DraftPosition>,
}

/// One of the places of a concept in its publisher's tree.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(default))]
pub struct DraftPosition {
    /// The publisher's name of the place, which no other place has: `C08.381.677`.
    pub label: String,
    /// The label of the place above it; `None` at the top.
    pub parent: Option<String>,
}

/// A code system or a supplement in memory.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(default))]
pub struct Draft {
    /// Which list and which edition it is.
    pub edition: Edition,
    /// How much of the list it holds.
    pub content: Content,
    /// For a supplement, the code system that it supplements (FHIR `CodeSystem.supplements`): a short name, alias or
    /// canonical URL, with `|` and a version if it is for one edition alone. `None` for everything else.
    pub supplements: Option<String>,
    /// How its codes are written.
    pub grammar: CodeGrammar,
    /// Language in which a concept is shown unless another is asked for.
    pub language: String,
    /// The properties that its concepts may have.
    pub properties: Vec<PropertyDefinition>,
    /// Its concepts, in the publisher's order.
    pub concepts: Vec<DraftConcept>,
}

impl Draft {
    /// Makes a supplement of a list: its names and properties are kept for the codes of another list, and what only
    /// the list that defines a code can say is dropped (parents, positions, usability, activity).
    ///
    /// `target` is what [`supplements`](Self::supplements) says. The edition becomes the supplement's own, so give it
    /// another name than the list has. Twins keep their marks, by which they are told apart.
    ///
    /// ```
    /// use medterm::source::{Content, Draft};
    /// // As read from a list that has the same codes, with names in another language.
    /// let draft = Draft::default();
    /// let supplement = draft.into_supplement("icd10-vn|tt06");
    /// assert_eq!(supplement.content, Content::Supplement);
    /// ```
    #[must_use]
    pub fn into_supplement(mut self, target: impl Into<String>) -> Self {
        self.content = Content::Supplement;
        self.supplements = Some(target.into());
        for concept in &mut self.concepts {
            concept.parents.clear();
            concept.positions.clear();
            concept.usability = Usability::Usable;
            concept.inactive = false;
        }
        self
    }
}
