//! The files of `core/policies/`, and an operator's.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use super::*;

fn built_in() -> (Catalogue, Rulebook) {
    static BUILT_IN: LazyLock<(Catalogue, Rulebook)> = LazyLock::new(|| {
        let catalogue = Catalogue::built_in().unwrap_or_else(|error| panic!("{error}"));
        let rulebook = Rulebook::built_in(&catalogue).unwrap_or_else(|error| panic!("{error}"));
        (catalogue, rulebook)
    });
    BUILT_IN.clone()
}

const GOOD: &str = r#"
policy = "exemplar"
title = "Information security policy"
organisation = "Exemplar City Council"
version = "3"
description = "Our own policy."

[[clause]]
id = "4.1"
says = "Parking permits are issued to residents only."
types = ["access.granted", "request.*"]
rule = "Within a day."
alerts = ["A-REQ-3", "parking/LATE"]
sections = ["R5"]

[[clause]]
id = "4.2"
says = "The policy itself is reviewed."
sections = ["Annex-C"]
"#;

fn refusal(text: &str) -> String {
    let (mut catalogue, mut rulebook) = built_in();
    let before = (catalogue.clone(), rulebook.clone());
    let error = rulebook.add("exemplar.toml", text, &mut catalogue).expect_err(text);
    assert_eq!((catalogue, rulebook), before, "nothing was added");
    error.to_string()
}

#[test]
fn every_clause_of_the_two_policies_has_its_row() {
    let (_, rulebook) = built_in();
    let counts: Vec<(&str, usize)> =
        rulebook.policies().map(|policy| (policy.id.as_str(), policy.clauses.len())).collect();
    assert_eq!(counts, [("leicester", 89), ("coventry", 27)]);
    for policy in rulebook.policies() {
        for clause in &policy.clauses {
            let place = format!("{} {}", policy.id, clause.id);
            assert!(clause.id.starts_with(if policy.id == "leicester" { "L" } else { "C-" }), "{place}");
            assert!(clause.says.starts_with(char::is_uppercase) && clause.says.ends_with('.'), "{place}");
            assert!(clause.rule.as_ref().is_none_or(|rule| rule.ends_with('.')), "{place}");
            assert!(!clause.types.is_empty() && !clause.sections.is_empty(), "{place}");
        }
    }
    let leicester = rulebook.policy("leicester").unwrap();
    for id in ["L1.1", "L6.2", "L6.2x", "L9.2.g", "L12.9.j", "L14.3.d", "L20.1.e"] {
        assert!(leicester.clause(id).is_some(), "{id}");
    }
    let coventry = rulebook.policy("coventry").unwrap();
    for id in ["C-INT", "C-AIM.iv", "C-TCW.x", "C-CMP.6", "C-ENQ"] {
        assert!(coventry.clause(id).is_some(), "{id}");
    }
}

#[test]
fn every_alert_is_some_clauses_or_has_a_reason() {
    let (_, rulebook) = built_in();
    let clauses = || rulebook.policies().flat_map(|policy| &policy.clauses);
    let named: BTreeSet<&str> = clauses().flat_map(|clause| &clause.alerts).map(String::as_str).collect();
    // What the product itself has to watch over, and what guards other alerts: asked for by no clause on its own.
    for alert in rulebook.alerts() {
        let has_clause = named.contains(alert.code.as_str());
        assert_ne!(has_clause, alert.without_clause.is_some(), "{}", alert.code);
        assert!(alert.code.starts_with("A-") && alert.trigger.ends_with('.'), "{}", alert.code);
        assert!(alert.recipient.starts_with("role/"), "{}", alert.code);
    }
    let codes: BTreeSet<&str> = rulebook.alerts().map(|alert| alert.code.as_str()).collect();
    assert!(named.is_subset(&codes));
}

/// The plugins of the program are held against this list by a test that can see them.
#[test]
fn every_section_of_the_report_is_some_clauses_or_the_hosts() {
    let (_, rulebook) = built_in();
    let used: BTreeSet<&str> = rulebook
        .policies()
        .flat_map(|policy| &policy.clauses)
        .flat_map(|clause| &clause.sections)
        .map(String::as_str)
        .collect();
    let unused: Vec<&str> =
        rulebook.sections().map(|section| section.id.as_str()).filter(|id| !used.contains(id)).collect();
    assert_eq!(unused, ["Annex-A", "Annex-B"]);
}

#[test]
fn the_legal_register_has_the_nine_statutes() {
    let (_, rulebook) = built_in();
    let ids: BTreeSet<&str> = rulebook.statutes().map(|statute| statute.id.as_str()).collect();
    for id in [
        "dpa-1998",
        "sensitive-data-order-2000",
        "cdpa-1988",
        "cma-1990",
        "hra-1998",
        "ripa-2000",
        "foia-2000",
        "hsca-2001",
        "pofa-2012",
    ] {
        assert!(ids.contains(id), "{id}");
    }
    assert!(rulebook.statutes().all(|statute| !statute.types.is_empty()));
}

#[test]
fn controls_are_named() {
    let (_, rulebook) = built_in();
    let spelled = |name: &str| {
        let control = rulebook.control(name).unwrap_or_else(|| panic!("{name}"));
        format!("{} {}", control.value, control.unit)
    };
    assert_eq!(spelled("request.acknowledge"), "1 working days");
    assert_eq!(spelled("breach.warn_third"), "66 hours");
    assert_eq!(spelled("training.target"), "95 per cent");
    assert_eq!(spelled("marking.gpms_last_day"), "2014-04-02 date");
}

