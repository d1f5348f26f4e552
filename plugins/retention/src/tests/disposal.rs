//! When records are due, who allowed it, and the proof.

use super::*;

#[test]
fn a_disposal_is_overdue_when_90_days_have_gone_by() {
    let run = due().wait_until("2026-06-10").run();
    assert_eq!(run.history(), ["Mon 2026-06-01 00:00 + A-RET-1 overdue record/HSG-1"]);
    let alert = run.alert("A-RET-1", "overdue");
    assert_eq!(
        alert.arithmetic,
        "Due for disposal on Monday 2 March 2026. The retention period ends then, as recorded for Tuesday 3 March 2020. It \
         counts as overdue when 90 days of the calendar have gone by since, which they have after Sunday 31 May 2026: a \
         control of the organisation's own."
    );
    assert_eq!(alert.evidence, [1, 0]);
    let sooner = due().setting("disposal_overdue_days", json!(0)).wait_until("2026-03-04").run();
    assert_eq!(sooner.history(), ["Tue 2026-03-03 00:00 + A-RET-1 overdue record/HSG-1"]);
}

#[test]
fn disposal_archiving_and_a_transfer_of_responsibility_end_it() {
    let late = || due().wait_until("2026-06-02");
    let gone = [
        executed(RECORD, "2026-06-03"),
        post("disposal.archived", RECORD, "2026-06-03", json!({ "receiver": "Exemplar Record Office" })),
        post(
            "disposal.transferred",
            RECORD,
            "2026-06-03",
            json!({ "receiver": "X", "responsibility_moved": true }),
        ),
    ];
    for end in gone {
        let run = late().post(authorised(RECORD, "2026-06-02")).post(end).wait_until("2026-07-01").run();
        assert_eq!(run.open(), none());
    }
    let moved = post("disposal.transferred", RECORD, "2026-06-03", json!({ "receiver": "Store B2" }));
    assert_eq!(
        late().post(moved).run().open(),
        ["A-RET-1 overdue record/HSG-1"],
        "another store is no disposal"
    );
}

#[test]
fn a_review_keeps_records_longer_and_says_until_when() {
    let reviewed = |data: Value| due().post(post("disposal.reviewed", RECORD, "2026-03-05", data));
    let until = reviewed(json!({ "decision": "keep_longer", "keep_until": "2027-03-01" }));
    assert_eq!(
        until.wait_until("2027-06-02").run().history(),
        ["Mon 2027-05-31 00:00 + A-RET-1 overdue record/HSG-1"]
    );
    let no_day = reviewed(json!({ "decision": "keep_longer" }));
    assert_eq!(no_day.wait_until("2027-06-02").run().history(), none());
    let permanent = json!({ "trigger": "closed", "due": "2026-03-02", "permanent": true });
    let for_good = due().post(post("record.triggered", RECORD, "2020-03-04", permanent));
    assert_eq!(for_good.wait_until("2027-06-02").run().history(), none());
}

#[test]
fn records_are_not_destroyed_before_their_day() {
    let on = |day: &str| {
        due().post(authorised(RECORD, "2026-02-01")).post(executed(RECORD, day)).wait_until("2026-04-01")
    };
    assert_eq!(on("2026-03-02").run().history(), none(), "on the day itself it is due");
    let early = on("2026-03-01").run();
    assert_eq!(early.history(), ["Sun 2026-03-01 09:00 + A-RET-2 before-due record/HSG-1"]);
    let alert = early.alert("A-RET-2", "before-due");
    assert!(
        alert.arithmetic.starts_with("Destroyed on Sunday 1 March 2026, 1 day before Monday 2 March 2026."),
        "{alert:?}"
    );
    assert_eq!(alert.evidence, [3, 1, 0]);
    let permanent = json!({ "trigger": "closed", "due": "2026-03-02", "action": "keep" });
    let kept = due().post(post("record.triggered", RECORD, "2020-03-04", permanent));
    let kept = kept
        .post(authorised(RECORD, "2026-02-01"))
        .post(executed(RECORD, "2026-05-02"))
        .wait_until("2026-05-03");
    assert_eq!(kept.run().open(), ["A-RET-2 before-due record/HSG-1"]);
}

