use super::*;

fn leaver(more: Value) -> Post {
    let mut data = json!({ "person": "p-1", "last_day": "2026-04-02" });
    if let (Value::Object(data), Value::Object(more)) = (&mut data, more) {
        data.extend(more);
    }
    post("staff.left", "EMP-1", "2026-04-02", data)
}

fn employed() -> [Post; 2] {
    [joined("EMP-1", "p-1", "2025-09-01", "staff"), granted("access/1", "p-1", "2025-09-01", json!({}))]
}

fn with(posts: impl IntoIterator<Item = Post>, until: &str) -> Run<Access> {
    let list = checklist("EMP-1", "2026-04-01", 0);
    ran(employed().into_iter().chain([list]).chain(posts), until)
}

/// The last day is Maundy Thursday: the first working day behind it is Tuesday 7 April.
#[test]
fn a_leavers_access_ends_with_the_last_day_and_at_the_latest_on_the_first_working_day_behind() {
    let run = with([leaver(json!({}))], "2026-04-20");
    assert_eq!(
        run.history(),
        [
            "Fri 2026-04-03 00:00 + A-EXT-4 last-day-over p-1",
            "Wed 2026-04-08 00:00 - A-EXT-4 last-day-over p-1",
            "Wed 2026-04-08 00:00 + A-EXT-4 overdue p-1",
        ]
    );
    assert_eq!(run.alert("A-EXT-4", "last-day-over").severity, Some(Severity::Policy));
    let alert = run.alert("A-EXT-4", "overdue");
    assert_eq!((alert.severity, alert.evidence.as_slice()), (None, [0, 1, 3].as_slice()));
    assert_eq!(
        alert.arithmetic,
        "Thursday 2 April 2026 was the last day of EMP-1. Access was to be revoked by the end of Thursday 2 April 2026 \
         (setting leaver_revoke_working_days: 0), at the latest by the end of the working day behind, Tuesday 7 April \
         2026. Still live: access/1."
    );
    assert_eq!(
        with([leaver(json!({})), revoked("access/1", "2026-04-02T22:59:00Z")], "2026-04-20").history(),
        nothing()
    );
    let soon = with([leaver(json!({})), revoked("access/1", "2026-04-07")], "2026-04-20");
    assert_eq!(
        soon.history(),
        [
            "Fri 2026-04-03 00:00 + A-EXT-4 last-day-over p-1",
            "Tue 2026-04-07 09:00 - A-EXT-4 last-day-over p-1"
        ]
    );
}

#[test]
fn who_was_announced_as_a_leaver_is_one_also_if_nobody_records_the_departure() {
    let data = json!({ "person": "p-1", "last_day": "2026-04-02" });
    let run = with([post("staff.leaver_notified", "EMP-1", "2026-03-20", data)], "2026-04-04");
    assert_eq!(run.open(), ["A-EXT-4 last-day-over p-1"]);
    assert!(
        run.alert("A-EXT-4", "last-day-over").arithmetic.contains("was announced as the last day of EMP-1")
    );
    let later = |at: &str| {
        post("staff.leaver_notified", "EMP-1", at, json!({ "person": "p-1", "last_day": "2026-05-29" }))
    };
    let data = json!({ "person": "p-1", "last_day": "2026-04-02" });
    let first = post("staff.leaver_notified", "EMP-1", "2026-03-20", data);
    assert_eq!(with([first, later("2026-03-30")], "2026-05-20").open(), nothing());
}

/// Rule 12 of the modelling rules.
#[test]
fn a_leaver_who_stays_a_member_keeps_only_what_the_office_needs() {
    let of_office = || {
        granted(
            "access/2",
            "p-1",
            "2025-10-01",
            json!({ "user_class": "member", "system": "members-portal" }),
        )
    };
    let run = with([of_office(), leaver(json!({ "remaining_classes": ["member"] }))], "2026-04-20");
    assert_eq!(run.open(), ["A-EXT-4 overdue p-1"]);
    let words = &run.alert("A-EXT-4", "overdue").arithmetic;
    assert!(words.ends_with("Still live: access/1. No remaining role is recorded that needs it."), "{words}");
    let run = with(
        [of_office(), leaver(json!({ "remaining_classes": ["member"] })), revoked("access/1", "2026-04-02")],
        "2026-04-20",
    );
    assert_eq!(run.history(), nothing());
    let neither = with([of_office(), leaver(json!({})), revoked("access/1", "2026-04-02")], "2026-04-20");
    assert_eq!(neither.open(), ["A-EXT-4 overdue p-1"], "without the office nothing needs its access");
}

