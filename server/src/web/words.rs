//! Days, times and numbers as pages say them: London's, with UTC beside it.

use std::borrow::Borrow;

use muniment_core::time::Timestamp;

use crate::report::{Day, moment_in_words};

/// Words of names that are written in capitals.
const ACRONYMS: [&str; 41] = [
    "ai", "bcc", "caf", "cctv", "csv", "dpa", "dpia", "dpo", "dspt", "dwp", "eir", "foi", "foia", "gdpr",
    "gis", "gpms", "gsc", "hmrc", "hr", "html", "iao", "ico", "ict", "ig", "impb", "ipco", "iso", "json",
    "ncsc", "pci", "pdf", "pecr", "pgp", "psn", "sar", "siro", "tls", "uk", "usb", "weee", "xlsx",
];
/// Choices that say too little by themselves.
const SAID: [(&str, &str); 2] = [("void", "The entry counts no more"), ("restore", "The entry counts again")];
/// So long something happened just now.
const JUST_NOW_MICROS: i64 = 60_000_000;
/// So far the clock that stamps entries may be ahead of the one that a page reads.
const AHEAD_MICROS: i64 = 1_000_000;

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

    /// As somebody reads it at an instant: what happened within the last minute happened just now. The exact time stays beside
    /// it, for programs and for whoever points at it.
    pub(super) fn seen(self, now: Timestamp) -> Moment {
        if self.utc.is_empty() {
            return self;
        }
        let ago = Timestamp::parse_rfc3339(&self.iso).map(|then| now.as_micros() - then.as_micros());
        match ago {
            Ok(ago) if (-AHEAD_MICROS..JUST_NOW_MICROS).contains(&ago) => {
                Moment { words: "just now".to_owned(), ..self }
            }
            _ => self,
        }
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
    capital(&name.replace(['_', '-'], " "))
}

/// With a capital at its beginning.
pub(super) fn capital(text: &str) -> String {
    let mut characters = text.chars();
    let first = characters.next().map(|first| first.to_uppercase().to_string()).unwrap_or_default();
    first + characters.as_str()
}

/// A value of a choice, for people: `web_form` is `Web form`, `foi` is `FOI`. What is no plain word, such as a section of an Act,
/// stays as it is. Forms, cases, lists and registers say it alike.
pub(super) fn choice(value: &str) -> String {
    let is_plain = |byte: u8| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'_');
    if !value.bytes().all(is_plain) {
        return value.to_owned();
    }
    let said = SAID.iter().find(|(known, _)| *known == value);
    said.map_or_else(|| with_acronyms(value, '_'), |(_, said)| (*said).to_owned())
}

/// A role, for people: `ig-manager` is `IG manager`.
pub(super) fn role(name: &str) -> String {
    let told = with_acronyms(name, '-');
    // In other names than those of roles this is no acronym.
    let words = told.split(' ').map(|word| if word == "it" { "IT" } else { word });
    words.collect::<Vec<_>>().join(" ")
}

fn with_acronyms(name: &str, between: char) -> String {
    let words = name.split(between).enumerate().map(|(place, word)| match place {
        _ if ACRONYMS.contains(&word) => word.to_uppercase(),
        0 => capital(word),
        _ => word.to_owned(),
    });
    words.collect::<Vec<_>>().join(" ")
}

/// Who did or decided something, or is to: `token/foi` is `the token foi`, `role/records-officer` `the role Records officer`.
/// What is none of these stays as it is.
pub(super) fn actor(name: &str) -> String {
    match name.split_once('/') {
        _ if name.contains(char::is_whitespace) || name.ends_with('/') => name.to_owned(),
        Some(("host", _)) => "the ledger itself".to_owned(),
        None if name == "host" => "the ledger itself".to_owned(),
        Some(("token", token)) => format!("the token {token}"),
        // People stand in the ledger by their pseudonyms.
        Some(("user", pseudonym)) => format!("the person {pseudonym}"),
        Some(("role", name)) => format!("the role {}", role(name)),
        Some(("unit", unit)) => format!("the unit {unit}"),
        _ => name.to_owned(),
    }
}

/// What is at stake, and the colour of its tag: the one form of it for lists, filters and forms.
pub(super) fn severity(name: &str) -> (String, &'static str) {
    let colour = match name {
        "statutory" => "red",
        "policy" => "amber",
        "warning" => "yellow",
        _ => "grey",
    };
    (from_name(name), colour)
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
    fn what_happened_in_this_minute_happened_just_now() {
        let now = Timestamp::parse_rfc3339("2026-07-14T08:30:00Z").unwrap();
        let said = |text: &str| Moment::of(text).seen(now).words;
        for near in ["2026-07-14T08:30:00Z", "2026-07-14T08:29:00.000001Z", "2026-07-14T08:30:00.5Z"] {
            assert_eq!(said(near), "just now", "{near}");
        }
        assert_eq!(said("2026-07-14T08:29:00Z"), "14 July 2026, 9:29am");
        assert_eq!(said("2026-07-14T08:31:00Z"), "14 July 2026, 9:31am", "it is yet to come");
        assert_eq!((said("2026-07-14").as_str(), said("soon").as_str()), ("14 July 2026", "soon"));
        let seen = Moment::of("2026-07-14T08:30:00.5Z").seen(now);
        assert!(
            seen.iso.starts_with("2026-07-14T08:30:00.5") && seen.utc == "2026-07-14 08:30:00 UTC",
            "{seen:?}"
        );
    }

    #[test]
    fn choices_are_told_in_words() {
        for (value, told) in [
            ("foi", "FOI"),
            ("dpa_1998", "DPA 1998"),
            ("web_form", "Web form"),
            ("reported_to_ico", "Reported to ICO"),
            ("void", "The entry counts no more"),
            ("restore", "The entry counts again"),
            ("s.40(2)", "s.40(2)"),
            ("R12", "R12"),
            ("adult-social-care", "adult-social-care"),
        ] {
            assert_eq!(choice(value), told);
        }
    }

    #[test]
    fn who_did_it_is_told_without_prefixes() {
        for (name, told) in [
            ("token/foi", "the token foi"),
            ("user/qxtzcvbn", "the person qxtzcvbn"),
            ("role/records-officer", "the role Records officer"),
            ("role/ig-manager", "the role IG manager"),
            ("role/head-of-it", "the role Head of IT"),
            ("unit/housing", "the unit housing"),
            ("host/restore", "the ledger itself"),
            ("host", "the ledger itself"),
            ("role/", "role/"),
            ("role/x and more", "role/x and more"),
            ("FOI/2026/1", "FOI/2026/1"),
        ] {
            assert_eq!(actor(name), told);
        }
    }

    #[test]
    fn what_is_at_stake_has_one_form() {
        let told = ["statutory", "policy", "warning", "grave"].map(severity);
        let told: Vec<(&str, &str)> = told.iter().map(|(words, colour)| (words.as_str(), *colour)).collect();
        assert_eq!(
            told,
            [("Statutory", "red"), ("Policy", "amber"), ("Warning", "yellow"), ("Grave", "grey")]
        );
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
