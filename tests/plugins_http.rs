//! Plugins over HTTP and from the command line: what there is, what is changed, who may.

use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use support::http::{Answer, Request};
use support::serving::{Serving, request};
use support::{command, run};

mod support;

const PATIENCE: Duration = Duration::from_secs(60);

fn install(serving: &Serving, id: &str) -> Value {
    let target = format!("/v1/plugins?built_in={id}");
    serving.ask(Request::new("POST", target).token(&serving.admin)).is(201).json()
}

fn change(serving: &Serving, target: &str, body: &Value) -> Answer {
    let put = Request::new("PUT", target).with("content-type", "application/json").body(body.to_string());
    serving.ask(put.token(&serving.admin))
}

/// Waits until a plugin is in a state.
#[track_caller]
fn wait_for(serving: &Serving, id: &str, state: &str) -> Value {
    let begun = Instant::now();
    loop {
        let plugin = serving.get(&serving.admin, &format!("/v1/plugins/{id}")).is(200).json();
        if plugin["state"] == state {
            return plugin;
        }
        assert!(begun.elapsed() < PATIENCE, "{id} is not {state}: {plugin}");
        thread::sleep(Duration::from_millis(20));
    }
}

fn open_requests(serving: &Serving, token: &str, query: &str) -> Value {
    wait_for(serving, "requests", "at_head");
    serving.get(token, &format!("/v1/registers/requests/open{query}")).is(200).json()
}

#[test]
fn a_plugin_is_installed_changed_and_removed() {
    let mut serving = Serving::new();
    assert_eq!(serving.get(&serving.admin, "/v1/plugins").is(200).json()["plugins"], json!([]));
    for number in 0..3 {
        let event = request(&format!("e-{number}"), "/systems/foi", Some("housing"));
        serving.post(&serving.admin, &event).is(201);
    }
    let dry = Request::new("POST", "/v1/plugins?built_in=requests&dry_run=true").token(&serving.admin);
    let found = serving.ask(dry).is(200).json();
    assert_eq!(found["open_before"], 0);
    assert_eq!(serving.get(&serving.admin, "/v1/plugins").is(200).json()["plugins"], json!([]));
    let installed = install(&serving, "requests");
    assert_eq!((&installed["id"], &installed["built_in"]), (&json!("requests"), &json!(true)));
    assert_eq!(installed["upgrade_available"], false);
    let again = Request::new("POST", "/v1/plugins?built_in=requests").token(&serving.admin);
    serving.ask(again).problem(409, "plugin_installed");
    let plugin = wait_for(&serving, "requests", "at_head");
    assert_eq!(plugin["lag_entries"], 0);
    let metrics = serving.get(&serving.admin, "/metrics").is(200).text();
    for line in [
        "muniment_plugin_lag_entries{plugin=\"requests\"} 0",
        "muniment_plugin_state{plugin=\"requests\",state=\"at_head\"} 1",
        "muniment_plugin_events_total{plugin=\"requests\"}",
    ] {
        assert!(metrics.contains(line), "{line}\n{metrics}");
    }
    change(&serving, "/v1/plugins/requests", &json!({"enabled": true})).problem(409, "plugin_unchanged");
    change(&serving, "/v1/plugins/requests", &json!({"enabled": false})).is(200);
    assert_eq!(wait_for(&serving, "requests", "disabled")["state"], "disabled");
    change(&serving, "/v1/plugins/requests", &json!({"enabled": true})).is(200);
    wait_for(&serving, "requests", "at_head");
    let replay = Request::new("POST", "/v1/plugins/requests/replay").token(&serving.admin);
    serving.ask(replay).is(202);
    wait_for(&serving, "requests", "at_head");
    serving.get(&serving.admin, "/v1/plugins/requests/logs").is(200);
    serving.get(&serving.admin, "/v1/plugins/requests/quarantine").problem(404, "not_found");
    let delete = || Request::new("DELETE", "/v1/plugins/requests").token(&serving.admin);
    serving.ask(delete()).is(204);
    serving.ask(delete()).problem(404, "not_found");
    serving.get(&serving.admin, "/v1/plugins/requests").problem(404, "not_found");
    let types: Vec<Value> =
        serving.ledger.entries().iter().map(|entry| entry["event"]["type"].clone()).collect();
    for event_type in ["plugin.installed", "plugin.disabled", "plugin.enabled", "plugin.removed"] {
        assert!(types.contains(&json!(event_type)), "{event_type}: {types:?}");
    }
    serving.stop_and_verify();
}