#[test]
fn a_role_that_the_ledger_knows_counts_as_one_that_was_named() {
    let office = || joined("EMP-2", "p-1", "2025-05-10", "member");
    let of_office = || {
        granted(
            "access/2",
            "p-1",
            "2025-10-01",
            json!({ "user_class": "member", "system": "members-portal" }),
        )
    };
    let gone = || revoked("access/1", "2026-04-02");
    let run = with([office(), of_office(), leaver(json!({})), gone()], "2026-04-20");
    assert_eq!(run.history(), nothing());
    // And when the office ends, so does its access, whatever was said when the employment did.
    let out = left("EMP-2", "p-1", "2026-05-07", "2026-05-07");
    let list = checklist("EMP-2", "2026-05-07", 0);
    let named = leaver(json!({ "remaining_classes": ["member"] }));
    let run = with([office(), of_office(), named, gone(), list, out], "2026-05-08T12:00:00Z");
    assert_eq!(run.open(), ["A-EXT-4 last-day-over p-1"]);
}

#[test]
fn a_leaver_who_stays_as_a_contractor_keeps_what_the_contract_needs() {
    let engaged = post(
        "contractor.engaged",
        "CTR-1",
        "2026-03-30",
        json!({ "person": "p-1", "starts": "2026-04-03", "data_access": "personal_data" }),
    );
    let needed =
        granted("access/2", "p-1", "2026-03-31", json!({ "user_class": "contractor", "system": "gis" }));
    let posts = [engaged, needed, leaver(json!({})), revoked("access/1", "2026-04-02")];
    assert_eq!(with(posts.clone(), "2026-04-20").history(), nothing());
    let ended =
        post("contractor.ended", "CTR-1", "2026-06-30", json!({ "person": "p-1", "end_reason": "finished" }));
    let run = with(posts.into_iter().chain([ended]), "2026-07-03");
    assert_eq!(of(&run, "+ A-EXT-4 overdue"), ["Thu 2026-07-02 00:00 + A-EXT-4 overdue p-1"]);
    assert_eq!(of(&run, "A-EXT-5"), nothing(), "the exit checklist is for staff");
}

#[test]
fn access_that_says_not_what_it_is_for_is_of_the_role_that_there_was() {
    let unclear = |at: &str| granted("access/3", "p-1", at, json!({ "user_class": null, "system": "wiki" }));
    let gone = || revoked("access/1", "2026-04-02");
    let office = || joined("EMP-2", "p-1", "2025-12-01", "member");
    let leaves = || leaver(json!({}));
    // Given when there was the employment alone.
    let run = with([unclear("2025-10-01"), office(), leaves(), gone()], "2026-04-20");
    assert_eq!(run.open(), ["A-EXT-4 overdue p-1"]);
    // Given when there were both: that it is needed has to be confirmed.
    let run = with([office(), unclear("2026-01-12"), leaves(), gone()], "2026-04-20");
    assert_eq!(run.open(), ["A-EXT-4 overdue p-1"]);
    let kept =
        post("access.reviewed", "access/3", "2026-04-13", json!({ "system": "wiki", "decision": "kept" }));
    let run = with([office(), unclear("2026-01-12"), leaves(), gone(), kept], "2026-04-20");
    assert_eq!(run.open(), nothing());
    // Given for the office alone.
    let run = with([office(), leaves(), gone(), unclear("2026-04-08")], "2026-04-20");
    assert_eq!(run.open(), nothing());
}

#[test]
fn what_rests_or_runs_out_with_the_last_day_is_not_live() {
    let rests = post("access.suspended", "access/1", "2026-04-01", json!({ "system": "housing-cases" }));
    assert_eq!(with([rests.clone(), leaver(json!({}))], "2026-04-20").history(), nothing());
    let again = granted("access/1", "p-1", "2026-04-14T12:00:00Z", json!({}));
    let run = with([rests, leaver(json!({})), again], "2026-04-20");
    assert_eq!(
        run.history(),
        ["Tue 2026-04-14 13:00 + A-EXT-4 overdue p-1"],
        "given to somebody who has left"
    );
    let again = granted("access/1", "p-1", "2026-04-14T12:00:00Z", json!({}));
    let run = with([leaver(json!({ "remaining_classes": ["member"] })), again], "2026-04-20");
    assert_eq!(
        run.open(),
        ["A-EXT-4 overdue p-1"],
        "that it was given again says not that the office needs it"
    );
    let limited = granted("access/2", "p-1", "2025-10-01", json!({ "valid_until": "2026-04-02" }));
    let run = with([limited, leaver(json!({})), revoked("access/1", "2026-04-02")], "2026-04-20");
    assert_eq!(run.history(), nothing());
    let longer = granted("access/2", "p-1", "2025-10-01", json!({ "valid_until": "2026-04-09" }));
    let run = with([longer, leaver(json!({})), revoked("access/1", "2026-04-02")], "2026-04-20");
    assert_eq!(of(&run, "overdue").last().unwrap(), "Fri 2026-04-10 00:00 - A-EXT-4 overdue p-1");
}

