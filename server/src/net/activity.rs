//! What a connection is doing right now, and until when it may go on doing it.
//!
//! hyper has one time-out for the head of a request, which also runs while a kept-alive connection merely waits for
//! one, and none at all until it knows the version. So the socket and the service note here what happens, and the
//! connection's own task asks for the deadline.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering::Relaxed};
use std::time::Duration;

use tokio::time::Instant;

use super::options::ConnectionTimes;

/// Why a connection's time is up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reason {
    /// A request's head has begun and does not end.
    SlowHead,
    /// The peer takes no byte of an answer.
    StalledWrite,
    /// Nothing is asked.
    Idle,
    /// We have said goodbye, and the peer has not.
    Farewell,
}

/// What one connection is doing. Instants are milliseconds since `start`, plus one; zero is "not so".
#[derive(Debug)]
pub(super) struct Activity {
    start: Instant,
    in_flight: AtomicUsize,
    quiet_since: AtomicU64,
    head_since: AtomicU64,
    blocked_since: AtomicU64,
    closing_since: AtomicU64,
    http2: AtomicBool,
    at_rest: AtomicBool,
}

impl Activity {
    pub(super) fn new() -> Activity {
        Activity {
            start: Instant::now(),
            in_flight: AtomicUsize::new(0),
            quiet_since: AtomicU64::new(1),
            head_since: AtomicU64::new(0),
            blocked_since: AtomicU64::new(0),
            closing_since: AtomicU64::new(0),
            http2: AtomicBool::new(false),
            at_rest: AtomicBool::new(false),
        }
    }

    /// Bytes came in: between requests they are the beginning of a head.
    pub(super) fn received(&self) {
        if self.in_flight.load(Relaxed) == 0 && self.head_since.load(Relaxed) == 0 {
            self.head_since.store(self.now(), Relaxed);
        }
    }

    /// The peer takes no more bytes for the moment.
    pub(super) fn write_blocked(&self) {
        if self.blocked_since.load(Relaxed) == 0 {
            self.blocked_since.store(self.now(), Relaxed);
        }
    }

    /// The peer has taken bytes.
    pub(super) fn written(&self) {
        if self.blocked_since.load(Relaxed) != 0 {
            self.blocked_since.store(0, Relaxed);
            self.quiet_since.store(self.now(), Relaxed);
        }
    }

    /// The connection is being closed from our side, at the latest now.
    pub(super) fn closing(&self) {
        if self.closing_since.load(Relaxed) == 0 {
            self.closing_since.store(self.now(), Relaxed);
        }
    }

    /// The connection is closed between requests, so nobody waits for an answer on it.
    pub(super) fn close_at_rest(&self) {
        self.at_rest.store(true, Relaxed);
        self.closing();
    }

    pub(super) fn is_at_rest(&self) -> bool {
        self.at_rest.load(Relaxed)
    }

    /// No request is being served and no answer is being sent.
    pub(super) fn is_quiet(&self) -> bool {
        self.in_flight.load(Relaxed) == 0 && self.blocked_since.load(Relaxed) == 0
    }

    /// No request is being served on a connection of HTTP/1: what is written now is no answer to one.
    pub(super) fn is_between_requests(&self) -> bool {
        self.in_flight.load(Relaxed) == 0 && !self.http2.load(Relaxed)
    }

    /// The head of a request is complete.
    pub(super) fn begin(self: &Arc<Self>, http2: bool) -> InFlight {
        self.in_flight.fetch_add(1, Relaxed);
        self.head_since.store(0, Relaxed);
        if http2 {
            self.http2.store(true, Relaxed);
        }
        InFlight(Arc::clone(self))
    }

    /// When the connection's time is up, and why; `None` while a request is being served.
    pub(super) fn deadline(&self, times: &ConnectionTimes) -> Option<(Instant, Reason)> {
        let blocked = self.blocked_since.load(Relaxed);
        if blocked != 0 {
            return Some((self.instant(blocked, times.write_stall), Reason::StalledWrite));
        }
        if self.in_flight.load(Relaxed) != 0 {
            return None;
        }
        let closing = self.closing_since.load(Relaxed);
        if closing != 0 {
            // An answer that ended after the goodbye gives the peer the whole time from its own end.
            let since = closing.max(self.quiet_since.load(Relaxed));
            return Some((self.instant(since, times.farewell), Reason::Farewell));
        }
        let head = self.head_since.load(Relaxed);
        // On HTTP/2 bytes between requests may be pings and windows; a head that does not end holds up only itself.
        if head != 0 && !self.http2.load(Relaxed) {
            return Some((self.instant(head, times.head), Reason::SlowHead));
        }
        Some((self.instant(self.quiet_since.load(Relaxed), times.idle), Reason::Idle))
    }

    fn now(&self) -> u64 {
        u64::try_from(self.start.elapsed().as_millis()).unwrap_or(u64::MAX - 1) + 1
    }

    fn instant(&self, since: u64, time: Duration) -> Instant {
        self.start + Duration::from_millis(since - 1) + time
    }
}

/// A request being served, until its answer's body is dropped.
#[derive(Debug)]
pub(super) struct InFlight(Arc<Activity>);

impl Drop for InFlight {
    fn drop(&mut self) {
        self.0.quiet_since.store(self.0.now(), Relaxed);
        self.0.in_flight.fetch_sub(1, Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::super::options::ConnectionTimes;
    use super::{Activity, Reason};

    fn reason(activity: &Activity) -> Option<Reason> {
        activity.deadline(&ConnectionTimes::STANDARD).map(|(_, reason)| reason)
    }

    #[test]
    fn a_connection_goes_through_its_states() {
        let activity = Arc::new(Activity::new());
        assert_eq!(reason(&activity), Some(Reason::Idle));
        activity.received();
        assert_eq!(reason(&activity), Some(Reason::SlowHead));
        let request = activity.begin(false);
        activity.received();
        assert_eq!(reason(&activity), None);
        activity.write_blocked();
        drop(request);
        assert_eq!(reason(&activity), Some(Reason::StalledWrite));
        activity.written();
        assert_eq!(reason(&activity), Some(Reason::Idle));
        activity.closing();
        assert_eq!(reason(&activity), Some(Reason::Farewell));
    }

    #[test]
    fn pings_of_http2_are_no_head() {
        let activity = Arc::new(Activity::new());
        drop(activity.begin(true));
        activity.received();
        assert_eq!(reason(&activity), Some(Reason::Idle));
    }
}