#[test]
fn a_corrected_due_day_clears_what_rested_on_it() {
    let run = due()
        .post(authorised(RECORD, "2026-02-01"))
        .post(executed(RECORD, "2026-03-01"))
        .wait_until("2026-03-03")
        .post(triggered(RECORD, "2020-03-04", "2026-02-28").recorded("2026-03-04T10:00:00Z"))
        .wait_until("2026-03-05")
        .run();
    assert_eq!(run.open(), none());
    assert_eq!(reason(&run), "it was due on Saturday 28 February 2026, as is known now");
}

#[test]
fn why_a_destruction_was_neither_early_nor_without_authority() {
    let early = || {
        due()
            .post(authorised(RECORD, "2026-02-01"))
            .post(executed(RECORD, "2026-03-01"))
            .wait_until("2026-03-03")
    };
    let never_due = early().post(void(RECORD, 1, "2026-03-04")).run();
    assert_eq!(
        (never_due.open(), reason(&never_due)),
        (none(), "no entry says any more when it falls due".to_owned())
    );
    let never = early().post(void(RECORD, 3, "2026-03-04")).run();
    assert_eq!((never.open(), reason(&never)), (none(), "the destruction was corrected".to_owned()));
    // Early all the same: what is cleared is the want of authority alone.
    let run = due()
        .post(executed(RECORD, "2026-03-01"))
        .wait_until("2026-03-03")
        .post(authorised(RECORD, "2026-02-01").recorded("2026-03-04"))
        .run();
    assert_eq!(
        (run.open(), reason(&run)),
        (vec!["A-RET-2 before-due record/HSG-1".to_owned()], "it was authorised, as is known now".to_owned())
    );
}

#[test]
fn nothing_is_destroyed_without_authority() {
    let run = due().post(executed(RECORD, "2026-03-05")).wait_until("2026-03-06").run();
    assert_eq!(run.history(), ["Thu 2026-03-05 09:00 + A-RET-2 not-authorised record/HSG-1"]);
    assert_eq!(run.alert("A-RET-2", "not-authorised").evidence, [2, 0]);
    // Authority that is given afterwards is none; that of the same day may have come first.
    let after = due().post(executed(RECORD, "2026-03-05")).post(authorised(RECORD, "2026-03-06"));
    assert_eq!(after.wait_until("2026-03-07").run().open(), ["A-RET-2 not-authorised record/HSG-1"]);
    let day = |kind: &str, data: Value| post(kind, RECORD, "2026-03-06", data);
    let same_day = due()
        .post(day(
            "disposal.executed",
            json!({ "date": "2026-03-05", "method": "delete", "medium": "system" }),
        ))
        .post(day(
            "disposal.authorised",
            json!({ "date": "2026-03-05", "authorised_by": "role/records-manager" }),
        ));
    assert_eq!(same_day.wait_until("2026-03-07").run().open(), none());
    let own_words =
        json!({ "method": "delete", "medium": "system", "authorised_by": "role/records-manager" });
    let named = due().post(post("disposal.executed", RECORD, "2026-03-05", own_words));
    assert_eq!(named.wait_until("2026-03-07").run().open(), none());
}

/// Rule 11: an authorisation goes before what the schedule says of itself, and the schedule by itself is no authority.
#[test]
fn authorisation_beats_default() {
    let data = json!({ "authorised_by": "role/records-manager", "due": "2026-02-01" });
    let early = due()
        .post(post("disposal.authorised", RECORD, "2026-02-02", data))
        .post(executed(RECORD, "2026-02-10"));
    assert_eq!(early.wait_until("2026-04-01").run().history(), none(), "it says when they fall due");
    let review =
        |decision: &str, at: &str| post("disposal.reviewed", RECORD, at, json!({ "decision": decision }));
    let taken_back = due()
        .post(authorised(RECORD, "2026-03-03"))
        .post(review("archive", "2026-03-04"))
        .post(executed(RECORD, "2026-03-05"))
        .wait_until("2026-03-06")
        .run();
    assert_eq!(taken_back.open(), ["A-RET-2 not-authorised record/HSG-1"]);
    assert!(taken_back.alert("A-RET-2", "not-authorised").arithmetic.ends_with("decided: archive."));
    let kept = due()
        .post(review("keep_longer", "2026-03-03"))
        .post(authorised(RECORD, "2026-03-04"))
        .post(executed(RECORD, "2026-03-05"))
        .wait_until("2026-03-06");
    assert_eq!(kept.run().open(), none(), "the last word was to destroy them");
    let data = json!({ "authorised_by": "role/records-manager", "decision": "archive" });
    let to_archive = due()
        .post(post("disposal.authorised", RECORD, "2026-03-03", data))
        .post(executed(RECORD, "2026-03-05"));
    assert_eq!(to_archive.wait_until("2026-03-06").run().open(), ["A-RET-2 not-authorised record/HSG-1"]);
}

