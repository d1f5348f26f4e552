//! Whether units have a way to destroy what they keep.

use super::*;

fn kept(record: &str, medium: &str, at: &str) -> Post {
    post("record.registered", record, at, json!({ "class": "HSG/04", "medium": medium, "unit": "housing" }))
}

fn shredder(unit: &str, at: &str, data: Value) -> Post {
    let mut data = data;
    data["unit"] = json!(unit);
    post("shredder.installed", "SHR-1", at, data)
}

const NO_SHREDDER: [&str; 1] = ["A-RET-6 no-route-for-paper housing"];

fn keeps() -> Scenario<Retention> {
    Scenario::new().post(kept(RECORD, "paper", "2026-03-02")).wait_until("2026-03-03")
}

#[test]
fn a_unit_that_keeps_paper_has_a_way_to_destroy_it() {
    let run = keeps().run();
    assert_eq!(run.history(), ["Mon 2026-03-02 09:00 + A-RET-6 no-route-for-paper housing"]);
    assert_eq!(run.alert("A-RET-6", "no-route-for-paper").evidence, [0]);
    let with = |unit: &str, data: Value| {
        keeps().post(shredder(unit, "2026-03-04", data)).wait_until("2026-03-05").run().open()
    };
    assert_eq!(with("housing", json!({})), none());
    assert_eq!(with("housing", json!({ "takes": ["paper", "optical"] })), none());
    assert_eq!(with("housing", json!({ "takes": ["optical"] })), NO_SHREDDER);
    assert_eq!(with("housing", json!({ "takes": [], "route_only": true })), none());
    assert_eq!(with("revenues", json!({})), NO_SHREDDER);
    let before = Scenario::<Retention>::new().post(shredder("housing", "2020-03-04", json!({}))).post(kept(
        RECORD,
        "paper",
        "2026-03-02",
    ));
    assert_eq!(before.wait_until("2026-03-03").run().history(), none());
}

#[test]
fn discs_need_a_machine_that_takes_them_and_what_is_in_systems_none() {
    let of = |medium: &str| {
        let keeps = Scenario::<Retention>::new().post(shredder(
            "housing",
            "2026-01-05",
            json!({ "takes": ["paper"] }),
        ));
        keeps.post(kept(RECORD, medium, "2026-03-02")).wait_until("2026-03-03").run().open()
    };
    assert_eq!(of("optical"), ["A-RET-6 no-route-for-discs housing"]);
    assert_eq!(of("paper"), none());
    assert_eq!(of("system"), none());
}

#[test]
fn a_unit_that_has_destroyed_some_evidently_can() {
    let done = |route: Value| {
        let data = json!({ "method": "cross_cut_shred", "medium": "paper", "route": route, "authorised_by": "role/x", "due": "2026-01-01", "certificate": "C" });
        let open = keeps()
            .post(post("disposal.executed", RECORD, "2026-03-04", data))
            .wait_until("2026-03-05")
            .run()
            .open();
        open.contains(&NO_SHREDDER[0].to_owned())
    };
    assert!(!done(json!("central")) && !done(json!("own_unit")));
    assert!(done(Value::Null), "nobody knows how");
}

#[test]
fn a_unit_that_is_no_more_needs_none() {
    let closed = post("org.unit_closed", "housing", "2026-03-04", json!({ "effective": "2026-04-01" }));
    let run = keeps().post(closed).wait_until("2026-04-02").run();
    assert_eq!(
        run.history(),
        [
            "Mon 2026-03-02 09:00 + A-RET-6 no-route-for-paper housing",
            "Wed 2026-04-01 00:00 - A-RET-6 no-route-for-paper housing"
        ]
    );
}

/// The first of the records stands for all. When it is voided another one stands in its place, if there is one.
#[test]
fn records_that_were_registered_by_mistake_are_looked_behind() {
    let two = [kept(RECORD, "paper", "2026-03-02"), kept("record/HSG-2", "paper", "2026-03-04")];
    let voided = Scenario::<Retention>::new()
        .import(two.map(|post| post.recorded("2026-03-05")))
        .wait_until("2026-03-06")
        .post(void(RECORD, 0, "2026-03-07"))
        .wait_until("2026-03-08");
    let run = voided.clone().run();
    assert_eq!(run.open(), NO_SHREDDER);
    assert_eq!(run.alert("A-RET-6", "no-route-for-paper").evidence, [1], "it rests on the other one now");
    let both = voided.post(void("record/HSG-2", 1, "2026-03-09")).wait_until("2026-03-10").run();
    assert_eq!(both.open(), none());
}
