//! A-BRC-4 to A-BRC-7.

use super::*;

fn noticed_and_reported(at: &str) -> Scenario<Breaches> {
    Scenario::new().post(post("incident.reported", at, json!({ "detected_at": "2026-03-02T10:00:00Z" })))
}

#[test]
fn an_incident_is_reported_within_a_day_of_being_noticed() {
    let in_time = noticed_and_reported("2026-03-03T10:00:00Z").wait_until("2026-03-20").run();
    assert_eq!(lines(&in_time, "A-BRC-4"), Vec::<String>::new());
    let late = || noticed_and_reported("2026-03-03T10:01:00Z");
    let run = late().wait_until("2026-03-20").run();
    assert_eq!(lines(&run, "A-BRC-4"), ["Tue 2026-03-03 10:01 + A-BRC-4 reported-late INC-1"]);
    assert_eq!(
        run.alert("A-BRC-4", "reported-late").arithmetic,
        "First noticed Mon 2026-03-02 10:00. With 24 elapsed hours (setting report_hours) it was to be reported within the \
         organisation by Tue 2026-03-03 10:00; it was Tue 2026-03-03 10:01, 24 hours after it was noticed."
    );
    let closed = late().wait_until("2026-03-04").post(post("breach.closed", "2026-03-05", json!({})));
    assert_eq!(open(&closed.run(), "A-BRC-4"), Vec::<String>::new());
    let set = late().setting("report_hours", json!(25)).wait_until("2026-03-20").run();
    assert_eq!(lines(&set, "A-BRC-4"), Vec::<String>::new());
}

/// Of two reports of one matter the first counts, and so does the first sign.
#[test]
fn a_merged_report_counts_once_with_its_earliest_receipt() {
    let second = Post::new("incident.reported", "INC-2")
        .at("2026-03-05")
        .data(json!({ "detected_at": "2026-03-02T09:00:00Z" }));
    let merged = Post::new("case.merged", "INC-2").at("2026-03-06").data(json!({ "into": "INC-1" }));
    let run =
        noticed_and_reported("2026-03-03T08:30:00Z").post(second).post(merged).wait_until("2026-03-07").run();
    assert_eq!(
        lines(&run, "A-BRC-4"),
        [
            "Thu 2026-03-05 09:00 + A-BRC-4 reported-late INC-2",
            "Fri 2026-03-06 09:00 - A-BRC-4 reported-late INC-2"
        ]
    );
    assert_eq!(run.register("incidents", "2026-03-07").len(), 1);
}

fn aware_on(day: &str) -> Scenario<Breaches> {
    Scenario::new().post(post("breach.aware", day, json!({})))
}

#[test]
fn an_investigation_takes_no_more_than_twenty_working_days() {
    // 17 March is a holiday in Northern Ireland only.
    let run = aware_on("2026-03-02").wait_until("2026-04-02").run();
    assert_eq!(lines(&run, "A-BRC-5"), ["Tue 2026-03-31 00:00 + A-BRC-5 investigation-overdue INC-1"]);
    let words = &run.alert("A-BRC-5", "investigation-overdue").arithmetic;
    assert!(
        words.contains("20 working days of England and Wales") && words.contains("Monday 30 March 2026"),
        "{words}"
    );
    let in_time = aware_on("2026-03-02").post(post("breach.investigated", "2026-03-30T22:00:00Z", json!({})));
    assert_eq!(lines(&in_time.wait_until("2026-04-02").run(), "A-BRC-5"), Vec::<String>::new());
    let northern =
        aware_on("2026-03-02").setting("nation", json!("northern_ireland")).wait_until("2026-04-02");
    assert_eq!(
        lines(&northern.run(), "A-BRC-5"),
        ["Wed 2026-04-01 00:00 + A-BRC-5 investigation-overdue INC-1"]
    );
}

#[test]
fn a_holiday_that_is_proclaimed_moves_what_is_counted_in_working_days() {
    let holiday = Post::new("calendar.holiday_added", "2026-03-10")
        .at("2026-03-04")
        .data(json!({ "day": "2026-03-10", "regions": ["england", "wales"], "holiday": "A day of thanks" }));
    let run = aware_on("2026-03-02").post(holiday).wait_until("2026-04-02").run();
    assert_eq!(lines(&run, "A-BRC-5"), ["Wed 2026-04-01 00:00 + A-BRC-5 investigation-overdue INC-1"]);
}

fn action(kind: &str, at: &str, action: &str, due: Option<&str>) -> Post {
    let mut data = json!({ "action_ref": action, "owner": "role/information-asset-owner" });
    if let Some(due) = due {
        data["due"] = json!(due);
    }
    post(kind, at, data)
}

