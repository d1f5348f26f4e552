//! The ledger's own access log: who read what kind of thing, and how often. Never what was read.
//!
//! Readings are counted by token and route and recorded as events every few minutes, and when the server stops: a
//! thousand pages that one token reads in that time are one event. Settings can sample them, or leave them out.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use muniment_core::json::Value;
use muniment_core::time::Timestamp;

use crate::ledger::Ledger;
use crate::ledger::clock::{Clock as _, SystemClock};
use crate::ledger::submission::Refusal;
use crate::tokens::principal_of;

/// Most kinds of readings that wait to be recorded: tokens times routes.
const WAITING_MAX: usize = 10_000;

/// Counts readings until they are recorded.
#[derive(Debug)]
pub(super) struct Reads {
    /// Of so many readings one is counted; 0: none.
    one_in: u64,
    clock: SystemClock,
    waiting: Mutex<Waiting>,
}

#[derive(Debug, Default)]
struct Waiting {
    seen: u64,
    counts: BTreeMap<(String, String), Count>,
    /// Readings that were not counted by kind, because there were too many kinds.
    more: u64,
}

#[derive(Debug, Clone, Copy)]
struct Count {
    reads: u64,
    first: Timestamp,
    last: Timestamp,
}

impl Reads {
    pub(super) fn new(one_in: u32) -> Reads {
        Reads { one_in: u64::from(one_in), clock: SystemClock::new(), waiting: Mutex::default() }
    }

    /// Counts one reading.
    pub(super) fn count(&self, token: &str, route: &str) {
        if self.one_in > 0 {
            self.count_at(token, route, self.clock.wall());
        }
    }

    fn count_at(&self, token: &str, route: &str, now: Timestamp) {
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        waiting.seen += 1;
        if !waiting.seen.is_multiple_of(self.one_in) {
            return;
        }
        let kinds = waiting.counts.len();
        let key = (token.to_owned(), route.to_owned());
        if let Some(count) = waiting.counts.get_mut(&key) {
            count.reads += 1;
            count.last = now;
        } else if kinds < WAITING_MAX {
            waiting.counts.insert(key, Count { reads: 1, first: now, last: now });
        } else {
            waiting.more += 1;
        }
    }

    /// Records what was counted. What the ledger does not take is counted on.
    pub(super) fn record(&self, ledger: &Ledger) -> Result<(), Refusal> {
        let now = self.clock.wall();
        let (counts, more) = {
            let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
            (std::mem::take(&mut waiting.counts), std::mem::take(&mut waiting.more))
        };
        if more > 0 {
            tracing::warn!(more, "readings of too many kinds: these are not in the access log");
        }
        let mut rest = counts.into_iter();
        for (number, ((token, route), count)) in (0_u64..).zip(rest.by_ref()) {
            let data = Value::object([
                ("first", Value::string(count.first.to_string())),
                ("last", Value::string(count.last.to_string())),
                ("one_in", Value::number(self.one_in)),
                ("reads", Value::number(count.reads)),
                ("requested_by", Value::string(principal_of(&token))),
                ("route", Value::string(route.clone())),
            ]);
            let id = format!("ledger.read/{}/{number}", now.as_micros());
            if let Err(refusal) = ledger.append_host("ledger.read", &id, data) {
                let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
                for (key, count) in std::iter::once(((token, route), count)).chain(rest) {
                    let known = waiting.counts.entry(key).or_insert(Count { reads: 0, ..count });
                    (known.reads, known.first) = (known.reads + count.reads, known.first.min(count.first));
                }
                return Err(refusal);
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn readings_are_counted_by_token_and_route_and_sampled() {
        let at = |seconds: i64| Timestamp::from_micros(seconds * 1_000_000);
        let counted = |one_in: u32| {
            let reads = Reads::new(one_in);
            for second in 0..10 {
                reads.count_at("reader", "/v1/events/{seq}", at(second));
            }
            reads.count_at("other", "/v1/events", at(20));
            let waiting = reads.waiting.into_inner().unwrap();
            waiting.counts.into_iter().map(|((token, _), count)| (token, count.reads)).collect::<Vec<_>>()
        };
        assert_eq!(counted(1), [("other".to_owned(), 1), ("reader".to_owned(), 10)]);
        assert_eq!(counted(4), [("reader".to_owned(), 2)]);
        let none = Reads::new(0);
        none.count("reader", "/v1/events");
        assert!(none.waiting.into_inner().unwrap().counts.is_empty());
    }
}
