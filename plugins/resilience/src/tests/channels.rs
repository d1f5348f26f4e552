//! A-CHN-1 and A-CHN-2.

use super::*;

fn briefed(subject: &str, at: &str) -> Post {
    post("caller.briefed", subject, at, json!({ "team": "customer-services", "method": "meeting" }))
}

fn failed(at: &str, team: Option<&str>) -> Post {
    let mut data = json!({ "failed_check": "wrong_answers", "given_out": true });
    if let Some(team) = team {
        data["team"] = json!(team);
    }
    post("caller.check_failed", "CALL-9", at, data)
}

#[test]
fn a_team_is_briefed_on_callers_once_a_year() {
    let run_ = run(vec![briefed("CALL-1", "2025-03-02"), briefed("CALL-2", "2026-03-10")], "2026-04-01");
    assert_eq!(
        run_.history(),
        [
            "Tue 2026-03-03 00:00 + A-CHN-1 briefing-overdue team/customer-services",
            "Tue 2026-03-10 09:00 - A-CHN-1 briefing-overdue team/customer-services",
        ]
    );
    let in_time = run(vec![briefed("CALL-1", "2025-03-02"), briefed("CALL-2", "2026-03-02")], "2026-04-01");
    assert_eq!(in_time.history(), Vec::<String>::new());
    let never = run(vec![failed("2026-03-05", Some("housing"))], "2026-04-01");
    assert_eq!(never.history(), ["Fri 2026-03-06 00:00 + A-CHN-1 never-briefed team/housing"]);
    assert_eq!(run(vec![failed("2026-03-05", None)], "2026-04-01").history(), Vec::<String>::new());
}

fn justified(at: &str, expires: &str) -> Post {
    post("fax.justified", "FAX-1", at, json!({ "need": "health", "expires": expires }))
}

#[test]
fn a_fax_machine_is_in_use_only_with_a_reason_that_holds() {
    let posts = vec![justified("2026-01-05", "2026-03-02"), justified("2026-03-10", "2026-12-31")];
    assert_eq!(
        run(posts, "2026-04-01").history(),
        [
            "Tue 2026-03-03 00:00 + A-CHN-2 justification-expired FAX-1",
            "Tue 2026-03-10 09:00 - A-CHN-2 justification-expired FAX-1",
        ]
    );
    let long = run(vec![justified("2025-03-02", "2030-01-01")], "2026-04-01");
    assert_eq!(long.history(), ["Tue 2026-03-03 00:00 + A-CHN-2 justification-expired FAX-1"]);
    assert!(long.alert("A-CHN-2", "justification-expired").arithmetic.contains("setting fax_justify_months"));
    let given_up = post("fax.decommissioned", "FAX-1", "2026-02-02", json!({}));
    let posts = vec![justified("2025-03-02", "2026-03-01"), given_up];
    assert_eq!(run(posts.clone(), "2026-04-01").history(), Vec::<String>::new());
    let astray = |at: &str| post("fax.misdirected", "FAX-1", at, json!({ "recipient_kind": "wrong_number" }));
    let used = run([posts, vec![astray("2026-03-09")]].concat(), "2026-04-01");
    assert_eq!(used.history(), ["Mon 2026-03-09 09:00 + A-CHN-2 in-use-without-justification FAX-1"]);
    let unknown = run(vec![astray("2026-03-09"), justified("2026-03-12", "2026-12-31")], "2026-04-01");
    assert_eq!(unknown.history().len(), 2);
    assert_eq!(unknown.open(), Vec::<String>::new());
}

#[test]
fn the_register_of_channels_has_machines_and_teams() {
    let run_ = run(
        vec![
            briefed("CALL-1", "2026-01-05"),
            justified("2026-01-05", "2026-03-02"),
            failed("2026-01-06", Some("x")),
        ],
        "2026-01-10",
    );
    let rows = run_.register("channels", "2026-02-20");
    let of = |place: usize| [0, 5, 6].map(|column: usize| rows[place].cells[column].clone());
    assert_eq!(of(0), ["team/x", "never briefed", "red"].map(Cell::from));
    assert_eq!(of(1), ["FAX-1", "due soon", "amber"].map(Cell::from));
    assert_eq!(of(2), ["team/customer-services", "in order", "green"].map(Cell::from));
}