#[test]
fn an_action_is_done_by_its_day() {
    let scenario = aware_on("2026-03-02")
        .post(post("breach.investigated", "2026-03-03", json!({})))
        .post(action("breach.action_raised", "2026-03-04", "ACT-1", Some("2026-03-20")))
        .post(action("breach.action_raised", "2026-03-05", "ACT-2", Some("2026-03-25")))
        .post(action("breach.action_raised", "2026-03-06", "ACT-3", None))
        .wait_until("2026-03-27");
    let run = scenario.clone().run();
    let line = |at: &str, sign: &str, count: u8| format!("{at} {sign} A-BRC-5 {count}-actions-overdue INC-1");
    assert_eq!(
        lines(&run, "A-BRC-5"),
        [
            line("Sat 2026-03-21 00:00", "+", 1),
            line("Thu 2026-03-26 00:00", "-", 1),
            line("Thu 2026-03-26 00:00", "+", 2)
        ]
    );
    let alert = run.alert("A-BRC-5", "2-actions-overdue");
    assert!(
        alert.arithmetic.contains("ACT-1 by Friday 20 March 2026, for role/information-asset-owner; ACT-2")
    );
    assert_eq!(alert.evidence.len(), 2);
    let done = scenario
        .post(action("breach.action_completed", "2026-03-28T10:00:00Z", "ACT-1", None))
        .post(action("breach.action_completed", "2026-03-28T11:00:00Z", "ACT-2", None))
        .wait_until("2026-04-06")
        .run();
    assert_eq!(
        lines(&done, "A-BRC-5")[3..],
        [
            line("Sat 2026-03-28 10:00", "-", 2),
            line("Sat 2026-03-28 10:00", "+", 1),
            line("Sat 2026-03-28 11:00", "-", 1),
            line("Mon 2026-04-06 00:00", "+", 1)
        ],
        "30 days behind 6 March, as it has no date of its own"
    );
    assert!(done.alert("A-BRC-5", "1-actions-overdue").arithmetic.contains("setting action_days"));
}

#[test]
fn an_action_that_was_raised_again_is_to_be_done_again() {
    let run = aware_on("2026-03-02")
        .post(post("breach.investigated", "2026-03-03", json!({})))
        .post(action("breach.action_raised", "2026-03-04", "ACT-1", Some("2026-03-20")))
        .post(action("breach.action_completed", "2026-03-10", "ACT-1", None))
        .post(action("breach.action_raised", "2026-03-12", "ACT-1", Some("2026-03-24")))
        .wait_until("2026-03-26")
        .run();
    assert_eq!(lines(&run, "A-BRC-5"), ["Wed 2026-03-25 00:00 + A-BRC-5 1-actions-overdue INC-1"]);
    let rows = run.register("actions", "2026-03-24");
    assert_eq!(
        (rows.len(), rows[0].cells[4].clone(), rows[0].cells[6].clone()),
        (1, Cell::Number(0), Cell::from("amber"))
    );
}

#[test]
fn a_report_is_looked_at_and_classified() {
    let scenario = || Scenario::<Breaches>::new().post(post("incident.reported", "2026-03-02", json!({})));
    let run = scenario().wait_until("2026-03-12").run();
    let looked = |at: &str, sign: &str| format!("{at} {sign} A-BRC-6 not-looked-at INC-1");
    assert_eq!(
        lines(&run, "A-BRC-6"),
        [
            looked("Wed 2026-03-04 00:00", "+"),
            looked("Tue 2026-03-10 00:00", "-"),
            "Tue 2026-03-10 00:00 + A-BRC-6 not-classified INC-1".to_owned(),
        ]
    );
    let triaged = |route: &str| {
        let triaged = post("incident.triaged", "2026-03-03", json!({ "route": route }));
        scenario().post(triaged).wait_until("2026-03-12")
    };
    assert_eq!(lines(&triaged("near_miss").run(), "A-BRC-6"), Vec::<String>::new());
    let breach = triaged("breach");
    assert_eq!(open(&breach.clone().run(), "A-BRC-6"), ["A-BRC-6 not-classified INC-1"], "by an assessment");
    let assessed = json!({ "ico_type": "phishing", "dimension": "confidentiality", "severity": "green" });
    let assessed = breach.post(post("breach.assessed", "2026-03-12T10:00:00Z", assessed)).run();
    assert_eq!(
        lines(&assessed, "A-BRC-6").last().unwrap(),
        "Thu 2026-03-12 10:00 - A-BRC-6 not-classified INC-1"
    );
}

#[test]
fn a_breach_is_contained_within_a_day() {
    let contained =
        |at: &str| aware().post(post("breach.contained", at, json!({}))).wait_until("2026-04-02").run();
    assert_eq!(lines(&contained("2026-03-28T17:00:00Z"), "A-BRC-7"), Vec::<String>::new());
    let late = contained("2026-03-28T20:00:00Z");
    assert_eq!(
        lines(&late, "A-BRC-7"),
        [
            "Sat 2026-03-28 17:00 + A-BRC-7 not-contained INC-1",
            "Sat 2026-03-28 20:00 - A-BRC-7 not-contained INC-1",
        ]
    );
    assert!(late.alert("A-BRC-7", "not-contained").arithmetic.contains("setting contain_hours"));
}

/// An action goes on when the case is closed: it is late until it is done.
#[test]
fn an_action_outlives_its_case() {
    let raised = json!({ "action_ref": "ACT-1", "due": "2026-03-20" });
    let closed =
        || {
            aware_on("2026-03-02")
                .post(post("breach.action_raised", "2026-03-05", raised.clone()))
                .post(post("breach.closed", "2026-03-10", json!({})))
        };
    let run = closed().wait_until("2026-04-01").run();
    assert_eq!(lines(&run, "A-BRC-5"), ["Sat 2026-03-21 00:00 + A-BRC-5 1-actions-overdue INC-1"]);
    let done = post("breach.action_completed", "2026-03-25", json!({ "action_ref": "ACT-1" }));
    let run = closed().wait_until("2026-03-22").post(done).run();
    assert_eq!(
        lines(&run, "A-BRC-5").last().map(String::as_str),
        Some("Wed 2026-03-25 09:00 - A-BRC-5 1-actions-overdue INC-1")
    );
}
