//! An event: a CloudEvent 1.0 in the JSON format, checked and in its canonical form.

mod attributes;
mod differences;

use std::borrow::Cow;

pub use attributes::AttributeFault;
pub use differences::{CountsAsSame, differences, differences_beyond};

use crate::json::{self, JsonError, Object, Value};
use crate::key::Key;
use crate::limits::{EVENT_BYTES_MAX, EVENT_TIME_AHEAD_SECONDS_MAX};
use crate::seal::{self, KeyId};
use crate::time::Timestamp;

/// A checked CloudEvent. Its canonical bytes are what an entry carries.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// The canonical form, then `id`, `source`, `type` and `subject`: one allocation where there are
    /// millions.
    text: String,
    canonical_end: usize,
    id_end: usize,
    source_end: usize,
    type_end: usize,
    has_subject: bool,
    key: Key,
    time: Option<Timestamp>,
    has_unsealed: bool,
    seal_key: Option<KeyId>,
    is_open: bool,
}

/// The group of an event: the first word of its type.
#[must_use]
pub fn group_of(event_type: &str) -> &str {
    event_type.split_once('.').map_or(event_type, |(group, _)| group)
}

/// Why a text is no event that the ledger takes.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EventError {
    /// Not JSON, or JSON that is ambiguous.
    #[error(transparent)]
    Json(#[from] JsonError),
    /// JSON, but no object.
    #[error("an event is a JSON object, this is {0}")]
    NotAnObject(&'static str),
    /// One attribute is missing or wrong.
    #[error("{pointer}: {fault}")]
    Attribute {
        /// JSON pointer to the attribute.
        pointer: String,
        /// What is wrong with it.
        fault: AttributeFault,
    },
    /// Too large.
    #[error("the event has {bytes} bytes in canonical form, the limit is {EVENT_BYTES_MAX} bytes")]
    TooLarge {
        /// Its size in canonical form.
        bytes: usize,
    },
    /// Its `time` lies in the future.
    #[error(
        "/time: {time} is {ahead_seconds} s ahead of this ledger's clock ({now}), the limit is {EVENT_TIME_AHEAD_SECONDS_MAX} s"
    )]
    TimeAhead {
        /// The event's time.
        time: Timestamp,
        /// The ledger's clock.
        now: Timestamp,
        /// The distance.
        ahead_seconds: i64,
    },
}

impl Event {
    /// Reads an event from JSON text.
    ///
    /// # Errors
    /// The first fault, with a JSON pointer where there is one.
    ///
    /// # Limits
    /// [`EVENT_BYTES_MAX`] bytes in canonical form, and those of [`crate::limits`] for attributes.
    pub fn parse(text: &[u8]) -> Result<Event, EventError> {
        Event::from_value_about(json::parse(text)?, text.len())
    }

    /// Checks an event that is already a JSON value.
    ///
    /// # Errors
    /// As [`Event::parse`].
    pub fn from_value(value: Value<'_>) -> Result<Event, EventError> {
        Event::from_value_about(value, 0)
    }

    /// As [`Event::from_value`]. `bytes` is about how long the canonical form will be.
    ///
    /// # Errors
    /// As [`Event::parse`].
    pub fn from_value_about(value: Value<'_>, bytes: usize) -> Result<Event, EventError> {
        let object = Event::check_attributes(value).map_err(|(error, _)| error)?;
        Event::from_attributes(&object, bytes)
    }

