//! Days in London, as far as the frame of a report needs them. What counts and what is due, plugins work out.

use std::fmt;
use std::str::FromStr;

use jiff::civil::Date;
use jiff::tz::TimeZone;
use muniment_core::time::{Timestamp, is_civil_date};
use serde::{Deserialize, Deserializer, de};

static LONDON: TimeZone = jiff::tz::get!("Europe/London");

/// A day of the calendar.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Day(Date);

/// A text that is no day.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no day such as 2026-03-31")]
pub struct NoDay(String);

impl Day {
    /// The day of the calendar, where there is one.
    #[must_use]
    pub fn of(year: i16, month: i8, day: i8) -> Option<Day> {
        Date::new(year, month, day).ok().map(Day)
    }

    /// The day that it was in London.
    #[must_use]
    pub fn in_london(instant: Timestamp) -> Day {
        Day(LONDON.to_datetime(in_jiff(instant)).date())
    }

    /// Its last instant in London.
    #[must_use]
    pub fn end(self) -> Timestamp {
        let midnight = self.next().0.to_datetime(jiff::civil::Time::midnight());
        let ends = LONDON.to_ambiguous_timestamp(midnight).compatible().unwrap_or_default();
        Timestamp::from_micros(ends.as_microsecond() - 1)
    }

    /// The day that ends at an instant, where that is midnight in London: what is due then is due by the end of this day.
    #[must_use]
    pub fn ending_at(instant: Timestamp) -> Option<Day> {
        let day = Day::in_london(instant).before();
        (day.end().as_micros() + 1 == instant.as_micros()).then_some(day)
    }

    /// The day behind it; the last of all has none.
    #[must_use]
    pub fn next(self) -> Day {
        Day(self.0.tomorrow().unwrap_or(self.0))
    }

    /// The day before it; the first of all has none.
    #[must_use]
    pub fn before(self) -> Day {
        Day(self.0.yesterday().unwrap_or(self.0))
    }

    /// The year.
    #[must_use]
    pub fn year(self) -> i16 {
        self.0.year()
    }

    /// The month, from 1.
    #[must_use]
    pub fn month(self) -> i8 {
        self.0.month()
    }

    /// The day of the month, from 1.
    #[must_use]
    pub fn day_of_month(self) -> i8 {
        self.0.day()
    }

    /// As pages say it: `31 March 2026`.
    #[must_use]
    pub fn in_short(self) -> String {
        self.0.strftime("%-d %B %Y").to_string()
    }

    /// So many days lie between this day and a later one; negative if it is an earlier one.
    #[must_use]
    pub fn days_until(self, other: Day) -> i32 {
        self.0.until(other.0).map_or(0, |span| span.get_days())
    }

    /// As it stands in a letter: `Tuesday 31 March 2026`.
    #[must_use]
    pub fn in_words(self) -> String {
        self.0.strftime("%A %-d %B %Y").to_string()
    }
}

/// An instant as it was in London: `Tue 2026-03-31 18:00`.
#[must_use]
pub(super) fn in_london(instant: Timestamp) -> String {
    LONDON.to_datetime(in_jiff(instant)).strftime("%a %Y-%m-%d %H:%M").to_string()
}

/// An instant as pages say it in London: `31 March 2026, 6:00pm`.
#[must_use]
pub fn moment_in_words(instant: Timestamp) -> String {
    let there = LONDON.to_datetime(in_jiff(instant));
    let half = if there.hour() < 12 { "am" } else { "pm" };
    format!("{}{half}", there.strftime("%-d %B %Y, %-I:%M"))
}

fn in_jiff(instant: Timestamp) -> jiff::Timestamp {
    jiff::Timestamp::from_microsecond(instant.as_micros()).unwrap_or_default()
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl FromStr for Day {
    type Err = NoDay;

    fn from_str(text: &str) -> Result<Day, NoDay> {
        // Of an instant only the day would be read.
        let date = is_civil_date(text).then(|| text.parse().ok()).flatten();
        date.map(Day).ok_or_else(|| NoDay(text.to_owned()))
    }
}

impl<'de> Deserialize<'de> for Day {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Day, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_ends_at_midnight_in_london() {
        let day: Day = "2026-03-31".parse().unwrap();
        assert_eq!(day.end(), Timestamp::parse_rfc3339("2026-03-31T22:59:59.999999Z").unwrap());
        let midnight = Timestamp::from_micros(day.end().as_micros() + 1);
        assert_eq!((Day::ending_at(midnight), Day::ending_at(day.end())), (Some(day), None));
        assert_eq!(day.in_words(), "Tuesday 31 March 2026");
        let late = Timestamp::parse_rfc3339("2026-03-31T23:30:00Z").unwrap();
        assert_eq!((Day::in_london(late), in_london(late)), (day.next(), "Wed 2026-04-01 00:30".to_owned()));
        assert_eq!((day.next().before(), day.to_string().as_str()), (day, "2026-03-31"));
        assert_eq!(day.in_short(), "31 March 2026");
        assert_eq!((day.days_until(day.next()), day.next().days_until(day), day.days_until(day)), (1, -1, 0));
        assert_eq!(moment_in_words(late), "1 April 2026, 12:30am");
        assert_eq!(moment_in_words(day.end()), "31 March 2026, 11:59pm");
        for wrong in ["2026-02-30", "2026-03-31T10:00:00Z", "31 March", ""] {
            assert_eq!(wrong.parse::<Day>(), Err(NoDay(wrong.to_owned())));
        }
    }
}
