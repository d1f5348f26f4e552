//! Days and times of day in England: bank holidays, working days, and British Summer Time.

use std::fmt;

use serde_json::Value;

/// A day of the Gregorian calendar, as the number of days since 1 January 1970.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Day(i64);

/// An instant, in seconds since 1970 in UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Moment(pub i64);

const DAY_SECONDS: i64 = 86_400;

impl Day {
    /// The day of that year, month and number.
    #[must_use]
    pub fn of(year: i64, month: i64, day: i64) -> Day {
        // Howard Hinnant's civil calendar: years begin in March, so that the leap day is the last.
        let year = if month <= 2 { year - 1 } else { year };
        let (era, of_era) = (year.div_euclid(400), year.rem_euclid(400));
        let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
        Day(era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468)
    }

    /// Its year, month and number.
    #[must_use]
    pub fn civil(self) -> (i64, i64, i64) {
        let shifted = self.0 + 719_468;
        let (era, of_era) = (shifted.div_euclid(146_097), shifted.rem_euclid(146_097));
        let year = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
        let of_year = of_era - (365 * year + year / 4 - year / 100);
        let month = (5 * of_year + 2) / 153;
        let day = of_year - (153 * month + 2) / 5 + 1;
        let month = if month < 10 { month + 3 } else { month - 9 };
        (era * 400 + year + i64::from(month <= 2), month, day)
    }

    /// So many days later.
    #[must_use]
    pub fn plus(self, days: i64) -> Day {
        Day(self.0 + days)
    }

    /// How many days lie between.
    #[must_use]
    pub fn days_until(self, later: Day) -> i64 {
        later.0 - self.0
    }

    /// 0 is Monday.
    #[must_use]
    pub fn weekday(self) -> i64 {
        (self.0 + 3).rem_euclid(7)
    }

    /// Neither a weekend nor a bank holiday of England.
    #[must_use]
    pub fn is_working(self) -> bool {
        self.weekday() < 5 && !self.is_bank_holiday()
    }

    fn is_bank_holiday(self) -> bool {
        let (year, month, day) = self.civil();
        let monday = self.weekday() == 0;
        let fixed = match (month, day) {
            (1, 1) | (12, 25 | 26) => true,
            // What falls on a weekend is made up for on the next days that are free.
            (1, 2 | 3) => monday,
            (12, 27) => self.weekday() < 2,
            (12, 28) => self.weekday() < 2,
            (5, 1..=7 | 25..=31) | (8, 25..=31) => monday,
            _ => false,
        };
        let from_easter = easter(year).days_until(self);
        fixed || from_easter == -2 || from_easter == 1
    }

    /// The working day so many after this one; 0 is this day or, where it is none, the next.
    #[must_use]
    pub fn working_day_after(self, count: i64) -> Day {
        let mut day = self;
        while count == 0 && !day.is_working() {
            day = day.plus(1);
        }
        for _ in 0..count {
            day = day.plus(1);
            while !day.is_working() {
                day = day.plus(1);
            }
        }
        day
    }

    /// That time of the day by the clocks of London.
    #[must_use]
    pub fn at(self, hour: i64, minute: i64) -> Moment {
        let local = self.0 * DAY_SECONDS + hour * 3_600 + minute * 60;
        let winter = Moment(local);
        if winter.plus_seconds(-3_600).is_summer_time() { Moment(local - 3_600) } else { winter }
    }
}

/// Easter Sunday, by the anonymous Gregorian computus.
fn easter(year: i64) -> Day {
    let (golden, century, rest) = (year % 19, year / 100, year % 100);
    let correction = (century - (century + 8) / 25 + 1) / 3;
    let epact = (19 * golden + century - century / 4 - correction + 15) % 30;
    let to_sunday = (32 + 2 * (century % 4) + 2 * (rest / 4) - epact - rest % 4) % 7;
    let late = (golden + 11 * epact + 22 * to_sunday) / 451;
    let days = epact + to_sunday - 7 * late + 114;
    Day::of(year, days / 31, days % 31 + 1)
}

