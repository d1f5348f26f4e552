//! What is counted: cyber incidents, tests of controls, fax machines and callers.

use muniment_sdk::{Cell, Column, Metric, Row, Section, Table};

use super::{Scope, in_order};
use crate::control::{Effect, Kind};
use crate::cyber::{Came, Type};

/// Near misses stand apart: nothing was compromised.
pub(super) fn of_cyber_incidents(section: Section, scope: &Scope<'_>) -> Section {
    let known = |(_, incident): (&str, crate::cyber::Incident)| {
        let at = incident.first.filter(|at| scope.period.holds(at.day) && incident.is_cyber())?;
        Some((incident.counted_as(), incident.came()?, at.seq))
    };
    let cases = scope.plugin.incidents.cases_at(scope.settings, scope.status_at);
    let all: Vec<(Type, Came, u64)> = cases.filter_map(known).collect();
    let seqs = |wanted: &dyn Fn(Came) -> bool| -> Vec<u64> {
        all.iter().filter(|(_, came, _)| wanted(*came)).map(|(_, _, seq)| *seq).collect()
    };
    let incidents = seqs(&|came| came != Came::NearMiss);
    let count = incidents.len();
    let section = section
        .heading("Cyber incidents")
        .with(Metric::counted("cyber_incidents", "Cyber incidents", incidents).definition(
            "Incidents that became known in the period in which somebody outside meant harm by technical means, as an entry \
             says, or else by their type. Near misses and what turned out to be nothing are not among them.",
        ))
        .with(
            Metric::counted("cyber_breaches", "Of these breaches of personal data", seqs(&|came| came == Came::Breach))
                .of(count)
                .definition("Of the cyber incidents of the period, those that are breaches of personal data. They count by the day on \
                     which the incident became known; the section about breaches counts by the day of awareness."),
        );
    if all.is_empty() {
        return section.paragraph("No cyber incident became known in the period.");
    }
    let row = |name: &str, wanted: Option<Type>| {
        let these: Vec<_> = all.iter().filter(|(kind, ..)| wanted.is_none_or(|it| it == *kind)).collect();
        let count = |wanted: Came| Cell::count(these.iter().filter(|(_, came, _)| *came == wanted).count());
        let cells = [Cell::from(name), count(Came::Breach), count(Came::Other), count(Came::NearMiss)];
        (!these.is_empty()).then(|| Row::new(cells).evidence(these.iter().map(|(_, _, seq)| *seq)))
    };
    let mut rows: Vec<Row> = Type::ALL.iter().filter_map(|kind| row(kind.name(), Some(*kind))).collect();
    rows.extend(row("All", None));
    section.with(Table {
        name: "cyber_by_type",
        title: "Cyber incidents by type".to_owned(),
        columns: vec![
            Column::new("type", "Type"),
            Column::new("breaches", "Breaches of personal data"),
            Column::new("others", "Other incidents"),
            Column::new("near_misses", "Near misses"),
        ],
        rows,
        totals: true,
    })
}

pub(super) fn of_controls(section: Section, scope: &Scope<'_>) -> Section {
    let mut all: Vec<(Kind, Effect, u64)> = Vec::new();
    for (_, control) in scope.plugin.controls.cases_at(scope.settings, scope.status_at) {
        let tests = control.tests.iter().filter(|(_, at)| scope.period.holds(at.day));
        all.extend(tests.map(|(test, at)| (test.kind, test.result, at.seq)));
    }
    let section = section.heading("Tests of controls");
    if all.is_empty() {
        return section.paragraph("No test of a control was recorded in the period.");
    }
    let row = |name: &str, wanted: Option<Kind>| {
        let these: Vec<_> = all.iter().filter(|(kind, ..)| wanted.is_none_or(|it| it == *kind)).collect();
        let count =
            |wanted: Effect| Cell::count(these.iter().filter(|(_, result, _)| *result == wanted).count());
        let cells = [
            Cell::from(name),
            Cell::count(these.len()),
            count(Effect::Effective),
            count(Effect::PartlyEffective),
            count(Effect::Ineffective),
        ];
        (!these.is_empty()).then(|| Row::new(cells).evidence(these.iter().map(|(_, _, seq)| *seq)))
    };
    let mut rows: Vec<Row> = Kind::ALL.iter().filter_map(|kind| row(kind.name(), Some(*kind))).collect();
    rows.extend(row("All", None));
    section.with(Table {
        name: "controls_tested",
        title: "Tests of controls in the period, by kind of control".to_owned(),
        columns: vec![
            Column::new("kind", "Kind"),
            Column::new("tests", "Tests"),
            Column::new("effective", "Effective"),
            Column::new("partly", "Partly effective"),
            Column::new("ineffective", "Ineffective"),
        ],
        rows,
        totals: true,
    })
}

pub(super) fn of_channels(section: Section, scope: &Scope<'_>) -> Section {
    let Scope { plugin, settings, period, status_at } = *scope;
    let is_in_time = |due: Option<muniment_sdk::Day>| due.is_some_and(|due| status_at <= due.end());
    let (mut faxes, mut astray) = (Vec::new(), Vec::new());
    for (_, fax) in plugin.faxes.cases_at(settings, status_at) {
        astray.extend(fax.misdirected.iter().filter(|at| period.holds(at.day)).map(|at| at.seq));
        let shown = fax.justified.map(|(at, _)| at).or(fax.misdirected.first().copied());
        if let Some(at) = shown.filter(|_| fax.is_in_use()) {
            faxes.push((is_in_time(fax.due(settings)), at.seq));
        }
    }
    let (mut teams, mut failed, mut given_out) = (Vec::new(), Vec::new(), Vec::new());
    for (_, team) in plugin.teams.cases_at(settings, status_at) {
        let calls = team.failed.iter().filter(|(at, _)| period.holds(at.day));
        for (at, was_given) in calls {
            failed.push(at.seq);
            given_out.extend(was_given.then_some(at.seq));
        }
        let shown = team.briefings.last().map(|(at, _)| at).or(team.failed.first().map(|(at, _)| at));
        if let Some(at) = shown.filter(|_| team.name.is_some()) {
            teams.push((is_in_time(team.due(settings)), at.seq));
        }
    }
    let count = failed.len();
    section
        .heading("Fax and callers")
        .with(in_order(
            "faxes_justified",
            "Fax machines with a reason that holds",
            &faxes,
            "Of the fax machines known to be in use on the day of the figures, those with a reason that still holds.",
        ))
        .with(
            Metric::counted("faxes_misdirected", "Faxes that went astray", astray)
                .definition("Faxes recorded in the period as having gone where they should not."),
        )
        .with(in_order(
            "teams_briefed",
            "Teams briefed on callers",
            &teams,
            "Of the teams that were ever briefed on callers or did not believe one, those whose briefing is not overdue on the \
             day of the figures.",
        ))
        .with(
            Metric::counted("callers_not_believed", "Callers not believed", failed)
                .definition("Calls recorded in the period in which the caller did not pass the check."),
        )
        .with(
            Metric::counted("callers_told_all_the_same", "Of these, told something all the same", given_out)
                .of(count)
                .definition("Of the callers who did not pass the check, those to whom something was said all the same."),
        )
}
