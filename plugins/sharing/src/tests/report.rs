//! The section of the report, and histories in any order.

use muniment_sdk::{Block, Finding, Section, Table};

use super::*;

pub(super) fn figure(section: &Section, name: &str) -> (u64, Option<u64>) {
    let found = section.blocks.iter().find_map(|block| match block {
        Block::Metric(metric) if metric.name == name => {
            assert_eq!(metric.evidence.len() as u64, metric.numerator, "each figure has its evidence");
            assert!(!metric.definition.is_empty());
            Some((metric.numerator, metric.denominator))
        }
        _ => None,
    });
    found.unwrap_or_else(|| panic!("no figure {name}"))
}

fn findings(section: &Section) -> Vec<&Finding> {
    let found = section.blocks.iter().filter_map(|block| match block {
        Block::Finding(finding) => Some(finding),
        _ => None,
    });
    found.collect()
}

fn tables(section: &Section) -> Vec<&Table> {
    let found = section.blocks.iter().filter_map(|block| match block {
        Block::Table(table) => Some(table),
        _ => None,
    });
    found.collect()
}

fn row<'s>(section: &'s Section, table: &str, name: &str) -> &'s [Cell] {
    let table = tables(section).into_iter().find(|it| it.name == table).unwrap();
    &table.rows.iter().find(|row| row.cells[0] == Cell::from(name)).unwrap().cells[1..]
}

fn number(cell: &Cell) -> i64 {
    if let Cell::Number(number) = cell { *number } else { panic!("{cell:?}") }
}

fn a_year() -> Vec<Post> {
    let entry = |number: &str, at: &str, data: Value| {
        let mut whole = json!({ "activity": "Care planning", "lawful_basis": "public_task" });
        whole.as_object_mut().unwrap().extend(data.as_object().unwrap().clone());
        post("ropa.entry_recorded", number, at, whole)
    };
    let made = |number: &str, at: &str, data: Value| {
        let mut whole =
            json!({ "direction": "outgoing", "transfer_method": "secure_email", "personal_data": true });
        whole.as_object_mut().unwrap().extend(data.as_object().unwrap().clone());
        post("sharing.transfer_made", number, at, whole)
    };
    vec![
        post("protocol.adopted", "ISP-1", "2026-01-02", json!({ "review_due": "2028-01-02" })),
        isa(
            "drafted",
            "2026-01-03",
            json!({ "parties": ["a"], "protocol_ref": "ISP-1", "lawful_basis": "public_task" }),
        ),
        isa("reviewed", "2026-01-04", json!({ "outcome": "approved" })),
        isa("recorded", "2026-01-05", json!({})),
        isa("signed", "2026-01-06", json!({ "party": "b" })),
        isa("activated", "2026-01-07", json!({ "review_due": "2026-05-31" })),
        post("isa.signed", "ISA-2", "2026-01-08", json!({ "party": "b" })),
        post("isa.activated", "ISA-2", "2026-01-09", json!({ "review_due": "2027-01-09" })),
        post("isa.suspended", "ISA-2", "2026-02-09", json!({ "end_reason": "breach" })),
        post("mou.recorded", "MOU-1", "2026-01-10", json!({})),
        made("TRF-1", "2026-02-01", json!({ "isa_ref": "ISA-1" })),
        made("TRF-2", "2026-02-10", json!({ "isa_ref": "ISA-2", "transfer_method": "fax" })),
        made("TRF-3", "2026-02-11", json!({ "personal_data": false, "transfer_method": "post" })),
        made("TRF-4", "2026-06-01", json!({ "isa_ref": "ISA-1" })),
        post(
            "sharing.unauthorised_detected",
            "TRF-5",
            "2026-06-02",
            json!({
                "why_unauthorised": "wrong_partner", "incident_ref": "INC-1"
            }),
        ),
        post("partner.access_enabled", "LINK-1", "2026-02-12", json!({ "systems": ["care"] })),
        post(
            "partner.assurance_obtained",
            "LINK-1",
            "2026-02-13",
            json!({
                "assurance_kind": "dspt", "assurance_until": "2026-06-15"
            }),
        ),
        post("dpia.screened", "DPIA-1", "2026-02-14", json!({ "required": true, "go_live": "2026-03-01" })),
        post("dpia.completed", "DPIA-1", "2026-02-15", json!({ "risk_after": "high" })),
        post("dpia.approved", "DPIA-1", "2026-02-16", json!({ "approved_by": "role/siro" })),
        post("dpia.screened", "DPIA-2", "2026-02-17", json!({ "required": false })),
        entry(
            "ROPA-1",
            "2026-02-18",
            json!({ "dpia_ref": "DPIA-1", "isa_refs": ["ISA-1"], "review_due": "2026-04-30" }),
        ),
        entry("ROPA-2", "2026-02-19", json!({ "notice_ref": "care" })),
        post("privacy_notice.published", "care", "2026-02-20", json!({ "version": "1" })),
    ]
}

