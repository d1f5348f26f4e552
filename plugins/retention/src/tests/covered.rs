//! Holds and requests.

use super::*;

fn on_records() -> Value {
    json!({ "scope": "record", "records": [RECORD] })
}

fn done(scenario: Scenario<Retention>) -> Scenario<Retention> {
    scenario.post(authorised(RECORD, "2026-03-03")).post(executed(RECORD, "2026-03-10"))
}

/// Rule 11.
#[test]
fn hold_beats_disposal() {
    let run = done(due().post(hold("HOLD-1", "2025-01-06", on_records()))).wait_until("2026-03-20").run();
    assert_eq!(run.history(), ["Tue 2026-03-10 09:00 + A-RET-3 on-hold record/HSG-1"]);
    let alert = run.alert("A-RET-3", "on-hold");
    assert_eq!(
        alert.arithmetic,
        "Destroyed on Tuesday 10 March 2026. It is or was covered by: hold HOLD-1, open since Monday 6 January 2025."
    );
    assert_eq!(alert.evidence, [4, 2]);
    let over = due().post(hold("HOLD-1", "2025-01-06", on_records())).post(released("HOLD-1", "2026-03-09"));
    assert_eq!(done(over).wait_until("2026-03-20").run().history(), none());
    let later = done(due()).post(hold("HOLD-1", "2026-03-11", on_records()));
    assert_eq!(later.wait_until("2026-03-20").run().history(), none());
}

/// While it is held nothing is overdue, and when the hold is over there are 90 days again.
#[test]
fn what_is_held_is_not_overdue() {
    let held = due().post(hold("HOLD-1", "2026-03-01T10:00:00Z", on_records())).wait_until("2026-07-01");
    assert_eq!(held.clone().run().history(), none());
    let run = held.post(released("HOLD-1", "2026-07-01")).wait_until("2026-10-10").run();
    assert_eq!(run.history(), ["Wed 2026-09-30 00:00 + A-RET-1 overdue record/HSG-1"]);
    let alert = run.alert("A-RET-1", "overdue");
    assert!(
        alert.arithmetic.contains("Until Wednesday 1 July 2026 it could not be disposed of."),
        "{alert:?}"
    );
    let run = due().wait_until("2026-06-02").post(hold("HOLD-1", "2026-06-03", on_records())).run();
    assert_eq!(run.open(), none());
    assert_eq!(reason(&run), "it is not to be disposed of: hold HOLD-1 covers it");
}

#[test]
fn a_hold_covers_records_series_classes_cases_and_what_requests_about_a_person_name() {
    let covers = |data: Value| {
        done(due().post(hold("HOLD-1", "2025-01-06", data))).wait_until("2026-03-20").run().open()
    };
    let held = ["A-RET-3 on-hold record/HSG-1"];
    assert_eq!(covers(json!({ "scope": "series", "series": ["council-tax", "repairs"] })), held);
    assert_eq!(covers(json!({ "scope": "class", "classes": ["HSG/04"] })), held);
    assert_eq!(covers(json!({ "scope": "case", "cases": [RECORD] })), held);
    assert_eq!(covers(json!({ "scope": "series", "series": ["council-tax"] })), none());
    assert_eq!(covers(json!({ "scope": "class", "classes": ["HSG/05"] })), none());
    assert_eq!(covers(json!({ "scope": "series" })), none(), "it names nothing");
    let with_request = |data: Value| {
        let request = due()
            .post(post(
                "request.received",
                "SAR-1",
                "2024-01-08",
                json!({ "regime": "sar", "person": "p-1" }),
            ))
            .post(identified("SAR-1", "2024-01-09", json!({ "series": ["repairs"] })))
            .post(closed("SAR-1", "2024-02-05"));
        done(request.post(hold("HOLD-1", "2025-01-06", data))).wait_until("2026-03-20").run().open()
    };
    assert_eq!(with_request(json!({ "scope": "case", "cases": ["SAR-1"] })), held);
    assert_eq!(with_request(json!({ "scope": "case", "cases": ["request/SAR-1"] })), held);
    assert_eq!(with_request(json!({ "scope": "person", "person": "p-1" })), held);
    assert_eq!(with_request(json!({ "scope": "person", "person": "p-2" })), none());
}

