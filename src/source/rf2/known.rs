//! The SNOMED CT components that release files are read with: types, reference sets, values.

pub(super) const ROOT: u64 = 138_875_005;
pub(super) const IS_A: u64 = 116_680_003;
pub(super) const CORE_MODULE: u64 = 900_000_000_000_207_008;
/// The metadata of the model itself; part of every edition and never the module of one.
pub(super) const MODEL_MODULE: u64 = 900_000_000_000_012_004;

pub(super) const FULLY_DEFINED: u64 = 900_000_000_000_073_002;

pub(super) const FULLY_SPECIFIED_NAME: u64 = 900_000_000_000_003_001;
pub(super) const SYNONYM: u64 = 900_000_000_000_013_009;
pub(super) const DEFINITION: u64 = 900_000_000_000_550_004;

pub(super) const PREFERRED: u64 = 900_000_000_000_548_007;
pub(super) const ACCEPTABLE: u64 = 900_000_000_000_549_004;

pub(super) const STATED: u64 = 900_000_000_000_010_007;

/// Reference set of the reasons why concepts were made inactive; that for descriptions is another.
pub(super) const CONCEPT_INACTIVATION: u64 = 900_000_000_000_489_007;

/// Language reference sets of whole dialects, with their BCP 47 tags (SNOMED International, *Expression Constraint
/// Language*, appendix C). All others go by their identifiers.
const DIALECTS: [(u64, &str); 24] = [
    (900_000_000_000_509_007, "en-US"),
    (900_000_000_000_508_004, "en-GB"),
    (32_570_271_000_036_106, "en-AU"),
    (19_491_000_087_109, "en-CA"),
    (21_000_220_103, "en-IE"),
    (271_000_210_107, "en-NZ"),
    (448_879_004, "es"),
    (450_828_004, "es-419"),
    (5_641_000_179_103, "es-UY"),
    (722_131_000, "fr"),
    (21_000_172_104, "fr-BE"),
    (20_581_000_087_109, "fr-CA"),
    (722_130_004, "de"),
    (21_000_234_103, "de-AT"),
    (722_129_009, "ja"),
    (722_128_001, "zh"),
    (554_461_000_005_103, "da-DK"),
    (71_000_181_105, "et-EE"),
    (21_000_267_104, "ko-KR"),
    (61_000_202_103, "nb-NO"),
    (91_000_202_106, "nn-NO"),
    (31_000_172_101, "nl-BE"),
    (31_000_146_106, "nl-NL"),
    (46_011_000_052_107, "sv-SE"),
];

/// Association reference sets, with the names that their properties get; all others go by their identifiers.
const ASSOCIATIONS: [(u64, &str, &str); 11] = [
    (900_000_000_000_527_005, "same-as", "SAME AS: the active concept of the same meaning"),
    (900_000_000_000_526_001, "replaced-by", "REPLACED BY: the concept that took its place"),
    (
        900_000_000_000_523_009,
        "possibly-equivalent-to",
        "POSSIBLY EQUIVALENT TO: one of the concepts it may have meant",
    ),
    (
        1_186_924_009,
        "partially-equivalent-to",
        "PARTIALLY EQUIVALENT TO: one of the concepts that together have its meaning",
    ),
    (1_186_921_001, "possibly-replaced-by", "POSSIBLY REPLACED BY: a concept that may have taken its place"),
    (900_000_000_000_528_000, "was-a", "WAS A: a parent that it had"),
    (900_000_000_000_524_003, "moved-to", "MOVED TO: the namespace to which it was moved"),
    (900_000_000_000_525_002, "moved-from", "MOVED FROM: the concept that was moved here"),
    (900_000_000_000_529_008, "similar-to", "SIMILAR TO: a concept with a similar meaning"),
    (900_000_000_000_530_003, "alternative", "ALTERNATIVE: a concept to consider in its place"),
    (900_000_000_000_531_004, "refers-to", "REFERS TO: the concept that a term of this one rightly names"),
];

/// A dialect as terms are told by it, however its tag is written.
pub(super) fn dialect_named(tag: &str) -> String {
    let known = DIALECTS.iter().find(|(_, known)| known.eq_ignore_ascii_case(tag));
    known.map_or(tag, |(_, known)| known).to_owned()
}

/// What the acceptability of a term in a language reference set is told by.
pub(super) fn dialect(reference_set: u64) -> String {
    let tag = DIALECTS.iter().find(|(known, _)| *known == reference_set).map(|(_, tag)| (*tag).to_owned());
    tag.unwrap_or_else(|| reference_set.to_string())
}

/// Name and meaning of the property that an association reference set becomes.
pub(super) fn association(reference_set: u64) -> (String, String) {
    match ASSOCIATIONS.iter().find(|(known, ..)| *known == reference_set) {
        Some((_, name, meaning)) => ((*name).to_owned(), (*meaning).to_owned()),
        None => (reference_set.to_string(), format!("Association reference set {reference_set}")),
    }
}

/// True for the association reference set whose members are descriptions, but whose meaning is one of concepts.
pub(super) fn is_of_descriptions(reference_set: u64) -> bool {
    association(reference_set).0 == "refers-to"
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::code::snomed_ct::{Component, Identifier};

    #[test]
    fn every_identifier_is_one_of_a_concept() {
        let constants = [
            ROOT,
            IS_A,
            CORE_MODULE,
            MODEL_MODULE,
            FULLY_DEFINED,
            FULLY_SPECIFIED_NAME,
            SYNONYM,
            DEFINITION,
            PREFERRED,
            ACCEPTABLE,
            STATED,
            CONCEPT_INACTIVATION,
        ];
        let listed = DIALECTS.iter().map(|(id, _)| *id).chain(ASSOCIATIONS.iter().map(|(id, ..)| *id));
        for id in constants.into_iter().chain(listed) {
            assert_eq!(Identifier::parse(&id.to_string()).map(Identifier::component), Ok(Component::Concept), "{id}");
        }
    }
}
