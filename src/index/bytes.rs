//! Reading and writing little-endian bytes without alignment, panics or surprises.
//!
//! Every reader here answers `None` for bytes that are not there; callers turn that into
//! [`Error::Corrupt`](crate::Error) with the name of their section.

/// Appends an unsigned integer in LEB128: seven bits a byte, low bits first.
pub(crate) fn put_varint(out: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        out.push((value as u8 & 0x7f) | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

/// Appends a text: its length in bytes as a varint, then the bytes.
pub(crate) fn put_text(out: &mut Vec<u8>, text: &str) {
    put_varint(out, text.len() as u64);
    out.extend_from_slice(text.as_bytes());
}

/// Appends a part: its length as a `u32`, then its bytes. Parts are what sections are made of.
pub(crate) fn put_part(out: &mut Vec<u8>, part: &[u8]) {
    out.extend_from_slice(&(part.len() as u32).to_le_bytes());
    out.extend_from_slice(part);
}

/// A position in borrowed bytes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Cursor<'a> {
    rest: &'a [u8],
}

impl<'a> Cursor<'a> {
    pub(crate) fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.rest.is_empty()
    }

    pub(crate) fn remaining(&self) -> usize {
        self.rest.len()
    }

    pub(crate) fn take(&mut self, length: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.rest.split_at_checked(length)?;
        self.rest = rest;
        Some(taken)
    }

    pub(crate) fn take_rest(&mut self) -> &'a [u8] {
        std::mem::take(&mut self.rest)
    }

    fn array<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (taken, rest) = self.rest.split_first_chunk::<N>()?;
        self.rest = rest;
        Some(*taken)
    }

    pub(crate) fn u8(&mut self) -> Option<u8> {
        self.array::<1>().map(u8::from_le_bytes)
    }

    pub(crate) fn u16(&mut self) -> Option<u16> {
        self.array().map(u16::from_le_bytes)
    }

    pub(crate) fn u32(&mut self) -> Option<u32> {
        self.array().map(u32::from_le_bytes)
    }

    pub(crate) fn u64(&mut self) -> Option<u64> {
        self.array().map(u64::from_le_bytes)
    }

    pub(crate) fn varint(&mut self) -> Option<u64> {
        let mut value = 0_u64;
        for shift in (0..64).step_by(7) {
            let byte = self.u8()?;
            let bits = u64::from(byte & 0x7f);
            if shift == 63 && bits > 1 {
                return None;
            }
            value |= bits << shift;
            if byte < 0x80 {
                return Some(value);
            }
        }
        None
    }

    pub(crate) fn varint_u32(&mut self) -> Option<u32> {
        self.varint()?.try_into().ok()
    }

    pub(crate) fn text(&mut self) -> Option<&'a str> {
        let length = usize::try_from(self.varint()?).ok()?;
        std::str::from_utf8(self.take(length)?).ok()
    }

    pub(crate) fn part(&mut self) -> Option<&'a [u8]> {
        let length = self.u32()?;
        self.take(length as usize)
    }
}

/// A column of unsigned integers, each in the same whole number of bytes (1 to 4).
///
/// ```text
/// width u8 | values, `width` bytes each
/// ```
#[derive(Clone, Copy, Debug)]
pub(crate) struct Column<'a> {
    width: usize,
    length: usize,
    values: &'a [u8],
}

impl<'a> Column<'a> {
    /// No values.
    pub(crate) const EMPTY: Self = Self { width: 1, length: 0, values: &[] };

    /// The narrowest column that holds the values.
    pub(crate) fn encode(values: &[u32]) -> Vec<u8> {
        let widest = values.iter().copied().max().unwrap_or(0);
        let width = (4 - widest.leading_zeros() as usize / 8).max(1);
        let mut out = Vec::with_capacity(1 + values.len() * width);
        out.push(width as u8);
        for value in values {
            out.extend(value.to_le_bytes().iter().take(width));
        }
        out
    }

    #[inline]
    pub(crate) fn open(bytes: &'a [u8]) -> Option<Self> {
        let (&width, values) = bytes.split_first()?;
        // Divisions by constants: dividing by a variable would be the dearest step of a lookup.
        let (width, length) = match width {
            1 => (1, values.len()),
            2 => (2, values.len() / 2),
            3 => (3, values.len() / 3),
            4 => (4, values.len() / 4),
            _ => return None,
        };
        (length * width == values.len()).then_some(Self { width, length, values })
    }

    #[inline]
    pub(crate) fn len(&self) -> usize {
        self.length
    }

