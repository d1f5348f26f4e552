//! The register of visitors on site.

use muniment_sdk::{CaseFold, Cell, Column, Day, Instant, Light, Register, Row};

use crate::Settings;
use crate::on::On;
use crate::visit::{Purpose, Seen, Visit};

/// Visitors of the day.
pub(crate) const ON_SITE: Register = Register {
    name: "visitors",
    title: "Visitors on site",
    description: "Visits that were recorded on the day, where each visitor was last, the longest there first. When a visitor \
                  left is not recorded: a visit counts until the day is over.",
    feeds: &["visitor.*"],
    columns: &[
        Column::new("visit", "Visit"),
        Column::new("since", "Recorded first"),
        Column::new("area", "Area"),
        Column::new("escorted", "Escorted"),
        Column::new("purpose", "Purpose"),
        Column::RAG,
        Column::UNIT,
        Column::STATUS,
        Column::CORRECTED,
    ],
};

/// Its rows.
pub(crate) fn on_site(visits: &CaseFold<Visit>, settings: &Settings, as_at: Instant) -> Vec<Row> {
    let today = Day::in_london(as_at);
    let of_today = visits.cases(settings).filter_map(|(number, visit)| {
        let mut seen = visit.seen.iter().filter(|(on, _)| on.day == today && on.time <= as_at);
        let first = seen.next()?;
        let last = seen.next_back().unwrap_or(first);
        Some((first.0.time, row(number, first.0, &last.1, last.0, visits.corrected(number))))
    });
    let mut rows: Vec<(Instant, Row)> = of_today.collect();
    rows.sort_by_key(|(since, _)| *since);
    rows.into_iter().map(|(_, row)| row).collect()
}

fn row(number: &str, first: On, seen: &Seen, last: On, corrected: Option<String>) -> Row {
    let (light, status) = match seen.escorted {
        Some(true) => (Light::Green, "escorted"),
        Some(false) if seen.area.holds_records() => (Light::Red, "alone with records"),
        Some(false) => (Light::Amber, "not escorted"),
        None => (Light::Amber, "escort not recorded"),
    };
    let mut seqs = vec![first.seq, last.seq];
    seqs.dedup();
    Row::new([
        Cell::from(number),
        Cell::from(first.time),
        Cell::from(seen.area.name()),
        Cell::from(seen.escorted),
        Cell::from(seen.purpose.map(Purpose::name)),
        Cell::from(light),
        Cell::from(seen.unit.as_deref()),
        Cell::from(status),
        Cell::from(corrected),
    ])
    .subject(number)
    .unit(seen.unit.as_deref())
    .evidence(seqs)
}
