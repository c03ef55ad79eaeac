//! From the draft of a map to the bytes of an index.

use std::collections::{HashMap, HashSet};
use std::path::Path;

use super::super::container::{Builder, Kind, Section, write_atomically};
use super::super::identity::Identity;
use super::super::terms::{MAX_CONCEPT_TEXT, TermsBuilder};
use super::rows::{DetailsInput, RowsInput, Shape};
use super::side::{Numbered, RowCode, Sides};
use super::{MOST_EXPANSION, SOURCE, TARGET};
use crate::source::{MapCondition, MapDraft, MapRow, Report};
use crate::text::TEXT_VERSION;
use crate::{Error, Result};

/// Compiles the draft of a map into the bytes of an index, for
/// [`ConceptMap::from_bytes`](crate::ConceptMap::from_bytes). The same draft and report give the same bytes.
///
/// Any draft can be written: every field of every row comes back as it was. What is no code of its side's grammar is
/// stored as the text that it is, and found by that.
///
/// ```
/// use medterm::source::{MapDraft, MapRow, MapSide, Report};
/// use medterm::{ConceptMap, index};
///
/// let side = |system: &str| MapSide { system: system.into(), ..MapSide::default() };
/// let row = |source: &str, target: &str| MapRow {
///     source: source.into(),
///     target: Some(target.into()),
///     ..MapRow::default()
/// };
/// let draft = MapDraft {
///     source: side("ours"),
///     target: side("theirs"),
///     rows: vec![row("Flu-1", "J11"), row("Flu-1", "J10")],
///     ..MapDraft::default()
/// };
/// let map = ConceptMap::from_bytes(index::map_to_bytes(&draft, &Report::default())?)?;
/// let targets = map.rows("FLU-1")?.map(|row| row?.target()).collect::<Result<Vec<_>, _>>()?;
/// assert_eq!(targets, [Some("J11".to_owned()), Some("J10".to_owned())]);
/// # Ok::<(), medterm::Error>(())
/// ```
///
/// # Errors
///
/// [`Error::Draft`] if a text, or the texts of one row together, or of all rows together in proportion to what is
/// different in them, are longer than an index can hold.
pub fn map_to_bytes(draft: &MapDraft, report: &Report) -> Result<Vec<u8>> {
    let too_many = |_| Error::Draft { message: "a map cannot have so many rows".to_owned(), code: None };
    // One more than a row's number is stored too.
    let count = u32::try_from(draft.rows.len().saturating_add(1)).map_err(too_many)? - 1;
    let total = check_texts(draft)?;

    let sources = Numbered::new(draft.source.grammar, draft.rows.iter().map(|row| row.source.as_str()));
    let targets = Numbered::new(draft.target.grammar, draft.rows.iter().filter_map(|row| row.target.as_deref()));
    // Targets are numbered where there are any; here for each row of the draft.
    let mut numbers = targets.numbers.iter().copied();
    let target_of: Vec<Option<u32>> =
        draft.rows.iter().map(|row| row.target.as_ref().and_then(|_| numbers.next())).collect();

    let mut order: Vec<(u32, usize)> = sources.numbers.iter().copied().zip(0..).collect();
    order.sort_unstable();
    let sorted = || order.iter().filter_map(|&(_, place)| Some((place, draft.rows.get(place)?)));

    let mut texts = Texts::default();
    let mut details = DetailsInput::default();
    // First what stands in lists: there, small numbers are short.
    for (number, (_, row)) in (0..).zip(sorted()) {
        add_details(number, row, &mut texts, &mut details)?;
    }
    let source_names = texts.optional(sorted().map(|(_, row)| row.source_display.as_deref()))?;
    let target_names = texts.optional(sorted().map(|(_, row)| row.target_display.as_deref()))?;
    let mut rows = RowsInput::default();
    let (mut source_codes, mut target_codes) = (Vec::new(), Vec::new());
    for (number, (((place, row), &(source, _)), (source_name, target_name))) in
        (0..).zip(sorted().zip(&order).zip(source_names.into_iter().zip(target_names)))
    {
        let target = target_of.get(place).copied().flatten();
        source_codes.push(RowCode { row: number, code: Some(source), text: &row.source, name: source_name });
        let text = row.target.as_deref().unwrap_or_default();
        target_codes.push(RowCode { row: number, code: target, text, name: target_name });
        rows.sources.push(source);
        rows.targets.push(target);
        rows.shapes.push(Shape {
            relationship: row.relationship,
            group: row.group,
            priority: row.priority,
            scenario: row.scenario,
            choice: row.choice,
            properties: None,
        });
        rows.lines.push(row.line);
        rows.places.push(place as u32);
    }

    rows.share_properties(&mut details.properties);

    let identity = Identity {
        edition: draft.edition.clone(),
        grammar: draft.source.grammar,
        concepts: sources.count(),
        listed: with_target(&rows),
        creator: concat!("medterm ", env!("CARGO_PKG_VERSION")).to_owned(),
        ..Identity::default()
    };
    let mut file = Builder::new(Kind::ConceptMap, TEXT_VERSION);
    file.add(Section::Identity, 0, identity.with_report(report).encode());
    file.add(Section::Sides, 0, Sides::encode(draft));
    for (side, numbered, codes) in [(SOURCE, &sources, &source_codes), (TARGET, &targets, &target_codes)] {
        let [codes, code_texts] = numbered.encode(codes, count)?;
        file.add(Section::Codes, side, codes);
        file.add(Section::CodeTexts, side, code_texts);
    }
    file.add(Section::Terms, 0, texts.terms.finish()?);
    file.add(Section::MapRows, 0, rows.encode());
    file.add(Section::MapDetails, 0, details.encode(count));
    file.add(Section::MapTargets, 0, rows.encode_targets());
    let file = file.finish()?;
    if total > MOST_EXPANSION.saturating_mul(file.len() as u64) {
        let message = "its rows repeat more text than can be given back";
        return Err(Error::Draft { message: message.to_owned(), code: None });
    }
    Ok(file)
}