    /// Checks the attributes of an event, and drops those that are null.
    ///
    /// # Errors
    /// The first fault, and the object, if it is one.
    pub fn check_attributes(value: Value<'_>) -> Result<Object<'_>, (EventError, Option<Object<'_>>)> {
        let Value::Object(mut object) = value else {
            return Err((EventError::NotAnObject(value.kind()), None));
        };
        // "Unset attributes MAY be encoded to the JSON value of null" (CloudEvents JSON format, 2.2).
        object.retain(|name, value| name == "data" || *value != Value::Null);
        match attributes::check(&object) {
            Ok(()) => Ok(object),
            Err(error) => Err((error, Some(object))),
        }
    }

    /// An event of attributes that were checked. `bytes` is about how long the canonical form will be.
    ///
    /// # Errors
    /// [`EventError::TooLarge`].
    pub fn from_attributes(object: &Object<'_>, bytes: usize) -> Result<Event, EventError> {
        let attribute = |name: &str| object.get(name).and_then(Value::as_str);
        let [id, source, event_type] =
            ["id", "source", "type"].map(|name| attribute(name).unwrap_or_default());
        let subject = attribute("subject");
        let names = [id, source, event_type, subject.unwrap_or_default()];
        let mut text = Vec::with_capacity(bytes + names.iter().map(|name| name.len()).sum::<usize>());
        object.write(&mut text);
        let canonical_end = text.len();
        if canonical_end > EVENT_BYTES_MAX {
            return Err(EventError::TooLarge { bytes: canonical_end });
        }
        names.iter().for_each(|name| text.extend_from_slice(name.as_bytes()));
        let id_end = canonical_end + id.len();
        let source_end = id_end + source.len();
        Ok(Event {
            text: String::from_utf8(text).expect("what is written of strings is UTF-8"),
            canonical_end,
            id_end,
            source_end,
            type_end: source_end + event_type.len(),
            has_subject: subject.is_some(),
            key: Key::new(source, id),
            time: attribute("time").and_then(|time| Timestamp::parse_rfc3339(time).ok()),
            has_unsealed: has_unsealed(object),
            seal_key: seal::key_of(object),
            is_open: false,
        })
    }

    /// Refuses an event whose `time` is more than [`EVENT_TIME_AHEAD_SECONDS_MAX`] ahead of `now`.
    ///
    /// # Errors
    /// [`EventError::TimeAhead`].
    pub fn check_time(&self, now: Timestamp) -> Result<(), EventError> {
        let Some(time) = self.time else { return Ok(()) };
        let ahead_micros = time.as_micros() - now.as_micros();
        if ahead_micros <= EVENT_TIME_AHEAD_SECONDS_MAX * 1_000_000 {
            return Ok(());
        }
        Err(EventError::TimeAhead { time, now, ahead_seconds: ahead_micros / 1_000_000 })
    }

    /// The canonical bytes.
    #[must_use]
    pub fn canonical(&self) -> &[u8] {
        &self.text.as_bytes()[..self.canonical_end]
    }

    /// The idempotency key: `source` and `id`.
    #[must_use]
    pub fn key(&self) -> Key {
        self.key
    }

    /// `id`
    #[must_use]
    pub fn id(&self) -> &str {
        &self.text[self.canonical_end..self.id_end]
    }

    /// `source`
    #[must_use]
    pub fn source(&self) -> &str {
        &self.text[self.id_end..self.source_end]
    }

    /// `type`
    #[must_use]
    pub fn event_type(&self) -> &str {
        &self.text[self.source_end..self.type_end]
    }

    /// `subject`
    #[must_use]
    pub fn subject(&self) -> Option<&str> {
        self.has_subject.then(|| &self.text[self.type_end..])
    }

    /// `time`
    #[must_use]
    pub fn time(&self) -> Option<Timestamp> {
        self.time
    }

    /// Whether it carries `data.personal` in the clear.
    #[must_use]
    pub fn has_unsealed(&self) -> bool {
        self.has_unsealed
    }

    /// The key that its sealed values are sealed with.
    #[must_use]
    pub fn seal_key(&self) -> Option<KeyId> {
        self.seal_key
    }

    /// The same event, in which places were left open where a key or a pseudonym would have had to be made. It may
    /// be compared with a recorded event, and never be recorded itself.
    #[must_use]
    pub fn left_open(self) -> Event {
        Event { is_open: true, ..self }
    }

    /// Whether places were left open.
    #[must_use]
    pub fn is_open(&self) -> bool {
        self.is_open
    }
}

fn has_unsealed(object: &Object<'_>) -> bool {
    let data = object.get("data").and_then(Value::as_object);
    data.and_then(|data| data.get("personal")).is_some_and(|personal| seal::sealed_text(personal).is_none())
}

/// The parts of a canonical event that the ledger itself reads, borrowed from its bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EventView<'a> {
    /// `id`
    pub id: Cow<'a, str>,
    /// `source`
    pub source: Cow<'a, str>,
    /// `type`
    pub event_type: Cow<'a, str>,
}

