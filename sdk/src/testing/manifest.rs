//! What of a manifest a test can check.

use std::fmt::Debug;

use serde_json::{Map, Value};

use crate::Plugin;

/// Checks the manifest: ids, subscriptions, what the rules rely on, and that the defaults of the schema are those of the
/// settings.
///
/// # Panics
/// Where something is wrong.
pub fn check_manifest<P: Plugin>()
where
    P::Settings: PartialEq + Debug,
{
    let manifest = P::MANIFEST;
    assert!(
        is_id(manifest.id) && !manifest.id.bytes().any(|byte| byte.is_ascii_uppercase()),
        "id {:?}",
        manifest.id
    );
    assert!(!manifest.subscriptions.is_empty(), "it subscribes to nothing");
    for rule in manifest.rules {
        assert!(is_id(rule.id), "rule {:?}", rule.id);
        for feed in rule.feeds {
            assert!(
                manifest.subscriptions.contains(feed),
                "{} relies on {feed}, which is not subscribed to",
                rule.id
            );
        }
    }
    for register in P::REGISTERS {
        assert!(is_id(register.name) && !register.columns.is_empty(), "register {:?}", register.name);
        assert!(!register.feeds.is_empty(), "the register {} rests on no events", register.name);
        for feed in register.feeds {
            assert!(
                manifest.subscriptions.contains(feed),
                "the register {} rests on {feed}, which is not subscribed to",
                register.name
            );
        }
    }
    assert_eq!(schema::<P>()["additionalProperties"], Value::Bool(false), "an unknown setting is refused");
    match serde_json::from_value::<P::Settings>(Value::Object(defaults::<P>())) {
        Ok(settings) => assert_eq!(settings, P::Settings::default(), "the schema has other defaults"),
        Err(error) => panic!("the defaults of the schema do not fit: {error}"),
    }
}

fn schema<P: Plugin>() -> Value {
    match serde_json::from_str(P::MANIFEST.settings_schema) {
        Ok(schema) => schema,
        Err(error) => panic!("the schema of the settings is no JSON: {error}"),
    }
}

/// The settings that a host gives where nobody has set any: the schema's defaults.
pub(super) fn defaults<P: Plugin>() -> Map<String, Value> {
    let schema = schema::<P>();
    let properties = schema["properties"].as_object().into_iter().flatten();
    properties.filter_map(|(name, of)| Some((name.clone(), of.get("default")?.clone()))).collect()
}

fn is_id(text: &str) -> bool {
    !text.is_empty()
        && text.len() <= 40
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
}
