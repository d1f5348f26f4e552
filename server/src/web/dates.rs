//! Days and times as they are typed into inputs of their own, and the instants in London that they name.

use muniment_core::time::Timestamp;

use super::fields::Fields;
use super::words::capital;
use crate::report::{Day, moment_in_words};

const MINUTE_MICROS: i64 = 60_000_000;
const HOUR_MICROS: i64 = 60 * MINUTE_MICROS;
const DAY_MINUTES: i64 = 24 * 60;
/// So much of what was typed is said again in an error.
const SAID_CHARACTERS_MAX: usize = 20;

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

    /// What clocks in London showed at an instant.
    pub(super) fn at(instant: Timestamp) -> Typed {
        let said = moment_in_words(instant);
        let clock = said.rsplit_once(", ").map_or("", |(_, clock)| clock);
        let (hour, minute) = clock.split_once(':').unwrap_or_default();
        let half = if minute.ends_with("pm") { 12 } else { 0 };
        let hour = hour.parse::<u8>().map(|hour| (hour % 12 + half).to_string()).unwrap_or_default();
        let minute = minute.trim_end_matches(|c: char| c.is_ascii_alphabetic()).to_owned();
        Typed { hour, minute, ..Typed::of_line(&Day::in_london(instant).to_string()) }
    }

    /// The day and the time as fields of a form.
    pub(super) fn into_moment(self, id: &str) -> Vec<(String, String)> {
        let time = [("hour", self.hour.clone()), ("minute", self.minute.clone())];
        let time = time.map(|(part, typed)| (format!("{id}-{part}"), typed));
        self.into_day(id).into_iter().chain(time).collect()
    }

    pub(super) fn is_empty(&self) -> bool {
        *self == Typed::default()
    }

    /// As it was typed, on one line.
    pub(super) fn in_short(&self) -> String {
        let parts = [&self.day, &self.month, &self.year, &self.hour, &self.minute];
        let typed = parts.into_iter().filter(|part| !part.is_empty()).map(String::as_str);
        typed.collect::<Vec<_>>().join(" ")
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
            let message = format!("the year must have 4 digits, such as 2026, not {}", said(&self.year));
            return Err(Mistake { part: "year", message });
        }
        let Some(month) = month(&self.month).filter(|month| (1..=12).contains(month)) else {
            let message =
                format!("the month must be between 1 and 12, or its name, not {}", said(&self.month));
            return Err(Mistake { part: "month", message });
        };
        let Some(day) = number(&self.day).filter(|day| (1..=31).contains(day)) else {
            let message = format!("the day must be between 1 and 31, not {}", said(&self.day));
            return Err(Mistake { part: "day", message });
        };
        let year = self.year.parse::<i16>().unwrap_or_default();
        Day::of(year, month, day).ok_or_else(|| {
            let most = (28..31).rev().find(|day| Day::of(year, month, *day).is_some()).unwrap_or_default();
            let message = format!("{} {year} has {most} days, so it has no day {day}", name_of(month));
            Mistake { part: "day", message }
        })
    }

    /// The instant at which clocks in London showed the time on a day, and how an event spells it.
    pub(super) fn instant(&self, day: Day) -> Result<(Timestamp, String), Mistake> {
        let parts = [("hour", &self.hour), ("minute", &self.minute)];
        if let Some((part, _)) = parts.into_iter().find(|(_, typed)| typed.is_empty()) {
            return Err(Mistake { part, message: format!("the time must include the {part}, such as 9 30") });
        }
        let Some(hour) = number(&self.hour).filter(|hour: &u8| *hour < 24) else {
            let message = format!("the hour must be between 0 and 23, not {}", said(&self.hour));
            return Err(Mistake { part: "hour", message });
        };
        let Some(minute) = number(&self.minute).filter(|minute: &u8| *minute < 60) else {
            let message = format!("the minute must be between 0 and 59, not {}", said(&self.minute));
            return Err(Mistake { part: "minute", message });
        };
        let skipped = "there was no such time on this day: the clocks went forward by an hour";
        let instant = in_london(day, hour, minute).ok_or_else(|| Mistake::new("hour", skipped))?;
        Ok((instant, spelled(day, hour, minute, instant)))
    }
}

