//! One field of one event is another one: exactly the figures and rows that depend on it are, too.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::support::{command, run};
use super::{again, differences, read, recount, report};

/// The case that is added; it is one of the demo's, once more.
const CASE: &str = "FOI-2025-CHANGED";
/// What such a case consists of, so that nothing stops its clock.
const PLAIN: [&str; 5] = [
    "request.received",
    "request.acknowledged",
    "request.assigned",
    "request.response_issued",
    "request.closed",
];
/// What else may have happened in it, and stops no clock either.
const BESIDES: [&str; 6] = [
    "request.search_completed",
    "request.records_identified",
    "request.redacted",
    "request.disclosure_checked",
    "request.escalated",
    "request.published",
];
/// Tables that the host makes of those of the plugins, or of the ledger itself.
const OF_THE_HOST: [&str; 5] =
    ["clauses_coventry", "clauses_leicester", "figures_at_a_glance", "ledger", "years"];

/// Where something stands: the table, or nothing for a figure; the row or the figure; which of those that are called so.
type Place = (String, String, usize);

/// What stands there, and the entries behind it.
type Shown = (Value, Vec<u64>);

/// A change, and what must differ then and what must not.
struct Change {
    name: &'static str,
    make: fn(&mut [Value]),
    differs: &'static [(&'static str, &'static str)],
    stays: &'static [(&'static str, &'static str)],
}

const CHANGES: [Change; 3] = [
    Change {
        name: "outcome",
        make: |events| of(events, "request.response_issued")["data"]["outcome"] = json!("not_held"),
        differs: &[
            ("requests_by_outcome", "Granted in full"),
            ("requests_by_outcome", "Information not held"),
        ],
        stays: &[("", "requests_received"), ("", "requests_in_time"), ("requests_by_outcome", "All")],
    },
    Change {
        name: "requester",
        make: |events| of(events, "request.received")["data"]["requester_class"] = json!("charity"),
        differs: &[("requests_by_requester", "Charity")],
        stays: &[("", "requests_received"), ("", "requests_in_time"), ("requests_by_requester", "All")],
    },
    Change {
        name: "received",
        make: |events| {
            let event = of(events, "request.received");
            let time: Timestamp = event["time"].as_str().unwrap().parse().unwrap();
            event["time"] = json!((time - SignedDuration::from_hours(90 * 24)).to_string());
        },
        differs: &[("", "requests_in_time"), ("requests_by_regime", "Freedom of information")],
        stays: &[("", "requests_received"), ("requests_by_outcome", "All")],
    },
];

fn of<'e>(events: &'e mut [Value], event_type: &str) -> &'e mut Value {
    events.iter_mut().find(|event| event["type"] == event_type).unwrap()
}

/// The events of one of the ledger's cases, as of another one.
fn a_case(entries: &[Value]) -> Vec<Value> {
    let mut cases: BTreeMap<&str, Vec<&Value>> = BTreeMap::new();
    for event in entries.iter().map(|entry| &entry["event"]) {
        if event["type"].as_str().is_some_and(|kind| kind.starts_with("request.")) {
            cases.entry(event["subject"].as_str().unwrap()).or_default().push(event);
        }
    }
    let is_plain = |events: &Vec<&Value>| {
        let field = |kind: &str, of: &str| {
            let event = events.iter().find(|event| event["type"] == kind);
            event.map_or(Value::Null, |event| event["data"][of].clone())
        };
        let [received, last] =
            [events[0], events[events.len() - 1]].map(|event| event["time"].as_str().unwrap_or_default());
        let count = |kind: &str| events.iter().filter(|event| event["type"] == kind).count();
        PLAIN.iter().all(|kind| count(kind) == 1)
            && PLAIN.iter().chain(&BESIDES).map(|kind| count(kind)).sum::<usize>() == events.len()
            && events[0]["type"] == "request.received"
            && field("request.received", "regime") == "foi"
            && field("request.received", "requester_class") != "charity"
            && field("request.received", "date").is_null()
            && field("request.response_issued", "outcome") == "granted_in_full"
            && field("request.response_issued", "late_reason") == "not_late"
            && field("request.closed", "close_reason") == "answered"
            && received >= "2025-07-01"
            && last < "2026-03-31"
    };
    let (case, found) =
        cases.iter().find(|(_, events)| is_plain(events)).expect("the demo has a plain request");
    let mut events = Vec::new();
    for event in found.iter().filter(|event| PLAIN.contains(&event["type"].as_str().unwrap())) {
        let mut event = (*event).clone();
        let members = event.as_object_mut().unwrap();
        members.remove("sealkey");
        members.insert("subject".to_owned(), json!(CASE));
        members.insert("id".to_owned(), json!(format!("{case}/{}", events.len())));
        // What is sealed is personal, and no figure needs it.
        members["data"].as_object_mut().unwrap().retain(|_, value| value.get("sealed").is_none());
        events.push(event);
    }
    events
}

