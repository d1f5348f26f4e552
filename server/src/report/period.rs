//! Which time a report is about.

use std::fmt;

use super::day::Day;

/// A time from one day to another, both of them too, and what it is called.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Period {
    /// Its name.
    pub name: String,
    /// The first day.
    pub from: Day,
    /// The last day.
    pub to: Day,
}

/// A text that names no period.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "{0:?} is no period; give a financial year such as 2025-26, a quarter of one such as 2025-26-Q1, a calendar year such as \
     2025, or days such as 2025-04-01..2025-06-30"
)]
pub struct NoPeriod(String);

impl Period {
    /// Reads a period.
    ///
    /// # Errors
    /// If the text names none.
    pub fn parse(text: &str) -> Result<Period, NoPeriod> {
        let of = |from: Option<Day>, to: Option<Day>| {
            let (from, to) = (from?, to?);
            (from <= to).then(|| Period { name: text.to_owned(), from, to })
        };
        let period = match text.split_once("..") {
            Some((from, to)) => of(from.parse().ok(), to.parse().ok()),
            None => match text.split('-').collect::<Vec<_>>()[..] {
                [year] => number(year).and_then(|year| of(Day::of(year, 1, 1), Day::of(year, 12, 31))),
                [year, next] => financial(year, next)
                    .and_then(|year| quarter(year, 1, 4).and_then(|(from, to)| of(from, to))),
                [year, next, part] => financial(year, next).and_then(|year| {
                    let part = part.strip_prefix('Q')?.parse().ok().filter(|part| (1..=4).contains(part))?;
                    quarter(year, part, part).and_then(|(from, to)| of(from, to))
                }),
                _ => None,
            },
        };
        period.ok_or_else(|| NoPeriod(text.to_owned()))
    }

    /// The same days of the year before, as far as it has them.
    #[must_use]
    pub fn year_before(&self) -> Option<Period> {
        let earlier = |day: Day| {
            Day::of(day.year() - 1, day.month(), day.day_of_month())
                .or_else(|| Day::of(day.year() - 1, day.month(), 28))
        };
        // The last day of a February is that of the other one.
        let is_end = self.to.next().day_of_month() == 1;
        let to = if is_end { earlier(self.to.next())?.before() } else { earlier(self.to)? };
        let from = earlier(self.from)?;
        let name = match self.name.split('-').collect::<Vec<_>>()[..] {
            _ if self.name.contains("..") => format!("{from}..{to}"),
            [_] => from.year().to_string(),
            [_, _] => financial_name(from.year()),
            [_, _, part] => format!(
                "{}-{part}",
                financial_name(if from.month() < 4 { from.year() - 1 } else { from.year() })
            ),
            _ => format!("{from}..{to}"),
        };
        Some(Period { name, from, to })
    }
}

impl fmt::Display for Period {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)
    }
}

fn number(year: &str) -> Option<i16> {
    (year.len() == 4).then(|| year.parse().ok()).flatten()
}

/// The year in which a financial year begins: `2025-26` begins in 2025.
fn financial(year: &str, next: &str) -> Option<i16> {
    let begins = number(year)?;
    (next.len() == 2 && next.parse() == Ok((begins + 1) % 100)).then_some(begins)
}

fn financial_name(year: i16) -> String {
    format!("{year}-{:02}", (year + 1) % 100)
}

/// From the first day of one quarter of a financial year to the last day of another.
fn quarter(year: i16, first: i8, last: i8) -> Option<(Option<Day>, Option<Day>)> {
    let begins = |quarter: i8| {
        let month = 1 + quarter * 3;
        if month > 12 { Day::of(year + 1, month - 12, 1) } else { Day::of(year, month, 1) }
    };
    Some((begins(first), begins(last + 1).map(|next| next.before())))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn days(text: &str) -> String {
        let period = Period::parse(text).unwrap();
        format!("{}..{}", period.from, period.to)
    }

    #[test]
    fn periods_are_read() {
        assert_eq!(days("2025-26"), "2025-04-01..2026-03-31");
        assert_eq!(days("1999-00"), "1999-04-01..2000-03-31");
        assert_eq!(days("2025-26-Q1"), "2025-04-01..2025-06-30");
        assert_eq!(days("2025-26-Q3"), "2025-10-01..2025-12-31");
        assert_eq!(days("2025-26-Q4"), "2026-01-01..2026-03-31");
        assert_eq!(days("2025"), "2025-01-01..2025-12-31");
        assert_eq!(days("2025-02-03..2025-02-03"), "2025-02-03..2025-02-03");
        for wrong in [
            "",
            "2025-27",
            "2025-2026",
            "25-26",
            "2025-26-Q5",
            "2025-26-q1",
            "2025-02-30..2025-03-01",
            "2025-03-02..2025-03-01",
            "x",
        ] {
            assert!(Period::parse(wrong).is_err(), "{wrong}");
        }
        assert!(
            Period::parse("soon")
                .unwrap_err()
                .to_string()
                .starts_with("\"soon\" is no period; give a financial year")
        );
    }

    #[test]
    fn the_year_before_is_as_long() {
        for (this, before, days_before) in [
            ("2025-26", "2024-25", "2024-04-01..2025-03-31"),
            ("2025-26-Q4", "2024-25-Q4", "2025-01-01..2025-03-31"),
            ("2025-26-Q1", "2024-25-Q1", "2024-04-01..2024-06-30"),
            ("2025", "2024", "2024-01-01..2024-12-31"),
            ("2025-02-01..2025-02-28", "2024-02-01..2024-02-29", "2024-02-01..2024-02-29"),
        ] {
            let found = Period::parse(this).unwrap().year_before().unwrap();
            assert_eq!(
                (found.name.as_str(), format!("{}..{}", found.from, found.to).as_str()),
                (before, days_before)
            );
        }
    }
}
