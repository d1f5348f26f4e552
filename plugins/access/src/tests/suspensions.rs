use super::*;

const AT: &str = "2026-03-02T10:00:00Z";

fn suspended(to_stop: bool) -> Post {
    post(
        "staff.suspended",
        "EMP-1",
        AT,
        json!({ "person": "p-1", "access_to_stop": to_stop, "unit": "housing" }),
    )
}

fn alerted(at: &str) -> Post {
    post("staff.irm_alerted", "EMP-1", at, json!({ "person": "p-1" }))
}

fn rests(grant: &str, at: &str) -> Post {
    post("access.suspended", grant, at, json!({ "system": "housing-cases", "change_reason": "suspended" }))
}

fn given() -> Post {
    granted("access/1", "p-1", "2026-01-05", json!({}))
}

#[test]
fn the_risk_manager_is_told_within_the_hour() {
    let told = |at: &str| of(&ran([suspended(false), alerted(at)], "2026-03-05"), "A-EXT-1");
    assert_eq!(told("2026-03-02T11:00:00Z"), nothing());
    assert_eq!(told("2026-03-02T11:00:00.000001Z").len(), 2, "the hour was over");
    assert_eq!(
        told("2026-03-02T12:30:00Z"),
        ["Mon 2026-03-02 11:00 + A-EXT-1 not-alerted p-1", "Mon 2026-03-02 12:30 - A-EXT-1 not-alerted p-1"]
    );
    let run = ran([suspended(false)], "2026-03-05");
    let alert = run.alert("A-EXT-1", "not-alerted");
    assert_eq!(alert.due.unwrap().to_string(), "2026-03-02T11:00:00Z");
    assert_eq!(
        alert.arithmetic,
        "EMP-1 was suspended Mon 2026-03-02 10:00. 60 minutes later (setting suspension_alert_minutes), Mon 2026-03-02 \
         11:00, no entry says that the information risk manager was told."
    );
}

#[test]
fn what_counts_is_when_it_took_effect_and_when_the_manager_was_told() {
    let late = post(
        "staff.suspended",
        "EMP-1",
        "2026-03-02T15:00:00Z",
        json!({ "person": "p-1", "access_to_stop": false, "suspended_at": AT }),
    );
    let told = |notified: &str| {
        let data = json!({ "person": "p-1", "notified_at": notified });
        post("staff.irm_alerted", "EMP-1", "2026-03-02T16:00:00Z", data)
    };
    assert_eq!(ran([late.clone(), told("2026-03-02T10:30:00Z")], "2026-03-05").open(), nothing());
    let run = ran([late], "2026-03-05");
    assert_eq!(run.alert("A-EXT-1", "not-alerted").due.unwrap().to_string(), "2026-03-02T11:00:00Z");
}

#[test]
fn who_was_told_the_day_before_was_told() {
    let run = ran([alerted("2026-03-01T17:00:00Z"), suspended(false)], "2026-03-05");
    assert_eq!(run.history(), nothing());
    let run = ran([alerted("2026-02-12T17:00:00Z"), suspended(false)], "2026-03-05");
    assert_eq!(run.open(), ["A-EXT-1 not-alerted p-1"]);
}

#[test]
fn an_alert_under_a_number_of_its_own_names_the_suspension() {
    let alert =
        post("staff.irm_alerted", "MSG-7", "2026-03-02T10:20:00Z", json!({ "suspension_ref": "EMP-1" }));
    assert_eq!(ran([suspended(false), alert.clone()], "2026-03-05").history(), nothing());
    let of_itself =
        post("staff.irm_alerted", "EMP-1", "2026-03-02T10:20:00Z", json!({ "suspension_ref": "EMP-1" }));
    assert_eq!(ran([suspended(false), of_itself, given()], "2026-03-05").history(), nothing());
    let void = voided("MSG-7", 1, "2026-03-03");
    assert_eq!(ran([suspended(false), alert, void], "2026-03-05").open(), ["A-EXT-1 not-alerted p-1"]);
}

#[test]
fn access_that_is_to_stop_stops_within_the_hour() {
    let run = ran(
        [
            given(),
            suspended(true),
            alerted("2026-03-02T10:10:00Z"),
            rests("access/1", "2026-03-02T12:00:00Z"),
        ],
        "2026-03-05",
    );
    assert_eq!(
        run.history(),
        ["Mon 2026-03-02 11:00 + A-EXT-2 access-live p-1", "Mon 2026-03-02 12:00 - A-EXT-2 access-live p-1"]
    );
    let alert = run.alert("A-EXT-2", "access-live");
    assert_eq!(alert.evidence, [0, 1]);
    assert!(alert.arithmetic.ends_with("Still live: access/1."), "{}", alert.arithmetic);
    let in_time = ran(
        [
            given(),
            suspended(true),
            alerted("2026-03-02T10:10:00Z"),
            rests("access/1", "2026-03-02T10:59:00Z"),
        ],
        "2026-03-05",
    );
    assert_eq!(in_time.history(), nothing());
    assert_eq!(of(&ran([given(), suspended(false)], "2026-03-05"), "A-EXT-2"), nothing());
}

#[test]
fn what_is_given_back_by_mistake_is_live_again_and_what_comes_back_with_the_person_is_not() {
    let start = || {
        [given(), suspended(true), alerted("2026-03-02T10:10:00Z"), rests("access/1", "2026-03-02T10:30:00Z")]
    };
    let again = granted("access/1", "p-1", "2026-03-06T14:00:00Z", json!({}));
    let run = ran(start().into_iter().chain([again]), "2026-03-09");
    assert_eq!(run.history(), ["Fri 2026-03-06 14:00 + A-EXT-2 access-live p-1"]);
    let back = post(
        "access.changed",
        "access/1",
        "2026-03-06",
        json!({ "system": "housing-cases", "entitlement": "read", "change_reason": "returned" }),
    );
    assert_eq!(ran(start().into_iter().chain([back]), "2026-03-09").history(), nothing());
    let returned = post("staff.absence_ended", "EMP-1", "2026-03-06", json!({ "person": "p-1" }));
    let again = granted("access/1", "p-1", "2026-03-06T14:00:00Z", json!({}));
    assert_eq!(ran(start().into_iter().chain([returned, again]), "2026-03-09").history(), nothing());
}
