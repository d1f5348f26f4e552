//! The events about a destruction, written and read. They are numbered, as those about tokens are.

use std::borrow::Cow;

use muniment_core::hash::Hash;
use muniment_core::json::{Object, Value};
use muniment_core::time::Timestamp;

use super::{Basis, Case, Wish};

/// The id of the event that asks for a destruction.
pub(super) fn requested(number: u64) -> String {
    format!("destroy/{number}/requested")
}

/// The id of the event by which somebody else agrees.
pub(super) fn authorised(number: u64) -> String {
    format!("destroy/{number}/authorised")
}

/// The id of the event that takes it back.
pub(super) fn cancelled(number: u64) -> String {
    format!("destroy/{number}/cancelled")
}

/// The id of the event by which one case or person of it is destroyed.
pub(super) fn destroyed(number: u64, item: usize) -> String {
    format!("destroy/{number}/destroyed/{item}")
}

fn texts<'t>(texts: impl Iterator<Item = &'t str>) -> Value<'static> {
    Value::Array(texts.map(|text| Value::string(text.to_owned())).collect())
}

fn data(members: Vec<(&'static str, Value<'static>)>) -> Value<'static> {
    let members = members.into_iter().map(|(name, value)| (Cow::Borrowed(name), value)).collect();
    Value::Object(Object::new(members).expect("the names are distinct"))
}

/// The data of `personal.destroy_requested`.
pub(super) fn request_data(number: u64, wish: &Wish) -> Value<'static> {
    let cases: Vec<String> = wish.cases.iter().map(ToString::to_string).collect();
    data(vec![
        ("basis", Value::string(wish.basis.as_str())),
        ("cases", texts(cases.iter().map(String::as_str))),
        ("entries", Value::number(wish.entries)),
        ("not_before", Value::string(wish.not_before.to_string())),
        ("people", texts(wish.people.iter().map(String::as_str))),
        ("plan", Value::string(wish.plan.to_string())),
        ("request", Value::string(number.to_string())),
        ("requested_by", Value::string(wish.requested_by.clone())),
    ])
}

/// The data of `personal.destroy_authorised` and `personal.destroy_cancelled`.
pub(super) fn act_data(number: u64, requested_by: &str) -> Value<'static> {
    data(vec![
        ("request", Value::string(number.to_string())),
        ("requested_by", Value::string(requested_by.to_owned())),
    ])
}

/// What `personal.destroyed` says of one case or person.
#[derive(Debug)]
pub(super) struct Destroyed<'d> {
    pub(super) number: u64,
    pub(super) wish: &'d Wish,
    pub(super) authorised_by: &'d [String],
    pub(super) group: Option<&'d str>,
    pub(super) keys: Vec<String>,
    pub(super) people: Vec<String>,
    pub(super) entries: u64,
    pub(super) entries_sha256: Hash,
}

/// The data of `personal.destroyed`.
pub(super) fn destroyed_data(destroyed: &Destroyed<'_>) -> Value<'static> {
    let mut members = vec![
        ("authorised_by", texts(destroyed.authorised_by.iter().map(String::as_str))),
        ("basis", Value::string(destroyed.wish.basis.as_str())),
        ("entries", Value::number(destroyed.entries)),
        ("entries_sha256", Value::string(destroyed.entries_sha256.to_string())),
        ("keys", texts(destroyed.keys.iter().map(String::as_str))),
        ("people", texts(destroyed.people.iter().map(String::as_str))),
        ("request", Value::string(destroyed.number.to_string())),
    ];
    members.extend(destroyed.group.map(|group| ("group", Value::string(group.to_owned()))));
    data(members)
}

/// Reads what `personal.destroy_requested` says.
pub(super) fn read_request(event: &Object<'_>) -> Option<Wish> {
    let data = event.get("data")?.as_object()?;
    let text = |name: &str| data.get(name).and_then(Value::as_str);
    let list = |name: &str| match data.get(name) {
        Some(Value::Array(items)) => items.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
        _ => Vec::new(),
    };
    let entries = match data.get("entries") {
        Some(Value::Number(number)) => number.parse().ok()?,
        _ => return None,
    };
    Some(Wish {
        basis: Basis::parse(text("basis")?)?,
        cases: list("cases").iter().map(|case| Case::parse(case)).collect::<Option<_>>()?,
        people: list("people"),
        plan: Hash::from_hex(text("plan")?.as_bytes())?,
        entries,
        not_before: Timestamp::parse_rfc3339(text("not_before")?).ok()?,
        requested_by: text("requested_by")?.to_owned(),
    })
}

/// Who asked for an act.
pub(super) fn read_act(event: &Object<'_>) -> Option<String> {
    event.get("data")?.as_object()?.get("requested_by")?.as_str().map(str::to_owned)
}
