//! Canonical prefix codes (Huffman, with bounded length) whose tables are a few runs, not a row a symbol.
//!
//! Symbols are numbered so that those with code words of one length follow each other. A run says:
//! from this code word on, words have this length and stand for consecutive symbols.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use super::bits::BitWriter;

/// The longest code word, in bits.
const MAX_LENGTH: u8 = 24;
/// Bytes of one run: its first code word against the top of 32 bits, the symbol of that word, the
/// words' length, and 1 if the symbols end a term.
const RUN_BYTES: usize = 10;
/// For each first byte of the bits to read, the run to begin the search with.
const GUIDE_BYTES: usize = 256;

/// The most runs that the guide can name.
pub(super) const MAX_RUNS: u16 = 256;

/// One symbol read.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Decoded {
    pub(super) symbol: u32,
    /// Bits of the code word.
    pub(super) length: u8,
    pub(super) closing: bool,
}

/// Reads symbols by a table written by [`Encoder::write_table`].
#[derive(Clone, Copy)]
pub(super) struct Decoder<'a> {
    guide: &'a [u8],
    runs: &'a [[u8; RUN_BYTES]],
}

/// Bytes of a table of so many runs.
pub(super) fn table_bytes(runs: u16) -> usize {
    GUIDE_BYTES + usize::from(runs) * RUN_BYTES
}

impl<'a> Decoder<'a> {
    /// Takes a table of [`table_bytes`] bytes.
    pub(super) fn new(table: &'a [u8]) -> Option<Self> {
        let (guide, runs) = table.split_at_checked(GUIDE_BYTES)?;
        Some(Self { guide, runs: runs.as_chunks().0 })
    }

    /// The symbol whose code word begins `bits` (against the top), or `None` if there is no such word.
    #[inline]
    pub(super) fn decode(self, bits: u64) -> Option<Decoded> {
        let bits = (bits >> 32) as u32;
        let mut at = usize::from(*self.guide.get((bits >> 24) as usize)?);
        while self.runs.get(at + 1).is_some_and(|run| run_start(run) <= bits) {
            at += 1;
        }
        let run = self.runs.get(at)?;
        let &[_, _, _, _, b0, b1, b2, b3, length, closing] = run;
        let distance = bits.checked_sub(run_start(run))?.checked_shr(32_u32.checked_sub(u32::from(length))?)?;
        let symbol = u32::from_le_bytes([b0, b1, b2, b3]).checked_add(distance)?;
        Some(Decoded { symbol, length, closing: closing != 0 })
    }
}

#[inline]
fn run_start(run: &[u8; RUN_BYTES]) -> u32 {
    run.first_chunk().copied().map_or(0, u32::from_le_bytes)
}

/// A run as it is made.
struct Run {
    start: u32,
    symbol: u32,
    length: u8,
    closing: bool,
}

/// Writes symbols, and the table to read them by.
pub(super) struct Encoder {
    /// Word and length by symbol; length 0 where a symbol has no word.
    words: Vec<(u32, u8)>,
    runs: Vec<Run>,
}

impl Encoder {
    /// Gives out code words to symbols in the order given, which must be by rising length
    /// (1 to [`MAX_LENGTH`], as [`code_lengths`] made them).
    pub(super) fn new(in_order: impl Iterator<Item = Decoded>) -> Self {
        let mut words = Vec::new();
        let mut runs: Vec<Run> = Vec::new();
        let mut following = 0_u64;
        let mut expected = None;
        for Decoded { symbol, length, closing } in in_order {
            let start = following as u32;
            if expected != Some(Decoded { symbol, length, closing }) {
                runs.push(Run { start, symbol, length, closing });
            }
            if words.len() <= symbol as usize {
                words.resize(symbol as usize + 1, (0, 0));
            }
            if let Some(word) = words.get_mut(symbol as usize) {
                *word = (start >> (32 - u32::from(length)), length);
            }
            following += 1_u64 << (32 - u32::from(length));
            expected = Some(Decoded { symbol: symbol + 1, length, closing });
        }
        Self { words, runs }
    }

    pub(super) fn write(&self, symbol: u32, out: &mut BitWriter) {
        if let Some(&(word, length)) = self.words.get(symbol as usize) {
            out.push(word, u32::from(length));
        }
    }

    /// How many runs the table has; fewer than 256.
    pub(super) fn runs(&self) -> u16 {
        self.runs.len() as u16
    }

    pub(super) fn write_table(&self, out: &mut Vec<u8>) {
        for byte in 0..GUIDE_BYTES {
            let bits = (byte as u32) << 24;
            let not_after = self.runs.iter().take_while(|run| run.start <= bits).count();
            out.push(not_after.saturating_sub(1) as u8);
        }
        for run in &self.runs {
            out.extend(run.start.to_le_bytes());
            out.extend(run.symbol.to_le_bytes());
            out.extend([run.length, u8::from(run.closing)]);
        }
    }
}

