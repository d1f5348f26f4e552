use muniment_sdk::testing::{Post, Run, Scenario, check_any_order, check_manifest};
use muniment_sdk::{Act, Block, Section, Table};
use serde_json::{Value, json};

use super::*;

mod documents;
mod report;
mod steering;

fn post(kind: &str, subject: &str, at: &str, data: Value) -> Post {
    Post::new(kind, subject).at(at).data(data)
}

fn void(subject: &str, day: &str, target: u64) -> Post {
    let data = json!({ "target": target, "action": "void", "reason": "did_not_happen" });
    post("ledger.correction_recorded", subject, day, data)
}

fn scenario() -> Scenario<Governance> {
    Scenario::new()
}

/// What was said of a rule.
fn told(run: &Run<Governance>, rule: &str) -> Vec<String> {
    run.history().into_iter().filter(|line| line.contains(rule)).collect()
}

fn open(run: &Run<Governance>, rule: &str) -> Vec<String> {
    run.open().into_iter().filter(|line| line.starts_with(rule)).collect()
}

/// Why the alerts of a rule were cleared.
fn reasons<'r>(run: &'r Run<Governance>, rule: &str) -> Vec<&'r str> {
    let reason = |act: &'r Act| match act {
        Act::Clear(cleared) => (cleared.rule == rule).then_some(cleared.reason.as_str()),
        Act::Raise(_) => None,
    };
    run.acts().iter().filter_map(|(_, act)| reason(act)).collect()
}

#[test]
fn the_manifest_is_in_order() {
    check_manifest::<Governance>();
    let wrong = [
        Settings { report_year_end: "02-29".to_owned(), ..Settings::default() },
        Settings { report_committee: "13-01".to_owned(), ..Settings::default() },
        Settings { policy_review_warning_second_days: 60, ..Settings::default() },
    ];
    assert!(wrong.iter().all(|settings| settings.check().is_err()));
    assert_eq!(Settings::default().check(), Ok(()));
}

/// Also where the entries make no sense together.
#[test]
fn any_history_that_the_catalogue_takes_is_borne() {
    muniment_histories::check_any_history::<Governance>();
}

/// The details of a case stay, as a correction may come: small enough that a million of them go into the memory of a plugin.
#[test]
fn what_is_kept_of_a_question_that_is_over_is_bounded() {
    let happens = |kind, subject, day, data| muniment_histories::Happens { kind, subject, day, data };
    let case = [
        happens(
            "guidance.requested",
            "ADV-2025-#",
            0,
            json!({ "topic": "requests", "asked_by_class": "staff", "unit": "housing" }),
        ),
        happens(
            "guidance.given",
            "ADV-2025-#",
            3,
            json!({ "answered_by": "role/information-governance-team", "handbook_page": "procedure/handling-requests" }),
        ),
    ];
    muniment_histories::check_bytes_a_case::<Governance>(&case, 128);
}
