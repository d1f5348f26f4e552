//! Clocks of the law.

use crate::{Calendar, Day, Instant};

#[cfg(test)]
mod tests;

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
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize, serde::Deserialize)]
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
/// use muniment_sdk::{Day, RequestClock};
/// let clock = RequestClock::from_receipt("2026-03-02".parse()?);
/// assert_eq!(clock.due().to_string(), "2026-03-31");
/// assert_eq!(
///     clock.words(),
///     "From Mon 2026-03-02, the day behind being day 1: working day 20 is Tue 2026-03-31. Not counted: Saturdays and \
///      Sundays (8 days), 2026-03-17 St Patrick's Day (Northern Ireland)."
/// );
/// # Ok::<(), muniment_sdk::NoDay>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestClock {
    start: Day,
    working_days: u16,
    /// Days that are disregarded, from the first to the last, in order.
    standing_still: Vec<(Day, Day)>,
}

impl RequestClock {
    /// A clock of [`REQUEST_WORKING_DAYS`] that a receipt starts, or what counts as one: a clarification that was
    /// reasonably required (section 1(3) of the Act) starts it again.
    #[must_use]
    pub fn from_receipt(day: Day) -> RequestClock {
        RequestClock { start: day, working_days: REQUEST_WORKING_DAYS, standing_still: Vec::new() }
    }

    /// The same from a receipt on a day that may be no working day.
    #[must_use]
    pub fn from_receipt_by(day: Day, rule: ReceiptRule) -> RequestClock {
        RequestClock::from_receipt(match rule {
            ReceiptRule::CalendarDay => day,
            ReceiptRule::NextWorkingDay => Calendar::uk_wide().working_day_from(day),
        })
    }

    /// Disregards the working days from the day on which a fees notice was given to the day on which the fee was
    /// received, both of them too: section 10(2) of the Act.
    pub fn stand_still(&mut self, from: Day, to: Day) {
        // Where two of them touch, no day is disregarded twice.
        let from = self.standing_still.last().map_or(from, |(_, last)| from.max(last.plus(1)));
        if from <= to {
            self.standing_still.push((from, to));
        }
    }

    /// The day from which it counts.
    #[must_use]
    pub fn start(&self) -> Day {
        self.start
    }

    /// The n-th working day that counts.
    #[must_use]
    pub fn working_day(&self, n: u16) -> Day {
        let calendar = Calendar::uk_wide();
        let mut due = calendar.working_day_after(self.start, n);
        for (from, to) in &self.standing_still {
            if *from <= due {
                let disregarded = calendar.working_days_between(from.plus(-1), *to);
                due = calendar.working_day_after(due, u16::try_from(disregarded).unwrap_or(u16::MAX));
            }
        }
        due
    }

    /// The last day on which an answer is in time.
    #[must_use]
    pub fn due(&self) -> Day {
        self.working_day(self.working_days)
    }

    /// How the due day was worked out.
    #[must_use]
    pub fn words(&self) -> String {
        self.words_until(self.working_days)
    }

    /// How the n-th working day was worked out: the start, and every day that was not counted with the reason why.
    #[must_use]
    pub fn words_until(&self, n: u16) -> String {
        let due = self.working_day(n);
        let mut words = format!(
            "From {}, the day behind being day 1: working day {n} is {}.",
            self.start.with_weekday(),
            due.with_weekday()
        );
        let mut skipped = skipped(self.start, due);
        for (from, to) in self.standing_still.iter().filter(|(from, _)| *from <= due) {
            skipped.push(format!("{from} to {to} (a fee was awaited)"));
        }
        if !skipped.is_empty() {
            words.push_str(&format!(" Not counted: {}.", skipped.join(", ")));
        }
        words
    }
}

/// The days behind one day up to another that are no working days, in words.
fn skipped(after: Day, until: Day) -> Vec<String> {
    let calendar = Calendar::uk_wide();
    let days = || (1..=until.since(after)).map(|n| after.plus(n));
    let weekend_days = days().filter(|day| day.is_weekend()).count();
    let mut skipped = Vec::new();
    if weekend_days > 0 {
        let unit = if weekend_days == 1 { "day" } else { "days" };
        skipped.push(format!("Saturdays and Sundays ({weekend_days} {unit})"));
    }
    for day in days().filter(|day| !day.is_weekend()) {
        if let Some(holiday) = calendar.holiday(day) {
            let place = holiday.place();
            let place = if place.is_empty() { String::new() } else { format!(" ({place})") };
            skipped.push(format!("{day} {}{place}", holiday.name));
        }
    }
    skipped
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
