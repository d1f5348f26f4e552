//! What is out, and what permits it.

use super::*;

#[test]
fn files_about_people_that_leave_without_authorisation_are_told_of() {
    let run = scenario([out("2026-03-04T10:00:00Z", json!({}))]).wait_until("2026-03-05");
    let alone = run.clone().run();
    assert_eq!(alone.history(), ["Wed 2026-03-04 10:00 + A-HMW-2 no-authorisation ITEM-1"]);
    let alert = alone.alert("A-HMW-2", "no-authorisation");
    assert_eq!(
        (alert.arithmetic.as_str(), alert.evidence.as_slice()),
        (
            "It holds information about identifiable people. It left on Wednesday 4 March 2026, and no authorisation is on record that \
             held on that day.",
            [0].as_slice()
        )
    );
    let later = run.clone().post(authorised("2026-03-06", json!({}))).wait_until("2026-03-07").run();
    assert_eq!((later.open(), reason(&later)), (none(), "HW-1 holds until Thursday 31 December 2026"));
    let back = run.post(back("2026-03-06")).wait_until("2026-03-07").run();
    assert_eq!((back.open(), reason(&back)), (none(), "it came back on Friday 6 March 2026"));
}

#[test]
fn what_is_permitted_and_back_in_time_is_not_told_of() {
    for day in ["2026-03-02", "2026-03-04"] {
        let run = scenario([
            authorised(day, json!({})),
            out("2026-03-04T08:00:00Z", json!({})),
            back("2026-03-31T20:00:00Z"),
        ]);
        assert_eq!(
            run.wait_until("2026-06-01").run().history(),
            none(),
            "signed on the same day counts as first"
        );
    }
}

#[test]
fn an_authorisation_permits_what_names_it_and_what_its_person_takes() {
    let permitted = |data: Value| {
        let run =
            scenario([authorised("2026-03-02", json!({})), out("2026-03-04", data)]).wait_until("2026-03-05");
        run.run().open().is_empty()
    };
    assert!(permitted(json!({ "person": null, "authorisation_ref": "HW-1" })));
    assert!(permitted(json!({ "authorisation_ref": null })));
    assert!(permitted(json!({ "authorisation_ref": "HW-0" })), "the person has another one that holds");
    assert!(!permitted(json!({ "person": "p-2" })));
}

#[test]
fn an_item_out_when_the_authorisation_comes_to_its_end_is_told_of() {
    let run = |end: Post| {
        let posts = [
            authorised("2026-03-02", json!({ "valid_until": "2026-03-20" })),
            out("2026-03-04", json!({})),
            end,
        ];
        scenario(posts).wait_until("2026-03-25").run()
    };
    let nothing = || post("offsite.returned", "ITEM-9", "2026-03-05", json!({}));
    let lapsed = run(nothing());
    assert_eq!(lapsed.history(), ["Sat 2026-03-21 00:00 + A-HMW-2 authorisation-lapsed ITEM-1"]);
    let words = &lapsed.alert("A-HMW-2", "authorisation-lapsed").arithmetic;
    assert_eq!(
        words,
        "It left on Wednesday 4 March 2026 and is out still; the authorisation HW-1 held until Friday 20 March 2026."
    );
    let revoked =
        run(post("homework.revoked", "HW-1", "2026-03-10T11:00:00Z", json!({ "end_reason": "moved" })));
    assert_eq!(revoked.history(), ["Tue 2026-03-10 11:00 + A-HMW-2 authorisation-lapsed ITEM-1"]);
    let expired = run(post("homework.expired", "HW-1", "2026-03-12", json!({ "valid_until": "2026-03-11" })));
    assert_eq!(expired.history(), ["Thu 2026-03-12 09:00 + A-HMW-2 authorisation-lapsed ITEM-1"]);
    let review = run(post("homework.reviewed", "HW-1", "2026-03-12", json!({ "decision": "revoke" })));
    assert_eq!(review.open(), ["A-HMW-2 authorisation-lapsed ITEM-1"]);
    let renewed = run(authorised("2026-03-19", json!({ "valid_until": "2026-06-30" })));
    assert_eq!(renewed.history(), none());
}

#[test]
fn an_item_that_leaves_when_the_authorisation_is_over_is_told_of() {
    let run = scenario([
        authorised("2025-03-02", json!({ "valid_until": "2026-02-28" })),
        out("2026-03-04", json!({})),
    ]);
    let run = run.wait_until("2026-03-05").run();
    assert_eq!(of(&run, "A-HMW-2"), ["Wed 2026-03-04 09:00 + A-HMW-2 left-after-expiry ITEM-1"]);
    assert!(
        run.alert("A-HMW-2", "left-after-expiry")
            .arithmetic
            .ends_with("the authorisation HW-1 held until Saturday 28 February 2026.")
    );
}

