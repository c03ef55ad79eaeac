//! What a code is translated to: alternatives, what must be taken together, and how sure it is.

use super::patient::Fact;
use super::rule::Truth;
use crate::source::{MapCondition, Relationship};

/// What a code of one system is in another.
///
/// Its [`scenarios`](Self::scenarios) are alternatives, each of which is a whole translation. Of a scenario, one target of
/// each choice list is taken, all lists together. A plain translation is one scenario with one list of one target.
///
/// | source | scenario | choice list | alternatives |
/// |---|---|---|---|
/// | General Equivalence Mappings | as the file has them; the rows of scenario 0 are one | the same; rows of choice list 0 are one list | rows of the list |
/// | RF2 complex and extended maps | one | a `mapGroup` | the row whose rule holds; if some are undecided, these and what comes after |
/// | FHIR maps, WHO's tables, lists of pairs | one | one | the rows; an expression of several codes is one target |
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct Translation {
    /// The code as it was asked.
    pub code: String,
    /// What came of it, in a word.
    pub outcome: Outcome,
    /// The alternatives; none if nothing is said of the code.
    pub scenarios: Vec<Scenario>,
    /// What would have to be known of the patient to decide among alternatives, if that is what is missing.
    pub missing: Vec<Fact>,
    /// The steps that were taken, one for each map.
    pub path: Vec<Step>,
    /// True if there were more alternatives than are told: more than [`MOST_SCENARIOS`] scenarios or [`MOST_TARGETS`]
    /// targets.
    pub truncated: bool,
}

/// A translation has no more scenarios than this. Only several maps one after the other can make so many.
pub const MOST_SCENARIOS: usize = 64;

/// A translation through several maps has no more targets than this.
pub const MOST_TARGETS: usize = 10_000;

/// What came of a code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "kebab-case"))]
pub enum Outcome {
    /// One target that means the same.
    Equivalent,
    /// One target, or one combination of targets, that says more, less or something near; or nobody says how it stands.
    Inexact,
    /// Somebody must choose: there are alternatives, a rule cannot be decided, a part of a combination has no target, or
    /// a meaning is in doubt.
    Ambiguous,
    /// A map says that there is no target.
    None,
    /// The maps say nothing of the code.
    Unknown,
}

impl Outcome {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Equivalent, Self::Inexact, Self::Ambiguous, Self::None, Self::Unknown];

    /// Its name: `equivalent`, `inexact`, `ambiguous`, `none`, `unknown`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Equivalent => "equivalent",
            Self::Inexact => "inexact",
            Self::Ambiguous => "ambiguous",
            Self::None => "none",
            Self::Unknown => "unknown",
        }
    }

    /// True if nothing is left to be decided: one target, or one combination of them.
    #[must_use]
    pub fn is_decided(self) -> bool {
        matches!(self, Self::Equivalent | Self::Inexact)
    }
}

/// One way to translate the code as a whole.
#[derive(Clone, Debug, Default, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct Scenario {
    /// Its number in the map; through several maps, its place from 1. 0 where the map has none.
    pub number: u16,
    /// What is taken together: one target of each.
    pub lists: Vec<ChoiceList>,
}

/// Targets of which one is taken.
#[derive(Clone, Debug, Default, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct ChoiceList {
    /// The number of the choice list or group in the map; 0 where the map has none.
    pub number: u16,
    /// The targets. Those of a list with rules stand in the order in which they come into question: one that is undecided
    /// is taken if its rule holds, and otherwise the next. None are left if no rule holds.
    pub alternatives: Vec<Target>,
    /// Targets that rules or conditions exclude for this patient, each with the facts that do, and targets of which the map
    /// says that they are *not* related. Of several maps, those of the last.
    pub ruled_out: Vec<Target>,
}

