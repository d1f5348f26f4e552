//! Histories that come out of order, and such as make no sense.

use super::*;

const PERIOD: (&str, &str) = ("2025-04-01", "2026-03-31");

#[test]
fn the_order_of_arrival_does_not_matter() {
    let critical = json!({ "asset_title": "Care cases", "forms": ["fax", "paper"], "owner": "role/x", "critical": true });
    let asset = [
        post("asset.registered", "AST-1", "2025-01-06", critical.clone()),
        post(
            "asset.owner_changed",
            "AST-1",
            "2025-02-03",
            json!({ "vacant": true, "owner_before": "role/x" }),
        ),
        reviewed("AST-1", "2025-05-05", "changed"),
        post("asset.registered", "AST-2", "2025-03-03", critical),
        reviewed("AST-2", "2025-11-03", "retired"),
        checked("DQ-1", "2025-06-02", json!({ "asset": "AST-1" })),
        checked("DQ-2", "2025-07-07", json!({ "asset": "AST-1", "next_due": "2026-01-05" })),
        checked("council-tax", "2025-08-04", json!({ "critical": true, "unit": "revenues" })),
        post(
            "data_quality.corrected",
            "DQ-1",
            "2025-06-03",
            json!({ "asset": "AST-1", "records_corrected": 5 }),
        ),
    ];
    check_any_order::<Assets>(&asset, "2026-08-03", PERIOD);
}

#[test]
fn the_order_of_arrival_does_not_matter_for_risks_and_systems() {
    let live = json!({ "system_title": "Housing", "status": "live", "hosting": "own", "unit": "housing" });
    let cloud = json!({ "system_title": "Housing", "status": "live", "hosting": "cloud" });
    let weighed =
        |rating: &str, by: &str| json!({ "occasion": "yearly", "rating": rating, "accepted_by": by });
    let posts = [
        risks::identified("RSK-1", "2025-05-06"),
        risks::assessed("RSK-1", "2025-06-02", (4, 4), "high"),
        post("risk.treated", "RSK-1", "2025-06-03", json!({ "treatment": "reduce", "due": "2025-10-01" })),
        post("risk.accepted", "RSK-1", "2025-07-01", json!({ "accepted_by": "role/head", "rating": "high" })),
        risks::assessed("RSK-2", "2025-06-04", (2, 2), "low"),
        post("risk.closed", "RSK-2", "2025-09-01", json!({ "close_reason": "treated" })),
        post("system.registered", "housing", "2025-05-01", live),
        post("system.risk_assessed", "housing", "2025-05-09", weighed("high", "role/head")),
        post("system.registered", "housing", "2025-08-01", cloud),
        found("2025-11-03", "none_yet"),
        post("unauthorised_change.detected", "CHG-2", "2025-12-01", json!({ "explanation": "error" })),
    ];
    check_any_order::<Assets>(&posts, "2026-08-03", PERIOD);
}

fn findings(section: &Section) -> Vec<&str> {
    let blocks = section.blocks.iter().filter_map(|block| match block {
        Block::Finding(finding) => Some(finding.text.as_str()),
        _ => None,
    });
    blocks.collect()
}

#[test]
fn a_history_that_makes_no_sense_is_a_finding_and_no_alert() {
    let run = unlisted()
        .post(reviewed("AST-9", "2025-05-06", "current"))
        .post(post("asset.owner_changed", "AST-9", "2025-05-07", json!({ "vacant": true })))
        .post(post(
            "system.risk_assessed",
            "ghost",
            "2025-05-08",
            json!({ "occasion": "yearly", "rating": "high" }),
        ))
        .post(post("risk.closed", "RSK-9", "2025-05-09", json!({ "close_reason": "mistake" })))
        .post(checked("odd", "2025-05-12", json!({ "records_checked": 5, "records_wrong": 9 })))
        .post(post("risk.assessed", "RSK-8", "2025-05-13", json!({ "likelihood": "often" })))
        .wait_until("2029-01-01")
        .run();
    assert_eq!(run.history(), Vec::<String>::new());
    let section = &run.sections("2025-04-01", "2026-03-31", "2026-03-31")[0];
    assert_eq!(
        findings(section),
        [
            "2 entries review, or take the owner from, an asset that was never registered.",
            "1 assessment is of the risks of systems that were never registered.",
            "1 risk was assessed, treated, accepted or closed without having been written down first.",
            "1 check says more records to be wrong than were looked at. Their records are in no sum.",
            "1 entry could not be read and is counted nowhere.",
        ]
    );
    let rows = report::table(section, "data_quality_by_dataset");
    assert_eq!(
        rows.last().unwrap().cells[1..5],
        [Cell::Number(1), Cell::Number(0), Cell::Number(0), Cell::Share(0, 0)]
    );
}

#[test]
fn a_merged_risk_counts_once_and_its_earliest_entry_stands() {
    let run = unlisted()
        .post(risks::identified("RSK-2", "2026-01-05"))
        .post(risks::identified("RSK-1", "2026-02-02"))
        .post(post("case.merged", "RSK-2", "2026-02-03", json!({ "into": "RSK-1" })))
        .wait_until("2026-04-07")
        .run();
    assert_eq!(run.open(), ["A-RSK-1 overdue RSK-1"]);
    assert!(run.alert("A-RSK-1", "overdue").arithmetic.starts_with("From Monday 5 January 2026"));
    assert_eq!(run.register("risks", "2026-04-07").len(), 1);
}

/// Imported long afterwards: what is settled by then is no alert.
#[test]
fn a_backdated_import_raises_only_what_still_stands() {
    let run = unlisted()
        .import([
            registered("AST-1", "2020-01-06").recorded("2026-03-02"),
            reviewed("AST-1", "2026-02-02", "current").recorded("2026-03-02"),
            registered("AST-2", "2020-01-07").recorded("2026-03-02"),
        ])
        .wait_until("2026-03-03")
        .run();
    assert_eq!(run.history(), ["Mon 2026-03-02 09:00 + A-AST-1 overdue AST-2"]);
}
