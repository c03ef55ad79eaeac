//! Builds the term store: tokens, front coding, phrases, numbering, bytes.

use std::collections::HashMap;

use super::bits::{BitWriter, width_of};
use super::pairs::{Limits, Pair, Replaced, replace_pairs};
use super::prefix_code::{Decoded, Encoder, code_lengths};
use super::{
    BLOCK_TERMS, GROUP_TOKENS, Header, KEEP_NOTHING, LENGTH_BITS, MAX_KEPT, MAX_PHRASE_TOKENS, MAX_TERM_LENGTH,
    MAX_TOKEN_UNITS, MAX_UNIT_BYTES, ROW_BLOCKS, START_BITS,
};
use crate::{Error, Result};

/// A phrase must occur this often to be worth its row (measured: 3 to 5 differ by less than 1 %).
const MIN_PHRASE_COUNT: usize = 4;
/// A unit must occur this often to be worth its row in the table.
const MIN_UNIT_COUNT: usize = 8;
/// More phrases than this would widen every symbol for ever rarer gains.
const MAX_PHRASES: usize = 1 << 19;
/// Bounds the symbols (tokens, phrases, end), and so the widths of everything that names one.
const MAX_SYMBOLS: usize = 1 << 23;

/// The symbol that ends a term, while building. Tokens follow it, phrases follow them.
const END: u32 = 0;

/// Collects terms in the order of their identifiers and writes the store.
///
/// Memory: about 5 bytes per token that the term does not share with the one before it, and 40
/// while [`finish`](Self::finish) runs: 400 MB for 1.5 million names of 74 bytes.
#[derive(Default)]
pub(crate) struct TermsBuilder {
    /// The symbol of each token seen.
    numbers: HashMap<Box<str>, u32>,
    /// The tokens by symbol, from `END + 1` on.
    tokens: Vec<Box<str>>,
    /// What each term adds to what it keeps of the term before it, one after the other.
    symbols: Vec<u32>,
    /// For each symbol, whether it begins something that a later term may keep or follow.
    starts: Vec<bool>,
    /// For each term, how many tokens it keeps of the one before it.
    kept: Vec<u8>,
    /// The tokens of the last term, with their places in `symbols`.
    last: Vec<(u32, usize)>,
}

impl TermsBuilder {
    /// No terms.
    pub(crate) fn new() -> Self {
        Self::default()
    }

    /// Adds a term and returns its identifier: 0, then 1, and so on. Terms alike should be neighbours.
    ///
    /// # Errors
    ///
    /// [`Error::Draft`] if the term is longer than [`MAX_TERM_LENGTH`], or if there are too many.
    pub(crate) fn push(&mut self, text: &str) -> Result<u32> {
        if text.len() > MAX_TERM_LENGTH {
            return Err(draft(format!("a term has {} bytes, more than {MAX_TERM_LENGTH}", text.len())));
        }
        let id = u32::try_from(self.kept.len()).ok().filter(|&id| id < u32::MAX);
        let id = id.ok_or_else(|| draft("there are too many terms"))?;
        let tokens: Vec<u32> = Tokens { rest: text }.map(|token| self.number(token)).collect();
        if self.tokens.len() > MAX_SYMBOLS || self.symbols.len() + tokens.len() >= u32::MAX as usize {
            return Err(draft("the terms have too many words"));
        }

        let kept = self.tokens_to_keep(&tokens, id);
        if let Some(&(_, place)) = self.last.get(kept).filter(|_| kept > 0)
            && let Some(start) = self.starts.get_mut(place)
        {
            *start = true;
        }
        self.kept.push(kept as u8);
        self.last.truncate(kept);
        for (nth, token) in tokens.into_iter().skip(kept).chain([END]).enumerate() {
            self.last.push((token, self.symbols.len()));
            self.symbols.push(token);
            self.starts.push(nth == 0);
        }
        Ok(id)
    }

    fn number(&mut self, token: &str) -> u32 {
        if let Some(&number) = self.numbers.get(token) {
            return number;
        }
        self.tokens.push(token.into());
        let number = self.tokens.len() as u32;
        self.numbers.insert(token.into(), number);
        number
    }

