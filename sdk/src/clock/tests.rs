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

/// domain.md 3.1: the wrong days of a calendar of England and Wales, for all rows in which they differ.
#[test]
fn the_calendar_of_a_clock_is_a_choice() {
    let england = Calendar::of(Nation::EnglandAndWales);
    for (received, right, wrong) in [
        ("2025-06-06", "2025-07-04", "2025-07-04"),
        ("2025-07-11", "2025-08-12", "2025-08-08"),
        ("2025-12-19", "2026-01-22", "2026-01-21"),
        ("2026-03-02", "2026-03-31", "2026-03-30"),
        ("2026-05-18", "2026-06-17", "2026-06-16"),
        ("2026-05-29", "2026-06-29", "2026-06-26"),
        ("2026-06-12", "2026-07-14", "2026-07-10"),
        ("2026-06-15", "2026-07-14", "2026-07-13"),
        ("2026-07-01", "2026-07-30", "2026-07-29"),
        ("2026-11-20", "2026-12-21", "2026-12-18"),
        ("2026-12-18", "2027-01-21", "2027-01-20"),
    ] {
        let clock = RequestClock::by(day(received), ReceiptRule::CalendarDay, england);
        assert_eq!(clock.due(), day(wrong), "received {received}");
        let right_one = RequestClock::from_receipt(day(received));
        assert_eq!(right_one.deadline(&law::FOI_REQUEST).unwrap().due, day(right), "received {received}");
    }
}

/// A notice that is given on the day of receipt takes no more away than one on the day behind: it was not counted anyway.
#[test]
fn a_fees_notice_on_the_day_of_receipt() {
    let due = |notice: &str| {
        let mut clock = RequestClock::from_receipt(day("2026-03-02"));
        clock.stand_still(day(notice), day("2026-03-06"));
        (clock.due(), clock.deadline(&law::FOI_REQUEST).unwrap().due)
    };
    assert_eq!(due("2026-03-02"), (day("2026-04-08"), day("2026-04-08")));
    assert_eq!(due("2026-03-03"), due("2026-03-02"));
}

#[test]
fn a_receipt_that_is_deemed_is_explained() {
    let clock = RequestClock::from_receipt_by(day("2026-03-07"), ReceiptRule::NextWorkingDay);
    let words = clock.deadline(&law::EIR_REQUEST).unwrap().words();
    assert!(
        words.starts_with(
            "Due by Thursday 9 April 2026 (Environmental Information Regulations 2004, regulations 2(1) and 5(2)). From Saturday 7 March 2026, when the request was received; that is no working \
             day, and Monday 9 March 2026 counts as the day of receipt; with the day behind as day 1, working day 20"
        ),
        "{words}"
    );
}

#[test]
fn a_request_before_the_act_has_no_deadline() {
    let none = RequestClock::from_receipt(day("2004-12-31")).deadline(&law::FOI_REQUEST).unwrap_err();
    assert_eq!(
        none.to_string(),
        "no deadline from 2004-12-31: the rule \"Answer to a request under the Freedom of Information Act\" is in force \
         from 2005-01-01 on"
    );
    let far = RequestClock::from_receipt(day("2100-12-20")).deadline(&law::FOI_REQUEST).unwrap_err();
    assert!(far.to_string().ends_with("lies outside the years 1998 to 2100"), "{far}");
}

#[test]
fn a_school_has_twenty_of_its_own_days_or_sixty() {
    let uk_wide = Calendar::uk_wide();
    // Received when term ends on 17 July, and the next one begins on 3 September.
    let mut school = Calendar::clone(uk_wide);
    for number in 0..=46 {
        school.close(day("2026-07-18").plus(number));
    }
    let due = |received: &str, school: &Calendar| school_deadline(day(received), school, uk_wide).unwrap();
    let in_term = due("2026-07-10", &school);
    assert_eq!((in_term.due, in_term.limit), (day("2026-09-24"), law::FOI_SCHOOL_DAYS));
    assert_eq!(due("2026-04-20", uk_wide).due, day("2026-05-19"));
    for number in 47..=120 {
        school.close(day("2026-07-18").plus(number));
    }
    let closed = due("2026-07-10", &school);
    assert_eq!(
        (closed.due, closed.limit),
        (uk_wide.working_day_after(day("2026-07-10"), 60), law::FOI_SCHOOL)
    );
}

/// domain.md 3.4, and every hour of two years: no change of the clocks makes 72 hours longer or shorter.
#[test]
fn seventy_two_hours_explain_themselves() {
    let deadline = breach_deadline("2026-03-27T17:00:00Z".parse().unwrap()).unwrap();
    assert_eq!(
        deadline.words(),
        "Due by Monday 30 March 2026 at 18:00 in London (UK GDPR, Article 33(1)). From Friday 27 March 2026 at 17:00, when the organisation became \
         aware; 72 elapsed hours, nights, weekends and holidays included, end on Monday 30 March 2026 at 18:00."
    );
    let start = day("2026-01-01").start();
    for aware in (0..2 * 365 * 24).map(|hours| start.plus_hours(hours)) {
        let deadline = breach_deadline(aware).unwrap();
        assert_eq!((deadline.ends.hours_since(aware), deadline.ends), (72, breach_due(aware)));
        assert_eq!(deadline.due, Day::in_london(deadline.ends));
    }
    assert!(breach_deadline("2018-05-24T12:00:00Z".parse().unwrap()).is_err());
}

/// Every day that a request may carry: the quick computation, that which looks at each day, and the day before.
#[test]
fn every_day_of_a_century_is_due_when_its_steps_say() {
    let (first, last) = (day("2005-01-01"), day("2100-11-15"));
    let mut before = first;
    for start in (0..=last.since(first)).map(|number| first.plus(number)) {
        let clock = RequestClock::from_receipt(start);
        let deadline = clock.deadline(&law::FOI_REQUEST).unwrap();
        assert_eq!(clock.due(), deadline.due, "received {start}");
        assert!(
            deadline.due >= before && Calendar::uk_wide().is_working_day(deadline.due),
            "received {start}"
        );
        before = deadline.due;
    }
}
