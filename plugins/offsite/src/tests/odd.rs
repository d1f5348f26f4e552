//! Histories that make no sense, and what cannot be read.

use super::*;

fn findings(run: &Run<Offsite>) -> Vec<(String, Vec<u64>)> {
    let section = &run.sections("2026-01-01", "2026-12-31", "2026-12-31")[0];
    let found = section.blocks.iter().filter_map(|block| match block {
        Block::Finding(finding) => Some((finding.text.clone(), finding.evidence.clone())),
        _ => None,
    });
    found.collect()
}

#[test]
fn a_return_of_what_was_not_out_is_a_finding_and_no_alert() {
    let run = scenario([
        back("2026-03-04"),
        post("offsite.lost", "ITEM-2", "2026-03-04", json!({ "medium": "usb", "circumstances": "vehicle" })),
    ]);
    let run = run.wait_until("2026-06-01").run();
    assert_eq!(run.history(), none());
    assert!(
        findings(&run)[0]
            .0
            .starts_with("2 entries say that something came back or was lost that was not out")
    );
}

#[test]
fn a_day_of_return_before_it_left_is_a_finding_and_not_absurd() {
    let run = scenario([
        authorised("2026-03-02", json!({})),
        out("2026-03-04", json!({ "due_back": "2025-03-31" })),
    ]);
    let run = run.wait_until("2026-03-06").run();
    assert_eq!(run.history(), ["Thu 2026-03-05 00:00 + A-HMW-6 overdue ITEM-1"]);
    assert!(findings(&run)[0].0.starts_with("1 items were to be back before they left"));
}

#[test]
fn an_authorisation_over_before_it_was_signed_permits_nothing() {
    let run = scenario([
        authorised("2026-03-02", json!({ "valid_until": "2025-12-31" })),
        out("2026-03-04", json!({})),
    ]);
    let run = run
        .post(post("homework.revoked", "HW-9", "2026-03-05", json!({ "end_reason": "left" })))
        .wait_until("2026-03-06")
        .run();
    assert_eq!(run.open(), ["A-HMW-2 no-authorisation ITEM-1"]);
    let found = findings(&run);
    assert!(
        found[0].0.starts_with("2 entries say that an authorisation was over before it was signed"),
        "{found:?}"
    );
    assert_eq!(found[0].1, [0, 3]);
}

#[test]
fn an_authorisation_does_not_hold_before_it_was_signed() {
    let run = scenario([
        out("2026-03-04", json!({})),
        authorised("2026-03-06", json!({ "valid_from": "2026-03-01" })),
    ]);
    let run = run.wait_until("2026-03-07").run();
    assert_eq!(run.open(), none());
    let section = &run.sections("2026-03-01", "2026-03-31", "2026-04-01")[0];
    assert_eq!(report::share(section, "items_authorised"), (0, Some(1)), "it was signed too late");
}

#[test]
fn a_thing_that_leaves_twice_came_back_in_between() {
    let run = scenario([
        authorised("2026-03-02", json!({})),
        out("2026-03-04", json!({ "due_back": "2026-03-10" })),
    ]);
    let run = run.post(out("2026-03-09", json!({ "due_back": "2026-04-10" }))).wait_until("2026-03-20").run();
    assert_eq!(run.history(), none());
    assert_eq!(run.register("items-out", "2026-03-20").len(), 1);
}

#[test]
fn what_cannot_be_read_is_said_until_it_is_put_right() {
    let run = scenario([
        post("homework.authorised", "HW-1", "2026-03-02", json!({ "signatory": "king" })),
        post("offsite.checked_out", "ITEM-1", "2026-03-02", json!({ "medium": "paper" })),
        post("delegation.recorded", "DEL-1", "2026-03-02", json!({})),
        post("device.encrypted_verified", "AST-1", "2026-03-02", json!({})),
        post("role.assigned", "role/x", "2026-03-02", json!({})),
        broken("VIO-1", "2026-03-02", json!({ "kind": "moonlight" })),
    ]);
    assert_eq!(findings(&run.clone().run()).last().unwrap().1.len(), 6);
    let run = run.post(void(5, "VIO-1", "2026-03-03")).run();
    assert!(findings(&run).last().unwrap().0.starts_with("5 entries about working at home"));
}

#[test]
fn losses_without_an_incident_are_a_finding() {
    let lost = post("offsite.lost", "ITEM-1", "2026-03-09", json!({ "medium": "laptop" }));
    let run = scenario([authorised("2026-03-02", json!({})), out("2026-03-04", json!({})), lost]).run();
    assert!(findings(&run)[0].0.starts_with("1 losses in the period name no incident"));
}
