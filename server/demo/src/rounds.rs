//! What comes round every week, month, quarter and year.

use crate::Plan;
use crate::council::{DIRECTORATES, SOURCES};
use crate::day::Day;
use crate::desk::{Desk, fields};
use crate::histories::SHA256;

/// The source that falls silent before the year's end.
pub(crate) const SILENT_SOURCE: &str = "home-working";

pub(crate) fn all(desk: &mut Desk, plan: &Plan) {
    sources(desk, plan);
    for month in 0..12 {
        monthly(desk, first_of(plan, month));
    }
    for quarter in 0..4 {
        quarterly(desk, plan, quarter);
    }
    yearly(desk, plan);
    policies(desk, plan);
    exception(desk, plan);
    school(desk, plan);
}

/// How often a source says how far it is complete: weekly, or monthly where little happens.
pub(crate) fn report_days(plan: &Plan) -> i64 {
    if plan.events >= 10_000 { 7 } else { 28 }
}

fn sources(desk: &mut Desk, plan: &Plan) {
    for (source, _) in SOURCES {
        let mut day = plan.ledger_from().plus(14);
        while day <= plan.last_day() {
            let is_silent = source == SILENT_SOURCE && day > plan.last_day().plus(-60);
            if !is_silent {
                let at = day.at(23, 30);
                desk.say(at, "source.reported", source, fields![complete_to: at.plus_seconds(-1_800)]);
            }
            day = day.plus(report_days(plan));
        }
    }
}

fn first_of(plan: &Plan, month: i64) -> Day {
    let (year, _, _) = plan.first_day().civil();
    let month = 3 + month;
    Day::of(year + month / 12, month % 12 + 1, 1)
}

fn monthly(desk: &mut Desk, first: Day) {
    let month = first.to_string()[..7].to_owned();
    let (at, decisions) = (desk.office(first.plus(10)), desk.chance.between(1, 6));
    let next = first.plus(41).working_day_after(0);
    desk.say(
        at,
        "board.met",
        &format!("IMPB/{month}"),
        fields![
            board: "impb", items: vec!["policy", "incident", "risk"], decisions: decisions, quorate: true,
            next_meeting: next,
        ],
    );
    let (at, answers) = (desk.office(first.plus(14)), desk.chance.between(8, 40));
    let to = first.plus(-1);
    let from = Day::of(to.civil().0, to.civil().1, 1);
    desk.say(
        at,
        "disclosure_log.published",
        &format!("DL-{month}"),
        fields![
            period_from: from, period_to: to, answers: answers, checked: true,
            location: "/council/disclosure-log",
        ],
    );
    let at = desk.office(first.plus(20));
    let next = first.plus(50);
    desk.say(
        at,
        "dataset.published",
        "spend-over-500",
        fields![
            dataset_title: "Spending over 500 pounds", duty: "transparency_code", format: "csv",
            licence: "open_government_licence", period_from: from, period_to: to, next_due: next,
            checked: true, location: "/council/open-data/spend", sha256: SHA256,
            owner: "role/chief-finance-officer",
        ],
    );
}

fn quarterly(desk: &mut Desk, plan: &Plan, quarter: i64) {
    let first = first_of(plan, quarter * 3);
    let (last, year) = (first.plus(-1), first.plus(-1).civil().0);
    let from = Day::of(year, last.civil().1 - 2, 1);
    let number = last.civil().1 / 3;
    let (at, received) = (desk.office(first.plus(24)), desk.chance.between(280, 430));
    desk.say(
        at,
        "foi_stats.published",
        &format!("{year}-Q{number}"),
        fields![
            period_from: from, period_to: last, requests_received: received,
            location: format!("/council/foi/statistics/{year}-q{number}"), sha256: SHA256,
        ],
    );
    let section = ["R5", "R6", "R9", "R12"][usize::try_from(quarter).unwrap_or_default()];
    let at = desk.office(first.plus(80));
    desk.say(
        at,
        "report.commentary_recorded",
        &report_id(plan),
        fields![
            section: section,
            commentary: "Requests rose after the closure of two libraries was announced; the invented council took on two officers.",
            period_from: plan.first_day(), period_to: plan.last_day(),
            written_by: "role/information-governance-manager",
        ],
    );
}

/// The annual report of the year.
fn report_id(plan: &Plan) -> String {
    format!("report-{}-{:02}", plan.year(), (plan.year() + 1) % 100)
}

