//! The registers of suspensions, of equipment that is out, and of conflicts of duties.

use muniment_sdk::{Cell, Column, Day, Light, Register, Row};

use super::leavers::sorted;
use super::{Due, Look, Of, light};
use crate::person::alarms::{left, live_while_suspended};
use crate::person::conflict::{Conflict, Kit, Suspension};
use crate::person::held::Held;

/// From so many working days before the day something is amber.
const AMBER_WORKING_DAYS: i64 = 2;

const RISK_MANAGER: &str = "role/information-risk-manager";
const LINE_MANAGER: &str = "role/line-manager";

/// Its columns.
pub(crate) const SUSPENSIONS: Register = Register {
    name: "suspensions",
    title: "Suspensions",
    description: "People who are suspended: whether the information risk manager was told, and whether access that has to \
                  stop has stopped.",
    feeds: &["staff.*", "access.*"],
    columns: &[
        Column::new("employment", "Employment"),
        Column::new("holder", "Person"),
        Column::new("since", "Suspended since"),
        Column::new("alerted", "Risk manager told"),
        Column::new("access_to_stop", "Access to stop"),
        Column::new("access_live", "Access live"),
        Column::DUE,
        Column::new("hours_left", "Hours left"),
        Column::RAG,
        Column::STATUS,
        Column::OWNER,
        Column::UNIT,
        Column::CORRECTED,
    ],
};

/// Its columns.
pub(crate) const EQUIPMENT: Register = Register {
    name: "equipment",
    title: "Equipment out",
    description: "Devices, keys and badges that people were given and have not given back. Those of leavers are due some \
                  working days behind the last day.",
    feeds: &["equipment.*", "device.disposed", "staff.*", "contractor.*"],
    columns: &[
        Column::new("item", "Item"),
        Column::new("holder", "Holder"),
        Column::new("kind", "Kind"),
        Column::new("issued", "Handed out"),
        Column::DUE,
        Column::new("working_days_left", "Working days left"),
        Column::RAG,
        Column::STATUS,
        Column::OWNER,
        Column::UNIT,
        Column::CORRECTED,
    ],
};

/// Its columns.
pub(crate) const CONFLICTS: Register = Register {
    name: "conflicts",
    title: "Conflicts of duties",
    description: "Rights in one hand that should not come together, and are neither resolved nor, for good, excepted.",
    feeds: &["sod.*", "access.*"],
    columns: &[
        Column::new("finding", "Finding"),
        Column::new("holder", "Person"),
        Column::new("found", "Found"),
        Column::new("rights", "Rights"),
        Column::new("excepted_until", "Excepted until"),
        Column::DUE,
        Column::new("working_days_left", "Working days left"),
        Column::RAG,
        Column::STATUS,
        Column::OWNER,
        Column::UNIT,
        Column::CORRECTED,
    ],
};

/// The suspensions of a person.
pub(super) fn suspensions(look: &Look<'_>, of: Of<'_>) -> Vec<Due> {
    let is_on =
        |it: &&Suspension| it.ended.is_none() && left(of.person, it).is_none_or(|over| look.now < over);
    of.person.suspensions.iter().filter(is_on).map(|it| suspension(look, of, it)).collect()
}

fn suspension(look: &Look<'_>, of: Of<'_>, suspension: &Suspension) -> Due {
    let live: Vec<&Held> =
        of.person.held.iter().filter(|held| live_while_suspended(suspension, held).is_some()).collect();
    let alert_due = suspension.alerted.is_none().then_some(suspension.due);
    let stop_due = (!live.is_empty()).then_some(suspension.stop_due);
    let due = [alert_due, stop_due].into_iter().flatten().min();
    let (status, rag) = match due {
        None => ("in order", Light::Green),
        Some(due) if due < look.now => {
            (if alert_due.is_some() { "not passed on" } else { "access live" }, Light::Red)
        }
        Some(_) => {
            (if alert_due.is_some() { "to be passed on" } else { "access to be stopped" }, Light::Amber)
        }
    };
    let unit = suspension.unit.as_deref().or_else(|| {
        of.person.employment(&suspension.number).and_then(|employment| employment.unit.as_deref())
    });
    let seqs =
        [Some(suspension.at), suspension.alerted, suspension.to_stop].into_iter().flatten().map(|at| at.seq);
    let row = Row::new([
        Cell::from(&*suspension.number),
        of.holder(),
        Cell::from(suspension.at.time),
        Cell::from(suspension.alerted.map(|at| at.time)),
        Cell::from(suspension.to_stop.is_some()),
        Cell::count(live.len()),
        Cell::from(due),
        Cell::from(due.map(|due| due.hours_since(look.now))),
        Cell::from(rag),
        Cell::from(status),
        Cell::from(RISK_MANAGER),
        Cell::from(unit),
        look.corrected(of),
    ]);
    let row = row.subject(of.number).unit(unit);
    (due.map(Day::in_london), row.evidence(sorted(seqs.chain(live.iter().map(|held| held.begun.seq)))))
}

