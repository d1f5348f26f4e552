//! What is recorded when the ledger begins: who there is, what is aimed at, and what was there before.

use crate::Plan;
use crate::council::{COUNCIL, SOURCES, SYSTEMS, UNITS};
use crate::day::Day;
use crate::desk::{Desk, fields};
use crate::histories::SHA256;
use crate::rounds::report_days;

pub(crate) fn all(desk: &mut Desk, plan: &Plan) {
    units(desk, plan);
    sources(desk, plan);
    calendars(desk, plan);
    roles(desk, plan);
    targets(desk, plan);
    before(desk, plan);
    documents(desk, plan);
    systems(desk, plan);
}

fn units(desk: &mut Desk, plan: &Plan) {
    let first = plan.ledger_from();
    let at = first.at(9, 0);
    desk.say(
        at,
        "org.unit_opened",
        "exemplar-borough",
        fields![unit_title: COUNCIL, kind: "other", effective: first, head: "role/chief-executive"],
    );
    for (place, unit) in (1..).zip(&UNITS) {
        let at = at.plus_seconds(place * 300);
        let parent = unit.parent.unwrap_or("exemplar-borough");
        desk.say(
            at,
            "org.unit_opened",
            unit.name,
            fields![
                unit_title: unit.title, kind: unit.kind, parent: parent, effective: first,
                head: format!("role/director-{}", unit.name),
            ],
        );
        let class = if unit.kind == "elected_body" { "member" } else { "staff" };
        // In tenths, so that no fraction is rounded.
        let fte = (unit.heads * 9) as f64 / 10.0;
        desk.say(
            at.plus_seconds(60),
            "population.recorded",
            unit.name,
            fields![
                unit: unit.name, user_class: class, heads: unit.heads, fte: fte, as_at: first,
                source_document: "hr/establishment-report",
            ],
        );
    }
    reorganised(desk, plan);
}

/// Three small services, which are gone half a year later, and a directorate of another name.
fn reorganised(desk: &mut Desk, plan: &Plan) {
    let (first, second) = (plan.ledger_from(), plan.first_day().plus(182));
    let at = first.at(14, 0);
    for (name, title, parent) in [
        ("parks", "Parks", "streets-and-waste"),
        ("registrars", "Registrars", "law-and-governance"),
        ("markets", "Markets", "places-and-planning"),
    ] {
        let facts = fields![unit_title: title, kind: "service", parent: parent, effective: first];
        desk.say(at, "org.unit_opened", name, facts);
    }
    let at = desk.office(second);
    let title = "Public health and wellbeing";
    let renamed = fields![unit_title: title, title_before: "Public health", effective: second];
    desk.say(at, "org.unit_renamed", "public-health", renamed);
    let successors = vec!["streets-and-waste", "culture-and-leisure"];
    desk.say(at, "org.unit_split", "parks", fields![successors: successors, effective: second]);
    desk.say(at, "org.unit_merged", "registrars", fields![into: "law-and-governance", effective: second]);
    let successors = vec!["places-and-planning"];
    desk.say(at, "org.unit_closed", "markets", fields![successors: successors, effective: second]);
}

fn sources(desk: &mut Desk, plan: &Plan) {
    let at = plan.ledger_from().plus(1).at(9, 0);
    for (place, (source, groups)) in (0..).zip(SOURCES) {
        let at = at.plus_seconds(place * 600);
        let uri = format!("/systems/{source}");
        desk.say(
            at,
            "source.registered",
            source,
            fields![
                source_uri: uri.as_str(), groups: groups.to_vec(),
                interval_hours: report_days(plan) * 24 + 6, owner: "role/head-of-ict",
                replaces: format!("{source}-spreadsheet"),
            ],
        );
        for group in groups {
            desk.say(
                at.plus_seconds(30),
                "ledger.coverage_declared",
                source,
                fields![group: *group, source_uri: uri.as_str(), from: plan.ledger_from()],
            );
        }
    }
}

