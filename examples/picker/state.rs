//! What the picker knows, and what each key does to it. Nothing here knows a terminal's size or colours.

use std::ops::Range;
use std::time::{Duration, Instant};

use medterm::source::Usability;
use medterm::{Hit, SearchOptions, Searcher, Terminology};
use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyEventKind, KeyModifiers};

use crate::support::Named;

/// What follows a key.
pub(crate) enum Step {
    /// The picker goes on.
    On,
    /// A code was chosen.
    Chosen(Named),
    /// The picker was left without a choice.
    Left,
}

/// A hit, as it is shown.
pub(crate) struct Row {
    pub(crate) code: String,
    pub(crate) name: String,
    /// The term that was found, and where; only if it is not the name.
    pub(crate) found: Option<String>,
    /// Bytes of the term that was found, or of the name if it is the same, in order and apart.
    pub(crate) matched: Vec<Range<usize>>,
    /// How sure it is, by which readings.
    pub(crate) why: String,
    pub(crate) usability: Usability,
    named: Named,
}

/// A query being typed, and its hits.
pub(crate) struct Picker<'t> {
    terminology: &'t Terminology,
    options: SearchOptions,
    searcher: Searcher,
    pub(crate) query: String,
    pub(crate) usable_only: bool,
    pub(crate) rows: Vec<Row>,
    pub(crate) selected: usize,
    pub(crate) took: Duration,
    /// False if the search stopped at its work limit.
    pub(crate) complete: bool,
}

impl<'t> Picker<'t> {
    pub(crate) fn new(terminology: &'t Terminology, options: SearchOptions, usable_only: bool) -> Self {
        let (searcher, took) = (Searcher::new(), Duration::ZERO);
        let (query, rows) = (String::new(), Vec::new());
        Self { terminology, options, searcher, query, usable_only, rows, selected: 0, took, complete: true }
    }

    /// The names of what is searched.
    pub(crate) fn editions(&self) -> String {
        let name = |system: &medterm::CodeSystem| {
            let part = if system.is_fragment() { " (a part of its edition)" } else { "" };
            format!("{}{part}", system.edition())
        };
        self.terminology.current().map(name).collect::<Vec<_>>().join(", ")
    }

    pub(crate) fn key(&mut self, key: KeyEvent) -> medterm::Result<Step> {
        // Some terminals also tell when a key is let go.
        if key.kind == KeyEventKind::Release {
            return Ok(Step::On);
        }
        let control = key.modifiers.contains(KeyModifiers::CONTROL);
        match key.code {
            KeyCode::Esc => return Ok(Step::Left),
            KeyCode::Char('c' | 'd') if control => return Ok(Step::Left),
            KeyCode::Enter if self.selected < self.rows.len() => {
                return Ok(Step::Chosen(self.rows.swap_remove(self.selected).named));
            }
            KeyCode::Up => self.selected = self.selected.saturating_sub(1),
            KeyCode::Down => self.selected = (self.selected + 1).min(self.rows.len().saturating_sub(1)),
            KeyCode::Tab => {
                self.usable_only = !self.usable_only;
                self.search()?;
            }
            KeyCode::Backspace if self.query.pop().is_some() => self.search()?,
            KeyCode::Char(letter) if !control && !key.modifiers.contains(KeyModifiers::ALT) => {
                self.query.push(letter);
                self.search()?;
            }
            _ => {}
        }
        Ok(Step::On)
    }

    fn search(&mut self) -> medterm::Result<()> {
        let options = self.options.clone().usable_only(self.usable_only);
        let started = Instant::now();
        let answer = self.searcher.search_all(self.terminology, &self.query, &options)?;
        self.took = started.elapsed();
        self.complete = answer.complete;
        self.rows = answer.hits.iter().map(Row::of).collect::<medterm::Result<_>>()?;
        self.selected = 0;
        Ok(())
    }
}

impl Row {
    fn of(hit: &Hit<'_>) -> medterm::Result<Self> {
        let name = hit.concept.display()?;
        let found = Some(hit.designation.text.clone()).filter(|found| *found != name);
        let mut ranges: Vec<Range<usize>> = hit.matches.iter().map(|matched| matched.text.clone()).collect();
        ranges.sort_by_key(|range| range.start);
        let mut matched: Vec<Range<usize>> = Vec::new();
        for range in ranges {
            // Two words of a query may have been found in the same place.
            match matched.last_mut().filter(|last| range.start < last.end) {
                Some(last) => last.end = last.end.max(range.end),
                None => matched.push(range),
            }
        }
        let readings: Vec<&str> = hit.readings().into_iter().map(|reading| reading.as_str()).collect();
        let readings = if readings.is_empty() { "code".to_owned() } else { readings.join(", ") };
        let read_as = hit.read_as.as_ref().map(|meaning| format!(" “{meaning}”")).unwrap_or_default();
        Ok(Self {
            code: hit.concept.marked_code()?,
            name,
            found,
            matched,
            why: format!("{}: {readings}{read_as}", hit.confidence.as_str()),
            usability: hit.concept.usability()?,
            named: Named::of(&hit.concept)?,
        })
    }
}
