//! The clock of data subjects' rights.

use crate::deadline::Step;
use crate::law::{ACCESS_1998, Counting, Length, RIGHT_2018, RIGHT_2019, RIGHT_2026, TimeLimit};
use crate::{Calendar, Calendars, Day, Deadline, Nation, NoDeadline};

use super::counting::{Reading, in_years, months_from};

#[cfg(test)]
mod tests;

/// From this day on the Commissioner's guidance on access let the clock stand still while the requester was asked to be
/// clearer. Known to the authors with a confidence of 90 per cent.
const PAUSED_BY_GUIDANCE_FROM: Day = Day::on(2020, 10, 21);

/// The two further months of UK GDPR, Articles 12(3) and 12A.
const EXTENDED_MONTHS: u16 = 3;

/// Which right is exercised.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Right {
    /// To see one's own data: UK GDPR, Article 15; before 25 May 2018 Data Protection Act 1998, section 7.
    Access,
    /// Any other: rectification, erasure, restriction, portability, objection, automated decisions.
    Other,
}

/// The clock of a request of a data subject: which rule it follows hangs on the day that starts it.
///
/// It starts when the request, what shows the requester's identity and a fee have all been received. Before 25 May 2018 it
/// is 40 days (Data Protection Act 1998, section 7); until August 2019 a month from the day behind the receipt; until
/// 4 February 2026 a month from the receipt; since then it is Article 12A's.
///
/// - **Extended**: by notice within the first month, to three months from the same start.
/// - **Paused**: while a requester of access is asked for what is reasonably required to find the data. Under Article 12A the
///   days from that of the question to that of the answer, both of them too, do not count; the safe reading counts one of
///   them. From 21 October 2020 until then it was guidance: the safe reading knows no pause.
/// - The end without pauses is lengthened by all of them, and moved to a working day once.
///
/// ```
/// use muniment_sdk::{Calendars, Nation, Right, RightsClock};
/// let clock = RightsClock::received(Right::Access, "2026-03-03".parse()?);
/// let deadline = clock.deadline(&Calendars::default(), Nation::EnglandAndWales)?;
/// // 3 April 2026 is Good Friday, and Easter Monday follows. If the day of receipt is day 1, it is over before.
/// assert_eq!((deadline.due.to_string(), deadline.safe_due.to_string()), ("2026-04-07".into(), "2026-04-02".into()));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RightsClock {
    right: Right,
    start: Day,
    /// What happened then, where it is not the receipt.
    completed: Option<&'static str>,
    /// From the day of a question to that of the answer, in order, none overlapping.
    pauses: Vec<(Day, Day)>,
    awaiting: Option<Day>,
    notices: Vec<Day>,
}

/// What a pause does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Pauses {
    None,
    Guidance,
    Law,
}

/// How a reading counts the days of a pause.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Ends {
    /// The day of the question and that of the answer.
    Both,
    /// One of the two.
    One,
    /// There are no pauses.
    Ignored,
}

impl RightsClock {
    /// A clock that a receipt starts.
    #[must_use]
    pub fn received(right: Right, day: Day) -> RightsClock {
        RightsClock {
            right,
            start: day,
            completed: None,
            pauses: Vec::new(),
            awaiting: None,
            notices: Vec::new(),
        }
    }

    /// What the request could not be answered without, proof of identity or a fee, was received: it starts then, if that was
    /// later.
    #[must_use]
    pub fn completed(mut self, day: Day) -> RightsClock {
        if day > self.start {
            self.start = day;
            self.completed = Some("the last of what the request needed was received");
        }
        self
    }

    /// The requester was asked for what is needed to find the data, and answered.
    #[must_use]
    pub fn paused(mut self, asked: Day, answered: Day) -> RightsClock {
        if asked <= answered {
            self.pauses.push((asked, answered));
            self.pauses.sort_unstable();
            self.pauses = joined(&self.pauses);
        }
        self
    }

    /// The requester was asked for that, or for proof of identity or a fee, and has not answered yet.
    #[must_use]
    pub fn awaiting(mut self, asked: Day) -> RightsClock {
        self.awaiting = Some(asked);
        self
    }

    /// The requester was told, with the reasons, that it takes two months longer.
    #[must_use]
    pub fn extended(mut self, notice: Day) -> RightsClock {
        self.notices.push(notice);
        self.notices.sort_unstable();
        self
    }

