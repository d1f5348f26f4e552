use muniment_sdk::{Block, Table};

use super::*;

fn section(posts: impl IntoIterator<Item = Post>) -> Section {
    let run = ran(posts, "2026-06-01");
    run.sections("2025-04-01", "2026-03-31", "2026-05-01").remove(0)
}

fn table<'s>(section: &'s Section, name: &str) -> &'s Table {
    let tables = section.blocks.iter().filter_map(|block| match block {
        Block::Table(table) => Some(table),
        _ => None,
    });
    tables.into_iter().find(|table| table.name == name).unwrap()
}

fn share(section: &Section, name: &str) -> (u64, Option<u64>) {
    let found = section.blocks.iter().find_map(|block| match block {
        Block::Metric(metric) if metric.name == name => Some((metric.numerator, metric.denominator)),
        _ => None,
    });
    found.unwrap_or_else(|| panic!("no {name} among {:?}", section.blocks))
}

fn findings(section: &Section) -> Vec<&str> {
    let texts = section.blocks.iter().filter_map(|block| match block {
        Block::Finding(finding) => Some(finding.text.as_str()),
        _ => None,
    });
    texts.collect()
}

fn number(cell: &Cell) -> i64 {
    match cell {
        Cell::Number(number) => *number,
        other => panic!("{other:?} is no number"),
    }
}

/// The last row is the sum of the others, and each row's parts come to its whole.
fn adds_up(table: &Table) {
    assert!(table.totals);
    let (total, parts) = table.rows.split_last().unwrap();
    for column in 1..table.columns.len() {
        let sum: i64 = parts.iter().map(|row| number(&row.cells[column])).sum();
        assert_eq!(sum, number(&total.cells[column]), "{} {}", table.name, table.columns[column].name);
    }
}

fn numbers(table: &Table, row: usize) -> Vec<i64> {
    table.rows[row].cells[1..].iter().map(number).collect()
}

#[test]
fn the_stock_of_access_adds_up() {
    let section = section([
        granted("access/1", "p-1", "2024-06-03", json!({})),
        granted("access/2", "p-2", "2025-06-03", json!({ "user_class": "member" })),
        granted("access/3", "p-3", "2025-06-04", json!({ "approved_by": null })),
        revoked("access/1", "2025-10-01"),
        granted("access/1", "p-1", "2026-01-12", json!({})),
        granted(
            "access/4",
            "p-4",
            "2025-06-04",
            json!({ "valid_until": "2025-12-31", "user_class": "agency" }),
        ),
        granted("access/5", "p-5", "2026-04-14", json!({})),
    ]);
    let table = table(&section, "access_by_class");
    adds_up(table);
    for row in &table.rows {
        let cells: Vec<i64> = row.cells[1..].iter().map(number).collect();
        assert_eq!(cells[0] + cells[1] - cells[2], cells[3], "{:?}", row.cells[0]);
    }
    assert_eq!(numbers(table, 0)[..4], [1, 2, 1, 2], "staff");
    assert_eq!(numbers(table, 1)[..4], [0, 1, 1, 0], "agency workers");
    assert_eq!(numbers(table, 2)[..4], [0, 1, 0, 1], "members");
    assert_eq!(share(&section, "access_given"), (4, None));
    assert_eq!(share(&section, "access_approved_first"), (3, Some(4)));
    // On the status date those of access/1, 2, 3 and 5 were there, and none was overdue yet.
    assert_eq!(share(&section, "access_confirmed"), (4, Some(4)));
}

#[test]
fn leavers_are_counted_by_when_their_access_ended() {
    let leaver = |number: u8, ended: Option<&str>| {
        let (employment, person, grant) =
            (format!("EMP-{number}"), format!("p-{number}"), format!("access/{number}"));
        let mut posts = vec![
            joined(&employment, &person, "2024-06-03", "staff"),
            granted(&grant, &person, "2025-06-03", json!({})),
            post(
                "staff.leaver_notified",
                &employment,
                "2026-02-20",
                json!({ "person": person, "last_day": "2026-02-27" }),
            ),
            left(&employment, &person, "2026-02-27", "2026-02-27"),
        ];
        posts.extend(ended.map(|at| revoked(&grant, at)));
        posts
    };
    let mut posts = Vec::new();
    for (number, ended) in [
        (1, Some("2026-02-27")),
        (2, Some("2026-03-02")),
        (3, Some("2026-04-02")),
        (4, None),
        (5, Some("2026-05-20")),
    ] {
        posts.extend(leaver(number, ended));
    }
    posts.push(checklist("EMP-1", "2026-02-27", 0));
    posts.push(checklist("EMP-2", "2026-03-03", 0));
    // Somebody without access, and somebody of the next year.
    posts.push(left("EMP-6", "p-6", "2026-02-27", "2026-02-27"));
    posts.push(left("EMP-7", "p-7", "2026-04-15", "2026-04-15"));
    let section = section(posts);
    let table = table(&section, "leavers_by_class");
    adds_up(table);
    assert_eq!(numbers(table, 0), [5, 1, 1, 1, 2, 0], "staff");
    assert_eq!(numbers(table, 7), [1, 0, 0, 0, 0, 1], "of no class");
    for row in &table.rows {
        let cells: Vec<i64> = row.cells[1..].iter().map(number).collect();
        assert_eq!(cells[0], cells[1..].iter().sum::<i64>());
    }
    assert_eq!(share(&section, "leavers"), (6, None));
    assert_eq!(share(&section, "leavers_revoked_in_time"), (1, Some(5)));
    assert_eq!(share(&section, "leavers_announced_in_time"), (5, Some(6)));
    assert_eq!(share(&section, "exit_checklists_in_time"), (1, Some(6)));
    let said = findings(&section);
    assert!(said.iter().any(|text| text.starts_with("2 leavers of the period had access")), "{said:?}");
    assert!(said.iter().any(|text| text.starts_with("4 exit checklists")), "{said:?}");
}

