//! The codes of one side of a map: finding them, printing them, naming them.

use super::super::bytes::{Cursor, put_text};
use super::super::codes::{self, Codes};
use super::super::identity::{grammar_number, numbered_grammar};
use super::super::sparse::SparseTexts;
use super::columns::SparseNumbers;
use crate::code::{CodeGrammar, CodeKey};
use crate::source::{MapDraft, MapSide, Unmapped};
use crate::{Error, Result};

const NAME: &str = "code texts";

/// From where to where a map leads.
pub(crate) struct Sides {
    pub(crate) source: MapSide,
    pub(crate) target: MapSide,
    pub(crate) unmapped: Unmapped,
}

impl Sides {
    pub(super) fn encode(draft: &MapDraft) -> Vec<u8> {
        let mut out = Vec::new();
        for side in [&draft.source, &draft.target] {
            put_text(&mut out, &side.system);
            put_text(&mut out, &side.version);
            out.push(grammar_number(side.grammar));
        }
        match &draft.unmapped {
            Unmapped::Unsaid => out.push(0),
            Unmapped::SameCode => out.push(1),
            Unmapped::Fixed { code, display } => {
                out.push(2);
                put_text(&mut out, code);
                out.push(u8::from(display.is_some()));
                display.iter().for_each(|display| put_text(&mut out, display));
            }
            Unmapped::OtherMap { url } => {
                out.push(3);
                put_text(&mut out, url);
            }
        }
        out
    }

    pub(crate) fn decode(section: &[u8]) -> Result<Self> {
        Self::parse(section).ok_or(Error::corrupt("sides", "a field is cut off or unknown"))
    }

    fn parse(section: &[u8]) -> Option<Self> {
        let mut cursor = Cursor::new(section);
        let mut side = || {
            let (system, version) = (cursor.text()?.to_owned(), cursor.text()?.to_owned());
            Some(MapSide { system, version, grammar: numbered_grammar(cursor.u8()?)? })
        };
        let (source, target) = (side()?, side()?);
        let unmapped = match cursor.u8()? {
            0 => Unmapped::Unsaid,
            1 => Unmapped::SameCode,
            2 => {
                let code = cursor.text()?.to_owned();
                let display = match cursor.u8()? {
                    0 => None,
                    1 => Some(cursor.text()?.to_owned()),
                    _ => return None,
                };
                Unmapped::Fixed { code, display }
            }
            3 => Unmapped::OtherMap { url: cursor.text()?.to_owned() },
            _ => return None,
        };
        cursor.is_empty().then_some(Self { source, target, unmapped })
    }
}

/// The codes of one side, read where they lie.
pub(crate) struct Side<'a> {
    grammar: CodeGrammar,
    codes: Codes<'a>,
    /// How many codes have a key; the others follow them.
    keyed: u32,
    count: u32,
    printed: SparseTexts<'a>,
    printed_in_row: SparseTexts<'a>,
    names: SparseNumbers<'a>,
    names_in_row: SparseNumbers<'a>,
}

#[cold]
fn damaged(detail: &'static str) -> Error {
    Error::corrupt(NAME, detail)
}

impl<'a> Side<'a> {
    pub(crate) fn open(codes: &'a [u8], texts: &'a [u8], grammar: CodeGrammar, rows: u32) -> Result<Self> {
        let codes = Codes::open(codes)?;
        let mut cursor = Cursor::new(texts);
        let (Some(keyed), Some(loose)) = (cursor.u32(), cursor.u32()) else { return Err(damaged("a part is cut off")) };
        // Each code stands in a row.
        let Some(count) = keyed.checked_add(loose).filter(|count| *count <= rows) else {
            return Err(damaged("it counts more codes than there are rows"));
        };
        let mut parts = || {
            let (printed, printed_in_row) = (SparseTexts::open(&mut cursor)?, SparseTexts::open(&mut cursor)?);
            let names = SparseNumbers::open(&mut cursor, count)?;
            let names_in_row = SparseNumbers::open(&mut cursor, rows)?;
            let side = Self { grammar, codes, keyed, count, printed, printed_in_row, names, names_in_row };
            cursor.is_empty().then_some(side)
        };
        parts().ok_or_else(|| damaged("a part is cut off"))
    }

