use muniment_sdk::testing::{Post, Run, Scenario, check_any_order, check_manifest};
use muniment_sdk::{Block, Cell, Row, Section};
use serde_json::{Value, json};

use super::*;

mod access;
mod expiry;
mod odd;
mod processors;
mod report;

fn post(kind: &str, subject: &str, at: &str, data: Value) -> Post {
    Post::new(kind, subject).at(at).data(data)
}

fn engaged(at: &str) -> Post {
    let data = json!({
        "person": "p-1", "supplier": "Exemplar Software Ltd", "starts": "2026-03-09", "data_access": "personal_data",
        "commissioned_by": "role/head-of-ict", "unit": "ict",
    });
    post("contractor.engaged", "CTR-1", at, data)
}

fn started(at: &str) -> Post {
    post("contractor.started", "CTR-1", at, json!({}))
}

fn ended(at: &str) -> Post {
    post("contractor.ended", "CTR-1", at, json!({ "data_returned": true }))
}

fn signed(at: &str, expires: Option<&str>) -> Post {
    let data = json!({ "person": "p-1", "scope": "person", "signed_on": at, "expires": expires });
    post("nda.signed", "NDA-1", at, data)
}

fn granted(at: &str) -> Post {
    let data = json!({ "person": "p-1", "system": "housing-cases", "entitlement": "read", "user_class": "contractor" });
    post("access.granted", "access/p-1", at, data)
}

fn revoked(at: &str) -> Post {
    post("access.revoked", "access/p-1", at, json!({ "system": "housing-cases" }))
}

fn void(target: u64, subject: &str, at: &str) -> Post {
    let data = json!({ "target": target, "action": "void", "reason": "wrong_data" });
    post("ledger.correction_recorded", subject, at, data)
}

fn scenario(posts: impl IntoIterator<Item = Post>) -> Scenario<Suppliers> {
    posts.into_iter().fold(Scenario::new(), Scenario::post)
}

fn on(day: &str) -> Cell {
    Cell::Day(day.parse().unwrap())
}

fn none() -> Vec<String> {
    Vec::new()
}

/// The cell of a column.
fn cell<'r>(register: &Register, row: &'r Row, column: &str) -> &'r Cell {
    let place = register.columns.iter().position(|it| it.name == column);
    &row.cells[place.unwrap_or_else(|| panic!("no column {column}"))]
}

#[test]
fn the_manifest_is_in_order() {
    check_manifest::<Suppliers>();
}

/// Also where the entries make no sense together.
#[test]
fn any_history_that_the_catalogue_takes_is_borne() {
    muniment_histories::check_any_history::<Suppliers>();
}

/// The details of an engagement stay, as a correction may come. The undertaking and the access are cases of their own that are
/// found by the person: that makes it larger than others.
#[test]
fn what_is_kept_of_an_engagement_that_is_over_is_bounded() {
    let happens = |kind, subject, day, data| muniment_histories::Happens { kind, subject, day, data };
    let case = [
        happens(
            "contractor.engaged",
            "CTR-2025-#",
            0,
            json!({ "person": "p-#", "starts": "@day", "data_access": "personal_data", "commissioned_by": "role/head-of-ict", "unit": "ict" }),
        ),
        happens(
            "nda.signed",
            "NDA-#",
            0,
            json!({ "person": "p-#", "contractor_ref": "CTR-2025-#", "scope": "person", "signed_on": "@day" }),
        ),
        happens("contractor.started", "CTR-2025-#", 1, json!({})),
        happens(
            "access.granted",
            "access/#",
            1,
            json!({ "person": "p-#", "system": "housing-cases", "entitlement": "read", "user_class": "contractor" }),
        ),
        happens("access.revoked", "access/#", 30, json!({ "system": "housing-cases" })),
        happens("contractor.ended", "CTR-2025-#", 30, json!({ "data_returned": true })),
    ];
    muniment_histories::check_bytes_a_case::<Suppliers>(&case, 512);
}

#[test]
fn who_starts_without_signing_is_told_of_from_the_start_on() {
    let started = scenario([engaged("2026-03-02"), started("2026-03-09T08:30:00Z")]);
    let run = started.clone().wait_until("2026-03-10").run();
    assert_eq!(run.history(), ["Mon 2026-03-09 08:30 + A-THP-1 started CTR-1"]);
    let alert = run.alert("A-THP-1", "started");
    assert_eq!(
        alert.arithmetic,
        "Work began on Monday 9 March 2026. No undertaking is on record that covers this engagement. A contractor signs \
         before the work begins; a signature on the first day is taken to come first."
    );
    assert_eq!(alert.evidence, [0, 1]);
    let run = started.post(signed("2026-03-12", None)).wait_until("2026-03-13").run();
    assert_eq!(run.history()[1..], ["Thu 2026-03-12 09:00 - A-THP-1 started CTR-1"]);
    let Some((_, muniment_sdk::Act::Clear(cleared))) = run.acts().last() else { panic!("{:?}", run.acts()) };
    assert_eq!(cleared.reason, "NDA-1 was signed on Thursday 12 March 2026");
}

