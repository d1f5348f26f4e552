//! What a plugin keeps of cases that are over.

use muniment_sdk::{Event, Instant, Item, Plugin, Running};
use serde_json::Value;

/// So many cases, and as many again.
const CASES: u64 = 2_000;
/// 2025-04-01, in microseconds since 1970.
const START: Instant = Instant::from_micros(1_743_465_600_000_000);

/// All of it is recorded at one instant, when it is over: as a history that is imported.
const RECORDED_AFTER_HOURS: i64 = 24 * 400;

/// Something that happens to each case.
#[derive(Debug, Clone)]
pub struct Happens {
    /// The type of the event.
    pub kind: &'static str,
    /// Its subject: `#` stands for the number of the case.
    pub subject: &'static str,
    /// Days after the case began.
    pub day: i64,
    /// Its data: `#` in a text stands for the number of the case.
    pub data: Value,
}

/// Checks that the state grows by no more than so many bytes with each case that is over, whatever else it holds: a
/// plugin has 256 MiB, of which a million cases take as many megabytes as each of them bytes, and their places in memory
/// about as much again. Prints how many bytes it is.
///
/// # Panics
/// Where it is more, or a case is not over: something would be raised about it later.
pub fn check_bytes_a_case<P: Plugin>(case: &[Happens], bytes_max: u64) {
    let (mut running, mut seq, mut sizes) = (Running::<P>::default(), 0, Vec::new());
    for number in 1..=2 * CASES {
        // A case an hour: they overlap, as cases do.
        let began = START.plus_hours(i64::try_from(number).unwrap());
        for happens in case {
            let event = happens.event(number, seq, began);
            running.apply([Item::Event(event)], false);
            seq += 1;
        }
        if number % CASES == 0 {
            sizes.push(running.snapshot().len() as u64);
        }
    }
    let bytes = (sizes[1] - sizes[0]) / CASES;
    assert!(bytes > 0, "{}: nothing is kept of a case", P::MANIFEST.id);
    assert!(bytes <= bytes_max, "{}: {bytes} bytes a case, the limit is {bytes_max}", P::MANIFEST.id);
    let later = START.plus_hours(24 * 365 * 3);
    let raised = running.apply([Item::Tick { seq, recorded: later }], true).acts;
    assert!(raised.is_empty(), "{}: the case is not over: {:?}", P::MANIFEST.id, raised.first());
}

impl Happens {
    fn event(&self, number: u64, seq: u64, began: Instant) -> Event {
        let number = number.to_string();
        let time = began.plus_hours(self.day * 24);
        Event {
            seq,
            recorded: START.plus_hours(RECORDED_AFTER_HOURS),
            kind: self.kind.to_owned(),
            source: "/systems/example".to_owned(),
            id: seq.to_string(),
            subject: Some(self.subject.replace('#', &number)),
            time,
            json: self.data.to_string().replace('#', &number).into_bytes(),
        }
    }
}