    /// How many tokens the term has in common with the start of the one before it in its block.
    fn tokens_to_keep(&self, tokens: &[u32], id: u32) -> usize {
        if id.is_multiple_of(BLOCK_TERMS) {
            return 0;
        }
        let common = tokens.iter().zip(&self.last).take_while(|(token, (last, _))| *token == last).count();
        common.min(MAX_KEPT)
    }

    /// Writes the store: the same terms give the same bytes.
    ///
    /// # Errors
    ///
    /// [`Error::Draft`] if the store would be larger than its numbers can say (512 MiB of coded terms, 8 million
    /// different words).
    pub(crate) fn finish(self) -> Result<Vec<u8>> {
        let Self { numbers, tokens, symbols, starts, kept, last: _ } = self;
        drop(numbers);
        let limits =
            Limits { min_count: MIN_PHRASE_COUNT, max_pairs: MAX_PHRASES, max_length: MAX_PHRASE_TOKENS as u32 };
        let phrases = replace_pairs(symbols, &starts, tokens.len() as u32 + 1, &limits);
        drop(starts);
        Grammar::new(&tokens, &phrases, &kept).write()
    }
}

/// The terms in symbols as numbered while building, ready to be coded.
struct Grammar<'b> {
    tokens: &'b [Box<str>],
    phrases: &'b [Pair],
    /// By symbol: whether it ends a term.
    closing: Vec<bool>,
    /// What the terms add to what they keep, each ended by a closing symbol.
    sequence: Vec<u32>,
    /// For each term, how many symbols of the term before it are dropped, or [`KEEP_NOTHING`].
    drops: Vec<u32>,
}

impl<'b> Grammar<'b> {
    fn new(tokens: &'b [Box<str>], phrases: &'b Replaced, kept: &[u8]) -> Self {
        let first_phrase = tokens.len() as u32 + 1;
        let mut closing: Vec<bool> = (0..first_phrase).map(|symbol| symbol == END).collect();
        for &(_, right) in &phrases.pairs {
            closing.push(at(&closing, right));
        }
        let length_of = |symbol: u32| match symbol.checked_sub(first_phrase) {
            Some(phrase) => at(&phrases.lengths, phrase) as usize,
            None => 1,
        };

        let mut sequence = Vec::new();
        let mut drops = Vec::with_capacity(kept.len());
        let mut rest = phrases.symbols().map(|(_, symbol)| symbol);
        // How many tokens the first one, two ... symbols of the term before stand for.
        let mut covered: Vec<usize> = Vec::new();
        for &kept in kept {
            let kept = usize::from(kept);
            let stay = covered.partition_point(|&tokens| tokens <= kept);
            drops.push(if kept == 0 { KEEP_NOTHING } else { (covered.len() - stay) as u32 });
            covered.truncate(stay);
            let mut reached = kept;
            for symbol in rest.by_ref() {
                sequence.push(symbol);
                reached += length_of(symbol);
                if covered.len() <= MAX_KEPT {
                    covered.push(reached);
                }
                if at(&closing, symbol) {
                    break;
                }
            }
        }
        Self { tokens, phrases: &phrases.pairs, closing, sequence, drops }
    }