    /// The rule that it follows.
    ///
    /// # Errors
    /// Where none was in force: for access before 1 March 2000, for other rights before 25 May 2018.
    pub fn limit(&self) -> Result<&'static TimeLimit, NoDeadline> {
        in_years(self.start)?;
        match self.right {
            Right::Access => {
                TimeLimit::at(&[&ACCESS_1998, &RIGHT_2018, &RIGHT_2019, &RIGHT_2026], self.start)
            }
            Right::Other => TimeLimit::at(&[&RIGHT_2018, &RIGHT_2019, &RIGHT_2026], self.start),
        }
    }

    /// By when the request is to be answered. An end that is no working day is moved by the holidays of the nation.
    ///
    /// # Errors
    /// Where an answer is awaited without which the time does not run, where no rule was in force, and outside the years that
    /// are worked out.
    pub fn deadline(&self, calendars: &Calendars, nation: Nation) -> Result<Deadline, NoDeadline> {
        let limit = self.limit()?;
        if let Some(since) = self.awaiting {
            return Err(NoDeadline::Awaiting { since });
        }
        let calendar = calendars.of(nation);
        let (ends, safe_ends) = match self.pauses_count() {
            Pauses::None => (Ends::Ignored, Ends::Ignored),
            Pauses::Guidance => (Ends::One, Ends::Ignored),
            Pauses::Law => (Ends::Both, Ends::One),
        };
        let reading = self.read(limit, limit.counting, ends, calendar);
        let safe = self.read(limit, limit.safe_counting, safe_ends, calendar);
        Deadline::of(limit, reading, Some(safe))
    }

    fn pauses_count(&self) -> Pauses {
        match self.right {
            Right::Access if RIGHT_2026.is_in_force(self.start) => Pauses::Law,
            Right::Access if self.start >= PAUSED_BY_GUIDANCE_FROM => Pauses::Guidance,
            Right::Access | Right::Other => Pauses::None,
        }
    }

    fn read(&self, limit: &TimeLimit, counting: Counting, ends: Ends, calendar: &Calendar) -> Reading {
        let from = Step::From { day: self.start, what: self.completed.unwrap_or(limit.trigger) };
        let mut steps = vec![from.clone()];
        let end = limit.count(self.start, counting, calendar, &mut steps);
        let end = self.lengthen(end, ends, limit, calendar, &mut steps);
        let due = limit.end(end, calendar, &mut steps);
        let is_month = matches!(limit.length, Length::Months(_));
        match self.notices.first() {
            Some(notice) if is_month && *notice <= due => {
                let mut longer = vec![from];
                let end = months_from(self.start, EXTENDED_MONTHS, counting);
                longer.push(Step::Counted { length: Length::Months(EXTENDED_MONTHS), counting, to: end });
                longer.push(Step::Extended { notice: *notice, by: due });
                let end = self.lengthen(end, ends, limit, calendar, &mut longer);
                let due = limit.end(end, calendar, &mut longer);
                Reading { due, steps: longer }
            }
            Some(notice) => {
                let why = if is_month {
                    "the notice of an extension came too late"
                } else {
                    "this rule knows no extension"
                };
                steps.push(Step::WithoutEffect { day: *notice, why });
                Reading { due, steps }
            }
            None => Reading { due, steps },
        }
    }

    /// Adds the pauses that begin before the time is over.
    fn lengthen(
        &self,
        end: Day,
        ends: Ends,
        limit: &TimeLimit,
        calendar: &Calendar,
        steps: &mut Vec<Step>,
    ) -> Day {
        let mut longer = end;
        for (asked, answered) in &self.pauses {
            // A day before the start was not counted anyway.
            let (from, to) = (*asked.max(&self.start), *answered);
            let is_open = from <= limit.end(longer, calendar, &mut Vec::new());
            let why = match ends {
                Ends::Ignored => Some("this reading of the rule knows no pause"),
                _ if from > to => Some("what was asked for was there before the time ran"),
                _ if !is_open => Some("what was asked for then came too late to stop the time"),
                Ends::Both | Ends::One => None,
            };
            if let Some(why) = why {
                steps.push(Step::WithoutEffect { day: *asked, why });
                continue;
            }
            let days = to.since(from) + i32::from(ends == Ends::Both);
            steps.push(Step::Paused { from, to, days });
            longer = longer.plus(days);
        }
        if longer != end {
            steps.push(Step::PausesAdded { to: longer });
        }
        longer
    }
}

/// Pauses in order, those that share a day made one: no day is added twice.
fn joined(pauses: &[(Day, Day)]) -> Vec<(Day, Day)> {
    let mut joined: Vec<(Day, Day)> = Vec::new();
    for (from, to) in pauses {
        match joined.last_mut() {
            Some((_, last)) if *from <= *last => *last = (*last).max(*to),
            _ => joined.push((*from, *to)),
        }
    }
    joined
}
