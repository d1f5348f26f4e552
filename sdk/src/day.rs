//! Civil days, and what they are in London.

use std::fmt;
use std::str::FromStr;

use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::Instant;

/// The zone of the whole United Kingdom, built in: a plugin has no files. Summer time by the Summer Time Act 1972 as
/// amended by SI 2002/262.
pub(crate) static LONDON: TimeZone = jiff::tz::get!("Europe/London");

/// A day of the calendar. In JSON it is a text such as `2026-03-31`, in a snapshot a number.
///
/// ```
/// use muniment_sdk::Day;
/// let due: Day = "2026-03-31".parse()?;
/// assert_eq!(due.plus(1).to_string(), "2026-04-01");
/// // Until midnight in London an answer is in time; summer time has begun.
/// assert_eq!(due.end().to_string(), "2026-03-31T23:00:00Z");
/// # Ok::<(), muniment_sdk::NoDay>(())
/// ```
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Day(i32);

const HOUR_MICROS: i64 = 3_600_000_000;
const DAY_MICROS: i64 = 24 * HOUR_MICROS;

/// Days of the years of which the rule is known by heart, with their year: summer time has begun and ended on the last
/// Sundays of March and October, at one o'clock UTC, since 1996. It is worked out for every event, and looking it up in the
/// zone takes many times as long; a test compares the two.
fn ruled(number: i64) -> Option<(Day, i32)> {
    const FIRST: i32 = first_of_january(1996);
    const END: i32 = first_of_january(2100);
    let number = i32::try_from(number).ok().filter(|number| (FIRST..END).contains(number))?;
    let mut year = 1970 + number / 366;
    while first_of_january(year + 1) <= number {
        year += 1;
    }
    Some((Day(number), year))
}

/// Days from 1970 to the beginning of a year before 2100.
const fn first_of_january(year: i32) -> i32 {
    (year - 1970) * 365 + (year - 1969) / 4
}

/// Whether it is summer time when a day begins.
fn is_summer_at_midnight(day: Day, year: i32) -> bool {
    let leap = i32::from(year % 4 == 0);
    let last_sunday = |last_of_month: i32| {
        let last = Day(first_of_january(year) + last_of_month + leap);
        last.plus(-((last.weekday() + 1) % 7))
    };
    // The 31st of March and of October, as days of the year from 0.
    last_sunday(89) < day && day <= last_sunday(303)
}

/// A text that is no day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoDay(String);

impl Day {
    /// The day of the calendar, where there is one.
    #[must_use]
    pub fn of(year: i16, month: i8, day: i8) -> Option<Day> {
        Date::new(year, month, day).ok().map(Day::from_date)
    }

    /// The day that it was in London.
    #[must_use]
    pub fn in_london(instant: Instant) -> Day {
        let micros = instant.as_micros();
        let Some((day, year)) = ruled(micros.div_euclid(DAY_MICROS)) else {
            let timestamp = jiff::Timestamp::from_microsecond(micros).unwrap_or_default();
            return Day::from_date(LONDON.to_datetime(timestamp).date());
        };
        // Only in the last hour of a day of summer time is it another day there, and never on a day on which it changes.
        let late = micros.rem_euclid(DAY_MICROS) >= DAY_MICROS - HOUR_MICROS;
        if late && is_summer_at_midnight(day.plus(1), year) { day.plus(1) } else { day }
    }

    /// The instant at which it begins in London.
    #[must_use]
    pub fn start(self) -> Instant {
        if let Some((day, year)) = ruled(i64::from(self.0)) {
            let ahead = if is_summer_at_midnight(day, year) { HOUR_MICROS } else { 0 };
            return Instant::from_micros(i64::from(day.0) * DAY_MICROS - ahead);
        }
        let midnight = self.date().to_datetime(jiff::civil::Time::midnight());
        let begins = LONDON.to_ambiguous_timestamp(midnight).compatible().unwrap_or_default();
        Instant::from_micros(begins.as_microsecond())
    }

    /// The instant at which it is over in London: the next midnight there. What happens before it happens on the day.
    #[must_use]
    pub fn end(self) -> Instant {
        self.plus(1).start()
    }

    /// So many days later.
    #[must_use]
    pub const fn plus(self, days: i32) -> Day {
        Day(self.0.saturating_add(days))
    }

    /// How many days this lies behind another day; below 0 where it lies before it.
    #[must_use]
    pub const fn since(self, earlier: Day) -> i32 {
        self.0.saturating_sub(earlier.0)
    }

    /// The year.
    #[must_use]
    pub fn year(self) -> i16 {
        self.date().year()
    }

    /// The month, from 1.
    #[must_use]
    pub fn month(self) -> i8 {
        self.date().month()
    }

