//! The two limits of a school.

use crate::law::{FOI_SCHOOL, FOI_SCHOOL_DAYS};
use crate::{Calendar, Day, Deadline, NoDeadline};

use super::counting::{Reading, count_working_days};
use crate::deadline::Step;

/// By when a maintained school or an academy answers: on the twentieth day behind the receipt that is both a working day and
/// one of the school's, or on the sixtieth working day, whichever comes first. The school's calendar is
/// [`Calendars::named`](crate::Calendars::named), the other [`Calendars::uk_wide`](crate::Calendars::uk_wide).
///
/// # Errors
/// Where the day lies outside the years in which the rule is in force, or that are worked out.
pub fn school_deadline(received: Day, school: &Calendar, uk_wide: &Calendar) -> Result<Deadline, NoDeadline> {
    let read = |limit: &crate::law::TimeLimit, n: u16, calendar: &Calendar| {
        limit.check(received)?;
        let mut steps = vec![Step::From { day: received, what: limit.trigger }];
        let due = count_working_days(received, n, limit.counting, calendar, &[], &mut steps);
        Deadline::of(limit, Reading { due, steps }, None)
    };
    let working_days = read(&FOI_SCHOOL, 60, uk_wide)?;
    match read(&FOI_SCHOOL_DAYS, 20, school) {
        Ok(school_days) if school_days.due <= working_days.due => Ok(school_days),
        _ => Ok(working_days),
    }
}
