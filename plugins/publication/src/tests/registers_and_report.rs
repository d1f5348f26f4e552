use super::*;

fn dataset(subject: &str, at: &str, data: Value) -> Post {
    post("dataset.published", subject, at, data)
}

/// A year in which everything happens once.
fn year() -> Run<Publishing> {
    let spend = |next: &str| {
        json!({
            "dataset_title": "Spending over 500 pounds", "duty": "transparency_code", "next_due": next, "unit": "finance",
            "owner": "role/head-of-finance", "licence": "open_government_licence", "checked": true,
        })
    };
    began()
        .post(reviewed("2026-03-02", "2027-03-02"))
        .post(dataset("spend-over-500", "2026-04-10", spend("2026-07-10")))
        .post(dataset(
            "trees",
            "2026-04-11",
            json!({ "dataset_title": "Trees", "duty": "own_choice", "next_due": "2026-05-11" }),
        ))
        .post(first_quarter("2026-04-20"))
        .post(post(
            "disclosure_log.published",
            "DL-2026-05",
            "2026-05-05",
            json!({ "answers": 31, "checked": true }),
        ))
        .post(post("request.published", "FOI-1", "2026-05-06", json!({})))
        .post(dataset("trees", "2026-05-20", json!({ "dataset_title": "Trees", "duty": "own_choice" })))
        .post(post("disclosure_log.published", "DL-2026-06", "2026-06-05", json!({ "answers": 4 })))
        .post(post(
            "privacy_notice.published",
            "council-tax",
            "2026-06-06",
            json!({ "review_due": "2026-07-01" }),
        ))
        .wait_until("2026-09-01")
        .run()
}

fn tables<'s>(section: &'s Section) -> Vec<&'s muniment_sdk::Table> {
    let of_block = |block: &'s Block| if let Block::Table(table) = block { Some(table) } else { None };
    section.blocks.iter().filter_map(of_block).collect()
}

fn metric<'s>(section: &'s Section, name: &str) -> &'s muniment_sdk::Metric {
    let found = section.blocks.iter().find_map(|block| match block {
        Block::Metric(metric) if metric.name == name => Some(metric),
        _ => None,
    });
    found.unwrap_or_else(|| panic!("{name} is not in {section:#?}"))
}

fn texts<'s>(section: &'s Section) -> Vec<&'s str> {
    let of_block = |block: &'s Block| match block {
        Block::Finding(finding) => Some(finding.text.as_str()),
        _ => None,
    };
    section.blocks.iter().filter_map(of_block).collect()
}

#[test]
fn data_stands_in_the_register_with_the_day_on_which_it_follows() {
    let rows = year().register("datasets", "2026-07-08");
    assert_eq!(rows.len(), 2);
    let cells = &rows[0].cells;
    assert_eq!(
        cells[5..10],
        [
            Cell::Number(2),
            Cell::from("amber"),
            Cell::from("role/head-of-finance"),
            Cell::from("finance"),
            Cell::from("soon due")
        ]
    );
    assert_eq!((rows[0].unit.as_deref(), rows[0].evidence.as_slice()), (Some("finance"), [3].as_slice()));
    assert_eq!(rows[1].cells[9], Cell::from("no day set"));
    assert_eq!(year().register("datasets", "2026-07-11")[0].cells[6], Cell::from("red"));
}

#[test]
fn the_disclosure_log_shows_what_was_checked() {
    let rows = year().register("disclosure-log", "2026-07-08");
    assert_eq!(
        rows[0].cells[..2],
        [Cell::from("DL-2026-06"), Cell::from("2026-06-05".parse::<muniment_sdk::Day>().unwrap())]
    );
    let status: Vec<&Cell> = rows.iter().map(|row| &row.cells[4]).collect();
    assert_eq!(status, [&Cell::from("check not recorded"), &Cell::from("checked for hidden data")]);
}

#[test]
fn the_register_of_statistics_begins_with_what_is_due_first() {
    let rows = year().register("statistics", "2026-09-01");
    let cells: Vec<[&Cell; 4]> =
        rows.iter().map(|row| [&row.cells[0], &row.cells[4], &row.cells[5], &row.cells[7]]).collect();
    assert_eq!(
        cells,
        [
            [&Cell::from("2026-Q2"), &Cell::Number(-33), &Cell::from("red"), &Cell::from("overdue")],
            [
                &Cell::from("2026-Q3"),
                &Cell::Number(59),
                &Cell::from("green"),
                &Cell::from("quarter not over")
            ],
            [&Cell::from("2026-Q1"), &Cell::None, &Cell::from("green"), &Cell::from("published in time")],
        ]
    );
}

