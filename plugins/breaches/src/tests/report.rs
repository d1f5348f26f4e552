//! Section R8.

use muniment_sdk::{Block, Metric, Table};

use super::*;

fn tables(section: &Section) -> Vec<&Table> {
    let tables = section.blocks.iter().filter_map(|block| match block {
        Block::Table(table) => Some(table),
        _ => None,
    });
    tables.collect()
}

fn table<'s>(section: &'s Section, name: &str) -> &'s Table {
    tables(section)
        .into_iter()
        .find(|table| table.name == name)
        .unwrap_or_else(|| panic!("no {name}: {section:#?}"))
}

fn metric<'s>(section: &'s Section, name: &str) -> &'s Metric {
    let found = section.blocks.iter().find_map(|block| match block {
        Block::Metric(metric) if metric.name == name => Some(metric),
        _ => None,
    });
    found.unwrap_or_else(|| panic!("no {name}: {section:#?}"))
}

fn number(cell: &Cell) -> i64 {
    if let Cell::Number(number) = cell { *number } else { panic!("{cell:?}") }
}

fn assert_adds_up(table: &Table) {
    let (last, parts) = table.rows.split_last().unwrap();
    for column in 1..table.columns.len() {
        let sum: i64 = parts.iter().map(|row| number(&row.cells[column])).sum();
        assert_eq!(sum, number(&last.cells[column]), "{table:#?}");
    }
}

fn year() -> Run<Breaches> {
    let of = |kind: &str, case: &str, at: &str, data: Value| Post::new(kind, case).at(at).data(data);
    let assessed = |severity: &str, kind: &str, people: u64| {
        json!({
            "severity": severity, "ico_type": kind, "dimension": "confidentiality", "cause": "human_error",
            "people_affected": people, "intent": "accidental", "harm": ["none"], "unit": "housing",
        })
    };
    Scenario::<Breaches>::new()
        .post(of("breach.aware", "INC-1", "2026-04-01", json!({ "detected_at": "2026-03-31T09:00:00Z" })))
        .post(of("breach.contained", "INC-1", "2026-04-01T10:00:00Z", json!({})))
        .post(of("breach.assessed", "INC-1", "2026-04-01T11:00:00Z", assessed("red", "ransomware", 1200)))
        .post(of("breach.senior_management_informed", "INC-1", "2026-04-01T12:00:00Z", json!({})))
        .post(of(
            "breach.reportability_decided",
            "INC-1",
            "2026-04-01T13:00:00Z",
            json!({ "reportable": true, "high_risk": true }),
        ))
        .post(of("breach.ico_notified", "INC-1", "2026-04-02", json!({})))
        .post(of(
            "breach.action_raised",
            "INC-1",
            "2026-04-02",
            json!({ "action_ref": "ACT-1", "due": "2026-04-10" }),
        ))
        .post(of(
            "breach.action_raised",
            "INC-1",
            "2026-04-02",
            json!({ "action_ref": "ACT-2", "due": "2026-04-20" }),
        ))
        .post(of("breach.aware", "INC-2", "2026-04-03", json!({})))
        .post(of("breach.reportability_decided", "INC-2", "2026-04-03", json!({ "reportable": false })))
        .post(of("breach.aware", "INC-3", "2026-04-04", json!({})))
        .post(of("breach.assessed", "INC-3", "2026-04-05", assessed("green", "failure_to_use_bcc", 7)))
        .post(of("breach.subjects_notified", "INC-1", "2026-04-09", json!({ "people_told": 1200 })))
        .post(of("breach.action_completed", "INC-1", "2026-04-09", json!({ "action_ref": "ACT-1" })))
        .post(of("breach.ico_notified", "INC-3", "2026-04-20", json!({ "delay_reason": "oversight" })))
        .post(of("breach.ico_outcome", "INC-3", "2026-04-24", json!({ "ico_decision": "no_further_action" })))
        .post(of("breach.aware", "INC-4", "2026-04-25", json!({})))
        .post(of("incident.reported", "INC-5", "2026-04-26", json!({})))
        .post(of("incident.near_miss_recorded", "INC-6", "2026-04-27", json!({ "barrier": "encryption" })))
        .post(of("incident.weakness_recorded", "INC-7", "2026-04-28", json!({})))
        .wait_until("2026-05-01")
        .run()
}

