//! Transfers, and the agreements that they rest on.

use super::*;

fn of_isa(kind: &str, at: &str) -> Post {
    isa(kind, at, json!({ "end_reason": "other" }))
}

fn reactivated(at: &str) -> Post {
    isa("activated", at, json!({ "review_due": "2026-12-31" }))
}

/// What is open of A-SHR-1 a day after a transfer that comes behind other events.
fn open_after(scenario: Scenario<Sharing>, made: Post) -> Vec<String> {
    let run = scenario.post(made).wait_until("2026-06-30").run();
    run.open().into_iter().filter(|open| open.contains("A-SHR-1")).collect()
}

#[test]
fn a_transfer_under_an_agreement_in_force_raises_nothing() {
    assert_eq!(in_force().post(under_isa("2026-03-02")).wait_until("2026-06-30").run().history(), nothing());
}

#[test]
fn a_transfer_that_rests_on_nothing_is_raised_when_it_is_made() {
    let run = in_force().post(transfer("2026-03-02", json!({}))).wait_until("2026-03-03").run();
    assert_eq!(run.history(), ["Mon 2026-03-02 09:00 + A-SHR-1 no-agreement TRF-1"]);
    let alert = run.alert("A-SHR-1", "no-agreement");
    assert_eq!((alert.severity, alert.evidence.as_slice()), (None, [6].as_slice()));
    assert_eq!(
        alert.arithmetic,
        "The transfer of Monday 2 March 2026 names no agreement, no disclosure decision and no contract with a processor that \
         it rests on."
    );
    let internal = transfer("2026-03-02", json!({ "direction": "internal" }));
    assert_eq!(
        open_after(in_force(), internal),
        ["A-SHR-1 no-agreement TRF-1"],
        "inside the organisation too"
    );
    let impersonal = in_force().post(transfer("2026-03-02", json!({ "personal_data": false })));
    let run = impersonal.wait_until("2026-03-03").run();
    assert_eq!(run.alert("A-SHR-1", "no-agreement").severity, Some(Severity::Policy));
}

#[test]
fn a_disclosure_decision_or_a_processors_contract_will_do() {
    for data in [json!({ "disclosure_ref": "DIS-1" }), json!({ "processor_ref": "PRC-1" })] {
        assert_eq!(open_after(in_force(), transfer("2026-03-02", data)), nothing());
    }
    let both = transfer("2026-03-02", json!({ "isa_ref": "ISA-9", "disclosure_ref": "DIS-1" }));
    assert_eq!(open_after(in_force(), both), nothing());
}

#[test]
fn an_agreement_of_which_nothing_is_known_is_none() {
    let made = transfer("2026-03-02", json!({ "isa_ref": "ISA-9" }));
    assert_eq!(open_after(in_force(), made), ["A-SHR-1 agreement-unknown TRF-1"]);
}

#[test]
fn a_transfer_before_the_agreement_is_in_force() {
    assert_eq!(open_after(in_force(), under_isa("2026-01-05T23:59:00Z")), ["A-SHR-1 not-yet-in-force TRF-1"]);
    assert_eq!(open_after(in_force(), under_isa("2026-01-06T00:00:00Z")), nothing(), "on its first day");
    let later = isa("activated", "2026-01-06", json!({ "review_due": "2026-12-31", "starts": "2026-02-01" }));
    let later = || Scenario::<Sharing>::new().post(drafted("2026-01-02")).post(later.clone());
    assert_eq!(open_after(later(), under_isa("2026-01-31T23:59:00Z")), ["A-SHR-1 not-yet-in-force TRF-1"]);
    assert_eq!(open_after(later(), under_isa("2026-02-01T00:00:00Z")), nothing());
    let back = isa("activated", "2026-01-06", json!({ "review_due": "2026-12-31", "starts": "2025-12-01" }));
    let back = Scenario::<Sharing>::new().post(drafted("2025-11-02")).post(back);
    let early = open_after(back, under_isa("2026-01-02"));
    assert_eq!(early, ["A-SHR-1 not-yet-in-force TRF-1"], "it is on record before it is used");
    let draft = Scenario::<Sharing>::new().post(drafted("2026-01-02"));
    assert_eq!(open_after(draft, under_isa("2026-03-02")), ["A-SHR-1 not-yet-in-force TRF-1"]);
}

