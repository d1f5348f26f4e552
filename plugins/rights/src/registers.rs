//! The registers of open requests and of open complaints.

use std::collections::BTreeMap;

use muniment_sdk::{Calendars, Cell, Column, Day, Deadline, Instant, Light, Register, Row};

use crate::apply::Needed;
use crate::case::Request;
use crate::complaint::Complaint;
use crate::{Rights, Settings};

/// The columns of open requests.
pub(crate) const OPEN: Register = Register {
    name: "open",
    title: "Open requests of data subjects",
    description: "Requests of data subjects that wait for an answer, the first due first.",
    feeds: &["request.*"],
    columns: &[
        Column::new("case", "Case"),
        Column::new("right", "Right"),
        Column::new("received", "Received"),
        Column::new("due", "Due"),
        Column::new("safe_due", "Due, to be safe"),
        Column::new("due_then", "Due, as its calendar was known at first"),
        Column::new("days_left", "Days left, to be safe"),
        Column::new("paused", "Paused"),
        Column::new("unit", "Unit"),
        Column::new("status", "Status"),
        Column::RAG,
        Column::CORRECTED,
    ],
};

/// The columns of open complaints.
pub(crate) const COMPLAINTS: Register = Register {
    name: "complaints",
    title: "Open complaints about data protection",
    description: "Complaints that wait for the acknowledgement or the outcome, the first to be acknowledged first.",
    feeds: &["dpcomplaint.*"],
    columns: &[
        Column::new("case", "Case"),
        Column::new("concern", "Concern"),
        Column::new("received", "Received"),
        Column::new("due", "Acknowledge by"),
        Column::new("safe_due", "Acknowledge by, to be safe"),
        Column::new("days_left", "Days left, to be safe"),
        Column::new("acknowledged", "Acknowledged"),
        Column::new("request", "Request"),
        Column::new("unit", "Unit"),
        Column::new("status", "Status"),
        Column::RAG,
        Column::CORRECTED,
    ],
};

/// Its rows: cases whose clock stands still come last.
pub(crate) fn open(
    plugin: &Rights,
    settings: &Settings,
    as_at: Instant,
) -> impl Iterator<Item = Row> + use<> {
    let today = Day::in_london(as_at);
    let is_listed =
        |request: &Request| request.is_open() || (request.is_right() && request.reopened.is_some());
    let cases = plugin.requests.cases(settings).filter(|(_, request)| is_listed(request));
    let mut earlier = Earlier { plugin, settings, calendars: BTreeMap::new() };
    in_order(cases.map(|(case, request)| {
        let now = request.deadline.as_ref().ok().filter(|_| request.is_open());
        let then = now.and_then(|now| earlier.due(case, &request, now.due));
        let mut row = request_row(case, &request, Due { now, then }, today);
        row.cells.push(Cell::from(plugin.requests.corrected(case)));
        (now.map(|it| it.safe_due), row)
    }))
}

/// When a request is due, and when it was by the calendars as they were known when its clock began: a holiday that was
/// proclaimed since moves a deadline, and what a requester was told stands beside it.
#[derive(Clone, Copy)]
struct Due<'r> {
    now: Option<&'r Deadline>,
    then: Option<Day>,
}

/// Calendars as they were known earlier, by how many changes were known: few are ever needed, and each takes a while.
struct Earlier<'p> {
    plugin: &'p Rights,
    settings: &'p Settings,
    calendars: BTreeMap<usize, Calendars>,
}

impl Earlier<'_> {
    fn due(&mut self, case: &str, request: &Request, now: Day) -> Option<Day> {
        let (cases, recorded) = (&self.plugin.requests, request.clock_recorded());
        let known = cases.calendars().known_by(recorded);
        if known == cases.calendars().known() {
            return Some(now);
        }
        let as_known = || cases.calendars().as_known_at(recorded);
        let calendars = self.calendars.entry(known).or_insert_with(as_known);
        cases.case_by(self.settings, calendars, case)?.deadline.ok().map(|deadline| deadline.due)
    }
}

