//! Time limits of the law: what each is called, where it stands, from when to when it is in force, and how it counts.
//!
//! A limit is data. [`TimeLimit::deadline`] works out one that nothing can stop; [`RequestClock`](crate::RequestClock) and
//! [`RightsClock`](crate::RightsClock) those that stand still or are extended. None is legal advice: each [`Deadline`](
//! crate::Deadline) names its source, so that a reader can check it.
//!
//! Where the words of a rule can be read in two ways, a limit has both: [`counting`](TimeLimit::counting) is how regulators
//! count, [`safe_counting`](TimeLimit::safe_counting) the reading that ends earlier. Alerts are to go by the earlier one.

use std::fmt;

use crate::{Day, NoDeadline};

mod bands;
mod data_protection;
mod information;
mod oversight;
#[cfg(test)]
mod tests;

pub use bands::{Performance, Subjects, TimeToReport};
pub use data_protection::{
    ACCESS_1998, BREACH_AUTHORITY, BREACH_LAW_ENFORCEMENT, BREACH_PECR, BREACH_PECR_BEFORE_2025, COMPLAINT,
    CONSULTATION, CONSULTATION_EXTENDED, CREDIT_FILE_1998, OTHERS_DATA, RIGHT_2018, RIGHT_2019, RIGHT_2026,
};
pub use information::{
    AGGREGATION_WORKING_DAYS, EIR_CHARGE, EIR_EXTENDED, EIR_REQUEST, EIR_REVIEW, EIR_REVIEW_ASKED,
    FOI_ARCHIVES, FOI_FEE, FOI_PUBLIC_INTEREST, FOI_REQUEST, FOI_REVIEW, FOI_REVIEW_ASKED,
    FOI_REVIEW_COMPLEX, FOI_SCHOOL, FOI_SCHOOL_DAYS, REUSE_REQUEST, REUSE_REQUEST_2005, may_be_aggregated,
};
pub use oversight::{
    APPEAL, DATA_PROTECTION_FEE, DECISION_NOTICE, DECISION_NOTICE_BEFORE, ICO_COMPLAINT,
    ICO_COMPLAINT_BEFORE, INFORMANT, INFORMANT_JUVENILE, INFORMANT_JUVENILE_BEFORE_2018, STATISTICS,
    SURVEILLANCE, toolkit_due,
};

/// All of them.
pub const ALL: [&TimeLimit; 40] = [
    &FOI_REQUEST,
    &FOI_PUBLIC_INTEREST,
    &FOI_FEE,
    &FOI_ARCHIVES,
    &FOI_SCHOOL_DAYS,
    &FOI_SCHOOL,
    &FOI_REVIEW_ASKED,
    &FOI_REVIEW,
    &FOI_REVIEW_COMPLEX,
    &EIR_REQUEST,
    &EIR_EXTENDED,
    &EIR_CHARGE,
    &EIR_REVIEW_ASKED,
    &EIR_REVIEW,
    &REUSE_REQUEST,
    &REUSE_REQUEST_2005,
    &ACCESS_1998,
    &CREDIT_FILE_1998,
    &RIGHT_2018,
    &RIGHT_2019,
    &RIGHT_2026,
    &COMPLAINT,
    &BREACH_AUTHORITY,
    &BREACH_LAW_ENFORCEMENT,
    &BREACH_PECR_BEFORE_2025,
    &BREACH_PECR,
    &CONSULTATION,
    &CONSULTATION_EXTENDED,
    &OTHERS_DATA,
    &ICO_COMPLAINT_BEFORE,
    &ICO_COMPLAINT,
    &DECISION_NOTICE_BEFORE,
    &DECISION_NOTICE,
    &APPEAL,
    &STATISTICS,
    &SURVEILLANCE,
    &INFORMANT,
    &INFORMANT_JUVENILE_BEFORE_2018,
    &INFORMANT_JUVENILE,
    &DATA_PROTECTION_FEE,
];