#[test]
fn what_is_about_nobody_needs_an_agreement_on_record() {
    let about_nobody = || out("2026-03-04", json!({ "identifiable": false }));
    let run = scenario([about_nobody()]).wait_until("2026-03-05").run();
    assert_eq!(run.open(), ["A-HMW-1 no-agreement ITEM-1"]);
    let by_manager =
        json!({ "electronic_files": false, "signatory": "line_manager", "valid_until": "2026-03-20" });
    let run = scenario([authorised("2026-03-02", by_manager), about_nobody()]).wait_until("2026-03-25").run();
    assert_eq!(run.history(), ["Sat 2026-03-21 00:00 + A-HMW-1 agreement-lapsed ITEM-1"]);
}

#[test]
fn an_item_is_overdue_when_its_day_is_over() {
    let run = scenario([
        authorised("2026-03-02", json!({})),
        out("2026-03-04", json!({ "due_back": "2026-03-31" })),
    ]);
    // Summer time has begun: midnight in London is 23:00.
    assert_eq!(run.clone().wait_until("2026-03-31T22:59:00Z").run().open(), none());
    let late = run.clone().wait_until("2026-04-02");
    assert_eq!(late.clone().run().history(), ["Wed 2026-04-01 00:00 + A-HMW-6 overdue ITEM-1"]);
    let words = late.clone().run().alert("A-HMW-6", "overdue").arithmetic.clone();
    assert_eq!(
        words,
        "It left on Wednesday 4 March 2026 and was to be back by Tuesday 31 March 2026, the day that was set."
    );
    assert_eq!(late.clone().post(back("2026-04-03")).wait_until("2026-04-05").run().open(), none());
    let part = post("offsite.returned", "ITEM-1", "2026-03-30", json!({ "complete": false }));
    let part = run.post(part).wait_until("2026-04-02").run();
    assert_eq!(part.open(), ["A-HMW-6 overdue ITEM-1"]);
    assert!(part.alert("A-HMW-6", "overdue").arithmetic.ends_with("A part of it came back."));
    let lost = late
        .post(post("offsite.lost", "ITEM-1", "2026-04-03", json!({ "medium": "laptop" })))
        .wait_until("2026-04-05")
        .run();
    assert_eq!((lost.open(), reason(&lost)), (none(), "it was recorded to be lost on Friday 3 April 2026"));
}

/// Domain rule 8: what was done in time and recorded late was done in time.
#[test]
fn a_return_that_is_recorded_late_was_in_time() {
    let run = scenario([authorised("2026-03-02", json!({})), out("2026-03-04", json!({}))])
        .post(back("2026-03-31T23:30:00+01:00").recorded("2026-04-02"))
        .wait_until("2026-04-05")
        .run();
    assert_eq!(run.open(), none());
    let section = &run.sections("2026-03-01", "2026-03-31", "2026-04-05")[0];
    assert_eq!(report::table(section, "items_by_medium")[1].cells[2], Cell::from(1));
}

#[test]
fn a_thing_may_come_back_and_leave_again_on_one_day() {
    let authorised = authorised("2026-03-02", json!({}));
    let twice = [
        authorised.clone(),
        out("2026-03-04", json!({})),
        back("2026-03-10T09:00:00Z"),
        out("2026-03-10T17:00:00Z", json!({})),
    ];
    let run = scenario(twice).run();
    assert_eq!(
        cell(&registers::ITEMS_OUT, &run.register("items-out", "2026-03-12")[0], "out_since"),
        &on("2026-03-10")
    );
    // Only the day of the return is known, and it had not been out before.
    let dated = post("offsite.returned", "ITEM-1", "2026-03-20", json!({ "date": "2026-03-10" }));
    let run =
        scenario([authorised, out("2026-03-10T17:00:00Z", json!({})), dated]).wait_until("2026-05-01").run();
    assert_eq!((run.history(), run.register("items-out", "2026-04-12")), (none(), Vec::new()));
}

#[test]
fn what_is_carried_is_packed_securely() {
    let packed = |data: Value| {
        let run = scenario([authorised("2026-03-02", json!({})), out("2026-03-04", data)])
            .wait_until("2026-03-05")
            .run();
        run.open()
    };
    let insecure = ["A-HMW-2 not-packed-securely ITEM-1"];
    assert_eq!(packed(json!({ "medium": "paper", "encrypted": null, "packaging": "plain_bag" })), insecure);
    assert_eq!(packed(json!({ "packaging": "none", "method": "courier" })), insecure);
    assert_eq!(packed(json!({ "packaging": "plain_bag" })), none(), "it is encrypted");
    assert_eq!(packed(json!({ "packaging": "none", "method": "remote_access" })), none());
    assert_eq!(packed(json!({ "packaging": "none", "identifiable": false })), none());
    assert_eq!(packed(json!({ "packaging": "locked_case" })), none());
}