/// Its rows: those that are acknowledged, or that the law gave no time, come last.
pub(crate) fn complaints(
    plugin: &Rights,
    settings: &Settings,
    as_at: Instant,
) -> impl Iterator<Item = Row> + use<> {
    let today = Day::in_london(as_at);
    let cases = plugin.complaints.cases(settings).filter(|(_, complaint)| complaint.is_open());
    in_order(cases.map(|(case, complaint)| {
        let running = complaint.deadline.as_ref().ok().filter(|_| complaint.is_unacknowledged());
        let mut row = complaint_row(case, &complaint, today);
        row.cells.push(Cell::from(plugin.complaints.corrected(case)));
        (running.map(|it| it.safe_due), row)
    }))
}

/// The first due first, those without a day last; within a day they stay as they come, by case.
fn in_order(rows: impl Iterator<Item = (Option<Day>, Row)>) -> std::vec::IntoIter<Row> {
    let mut rows: Vec<(Option<Day>, Row)> = rows.collect();
    rows.sort_by_key(|(due, _)| (due.is_none(), *due));
    let rows: Vec<Row> = rows.into_iter().map(|(_, row)| row).collect();
    rows.into_iter()
}

fn days_left(deadline: Option<&Deadline>, today: Day) -> Cell {
    Cell::from(deadline.map(|it| i64::from(it.safe_due.since(today))))
}

/// Amber from the second warning on.
fn light(deadline: Option<&Deadline>, today: Day) -> Cell {
    Cell::from(deadline.map(|it| Light::of(i64::from(it.safe_due.since(today)), 5)))
}

fn request_row(case: &str, request: &Request, due: Due<'_>, today: Day) -> Row {
    let deadline = due.now;
    let questions = request.questions.iter().flat_map(|question| [Some(question.asked), question.supplied]);
    let notices = request.notices.iter().map(|notice| Some(notice.on));
    let others = [Some(request.received), request.ordered, request.reopened];
    let seqs = others.into_iter().chain(questions).chain(notices).flatten();
    Row::new([
        Cell::from(case),
        Cell::from(request.regimes.right.name()),
        Cell::from(request.received.day),
        Cell::from(deadline.map(|it| it.due)),
        Cell::from(deadline.map(|it| it.safe_due)),
        Cell::from(due.then),
        days_left(deadline, today),
        Cell::from(request.is_open() && request.pause().is_some()),
        Cell::from(request.unit.as_deref()),
        Cell::from(status(request, deadline, today)),
        light(deadline, today),
    ])
    .subject(case)
    .unit(request.unit.as_deref())
    .evidence(seqs.map(|on| on.seq))
}

fn status(request: &Request, deadline: Option<&Deadline>, today: Day) -> &'static str {
    match (request.pause().map(|pause| pause.what), deadline) {
        _ if request.reopened.is_some() => "reopened",
        (_, Some(deadline)) if deadline.due < today => "overdue",
        (_, Some(deadline)) if deadline.safe_due < today => "overdue, to be safe",
        (Some(Needed::Clarification), _) => "awaiting clarification",
        (Some(Needed::Identity), _) => "awaiting proof of identity",
        (Some(Needed::Fee), _) => "awaiting a fee",
        (None, _) if request.is_extended() => "extended",
        (None, _) => "in hand",
    }
}

fn complaint_row(case: &str, complaint: &Complaint, today: Day) -> Row {
    let deadline = complaint.deadline.as_ref().ok();
    let running = deadline.filter(|_| complaint.is_unacknowledged());
    let seqs = [Some(complaint.received), complaint.acknowledged, complaint.progressed];
    let status = match running {
        Some(deadline) if deadline.due < today => "overdue",
        Some(deadline) if deadline.safe_due < today => "overdue, to be safe",
        _ if complaint.acknowledged.is_none() => "to be acknowledged",
        _ if complaint.progressed.is_some() => "in hand",
        _ => "acknowledged",
    };
    Row::new([
        Cell::from(case),
        Cell::from(complaint.concern.as_str()),
        Cell::from(complaint.received.day),
        Cell::from(deadline.map(|it| it.due)),
        Cell::from(deadline.map(|it| it.safe_due)),
        days_left(running, today),
        Cell::from(complaint.acknowledged.map(|on| on.day)),
        Cell::from(complaint.request.as_deref()),
        Cell::from(complaint.unit.as_deref()),
        Cell::from(status),
        light(running, today),
    ])
    .subject(case)
    .unit(complaint.unit.as_deref())
    .evidence(seqs.into_iter().flatten().map(|on| on.seq))
}