/// Compiles the draft of a map and writes the index to a file, atomically: the old file stays until the new one is
/// complete. Returns the file's length in bytes.
///
/// # Errors
///
/// As [`map_to_bytes`], and [`Error::Io`] if the file cannot be written.
pub fn map_to_file(draft: &MapDraft, report: &Report, path: impl AsRef<Path>) -> Result<u64> {
    let content = map_to_bytes(draft, report)?;
    write_atomically(path.as_ref(), &content)?;
    Ok(content.len() as u64)
}

/// How many source codes have a target.
fn with_target(rows: &RowsInput) -> u32 {
    let having = rows.sources.iter().zip(&rows.targets).filter(|(_, target)| target.is_some());
    having.map(|(source, _)| source).collect::<HashSet<_>>().len() as u32
}

/// What may not be read must not be written. Returns the length of all texts together.
fn check_texts(draft: &MapDraft) -> Result<u64> {
    let mut total = 0;
    for row in &draft.rows {
        let length = weight(row);
        if length > MAX_CONCEPT_TEXT {
            let code = Some(row.source.chars().take(80).collect());
            return Err(Error::Draft { message: "the texts of a row together are too long".to_owned(), code });
        }
        total += length as u64;
    }
    Ok(total)
}

/// What a row costs in memory besides its texts, at least.
const ROW_OVERHEAD: usize = 300;
/// What a property or condition costs besides its texts.
const ITEM_OVERHEAD: usize = 64;

/// The length of all texts of a row together, and a little for the row and each of its properties and conditions.
pub(crate) fn weight(row: &MapRow) -> usize {
    let optional =
        [&row.source_display, &row.target, &row.target_display, &row.rule, &row.advice].into_iter().flatten();
    let conditions = row.depends_on.iter().chain(&row.products);
    ROW_OVERHEAD
        + row.source.len()
        + ITEM_OVERHEAD * (row.depends_on.len() + row.products.len() + row.properties.len())
        + optional.map(String::len).sum::<usize>()
        + conditions.map(|said| said.attribute.len() + said.system.len() + said.value.len()).sum::<usize>()
        + row.properties.iter().map(|(name, value)| name.len() + value.len()).sum::<usize>()
}

fn add_details<'d>(number: u32, row: &'d MapRow, texts: &mut Texts<'d>, details: &mut DetailsInput) -> Result<()> {
    for (text, numbers) in [(&row.rule, &mut details.rules), (&row.advice, &mut details.advice)] {
        if let Some(text) = text {
            numbers.push((number, texts.number(text)?));
        }
    }
    if !row.properties.is_empty() {
        let words = row.properties.iter().flat_map(|(name, value)| [name, value]);
        let list = details.list(words.map(|word| texts.number(word)).collect::<Result<_>>()?)?;
        details.properties.push((number, list));
    }
    let condition = |said: &'d MapCondition| [&said.attribute, &said.system, &said.value];
    if !row.depends_on.is_empty() {
        let words = row.depends_on.iter().flat_map(condition);
        let list = details.list(words.map(|word| texts.number(word)).collect::<Result<_>>()?)?;
        details.depends_on.push((number, list));
    }
    if !row.products.is_empty() {
        let words = row.products.iter().flat_map(condition);
        let list = details.list(words.map(|word| texts.number(word)).collect::<Result<_>>()?)?;
        details.products.push((number, list));
    }
    Ok(())
}

/// The texts of a map, each once.
#[derive(Default)]
struct Texts<'d> {
    terms: TermsBuilder,
    known: HashMap<&'d str, u32>,
}

impl<'d> Texts<'d> {
    fn number(&mut self, text: &'d str) -> Result<u32> {
        if let Some(&number) = self.known.get(text) {
            return Ok(number);
        }
        let number = self.terms.push(text)?;
        self.known.insert(text, number);
        Ok(number)
    }

    fn optional(&mut self, texts: impl Iterator<Item = Option<&'d str>>) -> Result<Vec<Option<u32>>> {
        texts.map(|text| text.map(|text| self.number(text)).transpose()).collect()
    }
}
