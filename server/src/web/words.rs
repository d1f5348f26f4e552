//! Days, times and numbers as pages say them: London's, with UTC beside it.

use std::borrow::Borrow;

use muniment_core::time::Timestamp;

use crate::report::{Day, moment_in_words};

/// A day or an instant in a page.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Moment {
    /// For programs.
    pub(super) iso: String,
    /// For people: `14 July 2026`, `14 July 2026, 9:30am`.
    pub(super) words: String,
    /// An instant in UTC; of a day nothing.
    pub(super) utc: String,
}

impl Moment {
    /// A day or an instant as the interface writes it. What is neither stays as it is.
    pub(super) fn of(text: &str) -> Moment {
        if let Ok(day) = text.parse::<Day>() {
            return Moment { iso: text.to_owned(), words: day.in_short(), utc: String::new() };
        }
        match Timestamp::parse_rfc3339(text) {
            Ok(instant) => Moment::at(instant),
            Err(_) => Moment { iso: String::new(), words: text.to_owned(), utc: String::new() },
        }
    }

    /// When something is due: at midnight means by the end of the day before.
    pub(super) fn due(text: &str) -> Moment {
        let ending = Timestamp::parse_rfc3339(text).ok().and_then(Day::ending_at);
        ending.map_or_else(|| Moment::of(text), |day| Moment { words: day.in_short(), ..Moment::of(text) })
    }

    /// An instant.
    pub(super) fn at(instant: Timestamp) -> Moment {
        let iso = instant.to_string();
        // To the second; the rest is in `iso`.
        let utc = iso.get(..19).unwrap_or_default().replace('T', " ") + " UTC";
        Moment { words: moment_in_words(instant), utc, iso }
    }
}

/// The day of a day or an instant, in London.
pub(super) fn day_of(text: &str) -> Option<Day> {
    let instant = |text: &str| Timestamp::parse_rfc3339(text).ok().map(Day::in_london);
    text.parse().ok().or_else(|| instant(text))
}

/// The day on which something is due: at midnight means the day before.
pub(super) fn due_day(text: &str) -> Option<Day> {
    Timestamp::parse_rfc3339(text).ok().and_then(Day::ending_at).or_else(|| day_of(text))
}

/// How far away a day is: `3 days left`, `today`, `2 days overdue`.
pub(super) fn days_left(today: Day, due: Day) -> String {
    match today.days_until(due) {
        0 => "today".to_owned(),
        1 => "1 day left".to_owned(),
        -1 => "1 day overdue".to_owned(),
        days if days > 0 => format!("{} days left", number(u64::from(days.unsigned_abs()))),
        days => format!("{} days overdue", number(u64::from(days.unsigned_abs()))),
    }
}

/// A number with separators: `20,215`.
///
/// Templates hand over what they borrow.
pub(super) fn number(number: impl Borrow<u64>) -> String {
    let digits = number.borrow().to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// So many of something: `1 entry`, `2,300 entries`.
pub(super) fn count(count: impl Borrow<u64>, one: &str, many: &str) -> String {
    let count = *count.borrow();
    format!("{} {}", number(count), if count == 1 { one } else { many })
}

/// A name made for programs, for people: `in_hand` is `In hand`.
pub(super) fn from_name(name: &str) -> String {
    let mut characters = name.chars();
    let first = characters.next().map(|first| first.to_uppercase().to_string()).unwrap_or_default();
    first + &characters.as_str().replace(['_', '-'], " ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_told_in_london() {
        let summer = Moment::of("2026-07-14T08:30:00.123456Z");
        assert_eq!(
            (summer.words.as_str(), summer.utc.as_str()),
            ("14 July 2026, 9:30am", "2026-07-14 08:30:00 UTC")
        );
        assert_eq!(Moment::of("2026-07-14").words, "14 July 2026");
        let due = "2026-07-14T23:00:00Z";
        assert_eq!(
            (Moment::due(due).words.as_str(), due_day(due).unwrap().in_short().as_str()),
            ("14 July 2026", "14 July 2026")
        );
        assert_eq!(Moment::due("2026-07-14T08:30:00Z").words, "14 July 2026, 9:30am");
        assert_eq!(Moment::of("soon").words, "soon");
        assert_eq!(day_of("2026-07-14T23:30:00Z").unwrap().in_short(), "15 July 2026");
    }

    #[test]
    fn numbers_have_separators() {
        let said = [0_u64, 999, 1_000, 20_215, 1_234_567].map(number);
        assert_eq!(said, ["0", "999", "1,000", "20,215", "1,234,567"]);
        assert_eq!(count(1_u64, "entry", "entries"), "1 entry");
        assert_eq!(count(2_300_u64, "entry", "entries"), "2,300 entries");
        assert_eq!(from_name("in_hand"), "In hand");
        assert_eq!(from_name(""), "");
    }

    #[test]
    fn days_are_counted() {
        let day: Day = "2026-03-31".parse().unwrap();
        let to = |other: &str| days_left(day, other.parse().unwrap());
        assert_eq!(to("2026-03-31"), "today");
        assert_eq!(to("2026-04-01"), "1 day left");
        assert_eq!(to("2026-03-30"), "1 day overdue");
        assert_eq!(to("2027-03-31"), "365 days left");
        assert_eq!(to("2026-03-01"), "30 days overdue");
    }
}
