//! That words and steps say what the deadline is.

use super::*;
use crate::law::{ALL, Standing};
use crate::{Calendars, Nation};

/// The day that words name, such as `Tuesday 31 March 2026`.
pub(crate) fn read_day(words: &str) -> Day {
    const MONTHS: &str = "JanFebMarAprMayJunJulAugSepOctNovDec";
    let mut parts = words.split_whitespace();
    let (weekday, number, month, year) =
        (parts.next().unwrap(), parts.next().unwrap(), parts.next().unwrap(), parts.next().unwrap());
    let month = i8::try_from(MONTHS.find(&month[..3]).unwrap() / 3 + 1).unwrap();
    let day = Day::of(year.parse().unwrap(), month, number.parse().unwrap()).unwrap();
    assert!(day.in_words().starts_with(weekday), "{words}");
    day
}

/// The days of the first sentence.
pub(crate) fn read_due(deadline: &Deadline) -> (Day, Day) {
    let words = deadline.words();
    let sentence = words.strip_prefix("Due by ").unwrap().split_once(" (").unwrap().0;
    let (due, safe) = sentence.split_once(", and to be safe by ").unwrap_or((sentence, sentence));
    (read_day(due), read_day(safe))
}

/// The day at which steps arrive; for working days each day behind the start was counted or has a reason.
pub(crate) fn add_up(steps: &[Step], is_hours: bool) -> Day {
    let mut at = None;
    let (mut start, mut not_counted) = (None, 0);
    for step in steps {
        match step {
            Step::From { day, .. } | Step::Deemed { day } => start = Some(*day),
            Step::FromInstant { instant, .. } => start = Some(Day::in_london(*instant)),
            Step::NotCounted { .. } => not_counted += 1,
            Step::Counted { length: Length::WorkingDays(n), to, .. } => {
                assert_eq!(to.since(start.unwrap()), i32::from(*n) + not_counted, "{steps:?}");
                at = Some(*to);
            }
            Step::Counted { to, .. } => at = Some(*to),
            Step::CountedHours { to, .. } => at = Some(Day::in_london(*to)),
            Step::Paused { days, .. } => at = at.map(|at| at.plus(*days)),
            Step::PausesAdded { to } => assert_eq!(at, Some(*to), "{steps:?}"),
            Step::Moved { off, to } => {
                assert_eq!(at, off.first().map(|(day, _)| *day), "{steps:?}");
                assert_eq!(at.map(|at| at.plus(i32::try_from(off.len()).unwrap())), Some(*to), "{steps:?}");
                at = Some(*to);
            }
            Step::Extended { .. } | Step::WithoutEffect { .. } => {}
        }
    }
    assert!(is_hours || at.is_some());
    at.unwrap()
}

/// Fails where a deadline and what is said of it differ.
pub(crate) fn check(deadline: &Deadline) {
    let is_hours = matches!(deadline.limit.length, Length::Hours(_));
    assert_eq!(read_due(deadline), (deadline.due, deadline.safe_due), "{}", deadline.words());
    assert_eq!(add_up(&deadline.steps, is_hours), deadline.due, "{deadline:?}");
    assert!(deadline.safe_due <= deadline.due);
    assert_eq!(deadline.safe_steps.is_empty(), deadline.safe_due == deadline.due);
    if !deadline.safe_steps.is_empty() {
        assert_eq!(add_up(&deadline.safe_steps, is_hours), deadline.safe_due, "{deadline:?}");
    }
    assert!(is_hours || deadline.ends == deadline.due.end());
}

/// Every day of whole years, among them leap years, ends of years and of months, and changes of the clocks, under every
/// limit: an answer that its own words agree with, or a refusal.
#[test]
fn every_day_of_whole_years_has_an_answer_or_a_refusal() {
    let calendars = Calendars::default();
    for year in [1998, 1999, 2000, 2004, 2020, 2024, 2026, 2027, 2099, 2100] {
        let (first, last) = (Day::on(year, 1, 1), Day::on(year, 12, 31));
        for start in (0..=last.since(first)).map(|number| first.plus(number)) {
            for limit in ALL {
                match limit.deadline(start, &calendars, Nation::EnglandAndWales) {
                    Ok(deadline) => check(&deadline),
                    Err(none) => assert!(
                        !limit.is_in_force(start) || year == 2100,
                        "{} from {start}: {none}",
                        limit.name
                    ),
                }
            }
        }
    }
}

#[test]
fn what_is_no_law_says_so() {
    for limit in ALL {
        let start = limit.from.or(limit.until).unwrap_or(Day::on(2026, 3, 2));
        let words = limit.deadline(start, &Calendars::default(), Nation::Scotland).unwrap().words();
        let expected = match limit.standing {
            Standing::Law => format!("({}).", limit.source),
            Standing::Guidance => format!("({}; guidance, and no law).", limit.source),
            Standing::Unconfirmed => {
                format!("({}; compared with no source, to be checked first).", limit.source)
            }
        };
        assert!(words.contains(&expected), "{words}");
        assert!(words.chars().count() <= crate::ARITHMETIC_CHARS_MAX, "{words}");
    }
}
