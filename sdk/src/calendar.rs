//! Working days.

use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock};

use crate::Day;

mod holidays;
#[cfg(test)]
mod tests;

pub use holidays::{Holiday, Nation, Nations, bank_holidays};

/// The years for which working days are counted ahead, and which the clocks of the law answer for; for others each day is
/// looked at.
pub(crate) const YEARS: std::ops::RangeInclusive<i16> = 1998..=2100;

/// Which days are working days. Those of the law are built in, as [`Calendar::uk_wide`] and [`Calendar::of`];
/// [`Calendars`](crate::Calendars) makes them what the ledger says that they have become since.
///
/// ```
/// use muniment_sdk::{Calendar, Day};
/// let received: Day = "2026-03-02".parse()?;
/// // 17 March is a holiday in Northern Ireland, and so nowhere a working day.
/// assert_eq!(Calendar::uk_wide().working_day_after(received, 20).to_string(), "2026-03-31");
/// # Ok::<(), muniment_sdk::NoDay>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Calendar {
    /// `None`: a holiday anywhere in the United Kingdom counts.
    nation: Option<Nation>,
    first: Day,
    /// All working days, each as so many days behind the first day.
    working: Vec<u16>,
    /// For each day from the first on, how many working days there are up to it and with it.
    count: Vec<u16>,
    /// The days that were made other than what is built in.
    changed: BTreeMap<Day, Changed>,
}

/// What a day was made.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Changed {
    /// It is these holidays, or none.
    Holidays(Vec<Holiday>),
    /// It is a working day, whatever else it is.
    Open,
    /// It is none, whatever else it is.
    Closed,
}

/// Why a day is no working day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DayOff {
    /// It is a Saturday or a Sunday.
    Weekend,
    /// It is a bank holiday, Christmas Day or Good Friday.
    Holiday(Holiday),
    /// The ledger says that it is closed in a calendar of its own, such as a school's.
    Closed,
}

static UK_WIDE: LazyLock<Arc<Calendar>> = LazyLock::new(|| Arc::new(Calendar::new(None)));
static ENGLAND_AND_WALES: LazyLock<Arc<Calendar>> =
    LazyLock::new(|| Arc::new(Calendar::new(Some(Nation::EnglandAndWales))));
static SCOTLAND: LazyLock<Arc<Calendar>> = LazyLock::new(|| Arc::new(Calendar::new(Some(Nation::Scotland))));
static NORTHERN_IRELAND: LazyLock<Arc<Calendar>> =
    LazyLock::new(|| Arc::new(Calendar::new(Some(Nation::NorthernIreland))));

