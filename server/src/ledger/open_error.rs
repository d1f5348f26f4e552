//! Why a ledger is not opened.

use std::io;

use muniment_core::checkpoint::CheckpointError;

use super::submission::Refusal;

/// Why a ledger is not opened. Nothing was changed, unless the message says so.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The disk.
    #[error("{what}: {error}")]
    Io {
        /// What was being done.
        what: String,
        /// What the system says.
        error: io::Error,
    },
    /// No ledger there.
    #[error("there is no ledger here (no segment in ledger/); `muniment init` makes one")]
    NoLedger,
    /// A return from a backup was not finished.
    #[error(
        "a return from a backup was not finished here (the file `restoring` is there); `muniment restore` with the same arguments goes on"
    )]
    Restoring,
    /// The signing key.
    #[error("the signing key keys/ledger.key cannot be used: {0}")]
    SigningKey(String),
    /// The persisted checkpoint.
    #[error(
        "the file `checkpoint` is not one that this ledger's key signed ({0}). It was damaged or replaced: restore it from a backup, or remove it if the ledger passes `muniment verify` with a receipt or checkpoint kept elsewhere"
    )]
    Checkpoint(CheckpointError),
    /// An entry is damaged or was changed.
    #[error(
        "entry {seq} is damaged or was changed ({file}, byte {offset}: {fault}). A crash cannot cause this: {why}. Nothing was altered. Restore {file} from a backup; `muniment verify` shows all damage"
    )]
    Damaged {
        /// The first entry that is not as it should be.
        seq: u64,
        /// The file.
        file: String,
        /// Where in the file.
        offset: u64,
        /// What is wrong with it.
        fault: String,
        /// Why it is no torn write.
        why: String,
    },
    /// A whole segment is missing or unreadable.
    #[error(
        "{file}: {fault}. Nothing was altered. Restore it from a backup; `muniment verify` shows all damage"
    )]
    Segment {
        /// The file.
        file: String,
        /// What is wrong.
        fault: String,
    },
    /// The tail is gone.
    #[error(
        "the ledger was cut: it holds {size} entries, its last persisted checkpoint covers {checkpoint}. Nothing was altered. Restore the entries from {size} on from a backup"
    )]
    Cut {
        /// Entries that are there.
        size: u64,
        /// Entries that were there.
        checkpoint: u64,
    },
    /// The tree leads elsewhere.
    #[error(
        "the entries do not give the root of the last persisted checkpoint ({size} entries): an entry was changed. Nothing was altered. `muniment verify` names it; restore its segment from a backup"
    )]
    Root {
        /// Size of the checkpoint.
        size: u64,
    },
    /// A recovery could not be recorded.
    #[error("what a crash left behind cannot be moved aside and recorded: {0}")]
    NotRecorded(Refusal),
}

pub(super) fn io_error(what: impl Into<String>) -> impl FnOnce(io::Error) -> OpenError {
    let what = what.into();
    move |error| OpenError::Io { what, error }
}
