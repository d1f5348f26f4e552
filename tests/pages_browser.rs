//! The pages in a browser: every journey at a desk, with a telephone and without scripts, by mouse and by keyboard, by the rules
//! of WCAG 2.2 AA.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::fs;
use std::path::Path;
use std::process::Command;
use std::thread;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde_json::{Value, json};
use support::server::Server;
use support::{TestLedger, clients, command, root, run};

mod support;

/// The demo's.
const ORIGIN: &str = "demo.exemplar.invalid/ledger";
/// How long the plugins may take to begin again.
const PATIENCE: Duration = Duration::from_secs(120);
/// How long a destruction can be cancelled: longer than two people take to agree to it and to cancel it.
const SETTINGS: &str = "[personal]\ndestroy_delay_seconds = 30\n";
/// More than a page of a register holds; the journeys count them.
const WAITING: usize = 130;
/// Requests of so many days ago: whatever the public holidays, one of them is due within a week.
const SOON_DAYS: [u64; 3] = [22, 26, 30];
/// Plugins that can be upgraded, one for each of the ways in which the journeys are made.
const UPGRADED: [&str; 3] = ["disclosures", "marking", "suppliers"];
/// A part that means nothing, by which a plugin's program is another one that does the same.
const OTHER_PROGRAM: &[u8] = b"\0\x07\x05otherx";

/// The ledger of a demo, with a token that holds all roles.
fn demo() -> TestLedger {
    let home = tempfile::tempdir().unwrap();
    let (demo, data) = (home.path().join("demo"), home.path().join("data"));
    run(command(&["demo", "--no-serve", "--events", "1500", "--data"]).arg(&demo), b"").exits(0);
    fs::rename(demo.join("ledger"), &data).unwrap();
    fs::write(data.join("muniment.toml"), SETTINGS).unwrap();
    let mut make = command(&["token", "new", "browser", "--data"]);
    make.arg(&data);
    for role in ["admin", "auditor", "officer"] {
        make.args(["--role", role]);
    }
    let token = run(&mut make, b"").exits(0).last_line().trim().to_owned();
    TestLedger { home, vkey: String::new(), token }
}

/// Waits until every plugin has read all of it, and the alerts are gathered.
fn is_ready(server: &Server) {
    let begun = Instant::now();
    let is_at_head = |plugin: &Value| plugin["state"] == "at_head";
    loop {
        let plugins = server.get("/v1/plugins").json();
        let plugins = plugins["plugins"].as_array().unwrap();
        if !plugins.is_empty() && plugins.iter().all(is_at_head) && server.get("/v1/alerts").status == 200 {
            return;
        }
        assert!(begun.elapsed() < PATIENCE, "{plugins:?}");
        thread::sleep(Duration::from_millis(100));
    }
}

/// Events that are too long, or written from right to left, or without a place to break a line.
fn post_strange_events(server: &Server) {
    let subjects =
        ["x".repeat(240), "طلب معلومات ".repeat(10).trim().to_owned(), "\u{202e}<b>\u{200b}7202".to_owned()];
    for (number, subject) in subjects.iter().enumerate() {
        let mut event = json!({
            "specversion": "1.0", "id": format!("strange-{number}"), "source": "/strange", "subject": subject,
            "type": "request.transferred", "data": { "authority": subject.repeat(20) },
        });
        if number == 0 {
            for part in 0..20 {
                event[format!("part{part}")] = json!("W".repeat(2_000));
            }
        }
        let posted = server.post("/v1/events", "application/cloudevents+json", event.to_string().as_bytes());
        assert_eq!(posted.status, 201, "{posted:?}");
    }
}

/// Requests that wait: more than a page of a register, and some that are due soon.
fn post_waiting_requests(server: &Server) {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
    let request = |subject: String, days_ago: u64| {
        let received = Timestamp::from_second(i64::try_from(now - days_ago * 86_400).unwrap()).unwrap();
        let date = received.to_zoned(TimeZone::UTC).date();
        json!({
            "specversion": "1.0", "id": subject, "source": "/systems/waiting", "subject": subject,
            "type": "request.received", "data": { "regime": "foi", "unit": "waiting-room", "date": date.to_string() },
        })
    };
    let waiting = (0..WAITING).map(|number| request(format!("WAIT-{number:03}"), 0));
    let soon = SOON_DAYS.into_iter().map(|days| request(format!("SOON-{days}"), days));
    let events: Vec<Value> = waiting.chain(soon).collect();
    let batch = Value::from(events).to_string();
    let posted = server.post("/v1/events", "application/cloudevents-batch+json", batch.as_bytes());
    assert_eq!(posted.status, 201, "{posted:?}");
}

/// Has some plugins run by another program than comes with this one, so that they can be upgraded.
fn run_other_programs(server: &Server, data: &Path) {
    for id in UPGRADED {
        let path = format!("/v1/plugins/{id}");
        let sha256 = server.get(&path).json()["sha256"].as_str().unwrap().to_owned();
        let mut program = fs::read(data.join(format!("plugins/{sha256}.wasm"))).unwrap();
        program.extend_from_slice(OTHER_PROGRAM);
        let changed = server.request("PUT", &path, &[("Content-Type", "application/wasm")], &program);
        assert_eq!(
            (changed.status, &changed.json()["upgrade_available"]),
            (200, &json!(true)),
            "{changed:?}"
        );
    }
}

/// To make the demo takes a while, and so does Chromium: one test goes all the ways.
#[test]
fn people_find_their_way() {
    let Some(folder) = clients::browser_folder() else { return };
    let ledger = demo();
    let server = Server::start_as(&ledger, ORIGIN);
    post_strange_events(&server);
    post_waiting_requests(&server);
    run_other_programs(&server, &ledger.data());
    is_ready(&server);
    let mut node = Command::new("node");
    node.current_dir(folder)
        .arg(root().join("tests/browser/journeys.mjs"))
        .arg(server.url())
        .arg(&ledger.token);
    // Pictures of every page, for whoever wants to look at them.
    node.args(std::env::var_os("MUNIMENT_SCREENSHOTS").map(|folder| root().join(folder)));
    let gone = run(&mut node, b"");
    assert!(gone.code == Some(0), "{}\n{}", gone.stdout, gone.stderr);
    server.stop();
    ledger.run("verify", &[]).exits(0);
}
