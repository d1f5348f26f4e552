//! How a plugin that runs is doing, for whoever asks while it works.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::engine::Cause;

/// How a plugin is doing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Status {
    /// How often it began to fold, from nothing or from a snapshot, since the server was started.
    pub session: u64,
    /// The next entry that it is given.
    pub next: u64,
    /// Entries and ticks that it was given since it was installed, upgraded or configured.
    pub given: u64,
    /// Alerts that are open.
    pub open_alerts: usize,
    /// When it wants to be woken, in microseconds since 1970.
    pub wake: Option<i64>,
    /// Whether a time that has come can be told: no import is open.
    pub is_waking: bool,
    /// Whether it folds: not before it is compiled, nor while it is stopped.
    pub is_folding: bool,
    /// What keeps it from folding although it should, or what it did last.
    pub fault: Option<String>,
    /// How often it failed since the server was started.
    pub failures: BTreeMap<Cause, u64>,
    /// How long its last batch took, with reading it.
    pub batch: Duration,
    /// The size of its last snapshot, in bytes.
    pub snapshot_bytes: usize,
    /// What its memories have together, in bytes.
    pub memory_bytes: usize,
}

/// A status that one thread writes and others read.
#[derive(Debug, Default)]
pub struct Shared(Mutex<Status>);

impl Shared {
    /// The status now.
    #[must_use]
    pub fn get(&self) -> Status {
        self.lock().clone()
    }

    pub(super) fn lock(&self) -> MutexGuard<'_, Status> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
