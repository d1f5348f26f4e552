use muniment_sdk::testing::{Post, Run, Scenario, check_any_order, check_manifest};
use muniment_sdk::{Block, Cell, Metric, Table};
use serde_json::{Value, json};

use super::*;

mod channels;
mod continuity;
mod outages;
mod report;

fn post(kind: &str, subject: &str, at: &str, data: Value) -> Post {
    Post::new(kind, subject).at(at).data(data)
}

fn run(posts: Vec<Post>, until: &str) -> Run<Resilience> {
    posts.into_iter().fold(Scenario::new(), Scenario::post).wait_until(until).run()
}

fn correction(subject: &str, at: &str, target: u64) -> Post {
    post(
        "ledger.correction_recorded",
        subject,
        at,
        json!({ "target": target, "action": "void", "reason": "recorded_twice" }),
    )
}

#[test]
fn the_manifest_is_in_order() {
    check_manifest::<Resilience>();
}

/// Also where the entries make no sense together.
#[test]
fn any_history_that_the_catalogue_takes_is_borne() {
    muniment_histories::check_any_history::<Resilience>();
}
