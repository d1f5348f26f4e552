use muniment_sdk::Table;

use super::acknowledgements::{acknowledged, published};
use super::*;

pub(super) fn findings(section: &Section) -> Vec<&str> {
    let mut found = Vec::new();
    for block in &section.blocks {
        if let Block::Finding(finding) = block {
            found.push(finding.text.as_str());
        }
    }
    found
}

fn table<'s>(section: &'s Section, name: &str) -> &'s Table {
    for block in &section.blocks {
        if let Block::Table(table) = block
            && table.name == name
        {
            return table;
        }
    }
    panic!("no {name}: {section:?}")
}

fn metric(section: &Section, name: &str) -> (u64, Option<u64>) {
    let of = |block: &Block| match block {
        Block::Metric(metric) if metric.name == name => Some((metric.numerator, metric.denominator)),
        _ => None,
    };
    section.blocks.iter().find_map(of).unwrap_or_else(|| panic!("no {name}: {section:?}"))
}

/// The last row is the sum of those before it, in each column of numbers.
fn adds_up(table: &Table) {
    let (last, rows) = table.rows.split_last().unwrap();
    for (column, total) in last.cells.iter().enumerate() {
        let sum = |of: &dyn Fn(&Cell) -> Option<(i64, i64)>| {
            rows.iter()
                .filter_map(|row| of(&row.cells[column]))
                .fold((0, 0), |sum, it| (sum.0 + it.0, sum.1 + it.1))
        };
        match total {
            Cell::Number(total) => {
                assert_eq!(
                    sum(&|cell| if let Cell::Number(n) = cell { Some((*n, 0)) } else { None }).0,
                    *total
                );
            }
            Cell::Share(part, all) => {
                let share = |cell: &Cell| match cell {
                    Cell::Share(part, all) => {
                        Some((i64::try_from(*part).unwrap(), i64::try_from(*all).unwrap()))
                    }
                    _ => None,
                };
                let sum = sum(&share);
                assert_eq!((u64::try_from(sum.0).unwrap(), u64::try_from(sum.1).unwrap()), (*part, *all));
            }
            _ => {}
        }
    }
}

fn history() -> Vec<Post> {
    let other = |person: &str, day: &str, class: &str| {
        let data = json!({ "person": person, "user_class": class, "starts": day, "unit": "adult-care" });
        post("staff.joined", &format!("EMP-{person}"), &format!("{day}T10:00:00Z"), data)
    };
    vec![
        published("leicester", "2026-04-01", "1", "major"),
        joined("p-1", "2026-04-07", "staff"),
        other("p-2", "2026-04-08", "agency"),
        other("m-1", "2026-04-09", "member"),
        joined("p-3", "2026-04-10", "staff"),
        clause("p-1", "2026-04-07T11:00:00Z"),
        acknowledged("p-1", "leicester", "2026-04-13", "1"),
        acknowledged("m-1", "leicester", "2026-04-14", "1"),
        completed("p-1", "2026-04-20", "ig"),
        completed("p-2", "2026-04-21", "ig"),
        granted("p-3", "2026-04-22", "housing-cases"),
        post("staff.absence_started", "EMP-m-1", "2026-04-23", json!({})),
        post("staff.absence_ended", "EMP-m-1", "2026-06-02", json!({})),
        left("p-2", "2026-07-10", &[]),
        post(
            "awareness.briefing_published",
            "BRF-1",
            "2026-06-15",
            json!({ "topic": "phishing", "channel": "email", "people_reached": 40 }),
        ),
        post(
            "verbal.reminder_issued",
            "VRB-1",
            "2026-06-16",
            json!({ "audience": "all", "method": "poster" }),
        ),
        post(
            "training.needs_analysed",
            "TNA-1",
            "2026-06-17",
            json!({ "job_function": "x", "courses": ["c"], "systems": ["housing-cases"] }),
        ),
        post(
            "training.completed",
            "LRN-c",
            "2026-06-19",
            json!({ "person": "p-3", "user_class": "staff", "course": "c", "course_kind": "system" }),
        ),
    ]
}

