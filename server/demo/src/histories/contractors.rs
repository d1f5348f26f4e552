//! Contractors with their undertakings, processors with their contracts, and visitors.

use crate::case::Case;
use crate::day::Moment;
use crate::desk::{Desk, fields};

const SUPPLIERS: [&str; 4] = [
    "Exemplar Software Ltd (fictional)",
    "Exemplar Mailing Ltd (fictional)",
    "Exemplar Audit LLP (fictional)",
    "Exemplar Care Ltd (fictional)",
];

fn engaged<'d>(desk: &'d mut Desk, at: Moment) -> (Case<'d>, String, &'static str) {
    let mut case = Case::numbered(desk, "CTR", at);
    let (person, supplier) = (format!("ctr-{}", case.subject), case.pick(&SUPPLIERS));
    let (starts, ends) = (case.in_days(14), case.in_days(120));
    case.say(
        "contractor.engaged",
        fields![
            person: person.as_str(), supplier: supplier, work: "it", starts: starts, ends: ends,
            data_access: "personal_data", nda_required: true, commissioned_by: "role/head-of-ict",
        ],
    );
    (case, person, supplier)
}

pub(super) fn contractor(desk: &mut Desk, at: Moment) {
    let (mut case, person, supplier) = engaged(desk, at);
    case.wait(2, 8);
    let (engagement, undertaking) = (case.subject.clone(), case.desk.case_number("NDA", at));
    let (signed, expires) = (case.now.day(), case.in_days(75));
    case.say_of(
        "nda.signed",
        &undertaking,
        fields![
            person: person.as_str(), supplier: supplier, contractor_ref: engagement.as_str(),
            scope: "person", signed_on: signed, expires: expires,
        ],
    );
    case.wait(3, 6);
    let today = case.now.day();
    case.say(
        "contractor.started",
        fields![person: person.as_str(), supplier: supplier, nda_ref: undertaking.as_str(), starts: today],
    );
    case.wait(30, 45);
    let today = case.now.day();
    case.say(
        "contractor.ended",
        fields![
            person: person.as_str(), supplier: supplier, ends: today, end_reason: "finished",
            data_returned: true,
        ],
    );
    case.wait(10, 25);
    case.say_of(
        "nda.expired",
        &undertaking,
        fields![
            person: person, supplier: supplier, contractor_ref: engagement, scope: "person",
            expires: expires,
        ],
    );
}

/// Started before signing.
pub(super) fn unsigned(desk: &mut Desk, at: Moment) {
    let (mut case, person, supplier) = engaged(desk, at);
    case.wait(10, 12);
    let today = case.now.day();
    case.say("contractor.started", fields![person: person, supplier: supplier, starts: today]);
}

pub(super) fn processor(desk: &mut Desk, at: Moment) {
    let mut case = Case::counted(desk, "PRC", at);
    let supplier = case.pick(&SUPPLIERS);
    let (starts, ends, review) = (case.in_days(30), case.in_days(1_100), case.in_days(365));
    case.say(
        "processor.contract_signed",
        fields![
            supplier: supplier, article28_complete: true, starts: starts, ends: ends,
            processing_starts: starts, data_kinds: vec!["identity", "contact"], countries: vec!["GB"],
            value_pounds: 120_000, owner: "role/information-asset-owner", review_due: review,
        ],
    );
    case.wait(2, 12);
    case.say(
        "processor.assured",
        fields![
            supplier: supplier, assurance_kind: "iso27001", assurance_until: review,
            reviewed_by: "role/information-risk-manager",
        ],
    );
    case.wait(5, 15);
    case.say(
        "subprocessor.approved",
        fields![
            supplier: supplier, subprocessor: "Exemplar Hosting BV (fictional)",
            decision: "approved_with_conditions", countries: vec!["NL"],
            decided_by: "role/data-protection-officer",
        ],
    );
    case.wait(40, 90);
    case.say(
        "processor.reviewed",
        fields![
            supplier: supplier, finding: "satisfactory", reviewed_by: "role/information-governance-manager",
            review_due: review,
        ],
    );
}

pub(super) fn visitor(desk: &mut Desk, at: Moment) {
    let mut case = Case::numbered(desk, "VIS", at);
    let area = case.pick(&["data_centre", "records_store", "office"]);
    let person = format!("visitor-{}", case.subject);
    case.say(
        "visitor.access_recorded",
        fields![person: person, area: area, escorted: true, purpose: "maintenance"],
    );
}
