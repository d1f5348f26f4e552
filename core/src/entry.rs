//! An entry: one line of the ledger.
//!
//! ```text
//! {"batch":[0,3],"by":"token/foi","event":{…},"prev":"<64 hex>","recorded":"<27>","seq":41}
//! ```
//!
//! `batch` stands only in entries of a batch of two or more. The line is canonical JSON, so every entry
//! has exactly one spelling; [`EntryView::parse`] accepts no other.

use crate::event::EventView;
use crate::hash::Hash;
use crate::limits::{BATCH_EVENTS_MAX, ENTRY_BYTES_MAX, HASH_BYTES, RECORDED_BYTES};
use crate::principal::is_principal;
use crate::time::Timestamp;

/// The place of an entry in its batch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BatchPlace {
    /// From 0.
    pub index: u32,
    /// Entries in the batch, at least 2.
    pub count: u32,
}

/// What an entry is made of, borrowed from its line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EntryView<'a> {
    /// The place in its batch.
    pub batch: Option<BatchPlace>,
    /// Who wrote it.
    pub by: &'a str,
    /// The canonical event.
    pub event: &'a str,
    /// BLAKE3 of the line before.
    pub prev: Hash,
    /// When it was recorded.
    pub recorded: Timestamp,
    /// Its number, from 0.
    pub seq: u64,
}

/// A line is no entry.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EntryError {
    /// Longer than any entry.
    #[error("a line of {0} bytes, the limit is {ENTRY_BYTES_MAX} bytes")]
    TooLong(usize),
    /// Not UTF-8.
    #[error("not UTF-8")]
    NotUtf8,
    /// Not in the form of an entry.
    #[error("not an entry: {0}")]
    Form(&'static str),
    /// The event within is not one.
    #[error("{0}")]
    Event(String),
}

/// Appends an entry's line, without a newline. Gives the place of `prev` in `out`: its digits can be put
/// there later, by [`fill_prev`], when the line before is not hashed yet.
pub fn write_line(
    out: &mut Vec<u8>,
    batch: Option<BatchPlace>,
    by: &str,
    event: &[u8],
    prev: Hash,
    recorded: &[u8; RECORDED_BYTES],
    seq: u64,
) -> usize {
    out.push(b'{');
    if let Some(place) = batch {
        out.extend_from_slice(b"\"batch\":[");
        write_decimal(out, u64::from(place.index));
        out.push(b',');
        write_decimal(out, u64::from(place.count));
        out.extend_from_slice(b"],");
    }
    out.extend_from_slice(b"\"by\":\"");
    out.extend_from_slice(by.as_bytes());
    out.extend_from_slice(b"\",\"event\":");
    out.extend_from_slice(event);
    out.extend_from_slice(b",\"prev\":\"");
    let prev_place = out.len();
    out.extend_from_slice(&prev.to_hex());
    out.extend_from_slice(b"\",\"recorded\":\"");
    out.extend_from_slice(recorded);
    out.extend_from_slice(b"\",\"seq\":");
    write_decimal(out, seq);
    out.push(b'}');
    prev_place
}

/// Puts the hash of the line before into a line, at the place that [`write_line`] gave.
///
/// # Panics
/// If the place is not within `out`, which is a mistake in the caller.
pub fn fill_prev(out: &mut [u8], place: usize, prev: Hash) {
    out[place..place + 2 * HASH_BYTES].copy_from_slice(&prev.to_hex());
}

impl<'a> EntryView<'a> {
    /// Reads a line without its newline. The frame around the event is checked to the byte; whether the
    /// event itself is canonical is checked by [`EntryView::check_event`].
    ///
    /// # Errors
    /// See [`EntryError`].
    pub fn parse(line: &'a [u8]) -> Result<EntryView<'a>, EntryError> {
        if line.len() > ENTRY_BYTES_MAX {
            return Err(EntryError::TooLong(line.len()));
        }
        let text = std::str::from_utf8(line).map_err(|_| EntryError::NotUtf8)?;
        let form = |what| EntryError::Form(what);
        let rest = text.strip_prefix('{').ok_or(form("it does not start with `{`"))?;
        let (batch, rest) = batch_place(rest)?;
        let rest = rest.strip_prefix("\"by\":\"").ok_or(form("`by` is not where it belongs"))?;
        let by_end = rest.bytes().position(|byte| byte == b'"').ok_or(form("`by` has no end"))?;
        let (by, rest) = rest.split_at(by_end);
        let rest = rest.strip_prefix("\",\"event\":").ok_or(form("`event` is not where it belongs"))?;
        if !is_principal(by) {
            return Err(form("`by` is no principal"));
        }
        let rest = rest.strip_suffix('}').ok_or(form("it does not end with `}`"))?;
        let digits = rest.bytes().rev().take_while(u8::is_ascii_digit).count();
        let (rest, seq) = rest.split_at(rest.len() - digits);
        let seq = decimal(seq).ok_or(form("`seq` is no number"))?;
        let rest = rest.strip_suffix("\",\"seq\":").ok_or(form("`seq` is not where it belongs"))?;
        let (rest, recorded) = split_tail(rest, RECORDED_BYTES).ok_or(form("`recorded` is cut"))?;
        let recorded =
            Timestamp::from_recorded(recorded).ok_or(form("`recorded` is no instant in microseconds"))?;
        let rest =
            rest.strip_suffix("\",\"recorded\":\"").ok_or(form("`recorded` is not where it belongs"))?;
        let (rest, prev) = split_tail(rest, 2 * HASH_BYTES).ok_or(form("`prev` is cut"))?;
        let prev = Hash::from_hex(prev).ok_or(form("`prev` is no hash"))?;
        let event = rest.strip_suffix(",\"prev\":\"").ok_or(form("`prev` is not where it belongs"))?;
        Ok(EntryView { batch, by, event, prev, recorded, seq })
    }

    /// Checks that the event is canonical and finds the parts that the ledger reads.
    ///
    /// # Errors
    /// [`EntryError::Event`].
    pub fn check_event(&self) -> Result<EventView<'a>, EntryError> {
        EventView::parse(self.event).map_err(EntryError::Event)
    }
}

