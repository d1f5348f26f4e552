//! The register of open reviews.

use muniment_sdk::{CaseFold, Cell, Column, Day, Instant, Register, Row};

use super::{Review, Reviews};
use crate::Settings;
use crate::registers::{light, regime};

/// Its columns.
pub(crate) const REVIEWS: Register = Register {
    name: "reviews",
    title: "Open internal reviews",
    description: "Reviews and reconsiderations that wait for a decision, the first due first.",
    feeds: &["review.*"],
    columns: &[
        Column::new("case", "Case"),
        Column::new("regime", "Regime"),
        Column::new("asked", "Asked for"),
        Column::new("due", "Due"),
        Column::new("working_days_left", "Working days left"),
        Column::new("unit", "Unit"),
        Column::new("status", "Status"),
        Column::RAG,
        Column::CORRECTED,
    ],
};

/// Its rows: those for which no rule gives a time come last.
pub(crate) fn open(
    cases: &CaseFold<Reviews>,
    settings: &Settings,
    as_at: Instant,
) -> impl Iterator<Item = Row> + use<> {
    let today = Day::in_london(as_at);
    let is_listed = |(_, reviews): &(&str, Reviews)| reviews.last().is_open();
    let mut rows: Vec<((bool, Option<Day>), Row)> = cases
        .cases(settings)
        .filter(is_listed)
        .map(|(case, reviews)| {
            let due = reviews.last().due();
            let mut row = row(case, reviews.last(), today);
            row.cells.push(Cell::from(cases.corrected(case)));
            ((due.is_none(), due), row)
        })
        .collect();
    rows.sort_by_key(|(due, _)| *due);
    rows.into_iter().map(|(_, row)| row)
}

fn row(case: &str, review: &Review, today: Day) -> Row {
    let due = review.due();
    let left = due.map(|due| review.clock.calendar().working_days_between(today, due));
    let seqs = [Some(review.asked), review.extension.map(|(_, notice)| notice)];
    Row::new([
        Cell::from(case),
        Cell::from(regime(review.regime)),
        Cell::from(review.asked.day),
        Cell::from(due),
        Cell::from(left),
        Cell::from(review.unit.as_deref()),
        Cell::from(status(review, due, today)),
        Cell::from(left.map(light)),
    ])
    .subject(case)
    .unit(review.unit.as_deref())
    .evidence(seqs.into_iter().flatten().map(|on| on.seq))
}

fn status(review: &Review, due: Option<Day>, today: Day) -> &'static str {
    match due {
        Some(due) if due < today => "overdue",
        _ if review.extension.is_some() => "extended",
        _ if review.complex => "complex",
        _ => "in hand",
    }
}
