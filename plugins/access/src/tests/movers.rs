use super::*;

fn moved(more: Value) -> Post {
    let mut data = json!({
        "person": "p-1", "effective": "2026-03-27", "job_function": "benefits-officer",
        "job_function_before": "housing-officer",
    });
    if let (Value::Object(data), Value::Object(more)) = (&mut data, more) {
        data.extend(more);
    }
    post("staff.moved", "EMP-1", "2026-03-20", data)
}

fn old() -> Post {
    granted("access/1", "p-1", "2025-05-06", json!({ "job_function": "housing-officer" }))
}

fn new() -> Post {
    let data = json!({ "job_function": "benefits-officer", "system": "benefits" });
    granted("access/2", "p-1", "2026-03-26", data)
}

/// Good Friday and Easter Monday, 3 and 6 April, are no working days.
#[test]
fn a_movers_old_access_is_gone_five_working_days_later() {
    let run =
        ran([joined("EMP-1", "p-1", "2025-05-06", "staff"), old(), new(), moved(json!({}))], "2026-04-20");
    assert_eq!(run.history(), ["Wed 2026-04-08 00:00 + A-EXT-3 old-access-remains p-1"]);
    assert_eq!(
        run.alert("A-EXT-3", "old-access-remains").arithmetic,
        "EMP-1 moved with effect from Friday 27 March 2026; 5 working days behind that (setting \
         mover_change_working_days) end on Tuesday 7 April 2026. Access of the old function that was neither changed, \
         confirmed nor revoked since: access/1."
    );
    assert_eq!(run.alert("A-EXT-3", "old-access-remains").evidence, [1, 3]);
    let revoked = [old(), moved(json!({})), revoked("access/1", "2026-04-07T22:00:00Z")];
    assert_eq!(ran(revoked, "2026-04-20").history(), nothing());
}

#[test]
fn what_was_changed_or_confirmed_with_the_move_may_stay() {
    let data = json!({
        "system": "housing-cases", "entitlement": "view", "job_function": "benefits-officer", "change_reason": "moved",
        "approval_ref": "CHG-1",
    });
    let changed = post("access.changed", "access/1", "2026-03-27", data);
    assert_eq!(ran([old(), moved(json!({})), changed], "2026-04-20").history(), nothing());
    let kept = json!({ "system": "housing-cases", "decision": "kept" });
    let kept = post("access.reviewed", "access/1", "2026-04-09", kept);
    assert_eq!(
        ran([old(), moved(json!({})), kept], "2026-04-20").history(),
        [
            "Wed 2026-04-08 00:00 + A-EXT-3 old-access-remains p-1",
            "Thu 2026-04-09 09:00 - A-EXT-3 old-access-remains p-1"
        ]
    );
    let earlier = json!({ "system": "housing-cases", "decision": "kept" });
    let earlier = post("access.reviewed", "access/1", "2026-01-12", earlier);
    assert_eq!(
        ran([old(), earlier, moved(json!({}))], "2026-04-20").open(),
        ["A-EXT-3 old-access-remains p-1"]
    );
}

#[test]
fn access_of_no_function_is_old_where_the_move_changes_access() {
    let plain = || granted("access/1", "p-1", "2025-05-06", json!({}));
    assert_eq!(ran([plain(), moved(json!({}))], "2026-04-20").history(), nothing());
    let run = ran([plain(), moved(json!({ "access_to_change": true }))], "2026-04-20");
    assert_eq!(run.open(), ["A-EXT-3 old-access-remains p-1"]);
    assert_eq!(ran([old(), moved(json!({ "access_to_change": false }))], "2026-04-20").history(), nothing());
}

#[test]
fn the_function_before_is_that_of_the_employment_where_the_move_does_not_say() {
    let start = json!({ "person": "p-1", "user_class": "staff", "job_function": "housing-officer" });
    let start = post("staff.joined", "EMP-1", "2025-05-06", start);
    let moved = || moved(json!({ "job_function_before": null }));
    assert_eq!(ran([start, old(), moved()], "2026-04-20").open(), ["A-EXT-3 old-access-remains p-1"]);
    // Where nobody knows what the function was, what is for another than the present one is old.
    assert_eq!(ran([old(), moved()], "2026-04-20").open(), ["A-EXT-3 old-access-remains p-1"]);
    assert_eq!(ran([new(), moved()], "2026-04-20").open(), nothing());
}

#[test]
fn a_holiday_that_is_proclaimed_gives_movers_another_day() {
    let holiday = post(
        "calendar.holiday_added",
        "england",
        "2026-03-25",
        json!({ "day": "2026-04-01", "regions": ["england", "wales"], "holiday": "A day of thanks" }),
    );
    let run = ran([old(), moved(json!({})), holiday], "2026-04-20");
    assert_eq!(run.history(), ["Thu 2026-04-09 00:00 + A-EXT-3 old-access-remains p-1"]);
}
