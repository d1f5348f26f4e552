//! Impact assessments, the record of processing, and privacy notices.

use super::*;

const DPIA: &str = "DPIA-1";

fn dpia(kind: &str, at: &str, data: Value) -> Post {
    post(&format!("dpia.{kind}"), DPIA, at, data)
}

fn screened(required: bool) -> Post {
    dpia(
        "screened",
        "2026-01-05",
        json!({ "required": required, "go_live": "2026-03-01", "project": "New system" }),
    )
}

fn completed(at: &str) -> Post {
    dpia("completed", at, json!({ "risk_after": "low" }))
}

fn approved(at: &str) -> Post {
    dpia("approved", at, json!({ "approved_by": "role/siro", "review_due": "2027-01-31" }))
}

fn entry(number: &str, at: &str, data: Value) -> Post {
    let mut whole = json!({ "activity": "Care planning", "lawful_basis": "public_task" });
    whole.as_object_mut().unwrap().extend(data.as_object().unwrap().clone());
    post("ropa.entry_recorded", number, at, whole)
}

fn named(at: &str) -> Post {
    entry("ROPA-1", at, json!({ "dpia_ref": DPIA, "status": "live" }))
}

fn start(required: bool) -> Scenario<Sharing> {
    Scenario::new().post(screened(required))
}

#[test]
fn processing_that_needs_an_assessment_has_one_when_it_begins() {
    let planned =
        || start(true).post(entry("ROPA-1", "2026-01-06", json!({ "dpia_ref": DPIA, "status": "planned" })));
    let run = planned().wait_until("2026-03-02").run();
    assert_eq!(run.history(), ["Sun 2026-03-01 00:00 + A-SHR-5 without-assessment DPIA-1"]);
    assert_eq!(
        run.alert("A-SHR-5", "without-assessment").arithmetic,
        "The processing goes on since Sunday 1 March 2026, and an impact assessment was found to be needed, and none is on \
         record as completed or approved."
    );
    let approved_in_time =
        planned().post(completed("2026-02-02")).post(approved("2026-02-27")).wait_until("2026-04-01");
    assert_eq!(approved_in_time.run().history(), nothing());
    let run = planned().wait_until("2026-03-02").post(approved("2026-03-03")).wait_until("2026-03-04").run();
    assert_eq!(
        (run.open(), reason(&run)),
        (nothing(), "the assessment was approved on Tuesday 3 March 2026")
    );
    let run = planned().post(completed("2026-02-02")).wait_until("2026-03-02").run();
    assert_eq!(run.history(), ["Sun 2026-03-01 00:00 + A-SHR-5 assessment-not-approved DPIA-1"]);
    assert_eq!(
        start(false).wait_until("2026-04-01").run().history(),
        nothing(),
        "none was found to be needed"
    );
    let no_day = dpia("screened", "2026-01-05", json!({ "required": true }));
    assert_eq!(Scenario::<Sharing>::new().post(no_day).wait_until("2027-01-01").run().history(), nothing());
}

#[test]
fn processing_that_goes_on_is_in_the_record() {
    let assessed = || start(true).post(completed("2026-02-02")).post(approved("2026-02-27"));
    let run = assessed().wait_until("2026-03-02").run();
    assert_eq!(run.history(), ["Sun 2026-03-01 00:00 + A-SHR-5 without-record DPIA-1"]);
    let run = assessed().wait_until("2026-03-02").post(named("2026-03-03")).run();
    assert_eq!(run.open(), nothing());
    assert_eq!(reason(&run), "it was entered in the record of processing on Tuesday 3 March 2026");
    assert_eq!(assessed().post(named("2026-02-28")).wait_until("2026-04-01").run().history(), nothing());
    let ended = entry("ROPA-1", "2026-02-28", json!({ "dpia_ref": DPIA, "status": "ended" }));
    assert_eq!(
        assessed().post(ended).wait_until("2026-04-01").run().open(),
        ["A-SHR-5 without-record DPIA-1"]
    );
}

#[test]
fn an_entry_that_is_live_begins_the_processing_whatever_day_was_planned() {
    let early = || start(true).post(named("2026-02-02"));
    let run = early().wait_until("2026-02-03").run();
    assert_eq!(run.history(), ["Mon 2026-02-02 09:00 + A-SHR-5 without-assessment DPIA-1"]);
    // The entry is replaced, and names no assessment any more; or another.
    let replaced = entry("ROPA-1", "2026-02-04", json!({ "status": "live" }));
    assert_eq!(early().wait_until("2026-02-03").post(replaced).run().open(), nothing());
    let moved = entry("ROPA-1", "2026-02-04", json!({ "status": "live", "dpia_ref": "DPIA-2" }));
    assert_eq!(early().wait_until("2026-02-03").post(moved).run().open(), nothing());
    let ended =
        post("ropa.entry_reviewed", "ROPA-1", "2026-02-04", json!({ "finding": "ended", "status": "ended" }));
    assert_eq!(early().wait_until("2026-02-03").post(ended).run().open(), nothing());
}

#[test]
fn processing_that_is_stopped_needs_nothing() {
    let stopped = dpia("reviewed", "2026-03-04", json!({ "decision": "stop" }));
    let run = start(true).wait_until("2026-03-02").post(stopped).wait_until("2026-03-05").run();
    assert_eq!(
        (run.open(), reason(&run)),
        (nothing(), "the processing was stopped on Wednesday 4 March 2026")
    );
}

