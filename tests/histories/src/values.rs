//! Values that a field takes, the odd ones among them.

use std::borrow::Cow;

use muniment_core::catalogue::{Bounds, Field, FieldKind};
use muniment_core::json::Value;
use muniment_core::limits::CODE_BYTES_MAX;
use muniment_core::time::Timestamp;

use crate::Numbers;

const DAY_MICROS: i64 = 86_400_000_000;
/// The first and the last days of the calendar, of the years that working days are counted in, and of the notation.
const ODD_DAYS: [&str; 9] = [
    "0000-01-01",
    "0001-01-01",
    "1582-10-10",
    "1970-01-01",
    "1997-12-31",
    "2024-02-29",
    "2100-12-31",
    "2101-01-01",
    "9999-12-31",
];
const ODD_TIMES: [&str; 5] = [
    "0000-01-01T00:00:00Z",
    "1970-01-01T00:00:00Z",
    "2026-03-29T01:30:00+01:00",
    "2016-12-31T23:59:60Z",
    "9999-12-31T23:59:59.999999Z",
];
const ODD_NUMBERS: [i64; 12] = [0, 1, 2, 5, 20, 72, 365, 100_000, -1, i64::MAX, i64::MIN, 4_294_967_296];

/// Numbers of which few are in use, so that what is said in one place is met with again in another.
pub(crate) fn numbered(example: &str, number: u64) -> String {
    let stem = example.trim_end_matches(|last: char| last.is_ascii_digit());
    if stem.len() == example.len() { format!("{example}-{number}") } else { format!("{stem}{number}") }
}

/// A value of a field, about the time of `now`, with one of so many numbers in its codes.
pub(crate) fn value(field: &Field, numbers: &mut Numbers, now: i64, crowd: u64) -> Value<'static> {
    of_kind(&field.kind, field.example.as_str(), numbers, now, crowd)
}

fn of_kind(
    kind: &FieldKind,
    example: Option<&str>,
    numbers: &mut Numbers,
    now: i64,
    crowd: u64,
) -> Value<'static> {
    match kind {
        FieldKind::Text => Value::string(match numbers.below(4) {
            0 => String::new(),
            1 => "Ünïcode, \"quoted\"\n".repeat(40),
            _ => "In a few words.".to_owned(),
        }),
        FieldKind::Code | FieldKind::PersonRef | FieldKind::UnitRef => {
            Value::string(code(example.unwrap_or("EX-001"), numbers, crowd))
        }
        FieldKind::WholeNumber(bounds) => spelled(whole(*bounds, numbers).to_string()),
        FieldKind::Number(bounds) => spelled(number(*bounds, numbers)),
        FieldKind::Boolean => Value::Bool(numbers.once_in(2)),
        FieldKind::Date => Value::string(date(numbers, now)),
        FieldKind::Timestamp => Value::string(timestamp(numbers, now)),
        FieldKind::Choice(values) if values.is_empty() => Value::Null,
        FieldKind::Choice(values) => Value::string(numbers.one_of(values).clone()),
        FieldKind::Evidence => match numbers.once_in(2) {
            true => Value::Array(Vec::new()),
            false => FieldKind::Evidence.example(),
        },
        FieldKind::List(items) => {
            let count = numbers.below(4);
            let item = |_| of_kind(items, example_of(items).as_deref(), numbers, now, crowd);
            Value::Array((0..count).map(item).collect())
        }
    }
}

fn example_of(items: &FieldKind) -> Option<String> {
    items.example().as_str().map(str::to_owned)
}

fn spelled(number: String) -> Value<'static> {
    Value::Number(Cow::Owned(number))
}

fn code(example: &str, numbers: &mut Numbers, crowd: u64) -> String {
    match numbers.below(12) {
        0..3 => example.to_owned(),
        3 if numbers.once_in(8) => "x".repeat(CODE_BYTES_MAX),
        3 => "#".to_owned(),
        _ => numbered(example, 1 + numbers.below(crowd)),
    }
}

fn whole(bounds: Bounds, numbers: &mut Numbers) -> i64 {
    let (least, most) = (bounds.least.unwrap_or(i64::MIN), bounds.most.unwrap_or(i64::MAX));
    let wanted = match numbers.below(6) {
        0 => least,
        1 => most,
        _ => *numbers.one_of(&ODD_NUMBERS),
    };
    wanted.clamp(least, most)
}

fn number(bounds: Bounds, numbers: &mut Numbers) -> String {
    let holds_halves =
        bounds.least.is_none_or(|least| least <= 0) && bounds.most.is_none_or(|most| most >= 1);
    match numbers.below(4) {
        0 if holds_halves => "0.5".to_owned(),
        1 if bounds.most.is_none() => "1e300".to_owned(),
        _ => whole(bounds, numbers).to_string(),
    }
}

fn date(numbers: &mut Numbers, now: i64) -> String {
    if numbers.once_in(12) {
        return (*numbers.one_of(&ODD_DAYS)).to_owned();
    }
    let days = numbers.signed_below(800) - 400;
    Timestamp::from_micros(now + days * DAY_MICROS).to_string().chars().take(10).collect()
}

fn timestamp(numbers: &mut Numbers, now: i64) -> String {
    if numbers.once_in(12) {
        return (*numbers.one_of(&ODD_TIMES)).to_owned();
    }
    let micros = numbers.signed_below(400 * DAY_MICROS) - 200 * DAY_MICROS;
    Timestamp::from_micros(now + micros).to_string()
}
