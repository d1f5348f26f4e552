//! From an entry's line to what the index keeps of it.

use std::iter;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use memchr::memchr2;
use muniment_core::entry::EntryError;
use muniment_core::json::canonical::unescape;
use tantivy::schema::document::{ReferenceValue, ReferenceValueLeaf, Value};
use tantivy::schema::{Field, Schema};

use super::schema::{Fields, Key};
use super::words::SEPARATOR;
use crate::query::{EventFacts, is_boundary};

/// What the index keeps of an entry.
#[derive(Debug)]
pub(super) struct Document {
    fields: Fields,
    seq: u64,
    happened: i64,
    recorded: i64,
    keys: Vec<u8>,
    key_ends: Vec<usize>,
    text: String,
    _waiting: Waiting,
}

/// Bytes of documents that wait to be indexed; taken off when the document is dropped.
#[derive(Debug)]
struct Waiting {
    bytes: usize,
    all: Arc<AtomicUsize>,
}

impl Drop for Waiting {
    fn drop(&mut self) {
        self.all.fetch_sub(self.bytes, Ordering::Relaxed);
    }
}

impl Document {
    /// Reads an entry's line, without its newline. Its bytes are added to `waiting` until it is dropped.
    pub(super) fn read(
        line: &[u8],
        fields: Fields,
        waiting: &Arc<AtomicUsize>,
    ) -> Result<Document, EntryError> {
        let facts = EventFacts::read(line)?;
        let (mut keys, mut key_ends) = (Vec::with_capacity(256), Vec::with_capacity(12));
        each_key(&facts, |key| {
            key.write(&mut keys);
            key_ends.push(keys.len());
        });
        let text = full_text(&facts, line.len());
        waiting.fetch_add(line.len(), Ordering::Relaxed);
        Ok(Document {
            fields,
            seq: facts.seq,
            happened: facts.happened().as_micros(),
            recorded: facts.recorded.as_micros(),
            keys,
            key_ends,
            text,
            _waiting: Waiting { bytes: line.len(), all: waiting.clone() },
        })
    }

    /// The entry's number.
    pub(super) fn seq(&self) -> u64 {
        self.seq
    }

    fn key(&self, place: usize) -> &[u8] {
        let start = place.checked_sub(1).map_or(0, |before| self.key_ends[before]);
        &self.keys[start..self.key_ends[place]]
    }
}

fn each_key<'f>(facts: &'f EventFacts<'_>, mut each: impl FnMut(Key<'f>)) {
    let event_type: &str = &facts.event_type;
    each(Key::Type(event_type));
    for (dot, _) in event_type.match_indices('.') {
        each(Key::TypeWords(&event_type[..=dot]));
    }
    each(Key::Group(facts.group()));
    let source: &str = &facts.source;
    each(Key::Source(source));
    for (boundary, _) in source.match_indices(is_boundary) {
        each(Key::SourcePart(&source[..boundary]));
    }
    each(Key::SourcePart(source));
    if let Some(subject) = &facts.subject {
        each(Key::Subject(subject));
    }
    if let Some(unit) = &facts.unit {
        each(Key::Unit(unit));
    }
}

/// Subject, type, source, and every string and number in `data`.
fn full_text(facts: &EventFacts<'_>, bytes: usize) -> String {
    let mut text = String::with_capacity(bytes);
    let mut add = |more: &str| {
        text.push_str(more);
        text.push(SEPARATOR);
    };
    add(facts.subject.as_deref().unwrap_or_default());
    add(&facts.event_type);
    add(&facts.source);
    each_text(facts.data.unwrap_or_default(), add);
    text
}

/// Hands over every string and number that is a value in canonical JSON. What is sealed is no text.
pub(super) fn each_text(json: &str, mut each: impl FnMut(&str)) {
    let bytes = json.as_bytes();
    let mut place = 0;
    while let Some(byte) = bytes.get(place) {
        let start = place;
        match byte {
            b'"' => {
                place = string_end(bytes, place);
                if bytes.get(place) == Some(&b':') {
                    place = sealed_end(bytes, start, place).unwrap_or(place);
                } else {
                    each(&unescape(&json[start..place]).unwrap_or_default());
                }
            }
            b'-' | b'0'..=b'9' => {
                let in_number = |byte: &&u8| matches!(byte, b'0'..=b'9' | b'-' | b'+' | b'.' | b'e' | b'E');
                place += bytes[place..].iter().take_while(in_number).count();
                each(&json[start..place]);
            }
            _ => place += 1,
        }
    }
}

