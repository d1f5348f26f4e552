//! A plugin of one's own, sent as a file through the pages: what it asks for is shown first, then what it would do.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::fs;
use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use support::http::{Answer, Request};
use support::root;
use support::serving::{STRUCTURED, Serving};
use visitor::html::{self, Form, Piece};
use visitor::{Page, Visitor};

mod support;
mod visitor;

const PATIENCE: Duration = Duration::from_secs(60);
const NOTE: &str = "request.received/note";

/// The component of `tests/asking`, which asks for a personal field.
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

/// The same program with a section more that says nothing: another version, as far as anybody can tell.
fn another(component: &[u8]) -> Vec<u8> {
    let mut other = component.to_vec();
    other.extend_from_slice(b"\0\x05\x04note");
    other
}

/// What a browser sends of a form with a file.
fn multipart(csrf: &str, file: &[u8]) -> Vec<u8> {
    let mut body = Vec::new();
    let mut line = |text: &str| body.extend_from_slice(format!("{text}\r\n").as_bytes());
    line("--XbrowserX");
    line("Content-Disposition: form-data; name=\"csrf\"");
    line("");
    line(csrf);
    line("--XbrowserX");
    line("Content-Disposition: form-data; name=\"program\"; filename=\"pläne.wasm\"");
    line("Content-Type: application/wasm");
    line("");
    body.extend_from_slice(file);
    body.extend_from_slice(b"\r\n--XbrowserX--\r\n");
    body
}

/// Sends a form with a file as the page has it.
fn send_file(serving: &Serving, visitor: &Visitor<'_>, csrf: &str, file: &[u8], site: &str) -> Answer {
    let (name, value) = visitor.cookie.clone().unwrap();
    let media_type = "multipart/form-data; boundary=XbrowserX";
    let request = Request::post("/plugins/install/file", media_type, multipart(csrf, file));
    serving.ask(request.with("cookie", &format!("{name}={value}")).with("sec-fetch-site", site))
}

/// The form for a file, and what says of which session it is.
fn file_form(visitor: &mut Visitor<'_>) -> Form {
    let page = visitor.go("/plugins/install").is(200);
    let form = page.form_with("Send the file");
    let tag = page.tags("form").find(|tag| tag.get("action") == Some("/plugins/install/file")).unwrap();
    assert_eq!(tag.get("enctype"), Some("multipart/form-data"));
    form
}

/// What a page with a mistake says.
fn text(answer: &Answer) -> String {
    let pieces = html::read(&answer.text());
    let texts = pieces.iter().map(|piece| match piece {
        Piece::Text(text) => text.as_str(),
        _ => " ",
    });
    html::spaced(&texts.collect::<String>())
}

/// The page of a file that was taken.
fn taken(serving: &Serving, visitor: &mut Visitor<'_>, file: &[u8]) -> Page {
    let csrf = file_form(visitor).sent("csrf");
    let answer = send_file(serving, visitor, &csrf, file, "same-origin");
    assert_eq!(answer.status, 303, "{:.2000}", text(&answer));
    let path = answer.header("location").unwrap().to_owned();
    visitor.go(&path).is(200)
}

fn wait_for_alerts(serving: &Serving, count: usize) {
    let begun = Instant::now();
    loop {
        let alerts = serving.get(&serving.admin, "/v1/alerts?plugin=asking&state=open");
        let found = if alerts.status == 200 { alerts.json()["alerts"].as_array().unwrap().len() } else { 0 };
        if found == count {
            return;
        }
        assert!(begun.elapsed() < PATIENCE, "{found} open alerts instead of {count}");
        thread::sleep(Duration::from_millis(50));
    }
}

fn changes(serving: &Serving) -> Vec<Value> {
    let mut entries = serving.ledger.entries();
    entries.retain(|entry| entry["event"]["type"].as_str().unwrap().starts_with("plugin."));
    entries
}

