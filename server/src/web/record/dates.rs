//! Days and times as they are typed into inputs of their own, and the instants in London that they name.

use muniment_core::time::Timestamp;

use super::super::fields::Fields;
use crate::report::{Day, moment_in_words};

const MINUTE_MICROS: i64 = 60_000_000;
const HOUR_MICROS: i64 = 60 * MINUTE_MICROS;
const DAY_MINUTES: i64 = 24 * 60;

const MONTHS: [&str; 12] = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
];

/// What was typed into the inputs of a day, and into those of a time if there are any.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Typed {
    pub(super) day: String,
    pub(super) month: String,
    pub(super) year: String,
    pub(super) hour: String,
    pub(super) minute: String,
}

/// What is wrong with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Mistake {
    /// The input: `day`, `month`, `year`, `hour` or `minute`.
    pub(super) part: &'static str,
    pub(super) message: String,
}

impl Mistake {
    pub(super) fn new(part: &'static str, message: &str) -> Mistake {
        Mistake { part, message: message.to_owned() }
    }
}

impl Typed {
    /// What a form says.
    pub(super) fn of(fields: &Fields, id: &str) -> Typed {
        let part = |name: &str| fields.get(&format!("{id}-{name}")).to_owned();
        Typed {
            day: part("day"),
            month: part("month"),
            year: part("year"),
            hour: part("hour"),
            minute: part("minute"),
        }
    }

    /// A day on one line: `27 3 2026`, `27/3/2026`, `2026-03-27`.
    pub(super) fn of_line(line: &str) -> Typed {
        let mut parts: Vec<&str> = line.split([' ', '/', '-', '.']).filter(|part| !part.is_empty()).collect();
        if parts.first().is_some_and(|first| first.len() == 4) {
            parts.reverse();
        }
        let part = |place: usize| parts.get(place).copied().unwrap_or_default().to_owned();
        Typed { day: part(0), month: part(1), year: part(2), ..Typed::default() }
    }

    /// The day as fields of a form.
    pub(super) fn into_day(self, id: &str) -> [(String, String); 3] {
        let parts = [("day", self.day), ("month", self.month), ("year", self.year)];
        parts.map(|(part, typed)| (format!("{id}-{part}"), typed))
    }

    pub(super) fn is_empty(&self) -> bool {
        *self == Typed::default()
    }

    pub(super) fn has_time(&self) -> bool {
        !self.hour.is_empty() || !self.minute.is_empty()
    }

    /// The day.
    pub(super) fn day(&self) -> Result<Day, Mistake> {
        let parts = [("day", &self.day), ("month", &self.month), ("year", &self.year)];
        if let Some((part, _)) = parts.into_iter().find(|(_, typed)| typed.is_empty()) {
            return Err(Mistake { part, message: format!("the date must include a {part}") });
        }
        if self.year.len() != 4 || !self.year.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(Mistake::new("year", "the year must have 4 digits, such as 2026"));
        }
        let day = match (self.year.parse(), month(&self.month), self.day.parse()) {
            (Ok(year), Some(month), Ok(day)) => Day::of(year, month, day),
            _ => None,
        };
        day.ok_or_else(|| Mistake::new("day", "enter a real date, such as 27 3 2026"))
    }

    /// The instant at which clocks in London showed the time on a day, and how an event spells it.
    pub(super) fn instant(&self, day: Day) -> Result<(Timestamp, String), Mistake> {
        let parts = [("hour", &self.hour), ("minute", &self.minute)];
        if let Some((part, _)) = parts.into_iter().find(|(_, typed)| typed.is_empty()) {
            return Err(Mistake { part, message: format!("the time must include the {part}, such as 9 30") });
        }
        let (hour, minute) = match (self.hour.parse::<u8>(), self.minute.parse::<u8>()) {
            (Ok(hour), Ok(minute)) if hour < 24 && minute < 60 => (hour, minute),
            _ => return Err(Mistake::new("hour", "enter a real time, such as 9 30 or 14 05")),
        };
        let skipped = "there was no such time on this day: the clocks went forward by an hour";
        let instant = in_london(day, hour, minute).ok_or_else(|| Mistake::new("hour", skipped))?;
        Ok((instant, spelled(day, hour, minute, instant)))
    }
}

/// A month by its number or its name.
fn month(typed: &str) -> Option<i8> {
    if let Ok(number) = typed.parse() {
        return Some(number);
    }
    let name = typed.to_lowercase();
    let place = MONTHS.iter().position(|month| name.len() >= 3 && month.starts_with(name.as_str()))?;
    i8::try_from(place + 1).ok()
}

