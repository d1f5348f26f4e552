//! What the indexing thread and the searches share.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, PoisonError, RwLock};
use std::time::Duration;

use super::schema::Fields;
use super::snapshot::Snapshot;

/// What searches see, and how indexing fares.
#[derive(Default)]
pub(super) struct State {
    seen: RwLock<Option<(Fields, Arc<Snapshot>)>>,
    ready: AtomicBool,
    fault: RwLock<Option<String>>,
    stopping: Mutex<bool>,
    stop: Condvar,
}

impl State {
    /// The newest commit; `None` before the index is opened.
    pub(super) fn seen(&self) -> Option<(Fields, Arc<Snapshot>)> {
        self.seen.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Shows what was opened, which is not ready yet.
    pub(super) fn begin(&self, fields: Fields, snapshot: Snapshot) {
        self.ready.store(false, Ordering::Release);
        self.publish(fields, snapshot);
    }

    /// Shows a newer commit.
    pub(super) fn publish(&self, fields: Fields, snapshot: Snapshot) {
        *self.seen.write().unwrap_or_else(PoisonError::into_inner) = Some((fields, Arc::new(snapshot)));
    }

    pub(super) fn ready(&self) -> bool {
        self.ready.load(Ordering::Acquire)
    }

    pub(super) fn set_ready(&self) {
        self.ready.store(true, Ordering::Release);
    }

    pub(super) fn fault(&self) -> Option<String> {
        self.fault.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(super) fn set_fault(&self, fault: Option<String>) {
        *self.fault.write().unwrap_or_else(PoisonError::into_inner) = fault;
    }

    pub(super) fn stopping(&self) -> bool {
        *self.stopping.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn stop(&self) {
        *self.stopping.lock().unwrap_or_else(PoisonError::into_inner) = true;
        self.stop.notify_all();
    }

    /// Waits for some time, or until it is told to stop.
    pub(super) fn wait(&self, time: Duration) {
        let stopping = self.stopping.lock().unwrap_or_else(PoisonError::into_inner);
        let waited = self.stop.wait_timeout_while(stopping, time, |stopping| !*stopping);
        drop(waited.unwrap_or_else(PoisonError::into_inner));
    }
}
