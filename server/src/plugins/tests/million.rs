//! A million requests that are over and fifty thousand that are open, through the plugin that comes with the program: its state
//! fits the memory that a plugin may have, it is written and read again, and what is shown of it names the entries that it
//! was counted from.
//!
//! By default it is a 64th of that, and the memory what the whole would take: with a power of two the tables in which a state
//! grows are as full in the end as with any other. `MUNIMENT_TEST_SCALE=64` makes it the whole million, in some minutes.

use std::borrow::Cow;
use std::time::Duration;

use muniment_core::time::Timestamp;
use serde_json::Value;

use super::allowance;
use crate::plugins::engine::{Allowance, Engine, Instance, Log, Program};
use crate::plugins::fold::{Fold, Position, Terms};
use crate::plugins::outcome::Query;
use crate::plugins::{built_in, schema};
use crate::query::EventFacts;
use crate::testing::scale;

/// A 64th of a million, and of 50,000.
const OVER: u64 = 15_625;
const OPEN: u64 = 782;
const PARTS: u64 = 64;
/// Entries that are folded at once.
const CHUNK: usize = 4_096;

/// 2006-01-02, in seconds since 1970: the Act has been in force for a year.
const START: i64 = 1_136_160_000;
const HOUR: i64 = 3_600;
const DAY: i64 = 24 * HOUR;
/// Between two requests, first those that are over in the end, and behind all of these the others.
const PAUSE: i64 = 600;
const PAUSE_OF_OPEN: i64 = 8;

/// So many entries a row of a table or a register names at most, those that come first.
const EVIDENCE_MAX: usize = 100;

const RECEIVED: usize = 0;
const ANSWERED: usize = 3;

/// What happens to a request: a type, seconds after it was received, and the data of one request, the next and the one
/// behind it. Those that are open are not answered.
const LIFE: [(&str, i64, [&str; 3]); 5] = [
    (
        "request.received",
        0,
        [
            r#"{"channel":"email","regime":"foi","requester_class":"private","unit":"housing"}"#,
            r#"{"channel":"email","regime":"foi","requester_class":"media","unit":"children-and-families"}"#,
            r#"{"channel":"post","regime":"eir","requester_class":"business","unit":"planning"}"#,
        ],
    ),
    ("request.acknowledged", HOUR, [r#"{"template":"ack-1"}"#; 3]),
    (
        "request.assigned",
        2 * HOUR,
        [
            r#"{"assigned_to":"role/housing-lead","unit":"housing"}"#,
            r#"{"assigned_to":"role/social-care-lead","unit":"children-and-families"}"#,
            r#"{"assigned_to":"role/planning-lead","unit":"planning"}"#,
        ],
    ),
    (
        "request.response_issued",
        9 * DAY,
        [
            r#"{"outcome":"granted_in_full"}"#,
            r#"{"exemption_sections":["s.40"],"outcome":"granted_in_part"}"#,
            r#"{"outcome":"not_held"}"#,
        ],
    ),
    ("request.closed", 10 * DAY, [r#"{"close_reason":"answered"}"#; 3]),
];

/// Something that happened; which entry it is follows from its place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Told {
    /// In seconds since 1970.
    time: i64,
    case: u64,
    /// A place in [`LIFE`].
    step: usize,
}

fn history(over: u64, open: u64) -> Vec<Told> {
    let signed = |number: u64| i64::try_from(number).unwrap();
    // The last of those that are over are, and a week has passed.
    let surge = START + signed(over) * PAUSE + 17 * DAY;
    let of_case = |case: u64| {
        let (received, steps) = match case.checked_sub(over) {
            None => (START + signed(case) * PAUSE, LIFE.len()),
            Some(number) => (surge + signed(number) * PAUSE_OF_OPEN, ANSWERED),
        };
        (0..steps).map(move |step| Told { time: received + LIFE[step].1, case, step })
    };
    let mut history: Vec<Told> = (0..over + open).flat_map(of_case).collect();
    history.sort_unstable();
    history
}

fn subject(case: u64) -> String {
    format!("FOI-{case:07}")
}

fn entry(seq: usize, told: &Told) -> EventFacts<'static> {
    let (kind, _, data) = LIFE[told.step];
    // Some seconds later, and in no two seconds in the same fraction of one.
    let recorded = (told.time + 5) * 1_000_000 + (told.time * 7_919).rem_euclid(1_000_000);
    EventFacts {
        seq: seq as u64,
        recorded: Timestamp::from_micros(recorded),
        by: "token/t",
        id: Cow::Owned(seq.to_string()),
        source: Cow::Borrowed("/systems/foi-casework"),
        event_type: Cow::Borrowed(kind),
        subject: Some(Cow::Owned(subject(told.case))),
        unit: None,
        time: Some(Timestamp::from_micros(told.time * 1_000_000)),
        data: Some(data[usize::try_from(told.case % 3).unwrap()]),
        is_test: false,
    }
}

/// What an instance took when it had folded so many entries. What the program takes for itself, and for a batch of entries, is
/// the same for any number.
struct Before {
    bytes: usize,
    entries: usize,
}

impl Before {
    /// What the whole million takes, in bytes, by what so many entries take.
    fn of_all(&self, instance: &Instance, entries: usize) -> usize {
        let all = entries * usize::try_from(PARTS).unwrap() / usize::try_from(scale(1)).unwrap();
        let grown = instance.memory_bytes() - self.bytes;
        self.bytes + grown * (all - self.entries) / (entries - self.entries)
    }
}

/// The blocks of a kind, in the plugin's part of a report about the year that ends a day behind an instant.
fn blocks(instance: &mut Instance, end: i64, kind: &str) -> Vec<Value> {
    let day = |seconds: i64| Timestamp::from_micros(seconds * 1_000_000).to_string()[..10].to_owned();
    let (from, to) = (day(end - 363 * DAY), day(end + DAY));
    let said = instance.sections(&from, &to, end * 1_000_000).unwrap().unwrap();
    let blocks = said[0]["blocks"].as_array().unwrap();
    blocks.iter().filter(|block| block["kind"] == kind).cloned().collect()
}

fn named<'b>(blocks: &'b [Value], name: &str) -> &'b Value {
    blocks.iter().find(|block| block["name"] == name).unwrap()
}

