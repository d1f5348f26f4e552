//! Examples: of a kind of field, of a type's data, of a whole event.

use std::borrow::Cow;

use super::definition::{Bounds, EventType, FieldKind};
use crate::json::{Object, Value};

impl FieldKind {
    /// A value of this kind, where the field itself gives no example.
    #[must_use]
    pub fn example(&self) -> Value<'static> {
        match self {
            FieldKind::Text => Value::string("In a few words."),
            FieldKind::Code => Value::string("EX-001"),
            FieldKind::WholeNumber(bounds) | FieldKind::Number(bounds) => {
                Value::Number(Cow::Owned(inside(*bounds).to_string()))
            }
            FieldKind::Boolean => Value::Bool(true),
            FieldKind::Date => Value::string("2026-05-01"),
            FieldKind::Timestamp => Value::string("2026-05-01T09:30:00+01:00"),
            FieldKind::Choice(values) => {
                values.first().map_or(Value::Null, |first| Value::string(first.clone()))
            }
            FieldKind::PersonRef => Value::string("hr-004217"),
            FieldKind::UnitRef => Value::string("adult-social-care"),
            FieldKind::Evidence => Value::Array(vec![Value::object([
                ("name", Value::string("scan-0412.pdf")),
                ("sha256", Value::string("9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08")),
            ])]),
            FieldKind::List(items) => Value::Array(vec![items.example()]),
        }
    }
}

/// One, or the bound that is nearest to it.
fn inside(bounds: Bounds) -> i64 {
    1.max(bounds.least.unwrap_or(1)).min(bounds.most.unwrap_or(i64::MAX))
}

impl EventType {
    /// An event's `data`, complete: every field with its example.
    #[must_use]
    pub fn example(&self) -> Value<'static> {
        let members = self.fields.iter();
        let members = members.map(|field| (Cow::Owned(field.name.clone()), field.example.clone()));
        Value::Object(Object::new(members.collect()).unwrap_or_default())
    }

    /// A whole event of this type, as it would be posted.
    #[must_use]
    pub fn example_event(&self) -> Value<'static> {
        let text = |text: &'static str| Value::string(text);
        let mut event = Value::object([
            ("data", self.example()),
            ("datacontenttype", text("application/json")),
            ("id", text("example-1")),
            ("source", text("/systems/example")),
            ("specversion", text("1.0")),
            ("time", text("2026-05-01T09:30:00+01:00")),
            ("type", Value::string(self.name.clone())),
        ]);
        if let (Value::Object(event), Some(subject)) = (&mut event, self.example_subject()) {
            event.insert("subject", Value::string(subject));
        }
        event
    }

    /// The subject that its description gives as an example: what follows "such as".
    fn example_subject(&self) -> Option<String> {
        let described = self.subject.as_ref()?;
        let after = described.split_once("such as ").map_or("EXAMPLE-1", |(_, after)| after);
        let word = after.split_whitespace().next().unwrap_or("EXAMPLE-1");
        Some(word.trim_end_matches([',', ';', '.']).to_owned())
    }
}