fn yearly(desk: &mut Desk, plan: &Plan) {
    let year = plan.year();
    let first = plan.first_day();
    let at = desk.office(first.plus(85));
    desk.say(
        at,
        "dspt.submitted",
        &format!("DSPT-{}-{:02}", year - 1, year % 100),
        fields![dspt_status: "standards_met", assertions_met: 42, assertions: 42, due: Day::of(year, 6, 30)],
    );
    for (days, subject, kind, fee, valid) in [
        (40, "ico-fee", "ico_fee", 2_900, 365),
        (60, "cyber-essentials", "cyber_essentials_plus", 2_100, 310),
        (120, "psn", "psn", 0, 365),
    ] {
        let at = desk.office(first.plus(days));
        let certificate = format!("CERT-{subject}");
        desk.say(
            at,
            "registration.renewed",
            subject,
            fields![
                registration_kind: kind, certificate: certificate, expires: at.day().plus(valid),
                fee_pounds: fee, owner: "role/information-governance-manager",
            ],
        );
    }
    let at = desk.office(first.plus(150));
    desk.say(
        at,
        "scheme.reviewed",
        "publication-scheme",
        fields![
            version: "4.0", classes: 7, classes_current: 7,
            reviewed_by: "role/information-governance-manager", review_due: at.day().plus(365),
        ],
    );
    let at = desk.office(first.plus(170));
    desk.say(
        at,
        "ipco.inspected",
        &format!("IPCO-{year}"),
        fields![
            opinion: "satisfactory", recommendations: 1, nil_return: false, period_from: first.plus(-365),
            period_to: first.plus(-1), reviewed_by: "role/head-of-legal",
        ],
    );
    // One directorate attests nothing.
    for (place, directorate) in (0..).zip(&DIRECTORATES[1..]) {
        let at = desk.office(first.plus(200 + place));
        desk.say(
            at,
            "compliance.sampled",
            &format!("ATT-{year}-{place:02}"),
            fields![
                check_kind: "attestation", policy_ref: "information-security", scope: "policy", checked: 1,
                compliant: 1, attested_by: format!("role/director-{directorate}"), unit: *directorate,
            ],
        );
    }
}

/// A new version, from the recommendation to the day on which it replaces the old one.
fn policies(desk: &mut Desk, plan: &Plan) {
    let first = plan.first_day();
    let owner = "role/head-of-information-assurance";
    let subject = "information-security";
    let mut day = first.plus(20);
    let mut next = |desk: &mut Desk, days: i64| {
        day = day.plus(days);
        desk.office(day)
    };
    let at = next(desk, 0);
    desk.say(
        at,
        "policy.change_recommended",
        subject,
        fields![version: "2.1", recommendation_ref: "POL-R1", put_to: "board/impb", reviewed_by: owner],
    );
    let at = next(desk, 7);
    desk.say(
        at,
        "policy.review_completed",
        subject,
        fields![
            version: "2.1", outcome: "minor_change",
            inputs: vec!["best_practice", "lessons_learnt", "ict_input", "provider_consultation"],
            lessons: vec!["LL-0001"], consultees: vec!["role/head-of-ict", "it-provider"],
            reviewed_by: owner, review_due: first.plus(400),
        ],
    );
    let mut facts = fields![
        title: "Information security policy", version: "2.2", changes: "minor",
        cites: vec!["dpa-2018", "foia-2000"], baseline: "iso_27002_2022", owner: owner,
    ];
    let at = next(desk, 10);
    desk.say(at, "policy.drafted", subject, facts.clone());
    facts.extend(fields![review_due: first.plus(400)]);
    let mut approved = facts.clone();
    approved.extend(fields![approved_by: "board/impb"]);
    let at = next(desk, 20);
    desk.say(at, "policy.approved", subject, approved);
    facts.extend(fields![location: "/policies/information-security", sha256: SHA256]);
    let at = next(desk, 5);
    desk.say(at, "policy.published", subject, facts);
    let at = next(desk, 1);
    let audience = vec!["staff", "member"];
    let facts = fields![
        version: "2.2", audience: audience, people_reached: 4_600, people_addressed: 4_800, channel: "email",
    ];
    desk.say(at, "policy.distributed", subject, facts);
    let at = next(desk, 1);
    let facts = fields![version: "2.1", replaced_by: "information-security/2.2", effective: at.day()];
    desk.say(at, "policy.superseded", subject, facts);
}

/// One team need not keep a part of the policy for ninety days.
fn exception(desk: &mut Desk, plan: &Plan) {
    let (subject, exception) = ("information-security", "EXC-01");
    let at = desk.office(plan.first_day().plus(94));
    let until = at.day().plus(90);
    let facts = fields![
        exception_ref: exception, exception_reason: "technical", approved_by: "role/siro", valid_until: until,
    ];
    desk.say(at, "policy.exception_granted", subject, facts);
    let at = desk.office(until.plus(1));
    desk.say(at, "policy.exception_expired", subject, fields![exception_ref: exception, valid_until: until]);
}

/// A request to the school, whose clock goes by its own days.
fn school(desk: &mut Desk, plan: &Plan) {
    let (subject, unit) = (format!("FOI-{}-SCHOOL", plan.year()), "exemplar-primary");
    let at = desk.office(plan.first_day().plus(26));
    let calendar = "school/exemplar-primary";
    let facts =
        fields![regime: "foi", channel: "email", requester_class: "private", calendar: calendar, unit: unit];
    desk.say(at, "request.received", &subject, facts);
    desk.say(at.plus_hours(2), "request.acknowledged", &subject, fields![regime: "foi", unit: unit]);
    desk.say(
        at.plus_hours(3),
        "request.assigned",
        &subject,
        fields![assigned_to: "role/head-teacher", unit: unit],
    );
    let at = desk.office(at.day().plus(24));
    let facts = fields![regime: "foi", outcome: "granted_in_full", late_reason: "not_late", unit: unit];
    desk.say(at, "request.response_issued", &subject, facts);
    desk.say(at.plus_hours(1), "request.closed", &subject, fields![close_reason: "answered", unit: unit]);
}
