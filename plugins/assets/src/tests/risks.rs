use super::*;

pub(super) fn identified(risk: &str, at: &str) -> Post {
    let data = json!({
        "risk_title": "Payroll data reaches the wrong recipient", "category": "confidentiality", "unit": "finance",
        "owner": "role/head-of-payroll",
    });
    post("risk.identified", risk, at, data)
}

pub(super) fn assessed(risk: &str, at: &str, (likelihood, impact): (u8, u8), rating: &str) -> Post {
    let data = json!({ "likelihood": likelihood, "impact": impact, "rating": rating });
    post("risk.assessed", risk, at, data)
}

fn accepted(at: &str, by: &str, rating: &str, until: Option<&str>) -> Post {
    let data = json!({ "accepted_by": by, "rating": rating, "accepted_until": until });
    post("risk.accepted", "RSK-1", at, data)
}

fn treated(at: &str, treatment: &str, due: Option<&str>, done: bool) -> Post {
    let data = json!({ "treatment": treatment, "due": due, "done": done });
    post("risk.treated", "RSK-1", at, data)
}

/// A high risk; its reviews are another matter.
fn high() -> Scenario<Assets> {
    unlisted()
        .setting("risk_review_months", json!(24))
        .post(identified("RSK-1", "2026-01-05"))
        .post(assessed("RSK-1", "2026-01-06", (4, 4), "high"))
}

fn about_acceptance(run: &Run<Assets>) -> Vec<String> {
    run.history().into_iter().filter(|line| line.contains("A-RSK-3")).collect()
}

#[test]
fn a_risk_is_reviewed_every_quarter() {
    let run = unlisted()
        .post(identified("RSK-1", "2026-01-05"))
        .wait_until("2026-04-05T22:59:59Z")
        .wait_until("2026-04-06")
        .post(assessed("RSK-1", "2026-04-07", (2, 2), "low"))
        .wait_until("2026-07-08")
        .post(post("risk.closed", "RSK-1", "2026-07-09", json!({ "close_reason": "gone" })))
        .wait_until("2028-01-01")
        .run();
    assert_eq!(
        run.history(),
        [
            "Mon 2026-04-06 00:00 + A-RSK-1 overdue RSK-1",
            "Tue 2026-04-07 09:00 - A-RSK-1 overdue RSK-1",
            "Wed 2026-07-08 00:00 + A-RSK-1 overdue RSK-1",
            "Thu 2026-07-09 09:00 - A-RSK-1 overdue RSK-1",
        ]
    );
    assert_eq!(
        run.alert("A-RSK-1", "overdue").arithmetic,
        "From Tuesday 7 April 2026, when it was last assessed, 3 months (risk_review_months) end on Tuesday 7 July 2026."
    );
}

#[test]
fn who_treats_or_accepts_a_risk_does_not_review_it() {
    let run = unlisted()
        .post(assessed("RSK-1", "2026-01-06", (2, 2), "low"))
        .post(treated("2026-03-02", "reduce", None, false))
        .post(accepted("2026-03-03", "role/head-of-payroll", "low", None))
        .wait_until("2026-04-07")
        .run();
    assert_eq!(run.open(), ["A-RSK-1 overdue RSK-1"]);
}

#[test]
fn a_high_risk_is_accepted_by_the_owner_of_risks_alone() {
    let wrong =
        || high().post(accepted("2026-01-07", "role/head-of-payroll", "high", None)).wait_until("2026-01-08");
    let run = wrong().post(accepted("2026-01-09", "role/siro", "high", None)).wait_until("2027-06-01").run();
    assert_eq!(
        run.history(),
        [
            "Wed 2026-01-07 09:00 + A-RSK-3 wrong-role RSK-1",
            "Fri 2026-01-09 09:00 - A-RSK-3 wrong-role RSK-1"
        ]
    );
    assert_eq!(run.alert("A-RSK-3", "wrong-role").evidence, [1, 2]);
    let lower = wrong().post(assessed("RSK-1", "2026-01-09", (2, 2), "low")).run();
    assert_eq!(lower.open(), Vec::<String>::new());
    let right = high().post(accepted("2026-01-07", "role/siro", "high", None)).wait_until("2027-06-01").run();
    assert_eq!(right.history(), Vec::<String>::new());
    // Who calls it low to accept it has accepted a high risk all the same.
    let called_low =
        high().post(accepted("2026-01-07", "role/head-of-payroll", "low", None)).wait_until("2026-01-08");
    assert_eq!(called_low.run().open(), ["A-RSK-3 wrong-role RSK-1"]);
}

