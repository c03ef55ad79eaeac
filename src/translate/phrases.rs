//! Phrases that decide whether one name can stand for another: contrasts such as acute and chronic, and the
//! wording of residual codes. Vietnamese and English; other languages have none here, which forbids nothing.

use super::names::canonical;
use crate::text::Analyzer;

/// Contrasts in names of diseases: each line a contrast, its sides apart by `|`, their phrases by `,`.
/// A phrase that contains another comes first.
const CONTRASTS: [&str; 6] = [
    "bán cấp, subacute | cấp, acute | mạn, mãn, chronic",
    "lành, benign | ác, malignant",
    "nguyên phát, tiên phát, tiền phát, primary | thứ phát, secondary",
    "bẩm sinh, congenital | mắc phải, acquired",
    "tăng | giảm",
    "dương tính, positive | âm tính, negative",
];
/// What denies the words behind it. A name without it says the contrary, which is not so for the other contrasts.
const DENIALS: &str = "không, without";
/// Phrases with words of a contrast or denial that mean neither.
const NEUTRAL: &str = "cấp cứu, khẩn cấp, có hoặc không, với hoặc không, có hay không, with or without, không xác định, \
    không đặc hiệu, không phân loại, không rõ";
const OTHER: &str = "khác, other";
const UNSPECIFIED: &str = "không xác định, không đặc hiệu, unspecified";
/// The words of which names of residual codes are made, beside those of their heading.
pub(super) const RESIDUAL_WORDS: &str = "khác không xác định đặc hiệu và hoặc của loại thể vị trí mức độ ở các bệnh \
    other unspecified specified and or of type site";

/// What a residual code is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// What has no code of its own.
    Other,
    /// What was not said more exactly.
    Unspecified,
    /// Both.
    Both,
}

impl Kind {
    /// True if a code of this kind serves for one of the wanted kind.
    pub(super) fn serves(self, wanted: Self) -> bool {
        self == wanted || self == Self::Both || wanted == Self::Both
    }
}

/// Which sides of the contrasts a name takes, a bit for each; the lowest for a denial.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Stance(u32);

const DENIED: u32 = 1;

/// The phrases above, as they appear in canonical names.
pub(super) struct Phrases {
    neutral: Vec<String>,
    denials: Vec<String>,
    /// By contrast, by side.
    contrasts: Vec<Vec<Vec<String>>>,
    other: Vec<String>,
    unspecified: Vec<String>,
}

impl Phrases {
    pub(super) fn new(analyzer: &mut Analyzer) -> Self {
        let mut list =
            |text: &str| -> Vec<String> { text.split(',').map(|phrase| canonical(analyzer, phrase)).collect() };
        let contrasts = CONTRASTS.iter().map(|line| line.split('|').map(&mut list).collect()).collect();
        Self {
            neutral: list(NEUTRAL),
            denials: list(DENIALS),
            contrasts,
            other: list(OTHER),
            unspecified: list(UNSPECIFIED),
        }
    }

    /// The sides that a canonical name takes.
    pub(super) fn stance(&self, name: &str) -> Stance {
        let mut rest = format!(" {name} ");
        let mut take = |phrases: &[String]| {
            let before = rest.len();
            for phrase in phrases {
                rest = rest.replace(&format!(" {phrase} "), " ");
            }
            rest.len() < before
        };
        take(&self.neutral);
        let mut stance = if take(&self.denials) { DENIED } else { 0 };
        for (contrast, sides) in self.contrasts.iter().enumerate() {
            for (side, phrases) in sides.iter().enumerate() {
                if take(phrases) {
                    stance |= bit(contrast, side);
                }
            }
        }
        Stance(stance)
    }

    /// What residual wording a canonical name has; `None` if it has none.
    pub(super) fn kind(&self, name: &str) -> Option<Kind> {
        let name = format!(" {name} ");
        let says = |phrases: &[String]| phrases.iter().any(|phrase| name.contains(&format!(" {phrase} ")));
        match (says(&self.other), says(&self.unspecified)) {
            (true, true) => Some(Kind::Both),
            (true, false) => Some(Kind::Other),
            (false, true) => Some(Kind::Unspecified),
            (false, false) => None,
        }
    }
}

/// No contrast has more than three sides.
fn bit(contrast: usize, side: usize) -> u32 {
    DENIED << (1 + 4 * contrast + side)
}

impl Stance {
    /// True if the names cannot mean the same: one denies what the other does not, or they take different
    /// sides of a contrast. A name that takes no side contradicts neither.
    pub(super) fn contradicts(self, other: Self) -> bool {
        (self.0 ^ other.0) & DENIED != 0 || self.opposes(other)
    }

    /// True if the names take different sides of a contrast. Denials are let be: one wording's *without* is often
    /// another's *unspecified*.
    pub(super) fn opposes(self, other: Self) -> bool {
        let sides = |contrast| 0b1111 * bit(contrast, 0);
        let differ = |mask| self.0 & mask != 0 && other.0 & mask != 0 && self.0 & other.0 & mask == 0;
        (0..CONTRASTS.len()).any(|contrast| differ(sides(contrast)))
    }

    /// The stance of a name under a heading: where the heading denies, a denial tells its codes not apart.
    pub(super) fn under(self, heading: Self) -> Self {
        Self(self.0 & !(heading.0 & DENIED))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn contradict(a: &str, b: &str) -> bool {
        let mut analyzer = Analyzer::new();
        let phrases = Phrases::new(&mut analyzer);
        let mut stance = |name: &str| phrases.stance(&canonical(&mut analyzer, name));
        let (a, b) = (stance(a), stance(b));
        assert_eq!(a.contradicts(b), b.contradicts(a));
        a.contradicts(b)
    }

    #[test]
    fn contrasts() {
        for (a, b) in [
            ("Suy thận mạn", "Suy thận cấp tính"),
            ("Suy thận mãn", "suy thận CẤP"),
            ("Viêm gan bán cấp", "Viêm gan cấp"),
            ("Chronic renal failure", "Acute renal failure"),
            ("U lành tính ở da", "U ác tính ở da"),
            ("có tiêu chảy", "không tiêu chảy"),
            ("Tăng tiểu cầu", "Giảm tiểu cầu"),
        ] {
            assert!(contradict(a, b), "{a} / {b}");
        }
        for (a, b) in [
            ("Suy thận mạn", "Suy thận mãn tính"),
            ("Suy thận", "Suy thận mạn"),
            ("Viêm cấp và mạn", "Viêm mạn"),
            ("Viêm ruột thừa cấp, không đặc hiệu", "Viêm ruột thừa cấp tính"),
            ("Sử dụng trong cấp cứu", "Viêm gan mạn"),
            ("Vết thương có hoặc không chảy máu", "Vết thương chảy máu"),
            // Other words with the same letters.
            ("Màn", "Cáp"),
        ] {
            assert!(!contradict(a, b), "{a} / {b}");
        }
    }

    #[test]
    fn residual_kinds() {
        let mut analyzer = Analyzer::new();
        let phrases = Phrases::new(&mut analyzer);
        let mut kind = |name: &str| phrases.kind(&canonical(&mut analyzer, name));
        assert_eq!(kind("Viêm phổi khác"), Some(Kind::Other));
        assert_eq!(kind("Viêm phổi, không xác định"), Some(Kind::Unspecified));
        assert_eq!(kind("Viêm phổi khác và không đặc hiệu"), Some(Kind::Both));
        assert_eq!(kind("Khách sạn"), None);
    }
}
