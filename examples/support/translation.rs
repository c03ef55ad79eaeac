//! What the examples that translate share: which maps and editions lead where, and a translation in one line.
#![allow(dead_code, reason = "every example uses a part")]

use std::io::IsTerminal;
use std::sync::Arc;

use medterm::translate::{ChoiceList, Migration, Target, Translation, Translator, Truth};
use medterm::{CodeSystem, ConceptMap, Error};

use crate::support::{Arguments, Problem, check_is_file, edition};

/// What `--index` and `--map` give, and between which systems to translate.
pub(crate) struct Ways {
    pub(crate) translator: Translator,
    pub(crate) from: String,
    pub(crate) to: String,
    /// The comparison of the editions that the codes come from and go to, if there are no maps.
    pub(crate) migration: Option<Arc<Migration>>,
    /// The edition that the codes go to, if it is loaded.
    pub(crate) later: Option<CodeSystem>,
}

/// Without `--map`, the migration between two editions. With it, the maps and what is loaded of editions.
pub(crate) fn ways(arguments: &Arguments) -> Result<Ways, Problem> {
    let maps = arguments.all("--map").map(open_map).collect::<Result<Vec<_>, _>>()?;
    if maps.is_empty() {
        let (migration, later) = migration(arguments)?;
        let [from, to] = [migration.former(), migration.later()].map(|system| system.edition().to_string());
        let translator = Translator::default().with_migration(Arc::clone(&migration));
        return Ok(Ways { translator, from, to, migration: Some(migration), later: Some(later) });
    }
    let (from, to) = match (arguments.one("--from")?, arguments.one("--to")?, maps.as_slice()) {
        (Some(from), Some(to), _) => (from.to_owned(), to.to_owned()),
        (None, None, [map]) => (map.source().system.clone(), map.target().system.clone()),
        _ => {
            return Err("--from and --to are needed, unless there is one --map and neither is given; see --help".into());
        }
    };
    let mut translator = Translator::new(maps)?;
    let mut later = None;
    if arguments.all("--index").next().is_some() {
        let terminology = arguments.terminology()?;
        let systems = terminology.loaded();
        for (place, system) in systems.iter().enumerate() {
            translator = translator.with_names(system.edition());
            // Those behind it are of earlier days.
            for earlier in systems.iter().skip(place + 1).filter(|other| !other.is_fragment() && !system.is_fragment())
            {
                if earlier.edition().system == system.edition().system {
                    translator = translator.with_migration(Migration::between(earlier, system)?);
                }
            }
        }
        later = terminology.system(&to).cloned();
    }
    if let Some(day) = arguments.as_of()? {
        translator = translator.as_of(day);
    }
    Ok(Ways { translator, from, to, migration: None, later })
}

/// The migration between the editions of `--from` and `--to`.
pub(crate) fn migration(arguments: &Arguments) -> Result<(Arc<Migration>, CodeSystem), Problem> {
    let (from, to) = (arguments.needed("--from")?, arguments.needed("--to")?);
    let terminology = arguments.terminology()?;
    let (from, to) = (edition(&terminology, from)?, edition(&terminology, to)?);
    if from.edition() == to.edition() {
        return Err(format!("--from and --to are both {}; name two editions", from.edition()).into());
    }
    Ok((Arc::new(Migration::between(from, to)?), to.clone()))
}

fn open_map(path: &str) -> Result<ConceptMap, Problem> {
    check_is_file(path, "the index of a map that examples/compile wrote")?;
    ConceptMap::open(path).map_err(|error| match error {
        Error::Io { .. } => error.into(),
        Error::WrongKind { .. } => format!("{path}: {error}; give it with --index").into(),
        _ => format!("{path}: {error}").into(),
    })
}

impl Ways {
    /// What to say if no way leads from one system to the other.
    pub(crate) fn no_way(&self) -> Problem {
        let maps: Vec<_> = self
            .translator
            .maps()
            .iter()
            .map(|map| format!("{} from {} to {}", map.edition(), map.source().system, map.target().system))
            .collect();
        format!(
            "no way leads from {} to {} by {}; add --map FILE, or --index FILE for an edition",
            self.from,
            self.to,
            maps.join(", ")
        )
        .into()
    }

    /// The name of a target: the map's, or that of the edition to which the codes go.
    pub(crate) fn display(&self, target: &Target) -> medterm::Result<Option<String>> {
        let Some((code, later)) = target.code.as_ref().zip(self.later.as_ref()).filter(|_| target.display.is_none())
        else {
            return Ok(target.display.clone());
        };
        later.lookup(code)?.concepts().first().map(|concept| concept.display()).transpose()
    }

    /// Scenarios between strokes, what belongs together between pluses, alternatives between bars: `A + B | C / D`, each
    /// with its name. What is undecided has a question mark; a part without target is a hyphen. Of many alternatives, the
    /// first are named and the others counted.
    pub(crate) fn in_one_line(&self, translation: &Translation) -> medterm::Result<String> {
        let target = |target: &Target| -> medterm::Result<String> {
            let open = if target.truth == Truth::Undecided { "?" } else { "" };
            let name = self.display(target)?.map(|name| format!(" {name}")).unwrap_or_default();
            Ok(format!("{}{open}{name}", target.code.as_deref().unwrap_or("-")))
        };
        let mut scenarios = Vec::new();
        for scenario in &translation.scenarios {
            let list = |list: &ChoiceList| {
                let named = list.alternatives.iter().take(MOST_NAMED).map(target);
                let mut named = named.collect::<medterm::Result<Vec<_>>>()?;
                if let Some(more @ 1..) = list.alternatives.len().checked_sub(MOST_NAMED) {
                    named.push(format!("and {more} more"));
                }
                Ok(named.join(" | "))
            };
            scenarios.push(scenario.lists.iter().map(list).collect::<medterm::Result<Vec<_>>>()?.join(" + "));
        }
        Ok(scenarios.join(" / "))
    }
}

/// Alternatives of one list that are named in one line.
const MOST_NAMED: usize = 30;

/// A bar on standard error, if that is a terminal.
pub(crate) struct Progress {
    total: u64,
    shown: Option<u64>,
    is_seen: bool,
}

impl Progress {
    pub(crate) fn new(total: u64) -> Self {
        Self { total, shown: None, is_seen: std::io::stderr().is_terminal() }
    }

    pub(crate) fn at(&mut self, done: u64, rows: u64) {
        let percent = (done.min(self.total) * 100).checked_div(self.total).unwrap_or(100);
        if self.is_seen && self.shown != Some(percent) {
            self.shown = Some(percent);
            let filled = usize::try_from(percent / 4).unwrap_or_default();
            eprint!("\r[{:<25}] {percent:>3} %  {} rows ", "#".repeat(filled), crate::support::grouped(rows));
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if self.shown.is_some() {
            eprintln!();
        }
    }
}
