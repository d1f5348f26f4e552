use muniment_sdk::testing::{Post, Run, Scenario, check_any_order, check_manifest};
use muniment_sdk::{Act, Cell};
use serde_json::{Value, json};

use super::*;

mod controls;
mod decisions;
mod escalation;
mod histories;
mod repeats;
mod report;

const AWARE: &str = "2026-03-27T17:00:00Z";

fn post(kind: &str, at: &str, data: Value) -> Post {
    Post::new(kind, "INC-1").at(at).data(data)
}

fn aware() -> Scenario<Breaches> {
    Scenario::new().post(post("breach.aware", AWARE, json!({ "unit": "housing" })))
}

fn decided(at: &str, reportable: bool) -> Post {
    post("breach.reportability_decided", at, json!({ "reportable": reportable }))
}

/// What was raised and cleared by a rule.
fn lines(run: &Run<Breaches>, rule: &str) -> Vec<String> {
    run.history().into_iter().filter(|line| line.contains(&format!(" {rule} "))).collect()
}

/// The stages of a rule that are open.
fn open(run: &Run<Breaches>, rule: &str) -> Vec<String> {
    run.open().into_iter().filter(|line| line.starts_with(&format!("{rule} "))).collect()
}

fn statutory(run: &Run<Breaches>) -> Vec<String> {
    lines(run, "A-BRC-2")
}

/// The same for the regulator's 72 hours: both rules.
fn of_the_clock(run: &Run<Breaches>) -> Vec<String> {
    let is_of_it = |line: &String| line.contains(" A-BRC-1 ") || line.contains(" A-BRC-2 ");
    run.history().into_iter().filter(is_of_it).collect()
}

fn open_of_the_clock(run: &Run<Breaches>) -> Vec<String> {
    [open(run, "A-BRC-1"), open(run, "A-BRC-2")].concat()
}

/// Why the last alert that was cleared was.
fn reason(run: &Run<Breaches>) -> &str {
    let cleared = run.acts().iter().rev().find_map(|(_, act)| match act {
        Act::Clear(cleared) => Some(cleared.reason.as_str()),
        Act::Raise(_) => None,
    });
    cleared.unwrap_or_else(|| panic!("nothing was cleared: {:?}", run.history()))
}

#[test]
fn the_manifest_is_in_order() {
    check_manifest::<Breaches>();
    assert!(Settings { warn_at_hours: vec![48, 24], ..Settings::default() }.check().is_err());
    assert!(Settings { warn_at_hours: vec![72], ..Settings::default() }.check().is_err());
}

/// Also where the entries make no sense together.
#[test]
fn any_history_that_the_catalogue_takes_is_borne() {
    muniment_histories::check_any_history::<Breaches>();
}

/// The details of a case stay, as a correction may come: small enough that a million of them go into the memory of a plugin.
#[test]
fn what_is_kept_of_a_breach_that_is_over_is_bounded() {
    let happens = |kind, day, data| muniment_histories::Happens { kind, subject: "INC-#", day, data };
    let case = [
        happens("breach.aware", 0, json!({})),
        happens(
            "breach.assessed",
            0,
            json!({ "ico_type": "failure_to_use_bcc", "dimension": "confidentiality", "severity": "green" }),
        ),
        happens("breach.contained", 0, json!({})),
        happens("breach.investigated", 1, json!({})),
        happens("breach.reportability_decided", 1, json!({ "reportable": false })),
        happens("breach.closed", 20, json!({})),
    ];
    muniment_histories::check_bytes_a_case::<Breaches>(&case, 384);
}

/// Summer time begins in the night to the 29th.
#[test]
fn the_hours_run_through_a_weekend_and_the_change_of_the_clocks() {
    let run = aware().wait_until("2026-04-01").run();
    assert_eq!(
        of_the_clock(&run),
        [
            "Sat 2026-03-28 17:00 + A-BRC-1 24-hours INC-1",
            "Sun 2026-03-29 18:00 - A-BRC-1 24-hours INC-1",
            "Sun 2026-03-29 18:00 + A-BRC-1 48-hours INC-1",
            "Mon 2026-03-30 12:00 - A-BRC-1 48-hours INC-1",
            "Mon 2026-03-30 12:00 + A-BRC-1 66-hours INC-1",
            "Mon 2026-03-30 18:00 - A-BRC-1 66-hours INC-1",
            "Mon 2026-03-30 18:00 + A-BRC-2 72-hours-passed INC-1",
        ]
    );
    let alert = run.alert("A-BRC-2", "72-hours-passed");
    assert_eq!(alert.evidence, [0]);
    assert_eq!(
        alert.arithmetic,
        "Due by Monday 30 March 2026 at 18:00 in London (UK GDPR, Article 33(1)). From Friday 27 March 2026 at 17:00, when the organisation became \
         aware; 72 elapsed hours, nights, weekends and holidays included, end on Monday 30 March 2026 at 18:00. It was not decided whether it is reportable."
    );
    assert_eq!(run.alert("A-BRC-1", "24-hours").recipient, None);
    assert_eq!(run.alert("A-BRC-1", "48-hours").recipient.as_deref(), Some("role/siro"));
}

