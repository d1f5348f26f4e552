//! Numbers about connections, for metrics.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering::Relaxed};

/// Counts connections. All but `open` only grow.
#[derive(Debug, Default)]
pub struct ConnectionStats {
    open: AtomicUsize,
    accepted: AtomicU64,
    refused: AtomicU64,
    tls_failures: AtomicU64,
    timed_out: AtomicU64,
    idle_closed: AtomicU64,
    accept_failures: AtomicU64,
}

impl ConnectionStats {
    /// Connections open now.
    pub fn open(&self) -> usize {
        self.open.load(Relaxed)
    }

    /// Connections taken since the start, those refused not among them.
    pub fn accepted(&self) -> u64 {
        self.accepted.load(Relaxed)
    }

    /// Connections refused as too many were open.
    pub fn refused(&self) -> u64 {
        self.refused.load(Relaxed)
    }

    /// TLS handshakes that failed or took too long.
    pub fn tls_failures(&self) -> u64 {
        self.tls_failures.load(Relaxed)
    }

    /// Connections cut as a request's head came too slowly, or an answer was not taken.
    pub fn timed_out(&self) -> u64 {
        self.timed_out.load(Relaxed)
    }

    /// Connections closed as nothing was asked for a while.
    pub fn idle_closed(&self) -> u64 {
        self.idle_closed.load(Relaxed)
    }

    /// Failures of the system to hand over a connection, such as too many open files.
    pub fn accept_failures(&self) -> u64 {
        self.accept_failures.load(Relaxed)
    }

    pub(super) fn count_refused(&self) {
        self.refused.fetch_add(1, Relaxed);
    }

    pub(super) fn count_tls_failure(&self) {
        self.tls_failures.fetch_add(1, Relaxed);
    }

    pub(super) fn count_timed_out(&self) {
        self.timed_out.fetch_add(1, Relaxed);
    }

    pub(super) fn count_idle_closed(&self) {
        self.idle_closed.fetch_add(1, Relaxed);
    }

    pub(super) fn count_accept_failure(&self) {
        self.accept_failures.fetch_add(1, Relaxed);
    }
}

/// A connection in the count of those open, until it is dropped.
pub(super) struct Open(Arc<ConnectionStats>);

impl Open {
    pub(super) fn count(stats: &Arc<ConnectionStats>) -> Open {
        stats.open.fetch_add(1, Relaxed);
        stats.accepted.fetch_add(1, Relaxed);
        Open(Arc::clone(stats))
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        self.0.open.fetch_sub(1, Relaxed);
    }
}
