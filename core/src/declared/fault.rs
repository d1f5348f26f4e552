//! What can be wrong with a file.

use std::fmt;

/// A file cannot be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileError {
    /// The file.
    pub file: String,
    /// The line, from 1 on, where one can be named.
    pub line: Option<usize>,
    /// The part of it: `type request.received`, `clause L9.2.g`; empty for the whole.
    pub place: String,
    /// What is wrong there.
    pub fault: FileFault,
}

impl std::error::Error for FileError {}

/// `parking.toml:12: type uk.gov.exemplar.parking.permit-issued: …`
impl fmt::Display for FileError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.file)?;
        if let Some(line) = self.line {
            write!(f, ":{line}")?;
        }
        if !self.place.is_empty() {
            write!(f, ": {}", self.place)?;
        }
        write!(f, ": {}", self.fault)
    }
}

/// What is wrong with a file.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FileFault {
    /// Not TOML, a key that is unknown or missing, or a value of another kind.
    #[error("{0}")]
    Toml(String),
    /// More of something than there may be.
    #[error("{found} {what}, the limit is {limit}")]
    TooMany {
        /// Of what.
        what: &'static str,
        /// How many there are.
        found: usize,
        /// How many there may be.
        limit: usize,
    },
    /// A text that is empty or too long.
    #[error("`{key}` has {bytes} bytes, it must have 1 to {limit_bytes} bytes")]
    Length {
        /// The key of the text.
        key: &'static str,
        /// Its length.
        bytes: usize,
        /// The longest allowed.
        limit_bytes: usize,
    },
    /// A name in another form.
    #[error("{found:?} is not {wanted}")]
    Name {
        /// The name.
        found: String,
        /// The form.
        wanted: &'static str,
    },
    /// A name that nothing has.
    #[error("{what} {name:?}{cure}")]
    Unknown {
        /// What there is none of: `there is no event type`.
        what: &'static str,
        /// The name.
        name: Box<str>,
        /// What to do: `; did you mean request.received?`
        cure: Box<str>,
    },
    /// A type whose name does not begin with its group's.
    #[error("its name does not begin with a group of this file, `{groups}.`")]
    OutsideGroup {
        /// The groups.
        groups: String,
    },
    /// An operator's type under a first word that is the product's.
    #[error(
        "its first word is reserved: write your own domain name backwards, such as uk.gov.exemplar.parking"
    )]
    Reserved,
    /// An operator's type that only the host would record.
    #[error("`recorded_by = \"host\"` is for the ledger's own types: leave it out")]
    HostType,
    /// A second definition.
    #[error("it is defined in {first_file} already: give this one another name, or take it out")]
    DefinedTwice {
        /// Where the first one is.
        first_file: String,
    },
    /// An example that its own field would refuse.
    #[error("its `example` is no good example: {0}")]
    Example(String),
    /// Keys that do not go together.
    #[error("{0}")]
    Contradiction(&'static str),
}

impl FileFault {
    /// A name that nothing has, with those that look like it, or else with what to do.
    pub(crate) fn unknown<'a>(
        what: &'static str,
        name: &str,
        known: impl Iterator<Item = &'a str>,
        otherwise: &str,
    ) -> FileFault {
        let question = super::question_in_file(name, known);
        let cure = if question.is_empty() { format!("; {otherwise}") } else { question };
        FileFault::Unknown { what, name: name.into(), cure: cure.into() }
    }
}
