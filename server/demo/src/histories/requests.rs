//! Requests for information under freedom of information and environmental information.

use crate::case::Case;
use crate::day::Moment;
use crate::desk::{Desk, fields};

const CHANNELS: [&str; 6] = ["email", "web_form", "web_form", "whatdotheyknow", "portal", "post"];
const REQUESTERS: [&str; 7] =
    ["private", "private", "media", "business", "researcher", "campaign_group", "elected_member"];
const SERVICES: [&str; 6] = ["revenues", "housing", "highways", "planning", "schools", "ict"];
const EXEMPTIONS: [(&str, &str); 5] =
    [("s.40(2)", "s.40"), ("s.43(2)", "s.43"), ("s.21", "s.21"), ("s.31(1)", "s.31"), ("s.42", "s.42")];

/// A request that arrived and was taken in hand.
pub(super) fn received<'d>(desk: &'d mut Desk, at: Moment, regime: &'static str) -> Case<'d> {
    let prefix = if regime == "eir" { "EIR" } else { "FOI" };
    let mut case = Case::numbered(desk, prefix, at);
    let (channel, class) = (case.pick(&CHANNELS), case.pick(&REQUESTERS));
    let (service, complex, note) = (case.pick(&SERVICES), case.in_hundred(9), case.note());
    let facts = fields![
        regime: regime, channel: channel, requester_class: class, service: service, complex: complex,
        note: note,
    ];
    case.say("request.received", facts);
    // One in twenty-five is not acknowledged by the next working day.
    if case.in_hundred(4) {
        case.wait(2, 3)
    } else {
        case.wait(0, 1)
    }
    let template = if regime == "eir" { "eir-ack-1" } else { "foi-ack-1" };
    case.say(
        "request.acknowledged",
        fields![regime: regime, acknowledged_by: "role/information-officer", template: template],
    );
    let due = case.in_working_days(10);
    case.say(
        "request.assigned",
        fields![assigned_to: "role/information-officer", service: service, service_due: due],
    );
    case
}

/// The search, and the wait for the service: one in ten answers is late.
pub(super) fn searched(case: &mut Case<'_>) -> bool {
    case.wait(2, 8);
    let (records, hours) = (case.between(1, 40), case.between(1, 28));
    let held = if records < 4 { "in_part" } else { "yes" };
    let facts = fields![
        held: held, records_found: records, systems_searched: vec!["email-archive", "revenues"],
        hours_spent: hours as f64 / 4.0,
    ];
    case.say("request.search_completed", facts);
    let is_late = case.in_hundred(9);
    if is_late {
        chased(case)
    } else {
        case.wait(1, 8)
    }
    is_late
}

/// The twenty working days end, and a director is asked for help.
fn chased(case: &mut Case<'_>) {
    case.wait_from_the_beginning(20);
    case.say("request.escalated", fields![escalated_to: "role/director", escalation_reason: "deadline_near"]);
    case.wait(1, 12);
}

pub(super) fn answered(case: &mut Case<'_>, regime: &'static str, outcome: &'static str, is_late: bool) {
    let exempt = matches!(outcome, "granted_in_part" | "refused_in_full");
    let (exemption, section) = case.pick(&EXEMPTIONS);
    let (exemption, section) = if regime == "eir" { ("reg.13", "reg.13") } else { (exemption, section) };
    let hours = case.between(2, 40) as f64 / 4.0;
    let late_reason =
        is_late.then(|| case.pick(&["material_late", "service_late", "staffing", "large_case"]));
    let (logged, note) = (case.at_times(40), case.note());
    let facts = fields![
        regime: regime, outcome: outcome, hours_spent: hours, disclosure_log: logged,
        exemptions: exempt.then(|| vec![exemption]), exemption_sections: exempt.then(|| vec![section]),
        refusal_notice: exempt.then_some(true), late_reason: late_reason.or(Some("not_late")), note: note,
    ];
    case.say("request.response_issued", facts);
    case.wait(0, 3);
    if logged && !exempt {
        let number = case.desk.next_number("DL-");
        case.say("request.published", fields![publication_ref: format!("DL-{number:05}")]);
    }
    case.say("request.closed", fields![close_reason: "answered", hours_spent: hours]);
}

pub(super) fn granted(desk: &mut Desk, at: Moment) {
    let mut case = received(desk, at, "foi");
    let is_late = searched(&mut case);
    answered(&mut case, "foi", "granted_in_full", is_late);
}

