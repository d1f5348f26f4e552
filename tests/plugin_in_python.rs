//! A plugin in another language than Rust: built, run against its scenario, installed, and heard of.

use std::fs;
use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

use support::server::Server;
use support::{TestLedger, clients, command, root, run};

mod support;

/// Longest until an alert is there: the component is compiled first, and holds an interpreter.
const PATIENCE: Duration = Duration::from_secs(300);

#[test]
fn a_plugin_in_python_raises_an_alert() {
    let Some(python) = clients::python() else { return };
    let example = root().join("examples/plugin-in-python");
    let ledger = TestLedger::new();
    let component = ledger.beside("plugin.wasm");
    let tools = python.parent().unwrap();
    let path = format!("{}:{}", tools.display(), std::env::var("PATH").unwrap());
    run(Command::new(example.join("build.sh")).arg(&component).env("PATH", path), b"").exits(0);

    // What the plugin in Rust is tested with, and comes to.
    let scenario = root().join("examples/first-plugin/scenarios/first.jsonl");
    let mut tested = command(&["plugin", "test", "--component"]);
    tested.arg(&component).arg("--scenario").arg(scenario);
    run(&mut tested, b"").exits(0);

    fs::write(ledger.data().join("muniment.toml"), "[plugins]\nclock_seconds = 1\n").unwrap();
    let server = Server::start(&ledger);
    let installed = server.post("/v1/plugins", "application/wasm", &fs::read(&component).unwrap());
    assert_eq!(installed.status, 201, "{installed:?}");
    let event = r#"{"specversion":"1.0","id":"FOI-7/received","source":"/systems/requests","type":"request.received",
        "subject":"FOI-7","time":"2026-01-12T09:30:00Z","data":{"regime":"foi","channel":"email"}}"#;
    let posted = server.post("/v1/events", "application/cloudevents+json", event.as_bytes());
    assert_eq!(posted.status, 201, "{posted:?}");
    let start = Instant::now();
    loop {
        let alerts = server.get("/v1/alerts?plugin=first-plugin").json().to_string();
        if alerts.contains("FOI-7") {
            return assert!(alerts.contains("ACK-1"), "{alerts}");
        }
        assert!(start.elapsed() < PATIENCE, "no alert: {alerts}");
        thread::sleep(Duration::from_millis(200));
    }
}
