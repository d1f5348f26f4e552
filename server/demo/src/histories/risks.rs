//! Risks, controls, assets and systems; what breaks, and what is tried out.

use crate::case::Case;
use crate::council::SYSTEMS;
use crate::day::Moment;
use crate::desk::{Desk, fields};

fn identified<'d>(desk: &'d mut Desk, at: Moment) -> Case<'d> {
    let mut case = Case::counted(desk, "RSK", at);
    let title = case.pick(&[
        "Payroll data reaches the wrong recipient",
        "A supplier fails",
        "Old mailboxes are kept",
        "Paper files are left in cars",
    ]);
    let review = case.in_days(90);
    case.say(
        "risk.identified",
        fields![
            risk_title: title, category: "confidentiality", source_of_risk: "assessment", system: "payroll",
            owner: "role/information-asset-owner",
        ],
    );
    case.say(
        "risk.assessed",
        fields![
            category: "confidentiality", likelihood: 3, impact: 4, rating: "high", target_rating: "medium",
            owner: "role/information-asset-owner", reviewed_by: "role/information-risk-manager",
            review_due: review,
        ],
    );
    case
}

pub(super) fn treated(desk: &mut Desk, at: Moment) {
    let mut case = identified(desk, at);
    let (action, due) = (format!("ACT-{}", case.subject), case.in_days(60));
    case.say(
        "risk.treated",
        fields![
            treatment: "reduce", action_ref: action, owner: "role/information-asset-owner", due: due,
            done: true,
        ],
    );
    case.wait(30, 60);
    let review = case.in_days(90);
    case.say(
        "risk.assessed",
        fields![
            likelihood: 2, impact: 3, rating: "medium", reviewed_by: "role/information-risk-manager",
            review_due: review,
        ],
    );
    case.wait(10, 50);
    case.say("risk.closed", fields![close_reason: "treated"]);
}

pub(super) fn accepted(desk: &mut Desk, at: Moment) {
    let mut case = identified(desk, at);
    case.wait(3, 9);
    case.say("risk.escalated", fields![escalated_to: "role/siro", rating: "high"]);
    case.wait(3, 9);
    let until = case.in_days(365);
    case.say("risk.accepted", fields![accepted_by: "role/siro", rating: "high", accepted_until: until]);
}

pub(super) fn control(desk: &mut Desk, at: Moment) {
    let mut case = Case::counted(desk, "CTL", at);
    let (result, next) = (case.pick(&["effective", "effective", "partly_effective"]), case.in_days(365));
    case.say(
        "control.tested",
        fields![
            control_kind: "technical", framework: "iso_27002_2022", control_ref: "5.15", system: "payroll",
            result: result, reviewed_by: "role/information-risk-manager", next_due: next,
        ],
    );
}

pub(super) fn asset(desk: &mut Desk, at: Moment) {
    let number = desk.next_number("INF");
    let mut case = Case::new(desk, format!("INF-{number:05}"), at);
    let (system, review) = (case.pick(&SYSTEMS).0, case.in_days(365));
    let title = case.pick(&[
        "Tenancy files",
        "Care plans",
        "Planning applications",
        "Library members",
        "Council tax accounts",
    ]);
    case.say(
        "asset.registered",
        fields![
            asset_title: title, forms: vec!["paper", "database"], system: system,
            location: "town-hall/records", personal_data: true, special_category: false, critical: true,
            marking: "official_sensitive", retention_class: "HSG/04", ropa_ref: "ROPA-0000001",
            licence: "own", owner: "role/information-asset-owner", review_due: review,
        ],
    );
    case.wait(20, 120);
    case.say(
        "asset.owner_changed",
        fields![owner: "role/head-of-service", owner_before: "role/information-asset-owner", vacant: false],
    );
    case.wait(5, 40);
    case.say(
        "asset.reviewed",
        fields![
            finding: "current", marking: "official_sensitive", owner: "role/head-of-service",
            reviewed_by: "role/information-governance-manager", review_due: review,
        ],
    );
}

