//! Devices that were taken out of use, and media.

use super::*;

const DEVICE: &str = "AST-0117";

fn returned(at: &str, condition: &str) -> Post {
    let data = json!({ "kind": "laptop", "serial": "SN-1", "condition": condition, "unit": "housing" });
    post("equipment.returned", DEVICE, at, data)
}

fn disposed(at: &str, serial: &str) -> Post {
    let data = json!({ "kind": "laptop", "serial": serial, "method": "physical_destruction", "route": "ict_disposal", "certificate": "C-9" });
    post("device.disposed", DEVICE, at, data)
}

#[test]
fn a_device_that_was_taken_out_of_use_is_accounted_for_within_90_days() {
    let retired = || Scenario::<Retention>::new().post(returned("2026-03-02", "for_disposal"));
    let run = retired().wait_until("2026-06-02").run();
    assert_eq!(run.history(), ["Mon 2026-06-01 00:00 + A-RET-7 unaccounted AST-0117"]);
    let alert = run.alert("A-RET-7", "unaccounted");
    assert_eq!(alert.evidence, [0]);
    assert!(
        alert.arithmetic.contains("within 90 days of the calendar, which is by Sunday 31 May 2026"),
        "{alert:?}"
    );
    let row = &run.register("unaccounted", "2026-06-02")[0];
    assert_eq!(cell("unaccounted", row, "status"), Cell::from("unaccounted for"));
    assert_eq!(cell("unaccounted", row, "days_left"), Cell::Number(-2));
    assert_eq!(cell("unaccounted", row, "serial"), Cell::from("SN-1"));
    let gone = retired()
        .wait_until("2026-06-02")
        .post(disposed("2026-06-03", "SN-1"))
        .wait_until("2026-07-01")
        .run();
    assert_eq!(
        (gone.open(), reason(&gone)),
        (none(), "the device was disposed of on Wednesday 3 June 2026".to_owned())
    );
    assert_eq!(gone.register("unaccounted", "2026-07-01"), []);
    let again = retired().post(post("equipment.issued", DEVICE, "2026-04-01", json!({ "kind": "laptop" })));
    assert_eq!(again.wait_until("2026-07-01").run().history(), none());
}

#[test]
fn only_devices_that_are_for_disposal_have_to_be_accounted_for() {
    let reusable = Scenario::<Retention>::new().post(returned("2026-03-02", "reusable"));
    assert_eq!(reusable.wait_until("2026-07-01").run().history(), none());
    let badge = json!({ "kind": "badge", "condition": "for_disposal" });
    let badge = Scenario::<Retention>::new().post(post("equipment.returned", "AST-2", "2026-03-02", badge));
    assert_eq!(badge.wait_until("2026-07-01").run().history(), none());
}

#[test]
fn another_serial_number_accounts_for_nothing() {
    let run = Scenario::<Retention>::new()
        .post(returned("2026-03-02", "for_disposal"))
        .post(disposed("2026-03-03", "SN-2"))
        .wait_until("2026-06-02")
        .run();
    assert_eq!(run.open(), ["A-RET-7 unaccounted AST-0117"]);
    assert!(run.alert("A-RET-7", "unaccounted").arithmetic.contains("another serial number"));
}

#[test]
fn a_device_without_certificate_is_said_too() {
    let data = json!({ "kind": "laptop", "serial": "SN-1", "method": "degauss", "route": "ict_disposal" });
    let device =
        || Scenario::<Retention>::new().post(post("device.disposed", DEVICE, "2026-03-09", data.clone()));
    assert_eq!(
        device().wait_until("2026-05-01").run().history(),
        ["Tue 2026-03-24 00:00 + A-RET-4 no-certificate AST-0117"]
    );
    let certified =
        post("disposal.certificate_received", DEVICE, "2026-03-20", json!({ "certificate": "C-1" }));
    assert_eq!(device().post(certified).wait_until("2026-05-01").run().history(), none());
}

fn media(at: &str, medium: &str, advice: Value) -> Post {
    let data = json!({ "medium": medium, "method": "degauss", "route": "own_unit", "advice_ref": advice });
    post("media.destroyed", "MED-1", at, data)
}

