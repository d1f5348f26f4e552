use super::*;

fn briefing(number: &str, day: &str, channel: &str) -> Post {
    post("awareness.briefing_published", number, day, json!({ "topic": "phishing", "channel": channel }))
}

fn conversation(number: &str, day: &str, audience: &str) -> Post {
    post("verbal.reminder_issued", number, day, json!({ "audience": audience, "method": "poster" }))
}

fn scenario() -> Scenario<People> {
    Scenario::new()
}

#[test]
fn a_briefing_comes_every_three_months() {
    let run = scenario()
        .post(briefing("BRF-1", "2026-03-02", "intranet"))
        .wait_until("2026-06-04")
        .post(briefing("BRF-2", "2026-06-05", "email"))
        .wait_until("2026-06-06")
        .run();
    assert_eq!(
        told(&run, "briefing-overdue"),
        [
            "Wed 2026-06-03 00:00 + A-TRN-4 briefing-overdue awareness/briefings",
            "Fri 2026-06-05 09:00 - A-TRN-4 briefing-overdue awareness/briefings",
        ]
    );
    assert_eq!(
        run.alert("A-TRN-4", "briefing-overdue").arithmetic,
        "A briefing or an exercise is to come every 3 months (setting awareness_briefing_months). The last one came on Monday \
         2 March 2026."
    );
}

/// Where none ever came, the time runs from the first entry.
#[test]
fn a_briefing_that_never_came_is_missed_too() {
    let run = scenario().post(completed("p-1", "2026-03-02", "ig")).wait_until("2026-06-10").run();
    assert_eq!(
        told(&run, "briefing-overdue"),
        ["Wed 2026-06-03 00:00 + A-TRN-4 briefing-overdue awareness/briefings"]
    );
}

#[test]
fn all_staff_are_reminded_of_discreet_conversation_every_six_months() {
    let run = scenario()
        .post(conversation("VRB-1", "2026-01-05", "all"))
        .post(conversation("VRB-2", "2026-05-05", "team"))
        .wait_until("2026-07-08")
        .post(post(
            "awareness.reminder_issued",
            "BRF-9",
            "2026-07-09",
            json!({ "topic": "verbal_privacy", "channel": "email", "audience": "staff" }),
        ))
        .run();
    assert_eq!(
        told(&run, "reminder-overdue"),
        [
            "Mon 2026-07-06 00:00 + A-TRN-4 reminder-overdue awareness/reminders",
            "Thu 2026-07-09 09:00 - A-TRN-4 reminder-overdue awareness/reminders",
        ]
    );
}

#[test]
fn training_comes_by_two_means_within_a_year() {
    let two = |day: &str| {
        scenario()
            .post(briefing("BRF-1", "2026-01-05", "intranet"))
            .post(briefing("BRF-2", day, "email"))
            .post(briefing("BRF-3", "2026-12-01", "intranet"))
    };
    let run = two("2026-02-02").wait_until("2027-03-01").run();
    assert_eq!(told(&run, "A-TRN-5"), ["Wed 2027-02-03 00:00 + A-TRN-5 too-few-means awareness/means"]);
    assert!(
        run.alert("A-TRN-5", "too-few-means").arithmetic.ends_with("intranet (Tuesday 1 December 2026).")
    );
    let data = json!({ "person": "p-1", "user_class": "staff", "course": "ig", "delivery": "classroom" });
    let taught = [
        briefing("BRF-1", "2026-12-01", "intranet"),
        post("training.completed", "LRN-1", "2027-02-05", data),
    ];
    let taught = scenario().import(taught.map(|post| post.recorded("2027-02-05"))).wait_until("2027-12-01");
    assert_eq!(told(&taught.clone().run(), "A-TRN-5"), Vec::<String>::new());
    let one = taught.post(void("LRN-1", "2027-12-01", 1)).wait_until("2028-02-06").run();
    assert_eq!(told(&one, "A-TRN-5"), ["Sun 2028-02-06 00:00 + A-TRN-5 too-few-means awareness/means"]);
    let one = scenario().post(briefing("BRF-1", "2026-01-05", "intranet")).wait_until("2027-02-01").run();
    assert_eq!(told(&one, "A-TRN-5"), ["Wed 2027-01-06 00:00 + A-TRN-5 too-few-means awareness/means"]);
}

#[test]
fn a_briefing_that_was_voided_did_not_come() {
    let run = scenario()
        .post(briefing("BRF-1", "2026-03-02", "intranet"))
        .post(briefing("BRF-2", "2026-05-04", "intranet"))
        .post(void("BRF-2", "2026-05-05", 1))
        .wait_until("2026-06-10")
        .run();
    assert_eq!(
        told(&run, "briefing-overdue"),
        ["Wed 2026-06-03 00:00 + A-TRN-4 briefing-overdue awareness/briefings"]
    );
}
