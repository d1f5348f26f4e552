//! Requests of data subjects, and complaints about how the council handles their data.

use crate::case::Case;
use crate::day::Moment;
use crate::desk::{Desk, fields};

fn received<'d>(desk: &'d mut Desk, at: Moment, regime: &'static str) -> Case<'d> {
    let prefix = if regime == "sar" { "SAR" } else { "DSR" };
    let mut case = Case::numbered(desk, prefix, at);
    case.unit = case.pick(&[
        "adult-social-care",
        "children-and-families",
        "homes-and-tenancies",
        "people-and-change",
    ]);
    let pages = case.between(5, 900);
    let class = case.pick(&["private", "private", "solicitor", "employee"]);
    let on_behalf = class == "solicitor";
    let note = case.note();
    case.say(
        "request.received",
        fields![
            regime: regime, channel: "email", requester_class: class, pages_estimated: pages,
            on_behalf: on_behalf, note: note,
        ],
    );
    case.wait(0, 1);
    case.say("request.acknowledged", fields![regime: regime, template: "dsar-ack-1"]);
    case.say("request.assigned", fields![assigned_to: "role/data-rights-officer", service: "social-care"]);
    case
}

fn answered(case: &mut Case<'_>, regime: &'static str, outcome: &'static str) {
    let hours = case.between(4, 80) as f64 / 4.0;
    case.say(
        "request.response_issued",
        fields![
            regime: regime, outcome: outcome, hours_spent: hours,
            third_parties_told: (regime != "sar").then_some(true),
        ],
    );
    case.say("request.closed", fields![close_reason: "answered", hours_spent: hours]);
}

pub(super) fn access(desk: &mut Desk, at: Moment) {
    let mut case = received(desk, at, "sar");
    case.wait(3, 8);
    case.say("request.search_completed", fields![held: "yes", records_found: 14, hours_spent: 3.5]);
    let pages = case.between(1, 120);
    case.say("request.redacted", fields![pages_redacted: pages, tool: "pdf-redactor/4"]);
    if case.in_hundred(12) {
        case.wait(20, 40)
    } else {
        case.wait(4, 10)
    }
    answered(&mut case, "sar", "granted_in_part");
}

pub(super) fn access_paused(desk: &mut Desk, at: Moment) {
    let mut case = received(desk, at, "sar");
    case.say("request.id_sought", fields![template: "id-1", pause_reason: "id_verification"]);
    case.wait(2, 9);
    case.say("request.id_received", fields![channel: "email"]);
    case.wait(4, 12);
    answered(&mut case, "sar", "granted_in_full");
}

pub(super) fn access_extended(desk: &mut Desk, at: Moment) {
    let mut case = received(desk, at, "sar");
    case.wait(8, 14);
    let to = at.day().plus(88);
    case.say(
        "request.extension_notified",
        fields![extension_ground: "complexity_or_number", extended_to: to, reasons_given: true],
    );
    case.wait(15, 35);
    answered(&mut case, "sar", "granted_in_part");
}

pub(super) fn erasure(desk: &mut Desk, at: Moment) {
    let mut case = received(desk, at, "erasure");
    case.wait(4, 15);
    answered(&mut case, "erasure", "granted_in_full");
}

pub(super) fn rectification(desk: &mut Desk, at: Moment) {
    let mut case = received(desk, at, "rectification");
    case.wait(4, 15);
    answered(&mut case, "rectification", "granted_in_full");
}

pub(super) fn objection(desk: &mut Desk, at: Moment) {
    let mut case = received(desk, at, "objection");
    case.wait(4, 15);
    answered(&mut case, "objection", "refused_in_full");
}

/// Not everything is heard of within thirty days.
pub(super) fn complaint(desk: &mut Desk, at: Moment) {
    let mut case = Case::numbered(desk, "DPC", at);
    let concern = case.pick(&["disclosure", "access", "accuracy", "security", "transparency"]);
    let (due, note) = (case.in_days(30), case.note());
    case.say("dpcomplaint.received", fields![concern: concern, channel: "email", due: due, note: note]);
    if case.in_hundred(5) {
        case.wait(23, 26)
    } else {
        case.wait(1, 8)
    }
    case.say("dpcomplaint.acknowledged", fields![template: "dpc-ack-1", due: due]);
    case.wait(5, 15);
    case.say("dpcomplaint.progressed", fields![step: "enquiries_made", complainant_told: true]);
    case.wait(5, 20);
    let outcome = case.pick(&["upheld", "upheld_in_part", "not_upheld", "resolved_informally"]);
    case.say(
        "dpcomplaint.outcome_issued",
        fields![
            complaint_outcome: outcome, remedy: vec!["apology", "explanation"], concern: concern,
            decided_by: "role/data-protection-officer",
        ],
    );
}

pub(super) fn complaint_withdrawn(desk: &mut Desk, at: Moment) {
    let mut case = Case::numbered(desk, "DPC", at);
    case.say("dpcomplaint.received", fields![concern: "marketing", channel: "phone"]);
    case.wait(1, 6);
    case.say("dpcomplaint.acknowledged", fields![template: "dpc-ack-1"]);
    case.wait(2, 6);
    case.say("dpcomplaint.withdrawn", fields![channel: "phone"]);
}
