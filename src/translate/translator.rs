//! Several maps under one roof: which way leads from one system to another, and what a code becomes on it.
//!
//! Systems are joined by name, never by codes that look alike: a map leads from the system that it names to the other one
//! that it names, and backwards. Where two maps call a system by different names (`icd10`, its URL), the editions of that
//! system tell that they mean the same ([`Translator::with_names`]).

use std::collections::HashMap;
use std::sync::Arc;
#[cfg(feature = "rayon")]
use std::sync::{PoisonError, RwLock};

use super::concept_map::ConceptMap;
use super::follow::follow;
use super::migration::{Change, Migration, NameChange};
use super::one_map::{backward, forward, step};
use super::patient::{Fact, PatientContext};
use super::rule::Truth;
use super::translation::{Link, Outcome, Scenario, Step, Target, Translation};
use crate::edition::{Date, Edition};
use crate::source::{MapSide, Unmapped};
use crate::{Error, Result};

/// Concept maps and migrations, asked by the names of systems.
///
/// A system is named as the maps name it, in any letter case; followed by `|` and a version it names one edition, and then
/// maps for other versions of it are not asked at that end. Between two maps the versions may differ, which the
/// [step](Step::version_differs) tells.
///
/// Of several editions of one map, the one in force on the day of [`as_of`](Self::as_of) is asked; without a day, the
/// latest. A `Translator` is immutable and cheap to clone.
///
/// ```no_run
/// use medterm::{ConceptMap, translate::{PatientContext, Translator}};
/// let maps = [ConceptMap::open("service-to-icd9.mti")?, ConceptMap::open("icd9-to-icd10pcs.mti")?];
/// let translator = Translator::new(maps)?;
/// let Some(routes) = translator.between("service", "icd10-pcs") else { panic!("no way leads there") };
/// let translation = routes.translate("01.0117.0118", &PatientContext::new())?;
/// println!("{} by {} steps", translation.outcome.as_str(), translation.path.len());
/// # Ok::<(), medterm::Error>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct Translator {
    maps: Arc<[ConceptMap]>,
    migrations: Vec<Arc<Migration>>,
    names: Vec<Names>,
    date: Option<Date>,
    most_steps: Option<usize>,
}

/// Steps of a way, if nothing else is set.
const STEPS: usize = 3;
/// Ways that are looked at, those with fewer steps first.
const MOST_ROUTES: usize = 64;
/// Beginnings of ways that are followed.
const MOST_BEGINNINGS: usize = 4096;
/// Translations that a bulk remembers.
const MOST_REMEMBERED: usize = 1 << 16;

impl Translator {
    /// Puts maps together.
    ///
    /// # Errors
    ///
    /// [`Error::Argument`] if the same edition of a map is given twice: answers would depend on their order.
    pub fn new(maps: impl IntoIterator<Item = ConceptMap>) -> Result<Self> {
        let maps: Vec<ConceptMap> = maps.into_iter().collect();
        for (place, map) in maps.iter().enumerate() {
            if maps.iter().skip(place + 1).any(|other| other.edition().is_same_release(map.edition())) {
                return Err(Error::Argument {
                    what: "concept map",
                    value: map.edition().to_string(),
                    expected: "each edition of a map once".into(),
                });
            }
        }
        Ok(Self { maps: maps.into(), ..Self::default() })
    }

    /// The same with a migration between two editions as a further step. A map between the two editions goes before it.
    #[must_use]
    pub fn with_migration(mut self, migration: impl Into<Arc<Migration>>) -> Self {
        let migration = migration.into();
        self.names.push(Names::of(migration.later().edition()));
        self.migrations.push(migration);
        self
    }

    /// The same, knowing that the short name of an edition and its URL mean one system.
    ///
    /// An alias of the edition may be asked for, where it is no map's own name; but maps are never joined by it. (A national
    /// ICD-10 may be asked for as `icd10`, and is still not the ICD-10 of WHO's maps.)
    #[must_use]
    pub fn with_names(mut self, edition: &Edition) -> Self {
        self.names.push(Names::of(edition));
        self
    }

    /// The same, asked as on a given day: only maps in force on it answer.
    #[must_use]
    pub fn as_of(self, date: Date) -> Self {
        Self { date: Some(date), ..self }
    }

