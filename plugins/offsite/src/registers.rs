//! The registers of items out and of violations.

use muniment_sdk::{Cell, Column, Day, Instant, Light, Register, Row};

use crate::Settings;
use crate::index::Item;
use crate::joined::{Broken, Out};
use crate::store::Store;
use crate::thing::Trip;

pub(crate) mod authorisations;

/// A reminder in time for the way back.
const AMBER_DAYS: i64 = 2;

/// What is out of the building.
pub(crate) const ITEMS_OUT: Register = Register {
    name: "items-out",
    title: "Items out",
    description: "What was taken out of the building and is not back, or lost, the first to be back first.",
    feeds: &["offsite.*", "homework.*", "device.encrypted_verified"],
    columns: &[
        Column::new("item", "Item"),
        Column::new("medium", "Medium"),
        Column::new("identifiable", "People can be identified"),
        Column::new("encrypted", "Encrypted"),
        Column::new("out_since", "Out since"),
        Column::new("authorisation", "Authorisation that holds"),
        Column::DUE,
        Column::new("days_left", "Days left (of the calendar)"),
        Column::RAG,
        Column::OWNER,
        Column::UNIT,
        Column::STATUS,
        Column::CORRECTED,
    ],
};

/// Violations of the standards.
pub(crate) const VIOLATIONS: Register = Register {
    name: "violations",
    title: "Violations of the standards for working at home",
    description: "Violations that were recorded, those that nobody has dealt with first, the oldest first.",
    feeds: &["homework.*", "incident.closed", "incident.unsubstantiated", "breach.closed"],
    columns: &[
        Column::new("violation", "Recorded under"),
        Column::new("day", "Day"),
        Column::new("kind", "What was broken"),
        Column::new("incident", "Incident"),
        Column::new("dealt_with", "Dealt with"),
        Column::RAG,
        Column::UNIT,
        Column::STATUS,
        Column::CORRECTED,
    ],
};

/// Rows in order: the first due first, those without a day last, then by subject.
pub(super) fn in_order(mut rows: Vec<(Option<Day>, Row)>) -> Vec<Row> {
    rows.sort_by(|(due, row), (other_due, other)| {
        (due.is_none(), due, &row.subject).cmp(&(other_due.is_none(), other_due, &other.subject))
    });
    rows.into_iter().map(|(_, row)| row).collect()
}

/// The rows of [`ITEMS_OUT`].
pub(crate) fn items_out(store: &Store, settings: &Settings, as_at: Instant) -> Vec<Row> {
    let view = store.now(settings);
    let rows = store.items().filter_map(|item| {
        let Item::Thing(number) = item else { return None };
        let out = view.joined(number).thing?;
        let trip = out.trip().filter(|trip| trip.back.is_none())?;
        Some((Some(trip.due()), out_row(number, &out, trip, as_at, store.things.corrected(number))))
    });
    in_order(rows.collect())
}

fn out_row(number: &str, out: &Out, trip: &Trip, as_at: Instant, corrected: Option<String>) -> Row {
    let days_left = i64::from(trip.due().since(Day::in_london(as_at)));
    let covering = out.covering(as_at);
    let unencrypted = out.unencrypted_since().is_some();
    let is_electronic = trip.terms.medium.is_electronic();
    let is_known = trip.terms.encrypted.is_some() || !out.verdicts.is_empty();
    let status = match covering {
        _ if trip.lost.is_some() => "lost",
        _ if days_left < 0 => "overdue",
        None if trip.terms.identifiable => "no authorisation",
        None => "no agreement",
        _ if unencrypted => "not encrypted",
        _ if trip.part_back.is_some() => "in part back",
        Some(_) => "out",
    };
    let light = match status {
        "out" | "in part back" => Light::of(days_left, AMBER_DAYS),
        _ => Light::Red,
    };
    let owner = covering.and_then(|cover| cover.authorised_by.as_deref());
    let unit = out.thing.unit.as_deref();
    Row::new([
        Cell::from(number),
        Cell::from(trip.terms.medium.name()),
        Cell::from(trip.terms.identifiable),
        Cell::from((is_electronic && is_known).then_some(!unencrypted)),
        Cell::from(trip.out.day),
        Cell::from(covering.map(|cover| cover.authorisation.as_str())),
        Cell::from(trip.due()),
        Cell::from(days_left),
        Cell::from(light),
        Cell::from(owner),
        Cell::from(unit),
        Cell::from(status),
        Cell::from(corrected),
    ])
    .subject(number)
    .unit(unit)
    .evidence(trip.seqs().chain(covering.map(|cover| cover.seq)))
}

/// The rows of [`VIOLATIONS`].
pub(crate) fn violations(store: &Store, settings: &Settings) -> Vec<Row> {
    let view = store.now(settings);
    let mut rows: Vec<((bool, Day, String), Row)> = Vec::new();
    for item in store.items() {
        let Item::Violations(number) = item else { continue };
        let corrected = store.violations.corrected(number);
        for broken in view.joined(number).violations {
            let order = (broken.dealt.is_some(), broken.on.day, number.clone());
            rows.push((order, broken_row(number, &broken, corrected.clone())));
        }
    }
    rows.sort_by(|(order, _), (other, _)| order.cmp(other));
    rows.into_iter().map(|(_, row)| row).collect()
}

fn broken_row(number: &str, broken: &Broken, corrected: Option<String>) -> Row {
    let (light, status) = match broken.dealt {
        Some(_) => (Light::Green, "dealt with"),
        None => (Light::Red, "open"),
    };
    let unit = broken.seen.unit.as_deref();
    Row::new([
        Cell::from(number),
        Cell::from(broken.on.day),
        Cell::from(broken.seen.kind.name()),
        Cell::from(broken.seen.incident_ref.as_deref()),
        Cell::from(broken.dealt.map(|dealt| dealt.day)),
        Cell::from(light),
        Cell::from(unit),
        Cell::from(status),
        Cell::from(corrected),
    ])
    .subject(number)
    .unit(unit)
    .evidence([broken.on.seq].into_iter().chain(broken.dealt.map(|dealt| dealt.seq)))
}
