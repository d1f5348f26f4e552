//! What is planted on purpose: open at the year's end, so that it can be shown.

use crate::Plan;
use crate::desk::{Desk, fields};

/// A record that the late request covers.
const ASKED_FOR: &str = "record/HWY-000417";
/// A record under a hold.
const HELD: &str = "record/HWY-000418";
/// The team that sends letters to the wrong people.
const TEAM: &str = "council-tax-recovery";
/// What goes wrong there.
const LETTERS: &str = "data_posted_or_faxed_to_incorrect_recipient";

/// Something that is wrong when the year ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Situation {
    /// The alert that must be open then.
    pub rule: &'static str,
    /// What it is about.
    pub subject: String,
    /// Why, in one sentence.
    pub why: String,
}

/// Three of the situations that are planted in every plan.
#[must_use]
pub fn story(plan: &Plan) -> Vec<Situation> {
    let end = plan.last_day();
    vec![
        Situation {
            rule: "A-REQ-3",
            subject: late_request(plan),
            why: format!(
                "A request received on {} was assigned, but not answered by {end}, long after its 20 working days.",
                end.plus(-60).working_day_after(0)
            ),
        },
        Situation {
            rule: "A-BRC-2",
            subject: untold_breach(plan),
            why: format!(
                "The council has been aware of a breach since {}, and has neither told the regulator within 72 hours nor \
                 decided that it need not.",
                end.plus(-12)
            ),
        },
        Situation {
            rule: "A-SAR-2",
            subject: late_access(plan),
            why: format!(
                "A person's request for their own data, received on {}, was neither answered nor extended within the month.",
                end.plus(-75).working_day_after(0)
            ),
        },
    ]
}

fn late_request(plan: &Plan) -> String {
    format!("FOI-{}-LATE", plan.year() + 1)
}

fn untold_breach(plan: &Plan) -> String {
    format!("INC-{}-UNTOLD", plan.year() + 1)
}

fn late_access(plan: &Plan) -> String {
    format!("SAR-{}-LATE", plan.year() + 1)
}

pub(crate) fn all(desk: &mut Desk, plan: &Plan) {
    requests(desk, plan);
    waiting(desk, plan);
    breaches(desk, plan);
    people(desk, plan);
    sharing(desk, plan);
    records(desk, plan);
    // A role that must be held falls vacant.
    let at = desk.office(plan.last_day().plus(-30));
    let facts =
        fields![role_kind: "caldicott_guardian", vacancy_reason: "left", from: at.day(), mandatory: true];
    desk.say(at, "role.vacated", "role/caldicott-guardian", facts);
}

/// What nobody answers, though it was taken in hand.
fn requests(desk: &mut Desk, plan: &Plan) {
    let end = plan.last_day();
    for (subject, days, regime, unit) in [
        (late_request(plan), 60, "foi", "streets-and-waste"),
        (late_access(plan), 75, "sar", "adult-social-care"),
    ] {
        let at = desk.office(end.plus(-days));
        let facts = fields![
            regime: regime, channel: "email", requester_class: "private", service: "highways", unit: unit,
        ];
        desk.say(at, "request.received", &subject, facts);
        let facts = fields![regime: regime, template: "ack-1", unit: unit];
        desk.say(at.plus_hours(1), "request.acknowledged", &subject, facts);
        let facts = fields![assigned_to: "role/information-officer", unit: unit];
        desk.say(at.plus_hours(2), "request.assigned", &subject, facts);
    }
    let facts = fields![series: vec!["highway-works"], records: vec![ASKED_FOR]];
    let at = desk.office(end.plus(-58));
    desk.say(at, "request.records_identified", &late_request(plan), facts);
    // A complaint that nobody acknowledges.
    let at = desk.office(end.plus(-40));
    let subject = format!("DPC-{}-SILENT", plan.year() + 1);
    let facts = fields![concern: "disclosure", channel: "email", unit: "children-and-families"];
    desk.say(at, "dpcomplaint.received", &subject, facts);
}