/// A whole number in digits.
fn number<N: std::str::FromStr>(typed: &str) -> Option<N> {
    if typed.bytes().all(|byte| byte.is_ascii_digit()) { typed.parse().ok() } else { None }
}

/// What was typed, as an error says it again.
fn said(typed: &str) -> String {
    let short: String = typed.chars().take(SAID_CHARACTERS_MAX).collect();
    let more = if short.len() < typed.len() { "…" } else { "" };
    format!("“{short}{more}”")
}

/// A month by its number or its name.
fn month(typed: &str) -> Option<i8> {
    if let Some(number) = number(typed) {
        return Some(number);
    }
    let name = typed.to_lowercase();
    let place = MONTHS.iter().position(|month| name.len() >= 3 && month.starts_with(name.as_str()))?;
    i8::try_from(place + 1).ok()
}

/// The name of a month, from 1.
fn name_of(month: i8) -> String {
    let place = usize::try_from(month - 1).unwrap_or_default();
    capital(MONTHS.get(place).copied().unwrap_or_default())
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
        for (typed, part, message) in [
            (["30", "2", "2026"], "day", "February 2026 has 28 days, so it has no day 30"),
            (["30", "Feb", "2028"], "day", "February 2028 has 29 days, so it has no day 30"),
            (["31", "4", "2026"], "day", "April 2026 has 30 days, so it has no day 31"),
            (["45", "2", "2026"], "day", "the day must be between 1 and 31, not “45”"),
            (["0", "2", "2026"], "day", "the day must be between 1 and 31, not “0”"),
            (["-1", "2", "2026"], "day", "the day must be between 1 and 31, not “-1”"),
            (["999", "2", "2026"], "day", "the day must be between 1 and 31, not “999”"),
            (["x", "2", "2026"], "day", "the day must be between 1 and 31, not “x”"),
            (["1", "13", "2026"], "month", "the month must be between 1 and 12, or its name, not “13”"),
            (["1", "ma", "2026"], "month", "the month must be between 1 and 12, or its name, not “ma”"),
            (["", "2", "2026"], "day", "the date must include a day"),
            (["1", "", "2026"], "month", "the date must include a month"),
            (["1", "2", ""], "year", "the date must include a year"),
            (["1", "2", "26"], "year", "the year must have 4 digits, such as 2026, not “26”"),
        ] {
            assert_eq!(day(typed[0], typed[1], typed[2]), Err((part, message.to_owned())), "{typed:?}");
        }
    }

    #[test]
    fn what_was_typed_is_said_again_in_short() {
        let long = "ä".repeat(1_000);
        let (_, message) = day(&long, "2", "2026").unwrap_err();
        assert_eq!(message, format!("the day must be between 1 and 31, not “{}…”", "ä".repeat(20)));
    }

    #[test]
    fn an_instant_is_typed_as_it_is_read() {
        for instant in [
            "2026-07-14T08:30:00Z",
            "2026-07-13T23:00:00Z",
            "2026-01-14T12:05:00Z",
            "2026-01-14T00:00:00Z",
            "2026-03-29T01:00:00Z",
            "2026-12-31T23:59:00Z",
        ] {
            let instant = Timestamp::parse_rfc3339(instant).unwrap();
            let typed = Typed::at(instant);
            let read = typed.instant(typed.day().unwrap()).unwrap();
            assert_eq!(read.0, instant, "{typed:?}");
        }
        let fields = Typed::at(Timestamp::parse_rfc3339("2026-07-14T13:05:00Z").unwrap()).into_moment("when");
        let told: Vec<(&str, &str)> =
            fields.iter().map(|(name, typed)| (name.as_str(), typed.as_str())).collect();
        assert_eq!(
            told,
            [
                ("when-day", "14"),
                ("when-month", "07"),
                ("when-year", "2026"),
                ("when-hour", "14"),
                ("when-minute", "05")
            ]
        );
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
        assert_eq!(at("14", "7", "9", "60"), Err("minute"));
        assert_eq!(at("14", "7", "9", "-1"), Err("minute"));
        assert_eq!(at("14", "7", "9", ""), Err("minute"));
        assert_eq!(at("14", "7", "", "30"), Err("hour"));
    }
}
