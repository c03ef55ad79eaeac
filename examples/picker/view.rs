//! How the picker looks. It only reads the state.

use std::ops::Range;

use medterm::source::Usability;
use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Position};
use ratatui::style::{Modifier, Style, Stylize};
use ratatui::text::{Line, Span, Text};
use ratatui::widgets::{List, ListItem, ListState, Paragraph};

use crate::state::{Picker, Row};

const KEYS: &str = "↑ ↓ choose   Enter take   Tab usable codes only   Esc leave";
const PROMPT: &str = "> ";
/// Codes are shown in this width.
const CODE_WIDTH: usize = 9;

pub(crate) fn draw(picker: &Picker<'_>, frame: &mut Frame<'_>) {
    let lines = [Constraint::Length(1), Constraint::Length(1), Constraint::Length(1), Constraint::Min(0)];
    let areas = Layout::vertical([&lines[..], &[Constraint::Length(1)]].concat()).split(frame.area());
    let [edition, query, status, hits, keys] = areas.as_ref() else { return };

    frame.render_widget(Line::from(picker.editions()).dim(), *edition);
    let typed = Line::from(vec![Span::raw(PROMPT).bold(), Span::raw(picker.query.as_str())]);
    let end = u16::try_from(typed.width()).unwrap_or(u16::MAX);
    // Of a query longer than the screen, the end is shown.
    let hidden = end.saturating_sub(query.width.saturating_sub(1));
    frame.render_widget(Paragraph::new(typed).scroll((0, hidden)), *query);
    frame.set_cursor_position(Position::new(query.x.saturating_add(end - hidden), query.y));
    frame.render_widget(Line::from(status_of(picker)).dim(), *status);

    let items = picker.rows.iter().map(|row| ListItem::new(item(row)));
    let list = List::new(items).highlight_symbol("▌ ").highlight_style(Style::new().add_modifier(Modifier::REVERSED));
    let mut state = ListState::default().with_selected(Some(picker.selected));
    frame.render_stateful_widget(list, *hits, &mut state);
    frame.render_widget(Line::from(KEYS).dim(), *keys);
}

fn status_of(picker: &Picker<'_>) -> String {
    let codes = if picker.usable_only { "usable codes only" } else { "all codes" };
    if picker.query.is_empty() {
        return format!("{codes}; type words of a name, or a code");
    }
    let found = match picker.rows.len() {
        0 => "nothing found".to_owned(),
        1 => "1 hit".to_owned(),
        hits => format!("{hits} hits"),
    };
    let stopped = if picker.complete { "" } else { "; stopped at the work limit" };
    format!("{codes}; {found} in {:.2} ms{stopped}", picker.took.as_secs_f64() * 1000.0)
}

/// Code and name, below it the term that was found if it is another one, below that why it is here.
fn item(row: &Row) -> Text<'_> {
    let code = Span::raw(format!("{:<CODE_WIDTH$}", row.code)).cyan();
    let indent = || Span::raw(" ".repeat(CODE_WIDTH));
    let mut first = vec![code];
    let mut lines = Vec::new();
    match &row.found {
        None => first.extend(highlighted(&row.name, &row.matched)),
        Some(found) => {
            first.push(Span::raw(row.name.as_str()));
            let mut second = vec![indent(), Span::raw("= ")];
            second.extend(highlighted(found, &row.matched));
            lines.push(Line::from(second));
        }
    }
    lines.insert(0, Line::from(first));
    let kind = match row.usability {
        Usability::Usable => "usable",
        Usability::Heading => "a heading: use a finer code",
        Usability::Grouper => "only groups codes",
    };
    lines.push(Line::from(vec![indent(), Span::raw(format!("{}; {kind}", row.why)).dim()]));
    Text::from(lines)
}

/// A text with some of its bytes in bold.
fn highlighted<'t>(text: &'t str, matched: &[Range<usize>]) -> Vec<Span<'t>> {
    let (mut spans, mut done) = (Vec::new(), 0);
    for range in matched {
        if let (Some(before), Some(bold)) = (text.get(done..range.start), text.get(range.clone())) {
            spans.push(Span::raw(before));
            spans.push(Span::raw(bold).bold().yellow());
            done = range.end;
        }
    }
    spans.push(Span::raw(text.get(done..).unwrap_or_default()));
    spans
}
