//! What the host says, in the SDK's words. Texts and bytes are moved, never copied.

use super::{registers, report, types};
use crate::{Event, Instant, Item, Period, Query};

impl From<types::Item> for Item {
    fn from(item: types::Item) -> Item {
        match item {
            types::Item::Event(event) => Item::Event(Event {
                seq: event.seq,
                recorded: Instant::from_micros(event.recorded),
                kind: event.kind,
                source: event.source,
                id: event.id,
                subject: event.subject,
                time: Instant::from_micros(event.time),
                json: event.data,
            }),
            types::Item::Tick(tick) => {
                Item::Tick { seq: tick.seq, recorded: Instant::from_micros(tick.recorded) }
            }
        }
    }
}

impl From<registers::Query> for Query {
    fn from(query: registers::Query) -> Query {
        let registers::Query { subject, status, due_within, text, units, offset, limit } = query;
        Query { subject, text, units, status, due_within, offset, limit }
    }
}

pub(super) fn period(period: &report::Period) -> Result<Period, String> {
    let day = |text: &str| text.parse().map_err(|error: crate::NoDay| error.to_string());
    Ok(Period { from: day(&period.from)?, to: day(&period.to)? })
}
