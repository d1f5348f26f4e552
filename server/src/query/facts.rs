//! What filters look at in an entry.

use std::borrow::Cow;

use muniment_core::entry::{EntryError, EntryView};
use muniment_core::event::group_of;
use muniment_core::json::canonical::{check_object, unescape};
use muniment_core::time::Timestamp;

/// The parts of an entry that filters, scopes and the search index look at, borrowed from its line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EventFacts<'a> {
    /// The entry's number.
    pub seq: u64,
    /// When it was recorded.
    pub recorded: Timestamp,
    /// Who wrote it.
    pub by: &'a str,
    /// `id`
    pub id: Cow<'a, str>,
    /// `source`
    pub source: Cow<'a, str>,
    /// `type`
    pub event_type: Cow<'a, str>,
    /// `subject`
    pub subject: Option<Cow<'a, str>>,
    /// The string at `data.unit`.
    pub unit: Option<Cow<'a, str>>,
    /// `time`
    pub time: Option<Timestamp>,
    /// `data` as it is spelled, canonical JSON.
    pub data: Option<&'a str>,
    /// Whether it says that it is only a test.
    pub is_test: bool,
}

impl<'a> EventFacts<'a> {
    /// Reads an entry's line, without its newline.
    ///
    /// # Errors
    /// If it is no entry.
    pub fn read(line: &'a [u8]) -> Result<EventFacts<'a>, EntryError> {
        let entry = EntryView::parse(line)?;
        let (mut id, mut source, mut event_type, mut subject) = (None, None, None, None);
        let (mut time, mut data, mut is_test) = (None, None, false);
        check_object(entry.event, |name, value| match name {
            r#""data""# => data = Some(value),
            r#""id""# => id = unescape(value),
            r#""source""# => source = unescape(value),
            r#""subject""# => subject = unescape(value),
            r#""test""# => is_test = matches!(value, "true" | r#""true""#),
            r#""time""# => time = unescape(value),
            r#""type""# => event_type = unescape(value),
            _ => {}
        })
        .map_err(|error| EntryError::Event(format!("the event is {error}")))?;
        let (Some(id), Some(source), Some(event_type)) = (id, source, event_type) else {
            return Err(EntryError::Event("the event has no `id`, `source` or `type`".to_owned()));
        };
        Ok(EventFacts {
            seq: entry.seq,
            recorded: entry.recorded,
            by: entry.by,
            id,
            source,
            event_type,
            subject,
            unit: data.and_then(unit),
            time: time.and_then(|time| Timestamp::parse_rfc3339(&time).ok()),
            data,
            is_test,
        })
    }

    /// The event's group: the first of the dotted words of its type.
    #[must_use]
    pub fn group(&self) -> &str {
        group_of(&self.event_type)
    }

    /// When it happened or, of an event that does not say so, when it was recorded.
    #[must_use]
    pub fn happened(&self) -> Timestamp {
        self.time.unwrap_or(self.recorded)
    }
}

fn unit(data: &str) -> Option<Cow<'_, str>> {
    if !data.starts_with('{') || !data.contains(r#""unit":""#) {
        return None;
    }
    let mut unit = None;
    let found = |name: &str, value| {
        if name == r#""unit""# {
            unit = unescape(value);
        }
    };
    check_object(data, found).ok().and(unit)
}

#[cfg(test)]
pub(crate) mod tests {
    use muniment_core::entry::write_line;
    use muniment_core::event::Event;
    use muniment_core::hash::Hash;

    use super::*;

    /// The line of an event that has these members beside the required ones.
    pub(crate) fn line(seq: u64, event_type: &str, source: &str, more: &str) -> Vec<u8> {
        let text = format!(
            r#"{{"specversion":"1.0","id":"{seq}","source":"{source}","type":"{event_type}"{more}}}"#
        );
        let event = Event::parse(text.as_bytes()).unwrap();
        let recorded = Timestamp::parse_rfc3339("2026-05-01T09:30:00Z").unwrap().to_recorded();
        let mut out = Vec::new();
        write_line(&mut out, None, "token/foi", event.canonical(), Hash::ZERO, &recorded, seq);
        out
    }

    #[test]
    fn an_entry_is_read() {
        let more = r#","subject":"a \"b\"","time":"2026-04-30T10:00:00+01:00","data":{"a":{"unit":"no"},"unit":"hous\u0069ng"}"#;
        let line = line(41, "request.received", "/systems/foi", more);
        let facts = EventFacts::read(&line).unwrap();
        assert_eq!((facts.seq, facts.by, &*facts.id), (41, "token/foi", "41"));
        assert_eq!((&*facts.source, facts.group()), ("/systems/foi", "request"));
        assert_eq!(facts.subject.as_deref(), Some("a \"b\""));
        assert_eq!(facts.unit.as_deref(), Some("housing"));
        assert_eq!(facts.happened().to_string(), "2026-04-30T09:00:00.000000Z");
    }

    #[test]
    fn a_unit_is_a_string_at_the_top_of_data() {
        for data in [r#"{"unit":1}"#, r#"{"a":{"unit":"x"}}"#, r#""\"unit\":\"x\"""#, r#"["unit"]"#, "null"] {
            let line = line(0, "a", "/s", &format!(r#","data":{data}"#));
            let facts = EventFacts::read(&line).unwrap();
            assert_eq!((facts.unit.as_deref(), facts.subject.as_deref()), (None, None), "{data}");
            assert_eq!(facts.happened(), facts.recorded);
        }
    }

    #[test]
    fn what_is_no_entry_is_an_error() {
        assert!(EventFacts::read(b"{}").is_err());
        let mut line = line(0, "a", "/s", "");
        let place = line.windows(4).position(|bytes| bytes == b"type").unwrap();
        line[place] = b'u';
        assert!(EventFacts::read(&line).is_err());
    }
}