#[test]
fn a_notification_in_the_last_instant_is_in_time() {
    let notified =
        |at: &str| aware().post(post("breach.ico_notified", at, json!({}))).wait_until("2026-04-02").run();
    let run = notified("2026-03-30T17:00:00Z");
    assert_eq!(statutory(&run), Vec::<String>::new());
    assert_eq!(open_of_the_clock(&run), Vec::<String>::new());
    let late = notified("2026-03-30T17:00:00.000001Z");
    assert_eq!(open_of_the_clock(&late), ["A-BRC-2 late-without-reasons INC-1"]);
}

#[test]
fn who_notifies_late_says_why() {
    let late =
        || aware().post(post("breach.ico_notified", "2026-03-31", json!({ "delay_reason": "not_late" })));
    let without = late().wait_until("2026-04-01").run();
    assert_eq!(open_of_the_clock(&without), ["A-BRC-2 late-without-reasons INC-1"]);
    let reasons = post("breach.ico_notified", "2026-04-02", json!({ "delay_reason": "facts_unclear" }));
    let with = late().post(reasons).wait_until("2026-04-03").run();
    assert_eq!(open_of_the_clock(&with), Vec::<String>::new());
    assert_eq!(
        reason(&with),
        "the reasons for the delay were given; the regulator was notified Tue 2026-03-31 09:00"
    );
    let notified = without.alert("A-BRC-2", "late-without-reasons").evidence[1];
    let void = json!({ "target": notified, "action": "void", "reason": "did_not_happen" });
    let never = late().wait_until("2026-04-01").post(post("ledger.correction_recorded", "2026-04-02", void));
    assert_eq!(reason(&never.run()), "no entry says any more that the regulator was notified");
}

#[test]
fn only_a_decision_that_it_is_not_reportable_ends_the_clock() {
    let not = aware().post(decided("2026-03-28", false)).wait_until("2026-04-01").run();
    assert_eq!(of_the_clock(&not), Vec::<String>::new());
    assert_eq!(not.register("under-the-clock", "2026-03-29"), []);
    let yes = aware().post(decided("2026-03-28", true)).wait_until("2026-04-01").run();
    assert_eq!(open_of_the_clock(&yes), ["A-BRC-2 72-hours-passed INC-1"]);
    let closed = aware().post(post("breach.closed", "2026-03-28", json!({}))).wait_until("2026-04-01").run();
    assert_eq!(open_of_the_clock(&closed), ["A-BRC-2 72-hours-passed INC-1"], "silence is no decision");
    let otherwise =
        aware().post(decided("2026-03-28", false)).post(decided("2026-04-02", true)).wait_until("2026-04-03");
    assert_eq!(open_of_the_clock(&otherwise.run()), ["A-BRC-2 72-hours-passed INC-1"]);
}

fn reported() -> Scenario<Breaches> {
    let data = json!({ "detected_at": "2026-03-02T10:00:00Z", "unit": "housing" });
    Scenario::new().post(post("incident.reported", "2026-03-03T08:00:00Z", data))
}

#[test]
fn a_provisional_clock_runs_from_detection_and_says_so() {
    let run = reported().wait_until("2026-03-06").run();
    assert_eq!(statutory(&run), ["Thu 2026-03-05 10:00 + A-BRC-2 72-hours-passed INC-1"]);
    assert!(run.alert("A-BRC-2", "72-hours-passed").arithmetic.contains("This clock is provisional"));
    let row = &run.register("under-the-clock", "2026-03-04T10:00:00Z")[0];
    assert_eq!((row.cells[2].clone(), row.cells[4].clone()), (Cell::Flag(true), Cell::Number(24)));
    let none = reported()
        .post(post("incident.unsubstantiated", "2026-03-04", json!({})))
        .wait_until("2026-03-10")
        .run();
    assert_eq!((none.open(), statutory(&none)), (Vec::new(), Vec::new()));
}

#[test]
fn awareness_takes_the_provisional_clocks_place() {
    let run = reported()
        .wait_until("2026-03-06")
        .post(post("breach.aware", "2026-03-06T12:00:00Z", json!({})))
        .wait_until("2026-03-10")
        .run();
    assert_eq!(
        statutory(&run),
        [
            "Thu 2026-03-05 10:00 + A-BRC-2 72-hours-passed INC-1",
            "Fri 2026-03-06 12:00 - A-BRC-2 72-hours-passed INC-1",
            "Mon 2026-03-09 12:00 + A-BRC-2 72-hours-passed INC-1",
        ]
    );
    let words = &run.alert("A-BRC-2", "72-hours-passed").arithmetic;
    assert!(
        words.contains("From Friday 6 March 2026 at 12:00, when the organisation became aware;"),
        "{words}"
    );
}

#[test]
fn a_processors_notice_starts_the_provisional_clock_too() {
    let told = post("breach.processor_notified", "2026-03-02", json!({ "processor": "A supplier" }));
    let run = Scenario::<Breaches>::new().post(told).wait_until("2026-03-06").run();
    assert_eq!(open_of_the_clock(&run), ["A-BRC-2 72-hours-passed INC-1"]);
}
