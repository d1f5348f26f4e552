//! When something happened, as far as that is known, and which entry says so.

use muniment_sdk::{Day, Happened, Instant};
use serde::{Deserialize, Serialize};

/// Something happened, and an entry says so.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) struct On {
    pub(crate) time: Instant,
    pub(crate) day: Day,
    pub(crate) seq: u64,
}

impl On {
    pub(crate) fn of<F>(happened: &Happened<F>) -> On {
        On { time: happened.time, day: happened.day, seq: happened.seq }
    }

    /// Whether only the day is known.
    fn is_whole_day(self) -> bool {
        self.time == self.day.start()
    }

    /// Whether it came before another, or with it. Of two things of one day of which the time is known of one at most,
    /// either may have come first.
    pub(crate) fn may_precede(self, other: On) -> bool {
        let is_open = self.day == other.day && (self.is_whole_day() || other.is_whole_day());
        is_open || self.time <= other.time
    }

    /// When both had happened, and the later of the entries that say so.
    pub(crate) fn with(self, other: On) -> On {
        let later = if other.time > self.time { other } else { self };
        On { seq: self.seq.max(other.seq), ..later }
    }
}
