//! Maps made in tests, and translations in one line.
#![allow(dead_code, reason = "every test uses a part")]

use medterm::source::{MapDraft, MapRow, Relationship, Report};
use medterm::translate::{Translation, Truth};
use medterm::{ConceptMap, index};

pub(crate) fn open(draft: MapDraft) -> ConceptMap {
    ConceptMap::from_bytes(index::map_to_bytes(&draft, &Report::default()).unwrap()).unwrap()
}

pub(crate) fn row(source: &str, target: Option<&str>, relationship: Option<Relationship>) -> MapRow {
    MapRow { source: source.into(), target: target.map(str::to_owned), relationship, ..MapRow::default() }
}

/// `ambiguous A + B|C? / D`: scenarios between strokes, lists between pluses, alternatives between bars; `-` is no
/// target, `?` undecided, `!` lossy.
pub(crate) fn shown(translation: &Translation) -> String {
    let target = |target: &medterm::translate::Target| {
        let open = if target.truth == Truth::Undecided { "?" } else { "" };
        let lossy = if target.lossy { "!" } else { "" };
        format!("{}{open}{lossy}", target.code.as_deref().unwrap_or("-"))
    };
    let list =
        |list: &medterm::translate::ChoiceList| list.alternatives.iter().map(target).collect::<Vec<_>>().join("|");
    let scenario =
        |scenario: &medterm::translate::Scenario| scenario.lists.iter().map(list).collect::<Vec<_>>().join(" + ");
    let scenarios: Vec<_> = translation.scenarios.iter().map(scenario).collect();
    format!("{} {}", translation.outcome.as_str(), scenarios.join(" / "))
}

pub(crate) fn missing(translation: &Translation) -> String {
    translation.missing.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}
