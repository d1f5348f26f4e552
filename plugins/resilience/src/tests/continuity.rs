//! A-BCP-1 and A-BCP-2.

use super::*;

fn documented(at: &str, more: Value) -> Post {
    let mut data =
        json!({ "function_title": "Monthly payroll run", "document_ref": "procedure/payroll-run" });
    data.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    post("function.documented", "payroll-run", at, data)
}

fn reviewed(at: &str, finding: &str) -> Post {
    post("function.reviewed", "payroll-run", at, json!({ "finding": finding, "occasion": "yearly" }))
}

#[test]
fn papers_are_looked_at_every_twelve_months() {
    let papers = || documented("2025-03-02", json!({}));
    assert_eq!(run(vec![papers()], "2026-03-02T23:59:00Z").history(), Vec::<String>::new());
    let late = run(vec![papers(), reviewed("2026-03-05", "current")], "2026-04-01");
    assert_eq!(
        late.history(),
        [
            "Tue 2026-03-03 00:00 + A-BCP-1 review-overdue payroll-run",
            "Thu 2026-03-05 09:00 - A-BCP-1 review-overdue payroll-run",
        ]
    );
    let words = &late.alert("A-BCP-1", "review-overdue").arithmetic;
    assert!(
        words.contains("12 months behind Sunday 2 March 2025 (setting function_review_months)"),
        "{words}"
    );
    let named = run(vec![documented("2025-03-02", json!({ "review_due": "2025-06-01" }))], "2025-07-01");
    assert_eq!(named.history(), ["Mon 2025-06-02 00:00 + A-BCP-1 review-overdue payroll-run"]);
    let later = run(vec![documented("2025-03-02", json!({ "review_due": "2027-06-01" }))], "2026-04-01");
    assert_eq!(later.open().len(), 1, "no entry makes it longer than the control");
}

#[test]
fn papers_that_were_found_out_of_date_are_so_until_they_are_written_anew() {
    let found = vec![documented("2026-01-05", json!({})), reviewed("2026-02-02", "out_of_date")];
    let run_ = run(found.clone(), "2026-03-01");
    assert_eq!(run_.history(), ["Mon 2026-02-02 09:00 + A-BCP-1 out-of-date payroll-run"]);
    assert_eq!(run_.register("functions", "2026-03-01")[0].cells[6], Cell::from("out of date"));
    let mended = [found, vec![documented("2026-03-02", json!({}))]].concat();
    assert_eq!(run(mended, "2026-03-03").open(), Vec::<String>::new());
}

#[test]
fn papers_are_no_older_than_the_last_change_of_the_role() {
    let role = "role/payroll-manager";
    let assigned = |at: &str, person: &str| {
        post("role.assigned", role, at, json!({ "role_kind": "other", "person": person }))
    };
    let papers = || documented("2026-01-05", json!({ "owner": role }));
    let posts = vec![papers(), assigned("2026-02-02", "p-1"), reviewed("2026-02-06", "updated")];
    assert_eq!(
        run(posts, "2026-03-01").history(),
        [
            "Tue 2026-02-03 00:00 + A-BCP-1 older-than-role-change payroll-run",
            "Fri 2026-02-06 09:00 - A-BCP-1 older-than-role-change payroll-run",
        ]
    );
    let held_on = vec![assigned("2026-01-02", "p-1"), papers(), assigned("2026-02-02", "p-1")];
    assert_eq!(run(held_on, "2026-03-01").history(), Vec::<String>::new(), "the same person holds it");
    let other =
        vec![assigned("2026-02-02", "p-1"), documented("2026-01-05", json!({ "owner": "role/other" }))];
    assert_eq!(run(other, "2026-03-01").history(), Vec::<String>::new());
    let patient = Scenario::<Resilience>::new()
        .setting("role_change_days", json!(14))
        .post(papers())
        .post(assigned("2026-02-02", "p-1"))
        .wait_until("2026-02-17")
        .run();
    assert_eq!(patient.history(), ["Tue 2026-02-17 00:00 + A-BCP-1 older-than-role-change payroll-run"]);
    assert_eq!(patient.alert("A-BCP-1", "older-than-role-change").evidence, [0, 1]);
}

fn plan(at: &str) -> Post {
    let data =
        json!({ "plan_title": "Revenues", "version": "1", "services": ["revenues"], "recovery_hours": 24 });
    post("bcp.published", "BCP-REVENUES", at, data)
}

fn tested(kind: &str, subject: &str, at: &str, result: &str) -> Post {
    post(kind, subject, at, json!({ "test_kind": "desk_top", "result": result }))
}

#[test]
fn a_plan_is_tested_every_twelve_months() {
    let run_ = run(vec![plan("2025-03-02")], "2026-04-01");
    assert_eq!(run_.history(), ["Tue 2026-03-03 00:00 + A-BCP-2 test-overdue BCP-REVENUES"]);
    assert!(
        run_.alert("A-BCP-2", "test-overdue")
            .arithmetic
            .starts_with("Never tested, and published on Sunday 2 March")
    );
    let again = vec![plan("2025-03-02"), plan("2026-01-05")];
    assert_eq!(run(again, "2026-04-01").open().len(), 1, "a new version is no test");
    let kept = vec![plan("2025-03-02"), tested("bcp.tested", "BCP-REVENUES", "2026-03-02", "passed")];
    assert_eq!(run(kept, "2026-04-01").history(), Vec::<String>::new());
    let recovery = run(vec![tested("dr.tested", "DR-HOUSING", "2025-03-03", "failed")], "2026-03-05");
    assert_eq!(recovery.history(), ["Wed 2026-03-04 00:00 + A-BCP-2 test-overdue DR-HOUSING"]);
    assert_eq!(recovery.register("tests", "2026-03-01")[0].cells[6], Cell::from("last test failed"));
}

#[test]
fn a_restore_is_tested_every_six_months() {
    let restored = |at: &str| tested("backup.restore_tested", "housing-cases", at, "passed");
    let run_ = run(vec![restored("2025-08-31"), restored("2026-03-05")], "2026-04-01");
    assert_eq!(
        run_.history(),
        [
            "Sun 2026-03-01 00:00 + A-BCP-2 restore-test-overdue housing-cases",
            "Thu 2026-03-05 09:00 - A-BCP-2 restore-test-overdue housing-cases",
        ],
        "February has no 31st"
    );
    let both = vec![restored("2025-10-01"), tested("dr.tested", "housing-cases", "2025-10-02", "passed")];
    let both = run(both, "2026-04-10");
    assert_eq!(both.open(), ["A-BCP-2 restore-test-overdue housing-cases"]);
    assert_eq!(both.register("tests", "2026-04-10").len(), 2);
}

#[test]
fn a_test_that_was_recorded_by_mistake_is_none() {
    let posts = vec![plan("2025-03-02"), tested("bcp.tested", "BCP-REVENUES", "2025-06-02", "passed")];
    let posts = [posts, vec![correction("BCP-REVENUES", "2025-06-03", 1)]].concat();
    let run_ = run(posts, "2026-03-10");
    assert_eq!(run_.open(), ["A-BCP-2 test-overdue BCP-REVENUES"]);
    let row = &run_.register("tests", "2026-03-10")[0];
    assert_eq!(row.cells[10], Cell::from("entry 1 voided by entry 2"));
    assert_eq!((row.cells[5].clone(), row.cells[7].clone()), (Cell::Number(-8), Cell::from("red")));
}
