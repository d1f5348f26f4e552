//! The section of the report.

use muniment_sdk::{Finding, Metric, Section, Table};

use super::*;

fn section(scenario: Scenario<Retention>) -> Section {
    let mut sections =
        scenario.wait_until("2026-04-10").run().sections("2026-03-01", "2026-03-31", "2026-04-09T23:00:00Z");
    assert_eq!(sections.len(), 1);
    sections.remove(0)
}

fn metric<'s>(section: &'s Section, name: &str) -> &'s Metric {
    let found = section.blocks.iter().find_map(|block| match block {
        Block::Metric(metric) if metric.name == name => Some(metric),
        _ => None,
    });
    found.unwrap_or_else(|| panic!("no {name} in {section:?}"))
}

fn share(section: &Section, name: &str) -> (u64, Option<u64>) {
    let metric = metric(section, name);
    (metric.numerator, metric.denominator)
}

fn table<'s>(section: &'s Section, name: &str) -> &'s Table {
    let found = section.blocks.iter().find_map(|block| match block {
        Block::Table(table) if table.name == name => Some(table),
        _ => None,
    });
    found.unwrap_or_else(|| panic!("no {name} in {section:?}"))
}

pub(super) fn findings(section: &Section) -> Vec<&Finding> {
    let blocks = section.blocks.iter();
    blocks
        .filter_map(|block| if let Block::Finding(finding) = block { Some(finding) } else { None })
        .collect()
}

fn number(cell: &Cell) -> i64 {
    if let Cell::Number(number) = cell { *number } else { panic!("{cell:?}") }
}

/// What stands in a row, without its name.
fn counts(table: &Table, name: &str) -> Vec<i64> {
    let row = table.rows.iter().find(|row| row.cells[0] == Cell::from(name));
    row.unwrap_or_else(|| panic!("no {name} in {table:?}")).cells[1..].iter().map(number).collect()
}

fn assert_sum(table: &Table) {
    assert!(table.totals && table.rows.len() > 1, "{table:?}");
    let (all, parts) = table.rows.split_last().unwrap();
    for place in 1..table.columns.len() {
        let sum: i64 = parts.iter().map(|row| number(&row.cells[place])).sum();
        assert_eq!(sum, number(&all.cells[place]), "{} in {}", table.columns[place].name, table.name);
    }
}

fn gone(record: &str, at: &str, data: Value) -> Post {
    let mut all =
        json!({ "medium": "paper", "due": "2026-01-01", "authorised_by": "role/x", "route": "central" });
    for (name, value) in data.as_object().unwrap() {
        all[name] = value.clone();
    }
    post("disposal.executed", record, at, all)
}

fn year() -> Scenario<Retention> {
    let record = |number: u8| format!("record/R-{number}");
    let mut scenario = Scenario::<Retention>::new()
        .post(post("schedule.published", "retention-2026", "2026-01-05", json!({ "version": "1" })))
        .post(hold(
            "HOLD-1",
            "2026-01-06",
            json!({ "scope": "record", "records": ["record/R-2"], "ground": "inquiry" }),
        ));
    for number in 1..=6 {
        let data = json!({ "class": if number < 4 { "HSG/04" } else { "FIN/01" }, "medium": "paper", "unit": "housing" });
        scenario = scenario.post(post("record.registered", &record(number), "2026-01-07", data));
    }
    for number in 1..=6 {
        scenario = scenario.post(triggered(&record(number), "2026-01-08", "2026-01-15"));
    }
    scenario
        .post(gone(
            "record/R-1",
            "2026-03-02",
            json!({ "method": "cross_cut_shred", "marking": "official_sensitive" }),
        ))
        .post(gone(
            "record/R-2",
            "2026-03-03",
            json!({ "method": "strip_shred", "marking": "official_sensitive" }),
        ))
        .post(post(
            "disposal.certificate_received",
            "record/R-1",
            "2026-03-10",
            json!({ "certificate": "C-1" }),
        ))
        .post(gone(
            "record/R-3",
            "2026-03-04",
            json!({ "method": "pulp", "authorised_by": null, "certificate": "C-2" }),
        ))
        .post(post(
            "disposal.archived",
            "record/R-4",
            "2026-03-05",
            json!({ "receiver": "Exemplar Record Office" }),
        ))
        .post(hold(
            "HOLD-2",
            "2026-03-06",
            json!({ "scope": "record", "records": ["record/R-5"], "ground": "litigation" }),
        ))
        .post(released("HOLD-1", "2026-03-20"))
        .post(gone("record/R-6", "2026-04-02", json!({ "method": "pulp" })))
}