/// What waits for an answer of the requester, of a reviewer, or of whoever opens the post.
fn waiting(desk: &mut Desk, plan: &Plan) {
    let (end, year, unit) = (plan.last_day(), plan.year() + 1, "homes-and-tenancies");
    for (name, days, regime) in [
        ("FOI-UNCLEAR", 80, "foi"),
        ("SAR-UNPROVEN", 50, "sar"),
        ("FOI-REVIEW", 85, "foi"),
        ("FOI-UNSEEN", 4, "foi"),
    ] {
        let (prefix, suffix) = name.split_once('-').unwrap_or_default();
        let (subject, at) = (format!("{prefix}-{year}-{suffix}"), desk.office(end.plus(-days)));
        let facts = fields![regime: regime, channel: "post", requester_class: "private", unit: unit];
        desk.say(at, "request.received", &subject, facts);
        if name == "FOI-UNSEEN" {
            continue;
        }
        let facts = fields![regime: regime, template: "ack-1", unit: unit];
        desk.say(at.plus_seconds(900), "request.acknowledged", &subject, facts);
        let facts = fields![assigned_to: "role/information-officer", unit: unit];
        desk.say(at.plus_seconds(1_800), "request.assigned", &subject, facts);
        let at = desk.office(at.day().plus(3));
        match name {
            "FOI-UNCLEAR" => {
                let facts = fields![statutory: true, pause_reason: "clarify_scope", unit: unit];
                desk.say(at, "request.clarification_sought", &subject, facts);
            }
            "SAR-UNPROVEN" => {
                desk.say(
                    at,
                    "request.id_sought",
                    &subject,
                    fields![pause_reason: "id_verification", unit: unit],
                );
            }
            _ => {
                let facts = fields![
                    regime: regime, outcome: "refused_in_full", exemptions: vec!["s.40(2)"],
                    refusal_notice: true, late_reason: "not_late", unit: unit,
                ];
                desk.say(at, "request.response_issued", &subject, facts);
                let at = desk.office(at.day().plus(7));
                let facts = fields![regime: regime, channel: "email", complaint_about: "refusal", unit: unit];
                desk.say(at, "review.requested", &subject, facts);
            }
        }
    }
}

fn breaches(desk: &mut Desk, plan: &Plan) {
    let end = plan.last_day();
    let (subject, unit) = (untold_breach(plan), "children-and-families");
    let at = end.plus(-12).at(10, 15);
    let facts = fields![
        detected_at: at.plus_hours(-2), kind: "data_breach", ico_type: "failure_to_redact", medium: "portal",
        personal_data: true, people_affected: 212, unit: unit,
    ];
    desk.say(at, "incident.reported", &subject, facts);
    let facts = fields![people_affected: 212, people_affected_basis: "estimate", unit: unit];
    desk.say(at.plus_hours(3), "breach.aware", &subject, facts);
    // One of which nobody has decided yet whether it is to be reported, and the hours run out.
    let (subject, at) = (format!("INC-{}-UNDECIDED", plan.year() + 1), end.plus(-2).at(14, 5));
    let facts = fields![
        detected_at: at, kind: "loss_or_theft", medium: "paper", personal_data: true, unit: unit,
    ];
    desk.say(at.plus_seconds(2_400), "incident.reported", &subject, facts);
    let facts = fields![people_affected: 3, people_affected_basis: "exact", unit: unit];
    desk.say(at.plus_hours(1), "breach.aware", &subject, facts);
    // One team, three times.
    for (place, days) in [(1, 200), (2, 120), (3, 45)] {
        let at = end.plus(-days).at(11, 20);
        let (subject, unit) = (format!("INC-{}-AGAIN{place}", plan.year()), "finance-and-revenues");
        let facts = fields![
            detected_at: at, kind: "data_breach", ico_type: LETTERS,
            medium: "post", team: TEAM, personal_data: true, unit: unit,
        ];
        desk.say(at.plus_seconds(1_800), "incident.reported", &subject, facts);
        desk.say(at.plus_hours(2), "breach.aware", &subject, fields![people_affected: 2, unit: unit]);
        let facts = fields![
            ico_type: LETTERS, dimension: "confidentiality", severity: "amber", medium: "post", team: TEAM,
            unit: unit,
        ];
        desk.say(at.plus_hours(20), "breach.assessed", &subject, facts);
        let facts = fields![
            reportable: false, reason: "risk_unlikely", decided_by: "role/data-protection-officer",
            unit: unit,
        ];
        desk.say(at.plus_hours(24), "breach.reportability_decided", &subject, facts);
    }
}