pub(super) fn chased_and_granted(desk: &mut Desk, at: Moment) {
    let mut case = received(desk, at, "foi");
    case.wait(2, 8);
    chased(&mut case);
    answered(&mut case, "foi", "granted_in_full", true);
}

pub(super) fn not_held(desk: &mut Desk, at: Moment) {
    let mut case = received(desk, at, "foi");
    case.say(
        "request.validated",
        fields![regime: "foi", passed: true, decided_by: "role/information-officer"],
    );
    case.wait(3, 9);
    case.say("request.search_completed", fields![held: "no", records_found: 0, hours_spent: 0.5]);
    answered(&mut case, "foi", "not_held", false);
}

/// Something is withheld, after the public interest was weighed.
pub(super) fn granted_in_part(desk: &mut Desk, at: Moment) {
    let mut case = received(desk, at, "foi");
    let is_late = searched(&mut case);
    case.say(
        "request.exemption_applied",
        fields![
            exemption: "s.43(2)", exemption_section: "s.43", qualified: true,
            decided_by: "role/information-governance-manager",
        ],
    );
    case.say(
        "request.pit_completed",
        fields![
            exemption: "s.43(2)", exemption_section: "s.43", balance: "withholding",
            decided_by: "role/information-governance-manager",
        ],
    );
    let pages = case.between(1, 25);
    case.say(
        "request.redacted",
        fields![
            pages_redacted: pages, exemptions: vec!["s.43(2)"], exemption_sections: vec!["s.43"],
            tool: "pdf-redactor/4",
        ],
    );
    case.say(
        "request.disclosure_checked",
        fields![
            passed: true, checked_by: "role/information-governance-manager",
            hidden_data_checked: vec!["hidden_rows", "metadata"],
        ],
    );
    answered(&mut case, "foi", "granted_in_part", is_late);
}

/// The time is extended to weigh the public interest, with a notice; and sometimes the extension is not needed after all.
pub(super) fn extended(desk: &mut Desk, at: Moment) {
    let mut case = received(desk, at, "foi");
    case.wait(6, 12);
    let to = at.day().working_day_after(40);
    case.say(
        "request.extension_notified",
        fields![
            extension_ground: "public_interest", extended_to: to, reasons_given: true, refusal_notice: true,
            exemptions: vec!["s.36"], exemption_sections: vec!["s.36"],
        ],
    );
    case.wait(1, 2);
    case.say("request.partial_issued", fields![part: "1", outcome: "granted_in_part", hours_spent: 2.5]);
    case.wait(8, 14);
    answered(&mut case, "foi", "refused_in_full", false);
}

pub(super) fn extension_withdrawn(desk: &mut Desk, at: Moment) {
    let mut case = received(desk, at, "eir");
    case.wait(4, 8);
    let to = at.day().working_day_after(40);
    case.say(
        "request.extension_notified",
        fields![extension_ground: "complexity_and_volume", extended_to: to, reasons_given: true],
    );
    case.wait(2, 4);
    let due = at.day().working_day_after(20);
    case.say("request.extension_withdrawn", fields![statutory_due: due]);
    answered(&mut case, "eir", "granted_in_full", false);
}

pub(super) fn environmental(desk: &mut Desk, at: Moment) {
    let mut case = received(desk, at, "eir");
    let is_late = searched(&mut case);
    answered(&mut case, "eir", "granted_in_full", is_late);
}

pub(super) fn clarified(desk: &mut Desk, at: Moment) {
    let mut case = received(desk, at, "foi");
    case.wait(1, 4);
    case.say(
        "request.clarification_sought",
        fields![statutory: true, template: "clarify-1", pause_reason: "clarify_scope"],
    );
    case.wait(3, 25);
    case.begun = case.now;
    case.say("request.clarification_received", fields![channel: "email"]);
    let is_late = searched(&mut case);
    answered(&mut case, "foi", "granted_in_full", is_late);
}

/// Nobody answers the question, and the case lapses.
pub(super) fn lapsed(desk: &mut Desk, at: Moment) {
    let mut case = received(desk, at, "foi");
    case.wait(1, 4);
    case.say(
        "request.clarification_sought",
        fields![statutory: true, template: "clarify-1", pause_reason: "clarify_scope"],
    );
    case.wait(41, 46);
    case.say("request.lapsed", fields![lapse_reason: "no_clarification"]);
    case.say("request.closed", fields![close_reason: "lapsed"]);
}

