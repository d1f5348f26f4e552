//! A-BCP-3.

use super::*;

const STARTED: &str = "2026-03-27T17:00:00Z";

fn outage(at: &str, more: Value) -> Post {
    let mut data = json!({ "service": "revenues", "started_at": STARTED, "cause": "network" });
    data.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    post("service.outage", "OUT-1", at, data)
}

fn plan(subject: &str, at: &str, hours: u64) -> Post {
    let data =
        json!({ "plan_title": "R", "version": "1", "services": ["revenues"], "recovery_hours": hours });
    post("bcp.published", subject, at, data)
}

#[test]
fn a_service_is_back_within_its_recovery_time() {
    let begun = || outage("2026-03-27T17:10:00Z", json!({ "recovery_hours": 48 }));
    let ended = |at: &str| outage(at, json!({ "recovery_hours": 48, "ended_at": at }));
    let run_ = run(vec![begun(), ended("2026-03-30T09:00:00Z")], "2026-04-20");
    assert_eq!(
        run_.history(),
        [
            "Sun 2026-03-29 18:00 + A-BCP-3 beyond-recovery-time OUT-1",
            "Mon 2026-03-30 10:00 - A-BCP-3 beyond-recovery-time OUT-1",
        ],
        "48 elapsed hours, in which the clocks change"
    );
    assert_eq!(
        run(vec![begun(), ended("2026-03-29T17:00:00Z")], "2026-04-20").history(),
        Vec::<String>::new()
    );
    assert_eq!(run(vec![begun()], "2026-03-29T16:59:00Z").history(), Vec::<String>::new());
    let planned = outage("2026-03-27T17:10:00Z", json!({ "recovery_hours": 4, "planned": true }));
    assert_eq!(run(vec![planned], "2026-04-20").history(), Vec::<String>::new());
}

#[test]
fn an_outage_that_is_recorded_when_it_is_over_is_shown_for_a_while() {
    let over = |at: &str| outage(at, json!({ "recovery_hours": 4, "ended_at": "2026-03-28T17:00:00Z" }));
    assert_eq!(
        run(vec![over("2026-03-29")], "2026-05-01").history(),
        [
            "Sun 2026-03-29 10:00 + A-BCP-3 was-beyond-recovery-time OUT-1",
            "Sun 2026-04-12 00:00 - A-BCP-3 was-beyond-recovery-time OUT-1",
        ]
    );
    assert_eq!(run(vec![over("2026-06-01")], "2026-07-01").history(), Vec::<String>::new(), "long settled");
}

#[test]
fn the_plan_that_covers_a_service_says_how_long_it_may_be_away() {
    let begun = || outage("2026-03-27T17:10:00Z", json!({}));
    let unknown = run(vec![begun()], "2026-04-20");
    assert_eq!(unknown.history(), Vec::<String>::new());
    assert_eq!(unknown.register("outages", "2026-03-28")[0].cells[6], Cell::from("recovery time unknown"));
    let beyond = ["Sat 2026-03-28 17:00 + A-BCP-3 beyond-recovery-time OUT-1"];
    let before = run(vec![plan("BCP-1", "2026-03-02", 24), begun()], "2026-04-20");
    assert_eq!(before.history(), beyond);
    let alert = before.alert("A-BCP-3", "beyond-recovery-time");
    assert!(alert.arithmetic.contains("within 24 hours, by the continuity plan"), "{alert:?}");
    assert_eq!(alert.evidence, [1, 0]);
    let shortest = vec![plan("BCP-1", "2026-03-02", 72), plan("BCP-2", "2026-03-03", 24), begun()];
    assert_eq!(run(shortest, "2026-04-20").history(), beyond);
    let own = outage("2026-03-27T17:10:00Z", json!({ "recovery_hours": 48 }));
    assert_eq!(run(vec![plan("BCP-1", "2026-03-02", 24), own], "2026-03-29").history(), Vec::<String>::new());
    let scenario = Scenario::<Resilience>::new().post(plan("BCP-1", "2026-03-02", 24)).post(begun());
    let voided = scenario.wait_until("2026-03-29").post(correction("BCP-1", "2026-03-29T10:00:00Z", 0)).run();
    assert_eq!(voided.open(), Vec::<String>::new());
}