/// When clocks in London showed a time; of a time that they showed twice, the first. `None` if they never did.
fn in_london(day: Day, hour: u8, minute: u8) -> Option<Timestamp> {
    let minutes = i64::from(hour) * 60 + i64::from(minute);
    // A day on which the clocks are changed has another length: what is behind the change is counted from its end.
    let (begin, end) = (day.before().end().plus_micros(1), day.end().plus_micros(1));
    let from_begin = begin.plus_micros(minutes * MINUTE_MICROS);
    let from_end = end.plus_micros((minutes - DAY_MINUTES) * MINUTE_MICROS);
    let half = if hour < 12 { "am" } else { "pm" };
    let on_the_clock = if hour.is_multiple_of(12) { 12 } else { hour % 12 };
    let wanted = format!("{}, {on_the_clock}:{minute:02}{half}", day.in_short());
    [from_begin, from_end].into_iter().find(|instant| moment_in_words(*instant) == wanted)
}

/// With its offset from UTC, so that an entry says what was typed.
fn spelled(day: Day, hour: u8, minute: u8, instant: Timestamp) -> String {
    let local = format!("{day}T{hour:02}:{minute:02}:00");
    let as_utc = Timestamp::parse_rfc3339(&format!("{local}Z"));
    match as_utc.map(|as_utc| as_utc.as_micros() - instant.as_micros()) {
        Ok(0) => format!("{local}Z"),
        Ok(HOUR_MICROS) => format!("{local}+01:00"),
        _ => instant.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn typed(day: &str, month: &str, year: &str, hour: &str, minute: &str) -> Typed {
        let [day, month, year, hour, minute] = [day, month, year, hour, minute].map(str::to_owned);
        Typed { day, month, year, hour, minute }
    }

    fn day(day: &str, month: &str, year: &str) -> Result<String, (&'static str, String)> {
        let read = typed(day, month, year, "", "").day();
        read.map(|day| day.to_string()).map_err(|mistake| (mistake.part, mistake.message))
    }

    #[test]
    fn days_are_read_as_people_write_them() {
        for month in ["3", "03", "March", "mar"] {
            assert_eq!(day("27", month, "2026"), Ok("2026-03-27".to_owned()), "{month}");
        }
        let real = "enter a real date, such as 27 3 2026";
        for (typed, part, message) in [
            (["30", "2", "2026"], "day", real),
            (["x", "2", "2026"], "day", real),
            (["1", "13", "2026"], "day", real),
            (["1", "ma", "2026"], "day", real),
            (["", "2", "2026"], "day", "the date must include a day"),
            (["1", "", "2026"], "month", "the date must include a month"),
            (["1", "2", ""], "year", "the date must include a year"),
            (["1", "2", "26"], "year", "the year must have 4 digits, such as 2026"),
        ] {
            assert_eq!(day(typed[0], typed[1], typed[2]), Err((part, message.to_owned())), "{typed:?}");
        }
    }

    #[test]
    fn a_day_on_one_line() {
        for line in ["27 3 2026", "27/03/2026", "2026-03-27", "27 March 2026", "27.3.2026"] {
            assert_eq!(Typed::of_line(line).day().unwrap().to_string(), "2026-03-27", "{line}");
        }
        assert!(Typed::of_line("soon").day().is_err());
    }

    #[test]
    fn times_are_those_of_london() {
        let at = |day: &str, month: &str, hour: &str, minute: &str| {
            let typed = typed(day, month, "2026", hour, minute);
            let read = typed.instant(typed.day().unwrap());
            read.map(|(instant, spelled)| (instant.to_string(), spelled)).map_err(|mistake| mistake.part)
        };
        let is = |utc: &str, spelled: &str| -> Result<(String, String), &'static str> {
            Ok((format!("2026-{utc}:00.000000Z"), format!("2026-{spelled}")))
        };
        assert_eq!(at("14", "7", "9", "30"), is("07-14T08:30", "07-14T09:30:00+01:00"));
        assert_eq!(at("14", "1", "9", "05"), is("01-14T09:05", "01-14T09:05:00Z"));
        assert_eq!(at("14", "7", "0", "00"), is("07-13T23:00", "07-14T00:00:00+01:00"));
        assert_eq!(at("14", "1", "12", "00"), is("01-14T12:00", "01-14T12:00:00Z"));
        assert_eq!(at("14", "1", "23", "59"), is("01-14T23:59", "01-14T23:59:00Z"));
        // The clocks go forward on 29 March, and back on 25 October.
        assert_eq!(at("29", "3", "0", "59"), is("03-29T00:59", "03-29T00:59:00Z"));
        assert_eq!(at("29", "3", "1", "30"), Err("hour"));
        assert_eq!(at("29", "3", "2", "00"), is("03-29T01:00", "03-29T02:00:00+01:00"));
        assert_eq!(at("25", "10", "1", "30"), is("10-25T00:30", "10-25T01:30:00+01:00"));
        assert_eq!(at("25", "10", "2", "30"), is("10-25T02:30", "10-25T02:30:00Z"));
        assert_eq!(at("14", "7", "24", "00"), Err("hour"));
        assert_eq!(at("14", "7", "9", "60"), Err("hour"));
        assert_eq!(at("14", "7", "9", ""), Err("minute"));
        assert_eq!(at("14", "7", "", "30"), Err("hour"));
    }
}
