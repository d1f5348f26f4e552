//! Standards that were broken.

use super::*;

#[test]
fn a_broken_standard_is_told_of_until_somebody_dealt_with_it() {
    let run = scenario([
        authorised("2026-03-02", json!({})),
        broken("HW-1", "2026-03-09T10:00:00Z", json!({ "kind": "home_email" })),
    ]);
    let run = run.wait_until("2026-03-10");
    assert_eq!(run.clone().run().history(), ["Mon 2026-03-09 10:00 + A-HMW-5 home-email HW-1"]);
    let alert = run.clone().run().alert("A-HMW-5", "home-email").clone();
    assert!(
        alert.arithmetic.starts_with("Recorded once, for Monday 9 March 2026: sent to a private mailbox."),
        "{}",
        alert.arithmetic
    );
    assert_eq!(alert.evidence, [1]);
    let ends = [
        post("homework.reviewed", "HW-1", "2026-03-11", json!({ "decision": "continue" })),
        post("homework.revoked", "HW-1", "2026-03-11", json!({ "end_reason": "violation" })),
    ];
    for end in ends {
        let run = run.clone().post(end).wait_until("2026-03-12").run();
        assert_eq!((run.open(), reason(&run)), (none(), "dealt with on Wednesday 11 March 2026"));
    }
}

#[test]
fn a_review_before_does_not_deal_with_it() {
    let run = scenario([
        authorised("2026-03-02", json!({})),
        post("homework.reviewed", "HW-1", "2026-03-05", json!({ "decision": "continue" })),
        broken("HW-1", "2026-03-09", json!({ "kind": "unlocked" })),
    ]);
    assert_eq!(run.wait_until("2026-03-10").run().open(), ["A-HMW-5 unlocked HW-1"]);
}

#[test]
fn an_incident_that_is_closed_deals_with_it() {
    for kind in ["incident.closed", "incident.unsubstantiated", "breach.closed"] {
        let run =
            scenario([broken("VIO-1", "2026-03-09", json!({ "kind": "vehicle", "incident_ref": "INC-1" }))])
                .wait_until("2026-03-10");
        assert_eq!(run.clone().run().open(), ["A-HMW-5 vehicle VIO-1"]);
        let closed = run
            .post(post(kind, "INC-1", "2026-03-12", json!({ "close_reason": "done" })))
            .wait_until("2026-03-13")
            .run();
        assert_eq!(closed.open(), none());
    }
}

#[test]
fn violations_of_one_kind_are_one_alert_and_each_is_counted() {
    let run = scenario([
        broken("HW-1", "2026-03-09", json!({ "kind": "vehicle" })),
        broken("HW-1", "2026-03-16", json!({ "kind": "vehicle" })),
        broken("HW-1", "2026-03-17", json!({ "kind": "overdue" })),
    ])
    .wait_until("2026-03-18")
    .run();
    assert_eq!(run.open(), ["A-HMW-5 vehicle HW-1", "A-HMW-5 overdue HW-1"]);
    let rows = run.register("violations", "2026-03-18");
    assert_eq!(rows.len(), 3);
    assert_eq!(cell(&registers::VIOLATIONS, &rows[0], "day"), &on("2026-03-09"));
    let section = &run.sections("2026-03-01", "2026-03-31", "2026-04-01")[0];
    assert_eq!(report::table(section, "violations_by_kind")[1].cells[1..], [2, 0, 2].map(Cell::from));
}

#[test]
fn whoever_works_at_home_with_no_agreement_on_record_is_told_of() {
    let found = || broken("VIO-1", "2026-03-09", json!({ "kind": "not_authorised", "person": "p-1" }));
    let run = scenario([found()]).wait_until("2026-03-10");
    assert_eq!(run.clone().run().open(), ["A-HMW-1 found-without-agreement VIO-1"]);
    let agreed = run.post(authorised("2026-03-11", json!({}))).wait_until("2026-03-12").run();
    assert_eq!((agreed.open(), reason(&agreed)), (none(), "dealt with on Wednesday 11 March 2026"));
    // There is an agreement, and what was done is outside it.
    let outside = scenario([authorised("2026-03-02", json!({})), found()]).wait_until("2026-03-10").run();
    assert_eq!(outside.open(), ["A-HMW-5 not-authorised VIO-1"]);
}

#[test]
fn what_is_lost_in_a_vehicle_was_left_there() {
    let lost = |data: Value| {
        let lost = post("offsite.lost", "ITEM-1", "2026-03-09", with(json!({ "medium": "laptop" }), data));
        scenario([authorised("2026-03-02", json!({})), out("2026-03-04", json!({})), lost])
            .wait_until("2026-03-10")
    };
    let run = lost(json!({ "circumstances": "vehicle", "incident_ref": "INC-1" }));
    assert_eq!(run.clone().run().open(), ["A-HMW-5 lost-in-vehicle ITEM-1"]);
    let closed = run
        .clone()
        .post(post("incident.closed", "INC-1", "2026-03-12", json!({})))
        .wait_until("2026-03-13")
        .run();
    assert_eq!(
        (closed.open(), reason(&closed)),
        (none(), "the incident was closed on Thursday 12 March 2026")
    );
    let found = run.post(back("2026-03-12")).wait_until("2026-03-13").run();
    assert_eq!(found.open(), none());
    assert_eq!(lost(json!({ "circumstances": "stolen" })).run().open(), none());
}

#[test]
fn a_violation_that_was_voided_is_none() {
    let run =
        scenario([broken("VIO-1", "2026-03-09", json!({ "kind": "vehicle" }))]).wait_until("2026-03-10");
    let run = run.post(void(0, "VIO-1", "2026-03-11")).wait_until("2026-03-12").run();
    assert_eq!((run.open(), run.register("violations", "2026-03-12")), (none(), Vec::new()));
}
