//! Days in London, and which of them are working days: the bank holidays of 2024 to 2027 as gov.uk lists them.

use std::collections::BTreeSet;

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan as _};

use super::book::Happening;

static LONDON: TimeZone = jiff::tz::get!("Europe/London");

/// Holidays that are kept in England and Wales.
const ENGLISH: &str =
    "2024-01-01 2024-03-29 2024-04-01 2024-05-06 2024-05-27 2024-08-26 2024-12-25 2024-12-26
    2025-01-01 2025-04-18 2025-04-21 2025-05-05 2025-05-26 2025-08-25 2025-12-25 2025-12-26
    2026-01-01 2026-04-03 2026-04-06 2026-05-04 2026-05-25 2026-08-31 2026-12-25 2026-12-28
    2027-01-01 2027-03-26 2027-03-29 2027-05-03 2027-05-31 2027-08-30 2027-12-27 2027-12-28 2027-12-25";
/// Those that are kept in other parts of the United Kingdom only.
const ELSEWHERE: &str = "2024-01-02 2024-03-18 2024-07-12 2024-08-05 2024-12-02
    2025-01-02 2025-03-17 2025-07-14 2025-08-04 2025-12-01
    2026-01-02 2026-03-17 2026-06-15 2026-07-13 2026-08-03 2026-11-30
    2027-01-04 2027-03-17 2027-07-12 2027-08-02 2027-11-30";

/// Days that are no working days, though they are no Saturdays or Sundays.
#[derive(Clone)]
pub struct Off {
    pub english: BTreeSet<Date>,
    /// In any part of the United Kingdom: what counts under freedom of information.
    pub anywhere: BTreeSet<Date>,
}

impl Off {
    pub fn of(all: &[Happening]) -> Off {
        let english: BTreeSet<Date> = listed(ENGLISH);
        let mut anywhere: BTreeSet<Date> = listed(ELSEWHERE);
        anywhere.extend(&english);
        let mut off = Off { english, anywhere };
        for it in all {
            off.take(it);
        }
        off
    }

    /// A holiday that was proclaimed or taken back.
    fn take(&mut self, it: &Happening) {
        let Some(day) = it.date("day") else { return };
        let regions = it.list("regions");
        let names =
            |region: &str| regions.is_empty() || regions.contains(&region) || regions.contains(&"all");
        let is_english = names("england") || names("wales") || names("england_and_wales");
        match it.kind.as_str() {
            "calendar.holiday_added" => {
                self.anywhere.insert(day);
                if is_english {
                    self.english.insert(day);
                }
            }
            "calendar.holiday_removed" => {
                if is_english {
                    self.english.remove(&day);
                }
                let is_kept = self.english.contains(&day) || listed(ELSEWHERE).contains(&day);
                if !is_kept {
                    self.anywhere.remove(&day);
                }
            }
            _ => {}
        }
    }
}

fn listed(days: &str) -> BTreeSet<Date> {
    days.split_whitespace().map(|day| day.parse().expect("a listed day")).collect()
}

pub fn in_london(instant: Timestamp) -> Date {
    LONDON.to_datetime(instant).date()
}

/// When a day begins in London.
pub fn begin(day: Date) -> Timestamp {
    let midnight = day.to_datetime(jiff::civil::Time::midnight());
    LONDON.to_ambiguous_timestamp(midnight).compatible().expect("a day begins")
}

/// When a day is over in London.
pub fn end(day: Date) -> Timestamp {
    begin(plus(day, 1))
}

/// The last instant of a day in London.
pub fn last(day: Date) -> Timestamp {
    end(day) - jiff::SignedDuration::from_micros(1)
}

pub fn plus(day: Date, days: i64) -> Date {
    day.saturating_add(days.days())
}

/// The same day of a later month, or that month's last.
pub fn plus_months(day: Date, months: i64) -> Date {
    day.saturating_add(months.months())
}

pub fn hours_later(instant: Timestamp, hours: i64) -> Timestamp {
    instant.saturating_add(hours.hours()).expect("hours are of one length")
}

/// How many days one day lies behind another.
pub fn between(earlier: Date, later: Date) -> i64 {
    later.since(earlier).map_or(0, |span| i64::from(span.get_days()))
}

pub fn is_working(day: Date, off: &BTreeSet<Date>) -> bool {
    let is_weekend = day.weekday().to_monday_zero_offset() >= 5;
    !is_weekend && !off.contains(&day)
}

/// The so-manieth working day behind a day.
pub fn working_after(day: Date, count: u32, off: &BTreeSet<Date>) -> Date {
    let (mut day, mut left) = (day, count);
    while left > 0 {
        day = plus(day, 1);
        left -= u32::from(is_working(day, off));
    }
    day
}

/// The day itself, or the next working day.
pub fn rolled(day: Date, off: &BTreeSet<Date>) -> Date {
    let mut day = day;
    while !is_working(day, off) {
        day = plus(day, 1);
    }
    day
}
