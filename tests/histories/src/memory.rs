//! What a plugin keeps of cases that are over.

use muniment_sdk::{Day, Event, Instant, Item, Plugin, Running};
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
    /// Its data: in a text, `#` stands for the number of the case, `@day` for the day on which it happens, and `@time` for
    /// the time.
    pub data: Value,
}

/// Checks that the state grows by no more than so many bytes with each case that is over, whatever else it holds.
///
/// A plugin has 256 MiB. Of a million cases it takes as many megabytes as each of them bytes, and some 70 more for their places
/// in memory: who may have a million keeps no more than 160 bytes of each. What is told of one case alone takes somewhat more
/// among the first thousands, as here, than later.
///
/// # Panics
/// Where it is more, or cases are not over: something would be raised about each of them later.
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
    // What is said of no case, that no report of a year was made, say, is said a few times.
    let is_over = (raised.len() as u64) < CASES;
    assert!(is_over, "{}: the cases are not over: {:?}", P::MANIFEST.id, raised.first());
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
            json: self.json(&number, time).into_bytes(),
        }
    }

    fn json(&self, number: &str, time: Instant) -> String {
        let (day, time) = (Day::in_london(time).to_string(), time.to_string());
        self.data.to_string().replace('#', number).replace("@day", &day).replace("@time", &time)
    }
}