#[test]
fn what_is_no_plugin_is_refused_and_changes_nothing() {
    let mut serving = Serving::new();
    let size = serving.size();
    let post = |target: &str, media_type: &str, body: &str| {
        serving.ask(Request::post(target, media_type, body).token(&serving.admin))
    };
    post("/v1/plugins", "application/wasm", "no component").problem(422, "invalid_plugin");
    post("/v1/plugins", "text/plain", "no component").problem(415, "unsupported_media_type");
    post("/v1/plugins?built_in=nothing", "application/wasm", "").problem(422, "invalid_plugin");
    post("/v1/plugins?built_in=requests", "application/wasm", "x").problem(400, "bad_request");
    post("/v1/plugins?buildin=requests", "application/wasm", "").problem(400, "bad_request");
    let settings = post("/v1/plugins?built_in=requests&settings=%7B%22no%22%3A1%7D", "application/wasm", "");
    let settings = settings.problem(422, "invalid_settings").json();
    assert!(settings["errors"].as_array().is_some_and(|errors| !errors.is_empty()), "{settings}");
    let refused = post("/v1/plugins?built_in=requests&settings=7", "application/wasm", "");
    refused.problem(422, "invalid_settings");
    change(&serving, "/v1/plugins/nothing", &json!({"enabled": true})).problem(404, "not_found");
    change(&serving, "/v1/plugins/nothing", &json!({})).problem(422, "invalid_change");
    change(&serving, "/v1/plugins/nothing", &json!({"enable": true})).problem(422, "invalid_change");
    assert_eq!(serving.size(), size);
    install(&serving, "requests");
    wait_for(&serving, "requests", "at_head");
    let dry = change(&serving, "/v1/plugins/requests?dry_run=true", &json!({"settings": {}})).is(200).json();
    assert_eq!((&dry["raised_count"], &dry["cleared_count"]), (&json!(0), &json!(0)));
    change(&serving, "/v1/plugins/requests", &json!({"settings": {"no": 1}}))
        .problem(422, "invalid_settings");
    let same = Request::new("PUT", "/v1/plugins/requests?built_in=true").token(&serving.admin);
    serving.ask(same).problem(409, "plugin_unchanged");
    serving.stop_and_verify();
}

#[test]
fn registers_show_what_a_token_may_see() {
    let mut serving = Serving::new();
    install(&serving, "requests");
    for (number, unit) in ["housing", "legal", "housing"].into_iter().enumerate() {
        let mut event = request(&format!("e-{number}"), "/systems/foi", Some(unit));
        event["subject"] = json!(format!("FOI-2026-{number}"));
        serving.post(&serving.admin, &event).is(201);
    }
    let page = open_requests(&serving, &serving.admin, "");
    assert_eq!(page["total"], 3, "{page}");
    assert_eq!(page["size"], serving.size());
    assert_eq!(page["rows"][0]["subject"], "FOI-2026-0");
    let page = open_requests(&serving, &serving.admin, "?q=FOI-2026-1");
    assert_eq!((&page["total"], page["rows"].as_array().unwrap().len()), (&json!(1), 1), "{page}");
    let page = open_requests(&serving, &serving.admin, "?limit=1&offset=1");
    assert_eq!((&page["total"], &page["rows"][0]["subject"]), (&json!(3), &json!("FOI-2026-1")));
    for (query, total) in [
        ("?unit=housing", 2),
        ("?unit=elsewhere", 0),
        ("?subject=FOI-2026-2", 1),
        ("?subject=FOI-2026", 0),
        ("?status=Not%20Allocated", 3),
        ("?status=overdue&unit=housing", 0),
        ("?due_within=3650", 3),
        ("?due_within=0", 0),
    ] {
        let page = open_requests(&serving, &serving.admin, query);
        assert_eq!(page["total"], total, "{query}: {page}");
    }
    let listed = serving.get(&serving.admin, "/v1/registers").is(200).json();
    assert_eq!(listed["registers"][0]["name"], "open");
    assert_eq!(listed["registers"][0]["feeds"], json!(["request.*"]));
    for wrong in
        ["?limit=0", "?limit=1001", "?limits=1", "?offset=-1", "?due_within=3651", "?due_within=soon"]
    {
        let target = format!("/v1/registers/requests/open{wrong}");
        serving.get(&serving.admin, &target).problem(400, "bad_request");
    }
    serving.get(&serving.admin, "/v1/registers/requests/nothing").problem(404, "not_found");
    serving.get(&serving.admin, "/v1/registers/nothing/open").problem(404, "not_found");
    let narrowed = |name: &str, scope: Value| serving.token(name, &["officer"], scope);
    let others = narrowed("others", json!({"groups": ["breach"]}));
    serving.get(&others, "/v1/registers/requests/open").problem(403, "out_of_scope");
    assert_eq!(serving.get(&others, "/v1/registers").is(200).json()["registers"], json!([]));
    // The plugin folds reviews too; who may see requests only sees the register that is made of these.
    let group = narrowed("group", json!({"groups": ["request"]}));
    assert_eq!(open_requests(&serving, &group, "")["rows"].as_array().unwrap().len(), 3);
    serving.get(&group, "/v1/registers/requests/reviews").problem(403, "out_of_scope");
    let listed = serving.get(&group, "/v1/registers").is(200).json();
    let names: Vec<&Value> =
        listed["registers"].as_array().unwrap().iter().map(|register| &register["name"]).collect();
    assert_eq!(names, [&json!("open")]);
    let prefix = narrowed("prefix", json!({"source_prefix": "/systems/foi"}));
    serving.get(&prefix, "/v1/registers/requests/open").problem(403, "out_of_scope");
    let unit = narrowed("unit", json!({"units": ["legal"]}));
    for row in open_requests(&serving, &unit, "")["rows"].as_array().unwrap() {
        assert_eq!(row["unit"], "legal");
    }
    assert_eq!(open_requests(&serving, &unit, "?unit=legal")["rows"].as_array().unwrap().len(), 1);
    serving.get(&unit, "/v1/registers/requests/open?unit=housing").problem(403, "out_of_scope");
    serving.stop_and_verify();
}

