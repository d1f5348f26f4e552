//! The section of the report.

use super::*;

pub(super) fn table<'s>(section: &'s Section, name: &str) -> &'s [Row] {
    let found = section.blocks.iter().find_map(|block| match block {
        Block::Table(table) if table.name == name => Some(table.rows.as_slice()),
        _ => None,
    });
    found.unwrap_or_else(|| panic!("no table {name}"))
}

pub(super) fn share(section: &Section, name: &str) -> (u64, Option<u64>) {
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

/// Each column of numbers is the sum of those above.
fn adds_up(rows: &[Row]) {
    let number = |cell: &Cell| if let Cell::Number(number) = cell { *number } else { panic!("{cell:?}") };
    let (last, others) = rows.split_last().unwrap();
    for column in 1..last.cells.len() {
        let sum: i64 = others.iter().map(|row| number(&row.cells[column])).sum();
        assert_eq!(number(&last.cells[column]), sum, "column {column} of {rows:?}");
    }
}

fn item(number: &str, at: &str, data: Value) -> Post {
    let usual = json!({ "person": "p-1", "medium": "usb", "identifiable": true, "encrypted": true, "due_back": "2026-05-31" });
    post("offsite.checked_out", number, at, with(usual, data))
}

fn year() -> Vec<Post> {
    let signed = |number: &str, at: &str, data: Value| {
        let usual = json!({ "person": number, "electronic_files": true, "signatory": "service_director", "valid_until": "2027-03-31" });
        post("homework.authorised", number, at, with(usual, data))
    };
    vec![
        authorised("2026-03-02", json!({})),
        signed("HW-2", "2026-04-02", json!({ "signatory": "line_manager" })),
        signed("HW-3", "2026-04-03", json!({ "valid_until": "2026-05-31" })),
        signed(
            "HW-4",
            "2026-04-04",
            json!({ "signatory": "line_manager", "electronic_files": false, "valid_until": "2026-06-30" }),
        ),
        signed("HW-5", "2025-04-04", json!({})),
        item("ITEM-1", "2026-04-06", json!({})),
        item("ITEM-2", "2026-04-07", json!({ "medium": "paper", "encrypted": null })),
        item("ITEM-3", "2026-04-08", json!({ "person": "p-9", "encrypted": false })),
        item("ITEM-4", "2026-04-09", json!({ "medium": "laptop", "encrypted": null })),
        item("ITEM-5", "2026-04-10", json!({ "due_back": "2026-09-30" })),
        item("ITEM-6", "2026-03-10", json!({})),
        post("offsite.returned", "ITEM-1", "2026-05-31", json!({})),
        post("offsite.returned", "ITEM-2", "2026-06-01", json!({})),
        post("offsite.lost", "ITEM-3", "2026-05-01", json!({ "medium": "usb", "incident_ref": "INC-1" })),
        broken("HW-2", "2026-04-20", json!({ "kind": "home_email" })),
        broken("HW-2", "2026-04-21", json!({ "kind": "home_email" })),
        broken("HW-3", "2026-04-22", json!({ "kind": "vehicle" })),
        post("homework.reviewed", "HW-3", "2026-04-23", json!({ "decision": "continue" })),
    ]
}

#[test]
fn the_figures_add_up() {
    let run =
        Scenario::<Offsite>::new().import(year().into_iter().map(|post| post.recorded("2026-07-01"))).run();
    let section = &run.sections("2026-04-01", "2026-06-30", "2026-07-01")[0];
    assert_eq!((section.place, section.title.as_str()), ("R12", "Working at home, and information off site"));
    for name in ["authorisations_by_signatory", "items_by_medium", "violations_by_kind"] {
        adds_up(table(section, name));
    }
    // HW-4 is in force on the last day of the period, and over on the first one behind it.
    let signatories = table(section, "authorisations_by_signatory");
    assert_eq!(signatories[0].cells[1..], [1, 1, 2].map(Cell::from));
    assert_eq!(signatories[4].cells[1..], [3, 1, 4].map(Cell::from));
    assert_eq!(share(section, "authorisations_rightly_signed"), (1, Some(2)));
    assert_eq!(share(section, "authorisations_reviewed"), (3, Some(4)));
    assert_eq!(share(section, "items_authorised"), (4, Some(5)));
    assert_eq!(share(section, "items_encrypted"), (2, Some(4)));
    let items = table(section, "items_by_medium");
    assert_eq!(items[9].cells[1..], [5, 1, 1, 1, 1, 1].map(Cell::from));
    let violations = table(section, "violations_by_kind");
    assert_eq!(violations[8].cells[1..], [3, 1, 2].map(Cell::from));
}

#[test]
fn a_quiet_period_says_so() {
    let run = Scenario::<Offsite>::new().run();
    let section = &run.sections("2026-04-01", "2026-06-30", "2026-07-01")[0];
    let sentences = section.blocks.iter().filter(|block| matches!(block, Block::Paragraph(_))).count();
    assert_eq!(sentences, 3);
    assert!(
        !section.blocks.iter().any(|block| matches!(block, Block::Table(_) | Block::Metric(_))),
        "{section:?}"
    );
}
