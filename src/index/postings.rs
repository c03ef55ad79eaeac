//! Sorted lists of numbers in few bits: binary interpolative coding, in blocks.
//!
//! A list of *n* ascending numbers below a known bound is coded by its middle number first, in just
//! the bits that the numbers around it leave open, then the halves in the same way (A. Moffat and
//! L. Stuiver, "Binary interpolative coding for effective index compression", Information Retrieval 3,
//! 2000). Neighbouring codes have neighbouring names, so most lists of a code system are clustered,
//! and a dense run costs no bits at all.
//!
//! ```text
//! list, up to 128 numbers   bits of the one block
//! longer list               for every block but the last: last number − previous last number − 1 (varint),
//!                           length of its bytes (varint); then the blocks' bits
//! ```
//! Each block starts at a byte, so that a reader can pass over blocks it does not need.

use super::bytes::{Cursor, put_varint};

const BLOCK: usize = 128;

/// Appends the code of an ascending list of numbers below `bound`. The reader must know the list's length and the bound.
pub(crate) fn encode(numbers: &[u32], bound: u32, out: &mut Vec<u8>) {
    let mut bodies = Vec::new();
    let mut low = 0;
    let blocks = numbers.chunks(BLOCK);
    let last_block = blocks.len().saturating_sub(1);
    for (index, block) in blocks.enumerate() {
        let start = bodies.len();
        let mut bits = BitWriter { out: &mut bodies, held: 0, count: 0 };
        if index == last_block {
            write_block(block, low, bound, &mut bits);
            bits.finish();
        } else if let Some((&last, front)) = block.split_last() {
            // The block's last number stands in the directory, so the block holds the others.
            write_block(front, low, last, &mut bits);
            bits.finish();
            put_varint(out, u64::from(last - low));
            put_varint(out, (bodies.len() - start) as u64);
            low = last + 1;
        }
    }
    out.extend_from_slice(&bodies);
}

/// Reads a list of `length` numbers below `bound` and hands them out, ascending. `None` if the bytes hold no
/// such list; some numbers may have been handed out by then.
pub(crate) fn decode(bytes: &[u8], length: usize, bound: u32, mut visit: impl FnMut(u32)) -> Option<()> {
    if length > bound as usize {
        return None;
    }
    let whole_blocks = length.saturating_sub(1) / BLOCK;
    let mut directory = Cursor::new(bytes);
    let mut bodies = Cursor::new(bytes);
    for _ in 0..whole_blocks {
        bodies.varint()?;
        bodies.varint()?;
    }
    let mut low = 0_u32;
    for _ in 0..whole_blocks {
        let last = low.checked_add(directory.varint_u32()?)?;
        let size = usize::try_from(directory.varint()?).ok()?;
        if last >= bound {
            return None;
        }
        read_block(&mut BitReader::new(bodies.take(size)?), BLOCK - 1, low, last, &mut visit)?;
        visit(last);
        low = last + 1;
    }
    let rest = length - whole_blocks * BLOCK;
    read_block(&mut BitReader::new(bodies.take_rest()), rest, low, bound, &mut visit)
}

/// Numbers lie in `low..high`.
fn write_block(numbers: &[u32], low: u32, high: u32, bits: &mut BitWriter<'_>) {
    let length = numbers.len() as u32;
    // A run that fills its range needs no bits.
    if length == 0 || length == high - low {
        return;
    }
    let middle = numbers.len() / 2;
    let (front, rest) = numbers.split_at(middle);
    if let Some((&number, back)) = rest.split_first() {
        let least = low + front.len() as u32;
        bits.write(u64::from(number - least), range_of(low, high, length));
        write_block(front, low, number, bits);
        write_block(back, number + 1, high, bits);
    }
}

fn read_block(bits: &mut BitReader<'_>, length: usize, low: u32, high: u32, visit: &mut impl FnMut(u32)) -> Option<()> {
    let span = high.checked_sub(low)?;
    if length as u64 > u64::from(span) {
        return None;
    }
    if length as u32 == span {
        (low..high).for_each(visit);
        return Some(());
    }
    if length == 0 {
        return Some(());
    }
    let middle = length / 2;
    let number = low + middle as u32 + bits.read(range_of(low, high, length as u32))? as u32;
    // `length` halves at each level and is at most 128, so the recursion is at most eight deep.
    read_block(bits, middle, low, number, visit)?;
    visit(number);
    read_block(bits, length - middle - 1, number + 1, high, visit)
}

