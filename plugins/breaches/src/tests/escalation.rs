//! A-BRC-9.

use super::*;

fn assessed(at: &str, severity: &str) -> Post {
    let data = json!({ "ico_type": "ransomware", "dimension": "availability", "severity": severity });
    post("breach.assessed", at, data)
}

fn informed(at: &str) -> Post {
    post("breach.senior_management_informed", at, json!({ "informed": ["role/siro"] }))
}

#[test]
fn senior_management_is_told_within_two_working_days() {
    let run = aware().wait_until("2026-04-02").run();
    assert_eq!(lines(&run, "A-BRC-9"), ["Wed 2026-04-01 00:00 + A-BRC-9 management-not-told INC-1"]);
    let alert = run.alert("A-BRC-9", "management-not-told");
    assert_eq!(alert.severity, Some(Severity::Policy), "no law asks for it");
    assert!(alert.arithmetic.contains("by Tuesday 31 March 2026"), "{}", alert.arithmetic);
    let told = aware().post(informed("2026-03-31T22:59:00Z")).wait_until("2026-04-02").run();
    assert_eq!(lines(&told, "A-BRC-9"), Vec::<String>::new());
    let only_grave =
        aware().setting("inform_management_from", json!("red")).post(assessed("2026-03-28", "amber"));
    assert_eq!(lines(&only_grave.wait_until("2026-04-02").run(), "A-BRC-9"), Vec::<String>::new());
}

#[test]
fn of_a_grave_breach_it_is_told_on_the_same_day() {
    let run = aware().post(assessed("2026-03-27T19:00:00Z", "red")).wait_until("2026-04-02").run();
    assert_eq!(lines(&run, "A-BRC-9"), ["Sat 2026-03-28 00:00 + A-BRC-9 grave-not-escalated INC-1"]);
    assert_eq!(run.alert("A-BRC-9", "grave-not-escalated").severity, None, "that of the rule: statutory");
    let later = aware()
        .post(assessed("2026-04-02", "red"))
        .post(informed("2026-04-04T10:00:00Z"))
        .wait_until("2026-04-08")
        .run();
    assert_eq!(
        lines(&later, "A-BRC-9"),
        [
            "Wed 2026-04-01 00:00 + A-BRC-9 management-not-told INC-1",
            "Fri 2026-04-03 00:00 - A-BRC-9 management-not-told INC-1",
            "Fri 2026-04-03 00:00 + A-BRC-9 grave-not-escalated INC-1",
            "Sat 2026-04-04 11:00 - A-BRC-9 grave-not-escalated INC-1",
        ]
    );
    let less =
        aware().post(assessed("2026-03-27T19:00:00Z", "red")).post(assessed("2026-03-27T20:00:00Z", "green"));
    assert_eq!(lines(&less.wait_until("2026-03-30").run(), "A-BRC-9"), Vec::<String>::new());
}

fn high_risk(at: &str, more: Value) -> Post {
    let mut data = json!({ "reportable": true, "high_risk": true });
    data.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    post("breach.reportability_decided", at, data)
}

#[test]
fn people_at_high_risk_are_told() {
    let scenario = || aware().post(informed("2026-03-27T18:00:00Z"));
    let run = scenario().post(high_risk("2026-03-28T10:00:00Z", json!({}))).wait_until("2026-04-02");
    let told = run.clone().post(post("breach.subjects_notified", "2026-04-03T10:00:00Z", json!({})));
    assert_eq!(lines(&run.run(), "A-BRC-9"), ["Sun 2026-03-29 11:00 + A-BRC-9 people-not-told INC-1"]);
    let told = told.run();
    assert_eq!(lines(&told, "A-BRC-9")[1], "Fri 2026-04-03 11:00 - A-BRC-9 people-not-told INC-1");
    assert!(told.alert("A-BRC-9", "people-not-told").arithmetic.contains("UK GDPR, Article 34(1)"));
    for (reason, raised) in [("data_unreadable", 0), ("disproportionate_effort", 0), ("other", 1)] {
        let decided = high_risk("2026-03-28T10:00:00Z", json!({ "not_told_reason": reason }));
        let run = scenario().post(decided).wait_until("2026-04-02").run();
        assert_eq!(lines(&run, "A-BRC-9").len(), raised, "{reason}");
    }
    let closed = scenario()
        .post(high_risk("2026-03-28T10:00:00Z", json!({})))
        .post(post("breach.closed", "2026-03-28T11:00:00Z", json!({})))
        .wait_until("2026-04-02")
        .run();
    assert_eq!(open(&closed, "A-BRC-9"), ["A-BRC-9 people-not-told INC-1"], "the law asks for it");
    let by_reason = post(
        "breach.reportability_decided",
        "2026-03-28",
        json!({ "reportable": true, "reason": "high_risk_likely" }),
    );
    assert_eq!(lines(&scenario().post(by_reason).wait_until("2026-04-02").run(), "A-BRC-9").len(), 1);
}
