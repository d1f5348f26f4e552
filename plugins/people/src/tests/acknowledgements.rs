use super::*;

pub(super) fn published(policy: &str, day: &str, version: &str, changes: &str) -> Post {
    post("policy.published", policy, day, json!({ "version": version, "changes": changes }))
}

pub(super) fn acknowledged(person: &str, policy: &str, day: &str, version: &str) -> Post {
    let data = json!({ "person": person, "user_class": "staff", "version": version });
    post("policy.acknowledged", policy, day, data)
}

fn scenario() -> Scenario<People> {
    Scenario::new().post(published("leicester", "2026-01-05", "1", "major"))
}

#[test]
fn a_new_version_is_acknowledged_within_thirty_days() {
    let run = scenario()
        .post(joined("p-1", "2026-01-12", "staff"))
        .post(clause("p-1", "2026-01-12"))
        .post(acknowledged("p-1", "leicester", "2026-01-12T12:00:00Z", "1"))
        .post(published("leicester", "2026-02-02", "2", "minor"))
        .wait_until("2026-03-06")
        .post(acknowledged("p-1", "leicester", "2026-03-07", "2"))
        .wait_until("2026-06-01")
        .run();
    assert_eq!(
        told(&run, "A-POL-3"),
        [
            "Thu 2026-03-05 00:00 + A-POL-3 not-acknowledged p-1",
            "Sat 2026-03-07 09:00 - A-POL-3 not-acknowledged p-1",
        ]
    );
    let alert = run.alert("A-POL-3", "not-acknowledged");
    assert_eq!(
        alert.arithmetic,
        "leicester, version 2, applies since Monday 2 February 2026 and is to be acknowledged within 30 days (setting \
         policy_acknowledge_days)."
    );
    assert_eq!(alert.evidence, [1, 4]);
}

#[test]
fn the_same_text_again_is_not_to_be_acknowledged_again() {
    let run = scenario()
        .post(joined("p-1", "2026-01-12", "staff"))
        .post(acknowledged("p-1", "leicester", "2026-01-13", "1"))
        .post(published("leicester", "2026-03-02", "1a", "none"))
        .wait_until("2026-06-01")
        .run();
    assert_eq!(told(&run, "A-POL-3"), Vec::<String>::new());
}

#[test]
fn access_comes_behind_the_acknowledgement() {
    let run = scenario()
        .post(joined("p-1", "2026-01-12", "staff"))
        .post(granted("p-1", "2026-01-13", "housing-cases"))
        .wait_until("2026-01-14")
        .post(acknowledged("p-1", "leicester", "2026-01-15", "1"))
        .wait_until("2026-06-01")
        .run();
    assert_eq!(
        told(&run, "A-POL-3"),
        [
            "Tue 2026-01-13 09:00 + A-POL-3 access-before-acknowledgement p-1",
            "Thu 2026-01-15 09:00 - A-POL-3 access-before-acknowledgement p-1",
        ]
    );
    let in_order = scenario()
        .post(acknowledged("p-1", "leicester", "2026-01-12", "1"))
        .post(granted("p-1", "2026-01-13", "housing-cases"))
        .wait_until("2026-06-01");
    assert_eq!(told(&in_order.run(), "A-POL-3"), Vec::<String>::new());
    // A policy that is published when access is held already has its thirty days.
    let later = Scenario::<People>::new()
        .post(granted("p-1", "2026-01-02", "housing-cases"))
        .post(published("leicester", "2026-01-05", "1", "major"))
        .wait_until("2026-03-01");
    assert_eq!(told(&later.run(), "A-POL-3"), ["Thu 2026-02-05 00:00 + A-POL-3 not-acknowledged p-1"]);
}

#[test]
fn who_joins_and_has_no_access_has_thirty_days() {
    let run = scenario().post(joined("p-1", "2026-01-12", "member")).wait_until("2026-03-01").run();
    assert_eq!(told(&run, "A-POL-3"), ["Thu 2026-02-12 00:00 + A-POL-3 not-acknowledged p-1"]);
    let partner = scenario().post(joined("p-1", "2026-01-12", "partner")).wait_until("2026-03-01").run();
    assert_eq!(told(&partner, "A-POL-3"), Vec::<String>::new());
    let superseded = scenario()
        .post(joined("p-1", "2026-01-12", "member"))
        .wait_until("2026-03-01")
        .post(post("policy.superseded", "leicester", "2026-03-02", json!({})))
        .run();
    assert_eq!(open(&superseded, "A-POL-3"), Vec::<String>::new());
}

#[test]
fn why_an_acknowledgement_is_asked_for_no_more() {
    let overdue = || {
        scenario()
            .post(published("fleet", "2026-01-05", "1", "major"))
            .post(joined("p-1", "2026-01-12", "member"))
            .post(acknowledged("p-1", "fleet", "2026-01-13", "1"))
            .wait_until("2026-03-01")
    };
    let why = |post: Post| {
        let run = overdue().post(post).run();
        let reasons = reasons(&run, "A-POL-3");
        assert_eq!(reasons.len(), 1);
        reasons[0].to_owned()
    };
    assert_eq!(
        why(acknowledged("p-1", "leicester", "2026-03-02", "1")),
        "it was acknowledged on Monday 2 March 2026"
    );
    let of_the_framework = "the policy or its version applies no longer, or another is to be acknowledged";
    assert_eq!(why(post("policy.superseded", "leicester", "2026-03-02", json!({}))), of_the_framework);
    assert_eq!(why(published("leicester", "2026-03-02", "2", "major")), of_the_framework);
    assert_eq!(
        why(post("staff.absence_started", "EMP-p-1", "2026-03-02", json!({}))),
        "the time waits, as the person is away since Monday 2 March 2026"
    );
    // The start was another day.
    let replaced = json!({ "person": "p-1", "user_class": "member", "starts": "2026-02-23" });
    let data = json!({ "target": 2, "action": "replace", "reason": "wrong_data", "data": replaced });
    assert_eq!(
        why(post("ledger.correction_recorded", "EMP-p-1", "2026-03-02", data)),
        "it is not asked for any more, or on another day"
    );
}