/// How many values the middle number can take when `length` numbers lie in `low..high`.
fn range_of(low: u32, high: u32, length: u32) -> u64 {
    u64::from(high - low - length) + 1
}

struct BitWriter<'a> {
    out: &'a mut Vec<u8>,
    held: u64,
    count: u32,
}

impl BitWriter<'_> {
    /// Truncated binary code of `value`, one of `range` values: the first ones take one bit less.
    fn write(&mut self, value: u64, range: u64) {
        let width = 63 - range.leading_zeros();
        let short = (2_u64 << width) - range;
        if value < short { self.put(value, width) } else { self.put_long(value + short, width) }
    }

    /// The long form: the upper bits first, so that a reader can tell it from the short one.
    fn put_long(&mut self, code: u64, width: u32) {
        self.put(code >> 1, width);
        self.put(code & 1, 1);
    }

    fn put(&mut self, value: u64, width: u32) {
        self.held |= value << self.count;
        self.count += width;
        while self.count >= 8 {
            self.out.push(self.held as u8);
            self.held >>= 8;
            self.count -= 8;
        }
    }

    fn finish(mut self) {
        if self.count > 0 {
            self.put(0, 8 - self.count);
        }
    }
}

struct BitReader<'a> {
    rest: &'a [u8],
    held: u64,
    count: u32,
}

impl<'a> BitReader<'a> {
    fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes, held: 0, count: 0 }
    }

    #[inline]
    fn read(&mut self, range: u64) -> Option<u64> {
        let width = 63 - range.leading_zeros();
        let short = (2_u64 << width) - range;
        let value = self.take(width)?;
        if value < short { Some(value) } else { Some((value << 1 | self.take(1)?) - short) }
    }

    #[inline]
    fn take(&mut self, width: u32) -> Option<u64> {
        while self.count < width {
            if let Some((word, rest)) = self.rest.split_first_chunk::<4>().filter(|_| self.count <= 32) {
                self.held |= u64::from(u32::from_le_bytes(*word)) << self.count;
                self.rest = rest;
                self.count += 32;
            } else {
                let (&byte, rest) = self.rest.split_first()?;
                self.held |= u64::from(byte) << self.count;
                self.rest = rest;
                self.count += 8;
            }
        }
        let value = self.held & ((1 << width) - 1);
        self.held >>= width;
        self.count -= width;
        Some(value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn round_trip(numbers: &[u32], bound: u32) -> usize {
        let mut bytes = Vec::new();
        encode(numbers, bound, &mut bytes);
        let mut back = Vec::new();
        decode(&bytes, numbers.len(), bound, |number| back.push(number)).unwrap();
        assert_eq!(back, numbers);
        bytes.len()
    }

    #[test]
    fn runs_are_free_and_periods_cheap() {
        assert_eq!(round_trip(&[], 0), 0);
        assert_eq!(round_trip(&(0..100).collect::<Vec<_>>(), 100), 0);
        assert!(round_trip(&(0..10_000).collect::<Vec<_>>(), 20_000) < 250);
        let thirds: Vec<u32> = (0..10_000).map(|n| 3 * n).collect();
        assert!(round_trip(&thirds, 30_000) * 8 < thirds.len() * 4);
        round_trip(&[u32::MAX - 1], u32::MAX);
    }

    proptest! {
        #[test]
        fn any_list_round_trips(
            numbers in prop::collection::btree_set(0_u32..5000, 0..600), above in 0_u32..100_000
        ) {
            let numbers: Vec<u32> = numbers.into_iter().collect();
            round_trip(&numbers, numbers.last().map_or(0, |last| last + 1) + above);
        }

        #[test]
        fn any_bytes_are_safe(bytes in prop::collection::vec(0_u8.., 0..300), length in 0_usize..1000, bound: u32) {
            let mut numbers = Vec::new();
            if decode(&bytes, length, bound, |number| numbers.push(number)).is_some() {
                prop_assert_eq!(numbers.len(), length);
                prop_assert!(numbers.is_sorted_by(|a, b| a < b));
                prop_assert!(numbers.iter().all(|number| *number < bound));
            }
        }
    }
}
