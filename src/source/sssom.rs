//! SSSOM: mappings between ontologies and terminologies as tables with metadata.
//!
//! | source document | used | ignored, and why |
//! |---|---|---|
//! | *Simple Standard for Sharing Ontological Mappings*, TSV with embedded metadata: lines that begin with `#` (YAML), then a table between tabs | of the metadata `curie_map`, `mapping_set_id`, `mapping_set_title`, `mapping_set_description`, `mapping_set_version`, `mapping_date`, `mapping_provider`, `license`, `subject_source_version`, `object_source_version`; of the table every column | metadata of other names, and lists in it, which say nothing of single rows |
//!
//! Codes are CURIEs (`MONDO:0000088`) and stay so; but where all of one side have the prefix of a system whose codes are
//! written without one (`ICD10CM:E30.1`, `SCTID:64572001`), the prefix names the system and is taken off. A side with
//! several prefixes has no single system.
//!
//! | predicate | relationship |
//! |---|---|
//! | `skos:exactMatch`, `owl:sameAs`, `owl:equivalentClass` | equivalent |
//! | `skos:broadMatch` (the object is broader), `rdfs:subClassOf` | source is narrower than target |
//! | `skos:narrowMatch` | source is broader than target |
//! | `skos:closeMatch`, `skos:relatedMatch`, `oboInOwl:hasDbXref`, `rdfs:seeAlso` | related to |
//! | any of them with the modifier `Not` | not related to: somebody said that it is no match, so it must not be taken for one. Of `Not exactMatch` that says more than its author did; the predicate tells |
//! | others | none |
//!
//! Predicate, modifier and all other columns stay as properties, under their names. `sssom:NoTermFound` as the object is a
//! row without target.
//!
//! | rule | severity | meaning |
//! |---|---|---|
//! | `field-count` | refused, doubtful | more fields than headings; or fewer, and the missing ones are taken for empty |
//! | `missing-id` | refused | subject, predicate or object is empty, or the subject is `sssom:NoTermFound` |
//! | `unknown-predicate` | doubtful | how many rows have a predicate that says nothing of relationship to this reader |
//! | `unknown-modifier` | refused | a modifier other than `Not`: what the row says is not known |
//! | `unknown-prefix` | doubtful | how many codes have a prefix that the metadata do not expand |
//! | `bad-code` | doubtful | what follows the prefix is no code of its system; it is kept as it stands |
//! | `several-systems` | note | a side has codes of several prefixes |
//! | `repeated-row` | doubtful | the same subject, predicate, modifier and object again |
//! | `undecodable` | doubtful | bytes that are no UTF-8 became U+FFFD |
//! | `line-too-long` | refused | a line of more than a mebibyte was passed over |
//!
//! Each mapping set has its own licence, told in its metadata: it is in [`Edition::issued_by`].

use std::collections::{BTreeMap, HashMap, HashSet};
use std::path::Path;

use super::lines::{Headings, each_line, shown};
use super::parts::Part;
use super::{MapDraft, MapRow, MapSide, Place, Relationship, Report, Severity};
use crate::code::CodeGrammar;
use crate::{Edition, Error, Result};

/// Reads a file.
///
/// `version` is the version of the mapping set; without it, its metadata tell it, or else the day of the newest mapping.
///
/// # Errors
///
/// [`Error::Io`] if the file cannot be read, [`Error::Source`] if it has not the columns of SSSOM or no row at all.
pub fn read(path: impl AsRef<Path>, version: Option<&str>) -> Result<(MapDraft, Report)> {
    read_part(&Part::file(path.as_ref().to_owned()), version)
}

/// Reads a file whose content is at hand; `name` is what the report calls it. See [`read`].
pub fn read_bytes(name: &str, bytes: &[u8], version: Option<&str>) -> Result<(MapDraft, Report)> {
    read_part(&Part::bytes(name, bytes), version)
}

fn read_part(part: &Part<'_>, version: Option<&str>) -> Result<(MapDraft, Report)> {
    let name = part.name.as_str();
    let mut report = Report::default();
    let mut metadata = Metadata::default();
    let mut table: Option<Table> = None;
    each_line(part, &mut report, |number, line, report| {
        if let Some(line) = line.strip_prefix('#').filter(|_| table.is_none()) {
            metadata.add(line);
            return Ok(());
        }
        let fields: Vec<String> = line.split('\t').map(unquoted).collect();
        match &mut table {
            Some(table) => table.add(number, &fields, report),
            None => table = Some(Table::new(name, number, fields)?),
        }
        Ok(())
    })?;
    let table = table.filter(|table| table.rows_read > 0);
    let table = table.ok_or_else(|| Error::source(Place::file(name), "the table has no rows"))?;
    report.rows = table.rows_read;
    let draft = table.finish(&metadata, version, &mut report);
    Ok((draft, report))
}