/// Rule 11: a suspended agreement is not live.
#[test]
fn a_suspended_agreement_is_not_live() {
    let suspended = || in_force().post(of_isa("suspended", "2026-03-01T12:00:00Z"));
    assert_eq!(open_after(suspended(), under_isa("2026-03-01T12:00:00Z")), ["A-SHR-1 suspended TRF-1"]);
    assert_eq!(open_after(suspended(), under_isa("2026-03-01T11:59:00Z")), nothing());
    let continued = isa("review_completed", "2026-03-05", json!({ "review_decision": "continue" }));
    let reviewed = suspended().post(continued);
    assert_eq!(
        open_after(reviewed, under_isa("2026-03-06")),
        ["A-SHR-1 suspended TRF-1"],
        "until it is taken up again"
    );
    let again = || suspended().post(reactivated("2026-03-10"));
    assert_eq!(
        open_after(again(), under_isa("2026-03-09")),
        ["A-SHR-1 suspended TRF-1"],
        "what was made is made"
    );
    assert_eq!(open_after(again(), under_isa("2026-03-10")), nothing());
    let run = suspended().post(under_isa("2026-03-02")).wait_until("2026-03-03").run();
    assert_eq!(history(&run, "A-SHR-1"), ["Mon 2026-03-02 09:00 + A-SHR-1 suspended TRF-1"]);
    assert_eq!(
        run.alert("A-SHR-1", "suspended").arithmetic,
        "The transfer of Monday 2 March 2026 names an agreement that was suspended then. It names ISA-1."
    );
}

#[test]
fn a_transfer_after_the_last_day_or_the_end() {
    let ends = || {
        in_force().post(isa(
            "activated",
            "2026-01-07",
            json!({ "review_due": "2026-12-31", "ends": "2026-02-28" }),
        ))
    };
    assert_eq!(open_after(ends(), under_isa("2026-02-28T23:59:00Z")), nothing(), "on the last day");
    assert_eq!(open_after(ends(), under_isa("2026-03-01T00:00:00Z")), ["A-SHR-1 expired TRF-1"]);
    let ended = || in_force().post(of_isa("terminated", "2026-02-10"));
    assert_eq!(open_after(ended(), under_isa("2026-02-09")), nothing());
    assert_eq!(open_after(ended(), under_isa("2026-02-11")), ["A-SHR-1 terminated TRF-1"]);
}

#[test]
fn it_does_not_matter_which_was_recorded_first() {
    let made = in_force().post(under_isa("2026-03-02")).wait_until("2026-03-10");
    let late = of_isa("suspended", "2026-03-01").recorded("2026-03-11");
    let run = made.post(late).wait_until("2026-03-12").run();
    assert_eq!(history(&run, "A-SHR-1"), ["Wed 2026-03-11 09:00 + A-SHR-1 suspended TRF-1"]);
    let first = Scenario::<Sharing>::new().post(under_isa("2026-03-02")).wait_until("2026-03-03");
    let run = first
        .post(drafted("2026-01-02").recorded("2026-03-04"))
        .post(reactivated("2026-01-06").recorded("2026-03-05"));
    let run = run.wait_until("2026-03-06").run();
    assert_eq!(
        history(&run, "A-SHR-1"),
        [
            "Mon 2026-03-02 09:00 + A-SHR-1 agreement-unknown TRF-1",
            "Wed 2026-03-04 09:00 - A-SHR-1 agreement-unknown TRF-1",
            "Wed 2026-03-04 09:00 + A-SHR-1 not-yet-in-force TRF-1",
            "Thu 2026-03-05 09:00 - A-SHR-1 not-yet-in-force TRF-1",
        ]
    );
}