#[test]
fn roles_and_scopes_hold() {
    let mut serving = Serving::new();
    let officer = serving.token("officer", &["officer"], json!({}));
    let source = serving.token("source", &["source"], json!({"source_prefix": "/s"}));
    let narrowed = serving.token("narrowed", &["admin"], json!({"groups": ["request"]}));
    for target in ["/v1/plugins", "/v1/alerts"] {
        serving.get(&officer, target).is(200);
        serving.get(&source, target).problem(403, "forbidden");
    }
    serving.get(&source, "/v1/registers").problem(403, "forbidden");
    for (method, target) in [
        ("POST", "/v1/plugins?built_in=requests"),
        ("PUT", "/v1/plugins/requests?built_in=true"),
        ("DELETE", "/v1/plugins/requests"),
        ("POST", "/v1/plugins/requests/replay"),
    ] {
        serving.ask(Request::new(method, target).token(&officer)).problem(403, "forbidden");
        serving.ask(Request::new(method, target).token(&narrowed)).problem(403, "out_of_scope");
    }
    install(&serving, "requests");
    serving.get(&narrowed, "/v1/plugins/requests/logs").problem(403, "out_of_scope");
    serving.stop_and_verify();
}

#[test]
fn alerts_that_are_not_there_are_not_acknowledged() {
    let mut serving = Serving::new();
    let list = serving.get(&serving.admin, "/v1/alerts?state=all").is(200).json();
    assert_eq!(list, json!({"alerts": [], "next": null}));
    for wrong in ["?state=new", "?limit=0", "?limit=1001", "?after=x", "?stat=open"] {
        serving.get(&serving.admin, &format!("/v1/alerts{wrong}")).problem(400, "bad_request");
    }
    serving.get(&serving.admin, "/v1/alerts/nothing").problem(404, "not_found");
    let acknowledge = |act: &str| {
        let body = json!({ "act": act }).to_string();
        let post = Request::post("/v1/alerts/nothing/acknowledge", "application/json", body);
        serving.ask(post.token(&serving.admin))
    };
    acknowledge("seen").problem(404, "not_found");
    acknowledge("ignored").problem(422, "invalid_acknowledgement");
    serving.stop_and_verify();
}

