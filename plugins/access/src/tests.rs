use muniment_sdk::testing::{Post, Run, Scenario, check_any_order, check_manifest};
use muniment_sdk::{Act, Cell, Section, Severity};
use serde_json::{Value, json};

use super::*;

mod conflicts;
mod exits;
mod grants;
mod leavers;
mod movers;
mod order;
mod registers;
mod report;
mod suspensions;

/// An entry of which nothing has to be said but what a test is about.
fn post(kind: &str, subject: &str, at: &str, data: Value) -> Post {
    Post::new(kind, subject).at(at).data(data)
}

/// Access that nothing is wrong with.
fn granted(grant: &str, person: &str, at: &str, more: Value) -> Post {
    let mut data = json!({
        "person": person, "system": "housing-cases", "entitlement": "read", "user_class": "staff",
        "approved_by": "role/system-owner", "unit": "housing",
    });
    if let (Value::Object(data), Value::Object(more)) = (&mut data, more) {
        data.extend(more);
    }
    post("access.granted", grant, at, data)
}

fn revoked(grant: &str, at: &str) -> Post {
    post("access.revoked", grant, at, json!({ "system": "housing-cases" }))
}

fn joined(number: &str, person: &str, at: &str, class: &str) -> Post {
    post("staff.joined", number, at, json!({ "person": person, "user_class": class }))
}

fn left(number: &str, person: &str, at: &str, last_day: &str) -> Post {
    post("staff.left", number, at, json!({ "person": person, "last_day": last_day }))
}

fn checklist(number: &str, at: &str, outstanding: u16) -> Post {
    post("exit.checklist_completed", number, at, json!({ "items_outstanding": outstanding }))
}

fn voided(subject: &str, target: u64, at: &str) -> Post {
    let data = json!({ "target": target, "action": "void", "reason": "wrong_data" });
    post("ledger.correction_recorded", subject, at, data)
}

fn of(run: &Run<Access>, rule: &str) -> Vec<String> {
    run.history().into_iter().filter(|line| line.contains(rule)).collect()
}

fn ran(posts: impl IntoIterator<Item = Post>, until: &str) -> Run<Access> {
    let scenario = posts.into_iter().fold(Scenario::<Access>::new(), Scenario::post);
    scenario.wait_until(until).run()
}

fn nothing() -> Vec<String> {
    Vec::new()
}

/// Why the last alert that was cleared was.
fn reason(run: &Run<Access>) -> &str {
    let cleared = run.acts().iter().rev().find_map(|(_, act)| match act {
        Act::Clear(cleared) => Some(cleared.reason.as_str()),
        Act::Raise(_) => None,
    });
    cleared.unwrap_or_else(|| panic!("nothing was cleared: {:?}", run.history()))
}

#[test]
fn the_manifest_is_in_order() {
    check_manifest::<Access>();
    let rarely = Settings { recertify_privileged_months: 18, ..Settings::default() };
    assert!(rarely.check().is_err());
}

/// Also where the entries make no sense together.
#[test]
fn any_history_that_the_catalogue_takes_is_borne() {
    muniment_histories::check_any_history::<Access>();
}

/// Access is a case of its own and a part of its holder's, who is kept apart: that makes it larger than others.
#[test]
fn what_is_kept_of_access_that_is_over_is_bounded() {
    let happens = |kind, day, data| muniment_histories::Happens { kind, subject: "access/#", day, data };
    let case = [
        happens(
            "access.granted",
            0,
            json!({ "person": "p-#", "system": "housing-cases", "entitlement": "read", "user_class": "staff", "approved_by": "role/system-owner", "unit": "housing" }),
        ),
        happens("access.revoked", 30, json!({ "system": "housing-cases" })),
    ];
    muniment_histories::check_bytes_a_case::<Access>(&case, 512);
}
