//! Who signed, and whether it was looked at again.

use super::*;

fn delegated(number: &str, data: Value) -> Post {
    let usual = json!({
        "delegated_by": "role/service-director-care", "delegated_to": "role/deputy-care", "power": "homework_authorisation",
        "from": "2026-01-01", "until": "2026-06-30",
    });
    post("delegation.recorded", number, "2026-01-05", with(usual, data))
}

fn by_deputy(data: Value) -> Post {
    let deputy = json!({ "signatory": "authorised_deputy", "authorised_by": "role/deputy-care" });
    authorised("2026-03-02", with(deputy, data))
}

fn signed(posts: impl IntoIterator<Item = Post>) -> Vec<String> {
    scenario(posts).wait_until("2026-03-05").run().open()
}

#[test]
fn a_line_manager_may_not_permit_electronic_files_about_people() {
    for signatory in ["line_manager", "other"] {
        let run = scenario([authorised("2026-03-02", json!({ "signatory": signatory }))])
            .wait_until("2026-03-05")
            .run();
        assert_eq!(run.history(), ["Mon 2026-03-02 09:00 + A-HMW-3 wrong-signatory HW-1"]);
    }
    let may = |data: Value| {
        signed([authorised("2026-03-02", with(json!({ "signatory": "line_manager" }), data))]).is_empty()
    };
    assert!(may(json!({ "electronic_files": false })));
    assert!(may(json!({ "identifiable": false })));
    assert!(
        !may(json!({ "identifiable": null })),
        "electronic files need the director, unless they are about nobody"
    );
}

#[test]
fn a_wrong_signature_stands_until_the_right_one_or_the_end() {
    let wrong = scenario([authorised(
        "2026-03-02",
        json!({ "signatory": "line_manager", "valid_until": "2026-03-31" }),
    )]);
    let run = wrong.clone().wait_until("2026-04-05").run();
    assert_eq!(of(&run, "- A-HMW-3"), ["Wed 2026-04-01 00:00 - A-HMW-3 wrong-signatory HW-1"]);
    let right = wrong
        .wait_until("2026-03-05")
        .post(authorised("2026-03-06", json!({})))
        .wait_until("2026-03-07")
        .run();
    assert_eq!(
        (right.open(), reason(&right)),
        (none(), "signed on Friday 6 March 2026, to hold until Thursday 31 December 2026")
    );
}

#[test]
fn a_deputy_needs_a_recorded_delegation() {
    let wrong = ["A-HMW-3 no-delegation HW-1"];
    assert_eq!(signed([by_deputy(json!({}))]), wrong);
    assert_eq!(signed([by_deputy(json!({})), delegated("DEL-1", json!({}))]), none());
    assert_eq!(
        signed([by_deputy(json!({ "delegation_ref": "DEL-1" })), delegated("DEL-1", json!({}))]),
        none()
    );
    assert_eq!(
        signed([
            by_deputy(json!({ "delegation_ref": "DEL-1", "authorised_by": null })),
            delegated("DEL-1", json!({}))
        ]),
        none()
    );
    // Another number, another power, another role, another time.
    assert_eq!(
        signed([by_deputy(json!({ "delegation_ref": "DEL-2" })), delegated("DEL-1", json!({}))]),
        wrong
    );
    assert_eq!(
        signed([by_deputy(json!({})), delegated("DEL-1", json!({ "power": "access_approval" }))]),
        wrong
    );
    assert_eq!(
        signed([by_deputy(json!({})), delegated("DEL-1", json!({ "delegated_to": "role/other" }))]),
        wrong
    );
    assert_eq!(signed([by_deputy(json!({})), delegated("DEL-1", json!({ "until": "2026-03-01" }))]), wrong);
    assert_eq!(signed([by_deputy(json!({})), delegated("DEL-1", json!({ "from": "2026-03-03" }))]), wrong);
    let run = scenario([by_deputy(json!({ "delegation_ref": "DEL-2" }))]).wait_until("2026-03-05").run();
    let words = &run.alert("A-HMW-3", "no-delegation").arithmetic;
    assert!(words.ends_with("and DEL-2 is no delegation of that power which held on that day."), "{words}");
}

#[test]
fn a_delegation_that_is_recorded_later_or_voided_makes_a_difference() {
    let later = post(
        "delegation.recorded",
        "DEL-1",
        "2026-03-06",
        json!({ "delegated_by": "role/d", "delegated_to": "role/deputy-care", "power": "homework_authorisation", "from": "2026-01-01" }),
    );
    let run =
        scenario([by_deputy(json!({}))]).wait_until("2026-03-05").post(later).wait_until("2026-03-07").run();
    assert_eq!(run.open(), none());
    let voided = scenario([by_deputy(json!({})), delegated("DEL-1", json!({}))]).wait_until("2026-03-05");
    let voided = voided.post(void(1, "DEL-1", "2026-03-06")).wait_until("2026-03-07").run();
    assert_eq!(voided.open(), ["A-HMW-3 no-delegation HW-1"]);
}

#[test]
fn a_director_has_to_hold_the_role() {
    let role = |kind: &str, at: &str, data: Value| post(kind, "role/service-director-care", at, data);
    let director = json!({ "role_kind": "service_director" });
    let sign = || authorised("2026-03-02", json!({}));
    assert_eq!(signed([sign()]), none(), "nothing is recorded of the role");
    assert_eq!(signed([sign(), role("role.assigned", "2026-01-05", director.clone())]), none());
    let vacated = role("role.vacated", "2026-02-01", director.clone());
    let run = scenario([role("role.assigned", "2026-01-05", director.clone()), vacated.clone(), sign()])
        .wait_until("2026-03-05")
        .run();
    assert_eq!(run.open(), ["A-HMW-3 role-not-held HW-1"]);
    assert_eq!(run.alert("A-HMW-3", "role-not-held").evidence, [2, 1]);
    assert_eq!(signed([vacated, role("role.assigned", "2026-03-01", director), sign()]), none());
    assert_eq!(
        signed([role("role.assigned", "2026-01-05", json!({ "role_kind": "system_owner" })), sign()]).len(),
        1
    );
    let until = json!({ "role_kind": "service_director", "until": "2026-03-01" });
    assert_eq!(signed([role("role.assigned", "2026-01-05", until), sign()]).len(), 1);
}

