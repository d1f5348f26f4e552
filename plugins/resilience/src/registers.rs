//! What staff look at: papers, tests, outages, and fax machines and callers, each the first due first.

use muniment_sdk::{Cell, Column, Day, Instant, Light, Register, Row};

use crate::plan::{Plan, Shown, What};
use crate::{Resilience, Settings};

/// So many days before a day it is amber.
const AMBER_DAYS: i64 = 30;
/// So many hours before a service has to be back it is amber.
const AMBER_HOURS: i64 = 2;

/// Critical functions.
pub(crate) const FUNCTIONS: Register = Register {
    name: "functions",
    title: "Critical functions",
    description: "Critical functions and by when their papers are to be looked at again.",
    feeds: &["function.*"],
    columns: &[
        Column::new("function", "Function"),
        Column::new("documented", "Documented"),
        Column::new("current", "Last found current"),
        Column::new("deputies", "Deputies"),
        Column::DUE,
        Column::new("days_left", "Days left"),
        Column::STATUS,
        Column::RAG,
        Column::OWNER,
        Column::UNIT,
        Column::CORRECTED,
    ],
};

/// What is to be tested.
pub(crate) const TESTS: Register = Register {
    name: "tests",
    title: "Tests of plans, recovery, backups and controls",
    description: "What is to be tested again, and what its last test showed.",
    feeds: &["bcp.*", "dr.*", "backup.*", "control.*"],
    columns: &[
        Column::new("subject", "Plan, system or control"),
        Column::new("what", "Tested"),
        Column::new("last", "Last tested"),
        Column::new("result", "Result"),
        Column::DUE,
        Column::new("days_left", "Days left"),
        Column::STATUS,
        Column::RAG,
        Column::OWNER,
        Column::UNIT,
        Column::CORRECTED,
    ],
};

/// Outages.
pub(crate) const OUTAGES: Register = Register {
    name: "outages",
    title: "Outages that are not over",
    description: "Services and systems that do not work, and by when they have to.",
    feeds: &["service.*", "bcp.*"],
    columns: &[
        Column::new("outage", "Outage"),
        Column::new("service", "Service"),
        Column::new("cause", "Cause"),
        Column::new("since", "Since"),
        Column::DUE,
        Column::new("hours_left", "Hours left"),
        Column::STATUS,
        Column::RAG,
        Column::OWNER,
        Column::UNIT,
        Column::CORRECTED,
    ],
};

/// Fax machines and teams.
pub(crate) const CHANNELS: Register = Register {
    name: "channels",
    title: "Fax machines, and teams that answer calls",
    description: "Fax machines in use and until when there is a reason for each; teams and by when they are to be briefed on \
                  callers.",
    feeds: &["fax.*", "caller.*"],
    columns: &[
        Column::new("subject", "Machine or team"),
        Column::new("kind", "Kind"),
        Column::new("last", "Last justified or briefed"),
        Column::DUE,
        Column::new("days_left", "Days left"),
        Column::STATUS,
        Column::RAG,
        Column::OWNER,
        Column::UNIT,
        Column::CORRECTED,
    ],
};

/// The first due first, what has no day before all, and then by subject.
fn in_order(mut rows: Vec<(Option<Instant>, Row)>) -> Vec<Row> {
    rows.sort_by(|one, other| (one.0, &one.1.subject).cmp(&(other.0, &other.1.subject)));
    rows.into_iter().map(|(_, row)| row).collect()
}

/// How many days are left, what that is called, and its light. What has no day is overdue.
fn judge(due: Option<Day>, as_at: Instant) -> (Option<i64>, &'static str, Light) {
    let left = due.map(|due| i64::from(due.since(Day::in_london(as_at))));
    let light = left.map_or(Light::Red, |left| Light::of(left, AMBER_DAYS));
    let status = match light {
        Light::Red => "overdue",
        Light::Amber => "due soon",
        Light::Green => "in order",
    };
    (left, status, light)
}

pub(crate) fn functions(plugin: &Resilience, settings: &Settings, as_at: Instant) -> Vec<Row> {
    let rows = plugin.functions.cases(settings).map(|(name, function)| {
        let due = function.due(settings).filter(|_| function.out_of_date.is_none());
        let (left, status, light) = judge(due, as_at);
        let seqs = [function.current.map(|(at, _)| at), function.out_of_date];
        let row = Row::new([
            Cell::from(name),
            Cell::from(function.documented.map(|at| at.day)),
            Cell::from(function.current.map(|(at, _)| at.day)),
            Cell::from(function.deputies.and_then(|count| i64::try_from(count).ok())),
            Cell::from(due),
            Cell::from(left),
            Cell::from(if function.out_of_date.is_some() { "out of date" } else { status }),
            Cell::from(light),
            Cell::from(function.owner.as_deref().unwrap_or("role/service-head")),
            Cell::from(function.unit.as_deref()),
            Cell::from(plugin.functions.corrected(name)),
        ]);
        let row = row.subject(name).unit(function.unit.as_deref());
        (due.map(Day::end), row.evidence(seqs.into_iter().flatten().map(|at| at.seq)))
    });
    in_order(rows.collect())
}

