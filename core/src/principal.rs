//! Who wrote an entry: `host`, `host/append`, `token/foi-casework`, `user/7f3a…`. Never a person's name.

use std::fmt;

use crate::limits::PRINCIPAL_BYTES_MAX;

/// The authenticated writer of an entry.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Principal(String);

/// A text is no principal.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PrincipalError {
    /// Not one of the forms.
    #[error(
        "principal {0:?} is not `host`, `host/<command>`, `token/<name>` or `user/<id>`, with names of a-z, 0-9, `.`, `_` and `-`"
    )]
    Form(String),
    /// Too long.
    #[error("a principal of {0} bytes is longer than {PRINCIPAL_BYTES_MAX} bytes")]
    TooLong(usize),
}

impl Principal {
    /// Checks a principal.
    ///
    /// # Errors
    /// See [`PrincipalError`].
    pub fn new(text: impl Into<String>) -> Result<Principal, PrincipalError> {
        let text = text.into();
        if text.len() > PRINCIPAL_BYTES_MAX {
            return Err(PrincipalError::TooLong(text.len()));
        }
        if is_principal(&text) { Ok(Principal(text)) } else { Err(PrincipalError::Form(text)) }
    }

    /// The host itself.
    #[must_use]
    pub fn host() -> Principal {
        Principal("host".to_owned())
    }

    /// The text, which needs no escape in JSON.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Principal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Whether a text has the form of a principal.
#[must_use]
pub fn is_principal(text: &str) -> bool {
    let (kind, name) = text.split_once('/').map_or((text, None), |(kind, name)| (kind, Some(name)));
    text.len() <= PRINCIPAL_BYTES_MAX
        && match (kind, name) {
            ("host", None) => true,
            ("host" | "token" | "user", Some(name)) => is_name(name),
            _ => false,
        }
}

/// Whether a text names a role of the organisation, as events do: `role/siro`. Nobody writes entries as one.
#[must_use]
pub fn is_role(text: &str) -> bool {
    text.len() <= PRINCIPAL_BYTES_MAX && text.strip_prefix("role/").is_some_and(is_name)
}

fn is_name(text: &str) -> bool {
    let name_byte = |byte: u8| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'.' | b'_' | b'-');
    !text.is_empty() && text.bytes().all(name_byte)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms() {
        for good in ["host", "host/append", "token/foi-casework", "user/7f3a.b_c"] {
            assert_eq!(Principal::new(good).unwrap().as_str(), good);
        }
        for bad in
            ["", "token", "token/", "user/Jane Doe", "token/a/b", "admin/x", "host/", "token/é", "token/\"x"]
        {
            assert!(matches!(Principal::new(bad), Err(PrincipalError::Form(_))), "{bad}");
        }
        let long = format!("token/{}", "a".repeat(PRINCIPAL_BYTES_MAX));
        assert_eq!(
            Principal::new(long).unwrap_err().to_string(),
            "a principal of 134 bytes is longer than 128 bytes"
        );
    }

    #[test]
    fn roles() {
        for good in ["role/siro", "role/head-of-it", "role/officer_2.a"] {
            assert!(is_role(good), "{good}");
            assert!(!is_principal(good), "{good}");
        }
        let long = format!("role/{}", "a".repeat(PRINCIPAL_BYTES_MAX));
        for bad in ["", "siro", "role", "role/", "role/Head of IT", "role/a/b", "token/ig", &long] {
            assert!(!is_role(bad), "{bad}");
        }
    }
}
