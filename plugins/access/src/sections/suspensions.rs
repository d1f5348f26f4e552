//! Suspensions, conflicts of duties and misuse.

use muniment_sdk::{Cell, Column, Metric, Row, Section, Table};

use super::{Found, finding};
use crate::person::Person;
use crate::person::conflict::{Conflict, Suspension};

/// Figures and a table about suspensions.
pub(super) fn suspensions(section: Section, found: &Found<'_>) -> Section {
    let section = section.heading("Suspensions");
    let all: Vec<(&Person, &Suspension)> = found
        .people
        .iter()
        .flat_map(|person| person.suspensions.iter().map(move |suspension| (person, suspension)))
        .filter(|(_, suspension)| found.period.holds(suspension.at.day))
        .collect();
    if all.is_empty() {
        return section.paragraph("No suspension is recorded in the period.");
    }
    let minutes = found.settings.suspension_alert_minutes;
    // Whether there was access to stop, and whether it stopped in time.
    let stopped = |(person, suspension): &&(&Person, &Suspension)| {
        let since = suspension.to_stop?;
        let mut live = person.held.iter().filter(|held| held.is_live(since.time)).peekable();
        live.peek()?;
        Some(live.all(|held| !held.is_live(suspension.stop_due.next())))
    };
    let seqs = |wanted: &dyn Fn(&Suspension) -> bool| -> Vec<u64> {
        all.iter().filter(|(_, it)| wanted(it)).map(|(_, it)| it.at.seq).collect()
    };
    let with_access = all.iter().filter(|it| stopped(it).is_some()).count();
    let in_time = all.iter().filter(|it| stopped(it) == Some(true)).map(|(_, it)| it.at.seq).collect();
    section
        .with(Metric::counted("suspensions", "Suspensions", seqs(&|_| true)).definition("Suspensions that took effect in the period."))
        .with(Metric::counted("suspensions_passed_on", "Passed on in time", seqs(&is_told_in_time)).of(all.len()).definition(
            format!(
                "Of the suspensions of the period, those that the information risk manager was told of within {minutes} \
                 minutes of their taking effect."
            ),
        ))
        .with(Metric::counted("suspensions_access_stopped", "Access stopped in time", in_time).of(with_access).definition(
            format!(
                "Of the suspensions of the period of which access had to stop and was live, those of which all of it had \
                 stopped {minutes} minutes later."
            ),
        ))
        .with(by_access(&all))
}

fn is_told_in_time(suspension: &Suspension) -> bool {
    suspension.alerted.is_some_and(|alerted| alerted.time <= suspension.due)
}

fn by_access(all: &[(&Person, &Suspension)]) -> Table {
    let row = |name: &str, wanted: &dyn Fn(&Suspension) -> bool| {
        let these: Vec<&Suspension> = all.iter().map(|(_, it)| *it).filter(|it| wanted(it)).collect();
        let count =
            |wanted: &dyn Fn(&Suspension) -> bool| Cell::count(these.iter().filter(|it| wanted(it)).count());
        Row::new([
            Cell::from(name),
            Cell::count(these.len()),
            count(&is_told_in_time),
            count(&|it| it.alerted.is_some() && !is_told_in_time(it)),
            count(&|it| it.alerted.is_none()),
        ])
        .evidence(these.iter().map(|it| it.at.seq))
    };
    Table {
        name: "suspensions_passed_on",
        title: "Suspensions, and when the information risk manager was told".to_owned(),
        columns: vec![
            Column::new("access", "Access"),
            Column::new("suspensions", "Suspensions"),
            Column::new("in_time", "Told in time"),
            Column::new("late", "Told later"),
            Column::new("never", "Not told"),
        ],
        rows: vec![
            row("Access to stop", &|it| it.to_stop.is_some()),
            row("Access may stay", &|it| it.to_stop.is_none()),
            row("All", &|_| true),
        ],
        totals: true,
    }
}

/// Figures about conflicts of duties, accounts of nobody and misuse.
pub(super) fn conflicts_and_misuse(section: Section, found: &Found<'_>) -> Section {
    let section = section.heading("Conflicts of duties, and misuse");
    let conflicts: Vec<&Conflict> = found
        .people
        .iter()
        .flat_map(|person| &person.conflicts)
        .filter(|conflict| found.period.holds(conflict.found.day))
        .collect();
    let settled = |conflict: &&&Conflict| {
        let excepted = conflict.exception.is_some_and(|exception| exception.at.day <= conflict.due);
        excepted || conflict.resolved.is_some_and(|resolved| resolved <= conflict.due.end())
    };
    let in_time: Vec<u64> = conflicts.iter().filter(settled).map(|conflict| conflict.found.seq).collect();
    let open = conflicts.iter().filter(|conflict| {
        let is_resolved = conflict.resolved.is_some_and(|resolved| resolved <= found.status_at);
        !is_resolved && !conflict.is_excepted(found.status_day) && conflict.due < found.status_day
    });
    let open: Vec<u64> = open.map(|conflict| conflict.found.seq).collect();
    let reported =
        found.misuse.iter().filter(|it| found.period.holds(it.reported.day) && it.unsubstantiated.is_none());
    let reported: Vec<u64> = reported.map(|misuse| misuse.reported.seq).collect();
    let section = if conflicts.is_empty() {
        section.paragraph("No conflict of duties was found in the period.")
    } else {
        section
            .with(
                Metric::counted("conflicts", "Conflicts of duties", conflicts.iter().map(|it| it.found.seq).collect())
                    .definition("Combinations of rights in one hand that were found in the period and should not be."),
            )
            .with(Metric::counted("conflicts_in_time", "Resolved or excepted in time", in_time).of(conflicts.len()).definition(
                format!(
                    "Of the conflicts found in the period, those of which one of the rights was taken away, or an exception \
                     approved, within {} working days or by the earlier day that was set.",
                    found.settings.conflict_resolve_working_days
                ),
            ))
    };
    let section = match finding(
        open.len(),
        "conflicts of duties found in the period were overdue on the status date.",
        &["leicester L12.9.d", "coventry C-TCW.vi"],
        open.clone(),
    ) {
        Some(finding) => section.with(finding),
        None => section,
    };
    section.with(Metric::counted("misuse", "Reports of misuse", reported).definition(
        "Incidents that were reported in the period and were reported or triaged as misuse. Those that turned out to be \
         nothing are not among them.",
    ))
}
