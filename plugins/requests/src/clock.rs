//! The clock of a request, and that of a school's.

use std::sync::Arc;

use muniment_sdk::law::{self, Length, TimeLimit};
use muniment_sdk::{Calendar, Day, Deadline, NoDeadline, REQUEST_WORKING_DAYS, ReceiptRule, RequestClock};

use crate::apply::Regime;

/// The working days behind a receipt. Where a school holds the information its school days count too, and what
/// [`school_deadline`](muniment_sdk::school_deadline) says of a clock that nothing stops holds of one that a fee does.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Clock {
    ordinary: RequestClock,
    school: Option<RequestClock>,
}

impl Clock {
    pub(crate) fn by(
        day: Day,
        rule: ReceiptRule,
        calendar: &Arc<Calendar>,
        school: Option<&Arc<Calendar>>,
    ) -> Clock {
        let clock = |calendar| RequestClock::by(day, rule, calendar);
        Clock { ordinary: clock(calendar), school: school.map(clock) }
    }

    /// One that begins again on another day, by the same calendars.
    pub(crate) fn again(&self, day: Day, what: &'static str) -> Clock {
        let clock = |clock: &RequestClock| {
            RequestClock::by(day, ReceiptRule::CalendarDay, clock.calendar()).because(what)
        };
        Clock { ordinary: clock(&self.ordinary), school: self.school.as_ref().map(clock) }
    }

    pub(crate) fn stand_still(&mut self, from: Day, to: Day) {
        [Some(&mut self.ordinary), self.school.as_mut()]
            .into_iter()
            .flatten()
            .for_each(|clock| clock.stand_still(from, to));
    }

    /// Working days of the law: those of a school are none where days are merely counted.
    pub(crate) fn calendar(&self) -> &Arc<Calendar> {
        self.ordinary.calendar()
    }

    /// The n-th working day of the law.
    pub(crate) fn working_day(&self, n: u16) -> Day {
        self.ordinary.working_day(n)
    }

    /// Whether the days of a school are known, and count.
    pub(crate) fn is_of_school(&self) -> bool {
        self.school.is_some()
    }

    /// The last day on which an answer is in time. The rule about schools is one of freedom of information only.
    pub(crate) fn due(&self, regime: Regime) -> Day {
        match (&self.school, regime) {
            (Some(school), Regime::Foi) => {
                school.working_day(REQUEST_WORKING_DAYS).min(self.working_day(days(&law::FOI_SCHOOL)))
            }
            _ => self.ordinary.due(),
        }
    }

    /// The limit of a school's that ends first; none where the request is no school's.
    pub(crate) fn school_limit(&self) -> Option<&'static TimeLimit> {
        let in_school_days = self.school.as_ref()?.working_day(days(&law::FOI_SCHOOL_DAYS));
        let is_first = in_school_days <= self.working_day(days(&law::FOI_SCHOOL));
        Some(if is_first { &law::FOI_SCHOOL_DAYS } else { &law::FOI_SCHOOL })
    }

    /// The deadline under a limit with its steps: by the school's calendar where that is what the limit counts.
    pub(crate) fn deadline(&self, limit: &TimeLimit) -> Result<Deadline, NoDeadline> {
        match &self.school {
            Some(school) if *limit == law::FOI_SCHOOL_DAYS => school.deadline(limit),
            _ => self.ordinary.deadline(limit),
        }
    }
}

fn days(limit: &TimeLimit) -> u16 {
    match limit.length {
        Length::WorkingDays(days) => days,
        _ => unreachable!("requests are counted in working days"),
    }
}
