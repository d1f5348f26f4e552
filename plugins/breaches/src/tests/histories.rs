//! Corrections, order, histories that make no sense.

use super::*;

#[test]
fn a_correction_clears_an_alert_and_shows_in_the_registers() {
    let void = post(
        "ledger.correction_recorded",
        "2026-03-29T10:00:00Z",
        json!({ "target": 0, "action": "void", "reason": "wrong_case" }),
    );
    let scenario = aware().wait_until("2026-03-29");
    let before = scenario.clone().run();
    assert_eq!(open(&before, "A-BRC-7"), ["A-BRC-7 not-contained INC-1"]);
    assert_eq!(scenario.clone().post(void).wait_until("2026-04-20").run().open(), Vec::<String>::new());
    let replaced = post(
        "ledger.correction_recorded",
        "2026-03-29T10:00:00Z",
        json!({ "target": 0, "action": "replace", "data": { "unit": "revenues" } }),
    );
    let run = scenario.post(replaced).run();
    for (register, column) in [("under-the-clock", 11), ("incidents", 12)] {
        let row = &run.register(register, "2026-03-29T11:00:00Z")[0];
        assert!(
            matches!(&row.cells[column], Cell::Text(words) if words.starts_with("entry 0 replaced by entry ")),
            "{row:?}"
        );
        assert_eq!(row.unit.as_deref(), Some("revenues"));
    }
}

#[test]
fn a_case_belongs_to_the_unit_that_it_was_transferred_to() {
    let transferred = post("case.transferred", "2026-03-28", json!({ "unit": "adult-care" }));
    let run = aware().post(transferred).run();
    assert_eq!(run.register("incidents", "2026-03-28")[0].unit.as_deref(), Some("adult-care"));
    let other = Post::new("case.transferred", "FOI-1").at("2026-03-28").data(json!({ "unit": "adult-care" }));
    let run = Scenario::<Breaches>::new().post(other).run();
    assert!(run.register("incidents", "2026-03-29").is_empty());
    let section = &run.sections("2026-01-01", "2026-12-31", "2026-12-31")[0];
    assert!(!section.blocks.iter().any(|block| matches!(block, muniment_sdk::Block::Finding(_))));
}

#[test]
fn the_register_says_what_is_next() {
    let next = |run: &Run<Breaches>, at: &str| {
        let row = run.register("incidents", at).remove(0);
        [row.cells[6].clone(), row.cells[7].clone(), row.cells[8].clone(), row.cells[9].clone()]
    };
    let day = |day: &str| Cell::from(day.parse::<muniment_sdk::Day>().unwrap());
    let run = aware().run();
    assert_eq!(
        next(&run, "2026-03-28"),
        [Cell::from("contain"), day("2026-03-28"), Cell::Number(0), Cell::from("amber")]
    );
    let run = aware().post(post("breach.contained", "2026-03-28", json!({}))).run();
    assert_eq!(
        next(&run, "2026-03-30"),
        [Cell::from("decide on reporting"), day("2026-03-29"), Cell::Number(-1), Cell::from("red")]
    );
    let run = aware().post(decided("2026-03-28", true)).run();
    assert_eq!(run.register("under-the-clock", "2026-03-28")[0].cells[8], Cell::from("to be notified"));
}

/// Without merges: the registers name the entry of one by its number, which is another in another order.
fn history() -> Vec<Post> {
    let of = |kind: &str, case: &str, at: &str, data: Value| Post::new(kind, case).at(at).data(data);
    let training = |kind: &str, of_person: &str, at: &str, data: Value| {
        let mut data = data;
        data["course"] = json!("ig-basics");
        data["person"] = json!(of_person);
        of(kind, &format!("LRN-{of_person}"), at, data)
    };
    let assessed = |person: &str, severity: &str| {
        json!({
            "ico_type": "phishing", "dimension": "confidentiality", "severity": severity, "team": "revenues",
            "person": person, "intent": "accidental", "harm": ["none"], "cause": "human_error", "people_affected": 12,
        })
    };
    vec![
        of(
            "incident.reported",
            "INC-1",
            "2026-03-02T09:00:00Z",
            json!({ "detected_at": "2026-02-27T09:00:00Z", "unit": "housing" }),
        ),
        of(
            "incident.triaged",
            "INC-1",
            "2026-03-03T09:00:00Z",
            json!({ "route": "breach", "severity": "amber" }),
        ),
        of("breach.aware", "INC-1", "2026-03-04T09:00:00Z", json!({})),
        of("breach.assessed", "INC-1", "2026-03-05T09:00:00Z", assessed("p-1", "red")),
        of(
            "breach.reportability_decided",
            "INC-1",
            "2026-03-05T10:00:00Z",
            json!({ "reportable": true, "high_risk": true }),
        ),
        of("breach.ico_notified", "INC-1", "2026-03-06T08:00:00Z", json!({})),
        of("breach.police_notified", "INC-1", "2026-03-06T09:00:00Z", json!({ "body": "police" })),
        of(
            "breach.action_raised",
            "INC-1",
            "2026-03-07T09:00:00Z",
            json!({ "action_ref": "ACT-1", "due": "2026-03-20" }),
        ),
        of("breach.action_completed", "INC-1", "2026-03-19T09:00:00Z", json!({ "action_ref": "ACT-1" })),
        of(
            "breach.action_raised",
            "INC-1",
            "2026-03-20T09:00:00Z",
            json!({ "action_ref": "ACT-2", "due": "2026-04-01" }),
        ),
        of("breach.subjects_notified", "INC-1", "2026-03-21T09:00:00Z", json!({ "people_told": 12 })),
        of("breach.ico_outcome", "INC-1", "2026-03-25T09:00:00Z", json!({ "ico_decision": "advice" })),
        of("breach.claim_received", "INC-1", "2026-03-26T09:00:00Z", json!({ "claim_ref": "CLM-1" })),
        of("breach.lesson_issued", "INC-1", "2026-03-27T09:00:00Z", json!({ "lesson_ref": "LL-1" })),
        of("breach.aware", "INC-2", "2026-03-08T09:00:00Z", json!({ "unit": "housing" })),
        of("breach.assessed", "INC-2", "2026-03-09T09:00:00Z", assessed("dir-9", "green")),
        of("breach.closed", "INC-2", "2026-03-10T09:00:00Z", json!({})),
        of("breach.aware", "INC-3", "2026-03-11T09:00:00Z", json!({})),
        of("breach.assessed", "INC-3", "2026-03-12T09:00:00Z", assessed("p-2", "amber")),
        of("incident.unsubstantiated", "INC-3", "2026-03-13T09:00:00Z", json!({})),
        of("breach.aware", "INC-3", "2026-03-14T09:00:00Z", json!({})),
        of("incident.reported", "INC-4", "2026-03-15T09:00:00Z", json!({ "team": "revenues" })),
        of("incident.near_miss_recorded", "INC-4", "2026-03-15T10:00:00Z", json!({ "barrier": "chance" })),
        of("incident.reported", "INC-5", "2026-03-16T09:00:00Z", json!({})),
        of(
            "identity.linked",
            "IDL-1",
            "2026-03-18T09:00:00Z",
            json!({ "person": "p-1", "same_as": "dir-9" }),
        ),
        training("training.completed", "p-1", "2024-03-01T09:00:00Z", json!({ "course_kind": "annual" })),
        training("training.assigned", "p-2", "2025-12-01T09:00:00Z", json!({ "due": "2026-01-01" })),
        training(
            "training.completed",
            "dir-9",
            "2025-12-02T09:00:00Z",
            json!({ "valid_until": "2026-03-01" }),
        ),
    ]
}

