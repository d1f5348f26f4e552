//! How fast the plugin folds natively:
//! `cargo test --release -p muniment-plugin-retention --test speed -- --ignored --nocapture`

#![expect(clippy::disallowed_methods, clippy::print_stdout, reason = "this measures, and folds nothing")]

use muniment_plugin_retention::Retention;
use muniment_sdk::{Event, Instant, Item, Running};

const RECORDS: usize = 100_000;
const DAY: i64 = 86_400_000_000;

/// What happens to a record: a type, days behind its registration, data.
const LIFE: [(&str, i64, &str); 5] = [
    ("record.registered", 0, r#"{"class":"HSG/04","medium":"paper","series":"repairs","unit":"housing"}"#),
    ("record.triggered", 30, r#"{"due":"2030-01-01","trigger":"closed"}"#),
    (
        "disposal.authorised",
        60,
        r#"{"authorised_by":"role/records-manager","checked_at_size":5,"due":"2010-01-01","hold_checked":true}"#,
    ),
    ("disposal.executed", 61, r#"{"medium":"paper","method":"pulp","route":"central"}"#),
    ("disposal.certificate_received", 70, r#"{"certificate":"CERT-1"}"#),
];

fn events() -> Vec<Event> {
    let start = "2016-01-04T09:00:00Z".parse().map_or(0, Instant::as_micros);
    let mut at: Vec<(i64, usize, usize)> = (0..RECORDS)
        .flat_map(|record| {
            let registered = i64::try_from(record).unwrap_or(0) * DAY / 40;
            LIFE.iter().enumerate().map(move |(step, (_, days, _))| (registered + days * DAY, record, step))
        })
        .collect();
    at.sort_unstable();
    (0..)
        .zip(at)
        .map(|(seq, (micros, record, step))| {
            let time = Instant::from_micros(start + micros);
            Event {
                seq,
                recorded: time,
                kind: LIFE[step].0.to_owned(),
                source: "/systems/records".to_owned(),
                id: seq.to_string(),
                subject: Some(format!("record/HSG-{record:07}")),
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
    for _ in 0..5 {
        let mut running = Running::<Retention>::default();
        let items: Vec<Item> = events.iter().cloned().map(Item::Event).collect();
        let count = items.len();
        let begun = std::time::Instant::now();
        let applied = running.apply(items, false);
        let took = begun.elapsed().as_secs_f64();
        assert_eq!(applied.taken as usize, count);
        println!("{:.0} events a second", f64::from(applied.taken) / took);
    }
    let mut running = Running::<Retention>::default();
    running.apply(events.into_iter().map(Item::Event), false);
    println!("{} bytes a record in a snapshot", running.snapshot().len() / RECORDS);
}
