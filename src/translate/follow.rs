//! One translation behind another: what is alternative stays so, and what belongs together stays together.

use super::compose::{Composed, compose};
use super::rule::Truth;
use super::translation::{ChoiceList, Link, MOST_SCENARIOS, MOST_TARGETS, Scenario, Target};
use crate::source::Relationship;

/// Translates every target on by `next`, which gives at least one scenario with at least one list.
///
/// If all that the targets of a list are translated to are single lists, these become one list. Otherwise each target
/// makes scenarios of its own, for what it is translated to must be taken whole; several such lists multiply. Gives the
/// scenarios, and whether some had to be left out.
pub(super) fn follow<E>(
    scenarios: Vec<Scenario>,
    mut next: impl FnMut(&str) -> Result<Vec<Scenario>, E>,
) -> Result<(Vec<Scenario>, bool), E> {
    let (mut followed, mut room, mut truncated) = (Vec::new(), MOST_TARGETS, false);
    for scenario in scenarios {
        let mut ways = vec![Vec::new()];
        for list in &scenario.lists {
            let mut options = Vec::with_capacity(list.alternatives.len());
            let mut left = MOST_TARGETS;
            for target in &list.alternatives {
                let option = onward(target, list, &mut next)?;
                let Some(rest) = left.checked_sub(option.iter().map(size).sum()) else {
                    truncated = true;
                    break;
                };
                left = rest;
                options.push(option);
            }
            let own = one_list(list, options);
            let product = ways.iter().flat_map(|way| own.iter().map(move |more| [way.as_slice(), more].concat()));
            ways = within(product, MOST_TARGETS, &mut truncated);
        }
        let more = within(ways, room, &mut truncated);
        room -= more.iter().map(size).sum::<usize>();
        followed.extend(more);
    }
    truncated |= followed.len() > MOST_SCENARIOS;
    followed.truncate(MOST_SCENARIOS);
    let is_one = followed.len() == 1;
    let numbered = followed.into_iter().zip(1..);
    Ok((numbered.map(|(lists, place)| Scenario { number: if is_one { 0 } else { place }, lists }).collect(), truncated))
}

/// Lists that are taken together.
type Way = Vec<ChoiceList>;

fn size(way: &Way) -> usize {
    way.iter().map(|list| list.alternatives.len() + list.ruled_out.len()).sum()
}

/// As many of the ways as there is room for.
fn within(ways: impl IntoIterator<Item = Way>, mut room: usize, truncated: &mut bool) -> Vec<Way> {
    let mut kept = Vec::new();
    for way in ways {
        match room.checked_sub(size(&way)) {
            Some(rest) if kept.len() < MOST_SCENARIOS => room = rest,
            _ => {
                *truncated = true;
                break;
            }
        }
        kept.push(way);
    }
    kept
}

/// The ways to translate a target on, each list with the target's own way before it.
fn onward<E>(
    target: &Target,
    list: &ChoiceList,
    next: &mut impl FnMut(&str) -> Result<Vec<Scenario>, E>,
) -> Result<Vec<Way>, E> {
    let Some(code) = &target.code else {
        return Ok(vec![vec![ChoiceList {
            number: list.number,
            alternatives: vec![target.clone()],
            ruled_out: Vec::new(),
        }]]);
    };
    let behind = |targets: Vec<Target>| targets.into_iter().map(|next| then(target, next)).collect();
    let lists = |scenario: Scenario| {
        let lists = scenario.lists.into_iter().map(|mut list| {
            if list.alternatives.is_empty() {
                // No rule holds for this patient, which here is one alternative among others.
                let map = list.ruled_out.first().and_then(|target| target.links.last()).map(|link| link.map.clone());
                let link = Link { map: map.unwrap_or_default(), from: code.clone(), listed: true, ..Link::default() };
                list.alternatives.push(Target::of(link, None, Truth::True, Vec::new()));
            }
            ChoiceList {
                number: list.number,
                alternatives: behind(list.alternatives),
                ruled_out: behind(list.ruled_out),
            }
        });
        lists.collect()
    };
    Ok(next(code)?.into_iter().map(lists).collect())
}

/// The ways of all targets of a list: one list if none of them has several, otherwise each for itself.
fn one_list(list: &ChoiceList, options: Vec<Vec<Way>>) -> Vec<Way> {
    if !options.iter().all(|ways| matches!(ways.as_slice(), [way] if way.len() == 1)) {
        return options.into_iter().flatten().collect();
    }
    let mut joined = ChoiceList { number: list.number, ..ChoiceList::default() };
    for own in options.into_iter().flatten().flatten() {
        joined.alternatives.extend(own.alternatives);
        joined.ruled_out.extend(own.ruled_out);
    }
    vec![vec![joined]]
}

/// A target with another step behind it.
fn then(first: &Target, next: Target) -> Target {
    let (relationship, lossy) = match (first.relationship, next.relationship) {
        _ if next.code.is_none() => (None, false),
        (Some(one), Some(other)) => {
            compose(one, other).map_or((None, true), |composed| (Some(composed.relationship), composed.lossy))
        }
        // What one publisher does not claim, the whole does not either. It can be no more than related.
        (one, other) => {
            let [one, other] = [one, other].map(|said| said.unwrap_or(Relationship::RelatedTo));
            (None, Composed::from(one).then(other).is_none_or(|composed| composed.lossy))
        }
    };
    let mut facts = first.facts.clone();
    facts.extend(next.facts.into_iter().filter(|fact| !first.facts.contains(fact)));
    Target {
        relationship,
        lossy: lossy || first.lossy || next.lossy,
        truth: if next.truth == Truth::True { first.truth } else { next.truth },
        facts,
        links: first.links.iter().cloned().chain(next.links).collect(),
        ..next
    }
}
