//! Histories that make no sense, and what cannot be read.

use super::*;

fn findings(run: &Run<Suppliers>) -> Vec<(String, Vec<u64>)> {
    let section = &run.sections("2026-01-01", "2026-12-31", "2026-12-31")[0];
    let found = section.blocks.iter().filter_map(|block| match block {
        Block::Finding(finding) => Some((finding.text.clone(), finding.evidence.clone())),
        _ => None,
    });
    found.collect()
}

#[test]
fn an_end_before_the_start_is_a_finding_and_no_alert() {
    let run = scenario([ended("2026-03-02"), started("2026-03-09")]).wait_until("2026-12-30").run();
    assert_eq!(run.history(), none());
    let found = findings(&run);
    assert_eq!(found, [("1 engagements are recorded to have ended before they began.".to_owned(), vec![0])]);
}

#[test]
fn an_undertaking_over_before_it_was_signed_covers_nothing() {
    let run = scenario([started("2026-03-09"), signed("2026-03-02", Some("2026-02-01"))]);
    let run = run.post(post("nda.expired", "NDA-1", "2026-03-10", json!({}))).wait_until("2026-03-11").run();
    assert_eq!(run.open(), ["A-THP-1 started CTR-1"]);
    assert!(
        findings(&run)
            .iter()
            .any(|(text, seqs)| text.contains("over before it was signed") && *seqs == [1, 2])
    );
}

#[test]
fn an_undertaking_of_nobody_is_a_finding() {
    let data = json!({ "scope": "person", "supplier": "Exemplar Software Ltd", "signed_on": "2026-03-02" });
    let run = scenario([post("nda.signed", "NDA-1", "2026-03-02", data)]).run();
    assert!(findings(&run)[0].0.starts_with("1 undertakings name no person"), "{:?}", findings(&run));
}

#[test]
fn who_is_excused_although_data_can_be_seen_is_a_finding() {
    let data = json!({ "starts": "2026-03-09", "data_access": "special_category", "nda_required": false });
    let run = scenario([post("contractor.engaged", "CTR-1", "2026-03-02", data)]).run();
    assert!(findings(&run)[0].0.starts_with("1 engagements are recorded to need no undertaking"));
}

#[test]
fn what_cannot_be_read_is_said_until_it_is_put_right() {
    let run = scenario([
        post("contractor.engaged", "CTR-1", "2026-03-02", json!({ "starts": "soon", "data_access": "none" })),
        post("access.granted", "access/p-1", "2026-03-02", json!({})),
        post("sharing.transfer_made", "TRF-1", "2026-03-02", json!({ "direction": 7 })),
        post("visitor.access_recorded", "VIS-1", "2026-03-02", json!({ "area": "moon" })),
        post("processor.assured", "PRC-1", "2026-03-02", json!({})),
    ]);
    let found = findings(&run.clone().run());
    let Some((text, seqs)) = found.last() else { panic!("nothing") };
    assert!(text.starts_with("5 entries about contractors, access, processors and visits"), "{text}");
    assert_eq!(seqs.len(), 5);
    let run = run.post(void(3, "VIS-1", "2026-03-03")).run();
    assert!(findings(&run).last().unwrap().0.starts_with("4 entries"));
}

#[test]
fn revocations_and_changes_of_what_was_never_granted_say_nothing() {
    let changed = json!({ "person": "p-1", "system": "payroll", "entitlement": "write" });
    let run = scenario([
        revoked("2026-03-02"),
        engaged("2026-03-02"),
        post("access.changed", "access/p-1", "2026-03-03", changed),
    ]);
    assert_eq!(run.wait_until("2026-04-01").run().history(), none());
}

#[test]
fn visitors_are_on_site_until_the_day_is_over() {
    let seen = |number: &str, at: &str, area: &str, escorted: Option<bool>| {
        post("visitor.access_recorded", number, at, json!({ "area": area, "escorted": escorted }))
    };
    let run = scenario([
        seen("VIS-1", "2026-03-01T23:30:00Z", "office", None),
        seen("VIS-2", "2026-03-02T10:00:00Z", "reception", Some(true)),
        seen("VIS-3", "2026-03-02T11:00:00Z", "records_store", Some(false)),
        seen("VIS-2", "2026-03-02T12:00:00Z", "data_centre", Some(true)),
        seen("VIS-4", "2026-03-02T15:00:00Z", "office", Some(false)),
    ])
    .run();
    let rows = run.register("visitors", "2026-03-02T14:00:00Z");
    let of = |row: &Row, column: &str| cell(&registers::visitors::ON_SITE, row, column).clone();
    let listed: Vec<_> =
        rows.iter().map(|row| (row.subject.as_deref().unwrap(), of(row, "area"), of(row, "rag"))).collect();
    assert_eq!(
        listed,
        [
            ("VIS-2", Cell::from("Data centre"), Cell::from("green")),
            ("VIS-3", Cell::from("Records store"), Cell::from("red")),
        ]
    );
    assert_eq!(
        (of(&rows[0], "since"), rows[0].evidence.as_slice()),
        (Cell::Moment("2026-03-02T10:00:00Z".parse().unwrap()), [1, 3].as_slice())
    );
    assert_eq!(run.register("visitors", "2026-03-03T00:00:00Z"), []);
}
