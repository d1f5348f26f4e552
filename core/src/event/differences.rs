//! Where two events with one key differ, as JSON pointers.

use crate::json::{self, JsonError, Value};
use crate::limits::DIFFERENCES_MAX;
use crate::seal::sealed_text;

/// Attributes that a repeated post may change: they describe the transport, not the event.
const TRANSPORT: [&str; 2] = ["traceparent", "tracestate"];

/// JSON pointers to the values that differ, in order; none if the two are the same event. White space,
/// the order of keys and the tracing attributes make no difference; the spelling of a number does.
///
/// # Errors
/// One of the two is not JSON.
///
/// # Limits
/// The first [`DIFFERENCES_MAX`] pointers.
pub fn differences(first: &[u8], second: &[u8]) -> Result<Vec<String>, JsonError> {
    differences_beyond(first, second, &|_, _, _| false)
}

/// Whether two values at a pointer count as the same.
pub type CountsAsSame<'f> = dyn Fn(&str, &Value<'_>, &Value<'_>) -> bool + 'f;

/// As [`differences`], beyond what counts as the same: what was erased can be compared no more.
///
/// # Errors
/// As [`differences`].
pub fn differences_beyond(
    first: &[u8],
    second: &[u8],
    counts_as_same: &CountsAsSame<'_>,
) -> Result<Vec<String>, JsonError> {
    if first == second {
        return Ok(Vec::new());
    }
    let (mut first, mut second) = (json::parse(first)?, json::parse(second)?);
    for event in [&mut first, &mut second] {
        if let Value::Object(object) = event {
            object.retain(|name, _| !TRANSPORT.contains(&name));
        }
    }
    let mut pointers = Vec::new();
    compare(Some(&first), Some(&second), &mut String::new(), counts_as_same, &mut pointers);
    Ok(pointers)
}

fn compare(
    first: Option<&Value<'_>>,
    second: Option<&Value<'_>>,
    path: &mut String,
    counts_as_same: &CountsAsSame<'_>,
    found: &mut Vec<String>,
) {
    if found.len() >= DIFFERENCES_MAX || first == second {
        return;
    }
    if first.zip(second).is_some_and(|(first, second)| counts_as_same(path, first, second)) {
        return;
    }
    match (first, second) {
        // What a sealed value is made of says nothing to anybody.
        (Some(left), Some(right)) if sealed_text(left).or(sealed_text(right)).is_some() => {
            found.push(path.clone())
        }
        (Some(Value::Object(left)), Some(Value::Object(right))) => {
            let only_right = right.iter().filter(|(key, _)| left.get(key).is_none());
            let mut keys: Vec<&str> = left.iter().chain(only_right).map(|(key, _)| key).collect();
            keys.sort_unstable();
            for key in keys {
                step(&json::pointer_token(key), left.get(key), right.get(key), path, counts_as_same, found);
            }
        }
        (Some(Value::Array(left)), Some(Value::Array(right))) => {
            for place in 0..left.len().max(right.len()) {
                step(&place.to_string(), left.get(place), right.get(place), path, counts_as_same, found);
            }
        }
        _ => found.push(path.clone()),
    }
}

fn step(
    token: &str,
    first: Option<&Value<'_>>,
    second: Option<&Value<'_>>,
    path: &mut String,
    counts_as_same: &CountsAsSame<'_>,
    found: &mut Vec<String>,
) {
    let length = path.len();
    path.push('/');
    path.push_str(token);
    compare(first, second, path, counts_as_same, found);
    path.truncate(length);
}

#[cfg(test)]
mod tests {
    use super::differences;

    fn check(first: &str, second: &str, expect: &[&str]) {
        assert_eq!(differences(first.as_bytes(), second.as_bytes()).unwrap(), expect, "{first} {second}");
        assert_eq!(differences(second.as_bytes(), first.as_bytes()).unwrap(), expect, "{second} {first}");
    }

    #[test]
    fn pointers() {
        check(r#"{"a":1,"b":{"c":[1,2]}}"#, r#"{ "b":{"c":[1,2]}, "a":1 }"#, &[]);
        check(r#"{"traceparent":"x"}"#, r#"{"tracestate":"y"}"#, &[]);
        check(r#"{"data":{"traceparent":"x"}}"#, r#"{"data":{}}"#, &["/data/traceparent"]);
        check(
            r#"{"a":1,"b":{"c":[1,2]}}"#,
            r#"{"a":1.0,"b":{"c":[1,3,4],"d~/":null}}"#,
            &["/a", "/b/c/1", "/b/c/2", "/b/d~0~1"],
        );
        check(r#"{"a":{}}"#, r#"{"a":[]}"#, &["/a"]);
        check(r#"{"a":{"sealed":"x"}}"#, r#"{"a":{"sealed":"y"}}"#, &["/a"]);
        check("1", "2", &[""]);
    }

    #[test]
    fn the_list_is_bounded() {
        let (left, right) = (format!("[{}0]", "0,".repeat(100)), format!("[{}1]", "1,".repeat(100)));
        assert_eq!(differences(left.as_bytes(), right.as_bytes()).unwrap().len(), 20);
    }
}
