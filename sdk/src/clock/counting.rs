//! How time limits are counted.

use crate::calendar::YEARS;
use crate::deadline::{NotCounted, Step};
use crate::law::{Counting, Ending, Length, TimeLimit};
use crate::{Calendar, Calendars, Day, Deadline, Instant, Nation, NoDeadline};

impl TimeLimit {
    /// By when it is, from the day that starts it. Working days are those of the Freedom of Information Act; an end that is
    /// to be a working day is one of the nation. Hours run from the beginning of the day: where the instant is known,
    /// [`deadline_from`](TimeLimit::deadline_from) takes it.
    ///
    /// # Errors
    /// Where it cannot start on that day, or the day lies outside the years that are worked out.
    pub fn deadline(
        &self,
        start: Day,
        calendars: &Calendars,
        nation: Nation,
    ) -> Result<Deadline, NoDeadline> {
        if let Length::Hours(_) = self.length {
            return self.deadline_from(start.start(), calendars, nation);
        }
        self.check(start)?;
        let calendar = match self.length {
            Length::WorkingDays(_) => calendars.uk_wide(),
            _ => calendars.of(nation),
        };
        let reading = |counting| {
            let mut steps = vec![Step::From { day: start, what: self.trigger }];
            let end = self.count(start, counting, calendar, &mut steps);
            let due = self.end(end, calendar, &mut steps);
            Reading { due, steps }
        };
        let safe = (self.safe_counting != self.counting).then(|| reading(self.safe_counting));
        Deadline::of(self, reading(self.counting), safe)
    }

    /// By when it is, from the instant that starts it: exactly so for a limit of hours, else from the day of it in London.
    ///
    /// # Errors
    /// Where it cannot start then.
    pub fn deadline_from(
        &self,
        start: Instant,
        calendars: &Calendars,
        nation: Nation,
    ) -> Result<Deadline, NoDeadline> {
        let Length::Hours(hours) = self.length else {
            return self.deadline(Day::in_london(start), calendars, nation);
        };
        self.check(Day::in_london(start))?;
        let ends = start.plus_hours(i64::from(hours));
        let due = Day::in_london(ends);
        let steps = vec![
            Step::FromInstant { instant: start, what: self.trigger },
            Step::CountedHours { hours, to: ends },
        ];
        in_years(due)?;
        Ok(Deadline { limit: *self, due, safe_due: due, ends, steps, safe_steps: Vec::new() })
    }

    pub(super) fn check(&self, start: Day) -> Result<(), NoDeadline> {
        in_years(start)?;
        TimeLimit::at(&[self], start).map(|_| ())
    }

    /// Counts to the end, before it is moved to a working day.
    pub(super) fn count(
        &self,
        start: Day,
        counting: Counting,
        calendar: &Calendar,
        steps: &mut Vec<Step>,
    ) -> Day {
        let to = match self.length {
            Length::WorkingDays(n) => return count_working_days(start, n, counting, calendar, &[], steps),
            Length::Days(n) => days_from(start, i32::from(n), counting),
            Length::Weeks(n) => days_from(start, i32::from(n) * 7, counting),
            Length::Months(n) => months_from(start, n, counting),
            Length::Hours(n) => Day::in_london(start.start().plus_hours(i64::from(n))),
        };
        steps.push(Step::Counted { length: self.length, counting, to });
        to
    }

    /// Moves an end that is no working day, if the limit says so.
    pub(super) fn end(&self, end: Day, calendar: &Calendar, steps: &mut Vec<Step>) -> Day {
        if self.ending == Ending::AsItFalls {
            return end;
        }
        let (mut to, mut off) = (end, Vec::new());
        while let Some(why) = calendar.day_off(to) {
            off.push((to, why));
            to = to.plus(1);
        }
        if !off.is_empty() {
            steps.push(Step::Moved { off, to });
        }
        to
    }
}

/// A way to read a rule.
pub(super) struct Reading {
    pub(super) due: Day,
    pub(super) steps: Vec<Step>,
}

impl Deadline {
    /// The deadline by a reading, and by a safer one where there are two. A reading that ends later than the other is none
    /// that anybody would need.
    pub(super) fn of(
        limit: &TimeLimit,
        reading: Reading,
        safe: Option<Reading>,
    ) -> Result<Deadline, NoDeadline> {
        let Reading { due, steps } = reading;
        in_years(due)?;
        let safe = safe.filter(|safe| safe.due < due);
        let safe_due = safe.as_ref().map_or(due, |safe| safe.due);
        let safe_steps = safe.map_or_else(Vec::new, |safe| safe.steps);
        Ok(Deadline { limit: *limit, due, safe_due, ends: due.end(), steps, safe_steps })
    }
}

pub(super) fn in_years(day: Day) -> Result<(), NoDeadline> {
    if YEARS.contains(&day.year()) { Ok(()) } else { Err(NoDeadline::OutsideYears { day }) }
}

/// Counts day for day to the n-th working day, but for the days on which a fee is awaited.
pub(super) fn count_working_days(
    start: Day,
    n: u16,
    counting: Counting,
    calendar: &Calendar,
    fee_awaited: &[(Day, Day)],
    steps: &mut Vec<Step>,
) -> Day {
    let mut day = match counting {
        Counting::DayItself => start.plus(-1),
        Counting::DayAfter | Counting::StartsDayAfter => start,
    };
    let mut left = n;
    // Behind the last day of all nothing is counted any more.
    while left > 0 && in_years(day).is_ok() {
        day = day.plus(1);
        let awaits = |(from, to): &(Day, Day)| *from <= day && day <= *to;
        if let Some(off) = calendar.day_off(day) {
            steps.push(Step::NotCounted { day, why: NotCounted::Off(off) });
        } else if fee_awaited.iter().any(awaits) {
            steps.push(Step::NotCounted { day, why: NotCounted::FeeAwaited });
        } else {
            left -= 1;
        }
    }
    steps.push(Step::Counted { length: Length::WorkingDays(n), counting, to: day });
    day
}

fn days_from(start: Day, days: i32, counting: Counting) -> Day {
    match counting {
        Counting::DayItself => start.plus(days - 1),
        Counting::DayAfter => start.plus(days),
        Counting::StartsDayAfter => start.plus(days + 1),
    }
}

/// Where the month has no day with the number, it ends with its last.
pub(super) fn months_from(start: Day, months: u16, counting: Counting) -> Day {
    match counting {
        Counting::DayAfter => start.plus_months(months),
        Counting::StartsDayAfter => start.plus(1).plus_months(months),
        Counting::DayItself => {
            let end = start.plus_months(months);
            if end.day_of_month() == start.day_of_month() { end.plus(-1) } else { end }
        }
    }
}
