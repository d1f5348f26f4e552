//! What a schema says of one setting, and how that is told.

use serde_json::Value;

use super::form::{Answer, Item};
use crate::web::words;

/// The schema of one setting.
#[derive(Debug, Clone, Copy)]
pub(super) struct Property<'s>(pub(super) &'s Value);

impl<'s> Property<'s> {
    fn text(self, name: &str) -> Option<&'s str> {
        self.0[name].as_str()
    }

    pub(super) fn title(self) -> Option<&'s str> {
        self.text("title")
    }

    pub(super) fn default(self) -> Option<&'s Value> {
        self.0.get("default")
    }

    /// Its type, if it has one alone; `null` beside it does not count.
    fn kind(self) -> Option<&'s str> {
        match &self.0["type"] {
            Value::String(kind) => Some(kind),
            Value::Array(kinds) => {
                let mut kinds = kinds.iter().filter_map(Value::as_str).filter(|kind| *kind != "null");
                let kind = kinds.next();
                kind.filter(|_| kinds.next().is_none())
            }
            _ => None,
        }
    }

    /// The values that it may have, if they are listed and simple.
    fn listed(self) -> Option<Vec<Value>> {
        let values = self.0["enum"].as_array()?;
        let is_simple = |value: &Value| !value.is_array() && !value.is_object();
        let named = || values.iter().filter(|value| !value.is_null());
        (values.iter().all(is_simple) && named().next().is_some()).then(|| named().cloned().collect())
    }

    pub(super) fn is_nullable(self) -> bool {
        let is_null = |value: &Value| value == "null";
        let is_typed = self.0["type"].as_array().is_some_and(|kinds| kinds.iter().any(is_null));
        is_typed || self.0["enum"].as_array().is_some_and(|values| values.iter().any(Value::is_null))
    }

    /// How it is asked for.
    pub(super) fn answer(self) -> Answer {
        if let Some(values) = self.listed() {
            return Answer::One(values);
        }
        match self.kind() {
            Some("string") => Answer::Text,
            Some("integer") => Answer::Whole,
            Some("number") => Answer::Number,
            Some("boolean") => Answer::One(vec![Value::Bool(true), Value::Bool(false)]),
            Some("array") if !self.is_nullable() => self.items(),
            _ => Answer::Json,
        }
    }

    fn items(self) -> Answer {
        let items = Property(&self.0["items"]);
        match (items.listed(), items.kind()) {
            _ if items.is_nullable() => Answer::Json,
            (Some(values), _) if self.0["uniqueItems"] == true => Answer::Any(values),
            (Some(values), _) if values.iter().all(Value::is_string) => Answer::Lines(Item::Text),
            (None, Some("string")) => Answer::Lines(Item::Text),
            (None, Some("integer")) => Answer::Lines(Item::Whole),
            (None, Some("number")) => Answer::Lines(Item::Number),
            _ => Answer::Json,
        }
    }

    /// Whether a value can be shown in such a field, and be sent back by it unchanged.
    pub(super) fn fits(self, answer: &Answer, value: &Value) -> bool {
        let is_line = |text: &str| text.trim() == text && !text.contains(['\r', '\n']);
        let is_text = |value: &Value| value.as_str().is_some_and(is_line);
        let items = || value.as_array().map(Vec::as_slice);
        let all = |fits: &dyn Fn(&Value) -> bool| items().is_some_and(|items| items.iter().all(fits));
        match answer {
            _ if value.is_null() && self.is_nullable() => true,
            Answer::Text => is_text(value),
            Answer::Whole => value.is_i64(),
            Answer::Number => value.is_number(),
            Answer::One(values) => values.contains(value),
            Answer::Any(values) => all(&|item| values.contains(item)),
            Answer::Lines(Item::Text) => all(&|item| is_text(item) && item != ""),
            Answer::Lines(Item::Whole) => all(&Value::is_i64),
            Answer::Lines(Item::Number) => all(&Value::is_number),
            Answer::Json => true,
        }
    }

    /// `from 1 to 60`, `of at least 1`.
    fn bounds(self) -> String {
        let bound = |name: &str| Some(&self.0[name]).filter(|bound| bound.is_number()).map(scalar);
        match (bound("minimum"), bound("maximum")) {
            (Some(least), Some(most)) => format!(" from {least} to {most}"),
            (Some(least), None) => format!(" of at least {least}"),
            (None, Some(most)) => format!(" of at most {most}"),
            (None, None) => String::new(),
        }
    }
}

