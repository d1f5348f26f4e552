use super::*;

fn day(text: &str) -> Day {
    text.parse().unwrap()
}

fn access(received: &str) -> RightsClock {
    RightsClock::received(Right::Access, day(received))
}

fn deadline(clock: &RightsClock) -> Deadline {
    clock.deadline(&Calendars::default(), Nation::EnglandAndWales).unwrap()
}

fn check(clock: &RightsClock, due: &str, safe_due: &str) {
    let found = deadline(clock);
    assert_eq!((found.due, found.safe_due), (day(due), day(safe_due)), "{}", found.words());
}

/// domain.md 3.3: received, due as regulators count, and by the safe reading.
#[test]
fn the_worked_examples_of_a_month() {
    for (received, due, safe_due) in [
        ("2024-09-03", "2024-10-03", "2024-10-03"),
        ("2026-03-31", "2026-04-30", "2026-04-30"),
        ("2019-09-27", "2019-10-28", "2019-10-28"),
        ("2019-04-06", "2019-05-07", "2019-05-07"),
        ("2026-01-31", "2026-03-02", "2026-03-02"),
        ("2024-01-31", "2024-02-29", "2024-02-29"),
        ("2025-11-25", "2025-12-29", "2025-12-29"),
        ("2026-03-03", "2026-04-07", "2026-04-02"),
        ("2026-11-28", "2026-12-29", "2026-12-29"),
        ("2026-09-03", "2026-10-05", "2026-10-02"),
        // Until August 2019 the clock started on the day behind.
        ("2018-09-03", "2018-10-04", "2018-10-03"),
        ("2019-07-10", "2019-08-12", "2019-08-12"),
        ("2019-07-31", "2019-09-02", "2019-09-02"),
    ] {
        check(&access(received), due, safe_due);
    }
}

#[test]
fn an_extension_is_three_months_from_the_same_start() {
    check(&access("2025-11-30").extended(day("2025-12-15")), "2026-03-02", "2026-03-02");
    check(&access("2026-03-03").extended(day("2026-04-02")), "2026-06-03", "2026-06-02");
    // Between the two readings of its last day, the notice is in time by one of them.
    check(&access("2026-03-03").extended(day("2026-04-07")), "2026-06-03", "2026-04-02");
    check(&access("2026-03-03").extended(day("2026-04-08")), "2026-04-07", "2026-04-02");
    let words = deadline(&access("2026-03-03").extended(day("2026-04-08"))).words();
    assert!(words.contains("Wednesday 8 April 2026: the notice of an extension came too late."), "{words}");
}

#[test]
fn the_holidays_of_the_own_nation_move_an_end() {
    let clock = RightsClock::received(Right::Other, day("2026-05-15"));
    let due = |nation| clock.deadline(&Calendars::default(), nation).unwrap().due;
    assert_eq!(due(Nation::EnglandAndWales), day("2026-06-15"));
    assert_eq!(due(Nation::Scotland), day("2026-06-16"));
}

/// domain.md 3.3 and 11.2: both readings of a pause, and the end moved once, behind all of them.
#[test]
fn a_pause_is_counted_with_both_its_days_or_with_one() {
    let paused = access("2026-03-02").paused(day("2026-03-10"), day("2026-03-19"));
    // 2 April and 10 days is a Sunday; 1 April and 9 days a Friday.
    check(&paused, "2026-04-13", "2026-04-10");
    let words = deadline(&paused).words();
    assert!(
        words.contains(
            "Not counted, as an answer was awaited: from Tuesday 10 March 2026 to Thursday 19 March 2026 (10 days). With \
             these days the time ends on Sunday 12 April 2026. That is no working day; Monday 13 April 2026 takes its \
             place."
        ),
        "{words}"
    );
    let twice = paused.clone().paused(day("2026-03-25"), day("2026-03-25"));
    check(&twice, "2026-04-13", "2026-04-10");
    let overlapping = paused.clone().paused(day("2026-03-15"), day("2026-03-19"));
    assert_eq!(overlapping, paused);
    let longer = paused.clone().paused(day("2026-03-19"), day("2026-03-24"));
    check(&longer, "2026-04-17", "2026-04-15");
    let late = access("2026-03-02").paused(day("2026-04-03"), day("2026-05-01"));
    check(&late, "2026-04-02", "2026-04-01");
}