#[test]
fn an_agreement_goes_by_its_other_numbers_too() {
    let alias = |at: &str| post("case.alias_recorded", ISA, at, json!({ "alias": "SHARE/7" }));
    let made = || transfer("2026-03-02", json!({ "isa_ref": "SHARE/7" }));
    assert_eq!(open_after(in_force().post(alias("2026-02-02")), made()), nothing());
    let run = in_force()
        .post(made())
        .wait_until("2026-03-03")
        .post(alias("2026-03-04"))
        .wait_until("2026-03-05")
        .run();
    assert_eq!(run.open(), nothing());
    assert_eq!(history(&run, "A-SHR-1").len(), 2, "it was raised before the number was known");
    let suspended = of_isa("suspended", "2026-03-01").recorded("2026-03-06");
    let run =
        in_force().post(made()).post(alias("2026-03-04")).post(suspended).wait_until("2026-03-07").run();
    assert_eq!(run.open(), ["A-SHR-1 suspended TRF-1"]);
}

#[test]
fn an_incident_takes_the_transfer_over() {
    let detected = |data: Value| {
        let mut whole = json!({ "why_unauthorised": "agreement_suspended" });
        whole.as_object_mut().unwrap().extend(data.as_object().unwrap().clone());
        post("sharing.unauthorised_detected", TRF, "2026-03-05", whole)
    };
    let wrong = || {
        in_force().post(transfer("2026-03-02", json!({ "transfer_method": "fax" }))).wait_until("2026-03-03")
    };
    assert_eq!(wrong().run().open(), ["A-SHR-3 insecure-channel TRF-1", "A-SHR-1 no-agreement TRF-1"]);
    let run = wrong().post(detected(json!({ "incident_ref": "INC-1" }))).wait_until("2026-03-06").run();
    assert_eq!(
        (run.open(), reason(&run)),
        (nothing(), "an incident was opened for it on Thursday 5 March 2026")
    );
    assert_eq!(run.register("transfers", "2026-03-06"), []);
    assert_eq!(
        wrong().post(detected(json!({}))).wait_until("2026-03-06").run().open().len(),
        2,
        "one alert, not two"
    );
    let alone = in_force().post(detected(json!({}))).wait_until("2026-03-06").run();
    assert_eq!(alone.history(), ["Thu 2026-03-05 09:00 + A-SHR-1 unauthorised TRF-1"]);
    let covered = in_force()
        .post(under_isa("2026-03-02"))
        .post(detected(json!({ "why_unauthorised": "outside_purpose" })));
    let run = covered.wait_until("2026-03-06").run();
    assert_eq!(run.open(), ["A-SHR-1 unauthorised TRF-1"]);
    let words = &run.alert("A-SHR-1", "unauthorised").arithmetic;
    assert!(words.contains("was found to lie outside the purpose of its agreement"), "{words}");
    let channel = in_force().post(detected(json!({ "why_unauthorised": "insecure_channel" })));
    assert_eq!(channel.wait_until("2026-03-06").run().open(), ["A-SHR-3 insecure-channel TRF-1"]);
}

#[test]
fn personal_data_goes_over_channels_that_protect_it() {
    let open = |data: Value| {
        let mut whole = json!({ "isa_ref": ISA });
        whole.as_object_mut().unwrap().extend(data.as_object().unwrap().clone());
        in_force().post(transfer("2026-03-02", whole)).wait_until("2026-03-03").run().open()
    };
    let insecure = ["A-SHR-3 insecure-channel TRF-1"];
    for method in ["ordinary_email", "fax"] {
        assert_eq!(open(json!({ "transfer_method": method })), insecure);
        assert_eq!(open(json!({ "transfer_method": method, "encrypted": true })), nothing());
        assert_eq!(open(json!({ "transfer_method": method, "personal_data": false })), nothing());
    }
    let special = json!({ "transfer_method": "fax", "personal_data": false, "special_category": true });
    assert_eq!(open(special), insecure, "special category data is personal data");
    assert_eq!(open(json!({ "transfer_method": "interface", "encrypted": false })), insecure);
    assert_eq!(
        open(json!({ "transfer_method": "paper_by_hand", "encrypted": false })),
        nothing(),
        "paper is not encrypted"
    );
    assert_eq!(open(json!({ "transfer_method": "interface" })), nothing());
    let setting = in_force().setting("insecure_methods", json!(["post"]));
    let run = setting.post(transfer(
        "2026-03-02",
        json!({ "isa_ref": ISA, "transfer_method": "post", "personal_data": null }),
    ));
    let run = run.wait_until("2026-03-03").run();
    assert_eq!(history(&run, "A-SHR-3"), ["Mon 2026-03-02 09:00 + A-SHR-3 insecure-channel TRF-1"]);
    let words = &run.alert("A-SHR-3", "insecure-channel").arithmetic;
    assert!(
        words.starts_with("Shared by post, not known to be encrypted, on Monday 2 March 2026."),
        "{words}"
    );
    assert!(words.ends_with("it is taken to have been."), "{words}");
}

