//! FHIR resources, JSON and XML, from any bytes: reading ends without a panic, and what is read and written is read
//! again as it was.
#![no_main]

use libfuzzer_sys::fuzz_target;
use medterm::source::fhir::{FhirRelease, Resource, Settings};

fuzz_target!(|bytes: &[u8]| {
    let Ok(found) = Settings::new().read_bytes("a", bytes) else { return };
    for (resource, _) in found.list {
        let Resource::ValueSet(set) = &resource else { continue };
        let mut json = Vec::new();
        set.write_json(FhirRelease::R5, &mut json).unwrap();
        assert_eq!(Settings::new().read_bytes("b", &json).unwrap().list[0].0, resource);
    }
});
