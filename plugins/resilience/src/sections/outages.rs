//! Outages that began in the period.

use muniment_sdk::{Cell, Column, Day, Finding, Instant, Metric, Row, Section, Table};

use super::Scope;
use crate::outage::{Cause, Outage};

/// An outage and what is known of how long it might last.
struct Known {
    outage: Outage,
    due: Option<Instant>,
    is_beyond: bool,
    hours: i64,
}

pub(super) fn of_the_period(section: Section, scope: &Scope<'_>) -> Section {
    let Scope { plugin, settings, period, status_at } = *scope;
    let all: Vec<Known> = plugin
        .outages
        .cases_at(settings, status_at)
        .filter(|(_, outage)| period.holds(Day::in_london(outage.started)))
        .map(|(_, outage)| {
            let due = outage.due(plugin.too_long.by_plan(&outage.service).map(|(hours, _)| hours));
            let is_beyond = due.is_some_and(|due| outage.is_beyond(due, status_at));
            let ended = outage.ended.map_or(status_at, |(ended, _)| ended.min(status_at));
            let hours = ended.hours_since(outage.started).max(0);
            Known { outage, due, is_beyond, hours }
        })
        .collect();
    let section = section.heading("Outages");
    if all.is_empty() {
        return section.paragraph("No outage that began in the period was recorded.");
    }
    let seqs = |wanted: &dyn Fn(&Known) -> bool| -> Vec<u64> {
        all.iter().filter(|known| wanted(known)).map(|known| known.outage.first.seq).collect()
    };
    let unplanned = seqs(&|known| !known.outage.planned);
    let judged = seqs(&|known| known.due.is_some() && !known.outage.is_nonsense()).len();
    let section = section
        .with(Metric::counted("outages", "Outages not announced", unplanned).definition(
            "Outages that began in the period and were not announced before. The table counts those that were announced too.",
        ))
        .with(Metric::counted("outages_beyond", "Beyond the recovery time", seqs(&|known| known.is_beyond)).of(judged).definition(
            "Of the outages of the period for which a recovery time is known, by the entry or by the plan that covers the \
             service, those that lasted longer, or do so on the day of the figures.",
        ))
        .with(by_cause(&all));
    let unknown = seqs(&|known| known.due.is_none() && !known.outage.planned);
    let nonsense = seqs(&|known| known.outage.is_nonsense());
    let found = [
        (
            unknown,
            "outages of the period have no recovery time, neither their own nor that of a plan: whether they were too long cannot be said.",
        ),
        (
            nonsense,
            "outages are recorded to have ended before they began: how long they were cannot be said.",
        ),
    ];
    found.into_iter().filter(|(evidence, _)| !evidence.is_empty()).fold(
        section,
        |section, (evidence, text)| {
            let text = format!("{} {text}", evidence.len());
            section.with(Finding { text, clauses: vec!["leicester L8.1.c".to_owned()], evidence })
        },
    )
}

fn by_cause(all: &[Known]) -> Table {
    let row = |name: &str, wanted: Option<Cause>| {
        let these: Vec<&Known> =
            all.iter().filter(|known| wanted.is_none_or(|it| it == known.outage.cause)).collect();
        let cells = [
            Cell::from(name),
            Cell::count(these.len()),
            Cell::count(these.iter().filter(|known| known.outage.planned).count()),
            Cell::Number(these.iter().map(|known| known.hours).sum()),
            Cell::count(these.iter().filter(|known| known.is_beyond).count()),
        ];
        (!these.is_empty())
            .then(|| Row::new(cells).evidence(these.iter().map(|known| known.outage.first.seq)))
    };
    let mut rows: Vec<Row> = Cause::ALL.iter().filter_map(|cause| row(cause.name(), Some(*cause))).collect();
    rows.extend(row("All", None));
    Table {
        name: "outages_by_cause",
        title: "Outages that began in the period, by cause".to_owned(),
        columns: vec![
            Column::new("cause", "Cause"),
            Column::new("outages", "Outages, announced or not"),
            Column::new("planned", "Of these announced before"),
            Column::new("hours", "Whole hours away"),
            Column::new("beyond", "Beyond the recovery time"),
        ],
        rows,
        totals: true,
    }
}
