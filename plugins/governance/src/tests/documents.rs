use super::*;

fn approved(day: &str, version: &str) -> Post {
    post("policy.approved", "leicester", day, json!({ "version": version, "approved_by": "board/impb" }))
}

fn published(day: &str, data: Value) -> Post {
    post("policy.published", "leicester", day, data)
}

fn reviewed(day: &str, data: Value) -> Post {
    post("policy.review_completed", "leicester", day, data)
}

fn all_inputs() -> Value {
    json!(["best_practice", "lessons_learnt", "ict_input", "provider_consultation"])
}

#[test]
fn a_policy_is_reviewed_every_year_with_warnings_at_sixty_and_thirty_days() {
    let run = scenario()
        .post(approved("2026-01-05", "1"))
        .wait_until("2027-01-07")
        .post(reviewed("2027-01-08", json!({ "outcome": "no_change", "inputs": all_inputs() })))
        .wait_until("2027-10-01")
        .run();
    assert_eq!(
        told(&run, "A-POL-1"),
        [
            "Fri 2026-11-06 00:00 + A-POL-1 60-days-left leicester",
            "Sun 2026-12-06 00:00 - A-POL-1 60-days-left leicester",
            "Sun 2026-12-06 00:00 + A-POL-1 30-days-left leicester",
            "Wed 2027-01-06 00:00 - A-POL-1 30-days-left leicester",
            "Wed 2027-01-06 00:00 + A-POL-1 overdue leicester",
            "Fri 2027-01-08 09:00 - A-POL-1 overdue leicester",
        ]
    );
    assert_eq!(run.alert("A-POL-1", "60-days-left").severity, Some(Severity::Warning));
    let alert = run.alert("A-POL-1", "overdue");
    assert_eq!((alert.severity, alert.evidence.as_slice()), (None, &[0][..]));
    assert_eq!(
        alert.arithmetic,
        "Last published, approved or reviewed on Monday 5 January 2026; it is to be reviewed every 12 months (setting \
         policy_review_months): by Tuesday 5 January 2027."
    );
}

#[test]
fn a_day_that_was_named_counts_where_it_is_earlier() {
    let named = |day: &str| {
        let data = json!({ "version": "1", "document_title": "Passwords", "review_due": day });
        scenario()
            .post(post("standard.published", "passwords", "2026-01-05", data))
            .wait_until("2027-02-01")
            .run()
    };
    assert_eq!(
        told(&named("2026-06-30"), "+ A-POL-1 overdue"),
        ["Wed 2026-07-01 00:00 + A-POL-1 overdue passwords"]
    );
    let later = named("2028-06-30");
    assert_eq!(told(&later, "+ A-POL-1 overdue"), ["Wed 2027-01-06 00:00 + A-POL-1 overdue passwords"]);
    assert!(later.alert("A-POL-1", "overdue").arithmetic.ends_with("is no earlier and changes nothing."));
}

#[test]
fn what_applies_no_longer_is_not_reviewed() {
    let run = scenario()
        .post(published("2026-01-05", json!({ "version": "1" })))
        .wait_until("2027-02-01")
        .post(post("policy.superseded", "leicester", "2027-02-02", json!({ "version": "1" })))
        .wait_until("2028-01-01")
        .run();
    assert_eq!(told(&run, "A-POL-1").last().unwrap(), "Tue 2027-02-02 09:00 - A-POL-1 overdue leicester");
    assert_eq!(run.register("policies", "2027-03-01"), []);
    let drafted =
        scenario().post(post("policy.drafted", "leicester", "2026-01-05", json!({ "version": "1" })));
    assert_eq!(told(&drafted.wait_until("2028-01-01").run(), "A-POL"), Vec::<String>::new());
}

#[test]
fn a_version_is_approved_before_it_is_distributed() {
    let distributed = |version: &str, day: &str| {
        post("policy.distributed", "leicester", day, json!({ "version": version }))
    };
    let run = scenario()
        .post(approved("2026-01-05", "1"))
        .post(distributed("1", "2026-01-06"))
        .wait_until("2026-02-01")
        .post(distributed("2", "2026-02-02"))
        .wait_until("2026-02-03")
        .post(approved("2026-02-04", "2"))
        .run();
    assert_eq!(
        told(&run, "A-POL-2"),
        [
            "Mon 2026-02-02 09:00 + A-POL-2 not-approved leicester",
            "Wed 2026-02-04 09:00 - A-POL-2 not-approved leicester",
        ]
    );
    // The approval was recorded late.
    let late = [distributed("1", "2026-01-06"), approved("2026-01-05", "1")];
    let late = late.map(|post| post.recorded("2026-02-01"));
    let run = scenario().import(late).wait_until("2026-03-01").run();
    assert_eq!(told(&run, "A-POL-2"), Vec::<String>::new());
}

