//! Why there is no backup, or no return from one.

use std::io;

use muniment_core::checkpoint::CheckpointError;
use muniment_core::note::NoteError;

use crate::ledger::clock::ClockStopped;
use crate::ledger::genesis::InitError;
use crate::verify::{OlderError, VerifyError};

/// Why there is no new backup. The earlier one is as good as before.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    /// A disk.
    #[error("{what}: {error}")]
    Io {
        /// What was being done.
        what: String,
        /// What the system says.
        error: io::Error,
    },
    /// No ledger there.
    #[error("there is no ledger here (no segment in ledger/)")]
    NoLedger,
    /// Nothing is signed.
    #[error(
        "there is no signed checkpoint, so nobody knows how far the ledger is whole; `muniment serve` keeps one every second"
    )]
    NoCheckpoint,
    /// What should be a checkpoint.
    #[error("the file `checkpoint` cannot be read ({0}); `muniment verify` shows the damage")]
    Checkpoint(CheckpointError),
    /// Segments were sealed faster than they could be listed.
    #[error("the ledger's files changed {0} times while they were listed; try again in a quieter moment")]
    Restless(usize),
    /// The ledger itself.
    #[error(
        "entry {seq} is missing or damaged ({fault}), although the signed checkpoint covers it; `muniment verify` shows all damage"
    )]
    Damaged {
        /// The entry.
        seq: u64,
        /// What is wrong.
        fault: String,
    },
    /// Another ledger's backup.
    #[error("the destination holds another ledger, that of {0}; choose another destination")]
    Foreign(String),
    /// The destination has more.
    #[error(
        "the destination holds {held} entries, this ledger only {size}: it is newer than this ledger. If this ledger was restored from an older backup, choose another destination, and keep that one"
    )]
    Newer {
        /// Entries of the destination.
        held: u64,
        /// Entries of the ledger.
        size: u64,
    },
    /// The destination went another way.
    #[error(
        "entry {seq} of the destination is another than here: it is of a ledger that went another way, or was damaged (`muniment verify --data` on it tells). Choose another destination"
    )]
    Forked {
        /// The entry.
        seq: u64,
    },
    /// What was copied does not verify.
    #[error(
        "what was copied does not verify: {0}. The checkpoint of the destination is still the earlier one"
    )]
    Unsound(String),
    /// It could not even be verified.
    #[error("verifying what was copied: {0}")]
    Verify(#[from] VerifyError),
}

/// Why a ledger is not restored. Nothing opens what there is by then; the next attempt starts over.
#[derive(Debug, thiserror::Error)]
pub enum RestoreError {
    /// Reading or writing.
    #[error(transparent)]
    Copy(#[from] BackupError),
    /// Something is there.
    #[error("the directory is not empty; a ledger is restored to a new or an empty one")]
    NotEmpty,
    /// An attempt that was finished after all, and used since.
    #[error(
        "the directory holds the file `restoring`, but {held} entries, more than the {size} of the backup: it was used since. Verify it, and if it is sound remove the file"
    )]
    Used {
        /// Entries there.
        held: u64,
        /// Entries of the backup.
        size: u64,
    },
    /// A new origin is needed.
    #[error(
        "{0}. So the restored ledger must go on under a new origin with a new key: no position may ever be signed twice with different content. Name one with --origin"
    )]
    NewOrigin(String),
    /// The new origin.
    #[error("--origin: {0}")]
    Origin(NoteError),
    /// The new origin is an old one.
    #[error("--origin: the ledger already has or had the origin {0:?}; choose one that it never had")]
    OriginTaken(String),
    /// The checkpoint that was given.
    #[error(transparent)]
    Older(#[from] OlderError),
    /// The checkpoint that was given is of another ledger, or one of the two was changed.
    #[error("the checkpoint that was given contradicts the backup: {0}")]
    Contradiction(String),
    /// The clock.
    #[error(
        "the machine's clock says {wall}, the last entry of the backup was recorded at {last}. If the clock is right, say so with --accept-clock"
    )]
    Clock {
        /// The machine's clock.
        wall: muniment_core::time::Timestamp,
        /// The last entry's.
        last: muniment_core::time::Timestamp,
        /// What the clock guard says.
        #[source]
        stopped: ClockStopped,
    },
    /// The new key.
    #[error("the new signing key: {0}")]
    Key(InitError),
    /// The event.
    #[error("the event ledger.restored: {0}")]
    Event(#[from] muniment_core::event::EventError),
}

pub(super) fn io_error(what: impl Into<String>) -> impl FnOnce(io::Error) -> BackupError {
    let what = what.into();
    move |error| BackupError::Io { what, error }
}
