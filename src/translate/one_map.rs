//! One code by one map, forwards and backwards.

use super::concept_map::{ConceptMap, ConceptMapRow};
use super::patient::{Fact, PatientContext};
use super::rule::{Rule, Truth, Verdict};
use super::translation::{ChoiceList, Link, Scenario, Step, Target, Translation};
use crate::Result;
use crate::source::{MapCondition, MapSide, Relationship, Unmapped};

impl ConceptMap {
    /// Translates a code, with what is known of the patient.
    ///
    /// The code is found as by [`rows`](Self::rows). If the map does not list it, what the map says of such codes holds:
    /// that they stay as they are, or are all translated to one code; a map that names another map for them, or says
    /// nothing, leaves the code [unknown](super::Outcome::Unknown).
    ///
    /// ```no_run
    /// use medterm::{ConceptMap, translate::{Outcome, PatientContext}};
    /// let map = ConceptMap::open("icd9-to-icd10.mti")?;
    /// let translation = map.translate("249.51", &PatientContext::new())?;
    /// for scenario in &translation.scenarios {
    ///     // One of each list, all lists together.
    ///     for list in &scenario.lists {
    ///         println!("{:?}", list.alternatives.iter().map(|target| &target.code).collect::<Vec<_>>());
    ///     }
    /// }
    /// # Ok::<(), medterm::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`Error::Corrupt`](crate::Error::Corrupt) if the index is damaged where the code stands.
    pub fn translate(&self, code: &str, patient: &PatientContext) -> Result<Translation> {
        Ok(Translation::new(code, forward(self, code, patient)?, vec![step(self, false)], false))
    }

    /// Translates a target back: the codes that are translated to it are its alternatives, and relationships are turned
    /// round.
    ///
    /// A code that is translated to it only for some patients is decided by the rules of that code. One that is translated
    /// to it together with others says so ([`Link::part_of_combination`]): the target alone does not mean it.
    ///
    /// # Errors
    ///
    /// [`Error::Corrupt`](crate::Error::Corrupt) if the index is damaged where the code stands.
    pub fn translate_back(&self, code: &str, patient: &PatientContext) -> Result<Translation> {
        Ok(Translation::new(code, backward(self, code, patient)?, vec![step(self, true)], false))
    }
}

/// The name of a side: `name|version`.
pub(super) fn side_name(side: &MapSide) -> String {
    if side.version.is_empty() { side.system.clone() } else { format!("{}|{}", side.system, side.version) }
}

pub(super) fn step(map: &ConceptMap, reverse: bool) -> Step {
    let (from, to) = if reverse { (map.target(), map.source()) } else { (map.source(), map.target()) };
    Step { map: map.edition().to_string(), from: side_name(from), to: side_name(to), reverse, version_differs: false }
}

/// What a map makes of a code; no scenario if it says nothing.
pub(super) fn forward(map: &ConceptMap, code: &str, patient: &PatientContext) -> Result<Vec<Scenario>> {
    let rows = map.rows(code)?.collect::<Result<Vec<_>>>()?;
    if rows.is_empty() { Ok(by_default(map, code)) } else { grouped(rows, patient) }
}

/// The rows of one code, taken apart.
fn grouped(rows: Vec<ConceptMapRow<'_>>, patient: &PatientContext) -> Result<Vec<Scenario>> {
    let mut places = Vec::with_capacity(rows.len());
    for row in rows {
        places.push((row.scenario()?, (row.group()?, row.choice()?), row));
    }
    // Stable: within a list, the publisher's order.
    places.sort_by_key(|(scenario, list, _)| (*scenario, *list));
    let mut scenarios = Vec::new();
    for of_scenario in places.chunk_by(|a, b| a.0 == b.0) {
        let mut lists = Vec::new();
        for of_list in of_scenario.chunk_by(|a, b| a.1 == b.1) {
            let number = of_list.first().map(|(_, (group, choice), _)| (*group).max(*choice));
            let rows: Vec<_> = of_list.iter().map(|(_, _, row)| *row).collect();
            let (alternatives, ruled_out) = decide(rows, patient)?;
            let [alternatives, ruled_out] =
                [alternatives, ruled_out].map(|all| all.into_iter().map(|(_, target)| target).collect());
            lists.push(ChoiceList { number: number.unwrap_or_default(), alternatives, ruled_out });
        }
        scenarios.push(Scenario { number: of_scenario.first().map(|place| place.0).unwrap_or_default(), lists });
    }
    Ok(scenarios)
}

