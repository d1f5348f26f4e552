//! Personal fields that a plugin is granted: only by an administrator, only those, and gone when they are destroyed.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use support::http::{Answer, Request};
use support::root;
use support::serving::{STRUCTURED, Serving};

mod support;

const PATIENCE: Duration = Duration::from_secs(60);
const SECRET: &str = "urgentwordofadalovelace";

/// The component of `tests/asking`.
fn component() -> Vec<u8> {
    let target = root().join("target/guest");
    let mut cargo = Command::new(env!("CARGO"));
    cargo.current_dir(root()).args(["build", "--locked", "--quiet", "--profile", "guest"]);
    cargo.args(["--target", "wasm32-wasip2", "--package", "muniment-asking", "--target-dir"]).arg(&target);
    for foreign in ["CARGO_ENCODED_RUSTFLAGS", "CARGO_MAKEFLAGS", "CARGO_TARGET_DIR", "RUSTFLAGS"] {
        cargo.env_remove(foreign);
    }
    assert!(cargo.status().unwrap().success());
    fs::read(target.join("wasm32-wasip2/guest/muniment_asking.wasm")).unwrap()
}

fn post_note(serving: &Serving, case: &str, note: &str) {
    let event = json!({
        "specversion": "1.0", "id": format!("{case}/received"), "source": "/foi", "type": "request.received",
        "subject": case, "data": {"regime": "foi", "note": note},
    });
    let request = Request::post("/v1/events", STRUCTURED, event.to_string());
    serving.ask(request.token(&serving.admin)).is(201);
}

fn install(serving: &Serving, component: &[u8], query: &str) -> Answer {
    let request = Request::post(format!("/v1/plugins{query}"), "application/wasm", component.to_vec());
    serving.ask(request.token(&serving.admin))
}

/// The notes by case, once the plugin shows so many that they are as they should be.
#[track_caller]
fn wait_for_notes(serving: &Serving, expected: &Value) {
    let begun = Instant::now();
    loop {
        let answer = serving.get(&serving.admin, "/v1/registers/asking/notes");
        let rows = if answer.status == 200 { answer.json()["rows"].clone() } else { Value::Null };
        let cells = |row: &Value| row["cells"].clone();
        let notes: Value = rows.as_array().into_iter().flatten().map(cells).collect();
        if notes == *expected {
            return;
        }
        assert!(begun.elapsed() < PATIENCE, "{notes} instead of {expected}");
        thread::sleep(Duration::from_millis(100));
    }
}

fn open_alerts(serving: &Serving) -> usize {
    let alerts = serving.get(&serving.admin, "/v1/alerts?plugin=asking&state=open").is(200).json();
    alerts["alerts"].as_array().unwrap().len()
}

fn wait_for_alerts(serving: &Serving, count: usize) {
    let begun = Instant::now();
    while open_alerts(serving) != count {
        assert!(begun.elapsed() < PATIENCE, "{} open alerts instead of {count}", open_alerts(serving));
        thread::sleep(Duration::from_millis(100));
    }
}

fn all_files(directory: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(directory).unwrap().map(Result::unwrap) {
        if entry.file_type().unwrap().is_dir() {
            all_files(&entry.path(), found);
        } else {
            found.push(entry.path());
        }
    }
}

fn assert_nowhere(directory: &Path) {
    let mut files = Vec::new();
    all_files(directory, &mut files);
    assert!(files.len() > 8, "{files:?}");
    for path in files {
        let bytes = fs::read(&path).unwrap();
        assert!(memchr::memmem::find(&bytes, SECRET.as_bytes()).is_none(), "it is in {}", path.display());
    }
}

#[test]
fn a_plugin_is_given_what_was_granted_until_it_is_destroyed() {
    let mut serving = Serving::with(
        |ledger| {
            let settings = "[personal]\ndestroy_people = 1\ndestroy_delay_seconds = 0\n";
            fs::write(ledger.data().join("muniment.toml"), settings).unwrap();
        },
        &[],
    );
    let component = component();
    post_note(&serving, "FOI-1", SECRET);
    post_note(&serving, "FOI-2", "no hurry");

    let refused = install(&serving, &component, "").problem(422, "personal_not_granted").text();
    assert!(refused.contains("request.received/note") && refused.contains("the word urgent"), "{refused}");
    let more = "?grant=request.received%2Fnote%2Crequest.received%2Frequester_name";
    install(&serving, &component, more).problem(422, "personal_not_granted");
    let grant = "?grant=request.received%2Fnote";
    let installed = install(&serving, &component, grant).is(201).json();
    assert_eq!(installed["personal_granted"], json!(["request.received/note"]));
    serving.get(&serving.admin, "/v1/event-types/uk.test.asking.noted").is(200);
    serving.indexed();
    let event = serving.get(&serving.admin, "/v1/events?type=plugin.installed").is(200).json();
    assert_eq!(event["events"][0]["event"]["data"]["personal_granted"], json!(["request.received/note"]));

    wait_for_notes(&serving, &json!([["FOI-1", SECRET], ["FOI-2", "no hurry"]]));
    wait_for_alerts(&serving, 1);
    serving.stop();
    assert_nowhere(&serving.ledger.data());
    serving.start_again();
    wait_for_notes(&serving, &json!([["FOI-1", SECRET], ["FOI-2", "no hurry"]]));

    let ask = |query: &str, body: &Value| {
        let target = format!("/v1/subjects/request/FOI-1/destroy{query}");
        serving.ask(Request::post(target, "application/json", body.to_string()).token(&serving.admin))
    };
    // An open request blocks it.
    let closed = json!({
        "specversion": "1.0", "id": "FOI-1/closed", "source": "/foi", "type": "request.closed",
        "subject": "FOI-1", "data": {"close_reason": "withdrawn"},
    });
    serving.ask(Request::post("/v1/events", STRUCTURED, closed.to_string()).token(&serving.admin)).is(201);
    let plan = ask("?dry_run=true", &json!({"basis": "erasure_request"})).is(200).json();
    ask("", &json!({"basis": "erasure_request", "plan": plan["plan"]})).is(201);

    wait_for_notes(&serving, &json!([["FOI-1", "sealed"], ["FOI-2", "no hurry"]]));
    wait_for_alerts(&serving, 0);
    serving.indexed();
    let again = serving.get(&serving.admin, "/v1/events?type=plugin.configured").is(200).json();
    assert_eq!(again["events"].as_array().unwrap().len(), 1);
    serving.stop();
    assert_nowhere(&serving.ledger.data());
    serving.start_again();
    wait_for_notes(&serving, &json!([["FOI-1", "sealed"], ["FOI-2", "no hurry"]]));
    serving.indexed();
    let changed = serving.get(&serving.admin, "/v1/events?type=ledger.definition_changed").is(200).json();
    assert_eq!(changed["events"].as_array().unwrap().len(), 1, "the type that it brought along is told once");
    serving.stop_and_verify();
}
