//! What can be wrong with an event, and with a file of the catalogue.

/// What is wrong with one part of an event.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{pointer}: {message}")]
pub struct Fault {
    /// JSON pointer to the part.
    pub pointer: String,
    /// Which kind of fault, for programs: `missing_field`, say. It never changes.
    pub code: &'static str,
    /// What is wrong, for people.
    pub message: String,
}

/// A file of the catalogue cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{file}: {}{}{fault}", .place, if .place.is_empty() { "" } else { ": " })]
pub struct CatalogueError {
    /// The file.
    pub file: String,
    /// The part of it: `type request.received, field regime`; empty for the whole.
    pub place: String,
    /// What is wrong there.
    pub fault: CatalogueFault,
}

/// What is wrong with a file of the catalogue.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CatalogueFault {
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
    /// A type whose name does not begin with its group's.
    #[error("its name does not begin with the group's, `{group}.`")]
    OutsideGroup {
        /// The group.
        group: String,
    },
    /// An operator's type under a first word that is the product's.
    #[error(
        "its first word is reserved: write your own domain name backwards, such as uk.gov.exemplar.parking"
    )]
    Reserved,
    /// An operator's type that only the host would record.
    #[error("`recorded_by = \"host\"` is for the ledger's own types")]
    HostType,
    /// A second definition.
    #[error("it is defined in {first_file} already")]
    DefinedTwice {
        /// Where the first one is.
        first_file: String,
    },
    /// A type that uses a field that its file does not define.
    #[error("no [[field]] of this file is named {0:?}")]
    NoSuchField(String),
    /// Keys that do not go together.
    #[error("{0}")]
    Contradiction(&'static str),
}
