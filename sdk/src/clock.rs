//! Clocks of the law.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::deadline::Step;
use crate::law::{self, Counting, Length, TimeLimit};
use crate::{Calendar, Calendars, Day, Deadline, Instant, Nation, NoDeadline};

mod counting;
#[cfg(test)]
mod properties;
mod rights;
mod school;
#[cfg(test)]
mod tests;

pub use rights::{Right, RightsClock};
pub use school::school_deadline;

use counting::{Reading, count_working_days};

/// The working days in which a request has to be answered.
///
/// Freedom of Information Act 2000, section 10(1): promptly, and in any event not later than the twentieth working day
/// following the date of receipt. Environmental Information Regulations 2004, regulation 5(2): as soon as possible and no
/// later than 20 working days after the date of receipt. Re-use of Public Sector Information Regulations 2015,
/// regulation 8(1): before the end of the twentieth working day beginning with the day after receipt.
pub const REQUEST_WORKING_DAYS: u16 = 20;

/// The working days to which a complex and voluminous request for environmental information can be extended:
/// Environmental Information Regulations 2004, regulation 7(1).
pub const EIR_EXTENDED_WORKING_DAYS: u16 = 40;

/// The elapsed hours in which the regulator has to be told of a breach, where that is feasible: UK GDPR, Article 33(1).
/// Nights, weekends and holidays count; Regulation 1182/71, Article 3(4), moves no period that is expressed in hours.
pub const BREACH_HOURS: i64 = 72;

/// When the day of receipt is no working day: what it counts as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReceiptRule {
    /// The day of receipt is what the calendar says, and the next working day is day one: the Information Commissioner's
    /// view (Line to take 47).
    #[default]
    CalendarDay,
    /// The next working day is the day of receipt, and the one behind it is day one: the practice of some authorities,
    /// later than the Commissioner's view.
    NextWorkingDay,
}

/// A clock of working days: it runs from the day behind a receipt, and stands still while a fee is awaited.
///
/// ```
/// use muniment_sdk::{RequestClock, law};
/// let clock = RequestClock::from_receipt("2026-03-02".parse()?);
/// assert_eq!(clock.due().to_string(), "2026-03-31");
/// assert_eq!(
///     clock.deadline(&law::FOI_REQUEST)?.words(),
///     "Due by Tuesday 31 March 2026 (Freedom of Information Act 2000, section 10(1) and (6)). From Monday 2 March 2026, when the request was received; with the day behind as day 1, \
///      working day 20 is Tuesday 31 March 2026. Not counted: 8 Saturdays and Sundays; Tuesday 17 March 2026 (St Patrick's \
///      Day, Northern Ireland)."
/// );
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestClock {
    received: Day,
    /// The day that counts as that of the receipt.
    start: Day,
    /// What happened then, where it is not what the limit says.
    what: Option<&'static str>,
    calendar: Arc<Calendar>,
    /// Days that are disregarded, from the first to the last, in order.
    standing_still: Vec<(Day, Day)>,
}

impl RequestClock {
    /// A clock that a receipt starts, or what counts as one: a clarification that was reasonably required (section 1(3) of
    /// the Act) starts it again.
    #[must_use]
    pub fn from_receipt(day: Day) -> RequestClock {
        RequestClock::by(day, ReceiptRule::CalendarDay, Calendar::uk_wide())
    }

    /// The same from a receipt on a day that may be no working day.
    #[must_use]
    pub fn from_receipt_by(day: Day, rule: ReceiptRule) -> RequestClock {
        RequestClock::by(day, rule, Calendar::uk_wide())
    }

    /// The same by a calendar: that of [`Calendars::uk_wide`], for what the ledger knows.
    #[must_use]
    pub fn by(day: Day, rule: ReceiptRule, calendar: &Arc<Calendar>) -> RequestClock {
        let start = match rule {
            ReceiptRule::CalendarDay => day,
            ReceiptRule::NextWorkingDay => calendar.working_day_from(day),
        };
        let calendar = Arc::clone(calendar);
        RequestClock { received: day, start, what: None, calendar, standing_still: Vec::new() }
    }

    /// What started it, where that was no receipt: words such as `the clarification was received`.
    #[must_use]
    pub fn because(mut self, what: &'static str) -> RequestClock {
        self.what = Some(what);
        self
    }

    /// Disregards the working days from the day on which a fees notice was given to the day on which the fee was
    /// received, both of them too: section 10(2) of the Act.
    pub fn stand_still(&mut self, from: Day, to: Day) {
        // Where two of them touch, no day is disregarded twice, and none that would not have counted.
        let earliest = self.standing_still.last().map_or(self.start, |(_, last)| *last).plus(1);
        let from = from.max(earliest);
        if from <= to {
            self.standing_still.push((from, to));
        }
    }

    /// The day from which it counts.
    #[must_use]
    pub fn start(&self) -> Day {
        self.start
    }

    /// The days that it counts by.
    #[must_use]
    pub fn calendar(&self) -> &Arc<Calendar> {
        &self.calendar
    }

    /// The n-th working day that counts: what [`deadline`](RequestClock::deadline) explains, without looking at each day.
    #[must_use]
    pub fn working_day(&self, n: u16) -> Day {
        let calendar = &self.calendar;
        let mut due = calendar.working_day_after(self.start, n);
        for (from, to) in &self.standing_still {
            if *from <= due {
                let disregarded = calendar.working_days_between(from.plus(-1), *to);
                due = calendar.working_day_after(due, u16::try_from(disregarded).unwrap_or(u16::MAX));
            }
        }
        due
    }

    /// The last day on which an answer is in time, under limits of [`REQUEST_WORKING_DAYS`].
    #[must_use]
    pub fn due(&self) -> Day {
        self.working_day(REQUEST_WORKING_DAYS)
    }

    /// By when it is under a limit of working days, and every day that was not counted with the reason why.
    ///
    /// # Errors
    /// Where the limit cannot start on that day, or a day lies outside the years that are worked out.
    pub fn deadline(&self, limit: &TimeLimit) -> Result<Deadline, NoDeadline> {
        limit.check(self.received)?;
        let mut steps = vec![Step::From { day: self.received, what: self.what.unwrap_or(limit.trigger) }];
        if self.start != self.received {
            steps.push(Step::Deemed { day: self.start });
        }
        let due = match limit.length {
            Length::WorkingDays(n) => count_working_days(
                self.start,
                n,
                Counting::DayAfter,
                &self.calendar,
                &self.standing_still,
                &mut steps,
            ),
            _ => limit.count(self.start, limit.counting, &self.calendar, &mut steps),
        };
        Deadline::of(limit, Reading { due, steps }, None)
    }
}

/// When the 72 hours of [`BREACH_HOURS`] are over.
///
/// ```
/// use muniment_sdk::breach_due;
/// // Summer time begins in between: 17:00 in winter is 18:00 in summer.
/// let due = breach_due("2026-03-27T17:00:00Z".parse()?);
/// assert_eq!(due.in_london(), "Mon 2026-03-30 18:00");
/// # Ok::<(), muniment_sdk::NoInstant>(())
/// ```
#[must_use]
pub fn breach_due(aware: Instant) -> Instant {
    aware.plus_hours(BREACH_HOURS)
}

/// The same with its steps.
///
/// # Errors
/// Before 25 May 2018, from when the rule is in force, and outside the years that are worked out.
pub fn breach_deadline(aware: Instant) -> Result<Deadline, NoDeadline> {
    law::BREACH_AUTHORITY.deadline_from(aware, &Calendars::default(), Nation::EnglandAndWales)
}