#[test]
fn the_figures_of_the_report_follow_from_the_entries_and_add_up() {
    let run = year();
    let section = &run.sections("2026-04-01", "2027-03-31", "2026-09-01")[0];
    assert_eq!(section.place, "R18");
    let figure = |name: &str| (metric(section, name).numerator, metric(section, name).denominator);
    assert_eq!(figure("statistics_in_time"), (1, Some(2)));
    assert_eq!(figure("scheme_reviews"), (0, None));
    assert_eq!(figure("schemes_current"), (1, Some(1)));
    assert_eq!(figure("datasets_checked"), (1, Some(3)));
    assert_eq!(figure("answers_released"), (35, None));
    assert_eq!(figure("releases_checked"), (1, Some(2)));
    assert_eq!(figure("requests_published"), (1, None));
    assert_eq!(figure("notices_overdue"), (1, Some(1)));
    let by_duty = tables(section).into_iter().find(|table| table.name == "datasets_by_duty").unwrap();
    assert!(by_duty.totals);
    let (all, duties) = by_duty.rows.split_last().unwrap();
    assert_eq!(all.cells[1..], [2, 3, 2, 0, 1, 1].map(Cell::Number));
    for column in 1..by_duty.columns.len() {
        let number = |cell: &Cell| if let Cell::Number(number) = cell { *number } else { panic!("{cell:?}") };
        assert_eq!(
            duties.iter().map(|row| number(&row.cells[column])).sum::<i64>(),
            number(&all.cells[column])
        );
    }
    assert_eq!(texts(section), Vec::<&str>::new());
}

/// Rule 15: what came after the status date is not known on it.
#[test]
fn a_report_shows_what_stood_on_its_status_date() {
    let run = began().post(first_quarter("2026-05-20")).wait_until("2026-06-01").run();
    let results = |status_at: &str| -> Vec<Cell> {
        let section = run.sections("2026-01-01", "2026-12-31", status_at).remove(0);
        let rows = tables(&section)
            .into_iter()
            .find(|table| table.name == "statistics_by_quarter")
            .map(|table| table.rows.clone());
        rows.unwrap_or_default().into_iter().map(|row| row.cells[3].clone()).collect()
    };
    assert_eq!(results("2026-04-30"), []);
    assert_eq!(results("2026-05-10"), [Cell::from("not published")]);
    assert_eq!(results("2026-06-01"), [Cell::from("late")]);
}

#[test]
fn where_nothing_happened_the_report_says_so() {
    let section =
        Scenario::<Publishing>::new().run().sections("2026-04-01", "2027-03-31", "2027-04-01").remove(0);
    let sentences = section.blocks.iter().filter(|block| matches!(block, Block::Paragraph(_))).count();
    assert_eq!((sentences, tables(&section).len()), (5, 0));
}

#[test]
fn nonsense_becomes_a_finding_and_no_alert() {
    let run = began()
        .post(published("backwards", "2026-03-01", "2026-03-31", "2026-01-01"))
        .post(published("endless", "2026-03-02", "1066-01-01", "2025-12-31"))
        .post(published("too-early", "2026-03-03", "2026-01-01", "2026-03-31"))
        .post(post(
            "scheme.reviewed",
            "publication-scheme",
            "2026-03-04",
            json!({ "review_due": "2001-01-01", "classes": 7, "classes_current": 9 }),
        ))
        .post(post(
            "dataset.published",
            "trees",
            "2026-03-05",
            json!({ "dataset_title": "Trees", "duty": "eir", "next_due": "1999-01-01" }),
        ))
        .post(post("foi_stats.published", "unreadable", "2026-03-06", json!({ "period_from": "soon" })))
        .post(heads("depot", "wizards", 4, None, "2026-03-01", "2026-03-07"))
        .post(void(99, "nothing", "2026-03-08"))
        .wait_until("2026-04-15")
        .run();
    assert_eq!(run.history(), Vec::<String>::new());
    let section = &run.sections("2026-01-01", "2026-12-31", "2026-04-15")[0];
    assert_eq!(
        texts(section),
        [
            "Statistics of Tuesday 31 March 2026 to Thursday 1 January 2026 count for no quarter: its last day lies before its first.",
            "Statistics of Monday 1 January 1066 to Wednesday 31 December 2025 count for no quarter: it covers more than ten years.",
            "Statistics of Thursday 1 January 2026 to Tuesday 31 March 2026 count for no quarter: it was published before its last day was over.",
            "Entries whose next day lies before their own, and is left out of account: 2.",
            "Reviews that count more classes up to date than there are: 1.",
            "Entries about publication that could not be read and count nowhere: 1.",
        ]
    );
}
