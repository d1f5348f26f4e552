//! Working at home, and what leaves the building.

use crate::case::Case;
use crate::day::Moment;
use crate::desk::{Desk, fields};

fn authorised<'d>(desk: &'d mut Desk, at: Moment) -> (Case<'d>, String) {
    let mut case = Case::numbered(desk, "HW", at);
    let (person, note) = (case.desk.person(), case.note());
    case.say(
        "homework.requested",
        fields![
            person: person.as_str(), user_class: "staff", formats: vec!["electronic"], equipment: "council",
            identifiable: true, electronic_files: true, note: note,
        ],
    );
    case.wait(0, 4);
    let (from, until) = (case.in_days(1), case.in_days(365));
    case.say(
        "homework.authorised",
        fields![
            person: person.as_str(), user_class: "staff", formats: vec!["electronic"], equipment: "council",
            identifiable: true, electronic_files: true, signatory: "service_director",
            authorised_by: "role/service-director", standard_acknowledged: true, valid_from: from,
            valid_until: until, review_due: until,
        ],
    );
    (case, person)
}

/// An item goes out and comes back; one in ten is late.
fn item<'d>(desk: &'d mut Desk, at: Moment, authorisation: &str, person: &str) -> Case<'d> {
    let mut case = Case::numbered(desk, "ITEM", at);
    let due = case.in_working_days(5);
    let medium = case.pick(&["paper", "laptop", "laptop", "usb"]);
    let number = case.between(100, 900);
    case.say(
        "offsite.checked_out",
        fields![
            person: person, authorisation_ref: authorisation, medium: medium, identifiable: true,
            encrypted: (medium != "paper").then_some(true), asset: format!("AST-{number:04}"),
            packaging: "locked_case", method: "carried", quantity: 1, marking: "official_sensitive",
            due_back: due,
        ],
    );
    case
}

pub(super) fn at_home(desk: &mut Desk, at: Moment) {
    let (mut case, person) = authorised(desk, at);
    case.wait(1, 5);
    let (authorisation, now) = (case.subject.clone(), case.now);
    let mut item = item(case.desk, now, &authorisation, &person);
    if item.in_hundred(10) {
        item.wait(7, 20)
    } else {
        item.wait(1, 5)
    }
    item.say("offsite.returned", fields![person: person.as_str(), medium: "laptop", complete: true]);
    case.now = case.now.plus_hours(24 * 90);
    let review = case.in_days(180);
    case.say(
        "homework.reviewed",
        fields![person: person, decision: "continue", reviewed_by: "role/line-manager", review_due: review],
    );
}

pub(super) fn refused(desk: &mut Desk, at: Moment) {
    let mut case = Case::numbered(desk, "HW", at);
    let person = case.desk.person();
    case.say(
        "homework.requested",
        fields![
            person: person.as_str(), user_class: "staff", formats: vec!["paper"], equipment: "personal",
            identifiable: true, electronic_files: false,
        ],
    );
    case.wait(0, 4);
    case.say(
        "homework.refused",
        fields![person: person, refusal_reason: "unsuitable_data", decided_by: "role/service-director"],
    );
}

/// Against the standards: the authorisation is taken back.
pub(super) fn violated(desk: &mut Desk, at: Moment) {
    let (mut case, person) = authorised(desk, at);
    case.wait(5, 30);
    let authorisation = case.subject.clone();
    let kind = case.pick(&["home_email", "vehicle", "unlocked", "shared_equipment"]);
    case.say(
        "homework.violation_recorded",
        fields![
            person: person.as_str(), kind: kind, authorisation_ref: authorisation,
            detected_how: "mail_filter",
        ],
    );
    case.wait(1, 5);
    case.say(
        "homework.revoked",
        fields![person: person, end_reason: "violation", decided_by: "role/service-director"],
    );
}

pub(super) fn expired(desk: &mut Desk, at: Moment) {
    let (mut case, person) = authorised(desk, at);
    case.wait(60, 90);
    let until = case.now.day();
    case.say("homework.expired", fields![person: person, valid_until: until]);
}

pub(super) fn lost(desk: &mut Desk, at: Moment) {
    let (case, person) = authorised(desk, at);
    let (authorisation, now) = (case.subject.clone(), case.now);
    let mut item = item(case.desk, now, &authorisation, &person);
    item.wait(1, 4);
    let incident = item.desk.case_number("INC", item.now);
    item.say_of(
        "incident.reported",
        &incident,
        fields![kind: "loss_or_theft", medium: "paper", location: "public_place", personal_data: true],
    );
    item.say(
        "offsite.lost",
        fields![
            person: person, medium: "paper", identifiable: true, encrypted: false,
            circumstances: "left_behind", incident_ref: incident.as_str(),
        ],
    );
    item.wait_hours(2, 20);
    item.say_of(
        "breach.reportability_decided",
        &incident,
        fields![reportable: false, reason: "risk_unlikely", decided_by: "role/data-protection-officer"],
    );
}
