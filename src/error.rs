//! The one error type of the crate: what went wrong, where, and what to do about it.
//!
//! An `Err` means that an answer could not be given: a file is damaged, foreign or of a version this
//! build cannot read, or an input could not be understood at all. *Not finding* a code is never an
//! error; it is an answer ([`Lookup`](crate::Lookup)). A row that a reader had to repair or refuse is
//! not an error either; it is a line in the [`Report`](crate::source::Report).

use std::path::PathBuf;

use crate::source::{Entry, Place};

/// The result of every fallible call of this crate.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Why an answer could not be given.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The operating system refused to read or write a file.
    #[error("{}: {source}", path.display())]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// What the operating system said.
        source: std::io::Error,
    },
    /// The bytes are no medterm index: another kind of file, an empty one, or one damaged in transfer.
    #[error("not a medterm index: {detail}; compile the publisher's list with `examples/compile`")]
    NotAnIndex {
        /// What was seen instead.
        detail: &'static str,
    },
    /// The index was written in a format version that this build cannot read.
    #[error(
        "index format version {found} is not readable here (this build reads {oldest} to {current}); \
         rebuild the index from its source, or update the crate"
    )]
    FormatVersion {
        /// The version in the file.
        found: u16,
        /// The oldest version that this build reads.
        oldest: u16,
        /// The version that this build writes.
        current: u16,
    },
    /// The index holds a section that must be understood to answer rightly, and this build does not know it.
    #[error("the index needs section {id:#06x}, which this build does not know; update the crate")]
    UnknownSection {
        /// The section's identifier.
        id: u16,
    },
    /// The index of a code system or of one of its supplements was built with another text normalisation, so its search
    /// sections cannot be used. Lookup, hierarchy and migration go on working.
    #[error(
        "the index of {index} was built with text normalisation {found}, this build uses {current}: \
         search would miss terms; rebuild the index (lookup and hierarchy still work)"
    )]
    TextVersion {
        /// Which index: its edition.
        index: String,
        /// The version in the file.
        found: u16,
        /// The version of this build.
        current: u16,
    },
    /// The file is an index, but not of the kind that was asked for.
    #[error("the index is a {found}, not a {expected}{}", remedy(found))]
    WrongKind {
        /// What the file is.
        found: &'static str,
        /// What was needed.
        expected: &'static str,
    },
    /// The index lacks a section that the question needs (for instance, search in a language it does not hold).
    #[error("the index has no {section} section")]
    MissingSection {
        /// The section's name.
        section: &'static str,
    },
    /// The index is damaged: a checksum does not match, or its content contradicts itself.
    #[error("the index is damaged in section {section}: {detail}; fetch or compile it again")]
    Corrupt {
        /// The section's name.
        section: &'static str,
        /// What was wrong.
        detail: &'static str,
    },
    /// A source file could not be read as the format it was said to be.
    #[error("{place}: {message}")]
    Source {
        /// Where: file, sheet, line, field.
        place: Box<Place>,
        /// What is wrong there, and what was expected.
        message: String,
    },
    /// A source file is larger, or unpacks to more, than the reader was allowed to take.
    #[error(
        "{place}: beyond the limit of {most} for {limit}; if the file can be trusted, raise it with `Limits::{limit}`"
    )]
    Limit {
        /// Where: the file, or the file in an archive.
        place: Box<Place>,
        /// Which limit: the name of a method of [`Limits`](crate::source::Limits).
        limit: &'static str,
        /// What is allowed, in the unit of that limit.
        most: u64,
    },
    /// Reading was strict ([`Strictness::StopAtFirstDoubt`](crate::source::Strictness)) and met a doubtful or refused row.
    #[error("stopped at the first doubt: {_0}")]
    Doubt(
        /// What was found, and where.
        Box<Entry>,
    ),
    /// What was asked for takes a feature of this crate that is not compiled in.
    #[error("{what} takes the feature `{feature}` of this crate; build with `--features {feature}`")]
    Feature {
        /// What was asked for.
        what: String,
        /// The feature.
        feature: &'static str,
    },
    /// A draft cannot be written as an index.
    #[error("the draft cannot be indexed: {message}{}", code.as_ref().map(|c| format!(" (code {c})")).unwrap_or_default())]
    Draft {
        /// What is wrong.
        message: String,
        /// The code at fault, if one is.
        code: Option<String>,
    },
    /// A name, date or option given by the caller is not understood.
    #[error("{what} {value:?} is not understood: {expected}")]
    Argument {
        /// Which argument.
        what: &'static str,
        /// What was given.
        value: String,
        /// What would be understood.
        expected: String,
    },
}

/// What to do with a file of another kind than was asked for.
fn remedy(found: &str) -> &'static str {
    match found {
        "supplement" => {
            "; open it with `Supplement::open` and give it to its code system, `CodeSystem::with_supplement`"
        }
        "code system" => "; open it with `CodeSystem::open`",
        "lexicon" => "; open it with `Lexicon::open`",
        "concept map" => "; open it with `ConceptMap::open`",
        _ => "",
    }
}

impl Error {
    /// True if the bytes of an index are at fault (damaged, foreign or of an unreadable version),
    /// so that fetching or compiling it again is the remedy.
    #[must_use]
    pub fn is_bad_index(&self) -> bool {
        matches!(
            self,
            Self::NotAnIndex { .. }
                | Self::FormatVersion { .. }
                | Self::UnknownSection { .. }
                | Self::TextVersion { .. }
                | Self::WrongKind { .. }
                | Self::Corrupt { .. }
        )
    }

    #[cold]
    pub(crate) fn corrupt(section: &'static str, detail: &'static str) -> Self {
        Self::Corrupt { section, detail }
    }

    #[cold]
    pub(crate) fn io(path: impl Into<PathBuf>, source: std::io::Error) -> Self {
        Self::Io { path: path.into(), source }
    }

    #[cold]
    pub(crate) fn source(place: Place, message: impl Into<String>) -> Self {
        Self::Source { place: Box::new(place), message: message.into() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stays_small_and_thread_safe() {
        fn send_sync<T: Send + Sync + 'static>() {}
        send_sync::<Error>();
        assert!(size_of::<Error>() <= 64, "{}", size_of::<Error>());
    }
}