#[test]
fn the_order_in_which_entries_come_makes_no_difference() {
    check_any_order::<Breaches>(&history(), "2026-04-20", ("2026-01-01", "2026-12-31"));
}

#[test]
fn what_makes_no_sense_is_a_finding_and_no_panic() {
    let of = |kind: &str, case: &str, at: &str, data: Value| Post::new(kind, case).at(at).data(data);
    let run = Scenario::<Breaches>::new()
        .import([
            of("breach.ico_notified", "INC-1", "2026-03-01", json!({})),
            of("breach.aware", "INC-1", "2026-03-05", json!({})),
            of("breach.contained", "INC-1", "2026-03-05", json!({})),
            of("incident.reported", "INC-2", "2026-03-02", json!({ "detected_at": "2026-03-09T09:00:00Z" })),
            of("incident.unsubstantiated", "INC-2", "2026-03-02", json!({})),
            of(
                "breach.assessed",
                "INC-3",
                "2026-03-02",
                json!({ "severity": "red", "ico_type": "phishing" }),
            ),
            of("breach.action_completed", "INC-1", "2026-03-08", json!({ "action_ref": "ACT-9" })),
            of(
                "breach.action_raised",
                "INC-1",
                "2026-03-09",
                json!({ "action_ref": "ACT-9", "due": "2026-03-10" }),
            ),
            of("breach.assessed", "INC-1", "2026-03-05", json!({ "severity": "purple" })),
            of("training.assigned", "LRN-1", "2026-03-05", json!({ "person": "p-1" })),
        ])
        .wait_until("2026-03-06")
        .run();
    assert_eq!((statutory(&run), lines(&run, "A-BRC-4")), (Vec::new(), Vec::new()));
    let section = &run.sections("2026-01-01", "2026-12-31", "2026-03-12")[0];
    let findings: Vec<(&str, usize)> = section
        .blocks
        .iter()
        .filter_map(|block| match block {
            muniment_sdk::Block::Finding(finding) => Some((finding.text.as_str(), finding.evidence.len())),
            _ => None,
        })
        .collect();
    assert_eq!(findings.len(), 3, "{findings:#?}");
    assert!(findings[0].0.contains("neither a report nor a moment of awareness") && findings[0].1 == 1);
    assert!(findings[1].0.contains("makes no sense") && findings[1].1 == 3, "{findings:#?}");
    assert!(findings[2].0.contains("could not be read") && findings[2].1 == 2);
}

/// An import of what is over raises nothing.
#[test]
fn a_backdated_import_of_what_is_settled_raises_nothing() {
    let of =
        |kind: &str, at: &str, data: Value| Post::new(kind, "INC-1").at(at).recorded("2026-05-01").data(data);
    let run = Scenario::<Breaches>::new()
        .import([
            of("incident.reported", "2024-03-05", json!({ "detected_at": "2024-03-01T09:00:00Z" })),
            of("breach.aware", "2024-03-06", json!({})),
            of("breach.reportability_decided", "2024-03-06", json!({ "reportable": false })),
            of("breach.action_raised", "2024-03-06", json!({ "action_ref": "ACT-1", "due": "2024-04-01" })),
            of("breach.action_completed", "2024-03-28", json!({ "action_ref": "ACT-1" })),
            of("breach.closed", "2024-06-01", json!({})),
        ])
        .wait_until("2026-06-01")
        .run();
    assert_eq!(run.history(), Vec::<String>::new());
}