#[test]
fn the_tables_of_the_report_add_up() {
    let run = a_year().into_iter().fold(Scenario::<Sharing>::new(), Scenario::post).run();
    let section = &run.sections("2026-01-01", "2026-06-30", "2026-06-30T22:59:59Z")[0];
    assert_eq!(
        (section.place, section.title.as_str()),
        ("R9", "Sharing, impact assessments and records of processing")
    );
    for table in tables(section) {
        let (all, parts) = table.rows.split_last().unwrap();
        assert!(table.totals, "{}", table.name);
        for column in 1..table.columns.len() {
            let sum: i64 = parts.iter().map(|row| number(&row.cells[column])).sum();
            assert_eq!(sum, number(&all.cells[column]), "{} {column}", table.name);
        }
    }
    assert_eq!(row(section, "agreements_by_status", "All"), [2, 1, 1, 4].map(Cell::Number));
    assert_eq!(row(section, "agreements_by_status", "Suspended"), [1, 0, 0, 1].map(Cell::Number));
    assert_eq!(row(section, "agreements_by_status", "Review overdue"), [1, 0, 0, 1].map(Cell::Number));
    // ISA-1, and neither ISA-2 nor the memorandum.
    assert_eq!(figure(section, "agreements_reviewed_first"), (1, Some(3)));
    assert_eq!(figure(section, "agreements_overdue"), (1, Some(3)));
    assert_eq!(figure(section, "agreements_with_protocol"), (1, Some(1)));
    assert_eq!(figure(section, "transfers"), (4, None));
    assert_eq!(figure(section, "transfers_covered"), (2, Some(4)));
    assert_eq!(figure(section, "transfers_secure"), (3, Some(4)));
    assert_eq!(figure(section, "transfers_unauthorised"), (1, None));
    assert_eq!(row(section, "transfers_by_method", "All"), [4, 3, 1, 2].map(Cell::Number));
    assert_eq!(row(section, "transfers_by_gap", "All"), [5, 1].map(Cell::Number));
    assert_eq!(
        row(section, "transfers_by_gap", "An agreement that was not suspended"),
        [1, 0].map(Cell::Number)
    );
    assert_eq!(figure(section, "links_assured_first"), (0, Some(1)));
    assert_eq!(figure(section, "links_assured"), (0, Some(1)));
    assert_eq!(figure(section, "assessments_screened"), (2, None));
    assert_eq!(figure(section, "assessments_approved_first"), (1, Some(1)));
    assert_eq!(
        row(section, "assessments_by_status", "Regulator to be consulted"),
        [1, 1, 1].map(Cell::Number)
    );
    assert_eq!(figure(section, "agreements_on_record"), (1, Some(1)));
    assert_eq!(figure(section, "processing_current"), (0, Some(2)));
    assert_eq!(row(section, "processing_coverage", "All"), [2, 1, 1, 1].map(Cell::Number));
    assert_eq!(figure(section, "notices_published"), (1, None));
    let texts: Vec<&str> = findings(section).iter().map(|finding| finding.text.as_str()).collect();
    for (part, count) in [("without permission", 3), ("before an assurance", 1), ("high risk", 1)] {
        let is_there = |text: &&str| text.contains(part) && text.ends_with(&format!(": {count}."));
        assert!(texts.iter().any(is_there), "{part}: {texts:#?}");
    }
    assert_eq!(texts.len(), 3, "{texts:#?}");
}