/// Everything that is counted in a report.
fn shown(document: &Value) -> BTreeMap<Place, Shown> {
    let mut all = BTreeMap::new();
    let sections = document["sections"].as_array().unwrap().iter();
    for block in sections.flat_map(|section| section["blocks"].as_array().unwrap()) {
        let name = || block["name"].as_str().unwrap().to_owned();
        match block["kind"].as_str() {
            Some("metric") => {
                let value = json!([block["numerator"], block["denominator"]]);
                put(&mut all, (String::new(), name()), (value, evidence(block)));
            }
            Some("table") => {
                for row in block["rows"].as_array().unwrap() {
                    let cells = row["cells"].clone();
                    put(&mut all, (name(), label(&cells[0])), (cells, evidence(row)));
                }
            }
            _ => {}
        }
    }
    all
}

fn put<T>(all: &mut BTreeMap<Place, T>, (table, row): (String, String), value: T) {
    let alike = (0..).find(|number| !all.contains_key(&(table.clone(), row.clone(), *number))).unwrap();
    all.insert((table, row, alike), value);
}

fn label(cell: &Value) -> String {
    cell.as_str().map_or_else(|| cell.to_string(), str::to_owned)
}

fn evidence(of: &Value) -> Vec<u64> {
    of["evidence"].as_array().into_iter().flatten().map(|seq| seq.as_u64().unwrap()).collect()
}

/// A report, what it says, and what is counted again of the same entries.
struct Made {
    document: Value,
    shown: BTreeMap<Place, Shown>,
    counted: BTreeMap<Place, Value>,
    /// The entries of the case.
    case: BTreeSet<u64>,
}

/// Makes a report of a ledger and these events more.
fn made(base: &Path, events: &[Value], home: &Path, name: &str) -> Made {
    let ledger = again::copied(base);
    let lines: String = events.iter().map(|event| format!("{event}\n")).collect();
    let appended = ledger.append(lines, &[]).exits(0).counts();
    assert_eq!(appended, [events.len() as u64, 0, 0], "{name}");
    let out = home.join(name);
    report(&ledger.data(), &out, &["--unrecorded", "--format", "json"]).exits(0);
    let document = read(&out.join("report.json"));
    let (counted, found) = differences(&ledger.data(), &document);
    assert!(found.is_empty(), "{name}: {} differences:\n{}", found.len(), found.join("\n"));
    let entries = ledger.entries();
    let of_case = entries.iter().filter(|entry| entry["event"]["subject"] == CASE);
    Made {
        shown: shown(&document),
        counted: places(&counted),
        case: of_case.map(|entry| entry["seq"].as_u64().unwrap()).collect(),
        document,
    }
}

/// What was counted again, by the same places.
fn places(counted: &recount::Counted) -> BTreeMap<Place, Value> {
    let mut all = BTreeMap::new();
    for (name, (count, of)) in &counted.figures {
        put(&mut all, (String::new(), (*name).to_owned()), json!([count, of]));
    }
    for (name, rows) in &counted.tables {
        for row in rows {
            put(&mut all, ((*name).to_owned(), label(&row[0])), json!(row));
        }
    }
    all
}

/// The places at which two differ, or which only one has.
fn changed<T: PartialEq>(one: &BTreeMap<Place, T>, other: &BTreeMap<Place, T>) -> BTreeSet<Place> {
    let places = one.keys().chain(other.keys());
    places.filter(|place| one.get(*place) != other.get(*place)).cloned().collect()
}

