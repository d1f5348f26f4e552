//! A-ICO-1.

use super::*;

fn notice(kind: &str, day: &str, data: serde_json::Value) -> Post {
    Post::new(kind, "ICO-1").at(day).data(data)
}

fn decision(day: &str) -> Post {
    let data = json!({ "ico_finding": "complaint_upheld", "steps_required": 1, "comply_by": "2026-04-08" });
    notice("ico.decision_notice", day, data)
}

fn run(posts: Vec<Post>, until: &str) -> Run<Requests> {
    let scenario = posts.into_iter().fold(Scenario::<Requests>::new(), Scenario::post);
    scenario.wait_until(until).run()
}

const SOON: &str = "Sun 2026-03-29 00:00 + A-ICO-1 decision-notice-due-soon ICO-1";

#[test]
fn what_a_notice_orders_is_soon_due_and_then_overdue() {
    assert_eq!(run(vec![decision("2026-03-09")], "2026-03-28T23:59:00Z").history(), Vec::<String>::new());
    let complied = notice("ico.decision_complied", "2026-04-10", json!({ "complied_in_full": true }));
    let in_part = notice("ico.decision_complied", "2026-04-07", json!({ "complied_in_full": false }));
    let run = run(vec![decision("2026-03-09"), in_part, complied], "2026-05-01");
    assert_eq!(
        run.history(),
        [
            SOON,
            "Thu 2026-04-09 00:00 - A-ICO-1 decision-notice-due-soon ICO-1",
            "Thu 2026-04-09 00:00 + A-ICO-1 decision-notice-overdue ICO-1",
            "Fri 2026-04-10 09:00 - A-ICO-1 decision-notice-overdue ICO-1",
        ]
    );
    let alert = run.alert("A-ICO-1", "decision-notice-overdue");
    assert_eq!(alert.evidence, [0]);
    assert!(alert.arithmetic.contains("by Wednesday 8 April 2026: the day that it names"), "{alert:?}");
}

#[test]
fn what_was_said_to_be_done_in_part_can_be_put_right() {
    let in_part = notice("ico.decision_complied", "2026-04-07", json!({ "complied_in_full": false }));
    let replaced = json!({ "target": 2, "action": "replace", "data": { "complied_in_full": true } });
    let replaced = notice("ledger.correction_recorded", "2026-04-10", replaced);
    // Time was told in between: the entry in question is the third.
    let run = run(vec![decision("2026-03-09"), in_part, replaced], "2026-04-11");
    assert_eq!(run.open(), Vec::<String>::new());
    assert_eq!(run.history().last().unwrap(), "Fri 2026-04-10 09:00 - A-ICO-1 decision-notice-overdue ICO-1");
}

#[test]
fn an_organisation_sets_how_early_it_is_told() {
    let run = Scenario::<Requests>::new()
        .setting("regulator_warn_days", json!(3))
        .post(decision("2026-03-09"))
        .wait_until("2026-04-05")
        .run();
    assert_eq!(run.history(), ["Sun 2026-04-05 00:00 + A-ICO-1 decision-notice-due-soon ICO-1"]);
}

#[test]
fn what_is_done_in_time_or_asks_for_nothing_has_no_alert() {
    let complied = notice("ico.decision_complied", "2026-03-20", json!({}));
    let information = notice("ico.information_notice", "2026-03-02", json!({ "comply_by": "2026-04-01" }));
    let supplied = notice("ico.information_supplied", "2026-03-10", json!({}));
    let closed = notice("ico.complaint_closed", "2026-03-10", json!({ "ico_action": "no_action" }));
    let complaint = json!({ "matter": "foi", "comply_by": "2026-03-23" });
    let complaint = notice("ico.complaint_notified", "2026-03-02", complaint);
    for posts in [
        vec![decision("2026-03-09"), complied],
        vec![information.clone(), supplied],
        vec![information, closed],
        vec![complaint, decision("2026-03-09"), notice("ico.decision_complied", "2026-03-20", json!({}))],
        vec![notice("ico.decision_notice", "2026-03-02", json!({ "ico_finding": "not_upheld" }))],
        vec![notice("ico.reprimand", "2026-03-02", json!({ "matter": "breach" }))],
    ] {
        assert_eq!(run(posts, "2026-07-01").history(), Vec::<String>::new());
    }
}

#[test]
fn steps_without_a_day_are_due_in_the_usual_time() {
    let data = json!({ "ico_finding": "complaint_upheld", "steps_required": 2 });
    let run = run(vec![notice("ico.decision_notice", "2026-03-09", data)], "2026-03-29");
    assert_eq!(run.history(), [SOON], "30 days end on 8 April");
    let words = &run.alert("A-ICO-1", "decision-notice-due-soon").arithmetic;
    assert!(words.contains("no entry says by when") && words.contains("30 days"), "{words}");
}

#[test]
fn nothing_need_be_done_while_an_appeal_is_pending() {
    let appealed = notice("tribunal.appealed", "2026-04-01", json!({ "appellant": "organisation" }));
    let judged =
        |outcome: &str| notice("tribunal.decided", "2026-06-01", json!({ "appeal_outcome": outcome }));
    let pending = run(vec![decision("2026-03-09"), appealed.clone()], "2026-05-01");
    assert_eq!(pending.history(), [SOON, "Wed 2026-04-01 09:00 - A-ICO-1 decision-notice-due-soon ICO-1"]);
    let dismissed = run(vec![decision("2026-03-09"), appealed.clone(), judged("dismissed")], "2026-06-02");
    assert_eq!(dismissed.open(), ["A-ICO-1 decision-notice-overdue ICO-1"]);
    let allowed = run(vec![decision("2026-03-09"), appealed.clone(), judged("allowed")], "2026-06-02");
    assert_eq!(allowed.open(), Vec::<String>::new());
    let ordered = json!({ "appeal_outcome": "dismissed", "comply_by": "2026-07-01" });
    let ordered = notice("tribunal.decided", "2026-06-01", ordered);
    let run = run(vec![decision("2026-03-09"), appealed, ordered], "2026-07-02");
    assert_eq!(run.open(), ["A-ICO-1 tribunal-overdue ICO-1"]);
}

#[test]
fn notices_of_one_case_are_told_apart_by_the_regulators_number() {
    let asked = |reference: &str, by: &str| {
        notice("ico.information_notice", "2026-03-02", json!({ "comply_by": by, "ico_ref": reference }))
    };
    let supplied = notice("ico.information_supplied", "2026-03-20", json!({ "ico_ref": "IC-1" }));
    let run = run(vec![asked("IC-1", "2026-04-01"), asked("IC-2", "2026-04-15"), supplied], "2026-04-16");
    assert_eq!(
        run.history(),
        [
            "Sun 2026-04-05 00:00 + A-ICO-1 information-notice-due-soon ICO-1",
            "Thu 2026-04-16 00:00 - A-ICO-1 information-notice-due-soon ICO-1",
            "Thu 2026-04-16 00:00 + A-ICO-1 information-notice-overdue ICO-1",
        ]
    );
}
