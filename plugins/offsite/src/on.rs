//! When something happened, and which entry says so.

use muniment_sdk::{Day, Happened, Instant};

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct On {
    pub(crate) time: Instant,
    pub(crate) day: Day,
    pub(crate) seq: u64,
}

impl On {
    pub(crate) fn of<F>(happened: &Happened<F>) -> On {
        On { time: happened.time, day: happened.day, seq: happened.seq }
    }
}

/// What is said later stands; what is not said changes nothing.
pub(crate) fn keep<T: Clone>(known: &mut Option<T>, said: &Option<T>) {
    if said.is_some() {
        known.clone_from(said);
    }
}