#[test]
fn a_voided_entry_of_the_record_is_none() {
    let assessed =
        start(true).post(completed("2026-02-02")).post(approved("2026-02-27")).post(named("2026-02-28"));
    let run = assessed
        .wait_until("2026-03-02")
        .post(void(3, "ROPA-1", "2026-03-03"))
        .wait_until("2026-03-04")
        .run();
    assert_eq!(run.history(), ["Tue 2026-03-03 09:00 + A-SHR-5 without-record DPIA-1"]);
    assert_eq!(run.register("processing", "2026-03-04"), []);
}

/// An agreement about personal data is processing too.
#[test]
fn an_agreement_about_personal_data_stands_in_the_record_of_processing() {
    let shared = |basis: &str| {
        let again =
            isa("drafted", "2026-01-03", json!({ "parties": ["exemplar-city"], "lawful_basis": basis }));
        in_force().post(again)
    };
    let run = shared("public_task").wait_until("2026-01-20").run();
    assert_eq!(run.open(), ["A-SHR-5 without-record ISA-1"]);
    assert_eq!(
        run.alert("A-SHR-5", "without-record").arithmetic,
        "Personal data is shared under the agreement since Tuesday 6 January 2026, and no entry of the record of processing that \
         is live names it."
    );
    assert_eq!(shared("no_personal_data").wait_until("2026-01-20").run().open(), nothing());
    let names_it =
        |at: &str, status: &str| entry("ROPA-1", at, json!({ "isa_refs": [ISA, "ISA-7"], "status": status }));
    let first = Scenario::<Sharing>::new().post(names_it("2026-01-01", "live"));
    let posts = [
        isa(
            "drafted",
            "2026-01-02",
            json!({ "parties": ["a"], "protocol_ref": "ISP-1", "lawful_basis": "consent" }),
        ),
        isa("reviewed", "2026-01-03", json!({ "outcome": "approved" })),
        isa("recorded", "2026-01-04", json!({})),
        isa("activated", "2026-01-06", json!({ "review_due": "2026-12-31" })),
    ];
    let run = posts.into_iter().fold(first, Scenario::post).wait_until("2026-01-20").run();
    assert_eq!(run.history(), nothing(), "it was in the record before");
    let later = || shared("consent").wait_until("2026-01-20").post(names_it("2026-01-21", "live"));
    let run = later().wait_until("2026-01-22").run();
    assert_eq!(run.open(), nothing());
    assert!(reason(&run).starts_with("an entry of the record of processing names it"));
    let ended = later().post(names_it("2026-01-23", "ended")).wait_until("2026-01-24").run();
    assert_eq!(ended.open(), ["A-SHR-5 without-record ISA-1"]);
    let over = isa("suspended", "2026-01-21", json!({ "end_reason": "other" }));
    let run = shared("consent").wait_until("2026-01-20").post(over).wait_until("2026-01-22").run();
    assert_eq!(run.open(), nothing());
}

#[test]
fn the_register_of_assessments_says_what_each_waits_for() {
    let other =
        post("dpia.completed", "DPIA-2", "2026-01-07", json!({ "risk_after": "high", "project": "Cameras" }));
    let run = start(true).post(other).post(completed("2026-02-02")).run();
    let rows = run.register("assessments", "2026-02-03");
    let of = |row: usize, column: &str| cell(&rows[row], "assessments", column);
    assert_eq!([0, 1].map(|row| of(row, "number")), ["DPIA-1", "DPIA-2"].map(Cell::from));
    assert_eq!(
        [0, 1].map(|row| of(row, "status")),
        ["to be approved", "regulator to be consulted"].map(Cell::from)
    );
    assert_eq!(
        (of(0, "due"), of(0, "days_left"), of(0, "rag")),
        (day("2026-02-28"), Cell::Number(25), Cell::from("amber"))
    );
    let run = start(true).post(approved("2026-02-02")).run();
    let rows = run.register("assessments", "2026-02-03");
    let of = |column: &str| cell(&rows[0], "assessments", column);
    assert_eq!((of("status"), of("due")), (Cell::from("approved"), day("2027-01-31")));
}

#[test]
fn the_register_of_processing_has_the_first_review_first() {
    let notice =
        |at: &str| post("privacy_notice.published", "council-tax", at, json!({ "review_due": "2026-05-01" }));
    let run = Scenario::<Sharing>::new()
        .post(entry(
            "ROPA-1",
            "2026-01-05",
            json!({ "review_due": "2026-06-30", "owner": "role/asset-owner", "unit": "care" }),
        ))
        .post(entry("ROPA-2", "2026-01-05", json!({})))
        .post(entry("ROPA-3", "2026-01-05", json!({ "status": "ended", "review_due": "2026-02-01" })))
        .post(entry("ROPA-4", "2026-01-05", json!({ "review_due": "2026-02-01" })))
        .post(post(
            "ropa.entry_reviewed",
            "ROPA-4",
            "2026-01-20",
            json!({ "finding": "current", "review_due": "2027-01-20" }),
        ))
        .post(notice("2026-01-06"))
        .run();
    let rows = run.register("processing", "2026-05-02");
    let of = |row: usize, column: &str| cell(&rows[row], "processing", column);
    assert_eq!(
        [0, 1, 2, 3].map(|row| of(row, "number")),
        ["council-tax", "ROPA-1", "ROPA-4", "ROPA-2"].map(Cell::from)
    );
    let statuses = ["review overdue", "live", "live", "no day of review"].map(Cell::from);
    assert_eq!([0, 1, 2, 3].map(|row| of(row, "status")), statuses);
    assert_eq!((of(1, "basis"), of(1, "days_left")), (Cell::from("public task"), Cell::Number(59)));
    assert_eq!((of(0, "kind"), rows[1].unit.as_deref()), (Cell::from("Privacy notice"), Some("care")));
}
