//! The golden scenarios of the built-in plugins, `plugins/*/scenarios/`: what happens, a line of JSON each, and what comes
//! of it. Every alert has one that raises it at its instant, and one that clears it.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use support::{TestLedger, command, root, run};

mod support;

/// How long before an alert a scenario looks for the last time whether it is there too early.
const LOOKED_BEFORE_MICROS_MAX: i64 = 60_000_000;

/// A scenario, and what came of it when somebody read that last.
struct Golden {
    name: String,
    lines: Vec<Value>,
    came: Vec<Value>,
}

/// The folders of the plugins.
fn plugins() -> Vec<PathBuf> {
    let entries = fs::read_dir(root().join("plugins")).unwrap().map(|entry| entry.unwrap().path());
    let mut folders: Vec<PathBuf> = entries.filter(|path| path.join("Cargo.toml").is_file()).collect();
    folders.sort();
    folders
}

/// What stands in a plugin's folder of scenarios, without the endings: the scenarios, and the golden files.
fn names(plugin: &Path) -> [BTreeSet<PathBuf>; 2] {
    let mut names = [BTreeSet::new(), BTreeSet::new()];
    for entry in fs::read_dir(plugin.join("scenarios")).into_iter().flatten() {
        let path = entry.unwrap().path();
        let name = path.to_str().unwrap();
        let golden = name.strip_suffix(".golden.jsonl").map(|name| (1, name));
        let found = golden.or_else(|| name.strip_suffix(".jsonl").map(|name| (0, name)));
        let (kind, name) = found.unwrap_or_else(|| panic!("{name} is neither scenario nor golden file"));
        names[kind].insert(PathBuf::from(name));
    }
    names
}

fn goldens() -> Vec<Golden> {
    let scenarios = plugins().into_iter().flat_map(|plugin| names(&plugin)[0].clone());
    let read = |name: PathBuf| Golden {
        lines: values(&name.with_extension("jsonl")),
        came: values(&name.with_extension("golden.jsonl")),
        name: name.strip_prefix(root()).unwrap().display().to_string(),
    };
    scenarios.map(read).collect()
}

