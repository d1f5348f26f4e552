use super::samples::sampled;
use super::*;

fn table<'s>(section: &'s Section, name: &str) -> &'s [Row] {
    let found = section.blocks.iter().find_map(|block| match block {
        Block::Table(table) if table.name == name => Some(table.rows.as_slice()),
        _ => None,
    });
    found.unwrap_or_else(|| panic!("no table {name}"))
}

fn share(section: &Section, name: &str) -> (u64, Option<u64>) {
    let found = section.blocks.iter().find_map(|block| match block {
        Block::Metric(metric) if metric.name == name => {
            assert!(!metric.definition.is_empty());
            Some((metric.numerator, metric.denominator))
        }
        _ => None,
    });
    found.unwrap_or_else(|| panic!("no figure {name}"))
}

fn findings(section: &Section) -> Vec<&str> {
    let blocks = section.blocks.iter().filter_map(|block| match block {
        Block::Finding(finding) => Some(finding.text.as_str()),
        _ => None,
    });
    blocks.collect()
}

/// All tables end with the sum of what stands above.
fn adds_up(section: &Section) -> usize {
    let tables = section.blocks.iter().filter_map(|block| match block {
        Block::Table(table) => Some(table),
        _ => None,
    });
    let mut count = 0;
    for table in tables {
        count += 1;
        assert!(table.totals);
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

fn document(number: &str, at: &str, scheme: &str, tier: &str, sensitive: bool) -> Post {
    post("marking.applied", number, at, json!({ "scheme": scheme, "tier": tier, "sensitive": sensitive }))
}

fn year() -> Vec<Post> {
    let fax = json!({ "transfer_method": "fax", "marking": "official_sensitive", "direction": "outgoing" });
    let strips = json!({ "method": "strip_shred", "medium": "paper", "marking": "official_sensitive" });
    let said = |incident: Option<&str>| json!({ "tier": "official", "action": "discussed", "incident_ref": incident });
    vec![
        sampled("SMP-1", "2025-05-12", Some("legal"), [50, 46, 2, 2]),
        sampled("SMP-2", "2025-06-02", Some("care"), [40, 40, 1, 0]),
        sampled("SMP-3", "2025-12-01", None, [10, 9, 0, 0]),
        sampled("SMP-4", "2026-02-02", Some("legal"), [30, 30, 0, 0]),
        sampled("SMP-0", "2025-02-03", Some("legal"), [99, 9, 9, 9]),
        document("DOC-1", "2025-05-06", "gscp_2023", "official", true),
        document("DOC-2", "2025-05-07", "gpms_2008", "restricted", false),
        document("DOC-3", "2025-05-08", "gsc_2014", "official", false),
        document("DOC-4", "2025-05-09", "gscp_2023", "unmarked", true),
        document("DOC-5", "2025-05-12", "gscp_2023", "unmarked", false),
        document("DOC-6", "2025-05-13", "gscp_2023", "secret", false),
        document("DOC-7", "2024-05-13", "gscp_2023", "confidential", false),
        post("marking.changed", "DOC-2", "2025-06-04", json!({ "scheme": "gscp_2023", "tier": "official" })),
        post("sharing.transfer_made", "TRF-1", "2025-07-01", fax),
        post("disposal.executed", "REC-1", "2025-08-04", strips),
        post("marking.handling_breach", "DOC-8", "2025-09-01", said(Some("INC-1"))),
        post("incident.closed", "INC-1", "2025-10-01", json!({ "close_reason": "other" })),
        post("marking.handling_breach", "DOC-9", "2025-09-02", said(Some("INC-2"))),
    ]
}

#[test]
fn the_figures_add_up() {
    let run = year().into_iter().fold(Scenario::<Marking>::new(), Scenario::post).run();
    let section = &run.sections("2025-04-01", "2026-03-31", "2026-03-31T22:00:00Z")[0];
    assert_eq!(section.place, "R13");
    assert_eq!(adds_up(section), 4);
    assert_eq!(share(section, "samples"), (4, None));
    assert_eq!(share(section, "rightly_marked"), (125, Some(130)));
    assert_eq!(share(section, "old_scheme"), (3, Some(130)));
    assert_eq!(share(section, "sensitive_unmarked"), (2, Some(130)));
    assert_eq!(share(section, "markings_of_their_day"), (2, Some(5)));
    assert_eq!(share(section, "wrong_markings_open"), (4, None));
    let quarters = table(section, "samples_by_quarter");
    let samples: Vec<Cell> = quarters.iter().map(|row| row.cells[1].clone()).collect();
    assert_eq!(samples, [2, 0, 1, 1, 4].map(Cell::Number));
    assert_eq!(quarters[0].cells[0], text("April to June 2025"));
    let tiers = &table(section, "markings_by_tier").last().unwrap().cells[1..];
    assert_eq!(tiers, [7, 3, 1, 1, 0, 0, 1, 1].map(Cell::Number));
    let below = &table(section, "handled_below").last().unwrap().cells[1..];
    assert_eq!(below, [4, 1, 1, 2].map(Cell::Number));
    assert_eq!(
        findings(section),
        [
            "In 1 quarter of the period no sample of markings was taken.",
            "Information was handled below its marking 2 times without an incident on record for it.",
        ]
    );
}

#[test]
fn the_order_of_arrival_does_not_matter() {
    check_any_order::<Marking>(&year(), "2026-08-03", ("2025-04-01", "2026-03-31"));
}

#[test]
fn where_nothing_happened_the_section_says_so() {
    let section = &Scenario::<Marking>::new().run().sections("2025-04-01", "2026-03-31", "2026-03-31")[0];
    let sentences = section.blocks.iter().filter(|block| matches!(block, Block::Paragraph(_))).count();
    assert_eq!((sentences, section.blocks.len()), (3, 7));
    assert_eq!(findings(section), ["A sample of markings is to be taken every quarter, and none was."]);
}

#[test]
fn a_history_that_makes_no_sense_is_a_finding_and_no_alert() {
    let run = Scenario::<Marking>::new()
        .post(sampled("SMP-1", "2025-05-12", None, [5, 9, 0, 0]))
        .post(post(
            "marking.changed",
            "DOC-1",
            "2025-05-13",
            json!({ "scheme": "gscp_2023", "tier": "official" }),
        ))
        .post(marked_of("2025-05-14", "gscp_2023", "official", "2031-01-01"))
        .post(post("incident.closed", "INC-1", "2025-05-15", json!({ "close_reason": "other" })))
        .post(post("marking.applied", "DOC-2", "2025-05-16", json!({ "scheme": "ours", "tier": "official" })))
        .wait_until("2026-01-01")
        .run();
    assert_eq!(run.history(), Vec::<String>::new());
    let section = &run.sections("2025-04-01", "2025-06-30", "2025-06-30T22:59:00Z")[0];
    assert_eq!(
        findings(section),
        [
            "1 sample has numbers that cannot be: more documents of a kind than were looked at. They are in no sum.",
            "1 marking is dated before the document was made. Their day alone decides which scheme was in use.",
            "1 entry could not be read and is counted nowhere.",
        ]
    );
    assert_eq!(share(section, "rightly_marked"), (0, Some(0)));
    let row = &run.register("sample-findings", "2025-06-01")[0];
    assert_eq!(*cell(row, "sample-findings", "status"), text("numbers to be checked"));
}
