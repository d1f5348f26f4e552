//! Agreements, memoranda and protocols: reviewed, recorded, and reviewed again.

use super::*;

#[test]
fn an_agreement_with_all_that_it_needs_is_told_of_only_when_its_review_comes_near() {
    let run = in_force().wait_until("2027-01-02").run();
    assert_eq!(
        run.history(),
        [
            "Sun 2026-11-01 00:00 + A-SHR-2 60-days-left ISA-1",
            "Tue 2026-12-01 00:00 - A-SHR-2 60-days-left ISA-1",
            "Tue 2026-12-01 00:00 + A-SHR-2 30-days-left ISA-1",
            "Fri 2027-01-01 00:00 - A-SHR-2 30-days-left ISA-1",
            "Fri 2027-01-01 00:00 + A-SHR-2 review-overdue ISA-1",
        ]
    );
    let (warning, overdue) = (run.alert("A-SHR-2", "60-days-left"), run.alert("A-SHR-2", "review-overdue"));
    assert_eq!((warning.severity, overdue.severity), (Some(Severity::Warning), None));
    assert_eq!(overdue.recipient.as_deref(), Some("role/asset-owner-care"));
    assert_eq!(
        overdue.arithmetic,
        "The agreement is to be reviewed by Thursday 31 December 2026: the day that the entry of Tuesday 6 January 2026 names."
    );
    assert_eq!(overdue.evidence, [5]);
}

#[test]
fn a_review_on_the_last_day_is_in_time_and_counts_twelve_months_where_it_names_no_day() {
    let reviewed = |data: Value| isa("review_completed", "2026-12-31T20:00:00Z", data);
    let run =
        in_force().post(reviewed(json!({ "review_decision": "continue" }))).wait_until("2028-01-01").run();
    let overdue: Vec<String> = run.history().into_iter().filter(|it| it.contains("overdue ISA")).collect();
    assert_eq!(overdue, ["Sat 2028-01-01 00:00 + A-SHR-2 review-overdue ISA-1"]);
    assert!(history(&run, "ISA-1")[3].starts_with("Thu 2026-12-31 20:00 - A-SHR-2 30-days-left"));
    assert_eq!(
        run.alert("A-SHR-2", "review-overdue").arithmetic,
        "The agreement is to be reviewed by Friday 31 December 2027: 12 months from Thursday 31 December 2026, a control of \
         the organisation's own, since no entry names a day."
    );
    let named = json!({ "review_decision": "continue", "review_due": "2029-12-31" });
    let open = in_force().post(reviewed(named)).wait_until("2028-01-01").run().open();
    assert!(!open.iter().any(|open| open.contains(ISA)), "{open:?}");
    let sooner = in_force().setting("isa_review_months", json!(6));
    let run = sooner.post(reviewed(json!({ "review_decision": "continue" }))).wait_until("2027-07-02").run();
    assert!(run.open().contains(&"A-SHR-2 review-overdue ISA-1".to_owned()), "{:?}", run.open());
}

#[test]
fn a_late_review_clears_the_alert_and_says_when() {
    let reviewed = isa(
        "review_completed",
        "2027-01-05",
        json!({ "review_decision": "continue", "review_due": "2027-12-31" }),
    );
    let run = in_force().wait_until("2027-01-02").post(reviewed).wait_until("2027-01-06").run();
    assert_eq!(run.open(), nothing());
    assert_eq!(reason(&run), "reviewed on Tuesday 5 January 2027");
}