fn evidence(of: &Value) -> Vec<usize> {
    let seqs = of["evidence"].as_array().unwrap().iter();
    seqs.map(|seq| usize::try_from(seq.as_u64().unwrap()).unwrap()).collect()
}

/// Checks that a figure rests on as many entries as it counts, each of another request, and all of them of one step.
fn check_figure(history: &[Told], number: &Value, evidence: &[usize], step: usize) {
    assert_eq!(number.as_u64(), Some(evidence.len() as u64));
    check_entries(history, evidence, step);
}

fn check_entries(history: &[Told], evidence: &[usize], step: usize) {
    assert!(evidence.iter().all(|seq| history[*seq].step == step));
    let mut cases: Vec<u64> = evidence.iter().map(|seq| history[*seq].case).collect();
    cases.sort_unstable();
    cases.dedup();
    assert_eq!(cases.len(), evidence.len());
}

fn check_register(instance: &mut Instance, history: &[Told], end: i64) {
    let query = Query { limit: 100, ..Query::default() };
    let page = instance.register("open", &query, end * 1_000_000).unwrap().unwrap();
    assert_eq!((u64::from(page.total), page.rows.len()), (scale(OPEN), 100));
    for row in &page.rows {
        assert_eq!(row.evidence.len(), ANSWERED, "{row:?}");
        let of_it = |seq: &u64| subject(history[usize::try_from(*seq).unwrap()].case);
        assert!(row.evidence.iter().all(|seq| Some(of_it(seq)) == row.subject), "{row:?}");
    }
}

fn check_sections(instance: &mut Instance, history: &[Told], end: i64) {
    let metrics = blocks(instance, end, "metric");
    let received = named(&metrics, "requests_received");
    let seqs = evidence(received);
    check_figure(history, &received["numerator"], &seqs, RECEIVED);
    // All that is clearly of the year, wherever in London its first day began.
    let of_year = |seq: &usize| history[*seq].time >= end - 362 * DAY && history[*seq].step == RECEIVED;
    let wanted = (0..history.len()).filter(of_year).count();
    assert_eq!(seqs.iter().filter(|seq| of_year(seq)).count(), wanted);
    let in_time = named(&metrics, "requests_in_time");
    check_figure(history, &in_time["numerator"], &evidence(in_time), ANSWERED);
    assert_eq!(in_time["numerator"], in_time["denominator"]);
    let tables = blocks(instance, end, "table");
    for (name, step) in [("requests_by_outcome", ANSWERED), ("requests_by_requester", RECEIVED)] {
        for row in named(&tables, name)["rows"].as_array().unwrap() {
            // A row names the first of its entries.
            let (number, evidence) = (row["cells"][1].as_u64().unwrap(), evidence(row));
            assert_eq!(evidence.len() as u64, number.min(EVIDENCE_MAX as u64));
            check_entries(history, &evidence, step);
        }
    }
}

#[test]
fn a_million_requests_fit_the_memory_and_every_figure_has_its_evidence() {
    let requests = built_in::all().find(|plugin| plugin.id == "requests").unwrap();
    // Compiled for a test it takes many times as long.
    let engine = Engine::new(Allowance { call_max: Duration::from_secs(60), ..allowance() }, None).unwrap();
    let program = Program::new(&engine, requests.component).unwrap();
    let settings = schema::complete(program.manifest(), "{}").unwrap();
    let terms = Terms::new(program.manifest().clone(), 0, u32::MAX, false).unwrap();
    let start = || program.start(&settings, &Log::default()).unwrap();
    let memory_bytes_max = allowance().memory_bytes_max;

    let mut instance = start();
    let fresh = Before { bytes: instance.memory_bytes(), entries: 0 };
    let mut begun = Before { ..fresh };
    let history = history(scale(OVER), scale(OPEN));
    let (mut fold, mut position) = (Fold::new(&terms), Position::default());
    for (number, told) in history.chunks(CHUNK).enumerate() {
        let seqs = number * CHUNK..;
        let entries: Vec<EventFacts<'_>> = seqs.zip(told).map(|(seq, told)| entry(seq, told)).collect();
        let said = fold.advance(&mut position, &mut instance, &entries).unwrap();
        assert_eq!(said.len(), 0, "all are answered long before they are due");
        if number == 0 {
            begun = Before { bytes: instance.memory_bytes(), entries: CHUNK };
        }
    }
    let folded = begun.of_all(&instance, history.len());
    assert!(folded <= memory_bytes_max, "{folded} bytes, the limit is {memory_bytes_max}");

    // It is written and read, and written again where it was read: each time it stands beside its bytes.
    let state = instance.snapshot().unwrap();
    let written = begun.of_all(&instance, history.len());
    instance = start();
    instance.restore(&state).unwrap();
    assert!(instance.snapshot().unwrap() == state, "restored, it is another state");
    let restored = fresh.of_all(&instance, history.len());
    for (bytes, what) in [(written, "written"), (restored, "restored")] {
        assert!(
            bytes <= 2 * memory_bytes_max,
            "{what}, it takes {bytes} bytes, the limit is {}",
            2 * memory_bytes_max
        );
    }
    let end = history[history.len() - 1].time + HOUR;
    check_register(&mut instance, &history, end);
    check_sections(&mut instance, &history, end);
}