pub(super) fn fee_paid(desk: &mut Desk, at: Moment) {
    let mut case = received(desk, at, "eir");
    case.wait(2, 5);
    let pay_by = case.in_days(60);
    case.say("request.fee_notice_issued", fields![fee_pounds: 25, pay_by: pay_by]);
    case.wait(2, 15);
    case.begun = case.now;
    case.say("request.fee_paid", fields![fee_pounds: 25]);
    let is_late = searched(&mut case);
    answered(&mut case, "eir", "granted_in_full", is_late);
}

pub(super) fn fee_lapsed(desk: &mut Desk, at: Moment) {
    let mut case = received(desk, at, "eir");
    case.wait(2, 5);
    let pay_by = case.in_days(60);
    case.say("request.fee_notice_issued", fields![fee_pounds: 40, pay_by: pay_by]);
    case.wait(60, 64);
    case.say("request.fee_lapsed", fields![fee_pounds: 40, pay_by: pay_by]);
    case.say("request.closed", fields![close_reason: "lapsed"]);
}

pub(super) fn over_the_limit(desk: &mut Desk, at: Moment) {
    let mut case = received(desk, at, "foi");
    case.wait(3, 9);
    let hours = case.between(19, 60);
    case.say(
        "request.cost_estimated",
        fields![hours_estimated: hours, over_limit: true, decided_by: "role/information-governance-manager"],
    );
    case.wait(1, 5);
    case.say(
        "request.response_issued",
        fields![
            regime: "foi", outcome: "refused_cost_limit", refusal_ground: "s.12(1)", refusal_notice: true,
            late_reason: "not_late",
        ],
    );
    case.say("request.closed", fields![close_reason: "answered"]);
}

pub(super) fn withdrawn(desk: &mut Desk, at: Moment) {
    let mut case = received(desk, at, "foi");
    case.wait(1, 12);
    let note = case.note();
    case.say("request.withdrawn", fields![channel: "email", note: note]);
    case.say("request.closed", fields![close_reason: "withdrawn"]);
}

pub(super) fn transferred(desk: &mut Desk, at: Moment) {
    let mut case = received(desk, at, "foi");
    case.wait(1, 4);
    case.say(
        "request.transferred",
        fields![authority: "Exemplar County Council (fictional)", transfer_extent: "whole"],
    );
    case.say("request.closed", fields![close_reason: "transferred"]);
}

/// It turned out to be about the environment, and moved to another team.
pub(super) fn changed_regime(desk: &mut Desk, at: Moment) {
    let mut case = received(desk, at, "foi");
    case.wait(1, 3);
    let due = at.day().working_day_after(20);
    case.say(
        "request.regime_changed",
        fields![
            regime: "eir", regime_before: "foi", statutory_due: due, decided_by: "role/information-officer",
        ],
    );
    let before = case.unit;
    case.unit = "places-and-planning";
    case.say(
        "case.transferred",
        fields![unit_before: before, merge_reason: "other", decided_by: "role/information-officer"],
    );
    let is_late = searched(&mut case);
    answered(&mut case, "eir", "granted_in_full", is_late);
}

pub(super) fn reuse(desk: &mut Desk, at: Moment) {
    let mut case = Case::numbered(desk, "RPS", at);
    case.say(
        "request.received",
        fields![regime: "reuse", channel: "email", requester_class: "business", service: "planning"],
    );
    case.wait(0, 1);
    case.say("request.acknowledged", fields![regime: "reuse", template: "reuse-ack-1"]);
    case.say("request.assigned", fields![assigned_to: "role/information-officer"]);
    case.wait(5, 15);
    case.say(
        "request.response_issued",
        fields![regime: "reuse", outcome: "granted_in_full", reuse_licence: "OGL-3.0"],
    );
    case.say("request.closed", fields![close_reason: "answered"]);
}

/// The records that a request covers are known, and the disposal check is to protect them.
pub(super) fn records_known(desk: &mut Desk, at: Moment) {
    let mut case = received(desk, at, "foi");
    let number = case.between(1, 900);
    case.say(
        "request.records_identified",
        fields![series: vec!["housing-repairs"], records: vec![format!("record/HSG-{number:06}")]],
    );
    let is_late = searched(&mut case);
    answered(&mut case, "foi", "granted_in_full", is_late);
}