#[test]
fn every_file_of_the_folder_is_built_in() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/policies");
    let names = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name());
    let there: BTreeSet<String> = names.map(|name| name.into_string().unwrap()).collect();
    let lists = [
        built_in::ALERTS,
        built_in::NOT_YET_RAISED,
        built_in::STATUTES,
        built_in::CONTROLS,
        built_in::SECTIONS,
    ];
    let built_in = built_in::POLICIES.iter().chain(&lists);
    assert_eq!(there, built_in.map(|(file, _)| (*file).to_owned()).collect());
}

#[test]
fn an_operators_policy() {
    let (mut catalogue, mut rulebook) = built_in();
    rulebook.add("exemplar.toml", GOOD, &mut catalogue).unwrap();
    let policy = rulebook.policy("exemplar").unwrap();
    assert_eq!((policy.clauses.len(), policy.file.as_str()), (2, "exemplar.toml"));
    for name in ["request.received", "request.closed", "access.granted"] {
        let last = catalogue.get(name).unwrap().clauses.last().unwrap().to_string();
        assert_eq!(last, "exemplar 4.1", "{name}");
    }
    assert_ne!(catalogue.get("access.revoked").unwrap().clauses.last().unwrap().policy, "exemplar");
    let again = rulebook.add("more.toml", GOOD, &mut catalogue).unwrap_err().to_string();
    assert!(again.starts_with("more.toml:2: it is defined in exemplar.toml already"), "{again}");
}

#[test]
fn a_policy_names_an_operators_types_and_they_name_its_clauses() {
    let (mut catalogue, mut rulebook) = built_in();
    let types = concat!(
        "group = \"uk.gov.exemplar\"\ntitle = \"T\"\ndescription = \"D\"\nclauses = [\"exemplar 4.2\"]\n",
        "[[type]]\nname = \"uk.gov.exemplar.met\"\ntitle = \"T\"\ndescription = \"D\"\n",
    );
    catalogue.add("met.toml", types).unwrap();
    assert_eq!(rulebook.unknown_clauses(&catalogue), [("uk.gov.exemplar.met", "exemplar 4.2".to_owned())]);
    let policy = GOOD.replace("\"request.*\"", "\"uk.gov.exemplar.*\"");
    rulebook.add("exemplar.toml", &policy, &mut catalogue).unwrap();
    assert_eq!(rulebook.unknown_clauses(&catalogue), []);
    let clauses: Vec<String> =
        catalogue.get("uk.gov.exemplar.met").unwrap().clauses.iter().map(ToString::to_string).collect();
    assert_eq!(clauses, ["exemplar 4.2", "exemplar 4.1"]);
}

#[test]
fn every_refusal_names_file_line_and_cure() {
    let long = "x".repeat(2_001);
    for (part, by, expect) in [
        ("rule = ", "rules = ", "exemplar.toml:12: clause 4.1: unknown field `rules`"),
        ("rule = ", "rules = ", "; did you mean rule?"),
        ("says = \"P", "saying = \"P", "clause 4.1: "),
        (
            "\"access.granted\"",
            "\"acess.granted\"",
            "exemplar.toml:11: clause 4.1: there is no event type \"acess.granted\"; did you mean access.granted?",
        ),
        ("\"request.*\"", "\"requests.*\"", "\"requests.*\"; did you mean request.*?"),
        ("\"request.*\"", "\"swimming.*\"", "declare it in a file of the catalogue"),
        ("\"request.*\"", "\"access.granted\"", "named twice"),
        (
            "\"A-REQ-3\"",
            "\"A-REQ-33\"",
            "exemplar.toml:13: clause 4.1: there is no alert \"A-REQ-33\"; did you mean A-REQ-",
        ),
        (
            "\"R5\"",
            "\"R55\"",
            "exemplar.toml:14: clause 4.1: the report has no section \"R55\"; did you mean R",
        ),
        ("id = \"4.2\"", "id = \"4.1\"", "exemplar.toml:17: clause 4.1: it is defined in this file already"),
        ("id = \"4.2\"", "id = \"4 2\"", "exemplar.toml:17: clause 4 2: \"4 2\" is not a short identifier"),
        ("version = \"3\"", "version = 3", "exemplar.toml:5: `version`: invalid type: integer `3`"),
        ("title = \"I", "titel = \"I", "exemplar.toml:3: unknown field `titel`"),
        ("title = \"I", "titel = \"I", "; did you mean title?"),
        ("Within a day.", &long, "`rule` has 2001 bytes, it must have 1 to 2000 bytes"),
        (
            "policy = \"exemplar\"",
            "policy = \"coventry\"",
            "exemplar.toml:2: it is defined in coventry.toml already",
        ),
    ] {
        assert!(GOOD.contains(part), "{part}");
        let message = refusal(&GOOD.replacen(part, by, 1));
        assert!(message.contains(expect), "{expect:?} in {message}");
    }
    let named = "\nsays = \"S.\"\nsections = [\"R5\"]\ntypes = [\"request.closed\"]\n";
    let rows: String = (0..64).map(|number| format!("[[clause]]\nid = \"6.{number}\"{named}")).collect();
    let message = refusal(&format!("{GOOD}{rows}"));
    assert!(
        message.starts_with("exemplar.toml: type request.closed: ") && message.ends_with("limit is 64"),
        "{message}"
    );
    let clause = &GOOD[GOOD.rfind("[[clause]]").unwrap()..];
    let many: String = (0..1_000).map(|number| clause.replace("4.2", &format!("5.{number}"))).collect();
    assert!(refusal(&format!("{GOOD}{many}")).contains("1002 clauses, the limit is 1000"));
}