#[test]
fn who_signs_first_or_on_the_first_day_is_not_told_of() {
    for day in ["2026-03-06", "2026-03-09"] {
        let run = scenario([engaged("2026-03-02"), signed(day, None), started("2026-03-09T08:30:00Z")]);
        assert_eq!(run.wait_until("2026-06-01").run().history(), none());
    }
}

#[test]
fn what_was_signed_in_time_and_recorded_late_was_signed_in_time() {
    let late = signed("2026-03-06", None).recorded("2026-03-20");
    let run = scenario([engaged("2026-03-02"), started("2026-03-09"), late]).wait_until("2026-03-21").run();
    assert_eq!(run.open(), none());
    let section = &run.sections("2026-03-01", "2026-03-31", "2026-04-01")[0];
    assert_eq!(report::share(section, "contractors_signed_before"), (1, Some(1)));
}

/// The start is dated to a day before or behind that of the entry.
#[test]
fn the_first_day_of_work_is_the_one_that_is_named() {
    let starts = |day: &str| {
        scenario([post("contractor.started", "CTR-1", "2026-03-09", json!({ "starts": day }))])
            .wait_until("2026-03-20")
            .run()
            .history()
    };
    assert_eq!(starts("2026-03-02"), ["Mon 2026-03-09 09:00 + A-THP-1 started CTR-1"]);
    assert_eq!(starts("2026-03-16"), ["Mon 2026-03-16 00:00 + A-THP-1 started CTR-1"]);
}

#[test]
fn an_undertaking_that_had_expired_is_none() {
    let run =
        scenario([engaged("2026-03-02"), signed("2025-01-06", Some("2026-02-28")), started("2026-03-09")]);
    let run = run.wait_until("2026-03-10").run();
    assert_eq!(run.open(), ["A-THP-1 started CTR-1"]);
    let words = &run.alert("A-THP-1", "started").arithmetic;
    assert!(
        words.contains("NDA-1, which covered this engagement, had expired on Saturday 28 February 2026."),
        "{words}"
    );
}

#[test]
fn an_undertaking_covers_what_it_names_and_what_names_it() {
    let covered = |data: Value, nda_ref: Option<&str>| {
        let mut data = data;
        data["signed_on"] = json!("2026-03-02");
        let start = post("contractor.started", "CTR-1", "2026-03-09", json!({ "nda_ref": nda_ref }));
        let run = scenario([engaged("2026-03-02"), post("nda.signed", "NDA-9", "2026-03-02", data), start]);
        run.wait_until("2026-03-10").run().open().is_empty()
    };
    assert!(covered(json!({ "scope": "person", "contractor_ref": "CTR-1" }), None));
    assert!(covered(json!({ "scope": "person", "person": "p-1" }), None));
    assert!(covered(json!({ "scope": "firm", "supplier": "EXEMPLAR  software ltd" }), None));
    assert!(covered(json!({ "scope": "person" }), Some("NDA-9")));
    assert!(!covered(json!({ "scope": "person", "person": "p-2" }), None));
    // One person of the firm signed, and not the firm for all its people.
    assert!(!covered(json!({ "scope": "person", "supplier": "Exemplar Software Ltd" }), None));
    // It belongs to another engagement of the same person.
    assert!(!covered(json!({ "scope": "person", "person": "p-1", "contractor_ref": "CTR-0" }), None));
    assert!(covered(json!({ "scope": "person", "person": "p-1", "contractor_ref": "CTR-0" }), Some("NDA-9")));
}

#[test]
fn who_needs_no_undertaking_has_none_to_sign() {
    let data = json!({ "starts": "2026-03-09", "data_access": "none", "nda_required": false });
    let run = scenario([post("contractor.engaged", "CTR-1", "2026-03-02", data), started("2026-03-09")]);
    assert_eq!(run.wait_until("2026-06-01").run().history(), none());
}

