//! Labelled queries, from two kinds of file that tell themselves apart by their heading.

use crate::support::{self, Problem};

/// A query and the codes that answer it.
#[derive(Clone, Debug)]
pub(crate) struct Query {
    pub(crate) class: String,
    pub(crate) text: String,
    pub(crate) expected: Vec<String>,
    /// Only an expected code itself counts, not one below it.
    pub(crate) exact: bool,
}

/// Reads `class, query, expected` or `code, former name, …`: a name that is asked for by its former wording.
pub(crate) fn read(path: &str) -> Result<Vec<Query>, Problem> {
    support::check_is_file(path, "labelled queries as TSV; see --help")?;
    let text = std::fs::read_to_string(path).map_err(|error| format!("{path}: {error}"))?;
    let mut lines = text.trim_start_matches('\u{feff}').lines();
    let heading: Vec<&str> = lines.next().unwrap_or_default().split('\t').collect();
    let read: fn(&[&str]) -> Option<Query> = match heading.as_slice() {
        ["class", "query", "expected", ..] => labelled,
        ["code", _former, ..] => former_name,
        _ => {
            let found = heading.join(", ");
            return Err(
                format!("{path}: the heading {found:?} is neither class, query, expected nor code, former").into()
            );
        }
    };
    let mut queries = Vec::new();
    for (number, line) in lines.enumerate().filter(|(_, line)| !line.is_empty()) {
        let fields: Vec<&str> = line.split('\t').collect();
        let query = read(&fields).ok_or_else(|| format!("{path}, line {}: not so many columns", number + 2))?;
        queries.push(query);
    }
    Ok(queries)
}

fn labelled(fields: &[&str]) -> Option<Query> {
    let [class, text, expected, ..] = fields else { return None };
    let expected = expected.split(',').map(|code| code.trim().to_owned()).filter(|code| !code.is_empty()).collect();
    Some(Query { class: (*class).to_owned(), text: (*text).to_owned(), expected, exact: false })
}

fn former_name(fields: &[&str]) -> Option<Query> {
    let [code, former, ..] = fields else { return None };
    let expected = vec![code.trim().to_owned()];
    Some(Query { class: "former-name".to_owned(), text: (*former).to_owned(), expected, exact: true })
}