pub(super) fn quality(desk: &mut Desk, at: Moment) {
    let mut case = Case::numbered(desk, "DQ", at);
    let (wrong, next) = (case.between(2, 30), case.in_days(365));
    let dimensions = || vec!["accuracy", "completeness"];
    case.say(
        "data_quality.checked",
        fields![
            system: "revenues", critical: true, dimension: dimensions(), records_checked: 500,
            records_wrong: wrong, next_due: next, reviewed_by: "role/information-asset-owner",
        ],
    );
    case.wait(3, 15);
    case.say(
        "data_quality.corrected",
        fields![
            system: "revenues", records_corrected: wrong, correction_source: "check", recipients_told: false,
        ],
    );
}

/// A change that nobody allowed: explained a few days later.
pub(super) fn unexplained(desk: &mut Desk, at: Moment) {
    let mut case = Case::numbered(desk, "CHG", at);
    let by = case.in_working_days(5);
    case.say(
        "unauthorised_change.detected",
        fields![
            system: "finance-ledger", detected_how: "monitoring", explanation: "none_yet",
            investigate_by: by,
        ],
    );
    case.wait(1, 4);
    case.say(
        "unauthorised_change.detected",
        fields![system: "finance-ledger", detected_how: "monitoring", explanation: "authorised_after_all"],
    );
}

pub(super) fn outage(desk: &mut Desk, at: Moment) {
    let mut case = Case::numbered(desk, "OUT", at);
    let (system, hours) = (case.pick(&SYSTEMS).0, case.between(1, 30));
    let (started, cause) = (at.plus_hours(-hours), case.pick(&["network", "software", "supplier", "power"]));
    case.say(
        "service.outage",
        fields![
            service: "customer-services", system: system, started_at: started, ended_at: at,
            recovery_hours: 24, cause: cause, planned: false, critical: true,
        ],
    );
}

pub(super) fn restored(desk: &mut Desk, at: Moment) {
    let subject = desk.chance.pick(&SYSTEMS).0.to_owned();
    let mut case = Case::new(desk, subject, at);
    let (backup, next) = (case.in_days(-2), case.in_days(180));
    case.say(
        "backup.restore_tested",
        fields![
            backup_date: backup, result: "passed", complete: true, hours_taken: 3.5, offline_copy: true,
            next_due: next,
        ],
    );
}

pub(super) fn plan_tested(desk: &mut Desk, at: Moment) {
    let number = desk.next_number("BCP");
    let mut case = Case::new(desk, format!("BCP-{number:03}"), at);
    let next = case.in_days(365);
    case.say(
        "bcp.published",
        fields![
            plan_title: "Customer services continuity plan", version: "2.1",
            services: vec!["customer-services"], critical: true, recovery_hours: 24,
            owner: "role/head-of-service", review_due: next,
        ],
    );
    case.wait(10, 40);
    case.say(
        "bcp.tested",
        fields![
            test_kind: "walk_through", result: "passed_with_actions", hours_taken: 6.5, actions: 2,
            next_due: next, reviewed_by: "role/emergency-planning",
        ],
    );
    let system = case.pick(&SYSTEMS).0;
    let subject = format!("DR-{system}");
    case.say_of(
        "dr.tested",
        &subject,
        fields![
            system: system, test_kind: "partial", result: "passed", recovery_hours: 24, hours_taken: 7.5,
            data_lost_minutes: 15, actions: 0, next_due: next,
        ],
    );
}

pub(super) fn function(desk: &mut Desk, at: Moment) {
    let number = desk.next_number("FN");
    let mut case = Case::new(desk, format!("function-{number:03}"), at);
    let review = case.in_days(365);
    case.say(
        "function.documented",
        fields![
            function_title: "Monthly payroll run", document_ref: "procedure/payroll-run", deputies: 2,
            owner: "role/head-of-service", review_due: review,
        ],
    );
    case.wait(40, 120);
    case.say(
        "function.reviewed",
        fields![
            occasion: "role_change", finding: "updated", deputies: 2, reviewed_by: "role/head-of-service",
            review_due: review,
        ],
    );
}
