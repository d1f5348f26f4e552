use muniment_sdk::testing::{Post, Run, Scenario, check_any_order, check_manifest};
use muniment_sdk::{Act, Block, Cell, Section};
use serde_json::{Value, json};

use super::*;

mod acknowledgements;
mod awareness;
mod report;
mod training;

fn post(kind: &str, subject: &str, at: &str, data: Value) -> Post {
    Post::new(kind, subject).at(at).data(data)
}

fn joined(person: &str, day: &str, class: &str) -> Post {
    let data = json!({ "person": person, "user_class": class, "starts": day, "unit": "housing" });
    post("staff.joined", &format!("EMP-{person}"), day, data)
}

fn left(person: &str, day: &str, remaining: &[&str]) -> Post {
    let data = json!({ "last_day": day, "remaining_classes": remaining });
    post("staff.left", &format!("EMP-{person}"), day, data)
}

fn completed(person: &str, day: &str, course: &str) -> Post {
    let data = json!({ "person": person, "user_class": "staff", "course": course });
    post("training.completed", &format!("LRN-{person}-{course}-{day}"), day, data)
}

/// The clause of the contract, so that it is not in the way of what a test is about.
fn clause(person: &str, day: &str) -> Post {
    let data = json!({ "clause_kind": "confidentiality", "occasion": "start" });
    post("contract.clause_acknowledged", &format!("EMP-{person}"), day, data)
}

fn granted(person: &str, day: &str, system: &str) -> Post {
    let data = json!({ "person": person, "system": system, "entitlement": "read", "user_class": "staff" });
    post("access.granted", &format!("access/{person}"), day, data)
}

fn void(subject: &str, day: &str, target: u64) -> Post {
    let data = json!({ "target": target, "action": "void", "reason": "did_not_happen" });
    post("ledger.correction_recorded", subject, day, data)
}

/// What was said of a rule.
fn told(run: &Run<People>, rule: &str) -> Vec<String> {
    run.history().into_iter().filter(|line| line.contains(rule)).collect()
}

fn open(run: &Run<People>, rule: &str) -> Vec<String> {
    run.open().into_iter().filter(|line| line.starts_with(rule)).collect()
}

/// Why the alerts of a rule were cleared.
fn reasons<'r>(run: &'r Run<People>, rule: &str) -> Vec<&'r str> {
    let reason = |act: &'r Act| match act {
        Act::Clear(cleared) => (cleared.rule == rule).then_some(cleared.reason.as_str()),
        Act::Raise(_) => None,
    };
    run.acts().iter().filter_map(|(_, act)| reason(act)).collect()
}

#[test]
fn the_manifest_is_in_order() {
    check_manifest::<People>();
}

/// Also where the entries make no sense together.
#[test]
fn any_history_that_the_catalogue_takes_is_borne() {
    muniment_histories::check_any_history::<People>();
}

/// The details of a person stay, as a correction may come. Employment, training and access are cases of their own and parts of
/// the person's: that makes it larger than others.
#[test]
fn what_is_kept_of_a_leaver_that_is_over_is_bounded() {
    let happens = |kind, subject, day, data| muniment_histories::Happens { kind, subject, day, data };
    let case = [
        happens(
            "staff.joined",
            "EMP-#",
            0,
            json!({ "person": "p-#", "user_class": "staff", "starts": "@day", "unit": "housing" }),
        ),
        happens(
            "contract.clause_acknowledged",
            "EMP-#",
            0,
            json!({ "person": "p-#", "user_class": "staff", "clause_kind": "confidentiality", "occasion": "start" }),
        ),
        happens(
            "training.completed",
            "LRN-#",
            3,
            json!({ "person": "p-#", "user_class": "staff", "course": "information-governance-basics", "course_kind": "induction", "delivery": "e_learning" }),
        ),
        happens(
            "access.granted",
            "access/#",
            4,
            json!({ "person": "p-#", "system": "housing-cases", "entitlement": "read", "user_class": "staff" }),
        ),
        happens("access.revoked", "access/#", 60, json!({ "system": "housing-cases" })),
        happens(
            "staff.left",
            "EMP-#",
            60,
            json!({ "person": "p-#", "user_class": "staff", "last_day": "@day" }),
        ),
    ];
    muniment_histories::check_bytes_a_case::<People>(&case, 512);
}