#[test]
fn the_end_of_the_work_ends_the_alert_with_the_last_day() {
    let run = scenario([started("2026-03-09"), ended("2026-03-20")]).wait_until("2026-04-01").run();
    assert_eq!(
        run.history(),
        ["Mon 2026-03-09 09:00 + A-THP-1 started CTR-1", "Sat 2026-03-21 00:00 - A-THP-1 started CTR-1",]
    );
    let again =
        scenario([signed("2026-03-02", Some("2026-03-25")), engaged("2026-03-02"), started("2026-03-09")])
            .post(ended("2026-03-20"))
            .post(started("2026-04-13").recorded("2026-04-14"))
            .wait_until("2026-04-15");
    assert_eq!(
        again.run().open(),
        ["A-THP-1 started CTR-1"],
        "work that begins again begins with a signature"
    );
}

#[test]
fn a_backdated_history_that_is_settled_says_nothing() {
    let history = [
        engaged("2024-03-02"),
        started("2024-03-09"),
        signed("2024-03-20", None),
        granted("2024-03-10"),
        revoked("2024-06-01"),
        ended("2024-06-01"),
    ];
    let late = history.into_iter().map(|post| post.recorded("2026-03-02"));
    let run = Scenario::<Suppliers>::new().import(late).wait_until("2026-03-20").run();
    assert_eq!(run.history(), none());
}

#[test]
fn what_was_voided_counts_no_more_and_the_register_shows_it() {
    let run = scenario([engaged("2026-03-02"), signed("2026-03-02", None), started("2026-03-09")])
        .post(void(1, "NDA-1", "2026-03-16"))
        .wait_until("2026-03-17");
    let voided = run.clone().run();
    assert_eq!(voided.history(), ["Mon 2026-03-16 09:00 + A-THP-1 started CTR-1"]);
    let row = &voided.register("without-undertaking", "2026-03-17")[0];
    let of = |column: &str| cell(&registers::WITHOUT_UNDERTAKING, row, column).clone();
    assert_eq!(of("status"), Cell::from("at work"));
    assert_eq!(
        (of("due"), of("days_left"), of("rag")),
        (on("2026-03-09"), Cell::from(-8), Cell::from("red"))
    );
    assert_eq!((of("owner"), of("unit")), (Cell::from("role/head-of-ict"), Cell::from("ict")));
    // The start was recorded by mistake: nobody is at work.
    let cleared = run.post(void(2, "CTR-1", "2026-03-18")).wait_until("2026-03-19").run();
    assert_eq!(cleared.open(), none());
    let row = &cleared.register("without-undertaking", "2026-03-19")[0];
    let of = |column: &str| cell(&registers::WITHOUT_UNDERTAKING, row, column).clone();
    assert_eq!(of("corrected"), Cell::from("entry 2 voided by entry 6"));
    assert_eq!(of("status"), Cell::from("not started"));
}

#[test]
fn it_comes_out_the_same_in_any_order() {
    let history = [
        engaged("2026-03-02"),
        started("2026-03-09"),
        post(
            "contractor.engaged",
            "CTR-2",
            "2026-03-03",
            json!({ "starts": "2026-03-10", "data_access": "none", "person": "dir-9" }),
        ),
        post("contractor.started", "CTR-2", "2026-03-10", json!({ "unit": "housing" })),
        post(
            "nda.signed",
            "NDA-1",
            "2026-03-11",
            json!({ "person": "p-1", "scope": "person", "signed_on": "2026-03-11", "expires": "2026-04-30" }),
        ),
        post("nda.expired", "NDA-1", "2026-05-04", json!({})),
        granted("2026-03-12"),
        post(
            "access.granted",
            "access/p-7",
            "2026-03-13",
            json!({ "person": "p-7", "system": "payroll", "entitlement": "read", "user_class": "contractor" }),
        ),
        post("access.suspended", "access/p-1", "2026-03-14", json!({ "system": "housing-cases" })),
        granted("2026-03-15"),
        post("identity.linked", "IDL-1", "2026-03-16", json!({ "person": "p-1", "same_as": "dir-9" })),
        post(
            "nda.signed",
            "NDA-8",
            "2026-03-17",
            json!({ "scope": "firm", "supplier": "Others Ltd", "signed_on": "2026-03-17" }),
        ),
        post("contractor.started", "CTR-3", "2026-03-18", json!({ "supplier": "others ltd" })),
        post("case.merged", "CTR-4", "2026-03-19", json!({ "into": "CTR-3" })),
        post("contractor.started", "CTR-4", "2026-03-20", json!({})),
        post(
            "visitor.access_recorded",
            "VIS-1",
            "2026-06-01T08:00:00Z",
            json!({ "area": "registry", "escorted": false }),
        ),
    ];
    check_any_order::<Suppliers>(&history, "2026-06-01", ("2026-03-01", "2026-05-31"));
}
