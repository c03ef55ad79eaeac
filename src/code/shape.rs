//! What a code looks like, before any list is asked.

/// A way of writing codes that can be told from the others by its look alone.
///
/// A shape says nothing about existence: `Z99.99` looks like ICD-10 and is in no list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum CodeShape {
    /// ICD-10 and its clinical modifications: `J18.9`, `j189`, `M01.00*`, `S72.141A`.
    Icd10,
    /// Diseases and patterns of Vietnamese traditional medicine: `U62.392.3`, `U62.392.5.01`. They begin like codes of
    /// chapter XXII of ICD-10, and are never codes of it.
    TraditionalMedicine,
    /// Services of the shared list: `03.3911.0200`, `03.3911.0200_GT`, and transport, `VC.01234`.
    Service,
    /// Medical supplies: `N03.02.080.1024.000.0003`.
    Supply,
}

impl CodeShape {
    /// The shape of a code; `None` if it is none of these. White space around it and letter case do not matter.
    ///
    /// ```
    /// use medterm::code::CodeShape;
    /// assert_eq!(CodeShape::of("U07.1"), Some(CodeShape::Icd10));
    /// assert_eq!(CodeShape::of("U62.392.3"), Some(CodeShape::TraditionalMedicine));
    /// assert_eq!(CodeShape::of("01.0117.0118"), Some(CodeShape::Service));
    /// assert_eq!(CodeShape::of("viêm phổi"), None);
    /// ```
    #[must_use]
    pub fn of(code: &str) -> Option<Self> {
        let code = code.trim();
        if is_traditional(code) {
            Some(Self::TraditionalMedicine)
        } else if is_icd10(code) {
            Some(Self::Icd10)
        } else if is_service(code) {
            Some(Self::Service)
        } else if is_supply(code) {
            Some(Self::Supply)
        } else {
            None
        }
    }
}

fn all_digits(text: &str, lengths: std::ops::RangeInclusive<usize>) -> bool {
    lengths.contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit())
}

fn is_icd10(code: &str) -> bool {
    let (bare, _) = super::Mark::split(code);
    let Some((category, finer)) = bare.split_at_checked(3) else { return false };
    let [letter, tens, ones] = category.as_bytes() else { return false };
    let finer = finer.strip_prefix('.').map_or(Some(finer), |finer| Some(finer).filter(|finer| !finer.is_empty()));
    let starts = letter.is_ascii_alphabetic() && tens.is_ascii_digit() && ones.is_ascii_alphanumeric();
    starts && finer.is_some_and(|finer| finer.len() <= 4 && finer.bytes().all(|byte| byte.is_ascii_alphanumeric()))
}

fn is_traditional(code: &str) -> bool {
    let Some(rest) = code.strip_prefix(['U', 'u']) else { return false };
    // Without dots the first five digits are already more than ICD-10 has.
    if all_digits(rest, 5..=9) {
        return true;
    }
    let mut parts = rest.split('.');
    let is = |part: Option<&str>, lengths| part.is_none_or(|part| all_digits(part, lengths));
    parts.next().is_some_and(|part| all_digits(part, 2..=2))
        && parts.next().is_some_and(|part| all_digits(part, 3..=3))
        && is(parts.next(), 1..=2)
        && is(parts.next(), 2..=2)
        && parts.next().is_none()
}

fn is_service(code: &str) -> bool {
    if let Some(place) = code.strip_prefix("VC.").or_else(|| code.strip_prefix("vc.")) {
        return all_digits(place, 5..=5);
    }
    let bare = code.split_once('_').map_or(code, |(bare, _)| bare);
    let mut parts = bare.split('.');
    let is_technique = |part: &str| {
        part.len() == 4
            && part.bytes().take(3).all(|byte| byte.is_ascii_digit())
            && part.bytes().all(|byte| byte.is_ascii_alphanumeric())
    };
    parts.next().is_some_and(|part| all_digits(part, 2..=2))
        && parts.next().is_some_and(is_technique)
        && parts.next().is_some_and(|part| all_digits(part, 4..=4))
}

fn is_supply(code: &str) -> bool {
    let Some(rest) = code.strip_prefix(['N', 'n']) else { return false };
    let mut parts = rest.split('.');
    parts.next().is_some_and(|part| all_digits(part, 2..=2))
        && parts.next().is_some_and(|part| all_digits(part, 2..=2))
        && parts.next().is_some_and(|part| all_digits(part, 3..=3))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shapes() {
        for (code, shape) in [
            ("J18", Some(CodeShape::Icd10)),
            ("j189", Some(CodeShape::Icd10)),
            ("A17.0†", Some(CodeShape::Icd10)),
            ("M01.00*", Some(CodeShape::Icd10)),
            ("S72.141A", Some(CodeShape::Icd10)),
            ("U07.1", Some(CodeShape::Icd10)),
            ("U0710", Some(CodeShape::Icd10)),
            ("U62.392", Some(CodeShape::TraditionalMedicine)),
            ("u62.392.3", Some(CodeShape::TraditionalMedicine)),
            ("U62.392.5.01", Some(CodeShape::TraditionalMedicine)),
            ("U623923", Some(CodeShape::TraditionalMedicine)),
            ("01.0117.0118", Some(CodeShape::Service)),
            ("37.8D10.1116", None),
            ("03.391a.0200", Some(CodeShape::Service)),
            ("03.3911.0200_GT", Some(CodeShape::Service)),
            ("01.0117.0000.K.01234", Some(CodeShape::Service)),
            ("VC.01234", Some(CodeShape::Service)),
            ("N03.02.080.1024.000.0003\t", Some(CodeShape::Supply)),
            ("N03.0", Some(CodeShape::Icd10)),
            ("", None),
            ("J", None),
            ("J18.", None),
            ("J18.90000", None),
            ("40.17", None),
            ("4548-4", None),
            ("ổ18", None),
            ("J1ổ", None),
        ] {
            assert_eq!(CodeShape::of(code), shape, "{code:?}");
        }
    }
}
