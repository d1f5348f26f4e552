//! The forms that names and texts have in every file.

use super::FileFault;
use crate::catalogue::is_code;
use crate::limits::{CODE_BYTES_MAX, DESCRIPTION_BYTES_MAX, EVENT_TYPE_BYTES_MAX, TITLE_BYTES_MAX};

/// A short identifier: a value of a choice, the id of a clause.
pub(crate) fn code(text: &str) -> Result<(), FileFault> {
    if is_code(text) && text.len() <= CODE_BYTES_MAX {
        return Ok(());
    }
    Err(FileFault::Name { found: text.to_owned(), wanted: "a short identifier without spaces" })
}

/// The name of a group or of an event type.
pub(crate) fn dotted_name(name: &str) -> Result<(), FileFault> {
    let wanted = "a name of a-z, 0-9, `_` and `-`, in parts with dots between them";
    let part = |part: &str| {
        part.starts_with(|first: char| first.is_ascii_lowercase() || first.is_ascii_digit())
            && part.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'_' | b'-'))
    };
    if name.len() <= EVENT_TYPE_BYTES_MAX && name.split('.').all(part) {
        return Ok(());
    }
    Err(FileFault::Name { found: name.to_owned(), wanted })
}

/// A title and a description.
pub(crate) fn texts(title: &str, description: &str) -> Result<(), FileFault> {
    length("title", title, TITLE_BYTES_MAX)?;
    length("description", description, DESCRIPTION_BYTES_MAX)
}

/// A text that is there, and not too long.
pub(crate) fn length(key: &'static str, text: &str, limit_bytes: usize) -> Result<(), FileFault> {
    if (1..=limit_bytes).contains(&text.len()) {
        return Ok(());
    }
    Err(FileFault::Length { key, bytes: text.len(), limit_bytes })
}

/// No more of something than there may be.
pub(crate) fn limited(what: &'static str, found: usize, limit: usize) -> Result<(), FileFault> {
    if found <= limit { Ok(()) } else { Err(FileFault::TooMany { what, found, limit }) }
}