/// A target, and how it was reached.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct Target {
    /// The code, or an expression of several that is one target, as printed in the map. `None`: there is none, and the
    /// last of [`links`](Self::links) tells whether the map says so or says nothing.
    pub code: Option<String>,
    /// Its name, where the map gives one.
    pub display: Option<String>,
    /// How the code that was asked stands to it; `None` if somebody on the way does not tell.
    pub relationship: Option<Relationship>,
    /// True if the way loses meaning: see [`mod@compose`](mod@super::compose).
    pub lossy: bool,
    /// Whether its rules and conditions hold. Among alternatives, what is undecided may be taken or not.
    pub truth: Truth,
    /// What would decide it; or, of what is ruled out, what excludes it.
    pub facts: Vec<Fact>,
    /// The rows that lead to it, one for each step of [`Translation::path`].
    pub links: Vec<Link>,
}

/// A row that was followed, or the lack of one.
#[derive(Clone, Debug, Default, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct Link {
    /// The map, as `name|version`; of a migration, the later edition.
    pub map: String,
    /// The code from which it leads, as the map prints it.
    pub from: String,
    /// The code to which it leads; `None` if there is none.
    pub to: Option<String>,
    /// True if a row says this. If not, the map does not list the code: either it says nothing (then `to` is `None`), or
    /// what it says of all codes that it does not list.
    pub listed: bool,
    /// The row's relationship, turned round if the map is followed backwards.
    pub relationship: Option<Relationship>,
    /// The row's priority in its group.
    pub priority: u16,
    /// The row's rule, as written.
    pub rule: Option<String>,
    /// What the map tells its reader.
    pub advice: Option<String>,
    /// Conditions of a FHIR map.
    pub conditions: Vec<MapCondition>,
    /// What a FHIR map says beyond the target.
    pub products: Vec<MapCondition>,
    /// Backwards only: `to` is translated to a combination, of which `from` is a part.
    pub part_of_combination: bool,
    /// The line of the row in the map's source file; 0 if it has none.
    pub line: u32,
}

/// One step of a way: a map, followed forwards or backwards, or a migration between editions.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct Step {
    /// The map, as `name|version`; empty if it is a migration that is derived from the two editions.
    pub map: String,
    /// The system that it leads from, as `name|version`, or `name` where the map names no version.
    pub from: String,
    /// The system that it leads to.
    pub to: String,
    /// True if the map is followed against its direction.
    pub reverse: bool,
    /// True if the step before leads to another version of the system than this one is made for: what a code means may
    /// have changed between them, so no translation through it is called equivalent.
    pub version_differs: bool,
}

impl Translation {
    pub(super) fn new(code: &str, scenarios: Vec<Scenario>, path: Vec<Step>, truncated: bool) -> Self {
        let mut missing = Vec::new();
        let undecided = |target: &&Target| target.truth == Truth::Undecided;
        let open = scenarios.iter().flat_map(|scenario| &scenario.lists).filter(|list| list.settled().is_none());
        for fact in open.flat_map(|list| &list.alternatives).filter(undecided).flat_map(|target| &target.facts) {
            if !missing.contains(fact) {
                missing.push(fact.clone());
            }
        }
        let outcome = outcome(&scenarios, truncated);
        let outcome = match outcome {
            Outcome::Equivalent if path.iter().any(|step| step.version_differs) => Outcome::Inexact,
            other => other,
        };
        Self { code: code.to_owned(), outcome, scenarios, missing, path, truncated }
    }

    /// All targets, whatever must be taken together; those without a code too.
    pub fn targets(&self) -> impl Iterator<Item = &Target> {
        self.scenarios.iter().flat_map(|scenario| &scenario.lists).flat_map(|list| &list.alternatives)
    }

