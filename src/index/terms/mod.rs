//! The texts of all terms, compressed together, each readable alone.
//!
//! Names of diseases repeat themselves: the same words, the same phrases, and each much like the
//! one before it. The store uses all three:
//!
//! 1. A term is cut into **tokens**: a word with the space before it, or what stands between words.
//!    Each different token is spelled once, in units of up to eight bytes that a byte stands for.
//! 2. **Front coding**: terms stand in blocks of 8. In a block, a term keeps the first symbols of
//!    the one before it and says only how many it drops.
//! 3. **Phrases**: what is left is a sequence of tokens, in which frequent pairs are replaced by
//!    symbols of their own, again and again (Re-Pair). The end of a term is a token like others, so
//!    that a frequent ending is one symbol with its end. No phrase covers a place where a
//!    later term is cut, hence keeping and dropping go by whole symbols.
//! 4. The symbols are written in a canonical prefix code. Symbols are numbered by the length of
//!    their words, so that the code costs a few runs, not a table.
//!
//! Reading a term decodes the symbols of at most seven others before it in the block, without spelling them.
//!
//! # Why this way
//!
//! Bytes for the long names of ICD-10-CM (April 2025: 97,584 names, 7.0 MB) and for the Vietnamese and
//! then the English names of Circular 06/2026 (31,688 names, 1.8 MB):
//!
//! | way | ICD-10-CM | Circular 06 |
//! |---|---:|---:|
//! | `zstd -19` of the lines, which must be unpacked as a whole | 373,702 | 196,206 |
//! | front coding of bytes in blocks of 16 | 2,769,000 | 1,133,000 |
//! | phrases over characters, an offset for each 8 names | 542,000 | 287,000 |
//! | phrases over tokens, an offset for each 8 names | 507,000 | 269,000 |
//! | front coding in blocks of 8, phrases over characters | 398,000 | 257,000 |
//! | **front coding in blocks of 8, phrases over tokens** | **379,981** | **244,886** |
//! | the same in blocks of 12 | 359,284 | 239,311 |
//! | the same in blocks of 16 | 347,828 | 236,585 |
//!
//! Larger blocks are smaller still, but a name takes longer to read: at random 360, 393 and 424 ns
//! in ICD-10-CM for 8, 12 and 16 (on two busy cores; read them as ratios). Of the 380 kB, 262 are
//! sequences, 61 tokens, 33 phrases, 23 blocks and the rest tables. A byte code for the symbols in
//! place of the prefix code would take 18 % more (45 kB) for them.
//! Rounded figures were added up by a prototype that wrote no file.
//!
//! # Layout
//!
//! Numbers are little-endian, fields of bits start at the most significant bit; nothing is aligned.
//!
//! | part | bytes |
//! |---|---|
//! | header | 27: numbers of terms, tokens, phrases, bytes of spellings, bytes of sequences (4 each); units, runs of the two codes (2 each); bits of an offset (1) |
//! | units | 9 each: up to eight bytes of text, their number |
//! | code of symbols | 256 + 10 a run, see `prefix_code` |
//! | code of drops | the same |
//! | groups of 12 tokens | 12 each: where their spellings begin (4), their lengths in units (5 bits each, from the lowest) |
//! | phrases | two symbols each, in as many bits as the largest symbol needs |
//! | rows of 16 blocks | the bit at which the first begins in the sequences (32 bits), and for each how much later it begins, in the bits of an offset |
//! | spellings | a byte a unit |
//! | sequences | of each term: how many symbols it drops (not in the first of a block; 0: it keeps none), its own symbols, the last one closing |
//!
//! Symbols are numbered: tokens, phrases, the end.

mod bits;
mod build;
mod pairs;
mod prefix_code;

use self::bits::{Bits, width_of};
pub(crate) use self::build::TermsBuilder;
use self::prefix_code::{Decoded, Decoder, MAX_RUNS, table_bytes};
use crate::{Error, Result};