/// What is recorded of a request later still counts from its receipt.
#[test]
fn what_is_asked_for_is_not_destroyed() {
    let asked = || due().post(request("FOI-1", "2026-03-02T10:00:00Z"));
    let named = |at: &str| identified("FOI-1", at, json!({ "records": [RECORD] }));
    let run =
        asked().post(named("2026-03-04")).post(executed(RECORD, "2026-03-10")).wait_until("2026-03-20").run();
    assert_eq!(run.open(), ["A-RET-2 not-authorised record/HSG-1", "A-RET-5 destroyed record/HSG-1"]);
    let alert = run.alert("A-RET-5", "destroyed");
    assert!(
        alert.arithmetic.contains("request FOI-1, open since Monday 2 March 2026. To destroy"),
        "{alert:?}"
    );
    assert_eq!(alert.evidence, [4, 2, 3]);
    let late =
        asked().post(executed(RECORD, "2026-03-10")).wait_until("2026-03-12").post(named("2026-03-13"));
    assert!(
        late.wait_until("2026-03-14").run().open().contains(&"A-RET-5 destroyed record/HSG-1".to_owned())
    );
    let answered = asked().post(named("2026-03-04")).post(post(
        "request.response_issued",
        "FOI-1",
        "2026-03-05",
        json!({ "outcome": "granted_in_full" }),
    ));
    let not_closed = answered.clone().post(executed(RECORD, "2026-03-10")).wait_until("2026-03-12").run();
    assert!(not_closed.open().contains(&"A-RET-5 destroyed record/HSG-1".to_owned()), "it is not closed");
    let over = answered.post(closed("FOI-1", "2026-03-06")).post(executed(RECORD, "2026-03-10"));
    assert_eq!(over.wait_until("2026-03-12").run().open(), ["A-RET-2 not-authorised record/HSG-1"]);
}

#[test]
fn what_is_scheduled_while_it_is_asked_for_is_said_until_the_request_is_closed() {
    let run = due()
        .post(request("FOI-1", "2026-03-03"))
        .post(identified("FOI-1", "2026-03-04", json!({ "series": ["repairs"] })))
        .post(authorised(RECORD, "2026-03-05"))
        .wait_until("2026-03-09")
        .post(closed("FOI-1", "2026-03-10"))
        .wait_until("2026-03-11")
        .run();
    assert_eq!(
        run.history(),
        [
            "Thu 2026-03-05 09:00 + A-RET-5 scheduled record/HSG-1",
            "Tue 2026-03-10 09:00 - A-RET-5 scheduled record/HSG-1",
        ]
    );
    assert_eq!(reason(&run), "nothing asks for it any more");
    // Whichever comes first: a review that decides so schedules it too.
    let reviewed = due()
        .post(post("disposal.reviewed", RECORD, "2026-03-03", json!({ "decision": "destroy" })))
        .wait_until("2026-03-04")
        .post(request("FOI-1", "2026-03-05"))
        .post(identified("FOI-1", "2026-03-06", json!({ "records": [RECORD] })))
        .wait_until("2026-03-07")
        .run();
    assert_eq!(reviewed.history(), ["Fri 2026-03-06 09:00 + A-RET-5 scheduled record/HSG-1"]);
    let executed = due()
        .post(request("FOI-1", "2026-03-03"))
        .post(identified("FOI-1", "2026-03-04", json!({ "series": ["repairs"] })))
        .post(authorised(RECORD, "2026-03-05"))
        .post(executed(RECORD, "2026-03-10"))
        .wait_until("2026-03-11")
        .run();
    assert_eq!(executed.open(), ["A-RET-5 destroyed record/HSG-1"], "the graver stage takes its place");
}

