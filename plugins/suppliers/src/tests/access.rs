//! Contractors with access and no undertaking.

use super::*;

#[test]
fn access_before_anything_was_signed_is_told_of() {
    let run = scenario([engaged("2026-03-02"), granted("2026-03-04T10:00:00Z")]).wait_until("2026-03-05");
    assert_eq!(
        run.clone().run().history(),
        ["Wed 2026-03-04 10:00 + A-THP-1 access-without-undertaking CTR-1"]
    );
    let alert = run.clone().run().alert("A-THP-1", "access-without-undertaking").clone();
    assert!(alert.arithmetic.starts_with("There is access to housing-cases since Wed 2026-03-04 10:00"));
    assert_eq!(alert.evidence, [0, 1]);
    let row = &run.clone().run().register("without-undertaking", "2026-03-05")[0];
    let of = |column: &str| cell(&registers::WITHOUT_UNDERTAKING, row, column).clone();
    assert_eq!((of("status"), of("systems")), (Cell::from("has access"), Cell::from("housing-cases")));
    for cure in [signed("2026-03-05", None), revoked("2026-03-05")] {
        assert_eq!(run.clone().post(cure).wait_until("2026-03-08").run().open(), none());
    }
}

#[test]
fn access_with_an_undertaking_is_in_order() {
    let run = scenario([engaged("2026-03-02"), signed("2026-03-03", None), granted("2026-03-04")]);
    assert_eq!(run.wait_until("2026-06-01").run().history(), none());
}

#[test]
fn a_contractors_account_without_an_engagement_is_told_of_by_itself() {
    let alone = scenario([granted("2026-03-04")]).wait_until("2026-03-05");
    assert_eq!(alone.clone().run().open(), ["A-THP-1 access-without-undertaking access/p-1"]);
    // Once there is an engagement it is told of with that.
    let engaged = alone.clone().post(engaged("2026-03-06")).wait_until("2026-03-07").run();
    assert_eq!(engaged.open(), ["A-THP-1 access-without-undertaking CTR-1"]);
    let signed = alone.post(signed("2026-03-06", None)).wait_until("2026-03-07").run();
    assert_eq!(signed.open(), none());
}

#[test]
fn access_of_staff_is_not_looked_at() {
    let of = |class: Option<&str>| {
        let data =
            json!({ "person": "p-1", "system": "payroll", "entitlement": "read", "user_class": class });
        post("access.granted", "access/p-1", "2026-03-04", data)
    };
    assert_eq!(scenario([of(Some("staff"))]).wait_until("2026-04-01").run().history(), none());
    assert_eq!(scenario([of(None)]).wait_until("2026-04-01").run().history(), none());
    // What is said of nobody's class is a contractor's where there is an engagement, from then on.
    let run = scenario([of(None), engaged("2026-03-06")]).wait_until("2026-04-01").run();
    assert_eq!(run.history(), ["Fri 2026-03-06 09:00 + A-THP-1 access-without-undertaking CTR-1"]);
    let run = scenario([of(Some("staff")), engaged("2026-03-06")]).wait_until("2026-04-01").run();
    assert_eq!(run.history(), none());
}

#[test]
fn a_correction_can_say_that_the_access_is_a_contractors() {
    let data = json!({ "person": "p-1", "system": "payroll", "entitlement": "read", "user_class": "staff" });
    let replaced =
        json!({ "person": "p-1", "system": "payroll", "entitlement": "read", "user_class": "contractor" });
    let correction = json!({ "target": 0, "action": "replace", "reason": "wrong_data", "data": replaced });
    let run = scenario([post("access.granted", "access/p-1", "2026-03-04", data)])
        .post(post("ledger.correction_recorded", "access/p-1", "2026-03-06", correction))
        .wait_until("2026-03-07")
        .run();
    assert_eq!(run.open(), ["A-THP-1 access-without-undertaking access/p-1"]);
    let row = &run.register("without-undertaking", "2026-03-07")[0];
    let corrected = cell(&registers::WITHOUT_UNDERTAKING, row, "corrected");
    assert_eq!(*corrected, Cell::from("entry 0 replaced by entry 1"));
}

#[test]
fn limited_access_ends_with_its_last_day() {
    let data = json!({
        "person": "p-1", "system": "payroll", "entitlement": "read", "user_class": "contractor", "valid_until": "2026-03-31",
    });
    let run =
        scenario([post("access.granted", "access/p-1", "2026-03-04", data)]).wait_until("2026-05-01").run();
    assert_eq!(
        run.history(),
        [
            "Wed 2026-03-04 09:00 + A-THP-1 access-without-undertaking access/p-1",
            "Wed 2026-04-01 00:00 - A-THP-1 access-without-undertaking access/p-1",
        ]
    );
}