    /// The same with ways of at most so many steps; otherwise there are at most three.
    #[must_use]
    pub fn most_steps(self, steps: usize) -> Self {
        Self { most_steps: Some(steps), ..self }
    }

    /// The maps that were put in.
    #[must_use]
    pub fn maps(&self) -> &[ConceptMap] {
        &self.maps
    }

    /// The ways from one system to another; `None` if no maps lead there.
    ///
    /// No way passes a system twice. Ways between two editions of one system are maps between them, and migrations.
    #[must_use]
    pub fn between(&self, from: &str, to: &str) -> Option<Routes<'_>> {
        let (from, to) = (self.asked(from), self.asked(to));
        let edges = self.edges(&from, &to);
        let mut queue = vec![Beginning { edges: Vec::new(), steps: Vec::new(), visited: vec![from] }];
        let mut routes = Vec::new();
        for _ in 0..self.most_steps.unwrap_or(STEPS) {
            let mut longer = Vec::new();
            for (beginning, edge) in queue.iter().flat_map(|beginning| edges.iter().map(move |edge| (beginning, edge)))
            {
                let Some(next) = beginning.then(edge) else { continue };
                let here = next.visited.last();
                if here.is_some_and(|here| here.is(&to)) {
                    routes.push(Route { edges: next.edges, steps: next.steps });
                } else if longer.len() < MOST_BEGINNINGS {
                    longer.push(next);
                }
            }
            queue = longer;
        }
        // What passes between versions, or is only derived, comes behind what somebody published.
        routes.sort_by_key(Route::rank);
        routes.truncate(MOST_ROUTES);
        (!routes.is_empty()).then_some(Routes { translator: self, routes })
    }

    /// The place that a map means by a name.
    fn place(&self, name: &str) -> Place {
        let (name, version) = name.rsplit_once('|').unwrap_or((name, ""));
        let system = self.names.iter().find(|names| names.is_own(name)).map_or(name, |names| &names.system);
        Place { system: system.to_ascii_lowercase(), version: version.to_ascii_lowercase() }
    }

    /// The place that somebody asks for.
    fn asked(&self, name: &str) -> Place {
        let place = self.place(name);
        let is_here = |side: &MapSide| self.place(&side.system).system == place.system;
        if self.maps.iter().any(|map| is_here(map.source()) || is_here(map.target())) {
            return place;
        }
        match self.names.iter().find(|names| names.is_alias(&place.system)) {
            Some(names) => Place { system: names.system.to_ascii_lowercase(), ..place },
            None => place,
        }
    }

    /// All single steps: maps in both directions, and migrations.
    fn edges(&self, from: &Place, to: &Place) -> Vec<Edge<'_>> {
        let mut edges: Vec<Edge<'_>> = Vec::new();
        for (place, map) in self.maps.iter().enumerate() {
            // Another edition of the same map that fits better.
            let is_better = |(other_place, other): (usize, &ConceptMap)| {
                let same = !map.edition().system.is_empty() && map.edition().system == other.edition().system;
                same && (self.fitness(other, from, to), other_place) > (self.fitness(map, from, to), place)
            };
            let in_force = self.date.is_none_or(|date| map.edition().in_force.contains(date));
            if in_force && !self.maps.iter().enumerate().any(is_better) {
                for reverse in [false, true] {
                    let step = step(map, reverse);
                    let (from, to) = (self.place(&step.from), self.place(&step.to));
                    edges.push(Edge { by: By::Map { map, reverse }, step, from, to });
                }
            }
        }
        for migration in &self.migrations {
            let [from, to] = [migration.former(), migration.later()].map(|system| system.edition().to_string());
            let (a, b) = (self.place(&from), self.place(&to));
            let step = Step { map: String::new(), from, to, reverse: false, version_differs: false };
            edges.push(Edge { by: By::Migration(migration), step, from: a, to: b });
        }
        edges
    }

    /// Which of several editions of a map to ask: one in force, made for the versions that are asked, and late.
    fn fitness(&self, map: &ConceptMap, from: &Place, to: &Place) -> (bool, bool, Option<Date>, String) {
        let edition = map.edition();
        let step = step(map, false);
        let sides = [self.place(&step.from), self.place(&step.to)];
        let asked = [from, to];
        let fits = asked.iter().all(|end| sides.iter().all(|side| side.system != end.system || side.is(end)));
        let in_force = self.date.is_none_or(|date| edition.in_force.contains(date));
        (in_force, fits, edition.in_force.from, edition.version.clone())
    }

    /// What a map, or one that it names for codes that it does not list, makes of a code.
    fn forward(&self, map: &ConceptMap, code: &str, patient: &PatientContext) -> Result<Vec<Scenario>> {
        let mut asked = vec![map];
        loop {
            let Some(map) = asked.last() else { return Ok(Vec::new()) };
            let scenarios = forward(map, code, patient)?;
            let Unmapped::OtherMap { url } = map.unmapped() else { return Ok(scenarios) };
            let name = url.rsplit_once('|').map_or(url.as_str(), |(name, _)| name);
            let mut named =
                self.maps.iter().filter(|other| other.edition().is_named(url) || other.edition().is_named(name));
            let is_new = |other: &&ConceptMap| !asked.iter().any(|map| map.edition() == other.edition());
            match named.find(is_new) {
                Some(other) if scenarios.is_empty() => asked.push(other),
                _ => return Ok(scenarios),
            }
        }
    }
}

