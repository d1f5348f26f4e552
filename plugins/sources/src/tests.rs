use muniment_sdk::testing::{Post, Run, Scenario, check_any_order, check_manifest};
use muniment_sdk::{Act, Block, Cell};
use serde_json::{Value, json};

use super::*;

mod coding;
mod counts;
mod order_and_nonsense;

const NONE: [&str; 0] = [];

fn post(kind: &str, subject: &str, at: &str, data: Value) -> Post {
    Post::new(kind, subject).at(at).data(data)
}

/// A system of which the tests' events come, which is to report every 26 hours.
fn registered() -> Post {
    registered_as("foi-casework", "2026-03-02T00:00:00Z", json!({}))
}

fn registered_as(name: &str, at: &str, more: Value) -> Post {
    let mut data = json!({
        "source_uri": "/tests", "groups": ["request", "review"], "interval_hours": 26, "owner": "role/head-of-ict",
    });
    let members = data.as_object_mut().unwrap();
    members.extend(more.as_object().unwrap().clone());
    post("source.registered", name, at, data)
}

fn reported(at: &str, data: Value) -> Post {
    post("source.reported", "foi-casework", at, data)
}

fn complete(at: &str, to: &str) -> Post {
    reported(at, json!({ "complete_to": to }))
}

fn void(target: u64, subject: &str, at: &str) -> Post {
    let data = json!({ "target": target, "action": "void", "reason": "wrong_data" });
    post("ledger.correction_recorded", subject, at, data)
}

fn verified(at: &str, passed: bool, size: u64) -> Post {
    post("ledger.verified", "the-host-names-none", at, json!({ "passed": passed, "size": size }))
}

fn generated(at: &str, edition: &str, failures: Option<u64>) -> Post {
    let data = json!({
        "report": "report-2025-26", "edition": edition, "period_from": "2025-04-01", "period_to": "2026-03-31", "size": 40960,
        "sha256": "00", "lint_failures": failures,
    });
    post("report.generated", "report-2025-26", at, data)
}

fn metric<'s>(section: &'s Section, name: &str) -> &'s muniment_sdk::Metric {
    let found = section.blocks.iter().find_map(|block| match block {
        Block::Metric(metric) if metric.name == name => Some(metric),
        _ => None,
    });
    found.unwrap_or_else(|| panic!("{name} is not in {section:#?}"))
}

fn table<'s>(section: &'s Section, name: &str) -> &'s muniment_sdk::Table {
    let found = section.blocks.iter().find_map(|block| match block {
        Block::Table(table) if table.name == name => Some(table),
        _ => None,
    });
    found.unwrap_or_else(|| panic!("{name} is not in {section:#?}"))
}

/// The last row is the sum of those before it.
fn assert_adds_up(table: &muniment_sdk::Table) {
    assert!(table.totals);
    let number = |cell: &Cell| if let Cell::Number(number) = cell { *number } else { panic!("{cell:?}") };
    let (all, parts) = table.rows.split_last().unwrap();
    for column in 1..table.columns.len() {
        let sum: i64 = parts.iter().map(|row| number(&row.cells[column])).sum();
        assert_eq!(sum, number(&all.cells[column]), "{:?}", table.columns[column]);
    }
}

#[test]
fn the_manifest_is_in_order() {
    check_manifest::<Sources>();
}

/// Also where the entries make no sense together.
#[test]
fn any_history_that_the_catalogue_takes_is_borne() {
    muniment_histories::check_any_history::<Sources>();
}

/// The details of a case stay, as a correction may come: small enough that a million of them go into the memory of a plugin.
#[test]
fn what_is_kept_of_an_incident_that_is_over_is_bounded() {
    let happens = |kind, subject, day, data| muniment_histories::Happens { kind, subject, day, data };
    let case = [
        happens(
            "incident.reported",
            "INC-#",
            0,
            json!({ "detected_at": "@time", "kind": "data_breach", "medium": "email", "channel": "email", "harm_kind": "disclosure", "intent": "accidental", "unit": "housing" }),
        ),
        happens("incident.triaged", "INC-#", 0, json!({ "route": "breach", "dimension": "confidentiality" })),
        happens("breach.aware", "INC-#", 1, json!({ "detected_at": "@time" })),
        happens(
            "breach.assessed",
            "INC-#",
            2,
            json!({ "ico_type": "data_emailed_to_incorrect_recipient", "dimension": "confidentiality", "severity": "green" }),
        ),
        happens("incident.closed", "INC-#", 20, json!({ "close_reason": "passed_on_as_breach" })),
    ];
    muniment_histories::check_bytes_a_case::<Sources>(&case, 128);
}

