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

pub(super) fn findings(section: &Section) -> Vec<&Finding> {
    let found = section.blocks.iter().filter_map(|block| match block {
        Block::Finding(finding) => Some(finding),
        _ => None,
    });
    found.collect()
}

fn table<'s>(section: &'s Section, name: &str) -> &'s Table {
    let found = section.blocks.iter().find_map(|block| match block {
        Block::Table(table) if table.name == name => Some(table),
        _ => None,
    });
    found.unwrap_or_else(|| panic!("no table {name}"))
}

fn number(cell: &Cell) -> i64 {
    if let Cell::Number(number) = cell { *number } else { panic!("{cell:?}") }
}

fn row<'t>(table: &'t Table, name: &str) -> &'t [Cell] {
    &table.rows.iter().find(|row| row.cells[0] == Cell::from(name)).unwrap().cells[1..]
}

fn of(case: &str, kind: &str, at: &str, data: Value) -> Post {
    Post::new(&format!("disclosure.{kind}"), case).at(at).data(data)
}

fn asked(case: &str, class: &str, service: Option<&str>, at: &str) -> Post {
    of(case, "requested", at, json!({ "requester_class": class, "service": service }))
}

fn a_quarter() -> Vec<Post> {
    vec![
        asked("DIS-1", "police", Some("housing"), "2026-03-16"),
        asked("DIS-2", "police", Some("housing"), "2026-04-01"),
        of(
            "DIS-2",
            "credentials_verified",
            "2026-04-02",
            json!({ "verified_how": "portal_login", "verified": true }),
        ),
        of("DIS-2", "assessed", "2026-04-03", json!({ "necessity": "necessary", "ig_advice": true })),
        of(
            "DIS-2",
            "released",
            "2026-04-05",
            json!({
                "legal_basis": "dpa2018_sch2_para2_crime", "rank": "inspector_or_above", "method": "portal",
                "special_category": true
            }),
        ),
        of(
            "DIS-2",
            "subject_informed",
            "2026-04-06",
            json!({ "told": false, "not_told_reason": "prejudice" }),
        ),
        asked("DIS-3", "insurer", None, "2026-04-07"),
        of("DIS-3", "refused", "2026-04-17", json!({ "refusal_reason": "consent_refused" })),
        asked("DIS-4", "bank", Some("revenues"), "2026-04-08"),
        of("DIS-4", "withdrawn", "2026-04-09", json!({})),
        asked("DIS-5", "police", Some("housing"), "2026-04-10"),
        of("DIS-1", "released", "2026-05-20", json!({ "legal_basis": "none_stated", "method": "phone" })),
        of(
            "DIS-6",
            "emergency_recorded",
            "2026-05-21",
            json!({
                "requester_class": "health", "emergency_at": "2026-05-20T23:00:00Z", "authorised_by": "role/duty-manager"
            }),
        ),
        asked("DIS-7", "court", None, "2026-07-02"),
    ]
}

#[test]
fn the_tables_of_the_report_add_up() {
    let scenario = a_quarter().into_iter().fold(Scenario::<Disclosures>::new(), Scenario::post);
    let run = scenario.run();
    let section = &run.sections("2026-04-01", "2026-06-30", "2026-06-30T22:59:59Z")[0];
    assert_eq!((section.place, section.title.as_str()), ("R7", "Disclosures to third parties"));
    assert_eq!(figure(section, "disclosures_requested"), (4, None));
    // Two releases and a refusal; the one of DIS-1 took 43 working days.
    assert_eq!(figure(section, "disclosures_answered_in_time"), (2, Some(3)));
    assert_eq!(figure(section, "disclosures_released"), (2, None));
    assert_eq!(figure(section, "disclosures_sound"), (1, Some(2)));
    assert_eq!(figure(section, "disclosures_advised"), (1, Some(2)));
    assert_eq!(figure(section, "disclosures_person_settled"), (1, Some(2)));
    assert_eq!(figure(section, "disclosures_emergency"), (1, None));
    for name in
        ["disclosures_by_class", "disclosures_by_service", "disclosures_refused", "disclosures_by_ground"]
    {
        let table = table(section, name);
        let (all, parts) = table.rows.split_last().unwrap();
        for column in 1..table.columns.len() {
            let sum: i64 = parts.iter().map(|row| number(&row.cells[column])).sum();
            assert_eq!(sum, number(&all.cells[column]), "{name} {column}");
        }
    }
    for row in table(section, "disclosures_by_class")
        .rows
        .iter()
        .chain(&table(section, "disclosures_by_service").rows)
    {
        let cells: Vec<i64> = row.cells[1..].iter().map(number).collect();
        assert_eq!(
            cells[0] + cells[1],
            cells[2..].iter().sum::<i64>(),
            "what came in went out or is there: {row:?}"
        );
    }
    assert_eq!(row(table(section, "disclosures_by_class"), "All"), [1, 4, 2, 1, 0, 1, 1].map(Cell::Number));
    assert_eq!(
        row(table(section, "disclosures_by_class"), "Police"),
        [1, 2, 2, 0, 0, 0, 1].map(Cell::Number)
    );
    assert_eq!(
        row(table(section, "disclosures_by_service"), "Not recorded"),
        [0, 1, 0, 1, 0, 0, 0].map(Cell::Number)
    );
    // 4, 10 and 65 days: within ten half of them were answered.
    assert_eq!(row(table(section, "disclosures_duration"), "All"), [3, 10, 65].map(Cell::Number));
    assert_eq!(row(table(section, "disclosures_duration"), "Police"), [2, 4, 65].map(Cell::Number));
    let faults = table(section, "disclosures_faults");
    let counts: Vec<i64> = faults.rows.iter().map(|row| number(&row.cells[1])).collect();
    assert_eq!(counts, [1, 0, 1, 1, 1]);
    let faulty = findings(section);
    assert_eq!((faulty.len(), faulty[0].evidence.len()), (1, 1));
    assert_eq!(faulty[0].evidence, faults.rows[0].evidence, "the release that named no ground");
}

