//! Markings, callers, faxes and e-mail; cameras and covert surveillance.

use crate::case::Case;
use crate::day::Moment;
use crate::desk::{Desk, fields};

pub(super) fn marked(desk: &mut Desk, at: Moment) {
    let mut case = Case::numbered(desk, "DOC", at);
    let created = at.day();
    case.say(
        "marking.applied",
        fields![
            scheme: "gscp_2023", tier: "official", sensitive: true, descriptors: vec!["personal_data"],
            handling: vec!["need_to_know"], created_on: created, document_kind: "document",
            owner: "role/information-asset-owner",
        ],
    );
    if case.at_times(20) {
        case.wait(1, 20);
        case.say(
            "marking.changed",
            fields![
                scheme: "gscp_2023", tier: "official", sensitive: false, tier_before: "official",
                scheme_before: "gscp_2023", created_on: created, change_reason: "no_longer_sensitive",
                decided_by: "role/information-asset-owner",
            ],
        );
    }
}

pub(super) fn sampled(desk: &mut Desk, at: Moment) {
    let mut case = Case::numbered(desk, "MKS", at);
    let correct = case.between(38, 50);
    case.say(
        "marking.sampled",
        fields![
            sampled: 50, correct: correct, legacy: (50 - correct) / 2,
            sensitive_unmarked: (50 - correct) / 3, reviewed_by: "role/information-governance-manager",
        ],
    );
}

pub(super) fn mishandled(desk: &mut Desk, at: Moment) {
    let mut case = Case::numbered(desk, "DOC", at);
    case.say(
        "marking.handling_breach",
        fields![tier: "official", sensitive: true, action: "sent", channel: "email"],
    );
}

pub(super) fn briefed(desk: &mut Desk, at: Moment) {
    let mut case = Case::numbered(desk, "CALL", at);
    let (people, next) = (case.between(6, 40), case.in_days(365));
    case.say(
        "caller.briefed",
        fields![team: "customer-services", people: people, method: "meeting", next_due: next],
    );
}

pub(super) fn strange_caller(desk: &mut Desk, at: Moment) {
    let mut case = Case::numbered(desk, "CALL", at);
    let failed = case.pick(&["wrong_answers", "refused_check", "suspicious"]);
    case.say(
        "caller.check_failed",
        fields![team: "customer-services", failed_check: failed, given_out: false],
    );
}

pub(super) fn fax(desk: &mut Desk, at: Moment) {
    let mut case = Case::counted(desk, "FAX", at);
    let expires = case.in_days(180);
    case.say(
        "fax.justified",
        fields![
            need: "partner_has_no_other", justified_by: "role/head-of-adult-care", expires: expires,
            owner: "role/information-asset-owner",
        ],
    );
    case.wait(10, 30);
    case.say(
        "fax.misdirected",
        fields![recipient_kind: "wrong_number", personal_data: false, recovered: true],
    );
    case.wait(10, 40);
    case.say("fax.decommissioned", fields![replaced_by: "secure_email"]);
}

pub(super) fn secure_email(desk: &mut Desk, at: Moment) {
    let number = desk.next_number("secure-email");
    let mut case = Case::new(desk, format!("team-{number:03}"), at);
    let people = case.between(5, 80);
    case.say(
        "secure_email.enabled",
        fields![team: "adult-care", mail_method: "tls_enforced", mandatory: true, people: people],
    );
}

pub(super) fn verbal(desk: &mut Desk, at: Moment) {
    let mut case = Case::numbered(desk, "VRB", at);
    let next = case.in_days(180);
    case.say(
        "verbal.reminder_issued",
        fields![audience: "staff", people_reached: 4_300, method: "email", next_due: next],
    );
}

pub(super) fn surveillance(desk: &mut Desk, at: Moment) {
    let mut case = Case::numbered(desk, "RIPA", at);
    case.unit = "law-and-governance";
    let (starts, expires) = (case.in_days(5), case.in_days(95));
    case.say(
        "ripa.authorised",
        fields![
            kind: "directed_surveillance", crime_kind: "underage_sales", purpose: "underage_sales",
            authorised_by: "role/head-of-legal", necessary: true, proportionate: true,
            collateral_considered: true, juvenile: false, starts: starts, expires: expires,
        ],
    );
    case.wait(1, 3);
    let court = format!("MC-{}", case.subject);
    case.say(
        "ripa.judicially_approved",
        fields![
            kind: "directed_surveillance", approved: true, court_ref: court.as_str(), starts: starts,
            expires: expires,
        ],
    );
    case.wait(15, 22);
    let review = case.in_days(30);
    case.say(
        "ripa.reviewed",
        fields![
            kind: "directed_surveillance", decision: "continue", reviewed_by: "role/head-of-legal",
            review_due: review,
        ],
    );
    case.wait(20, 30);
    let expires = case.in_days(90);
    case.say(
        "ripa.renewed",
        fields![
            kind: "directed_surveillance", authorised_by: "role/head-of-legal", court_ref: court,
            expires: expires,
        ],
    );
    case.wait(10, 30);
    case.say(
        "ripa.cancelled",
        fields![kind: "directed_surveillance", cancel_reason: "achieved", product_kept_until: expires],
    );
}

pub(super) fn cameras(desk: &mut Desk, at: Moment) {
    let number = desk.next_number("CCTV");
    let mut case = Case::new(desk, format!("CCTV-{number:03}"), at);
    let (cameras, review) = (case.between(4, 60), case.in_days(365));
    case.say(
        "cctv.system_reviewed",
        fields![
            cameras: cameras, retention_days: 30, body_worn: false, code_followed: true,
            signs_in_place: true, still_needed: true, owner: "role/information-asset-owner",
            reviewed_by: "role/information-governance-manager", review_due: review,
        ],
    );
}
