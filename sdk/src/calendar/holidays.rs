//! Bank holidays, by the rule that makes each.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use crate::Day;

/// A part of the United Kingdom with bank holidays of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Nation {
    /// England and Wales.
    EnglandAndWales,
    /// Scotland. Local holidays are none of the law's: only days scheduled or proclaimed for the whole of it count.
    Scotland,
    /// Northern Ireland.
    NorthernIreland,
}

/// Some of the parts of the United Kingdom, or all.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Nations(u8);

/// A bank holiday, Christmas Day or Good Friday.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Holiday {
    /// The day on which it is kept.
    pub day: Day,
    /// What it is called.
    pub name: Cow<'static, str>,
    /// Where it is kept.
    pub nations: Nations,
}

const ENGLAND_AND_WALES: Nations = Nations(1);
const SCOTLAND: Nations = Nations(2);
const NORTHERN_IRELAND: Nations = Nations(4);
const NOT_SCOTLAND: Nations = Nations(1 | 4);
const EVERYWHERE: Nations = Nations(1 | 2 | 4);

impl Nations {
    /// All of them.
    pub const ALL: Nations = EVERYWHERE;

    /// Whether a nation is among them.
    #[must_use]
    pub const fn hold(self, nation: Nation) -> bool {
        let one = match nation {
            Nation::EnglandAndWales => ENGLAND_AND_WALES,
            Nation::Scotland => SCOTLAND,
            Nation::NorthernIreland => NORTHERN_IRELAND,
        };
        self.0 & one.0 != 0
    }

    /// Those that are not among others.
    #[must_use]
    pub const fn without(self, others: Nations) -> Nations {
        Nations(self.0 & !others.0)
    }

    /// Whether there are none.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Them in words; nothing where they are all.
    #[must_use]
    pub const fn in_words(self) -> &'static str {
        match self {
            EVERYWHERE => "",
            SCOTLAND => "Scotland",
            NORTHERN_IRELAND => "Northern Ireland",
            ENGLAND_AND_WALES => "England and Wales",
            NOT_SCOTLAND => "not Scotland",
            _ => "not everywhere",
        }
    }
}

impl FromIterator<Nation> for Nations {
    fn from_iter<I: IntoIterator<Item = Nation>>(nations: I) -> Nations {
        let one = |nation| match nation {
            Nation::EnglandAndWales => ENGLAND_AND_WALES,
            Nation::Scotland => SCOTLAND,
            Nation::NorthernIreland => NORTHERN_IRELAND,
        };
        Nations(nations.into_iter().fold(0, |all, nation| all | one(nation).0))
    }
}

impl From<Nation> for Nations {
    fn from(nation: Nation) -> Nations {
        Nations::from_iter([nation])
    }
}

impl Holiday {
    /// Whether it is kept in a nation.
    #[must_use]
    pub const fn is_kept_in(&self, nation: Nation) -> bool {
        self.nations.hold(nation)
    }

    /// Where it is kept, in words; nothing where it is kept everywhere.
    #[must_use]
    pub const fn place(&self) -> &'static str {
        self.nations.in_words()
    }
}

/// The bank holidays of a year in any part of the United Kingdom, in order.
///
/// They come from the Banking and Financial Dealings Act 1971, Schedule 1, with the days that are proclaimed each year
/// under its section 1(3) (New Year's Day outside Scotland, the early May holiday, Boxing Day in Scotland, substitute
/// days), from common law (Christmas Day and Good Friday in England, Wales and Northern Ireland) and from the St Andrew's
/// Day Bank Holiday (Scotland) Act 2007. What was proclaimed once is listed. It was checked against gov.uk's list for 2024
/// to 2027; beyond 2027 it is what the rules give, and nothing that is still to be proclaimed: that comes with the events
/// that [`Calendars`](crate::Calendars) folds. On 4 January 2010 and 2011 Scotland had no bank holiday, though gov.uk lists
/// one: nothing was proclaimed. For the years before 2005, when the Freedom of Information Act came into force, substitute
/// days in Scotland are what the rules give, and were compared with no list.
#[must_use]
pub fn bank_holidays(year: i16) -> Vec<Holiday> {
    let mut found = Vec::with_capacity(16);
    let mut add = |day: Option<Day>, name: &'static str, nations: Nations| {
        found.extend(day.map(|day| Holiday { day, name: Cow::Borrowed(name), nations }));
    };
    let on = |month, day| Day::of(year, month, day);
    let easter = easter_sunday(year);

    new_year(year, &mut add);
    add(on(3, 17).map(rolled), "St Patrick's Day", NORTHERN_IRELAND);
    add(easter.map(|sunday| sunday.plus(-2)), "Good Friday", EVERYWHERE);
    add(easter.map(|sunday| sunday.plus(1)), "Easter Monday", NOT_SCOTLAND);
    // Moved in 2020 to the 75th anniversary of the end of the war in Europe.
    let early_may = if year == 2020 { on(5, 8) } else { on(5, 1).map(monday_from) };
    add(early_may, "Early May bank holiday", EVERYWHERE);
    // Moved to the days of a jubilee: the Golden, the Diamond and the Platinum one.
    let spring = match year {
        2002 | 2012 => on(6, 4),
        2022 => on(6, 2),
        _ => on(5, 25).map(monday_from),
    };
    add(spring, "Spring bank holiday", EVERYWHERE);
    add(on(7, 12).map(rolled), "Battle of the Boyne", NORTHERN_IRELAND);
    add(on(8, 1).map(monday_from), "Summer bank holiday", SCOTLAND);
    add(on(8, 25).map(monday_from), "Summer bank holiday", NOT_SCOTLAND);
    if year >= 2007 {
        add(on(11, 30).map(rolled), "St Andrew's Day", SCOTLAND);
    }
    christmas(year, &mut add);

    match year {
        1999 => add(on(12, 31), "Millennium", EVERYWHERE),
        2002 => add(on(6, 3), "Golden Jubilee", EVERYWHERE),
        2011 => add(on(4, 29), "Wedding of Prince William", EVERYWHERE),
        2012 => add(on(6, 5), "Diamond Jubilee", EVERYWHERE),
        2022 => {
            add(on(6, 3), "Platinum Jubilee", EVERYWHERE);
            add(on(9, 19), "State funeral of Queen Elizabeth II", EVERYWHERE);
        }
        2023 => add(on(5, 8), "Coronation of King Charles III", EVERYWHERE),
        2026 => add(on(6, 15), "World Cup bank holiday", SCOTLAND),
        _ => {}
    }
    found.sort_unstable();
    found
}

