//! The register of open requests.

use std::collections::BTreeMap;

use muniment_sdk::{Calendars, Cell, Column, Day, Instant, Light, Register, Row};

use crate::apply::Regime;
use crate::case::{Awaiting, Request};
use crate::{Requests, Settings};

/// Its columns.
pub(crate) const OPEN: Register = Register {
    name: "open",
    title: "Open requests",
    description: "Requests that wait for an answer, the first due first.",
    feeds: &["request.*"],
    columns: &[
        Column::new("case", "Case"),
        Column::new("regime", "Regime"),
        Column::new("received", "Received"),
        Column::new("due", "Due"),
        Column::new("due_then", "Due, as its calendar was known at first"),
        Column::new("working_days_left", "Working days left"),
        Column::new("unit", "Unit"),
        Column::new("assigned_to", "Assigned to"),
        Column::new("status", "Status"),
        Column::RAG,
        Column::CORRECTED,
    ],
};

/// Its rows: cases whose clock stands still come last.
pub(crate) fn open(
    plugin: &Requests,
    settings: &Settings,
    as_at: Instant,
) -> impl Iterator<Item = Row> + use<> {
    let today = Day::in_london(as_at);
    let is_listed = |request: &Request| request.is_open() || request.reopened.is_some();
    let cases = plugin.cases.cases(settings).filter(|(_, request)| is_listed(request));
    let mut earlier = Earlier { plugin, settings, calendars: BTreeMap::new() };
    let mut rows: Vec<((bool, Option<Day>), Row)> = cases
        .map(|(case, request)| {
            let due = if request.is_open() { request.due() } else { None };
            let then = due.and_then(|due| earlier.due(case, &request, due));
            let mut row = row(case, &request, Due { now: due, then }, today);
            row.cells.push(Cell::from(plugin.cases.corrected(case)));
            ((due.is_none(), due), row)
        })
        .collect();
    // Within a day they stay as they come, by case.
    rows.sort_by_key(|(due, _)| *due);
    rows.into_iter().map(|(_, row)| row)
}

/// Calendars as they were known earlier, by how many changes were known: few are ever needed, and each takes a while.
struct Earlier<'p> {
    plugin: &'p Requests,
    settings: &'p Settings,
    calendars: BTreeMap<usize, Calendars>,
}

impl Earlier<'_> {
    /// When a request was due by the calendars as they were known when its clock began.
    fn due(&mut self, case: &str, request: &Request, now: Day) -> Option<Day> {
        let (cases, recorded) = (&self.plugin.cases, request.clock_recorded());
        let known = cases.calendars().known_by(recorded);
        if known == cases.calendars().known() {
            return Some(now);
        }
        let as_known = || cases.calendars().as_known_at(recorded);
        let calendars = self.calendars.entry(known).or_insert_with(as_known);
        cases.case_by(self.settings, calendars, case)?.due()
    }
}

/// When a request is due, and when it was by the calendars as they were known when its clock began: a holiday that was
/// proclaimed since moves a deadline, and what a requester was told stands beside it.
#[derive(Clone, Copy)]
struct Due {
    now: Option<Day>,
    then: Option<Day>,
}

fn row(case: &str, request: &Request, due: Due, today: Day) -> Row {
    let left = due.now.map(|due| request.clock.calendar().working_days_between(today, due));
    let seqs = [
        Some(request.received),
        request.acknowledged,
        request.allocated,
        request.extension().map(|extension| extension.notified),
        request.reopened,
    ];
    Row::new([
        Cell::from(case),
        Cell::from(regime(request.regime)),
        Cell::from(request.received.day),
        Cell::from(due.now),
        Cell::from(due.then),
        Cell::from(left),
        Cell::from(request.unit.as_deref()),
        Cell::from(request.assigned_to.as_deref()),
        Cell::from(status(request, due.now, today)),
        Cell::from(left.map(light)),
    ])
    .subject(case)
    .unit(request.unit.as_deref())
    .evidence(seqs.into_iter().flatten().map(|on| on.seq))
}

/// Amber with the last warning but one: a week of working days is left.
pub(crate) fn light(working_days_left: i64) -> Light {
    Light::of(working_days_left, 5)
}

/// The name of a law, for people.
pub(crate) fn regime(regime: Regime) -> &'static str {
    match regime {
        Regime::Foi => "Freedom of information",
        Regime::Eir => "Environmental information",
        Regime::Reuse => "Re-use",
        Regime::Other => "Other",
    }
}

fn status(request: &Request, due: Option<Day>, today: Day) -> &'static str {
    match request.awaiting {
        _ if request.reopened.is_some() => "reopened",
        Some(Awaiting::Clarification(_)) => "awaiting clarification",
        Some(Awaiting::Fee(_)) => "awaiting a fee",
        None if due.is_some_and(|due| due < today) => "overdue",
        None if request.extension().is_some() => "extended",
        None if request.allocated.is_none() => "not allocated",
        None => "in hand",
    }
}
