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
    }
    let schema: Value = match serde_json::from_str(manifest.settings_schema) {
        Ok(schema) => schema,
        Err(error) => panic!("the schema of the settings is no JSON: {error}"),
    };
    assert_eq!(schema["additionalProperties"], Value::Bool(false), "an unknown setting is refused");
    let defaults: Map<String, Value> = schema["properties"]
        .as_object()
        .into_iter()
        .flatten()
        .map(|(name, of)| (name.clone(), of["default"].clone()))
        .collect();
    match serde_json::from_value::<P::Settings>(Value::Object(defaults)) {
        Ok(settings) => assert_eq!(settings, P::Settings::default(), "the schema has other defaults"),
        Err(error) => panic!("the defaults of the schema do not fit: {error}"),
    }
}

fn is_id(text: &str) -> bool {
    !text.is_empty()
        && text.len() <= 40
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
}
