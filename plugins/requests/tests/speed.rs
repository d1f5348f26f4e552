//! How fast the plugin folds natively:
//! `cargo test --release -p muniment-plugin-requests --test speed -- --ignored --nocapture`

#![expect(clippy::disallowed_methods, clippy::print_stdout, reason = "this measures, and folds nothing")]

use muniment_plugin_requests::Requests;
use muniment_sdk::{Event, Instant, Item, Running};

const CASES: usize = 100_000;
const DAY: i64 = 86_400_000_000;

/// What happens to a case: a type, days behind the receipt, data.
const LIFE: [(&str, i64, &str); 6] = [
    ("request.received", 0, r#"{"channel":"email","regime":"foi","unit":"housing"}"#),
    ("request.acknowledged", 1, r#"{"statutory_due":"2026-02-09","working_days":20}"#),
    ("request.assigned", 1, r#"{"assigned_to":"role/housing","unit":"housing"}"#),
    ("request.clarification_sought", 3, r#"{"statutory":true}"#),
    ("request.clarification_received", 9, "{}"),
    ("request.response_issued", 20, r#"{"outcome":"granted_in_full"}"#),
];

fn events() -> Vec<Event> {
    let start = "2016-01-04T09:00:00Z".parse().map_or(0, Instant::as_micros);
    let mut at: Vec<(i64, usize, usize)> = (0..CASES)
        .flat_map(|case| {
            let received = i64::try_from(case).unwrap_or(0) * DAY / 40;
            LIFE.iter().enumerate().map(move |(step, (_, days, _))| (received + days * DAY, case, step))
        })
        .collect();
    at.sort_unstable();
    (0..)
        .zip(at)
        .map(|(seq, (micros, case, step))| {
            let time = Instant::from_micros(start + micros);
            Event {
                seq,
                recorded: time,
                kind: LIFE[step].0.to_owned(),
                source: "/systems/foi-casework".to_owned(),
                id: seq.to_string(),
                subject: Some(format!("FOI-{case:07}")),
                time,
                json: LIFE[step].2.as_bytes().to_vec(),
            }
        })
        .collect()
}

#[test]
#[ignore = "measures for some seconds, and only says something of a release build"]
fn events_a_second() {
    let events = events();
    // The calendars are worked out once for a program, and so for each instance of a component.
    let begun = std::time::Instant::now();
    Running::<Requests>::default().apply(events.first().cloned().map(Item::Event), false);
    println!("the first event in {} µs", begun.elapsed().as_micros());
    for _ in 0..5 {
        let mut running = Running::<Requests>::default();
        let items: Vec<Item> = events.iter().cloned().map(Item::Event).collect();
        let count = items.len();
        let begun = std::time::Instant::now();
        let applied = running.apply(items, false);
        let took = begun.elapsed().as_secs_f64();
        assert_eq!(applied.taken as usize, count);
        println!("{:.0} events a second", f64::from(applied.taken) / took);
    }
}