#[test]
fn a_review_takes_all_four_into_account() {
    let some =
        json!({ "outcome": "no_change", "inputs": ["best_practice", "law"], "lessons": ["LL-2026-004"] });
    let run = scenario()
        .post(reviewed("2026-01-05", some))
        .wait_until("2026-01-06")
        .post(reviewed("2026-01-07", json!({ "outcome": "no_change", "inputs": all_inputs() })))
        .run();
    assert_eq!(
        told(&run, "A-POL-5"),
        [
            "Tue 2026-01-06 09:00 + A-POL-5 inputs-missing leicester",
            "Wed 2026-01-07 09:00 - A-POL-5 inputs-missing leicester",
        ]
        .map(|line| line.replace("Tue 2026-01-06", "Mon 2026-01-05"))
    );
    assert!(
        run.alert("A-POL-5", "inputs-missing")
            .arithmetic
            .ends_with("took into account: the advice of ICT, the consultation of IT providers.")
    );
}

#[test]
fn why_a_review_is_complete_hangs_on_the_review_and_not_on_what_applies() {
    let first = || {
        scenario()
            .post(reviewed("2026-01-05", json!({ "outcome": "no_change", "inputs": [] })))
            .wait_until("2026-01-06")
    };
    let complete =
        first().post(reviewed("2026-01-07", json!({ "outcome": "no_change", "inputs": all_inputs() }))).run();
    assert_eq!(reasons(&complete, "A-POL-5"), ["the last review took all into account"]);
    let another =
        first().post(reviewed("2026-01-07", json!({ "outcome": "no_change", "inputs": ["law"] }))).run();
    assert_eq!(reasons(&another, "A-POL-5"), ["the last review is another one"]);
    let corrected = scenario()
        .post(published("2026-01-05", json!({ "version": "1" })))
        .post(reviewed("2026-01-05T12:00:00Z", json!({ "outcome": "no_change", "inputs": [] })))
        .wait_until("2026-01-06")
        .post(void("leicester", "2026-01-07", 1));
    assert_eq!(reasons(&corrected.run(), "A-POL-5"), ["the review was corrected"]);
}

#[test]
fn what_is_superseded_is_reviewed_no_more() {
    let incomplete = |at: &str| reviewed(at, json!({ "outcome": "no_change", "inputs": [] }));
    let superseded =
        |at: &str, version: &str| post("policy.superseded", "leicester", at, json!({ "version": version }));
    let run = scenario()
        .post(published("2026-01-05", json!({ "version": "2" })))
        .post(incomplete("2026-01-06"))
        .wait_until("2026-01-07")
        .post(superseded("2026-01-08", "1"))
        .wait_until("2026-01-09")
        .post(superseded("2026-01-12", "2"))
        .post(published("2026-01-13", json!({ "version": "3" })))
        .wait_until("2026-01-14")
        .run();
    assert_eq!(reasons(&run, "A-POL-5"), ["it applies no longer, or the review was corrected"]);
    assert_eq!(
        told(&run, "A-POL-5"),
        [
            "Tue 2026-01-06 09:00 + A-POL-5 inputs-missing leicester",
            "Mon 2026-01-12 09:00 - A-POL-5 inputs-missing leicester",
        ]
    );
}

#[test]
fn why_a_distribution_is_no_longer_without_approval() {
    let distributed = || {
        let data = json!({ "version": "1" });
        scenario().post(post("policy.distributed", "leicester", "2026-01-05", data)).wait_until("2026-01-06")
    };
    let is_approved = distributed().post(approved("2026-01-07", "1")).run();
    assert_eq!(reasons(&is_approved, "A-POL-2"), ["the version that was distributed is approved"]);
    let superseded = post("policy.superseded", "leicester", "2026-01-07", json!({ "version": "1" }));
    assert_eq!(
        reasons(&distributed().post(superseded).run(), "A-POL-2"),
        ["what was distributed applies no longer, or that was corrected"]
    );
}

