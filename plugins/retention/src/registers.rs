//! What staff look at: disposals that are due, holds, certificates that are awaited, devices and media.

use muniment_sdk::{Cell, Column, Day, Instant, Light, Register, Row};

use crate::case::Thing;
use crate::cover::Hold;
use crate::rules::COVERED;
use crate::{Retention, Settings};

mod check;
mod listed;

use listed::Listed;

/// All of them.
pub(crate) const ALL: &[Register] = &[DISPOSALS, HOLDS, CERTIFICATES, UNACCOUNTED, check::DISPOSAL_CHECK];

/// The columns of disposals.
const DISPOSALS: Register = Register {
    name: "disposals-due",
    title: "Disposals due",
    description: "Records whose retention period ends on a day that is known and which are still here, the first due first.",
    feeds: COVERED,
    columns: &[
        Column::new("record", "Record"),
        Column::new("series", "Series"),
        Column::new("class", "Disposal class"),
        Column::DUE,
        Column::new("days_left", "Days left (calendar)"),
        Column::RAG,
        Column::STATUS,
        Column::new("covered_by", "Held or asked for by"),
        Column::new("authorised", "Authorised"),
        Column::OWNER,
        Column::UNIT,
        Column::CORRECTED,
    ],
};

/// The columns of holds.
const HOLDS: Register = Register {
    name: "holds",
    title: "Holds",
    description: "Holds that stand, those first whose need is to be confirmed first.",
    feeds: &["hold.*"],
    columns: &[
        Column::new("hold", "Hold"),
        Column::new("scope", "Scope"),
        Column::new("covers", "Covers"),
        Column::new("ground", "Ground"),
        Column::new("placed", "Placed"),
        Column::new("due", "To be confirmed by"),
        Column::new("days_left", "Days left (calendar)"),
        Column::RAG,
        Column::STATUS,
        Column::new("owner", "Directed by"),
        Column::UNIT,
        Column::CORRECTED,
    ],
};

/// The columns of certificates.
const CERTIFICATES: Register = Register {
    name: "certificates",
    title: "Certificates awaited",
    description: "Destructions of which no certificate has come, the first due first. What a unit destroys itself needs none.",
    feeds: &["disposal.*", "media.destroyed", "device.disposed", "calendar.*"],
    columns: &[
        Column::new("record", "Record, device or medium"),
        Column::new("kind", "Kind"),
        Column::new("destroyed", "Destroyed"),
        Column::new("method", "Method"),
        Column::new("route", "Route"),
        Column::DUE,
        Column::new("working_days_left", "Working days left (England and Wales)"),
        Column::RAG,
        Column::STATUS,
        Column::OWNER,
        Column::UNIT,
        Column::CORRECTED,
    ],
};

/// The columns of devices and media.
const UNACCOUNTED: Register = Register {
    name: "unaccounted",
    title: "Devices and media unaccounted for",
    description: "Devices that were taken out of use and not disposed of, and tapes and memory sticks that were destroyed \
                  before any advice, the first due first.",
    feeds: &["device.disposed", "equipment.issued", "equipment.returned", "media.destroyed", "disposal.*"],
    columns: &[
        Column::new("item", "Device or medium"),
        Column::new("kind", "Kind"),
        Column::new("serial", "Serial number"),
        Column::new("since", "Since"),
        Column::DUE,
        Column::new("days_left", "Days left (calendar)"),
        Column::RAG,
        Column::STATUS,
        Column::OWNER,
        Column::UNIT,
        Column::CORRECTED,
    ],
};

/// The rows of a register.
pub(crate) fn rows(plugin: &Retention, settings: &Settings, name: &str, as_at: Instant) -> Vec<Row> {
    if name == check::DISPOSAL_CHECK.name {
        return check::of_all(plugin, settings, as_at);
    }
    if name == HOLDS.name {
        return holds(plugin, settings, as_at);
    }
    let things = plugin.things.cases(settings);
    in_order(
        things.filter_map(|(number, thing)| row(plugin, settings, name, number, &thing, as_at)).collect(),
    )
}

/// The rows of a register about one record.
pub(crate) fn rows_of(
    plugin: &Retention,
    settings: &Settings,
    name: &str,
    subject: &str,
    as_at: Instant,
) -> Vec<Row> {
    if name == check::DISPOSAL_CHECK.name {
        return check::of(plugin, settings, subject, as_at);
    }
    if name == HOLDS.name {
        return holds(plugin, settings, as_at);
    }
    let thing = plugin.things.case(settings, subject);
    let found = thing.and_then(|thing| row(plugin, settings, name, subject, &thing, as_at));
    found.into_iter().map(|(_, row)| row).collect()
}

fn row(
    plugin: &Retention,
    settings: &Settings,
    name: &str,
    number: &str,
    thing: &Thing,
    as_at: Instant,
) -> Option<(Option<Day>, Row)> {
    let listed = Listed { plugin, settings, number, thing, as_at };
    match name {
        name if name == DISPOSALS.name => listed.disposal(),
        name if name == CERTIFICATES.name => listed.certificate(),
        _ => listed.unaccounted(),
    }
}

/// The first due first, those without a day last; within a day they stay as they come, by number.
fn in_order(mut rows: Vec<(Option<Day>, Row)>) -> Vec<Row> {
    rows.sort_by_key(|(due, _)| (due.is_none(), *due));
    rows.into_iter().map(|(_, row)| row).collect()
}

fn holds(plugin: &Retention, settings: &Settings, as_at: Instant) -> Vec<Row> {
    let today = Day::in_london(as_at);
    let standing = |(number, hold): (&str, Hold)| {
        let placed = hold.stands_since()?;
        let left = hold.review_due.map(|due| i64::from(due.since(today)));
        let status = match left {
            _ if hold.names_nothing() => "names nothing",
            Some(left) if left < 0 => "to be confirmed",
            _ => "stands",
        };
        let row = Row::new([
            Cell::from(number),
            Cell::from(hold.scope.name()),
            Cell::from(hold.covers()),
            Cell::from(hold.ground.map(|ground| ground.name())),
            Cell::from(placed.day),
            Cell::from(hold.review_due),
            Cell::from(left),
            Cell::from(left.map(|left| Light::of(left, i64::from(settings.soon_due_days)))),
            Cell::from(status),
            Cell::from(hold.directed_by.as_deref()),
            Cell::from(hold.unit.as_deref()),
            Cell::from(plugin.holds.corrected(number)),
        ]);
        Some((hold.review_due, row.subject(number).unit(hold.unit.as_deref()).evidence([placed.seq])))
    };
    in_order(plugin.holds.cases(settings).filter_map(standing).collect())
}
