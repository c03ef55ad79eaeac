//! A `ConceptMap` becomes [`MapDraft`]s, and these a `ConceptMap`.

use super::code_system::is_icd10;
use super::element::Element;
use super::metadata::{Coding, Metadata};
use super::value_set::TypedValue;
use super::walk::At;
use super::write::Json;
use super::{FhirRelease, extension};
use crate::code::CodeGrammar;
use crate::source::{MapCondition, MapDraft, MapRow, MapSide, Relationship, Report, Severity, Unmapped};

/// A map as a FHIR resource tells it: one [`MapDraft`] for each group, and what these have no place for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(default))]
pub struct ConceptMapDraft {
    /// What the resource says about itself. The edition of each map is [derived](Metadata::edition) from it, and what
    /// is written is this.
    pub metadata: Metadata,
    /// The value set whose codes are translated, as a canonical URL.
    pub source_scope: Option<String>,
    /// The value set that targets are chosen from.
    pub target_scope: Option<String>,
    /// The maps: one for each pair of code systems.
    pub maps: Vec<MapDraft>,
}

/// The property that keeps a word of R4 which R5 has no word for.
const EQUIVALENCE: &str = "equivalence";

/// The words of R4: what R5 says for them, and whether it says as much.
const WORDS: [(&str, Relationship, bool); 10] = [
    ("equivalent", Relationship::Equivalent, true),
    ("wider", Relationship::SourceIsNarrowerThanTarget, true),
    ("narrower", Relationship::SourceIsBroaderThanTarget, true),
    ("relatedto", Relationship::RelatedTo, true),
    ("disjoint", Relationship::NotRelatedTo, true),
    ("equal", Relationship::Equivalent, false),
    ("subsumes", Relationship::SourceIsNarrowerThanTarget, false),
    ("specializes", Relationship::SourceIsBroaderThanTarget, false),
    ("inexact", Relationship::RelatedTo, false),
    ("unmatched", Relationship::NotRelatedTo, false),
];

/// The rows of a map, as they come.
#[derive(Default)]
pub(super) struct Builder {
    /// Lines of elements that are open.
    line: u64,
    rows: Vec<MapRow>,
    maps: Vec<MapDraft>,
}

impl Builder {
    pub(super) fn open(&mut self, line: u64) {
        self.line = line;
    }

    /// A `group.element`: a row for each target.
    pub(super) fn element(&mut self, element: &Element, at: At<'_>, report: &mut Report) {
        let at = At { line: self.line, ..at };
        let place = |field: &str| at.place().with_field(field);
        let targets = element.all("target").count();
        report.rows += targets.max(1) as u64;
        let Some(source) = element.text("code") else {
            let message = "an element without a code; left out";
            return report.add(Severity::Refused, "missing-code", place("group.element.code"), None, message);
        };
        let row = MapRow {
            source: source.to_owned(),
            source_display: element.string("display"),
            line: u32::try_from(at.line).unwrap_or(u32::MAX),
            ..MapRow::default()
        };
        if targets == 0 {
            if element.flag("noMap") != Some(true) {
                let message = "there is no target, and nobody says that there is none; left out";
                let place = place("group.element.target");
                return report.add(Severity::Refused, "missing-target", place, Some(source), message);
            }
            self.rows.push(row);
            return;
        }
        for target in element.all("target") {
            if let Some(row) = read_target(row.clone(), target, at, report) {
                self.rows.push(row);
            }
        }
    }

    /// A whole group.
    pub(super) fn group(&mut self, element: &Element, at: At<'_>, report: &mut Report) {
        self.maps.push(MapDraft {
            source: side(element.text("source"), element.text("sourceVersion")),
            target: side(element.text("target"), element.text("targetVersion")),
            unmapped: element.first("unmapped").map_or(Unmapped::Unsaid, |said| unmapped(said, at, report)),
            rows: std::mem::take(&mut self.rows),
            ..MapDraft::default()
        });
    }

    pub(super) fn finish(mut self, resource: &Element, at: At<'_>, report: &mut Report) -> ConceptMapDraft {
        let metadata = Metadata::read(resource);
        super::code_system::report_rights(&metadata, at, report);
        let edition = metadata.edition();
        for map in &mut self.maps {
            map.edition = edition.clone();
        }
        let scope = |names: [&str; 4]| names.into_iter().find_map(|name| resource.string(name));
        ConceptMapDraft {
            metadata,
            source_scope: scope(["sourceScopeCanonical", "sourceScopeUri", "sourceCanonical", "sourceUri"]),
            target_scope: scope(["targetScopeCanonical", "targetScopeUri", "targetCanonical", "targetUri"]),
            maps: self.maps,
        }
    }
}