fn batch_place(rest: &str) -> Result<(Option<BatchPlace>, &str), EntryError> {
    let Some(rest) = rest.strip_prefix("\"batch\":[") else { return Ok((None, rest)) };
    let place = rest.split_once("],").and_then(|(numbers, rest)| {
        let (index, count) = numbers.split_once(',')?;
        let index = u32::try_from(decimal(index)?).ok()?;
        let count = u32::try_from(decimal(count)?).ok()?;
        let sound = index < count && (2..=BATCH_EVENTS_MAX).contains(&(count as usize));
        sound.then_some((Some(BatchPlace { index, count }), rest))
    });
    place.ok_or(EntryError::Form("`batch` is no place in a batch"))
}

fn split_tail(text: &str, bytes: usize) -> Option<(&str, &[u8])> {
    let place = text.len().checked_sub(bytes)?;
    Some((text.get(..place)?, &text.as_bytes()[place..]))
}

/// A whole number in its only spelling: no sign, no leading zero.
pub(crate) fn decimal(text: &str) -> Option<u64> {
    let plain = text == "0" || !text.starts_with(['0', '+']);
    if plain { text.parse().ok() } else { None }
}

fn write_decimal(out: &mut Vec<u8>, mut number: u64) {
    let mut digits = [0; 20];
    let mut place = digits.len();
    loop {
        place -= 1;
        digits[place] = b'0' + u8::try_from(number % 10).unwrap_or_default();
        number /= 10;
        if number == 0 {
            break;
        }
    }
    out.extend_from_slice(&digits[place..]);
}

#[cfg(test)]
mod tests {
    use super::*;

    const EVENT: &str = r#"{"id":"1","source":"/foi","specversion":"1.0","type":"request.received"}"#;

    fn line(batch: Option<BatchPlace>) -> Vec<u8> {
        let recorded = Timestamp::parse_rfc3339("2026-05-01T09:30:00.123456Z").unwrap();
        let mut out = Vec::new();
        write_line(&mut out, batch, "token/foi", EVENT.as_bytes(), Hash::ZERO, &recorded.to_recorded(), 41);
        out
    }

    #[test]
    fn what_is_written_is_read() {
        let text = line(Some(BatchPlace { index: 2, count: 3 }));
        let entry = EntryView::parse(&text).unwrap();
        assert_eq!(entry.batch, Some(BatchPlace { index: 2, count: 3 }));
        assert_eq!((entry.by, entry.event, entry.seq), ("token/foi", EVENT, 41));
        assert_eq!(entry.recorded.to_string(), "2026-05-01T09:30:00.123456Z");
        assert_eq!(entry.check_event().unwrap().event_type, "request.received");
        assert_eq!(EntryView::parse(&line(None)).unwrap().batch, None);
    }

    #[test]
    fn an_entry_is_canonical_json() {
        for text in [line(None), line(Some(BatchPlace { index: 0, count: 2 }))] {
            assert_eq!(crate::json::parse(&text).unwrap().to_canonical(), text);
        }
    }

    #[test]
    fn no_other_spelling_is_an_entry() {
        let good = String::from_utf8(line(Some(BatchPlace { index: 0, count: 2 }))).unwrap();
        let changes = [
            ("[0,2]", "[2,2]"),
            ("[0,2]", "[00,2]"),
            ("[0,2]", "[0,1]"),
            ("[0,2]", "[0, 2]"),
            ("\"by\"", "\"bz\""),
            ("token/foi", "token/Foi"),
            ("\"event\":", "\"event\": "),
            (":41", ":041"),
            (":41", ":+41"),
            (":41", ":"),
            (":41", ":4x"),
            ("Z\"", "+\""),
            ("2026-05-01T", "2026-05-01t"),
            ("00000000\"", "0000000A\""),
            ("}\u{0}", ""),
            ("\"prev\"", "\"prex\""),
        ];
        for (from, to) in changes {
            let bad = good.replacen(from, to, 1);
            if bad != good {
                let read = EntryView::parse(bad.as_bytes()).and_then(|entry| entry.check_event().map(drop));
                assert!(read.is_err(), "{bad}");
            }
        }
        assert!(EntryView::parse(format!("{good} ").as_bytes()).is_err());
        assert_eq!(EntryView::parse(&vec![b'x'; 70_000]), Err(EntryError::TooLong(70_000)));
        assert_eq!(EntryView::parse(b"\xff"), Err(EntryError::NotUtf8));
        for length in 0..good.len() {
            assert!(EntryView::parse(&good.as_bytes()[..length]).is_err());
        }
    }

    #[test]
    fn a_largest_event_fits_into_a_line() {
        let event = vec![b'x'; crate::limits::EVENT_BYTES_MAX];
        let by = format!("token/{}", "a".repeat(crate::limits::PRINCIPAL_BYTES_MAX - 6));
        let place = BatchPlace { index: u32::MAX - 1, count: u32::MAX };
        let mut out = Vec::new();
        write_line(&mut out, Some(place), &by, &event, Hash::ZERO, &Timestamp::MAX.to_recorded(), u64::MAX);
        assert!(out.len() <= ENTRY_BYTES_MAX, "{}", out.len());
    }
}
