//! Ontologies of the OBO Foundry, such as the Human Phenotype Ontology (HPO): OBO text, OBO graphs in JSON, and
//! translations in Babelon tables.
//!
//! Read are OBO flat files of format 1.2 and 1.4 ([`read_text`]), OBO graphs 0.3 in JSON ([`read_graph`], feature `json`)
//! and Babelon tables in TSV ([`read_babelon`], which makes a supplement, and [`add_babelon`], which adds a language to a
//! draft). Both forms of an ontology give the same draft.
//!
//! | in text | in a graph | becomes |
//! |---|---|---|
//! | `[Term]` `id`, `name` | node of type `CLASS`: `id`, `lbl` | concept `HP:0000118` and its preferred name |
//! | `synonym` EXACT | `hasExactSynonym` | synonym; with a synonym type, a designation of that use, such as `layperson` |
//! | `synonym` NARROW | `hasNarrowSynonym` | [inclusion](DesignationUse::Inclusion) |
//! | `synonym` BROAD, RELATED | `hasBroadSynonym`, `hasRelatedSynonym` | designations of these uses |
//! | `def`, `comment`, `xref`, `subset` | `definition`, `comments`, `xrefs`, `subsets` | properties `definition`, `comment`, `xref`, `subset` |
//! | `is_a`, `relationship: part_of` | edges `is_a`, `BFO_0000050` | parents |
//! | other `relationship` | other edges | a property named by the relation |
//! | `is_obsolete` | `deprecated` | inactive |
//! | `replaced_by`, `consider`, `alt_id` | `IAO_0100001`, `consider`, `hasAlternativeId` | properties `replaced-by`, `consider`, `alternative-id` |
//! | `ontology`, `data-version` | `id`, `version` | edition |
//!
//! Not read: sources of definitions and synonyms, who made a term and when, logical definitions and axioms, instances,
//! relations themselves (`[Typedef]`, nodes of another type), and nodes without a name that another ontology defines.
//! The type of a synonym that is not exact is not kept.
//!
//! Babelon columns: `subject_id`, `predicate_id` (`rdfs:label`, `IAO:0000115`, `oboInOwl:hasExactSynonym`),
//! `translation_language`, `translation_value`, `translation_status`, `source_value`. A translated definition becomes
//! property `definition-es`.
//!
//! | rule | severity | meaning |
//! |---|---|---|
//! | `bad-line` | refused | a line of a term is no tag with a value, or its value cannot be read |
//! | `bad-node`, `bad-edge` | refused | an element of a graph has not the members that it must have; its number is told |
//! | `bad-code` | refused | the identifier cannot be a code |
//! | `missing-name` | doubtful | a term without a name |
//! | `duplicate-code` | doubtful | the term was listed before; the first one is kept |
//! | `unknown-parent` | doubtful | the parent is not listed, and the edge is left out |
//! | `parent-cycle` | doubtful | the parent is also below the concept, and the edge is left out |
//! | `unknown-code` | note | a translation of a term that is not listed; left out |
//! | `source-label-differs` | note | a translation was made of another name than the term has now; it is kept |
//! | `field-count` | refused | the row of a table has not as many fields as there are headings |
//! | `bad-row` | refused | the row of a table has no term, no language, or no translation |
//! | `not-translated` | note | the row says that it is no finished translation (`NOT_TRANSLATED`); left out |
//! | `undecodable` | doubtful | bytes that are no UTF-8 |
//!
//! Each ontology has its own licence, which the edition names if the file does. The HPO asks to be cited, and not to be
//! changed.

mod babelon;
mod build;
#[cfg(feature = "json")]
mod graph;
mod text;

pub(super) use self::babelon::{BabelonReader, knows_babelon};
pub use self::babelon::{add_babelon, read_babelon, read_babelon_bytes};
#[cfg(feature = "json")]
pub(super) use self::graph::GraphReader;
#[cfg(feature = "json")]
pub use self::graph::{read_graph, read_graph_bytes};
pub(super) use self::text::{TextReader, knows_text};
pub use self::text::{read_text, read_text_bytes};
#[cfg(doc)]
use super::DesignationUse;
use super::detect::Sample;

/// Whether a file begins as an OBO graph in JSON.
pub(super) fn knows_graph(sample: &Sample<'_>) -> bool {
    let mut start = sample.rows.iter().take(50);
    sample.rows.first().is_some_and(|row| row.trim_start().starts_with('{'))
        && start.any(|row| row.contains("\"graphs\""))
}

#[cfg(test)]
mod tests;
