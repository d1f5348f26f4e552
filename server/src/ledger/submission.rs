//! What is handed to the ledger, what comes back, and every reason for a refusal.

use std::fmt::Debug;

use muniment_core::event::{Event, EventError};
use muniment_core::hash::Hash;
use muniment_core::host;
use muniment_core::limits::{BATCH_BYTES_MAX, BATCH_EVENTS_MAX};
use muniment_core::principal::Principal;
use muniment_core::seal::KeyId;
use muniment_core::time::Timestamp;

use super::clock::ClockStopped;
use super::origins::Origins;

/// Whether events stand or fall together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// All or nothing, also across a crash; one refusal refuses all.
    Batch,
    /// Each by itself.
    Each,
    /// Each by itself, in order, up to the first that is refused. Those after it are neither looked at nor
    /// answered.
    UntilRefused,
}

/// What the ledger asks the vault of personal data that its entries hold sealed.
pub trait Seals: Debug + Send + Sync {
    /// Changes with every erasure.
    fn epoch(&self) -> u64;

    /// Whether a case still has this key.
    fn is_current(&self, group: &str, subject: &str, key: KeyId) -> bool;

    /// Whether a text is a pseudonym that stands for nobody any more.
    fn is_severed(&self, pseudonym: &str) -> bool;
}

/// Events that one principal hands in together.
#[derive(Debug, Clone)]
pub struct Submission {
    pub(super) by: Principal,
    pub(super) events: Vec<Event>,
    pub(super) mode: Mode,
    /// The epoch of the vault in which anything in them was sealed.
    pub(super) sealed_in: Option<u64>,
}

impl Submission {
    /// Checks the number and size of the events.
    ///
    /// # Errors
    /// [`Refusal::TooManyEvents`], [`Refusal::BatchTooLarge`].
    pub fn new(by: Principal, events: Vec<Event>, mode: Mode) -> Result<Submission, Refusal> {
        if events.len() > BATCH_EVENTS_MAX {
            return Err(Refusal::TooManyEvents(events.len()));
        }
        let submission = Submission { by, events, mode, sealed_in: None };
        match submission.bytes() {
            bytes if bytes > BATCH_BYTES_MAX => Err(Refusal::BatchTooLarge(bytes)),
            _ => Ok(submission),
        }
    }

    /// The same, sealed in an epoch of the vault: in another it is refused with [`Refusal::ErasedMeanwhile`].
    #[must_use]
    pub fn sealed_in(self, epoch: u64) -> Submission {
        Submission { sealed_in: Some(epoch), ..self }
    }

    /// Bytes of its events in canonical form.
    #[must_use]
    pub fn bytes(&self) -> usize {
        self.events.iter().map(|event| event.canonical().len()).sum()
    }

    /// Number of its events.
    #[must_use]
    pub fn len(&self) -> usize {
        self.events.len()
    }

    /// Whether it has no event.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.events.is_empty()
    }
}

/// An event's entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Appended {
    /// The entry's number.
    pub seq: u64,
    /// BLAKE3 of its line.
    pub hash: Hash,
    /// When it was recorded.
    pub recorded: Timestamp,
    /// Whether it was there before.
    pub replayed: bool,
}

/// What became of each event of a submission; a batch that is refused is refused whole.
pub type Outcome = Result<Vec<Result<Appended, Refusal>>, Refusal>;

/// Why events are not appended.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// The key is taken by another event.
    #[error("source {from:?} and id {id:?} already name entry {seq}, which differs at {}", .differences.join(", "))]
    Conflict {
        /// The event's source.
        from: String,
        /// The event's id.
        id: String,
        /// The entry that has the key.
        seq: u64,
        /// JSON pointers.
        differences: Vec<String>,
    },
    /// Two events of a batch have one key and differ, so neither is written.
    #[error("two events of the batch have source {from:?} and id {id:?} and differ at {}", .differences.join(", "))]
    ConflictWithin {
        /// The events' source.
        from: String,
        /// The events' id.
        id: String,
        /// JSON pointers.
        differences: Vec<String>,
    },
    /// Only the host writes this type.
    #[error("/type: {0:?} is written by the ledger itself, never by a client")]
    HostType(String),
    /// Only the host writes from this source.
    #[error("/source: {0:?} lies under this ledger's own origin, from which only the ledger itself writes")]
    HostSource(String),
    /// Personal data in the clear, which whoever hands it in should have sealed.
    #[error("/data/personal: it is not sealed")]
    NotSealed,
    /// Personal data was erased after this was sealed: it has to be sealed again.
    #[error("personal data was erased while this was on its way; send it again")]
    ErasedMeanwhile,
    /// The keys of personal data.
    #[error("personal data cannot be sealed: {0}")]
    SealingFailed(String),
    /// Ahead of the clock.
    #[error(transparent)]
    Time(EventError),
    /// The clock.
    #[error(transparent)]
    ClockStopped(#[from] ClockStopped),
    /// Too many events.
    #[error("a batch of {0} events, the limit is {BATCH_EVENTS_MAX} events")]
    TooManyEvents(usize),
    /// Too many bytes.
    #[error("a batch of {0} bytes, the limit is {BATCH_BYTES_MAX} bytes")]
    BatchTooLarge(usize),
    /// The disk.
    #[error("the ledger cannot be written to: {0}. What was not answered is not recorded")]
    Storage(String),
    /// The queue is full.
    #[error("too much waits to be written; try again in a moment")]
    Busy,
    /// The ledger is closing.
    #[error("the ledger is closing")]
    Closed,
}

impl Refusal {
    /// A stable name for machines.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Refusal::Conflict { .. } | Refusal::ConflictWithin { .. } => "conflict",
            Refusal::HostType(_) => "host_type",
            Refusal::HostSource(_) => "host_source",
            Refusal::NotSealed => "internal",
            Refusal::ErasedMeanwhile => "busy",
            Refusal::SealingFailed(_) => "sealing_failed",
            Refusal::Time(_) => "time_ahead",
            Refusal::ClockStopped(_) => "clock_stopped",
            Refusal::TooManyEvents(_) => "too_many_events",
            Refusal::BatchTooLarge(_) => "batch_too_large",
            Refusal::Storage(_) => "storage_failed",
            Refusal::Busy => "busy",
            Refusal::Closed => "closed",
        }
    }
}

/// Checks what a client may not post: host types, sources under any of the ledger's origins, personal data in the clear,
/// events from the future.
///
/// # Errors
/// The reason.
pub fn admit(event: &Event, origins: &Origins, now: Timestamp) -> Result<(), Refusal> {
    if host::is_host_type(event.event_type()) {
        return Err(Refusal::HostType(event.event_type().to_owned()));
    }
    if origins.cover(event.source()) {
        return Err(Refusal::HostSource(event.source().to_owned()));
    }
    if event.has_unsealed() {
        return Err(Refusal::NotSealed);
    }
    event.check_time(now).map_err(Refusal::Time)
}
