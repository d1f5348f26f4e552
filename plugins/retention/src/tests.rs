use muniment_sdk::testing::{Post, Run, Scenario, check_any_order, check_manifest};
use muniment_sdk::{Act, Block, Cell, Row};
use serde_json::{Value, json};

use super::*;

mod check;
mod covered;
mod devices;
mod disposal;
mod histories;
mod report;
mod units;

const RECORD: &str = "record/HSG-1";

fn post(kind: &str, subject: &str, at: &str, data: Value) -> Post {
    Post::new(kind, subject).at(at).data(data)
}

fn registered(record: &str, at: &str) -> Post {
    let data = json!({ "class": "HSG/04", "series": "repairs", "medium": "disk", "unit": "housing", "owner": "role/iao" });
    post("record.registered", record, at, data)
}

fn triggered(record: &str, at: &str, due: &str) -> Post {
    post("record.triggered", record, at, json!({ "trigger": "closed", "due": due }))
}

fn authorised(record: &str, at: &str) -> Post {
    post("disposal.authorised", record, at, json!({ "authorised_by": "role/records-manager" }))
}

fn executed(record: &str, at: &str) -> Post {
    let data = json!({ "method": "secure_erase", "medium": "disk", "route": "own_unit" });
    post("disposal.executed", record, at, data)
}

/// A record that is due on 2 March 2026.
fn due() -> Scenario<Retention> {
    Scenario::new().post(registered(RECORD, "2020-03-02")).post(triggered(RECORD, "2020-03-03", "2026-03-02"))
}

fn hold(number: &str, at: &str, data: Value) -> Post {
    post("hold.placed", number, at, data)
}

fn released(number: &str, at: &str) -> Post {
    post("hold.released", number, at, json!({}))
}

fn request(number: &str, at: &str) -> Post {
    post("request.received", number, at, json!({ "regime": "foi" }))
}

fn identified(number: &str, at: &str, data: Value) -> Post {
    post("request.records_identified", number, at, data)
}

fn closed(number: &str, at: &str) -> Post {
    post("request.closed", number, at, json!({ "close_reason": "answered" }))
}

fn void(subject: &str, target: u64, at: &str) -> Post {
    let data = json!({ "target": target, "action": "void", "reason": "wrong_data" });
    post("ledger.correction_recorded", subject, at, data)
}

fn none() -> Vec<String> {
    Vec::new()
}

/// Why the last alert that was cleared was.
fn reason(run: &Run<Retention>) -> String {
    let cleared = run.acts().iter().rev().find_map(|(_, act)| match act {
        Act::Clear(cleared) => Some(cleared.reason.clone()),
        Act::Raise(_) => None,
    });
    cleared.unwrap_or_else(|| panic!("nothing was cleared: {:?}", run.history()))
}

/// The cells of a row by the names of the columns.
fn cell(register: &str, row: &Row, column: &str) -> Cell {
    let register = Retention::REGISTERS.iter().find(|known| known.name == register).unwrap();
    let place = register.columns.iter().position(|known| known.name == column).unwrap();
    row.cells[place].clone()
}

#[test]
fn the_manifest_is_in_order() {
    check_manifest::<Retention>();
    let settings = Settings { methods_for_official_sensitive: Vec::new(), ..Settings::default() };
    assert!(settings.check().is_err());
    assert_eq!(Settings::default().check(), Ok(()));
}

/// Also where the entries make no sense together.
#[test]
fn any_history_that_the_catalogue_takes_is_borne() {
    muniment_histories::check_any_history::<Retention>();
}

/// The details of a case stay, as a correction may come: small enough that a million of them go into the memory of a plugin.
#[test]
fn what_is_kept_of_a_record_that_is_over_is_bounded() {
    let happens = |kind, day, data| muniment_histories::Happens { kind, subject: "record/HSG-#", day, data };
    let case = [
        happens("record.registered", 0, json!({ "class": "HSG/04", "series": "repairs", "medium": "disk" })),
        happens("record.triggered", 0, json!({ "trigger": "closed", "due": "2025-03-01" })),
        happens("disposal.authorised", 1, json!({ "authorised_by": "role/records-manager" })),
        happens(
            "disposal.executed",
            2,
            json!({ "method": "secure_erase", "medium": "disk", "route": "own_unit" }),
        ),
    ];
    muniment_histories::check_bytes_a_case::<Retention>(&case, 256);
}