    #[inline]
    pub(crate) fn get(&self, index: usize) -> Option<u32> {
        let start = index.checked_mul(self.width)?;
        if let Some(word) = self.values.get(start..).and_then(|rest| rest.first_chunk::<4>()) {
            return Some(u32::from_le_bytes(*word) & (u32::MAX >> (32 - 8 * self.width as u32)));
        }
        let tail = self.values.get(start..start.checked_add(self.width)?)?;
        Some(tail.iter().rev().fold(0, |value, &byte| value << 8 | u32::from(byte)))
    }

    /// How many values come before the first that is not below `value`, in an ascending column.
    pub(crate) fn lower_bound(&self, value: u32) -> usize {
        self.lower_bound_within(value, 0, self.len())
    }

    /// As [`lower_bound`](Self::lower_bound), the quicker the nearer the answer is to a guess.
    #[inline]
    fn lower_bound_near(&self, value: u32, guess: usize) -> usize {
        let is_below = |at| self.get(at).is_some_and(|found| found < value);
        let (mut low, mut high, mut step) = (guess.min(self.len()), guess.min(self.len()), 1);
        if is_below(low) {
            while is_below(high) {
                (low, high, step) = (high + 1, (high + step).min(self.len()), step * 2);
            }
        } else {
            while low > 0 && !is_below(low - 1) {
                (high, low, step) = (low - 1, (low - 1).saturating_sub(step), step * 2);
            }
        }
        self.lower_bound_within(value, low, high)
    }

    #[inline]
    fn lower_bound_within(&self, value: u32, mut low: usize, mut high: usize) -> usize {
        while low < high {
            let middle = low.midpoint(high);
            if self.get(middle).is_some_and(|found| found < value) { low = middle + 1 } else { high = middle }
        }
        low
    }

    /// Where an ascending column holds `value`.
    pub(crate) fn position(&self, value: u32) -> Option<usize> {
        let at = self.lower_bound(value);
        (self.get(at) == Some(value)).then_some(at)
    }

    #[cfg(test)]
    pub(crate) fn iter(self) -> impl ExactSizeIterator<Item = u32> + 'a {
        (0..self.len()).map(move |index| self.get(index).unwrap_or_default())
    }
}

/// A bitmap that can be ranked: how many ones stand before a position.
///
/// ```text
/// length u32 | ones before each block of 512 bits: Column, one more than there are blocks | bits, 64 bytes a block
/// ```
#[derive(Clone, Copy, Debug)]
pub(crate) struct Bitmap<'a> {
    length: u32,
    ranks: Column<'a>,
    bits: &'a [u8],
}

const BLOCK_BYTES: usize = 64;

impl<'a> Bitmap<'a> {
    /// A bitmap of `length` bits with ones at the given ascending positions.
    pub(crate) fn encode(length: u32, ones: impl IntoIterator<Item = u32>) -> Vec<u8> {
        let blocks = (length as usize).div_ceil(8 * BLOCK_BYTES);
        let mut bits = vec![0_u8; blocks * BLOCK_BYTES];
        for one in ones {
            if let Some(byte) = bits.get_mut(one as usize / 8) {
                *byte |= 1 << (one % 8);
            }
        }
        let mut before = 0;
        let mut ranks = vec![0];
        for block in bits.chunks(BLOCK_BYTES) {
            before += block.iter().map(|byte| byte.count_ones()).sum::<u32>();
            ranks.push(before);
        }
        bits.truncate((length as usize).div_ceil(8));
        let mut out = length.to_le_bytes().to_vec();
        put_part(&mut out, &Column::encode(&ranks));
        out.extend_from_slice(&bits);
        out
    }

    #[inline]
    pub(crate) fn open(bytes: &'a [u8]) -> Option<Self> {
        let mut cursor = Cursor::new(bytes);
        let length = cursor.u32()?;
        let ranks = Column::open(cursor.part()?)?;
        let bits = cursor.take((length as usize).div_ceil(8))?;
        let blocks = (length as usize).div_ceil(8 * BLOCK_BYTES);
        (ranks.len() == blocks + 1 && cursor.is_empty()).then_some(Self { length, ranks, bits })
    }

    pub(crate) fn len(&self) -> u32 {
        self.length
    }

    pub(crate) fn ones(&self) -> u32 {
        self.ranks.get(self.ranks.len() - 1).unwrap_or_default()
    }

    #[inline]
    pub(crate) fn get(&self, index: u32) -> bool {
        self.bits.get(index as usize / 8).is_some_and(|byte| byte >> (index % 8) & 1 == 1)
    }

    /// How many ones stand before `index`; never more than there are bits, even if the counts of ones are damaged.
    #[inline]
    pub(crate) fn rank(&self, index: u32) -> u32 {
        let index = index.min(self.length) as usize;
        let block = index / (8 * BLOCK_BYTES);
        let start = block * BLOCK_BYTES;
        let before = self.ranks.get(block).unwrap_or_default();
        let whole = self.bits.get(start..index / 8).unwrap_or_default();
        let (words, odd) = whole.as_chunks::<8>();
        let mut ones = words.iter().map(|word| u64::from_le_bytes(*word).count_ones()).sum::<u32>();
        ones += odd.iter().map(|byte| byte.count_ones()).sum::<u32>();
        if let Some(byte) = self.bits.get(index / 8) {
            ones += (byte & ((1 << (index % 8)) - 1)).count_ones();
        }
        before.saturating_add(ones).min(self.length)
    }

