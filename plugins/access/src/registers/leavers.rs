//! The registers of leavers in progress, and of movers whose old access remains.

use muniment_sdk::{Cell, Column, Day, Register, Row};

use super::{Due, Look, Of, light};
use crate::moment::UserClass;
use crate::person::alarms::{kit_of, old_access};
use crate::person::employment::{Employment, Leaving};
use crate::person::held::Held;
use crate::person::purpose::unneeded_after;

/// From so many working days before the day something is amber.
const AMBER_WORKING_DAYS: i64 = 2;

const RISK_MANAGER: &str = "role/information-risk-manager";
const LINE_MANAGER: &str = "role/line-manager";

/// Its columns.
pub(crate) const LEAVERS: Register = Register {
    name: "leavers",
    title: "Leavers in progress",
    description: "People who are about to leave, and those who have left with access live, the exit checklist incomplete or \
                  equipment out.",
    feeds: &["staff.*", "contractor.*", "access.*", "exit.*", "equipment.*"],
    columns: &[
        Column::new("employment", "Employment"),
        Column::new("holder", "Person"),
        Column::new("user_class", "Class of user"),
        Column::new("announced", "Announced"),
        Column::new("last_day", "Last day"),
        Column::DUE,
        Column::new("working_days_left", "Working days left"),
        Column::new("access_live", "Access to be revoked"),
        Column::new("access_kept", "Access that another role needs"),
        Column::new("checklist", "Exit checklist"),
        Column::new("equipment_out", "Equipment out"),
        Column::RAG,
        Column::STATUS,
        Column::OWNER,
        Column::UNIT,
        Column::CORRECTED,
    ],
};

/// Its columns.
pub(crate) const MOVERS: Register = Register {
    name: "movers",
    title: "Movers whose old access remains",
    description: "People who changed to another function and still have access of the one before, of which nothing was \
                  decided since.",
    feeds: &["staff.*", "access.*"],
    columns: &[
        Column::new("employment", "Employment"),
        Column::new("holder", "Person"),
        Column::new("effective", "Moved with effect from"),
        Column::DUE,
        Column::new("working_days_left", "Working days left"),
        Column::new("old_access", "Access of the old function"),
        Column::RAG,
        Column::STATUS,
        Column::OWNER,
        Column::UNIT,
        Column::CORRECTED,
    ],
};

/// What is left to do when somebody leaves.
struct Left<'p> {
    live: Vec<&'p Held>,
    kept: usize,
    is_listed_complete: bool,
    kit: Vec<u64>,
}

impl<'p> Left<'p> {
    fn of(of: Of<'p>, employment: &'p Employment) -> Left<'p> {
        let goes = |held: &&Held| {
            unneeded_after(of.person, held).is_some_and(|it| std::ptr::eq(it.employment, employment))
        };
        Left {
            live: of.person.live().filter(goes).collect(),
            kept: of.person.live().filter(|held| unneeded_after(of.person, held).is_none()).count(),
            is_listed_complete: employment.is_contract || employment.checklist.complete.is_some(),
            kit: kit_of(of.person, employment).map(|kit| kit.issued.seq).collect(),
        }
    }

    /// The first day on which something of it is due.
    fn due(&self, leaving: &Leaving) -> Option<Day> {
        let access = (!self.live.is_empty()).then_some(leaving.due);
        let checklist = (!self.is_listed_complete).then_some(leaving.last_day);
        let kit = (!self.kit.is_empty()).then_some(leaving.kit_due);
        [access, checklist, kit].into_iter().flatten().min()
    }
}

/// The leavers' rows of a person.
pub(super) fn leavers(look: &Look<'_>, of: Of<'_>) -> Vec<Due> {
    let mut rows = Vec::new();
    for employment in &of.person.employments {
        let Some(leaving) = &employment.leaving else { continue };
        let left = Left::of(of, employment);
        let due = left.due(leaving);
        if due.is_some() || look.today <= leaving.last_day {
            let due = due.unwrap_or(leaving.last_day);
            rows.push((Some(due), leaver(look, of, employment, leaving, &left, due)));
        }
    }
    rows
}

fn leaver(
    look: &Look<'_>,
    of: Of<'_>,
    employment: &Employment,
    leaving: &Leaving,
    left: &Left<'_>,
    due: Day,
) -> Row {
    let (status, owner) = match () {
        () if look.today <= leaving.last_day => ("leaves", LINE_MANAGER),
        () if !left.live.is_empty() => ("access live", RISK_MANAGER),
        () if !left.is_listed_complete => ("checklist incomplete", LINE_MANAGER),
        () => ("equipment out", LINE_MANAGER),
    };
    let checklist = match employment.checklist.outstanding() {
        _ if employment.is_contract => Cell::None,
        None => Cell::from("not gone through"),
        Some(0) => Cell::from("complete"),
        Some(items) => Cell::from(format!("{items} outstanding")),
    };
    let working_days = look.working_days_left(due);
    Row::new([
        Cell::from(&*employment.number),
        of.holder(),
        Cell::from(employment.class.map(UserClass::title)),
        Cell::from(leaving.announced.map(|at| at.day)),
        Cell::from(leaving.last_day),
        Cell::from(due),
        Cell::from(working_days),
        Cell::count(left.live.len()),
        Cell::count(left.kept),
        checklist,
        Cell::count(left.kit.len()),
        Cell::from(light(look.today, due, working_days, AMBER_WORKING_DAYS)),
        Cell::from(status),
        Cell::from(owner),
        Cell::from(employment.unit.as_deref()),
        look.corrected(of),
    ])
    .subject(of.number)
    .unit(employment.unit.as_deref())
    .evidence(sorted(
        employment
            .evidence()
            .chain(left.live.iter().map(|held| held.begun.seq))
            .chain(left.kit.iter().copied()),
    ))
}

/// The movers' rows of a person.
pub(super) fn movers(look: &Look<'_>, of: Of<'_>) -> Vec<Due> {
    let mut rows = Vec::new();
    for employment in &of.person.employments {
        for moved in &employment.moves {
            let old: Vec<u64> =
                old_access(of.person, employment, moved).map(|(held, _)| held.begun.seq).collect();
            if old.is_empty() {
                continue;
            }
            let working_days = look.working_days_left(moved.due);
            let status = if moved.due < look.today { "overdue" } else { "to be changed" };
            let row = Row::new([
                Cell::from(&*employment.number),
                of.holder(),
                Cell::from(moved.to.effective),
                Cell::from(moved.due),
                Cell::from(working_days),
                Cell::count(old.len()),
                Cell::from(light(look.today, moved.due, working_days, AMBER_WORKING_DAYS)),
                Cell::from(status),
                Cell::from(RISK_MANAGER),
                Cell::from(employment.unit.as_deref()),
                look.corrected(of),
            ]);
            let row = row.subject(of.number).unit(employment.unit.as_deref());
            rows.push((Some(moved.due), row.evidence(sorted(old.into_iter().chain([moved.at.seq])))));
        }
    }
    rows
}

/// Each entry once.
pub(super) fn sorted(seqs: impl Iterator<Item = u64>) -> Vec<u64> {
    let mut seqs: Vec<u64> = seqs.collect();
    seqs.sort_unstable();
    seqs.dedup();
    seqs
}