#[test]
fn a_system_is_silent_once_its_interval_is_over() {
    let run = Scenario::<Sources>::new()
        .post(registered())
        .post(complete("2026-03-03T02:00:00Z", "2026-03-03T00:00:00Z"))
        .wait_until("2026-03-04T04:00:00Z")
        .run();
    assert_eq!(run.history(), NONE, "26 hours after the report it is in time");
    let run = Scenario::<Sources>::new()
        .post(registered())
        .post(complete("2026-03-03T02:00:00Z", "2026-03-03T00:00:00Z"))
        .wait_until("2026-03-04T05:00:00Z")
        .post(complete("2026-03-04T06:30:00Z", "2026-03-04T00:00:00Z"))
        .wait_until("2026-03-05T08:30:00Z")
        .run();
    assert_eq!(
        run.history(),
        [
            "Wed 2026-03-04 04:00 + A-SRC-1 silent foi-casework",
            "Wed 2026-03-04 06:30 - A-SRC-1 silent foi-casework"
        ]
    );
    let alert = run.alert("A-SRC-1", "silent");
    assert_eq!(
        alert.arithmetic,
        "It reported last Tue 2026-03-03 02:00; it said that at most 26 hours lie between two reports (`interval_hours` of its \
         registration), so the next was due by Wed 2026-03-04 04:00. The feed is complete to Tue 2026-03-03 00:00: that \
         something is missing behind that says nothing."
    );
    assert_eq!(alert.evidence, [0, 1]);
}

#[test]
fn a_system_that_never_reports_is_silent_from_its_registration_on() {
    let run = Scenario::<Sources>::new().post(registered()).wait_until("2026-03-10").run();
    assert_eq!(run.history(), ["Tue 2026-03-03 02:00 + A-SRC-1 silent foi-casework"]);
    let row = &run.register("feeds", "2026-03-10")[0];
    assert_eq!(
        (row.cells[7].clone(), row.cells[10].clone()),
        (Cell::from("red"), Cell::from("never reported"))
    );
}

#[test]
fn a_system_that_another_replaced_need_not_report() {
    let later = json!({ "replaces": "foi-casework" });
    let run = Scenario::<Sources>::new()
        .post(registered())
        .wait_until("2026-03-04")
        .post(registered_as("foi-cloud", "2026-03-05T00:00:00Z", later))
        .wait_until("2026-03-08")
        .post(void(3, "foi-cloud", "2026-03-09T00:00:00Z"))
        .wait_until("2026-03-10")
        .run();
    assert_eq!(
        run.history(),
        [
            "Tue 2026-03-03 02:00 + A-SRC-1 silent foi-casework",
            "Thu 2026-03-05 00:00 - A-SRC-1 silent foi-casework",
            "Fri 2026-03-06 02:00 + A-SRC-1 silent foi-cloud",
            "Mon 2026-03-09 00:00 - A-SRC-1 silent foi-cloud",
            "Mon 2026-03-09 00:00 + A-SRC-1 silent foi-casework",
        ]
    );
}

#[test]
fn an_interval_that_is_registered_anew_counts_from_then_on() {
    let weekly = registered_as("foi-casework", "2026-03-02T12:00:00Z", json!({ "interval_hours": 170 }));
    let run = Scenario::<Sources>::new().post(registered()).post(weekly).wait_until("2026-03-12").run();
    assert_eq!(run.history(), ["Mon 2026-03-09 02:00 + A-SRC-1 silent foi-casework"]);
}

/// A report that reached the ledger late was made when it was made.
#[test]
fn an_imported_history_of_reports_raises_only_what_is_still_true() {
    let history = ["2026-03-03", "2026-03-04", "2026-03-05"]
        .map(|day| complete(day, "2026-03-03T00:00:00Z").recorded("2026-03-05T10:00:00Z"));
    let run = Scenario::<Sources>::new()
        .import([registered().recorded("2026-03-05T10:00:00Z")].into_iter().chain(history))
        .wait_until("2026-03-06T10:59:00Z")
        .run();
    assert_eq!(run.history(), NONE);
}

#[test]
fn the_register_shows_what_is_complete_and_what_is_due() {
    let run = Scenario::<Sources>::new()
        .post(registered())
        .post(registered_as("hr", "2026-03-02T01:00:00Z", json!({ "interval_hours": 24, "unit": "people" })))
        .post(complete("2026-03-03T01:30:00Z", "2026-03-03T00:00:00Z"))
        .post(complete("2026-03-03T02:00:00Z", "2026-03-01T00:00:00Z"))
        .post(post(
            "source.reported",
            "ghost",
            "2026-03-03T02:00:00Z",
            json!({ "complete_to": "2026-03-03T00:00:00Z" }),
        ))
        .post(void(3, "foi-casework", "2026-03-03T03:00:00Z"))
        .run();
    let rows = run.register("feeds", "2026-03-03T00:30:00Z");
    let names: Vec<&Cell> = rows.iter().map(|row| &row.cells[0]).collect();
    assert_eq!(names, ["hr", "foi-casework", "ghost"].map(Cell::from).iter().collect::<Vec<_>>());
    assert_eq!(rows[0].cells[6..8], [Cell::Number(0), Cell::from("amber")]);
    assert_eq!(rows[0].unit.as_deref(), Some("people"));
    let of = |row: usize| rows[row].cells[7..].to_vec();
    let corrected = Cell::from("entry 3 voided by entry 6");
    let ict = Cell::from("role/head-of-ict");
    assert_eq!(of(1)[..1], [Cell::from("amber")], "it reports, but what it reports on does not go on");
    assert_eq!(of(1)[1..], [ict, Cell::None, Cell::from("behind"), Cell::Number(0), corrected]);
    assert_eq!(rows[2].cells[10], Cell::from("not registered"));
}

