//! Sums of outcomes, class by class.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::Serialize;

use crate::judge::Outcome;
use crate::queries::Query;

/// The class that holds every query, printed last.
pub(crate) const ALL: &str = "all";

/// Counts of one class.
#[derive(Debug, Default)]
struct Tally {
    queries: usize,
    first: usize,
    third: usize,
    tenth: usize,
    reciprocal: f64,
    itself: usize,
    wrong: usize,
    adds: usize,
    times: Vec<Duration>,
}

/// What is printed of one class.
#[derive(Debug, Serialize)]
pub(crate) struct Figures {
    pub(crate) block: &'static str,
    pub(crate) class: String,
    pub(crate) n: usize,
    pub(crate) recall_at_1: f64,
    pub(crate) recall_at_3: f64,
    pub(crate) recall_at_10: f64,
    pub(crate) mrr: f64,
    pub(crate) itself_at_1: f64,
    pub(crate) wrong_polarity: usize,
    pub(crate) adds_polarity: usize,
    pub(crate) p50_us: f64,
    pub(crate) p99_us: f64,
}

/// The figures of each class, in the order of names, then of all queries.
pub(crate) fn figures(block: &'static str, queries: &[Query], outcomes: &[Outcome]) -> Vec<Figures> {
    let mut tallies: BTreeMap<&str, Tally> = BTreeMap::new();
    let mut all = Tally::default();
    for (query, outcome) in queries.iter().zip(outcomes) {
        tallies.entry(&query.class).or_default().add(outcome);
        all.add(outcome);
    }
    let tallies = tallies.into_iter().chain([(ALL, all)]);
    tallies.map(|(class, tally)| tally.figures(block, class)).collect()
}

impl Tally {
    fn add(&mut self, outcome: &Outcome) {
        let within = |places: usize| usize::from(outcome.rank.is_some_and(|rank| rank < places));
        self.queries += 1;
        self.first += within(1);
        self.third += within(3);
        self.tenth += within(10);
        self.reciprocal += outcome.rank.map_or(0.0, |rank| 1.0 / (rank + 1) as f64);
        self.itself += usize::from(outcome.is_itself);
        self.wrong += usize::from(outcome.wrong.is_some());
        self.adds += usize::from(outcome.adds.is_some());
        self.times.push(outcome.time);
    }

    fn figures(mut self, block: &'static str, class: &str) -> Figures {
        self.times.sort_unstable();
        let n = self.queries.max(1) as f64;
        let last = self.times.len().saturating_sub(1) as f64;
        let at = |share: f64| {
            let time = self.times.get((share * last).round() as usize).copied().unwrap_or_default();
            time.as_nanos() as f64 / 1000.0
        };
        Figures {
            block,
            class: class.to_owned(),
            n: self.queries,
            recall_at_1: self.first as f64 / n,
            recall_at_3: self.third as f64 / n,
            recall_at_10: self.tenth as f64 / n,
            mrr: self.reciprocal / n,
            itself_at_1: self.itself as f64 / n,
            wrong_polarity: self.wrong,
            adds_polarity: self.adds,
            p50_us: at(0.5),
            p99_us: at(0.99),
        }
    }
}

/// What a class loses and gains where a reading is left out.
#[derive(Debug, Default, Serialize)]
pub(crate) struct Change {
    pub(crate) block: &'static str,
    pub(crate) class: String,
    pub(crate) reading: &'static str,
    pub(crate) n: usize,
    pub(crate) change_at_1: f64,
    pub(crate) change_at_10: f64,
    pub(crate) lost_at_1: usize,
    pub(crate) gained_at_1: usize,
    pub(crate) lost_at_10: usize,
    pub(crate) gained_at_10: usize,
}

/// The changes of each class, in the same order as its figures.
pub(crate) fn changes(reading: &'static str, queries: &[Query], with: &[Outcome], without: &[Outcome]) -> Vec<Change> {
    let mut classes: BTreeMap<&str, Change> = BTreeMap::new();
    let mut all = Change::default();
    for (query, (with, without)) in queries.iter().zip(with.iter().zip(without)) {
        classes.entry(&query.class).or_default().add(with, without);
        all.add(with, without);
    }
    let classes = classes.into_iter().chain([(ALL, all)]);
    let named = classes.map(|(class, change)| Change { class: class.to_owned(), block: "ablation", reading, ..change });
    named.map(Change::with_shares).collect()
}

impl Change {
    fn add(&mut self, with: &Outcome, without: &Outcome) {
        let within = |outcome: &Outcome, places: usize| outcome.rank.is_some_and(|rank| rank < places);
        let lost = |places| usize::from(within(with, places) && !within(without, places));
        let gained = |places| usize::from(!within(with, places) && within(without, places));
        self.n += 1;
        self.lost_at_1 += lost(1);
        self.gained_at_1 += gained(1);
        self.lost_at_10 += lost(10);
        self.gained_at_10 += gained(10);
    }

    fn with_shares(mut self) -> Self {
        let share = |gained: usize, lost: usize| (gained as f64 - lost as f64) / self.n.max(1) as f64;
        (self.change_at_1, self.change_at_10) =
            (share(self.gained_at_1, self.lost_at_1), share(self.gained_at_10, self.lost_at_10));
        self
    }
}
