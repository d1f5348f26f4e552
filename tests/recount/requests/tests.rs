//! The tables of section R5, counted from a few entries by hand.

use serde_json::{Value, json};

use super::super::book::Period;
use super::super::counted::{Counted, Row};
use super::super::{days, recount};

/// Entries about requests: kind, case, day and data of each.
fn counted(from: &str, to: &str, happened: &[(&str, &str, &str, Value)]) -> Counted {
    let entry = |(seq, (kind, case, day, data)): (usize, &(&str, &str, &str, Value))| {
        let event =
            json!({ "type": kind, "subject": case, "time": format!("{day}T12:00:00Z"), "data": data });
        json!({ "seq": seq, "recorded": "2026-06-01T12:00:00.000000Z", "event": event })
    };
    let entries: Vec<Value> = happened.iter().enumerate().map(entry).collect();
    let day = |text: &str| text.parse().expect("a day");
    recount(&entries, Period { from: day(from), to: day(to), status_at: days::last(day(to)) })
}

fn rows<'c>(counted: &'c Counted, table: &str) -> &'c [Row] {
    &counted.tables[table]
}

fn cells(counted: &Counted, table: &str, first: &str) -> Value {
    let found = rows(counted, table).iter().find(|row| row[0] == first);
    json!(found.unwrap_or_else(|| panic!("no row {first} in {table}"))[1..])
}

/// Half a year: one request of each kind that the tables tell apart.
fn half_a_year() -> Counted {
    let media = || json!({ "regime": "foi", "unit": "parks", "requester_class": "media" });
    counted(
        "2025-04-01",
        "2025-09-30",
        &[
            // Refused in time, and referred for a review.
            ("request.received", "A", "2025-04-01", media()),
            ("request.exemption_applied", "A", "2025-04-03", json!({ "exemption_section": "s.40" })),
            (
                "request.response_issued",
                "A",
                "2025-05-01",
                json!({ "outcome": "refused_vexatious", "exemption_sections": ["reg.12(4)(b)", "s.22A"] }),
            ),
            ("review.requested", "A", "2025-05-02", json!({ "regime": "foi" })),
            // Extended, moved to another law, and late by a day: the 40th working day is 2 June.
            ("request.received", "B", "2025-04-01", json!({ "regime": "foi", "requester_class": "charity" })),
            ("request.regime_changed", "B", "2025-04-02", json!({ "regime": "eir", "regime_before": "foi" })),
            (
                "request.extension_notified",
                "B",
                "2025-04-04",
                json!({ "extended_to": "2025-12-31", "extension_ground": "complexity_and_volume" }),
            ),
            ("request.response_issued", "B", "2025-06-03", json!({ "outcome": "granted_in_part" })),
            // Waits for the requester.
            ("request.received", "C", "2025-07-01", media()),
            ("request.assigned", "C", "2025-07-02", json!({ "unit": "housing" })),
            ("request.clarification_sought", "C", "2025-07-03", json!({ "statutory": true })),
            ("request.received", "D", "2025-07-01", json!({ "regime": "foi" })),
            ("request.withdrawn", "D", "2025-07-02", json!({})),
            ("request.received", "E", "2025-09-30", json!({ "regime": "reuse" })),
            ("tribunal.decided", "Z", "2025-09-30", json!({ "appeal_outcome": "allowed" })),
            ("ico.reprimand", "Z", "2025-03-31", json!({})),
        ],
    )
}

#[test]
fn the_statistics_follow_each_request() {
    let counted = half_a_year();
    let row = |name: &str| cells(&counted, "foi_statistics", name);
    assert_eq!(rows(&counted, "foi_statistics").len(), 17);
    for (name, expected) in [
        ("Received", [2, 2, 4]),
        ("Not yet processed", [0, 1, 1]),
        ("– of these, with an extended deadline", [0, 0, 0]),
        ("– of these, with the clock stopped", [0, 1, 1]),
        ("Processed in full", [2, 0, 2]),
        ("– of these, within the ordinary time", [1, 0, 1]),
        ("– of these, late", [1, 0, 1]),
        ("Granted in part and refused in part", [1, 0, 1]),
        ("Refused in full", [1, 0, 1]),
        ("– of these, vexatious or repeated", [1, 0, 1]),
        ("Withdrawn, lapsed, transferred or invalid", [0, 1, 1]),
        ("Referred for internal review", [1, 0, 1]),
    ] {
        assert_eq!(row(name), json!(expected), "{name}");
    }
}

