//! Reads files of vectors: one JSON object a line.

use muniment_core::hash::Hash;
use muniment_core::json::{self, Object, Value};

/// One line of a file of vectors.
pub(crate) struct Vector(pub(crate) Object<'static>);

pub(crate) fn vectors(file: &'static str) -> impl Iterator<Item = Vector> {
    file.lines().map(|line| match json::parse(line.as_bytes()) {
        Ok(Value::Object(object)) => Vector(object),
        other => panic!("{line}: {other:?}"),
    })
}

impl Vector {
    pub(crate) fn has(&self, name: &str) -> bool {
        self.0.get(name).is_some()
    }

    pub(crate) fn text(&self, name: &str) -> &str {
        self.0.get(name).and_then(Value::as_str).expect(name)
    }

    pub(crate) fn number(&self, name: &str) -> u64 {
        match self.0.get(name) {
            Some(Value::Number(digits)) => digits.parse().expect(name),
            other => panic!("{name}: {other:?}"),
        }
    }

    pub(crate) fn list(&self, name: &str) -> &[Value<'static>] {
        match self.0.get(name) {
            Some(Value::Array(items)) => items,
            other => panic!("{name}: {other:?}"),
        }
    }

    pub(crate) fn texts(&self, name: &str) -> Vec<&str> {
        self.list(name).iter().map(|item| item.as_str().expect(name)).collect()
    }

    pub(crate) fn hashes(&self, name: &str) -> Vec<Hash> {
        self.texts(name).into_iter().map(hash).collect()
    }

    /// A text, or a list of texts and of pairs of a text and how often it stands there.
    pub(crate) fn assembled(&self, name: &str) -> String {
        let Some(Value::Array(parts)) = self.0.get(name) else { return self.text(name).to_owned() };
        let part = |part: &Value<'_>| match part {
            Value::String(text) => text.to_string(),
            Value::Array(pair) => match pair.as_slice() {
                [Value::String(text), Value::Number(times)] => text.repeat(times.parse().expect(name)),
                other => panic!("{name}: {other:?}"),
            },
            other => panic!("{name}: {other:?}"),
        };
        parts.iter().map(part).collect()
    }
}

pub(crate) fn hash(hex: &str) -> Hash {
    Hash::from_hex(hex.as_bytes()).expect(hex)
}

pub(crate) fn bytes(hex: &str) -> Vec<u8> {
    let byte = |place| u8::from_str_radix(&hex[place..place + 2], 16).expect(hex);
    (0..hex.len()).step_by(2).map(byte).collect()
}
