//! A diagnosis picker in the terminal: searches at every key.
//!
//! `cargo run --release --example picker -- --index tt06.mti`

mod state;
#[path = "../support/mod.rs"]
mod support;
mod view;

use std::io::{self, IsTerminal, Stderr};
use std::process::ExitCode;

use medterm::SearchOptions;
use ratatui::Terminal;
use ratatui::backend::CrosstermBackend;
use ratatui::crossterm::event::{self, Event};
use ratatui::crossterm::execute;
use ratatui::crossterm::terminal::{EnterAlternateScreen, LeaveAlternateScreen, disable_raw_mode, enable_raw_mode};
use state::{Picker, Step};
use support::{Arguments, Named, Problem, Syntax, say};

const SYNTAX: Syntax = Syntax {
    help: "\
Picks a code in the terminal: searches at every key.

usage: picker [--index FILE]… [--system NAME] [--as-of DATE] [--usable] [--json]

  --index FILE    an index written by examples/compile; may be repeated.
                  Without any, the embedded starter set is searched, which is a fragment.
  --system NAME   search only this code system (icd10-vn) or edition (icd10-vn|tt06).
  --as-of DATE    search the edition in force on this day, as YYYY-MM-DD.
  --usable        begin with usable codes only: no headings.
  --json          print the choice as a JSON object with the keys code, marker, usable, display.

Keys: letters and Backspace write the query, ↑ and ↓ choose, Enter prints the code and its name to
standard output, Tab changes between all codes and usable ones, Esc leaves without a choice.
",
    options: &["--index", "--system", "--as-of"],
    flags: &["--usable"],
};

/// As many hits as anybody scrolls through.
const LIMIT: usize = 20;

fn main() -> ExitCode {
    support::run(&SYNTAX, run)
}

fn run(arguments: &Arguments) -> Result<(), Problem> {
    if let Some(extra) = arguments.plain().first() {
        return Err(format!("{extra} is no option; the query is typed in the picker; see --help").into());
    }
    let terminology = arguments.narrowed_terminology()?;
    // The screen is drawn on standard error, so that standard output takes the choice alone.
    if !io::stdin().is_terminal() || !io::stderr().is_terminal() {
        return Err("the picker needs a terminal on standard input and standard error; \
                    examples/search answers queries from a pipe"
            .into());
    }
    let mut picker = Picker::new(&terminology, SearchOptions::new().limit(LIMIT), arguments.flag("--usable"));
    match pick(&mut picker)? {
        Some(chosen) if arguments.flag("--json") => support::print_json(&chosen),
        Some(chosen) => Ok(say!("{chosen}")?),
        None => Ok(()),
    }
}

/// Shows the picker until a code is chosen or it is left. The terminal is as before when this returns.
fn pick(picker: &mut Picker<'_>) -> Result<Option<Named>, Problem> {
    let mut screen = Screen::open()?;
    loop {
        screen.0.draw(|frame| view::draw(picker, frame))?;
        let Event::Key(key) = event::read()? else { continue };
        match picker.key(key)? {
            Step::On => {}
            Step::Chosen(chosen) => return Ok(Some(chosen)),
            Step::Left => return Ok(None),
        }
    }
}

/// A terminal that hands over every key and shows a screen of its own, until it is dropped.
struct Screen(Terminal<CrosstermBackend<Stderr>>);

impl Screen {
    fn open() -> io::Result<Self> {
        let screen = Self(Terminal::new(CrosstermBackend::new(io::stderr()))?);
        enable_raw_mode()?;
        execute!(io::stderr(), EnterAlternateScreen)?;
        Ok(screen)
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        // Nothing is left to do where a terminal does not take these.
        let _ = self.0.show_cursor();
        let _ = execute!(io::stderr(), LeaveAlternateScreen);
        let _ = disable_raw_mode();
    }
}

#[cfg(test)]
#[cfg(feature = "bundled")]
mod tests {
    use medterm::Terminology;
    use medterm::source::Usability;
    use ratatui::backend::TestBackend;
    use ratatui::buffer::Buffer;
    use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
    use ratatui::style::Modifier;

    use super::*;

    fn press(picker: &mut Picker<'_>, code: KeyCode) -> Step {
        picker.key(KeyEvent::new(code, KeyModifiers::NONE)).unwrap()
    }

    fn typed(picker: &mut Picker<'_>, text: &str) {
        for letter in text.chars() {
            assert!(matches!(press(picker, KeyCode::Char(letter)), Step::On));
        }
    }

    fn drawn(picker: &Picker<'_>, width: u16, height: u16) -> Buffer {
        let mut terminal = Terminal::new(TestBackend::new(width, height)).unwrap();
        terminal.draw(|frame| view::draw(picker, frame)).unwrap();
        terminal.backend().buffer().clone()
    }

    fn lines(buffer: &Buffer) -> Vec<String> {
        let width = usize::from(buffer.area.width);
        let line = |cells: &[ratatui::buffer::Cell]| cells.iter().map(|cell| cell.symbol()).collect::<String>();
        buffer.content.chunks(width).map(|cells| line(cells).trim_end().to_owned()).collect()
    }