#[test]
fn a_memorandum_is_no_agreement_for_personal_data() {
    let with_memorandum = || {
        in_force()
            .post(post("mou.reviewed", "MOU-1", "2026-01-04", json!({ "outcome": "approved" })))
            .post(post("mou.recorded", "MOU-1", "2026-01-05", json!({})))
    };
    let made =
        |personal: bool| transfer("2026-03-02", json!({ "isa_ref": "MOU-1", "personal_data": personal }));
    assert_eq!(open_after(with_memorandum(), made(true)), ["A-SHR-1 not-for-personal-data TRF-1"]);
    assert_eq!(open_after(with_memorandum(), made(false)), nothing());
}

#[test]
fn an_agreement_that_is_used_after_its_review_date_is_told_of() {
    let made = |at: &str| in_force().wait_until("2027-01-04").post(under_isa(at)).wait_until("2027-01-08");
    let run = made("2027-01-05").run();
    assert_eq!(run.open(), ["A-SHR-2 review-overdue ISA-1", "A-SHR-2 used-after-review-date ISA-1"]);
    let alert = run.alert("A-SHR-2", "used-after-review-date");
    assert_eq!((alert.recipient.as_deref(), alert.evidence.len()), (Some("role/asset-owner-care"), 2));
    assert!(alert.arithmetic.ends_with("It was not, and TRF-1 was made under it on Tuesday 5 January 2027."));
    let on_the_day = made("2026-12-31T23:59:00Z").run();
    assert_eq!(on_the_day.open(), ["A-SHR-2 review-overdue ISA-1"]);
    let reviewed = isa("review_completed", "2027-01-09", json!({ "review_decision": "continue" }));
    let run = made("2027-01-05").post(reviewed).wait_until("2027-01-10").run();
    assert_eq!((run.open(), reason(&run)), (nothing(), "it was reviewed, or is not in force any more"));
    let seq = run.alert("A-SHR-2", "used-after-review-date").evidence[1];
    let run = made("2027-01-05").post(void(seq, TRF, "2027-01-09")).wait_until("2027-01-10").run();
    assert_eq!(run.open(), ["A-SHR-2 review-overdue ISA-1"], "there was no such transfer");
}

#[test]
fn a_correction_of_a_transfer_clears_it() {
    let made = transfer("2026-03-02", json!({ "isa_ref": "ISA-9" }));
    let run = in_force().post(made).wait_until("2026-03-03");
    let data = json!({ "target": 6, "action": "replace", "reason": "wrong_data", "data": {
        "direction": "outgoing", "transfer_method": "secure_email", "isa_ref": ISA
    } });
    let run =
        run.post(post("ledger.correction_recorded", TRF, "2026-03-04", data)).wait_until("2026-03-05").run();
    assert_eq!(run.open(), nothing());
    assert_eq!(run.register("transfers", "2026-03-05"), []);
}

#[test]
fn transfers_to_be_dealt_with_stand_in_their_register() {
    let run = in_force()
        .post(transfer("2026-03-02", json!({ "transfer_method": "fax", "unit": "care" })))
        .post(post(
            "sharing.transfer_made",
            "TRF-2",
            "2026-02-02",
            json!({
                "direction": "internal", "transfer_method": "interface", "personal_data": false
            }),
        ))
        .run();
    let rows = run.register("transfers", "2026-03-03");
    assert_eq!(
        [0, 1].map(|row: usize| cell(&rows[row], "transfers", "number")),
        ["TRF-2", "TRF-1"].map(Cell::from)
    );
    assert_eq!(cell(&rows[1], "transfers", "status"), Cell::from("no agreement, insecure channel"));
    assert_eq!(
        [0, 1].map(|row: usize| cell(&rows[row], "transfers", "rag")),
        ["amber", "red"].map(Cell::from)
    );
    assert_eq!(rows[1].unit.as_deref(), Some("care"));
}
