//! When something happened, and which entry says so.

use muniment_sdk::{Day, Happened, Instant};

/// Something happened, and an entry says so.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct On {
    pub(crate) day: Day,
    pub(crate) time: Instant,
    pub(crate) seq: u64,
}

impl On {
    pub(crate) fn of<F>(happened: &Happened<F>) -> On {
        let Happened { seq, time, day, .. } = *happened;
        On { day, time, seq }
    }

    /// Whether it was so when something else happened. Where of the other only the day is known, what happened on that day
    /// counts as having come first.
    pub(crate) fn precedes(self, other: On) -> bool {
        self.time <= other.time || (self.day == other.day && other.time == other.day.start())
    }
}

/// The entries of some of them, each once and in order.
pub(crate) fn seqs(of: impl IntoIterator<Item = Option<On>>) -> Vec<u64> {
    let mut seqs: Vec<u64> = of.into_iter().flatten().map(|on| on.seq).collect();
    seqs.sort_unstable();
    seqs.dedup();
    seqs
}
