//! Civil days, and what they are in London.

use std::fmt;
use std::str::FromStr;

use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::Instant;

/// The months, by name.
pub(crate) const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

#[cfg(test)]
mod tests;

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

    /// The same for a day that is written in the source.
    pub(crate) const fn on(year: i16, month: i8, day: i8) -> Day {
        Day::of_parts(year as i32, month as i32, day as i32)
    }

    const fn of_parts(year: i32, month: i32, day: i32) -> Day {
        // March is the first month of this computation's year, so that a leap day is the last day of one.
        let shifted = (month + 9) % 12;
        let year = year - (shifted >= 10) as i32;
        let leap_days = year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400);
        // 719_468 days lie between the first of March of the year 0 and 1970.
        Day(year * 365 + leap_days + (shifted * 306 + 5) / 10 + day - 1 - 719_468)
    }

    /// Year, month and day: the other way round. Deadlines are worked out at every event, and the library's way over spans
    /// of time takes several times as long.
    const fn parts(self) -> (i32, i32, i32) {
        // The years -9999 to 9999: a snapshot may hold more.
        const FIRST: i32 = Day::on(-9999, 1, 1).0;
        const LAST: i32 = Day::on(9999, 12, 31).0;
        let number = if self.0 < FIRST {
            FIRST
        } else if self.0 > LAST {
            LAST
        } else {
            self.0
        };
        // Four hundred years have 146_097 days; the last day of four, and of a hundred, may be one more.
        let (era, rest) = ((number + 719_468).div_euclid(146_097), (number + 719_468).rem_euclid(146_097));
        let year = (rest - rest / 1_460 + rest / 36_524 - rest / 146_096) / 365;
        let of_year = rest - (365 * year + year / 4 - year / 100);
        let shifted = (5 * of_year + 2) / 153;
        let day = of_year - (153 * shifted + 2) / 5 + 1;
        let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
        (era * 400 + year + (month <= 2) as i32, month, day)
    }

    /// The day that it was in London.
    #[must_use]
    pub fn in_london(instant: Instant) -> Day {
        let micros = instant.as_micros();
        let Some((day, year)) = ruled(micros.div_euclid(DAY_MICROS)) else {
            return match jiff::Timestamp::from_microsecond(micros) {
                Ok(timestamp) => Day::from_date(LONDON.to_datetime(timestamp).date()),
                Err(_) => Day(i32::try_from(micros.div_euclid(DAY_MICROS)).unwrap_or_default()),
            };
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
        // Where the calendar ends, days go on, and each begins at midnight.
        let micros = match LONDON.to_ambiguous_timestamp(midnight).compatible() {
            Ok(begins) => begins.as_microsecond(),
            Err(_) => i64::from(self.0).saturating_mul(DAY_MICROS),
        };
        Instant::from_micros(micros)
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
        i16::try_from(self.parts().0).unwrap_or_default()
    }

    /// The month, from 1.
    #[must_use]
    pub fn month(self) -> i8 {
        i8::try_from(self.parts().1).unwrap_or_default()
    }

    /// The day of the month, from 1.
    #[must_use]
    pub fn day_of_month(self) -> i8 {
        i8::try_from(self.parts().2).unwrap_or_default()
    }

    /// So many months later: the day with the same number, or the last day of a month that has none.
    #[must_use]
    pub const fn plus_months(self, months: u16) -> Day {
        let (year, month, day) = self.parts();
        let count = year * 12 + month - 1 + months as i32;
        let (year, month) = (count.div_euclid(12), count.rem_euclid(12) + 1);
        if year > 9999 {
            return Day::on(9999, 12, 31);
        }
        let first = Day::of_parts(year, month, 1);
        let next =
            if month == 12 { Day::of_parts(year + 1, 1, 1) } else { Day::of_parts(year, month + 1, 1) };
        let last = next.0 - first.0;
        first.plus(if day < last { day - 1 } else { last - 1 })
    }

    /// The days of the week, from 0 for Monday to 6 for Sunday.
    #[must_use]
    pub const fn weekday(self) -> i32 {
        // 1970-01-01 was a Thursday.
        (self.0.rem_euclid(7) + 3) % 7
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

    /// As it stands in a letter: `Tuesday 31 March 2026`.
    #[must_use]
    pub fn in_words(self) -> String {
        const DAYS: [&str; 7] =
            ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];
        let date = self.date();
        let name = |names: &[&'static str], place: i32| {
            usize::try_from(place).ok().and_then(|place| names.get(place).copied()).unwrap_or("")
        };
        let (weekday, month) = (name(&DAYS, self.weekday()), name(&MONTHS, i32::from(date.month()) - 1));
        format!("{weekday} {} {month} {}", date.day(), date.year())
    }

    pub(crate) fn from_date(date: Date) -> Day {
        Day::on(date.year(), date.month(), date.day())
    }

    pub(crate) fn date(self) -> Date {
        let (year, month, day) = (self.year(), self.month(), self.day_of_month());
        Date::new(year, month, day).unwrap_or(Date::constant(1970, 1, 1))
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
