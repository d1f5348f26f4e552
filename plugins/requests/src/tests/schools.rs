//! Requests to which a school's days count.

use muniment_sdk::{Calendars, Day, school_deadline};

use super::*;

/// The days from one to another.
fn days(from: &str, to: &str) -> Vec<Day> {
    let (from, to): (Day, Day) = (from.parse().unwrap(), to.parse().unwrap());
    (0..=to.since(from)).map(|days| from.plus(days)).collect()
}

fn easter() -> Vec<Day> {
    days("2026-03-30", "2026-04-10")
}

fn closed(day: Day) -> serde_json::Value {
    json!({ "calendar": "st-marys", "day": day.to_string(), "open": false })
}

/// A school that is closed on some days is asked for something, and takes it in hand.
fn to_school(regime: &str, day: &str, days: &[Day]) -> Scenario<Requests> {
    let data = json!({ "regime": regime, "unit": "schools", "calendar": "st-marys" });
    let set = |day: &Day| Post::new("calendar.day_set", "st-marys").at("2026-01-05").data(closed(*day));
    days.iter()
        .fold(Scenario::new(), |scenario, day| scenario.post(set(day)))
        .post(Post::new("request.received", "FOI-1").at(day).data(data))
        .post(post("acknowledged", "FOI-1", day))
        .post(post("assigned", "FOI-1", day).data(json!({ "unit": "schools" })))
}

/// By when a school answers, as the kit has it.
fn by_law(day: &str, days: &[Day]) -> Day {
    let mut calendars = Calendars::default();
    for (seq, day) in (0..).zip(days) {
        calendars.take(&Event {
            seq,
            recorded: Instant::default(),
            kind: "calendar.day_set".to_owned(),
            source: "/tests".to_owned(),
            id: seq.to_string(),
            subject: None,
            time: Instant::default(),
            json: closed(*day).to_string().into_bytes(),
        });
    }
    let school = calendars.named("st-marys").unwrap();
    school_deadline(day.parse().unwrap(), &school, calendars.uk_wide()).unwrap().due
}

#[test]
fn a_school_answers_within_twenty_school_days() {
    let run = to_school("foi", "2026-03-09", &easter()).wait_until("2026-05-01").run();
    assert_eq!(by_law("2026-03-09", &easter()).to_string(), "2026-04-21");
    assert_eq!(overdue(&run), ["Wed 2026-04-22 00:00 + A-REQ-3 overdue FOI-1"]);
    let words = &run.alert("A-REQ-3", "overdue").arithmetic;
    assert!(words.contains("Time for Compliance with Request"), "{words}");
    let answered = to_school("foi", "2026-03-09", &easter()).post(answer("FOI-1", "2026-04-21")).run();
    assert_eq!(overdue(&answered), Vec::<String>::new());
    assert_eq!(share(&answered, "2026-04-01", "2027-03-31"), (1, 1));
}

#[test]
fn or_within_sixty_working_days_if_these_end_first() {
    let long = days("2026-03-10", "2026-06-30");
    let run = to_school("foi", "2026-03-09", &long).wait_until("2026-07-01").run();
    assert_eq!(by_law("2026-03-09", &long).to_string(), "2026-06-08");
    assert_eq!(overdue(&run), ["Tue 2026-06-09 00:00 + A-REQ-3 overdue FOI-1"]);
    assert!(run.alert("A-REQ-3", "overdue").arithmetic.contains("working day 60"));
}

#[test]
fn a_clock_that_begins_again_counts_school_days_too() {
    let run = to_school("foi", "2026-03-09", &easter())
        .post(sought("FOI-1", "2026-03-20", true))
        .post(post("clarification_received", "FOI-1", "2026-03-27"))
        .wait_until("2026-06-01")
        .run();
    assert_eq!(by_law("2026-03-27", &easter()).to_string(), "2026-05-11");
    assert_eq!(overdue(&run), ["Tue 2026-05-12 00:00 + A-REQ-3 overdue FOI-1"]);
}

#[test]
fn a_fee_is_awaited_without_a_school_day_passing() {
    let run = to_school("foi", "2026-03-09", &easter())
        .post(post("fee_notice_issued", "FOI-1", "2026-03-26").data(json!({ "fee_pounds": 30 })))
        .post(post("fee_paid", "FOI-1", "2026-04-14"))
        .wait_until("2026-06-01")
        .run();
    // Two days of March and two of April do not count.
    assert_eq!(overdue(&run), ["Tue 2026-04-28 00:00 + A-REQ-3 overdue FOI-1"]);
}

#[test]
fn the_days_of_a_school_count_under_freedom_of_information_only() {
    let run = to_school("eir", "2026-03-09", &easter()).wait_until("2026-05-01").run();
    assert_eq!(overdue(&run), ["Fri 2026-04-10 00:00 + A-REQ-3 overdue FOI-1"]);
}

#[test]
fn of_a_calendar_of_which_nothing_is_known_working_days_count() {
    let run = to_school("foi", "2026-03-09", &[]).wait_until("2026-05-01").run();
    assert_eq!(overdue(&run), ["Fri 2026-04-10 00:00 + A-REQ-3 overdue FOI-1"]);
    let words = &run.alert("A-REQ-3", "overdue").arithmetic;
    assert!(words.starts_with("No day of the calendar st-marys is recorded"), "{words}");
}

#[test]
fn a_day_that_is_closed_meanwhile_moves_the_deadline() {
    let set = Post::new("calendar.day_set", "st-marys").at("2026-03-20");
    let run = to_school("foi", "2026-03-09", &[])
        .post(set.data(closed("2026-03-30".parse().unwrap())))
        .wait_until("2026-05-01")
        .run();
    assert_eq!(due(&run, "2026-03-21"), (on("2026-04-10"), on("2026-04-09")));
    assert_eq!(overdue(&run), ["Sat 2026-04-11 00:00 + A-REQ-3 overdue FOI-1"]);
}