#[test]
fn the_figures_follow_from_the_entries() {
    let section = section(year());
    assert_eq!((section.place, section.title.as_str()), ("R14", "Records, retention and disposal"));
    assert_eq!(share(&section, "records_destroyed"), (3, None));
    assert_eq!(share(&section, "records_destroyed_in_order"), (1, Some(3)));
    assert_eq!(share(&section, "certificates_in_time"), (2, Some(3)));
    assert_eq!(share(&section, "schedules_published"), (0, None));
    // Records 5 and 6 were there on 31 March, one of them on hold; 90 days were not over.
    assert_eq!(share(&section, "disposals_overdue"), (0, Some(2)));
    assert!(section.blocks.iter().all(|block| match block {
        Block::Metric(metric) => !metric.definition.is_empty(),
        _ => true,
    }));
}

#[test]
fn the_tables_add_up() {
    let section = section(year());
    let tables: Vec<&Table> = section
        .blocks
        .iter()
        .filter_map(|block| if let Block::Table(table) = block { Some(table) } else { None })
        .collect();
    assert_eq!(tables.len(), 5);
    tables.iter().for_each(|table| assert_sum(table));
    let by_class = table(&section, "disposals_by_class");
    assert_eq!(counts(by_class, "HSG/04"), [3, 0, 0, 3]);
    assert_eq!(counts(by_class, "FIN/01"), [0, 1, 0, 1]);
    let by_method = table(&section, "destructions_by_method");
    assert_eq!(counts(by_method, "strip shredding"), [0, 0, 0, 1, 0, 0, 0, 1, 1]);
    assert_eq!(counts(by_method, "All"), [1, 0, 0, 2, 0, 0, 0, 3, 1]);
    // are certified, R-2 is not.
    assert_eq!(counts(table(&section, "destructions_by_route"), "central service"), [3, 0, 2, 0, 0, 1]);
    let holds = table(&section, "holds_by_ground");
    assert_eq!(counts(holds, "inquiry"), [1, 0, 1, 0]);
    assert_eq!(counts(holds, "All"), [1, 1, 1, 1], "opening and placed are released and closing");
    assert_eq!(counts(table(&section, "disposals_waiting"), "housing"), [1, 0, 1, 0, 2]);
}

#[test]
fn what_is_wrong_is_said() {
    let section = section(year());
    let texts: Vec<&str> = findings(&section).iter().map(|finding| finding.text.as_str()).collect();
    assert_eq!(
        texts,
        [
            "1 record was destroyed without an authorisation given before.",
            "1 item was destroyed while a hold covered it.",
            "1 item was destroyed and not certified within the time allowed, nor since.",
            "1 item was destroyed by a method that does not suffice for its protective marking.",
        ]
    );
    assert!(findings(&section).iter().all(|finding| finding.evidence.len() == 1));
}

#[test]
fn where_nothing_happened_it_says_so() {
    let section = section(Scenario::new());
    let paragraphs = section.blocks.iter().filter(|block| matches!(block, Block::Paragraph(_))).count();
    assert_eq!(paragraphs, 3);
    assert!(!section.blocks.iter().any(|block| matches!(block, Block::Table(_) | Block::Finding(_))));
    assert_eq!(share(&section, "records_destroyed_in_order"), (0, Some(0)));
}

#[test]
fn devices_and_media_are_counted() {
    let device = |number: &str, route: &str| {
        let data = json!({ "kind": "laptop", "serial": number, "method": "degauss", "route": route, "certificate": "C" });
        post("device.disposed", number, "2026-03-10", data)
    };
    let returned = json!({ "kind": "laptop", "condition": "for_disposal" });
    let section = section(
        Scenario::new()
            .post(post("equipment.returned", "AST-3", "2025-11-03", returned.clone()))
            .post(post("equipment.returned", "AST-4", "2026-03-03", returned))
            .post(device("AST-1", "ict_disposal"))
            .post(device("AST-2", "own_unit"))
            .post(post(
                "media.destroyed",
                "MED-1",
                "2026-03-11",
                json!({ "medium": "tape", "method": "degauss" }),
            )),
    );
    assert_eq!(share(&section, "devices_disposed"), (1, Some(2)));
    assert_eq!(share(&section, "devices_retired"), (1, None));
    assert_eq!(share(&section, "devices_unaccounted"), (1, None));
    assert_eq!(share(&section, "media_destroyed_as_advised"), (0, Some(1)));
    assert_eq!(share(&section, "records_destroyed"), (0, None));
}
