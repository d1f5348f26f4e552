//! The tables of the section that break requests down.

use super::*;

fn of(case: &str, day: &str, regime: &str, class: Option<&str>) -> Post {
    let mut data = json!({ "regime": regime });
    if let Some(class) = class {
        data["requester_class"] = json!(class);
    }
    Post::new("request.received", case).at(day).data(data)
}

fn numbers(section: &Section, name: &str, row: &str) -> Vec<Cell> {
    let rows = table(section, name);
    let found = rows.iter().find(|it| it.cells[0] == Cell::from(row));
    found.unwrap_or_else(|| panic!("no row {row}: {rows:?}")).cells[1..].to_vec()
}

fn counts<const N: usize>(numbers: [i64; N]) -> Vec<Cell> {
    numbers.map(Cell::Number).to_vec()
}

/// One request of each fate, over two quarters.
fn year() -> Section {
    let refused = json!({ "outcome": "refused_in_full", "exemption_sections": ["s.40", "s.43"] });
    let applied = json!({ "exemption": "FOI/40(2)", "exemption_section": "s.40" });
    let extended =
        json!({ "extended_to": "2026-06-30", "extension_ground": "public_interest", "refusal_notice": true });
    let run = Scenario::<Requests>::new()
        .post(of("A", "2026-04-01", "foi", Some("media")))
        .post(post("assigned", "A", "2026-04-02").data(json!({ "unit": "parks" })))
        .post(post("response_issued", "A", "2026-04-10").data(refused))
        .post(Post::new("review.requested", "A").at("2026-04-20").data(json!({ "regime": "foi" })))
        .post(of("B", "2026-04-01", "eir", None))
        .post(post("exemption_applied", "B", "2026-04-09").data(applied))
        .post(post("response_issued", "B", "2026-07-10").data(json!({ "outcome": "granted_in_part" })))
        .post(of("C", "2026-05-05", "foi", Some("media")))
        .post(post("extension_notified", "C", "2026-05-12").data(extended))
        .post(post("response_issued", "C", "2026-06-30").data(json!({ "outcome": "not_held" })))
        .post(of("D", "2026-07-02", "foi", Some("private")))
        .post(post("withdrawn", "D", "2026-07-03"))
        .post(of("E", "2026-09-20", "foi", Some("private")))
        .post(of("F", "2026-09-20", "reuse", None))
        .post(Post::new("ico.decision_notice", "A").at("2026-08-01").data(json!({ "ico_ref": "IC-1" })))
        .wait_until("2026-10-01")
        .run();
    run.sections("2026-04-01", "2026-09-30", "2026-10-01").remove(0)
}

#[test]
fn the_statistics_follow_each_request_of_a_quarter() {
    let section = year();
    let row = |name: &str| numbers(&section, "foi_statistics", name);
    for (name, expected) in [
        ("Received", [3, 2, 5]),
        ("Not yet processed", [0, 1, 1]),
        ("Processed in full", [3, 0, 3]),
        ("– of these, within the ordinary time", [1, 0, 1]),
        ("– of these, within an extended time", [1, 0, 1]),
        ("– of these, late", [1, 0, 1]),
        ("Granted in full", [0, 0, 0]),
        ("Granted in part and refused in part", [1, 0, 1]),
        ("Refused in full", [1, 0, 1]),
        ("Information not held", [1, 0, 1]),
        ("Withdrawn, lapsed, transferred or invalid", [0, 1, 1]),
        ("Referred for internal review", [1, 0, 1]),
    ] {
        assert_eq!(row(name), counts(expected), "{name}");
    }
    // What was received is processed, or not yet, or ended otherwise; what was processed has one outcome.
    let first = |name: &str| match row(name).pop() {
        Some(Cell::Number(number)) => number,
        other => panic!("{other:?}"),
    };
    let sum = |names: &[&str]| names.iter().map(|name| first(name)).sum::<i64>();
    let ended = "Withdrawn, lapsed, transferred or invalid";
    assert_eq!(first("Received"), sum(&["Not yet processed", "Processed in full", ended]));
    let outcomes = [
        "Granted in full",
        "Granted in part and refused in part",
        "Refused in full",
        "Information not held",
        "Processed, outcome not recorded",
    ];
    assert_eq!(first("Processed in full"), sum(&outcomes));
}

#[test]
fn requests_are_broken_down() {
    let section = year();
    let row = |table: &str, name: &str| numbers(&section, table, name);
    assert_eq!(row("requests_by_quarter", "April to June 2026"), counts([2, 1, 0]));
    assert_eq!(row("requests_by_quarter", "July to September 2026"), counts([2, 0, 1]));
    assert_eq!(row("requests_by_quarter", "All"), counts([4, 1, 1]));
    assert_eq!(row("requests_by_requester", "Media"), counts([2]));
    assert_eq!(row("requests_by_requester", "Not known"), counts([2]));
    assert_eq!(row("requests_by_requester", "All"), counts([6]));
    assert_eq!(row("requests_by_exemption", "s.40"), [Cell::Number(2), Cell::Share(2, 2)]);
    assert_eq!(row("requests_by_exemption", "s.43"), [Cell::Number(1), Cell::Share(1, 2)]);
    assert_eq!(table(&section, "requests_by_exemption").len(), 2);
    let parks = [Cell::Number(1), Cell::Number(1), Cell::Share(1, 1), Cell::Number(0)];
    assert_eq!(row("requests_by_unit", "parks"), parks);
    let all = [Cell::Number(6), Cell::Number(3), Cell::Share(2, 3), Cell::Number(2)];
    assert_eq!(row("requests_by_unit", "All"), all);
    assert_eq!(row("requests_regulator", "Decision notices"), counts([1]));
    assert_eq!(row("requests_regulator", "Reprimands"), counts([0]));
}

/// What is withheld is that of the answer that stands.
#[test]
fn an_answer_that_was_ordered_anew_has_exemptions_of_its_own() {
    let refused = json!({ "outcome": "refused_in_full", "exemption_sections": ["s.36"] });
    let answered = json!({ "outcome": "granted_in_part", "exemption_sections": ["s.40"] });
    let reopened = json!({ "reopen_reason": "ico_decision" });
    let run = Scenario::<Requests>::new()
        .post(received("FOI-1", "2026-03-02"))
        .post(post("response_issued", "FOI-1", "2026-03-10").data(refused))
        .post(post("reopened", "FOI-1", "2026-04-10").data(reopened))
        .post(post("response_issued", "FOI-1", "2026-04-20").data(answered))
        .run();
    let section = run.sections("2026-01-01", "2026-12-31", "2026-12-31").remove(0);
    assert_eq!(numbers(&section, "requests_by_exemption", "s.40"), [Cell::Number(1), Cell::Share(1, 1)]);
    assert_eq!(table(&section, "requests_by_exemption").len(), 1);
}
