//! The quarters of a period.

use jiff::civil::Date;

use super::book::Period;
use super::days::{plus, plus_months};

/// Three months each from the first day on; the last may be shorter.
pub fn of(period: Period) -> Vec<Period> {
    let mut quarters = Vec::new();
    for number in 0.. {
        let from = plus_months(period.from, number * 3);
        if from > period.to {
            break;
        }
        let to = plus(plus_months(period.from, number * 3 + 3), -1).min(period.to);
        quarters.push(Period { from, to, ..period });
    }
    quarters
}

/// From which month to which; the days where these are no whole months.
pub fn in_words(period: Period) -> String {
    let Period { from, to, .. } = period;
    let is_whole = from.day() == 1 && plus(to, 1).day() == 1;
    let month = |day: Date| day.strftime("%B").to_string();
    match () {
        () if !is_whole => format!("{from} to {to}"),
        () if from.year() != to.year() => {
            format!("{} {} to {} {}", month(from), from.year(), month(to), to.year())
        }
        () if from.month() == to.month() => format!("{} {}", month(to), to.year()),
        () => format!("{} to {} {}", month(from), month(to), to.year()),
    }
}

#[test]
fn a_period_has_quarters() {
    let names = |from: &str, to: &str| -> Vec<String> {
        let (from, to) = (from.parse().expect("a day"), to.parse().expect("a day"));
        of(Period { from, to, status_at: super::days::last(to) }).into_iter().map(in_words).collect()
    };
    assert_eq!(
        names("2025-04-01", "2026-03-31"),
        ["April to June 2025", "July to September 2025", "October to December 2025", "January to March 2026"]
    );
    assert_eq!(names("2025-11-01", "2026-02-28"), ["November 2025 to January 2026", "February 2026"]);
    assert_eq!(names("2025-04-02", "2025-05-31"), ["2025-04-02 to 2025-05-31"]);
}
