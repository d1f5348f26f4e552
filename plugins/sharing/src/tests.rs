use muniment_sdk::testing::{Post, Run, Scenario, check_any_order, check_manifest};
use muniment_sdk::{Act, Cell, Row};
use serde_json::{Value, json};

use super::*;

mod agreements;
mod links;
mod processing;
mod report;
mod transfers;

const ISA: &str = "ISA-1";
const TRF: &str = "TRF-1";

fn post(kind: &str, subject: &str, at: &str, data: Value) -> Post {
    Post::new(kind, subject).at(at).data(data)
}

fn isa(kind: &str, at: &str, data: Value) -> Post {
    post(&format!("isa.{kind}"), ISA, at, data)
}

fn drafted(at: &str) -> Post {
    isa(
        "drafted",
        at,
        json!({ "parties": ["exemplar-city"], "protocol_ref": "ISP-1", "agreement_title": "Joint care" }),
    )
}

/// An agreement with all that it needs, in force since 6 January 2026 and to be reviewed by 31 December.
fn in_force() -> Scenario<Sharing> {
    [
        post("protocol.adopted", "ISP-1", "2026-01-02", json!({ "review_due": "2028-01-02" })),
        drafted("2026-01-02"),
        isa("reviewed", "2026-01-03", json!({ "outcome": "approved" })),
        isa("recorded", "2026-01-04", json!({ "owner": "role/asset-owner-care" })),
        isa("signed", "2026-01-05", json!({ "party": "exemplar-icb" })),
        isa("activated", "2026-01-06", json!({ "review_due": "2026-12-31" })),
    ]
    .into_iter()
    .fold(Scenario::new(), Scenario::post)
}

fn transfer(at: &str, data: Value) -> Post {
    let mut whole =
        json!({ "direction": "outgoing", "transfer_method": "secure_email", "personal_data": true });
    whole.as_object_mut().unwrap().extend(data.as_object().unwrap().clone());
    post("sharing.transfer_made", TRF, at, whole)
}

fn under_isa(at: &str) -> Post {
    transfer(at, json!({ "isa_ref": ISA }))
}

fn void(target: u64, subject: &str, at: &str) -> Post {
    post(
        "ledger.correction_recorded",
        subject,
        at,
        json!({ "target": target, "action": "void", "reason": "wrong_data" }),
    )
}

fn nothing() -> Vec<String> {
    Vec::new()
}

/// What was raised and cleared of a rule.
fn history(run: &Run<Sharing>, rule: &str) -> Vec<String> {
    run.history().into_iter().filter(|line| line.contains(rule)).collect()
}

fn reason(run: &Run<Sharing>) -> &str {
    let cleared = run.acts().iter().rev().find_map(|(_, act)| match act {
        Act::Clear(cleared) => Some(cleared.reason.as_str()),
        Act::Raise(_) => None,
    });
    cleared.unwrap_or_else(|| panic!("nothing was cleared: {:?}", run.history()))
}

fn cell(row: &Row, register: &str, column: &str) -> Cell {
    let register = Sharing::REGISTERS.iter().find(|it| it.name == register).unwrap();
    let place = register.columns.iter().position(|it| it.name == column).unwrap();
    row.cells[place].clone()
}

fn day(text: &str) -> Cell {
    Cell::from(text.parse::<muniment_sdk::Day>().unwrap())
}

#[test]
fn the_manifest_is_in_order() {
    check_manifest::<Sharing>();
    assert!(Settings { review_warn_days: vec![30, 60], ..Settings::default() }.check().is_err());
}

/// Also where the entries make no sense together.
#[test]
fn any_history_that_the_catalogue_takes_is_borne() {
    muniment_histories::check_any_history::<Sharing>();
}

/// The details of an agreement stay, as a correction may come. What was shared under it is a case of its own, and kept by its
/// agreement too: that makes it larger than others.
#[test]
fn what_is_kept_of_an_agreement_that_is_over_is_bounded() {
    let happens = |kind, subject, day, data| muniment_histories::Happens { kind, subject, day, data };
    let case = [
        happens(
            "isa.drafted",
            "ISA-2025-#",
            0,
            json!({ "parties": ["exemplar-city"], "agreement_title": "Joint care in ward #", "protocol_ref": "ISP-1", "lawful_basis": "public_task", "owner": "role/head-of-care", "unit": "care" }),
        ),
        happens("isa.reviewed", "ISA-2025-#", 1, json!({ "outcome": "approved" })),
        happens("isa.recorded", "ISA-2025-#", 2, json!({ "owner": "role/head-of-care" })),
        happens("isa.signed", "ISA-2025-#", 3, json!({ "party": "exemplar-icb" })),
        happens("isa.activated", "ISA-2025-#", 4, json!({ "review_due": "2026-12-31" })),
        happens(
            "sharing.transfer_made",
            "TRF-#",
            30,
            json!({ "isa_ref": "ISA-2025-#", "direction": "outgoing", "transfer_method": "secure_email", "encrypted": true, "personal_data": true, "unit": "care" }),
        ),
        happens("isa.terminated", "ISA-2025-#", 200, json!({ "end_reason": "purpose_ended" })),
    ];
    muniment_histories::check_bytes_a_case::<Sharing>(&case, 512);
}
