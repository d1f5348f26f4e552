//! Actions of the period: open at first and raised, less those done, are those open at the end.

use std::collections::BTreeMap;

use muniment_sdk::{Cell, Column, Day, Row, Section, Table};

use super::Scope;
use crate::action::Action;
use crate::case::At;

#[derive(Default)]
struct Counted {
    opening: usize,
    raised: usize,
    done: usize,
    in_time: usize,
    closing: usize,
    overdue: usize,
    evidence: Vec<u64>,
}

impl Counted {
    fn add(&mut self, action: &Action, raised: At, scope: &Scope<'_>) {
        let period = scope.period;
        // What was never raised in order is taken to have been raised when it was done.
        let raised_on = action.done.map_or(raised.day, |done| raised.day.min(done.day));
        let done_by = |day: Day| action.done.is_some_and(|done| done.day <= day);
        let done_in = action.done.filter(|done| period.holds(done.day));
        let due = action.due(scope.settings);
        let opening = raised_on < period.from && !done_by(period.from.plus(-1));
        let closing = raised_on <= period.to && !done_by(period.to);
        self.opening += usize::from(opening);
        self.raised += usize::from(period.holds(raised_on));
        self.done += usize::from(done_in.is_some());
        self.in_time += usize::from(done_in.zip(due).is_some_and(|(done, due)| done.day <= due));
        self.closing += usize::from(closing);
        self.overdue += usize::from(closing && due.is_some_and(|due| due < period.to));
        if opening || period.holds(raised_on) {
            self.evidence.push(raised.seq);
        }
    }

    fn row(&self, name: &str) -> Row {
        let cells = [self.opening, self.raised, self.done, self.in_time, self.closing, self.overdue];
        let mut all = vec![Cell::from(name)];
        all.extend(cells.map(Cell::count));
        Row::new(all).evidence(self.evidence.iter().copied())
    }
}

pub(super) fn of_the_period(section: Section, scope: &Scope<'_>) -> Section {
    let mut by_unit: BTreeMap<(bool, &str), Counted> = BTreeMap::new();
    let mut all = Counted::default();
    for (_, breach) in &scope.cases {
        for action in &breach.actions {
            let Some(raised) = action.raised else { continue };
            if raised.day > scope.period.to || action.done.is_some_and(|done| done.day < scope.period.from) {
                continue;
            }
            let unit = breach.of.unit.as_deref().map_or((true, "Not recorded"), |unit| (false, unit));
            by_unit.entry(unit).or_default().add(action, raised, scope);
            all.add(action, raised, scope);
        }
    }
    if all.evidence.is_empty() {
        return section.paragraph("No action after a breach was open or raised in the period.");
    }
    let mut rows: Vec<Row> = by_unit.iter().map(|((_, unit), counted)| counted.row(unit)).collect();
    rows.push(all.row("All"));
    section.with(Table {
        name: "breach_actions",
        title: "Actions after breaches: open at first, raised, done, and open at the end".to_owned(),
        columns: vec![
            Column::new("unit", "Directorate"),
            Column::new("opening", "Open at the beginning"),
            Column::new("plus_raised", "Raised"),
            Column::new("minus_done", "Done"),
            Column::new("in_time", "Of these in time"),
            Column::new("closing", "Open at the end"),
            Column::new("overdue", "Of these overdue"),
        ],
        rows,
        totals: true,
    })
}
