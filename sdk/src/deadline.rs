//! By when something is to be done, and why then.

use std::fmt;

use crate::law::{Length, TimeLimit};
use crate::{Day, DayOff, Instant};

#[cfg(test)]
pub(crate) mod tests;
mod words;

/// By when something is to be done, and how that was worked out. Day and steps come from one computation.
///
/// ```
/// use muniment_sdk::{Calendars, Nation, law};
/// let received = "2026-07-02".parse()?;
/// let deadline = law::COMPLAINT.deadline(received, &Calendars::default(), Nation::EnglandAndWales)?;
/// assert_eq!(
///     deadline.words(),
///     "Due by Monday 3 August 2026, and to be safe by Friday 31 July 2026 (Data Protection Act 2018, section 164A; the \
///      Information Commissioner's guidance on complaints). From Thursday 2 July 2026, when the complaint was received; with the day behind as day 1, 30 days end on Saturday 1 August 2026. That is no working day, nor is \
///      Sunday 2 August 2026; Monday 3 August 2026 takes its place. The safe reading: with Thursday 2 July 2026 as day 1, 30 days end on \
///      Friday 31 July 2026."
/// );
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deadline {
    /// The rule.
    pub limit: TimeLimit,
    /// The last day on which it is in time, as regulators count.
    pub due: Day,
    /// The same where the rule can be read to end earlier: alerts go by it. Never later than `due`.
    pub safe_due: Day,
    /// The instant at which the time is over: the end of `due` in London, or the last of so many hours.
    pub ends: Instant,
    /// How `due` was worked out.
    pub steps: Vec<Step>,
    /// How `safe_due` was worked out; empty where it is worked out alike.
    pub safe_steps: Vec<Step>,
}

/// A step of a computation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// It counts from a day, on which something happened.
    From {
        /// The day.
        day: Day,
        /// What happened.
        what: &'static str,
    },
    /// It counts from an instant.
    FromInstant {
        /// The instant.
        instant: Instant,
        /// What happened.
        what: &'static str,
    },
    /// The day of receipt is no working day, and the next one counts as it.
    Deemed {
        /// The day that counts as the day of receipt.
        day: Day,
    },
    /// A day behind the start was not counted.
    NotCounted {
        /// The day.
        day: Day,
        /// Why.
        why: NotCounted,
    },
    /// So long a time ends on a day.
    Counted {
        /// How long.
        length: Length,
        /// Which day is day 1.
        counting: crate::law::Counting,
        /// The day on which it ends.
        to: Day,
    },
    /// So many hours end at an instant.
    CountedHours {
        /// How many.
        hours: u16,
        /// The instant.
        to: Instant,
    },
    /// Time that does not count, and is added at the end.
    Paused {
        /// The first day of it.
        from: Day,
        /// The last.
        to: Day,
        /// How many days of it do not count.
        days: i32,
    },
    /// The end with all pauses.
    PausesAdded {
        /// The day.
        to: Day,
    },
    /// Notice of an extension was given in time.
    Extended {
        /// The day of the notice.
        notice: Day,
        /// The day by which it had to be given.
        by: Day,
    },
    /// Something was recorded that does not move the end.
    WithoutEffect {
        /// When it happened.
        day: Day,
        /// What, and why it has none.
        why: &'static str,
    },
    /// The end is no working day, and the next one takes its place.
    Moved {
        /// The days that are none, each with the reason.
        off: Vec<(Day, DayOff)>,
        /// The day that takes their place.
        to: Day,
    },
}

/// Why a day was not counted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NotCounted {
    /// It is no working day.
    Off(DayOff),
    /// A fee or a charge was awaited.
    FeeAwaited,
}

/// There is no deadline, and why not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NoDeadline {
    /// The rule was not in force yet.
    NotYet {
        /// The rule's name.
        name: &'static str,
        /// The day on which it would start.
        start: Day,
        /// The first day on which it can.
        from: Day,
    },
    /// The rule was no longer in force.
    NoLonger {
        /// The rule's name.
        name: &'static str,
        /// The day on which it would start.
        start: Day,
        /// The last day on which it could.
        until: Day,
    },
    /// Days of such years are not worked out.
    OutsideYears {
        /// The day that lies outside.
        day: Day,
    },
    /// Something is awaited without which the time does not run.
    Awaiting {
        /// Since when.
        since: Day,
    },
}

impl fmt::Display for NoDeadline {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            NoDeadline::NotYet { name, start, from } => {
                write!(f, "no deadline from {start}: the rule {name:?} is in force from {from} on")
            }
            NoDeadline::NoLonger { name, start, until } => {
                write!(f, "no deadline from {start}: the rule {name:?} was in force until {until}")
            }
            NoDeadline::OutsideYears { day } => {
                let (first, last) = (crate::calendar::YEARS.start(), crate::calendar::YEARS.end());
                write!(f, "no deadline: {day} lies outside the years {first} to {last}")
            }
            NoDeadline::Awaiting { since } => {
                write!(
                    f,
                    "no deadline yet: since {since} something is awaited without which the time does not run"
                )
            }
        }
    }
}

impl std::error::Error for NoDeadline {}
