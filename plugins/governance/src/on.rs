//! When something happened, and the entry that says so.

use muniment_sdk::{Day, Happened, Instant};
use serde::{Deserialize, Serialize};

/// Something happened, and an entry says so.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) struct On {
    pub(crate) day: Day,
    pub(crate) time: Instant,
    pub(crate) seq: u64,
}

impl On {
    pub(crate) fn of<F>(happened: &Happened<F>) -> On {
        On { day: happened.day, time: happened.time, seq: happened.seq }
    }
}