impl<'a> EventView<'a> {
    /// Checks that the bytes are a canonical event and finds its parts.
    ///
    /// # Errors
    /// What is wrong, as a message.
    pub fn parse(text: &'a str) -> Result<EventView<'a>, String> {
        let (mut id, mut source, mut event_type) = (None, None, None);
        json::canonical::check_object(text, |name, value| match name {
            r#""id""# => id = json::canonical::unescape(value),
            r#""source""# => source = json::canonical::unescape(value),
            r#""type""# => event_type = json::canonical::unescape(value),
            _ => {}
        })
        .map_err(|error| format!("the event is {error}"))?;
        match (id, source, event_type) {
            (Some(id), Some(source), Some(event_type)) => Ok(EventView { id, source, event_type }),
            _ => Err("the event has no `id`, `source` or `type`".to_owned()),
        }
    }

    /// The idempotency key: `source` and `id`.
    #[must_use]
    pub fn key(&self) -> Key {
        Key::new(&self.source, &self.id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(input: &str, expect: &str) {
        let printed = match Event::parse(input.as_bytes()) {
            Ok(event) => String::from_utf8(event.canonical().to_vec()).unwrap(),
            Err(error) => error.to_string(),
        };
        assert_eq!(printed, expect, "{input}");
    }

    fn with(more: &str) -> String {
        format!(r#"{{"specversion":"1.0","id":"1","source":"/foi","type":"request.received"{more}}}"#)
    }

    #[test]
    fn the_canonical_form_of_a_good_event() {
        check(
            &with(
                r#", "time":"2026-05-01T09:30:00+01:00", "subject":"FOI-2026-0012", "data": {"n": 1.50, "a": null}, "test": true, "count": -5, "dataschema":null"#,
            ),
            r#"{"count":-5,"data":{"a":null,"n":1.50},"id":"1","source":"/foi","specversion":"1.0","subject":"FOI-2026-0012","test":true,"time":"2026-05-01T09:30:00+01:00","type":"request.received"}"#,
        );
        let event = Event::parse(with(r#","data":{"personal":{}},"time":"2026-05-01T09:30:00Z""#).as_bytes())
            .unwrap();
        assert_eq!((event.id(), event.source(), event.event_type()), ("1", "/foi", "request.received"));
        assert_eq!(event.subject(), None);
        assert!(event.has_unsealed());
        let text = std::str::from_utf8(event.canonical()).unwrap();
        assert_eq!(EventView::parse(text).unwrap().key(), event.key());
    }

    #[test]
    fn refusals_name_the_attribute() {
        check("[]", "an event is a JSON object, this is an array");
        check(r#"{"specversion":"1.0"}"#, "/id: missing");
        check(&with(r#","subject":"""#), "/subject: empty");
        check(&with(r#","subject":"a\u0007b""#), "/subject: holds the control character U+0007");
        check(&with(r#","subject":7"#), "/subject: a number, not a string");
        check(
            &with(r#","time":"2026-05-01T09:30:00""#),
            "/time: without an offset from UTC (write Z or, for British Summer Time, +01:00)",
        );
        check(&with(r#","dataschema":"schema""#), "/dataschema: not an absolute URI");
        check(
            &with(r#","datacontenttype":"json""#),
            "/datacontenttype: not a media type such as application/json",
        );
        check(
            &with(r#","data":1,"data_base64":"AA==""#),
            "/data_base64: `data` and `data_base64` exclude each other",
        );
        check(&with(r#","data_base64":"A""#), "/data_base64: not base64");
        check(&with(r#","Extra":"x""#), "/Extra: an extension's name has only a-z and 0-9");
        check(&with(r#","extra":{"a":1}"#), "/extra: an object, not a string, a boolean or a whole number");
        check(&with(r#","extra":1.5"#), "/extra: 1.5 is no whole number between -2147483648 and 2147483647");
        check(
            &with(r#","extra":2147483648"#),
            "/extra: 2147483648 is no whole number between -2147483648 and 2147483647",
        );
        check(&with(r#","id":"2""#), "key \"id\" stands twice in one object at byte 0");
        check(
            r#"{"specversion":"0.3","id":"1","source":"/foi","type":"a"}"#,
            "/specversion: \"0.3\" is not \"1.0\"",
        );
        check(
            r#"{"specversion":"1.0","id":"1","source":"a b","type":"a"}"#,
            "/source: not a URI reference (RFC 3986): \" \" at byte 1",
        );
        check(
            r#"{"specversion":"1.0","id":"1","source":"/a%zz","type":"a"}"#,
            "/source: not a URI reference (RFC 3986): \"%\" at byte 2",
        );
        let long = "x".repeat(2049);
        check(&with(&format!(r#","subject":"{long}""#)), "/subject: 2049 bytes, the limit is 2048 bytes");
    }

    #[test]
    fn size_is_that_of_the_canonical_form() {
        let event = |bytes: usize| with(&format!(r#","data":"{}""#, "x".repeat(bytes)));
        let around = event(0).len();
        assert!(Event::parse(format!("   {}", event(EVENT_BYTES_MAX - around)).as_bytes()).is_ok());
        check(
            &event(EVENT_BYTES_MAX - around + 1),
            "the event has 65001 bytes in canonical form, the limit is 65000 bytes",
        );
    }

    #[test]
    fn time_may_be_a_little_ahead() {
        let event = Event::parse(with(r#","time":"2026-05-01T09:30:00Z""#).as_bytes()).unwrap();
        let clock = |text| Timestamp::parse_rfc3339(text).unwrap();
        assert!(event.check_time(clock("2026-05-01T09:25:00Z")).is_ok());
        assert_eq!(
            event.check_time(clock("2026-05-01T09:24:58Z")).unwrap_err().to_string(),
            "/time: 2026-05-01T09:30:00.000000Z is 302 s ahead of this ledger's clock (2026-05-01T09:24:58.000000Z), the limit is 300 s"
        );
    }
}