/// A side of a map: R5 has the version behind the URL, R4 beside it.
fn side(system: Option<&str>, version: Option<&str>) -> MapSide {
    let (system, behind) = system.and_then(|system| system.split_once('|')).unwrap_or((system.unwrap_or_default(), ""));
    MapSide {
        system: system.to_owned(),
        version: version.unwrap_or(behind).to_owned(),
        grammar: if is_icd10(system) { CodeGrammar::Icd10 } else { CodeGrammar::Verbatim },
    }
}

/// A target of a source. A row that would say something else than its source does is refused.
fn read_target(mut row: MapRow, target: &Element, at: At<'_>, report: &mut Report) -> Option<MapRow> {
    let source = row.source.clone();
    let mut add = |severity, rule, field: &str, message: String| {
        report.add(severity, rule, at.place().with_field(field), Some(&source), message);
    };
    if let Some(set) = target.text("valueSet") {
        let message = format!("the target is any code of {set}, not one; left out");
        add(Severity::Refused, "value-set-target", "group.element.target.valueSet", message);
        return None;
    }
    row.target = target.string("code");
    row.target_display = target.string("display");
    let word = target.text(EQUIVALENCE);
    if let Some(word) = target.text("relationship") {
        row.relationship = word.parse().ok();
        if row.relationship.is_none() {
            let message = format!("{word:?} is no relationship of FHIR");
            add(Severity::Doubtful, "unknown-relationship", "group.element.target.relationship", message);
            row.properties.push(("relationship".to_owned(), word.to_owned()));
        }
    } else if let Some((word, relationship, is_exact)) =
        word.and_then(|word| WORDS.iter().find(|known| known.0 == word))
    {
        // Nothing stands to no target; with one, it is a contradiction whose safe side is that they do not match.
        let is_unmatched = *word == "unmatched";
        row.relationship = (!is_unmatched || row.target.is_some()).then_some(*relationship);
        if is_unmatched && row.target.is_some() {
            let message = "it is said to be unmatched and has a target; taken for not related".to_owned();
            add(Severity::Doubtful, "unmatched-target", "group.element.target.equivalence", message);
        }
        if !is_exact && (!is_unmatched || row.target.is_some()) {
            row.properties.push((EQUIVALENCE.to_owned(), (*word).to_owned()));
        }
    } else if let Some(word) = word {
        let message = format!("{word:?} is no equivalence of FHIR");
        add(Severity::Doubtful, "unknown-relationship", "group.element.target.equivalence", message);
        row.properties.push((EQUIVALENCE.to_owned(), word.to_owned()));
    } else if row.target.is_some() {
        let message = "how the source stands to the target is not told".to_owned();
        add(Severity::Note, "missing-relationship", "group.element.target", message);
    }
    row.advice = target.string("comment");
    let mut condition = |element: &Element| {
        let (condition, is_set) = read_condition(element);
        if is_set {
            let message = format!("{} may have any value of {}, not one", condition.attribute, condition.value);
            add(Severity::Doubtful, "value-set-condition", "group.element.target.dependsOn", message);
        }
        condition
    };
    row.depends_on = target.all("dependsOn").map(&mut condition).collect();
    row.products = target.all("product").map(&mut condition).collect();
    let property = |element: &Element| Some((element.string("code")?, TypedValue::read(element)?.text));
    let earlier = |extension: &Element| {
        let value = TypedValue::read(extension.extensions("value").next()?)?;
        Some((extension.extension_text("code")?.to_owned(), value.text))
    };
    row.properties.extend(target.all("property").filter_map(property));
    row.properties.extend(target.extensions(extension::TARGET_PROPERTY).filter_map(earlier));
    if let Some(extension) = target.extensions(extension::MAP_ROW).next() {
        let number = |part| extension.extension_text(part).and_then(|text| text.parse().ok()).unwrap_or_default();
        (row.group, row.priority) = (number("group"), number("priority"));
        (row.scenario, row.choice) = (number("scenario"), number("choice"));
        row.rule = extension.extension_text("rule").map(str::to_owned);
    }
    Some(row)
}

/// A condition or product, and whether its value is a whole value set.
fn read_condition(element: &Element) -> (MapCondition, bool) {
    let attribute = element.string("attribute").or_else(|| element.string("property")).unwrap_or_default();
    if let Some(coding) = element.first("valueCoding").map(Coding::read) {
        let (system, value) = (coding.system.unwrap_or_default(), coding.code.unwrap_or_default());
        return (MapCondition { attribute, system, value }, false);
    }
    let plain = element.string("value").or_else(|| element.typed_value()?.own_text().map(str::to_owned));
    let set = element.string("valueSet").filter(|_| plain.is_none());
    let is_set = set.is_some();
    let value = plain.or(set).unwrap_or_default();
    (MapCondition { attribute, system: element.string("system").unwrap_or_default(), value }, is_set)
}