#[test]
fn who_comes_back_has_an_employment_again() {
    let again = post(
        "staff.joined",
        "EMP-1",
        "2026-09-01",
        json!({ "person": "p-1", "user_class": "staff", "starts": "2026-09-01" }),
    );
    let posts = [leaver(json!({})), revoked("access/1", "2026-04-02"), again];
    let new = granted("access/9", "p-1", "2026-09-02", json!({}));
    assert_eq!(with(posts.into_iter().chain([new]), "2026-10-01").history(), nothing());
}

#[test]
fn two_identifiers_of_one_person_are_one_leaver() {
    let elsewhere = granted("access/7", "dir-9", "2025-10-01", json!({}));
    let linked =
        post("identity.linked", "IDL-1", "2026-04-08", json!({ "person": "p-1", "same_as": "dir-9" }));
    let posts = [elsewhere, leaver(json!({})), revoked("access/1", "2026-04-02")];
    assert_eq!(with(posts.clone(), "2026-04-20").history(), nothing());
    let run = with(posts.into_iter().chain([linked]), "2026-04-20");
    assert_eq!(run.open(), ["A-EXT-4 overdue p-1"]);
}

#[test]
fn a_departure_that_was_recorded_by_mistake_is_taken_back() {
    let run = with([leaver(json!({})), voided("EMP-1", 3, "2026-04-09")], "2026-04-20");
    assert_eq!(run.open(), nothing());
    assert_eq!(of(&run, "- A-EXT-4 overdue"), ["Thu 2026-04-09 09:00 - A-EXT-4 overdue p-1"]);
}

#[test]
fn a_revocation_that_is_recorded_late_but_was_made_in_time_was_in_time() {
    let late = revoked("access/1", "2026-04-02T15:00:00Z").recorded("2026-04-14");
    let run = with([leaver(json!({})), late], "2026-04-20");
    assert_eq!(run.open(), nothing());
    let imported = [leaver(json!({})), revoked("access/1", "2026-04-02T15:00:00Z")];
    let import = employed().into_iter().chain([checklist("EMP-1", "2026-04-01", 0)]).chain(imported);
    let run = Scenario::<Access>::new()
        .import(import.map(|post| post.recorded("2026-04-14")))
        .wait_until("2026-04-20")
        .run();
    assert_eq!(run.history(), nothing());
}

#[test]
fn nobody_leaves_before_they_came() {
    let run = with([leaver(json!({ "last_day": "2016-04-02" }))], "2026-04-20");
    assert_eq!(run.history(), nothing());
    let run = ran([revoked("access/5", "2026-03-02"), leaver(json!({ "person": null }))], "2026-04-20");
    assert_eq!(run.open(), ["A-EXT-5 incomplete EMP-1"]);
}

#[test]
fn what_is_given_on_the_day_on_which_it_was_revoked_is_live() {
    let again = granted("access/1", "p-1", "2026-04-01T15:00:00Z", json!({}));
    let run = with([revoked("access/1", "2026-04-01T09:00:00Z"), again, leaver(json!({}))], "2026-04-04");
    assert_eq!(run.open(), ["A-EXT-4 last-day-over p-1"]);
    assert_eq!(run.register("access", "2026-04-04").len(), 1);
    let visit = granted("access/2", "p-1", "2026-04-01T15:00:00Z", json!({}));
    let data = json!({ "system": "housing-cases", "date": "2026-04-01" });
    let end = Post::new("access.revoked", "access/2").recorded("2026-04-01T18:00:00Z").data(data);
    let run = with([visit, end, revoked("access/1", "2026-04-02"), leaver(json!({}))], "2026-04-04");
    assert_eq!(
        run.open(),
        nothing(),
        "of which only the day is known, that comes behind what was given on it"
    );
}
