use std::collections::BTreeSet;

use super::*;
use crate::host::{HOST_TYPES, is_host_type};
use crate::json;
use crate::limits::{CATALOGUE_TYPES_MAX, FAULTS_MAX, TYPE_FIELDS_MAX};

fn built_in() -> Catalogue {
    Catalogue::built_in().unwrap_or_else(|error| panic!("{error}"))
}

mod events;
mod files;
mod sealing;

#[test]
fn every_type_says_what_it_is() {
    let catalogue = built_in();
    for one in catalogue.types() {
        let texts = one.fields().flat_map(|field| [&field.title, &field.description]);
        for text in texts.chain([&one.title, &one.description]) {
            assert!(text.starts_with(|first: char| first.is_uppercase()), "{}: {text}", one.name);
        }
        assert!(!one.title.ends_with('.') && one.description.ends_with('.'), "{}", one.name);
        assert!(catalogue.reserves(&one.name), "{} stands under a reserved first word", one.name);
        assert_eq!(catalogue.get(&one.name), Some(one));
    }
    let groups: Vec<&str> = catalogue.groups().map(|group| group.name.as_str()).collect();
    assert!(groups.is_sorted());
    assert!(groups.iter().all(|group| catalogue.types().any(|one| one.group == *group)));
}

#[test]
fn the_list_of_host_types_is_that_of_the_catalogue() {
    let catalogue = built_in();
    let mut host: Vec<&str> = catalogue
        .types()
        .filter(|one| one.recorded_by == RecordedBy::Host)
        .map(|one| one.name.as_str())
        .collect();
    host.sort_unstable();
    assert_eq!(host, HOST_TYPES);
    for one in catalogue.types() {
        assert_eq!(is_host_type(&one.name), one.recorded_by == RecordedBy::Host, "{}", one.name);
    }
}

/// While nothing can be sealed, a type that needs a personal field could not be posted at all.
#[test]
fn no_clients_type_needs_what_cannot_be_recorded() {
    for one in built_in().types() {
        let needed = one.fields().find(|field| field.required && field.personal);
        assert_eq!(needed, None, "{}", one.name);
        if one.recorded_by == RecordedBy::Host {
            assert!(one.fields().all(|field| !field.personal), "{}", one.name);
        }
    }
}

#[test]
fn every_clause_is_one_of_the_two_policies() {
    let known: BTreeSet<&str> = include_str!("tests/clauses.txt").split_whitespace().collect();
    for one in built_in().types() {
        for clause in &one.clauses {
            let policy = if clause.clause.starts_with('L') { "leicester" } else { "coventry" };
            assert_eq!(clause.policy, policy, "{}", one.name);
            assert!(known.contains(clause.clause.as_str()), "{}: {clause}", one.name);
        }
        let distinct: BTreeSet<&Clause> = one.clauses.iter().collect();
        assert_eq!(distinct.len(), one.clauses.len(), "{}", one.name);
    }
}

#[test]
fn every_field_of_a_file_is_used() {
    for (file, text) in built_in::FILES {
        let table: toml::Table = toml::from_str(text).unwrap();
        let (_, types) = file::read(file, text).unwrap();
        for field in table["field"].as_array().unwrap() {
            let name = field["name"].as_str().unwrap();
            assert!(types.iter().any(|one| one.field(name).is_some()), "{file}: {name}");
        }
    }
}

#[test]
fn every_file_of_the_folder_is_built_in() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/catalogue");
    let names = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name());
    let there: BTreeSet<String> = names.map(|name| name.into_string().unwrap()).collect();
    let built_in = built_in::FILES.iter().chain([&built_in::RESERVED]);
    assert_eq!(there, built_in.map(|(file, _)| (*file).to_owned()).collect());
    for (file, text) in built_in::FILES {
        assert_eq!(format!("{}.toml", file::read(file, text).unwrap().0.name), file);
    }
}

#[test]
fn first_words_are_reserved_and_nothing_else() {
    let catalogue = built_in();
    for name in ["request.recieved", "training.completed", "request"] {
        assert!(catalogue.reserves(name), "{name}");
    }
    for name in ["uk.gov.exemplar.request", "requests.received", "a.b", ""] {
        assert!(!catalogue.reserves(name), "{name}");
    }
}

#[test]
fn schemas_are_json() {
    let catalogue = built_in();
    for one in catalogue.types() {
        let text = schema(one).to_canonical();
        let again = json::parse(&text).unwrap_or_else(|error| panic!("{}: {error}", one.name));
        assert_eq!(again.to_canonical(), text);
    }
    let text = schema(catalogue.get("breach.reportability_decided").unwrap()).to_canonical();
    let text = String::from_utf8(text).unwrap();
    for part in [
        r#""$schema":"https://json-schema.org/draft/2020-12/schema""#,
        r#""title":"Reportability decided""#,
        r#""required":["id","source","specversion","type","subject","data"]"#,
        r#""required":["reportable"]"#,
        r#""enum":["risk_likely","#,
        r#""note":{"description":"Anything else that a colleague should know.","maxLength":8192,"title":"Note","type":"string","x-personal":true}"#,
        r#""reportable":{"description":"Whether it is to be reported to the regulator.","title":"Reportable","type":"boolean","x-personal":false}"#,
        r#""type":{"const":"breach.reportability_decided"}"#,
        r#""x-clauses":["leicester L9.1.d","coventry C-AIM.i","leicester L12.2.c"]"#,
        r#""x-recorded-by":"client""#,
        r#""sha256":{"pattern":"^[0-9a-f]{64}$","type":"string"}"#,
    ] {
        assert!(text.contains(part), "{part} in {text}");
    }
    let text = String::from_utf8(schema(catalogue.get("clock.advanced").unwrap()).to_canonical()).unwrap();
    assert!(text.contains(r#""required":["id","source","specversion","type"]"#), "{text}");
    assert!(text.contains(r#""x-recorded-by":"host""#), "{text}");
}
