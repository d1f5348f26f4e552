use super::*;

fn day(text: &str) -> Day {
    text.parse().unwrap()
}

/// domain.md 3.1: received, due, and the fortieth working day.
#[test]
fn the_worked_examples_of_the_act() {
    for (received, due, fortieth) in [
        ("2025-06-06", "2025-07-04", "2025-08-05"),
        ("2025-07-11", "2025-08-12", "2025-09-10"),
        ("2025-12-19", "2026-01-22", "2026-02-19"),
        ("2026-03-02", "2026-03-31", "2026-04-30"),
        ("2026-05-18", "2026-06-17", "2026-07-16"),
        ("2026-05-29", "2026-06-29", "2026-07-28"),
        ("2026-06-12", "2026-07-14", "2026-08-12"),
        ("2026-06-15", "2026-07-14", "2026-08-12"),
        ("2026-07-01", "2026-07-30", "2026-08-28"),
        ("2026-11-20", "2026-12-21", "2027-01-22"),
        ("2026-12-18", "2027-01-21", "2027-02-18"),
    ] {
        let clock = RequestClock::from_receipt(day(received));
        assert_eq!(clock.due(), day(due), "received {received}");
        assert_eq!(clock.working_day(EIR_EXTENDED_WORKING_DAYS), day(fortieth), "received {received}");
    }
}

#[test]
fn with_the_holidays_of_england_alone_it_would_be_wrong() {
    let england = Calendar::of(Nation::EnglandAndWales);
    for (received, wrong) in [
        ("2025-06-06", "2025-07-04"),
        ("2025-07-11", "2025-08-08"),
        ("2025-12-19", "2026-01-21"),
        ("2026-06-15", "2026-07-13"),
        ("2026-11-20", "2026-12-18"),
    ] {
        assert_eq!(england.working_day_after(day(received), 20), day(wrong), "received {received}");
    }
}

#[test]
fn while_a_fee_is_awaited_no_day_counts() {
    let mut clock = RequestClock::from_receipt(day("2026-03-02"));
    clock.stand_still(day("2026-03-09"), day("2026-03-18"));
    assert_eq!(clock.due(), day("2026-04-13"));
    let words = clock.deadline(&law::FOI_REQUEST).unwrap().words();
    let awaited = "7 working days from Monday 9 March 2026 to Wednesday 18 March 2026 (payment was awaited)";
    assert!(words.contains(awaited), "{words}");
    assert_eq!(clock.working_day(4), day("2026-03-06"), "before the notice nothing is disregarded");
    let twice = {
        let mut twice = clock.clone();
        twice.stand_still(day("2026-03-10"), day("2026-03-18"));
        twice
    };
    assert_eq!(twice, clock);
}

#[test]
fn a_clarification_starts_it_again() {
    assert_eq!(RequestClock::from_receipt(day("2026-03-20")).due(), day("2026-04-21"));
}

#[test]
fn a_day_of_receipt_that_is_no_working_day() {
    let saturday = day("2026-03-07");
    assert_eq!(RequestClock::from_receipt_by(saturday, ReceiptRule::CalendarDay).due(), day("2026-04-08"));
    assert_eq!(RequestClock::from_receipt_by(saturday, ReceiptRule::NextWorkingDay).due(), day("2026-04-09"));
}

/// domain.md 3.4.
#[test]
fn seventy_two_hours_are_seventy_two_hours() {
    for (aware, due) in [
        ("2026-03-27T17:00:00+00:00", "Mon 2026-03-30 18:00"),
        ("2026-10-23T17:00:00+01:00", "Mon 2026-10-26 16:00"),
        ("2026-12-24T16:00:00+00:00", "Sun 2026-12-27 16:00"),
    ] {
        assert_eq!(breach_due(aware.parse().unwrap()).in_london(), due);
    }
}