fn calendars(desk: &mut Desk, plan: &Plan) {
    let at = plan.ledger_from().plus(2).at(9, 0);
    let holiday = plan.first_day().plus(75);
    desk.say(
        at,
        "calendar.holiday_added",
        "uk",
        fields![
            day: holiday, regions: vec!["scotland"], holiday: "Invented holiday",
            authority: "proclamation/invented", announced_on: at.day(),
        ],
    );
    desk.say(
        at.plus_hours(48),
        "calendar.holiday_removed",
        "uk",
        fields![
            day: holiday, regions: vec!["scotland"], holiday: "Invented holiday",
            authority: "proclamation/invented", announced_on: at.day(),
        ],
    );
    // The summer term of the school: what is not said to be open is closed.
    let term = (0..90).map(|place| plan.first_day().plus(21 + place)).filter(|day| day.is_working());
    for (place, day) in (0..).zip(term) {
        let facts = fields![day: day, open: !(25..30).contains(&place)];
        desk.say(at.plus_seconds(place * 20), "calendar.day_set", "school/exemplar-primary", facts);
    }
    desk.say(
        at.plus_hours(1),
        "rule.version_activated",
        "A-REQ-3",
        fields![
            rule_version: "2025-01", effective: at.day(), law: "foia-2000/s.10", change: "new",
            decided_by: "role/data-protection-officer",
        ],
    );
}

fn roles(desk: &mut Desk, plan: &Plan) {
    let at = plan.ledger_from().plus(2).at(11, 0);
    for (place, (subject, kind)) in (0..).zip([
        ("role/siro", "siro"),
        ("role/data-protection-officer", "dpo"),
        ("role/head-of-information-assurance", "head_of_information_assurance"),
        ("role/information-governance-manager", "information_governance_manager"),
        ("role/information-risk-manager", "information_risk_manager"),
        ("role/records-manager", "records_manager"),
        ("role/caldicott-guardian", "caldicott_guardian"),
        ("role/monitoring-officer", "monitoring_officer"),
    ]) {
        let person = format!("hr-{:06}", 11 + place);
        desk.say(
            at.plus_seconds(place * 120),
            "role.assigned",
            subject,
            fields![
                role_kind: kind, from: plan.ledger_from(), acting: false, mandatory: true, person: person,
            ],
        );
    }
}

fn targets(desk: &mut Desk, plan: &Plan) {
    let at = plan.ledger_from().plus(3).at(10, 0);
    for (subject, value, amber, section) in [
        ("requests-in-time", 95, 90, "R5"),
        ("rights-in-time", 90, 85, "R6"),
        ("people-trained", 95, 90, "R4"),
    ] {
        desk.say(
            at,
            "target.set",
            subject,
            fields![
                measure: "per_cent", value: value, direction: "at_least", amber_at: amber,
                period_from: plan.first_day(), period_to: plan.last_day(), section: section,
                approved_by: "role/siro",
            ],
        );
    }
}

/// The year before, from its printed report.
fn before(desk: &mut Desk, plan: &Plan) {
    let at = plan.ledger_from().plus(3).at(14, 0);
    let year = plan.year();
    let label = format!("{}-{:02}", year - 1, year % 100);
    for (subject, section, cell, numerator, denominator, basis) in [
        ("requests-in-time", "R5", "R5/timeliness/in-time", 873, 942, "closed"),
        ("rights-in-time", "R6", "R6/timeliness/in-time", 111, 125, "closed"),
        ("people-trained", "R4", "R4/valid", 4_310, 4_822, "all"),
    ] {
        desk.say(
            at,
            "figure.imported",
            &format!("{subject}/{label}"),
            fields![
                section: section, cell: cell, numerator: numerator, denominator: denominator, basis: basis,
                measure: "per_cent", period_from: Day::of(year - 1, 4, 1), period_to: Day::of(year, 3, 31),
                document_sha256: SHA256,
            ],
        );
    }
    for (subject, group, regime, count, overdue) in [
        ("foi-open", "request", "foi", 57, 6),
        ("sar-open", "request", "sar", 14, 1),
        ("breaches-open", "breach", "none", 9, 0),
    ] {
        desk.say(
            at,
            "stock.opening_recorded",
            subject,
            fields![
                group: group, regime: regime, count: count, overdue: overdue, as_at: plan.ledger_from(),
                source_document: "report/year-before",
            ],
        );
    }
}