/// Lengths of the code words that are best for symbols of these frequencies; 0 where the frequency
/// is. At most 2^[`MAX_LENGTH`] symbols.
pub(super) fn code_lengths(frequencies: &[u64]) -> Vec<u8> {
    let mut frequencies = frequencies.to_vec();
    loop {
        let lengths = huffman(&frequencies);
        if lengths.iter().all(|&length| length <= MAX_LENGTH) {
            return lengths;
        }
        // Flatter frequencies give shorter words; equal ones are within bounds.
        frequencies
            .iter_mut()
            .filter(|frequency| **frequency > 0)
            .for_each(|frequency| *frequency = (*frequency / 2).max(1));
    }
}

fn huffman(frequencies: &[u64]) -> Vec<u8> {
    let leaves = frequencies.len();
    let mut queue: BinaryHeap<Reverse<(u64, usize)>> =
        frequencies.iter().enumerate().filter(|(_, f)| **f > 0).map(|(node, &f)| Reverse((f, node))).collect();
    if let (1, Some(&Reverse((_, only)))) = (queue.len(), queue.peek()) {
        return (0..leaves).map(|leaf| u8::from(leaf == only)).collect();
    }
    let mut parents = vec![None; leaves];
    while let (Some(Reverse((least, a))), Some(Reverse((second, b)))) = (queue.pop(), queue.pop()) {
        let parent = parents.len();
        parents.push(None);
        for child in [a, b] {
            if let Some(slot) = parents.get_mut(child) {
                *slot = Some(parent);
            }
        }
        queue.push(Reverse((least.saturating_add(second), parent)));
    }
    // Parents come after their children, so depths are known from the root down.
    let mut depths = vec![0_u8; parents.len()];
    for node in (0..parents.len()).rev() {
        let above =
            parents.get(node).copied().flatten().and_then(|parent| depths.get(parent)).map(|d| d.saturating_add(1));
        if let (Some(depth), Some(above)) = (depths.get_mut(node), above) {
            *depth = above;
        }
    }
    depths.truncate(leaves);
    depths
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::bits::Bits;
    use super::*;

    fn encoder(frequencies: &[u64]) -> Encoder {
        let mut order: Vec<_> =
            code_lengths(frequencies).into_iter().zip(0..).filter(|&(length, _)| length > 0).collect();
        order.sort_unstable();
        Encoder::new(order.into_iter().map(|(length, symbol)| Decoded { symbol, length, closing: symbol % 2 == 0 }))
    }

    proptest! {
        #[test]
        fn reads_what_was_written(frequencies in prop::collection::vec(0_u64..50, 1..60)) {
            let encoder = encoder(&frequencies);
            let symbols: Vec<u32> = (0..frequencies.len() as u32).filter(|&s| frequencies[s as usize] > 0).collect();
            let mut bits = BitWriter::default();
            symbols.iter().for_each(|&symbol| encoder.write(symbol, &mut bits));
            let mut table = Vec::new();
            encoder.write_table(&mut table);
            prop_assert_eq!(table.len(), table_bytes(encoder.runs()));
            let decoder = Decoder::new(&table).unwrap();
            let bytes = bits.finish();
            let mut position = 0;
            for symbol in symbols {
                let decoded = decoder.decode(Bits(&bytes).peek(position)).unwrap();
                prop_assert_eq!((decoded.symbol, decoded.closing), (symbol, symbol % 2 == 0));
                position += u64::from(decoded.length);
            }
        }
    }

    #[test]
    fn the_code_is_the_best_one() {
        assert_eq!(code_lengths(&[8, 4, 0, 2, 1, 1]), [1, 2, 0, 3, 4, 4]);
        assert_eq!(code_lengths(&[0, 7]), [0, 1]);
        assert_eq!(code_lengths(&[]), [0; 0]);
    }

    #[test]
    fn lengths_stay_within_bounds() {
        let mut fibonacci = vec![1_u64, 1];
        while fibonacci.len() < 80 {
            fibonacci.push(fibonacci[fibonacci.len() - 1] + fibonacci[fibonacci.len() - 2]);
        }
        let lengths = code_lengths(&fibonacci);
        assert!(lengths.iter().all(|&length| (1..=MAX_LENGTH).contains(&length)));
        let filled: f64 = lengths.iter().map(|&length| 0.5_f64.powi(i32::from(length))).sum();
        assert!(filled <= 1.0);
    }

    #[test]
    fn a_damaged_table_gives_nothing() {
        let mut table = vec![0; GUIDE_BYTES];
        assert_eq!(Decoder::new(&table).unwrap().decode(0), None, "no runs");
        assert!(Decoder::new(&table[1..]).is_none());
        table.extend([0, 0, 0, 0, 1, 0, 0, 0, 33, 0]);
        assert_eq!(Decoder::new(&table).unwrap().decode(u64::MAX), None, "a word longer than the bits");
        table.truncate(GUIDE_BYTES);
        table.extend([0, 0, 0, 0, 255, 255, 255, 255, 1, 0]);
        assert_eq!(Decoder::new(&table).unwrap().decode(u64::MAX), None, "a symbol past the largest");
    }
}
