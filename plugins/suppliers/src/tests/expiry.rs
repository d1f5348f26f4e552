//! Undertakings that expire while the work or the access goes on.

use super::*;

fn at_work(expires: &str) -> Scenario<Suppliers> {
    scenario([engaged("2026-03-02"), signed("2026-03-02", Some(expires)), started("2026-03-09")])
}

#[test]
fn an_undertaking_is_said_to_expire_and_then_to_have_expired() {
    let run = at_work("2026-05-31").wait_until("2026-06-10").run();
    assert_eq!(
        run.history(),
        [
            "Fri 2026-05-01 00:00 + A-THP-2 30-days-left CTR-1",
            "Mon 2026-06-01 00:00 - A-THP-2 30-days-left CTR-1",
            "Mon 2026-06-01 00:00 + A-THP-2 work-goes-on CTR-1",
        ]
    );
    let warning = run.alert("A-THP-2", "30-days-left");
    assert_eq!(warning.severity, Some(Severity::Warning));
    assert!(
        warning.arithmetic.starts_with("NDA-1 holds until Sunday 31 May 2026."),
        "{}",
        warning.arithmetic
    );
    let alert = run.alert("A-THP-2", "work-goes-on");
    assert_eq!((alert.severity, alert.evidence.as_slice()), (None, [0, 2, 1].as_slice()));
    assert!(alert.arithmetic.starts_with("NDA-1 held until Sunday 31 May 2026"), "{}", alert.arithmetic);
}

#[test]
fn expiry_with_live_access_is_said_instead() {
    let run = at_work("2026-05-31").post(granted("2026-03-10")).wait_until("2026-06-10");
    assert_eq!(run.clone().run().open(), ["A-THP-2 access-live CTR-1"]);
    let words = run.clone().run().alert("A-THP-2", "access-live").arithmetic.clone();
    assert!(words.ends_with("There is access to housing-cases still."), "{words}");
    // Without access the work goes on all the same.
    let run = run.post(revoked("2026-06-10")).wait_until("2026-06-11").run();
    assert_eq!(run.open(), ["A-THP-2 work-goes-on CTR-1"]);
    let granted_later = at_work("2026-05-31").post(granted("2026-06-03")).wait_until("2026-06-10").run();
    assert_eq!(
        granted_later.history()[2..],
        [
            "Mon 2026-06-01 00:00 + A-THP-2 work-goes-on CTR-1",
            "Wed 2026-06-03 09:00 - A-THP-2 work-goes-on CTR-1",
            "Wed 2026-06-03 09:00 + A-THP-2 access-live CTR-1",
        ]
    );
}

#[test]
fn access_that_outlives_engagement_and_undertaking_is_told_of() {
    let run =
        at_work("2026-05-31").post(granted("2026-03-10")).post(ended("2026-05-15")).wait_until("2026-06-10");
    assert_eq!(run.clone().run().open(), ["A-THP-2 access-live CTR-1"]);
    let revoked = run.post(revoked("2026-06-10")).wait_until("2026-06-11").run();
    assert_eq!(revoked.open(), none());
    let Some((_, muniment_sdk::Act::Clear(cleared))) = revoked.acts().last() else { panic!() };
    assert_eq!(cleared.reason, "there is no access any more that counts as this contractor's");
}

#[test]
fn a_new_signature_ends_it() {
    let renewed =
        json!({ "person": "p-1", "scope": "person", "signed_on": "2026-05-11", "expires": "2027-05-10" });
    for number in ["NDA-1", "NDA-2"] {
        let renewal = post("nda.signed", number, "2026-05-11", renewed.clone());
        let run = at_work("2026-05-31").wait_until("2026-05-10").post(renewal).wait_until("2026-07-01").run();
        assert_eq!(
            run.history(),
            [
                "Fri 2026-05-01 00:00 + A-THP-2 30-days-left CTR-1",
                "Mon 2026-05-11 09:00 - A-THP-2 30-days-left CTR-1",
            ]
        );
    }
    let late = post(
        "nda.signed",
        "NDA-2",
        "2026-06-11",
        json!({ "person": "p-1", "scope": "person", "signed_on": "2026-06-11" }),
    );
    let run = at_work("2026-05-31").post(late).wait_until("2026-07-01").run();
    assert_eq!(run.open(), none());
    let section = &run.sections("2026-04-01", "2027-03-31", "2026-07-01")[0];
    let text = section.blocks.iter().find_map(|block| match block {
        Block::Finding(finding) => Some((finding.text.as_str(), finding.evidence.as_slice())),
        _ => None,
    });
    assert!(
        matches!(text, Some((text, [1])) if text.starts_with("1 times in the period an undertaking expired"))
    );
}

