//! The rules of CloudEvents 1.0 for context attributes, and our limits on them.

use super::EventError;
use crate::json::{self, Object, Value};
use crate::limits::{ATTRIBUTE_BYTES_MAX, EVENT_TYPE_BYTES_MAX, EXTENSION_NAME_BYTES_MAX};
use crate::time::{Timestamp, TimestampError};

/// What is wrong with one attribute.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AttributeFault {
    /// It is required.
    #[error("missing")]
    Missing,
    /// It has no characters.
    #[error("empty")]
    Empty,
    /// Its value has another type.
    #[error("{found}, not {wanted}")]
    Kind {
        /// What it is.
        found: &'static str,
        /// What it should be.
        wanted: &'static str,
    },
    /// Too long.
    #[error("{bytes} bytes, the limit is {limit_bytes} bytes")]
    TooLong {
        /// Its length.
        bytes: usize,
        /// The longest allowed.
        limit_bytes: usize,
    },
    /// A character that CloudEvents excludes from strings.
    #[error("holds the {kind} U+{code:04X}")]
    Character {
        /// Control character or noncharacter.
        kind: &'static str,
        /// Its code point.
        code: u32,
    },
    /// Another version of CloudEvents.
    #[error("{0:?} is not \"1.0\"")]
    SpecVersion(String),
    /// Not a URI reference.
    #[error("not a URI reference (RFC 3986): {found:?} at byte {offset}")]
    UriReference {
        /// The first character that may not stand there.
        found: String,
        /// Where it stands.
        offset: usize,
    },
    /// Not an absolute URI.
    #[error("not an absolute URI")]
    AbsoluteUri,
    /// Not a media type.
    #[error("not a media type such as application/json")]
    MediaType,
    /// Not an instant.
    #[error(transparent)]
    Time(#[from] TimestampError),
    /// Not base64.
    #[error("not base64")]
    Base64,
    /// Data twice.
    #[error("`data` and `data_base64` exclude each other")]
    DataTwice,
    /// The name of an extension.
    #[error("an extension's name has only a-z and 0-9")]
    ExtensionName,
    /// A number that CloudEvents' Integer type does not hold.
    #[error("{0} is no whole number between -2147483648 and 2147483647")]
    Integer(String),
}

type Checked = Result<(), AttributeFault>;

/// Checks every attribute. Nulls have been dropped before.
pub(super) fn check(object: &Object<'_>) -> Result<(), EventError> {
    for required in ["id", "source", "specversion", "type"] {
        if object.get(required).is_none() {
            return Err(at(required, AttributeFault::Missing));
        }
    }
    let data_twice = object.get("data").is_some() && object.get("data_base64").is_some();
    if data_twice {
        return Err(at("data_base64", AttributeFault::DataTwice));
    }
    object.iter().try_for_each(|(name, value)| attribute(name, value).map_err(|fault| at(name, fault)))
}

fn at(name: &str, fault: AttributeFault) -> EventError {
    EventError::Attribute { pointer: format!("/{}", json::pointer_token(name)), fault }
}

fn attribute(name: &str, value: &Value<'_>) -> Checked {
    match name {
        "data" => Ok(()),
        "data_base64" => base64(value),
        "specversion" => match string(value, ATTRIBUTE_BYTES_MAX)? {
            "1.0" => Ok(()),
            other => Err(AttributeFault::SpecVersion(other.to_owned())),
        },
        "id" | "subject" => string(value, ATTRIBUTE_BYTES_MAX).map(drop),
        "type" => string(value, EVENT_TYPE_BYTES_MAX).map(drop),
        "source" => uri_reference(string(value, ATTRIBUTE_BYTES_MAX)?),
        "dataschema" => {
            let text = string(value, ATTRIBUTE_BYTES_MAX)?;
            uri_reference(text)?;
            if has_scheme(text) { Ok(()) } else { Err(AttributeFault::AbsoluteUri) }
        }
        "datacontenttype" => media_type(string(value, ATTRIBUTE_BYTES_MAX)?),
        "time" => Ok(Timestamp::parse_rfc3339(string(value, ATTRIBUTE_BYTES_MAX)?).map(drop)?),
        _ => extension(name, value),
    }
}

