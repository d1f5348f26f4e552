//! Is an event that has the source and id of a recorded one the same event?

use muniment_core::event::{Event, differences, differences_beyond, group_of};
use muniment_core::json::{self, JsonError, Value};
use muniment_core::seal::{self, KEY_ATTRIBUTE};

use super::submission::Seals;

/// Where an event differs from the recorded one, as JSON pointers; none if it is the same.
///
/// Sealed values are compared as they are: sealed again with the same key they are the same bytes. Once the key was
/// destroyed, or a pseudonym severed, nothing is left to compare with: then only that there was such a value counts.
///
/// # Errors
/// The recorded event cannot be read.
pub fn differences_from(
    known: &[u8],
    event: &Event,
    seals: Option<&dyn Seals>,
) -> Result<Vec<String>, JsonError> {
    let found = differences(known, event.canonical())?;
    let Some(seals) = seals.filter(|_| !found.is_empty()) else { return Ok(found) };
    let parsed = json::parse(known)?;
    let recorded = parsed.as_object();
    let key = recorded.and_then(seal::key_of);
    let text =
        |name: &str| recorded.and_then(|event| event.get(name)).and_then(Value::as_str).unwrap_or_default();
    let group = group_of(text("type"));
    let key_is_gone = key.is_some_and(|key| !seals.is_current(group, text("subject"), key));
    let counts_as_same = |pointer: &str, first: &Value<'_>, second: &Value<'_>| {
        let sealed = key_is_gone && seal::sealed_text(first).is_some() && seal::sealed_text(second).is_some();
        let person =
            pointer.starts_with("/data/") && first.as_str().is_some_and(|text| seals.is_severed(text));
        sealed || person
    };
    let without_key = |event: &[u8]| -> Result<Vec<u8>, JsonError> {
        let mut parsed = json::parse(event)?;
        if let Value::Object(object) = &mut parsed {
            object.remove(KEY_ATTRIBUTE);
        }
        Ok(parsed.to_canonical())
    };
    if key_is_gone || event.is_open() {
        return differences_beyond(&without_key(known)?, &without_key(event.canonical())?, &counts_as_same);
    }
    differences_beyond(known, event.canonical(), &counts_as_same)
}
