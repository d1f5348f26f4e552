//! Section R16, orders, and what makes no sense.

use super::*;

fn section(run: &Run<Resilience>) -> Section {
    run.sections("2026-01-01", "2026-12-31", "2026-12-31").remove(0)
}

fn tables(section: &Section) -> Vec<&Table> {
    let tables = section.blocks.iter().filter_map(|block| match block {
        Block::Table(table) => Some(table),
        _ => None,
    });
    tables.collect()
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

fn year() -> Vec<Post> {
    let cyber = |subject: &str, at: &str, kind: &str| {
        post("incident.reported", subject, at, json!({ "ico_type": kind, "unit": "ict" }))
    };
    let tested = |kind: &str, subject: &str, at: &str, result: &str| {
        post(kind, subject, at, json!({ "test_kind": "full", "result": result }))
    };
    let control = |subject: &str, at: &str, result: &str| {
        post(
            "control.tested",
            subject,
            at,
            json!({ "control_kind": "technical", "result": result, "next_due": "2027-01-10" }),
        )
    };
    let outage = |subject: &str, at: &str, more: Value| {
        let mut data = json!({ "service": "revenues", "started_at": at, "cause": "cyber" });
        data.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        post("service.outage", subject, at, data)
    };
    vec![
        cyber("INC-1", "2026-02-02T09:00:00Z", "ransomware"),
        post("breach.aware", "INC-1", "2026-02-03T09:00:00Z", json!({})),
        cyber("INC-2", "2026-03-02T09:00:00Z", "phishing"),
        post("incident.near_miss_recorded", "INC-2", "2026-03-03T09:00:00Z", json!({})),
        cyber("INC-3", "2026-03-04T09:00:00Z", "malware"),
        post("incident.unsubstantiated", "INC-3", "2026-03-05T09:00:00Z", json!({})),
        cyber("INC-4", "2026-03-06T09:00:00Z", "failure_to_redact"),
        post("breach.assessed", "INC-4", "2026-03-07T09:00:00Z", json!({ "cyber": true })),
        post(
            "bcp.published",
            "BCP-1",
            "2026-03-08T09:00:00Z",
            json!({ "plan_title": "R", "version": "1", "services": ["revenues"], "recovery_hours": 4 }),
        ),
        tested("bcp.tested", "BCP-1", "2026-03-09T09:00:00Z", "passed"),
        tested("dr.tested", "DR-1", "2025-03-10T09:00:00Z", "passed_with_actions"),
        tested("backup.restore_tested", "housing", "2026-03-11T09:00:00Z", "failed"),
        outage("OUT-1", "2026-03-12T09:00:00Z", json!({ "ended_at": "2026-03-12T19:30:00Z" })),
        outage(
            "OUT-2",
            "2026-03-13T09:00:00Z",
            json!({ "planned": true, "ended_at": "2026-03-13T12:00:00Z" }),
        ),
        outage("OUT-3", "2026-03-14T09:00:00Z", json!({ "ended_at": "2026-03-14T08:00:00Z" })),
        outage(
            "OUT-4",
            "2026-03-15T09:00:00Z",
            json!({ "service": "parks", "ended_at": "2026-03-15T10:00:00Z" }),
        ),
        control("CTL-1", "2026-03-16T09:00:00Z", "effective"),
        control("CTL-1", "2026-04-16T09:00:00Z", "ineffective"),
        post(
            "fax.justified",
            "FAX-1",
            "2026-03-17T09:00:00Z",
            json!({ "need": "law", "expires": "2026-06-01" }),
        ),
        post("fax.misdirected", "FAX-1", "2026-03-18T09:00:00Z", json!({ "recipient_kind": "wrong_number" })),
        post("caller.briefed", "CALL-1", "2026-03-19T09:00:00Z", json!({ "team": "housing" })),
        post(
            "caller.check_failed",
            "CALL-2",
            "2026-03-20T09:00:00Z",
            json!({ "failed_check": "other", "team": "housing" }),
        ),
        post(
            "function.documented",
            "payroll",
            "2026-03-21T09:00:00Z",
            json!({ "function_title": "P", "document_ref": "p", "owner": "role/head", "deputies": 0 }),
        ),
        post(
            "role.assigned",
            "role/head",
            "2026-03-22T09:00:00Z",
            json!({ "role_kind": "other", "person": "p-1" }),
        ),
    ]
}

#[test]
fn the_tables_of_the_report_add_up() {
    let run = run(year(), "2026-12-31");
    let section = section(&run);
    assert_eq!(tables(&section).len(), 4);
    for table in tables(&section) {
        let (last, parts) = table.rows.split_last().unwrap();
        for column in 1..table.columns.len() {
            let sum: i64 = parts.iter().map(|row| number(&row.cells[column])).sum();
            assert_eq!(sum, number(&last.cells[column]), "{table:#?}");
        }
    }
    let all = |name: &str| -> Vec<i64> {
        let table = tables(&section).into_iter().find(|table| table.name == name).unwrap();
        table.rows.last().unwrap().cells[1..].iter().map(number).collect()
    };
    assert_eq!(all("cyber_by_type"), [1, 1, 1]);
    assert_eq!(all("outages_by_cause"), [4, 1, 14, 1]);
    assert_eq!(all("continuity_tests"), [2, 1, 0, 1]);
    assert_eq!(all("controls_tested"), [2, 1, 0, 1]);
    let share = |name: &str| (metric(&section, name).numerator, metric(&section, name).denominator);
    assert_eq!(share("cyber_incidents"), (2, None), "near misses and what was nothing are none");
    assert_eq!(share("cyber_breaches"), (1, Some(2)));
    assert_eq!(share("outages"), (3, None));
    assert_eq!(share("outages_beyond"), (1, Some(1)));
    assert_eq!(share("plans_tested"), (1, Some(2)));
    assert_eq!(share("restores_tested"), (0, Some(1)));
    assert_eq!(share("functions_current"), (1, Some(1)));
    assert_eq!(share("functions_with_deputies"), (0, Some(1)));
    assert_eq!(share("faxes_justified"), (0, Some(1)));
    assert_eq!(share("teams_briefed"), (1, Some(1)));
    assert_eq!(share("callers_told_all_the_same"), (0, Some(1)));
    let findings = section.blocks.iter().filter(|block| matches!(block, Block::Finding(_))).count();
    assert_eq!(findings, 3, "no recovery time, an end before the beginning, a test that failed");
}

#[test]
fn where_nothing_happened_the_section_says_so() {
    let run = run(Vec::new(), "2026-12-31");
    let section = section(&run);
    assert!(tables(&section).is_empty());
    let said = format!("{:?}", section.blocks);
    for words in ["No cyber incident", "No outage", "No plan", "No critical function", "No test of a control"]
    {
        assert!(said.contains(words), "{words}");
    }
}

#[test]
fn the_order_in_which_entries_come_makes_no_difference() {
    check_any_order::<Resilience>(&year(), "2026-04-20", ("2026-01-01", "2026-12-31"));
}

#[test]
fn what_makes_no_sense_is_a_finding_and_no_panic() {
    let posts = vec![
        post("function.reviewed", "f-1", "2026-03-02T09:00:00Z", json!({ "finding": "out_of_date" })),
        post("fax.decommissioned", "FAX-1", "2026-03-02T09:00:00Z", json!({})),
        post("bcp.tested", "BCP-1", "2026-03-02T09:00:00Z", json!({ "result": "perhaps" })),
        post("service.outage", "OUT-1", "2026-03-02T09:00:00Z", json!({ "service": "s" })),
        post(
            "service.outage",
            "OUT-2",
            "2026-03-02T09:00:00Z",
            json!({ "service": "s", "started_at": "2026-03-02T09:00:00Z", "ended_at": "2020-01-01T00:00:00Z", "recovery_hours": 99_999_999_999_999_u64 }),
        ),
    ];
    let run = run(posts, "2027-12-31");
    assert_eq!(run.history(), ["Mon 2026-03-02 09:00 + A-BCP-1 out-of-date f-1"]);
    let said = format!("{:?}", section(&run).blocks);
    assert!(said.contains("2 entries about resilience could not be read"), "{said}");
    assert!(said.contains("ended before they began"));
}