/// Where the value of a sealed object ends, if the key from `start` to `end` is that of one.
fn sealed_end(bytes: &[u8], start: usize, end: usize) -> Option<usize> {
    let before = start.checked_sub(1).and_then(|before| bytes.get(before));
    let only_key = before == Some(&b'{') && bytes.get(start..end) == Some(b"\"sealed\"");
    let value = end + 1;
    if !only_key || bytes.get(value) != Some(&b'"') {
        return None;
    }
    let value_end = string_end(bytes, value);
    (bytes.get(value_end) == Some(&b'}')).then_some(value_end)
}

/// Where the string that starts at `start` ends, its quotes included.
fn string_end(bytes: &[u8], start: usize) -> usize {
    let mut place = start + 1;
    while let Some(found) = bytes.get(place..).and_then(|rest| memchr2(b'"', b'\\', rest)) {
        place += found;
        if bytes[place] == b'"' {
            return place + 1;
        }
        place += 2;
    }
    bytes.len()
}

/// A value of a [`Document`].
#[derive(Debug, Clone, Copy)]
pub(super) enum DocumentValue<'a> {
    Unsigned(u64),
    Signed(i64),
    Bytes(&'a [u8]),
    Text(&'a str),
}

impl<'a> Value<'a> for DocumentValue<'a> {
    type ArrayIter = iter::Empty<Self>;
    type ObjectIter = iter::Empty<(&'a str, Self)>;

    fn as_value(&self) -> ReferenceValue<'a, Self> {
        ReferenceValue::Leaf(match *self {
            DocumentValue::Unsigned(number) => ReferenceValueLeaf::U64(number),
            DocumentValue::Signed(number) => ReferenceValueLeaf::I64(number),
            DocumentValue::Bytes(bytes) => ReferenceValueLeaf::Bytes(bytes),
            DocumentValue::Text(text) => ReferenceValueLeaf::Str(text),
        })
    }
}

impl tantivy::Document for Document {
    type Value<'a> = DocumentValue<'a>;
    type FieldsValuesIter<'a> = Box<dyn Iterator<Item = (Field, DocumentValue<'a>)> + 'a>;

    fn iter_fields_and_values(&self) -> Self::FieldsValuesIter<'_> {
        let fields = self.fields;
        let numbers = [
            (fields.seq, DocumentValue::Unsigned(self.seq)),
            (fields.happened, DocumentValue::Signed(self.happened)),
            (fields.recorded, DocumentValue::Signed(self.recorded)),
            (fields.text, DocumentValue::Text(&self.text)),
        ];
        let keys =
            (0..self.key_ends.len()).map(move |place| (fields.key, DocumentValue::Bytes(self.key(place))));
        Box::new(numbers.into_iter().chain(keys))
    }

    fn to_json(&self, _schema: &Schema) -> String {
        self.text.clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strings_and_numbers_are_text_and_keys_are_not() {
        let json = r#"{"a":["x\"y",{"b":"","k\"":-1.50e+3}],"c":true,"d":null,"e":"é\n"}"#;
        let mut found = Vec::new();
        each_text(json, |text| found.push(text.to_owned()));
        assert_eq!(found, ["x\"y", "", "-1.50e+3", "é\n"]);
        each_text(r#""cut\"#, |text| assert_eq!(text, ""));
        let mut found = Vec::new();
        let json = r#"{"a":{"sealed":"x"},"b":{"sealed":"y","z":1},"c":["sealed","w"],"d":{"sealed":2}}"#;
        each_text(json, |text| found.push(text.to_owned()));
        assert_eq!(found, ["y", "1", "sealed", "w", "2"]);
    }
}
