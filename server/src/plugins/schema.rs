//! A plugin's settings: JSON that fits the schema of its manifest. The one module that imports jsonschema.

use serde_json::{Map, Value};

use super::engine::Failure;
use super::manifest::Manifest;

/// The longest settings, in bytes.
pub const SETTINGS_BYTES_MAX: usize = 16 * 1024;
/// How many faults are named.
const FAULTS_MAX: usize = 10;

/// Settings that do not do.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SettingsFault {
    /// Too long.
    #[error("settings of {0} bytes, the limit is {SETTINGS_BYTES_MAX} bytes")]
    TooLong(usize),
    /// No JSON object.
    #[error("settings are a JSON object: {0}")]
    NotAnObject(String),
    /// They do not fit the schema.
    #[error("the settings do not fit: {}", .0.iter().map(|(at, what)| format!("{}: {what}", if at.is_empty() { "/" } else { at })).collect::<Vec<_>>().join("; "))]
    Unfit(Vec<(String, String)>),
}

/// Checks that a manifest's schema is one, and that its defaults fit.
///
/// # Errors
/// What is wrong with it.
pub fn check_schema(manifest: &Manifest) -> Result<(), Failure> {
    let schema: Value = serde_json::from_str(&manifest.settings_schema)
        .map_err(|error| Failure::contract(format!("its settings schema is no JSON: {error}")))?;
    jsonschema::draft202012::options().build(&schema).map_err(|error| {
        Failure::contract(format!("its settings schema is no JSON Schema 2020-12: {error}"))
    })?;
    Ok(())
}

/// The settings with the schema's defaults filled in, in one spelling.
///
/// # Errors
/// See [`SettingsFault`].
pub fn complete(manifest: &Manifest, given: &str) -> Result<String, SettingsFault> {
    if given.len() > SETTINGS_BYTES_MAX {
        return Err(SettingsFault::TooLong(given.len()));
    }
    let mut settings: Value =
        serde_json::from_str(given).map_err(|error| SettingsFault::NotAnObject(error.to_string()))?;
    let Value::Object(members) = &mut settings else {
        return Err(SettingsFault::NotAnObject("this is something else".to_owned()));
    };
    let schema: Value = serde_json::from_str(&manifest.settings_schema).unwrap_or(Value::Bool(true));
    fill_in(&schema, members);
    let validator = jsonschema::draft202012::options().build(&schema);
    let validator = validator.map_err(|error| SettingsFault::NotAnObject(error.to_string()))?;
    let faults: Vec<(String, String)> = validator
        .iter_errors(&settings)
        .take(FAULTS_MAX)
        .map(|fault| (fault.instance_path().to_string(), fault.to_string()))
        .collect();
    if faults.is_empty() { Ok(settings.to_string()) } else { Err(SettingsFault::Unfit(faults)) }
}

/// Puts the defaults of a schema's properties where nothing was given.
fn fill_in(schema: &Value, members: &mut Map<String, Value>) {
    let Some(properties) = schema.get("properties").and_then(Value::as_object) else { return };
    for (name, property) in properties {
        if let Some(default) = property.get("default") {
            members.entry(name.clone()).or_insert_with(|| default.clone());
        }
        if let Some(Value::Object(inner)) = members.get_mut(name) {
            fill_in(property, inner);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plugins::testing::manifest;

    const SCHEMA: &str = r#"{"type":"object","additionalProperties":false,"properties":{"days":{"type":"integer","minimum":1,"default":20},"unit":{"type":"string"}}}"#;

    #[test]
    fn defaults_are_filled_in_and_faults_are_named() {
        let mut manifest = manifest("requests", &["request.*"]);
        manifest.settings_schema = SCHEMA.to_owned();
        check_schema(&manifest).unwrap();
        assert_eq!(complete(&manifest, "{}").unwrap(), r#"{"days":20}"#);
        assert_eq!(complete(&manifest, r#"{"unit":"x","days":3}"#).unwrap(), r#"{"days":3,"unit":"x"}"#);
        let fault = complete(&manifest, r#"{"days":0,"dyas":1}"#).unwrap_err().to_string();
        assert!(fault.contains("/days: 0 is less than the minimum of 1"), "{fault}");
        assert!(fault.contains("dyas"), "{fault}");
        assert!(complete(&manifest, "[]").is_err());
        assert!(complete(&manifest, &" ".repeat(SETTINGS_BYTES_MAX + 1)).is_err());
        manifest.settings_schema = r#"{"type":"no such type"}"#.to_owned();
        assert!(check_schema(&manifest).is_err());
    }
}