/// The longest text of a term, in bytes of UTF-8.
pub(crate) const MAX_TERM_LENGTH: usize = 1 << 16;
/// The longest texts of one concept together, in bytes. Damaged bytes can spell a long term in a few bits, as often
/// as they like: without a limit, a small file could fill the memory.
pub(crate) const MAX_CONCEPT_TEXT: usize = 1 << 24;

/// Terms that are coded together; the first of them stands alone.
const BLOCK_TERMS: u32 = 8;
/// Blocks whose starts share a row.
const ROW_BLOCKS: u32 = 16;
/// Bits of the start of such a row.
const START_BITS: u32 = 32;
/// The most symbols that a term can keep of the one before it.
const MAX_KEPT: usize = 63;
/// In place of a number of dropped symbols (which is at least one, the closing one): all of them.
const KEEP_NOTHING: u32 = 0;
/// The most tokens that a phrase stands for, which also bounds how deep phrases nest.
const MAX_PHRASE_TOKENS: usize = 32;
/// Tokens whose spellings share a row.
const GROUP_TOKENS: u32 = 12;
/// Bits of a token's length in such a row.
const LENGTH_BITS: u32 = 5;
/// The longest spelling of a token, in units; also its longest text in bytes.
const MAX_TOKEN_UNITS: usize = (1 << LENGTH_BITS) - 1;
/// The longest unit, in bytes.
const MAX_UNIT_BYTES: usize = 8;
/// Bytes of a row of units.
const UNIT_ROW: usize = MAX_UNIT_BYTES + 1;
/// Bytes of a row of tokens.
const GROUP_ROW: usize = 12;

/// What the store begins with: how much there is of everything.
struct Header {
    terms: u32,
    tokens: u32,
    phrases: u32,
    spelling_bytes: u32,
    sequence_bytes: u32,
    units: u16,
    symbol_runs: u16,
    drop_runs: u16,
    offset_bits: u8,
}

impl Header {
    fn write(&self, out: &mut Vec<u8>) {
        for number in [self.terms, self.tokens, self.phrases, self.spelling_bytes, self.sequence_bytes] {
            out.extend(number.to_le_bytes());
        }
        for number in [self.units, self.symbol_runs, self.drop_runs] {
            out.extend(number.to_le_bytes());
        }
        out.push(self.offset_bits);
    }

    fn read(parts: &mut Parts<'_>) -> Result<Self> {
        Ok(Self {
            terms: parts.u32()?,
            tokens: parts.u32()?,
            phrases: parts.u32()?,
            spelling_bytes: parts.u32()?,
            sequence_bytes: parts.u32()?,
            units: parts.u16()?,
            symbol_runs: parts.u16()?,
            drop_runs: parts.u16()?,
            offset_bits: parts.array::<1>()?[0],
        })
    }
}

/// The parts of the store, one after the other.
struct Parts<'a>(&'a [u8]);

impl<'a> Parts<'a> {
    fn take(&mut self, bytes: usize) -> Result<&'a [u8]> {
        let (part, rest) = self.0.split_at_checked(bytes).ok_or_else(truncated)?;
        self.0 = rest;
        Ok(part)
    }

    /// So many rows of so many bits, filled up to whole bytes.
    fn take_bits(&mut self, rows: u32, bits: u32) -> Result<Bits<'a>> {
        let bytes = (u64::from(rows) * u64::from(bits)).div_ceil(8);
        Ok(Bits(self.take(usize::try_from(bytes).map_err(|_| truncated())?)?))
    }

    /// So many rows of so many bytes.
    fn take_rows<const BYTES: usize>(&mut self, rows: u32) -> Result<&'a [[u8; BYTES]]> {
        let bytes = usize::try_from(u64::from(rows) * BYTES as u64).map_err(|_| truncated())?;
        Ok(self.take(bytes)?.as_chunks().0)
    }

    fn code(&mut self, runs: u16) -> Result<Decoder<'a>> {
        // A symbol is searched for run by run; the guide cannot point behind this many.
        if runs > MAX_RUNS {
            return Err(corrupt("a code has too many runs"));
        }
        Decoder::new(self.take(table_bytes(runs))?).ok_or_else(truncated)
    }

    fn array<const BYTES: usize>(&mut self) -> Result<[u8; BYTES]> {
        self.take(BYTES)?.first_chunk().copied().ok_or_else(truncated)
    }

    fn u32(&mut self) -> Result<u32> {
        self.array().map(u32::from_le_bytes)
    }

    fn u16(&mut self) -> Result<u16> {
        self.array().map(u16::from_le_bytes)
    }
}