/// The number of a row and its target.
type Numbered = (u32, Target);

/// Which rows of a list come into question for a patient, and which do not.
///
/// If one of them has a rule, they are walked by priority until one holds. Otherwise all are alternatives, but those whose
/// conditions fail, or which say that the codes have nothing to do with each other.
fn decide(rows: Vec<ConceptMapRow<'_>>, patient: &PatientContext) -> Result<(Vec<Numbered>, Vec<Numbered>)> {
    let mut ranked = Vec::with_capacity(rows.len());
    let mut has_rules = false;
    for row in rows {
        has_rules |= row.rule()?.is_some();
        ranked.push((row.priority()?, row));
    }
    ranked.sort_by_key(|(priority, _)| *priority);
    let (mut alternatives, mut ruled_out) = (Vec::new(), Vec::new());
    for (_, row) in ranked {
        let link = link(&row)?;
        let Verdict { truth, facts } = verdict(&link, patient);
        let is_apart = link.relationship == Some(Relationship::NotRelatedTo);
        let target = (row.number(), Target::of(link, row.target_display()?, truth, facts));
        if truth == Truth::False || is_apart {
            ruled_out.push(target);
        } else {
            alternatives.push(target);
            if has_rules && truth == Truth::True {
                break;
            }
        }
    }
    Ok((alternatives, ruled_out))
}

/// Whether a row applies to a patient.
fn verdict(link: &Link, patient: &PatientContext) -> Verdict {
    let mut verdict = match link.rule.as_deref().map(|text| (text, Rule::parse(text))) {
        None => Verdict { truth: Truth::True, facts: Vec::new() },
        Some((_, Ok(rule))) => rule.verdict(patient),
        // What is not understood is never taken for true.
        Some((text, Err(_))) => Verdict { truth: Truth::Undecided, facts: vec![Fact::Rule { text: text.to_owned() }] },
    };
    for condition in &link.conditions {
        let known = patient.condition(condition);
        match (known, verdict.truth) {
            (Some(true), _) | (None, Truth::False) => {}
            (Some(false), Truth::False) => verdict.facts.push(condition.into()),
            (Some(false), _) => verdict = Verdict { truth: Truth::False, facts: vec![condition.into()] },
            (None, _) => {
                verdict.truth = Truth::Undecided;
                verdict.facts.push(condition.into());
            }
        }
    }
    verdict
}

impl PatientContext {
    /// Whether a condition of a FHIR map holds; `None` if nothing is known of its attribute.
    fn condition(&self, condition: &MapCondition) -> Option<bool> {
        let mut values = self.facts.iter().filter(|(attribute, _)| *attribute == condition.attribute).peekable();
        values.peek()?;
        Some(values.any(|(_, value)| *value == condition.value))
    }
}

fn link(row: &ConceptMapRow<'_>) -> Result<Link> {
    Ok(Link {
        map: row.map().edition().to_string(),
        from: row.source()?,
        to: row.target()?,
        listed: true,
        relationship: row.relationship()?,
        priority: row.priority()?,
        rule: row.rule()?,
        advice: row.advice()?,
        conditions: row.depends_on()?,
        products: row.products()?,
        part_of_combination: false,
        line: row.line()?,
    })
}

