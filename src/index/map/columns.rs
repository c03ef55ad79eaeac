//! Columns of numbers, of which few rows have one or most follow from the row before.

use super::super::bytes::{Column, Cursor, put_part};
use super::super::members::Members;

/// A column of numbers, each in the same number of bits.
#[derive(Clone, Copy)]
pub(crate) struct Packed<'a> {
    width: u32,
    count: u32,
    bits: &'a [u8],
}

impl<'a> Packed<'a> {
    pub(super) fn encode(numbers: &[u32]) -> Vec<u8> {
        // A column takes room for each row whatever is in it: the number of rows must not exceed that of bits.
        let width = (u32::BITS - numbers.iter().copied().max().unwrap_or(0).leading_zeros()).max(1);
        let mut out = vec![width as u8];
        out.extend((numbers.len() as u32).to_le_bytes());
        let (mut waiting, mut filled) = (0_u64, 0);
        for &number in numbers {
            waiting |= u64::from(number) << filled;
            filled += width;
            while filled >= 8 {
                out.push(waiting as u8);
                (waiting, filled) = (waiting >> 8, filled - 8);
            }
        }
        if filled > 0 {
            out.push(waiting as u8);
        }
        out
    }

    pub(super) fn open(bytes: &'a [u8]) -> Option<Self> {
        let mut cursor = Cursor::new(bytes);
        let (width, count, bits) = (u32::from(cursor.u8()?), cursor.u32()?, cursor.take_rest());
        let needed = (u64::from(count) * u64::from(width)).div_ceil(8);
        ((1..=u32::BITS).contains(&width) && needed == bits.len() as u64).then_some(Self { width, count, bits })
    }

    #[inline]
    pub(crate) fn len(&self) -> u32 {
        self.count
    }

    #[inline]
    pub(crate) fn get(&self, row: u32) -> Option<u32> {
        if row >= self.count {
            return None;
        }
        let first = u64::from(row) * u64::from(self.width);
        let rest = self.bits.get(usize::try_from(first / 8).ok()?..)?;
        let word = match rest.first_chunk::<8>() {
            Some(word) => u64::from_le_bytes(*word),
            None => rest.iter().rev().fold(0, |word, &byte| word << 8 | u64::from(byte)),
        };
        // A number has at most 32 bits and begins within the first byte.
        Some((word >> (first % 8)) as u32 & (u32::MAX >> (u32::BITS - self.width)))
    }
}

/// Numbers that few rows or codes have.
#[derive(Clone, Copy)]
pub(crate) struct SparseNumbers<'a> {
    owners: Members<'a>,
    count: u32,
    numbers: Rising<'a>,
}

impl<'a> SparseNumbers<'a> {
    /// `entries` ascends by owner; `count` is the number of possible owners.
    pub(super) fn encode(entries: &[(u32, u32)], count: u32, out: &mut Vec<u8>) {
        let owners: Vec<u32> = entries.iter().map(|(owner, _)| *owner).collect();
        let numbers: Vec<u32> = entries.iter().map(|(_, number)| *number).collect();
        put_part(out, &Members::encode(&owners, count));
        put_part(out, &Rising::encode(&numbers));
    }

    pub(super) fn open(cursor: &mut Cursor<'a>, count: u32) -> Option<Self> {
        let owners = Members::open(cursor.part()?, count)?;
        let numbers = Rising::open(cursor.part()?, owners.len())?;
        Some(Self { owners, count: owners.len(), numbers })
    }

    #[inline]
    pub(crate) fn get(&self, owner: u32) -> Option<u32> {
        if self.count == 0 {
            return None;
        }
        let positions = self.owners.positions(owner);
        if positions.is_empty() { None } else { self.numbers.get(positions.start) }
    }
}

/// A number for each row, often one more than that of the row before.
#[derive(Clone, Copy)]
pub(super) enum Rising<'a> {
    Zero,
    Each(Packed<'a>),
    Runs { starts: Column<'a>, values: Column<'a> },
}

