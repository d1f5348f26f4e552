//! The JSON Schema (2020-12) of a type's whole event.

use std::borrow::Cow;

use super::definition::{Bounds, EventType, Field, FieldKind};
use super::value::CODE_PATTERN;
use crate::json::{Object, Value};
use crate::limits::{ATTRIBUTE_BYTES_MAX, CODE_BYTES_MAX, FIELD_TEXT_BYTES_MAX, LIST_ITEMS_MAX};

/// The schema of an event of this type. Beyond JSON Schema's own words it says `x-clauses` (the clauses of
/// policies that such an event is evidence for), `x-recorded-by` (`client` or `host`), `x-personal` (the
/// field has to be sealed) and `x-measure` (what a number counts).
#[must_use]
pub fn schema(event_type: &EventType) -> Value<'_> {
    let mut required = vec!["id", "source", "specversion", "type"];
    required.extend(event_type.subject.is_some().then_some("subject"));
    required.extend(event_type.fields.iter().any(|field| field.required).then_some("data"));
    let clauses = event_type.clauses.iter().map(|clause| Value::string(clause.to_string())).collect();
    object([
        ("$schema", Value::string("https://json-schema.org/draft/2020-12/schema")),
        ("title", Value::string(event_type.title.as_str())),
        ("description", Value::string(event_type.description.as_str())),
        ("type", Value::string("object")),
        ("required", strings(required)),
        ("properties", attributes(event_type)),
        ("x-clauses", Value::Array(clauses)),
        ("x-recorded-by", Value::string(event_type.recorded_by.as_str())),
        ("examples", Value::Array(vec![event_type.example_event()])),
    ])
}

fn attributes(event_type: &EventType) -> Value<'_> {
    let attribute = |description: &'static str| {
        object([
            ("type", Value::string("string")),
            ("minLength", Value::number(1)),
            ("maxLength", Value::number(ATTRIBUTE_BYTES_MAX as u64)),
            ("description", Value::string(description)),
        ])
    };
    let formatted = |format: &'static str, description: &'static str| {
        object([
            ("type", Value::string("string")),
            ("format", Value::string(format)),
            ("description", Value::string(description)),
        ])
    };
    let subject = match &event_type.subject {
        Some(subject) => with(attribute(""), "description", Value::string(subject.as_str())),
        None => attribute("The case or record that the event is about."),
    };
    object([
        ("specversion", object([("const", Value::string("1.0"))])),
        ("id", attribute("The event's id: together with the source it is never used for another event.")),
        ("source", formatted("uri-reference", "The system that the event comes from.")),
        ("type", object([("const", Value::string(event_type.name.as_str()))])),
        ("subject", subject),
        ("time", formatted("date-time", "When it happened, with the offset from UTC.")),
        ("datacontenttype", object([("const", Value::string("application/json"))])),
        ("data", data(event_type)),
    ])
}

fn data(event_type: &EventType) -> Value<'_> {
    let required = event_type.fields().filter(|field| field.required).map(|field| field.name.as_str());
    let members = event_type.fields().map(|field| (Cow::Borrowed(field.name.as_str()), property(field)));
    object([
        ("type", Value::string("object")),
        ("additionalProperties", Value::Bool(false)),
        ("required", strings(required)),
        ("properties", Value::Object(sorted(members.collect()))),
    ])
}

fn property(field: &Field) -> Value<'_> {
    let mut value = of_kind(&field.kind);
    value = with(value, "title", Value::string(field.title.as_str()));
    value = with(value, "description", Value::string(field.description.as_str()));
    value = with(value, "examples", Value::Array(vec![field.example.clone()]));
    value = with(value, "x-personal", Value::Bool(field.personal));
    match &field.measure {
        Some(measure) => with(value, "x-measure", Value::string(measure.as_str())),
        None => value,
    }
}

fn of_kind(kind: &FieldKind) -> Value<'_> {
    let typed = |name: &'static str| object([("type", Value::string(name))]);
    let string = |key: &'static str, value: Value<'static>| with(typed("string"), key, value);
    match kind {
        FieldKind::Text => string("maxLength", Value::number(FIELD_TEXT_BYTES_MAX as u64)),
        FieldKind::Code | FieldKind::UnitRef | FieldKind::PersonRef => {
            let short = string("maxLength", Value::number(CODE_BYTES_MAX as u64));
            with(short, "pattern", Value::string(CODE_PATTERN))
        }
        FieldKind::WholeNumber(bounds) => bounded(typed("integer"), *bounds),
        FieldKind::Number(bounds) => bounded(typed("number"), *bounds),
        FieldKind::Boolean => typed("boolean"),
        FieldKind::Date => string("format", Value::string("date")),
        FieldKind::Timestamp => string("format", Value::string("date-time")),
        FieldKind::Choice(values) => {
            with(typed("string"), "enum", strings(values.iter().map(String::as_str)))
        }
        FieldKind::Evidence => array(file()),
        FieldKind::List(items) => array(of_kind(items)),
    }
}

fn array(items: Value<'_>) -> Value<'_> {
    object([
        ("type", Value::string("array")),
        ("maxItems", Value::number(LIST_ITEMS_MAX as u64)),
        ("items", items),
    ])
}

/// One file of the evidence.
fn file() -> Value<'static> {
    let digest = object([("type", Value::string("string")), ("pattern", Value::string("^[0-9a-f]{64}$"))]);
    object([
        ("type", Value::string("object")),
        ("additionalProperties", Value::Bool(false)),
        ("required", strings(["name", "sha256"])),
        ("properties", object([("name", of_kind(&FieldKind::Code)), ("sha256", digest)])),
    ])
}

fn bounded(mut value: Value<'_>, bounds: Bounds) -> Value<'_> {
    for (key, bound) in [("minimum", bounds.least), ("maximum", bounds.most)] {
        if let Some(bound) = bound {
            value = with(value, key, Value::Number(Cow::Owned(bound.to_string())));
        }
    }
    value
}

fn object<'a, const N: usize>(members: [(&'a str, Value<'a>); N]) -> Value<'a> {
    Value::object(members)
}

fn strings<'a>(texts: impl IntoIterator<Item = &'a str>) -> Value<'a> {
    Value::Array(texts.into_iter().map(Value::string).collect())
}

fn sorted<'a>(members: Vec<(Cow<'a, str>, Value<'a>)>) -> Object<'a> {
    Object::new(members).expect("no field stands twice in a type")
}

/// The object with one member put in, or replaced.
fn with<'a>(value: Value<'a>, key: &'a str, member: Value<'a>) -> Value<'a> {
    let Value::Object(object) = value else { return value };
    let mut members = object.into_members();
    members.retain(|(name, _)| name != key);
    members.push((Cow::Borrowed(key), member));
    Value::Object(sorted(members))
}