#[test]
fn a_backdated_history_that_is_settled_says_nothing() {
    let history = [
        out("2024-03-04", json!({ "due_back": "2024-03-31", "encrypted": false, "packaging": "none" })),
        back("2024-06-01"),
    ];
    let late = history.into_iter().map(|post| post.recorded("2026-03-02"));
    let run = Scenario::<Offsite>::new().import(late).wait_until("2026-03-20").run();
    assert_eq!(run.history(), none());
}

#[test]
fn what_was_voided_counts_no_more_and_the_register_shows_it() {
    let run =
        scenario([authorised("2026-03-02", json!({})), out("2026-03-04", json!({})), back("2026-03-10")]);
    let run = run.post(void(2, "ITEM-1", "2026-03-12")).wait_until("2026-04-02");
    let out = run.clone().run();
    assert_eq!(out.open(), ["A-HMW-6 overdue ITEM-1"]);
    let row = &out.register("items-out", "2026-03-30")[0];
    let of = |column: &str| cell(&registers::ITEMS_OUT, row, column).clone();
    assert_eq!(of("corrected"), Cell::from("entry 2 voided by entry 3"));
    assert_eq!(
        (of("due"), of("days_left"), of("rag"), of("status")),
        (on("2026-03-31"), Cell::from(1), Cell::from("amber"), Cell::from("out"))
    );
    assert_eq!(
        (of("owner"), of("unit"), of("authorisation")),
        (Cell::from("role/service-director-care"), Cell::from("care"), Cell::from("HW-1"))
    );
    // It never left.
    let cleared = run.post(void(1, "ITEM-1", "2026-04-03")).wait_until("2026-04-04").run();
    assert_eq!(cleared.open(), none());
}

#[test]
fn the_register_of_items_is_in_the_order_of_their_days() {
    let item = |number: &str, due: &str, data: Value| {
        let usual = json!({ "person": "p-1", "medium": "usb", "identifiable": true, "encrypted": true, "due_back": due });
        post("offsite.checked_out", number, "2026-03-04", with(usual, data))
    };
    let run = scenario([
        authorised("2026-03-02", json!({})),
        item("ITEM-3", "2026-04-10", json!({})),
        item("ITEM-2", "2026-04-10", json!({ "encrypted": false })),
        item("ITEM-4", "2026-04-01", json!({})),
        item("ITEM-5", "2026-04-30", json!({ "person": "p-2" })),
        item("ITEM-6", "2026-04-20", json!({})),
        post("offsite.lost", "ITEM-6", "2026-03-05", json!({ "medium": "usb" })),
    ])
    .run();
    let rows = run.register("items-out", "2026-04-02");
    let listed: Vec<_> = rows
        .iter()
        .map(|row| (row.subject.as_deref().unwrap(), cell(&registers::ITEMS_OUT, row, "status").clone()))
        .collect();
    let row = |number, status: &str| (number, Cell::from(status));
    assert_eq!(
        listed,
        [
            row("ITEM-4", "overdue"),
            row("ITEM-2", "not encrypted"),
            row("ITEM-3", "out"),
            row("ITEM-6", "lost"),
            row("ITEM-5", "no authorisation"),
        ]
    );
}

#[test]
fn two_identifiers_of_one_person_are_one_person() {
    let linked =
        post("identity.linked", "IDL-1", "2026-03-06", json!({ "person": "p-1", "same_as": "dir-9" }));
    let run =
        scenario([authorised("2026-03-02", json!({})), out("2026-03-04", json!({ "person": "dir-9" }))])
            .wait_until("2026-03-05");
    assert_eq!(run.clone().run().open().len(), 1);
    assert_eq!(run.post(linked).wait_until("2026-03-07").run().open(), none());
}

#[test]
fn merged_authorisations_and_other_numbers_of_them_permit() {
    let named = out("2026-03-04", json!({ "person": null, "authorisation_ref": "OLD-7" }));
    let run = scenario([authorised("2026-03-02", json!({})), named]).wait_until("2026-03-05");
    assert_eq!(run.clone().run().open().len(), 1);
    let alias = post("case.alias_recorded", "HW-1", "2026-03-06", json!({ "alias": "OLD-7" }));
    assert_eq!(run.post(alias).wait_until("2026-03-07").run().open(), none());
}