fn run() -> Run<People> {
    let posts = history().into_iter().map(|post| post.recorded("2026-08-03"));
    Scenario::<People>::new().import(posts).wait_until("2026-08-04").run()
}

#[test]
fn it_does_not_matter_in_which_order_things_are_recorded() {
    check_any_order::<People>(&history(), "2026-08-03", ("2026-04-01", "2027-03-31"));
    check_any_order::<People>(&history(), "2027-08-03", ("2026-04-01", "2027-03-31"));
}

#[test]
fn the_section_on_acceptance_adds_up() {
    let run = run();
    let [acceptance, _] = &run.sections("2026-04-01", "2027-03-31", "2026-08-03")[..] else { panic!() };
    assert_eq!((acceptance.place, metric(acceptance, "policies_acknowledged")), ("R3", (2, None)));
    // p-2 has left, p-3 has not acknowledged.
    assert_eq!(metric(acceptance, "people_accepting"), (2, Some(3)));
    let by_unit = table(acceptance, "acceptance_by_directorate");
    adds_up(by_unit);
    assert_eq!(
        by_unit.rows.last().unwrap().cells[2..],
        [Cell::Number(3), Cell::Number(2), Cell::Number(1), Cell::Share(2, 3)]
    );
    assert_eq!(table(acceptance, "acceptance_by_policy").rows[0].cells[3..6], [3, 2, 1].map(Cell::Number));
    assert_eq!(metric(acceptance, "clauses_acknowledged"), (1, Some(2)));
}

#[test]
fn the_section_on_training_adds_up() {
    let run = run();
    let sections = run.sections("2026-04-01", "2027-03-31", "2026-08-03");
    let training = &sections[1];
    assert_eq!((training.place, metric(training, "people_trained")), ("R4", (1, Some(3))));
    assert_eq!(metric(training, "members_trained"), (0, Some(1)));
    assert_eq!(metric(training, "inductions_in_time"), (2, Some(4)));
    for name in ["training_by_directorate", "training_by_month", "awareness"] {
        adds_up(table(training, name));
    }
    let all = |name: &str| table(training, name).rows.last().unwrap().cells[1..4].to_vec();
    assert_eq!(all("training_by_directorate"), [3, 1, 0].map(Cell::Number));
    assert_eq!(all("training_by_month"), [2, 1, 3].map(Cell::Number));
    assert_eq!(table(training, "training_by_month").rows.len(), 13);
    assert_eq!(all("awareness"), [2, 40, 1].map(Cell::Number));
    assert_eq!(findings(training), Vec::<&str>::new());
    // Before anybody had joined.
    let earlier = &run.sections("2025-04-01", "2026-03-31", "2026-03-31")[1];
    assert!(earlier.blocks.iter().all(|block| matches!(block, Block::Paragraph(_))), "{earlier:?}");
}

#[test]
fn the_registers_say_what_is_due() {
    let run = run();
    let rows = run.register("training", "2026-08-04");
    let people: Vec<Cell> = rows.iter().map(|row| row.cells[0].clone()).collect();
    // m-1 was away for 40 days: due on 18 June instead of 9 May.
    assert_eq!(people, ["p-3", "m-1"].map(Cell::from));
    assert_eq!(rows[1].cells[3], Cell::Day("2026-06-18".parse().unwrap()));
    assert_eq!(rows[1].cells[4], Cell::Number(-47));
    assert_eq!(rows[1].unit.as_deref(), Some("adult-care"));
    let rows = run.register("acknowledgements", "2026-08-04");
    let told: Vec<[Cell; 3]> =
        rows.iter().map(|row| [0, 1, 6].map(|column: usize| row.cells[column].clone())).collect();
    assert_eq!(
        told,
        [
            ["p-3", "confidentiality clause", "overdue"].map(Cell::from),
            ["p-3", "leicester", "access before acknowledgement"].map(Cell::from),
        ]
    );
}