/// A field without its quotation marks, if it has such.
fn unquoted(field: &str) -> String {
    let field = field.trim();
    match field.strip_prefix('"').and_then(|inner| inner.strip_suffix('"')) {
        Some(inner) => inner.replace("\"\"", "\""),
        None => field.to_owned(),
    }
}

/// The metadata: `key: value`, and the prefixes.
#[derive(Default)]
struct Metadata {
    values: HashMap<String, String>,
    prefixes: HashMap<String, String>,
    /// How far the keys of the first level are moved in.
    indent: Option<usize>,
    in_prefixes: bool,
}

impl Metadata {
    fn add(&mut self, line: &str) {
        let text = line.trim_start();
        let indent = line.len() - text.len();
        let Some((key, value)) = text.split_once(':') else { return };
        let (key, value) = (scalar(key), scalar(value));
        if indent > *self.indent.get_or_insert(indent) {
            if self.in_prefixes {
                self.prefixes.insert(key, value);
            }
            return;
        }
        self.in_prefixes = key == "curie_map";
        self.values.insert(key, value);
    }

    fn get(&self, key: &str) -> Option<String> {
        self.values.get(key).filter(|value| !value.is_empty()).cloned()
    }
}

/// A scalar of YAML on one line, without its quotation marks.
fn scalar(text: &str) -> String {
    let text = text.trim();
    for quote in ['"', '\''] {
        if let Some(inner) = text.strip_prefix(quote).and_then(|inner| inner.strip_suffix(quote)) {
            return inner.to_owned();
        }
    }
    text.to_owned()
}

struct Columns {
    subject: usize,
    subject_label: Option<usize>,
    predicate: usize,
    modifier: Option<usize>,
    object: usize,
    object_label: Option<usize>,
}

struct Table {
    file: String,
    names: Vec<String>,
    columns: Columns,
    rows_read: u64,
    rows: Vec<MapRow>,
    seen: HashSet<[String; 4]>,
    unknown_predicates: BTreeMap<String, u64>,
    newest: String,
}

impl Table {
    fn new(file: &str, line: u64, names: Vec<String>) -> Result<Self> {
        let headings = Headings::new(file, line, &names.iter().map(String::as_str).collect::<Vec<_>>());
        let columns = Columns {
            subject: headings.needed("subject_id")?,
            subject_label: headings.find("subject_label"),
            predicate: headings.needed("predicate_id")?,
            modifier: headings.find("predicate_modifier"),
            object: headings.needed("object_id")?,
            object_label: headings.find("object_label"),
        };
        Ok(Self {
            file: file.to_owned(),
            names,
            columns,
            rows_read: 0,
            rows: Vec::new(),
            seen: HashSet::new(),
            unknown_predicates: BTreeMap::new(),
            newest: String::new(),
        })
    }

