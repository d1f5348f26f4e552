//! The server is killed while plugins raise and clear alerts in several stages, its snapshots deleted and damaged in
//! between: every alert that the fold implies is in the ledger, once.
//!
//! `MUNIMENT_TEST_SCALE=4` makes fifty rounds.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::thread;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use serde_json::{Value, json};
use support::http::Request;
use support::serving::{STRUCTURED, Serving, scale};

mod support;

fn rounds() -> u64 {
    if scale() >= 4 { 50 } else { 10 }
}

/// Seconds since 1970 as RFC 3339.
fn rfc3339(seconds: u64) -> String {
    let out = std::process::Command::new("date")
        .args(["-u", "-d", &format!("@{seconds}"), "+%Y-%m-%dT%H:%M:%SZ"])
        .output()
        .unwrap();
    String::from_utf8(out.stdout).unwrap().trim().to_owned()
}

fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs()
}

fn post(serving: &Serving, id: &str, kind: &str, case: &str, time: u64, data: &Value) {
    let event = json!({
        "specversion": "1.0", "id": id, "source": "/systems/incidents", "type": kind, "subject": case,
        "time": rfc3339(time), "data": data,
    });
    let answer =
        serving.ask(Request::post("/v1/events", STRUCTURED, event.to_string()).token(&serving.admin));
    assert!([200, 201].contains(&answer.status), "{}", answer.text());
}

/// Waits until both plugins stand at the head, and have nothing to wait for that has come.
fn settle(serving: &Serving) {
    let begun = Instant::now();
    let mut quiet = 0;
    let mut last = Value::Null;
    while quiet < 8 {
        assert!(begun.elapsed() < Duration::from_secs(120), "the plugins do not come to rest: {last}");
        thread::sleep(Duration::from_millis(250));
        let plugins = serving.get(&serving.admin, "/v1/plugins").is(200).json();
        let at_head = plugins["plugins"]
            .as_array()
            .is_some_and(|all| all.len() >= 2 && all.iter().all(|plugin| plugin["state"] == "at_head"));
        quiet = if at_head && plugins == last { quiet + 1 } else { 0 };
        last = plugins;
    }
}

/// The events about alerts: by type and alert, how often, and about what.
fn told(serving: &Serving) -> BTreeMap<(String, String), (usize, String)> {
    let mut told = BTreeMap::new();
    for line in serving.ledger.lines() {
        let entry: Value = serde_json::from_str(&line).unwrap();
        let event = &entry["event"];
        let kind = event["type"].as_str().unwrap();
        if !kind.starts_with("alert.") {
            continue;
        }
        let alert = event["data"]["alert"].as_str().unwrap().to_owned();
        let what = format!(
            "{} {} {}",
            event["data"]["rule"].as_str().unwrap(),
            event["data"]["stage"].as_str().unwrap(),
            event["subject"].as_str().unwrap()
        );
        told.entry((kind.to_owned(), alert)).or_insert((0, what)).0 += 1;
    }
    told
}

/// Deletes the snapshots, or damages a byte of each of their files, or leaves them.
fn harm(serving: &Serving, how: u64) {
    let folder = serving.ledger.data().join("state").join("snapshots");
    match how {
        0 => drop(fs::remove_dir_all(folder)),
        1 => {
            for file in fs::read_dir(folder).into_iter().flatten().flatten() {
                let mut bytes = fs::read(file.path()).unwrap_or_default();
                let place = getrandom::u64().unwrap() % (bytes.len() as u64).max(1);
                if let Some(byte) = bytes.get_mut(usize::try_from(place).unwrap()) {
                    *byte = !*byte;
                    fs::write(file.path(), bytes).unwrap();
                }
            }
        }
        _ => {}
    }
}

#[test]
fn alerts_are_in_the_ledger_once_whenever_the_server_is_killed() {
    let settings = ["--set", "plugins.built_in=true", "--set", "plugins.clock_seconds=1"];
    let mut serving = Serving::with(|_| {}, &settings);
    settle(&serving);
    let mut expected = BTreeSet::new();
    for round in 0..rounds() {
        for number in 0..4 {
            let hours = [24, 48, 66, 72][number];
            let case = format!("BRE-{round}-{number}");
            let aware = now() - hours * 3600 + 1 - (round % 2);
            post(&serving, &format!("{case}-aware"), "breach.aware", &case, aware, &json!({}));
            expected.insert(case);
        }
        if round > 0 {
            let case = format!("BRE-{}-{}", round - 1, round % 4);
            post(&serving, &format!("{case}-told"), "breach.ico_notified", &case, now(), &json!({}));
        }
        thread::sleep(Duration::from_millis(getrandom::u64().unwrap() % 1800));
        serving.kill();
        harm(&serving, getrandom::u64().unwrap() % 4);
        serving.start_again();
    }
    settle(&serving);
    let once = told(&serving);
    for ((kind, alert), (count, what)) in &once {
        assert_eq!(*count, 1, "{kind} of {alert} ({what})");
    }
    for case in &expected {
        let raised = once
            .iter()
            .filter(|((kind, _), (_, what))| kind == "alert.raised" && what.ends_with(case.as_str()));
        assert!(raised.count() > 0, "nothing was raised about {case}");
    }
    assert!(once.keys().any(|(kind, _)| kind == "alert.cleared"));

    // Folding all of it again from nothing says nothing that was not said.
    serving.stop();
    harm(&serving, 0);
    serving.start_again();
    settle(&serving);
    let again = told(&serving);
    assert_eq!(again, once);
    serving.stop_and_verify();
}
