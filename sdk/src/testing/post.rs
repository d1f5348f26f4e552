//! Events of a scenario.

use serde_json::Value;

use crate::{Day, Event, Instant};

/// An event to be posted.
#[derive(Debug, Clone)]
pub struct Post {
    kind: String,
    subject: String,
    time: Option<Instant>,
    recorded: Option<Instant>,
    data: Value,
}

impl Post {
    /// An event of a type about a case.
    #[must_use]
    pub fn new(kind: &str, subject: &str) -> Post {
        Post {
            kind: kind.to_owned(),
            subject: subject.to_owned(),
            time: None,
            recorded: None,
            data: Value::Null,
        }
    }

    /// When it happened: an instant, or a day, which means nine hours after midnight in London. It is recorded at once,
    /// unless [`recorded`](Post::recorded) says otherwise.
    #[must_use]
    pub fn at(mut self, time: &str) -> Post {
        self.time = Some(instant(time));
        self
    }

    /// When it is recorded, where that is later. Without [`at`](Post::at) the event does not say when it happened.
    #[must_use]
    pub fn recorded(mut self, time: &str) -> Post {
        self.recorded = Some(instant(time));
        self
    }

    /// Its data.
    #[must_use]
    pub fn data(mut self, data: Value) -> Post {
        self.data = data;
        self
    }

    pub(super) fn kind(&self) -> &str {
        &self.kind
    }

    pub(super) fn recorded_at(&self) -> Option<Instant> {
        self.recorded.or(self.time)
    }

    pub(super) fn into_event(self, seq: u64, recorded: Instant) -> Event {
        Event {
            seq,
            recorded,
            kind: self.kind,
            source: "/tests".to_owned(),
            id: seq.to_string(),
            subject: Some(self.subject),
            time: self.time.unwrap_or(recorded),
            json: self.data.to_string().into_bytes(),
        }
    }
}

/// An instant of a test: one, or a day, of which it is nine o'clock in the morning.
///
/// # Panics
/// Where the text is neither.
pub(super) fn instant(text: &str) -> Instant {
    text.parse().unwrap_or_else(|_| day(text).start().plus_hours(9))
}

/// A day of a test.
///
/// # Panics
/// Where the text is none.
pub(super) fn day(text: &str) -> Day {
    text.parse().unwrap_or_else(|error| panic!("{error}"))
}