#[test]
fn where_nothing_is_on_record_the_section_says_so() {
    let run = Scenario::<Sharing>::new().run();
    let section = &run.sections("2026-01-01", "2026-06-30", "2026-06-30")[0];
    assert!(tables(section).is_empty());
    let paragraphs = section.blocks.iter().filter(|block| matches!(block, Block::Paragraph(_))).count();
    assert_eq!(paragraphs, 5);
}

#[test]
fn it_does_not_matter_in_which_order_things_are_recorded() {
    check_any_order::<Sharing>(&a_year(), "2026-08-03", ("2026-01-01", "2026-06-30"));
    let again = [
        isa("suspended", "2026-01-02", json!({ "end_reason": "breach" })),
        isa("activated", "2026-01-03", json!({ "review_due": "2026-02-28", "ends": "2026-03-31" })),
        isa("suspended", "2026-01-04T09:00:00Z", json!({ "end_reason": "breach" })),
        isa("activated", "2026-01-04T12:00:00Z", json!({ "review_due": "2026-02-28", "ends": "2026-03-31" })),
        under_isa("2026-03-01"),
        post(
            "sharing.transfer_made",
            "TRF-2",
            "2026-01-04T10:00:00Z",
            json!({
                "direction": "incoming", "transfer_method": "interface", "isa_ref": ISA
            }),
        ),
        post(
            "sharing.unauthorised_detected",
            TRF,
            "2026-03-05",
            json!({ "why_unauthorised": "more_than_agreed" }),
        ),
        post("partner.access_disabled", "LINK-1", "2026-01-05", json!({})),
        post("partner.access_enabled", "LINK-1", "2026-01-06", json!({ "systems": ["care"] })),
        post(
            "partner.assurance_obtained",
            "LINK-1",
            "2026-01-07",
            json!({
                "assurance_kind": "dspt", "assurance_until": "2026-06-15"
            }),
        ),
        post(
            "ropa.entry_recorded",
            "ROPA-1",
            "2026-01-08",
            json!({
                "activity": "a", "lawful_basis": "consent", "dpia_ref": "DPIA-1"
            }),
        ),
        post(
            "ropa.entry_recorded",
            "ROPA-1",
            "2026-01-09",
            json!({
                "activity": "a", "lawful_basis": "consent", "dpia_ref": "DPIA-2", "isa_refs": [ISA]
            }),
        ),
        post("dpia.screened", "DPIA-1", "2026-01-10", json!({ "required": true, "go_live": "2026-01-11" })),
        post("dpia.screened", "DPIA-2", "2026-01-12", json!({ "required": true })),
    ];
    check_any_order::<Sharing>(&again, "2026-08-03", ("2026-01-01", "2026-06-30"));
}

#[test]
fn a_history_that_makes_no_sense_is_a_finding_and_nothing_worse() {
    let run = Scenario::<Sharing>::new()
        .post(isa("suspended", "2026-01-05", json!({ "end_reason": "breach" })))
        .post(isa("review_completed", "2026-01-06", json!({ "review_decision": "continue" })))
        .post(post("partner.access_disabled", "LINK-1", "2026-01-05", json!({})))
        .post(post("ropa.entry_reviewed", "ROPA-1", "2026-01-05", json!({ "finding": "current" })))
        .post(post("dpia.reviewed", "DPIA-1", "2026-01-05", json!({ "decision": "continue" })))
        .post(post("sharing.transfer_made", "TRF-1", "2026-01-05", json!({ "direction": "sideways" })))
        .post(post(
            "isa.activated",
            "ISA-3",
            "2026-01-05",
            json!({
                "review_due": "2025-01-05", "starts": "2026-06-01", "ends": "2026-05-01"
            }),
        ))
        .wait_until("2027-06-01")
        .run();
    assert!(!run.history().iter().any(|line| line.contains("overdue ISA-1")), "{:?}", run.history());
    assert!(!run.history().iter().any(|line| line.contains("overdue ISA-3")), "it was never in force");
    let section = &run.sections("2026-01-01", "2026-06-30", "2026-07-01")[0];
    let texts: Vec<&str> = findings(section).iter().map(|finding| finding.text.as_str()).collect();
    for part in ["never in force or open: 2.", "not in the record of processing: 1.", "could not be read"] {
        assert!(texts.iter().any(|text| text.contains(part)), "{part}: {texts:#?}");
    }
}
