//! Tests of the fold itself, compiled for this machine: `cargo test` runs them in milliseconds.

use muniment_sdk::testing::{Post, Scenario, check_manifest};
use serde_json::json;

use super::Acknowledgements;

#[test]
fn the_manifest_is_sound() {
    check_manifest::<Acknowledgements>();
}

#[test]
fn a_request_that_nobody_acknowledges_raises_an_alert_until_somebody_does() {
    let run = Scenario::<Acknowledgements>::new()
        .post(Post::new("request.received", "FOI-1").at("2026-03-02"))
        .wait_until("2026-03-05T09:00:00Z")
        .post(Post::new("request.acknowledged", "FOI-1").at("2026-03-06"))
        .run();
    assert_eq!(
        run.history(),
        ["Thu 2026-03-05 00:00 + ACK-1 overdue FOI-1", "Fri 2026-03-06 09:00 - ACK-1 overdue FOI-1"]
    );
}

#[test]
fn the_number_of_days_is_a_setting() {
    let run = Scenario::<Acknowledgements>::new()
        .setting("days", json!(5))
        .post(Post::new("request.received", "FOI-1").at("2026-03-02"))
        .wait_until("2026-03-05T09:00:00Z")
        .run();
    assert!(run.open().is_empty(), "{:?}", run.open());
    assert_eq!(run.register("waiting", "2026-03-05").len(), 1);
}