/// What a map says of all codes that it does not list.
fn by_default(map: &ConceptMap, code: &str) -> Vec<Scenario> {
    let (to, display) = match map.unmapped() {
        Unmapped::SameCode => (code.trim(), None),
        Unmapped::Fixed { code, display } => (code.as_str(), display.clone()),
        Unmapped::Unsaid | Unmapped::OtherMap { .. } => return Vec::new(),
    };
    let link = Link {
        map: map.edition().to_string(),
        from: code.trim().to_owned(),
        to: Some(to.to_owned()),
        ..Link::default()
    };
    vec![Scenario::of(vec![Target::of(link, display, Truth::True, Vec::new())])]
}

/// The codes that a map translates to a code; no scenario if there are none.
pub(super) fn backward(map: &ConceptMap, code: &str, patient: &PatientContext) -> Result<Vec<Scenario>> {
    let mut list = ChoiceList::default();
    let rows = map.rows_to(code)?.collect::<Result<Vec<_>>>()?;
    for of_source in rows.chunk_by(|a, b| matches!((a.source(), b.source()), (Ok(a), Ok(b)) if a == b)) {
        let Some(source) = of_source.first().map(ConceptMapRow::source).transpose()? else { continue };
        let siblings = map.rows(&source)?.collect::<Result<Vec<_>>>()?;
        for row in of_source {
            let (scenario, place) = (row.scenario()?, (row.group()?, row.choice()?));
            let mut part_of_combination = false;
            let mut own = Vec::new();
            let mut has_rules = false;
            for sibling in &siblings {
                let same_list = (sibling.group()?, sibling.choice()?) == place;
                if sibling.scenario()? == scenario {
                    part_of_combination |= !same_list && sibling.has_target()?;
                    if same_list {
                        has_rules |= sibling.rule()?.is_some();
                        own.push(*sibling);
                    }
                }
            }
            // Without rules, no row depends on another.
            if !has_rules {
                own = vec![*row];
            }
            let (mut alternatives, ruled_out) = decide(own, patient)?;
            only_otherwise(&mut alternatives);
            let find = |numbered: Vec<Numbered>| numbered.into_iter().find(|(number, _)| *number == row.number());
            let (target, is_taken) = match (find(alternatives), find(ruled_out)) {
                (Some((_, target)), _) => (target, true),
                (None, Some((_, target))) => (target, false),
                // A row before it holds.
                (None, None) => (Target::of(link(row)?, None, Truth::False, Vec::new()), false),
            };
            let target = turned(target, row.source_display()?, part_of_combination);
            if is_taken { list.alternatives.push(target) } else { list.ruled_out.push(target) }
        }
    }
    let is_empty = list.alternatives.is_empty() && list.ruled_out.is_empty();
    Ok(if is_empty { Vec::new() } else { vec![Scenario { number: 0, lists: vec![list] }] })
}

/// What is taken if nothing before it is, is for itself not more certain than they are.
fn only_otherwise(alternatives: &mut [Numbered]) {
    let Some(((_, last), before)) = alternatives.split_last_mut() else { return };
    let has_rules =
        last.links.iter().any(|link| link.rule.is_some()) || before.iter().any(|(_, one)| one.rules().next().is_some());
    for fact in before.iter().filter(|_| has_rules).flat_map(|(_, target)| &target.facts) {
        last.truth = Truth::Undecided;
        if !last.facts.contains(fact) {
            last.facts.push(fact.clone());
        }
    }
}

/// A target of one row, seen from the other end.
fn turned(target: Target, display: Option<String>, part_of_combination: bool) -> Target {
    let Target { links, truth, facts, .. } = target;
    let mut link = links.into_iter().next().unwrap_or_default();
    let to = std::mem::take(&mut link.from);
    link.from = link.to.replace(to).unwrap_or_default();
    link.relationship = link.relationship.map(Relationship::inverse);
    link.part_of_combination = part_of_combination;
    Target::of(link, display, truth, facts)
}
