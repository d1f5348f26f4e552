//! What a plugin can do wrong.

use std::fmt;

/// The kinds of failure, as `plugin.quarantined` names them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Cause {
    /// It panicked, divided by zero, overflowed its stack or left its memory.
    Trap,
    /// It asked for more memory than it may have.
    Memory,
    /// It took longer than it may.
    Time,
    /// It said more than it may.
    Output,
    /// It broke the contract of the interface.
    Contract,
    /// Its alerts follow on alerts that follow on alerts, and so on.
    Depth,
    /// It raised more alerts in a day than it may.
    Quota,
}

impl Cause {
    /// All of them.
    pub const ALL: [Cause; 7] =
        [Cause::Trap, Cause::Memory, Cause::Time, Cause::Output, Cause::Contract, Cause::Depth, Cause::Quota];

    /// Its name in events, logs and metrics.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Cause::Trap => "trap",
            Cause::Memory => "memory",
            Cause::Time => "time",
            Cause::Output => "output",
            Cause::Contract => "contract",
            Cause::Depth => "depth",
            Cause::Quota => "quota",
        }
    }

    /// The cause of a name.
    #[must_use]
    pub fn named(name: &str) -> Option<Cause> {
        Cause::ALL.into_iter().find(|cause| cause.name() == name)
    }
}

impl fmt::Display for Cause {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}

/// How much of what is said about a failure is kept, in characters: a part of it may be the plugin's own words.
const DETAIL_CHARS_MAX: usize = 2000;

/// A plugin did something wrong.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{cause}: {detail}")]
pub struct Failure {
    /// What kind of thing.
    pub cause: Cause,
    /// What exactly, for whoever wrote it.
    pub detail: String,
}

impl Failure {
    /// A failure of a kind.
    pub fn new(cause: Cause, detail: impl Into<String>) -> Failure {
        Failure { cause, detail: shortened(detail.into()) }
    }

    /// A breach of the contract.
    pub fn contract(detail: impl Into<String>) -> Failure {
        Failure::new(Cause::Contract, detail)
    }
}

/// What a plugin says of itself, as long as a message may be.
pub(super) fn shortened(mut text: String) -> String {
    if let Some((end, _)) = text.char_indices().nth(DETAIL_CHARS_MAX) {
        text.truncate(end);
        text.shrink_to_fit();
    }
    text
}