#[test]
fn why_what_is_asked_for_is_not_destroyed_any_more() {
    let scheduled = || {
        due()
            .post(request("FOI-1", "2026-03-03"))
            .post(identified("FOI-1", "2026-03-04", json!({ "series": ["repairs"] })))
            .post(authorised(RECORD, "2026-03-05"))
            .wait_until("2026-03-06")
    };
    let told = |run: Run<Retention>, stage: &str| {
        let cleared = run.history().iter().any(|line| line.contains(&format!("- A-RET-5 {stage}")));
        assert!(cleared, "{:?}", run.history());
        reason(&run)
    };
    // A hold that covers it besides asks for nothing.
    let held = scheduled().post(hold("HOLD-1", "2026-03-06", on_records()));
    assert_eq!(
        told(held.post(closed("FOI-1", "2026-03-10")).run(), "scheduled"),
        "nothing asks for it any more"
    );
    let kept = json!({ "decision": "keep_longer", "keep_until": "2030-01-01" });
    let kept = scheduled().post(post("disposal.reviewed", RECORD, "2026-03-10", kept)).run();
    assert_eq!(told(kept, "scheduled"), "its destruction is not scheduled any more");
    let destroyed = || scheduled().post(executed(RECORD, "2026-03-10"));
    assert_eq!(told(destroyed().run(), "scheduled"), "destroyed on Tuesday 10 March 2026");
    let uncovered = destroyed().wait_until("2026-03-11").post(void("FOI-1", 3, "2026-03-12")).run();
    assert_eq!(told(uncovered, "destroyed"), "nothing asked for it when it was destroyed, as is known now");
    let seq = destroyed().wait_until("2026-03-11").run().alert("A-RET-5", "destroyed").evidence[0];
    let undone = destroyed().wait_until("2026-03-11").post(void(RECORD, seq, "2026-03-12")).run();
    assert_eq!(told(undone, "destroyed"), "the destruction was corrected");
}

/// A review, the regulator and the tribunal each keep the matter open, under the request's number or one of their own.
#[test]
fn reviews_and_cases_of_the_regulator_cover_what_their_request_names() {
    let matter = || {
        due()
            .post(request("FOI-1", "2025-03-03"))
            .post(identified("FOI-1", "2025-03-04", json!({ "records": [RECORD] })))
            .post(closed("FOI-1", "2025-03-28"))
    };
    let open = |posts: Vec<Post>| {
        let all = posts.into_iter().fold(matter(), Scenario::post);
        done(all).wait_until("2026-03-12").run().open()
    };
    let asked = ["A-RET-5 destroyed record/HSG-1"];
    let review = |subject: &str| {
        let of = (subject != "FOI-1").then_some("FOI-1");
        post("review.requested", subject, "2026-02-20", json!({ "regime": "foi", "request_ref": of }))
    };
    let decided = |subject: &str| {
        post("review.decided", subject, "2026-03-02T10:00:00Z", json!({ "outcome": "upheld" }))
    };
    assert_eq!(open(vec![]), none());
    assert_eq!(open(vec![review("FOI-1")]), asked);
    assert_eq!(open(vec![review("IR-1")]), asked);
    assert_eq!(open(vec![review("IR-1"), decided("IR-1")]), none());
    let complaint = || {
        let data = json!({ "matter": "foi", "request_ref": "FOI-1" });
        post("ico.complaint_notified", "ICO-1", "2026-01-05", data)
    };
    let notice = |steps: u64| {
        let data =
            json!({ "ico_finding": "complaint_upheld", "steps_required": steps, "request_ref": "FOI-1" });
        post("ico.decision_notice", "ICO-1", "2026-02-02", data)
    };
    let complied = post("ico.decision_complied", "ICO-1", "2026-02-20", json!({}));
    let ended = post("ico.complaint_closed", "ICO-1", "2026-02-03", json!({ "ico_action": "no_action" }));
    let appealed = || {
        post(
            "tribunal.appealed",
            "FT-1",
            "2026-02-10",
            json!({ "appellant": "requester", "request_ref": "FOI-1" }),
        )
    };
    let judged = post("tribunal.decided", "FT-1", "2026-03-01", json!({ "appeal_outcome": "dismissed" }));
    assert_eq!(open(vec![complaint()]), asked);
    assert_eq!(open(vec![complaint(), ended]), none());
    assert_eq!(open(vec![complaint(), notice(0)]), none());
    assert_eq!(open(vec![complaint(), notice(1)]), asked);
    assert_eq!(open(vec![complaint(), notice(1), complied]), none());
    assert_eq!(open(vec![complaint(), notice(0), appealed()]), asked);
    assert_eq!(open(vec![complaint(), notice(0), appealed(), judged]), none());
}