#[test]
fn a_plugin_is_sent_shown_tried_and_installed() {
    let mut serving = Serving::new();
    let admin = serving.admin.clone();
    let component = component();
    let event = json!({
        "specversion": "1.0", "id": "1", "source": "/foi", "type": "request.received", "subject": "FOI-1",
        "data": {"regime": "foi", "note": "this is urgent"},
    });
    serving.ask(Request::post("/v1/events", STRUCTURED, event.to_string()).token(&admin)).is(201);
    let mut visitor = Visitor::with(&serving, &admin);
    // What it asks for is shown before anything is done.
    let page = taken(&serving, &mut visitor, &component);
    let said = page.text();
    assert!(said.contains(NOTE) && said.contains("request."), "{said}");
    assert!(changes(&serving).is_empty());
    visitor.weighs_little(&page);
    // Without what it asks for it is not taken.
    let form = page.form().press("try");
    let wrong = visitor.send(&form).is(422);
    assert_eq!(wrong.errors()[0].0, "grant");
    let mut form = wrong.form().press("try");
    form.fill("Personal data that it asks for", NOTE);
    form.fill("Settings", "{\"no\": 1}");
    let wrong = visitor.send(&form).is(422);
    assert_eq!(wrong.errors()[0].0, "settings");
    let mut form = wrong.form().press("try");
    assert_eq!((form.value("Settings"), form.sent("grant").as_str()), ("{\"no\": 1}", NOTE));
    form.fill("Settings", "");
    let tried = visitor.send(&form).is(200);
    assert!(tried.text().contains("1 alert would be raised"), "{}", tried.text());
    assert!(changes(&serving).is_empty(), "nothing is changed before it is said so");
    // Back, and on.
    let back = visitor.send(&tried.form().press("edit")).is(200);
    let tried = visitor.send(&back.form().press("try")).is(200);
    let install = tried.form().press("install");
    let done = visitor.send(&install).is(200);
    assert!(done.text().contains("The plugin was installed"), "{}", done.text());
    wait_for_alerts(&serving, 1);
    let installed = serving.get(&admin, "/v1/plugins/asking").is(200).json();
    assert_eq!(installed["personal_granted"], json!([NOTE]));
    // It is kept no longer, so pressing twice does nothing twice.
    visitor.submit(&install, &[]).is(404);
    let count = changes(&serving).len();

    // The same once more is said to run already; another program runs in its place.
    let same = taken(&serving, &mut visitor, &component);
    assert!(same.text().contains("This very program"), "{}", same.text());
    let other = taken(&serving, &mut visitor, &another(&component));
    assert!(other.has_link("/plugins/asking"), "{:?}", other.links());
    let mut form = other.form().press("try");
    form.fill("Personal data that it asks for", NOTE);
    let tried = visitor.send(&form).is(200);
    assert!(tried.text().contains("No alert would be raised"), "{}", tried.text());
    let done = visitor.send(&tried.form().press("install")).is(200);
    assert!(done.text().contains("Another version runs now"), "{}", done.text());
    let upgraded = serving.get(&admin, "/v1/plugins/asking").is(200).json();
    assert_ne!(upgraded["sha256"], installed["sha256"]);
    assert_eq!(upgraded["personal_granted"], json!([NOTE]));
    let changes = changes(&serving);
    assert_eq!((changes.len(), &changes[count]["event"]["type"]), (count + 1, &json!("plugin.upgraded")));
    serving.stop_and_verify();
}

#[test]
fn what_is_no_plugin_is_said_so_and_nothing_is_done_for_others() {
    let mut serving = Serving::new();
    let admin = serving.admin.clone();
    let mut visitor = Visitor::with(&serving, &admin);
    let csrf = file_form(&mut visitor).sent("csrf");
    for (file, what) in [
        (&b""[..], "Select the file of a plugin"),
        (b"no component", "it is no valid component"),
        (b"\0asm\x01\0\0\0", "it is a core module, not a component"),
    ] {
        let refused = send_file(&serving, &visitor, &csrf, file, "same-origin");
        assert_eq!(refused.status, 422, "{}", text(&refused));
        let said = text(&refused);
        assert!(said.contains("There is a problem") && said.contains(what), "{said}");
        assert!(refused.text().contains("href=\"#program\""), "the summary leads to the field");
    }
    // Forms of others, and without what says whose they are.
    let mut other = Visitor::with(&serving, &admin);
    let foreign = file_form(&mut other).sent("csrf");
    for (csrf, site) in [("", "same-origin"), (&*foreign, "same-origin"), (&*csrf, "cross-site")] {
        let refused = send_file(&serving, &visitor, csrf, b"x", site);
        assert_eq!(refused.status, 403, "{}", text(&refused));
    }
    // Nobody is signed in; somebody is who may not.
    let request = Request::post("/plugins/install/file", "multipart/form-data; boundary=X", "--X--");
    assert_eq!(serving.ask(request.with("sec-fetch-site", "same-origin")).status, 303);
    let officer = Visitor::with(&serving, &serving.token("officer", &["officer"], json!({})));
    assert_eq!(send_file(&serving, &officer, "", b"x", "same-origin").status, 403);
    // A file that is declared to be larger than the largest is not asked for.
    let (name, value) = visitor.cookie.clone().unwrap();
    let mut large = Request::post("/plugins/install/file", "multipart/form-data; boundary=X", "x");
    large = large.with("cookie", &format!("{name}={value}")).with("sec-fetch-site", "same-origin");
    let head =
        String::from_utf8(large.head()).unwrap().replace("content-length: 1\r", "content-length: 99000000\r");
    let mut connection = serving.connect();
    connection.send(head.as_bytes()).unwrap();
    let refused = connection.answer(true).unwrap();
    assert_eq!(refused.status, 422, "{}", text(&refused));
    assert!(text(&refused).contains("The file is too large"), "{}", text(&refused));
    visitor.get("/plugins/install/file/0000").is(404);
    assert_eq!(visitor.get("/plugins/install/file").leads_to(), "/plugins/install");
    // What the pages show a program can get: it says what it asks for, and changes nothing.
    let described =
        serving.ask(Request::new("POST", "/v1/plugins?built_in=requests&describe=true").token(&admin));
    let described = described.is(200).json();
    assert_eq!((&described["id"], &described["installed_sha256"]), (&json!("requests"), &Value::Null));
    assert!(described["subscriptions"].as_array().unwrap().contains(&json!("request.*")), "{described}");
    let wrong = Request::post("/v1/plugins?describe=true", "application/wasm", "no component");
    serving.ask(wrong.token(&admin)).problem(422, "invalid_plugin");
    assert!(changes(&serving).is_empty());
    serving.stop_and_verify();
}
