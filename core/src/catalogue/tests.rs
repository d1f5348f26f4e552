use std::collections::BTreeSet;
use std::sync::LazyLock;

use super::*;
use crate::host::{HOST_TYPES, is_host_type};
use crate::json;
use crate::limits::{CATALOGUE_TYPES_MAX, FAULTS_MAX, TYPE_CLAUSES_MAX, TYPE_FIELDS_MAX};

/// Read once: there are hundreds of types, and hundreds of checks.
fn built_in() -> Catalogue {
    static BUILT_IN: LazyLock<Catalogue> =
        LazyLock::new(|| Catalogue::built_in().unwrap_or_else(|error| panic!("{error}")));
    BUILT_IN.clone()
}

mod events;
mod examples;
mod files;
mod page;
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
    assert_eq!(groups.iter().collect::<BTreeSet<_>>().len(), groups.len());
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

/// Which clauses a type is evidence for is said in one place only: the policies.
#[test]
fn the_types_know_the_clauses_of_the_policies() {
    let bare = Catalogue::without_policies().unwrap();
    assert!(bare.types().all(|one| one.clauses.is_empty()));
    let catalogue = built_in();
    let rulebook = Rulebook::built_in(&catalogue).unwrap();
    assert_eq!(rulebook.unknown_clauses(&catalogue), []);
    for one in catalogue.types() {
        let distinct: BTreeSet<&Clause> = one.clauses.iter().collect();
        assert_eq!(distinct.len(), one.clauses.len(), "{}", one.name);
        assert!(one.clauses.len() <= TYPE_CLAUSES_MAX, "{}", one.name);
        for policy in rulebook.policies() {
            for row in &policy.clauses {
                let clause = Clause { policy: policy.id.clone(), clause: row.id.clone() };
                assert_eq!(one.clauses.contains(&clause), row.is_evidenced_by(&one.name), "{clause}");
            }
        }
    }
}

/// What types were evidence for before the policies had files of their own.
#[test]
fn no_clause_was_lost() {
    let catalogue = built_in();
    for (name, clauses) in [
        ("request.response_issued", ["leicester L6.2", "leicester L8.1.c", "coventry C-TCW.iii"]),
        ("breach.ico_notified", ["leicester L9.1.d", "leicester L12.2.c", "coventry C-AIM.i"]),
        ("access.granted", ["leicester L9.2.a", "leicester L12.9.c", "coventry C-AIM.iii"]),
        ("disposal.executed", ["leicester L3.1.a", "leicester L20.1.c", "leicester L5.1.a"]),
        ("report.approved", ["leicester L12.4.c", "leicester L12.1", "coventry C-CMP.1"]),
    ] {
        let known: Vec<String> = catalogue.get(name).unwrap().clauses.iter().map(Clause::to_string).collect();
        for clause in clauses {
            assert!(known.iter().any(|one| one == clause), "{name}: {clause}");
        }
    }
}

#[test]
fn every_field_of_a_file_is_used() {
    for (file, text) in built_in::FILES {
        let table: toml::Table = toml::from_str(text).unwrap();
        let types = file::read(file, text).unwrap().types;
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
        let groups = file::read(file, text).unwrap().groups;
        if let [only] = groups.as_slice() {
            assert_eq!(format!("{}.toml", only.name), file);
        }
    }
}

#[test]
fn first_words_are_reserved_and_nothing_else() {
    let catalogue = built_in();
    for name in ["request.recieved", "training.complete", "request"] {
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
        r#""note":{"description":"Anything else that a colleague should know.","examples":["The service has been told by telephone."],"maxLength":8192,"title":"Note","type":"string","x-personal":true}"#,
        r#""reportable":{"description":"Whether it is to be reported to the regulator.","examples":[true],"title":"Reportable","type":"boolean","x-personal":false}"#,
        r#""type":{"const":"breach.reportability_decided"}"#,
        r#""x-clauses":["leicester L9.1.d","leicester L12.2.c","coventry C-AIM.i"]"#,
        r#""x-recorded-by":"client""#,
        r#""sha256":{"pattern":"^[0-9a-f]{64}$","type":"string"}"#,
    ] {
        assert!(text.contains(part), "{part} in {text}");
    }
    let text = String::from_utf8(schema(catalogue.get("clock.advanced").unwrap()).to_canonical()).unwrap();
    assert!(text.contains(r#""required":["id","source","specversion","type"]"#), "{text}");
    assert!(text.contains(r#""x-recorded-by":"host""#), "{text}");
}
