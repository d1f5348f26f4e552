//! Bodies of posts, made ahead: sending one costs a copy and its events' new ids.

use std::sync::atomic::{AtomicU64, Ordering};

use super::events;

/// Different events that are made ahead.
const EVENTS_MADE: usize = 32 * 1024;
/// Different bodies at least.
const BODIES_MADE_MIN: usize = 8;
/// What stands before an event's id.
const BEFORE_ID: &str = r#""id":""#;
/// Characters of an id, a UUID.
const ID_CHARS: usize = 36;
/// Bits of an id that differ from event to event.
const NUMBER_BITS: u32 = 60;

/// Bodies for one run. None of their events was ever posted before.
#[derive(Debug)]
pub(super) struct Posts {
    made: Vec<Made>,
    /// Events of a body.
    batch: usize,
    /// Random, the first half of every id.
    run: u64,
    next: AtomicU64,
}

/// A body, and where the ids of its events are.
#[derive(Debug)]
struct Made {
    text: String,
    ids: Vec<usize>,
}

impl Posts {
    /// Makes bodies of `batch` events each; a lone event is not put into a list.
    pub(super) fn make(batch: usize, run: u64) -> Posts {
        let count = (EVENTS_MADE / batch).max(BODIES_MADE_MIN);
        let made = (0..count).map(|body| Made::new(body * batch, batch)).collect();
        Posts { made, batch, run, next: AtomicU64::new(0) }
    }

    /// Appends the next body.
    pub(super) fn next(&self, out: &mut Vec<u8>) {
        self.next_after(out, |_, _| {});
    }

    /// Appends what `head` writes, which is told the bytes of the body, and the next body. Gives these bytes.
    pub(super) fn next_after(&self, out: &mut Vec<u8>, head: impl FnOnce(&mut Vec<u8>, usize)) -> usize {
        let body = self.next.fetch_add(1, Ordering::Relaxed);
        let place = usize::try_from(body % self.made.len() as u64).unwrap_or_default();
        let made = &self.made[place];
        head(out, made.text.len());
        let base = out.len();
        out.extend_from_slice(made.text.as_bytes());
        for (number, start) in (body * self.batch as u64..).zip(&made.ids) {
            write_id(&mut out[base + *start..base + *start + ID_CHARS], self.run, number);
        }
        made.text.len()
    }

    /// Events of a body.
    pub(super) fn batch(&self) -> usize {
        self.batch
    }

    /// Events in the bodies that were given.
    pub(super) fn events(&self) -> u64 {
        self.next.load(Ordering::Relaxed) * self.batch as u64
    }
}

impl Made {
    fn new(first: usize, batch: usize) -> Made {
        let mut text = String::new();
        let mut ids = Vec::with_capacity(batch);
        for number in first..first + batch {
            text.push(if number == first { '[' } else { ',' });
            let event = events::json(number as u64);
            let id = event.find(BEFORE_ID).map_or(0, |place| place + BEFORE_ID.len());
            ids.push(text.len() + id);
            text.push_str(&event);
        }
        if batch == 1 {
            text.remove(0);
            ids[0] -= 1;
        } else {
            text.push(']');
        }
        Made { text, ids }
    }
}

/// Writes the id of an event of a run, in the form of a UUID. Numbers that follow each other look unlike.
fn write_id(place: &mut [u8], run: u64, number: u64) {
    const ODD: u64 = 0x9E37_79B9_7F4A_7C15;
    const HEX: &[u8; 16] = b"0123456789abcdef";
    let mask = (1 << NUMBER_BITS) - 1;
    // Each 60-bit number has its own product: the factor is odd.
    let halves = [run & mask, number.wrapping_mul(ODD) & mask];
    let mut digits =
        halves.iter().flat_map(|half| (0..NUMBER_BITS / 4).rev().map(move |at| half >> (at * 4)));
    for (at, byte) in place.iter_mut().enumerate() {
        *byte = match at {
            8 | 13 | 18 | 23 => b'-',
            14 => b'4',
            19 => b'8',
            _ => digits.next().map_or(b'0', |digit| HEX[(digit & 15) as usize]),
        };
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use muniment_core::event::Event;
    use muniment_core::json;

    use super::*;

    #[test]
    fn no_event_is_posted_twice() {
        let mut ids = BTreeSet::new();
        for run in [1, 2] {
            let posts = Posts::make(1, run);
            for _ in 0..EVENTS_MADE + 10 {
                let mut body = Vec::new();
                posts.next(&mut body);
                let event = Event::parse(&body).expect("an event");
                assert!(ids.insert(event.id().to_owned()), "{}", event.id());
            }
        }
    }

    #[test]
    fn a_batch_is_a_list_of_events() {
        let posts = Posts::make(3, u64::MAX);
        let mut body = b"head".to_vec();
        let bytes = posts.next_after(&mut body, |_, bytes| assert!(bytes > 1_000));
        let body = body.split_off(4);
        assert_eq!(body.len(), bytes);
        let value = json::parse(&body).expect("JSON");
        let json::Value::Array(events) = value else { panic!("a list") };
        let ids: BTreeSet<_> = events
            .into_iter()
            .map(|event| Event::from_value_about(event, 500).expect("an event").id().to_owned())
            .collect();
        assert_eq!((ids.len(), posts.events()), (3, 3));
        assert!(
            ids.iter().all(|id| id.len() == ID_CHARS && id.starts_with("ffffffff-ffff-4fff-8")),
            "{ids:?}"
        );
    }
}