fn unmapped(element: &Element, at: At<'_>, report: &mut Report) -> Unmapped {
    let url = element.string("otherMap").or_else(|| element.string("url"));
    match (element.text("mode"), element.string("code"), url) {
        (Some("provided" | "use-source-code"), _, _) => Unmapped::SameCode,
        (Some("fixed"), Some(code), _) => Unmapped::Fixed { code, display: element.string("display") },
        (Some("other-map"), _, Some(url)) => Unmapped::OtherMap { url },
        (mode, _, _) => {
            let message = format!("mode {:?} lacks what it needs, or is not known; left out", mode.unwrap_or_default());
            report.add(Severity::Refused, "unmapped", at.place().with_field("group.unmapped"), None, message);
            Unmapped::Unsaid
        }
    }
}

impl ConceptMapDraft {
    /// A map that comes from elsewhere, to be written as FHIR.
    #[must_use]
    pub fn new(map: MapDraft) -> Self {
        Self { metadata: Metadata::of_edition(&map.edition, ""), maps: vec![map], ..Self::default() }
    }

    /// The resource as JSON, in a release of FHIR. Reading it again gives the same maps, the lines of rows aside; a
    /// property of a row becomes text.
    ///
    /// # Errors
    ///
    /// What `out` says when it cannot be written to.
    pub fn write_json(&self, release: FhirRelease, out: impl std::io::Write) -> std::io::Result<()> {
        let mut json = Json::object();
        json.text("resourceType", Some("ConceptMap"));
        self.metadata.write(release, &mut json);
        let (source, target) = match release {
            FhirRelease::R4 => ("sourceCanonical", "targetCanonical"),
            FhirRelease::R5 => ("sourceScopeCanonical", "targetScopeCanonical"),
        };
        if release == FhirRelease::R5 {
            json.array("property", self.property_definitions().into_iter());
        }
        json.text(source, self.source_scope.as_deref());
        json.text(target, self.target_scope.as_deref());
        json.array("group", self.maps.iter().map(|map| group_json(map, release)));
        json.write(out)
    }

    fn property_definitions(&self) -> Vec<Json> {
        let properties = self.maps.iter().flat_map(|map| &map.rows).flat_map(|row| &row.properties);
        let names: std::collections::BTreeSet<&str> = properties.map(|(name, _)| name.as_str()).collect();
        let definition = |name| {
            let mut json = Json::object();
            json.text("code", Some(name));
            json.text("type", Some("string"));
            json
        };
        names.into_iter().map(definition).collect()
    }
}

fn group_json(map: &MapDraft, release: FhirRelease) -> Json {
    let mut json = Json::object();
    for (name, version, side) in [("source", "sourceVersion", &map.source), ("target", "targetVersion", &map.target)] {
        let has_version = !side.version.is_empty();
        match release {
            FhirRelease::R5 if has_version => json.push(name, Json::Text(format!("{}|{}", side.system, side.version))),
            _ => json.text(name, Some(side.system.as_str()).filter(|system| !system.is_empty())),
        }
        if release == FhirRelease::R4 && has_version {
            json.text(version, Some(&side.version));
        }
    }
    json.array("element", elements(&map.rows).map(|rows| element_json(rows, release)));
    let (mode, rest) = match (&map.unmapped, release) {
        (Unmapped::Unsaid, _) => return json,
        (Unmapped::SameCode, FhirRelease::R4) => ("provided", None),
        (Unmapped::SameCode, FhirRelease::R5) => ("use-source-code", None),
        (Unmapped::Fixed { code, display }, _) => ("fixed", Some(("code", code, display.as_deref()))),
        (Unmapped::OtherMap { url }, FhirRelease::R4) => ("other-map", Some(("url", url, None))),
        (Unmapped::OtherMap { url }, FhirRelease::R5) => ("other-map", Some(("otherMap", url, None))),
    };
    let mut unmapped = Json::object();
    unmapped.text("mode", Some(mode));
    if let Some((name, value, display)) = rest {
        unmapped.text(name, Some(value));
        unmapped.text("display", display);
    }
    json.push("unmapped", unmapped);
    json
}

