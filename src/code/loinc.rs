//! LOINC codes: their form and their check digit.
//!
//! A LOINC number is up to seven digits, a hyphen and a check digit; parts (`LP…`), answer lists (`LL…`), answers
//! (`LA…`) and groups (`LG…`) have two letters in front and are checked alike (*LOINC Users' Guide*, appendix
//! "Calculating mod 10 check digits"): from the right, every other digit is doubled, and the digits of all numbers
//! and the check digit together give a multiple of ten.

/// What a LOINC code names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Kind {
    /// A term: `4548-4`.
    Term,
    /// A part of terms, such as a component: `LP29693-6`.
    Part,
    /// A list of answers: `LL360-9`.
    AnswerList,
    /// An answer: `LA6576-8`.
    Answer,
    /// A group of terms: `LG51018-6`.
    Group,
}

/// What is wrong with a text that should be a LOINC code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Fault {
    /// It is not digits, a hyphen and a digit, perhaps with two letters in front.
    Form,
    /// The check digit is not the one that the other digits give: a digit is wrong, or two changed places.
    CheckDigit,
}

impl std::fmt::Display for Fault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Form => "a LOINC code is digits, a hyphen and a check digit, perhaps behind LP, LL, LA or LG",
            Self::CheckDigit => "the check digit does not fit the other digits",
        })
    }
}

/// Says what a LOINC code names, or what is wrong with it. Letters may be of either case.
///
/// ```
/// use medterm::code::loinc::{Fault, Kind, parse};
/// assert_eq!(parse("4548-4"), Ok(Kind::Term));
/// assert_eq!(parse("LP29693-6"), Ok(Kind::Part));
/// assert_eq!(parse("4584-4"), Err(Fault::CheckDigit));
/// ```
pub fn parse(code: &str) -> Result<Kind, Fault> {
    let (front, check) = code.split_once('-').ok_or(Fault::Form)?;
    let letters = front.get(..2).unwrap_or_default().to_ascii_uppercase();
    let kind = match letters.as_str() {
        "LP" => Kind::Part,
        "LL" => Kind::AnswerList,
        "LA" => Kind::Answer,
        "LG" => Kind::Group,
        _ => Kind::Term,
    };
    let digits = if kind == Kind::Term { front } else { front.get(2..).unwrap_or_default() };
    let longest = if kind == Kind::Term { 7 } else { 10 };
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if !is_number(digits) || digits.len() > longest || !is_number(check) || check.len() != 1 {
        return Err(Fault::Form);
    }
    if check.parse() == Ok(check_digit(front)) { Ok(kind) } else { Err(Fault::CheckDigit) }
}

/// The check digit of what stands before the hyphen. A letter counts as its distance from the digit 0 in ASCII: the
/// guide tells of digits alone, but all published codes with letters are so.
fn check_digit(front: &str) -> u32 {
    let sum: u32 = front
        .bytes()
        .rev()
        .map(|byte| u32::from(byte.to_ascii_uppercase().wrapping_sub(b'0')))
        .enumerate()
        .map(|(place, value)| if place % 2 == 0 { value * 2 / 10 + value * 2 % 10 } else { value })
        .sum();
    (10 - sum % 10) % 10
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_checked() {
        for (code, kind) in [
            ("4548-4", Kind::Term),
            ("100007-4", Kind::Term),
            ("2345-7", Kind::Term),
            ("LP432695-7", Kind::Part),
            ("LL360-9", Kind::AnswerList),
            ("LA6576-8", Kind::Answer),
            ("la6577-6", Kind::Answer),
            ("LA11883-8", Kind::Answer),
            ("LP29693-6", Kind::Part),
            ("LG51018-6", Kind::Group),
        ] {
            assert_eq!(parse(code), Ok(kind), "{code}");
        }
        for code in ["", "-", "4548", "4548-", "4548-44", "45é8-4", "LP-4", "LX1-1", "é-1", "12345678-0", "4548-4 "] {
            assert_eq!(parse(code), Err(Fault::Form), "{code:?}");
        }
        for code in ["4548-5", "5448-4", "LP432659-7"] {
            assert_eq!(parse(code), Err(Fault::CheckDigit), "{code}");
        }
    }
}