#[test]
fn a_period_in_which_nothing_happened_says_so() {
    let run = Scenario::<Disclosures>::new().post(asked("DIS-7", "court", None, "2026-07-02")).run();
    let section = &run.sections("2026-04-01", "2026-06-30", "2026-07-31")[0];
    let paragraphs = section.blocks.iter().filter(|block| matches!(block, Block::Paragraph(_))).count();
    assert_eq!((paragraphs, section.blocks.len()), (3, 3));
}

#[test]
fn it_does_not_matter_in_which_order_things_are_recorded() {
    check_any_order::<Disclosures>(&a_quarter(), "2026-08-03", ("2026-04-01", "2026-06-30"));
    let put_right = [
        requested("police", "2026-03-02T08:00:00Z"),
        verified("2026-03-02T10:00:00Z", false),
        released("2026-03-02T11:00:00Z", "none_stated", Some("sergeant")),
        verified("2026-03-03", true),
        assessed("2026-03-04", json!({ "legal_basis": "consent", "decision": "release" })),
        Post::new("guidance.given", CASE).at("2026-03-05").data(json!({})),
        post("approved", "2026-03-06", json!({ "approved_by": "role/ig-manager", "rank": "senior_manager" })),
        released("2026-03-07", "consent", None),
        Post::new("case.transferred", CASE).at("2026-03-08").data(json!({ "unit": "adults" })),
    ];
    check_any_order::<Disclosures>(&put_right, "2026-08-03", ("2026-03-01", "2026-03-31"));
}

#[test]
fn a_history_that_makes_no_sense_is_a_finding_and_nothing_worse() {
    let run = Scenario::<Disclosures>::new()
        .post(released("2026-03-02", "consent", None))
        .post(post("withdrawn", "2026-03-03", json!({})))
        .post(requested("bank", "2026-03-09"))
        .post(of("DIS-2", "released", "2026-03-10", json!({ "legal_basis": "consent", "method": "portal" })))
        .post(of("DIS-3", "subject_informed", "2026-03-10", json!({ "told": true })))
        .post(of("DIS-4", "requested", "2026-03-10", json!({ "requester_class": "wizard" })))
        .post(asked("DIS-5", "bank", None, "2026-03-10"))
        .post(of(
            "DIS-5",
            "assessed",
            "2026-03-11",
            json!({ "necessity": "not_necessary", "decision": "refuse" }),
        ))
        .post(of("DIS-5", "released", "2026-03-12", json!({ "legal_basis": "consent", "method": "portal" })))
        .wait_until("2026-06-01")
        .run();
    assert!(!run.open().iter().any(|open| open.contains("A-DIS-3")), "{:?}", run.open());
    let section = &run.sections("2026-03-01", "2026-03-31", "2026-04-01")[0];
    let texts: Vec<&str> = findings(section).iter().map(|finding| finding.text.as_str()).collect();
    for part in [
        "although the assessment",
        "no request is on record",
        "dated before their receipt",
        "could not be read",
    ] {
        assert!(texts.iter().any(|text| text.contains(part) && text.ends_with("1.")), "{part}: {texts:#?}");
    }
    let flows = table(section, "disclosures_by_class");
    assert_eq!(row(flows, "All"), [0, 2, 2, 0, 0, 0, 0].map(Cell::Number), "it still adds up");
}

#[test]
fn the_state_of_a_closed_case_is_small() {
    let posts: Vec<Post> = (0..200)
        .flat_map(|number| {
            let case = format!("DIS-2026-{number:05}");
            let data = json!({ "requester_class": "police", "requester_body": "Exemplar Constabulary", "unit": "housing" });
            let refused = json!({ "refusal_reason": "not_held" });
            [of(&case, "requested", "2026-03-02", data), of(&case, "refused", "2026-03-03", refused)]
        })
        .map(|post| post.recorded("2026-03-04"))
        .collect();
    let run = Scenario::<Disclosures>::new().import(posts).run();
    let size = serde_json::to_vec(run.plugin()).unwrap().len() / 200;
    assert!(size < 600, "{size} bytes of JSON for a case");
}