    /// How many codes there are.
    #[inline]
    pub(crate) fn count(&self) -> u32 {
        self.count
    }

    /// The number of the code of a key.
    #[inline]
    pub(crate) fn find(&self, key: &CodeKey) -> Result<Option<u32>> {
        let found = self.codes.get(key.as_bytes())?;
        match found.len() {
            0 => Ok(None),
            1 if found.end <= self.keyed => Ok(Some(found.start)),
            _ => Err(Error::corrupt("codes", "a key leads to no code, or to several")),
        }
    }

    /// The number of what is no code of the grammar, white space at its ends aside.
    pub(crate) fn find_loose(&self, text: &str) -> Result<Option<u32>> {
        let text = text.trim();
        let (mut low, mut high) = (self.keyed, self.count);
        while low < high {
            let middle = low.midpoint(high);
            let found = self.printed(middle)?.ok_or_else(|| damaged("a code has neither key nor text"))?.trim();
            match found.cmp(text) {
                std::cmp::Ordering::Less => low = middle + 1,
                std::cmp::Ordering::Equal => return Ok(Some(middle)),
                std::cmp::Ordering::Greater => high = middle,
            }
        }
        Ok(None)
    }

    fn printed(&self, code: u32) -> Result<Option<&'a str>> {
        text(self.printed.get(code))
    }

    /// Appends a code as its first row prints it.
    pub(crate) fn write_code(&self, code: u32, out: &mut String) -> Result<()> {
        if let Some(printed) = self.printed(code)? {
            out.push_str(printed);
            return Ok(());
        }
        if code >= self.keyed {
            return Err(damaged("a code has neither key nor text"));
        }
        self.codes.with_key(code, |key| {
            let key = std::str::from_utf8(key).map_err(|_| damaged("a code is no text"))?;
            self.grammar.render(key, out);
            Ok(())
        })?
    }

    /// Appends a code as a row prints it.
    pub(crate) fn write_code_in_row(&self, row: u32, code: u32, out: &mut String) -> Result<()> {
        match text(self.printed_in_row.get(row))? {
            Some(printed) => {
                out.push_str(printed);
                Ok(())
            }
            None => self.write_code(code, out),
        }
    }

    /// The term of a code's name, as its first row has it.
    pub(crate) fn name(&self, code: u32) -> Option<u32> {
        self.names.get(code)
    }

    /// The term of the name in a row that has this code, or none.
    pub(crate) fn name_in_row(&self, row: u32, code: Option<u32>) -> Option<u32> {
        match self.names_in_row.get(row) {
            Some(term) => term.checked_sub(1),
            None => code.and_then(|code| self.name(code)),
        }
    }
}

/// A text that may be missing, and may be damaged.
#[inline]
fn text(found: Option<Option<&str>>) -> Result<Option<&str>> {
    found.map(|text| text.ok_or_else(|| damaged("a code is no text"))).transpose()
}

/// What a code is sorted and found by: its key, or its text if it is no code of the grammar.
enum Sorting<'d> {
    Key(CodeKey),
    Loose(&'d str),
}

impl Sorting<'_> {
    fn order(&self) -> (bool, &[u8]) {
        match self {
            Self::Key(key) => (false, key.as_bytes()),
            Self::Loose(text) => (true, text.as_bytes()),
        }
    }
}

/// The codes of one side while it is written, sorted and numbered.
pub(super) struct Numbered {
    grammar: CodeGrammar,
    /// The number of each text that was given.
    pub(super) numbers: Vec<u32>,
    keys: Vec<CodeKey>,
    count: u32,
}

