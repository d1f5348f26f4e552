//! What the police and other third parties ask for.

use crate::case::Case;
use crate::day::Moment;
use crate::desk::{Desk, fields};

fn requested<'d>(desk: &'d mut Desk, at: Moment) -> (Case<'d>, String) {
    let mut case = Case::numbered(desk, "DIS", at);
    let (person, number) = (case.desk.person(), case.between(1_000, 9_999));
    let note = case.note();
    case.unit = "homes-and-tenancies";
    case.say(
        "disclosure.requested",
        fields![
            requester_class: "police", requester_body: "Exemplar Constabulary (fictional)",
            requester_ref: format!("OP-{number}"), rank: "inspector_or_above", channel: "secure_email",
            legal_basis: "dpa2018_sch2_para2_crime", purpose: "detection_of_crime", specific_person: true,
            person: person.as_str(), service: "housing", note: note,
        ],
    );
    (case, person)
}

fn assessed(case: &mut Case<'_>, decision: &'static str) {
    case.wait(0, 3);
    case.say(
        "disclosure.credentials_verified",
        fields![verified_how: "secure_email_domain", verified: true, rank: "inspector_or_above"],
    );
    case.say(
        "disclosure.assessed",
        fields![
            legal_basis: "dpa2018_sch2_para2_crime", necessity: "necessary", prejudice_if_told: true,
            principles_checked: vec!["lawfulness", "minimisation"], ig_advice: true, routine: false,
            decision: decision, decided_by: "role/information-governance-manager",
        ],
    );
}

pub(super) fn released(desk: &mut Desk, at: Moment) {
    let (mut case, person) = requested(desk, at);
    assessed(&mut case, "release");
    case.say(
        "disclosure.approved",
        fields![
            approved_by: "role/information-governance-manager", legal_basis: "dpa2018_sch2_para2_crime",
            rank: "inspector_or_above",
        ],
    );
    case.wait(0, 4);
    let minutes = case.between(15, 120);
    case.say(
        "disclosure.released",
        fields![
            requester_class: "police", legal_basis: "dpa2018_sch2_para2_crime", rank: "inspector_or_above",
            data_kinds: vec!["identity", "address_history"], special_category: false, records: 2,
            method: "secure_email", marking: "official_sensitive",
            approved_by: "role/information-governance-manager", minutes_spent: minutes, person: person,
        ],
    );
    case.say("disclosure.subject_informed", fields![told: false, not_told_reason: "prejudice"]);
}

pub(super) fn refused(desk: &mut Desk, at: Moment) {
    let (mut case, _) = requested(desk, at);
    assessed(&mut case, "refuse");
    case.say(
        "disclosure.refused",
        fields![
            requester_class: "police", refusal_reason: "not_specific", minutes_spent: 40,
            decided_by: "role/information-governance-manager",
        ],
    );
}

pub(super) fn withdrawn(desk: &mut Desk, at: Moment) {
    let (mut case, _) = requested(desk, at);
    case.wait(2, 10);
    case.say("disclosure.withdrawn", fields![channel: "email"]);
}

/// Given out at once to protect somebody, and put on record afterwards.
pub(super) fn emergency(desk: &mut Desk, at: Moment) {
    let mut case = Case::numbered(desk, "DIS", at);
    let (person, when) = (case.desk.person(), at.plus_hours(-14));
    case.unit = "adult-social-care";
    case.say(
        "disclosure.emergency_recorded",
        fields![
            requester_class: "health", requester_body: "Exemplar Ambulance Service (fictional)",
            emergency_at: when, method: "phone", data_kinds: vec!["contact", "health"],
            authorised_by: "role/duty-manager", person: person,
        ],
    );
    case.wait(0, 2);
    case.say("disclosure.subject_informed", fields![told: true]);
}