/// What stands below a setting's label.
pub(super) fn hint(property: Property<'_>, answer: &Answer) -> String {
    let mut parts: Vec<String> = Vec::new();
    parts.extend(property.text("description").map(|description| without_ticks(description, answer)));
    let items = Property(&property.0["items"]);
    match answer {
        Answer::Whole => parts.push(format!("A whole number{}.", property.bounds())),
        Answer::Number => parts.push(format!("A number{}.", property.bounds())),
        Answer::Text if property.text("format") == Some("date") => {
            parts.push("A day, such as 2026-03-31.".to_owned());
        }
        Answer::Lines(item) => parts.push(match item {
            Item::Text => "One on each line.".to_owned(),
            Item::Whole => format!("Whole numbers{}, one on each line.", items.bounds()),
            Item::Number => format!("Numbers{}, one on each line.", items.bounds()),
        }),
        Answer::Json => parts.push("Written as JSON.".to_owned()),
        Answer::Text | Answer::One(_) | Answer::Any(_) => {}
    }
    if let (Answer::Lines(_), Some(values)) = (answer, items.listed()) {
        let values: Vec<String> = values.iter().map(scalar).collect();
        parts.push(format!("Each is one of {}.", values.join(", ")));
    }
    let number = |name: &str| property.0[name].as_u64();
    parts.extend(number("minItems").map(|least| format!("At least {least}.")));
    parts.extend(number("maxItems").map(|most| format!("At most {most}.")));
    parts.extend(property.default().map(|default| match default {
        Value::Null => "May be left empty.".to_owned(),
        default => format!("Unless set otherwise: {}.", value_in_words(answer, default).replace('\n', ", ")),
    }));
    parts.join(" ")
}

/// A text in which names are set in backticks, for people: a choice is named as the form names it.
fn without_ticks(text: &str, answer: &Answer) -> String {
    let choices = match answer {
        Answer::One(values) | Answer::Any(values) => values.as_slice(),
        _ => &[],
    };
    let named = |part: &str| choices.iter().find(|choice| choice.as_str() == Some(part));
    let parts = text.split('`').enumerate().map(|(place, part)| match named(part) {
        Some(choice) if place % 2 == 1 => format!("“{}”", value_in_words(answer, choice)),
        _ => part.to_owned(),
    });
    parts.collect()
}

/// A simple value as a field holds it.
pub(super) fn scalar(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// A setting, for people.
pub(super) fn value_in_words(answer: &Answer, value: &Value) -> String {
    match (answer, value) {
        (_, Value::Null) => "not set".to_owned(),
        (_, Value::Bool(true)) => "Yes".to_owned(),
        (_, Value::Bool(false)) => "No".to_owned(),
        (Answer::One(_) | Answer::Any(_), Value::String(name)) => words::from_name(name),
        (_, Value::String(text)) if text.is_empty() => "nothing".to_owned(),
        (_, Value::String(text)) => text.clone(),
        (Answer::Any(_) | Answer::Lines(_), Value::Array(items)) if items.is_empty() => "none".to_owned(),
        (Answer::Any(_) | Answer::Lines(_), Value::Array(items)) => {
            items.iter().map(|item| value_in_words(answer, item)).collect::<Vec<_>>().join("\n")
        }
        (_, other) => other.to_string(),
    }
}
