use super::*;

fn cell<'r>(row: &'r Row, register: &str, column: &str) -> &'r Cell {
    let register = Access::REGISTERS.iter().find(|it| it.name == register).unwrap();
    let place = register.columns.iter().position(|it| it.name == column).unwrap();
    &row.cells[place]
}

fn day(text: &str) -> Cell {
    Cell::Day(text.parse().unwrap())
}

#[test]
fn access_is_listed_by_the_day_of_its_review() {
    let run = ran(
        [
            granted("access/1", "p-1", "2025-06-02", json!({})),
            granted("access/2", "p-2", "2025-06-02", json!({ "privileged": true })),
            granted("access/3", "p-3", "2025-06-03", json!({ "approved_by": null })),
            granted("access/4", "p-4", "2025-06-02", json!({})),
            revoked("access/4", "2025-06-30"),
            post("identity.linked", "IDL-1", "2025-07-01", json!({ "person": "p-0", "same_as": "p-1" })),
        ],
        "2025-12-20",
    );
    let rows = run.register("access", "2025-12-20");
    let of = |column: &str| rows.iter().map(|row| cell(row, "access", column).clone()).collect::<Vec<_>>();
    let texts = |texts: [&str; 3]| texts.map(Cell::from).to_vec();
    assert_eq!(of("grant"), texts(["access/2", "access/1", "access/3"]));
    assert_eq!(of("holder"), texts(["p-2", "p-0", "p-3"]));
    assert_eq!(of("due"), [day("2025-12-02"), day("2026-06-02"), day("2026-06-03")]);
    assert_eq!(of("days_left"), [Cell::Number(-18), Cell::Number(164), Cell::Number(165)]);
    assert_eq!(of("rag"), texts(["red", "green", "red"]));
    assert_eq!(of("status"), texts(["review overdue", "live", "not approved"]));
    assert_eq!(rows[0].unit.as_deref(), Some("housing"));
    assert_eq!(run.register_of("access", "access/1", "2025-12-20").len(), 1);
    assert_eq!(*cell(&run.register("access", "2026-05-10")[1], "access", "rag"), Cell::from("amber"));
}

#[test]
fn leavers_are_listed_until_all_is_done() {
    let posts = [
        joined("EMP-1", "p-1", "2025-09-01", "staff"),
        granted("access/1", "p-1", "2025-09-01", json!({})),
        granted("access/2", "p-1", "2025-10-01", json!({ "user_class": "member" })),
        post("equipment.issued", "AST-1", "2025-09-01", json!({ "person": "p-1", "kind": "laptop" })),
        post(
            "staff.leaver_notified",
            "EMP-1",
            "2026-03-20",
            json!({ "person": "p-1", "last_day": "2026-04-02", "unit": "housing" }),
        ),
        post(
            "staff.left",
            "EMP-1",
            "2026-04-02",
            json!({ "person": "p-1", "last_day": "2026-04-02", "remaining_classes": ["member"] }),
        ),
    ];
    let row = |posts: &[Post], at: &str, column: &str| {
        let rows = ran(posts.to_vec(), at).register("leavers", at);
        rows.first().map(|row| cell(row, "leavers", column).clone())
    };
    assert_eq!(row(&posts[..4], "2026-03-25", "status"), None);
    assert_eq!(row(&posts[..5], "2026-03-25", "status"), Some(Cell::from("leaves")));
    assert_eq!(row(&posts[..5], "2026-03-25", "working_days_left"), Some(Cell::Number(6)));
    for (column, expected) in [
        ("status", Cell::from("access live")),
        ("access_live", Cell::Number(1)),
        ("access_kept", Cell::Number(1)),
        ("checklist", Cell::from("not gone through")),
        ("equipment_out", Cell::Number(1)),
        ("announced", day("2026-03-20")),
        ("due", day("2026-04-02")),
        ("working_days_left", Cell::Number(-1)),
        ("rag", Cell::from("red")),
        ("unit", Cell::from("housing")),
    ] {
        assert_eq!(row(&posts, "2026-04-07", column), Some(expected), "{column}");
    }
    let mut done = posts.to_vec();
    done.extend([revoked("access/1", "2026-04-07"), checklist("EMP-1", "2026-04-07", 0)]);
    assert_eq!(row(&done, "2026-04-08", "status"), Some(Cell::from("equipment out")));
    assert_eq!(row(&done, "2026-04-08", "rag"), Some(Cell::from("green")));
    done.push(post("equipment.returned", "AST-1", "2026-04-08", json!({ "condition": "reusable" })));
    assert_eq!(row(&done, "2026-04-09", "status"), None);
}

#[test]
fn movers_suspensions_equipment_and_conflicts_are_listed_while_they_wait() {
    let posts = [
        granted("access/1", "p-1", "2025-05-06", json!({ "job_function": "housing-officer" })),
        post(
            "staff.moved",
            "EMP-1",
            "2026-03-20",
            json!({
                "person": "p-1", "effective": "2026-03-27", "job_function": "benefits-officer",
                "job_function_before": "housing-officer", "unit": "benefits",
            }),
        ),
        post(
            "staff.suspended",
            "EMP-2",
            "2026-03-25T10:00:00Z",
            json!({ "person": "p-2", "access_to_stop": true }),
        ),
        granted("access/2", "p-2", "2025-05-06", json!({})),
        post(
            "equipment.issued",
            "AST-1",
            "2026-03-02",
            json!({ "person": "p-3", "kind": "keys", "due_back": "2026-04-30" }),
        ),
        post(
            "sod.conflict_detected",
            "SOD-1",
            "2026-03-23",
            json!({ "person": "p-4", "system": "pay", "rights": ["a", "b"] }),
        ),
        post(
            "sod.exception_approved",
            "SOD-1",
            "2026-03-24",
            json!({ "approved_by": "role/s151", "compensating_control": "c", "exception_until": "2026-06-30" }),
        ),
    ];
    let run = ran(posts, "2026-03-31");
    let of = |register: &str, column: &str, at: &str| {
        let rows = run.register(register, at);
        assert_eq!(rows.len(), 1, "{register}");
        cell(&rows[0], register, column).clone()
    };
    assert_eq!(of("movers", "due", "2026-03-31"), day("2026-04-07"));
    assert_eq!(of("movers", "status", "2026-03-31"), Cell::from("to be changed"));
    assert_eq!(of("movers", "rag", "2026-04-02"), Cell::from("amber"));
    assert_eq!(of("movers", "status", "2026-04-08"), Cell::from("overdue"));
    assert_eq!(of("suspensions", "status", "2026-03-25T10:30:00Z"), Cell::from("to be passed on"));
    assert_eq!(of("suspensions", "rag", "2026-03-25T10:30:00Z"), Cell::from("amber"));
    assert_eq!(of("suspensions", "status", "2026-03-31"), Cell::from("not passed on"));
    assert_eq!(of("suspensions", "access_live", "2026-03-31"), Cell::Number(1));
    assert_eq!(of("equipment", "status", "2026-03-31"), Cell::from("out"));
    assert_eq!(of("equipment", "rag", "2026-05-05"), Cell::from("red"));
    assert_eq!(of("conflicts", "status", "2026-03-31"), Cell::from("excepted"));
    assert_eq!(of("conflicts", "status", "2026-07-01"), Cell::from("overdue"));
}
