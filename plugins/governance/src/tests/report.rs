use muniment_sdk::Cell;

use super::*;

fn findings(section: &Section) -> Vec<&str> {
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

fn numbers(cells: &[Cell]) -> Vec<i64> {
    cells
        .iter()
        .filter_map(|cell| if let Cell::Number(number) = cell { Some(*number) } else { None })
        .collect()
}

/// The last row is the sum of those before it.
fn adds_up(table: &Table) -> Vec<i64> {
    assert!(table.totals);
    let (last, rows) = table.rows.split_last().unwrap();
    let total = numbers(&last.cells);
    let mut sum = vec![0; total.len()];
    for row in rows {
        sum.iter_mut().zip(numbers(&row.cells)).for_each(|(sum, number)| *sum += number);
    }
    assert_eq!(sum, total, "{}", table.name);
    total
}

fn history() -> Vec<Post> {
    let recommended = |name: &str, day: &str, due: &str, priority: &str| {
        let data = json!({ "recommendation_ref": name, "due": due, "priority": priority, "owner": "role/head-of-ict" });
        post("audit.recommendation_raised", "AUD-1", day, data)
    };
    vec![
        post(
            "policy.approved",
            "leicester",
            "2026-04-01",
            json!({ "version": "1", "approved_by": "board/impb", "cites": ["dpa-1998"] }),
        ),
        post("policy.published", "leicester", "2026-04-02", json!({ "version": "1" })),
        post("policy.distributed", "leicester", "2026-04-03", json!({ "version": "1" })),
        post(
            "standard.published",
            "passwords",
            "2025-03-03",
            json!({ "version": "1", "document_title": "Passwords" }),
        ),
        post(
            "legal_register.updated",
            "dpa-1998",
            "2026-04-04",
            json!({ "statute": "DPA", "status": "repealed", "effective": "2018-05-25" }),
        ),
        post("role.assigned", "role/siro", "2026-04-05", json!({ "role_kind": "siro" })),
        post("role.assigned", "role/dpo", "2026-04-06", json!({ "role_kind": "dpo", "acting": true })),
        post("role.vacated", "role/siro", "2026-06-01", json!({ "role_kind": "siro" })),
        post(
            "board.met",
            "IMPB/1",
            "2026-04-07",
            json!({ "board": "impb", "decisions": 3, "quorate": true }),
        ),
        post(
            "board.met",
            "COM/1",
            "2026-04-08",
            json!({ "board": "committee", "decisions": 1, "quorate": false }),
        ),
        post("guidance.requested", "ADV-1", "2026-03-09", json!({ "topic": "sharing" })),
        post("guidance.requested", "ADV-2", "2026-04-09", json!({ "topic": "dpia" })),
        post("guidance.given", "ADV-1", "2026-04-10", json!({})),
        post("guidance.given", "FOI-2", "2026-04-13", json!({ "guidance_ref": "ADV-2" })),
        post("guidance.requested", "ADV-3", "2026-06-09", json!({ "topic": "dpia" })),
        post(
            "org.unit_opened",
            "housing",
            "2025-04-11",
            json!({ "unit_title": "H", "kind": "directorate", "effective": "2025-04-11" }),
        ),
        post(
            "org.unit_opened",
            "care",
            "2025-04-12",
            json!({ "unit_title": "C", "kind": "directorate", "effective": "2025-04-12" }),
        ),
        post(
            "compliance.sampled",
            "CHK-1",
            "2026-04-14",
            json!({ "check_kind": "attestation", "unit": "housing" }),
        ),
        post(
            "compliance.sampled",
            "CHK-2",
            "2026-04-15",
            json!({ "check_kind": "monitoring", "checked": 40, "compliant": 37 }),
        ),
        post(
            "registration.renewed",
            "psn",
            "2026-04-16",
            json!({ "registration_kind": "psn", "expires": "2027-04-16" }),
        ),
        post(
            "dspt.submitted",
            "DSPT-2025-26",
            "2026-06-17",
            json!({ "dspt_status": "standards_met", "assertions_met": 41, "assertions": 42 }),
        ),
        post(
            "audit.completed",
            "AUD-1",
            "2026-04-18",
            json!({ "audit_kind": "internal", "scope": "access", "opinion": "limited" }),
        ),
        recommended("R1", "2026-03-19", "2026-05-01", "high"),
        recommended("R2", "2026-04-19", "2026-09-01", "low"),
        post(
            "audit.recommendation_closed",
            "AUD-1",
            "2026-04-20",
            json!({ "recommendation_ref": "R1", "close_reason": "implemented" }),
        ),
        post(
            "report.generated",
            "report-2025-26",
            "2026-05-20",
            json!({ "report": "report-2025-26", "period_from": "2025-04-01", "period_to": "2026-03-31", "size": 1, "sha256": "x" }),
        ),
    ]
}

fn run() -> Run<Governance> {
    let posts = history().into_iter().map(|post| post.recorded("2026-08-03"));
    scenario().import(posts).wait_until("2026-08-20").run()
}

#[test]
fn it_does_not_matter_in_which_order_things_are_recorded() {
    check_any_order::<Governance>(&history(), "2026-08-03", ("2026-04-01", "2027-03-31"));
    check_any_order::<Governance>(&history(), "2028-08-03", ("2026-04-01", "2027-03-31"));
}

#[test]
fn the_section_on_the_framework_adds_up() {
    let run = run();
    let sections = run.sections("2026-04-01", "2027-03-31", "2026-08-20");
    let framework = &sections[0];
    assert_eq!(framework.place, "R2");
    assert_eq!(adds_up(table(framework, "roles")), [2, 0, 1, 1]);
    assert_eq!(adds_up(table(framework, "documents")), [2, 1, 1, 1]);
    assert_eq!(metric(framework, "documents_in_time"), (1, Some(2)));
    assert_eq!(adds_up(table(framework, "boards")), [2, 1, 4]);
    assert_eq!(adds_up(table(framework, "guidance_by_topic")), [1, 2, 2, 1]);
    assert_eq!(metric(framework, "guidance_in_time"), (1, Some(2)));
    assert_eq!(metric(framework, "directorates_attesting"), (1, Some(2)));
    assert_eq!(adds_up(table(framework, "compliance_checks")), [2, 40, 37]);
    // Roles that nobody ever held, and monitoring that nobody was told of.
    assert_eq!(findings(framework).len(), 2, "{:?}", findings(framework));
}

#[test]
fn the_section_on_assurance_adds_up() {
    let run = run();
    let sections = run.sections("2026-04-01", "2027-03-31", "2026-08-20");
    let external = &sections[1];
    assert_eq!(external.place, "R19");
    assert_eq!(adds_up(table(external, "audits")), [1, 0, 0, 1, 0, 0]);
    assert_eq!(adds_up(table(external, "recommendations")), [1, 1, 1, 1, 1]);
    assert_eq!(table(external, "toolkit").rows[0].cells[3], Cell::Share(41, 42));
    assert_eq!(table(external, "registrations").rows.len(), 1);
    assert_eq!(findings(external).len(), 1, "no fee was paid");
    let empty = scenario().wait_until("2026-01-01").run().sections("2025-04-01", "2026-03-31", "2026-03-31");
    let is_empty = |section: &Section| {
        section.blocks.iter().all(|it| matches!(it, Block::Paragraph(_) | Block::Finding(_)))
    };
    assert!(empty.iter().all(is_empty), "{empty:?}");
}

#[test]
fn the_registers_say_what_is_due() {
    let run = run();
    let first = |name: &str| run.register(name, "2026-08-20")[0].cells.clone();
    let passwords = first("policies");
    assert_eq!(
        (&passwords[0], &passwords[6], &passwords[7]),
        (&"passwords".into(), &"red".into(), &"overdue".into())
    );
    let siro = first("roles");
    assert_eq!((&siro[0], &siro[7]), (&"role/siro".into(), &"vacant for too long".into()));
    assert_eq!(siro[4], Cell::Day("2026-06-08".parse().unwrap()));
    let question = first("guidance");
    assert_eq!((&question[0], &question[7]), (&"ADV-3".into(), &"overdue".into()));
    let recommendation = first("recommendations");
    assert_eq!(
        (&recommendation[1], &recommendation[5], &recommendation[6]),
        (&"R2".into(), &12.into(), &"amber".into())
    );
}

#[test]
fn a_history_without_sense_gives_a_finding_and_no_absurd_alert() {
    let backwards = json!({ "role_kind": "records_manager", "from": "2026-05-01", "until": "2026-04-01" });
    let posts = [
        post("role.assigned", "role/x", "2026-04-01", backwards),
        post("guidance.given", "ADV-1", "2026-04-01", json!({})),
        post("guidance.requested", "ADV-1", "2026-04-03", json!({ "topic": "dpia" })),
        post(
            "audit.recommendation_closed",
            "AUD-1",
            "2026-04-02",
            json!({ "recommendation_ref": "R9", "close_reason": "implemented" }),
        ),
        post("policy.superseded", "leicester", "2026-04-02", json!({})),
        post("org.unit_closed", "housing", "2026-04-02", json!({ "effective": "2026-04-02" })),
        post("registration.renewed", "psn", "2026-04-02", json!({ "registration_kind": "psn" })),
    ];
    let run = scenario().import(posts.map(|post| post.recorded("2026-04-05"))).wait_until("2026-04-08").run();
    assert_eq!(run.history(), Vec::<String>::new());
    let sections = run.sections("2026-04-01", "2027-03-31", "2026-04-08");
    let found = findings(&sections[0]);
    assert!(found.iter().any(|text| text.contains("that do not fit") && text.ends_with(": 3.")), "{found:?}");
    assert!(
        found.iter().any(|text| text.contains("could not be read") && text.ends_with(": 1.")),
        "{found:?}"
    );
}