#[test]
fn access_that_rests_is_not_live_and_that_which_is_changed_is() {
    let suspended =
        post("access.suspended", "access/p-1", "2026-03-05", json!({ "system": "housing-cases" }));
    let run = scenario([granted("2026-03-04"), suspended]).wait_until("2026-03-06");
    assert_eq!(run.clone().run().open(), none());
    let again = run.post(granted("2026-03-09")).wait_until("2026-03-10").run();
    assert_eq!(again.open(), ["A-THP-1 access-without-undertaking access/p-1"]);
    let changed = |to: &str| {
        let data = json!({ "system": "housing-cases", "entitlement": to, "entitlement_before": "read" });
        let change = post("access.changed", "access/p-1", "2026-03-05", data);
        scenario([granted("2026-03-04"), change]).wait_until("2026-03-06").run().open()
    };
    assert_eq!(changed("write").len(), 1);
    assert_eq!(changed("none"), none());
    let part = json!({ "system": "housing-cases", "entitlement": "write" });
    let part = scenario([granted("2026-03-04"), post("access.revoked", "access/p-1", "2026-03-05", part)]);
    assert_eq!(part.wait_until("2026-03-06").run().open().len(), 1, "another entitlement was taken away");
}

/// Domain rule 12: the access that a remaining role justifies is that role's.
#[test]
fn access_counts_as_that_of_the_engagement_that_goes_on() {
    let second = json!({ "person": "p-1", "starts": "2026-06-01", "data_access": "personal_data" });
    let run = scenario([
        engaged("2026-03-02"),
        started("2026-03-09"),
        ended("2026-05-29"),
        post("contractor.engaged", "CTR-2", "2026-05-30", second),
        post(
            "nda.signed",
            "NDA-2",
            "2026-05-30",
            json!({ "scope": "person", "contractor_ref": "CTR-2", "signed_on": "2026-05-30" }),
        ),
        granted("2026-06-01"),
    ]);
    assert_eq!(run.wait_until("2026-06-02").run().open(), none());
    // After the last engagement is over, live access is the last one's still.
    let left =
        scenario([engaged("2026-03-02"), granted("2026-03-04"), started("2026-03-09"), ended("2026-05-29")]);
    assert_eq!(left.wait_until("2026-06-02").run().open(), ["A-THP-1 access-without-undertaking CTR-1"]);
}

#[test]
fn two_identifiers_of_one_person_are_one_contractor() {
    let link = |kind: &str, at: &str| post(kind, "IDL-1", at, json!({ "person": "p-1", "same_as": "dir-9" }));
    let data = json!({ "person": "dir-9", "scope": "person", "signed_on": "2026-03-02" });
    let unlinked = scenario([
        engaged("2026-03-02"),
        post("nda.signed", "NDA-1", "2026-03-02", data),
        granted("2026-03-04"),
    ])
    .wait_until("2026-03-05");
    assert_eq!(unlinked.clone().run().open().len(), 1);
    let linked = unlinked.post(link("identity.linked", "2026-03-06")).wait_until("2026-03-07");
    assert_eq!(linked.clone().run().open(), none());
    let parted = linked.clone().post(link("identity.unlinked", "2026-03-08")).wait_until("2026-03-09").run();
    assert_eq!(parted.open(), ["A-THP-1 access-without-undertaking CTR-1"]);
    let voided = linked.post(void(5, "IDL-1", "2026-03-08")).wait_until("2026-03-09").run();
    assert_eq!(voided.open().len(), 1, "the link was a mistake: {:?}", voided.history());
}

#[test]
fn merged_engagements_are_one() {
    let run = scenario([engaged("2026-03-02"), granted("2026-03-04")]).wait_until("2026-03-05");
    let data = json!({ "scope": "person", "contractor_ref": "CTR-9", "signed_on": "2026-03-02" });
    let run = run.post(post("nda.signed", "NDA-9", "2026-03-05", data)).wait_until("2026-03-06");
    assert_eq!(run.clone().run().open().len(), 1);
    let merged = post("case.merged", "CTR-9", "2026-03-07", json!({ "into": "CTR-1" }));
    assert_eq!(run.clone().post(merged).wait_until("2026-03-08").run().open(), none());
    let alias = post("case.alias_recorded", "CTR-1", "2026-03-07", json!({ "alias": "CTR-9" }));
    assert_eq!(run.post(alias).wait_until("2026-03-08").run().open(), none());
}