#[test]
fn what_is_signed_is_reviewed_and_recorded_before() {
    let start = || Scenario::<Sharing>::new().post(drafted("2026-01-02"));
    let signed = || isa("signed", "2026-01-05", json!({ "party": "exemplar-icb" }));
    let run = start().wait_until("2026-01-04").post(signed()).wait_until("2026-01-06").run();
    assert_eq!(
        run.history(),
        [
            "Mon 2026-01-05 09:00 + A-SHR-2 not-reviewed ISA-1",
            "Mon 2026-01-05 09:00 + A-SHR-2 not-recorded ISA-1"
        ]
    );
    assert_eq!(
        run.alert("A-SHR-2", "not-recorded").arithmetic,
        "The agreement was signed on Monday 5 January 2026, and it does not stand in the register of the information governance \
         team."
    );
    assert_eq!(run.alert("A-SHR-2", "not-reviewed").recipient, None);
    let reviewed = |at: &str, outcome: &str| isa("reviewed", at, json!({ "outcome": outcome }));
    let recorded = |at: &str| isa("recorded", at, json!({}));
    let only_reviewed =
        start().post(reviewed("2026-01-03", "approved")).post(signed()).wait_until("2026-01-06");
    assert_eq!(only_reviewed.run().open(), ["A-SHR-2 not-recorded ISA-1"], "both are needed");
    let only_recorded = start().post(recorded("2026-01-03")).post(signed()).wait_until("2026-01-06");
    assert_eq!(only_recorded.run().open(), ["A-SHR-2 not-reviewed ISA-1"], "both are needed");
    let returned =
        start().post(reviewed("2026-01-03", "returned")).post(recorded("2026-01-03")).post(signed());
    assert_eq!(
        returned.wait_until("2026-01-06").run().open(),
        ["A-SHR-2 not-reviewed ISA-1"],
        "it was given back"
    );
    let late =
        start().post(signed()).wait_until("2026-01-06").post(reviewed("2026-01-07", "approved_with_changes"));
    let run = late.post(recorded("2026-01-08")).wait_until("2026-01-09").run();
    assert_eq!((run.open(), reason(&run)), (nothing(), "recorded on Thursday 8 January 2026"));
    let section = &run.sections("2026-01-01", "2026-01-31", "2026-02-01")[0];
    assert_eq!(
        report::figure(section, "agreements_reviewed_first"),
        (0, Some(1)),
        "it came too late all the same"
    );
}

#[test]
fn an_agreement_that_is_used_without_a_signature_is_held_to_the_same() {
    let activated = isa("activated", "2026-01-06", json!({ "review_due": "2026-12-31" }));
    let run =
        Scenario::<Sharing>::new().post(drafted("2026-01-02")).post(activated).wait_until("2026-01-07").run();
    assert_eq!(run.open(), ["A-SHR-2 not-reviewed ISA-1", "A-SHR-2 not-recorded ISA-1"]);
    assert!(
        run.alert("A-SHR-2", "not-reviewed")
            .arithmetic
            .starts_with("The agreement applies since Tuesday 6 January")
    );
}

#[test]
fn an_agreement_names_its_protocol() {
    let without = isa("drafted", "2026-01-02", json!({ "parties": ["exemplar-city"] }));
    let run = Scenario::<Sharing>::new().post(without.clone()).wait_until("2026-01-03").run();
    assert_eq!(run.history(), ["Fri 2026-01-02 09:00 + A-SHR-4 without-protocol ISA-1"]);
    assert_eq!(run.alert("A-SHR-4", "without-protocol").evidence, [0]);
    let named = isa("recorded", "2026-01-04", json!({ "protocol_ref": "ISP-1" }));
    let run = Scenario::<Sharing>::new().post(without.clone()).wait_until("2026-01-03").post(named).run();
    assert_eq!((run.open(), reason(&run)), (nothing(), "the protocol was named"));
    let ended = isa("terminated", "2026-01-05", json!({ "end_reason": "purpose_ended" }));
    let run = Scenario::<Sharing>::new().post(without).wait_until("2026-01-03").post(ended).run();
    assert_eq!((run.open(), reason(&run)), (nothing(), "terminated on Monday 5 January 2026"));
    assert_eq!(
        Scenario::<Sharing>::new().post(drafted("2026-01-02")).wait_until("2026-02-01").run().open(),
        nothing()
    );
}

#[test]
fn what_is_not_in_force_is_not_to_be_reviewed() {
    for (kind, at) in [("suspended", "2026-11-10"), ("terminated", "2026-11-10")] {
        let ended = isa(kind, at, json!({ "end_reason": "other" }));
        let run = in_force().wait_until("2026-11-02").post(ended).wait_until("2027-02-01").run();
        assert_eq!(run.open(), nothing());
        assert_eq!(reason(&run), format!("{kind} on Tuesday 10 November 2026"));
    }
    let activated =
        isa("activated", "2026-01-06", json!({ "review_due": "2026-12-31", "ends": "2026-11-30" }));
    let run = in_force().post(activated).wait_until("2027-02-01").run();
    assert_eq!(
        run.history(),
        [
            "Sun 2026-11-01 00:00 + A-SHR-2 60-days-left ISA-1",
            "Tue 2026-12-01 00:00 - A-SHR-2 60-days-left ISA-1"
        ]
    );
}

