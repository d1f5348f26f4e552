use super::*;

pub(super) fn table<'s>(section: &'s Section, name: &str) -> &'s [Row] {
    let found = section.blocks.iter().find_map(|block| match block {
        Block::Table(table) if table.name == name => Some(table.rows.as_slice()),
        _ => None,
    });
    found.unwrap_or_else(|| panic!("no table {name}"))
}

fn share(section: &Section, name: &str) -> (u64, Option<u64>) {
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

/// All tables that say so end with the sum of what stands above.
fn adds_up(section: &Section) -> usize {
    let tables = section.blocks.iter().filter_map(|block| match block {
        Block::Table(table) if table.totals => Some(table),
        _ => None,
    });
    let mut count = 0;
    for table in tables {
        count += 1;
        let (total, rows) = table.rows.split_last().unwrap();
        for column in 1..table.columns.len() {
            let both = |cell: &Cell| match cell {
                Cell::Number(number) => (*number, 0),
                Cell::Share(part, whole) => (i64::try_from(*part).unwrap(), i64::try_from(*whole).unwrap()),
                cell => panic!("{cell:?}"),
            };
            let sum =
                rows.iter().map(|row| both(&row.cells[column])).fold((0, 0), |(a, b), (c, d)| (a + c, b + d));
            assert_eq!(sum, both(&total.cells[column]), "{} {}", table.name, table.columns[column].name);
        }
    }
    count
}

fn year() -> Run<Assets> {
    let live = |unit: &str| json!({ "system_title": "A system", "status": "live", "unit": unit });
    let weighed = |rating: &str| json!({ "occasion": "before_use", "rating": rating });
    unlisted()
        .setting("listed_forms", json!(["paper", "fax"]))
        .post(registered_in("AST-1", "2025-04-07", &["paper", "database"]))
        .post(registered_in("AST-2", "2024-04-08", &["paper"]))
        .post(registered_in("AST-3", "2025-06-02", &["map"]))
        .post(reviewed("AST-1", "2025-12-01", "current"))
        .post(reviewed("AST-3", "2025-12-02", "retired"))
        .post(post("asset.owner_changed", "AST-2", "2025-12-03", json!({ "vacant": true })))
        .post(post("system.risk_assessed", "one", "2025-05-01", weighed("high")))
        .post(post("system.registered", "one", "2025-05-02", live("housing")))
        .post(post("system.registered", "two", "2025-05-02", live("care")))
        .post(post("system.risk_assessed", "two", "2025-07-01", weighed("low")))
        .post(post("system.registered", "three", "2023-05-02", live("care")))
        .post(risks::identified("RSK-1", "2025-01-06"))
        .post(risks::assessed("RSK-1", "2026-03-02", (4, 4), "high"))
        .post(risks::identified("RSK-2", "2025-02-03"))
        .post(post("risk.closed", "RSK-2", "2025-09-01", json!({ "close_reason": "gone" })))
        .post(risks::identified("RSK-3", "2025-10-06"))
        .post(risks::identified("RSK-4", "2024-10-07"))
        .post(post("risk.closed", "RSK-4", "2024-12-02", json!({ "close_reason": "gone" })))
        .post(checked("council-tax", "2025-08-04", json!({ "critical": true })))
        .post(checked("benefits", "2025-09-01", json!({ "records_checked": 100, "records_wrong": 1 })))
        .post(post("data_quality.corrected", "council-tax", "2025-08-05", json!({ "records_corrected": 6 })))
        .post(found("2025-11-03", "none_yet"))
        .post(post("unauthorised_change.detected", "CHG-2", "2025-12-01", json!({ "explanation": "error" })))
        .run()
}

#[test]
fn the_figures_add_up() {
    let run = year();
    let section = &run.sections("2025-04-01", "2026-03-31", "2026-03-31T22:00:00Z")[0];
    assert_eq!(section.place, "R15");
    assert_eq!(adds_up(section), 6);
    assert_eq!(share(section, "assets"), (2, None));
    assert_eq!(share(section, "assets_in_time"), (1, Some(2)));
    assert_eq!(share(section, "assets_owned"), (1, Some(2)));
    assert_eq!(share(section, "asset_reviews"), (2, None));
    assert_eq!(share(section, "systems"), (3, None));
    assert_eq!(share(section, "systems_assessed"), (2, Some(3)));
    assert_eq!(share(section, "systems_assessed_before_use"), (1, Some(2)));
    assert_eq!(share(section, "risks"), (2, None));
    assert_eq!(share(section, "risks_in_time"), (1, Some(2)));
    assert_eq!(share(section, "high_risks_accepted"), (0, Some(1)));
    assert_eq!(share(section, "critical_datasets_checked"), (1, Some(1)));
    assert_eq!(share(section, "data_quality_checks"), (2, None));
    assert_eq!(share(section, "changes_explained_in_time"), (1, Some(2)));
    let movement = &table(section, "risks_by_category").last().unwrap().cells[1..];
    assert_eq!(movement, [2, 1, 1, 2].map(Cell::Number));
    let quality = &table(section, "data_quality_by_dataset").last().unwrap().cells[1..];
    assert_eq!(quality[..3], [2, 600, 7].map(Cell::Number));
    assert_eq!(quality[3], Cell::Share(593, 600));
    let top: Vec<Cell> = table(section, "top_risks").iter().map(|row| row.cells[0].clone()).collect();
    assert_eq!(top, ["RSK-1", "RSK-3"].map(text));
    let forms = table(section, "assets_by_form");
    assert_eq!(forms.iter().map(|row| row.cells[2].clone()).collect::<Vec<_>>(), [2, 1, 0].map(Cell::Number));
    let found: Vec<String> = section
        .blocks
        .iter()
        .filter_map(|block| match block {
            Block::Finding(finding) => Some(finding.text.clone()),
            _ => None,
        })
        .collect();
    assert_eq!(
        found,
        [
            "The register has no asset in 1 form that the policy lists: Fax.",
            "1 change is overdue for an explanation.",
        ]
    );
}

#[test]
fn where_nothing_happened_the_section_says_so() {
    let section = &unlisted().run().sections("2025-04-01", "2026-03-31", "2026-03-31")[0];
    let sentences = section.blocks.iter().filter(|block| matches!(block, Block::Paragraph(_))).count();
    let headings = section.blocks.iter().filter(|block| matches!(block, Block::Heading(_))).count();
    assert_eq!((sentences, headings, section.blocks.len()), (5, 5, 10));
}

#[test]
fn a_report_of_then_knows_nothing_of_later() {
    let run = year();
    let section = &run.sections("2025-04-01", "2025-06-30", "2025-06-30T22:00:00Z")[0];
    assert_eq!(share(section, "assets"), (3, None));
    assert_eq!(share(section, "risks"), (2, None));
    assert_eq!(adds_up(section), 3);
}
