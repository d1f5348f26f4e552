//! What a plugin is given.

use std::fmt;

use serde::Deserialize;

use crate::Instant;

/// An entry of the ledger that the plugin subscribed to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// The entry's number.
    pub seq: u64,
    /// When it was recorded; never before the entry in front of it.
    pub recorded: Instant,
    /// The type, such as `request.received`.
    pub kind: String,
    /// Who it comes from: the CloudEvents source.
    pub source: String,
    /// Its id, unique within the source.
    pub id: String,
    /// The case or record that it is about.
    pub subject: Option<String>,
    /// When it happened; where the event does not say, when it was recorded.
    pub time: Instant,
    /// The data as canonical JSON, personal fields sealed; `null` where there is none.
    pub json: Vec<u8>,
}

impl Event {
    /// Its data, to be read as a struct of the author's.
    #[must_use]
    pub fn content(&self) -> Data<'_> {
        Data(&self.json)
    }

    /// Reads the data as a struct that names the fields of interest; others are passed over. No data at all is read
    /// like an object without members.
    ///
    /// # Errors
    /// Where the data does not fit. That is an input and no mistake of the plugin's: it is to be noted, not to panic.
    pub fn data<'e, T: Deserialize<'e>>(&'e self) -> Result<T, DataError> {
        self.content().read()
    }
}

/// The data of an event: JSON that nobody has looked at yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Data<'e>(&'e [u8]);

impl<'e> Data<'e> {
    /// Data from the bytes of a JSON text.
    #[must_use]
    pub fn from_json(json: &'e [u8]) -> Data<'e> {
        Data(json)
    }

    /// The bytes.
    #[must_use]
    pub fn as_bytes(self) -> &'e [u8] {
        self.0
    }

    /// Reads it as a struct that names the fields of interest; see [`Event::data`].
    ///
    /// # Errors
    /// Where the data does not fit.
    pub fn read<T: Deserialize<'e>>(self) -> Result<T, DataError> {
        let json = if self.0 == b"null" || self.0.is_empty() { b"{}" } else { self.0 };
        serde_json::from_slice(json).map_err(|error| DataError(error.to_string()))
    }
}

/// The data of an event is not what the plugin needs. It names the place, and no value that a personal field could hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DataError(String);

impl DataError {
    /// An error of an author's own check.
    #[must_use]
    pub fn new(what: impl Into<String>) -> DataError {
        DataError(what.into())
    }
}

impl fmt::Display for DataError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for DataError {}

/// What is folded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Item {
    /// An entry.
    Event(Event),
    /// A wake-up was reached: before the entry of this number, recorded then.
    Tick {
        /// The first entry of any type that was recorded at or after the wake-up.
        seq: u64,
        /// The time now.
        recorded: Instant,
    },
}
