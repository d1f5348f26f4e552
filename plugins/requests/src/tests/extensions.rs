//! A-REQ-4 and A-REQ-7.

use super::*;

fn about<'r>(run: &'r Run<Requests>, rule: &'r str) -> Vec<String> {
    run.history().into_iter().filter(|line| line.contains(rule)).collect()
}

fn without_refusal(day: &str) -> Post {
    let data = json!({ "extension_ground": "public_interest", "extended_to": "2026-04-30" });
    post("extension_notified", "FOI-1", day).data(data)
}

/// A request under environmental information, taken in hand.
fn eir() -> Scenario<Requests> {
    let changed = json!({ "regime": "eir", "regime_before": "foi" });
    in_hand(&[("EIR-1", "2026-03-02")]).post(post("regime_changed", "EIR-1", "2026-03-03").data(changed))
}

#[test]
fn an_extension_without_a_notice_of_refusal_is_told_when_the_twentieth_day_is_over() {
    let extended = in_hand(&[("FOI-1", "2026-03-02")]).post(without_refusal("2026-03-20"));
    let before = extended.clone().wait_until("2026-03-31T22:59:00Z").run();
    assert_eq!(about(&before, "A-REQ-4"), Vec::<String>::new());
    let run = extended.clone().wait_until("2026-04-02").run();
    assert_eq!(about(&run, "A-REQ-4"), ["Wed 2026-04-01 00:00 + A-REQ-4 no-refusal-notice FOI-1"]);
    let alert = run.alert("A-REQ-4", "no-refusal-notice");
    assert!(alert.arithmetic.contains("(section 17(1))"), "{}", alert.arithmetic);
    assert_eq!(alert.evidence, [0, 4], "time was told in between");
    let given = extended
        .clone()
        .post(self::extended("FOI-1", "2026-04-07", "2026-05-29"))
        .wait_until("2026-04-08")
        .run();
    assert_eq!(given.open(), Vec::<String>::new());
    let withdrawn = extended.post(post("extension_withdrawn", "FOI-1", "2026-04-07")).run();
    assert!(about(&withdrawn, "- A-REQ-4").len() == 1);
}

#[test]
fn weighing_the_public_interest_takes_no_more_than_forty_working_days() {
    let extended = in_hand(&[("FOI-1", "2026-03-02")]).post(extended("FOI-1", "2026-03-20", "2026-07-31"));
    let run = extended.clone().wait_until("2026-04-30T22:59:00Z").run();
    assert_eq!(about(&run, "A-REQ-4"), Vec::<String>::new());
    let run = extended.post(answer("FOI-1", "2026-05-05")).run();
    assert_eq!(
        about(&run, "A-REQ-4"),
        [
            "Fri 2026-05-01 00:00 + A-REQ-4 past-40-working-days FOI-1",
            "Tue 2026-05-05 09:00 - A-REQ-4 past-40-working-days FOI-1",
        ]
    );
    let words = &run.alert("A-REQ-4", "past-40-working-days").arithmetic;
    assert!(words.contains("working day 40 is Thursday 30 April 2026"), "{words}");
}

#[test]
fn a_clock_that_stands_still_or_begins_again_takes_such_alerts_away() {
    let run = in_hand(&[("FOI-1", "2026-03-02")])
        .post(without_refusal("2026-03-20"))
        .post(sought("FOI-1", "2026-04-08", true))
        .wait_until("2026-06-01")
        .run();
    assert!(run.open().iter().all(|open| !open.contains("A-REQ-4")), "{:?}", run.open());
}

#[test]
fn a_late_notice_extends_nothing_under_environmental_information() {
    let notice = |day: &str| extended_on("complexity_and_volume", "EIR-1", day, "2026-04-30");
    let in_time = eir().post(notice("2026-03-31")).wait_until("2026-04-30").run();
    assert_eq!(about(&in_time, "A-REQ-7"), Vec::<String>::new());
    let late = eir().post(notice("2026-04-01")).post(answer("EIR-1", "2026-04-09")).run();
    assert_eq!(
        about(&late, "A-REQ-7"),
        [
            "Wed 2026-04-01 09:00 + A-REQ-7 notice-late EIR-1",
            "Thu 2026-04-09 09:00 - A-REQ-7 notice-late EIR-1",
        ]
    );
}

#[test]
fn environmental_information_is_extended_for_complexity_together_with_volume_only() {
    let notice = extended_on("public_interest", "EIR-1", "2026-03-20", "2026-04-30");
    let run = eir().post(notice).wait_until("2026-04-02").run();
    assert_eq!(run.open()[0], "A-REQ-7 not-complex-and-voluminous EIR-1");
    assert_eq!(overdue(&run), ["Wed 2026-04-01 00:00 + A-REQ-3 overdue EIR-1"]);
    let words = &run.alert("A-REQ-3", "overdue").arithmetic;
    assert!(words.ends_with("gives a ground on which this law extends nothing."), "{words}");
    let foi = in_hand(&[("FOI-1", "2026-03-02")])
        .post(extended("FOI-1", "2026-03-20", "2026-04-30"))
        .wait_until("2026-04-30")
        .run();
    assert_eq!(about(&foi, "A-REQ-7"), Vec::<String>::new());
}
