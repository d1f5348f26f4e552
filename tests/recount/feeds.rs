//! R15, its second part: the systems that post, and whether what they post says what the tables count by.

use std::collections::BTreeSet;

use jiff::Timestamp;
use serde_json::json;

use super::book::{Book, Happening};
use super::counted::{Counted, row, share};
use super::days::{begin, end};

pub fn recount(book: &Book, counted: &mut Counted) {
    feeds(book, counted);
    coding(book, counted);
}

/// A report of a system: when, how far it is complete, and for which group.
type Report<'b> = (Timestamp, Option<Timestamp>, Option<&'b str>);

/// Up to when a system is complete, by what it said last of each of its groups.
fn complete_to(groups: &[&str], reports: &[Report<'_>]) -> Option<Timestamp> {
    let last = |group: Option<&str>| {
        let about = reports.iter().rfind(|(_, _, of)| of.is_none() || *of == group);
        about.and_then(|(time, to, _)| to.map(|to| to.min(*time)))
    };
    if groups.is_empty() {
        return last(None);
    }
    groups.iter().map(|group| last(Some(group))).collect::<Option<Vec<_>>>()?.into_iter().min()
}

fn feeds(book: &Book, counted: &mut Counted) {
    let period = book.period;
    let cases = book.cases(&[&["source.registered"]]);
    if cases.is_empty() {
        return;
    }
    let mut rows = Vec::new();
    for (name, life) in &cases {
        let last = life[life.len() - 1];
        let mut reports: Vec<Report<'_>> = Vec::new();
        let mut seen = BTreeSet::new();
        // Up to when a system is complete is said as it is known now, whatever the status date.
        let is_told = |it: &&Happening| it.is("source.reported") && it.subject == *name;
        let mut told: Vec<&Happening> = book.ever.iter().filter(is_told).collect();
        told.sort_by_key(|it| (it.time.min(it.recorded), it.seq));
        for it in told {
            if seen.insert((it.time, it.data.to_string())) {
                reports.push((it.time.min(it.recorded), it.instant("complete_to"), it.text("group")));
            }
        }
        let in_period = |(time, ..): &&Report<'_>| {
            begin(period.from) <= *time && *time < end(period.to) && *time <= period.status_at
        };
        let groups = last.list("groups");
        let to = complete_to(&groups, &reports).map(|to| format!("{to:.6}"));
        rows.push(vec![
            json!(name),
            json!(groups.join(", ")),
            json!(last.number("interval_hours")),
            json!(reports.iter().filter(in_period).count()),
            json!(to),
        ]);
    }
    counted.number("feeds", rows.len());
    counted.table("feeds", rows);
}

const FIELDS: [(&str, &str); 6] = [
    ("medium", "medium"),
    ("channel", "channel"),
    ("dimension", "dimension"),
    ("harm_kind", "kind of harm"),
    ("intent", "intent"),
    ("forms", "forms"),
];

/// What is asked of a case, and what of it is not there.
struct Coded {
    kind: &'static str,
    wanted: &'static [&'static str],
    missing: Vec<&'static str>,
}

fn has(it: &Happening, field: &str) -> bool {
    if field == "forms" { !it.list(field).is_empty() } else { !it.data[field].is_null() }
}

fn coded(kind: &'static str, life: &[&Happening]) -> Option<Coded> {
    let is = |kind: &str| life.iter().any(|it| it.is(kind));
    let wanted: &[&str] = match kind {
        "incident" if is("incident.unsubstantiated") => &[],
        "incident" if is("incident.reported") => &["medium", "channel", "dimension", "harm_kind", "intent"],
        "incident" if is("breach.assessed") => &["dimension"],
        "disposal" if life.iter().any(|it| !it.is("disposal.advice_given")) => &["medium"],
        "asset" => &["forms"],
        _ => &[],
    };
    // A later entry about an asset takes the place of an earlier one; of the others each adds.
    let known = |field: &&&str| match kind {
        "asset" => life.last().is_some_and(|it| has(it, field)),
        _ => life.iter().any(|it| has(it, field)),
    };
    let missing = wanted.iter().filter(|field| !known(field)).copied().collect();
    (!wanted.is_empty()).then_some(Coded { kind, wanted, missing })
}

fn coding(book: &Book, counted: &mut Counted) {
    let kinds: [(&'static str, &[&str]); 3] = [
        (
            "incident",
            &[
                "incident.reported",
                "incident.unsubstantiated",
                "breach.assessed",
                "incident.triaged",
                "incident.near_miss_recorded",
                "breach.aware",
            ],
        ),
        (
            "disposal",
            &[
                "disposal.reviewed",
                "disposal.authorised",
                "disposal.executed",
                "disposal.archived",
                "disposal.transferred",
                "disposal.advice_given",
            ],
        ),
        ("asset", &["asset.registered"]),
    ];
    let mut all: Vec<Coded> = Vec::new();
    for (kind, types) in kinds {
        for life in book.cases(&[types]).values().filter(|life| book.period.holds(life[0].day)) {
            all.extend(coded(kind, life));
        }
    }
    if all.is_empty() {
        return;
    }
    counted.share("coded", all.iter().filter(|it| it.missing.is_empty()).count(), all.len());
    let mut rows = Vec::new();
    for (code, name) in
        [("incident", "Incidents"), ("disposal", "Disposals"), ("asset", "Assets"), ("", "All")]
    {
        let these: Vec<&Coded> = all.iter().filter(|it| code.is_empty() || it.kind == code).collect();
        let complete = these.iter().filter(|it| it.missing.is_empty()).count();
        rows.push(row(name, &[these.len(), complete, these.len() - complete]));
    }
    counted.table("coding_by_kind", rows);
    let mut rows = Vec::new();
    for (code, name) in FIELDS {
        let wanted: Vec<&Coded> = all.iter().filter(|it| it.wanted.contains(&code)).collect();
        let missing = wanted.iter().filter(|it| it.missing.contains(&code)).count();
        if !wanted.is_empty() {
            let mut cells = row(name, &[wanted.len(), missing]);
            cells.push(share(wanted.len() - missing, wanted.len()));
            rows.push(cells);
        }
    }
    counted.table("coding_by_field", rows);
}
