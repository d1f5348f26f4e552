//! The registers of authorisations and of systems of cameras.

use muniment_sdk::{Cell, Column, Day, Instant, Light, Register, Row};

use crate::authorisation::Authorisation;
use crate::cameras::Cameras;
use crate::{Settings, Surveillance};

/// From so many days before its end or review an authorisation is amber.
const AMBER_DAYS: i64 = 14;
/// The same for the review of cameras.
const CAMERAS_AMBER_DAYS: i64 = 30;

/// Its columns.
pub(crate) const AUTHORISATIONS: Register = Register {
    name: "authorisations",
    title: "Authorisations of covert surveillance",
    description: "Authorisations that wait for a magistrate, are in force, or have run out and were not cancelled; the \
                  first to be reviewed or to end first.",
    feeds: &["ripa.*"],
    columns: &[
        Column::new("authorisation", "Authorisation"),
        Column::new("kind", "Kind"),
        Column::new("authorised", "Authorised"),
        Column::new("approved", "Approved by a magistrate"),
        Column::new("expires", "Expires"),
        Column::new("review_due", "Review due"),
        Column::DUE,
        Column::new("days_left", "Days left"),
        Column::RAG,
        Column::STATUS,
        Column::OWNER,
        Column::UNIT,
        Column::CORRECTED,
    ],
};

/// Its columns.
pub(crate) const CAMERAS: Register = Register {
    name: "cameras",
    title: "Systems of cameras by review",
    description: "Systems of cameras as their last review found them, the first to be reviewed again first.",
    feeds: &["cctv.*"],
    columns: &[
        Column::new("system", "System"),
        Column::new("cameras", "Cameras"),
        Column::new("reviewed", "Reviewed"),
        Column::new("retention_days", "Pictures kept, in days"),
        Column::new("code_followed", "Code followed"),
        Column::new("signs_in_place", "Signs in place"),
        Column::new("dpia", "Impact assessment"),
        Column::DUE,
        Column::new("days_left", "Days left"),
        Column::RAG,
        Column::STATUS,
        Column::OWNER,
        Column::UNIT,
        Column::CORRECTED,
    ],
};

/// Its rows: what is due no day comes last.
pub(crate) fn authorisations(
    plugin: &Surveillance,
    settings: &Settings,
    as_at: Instant,
) -> impl Iterator<Item = Row> + use<> {
    let today = Day::in_london(as_at);
    let listed = plugin
        .authorisations
        .cases(settings)
        .filter(|(_, it)| it.is_recorded && it.cancelled.is_none() && !it.was_refused())
        .map(|(number, it)| authorisation(plugin, number, &it, today));
    in_order(listed.collect())
}

fn authorisation(plugin: &Surveillance, number: &str, it: &Authorisation, today: Day) -> (Option<Day>, Row) {
    let is_over = it.starts.is_some() && it.expires.is_some_and(|expires| expires < today);
    let review = it.review_due.filter(|_| !is_over);
    let due = [review, it.expires.filter(|_| it.starts.is_some())].into_iter().flatten().min();
    let left = due.map(|due| i64::from(due.since(today)));
    let status = match () {
        () if it.starts.is_none() => "waits for a magistrate",
        () if is_over => "expired and not cancelled",
        () if left.is_some_and(|left| left < 0) => "review overdue",
        () if it.starts.is_some_and(|starts| today < starts) => "not begun",
        () => "in force",
    };
    let seqs = it.decided.iter().map(|(on, _)| on.seq).chain(it.renewed.iter().map(|on| on.seq));
    let row = Row::new([
        Cell::from(number),
        Cell::from(it.kind.title()),
        Cell::from(it.authorised.day),
        Cell::from(it.decided.map(|(on, _)| on.day)),
        Cell::from(it.expires),
        Cell::from(it.review_due),
        Cell::from(due),
        Cell::from(left),
        Cell::from(left.map(|left| Light::of(left, AMBER_DAYS))),
        Cell::from(status),
        Cell::from(it.authorised_by.as_str()),
        Cell::from(it.unit.as_deref()),
        Cell::from(plugin.authorisations.corrected(number)),
    ]);
    let evidence = [it.authorised.seq].into_iter().chain(seqs).chain(it.reviewed.last().map(|on| on.seq));
    (due, row.subject(number).unit(it.unit.as_deref()).evidence(evidence))
}

/// Its rows.
pub(crate) fn cameras(
    plugin: &Surveillance,
    settings: &Settings,
    as_at: Instant,
) -> impl Iterator<Item = Row> + use<> {
    let today = Day::in_london(as_at);
    let all = plugin.cameras.cases(settings);
    in_order(all.map(|(number, it)| system(plugin, settings, number, &it, today)).collect())
}

fn system(
    plugin: &Surveillance,
    settings: &Settings,
    number: &str,
    it: &Cameras,
    today: Day,
) -> (Option<Day>, Row) {
    let due = it.due(settings);
    let left = i64::from(due.since(today));
    let wrong = it.found.code_followed == Some(false) || it.found.signs_in_place == Some(false);
    let (status, rag) = match () {
        () if !it.found.still_needed => ("needed no more", Light::Red),
        () if left < 0 => ("review overdue", Light::Red),
        () if wrong => ("code or signs wanting", Light::Red),
        () => ("in order", Light::of(left, CAMERAS_AMBER_DAYS)),
    };
    let row = Row::new([
        Cell::from(number),
        Cell::from(it.found.cameras.map(i64::from)),
        Cell::from(it.last.day),
        Cell::from(i64::from(it.found.retention_days)),
        Cell::from(it.found.code_followed),
        Cell::from(it.found.signs_in_place),
        Cell::from(it.found.dpia_ref.as_deref()),
        Cell::from(due),
        Cell::from(left),
        Cell::from(rag),
        Cell::from(status),
        Cell::from(it.found.owner.as_deref()),
        Cell::from(it.found.unit.as_deref()),
        Cell::from(plugin.cameras.corrected(number)),
    ]);
    (Some(due), row.subject(number).unit(it.found.unit.as_deref()).evidence([it.last.seq]))
}

fn in_order(mut rows: Vec<(Option<Day>, Row)>) -> impl Iterator<Item = Row> {
    rows.sort_by_key(|(due, _)| (due.is_none(), *due));
    rows.into_iter().map(|(_, row)| row)
}
