//! The readers on publishers' real files, where the shared test data is at hand.
#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

mod support;

use medterm::source::detect::{Format, detect};
use medterm::source::{Usability, icd10cm};
use support::shared;

#[test]
fn icd10cm_order_files_are_read_whole() {
    for (file, version, rows, usable) in [
        ("icd10cm-order-April-2025.txt", "2025-04", 97_584, 74_260),
        ("icd10cm-order-Jan-2021.txt", "2021-01", 95_358, 72_621),
    ] {
        let Some(path) = shared(&format!("intl/icd10cm/{file}")) else { continue };
        let (draft, report) = icd10cm::read_order(&path, None).unwrap();
        assert_eq!(report.entries(), []);
        assert_eq!((report.rows, draft.concepts.len()), (rows, rows as usize));
        assert_eq!(draft.edition.version, version);
        let is_usable = |concept: &&medterm::source::DraftConcept| concept.usability == Usability::Usable;
        assert_eq!(draft.concepts.iter().filter(is_usable).count(), usable);
        let roots = draft.concepts.iter().filter(|concept| concept.parents.is_empty());
        assert!(roots.into_iter().all(|concept| concept.code.len() == 3));
    }
}

#[test]
fn formats_are_told_by_content() {
    let in_archive = if cfg!(feature = "archive") { Format::Icd11 } else { Format::Unknown };
    for (file, format) in [
        ("intl/icd10cm/icd10cm-order-April-2025.txt", Format::Icd10CmOrder),
        ("intl/icd10cm/icd10cm-neoplasm-April-1-2026.xml", Format::Icd10CmTabular),
        ("intl/icd10pcs/icd10pcs_order_2014.txt", Format::Icd10PcsOrder),
        ("intl/icd11/10To11MapToOneCategory.txt", Format::Delimited),
        ("intl/icd11/SimpleTabulation-ICD-11-MMS-en.zip", in_archive),
        ("intl/gem/2018_I9gem.txt", Format::Unknown),
        ("intl/hpo/hp-es.babelon.tsv", Format::Babelon),
        ("intl/atc/atc-ddd-2026.csv", Format::Atc),
        ("intl/mesh/mtrees2022.bin", Format::MeshTrees),
        ("intl/loinc/extract", Format::Loinc),
        ("intl/loinc/loinc-names-2025.csv", Format::Delimited),
        ("intl/rxnorm", Format::RxNorm),
        ("intl/snomed/rf2-map-example", Format::SnomedRf2),
        ("vn/icd10-tt06-2026.csv", Format::Tt06),
        ("vn/service-tt23-pl1.csv", Format::Delimited),
        ("vn/icd10-tt06-flags.json", Format::Unknown),
    ] {
        let Some(path) = shared(file) else { continue };
        assert_eq!(detect(path).unwrap(), format, "{file}");
    }
}

#[cfg(feature = "xlsx")]
#[test]
fn workbooks_are_told_by_their_headings() {
    for (file, format) in [
        ("vn/icd10-tt06-2026-leaves.xlsx", Format::Tt06),
        ("vn/icd10-qd4469-2020.xlsx", Format::Qd4469),
        ("vn/service-icd9cm-qd4440-damaged.xlsx", Format::Unknown),
    ] {
        let Some(path) = shared(file) else { continue };
        assert_eq!(detect(path).unwrap(), format, "{file}");
    }
}

#[cfg(feature = "csv")]
#[test]
fn delimited_lists_with_a_typed_mapping() {
    use medterm::source::{Severity, delimited};

    let cases = [
        (
            "vn/icd10-tt06-2026.csv",
            "code=code; display.vi=name_vi_raw; display.en=name_en; grammar=icd10; parent=prefix;
             property.never-main-diagnosis:boolean=camBenhChinh",
            15_844,
            15_844,
        ),
        ("vn/service-tt23-pl1.csv", "code=code_restored; display.vi=name; property.chapter=chapter", 19_438, 19_438),
    ];
    for (file, mapping, rows, concepts) in cases {
        let Some(path) = shared(file) else { continue };
        let (draft, report) = delimited::read(path, &mapping.parse().unwrap()).unwrap();
        println!("{file}: {:?}", report.summary());
        assert_eq!((report.rows, draft.concepts.len()), (rows, concepts), "{file}: {:?}", report.summary());
        let joined = report.total("duplicate-code");
        assert_eq!(draft.concepts.len() + joined + report.count(Severity::Refused), rows as usize, "{file}");
    }
}