    /// The position of the first one at or behind `index`.
    #[inline]
    pub(crate) fn next(&self, index: u32) -> Option<u32> {
        let mut at = index as usize / 8;
        // The ones of the first byte that stand before it do not count.
        let mut byte = u32::from(*self.bits.get(at)?) & (0xff << (index % 8));
        while byte == 0 {
            at += 1;
            byte = u32::from(*self.bits.get(at)?);
        }
        u32::try_from(at * 8).ok()?.checked_add(byte.trailing_zeros())
    }

    /// The position of the one that has `rank` ones before it.
    pub(crate) fn select(&self, rank: u32) -> Option<u32> {
        let ones = self.ones();
        if rank >= ones {
            return None;
        }
        // As if the ones were spread evenly, which is nearly so where most positions are ones.
        let guess = u64::from(rank) * (self.ranks.len() as u64 - 1) / u64::from(ones);
        let block = self.ranks.lower_bound_near(rank.checked_add(1)?, guess as usize).checked_sub(1)?;
        let mut left = rank.checked_sub(self.ranks.get(block)?)?;
        let start = block * BLOCK_BYTES;
        for (offset, bytes) in self.bits.get(start..)?.chunks(8).take(BLOCK_BYTES / 8).enumerate() {
            let mut word = bytes.iter().rev().fold(0, |word: u64, &byte| word << 8 | u64::from(byte));
            let ones = word.count_ones();
            if left < ones {
                // Clears the ones before the one that is asked for.
                (0..left).for_each(|_| word &= word.wrapping_sub(1));
                return u32::try_from((start + offset * 8) * 8 + word.trailing_zeros() as usize).ok();
            }
            left -= ones;
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn varints_round_trip(value: u64) {
            let mut out = Vec::new();
            put_varint(&mut out, value);
            prop_assert_eq!(Cursor::new(&out).varint(), Some(value));
        }

        #[test]
        fn columns_round_trip(mut values in prop::collection::vec(0_u32.., 0..50), shift in 0_u32..32) {
            for value in &mut values { *value >>= shift; }
            let bytes = Column::encode(&values);
            prop_assert_eq!(Column::open(&bytes).unwrap().iter().collect::<Vec<_>>(), values.clone());
            values.sort_unstable();
            let bytes = Column::encode(&values);
            let column = Column::open(&bytes).unwrap();
            for value in &values {
                let bound = values.partition_point(|v| v < value);
                prop_assert_eq!(column.lower_bound(*value), bound);
                for guess in 0..values.len() + 2 {
                    prop_assert_eq!(column.lower_bound_near(*value, guess), bound);
                }
            }
        }

        #[test]
        fn bitmaps_rank_and_select(length in 0_u32..3000, seed in prop::collection::btree_set(0_u32..3000, 0..400)) {
            let ones: Vec<u32> = seed.into_iter().filter(|one| *one < length).collect();
            let bytes = Bitmap::encode(length, ones.iter().copied());
            let map = Bitmap::open(&bytes).unwrap();
            prop_assert_eq!((map.len(), map.ones()), (length, ones.len() as u32));
            for index in 0..=length {
                let before = ones.partition_point(|one| *one < index);
                prop_assert_eq!(map.rank(index) as usize, before);
                prop_assert_eq!(map.next(index), ones.get(before).copied());
            }
            for (rank, one) in ones.iter().enumerate() {
                prop_assert!(map.get(*one));
                prop_assert_eq!(map.select(rank as u32), Some(*one));
            }
            prop_assert_eq!(map.select(ones.len() as u32), None);
        }

        #[test]
        fn any_bytes_are_safe(bytes in prop::collection::vec(0_u8.., 0..200), index: u32) {
            if let Some(map) = Bitmap::open(&bytes) {
                let _ = (map.get(index), map.rank(index), map.select(index), map.next(index));
            }
            if let Some(column) = Column::open(&bytes) {
                let _ = (column.get(index as usize), column.lower_bound(index), column.position(index));
            }
            let _ = (Cursor::new(&bytes).varint(), Cursor::new(&bytes).text());
        }
    }

    #[test]
    fn overlong_varints_are_refused() {
        assert_eq!(Cursor::new(&[0xff; 10]).varint(), None);
        assert_eq!(Cursor::new(&[0x80; 20]).varint(), None);
        assert_eq!(Cursor::new(&[0x80]).varint(), None);
    }
}