    /// The codes to put in place of the one that was asked, if nothing is left to be decided: one, or those of a
    /// combination. None unless the outcome [is decided](Outcome::is_decided).
    #[must_use]
    pub fn decided(&self) -> Vec<&Target> {
        let scenario = self.scenarios.first().filter(|_| self.outcome.is_decided());
        let taken = |list: &'_ ChoiceList| list.alternatives.iter().position(|target| target.truth == Truth::True);
        let lists = scenario.into_iter().flat_map(|scenario| &scenario.lists);
        lists.filter_map(|list| list.alternatives.get(taken(list)?)).filter(|target| target.code.is_some()).collect()
    }

    /// How the code stands to its target, if there is but one target and it is known.
    #[must_use]
    pub fn relationship(&self) -> Option<Relationship> {
        match self.decided().as_slice() {
            [target] => target.relationship,
            _ => None,
        }
    }
}

impl Scenario {
    /// One list of alternatives.
    pub(super) fn of(alternatives: Vec<Target>) -> Self {
        Self { number: 0, lists: vec![ChoiceList { alternatives, ..ChoiceList::default() }] }
    }
}

impl ChoiceList {
    /// The one code that the list gives, or none; `None` if that is not settled.
    fn settled(&self) -> Option<Option<&str>> {
        let Some((first, others)) = self.alternatives.split_first() else { return Some(None) };
        let one = others.iter().all(|other| other.code == first.code);
        // Where rules are walked, the last holds if none before it does. Behind another map that is not so.
        let sure = |target: &Target| target.truth == Truth::True;
        let decided = match first.links.len() {
            0 | 1 => self.alternatives.iter().any(sure),
            _ => self.alternatives.iter().all(sure),
        };
        (one && decided).then_some(first.code.as_deref())
    }
}

fn outcome(scenarios: &[Scenario], truncated: bool) -> Outcome {
    let lists = || scenarios.iter().flat_map(|scenario| &scenario.lists);
    let alternatives = || lists().flat_map(|list| &list.alternatives);
    if truncated {
        return Outcome::Ambiguous;
    }
    if scenarios.is_empty() {
        return Outcome::Unknown;
    }
    if alternatives().all(|target| target.code.is_none()) {
        let is_gap = |target: &Target| target.links.last().is_some_and(|link| !link.listed);
        return if alternatives().any(is_gap) { Outcome::Unknown } else { Outcome::None };
    }
    // That a combination needs nothing more is said by the map itself; that a further one lacks a part is a loss.
    let is_whole = |list: &ChoiceList| match list.settled() {
        Some(Some(_)) => true,
        Some(None) => list.alternatives.iter().all(|target| target.links.len() == 1 && target.says_none()),
        None => false,
    };
    if scenarios.len() > 1 || !lists().all(is_whole) {
        return Outcome::Ambiguous;
    }
    let exact = |target: &Target| {
        let linked = target.links.iter().all(|link| link.listed && !link.part_of_combination);
        target.relationship == Some(Relationship::Equivalent) && !target.lossy && linked
    };
    let mut with_code = lists().filter(|list| list.alternatives.iter().any(|target| target.code.is_some()));
    match (with_code.next(), with_code.next()) {
        (Some(list), None) if list.alternatives.iter().all(exact) => Outcome::Equivalent,
        _ => Outcome::Inexact,
    }
}

impl Target {
    /// A target that one row gives, or the lack of a row.
    pub(super) fn of(link: Link, display: Option<String>, truth: Truth, facts: Vec<Fact>) -> Self {
        Self {
            code: link.to.clone(),
            display,
            relationship: link.relationship,
            lossy: false,
            truth,
            facts,
            links: vec![link],
        }
    }

    /// True if the map says that there is no target.
    fn says_none(&self) -> bool {
        self.code.is_none() && self.links.last().is_some_and(|link| link.listed)
    }

    /// What the rows on the way tell their reader.
    pub fn advice(&self) -> impl Iterator<Item = &str> {
        self.links.iter().filter_map(|link| link.advice.as_deref())
    }

    /// The rules of the rows on the way.
    pub fn rules(&self) -> impl Iterator<Item = &str> {
        self.links.iter().filter_map(|link| link.rule.as_deref())
    }
}
