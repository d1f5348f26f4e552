use std::fs;

use super::*;
use crate::testing::ledger_options;

const PERMITS: &str = r#"
group = "uk"
title = "Permits"
description = "Parking permits."
recorded_by = "client"

[[field]]
name = "zone"
title = "Zone"
description = "The zone that it is for."
type = "code"
example = "north-3"

[[type]]
name = "uk.gov.exemplar.parking.permit-issued"
title = "Permit issued"
description = "A permit was issued."
fields = ["zone"]
required = ["zone"]
"#;

#[test]
fn what_stands_in_the_data_directory_is_told_once() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path();
    let disk = crate::disk::OsDisk::new(path);
    let now = muniment_core::time::Timestamp::parse_rfc3339("2026-05-01T09:00:00Z").unwrap();
    let purpose = crate::ledger::genesis::Purpose::Test;
    crate::ledger::genesis::create(&disk, "definitions.example/ledger", "Exemplar", purpose, now).unwrap();
    let ledger = Ledger::open(path, &ledger_options(1 << 20)).unwrap();
    let current = Current::new(Definitions::load(path).unwrap());
    assert_eq!(current.record_changes(&ledger).unwrap(), 0);

    let file = ("catalogue/permits.toml".to_owned(), PERMITS.to_owned());
    current.install(path, &ledger, std::slice::from_ref(&file), Some("token/admin")).unwrap();
    assert!(current.get().catalogue.get("uk.gov.exemplar.parking.permit-issued").is_some());
    assert_eq!(fs::read_to_string(path.join("catalogue/permits.toml")).unwrap(), PERMITS);
    let size = ledger.head().size;
    current.install(path, &ledger, &[file], None).unwrap();
    assert_eq!(Current::new(Definitions::load(path).unwrap()).record_changes(&ledger).unwrap(), 0);
    assert_eq!(ledger.head().size, size, "the second time nothing changes");

    // By hand, and away.
    fs::write(path.join("catalogue/permits.toml"), PERMITS.replace("Permits", "All permits")).unwrap();
    assert_eq!(Current::new(Definitions::load(path).unwrap()).record_changes(&ledger).unwrap(), 1);
    fs::remove_file(path.join("catalogue/permits.toml")).unwrap();
    let current = Current::new(Definitions::load(path).unwrap());
    assert_eq!(current.record_changes(&ledger).unwrap(), 1);
    assert_eq!(current.record_changes(&ledger).unwrap(), 0);
    ledger.close();
}

#[test]
fn a_wrong_file_changes_nothing_and_says_where_it_is_wrong() {
    let definitions = Definitions::built_in().unwrap();
    let wrong = |name: &str, text: &str| {
        definitions.with(&[(name.to_owned(), text.to_owned())]).unwrap_err().to_string()
    };
    let reserved =
        PERMITS.replace("uk.gov.exemplar.parking.permit-issued", "uk.gov.exemplar.parking.permit issued");
    assert!(wrong("catalogue/a.toml", &reserved).starts_with("catalogue/a.toml:"), "{reserved}");
    let clause = PERMITS.replace("fields = [", "clauses = [\"exemplar 1.1\"]\nfields = [");
    assert!(wrong("catalogue/a.toml", &clause).contains("exemplar 1.1"));
    let long = "#".repeat(FILE_BYTES_MAX + 1);
    assert!(wrong("catalogue/a.toml", &long).contains("1048577 bytes, the limit is 1048576 bytes"));
    let policy = definitions.text_of(definitions.rulebook.policy("leicester").unwrap());
    assert!(policy.contains("[[clause]]"));
    let own = policy.replacen("policy = \"leicester\"", "policy = \"exemplar\"", 1);
    let with = definitions.with(&[("policies/exemplar.toml".to_owned(), own.clone())]).unwrap();
    assert_eq!(with.rulebook.policies().count(), 3);
    assert_eq!(definitions.policy_file(&own).unwrap().1, "policies/exemplar.toml");
    let misspelled = own.replacen("asset.registered", "asset.registred", 1);
    let said = definitions.policy_file(&misspelled).unwrap_err().to_string();
    assert!(said.contains("did you mean") && said.contains("asset.registered"), "{said}");
}

#[test]
fn schemas_are_those_of_2020_12_and_take_their_examples() {
    let definitions = Definitions::built_in().unwrap();
    for one in definitions.catalogue.types() {
        let read = |canonical: Vec<u8>| serde_json::from_slice::<serde_json::Value>(&canonical).unwrap();
        let schema = read(muniment_core::catalogue::schema(one).to_canonical());
        jsonschema::draft202012::meta::validate(&schema)
            .unwrap_or_else(|error| panic!("{}: {error}", one.name));
        let validator =
            jsonschema::draft202012::new(&schema).unwrap_or_else(|error| panic!("{}: {error}", one.name));
        let example = read(one.example_event().to_canonical());
        let faults: Vec<String> = validator.iter_errors(&example).map(|fault| fault.to_string()).collect();
        assert!(faults.is_empty(), "{}: {faults:?}", one.name);
    }
}