fn values(shown: &BTreeMap<Place, Shown>) -> BTreeMap<Place, &Value> {
    shown.iter().map(|(place, (value, _))| (place.clone(), value)).collect()
}

/// The demo's ledger with a case more, and with that case where one field of one event is another one.
pub(crate) fn one_field_changes_what_depends_on_it(base: &Path, home: &Path) {
    let lines = super::support::lines(base);
    let entries: Vec<Value> = lines.iter().map(|line| serde_json::from_str(line).unwrap()).collect();
    let events = a_case(&entries);
    assert_eq!(events.len(), PLAIN.len(), "{events:?}");
    let before = made(base, &events, home, "unchanged");
    assert_eq!(before.case.len(), PLAIN.len());
    for change in &CHANGES {
        let mut events = events.clone();
        (change.make)(&mut events);
        let after = made(base, &events, home, change.name);
        assert_eq!(after.case, before.case, "{}: nothing else has moved", change.name);
        compared(change, &before, &after);
        let name = |name: &str| home.join(name).join("report.json");
        let diff =
            run(command(&["report", "diff"]).arg(name("unchanged")).arg(name(change.name)), b"").exits(1);
        assert!(diff.stdout.contains(" became "), "{}", diff.stdout);
    }
}

fn compared(change: &Change, before: &Made, after: &Made) {
    let name = change.name;
    let differs = changed(&values(&before.shown), &values(&after.shown));
    let is_of_the_host = |(table, ..): &&Place| OF_THE_HOST.contains(&table.as_str());
    // All of them, and no other: those that come out otherwise where they are counted by other means.
    let of_plugins: BTreeSet<Place> = differs.iter().filter(|it| !is_of_the_host(it)).cloned().collect();
    assert_eq!(of_plugins, changed(&before.counted, &after.counted), "{name}");
    let is_among = |(table, row): &(&str, &str)| {
        let place = ((*table).to_owned(), (*row).to_owned(), 0);
        assert!(before.shown.contains_key(&place) || after.shown.contains_key(&place), "{name}: {place:?}");
        differs.contains(&place)
    };
    for place in change.differs {
        assert!(is_among(place), "{name}: {place:?} is as before");
    }
    for place in change.stays {
        assert!(!is_among(place), "{name}: {place:?} is another one");
    }
    // Each rests on the case, before or after, as far as it says what it rests on. A share of which only the denominator is
    // another one shows what its numerator rests on.
    let is_numerator_alike = |place: &&Place| {
        let numerator = |made: &Made| made.shown.get(*place).map(|(value, _)| value[0].clone());
        place.0.is_empty() && numerator(before) == numerator(after)
    };
    for place in of_plugins.iter().filter(|place| !is_numerator_alike(place)) {
        let behind = |made: &Made| made.shown.get(place).map_or_else(Vec::new, |(_, behind)| behind.clone());
        let (was, is) = (behind(before), behind(after));
        let rests = |seqs: &[u64]| seqs.iter().any(|seq| before.case.contains(seq));
        assert!(
            (was.is_empty() && is.is_empty()) || rests(&was) || rests(&is),
            "{name}: {place:?} {was:?} {is:?}"
        );
    }
    // What the host says of figures differs only where these do: no line of it may come from elsewhere.
    let titles: BTreeSet<&str> = blocks(&before.document)
        .chain(blocks(&after.document))
        .filter(|block| block["kind"] == "metric" && differs.contains(&figure(block)))
        .map(|block| block["title"].as_str().unwrap())
        .collect();
    for (table, row, _) in differs.iter().filter(is_of_the_host) {
        let is_of_figures = ["figures_at_a_glance", "years"].contains(&table.as_str());
        assert!(!is_of_figures || titles.contains(row.as_str()), "{name}: {table} {row:?}, {titles:?}");
    }
}

fn blocks(document: &Value) -> impl Iterator<Item = &Value> {
    let sections = document["sections"].as_array().unwrap().iter();
    sections.flat_map(|section| section["blocks"].as_array().unwrap())
}

fn figure(block: &Value) -> Place {
    (String::new(), block["name"].as_str().unwrap_or_default().to_owned(), 0)
}