#[test]
fn a_merged_request_covers_until_the_one_that_goes_on_is_closed() {
    let merged = || {
        due()
            .post(request("FOI-1", "2026-03-02T10:00:00Z"))
            .post(identified("FOI-1", "2026-03-02T11:00:00Z", json!({ "records": [RECORD] })))
            .post(request("FOI-2", "2026-03-02T12:00:00Z"))
            .post(post("case.merged", "FOI-1", "2026-03-03", json!({ "into": "FOI-2" })))
            .post(post(
                "request.closed",
                "FOI-1",
                "2026-03-03T10:00:00Z",
                json!({ "close_reason": "merged" }),
            ))
            .post(authorised(RECORD, "2026-03-04"))
    };
    let run = merged().post(executed(RECORD, "2026-03-10")).wait_until("2026-03-12").run();
    assert_eq!(run.open(), ["A-RET-5 destroyed record/HSG-1"]);
    assert!(
        run.alert("A-RET-5", "destroyed")
            .arithmetic
            .contains("request FOI-2, open since Monday 2 March 2026")
    );
    let over = merged()
        .post(closed("FOI-2", "2026-03-09"))
        .post(executed(RECORD, "2026-03-10"))
        .wait_until("2026-03-12");
    assert_eq!(over.run().open(), none());
}

/// A box has another number in an older system, and the hold names that one.
#[test]
fn another_number_of_a_record_is_covered_too() {
    let alias = || post("case.alias_recorded", RECORD, "2020-04-01", json!({ "alias": "BOX-77" }));
    let held = || hold("HOLD-1", "2025-01-06", json!({ "scope": "record", "records": ["BOX-77"] }));
    let run = done(due().post(alias()).post(held())).wait_until("2026-03-20").run();
    assert_eq!(run.open(), ["A-RET-3 on-hold record/HSG-1"]);
    assert_eq!(done(due().post(held())).wait_until("2026-03-20").run().open(), none());
}

fn checked(at: &str, size: Value) -> Post {
    let data =
        json!({ "authorised_by": "role/records-manager", "hold_checked": true, "checked_at_size": size });
    post("disposal.authorised", RECORD, at, data)
}

#[test]
fn a_disposal_check_is_overtaken_by_what_came_after_it() {
    let run = due()
        .post(checked("2026-03-03", json!(2)))
        .wait_until("2026-03-04")
        .post(hold("HOLD-1", "2026-03-05", json!({ "scope": "series", "series": ["repairs"] })))
        .wait_until("2026-03-06")
        .post(released("HOLD-1", "2026-03-09"))
        .wait_until("2026-03-10")
        .run();
    assert_eq!(
        run.history(),
        [
            "Thu 2026-03-05 09:00 + A-DSP-1 overtaken record/HSG-1",
            "Mon 2026-03-09 09:00 - A-DSP-1 overtaken record/HSG-1",
        ]
    );
    assert_eq!(reason(&run), "no disposal check is overtaken any more");
    let alert = run.alert("A-DSP-1", "overtaken");
    assert_eq!(alert.evidence, [2, 3 + 1], "the check and the hold; a passing of time is an entry too");
    assert!(alert.arithmetic.contains("answered yes when the ledger had 2 entries"), "{alert:?}");
}

