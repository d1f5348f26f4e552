//! A report made again: of nothing but the ledger, while it is served, and with programs that were upgraded since.

use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};
use tempfile::TempDir;

use super::support::server::Server;
use super::support::{Ran, TestLedger, command, run};
use super::{PERIOD, files, read, report};

/// The demo's.
const ORIGIN: &str = "demo.exemplar.invalid/ledger";
/// What a data directory has that follows from nothing else; the rest can be made again.
const TRUTH: [&str; 9] =
    ["assets", "catalogue", "checkpoint", "keys", "ledger", "muniment.toml", "plugins", "policies", "vault"];
/// A heading of the plugin `requests`, and what a later version of it says instead.
const HEADING: [&[u8]; 2] = [b"Requests received in the quarter", b"Requests received in THE QUARTER"];

/// A copy of a ledger, in a directory of its own. Compiled programs are the same for all.
pub(crate) fn copied(ledger: &Path) -> TestLedger {
    let home = TempDir::new().unwrap();
    let data = home.path().join("data");
    fs::create_dir_all(data.join("state")).unwrap();
    let copy = |from: &Path, to: &Path| {
        for entry in fs::read_dir(from).unwrap().map(|entry| entry.unwrap().path()) {
            if !entry.ends_with("state") && !entry.ends_with("state/compiled") {
                run(Command::new("cp").arg("-r").arg(&entry).arg(to), b"").exits(0);
            }
        }
    };
    copy(ledger, &data);
    copy(&ledger.join("state"), &data.join("state"));
    std::os::unix::fs::symlink(ledger.join("state/compiled"), data.join("state/compiled")).unwrap();
    TestLedger { home, vkey: String::new(), token: String::new() }
}

/// Without anything that can be made again, compiled programs among it, every file is the same.
pub(crate) fn of_nothing_but_the_ledger(ledger: &Path, first: &Path, as_at: &str) {
    let bare = copied(ledger);
    for entry in fs::read_dir(bare.data()).unwrap().map(Result::unwrap) {
        let name = entry.file_name().into_string().unwrap();
        if TRUTH.contains(&name.as_str()) {
            continue;
        }
        let removed = if entry.path().is_dir() { fs::remove_dir_all } else { fs::remove_file };
        removed(entry.path()).unwrap();
    }
    for (name, _) in super::support::files(&bare.data().join("ledger")) {
        if name.ends_with(".keys") {
            fs::remove_file(bare.data().join("ledger").join(name)).unwrap();
        }
    }
    for derived in ["state", "index", "tiles", "reports"] {
        assert!(!bare.data().join(derived).exists(), "{derived}");
    }
    let out = bare.beside("out");
    report(&bare.data(), &out, &["--as-at", as_at]).exits(0);
    assert_eq!(files(&out), files(first));
}