#[cold]
fn corrupt(detail: &'static str) -> Error {
    Error::corrupt("terms", detail)
}

#[cold]
fn truncated() -> Error {
    corrupt("it is cut off")
}

/// The term store of an index file, read where it lies.
#[derive(Clone, Copy)]
pub(crate) struct Terms<'a> {
    terms: u32,
    tokens: u32,
    /// The number of the symbol that ends a term, the last one.
    end: u32,
    symbol_bits: u32,
    offset_bits: u32,
    units: &'a [[u8; UNIT_ROW]],
    symbol_code: Decoder<'a>,
    drop_code: Decoder<'a>,
    groups: &'a [[u8; GROUP_ROW]],
    phrases: Bits<'a>,
    blocks: Bits<'a>,
    spellings: &'a [u8],
    sequences: Bits<'a>,
}

impl<'a> Terms<'a> {
    /// Opens a store. Only the sizes of its parts are checked, in constant time.
    ///
    /// # Errors
    ///
    /// [`Error::Corrupt`] if the parts do not make up `bytes`.
    pub(crate) fn open(bytes: &'a [u8]) -> Result<Self> {
        let mut parts = Parts(bytes);
        let header = Header::read(&mut parts)?;
        let (offset_bits, end) = (u32::from(header.offset_bits), header.tokens.checked_add(header.phrases));
        let end = end.ok_or_else(|| corrupt("it has too many symbols"))?;
        let symbol_bits = width_of(u64::from(end));
        if 2 * symbol_bits > Bits::AT_ONCE || !(1..=32).contains(&offset_bits) {
            return Err(corrupt("its numbers are too wide"));
        }
        let terms = Self {
            terms: header.terms,
            tokens: header.tokens,
            end,
            symbol_bits,
            offset_bits,
            units: parts.take_rows(header.units.into())?,
            symbol_code: parts.code(header.symbol_runs)?,
            drop_code: parts.code(header.drop_runs)?,
            groups: parts.take_rows(header.tokens.div_ceil(GROUP_TOKENS))?,
            phrases: parts.take_bits(header.phrases, 2 * symbol_bits)?,
            blocks: parts
                .take_bits(header.terms.div_ceil(BLOCK_TERMS * ROW_BLOCKS), START_BITS + ROW_BLOCKS * offset_bits)?,
            spellings: parts.take_bits(header.spelling_bytes, 8)?.0,
            sequences: parts.take_bits(header.sequence_bytes, 8)?,
        };
        if parts.0.is_empty() { Ok(terms) } else { Err(corrupt("it is longer than its parts")) }
    }

    /// How many terms there are.
    #[cfg(test)]
    pub(crate) fn len(&self) -> u32 {
        self.terms
    }

    /// Appends the text of term `id` to `out`; at most [`MAX_TERM_LENGTH`] bytes. Decodes up to seven
    /// neighbours on the way; allocates only if `out` must grow.
    ///
    /// # Errors
    ///
    /// [`Error::Corrupt`] if the store is damaged there or has no such term; `out` is as before.
    pub(crate) fn read(&self, id: u32, out: &mut String) -> Result<()> {
        let before = out.len();
        let read = self.append(id, out);
        if read.is_err() {
            out.truncate(before);
        }
        read
    }

    fn append(&self, id: u32, out: &mut String) -> Result<()> {
        let mut text = Text::new(out);
        self.each_token(id, |token| self.spell_token(token, &mut text))?;
        text.finish()
    }

