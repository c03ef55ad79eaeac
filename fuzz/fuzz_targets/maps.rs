//! Any bytes as each kind of map: what is read can be indexed, and comes back.
#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use medterm::source::delimited::map::{self, MapColumns};
use medterm::source::omop::{self, Vocabularies};
use medterm::source::{MapDraft, Report, gem, icd11_map, qd4440, rf2_map, sssom};
use medterm::{ConceptMap, Result, index};

static COLUMNS: LazyLock<MapColumns> = LazyLock::new(|| {
    let text = "source=#1; target=#2; header=off; relationship=#3; group=#4; target.display=#5; source.grammar=icd10";
    text.parse().unwrap()
});

fn index(read: Result<(MapDraft, Report)>) {
    let Ok((draft, report)) = read else { return };
    let map = ConceptMap::from_bytes(index::map_to_bytes(&draft, &report).unwrap()).unwrap();
    assert_eq!(map.to_draft().unwrap(), draft);
}

fuzz_target!(|bytes: &[u8]| {
    index(map::read_bytes("fuzz.csv", bytes, &COLUMNS));
    index(gem::read_bytes("2018_gem.txt", bytes, None));
    // The headings, so that the fuzzer need not find them.
    let with = |headings: &[u8]| [headings, b"\n", bytes].concat();
    let who = b"icd10Code\ticd10Title\ticd11Code\ticd11Title\tLinearization (release) URI\t2024-Jan-21";
    index(icd11_map::read_bytes("fuzz.txt", &with(who), None));
    let rf2 = b"id\teffectiveTime\tactive\tmoduleId\trefsetId\treferencedComponentId\tmapGroup\tmapTarget\tcorrelationId";
    index(rf2_map::read_bytes("fuzz.txt", &with(rf2), None));
    let sssom = b"#curie_map:\n#  a: b\nsubject_id\tpredicate_id\tobject_id\tpredicate_modifier\tmapping_date";
    index(sssom::read_bytes("fuzz.tsv", &with(sssom), None));
    let services = b"dvkt_code,dvkt_name,icd9cm,icd9cm_name_vi,icd9cm_chapter,specialty_no,specialty,tier,pttt_class";
    index(qd4440::read_bytes("fuzz.csv", &with(services)));
    let concepts = with(b"concept_id\tconcept_code\tconcept_name\tvocabulary_id\tdomain_id");
    let edges = with(b"concept_id_1\tconcept_id_2\trelationship_id\tvalid_start_date\tinvalid_reason");
    let vocabularies = Vocabularies { source: "A".into(), target: None, version: "1".into() };
    index(omop::read_bytes([("a", &concepts), ("b", &edges)], &vocabularies));
});
