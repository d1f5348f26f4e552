//! The section about breaches.

use muniment_sdk::{Cell, Column, Finding, Instant, Metric, Period, Row, Section, Table};

use crate::apply::Severity;
use crate::case::{At, Breach};
use crate::{Breaches, Settings};

/// Section R8, about breaches of a period as they stood at an instant.
pub(crate) fn breaches(
    plugin: &Breaches,
    settings: &Settings,
    period: Period,
    status_at: Instant,
) -> Section {
    let cases = plugin.cases.cases_at(settings, status_at);
    let breaches: Vec<(At, Breach)> = cases
        .filter_map(|(_, breach)| Some((breach.aware.filter(|aware| period.holds(aware.day))?, breach)))
        .collect();
    let counted = |wanted: &dyn Fn(&Breach) -> bool| -> Vec<u64> {
        breaches.iter().filter(|(_, breach)| wanted(breach)).map(|(aware, _)| aware.seq).collect()
    };
    let notified = counted(&|breach| breach.notified.is_some());
    let section = Section::new(
        "R8",
        "Personal data breaches",
        &["leicester L9.1.d", "leicester L12.2.c", "coventry C-AIM.i"],
    )
    .with(Metric::counted("breaches", "Breaches", counted(&|_| true)).definition(
        "Breaches of which the organisation became aware in the period. Incidents that turned out to be none, and those of \
         which nobody has said yet whether they are, are not among them.",
    ))
    .with(
        Metric::counted("breaches_notified_in_time", "Notified within 72 hours", counted(&is_in_time))
            .of(notified.len())
            .definition(
                "Of the breaches of the period that were notified to the regulator, those notified within 72 elapsed \
                 hours of becoming aware (UK GDPR, Article 33(1)).",
            ),
    )
    .with(by_severity(&breaches));
    let undecided = counted(&|breach| breach.running().is_some());
    let section = if undecided.is_empty() {
        section
    } else {
        let text = format!(
            "Of {} breaches of the period the regulator was not told, and it was not decided that they need not be \
             reported.",
            undecided.len()
        );
        section.with(Finding { text, clauses: vec!["leicester L12.2.c".to_owned()], evidence: undecided })
    };
    match unreadable(plugin) {
        Some(finding) => section.with(finding),
        None => section,
    }
}

fn is_in_time(breach: &Breach) -> bool {
    let due = breach.clock().map(|clock| clock.due());
    breach.notified.zip(due).is_some_and(|(notice, due)| notice.at.time <= due)
}

fn by_severity(breaches: &[(At, Breach)]) -> Table {
    let row = |name: &str, wanted: &dyn Fn(&Breach) -> bool| {
        let these: Vec<&(At, Breach)> = breaches.iter().filter(|(_, breach)| wanted(breach)).collect();
        let count = |wanted: &dyn Fn(&Breach) -> bool| {
            Cell::count(these.iter().filter(|(_, breach)| wanted(breach)).count())
        };
        Row::new([
            Cell::from(name),
            Cell::count(these.len()),
            count(&is_in_time),
            count(&|breach| breach.notified.is_some() && !is_in_time(breach)),
            count(&|breach| breach.notified.is_none() && breach.is_not_reportable()),
            count(&|breach| breach.running().is_some()),
        ])
        .evidence(these.iter().map(|(aware, _)| aware.seq))
    };
    let of = |severity: Option<Severity>| move |breach: &Breach| breach.severity == severity;
    Table {
        name: "breaches_by_severity",
        title: "Breaches by severity, and what the regulator was told".to_owned(),
        columns: vec![
            Column::new("severity", "Severity"),
            Column::new("breaches", "Breaches"),
            Column::new("in_time", "Notified within 72 hours"),
            Column::new("late", "Notified later"),
            Column::new("not_reportable", "Decided not to be reportable"),
            Column::new("open", "Neither"),
        ],
        rows: vec![
            row("Red", &of(Some(Severity::Red))),
            row("Amber", &of(Some(Severity::Amber))),
            row("Green", &of(Some(Severity::Green))),
            row("Not assessed", &of(None)),
            row("All", &|_| true),
        ],
        totals: true,
    }
}

fn unreadable(plugin: &Breaches) -> Option<Finding> {
    let found = plugin.cases.unreadable();
    (!found.is_empty()).then(|| Finding {
        text: format!("{} entries about breaches could not be read and are counted nowhere.", found.len()),
        clauses: Vec::new(),
        evidence: found.iter().map(|entry| entry.seq).collect(),
    })
}