/// Somebody left with a live account, somebody was suspended with one, and somebody works without having signed.
fn people(desk: &mut Desk, plan: &Plan) {
    let end = plan.last_day();
    let unit = "places-and-planning";
    for (number, person) in [(1, "hr-900001"), (2, "hr-900002")] {
        let (account, at) = (format!("access/p-9{number:05}"), desk.office(end.plus(-150 + number)));
        let facts = fields![
            person: person, system: "planning-portal", entitlement: "edit", approved_by: "role/system-owner",
            unit: unit,
        ];
        desk.say(at, "access.approved", &account, facts);
        let facts = fields![
            person: person, system: "planning-portal", entitlement: "edit", job_function: "planner",
            user_class: "staff", approved_by: "role/system-owner", review_due: end.plus(200), unit: unit,
        ];
        desk.say(at.plus_hours(1), "access.granted", &account, facts);
    }
    let (at, last) = (desk.office(end.plus(-35)), end.plus(-20).working_day_after(0));
    let facts =
        fields![person: "hr-900001", user_class: "staff", last_day: last, notified_at: at, unit: unit];
    desk.say(at, "staff.leaver_notified", "EMP-9000001", facts);
    let facts = fields![
        person: "hr-900001", user_class: "staff", last_day: last, leaving_reason: "resignation", unit: unit,
    ];
    desk.say(last.at(17, 0), "staff.left", "EMP-9000001", facts);
    let at = desk.office(end.plus(-9));
    let facts =
        fields![person: "hr-900002", user_class: "staff", suspended_at: at, access_to_stop: true, unit: unit];
    desk.say(at, "staff.suspended", "EMP-9000002", facts);
    let (at, starts) = (desk.office(end.plus(-50)), end.plus(-40).working_day_after(0));
    let supplier = "Exemplar Software Ltd (fictional)";
    let facts = fields![
        person: "ctr-900003", supplier: supplier, work: "it", starts: starts, data_access: "personal_data",
        nda_required: true, unit: unit,
    ];
    desk.say(at, "contractor.engaged", "CTR-UNSIGNED", facts);
    let facts = fields![person: "ctr-900003", supplier: supplier, starts: starts, unit: unit];
    desk.say(starts.at(9, 0), "contractor.started", "CTR-UNSIGNED", facts);
    // What went out of the building, and is not back.
    let at = desk.office(end.plus(-30));
    let facts = fields![
        person: "hr-000042", medium: "paper", identifiable: true, packaging: "plain_bag", method: "carried",
        quantity: 2, due_back: at.day().plus(7), unit: "adult-social-care",
    ];
    desk.say(at, "offsite.checked_out", "ITEM-OVERDUE", facts);
}

/// Something is shared under an agreement that has ended.
fn sharing(desk: &mut Desk, plan: &Plan) {
    let (end, unit) = (plan.last_day(), "public-health");
    let (starts, ends) = (end.plus(-300), end.plus(-90));
    let at = desk.office(starts);
    let facts = fields![
        version: "1.0", outcome: "approved", reviewed_by: "role/information-governance-manager", unit: unit,
    ];
    desk.say(at, "isa.reviewed", "ISA-ENDED", facts);
    let facts = fields![version: "1.0", register_ref: "REG/ISA/ENDED", protocol_ref: "ISP-01", unit: unit];
    desk.say(at.plus_hours(1), "isa.recorded", "ISA-ENDED", facts);
    let facts = fields![version: "1.0", starts: starts, ends: ends, review_due: ends, unit: unit];
    desk.say(at.plus_hours(2), "isa.activated", "ISA-ENDED", facts);
    let at = desk.office(end.plus(-25));
    let facts = fields![
        isa_ref: "ISA-ENDED", direction: "outgoing", partner_class: "health",
        partner_name: "Exemplar Integrated Care Board (fictional)", transfer_method: "secure_file_transfer",
        encrypted: true, personal_data: true, records: 640, unit: unit,
    ];
    desk.say(at, "sharing.transfer_made", "TRF-ENDED", facts);
}

/// Records are destroyed that a request covers, and others that a hold covers.
fn records(desk: &mut Desk, plan: &Plan) {
    let end = plan.last_day();
    let at = desk.office(end.plus(-70));
    let facts = fields![
        scope: "record", records: vec![HELD], ground: "litigation", directed_by: "role/head-of-legal",
        review_due: end.plus(100),
    ];
    desk.say(at, "hold.placed", "HOLD-IGNORED", facts);
    for (record, authorisation) in [(ASKED_FOR, "DA-ASKED-FOR"), (HELD, "DA-HELD")] {
        let unit = "streets-and-waste";
        let at = desk.office(end.plus(-100));
        let facts = fields![
            series: "highway-works", class: "HWY/02", medium: "paper", quantity: 3,
            unit_of_quantity: "boxes", unit: unit,
        ];
        desk.say(at, "record.registered", record, facts);
        let facts = fields![
            trigger: "closed", action: "destroy", due: end.plus(-60), series: "highway-works",
            class: "HWY/02", unit: unit,
        ];
        desk.say(at.plus_hours(1), "record.triggered", record, facts);
        let at = desk.office(end.plus(-33));
        let facts = fields![
            series: "highway-works", class: "HWY/02", authorised_by: "role/records-manager",
            authorisation_ref: authorisation, hold_checked: false, unit: unit,
        ];
        desk.say(at, "disposal.authorised", record, facts);
        let at = desk.office(end.plus(-32));
        let facts = fields![
            series: "highway-works", class: "HWY/02", method: "cross_cut_shred", medium: "paper",
            route: "own_unit", quantity: 3, unit_of_quantity: "boxes", authorised_by: "role/records-manager",
            authorisation_ref: authorisation, hold_checked: false, unit: unit,
        ];
        desk.say(at, "disposal.executed", record, facts);
    }
}
