//! Cells and figures as people read them, the same in every format.

use muniment_core::report::{Cell, Metric, Share};

/// What stands for a number that is left out.
pub const LEFT_OUT: &str = "[c]";
/// What that means.
pub const LEFT_OUT_MEANS: &str =
    "[c] stands for a number that is left out, because it is between 1 and 4 or would tell one that is.";

/// A cell as a text.
#[must_use]
pub fn cell(cell: &Cell) -> String {
    match cell {
        Cell::Flag(true) => "Yes".to_owned(),
        Cell::Flag(false) => "No".to_owned(),
        Cell::Number(number) => grouped(*number),
        Cell::Text(text) => text.clone(),
        Cell::Share(share) => share.to_string(),
        Cell::Suppressed(_) => LEFT_OUT.to_owned(),
        Cell::Nothing => String::new(),
    }
}

/// A figure as a text.
#[must_use]
pub fn figure(metric: &Metric) -> String {
    match (metric.numerator, metric.denominator) {
        (Some(numerator), Some(denominator)) => Share { numerator, denominator }.to_string(),
        (Some(numerator), None) => grouped(i64::try_from(numerator).unwrap_or(i64::MAX)),
        (None, _) => LEFT_OUT.to_owned(),
    }
}

/// A number in groups of three digits.
#[must_use]
pub fn grouped(number: i64) -> String {
    let digits = number.unsigned_abs().to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3 + 1);
    if number < 0 {
        text.push('-');
    }
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

const MONTHS: [&str; 12] = [
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

/// A day such as `2026-03-31` as people write it: `31 March 2026`. What is no day stays as it is.
#[must_use]
pub fn day(text: &str) -> String {
    let in_words = || {
        let mut parts = text.splitn(3, '-');
        let (year, month, day) = (parts.next()?, parts.next()?, parts.next()?);
        let month = MONTHS.get(month.parse::<usize>().ok()?.checked_sub(1)?)?;
        Some(format!("{} {month} {year}", day.parse::<u8>().ok()?))
    };
    in_words().unwrap_or_else(|| text.to_owned())
}

/// An instant such as `2026-03-31T23:00:00Z`: `31 March 2026, 23:00 UTC`, and the last one of a day in London: `the end of 31
/// March 2026`. What is no instant in UTC stays as it is.
#[must_use]
pub fn instant(text: &str) -> String {
    match text.split_once('T') {
        Some((date, "22:59:59.999999Z" | "23:59:59.999999Z")) => format!("the end of {}", day(date)),
        Some((date, time)) if time.ends_with('Z') && time.len() > 5 && time.is_ascii() => {
            format!("{}, {} UTC", day(date), &time[..5])
        }
        _ => text.to_owned(),
    }
}

/// Whether a column holds numbers: then it is aligned to the right.
#[must_use]
pub fn is_numeric<'c>(mut cells: impl Iterator<Item = &'c Cell>) -> bool {
    let mut any = false;
    let all = cells.all(|cell| {
        any |= matches!(cell, Cell::Number(_) | Cell::Share(_));
        matches!(cell, Cell::Number(_) | Cell::Share(_) | Cell::Suppressed(_) | Cell::Nothing)
    });
    all && any
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_written_out() {
        assert_eq!((day("2026-03-01").as_str(), day("soon").as_str()), ("1 March 2026", "soon"));
        assert_eq!((day("2026-13-01").as_str(), day("2026-00-01").as_str()), ("2026-13-01", "2026-00-01"));
        assert_eq!(instant("2026-03-31T23:00:00.000000Z"), "31 March 2026, 23:00 UTC");
        assert_eq!(instant("2026-03-31T22:59:59.999999Z"), "the end of 31 March 2026");
        assert_eq!((instant("Z").as_str(), instant("aTZ").as_str()), ("Z", "aTZ"));
    }

    #[test]
    fn numbers_are_grouped() {
        let all = [(0, "0"), (999, "999"), (1_000, "1,000"), (-1_234_567, "-1,234,567")];
        for (number, text) in all {
            assert_eq!(grouped(number), text);
        }
    }
}
