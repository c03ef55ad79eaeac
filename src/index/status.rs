//! Section *status*: usability, mark and activity, one byte for each concept that is not as usual.
//!
//! Usual is: active, without a mark, and a heading if it has children, else usable. The byte holds the
//! usability in bits 0–1 (0 usable, 1 heading, 2 grouper), the mark in bits 2–3 (0 none, 1 dagger,
//! 2 asterisk), and in bit 4 whether it is inactive.

use crate::code::Mark;
use crate::source::Usability;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Status {
    pub(crate) usability: Usability,
    pub(crate) mark: Mark,
    pub(crate) inactive: bool,
}

impl Status {
    pub(crate) fn usual(has_children: bool) -> Self {
        let usability = if has_children { Usability::Heading } else { Usability::Usable };
        Self { usability, mark: Mark::None, inactive: false }
    }

    pub(crate) fn to_byte(self) -> u8 {
        let usability = match self.usability {
            Usability::Usable => 0,
            Usability::Heading => 1,
            Usability::Grouper => 2,
        };
        let mark = match self.mark {
            Mark::None => 0,
            Mark::Dagger => 1,
            Mark::Asterisk => 2,
        };
        usability | mark << 2 | u8::from(self.inactive) << 4
    }

    pub(crate) fn from_byte(byte: u8) -> Option<Self> {
        let usability = match byte & 3 {
            0 => Usability::Usable,
            1 => Usability::Heading,
            2 => Usability::Grouper,
            _ => return None,
        };
        let mark = match byte >> 2 & 3 {
            0 => Mark::None,
            1 => Mark::Dagger,
            2 => Mark::Asterisk,
            _ => return None,
        };
        (byte >> 5 == 0).then_some(Self { usability, mark, inactive: byte >> 4 == 1 })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_and_statuses_are_one_to_one() {
        let known: Vec<u8> = (0..=u8::MAX).filter(|byte| Status::from_byte(*byte).is_some()).collect();
        assert_eq!(known.len(), 18);
        assert!(known.iter().all(|byte| Status::from_byte(*byte).unwrap().to_byte() == *byte));
    }
}
