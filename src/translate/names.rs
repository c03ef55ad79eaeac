//! How alike two names of one code are, and whether a name has moved to another code.

use std::collections::HashMap;

use crate::text::Analyzer;

/// A name as a set of words: the numbers of those that the later edition uses, ascending, and how many others.
#[derive(Default)]
pub(super) struct Words {
    known: Vec<u32>,
    others: usize,
}

impl Words {
    pub(super) fn is_empty(&self) -> bool {
        self.known.is_empty() && self.others == 0
    }

    /// The words that another name has not. Of words that the later edition never uses, only the number is known.
    pub(super) fn without(&self, other: &Self) -> Self {
        let known = self.known.iter().filter(|word| other.known.binary_search(word).is_err()).copied().collect();
        Self { known, others: self.others.saturating_sub(other.others) }
    }
}

/// The names of the later edition in one language, and how rare their words are. Entries are concepts.
#[derive(Default)]
pub(super) struct Names {
    analyzer: Analyzer,
    numbers: HashMap<String, u32>,
    /// By word: the entries whose name has it.
    entries_with: Vec<Vec<u32>>,
    /// By entry.
    names: Vec<Words>,
}

/// A word in more names than this tells little, and is not followed when looking for a similar name.
const MOST_ENTRIES: usize = 400;

impl Names {
    /// Adds the name of the next entry; an empty one is no name.
    pub(super) fn push(&mut self, name: &str) {
        let entry = self.names.len() as u32;
        let mut known = Vec::new();
        for token in self.analyzer.analyze(name).iter() {
            let next = self.entries_with.len() as u32;
            let word = *self.numbers.entry(token.folded().to_owned()).or_insert(next);
            if word == next {
                self.entries_with.push(Vec::new());
            }
            known.push(word);
        }
        known.sort_unstable();
        known.dedup();
        for &word in &known {
            if let Some(entries) = self.entries_with.get_mut(word as usize) {
                entries.push(entry);
            }
        }
        self.names.push(Words { known, others: 0 });
    }

    /// The words of a name of the former edition.
    pub(super) fn read(&self, analyzer: &mut Analyzer, name: &str) -> Words {
        let mut words = Words { known: Vec::new(), others: 0 };
        for token in analyzer.analyze(name).iter() {
            match self.numbers.get(token.folded()) {
                Some(&word) => words.known.push(word),
                None => words.others += 1,
            }
        }
        words.known.sort_unstable();
        words.known.dedup();
        words
    }

    /// The weight of a word: the rarer, the heavier (inverse document frequency).
    fn weight(&self, word: u32) -> f32 {
        let names = self.names.len() as f32;
        let with = self.entries_with.get(word as usize).map_or(0, Vec::len) as f32;
        (1.0 + names / (1.0 + with)).ln()
    }

    /// The weight of all words of a name. One that the later edition never uses is as rare as can be.
    fn total(&self, name: &Words) -> f32 {
        name.known.iter().map(|word| self.weight(*word)).sum::<f32>() + name.others as f32 * self.weight(u32::MAX)
    }

    fn common(&self, a: &Words, b: &Words) -> f32 {
        let common = a.known.iter().filter(|word| b.known.binary_search(word).is_ok());
        common.map(|word| self.weight(*word)).sum()
    }

    /// The weight of the words in common, as a share of the weight of all words of both: 0 to 1.
    pub(super) fn similarity(&self, a: &Words, b: &Words) -> f32 {
        let common = self.common(a, b);
        let all = self.total(a) + self.total(b) - common;
        if all > 0.0 { common / all } else { 1.0 }
    }

    /// How much of a name another one says too: 0 to 1, and 0 if the name is empty.
    pub(super) fn share_of(&self, name: &Words, other: &Words) -> f32 {
        let all = self.total(name);
        if all > 0.0 { self.common(name, other) / all } else { 0.0 }
    }

    /// The similarity to one entry's name; `None` if either has no name.
    pub(super) fn own(&self, name: &Words, entry: u32) -> Option<f32> {
        let own = self.names.get(entry as usize).filter(|own| !own.known.is_empty())?;
        (!name.known.is_empty() || name.others > 0).then(|| self.similarity(name, own))
    }

    /// The highest similarity to the name of any other entry. Looks at many names, so it is for the few codes
    /// where it matters.
    pub(super) fn elsewhere(&self, name: &Words, entry: u32) -> f32 {
        let elsewhere = self.closest(name, 2).into_iter().find(|(other, _)| *other != entry);
        elsewhere.map_or(0.0, |(_, similarity)| similarity)
    }

    /// The entries whose names are most alike, best first, with their similarity; ties in entry order.
    pub(super) fn closest(&self, name: &Words, limit: usize) -> Vec<(u32, f32)> {
        let lists = name.known.iter().filter_map(|word| self.entries_with.get(*word as usize));
        let mut candidates: Vec<u32> = lists.filter(|list| list.len() <= MOST_ENTRIES).flatten().copied().collect();
        candidates.sort_unstable();
        candidates.dedup();
        let mut scored: Vec<(u32, f32)> = candidates
            .into_iter()
            .filter_map(|entry| Some((entry, self.similarity(name, self.names.get(entry as usize)?))))
            .collect();
        scored.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
        scored.truncate(limit);
        scored
    }
}

/// What a code's names in two editions say about its meaning.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum NameChange {
    /// The same words in the same order, letter case, punctuation and placement of marks aside.
    Same,
    /// Other words; nothing speaks for another meaning.
    Reworded,
    /// The names have next to nothing in common, or the former name now belongs to another code: a person must look.
    MeaningInDoubt,
}

/// Below this similarity two names in the edition's own language share next to nothing.
const UNLIKE: f32 = 0.12;
/// English names this alike outweigh a translation that was made anew.
const ENGLISH_ALIKE: f32 = 0.34;
/// Without English on both sides, only names that share even less than this are doubted.
const UNLIKE_ALONE: f32 = 0.05;
/// A name this alike to another code's name, and this much less to its own code's, has moved.
const MOVED: f32 = 0.75;
const MOVED_FROM: f32 = 0.25;

/// The verdict on one code whose names differ, from two names of it in each edition. `own` compares them in the
/// edition's own language, `english` in English if both editions have it; `elsewhere` finds the similarity of
/// the former name to the closest name of any other code, and is asked only where it decides.
pub(super) fn judge(own: f32, english: impl FnOnce() -> Option<f32>, elsewhere: impl FnOnce() -> f32) -> NameChange {
    if own >= MOVED_FROM {
        return NameChange::Reworded;
    }
    let english = english();
    if english.is_some_and(|english| english >= ENGLISH_ALIKE) {
        return NameChange::Reworded;
    }
    let unlike = own < if english.is_some() { UNLIKE } else { UNLIKE_ALONE };
    if unlike || elsewhere() >= MOVED { NameChange::MeaningInDoubt } else { NameChange::Reworded }
}

/// A name reduced to what makes it the same name: its words with their marks, in order.
pub(super) fn canonical(analyzer: &mut Analyzer, name: &str) -> String {
    let tokens = analyzer.analyze(name);
    let words: Vec<&str> = tokens.iter().map(|token| token.accented()).collect();
    words.join(" ")
}