fn values(path: &Path) -> Vec<Value> {
    let text = fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let lines = text.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
    lines.map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// The rules of which something was raised, or cleared.
fn rules(goldens: &[Golden], event_type: &str) -> BTreeSet<String> {
    let lines = goldens.iter().flat_map(|golden| &golden.came).filter(|line| line["type"] == event_type);
    lines.map(|line| line["data"]["rule"].as_str().unwrap().to_owned()).collect()
}

/// What stands in quotation marks in the lines of a file that begin so.
fn quoted(file: &str, start: &str) -> BTreeSet<String> {
    let text = fs::read_to_string(root().join("core/policies").join(file)).unwrap();
    let lines = text.lines().filter(|line| line.starts_with(start));
    lines.flat_map(|line| line.split('"').skip(1).step_by(2)).map(str::to_owned).collect()
}

#[test]
fn each_scenario_comes_to_what_was_accepted() {
    let mut failed = Vec::new();
    for plugin in plugins() {
        let (id, folder) = (plugin.file_name().unwrap().to_str().unwrap(), plugin.to_str().unwrap());
        let ran = run(&mut command(&["plugin", "test", "--built-in", id, "--dir", folder]), b"");
        if ran.code != Some(0) {
            failed.push(format!("{id}:\n{}{}", ran.stdout, ran.stderr));
        }
    }
    assert!(failed.is_empty(), "{}", failed.join("\n"));
}

#[test]
fn a_plugin_that_does_not_come_with_the_program_is_not_tested() {
    let folder = root().join("plugins/requests");
    let ran = run(
        &mut command(&["plugin", "test", "--built-in", "nobody", "--dir", folder.to_str().unwrap()]),
        b"",
    );
    assert!(ran.exits(2).stderr.contains("no plugin \"nobody\" comes with this program"));
}

#[test]
fn every_plugin_has_scenarios_and_every_scenario_its_golden_file() {
    for plugin in plugins() {
        let [scenarios, goldens] = names(&plugin);
        assert!(!scenarios.is_empty(), "{} has no scenario", plugin.display());
        let alone: Vec<_> = scenarios.symmetric_difference(&goldens).collect();
        assert!(alone.is_empty(), "a scenario without golden file, or the other way round: {alone:?}");
    }
}

#[test]
fn every_alert_is_raised_by_a_scenario_and_cleared_by_one() {
    let not_yet = quoted("not-yet-raised.toml", "not_yet_raised");
    let alerts: BTreeSet<String> = &quoted("alerts.toml", "code = ") - &not_yet;
    assert!(alerts.contains("A-REQ-3"), "the list of alerts was not read: {alerts:?}");
    let goldens = goldens();
    for event_type in ["alert.raised", "alert.cleared"] {
        let missing = &alerts - &rules(&goldens, event_type);
        assert!(missing.is_empty(), "no golden file has an {event_type} of {missing:?}");
    }
}

/// Not a minute too early: what is raised was not there at the entry before, and that is no more than a minute older.
#[test]
fn every_scenario_looks_the_minute_before() {
    for Golden { name, lines, came } in goldens() {
        let recorded = lines.iter().filter_map(|line| line["recorded"].as_str());
        let times: Vec<i64> = recorded.map(micros).collect();
        for line in came.iter().filter(|line| line["type"] == "alert.raised") {
            // Entry 0 installs the plugin; the first line is entry 1.
            let place = usize::try_from(line["at_seq"].as_u64().unwrap()).unwrap() - 1;
            let before = times[place.saturating_sub(1)];
            assert!(
                times[place] - before <= LOOKED_BEFORE_MICROS_MAX,
                "{name}: {} was last looked for at entry {}, long before {}",
                line["data"]["rule"],
                place.max(1),
                line["at"]
            );
        }
    }
}

/// Microseconds from the beginning of the year 0 to a time such as `2026-03-02T09:00:00.000001Z`.
fn micros(time: &str) -> i64 {
    let number = |range: std::ops::Range<usize>| time[range].parse::<i64>().unwrap();
    let (month, day) = (number(5..7), number(8..10));
    // A year begins in March, so that the day that some of them have more is its last.
    let year = number(0..4) - i64::from(month < 3);
    let days = year * 365 + year / 4 - year / 100 + year / 400 + ((month + 9) % 12 * 306 + 5) / 10 + day;
    let seconds = ((days * 24 + number(11..13)) * 60 + number(14..16)) * 60 + number(17..19);
    let fraction = time[19..].trim_start_matches('.').trim_end_matches('Z');
    seconds * 1_000_000 + format!("{fraction:0<6}").parse::<i64>().unwrap()
}

/// By the catalogue. What the host alone may record is left out, and corrections, whose targets are numbers of entries.
#[test]
fn what_happens_in_a_scenario_is_what_a_client_may_post() {
    let (mut input, mut sources) = (String::new(), Vec::new());
    for Golden { name, lines, .. } in goldens() {
        for line in lines.iter().filter(|line| line["event"].is_object() && line["by"] != "host") {
            let event = &line["event"];
            if event["type"] == "ledger.correction_recorded" {
                continue;
            }
            sources.push(format!("{name}, {} at {}", event["type"], line["recorded"]));
            let mut event = event.clone();
            // It happens now: a scenario may lie ahead of the clock of whoever tests.
            event.as_object_mut().unwrap().remove("time");
            event["specversion"] = json!("1.0");
            event["source"] = json!("/scenario");
            event["id"] = json!(sources.len().to_string());
            input.push_str(&format!("{event}\n"));
        }
    }
    let ran = TestLedger::new().append(input, &["--keep-going"]);
    let refused: Vec<String> = ran.stderr.lines().filter_map(|line| told(line, &sources)).collect();
    assert!(refused.is_empty(), "{}", refused.join("\n"));
    assert_eq!(ran.counts(), [sources.len() as u64, 0, 0], "{}", ran.stderr);
}

/// `line 7: what is wrong`, with what stands in that line.
fn told(line: &str, sources: &[String]) -> Option<String> {
    let (number, what) = line.strip_prefix("line ")?.split_once(": ")?;
    let place = number.parse::<usize>().ok()?.checked_sub(1)?;
    Some(format!("{}: {what}", sources.get(place)?))
}