    /// Puts the tokens of term `id` in place of what `tokens` holds, without spelling them: equal tokens have equal
    /// numbers, and each is spelled by [`read_token`](Self::read_token).
    ///
    /// # Errors
    ///
    /// [`Error::Corrupt`] if the store is damaged there or has no such term.
    #[cfg(feature = "search")]
    pub(crate) fn tokens(&self, id: u32, tokens: &mut Vec<u32>) -> Result<()> {
        tokens.clear();
        self.each_token(id, |token| push_token(tokens, token))
    }

    /// Hands out the tokens of each of some terms in turn: far quicker than one by one.
    ///
    /// # Errors
    ///
    /// As [`tokens`](Self::tokens).
    #[cfg(feature = "search")]
    pub(crate) fn tokens_of_all(
        &self,
        ids: std::ops::Range<u32>,
        tokens: &mut Vec<u32>,
        mut visit: impl FnMut(u32, &[u32]) -> Result<()>,
    ) -> Result<()> {
        let first_block = ids.start / BLOCK_TERMS;
        for block in first_block..ids.end.min(self.terms).div_ceil(BLOCK_TERMS) {
            let mut position = self.block_start(block);
            let mut kept = Kept::default();
            let first = block * BLOCK_TERMS;
            for id in first..(first + BLOCK_TERMS).min(ids.end).min(self.terms) {
                if id > first {
                    self.drop(&mut position, &mut kept)?;
                }
                tokens.clear();
                for &symbol in kept.symbols() {
                    self.expand(symbol, &mut |token| push_token(tokens, token))?;
                }
                for _ in 0..=MAX_TERM_LENGTH {
                    let next = self.next_symbol(&mut position)?;
                    kept.push(next.symbol);
                    self.expand(next.symbol, &mut |token| push_token(tokens, token))?;
                    if next.closing {
                        break;
                    }
                }
                if ids.contains(&id) {
                    visit(id, tokens)?;
                }
            }
        }
        Ok(())
    }

    /// How many different tokens there are.
    #[cfg(feature = "search")]
    pub(crate) fn token_count(&self) -> u32 {
        self.tokens
    }

    /// Appends the text of a token to `out`: a word with the space before it, or what stands between words.
    ///
    /// # Errors
    ///
    /// [`Error::Corrupt`] if the store is damaged there or has no such token.
    #[cfg(feature = "search")]
    pub(crate) fn read_token(&self, token: u32, out: &mut String) -> Result<()> {
        let mut text = Text::new(out);
        self.spell_token(token, &mut text)?;
        text.finish()
    }

    #[inline]
    fn each_token(&self, id: u32, mut each: impl FnMut(u32) -> Result<()>) -> Result<()> {
        if id >= self.terms {
            return Err(corrupt("a term is named that it does not have"));
        }
        let mut position = self.block_start(id / BLOCK_TERMS);
        let mut kept = Kept::default();
        for _ in 0..id % BLOCK_TERMS {
            self.follow(&mut position, &mut kept)?;
            self.drop(&mut position, &mut kept)?;
        }
        for &symbol in kept.symbols() {
            if self.expand(symbol, &mut each)? {
                return Err(corrupt("a term goes on after its end"));
            }
        }
        loop {
            let next = self.next_symbol(&mut position)?;
            if self.expand(next.symbol, &mut each)? != next.closing {
                return Err(corrupt("the end of a term is not where it should be"));
            }
            if next.closing {
                return Ok(());
            }
        }
    }

    /// The bit of the sequences at which a block begins.
    fn block_start(&self, block: u32) -> u64 {
        let row = u64::from(block / ROW_BLOCKS) * u64::from(START_BITS + ROW_BLOCKS * self.offset_bits);
        let offset = row + u64::from(START_BITS + block % ROW_BLOCKS * self.offset_bits);
        u64::from(self.blocks.number(row, START_BITS)) + u64::from(self.blocks.number(offset, self.offset_bits))
    }