impl<'a> Rising<'a> {
    pub(super) fn encode(numbers: &[u32]) -> Vec<u8> {
        if numbers.iter().all(|number| *number == 0) {
            return vec![0];
        }
        let (mut starts, mut values) = (Vec::new(), Vec::new());
        let mut expected = None;
        for (row, &number) in (0..).zip(numbers) {
            if expected != Some(number) {
                starts.push(row);
                values.push(number);
            }
            expected = number.checked_add(1);
        }
        let mut runs = vec![2];
        put_part(&mut runs, &Column::encode(&starts));
        put_part(&mut runs, &Column::encode(&values));
        let each = [vec![1], Packed::encode(numbers)].concat();
        if runs.len() < each.len() { runs } else { each }
    }

    /// `rows` is how many numbers there must be.
    pub(super) fn open(bytes: &'a [u8], rows: u32) -> Option<Self> {
        match bytes.split_first()? {
            (0, []) => Some(Self::Zero),
            (1, rest) => Packed::open(rest).filter(|column| column.len() == rows).map(Self::Each),
            (2, rest) => {
                let mut cursor = Cursor::new(rest);
                let (starts, values) = (Column::open(cursor.part()?)?, Column::open(cursor.part()?)?);
                (starts.len() == values.len() && cursor.is_empty()).then_some(Self::Runs { starts, values })
            }
            _ => None,
        }
    }

    pub(super) fn get(&self, row: u32) -> Option<u32> {
        match self {
            Self::Zero => Some(0),
            Self::Each(column) => column.get(row),
            Self::Runs { starts, values } => {
                let run = starts.lower_bound(row.checked_add(1)?).checked_sub(1)?;
                values.get(run)?.checked_add(row.checked_sub(starts.get(run)?)?)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn rising_numbers_come_back(steps in prop::collection::vec(prop_oneof![9 => Just(1_u32), 1 => 0_u32..300], 0..300)) {
            let numbers: Vec<u32> = steps.iter().scan(0_u32, |sum, step| { *sum += step; Some(*sum) }).collect();
            let bytes = Rising::encode(&numbers);
            let rising = Rising::open(&bytes, numbers.len() as u32).unwrap();
            for (row, number) in (0..).zip(&numbers) {
                prop_assert_eq!(rising.get(row), Some(*number));
            }
        }
    }

    #[test]
    fn lines_of_a_whole_file_take_a_few_bytes() {
        let lines: Vec<u32> = (2..100_000).collect();
        assert!(Rising::encode(&lines).len() < 16);
        assert_eq!(Rising::encode(&[0; 1000]), [0]);
        assert!(Rising::open(&[2, 0, 0, 0, 0], 0).is_none() && Rising::open(&[3], 0).is_none());
    }

    proptest! {
        #[test]
        fn packed_numbers_come_back(mut numbers in prop::collection::vec(0_u32.., 0..60), shift in 0_u32..32) {
            numbers.iter_mut().for_each(|number| *number >>= shift);
            let bytes = Packed::encode(&numbers);
            let packed = Packed::open(&bytes).unwrap();
            for (row, number) in (0..).zip(&numbers) {
                prop_assert_eq!(packed.get(row), Some(*number));
            }
            prop_assert_eq!((packed.len() as usize, packed.get(packed.len())), (numbers.len(), None));
            prop_assert!((0..bytes.len()).all(|length| Packed::open(&bytes[..length]).is_none()));
        }
    }

    #[test]
    fn few_owners() {
        let mut bytes = Vec::new();
        SparseNumbers::encode(&[(3, 700), (9, 0)], 10, &mut bytes);
        let numbers = SparseNumbers::open(&mut Cursor::new(&bytes), 10).unwrap();
        assert_eq!([0, 3, 9, 10].map(|owner| numbers.get(owner)), [None, Some(700), Some(0), None]);
    }
}
