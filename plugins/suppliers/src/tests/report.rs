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
    let (last, others) = rows.split_last().unwrap();
    for column in 1..last.cells.len() {
        let sum = others.iter().fold((0, 0), |(sum, of), row| match &row.cells[column] {
            Cell::Number(number) => (sum + number, of),
            Cell::Share(part, whole) => (sum + i64::try_from(*part).unwrap(), of + whole),
            other => panic!("{other:?}"),
        });
        match &last.cells[column] {
            Cell::Number(number) => assert_eq!(*number, sum.0, "column {column} of {rows:?}"),
            Cell::Share(part, whole) => assert_eq!((i64::try_from(*part).unwrap(), *whole), sum),
            other => panic!("{other:?}"),
        }
    }
}

fn contractor(number: &str, start: &str, access: &str, unit: &str, signed: Option<&str>) -> Vec<Post> {
    let data =
        json!({ "starts": start, "data_access": access, "unit": unit, "nda_required": (access != "none") });
    let signed = signed.map(|day| {
        let data = json!({ "scope": "person", "contractor_ref": number, "signed_on": day });
        post("nda.signed", &format!("NDA-{number}"), day, data)
    });
    let start = post("contractor.started", number, start, json!({}));
    signed.into_iter().chain([post("contractor.engaged", number, "2026-03-02", data), start]).collect()
}

fn year() -> Vec<Post> {
    let mut posts = contractor("CTR-1", "2026-04-06", "personal_data", "ict", Some("2026-04-01"));
    posts.extend(contractor("CTR-2", "2026-04-07", "personal_data", "ict", Some("2026-05-01")));
    posts.extend(contractor("CTR-3", "2026-04-08", "special_category", "care", None));
    posts.extend(contractor("CTR-4", "2026-04-09", "none", "care", None));
    posts.extend(contractor("CTR-5", "2026-03-20", "incidental", "care", None));
    posts.push(post("contractor.ended", "CTR-1", "2026-06-30", json!({ "data_returned": true })));
    posts.push(post("contractor.ended", "CTR-2", "2026-06-30", json!({})));
    posts.push(post(
        "processor.contract_signed",
        "PRC-1",
        "2026-04-01",
        json!({ "supplier": "A", "article28_complete": true }),
    ));
    posts.push(post(
        "processor.contract_signed",
        "PRC-2",
        "2026-04-02",
        json!({ "supplier": "B", "article28_complete": false }),
    ));
    posts.push(post(
        "processor.assured",
        "PRC-2",
        "2026-04-02",
        json!({ "assurance_kind": "audit", "assurance_until": "2026-05-31" }),
    ));
    posts.push(post("processor.reviewed", "PRC-2", "2026-05-02", json!({ "finding": "unsatisfactory" })));
    posts.push(post(
        "subprocessor.approved",
        "PRC-2",
        "2026-05-03",
        json!({ "subprocessor": "C", "decision": "approved" }),
    ));
    posts.push(post(
        "visitor.access_recorded",
        "VIS-1",
        "2026-05-04",
        json!({ "area": "registry", "escorted": true }),
    ));
    posts.push(post("visitor.access_recorded", "VIS-2", "2026-05-05", json!({ "area": "office" })));
    posts.push(granted("2026-06-01"));
    posts
}

#[test]
fn the_figures_add_up() {
    let run =
        Scenario::<Suppliers>::new().import(year().into_iter().map(|post| post.recorded("2026-07-01"))).run();
    let section = &run.sections("2026-04-01", "2026-06-30", "2026-07-01")[0];
    assert_eq!((section.place, section.title.as_str()), ("R11", "Contractors and processors"));
    assert_eq!(share(section, "contractors_started"), (4, None));
    assert_eq!(share(section, "contractors_signed_before"), (1, Some(3)));
    assert_eq!(share(section, "contractors_data_returned"), (1, Some(2)));
    assert_eq!(share(section, "contractors_access_unsigned"), (1, Some(1)));
    assert_eq!(share(section, "processors_complete"), (1, Some(2)));
    assert_eq!(share(section, "processors_assured"), (0, Some(2)));
    for name in [
        "contractors_by_data_access",
        "contractors_by_unit",
        "processors_by_contract",
        "processor_reviews",
        "subprocessors",
        "visits_by_area",
    ] {
        adds_up(table(section, name));
    }
    let all = &table(section, "contractors_by_data_access")[5].cells[1..];
    assert_eq!(
        all,
        [Cell::from(4), Cell::from(1), Cell::from(1), Cell::from(1), Cell::from(1), Cell::Share(1, 3)]
    );
    let care = &table(section, "contractors_by_unit")[0];
    assert_eq!((care.unit.as_deref(), &care.cells[1]), (Some("care"), &Cell::from(2)));
    let incomplete = &table(section, "processors_by_contract")[1].cells[1..];
    assert_eq!(incomplete, [1, 0, 1, 0, 0].map(Cell::from));
}

#[test]
fn a_quiet_period_says_so() {
    let run = Scenario::<Suppliers>::new().run();
    let section = &run.sections("2026-04-01", "2026-06-30", "2026-07-01")[0];
    let sentences = section.blocks.iter().filter(|block| matches!(block, Block::Paragraph(_))).count();
    assert_eq!(sentences, 3);
    assert!(
        !section.blocks.iter().any(|block| matches!(block, Block::Table(_) | Block::Metric(_))),
        "{section:?}"
    );
}
