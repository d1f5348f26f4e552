use super::*;

const PERIOD: (&str, &str) = ("2025-04-01", "2026-03-31");

#[test]
fn the_order_in_which_a_life_is_recorded_makes_no_difference() {
    let posts = [
        joined("EMP-1", "p-1", "2025-04-07T08:00:00Z", "staff"),
        joined("EMP-2", "p-1", "2025-05-08T08:00:00Z", "member"),
        post(
            "access.requested",
            "access/1",
            "2025-04-07T09:00:00Z",
            json!({ "system": "housing-cases", "entitlement": "read" }),
        ),
        post(
            "access.approved",
            "access/1",
            "2025-04-07T10:00:00Z",
            json!({ "system": "housing-cases", "approved_by": "role/owner" }),
        ),
        granted(
            "access/1",
            "p-1",
            "2025-04-08T08:00:00Z",
            json!({ "approved_by": null, "job_function": "housing-officer" }),
        ),
        granted(
            "access/2",
            "p-1",
            "2025-05-09T08:00:00Z",
            json!({ "user_class": "member", "system": "portal" }),
        ),
        post(
            "equipment.issued",
            "AST-1",
            "2025-04-07T11:00:00Z",
            json!({ "person": "p-1", "kind": "laptop" }),
        ),
        post(
            "staff.moved",
            "EMP-1",
            "2025-09-01T08:00:00Z",
            json!({ "person": "p-1", "effective": "2025-09-01", "job_function": "rents", "job_function_before": "housing-officer" }),
        ),
        post("access.suspended", "access/1", "2025-11-03T12:00:00Z", json!({ "system": "housing-cases" })),
        post(
            "staff.suspended",
            "EMP-1",
            "2025-11-03T10:00:00Z",
            json!({ "person": "p-1", "access_to_stop": true }),
        ),
        post("staff.irm_alerted", "MSG-1", "2025-11-03T10:40:00Z", json!({ "suspension_ref": "EMP-1" })),
        post(
            "staff.leaver_notified",
            "EMP-1",
            "2025-12-01T08:00:00Z",
            json!({ "person": "p-1", "last_day": "2025-12-31" }),
        ),
        post(
            "exit.item_completed",
            "EMP-1",
            "2025-12-30T08:00:00Z",
            json!({ "item": "keys", "result": "outstanding" }),
        ),
        checklist("EMP-1", "2025-12-31T08:00:00Z", 1),
        post(
            "staff.left",
            "EMP-1",
            "2025-12-31T17:00:00Z",
            json!({ "person": "p-1", "last_day": "2025-12-31", "remaining_classes": ["member"] }),
        ),
        granted("access/1", "p-1", "2026-01-12T08:00:00Z", json!({})),
    ];
    check_any_order::<Access>(&posts, "2026-06-01", PERIOD);
}

#[test]
fn the_order_in_which_grants_and_reviews_are_recorded_makes_no_difference() {
    let many = json!({ "system": "housing-cases", "accounts_reviewed": 30 });
    let posts = [
        granted("access/1", "p-1", "2024-06-03T08:00:00Z", json!({})),
        granted("access/2", "p-2", "2024-06-04T08:00:00Z", json!({ "outside_job_function": true })),
        post("access.reviewed", "access/all", "2025-05-12T08:00:00Z", many.clone()),
        granted("access/3", "p-3", "2025-06-03T08:00:00Z", json!({ "privileged": true })),
        post(
            "access.changed",
            "access/2",
            "2025-07-01T08:00:00Z",
            json!({ "system": "housing-cases", "entitlement": "view", "entitlement_before": "read", "change_reason": "review" }),
        ),
        post(
            "access.reviewed",
            "access/3",
            "2025-11-03T08:00:00Z",
            json!({ "system": "housing-cases", "decision": "removed" }),
        ),
        revoked("access/1", "2026-02-02T08:00:00Z"),
        post("access.orphan_detected", "access/4", "2026-02-03T08:00:00Z", json!({ "system": "payroll" })),
        revoked("access/5", "2026-02-04T08:00:00Z"),
        post(
            "sod.conflict_detected",
            "SOD-1",
            "2026-02-05T08:00:00Z",
            json!({ "person": "p-2", "system": "housing-cases", "rights": ["view", "pay"] }),
        ),
        post("incident.reported", "INC-1", "2026-02-06T08:00:00Z", json!({ "kind": "misuse" })),
    ];
    check_any_order::<Access>(&posts, "2026-06-01", PERIOD);
}
