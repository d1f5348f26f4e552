use super::*;
use crate::{Calendar, Calendars, Instant, Nation};

fn day(text: &str) -> Day {
    text.parse().unwrap()
}

fn due(limit: &TimeLimit, start: &str) -> (String, String) {
    let found = limit.deadline(day(start), &Calendars::default(), Nation::EnglandAndWales).unwrap();
    (found.due.to_string(), found.safe_due.to_string())
}

#[test]
fn every_limit_says_what_it_is() {
    for limit in ALL {
        assert!(!limit.name.is_empty() && !limit.source.is_empty() && !limit.trigger.is_empty());
        assert!(!limit.source.ends_with('.') && !limit.trigger.ends_with('.'), "{}", limit.name);
        if let (Some(from), Some(until)) = (limit.from, limit.until) {
            assert!(from <= until, "{}", limit.name);
        }
    }
    // Of one name there is one limit at a time, but where the authors do not know when the other came.
    for (place, limit) in ALL.iter().enumerate() {
        for other in ALL[place + 1..].iter().filter(|other| other.name == limit.name) {
            let apart = limit.until < other.from || other.until.is_some() && other.until < limit.from;
            assert!(apart || limit.standing == Standing::Unconfirmed, "{}", limit.name);
        }
    }
}

/// domain.md 3.5.
#[test]
fn complaints_are_acknowledged_in_thirty_days() {
    for (received, expected, safe) in [
        ("2026-06-19", "2026-07-20", "2026-07-20"),
        ("2026-07-02", "2026-08-03", "2026-07-31"),
        ("2026-08-01", "2026-09-01", "2026-09-01"),
        ("2026-11-26", "2026-12-29", "2026-12-29"),
    ] {
        assert_eq!(due(&COMPLAINT, received), (expected.to_owned(), safe.to_owned()), "{received}");
    }
    let none = COMPLAINT.deadline(day("2026-06-18"), &Calendars::default(), Nation::EnglandAndWales);
    assert!(none.unwrap_err().to_string().ends_with("is in force from 2026-06-19 on"));
}

/// What stands in domain.md 3.1, 3.2, 3.4, 3.7 and 3.8 without an example.
#[test]
fn other_limits_count_as_they_say() {
    for (limit, start, expected) in [
        (&FOI_FEE, "2026-03-09", "2026-06-08"),
        (&FOI_FEE, "2025-11-30", "2026-02-28"),
        (&EIR_CHARGE, "2026-03-09", "2026-06-08"),
        (&FOI_PUBLIC_INTEREST, "2026-03-02", "2026-04-30"),
        (&FOI_ARCHIVES, "2026-03-02", "2026-04-16"),
        (&FOI_REVIEW, "2026-03-02", "2026-03-31"),
        (&FOI_REVIEW_COMPLEX, "2026-03-02", "2026-04-30"),
        (&EIR_REVIEW, "2026-03-02", "2026-04-30"),
        (&REUSE_REQUEST, "2026-06-12", "2026-07-14"),
        (&CONSULTATION, "2026-03-02", "2026-04-27"),
        (&CONSULTATION_EXTENDED, "2026-03-02", "2026-06-08"),
        (&OTHERS_DATA, "2026-01-31", "2026-02-28"),
        (&ICO_COMPLAINT, "2026-03-02", "2026-04-13"),
        (&DECISION_NOTICE, "2026-03-02", "2026-04-01"),
        (&APPEAL, "2026-03-02", "2026-03-30"),
        (&STATISTICS, "2026-03-31", "2026-04-30"),
        (&SURVEILLANCE, "2026-01-01", "2026-03-31"),
        (&INFORMANT, "2026-03-02", "2027-03-01"),
        (&INFORMANT_JUVENILE, "2026-03-02", "2026-07-01"),
        (&INFORMANT_JUVENILE_BEFORE_2018, "2018-03-02", "2018-04-01"),
        (&DATA_PROTECTION_FEE, "2024-02-29", "2025-02-28"),
        (&BREACH_PECR, "2025-08-20", "2025-08-23"),
        (&BREACH_PECR_BEFORE_2025, "2025-08-19", "2025-08-20"),
        (&CREDIT_FILE_1998, "2014-03-03", "2014-03-12"),
    ] {
        assert_eq!(due(limit, start), (expected.to_owned(), expected.to_owned()), "{} {start}", limit.name);
    }
    assert_eq!(toolkit_due(2022), Some(day("2022-06-30")));
}

#[test]
fn costs_are_added_up_within_sixty_working_days() {
    let calendar = Calendar::uk_wide();
    let first = day("2026-03-02");
    let sixtieth = calendar.working_day_after(first, 59);
    assert!(may_be_aggregated(first, sixtieth, calendar) && may_be_aggregated(sixtieth, first, calendar));
    assert!(!may_be_aggregated(first, calendar.working_day_after(first, 60), calendar));
}

#[test]
fn bands_are_those_of_the_commissioner() {
    let start = Instant::default();
    let band = |seconds| TimeToReport::between(start, start.plus_seconds(seconds)).map(TimeToReport::name);
    assert_eq!(band(-1), None);
    assert_eq!(band(24 * 3_600 - 1), Some("less than 24 hours"));
    assert_eq!(band(24 * 3_600), Some("24 to 72 hours"));
    assert_eq!(band(72 * 3_600), Some("24 to 72 hours"));
    assert_eq!(band(72 * 3_600 + 1), Some("72 hours to a week"));
    assert_eq!(band(7 * 24 * 3_600), Some("more than a week"));
    let of = |count| Subjects::of(count).map(Subjects::name);
    assert_eq!((of(0), of(9), of(10)), (None, Some("1 to 9"), Some("10 to 99")));
    assert_eq!((of(99_999), of(100_000)), (Some("10,000 to 99,999"), Some("100,000 and more")));
    let judged = |in_time, all| Performance::of(in_time, all).map(Performance::name);
    assert_eq!((judged(0, 0), judged(95, 100)), (None, Some("good")));
    assert_eq!((judged(9_499, 10_000), judged(90, 100)), (Some("adequate"), Some("adequate")));
    assert_eq!(judged(899, 1_000), Some("unsatisfactory"));
    assert!(Performance::is_watched(849, 1_000) && !Performance::is_watched(85, 100));
}