#[test]
fn a_memorandum_is_reviewed_before_it_is_recorded_or_used_and_every_twelve_months() {
    let recorded = |data: Value| post("mou.recorded", "MOU-1", "2026-01-05", data);
    let reviewed = |at: &str| post("mou.reviewed", "MOU-1", at, json!({ "outcome": "approved" }));
    let run = Scenario::<Sharing>::new().post(recorded(json!({}))).wait_until("2026-01-06").run();
    assert_eq!(run.history(), ["Mon 2026-01-05 09:00 + A-SHR-2 not-reviewed MOU-1"]);
    let later = recorded(json!({ "starts": "2026-02-01" }));
    let run = Scenario::<Sharing>::new().post(later).wait_until("2026-02-02").run();
    assert_eq!(run.history(), ["Sun 2026-02-01 00:00 + A-SHR-2 not-reviewed MOU-1"], "not before it is used");
    let both = || Scenario::<Sharing>::new().post(reviewed("2026-01-04")).post(recorded(json!({})));
    assert_eq!(both().wait_until("2026-10-01").run().history(), nothing());
    assert_eq!(both().wait_until("2027-01-06").run().open(), ["A-SHR-2 review-overdue MOU-1"]);
    let again = both().wait_until("2027-01-06").post(reviewed("2027-01-07")).wait_until("2027-10-01").run();
    assert_eq!((again.open(), reason(&again)), (nothing(), "reviewed on Thursday 7 January 2027"));
}

#[test]
fn a_protocol_is_reviewed_too() {
    let adopted = post("protocol.adopted", "ISP-1", "2026-01-05", json!({ "review_due": "2026-06-30" }));
    let run = Scenario::<Sharing>::new().post(adopted).wait_until("2026-07-02").run();
    assert_eq!(run.open(), ["A-SHR-2 review-overdue ISP-1"]);
    let words = &run.alert("A-SHR-2", "review-overdue").arithmetic;
    assert!(words.starts_with("The protocol is to be reviewed by Tuesday 30 June 2026"), "{words}");
}

#[test]
fn the_register_has_the_first_review_first() {
    let run = in_force()
        .post(post("mou.reviewed", "MOU-1", "2026-01-04", json!({ "outcome": "approved" })))
        .post(post(
            "mou.recorded",
            "MOU-1",
            "2026-01-05",
            json!({ "review_due": "2026-03-01", "unit": "care" }),
        ))
        .run();
    let rows = run.register("agreements", "2026-03-02");
    let of = |row: usize, column: &str| cell(&rows[row], "agreements", column);
    assert_eq!([0, 1, 2].map(|row| of(row, "number")), ["MOU-1", "ISA-1", "ISP-1"].map(Cell::from));
    assert_eq!([0, 1].map(|row| of(row, "status")), ["review overdue", "in force"].map(Cell::from));
    assert_eq!([0, 1].map(|row| of(row, "rag")), ["red", "green"].map(Cell::from));
    assert_eq!([0, 1].map(|row| of(row, "days_left")), [-1, 304].map(Cell::Number));
    assert_eq!((of(1, "due"), of(1, "owner")), (day("2026-12-31"), Cell::from("role/asset-owner-care")));
    assert_eq!(
        (rows[0].unit.as_deref(), rows[1].evidence.as_slice()),
        (Some("care"), [1, 2, 3, 4, 5].as_slice())
    );
}

#[test]
fn a_correction_clears_an_alert_and_stands_in_the_register() {
    let run = Scenario::<Sharing>::new()
        .post(drafted("2026-01-02"))
        .post(isa("signed", "2026-01-05", json!({ "party": "exemplar-icb" })))
        .post(void(1, ISA, "2026-01-05T10:00:00Z"))
        .wait_until("2026-01-07")
        .run();
    assert_eq!(run.open(), nothing());
    let raised = Scenario::<Sharing>::new()
        .post(drafted("2026-01-02"))
        .post(isa("signed", "2026-01-05", json!({ "party": "exemplar-icb" })))
        .wait_until("2026-01-06");
    assert_eq!(raised.clone().run().open().len(), 2);
    let run = raised.post(void(1, ISA, "2026-01-07")).run();
    assert_eq!(run.open(), nothing());
    let rows = run.register("agreements", "2026-01-08");
    let by = run.plugin().agreements.changes(ISA)[0].by;
    assert_eq!(
        cell(&rows[0], "agreements", "corrected"),
        Cell::Text(format!("entry 1 voided by entry {by}"))
    );
    assert_eq!(cell(&rows[0], "agreements", "status"), Cell::from("drafted"));
}
