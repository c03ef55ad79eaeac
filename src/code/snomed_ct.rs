//! SNOMED CT identifiers: their parts and their check digit.
//!
//! An identifier has 6 to 18 digits and no zero in front. From the right: a check digit (Verhoeff's dihedral scheme),
//! two digits of *partition identifier*, which say what the component is and whether an extension made it, in
//! extensions seven digits of *namespace identifier*, and the item's number (SNOMED International, *Release File
//! Specification*, chapter 6).

use std::fmt;

/// What a SNOMED CT identifier names, as its partition identifier says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Component {
    /// A concept: partition 00 or 10.
    Concept,
    /// A description, the term of a concept: partition 01 or 11.
    Description,
    /// A relationship between concepts: partition 02 or 12.
    Relationship,
}

/// What is wrong with a text that should be a SNOMED CT identifier.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Fault {
    /// It is not 6 to 18 digits without a zero in front.
    Form,
    /// The check digit is not the one that the other digits give: a digit is wrong, or two changed places.
    CheckDigit,
    /// The partition identifier names no component that a release file has.
    Partition,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Form => "a SNOMED CT identifier has 6 to 18 digits and no zero in front",
            Self::CheckDigit => "the check digit does not fit the other digits",
            Self::Partition => "the two digits before the check digit name no component",
        })
    }
}

/// A SNOMED CT identifier whose form, check digit and partition are right.
///
/// ```
/// use medterm::code::snomed_ct::{Component, Fault, Identifier};
/// let asthma = Identifier::parse("195967001").unwrap();
/// assert_eq!((asthma.component(), asthma.namespace()), (Component::Concept, None));
/// let extension = Identifier::parse("22071010000106").unwrap();
/// assert_eq!(extension.namespace(), Some(1_010_000));
/// assert_eq!(Identifier::parse("195976001"), Err(Fault::CheckDigit));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Identifier {
    value: u64,
    component: Component,
}

impl Identifier {
    /// Reads an identifier, and says what is wrong with what is none.
    pub fn parse(text: &str) -> Result<Self, Fault> {
        let value = number(text).ok_or(Fault::Form)?;
        if !has_check_digit(text) {
            return Err(Fault::CheckDigit);
        }
        let component = match (value / 100 % 10, value / 10 % 10) {
            (0 | 1, 0) => Component::Concept,
            (0 | 1, 1) => Component::Description,
            (0 | 1, 2) => Component::Relationship,
            _ => return Err(Fault::Partition),
        };
        let identifier = Self { value, component };
        // An extension's identifier has a namespace, so it cannot be short.
        if identifier.is_of_extension() && text.len() < 11 { Err(Fault::Partition) } else { Ok(identifier) }
    }

    /// The identifier as a number.
    #[must_use]
    pub fn get(self) -> u64 {
        self.value
    }

    /// What it names.
    #[must_use]
    pub fn component(self) -> Component {
        self.component
    }

    /// The namespace of the extension that made the component; `None` for one of the International Edition.
    #[must_use]
    pub fn namespace(self) -> Option<u32> {
        let namespace = self.value / 1_000 % 10_000_000;
        self.is_of_extension().then(|| u32::try_from(namespace).unwrap_or_default())
    }

    fn is_of_extension(self) -> bool {
        self.value / 100 % 10 == 1
    }
}

impl fmt::Display for Identifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.value.fmt(f)
    }
}

/// The number that a text of 6 to 18 digits without a zero in front is; `None` for any other text.
pub(crate) fn number(text: &str) -> Option<u64> {
    let is_plain =
        (6..=18).contains(&text.len()) && !text.starts_with('0') && text.bytes().all(|byte| byte.is_ascii_digit());
    if is_plain { text.parse().ok() } else { None }
}

/// Verhoeff's check (J. Verhoeff, *Error Detecting Decimal Codes*, 1969): the product of all digits, each permuted by
/// its place from the right, in the dihedral group of order ten must be zero.
fn has_check_digit(digits: &str) -> bool {
    let product = digits.bytes().rev().enumerate().fold(0, |product, (place, byte)| {
        let digit = byte.wrapping_sub(b'0') % 10;
        // The permutation has the cycles (0 1 5 8 9 4 2 7)(3 6), so its eighth power is the identity.
        let permuted = (0..place % 8).fold(digit, |digit, _| permute(digit));
        multiply(product, permuted)
    });
    product == 0
}

fn permute(digit: u8) -> u8 {
    match digit {
        0 => 1,
        1 => 5,
        2 => 7,
        3 => 6,
        4 => 2,
        5 => 8,
        6 => 3,
        7 => 0,
        8 => 9,
        _ => 4,
    }
}

/// The product in the dihedral group of order ten: 0 to 4 turn a pentagon, 5 to 9 mirror it.
fn multiply(left: u8, right: u8) -> u8 {
    match (left < 5, right < 5) {
        (true, true) => (left + right) % 5,
        (true, false) => 5 + (left + right - 5) % 5,
        (false, true) => 5 + (left - right) % 5,
        (false, false) => (5 + left - right) % 5,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn well_known_identifiers_are_right() {
        for (text, component, namespace) in [
            ("138875005", Component::Concept, None),
            ("100005", Component::Concept, None),
            ("900000000000207008", Component::Concept, None),
            ("900000000000952015", Component::Description, None),
            ("1019522024", Component::Relationship, None),
            ("999001261000000100", Component::Concept, Some(1_000_000)),
            ("32570271000036106", Component::Concept, Some(1_000_036)),
        ] {
            let identifier = Identifier::parse(text).unwrap();
            assert_eq!((identifier.component(), identifier.namespace()), (component, namespace), "{text}");
            assert_eq!(identifier.to_string(), text);
        }
    }

    #[test]
    fn faults_are_told_apart() {
        for text in ["", "12345", "0138875005", "13887500a", "1388750051388750051", "-138875005", "１３８８７５００５"]
        {
            assert_eq!(Identifier::parse(text), Err(Fault::Form), "{text:?}");
        }
        assert_eq!(Identifier::parse("138875006"), Err(Fault::CheckDigit));
        // One of the ten check digits is right; then the partition decides.
        let with_check_digit = |front: &str| {
            (0..10)
                .map(|check| Identifier::parse(&format!("{front}{check}")))
                .find(|found| *found != Err(Fault::CheckDigit))
        };
        assert_eq!(with_check_digit("12345699"), Some(Err(Fault::Partition)));
        assert_eq!(with_check_digit("12310"), Some(Err(Fault::Partition)));
    }

    proptest! {
        #[test]
        fn one_wrong_digit_is_always_seen(front in 1_000u64..1_000_000_000_000_000, place in 0usize..18, add in 1u8..10) {
            let whole: Vec<String> =
                (0..10).map(|check| format!("{front}00{check}")).filter(|text| Identifier::parse(text).is_ok()).collect();
            prop_assert_eq!(whole.len(), 1);
            let mut wrong = whole[0].clone().into_bytes();
            let place = place % wrong.len();
            wrong[place] = b'0' + (wrong[place] - b'0' + add) % 10;
            prop_assert!(Identifier::parse(std::str::from_utf8(&wrong).unwrap()).is_err());
        }
    }
}