/// The names of a system.
#[derive(Clone, Debug)]
struct Names {
    /// The name under which all others are found.
    system: String,
    url: String,
    aliases: Vec<String>,
}

impl Names {
    fn of(edition: &Edition) -> Self {
        let Edition { system, url, aliases, .. } = edition;
        Self { system: system.clone(), url: url.clone(), aliases: aliases.clone() }
    }

    fn is_own(&self, name: &str) -> bool {
        !name.is_empty() && (self.system.eq_ignore_ascii_case(name) || self.url.eq_ignore_ascii_case(name))
    }

    fn is_alias(&self, name: &str) -> bool {
        self.aliases.iter().any(|alias| alias.eq_ignore_ascii_case(name))
    }
}

/// A system, or one version of it, by the name under which all its names are found.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Place {
    system: String,
    /// Empty if any.
    version: String,
}

impl Place {
    fn is(&self, other: &Self) -> bool {
        self.system == other.system && self.fits(other)
    }

    /// True unless both name a version, and not the same.
    fn fits(&self, other: &Self) -> bool {
        self.version.is_empty() || other.version.is_empty() || self.version == other.version
    }
}

#[derive(Clone)]
struct Edge<'t> {
    by: By<'t>,
    step: Step,
    from: Place,
    to: Place,
}

#[derive(Clone, Copy)]
enum By<'t> {
    Map { map: &'t ConceptMap, reverse: bool },
    Migration(&'t Migration),
}

/// The first steps of a way.
struct Beginning<'t> {
    edges: Vec<By<'t>>,
    steps: Vec<Step>,
    visited: Vec<Place>,
}

impl<'t> Beginning<'t> {
    /// One step more; `None` if it does not begin here, or leads back.
    fn then(&self, edge: &Edge<'t>) -> Option<Self> {
        let here = self.visited.last().filter(|here| here.system == edge.from.system)?;
        let changes_edition = edge.from.system == edge.to.system;
        let version_differs = !here.fits(&edge.from);
        // The end that was asked, and a change of edition, mean the version that they name.
        if version_differs && (self.steps.is_empty() || changes_edition) {
            return None;
        }
        let is_back = |one: &Place| one.system == edge.to.system && (!changes_edition || one.is(&edge.to));
        let before =
            if changes_edition && here.version.is_empty() { self.visited.len() - 1 } else { self.visited.len() };
        if self.visited.iter().take(before).any(is_back) {
            return None;
        }
        let mut next = Self { edges: self.edges.clone(), steps: self.steps.clone(), visited: self.visited.clone() };
        next.edges.push(edge.by);
        next.steps.push(Step { version_differs, ..edge.step.clone() });
        next.visited.push(edge.to.clone());
        Some(next)
    }
}

struct Route<'t> {
    edges: Vec<By<'t>>,
    steps: Vec<Step>,
}

impl Route<'_> {
    /// Less is better: changes of version, steps, derived steps.
    fn rank(&self) -> (usize, usize, usize) {
        let (length, derived) = self.length();
        (self.steps.iter().filter(|step| step.version_differs).count(), length, derived)
    }

    fn length(&self) -> (usize, usize) {
        (self.steps.len(), self.edges.iter().filter(|by| matches!(by, By::Migration(_))).count())
    }
}

