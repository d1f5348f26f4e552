//! The clock, and the guard that keeps one wrong jump from freezing `recorded` and firing every deadline.

use std::fmt::Debug;
use std::time::{Instant, SystemTime, UNIX_EPOCH};

use muniment_core::time::Timestamp;

/// Where the time comes from.
pub trait Clock: Debug + Send + Sync {
    /// The wall clock. It may jump.
    fn wall(&self) -> Timestamp;

    /// Microseconds since some fixed point. They never jump.
    fn monotonic_micros(&self) -> i64;
}

/// The machine's clocks.
#[derive(Debug)]
pub struct SystemClock {
    start: Instant,
}

impl SystemClock {
    /// The machine's clocks.
    #[must_use]
    pub fn new() -> SystemClock {
        SystemClock { start: Instant::now() }
    }
}

impl Default for SystemClock {
    fn default() -> SystemClock {
        SystemClock::new()
    }
}

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "this is the one place")]
    fn wall(&self) -> Timestamp {
        let micros = match SystemTime::now().duration_since(UNIX_EPOCH) {
            Ok(since) => i64::try_from(since.as_micros()).unwrap_or(i64::MAX),
            Err(before) => -i64::try_from(before.duration().as_micros()).unwrap_or(i64::MAX),
        };
        Timestamp::from_micros(micros)
    }

    fn monotonic_micros(&self) -> i64 {
        i64::try_from(self.start.elapsed().as_micros()).unwrap_or(i64::MAX)
    }
}

/// The bounds of the guard; a test ledger has none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ClockBounds {
    /// How far the wall clock may step ahead of the monotonic one, in seconds.
    pub step_seconds_max: u32,
    /// How long after the last entry a ledger may be started, in days.
    pub start_gap_days_max: u32,
}

/// Appending has stopped until `muniment clock accept`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ClockStopped {
    /// The wall clock jumped.
    #[error(
        "the machine's clock says {wall}, {ahead_seconds} s ahead of where it should be; the limit is {limit_seconds} s. Nothing is appended until the clock is right again or `muniment clock accept` confirms it"
    )]
    Step {
        /// The wall clock.
        wall: Timestamp,
        /// How far ahead it is.
        ahead_seconds: i64,
        /// The bound.
        limit_seconds: u32,
    },
    /// The ledger was not written to for long.
    #[error(
        "the machine's clock says {wall}, {days} days after the last entry ({last}); the limit is {limit_days} days. Nothing is appended until `muniment clock accept` confirms that the clock is right"
    )]
    StartGap {
        /// The wall clock.
        wall: Timestamp,
        /// `recorded` of the last entry.
        last: Timestamp,
        /// The distance.
        days: i64,
        /// The bound.
        limit_days: u32,
    },
}

/// Watches the wall clock against the monotonic one.
#[derive(Debug)]
pub struct ClockGuard {
    bounds: Option<ClockBounds>,
    /// Where the wall clock should be, and the monotonic reading for which that was said.
    expected: (Timestamp, i64),
    start_gap: Option<ClockStopped>,
}

const DAY_MICROS: i64 = 86_400_000_000;

impl ClockGuard {
    /// Starts to watch. `last` is `recorded` of the last entry.
    #[must_use]
    pub fn start(clock: &dyn Clock, bounds: Option<ClockBounds>, last: Timestamp) -> ClockGuard {
        let wall = clock.wall();
        let days = (wall.as_micros() - last.as_micros()) / DAY_MICROS;
        let start_gap = bounds
            .map(|bounds| bounds.start_gap_days_max)
            .filter(|limit| wall > last.plus_micros(i64::from(*limit) * DAY_MICROS))
            .map(|limit_days| ClockStopped::StartGap { wall, last, days, limit_days });
        ClockGuard { bounds, expected: (wall, clock.monotonic_micros()), start_gap }
    }

    /// The instant for a group that follows an entry recorded at `last`: the wall clock's, but always later
    /// than `last`, so that a group is told from the one before it by its instant alone.
    ///
    /// # Errors
    /// [`ClockStopped`].
    pub fn instant(&mut self, clock: &dyn Clock, last: Timestamp) -> Result<Timestamp, ClockStopped> {
        if let Some(stopped) = self.start_gap {
            return Err(stopped);
        }
        let (wall, monotonic) = (clock.wall(), clock.monotonic_micros());
        let expected = self.expected.0.plus_micros(monotonic - self.expected.1);
        if let Some(bounds) = self.bounds {
            let ahead_micros = wall.as_micros() - expected.as_micros();
            if ahead_micros > i64::from(bounds.step_seconds_max) * 1_000_000 {
                let ahead_seconds = ahead_micros / 1_000_000;
                return Err(ClockStopped::Step {
                    wall,
                    ahead_seconds,
                    limit_seconds: bounds.step_seconds_max,
                });
            }
        }
        // A clock set back is followed by the monotonic one, so that it may come forward again unhindered.
        self.expected = (wall.max(expected), monotonic);
        Ok(wall.max(last.plus_micros(1)))
    }

