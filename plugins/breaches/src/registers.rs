//! What staff look at: breaches whose 72 hours run, actions that are due, and all that is open.

use muniment_sdk::{Cell, Column, Day, Instant, Light, Register, Row};

use crate::case::{Breach, Clock};
use crate::{Breaches, FEEDS, Settings, action};

mod incidents;

pub(crate) use incidents::{INCIDENTS, incidents};

/// So many hours before the 72 are over it is amber.
const AMBER_HOURS: i64 = 24;
/// So many days before a day it is amber.
const AMBER_DAYS: i64 = 5;

/// Breaches of which the regulator may still have to be told.
pub(crate) const UNDER_THE_CLOCK: Register = Register {
    name: "under-the-clock",
    title: "Breaches under the clock",
    description: "Breaches, and incidents that may be some, of which the regulator may still have to be told, the first \
                  due first.",
    feeds: FEEDS,
    columns: &[
        Column::new("case", "Case"),
        Column::new("since", "Since"),
        Column::new("provisional", "Provisional"),
        Column::DUE,
        Column::new("hours_left", "Hours left"),
        Column::new("unit", "Unit"),
        Column::new("decision", "Decision"),
        Column::new("closed", "Closed"),
        Column::STATUS,
        Column::RAG,
        Column::OWNER,
        Column::CORRECTED,
    ],
};

/// Its rows.
pub(crate) fn under_the_clock<'p>(
    plugin: &'p Breaches,
    settings: &'p Settings,
    as_at: Instant,
) -> impl Iterator<Item = Row> + 'p {
    let running = |(case, breach): (&str, Breach)| {
        let clock = breach.running()?;
        let corrected = plugin.cases.corrected(case);
        Some((clock.due(), clock_row(case, &breach, clock, settings, as_at, corrected)))
    };
    let mut rows: Vec<(Instant, Row)> = plugin.cases.cases(settings).filter_map(running).collect();
    rows.sort_by_key(|(due, _)| *due);
    rows.into_iter().map(|(_, row)| row)
}

fn clock_row(
    case: &str,
    breach: &Breach,
    clock: Clock,
    settings: &Settings,
    as_at: Instant,
    corrected: Option<String>,
) -> Row {
    let seqs = [
        breach.suspected.map(|at| at.seq),
        breach.aware.map(|at| at.seq),
        breach.decided.map(|decision| decision.at.seq),
    ];
    let hours_left = clock.due().hours_since(as_at);
    let status = match () {
        () if clock.due() < as_at => "overdue",
        () if breach.decided.is_some() => "to be notified",
        () if clock.is_provisional => "awareness to be decided",
        () => "reportability to be decided",
    };
    let is_late = as_at >= clock.from.time.plus_hours(i64::from(settings.siro_from_hours));
    Row::new([
        Cell::from(case),
        Cell::from(clock.from.time),
        Cell::from(clock.is_provisional),
        Cell::from(clock.due()),
        Cell::from(hours_left),
        Cell::from(breach.of.unit.as_deref()),
        // Where it was decided otherwise, it does not stand here.
        Cell::from(if breach.decided.is_some() { "reportable" } else { "none" }),
        Cell::from(breach.closed.is_some()),
        Cell::from(status),
        Cell::from(Light::of(hours_left, AMBER_HOURS)),
        Cell::from(if is_late { "role/siro" } else { "role/data-protection-officer" }),
        Cell::from(corrected),
    ])
    .subject(case)
    .unit(breach.of.unit.as_deref())
    .evidence(seqs.into_iter().flatten())
}

/// Actions that are not done.
pub(crate) const ACTIONS: Register = Register {
    name: "actions",
    title: "Actions after breaches",
    description: "What is to be changed after a breach and is not yet, the first due first. Those of closed cases stand here \
                  too.",
    feeds: FEEDS,
    columns: &[
        Column::new("case", "Case"),
        Column::new("action", "Action"),
        Column::new("raised", "Raised"),
        Column::DUE,
        Column::new("days_left", "Days left"),
        Column::STATUS,
        Column::RAG,
        Column::OWNER,
        Column::UNIT,
        Column::CORRECTED,
    ],
};

/// Its rows.
pub(crate) fn actions<'p>(
    plugin: &'p Breaches,
    settings: &'p Settings,
    as_at: Instant,
) -> impl Iterator<Item = Row> + 'p {
    let today = Day::in_london(as_at);
    let mut rows: Vec<(Day, Row)> = Vec::new();
    for (case, breach) in plugin.cases.cases(settings).filter(|(_, breach)| !breach.actions.is_empty()) {
        let corrected = plugin.cases.corrected(case);
        for (_, open) in action::open(&breach.actions, settings) {
            let Some(due) = open.due(settings) else { continue };
            let days_left = i64::from(due.since(today));
            let status = match () {
                () if days_left < 0 => "overdue",
                () if breach.end().is_some() => "case closed",
                () => "to be done",
            };
            let row = Row::new([
                Cell::from(case),
                Cell::from(open.name.as_str()),
                Cell::from(open.raised.map(|at| at.day)),
                Cell::from(due),
                Cell::from(days_left),
                Cell::from(status),
                Cell::from(Light::of(days_left, AMBER_DAYS)),
                Cell::from(open.owner.as_deref()),
                Cell::from(breach.of.unit.as_deref()),
                Cell::from(corrected.clone()),
            ]);
            let seqs = open.raised.map(|at| at.seq);
            rows.push((due, row.subject(case).unit(breach.of.unit.as_deref()).evidence(seqs)));
        }
    }
    rows.sort_by_key(|(due, _)| *due);
    rows.into_iter().map(|(_, row)| row)
}