/// The time for the notice of an extension stands still as well.
#[test]
fn a_pause_lengthens_the_time_for_a_notice_too() {
    let paused = access("2026-03-02").paused(day("2026-03-10"), day("2026-03-19"));
    check(&paused.clone().extended(day("2026-04-10")), "2026-06-12", "2026-06-10");
    check(&paused.extended(day("2026-04-14")), "2026-04-13", "2026-04-10");
}

#[test]
fn pauses_are_of_access_and_of_their_time() {
    let (asked, answered) = (day("2026-03-10"), day("2026-03-19"));
    check(
        &RightsClock::received(Right::Other, day("2026-03-02")).paused(asked, answered),
        "2026-04-02",
        "2026-04-01",
    );
    let by_guidance = access("2024-10-01").paused(day("2024-10-07"), day("2024-10-10"));
    check(&by_guidance, "2024-11-04", "2024-11-01");
    let before = access("2020-06-01").paused(day("2020-06-08"), day("2020-06-19"));
    check(&before, "2020-07-01", "2020-07-01");
    let words = deadline(&before).words();
    assert!(words.contains("Monday 8 June 2020: this reading of the rule knows no pause."), "{words}");
}

#[test]
fn it_starts_when_all_is_there_and_not_before() {
    check(&access("2026-02-20").completed(day("2026-03-03")), "2026-04-07", "2026-04-02");
    check(&access("2026-03-03").completed(day("2026-02-20")), "2026-04-07", "2026-04-02");
    let waiting = access("2026-03-03").awaiting(day("2026-03-05"));
    let none = waiting.deadline(&Calendars::default(), Nation::EnglandAndWales).unwrap_err();
    assert_eq!(
        none.to_string(),
        "no deadline yet: since 2026-03-05 something is awaited without which the time does not run"
    );
}

/// domain.md 3.6.
#[test]
fn forty_days_under_the_act_of_1998() {
    check(&access("2014-03-03"), "2014-04-12", "2014-04-11");
    let extended = access("2014-03-03").extended(day("2014-03-10"));
    assert!(deadline(&extended).words().contains("Monday 10 March 2014: this rule knows no extension."));
    check(&extended, "2014-04-12", "2014-04-11");
    assert_eq!(access("2018-05-24").limit().unwrap().length, Length::Days(40));
    assert_eq!(access("2018-05-25").limit().unwrap().length, Length::Months(1));
    assert!(RightsClock::received(Right::Other, day("2018-05-24")).limit().is_err());
    assert!(access("2000-02-29").limit().is_err());
}

#[test]
fn a_rule_follows_the_other_without_a_gap() {
    let limits = [&ACCESS_1998, &RIGHT_2018, &RIGHT_2019, &RIGHT_2026];
    for pair in limits.windows(2) {
        assert_eq!(pair[0].until.map(|until| until.plus(1)), pair[1].from);
    }
    assert_eq!(RIGHT_2026.until, None);
}

/// As many as a request is likely to have: an alert holds no more words than so many.
#[test]
fn pauses_and_an_extension_fit_an_alert() {
    let clock = access("2026-03-02")
        .paused(day("2026-03-10"), day("2026-03-19"))
        .paused(day("2026-03-30"), day("2026-04-08"))
        .extended(day("2026-04-10"));
    assert_eq!(
        deadline(&clock).words(),
        "Due by Monday 22 June 2026, and to be safe by Friday 19 June 2026 (UK GDPR, Articles 12(3) and 12A). From Monday 2 \
         March 2026, when the request was received; with the day behind as day 1, 3 months end on Tuesday 2 June 2026. \
         Extended by notice of Friday 10 April 2026, which had to be given by Wednesday 22 April 2026. Not counted, as an \
         answer was awaited: from Tuesday 10 March 2026 to Thursday 19 March 2026 (10 days); from Monday 30 March 2026 to \
         Wednesday 8 April 2026 (10 days). With these days the time ends on Monday 22 June 2026. The safe reading: with \
         Monday 2 March 2026 as day 1, 3 months end on Monday 1 June 2026. Not counted then: 9 days; 9 days. With these days \
         the time ends on Friday 19 June 2026."
    );
    let words = deadline(&access("2026-03-02").completed(day("2026-03-06"))).words();
    assert!(
        words.contains("From Friday 6 March 2026, when the last of what the request needed was received;"),
        "{words}"
    );
}
