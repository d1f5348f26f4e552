//! The register of access by holder.

use muniment_sdk::{Cell, Column, Light, Register, Row};

use super::{Due, Look, light};
use crate::grant::alarms::confirm_by;
use crate::grant::right::{Approval, Origin, Right};

/// From so many days before its review access is amber.
const AMBER_DAYS: i64 = 30;

/// Its columns.
pub(crate) const ACCESS: Register = Register {
    name: "access",
    title: "Access by holder",
    description: "All access that was given and is not over, with the day by which its need is to be confirmed again, the \
                  first due first.",
    feeds: &["access.*"],
    columns: &[
        Column::new("grant", "Account or grant"),
        Column::new("holder", "Holder"),
        Column::new("system", "System"),
        Column::new("entitlement", "Entitlement"),
        Column::new("job_function", "Job function"),
        Column::new("user_class", "Class of user"),
        Column::new("privileged", "Administrator"),
        Column::new("given", "Given"),
        Column::new("confirmed", "Given, changed or confirmed last"),
        Column::DUE,
        Column::new("days_left", "Days left"),
        Column::RAG,
        Column::STATUS,
        Column::OWNER,
        Column::UNIT,
        Column::CORRECTED,
    ],
};

/// Its rows.
pub(super) fn rows(look: &Look<'_>) -> Vec<Due> {
    let mut rows = Vec::new();
    for (number, grant) in look.plugin.grants.cases(look.settings) {
        for right in grant.rights.iter().filter(|right| right.is_there(look.today)) {
            let due = confirm_by(right, look.settings);
            rows.push((due, row(look, number, right)));
        }
    }
    rows
}

fn row(look: &Look<'_>, number: &str, right: &Right) -> Row {
    let due = confirm_by(right, look.settings);
    let left = due.map(|due| i64::from(due.since(look.today)));
    let (status, wrong) = status(right, left);
    let rag = match due.zip(left) {
        _ if wrong => Light::Red,
        Some((due, left)) => light(look.today, due, left, AMBER_DAYS),
        None => Light::Green,
    };
    let holder = right.person.as_deref().map(|person| look.plugin.people.counts_as(person));
    let seqs = [right.begun, right.confirmed].into_iter().chain(right.changes.iter().copied());
    let mut seqs: Vec<u64> = seqs.map(|at| at.seq).collect();
    seqs.sort_unstable();
    seqs.dedup();
    Row::new([
        Cell::from(number),
        Cell::from(holder),
        Cell::from(right.of.system.as_str()),
        Cell::from(right.of.entitlement.as_deref()),
        Cell::from(right.function.as_deref()),
        Cell::from(right.class.map(crate::moment::UserClass::title)),
        Cell::from(right.privileged),
        Cell::from(right.begun.day),
        Cell::from(right.confirmed.day),
        Cell::from(due),
        Cell::from(left),
        Cell::from(rag),
        Cell::from(status),
        Cell::from("role/system-owner"),
        Cell::from(right.unit.as_deref()),
        Cell::from(look.plugin.grants.corrected(number)),
    ])
    .subject(number)
    .unit(right.unit.as_deref())
    .evidence(seqs)
}

/// What is to be done, and whether something is wrong with it.
fn status(right: &Right, left: Option<i64>) -> (&'static str, bool) {
    match right.approval {
        _ if right.origin == Origin::Found => ("belongs to nobody", true),
        Approval::Missing(_) => ("not approved", true),
        _ if right.self_approved.is_some() => ("approved by its own user", true),
        _ if right.outside.is_some() => ("beyond the job function", true),
        _ if right.resting.is_some() => ("suspended", false),
        _ if right.to_go.is_some() => ("to be removed", true),
        _ if left.is_some_and(|left| left < 0) => ("review overdue", true),
        _ => ("live", false),
    }
}