fn string<'v>(value: &'v Value<'_>, limit_bytes: usize) -> Result<&'v str, AttributeFault> {
    let Some(text) = value.as_str() else {
        return Err(AttributeFault::Kind { found: value.kind(), wanted: "a string" });
    };
    if text.is_empty() {
        return Err(AttributeFault::Empty);
    }
    characters(text, limit_bytes)?;
    Ok(text)
}

/// CloudEvents' String type: no control characters, no noncharacters (surrogates cannot occur here).
fn characters(text: &str, limit_bytes: usize) -> Checked {
    if text.len() > limit_bytes {
        return Err(AttributeFault::TooLong { bytes: text.len(), limit_bytes });
    }
    let plain = |byte: &u8| (0x20..0x7f).contains(byte);
    if text.as_bytes().iter().all(plain) {
        return Ok(());
    }
    for character in text.chars() {
        let code = u32::from(character);
        let kind = match code {
            0..=0x1f | 0x7f..=0x9f => "control character",
            0xfdd0..=0xfdef => "noncharacter",
            _ if code & 0xfffe == 0xfffe => "noncharacter",
            _ => continue,
        };
        return Err(AttributeFault::Character { kind, code });
    }
    Ok(())
}

fn extension(name: &str, value: &Value<'_>) -> Checked {
    if !name.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9')) || name.is_empty() {
        return Err(AttributeFault::ExtensionName);
    }
    if name.len() > EXTENSION_NAME_BYTES_MAX {
        return Err(AttributeFault::TooLong { bytes: name.len(), limit_bytes: EXTENSION_NAME_BYTES_MAX });
    }
    match value {
        Value::Bool(_) => Ok(()),
        Value::String(text) => characters(text, ATTRIBUTE_BYTES_MAX),
        Value::Number(number) => match number.parse::<i32>() {
            Ok(_) => Ok(()),
            Err(_) => Err(AttributeFault::Integer(number.chars().take(40).collect())),
        },
        _ => {
            Err(AttributeFault::Kind { found: value.kind(), wanted: "a string, a boolean or a whole number" })
        }
    }
}

fn base64(value: &Value<'_>) -> Checked {
    use base64::{Engine as _, engine::general_purpose::STANDARD};
    let Some(text) = value.as_str() else {
        return Err(AttributeFault::Kind { found: value.kind(), wanted: "a string" });
    };
    STANDARD.decode(text).map(drop).map_err(|_| AttributeFault::Base64)
}

fn uri_reference(text: &str) -> Checked {
    let bytes = text.as_bytes();
    let allowed = |(place, byte): (usize, &u8)| match byte {
        b'%' => bytes.get(place + 1..place + 3).is_some_and(|hex| hex.iter().all(u8::is_ascii_hexdigit)),
        byte => byte.is_ascii_alphanumeric() || b"-._~:/?#[]@!$&'()*+,;=".contains(byte),
    };
    match bytes.iter().enumerate().find(|(place, byte)| !allowed((*place, byte))) {
        None => Ok(()),
        Some((offset, _)) => {
            let found = text.get(offset..).and_then(|rest| rest.chars().next()).map(String::from);
            Err(AttributeFault::UriReference { found: found.unwrap_or_default(), offset })
        }
    }
}

fn has_scheme(text: &str) -> bool {
    let Some((scheme, _)) = text.split_once(':') else { return false };
    scheme.starts_with(|first: char| first.is_ascii_alphabetic())
        && scheme.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte))
}

/// RFC 2046: `type/subtype`, each a token, with parameters after a semicolon.
fn media_type(text: &str) -> Checked {
    let token = |text: &str| {
        let byte = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
        !text.is_empty() && text.bytes().all(byte)
    };
    let essence = text.split(';').next().unwrap_or_default().trim_end();
    match essence.split_once('/') {
        Some((main, sub)) if token(main) && token(sub) => Ok(()),
        _ => Err(AttributeFault::MediaType),
    }
}