    #[test]
    fn every_key_searches_and_shows_why() {
        let terminology = Terminology::bundled().unwrap();
        let mut picker = Picker::new(&terminology, SearchOptions::new().limit(LIMIT), false);
        assert!(lines(&drawn(&picker, 80, 24))[2].contains("type words"));
        typed(&mut picker, "vieem phooir");
        let buffer = drawn(&picker, 80, 24);
        let shown = lines(&buffer);
        assert!(shown[0].contains("icd10-vn|starter (a part of its edition)"), "{shown:#?}");
        assert_eq!(shown[1], "> vieem phooir");
        assert!(shown[2].starts_with("all codes; ") && shown[2].ends_with(" ms"), "{shown:#?}");
        let at = shown.iter().position(|line| line.contains("J18.9")).unwrap();
        assert!(shown[at].contains("Viêm phổi"), "{shown:#?}");
        assert!(shown[at + 1].contains("telex") && shown[at + 1].contains("; usable"), "{shown:#?}");
        let bold = (0..80).map(|x| &buffer[(x, at as u16)]).filter(|cell| cell.modifier.contains(Modifier::BOLD));
        assert_eq!(bold.map(|cell| cell.symbol()).collect::<String>(), "Viêmphổi");
        assert!(shown.last().unwrap().contains("Esc"));
    }

    #[test]
    fn a_synonym_is_shown_below_the_name() {
        let terminology = Terminology::bundled().unwrap();
        let mut picker = Picker::new(&terminology, SearchOptions::new().limit(LIMIT), false);
        typed(&mut picker, "cam lanh thong thuong");
        let shown = lines(&drawn(&picker, 80, 24));
        let at = shown.iter().position(|line| line.contains("J00")).unwrap();
        assert!(shown[at + 1].contains("= Cảm lạnh thông thường"), "{shown:#?}");
    }

    #[test]
    fn tab_leaves_headings_out() {
        let terminology = Terminology::bundled().unwrap();
        let mut picker = Picker::new(&terminology, SearchOptions::new().limit(LIMIT), false);
        typed(&mut picker, "suy tim");
        assert!(picker.rows.iter().any(|row| row.usability == Usability::Heading));
        let heading = lines(&drawn(&picker, 80, 60)).join("\n");
        assert!(heading.contains("a heading: use a finer code"), "{heading}");
        press(&mut picker, KeyCode::Tab);
        assert!(!picker.rows.is_empty() && picker.rows.iter().all(|row| row.usability == Usability::Usable));
        assert!(lines(&drawn(&picker, 80, 24))[2].starts_with("usable codes only"));
        press(&mut picker, KeyCode::Tab);
        assert!(picker.rows.iter().any(|row| row.usability == Usability::Heading));
    }

    #[test]
    fn arrows_choose_and_enter_takes() {
        let terminology = Terminology::bundled().unwrap();
        let mut picker = Picker::new(&terminology, SearchOptions::new().limit(3), false);
        assert!(matches!(press(&mut picker, KeyCode::Enter), Step::On), "nothing to take");
        typed(&mut picker, "viem phoi");
        for _ in 0..5 {
            press(&mut picker, KeyCode::Down);
        }
        assert_eq!(picker.selected, 2);
        press(&mut picker, KeyCode::Up);
        let expected = format!("{}  {}", picker.rows[1].code, picker.rows[1].name);
        let selected = lines(&drawn(&picker, 80, 24)).into_iter().find(|line| line.starts_with('▌')).unwrap();
        assert!(selected.contains(&picker.rows[1].code), "{selected}");
        let Step::Chosen(chosen) = press(&mut picker, KeyCode::Enter) else { panic!("not taken") };
        assert_eq!(chosen.to_string(), expected);
    }

    #[test]
    fn backspace_and_escape() {
        let terminology = Terminology::bundled().unwrap();
        let mut picker = Picker::new(&terminology, SearchOptions::new().limit(LIMIT), false);
        typed(&mut picker, "zzzzzzzz");
        assert!(lines(&drawn(&picker, 80, 24))[2].contains("nothing found"));
        for _ in 0..20 {
            press(&mut picker, KeyCode::Backspace);
        }
        assert!(picker.query.is_empty() && picker.rows.is_empty());
        typed(&mut picker, "ho");
        assert!(!picker.rows.is_empty());
        assert!(matches!(press(&mut picker, KeyCode::Esc), Step::Left));
        let interrupt = KeyEvent::new(KeyCode::Char('c'), KeyModifiers::CONTROL);
        assert!(matches!(picker.key(interrupt).unwrap(), Step::Left));
    }

    #[test]
    fn any_size_and_any_letters_are_drawn() {
        let terminology = Terminology::bundled().unwrap();
        let mut picker = Picker::new(&terminology, SearchOptions::new().limit(LIMIT), false);
        typed(&mut picker, &"viêm phổi 肺炎 e\u{301}\u{202e} ".repeat(6));
        for (width, height) in [(1, 1), (2, 9), (10, 3), (3, 40), (300, 100)] {
            drawn(&picker, width, height);
        }
        let shown = lines(&drawn(&picker, 40, 10));
        assert!(shown[1].contains("肺"), "the end of a long query is shown: {shown:?}");
    }
}