fn by_contractor(at: &str) -> Scenario<Retention> {
    let data = json!({ "method": "cross_cut_shred", "medium": "paper", "route": "contractor" });
    let executed = post("disposal.executed", RECORD, at, data);
    due().post(authorised(RECORD, "2026-03-02")).post(executed)
}

/// Good Friday and Easter Monday of 2026 are 3 and 6 April; 17 March is a holiday only in Northern Ireland.
#[test]
fn a_certificate_comes_within_ten_working_days() {
    let run = by_contractor("2026-03-31").wait_until("2026-05-01").run();
    assert_eq!(run.history(), ["Fri 2026-04-17 00:00 + A-RET-4 no-certificate record/HSG-1"]);
    let alert = run.alert("A-RET-4", "no-certificate");
    assert!(
        alert.arithmetic.contains(
            "within 10 working days, counted from the next day on in England and Wales, which is by \
                                       Thursday 16 April 2026"
        ),
        "{alert:?}"
    );
    let march = by_contractor("2026-03-09").wait_until("2026-05-01").run();
    assert_eq!(march.history(), ["Tue 2026-03-24 00:00 + A-RET-4 no-certificate record/HSG-1"]);
    let certificate =
        |at: &str| post("disposal.certificate_received", RECORD, at, json!({ "certificate": "C-1" }));
    let in_time = by_contractor("2026-03-31").post(certificate("2026-04-16")).wait_until("2026-05-01").run();
    assert_eq!(in_time.history(), none());
    let late = by_contractor("2026-03-31").wait_until("2026-04-20").post(certificate("2026-04-21")).run();
    assert_eq!(
        (late.open(), reason(&late)),
        (none(), "the certificate came on Tuesday 21 April 2026".to_owned())
    );
}

#[test]
fn a_new_holiday_moves_the_day_of_a_certificate() {
    let holiday = json!({ "day": "2026-04-14", "holiday": "An extra day", "regions": ["england", "wales"] });
    let run = by_contractor("2026-03-31")
        .post(post("calendar.holiday_added", "2026-04-14", "2026-04-01", holiday))
        .wait_until("2026-05-01")
        .run();
    assert_eq!(run.history(), ["Sat 2026-04-18 00:00 + A-RET-4 no-certificate record/HSG-1"]);
}

#[test]
fn what_nobody_else_destroyed_needs_no_certificate() {
    let done = |data: Value| {
        let executed = post("disposal.executed", RECORD, "2026-03-31", data);
        due().post(authorised(RECORD, "2026-03-02")).post(executed).wait_until("2026-05-01").run().open()
    };
    assert_eq!(done(json!({ "method": "cross_cut_shred", "medium": "paper", "route": "own_unit" })), none());
    assert_eq!(done(json!({ "method": "delete", "medium": "system" })), none());
    assert_eq!(
        done(json!({ "method": "pulp", "medium": "paper", "route": "central", "certificate": "C-1" })),
        none()
    );
    let waits = ["A-RET-4 no-certificate record/HSG-1"];
    assert_eq!(done(json!({ "method": "pulp", "medium": "paper", "route": "central" })), waits);
    assert_eq!(done(json!({ "method": "pulp", "medium": "paper" })), waits);
    assert_eq!(done(json!({ "method": "delete", "medium": "system", "route": "contractor" })), waits);
}