pub(crate) fn tests(plugin: &Resilience, settings: &Settings, as_at: Instant) -> Vec<Row> {
    let mut rows = Vec::new();
    for (name, plan) in plugin.plans.cases(settings) {
        let corrected = plugin.plans.corrected(name);
        for what in [What::Plan, What::Restore] {
            if let Some(due) = plan.due(what, settings) {
                rows.push((Some(due.end()), plan_row(name, &plan, what, due, as_at, corrected.clone())));
            }
        }
    }
    for (name, control) in plugin.controls.cases(settings) {
        let Some((test, at)) = control.tests.last() else { continue };
        let Some(due) = test.next_due else { continue };
        let (left, status, light) = judge(Some(due), as_at);
        let row = Row::new([
            Cell::from(name),
            Cell::from("Control"),
            Cell::from(at.day),
            Cell::from(match test.result {
                crate::control::Effect::Effective => "effective",
                crate::control::Effect::PartlyEffective => "partly effective",
                crate::control::Effect::Ineffective => "ineffective",
            }),
            Cell::from(due),
            Cell::from(left),
            Cell::from(status),
            Cell::from(light),
            Cell::from("role/service-head"),
            Cell::from(control.unit.as_deref()),
            Cell::from(plugin.controls.corrected(name)),
        ]);
        rows.push((Some(due.end()), row.subject(name).unit(control.unit.as_deref()).evidence([at.seq])));
    }
    in_order(rows)
}

fn plan_row(name: &str, plan: &Plan, what: What, due: Day, as_at: Instant, corrected: Option<String>) -> Row {
    let last = plan.last(what);
    let (left, status, light) = judge(Some(due), as_at);
    let has_failed = last.is_some_and(|test| test.result == Shown::Failed);
    let (status, light) = if has_failed { ("last test failed", Light::Red) } else { (status, light) };
    let seqs = [last.map(|test| test.at.seq), plan.published.map(|at| at.seq)];
    Row::new([
        Cell::from(name),
        Cell::from(last.map_or(what, |test| test.what).name()),
        Cell::from(last.map(|test| test.at.day)),
        Cell::from(last.map(|test| match test.result {
            Shown::Passed => "passed",
            Shown::PassedWithActions => "passed with actions",
            Shown::Failed => "failed",
        })),
        Cell::from(due),
        Cell::from(left),
        Cell::from(status),
        Cell::from(light),
        Cell::from(plan.owner.as_deref().unwrap_or("role/service-head")),
        Cell::from(plan.unit.as_deref()),
        Cell::from(corrected),
    ])
    .subject(name)
    .unit(plan.unit.as_deref())
    .evidence(seqs.into_iter().flatten())
}

pub(crate) fn outages(plugin: &Resilience, settings: &Settings, as_at: Instant) -> Vec<Row> {
    let open = plugin.outages.cases(settings).filter(|(_, outage)| !outage.is_over());
    let rows = open.map(|(name, outage)| {
        let by_plan = plugin.too_long.by_plan(&outage.service);
        let due = outage.due(by_plan.map(|(hours, _)| hours));
        let left = due.map(|due| due.hours_since(as_at));
        let light = left.map(|left| Light::of(left, AMBER_HOURS));
        let status = match due {
            _ if outage.planned => "planned",
            None => "recovery time unknown",
            Some(due) if outage.is_beyond(due, as_at) => "beyond recovery time",
            Some(_) => "within recovery time",
        };
        let plan = by_plan.filter(|_| outage.recovery_hours.is_none()).map(|(_, seq)| seq);
        let row = Row::new([
            Cell::from(name),
            Cell::from(outage.service.as_str()),
            Cell::from(outage.cause.name()),
            Cell::from(outage.started),
            Cell::from(due),
            Cell::from(left),
            Cell::from(status),
            Cell::from(light),
            Cell::from("role/service-head"),
            Cell::from(outage.unit.as_deref()),
            Cell::from(plugin.outages.corrected(name)),
        ]);
        let row = row.subject(name).unit(outage.unit.as_deref());
        (due, row.evidence([outage.first.seq].into_iter().chain(plan)))
    });
    in_order(rows.collect())
}

pub(crate) fn channels(plugin: &Resilience, settings: &Settings, as_at: Instant) -> Vec<Row> {
    let mut rows = Vec::new();
    for (name, fax) in plugin.faxes.cases(settings).filter(|(_, fax)| fax.is_in_use()) {
        let due = fax.due(settings);
        let (left, status, light) = judge(due, as_at);
        let row = Row::new([
            Cell::from(name),
            Cell::from("fax machine"),
            Cell::from(fax.justified.map(|(at, _)| at.day)),
            Cell::from(due),
            Cell::from(left),
            Cell::from(if due.is_some() { status } else { "not justified" }),
            Cell::from(light),
            Cell::from(fax.owner.as_deref().unwrap_or("role/line-manager")),
            Cell::from(fax.unit.as_deref()),
            Cell::from(plugin.faxes.corrected(name)),
        ]);
        let seqs = fax.justified.map(|(at, _)| at).into_iter().chain(fax.misdirected.iter().copied());
        let row = row.subject(name).unit(fax.unit.as_deref()).evidence(seqs.map(|at| at.seq));
        rows.push((due.map(Day::end), row));
    }
    for (name, team) in plugin.teams.cases(settings).filter(|(_, team)| team.name.is_some()) {
        let due = team.due(settings);
        let (left, status, light) = judge(due, as_at);
        let row = Row::new([
            Cell::from(name),
            Cell::from("team"),
            Cell::from(team.briefings.last().map(|(at, _)| at.day)),
            Cell::from(due),
            Cell::from(left),
            Cell::from(if due.is_some() { status } else { "never briefed" }),
            Cell::from(light),
            Cell::from("role/line-manager"),
            Cell::from(team.unit.as_deref()),
            Cell::from(plugin.teams.corrected(name)),
        ]);
        let last = team.briefings.last().map(|(at, _)| at.seq);
        let seqs =
            last.into_iter().chain(team.failed.iter().map(|(at, _)| at.seq).filter(|_| last.is_none()));
        rows.push((due.map(Day::end), row.subject(name).unit(team.unit.as_deref()).evidence(seqs)));
    }
    in_order(rows)
}
