//! What a reader of a map produces: rows from codes of one system to codes of another, as their source tells them.

use std::fmt;
use std::str::FromStr;

use crate::code::CodeGrammar;
use crate::edition::Edition;
use crate::{Error, Result};

/// How the source of a row stands to its target, in the words of FHIR R5 (code system
/// `http://hl7.org/fhir/concept-map-relationship`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "kebab-case"))]
pub enum Relationship {
    /// They mean the same.
    Equivalent,
    /// The source means less than the target: all that it covers, the target covers too.
    SourceIsNarrowerThanTarget,
    /// The source means more than the target, and covers all of it.
    SourceIsBroaderThanTarget,
    /// They have something to do with each other; how is not known.
    RelatedTo,
    /// They have nothing to do with each other, and somebody said so.
    NotRelatedTo,
}

impl Relationship {
    /// All of them.
    pub const ALL: [Self; 5] = [
        Self::Equivalent,
        Self::SourceIsNarrowerThanTarget,
        Self::SourceIsBroaderThanTarget,
        Self::RelatedTo,
        Self::NotRelatedTo,
    ];

    /// Its code in FHIR R5: `source-is-narrower-than-target`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Equivalent => "equivalent",
            Self::SourceIsNarrowerThanTarget => "source-is-narrower-than-target",
            Self::SourceIsBroaderThanTarget => "source-is-broader-than-target",
            Self::RelatedTo => "related-to",
            Self::NotRelatedTo => "not-related-to",
        }
    }

    /// Its name in FHIR R4 (`http://hl7.org/fhir/concept-map-equivalence`), which speaks of the target: a source that is
    /// narrower has a target that is `wider`.
    #[must_use]
    pub fn as_r4_equivalence(self) -> &'static str {
        match self {
            Self::Equivalent => "equivalent",
            Self::SourceIsNarrowerThanTarget => "wider",
            Self::SourceIsBroaderThanTarget => "narrower",
            Self::RelatedTo => "relatedto",
            Self::NotRelatedTo => "disjoint",
        }
    }

    /// The relationship of the target to the source.
    #[must_use]
    pub fn inverse(self) -> Self {
        match self {
            Self::SourceIsNarrowerThanTarget => Self::SourceIsBroaderThanTarget,
            Self::SourceIsBroaderThanTarget => Self::SourceIsNarrowerThanTarget,
            other => other,
        }
    }
}

impl fmt::Display for Relationship {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Relationship {
    type Err = Error;

    /// Reads a code of FHIR R5.
    fn from_str(text: &str) -> Result<Self> {
        Self::ALL.into_iter().find(|relationship| relationship.as_str() == text).ok_or_else(|| Error::Argument {
            what: "relationship",
            value: text.chars().take(40).collect(),
            expected: "a code of FHIR R5's concept-map-relationship, such as equivalent".into(),
        })
    }
}

/// One side of a map: which code system its codes are of.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(default))]
pub struct MapSide {
    /// The system's short name, alias or canonical URL, as the source of the map has it.
    pub system: String,
    /// The version of the system for which the map was made. Empty if the source does not tell.
    pub version: String,
    /// How its codes are written.
    pub grammar: CodeGrammar,
}

/// What must hold of another fact for a row to apply (FHIR `ConceptMap.group.element.target.dependsOn`), or what the
/// translation says beyond its target (`product`).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(default))]
pub struct MapCondition {
    /// What the fact is about, as the source names it: an attribute's name or URL.
    pub attribute: String,
    /// The code system of the value, empty if it is no code or the source does not tell.
    pub system: String,
    /// The value.
    pub value: String,
}

/// One row of a map.
///
/// Rows of one source code belong together. What stands in fields that the source does not have is 0, empty or `None`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(default))]
pub struct MapRow {
    /// The source code as printed.
    pub source: String,
    /// Its name, where the source of the map gives one.
    pub source_display: Option<String>,
    /// The target as printed: a code, or an expression of several (`1A00&XN8P1`) that is one target. `None` says that
    /// there is none, which is an answer.
    pub target: Option<String>,
    /// The name of the target.
    pub target_display: Option<String>,
    /// `None` if the source does not tell it.
    pub relationship: Option<Relationship>,
    /// The group of an RF2 map (`mapGroup`). A translation takes one target from each group.
    pub group: u16,
    /// The rank of the row in its group (`mapPriority`): the first whose rule holds is taken.
    pub priority: u16,
    /// The scenario of a GEM: alternatives, each of which is a whole translation.
    pub scenario: u16,
    /// The choice list of a GEM within its scenario: a translation takes one target from each list.
    pub choice: u16,
    /// The condition of an RF2 extended map (`mapRule`), as written.
    pub rule: Option<String>,
    /// What the source tells its reader (`mapAdvice`, a comment).
    pub advice: Option<String>,
    /// Conditions of a FHIR map. All must hold.
    pub depends_on: Vec<MapCondition>,
    /// What a FHIR map says beyond the target.
    pub products: Vec<MapCondition>,
    /// Whatever else the source says of the row, by the source's name of the field: GEM flags, `correlationId`,
    /// a SSSOM predicate and justification.
    pub properties: Vec<(String, String)>,
    /// Line of the source file, counted from 1; 0 if it has none.
    pub line: u32,
}

/// What a FHIR map says of codes that it does not list (`ConceptMap.group.unmapped`).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "kebab-case"))]
#[non_exhaustive]
pub enum Unmapped {
    /// Nothing.
    #[default]
    Unsaid,
    /// They are translated to themselves (`use-source-code`; R4 `provided`).
    SameCode,
    /// They are all translated to one code.
    Fixed {
        /// The code.
        code: String,
        /// Its name.
        display: Option<String>,
    },
    /// Another map knows.
    OtherMap {
        /// Its canonical URL.
        url: String,
    },
}

/// A map in memory.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(default))]
pub struct MapDraft {
    /// Which map it is, and which release of it: [`Edition::system`] is its short name.
    pub edition: Edition,
    /// The system that is translated.
    pub source: MapSide,
    /// The system that it is translated to.
    pub target: MapSide,
    /// What holds for codes that no row has.
    pub unmapped: Unmapped,
    /// The rows, in the order of the source.
    pub rows: Vec<MapRow>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_both_versions_agree() {
        for relationship in Relationship::ALL {
            assert_eq!(relationship.as_str().parse::<Relationship>().unwrap(), relationship);
            assert_eq!(relationship.inverse().inverse(), relationship);
        }
        // The direction words of R4 speak of the target, those of R5 of the source.
        assert_eq!(Relationship::SourceIsNarrowerThanTarget.as_r4_equivalence(), "wider");
        assert!("wider".parse::<Relationship>().is_err());
    }
}
