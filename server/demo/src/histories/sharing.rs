//! Agreements with partners, and what is shared under them.

use crate::case::Case;
use crate::day::Moment;
use crate::desk::{Desk, fields};

/// An agreement from its first text to its beginning.
fn agreed<'d>(desk: &'d mut Desk, at: Moment) -> Case<'d> {
    let mut case = Case::counted(desk, "ISA", at);
    let review = at.day().plus(400);
    let title =
        case.pick(&["Joint care records", "Troubled tenancies", "School admissions", "Fraud initiative"]);
    case.say(
        "isa.drafted",
        fields![
            agreement_title: title, version: "1.0", protocol_ref: "ISP-01",
            parties: vec!["exemplar-borough", "exemplar-icb"], partner_classes: vec!["health"],
            purpose: "Joint care planning", lawful_basis: "public_task", statutory_power: "CA2004/s.11",
            special_category: true, data_subjects: vec!["service_users"], direction: "both",
            frequency: "monthly", transfer_method: "secure_file_transfer",
            special_condition: "health_social_care", onward_sharing: "not_allowed",
            rights_contact: "role/data-protection-officer", owner: "role/information-asset-owner",
        ],
    );
    case.wait(2, 8);
    case.say(
        "isa.reviewed",
        fields![
            version: "1.0", outcome: "approved_with_changes",
            reviewed_by: "role/information-governance-manager",
        ],
    );
    let register = format!("REG/{}", case.subject);
    case.say("isa.recorded", fields![version: "1.0", register_ref: register, protocol_ref: "ISP-01"]);
    case.wait(1, 6);
    for party in ["exemplar-borough", "exemplar-icb"] {
        case.say("isa.signed", fields![version: "1.0", party: party, signed_by: "role/director"]);
    }
    let starts = case.in_days(1);
    case.say(
        "isa.activated",
        fields![
            version: "1.0", starts: starts, ends: review, review_due: review,
            owner: "role/information-asset-owner",
        ],
    );
    case
}

/// One transfer; a weak channel once in thirty.
fn transfer(case: &mut Case<'_>) {
    let agreement = case.subject.clone();
    let transfer = case.desk.case_number("TRF", case.now);
    let records = case.between(1, 1_200);
    let method = if case.in_hundred(3) { "ordinary_email" } else { "secure_file_transfer" };
    case.say_of(
        "sharing.transfer_made",
        &transfer,
        fields![
            isa_ref: agreement, direction: "outgoing", partner_class: "health",
            partner_name: "Exemplar Integrated Care Board (fictional)", transfer_method: method,
            encrypted: method != "ordinary_email", personal_data: true, special_category: true,
            records: records, marking: "official_sensitive", authorised_by: "role/information-asset-owner",
        ],
    );
}

pub(super) fn agreement(desk: &mut Desk, at: Moment) {
    let mut case = agreed(desk, at);
    for _ in 0..5 {
        case.wait(5, 20);
        transfer(&mut case);
    }
    let review = case.in_days(365);
    case.say(
        "isa.amended",
        fields![
            version: "1.1", changed: vec!["parties"],
            parties: vec!["exemplar-borough", "exemplar-icb", "exemplar-trust"], review_due: review,
        ],
    );
    case.wait(5, 10);
    case.say(
        "isa.review_completed",
        fields![
            version: "1.1", review_decision: "continue", reviewed_by: "role/information-governance-manager",
            review_due: review,
        ],
    );
}

/// It lapsed, something was shared all the same, and it came to an end.
pub(super) fn lapsed(desk: &mut Desk, at: Moment) {
    let mut case = agreed(desk, at);
    case.wait(5, 20);
    case.say("isa.suspended", fields![end_reason: "review_overdue"]);
    case.wait(2, 9);
    transfer(&mut case);
    case.wait(1, 4);
    let (agreement, number) = (case.subject.clone(), case.desk.case_number("TRF", at));
    let incident = case.desk.case_number("INC", case.now);
    case.say_of(
        "incident.reported",
        &incident,
        fields![kind: "misuse", personal_data: true, channel: "file_transfer"],
    );
    case.say_of(
        "sharing.unauthorised_detected",
        &number,
        fields![
            why_unauthorised: "agreement_suspended", isa_ref: agreement, direction: "outgoing",
            partner_class: "health", transfer_method: "secure_file_transfer", detected_how: "audit",
            incident_ref: incident.as_str(),
        ],
    );
    case.wait_hours(4, 30);
    case.say_of(
        "breach.reportability_decided",
        &incident,
        fields![
            reportable: false, reason: "recipient_trusted_and_confirmed",
            decided_by: "role/data-protection-officer",
        ],
    );
    case.wait(5, 10);
    case.say("isa.terminated", fields![end_reason: "purpose_ended", data_returned: true]);
}

pub(super) fn memorandum(desk: &mut Desk, at: Moment) {
    let mut case = Case::counted(desk, "MOU", at);
    let (starts, ends) = (case.in_days(10), case.in_days(740));
    case.say(
        "mou.reviewed",
        fields![version: "1.0", outcome: "approved", reviewed_by: "role/information-governance-manager"],
    );
    let register = format!("REG/{}", case.subject);
    case.say(
        "mou.recorded",
        fields![
            agreement_title: "Emergency planning", version: "1.0",
            parties: vec!["exemplar-borough", "exemplar-fire"], protocol_ref: "ISP-01",
            register_ref: register, starts: starts, ends: ends, review_due: ends,
            owner: "role/information-asset-owner",
        ],
    );
}

/// A partner reaches a system, after the assurance; later no longer.
pub(super) fn linked_partner(desk: &mut Desk, at: Moment) {
    let mut case = Case::counted(desk, "LINK", at);
    let (until, accounts) = (case.in_days(365), case.between(2, 30));
    case.say(
        "partner.assurance_obtained",
        fields![
            partner_name: "Exemplar Housing Association (fictional)", partner_class: "business",
            assurance_kind: "cyber_essentials_plus", assurance_until: until, risks_accepted_by: "role/siro",
            systems: vec!["housing-cases"], reviewed_by: "role/information-risk-manager",
        ],
    );
    case.wait(2, 9);
    case.say(
        "partner.access_enabled",
        fields![
            partner_name: "Exemplar Housing Association (fictional)", partner_class: "business",
            systems: vec!["housing-cases"], accounts: accounts, authorised_by: "role/siro",
            review_due: until,
        ],
    );
    case.wait(40, 80);
    case.say(
        "partner.access_disabled",
        fields![systems: vec!["housing-cases"], end_reason: "no_longer_needed"],
    );
}
