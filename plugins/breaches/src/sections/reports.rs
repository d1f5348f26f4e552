//! What was reported in the period, and what it turned out to be. Near misses and weaknesses stand apart: they are no
//! breaches, and belong into no share of them.

use muniment_sdk::{Cell, Column, Row, Section, Table};

use super::Scope;
use crate::apply::{Barrier, Route};
use crate::case::{Breach, RuledOut, Standing};

pub(super) fn of_incidents(section: Section, scope: &Scope<'_>) -> Section {
    let known: Vec<(u64, &Breach)> = scope
        .cases
        .iter()
        .filter_map(|(_, breach)| {
            let at = breach.known().or(breach.first).filter(|at| scope.period.holds(at.day))?;
            breach.standing()?;
            Some((at.seq, breach))
        })
        .collect();
    if known.is_empty() {
        return section.paragraph("No incident, near miss or weakness was recorded in the period.");
    }
    let section = section.with(by_standing(&known)).paragraph(
        "An incident counts here by the day on which it became known first. Breaches of personal data are counted above by \
         the day on which the organisation became aware of them: the two numbers need not be the same.",
    );
    let near = near_misses(&known);
    if near.rows.len() > 1 { section.with(near) } else { section }
}

fn row(name: &str, seqs: Vec<u64>) -> Row {
    Row::new([Cell::from(name), Cell::count(seqs.len())]).evidence(seqs)
}

fn by_standing(known: &[(u64, &Breach)]) -> Table {
    let is_of_others = |breach: &Breach| matches!(breach.route, Some((Route::ThirdParty, _)));
    let is = |standing: Standing| move |breach: &Breach| breach.standing() == Some(standing);
    let none = |why: RuledOut| is(Standing::RuledOut(why));
    let count = |name: &str, wanted: &dyn Fn(&Breach) -> bool| {
        row(name, known.iter().filter(|(_, breach)| wanted(breach)).map(|(seq, _)| *seq).collect())
    };
    let suspected = is(Standing::Suspected);
    Table {
        name: "incidents_by_standing",
        title: "Incidents that became known in the period, by what they turned out to be".to_owned(),
        columns: vec![Column::new("standing", "Treated as"), Column::new("incidents", "Incidents")],
        rows: vec![
            count("Breach of personal data", &is(Standing::Breach)),
            count("Near miss", &none(RuledOut::NearMiss)),
            count("Weakness", &none(RuledOut::Weakness)),
            count("Unsubstantiated", &none(RuledOut::Unsubstantiated)),
            count("Security only, no personal data", &none(RuledOut::SecurityOnly)),
            count("Duplicate", &none(RuledOut::Duplicate)),
            count("A third party's", &|breach| suspected(breach) && is_of_others(breach)),
            count("Not decided", &|breach| suspected(breach) && !is_of_others(breach)),
            count("All", &|_| true),
        ],
        totals: true,
    }
}

/// Near misses by what prevented harm.
fn near_misses(known: &[(u64, &Breach)]) -> Table {
    let near = |wanted: &dyn Fn(Option<Barrier>) -> bool| -> Vec<u64> {
        let is_near = |breach: &Breach| breach.standing() == Some(Standing::RuledOut(RuledOut::NearMiss));
        known.iter().filter(|(_, it)| is_near(it) && wanted(it.barrier)).map(|(seq, _)| *seq).collect()
    };
    let of = |name: &str, seqs: Vec<u64>| (!seqs.is_empty()).then(|| row(name, seqs));
    let mut rows: Vec<Row> =
        Barrier::ALL.iter().filter_map(|it| of(it.name(), near(&|barrier| barrier == Some(*it)))).collect();
    rows.extend(of("Not recorded", near(&|barrier| barrier.is_none())));
    rows.push(row("All", near(&|_| true)));
    Table {
        name: "near_misses",
        title: "Near misses that became known in the period, by what prevented harm".to_owned(),
        columns: vec![Column::new("barrier", "Prevented by"), Column::new("near_misses", "Near misses")],
        rows,
        totals: true,
    }
}
