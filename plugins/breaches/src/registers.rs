//! The register of breaches whose 72 hours run.

use muniment_sdk::{Cell, Column, Instant, Register, Row};

use crate::case::{Breach, Clock};
use crate::{Breaches, Settings};

/// Its columns.
pub(crate) const UNDER_THE_CLOCK: Register = Register {
    name: "under-the-clock",
    title: "Breaches under the clock",
    description: "Breaches, and incidents that may be some, of which the regulator may still have to be told, the first \
                  due first.",
    columns: &[
        Column::new("case", "Case"),
        Column::new("since", "Since"),
        Column::new("provisional", "Provisional"),
        Column::new("due", "Due"),
        Column::new("hours_left", "Hours left"),
        Column::new("unit", "Unit"),
        Column::new("decision", "Decision"),
        Column::new("closed", "Closed"),
    ],
};

/// Its rows.
pub(crate) fn under_the_clock(
    plugin: &Breaches,
    settings: &Settings,
    as_at: Instant,
) -> impl Iterator<Item = Row> + use<> {
    let running = |(case, breach): (&str, Breach)| {
        let clock = breach.running()?;
        Some((clock.due(), row(case, &breach, clock, as_at)))
    };
    let mut rows: Vec<(Instant, Row)> = plugin.cases.cases(settings).filter_map(running).collect();
    rows.sort_by_key(|(due, _)| *due);
    rows.into_iter().map(|(_, row)| row)
}

fn row(case: &str, breach: &Breach, clock: Clock, as_at: Instant) -> Row {
    let seqs = [
        breach.suspected.map(|at| at.seq),
        breach.aware.map(|at| at.seq),
        breach.decided.map(|decision| decision.at.seq),
    ];
    Row::new([
        Cell::from(case),
        Cell::from(clock.from.time),
        Cell::from(clock.is_provisional),
        Cell::from(clock.due()),
        Cell::from(clock.due().hours_since(as_at)),
        Cell::from(breach.unit.as_deref()),
        // Where it was decided otherwise, it does not stand here.
        Cell::from(if breach.decided.is_some() { "reportable" } else { "none" }),
        Cell::from(breach.closed.is_some()),
    ])
    .subject(case)
    .unit(breach.unit.as_deref())
    .evidence(seqs.into_iter().flatten())
}