#[test]
fn a_check_that_knew_of_it_was_not_overtaken() {
    let held = |size: u64| {
        due()
            .post(request("FOI-1", "2026-03-02T10:00:00Z"))
            .post(checked("2026-03-03", json!(size)))
            .post(identified("FOI-1", "2026-03-04", json!({ "records": [RECORD] })))
            .post(executed(RECORD, "2026-03-10"))
            .wait_until("2026-03-12")
            .run()
            .open()
    };
    // Entry 2 is the request, entry 4 says what it covers.
    assert_eq!(held(4), ["A-RET-5 destroyed record/HSG-1", "A-DSP-1 carried-out record/HSG-1"]);
    assert_eq!(held(5), ["A-RET-5 destroyed record/HSG-1"]);
}

#[test]
fn a_check_at_the_execution_stands_in_the_place_of_an_earlier_one() {
    let again = |size: u64| {
        let data =
            json!({ "method": "delete", "medium": "system", "hold_checked": true, "checked_at_size": size });
        due()
            .post(checked("2026-03-03", json!(2)))
            .post(hold("HOLD-1", "2026-03-05", on_records()))
            .post(released("HOLD-1", "2026-03-06"))
            .post(post("disposal.executed", RECORD, "2026-03-10", data))
            .post(hold("HOLD-2", "2026-03-11", on_records()))
            .wait_until("2026-03-12")
            .run()
    };
    assert_eq!(again(5).open(), none(), "the second hold came after the execution");
    let no_size = due()
        .post(checked("2026-03-03", Value::Null))
        .post(hold("HOLD-1", "2026-03-05", on_records()))
        .post(executed(RECORD, "2026-03-10"))
        .wait_until("2026-03-12")
        .run();
    assert_eq!(no_size.open(), ["A-RET-3 on-hold record/HSG-1", "A-DSP-1 carried-out record/HSG-1"]);
    let unchecked = done(due().post(hold("HOLD-1", "2026-03-05", on_records()).recorded("2026-03-05")));
    assert_eq!(unchecked.wait_until("2026-03-12").run().open(), ["A-RET-3 on-hold record/HSG-1"]);
}

#[test]
fn why_a_check_was_not_overtaken_when_it_was_carried_out() {
    let run = due()
        .post(checked("2026-03-03", json!(3)))
        .post(hold("HOLD-1", "2026-03-05", on_records()))
        .post(executed(RECORD, "2026-03-10"))
        .wait_until("2026-03-12")
        .post(void("HOLD-1", 3, "2026-03-13"))
        .run();
    let cleared: Vec<&str> = run
        .acts()
        .iter()
        .filter_map(|(_, act)| match act {
            Act::Clear(cleared) => Some(cleared.reason.as_str()),
            Act::Raise(_) => None,
        })
        .collect();
    let of_the_hold = "no hold covered it when it was destroyed, as is known now";
    let of_the_check = "no disposal check was overtaken, as is known now";
    assert!(cleared.ends_with(&[of_the_hold, of_the_check]), "{cleared:?}");
}

#[test]
fn a_hold_that_was_placed_by_mistake_is_taken_back() {
    let run = done(due().post(hold("HOLD-1", "2025-01-06", on_records())))
        .wait_until("2026-03-20")
        .post(void("HOLD-1", 2, "2026-03-21"))
        .wait_until("2026-03-22")
        .run();
    assert_eq!(
        run.history(),
        [
            "Tue 2026-03-10 09:00 + A-RET-3 on-hold record/HSG-1",
            "Sat 2026-03-21 09:00 - A-RET-3 on-hold record/HSG-1"
        ]
    );
    assert_eq!(reason(&run), "no hold covered it when it was destroyed, as is known now");
}
