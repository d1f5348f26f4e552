//! `request.received`, `request.*` or `*`.

use std::fmt;
use std::str::FromStr;

/// Most patterns in one filter.
pub const PATTERNS_MAX: usize = 32;
/// Longest pattern.
pub const PATTERN_BYTES_MAX: usize = 256;

const _: () = assert!(PATTERN_BYTES_MAX >= muniment_core::limits::EVENT_TYPE_BYTES_MAX);

/// Which event types are meant.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum TypePattern {
    /// Every type: `*`.
    Any,
    /// One type: `request.received`.
    Exactly(String),
    /// All types that have more words after these, the last dot included: `request.` for `request.*`.
    Below(String),
}

/// A text is no type pattern.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TypePatternError {
    /// Nothing there.
    #[error("an empty event type; `*` stands for all types")]
    Empty,
    /// Too long.
    #[error("an event type of {0} bytes, the limit is {PATTERN_BYTES_MAX} bytes")]
    TooLong(usize),
    /// A star elsewhere.
    #[error("event type {0:?}: `*` stands only alone or as the last word, as in `request.*`")]
    Star(String),
    /// Too many.
    #[error("{0} event types, the limit is {PATTERNS_MAX}")]
    TooMany(usize),
}

impl TypePattern {
    /// Reads several patterns.
    ///
    /// # Errors
    /// The first that is none.
    ///
    /// # Limits
    /// [`PATTERNS_MAX`] patterns of [`PATTERN_BYTES_MAX`] bytes.
    pub fn parse_all<'t>(
        texts: impl IntoIterator<Item = &'t str>,
    ) -> Result<Vec<TypePattern>, TypePatternError> {
        let patterns = texts.into_iter().map(str::parse).collect::<Result<Vec<TypePattern>, _>>()?;
        match patterns.len() {
            count if count > PATTERNS_MAX => Err(TypePatternError::TooMany(count)),
            _ => Ok(patterns),
        }
    }

    /// Whether a type is meant.
    #[must_use]
    pub fn matches(&self, event_type: &str) -> bool {
        match self {
            TypePattern::Any => true,
            TypePattern::Exactly(exact) => event_type == exact,
            TypePattern::Below(words) => event_type.starts_with(words.as_str()),
        }
    }
}

impl FromStr for TypePattern {
    type Err = TypePatternError;

    fn from_str(text: &str) -> Result<TypePattern, TypePatternError> {
        if text.is_empty() {
            return Err(TypePatternError::Empty);
        }
        if text.len() > PATTERN_BYTES_MAX {
            return Err(TypePatternError::TooLong(text.len()));
        }
        let words = text.strip_suffix('*').unwrap_or(text);
        match words {
            "" => Ok(TypePattern::Any),
            _ if words.contains('*') => Err(TypePatternError::Star(text.to_owned())),
            _ if words.len() == text.len() => Ok(TypePattern::Exactly(text.to_owned())),
            "." => Err(TypePatternError::Star(text.to_owned())),
            _ if words.ends_with('.') => Ok(TypePattern::Below(words.to_owned())),
            _ => Err(TypePatternError::Star(text.to_owned())),
        }
    }
}

impl fmt::Display for TypePattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            TypePattern::Any => f.write_str("*"),
            TypePattern::Exactly(exact) => f.write_str(exact),
            TypePattern::Below(words) => write!(f, "{words}*"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(pattern: &str, yes: &[&str], no: &[&str]) {
        let read: TypePattern = pattern.parse().unwrap();
        assert_eq!(read.to_string(), pattern);
        yes.iter().for_each(|name| assert!(read.matches(name), "{pattern} {name}"));
        no.iter().for_each(|name| assert!(!read.matches(name), "{pattern} {name}"));
    }

    #[test]
    fn words_are_whole() {
        check(
            "request.received",
            &["request.received"],
            &["request", "request.received.x", "request.receive"],
        );
        check("request.*", &["request.received", "request.a.b"], &["request", "requests.x", "x.request.a"]);
        check("uk.gov.*", &["uk.gov.exemplar.permit"], &["uk.gov", "uk.governor.x"]);
        check("*", &["a", "a.b"], &[]);
    }

    #[test]
    fn refusals_say_why() {
        let refusal = |text: &str| text.parse::<TypePattern>().unwrap_err().to_string();
        for text in ["request*", "*.received", "request.*.x", "**", ".*"] {
            assert!(refusal(text).contains("last word"), "{text}");
        }
        assert_eq!(refusal(""), "an empty event type; `*` stands for all types");
        assert_eq!(refusal(&"x".repeat(257)), "an event type of 257 bytes, the limit is 256 bytes");
        let many = TypePattern::parse_all(vec!["a"; 33]).unwrap_err();
        assert_eq!(many.to_string(), "33 event types, the limit is 32");
        assert_eq!(TypePattern::parse_all(["a", "b.*"]).unwrap().len(), 2);
    }
}