/// The ways from one system to another, found once for many codes.
pub struct Routes<'t> {
    translator: &'t Translator,
    routes: Vec<Route<'t>>,
}

impl Routes<'_> {
    /// The steps of each way: first those whose maps fit together, those of few steps, and those that somebody published.
    pub fn paths(&self) -> impl ExactSizeIterator<Item = &[Step]> {
        self.routes.iter().map(|route| route.steps.as_slice())
    }

    /// Translates a code by the best way that knows it: of those with the fewest steps, the one that loses least.
    /// Ways with more steps are gone only if the shorter ones say nothing of the code.
    ///
    /// # Errors
    ///
    /// [`Error::Corrupt`] if an index is damaged where the code stands.
    pub fn translate(&self, code: &str, patient: &PatientContext) -> Result<Translation> {
        let mut unknown = None;
        for alike in self.routes.chunk_by(|a, b| a.rank() == b.rank()) {
            let mut best: Option<(Loss, Translation)> = None;
            for route in alike {
                let found = self.along(route, code, patient)?;
                let loss = Loss::of(&found);
                if found.outcome == Outcome::Unknown {
                    unknown.get_or_insert(found);
                } else if best.as_ref().is_none_or(|(least, _)| loss < *least) {
                    best = Some((loss, found));
                }
            }
            if let Some((_, best)) = best {
                return Ok(best);
            }
        }
        Ok(unknown.unwrap_or_else(|| Translation::new(code, Vec::new(), Vec::new(), false)))
    }

    /// Translates a code by every way, in the order of [`paths`](Self::paths).
    ///
    /// # Errors
    ///
    /// [`Error::Corrupt`] if an index is damaged where the code stands.
    pub fn translate_by_all(&self, code: &str, patient: &PatientContext) -> Result<Vec<Translation>> {
        self.routes.iter().map(|route| self.along(route, code, patient)).collect()
    }

    /// Translates many codes; an item is what [`translate`](Self::translate) gives for its code. Codes that come again are
    /// not translated again, as long as there are not too many different ones.
    pub fn translate_all<'r, C: AsRef<str>>(
        &'r self,
        codes: impl IntoIterator<Item = C> + 'r,
        patient: &'r PatientContext,
    ) -> impl Iterator<Item = Result<Arc<Translation>>> {
        let mut known = HashMap::new();
        codes.into_iter().map(move |code| self.remembering(code.as_ref(), patient, &mut known))
    }

    /// Translates many codes on all threads of the pool, each item in the place of its code. What one thread has translated
    /// the others know too.
    #[cfg(feature = "rayon")]
    pub fn par_translate_all<'r, C: AsRef<str> + Send>(
        &'r self,
        codes: impl rayon::iter::IntoParallelIterator<Item = C, Iter: rayon::iter::IndexedParallelIterator>,
        patient: &'r PatientContext,
    ) -> impl rayon::iter::IndexedParallelIterator<Item = Result<Arc<Translation>>> {
        use rayon::iter::{IndexedParallelIterator, ParallelIterator};
        let known = Shared::new();
        codes.into_par_iter().with_min_len(256).map(move |code| self.sharing(code.as_ref(), patient, &known))
    }

    #[cfg(feature = "rayon")]
    fn sharing(&self, code: &str, patient: &PatientContext, known: &Shared) -> Result<Arc<Translation>> {
        let shard = known.shard(code);
        if let Some(found) = shard.read().unwrap_or_else(PoisonError::into_inner).get(code) {
            return Ok(Arc::clone(found));
        }
        let found = Arc::new(self.translate(code, patient)?);
        let mut shard = shard.write().unwrap_or_else(PoisonError::into_inner);
        if shard.len() < MOST_REMEMBERED / SHARDS {
            shard.insert(code.to_owned(), Arc::clone(&found));
        }
        Ok(found)
    }

    fn remembering(
        &self,
        code: &str,
        patient: &PatientContext,
        known: &mut HashMap<String, Arc<Translation>>,
    ) -> Result<Arc<Translation>> {
        if let Some(found) = known.get(code) {
            return Ok(Arc::clone(found));
        }
        let found = Arc::new(self.translate(code, patient)?);
        if known.len() < MOST_REMEMBERED {
            known.insert(code.to_owned(), Arc::clone(&found));
        }
        Ok(found)
    }

    fn along(&self, route: &Route<'_>, code: &str, patient: &PatientContext) -> Result<Translation> {
        let (mut scenarios, mut truncated) = (Vec::new(), false);
        for (place, (by, step)) in route.edges.iter().zip(&route.steps).enumerate() {
            if place == 0 {
                scenarios = self.by(*by, code, patient)?;
                continue;
            }
            let more;
            (scenarios, more) = follow(scenarios, |code| {
                let next = self.by(*by, code, patient)?;
                Ok::<_, Error>(if next.is_empty() { nothing_said(step, code) } else { next })
            })?;
            truncated |= more;
        }
        Ok(Translation::new(code, scenarios, route.steps.clone(), truncated))
    }

    fn by(&self, by: By<'_>, code: &str, patient: &PatientContext) -> Result<Vec<Scenario>> {
        match by {
            By::Map { map, reverse: false } => self.translator.forward(map, code, patient),
            By::Map { map, reverse: true } => backward(map, code, patient),
            By::Migration(migration) => migrated(migration, code),
        }
    }
}

