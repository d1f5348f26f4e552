//! Records, from their class to their end; and holds.

use crate::case::Case;
use crate::day::Moment;
use crate::desk::{Desk, fields};

const CLASSES: [(&str, &str, &str); 4] = [
    ("housing-repairs", "HSG/04", "housing"),
    ("council-tax-accounts", "FIN/07", "finance"),
    ("planning-files", "PLN/02", "planning"),
    ("staff-files", "HR/01", "human_resources"),
];

/// A box of records, whose time has come some weeks later.
fn registered<'d>(desk: &'d mut Desk, at: Moment) -> (Case<'d>, (&'static str, &'static str)) {
    let number = desk.next_number("HSG");
    let mut case = Case::new(desk, format!("record/HSG-{number:06}"), at);
    let (series, class, function) = case.pick(&CLASSES);
    let (quantity, from, to) = (case.between(1, 12), case.in_days(-4_200), case.in_days(-2_220));
    case.say(
        "record.registered",
        fields![
            series: series, class: class, function: function, medium: "paper", location: "store/B2",
            records_from: from, records_to: to, quantity: quantity, unit_of_quantity: "boxes",
            personal_data: true, marking: "official_sensitive", trigger: "closed", retention_years: 6,
            retention_months: 0, permanent: false, action: "destroy", owner: "role/information-asset-owner",
        ],
    );
    let due = case.in_days(20);
    case.say(
        "record.triggered",
        fields![
            series: series, class: class, trigger: "closed", triggered_on: to, retention_years: 6,
            retention_months: 0, permanent: false, action: "destroy", due: due,
            authority: "limitation-act-1980",
        ],
    );
    (case, (series, class))
}

pub(super) fn destroyed(desk: &mut Desk, at: Moment) {
    let (mut case, (series, class)) = registered(desk, at);
    case.wait(16, 30);
    let reference = format!("DA-{}", case.subject.rsplit('-').next().unwrap_or_default());
    let certificate = reference.replace("DA", "CERT");
    case.say(
        "disposal.reviewed",
        fields![
            series: series, class: class, decision: "destroy", quantity: 4, unit_of_quantity: "boxes",
            medium: "paper", reviewed_by: "role/records-manager",
        ],
    );
    case.say(
        "disposal.authorised",
        fields![
            series: series, class: class, decision: "destroy", quantity: 4, unit_of_quantity: "boxes",
            medium: "paper", authorised_by: "role/records-manager", authorisation_ref: reference.as_str(),
            hold_checked: true,
        ],
    );
    case.wait(1, 8);
    case.say(
        "disposal.executed",
        fields![
            series: series, class: class, method: "cross_cut_shred", standard: "DIN-66399/P-4",
            route: "contractor", contractor: "Exemplar Shredding Ltd (fictional)", medium: "paper",
            marking: "official_sensitive", quantity: 4, unit_of_quantity: "boxes",
            authorised_by: "role/records-manager", authorisation_ref: reference, hold_checked: true,
        ],
    );
    // A few certificates never come.
    if case.at_times(93) {
        case.wait(1, 8);
        let scan = serde_json::json!({ "name": format!("{certificate}.pdf"), "sha256": super::SHA256 });
        case.say(
            "disposal.certificate_received",
            fields![
                certificate: certificate, contractor: "Exemplar Shredding Ltd (fictional)",
                method: "cross_cut_shred", standard: "DIN-66399/P-4", quantity: 4, unit_of_quantity: "boxes",
                evidence: vec![scan],
            ],
        );
    }
}

pub(super) fn archived(desk: &mut Desk, at: Moment) {
    let (mut case, (series, class)) = registered(desk, at);
    case.wait(16, 30);
    case.say(
        "disposal.reviewed",
        fields![
            series: series, class: class, decision: "archive", quantity: 2, unit_of_quantity: "boxes",
            medium: "paper", reviewed_by: "role/records-manager",
        ],
    );
    case.say(
        "disposal.archived",
        fields![
            series: series, class: class, quantity: 2, unit_of_quantity: "boxes", medium: "paper",
            receiver: "Exemplar Record Office (fictional)", accession_ref: "ACC-5",
            authorised_by: "role/records-manager",
        ],
    );
}

pub(super) fn moved(desk: &mut Desk, at: Moment) {
    let (mut case, (series, class)) = registered(desk, at);
    case.wait(16, 30);
    case.say(
        "disposal.transferred",
        fields![
            series: series, class: class, quantity: 2, unit_of_quantity: "boxes", medium: "paper",
            receiver: "Exemplar Academy Trust (fictional)", responsibility_moved: true,
            authorised_by: "role/records-manager",
        ],
    );
}

/// Tapes: the risk manager is asked first.
pub(super) fn tapes(desk: &mut Desk, at: Moment) {
    let mut case = Case::numbered(desk, "MED", at);
    let (advised, certificate) = (case.subject.clone(), format!("CERT-{}", case.subject));
    case.say(
        "disposal.advice_given",
        fields![
            medium: "tape", method: "degauss", advice: "destroy_as_planned",
            advised_by: "role/information-risk-manager",
        ],
    );
    case.wait(2, 6);
    case.say(
        "media.destroyed",
        fields![
            medium: "tape", content: "backup", quantity: 24, method: "degauss", sanitisation: "destroy",
            standard: "NIST-800-88", verified: true, route: "contractor",
            contractor: "Exemplar Recycling Ltd (fictional)", certificate: certificate, advice_ref: advised,
            authorised_by: "role/records-manager",
        ],
    );
}

/// A hold, and its end.
pub(super) fn held(desk: &mut Desk, at: Moment) {
    let mut case = Case::numbered(desk, "HOLD", at);
    let (review, series) = (case.in_days(180), case.pick(&CLASSES).0);
    case.say(
        "hold.placed",
        fields![
            scope: "series", series: vec![series], ground: "litigation", directed_by: "role/head-of-legal",
            review_due: review,
        ],
    );
    case.wait(30, 110);
    case.say("hold.released", fields![directed_by: "role/head-of-legal"]);
}