fn advice(subject: &str, at: &str) -> Post {
    post("disposal.advice_given", subject, at, json!({ "advice": "destroy_as_planned", "medium": "tape" }))
}

fn open(posts: impl IntoIterator<Item = Post>) -> Vec<String> {
    posts.into_iter().fold(Scenario::<Retention>::new(), Scenario::post).wait_until("2026-04-01").run().open()
}

const NO_ADVICE_GIVEN: [&str; 1] = ["A-RET-8 no-advice MED-1"];

/// The order is what matters: advice that comes afterwards is none.
#[test]
fn the_advice_on_tapes_and_memory_sticks_comes_first() {
    assert_eq!(open([media("2026-03-10", "tape", Value::Null)]), NO_ADVICE_GIVEN);
    assert_eq!(open([media("2026-03-10", "usb", Value::Null)]), NO_ADVICE_GIVEN);
    assert_eq!(open([media("2026-03-10", "optical", Value::Null)]), none());
    assert_eq!(open([advice("MED-1", "2026-03-09"), media("2026-03-10", "tape", Value::Null)]), none());
    assert_eq!(
        open([media("2026-03-10", "tape", Value::Null), advice("MED-1", "2026-03-11")]),
        NO_ADVICE_GIVEN
    );
    let same_day = [
        media("2026-03-10T08:00:00Z", "tape", Value::Null).recorded("2026-03-10T12:00:00Z"),
        advice("MED-1", "2026-03-10T11:00:00Z").recorded("2026-03-10T12:00:00Z"),
    ];
    let run = Scenario::<Retention>::new().import(same_day).wait_until("2026-03-11").run();
    assert_eq!(run.open(), NO_ADVICE_GIVEN);
    let alert = run.alert("A-RET-8", "no-advice");
    assert!(
        alert.arithmetic.ends_with("Advice was given only on Tuesday 10 March 2026, afterwards."),
        "{alert:?}"
    );
    assert_eq!(alert.evidence, [0, 1]);
    let rows = run.register("unaccounted", "2026-03-11");
    assert_eq!(cell("unaccounted", &rows[0], "status"), Cell::from("advised afterwards"));
}

#[test]
fn advice_under_another_number_counts_where_it_is_named() {
    let named = || media("2026-03-10", "tape", json!("record/TAPE-7"));
    assert_eq!(open([named()]), NO_ADVICE_GIVEN);
    assert_eq!(open([advice("record/TAPE-7", "2026-03-09"), named()]), none());
    assert_eq!(open([advice("record/TAPE-8", "2026-03-09"), named()]), NO_ADVICE_GIVEN);
    // Recorded late, given in time.
    let late = Scenario::<Retention>::new()
        .post(named())
        .wait_until("2026-03-11")
        .post(advice("record/TAPE-7", "2026-03-09").recorded("2026-03-12"))
        .run();
    assert_eq!((late.open(), reason(&late)), (none(), "the advice came first, as is known now".to_owned()));
}

#[test]
fn records_on_tape_need_advice_too_and_devices_go_through_the_service() {
    let tape = json!({ "method": "degauss", "medium": "tape", "route": "own_unit", "authorised_by": "role/records-manager" });
    let executed = post("disposal.executed", RECORD, "2026-03-10", tape);
    assert_eq!(
        due().post(executed.clone()).wait_until("2026-03-11").run().open(),
        ["A-RET-8 no-advice record/HSG-1"]
    );
    let advised = due().post(advice(RECORD, "2026-03-09")).post(executed);
    assert_eq!(advised.wait_until("2026-03-11").run().open(), none());
    let stick = json!({ "kind": "usb", "serial": "S", "method": "degauss", "route": "ict_disposal", "certificate": "C" });
    assert_eq!(open([post("device.disposed", "AST-9", "2026-03-10", stick)]), none());
}

#[test]
fn a_hold_that_names_a_medium_covers_it() {
    let held = hold("HOLD-1", "2026-03-02", json!({ "scope": "record", "records": ["MED-1"] }));
    assert_eq!(open([held, media("2026-03-10", "disk", Value::Null)]), ["A-RET-3 on-hold MED-1"]);
}