#[test]
fn a_ledger_that_does_not_verify_is_a_matter_for_the_risk_owner() {
    let run = Scenario::<Sources>::new()
        .post(verified("2026-03-02T03:00:00Z", true, 100))
        .post(verified("2026-03-03T03:00:00Z", false, 200))
        .post(verified("2026-03-03T04:00:00Z", true, 150))
        .wait_until("2026-03-03T05:00:00Z")
        .post(verified("2026-03-04T03:00:00Z", true, 300))
        .run();
    assert_eq!(
        run.history(),
        ["Tue 2026-03-03 03:00 + A-LED-2 failed ledger", "Wed 2026-03-04 03:00 - A-LED-2 failed ledger"],
        "a verification of fewer entries settles nothing"
    );
    let alert = run.alert("A-LED-2", "failed");
    assert_eq!((alert.evidence.clone(), alert.severity), (vec![1], None));
    assert!(alert.arithmetic.contains("200 entries did not verify"), "{}", alert.arithmetic);
    let section = &run.sections("2026-03-01", "2026-03-31", "2026-03-31")[2];
    let passed = metric(section, "verifications_passed");
    assert_eq!((section.place, passed.numerator, passed.denominator), ("Annex-D", 3, Some(4)));
    assert!(matches!(section.blocks.last(), Some(Block::Finding(finding)) if finding.evidence == [1]));
}

#[test]
fn after_a_restore_a_verification_of_what_is_left_settles_it() {
    let restored =
        post("ledger.restored", "the-host-names-none", "2026-03-03T05:00:00Z", json!({ "old_size": 90 }));
    let failed = || Scenario::<Sources>::new().post(verified("2026-03-03T03:00:00Z", false, 200));
    let run = failed().post(restored.clone()).wait_until("2026-03-04").run();
    assert_eq!(run.open(), ["A-LED-2 failed ledger"]);
    let run = failed().post(restored).post(verified("2026-03-04T03:00:00Z", true, 95)).run();
    assert_eq!(run.open(), NONE);
}

#[test]
fn a_report_whose_figures_do_not_add_up_is_told_until_it_does() {
    let run = Scenario::<Sources>::new()
        .post(generated("2026-05-01", "internal", Some(0)))
        .post(generated("2026-05-02", "internal", Some(3)))
        .post(generated("2026-05-03", "public", Some(0)))
        .post(generated("2026-05-04", "internal", None))
        .wait_until("2026-05-05")
        .post(generated("2026-05-06", "internal", Some(1)))
        .wait_until("2026-05-07")
        .post(generated("2026-05-08", "internal", Some(0)))
        .wait_until("2026-05-09")
        .run();
    assert_eq!(
        run.history(),
        [
            "Sat 2026-05-02 09:00 + A-RPT-1 checks-failed report-2025-26",
            "Wed 2026-05-06 09:00 - A-RPT-1 checks-failed report-2025-26",
            "Wed 2026-05-06 09:00 + A-RPT-1 checks-failed report-2025-26",
            "Fri 2026-05-08 09:00 - A-RPT-1 checks-failed report-2025-26",
        ],
        "another edition settles nothing, and neither does one that does not say"
    );
    let words = &run.alert("A-RPT-1", "checks-failed").arithmetic;
    assert!(words.contains("the internal edition was made Wed 2026-05-06 09:00, 1 of the checks"), "{words}");
    let section = &run.sections("2026-05-01", "2026-05-31", "2026-05-31")[1];
    let add_up = metric(section, "reports_add_up");
    assert_eq!((section.place, add_up.numerator, add_up.denominator), ("Annex-B", 3, Some(5)));
}

#[test]
fn where_nothing_happened_the_report_says_so() {
    let sections = Scenario::<Sources>::new().run().sections("2026-04-01", "2027-03-31", "2027-04-01");
    let places: Vec<&str> = sections.iter().map(|section| section.place).collect();
    assert_eq!(places, ["R15", "Annex-B", "Annex-D"]);
    let sentences = |section: &Section| {
        section.blocks.iter().filter(|block| matches!(block, Block::Paragraph(_))).count()
    };
    assert_eq!(sections.iter().map(sentences).collect::<Vec<_>>(), [2, 2, 1]);
    assert!(
        sections.iter().flat_map(|section| &section.blocks).all(|block| !matches!(block, Block::Table(_)))
    );
}
