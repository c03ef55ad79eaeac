//! Asks a concept map everything that can be asked, and writes the answers down so that they can be compared.

use std::fmt::Debug;

use medterm::{ConceptMap, ConceptMapRows, Error, Result};

/// How each answer begins that could not be given.
pub(crate) const REFUSED: &str = "refused: ";
/// Of a hostile file, these many rows and codes are asked.
const MOST_ASKED: usize = 30;

const ASKED: [&str; 14] = [
    "",
    "A17.0",
    "a17.0†",
    "A97",
    "E11.3",
    "J45",
    "J45*",
    "Z99.8",
    "not a code",
    "two words",
    "1D21&XN8P1",
    "ca23",
    "A00",
    "5A11",
];

/// Whether the file is to blame: any other error is the library's.
pub(crate) fn is_bad_index(error: &Error) -> bool {
    error.is_bad_index() || matches!(error, Error::MissingSection { .. })
}

fn note<T: Debug>(notes: &mut Vec<String>, question: impl Debug, answer: Result<T>) {
    notes.push(match answer {
        Ok(answer) => format!("{question:?} → {:.200}", format!("{answer:?}")),
        Err(error) => {
            assert!(is_bad_index(&error), "{question:?}: {error}");
            format!("{REFUSED}{question:?}")
        }
    });
}

fn all(rows: Result<ConceptMapRows<'_>>) -> Result<Vec<(String, Option<String>)>> {
    rows?.take(MOST_ASKED).map(|row| row.and_then(|row| Ok((row.source()?, row.target()?)))).collect()
}

/// Asks everything that can be asked.
pub(crate) fn interrogate(map: &ConceptMap) -> Vec<String> {
    let mut notes = vec![format!("{:?} {:?} {:?} {:?}", map.identity(), map.source(), map.target(), map.unmapped())];
    for code in ASKED {
        note(&mut notes, ("from", code), all(map.rows(code)));
        note(&mut notes, ("to", code), all(map.rows_to(code)));
    }
    for row in map.iter().take(MOST_ASKED) {
        let number = row.number();
        note(&mut notes, (number, "row"), row.to_row());
        note(&mut notes, (number, "source"), row.source());
        note(&mut notes, (number, "target"), row.target());
        note(&mut notes, (number, "names"), row.source_display().and_then(|name| Ok((name, row.target_display()?))));
        note(&mut notes, (number, "rule"), row.rule().and_then(|rule| Ok((rule, row.advice()?))));
        note(&mut notes, (number, "conditions"), row.depends_on().and_then(|held| Ok((held, row.products()?))));
        note(&mut notes, (number, "properties"), row.properties());
        note(&mut notes, (number, "line"), row.line());
    }
    for code in map.sources().take(MOST_ASKED).chain(map.targets().take(MOST_ASKED)) {
        note(&mut notes, "code", code.code().and_then(|text| Ok((text, code.display()?))));
        note(&mut notes, "its rows", all(code.rows()));
    }
    note(&mut notes, "draft", map.to_draft());
    notes
}
