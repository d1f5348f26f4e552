//! Checks one value against the kind of its field.

use super::check::{Faults, Place};
use super::definition::{Bounds, FieldKind};
use super::personal;
use crate::declared::question;
use crate::json::{Object, Value};
use crate::limits::{CODE_BYTES_MAX, FIELD_TEXT_BYTES_MAX, LIST_ITEMS_MAX, SHOWN_BYTES_MAX};
use crate::time::{Timestamp, is_civil_date};

/// The characters of a code, as a pattern of JSON Schema.
pub(super) const CODE_PATTERN: &str = r"^[A-Za-z0-9._/:()\[\]+=#&,*~-]+$";

/// Whether a text has the form of a code. Neither spaces nor `@`: nobody's name or address has it.
pub(crate) fn is_code(text: &str) -> bool {
    const ALLOWED: [bool; 256] = {
        let (mut table, mut rest): (_, &[u8]) =
            ([false; 256], b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._/:()[]+=#&,*~-");
        while let [byte, after @ ..] = rest {
            table[*byte as usize] = true;
            rest = after;
        }
        table
    };
    !text.is_empty() && text.bytes().all(|byte| ALLOWED[usize::from(byte)])
}

/// Checks a value that is not personal.
pub(super) fn check(kind: &FieldKind, value: &Value<'_>, place: Place<'_>, faults: &mut Faults) {
    match kind {
        FieldKind::Text => text(value, place, faults),
        FieldKind::Code | FieldKind::PersonRef | FieldKind::UnitRef => code(value, place, faults),
        FieldKind::WholeNumber(bounds) => whole_number(*bounds, value, place, faults),
        FieldKind::Number(bounds) => number(*bounds, value, place, faults),
        FieldKind::Boolean => {
            if !matches!(value, Value::Bool(_)) {
                wrong_type("true or false", value, place, faults);
            }
        }
        FieldKind::Date => {
            if !value.as_str().is_some_and(is_civil_date) {
                wrong_type("a date such as \"2026-05-01\"", value, place, faults);
            }
        }
        FieldKind::Timestamp => {
            if value.as_str().is_none_or(|text| Timestamp::parse_rfc3339(text).is_err()) {
                let wanted = "a date and time with its offset such as \"2026-05-01T09:30:00+01:00\"";
                wrong_type(wanted, value, place, faults);
            }
        }
        FieldKind::Choice(values) => choice(values, value, place, faults),
        FieldKind::Evidence => {
            list(value, place, faults, &mut |item, place, faults| evidence(item, place, faults));
        }
        FieldKind::List(items) => {
            list(value, place, faults, &mut |item, place, faults| check(items, item, place, faults));
        }
    }
}

fn text(value: &Value<'_>, place: Place<'_>, faults: &mut Faults) {
    match value.as_str() {
        Some(text) if text.len() <= FIELD_TEXT_BYTES_MAX => {}
        Some(text) => too_long(text, FIELD_TEXT_BYTES_MAX, place, faults),
        None => wrong_type("a text", value, place, faults),
    }
}

fn code(value: &Value<'_>, place: Place<'_>, faults: &mut Faults) {
    match value.as_str() {
        Some(text) if text.len() > CODE_BYTES_MAX => too_long(text, CODE_BYTES_MAX, place, faults),
        Some(text) if is_code(text) => {
            // What is sealed may be what it looks like.
            if !faults.quiet
                && let Some(what) = personal::looks_like(text)
            {
                faults.personal_looking(what, place);
            }
        }
        _ => wrong_type(
            "a short identifier of letters, digits and ._/:()[]+=#&,*~- without spaces",
            value,
            place,
            faults,
        ),
    }
}

fn whole_number(bounds: Bounds, value: &Value<'_>, place: Place<'_>, faults: &mut Faults) {
    let Value::Number(spelled) = value else { return wrong_type("a whole number", value, place, faults) };
    match spelled.parse::<i64>() {
        Ok(number) => {
            let low = bounds.least.is_some_and(|least| number < least);
            if low || bounds.most.is_some_and(|most| number > most) {
                out_of_range(bounds, spelled, place, faults);
            }
        }
        Err(_) if spelled.bytes().any(|byte| matches!(byte, b'.' | b'e' | b'E')) => {
            wrong_type("a whole number", value, place, faults);
        }
        Err(_) => out_of_range(bounds, spelled, place, faults),
    }
}

fn number(bounds: Bounds, value: &Value<'_>, place: Place<'_>, faults: &mut Faults) {
    let Value::Number(spelled) = value else { return wrong_type("a number", value, place, faults) };
    // For the comparison only: what is recorded is the posted spelling.
    let number = spelled.parse::<f64>().unwrap_or(f64::INFINITY);
    let low = bounds.least.is_some_and(|least| number < least as f64);
    if low || !number.is_finite() || bounds.most.is_some_and(|most| number > most as f64) {
        out_of_range(bounds, spelled, place, faults);
    }
}

fn choice(values: &[String], value: &Value<'_>, place: Place<'_>, faults: &mut Faults) {
    match value.as_str() {
        Some(text) if values.iter().any(|known| known == text) => {}
        Some(text) => not_a_choice(values, text, place, faults),
        None => wrong_type("a text, one of a list", value, place, faults),
    }
}

fn list(
    value: &Value<'_>,
    place: Place<'_>,
    faults: &mut Faults,
    check: &mut dyn FnMut(&Value<'_>, Place<'_>, &mut Faults),
) {
    let Value::Array(items) = value else { return wrong_type("a list", value, place, faults) };
    if items.len() > LIST_ITEMS_MAX {
        let message = format!("{} items, the limit is {LIST_ITEMS_MAX} items", items.len());
        return faults.push("out_of_range", place, message);
    }
    for (number, item) in items.iter().enumerate() {
        check(item, Place::Item(&place, number), faults);
    }
}

/// `{"name": "scan-0412.pdf", "sha256": "…"}`
fn evidence(item: &Value<'_>, place: Place<'_>, faults: &mut Faults) {
    let Value::Object(object) = item else {
        return wrong_type("an object with `name` and `sha256`", item, place, faults);
    };
    for name in ["name", "sha256"] {
        if object.get(name).is_none() {
            faults.push("missing_field", Place::Member(&place, name), "missing".to_owned());
        }
    }
    evidence_members(object, place, faults);
}

fn evidence_members(object: &Object<'_>, place: Place<'_>, faults: &mut Faults) {
    for (name, value) in object.iter() {
        let place = Place::Member(&place, name);
        match name {
            "name" => code(value, place, faults),
            "sha256" => {
                let hex = |text: &str| {
                    text.len() == 64 && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
                };
                if !value.as_str().is_some_and(hex) {
                    wrong_type("a SHA-256 in 64 digits of lower-case hexadecimal", value, place, faults);
                }
            }
            _ => faults.push("undeclared_field", place, "evidence has only `name` and `sha256`".to_owned()),
        }
    }
}

#[cold]
fn wrong_type(wanted: &str, value: &Value<'_>, place: Place<'_>, faults: &mut Faults) {
    let message = match value {
        _ if faults.quiet => format!("the value is not {wanted}"),
        Value::Number(spelled) => format!("{} is not {wanted}", shown(spelled)),
        Value::String(text) => format!("{:?} is not {wanted}", shown(text)),
        _ => format!("{} is not {wanted}", value.kind()),
    };
    faults.push("wrong_type", place, message);
}

#[cold]
fn too_long(text: &str, limit_bytes: usize, place: Place<'_>, faults: &mut Faults) {
    let message = format!("{} bytes, the limit is {limit_bytes} bytes", text.len());
    faults.push("out_of_range", place, message);
}

#[cold]
fn out_of_range(bounds: Bounds, spelled: &str, place: Place<'_>, faults: &mut Faults) {
    let (least, most) = (bounds.least.unwrap_or(i64::MIN), bounds.most.unwrap_or(i64::MAX));
    let shown = if faults.quiet { "the value" } else { shown(spelled) };
    faults.push("out_of_range", place, format!("{shown} is not between {least} and {most}"));
}

#[cold]
fn not_a_choice(values: &[String], text: &str, place: Place<'_>, faults: &mut Faults) {
    const LISTED_MAX: usize = 12;
    let mut message = match faults.quiet {
        true => "the value is none of ".to_owned(),
        false => format!("{:?} is none of ", shown(text)),
    };
    if values.len() <= LISTED_MAX {
        message.push_str(&values.join(", "));
    } else {
        message.push_str(&format!("the {} values of this field", values.len()));
        let shown = if faults.quiet { "" } else { text };
        message.push_str(&question(shown, values.iter().map(String::as_str)));
    }
    faults.push("not_a_choice", place, message);
}

/// The beginning of a posted text, as far as a message repeats it.
pub(super) fn shown(text: &str) -> &str {
    let end = (0..=SHOWN_BYTES_MAX.min(text.len())).rev().find(|end| text.is_char_boundary(*end));
    &text[..end.unwrap_or_default()]
}
