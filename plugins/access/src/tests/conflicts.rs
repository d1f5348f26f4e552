use super::*;

fn found(more: Value) -> Post {
    let mut data = json!({
        "person": "p-1", "system": "pay", "rights": ["pay/create-supplier", "approve-payment"], "area": "payments",
    });
    if let (Value::Object(data), Value::Object(more)) = (&mut data, more) {
        data.extend(more);
    }
    post("sod.conflict_detected", "SOD-1", "2026-03-23", data)
}

fn excepted(at: &str, until: Option<&str>) -> Post {
    let data = json!({ "approved_by": "role/s151", "compensating_control": "dual_control", "exception_until": until });
    post("sod.exception_approved", "SOD-1", at, data)
}

fn right(grant: &str, entitlement: &str) -> Post {
    granted(grant, "p-1", "2026-01-05", json!({ "system": "pay", "entitlement": entitlement }))
}

fn taken(grant: &str, at: &str) -> Post {
    post("access.revoked", grant, at, json!({ "system": "pay" }))
}

/// Ten working days with Easter among them.
#[test]
fn a_conflict_is_resolved_or_excepted_within_ten_working_days() {
    let run = ran([found(json!({}))], "2026-04-20");
    assert_eq!(run.history(), ["Thu 2026-04-09 00:00 + A-ACC-4 unresolved p-1"]);
    assert_eq!(
        run.alert("A-ACC-4", "unresolved").arithmetic,
        "SOD-1 was found on Monday 23 March 2026, and was to be resolved or excepted by Wednesday 8 April 2026: 10 \
         working days behind that (setting conflict_resolve_working_days). None of its rights is recorded as taken away \
         since."
    );
    assert_eq!(
        ran([found(json!({ "resolve_by": "2026-03-31" }))], "2026-04-20").history(),
        ["Wed 2026-04-01 00:00 + A-ACC-4 unresolved p-1"]
    );
    assert_eq!(
        ran([found(json!({ "resolve_by": "2026-12-31" }))], "2026-04-20").history(),
        ["Thu 2026-04-09 00:00 + A-ACC-4 unresolved p-1"]
    );
}

#[test]
fn an_exception_holds_until_its_last_day() {
    assert_eq!(ran([found(json!({})), excepted("2026-04-08", None)], "2026-09-01").history(), nothing());
    let run = ran([found(json!({})), excepted("2026-04-08", Some("2026-06-30"))], "2026-09-01");
    assert_eq!(run.history(), ["Wed 2026-07-01 00:00 + A-ACC-4 unresolved p-1"]);
    let late = ran([found(json!({})), excepted("2026-04-10", None)], "2026-09-01");
    assert_eq!(of(&late, "- A-ACC-4"), ["Fri 2026-04-10 09:00 - A-ACC-4 unresolved p-1"]);
}

#[test]
fn a_conflict_is_resolved_when_one_of_its_rights_is_taken_away() {
    let both = || [right("access/1", "create-supplier"), right("access/2", "approve-payment")];
    for grant in ["access/1", "access/2"] {
        let run = ran(both().into_iter().chain([found(json!({})), taken(grant, "2026-03-30")]), "2026-04-20");
        assert_eq!(of(&run, "A-ACC-4"), nothing());
    }
    let other = right("access/3", "read");
    let run = ran(
        both().into_iter().chain([other, found(json!({})), taken("access/3", "2026-03-30")]),
        "2026-04-20",
    );
    assert_eq!(of(&run, "A-ACC-4").len(), 1);
    // What was taken away before it was found is not what resolved it: the finding saw it.
    let run =
        ran(both().into_iter().chain([taken("access/1", "2026-03-20"), found(json!({}))]), "2026-04-20");
    assert_eq!(of(&run, "A-ACC-4").len(), 1);
}

#[test]
fn a_conflict_of_which_nobody_is_named_stands_under_its_own_number() {
    let run = ran([found(json!({ "person": null }))], "2026-04-20");
    assert_eq!(run.open(), ["A-ACC-4 unresolved SOD-1"]);
    assert_eq!(ran([excepted("2026-04-08", None)], "2026-09-01").history(), nothing());
}