    fn write(&self) -> Result<Vec<u8>> {
        let numbering = self.numbering();
        let drop_code = self.drop_code();
        let spellings = Spellings::new(self.tokens, &numbering.tokens)?;

        let symbols = numbering.by_symbol.len();
        if symbols > MAX_SYMBOLS {
            return Err(draft("the terms have too many different words"));
        }
        let symbol_bits = width_of(symbols as u64 - 1);
        let mut phrases = BitWriter::default();
        for &phrase in &numbering.phrases {
            let (left, right) = at(self.phrases, phrase);
            phrases.push(at(&numbering.by_symbol, left), symbol_bits);
            phrases.push(at(&numbering.by_symbol, right), symbol_bits);
        }
        let phrases = phrases.finish();

        let (sequences, block_starts) = self.sequences(&numbering, &drop_code);
        if width_of(sequences.len() as u64 * 8) > START_BITS {
            return Err(draft("the terms are too many to be stored"));
        }
        let (blocks, offset_bits) = block_rows(&block_starts);

        let header = Header {
            terms: self.drops.len() as u32,
            tokens: numbering.tokens.len() as u32,
            phrases: numbering.phrases.len() as u32,
            spelling_bytes: spellings.text.len() as u32,
            sequence_bytes: sequences.len() as u32,
            units: spellings.units,
            symbol_runs: numbering.code.runs(),
            drop_runs: drop_code.runs(),
            offset_bits: offset_bits as u8,
        };
        let mut out = Vec::with_capacity(sequences.len() + phrases.len() + spellings.text.len() + (1 << 14));
        header.write(&mut out);
        out.extend(&spellings.table);
        numbering.code.write_table(&mut out);
        drop_code.write_table(&mut out);
        out.extend(&spellings.groups);
        out.extend(&phrases);
        out.extend(&blocks);
        out.extend(&spellings.text);
        out.extend(&sequences);
        Ok(out)
    }

    /// Numbers the symbols for the file, frequent ones first: tokens, then phrases, then the end;
    /// and within each kind, by length of code word, those that close a term last.
    fn numbering(&self) -> Numbering {
        let mut frequencies = vec![0; self.closing.len()];
        for &symbol in &self.sequence {
            if let Some(frequency) = frequencies.get_mut(symbol as usize) {
                *frequency += 1;
            }
        }
        let lengths = code_lengths(&frequencies);
        // Symbols that only occur inside phrases have no code word.
        let rank = |symbol: u32| (at(&lengths, symbol).wrapping_sub(1), at(&self.closing, symbol), symbol);

        let first_phrase = self.tokens.len() as u32 + 1;
        let mut tokens: Vec<u32> = (END + 1..first_phrase).collect();
        tokens.sort_unstable_by_key(|&token| rank(token));
        let mut phrases: Vec<u32> = (first_phrase..self.closing.len() as u32).collect();
        phrases.sort_unstable_by_key(|&phrase| rank(phrase));

        let in_order = || tokens.iter().chain(&phrases).copied().chain([END]);
        let mut by_symbol = vec![0; self.closing.len()];
        for (number, symbol) in (0..).zip(in_order()) {
            if let Some(slot) = by_symbol.get_mut(symbol as usize) {
                *slot = number;
            }
        }
        let mut words: Vec<Decoded> = in_order()
            .map(|symbol| Decoded {
                symbol: at(&by_symbol, symbol),
                length: at(&lengths, symbol),
                closing: at(&self.closing, symbol),
            })
            .filter(|word| word.length > 0)
            .collect();
        words.sort_by_key(|word| word.length);
        let code = Encoder::new(words.into_iter());
        tokens.iter_mut().for_each(|token| *token -= END + 1);
        phrases.iter_mut().for_each(|phrase| *phrase -= first_phrase);
        Numbering { by_symbol, tokens, phrases, code }
    }

    fn drop_code(&self) -> Encoder {
        let mut frequencies = vec![0; MAX_KEPT + 1];
        for (_, &dropped) in self.drops.iter().enumerate().filter(|(id, _)| !starts_block(*id)) {
            if let Some(frequency) = frequencies.get_mut(dropped as usize) {
                *frequency += 1;
            }
        }
        let mut words: Vec<Decoded> = (0..)
            .zip(code_lengths(&frequencies))
            .filter(|&(_, length)| length > 0)
            .map(|(symbol, length)| Decoded { symbol, length, closing: false })
            .collect();
        words.sort_by_key(|word| word.length);
        Encoder::new(words.into_iter())
    }

    /// The coded terms, and the bits where blocks start.
    fn sequences(&self, numbering: &Numbering, drop_code: &Encoder) -> (Vec<u8>, Vec<u64>) {
        let mut bits = BitWriter::default();
        let mut block_starts = Vec::new();
        let mut rest = self.sequence.iter();
        for (id, &dropped) in self.drops.iter().enumerate() {
            if starts_block(id) {
                block_starts.push(bits.position());
            } else {
                drop_code.write(dropped, &mut bits);
            }
            for &symbol in rest.by_ref() {
                numbering.code.write(at(&numbering.by_symbol, symbol), &mut bits);
                if at(&self.closing, symbol) {
                    break;
                }
            }
        }
        (bits.finish(), block_starts)
    }
}

