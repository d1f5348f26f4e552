//! The events about tokens, written and read.

use std::borrow::Cow;

use muniment_core::hash::Hash;
use muniment_core::json::{Object, Value};

use super::grant::{Grant, Role};

/// The id of the event that `init` makes.
pub(super) const FIRST: &str = "token.created/admin";

/// The id of the event with a number.
pub(super) fn id(number: u64) -> String {
    format!("token/{number}")
}

/// What an event about tokens says.
#[derive(Debug)]
pub(super) enum Record {
    Created(Grant),
    Revoked(String),
}

/// The data of `token.created`.
pub(super) fn created(grant: &Grant, requested_by: &str) -> Value<'static> {
    let text = |text: &str| Value::string(text.to_owned());
    let texts = |texts: &mut dyn Iterator<Item = &str>| Value::Array(texts.map(text).collect());
    let mut members = vec![
        ("name", text(&grant.name)),
        ("requested_by", text(requested_by)),
        ("roles", texts(&mut grant.roles.iter().map(|role| role.as_str()))),
        ("token_sha256", text(&grant.digest.to_string())),
    ];
    if let Some(groups) = &grant.scope.groups {
        members.push(("groups", texts(&mut groups.iter().map(String::as_str))));
    }
    if let Some(units) = &grant.scope.units {
        members.push(("units", texts(&mut units.iter().map(String::as_str))));
    }
    if let Some(prefix) = &grant.scope.source_prefix {
        members.push(("source_prefix", text(prefix)));
    }
    let members = members.into_iter().map(|(key, value)| (Cow::Borrowed(key), value)).collect();
    Value::Object(Object::new(members).expect("the keys are distinct"))
}

/// The data of `token.revoked`.
pub(super) fn revoked(name: &str, requested_by: &str) -> Value<'static> {
    Value::object([
        ("name", Value::string(name.to_owned())),
        ("requested_by", Value::string(requested_by.to_owned())),
    ])
}

impl Record {
    /// Reads an event; `None` if it is none about tokens, or its data is not as [`created`] writes it.
    pub(super) fn read(event: &Value<'_>) -> Option<Record> {
        let event = event.as_object()?;
        let data = event.get("data")?.as_object()?;
        let text = |name: &str| data.get(name).and_then(Value::as_str);
        let name = text("name")?.to_owned();
        match event.get("type")?.as_str()? {
            "token.revoked" => Some(Record::Revoked(name)),
            "token.created" => {
                let mut grant = Grant::none(name);
                grant.digest = Hash::from_hex(text("token_sha256")?.as_bytes())?;
                grant.roles =
                    texts(data.get("roles")?)?.iter().filter_map(|role| Role::parse(role)).collect();
                let list = |name: &str| match data.get(name) {
                    Some(value) => texts(value).map(|texts| Some(texts.into_iter().collect())),
                    None => Some(None),
                };
                grant.scope.groups = list("groups")?;
                grant.scope.units = list("units")?;
                grant.scope.source_prefix = text("source_prefix").map(str::to_owned);
                Some(Record::Created(grant))
            }
            _ => None,
        }
    }
}

fn texts(value: &Value<'_>) -> Option<Vec<String>> {
    let Value::Array(items) = value else { return None };
    items.iter().map(|item| item.as_str().map(str::to_owned)).collect()
}
