//! Media and devices that are not encrypted.

use super::*;

fn verified(at: &str, encrypted: bool) -> Post {
    post("device.encrypted_verified", "AST-1", at, json!({ "kind": "laptop", "encrypted": encrypted }))
}

fn taken(data: Value) -> Scenario<Offsite> {
    scenario([
        authorised("2026-03-02", json!({})),
        out("2026-03-04", with(json!({ "asset": "AST-1" }), data)),
    ])
}

#[test]
fn a_medium_that_leaves_unencrypted_is_told_of_until_it_is_back() {
    let run = taken(json!({ "medium": "usb", "encrypted": false })).wait_until("2026-03-05");
    assert_eq!(run.clone().run().history(), ["Wed 2026-03-04 09:00 + A-HMW-4 item ITEM-1"]);
    let words = run.clone().run().alert("A-HMW-4", "item").arithmetic.clone();
    assert!(words.starts_with("Memory stick that left on Wednesday 4 March 2026: it is not encrypted, as was recorded when it left"), "{words}");
    assert_eq!(run.clone().post(back("2026-03-06")).wait_until("2026-03-07").run().open(), none());
    let found = run.post(verified("2026-03-06", true)).wait_until("2026-03-07").run();
    assert_eq!((found.open(), reason(&found)), (none(), "it was found to be encrypted"));
}

#[test]
fn paper_is_not_encrypted_and_what_is_not_known_is_not_told_of() {
    assert_eq!(
        taken(json!({ "medium": "paper", "encrypted": false })).wait_until("2026-03-05").run().open(),
        none()
    );
    assert_eq!(taken(json!({ "encrypted": null })).wait_until("2026-03-05").run().open(), none());
}

#[test]
fn a_device_that_was_found_unencrypted_is_told_of_wherever_it_is() {
    let run = scenario([verified("2026-03-04T10:00:00Z", false), verified("2026-03-05", false)])
        .wait_until("2026-03-06");
    assert_eq!(run.clone().run().history(), ["Wed 2026-03-04 10:00 + A-HMW-4 device AST-1"]);
    let cured = run.clone().post(verified("2026-03-06", true)).wait_until("2026-03-07").run();
    assert_eq!((cured.open(), reason(&cured)), (none(), "found to be encrypted on Friday 6 March 2026"));
    let disposed = post(
        "device.disposed",
        "AST-1",
        "2026-03-06",
        json!({ "kind": "laptop", "serial": "1", "method": "degauss", "route": "central" }),
    );
    assert_eq!(run.post(disposed).wait_until("2026-03-07").run().open(), none());
}

#[test]
fn what_was_found_of_the_device_counts_where_nothing_else_is_known() {
    let run = taken(json!({ "encrypted": null }))
        .post(verified("2026-03-10T10:00:00Z", false))
        .wait_until("2026-03-11")
        .run();
    assert_eq!(run.open(), ["A-HMW-4 device AST-1", "A-HMW-4 item ITEM-1"]);
    assert_eq!(of(&run, "item"), ["Tue 2026-03-10 10:00 + A-HMW-4 item ITEM-1"]);
    let before = scenario([
        verified("2026-02-01", false),
        authorised("2026-03-02", json!({})),
        out("2026-03-04", json!({ "asset": "AST-1", "encrypted": null })),
    ]);
    let before = before.wait_until("2026-03-05").run();
    assert_eq!(of(&before, "item"), ["Wed 2026-03-04 09:00 + A-HMW-4 item ITEM-1"]);
    // What was recorded when it left is later than the check.
    let said = scenario([
        verified("2026-02-01", false),
        authorised("2026-03-02", json!({})),
        out("2026-03-04", json!({ "asset": "AST-1" })),
    ]);
    assert_eq!(of(&said.wait_until("2026-03-05").run(), "item"), none());
}