    #[inline]
    fn next_symbol(&self, position: &mut u64) -> Result<Decoded> {
        let next = self.symbol_code.decode(self.sequences.peek(*position));
        let next = next.ok_or_else(|| corrupt("a code word is unknown"))?;
        *position += u64::from(next.length);
        // The bits past the end are zeros, which may well be a code word.
        if *position > self.sequences.len() {
            return Err(truncated());
        }
        Ok(next)
    }

    /// Passes over the own symbols of a term, noting those that the term after it may keep.
    fn follow(&self, position: &mut u64, kept: &mut Kept) -> Result<()> {
        // A term has a byte at least for each symbol but the closing one.
        for _ in 0..=MAX_TERM_LENGTH {
            let next = self.next_symbol(position)?;
            kept.push(next.symbol);
            if next.closing {
                return Ok(());
            }
        }
        Err(corrupt("a term is too long"))
    }

    /// Reads how many symbols a term drops, and drops them.
    fn drop(&self, position: &mut u64, kept: &mut Kept) -> Result<()> {
        let dropped = self.drop_code.decode(self.sequences.peek(*position));
        let dropped = dropped.ok_or_else(|| corrupt("a code word is unknown"))?;
        *position += u64::from(dropped.length);
        kept.length = match dropped.symbol {
            KEEP_NOTHING => 0,
            symbols => kept.length.checked_sub(symbols as usize).ok_or_else(|| corrupt("a term drops too much"))?,
        };
        Ok(())
    }

    /// Hands out the tokens that a symbol stands for; true if it ends the term.
    #[inline]
    fn expand(&self, symbol: u32, each: &mut impl FnMut(u32) -> Result<()>) -> Result<bool> {
        if symbol < self.tokens {
            each(symbol)?;
            return Ok(false);
        }
        // Of each phrase on the way down, the right half waits.
        let mut waiting = [0; MAX_PHRASE_TOKENS];
        let mut count = 0_usize;
        let mut symbol = symbol;
        loop {
            if symbol > self.end {
                return Err(corrupt("a symbol is unknown"));
            }
            if symbol == self.end {
                return if count == 0 { Ok(true) } else { Err(corrupt("a phrase goes on after its end")) };
            }
            if let Some(phrase) = symbol.checked_sub(self.tokens) {
                let halves = self.phrases.peek(u64::from(phrase) * u64::from(2 * self.symbol_bits));
                *waiting.get_mut(count).ok_or_else(|| corrupt("phrases nest too deep"))? =
                    (halves << self.symbol_bits >> (64 - self.symbol_bits)) as u32;
                count += 1;
                symbol = (halves >> (64 - self.symbol_bits)) as u32;
                continue;
            }
            each(symbol)?;
            match count.checked_sub(1).and_then(|last| Some((last, *waiting.get(last)?))) {
                Some((last, right)) => (count, symbol) = (last, right),
                None => return Ok(false),
            }
        }
    }

    #[inline]
    fn spell_token(&self, token: u32, text: &mut Text<'_>) -> Result<()> {
        let unknown = || corrupt("a word is unknown");
        let row = self.groups.get((token / GROUP_TOKENS) as usize).ok_or_else(unknown)?;
        let (start, lengths) = (row.first_chunk().ok_or_else(unknown)?, row.last_chunk().ok_or_else(unknown)?);
        let (start, lengths) = (u32::from_le_bytes(*start), u64::from_le_bytes(*lengths));
        let shift = token % GROUP_TOKENS * LENGTH_BITS;
        let start = u64::from(start) + sum_of_lengths(lengths & ((1 << shift) - 1));
        let length = (lengths >> shift) as usize % (MAX_TOKEN_UNITS + 1);
        let spelling = usize::try_from(start).ok().and_then(|start| self.spellings.get(start..)?.get(..length));
        // Every word has a text: what is written bounds the work.
        let spelling = spelling.filter(|spelling| !spelling.is_empty()).ok_or_else(unknown)?;
        for &unit in spelling {
            text.push(self.units.get(usize::from(unit)).ok_or_else(unknown)?)?;
        }
        Ok(())
    }
}

