//! Incidents and breaches, from the first sign to the lesson.

use crate::case::Case;
use crate::day::Moment;
use crate::desk::{Desk, fields};

const TYPES: [(&str, &str, &str); 6] = [
    ("data_emailed_to_incorrect_recipient", "email", "address_autocomplete"),
    ("data_posted_or_faxed_to_incorrect_recipient", "post", "outdated_address"),
    ("failure_to_redact", "portal", "lack_of_check"),
    ("failure_to_use_bcc", "email", "lack_of_check"),
    ("loss_or_theft_of_paperwork", "paper", "workload"),
    ("verbal_disclosure", "verbal", "lack_of_training"),
];

/// An incident that was reported within the council, one in ten of them more than a day late.
fn reported<'d>(
    desk: &'d mut Desk,
    at: Moment,
    (ico_type, medium, _): (&'static str, &'static str, &str),
) -> Case<'d> {
    let mut case = Case::numbered(desk, "INC", at);
    let people = case.between(1, 9);
    let hours = if case.in_hundred(10) { case.between(25, 70) } else { case.between(0, 8) };
    let detected = at.plus_hours(-hours);
    let occurred = detected.plus_hours(-case.between(1, 40));
    let note = case.note();
    let facts = fields![
        detected_at: detected, occurred_at: occurred, kind: "data_breach", ico_type: ico_type, cyber: false,
        intent: "accidental", harm_kind: "disclosure", dimension: "confidentiality", medium: medium, location: "office",
        reported_by_class: "staff", personal_data: true, people_affected: people, note: note,
    ];
    case.say("incident.reported", facts);
    case
}

fn assessed(
    case: &mut Case<'_>,
    (ico_type, medium, _): (&'static str, &'static str, &str),
    severity: &'static str,
) {
    let (likelihood, impact) = match severity {
        "red" => (4, 5),
        "amber" => (3, 3),
        _ => (2, 1),
    };
    let facts = fields![
        ico_type: ico_type, cyber: false, dimension: "confidentiality", intent: "accidental", cause: "human_error",
        medium: medium, harm: vec!["individuals"], people_affected: 6, people_affected_basis: "exact",
        people_band: "1_to_9", special_category: severity == "red", data_subjects: vec!["residents"],
        severity: severity, likelihood: likelihood, impact: impact, recovered: severity == "green",
        responsible_party: "staff", training_valid: "yes", data_kinds: vec!["identity", "contact"],
    ];
    case.say("breach.assessed", facts);
}

fn aware(case: &mut Case<'_>, severity: &'static str) {
    case.wait_hours(1, 20);
    case.say(
        "incident.triaged",
        fields![
            route: "breach", kind: "data_breach", severity: severity, personal_data: true,
            decided_by: "role/information-governance-team",
        ],
    );
    case.say(
        "breach.aware",
        fields![
            people_affected: 6, people_affected_basis: "estimate",
            decided_by: "role/data-protection-officer",
        ],
    );
    case.wait_hours(0, 8);
    case.say("breach.contained", fields![containment: vec!["recipient_deleted"], recovered: true]);
}

fn finished(case: &mut Case<'_>, root_cause: &'static str) {
    case.wait(2, 12);
    let (person, note) = (case.desk.person(), case.note());
    case.say(
        "breach.investigated",
        fields![root_cause: root_cause, cause: "human_error", training_valid: "yes", person: person, note: note],
    );
    let number = case.desk.next_number("ACT-");
    let (action, due) = (format!("ACT-{number:04}"), case.in_days(28));
    case.say(
        "breach.action_raised",
        fields![
            action_ref: action.as_str(), action_kind: "process", owner: "role/information-asset-owner",
            due: due,
        ],
    );
    case.wait(5, 18);
    case.say("breach.action_completed", fields![action_ref: action]);
    if case.at_times(25) {
        case.say("breach.lesson_issued", fields![lesson_ref: format!("LL-{number:04}"), audience: "team"]);
    }
    case.say("breach.closed", fields![decided_by: "role/data-protection-officer"]);
    case.say(
        "incident.closed",
        fields![close_reason: "passed_on_as_breach", decided_by: "role/information-governance-team"],
    );
}

/// A small one, that the regulator need not hear of.
pub(super) fn not_reportable(desk: &mut Desk, at: Moment) {
    let kind = desk.chance.pick(&TYPES);
    let mut case = reported(desk, at, kind);
    aware(&mut case, "green");
    case.wait_hours(1, 24);
    assessed(&mut case, kind, "green");
    case.say(
        "breach.reportability_decided",
        fields![
            reportable: false, high_risk: false, reason: "risk_unlikely",
            decided_by: "role/data-protection-officer",
        ],
    );
    finished(&mut case, kind.2);
}