#[test]
fn an_authorisation_is_reviewed_every_so_many_months() {
    let long = scenario([authorised(
        "2026-03-02",
        json!({ "valid_until": "2029-12-31", "review_due": "2028-01-01" }),
    )]);
    let run = long.clone().wait_until("2027-04-01");
    assert_eq!(run.clone().run().history(), ["Wed 2027-03-03 00:00 + A-HMW-1 review-overdue HW-1"]);
    let words = run.clone().run().alert("A-HMW-1", "review-overdue").arithmetic.clone();
    assert!(
        words.starts_with(
            "Signed or last reviewed on Monday 2 March 2026; it was to be reviewed by Tuesday 2 March 2027"
        ),
        "{words}"
    );
    let reviewed =
        run.post(post("homework.reviewed", "HW-1", "2027-04-05", json!({ "decision": "continue" })));
    let reviewed = reviewed.wait_until("2028-05-01").run();
    assert_eq!(
        reviewed.history()[1..],
        [
            "Mon 2027-04-05 09:00 - A-HMW-1 review-overdue HW-1",
            "Thu 2028-04-06 00:00 + A-HMW-1 review-overdue HW-1"
        ]
    );
    let sooner = scenario([authorised("2026-03-02", json!({ "review_due": "2026-05-31" }))])
        .wait_until("2026-06-02")
        .run();
    assert_eq!(sooner.history(), ["Mon 2026-06-01 00:00 + A-HMW-1 review-overdue HW-1"]);
    let six = long.setting("homework_review_months", json!(6)).wait_until("2026-09-10").run();
    assert_eq!(six.history(), ["Thu 2026-09-03 00:00 + A-HMW-1 review-overdue HW-1"]);
    let over = scenario([authorised("2026-03-02", json!({ "valid_until": "2027-03-02" }))])
        .wait_until("2027-04-01")
        .run();
    assert_eq!(over.history(), none(), "what is over is reviewed no more");
}

#[test]
fn the_register_is_in_the_order_of_review_and_expiry() {
    let other = |number: &str, data: Value| {
        let usual = json!({ "person": number, "electronic_files": false, "signatory": "line_manager" });
        post("homework.authorised", number, "2026-03-02", with(usual, data))
    };
    let run = scenario([
        authorised("2026-03-02", json!({ "signatory": "line_manager" })),
        other("HW-2", json!({ "valid_until": "2028-01-01", "review_due": "2026-04-10" })),
        other("HW-3", json!({ "valid_until": "2026-03-20" })),
        other("HW-4", json!({ "valid_until": "2026-03-21" })),
        post("homework.requested", "HW-5", "2026-03-03", json!({ "person": "p-5" })),
        post("homework.requested", "HW-6", "2026-03-03", json!({ "person": "p-6" })),
        post("homework.refused", "HW-6", "2026-03-04", json!({ "refusal_reason": "no_need" })),
        post(
            "offsite.checked_out",
            "ITEM-4",
            "2026-03-04",
            json!({ "person": "HW-4", "medium": "paper", "identifiable": false, "due_back": "2026-06-01" }),
        ),
    ])
    .run();
    let rows = run.register("authorisations", "2026-04-02");
    let listed: Vec<_> = rows
        .iter()
        .map(|row| {
            let of = |column: &str| cell(&registers::authorisations::AUTHORISATIONS, row, column).clone();
            (row.subject.as_deref().unwrap(), of("due"), of("rag"), of("status"))
        })
        .collect();
    assert_eq!(
        listed,
        [
            ("HW-4", on("2026-03-21"), Cell::from("red"), Cell::from("over, items out")),
            ("HW-2", on("2026-04-10"), Cell::from("amber"), Cell::from("in force")),
            ("HW-1", on("2026-12-31"), Cell::from("red"), Cell::from("wrong signatory")),
            ("HW-5", Cell::None, Cell::from("amber"), Cell::from("awaiting a decision")),
        ]
    );
}

#[test]
fn what_is_signed_anew_stands_in_the_place_of_what_was_signed_before() {
    let run = scenario([
        authorised("2026-03-02", json!({ "valid_until": "2026-06-30" })),
        authorised("2026-06-01", json!({ "valid_from": "2026-06-15", "valid_until": "2026-12-31" })),
        out("2026-06-02", json!({ "due_back": "2026-07-31" })),
    ]);
    let run = run.wait_until("2026-07-02").run();
    assert_eq!(run.history(), none());
    let section = &run.sections("2026-04-01", "2026-06-30", "2026-07-01")[0];
    assert_eq!(
        report::table(section, "authorisations_by_signatory")[0].cells[1..],
        [1, 1, 1].map(Cell::from)
    );
    // A replaced grant permits nothing behind the first day of the new one.
    let shorter = scenario([
        authorised("2026-03-02", json!({ "valid_until": "2026-12-31" })),
        authorised("2026-06-01", json!({ "valid_until": "2026-06-10" })),
        out("2026-06-02", json!({ "due_back": "2026-07-31" })),
    ]);
    let shorter = shorter.wait_until("2026-06-12").run();
    assert_eq!(shorter.history(), ["Thu 2026-06-11 00:00 + A-HMW-2 authorisation-lapsed ITEM-1"]);
}
