//! Breaches of the period by what they are, whose they are, and what came of them.

use std::collections::BTreeMap;

use muniment_sdk::law::{Subjects, TimeToReport};
use muniment_sdk::{Cell, Chart, ChartKind, Column, Row, Section, Table};

use super::metrics::{People, months, people};
use super::{Scope, is_in_time};
use crate::apply::{
    Cause, Dimension, IncidentType, Intent, PeopleBand, RegulatorsDecision, ReportBand, Severity,
};
use crate::case::{At, Breach};

pub(super) fn of_breaches(section: Section, scope: &Scope<'_>) -> Section {
    let mut section = section
        .with(by_severity(scope))
        .with(by(scope, "breaches_by_type", "Breaches by type", "Type", |breach| {
            Some(breach.described.kind.map_or((99, "Not classified".to_owned()), |kind| {
                (IncidentType::ALL.iter().position(|one| *one == kind).unwrap_or(0), kind.name().to_owned())
            }))
        }))
        .with(by(scope, "breaches_by_cause", "Breaches by cause", "Cause", |breach| {
            Some(breach.cause.map_or((99, "Not recorded".to_owned()), |cause| {
                (Cause::ALL.iter().position(|one| *one == cause).unwrap_or(0), cause.name().to_owned())
            }))
        }))
        .with(by(scope, "breaches_by_property", "Breaches by what was lost", "Property", |breach| {
            Some(breach.described.dimension.map_or((99, "Not classified".to_owned()), |dimension| {
                (
                    Dimension::ALL.iter().position(|one| *one == dimension).unwrap_or(0),
                    dimension.name().to_owned(),
                )
            }))
        }))
        .with(by(scope, "breaches_by_intent", "Breaches by intent", "Intent", |breach| {
            Some(breach.described.intent.map_or((99, "Not recorded".to_owned()), |intent| {
                (Intent::ALL.iter().position(|one| *one == intent).unwrap_or(0), intent.name().to_owned())
            }))
        }))
        .with(by(scope, "breaches_by_unit", "Breaches by directorate", "Directorate", |breach| {
            let of = &breach.of.unit;
            Some(of.as_ref().map_or((1, "Not recorded".to_owned()), |unit| (0, unit.clone())))
        }))
        .with(by(scope, "breaches_by_people", "Breaches by number of people affected", "People", |breach| {
            Some(
                band(breach)
                    .map_or((99, "Unknown".to_owned()), |band| (band as usize, band.name().to_owned())),
            )
        }));
    if scope.breaches().any(|(_, breach)| breach.notified.is_some()) {
        let title = "Breaches notified to the regulator, by the time from the first sign to the notification";
        section = section.with(by(scope, "breaches_by_time_to_report", title, "Time", |breach| {
            breach.notified?;
            Some(
                time_to_report(breach)
                    .map_or((99, "Unknown".to_owned()), |time| (time as usize, time.name().to_owned())),
            )
        }));
    }
    if scope.breaches().any(|(_, breach)| people(breach).is_some()) {
        section = section.with(of_people(scope));
    }
    let outcomes = of_the_regulator(scope);
    if !outcomes.rows.is_empty() {
        section = section.with(outcomes);
    }
    section.with(by_month(scope)).with(Chart {
        kind: ChartKind::StackedBars,
        title: "Breaches by month".to_owned(),
        table: "breaches_by_month",
        alternative: "The breaches of each month of the period, cyber and other ones on one another. The figures stand in the \
                      table."
            .to_owned(),
    })
}

fn columns(first: (&'static str, &'static str)) -> Vec<Column> {
    vec![
        Column::new(first.0, first.1),
        Column::new("breaches", "Breaches"),
        Column::new("notified", "Notified to the regulator"),
        Column::new("in_time", "Of these within 72 hours"),
    ]
}

fn row(name: &str, these: &[(At, &Breach)]) -> Row {
    let count = |wanted: &dyn Fn(&Breach) -> bool| {
        Cell::count(these.iter().filter(|(_, breach)| wanted(breach)).count())
    };
    Row::new([
        Cell::from(name),
        Cell::count(these.len()),
        count(&|breach| breach.notified.is_some()),
        count(&is_in_time),
    ])
    .evidence(these.iter().map(|(aware, _)| aware.seq))
}

/// A row for each kind that there was, in the order of the list, and the sum. What has no kind is not counted.
fn by(
    scope: &Scope<'_>,
    name: &'static str,
    title: &str,
    first: &'static str,
    kind: impl Fn(&Breach) -> Option<(usize, String)>,
) -> Table {
    let mut of: BTreeMap<(usize, String), Vec<(At, &Breach)>> = BTreeMap::new();
    let mut all = Vec::new();
    for (aware, breach) in scope.breaches() {
        if let Some(kind) = kind(breach) {
            of.entry(kind).or_default().push((aware, breach));
            all.push((aware, breach));
        }
    }
    let mut rows: Vec<Row> = of.iter().map(|((_, name), these)| row(name, these)).collect();
    rows.push(row("All", &all));
    Table { name, title: title.to_owned(), columns: columns(("kind", first)), rows, totals: true }
}