impl Calendar {
    /// Working days under the Freedom of Information Act 2000, section 10(6): any day other than a Saturday, a Sunday,
    /// Christmas Day, Good Friday or a day that is a bank holiday under the Banking and Financial Dealings Act 1971 **in
    /// any part of the United Kingdom**. Days on which an office is merely closed are working days.
    ///
    /// The same words stand in the Environmental Information Regulations 2004, regulation 2(1), by reference, and in the
    /// Re-use of Public Sector Information Regulations 2015, regulation 2.
    #[must_use]
    pub fn uk_wide() -> &'static Arc<Calendar> {
        &UK_WIDE
    }

    /// Working days where only the bank holidays of one nation count, as in the rights of data subjects.
    #[must_use]
    pub fn of(nation: Nation) -> &'static Arc<Calendar> {
        match nation {
            Nation::EnglandAndWales => &ENGLAND_AND_WALES,
            Nation::Scotland => &SCOTLAND,
            Nation::NorthernIreland => &NORTHERN_IRELAND,
        }
    }

    fn new(nation: Option<Nation>) -> Calendar {
        let (first, last) = (Day::on(*YEARS.start(), 1, 1), Day::on(*YEARS.end(), 12, 31));
        let holidays: Vec<Day> =
            YEARS.flat_map(|year| kept(nation, year)).map(|holiday| holiday.day).collect();
        let days = u16::try_from(last.since(first)).unwrap_or(u16::MAX);
        let (mut working, mut count) = (Vec::new(), Vec::with_capacity(usize::from(days) + 1));
        let mut next_holiday = holidays.iter().peekable();
        for number in 0..=days {
            let day = first.plus(i32::from(number));
            let mut is_holiday = false;
            while next_holiday.next_if(|holiday| **holiday <= day).is_some_and(|holiday| *holiday == day) {
                is_holiday = true;
            }
            if !day.is_weekend() && !is_holiday {
                working.push(number);
            }
            count.push(u16::try_from(working.len()).unwrap_or(u16::MAX));
        }
        Calendar { nation, first, working, count, changed: BTreeMap::new() }
    }

    /// Makes a day what holidays there are on it now, wherever they are kept.
    pub(crate) fn keep(&mut self, day: Day, mut holidays: Vec<Holiday>) {
        match self.nation {
            Some(nation) => holidays.retain(|holiday| holiday.is_kept_in(nation)),
            None => holidays.retain(|holiday| !holiday.nations.is_empty()),
        }
        if holidays.is_empty() && self.nation.is_none() && holidays::is_named_in_the_act(day) {
            return;
        }
        let built_in: Vec<Holiday> =
            kept(self.nation, day.year()).filter(|holiday| holiday.day == day).collect();
        let is_built_in = holidays == built_in;
        self.change(day, Changed::Holidays(holidays));
        if is_built_in {
            self.changed.remove(&day);
        }
    }

    /// Makes a day a working day, whatever else it is.
    pub(crate) fn open(&mut self, day: Day) {
        self.change(day, Changed::Open);
    }

    /// Makes a day none, whatever else it is.
    pub(crate) fn close(&mut self, day: Day) {
        self.change(day, Changed::Closed);
    }

    fn change(&mut self, day: Day, changed: Changed) {
        let before = self.is_working_day(day);
        self.changed.insert(day, changed);
        let now = self.look_at(day).is_none();
        let Some(place) = self.place(day) else { return };
        let number = u16::try_from(place).unwrap_or(u16::MAX);
        match (before, now, self.working.binary_search(&number)) {
            (false, true, Err(at)) => {
                self.working.insert(at, number);
                self.count.iter_mut().skip(place).for_each(|count| *count += 1);
            }
            (true, false, Ok(at)) => {
                self.working.remove(at);
                self.count.iter_mut().skip(place).for_each(|count| *count -= 1);
            }
            _ => {}
        }
    }

    /// The holiday that a day is, if it is one here.
    #[must_use]
    pub fn holiday(&self, day: Day) -> Option<Holiday> {
        match self.changed.get(&day) {
            Some(Changed::Holidays(holidays)) => holidays.first().cloned(),
            _ => kept(self.nation, day.year()).find(|holiday| holiday.day == day),
        }
    }

    /// Why a day is no working day; nothing where it is one.
    #[must_use]
    pub fn day_off(&self, day: Day) -> Option<DayOff> {
        if self.is_working_day(day) { None } else { self.look_at(day) }
    }

    /// Whether a day is a working day.
    #[must_use]
    pub fn is_working_day(&self, day: Day) -> bool {
        match self.place(day) {
            Some(0) => self.count.first() == Some(&1),
            Some(place) => self.count[place] != self.count[place - 1],
            None => self.look_at(day).is_none(),
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
            Some(found) => self.first.plus(i32::from(*found)),
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
        match before.and_then(|before| self.working.get(before.checked_sub(usize::from(n))?)) {
            Some(found) => self.first.plus(i32::from(*found)),
            None => self.step(day, -1, n),
        }
    }

    /// How many working days lie behind one day up to another, the latter with them; below 0 where the latter lies
    /// before the former.
    #[must_use]
    pub fn working_days_between(&self, after: Day, until: Day) -> i64 {
        self.count_to(until) - self.count_to(after)
    }

    /// The working day that a day is, or the next one.
    #[must_use]
    pub fn working_day_from(&self, day: Day) -> Day {
        self.working_day_after(day.plus(-1), 1)
    }

    fn place(&self, day: Day) -> Option<usize> {
        usize::try_from(day.since(self.first)).ok().filter(|place| *place < self.count.len())
    }

    fn up_to(&self, day: Day) -> Option<usize> {
        self.place(day).map(|place| usize::from(self.count[place]))
    }

    /// How many working days there are from the first day to one, below 0 before it. Nobody counts day for day to a year
    /// such as 9999, which an entry may name.
    fn count_to(&self, day: Day) -> i64 {
        let last = self.first.plus(i32::try_from(self.count.len()).unwrap_or(i32::MAX) - 1);
        match self.up_to(day) {
            Some(count) => i64::try_from(count).unwrap_or(i64::MAX),
            None if day < self.first => -self.count_outside(day, self.first.plus(-1)),
            None => i64::from(self.count.last().copied().unwrap_or(0)) + self.count_outside(last, day),
        }
    }

    fn count_outside(&self, after: Day, until: Day) -> i64 {
        let weekdays = |day: Day| {
            let since_monday = day.since(Day::on(1970, 1, 5)) + 1;
            i64::from(since_monday.div_euclid(7)) * 5 + i64::from(since_monday.rem_euclid(7).min(5))
        };
        let holidays = (after.year()..=until.year()).flat_map(|year| {
            let mut days: Vec<Day> = kept(self.nation, year).map(|holiday| holiday.day).collect();
            days.dedup();
            days
        });
        let holidays = holidays.filter(|day| after < *day && *day <= until && !day.is_weekend());
        weekdays(until) - weekdays(after) - holidays.map(|_| 1).sum::<i64>()
    }

    fn look_at(&self, day: Day) -> Option<DayOff> {
        match self.changed.get(&day) {
            Some(Changed::Open) => None,
            Some(Changed::Closed) => Some(DayOff::Closed),
            _ if day.is_weekend() => Some(DayOff::Weekend),
            _ => self.holiday(day).map(DayOff::Holiday),
        }
    }

    /// Looks at day for day, up to the end of all days.
    #[cold]
    fn step(&self, mut day: Day, direction: i32, n: u16) -> Day {
        let mut left = n;
        while left > 0 && day.plus(direction) != day {
            day = day.plus(direction);
            left -= u16::from(self.look_at(day).is_none());
        }
        day
    }
}

fn kept(nation: Option<Nation>, year: i16) -> impl Iterator<Item = Holiday> {
    let here = move |holiday: &Holiday| nation.is_none_or(|nation| holiday.is_kept_in(nation));
    bank_holidays(year).into_iter().filter(here)
}