fn last_sunday(year: i64, month: i64) -> Day {
    let last = Day::of(year, month, 31);
    last.plus(-((last.weekday() + 1) % 7))
}

impl Moment {
    /// So many seconds later.
    #[must_use]
    pub fn plus_seconds(self, seconds: i64) -> Moment {
        Moment(self.0 + seconds)
    }

    /// So many hours later.
    #[must_use]
    pub fn plus_hours(self, hours: i64) -> Moment {
        self.plus_seconds(hours * 3_600)
    }

    /// From the last Sunday of March to that of October, from 1 o'clock UTC to 1 o'clock UTC.
    fn is_summer_time(self) -> bool {
        let (year, _, _) = Day(self.0.div_euclid(DAY_SECONDS)).civil();
        let change = |month| last_sunday(year, month).0 * DAY_SECONDS + 3_600;
        (change(3)..change(10)).contains(&self.0)
    }

    fn offset_seconds(self) -> i64 {
        if self.is_summer_time() { 3_600 } else { 0 }
    }

    /// The day that it is in London.
    #[must_use]
    pub fn day(self) -> Day {
        Day((self.0 + self.offset_seconds()).div_euclid(DAY_SECONDS))
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, month, day) = self.civil();
        write!(f, "{year:04}-{month:02}-{day:02}")
    }
}

impl fmt::Display for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let second = (self.0 + self.offset_seconds()).rem_euclid(DAY_SECONDS);
        let (hour, minute, second) = (second / 3_600, second / 60 % 60, second % 60);
        let offset = if self.is_summer_time() { "+01:00" } else { "Z" };
        write!(f, "{}T{hour:02}:{minute:02}:{second:02}{offset}", self.day())
    }
}

impl From<Day> for Value {
    fn from(day: Day) -> Value {
        Value::String(day.to_string())
    }
}

impl From<Moment> for Value {
    fn from(moment: Moment) -> Value {
        Value::String(moment.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_come_back() {
        for number in (-200_000..200_000).step_by(13) {
            let (year, month, day) = Day(number).civil();
            assert_eq!(Day::of(year, month, day), Day(number));
        }
        assert_eq!(Day::of(2024, 2, 29).plus(1).to_string(), "2024-03-01");
    }

    /// As the government lists them for England and Wales.
    #[test]
    fn bank_holidays_are_those_of_england() {
        let listed = |year| {
            let days = (0..366).map(|place| Day::of(year, 1, 1).plus(place));
            let free = days.filter(|day| day.civil().0 == year && day.weekday() < 5 && !day.is_working());
            free.map(|day| day.to_string()[5..].to_owned()).collect::<Vec<_>>().join(" ")
        };
        assert_eq!(listed(2025), "01-01 04-18 04-21 05-05 05-26 08-25 12-25 12-26");
        assert_eq!(listed(2026), "01-01 04-03 04-06 05-04 05-25 08-31 12-25 12-28");
        assert_eq!(listed(2027), "01-01 03-26 03-29 05-03 05-31 08-30 12-27 12-28");
        assert_eq!(listed(2028), "01-03 04-14 04-17 05-01 05-29 08-28 12-25 12-26");
    }

    #[test]
    fn working_days_skip_easter() {
        assert_eq!(Day::of(2025, 4, 17).working_day_after(1).to_string(), "2025-04-22");
        assert_eq!(Day::of(2025, 4, 19).working_day_after(0).to_string(), "2025-04-22");
    }

    #[test]
    fn summer_time_begins_and_ends_on_sundays() {
        assert_eq!(Day::of(2025, 3, 30).at(0, 30).to_string(), "2025-03-30T00:30:00Z");
        assert_eq!(Day::of(2025, 3, 30).at(9, 0).to_string(), "2025-03-30T09:00:00+01:00");
        assert_eq!(Day::of(2025, 10, 25).at(23, 59).to_string(), "2025-10-25T23:59:00+01:00");
        assert_eq!(Day::of(2025, 10, 26).at(9, 0).to_string(), "2025-10-26T09:00:00Z");
    }
}
