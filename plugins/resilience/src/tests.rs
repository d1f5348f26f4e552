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

/// The details of a case stay, as a correction may come: those of an incident, and of the outage that it brought about.
#[test]
fn what_is_kept_of_an_incident_that_is_over_is_bounded() {
    let happens = |kind, subject, day, data| muniment_histories::Happens { kind, subject, day, data };
    let case = [
        happens(
            "incident.reported",
            "INC-#",
            0,
            json!({ "detected_at": "@time", "kind": "malware", "cyber": true, "medium": "system", "unit": "ict" }),
        ),
        happens("incident.triaged", "INC-#", 0, json!({ "route": "breach", "ico_type": "malware" })),
        happens("breach.aware", "INC-#", 1, json!({ "detected_at": "@time" })),
        happens("incident.closed", "INC-#", 20, json!({ "close_reason": "passed_on_as_breach" })),
        happens(
            "service.outage",
            "OUT-#",
            0,
            json!({ "service": "council-tax-online", "started_at": "@time", "recovery_hours": 48, "cause": "cyber", "unit": "ict" }),
        ),
        happens(
            "service.outage",
            "OUT-#",
            1,
            json!({ "service": "council-tax-online", "started_at": "@time", "ended_at": "@time", "cause": "cyber", "unit": "ict" }),
        ),
    ];
    muniment_histories::check_bytes_a_case::<Resilience>(&case, 320);
}
