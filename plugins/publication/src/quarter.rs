//! Quarters of the calendar year. Those of the financial year are the same ones under other numbers.

use std::fmt;
use std::str::FromStr;

use muniment_sdk::Day;
use serde::{Deserialize, Serialize};

/// Three months, from January, April, July or October. In words `2026-Q1`, which is January to March 2026.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) struct Quarter {
    year: i16,
    /// From 0 to 3.
    of_year: i8,
}

/// A text that is no quarter.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct NoQuarter;

impl Quarter {
    /// The quarter in which a day lies.
    pub(crate) fn of(day: Day) -> Quarter {
        Quarter { year: day.year(), of_year: (day.month() - 1) / 3 }
    }

    /// The one behind it.
    pub(crate) fn next(self) -> Quarter {
        if self.of_year < 3 {
            Quarter { of_year: self.of_year + 1, ..self }
        } else {
            Quarter { year: self.year.saturating_add(1), of_year: 0 }
        }
    }

    /// Its first day.
    pub(crate) fn first(self) -> Day {
        Day::of(self.year, self.of_year * 3 + 1, 1).unwrap_or_default()
    }

    /// Its last day.
    pub(crate) fn last(self) -> Day {
        self.next().first().plus(-1)
    }

    /// The quarters from this one to another; none where that lies before it.
    pub(crate) fn to(self, last: Quarter) -> impl Iterator<Item = Quarter> {
        std::iter::successors(Some(self), |quarter| Some(quarter.next())).take_while(move |it| *it <= last)
    }

    /// Its months: `January to March 2026`.
    pub(crate) fn in_words(self) -> String {
        let months = match self.of_year {
            0 => "January to March",
            1 => "April to June",
            2 => "July to September",
            _ => "October to December",
        };
        format!("{months} {}", self.year)
    }
}

impl fmt::Display for Quarter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-Q{}", self.year, self.of_year + 1)
    }
}

impl FromStr for Quarter {
    type Err = NoQuarter;

    fn from_str(text: &str) -> Result<Quarter, NoQuarter> {
        let (year, number) = text.rsplit_once("-Q").ok_or(NoQuarter)?;
        match (year.parse(), number.parse()) {
            (Ok(year), Ok(number @ 1..=4)) => Ok(Quarter { year, of_year: number - 1 }),
            _ => Err(NoQuarter),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quarter_has_its_days_and_its_name() {
        let quarter = Quarter::of("2026-12-31".parse().unwrap());
        assert_eq!(
            (quarter.first().to_string(), quarter.last().to_string()),
            ("2026-10-01".into(), "2026-12-31".into())
        );
        assert_eq!(quarter.next().to_string(), "2027-Q1");
        assert_eq!("2027-Q1".parse(), Ok(quarter.next()));
        assert_eq!("2027-Q5".parse::<Quarter>(), Err(NoQuarter));
        assert_eq!(Quarter::of("2026-02-28".parse().unwrap()).to(quarter).count(), 4);
        assert_eq!(quarter.next().to(quarter).count(), 0);
        assert_eq!(quarter.in_words(), "October to December 2026");
    }
}
