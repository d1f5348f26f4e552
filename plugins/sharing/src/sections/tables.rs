//! The tables of the section.

use muniment_sdk::{Cell, Column, Day, Instant, Row, Table};

use crate::Settings;
use crate::agreement::{Agreement, Kind};
use crate::assessment::Assessment;
use crate::entry::Entry;
use crate::joined::Gap;
use crate::on::On;
use crate::registers::{STATUSES, agreement_status, assessment_status};
use crate::transfer::{Method, Transfer};

/// Agreements, memoranda and protocols by their status.
pub(super) fn by_status(agreements: &[(String, Agreement)], status_at: Instant) -> Table {
    let row = |name: &str, wanted: Option<&str>| {
        let is_of = |it: &&(String, Agreement)| {
            wanted.is_none_or(|wanted| agreement_status(&it.1, status_at) == wanted)
        };
        let these: Vec<&(String, Agreement)> = agreements.iter().filter(is_of).collect();
        let of_kind = |kind: Kind| Cell::count(these.iter().filter(|(_, it)| it.kind == kind).count());
        Row::new([
            Cell::from(name),
            of_kind(Kind::Agreement),
            of_kind(Kind::Memorandum),
            of_kind(Kind::Protocol),
            Cell::count(these.len()),
        ])
        .evidence(these.iter().map(|(_, it)| it.first.seq))
    };
    let mut rows: Vec<Row> = STATUSES.iter().map(|status| row(&capital(status), Some(status))).collect();
    rows.push(row("All", None));
    Table {
        name: "agreements_by_status",
        title: "Agreements, memoranda and protocols by status".to_owned(),
        columns: vec![
            Column::new("status", "Status"),
            Column::new("agreements", "Agreements"),
            Column::new("memoranda", "Memoranda"),
            Column::new("protocols", "Protocols"),
            Column::new("all", "All"),
        ],
        rows,
        totals: true,
    }
}

