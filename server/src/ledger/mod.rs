//! The ledger: segments, keys and tree on disk, one writer, any number of readers.
//!
//! Start reading at [`Log::commit`], the commit protocol, then [`open::open`], what a crash leaves and what
//! is no crash. [`Ledger`] is what the rest of the program holds.

pub mod clock;
mod files;
mod find_origins;
pub mod genesis;
mod group;
pub mod handle;
mod host_events;
mod idempotency;
pub mod imports;
pub mod keys;
pub mod limits;
pub mod lines;
pub mod load;
mod lock;
pub mod log;
pub mod names;
pub mod open;
mod open_error;
pub mod origins;
mod rebuild;
mod recovery;
pub mod repeat;
pub mod restoration;
pub mod scan;
mod seal;
pub mod sealed;
pub mod shared;
pub mod submission;
mod tree;
mod workers;

#[cfg(test)]
mod crash_tests;
#[cfg(test)]
mod damage_tests;
#[cfg(test)]
mod pipeline_tests;
#[cfg(test)]
mod sync_tests;

pub use handle::{Ledger, LedgerOptions};
pub use lock::{DirectoryLock, LockError};
pub use log::Log;
pub use shared::Shared;
