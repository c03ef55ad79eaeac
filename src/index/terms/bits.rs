//! Bits in order of weight, most significant first, over bytes that need no alignment.

/// Reads bits at any position.
#[derive(Clone, Copy)]
pub(super) struct Bits<'a>(pub(super) &'a [u8]);

impl Bits<'_> {
    /// How many bits [`peek`](Self::peek) gives at least.
    pub(super) const AT_ONCE: u32 = 57;

    /// How many bits there are.
    #[inline]
    pub(super) fn len(self) -> u64 {
        self.0.len() as u64 * 8
    }

    /// The bits from `position` on, against the top of the word. At least
    /// [`AT_ONCE`](Self::AT_ONCE) of them are good; past the end they are zero.
    #[inline]
    pub(super) fn peek(self, position: u64) -> u64 {
        let rest = usize::try_from(position / 8).ok().and_then(|byte| self.0.get(byte..)).unwrap_or_default();
        let word = match rest.first_chunk() {
            Some(&chunk) => u64::from_be_bytes(chunk),
            None => rest.iter().zip((0..8).rev()).fold(0, |word, (&byte, place)| word | u64::from(byte) << (8 * place)),
        };
        word << (position % 8)
    }

    /// The number written in `width` (1 to 32) bits at `position`.
    #[inline]
    pub(super) fn number(self, position: u64, width: u32) -> u32 {
        (self.peek(position) >> 32 >> 32_u32.saturating_sub(width)) as u32
    }
}

/// Writes what [`Bits`] reads.
#[derive(Default)]
pub(super) struct BitWriter {
    bytes: Vec<u8>,
    /// Bits not yet in `bytes`, fewer than eight, against the low end.
    pending: u64,
    pending_bits: u32,
}

impl BitWriter {
    /// Appends the low `width` (0 to 32) bits of `value`.
    pub(super) fn push(&mut self, value: u32, width: u32) {
        let mask = (1_u64 << width) - 1;
        self.pending = self.pending << width | u64::from(value) & mask;
        self.pending_bits += width;
        while self.pending_bits >= 8 {
            self.pending_bits -= 8;
            self.bytes.push((self.pending >> self.pending_bits) as u8);
        }
    }

    /// How many bits were appended.
    pub(super) fn position(&self) -> u64 {
        self.bytes.len() as u64 * 8 + u64::from(self.pending_bits)
    }

    /// The bytes, the last one filled up with zeros.
    pub(super) fn finish(mut self) -> Vec<u8> {
        if self.pending_bits > 0 {
            self.push(0, 8 - self.pending_bits);
        }
        self.bytes
    }
}

/// How many bits the numbers `0..=largest` need, at least one.
pub(super) fn width_of(largest: u64) -> u32 {
    (u64::BITS - largest.leading_zeros()).max(1)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn reads_what_was_written(numbers in prop::collection::vec((any::<u32>(), 1_u32..=32), 0..60)) {
            let mut writer = BitWriter::default();
            let mut written = Vec::new();
            for (value, width) in numbers {
                written.push((writer.position(), width, (u64::from(value) & ((1 << width) - 1)) as u32));
                writer.push(value, width);
            }
            let bytes = writer.finish();
            for (position, width, value) in written {
                prop_assert_eq!(Bits(&bytes).number(position, width), value);
            }
        }
    }

    #[test]
    fn past_the_end_there_are_zeros() {
        assert_eq!(Bits(&[0xff]).peek(4), 0xf0 << 56);
        assert_eq!(Bits(&[0xff]).peek(8), 0);
        assert_eq!(Bits(&[]).peek(u64::MAX), 0);
    }

    #[test]
    fn widths() {
        assert_eq!([0, 1, 2, 255, 256].map(width_of), [1, 1, 2, 8, 9]);
    }
}
