//! Working days.

use std::sync::LazyLock;

use crate::Day;

mod holidays;
#[cfg(test)]
mod tests;

pub use holidays::{Holiday, Nation, bank_holidays};

/// The years for which working days are counted ahead; for others each day is looked at.
const YEARS: std::ops::RangeInclusive<i16> = 2014..=2030;

/// Which days are working days.
///
/// ```
/// use muniment_sdk::{Calendar, Day};
/// let received: Day = "2026-03-02".parse()?;
/// // 17 March is a holiday in Northern Ireland, and so nowhere a working day.
/// assert_eq!(Calendar::uk_wide().working_day_after(received, 20).to_string(), "2026-03-31");
/// # Ok::<(), muniment_sdk::NoDay>(())
/// ```
#[derive(Debug)]
pub struct Calendar {
    /// `None`: a holiday anywhere in the United Kingdom counts.
    nation: Option<Nation>,
    first: Day,
    /// All working days from the first day on.
    working: Vec<Day>,
    /// For each day from the first on, how many working days there are up to it and with it.
    count: Vec<u16>,
}

static UK_WIDE: LazyLock<Calendar> = LazyLock::new(|| Calendar::new(None));
static ENGLAND_AND_WALES: LazyLock<Calendar> = LazyLock::new(|| Calendar::new(Some(Nation::EnglandAndWales)));
static SCOTLAND: LazyLock<Calendar> = LazyLock::new(|| Calendar::new(Some(Nation::Scotland)));
static NORTHERN_IRELAND: LazyLock<Calendar> = LazyLock::new(|| Calendar::new(Some(Nation::NorthernIreland)));

impl Calendar {
    /// Working days under the Freedom of Information Act 2000, section 10(6): any day other than a Saturday, a Sunday,
    /// Christmas Day, Good Friday or a day that is a bank holiday under the Banking and Financial Dealings Act 1971 **in
    /// any part of the United Kingdom**. Days on which an office is merely closed are working days.
    ///
    /// The same words stand in the Environmental Information Regulations 2004, regulation 2(1), by reference, and in the
    /// Re-use of Public Sector Information Regulations 2015, regulation 2.
    #[must_use]
    pub fn uk_wide() -> &'static Calendar {
        &UK_WIDE
    }

    /// Working days where only the bank holidays of one nation count, as in the rights of data subjects.
    #[must_use]
    pub fn of(nation: Nation) -> &'static Calendar {
        match nation {
            Nation::EnglandAndWales => &ENGLAND_AND_WALES,
            Nation::Scotland => &SCOTLAND,
            Nation::NorthernIreland => &NORTHERN_IRELAND,
        }
    }

    fn new(nation: Option<Nation>) -> Calendar {
        let first = Day::of(*YEARS.start(), 1, 1).unwrap_or_default();
        let last = Day::of(*YEARS.end(), 12, 31).unwrap_or_default();
        let holidays: Vec<Day> =
            YEARS.flat_map(|year| kept(nation, year)).map(|holiday| holiday.day).collect();
        let (mut working, mut count) = (Vec::new(), Vec::new());
        for day in (0..=last.since(first)).map(|number| first.plus(number)) {
            if !day.is_weekend() && holidays.binary_search(&day).is_err() {
                working.push(day);
            }
            count.push(u16::try_from(working.len()).unwrap_or(u16::MAX));
        }
        Calendar { nation, first, working, count }
    }

    /// The holiday that a day is, if it is one here.
    #[must_use]
    pub fn holiday(&self, day: Day) -> Option<Holiday> {
        kept(self.nation, day.year()).find(|holiday| holiday.day == day)
    }

    /// Whether a day is a working day.
    #[must_use]
    pub fn is_working_day(&self, day: Day) -> bool {
        match self.up_to(day) {
            Some(count) => count.checked_sub(1).is_some_and(|last| self.working.get(last) == Some(&day)),
            None => !day.is_weekend() && self.holiday(day).is_none(),
        }
    }

    /// The n-th working day after a day; for 0 the day itself.
    #[must_use]
    pub fn working_day_after(&self, day: Day, n: u16) -> Day {
        if n == 0 {
            return day;
        }
        let place = self.up_to(day).map(|count| count + usize::from(n) - 1);
        match place.and_then(|place| self.working.get(place)) {
            Some(found) => *found,
            None => self.step(day, 1, n),
        }
    }

    /// The n-th working day before a day; for 0 the day itself.
    #[must_use]
    pub fn working_day_before(&self, day: Day, n: u16) -> Day {
        if n == 0 {
            return day;
        }
        let before = self.up_to(day).map(|count| count - usize::from(self.is_working_day(day)));
        match before.and_then(|before| before.checked_sub(usize::from(n))) {
            Some(place) => self.working.get(place).copied().unwrap_or(day),
            None => self.step(day, -1, n),
        }
    }

    /// How many working days lie behind one day up to another, the latter with them; below 0 where the latter lies
    /// before the former.
    #[must_use]
    pub fn working_days_between(&self, after: Day, until: Day) -> i64 {
        if until < after {
            return -self.working_days_between(until, after);
        }
        match (self.up_to(after), self.up_to(until)) {
            (Some(before), Some(all)) => i64::try_from(all - before).unwrap_or(i64::MAX),
            _ => (1..=until.since(after)).filter(|n| self.is_working_day(after.plus(*n))).map(|_| 1).sum(),
        }
    }

    /// The working day that a day is, or the next one.
    #[must_use]
    pub fn working_day_from(&self, day: Day) -> Day {
        self.working_day_after(day.plus(-1), 1)
    }

    fn up_to(&self, day: Day) -> Option<usize> {
        let place = usize::try_from(day.since(self.first)).ok()?;
        self.count.get(place).map(|count| usize::from(*count))
    }

    #[cold]
    fn step(&self, mut day: Day, direction: i32, n: u16) -> Day {
        let mut left = n;
        while left > 0 {
            day = day.plus(direction);
            left -= u16::from(!day.is_weekend() && self.holiday(day).is_none());
        }
        day
    }
}

fn kept(nation: Option<Nation>, year: i16) -> impl Iterator<Item = Holiday> {
    let here = move |holiday: &Holiday| nation.is_none_or(|nation| holiday.is_kept_in(nation));
    bank_holidays(year).into_iter().filter(here)
}