/// A grave one, notified within the 72 hours, to the people as well.
pub(super) fn reported_in_time(desk: &mut Desk, at: Moment) {
    let kind = desk.chance.pick(&TYPES);
    let mut case = reported(desk, at, kind);
    aware(&mut case, "red");
    assessed(&mut case, kind, "red");
    case.say(
        "breach.senior_management_informed",
        fields![informed: vec!["role/siro", "role/monitoring-officer"], severity: "red"],
    );
    case.say(
        "breach.reportability_decided",
        fields![
            reportable: true, high_risk: true, reason: "high_risk_likely",
            decided_by: "role/data-protection-officer", notification_regimes: vec!["uk_gdpr"],
        ],
    );
    case.wait_hours(2, 20);
    let number = case.desk.next_number("IC-");
    let ico_ref = format!("IC-{}-Q9R8", 400_000 + number);
    case.say(
        "breach.ico_notified",
        fields![
            ico_ref: ico_ref.as_str(), in_phases: true, delay_reason: "not_late",
            report_band: "24_to_72_hours", decided_by: "role/data-protection-officer",
        ],
    );
    case.say("breach.subjects_notified", fields![method: "letter", people_told: 6, high_risk: true]);
    case.wait(2, 6);
    case.say("breach.ico_update_sent", fields![ico_ref: ico_ref.as_str(), in_phases: true]);
    finished(&mut case, kind.2);
    case.wait(8, 20);
    case.say(
        "breach.ico_outcome",
        fields![ico_ref: ico_ref, ico_decision: "no_further_action", penalty_pounds: 0],
    );
}

/// Notified, but after the 72 hours, with the reasons for the delay.
pub(super) fn reported_late(desk: &mut Desk, at: Moment) {
    let kind = desk.chance.pick(&TYPES);
    let mut case = reported(desk, at, kind);
    aware(&mut case, "amber");
    case.wait_hours(74, 130);
    assessed(&mut case, kind, "amber");
    case.say(
        "breach.reportability_decided",
        fields![
            reportable: true, high_risk: false, reason: "risk_likely",
            decided_by: "role/data-protection-officer",
        ],
    );
    let number = case.desk.next_number("IC-");
    case.say(
        "breach.ico_notified",
        fields![
            ico_ref: format!("IC-{}-Q9R8", 400_000 + number), in_phases: false,
            delay_reason: "facts_unclear", report_band: "72_hours_to_1_week",
        ],
    );
    finished(&mut case, kind.2);
}

/// A theft with a crime number, and a claim for compensation.
pub(super) fn stolen_device(desk: &mut Desk, at: Moment) {
    let kind = ("loss_or_theft_of_device", "device", "crime");
    let mut case = reported(desk, at, kind);
    aware(&mut case, "amber");
    case.say("breach.police_notified", fields![body: "police", police_ref: format!("NFRC-{}", case.subject)]);
    assessed(&mut case, kind, "amber");
    case.say(
        "breach.reportability_decided",
        fields![
            reportable: false, high_risk: false, reason: "data_unreadable",
            decided_by: "role/data-protection-officer",
        ],
    );
    finished(&mut case, "crime");
    case.wait(20, 40);
    let number = case.desk.next_number("CLM-");
    case.say("breach.claim_received", fields![claim_ref: format!("CLM-{number:04}"), claim_pounds: 1_500]);
}

/// A processor tells of it.
pub(super) fn at_a_processor(desk: &mut Desk, at: Moment) {
    let kind = ("hardware_or_software_misconfiguration", "system", "supplier_fault");
    let mut case = Case::numbered(desk, "INC", at);
    let known = at.plus_hours(-30);
    case.say(
        "breach.processor_notified",
        fields![
            processor: "Exemplar Mailing Ltd (fictional)", processor_aware_at: known, people_affected: 40,
            people_affected_basis: "estimate",
        ],
    );
    aware(&mut case, "amber");
    assessed(&mut case, kind, "amber");
    case.say(
        "breach.reportability_decided",
        fields![
            reportable: true, high_risk: false, reason: "risk_likely",
            decided_by: "role/data-protection-officer",
        ],
    );
    case.wait_hours(1, 12);
    case.say(
        "breach.ico_notified",
        fields![in_phases: false, delay_reason: "not_late", report_band: "24_to_72_hours"],
    );
    finished(&mut case, kind.2);
}

pub(super) fn near_miss(desk: &mut Desk, at: Moment) {
    let kind = desk.chance.pick(&TYPES);
    let mut case = reported(desk, at, kind);
    case.wait(0, 3);
    case.say(
        "incident.triaged",
        fields![route: "near_miss", personal_data: true, decided_by: "role/information-governance-team"],
    );
    let barrier = case.pick(&["recipient_noticed", "sender_noticed", "encryption", "returned_unopened"]);
    case.say("incident.near_miss_recorded", fields![barrier: barrier, medium: kind.1]);
    case.say("incident.unsubstantiated", fields![decided_by: "role/information-governance-team"]);
    case.say("incident.closed", fields![close_reason: "near_miss"]);
}

pub(super) fn weakness(desk: &mut Desk, at: Moment) {
    let mut case = Case::numbered(desk, "INC", at);
    case.say(
        "incident.reported",
        fields![kind: "physical_security", reported_by_class: "staff", personal_data: false],
    );
    case.wait(0, 3);
    case.say("incident.triaged", fields![route: "weakness", personal_data: false]);
    let weakness = case.pick(&["process", "access_too_wide", "building", "software"]);
    case.say("incident.weakness_recorded", fields![weakness: weakness]);
    case.say("incident.unsubstantiated", fields![decided_by: "role/information-governance-team"]);
    case.wait(3, 12);
    case.say("incident.closed", fields![close_reason: "weakness_mended"]);
}

pub(super) fn nothing_happened(desk: &mut Desk, at: Moment) {
    let kind = desk.chance.pick(&TYPES);
    let mut case = reported(desk, at, kind);
    case.wait_hours(2, 30);
    case.say("incident.unsubstantiated", fields![decided_by: "role/information-governance-team"]);
    case.say("incident.closed", fields![close_reason: "nothing_found"]);
}
