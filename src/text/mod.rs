//! Text as an index and a query both see it: Unicode and Vietnamese normalisation, tokens, and what typing
//! habits do to them.
//!
//! A word has four levels, each coarser than the one before. Words are found by a coarse level and ranked
//! by a fine one, so that a mark that was not typed is free and one that disagrees costs.
//!
//! | level | of `Hoà` | of `đường` | by |
//! |---|---|---|---|
//! | 0 accented | `hoa◌̀` | `đương◌̀` | [`Token::accented`] |
//! | 1 toneless | `hoa` | `đương` | [`Token::toneless`] |
//! | 2 folded | `hoa` | `duong` | [`Token::folded`] |
//! | 3 phonetic | `hoa` | `duon` | [`phonetic_key`] |
//!
//! A tone is a property of the syllable, not of the letter its mark stands on: in level 0 it is a value at
//! the end of the token, and old, new and misplaced spellings are the same bytes.
//!
//! An index stores [`TEXT_VERSION`], because its words are comparable only with words normalised alike.

mod analyze;
mod brackets;
mod keyboard;
mod legacy;
mod letter;
mod marks;
mod phonetic;
mod segment;
mod syllable;

pub use analyze::{Analyzer, Token, Tokens, fold};
pub(crate) use brackets::Brackets;
pub use keyboard::{decode_telex, decode_vni};
pub use legacy::{LegacyEncoding, LegacyReading, decode_legacy};
#[cfg(feature = "search")]
pub(crate) use letter::split_tones;
pub use marks::{MarkAgreement, ToneDifference, compare_marks};
pub use phonetic::phonetic_key;
pub use segment::{Join, join_split, split_glued};
pub use syllable::{is_folded_syllable, is_vietnamese_syllable};

/// Version of the normalisation: levels 0 to 3 and the token boundaries. Grows with every change of result.
pub const TEXT_VERSION: u16 = 1;
