//! A-BRC-3, and what ends a provisional clock.

use super::*;

#[test]
fn whether_it_is_a_breach_is_decided_within_a_day_of_the_first_sign() {
    let run = reported().wait_until("2026-03-06").run();
    assert_eq!(
        lines(&run, "A-BRC-3"),
        [
            "Tue 2026-03-03 10:00 + A-BRC-3 no-decision-on-awareness INC-1",
            "Thu 2026-03-05 10:00 - A-BRC-3 no-decision-on-awareness INC-1",
        ],
        "it gives way to what says that the law is broken"
    );
    let words = &run.alert("A-BRC-3", "no-decision-on-awareness").arithmetic;
    assert!(words.contains("First noticed Mon 2026-03-02 10:00"), "{words}");
    assert_eq!(lines(&reported().wait_until("2026-03-03T09:59:59Z").run(), "A-BRC-3"), Vec::<String>::new());
    let aware =
        reported().post(post("breach.aware", "2026-03-03T10:30:00Z", json!({}))).wait_until("2026-03-04");
    assert_eq!(
        lines(&aware.run(), "A-BRC-3")[1],
        "Tue 2026-03-03 10:30 - A-BRC-3 no-decision-on-awareness INC-1"
    );
}

#[test]
fn whether_it_is_reportable_is_decided_within_two_days_of_awareness() {
    let run = aware().wait_until("2026-04-01").run();
    assert_eq!(
        lines(&run, "A-BRC-3"),
        [
            "Sun 2026-03-29 18:00 + A-BRC-3 no-decision-on-reporting INC-1",
            "Mon 2026-03-30 18:00 - A-BRC-3 no-decision-on-reporting INC-1",
        ]
    );
    for done in [decided("2026-03-29T16:59:00Z", true), post("breach.ico_notified", "2026-03-28", json!({}))]
    {
        assert_eq!(
            lines(&aware().post(done).wait_until("2026-04-01").run(), "A-BRC-3"),
            Vec::<String>::new()
        );
    }
}

#[test]
fn an_organisation_sets_when_it_decides() {
    let run = aware().setting("decide_reporting_hours", json!(36)).wait_until("2026-03-29").run();
    assert_eq!(lines(&run, "A-BRC-3"), ["Sun 2026-03-29 06:00 + A-BRC-3 no-decision-on-reporting INC-1"]);
}

/// Near misses and unsubstantiated reports are no breaches: rule 10 of the precedences.
#[test]
fn what_is_found_to_be_no_breach_has_no_clock() {
    for (kind, data) in [
        ("incident.unsubstantiated", json!({})),
        ("incident.near_miss_recorded", json!({})),
        ("incident.weakness_recorded", json!({})),
        ("incident.triaged", json!({ "route": "near_miss" })),
        ("incident.triaged", json!({ "route": "security_only" })),
        ("incident.closed", json!({ "close_reason": "nothing_found" })),
    ] {
        let run = reported().post(post(kind, "2026-03-03T09:00:00Z", data)).wait_until("2026-03-20").run();
        assert_eq!(run.open(), Vec::<String>::new(), "{kind}");
        assert_eq!(statutory(&run), Vec::<String>::new(), "{kind}");
    }
    for (kind, data) in [
        ("incident.triaged", json!({ "route": "breach" })),
        ("incident.triaged", json!({ "route": "third_party" })),
        ("incident.closed", json!({ "close_reason": "other" })),
    ] {
        let run = reported().post(post(kind, "2026-03-03T09:00:00Z", data)).wait_until("2026-03-20").run();
        assert_eq!(statutory(&run).len(), 1, "{kind}: nobody has said that it is none");
    }
}

#[test]
fn a_weakness_that_a_breach_brought_to_light_does_not_end_it() {
    let run = reported()
        .post(post("incident.triaged", "2026-03-03T09:00:00Z", json!({ "route": "breach" })))
        .post(post("incident.weakness_recorded", "2026-03-03T10:00:00Z", json!({})))
        .wait_until("2026-03-06")
        .run();
    assert_eq!(statutory(&run).len(), 1);
}

#[test]
fn awareness_of_what_turns_out_to_be_nothing_ends_with_that() {
    let run = aware()
        .wait_until("2026-03-31")
        .post(post("incident.unsubstantiated", "2026-03-31T10:00:00Z", json!({})))
        .wait_until("2026-04-20")
        .run();
    assert_eq!(run.open(), Vec::<String>::new());
    // What was found before somebody became aware says nothing about what came to light then.
    let before = Scenario::<Breaches>::new()
        .post(post("incident.unsubstantiated", "2026-03-27T10:00:00Z", json!({})))
        .post(post("breach.aware", AWARE, json!({})))
        .wait_until("2026-04-01")
        .run();
    assert_eq!(open_of_the_clock(&before), ["A-BRC-2 72-hours-passed INC-1"]);
}