#[cfg(feature = "search")]
fn push_token(tokens: &mut Vec<u32>, token: u32) -> Result<()> {
    // A token has a byte at least.
    if tokens.len() >= MAX_TERM_LENGTH {
        return Err(corrupt("a term is too long"));
    }
    tokens.push(token);
    Ok(())
}

/// The sum of the twelve fields of five bits.
#[inline]
fn sum_of_lengths(lengths: u64) -> u64 {
    const EVEN: u64 = 0x007c_1f07_c1f0_7c1f;
    // Six fields of ten bits, then all of them added up in the highest.
    let pairs = (lengths & EVEN) + (lengths >> LENGTH_BITS & EVEN);
    const ONES: u64 = 1 | 1 << 10 | 1 << 20 | 1 << 30 | 1 << 40 | 1 << 50;
    pairs.wrapping_mul(ONES) >> 50 & 0x3ff
}

/// The first symbols of a term, for the term after it to keep.
struct Kept {
    symbols: [u32; MAX_KEPT + 1],
    length: usize,
}

impl Default for Kept {
    fn default() -> Self {
        Self { symbols: [0; MAX_KEPT + 1], length: 0 }
    }
}

impl Kept {
    #[inline]
    fn push(&mut self, symbol: u32) {
        if let Some(place) = self.symbols.get_mut(self.length) {
            *place = symbol;
            self.length += 1;
        }
    }

    fn symbols(&self) -> &[u32] {
        self.symbols.get(..self.length).unwrap_or_default()
    }
}

/// Bytes gathered before they are checked and appended; most terms fit at once.
const BUFFER_BYTES: usize = 256;

/// A text on its way into a string.
struct Text<'s> {
    out: &'s mut String,
    /// The length that `out` must not reach beyond.
    limit: usize,
    buffer: [u8; BUFFER_BYTES],
    filled: usize,
}

impl<'s> Text<'s> {
    fn new(out: &'s mut String) -> Self {
        Self { limit: out.len().saturating_add(MAX_TERM_LENGTH), out, buffer: [0; BUFFER_BYTES], filled: 0 }
    }

    /// Appends a unit: its bytes, filled up, and their number.
    #[inline]
    fn push(&mut self, [bytes @ .., length]: &[u8; UNIT_ROW]) -> Result<()> {
        if self.filled + MAX_UNIT_BYTES > BUFFER_BYTES {
            self.flush()?;
        }
        let room = self.buffer.get_mut(self.filled..).and_then(|rest| rest.first_chunk_mut());
        match room {
            Some(room) if (1..=MAX_UNIT_BYTES).contains(&usize::from(*length)) => {
                *room = *bytes;
                self.filled += usize::from(*length);
                Ok(())
            }
            _ => Err(corrupt("a unit of a word has no length")),
        }
    }

    /// Appends the whole characters in the buffer to the string.
    fn flush(&mut self) -> Result<()> {
        let bytes = self.buffer.get(..self.filled).unwrap_or_default();
        let valid = match std::str::from_utf8(bytes) {
            Ok(text) => text,
            // A character cut at the end of the buffer: the rest of it comes with the next units.
            Err(error) if error.error_len().is_none() => {
                bytes.get(..error.valid_up_to()).and_then(|valid| std::str::from_utf8(valid).ok()).unwrap_or_default()
            }
            Err(_) => return Err(corrupt("a term is not UTF-8")),
        };
        if self.out.len() + valid.len() > self.limit {
            return Err(corrupt("a term is too long"));
        }
        self.out.push_str(valid);
        let (valid, filled) = (valid.len(), self.filled);
        self.buffer.copy_within(valid..filled, 0);
        self.filled = filled - valid;
        Ok(())
    }

    fn finish(mut self) -> Result<()> {
        self.flush()?;
        if self.filled == 0 { Ok(()) } else { Err(corrupt("a term is not UTF-8")) }
    }
}

#[cfg(test)]
mod tests;