    /// Takes the wall clock as it is now.
    pub fn accept(&mut self, clock: &dyn Clock) {
        self.start_gap = None;
        self.expected = (clock.wall(), clock.monotonic_micros());
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use std::sync::atomic::{AtomicI64, Ordering};

    use super::*;

    /// A clock that tests set.
    #[derive(Debug)]
    pub(crate) struct ManualClock {
        pub(crate) wall: AtomicI64,
        pub(crate) monotonic: AtomicI64,
    }

    impl ManualClock {
        pub(crate) fn at(text: &str) -> ManualClock {
            let wall = Timestamp::parse_rfc3339(text).unwrap().as_micros();
            ManualClock { wall: AtomicI64::new(wall), monotonic: AtomicI64::new(0) }
        }

        pub(crate) fn pass(&self, seconds: i64) {
            self.wall.fetch_add(seconds * 1_000_000, Ordering::Relaxed);
            self.monotonic.fetch_add(seconds * 1_000_000, Ordering::Relaxed);
        }

        pub(crate) fn step(&self, seconds: i64) {
            self.wall.fetch_add(seconds * 1_000_000, Ordering::Relaxed);
        }
    }

    impl Clock for ManualClock {
        fn wall(&self) -> Timestamp {
            Timestamp::from_micros(self.wall.load(Ordering::Relaxed))
        }

        fn monotonic_micros(&self) -> i64 {
            self.monotonic.load(Ordering::Relaxed)
        }
    }

    const BOUNDS: ClockBounds = ClockBounds { step_seconds_max: 300, start_gap_days_max: 31 };

    #[test]
    fn a_step_ahead_stops_and_a_step_back_does_not() {
        let clock = ManualClock::at("2026-05-01T09:00:00Z");
        let last = Timestamp::parse_rfc3339("2026-05-01T08:59:00Z").unwrap();
        let mut guard = ClockGuard::start(&clock, Some(BOUNDS), last);
        let mut instant = |clock: &ManualClock| guard.instant(clock, last);
        assert_eq!(instant(&clock).unwrap(), clock.wall());
        clock.pass(100_000);
        clock.step(299);
        assert!(instant(&clock).is_ok());
        clock.step(-7_200);
        assert!(instant(&clock).is_ok());
        clock.pass(60);
        clock.step(7_200);
        assert!(instant(&clock).is_ok(), "back to where it was");
        clock.step(301);
        let stopped = instant(&clock).unwrap_err();
        assert!(matches!(stopped, ClockStopped::Step { ahead_seconds: 301, .. }), "{stopped}");
        assert!(instant(&clock).is_err(), "it stays stopped");
        clock.step(-301);
        assert!(instant(&clock).is_ok(), "unless the clock is set right");
        clock.step(301);
        guard.accept(&clock);
        assert!(guard.instant(&clock, last).is_ok());
    }

    #[test]
    fn recorded_never_runs_backwards() {
        let clock = ManualClock::at("2026-05-01T09:00:00Z");
        let last = Timestamp::parse_rfc3339("2026-05-01T10:00:00Z").unwrap();
        let mut guard = ClockGuard::start(&clock, Some(BOUNDS), last);
        assert_eq!(guard.instant(&clock, last).unwrap(), last.plus_micros(1));
    }

    #[test]
    fn a_late_start_stops_until_accepted_and_a_test_ledger_has_no_bounds() {
        let clock = ManualClock::at("2026-05-01T09:00:00Z");
        let last = Timestamp::parse_rfc3339("2026-03-31T08:59:59Z").unwrap();
        let mut guard = ClockGuard::start(&clock, Some(BOUNDS), last);
        assert!(matches!(guard.instant(&clock, last), Err(ClockStopped::StartGap { days: 31, .. })));
        guard.accept(&clock);
        assert!(guard.instant(&clock, last).is_ok());
        let mut guard = ClockGuard::start(&clock, None, last);
        clock.step(1_000_000);
        assert!(guard.instant(&clock, last).is_ok());
    }
}