/// A row's code while a side is written.
pub(super) struct RowCode<'d> {
    pub(super) row: u32,
    /// `None` if the row has none on this side.
    pub(super) code: Option<u32>,
    /// As the row prints it.
    pub(super) text: &'d str,
    /// The term of its name there.
    pub(super) name: Option<u32>,
}

impl Numbered {
    pub(super) fn new<'d>(grammar: CodeGrammar, texts: impl Iterator<Item = &'d str>) -> Self {
        let sorting = |text: &'d str| grammar.parse(text).map_or(Sorting::Loose(text.trim()), Sorting::Key);
        let mut codes: Vec<(Sorting<'d>, usize)> = texts.map(sorting).zip(0..).collect();
        codes.sort_unstable_by(|a, b| (a.0.order(), a.1).cmp(&(b.0.order(), b.1)));
        let mut numbered = Self { grammar, numbers: vec![0; codes.len()], keys: Vec::new(), count: 0 };
        let mut previous: Option<&Sorting<'d>> = None;
        for (code, position) in &codes {
            if previous.is_none_or(|previous| previous.order() != code.order()) {
                numbered.count += 1;
                numbered.keys.extend(match code {
                    Sorting::Key(key) => Some(*key),
                    Sorting::Loose(_) => None,
                });
            }
            if let Some(number) = numbered.numbers.get_mut(*position) {
                *number = numbered.count - 1;
            }
            previous = Some(code);
        }
        numbered
    }

    /// How many codes there are.
    pub(super) fn count(&self) -> u32 {
        self.count
    }

    /// The sections *codes* and *code texts*. `rows` ascends by row; `count` is the number of all rows.
    pub(super) fn encode(&self, rows: &[RowCode<'_>], count: u32) -> Result<[Vec<u8>; 2]> {
        // What the first row says of a code holds for the others that say the same.
        let mut first: Vec<Option<&RowCode<'_>>> = vec![None; self.count as usize];
        let (mut printed_in_row, mut names_in_row) = (Vec::new(), Vec::new());
        for row in rows {
            let Some(first) = row.code.and_then(|code| first.get_mut(code as usize)) else {
                // A name without a code: it belongs to the row alone.
                names_in_row.extend(row.name.map(|term| (row.row, term + 1)));
                continue;
            };
            match first {
                None => *first = Some(row),
                Some(first) => {
                    if row.text != first.text {
                        printed_in_row.push((row.row, row.text));
                    }
                    if row.name != first.name {
                        names_in_row.push((row.row, row.name.map_or(0, |term| term + 1)));
                    }
                }
            }
        }
        let (mut printed, mut names) = (Vec::new(), Vec::new());
        let mut rendered = String::new();
        for (number, first) in (0..).zip(&first) {
            let Some(first) = first else { continue };
            rendered.clear();
            if let Some(key) = self.keys.get(number as usize) {
                self.grammar.render(key.as_str(), &mut rendered);
            }
            if rendered != first.text || number as usize >= self.keys.len() {
                printed.push((number, first.text));
            }
            names.extend(first.name.map(|term| (number, term)));
        }
        for texts in [&printed, &printed_in_row] {
            if u32::try_from(texts.iter().map(|(_, text)| text.len()).sum::<usize>()).is_err() {
                return Err(Error::Draft { message: "the codes take more than 4 GiB".to_owned(), code: None });
            }
        }
        let mut out = Vec::new();
        let keyed = self.keys.len() as u32;
        out.extend(keyed.to_le_bytes());
        out.extend((self.count - keyed).to_le_bytes());
        out.extend(SparseTexts::encode(&printed));
        out.extend(SparseTexts::encode(&printed_in_row));
        SparseNumbers::encode(&names, self.count, &mut out);
        SparseNumbers::encode(&names_in_row, count, &mut out);
        Ok([codes::encode(self.keys.iter().map(CodeKey::as_bytes))?, out])
    }
}