/// In Scotland two days at a weekend move to the Monday and the Tuesday behind it.
fn new_year(year: i16, add: &mut impl FnMut(Option<Day>, &'static str, Nations)) {
    let Some(first) = Day::of(year, 1, 1) else { return };
    let second = first.plus(1);
    add(Some(rolled(first)), "New Year's Day", NOT_SCOTLAND);
    let (first, second) = match (first.is_weekend(), second.is_weekend()) {
        // Saturday and Sunday.
        (true, true) => (first.plus(2), first.plus(3)),
        // Sunday and Monday: the second of January stays.
        (true, false) => (first.plus(2), second),
        _ => (first, rolled(second)),
    };
    add(Some(first), "New Year's Day", SCOTLAND);
    // A second of January at a weekend moves by proclamation, and in these years there was none.
    add(Some(second).filter(|_| !matches!(year, 2010 | 2011)), "2nd January", SCOTLAND);
}

fn christmas(year: i16, add: &mut impl FnMut(Option<Day>, &'static str, Nations)) {
    let Some(christmas) = Day::of(year, 12, 25) else { return };
    let boxing_day = christmas.plus(1);
    let (christmas, boxing_day) = match (christmas.is_weekend(), boxing_day.is_weekend()) {
        (true, true) => (christmas.plus(2), christmas.plus(3)),
        (true, false) => (christmas.plus(2), boxing_day),
        _ => (christmas, rolled(boxing_day)),
    };
    add(Some(christmas), "Christmas Day", EVERYWHERE);
    add(Some(boxing_day), "Boxing Day", EVERYWHERE);
}

/// The day, or the Monday behind it where it falls on a weekend.
fn rolled(day: Day) -> Day {
    if day.is_weekend() { monday_from(day) } else { day }
}

/// The first Monday on or after a day.
fn monday_from(day: Day) -> Day {
    day.plus((7 - day.weekday()) % 7)
}

/// Whether a day is Christmas Day or Good Friday, which the Freedom of Information Act 2000, section 10(6), names: they
/// are no working days whether or not they are bank holidays anywhere.
pub(super) fn is_named_in_the_act(day: Day) -> bool {
    (day.month() == 12 && day.day_of_month() == 25)
        || easter_sunday(day.year()).is_some_and(|sunday| sunday.plus(-2) == day)
}

/// Easter Sunday of the Gregorian calendar, by the computation of Meeus, Jones and Butcher.
fn easter_sunday(year: i16) -> Option<Day> {
    let year = i32::from(year);
    let (golden, century, rest) = (year % 19, year / 100, year % 100);
    let epact = (19 * golden + century - century / 4 - (century - (century + 8) / 25 + 1) / 3 + 15) % 30;
    let weekday = (32 + 2 * (century % 4) + 2 * (rest / 4) - epact - rest % 4) % 7;
    let late = (golden + 11 * epact + 22 * weekday) / 451;
    let days = epact + weekday - 7 * late + 114;
    let (month, day) = (i8::try_from(days / 31).ok()?, i8::try_from(days % 31 + 1).ok()?);
    Day::of(i16::try_from(year).ok()?, month, day)
}