/// The rows that make one element: neighbours of the same source. That there is no target stands alone.
fn elements(rows: &[MapRow]) -> impl Iterator<Item = &[MapRow]> {
    rows.chunk_by(|one, next| {
        (&one.source, &one.source_display) == (&next.source, &next.source_display)
            && !says_no_more(one)
            && !says_no_more(next)
    })
}

/// True if a row says that there is no target, and nothing else.
fn says_no_more(row: &MapRow) -> bool {
    let plain = MapRow {
        source: row.source.clone(),
        source_display: row.source_display.clone(),
        line: row.line,
        ..MapRow::default()
    };
    *row == plain
}

fn element_json(rows: &[MapRow], release: FhirRelease) -> Json {
    let mut json = Json::object();
    let Some(first) = rows.first() else { return json };
    json.text("code", Some(&first.source));
    json.text("display", first.source_display.as_deref());
    if says_no_more(first) && release == FhirRelease::R5 {
        json.flag("noMap", Some(true));
    } else {
        json.array("target", rows.iter().map(|row| target_json(row, release)));
    }
    json
}

/// The word of R4 that a property keeps, if it is what reading would keep there.
fn kept_word<'r>(row: &MapRow, (name, word): &'r (String, String)) -> Option<&'r str> {
    let is_kept = |(known, relationship, is_exact): &(&str, Relationship, bool)| {
        known == word
            && Some(*relationship) == row.relationship
            && !is_exact
            && (row.target.is_some() || word != "unmatched")
    };
    (name == EQUIVALENCE && WORDS.iter().any(is_kept)).then_some(word)
}

fn target_json(row: &MapRow, release: FhirRelease) -> Json {
    let mut json = Json::object();
    let numbers =
        [("group", row.group), ("priority", row.priority), ("scenario", row.scenario), ("choice", row.choice)];
    let numbers =
        numbers.into_iter().filter(|(_, number)| *number != 0).map(|(part, number)| (part, number.to_string()));
    let parts: Vec<_> = numbers.chain(row.rule.iter().map(|rule| ("rule", rule.clone()))).collect();
    if !parts.is_empty() {
        let parts = parts.iter().map(|(part, text)| (*part, "valueString", text.as_str()));
        json.push_parts(extension::MAP_ROW, parts);
    }
    let word =
        row.properties.first().filter(|_| release == FhirRelease::R4).and_then(|property| kept_word(row, property));
    let properties = row.properties.iter().skip(usize::from(word.is_some()));
    if release == FhirRelease::R4 {
        for (name, value) in properties.clone() {
            let parts = [("code", "valueCode", name.as_str()), ("value", "valueString", value.as_str())];
            json.push_parts(extension::TARGET_PROPERTY, parts);
        }
    }
    json.text("code", row.target.as_deref());
    json.text("display", row.target_display.as_deref());
    match (row.relationship, release) {
        (Some(relationship), FhirRelease::R4) => {
            json.text(EQUIVALENCE, Some(word.unwrap_or(relationship.as_r4_equivalence())));
        }
        (Some(relationship), FhirRelease::R5) => json.text("relationship", Some(relationship.as_str())),
        (None, FhirRelease::R4) if row.target.is_none() => json.text(EQUIVALENCE, Some("unmatched")),
        (None, release) => {
            let mut beside = Json::object();
            beside.push_extension(extension::ABSENT, "valueCode", Json::string("unknown"));
            json.push(if release == FhirRelease::R4 { "_equivalence" } else { "_relationship" }, beside);
        }
    }
    json.text("comment", row.advice.as_deref());
    if release == FhirRelease::R5 {
        let property = |(name, value): &(String, String)| {
            let mut json = Json::object();
            json.text("code", Some(name));
            json.text("valueString", Some(value));
            json
        };
        json.array("property", properties.map(property));
    }
    json.array("dependsOn", row.depends_on.iter().map(|condition| condition_json(condition, release)));
    json.array("product", row.products.iter().map(|condition| condition_json(condition, release)));
    json
}

fn condition_json(condition: &MapCondition, release: FhirRelease) -> Json {
    let MapCondition { attribute, system, value } = condition;
    let mut json = Json::object();
    let has_system = !system.is_empty();
    match release {
        FhirRelease::R4 => {
            json.text("property", Some(attribute));
            json.text("system", Some(system.as_str()).filter(|_| has_system));
            json.text("value", Some(value));
        }
        FhirRelease::R5 if has_system => {
            json.text("attribute", Some(attribute));
            let coding = Coding { system: Some(system.clone()), code: Some(value.clone()), ..Coding::default() };
            json.push("valueCoding", coding.json());
        }
        FhirRelease::R5 => {
            json.text("attribute", Some(attribute));
            json.text("valueString", Some(value));
        }
    }
    json
}
