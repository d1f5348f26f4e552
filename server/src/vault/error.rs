//! Why the vault cannot be used.

use std::io;

/// Why the vault cannot be opened, read or written.
#[derive(Debug, thiserror::Error)]
pub enum VaultError {
    /// The ledger has one, and it is not there.
    #[error(
        "the vault is missing: the file `vault` holds the keys of this ledger's sealed personal data. Put it back from its backup; if it is lost for good, `muniment vault accept-loss` makes a new one"
    )]
    Missing,
    /// There is no loss to accept.
    #[error("nothing is lost: there is a vault, or the ledger never had one")]
    NotLost,
    /// Some other file.
    #[error("the file `vault` is no vault of this program")]
    NotAVault,
    /// Not the key that it was written with.
    #[error(
        "the vault does not open with the key from {key}: it was written with another, or its first bytes are damaged"
    )]
    WrongKey {
        /// Where the key came from.
        key: String,
    },
    /// A vault that belongs to another ledger.
    #[error("the file `vault` belongs to another ledger")]
    OtherLedger,
    /// Another vault than the one that the ledger names.
    #[error("the file `vault` is not the one that entry {seq} of the ledger names; put that one back")]
    OtherVault {
        /// The entry.
        seq: u64,
    },
    /// The ledger was put back from a time before the vault's.
    #[error(
        "the vault is newer than the ledger: it knows of {vault} entries, the ledger has {ledger}. Put back a vault and a ledger of one time, the ledger the newer one if they differ"
    )]
    Newer {
        /// The size that the vault knows.
        vault: u64,
        /// The ledger's.
        ledger: u64,
    },
    /// The ledger went another way.
    #[error(
        "the vault knows another entry {seq} than the ledger has: one of the two was put back from another course of events"
    )]
    OtherCourse {
        /// The entry.
        seq: u64,
    },
    /// The vault was put back from a time before the ledger's.
    #[error(
        "the vault is older than the ledger: entry {seq} was sealed with a key that it does not have ({missing} such keys or pseudonyms in all). Put back the newest vault there is"
    )]
    Older {
        /// The first such entry.
        seq: u64,
        /// How many keys are missing.
        missing: usize,
    },
    /// Bytes that are not as they were written.
    #[error("the vault is damaged at byte {offset}. Put it back from its backup")]
    Damaged {
        /// Where.
        offset: u64,
    },
    /// An earlier write failed.
    #[error("the vault cannot be written to since a write failed")]
    Suspect,
    /// The data is being erased.
    #[error("personal data of this case or person is being erased right now; try again in a moment")]
    Erasing,
    /// The key.
    #[error("the vault's key: {0}")]
    Key(String),
    /// An entry.
    #[error("entry {seq} cannot be read: {fault}")]
    Entry {
        /// The entry.
        seq: u64,
        /// What is wrong.
        fault: String,
    },
    /// The ledger.
    #[error("the ledger does not take the event that names its vault: {0}")]
    NotRecorded(String),
    /// The disk.
    #[error("the vault: {0}")]
    Io(#[from] io::Error),
}
