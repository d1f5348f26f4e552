//! What can be wrong with an event.

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
