//! Which module's edition it is, and of which day.

use std::collections::{BTreeMap, BTreeSet};

use super::{Builder, SYSTEM};
use crate::Edition;
use crate::edition::{Date, InForce};
use crate::source::rf2::files::date_in_name;
use crate::source::rf2::known;
use crate::source::{DesignationUse, Place, Severity};

impl Builder<'_> {
    pub(super) fn edition(&mut self) -> Edition {
        let module = self.edition_module();
        let named = self.files.iter().filter_map(|name| date_in_name(name)).max();
        let time = if self.latest == 0 { named.unwrap_or_default() } else { self.latest };
        let part = |number: u32| u8::try_from(number % 100).unwrap_or_default();
        let day = Date::new(i32::try_from(time / 10_000).unwrap_or_default(), part(time / 100), part(time));
        if day.is_err() {
            let message = format!("the latest effective time {time:08} is no day of the calendar");
            self.report.add(Severity::Doubtful, "effective-time", Place::default(), None, message);
        }
        if let Some(named) = named.filter(|named| *named != self.latest) {
            let message = match self.latest {
                0 => format!("no row has an effective time; {named}, by which the files are named, serves as date"),
                latest => format!("the files are named by {named}, but their latest effective time is {latest:08}"),
            };
            self.report.add(Severity::Note, "release-date", Place::default(), None, message);
        }
        let module_name = self.by_id.get(&module).and_then(|index| self.concepts.get(*index as usize));
        let names = module_name.map(|concept| concept.designations.as_slice()).unwrap_or_default();
        let name = names.iter().find(|name| name.r#use == DesignationUse::Preferred).map(|name| name.text.as_str());
        let title = match (module, name) {
            (known::CORE_MODULE, _) => format!("SNOMED CT International Edition {time:08}"),
            (_, Some(name)) => format!("SNOMED CT, {name}, {time:08}"),
            (_, None) => format!("SNOMED CT, edition of module {module}, {time:08}"),
        };
        Edition {
            system: "snomed-ct".to_owned(),
            url: SYSTEM.to_owned(),
            version: format!("{SYSTEM}/{module}/version/{time:08}"),
            title,
            issued_by: match module {
                known::CORE_MODULE => "SNOMED International".to_owned(),
                _ => format!("SNOMED International and the publisher of module {module}"),
            },
            in_force: InForce { from: day.ok(), until: None },
            aliases: ["sct", "urn:oid:2.16.840.1.113883.6.96"].map(str::to_owned).to_vec(),
        }
    }

    /// The module asked for; else the one on which no other depends; else, if the files tell no dependencies, the only
    /// one that is not the International Edition's, or that.
    fn edition_module(&mut self) -> u64 {
        if let Some(module) = self.module {
            return module;
        }
        let below: BTreeSet<u64> = self.dependencies.values().flatten().copied().collect();
        let on_top: Vec<u64> = self.dependencies.keys().copied().filter(|module| !below.contains(module)).collect();
        if let [module] = on_top.as_slice() {
            return *module;
        }
        let mut counts: BTreeMap<u64, usize> = BTreeMap::new();
        for state in self.states.iter().filter(|state| state.module != known::MODEL_MODULE) {
            *counts.entry(state.module).or_default() += 1;
        }
        let national: Vec<u64> = counts.keys().copied().filter(|module| *module != known::CORE_MODULE).collect();
        let (module, why) = match (on_top.as_slice(), national.as_slice()) {
            ([], []) => return known::CORE_MODULE,
            ([], [module]) => (*module, "no module dependencies are given"),
            ([], _) => (known::CORE_MODULE, "there are several modules and no dependencies are given"),
            (several, _) => {
                let most = several.iter().max_by_key(|module| counts.get(module).copied().unwrap_or_default());
                (most.copied().unwrap_or(known::CORE_MODULE), "several modules have none above them")
            }
        };
        let message = format!("{why}: taken for an edition of module {module}");
        self.report.add(Severity::Doubtful, "edition-module", Place::default(), None, message);
        module
    }
}