/// A time limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TimeLimit {
    /// What it is for: `Answer to a request under the Freedom of Information Act`.
    pub name: &'static str,
    /// Where it stands.
    pub source: &'static str,
    /// How far it binds.
    pub standing: Standing,
    /// What starts it, in words behind which a day can stand: `the request was received`.
    pub trigger: &'static str,
    /// The first day on which it can start; nothing where that is long ago.
    pub from: Option<Day>,
    /// The last day on which it can start; nothing where it is in force.
    pub until: Option<Day>,
    /// How long it is.
    pub length: Length,
    /// Which day is day 1, as regulators count.
    pub counting: Counting,
    /// The same where the words can mean that it is over earlier.
    pub safe_counting: Counting,
    /// What becomes of an end that is no working day.
    pub ending: Ending,
}

/// How far a time limit binds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// It is law.
    Law,
    /// It is a code of practice or a regulator's guidance.
    Guidance,
    /// It is what the authors know, and was compared with no source: an organisation is to check it first.
    Unconfirmed,
}

/// How long a time limit is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Length {
    /// Working days.
    WorkingDays(u16),
    /// Days of the calendar.
    Days(u16),
    /// Weeks.
    Weeks(u16),
    /// Months, to the day with the same number or to the last of the month.
    Months(u16),
    /// Elapsed hours.
    Hours(u16),
}

/// Which day is day 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Counting {
    /// The day behind the one on which it starts: a month from 3 September ends on 3 October.
    DayAfter,
    /// The day itself: a month that begins with 3 September ends on 2 October.
    DayItself,
    /// The clock starts on the day behind, which itself is not counted: a month ends on 4 October.
    StartsDayAfter,
}

/// What becomes of an end that is no working day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    /// It stays.
    AsItFalls,
    /// The next working day takes its place.
    NextWorkingDay,
}

impl TimeLimit {
    /// A limit of the law that counts from the day behind, and has always been in force.
    const fn new(
        name: &'static str,
        source: &'static str,
        trigger: &'static str,
        length: Length,
    ) -> TimeLimit {
        TimeLimit {
            name,
            source,
            standing: Standing::Law,
            trigger,
            from: None,
            until: None,
            length,
            counting: Counting::DayAfter,
            safe_counting: Counting::DayAfter,
            ending: Ending::AsItFalls,
        }
    }

    const fn in_force(self, from: Option<Day>, until: Option<Day>) -> TimeLimit {
        TimeLimit { from, until, ..self }
    }

    const fn counted(self, counting: Counting, safe_counting: Counting) -> TimeLimit {
        TimeLimit { counting, safe_counting, ..self }
    }

    const fn rolled(self) -> TimeLimit {
        TimeLimit { ending: Ending::NextWorkingDay, ..self }
    }

    const fn standing(self, standing: Standing) -> TimeLimit {
        TimeLimit { standing, ..self }
    }

    /// Whether it can start on a day.
    #[must_use]
    pub fn is_in_force(&self, start: Day) -> bool {
        self.from.is_none_or(|from| from <= start) && self.until.is_none_or(|until| start <= until)
    }

    /// The limit among several that can start on a day.
    ///
    /// # Errors
    /// Where none can: the first of them was not in force yet, or the last no longer.
    pub fn at<'l>(limits: &[&'l TimeLimit], start: Day) -> Result<&'l TimeLimit, NoDeadline> {
        let found = limits.iter().find(|limit| limit.is_in_force(start)).copied();
        found.ok_or_else(|| {
            let name = limits.first().map_or("", |limit| limit.name);
            let first = limits.iter().filter_map(|limit| limit.from).min();
            let last = limits.iter().filter_map(|limit| limit.until).max();
            match first {
                Some(from) if start < from => NoDeadline::NotYet { name, start, from },
                _ => NoDeadline::NoLonger { name, start, until: last.unwrap_or(start) },
            }
        })
    }
}

impl fmt::Display for Length {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (n, unit) = match *self {
            Length::WorkingDays(n) => (n, "working day"),
            Length::Days(n) => (n, "day"),
            Length::Weeks(n) => (n, "week"),
            Length::Months(n) => (n, "month"),
            Length::Hours(n) => (n, "hour"),
        };
        write!(f, "{n} {unit}{}", if n == 1 { "" } else { "s" })
    }
}