#[test]
fn a_paper_in_force_cites_the_law_of_today() {
    let run = scenario()
        .post(published("2026-01-05", json!({ "version": "1", "cites": ["dpa-1998", "foia-2000"] })))
        .wait_until("2026-01-06")
        .post(published("2026-01-07", json!({ "version": "2", "cites": ["dpa-2018", "foia-2000"] })))
        .wait_until("2026-01-08")
        .post(post(
            "legal_register.updated",
            "foia-2000",
            "2026-02-02",
            json!({ "statute": "Freedom of Information Act 2000", "status": "superseded", "successor": "foia-2026", "effective": "2026-03-01" }),
        ))
        .wait_until("2026-03-02")
        .run();
    assert_eq!(
        told(&run, "A-GOV-3"),
        [
            "Mon 2026-01-05 09:00 + A-GOV-3 superseded leicester",
            "Wed 2026-01-07 09:00 - A-GOV-3 superseded leicester",
            "Sun 2026-03-01 00:00 + A-GOV-3 superseded leicester",
        ]
    );
    assert_eq!(
        run.alert("A-GOV-3", "superseded").arithmetic,
        "It cites foia-2000, which by the legal register applies no longer since Sunday 1 March 2026; it was replaced by \
         foia-2026."
    );
}

#[test]
fn why_a_paper_is_no_longer_behind_the_law() {
    let citing = || {
        scenario()
            .post(published("2026-01-05", json!({ "version": "1", "cites": ["dpa-1998"] })))
            .wait_until("2026-01-06")
    };
    let next = citing().post(published("2026-01-07", json!({ "version": "2", "cites": ["dpa-2018"] }))).run();
    assert_eq!(reasons(&next, "A-GOV-3"), ["it cites nothing any more that is superseded"]);
    let over = post("policy.superseded", "leicester", "2026-01-07", json!({ "version": "1" }));
    assert_eq!(reasons(&citing().post(over).run(), "A-GOV-3"), ["the paper itself applies no longer"]);
    let corrected = citing().post(void("leicester", "2026-01-07", 0)).run();
    assert_eq!(reasons(&corrected, "A-GOV-3"), ["what it rested on was corrected"]);
    let again = published("2026-01-07", json!({ "version": "2", "cites": ["iso_27002_2013"] }));
    assert_eq!(
        reasons(&citing().post(again).run(), "A-GOV-3"),
        ["the day from which on it cites what is superseded is another one"]
    );
}

#[test]
fn an_old_set_of_controls_is_superseded_too_and_the_own_register_comes_first() {
    let data = json!({ "version": "1", "document_title": "Controls", "baseline": "iso_27002_2013" });
    let standard = || scenario().post(post("standard.published", "controls", "2026-01-05", data.clone()));
    let run = standard().wait_until("2026-01-06");
    assert_eq!(open(&run.clone().run(), "A-GOV-3"), ["A-GOV-3 superseded controls"]);
    let own = json!({ "statute": "ISO/IEC 27002:2013", "status": "in_force" });
    let own = run.post(post("legal_register.updated", "iso_27002_2013", "2026-01-07", own));
    assert_eq!(open(&own.run(), "A-GOV-3"), Vec::<String>::new());
}

#[test]
fn a_correction_clears_and_shows_in_the_register() {
    let run = scenario()
        .post(published("2026-01-05", json!({ "version": "1" })))
        .post(reviewed("2026-01-05T12:00:00Z", json!({ "outcome": "no_change", "inputs": [] })))
        .wait_until("2026-01-06")
        .run();
    assert_eq!(open(&run, "A-POL-5"), ["A-POL-5 inputs-missing leicester"]);
    let run = scenario()
        .post(published("2026-01-05", json!({ "version": "1" })))
        .post(reviewed("2026-01-05T12:00:00Z", json!({ "outcome": "no_change", "inputs": [] })))
        .wait_until("2026-01-06")
        .post(void("leicester", "2026-01-07", 1))
        .run();
    assert_eq!(open(&run, "A-POL-5"), Vec::<String>::new());
    let corrected = run.register("policies", "2026-01-08")[0].cells[11].clone();
    assert!(
        matches!(corrected, muniment_sdk::Cell::Text(text) if text.starts_with("entry 1 voided by entry "))
    );
}