/// What a person has not given back.
pub(super) fn equipment(look: &Look<'_>, of: Of<'_>) -> Vec<Due> {
    of.person.kit_out().map(|kit| thing(look, of, kit)).collect()
}

fn thing(look: &Look<'_>, of: Of<'_>, kit: &Kit) -> Due {
    let leaves = of.person.employments.iter().filter(|employment| {
        employment.leaving.is_some()
            && crate::person::alarms::kit_of(of.person, employment).any(|other| std::ptr::eq(other, kit))
    });
    let leaving = leaves.filter_map(|employment| employment.leaving.as_ref()).min_by_key(|it| it.kit_due);
    let due = [kit.due_back, leaving.map(|leaving| leaving.kit_due)].into_iter().flatten().min();
    let working_days = due.map(|due| look.working_days_left(due));
    let status = match due {
        Some(due) if due < look.today => "overdue",
        _ if leaving.is_some_and(|leaving| leaving.last_day < look.today) => "holder has left",
        _ if leaving.is_some() => "holder leaves",
        _ => "out",
    };
    let rag = due
        .zip(working_days)
        .map_or(Light::Green, |(due, left)| light(look.today, due, left, AMBER_WORKING_DAYS));
    let of_holder = || of.person.employments.last().and_then(|employment| employment.unit.as_deref());
    let unit = kit.unit.as_deref().or_else(of_holder);
    let seqs = [Some(kit.issued), leaving.and_then(|it| it.announced), leaving.and_then(|it| it.left)];
    let row = Row::new([
        Cell::from(&*kit.number),
        of.holder(),
        Cell::from(kit.kind.title()),
        Cell::from(kit.issued.day),
        Cell::from(due),
        Cell::from(working_days),
        Cell::from(rag),
        Cell::from(status),
        Cell::from(LINE_MANAGER),
        Cell::from(unit),
        look.corrected(of),
    ]);
    let row = row.subject(&*kit.number).unit(unit);
    (due, row.evidence(sorted(seqs.into_iter().flatten().map(|at| at.seq))))
}

/// The conflicts of a person's duties that are not resolved.
pub(super) fn conflicts(look: &Look<'_>, of: Of<'_>) -> Vec<Due> {
    let is_open = |it: &&Conflict| it.resolved.is_none_or(|resolved| look.now < resolved);
    of.person.conflicts.iter().filter(is_open).map(|it| conflict(look, of, it)).collect()
}

fn conflict(look: &Look<'_>, of: Of<'_>, conflict: &Conflict) -> Due {
    let excepted = conflict.is_excepted(look.today);
    let until = conflict.exception.and_then(|exception| exception.until);
    // What is excepted for good is due no more.
    let due = if excepted { until } else { Some(conflict.due) };
    let working_days = due.map(|due| look.working_days_left(due));
    let status = match due {
        _ if excepted => "excepted",
        Some(due) if due < look.today => "overdue",
        _ => "open",
    };
    let rag = due
        .zip(working_days)
        .map_or(Light::Green, |(due, left)| light(look.today, due, left, AMBER_WORKING_DAYS));
    let row = Row::new([
        Cell::from(&*conflict.number),
        of.holder(),
        Cell::from(conflict.found.day),
        Cell::count(conflict.rights.len()),
        Cell::from(until),
        Cell::from(due),
        Cell::from(working_days),
        Cell::from(rag),
        Cell::from(status),
        Cell::from(RISK_MANAGER),
        Cell::from(conflict.unit.as_deref()),
        look.corrected(of),
    ]);
    let exception = conflict.exception.map(|exception| exception.at.seq);
    let row = row.subject(of.number).unit(conflict.unit.as_deref());
    (due, row.evidence(sorted([conflict.found.seq].into_iter().chain(exception))))
}