    /// The days of the week, from 0 for Monday to 6 for Sunday.
    #[must_use]
    pub const fn weekday(self) -> i32 {
        // 1970-01-01 was a Thursday.
        (self.0 + 3).rem_euclid(7)
    }

    /// Whether it is a Saturday or a Sunday.
    #[must_use]
    pub const fn is_weekend(self) -> bool {
        self.weekday() >= 5
    }

    /// With the day of the week, as in `Tue 2026-03-31`.
    #[must_use]
    pub fn with_weekday(self) -> String {
        const NAMES: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
        let name = usize::try_from(self.weekday()).ok().and_then(|number| NAMES.get(number));
        format!("{} {self}", name.unwrap_or(&""))
    }

    pub(crate) fn from_date(date: Date) -> Day {
        Day(date
            .duration_since(Date::constant(1970, 1, 1))
            .as_hours()
            .try_into()
            .map_or(0, |hours: i32| hours / 24))
    }

    pub(crate) fn date(self) -> Date {
        use jiff::ToSpan as _;
        Date::constant(1970, 1, 1).saturating_add(i64::from(self.0).days())
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.date().fmt(f)
    }
}

impl FromStr for Day {
    type Err = NoDay;

    fn from_str(text: &str) -> Result<Day, NoDay> {
        text.parse().map(Day::from_date).map_err(|_| NoDay(text.to_owned()))
    }
}

impl fmt::Display for NoDay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} is no day such as 2026-03-31", self.0)
    }
}

impl std::error::Error for NoDay {}

impl Serialize for Day {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if serializer.is_human_readable() {
            serializer.collect_str(self)
        } else {
            self.0.serialize(serializer)
        }
    }
}

impl<'de> Deserialize<'de> for Day {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Day, D::Error> {
        if deserializer.is_human_readable() {
            let text = std::borrow::Cow::<str>::deserialize(deserializer)?;
            text.parse().map_err(D::Error::custom)
        } else {
            i32::deserialize(deserializer).map(Day)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Day {
        text.parse().unwrap()
    }

    #[test]
    fn days_count_from_1970() {
        assert_eq!(day("1970-01-01").0, 0);
        assert_eq!(day("1969-12-31").0, -1);
        assert_eq!(day("2026-03-31").0, 20_543);
        assert_eq!(day("2026-03-31").with_weekday(), "Tue 2026-03-31");
        for number in [-40_000, -1, 0, 1, 20_000, 47_541] {
            assert_eq!(Day::from_date(Day(number).date()).0, number);
        }
        assert_eq!(Day::of(2026, 2, 29), None);
    }

    #[test]
    fn a_day_in_london_is_longer_or_shorter_when_the_clocks_change() {
        let hours = |text: &str| day(text).end().hours_since(day(text).start());
        assert_eq!((hours("2026-03-29"), hours("2026-10-25"), hours("2026-06-01")), (23, 25, 24));
        let at = |text: &str| Day::in_london(text.parse().unwrap()).to_string();
        assert_eq!(at("2026-03-31T22:59:59.999999Z"), "2026-03-31");
        assert_eq!(at("2026-03-31T23:00:00Z"), "2026-04-01");
        assert_eq!(at("2026-01-31T23:59:59Z"), "2026-01-31");
    }

    #[test]
    fn the_rule_is_that_of_the_zone() {
        for number in day("1995-12-01").0..day("2101-02-01").0 {
            let midnight = Day(number).date().to_datetime(jiff::civil::Time::midnight());
            let start = LONDON.to_ambiguous_timestamp(midnight).compatible().unwrap();
            assert_eq!(Day(number).start().as_micros(), start.as_microsecond(), "{}", Day(number));
            for micros in [-1, 0, HOUR_MICROS - 1, HOUR_MICROS, 23 * HOUR_MICROS - 1, 23 * HOUR_MICROS] {
                let instant = Instant::from_micros(i64::from(number) * DAY_MICROS + micros);
                let timestamp = jiff::Timestamp::from_microsecond(instant.as_micros()).unwrap();
                let there = Day::from_date(LONDON.to_datetime(timestamp).date());
                assert_eq!(Day::in_london(instant), there, "{instant}");
            }
        }
    }

    #[test]
    fn json_holds_a_text_and_a_snapshot_a_number() {
        let one = day("2026-03-31");
        assert_eq!(serde_json::to_string(&one).unwrap(), "\"2026-03-31\"");
        assert_eq!(serde_json::from_str::<Day>("\"2026-03-31\"").unwrap(), one);
        assert_eq!(postcard::from_bytes::<Day>(&postcard::to_allocvec(&one).unwrap()).unwrap(), one);
        assert!(serde_json::from_str::<Day>("\"2026-02-30\"").is_err());
    }
}
