//! Whatever the order, however late, and recorded twice: the same comes of it. And what cannot have been in any order.

use super::*;

fn of_reviewer(kind: &str, case: &str, day: &str, data: serde_json::Value) -> Post {
    Post::new(kind, case).at(day).data(data)
}

/// Each kind of thing that happens to a request, a review and before the regulator, no two at the same time.
fn history() -> Vec<Post> {
    let eir = json!({ "regime": "eir", "unit": "planning", "requester_class": "media" });
    let review = json!({ "regime": "foi", "unit": "parks" });
    let decision = json!({ "ico_finding": "complaint_upheld", "steps_required": 1, "ico_ref": "IC-1" });
    let extended = json!({
        "extended_to": "2026-05-08", "extension_ground": "public_interest", "refusal_notice": true
    });
    let refused = json!({ "outcome": "granted_in_part", "exemption_sections": ["s.40"] });
    vec![
        received("FOI-1", "2026-03-02"),
        post("acknowledged", "FOI-1", "2026-03-03"),
        post("assigned", "FOI-1", "2026-03-04").data(json!({ "unit": "housing" })),
        post("clarification_sought", "FOI-1", "2026-03-05").data(json!({ "statutory": true })),
        post("clarification_received", "FOI-1", "2026-03-10"),
        post("extension_notified", "FOI-1", "2026-03-24").data(extended),
        post("exemption_applied", "FOI-1", "2026-04-21").data(json!({ "exemption_section": "s.43" })),
        post("response_issued", "FOI-1", "2026-04-22").data(refused),
        of_reviewer("review.requested", "FOI-1", "2026-05-05", review),
        of_reviewer("review.decided", "FOI-1", "2026-06-01", json!({ "outcome": "upheld" })),
        of_reviewer("ico.complaint_notified", "FOI-1", "2026-06-08", json!({ "ico_ref": "IC-1" })),
        of_reviewer("ico.decision_notice", "FOI-1", "2026-06-15", decision),
        received("FOI-2", "2026-03-06"),
        post("response_issued", "FOI-2", "2026-04-30").data(json!({ "outcome": "not_held" })),
        post("reopened", "FOI-2", "2026-05-06").data(json!({ "reopen_reason": "internal_review" })),
        Post::new("request.received", "EIR-1").at("2026-03-09").data(eir),
        post("fee_notice_issued", "EIR-1", "2026-03-12").data(json!({ "fee_pounds": 30 })),
        post("fee_paid", "EIR-1", "2026-03-18"),
        received("FOI-3", "2026-03-11"),
        post("withdrawn", "FOI-3", "2026-03-13"),
        received("FOI-4", "2026-03-16"),
        answer("FOI-9", "2026-03-17"),
    ]
}

#[test]
fn a_history_comes_to_the_same_in_any_order_and_twice() {
    check_any_order::<Requests>(&history(), "2026-07-03", ("2026-01-01", "2026-06-30"));
}

#[test]
fn an_answer_before_the_request_is_a_finding_and_no_alert() {
    let run = Scenario::<Requests>::new()
        .post(answer("FOI-1", "2026-02-27"))
        .post(post("acknowledged", "FOI-1", "2026-02-27T10:00:00Z"))
        .post(received("FOI-1", "2026-03-02"))
        .wait_until("2026-05-01")
        .run();
    assert_eq!(run.history(), Vec::<String>::new());
    assert_eq!(share(&run, "2026-03-01", "2026-03-31"), (1, 1));
    let of_month = |from: &str, to: &str| {
        let section = run.sections(from, to, "2026-05-01").remove(0);
        let found = section.blocks.into_iter().filter_map(|block| match block {
            Block::Finding(finding) => Some((finding.text, finding.evidence)),
            _ => None,
        });
        found.collect::<Vec<_>>()
    };
    let found = of_month("2026-03-01", "2026-03-31");
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(found[0].0.starts_with("1 requests are recorded to have been answered"), "{found:?}");
    assert_eq!(found[0].1, [0]);
    assert_eq!(of_month("2026-04-01", "2026-04-30"), []);
}

#[test]
fn an_answer_to_what_is_not_on_record_is_a_finding_until_it_is() {
    let answered = |data: serde_json::Value| {
        let closed = post("closed", "FOI-1", "2026-03-12").data(json!({ "close_reason": "answered" }));
        Scenario::<Requests>::new()
            .post(post("response_issued", "FOI-1", "2026-03-10").data(data))
            .post(closed)
    };
    let found = |scenario: Scenario<Requests>, month: (&str, &str)| {
        let run = scenario.wait_until("2026-05-01").run();
        assert_eq!(run.history(), Vec::<String>::new(), "nobody is told of it");
        let found = run.sections(month.0, month.1, "2026-05-01").remove(0).blocks.pop();
        match found {
            Some(Block::Finding(finding)) => Some((finding.text, finding.evidence)),
            _ => None,
        }
    };
    let march = ("2026-03-01", "2026-03-31");
    let unnamed = || answered(json!({ "outcome": "granted_in_full" }));
    let (text, evidence) = found(unnamed(), march).unwrap();
    assert!(text.starts_with("1 answers belong to requests that are not on record"), "{text}");
    assert_eq!(evidence, [0]);
    assert!(found(answered(json!({ "outcome": "granted_in_full", "regime": "eir" })), march).is_some());
    assert_eq!(found(answered(json!({ "outcome": "granted_in_full", "regime": "sar" })), march), None);
    assert_eq!(found(unnamed(), ("2026-04-01", "2026-04-30")), None);
    let late = received("FOI-1", "2026-03-03").recorded("2026-04-20");
    assert_eq!(found(unnamed().post(late.clone()), march), None);
    assert_eq!(found(unnamed().import([late]), march), None);
    let other = received("FOI-2", "2026-03-03").recorded("2026-03-20");
    let merged = Post::new("case.merged", "FOI-1").at("2026-03-20").data(json!({ "into": "FOI-2" }));
    assert_eq!(found(unnamed().import([other, merged]), march), None);
    let withdrawn = Scenario::new().post(post("withdrawn", "FOI-1", "2026-03-10"));
    assert_eq!(found(withdrawn, march), None, "that is no answer");
}

#[test]
fn a_notice_that_is_recorded_twice_was_served_once() {
    let notice = |at: &str| {
        let data = json!({ "comply_by": "2026-04-08", "ico_ref": "IC-1" });
        of_reviewer("ico.information_notice", "ICO-1", at, data)
    };
    let run = Scenario::<Requests>::new()
        .post(notice("2026-03-09T09:00:00Z"))
        .post(notice("2026-03-09T15:00:00Z"))
        .run();
    let section = &run.sections("2026-03-01", "2026-03-31", "2026-04-01")[0];
    let rows = table(section, "requests_regulator");
    let served: Vec<&Row> = rows.iter().filter(|row| row.cells[1] == Cell::Number(1)).collect();
    assert_eq!(served.len(), 1, "{rows:?}");
    assert_eq!(served[0].evidence, [0]);
}