#[test]
fn an_acknowledgement_counts_for_a_year_and_only_where_it_was_understood() {
    let run = scenario()
        .post(joined("p-1", "2026-01-12", "staff"))
        .post(acknowledged("p-1", "leicester", "2026-01-13", "1"))
        .wait_until("2027-02-01");
    assert_eq!(
        told(&run.clone().run(), "A-POL-3"),
        ["Thu 2027-01-14 00:00 + A-POL-3 acknowledged-too-long-ago p-1"]
    );
    assert_eq!(
        told(&run.setting("policy_acknowledge_again_months", json!(0)).run(), "A-POL-3"),
        Vec::<String>::new()
    );
    let data = json!({ "person": "p-1", "user_class": "staff", "version": "1", "understood": false });
    let not_understood = scenario()
        .post(joined("p-1", "2026-01-12", "staff"))
        .post(post("policy.acknowledged", "leicester", "2026-01-13", data))
        .wait_until("2026-03-01");
    assert_eq!(open(&not_understood.run(), "A-POL-3"), ["A-POL-3 not-acknowledged p-1"]);
}

#[test]
fn only_the_policies_that_are_set_are_asked_for() {
    let run = scenario()
        .post(published("fleet", "2026-01-05", "1", "major"))
        .post(joined("p-1", "2026-01-12", "staff"))
        .post(acknowledged("p-1", "leicester", "2026-01-13", "1"))
        .wait_until("2026-03-01");
    assert_eq!(open(&run.clone().run(), "A-POL-3"), ["A-POL-3 not-acknowledged p-1"]);
    let set = run.setting("policies", json!(["leicester"])).run();
    assert_eq!(told(&set, "A-POL-3"), Vec::<String>::new());
}

#[test]
fn absence_and_leaving_stop_the_time() {
    let away = scenario()
        .post(joined("p-1", "2026-01-12", "staff"))
        .post(post("staff.absence_started", "EMP-p-1", "2026-01-20", json!({})))
        .wait_until("2026-06-01")
        .run();
    assert_eq!(told(&away, "A-POL-3"), Vec::<String>::new());
    let rows = away.register("acknowledgements", "2026-06-01");
    assert_eq!(rows.last().unwrap().cells[3], Cell::None);
    for row in rows {
        assert_eq!(
            (row.cells[5].clone(), row.cells[6].clone()),
            (Cell::from("green"), Cell::from("waits: away"))
        );
    }
    let gone = scenario()
        .post(joined("p-1", "2026-01-12", "staff"))
        .wait_until("2026-02-13")
        .post(left("p-1", "2026-02-20", &[]))
        .wait_until("2026-06-01")
        .run();
    assert_eq!(told(&gone, "A-POL-3").last().unwrap(), "Sat 2026-02-21 00:00 - A-POL-3 not-acknowledged p-1");
}

#[test]
fn the_clause_of_the_contract_is_acknowledged_at_the_start_and_every_year() {
    let run = Scenario::<People>::new()
        .post(joined("p-1", "2026-01-12", "agency"))
        .wait_until("2026-01-14")
        .post(clause("p-1", "2026-01-15"))
        .wait_until("2027-01-20")
        .post(clause("p-1", "2027-01-21"))
        .run();
    assert_eq!(
        told(&run, "A-POL-4"),
        [
            "Tue 2026-01-13 00:00 + A-POL-4 not-at-the-start p-1",
            "Thu 2026-01-15 09:00 - A-POL-4 not-at-the-start p-1",
            "Sat 2027-01-16 00:00 + A-POL-4 not-brought-to-mind p-1",
            "Thu 2027-01-21 09:00 - A-POL-4 not-brought-to-mind p-1",
        ]
    );
    let other = json!({ "clause_kind": "intellectual_property" });
    let other = Scenario::<People>::new()
        .post(joined("p-1", "2026-01-12", "staff"))
        .post(post("contract.clause_acknowledged", "EMP-p-1", "2026-01-12", other))
        .wait_until("2026-02-01");
    assert_eq!(open(&other.run(), "A-POL-4"), ["A-POL-4 not-at-the-start p-1"]);
}

/// The entry stands under the policy's name: its correction has to find the person.
#[test]
fn a_correction_of_an_acknowledgement_is_the_persons() {
    let run = scenario()
        .post(joined("p-1", "2026-01-12", "staff"))
        .post(acknowledged("p-1", "leicester", "2026-01-12T11:00:00Z", "1"))
        .post(acknowledged("p-2", "leicester", "2026-01-12T12:00:00Z", "1"))
        .wait_until("2026-02-20")
        .post(void("leicester", "2026-03-02", 2))
        .wait_until("2026-03-03")
        .run();
    assert_eq!(open(&run, "A-POL-3"), ["A-POL-3 not-acknowledged p-1"]);
    let rows = run.register_of("acknowledgements", "p-1", "2026-03-03");
    assert_eq!(rows.last().unwrap().cells[10], Cell::from("entry 2 voided by entry 7"));
    let void_of_version = scenario()
        .post(joined("p-1", "2026-01-12", "staff"))
        .wait_until("2026-03-02")
        .post(void("leicester", "2026-03-02", 0))
        .run();
    assert_eq!(open(&void_of_version, "A-POL-3"), Vec::<String>::new());
}