fn by_severity(scope: &Scope<'_>) -> Table {
    let all: Vec<(At, &Breach)> = scope.breaches().collect();
    let row = |name: &str, wanted: &dyn Fn(&Breach) -> bool| {
        let these: Vec<&(At, &Breach)> = all.iter().filter(|(_, breach)| wanted(breach)).collect();
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
            Column::new("open", "Neither notified nor decided so"),
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

/// A number goes before a band.
fn band(breach: &Breach) -> Option<Subjects> {
    let number = breach.described.people.and_then(Subjects::of);
    number.or_else(|| breach.people_band.and_then(PeopleBand::subjects))
}

/// From the first sign. Where the entry itself names a band, there were no instants that it could be worked out of.
fn time_to_report(breach: &Breach) -> Option<TimeToReport> {
    let notice = breach.notified?;
    let seen = breach.suspected.or(breach.aware)?;
    let band = notice.band.and_then(ReportBand::time_to_report);
    band.or_else(|| TimeToReport::between(seen.time, notice.at.time))
}

/// Whether people at high risk were told.
fn of_people(scope: &Scope<'_>) -> Table {
    let row = |name: &str, wanted: Option<People>| {
        let is_wanted =
            |breach: &Breach| people(breach).is_some_and(|found| wanted.is_none_or(|it| it == found));
        let these: Vec<(At, &Breach)> = scope.breaches().filter(|(_, breach)| is_wanted(breach)).collect();
        let told = these.iter().flat_map(|(_, breach)| &breach.people_told).map(|(people, _)| *people);
        let told = told.fold(0, u64::saturating_add);
        Row::new([
            Cell::from(name),
            Cell::count(these.len()),
            Cell::from(i64::try_from(told).unwrap_or(i64::MAX)),
        ])
        .evidence(these.iter().map(|(aware, _)| aware.seq))
    };
    Table {
        name: "breaches_high_risk",
        title: "Breaches of high risk to people (UK GDPR, Article 34)".to_owned(),
        columns: vec![
            Column::new("people", "People affected"),
            Column::new("breaches", "Breaches"),
            Column::new("told", "People told"),
        ],
        rows: vec![
            row("Told", Some(People::Told)),
            row("Not told, as an exception applies", Some(People::Exempt)),
            row("Not told", Some(People::NotTold)),
            row("All", None),
        ],
        totals: true,
    }
}

/// What the regulator decided in the period, whenever the breach was.
fn of_the_regulator(scope: &Scope<'_>) -> Table {
    let decided: Vec<(RegulatorsDecision, u64)> = scope
        .cases
        .iter()
        .flat_map(|(_, breach)| &breach.outcomes)
        .filter(|(_, at)| scope.period.holds(at.day))
        .map(|(decision, at)| (*decision, at.seq))
        .collect();
    let row = |name: &str, wanted: Option<RegulatorsDecision>| {
        let these = decided.iter().filter(|(decision, _)| wanted.is_none_or(|it| it == *decision));
        let seqs: Vec<u64> = these.map(|(_, seq)| *seq).collect();
        (!seqs.is_empty()).then(|| Row::new([Cell::from(name), Cell::count(seqs.len())]).evidence(seqs))
    };
    let mut rows: Vec<Row> =
        RegulatorsDecision::ALL.iter().filter_map(|it| row(it.name(), Some(*it))).collect();
    rows.extend(row("All", None));
    Table {
        name: "breaches_regulator_outcomes",
        title: "What the regulator decided in the period".to_owned(),
        columns: vec![Column::new("decision", "Decision"), Column::new("decisions", "Decisions")],
        rows,
        totals: true,
    }
}

fn by_month(scope: &Scope<'_>) -> Table {
    let all: Vec<(At, &Breach)> = scope.breaches().collect();
    let row = |name: &str, these: &[&(At, &Breach)]| {
        let cyber = these.iter().filter(|(_, breach)| breach.described.is_cyber()).count();
        Row::new([Cell::from(name), Cell::count(cyber), Cell::count(these.len() - cyber)])
            .evidence(these.iter().map(|(aware, _)| aware.seq))
    };
    let mut rows: Vec<Row> = Vec::new();
    for month in months(scope) {
        let next = month.plus_months(1);
        let these: Vec<_> = all.iter().filter(|(aware, _)| month <= aware.day && aware.day < next).collect();
        rows.push(row(&format!("{}-{:02}", month.year(), month.month()), &these));
    }
    rows.push(row("All", &all.iter().collect::<Vec<_>>()));
    Table {
        name: "breaches_by_month",
        title: "Breaches by the month in which the organisation became aware".to_owned(),
        columns: vec![
            Column::new("month", "Month"),
            Column::new("cyber", "Cyber"),
            Column::new("other", "Other"),
        ],
        rows,
        totals: true,
    }
}
