use super::*;

fn system(at: &str, status: &str, go_live: Option<&str>) -> Post {
    let data = json!({
        "system_title": "Housing case management", "status": status, "hosting": "own", "personal_data": true,
        "owner": "role/head-of-housing", "unit": "housing", "go_live": go_live,
    });
    post("system.registered", "housing-cases", at, data)
}

fn assessed(at: &str, occasion: &str, rating: &str, accepted_by: Option<&str>) -> Post {
    let data = json!({ "occasion": occasion, "rating": rating, "accepted_by": accepted_by });
    post("system.risk_assessed", "housing-cases", at, data)
}

#[test]
fn risks_are_weighed_before_a_system_is_used() {
    let planned = || unlisted().post(system("2026-01-05", "planned", Some("2026-03-02")));
    let run = planned()
        .wait_until("2026-03-03")
        .post(assessed("2026-03-04", "before_use", "low", None))
        .wait_until("2026-03-05")
        .run();
    assert_eq!(
        run.history(),
        [
            "Tue 2026-03-03 00:00 + A-RSK-2 not-assessed housing-cases",
            "Wed 2026-03-04 09:00 - A-RSK-2 not-assessed housing-cases",
        ]
    );
    assert!(run.alert("A-RSK-2", "not-assessed").arithmetic.contains("as its plan says"));
    let before =
        planned().post(assessed("2026-03-02", "before_use", "low", None)).wait_until("2026-06-01").run();
    assert_eq!(before.history(), Vec::<String>::new());
    let never = unlisted().post(system("2026-01-05", "planned", None)).wait_until("2029-01-01").run();
    assert_eq!(never.history(), Vec::<String>::new(), "what is only planned is not in use");
    let live = unlisted().post(system("2026-01-05", "live", None)).wait_until("2026-01-07").run();
    assert_eq!(live.history(), ["Tue 2026-01-06 00:00 + A-RSK-2 not-assessed housing-cases"]);
}

#[test]
fn risks_are_weighed_every_year() {
    let run = unlisted()
        .post(assessed("2025-02-03", "before_use", "low", None))
        .post(system("2025-03-03", "live", None))
        .wait_until("2026-02-04")
        .post(assessed("2026-02-05", "yearly", "low", None))
        .wait_until("2026-03-01")
        .post(system("2026-03-02", "retired", None))
        .wait_until("2030-01-01")
        .run();
    assert_eq!(
        run.history(),
        [
            "Wed 2026-02-04 00:00 + A-RSK-2 overdue housing-cases",
            "Thu 2026-02-05 09:00 - A-RSK-2 overdue housing-cases",
        ]
    );
}

#[test]
fn an_assessment_that_is_old_when_the_use_begins_is_overdue_then() {
    let run = unlisted()
        .post(assessed("2024-01-08", "before_use", "low", None))
        .post(system("2026-01-05", "planned", Some("2026-03-02")))
        .wait_until("2026-03-04")
        .run();
    assert_eq!(run.history(), ["Tue 2026-03-03 00:00 + A-RSK-2 overdue housing-cases"]);
}

#[test]
fn risks_are_weighed_when_a_system_changes() {
    let moved = |at: &str| {
        let data = json!({ "system_title": "Housing", "status": "live", "hosting": "cloud" });
        post("system.registered", "housing-cases", at, data)
    };
    let in_use = || {
        unlisted().post(assessed("2026-01-05", "before_use", "low", None)).post(system(
            "2026-01-06",
            "live",
            None,
        ))
    };
    let run = in_use()
        .post(moved("2026-04-01"))
        .wait_until("2026-04-03")
        .post(assessed("2026-04-08", "change", "low", None))
        .wait_until("2026-05-01")
        .run();
    assert_eq!(
        run.history(),
        [
            "Thu 2026-04-02 00:00 + A-RSK-2 changed housing-cases",
            "Wed 2026-04-08 09:00 - A-RSK-2 changed housing-cases",
        ]
    );
    let before = in_use().post(assessed("2026-03-20", "change", "low", None)).post(moved("2026-04-01"));
    assert_eq!(before.wait_until("2026-05-01").run().history(), Vec::<String>::new());
    let same = in_use().post(system("2026-04-01", "live", None)).wait_until("2026-05-01").run();
    assert_eq!(same.history(), Vec::<String>::new(), "an entry that is replaced by the same is no change");
}

#[test]
fn a_high_risk_of_a_system_is_accepted_by_the_owner_of_risks() {
    let accepted = |rating: &str, by: Option<&str>| {
        unlisted()
            .post(assessed("2026-01-05", "before_use", rating, by))
            .post(system("2026-01-06", "live", None))
            .wait_until("2026-01-07")
    };
    let run = accepted("high", Some("role/head-of-housing"))
        .post(assessed("2026-01-08", "incident", "high", Some("role/siro")))
        .run();
    assert_eq!(
        run.history(),
        [
            "Tue 2026-01-06 09:00 + A-RSK-3 wrong-role housing-cases",
            "Thu 2026-01-08 09:00 - A-RSK-3 wrong-role housing-cases",
        ]
    );
    assert_eq!(accepted("high", Some("role/siro")).run().history(), Vec::<String>::new());
    assert_eq!(accepted("medium", Some("role/head-of-housing")).run().history(), Vec::<String>::new());
}

#[test]
fn the_register_says_what_is_next() {
    let rows = |scenario: Scenario<Assets>| scenario.run().register("systems", "2026-03-01");
    let planned = rows(unlisted().post(system("2026-01-05", "planned", Some("2026-03-02"))));
    assert_eq!(*cell(&planned[0], "systems", "status"), text("planned, not assessed"));
    assert_eq!(*cell(&planned[0], "systems", "days_left"), Cell::Number(1));
    assert_eq!(*cell(&planned[0], "systems", "rag"), text("amber"));
    let live = rows(unlisted().post(system("2026-01-05", "live", None)));
    assert_eq!(*cell(&live[0], "systems", "status"), text("not assessed"));
    assert_eq!(*cell(&live[0], "systems", "rag"), text("red"));
    assert_eq!(rows(unlisted().post(system("2026-01-05", "retired", None))), []);
}
