use muniment_sdk::testing::{Post, Run, Scenario, check_any_order, check_manifest};
use muniment_sdk::{Act, Block, Cell, Row, Section};
use serde_json::{Value, json};

use super::*;

mod authorisations;
mod encryption;
mod items;
mod odd;
mod report;
mod violations;

fn post(kind: &str, subject: &str, at: &str, data: Value) -> Post {
    Post::new(kind, subject).at(at).data(data)
}

/// The members of both; those of the second stand.
fn with(mut data: Value, other: Value) -> Value {
    data.as_object_mut().unwrap().extend(other.as_object().cloned().unwrap());
    data
}

fn authorised(at: &str, data: Value) -> Post {
    let usual = json!({
        "person": "p-1", "electronic_files": true, "identifiable": true, "signatory": "service_director",
        "authorised_by": "role/service-director-care", "valid_until": "2026-12-31", "unit": "care",
    });
    post("homework.authorised", "HW-1", at, with(usual, data))
}

fn out(at: &str, data: Value) -> Post {
    let usual = json!({
        "person": "p-1", "medium": "laptop", "identifiable": true, "encrypted": true, "due_back": "2026-03-31", "unit": "care",
    });
    post("offsite.checked_out", "ITEM-1", at, with(usual, data))
}

fn back(at: &str) -> Post {
    post("offsite.returned", "ITEM-1", at, json!({}))
}

fn broken(number: &str, at: &str, data: Value) -> Post {
    post("homework.violation_recorded", number, at, data)
}

fn void(target: u64, subject: &str, at: &str) -> Post {
    let data = json!({ "target": target, "action": "void", "reason": "wrong_data" });
    post("ledger.correction_recorded", subject, at, data)
}

fn scenario(posts: impl IntoIterator<Item = Post>) -> Scenario<Offsite> {
    posts.into_iter().fold(Scenario::new(), Scenario::post)
}

fn on(day: &str) -> Cell {
    Cell::Day(day.parse().unwrap())
}

fn none() -> Vec<String> {
    Vec::new()
}

fn of(run: &Run<Offsite>, rule: &str) -> Vec<String> {
    run.history().into_iter().filter(|line| line.contains(rule)).collect()
}

/// Why the last alert was cleared.
fn reason(run: &Run<Offsite>) -> &str {
    let cleared = run.acts().iter().rev().find_map(|(_, act)| match act {
        Act::Clear(cleared) => Some(cleared.reason.as_str()),
        Act::Raise(_) => None,
    });
    cleared.unwrap_or_else(|| panic!("nothing was cleared: {:?}", run.history()))
}

/// The cell of a column.
fn cell<'r>(register: &Register, row: &'r Row, column: &str) -> &'r Cell {
    let place = register.columns.iter().position(|it| it.name == column);
    &row.cells[place.unwrap_or_else(|| panic!("no column {column}"))]
}

#[test]
fn the_manifest_is_in_order() {
    check_manifest::<Offsite>();
}

/// Also where the entries make no sense together.
#[test]
fn any_history_that_the_catalogue_takes_is_borne() {
    muniment_histories::check_any_history::<Offsite>();
}

/// The details of a case stay, as a correction may come: small enough that a million of them go into the memory of a plugin.
#[test]
fn what_is_kept_of_a_time_out_that_is_over_is_bounded() {
    let happens = |kind, day, data| muniment_histories::Happens { kind, subject: "ITEM-#", day, data };
    let case = [
        happens(
            "offsite.checked_out",
            0,
            json!({ "person": "p-#", "medium": "laptop", "identifiable": false, "encrypted": true, "due_back": "2026-12-31", "unit": "care" }),
        ),
        happens("offsite.returned", 14, json!({})),
    ];
    muniment_histories::check_bytes_a_case::<Offsite>(&case, 256);
}

#[test]
fn it_comes_out_the_same_in_any_order() {
    let history = [
        post("homework.requested", "HW-1", "2026-03-01", json!({ "person": "p-1" })),
        authorised(
            "2026-03-02",
            json!({ "signatory": "authorised_deputy", "authorised_by": "role/deputy", "valid_until": "2026-03-20" }),
        ),
        post(
            "delegation.recorded",
            "DEL-1",
            "2026-03-03",
            json!({ "delegated_by": "role/d", "delegated_to": "role/deputy", "power": "homework_authorisation", "from": "2026-01-01" }),
        ),
        out("2026-03-04", json!({ "authorisation_ref": "HW-1", "encrypted": null, "asset": "AST-1" })),
        post(
            "device.encrypted_verified",
            "AST-1",
            "2026-03-05",
            json!({ "kind": "laptop", "encrypted": true }),
        ),
        post(
            "device.encrypted_verified",
            "AST-1",
            "2026-03-06",
            json!({ "kind": "laptop", "encrypted": false }),
        ),
        back("2026-03-10"),
        out("2026-03-11", json!({ "person": "dir-9", "packaging": "none" })),
        post("identity.linked", "IDL-1", "2026-03-12", json!({ "person": "p-1", "same_as": "dir-9" })),
        broken("HW-1", "2026-03-13", json!({ "kind": "vehicle", "person": "p-1" })),
        broken("VIO-1", "2026-03-14", json!({ "kind": "home_email", "incident_ref": "INC-1" })),
        post("incident.closed", "INC-1", "2026-03-15", json!({ "close_reason": "done" })),
        post(
            "homework.reviewed",
            "HW-1",
            "2026-03-16",
            json!({ "decision": "continue", "review_due": "2026-03-18" }),
        ),
        post(
            "offsite.checked_out",
            "ITEM-2",
            "2026-03-17",
            json!({ "medium": "paper", "identifiable": false, "due_back": "2026-03-18" }),
        ),
        post(
            "offsite.lost",
            "ITEM-2",
            "2026-03-18",
            json!({ "medium": "paper", "circumstances": "vehicle" }),
        ),
        post(
            "role.assigned",
            "role/service-director-care",
            "2026-01-05",
            json!({ "role_kind": "service_director" }),
        ),
        post(
            "homework.authorised",
            "HW-2",
            "2026-03-19",
            json!({ "person": "p-2", "electronic_files": true, "signatory": "service_director", "authorised_by": "role/service-director-care", "valid_until": "2026-12-31" }),
        ),
        post(
            "role.vacated",
            "role/service-director-care",
            "2026-03-08",
            json!({ "role_kind": "service_director" }),
        ),
    ];
    check_any_order::<Offsite>(&history, "2026-04-10", ("2026-03-01", "2026-03-31"));
}