fn documents(desk: &mut Desk, plan: &Plan) {
    let at = plan.ledger_from().plus(4).at(10, 0);
    let owner = "role/head-of-information-assurance";
    let review = plan.first_day().plus(300);
    desk.say(
        at,
        "policy.published",
        "information-security",
        fields![
            title: "Information security policy", version: "2.1", changes: "none", cites: vec!["dpa-2018"],
            baseline: "iso_27002_2022", location: "/policies/information-security", sha256: SHA256,
            owner: owner, review_due: review,
        ],
    );
    desk.say(
        at,
        "standard.published",
        "password-standard",
        fields![
            document_title: "Password standard", kind: "technical", version: "3.0",
            policy_ref: "information-security", baseline: "iso_27002_2022", cites: vec!["dpa-2018"],
            sha256: SHA256, approved_by: owner, owner: owner, review_due: review,
        ],
    );
    desk.say(
        at,
        "procedure.published",
        "handling-requests",
        fields![
            document_title: "Handling requests", kind: "handbook_page", version: "1.4",
            policy_ref: "information-security", cites: vec!["foia-2000"], sha256: SHA256, approved_by: owner,
            owner: owner, review_due: review,
        ],
    );
    for (subject, statute, status, successor) in [
        ("dpa-2018", "Data Protection Act 2018", "amended", None),
        ("foia-2000", "Freedom of Information Act 2000", "in_force", None),
        ("dpa-1998", "Data Protection Act 1998", "superseded", Some("dpa-2018")),
    ] {
        desk.say(
            at,
            "legal_register.updated",
            subject,
            fields![
                statute: statute, status: status, successor: successor,
                applies_to: vec!["requests", "subject_rights"], reviewed_by: "role/head-of-legal",
                review_due: review,
            ],
        );
    }
    desk.say(
        at,
        "schedule.published",
        "retention",
        fields![
            version: "5.0", classes: 240, sha256: SHA256, approved_by: "role/corporate-information-manager",
            review_due: review,
        ],
    );
    desk.say(
        at,
        "protocol.adopted",
        "ISP-01",
        fields![
            agreement_title: "County information sharing protocol", version: "2.1",
            parties: vec!["exemplar-borough", "exemplar-icb"], starts: at.day(), review_due: review,
            owner: owner,
        ],
    );
}

fn systems(desk: &mut Desk, plan: &Plan) {
    let at = plan.ledger_from().plus(7).at(10, 0);
    let live = plan.ledger_from().plus(-900);
    for (place, (system, title)) in (0..).zip(SYSTEMS) {
        let at = at.plus_seconds(place * 900);
        desk.say(
            at,
            "system.registered",
            system,
            fields![
                system_title: title, supplier: "Exemplar Software Ltd (fictional)", hosting: "cloud",
                status: "live", go_live: live, personal_data: true, critical: place < 4, recovery_hours: 24,
                owner: "role/information-asset-owner",
            ],
        );
        // The last one was never weighed.
        if place < 7 {
            let at = desk.office(plan.first_day().plus(20 + place * 9));
            desk.say(
                at,
                "system.risk_assessed",
                system,
                fields![
                    occasion: "yearly", rating: "medium", accepted_by: "role/siro",
                    reviewed_by: "role/information-risk-manager", review_due: at.day().plus(365),
                ],
            );
        }
    }
}