#[test]
fn suspensions_moves_conflicts_and_misuse_are_counted() {
    let suspended = |number: u8, to_stop: bool| {
        let (employment, person) = (format!("EMP-{number}"), format!("p-{number}"));
        post(
            "staff.suspended",
            &employment,
            "2026-03-02T10:00:00Z",
            json!({ "person": person, "access_to_stop": to_stop }),
        )
    };
    let told = |number: u8, at: &str| {
        post("staff.irm_alerted", &format!("EMP-{number}"), at, json!({ "person": format!("p-{number}") }))
    };
    let stops =
        |grant: &str, at: &str| post("access.suspended", grant, at, json!({ "system": "housing-cases" }));
    let section = section([
        granted("access/1", "p-1", "2025-06-03", json!({})),
        granted("access/2", "p-2", "2025-06-03", json!({ "job_function": "rents" })),
        suspended(1, true),
        suspended(2, true),
        suspended(3, false),
        told(1, "2026-03-02T10:30:00Z"),
        told(2, "2026-03-02T11:30:00Z"),
        stops("access/1", "2026-03-02T10:45:00Z"),
        stops("access/2", "2026-03-02T11:45:00Z"),
        post(
            "staff.moved",
            "EMP-9",
            "2026-03-02",
            json!({ "person": "p-9", "effective": "2026-03-09", "job_function": "b", "job_function_before": "a" }),
        ),
        granted("access/9", "p-9", "2025-06-03", json!({ "job_function": "a" })),
        post(
            "sod.conflict_detected",
            "SOD-1",
            "2026-03-02",
            json!({ "person": "p-8", "system": "pay", "rights": ["a", "b"] }),
        ),
        post(
            "sod.exception_approved",
            "SOD-1",
            "2026-03-10",
            json!({ "approved_by": "r", "compensating_control": "c" }),
        ),
        post(
            "sod.conflict_detected",
            "SOD-2",
            "2026-03-02",
            json!({ "person": "p-8", "system": "pay", "rights": ["a", "c"] }),
        ),
        post("incident.reported", "INC-1", "2026-03-02", json!({ "kind": "misuse" })),
        post("incident.reported", "INC-2", "2026-03-02", json!({ "kind": "misuse" })),
        post("incident.unsubstantiated", "INC-2", "2026-03-03", json!({})),
    ]);
    let table = table(&section, "suspensions_passed_on");
    adds_up(table);
    assert_eq!(numbers(table, 2), [3, 1, 1, 1]);
    assert_eq!(share(&section, "suspensions_passed_on"), (1, Some(3)));
    assert_eq!(share(&section, "suspensions_access_stopped"), (1, Some(2)));
    assert_eq!((share(&section, "movers"), share(&section, "movers_old_access")), ((1, None), (1, Some(1))));
    assert_eq!(
        (share(&section, "conflicts"), share(&section, "conflicts_in_time")),
        ((2, None), (1, Some(2)))
    );
    assert_eq!(share(&section, "misuse"), (1, None));
}

#[test]
fn where_nothing_happened_the_section_says_so() {
    let section = section([joined("EMP-1", "p-1", "2024-06-03", "staff")]);
    let said: Vec<&String> = section
        .blocks
        .iter()
        .filter_map(|block| match block {
            Block::Paragraph(text) => Some(text),
            Block::Table(table) => panic!("{} is empty", table.name),
            _ => None,
        })
        .collect();
    assert_eq!(said.len(), 5, "{said:?}");
}

#[test]
fn what_makes_no_sense_is_a_finding_and_no_alert() {
    let run = ran(
        [
            revoked("access/1", "2026-03-02"),
            post("access.suspended", "access/2", "2026-03-02", json!({ "system": "housing-cases" })),
            joined("EMP-1", "p-1", "2026-03-02", "staff"),
            left("EMP-1", "p-1", "2026-03-03", "2016-03-03"),
            post(
                "sod.exception_approved",
                "SOD-1",
                "2026-03-10",
                json!({ "approved_by": "r", "compensating_control": "c" }),
            ),
            post("staff.left", "EMP-2", "2026-03-03", json!({ "person": "p-2" })),
            granted("access/3", "p-3", "2026-03-03", json!({ "valid_until": "2016-03-03" })),
        ],
        "2026-03-20",
    );
    assert_eq!(run.history(), nothing());
    let section = run.sections("2025-04-01", "2026-03-31", "2026-05-01").remove(0);
    let said = findings(&section);
    assert!(said[0].starts_with("5 entries do not go with what was recorded before them"), "{said:?}");
    assert!(said[1].starts_with("1 entries about access and people could not be read"), "{said:?}");
}