#[test]
fn requests_are_broken_down() {
    let counted = half_a_year();
    let of = |table: &str, name: &str| cells(&counted, table, name);
    assert_eq!(of("requests_by_quarter", "April to June 2025"), json!([1, 1, 0]));
    assert_eq!(of("requests_by_quarter", "July to September 2025"), json!([2, 0, 1]));
    assert_eq!(of("requests_by_quarter", "All"), json!([3, 1, 1]));
    assert_eq!(of("requests_by_requester", "Media"), json!([2]));
    assert_eq!(of("requests_by_requester", "Not known"), json!([2]));
    let share =
        |numerator: u8, denominator: u8| json!({ "numerator": numerator, "denominator": denominator });
    let units: Vec<&Value> = rows(&counted, "requests_by_unit").iter().map(|row| &row[0]).collect();
    assert_eq!(units, ["housing", "parks", "Not recorded", "All"]);
    assert_eq!(of("requests_by_unit", "housing"), json!([1, 0, share(0, 0), 1]));
    assert_eq!(of("requests_by_unit", "All"), json!([5, 2, share(1, 2), 2]));
    let expected =
        ["s.22A", "s.40", "reg.12(4)(b)"].map(|section| vec![json!(section), json!(1), share(1, 1)]);
    assert_eq!(rows(&counted, "requests_by_exemption"), expected);
    assert_eq!(of("requests_regulator", "Decisions of a tribunal"), json!([1]));
    assert_eq!(of("requests_regulator", "Reprimands"), json!([0]));
}

#[test]
fn a_mixed_request_is_answered_when_each_of_its_laws_is() {
    let answers = |answers: &[(&str, &str)]| {
        let received = json!({ "regime": "sar", "regimes": ["sar", "eir", "foi"] });
        let mut happened = vec![("request.received", "A", "2025-04-01", received)];
        for (day, regime) in answers {
            let data = json!({ "outcome": "not_held", "regime": regime });
            happened.push(("request.response_issued", "A", day, data));
        }
        cells(&counted("2025-04-01", "2025-06-30", &happened), "foi_statistics", "Processed in full")
    };
    assert_eq!(answers(&[("2025-04-02", "sar")]), json!([0, 0]));
    assert_eq!(answers(&[("2025-04-02", "sar"), ("2025-04-03", "foi")]), json!([0, 0]));
    assert_eq!(answers(&[("2025-04-02", "foi"), ("2025-04-03", "eir")]), json!([1, 1]));
    assert_eq!(answers(&[("2025-04-02", "reuse")]), json!([1, 1]));
}

#[test]
fn an_answer_that_was_ordered_has_sections_of_its_own() {
    let refused = |section: &str| json!({ "outcome": "refused_in_full", "exemption_sections": [section] });
    let counted = counted(
        "2025-04-01",
        "2025-06-30",
        &[
            ("request.received", "A", "2025-04-01", json!({ "regime": "foi" })),
            ("request.response_issued", "A", "2025-04-02", refused("s.36")),
            ("request.reopened", "A", "2025-06-01", json!({ "reopen_reason": "ico_decision" })),
            ("request.response_issued", "A", "2025-06-20", refused("s.40")),
        ],
    );
    assert_eq!(rows(&counted, "requests_by_exemption").len(), 1);
    assert_eq!(cells(&counted, "foi_statistics", "– of these, within the ordinary time"), json!([1, 1]));
    assert_eq!(cells(&counted, "requests_by_exemption", "s.40")[0], 1);
}

#[test]
fn a_school_has_twenty_days_on_which_it_is_open() {
    let answered = |day: &'static str| {
        let closed = |day| ("calendar.day_set", "oak-street", day, json!({ "day": day, "open": false }));
        let happened = [
            closed("2025-06-02"),
            ("request.received", "A", "2025-05-30", json!({ "regime": "foi", "calendar": "oak-street" })),
            ("request.response_issued", "A", day, json!({ "outcome": "not_held" })),
        ];
        cells(&counted("2025-04-01", "2025-09-30", &happened), "foi_statistics", "– of these, late")
    };
    assert_eq!(answered("2025-06-30"), json!([0, 0, 0]));
    assert_eq!(answered("2025-07-01"), json!([1, 0, 1]));
}
