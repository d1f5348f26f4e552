//! Policies: those of the program, an organisation's own, installed while the server runs and while it does not.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::fs;

use serde_json::{Value, json};
use support::http::Request;
use support::serving::Serving;
use support::{TestLedger, command, run};

mod support;

const OWN: &str = r#"
policy = "exemplar"
title = "Information Governance Policy"
organisation = "Exemplar Council"
version = "3"
description = "What the council asks of itself."

[[clause]]
id = "1.1"
says = "Requests are answered in time."
types = ["request.*"]
rule = "20 working days."
alerts = ["A-REQ-3", "EX-1"]
sections = ["R5"]
"#;

fn install(serving: &Serving, token: &str, text: &str) -> support::http::Answer {
    serving.ask(Request::post("/v1/policies", "application/toml", text.to_owned()).token(token))
}

fn ids(serving: &Serving) -> Value {
    let list = serving.get(&serving.admin, "/v1/policies").is(200).json();
    list["policies"].as_array().unwrap().iter().map(|policy| policy["id"].clone()).collect()
}

#[test]
fn an_organisations_own_policy_is_data() {
    let mut serving = Serving::new();
    assert_eq!(ids(&serving), json!(["leicester", "coventry"]));
    let leicester = serving.get(&serving.admin, "/v1/policies/leicester").is(200).json();
    let clauses = leicester["clause_map"].as_array().unwrap();
    assert_eq!(leicester["clauses"], clauses.len());
    let reporting = clauses.iter().find(|clause| clause["id"] == "L9.2.g").unwrap();
    assert!(reporting["types"].as_array().unwrap().contains(&json!("incident.reported")), "{reporting}");
    serving.get(&serving.admin, "/v1/policies/nobody").problem(404, "not_found");

    let installed = install(&serving, &serving.admin, OWN).is(201).json();
    assert_eq!(
        (&installed["id"], &installed["file"]),
        (&json!("exemplar"), &json!("policies/exemplar.toml"))
    );
    let alerts = &installed["clause_map"][0]["alerts"];
    assert_eq!(alerts[0]["raised"], true, "{alerts}");
    assert_eq!((&alerts[1]["code"], &alerts[1]["title"]), (&json!("EX-1"), &Value::Null));
    let types = serving.get(&serving.admin, "/v1/event-types").is(200).text();
    assert!(types.contains("exemplar 1.1"));
    install(&serving, &serving.admin, OWN).problem(409, "policy_unchanged");
    install(&serving, &serving.admin, &OWN.replace("\"3\"", "\"4\"")).is(201);

    let wrong = install(&serving, &serving.admin, &OWN.replace("request.*", "requests.*"));
    let said = wrong.problem(422, "invalid_policy").text();
    assert!(said.contains(":11:") && said.contains("did you mean"), "{said}");
    let officer = serving.token("officer", &["officer"], json!({}));
    install(&serving, &officer, OWN).problem(403, "forbidden");

    serving.indexed();
    let told = serving.get(&serving.admin, "/v1/events?type=ledger.definition_changed").is(200).json();
    assert_eq!(told["events"].as_array().unwrap().len(), 2, "{told}");
    let data = &told["events"][0]["event"]["data"];
    assert_eq!(data["definition_file"], "policies/exemplar.toml");
    serving.stop();
    serving.start_again();
    assert_eq!(ids(&serving), json!(["leicester", "coventry", "exemplar"]));
    serving.indexed();
    let told = serving.get(&serving.admin, "/v1/events?type=ledger.definition_changed").is(200).json();
    assert_eq!(told["events"].as_array().unwrap().len(), 2, "a start changes nothing");
    let page = serving.get(&serving.admin, "/docs/event-types").is(200).text();
    assert!(page.contains("request.received") && page.contains("<style>"));
    serving.stop_and_verify();
}

#[test]
fn the_command_line_installs_and_shows() {
    let ledger = TestLedger::new();
    let policy = |args: &[&str]| {
        let mut command = command(&["policy"]);
        run(command.args(args), b"")
    };
    let listed = policy(&["list"]).exits(0).stdout;
    assert!(listed.contains("leicester") && listed.contains("89 clauses"), "{listed}");
    let shown = policy(&["show", "leicester"]).exits(0).stdout;
    assert!(shown.contains("L12.4.a") && shown.contains("A-REQ-3"), "{shown}");
    let file = policy(&["show", "coventry", "--file"]).exits(0).stdout;
    assert!(file.contains("policy = \"coventry\""));
    policy(&["show", "nobody"]).exits(2);

    let (data, own) = (ledger.data(), ledger.beside("exemplar.toml"));
    let (data, own_path) = (data.to_str().unwrap(), own.to_str().unwrap());
    fs::write(&own, OWN.replace("A-REQ-3", "A-REQ-33")).unwrap();
    let said = policy(&["install", own_path, "--data", data]).exits(2).stderr;
    assert!(said.contains(":13:") && said.contains("A-REQ-33"), "{said}");
    fs::write(&own, OWN).unwrap();
    policy(&["install", own_path, "--data", data]).exits(0);
    policy(&["install", own_path, "--data", data]).exits(2);
    let listed = policy(&["list", "--data", data]).exits(0).stdout;
    assert!(listed.contains("exemplar"), "{listed}");
    let mut append = command(&["append", "--data", data]);
    run(&mut append, b"").exits(0);
    let mut verify = command(&["verify", "--data", data]);
    run(&mut verify, b"").exits(0);
}