/// The 72 hours of a breach end while nothing else happens.
#[test]
fn an_alert_is_raised_acknowledged_and_cleared() {
    let mut serving = Serving::with(|_| {}, &["--set", "plugins.clock_seconds=1"]);
    install(&serving, "breaches");
    let breach = |id: &str, event_type: &str, ago_seconds: u32, data: Value| {
        let date = ["-u", "-d", &format!("-{ago_seconds} seconds"), "+%Y-%m-%dT%H:%M:%SZ"];
        let time = run(Command::new("date").args(date), b"").exits(0).stdout.trim().to_owned();
        let event = json!({
            "specversion": "1.0", "id": id, "source": "/systems/incidents", "type": event_type,
            "subject": "INC-000231", "time": time, "data": data,
        });
        serving.post(&serving.admin, &event).is(201).json()["seq"].clone()
    };
    let aware = breach("b-1", "breach.aware", 72 * 3600 - 3, json!({"unit": "housing"}));
    let begun = Instant::now();
    let alert = loop {
        let list = serving.get(&serving.admin, "/v1/alerts?severity=statutory&rule=A-BRC-2").is(200).json();
        if let Some(alert) = list["alerts"].get(0) {
            break alert.clone();
        }
        assert!(begun.elapsed() < PATIENCE, "{:?}", serving.ledger.lines());
        thread::sleep(Duration::from_millis(50));
    };
    assert_eq!((&alert["rule"], &alert["stage"]), (&json!("A-BRC-2"), &json!("72-hours-passed")));
    assert_eq!((&alert["state"], &alert["subject"]), (&json!("open"), &json!("INC-000231")));
    assert_eq!(alert["entries"], json!([aware]));
    assert!(alert["arithmetic"].as_str().is_some_and(|words| words.contains("72 elapsed hours")), "{alert}");
    let count = |token: &str, query: &str| {
        let list = serving.get(token, &format!("/v1/alerts?{query}")).is(200).json();
        list["alerts"].as_array().unwrap().len()
    };
    for (query, found) in [
        ("rule=A-BRC-2", 1),
        ("plugin=breaches&subject=INC-000231&rule=A-BRC-2", 1),
        ("plugin=requests", 0),
        ("rule=A-BRC-2&state=acknowledged", 0),
    ] {
        assert_eq!(count(&serving.admin, query), found, "{query}");
    }
    // The warnings of the hours before came and went: page by page all are there.
    let all = count(&serving.admin, "state=all");
    let (mut after, mut paged) = (String::new(), 0);
    loop {
        let page =
            serving.get(&serving.admin, &format!("/v1/alerts?state=all&limit=1{after}")).is(200).json();
        paged += page["alerts"].as_array().unwrap().len();
        let Some(next) = page["next"].as_u64() else { break };
        after = format!("&after={next}");
    }
    assert_eq!(paged, all);
    let id = alert["id"].as_str().unwrap();
    let narrowed = |name: &str, scope: Value| serving.token(name, &["officer"], scope);
    let (in_scope, others) = (
        narrowed("breaches", json!({"groups": ["breach"]})),
        narrowed("requests", json!({"groups": ["request"]})),
    );
    assert_eq!((count(&in_scope, "rule=A-BRC-2"), count(&others, "state=all")), (1, 0));
    let target = format!("/v1/alerts/{id}");
    serving.get(&others, &target).problem(404, "not_found");
    let acknowledge = |token: &str| {
        let post = Request::post(format!("{target}/acknowledge"), "application/json", r#"{"act":"in_hand"}"#);
        serving.ask(post.token(token))
    };
    acknowledge(&others).problem(404, "not_found");
    let auditor = serving.token("auditor", &["auditor"], json!({}));
    acknowledge(&auditor).problem(403, "forbidden");
    let taken = acknowledge(&in_scope).is(201).json();
    assert_eq!(
        (&taken["state"], &taken["acknowledged"][0]["act"]),
        (&json!("acknowledged"), &json!("in_hand"))
    );
    assert_eq!(taken["acknowledged"][0]["by"], "token/breaches");
    let size = serving.size();
    acknowledge(&in_scope).is(200);
    assert!(serving.size() <= size + 2, "the same act is recorded once");
    assert_eq!((count(&serving.admin, "rule=A-BRC-2"), count(&serving.admin, "state=acknowledged")), (0, 1));
    notes_are_kept(&serving, &target, &in_scope);
    breach("b-2", "breach.reportability_decided", 0, json!({"reportable": false}));
    let begun = Instant::now();
    while serving.get(&serving.admin, &target).is(200).json()["state"] != "cleared" {
        assert!(begun.elapsed() < PATIENCE, "{:?}", serving.ledger.lines());
        thread::sleep(Duration::from_millis(50));
    }
    let cleared = serving.get(&serving.admin, &target).is(200).json();
    assert!(cleared["cleared"]["reason"].as_str().is_some_and(|why| why.contains("not to be reportable")));
    serving.stop();
    serving.start_again();
    let begun = Instant::now();
    let again = loop {
        let answer = serving.get(&serving.admin, &target);
        if answer.status == 200 {
            break answer.json();
        }
        answer.problem(503, "gathering");
        assert!(begun.elapsed() < PATIENCE);
    };
    assert_eq!(again, cleared, "a restart changes nothing");
    serving.stop_and_verify();
}

/// Somebody who has said "in hand" once says so again, with notes.
fn notes_are_kept(serving: &Serving, target: &str, token: &str) {
    let say = |note: &Value| {
        let body = json!({ "act": "in_hand", "note": note }).to_string();
        serving.ask(Request::post(format!("{target}/acknowledge"), "application/json", body).token(token))
    };
    let said = |answer: &Value| -> Vec<Value> {
        let acknowledged = answer["acknowledged"].as_array().into_iter().flatten();
        acknowledged.filter(|one| one["act"] == "in_hand").map(|one| one["note"].clone()).collect()
    };
    for nothing in [Value::Null, json!(""), json!(" \r\n ")] {
        assert_eq!(said(&say(&nothing).is(200).json()), [Value::Null], "no note is no other");
    }
    let drafted = "Drafted for FOI-2026-0012.\nIt waits for legal advice.";
    let first = say(&json!(format!("  {}  ", drafted.replace('\n', "\r\n")))).is(201).json();
    assert_eq!(said(&first), [Value::Null, json!(drafted)]);
    let (at, by) = (&first["acknowledged"][1]["at"], &first["acknowledged"][1]["by"]);
    assert!(at.as_str().is_some_and(|at| at.ends_with('Z')) && by == "token/breaches", "{first}");
    assert_eq!(said(&say(&json!(drafted)).is(200).json()).len(), 2, "the same is recorded once");
    for (wrong, what) in [
        ("ä".repeat(501), "501 characters, the limit is 500 characters"),
        ("Ask jane.doe@exemplar.gov.uk.".to_owned(), "an e-mail address"),
        ("She is (943 476 5919).".to_owned(), "an NHS number"),
        ("AB 12 34 56 C rang".to_owned(), "a National Insurance number"),
        ("a\u{0}b".to_owned(), "U+0000"),
    ] {
        let refused = say(&json!(wrong)).problem(422, "invalid_acknowledgement").text();
        assert!(refused.contains(what) && !refused.contains("jane"), "{refused}");
    }
    say(&json!(1)).problem(422, "invalid_acknowledgement");
    for number in 2..20 {
        say(&json!("ä".repeat(500 - number))).is(201);
    }
    let refused = say(&json!("Once more.")).problem(422, "invalid_acknowledgement").text();
    assert!(refused.contains("20 times, which is the limit"), "{refused}");
    assert_eq!(said(&say(&json!(drafted)).is(200).json()).len(), 20, "what is there already is answered");
    let lines = serving.ledger.entries();
    let kept = lines.iter().filter(|entry| entry["event"]["data"]["note"] == drafted).count();
    assert_eq!(kept, 1, "it is in the ledger as it was written");
    assert!(lines.iter().all(|entry| !entry.to_string().contains("jane.doe")));
}

#[test]
fn the_command_line_does_the_same() {
    let mut serving = Serving::new();
    let server = format!("http://{}", serving.address);
    let plugin = |args: &[&str]| {
        let mut command = command(&["plugin"]);
        command.args(args).args(["--server", &server]).env("MUNIMENT_TOKEN", &serving.admin);
        run(&mut command, b"")
    };
    assert_eq!(plugin(&["list"]).exits(0).stdout, "");
    plugin(&["install", "--built-in", "requests", "--dry-run"]).exits(0);
    plugin(&["install", "--built-in", "requests"]).exits(0);
    plugin(&["install", "--built-in", "requests"]).exits(1);
    plugin(&["install"]).exits(2);
    plugin(&["install", "/nowhere/plugin.wasm"]).exits(2);
    wait_for(&serving, "requests", "at_head");
    let listed = plugin(&["list"]).exits(0).stdout;
    assert!(listed.starts_with("requests\t"), "{listed}");
    let shown: Value =
        serde_json::from_str(&plugin(&["show", "requests", "--json"]).exits(0).stdout).unwrap();
    assert_eq!(shown["id"], "requests");
    assert!(plugin(&["show", "requests"]).exits(0).stdout.contains("request.*"));
    plugin(&["settings", "requests"]).exits(0);
    plugin(&["settings", "requests", "{}", "--dry-run"]).exits(0);
    plugin(&["settings", "requests", "{\"no\":1}"]).exits(1);
    plugin(&["settings", "requests", "{"]).exits(2);
    plugin(&["upgrade", "requests"]).exits(1);
    plugin(&["upgrade", "requests", "--dry-run"]).exits(0);
    plugin(&["disable", "requests"]).exits(0);
    plugin(&["disable", "requests"]).exits(1);
    plugin(&["enable", "requests"]).exits(0);
    plugin(&["logs", "requests"]).exits(0);
    plugin(&["replay", "requests"]).exits(0);
    plugin(&["explain", "requests"]).exits(1);
    plugin(&["remove", "requests"]).exits(0);
    plugin(&["remove", "requests"]).exits(1);
    serving.stop_and_verify();
}