#[test]
fn nothing_is_said_where_the_work_ends_first() {
    let ends = json!({ "person": "p-1", "starts": "2026-03-09", "ends": "2026-05-29", "data_access": "personal_data" });
    let run = scenario([
        post("contractor.engaged", "CTR-1", "2026-03-02", ends),
        signed("2026-03-02", Some("2026-05-31")),
        started("2026-03-09"),
    ]);
    assert_eq!(run.clone().wait_until("2026-05-31").run().history(), none(), "the work is to end before");
    // It does not end.
    assert_eq!(run.clone().wait_until("2026-06-02").run().open(), ["A-THP-2 work-goes-on CTR-1"]);
    assert_eq!(run.post(ended("2026-05-29")).wait_until("2026-06-02").run().history(), none());
}

#[test]
fn an_expiry_that_was_recorded_ends_an_undertaking() {
    let expired = |data: Value| {
        scenario([engaged("2026-03-02"), signed("2026-03-02", None), started("2026-03-09")])
            .post(post("nda.expired", "NDA-1", "2026-06-01", data))
            .wait_until("2026-06-02")
            .run()
            .history()
    };
    assert_eq!(expired(json!({})), ["Mon 2026-06-01 09:00 + A-THP-2 work-goes-on CTR-1"]);
    assert_eq!(
        expired(json!({ "expires": "2026-06-01" })),
        [
            "Mon 2026-06-01 09:00 + A-THP-2 30-days-left CTR-1",
            "Tue 2026-06-02 00:00 - A-THP-2 30-days-left CTR-1",
            "Tue 2026-06-02 00:00 + A-THP-2 work-goes-on CTR-1"
        ]
    );
}

#[test]
fn an_organisation_sets_when_it_is_warned() {
    let run =
        at_work("2026-05-31").setting("nda_expiry_warning_days", json!(10)).wait_until("2026-05-30").run();
    assert_eq!(run.history(), ["Thu 2026-05-21 00:00 + A-THP-2 10-days-left CTR-1"]);
}

#[test]
fn the_register_of_undertakings_is_in_the_order_of_expiry() {
    let run = at_work("2026-05-31")
        .post(post(
            "nda.signed",
            "NDA-0",
            "2026-03-03",
            json!({ "scope": "firm", "supplier": "Others Ltd", "signed_on": "2026-03-03" }),
        ))
        .post(post(
            "nda.signed",
            "NDA-3",
            "2026-03-03",
            json!({ "scope": "person", "person": "p-3", "signed_on": "2026-03-03", "expires": "2026-04-30" }),
        ))
        .wait_until("2026-05-15")
        .run();
    let of = |day: &str| -> Vec<(String, Cell, Cell, Cell)> {
        let rows = run.register("undertakings", day).into_iter();
        rows.map(|row| {
            let cell = |column| cell(&registers::UNDERTAKINGS, &row, column).clone();
            let (left, status, engagements) = (cell("days_left"), cell("status"), cell("engagements"));
            (row.subject.unwrap(), left, status, engagements)
        })
        .collect()
    };
    let row = |number: &str, left: Option<i64>, status: &str, engagements: i64| {
        (number.to_owned(), Cell::from(left), Cell::from(status), Cell::from(engagements))
    };
    assert_eq!(
        of("2026-04-29"),
        [
            row("NDA-3", Some(1), "expires soon", 0),
            row("NDA-1", Some(32), "in force", 1),
            row("NDA-0", None, "in force", 0),
        ]
    );
    // What covers nobody any more is left out.
    assert_eq!(
        of("2026-06-02"),
        [row("NDA-1", Some(-2), "expired, needed still", 1), row("NDA-0", None, "in force", 0)]
    );
}