    fn add(&mut self, number: u64, fields: &[String], report: &mut Report) {
        self.rows_read += 1;
        let place = || Place::line(self.file.clone(), number);
        let field = |column: usize| fields.get(column).map(String::as_str).unwrap_or_default();
        let columns = &self.columns;
        let (subject, predicate, object) = (field(columns.subject), field(columns.predicate), field(columns.object));
        if fields.len() > self.names.len() {
            let message = format!("{} fields under {} headings", fields.len(), self.names.len());
            return report.add(Severity::Refused, "field-count", place(), Some(&shown(subject)), message);
        }
        if [subject, predicate, object].contains(&"") || subject == NO_TERM {
            let message = "subject, predicate or object is empty";
            return report.add(Severity::Refused, "missing-id", place(), Some(&shown(subject)), message);
        }
        if fields.len() < self.names.len() {
            let message = format!("{} fields under {} headings", fields.len(), self.names.len());
            report.add(Severity::Doubtful, "field-count", place(), Some(subject), message);
        }
        let modifier = columns.modifier.map_or("", field);
        let relationship = match modifier {
            "" => relationship(predicate),
            "Not" => Some(Relationship::NotRelatedTo),
            other => {
                let message = format!("the modifier {:?} is not known", shown(other));
                return report.add(Severity::Refused, "unknown-modifier", place(), Some(subject), message);
            }
        };
        if relationship.is_none() {
            *self.unknown_predicates.entry(predicate.to_owned()).or_default() += 1;
        }
        if !self.seen.insert([subject, predicate, modifier, object].map(str::to_owned)) {
            let message = format!("{predicate} {object} is listed again");
            report.add(Severity::Doubtful, "repeated-row", place(), Some(subject), message);
        }
        let text = |column: Option<usize>| column.map(field).filter(|text| !text.is_empty()).map(str::to_owned);
        let own = [Some(columns.subject), columns.subject_label, Some(columns.object), columns.object_label];
        let others = self.names.iter().enumerate().filter(|(column, _)| !own.contains(&Some(*column)));
        let date = others.clone().find(|(_, name)| *name == "mapping_date").map_or("", |(column, _)| field(column));
        if date > self.newest.as_str() {
            self.newest = date.to_owned();
        }
        self.rows.push(MapRow {
            source: subject.to_owned(),
            source_display: text(columns.subject_label),
            target: Some(object).filter(|object| *object != NO_TERM).map(str::to_owned),
            target_display: text(columns.object_label),
            relationship: relationship.filter(|_| object != NO_TERM),
            properties: others.filter_map(|(column, name)| Some((name.clone(), text(Some(column))?))).collect(),
            line: u32::try_from(number).unwrap_or_default(),
            ..MapRow::default()
        });
    }

    fn finish(mut self, metadata: &Metadata, version: Option<&str>, report: &mut Report) -> MapDraft {
        let whole = Place::file(self.file.clone());
        for (predicate, count) in &self.unknown_predicates {
            let message = format!("{count} rows with {}, which says nothing of relationship here", shown(predicate));
            report.add(Severity::Doubtful, "unknown-predicate", whole.clone(), None, message);
        }
        let sources = self.rows.iter_mut().map(|row| (row.line, &mut row.source));
        let mut source = side(sources.collect(), metadata, &whole, report);
        let targets = self.rows.iter_mut().filter_map(|row| Some((row.line, row.target.as_mut()?)));
        let mut target = side(targets.collect(), metadata, &whole, report);
        source.version = metadata.get("subject_source_version").unwrap_or_default();
        target.version = metadata.get("object_source_version").unwrap_or_default();
        let told = version.map(str::to_owned).or(metadata.get("mapping_set_version"));
        let title = metadata.get("mapping_set_title").or(metadata.get("mapping_set_description"));
        let issued_by =
            [metadata.get("mapping_provider"), metadata.get("license").map(|text| format!("licence {text}"))];
        let name = self.file.strip_suffix(".tsv").unwrap_or(&self.file);
        let edition = Edition {
            system: name.strip_suffix(".sssom").unwrap_or(name).to_owned(),
            url: metadata.get("mapping_set_id").unwrap_or_default(),
            version: told.or(metadata.get("mapping_date")).unwrap_or(self.newest),
            title: title.unwrap_or_default(),
            issued_by: issued_by.into_iter().flatten().collect::<Vec<_>>().join(", "),
            ..Edition::default()
        };
        MapDraft { edition, source, target, rows: self.rows, ..MapDraft::default() }
    }
}

/// What stands in place of a term that was sought and not found.
const NO_TERM: &str = "sssom:NoTermFound";

fn relationship(predicate: &str) -> Option<Relationship> {
    match predicate {
        "skos:exactMatch" | "owl:sameAs" | "owl:equivalentClass" => Some(Relationship::Equivalent),
        "skos:broadMatch" | "rdfs:subClassOf" => Some(Relationship::SourceIsNarrowerThanTarget),
        "skos:narrowMatch" => Some(Relationship::SourceIsBroaderThanTarget),
        "skos:closeMatch" | "skos:relatedMatch" | "oboInOwl:hasDbXref" | "rdfs:seeAlso" => {
            Some(Relationship::RelatedTo)
        }
        _ => None,
    }
}