#[test]
fn a_low_risk_may_be_accepted_by_anyone_until_it_is_high() {
    let low = || {
        unlisted()
            .setting("risk_review_months", json!(3))
            .post(assessed("RSK-1", "2026-01-06", (2, 2), "low"))
            .post(accepted("2026-01-07", "role/head-of-payroll", "low", None))
    };
    assert_eq!(low().wait_until("2026-01-20").run().history(), Vec::<String>::new());
    let risen =
        low().post(assessed("RSK-1", "2026-02-02", (4, 5), "very_high")).wait_until("2026-05-03").run();
    assert_eq!(about_acceptance(&risen), ["Sun 2026-05-03 00:00 + A-RSK-3 not-accepted RSK-1"]);
    assert!(risen.alert("A-RSK-3", "not-accepted").arithmetic.contains("and is higher since"));
}

#[test]
fn an_acceptance_ends_on_its_day() {
    let run = high()
        .post(accepted("2026-01-07", "role/siro", "high", Some("2026-06-30")))
        .wait_until("2026-07-02")
        .run();
    assert_eq!(run.history(), ["Wed 2026-07-01 00:00 + A-RSK-3 acceptance-over RSK-1"]);
    let row = &run.register("risks", "2026-06-30")[0];
    assert_eq!(*cell(row, "risks", "status"), text("accepted"));
    assert_eq!(*cell(&run.register("risks", "2026-07-01")[0], "risks", "status"), text("high, not accepted"));
}

#[test]
fn a_high_risk_that_nobody_treats_is_to_be_accepted() {
    let quarter = |posts: Vec<Post>| {
        let scenario = unlisted().post(assessed("RSK-1", "2026-01-06", (4, 4), "high"));
        posts.into_iter().fold(scenario, Scenario::post).wait_until("2026-12-01").run()
    };
    assert_eq!(about_acceptance(&quarter(vec![])), ["Tue 2026-04-07 00:00 + A-RSK-3 not-accepted RSK-1"]);
    let to_accept = quarter(vec![treated("2026-02-02", "accept", None, false)]);
    assert_eq!(about_acceptance(&to_accept), ["Tue 2026-02-03 00:00 + A-RSK-3 not-accepted RSK-1"]);
    let late = quarter(vec![treated("2026-02-02", "reduce", Some("2026-09-30"), false)]);
    assert_eq!(about_acceptance(&late), ["Thu 2026-10-01 00:00 + A-RSK-3 not-accepted RSK-1"]);
    let in_vain = quarter(vec![
        treated("2026-02-02", "reduce", Some("2026-09-30"), true),
        assessed("RSK-1", "2026-03-02", (4, 4), "high"),
    ]);
    assert_eq!(about_acceptance(&in_vain), ["Tue 2026-03-03 00:00 + A-RSK-3 not-accepted RSK-1"]);
    let reduced = quarter(vec![
        treated("2026-02-02", "reduce", Some("2026-09-30"), true),
        assessed("RSK-1", "2026-03-02", (2, 4), "medium"),
    ]);
    assert_eq!(about_acceptance(&reduced), Vec::<String>::new());
}

#[test]
fn the_first_due_comes_first() {
    let run = unlisted()
        .post(assessed("RSK-3", "2026-01-07", (5, 5), "very_high"))
        .post(assessed("RSK-2", "2026-01-06", (3, 4), "medium"))
        .post(assessed("RSK-1", "2026-01-07", (1, 1), "low"))
        .run();
    let rows = run.register("risks", "2026-03-20");
    let of = |column: &str| rows.iter().map(|row| cell(row, "risks", column).clone()).collect::<Vec<_>>();
    assert_eq!(of("risk"), ["RSK-2", "RSK-1", "RSK-3"].map(text));
    assert_eq!(of("score"), [12, 1, 25].map(Cell::Number));
    assert_eq!(of("days_left"), [17, 18, 18].map(Cell::Number));
    assert_eq!(of("rag"), ["amber"; 3].map(text));
}
