//! The year of a fictional council, as the events that its systems would post: what `muniment demo` shows.
//!
//! The same [`Plan`] gives the same bytes. This crate never reads a clock, a file or the environment, and never draws a
//! number but from the plan's seed (`clippy.toml` bans the ways to do so; a test freezes the default plan's hash).

mod case;
mod chance;
mod council;
mod day;
mod desk;
mod histories;
mod rounds;
mod setting_up;
mod situations;
#[cfg(test)]
mod tests;
mod year;

use serde_json::Value;

pub use council::COUNCIL;
pub use day::{Day, Moment};
pub use situations::{Situation, story};
pub use year::Year;

/// Which year is made, and how much happens in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Plan {
    /// What chance goes by.
    pub seed: u64,
    /// About how many events. Every type occurs at least once, so below some 1,500 there are more than that.
    pub events: usize,
    /// The year in whose April the financial year begins.
    pub year_from: i16,
}

impl Default for Plan {
    /// 20,000 events of the year from April 2025.
    fn default() -> Plan {
        Plan { seed: 1, events: 20_000, year_from: 2025 }
    }
}

impl Plan {
    fn year(&self) -> i64 {
        i64::from(self.year_from)
    }

    /// The day on which the ledger begins: before the financial year.
    #[must_use]
    pub fn ledger_from(&self) -> Day {
        Day::of(self.year(), 1, 6)
    }

    /// The first day of the financial year.
    #[must_use]
    pub fn first_day(&self) -> Day {
        Day::of(self.year(), 4, 1)
    }

    /// The last day of the financial year. Nothing happens later, though a little of it is recorded later.
    #[must_use]
    pub fn last_day(&self) -> Day {
        Day::of(self.year() + 1, 3, 31)
    }
}

/// An event's source and id, by which the ledger knows it again.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct EventKey {
    /// `/systems/foi-casework`
    pub source: String,
    /// Unique within the source.
    pub id: String,
}

/// An event that is to be posted.
#[derive(Debug, Clone, PartialEq)]
pub struct Post {
    /// The whole CloudEvents object. Its members are in the order of their names.
    pub event: Value,
    /// When it happened: the event's `time`.
    pub happened: Moment,
    /// When it would have been posted. Posts come in this order.
    pub posted: Moment,
    /// The event that this one corrects: whoever posts puts the number of its entry into `/data/target`, where a 0 stands.
    pub correction_of: Option<EventKey>,
    /// Whether the same event, with the same id, was posted before.
    pub is_replay: bool,
}

/// All that is to be posted, in order.
///
/// [`Year`] gives the same one by one, in memory that does not grow with the plan.
#[must_use]
pub fn generate(plan: &Plan) -> Vec<Post> {
    Year::new(plan).collect()
}