/// While the ledger is served a report begins with the state that plugins came to as events were posted, some at a time, and
/// not with nothing and the largest batches; every file is the same. Afterwards a plugin is upgraded and given other
/// settings: what was made before is made again with what it was made with.
pub(crate) fn served_and_upgraded(mut kept: TestLedger, first: &Path, as_at: &str) {
    let data = kept.data();
    let mut token = command(&["token", "new", "again", "--role", "admin", "--data"]);
    run(token.arg(&data), b"").exits(0).stdout.trim().clone_into(&mut kept.token);
    let server = Server::start_as(&kept, ORIGIN);
    of_a_server(&server, first, as_at);

    let before = read(&first.join("report.json"));
    let program = of_requests(&before)["sha256"].as_str().unwrap().to_owned();
    let upgraded = other_program(&fs::read(data.join(format!("plugins/{program}.wasm"))).unwrap());
    let change = |media_type: &str, body: &[u8]| {
        let changed = server.request("PUT", "/v1/plugins/requests", &[("Content-Type", media_type)], body);
        assert_eq!(changed.status, 200, "{}", String::from_utf8_lossy(&changed.body));
    };
    change("application/wasm", &upgraded);
    change("application/json", br#"{"settings":{"receipt_rule":"next_working_day"}}"#);
    server.stop();
    with_kept_programs(&kept, first, as_at);
}

fn of_a_server(server: &Server, first: &Path, as_at: &str) {
    let wish = json!({ "period": PERIOD, "as_at": as_at.parse::<u64>().unwrap() }).to_string();
    let made = server.post("/v1/reports", "application/json", wish.as_bytes());
    assert!([200, 201].contains(&made.status), "{}", String::from_utf8_lossy(&made.body));
    let id = made.json()["id"].as_str().unwrap().to_owned();
    let file = |ending: &str| {
        let answer = server.get(&format!("/v1/reports/{id}.{ending}"));
        assert_eq!(answer.status, 200, "{ending}");
        answer.body
    };
    for ending in ["json", "html", "pdf", "xlsx"] {
        let expected = fs::read(first.join(format!("report.{ending}"))).unwrap();
        assert!(file(ending) == expected, "report.{ending} is another one while the ledger is served");
    }
    // All tables are in one file there.
    let tables = file("csv");
    let each = files(&first.join("csv"));
    assert!(each.len() > 50, "{}", each.len());
    for (name, table) in each {
        assert!(memchr::memmem::find(&tables, &table).is_some(), "{name} is another one");
    }
}

/// Who counts the requests, as a report says.
fn of_requests(document: &Value) -> &Value {
    let mut plugins = document["plugins"].as_array().unwrap().iter();
    plugins.find(|made| made["plugin"] == "requests").unwrap()
}

/// A later version of a program: one heading is another one.
fn other_program(program: &[u8]) -> Vec<u8> {
    let [before, after] = HEADING;
    assert_eq!(before.len(), after.len(), "nothing else may move");
    let places: Vec<usize> = memchr::memmem::find_iter(program, before).collect();
    assert!(!places.is_empty(), "the program has no such heading any more: choose another one");
    let mut other = program.to_vec();
    for place in places {
        other[place..place + after.len()].copy_from_slice(after);
    }
    other
}

fn with_kept_programs(kept: &TestLedger, first: &Path, as_at: &str) {
    let data = kept.data();
    let before = read(&first.join("report.json"));
    let made = |name: &str, more: &[&str]| {
        let out = kept.beside(name);
        report(&data, &out, &[&["--unrecorded", "--format", "json,csv"], more].concat()).exits(0);
        out
    };
    let verify =
        |file: &Path| -> Ran { run(command(&["report", "verify", "--data"]).arg(&data).arg(file), b"") };
    let heading = |out: &Path| fs::read_to_string(out.join("csv/r5-foi_statistics.csv")).unwrap();

    // What runs now says something else, and is verified by itself.
    let now = made("now", &["--as-at", as_at]);
    let document = read(&now.join("report.json"));
    for of in ["sha256", "settings_sha256"] {
        assert_ne!(of_requests(&document)[of], of_requests(&before)[of], "{of}");
    }
    assert!(heading(&now).starts_with("Requests received in THE QUARTER,"), "{:.80}", heading(&now));
    assert!(heading(first).starts_with("Requests received in the quarter,"), "{:.80}", heading(first));
    assert!(verify(&now.join("report.json")).exits(0).stdout.contains("byte for byte"));

    // With what ran then, and with what the report names, it is what it was.
    let then = made("then", &["--as-at", as_at, "--programs", "then"]);
    let of_before =
        files(first).into_iter().filter(|(name, _)| name.ends_with("json") || name.ends_with("csv"));
    assert_eq!(files(&then), of_before.collect::<Vec<_>>());
    assert!(verify(&first.join("report.json")).exits(0).stdout.contains("byte for byte"));

    // Between the two changes the later program ran with the earlier settings.
    let changes: Vec<u64> = kept
        .entries()
        .iter()
        .filter(|entry| {
            ["plugin.upgraded", "plugin.configured"].contains(&entry["event"]["type"].as_str().unwrap())
        })
        .map(|entry| entry["seq"].as_u64().unwrap())
        .collect();
    let [upgraded, configured] = changes[..] else { panic!("{changes:?}") };
    assert!(upgraded < configured);
    let between = made("between", &["--as-at", &upgraded.to_string(), "--programs", "then"]);
    let of_between = read(&between.join("report.json"));
    assert_eq!(of_requests(&of_between)["sha256"], of_requests(&document)["sha256"]);
    assert_eq!(of_requests(&of_between)["settings_sha256"], of_requests(&before)["settings_sha256"]);
    assert!(verify(&between.join("report.json")).exits(0).stdout.contains("byte for byte"));

    // A program that was not kept is named, and nothing else is taken for it.
    let program = of_requests(&document)["sha256"].as_str().unwrap();
    fs::remove_file(data.join(format!("plugins/{program}.wasm"))).unwrap();
    let lacking = verify(&between.join("report.json")).exits(1).stdout;
    let named = format!("not there any more: `requests` 0.1.0 ({})", &program[..12]);
    assert!(lacking.contains(&named) && lacking.contains("cannot be run"), "{lacking}");
    verify(&first.join("report.json")).exits(0);
}