fn capital(words: &str) -> String {
    let mut letters = words.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

/// Transfers by the way in which they travelled.
pub(super) fn by_method(transfers: &[(Transfer, On, Option<Gap>)], settings: &Settings) -> Table {
    let row = |name: &str, wanted: Option<Method>| {
        let these: Vec<_> = transfers
            .iter()
            .filter(|(it, ..)| {
                it.made.as_ref().is_some_and(|(_, made)| wanted.is_none_or(|wanted| made.method == wanted))
            })
            .collect();
        let impersonal = these.iter().filter(|(it, ..)| it.is_impersonal()).count();
        let insecure = these.iter().filter(|(it, ..)| it.insecure(settings).is_some()).count();
        let lacking = these.iter().filter(|(_, _, gap)| gap.is_some()).count();
        Row::new([
            Cell::from(name),
            Cell::count(these.len()),
            Cell::count(these.len() - impersonal),
            Cell::count(insecure),
            Cell::count(lacking),
        ])
        .evidence(these.iter().map(|(_, on, _)| on.seq))
    };
    let methods = Method::ALL.into_iter().map(|(method, name)| row(name, Some(method)));
    let mut rows: Vec<Row> = methods.filter(|row| !row.evidence.is_empty()).collect();
    rows.push(row("All", None));
    Table {
        name: "transfers_by_method",
        title: "Transfers of the period by method".to_owned(),
        columns: vec![
            Column::new("method", "Method"),
            Column::new("transfers", "Transfers"),
            Column::new("personal", "Not known to be without personal data"),
            Column::new("insecure", "Over an insecure channel"),
            Column::new("lacking", "Without permission"),
        ],
        rows,
        totals: true,
    }
}

/// Transfers by what they lacked.
pub(super) fn gaps(transfers: &[(Transfer, On, Option<Gap>)]) -> Table {
    const STAGES: [(&str, &str); 9] = [
        ("", "Nothing"),
        ("no-agreement", "An agreement"),
        ("agreement-unknown", "An agreement on record"),
        ("not-yet-in-force", "An agreement in force yet"),
        ("suspended", "An agreement that was not suspended"),
        ("expired", "An agreement that had not expired"),
        ("terminated", "An agreement that had not been terminated"),
        ("not-for-personal-data", "An agreement for personal data"),
        ("unauthorised", "Permission, as was found"),
    ];
    let row = |name: &str, wanted: Option<&str>| {
        let stage = |gap: &Option<Gap>| gap.map_or("", Gap::stage);
        let these: Vec<_> =
            transfers.iter().filter(|(_, _, gap)| wanted.is_none_or(|wanted| stage(gap) == wanted)).collect();
        let dealt_with = these.iter().filter(|(it, ..)| it.incident.is_some()).count();
        Row::new([Cell::from(name), Cell::count(these.len()), Cell::count(dealt_with)])
            .evidence(these.iter().map(|(_, on, _)| on.seq))
    };
    let mut rows: Vec<Row> = STAGES.into_iter().map(|(stage, name)| row(name, Some(stage))).collect();
    rows.push(row("All", None));
    Table {
        name: "transfers_by_gap",
        title: "Transfers made or found in the period by what they lacked".to_owned(),
        columns: vec![
            Column::new("lacked", "What was lacking"),
            Column::new("transfers", "Transfers"),
            Column::new("incidents", "Of these taken up as an incident"),
        ],
        rows,
        totals: true,
    }
}

/// Impact assessments by how far they are.
pub(super) fn assessments(assessments: &[Assessment]) -> Table {
    const NOT_NEEDED: &str = "not needed";
    const ALL: [&str; 7] = [
        NOT_NEEDED,
        "to be completed",
        "to be approved",
        "regulator to be consulted",
        "regulator consulted",
        "approved",
        "stopped",
    ];
    let status = |it: &Assessment| if it.is_needed() { assessment_status(it).0 } else { NOT_NEEDED };
    let row = |name: &str, wanted: Option<&str>| {
        let these: Vec<&Assessment> =
            assessments.iter().filter(|it| wanted.is_none_or(|wanted| status(it) == wanted)).collect();
        let in_use = these.iter().filter(|it| it.in_use().is_some()).count();
        let on_record = these.iter().filter(|it| it.is_on_record()).count();
        let seqs = these.iter().filter_map(|it| {
            let last = it.approved.or(it.completed).or(it.screened.map(|(_, on)| on)).or(it.reviewed);
            last.or(it.consulted).map(|on| on.seq)
        });
        Row::new([Cell::from(name), Cell::count(these.len()), Cell::count(in_use), Cell::count(on_record)])
            .evidence(seqs)
    };
    let mut rows: Vec<Row> = ALL.iter().map(|status| row(&capital(status), Some(status))).collect();
    rows.push(row("All", None));
    Table {
        name: "assessments_by_status",
        title: "Impact assessments by status".to_owned(),
        columns: vec![
            Column::new("status", "Status"),
            Column::new("assessments", "Assessments"),
            Column::new("in_use", "Processing that has a first day of use"),
            Column::new("on_record", "In the record of processing"),
        ],
        rows,
        totals: true,
    }
}

/// What the live entries of the record of processing name, and how their review stands.
pub(super) fn coverage(entries: &[Entry], today: Day) -> Table {
    let live: Vec<&Entry> = entries.iter().filter(|entry| entry.is_live()).collect();
    let of_review = |wanted: &dyn Fn(Option<Day>) -> bool, name: &str| {
        let these: Vec<&&Entry> = live.iter().filter(|it| wanted(it.review_due)).collect();
        let count =
            |wanted: &dyn Fn(&Entry) -> bool| Cell::count(these.iter().filter(|it| wanted(it)).count());
        Row::new([
            Cell::from(name),
            Cell::count(these.len()),
            count(&|it| it.assessment.is_some()),
            count(&|it| it.notice.is_some()),
            count(&|it| !it.agreements.is_empty()),
        ])
        .evidence(these.iter().map(|it| it.first.seq))
    };
    Table {
        name: "processing_coverage",
        title: "Live entries of the record of processing by how their review stands, and what they name"
            .to_owned(),
        columns: vec![
            Column::new("review", "Review"),
            Column::new("entries", "Entries"),
            Column::new("assessment", "With an impact assessment"),
            Column::new("notice", "With a privacy notice"),
            Column::new("agreements", "With a sharing agreement"),
        ],
        rows: vec![
            of_review(&|due| due.is_some_and(|due| due >= today), "Not due yet"),
            of_review(&|due| due.is_some_and(|due| due < today), "Overdue"),
            of_review(&|due| due.is_none(), "No day named"),
            of_review(&|_| true, "All"),
        ],
        totals: true,
    }
}