/// How symbols are numbered in the file.
struct Numbering {
    by_symbol: Vec<u32>,
    /// Indexes of the tokens in the order of the file.
    tokens: Vec<u32>,
    /// Indexes of the phrases in the order of the file.
    phrases: Vec<u32>,
    code: Encoder,
}

/// The texts of the tokens, as bytes that stand for units of up to [`MAX_UNIT_BYTES`] bytes.
struct Spellings {
    units: u16,
    /// For each unit, its bytes (filled up with zeros) and their number.
    table: Vec<u8>,
    /// For each group of tokens, where its text begins, and the lengths of the texts in units.
    groups: Vec<u8>,
    text: Vec<u8>,
}

impl Spellings {
    fn new(tokens: &[Box<str>], order: &[u32]) -> Result<Self> {
        let texts = || order.iter().filter_map(|&token| tokens.get(token as usize));
        let bytes: Vec<u32> = texts().flat_map(|token| token.bytes()).map(u32::from).collect();
        if bytes.len() >= u32::MAX as usize {
            return Err(draft("the words of the terms are too many to be stored"));
        }
        let starts: Vec<bool> = texts().flat_map(|token| (0..token.len()).map(|nth| nth == 0)).collect();
        let mut used = [false; 256];
        for &byte in &bytes {
            if let Some(used) = used.get_mut(byte as usize) {
                *used = true;
            }
        }
        let max_pairs = used.iter().filter(|used| !**used).count();
        let limits = Limits { min_count: MIN_UNIT_COUNT, max_pairs, max_length: MAX_UNIT_BYTES as u32 };
        let spelled = replace_pairs(bytes, &starts, 256, &limits);

        // Units that were merged into longer ones everywhere need no number.
        let mut numbers = vec![None; 256 + spelled.pairs.len()];
        let mut table = Vec::new();
        let mut units = 0_u16;
        let mut groups = Groups::default();
        let mut text = Vec::new();
        for (position, symbol) in spelled.symbols() {
            let Some(number) = numbers.get_mut(symbol as usize) else { continue };
            let number = *number.get_or_insert_with(|| {
                write_unit(&spelled.pairs, symbol, &mut table);
                units += 1;
                units - 1
            });
            if starts.get(position) == Some(&true) {
                groups.start(text.len());
            }
            text.push(number as u8);
        }
        let groups = groups.finish(text.len());
        Ok(Self { units, table, groups, text })
    }
}

fn write_unit(pairs: &[Pair], symbol: u32, table: &mut Vec<u8>) {
    let start = table.len();
    let mut stack = vec![symbol];
    while let Some(symbol) = stack.pop() {
        match symbol.checked_sub(256) {
            Some(pair) => {
                let (left, right) = at(pairs, pair);
                stack.extend([right, left]);
            }
            None => table.push(symbol as u8),
        }
    }
    let length = table.len() - start;
    table.resize(start + MAX_UNIT_BYTES, 0);
    table.push(length as u8);
}

/// Writes where texts start: a row for each group of tokens.
#[derive(Default)]
struct Groups {
    rows: Vec<u8>,
    starts: Vec<usize>,
}

impl Groups {
    fn start(&mut self, start: usize) {
        if self.starts.len() == GROUP_TOKENS as usize {
            self.close_row(start);
        }
        self.starts.push(start);
    }

    fn close_row(&mut self, end: usize) {
        let Some(&first) = self.starts.first() else { return };
        let ends = self.starts.iter().skip(1).chain([&end]);
        let lengths = self
            .starts
            .iter()
            .zip(ends)
            .zip(0..)
            .fold(0_u64, |lengths, ((start, end), nth)| lengths | ((end - start) as u64) << (LENGTH_BITS * nth));
        self.rows.extend((first as u32).to_le_bytes());
        self.rows.extend(lengths.to_le_bytes());
        self.starts.clear();
    }