#[test]
fn the_tables_of_the_report_add_up() {
    let run = year();
    let section = &run.sections("2026-04-01", "2026-04-30", "2026-04-30T23:00:00Z")[0];
    assert!(tables(section).len() >= 11, "{}", tables(section).len());
    for table in tables(section) {
        assert_adds_up(table);
    }
    let all = |name: &str| -> Vec<i64> {
        table(section, name).rows.last().unwrap().cells[1..].iter().map(number).collect()
    };
    assert_eq!(all("breaches_by_severity"), [4, 1, 1, 1, 1]);
    for name in ["breaches_by_type", "breaches_by_cause", "breaches_by_unit", "breaches_by_people"] {
        assert_eq!(all(name), [4, 2, 1], "{name}");
    }
    assert_eq!(all("breaches_by_time_to_report"), [2, 2, 1]);
    assert_eq!(all("breaches_by_month"), [1, 3]);
    assert_eq!(all("breaches_high_risk"), [1, 1200]);
    assert_eq!(all("breaches_regulator_outcomes"), [1]);
    assert_eq!(all("breach_actions"), [0, 2, 1, 1, 1, 1]);
    assert_eq!(all("incidents_by_standing"), [6], "INC-1 became known in March");
    assert_eq!(all("near_misses"), [1]);
}

#[test]
fn figures_state_of_what_they_are() {
    let run = year();
    let section = &run.sections("2026-04-01", "2026-04-30", "2026-04-30T23:00:00Z")[0];
    let share = |name: &str| (metric(section, name).numerator, metric(section, name).denominator);
    assert_eq!(share("breaches"), (4, None), "near misses, weaknesses and suspicions are none");
    assert_eq!(share("breaches_notified"), (2, Some(4)));
    assert_eq!(share("breaches_notified_in_time"), (1, Some(2)));
    assert_eq!(share("breaches_contained_in_time"), (1, Some(4)));
    assert_eq!(share("breaches_management_told_in_time"), (1, Some(4)));
    assert_eq!(share("breaches_classified"), (2, Some(4)));
    assert_eq!(share("incidents_reported_in_time"), (1, Some(1)));
    let undecided = section.blocks.iter().find_map(|block| match block {
        Block::Finding(finding) if finding.text.starts_with("Of 1 breaches") => Some(finding),
        _ => None,
    });
    assert_eq!(undecided.unwrap().evidence.len(), 1, "{section:#?}");
    for block in &section.blocks {
        if let Block::Metric(metric) = block {
            assert!(!metric.definition.is_empty(), "{metric:?}");
        }
    }
}

#[test]
fn a_period_in_which_nothing_happened_says_so() {
    let run = year();
    let section = &run.sections("2025-01-01", "2025-03-31", "2025-03-31T23:00:00Z")[0];
    assert!(tables(section).is_empty());
    let said = format!("{:?}", section.blocks);
    assert!(
        said.contains("became aware of no breach") && said.contains("No incident, near miss or weakness")
    );
    assert!(said.contains("No action after a breach"));
}

#[test]
fn patterns_are_counted_without_names() {
    let of = |case: &str, day: &str| {
        let data = json!({ "ico_type": "phishing", "dimension": "integrity", "severity": "green", "team": "revenues", "person": "p-1" });
        [Post::new("breach.aware", case).at(day), Post::new("breach.assessed", case).at(day).data(data)]
    };
    let posts = [of("INC-1", "2025-06-02"), of("INC-2", "2025-12-01"), of("INC-3", "2026-04-20")].concat();
    let run = posts.into_iter().fold(Scenario::<Breaches>::new(), Scenario::post).run();
    let count =
        |from: &str, to: &str, name: &str| metric(&run.sections(from, to, "2026-05-01")[0], name).numerator;
    assert_eq!(count("2026-04-01", "2026-04-30", "teams_repeating"), 1, "by what was before the period too");
    assert_eq!(count("2026-04-01", "2026-04-30", "people_repeating"), 1);
    assert_eq!(count("2025-04-01", "2025-12-31", "teams_repeating"), 0);
    assert_eq!(count("2025-04-01", "2025-12-31", "people_repeating"), 1);
    assert!(!format!("{:?}", run.sections("2026-04-01", "2026-04-30", "2026-05-01")).contains("p-1"));
}
