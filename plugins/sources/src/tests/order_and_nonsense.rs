use super::*;

#[test]
fn it_comes_to_the_same_in_any_order() {
    let counts = |at: &str, from: &str, to: &str, events: u64| {
        reported(at, json!({ "counted_from": from, "complete_to": to, "events": events }))
    };
    check_any_order::<Sources>(
        &[
            registered(),
            registered_as(
                "old",
                "2026-02-01T00:00:00Z",
                json!({ "source_uri": "/old", "interval_hours": 4000 }),
            ),
            registered_as("new", "2026-02-02T00:00:00Z", json!({ "source_uri": "/new", "replaces": "old" })),
            post("disposal.executed", "DSP-1", "2026-03-02T09:00:00Z", json!({ "medium": "paper" })),
            post("disposal.executed", "DSP-2", "2026-03-02T10:00:00Z", json!({})),
            post("incident.reported", "INC-1", "2026-03-02T11:00:00Z", json!({ "medium": "email" })),
            post("breach.assessed", "INC-1", "2026-03-03T11:00:00Z", json!({ "dimension": "integrity" })),
            post("incident.reported", "INC-2", "2026-03-03T12:00:00Z", json!({})),
            post("incident.unsubstantiated", "INC-2", "2026-03-03T13:00:00Z", json!({})),
            counts("2026-03-03T02:00:00Z", "2026-03-02T00:00:00Z", "2026-03-03T00:00:00Z", 0),
            counts("2026-03-04T02:00:00Z", "2026-03-03T00:00:00Z", "2026-03-04T00:00:00Z", 4),
            counts("2026-03-05T02:00:00Z", "2026-03-03T00:00:00Z", "2026-03-05T00:00:00Z", 0),
            verified("2026-03-05T03:00:00Z", false, 10),
            verified("2026-03-06T03:00:00Z", true, 9),
            generated("2026-03-06T04:00:00Z", "public", Some(2)),
        ],
        "2026-03-20",
        ("2026-03-01", "2026-03-31"),
    );
}

/// Entries and the report that counts them, in whatever order they reach the ledger.
#[test]
fn whether_counts_agree_does_not_hang_on_what_is_recorded_first() {
    let request = |number: u32| {
        post(
            "request.received",
            &format!("FOI-{number}"),
            &format!("2026-03-02T{:02}:00:00Z", 8 + number),
            json!({}),
        )
    };
    let report = |events: u64| {
        reported(
            "2026-03-03T02:00:00Z",
            json!({ "counted_from": "2026-03-02T00:00:00Z", "complete_to": "2026-03-03T00:00:00Z", "events": events }),
        )
    };
    let rotations = |events: u64| -> Vec<Vec<String>> {
        let mut posts = [registered(), request(1), request(2), report(events)];
        let mut found = Vec::new();
        for _ in 0..posts.len() {
            posts.rotate_left(1);
            let late = posts.iter().map(|post| post.clone().recorded("2026-03-03T05:00:00Z"));
            found.push(Scenario::<Sources>::new().import(late).run().open());
        }
        found
    };
    assert_eq!(rotations(2), vec![Vec::<String>::new(); 4]);
    assert_eq!(rotations(1), vec![vec!["A-SRC-1 counts-differ foi-casework".to_owned()]; 4]);
    assert_eq!(rotations(3), vec![vec!["A-SRC-1 counts-differ foi-casework".to_owned()]; 4]);
}

#[test]
fn nonsense_becomes_a_finding_and_no_alert() {
    let run = Scenario::<Sources>::new()
        .post(post("source.reported", "ghost", "2026-03-01", json!({ "complete_to": "2026-03-01T00:00:00Z" })))
        .post(registered())
        .post(reported("2026-03-02T10:00:00Z", json!({ "complete_to": "2026-03-02T09:00:00Z", "counted_from": "2026-03-02T10:00:00Z", "events": 7 })))
        .post(reported("2026-03-02T11:00:00Z", json!({ "complete_to": "2999-01-01T00:00:00Z" })))
        .post(reported("2026-03-02T12:00:00Z", json!({ "complete_to": "when it is done" })))
        .post(post("incident.unsubstantiated", "INC-1", "2026-03-02T13:00:00Z", json!({})))
        .post(post("source.registered", "odd", "2026-03-02T13:00:00Z", json!({ "source_uri": 7 })))
        .post(post("ledger.verified", "x", "2026-03-02T14:00:00Z", json!({ "passed": "perhaps" })))
        .post(post("report.generated", "x", "2026-03-02T14:00:00Z", json!({ "lint_failures": -1 })))
        .post(post("nothing", "x", "2026-03-02T14:00:00Z", json!({})))
        .post(void(77, "foi-casework", "2026-03-02T15:00:00Z"))
        .post(registered_as("self", "2026-03-02T16:00:00Z", json!({ "replaces": "self", "source_uri": "" })))
        .wait_until("2026-03-02T20:00:00Z")
        .run();
    assert_eq!(run.history(), NONE);
    let section = &run.sections("2026-03-01", "2026-03-31", "2026-03-31")[0];
    let of_block = |block: &Block| match block {
        Block::Finding(finding) => Some(finding.text.clone()),
        _ => None,
    };
    assert_eq!(
        section.blocks.iter().filter_map(of_block).collect::<Vec<_>>(),
        [
            "Reports of systems that are complete up to a time that had not come: 1.",
            "Reports of systems that are counted from a time after the one that it is complete to: 1.",
            "Systems report that are not registered: ghost.",
            "Entries that could not be read and count nowhere: 4.",
        ]
    );
}
