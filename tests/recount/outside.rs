//! R19: registrations, the yearly assessment for health and care data, and auditors.

use std::collections::BTreeMap;

use jiff::civil::Date;
use serde_json::json;

use super::book::{Book, Happening};
use super::counted::{Counted, share, size};
use super::governance::{add, summed, words};

pub fn recount(book: &Book, counted: &mut Counted) {
    registrations(book, counted);
    toolkit(book, counted);
    audits(book, counted);
    recommendations(book, counted);
}

fn registration_name(kind: &str) -> &'static str {
    match kind {
        "ico_fee" => "Data protection fee",
        "psn" => "Public Services Network",
        "cyber_essentials" => "Cyber Essentials",
        "cyber_essentials_plus" => "Cyber Essentials Plus",
        "iso_27001" => "ISO/IEC 27001",
        "pci_dss" => "PCI DSS",
        "surveillance_camera" => "Surveillance cameras",
        _ => "Other",
    }
}

fn registrations(book: &Book, counted: &mut Counted) {
    let mut rows = Vec::new();
    for (name, life) in book.cases(&[&["registration.renewed"]]) {
        // The one that holds longest counts.
        let Some(last) = life.iter().max_by_key(|it| (it.date("expires"), it.day)) else { continue };
        let Some(expires) = last.date("expires") else { continue };
        let status = if book.period.today() <= expires { "holds" } else { "expired" };
        rows.push(vec![
            json!(name),
            json!(registration_name(last.word("registration_kind"))),
            json!(last.text("certificate")),
            json!(last.day.to_string()),
            json!(expires.to_string()),
            json!(status),
            json!(last.text("owner")),
        ]);
    }
    if !rows.is_empty() {
        counted.table("registrations", rows);
    }
}

fn toolkit(book: &Book, counted: &mut Counted) {
    let mut rows = Vec::new();
    for (name, life) in book.cases(&[&["dspt.submitted"]]) {
        let last = life[life.len() - 1];
        if !book.period.holds(last.day) {
            continue;
        }
        let met = last.number("assertions_met").zip(last.number("assertions"));
        let met = met.map(|(met, of)| share(size(met), size(of)));
        let (day, status) = (last.day.to_string(), words(last.word("dspt_status")));
        rows.push(vec![json!(name), json!(day), json!(status), json!(met)]);
    }
    if !rows.is_empty() {
        counted.table("toolkit", rows);
    }
}

const AUDITS: &[&[&str]] =
    &[&["audit.completed"], &["audit.recommendation_raised"], &["audit.recommendation_closed"]];

fn audits(book: &Book, counted: &mut Counted) {
    let mut groups = BTreeMap::new();
    for life in book.cases(AUDITS).values() {
        let last = life.iter().rfind(|it| it.is("audit.completed")).filter(|it| book.period.holds(it.day));
        let Some(last) = last else { continue };
        let mut counts = [1, 0, 0, 0, 0, 0];
        let opinion = match last.text("opinion") {
            Some("substantial") => 1,
            Some("reasonable") => 2,
            Some("limited") => 3,
            Some(_) => 4,
            None => 5,
        };
        counts[opinion] = 1;
        add(&mut groups, words(last.word("audit_kind")), &counts);
    }
    if !groups.is_empty() {
        counted.table("audits", summed(groups));
    }
}

/// A recommendation: when it was first made, by when it is to be done, and when it was closed.
struct Recommended {
    priority: String,
    raised: Date,
    due: Option<Date>,
    closed: Option<Date>,
}

fn recommended(life: &[&Happening]) -> Vec<Recommended> {
    let mut found: Vec<(String, Recommended)> = Vec::new();
    for it in life {
        let name = it.word("recommendation_ref").to_owned();
        let known = found.iter_mut().find(|(known, _)| *known == name).map(|(_, known)| known);
        match (it.kind.as_str(), known) {
            ("audit.recommendation_raised", Some(known)) => known.due = it.date("due"),
            ("audit.recommendation_raised", None) => {
                let priority = it.text("priority").unwrap_or("not recorded").to_owned();
                let (raised, due) = (it.day, it.date("due"));
                found.push((name, Recommended { priority, raised, due, closed: None }));
            }
            ("audit.recommendation_closed", Some(known)) => known.closed = known.closed.or(Some(it.day)),
            _ => {}
        }
    }
    found.into_iter().map(|(_, it)| it).collect()
}

fn recommendations(book: &Book, counted: &mut Counted) {
    let period = book.period;
    let mut groups = BTreeMap::new();
    let cases = book.cases(AUDITS);
    for it in cases.values().flat_map(|life| recommended(life)) {
        if it.raised > period.to || it.closed.is_some_and(|closed| closed < period.from) {
            continue;
        }
        let opening = usize::from(it.raised < period.from);
        let closed = usize::from(it.closed.is_some_and(|closed| period.holds(closed)));
        let is_overdue = closed == 0 && it.due.is_some_and(|due| due < period.to);
        let counts = [opening, 1 - opening, closed, 1 - closed, usize::from(is_overdue)];
        add(&mut groups, words(&it.priority), &counts);
    }
    if !groups.is_empty() {
        counted.table("recommendations", summed(groups));
    }
}