/// The system of a prefix whose codes are written without it elsewhere. Publishers spell the prefixes now so, now so.
fn system_of(prefix: &str) -> Option<(&'static str, CodeGrammar)> {
    match prefix.to_ascii_lowercase().as_str() {
        "icd10cm" => Some(("icd10-cm", CodeGrammar::Icd10)),
        "icd10" | "icd10who" => Some(("icd10-who", CodeGrammar::Icd10)),
        "icd9" | "icd9cm" => Some(("icd9-cm", CodeGrammar::Icd9)),
        "sctid" | "snomed" | "snomedct" | "snomedct_us" => Some(("http://snomed.info/sct", CodeGrammar::Verbatim)),
        "loinc" => Some(("loinc", CodeGrammar::Verbatim)),
        "mesh" => Some(("mesh", CodeGrammar::Verbatim)),
        "rxnorm" | "rxcui" => Some(("rxnorm", CodeGrammar::Verbatim)),
        _ => None,
    }
}

/// Finds out which system the codes of a side are of, and takes its prefix off where it is not part of them.
fn side(mut codes: Vec<(u32, &mut String)>, metadata: &Metadata, whole: &Place, report: &mut Report) -> MapSide {
    let mut prefixes: BTreeMap<String, u64> = BTreeMap::new();
    for (_, code) in &codes {
        *prefixes.entry(code.split_once(':').map_or("", |(prefix, _)| prefix).to_owned()).or_default() += 1;
    }
    for (prefix, count) in prefixes.iter().filter(|(prefix, _)| !metadata.prefixes.contains_key(*prefix)) {
        let message = format!("{count} codes have the prefix {:?}, which curie_map does not expand", shown(prefix));
        report.add(Severity::Doubtful, "unknown-prefix", whole.clone(), None, message);
    }
    let Some(prefix) = prefixes.keys().next().filter(|_| prefixes.len() == 1) else {
        let message = format!("codes of {} prefixes stand on one side", prefixes.len());
        report.add(Severity::Note, "several-systems", whole.clone(), None, message);
        return MapSide::default();
    };
    let Some((system, grammar)) = system_of(prefix) else {
        let system = metadata.prefixes.get(prefix).unwrap_or(prefix).clone();
        return MapSide { system, ..MapSide::default() };
    };
    for (line, code) in &mut codes {
        let bare = code.get(prefix.len() + 1..).unwrap_or_default().to_owned();
        if grammar.parse(&bare).is_none() {
            let place = Place { line: Some(u64::from(*line)), ..whole.clone() };
            let message = format!("{:?} is no code of {system}", shown(&bare));
            report.add(Severity::Doubtful, "bad-code", place, Some(code.as_str()), message);
        }
        **code = bare;
    }
    MapSide { system: system.to_owned(), grammar, ..MapSide::default() }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SAMPLE: &str = "\
# curie_map:\n\
#   ICD10CM: http://purl.bioontology.org/ontology/ICD10CM/\n\
#   MONDO: 'http://purl.obolibrary.org/obo/MONDO_'\n\
# license: https://example.org/licence\n\
# mapping_set_id: http://example.org/set.sssom.tsv\n\
# mapping_set_version: \"7\"\n\
subject_id\tsubject_label\tpredicate_id\tpredicate_modifier\tobject_id\tobject_label\tmapping_justification\tconfidence\tmapping_date\n\
MONDO:0000088\tone\tskos:exactMatch\t\tICD10CM:E30.1\tOne\tsemapv:ManualMappingCuration\t0.9\t2026-01-02\n\
MONDO:0000089\ttwo\tskos:broadMatch\t\tICD10CM:E30\t\"Two \"\"quoted\"\"\"\tsemapv:LexicalMatching\t\t2026-03-04\n\
MONDO:0000090\tthree\tskos:narrowMatch\t\tICD10CM:E30.9\t\tsemapv:ManualMappingCuration\t\t\n\
MONDO:0000091\tfour\tskos:exactMatch\tNot\tICD10CM:A00\t\tsemapv:ManualMappingCuration\t\t\n\
MONDO:0000092\tfive\tskos:exactMatch\t\tsssom:NoTermFound\t\tsemapv:ManualMappingCuration\t\t\n\
MONDO:0000093\tsix\toboInOwl:hasDbXref\t\tICD10CM:A01\t\tsemapv:ManualMappingCuration\t\t\n";

    fn read(text: &str) -> (MapDraft, Report) {
        read_bytes("set.sssom.tsv", text.as_bytes(), None).unwrap()
    }

    #[test]
    fn rows_keep_their_predicates() {
        let (draft, report) = read(SAMPLE);
        assert_eq!((report.entries(), report.rows), ([].as_slice(), 6));
        assert_eq!(
            (draft.edition.to_string().as_str(), draft.edition.url.as_str()),
            ("set|7", "http://example.org/set.sssom.tsv")
        );
        assert_eq!(draft.edition.issued_by, "licence https://example.org/licence");
        assert_eq!(draft.source.system, "http://purl.obolibrary.org/obo/MONDO_");
        assert_eq!((draft.target.system.as_str(), draft.target.grammar), ("icd10-cm", CodeGrammar::Icd10));
        use Relationship as R;
        let said: Vec<_> = draft.rows.iter().map(|row| (row.target.as_deref(), row.relationship)).collect();
        let expected = [
            (Some("E30.1"), Some(R::Equivalent)),
            (Some("E30"), Some(R::SourceIsNarrowerThanTarget)),
            (Some("E30.9"), Some(R::SourceIsBroaderThanTarget)),
            (Some("A00"), Some(R::NotRelatedTo)),
            (None, None),
            (Some("A01"), Some(R::RelatedTo)),
        ];
        assert_eq!(said, expected);
        assert_eq!((draft.rows[0].source.as_str(), draft.rows[0].line), ("MONDO:0000088", 8));
        assert_eq!(draft.rows[1].target_display.as_deref(), Some("Two \"quoted\""));
        let property = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        assert_eq!(
            draft.rows[3].properties,
            [
                property("predicate_id", "skos:exactMatch"),
                property("predicate_modifier", "Not"),
                property("mapping_justification", "semapv:ManualMappingCuration")
            ]
        );
        assert_eq!(draft.rows[0].properties[2], property("confidence", "0.9"));
    }

    #[test]
    fn the_newest_mapping_dates_the_set() {
        let (draft, _) = read(&SAMPLE.replace("# mapping_set_version: \"7\"\n", ""));
        assert_eq!(draft.edition.version, "2026-03-04");
        assert_eq!(read_bytes("x", SAMPLE.as_bytes(), Some("8")).unwrap().0.edition.version, "8");
    }

    #[test]
    fn several_prefixes_are_no_system() {
        let (draft, report) = read(&(SAMPLE.to_owned() + "hp:1\t\tskos:exactMatch\t\tICD10CM:A02\n"));
        assert_eq!(draft.source, MapSide::default());
        let rules: Vec<_> = report.entries().iter().map(|entry| (entry.rule, entry.place.line)).collect();
        assert_eq!(rules, [("field-count", Some(14)), ("unknown-prefix", None), ("several-systems", None)]);
    }

    #[test]
    fn findings_name_their_line() {
        let text = SAMPLE.to_owned()
            + "MONDO:1\t\tskos:exactMatch\tPerhaps\tICD10CM:A02\t\t\t\t\n\
               \t\tskos:exactMatch\t\tICD10CM:A02\t\t\t\t\n\
               MONDO:2\t\tdebio:0000003\t\tICD10CM:A 2\t\t\t\t\n\
               MONDO:0000088\tone\tskos:exactMatch\t\tICD10CM:E30.1\tOne\t\t\t\n\
               MONDO:4\t\tskos:exactMatch\t\tICD10CM:A02\t\t\t\t\tmore\n\
               MONDO:5\t\tskos";
        let (draft, report) = read(&text);
        let rules: Vec<_> = report.entries().iter().map(|entry| (entry.rule, entry.place.line)).collect();
        let expected = [
            ("unknown-modifier", Some(14)),
            ("missing-id", Some(15)),
            ("repeated-row", Some(17)),
            ("field-count", Some(18)),
            ("missing-id", Some(19)),
            ("unknown-predicate", None),
            ("bad-code", Some(16)),
        ];
        assert_eq!((rules.as_slice(), draft.rows.len(), report.rows), (expected.as_slice(), 8, 12));
    }

    #[test]
    fn what_is_no_such_file_is_an_error() {
        let headings_alone: String = SAMPLE.split_inclusive('\n').take(7).collect();
        for text in ["", "# curie_map:\n", "a\tb\n1\t2\n", &headings_alone] {
            assert!(matches!(read_bytes("x", text.as_bytes(), None), Err(Error::Source { .. })), "{text:?}");
        }
    }
}