    fn finish(mut self, end: usize) -> Vec<u8> {
        self.close_row(end);
        self.rows
    }
}

/// Writes where blocks start: for each row of blocks the bit where its first one does, and from
/// there the offsets of all of them, which are as wide as the largest offset needs.
fn block_rows(starts: &[u64]) -> (Vec<u8>, u32) {
    let rows = || starts.chunks(ROW_BLOCKS as usize).filter_map(|row| Some((*row.first()?, row)));
    let largest = rows().filter_map(|(first, row)| Some(row.last()? - first)).max();
    let offset_bits = width_of(largest.unwrap_or(0));
    let mut out = BitWriter::default();
    for (first, row) in rows() {
        out.push(first as u32, START_BITS);
        let padding = ROW_BLOCKS as usize - row.len();
        let offsets = row.iter().map(|start| start - first).chain(std::iter::repeat_n(0, padding));
        offsets.for_each(|offset| out.push(offset as u32, offset_bits));
    }
    (out.finish(), offset_bits)
}

fn starts_block(id: usize) -> bool {
    id.is_multiple_of(BLOCK_TERMS as usize)
}

/// The element of a list that the builder made long enough.
fn at<T: Copy + Default>(list: &[T], index: u32) -> T {
    debug_assert!((index as usize) < list.len());
    list.get(index as usize).copied().unwrap_or_default()
}

fn draft(message: impl Into<String>) -> Error {
    Error::Draft { message: message.into(), code: None }
}

/// Cuts a text into words, each with the space before it, and what stands between them.
struct Tokens<'t> {
    rest: &'t str,
}

impl<'t> Iterator for Tokens<'t> {
    type Item = &'t str;

    fn next(&mut self) -> Option<&'t str> {
        let mut characters = self.rest.char_indices().peekable();
        let (_, mut first) = characters.next()?;
        if first == ' '
            && let Some((_, letter)) = characters.next_if(|(_, next)| next.is_alphanumeric())
        {
            first = letter;
        }
        let word = first.is_alphanumeric();
        let mut end = self.rest.len();
        while let Some((place, character)) = characters.next() {
            let letter = character.is_alphanumeric();
            let starts_word =
                letter || character == ' ' && characters.peek().is_some_and(|(_, next)| next.is_alphanumeric());
            let border = if word { !letter } else { starts_word };
            if border || place + character.len_utf8() > MAX_TOKEN_UNITS {
                end = place;
                break;
            }
        }
        let (token, rest) = self.rest.split_at_checked(end)?;
        self.rest = rest;
        Some(token)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn tokens(text: &str) -> Vec<&str> {
        Tokens { rest: text }.collect()
    }

    #[test]
    fn words_carry_the_space_before_them() {
        assert_eq!(tokens("Gãy xương đùi, kín"), ["Gãy", " xương", " đùi", ",", " kín"]);
        assert_eq!(tokens("  a - b)  "), [" ", " a", " -", " b", ")  "]);
        assert_eq!(tokens(" "), [" "]);
        assert_eq!(tokens(""), [""; 0]);
    }

    #[test]
    fn long_words_are_cut() {
        let word = "ệ".repeat(25);
        assert_eq!(tokens(&word), ["ệ".repeat(10), "ệ".repeat(10), "ệ".repeat(5)]);
    }

    proptest! {
        #[test]
        fn tokens_make_up_the_text(text in "(\\PC|[ ,.a-z0-9]|\u{301}){0,60}") {
            let tokens = tokens(&text);
            prop_assert!(tokens.iter().all(|token| (1..=MAX_TOKEN_UNITS).contains(&token.len())));
            prop_assert_eq!(tokens.concat(), text);
        }
    }

    #[test]
    fn refuses_a_term_that_is_too_long() {
        let mut builder = TermsBuilder::new();
        assert_eq!(builder.push(&"a".repeat(MAX_TERM_LENGTH)).unwrap(), 0);
        assert!(matches!(builder.push(&"a".repeat(MAX_TERM_LENGTH + 1)), Err(Error::Draft { .. })));
        assert_eq!(builder.push("b").unwrap(), 1);
    }
}
