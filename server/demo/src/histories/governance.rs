//! Questions, audits, checks, delegations; assessments and registers of processing.

use crate::case::Case;
use crate::day::Moment;
use crate::desk::{Desk, fields};

/// One in eight questions waits longer than the five working days.
pub(super) fn question(desk: &mut Desk, at: Moment) {
    let mut case = Case::numbered(desk, "ADV", at);
    let topic = case.pick(&["requests", "sharing", "dpia", "retention", "breaches", "marking"]);
    let (due, note) = (case.in_working_days(5), case.note());
    case.say("guidance.requested", fields![topic: topic, asked_by_class: "staff", due: due, note: note]);
    if case.in_hundred(12) {
        case.wait(6, 12)
    } else {
        case.wait(0, 4)
    }
    let reference = case.subject.clone();
    case.say(
        "guidance.given",
        fields![topic: topic, guidance_ref: reference, answered_by: "role/information-governance-team"],
    );
}

pub(super) fn audit(desk: &mut Desk, at: Moment) {
    let mut case = Case::numbered(desk, "AUD", at);
    case.say(
        "audit.completed",
        fields![audit_kind: "internal", scope: "leavers", opinion: "reasonable", recommendations: 2],
    );
    let due = case.in_days(90);
    for (place, priority) in [(1, "high"), (2, "medium")] {
        let reference = format!("{}/R{place}", case.subject);
        case.say(
            "audit.recommendation_raised",
            fields![
                recommendation_ref: reference, audit_kind: "internal", priority: priority,
                owner: "role/information-risk-manager", due: due,
            ],
        );
    }
    case.wait(20, 60);
    let reference = format!("{}/R1", case.subject);
    case.say(
        "audit.recommendation_closed",
        fields![recommendation_ref: reference, close_reason: "implemented"],
    );
}

pub(super) fn check(desk: &mut Desk, at: Moment) {
    let mut case = Case::numbered(desk, "CHK", at);
    let kind = case.pick(&["sample", "spot_check", "clear_desk", "attestation"]);
    let compliant = case.between(30, 40);
    case.say(
        "compliance.sampled",
        fields![
            check_kind: kind, policy_ref: "information-security", scope: "policy", checked: 40,
            compliant: compliant, attested_by: "role/director", user_class: "staff",
            reviewed_by: "role/information-governance-manager",
        ],
    );
}

pub(super) fn delegation(desk: &mut Desk, at: Moment) {
    let mut case = Case::counted(desk, "DEL", at);
    let (from, until) = (case.in_days(1), case.in_days(365));
    case.say(
        "delegation.recorded",
        fields![
            delegated_by: "role/service-director", delegated_to: "role/authorised-deputy",
            power: "homework_authorisation", from: from, until: until,
        ],
    );
}

pub(super) fn assessment(desk: &mut Desk, at: Moment) {
    let mut case = Case::numbered(desk, "DPIA", at);
    let project =
        case.pick(&["New case system for social care", "Cameras in libraries", "Parking permits online"]);
    let live = case.in_days(120);
    case.say(
        "dpia.screened",
        fields![
            project: project, project_kind: "new_system", triggers: vec!["large_scale_special_category"],
            required: true, go_live: live, owner: "role/information-asset-owner",
            decided_by: "role/data-protection-officer",
        ],
    );
    case.wait(8, 20);
    case.say(
        "dpia.completed",
        fields![
            project: project, project_kind: "new_system", risk_before: "high", risk_after: "medium",
            measures: 6, dpo_consulted: true, dpo_advice_accepted: true, people_consulted: false,
            human_rights_considered: true, owner: "role/information-asset-owner",
        ],
    );
    case.wait(2, 8);
    let review = case.in_days(365);
    case.say(
        "dpia.approved",
        fields![
            approved_by: "role/information-asset-owner", risk_after: "medium", dpo_advice_accepted: true,
            go_live: live, review_due: review,
        ],
    );
}

/// A high risk is left: the regulator is asked before it starts.
pub(super) fn consultation(desk: &mut Desk, at: Moment) {
    let mut case = Case::numbered(desk, "DPIA", at);
    case.say(
        "dpia.screened",
        fields![
            project: "Matching of benefit and housing data", project_kind: "profiling",
            triggers: vec!["data_matching"], required: true,
        ],
    );
    case.wait(8, 20);
    case.say(
        "dpia.completed",
        fields![
            project: "Matching of benefit and housing data", risk_before: "high", risk_after: "high",
            measures: 3, dpo_consulted: true,
        ],
    );
    let due = case.in_days(56);
    case.say("dpia.ico_consulted", fields![ico_ref: "IC-298765-Q9R8", answer_due: due]);
    case.wait(30, 38);
    let review = case.in_days(180);
    case.say(
        "dpia.reviewed",
        fields![
            finding: "changed", decision: "change", risk_after: "medium",
            reviewed_by: "role/data-protection-officer", review_due: review,
        ],
    );
}

pub(super) fn processing(desk: &mut Desk, at: Moment) {
    let mut case = Case::counted(desk, "ROPA", at);
    let review = case.in_days(365);
    case.say(
        "ropa.entry_recorded",
        fields![
            activity: "Collection of council tax", purpose: "Billing and collecting council tax",
            lawful_basis: "public_task", special_condition: "none", data_subjects: vec!["residents"],
            data_kinds: vec!["identity", "contact", "financial"], recipients: vec!["processor"],
            processors: vec!["PRC-0000001"], transfers_abroad: "none", retention_class: "FIN/07",
            security: vec!["access_control", "audit_log"], notice_ref: "council-tax", status: "live",
            owner: "role/information-asset-owner", review_due: review,
        ],
    );
    case.wait(40, 120);
    case.say(
        "ropa.entry_reviewed",
        fields![
            finding: "current", status: "live", reviewed_by: "role/information-governance-manager",
            review_due: review,
        ],
    );
}

pub(super) fn notice(desk: &mut Desk, at: Moment) {
    let mut case = Case::counted(desk, "PN", at);
    let review = case.in_days(365);
    case.say(
        "privacy_notice.published",
        fields![
            version: "1.0", audience: "public", topic: "service", languages: 2, review_due: review,
            owner: "role/information-asset-owner",
        ],
    );
}
