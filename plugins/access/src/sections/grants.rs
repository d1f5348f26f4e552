//! Access that was given, changed, confirmed and taken away.

use muniment_sdk::{Cell, Column, Metric, Period, Row, Section, Table};

use super::{Found, finding};
use crate::grant::alarms::confirm_by;
use crate::grant::right::{Approval, Origin, Right};
use crate::moment::UserClass;

/// Figures and tables about grants.
pub(super) fn given(section: Section, found: &Found<'_>) -> Section {
    let rights: Vec<&Right> = found.grants.iter().flat_map(|grant| &grant.rights).collect();
    let section = section.heading("Access to systems");
    if rights.is_empty() {
        return section.paragraph("No access to systems is recorded.");
    }
    let period = found.period;
    let given: Vec<&Right> = rights
        .iter()
        .filter(|right| right.origin == Origin::Granted && period.holds(right.begun.day))
        .copied()
        .collect();
    let approved = given.iter().filter(|right| matches!(right.approval, Approval::Given(_)));
    let approved: Vec<u64> = approved.map(|right| right.begun.seq).collect();
    let section = section
        .with(
            Metric::counted("access_given", "Access given", given.iter().map(|right| right.begun.seq).collect())
                .definition("Rights that were given in the period: an account may have several. One that was revoked and given again counts again."),
        )
        .with(Metric::counted("access_approved_first", "Approved before it was given", approved).of(given.len()).definition(
            "Of the rights given in the period, those of which an entry before it or of the same day, or the grant itself, \
             names an approval.",
        ))
        .with(by_class(&rights, period));
    confirmed(section, found, &rights)
}

fn confirmed(section: Section, found: &Found<'_>, rights: &[&Right]) -> Section {
    let today = found.status_day;
    let due: Vec<(&Right, bool)> = rights
        .iter()
        .filter(|right| right.begun.day <= today && right.is_there(today))
        .filter_map(|right| Some((*right, today <= confirm_by(right, found.settings)?)))
        .collect();
    let seqs = |in_time: bool| -> Vec<u64> {
        due.iter().filter(|(_, is)| *is == in_time).map(|(right, _)| right.confirmed.seq).collect()
    };
    let (months, privileged) = (found.settings.recertify_months, found.settings.recertify_privileged_months);
    let to_go: Vec<u64> = due
        .iter()
        .filter_map(|(right, _)| right.to_go)
        .filter(|at| at.day < today)
        .map(|at| at.seq)
        .collect();
    let section = section.with(
        Metric::counted("access_confirmed", "Access confirmed in time", seqs(true)).of(due.len()).definition(format!(
            "Of the rights that were there on the status date and not suspended, those that were given, changed or \
             confirmed within {months} months before it ({privileged} for administrators), and whose own review day, \
             where one was set, was not over."
        )),
    );
    let findings = [
        finding(
            seqs(false).len(),
            "rights were to be confirmed again before the status date, and were not.",
            &["leicester L9.2.a", "leicester L12.9.c", "coventry C-TCW.vi"],
            seqs(false),
        ),
        finding(
            to_go.len(),
            "rights were to be removed by the decision of a review, and nobody recorded that they were revoked.",
            &["leicester L12.9.c"],
            to_go.clone(),
        ),
    ];
    findings.into_iter().flatten().fold(section, Section::with)
}

/// What the table counts, in the order of its columns.
#[derive(Default)]
struct Counted {
    opening: usize,
    given: usize,
    ended: usize,
    closing: usize,
    changed: usize,
    reviewed: usize,
    evidence: Vec<u64>,
}

impl Counted {
    fn of<'r>(rights: impl Iterator<Item = &'r Right>, period: Period) -> Counted {
        let mut counted = Counted::default();
        for right in rights {
            let ended_by = |day| right.last_day().is_some_and(|last| last <= day);
            let opening = right.begun.day < period.from && !ended_by(period.from.plus(-1));
            let given = period.holds(right.begun.day);
            let ended = right.last_day().is_some_and(|last| period.holds(last));
            counted.opening += usize::from(opening);
            counted.given += usize::from(given);
            counted.ended += usize::from(ended);
            counted.closing += usize::from(right.begun.day <= period.to && !ended_by(period.to));
            counted.changed += right.changes.iter().filter(|at| period.holds(at.day)).count();
            counted.reviewed += right.reviews.iter().filter(|at| period.holds(at.day)).count();
            if opening || given || ended {
                counted.evidence.push(right.begun.seq);
            }
        }
        counted
    }

    fn row(self, name: &str) -> Row {
        Row::new([
            Cell::from(name),
            Cell::count(self.opening),
            Cell::count(self.given),
            Cell::count(self.ended),
            Cell::count(self.closing),
            Cell::count(self.changed),
            Cell::count(self.reviewed),
        ])
        .evidence(self.evidence)
    }
}

fn by_class(rights: &[&Right], period: Period) -> Table {
    let of = |class: Option<UserClass>| {
        Counted::of(rights.iter().copied().filter(move |right| right.class == class), period)
    };
    let mut rows: Vec<Row> = UserClass::ALL.iter().map(|class| of(Some(*class)).row(class.title())).collect();
    rows.push(of(None).row("Class not recorded"));
    rows.push(Counted::of(rights.iter().copied(), period).row("All"));
    Table {
        name: "access_by_class",
        title: "Rights by class of user: there at first, given, ended, and there at the end".to_owned(),
        columns: vec![
            Column::new("user_class", "Class of user"),
            Column::new("opening", "There at the beginning"),
            Column::new("plus_given", "Given or first heard of"),
            Column::new("minus_ended", "Revoked or run out"),
            Column::new("closing", "There at the end"),
            Column::new("changed", "Changes"),
            Column::new("reviewed", "Reviews"),
        ],
        rows,
        totals: true,
    }
}
