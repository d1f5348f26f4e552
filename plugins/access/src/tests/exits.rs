use super::*;

fn item(item: &str, result: &str, at: &str) -> Post {
    post("exit.item_completed", "EMP-1", at, json!({ "item": item, "result": result }))
}

fn leaver() -> Post {
    left("EMP-1", "p-1", "2026-04-02", "2026-04-02")
}

fn issued(number: &str, at: &str, more: Value) -> Post {
    let mut data = json!({ "person": "p-1", "kind": "laptop" });
    if let (Value::Object(data), Value::Object(more)) = (&mut data, more) {
        data.extend(more);
    }
    post("equipment.issued", number, at, data)
}

fn returned(number: &str, at: &str) -> Post {
    post("equipment.returned", number, at, json!({ "condition": "reusable" }))
}

#[test]
fn the_checklist_is_complete_by_the_end_of_the_last_day() {
    let run = ran([leaver(), checklist("EMP-1", "2026-04-13", 0)], "2026-04-20");
    assert_eq!(
        run.history(),
        ["Fri 2026-04-03 00:00 + A-EXT-5 incomplete p-1", "Mon 2026-04-13 09:00 - A-EXT-5 incomplete p-1"]
    );
    assert_eq!(
        run.alert("A-EXT-5", "incomplete").arithmetic,
        "The last day of EMP-1 was Thursday 2 April 2026, and the list was to be complete by its end: nobody recorded \
         that the exit checklist was gone through to its end."
    );
    assert_eq!(
        ran([leaver(), checklist("EMP-1", "2026-04-02T22:00:00Z", 0)], "2026-04-20").history(),
        nothing()
    );
    assert_eq!(
        ran([leaver(), checklist("MSG-1", "2026-04-02", 0)], "2026-04-20").open(),
        ["A-EXT-5 incomplete p-1"]
    );
}

#[test]
fn items_that_were_outstanding_are_done_one_by_one() {
    let start = || [leaver(), item("keys", "outstanding", "2026-04-01"), checklist("EMP-1", "2026-04-02", 2)];
    let run = ran(start(), "2026-04-20");
    assert!(
        run.alert("A-EXT-5", "incomplete")
            .arithmetic
            .ends_with("2 items of the exit checklist are outstanding.")
    );
    let run = ran(start().into_iter().chain([item("keys", "done", "2026-04-08")]), "2026-04-20");
    assert_eq!(run.open(), ["A-EXT-5 incomplete p-1"]);
    let both = [item("keys", "done", "2026-04-08"), item("badge", "not_applicable", "2026-04-09")];
    let run = ran(start().into_iter().chain(both.clone()), "2026-04-20");
    assert_eq!(of(&run, "- A-EXT-5"), ["Thu 2026-04-09 09:00 - A-EXT-5 incomplete p-1"]);
    let again = item("laptop", "outstanding", "2026-04-10");
    let run = ran(start().into_iter().chain(both).chain([again]), "2026-04-20");
    assert_eq!(run.open(), ["A-EXT-5 incomplete p-1"]);
}

#[test]
fn equipment_is_back_five_working_days_behind_the_last_day() {
    let list = || checklist("EMP-1", "2026-04-02", 0);
    let run = ran([issued("AST-1", "2025-09-01", json!({})), list(), leaver()], "2026-04-20");
    // Good Friday and Easter Monday do not count.
    assert_eq!(run.history(), ["Tue 2026-04-14 00:00 + A-EXT-6 outstanding p-1"]);
    assert_eq!(
        run.alert("A-EXT-6", "outstanding").arithmetic,
        "The last day of EMP-1 was Thursday 2 April 2026; 5 working days behind it (setting \
         equipment_return_working_days) end on Monday 13 April 2026. Not returned: AST-1."
    );
    for end in [
        returned("AST-1", "2026-04-13"),
        post(
            "device.disposed",
            "AST-1",
            "2026-04-13",
            json!({ "kind": "laptop", "serial": "S", "method": "shredded", "route": "contractor" }),
        ),
    ] {
        let run = ran([issued("AST-1", "2025-09-01", json!({})), list(), leaver(), end], "2026-04-20");
        assert_eq!(run.history(), nothing());
    }
    let late = ran(
        [issued("AST-1", "2025-09-01", json!({})), list(), leaver(), returned("AST-1", "2026-04-17")],
        "2026-04-20",
    );
    assert_eq!(of(&late, "- A-EXT-6").len(), 1);
}

#[test]
fn what_went_on_to_somebody_else_is_with_them() {
    let next = post("equipment.issued", "AST-1", "2026-04-08", json!({ "person": "p-2", "kind": "laptop" }));
    let run = ran(
        [issued("AST-1", "2025-09-01", json!({})), checklist("EMP-1", "2026-04-02", 0), leaver(), next],
        "2026-04-20",
    );
    assert_eq!(run.history(), nothing());
    let rows = run.register("equipment", "2026-04-20");
    assert_eq!((rows.len(), rows[0].cells[1].clone()), (1, Cell::from("p-2")));
}

#[test]
fn what_was_given_for_a_role_that_goes_on_stays() {
    let leaves = |remaining: Value| {
        let data = json!({ "person": "p-1", "last_day": "2026-04-02", "user_class": "staff", "remaining_classes": remaining });
        post("staff.left", "EMP-1", "2026-04-02", data)
    };
    let list = || checklist("EMP-1", "2026-04-02", 0);
    let tablet = || issued("AST-2", "2025-09-01", json!({ "kind": "tablet", "user_class": "member" }));
    assert_eq!(ran([tablet(), list(), leaves(json!(["member"]))], "2026-04-20").history(), nothing());
    assert_eq!(ran([tablet(), list(), leaves(json!([]))], "2026-04-20").open(), ["A-EXT-6 outstanding p-1"]);
}
