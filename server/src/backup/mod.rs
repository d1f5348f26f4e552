//! Backup and return.
//!
//! A backup is a directory that holds the ledger up to a signed checkpoint, and what belongs to it, in the form
//! of a data directory. It is made while the ledger is in use ([`store`]), and a ledger is made of it again
//! ([`restore`]). What is destroyed later is listed beside it ([`erasures`]).
//!
//! # What this module never does
//! - It writes nothing to the data directory that is backed up, but the list of destinations.
//! - It copies no key of a vault.

mod copy;
#[cfg(test)]
mod crash_tests;
pub mod destinations;
pub mod erasures;
mod error;
mod plan;
pub mod restore;
#[cfg(test)]
mod restore_tests;
pub mod store;

pub use copy::{Count, Tally};
pub use error::{BackupError, RestoreError};
pub use restore::{Restore, Restored};
pub use store::{Backup, Done, Prepared};