impl std::fmt::Debug for Routes<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(self.paths()).finish()
    }
}

/// Parts of what threads share, so that they seldom wait for each other.
#[cfg(feature = "rayon")]
const SHARDS: usize = 64;

/// Translations that several threads remember.
#[cfg(feature = "rayon")]
struct Shared {
    shards: [RwLock<HashMap<String, Arc<Translation>>>; SHARDS],
}

#[cfg(feature = "rayon")]
impl Shared {
    fn new() -> Self {
        Self { shards: std::array::from_fn(|_| RwLock::default()) }
    }

    fn shard(&self, code: &str) -> &RwLock<HashMap<String, Arc<Translation>>> {
        let [first, others @ ..] = &self.shards;
        let sum = code.bytes().fold(0_usize, |sum, byte| sum.wrapping_mul(31).wrapping_add(byte.into()));
        others.get(sum % SHARDS).unwrap_or(first)
    }
}

/// How much a translation loses; less is better.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Loss {
    is_lossy: bool,
    outcome: Outcome,
}

impl Loss {
    fn of(translation: &Translation) -> Self {
        Self { is_lossy: translation.targets().any(|target| target.lossy), outcome: translation.outcome }
    }
}

/// Where a way ends because a map does not list a code.
fn nothing_said(step: &Step, code: &str) -> Vec<Scenario> {
    let link = Link { map: step.map.clone(), from: code.to_owned(), ..Link::default() };
    vec![Scenario::of(vec![Target::of(link, None, Truth::True, Vec::new())])]
}

/// What became of a code between two editions.
fn migrated(migration: &Migration, code: &str) -> Result<Vec<Scenario>> {
    let Some(migrated) = migration.migrate(code)? else { return Ok(Vec::new()) };
    let change = &migrated.change;
    let in_doubt = match change {
        Change::Kept { name, .. } | Change::NowHeading { name, .. } => *name == NameChange::MeaningInDoubt,
        Change::FinerCodeGone { .. } | Change::Withdrawn { .. } => false,
    };
    let from = migrated.sources.first().map(|source| source.marked_code()).transpose()?.unwrap_or_default();
    let link = |to: Option<String>| Link {
        map: migration.later().edition().to_string(),
        from: from.clone(),
        to,
        listed: true,
        relationship: change.relationship(),
        advice: Some(change.as_str().to_owned()),
        ..Link::default()
    };
    let mut targets = Vec::new();
    for target in change.targets() {
        // Same code, other words: whether it is the same thing a person must say.
        let (truth, facts) = match in_doubt {
            true => (Truth::Undecided, vec![Fact::Meaning { code: from.clone() }]),
            false => (Truth::True, Vec::new()),
        };
        targets.push(Target::of(link(Some(target.marked_code()?)), Some(target.display()?), truth, facts));
    }
    if targets.is_empty() {
        targets.push(Target::of(link(None), None, Truth::True, Vec::new()));
    }
    Ok(vec![Scenario::of(targets)])
}
